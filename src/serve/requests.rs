//! Where everything comes in that the thread with the site answers, in its order: what is asked
//! for, what changed, and the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::serve::live_reload::LiveReload;

/// Stillness after a request or a change before the thread does what can wait.
const IDLE_DELAY: Duration = Duration::from_millis(250);

/// What comes in.
enum RequestMessage {
    Fetch(String, oneshot::Sender<PageLookup>),
    FilesChanged(Vec<PathBuf>),
    Shutdown,
}

/// What stands at a path.
#[derive(Debug)]
pub(super) enum PageLookup {
    /// Its bytes, and the site that they are of.
    File {
        bytes: Vec<u8>,
        generation: u64,
    },
    /// Files stand below it.
    Folder,
    Missing,
    /// Why it cannot be made.
    Failed(String),
}

/// Calls the thread with the site.
#[derive(Clone)]
pub(super) struct RequestSender(mpsc::Sender<RequestMessage>);

impl RequestSender {
    /// What stands at a path of the site, once the thread comes to it.
    pub(super) async fn fetch(&self, path: &str) -> PageLookup {
        let (answer, answered) = oneshot::channel();
        let ended = || PageLookup::Failed("the server is ending".to_owned());
        match self.0.send(RequestMessage::Fetch(path.to_owned(), answer)) {
            Ok(()) => answered.await.unwrap_or_else(|_| ended()),
            Err(_) => ended(),
        }
    }

    /// These paths changed; of none: any may have.
    pub(super) fn files_changed(&self, paths: Vec<PathBuf>) {
        let _ = self.0.send(RequestMessage::FilesChanged(paths)); // nobody listens any more: the end
    }

    pub(super) fn shut_down(&self) {
        let _ = self.0.send(RequestMessage::Shutdown);
    }
}

/// The side of the thread with the site.
pub(crate) struct Requests {
    messages: mpsc::Receiver<RequestMessage>,
    live: Arc<LiveReload>,
}

pub(super) fn channel(live: &Arc<LiveReload>) -> (RequestSender, Requests) {
    let (bell, calls) = mpsc::channel();
    (RequestSender(bell), Requests { messages: calls, live: Arc::clone(live) })
}

/// A site whose files are made when they are asked for.
pub(crate) struct SitePages<'a> {
    /// The paths of all its files, sorted.
    pub(crate) paths: &'a [&'a str],
    /// Makes the file at one of them, or says why not in words for people.
    pub(crate) render: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

impl SitePages<'_> {
    fn look_up(&self, path: &str, generation: u64) -> PageLookup {
        if self.paths.binary_search(&path).is_ok() {
            let made = catch_unwind(AssertUnwindSafe(|| (self.render)(path)));
            return match made.unwrap_or_else(|_| Err("this is a bug, please report it".to_owned()))
            {
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
    /// Tells open pages that there is a newer site, or why there is none.
    pub(crate) fn report_build(&self, outcome: Result<(), String>) {
        self.live.publish_build(outcome);
    }

    /// Answers with this site until something changes: these paths, of which none stands for any;
    /// none when the server ends. While nothing comes in, `idle` is called for another piece of
    /// work, until it says that there is no more.
    pub(crate) fn answer_until_change(
        &self,
        shelf: &SitePages<'_>,
        idle: &mut dyn FnMut() -> bool,
    ) -> Option<Vec<PathBuf>> {
        let (mut more, mut pause) = (true, IDLE_DELAY);
        loop {
            let call = if more {
                match self.messages.recv_timeout(pause) {
                    Err(mpsc::RecvTimeoutError::Timeout) => {
                        (more, pause) = (idle(), Duration::ZERO);
                        continue;
                    }
                    call => call.ok(),
                }
            } else {
                self.messages.recv().ok()
            };
            match call? {
                // Who asked may be gone by now.
                RequestMessage::Fetch(path, answer) => {
                    let _ = answer.send(shelf.look_up(&path, self.live.generation()));
                }
                RequestMessage::FilesChanged(paths) => return Some(paths),
                RequestMessage::Shutdown => return None,
            }
            pause = IDLE_DELAY;
        }
    }
}
