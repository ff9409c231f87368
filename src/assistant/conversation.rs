//! Questions one after the other: asks Gemini, runs what it calls, asks again, and tells what happens. Dropping
//! the future of a question takes it back: nothing of it is remembered.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::asking::{Assistant, Model};
use super::client::Heard;
use super::event::{Answer, Event, Failure};
use super::facts::Facts;
use super::fence::Fence;
use super::grounding;
use super::history::{History, Turn};
use super::names::{Names, Unveil};
use super::plain;
use super::reply::{Ending, Reply};
use super::round::{self, Bench};
use super::spend::{self, Aside, DEMO};
use super::trouble::{self, Kind, Next, Standing, Trouble};
use super::wire::{
    Calling, Content, Generation, Mode, Request, System, Text, Thinking, ToolConfig, Tools, Usage,
};
use crate::model::{Timestamp, clean};
use crate::rules::moment;

/// So often tools may be called in turn; in the last round it must answer.
pub const ROUNDS: usize = 6;
/// Thinking counts among them; an answer of six lines has some hundreds.
const MOST_TOKENS: u32 = 4096;
/// Nobody types a longer question.
const LONGEST_QUESTION: usize = 2000;
/// Who the model is to be.
const PROMPT: &str = include_str!("../../assets/prompt.md");

/// What is told of, as it happens.
pub type Tell<'a> = dyn FnMut(Event) + Send + 'a;

/// Questions that know of those before them. Written down and read again it goes on as before: what the model said
/// stands in it byte for byte.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Conversation {
    history: History,
    names: Names,
    /// No driver's name stands in it.
    hides_names: bool,
    /// Around all data of it: earlier results are told again as they were.
    fence: Option<Fence>,
}

/// One question on its way.
struct Ask<'a> {
    assistant: &'a Assistant,
    model: &'a Model,
    /// The model that is asked just now.
    name: &'a str,
    question: String,
    system: String,
    fence: Fence,
    bench: Bench,
    answer: Answer,
    /// Words of it were shown.
    has_shown: bool,
    /// The other model is asked, since the first did not answer.
    is_elsewhere: bool,
}

impl Conversation {
    /// Answers `question`, and tells what happens meanwhile. `selected` is what the screen shows as selected,
    /// such as "load 0261391": what "this" means. The last event is `Done` or `Failed`, and what it holds is
    /// returned.
    pub async fn ask(
        &mut self,
        assistant: &Assistant,
        question: &str,
        selected: Option<&str>,
        tell: &mut Tell<'_>,
    ) -> Result<Answer, Failure> {
        let answered = self.answered(assistant, question, selected, tell).await;
        match &answered {
            Ok(answer) => tell(Event::Done(Box::new(answer.clone()))),
            Err(failure) => tell(Event::Failed(failure.clone())),
        }
        answered
    }

    async fn answered(
        &mut self,
        assistant: &Assistant,
        question: &str,
        selected: Option<&str>,
        tell: &mut Tell<'_>,
    ) -> Result<Answer, Failure> {
        let question = clean(question, LONGEST_QUESTION);
        let facts =
            round::facts(assistant).await.map_err(|why| failure(Trouble::new(Kind::NoFacts, &why), ""))?;
        // An empty text is refused by some versions: then it is not understood here.
        let Some(model) = assistant.model.as_ref().filter(|_| !question.is_empty()) else {
            return Ok(plain::answer(assistant, &facts, &question, selected, tell).await);
        };
        let asked = match selected {
            Some(selected) => format!("{question}\n(Selected on the screen: {})", clean(selected, 120)),
            None => question.clone(),
        };
        if assistant.hides_names && !self.hides_names {
            // Names stand in what was said before: that does not leave the box again.
            self.history = History::default();
        }
        self.hides_names = assistant.hides_names;
        // Worked on apart, so that a question that is dropped leaves no trace.
        let mut names = self.names.clone();
        let asked = if assistant.hides_names { names.hide_question(&asked, &facts.fleet) } else { asked };
        let fence =
            self.fence.clone().or_else(Fence::by_chance).ok_or_else(|| {
                failure(Trouble::new(Kind::NoFacts, "the system has no random numbers"), "")
            })?;
        self.fence = Some(fence.clone());
        let mut ask = Ask {
            assistant,
            model,
            name: &model.name,
            question: asked,
            system: system_text(&facts, &fence, assistant.hides_names),
            fence,
            bench: Bench::new(names),
            answer: Answer::default(),
            is_elsewhere: false,
            has_shown: false,
        };
        let ended = ask.run(&mut self.history, tell).await;
        self.names = ask.bench.names.clone();
        match ended {
            Ok((contents, ending)) => Ok(self.finish(ask, &question, contents, &ending)),
            Err(trouble) => Err(failure(trouble, ask.name)),
        }
    }

    /// Remembers the turn, and says what the answer rests on.
    fn finish(&mut self, ask: Ask<'_>, question: &str, contents: Vec<Content>, ending: &Ending) -> Answer {
        let Ask { name, bench, mut answer, question: asked, .. } = ask;
        answer.is_complete = *ending == Ending::Answered;
        answer.notice = match ending {
            Ending::Cut => Some("the answer was cut at its length".to_owned()),
            Ending::Withheld(reason) => Some(format!("Gemini holds the rest back ({reason})")),
            Ending::Failed(trouble) => Some(format!("the answer is not whole: {}", trouble.sentence(name))),
            Ending::Answered | Ending::Calls if answer.model.as_deref() == Some(DEMO) => {
                Some("answered by the demo model: a set of simple rules, not Gemini".to_owned())
            }
            Ending::Answered | Ending::Calls => None,
        };
        let words = bench.told.join("\n");
        // What was cut is told again in words; what was held back or broke off is not: it would be again.
        let contents = if answer.is_complete { contents } else { Vec::new() };
        if matches!(ending, Ending::Answered | Ending::Cut) {
            self.history.add(Turn { question: asked, answer: words, model: name.to_owned(), contents });
        }
        let results: Vec<String> = answer.tools.iter().map(|run| run.result.to_string()).collect();
        let sources: Vec<&str> = results.iter().map(String::as_str).chain([question]).collect();
        answer.unsupported = grounding::unsupported(&answer.text, &sources);
        answer.citations = grounding::cited(&answer.text, &bench.cites);
        answer.oldest_at = bench.oldest_at;
        answer.model.get_or_insert_with(|| name.to_owned());
        answer
    }

    /// How many questions it knows of.
    pub fn len(&self) -> usize {
        self.history.len()
    }

    /// Whether it knows of none.
    pub fn is_empty(&self) -> bool {
        self.history.is_empty()
    }
}

impl Ask<'_> {
    /// Asks, with the other model where this one does not answer.
    async fn run(
        &mut self,
        history: &mut History,
        tell: &mut Tell<'_>,
    ) -> Result<(Vec<Content>, Ending), Trouble> {
        loop {
            let before = history.told_to(self.name);
            let trouble = match self.turn(&before, tell).await {
                Ok(ended) => return Ok(ended),
                Err(trouble) => trouble,
            };
            let fallback = self.model.fallback.as_deref().filter(|other| *other != self.name);
            match (trouble.kind, fallback) {
                (Kind::TooLong, _) if !self.has_shown && history.halve() => {}
                (_, Some(other)) if !self.has_shown && trouble.may_pass_elsewhere() => {
                    let why = format!("{}: asking {other} instead", trouble.what(self.name));
                    tell(Event::Waiting { why, time: Duration::ZERO });
                    (self.name, self.is_elsewhere) = (other, true);
                }
                _ => return Err(trouble),
            }
            // From the question on: what this model signed no other takes.
            self.bench.clear();
            let usage = self.answer.usage;
            let micro_usd = self.answer.micro_usd;
            self.answer = Answer { usage, micro_usd, ..Answer::default() };
        }
    }

    /// One question to one model, through all rounds.
    async fn turn(
        &mut self,
        before: &[Content],
        tell: &mut Tell<'_>,
    ) -> Result<(Vec<Content>, Ending), Trouble> {
        let mut contents = vec![Content::user(&self.question)];
        for round in 0..ROUNDS {
            let mode = if round + 1 == ROUNDS { Mode::None } else { Mode::Auto };
            let reply = match self.round(before, &contents, mode, tell).await {
                Ok(reply) => reply,
                // What was shown stays; that it is not all of it is said beside it.
                Err(trouble) if self.has_shown => return Ok((contents, Ending::Failed(trouble))),
                Err(trouble) => return Err(trouble),
            };
            self.answer.model = reply.model.or(self.answer.model.take());
            contents.push(reply.content);
            if reply.ending != Ending::Calls {
                return Ok((contents, reply.ending));
            }
            if mode == Mode::None {
                let trouble = Trouble::new(Kind::Garbled, "it calls tools without end");
                return if self.has_shown { Ok((contents, Ending::Failed(trouble))) } else { Err(trouble) };
            }
            let results =
                self.bench.run(self.assistant, &self.fence, &reply.calls, &mut self.answer, tell).await?;
            contents.push(results);
        }
        Err(Trouble::new(Kind::Garbled, "it calls tools without end"))
    }

    /// One request, tried again as long as nothing was shown.
    async fn round(
        &mut self,
        before: &[Content],
        contents: &[Content],
        mode: Mode,
        tell: &mut Tell<'_>,
    ) -> Result<Reply, Trouble> {
        let mut tries = 0;
        loop {
            let trouble = match self.request(before, contents, mode, tell).await {
                Ok(Reply { ending: Ending::Failed(trouble), .. }) | Err(trouble) => trouble,
                Ok(reply) => return Ok(reply),
            };
            let standing = Standing { tries, has_shown: self.has_shown, is_elsewhere: self.is_elsewhere };
            match trouble::next(&trouble, standing, chance()) {
                Next::Wait(time) => {
                    tell(Event::Waiting { why: trouble.what(self.name), time });
                    tokio::time::sleep(time).await;
                }
                Next::GiveUp => return Err(trouble),
            }
            tries += 1;
        }
    }

    async fn request(
        &mut self,
        before: &[Content],
        contents: &[Content],
        mode: Mode,
        tell: &mut Tell<'_>,
    ) -> Result<Reply, Trouble> {
        let now = &self.assistant.now;
        while let Err(time) = self.assistant.pace.take(self.model.calls_per_minute, now()) {
            let why = "as many calls as [gemini] calls_per_minute allows went out".to_owned();
            tell(Event::Waiting { why, time });
            tokio::time::sleep(time).await;
        }
        let declared = super::tools::declarations();
        let request = Request {
            contents: before.iter().chain(contents).collect(),
            system_instruction: System { parts: [Text { text: &self.system }] },
            tools: [Tools { function_declarations: &declared }],
            tool_config: ToolConfig { function_calling_config: Calling { mode } },
            generation_config: Generation {
                max_output_tokens: MOST_TOKENS,
                thinking_config: Thinking { thinking_level: self.model.level.of(self.name) },
            },
        };
        let aside = self.assistant.budget.set_aside(most_usd(self.name, &request, now()), now()).await?;
        let mut unveil = Unveil::default();
        let (names, text, has_shown) = (&self.bench.names, &mut self.answer.text, &mut self.has_shown);
        // The words of a second round are a paragraph of their own.
        let mut is_new = !text.trim().is_empty();
        let mut show = |words: String, tell: &mut Tell<'_>| {
            if words.is_empty() {
                return;
            }
            let words = if std::mem::take(&mut is_new) { format!("\n\n{words}") } else { words };
            *has_shown |= !words.trim().is_empty();
            text.push_str(&words);
            tell(Event::TextDelta(words));
        };
        let most = self.model.gemini.silence();
        let hear = |heard| match heard {
            Heard::Words(piece) => show(unveil.take(&piece, names), tell),
            Heard::Nothing(time) => tell(Event::Silence { time, most }),
        };
        let reply = self.model.gemini.ask(self.name, &request, now(), hear).await;
        show(unveil.end(names), tell);
        let trouble = match &reply {
            Ok(Reply { ending: Ending::Failed(trouble), .. }) | Err(trouble) => {
                Some(trouble.sentence(self.name))
            }
            Ok(_) => None,
        };
        self.settle(aside, &reply, trouble).await;
        let reply = reply?;
        self.bench.told.extend(Some(reply.text.clone()).filter(|text| !text.trim().is_empty()));
        Ok(reply)
    }

    /// Writes down what a call cost. Of one that says nothing of it what was set aside stands, unless it was refused:
    /// that is not billed (ai.google.dev/gemini-api/docs/billing).
    async fn settle(&mut self, aside: Aside, reply: &Result<Reply, Trouble>, trouble: Option<String>) {
        let now = (self.assistant.now)();
        let usage = reply.as_ref().map(|reply| reply.usage).unwrap_or_default();
        let answered = reply.as_ref().ok().and_then(|reply| reply.model.as_deref());
        // "gemini-3.8-flash-001" is what was asked for.
        let model = answered.filter(|name| !name.starts_with(self.name)).unwrap_or(self.name);
        let cost = match reply {
            Err(trouble) if !trouble.may_be_billed() => 0,
            _ if usage == Usage::default() && model != DEMO => aside.micro_usd,
            _ => spend::micro_usd(model, &usage, now),
        };
        // Of one stream the last word counts; of several streams the sum.
        self.answer.usage = self.answer.usage.plus(&usage);
        self.answer.micro_usd = self.answer.micro_usd.saturating_add(cost);
        if let Err(why) = self.assistant.budget.settle(aside, cost, trouble, now).await {
            tracing::warn!("what the assistant spent cannot be written down: {why}");
        }
    }
}

/// What `request` costs if its answer is as long as it may be, in millionths of a dollar.
fn most_usd(model: &str, request: &Request<'_>, now: Timestamp) -> i64 {
    /// Bytes of JSON that make a token, at the least.
    const BYTES: u64 = 2;
    let bytes = serde_json::to_string(request).map_or(0, |text| text.len() as u64);
    let usage = Usage {
        prompt_token_count: bytes / BYTES,
        candidates_token_count: u64::from(MOST_TOKENS),
        ..Usage::default()
    };
    spend::micro_usd(model, &usage, now)
}

/// Who the model is, when it is, and which mark stands around data.
fn system_text(facts: &Facts, fence: &Fence, hides_names: bool) -> String {
    let now = moment::words(facts.now, &facts.zone, facts.now).unwrap_or_default();
    let names = if hides_names {
        "\nDrivers are called Person-1, Person-2 and so on: write them so, exactly."
    } else {
        ""
    };
    format!("{PROMPT}\nIt is {now} ({}). {}{names}", facts.now, fence.named())
}

fn failure(trouble: Trouble, model: &str) -> Failure {
    let sentence = trouble.sentence(model);
    Failure { trouble, sentence }
}

/// From 0 to 1, to spread those who wait for the same service.
fn chance() -> f64 {
    use ring::rand::{SecureRandom, SystemRandom};
    let mut bytes = [0; 2];
    let _ = SystemRandom::new().fill(&mut bytes);
    f64::from(u16::from_be_bytes(bytes)) / f64::from(u16::MAX)
}

/// What a tool is called with, in one line.
pub(super) fn one_line(arguments: &Value) -> String {
    let members = arguments.as_object().into_iter().flatten();
    let words: Vec<_> = members
        .map(|(name, value)| match value {
            Value::String(text) => format!("{name}: {text}"),
            other => format!("{name}: {other}"),
        })
        .collect();
    clean(&words.join(", "), 120)
}
