//! All five upstreams at once, by the program itself: a first read, and trouble in any one of them.

use std::time::Duration;

use backhaul::sim::{Fault, Upstream};

use super::{Office, last_ok, reads_again_and_changes_nothing};

/// A fleet big enough that every ELD has some of it.
const UNITS: usize = 21;

#[test]
fn once_reads_all_five_into_one_row_a_unit_and_again_changes_nothing() {
    // So many that at any hour some trucks of each account are shown where that account saw them: the TMS has
    // its positions from the ELDs, and of a parked truck often the newer one.
    let units = 3 * UNITS;
    let office = Office::standing_still(units, Upstream::ELDS.to_vec());
    let first = office.output(&["--sync-only", "--once"]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    let fleet = office.fleet().unwrap();
    for account in ["samsara", "motive", "geotab", "terminal", "mcleod"] {
        let feeds: Vec<_> = fleet.feeds.iter().filter(|feed| feed.account == account).collect();
        assert!(feeds.len() >= 6, "{account}: {feeds:?}");
        let whole = |feed: &&_| {
            let feed: &backhaul::model::FeedStatus = feed;
            feed.error.is_none() && feed.last_ok_at.is_some()
        };
        assert!(feeds.iter().all(whole), "{account}: {feeds:?}");
    }
    // The truck that the TMS keeps in the shop is no tractor of its own, nor is one with two devices.
    assert_eq!(fleet.tractors.len(), units);
    let sources: Vec<_> = fleet.tractors.iter().map(|row| row.source.as_deref()).collect();
    for account in ["samsara", "motive", "geotab", "terminal"] {
        assert!(sources.contains(&Some(account)), "{account}: {sources:?}");
    }
    let told_by = |account: &str| {
        fleet.drivers.iter().any(|row| row.source.as_deref() == Some(account) && row.drive_left_s.is_some())
    };
    assert!(["samsara", "motive", "geotab", "terminal"].into_iter().all(told_by));
    reads_again_and_changes_nothing(&office);
}

#[test]
fn a_moving_truck_has_one_speed_in_miles_an_hour_whoever_tells_it() {
    // So many that at any hour of any day some of each account roll; the TMS has no say in speeds.
    let office = Office::standing_still(240, Upstream::ELDS.to_vec());
    let config = std::fs::read_to_string(office.config()).unwrap();
    let (elds, _) = config.split_once("[mcleod]").unwrap();
    office.write_config(elds);
    assert!(office.output(&["--sync-only", "--once"]).status.success());
    let fleet = office.fleet().unwrap();
    for account in ["samsara", "motive", "geotab", "terminal"] {
        let speeds: Vec<f64> = fleet
            .tractors
            .iter()
            .filter(|row| row.source.as_deref() == Some(account))
            .filter_map(|row| row.speed_mph)
            .filter(|mph| *mph > 20.0)
            .collect();
        // The made-up trucks roll at 50 to 68 mph: 104 km/h taken for miles would stand out, as would
        // 29 m/s.
        assert!(!speeds.is_empty(), "{account}");
        assert!(speeds.iter().all(|mph| (45.0..70.0).contains(mph)), "{account}: {speeds:?}");
    }
}

/// Breaks one feed of an upstream in one way after another; each time the others keep their pace, and
/// what passes by itself passes.
fn check(upstream: Upstream, account: &str, resource: &str, path: &str) {
    let office = Office::going_on(UNITS, Upstream::ELDS.to_vec());
    let config = std::fs::read_to_string(office.config()).unwrap();
    let quick = "\n[polling]\nhours_idle = \"1s\"\nmovements_idle = \"1s\"\nroster = \"2s\"\n";
    office.write_config(&format!("{config}{quick}"));
    let _daemon = office.daemon("log");
    let other = if account == "samsara" { ("mcleod", "orders") } else { ("samsara", "hos_clocks") };
    office.wait_for_fleet("a first read", |fleet| {
        last_ok(fleet, account, resource).is_some() && last_ok(fleet, other.0, other.1).is_some()
    });
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", elsewhere.local_addr().unwrap());
    let passing = [
        (Fault::Cut, "not available"),
        (Fault::Garbage, "not understood"),
        (Fault::Status { code: 429, retry_after: Some("0.4".into()) }, "asked to slow down"),
        (Fault::Status { code: 503, retry_after: None }, "HTTP 503"),
    ];
    let lasting = [(Fault::Huge(100 << 20), "larger than"), (Fault::Redirect(url), "another host")];
    // What lasts is tried again in five minutes: only one of the two can be seen in a test's time.
    let lasting = lasting.into_iter().skip(usize::from(account.len().is_multiple_of(2))).take(1);
    for (fault, told) in passing.into_iter().chain(lasting) {
        let lasts = matches!(fault, Fault::Huge(_) | Fault::Redirect(_));
        office.sim.faults().set(upstream, path, fault);
        let broken = office.wait_for_fleet(told, |fleet| {
            let feed = fleet.feeds.iter().find(|feed| feed.account == account && feed.resource == resource);
            feed.is_some_and(|feed| feed.error.as_deref().is_some_and(|error| error.contains(told)))
        });
        let pace = last_ok(&broken, other.0, other.1).map(|at| at.plus(Duration::from_secs(2)));
        office.wait_for_fleet("the others keep their pace", |fleet| last_ok(fleet, other.0, other.1) > pace);
        office.sim.faults().clear(upstream);
        if !lasts {
            office.wait_for_fleet("it recovers", |fleet| fleet.feeds.iter().all(|feed| feed.error.is_none()));
        }
    }
    elsewhere.set_nonblocking(true).unwrap();
    assert!(elsewhere.accept().is_err(), "a redirect to another host was followed");
}

#[test]
fn trouble_in_samsara_is_samsaras_alone() {
    check(Upstream::Samsara, "samsara", "hos_clocks", "/fleet/hos/clocks");
}

#[test]
fn trouble_in_motive_is_motives_alone() {
    check(Upstream::Motive, "motive", "available_time", "/v1/available_time");
}

#[test]
fn trouble_in_geotab_is_geotabs_alone() {
    check(Upstream::Geotab, "geotab", "attachments", "/apiv1/Get/TrailerAttachment");
}

#[test]
fn trouble_in_terminal_is_terminals_alone() {
    check(Upstream::Terminal, "terminal", "drivers", "/drivers");
}

#[test]
fn trouble_in_mcleod_is_mcleods_alone() {
    check(Upstream::McLeod, "mcleod", "orders", "/orders");
}
