//! Pictures of every panel, at the size of the oldest terminal and at that of a window.

use super::made::hence;
use super::{Event, Mode, picture, press, small, told_of};

/// The screen after these keys; blank lines in a row are counted, not shown.
fn shown(keys: &str, width: u16, height: u16) -> String {
    let mut app = told_of(small());
    app.update(Event::Mode(Mode::Live { every_s: 5 }));
    press(&mut app, keys);
    let picture = picture(&mut app, width, height);
    let lines: Vec<&str> = picture.lines().collect();
    let runs = lines.chunk_by(|a, b| a.is_empty() && b.is_empty()).map(|run| match run {
        [line] => (*line).to_owned(),
        blank => format!("({} blank lines)", blank.len()),
    });
    runs.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_loads_in_80_columns() {
    insta::assert_snapshot!(shown("3", 80, 24), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Movements 4, by window ▲         1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    LOAD    STATUS    DRIVER    NEXT        WINDOW▲       ETA        SLACK     WHO
    0093    available -         Elko NV     10:35         -          PAST 1h30 -
    0091    under way Ann Peña  Oklahoma C… 16:00-18:00   18:25 tms  RISK ~25m -
    0092    covered   Bob Ston… Lubbock TX  to Tue 10:25* -          -         -
    0090    delivered -         -           -             -          -         -
    (16 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn a_window_that_opens_is_never_written_like_one_that_does_not() {
    let window = |from: u64, to: u64, width: u16| {
        let mut fleet = small();
        let mut stop = fleet.stops.iter().find(|stop| stop.tms.id == "s3").unwrap().as_ref().clone();
        stop.tms.timezone = Some("America/Chicago".into());
        (stop.tms.scheduled_early_at, stop.tms.scheduled_late_at) =
            (Some(hence(from)).filter(|_| from > 0), Some(hence(to)));
        fleet.stops = fleet.stops.with(vec![stop]);
        fleet.index();
        let mut app = told_of(fleet);
        press(&mut app, "3");
        let shown = picture(&mut app, width, 24);
        shown.lines().find(|line| line.starts_with("0092")).unwrap().to_owned()
    };
    let shows = |line: String, words: &str| assert!(line.contains(&format!(" {words} ")), "{line}");
    shows(window(490, 625, 80), "22:15-00:30");
    let day = 1440;
    shows(window(490 + day, 595 + day, 80), "to Wed 00:00");
    shows(window(490 + day, 595 + day, 200), "Tue 22:15-00:00");
    shows(window(0, 595 + day, 80), "by Wed 00:00");
}

#[test]
fn the_loads_in_120_columns() {
    insta::assert_snapshot!(shown("3", 120, 36), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open             14:05 CST
    Movements 4, by window ▲                        1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    LOAD    STATUS    DRIVER     TRACT TRAILER NEXT               WINDOW▲          ETA        SLACK     WHO   DISPATCH AGE
    0093    available -          -     -       Elko NV            10:35            -          PAST 1h30 -     jdoe     <30s
    0091    under way Ann Peña   418   53012   Oklahoma City OK   16:00-18:00      18:25 tms  RISK ~25m -     jdoe     <30s
    0092    covered   Bob Stone… 9     -       Lubbock TX         Tue 08:25-10:25* -          -         -     jdoe     <30s
    0090    delivered -          -     -       -                  -                -          -         -     jdoe     <30s
    (28 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn the_drivers_in_80_columns() {
    insta::assert_snapshot!(shown("4", 80, 24), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Drivers 4, by name ▲             1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    NAME▲        STATUS LEGAL DRIVE     SHIFT CYCLE FIRST       PLACE          AGE
    Ann Peña     DRIVE      -  7:04 ██   8:18 45:28 BREAK 0:38  I-40, 12 mi E… 2m
    Bob Stone    SB         -  0:00      0:00  0:51 11H 0:00    Flying J, Tul… 33m
    Cy Marlowe   -          -     -         -     - -           -              -
    李 小龍      ON         -     -         -     - -           -              -
    (16 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn the_drivers_in_120_columns() {
    insta::assert_snapshot!(shown("4", 120, 36), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open             14:05 CST
    Drivers 4, by name ▲                            1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    NAME▲       STATUS LEGAL DRIVE     SHIFT     BREAK     CYCLE     FIRST       TRACT TRAILER  PLACE          LOAD    AGE
    Ann Peña    DRIVE      -  7:04 ██   8:18 █▉   0:38 ▎   45:28 ██  BREAK 0:38  418   53012 L  I-40, 12 mi E… 0091    2m
    Bob Stone   SB         -  0:00      0:00      8:00 ███  0:51 ▏   11H 0:00    9     ?        Flying J, Tul… 0092    33m
    Cy Marlowe  -          -     -         -         -         -     -           -     ?        -              0092    -
    李 小龍     ON         -     -         -         -         -     -           502   ?        -              -       -
    (28 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn the_tractors_in_80_columns() {
    insta::assert_snapshot!(shown("5", 80, 24), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Tractors 5, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲ STATE        PLACE              DRIVER     TRAILER  LOAD    AGE   SOURCE
    9     IDLE 12m     Flying J, Tulsa OK Bob Stone  ?        0092    <30s  samsara
    12    DARK         -                  -          ?        -       -     -
    418   MOVE NE 63   13 mi E of Amaril… Ann Peña   53012 L  0091    <10s  samsara
    502   DARK 3h06    Elko NV            李 小龍    ?        -       3h06  motive
    T-77  STOP 2h14    Omaha NE           -          ?        -       6m    motive
    (15 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn the_tractors_in_120_columns() {
    insta::assert_snapshot!(shown("5", 120, 36), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open             14:05 CST
    Tractors 5, by unit ▲                           1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    UNIT▲     STATE        PLACE                              DRIVER               TRAILER  LOAD    FUEL      AGE   SOURCE
    9         IDLE 12m     Flying J, Tulsa OK                 Bob Stone            ?        0092    11% 1h56  <30s  samsara
    12        DARK         -                                  -                    ?        -       -         -     -
    418       MOVE NE 63   13 mi E of Amarillo TX near I-40   Ann Peña             53012 L  0091    61% 4m    <10s  samsara
    502       DARK 3h06    Elko NV                            李 小龍              ?        -       -         3h06  motive
    T-77      STOP 2h14    Omaha NE                           -                    ?        -       -         6m    motive
    (27 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn the_trailers_in_80_columns() {
    insta::assert_snapshot!(shown("6", 80, 24), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Trailers 3, by unit ▲            1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    UNIT▲   STATE        PLACE               ATTACHED FREIGHT LOAD    AGE   SOURCE
    53012   MOVE NE 62   I-40, 12 mi E of A… 418      loaded  0091    3m    samsara
    53040   STOP 41h-3d  Yard 4, Dallas TX   -        empty   -       11h06 samsara
    R 7     DARK         -                   -        -       -       -     samsara
    (17 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn the_trailers_in_120_columns() {
    insta::assert_snapshot!(shown("6", 120, 36), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open             14:05 CST
    Trailers 3, by unit ▲                           1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    UNIT▲      STATE        PLACE                                ATTACHED          FREIGHT LOAD         AGE   SOURCE
    53012      MOVE NE 62   I-40, 12 mi E of Amarillo TX         418 by load       loaded  0091         3m    samsara
    53040      STOP 41h-3d  Yard 4, Dallas TX                    -                 empty   -            11h06 samsara
    R 7        DARK         -                                    -                 -       -            -     samsara
    (29 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn the_health_of_every_feed_in_80_columns() {
    insta::assert_snapshot!(shown("7", 80, 24), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Health 5, by account ▲           1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    ACCOUNT▲ FEED                EVERY READ  CALLS  LEFT TROUBLE
    mapbox   directions          asked 2h30  1204   -    ok
    mcleod   movements           30s   <30s  1204   96   ok
    motive   positions           5s    3m    1204   96   3m credentials refused
    samsara  hours               30s   <30s  1204   96   ok
    samsara  positions           5s    <10s  1204   96   ok
    (10 blank lines)
    polls      not known
    viewers    1: kim@box drivers
    set aside  12 rows since the database was created
    conflicts  1: tractor samsara:1, motive:9: same number, different VIN
    database   12.4 MB, schema 3
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn the_health_of_every_feed_in_120_columns() {
    insta::assert_snapshot!(shown("7", 120, 36), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open             14:05 CST
    Health 5, by account ▲                          1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
    ACCOUNT▲ FEED                       EVERY READ  CALLS  LEFT TROUBLE                                             NEXT TRY
    mapbox   directions                 asked 2h30  1204   -    ok                                                  -
    mcleod   movements                  30s   <30s  1204   96   ok                                                  -
    motive   positions                  5s    3m    1204   96   3m credentials refused                              in 2m
    samsara  hours                      30s   <30s  1204   96   ok                                                  -
    samsara  positions                  5s    <10s  1204   96   ok                                                  -
    (22 blank lines)
    polls      not known
    viewers    1: kim@box drivers
    set aside  12 rows since the database was created
    conflicts  1: tractor samsara:1, motive:9: same number, different VIN
    database   12.4 MB, schema 3
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn a_load_in_80_columns() {
    insta::assert_snapshot!(shown("3j<enter>", 80, 24), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Load 0091                        1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
    Load 0091 was at 13 mi E of Amarillo TX near I-40 at 14:04 CST; due at Oklahoma
    City OK 18:25 CST by the plan on file, not confirmed; as of 14:05 CST.

    Load
    status          under way  TMS code P
    slack           RISK 25m tms  against the end of the next window
    freight         unknown
    distance        542 mi
    dispatcher      jdoe
    company         TMS  confirmed <30s ago

    Ask
    plan          › can he make it legally
    re-power      › who else can take it

    Units
    driver        › Ann Peña
    tractor       › 418
      place         13 mi E of Amarillo TX near I-40  <10s ago, samsara
    trailer       › 53012
      place         I-40, 12 mi E of Amarillo TX  3m ago, samsara
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn a_load_in_120_columns() {
    insta::assert_snapshot!(shown("3j<enter>", 120, 36), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open             14:05 CST
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

    Stop 1, pickup, done: Albuquerque NM
    at              ACME FOODS
    window          06:00-07:00  MST
    arrived         06:08
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn a_driver_in_80_columns() {
    insta::assert_snapshot!(shown("4<enter>", 80, 24), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  14:05 CST
    Driver Ann Peña                  1 Brd  2 Map  3 Mov  4 Drv  5 Trc  6 Trl  7 Hlt
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

    Person
    phone           555-0100
    dispatcher      -
    id              sam:ann  confirmed 1m ago
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn a_driver_in_120_columns() {
    insta::assert_snapshot!(shown("4<enter>", 120, 36), @r"
    LIVE 5s  MCL <30s  MOT down 3m: credentials refused  SAM <10s  MAP ok  5 trc, 3 trl, 4 drv, 3 open             14:05 CST
    Driver Ann Peña                                 1 Board  2 Map  3 Movements  4 Drivers  5 Tractors  6 Trailers  7 Health
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

    Person
    phone           555-0100
    dispatcher      -
    id              sam:ann  confirmed 1m ago
    (12 blank lines)
    esc back  enter go on  w plan  b re-power  y copy  ? help
    ");
}

#[test]
fn the_smallest_screen_keeps_what_decides() {
    insta::assert_snapshot!(shown("3", 60, 20), @r"
    LIVE 5s  MCL <30s  MOT down 3m  SAM <10s  MAP ok       14:05
    Movements 4, by window ▲             1  2  3 Mov  4  5  6  7
    LOAD    DRIVER    NEXT               WINDOW▲       SLACK
    0093    -         Elko NV            10:35         PAST 1h30
    0091    Ann Peña  Oklahoma City OK   16:00-18:00   RISK ~25m
    0092    Bob Ston… Lubbock TX         to Tue 10:25* -
    0090    -         -                  -             -
    (12 blank lines)
    enter open  / filter  s sort  r refresh  ? help  q quit
    ");
}

#[test]
fn a_smaller_screen_says_what_it_needs() {
    insta::assert_snapshot!(shown("3", 40, 10), @r"
    backhaul needs 60x20 and has 40x10: make
    the window larger or the letters
    smaller.
    (6 blank lines)
    ");
}
