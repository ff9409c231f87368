//! `--once` and Mapbox: what it says and how long it takes where it cannot.

use std::time::{Duration, Instant};

use backhaul::model::{EtaSource, Fleet, Stop};
use backhaul::sim::{Fault, Upstream};

use super::Office;

impl Office {
    /// `--once` with Mapbox's Directions in that trouble: the exit code, and what it says.
    fn once_with(&self, fault: Option<Fault>) -> (Option<i32>, String) {
        self.sim.faults().clear(Upstream::Mapbox);
        if let Some(fault) = fault {
            self.sim.faults().set(Upstream::Mapbox, "/directions", fault);
        }
        let began = Instant::now();
        let read = self.output(&["--sync-only", "--once"]);
        assert!(began.elapsed() < Duration::from_secs(75), "{:?}", began.elapsed());
        (read.status.code(), String::from_utf8_lossy(&read.stderr).into_owned())
    }

    fn roads_asked(&self) -> usize {
        let calls = self.sim.calls();
        calls.iter().filter(|call| call.path.starts_with("/directions")).count()
    }
}

fn refusal(code: u16, json: &str) -> Fault {
    Fault::Refusal { code, json: json.to_owned() }
}

fn routed(fleet: &Fleet) -> Vec<&Stop> {
    let told = [Some(EtaSource::Mapbox), Some(EtaSource::MapboxCar)];
    fleet.stops.iter().map(AsRef::as_ref).filter(|stop| told.contains(&stop.eta_source)).collect()
}

#[test]
fn once_asks_a_mapbox_that_forbids_it_once_and_says_so_at_once() {
    let office = Office::frozen(12);
    let began = Instant::now();
    let (code, said) = office.once_with(Some(refusal(403, r#"{"message":"Forbidden"}"#)));
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
    assert_eq!((code, office.roads_asked()), (Some(1), 1), "{said}");
    assert!(said.contains("mapbox directions: not allowed (HTTP 403"), "{said}");
    assert!(said.contains("loads were not routed"), "{said}");
}

#[test]
fn once_says_each_time_that_the_token_was_refused() {
    let office = Office::frozen(12);
    let refuse = || Some(refusal(401, r#"{"message":"Not Authorized - Invalid Token"}"#));
    for why in ["HTTP 401", "less than five minutes ago"] {
        let (code, said) = office.once_with(refuse());
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("mapbox directions: ") && said.contains(why), "{said}");
    }
    assert_eq!(office.roads_asked(), 1);
}

#[test]
fn a_mapbox_that_refuses_or_garbles_every_question_is_in_trouble_until_it_answers_one() {
    let office = Office::frozen(12);
    let too_many = "Too many coordinates; maximum number of coordinates is 3.";
    let refused = format!(r#"{{"code":"InvalidInput","message":"{too_many}"}}"#);
    let garbled = r#"{"code":"Ok","routes":[{"duration":1,"distance":1,"legs":null}]}"#;
    for (fault, why) in [(refusal(422, &refused), too_many), (refusal(200, garbled), "does not fit")] {
        let (code, said) = office.once_with(Some(fault));
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("mapbox directions: ") && said.contains(why), "{said}");
        let fleet = office.fleet().unwrap();
        let feed = fleet.feeds.iter().find(|feed| feed.resource == "directions").unwrap();
        assert!(feed.error.as_deref().is_some_and(|error| error.contains(why)), "{feed:?}");
        assert!(routed(&fleet).is_empty());
        let notes: Vec<&String> = fleet.judgements.iter().flat_map(|judgement| &judgement.notes).collect();
        assert!(notes.iter().any(|note| note.starts_with("no_road: ") && note.contains(why)), "{notes:?}");
    }
    let (code, said) = office.once_with(None);
    assert_eq!(code, Some(0), "{said}");
    let fleet = office.fleet().unwrap();
    assert!(fleet.feeds.iter().all(|feed| feed.error.is_none()) && !routed(&fleet).is_empty());
}
