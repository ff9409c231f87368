//! The conversations with the assistant, as the screen keeps them: what was asked, what came, what is typed. It knows
//! no assistant: what is to be asked is handed out as a [`Wish`], what comes back is a [`Told`] with the [`Turn`] it
//! is of. What comes for a turn that has ended changes nothing.

mod draw;
mod exchange;
mod markdown;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use tui_input::Input;

pub use self::draw::{Manner, body, paint, room};
use self::exchange::{End, Exchange};
pub use self::markdown::DOUBT;
use super::facts::Facts;
use crate::model::{Timestamp, clean};
use crate::rules::find::Kind;

/// The longest question, in characters.
const LINE: usize = 2000;

/// Conversations that are kept; a further one drops the oldest.
const TALKS: usize = 9;

/// As many of them are from before: one is new.
pub const RESTORED: usize = TALKS - 1;

/// About so many bytes a thing that is named takes.
const CITE: usize = 100;

/// Questions that the line can be given again, and questions that are kept in sight of one conversation.
const KEPT: usize = 100;

/// Which question of which conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The conversation; the console keeps several.
    pub conversation: u64,
    /// The question; a later one has a greater number.
    pub question: u64,
}

/// What the assistant is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Answer this. What was asked before in the same conversation and has no answer yet is taken back.
    Ask {
        /// As what.
        turn: Turn,
        /// In plain words.
        question: String,
        /// What is selected on the screen, such as "load 0261391": what "this" means.
        selected: Option<String>,
    },
    /// Take back what is being asked in this conversation.
    Cancel(u64),
    /// This conversation is over.
    Forget(u64),
}

/// What the assistant says about a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// More of the answer: to be appended.
    Words(String),
    /// Something is looked up, as this answer's call of that number.
    LooksUp {
        /// Which.
        call: usize,
        /// What, in one line.
        what: String,
    },
    /// That has ended.
    LookedUp {
        /// Which.
        call: usize,
        /// What was found, or why nothing was, in one line.
        line: String,
        /// Whether something was.
        is_ok: bool,
    },
    /// Why nothing comes yet, in one line.
    Waits(String),
    /// The answer, whole or cut.
    Answer(Box<Answer>),
    /// There is none; why, and what to do, in one line.
    Nothing(String),
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// All of its text.
    pub text: String,
    /// Nothing of it was cut or held back.
    pub is_complete: bool,
    /// What is to be known beside it, in one line.
    pub notice: Option<String>,
    /// What it cost, in words.
    pub cost: Option<String>,
    /// What it names.
    pub cites: Vec<Cite>,
    /// The oldest thing that it may rest on.
    pub oldest_at: Option<Timestamp>,
    /// Where in `text` numbers stand that no tool returned, in bytes.
    pub unsupported: Vec<Range<usize>>,
}

/// A thing that an answer names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cite {
    /// What it is.
    pub kind: Kind,
    /// Its id; of a load, an order or a stop that of the TMS.
    pub id: String,
    /// The TMS company, of a load, an order or a stop, where it is known.
    pub company_id: Option<String>,
    /// What people call it.
    pub label: String,
    /// When what was told of it was true.
    pub observed_at: Option<Timestamp>,
}

/// A question of an earlier time, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// What was asked.
    pub asked: String,
    /// What was selected then.
    pub about: Option<String>,
    /// What was said of it, but for words of which an answer came.
    pub told: Vec<Told>,
}

impl Past {
    /// Takes in what is told of it, where that is shown again.
    pub fn learn(&mut self, told: &Told) {
        match told {
            Told::Words(_) | Told::Waits(_) => {}
            Told::LooksUp { .. } | Told::LookedUp { .. } | Told::Answer(_) | Told::Nothing(_) => {
                self.told.push(told.clone());
            }
        }
    }

    /// Bytes that it takes, about.
    pub fn size(&self) -> usize {
        let told = self.told.iter().map(|told| match told {
            Told::Words(text) | Told::Waits(text) | Told::Nothing(text) => text.len(),
            Told::LooksUp { what, .. } => what.len(),
            Told::LookedUp { line, .. } => line.len(),
            Told::Answer(answer) => answer.text.len() + answer.cites.len() * CITE,
        });
        self.asked.len() + told.sum::<usize>()
    }
}

/// Where the pane is, and where keys go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stance {
    /// Not in sight.
    #[default]
    Away,
    /// In sight where there is room beside the panel, which has the keys.
    Aside,
    /// A question is typed.
    Typing,
    /// The answer is read: keys go through what it names.
    Reading,
}

/// How far down a conversation is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Scroll {
    /// To its end, but no further than where the last question stands on the first line: what is longer than the pane is
    /// read from its beginning.
    #[default]
    Opening,
    /// To its end, whatever comes.
    Following,
    /// So that this line is the first.
    At(usize),
}

/// One conversation.
struct Talk {
    number: u64,
    turns: Vec<Exchange>,
    scroll: Scroll,
}

/// All of it.
pub struct Pane {
    /// Where it is, and where keys go.
    pub stance: Stance,
    /// The question as it is typed.
    pub input: Input,
    /// What was asked before, and which of it stands in the line.
    asked: Vec<String>,
    recalled: Option<usize>,
    talks: Vec<Talk>,
    current: usize,
    /// Numbers that were given out.
    conversations: u64,
    questions: u64,
    /// Which of what the last answer names the cursor is on.
    at: usize,
    /// Lines that a conversation has room for.
    height: usize,
}

impl Default for Pane {
    fn default() -> Self {
        let first = Talk { number: 0, turns: Vec::new(), scroll: Scroll::default() };
        Self {
            stance: Stance::default(),
            input: Input::default(),
            asked: Vec::new(),
            recalled: None,
            talks: vec![first],
            current: 0,
            conversations: 0,
            questions: 0,
            at: 0,
            height: 1,
        }
    }
}

impl Pane {
    /// Takes in conversations of an earlier time, the oldest first; their numbers are those from 0 on. The one in sight
    /// is new.
    pub fn restore(&mut self, earlier: Vec<Vec<Past>>) {
        *self = Self::default();
        self.talks.clear();
        for past in earlier {
            self.asked.extend(past.iter().map(|one| one.asked.clone()));
            let turns = past.into_iter().map(|one| {
                self.questions += 1;
                Exchange::of(self.questions, one)
            });
            let turns = turns.collect();
            self.talks.push(Talk { number: self.conversations, turns, scroll: Scroll::default() });
            self.conversations += 1;
        }
        let more = self.asked.len().saturating_sub(KEPT);
        self.asked.drain(..more);
        self.talks.push(Talk { number: self.conversations, turns: Vec::new(), scroll: Scroll::default() });
        self.current = self.talks.len() - 1;
    }

    /// Whether keys go to it.
    pub const fn has_keys(&self) -> bool {
        matches!(self.stance, Stance::Typing | Stance::Reading)
    }

    fn talk(&self) -> Option<&Talk> {
        self.talks.get(self.current)
    }

    fn last(&self) -> Option<&Exchange> {
        self.talk()?.turns.last()
    }

    /// What the last answer names.
    pub fn cites(&self) -> &[Cite] {
        self.last().and_then(Exchange::answer).map_or(&[], |answer| &answer.cites)
    }

    /// What the cursor is on.
    pub fn cite(&self) -> Option<&Cite> {
        self.cites().get(self.at).filter(|_| self.stance == Stance::Reading)
    }

    /// The last answer, with what must not be told without it.
    pub fn copy(&self, facts: &Facts) -> Option<String> {
        let mut answers = self.talk()?.turns.iter().rev();
        answers.find_map(Exchange::answer).map(|answer| exchange::copy(answer, facts))
    }

    /// Whether an answer is awaited in the conversation in sight.
    pub fn is_asking(&self) -> bool {
        self.last().is_some_and(|turn| turn.end == End::Open)
    }

    /// Takes what is typed out of the line.
    pub fn take_line(&mut self) -> Option<String> {
        let line = clean(self.input.value(), LINE);
        if line.is_empty() {
            return None;
        }
        self.input.reset();
        self.recalled = None;
        if self.asked.last() != Some(&line) {
            self.asked.push(line.clone());
            let more = self.asked.len().saturating_sub(KEPT);
            self.asked.drain(..more);
        }
        Some(line)
    }

    /// Adds pasted text to the line.
    pub fn paste(&mut self, text: &str) {
        self.input = Input::new(clean(&format!("{}{}", self.input.value(), clean(text, LINE)), LINE));
    }

    /// Puts the question before the one in the line there, or the one after it.
    pub fn recall(&mut self, is_older: bool) {
        let count = self.asked.len();
        let at = self.recalled.unwrap_or(count);
        let at = if is_older { at.saturating_sub(1) } else { at.saturating_add(1).min(count) };
        self.recalled = (at < count).then_some(at);
        self.input = Input::new(self.asked.get(at).cloned().unwrap_or_default());
    }

    /// Asks in the conversation in sight; what is asked there is taken back.
    pub fn ask(&mut self, question: String, selected: Option<String>) -> Option<Wish> {
        self.cancel();
        self.questions += 1;
        (self.at, self.stance) = (0, Stance::Typing);
        let talk = self.talks.get_mut(self.current)?;
        let turn = Turn { conversation: talk.number, question: self.questions };
        talk.turns.push(Exchange::new(turn.question, question.clone(), selected.clone()));
        let more = talk.turns.len().saturating_sub(KEPT);
        talk.turns.drain(..more);
        talk.scroll = Scroll::Opening;
        Some(Wish::Ask { turn, question, selected })
    }

    /// Takes back what is asked in the conversation in sight.
    pub fn cancel(&mut self) -> Option<Wish> {
        let talk = self.talks.get_mut(self.current)?;
        let turn = talk.turns.last_mut().filter(|turn| turn.end == End::Open)?;
        turn.close(End::Cancelled);
        Some(Wish::Cancel(talk.number))
    }

    /// Begins a conversation. The oldest is forgotten where there are too many.
    pub fn begin(&mut self) -> Option<Wish> {
        (self.at, self.stance) = (0, Stance::Typing);
        // One that nothing was said in is new.
        if let Some(empty) = self.talks.iter().position(|talk| talk.turns.is_empty()) {
            self.current = empty;
            return None;
        }
        self.conversations += 1;
        let number = self.conversations;
        self.talks.push(Talk { number, turns: Vec::new(), scroll: Scroll::default() });
        let forgotten = (self.talks.len() > TALKS).then(|| self.talks.remove(0).number);
        self.current = self.talks.len() - 1;
        forgotten.map(Wish::Forget)
    }

    /// Goes to the conversation before, and from the first to the last.
    pub fn other(&mut self) {
        let earlier = self.talks.get(..self.current).unwrap_or_default();
        let before = earlier.iter().rposition(|talk| !talk.turns.is_empty());
        self.current = before.unwrap_or(self.talks.len().saturating_sub(1));
        (self.at, self.stance) = (0, Stance::Typing);
    }

    /// Whether no word of an answer to this question has come.
    pub fn is_silent(&self, turn: Turn) -> bool {
        let talk = self.talks.iter().find(|talk| talk.number == turn.conversation);
        let last = talk.and_then(|talk| talk.turns.last()).filter(|last| last.question == turn.question);
        last.is_some_and(Exchange::is_silent)
    }

    /// Takes in what is told of a turn. Whether that changed anything: what was taken back is not listened to.
    pub fn learn(&mut self, turn: Turn, told: Told) -> bool {
        let talk = self.talks.iter_mut().find(|talk| talk.number == turn.conversation);
        let open = talk.and_then(|talk| talk.turns.last_mut()).filter(|open| open.question == turn.question);
        let Some(open) = open.filter(|open| open.end == End::Open) else { return false };
        open.learn(told);
        true
    }

    /// Writes what is not written yet in lines, for this much room.
    pub fn lay_out(&mut self, (room, height): (u16, u16), facts: &Facts) {
        self.height = usize::from(height.max(1));
        if let Some(talk) = self.talks.get_mut(self.current) {
            talk.turns.iter_mut().for_each(|turn| turn.write(room, facts));
        }
    }

    /// Scrolls by lines, up where negative. At the end it follows what comes.
    pub fn scroll(&mut self, lines: isize) {
        let height = self.height;
        let Some(talk) = self.talks.get_mut(self.current) else { return };
        let last = talk.lines().saturating_sub(height);
        let top = talk.top(height).saturating_add_signed(lines);
        talk.scroll = if top >= last { Scroll::Following } else { Scroll::At(top) };
    }

    /// The same by pages.
    pub fn page(&mut self, pages: isize) {
        let page = isize::try_from(self.height.saturating_sub(1).max(1)).unwrap_or(1);
        self.scroll(page.saturating_mul(pages));
    }

    /// Goes on to the next thing that the last answer names, from the line to the first and from the last to the
    /// line.
    pub fn next(&mut self) {
        let count = self.cites().len();
        match self.stance {
            Stance::Reading if self.at + 1 < count => self.at += 1,
            Stance::Reading => self.stance = Stance::Typing,
            _ => (self.at, self.stance) = (0, Stance::Reading),
        }
        self.keep_in_sight();
    }

    /// Moves the cursor among them; where there are none, scrolls.
    pub fn go(&mut self, step: isize) {
        let count = self.cites().len();
        if count == 0 {
            return self.scroll(step);
        }
        self.at = self.at.saturating_add_signed(step).min(count - 1);
        self.keep_in_sight();
    }

    fn keep_in_sight(&mut self) {
        let Some(line) = self.line_of_cursor().filter(|_| self.stance == Stance::Reading) else { return };
        let height = self.height;
        let Some(talk) = self.talks.get_mut(self.current) else { return };
        let last = talk.lines().saturating_sub(height);
        let top = talk.top(height);
        if !(top..top + height).contains(&line) {
            let top = if line < top { line } else { (line + 1).saturating_sub(height) };
            talk.scroll = if top >= last { Scroll::Following } else { Scroll::At(top) };
        }
    }

    /// The line, counted from the conversation's first, that the cursor is on.
    fn line_of_cursor(&self) -> Option<usize> {
        let (line, _) = self.last()?.named(self.at)?;
        Some(self.talk()?.question() + line)
    }

    /// How many lines of the conversation in sight stand below the pane, but for the empty one that it ends with.
    fn below(&self) -> usize {
        self.talk().map_or(0, |talk| talk.lines().saturating_sub(talk.top(self.height) + self.height + 1))
    }

    /// What was asked last in the conversation before this one, where there is one.
    fn before(&self) -> Option<&Exchange> {
        let mut before = self.talks.get(..self.current)?.iter().rev();
        before.find_map(|talk| talk.turns.last())
    }
}

impl Talk {
    /// Its line that is the pane's first, where that has room for so many.
    fn top(&self, height: usize) -> usize {
        let last = self.lines().saturating_sub(height);
        match self.scroll {
            Scroll::Opening => last.min(self.question()),
            Scroll::Following => last,
            Scroll::At(line) => line.min(last),
        }
    }

    /// The line that the last question begins on.
    fn question(&self) -> usize {
        let before = self.turns.split_last().map_or(&[][..], |(_, before)| before);
        before.iter().map(|turn| turn.lines().len()).sum()
    }

    fn lines(&self) -> usize {
        self.turns.iter().map(|turn| turn.lines().len()).sum()
    }
}
