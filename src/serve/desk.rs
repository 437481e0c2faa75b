//! Where everything comes in that the thread with the site answers, in its order: what is asked
//! for, what changed, and the end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::serve::live::Live;

/// Stillness after a request or a change before the thread does what can wait.
const PAUSE: Duration = Duration::from_millis(250);

/// What comes in.
enum Call {
    Asked(String, oneshot::Sender<Found>),
    Changed(Vec<PathBuf>),
    End,
}

/// What stands at a path.
#[derive(Debug)]
pub(super) enum Found {
    /// Its bytes, and the site that they are of.
    File {
        bytes: Vec<u8>,
        generation: u64,
    },
    /// Files stand below it.
    Folder,
    Nothing,
    /// Why it cannot be made.
    Fault(String),
}

/// Calls the thread with the site.
#[derive(Clone)]
pub(super) struct Bell(mpsc::Sender<Call>);

impl Bell {
    /// What stands at a path of the site, once the thread comes to it.
    pub(super) async fn ask(&self, path: &str) -> Found {
        let (answer, answered) = oneshot::channel();
        let ended = || Found::Fault("the server is ending".to_owned());
        match self.0.send(Call::Asked(path.to_owned(), answer)) {
            Ok(()) => answered.await.unwrap_or_else(|_| ended()),
            Err(_) => ended(),
        }
    }

    /// These paths changed; of none: any may have.
    pub(super) fn changed(&self, paths: Vec<PathBuf>) {
        let _ = self.0.send(Call::Changed(paths)); // nobody listens any more: the end
    }

    pub(super) fn end(&self) {
        let _ = self.0.send(Call::End);
    }
}

/// The side of the thread with the site.
pub(crate) struct Desk {
    calls: mpsc::Receiver<Call>,
    live: Arc<Live>,
}

pub(super) fn desk(live: &Arc<Live>) -> (Bell, Desk) {
    let (bell, calls) = mpsc::channel();
    (Bell(bell), Desk { calls, live: Arc::clone(live) })
}

/// A site whose files are made when they are asked for.
pub(crate) struct Shelf<'a> {
    /// The paths of all its files, sorted.
    pub(crate) paths: &'a [&'a str],
    /// Makes the file at one of them, or says why not in words for people.
    pub(crate) make: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

impl Shelf<'_> {
    fn find(&self, path: &str, generation: u64) -> Found {
        if self.paths.binary_search(&path).is_ok() {
            let made = catch_unwind(AssertUnwindSafe(|| (self.make)(path)));
            return match made.unwrap_or_else(|_| Err("this is a bug, please report it".to_owned()))
            {
                Ok(bytes) => Found::File { bytes, generation },
                Err(reason) => Found::Fault(reason),
            };
        }
        let folder = format!("{path}/");
        let after = self.paths.partition_point(|other| *other < folder.as_str());
        match self.paths.get(after) {
            Some(below) if below.starts_with(&folder) => Found::Folder,
            _ => Found::Nothing,
        }
    }
}

impl Desk {
    /// Tells open pages that there is a newer site, or why there is none.
    pub(crate) fn tell(&self, outcome: Result<(), String>) {
        self.live.built(outcome);
    }

    /// Answers with this site until something changes: these paths, of which none stands for any;
    /// none when the server ends. While nothing comes in, `idle` is called for another piece of
    /// work, until it says that there is no more.
    pub(crate) fn answer(
        &self,
        shelf: &Shelf<'_>,
        idle: &mut dyn FnMut() -> bool,
    ) -> Option<Vec<PathBuf>> {
        let (mut more, mut pause) = (true, PAUSE);
        loop {
            let call = if more {
                match self.calls.recv_timeout(pause) {
                    Err(mpsc::RecvTimeoutError::Timeout) => {
                        (more, pause) = (idle(), Duration::ZERO);
                        continue;
                    }
                    call => call.ok(),
                }
            } else {
                self.calls.recv().ok()
            };
            match call? {
                // Who asked may be gone by now.
                Call::Asked(path, answer) => {
                    let _ = answer.send(shelf.find(&path, self.live.generation()));
                }
                Call::Changed(paths) => return Some(paths),
                Call::End => return None,
            }
            pause = PAUSE;
        }
    }
}
