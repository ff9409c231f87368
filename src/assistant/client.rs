//! Gemini over plain HTTP: one question, streamed. Neither waits nor asks again: the conversation decides.
//!
//! The key is a header, never in an address; should the service say it back, it is taken out of its words.

use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::reply::{Ending, Reading, Reply};
use super::trouble::{Kind, Trouble};
use super::wire::Request;
use crate::http::{self, Body, Call, Client, Limits, Opened};
use crate::model::{Timestamp, clean};

/// How much of a model's name is shown.
const NAME_SHOWN: usize = 60;
/// No answer takes longer.
const WHOLE: Duration = Duration::from_mins(10);
/// Thinking is silent for up to a minute.
const SILENCE: Duration = Duration::from_secs(90);

/// How to reach Gemini.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// `https://generativelanguage.googleapis.com`.
    pub base_url: &'a str,
    /// The key.
    pub api_key: &'a SecretString,
    /// A PEM file trusted besides the system's.
    pub ca_file: Option<&'a Path>,
    /// The longest silence; `None`: the usual minute and a half.
    pub silence: Option<Duration>,
}

/// One Gemini account. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Gemini {
    client: Client,
    key: SecretString,
}

impl Gemini {
    /// Speaks to Gemini by these settings. Fails with a sentence that names what is wrong, never the key.
    pub fn new(settings: &Settings<'_>) -> Result<Self, String> {
        let key = settings.api_key.expose_secret().trim();
        if key.is_empty() {
            return Err("the Gemini key is empty".to_owned());
        }
        let headers = [("x-goog-api-key", http::secret_header(key)?)];
        let read = settings.silence.unwrap_or(SILENCE);
        let limits = Limits { read, total: WHOLE, ..Limits::default() };
        let client = Client::new(settings.base_url, &headers, settings.ca_file, &limits)?;
        Ok(Self { client, key: SecretString::from(key.to_owned()) })
    }

    /// Asks `model`; tells `show` the words as they come. Fails only where no answer began.
    pub async fn ask(
        &self,
        model: &str,
        request: &Request<'_>,
        now: Timestamp,
        mut show: impl FnMut(String),
    ) -> Result<Reply, Trouble> {
        let body = serde_json::to_string(request)
            .map_err(|error| Trouble::new(Kind::OurMistake, &error.to_string()))?;
        let path = format!("v1beta/models/{model}:streamGenerateContent");
        // A compressor between us would hold words back.
        let plain = [("accept-encoding", reqwest::header::HeaderValue::from_static("identity"))];
        let call = Call {
            path: &path,
            query: &[("alt", "sse")],
            accept: "text/event-stream",
            headers: &plain,
            body: Some(Body::Json(&body)),
        };
        let mut stream = match self.client.open(call, now).await {
            Ok(Opened::Open(stream)) => stream,
            Ok(Opened::Refused(refusal)) => return Err(self.discreet(&Trouble::of_refusal(&refusal))),
            Err(error) => return Err(self.discreet(&Trouble::of_http(&error))),
        };
        let mut reading = Reading::default();
        let broke = loop {
            match stream.next().await {
                Ok(Some(piece)) => tell(&mut show, reading.take(&piece)),
                Ok(None) => break None,
                Err(error) if error.kind == http::Kind::Timeout => {
                    break Some(self.discreet(&Trouble::of_http(&error)));
                }
                Err(error) => break Some(self.discreet(&Trouble::new(Kind::BrokeOff, &error.message))),
            }
        };
        let (mut reply, rest) = reading.end(broke);
        tell(&mut show, rest);
        if let Ending::Failed(trouble) = reply.ending {
            reply.ending = Ending::Failed(self.discreet(&trouble));
        }
        Ok(reply)
    }

    /// What `model` calls itself: whether the key opens it, without a question and its price.
    pub async fn look_up(&self, model: &str, now: Timestamp) -> Result<String, Trouble> {
        let path = format!("v1beta/models/{model}");
        let call = Call { path: &path, accept: "application/json", ..Call::default() };
        let refused = |error: &http::Error| self.discreet(&Trouble::of_http(error));
        let mut stream = match self.client.open(call, now).await {
            Ok(Opened::Open(stream)) => stream,
            Ok(Opened::Refused(refusal)) => return Err(self.discreet(&Trouble::of_refusal(&refusal))),
            Err(error) => return Err(refused(&error)),
        };
        let mut body = Vec::new();
        while let Some(piece) = stream.next().await.map_err(|error| refused(&error))? {
            body.extend(piece);
        }
        let described: ModelDescribed = serde_json::from_slice(&body)
            .map_err(|_no_model| Trouble::new(Kind::Garbled, "the model's description is not understood"))?;
        Ok(clean(&described.display_name.unwrap_or(described.name), NAME_SHOWN))
    }

    /// The same trouble without our key in it, should the service, or a proxy, have said it back.
    fn discreet(&self, trouble: &Trouble) -> Trouble {
        Trouble { kind: trouble.kind, words: without(&trouble.words, self.key.expose_secret()) }
    }
}

/// What is read of a model's description.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelDescribed {
    name: String,
    display_name: Option<String>,
}

/// `text` without `key`, not even cut short at the end.
fn without(text: &str, key: &str) -> String {
    /// So few characters give nothing away, and may be chance.
    const HARMLESS: usize = 8;
    let text = text.replace(key, "***");
    let cut = (HARMLESS..key.len()).rev().find_map(|length| text.strip_suffix(key.get(..length)?));
    cut.map_or(text.clone(), |before| format!("{before}***"))
}

fn tell(show: &mut impl FnMut(String), text: String) {
    if !text.is_empty() {
        show(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_said_back_is_not_shown() {
        let key = "AIzaSyA-1234567890";
        assert_eq!(without(&format!("bad key {key}!"), key), "bad key ***!");
        assert_eq!(without("bad key AIzaSyA-12345", key), "bad key ***");
        assert_eq!(without("all AIza", key), "all AIza");
    }
}
