//! The events that open pages follow: there is a newer site, or the last build failed and why.
//!
//! A page knows the generation of the site that it was served from. One whose connection was down
//! during a change catches up when it connects again, even to a server that was restarted.

use std::convert::Infallible;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::response::sse::{Event, Sse};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

/// The state that all open pages follow.
pub(super) struct LiveReload(watch::Sender<LiveState>);

#[derive(Clone, Debug, Default, PartialEq)]
struct LiveState {
    /// Grows with every build that succeeds, and from one server to the next: it starts with the
    /// clock.
    generation: u64,
    /// Why the last build failed.
    build_error: Option<String>,
    closed: bool,
}

impl LiveReload {
    pub(super) fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let generation = u64::try_from(now.as_millis()).unwrap_or_default();
        Self(watch::Sender::new(LiveState { generation, ..LiveState::default() }))
    }

    pub(super) fn generation(&self) -> u64 {
        self.0.borrow().generation
    }

    /// Reports the outcome of a build to open pages.
    pub(super) fn publish_build(&self, outcome: Result<(), String>) {
        self.0.send_modify(|state| {
            state.generation += u64::from(outcome.is_ok());
            state.build_error = outcome.err();
        });
    }

    /// Ends all event streams.
    pub(super) fn close(&self) {
        self.0.send_modify(|state| state.closed = true);
    }

    /// Ends when [`LiveReload::close`] is called.
    pub(super) fn closed(&self) -> impl Future<Output = ()> + use<> {
        let mut receiver = self.0.subscribe();
        async move {
            let _ = receiver.wait_for(|state| state.closed).await;
        }
    }

    /// The events for a page of `generation`: `hello` immediately, `reload` when there is a newer
    /// site, `problem` when a build failed.
    pub(super) fn event_stream(
        &self,
        generation: u64,
    ) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
        let hello = Event::default().event("hello").data(self.generation().to_string());
        let follower =
            EventFollower { receiver: self.0.subscribe(), generation, build_error: None };
        let events = stream::unfold(follower, EventFollower::next_event);
        let first = stream::once(async { Ok(hello) });
        Sse::new(stream::StreamExt::chain(first, events))
    }
}

/// A page's place in the sequence of events.
struct EventFollower {
    receiver: watch::Receiver<LiveState>,
    generation: u64,
    build_error: Option<String>,
}

impl EventFollower {
    /// The next event, once there is one; none when the server ends.
    async fn next_event(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let (generation, problem) = (self.generation, self.build_error.clone());
        let is_news = |state: &LiveState| {
            state.closed || state.generation != generation || state.build_error != problem
        };
        let state = self.receiver.wait_for(is_news).await.ok()?.clone();
        if state.closed {
            return None;
        }
        let event = if state.generation == self.generation {
            Event::default().event("problem").data(state.build_error.as_deref().unwrap_or_default())
        } else {
            Event::default().event("reload").data(state.generation.to_string())
        };
        // A page that reloads forgets the problem, so a problem that is still there after `reload`
        // is sent again as an event of its own.
        if state.generation == self.generation {
            self.build_error = state.build_error;
        }
        self.generation = state.generation;
        Some((Ok(event), self))
    }
}
