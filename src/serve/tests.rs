//! What the server promises, asked over real connections on this machine.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::mpsc;
use std::thread::JoinHandle;

use super::requests::SitePages;
use super::*;

/// No wait takes this long unless the test fails.
const LONG: Duration = Duration::from_secs(20);

struct Server {
    folder: tempfile::TempDir,
    port: u16,
    /// What the next changes lead to: another home page, or a problem. A change waits for it.
    sites: mpsc::Sender<Result<&'static str, String>>,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

const PAGE: &str = "<!doctype html><html><head><title>t</title></HEAD><body>home</body></html>";

const FILES: [(&str, &str); 9] = [
    ("404.html", "<head></head>lost"),
    ("api/v1/runs.ndjson", "{}\n"),
    ("app.webmanifest", "{}"),
    ("chart.svg", "<svg/>"),
    ("feed.xml", "<feed/>"),
    ("index.html", PAGE),
    ("metrics.prom", "# EOF\n"),
    ("runs.csv", "a,b\n"),
    ("series/a/index.html", "<head></head>series a"),
];

/// Shows a made-up site, which a change turns into the next of `sites`, or refuses.
fn work(requests: &Requests, sites: &mpsc::Receiver<Result<&'static str, String>>) {
    let paths: Vec<&str> = FILES.iter().map(|(path, _)| *path).chain(["zero.txt"]).collect();
    let mut home = PAGE;
    loop {
        let make = |path: &str| match FILES.iter().find(|(known, _)| *known == path) {
            Some(_) if path == "index.html" => Ok(home.as_bytes().to_vec()),
            Some((_, text)) => Ok(text.as_bytes().to_vec()),
            None => Err("it divides by zero".to_owned()),
        };
        let pages = SitePages { paths: &paths, render: &make };
        if requests.answer_until_change(&pages, &mut || false).is_none() {
            return;
        }
        match sites.recv_timeout(LONG).unwrap() {
            Ok(page) => {
                home = page;
                requests.report_build(Ok(()));
            }
            Err(reason) => requests.report_build(Err(reason)),
        }
    }
}

fn start(base_path: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(root.join("secret.txt"), "secret").unwrap();
    fs::create_dir(root.join("data")).unwrap();
    let options = ServeOptions {
        base_path: base_path.to_owned(),
        site_dir: root.join("site"),
        watch: vec![root.join("data")],
        ignore: Vec::new(),
    };
    let (address, addresses) = mpsc::channel();
    let (sites, outcomes) = mpsc::channel();
    let hooks = ServeHooks {
        work: Box::new(move |requests| work(requests, &outcomes)),
        on_ready: Box::new(move |url| address.send(url.to_owned()).unwrap()),
    };
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let serve = move || {
        serve_until(LocalPort::bind(0)?, &options, hooks, async { ended.await.unwrap_or_default() })
    };
    let thread = Some(std::thread::spawn(serve));
    let url = addresses.recv_timeout(LONG).unwrap();
    let rest = url.strip_prefix("http://localhost:").unwrap();
    let port = rest.split('/').next().unwrap().parse().unwrap();
    Server { folder, port, sites, end: Some(end), thread }
}

impl Server {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream
    }

    /// Sends a request as it is written, and returns the whole answer.
    fn send(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.ask("GET", path, "localhost")
    }

    fn ask(&self, method: &str, path: &str, host: &str) -> String {
        self.send(&format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
    }

    /// Follows the events, as a page that was just served does.
    fn follow(&self) -> Events {
        let page = self.get("/");
        let generation = page.split("data-generation=\"").nth(1).unwrap();
        let generation = generation.split('"').next().unwrap();
        let mut stream = self.connect();
        let path = format!("/_benchpages/events?generation={generation}");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut events = Events(BufReader::new(stream));
        assert_eq!(events.next().0, "hello");
        events
    }

    fn change(&self) {
        fs::write(self.folder.path().join("data/policy.yml"), "changed").unwrap();
    }

    fn stop(&mut self) -> Result<(), ServeError> {
        drop(self.end.take());
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.thread.is_some() {
            let _ = self.stop();
        }
    }
}

struct Events(BufReader<TcpStream>);

impl Events {
    /// Name and data of the next event.
    fn next(&mut self) -> (String, String) {
        let mut name = String::new();
        let mut data = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the events ended");
            let line = line.trim_end();
            if let Some(text) = line.strip_prefix("event: ") {
                name = text.to_owned();
            } else if let Some(text) = line.strip_prefix("data: ") {
                data.push(text.to_owned());
            } else if line.is_empty() && !name.is_empty() {
                return (name, data.join("\n"));
            }
        }
    }
}

fn status(answer: &str) -> u16 {
    answer[9..12].parse().unwrap()
}

fn has(answer: &str, header: &str) -> bool {
    let head = answer.split("\r\n\r\n").next().unwrap().to_ascii_lowercase();
    head.lines().any(|line| line == header)
}

#[test]
fn pages_come_with_the_reload_script_and_are_never_stored() {
    let server = start("/");
    let answer = server.get("/");
    assert_eq!(status(&answer), 200);
    for header in [
        "content-type: text/html; charset=utf-8",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(has(&answer, header), "{header} in {answer}");
    }
    let script = "<script defer src=\"/_benchpages/reload.js\" data-generation=\"";
    assert!(answer.contains(script) && answer.contains("</script></HEAD><body>home"), "{answer}");
    let script = server.get("/_benchpages/reload.js");
    assert!(status(&script) == 200 && has(&script, "content-type: text/javascript; charset=utf-8"));
    assert!(!script.contains("innerHTML") && script.contains("textContent"));
    assert!(has(&server.get("/_benchpages/reload.css"), "content-type: text/css; charset=utf-8"));
}

#[test]
fn a_folder_without_its_slash_redirects_for_good_and_a_lost_page_is_404() {
    let server = start("/");
    assert!(server.get("/series/a/").contains("series a"));
    let moved = server.get("/series/a?x=1");
    assert_eq!(status(&moved), 301);
    assert!(has(&moved, "location: /series/a/?x=1"), "{moved}");
    let lost = server.get("/series/b/");
    assert_eq!(status(&lost), 404);
    assert!(lost.contains("lost") && has(&lost, "content-type: text/html; charset=utf-8"));
}

#[test]
fn under_a_base_path_only_the_base_path_is_served() {
    let server = start("/repo/");
    assert!(server.get("/repo/").contains("home"));
    assert!(has(&server.get("/"), "location: /repo/"));
    let bare = server.get("/repo");
    assert_eq!(status(&bare), 301);
    assert!(has(&bare, "location: /repo/"));
    assert!(has(&server.get("/repo/series/a"), "location: /repo/series/a/"));
    assert_eq!(status(&server.get("/series/a/")), 404);
    assert_eq!(status(&server.get("/repository/")), 404);
    assert_eq!(status(&server.get("/_benchpages/reload.js")), 200);
}

#[test]
fn files_are_sent_as_what_they_are() {
    let server = start("/");
    for (path, kind) in [
        ("/chart.svg", "image/svg+xml; charset=utf-8"),
        ("/api/v1/runs.ndjson", "application/x-ndjson; charset=utf-8"),
        ("/feed.xml", "application/xml; charset=utf-8"),
        ("/runs.csv", "text/csv; charset=utf-8"),
        ("/metrics.prom", "text/plain; version=0.0.4; charset=utf-8"),
        ("/app.webmanifest", "application/manifest+json; charset=utf-8"),
    ] {
        let answer = server.get(path);
        assert_eq!(status(&answer), 200, "{path}");
        assert!(has(&answer, &format!("content-type: {kind}")), "{answer}");
        assert!(!answer.contains("_benchpages"), "{path}");
    }
}

#[test]
fn no_path_leaves_the_site() {
    let server = start("/");
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%2fsecret.txt",
        "/series/../../secret.txt",
        "/series/%2e%2e/%2e%2e/secret.txt",
        "/..\\secret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/%2fetc/passwd",
        "//etc/passwd",
        "/C:/secret.txt",
        "/index.html%00",
        "/%",
        "/%ff",
    ] {
        let answer = server.get(path);
        assert!([400, 404].contains(&status(&answer)), "{path}: {answer}");
        assert!(!answer.contains("secret") && !answer.contains("root:"), "{path}: {answer}");
    }
}

#[test]
fn a_redirect_never_names_another_server() {
    let server = start("/");
    for path in ["//series/a", "/%2fseries/a", "//evil.example/..", "/\\evil.example/series/a"] {
        let answer = server.get(path).to_ascii_lowercase();
        assert!(!answer.contains("\r\nlocation:"), "{path}: {answer}");
    }
}

#[test]
fn only_hosts_of_this_machine_are_answered() {
    let server = start("/");
    for host in ["localhost", "LOCALHOST:8080", "127.0.0.1", "127.0.0.1:99", "[::1]", "[::1]:8080"]
    {
        assert_eq!(status(&server.ask("GET", "/", host)), 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "evil@localhost",
        "",
        "0.0.0.0",
    ] {
        let answer = server.ask("GET", "/", host);
        assert!([400, 403].contains(&status(&answer)), "{host}: {answer}");
        assert!(!answer.contains("home"), "{host}: {answer}");
    }
    let none = server.send("GET / HTTP/1.0\r\n\r\n");
    assert!([400, 403].contains(&status(&none)), "{none}");
    let two = "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n";
    assert!([400, 403].contains(&status(&server.send(two))));
}

#[test]
fn head_answers_like_get_without_a_body_and_other_methods_are_refused() {
    let server = start("/");
    for path in ["/", "/chart.svg", "/lost"] {
        let (get, head) = (server.get(path), server.ask("HEAD", path, "localhost"));
        let (get_head, _) = get.split_once("\r\n\r\n").unwrap();
        let (head_head, body) = head.split_once("\r\n\r\n").unwrap();
        let lines = |text: &str| {
            let lines = text.lines().filter(|line| !line.starts_with("date:"));
            lines.map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(lines(get_head), lines(head_head), "{path}");
        assert_eq!(body, "", "{path}");
    }
    let post = server.ask("POST", "/", "localhost");
    assert_eq!(status(&post), 405);
    assert!(has(&post, "allow: get, head"));
}

#[test]
fn a_page_that_cannot_be_made_says_why() {
    let server = start("/");
    let answer = server.get("/zero.txt");
    assert_eq!(status(&answer), 500);
    assert!(answer.contains("it divides by zero"), "{answer}");
    assert!(server.get("/").contains("home"));
}

#[test]
fn a_change_tells_the_page_to_reload_and_requests_meanwhile_wait_for_the_new_site() {
    let server = start("/");
    let mut events = server.follow();
    server.change();
    let mut early = server.connect();
    write!(early, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    server.sites.send(Ok("<head></head>second")).unwrap();
    assert_eq!(events.next().0, "reload");
    assert!(server.get("/").contains("second"));
    let mut answer = String::new();
    early.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), 200);
}

#[test]
fn a_change_that_cannot_be_shown_keeps_the_site_and_shows_why() {
    let server = start("/");
    let mut events = server.follow();
    server.sites.send(Err("policy.yml:3:5: <b>no</b>\r\nsuch key".to_owned())).unwrap();
    server.change();
    let (name, data) = events.next();
    assert_eq!(name, "problem");
    assert!(data.contains("policy.yml:3:5: <b>no</b>") && data.ends_with("such key"), "{data:?}");
    assert!(server.get("/").contains("home"));
    // A page that comes later is told too.
    assert_eq!(server.follow().next().0, "problem");
}

#[test]
fn a_page_from_before_the_last_build_reloads_when_it_comes_back() {
    let server = start("/");
    let mut stream = server.connect();
    let path = "/_benchpages/events?generation=1";
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut events = Events(BufReader::new(stream));
    assert_eq!((events.next().0, events.next().0), ("hello".to_owned(), "reload".to_owned()));
}

#[test]
fn a_taken_port_is_reported_with_the_next_free_one() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    match LocalPort::bind(port) {
        Err(ServeError::PortTaken { port: reported, next }) => {
            assert_eq!(reported, port);
            assert!(next.is_none_or(|next| next > port));
        }
        other => panic!("{other:?}"),
    }
    let error = ServeError::PortTaken { port: 8080, next: Some(8081) }.to_string();
    assert!(error.contains("--port 8081"), "{error}");
}

#[test]
fn only_loopback_is_bound() {
    for listener in LocalPort::bind(0).unwrap().listeners {
        assert!(listener.local_addr().unwrap().ip().is_loopback());
    }
}

#[test]
fn the_end_does_not_wait_for_open_pages() {
    let mut server = start("/");
    let mut events = server.follow();
    let idle = server.connect();
    let asked = std::time::Instant::now();
    server.stop().unwrap();
    assert!(asked.elapsed() < LONG / 2);
    let mut rest = String::new();
    events.0.read_to_string(&mut rest).unwrap();
    drop(idle);
    assert!(TcpStream::connect(("127.0.0.1", server.port)).is_err());
}

#[test]
fn pages_from_elsewhere_get_no_answer() {
    let server = start("/");
    let ask = |headers: &str| {
        let request = "GET / HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n";
        status(&server.send(&format!("{request}{headers}\r\n")))
    };
    for headers in [
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Origin: http://localhost:3000\r\n",
        "Origin: https://localhost:8080\r\n",
        "Origin: http://localhost:8080\r\nOrigin: https://evil.example\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n",
        "Sec-Fetch-Site: other\r\n",
    ] {
        assert_eq!(ask(headers), 403, "{headers}");
    }
    for headers in [
        "",
        "Origin: http://localhost:8080\r\n",
        "Sec-Fetch-Site: none\r\n",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n",
    ] {
        assert_eq!(ask(headers), 200, "{headers}");
    }
}
