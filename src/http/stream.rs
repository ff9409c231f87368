//! An answer that is read while it is still being written. What its pieces mean is the caller's to know.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::RETRY_AFTER;

use super::error::{Error, retry_after};
use super::{Call, Client};
use crate::model::Timestamp;

/// How much of a refusal's body is read: services put what to do next into its details.
const REFUSAL: usize = 64 * 1024;

/// What came back.
#[derive(Debug)]
pub enum Opened {
    /// 2xx: the body follows, piece by piece.
    Open(Stream),
    /// Anything else, read to its end.
    Refused(Refusal),
}

/// An answer that was not 2xx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// From `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The body, cut where it is very long; neither cleaned nor known to be UTF-8.
    pub body: Vec<u8>,
}

/// The body of a success. Dropping it ends the answer.
#[derive(Debug)]
pub struct Stream {
    response: Response,
    left: usize,
    cap: usize,
}

impl Client {
    /// Sends `call` and returns as soon as the answer begins.
    ///
    /// The limits of this client hold: `read` is the longest silence, before the first piece too, and
    /// `total` the longest answer.
    pub async fn open(&self, call: Call<'_>, now: Timestamp) -> Result<Opened, Error> {
        let mut response = self.request(call).send().await.map_err(|e| Error::from_reqwest(&e))?;
        let status = response.status();
        if status.is_success() {
            return Ok(Opened::Open(Stream { response, left: self.body_cap, cap: self.body_cap }));
        }
        let wait = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let wait = wait.and_then(|value| retry_after(value, now));
        let mut body = Vec::new();
        // A refusal may break off: its status is what counts.
        while let Ok(Some(piece)) = response.chunk().await {
            let room = REFUSAL.saturating_sub(body.len());
            body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            if room <= piece.len() {
                break;
            }
        }
        Ok(Opened::Refused(Refusal { status: status.as_u16(), retry_after: wait, body }))
    }
}

impl Stream {
    /// The next piece, wherever the network cut it; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(piece) = self.response.chunk().await.map_err(|e| Error::from_reqwest(&e))? else {
            return Ok(None);
        };
        match self.left.checked_sub(piece.len()) {
            Some(left) => self.left = left,
            None => return Err(Error::too_large(self.cap)),
        }
        Ok(Some(piece.into()))
    }
}
