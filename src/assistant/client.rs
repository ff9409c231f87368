//! Gemini over plain HTTP: one question, streamed. Neither waits nor asks again: the conversation decides.
//!
//! The key is a header, never in an address; should the service say it back, it is taken out of its words.

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::timeout;

use super::reply::{Ending, Reading, Reply};
use super::trouble::{Kind, Trouble};
use super::wire::Request;
use crate::http::{self, Body, Call, Client, Limits, Opened, Stream};
use crate::model::{Timestamp, clean};

/// How much of a model's name is shown.
const NAME_SHOWN: usize = 60;
/// No answer takes longer.
const WHOLE: Duration = Duration::from_mins(10);
/// So often within the longest silence is said that nothing comes.
const SPELLS: u32 = 6;

/// How to reach Gemini.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// `https://generativelanguage.googleapis.com`.
    pub base_url: &'a str,
    /// The key.
    pub api_key: &'a SecretString,
    /// A PEM file trusted besides the system's.
    pub ca_file: Option<&'a Path>,
    /// The longest silence, before the first word too.
    pub silence: Duration,
}

/// What is heard of an answer that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Words for people.
    Words(String),
    /// Nothing, for so long.
    Nothing(Duration),
}

/// One Gemini account. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Gemini {
    client: Client,
    key: SecretString,
    silence: Duration,
}

impl Gemini {
    /// Speaks to Gemini by these settings. Fails with a sentence that names what is wrong, never the key.
    pub fn new(settings: &Settings<'_>) -> Result<Self, String> {
        let key = settings.api_key.expose_secret().trim();
        if key.is_empty() {
            return Err("the Gemini key is empty".to_owned());
        }
        let headers = [("x-goog-api-key", http::secret_header(key)?)];
        // The silence is ours to measure: whoever waits is told of it meanwhile.
        let limits = Limits { read: WHOLE, total: WHOLE, ..Limits::default() };
        let client = Client::new(settings.base_url, &headers, settings.ca_file, &limits)?;
        Ok(Self { client, key: SecretString::from(key.to_owned()), silence: settings.silence })
    }

    /// The longest silence that is waited out.
    pub const fn silence(&self) -> Duration {
        self.silence
    }

    /// Asks `model`; tells `hear` the words as they come, and that none do. Fails only where no answer began.
    pub async fn ask(
        &self,
        model: &str,
        request: &Request<'_>,
        now: Timestamp,
        mut hear: impl FnMut(Heard),
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
            ..Call::default()
        };
        let mut stream = self.opened(call, now, &mut hear).await?;
        let mut reading = Reading::default();
        let broke = loop {
            match self.patiently(stream.next(), &mut hear).await {
                Some(Ok(Some(piece))) => tell(&mut hear, reading.take(&piece)),
                Some(Ok(None)) => break None,
                Some(Err(error)) => {
                    break Some(self.discreet(&Trouble::new(Kind::BrokeOff, &error.message)));
                }
                None => break Some(self.fell_silent()),
            }
        };
        let (mut reply, rest) = reading.end(broke);
        tell(&mut hear, rest);
        if let Ending::Failed(trouble) = reply.ending {
            reply.ending = Ending::Failed(self.discreet(&trouble));
        }
        Ok(reply)
    }

    /// What `model` calls itself: whether the key opens it, without a question and its price.
    pub async fn look_up(&self, model: &str, now: Timestamp) -> Result<String, Trouble> {
        let path = format!("v1beta/models/{model}");
        let call = Call { path: &path, accept: "application/json", ..Call::default() };
        let mut hear = |_: Heard| {};
        let mut stream = self.opened(call, now, &mut hear).await?;
        let mut body = Vec::new();
        loop {
            match self.patiently(stream.next(), &mut hear).await {
                Some(Ok(Some(piece))) => body.extend(piece),
                Some(Ok(None)) => break,
                Some(Err(error)) => return Err(self.discreet(&Trouble::of_http(&error))),
                None => return Err(self.fell_silent()),
            }
        }
        let described: ModelDescribed = serde_json::from_slice(&body)
            .map_err(|_no_model| Trouble::new(Kind::Garbled, "the model's description is not understood"))?;
        Ok(clean(&described.display_name.unwrap_or(described.name), NAME_SHOWN))
    }

    /// Sends `call`; the answer once it begins.
    async fn opened(
        &self,
        call: Call<'_>,
        now: Timestamp,
        hear: &mut impl FnMut(Heard),
    ) -> Result<Stream, Trouble> {
        match self.patiently(self.client.open(call, now), hear).await {
            Some(Ok(Opened::Open(stream))) => Ok(stream),
            Some(Ok(Opened::Refused(refusal))) => Err(self.discreet(&Trouble::of_refusal(&refusal))),
            Some(Err(error)) => Err(self.discreet(&Trouble::of_http(&error))),
            None => Err(self.fell_silent()),
        }
    }

    /// What comes, or `None` once it was silent for too long; `hear` is told meanwhile for how long it has been.
    async fn patiently<T>(&self, coming: impl Future<Output = T>, hear: &mut impl FnMut(Heard)) -> Option<T> {
        let spell = self.silence / SPELLS;
        let mut coming = pin!(coming);
        for spells in 1..=SPELLS {
            if let Ok(came) = timeout(spell, &mut coming).await {
                return Some(came);
            }
            if spells < SPELLS {
                hear(Heard::Nothing(spell * spells));
            }
        }
        None
    }

    fn fell_silent(&self) -> Trouble {
        Trouble::new(Kind::Silent, &format!("nothing came for {} s", self.silence.as_secs()))
    }

    /// The same trouble without our key in it, should the service, or a proxy, have said it back.
    fn discreet(&self, trouble: &Trouble) -> Trouble {
        Trouble { kind: trouble.kind, words: http::Mask::of([self.key.expose_secret()]).hide(&trouble.words) }
    }
}

/// What is read of a model's description.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelDescribed {
    name: String,
    display_name: Option<String>,
}

fn tell(hear: &mut impl FnMut(Heard), text: String) {
    if !text.is_empty() {
        hear(Heard::Words(text));
    }
}
