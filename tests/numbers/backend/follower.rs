//! A client that costs little: HTTP/1.1 by hand, over one connection each.

use std::{collections::HashMap, sync::Arc};

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

    /// Hands in an entry; answers its number.
    pub async fn post(&mut self, body: &str) -> u64 {
        let request = format!(
            "POST /v1/ws/prod/events HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        );
        let answer = self.ask(&request).await.expect("it lives");
        number(&answer, "\"seq\":").unwrap_or_else(|| panic!("not taken: {answer}"))
    }

    /// The number after the entries that came.
    async fn follow(&mut self, after: u64) -> Option<u64> {
        let request = format!(
            "GET /v1/ws/prod/events?after={after}&wait=20 HTTP/1.1\r\n{}\r\n",
            self.head
        );
        let answer = self.ask(&request).await?;
        let next = number(&answer, "\"next\":");
        Some(next.unwrap_or_else(|| panic!("no page: {answer}")))
    }

    /// The answer's body; `None` once the server is gone.
    async fn ask(&mut self, request: &str) -> Option<String> {
        self.stream.write_all(request.as_bytes()).await.ok()?;
        self.read.clear();
        loop {
            if self.stream.read_buf(&mut self.read).await.ok()? == 0 {
                return None;
            }
            if let Some(body) = whole(&self.read) {
                return Some(body.to_owned());
            }
        }
    }
}

/// The number after a name.
fn number(answer: &str, name: &str) -> Option<u64> {
    let after = answer.split(name).nth(1)?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
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
    seen: watch::Receiver<HashMap<u64, Instant>>,
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
                    while let Some(next) = connection.follow(after).await {
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
        let (sender, seen) = watch::channel(HashMap::new());
        tokio::spawn(async move {
            let mut counts: HashMap<u64, u32> = HashMap::new();
            while let Some((number, at)) = heard.recv().await {
                let so_far = counts.entry(number).or_default();
                *so_far += 1;
                if *so_far == count {
                    sender.send_modify(|all: &mut HashMap<u64, Instant>| {
                        all.insert(number, at);
                    });
                }
            }
        });
        Self { seen }
    }

    /// When the last follower had the entry of that number.
    pub async fn all_have(&self, number: u64) -> Instant {
        let mut seen = self.seen.clone();
        let all = seen.wait_for(|all| all.contains_key(&number)).await;
        all.expect("somebody tells")[&number]
    }
}
