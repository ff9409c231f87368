//! A Mapbox that is in trouble, refuses, or is not Mapbox at all: what is done next, and that the token is
//! said nowhere.

use std::time::Duration;

use backhaul::http::Kind;
use backhaul::routing::{Attempt, Error, Next, Question, Try, next};
use backhaul::sim::{Fault, Upstream};

use super::{Desk, LITTLE_ROCK, MEMPHIS, client, parked};

impl Desk {
    async fn refused(&self, fault: Fault) -> Error {
        self.sim.faults().clear(Upstream::Mapbox);
        self.sim.faults().set(Upstream::Mapbox, "/directions", fault);
        self.ask(&parked(LITTLE_ROCK), &[MEMPHIS]).await.unwrap_err()
    }
}

fn status(code: u16) -> Fault {
    Fault::Status { code, retry_after: None }
}

fn refusal(code: u16, json: &str) -> Fault {
    Fault::Refusal { code, json: json.to_owned() }
}

#[tokio::test]
async fn a_wrong_token_stops_all_calls_and_is_said_nowhere() {
    let desk = Desk::open().await;
    let wrong = client(&desk.sim.mapbox_url(), "pk.wrong-token-of-ours");
    let (position, stops) = (parked(LITTLE_ROCK), [MEMPHIS]);
    let question = Question { position: &position, stops: &stops };
    let error = wrong.route(&question, Attempt::default(), desk.now()).await.unwrap_err();
    let said = format!("{error} {error:?} {wrong:?}");
    assert!(said.contains("Not Authorized - Invalid Token") && !said.contains("wrong-token"), "{said}");
    let Next::Stop(error) = next(Attempt::default(), error) else { panic!() };
    assert_eq!(error.kind, Kind::Unauthorized);
    let forbidden = desk.refused(refusal(403, r#"{"message":"Forbidden"}"#)).await;
    assert!(
        matches!(next(Attempt::default(), forbidden), Next::Stop(error) if error.kind == Kind::Forbidden)
    );
}

#[tokio::test]
async fn an_outage_or_a_page_that_is_no_answer_is_asked_again_later() {
    let desk = Desk::open().await;
    let html = "<html><head><title>ERROR</title></head><body>CloudFront</body></html>";
    let pages =
        [Fault::Garbage, Fault::Truncated, refusal(200, html), refusal(200, ""), refusal(200, "null")];
    let outages = [status(500), status(503), Fault::Reset, Fault::Cut, refusal(502, html)];
    for fault in pages.into_iter().chain(outages) {
        let error = desk.refused(fault.clone()).await;
        assert!(!format!("{error} {error:?}").contains(desk.sim.mapbox_token()), "{fault:?}");
        assert!(matches!(next(Attempt::default(), error), Next::Later(_)), "{fault:?}");
    }
    let nobody = client("http://127.0.0.1:1", "pk.a-token-of-ours");
    let (position, stops) = (parked(LITTLE_ROCK), [MEMPHIS]);
    let question = Question { position: &position, stops: &stops };
    let error = nobody.route(&question, Attempt::default(), desk.now()).await.unwrap_err();
    assert!(!format!("{error} {error:?} {nobody:?}").contains("a-token"), "{error:?}");
    assert!(matches!(next(Attempt::default(), error), Next::Later(_)));
    let message = r#"{"message":"nothing to say"}"#;
    let error = desk.refused(refusal(200, message)).await;
    assert!(error.to_string().contains("an answer without a code: nothing to say"), "{error}");
}

#[tokio::test]
async fn a_question_that_is_refused_is_never_asked_unchanged() {
    let desk = Desk::open().await;
    let too_many =
        r#"{"message":"Too many coordinates; maximum number of coordinates is 3.","code":"InvalidInput"}"#;
    for fault in [refusal(422, too_many), refusal(200, too_many), refusal(413, ""), refusal(400, "{}")] {
        let error = desk.refused(fault.clone()).await;
        let Next::Estimate(Error::Question(why)) = next(Attempt::default(), error) else {
            panic!("{fault:?}")
        };
        let told = matches!(&fault, Fault::Refusal { json, .. } if json == too_many);
        assert_eq!(why.contains("maximum number of coordinates is 3"), told, "{why}");
    }
    let no_profile = refusal(404, r#"{"message":"Profile not found","code":"ProfileNotFound"}"#);
    assert!(matches!(next(Attempt::default(), desk.refused(no_profile).await), Next::Stop(_)));
}

#[tokio::test]
async fn a_token_that_is_said_back_is_not_repeated() {
    let desk = Desk::open().await;
    let token = desk.sim.mapbox_token().to_owned();
    let echo = format!(r#"{{"message":"no such thing: /x?access_token={token}&y=1"}}"#);
    for code in [200, 422, 401, 500] {
        let error = desk.refused(refusal(code, &echo)).await;
        let said = format!("{error} {error:?}");
        assert!(said.contains("no such thing") && !said.contains(&token), "{said}");
    }
}

#[tokio::test]
async fn a_full_minute_says_when_the_next_begins() {
    let desk = Desk::open().await;
    for _ in 0..300 {
        desk.ask(&parked(LITTLE_ROCK), &[MEMPHIS]).await.unwrap();
    }
    let error = desk.ask(&parked(LITTLE_ROCK), &[MEMPHIS]).await.unwrap_err();
    let Error::Service(error) = error else { panic!("{error:?}") };
    let Kind::Throttled { retry_after: Some(wait) } = error.kind else { panic!("{error:?}") };
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(60), "{wait:?}");
    let asked = desk.refused(Fault::Status { code: 429, retry_after: Some("9".to_owned()) }).await;
    let Error::Service(asked) = asked else { panic!("{asked:?}") };
    assert_eq!(asked.kind, Kind::Throttled { retry_after: Some(Duration::from_secs(9)) });
    assert!(matches!(next(Attempt::default(), Error::Service(asked)), Next::Later(_)));
}

/// The clock is paused: it jumps to the next time-out as soon as all wait.
#[tokio::test(start_paused = true)]
async fn no_answer_in_ten_seconds_is_asked_for_once_more() {
    let desk = Desk::open().await;
    let began = tokio::time::Instant::now();
    let error = desk.refused(Fault::Hang).await;
    assert!(began.elapsed() <= Duration::from_secs(11), "{:?}", began.elapsed());
    let Next::Ask(again) = next(Attempt::default(), error) else { panic!() };
    assert_eq!(again, Attempt { number: Try::Second, ..Attempt::default() });
}
