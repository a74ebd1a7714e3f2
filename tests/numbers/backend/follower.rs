//! A client that costs little: HTTP/1.1 by hand, over one connection each.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Semaphore, mpsc, watch},
    time::Instant,
};

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    head: String,
    read: Vec<u8>,
}

impl Connection {
    pub async fn open(address: &str, token: &str) -> Self {
        Self {
            stream: TcpStream::connect(address).await.expect("it listens"),
            head: format!("Host: {address}\r\nAuthorization: Bearer {token}\r\n"),
            read: Vec::new(),
        }
    }

    pub async fn post(&mut self, body: &str) {
        let request = format!(
            "POST /v1/ws/prod/events HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        );
        let answer = self.ask(&request).await;
        assert!(answer.contains("\"seq\""), "{answer}");
    }

    /// The number after the entries that came.
    async fn follow(&mut self, after: u64) -> u64 {
        let request = format!(
            "GET /v1/ws/prod/events?after={after}&wait=20 HTTP/1.1\r\n{}\r\n",
            self.head
        );
        let answer = self.ask(&request).await;
        let next = answer.split("\"next\":").nth(1).unwrap_or_default();
        let digits: String = next.chars().take_while(char::is_ascii_digit).collect();
        digits
            .parse()
            .unwrap_or_else(|_| panic!("no page: {answer}"))
    }

    async fn ask(&mut self, request: &str) -> String {
        self.stream
            .write_all(request.as_bytes())
            .await
            .expect("it takes it");
        self.read.clear();
        loop {
            let got = self
                .stream
                .read_buf(&mut self.read)
                .await
                .expect("it answers");
            assert!(
                got > 0,
                "the connection was closed: {}",
                String::from_utf8_lossy(&self.read)
            );
            if let Some(body) = whole(&self.read) {
                return body.to_owned();
            }
        }
    }
}

/// The body, once all of it is there.
fn whole(read: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(read).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    })?;
    (body.len() >= length).then_some(body)
}

/// Followers, each with a connection of its own.
pub struct Crowd {
    /// When the last of them had an entry, by its number.
    seen: watch::Receiver<Vec<Instant>>,
}

impl Crowd {
    /// Lets `count` of them begin, and waits until all have asked.
    pub async fn gather(address: &str, token: &str, count: u32) -> Self {
        let (told, mut heard) = mpsc::channel::<(u64, Instant)>(16_384);
        let at_once = Arc::new(Semaphore::new(64));
        let mut began = Vec::new();
        for _ in 0..count {
            let place = Arc::clone(&at_once)
                .acquire_owned()
                .await
                .expect("it is open");
            let (address, token, told) = (address.to_owned(), token.to_owned(), told.clone());
            began.push(tokio::spawn(async move {
                let mut connection = Connection::open(&address, &token).await;
                drop(place);
                tokio::spawn(async move {
                    let mut after = 0;
                    loop {
                        let next = connection.follow(after).await;
                        for number in after + 1..=next {
                            if told.send((number, Instant::now())).await.is_err() {
                                return;
                            }
                        }
                        after = next;
                    }
                });
            }));
        }
        for one in began {
            one.await.expect("it connects");
        }
        let (sender, seen) = watch::channel(Vec::new());
        tokio::spawn(async move {
            let mut counts: Vec<u32> = Vec::new();
            while let Some((number, at)) = heard.recv().await {
                let place = usize::try_from(number).unwrap_or(0) - 1;
                counts.resize(counts.len().max(place + 1), 0);
                counts[place] += 1;
                if counts[place] == count {
                    sender.send_modify(|all: &mut Vec<Instant>| all.push(at));
                }
            }
        });
        Self { seen }
    }

    /// When the last follower had the entry of that number.
    pub async fn all_have(&self, number: u64) -> Instant {
        let place = usize::try_from(number).unwrap_or(0) - 1;
        let mut seen = self.seen.clone();
        let all = seen.wait_for(|all| all.len() > place).await;
        all.expect("somebody tells")[place]
    }
}
