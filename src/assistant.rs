//! The assistant: a question and the stored fleet in, events out. Gemini picks what to look up and puts it into
//! words; every fact is a tool's, and every tool reads what the panels and commands read.
//!
//! Nothing here writes to the fleet, fetches from an upstream or runs anything: an old position is read anew by whoever
//! polls, where `lookup` may ask for it. `client` speaks to Gemini, `conversation` is the loop, `tools` answer,
//! `grounding` says what of an answer rests on them.

mod asking;
mod chat;
mod client;
mod conversation;
mod event;
mod facts;
mod fence;
mod grounding;
mod history;
mod lookup;
mod names;
mod plain;
mod reply;
mod round;
mod spend;
mod sse;
mod tools;
mod trouble;
mod wire;

pub use self::asking::{Assistant, Model, Now, Pace};
pub use self::chat::{Chat, QuestionId, Told};
pub use self::client::{Gemini, Heard, Settings};
pub use self::conversation::{Conversation, ROUNDS, Tell};
pub use self::event::{Answer, Event, Failure, ToolRun};
pub use self::facts::{Facts, Library, stored};
pub use self::fence::Fence;
pub use self::grounding::{cited, unsupported};
pub use self::lookup::{Refresh, Refreshed, polls_nothing};
pub use self::reply::{Ending, Reading, Reply};
pub use self::spend::{Aside, Budget, Forgetful, Grant, Ledger, MICRO, Spent, dollars, micro_usd};
pub use self::sse::{Frame, Splitter, TooLong};
pub use self::tools::{Args, Citation, Found, Tool, declarations};
pub use self::trouble::{Kind, Next, Standing, Trouble, next};
pub use self::wire::{
    Calling, Content, Generation, Level, Mode, Request, System, Text, Thinking, ToolConfig, Tools, Usage,
};
