//! Bodies that no honest server sends: one without an end, and one that breaks off.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};

/// Bytes of a piece.
const PIECE: u64 = 64 * 1024;

/// So many bytes of a JSON list that is never closed, made as they are sent.
pub fn huge(bytes: u64) -> Body {
    Body::new(Huge { left: bytes, piece: Bytes::from("[0,".repeat((PIECE / 3 + 1) as usize)) })
}

/// The first half of `body`, told as the whole; then the connection breaks.
pub fn cut(body: Vec<u8>) -> Body {
    let whole = body.len() as u64;
    let mut half = Bytes::from(body);
    half.truncate(half.len() / 2);
    Body::new(Cut { half: Some(half), flushed: false, whole })
}

struct Huge {
    left: u64,
    piece: Bytes,
}

impl hyper::body::Body for Huge {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let size = self.left.min(PIECE);
        if size == 0 {
            return Poll::Ready(None);
        }
        self.left -= size;
        Poll::Ready(Some(Ok(Frame::data(self.piece.slice(..size as usize)))))
    }
}

struct Cut {
    half: Option<Bytes>,
    flushed: bool,
    whole: u64,
}

/// Why a body breaks off.
#[derive(Debug)]
struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken off on purpose")
    }
}

impl std::error::Error for Broken {}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if !self.flushed {
            // What was written must have left before the connection breaks.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Broken)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.whole)
    }
}
