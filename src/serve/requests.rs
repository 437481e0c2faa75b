//! The queue of the thread that owns the site: requests for pages, changes of files, and the end,
//! in the order in which they came.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::serve::live_reload::LiveReload;

/// Pause after a request or a change before the thread does what can wait: a browser asks for a
/// page's parts one after the other, and none of them should wait for a file to be written.
const IDLE_DELAY: Duration = Duration::from_millis(250);

enum RequestMessage {
    Fetch(String, oneshot::Sender<PageLookup>),
    FilesChanged(Vec<PathBuf>),
    Shutdown,
}

/// What the site has at a path.
#[derive(Debug)]
pub(super) enum PageLookup {
    /// Its bytes, and the number of the site that they belong to.
    File {
        bytes: Vec<u8>,
        generation: u64,
    },
    /// There are files below it.
    Folder,
    Missing,
    /// The reason why it cannot be made.
    Failed(String),
}

/// The end of the queue that everybody else has.
#[derive(Clone)]
pub(super) struct RequestSender(mpsc::Sender<RequestMessage>);

impl RequestSender {
    /// What the site has at a path, once it is this request's turn.
    pub(super) async fn fetch(&self, path: &str) -> PageLookup {
        let (answer, answered) = oneshot::channel();
        let ended = || PageLookup::Failed("the server is ending".to_owned());
        match self.0.send(RequestMessage::Fetch(path.to_owned(), answer)) {
            Ok(()) => answered.await.unwrap_or_else(|_| ended()),
            Err(_) => ended(),
        }
    }

    /// Reports paths that changed; with none of them, anything may have.
    pub(super) fn files_changed(&self, paths: Vec<PathBuf>) {
        let _ = self.0.send(RequestMessage::FilesChanged(paths)); // fails once the server ends
    }

    pub(super) fn shut_down(&self) {
        let _ = self.0.send(RequestMessage::Shutdown);
    }
}

/// The end of the queue that the thread with the site has.
pub(crate) struct Requests {
    messages: mpsc::Receiver<RequestMessage>,
    live: Arc<LiveReload>,
}

pub(super) fn channel(live: &Arc<LiveReload>) -> (RequestSender, Requests) {
    let (sender, messages) = mpsc::channel();
    (RequestSender(sender), Requests { messages, live: Arc::clone(live) })
}

/// A site whose files are made on request.
pub(crate) struct SitePages<'a> {
    /// The paths of all its files, sorted.
    pub(crate) paths: &'a [&'a str],
    /// Makes the file at one of them; an error is a sentence for people.
    pub(crate) render: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

impl SitePages<'_> {
    fn look_up(&self, path: &str, generation: u64) -> PageLookup {
        if self.paths.binary_search(&path).is_ok() {
            // A page that panics is an error on that page, and the server goes on.
            let rendered = catch_unwind(AssertUnwindSafe(|| (self.render)(path)))
                .unwrap_or_else(|_| Err("this is a bug, please report it".to_owned()));
            return match rendered {
                Ok(bytes) => PageLookup::File { bytes, generation },
                Err(reason) => PageLookup::Failed(reason),
            };
        }
        let folder = format!("{path}/");
        let after = self.paths.partition_point(|other| *other < folder.as_str());
        match self.paths.get(after) {
            Some(below) if below.starts_with(&folder) => PageLookup::Folder,
            _ => PageLookup::Missing,
        }
    }
}

impl Requests {
    /// Has open pages reload, or show why there is no newer site.
    pub(crate) fn report_build(&self, outcome: Result<(), String>) {
        self.live.publish_build(outcome);
    }

    /// Answers with these pages until something changes, and returns the paths that changed: with
    /// none of them anything may have; no list at all when the server ends. While nothing comes in,
    /// calls `idle` for a piece of other work, until it returns false.
    pub(crate) fn answer_until_change(
        &self,
        pages: &SitePages<'_>,
        idle: &mut dyn FnMut() -> bool,
    ) -> Option<Vec<PathBuf>> {
        let (mut has_work, mut pause) = (true, IDLE_DELAY);
        loop {
            let message = if has_work {
                match self.messages.recv_timeout(pause) {
                    Err(mpsc::RecvTimeoutError::Timeout) => {
                        // The pause is over until the next message: pieces follow each other.
                        (has_work, pause) = (idle(), Duration::ZERO);
                        continue;
                    }
                    message => message.ok(),
                }
            } else {
                self.messages.recv().ok()
            };
            match message? {
                // The browser has given up, and nobody waits for the page.
                RequestMessage::Fetch(_, answer) if answer.is_closed() => {}
                RequestMessage::Fetch(path, answer) => {
                    // Fails where the browser has given up meanwhile.
                    let _ = answer.send(pages.look_up(&path, self.live.generation()));
                }
                RequestMessage::FilesChanged(paths) => return Some(paths),
                RequestMessage::Shutdown => return None,
            }
            pause = IDLE_DELAY;
        }
    }
}
