//! A server in a house of its own, which ends with its test.

use std::{
    io::{BufRead as _, BufReader, Read},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver},
    },
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use super::{
    PATIENCE,
    ask::{Answer, ask},
};
use crate::cli::house::House;

/// A house whose server probes nothing by itself.
pub fn house() -> House {
    let house = House::new();
    house.config("probes = []\n");
    house
}

/// A token of that house.
pub fn token(house: &House, name: &str, scope: &str) -> String {
    let made = house.done(&format!("token create {name} --scope {scope}"));
    made.out.trim_end().to_owned()
}

/// A server that runs.
pub struct Served {
    child: Child,
    lines: Receiver<String>,
    all: Arc<Mutex<String>>,
    pub address: SocketAddr,
}

impl Served {
    /// On a free port.
    pub fn start(house: &House, line: &str) -> Self {
        let line = format!("serve --listen 127.0.0.1:0 {line}");
        Self::with(house.command(line.split_whitespace()))
    }

    /// As the command says, which has to listen on a port.
    pub fn with(mut command: Command) -> Self {
        let mut served = Self::spawn(&mut command);
        while served.address.port() == 0 {
            let said = served.says("serving ");
            let address = said.rsplit_once("://").map(|(_, address)| address);
            served.address = address.map_or(served.address, |at| at.parse().unwrap());
        }
        served
    }

    /// As the command says; the address is not known.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let all = Arc::new(Mutex::new(String::new()));
        let stderr = child.stderr.take().unwrap();
        Self {
            child,
            lines: lines(stderr, Arc::clone(&all)),
            all,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        }
    }

    /// The next line that begins like this.
    pub fn says(&self, start: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                let all = self.all.lock().unwrap();
                panic!("it never said {start:?}, but:\n{all}")
            });
            if line.starts_with(start) {
                return line;
            }
        }
    }

    /// Everything it said so far.
    pub fn said(&self) -> String {
        self.all.lock().unwrap().clone()
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub fn get(&self, path: &str, token: Option<&str>) -> Answer {
        ask(&mut self.connect(), "GET", path, token)
    }

    /// Asks until it is answered like this.
    pub fn until(&self, path: &str, token: Option<&str>, status: u16) -> Answer {
        let mut last = None;
        for _ in 0..PATIENCE.as_millis() / 50 {
            let answer = self.get(path, token);
            if answer.status == status {
                return answer;
            }
            last = Some(answer);
            thread::sleep(Duration::from_millis(50));
        }
        panic!("{path} never answered {status}, but {last:?}");
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end, and answers its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Asks it to end.
    pub fn end(&mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.ended()
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.kill();
    }
}

fn lines(from: impl Read + Send + 'static, all: Arc<Mutex<String>>) -> Receiver<String> {
    let (tx, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut all = all.lock().unwrap();
            all.push_str(&line);
            all.push('\n');
            drop(all);
            tx.send(line).ok();
        }
    });
    lines
}
