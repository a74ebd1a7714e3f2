//! What is probed: servers on 127.0.0.1, well-behaved and otherwise. Each ends
//! with the test that started it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A server of the usual answers; its address, and how often it was connected to.
pub struct Web {
    pub base: String,
    pub connections: Arc<AtomicUsize>,
}

impl Web {
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

struct Counting {
    listener: TcpListener,
    connections: Arc<AtomicUsize>,
}

impl axum::serve::Listener for Counting {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let accepted = axum::serve::Listener::accept(&mut self.listener).await;
        self.connections.fetch_add(1, Ordering::SeqCst);
        accepted
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

pub async fn web() -> Web {
    let listener = listen().await;
    let base = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::<AtomicUsize>::default();
    let app = Router::new()
        .route("/status/{status}", get(status))
        .route("/to/{status}", get(redirect))
        .route("/loop", get(|| async { moved("/loop") }))
        .route("/hang", get(std::future::pending::<()>))
        .route("/ok", get(|| async { r#"{"status":"UP"}"# }))
        .route("/page", get(|| async { "<html>Sign in</html>" }))
        .route("/secret", get(secret))
        .route("/endless", get(endless));
    let counting = Counting {
        listener,
        connections: Arc::clone(&connections),
    };
    tokio::spawn(async move { axum::serve(counting, app).await });
    Web { base, connections }
}

async fn status(Path(status): Path<u16>) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    if status.is_redirection() {
        return (status, [(header::LOCATION, "/status/500")]).into_response();
    }
    status.into_response()
}

async fn redirect(Path(status): Path<u16>) -> Response {
    moved(&format!("/status/{status}"))
}

fn moved(to: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to.to_owned())]).into_response()
}

async fn secret(headers: HeaderMap) -> StatusCode {
    match headers.get("x-token") {
        Some(token) if token == "hunter2" => StatusCode::OK,
        _ => StatusCode::UNAUTHORIZED,
    }
}

async fn endless() -> String {
    "x".repeat(8 << 20)
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// How a raw server ends a connection.
#[derive(Clone, Copy)]
pub enum End {
    /// In order.
    Close,
    /// With a reset.
    Reset,
}

/// Reads a request, says `bytes`, and ends the connection.
pub async fn raw(bytes: &'static [u8], end: End) -> SocketAddr {
    serve(move |mut stream| async move {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => request.push(byte),
                Err(_) => break,
            }
        }
        say_and_end(stream, bytes, end).await;
    })
    .await
}

/// Says `bytes` at once, as SSH does, reads what comes, and closes.
pub async fn greeting(bytes: &'static [u8]) -> SocketAddr {
    serve(move |mut stream| async move {
        stream.write_all(bytes).await.ok();
        stream.shutdown().await.ok();
        tokio::io::copy(&mut stream, &mut tokio::io::sink())
            .await
            .ok();
    })
    .await
}

/// Takes the first bytes (a TLS hello), and closes.
pub async fn closing() -> SocketAddr {
    serve(move |mut stream| async move {
        let mut hello = [0; 4096];
        drop(stream.read(&mut hello).await);
    })
    .await
}

/// Accepts, and says nothing, for ever.
pub async fn silent() -> SocketAddr {
    serve(|stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await
}

/// An address nobody listens at.
pub async fn nobody() -> SocketAddr {
    listen().await.local_addr().unwrap()
}

async fn say_and_end(mut stream: TcpStream, bytes: &[u8], end: End) {
    stream.write_all(bytes).await.ok();
    match end {
        End::Close => drop(stream),
        End::Reset => {
            rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
            drop(stream);
        }
    }
}

/// Serves every connection with `each`.
pub async fn serve<F, T>(each: F) -> SocketAddr
where
    F: Fn(TcpStream) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let listener = listen().await;
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(each(stream));
        }
    });
    address
}
