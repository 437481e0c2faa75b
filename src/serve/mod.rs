//! A server for this machine only, which shows the site while somebody works on it: it makes pages
//! on request, and open pages reload when data, policy, notes or templates change.
//!
//! One thread owns the site and runs the caller's `work`; requests and changes reach it through
//! [`Requests`] and wait while it is busy. A change that cannot be shown leaves the site as it was
//! and shows the problem on open pages. Rejected: requests whose `Host` is not this machine, since
//! a page elsewhere could point its own name here (DNS rebinding), requests of pages from
//! elsewhere, and every method but GET and HEAD. Paths are looked up among the site's own and never
//! reach the file system. Memory does not grow with the number of clients ([`connections`]).

pub(crate) mod requests;
mod connections;
mod http;
mod live_reload;
mod response_body;
mod timed_stream;
pub(crate) mod watcher;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::Duration;

use crate::serve::connections::{ConnectionLimits, Connections};
use crate::serve::live_reload::LiveReload;
use crate::serve::requests::Requests;
use crate::signals;

/// What to serve and where.
#[derive(Clone, Debug)]
pub(crate) struct ServeOptions {
    /// Path of the site on the server: `/`, or `/repo/` as on a project's Pages.
    pub(crate) base_path: String,
    /// Where `work` writes: a change there is none of the site's.
    pub(crate) site_dir: PathBuf,
    /// Folders (with everything in them) and single files that are watched for changes.
    pub(crate) watch: Vec<PathBuf>,
    /// What the work itself writes inside the watched folders. The site's own folder, `quarantine`
    /// folders and dot files are always ignored.
    pub(crate) ignore: Vec<PathBuf>,
}

/// What the server calls.
pub(crate) struct ServeHooks {
    /// Answers requests until the server ends, on a thread of its own.
    pub(crate) work: Box<dyn FnOnce(&Requests) + Send>,
    /// Called once, with the address, when the first request can be made.
    pub(crate) on_ready: Box<dyn FnOnce(&str) + Send>,
}

/// A port of this machine that is ours.
#[derive(Debug)]
pub(crate) struct LocalPort {
    number: u16,
    /// On 127.0.0.1, and on `::1` where the system has it.
    listeners: Vec<TcpListener>,
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error(
        "port {port} is taken by another program{}",
        .next.map_or_else(String::new, |next| format!("; port {next} is free: --port {next}"))
    )]
    PortTaken { port: u16, next: Option<u16> },
    #[error("port {port}: {source}; choose another with --port")]
    Bind { port: u16, source: io::Error },
    #[error("the server cannot start: {0}")]
    Start(io::Error),
    #[error("{} cannot be watched for changes: {reason}", .path.display())]
    Watch { path: PathBuf, reason: String },
}

/// How long requests under way may take once the server is asked to end.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(1);
/// Ports tried after a taken one.
const MAX_PORTS_TRIED: u16 = 100;

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
/// A path cannot be watched, or the system gives no thread.
pub(crate) fn run(
    port: LocalPort,
    options: &ServeOptions,
    hooks: ServeHooks,
) -> Result<(), ServeError> {
    serve_until(port, options, hooks, signals::end_requested())
}

/// Serves until `end` is done, then lets requests under way finish, for [`SHUTDOWN_GRACE`] at most.
fn serve_until(
    port: LocalPort,
    options: &ServeOptions,
    hooks: ServeHooks,
    end: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // Handlers only wait for the thread with the site; two of them keep event streams alive
        // while one answer is written.
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(ServeError::Start)?;
    let live = Arc::new(LiveReload::new());
    let (sender, requests) = requests::channel(&live);
    let changes = sender.clone();
    let watcher = watcher::watch_site(options, move |paths| changes.files_changed(paths))?;
    let worker = SiteThread::start(hooks.work, requests)?;
    let site = Arc::new(http::HttpState::new(options, Arc::clone(&live), sender.clone()));
    let address = format!("http://localhost:{}{}", port.number, site.base());
    let served = runtime.block_on(async {
        let connections = Connections::new(ConnectionLimits::default());
        for listener in port.listeners {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            tokio::spawn(Arc::clone(&connections).serve(listener, Arc::clone(&site)));
        }
        // Polled once before the address is announced, so that signals are handled from then on: a
        // Ctrl-C in between would end the process without a word.
        let mut end = std::pin::pin!(end);
        let state = std::future::poll_fn(|context| Poll::Ready(end.as_mut().poll(context))).await;
        (hooks.on_ready)(&address);
        if state.is_pending() {
            end.await;
        }
        live.close();
        let _ = tokio::time::timeout(SHUTDOWN_GRACE, connections.all_closed()).await;
        Ok(())
    });
    // In this order: no change may come once the thread is told to end, and the thread may still
    // answer requests under way.
    drop(watcher);
    sender.shut_down();
    worker.stop();
    runtime.shutdown_timeout(SHUTDOWN_GRACE);
    served.map_err(ServeError::Start)
}

/// The thread that owns the site.
struct SiteThread(mpsc::Receiver<()>);

impl SiteThread {
    fn start(
        work: Box<dyn FnOnce(&Requests) + Send>,
        requests: Requests,
    ) -> Result<Self, ServeError> {
        let (end, ended) = mpsc::channel();
        let work = move || {
            let _end = end; // dropped when the work is done, however it ends
            work(&requests);
        };
        let thread = std::thread::Builder::new().name("site".to_owned());
        thread.spawn(work).map_err(ServeError::Start)?;
        Ok(Self(ended))
    }

    /// Waits for the page or load in progress, for [`SHUTDOWN_GRACE`] at most.
    fn stop(self) {
        let _ = self.0.recv_timeout(SHUTDOWN_GRACE);
    }
}

impl LocalPort {
    /// Takes a port; 0 takes any free one.
    ///
    /// # Errors
    /// Another program has it, or the system refuses it.
    pub(crate) fn bind(port: u16) -> Result<Self, ServeError> {
        let first = match bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))) {
            Ok(listener) => listener,
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                return Err(ServeError::PortTaken { port, next: next_free_port(port) });
            }
            Err(source) => return Err(ServeError::Bind { port, source }),
        };
        let number = first.local_addr().map_err(ServeError::Start)?.port();
        // `localhost` is ::1 first for many browsers; a machine without IPv6 has no such address.
        let second = bind(SocketAddr::from((Ipv6Addr::LOCALHOST, number)));
        Ok(Self { number, listeners: std::iter::once(first).chain(second).collect() })
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn next_free_port(port: u16) -> Option<u16> {
    let mut candidates = (1..=MAX_PORTS_TRIED).filter_map(|step| port.checked_add(step));
    candidates.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
}

#[cfg(test)]
mod tests;
