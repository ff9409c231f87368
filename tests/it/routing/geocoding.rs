//! Stops that have only an address, looked up over HTTP in one batch.

use backhaul::http::Kind;
use backhaul::model::{Address, Fit, Geocoded};
use backhaul::routing::{Error, MOST_AT_ONCE, PER_BATCH};
use backhaul::sim::{Fault, Upstream};

use super::{Desk, client};

fn address(street: &str, city: &str, state: &str, zip: &str) -> Address {
    let part = |text: &str| (!text.is_empty()).then(|| text.into());
    Address { street: street.into(), city: part(city), state: part(state), zip: part(zip) }
}

/// One line for what became of an address.
fn told(found: &Geocoded) -> String {
    match found {
        Geocoded::Found(place) => {
            format!("{} {}", place.confidence.word(), place.accuracy.as_deref().unwrap())
        }
        Geocoded::ToConfirm(place) => format!("to confirm: {}", place.accuracy.as_deref().unwrap()),
        Geocoded::Rejected(why) => why.clone(),
        Geocoded::NoMatch => "no match".to_owned(),
    }
}

#[tokio::test]
async fn each_address_gets_its_own_answer_in_one_call() {
    let desk = Desk::open().await;
    let asked = [
        // As the simulated TMS writes them: the number is 100 and the city's place in its table.
        address("102 INDUSTRIAL PKWY", "SAN ANTONIO", "TX", "78219"),
        address("102 Industrial Parkway", "San Antonio", "TX", ""),
        address("102 INDUSTRIAL PKWY", "SAN ANTONIO", "TX", "10001"),
        address("105 INDUSTRIAL PKWY", "AMARILLO", "TX", "79118"),
        address("108 INDUSTRIAL PKWY", "TULSA", "OK", "74116"),
        address("102 INDUSTRIAL PKWY", "SAN ANTONIO", "OK", "78219"),
        address("7 ELM ST", "SAN ANTONIO", "TX", "78219"),
        address("7 INDUSTRIAL PKWY", "SAN ANTONIO", "TX", "78219"),
        address("102 INDUSTRIAL PKWY", "ATLANTIS", "TX", "00000"),
        address("102 INDUSTRIAL PKWY", "", "TX", "78219"),
        address("1 RUE DE LA GARE", "SAN ANTONIO", "QC", ""),
    ];
    let found = desk.mapbox.geocode(&asked, desk.now()).await.unwrap();
    let expected = [
        "exact rooftop",
        "high rooftop",
        "to confirm: rooftop",
        "to confirm: interpolated",
        "confidence is low: 108 Industrial Parkway, Tulsa, OK 74116, United States",
        "found in another state (TX): 102 Industrial Parkway, San Antonio, TX 78219, United States",
        "only the place was found: San Antonio, TX 78219, United States",
        "confidence is low: 102 Industrial Parkway, San Antonio, TX 78219, United States",
        "no match",
        "exact rooftop",
        "no match",
    ];
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected);
    let Geocoded::Found(place) = &found[0] else { panic!() };
    assert_eq!(place.confidence, Fit::Exact);
    assert!(place.name.starts_with("102 Industrial Parkway, San Antonio"));
    let calls = desk.sim.calls();
    assert_eq!((calls.len(), calls[0].path.as_str()), (1, "/search/geocode/v6/batch"));
    assert!(calls[0].query.starts_with("permanent=true&access_token="));
}

#[tokio::test]
async fn the_place_is_the_gate_that_the_fleet_really_drives_to() {
    let desk = Desk::open().await;
    let asked = [address("102 INDUSTRIAL PKWY", "SAN ANTONIO", "TX", "78219")];
    let found = desk.mapbox.geocode(&asked, desk.now()).await.unwrap();
    let Geocoded::Found(place) = &found[0] else { panic!() };
    let route = desk.ask(&super::parked(place.point), &[place.point]).await.unwrap();
    assert!(route.legs[0].meters < 1.0);
    // The roof is two thousandths of a degree further north.
    assert!((29.3..29.51).contains(&place.point.latitude));
}

#[tokio::test]
async fn a_batch_is_bounded_and_an_empty_one_costs_nothing() {
    let desk = Desk::open().await;
    assert_eq!(desk.mapbox.geocode(&[], desk.now()).await, Ok(Vec::new()));
    let many = vec![address("102 INDUSTRIAL PKWY", "SAN ANTONIO", "TX", "78219"); MOST_AT_ONCE + 1];
    let refused = desk.mapbox.geocode(&many, desk.now()).await;
    assert_eq!(refused, Err(Error::Question("more than 1000 addresses at once".to_owned())));
    assert!(desk.sim.calls().is_empty());
    for _ in 0..1000 / PER_BATCH {
        assert_eq!(desk.mapbox.geocode(&many[..PER_BATCH], desk.now()).await.unwrap().len(), PER_BATCH);
    }
    let Err(Error::Service(full)) = desk.mapbox.geocode(&many[..1], desk.now()).await else { panic!() };
    assert!(matches!(full.kind, Kind::Throttled { retry_after: Some(_) }), "every query counts");
}

#[tokio::test]
async fn a_geocoder_in_trouble_is_told_from_one_that_refuses() {
    let desk = Desk::open().await;
    let asked = [address("102 INDUSTRIAL PKWY", "SAN ANTONIO", "TX", "78219")];
    let wrong = client(&desk.sim.mapbox_url(), "pk.wrong-token-of-ours").geocode(&asked, desk.now()).await;
    assert!(matches!(&wrong, Err(Error::Service(error)) if error.kind == Kind::Unauthorized), "{wrong:?}");
    for fault in [Fault::Garbage, Fault::Truncated, Fault::Status { code: 503, retry_after: None }] {
        desk.sim.faults().clear(Upstream::Mapbox);
        desk.sim.faults().set(Upstream::Mapbox, "/search", fault);
        let failed = desk.mapbox.geocode(&asked, desk.now()).await;
        assert!(matches!(&failed, Err(Error::Service(error)) if error.kind.may_pass()), "{failed:?}");
    }
}
