//! A server on loopback that hands out the files of a release, whole or cut.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server answers at an address.
#[derive(Clone)]
struct Reply {
    status: u16,
    body: Vec<u8>,
    /// Bytes that the head promises.
    length: usize,
}

#[derive(Clone, Default)]
struct Replies(Arc<Mutex<BTreeMap<String, Reply>>>);

/// Runs until the test ends; what it does not have is answered with 404.
pub struct Server {
    replies: Replies,
    port: u16,
}

impl Server {
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server =
            Self { replies: Replies::default(), port: listener.local_addr().unwrap().port() };
        let replies = server.replies.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that is gone is no fault of the server.
                let _ = answer(&stream, &replies);
            }
        });
        server
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn put(&self, path: &str, reply: Reply) {
        self.replies.0.lock().unwrap().insert(path.to_owned(), reply);
    }

    pub fn serve(&self, path: &str, body: Vec<u8>) {
        let length = body.len();
        self.put(path, Reply { status: 200, body, length });
    }

    /// Ends the connection after half of the file.
    pub fn truncate(&self, path: &str) {
        let mut reply = self.replies.0.lock().unwrap()[path].clone();
        reply.body.truncate(reply.length / 2);
        self.put(path, reply);
    }

    pub fn refuse(&self, path: &str, status: u16) {
        self.put(path, Reply { status, body: Vec::new(), length: 0 });
    }
}

fn answer(mut stream: &TcpStream, replies: &Replies) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    // The rest of the head; a reply before it was read could reset the connection.
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = request.split(' ').nth(1).unwrap_or_default();
    let missing = Reply { status: 404, body: Vec::new(), length: 0 };
    let reply = replies.0.lock().unwrap().get(path).cloned().unwrap_or(missing);
    let Reply { status, body, length } = reply;
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}
