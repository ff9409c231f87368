//! `plan MOVEMENT`: one load's way, as a dispatcher reads it, or as the object of the contract.

use std::io::{self, Write};

use serde::Serialize;

use super::{Because, LONGEST_MESSAGE};
use crate::commands::late::late_words;
use crate::commands::{Format, Layout, grid, table};
use crate::model::{Arrival, EtaSource, Input, Keyed, Movement, Reason, Risk, Stop, Timestamp, UnitId};
use crate::rules::basis::Basis;
use crate::rules::freshness::rests_on;
use crate::rules::hours::{Limit, Plan, Segment};
use crate::rules::load_plan::words::{assumptions, limit_words, notes, said, two_times, why_not};
use crate::rules::load_plan::{LoadPlan, NoPlan};
use crate::rules::{age, trip};

/// Prints the plan of `movement`, or why there is none: that is an answer too.
pub fn print(
    basis: &Basis<'_>,
    movement: &Movement,
    answer: Result<&LoadPlan<'_>, &NoPlan>,
    format: &Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    match (format, answer) {
        (Format::Json | Format::Csv, Ok(plan)) => {
            serde_json::to_writer_pretty(&mut *out, &Object::of(basis, movement, plan))?;
            writeln!(out)
        }
        (Format::Json | Format::Csv, Err(none)) => {
            serde_json::to_writer_pretty(&mut *out, &Refused::of(basis, movement, none))?;
            writeln!(out)
        }
        (Format::Text(layout), Ok(plan)) => print_text(basis, movement, plan, layout, out),
        (Format::Text(layout), Err(none)) => print_refusal(basis, movement, none, layout, out),
    }
}

#[derive(Serialize)]
struct Object<'a> {
    arrival_at: Option<Timestamp>,
    segments: &'a [Segment],
    binding: &'a [Limit],
    legal: bool,
    latest_departure_at: Option<Timestamp>,
    cycle_left_s: Option<i64>,
    notes: Vec<String>,
    movement_id: &'a str,
    company_id: &'a str,
    order_id: Option<&'a str>,
    driver_id: &'a UnitId,
    driver: &'a str,
    tractor_id: &'a UnitId,
    tractor: &'a str,
    /// The same arrival as things really go.
    eta_at: Option<Timestamp>,
    legal_eta_at: Option<Timestamp>,
    eta_source: Option<EtaSource>,
    risk: Risk,
    reason: Option<Reason>,
    late_s: Option<i64>,
    /// The stop that `risk`, `reason` and `late_s` are about.
    critical_stop_id: Option<&'a str>,
    stops: Vec<Stopped<'a>>,
    after: Vec<&'a str>,
    assumptions: Vec<String>,
    now_at: Timestamp,
    #[serde(flatten)]
    ages: Ages,
}

#[derive(Serialize)]
struct Stopped<'a> {
    stop_id: &'a str,
    place: String,
    name: Option<&'a str>,
    scheduled_early_at: Option<Timestamp>,
    scheduled_late_at: Option<Timestamp>,
    eta_at: Option<Timestamp>,
    legal_eta_at: Option<Timestamp>,
    /// When the plan of `segments` is there.
    planned_at: Option<Timestamp>,
    late_s: Option<i64>,
    risk: Risk,
}

/// How old what it rests on is.
#[derive(Serialize)]
struct Ages {
    observed_at: Option<Timestamp>,
    hos_as_of_at: Option<Timestamp>,
    computed_at: Option<Timestamp>,
    oldest_input: Option<Input>,
    oldest_at: Option<Timestamp>,
}

impl Ages {
    fn of(basis: &Basis<'_>, movement: &Movement) -> Self {
        let fleet = basis.fleet;
        let tractor = movement.tractor_id.as_ref().and_then(|id| fleet.tractors.get(id));
        let driver = movement.driver_id.as_ref().and_then(|id| fleet.drivers.get(id));
        let judgement = fleet.judgements.get(&movement.key());
        let oldest = judgement.and_then(|judgement| rests_on(judgement, fleet, &basis.fresh));
        Self {
            observed_at: tractor.and_then(|row| row.observed_at),
            hos_as_of_at: driver.and_then(|row| row.hos_as_of_at),
            computed_at: judgement.map(|judgement| judgement.computed_at),
            oldest_input: oldest.map(|oldest| oldest.input),
            oldest_at: oldest.map(|oldest| oldest.at),
        }
    }

    /// "position 12s, hours 2m, ETA 40s old".
    fn words(&self, now: Timestamp) -> String {
        let told = [("position", self.observed_at), ("hours", self.hos_as_of_at), ("ETA", self.computed_at)];
        let told = told.map(|(what, at)| match at {
            Some(at) => format!("{what} {}", age::words(now.since(at))),
            None => format!("{what} -"),
        });
        format!("{} old", told.join(", "))
    }
}

impl<'a> Object<'a> {
    fn of(basis: &Basis<'_>, movement: &'a Movement, plan: &'a LoadPlan<'a>) -> Self {
        let legal: Option<&Plan> = plan.outlook.as_ref().map(|outlook| &outlook.legal);
        let last = plan.stops.last().map(|(_, arrival)| arrival);
        Self {
            arrival_at: legal.map(|legal| legal.arrival_at).or_else(|| last?.legal_eta_at),
            segments: legal.map(|legal| legal.segments.as_slice()).unwrap_or_default(),
            binding: legal.map(|legal| legal.binding.as_slice()).unwrap_or_default(),
            legal: true,
            latest_departure_at: plan.outlook.as_ref().and_then(|outlook| outlook.latest_departure_at),
            cycle_left_s: legal.map(|legal| legal.cycle_left_s),
            notes: notes(plan),
            movement_id: &movement.tms.id,
            company_id: &movement.tms.company_id,
            order_id: movement.tms.order_id.as_deref(),
            driver_id: &plan.driver.id,
            driver: &plan.driver.name,
            tractor_id: &plan.tractor.id,
            tractor: &plan.tractor.unit_number,
            eta_at: last.and_then(|arrival| arrival.eta_at),
            legal_eta_at: last.and_then(|arrival| arrival.legal_eta_at),
            eta_source: plan.outlook.as_ref().map(|outlook| outlook.source),
            risk: plan.standing.risk,
            reason: plan.standing.reason,
            late_s: plan.judgement.late_s,
            critical_stop_id: plan.critical().map(|stop| stop.tms.id.as_str()),
            stops: plan.stops.iter().zip(plan.planned()).map(stopped).collect(),
            after: plan.first.iter().map(|load| load.tms.id.as_str()).collect(),
            assumptions: assumptions(basis, plan),
            now_at: basis.now,
            ages: Ages::of(basis, movement),
        }
    }
}

fn stopped<'a>(((stop, arrival), planned_at): (&(&'a Stop, Arrival), Option<Timestamp>)) -> Stopped<'a> {
    Stopped {
        stop_id: &stop.tms.id,
        place: trip::place(stop),
        name: stop.tms.name.as_deref(),
        scheduled_early_at: stop.tms.scheduled_early_at,
        scheduled_late_at: stop.tms.scheduled_late_at,
        eta_at: arrival.eta_at,
        legal_eta_at: arrival.legal_eta_at,
        planned_at,
        late_s: arrival.late_s,
        risk: arrival.risk,
    }
}

fn print_text(
    basis: &Basis<'_>,
    movement: &Movement,
    plan: &LoadPlan<'_>,
    layout: &Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let now = basis.now;
    let dot = if layout.ascii { "-" } else { "\u{b7}" };
    let order = movement.tms.order_id.as_ref().map(|order| format!(", order {order}")).unwrap_or_default();
    writeln!(
        out,
        "Load {}{order}: {}, tractor {}",
        movement.tms.id, plan.driver.name, plan.tractor.unit_number
    )?;
    let Some((last, arrival)) = plan.stops.last() else { return Ok(()) };
    let moment = |at| table::moment_at(last, at, layout, now);
    writeln!(
        out,
        "{}: legal {} {dot} likely {} {dot} {}",
        trip::place(last),
        moment(arrival.legal_eta_at),
        moment(arrival.eta_at),
        standing_words(plan),
    )?;
    let Some(outlook) = &plan.outlook else {
        return writeln!(out, "The truck is there. It rests on: {}", Ages::of(basis, movement).words(now));
    };
    if let Some(at) = outlook.latest_departure_at {
        writeln!(out, "latest departure {}", moment(Some(at)))?;
    }
    let first: Vec<_> = plan.first.iter().map(|load| load.tms.id.as_str()).collect();
    if !first.is_empty() {
        writeln!(out, "after {}", first.join(", "))?;
    }
    writeln!(out)?;
    let rows: Vec<Vec<String>> = (outlook.legal.segments.iter())
        .map(|segment| {
            let (from, to) = (moment(Some(segment.start_at)), moment(Some(segment.end_at)));
            let length = crate::rules::moment::part(segment.end_at.secs_since(segment.start_at));
            vec![from, to, length, segment.why.to_owned()]
        })
        .collect();
    grid::print_whole(&["FROM", "TO", "FOR", "WHAT"], &["FROM", "TO"], &rows, layout, out)?;
    writeln!(out)?;
    print_stops(plan, layout, now, out)?;
    let binding: Vec<_> = outlook.legal.binding.iter().map(|limit| limit_words(*limit)).collect();
    if !binding.is_empty() {
        // What makes the class is another question, whose answer stands with it.
        writeln!(out, "the legal plan stops for: {}", binding.join(", "))?;
    }
    writeln!(out, "rests on: {}", Ages::of(basis, movement).words(now))?;
    writeln!(out, "assumes: {}", assumptions(basis, plan).join("; "))?;
    for note in notes(plan) {
        writeln!(out, "note: {}", said(&note, &layout.zone, now))?;
    }
    Ok(())
}

/// The stops and their times; that of the plan, where it is another than the soonest.
fn print_stops(plan: &LoadPlan<'_>, layout: &Layout, now: Timestamp, out: &mut dyn Write) -> io::Result<()> {
    if plan.stops.len() < 2 && plan.stops.iter().all(|(_, arrival)| arrival.late_s.is_none()) {
        return Ok(());
    }
    let two_times = two_times(plan);
    let rows = plan.stops.iter().zip(plan.planned()).map(|((stop, arrival), planned)| {
        let moment = |at| table::moment_at(stop, at, layout, now);
        let planned = two_times.is_some().then(|| moment(planned));
        let times = [moment(arrival.legal_eta_at), moment(arrival.eta_at)];
        let rest = [moment(stop.closes_at()), arrival.risk.word().to_owned(), late_words(arrival.late_s)];
        std::iter::once(trip::place(stop)).chain(planned).chain(times).chain(rest).collect::<Vec<_>>()
    });
    let planned = two_times.is_some().then_some("PLAN");
    let titles =
        std::iter::once("STOP").chain(planned).chain(["LEGAL", "LIKELY", "CLOSES", "RISK", "LATE BY"]);
    let titles: Vec<&str> = titles.collect();
    let moments = ["PLAN", "LEGAL", "LIKELY", "CLOSES"];
    grid::print_whole(&titles, &moments, &rows.collect::<Vec<_>>(), layout, out)?;
    if let Some(words) = &two_times {
        writeln!(out, "{words}")?;
    }
    writeln!(out)
}

/// "late by 25m at Memphis TN (14H)", "ok, 1h10 spare at Memphis TN".
fn standing_words(plan: &LoadPlan<'_>) -> String {
    let class = plan.standing.risk.word().replace('_', " ");
    let by = match plan.judgement.late_s {
        Some(late_s) if late_s > 0 => format!(" by {}", late_words(Some(late_s))),
        Some(late_s) => format!(", {}", late_words(Some(late_s))),
        None => String::new(),
    };
    let at = plan.critical().map(|stop| format!(" at {}", trip::place(stop))).unwrap_or_default();
    let why = plan.standing.reason.map(|reason| format!(" ({})", reason.word())).unwrap_or_default();
    format!("{class}{by}{at}{why}")
}

#[derive(Serialize)]
struct Refused<'a> {
    error: Because,
    movement_id: &'a str,
    company_id: &'a str,
    reason: Option<Reason>,
    /// Where the truth lies, if the driver has stopped, or worked on, since his hours were told.
    legal_between: Option<[Timestamp; 2]>,
    now_at: Timestamp,
    #[serde(flatten)]
    ages: Ages,
}

impl<'a> Refused<'a> {
    fn of(basis: &Basis<'_>, movement: &'a Movement, none: &NoPlan) -> Self {
        let (code, message) = why_not(none, LONGEST_MESSAGE);
        Self {
            error: Because { code, message },
            movement_id: &movement.tms.id,
            company_id: &movement.tms.company_id,
            reason: none.missing.reason,
            legal_between: none.bounds.map(|(one, other)| [one, other]),
            now_at: basis.now,
            ages: Ages::of(basis, movement),
        }
    }
}

fn print_refusal(
    basis: &Basis<'_>,
    movement: &Movement,
    none: &NoPlan,
    layout: &Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (_, message) = why_not(none, LONGEST_MESSAGE);
    let reason = none.missing.reason.map(|reason| format!(" ({})", reason.word())).unwrap_or_default();
    writeln!(out, "Load {}: no plan{reason}: {message}", movement.tms.id)?;
    if let Some((one, other)) = none.bounds {
        let moment = |at| table::moment(Some(at), layout, basis.now);
        writeln!(
            out,
            "legal between {} and {}, if he stopped then or worked on",
            moment(one),
            moment(other)
        )?;
    }
    writeln!(out, "last told: {}", Ages::of(basis, movement).words(basis.now))
}
