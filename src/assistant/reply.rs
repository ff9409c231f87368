//! One streamed answer, put together from its pieces: what is shown at once, what is called, what goes back
//! byte for byte, and how it ended. Pure.

use serde_json::value::RawValue;

use super::sse::{Frame, Splitter, TooLong};
use super::trouble::{Kind, Trouble, error_in};
use super::wire::{Candidate, Chunk, Content, FunctionCall, Part, Role, Usage};
use crate::model::clean_lines;

/// Several times as long as the tokens that are asked for: in bytes.
const MOST_TEXT: usize = 64 * 1024;

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// As it goes back to the model.
    pub content: Content,
    /// What of it is for people, cleaned.
    pub text: String,
    /// Which tools it calls, in order.
    pub calls: Vec<FunctionCall>,
    /// How it ended.
    pub ending: Ending,
    /// What it used up.
    pub usage: Usage,
    /// Which model it says it is.
    pub model: Option<String>,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With words.
    Answered,
    /// With calls, which are to be run.
    Calls,
    /// It was cut at its length.
    Cut,
    /// The service holds the rest back, for this reason.
    Withheld(String),
    /// It is none.
    Failed(Trouble),
}

/// An answer that is being read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    splitter: Splitter,
    parts: Vec<Box<RawValue>>,
    text: String,
    calls: Vec<FunctionCall>,
    finish: Option<String>,
    block: Option<String>,
    usage: Usage,
    model: Option<String>,
    trouble: Option<Trouble>,
    has_begun: bool,
    /// It went on past all that was asked for, and is not read further.
    is_overlong: bool,
}

impl Reading {
    /// Takes a piece of the body; returns what is to be shown of it.
    pub fn take(&mut self, piece: &[u8]) -> String {
        if let Ok(frames) = self.splitter.take(piece) {
            return self.see_all(frames);
        }
        self.fail(Trouble::new(Kind::Garbled, &TooLong.to_string()));
        String::new()
    }

    /// The body has ended, or has broken off with this; returns the answer and what is still to be shown.
    pub fn end(mut self, broke: Option<Trouble>) -> (Reply, String) {
        let frames = std::mem::take(&mut self.splitter).end();
        let shown = self.see_all(frames);
        if let Some(trouble) = broke {
            self.fail(trouble);
        }
        let ending = self.ending();
        let content = Content { role: Role::Model, parts: self.parts };
        let reply = Reply {
            content,
            text: self.text,
            calls: self.calls,
            ending,
            usage: self.usage,
            model: self.model,
        };
        (reply, shown)
    }

    fn see_all(&mut self, frames: Vec<Frame>) -> String {
        let before = self.text.len();
        for frame in frames {
            self.see(frame);
        }
        self.text.get(before..).unwrap_or_default().to_owned()
    }

    fn see(&mut self, frame: Frame) {
        self.has_begun = true;
        match frame {
            Frame::Data(text) => match serde_json::from_str::<Chunk>(&text) {
                Ok(chunk) => self.add(chunk),
                Err(_) if text.trim() == "[DONE]" => {}
                Err(error) => self.fail(Trouble::new(Kind::Garbled, &where_of(&error))),
            },
            Frame::Bare(text) => match error_in(&text) {
                Some(error) => self.fail(Trouble::of_error(&error)),
                // What a proxy makes of it that does not pass on `alt=sse`: a list of pieces.
                None => match serde_json::from_str::<Vec<Chunk>>(&text) {
                    Ok(chunks) => chunks.into_iter().for_each(|chunk| self.add(chunk)),
                    Err(_) => self.fail(Trouble::new(Kind::Garbled, "it is no list of pieces")),
                },
            },
            Frame::Incomplete(_) => self.fail(Trouble::new(Kind::BrokeOff, "")),
        }
    }

    fn add(&mut self, chunk: Chunk) {
        if let Some(error) = chunk.error {
            self.fail(Trouble::of_error(&error));
        }
        // Cumulative, and now and then smaller than before: the last word counts.
        self.usage = chunk.usage_metadata.unwrap_or(self.usage);
        self.model = chunk.model_version.or(self.model.take());
        self.block = chunk.prompt_feedback.and_then(|feedback| feedback.block_reason).or(self.block.take());
        if let Some(candidate) = chunk.candidates.into_iter().flatten().next() {
            self.add_candidate(candidate);
        }
    }

    fn add_candidate(&mut self, candidate: Candidate) {
        if candidate.continuation_token.is_some() && candidate.finish_reason.is_none() {
            self.finish = Some("CONTINUATION".to_owned());
        }
        self.finish = candidate.finish_reason.or(self.finish.take());
        if self.text.len() >= MOST_TEXT {
            self.is_overlong = true;
            return;
        }
        for raw in candidate.content.and_then(|said| said.parts).into_iter().flatten() {
            let part: Part = serde_json::from_str(raw.get()).unwrap_or_default();
            if let (Some(text), false) = (&part.text, part.thought == Some(true)) {
                self.text.push_str(&clean_lines(text));
            }
            self.calls.extend(part.function_call);
            self.parts.push(raw);
        }
    }

    /// The first trouble is the cause of the others.
    fn fail(&mut self, trouble: Trouble) {
        self.trouble.get_or_insert(trouble);
    }

    fn ending(&self) -> Ending {
        let has_text = !self.text.trim().is_empty();
        let finish = self.finish.as_deref();
        // An error behind a whole answer takes nothing from it.
        let is_whole = finish == Some("STOP") && (has_text || !self.calls.is_empty());
        if let Some(trouble) = self.trouble.as_ref().filter(|_| !is_whole) {
            return Ending::Failed(trouble.clone());
        }
        if let (Some(reason), true) = (&self.block, self.parts.is_empty()) {
            return Ending::Failed(Trouble::new(Kind::Blocked, reason));
        }
        if self.is_overlong {
            return Ending::Cut;
        }
        match finish {
            Some(
                "MALFORMED_FUNCTION_CALL"
                | "UNEXPECTED_TOOL_CALL"
                | "TOO_MANY_TOOL_CALLS"
                | "MALFORMED_RESPONSE",
            ) => Ending::Failed(Trouble::new(Kind::Garbled, finish.unwrap_or_default())),
            Some("MISSING_THOUGHT_SIGNATURE") => {
                Ending::Failed(Trouble::new(Kind::OurMistake, "MISSING_THOUGHT_SIGNATURE"))
            }
            Some("STOP" | "MAX_TOKENS") | None if !self.calls.is_empty() => Ending::Calls,
            Some("STOP") if has_text => Ending::Answered,
            Some("MAX_TOKENS" | "CONTINUATION") if has_text => Ending::Cut,
            Some("STOP" | "MAX_TOKENS" | "CONTINUATION") => Ending::Failed(Trouble::new(Kind::Empty, "")),
            // SAFETY, RECITATION and others, those that are not known yet among them.
            Some(reason) if has_text => Ending::Withheld(crate::model::clean(reason, 60)),
            Some(reason) => Ending::Failed(Trouble::new(Kind::Blocked, reason)),
            None if self.has_begun => Ending::Failed(Trouble::new(Kind::BrokeOff, "")),
            None => Ending::Failed(Trouble::new(Kind::Empty, "")),
        }
    }
}

/// Where it is wrong, without repeating what is written there.
fn where_of(error: &serde_json::Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Reply {
        let mut reading = Reading::default();
        let mut shown = reading.take(body.as_bytes());
        let (reply, rest) = reading.end(None);
        shown.push_str(&rest);
        assert_eq!(shown, reply.text);
        reply
    }

    /// One event with these parts and this end.
    fn event(parts: &str, finish: &str) -> String {
        let finish =
            if finish.is_empty() { String::new() } else { format!(",\"finishReason\":\"{finish}\"") };
        format!(
            "data: {{\"candidates\":[{{\"content\":{{\"role\":\"model\",\"parts\":[{parts}]}}{finish}}}]}}\r\n\r\n"
        )
    }

    fn failed(body: &str) -> Kind {
        match read(body).ending {
            Ending::Failed(trouble) => trouble.kind,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn parts_go_back_as_they_were_written() {
        let call = r#"{"functionCall" : {"name":"get_eta","args":{"b":1.0,"a":1e2},"id":"x"}, "thoughtSignature":"c2ln/+==", "news": null}"#;
        let last = r#"{"text":"","thoughtSignature":"ZW5k"}"#;
        let reply = read(&(event(call, "") + &event(last, "STOP")));
        let parts: Vec<_> = reply.content.parts.iter().map(|part| part.get()).collect();
        assert_eq!(parts, [call, last]);
        assert_eq!(
            serde_json::to_string(&reply.content).unwrap(),
            format!(r#"{{"role":"model","parts":[{call},{last}]}}"#)
        );
        assert_eq!(reply.ending, Ending::Calls);
        assert_eq!(reply.calls[0].id.as_deref(), Some("x"));
    }

    #[test]
    fn calls_are_known_by_their_parts_and_come_in_one_piece_or_several() {
        let call = |name: &str| format!(r#"{{"functionCall":{{"name":"{name}"}}}}"#);
        let body = event(&[call("a"), call("b")].join(","), "") + &event(&call("c"), "STOP");
        let names: Vec<_> = read(&body).calls.into_iter().map(|call| (call.name, call.args)).collect();
        assert_eq!(names, [("a".into(), None), ("b".into(), None), ("c".into(), None)]);
        assert_eq!(read(&event(&call("a"), "")).ending, Ending::Calls);
    }

    #[test]
    fn thoughts_are_kept_and_not_shown() {
        let body = event(r#"{"text":"hm","thought":true},{"text":"15"},{"text":"° \u001b[31m"}"#, "STOP");
        let reply = read(&body);
        assert_eq!((reply.text.as_str(), reply.content.parts.len()), ("15° [31m", 3));
    }

    #[test]
    fn an_answer_without_end_is_cut() {
        let piece = event(&format!(r#"{{"text":"{}"}}"#, "very ".repeat(1000)), "");
        let reply = read(&(piece.repeat(200) + &event(r#"{"text":"long"}"#, "STOP")));
        assert_eq!(reply.ending, Ending::Cut);
        assert!(reply.text.len() < MOST_TEXT + 5000, "{}", reply.text.len());
    }

    #[test]
    fn odd_counts_and_odd_arguments_take_nothing_from_an_answer() {
        let usage = r#""usageMetadata":{"promptTokenCount":"100","candidatesTokenCount":1e2,"thoughtsTokenCount":-4,
            "toolUsePromptTokenCount":null,"cachedContentTokenCount":18446744073709551615}"#;
        let body = format!(
            "data: {{\"candidates\":[{{\"content\":{{\"parts\":[{{\"text\":\"hi\"}}]}},\"finishReason\":\"STOP\"}}],{}}}\n\n",
            usage.replace('\n', " ")
        );
        let reply = read(&body);
        assert_eq!((reply.text.as_str(), reply.ending), ("hi", Ending::Answered));
        let used = reply.usage;
        assert_eq!(
            (used.prompt_token_count, used.candidates_token_count, used.thoughts_token_count),
            (100, 100, 0)
        );
        assert_eq!(used.plus(&used).cached_content_token_count, u64::MAX, "and no sum of them overflows");
        for args in ["[1]", "7", "\"x\"", "null"] {
            let call = format!(r#"{{"functionCall":{{"name":"late_loads","args":{args}}}}}"#);
            let reply = read(&event(&call, "STOP"));
            assert_eq!(reply.ending, Ending::Calls, "{args}");
            assert_eq!((reply.calls[0].name.as_str(), &reply.calls[0].args), ("late_loads", &None));
        }
    }

    #[test]
    fn usage_is_the_last_word_and_never_a_sum() {
        let usage = |prompt: u64, out: u64| {
            format!(
                "data: {{\"usageMetadata\":{{\"promptTokenCount\":{prompt},\"candidatesTokenCount\":{out}}}}}\n\n"
            )
        };
        let body = usage(2304, 1) + &event(r#"{"text":"a"}"#, "STOP") + &usage(2301, 7);
        let used = read(&body).usage;
        assert_eq!((used.prompt_token_count, used.candidates_token_count), (2301, 7));
    }

    #[test]
    fn an_answer_ends_in_many_ways() {
        let text = r#"{"text":"so"}"#;
        assert_eq!(read(&event(text, "STOP")).ending, Ending::Answered);
        assert_eq!(read(&event(text, "MAX_TOKENS")).ending, Ending::Cut);
        assert_eq!(read(&event(text, "CONTINUATION")).ending, Ending::Cut);
        assert_eq!(read(&event(text, "SAFETY")).ending, Ending::Withheld("SAFETY".into()));
        assert_eq!(read(&event(text, "NEW_REASON")).ending, Ending::Withheld("NEW_REASON".into()));
        assert_eq!(failed(""), Kind::Empty);
        assert_eq!(failed(&event("", "STOP")), Kind::Empty);
        assert_eq!(failed(&event(r#"{"text":""}"#, "MAX_TOKENS")), Kind::Empty);
        assert_eq!(failed(&event(text, "")), Kind::BrokeOff);
        assert_eq!(failed(&event("", "SAFETY")), Kind::Blocked);
        assert_eq!(failed(&event("", "MALFORMED_FUNCTION_CALL")), Kind::Garbled);
        assert_eq!(failed(&event("", "MISSING_THOUGHT_SIGNATURE")), Kind::OurMistake);
        assert_eq!(failed("data: {\"candidates\":[{\"finishReason\":\"STOP\"}]}\n\n"), Kind::Empty);
        assert_eq!(
            failed("data: {\"candidates\":null,\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n"),
            Kind::Blocked
        );
        assert_eq!(failed("data: {\"candidates\":7}\n\n"), Kind::Garbled);
    }

    #[test]
    fn an_error_after_200_counts_unless_the_answer_was_whole() {
        let error = "{\n  \"error\": {\n    \"code\": 503,\n    \"status\": \"UNAVAILABLE\"\n  }\n}\n";
        assert_eq!(failed(error), Kind::Down);
        assert_eq!(failed(&(event(r#"{"text":""}"#, "STOP") + error)), Kind::Down);
        assert_eq!(failed(&(event(r#"{"text":"so"}"#, "") + error)), Kind::Down);
        assert_eq!(failed("data: {\"error\":{\"code\":429}}\n\n"), Kind::Busy { wait: None });
        assert_eq!(read(&(event(r#"{"text":"so"}"#, "STOP") + error)).ending, Ending::Answered);
    }
}
