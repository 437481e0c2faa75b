//! The site in a browser while it is being worked on: a server for this machine only, whose pages
//! are made when they are asked for, and which tells open pages when data, policy, notes or
//! templates change.
//!
//! The site stands with one thread, which the caller's `work` runs on: what is asked for and what
//! changed comes to its [`Requests`], and waits while it is at work. A change that cannot be shown
//! leaves the site as it was and shows its problem on the pages. Refused: requests whose `Host` is
//! not this machine (DNS rebinding), and any method but GET and HEAD. Paths are looked up among the
//! site's own and never reach the file system.

pub(crate) mod requests;
mod http;
mod live_reload;
pub(crate) mod watcher;

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::Duration;

use crate::serve::live_reload::LiveReload;
use crate::serve::requests::Requests;

/// What to serve and where.
#[derive(Clone, Debug)]
pub(crate) struct ServeOptions {
    /// 0 takes any free port.
    pub(crate) port: u16,
    /// Where the site stands on the server: `/`, or `/repo/` as on a project's Pages.
    pub(crate) base_path: String,
    /// Where `work` writes: a change in it is no change.
    pub(crate) site_dir: PathBuf,
    /// Folders (with everything in them) and single files whose changes are told.
    pub(crate) watch: Vec<PathBuf>,
    /// What the work itself writes inside the watched folders. The site's own folder, `quarantine`
    /// folders and dot files are always ignored.
    pub(crate) ignore: Vec<PathBuf>,
}

/// What the server calls.
pub(crate) struct ServeHooks {
    /// Answers what comes to the desk until the server ends, on a thread of its own.
    pub(crate) work: Box<dyn FnOnce(&Requests) + Send>,
    /// Told once, with the address, when the first request can be made.
    pub(crate) on_ready: Box<dyn FnOnce(&str) + Send>,
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
/// The port is taken or refused, or a path cannot be watched.
pub(crate) fn run(options: &ServeOptions, hooks: ServeHooks) -> Result<(), ServeError> {
    serve_until(options, hooks, shutdown_signal())
}

/// Serves until `end` is done, then lets requests under way finish, for [`SHUTDOWN_GRACE`] at most.
fn serve_until(
    options: &ServeOptions,
    hooks: ServeHooks,
    end: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(ServeError::Start)?;
    let listeners = bind_local(options.port)?;
    let port = listeners[0].local_addr().map_err(ServeError::Start)?.port();
    let live = Arc::new(LiveReload::new());
    let (bell, desk) = requests::channel(&live);
    let ring = bell.clone();
    let watcher = watcher::watch_site(options, move |paths| ring.files_changed(paths))?;
    let worker = SiteThread::start(hooks.work, desk)?;
    let site = http::HttpState::new(options, Arc::clone(&live), bell.clone());
    let address = format!("http://localhost:{port}{}", site.base());
    let served = runtime.block_on(async {
        let router = http::router(site);
        let mut servers = Vec::new();
        for listener in listeners {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let server = axum::serve(listener, router.clone());
            let closed = live.closed();
            let server = server.with_graceful_shutdown(closed).into_future();
            servers.push(tokio::spawn(server));
        }
        // Asked once before anyone is told the address: signals are heard from then on.
        let mut end = std::pin::pin!(end);
        let over = std::future::poll_fn(|context| Poll::Ready(end.as_mut().poll(context))).await;
        (hooks.on_ready)(&address);
        if over.is_pending() {
            end.await;
        }
        live.close();
        let drain = async {
            for server in servers {
                let _ = server.await;
            }
        };
        let _ = tokio::time::timeout(SHUTDOWN_GRACE, drain).await;
        Ok(())
    });
    drop(watcher);
    bell.shut_down();
    worker.stop();
    runtime.shutdown_timeout(SHUTDOWN_GRACE);
    served.map_err(ServeError::Start)
}

/// The thread that the site stands with.
struct SiteThread(mpsc::Receiver<()>);

impl SiteThread {
    fn start(work: Box<dyn FnOnce(&Requests) + Send>, desk: Requests) -> Result<Self, ServeError> {
        let (over, is_over) = mpsc::channel();
        let work = move || {
            let _over = over; // dropped when the work is done, however it ends
            work(&desk);
        };
        let thread = std::thread::Builder::new().name("site".to_owned());
        thread.spawn(work).map_err(ServeError::Start)?;
        Ok(Self(is_over))
    }

    /// Waits for what it is at, for [`SHUTDOWN_GRACE`] at most.
    fn stop(self) {
        let _ = self.0.recv_timeout(SHUTDOWN_GRACE);
    }
}

/// The port on 127.0.0.1, and on `::1` where that is to be had too. Never empty.
fn bind_local(port: u16) -> Result<Vec<TcpListener>, ServeError> {
    let first = match bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))) {
        Ok(listener) => listener,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            return Err(ServeError::PortTaken { port, next: next_free_port(port) });
        }
        Err(source) => return Err(ServeError::Bind { port, source }),
    };
    let port = first.local_addr().map_err(ServeError::Start)?.port();
    let second = bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port)));
    Ok(std::iter::once(first).chain(second).collect())
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn next_free_port(port: u16) -> Option<u16> {
    let candidates = (1..=MAX_PORTS_TRIED).filter_map(|step| port.checked_add(step));
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    candidates.into_iter().find(free)
}

/// Done on Ctrl-C, or on SIGTERM where there is such a thing.
async fn shutdown_signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests;
