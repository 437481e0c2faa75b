//! The body of an answer, sent in parts: what was sent is no longer needed, and what holds the
//! page's place in memory is dropped with the last part.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};

/// Largest part. Each is a copy, so that a part that waits to be sent does not hold the page.
const PART_BYTES: usize = 64 << 10;

/// A body in parts, and what lives as long as it does.
pub(super) struct ResponseBody<T> {
    body: Body,
    /// Bytes of the body that are not handed out yet.
    unsent: Bytes,
    _held: T,
}

impl<T> ResponseBody<T> {
    pub(super) fn new(body: Body, held: T) -> Self {
        Self { body, unsent: Bytes::new(), _held: held }
    }

    fn next_part(&mut self) -> Bytes {
        let end = self.unsent.len().min(PART_BYTES);
        Bytes::copy_from_slice(&self.unsent.split_to(end))
    }
}

impl<T: Send + Unpin + 'static> hyper::body::Body for ResponseBody<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        while self.unsent.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.unsent = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                end => return Poll::Ready(end),
            }
        }
        Poll::Ready(Some(Ok(Frame::data(self.next_part()))))
    }

    fn is_end_stream(&self) -> bool {
        self.unsent.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.body.size_hint();
        match body.exact() {
            Some(bytes) => SizeHint::with_exact(bytes + self.unsent.len() as u64),
            None => body,
        }
    }
}
