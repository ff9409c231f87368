//! What was said before, as it is told again: whole turns only, since a call without its result, or a result
//! without its call, is refused.

use serde::{Deserialize, Serialize};

use super::wire::Content;

/// Thoughts of earlier turns are paid for each time, and all of it is kept in a file: after so many the oldest is forgotten.
const TURNS: usize = 30;
/// Bytes of all turns; a chat of short answers has far less.
const BYTES: usize = 400 * 1024;

/// One question and all that came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Turn {
    /// What was asked, as it was sent.
    pub question: String,
    /// What was answered, as it came.
    pub answer: String,
    /// The model whose signatures are in `contents`: no other takes them.
    pub model: String,
    /// Both, with every call and result between them; empty where only the words are kept.
    pub contents: Vec<Content>,
}

impl Turn {
    /// Bytes that it takes, at the most.
    fn size(&self) -> usize {
        self.contents.iter().map(Content::size).sum::<usize>() + self.question.len() + self.answer.len()
    }

    /// For `model`: as it was, or in plain words where another model said it.
    fn told_to(&self, model: &str) -> Vec<Content> {
        if model == self.model && !self.contents.is_empty() {
            return self.contents.clone();
        }
        vec![Content::user(&self.question), Content::retold(&self.answer)]
    }
}

/// The turns of a conversation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct History(Vec<Turn>);

impl History {
    /// A turn is over.
    pub fn add(&mut self, turn: Turn) {
        // Nothing was said in it: roles would not alternate.
        if turn.answer.trim().is_empty() {
            return;
        }
        self.0.push(turn);
        let mut room = BYTES;
        let fit = self.0.iter().rev().take(TURNS).take_while(|turn| {
            let left = room.checked_sub(turn.size());
            room = left.unwrap_or(0);
            left.is_some()
        });
        let over = self.0.len() - fit.count();
        self.0.drain(..over);
    }

    /// Forgets the older half; true where there was one.
    pub fn halve(&mut self) -> bool {
        let half = self.0.len().div_ceil(2);
        self.0.drain(..half);
        half > 0
    }

    /// How many turns are remembered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As it is told to `model`.
    pub fn told_to(&self, model: &str) -> Vec<Content> {
        self.0.iter().flat_map(|turn| turn.told_to(model)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(number: usize, bytes: usize) -> Turn {
        let question = format!("question {number}");
        Turn {
            contents: vec![
                Content::user(&question),
                Content::user(&"x".repeat(bytes)),
                Content::retold("so"),
            ],
            question,
            answer: "so".to_owned(),
            model: "a".to_owned(),
        }
    }

    #[test]
    fn only_whole_turns_are_forgotten() {
        let mut history = History::default();
        (0..40).for_each(|number| history.add(turn(number, 10)));
        assert_eq!((history.len(), history.told_to("a").len()), (30, 90));
        (0..4).for_each(|number| history.add(turn(number, 150 * 1024)));
        assert_eq!(history.told_to("a").len(), 6, "two turns have room");
        assert!(history.halve());
        assert_eq!(history.len(), 1);
    }

    #[test]
    fn another_model_is_told_the_words_alone() {
        let mut history = History::default();
        history.add(turn(1, 10));
        let told: Vec<_> = history.told_to("b").iter().map(|one| one.parts[0].get().to_owned()).collect();
        assert_eq!(told, [r#"{"text":"question 1"}"#, r#"{"text":"so"}"#]);
    }

    #[test]
    fn a_turn_without_an_answer_is_none() {
        let mut history = History::default();
        history.add(Turn { answer: " ".into(), ..turn(1, 10) });
        assert!(history.is_empty());
        assert!(!history.halve());
    }
}
