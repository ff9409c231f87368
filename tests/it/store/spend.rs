//! What the assistant may spend: asked for and set aside at once, whoever else asks.

use backhaul::store::{Access, AssistantCall, Grant, People};

use super::{Bench, START};

const DAY: &str = "2026-11-18";

#[tokio::test]
async fn of_two_who_ask_at_once_only_one_gets_the_last_of_the_money() {
    let bench = Bench::new();
    let mut one = People::open(&bench.path(), Access::Owner).unwrap();
    let mut other = People::open(&bench.path(), Access::Owner).unwrap();
    assert_eq!(one.set_aside(DAY, 500, Some(100)).unwrap(), Grant::Given);
    assert_eq!(other.set_aside(DAY, 500, Some(100)).unwrap(), Grant::Spent(500));
    let call = |micro_usd| AssistantCall {
        account: "gemini".into(),
        day: DAY.into(),
        micro_usd,
        at: START,
        error: None,
    };
    one.spend(&call(-401)).unwrap();
    assert_eq!(other.set_aside(DAY, 1, Some(100)).unwrap(), Grant::Given, "99 are spent");
    assert_eq!(one.set_aside(DAY, 1, Some(100)).unwrap(), Grant::Spent(100));
    assert_eq!(one.set_aside("2026-11-19", 1, Some(100)).unwrap(), Grant::Given, "a day of its own");
    assert_eq!(one.set_aside(DAY, 7, None).unwrap(), Grant::Given, "no limit");
    assert_eq!(one.set_aside(DAY, 1, Some(0)).unwrap(), Grant::Spent(107));
}
