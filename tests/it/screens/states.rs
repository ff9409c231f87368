//! Every panel in every state that it can be in: knowing nothing, with nothing to show, filtered to none, stale, in
//! error, with ten thousand rows, and with names that are too long, written from the right, or wide.

use std::time::Duration;

use backhaul::model::{FeedStatus, Fleet};
use backhaul::tui::app::{App, Mode};
use backhaul::tui::event::Event;

use super::board::wrong;
use super::made::{ago, many, now, only};
use super::wrong::queue;
use super::{picture, press, told_of};

/// Lines of a panel that are shown, from its title on, and how many of the map's, from below.
const TOP: usize = 6;
const BELOW: usize = 3;

fn live(fleet: Fleet) -> App {
    let mut app = told_of(fleet);
    app.update(Event::Mode(Mode::Live { every_s: 5 }));
    app
}

/// The small fleet with what is wrong with it.
fn fleet() -> Fleet {
    wrong()
}

/// The header, and of every panel its first lines; of the map its title and what is said under it.
fn panels(app: &mut App, keys: &str) -> String {
    let mut shown: Vec<String> = Vec::new();
    for panel in ["1", "2", "3", "4", "5", "6", "7"] {
        press(app, panel);
        press(app, keys);
        let picture = picture(app, 80, 20);
        press(app, "<esc><esc>");
        let lines: Vec<&str> = picture.lines().collect();
        let (head, body) = lines.split_first().unwrap();
        if shown.is_empty() {
            shown.push((*head).to_owned());
        }
        let (first, last) = if panel == "2" { (1, BELOW) } else { (TOP, 0) };
        let below = body.len() - last;
        let chosen = body.iter().take(first).chain(body.get(below..).unwrap_or_default());
        shown.extend(chosen.filter(|line| !line.is_empty()).map(|line| (*line).to_owned()));
    }
    shown.join("\n")
}

#[test]
fn before_anything_was_read() {
    insta::assert_snapshot!(panels(&mut live(Fleet::default()), ""), @r"
    LIVE 5s  0 tractors, 0 trailers, 0 drivers, 0 open loads               14:05 CST
    Board 0, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    - late  - risk  - uncov  - hours  - held  - dark  0 feed  (nothing read yet)
    BLIND: nothing was ever read of loads, positions or hours
    nothing is known yet: no upstream has answered so far
    Map 0   1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer 7◆ several ├─────┤ 500 mi
    no unit is known yet: Health says what was read
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 0, by window ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    nothing is known yet: no upstream has answered so far
    Drivers 0, by name ▲             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    nothing is known yet: no upstream has answered so far
    Tractors 0, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    nothing is known yet: no upstream has answered so far
    Trailers 0, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    nothing is known yet: no upstream has answered so far
    Health 0, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    nothing is known yet: no upstream has answered so far
    ");
}

#[test]
fn with_nothing_to_show() {
    let mut fleet = only(&[]);
    let feed = |(account, resource): (&str, &str)| FeedStatus {
        account: account.into(),
        resource: resource.into(),
        interval_s: 30,
        last_ok_at: Some(ago(4)),
        ..FeedStatus::default()
    };
    fleet.feeds =
        [("mcleod", "movements"), ("mcleod", "stops"), ("samsara", "hours"), ("samsara", "positions")]
            .map(feed)
            .into();
    insta::assert_snapshot!(panels(&mut live(fleet), ""), @r"
    LIVE 5s  MCL <10s  SAM <10s  0 trc, 0 trl, 0 drv, 0 open               14:05 CST
    Board 0, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    0 late  0 at risk  0 uncovered  0 run out  0 detained  0 dark  0 feed down
    Quiet: nothing wants you. All that this rests on comes; the oldest of it are the
    loads of mcleod, <10s old.
    Map 0   1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer 7◆ several ├─────┤ 500 mi
    no unit is known yet: Health says what was read
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 0, by window ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    nothing of this kind is known: no upstream has told of any
    Drivers 0, by name ▲             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    nothing of this kind is known: no upstream has told of any
    Tractors 0, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    nothing of this kind is known: no upstream has told of any
    Trailers 0, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    nothing of this kind is known: no upstream has told of any
    Health 4, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    mcleod   movements           30s   <10s  0      -    ok
    mcleod   stops               30s   <10s  0      -    ok
    samsara  hours               30s   <10s  0      -    ok
    samsara  positions           30s   <10s  0      -    ok
    ");
}

#[test]
fn filtered_to_none() {
    insta::assert_snapshot!(panels(&mut live(fleet()), "/zzz<enter>"), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Board 0 of 5  /zzz               1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    1 late  - risk  1 uncov  1 hours  1 held  1 dark  1 feed  (3 not judged)
    BLIND: motive silent 3m (positions)
    no line holds every word of the filter
    Map 0 of 7, 1 late (1 not placed)  /zzz                  1  2 Map  3  4  5  6  7
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer       ├──────────┤ 200 mi
    the filter hides all 7 units, or those left are nowhere
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 0 of 4, by window ▲  /zzz                      1  2  3 Mov  4  5  6  7
    4 hidden
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    no row passes the filter
    Drivers 0 of 4, by name ▲  /zzz  1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    4 hidden
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    no row passes the filter
    Tractors 0 of 5, by unit ▲  /zzz                         1  2  3  4  5 Trc  6  7
    5 hidden
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    no row passes the filter
    Trailers 0 of 3, by unit ▲  /zzz                         1  2  3  4  5  6 Trl  7
    3 hidden
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    no row passes the filter
    Health 0 of 5, by account ▲  /zzz                        1  2  3  4  5  6  7 Hlt
    5 hidden
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    no row passes the filter
    ");
}

#[test]
fn three_hours_after_anything_came() {
    let mut app = live(fleet());
    app.update(Event::Tick(now().plus(Duration::from_hours(3))));
    insta::assert_snapshot!(panels(&mut app, ""), @r"
    LIVE 5s  MCL late 3h00, movements  MOT down  SAM late 3h00, hours  MAP ok  17:05
    Board 5, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    1 late  - risk  1 uncov  1 hours  1 held  1 dark  1 feed  (3 not judged)
    BLIND: mcleod silent 3h00 (loads); motive silent 3h03 (positions); samsara
    silent 3h00 (positions)
    SEV   LEFT  LOAD   WHAT                                   REMEDY        WHO
    CRIT↑ past  0091   LATE 35m 14H, Oklahoma City OK +HOURS  re-power      bob n1
    Map 7, 1 late (1 not placed)     1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer       ├──────────┤ 200 mi
    5 units have never told where they are
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 4, by window ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    0092    covered   Bob Ston… Lubbock TX  11:26-12:05*  -          GPS OLD   seen…
    0093    available -         Elko NV     10:35         -          PAST 4h30 -
    0091    under way Ann Peña  Oklahoma C… 16:00-18:00   18:25 tms  RISK ~25m bob …
    0090    delivered -         -           -             -          -         -
    Drivers 4, by name ▲             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    Ann Peña     DRIVE      -  4:04 █▏   5:18 42:28 BREAK 0:00  I-40, 12… 3h00 3h02
    Bob Stone    SB         -  0:00      0:00  0:51 11H 0:00    Flying J, Tul… 3h33
    Cy Marlowe   -          -     -         -     - -           -              -
    李 小龍      ON         -     -         -     - -           -              -
    Tractors 5, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    9     DARK 3h00    Flying J, Tulsa OK Bob Stone  ?        0092    3h00  samsara
    12    DARK         -                  -          ?        -       -     -
    418   DARK 3h00    13 mi E of Amaril… Ann Peña   53012 L  0091    3h00  samsara
    502   DARK 6h06    Elko NV            李 小龍    ?        -       6h06  motive
    Trailers 3, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    53012   DARK 3h03    I-40, 12 mi E of A… 418      loaded  0091    3h03  samsara
    53040   STOP 41h-3d  Yard 4, Dallas TX   -        empty   -       14h06 samsara
    R 7     DARK         -                   -        -       -       -     samsara
    Health 5, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    mapbox   directions          asked 5h30  1204   -    ok
    mcleod   movements           30s   3h00  1204   96   late
    motive   positions           5s    3h03  1204   96   3h03 credentials refused
    samsara  hours               30s   3h00  1204   96   late
    ");
}

#[test]
fn with_every_account_in_error() {
    let mut fleet = fleet();
    for feed in &mut fleet.feeds {
        feed.error = Some("the server cannot be reached: connection refused".into());
        feed.error_since_at = Some(ago(130));
    }
    insta::assert_snapshot!(panels(&mut live(fleet), ""), @r"
    LIVE 5s  MCL down 2m  MOT down 2m  SAM down 2m  MAP down 2m                14:05
    Board 5, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    1 late  - risk  1 uncov  1 hours  1 held  1 dark  4 feed  (3 not judged)
    BLIND: motive silent 3m (positions)
    SEV   LEFT  LOAD   WHAT                                   REMEDY        WHO
    CRIT↑ 1h25  0091   LATE 35m 14H, Oklahoma City OK +HOURS  re-power      bob n1
    HIGH  20m   0093   NO UNIT pickup Elko NV                 assign        -
    Map 7, 1 late (1 not placed)     1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer       ├──────────┤ 200 mi
    5 units have never told where they are
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 4, by window ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    0092    covered   Bob Ston… Lubbock TX  11:26-12:05*  -          HERE 2h24 seen…
    0093    available -         Elko NV     10:35         -          PAST 1h30 -
    0091    under way Ann Peña  Oklahoma C… 16:00-18:00   18:25 tms  RISK ~25m bob …
    0090    delivered -         -           -             -          -         -
    Drivers 4, by name ▲             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    Ann Peña     DRIVE      -  7:04 ██   8:18 45:28 BREAK 0:38  I-40, 12 mi E… 2m
    Bob Stone    SB         -  0:00      0:00  0:51 11H 0:00    Flying J, Tul… 33m
    Cy Marlowe   -          -     -         -     - -           -              -
    李 小龍      ON         -     -         -     - -           -              -
    Tractors 5, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    9     IDLE 12m     Flying J, Tulsa OK Bob Stone  ?        0092    <30s  samsara
    12    DARK         -                  -          ?        -       -     -
    418   MOVE NE 63   13 mi E of Amaril… Ann Peña   53012 L  0091    <10s  samsara
    502   DARK 3h06    Elko NV            李 小龍    ?        -       3h06  motive
    Trailers 3, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    53012   MOVE NE 62   I-40, 12 mi E of A… 418      loaded  0091    3m    samsara
    53040   STOP 41h-3d  Yard 4, Dallas TX   -        empty   -       11h06 samsara
    R 7     DARK         -                   -        -       -       -     samsara
    Health 5, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    mapbox   directions          asked 2h30  1204   -    2m the server cannot be re…
    mcleod   movements           30s   <30s  1204   96   2m the server cannot be re…
    motive   positions           5s    3m    1204   96   2m the server cannot be re…
    samsara  hours               30s   <30s  1204   96   2m the server cannot be re…
    ");
}

#[test]
fn with_ten_thousand_rows() {
    let mut fleet = many(10_000);
    fleet.exceptions = queue();
    insta::assert_snapshot!(panels(&mut live(fleet), "G"), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Board 4, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    1 late  - risk  1 uncov  1 hours  0 held  1 dark  1 feed  (7500 not judged)
    BLIND: motive silent 3m (positions)
    SEV   LEFT  LOAD   WHAT                                     REMEDY        WHO
    CRIT↑ 1h25  0091   LATE 35m 14H, Oklahoma City OK +HOURS    re-power      bob n1
    HIGH  20m   0093   NO UNIT pickup Elko NV                   assign        -
    Map 20000, 2500 late (2500 not placed)                   1  2 Map  3  4  5  6  7
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer       ├──────────┤ 200 mi
    trailer 09999  DARK  never told where it is
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 10000, by window ▲     1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    09936   delivered -         -           -             -          -         -
    09940   delivered -         -           -             -          -         -
    09944   delivered -         -           -             -          -         -
    09948   delivered -         -           -             -          -         -
    Drivers 10000, by name ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    李 小龍      ON         -     -         -     - -           -              -
    李 小龍      ON         -     -         -     - -           -              -
    李 小龍      ON         -     -         -     - -           -              -
    李 小龍      ON         -     -         -     - -           -              -
    Tractors 10000, by unit ▲        1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    09984 IDLE 12m     Flying J, Tulsa OK -          ?        00002   <30s  samsara
    09985 DARK         -                  -          ?        -       -     -
    09986 STOP 2h14    Omaha NE           -          ?        -       6m    motive
    09987 DARK 3h06    Elko NV            -          ?        -       3h06  motive
    Trailers 10000, by unit ▲        1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    09984   DARK         -                   -        -       -       -     samsara
    09985   MOVE NE 62   I-40, 12 mi E of A… -        loaded  0091    3m    samsara
    09986   STOP 41h-3d  Yard 4, Dallas TX   -        empty   -       11h06 samsara
    09987   DARK         -                   -        -       -       -     samsara
    Health 5, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    mapbox   directions          asked 2h30  1204   -    ok
    mcleod   movements           30s   <30s  1204   96   ok
    motive   positions           5s    3m    1204   96   3m credentials refused
    samsara  hours               30s   <30s  1204   96   ok
    ");
}

/// The fleet with this in every name that somebody else wrote.
fn named(name: &str) -> Fleet {
    let mut fleet = fleet();
    let text = || Some(name.to_owned());
    let with = |index: usize| format!("{index}{name}");
    fleet.tractors = (0..)
        .zip(wrong().tractors.iter())
        .map(|(index, row)| {
            let mut row = (**row).clone();
            (row.unit_number, row.place, row.source) = (with(index).into(), text(), text().map(Into::into));
            row
        })
        .collect();
    fleet.trailers = (0..)
        .zip(wrong().trailers.iter())
        .map(|(index, row)| {
            let mut row = (**row).clone();
            (row.unit_number, row.place, row.source) = (with(index).into(), text(), text().map(Into::into));
            row
        })
        .collect();
    fleet.drivers = wrong()
        .drivers
        .iter()
        .map(|row| {
            let mut row = (**row).clone();
            (row.name, row.dispatcher) = (name.into(), Some(name.into()));
            row
        })
        .collect();
    fleet.stops = wrong()
        .stops
        .iter()
        .map(|row| {
            let mut row = (**row).clone();
            (row.tms.name, row.tms.city, row.tms.state) =
                (Some(name.into()), Some(name.into()), Some(name.into()));
            row
        })
        .collect();
    for feed in &mut fleet.feeds {
        feed.error = feed.error.is_some().then(|| name.to_owned());
    }
    fleet.index();
    fleet
}

#[test]
fn with_names_of_three_hundred_characters() {
    insta::assert_snapshot!(panels(&mut live(named(&"Very long name ".repeat(20))), ""), @r"
    LIVE 5s  MCL <30s  MOT down 3m: Very long name Very lon…  SAM <10s  MAP ok 14:05
    Board 5, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    1 late  - risk  1 uncov  1 hours  1 held  1 dark  1 feed  (3 not judged)
    BLIND: motive silent 3m (positions)
    SEV   LEFT  LOAD     WHAT                                 REMEDY        WHO
    CRIT↑ 1h25  0091     LATE 35m 14H, Oklahoma City OK +HOURS              bob n1
    HIGH  20m   0093     NO UNIT pickup Elko NV               assign        -
    Map 7, 1 late (1 not placed)     1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer       ├──────────┤ 200 mi
    5 units have never told where they are
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 4, by window ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    0092    covered   Very lon… Very long … 11:26-12:05*  -          HERE 2h24 seen…
    0093    available -         Very long … 10:35         -          PAST 1h30 -
    0091    under way Very lon… Very long … 16:00-18:00   18:25 tms  RISK ~25m bob …
    0090    delivered -         -           -             -          -         -
    Drivers 4, by name ▲             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    Very long n… -          -     -         -     - -           -              -
    Very long n… ON         -     -         -     - -           -              -
    Very long n… DRIVE      -  7:04 ██   8:18 45:28 BREAK 0:38  I-40, 12 mi E… 2m
    Very long n… SB         -  0:00      0:00  0:51 11H 0:00    Flying J, Tul… 33m
    Tractors 5, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    0Ver… DARK         Very long name Ve… -          ?        -       -     Very lo…
    1Ver… STOP 2h14    Omaha NE           -          ?        -       6m    Very lo…
    2Ver… DARK 3h06    Very long name Ve… Very long… ?        -       3h06  Very lo…
    3Ver… MOVE NE 63   13 mi E of Amaril… Very long… 1Very l… 0091    <10s  Very lo…
    Trailers 3, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    0Very … DARK         Very long name Ver… -        -       -       -     Very lo…
    1Very … MOVE NE 62   Very long name Ver… 3Very l… loaded  0091    3m    Very lo…
    2Very … STOP 41h-3d  Very long name Ver… -        empty   -       11h06 Very lo…
    Health 5, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    mapbox   directions          asked 2h30  1204   -    ok
    mcleod   movements           30s   <30s  1204   96   ok
    motive   positions           5s    3m    1204   96   3m Very long name Very lon…
    samsara  hours               30s   <30s  1204   96   ok
    ");
}

#[test]
fn with_names_written_from_the_right() {
    insta::assert_snapshot!(panels(&mut live(named("شركة النقل السريع")), ""), @r"
    LIVE 5s  MCL <30s  MOT down 3m: شركة النقل السريع  SAM <10s  MAP ok    14:05 CST
    Board 5, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    1 late  - risk  1 uncov  1 hours  1 held  1 dark  1 feed  (3 not judged)
    BLIND: motive silent 3m (positions)
    SEV   LEFT  LOAD     WHAT                                 REMEDY        WHO
    CRIT↑ 1h25  0091     LATE 35m 14H, Oklahoma City OK +HOURS              bob n1
    HIGH  20m   0093     NO UNIT pickup Elko NV               assign        -
    Map 7, 1 late (1 not placed)     1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer       ├──────────┤ 200 mi
    5 units have never told where they are
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 4, by window ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    0092    covered   شركة الن… شركة النقل… 11:26-12:05*  -          HERE 2h24 seen…
    0093    available -         شركة النقل… 10:35         -          PAST 1h30 -
    0091    under way شركة الن… شركة النقل… 16:00-18:00   18:25 tms  RISK ~25m bob …
    0090    delivered -         -           -             -          -         -
    Drivers 4, by name ▲             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    شركة النقل … -          -     -         -     - -           -              -
    شركة النقل … ON         -     -         -     - -           -              -
    شركة النقل … DRIVE      -  7:04 ██   8:18 45:28 BREAK 0:38  I-40, 12 mi E… 2m
    شركة النقل … SB         -  0:00      0:00  0:51 11H 0:00    Flying J, Tul… 33m
    Tractors 5, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    0شرك… DARK         شركة النقل السريع  -          ?        -       -     شركة ال…
    1شرك… STOP 2h14    Omaha NE           -          ?        -       6m    شركة ال…
    2شرك… DARK 3h06    شركة النقل السريع  شركة النق… ?        -       3h06  شركة ال…
    3شرك… MOVE NE 63   13 mi E of Amaril… شركة النق… 1شركة ا… 0091    <10s  شركة ال…
    Trailers 3, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    0شركة … DARK         شركة النقل السريع   -        -       -       -     شركة ال…
    1شركة … MOVE NE 62   شركة النقل السريع   3شركة ا… loaded  0091    3m    شركة ال…
    2شركة … STOP 41h-3d  شركة النقل السريع   -        empty   -       11h06 شركة ال…
    Health 5, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    mapbox   directions          asked 2h30  1204   -    ok
    mcleod   movements           30s   <30s  1204   96   ok
    motive   positions           5s    3m    1204   96   3m شركة النقل السريع
    samsara  hours               30s   <30s  1204   96   ok
    ");
}

#[test]
fn with_names_in_wide_letters() {
    insta::assert_snapshot!(panels(&mut live(named("東京運輸倉庫株式会社")), ""), @r"
    LIVE 5s  MCL <30s  MOT down 3m: 東京運輸倉庫株式会社  SAM <10s  MAP ok 14:05 CST
    Board 5, worst first             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    1 late  - risk  1 uncov  1 hours  1 held  1 dark  1 feed  (3 not judged)
    BLIND: motive silent 3m (positions)
    SEV   LEFT  LOAD     WHAT                                 REMEDY        WHO
    CRIT↑ 1h25  0091     LATE 35m 14H, Oklahoma City OK +HOURS              bob n1
    HIGH  20m   0093     NO UNIT pickup Elko NV               assign        -
    Map 7, 1 late (1 not placed)     1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    !late/wrong ↗ moving ◆ idle ■ stopped □ dark ● trailer       ├──────────┤ 200 mi
    5 units have never told where they are
    tab next  +/- zoom  0 all  z selected  enter open  ? help
    Movements 4, by window ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    0092    covered   東京運輸… 東京運輸倉… 11:26-12:05*  -          HERE 2h24 seen…
    0093    available -         東京運輸倉… 10:35         -          PAST 1h30 -
    0091    under way 東京運輸… 東京運輸倉… 16:00-18:00   18:25 tms  RISK ~25m bob …
    0090    delivered -         -           -             -          -         -
    Drivers 4, by name ▲             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    東京運輸倉…  -          -     -         -     - -           -              -
    東京運輸倉…  ON         -     -         -     - -           -              -
    東京運輸倉…  DRIVE      -  7:04 ██   8:18 45:28 BREAK 0:38  I-40, 12 mi E… 2m
    東京運輸倉…  SB         -  0:00      0:00  0:51 11H 0:00    Flying J, Tul… 33m
    Tractors 5, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    0東…  DARK         東京運輸倉庫株式…  -          ?        -       -     東京運…
    1東…  STOP 2h14    Omaha NE           -          ?        -       6m    東京運…
    2東…  DARK 3h06    東京運輸倉庫株式…  東京運輸…  ?        -       3h06  東京運…
    3東…  MOVE NE 63   13 mi E of Amaril… 東京運輸…  1東京運… 0091    <10s  東京運…
    Trailers 3, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    0東京…  DARK         東京運輸倉庫株式会… -        -       -       -     東京運…
    1東京…  MOVE NE 62   東京運輸倉庫株式会… 3東京運… loaded  0091    3m    東京運…
    2東京…  STOP 41h-3d  東京運輸倉庫株式会… -        empty   -       11h06 東京運…
    Health 5, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    mapbox   directions          asked 2h30  1204   -    ok
    mcleod   movements           30s   <30s  1204   96   ok
    motive   positions           5s    3m    1204   96   3m 東京運輸倉庫株式会社
    samsara  hours               30s   <30s  1204   96   ok
    ");
}
