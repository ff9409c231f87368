//! Pages that lead on to each other: what is written on them, and what a customer may be told.

use backhaul::model::{EtaSource, Fleet, Judgement, Reason, Risk};
use backhaul::tui::app::Effect;

use super::made::{ago, hence, small};
use super::wrong::queue;
use super::{picture, press, told_of};

fn wrong() -> Fleet {
    let mut fleet = small();
    fleet.exceptions = queue();
    fleet
}

/// The page that these keys open, without its blank lines.
fn page(fleet: Fleet, keys: &str, width: u16, height: u16) -> String {
    let mut app = told_of(fleet);
    picture(&mut app, width, height);
    press(&mut app, keys);
    let picture = picture(&mut app, width, height);
    picture.lines().skip(1).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_load_in_trouble_in_120_columns() {
    insta::assert_snapshot!(page(wrong(), "3j<enter>", 120, 36), @r"
    Load 0091                                       1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    Load 0091 was at 13 mi E of Amarillo TX near I-40 at 14:04 CST; due at Oklahoma City OK 18:25 CST by the plan on file,
    not confirmed; as of 14:05 CST.
    Load
    status          under way  TMS code P
    slack           RISK 25m tms  against the end of the next window
    freight         unknown
    distance        542 mi
    dispatcher      jdoe
    company         TMS  confirmed <30s ago
    What is wrong
      SEV   LEFT  WHO     WHAT
    › CRIT  1h25  bob n1  LATE 35m 14H, Oklahoma City OK
    › HIGH  2h10  -       14H ends 16:15, 40m short of Oklahoma City OK
    Ask
    plan          › can he make it legally
    re-power      › who else can take it
    Units
    driver        › Ann Peña
    tractor       › 418
      place         13 mi E of Amarillo TX near I-40  <10s ago, samsara
    trailer       › 53012
      place         I-40, 12 mi E of Amarillo TX  3m ago, samsara
      state         MOVE NE 62
    Order 55001
    customer        Acme Foods  confirmed <30s ago
    references      BOL BOL-7, PO 88123
    goods           Frozen peas, 41200 lb
    equipment       -
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn a_driver_in_trouble_on_the_smallest_screen() {
    insta::assert_snapshot!(page(wrong(), "4<enter>", 60, 20), @r"
    Driver Ann Peña                      1  2  3  4 Drv  5  6  7
    Hours left
    status          driving  for 2h01
    drive           7:04 ██
    shift           8:18 █▉
    break           0:38 ▎
    cycle           45:28 ██
    first limit     BREAK in 0:38
    cycle tomorrow  -
    clocks told     2m ago, samsara
    rules           -
    home terminal   -
    Now
    place           I-40, 12 mi E of Amarillo TX  <10s ago
    tractor       › 418
    load          › 0091
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn a_tractor_in_trouble_in_80_columns() {
    insta::assert_snapshot!(page(wrong(), "5jj<enter>", 80, 24), @r"
    Tractor 418                      1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    Now
    state           MOVE NE 63
    place           13 mi E of Amarillo TX near I-40  <10s ago, samsara
    told as         I-40, 12 mi E of Amarillo TX
    position        35.20000, -101.60000
    engine          -
    fuel            61%  4m ago
    odometer        -
    With
    driver        › Ann Peña
    trailer       › 53012  by load
    load          › 0091
    dispatcher      -
    What is wrong
      SEV   LEFT  WHO     WHAT
    › CRIT  1h25  bob n1  LATE 35m 14H, Oklahoma City OK
    Unit
    fleet           -
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn a_load_that_cannot_be_planned_says_why_in_80_columns() {
    insta::assert_snapshot!(page(wrong(), "3jw", 80, 24), @r"
    Plan of load 0091                1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    Answer
    no plan         a stop has neither coordinates nor an address
    Last told
    position        <10s old
    hours           2m old
    ETA             not known
    What is wrong
      SEV   LEFT  WHO     WHAT
    › CRIT  1h25  bob n1  LATE 35m 14H, Oklahoma City OK
    › HIGH  2h10  -       14H ends 16:15, 40m short of Oklahoma City OK
    See also
    load          › 0091
    re-power      › who else can take it
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn who_can_take_a_load_in_80_columns() {
    insta::assert_snapshot!(page(wrong(), "3jb", 80, 24), @r"
    Who can take load 0091           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    Can, the best first (0 of 3 drivers, as of 14:05)
    nobody, as far as can be told
    Cannot, and why
      DRIVER      FITS           LEGAL  AWAY  DRIVE  SHIFT  HOURS  AFTER, OTHERS
    › Cy Marlowe  NO_TRUCK       -      -     -      -      -      after 0092
    › 李 小龍     STALE_GPS      -      -     -      -      -      -
    › Bob Stone   PLACE_UNKNOWN  -      -     0:00   0:00   33m    after 0092
    The road is the straight line x 1.2 at 50 mph; the ETA of who is given the load
    is worked out anew.
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

/// The small fleet with a judgement of load 0091 that rests on what still comes.
fn judged() -> Fleet {
    let mut fleet = wrong();
    for feed in fleet.feeds.iter_mut().filter(|feed| feed.account == "samsara") {
        let name = if feed.resource == "hours" { "hos_clocks" } else { "vehicle_stats" };
        name.clone_into(&mut feed.resource);
    }
    let load = fleet.movements.iter().find(|row| row.tms.id == "0091").unwrap();
    let judgement = Judgement {
        company_id: "TMS".into(),
        movement_id: "0091".into(),
        tractor_id: load.tractor_id.clone(),
        driver_id: load.driver_id.clone(),
        risk: Risk::Late,
        reason: Some(Reason::Shift),
        late_s: Some(2100),
        latest_departure_at: Some(ago(600)),
        computed_at: ago(20),
        ..Judgement::default()
    };
    let mut stop = fleet.stops.iter().find(|stop| stop.tms.id == "s2").unwrap().as_ref().clone();
    (stop.legal_eta_at, stop.eta_at) = (Some(hence(240)), Some(hence(270)));
    stop.eta_source = Some(EtaSource::Mapbox);
    fleet.judgements = [judgement].into_iter().collect();
    fleet.stops = fleet.stops.with(vec![stop]);
    fleet.index();
    fleet
}

#[test]
fn a_customer_is_told_where_and_between_when_and_nothing_private() {
    let said = |fleet: Fleet, keys: &str| {
        let mut app = told_of(fleet);
        picture(&mut app, 80, 24);
        match press(&mut app, keys) {
            Some(Effect::Copy(sentence)) => sentence,
            other => panic!("{other:?}"),
        }
    };
    let sentence = said(judged(), "y");
    assert_eq!(
        sentence,
        "Load 0091 was at 13 mi E of Amarillo TX near I-40 at 14:04 CST; expected at Oklahoma City OK between 18:05 and \
         18:35 CST; as of 14:05 CST."
    );
    assert_eq!(said(judged(), "<enter>y"), sentence, "the same wherever it is asked");
    assert_eq!(said(judged(), "3jy"), sentence);
    assert_eq!(said(judged(), "w<esc>wy"), sentence);
    for private in ["Ann", "555", "14H", "hours", "bob"] {
        assert!(!sentence.contains(private), "{private}");
    }
    let mut blind = judged();
    blind.feeds.iter_mut().for_each(|feed| feed.last_ok_at = Some(ago(4000)));
    assert_eq!(
        said(blind, "3jy"),
        "Load 0091 was at 13 mi E of Amarillo TX near I-40 at 14:04 CST; due at Oklahoma City OK 18:25 CST by the plan on \
         file, not confirmed; as of 14:05 CST."
    );
    assert_eq!(
        said(wrong(), "3y"),
        "Load 0093 is not under way; when it will be at Reno NV cannot be told now; as of 14:05 CST."
    );
    assert_eq!(said(wrong(), "3Gy"), "Load 0090: delivered; as of 14:05 CST.");
}

#[test]
fn the_cursor_of_a_page_goes_from_link_to_link_and_what_is_out_of_sight_is_not_opened() {
    let mut app = told_of(wrong());
    picture(&mut app, 80, 24);
    press(&mut app, "3j<enter>");
    let title = |app: &mut backhaul::tui::app::App| {
        picture(app, 80, 24).lines().nth(1).unwrap().split("  ").next().unwrap().to_owned()
    };
    assert_eq!(title(&mut app), "Load 0091");
    press(&mut app, "<enter>");
    assert_eq!(title(&mut app), "0091 LATE", "the first is what is wrong");
    press(&mut app, "<esc>j<enter>");
    assert_eq!(title(&mut app), "0091 HOURS");
    press(&mut app, "<esc><enter>");
    assert_eq!(title(&mut app), "0091 HOURS", "the cursor stays where it was");
    press(&mut app, "<esc>jj<enter>");
    assert_eq!(title(&mut app), "Who can take load 0091");
    press(&mut app, "<esc>");
    for _ in 0..40 {
        press(&mut app, "j");
    }
    press(&mut app, "<enter>");
    let deep = title(&mut app);
    assert_ne!(deep, "Who can take load 0091", "it scrolled out of sight");
    press(&mut app, "<esc><esc>");
    assert!(picture(&mut app, 80, 24).contains("Movements 4"));
}

#[test]
fn a_key_that_was_meant_for_a_line_that_just_slipped_away_does_nothing() {
    let mut app = told_of(wrong());
    picture(&mut app, 80, 24);
    let mut fleet = wrong();
    let other = fleet.exceptions.iter().find(|row| row.id == "silence:mot:4").unwrap();
    let other = backhaul::model::Exception { score: 999, ..other.as_ref().clone() };
    fleet.exceptions = fleet.exceptions.with(vec![other]);
    app.update(super::told(fleet));
    assert_eq!(press(&mut app, "C"), None, "502 was not on top when the key was meant");
    let shown = picture(&mut app, 80, 24);
    assert!(shown.contains("look again"), "{shown}");
    assert!(matches!(press(&mut app, "C"), Some(Effect::Act { on, .. }) if on[0].0 == "silence:mot:4"));
}
