//! `best MOVEMENT`: who can take a load, and of everybody else why not.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::late::late_words;
use super::table::{self, clock, or_none};
use super::{Format, Layout, grid};
use crate::model::{DutyStatus, EtaSource, Loaded, Reason, Risk, Timestamp, UnitId};
use crate::rules::age;
use crate::rules::best::{Choice, Verdict, Why, first_legal};
use crate::rules::hours::Left;
use crate::rules::{locality, trailer};

/// What is printed, and how.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// Every driver, the best first.
    pub choices: &'a [Choice<'a>],
    /// The hours of each now, in the same order.
    pub left: &'a [Left],
    /// So many of those that fit, and as many of the others in text.
    pub top: usize,
    /// Now.
    pub now: Timestamp,
}

/// Prints it: the `top` that fit; then the others with their reasons, all of them in JSON, as many again in
/// text. There is no CSV of it: that prints JSON.
pub fn print(answer: &Answer<'_>, format: &Format, out: &mut dyn Write) -> io::Result<()> {
    let Some(layout) =
        format.laid_out(listed(answer, usize::MAX).map(|(choice, left)| Row::of(choice, left)), out)?
    else {
        return Ok(());
    };
    print_text(answer, layout, out)
}

/// What stands beside the text: which places nobody knows, and what is left out.
pub fn beside(answer: &Answer<'_>) -> Vec<String> {
    let shown = listed(answer, answer.top).filter_map(|(choice, _)| match &choice.verdict {
        Verdict::Rejected(why @ Why::PlaceUnknown(_)) => Some(format!("{}: {}", why.word(), why.note()?)),
        Verdict::Rejected(_) | Verdict::Fits => None,
    });
    let mut told: Vec<String> = shown.collect();
    told.sort_unstable();
    told.dedup();
    told.extend(left_out(answer));
    told
}

/// What text leaves out: "not listed: 143 DISTANCE, 12 11H".
fn left_out(answer: &Answer<'_>) -> Option<String> {
    let mut left_out: BTreeMap<&'static str, usize> = BTreeMap::new();
    let rejected = answer.choices.iter().filter_map(|choice| match &choice.verdict {
        Verdict::Rejected(why) => Some(why.word()),
        Verdict::Fits => None,
    });
    for why in rejected.skip(answer.top) {
        *left_out.entry(why).or_default() += 1;
    }
    let fit = answer.choices.iter().filter(|choice| choice.verdict == Verdict::Fits).count();
    if fit > answer.top {
        left_out.insert("that fit too", fit - answer.top);
    }
    let words: Vec<_> = left_out.iter().map(|(why, count)| format!("{count} {why}")).collect();
    (!words.is_empty()).then(|| format!("not listed: {}", words.join(", ")))
}

fn listed<'a>(answer: &Answer<'a>, rejected: usize) -> impl Iterator<Item = (&'a Choice<'a>, &'a Left)> {
    let all = answer.choices.iter().zip(answer.left);
    let fit = all.clone().filter(|(choice, _)| choice.verdict == Verdict::Fits).take(answer.top);
    fit.chain(all.filter(|(choice, _)| choice.verdict != Verdict::Fits).take(rejected))
}

#[derive(Serialize)]
struct Row<'a> {
    driver_id: &'a UnitId,
    driver: &'a str,
    fits: bool,
    /// Why not, or why the load would be in trouble with him.
    reason: Option<&'static str>,
    note: Option<&'a str>,
    risk: Risk,
    late_s: Option<i64>,
    miles: Option<f64>,
    /// When the load is taken over.
    legal_arrival_at: Option<Timestamp>,
    eta_at: Option<Timestamp>,
    latest_departure_at: Option<Timestamp>,
    eta_source: Option<&'static str>,
    hos_status: DutyStatus,
    drive_left_s: Option<i64>,
    shift_left_s: Option<i64>,
    cycle_left_s: Option<i64>,
    hos_as_of_at: Option<Timestamp>,
    tractor_id: Option<&'a UnitId>,
    tractor: Option<&'a str>,
    place: Option<String>,
    observed_at: Option<Timestamp>,
    trailer: Option<&'a str>,
    trailer_loaded: Option<Loaded>,
    /// Loads that he does first.
    after: Vec<&'a str>,
    /// Loads that he would do only after it.
    put_off: Vec<&'a str>,
    /// Those of them that would be in trouble.
    suffers: Vec<Suffers<'a>>,
}

#[derive(Serialize)]
struct Suffers<'a> {
    movement_id: &'a str,
    risk: Risk,
    late_s: Option<i64>,
}

impl<'a> Row<'a> {
    fn of(choice: &'a Choice<'a>, left: &Left) -> Self {
        let (driver, tractor) = (choice.rig.driver, choice.rig.tractor);
        let judgement = choice.judgement.as_ref();
        let why = match &choice.verdict {
            Verdict::Rejected(why) => Some(why),
            Verdict::Fits => None,
        };
        let note = why.and_then(Why::note);
        Self {
            driver_id: &driver.id,
            driver: &driver.name,
            fits: why.is_none(),
            reason: why.map(Why::word).or_else(|| Some(judgement?.reason?.word())),
            note,
            risk: judgement.map(|one| one.risk).unwrap_or_default(),
            late_s: judgement.and_then(|one| one.late_s),
            miles: choice.miles.map(|miles| (miles * 10.0).round() / 10.0),
            legal_arrival_at: judgement.and_then(first_legal),
            eta_at: judgement.and_then(|one| one.arrivals.first()).and_then(|first| first.eta_at),
            latest_departure_at: judgement.and_then(|one| one.latest_departure_at),
            eta_source: judgement.and_then(|one| one.arrivals.first()?.eta_source).map(EtaSource::word),
            hos_status: driver.hos_status,
            drive_left_s: left.drive_s,
            shift_left_s: left.shift_s,
            cycle_left_s: left.cycle_s,
            hos_as_of_at: driver.hos_as_of_at,
            tractor_id: tractor.map(|tractor| &tractor.id),
            tractor: tractor.map(|tractor| tractor.unit_number.as_str()),
            place: tractor.and_then(|row| locality::place(row.place.as_deref(), row.latitude, row.longitude)),
            observed_at: tractor.and_then(|tractor| tractor.observed_at),
            trailer: choice.rig.trailer.map(|trailer| trailer.unit_number.as_str()),
            trailer_loaded: choice.rig.trailer.map(|trailer| trailer.loaded),
            after: choice.done_first().map(|load| load.tms.id.as_str()).collect(),
            put_off: choice.put_off.iter().map(|load| load.tms.id.as_str()).collect(),
            suffers: (choice.suffers.iter())
                .map(|(load, risk, late_s)| Suffers {
                    movement_id: &load.tms.id,
                    risk: *risk,
                    late_s: *late_s,
                })
                .collect(),
        }
    }
}

fn print_text(answer: &Answer<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<_> =
        listed(answer, answer.top).map(|(choice, left)| cells(choice, left, layout, answer.now)).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let titles = [
        "DRIVER",
        "FITS",
        "LATE BY",
        "LEGAL THERE",
        "MI",
        "DRIVE",
        "SHIFT",
        "CYCLE",
        "AFTER",
        "SUFFERS",
        "TRACTOR",
        "TRAILER",
        "PLACE",
        "SEEN",
        "HOURS",
    ];
    grid::print_whole(&titles, &["LATE BY", "LEGAL THERE"], &rows, layout, out)
}

fn cells(choice: &Choice<'_>, left: &Left, layout: &Layout, now: Timestamp) -> Vec<String> {
    let judgement = choice.judgement.as_ref();
    let fits = match (&choice.verdict, judgement.map(|one| (one.risk, one.reason))) {
        (Verdict::Rejected(why), _) => format!("no, {}", why.word()),
        (Verdict::Fits, Some((Risk::Ok, _)) | None) => "yes".to_owned(),
        (Verdict::Fits, Some((risk, reason))) => {
            format!("{} {}", risk.word().replace('_', " "), reason.map(Reason::word).unwrap_or_default())
        }
    };
    let after: Vec<_> = choice.done_first().map(|load| load.tms.id.as_str()).collect();
    let suffers: Vec<_> = choice
        .suffers
        .iter()
        .map(|(load, risk, late_s)| match late_s.filter(|late_s| *late_s > 0) {
            Some(_) => format!("{} late {}", load.tms.id, late_words(*late_s)),
            None => format!("{} {}", load.tms.id, risk.word()),
        })
        .collect();
    let tractor = choice.rig.tractor;
    let source = judgement.and_then(|one| one.arrivals.first()?.eta_source);
    let marked = |words: String| {
        let is_known = words != table::NONE;
        EtaSource::marked(source.filter(|_| is_known), words)
    };
    let list = |words: Vec<&str>| or_none(Some(words.join(" ")).filter(|words| !words.is_empty()).as_deref());
    vec![
        choice.rig.driver.name.to_string(),
        fits.trim_end().to_owned(),
        marked(late_words(judgement.and_then(|one| one.late_s))),
        marked(table::moment(judgement.and_then(first_legal), layout, now)),
        choice.miles.map_or_else(|| table::NONE.to_owned(), |miles| format!("{miles:.0}")),
        clock(left.drive_s),
        clock(left.shift_s),
        clock(left.cycle_s),
        list(after),
        list(suffers.iter().map(String::as_str).collect()),
        or_none(tractor.map(|tractor| tractor.unit_number.as_str())),
        choice.rig.trailer.map_or_else(|| table::NONE.to_owned(), trailer::with_freight),
        tractor.map_or_else(
            || table::NONE.to_owned(),
            |row| table::place(row.place.as_deref(), row.latitude, row.longitude),
        ),
        age::since(tractor.and_then(|tractor| tractor.observed_at), now),
        age::since(choice.rig.driver.hos_as_of_at, now),
    ]
}
