//! One look-up. What it finds of a position that is old is found again once whoever polls has had that account read:
//! this asks, `sync` decides by its cache and its bucket whether and when.

use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use super::asking::Assistant;
use super::facts::Facts;
use super::round;
use super::tools::{Args, Found, Tool};

/// What came of asking for an account's positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// They were read just now.
    Anew,
    /// They are as new as they are read, or this process reads nothing.
    AsTheyAre,
    /// Some of them are as new as they can be had; why not all, in words.
    Partly(String),
    /// They were not read; why, in words.
    Not(String),
}

/// Has the positions of the account of that name read, where this process polls.
pub type Refresh = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = Refreshed> + Send>> + Send + Sync>;

/// For a process that polls nothing.
pub fn polls_nothing() -> Refresh {
    Arc::new(|_account| Box::pin(std::future::ready(Refreshed::AsTheyAre)))
}

/// Runs `tool`; with what it found come the facts that it was found in.
pub async fn look_up(
    assistant: Assistant,
    facts: Arc<Facts>,
    tool: Tool,
    arguments: Map<String, Value>,
) -> (Result<Found, String>, Arc<Facts>) {
    let arguments = Arc::new(arguments);
    let found = run(tool, &arguments, &facts).await;
    let Ok(mut found) = found else { return (found, facts) };
    let (mut is_read, mut said) = (false, Vec::new());
    for account in std::mem::take(&mut found.seen_by) {
        match (assistant.refresh)(account.clone()).await {
            Refreshed::Anew => {
                is_read = true;
                said.push(format!("Positions of {account} were read anew for this"));
            }
            Refreshed::AsTheyAre => {}
            Refreshed::Partly(why) => {
                is_read = true;
                said.push(format!("Positions of {account} were NOT all read anew: {why}"));
            }
            Refreshed::Not(why) => said.push(format!("Positions of {account} were NOT read anew: {why}")),
        }
    }
    let mut facts = facts;
    if is_read {
        match round::facts(&assistant).await {
            Ok(fresh) => {
                facts = fresh;
                match run(tool, &arguments, &facts).await {
                    Ok(again) => found = again,
                    Err(why) => return (Err(why), facts),
                }
            }
            Err(why) => said.push(format!("What was read anew cannot be shown: {why}")),
        }
    }
    for one in said {
        found.doubt(Some(one));
    }
    (Ok(found), facts)
}

/// Runs it on a thread that may block.
async fn run(tool: Tool, arguments: &Arc<Map<String, Value>>, facts: &Arc<Facts>) -> Result<Found, String> {
    let (arguments, facts) = (Arc::clone(arguments), Arc::clone(facts));
    let found = spawn_blocking(move || tool.run(Args(&arguments), &facts)).await;
    found.unwrap_or_else(|panic| Err(format!("the look-up failed: {panic}")))
}
