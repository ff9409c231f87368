//! The assistant behind the chat: what the screen wants asked is asked, what is told goes to the screen, and what was
//! said is written down. Nothing waits for it: it has tasks of its own, and is made when something is asked for the
//! first time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{self, Sender, UnboundedReceiver, UnboundedSender};
use tokio::task::{JoinHandle, spawn_blocking};

use super::chats::{ChatFolder, Kept};
use crate::assistant::{self, Assistant, Chat, Conversation, QuestionId, dollars};
use crate::config::Config;
use crate::daemon;
use crate::rules::age;
use crate::sync::{Clock, Lookups};
use crate::tui::chat::{Answer, Cite, Past, Told, Turn, Wish};
use crate::tui::event::Event;

/// Takes in what the screen wants, and goes on with the conversations that were kept. Must be called on a runtime. The
/// task ends when nothing more can be wanted and all is written.
pub fn start(
    config: &Config,
    lookups: Lookups,
    (folder, kept): (ChatFolder, Vec<Kept>),
    events: Sender<Event>,
) -> (UnboundedSender<Wish>, JoinHandle<()>) {
    let (wishes, inbox) = mpsc::unbounded_channel();
    let (told, mut said) = mpsc::unbounded_channel();
    let (files, to_write) = mpsc::unbounded_channel();
    let notices = events.clone();
    // The assistant must not be kept waiting by a slow terminal, nor may a word of it be lost.
    tokio::spawn(async move {
        while let Some((turn, told)) = said.recv().await {
            if events.send(Event::Chat(turn, told)).await.is_err() {
                return;
            }
        }
    });
    let writing = tokio::spawn(write_down(folder, to_write, notices));
    let earlier = (0..).zip(kept).collect();
    let host = Host {
        config: config.clone(),
        lookups,
        told,
        files,
        assistant: None,
        earlier,
        talks: BTreeMap::new(),
    };
    tokio::spawn(host.stay(inbox));
    (wishes, writing)
}

/// As many questions of one conversation are written down.
const PAST: usize = 100;

/// What is to be done with a conversation's file.
enum Paper {
    /// It is to hold this.
    Write(u64, Box<Kept>),
    /// It is not wanted any more.
    Forget(u64),
}

/// Keeps the files, one change after the other.
async fn write_down(folder: ChatFolder, mut papers: UnboundedReceiver<Paper>, events: Sender<Event>) {
    let folder = Arc::new(Mutex::new(folder));
    while let Some(paper) = papers.recv().await {
        let folder = Arc::clone(&folder);
        let written = spawn_blocking(move || {
            let mut folder = folder.lock().unwrap_or_else(PoisonError::into_inner);
            match paper {
                Paper::Write(number, kept) => folder.write(number, &kept),
                Paper::Forget(number) => {
                    folder.forget(number);
                    Ok(())
                }
            }
        });
        if let Ok(Err(trouble)) = written.await {
            let _ = events.try_send(Event::Notice(trouble));
        }
    }
}

/// Has the conversations.
struct Host {
    config: Config,
    lookups: Lookups,
    told: UnboundedSender<(Turn, Told)>,
    files: UnboundedSender<Paper>,
    assistant: Option<Assistant>,
    /// Conversations that nobody has gone on with yet.
    earlier: BTreeMap<u64, Kept>,
    talks: BTreeMap<u64, Talk>,
}

/// A conversation.
struct Talk {
    chat: Chat,
    page: Arc<Mutex<Page>>,
}

/// What is written down of a conversation.
struct Page {
    /// What is asked, by both its names.
    asked: Option<(QuestionId, Turn)>,
    open: Past,
    past: Vec<Past>,
}

impl Host {
    async fn stay(mut self, mut inbox: UnboundedReceiver<Wish>) {
        while let Some(wish) = inbox.recv().await {
            match wish {
                Wish::Ask { turn, question, selected } => match self.assistant().await {
                    Ok(assistant) => self.talk(assistant, turn).ask(turn, question, selected),
                    Err(why) => drop(self.told.send((turn, Told::Nothing(why)))),
                },
                Wish::Cancel(conversation) => {
                    if let Some(talk) = self.talks.get(&conversation) {
                        talk.chat.cancel();
                    }
                }
                Wish::Forget(conversation) => {
                    self.talks.remove(&conversation);
                    self.earlier.remove(&conversation);
                    let _ = self.files.send(Paper::Forget(conversation));
                }
            }
        }
    }

    /// The assistant, made where there is none yet; why there is none, in a sentence.
    async fn assistant(&mut self) -> Result<Assistant, String> {
        if let Some(assistant) = &self.assistant {
            return Ok(assistant.clone());
        }
        let (config, lookups) = (self.config.clone(), self.lookups.clone());
        let made = spawn_blocking(move || daemon::assistant(&config, lookups)).await;
        let made = made.map_err(|error| format!("the assistant could not be started: {error}"))?;
        let assistant = made.map_err(|refused| refused.to_string())?;
        self.assistant = Some(assistant.clone());
        Ok(assistant)
    }

    fn talk(&mut self, assistant: Assistant, turn: Turn) -> &Talk {
        let (told, files, number) = (self.told.clone(), self.files.clone(), turn.conversation);
        let earlier = self.earlier.remove(&number).map(|kept| (kept.past, kept.conversation));
        self.talks.entry(number).or_insert_with(|| {
            let (past, conversation) = earlier.unwrap_or_default();
            let keep = move |past: &[Past], conversation: &Conversation| {
                let kept = Kept::new(past, conversation, Clock::system().now());
                let _ = files.send(Paper::Write(number, Box::new(kept)));
            };
            Talk::start(assistant, past, conversation, told, keep)
        })
    }
}

impl Talk {
    fn start(
        assistant: Assistant,
        past: Vec<Past>,
        conversation: Conversation,
        told: UnboundedSender<(Turn, Told)>,
        keep: impl Fn(&[Past], &Conversation) + Send + Sync + 'static,
    ) -> Self {
        let page = Arc::new(Mutex::new(Page { asked: None, open: Past::default(), past }));
        let (known, written) = (Arc::clone(&page), Arc::clone(&page));
        let tell = move |news: assistant::Told| {
            let mut page = known.lock().unwrap_or_else(PoisonError::into_inner);
            // Of a question before: nobody waits for it.
            if let Some((_, turn)) = page.asked.filter(|(question, _)| *question == news.question) {
                let news = in_words(news.event);
                page.open.learn(&news);
                let _ = told.send((turn, news));
            }
        };
        let keep = move |question: QuestionId, conversation: &Conversation| {
            let mut page = written.lock().unwrap_or_else(PoisonError::into_inner);
            if page.asked.is_some_and(|(asked, _)| asked == question) {
                let open = std::mem::take(&mut page.open);
                page.past.push(open);
                let over = page.past.len().saturating_sub(PAST);
                page.past.drain(..over);
                keep(&page.past, conversation);
            }
        };
        Self { chat: Chat::start(assistant, conversation, tell, keep), page }
    }

    fn ask(&self, turn: Turn, question: String, selected: Option<String>) {
        // Held until both names are known: the first news may come before this returns.
        let mut page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        page.asked = Some((self.chat.ask(&question, selected.as_deref()), turn));
        page.open = Past { asked: question, about: selected, told: Vec::new() };
    }
}

/// What happened, as the screen is told of it.
fn in_words(event: assistant::Event) -> Told {
    use assistant::Event as Happened;
    match event {
        Happened::TextDelta(text) => Told::Words(text),
        Happened::ToolStarted { call, name, arguments } if arguments.is_empty() => {
            Told::LooksUp { call, what: name.replace('_', " ") }
        }
        Happened::ToolStarted { call, name, arguments } => {
            Told::LooksUp { call, what: format!("{} ({arguments})", name.replace('_', " ")) }
        }
        Happened::ToolDone { call, line, is_ok } => Told::LookedUp { call, line, is_ok },
        Happened::Waiting { why, time } if time.is_zero() => Told::Waits(why),
        Happened::Waiting { why, time } => {
            Told::Waits(format!("{why}; trying again in {}", age::words(time)))
        }
        Happened::Silence { time, most } => {
            let (time, most) = (age::words(time), age::words(most));
            Told::Waits(format!(
                "Gemini has said nothing for {time}, it may be thinking; given up after {most}"
            ))
        }
        Happened::Failed(failure) => Told::Nothing(failure.sentence),
        Happened::Done(answer) => Told::Answer(Box::new(on_screen(*answer))),
    }
}

fn on_screen(answer: assistant::Answer) -> Answer {
    let cites = answer.citations.into_iter().map(|one| Cite {
        kind: one.kind,
        id: one.id,
        company_id: one.company_id,
        label: one.label,
        observed_at: one.observed_at,
    });
    Answer {
        text: answer.text,
        is_complete: answer.is_complete,
        notice: answer.notice,
        cost: (answer.micro_usd > 0).then(|| dollars(answer.micro_usd)),
        cites: cites.collect(),
        oldest_at: answer.oldest_at,
        unsupported: answer.unsupported,
    }
}
