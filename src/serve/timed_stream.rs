//! A connection that ends when its reader does not keep up: a page is in memory until it is sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What a reader must take within the time, unless there is less to send.
const MIN_PROGRESS_BYTES: usize = 64 << 10;

/// A stream whose writes fail once the other side has taken less than [`MIN_PROGRESS_BYTES`] for
/// too long. Reading is not limited.
pub(super) struct TimedStream<S> {
    stream: S,
    write_time: Duration,
    /// Runs from the first write that had to wait until the reader has made progress.
    stall: Option<Pin<Box<Sleep>>>,
    /// Bytes taken since then.
    progress: usize,
}

impl<S> TimedStream<S> {
    pub(super) fn new(stream: S, write_time: Duration) -> Self {
        Self { stream, write_time, stall: None, progress: 0 }
    }

    fn clear_stall(&mut self) {
        self.stall = None;
        self.progress = 0;
    }

    /// The outcome of a write, or an error where the reader has been too slow.
    fn watch(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = outcome {
            self.progress += bytes;
            if self.progress >= MIN_PROGRESS_BYTES {
                self.clear_stall();
            }
        }
        if outcome.is_ready() {
            return outcome;
        }
        let time = self.write_time;
        let stall = self.stall.get_or_insert_with(|| {
            self.progress = 0;
            Box::pin(tokio::time::sleep(time))
        });
        ready!(stall.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.watch(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = ready!(Pin::new(&mut self.stream).poll_flush(context));
        // Only called once everything was written.
        self.clear_stall();
        Poll::Ready(outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
