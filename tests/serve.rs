//! `benchpages serve`: a real server on a free port, a page, a reload, an end. Every wait is for
//! something that the server says, and bounded.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::support::{History, NOW, answer, days, lines, program};

/// Longer than a build takes on a busy machine; reached only when something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that ends with the test.
struct Server {
    process: Child,
    said: Receiver<String>,
    address: String,
    base: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(history: &History, more: &[&str]) -> Self {
        let mut command = program();
        command.args(["serve", "--port", "0", "--now", NOW]).args(more);
        command.arg("--data").arg(history.data()).arg("--out").arg(history.out());
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut server = Self { process, said, address: String::new(), base: String::new() };
        let line = server.wait_for("http://");
        let (_, url) = line.split_once("http://").unwrap();
        let url = url.split_whitespace().next().unwrap();
        let (address, base) = url.split_once('/').unwrap();
        server.address = address.replace("localhost", "127.0.0.1");
        server.base = format!("/{base}");
        server
    }

    /// The next line on stderr that holds `text`.
    fn wait_for(&self, text: &str) -> String {
        let mut before = Vec::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => before.push(line),
                Err(error) => panic!("no line with {text:?} ({error}); said: {before:#?}"),
            }
        }
    }

    fn open(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream
    }

    fn get(&self, path: &str) -> String {
        let mut all = Vec::new();
        self.open(path).read_to_end(&mut all).unwrap();
        String::from_utf8_lossy(&all).into_owned()
    }
}

/// Reads a stream of events until one line holds `text`; returns the line after it.
fn event(stream: &mut BufReader<TcpStream>, text: &str) -> String {
    let mut line = String::new();
    while !line.contains(text) {
        line.clear();
        assert_ne!(stream.read_line(&mut line).unwrap(), 0, "the stream ended before {text:?}");
    }
    line.clear();
    stream.read_line(&mut line).unwrap();
    line.trim().to_owned()
}

fn history() -> History {
    let history = History::new();
    history.file("results/a.ndjson", lines(&days(&[100.0, 101.0, 99.0])));
    history
}

#[test]
fn it_shows_the_site_and_tells_open_pages_of_changes() {
    let history = history();
    let server = Server::start(&history, &["--base-path", "/widgets/"]);
    assert_eq!(server.base, "/widgets/");
    let page = server.get("/widgets/health/");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Data health"), "{page}");
    let missing = server.get("/widgets/nothing/");
    assert!(missing.starts_with("HTTP/1.1 404") && missing.contains("Page not found"), "{missing}");
    let outside = server.get("/widgets/../../../etc/passwd");
    assert!(outside.starts_with("HTTP/1.1 404"), "{outside}");
    let mut events = BufReader::new(server.open("/_benchpages/events"));
    let generation = event(&mut events, "event: hello");
    let generation = generation.trim_start_matches("data: ");
    let query = format!("/_benchpages/events?generation={generation}");
    let mut events = BufReader::new(server.open(&query));
    event(&mut events, "event: hello");
    history.file("results/b.ndjson", lines(&days(&[100.0, 101.0, 99.0, 100.0])[3..]));
    event(&mut events, "event: reload");
    let index = server.get("/widgets/api/v2/index.json");
    assert!(index.contains("\"points\":4"), "{index}");
}

#[test]
fn a_change_that_cannot_be_built_is_told_and_the_old_site_stays() {
    let history = history();
    let server = Server::start(&history, &[]);
    let mut events = BufReader::new(server.open("/_benchpages/events"));
    event(&mut events, "event: hello");
    history.file("policy.yml", "nonsense: 1\n");
    event(&mut events, "event: problem");
    server.wait_for("nonsense");
    assert!(server.get("/health/").starts_with("HTTP/1.1 200"));
    history.file("policy.yml", "version: \"2\"\n");
    event(&mut events, "event: reload");
}

#[cfg(unix)]
#[test]
fn a_changed_chapter_is_shown_and_a_fault_of_it_leaves_the_last_good_one() {
    let history = history();
    let docs = tempfile::tempdir().unwrap();
    // Whole at once, as editors save: half of a file would be one more change.
    let write = |name: &str, text: &str| {
        let draft = docs.path().join(".draft");
        std::fs::write(&draft, text).unwrap();
        std::fs::rename(draft, docs.path().join(name)).unwrap();
    };
    write("README.md", "- [Start](start.md)\n");
    write("start.md", "First text.\n");
    let server = Server::start(&history, &["--docs", docs.path().to_str().unwrap()]);
    assert!(server.get("/docs/start.html").contains("First text."));
    write("start.md", "Second text.\n");
    server.wait_for("the change took");
    assert!(server.get("/docs/start.html").contains("Second text."));
    write("README.md", "- [Gone](gone.md)\n");
    server.wait_for("there is no gone.md");
    assert!(server.get("/docs/start.html").contains("Second text."));
}

#[test]
fn control_c_ends_it_with_success() {
    let history = history();
    let mut server = Server::start(&history, &[]);
    let open = server.open("/_benchpages/events");
    let id = server.process.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    let (done, ended) = channel();
    // The server closes its stderr when it ends: that is what is waited for.
    std::thread::spawn({
        let said = std::mem::replace(&mut server.said, channel().1);
        move || {
            while said.recv().is_ok() {}
            let _ = done.send(());
        }
    });
    ended.recv_timeout(PATIENCE).expect("it ends although a page is open");
    assert_eq!(server.process.wait().unwrap().code(), Some(0));
    drop(open);
}

#[test]
fn a_taken_port_is_told_with_the_next_free_one() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let history = history();
    let mut command = program();
    command.args(["serve", "--now", NOW, "--port", &port.to_string()]);
    command.arg("--data").arg(history.data()).arg("--out").arg(history.out());
    let told = answer(&mut command);
    assert_eq!(told.status, 2, "{}", told.err);
    assert!(told.err.contains(&format!("port {port} is taken")), "{}", told.err);
    assert!(told.err.contains("--port "), "{}", told.err);
}
