//! The assistant behind the chat: what the screen wants asked is asked, what is told goes to the screen. Nothing waits
//! for it: it has tasks of its own, and is made when something is asked for the first time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{self, Sender, UnboundedReceiver, UnboundedSender};
use tokio::task::spawn_blocking;

use crate::assistant::{self, Assistant, Chat, QuestionId, dollars};
use crate::config::Config;
use crate::daemon;
use crate::rules::age;
use crate::tui::chat::{Answer, Cite, Told, Turn, Wish};
use crate::tui::event::Event;

/// Takes in what the screen wants. Must be called on a runtime.
pub fn start(config: &Config, events: Sender<Event>) -> UnboundedSender<Wish> {
    let (wishes, inbox) = mpsc::unbounded_channel();
    let (told, mut said) = mpsc::unbounded_channel();
    // The assistant must not be kept waiting by a slow terminal, nor may a word of it be lost.
    tokio::spawn(async move {
        while let Some((turn, told)) = said.recv().await {
            if events.send(Event::Chat(turn, told)).await.is_err() {
                return;
            }
        }
    });
    let host = Host { config: config.clone(), told, assistant: None, talks: BTreeMap::new() };
    tokio::spawn(host.stay(inbox));
    wishes
}

/// Has the conversations.
struct Host {
    config: Config,
    told: UnboundedSender<(Turn, Told)>,
    assistant: Option<Assistant>,
    talks: BTreeMap<u64, Talk>,
}

/// A conversation.
struct Talk {
    chat: Chat,
    /// What is asked, by both its names.
    asked: Arc<Mutex<Option<(QuestionId, Turn)>>>,
}

impl Host {
    async fn stay(mut self, mut inbox: UnboundedReceiver<Wish>) {
        while let Some(wish) = inbox.recv().await {
            match wish {
                Wish::Ask { turn, question, selected } => match self.assistant().await {
                    Ok(assistant) => self.talk(assistant, turn).ask(turn, &question, selected.as_deref()),
                    Err(why) => drop(self.told.send((turn, Told::Nothing(why)))),
                },
                Wish::Cancel(conversation) => {
                    if let Some(talk) = self.talks.get(&conversation) {
                        talk.chat.cancel();
                    }
                }
                Wish::Forget(conversation) => drop(self.talks.remove(&conversation)),
            }
        }
    }

    /// The assistant, made where there is none yet; why there is none, in a sentence.
    async fn assistant(&mut self) -> Result<Assistant, String> {
        if let Some(assistant) = &self.assistant {
            return Ok(assistant.clone());
        }
        let config = self.config.clone();
        let made = spawn_blocking(move || daemon::assistant(&config)).await;
        let made = made.map_err(|error| format!("the assistant could not be started: {error}"))?;
        let assistant = made.map_err(|refused| refused.to_string())?;
        self.assistant = Some(assistant.clone());
        Ok(assistant)
    }

    fn talk(&mut self, assistant: Assistant, turn: Turn) -> &Talk {
        let told = self.told.clone();
        self.talks.entry(turn.conversation).or_insert_with(|| Talk::start(assistant, told))
    }
}

impl Talk {
    fn start(assistant: Assistant, told: UnboundedSender<(Turn, Told)>) -> Self {
        let asked: Arc<Mutex<Option<(QuestionId, Turn)>>> = Arc::default();
        let known = Arc::clone(&asked);
        let chat = Chat::start(assistant, move |news| {
            let asked = *known.lock().unwrap_or_else(PoisonError::into_inner);
            // Of a question before: nobody waits for it.
            if let Some((_, turn)) = asked.filter(|(question, _)| *question == news.question) {
                let _ = told.send((turn, in_words(news.event)));
            }
        });
        Self { chat, asked }
    }

    fn ask(&self, turn: Turn, question: &str, selected: Option<&str>) {
        // Held until both names are known: the first news may come before this returns.
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        *asked = Some((self.chat.ask(question, selected), turn));
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
