//! What stands between a client and its server: takes requests whole, and
//! does with them what the weather says.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use fastrand::Rng;

use super::PATIENCE;
use crate::faults::random;

/// After how long a proxy cuts off who waits for news.
const CUT: Duration = Duration::from_secs(3);

/// What happens on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Way {
    /// Everything gets through.
    #[default]
    Open,
    /// Replies are lost, and requests delivered twice: each this often in a
    /// hundred.
    Bad { lost: u8, twice: u8 },
    /// Nobody is let in, and who is in is thrown out.
    Shut,
    /// Nothing moves, and nobody is told.
    Stuck,
}

/// What happened on the way so far.
#[derive(Debug, Default)]
pub struct Count {
    pub requests: AtomicU64,
    pub lost: AtomicU64,
    pub twice: AtomicU64,
}

/// A proxy in front of a server.
pub struct Proxy {
    pub address: SocketAddr,
    pub count: Arc<Count>,
    way: Arc<(Mutex<Way>, Condvar)>,
}

/// One side of it, for one connection.
#[derive(Clone)]
struct Leg {
    server: SocketAddr,
    count: Arc<Count>,
    way: Arc<(Mutex<Way>, Condvar)>,
    random: Arc<Mutex<Rng>>,
}

impl Proxy {
    /// In front of the server at this address.
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let leg = Leg {
            server,
            count: Arc::default(),
            way: Arc::default(),
            random: Arc::new(Mutex::new(random())),
        };
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            count: Arc::clone(&leg.count),
            way: Arc::clone(&leg.way),
        };
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let leg = leg.clone();
                thread::spawn(move || leg.carry(&stream));
            }
        });
        proxy
    }

    /// From now on it goes like this.
    pub fn set(&self, way: Way) {
        *self.way.0.lock().unwrap() = way;
        self.way.1.notify_all();
    }
}

impl Leg {
    fn one_in_a_hundred(&self) -> u8 {
        self.random.lock().unwrap().u8(..100)
    }

    /// Takes one request to the server, and its reply back.
    fn carry(&self, client: &TcpStream) -> Option<()> {
        let request = request(client)?;
        let way = self.passable()?;
        self.count.requests.fetch_add(1, Ordering::Relaxed);
        let mut reply = self.ask(&request)?;
        if let Way::Bad { lost, twice } = way {
            if self.one_in_a_hundred() < twice {
                self.count.twice.fetch_add(1, Ordering::Relaxed);
                reply = self.ask(&request)?;
            }
            if self.one_in_a_hundred() < lost {
                self.count.lost.fetch_add(1, Ordering::Relaxed);
                return None;
            }
        }
        self.passable()?;
        let mut client = client;
        client.write_all(&reply).ok()
    }

    /// Waits until something moves; `None` where nobody is let through.
    fn passable(&self) -> Option<Way> {
        let mut way = self.way.0.lock().unwrap();
        while *way == Way::Stuck {
            way = self.way.1.wait(way).unwrap();
        }
        (*way != Way::Shut).then_some(*way)
    }

    /// The whole reply; `None` where none comes in time.
    fn ask(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut server = TcpStream::connect(self.server).ok()?;
        server.set_read_timeout(Some(CUT)).ok()?;
        server.write_all(request).ok()?;
        let mut reply = Vec::new();
        server.read_to_end(&mut reply).ok()?;
        (!reply.is_empty()).then_some(reply)
    }
}

/// One request, whole, that ends its connection.
fn request(client: &TcpStream) -> Option<Vec<u8>> {
    client.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut reader = BufReader::new(client);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        head.push_str(&line);
    }
    let mut whole = format!("{head}connection: close\r\n\r\n").into_bytes();
    let begin = whole.len();
    whole.resize(begin + length, 0);
    reader.read_exact(&mut whole[begin..]).ok()?;
    Some(whole)
}
