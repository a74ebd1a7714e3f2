//! A client that costs little: HTTP/1.1 by hand, over one connection each.

use std::{collections::HashMap, sync::Arc};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Semaphore, mpsc, watch},
    time::Instant,
};

/// Where a server is, and how it is spoken to.
#[derive(Clone)]
pub struct Server {
    pub address: String,
    pub token: String,
    pub speaks: Speaks,
}

/// How entries are handed in and followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// Pages, asked for one after the other.
    Pages,
    /// `etcd`'s gateway: one answer that never ends.
    Watch,
}

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    head: String,
    read: Vec<u8>,
    speaks: Speaks,
    watches: bool,
}

impl Connection {
    pub async fn open(server: &Server) -> Self {
        let Server { address, token, .. } = server;
        let who = match token.as_str() {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        Self {
            stream: TcpStream::connect(address).await.expect("it listens"),
            head: format!("Host: {address}\r\n{who}"),
            read: Vec::new(),
            speaks: server.speaks,
            watches: false,
        }
    }

    /// Hands in an entry; answers its number.
    pub async fn post(&mut self, body: &str) -> u64 {
        let (path, number_is) = match self.speaks {
            Speaks::Pages => ("/v1/ws/prod/events", "\"seq\":"),
            Speaks::Watch => ("/v3/kv/put", "\"revision\":\""),
        };
        let answer = self.ask(&self.posts(path, body)).await.expect("it lives");
        number(&answer, number_is).unwrap_or_else(|| panic!("not taken: {answer}"))
    }

    fn posts(&self, path: &str, body: &str) -> String {
        let (head, length) = (&self.head, body.len());
        format!(
            "POST {path} HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    }

    /// The number after the entries that came; `None` once the server is gone.
    async fn follow(&mut self, after: u64) -> Option<u64> {
        match self.speaks {
            Speaks::Pages => self.page(after).await,
            Speaks::Watch => self.watch(after).await,
        }
    }

    async fn watch(&mut self, after: u64) -> Option<u64> {
        if !self.watches {
            self.watches = true;
            let body = json!({ "create_request": { "key": KEY, "start_revision": "1" } });
            let request = self.posts("/v3/watch", &body.to_string());
            self.stream.write_all(request.as_bytes()).await.ok()?;
        }
        loop {
            if let Some(number) = newest(&self.read).filter(|number| *number > after) {
                self.read.clear();
                return Some(number);
            }
            if self.stream.read_buf(&mut self.read).await.ok()? == 0 {
                return None;
            }
        }
    }

    async fn page(&mut self, after: u64) -> Option<u64> {
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

/// The key of every entry, as `etcd`'s gateway writes it: `warroom`.
pub const KEY: &str = "d2Fycm9vbQ==";

/// The number of the last change that a watch told of.
fn newest(read: &[u8]) -> Option<u64> {
    let (_, last) = std::str::from_utf8(read)
        .ok()?
        .rsplit_once("\"mod_revision\":\"")?;
    last.split_once('"')?.0.parse().ok()
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
    pub async fn gather(server: &Server, count: u32) -> Self {
        let (told, mut heard) = mpsc::channel::<(u64, Instant)>(16_384);
        let at_once = Arc::new(Semaphore::new(64));
        let mut began = Vec::new();
        for _ in 0..count {
            let place = Arc::clone(&at_once)
                .acquire_owned()
                .await
                .expect("it is open");
            let (server, told) = (server.clone(), told.clone());
            began.push(tokio::spawn(async move {
                let mut connection = Connection::open(&server).await;
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
