//! The other side of a webhook: writes down every request and answers as told.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// What happens after a whole request was read.
#[derive(Clone)]
pub enum Reply {
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes, then silence until the client goes.
    Unfinished(Vec<u8>),
    /// The connection ends without a byte.
    Lost,
    /// Ends before anything was read.
    HungUp,
}

/// A request as it came over the wire.
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    /// All values of a header, however often it is there.
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .collect()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A server on a free port of this host; it ends with the test.
pub struct Recorder {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    server: JoinHandle<()>,
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// `HTTP/1.1 200 OK` and the like, whole.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Reply {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n");
    Reply::Bytes([head.as_bytes(), body].concat())
}

impl Recorder {
    pub async fn start(reply: Reply) -> Self {
        Self::serve(reply, None).await
    }

    /// Over TLS, with a new self-signed certificate; the second is its PEM.
    pub async fn start_tls(reply: Reply) -> (Self, String) {
        warroom::notify::install_tls();
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        (Self::serve(reply, Some(acceptor)).await, made.cert.pem())
    }

    async fn serve(reply: Reply, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = seen.clone();
        let server = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                match &tls {
                    None => serve_one(stream, &record, &reply).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve_one(stream, &record, &reply).await;
                        }
                    }
                }
            }
        });
        Self {
            url: format!("{scheme}://{address}"),
            seen,
            server,
        }
    }

    /// Everything that came since the last call.
    pub fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

async fn serve_one<S>(mut stream: S, seen: &Mutex<Vec<Request>>, reply: &Reply)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if matches!(reply, Reply::HungUp) {
        return;
    }
    let Some(request) = read(&mut stream).await else {
        return;
    };
    seen.lock().unwrap().push(request);
    match reply {
        Reply::Bytes(bytes) => {
            // A client that has read enough may already be gone.
            stream.write_all(bytes).await.ok();
            stream.shutdown().await.ok();
        }
        Reply::Unfinished(bytes) => {
            stream.write_all(bytes).await.ok();
            stream.read_to_end(&mut Vec::new()).await.ok();
        }
        Reply::Lost | Reply::HungUp => {}
    }
}

async fn read<S: AsyncRead + Unpin>(stream: &mut S) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let mut request = Request {
                head,
                body: bytes.split_off(end + 4),
            };
            let length: usize = request.header("content-length")[0].parse().unwrap();
            let missing = length - request.body.len();
            stream
                .take(missing as u64)
                .read_to_end(&mut request.body)
                .await
                .ok()?;
            return Some(request);
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
