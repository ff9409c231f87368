//! Tables questioned: filters as they are typed, groups, columns picked, views saved, rows exported.

use backhaul::model::*;
use backhaul::tui::app::{App, Change, Effect};
use backhaul::tui::event::Event;
use backhaul::tui::glyphs::Glyphs;

use super::made::{self, ago, now, small, told};
use super::{app_with, first_word, picture, press, selected, told_of};

/// The small fleet with hours that still come, places with coordinates, and a free driver by Dallas.
fn asked() -> Fleet {
    let mut fleet = small();
    let mut ann = Driver::clone(fleet.drivers.get(&UnitId("sam:ann".into())).unwrap());
    ann.dispatcher = Some("jdoe".into());
    let mut free = ann.clone();
    (free.id, free.name) = (UnitId("sam:dot".into()), "Dot Free".into());
    (free.hos_status, free.tractor_id, free.movement_id) =
        (DutyStatus::OffDuty, Some(UnitId("sam:9".into())), None);
    (free.drive_left_s, free.shift_left_s, free.break_left_s) = (Some(39_600), Some(50_400), Some(28_800));
    let mut doubt = free.clone();
    (doubt.id, doubt.name) = (UnitId("sam:eve".into()), "Eve Maybe".into());
    doubt.tractor_id = Some(UnitId("sam:8".into()));
    doubt.dispatcher = Some("mroe".into());
    fleet.drivers = fleet.drivers.with(vec![ann, free, doubt]);
    let tractor = |key: &str, number: &str, trailer: Option<&str>, latitude: f64| {
        let mut tractor = made::tractor(key, number);
        (tractor.latitude, tractor.longitude) = (Some(latitude), Some(-96.8));
        (tractor.fleet, tractor.dispatcher) = (Some("SOUTH".into()), Some("jdoe".into()));
        (tractor.state, tractor.observed_at, tractor.source) =
            (Motion::Stopped, Some(ago(60)), Some("samsara".into()));
        tractor.trailer_id = trailer.map(|id| UnitId(id.into()));
        tractor
    };
    fleet.tractors = fleet.tractors.with(vec![
        tractor("sam:9", "611", Some("sam:t2"), 32.9),
        tractor("sam:8", "612", Some("mcl:t3"), 33.2),
    ]);
    let mut feed = fleet.feeds.iter().find(|feed| feed.account == "samsara").unwrap().clone();
    (feed.resource, feed.error, feed.last_ok_at, feed.interval_s) =
        ("hos_clocks".into(), None, Some(ago(5)), 30);
    fleet.feeds.push(feed);
    fleet
}

/// The lines under the header.
fn lines(app: &mut App, width: u16, height: u16, count: usize) -> String {
    let picture = picture(app, width, height);
    picture.lines().skip(1).take(count).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_near_a_place_has_five_hours_and_an_empty_trailer() {
    let mut app = told_of(asked());
    press(&mut app, "4/near:32.8,-96.8<100 drive>=5h trailer:empty<enter>");
    insta::assert_snapshot!(lines(&mut app, 80, 24, 5), @r"
    Drivers 2 of 6, by there ▲  /near:32.8,-96.8<100 drive>=5h trailer:empty
    4 hidden, 3 of them because drive is not known; 1 shown with trailer ?
    NAME         STATUS       LEGAL DRIVE     TRAILER  MILES THERE▲    LOAD    AGE
    Dot Free     OFF 2h01     11:00 11:00 ███ 53040 E      7 14:14     -       2m
    Eve Maybe    OFF 2h01     11:00 11:00 ███ R 7 ?       28 14:44     -       2m
    ");
    press(&mut app, "<esc>/near:32.8,-96.8<100 drive>=5h trailer=empty");
    insta::assert_snapshot!(lines(&mut app, 120, 36, 4), @r"
    Drivers 1 of 6, by there ▲  /near:32.8,-96.8<100 drive>=5h trailer=empty
    5 hidden, 4 of them because drive or trailer is not known
    NAME        STATUS LEGAL DRIVE SHIFT BREAK CYCLE FIRST       TRACT TRAILER  MILES THERE▲    PLACE          LOAD    AGE
    Dot Free    OFF    11:00 11:00 14:00  8:00 45:30 BREAK 8:00  611   53040 E      7 14:14     I-40, 12 mi E… -       2m
    ");
}

#[test]
fn a_mistake_is_explained_while_it_is_typed_and_the_rest_of_the_filter_holds() {
    let mut app = told_of(asked());
    press(&mut app, "5/fleet:south drvier:x");
    insta::assert_snapshot!(lines(&mut app, 80, 24, 6), @r"
    Tractors 2 of 7, by unit ▲  /fleet:south drvier:x
    not applied: no field `drvier` here, driver perhaps; there are unit, state, for,
    place, near, driver, trailer, load, fuel, speed, age, source, fleet, dispatcher
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   FLEET
    611   STOP         Dallas TX          -          53040 E  -       1m    SOUTH
    612   STOP         4 mi N of Frisco … -          R 7 ?    -       1m    SOUTH
    ");
    press(&mut app, "<esc>/age<5");
    insta::assert_snapshot!(lines(&mut app, 80, 24, 3), @r"
    Tractors 7, by unit ▲  /age<5
    not applied: age: 5 of what? Say 5h, 5m, 5d or 5:30
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    ");
}

#[test]
fn a_filter_that_hides_all_says_so_and_counts_the_unknown_apart() {
    let mut app = told_of(asked());
    press(&mut app, "5/fuel<5");
    insta::assert_snapshot!(lines(&mut app, 80, 24, 4), @r"
    Tractors 0 of 7, by unit ▲  /fuel<5
    7 hidden, 5 of them because fuel is not known
    UNIT▲ STATE        PLACE                  DRIVER     TRAILER  LOAD    FUEL AGE
    no row passes the filter
    ");
}

#[test]
fn groups_have_headings_that_the_cursor_skips() {
    let mut app = told_of(asked());
    picture(&mut app, 120, 36);
    press(&mut app, "5<ctrl-g>");
    insta::assert_snapshot!(lines(&mut app, 120, 36, 12), @r"
    Tractors 7, by unit ▲, per dispatcher           1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    UNIT▲     STATE        PLACE                              DRIVER               TRAILER  LOAD    FUEL      AGE   SOURCE
    ── jdoe: 2 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
    611       STOP         Dallas TX                          -                    53040 E  -       -         1m    samsara
    612       STOP         4 mi N of Frisco TX                -                    R 7 ?    -       -         1m    samsara
    ── nobody's: 5, 1 dark ─────────────────────────────────────────────────────────────────────────────────────────────────
    9         IDLE 12m     Flying J, Tulsa OK                 Bob Stone            ?        0092    11% 1h56  <30s  samsara
    12        DARK         -                                  -                    ?        -       -         -     -
    418       MOVE NE 63   13 mi E of Amarillo TX near I-40   Ann Peña             53012 L  0091    61% 4m    <10s  samsara
    502       DARK 3h06    Elko NV                            李 小龍              ?        -       -         3h06  motive
    T-77      STOP 2h14    Omaha NE                           -                    ?        -       -         6m    motive
    ");
    press(&mut app, "k");
    assert_eq!(first_word(&selected(&mut app)), "611");
    press(&mut app, "jj");
    assert_eq!(first_word(&selected(&mut app)), "9", "past the next heading");
    press(&mut app, "g");
    assert_eq!(first_word(&selected(&mut app)), "611");
    press(&mut app, "Gk<ctrl-g>");
    assert!(picture(&mut app, 120, 36).contains("per fleet"));
    press(&mut app, "<ctrl-g>");
    assert!(!picture(&mut app, 120, 36).contains(" per "));
}

#[test]
fn columns_are_picked_and_left_to_the_width_again() {
    let mut app = told_of(asked());
    press(&mut app, "5|j <down> s");
    insta::assert_snapshot!(lines(&mut app, 80, 24, 14), @r"
    Tractors 7, by place ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT       DRIVER               TRAILER        LOA│ COLUMNS
    418        Ann Peña             53012 loaded   009│ [x] UNIT
    612        -                    R 7 ?          -  │ [ ] STATE
    611        -                    53040 empty    -  │ [ ] PLACE     ▲
    502        李 小龍              ?              -  │ [x] DRIVER
    9          Bob Stone            ?              009│ [x] TRAILER
    T-77       -                    ?              -  │ [x] LOAD
    12         -                    ?              -  │ [ ] FUEL
                                                      │ [x] AGE
                                                      │ [x] SOURCE
                                                      │ [ ] DISPATCH
                                                      │ [ ] FLEET
                                                      │
    ");
    press(&mut app, "<esc>");
    let shown = picture(&mut app, 80, 24);
    assert!(!shown.contains("STATE") && shown.contains("by place"), "{shown}");
    press(&mut app, "|<backspace><enter>");
    assert!(picture(&mut app, 80, 24).contains("STATE"));
}

#[test]
fn hours_are_bars_with_room_and_in_ascii_too() {
    let mut app = told_of(asked());
    press(&mut app, "4");
    insta::assert_snapshot!(lines(&mut app, 200, 60, 6), @r"
    Drivers 6, by name ▲                                                                                                            1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    NAME▲                STATUS       LEGAL DRIVE     SHIFT     BREAK     CYCLE     FIRST                 TRACT      TRAILER        PLACE                          LOAD         DISPATCH FLEET    AGE
    Ann Peña             DRIVE 2h01    7:04  7:04 ██   8:18 █▉   0:38 ▎   45:28 ██  BREAK 0:38 14:43      418        53012 loaded   I-40, 12 mi E of Amarillo TX   0091         jdoe     -        2m
    Bob Stone            SB 4h01          -  0:00      0:00      8:00 ███  0:51 ▏   11H 0:00              9          ?              Flying J, Tulsa OK             0092         -        -        33m
    Cy Marlowe           -                -     -         -         -         -     -                     -          ?              -                              0092         -        -        -
    Dot Free             OFF 2h01     11:00 11:00 ███ 14:00 ███  8:00 ███ 45:30 ██  BREAK 8:00            611        53040 empty    I-40, 12 mi E of Amarillo TX   -            jdoe     SOUTH    2m
    ");
    let mut app = app_with(Glyphs::Ascii);
    app.update(told(asked()));
    press(&mut app, "4s");
    insta::assert_snapshot!(lines(&mut app, 120, 36, 4), @r"
    Drivers 6, by status ^                          1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    NAME        STATU^ LEGAL DRIVE     SHIFT     BREAK     CYCLE     FIRST       TRACT TRAILER  PLACE          LOAD    AGE
    Ann Pe?a    DRIVE   7:04  7:04 ##.  8:18 ##.  0:38 #.. 45:28 ##. BREAK 0:38  418   53012 L  I-40, 12 mi E~ 0091    2m
    ?  ? ?      ON         -     -         -         -         -     -           502   ?        -              -       -
    ");
}

#[test]
fn a_view_is_saved_by_name_and_comes_back_by_name_and_by_key() {
    let mut app = told_of(asked());
    press(&mut app, "4/drive>=5h<enter>sS<ctrl-g>");
    let before = lines(&mut app, 80, 24, 8);
    let Some(Effect::KeepView(Change::Save(view))) = press(&mut app, ":save Free now<enter>") else {
        panic!("not kept")
    };
    assert_eq!(
        (view.name.as_str(), view.panel.as_str(), view.filter.as_str()),
        ("Free now", "drivers", "drive>=5h")
    );
    assert!(picture(&mut app, 80, 24).contains("saved: :view Free now, or the key 8"));
    for back in ["8", ":view free NOW<enter>"] {
        press(&mut app, "4<esc><esc><ctrl-g>s3");
        press(&mut app, back);
        assert_eq!(lines(&mut app, 80, 24, 8), before, "{back}");
    }
    assert!(press(&mut app, "9").is_none());
    assert!(picture(&mut app, 80, 24).contains("no view is saved there yet"));
    assert_eq!(
        press(&mut app, ":forget free now<enter>"),
        Some(Effect::KeepView(Change::Forget("Free now".into())))
    );
    for (typed, said) in [
        (":view x<enter>", "no view is called x; none is saved yet"),
        (":save<enter>", "save what?"),
        (":qqx<enter>", "nothing is called qqx; ask for a unit"),
        (":export xls<enter>", "no file is written as xls"),
    ] {
        assert_eq!(press(&mut app, typed), None);
        let shown = picture(&mut app, 120, 24);
        assert!(shown.contains(said), "{shown}");
    }
}

#[test]
fn the_rows_shown_are_exported_with_when_they_were_true() {
    let mut app = told_of(asked());
    press(&mut app, "5/fleet:south<enter>");
    let Some(Effect::Export(file)) = press(&mut app, "x") else { panic!("no file") };
    assert_eq!(file.name, "backhaul-tractors-20260302-140500.csv");
    insta::assert_snapshot!(file.text.replace('\r', ""), @r#"
    "Tractors as of 2026-03-02 14:05:00 CST, database read <10s ago; filter fleet:south (5 hidden)"
    UNIT,STATE,PLACE,DRIVER,TRAILER,LOAD,FUEL,AGE,SOURCE,DISPATCH,FLEET
    611,STOP,Dallas TX,,53040 empty,,,1m,samsara,jdoe,SOUTH
    612,STOP,4 mi N of Frisco TX,,R 7 ?,,,1m,samsara,jdoe,SOUTH
    "#);
    let Some(Effect::Export(file)) = press(&mut app, ":export json<enter>") else { panic!("no file") };
    let told: serde_json::Value = serde_json::from_str(&file.text).unwrap();
    assert_eq!(told["rows"][0]["unit"], "611");
    assert_eq!(told["rows"][0]["load"], serde_json::Value::Null);
    assert_eq!(file.rows, 2);
    app.update(Event::Said("2 rows written to /x".into()));
    assert!(picture(&mut app, 80, 24).contains("2 rows written"));
}

#[test]
fn a_key_is_for_the_row_that_was_drawn_whatever_came_in_since() {
    let mut app = told_of(made::only(&[("b", "20"), ("c", "30")]));
    press(&mut app, "5");
    picture(&mut app, 80, 24);
    app.update(told(made::only(&[("a", "10"), ("b", "20"), ("c", "30")])));
    press(&mut app, "<enter>");
    assert!(picture(&mut app, 80, 24).contains("Tractor 20"));
}

#[test]
fn a_filter_follows_the_clock_between_polls() {
    let mut app = told_of(asked());
    press(&mut app, "5/unit:611 age<2m<enter>");
    assert!(picture(&mut app, 80, 24).contains("Tractors 1 of 7"));
    app.update(Event::Tick(now().plus(std::time::Duration::from_secs(90))));
    assert!(picture(&mut app, 80, 24).contains("Tractors 0 of 7"));
}

#[test]
fn no_size_panics_with_anything_open() {
    for keys in
        ["4|jjjjjjjjj", "5:save x", "5<ctrl-g>|", "4/drvie>5 near:nowhere", "7<ctrl-g>jjj", "6/dwell>2d"]
    {
        let mut app = told_of(made::awkward());
        press(&mut app, keys);
        for (width, height) in [(1, 1), (20, 5), (60, 20), (61, 21), (80, 24), (120, 36), (250, 80)] {
            picture(&mut app, width, height);
            press(&mut app, "<down><pagedown>");
        }
    }
}

#[test]
fn a_name_is_found_without_its_accents() {
    let mut app = told_of(small());
    for typed in ["pena", "Pe\u{f1}a", "driver:pena"] {
        press(&mut app, &format!("4/{typed}"));
        let shown = picture(&mut app, 80, 24);
        assert!(shown.contains("Drivers 1 of") && shown.contains("Ann Pe\u{f1}a"), "{typed}: {shown}");
        press(&mut app, "<esc>");
    }
}

#[test]
fn who_is_near_is_told_with_load_and_ages_in_80_columns() {
    let mut app = told_of(asked());
    press(&mut app, "4/near 32.8,-96.8<enter>");
    let shown = picture(&mut app, 80, 24);
    let head = shown.lines().find(|line| line.contains("WHO")).unwrap();
    let named: Vec<&str> = head.split_whitespace().collect();
    let most: [&str; 8] = ["WHO", "THERE", "AWAY", "LEGAL", "TRAILER", "LOAD", "SEEN", "HOURS"];
    assert!(most.iter().all(|title| named.contains(title)), "{shown}");
    let wide = picture(&mut app, 160, 24);
    assert!(wide.contains("DRIVE") && wide.contains("PLACE"), "{wide}");
}
