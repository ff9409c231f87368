//! A conversation for a pane: questions go in by number, events come out with it. What comes late of a question
//! that was cancelled has a number that is not the current one any more, and changes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, mpsc};

use super::asking::Assistant;
use super::conversation::Conversation;
use super::event::Event;

/// Which question; a later one has a greater number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuestionId(pub u64);

/// Something that happened, and of which question.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Of which.
    pub question: QuestionId,
    /// What.
    pub event: Event,
}

/// What the task is to do.
enum Wish {
    Ask { id: u64, question: String, selected: Option<String> },
    New,
}

/// The pane's end. Dropping it ends the conversation and whatever is being asked.
#[derive(Debug)]
pub struct Chat {
    wishes: mpsc::UnboundedSender<Wish>,
    current: Arc<AtomicU64>,
    cancelled: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Chat {
    /// Begins a conversation, or goes on with one, on the runtime that this is called in; what happens is told to `tell`,
    /// in order, and after each question `keep` is given all of it. Neither may block.
    pub fn start(
        assistant: Assistant,
        conversation: Conversation,
        tell: impl Fn(Told) + Send + Sync + 'static,
        keep: impl Fn(QuestionId, &Conversation) + Send + Sync + 'static,
    ) -> Self {
        let (wishes, inbox) = mpsc::unbounded_channel();
        let (current, cancelled) = (Arc::new(AtomicU64::new(0)), Arc::new(Notify::new()));
        let listener = Listener { tell, keep, current: Arc::clone(&current) };
        let task = tokio::spawn(talk(assistant, conversation, inbox, listener, Arc::clone(&cancelled)));
        Self { wishes, current, cancelled, task }
    }

    /// Asks; what was being asked is cancelled.
    pub fn ask(&self, question: &str, selected: Option<&str>) -> QuestionId {
        let id = self.next();
        let wish = Wish::Ask { id, question: question.to_owned(), selected: selected.map(str::to_owned) };
        let _ = self.wishes.send(wish);
        QuestionId(id)
    }

    /// Takes back what is being asked: it is forgotten, and nothing that is still under way counts.
    pub fn cancel(&self) {
        self.next();
    }

    /// Begins anew: what was said is forgotten.
    pub fn new_conversation(&self) {
        self.next();
        let _ = self.wishes.send(Wish::New);
    }

    /// Whether what was told is of the question that is being asked now: all else is to be dropped.
    pub fn is_current(&self, told: &Told) -> bool {
        told.question.0 == self.current.load(Ordering::SeqCst)
    }

    fn next(&self) -> u64 {
        let id = self.current.fetch_add(1, Ordering::SeqCst) + 1;
        self.cancelled.notify_one();
        id
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Who is told of what happens.
struct Listener<T, K> {
    tell: T,
    keep: K,
    current: Arc<AtomicU64>,
}

async fn talk(
    assistant: Assistant,
    mut conversation: Conversation,
    mut inbox: mpsc::UnboundedReceiver<Wish>,
    listener: Listener<impl Fn(Told) + Send + Sync, impl Fn(QuestionId, &Conversation) + Send + Sync>,
    cancelled: Arc<Notify>,
) {
    let Listener { tell, keep, current } = listener;
    while let Some(wish) = inbox.recv().await {
        let Wish::Ask { id, question, selected } = wish else {
            conversation = Conversation::default();
            continue;
        };
        let is_current = || current.load(Ordering::SeqCst) == id;
        let mut attempt = conversation.clone();
        let mut on = |event| {
            if is_current() {
                tell(Told { question: QuestionId(id), event });
            }
        };
        let is_over = tokio::select! {
            biased;
            () = until_another(&current, id, &cancelled) => false,
            _ = attempt.ask(&assistant, &question, selected.as_deref(), &mut on) => true,
        };
        if is_over && is_current() {
            conversation = attempt;
            keep(QuestionId(id), &conversation);
        }
    }
}

/// Returns once another question is the current one.
async fn until_another(current: &AtomicU64, id: u64, cancelled: &Notify) {
    while current.load(Ordering::SeqCst) == id {
        cancelled.notified().await;
    }
}
