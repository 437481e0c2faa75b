//! Who is closed, and when. The connections are in memory and the clock moves only while everything
//! waits, so that ten seconds take none.

use axum::response::IntoResponse as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::*;
use crate::serve::live_reload::LiveReload;

/// A page that fills every buffer on the way many times.
const LONG_PAGE_BYTES: usize = 2 << 20;
const REQUEST: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const LONG_REQUEST: &str = "GET /long.txt HTTP/1.1\r\nHost: localhost\r\n\r\n";
const EVENTS_REQUEST: &str = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A listener whose connections come from the test.
struct TestListener(mpsc::UnboundedReceiver<DuplexStream>);

impl Listener for TestListener {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(stream) => (stream, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<()> {
        Ok(())
    }
}

struct TestServer {
    connect: mpsc::UnboundedSender<DuplexStream>,
    connections: Arc<Connections>,
    live: Arc<LiveReload>,
}

/// Answers at once: no other thread takes part, so that the clock is exact.
struct TestSite(Arc<LiveReload>);

impl HttpSite for TestSite {
    async fn answer(&self, request: &Parts) -> Response {
        match request.uri.path() {
            "/events" => self.0.event_stream(u64::MAX).into_response(),
            "/long.txt" => Response::new(Body::from(vec![b'x'; LONG_PAGE_BYTES])),
            _ => Response::new(Body::from("home")),
        }
    }

    fn has_page(&self, request: &Parts) -> bool {
        request.uri.path() != "/events"
    }

    fn closed(&self) -> impl Future<Output = ()> + Send + 'static {
        self.0.closed()
    }
}

impl TestServer {
    fn start(limits: ConnectionLimits) -> Self {
        let live = Arc::new(LiveReload::new());
        let site = Arc::new(TestSite(Arc::clone(&live)));
        let connections = Connections::new(limits);
        let (connect, accepted) = mpsc::unbounded_channel();
        tokio::spawn(Arc::clone(&connections).serve(TestListener(accepted), site));
        Self { connect, connections, live }
    }

    fn connect(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(1 << 10);
        self.connect.send(theirs).unwrap();
        ours
    }

    /// Connects and sends this.
    async fn send(&self, request: &str) -> DuplexStream {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }
}

/// Reads the head of an answer.
async fn head(stream: &mut DuplexStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// Reads to the end; the bytes read, and the seconds until then.
async fn end(stream: &mut DuplexStream) -> (usize, u64) {
    let (start, mut bytes) = (Instant::now(), Vec::new());
    let _ = stream.read_to_end(&mut bytes).await;
    (bytes.len(), start.elapsed().as_secs())
}

fn limits(connections: usize, pages: usize) -> ConnectionLimits {
    ConnectionLimits { connections, pages, ..ConnectionLimits::default() }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_does_not_come_or_does_not_end_is_closed_after_ten_seconds() {
    let server = TestServer::start(ConnectionLimits::default());
    for start in ["", "GET / HTTP/1.1\r\nHost: local"] {
        let mut stream = server.send(start).await;
        assert_eq!(end(&mut stream).await.1, 10, "{start:?}");
    }
    // A byte now and then does not help.
    let mut slow = server.send("GET / HTTP/1.1\r\n").await;
    let start = Instant::now();
    while slow.write_all(b"A").await.is_ok() {
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_ten_seconds_after_its_answer() {
    let server = TestServer::start(ConnectionLimits::default());
    let mut stream = server.send(REQUEST).await;
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 200"));
    assert_eq!(end(&mut stream).await, ("home".len(), 10));
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_takes_nothing_or_too_little_is_closed() {
    let server = TestServer::start(ConnectionLimits::default());
    let mut stuck = server.send(LONG_REQUEST).await;
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert!(end(&mut stuck).await.0 < LONG_PAGE_BYTES);
    let mut slow = server.send(LONG_REQUEST).await;
    let (start, mut part) = (Instant::now(), [0; 1 << 10]);
    while slow.read(&mut part).await.is_ok_and(|bytes| bytes > 0) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(start.elapsed() < Duration::from_secs(20), "1 KiB a second is too slow");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_keeps_up_gets_the_whole_page_however_long_it_takes() {
    let server = TestServer::start(ConnectionLimits::default());
    let mut stream = server.send(LONG_REQUEST).await;
    assert!(head(&mut stream).await.contains(&format!("content-length: {LONG_PAGE_BYTES}\r\n")));
    let (start, mut read, mut part) = (Instant::now(), 0, vec![0; 32 << 10]);
    while read < LONG_PAGE_BYTES {
        stream.read_exact(&mut part).await.unwrap();
        read += part.len();
        tokio::time::sleep(Duration::from_secs(4)).await;
    }
    assert!(start.elapsed() > Duration::from_secs(200));
}

#[tokio::test(start_paused = true)]
async fn one_connection_too_many_takes_the_place_of_the_one_that_waits_longest() {
    let server = TestServer::start(limits(2, 16));
    let mut events = server.send(EVENTS_REQUEST).await;
    assert!(head(&mut events).await.starts_with("HTTP/1.1 200"));
    let mut idle = server.connect();
    for _ in 0..10 {
        let mut next = server.send(REQUEST).await;
        assert!(head(&mut next).await.starts_with("HTTP/1.1 200"));
        assert_eq!(end(&mut idle).await.1, 0, "its place is taken");
        assert_eq!(server.connections.slots.available_permits(), 0);
        idle = next;
    }
    server.live.publish_build(Ok(()));
    let mut event = [0; 4];
    events.read_exact(&mut event).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn pages_in_memory_are_counted_and_events_are_not() {
    let server = TestServer::start(limits(64, 2));
    let _stuck = (server.send(LONG_REQUEST).await, server.send(LONG_REQUEST).await);
    let mut events = server.send(EVENTS_REQUEST).await;
    assert!(head(&mut events).await.starts_with("HTTP/1.1 200"));
    let start = Instant::now();
    let mut third = server.send(REQUEST).await;
    assert!(head(&mut third).await.starts_with("HTTP/1.1 200"));
    assert_eq!(start.elapsed().as_secs(), 10, "it waits until the others are closed");
}

#[tokio::test(start_paused = true)]
async fn the_end_closes_idle_connections_and_streams() {
    let server = TestServer::start(ConnectionLimits::default());
    let mut idle = server.connect();
    let mut events = server.send(EVENTS_REQUEST).await;
    assert!(head(&mut events).await.starts_with("HTTP/1.1 200"));
    server.live.close();
    server.connections.all_closed().await;
    assert_eq!(end(&mut idle).await, (0, 0));
}
