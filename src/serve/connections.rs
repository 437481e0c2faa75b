//! Connections: how many there are at once, and when one is closed.
//!
//! The server answers one person, and its memory must not depend on how many programs connect:
//!
//! - At most [`ConnectionLimits::connections`] are open. A further one takes the place of the one
//!   that has waited longest for a request, so that idle connections keep nobody out.
//! - A request must be complete, and the next one must come, within
//!   [`ConnectionLimits::header_time`].
//! - A reader that does not take its answer within [`ConnectionLimits::write_time`] is closed.
//! - At most [`ConnectionLimits::pages`] pages are in memory. Streams of events hold none.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::response::Response;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::serve::response_body::ResponseBody;
use crate::serve::timed_stream::TimedStream;

/// Longest head of a request, and what is buffered of an answer, in bytes.
const MAX_BUFFER_BYTES: usize = 64 << 10;

/// What the server allows its clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConnectionLimits {
    /// Connections at once. A browser opens six.
    pub(super) connections: usize,
    /// Pages that are made or sent at once.
    pub(super) pages: usize,
    /// From the start of a connection, or the end of an answer, to the end of a request's head.
    pub(super) header_time: Duration,
    /// For a part of an answer to be taken.
    pub(super) write_time: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        let time = Duration::from_secs(10);
        Self { connections: 64, pages: 8, header_time: time, write_time: time }
    }
}

/// What connections are for.
pub(super) trait HttpSite: Send + Sync + 'static {
    /// Answers a request.
    fn answer(&self, request: &Parts) -> impl Future<Output = Response> + Send;

    /// Whether the answer is a page, and not a stream of events without an end.
    fn has_page(&self, request: &Parts) -> bool;

    /// Ends when the server does.
    fn closed(&self) -> impl Future<Output = ()> + Send + 'static;
}

/// The open connections of all listeners.
pub(super) struct Connections {
    limits: ConnectionLimits,
    slots: Arc<Semaphore>,
    /// One for each page that may be in memory.
    pages: Arc<Semaphore>,
    waiting: Mutex<WaitingLine>,
    /// A connection began to wait for a request.
    began_to_wait: Notify,
}

/// Connections without a request, by the order in which they began to wait.
#[derive(Default)]
struct WaitingLine {
    next_number: u64,
    close_signals: BTreeMap<u64, Arc<Notify>>,
}

impl Connections {
    pub(super) fn new(limits: ConnectionLimits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            slots: Arc::new(Semaphore::new(limits.connections)),
            pages: Arc::new(Semaphore::new(limits.pages)),
            waiting: Mutex::default(),
            began_to_wait: Notify::new(),
        })
    }

    /// Accepts and serves connections until the site is closed.
    pub(super) async fn serve(
        self: Arc<Self>,
        mut listener: impl Listener,
        site: Arc<impl HttpSite>,
    ) {
        let mut closed = std::pin::pin!(site.closed());
        loop {
            let accepted = async {
                let (stream, _address) = listener.accept().await;
                (stream, self.slot().await)
            };
            let (stream, slot) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut closed => return,
            };
            let (connections, site) = (Arc::clone(&self), Arc::clone(&site));
            tokio::spawn(async move {
                let _slot = slot;
                connections.serve_one(stream, site).await;
            });
        }
    }

    /// Waits until all connections are closed.
    pub(super) async fn all_closed(&self) {
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let _ = self.slots.acquire_many(all).await;
    }

    /// A place for one more connection; closes idle ones until there is one.
    async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        loop {
            if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
                return Some(slot);
            }
            let freed = Arc::clone(&self.slots).acquire_owned();
            if self.close_longest_waiting() {
                return freed.await.ok();
            }
            tokio::select! {
                slot = freed => return slot.ok(),
                () = self.began_to_wait.notified() => {}
            }
        }
    }

    /// Closes an idle connection, if there is one.
    fn close_longest_waiting(&self) -> bool {
        let longest = self.line().close_signals.pop_first();
        longest.inspect(|(_, close)| close.notify_one()).is_some()
    }

    fn line(&self) -> std::sync::MutexGuard<'_, WaitingLine> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves one connection to its end.
    async fn serve_one(
        self: Arc<Self>,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        site: Arc<impl HttpSite>,
    ) {
        let ConnectionLimits { header_time, write_time, .. } = self.limits;
        let pages = Arc::clone(&self.pages);
        let close = Arc::new(Notify::new());
        let place = Arc::new(ConnectionSlot::new(self, Arc::clone(&close)));
        let closed = site.closed();
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let (site, busy) = (Arc::clone(&site), place.begin_request());
            let (pages, (head, _)) = (Arc::clone(&pages), request.into_parts());
            async move {
                let page = match site.has_page(&head) {
                    true => pages.acquire_owned().await.ok(),
                    false => None,
                };
                let turn = Turn { _busy: busy, _page: page };
                let response = site.answer(&head).await;
                let tracked = |body| Body::new(ResponseBody::new(body, turn));
                Ok::<Response, Infallible>(response.map(tracked))
            }
        });
        let mut builder = hyper::server::conn::http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(header_time);
        builder.max_buf_size(MAX_BUFFER_BYTES);
        let stream = TokioIo::new(TimedStream::new(stream, write_time));
        let mut connection = std::pin::pin!(builder.serve_connection(stream, service));
        // An error is the other side's: it went away, sent no HTTP, or was too slow.
        tokio::select! {
            _ = &mut connection => return,
            () = close.notified() => return,
            () = closed => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }
}

/// What a request occupies until its answer is buffered.
struct Turn {
    _busy: BusyPlace,
    _page: Option<OwnedSemaphorePermit>,
}

/// The place of a connection in the line of those that wait for a request.
struct ConnectionSlot {
    connections: Arc<Connections>,
    close: Arc<Notify>,
    number: Mutex<Option<u64>>,
}

/// A connection with a request under way. Dropped, it waits for the next one.
struct BusyPlace(Arc<ConnectionSlot>);

impl ConnectionSlot {
    fn new(connections: Arc<Connections>, close: Arc<Notify>) -> Self {
        let place = Self { connections, close, number: Mutex::default() };
        place.wait();
        place
    }

    fn begin_request(self: &Arc<Self>) -> BusyPlace {
        self.leave();
        BusyPlace(Arc::clone(self))
    }

    fn wait(&self) {
        let mut line = self.connections.line();
        let number = line.next_number;
        line.next_number += 1;
        line.close_signals.insert(number, Arc::clone(&self.close));
        *self.number.lock().unwrap_or_else(PoisonError::into_inner) = Some(number);
        drop(line);
        self.connections.began_to_wait.notify_one();
    }

    fn leave(&self) {
        let number = self.number.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(number) = number {
            self.connections.line().close_signals.remove(&number);
        }
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Drop for BusyPlace {
    fn drop(&mut self) {
        self.0.wait();
    }
}

#[cfg(test)]
mod tests;
