//! Bodies that are sent in another way than as one piece: without an end, broken off, cut anywhere.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Interval, interval};

use super::chance::Chance;

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

/// `body` in pieces that end anywhere, in the middle of a line or of a character among them.
pub fn pieces(body: Vec<u8>, chance: u64) -> Body {
    Body::new(Pieces { left: Bytes::from(body), chance: Chance::of(&[chance, 103]), flushed: true })
}

/// `body` an event at a time, each so long after the one before.
pub fn drip(body: Vec<u8>, every: Duration) -> Body {
    Body::new(Drip { left: Bytes::from(body), every: interval(every) })
}

struct Drip {
    left: Bytes,
    every: Interval,
}

/// What ends an event.
const END: &[u8] = b"\r\n\r\n";

impl hyper::body::Body for Drip {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        if self.every.poll_tick(context).is_pending() {
            return Poll::Pending;
        }
        let end = self.left.windows(END.len()).position(|four| four == END);
        let size = end.map_or(self.left.len(), |at| at + END.len());
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(size)))))
    }
}

struct Pieces {
    left: Bytes,
    chance: Chance,
    flushed: bool,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left.is_empty() {
            return Poll::Ready(None);
        }
        if !std::mem::replace(&mut self.flushed, true) {
            // What was written before is to leave as a piece of its own.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.flushed = false;
        let size = if self.chance.hits(30) { 1 + self.chance.below(3) } else { 1 + self.chance.below(400) };
        let size = size.min(self.left.len());
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(size)))))
    }
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
