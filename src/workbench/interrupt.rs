//! Ctrl-C, and SIGTERM where the system has it: the program that runs is ended, and whoever asks
//! learns that no other one should be started. The second time ends this process.
//!
//! The programs run in a process group of their own, so that a terminal's Ctrl-C reaches this
//! process alone, which then ends the group with all children of the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::signals;

/// Whether somebody ended the session.
#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    state: Arc<InterruptState>,
}

#[derive(Default)]
struct InterruptState {
    is_requested: AtomicBool,
    /// The process group of the program that runs, which has its number.
    running: Mutex<Option<u32>>,
}

/// The status that a shell gives for a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

impl Interrupt {
    /// Listens from now on, until the process ends.
    pub(crate) fn listen() -> Self {
        let interrupt = Self::default();
        let listener = interrupt.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // Without a listener Ctrl-C ends the process at once, as everywhere.
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                loop {
                    signals::end_requested().await;
                    if listener.is_requested() {
                        std::process::exit(INTERRUPTED);
                    }
                    listener.request();
                }
            });
        });
        interrupt
    }

    pub(crate) fn is_requested(&self) -> bool {
        self.state.is_requested.load(Ordering::SeqCst)
    }

    /// Ends the session as Ctrl-C does.
    pub(crate) fn request(&self) {
        self.state.is_requested.store(true, Ordering::SeqCst);
        let running = self.state.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = *running {
            end_group(group);
        }
    }

    /// Runs `work` while this process group can be ended; it must not reap the process.
    pub(super) fn while_running<T>(&self, group: u32, work: impl FnOnce() -> T) -> T {
        let set = |value| {
            *self.state.running.lock().unwrap_or_else(PoisonError::into_inner) = value;
        };
        set(Some(group));
        // A request between the start of the program and here found nothing to end.
        if self.is_requested() {
            end_group(group);
        }
        let result = work();
        set(None);
        result
    }
}

#[cfg(unix)]
fn end_group(group: u32) {
    let id = i32::try_from(group).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        // The group may be gone already.
        let _ = rustix::process::kill_process_group(id, rustix::process::Signal::TERM);
    }
}

/// Elsewhere a console sends Ctrl-C to the programs, too.
#[cfg(not(unix))]
fn end_group(_: u32) {}
