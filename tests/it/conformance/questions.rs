//! Every feed of a client, read to its end from a server that speaks for the vendor: each request is one
//! that it accepts, and paging that never ends is cut.

use std::path::Path;

use backhaul::http::{Client, Error, Limits};
use backhaul::providers::samsara::Samsara;
use backhaul::providers::terminal::Terminal;
use backhaul::providers::{Ask, Provider};
use secrecy::SecretString;

use super::mock::Mock;
use super::prism::Prism;
use super::specification::Specification;
use super::{ask, shared};

const SAMSARA: &str = "specs/samsara-openapi-dispatch-subset.json";
const TERMINAL: &str = "specs/terminal-openapi.json";
/// Calls that a read of the same page over and over may take: two parts, each found out at its second page.
const FEW: usize = 6;

fn samsara(base: &str) -> Samsara {
    Samsara::new(base, &SecretString::from("samsara_api_T"), None).unwrap()
}

fn terminal(base: &str) -> Terminal {
    Terminal::new(base, &SecretString::from("sk_T"), &SecretString::from("con_tkn_T"), None).unwrap()
}

/// How a read ended, after how many calls.
struct End {
    resource: &'static str,
    calls: usize,
    facts: usize,
    error: Option<Error>,
}

/// Reads every feed, as at the first start and after a rejected cursor.
async fn ends(provider: &impl Provider) -> Vec<End> {
    let wanted = ["281474977075805".to_owned()];
    let mut ends = Vec::new();
    for feed in provider.feeds() {
        for restart in [false, true] {
            let mut end = End { resource: feed.resource, calls: 0, facts: 0, error: None };
            let mut next: Option<String> = None;
            loop {
                let ask = Ask { page: next.as_deref(), wanted: &wanted, restart, ..ask(feed.resource) };
                match provider.fetch(ask).await {
                    Ok(page) => {
                        end.calls += 1;
                        end.facts += page.batch.changes.len() + page.batch.rejects.len();
                        next = page.next;
                    }
                    Err(error) => end.error = Some(error),
                }
                if next.is_none() || end.error.is_some() {
                    break;
                }
            }
            ends.push(end);
        }
    }
    ends
}

/// Nothing was refused, and everything came to an end soon.
fn judge(ends: &[End]) {
    for End { resource, calls, facts, error } in ends {
        assert!(*calls <= FEW, "{resource}: {calls} calls");
        let Some(error) = error else { continue };
        // Accepted, and then too much for Prism: it answers a schema as large as that of stats with this.
        if error.message.contains("Unable to generate body for response") {
            continue;
        }
        assert_eq!(error.status, None, "{resource}: {error}");
        if *resource == "connection" {
            // The vendor's example was last renewed in 2021.
            assert!(error.message.contains("was last renewed"), "{error}");
            continue;
        }
        assert!(error.message.contains("the same cursor came twice"), "{resource}: {error}");
        let tells = !resource.ends_with("assignments") && *resource != "hos_logs";
        assert!(!tells || *facts > 0, "{resource}: what came before the end is kept");
    }
}

async fn against_the_specification(path: &Path, client: impl AsyncFnOnce(&str) -> Vec<End>) {
    let (mock, base) = Mock::start(Specification::read(path)).await;
    let ends = client(&base).await;
    let (violations, calls) = mock.seen();
    assert!(violations.is_empty(), "{violations:#?}");
    assert!(calls > ends.len(), "the example says that there is always another page");
    judge(&ends);
}

#[tokio::test]
async fn samsaras_specification_knows_every_question_and_its_endless_pages_are_cut() {
    let Some(path) = shared(SAMSARA) else { return };
    against_the_specification(&path, async |base| ends(&samsara(base)).await).await;
}

#[tokio::test]
async fn terminals_specification_knows_every_question_and_its_endless_pages_are_cut() {
    let Some(path) = shared(TERMINAL) else { return };
    against_the_specification(&path, async |base| ends(&terminal(base)).await).await;
}

#[tokio::test]
async fn samsaras_specification_served_by_prism_refuses_nothing() {
    let Some(prism) = shared(SAMSARA).and_then(|path| Prism::start(&path)) else { return };
    refuses(&prism, "fleet/driver-vehicle-assignments").await;
    judge(&ends(&samsara(&prism.base)).await);
}

#[tokio::test]
async fn terminals_specification_served_by_prism_refuses_nothing() {
    let Some(prism) = shared(TERMINAL).and_then(|path| Prism::start(&path)) else { return };
    refuses(&prism, "vehicles").await;
    judge(&ends(&terminal(&prism.base)).await);
}

/// What lacks a parameter or a header is refused: else that nothing is refused would say nothing.
async fn refuses(prism: &Prism, path: &str) {
    let bare = Client::new(&prism.base, &[], None, &Limits::default()).unwrap();
    let error = bare.get(path, &[], "application/json", ask("vehicles").now).await.unwrap_err();
    assert!(error.status.is_some_and(|status| (400..500).contains(&status)), "{error:?}");
}
