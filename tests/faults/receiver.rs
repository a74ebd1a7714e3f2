//! A channel's other side, that answers when the test says so.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, Receiver as Inbox},
    thread,
};

use super::PATIENCE;

/// Takes every post, and answers none by itself.
pub struct Receiver {
    url: String,
    posts: Inbox<Post>,
}

/// A post that arrived whole, and waits for its answer.
pub struct Post {
    /// Its `webhook-id`.
    pub id: String,
    pub body: String,
    stream: TcpStream,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (tx, posts) = mpsc::channel();
        thread::spawn(move || {
            // One after the other: a half-sent post would end with its sender.
            for stream in listener.incoming().map_while(Result::ok) {
                if read(stream).is_some_and(|post| tx.send(post).is_err()) {
                    return;
                }
            }
        });
        Self { url, posts }
    }

    /// A channel of the configuration, that leads here.
    pub fn channel(&self, name: &str) -> String {
        let url = &self.url;
        format!("[channels.{name}]\nkind = \"webhook\"\nurl = \"{url}\"\nformat = \"text\"\n")
    }

    /// The next post.
    pub fn post(&self) -> Post {
        self.posts
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("nothing arrived"))
    }

    /// A post that has arrived already.
    pub fn other(&self) -> Option<Post> {
        self.posts.try_recv().ok()
    }
}

impl Post {
    /// Says that it was taken. A sender that is gone does not hear it.
    pub fn take(self) {
        self.answer("200 OK");
    }

    /// Says that it never will be taken.
    pub fn refuse(self) {
        self.answer("403 Forbidden");
    }

    fn answer(mut self, status: &str) {
        let rest = "content-length: 0\r\nconnection: close";
        let answer = format!("HTTP/1.1 {status}\r\n{rest}\r\n\r\n");
        self.stream.write_all(answer.as_bytes()).ok();
    }
}

fn read(stream: TcpStream) -> Option<Post> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "webhook-id" => value.clone_into(&mut id),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    Some(Post { id, body, stream })
}
