//! The words about the map: its headline, what the marks mean, how far is how far, and what is selected.

use super::Map;
use super::clusters::Mark;
use super::units::{Doing, Trouble, Unit, Units, mark};
use super::view::View;
use crate::model::UnitKind;
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Span, width, width_of};
use crate::tui::words;

/// Below so many columns the meanings stand closer together.
const ROOMY: u16 = 100;
/// Columns that the bar of the scale takes at most.
const BAR: f64 = 14.0;

/// What is shown: "Map 105 of 120, 3 late (1 not placed)".
pub fn headline(units: &Units) -> String {
    let total = match (units.all.len(), units.hidden) {
        (shown, 0) => shown.to_string(),
        (shown, hidden) => format!("{shown} of {}", shown + hidden),
    };
    let shown = units.all.iter().filter(|unit| unit.trouble == Trouble::Late && unit.spot.is_some()).count();
    let late = match (shown, units.late_nowhere) {
        (0, 0) => String::new(),
        (shown, 0) => format!(", {shown} late"),
        (shown, nowhere) => format!(", {} late ({nowhere} not placed)", shown + nowhere),
    };
    format!("Map {total}{late}")
}

/// What the marks mean and, at its right end, the bar of the scale; the last meanings go first where there
/// is no room for all.
pub fn marks(map: &Map, view: &View, covered: usize, room: u16, facts: &Facts) -> Vec<Span> {
    let glyphs = facts.glyphs;
    let of = |kind, doing| mark(kind, doing, None, glyphs);
    let (moving, trailer) = (glyphs.pick("↗", "^"), of(UnitKind::Trailer, Doing::Stopped));
    let mut parts: Vec<Span> = vec![("!late/wrong".to_owned(), Role::Bad)];
    if covered > 0 {
        parts.push((
            format!("{covered} under other{}", if room < ROOMY { "s" } else { " marks" }),
            Role::Warn,
        ));
    }
    if map.follows
        && let Some(unit) = map.unit()
    {
        parts.push((format!("following {}", unit.number(facts)), Role::Title));
    }
    if !map.route.stops.is_empty() {
        let words =
            if room < ROOMY { "dashed: not the road" } else { "dashed: straight legs, not the route" };
        parts.push((words.to_owned(), Role::Route));
    }
    parts.extend([
        (format!("{moving} moving"), Role::Good),
        (format!("{} idle", of(UnitKind::Tractor, Doing::Idle)), Role::Warn),
        (format!("{} stopped", of(UnitKind::Tractor, Doing::Stopped)), Role::Text),
        (format!("{} dark", of(UnitKind::Tractor, Doing::Dark)), Role::Muted),
        (format!("{trailer} trailer"), Role::Text),
        (format!("7{} several", of(UnitKind::Tractor, Doing::Idle)), Role::Warn),
    ]);
    let scale = bar(view, facts);
    let gap = if room < ROOMY { " " } else { "  " };
    let mut line = Vec::new();
    for part in parts {
        if width_of(&line) + width(&part.0) + width(gap) + width(&scale) <= room {
            line.push(part);
            line.push((gap.to_owned(), Role::Text));
        }
    }
    let gap = room.saturating_sub(width_of(&line) + width(&scale));
    line.push((" ".repeat(gap.into()), Role::Text));
    line.push((scale, Role::Text));
    line
}

/// "├────────┤ 100 mi", in the middle of the map.
fn bar(view: &View, facts: &Facts) -> String {
    let (a_column, unit) =
        if facts.metric { (view.miles_a_column() * 1.609_344, "km") } else { (view.miles_a_column(), "mi") };
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0];
    let fits = |length: &&f64| **length / a_column <= BAR;
    let length = steps.iter().rev().find(fits).copied().unwrap_or(0.1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the bar's columns")]
    let columns = (length / a_column).round().clamp(2.0, BAR) as usize;
    let (left, line, right) =
        (facts.glyphs.pick("├", "|"), facts.glyphs.pick("─", "-"), facts.glyphs.pick("┤", "|"));
    format!("{left}{}{right} {length} {unit}", line.repeat(columns - 2))
}

/// What is selected, in a line; or why nothing can be seen.
pub fn selected(map: &Map, in_sight: usize, facts: &Facts) -> Vec<Span> {
    if let (Some(replay), Some(_)) = (&map.replay, map.unit()) {
        return vec![(replay.words(map.trailed_number(facts), facts), Role::Title)];
    }
    match map.unit() {
        Some(unit) => line_of(map, unit, facts),
        None => nothing(map, in_sight)
            .or_else(|| unseen(map))
            .map(|words| (words, Role::Muted))
            .into_iter()
            .collect(),
    }
}

/// Why there is nothing in sight; `None` where there is something.
pub fn nothing(map: &Map, in_sight: usize) -> Option<String> {
    let key = &map.fit_key;
    match (in_sight, map.units.located(), map.units.hidden) {
        (1.., ..) => None,
        (0, 0, 0) if map.units.all.is_empty() => {
            Some("no unit is known yet: Health says what was read".to_owned())
        }
        (0, 0, 0) => Some("no unit has told where it is yet".to_owned()),
        (0, 0, hidden) => Some(format!("the filter hides all {hidden} units, or those left are nowhere")),
        (0, 1, _) => Some(format!("1 unit is off this view: {key} fits it")),
        (0, off, _) => Some(format!("{off} units are off this view: {key} fits them")),
    }
}

/// That some units can be on no map.
fn unseen(map: &Map) -> Option<String> {
    match map.units.all.len() - map.units.located() {
        0 => None,
        1 => Some("1 unit has never told where it is".to_owned()),
        many => Some(format!("{many} units have never told where they are")),
    }
}

fn line_of(map: &Map, unit: &Unit, facts: &Facts) -> Vec<Span> {
    let (said, role) = unit.said(facts);
    let (place, age, driver) = match (unit.tractor(facts), unit.trailer(facts)) {
        (Some(row), _) => {
            let seen = crate::tui::panels::tractors::seen(row);
            (
                seen.place(),
                words::age(seen.observed_at, facts.now),
                Some(facts.driver_name(row.driver_id.as_ref())),
            )
        }
        (_, Some(row)) => {
            let seen = crate::tui::panels::trailers::seen(row, facts);
            (seen.place(), words::age(seen.observed_at, facts.now), None)
        }
        (None, None) => return Vec::new(),
    };
    let kind = unit.kind.word();
    let mut line =
        vec![(format!("{kind} {}  ", unit.number(facts)), Role::Title), (format!("{said}  "), role)];
    if unit.trouble > Trouble::None {
        line.push((format!("{}  ", unit.words), unit.role()));
    }
    let load = unit.load.as_ref().map(|key| format!("load {}  ", key.id)).unwrap_or_default();
    let driver =
        driver.filter(|name| name != words::UNKNOWN).map(|name| format!("{name}  ")).unwrap_or_default();
    let nowhere = match map.route.nowhere {
        0 => String::new(),
        1 => "  1 stop cannot be placed".to_owned(),
        many => format!("  {many} stops cannot be placed"),
    };
    let where_seen =
        if unit.spot.is_some() { format!("{place}, {age} ago") } else { "never told where it is".to_owned() };
    line.push((format!("{load}{driver}{where_seen}{nowhere}"), Role::Text));
    line
}

/// What is written in place of a mark that stands for several: their count and the mark of the worst; where
/// they must be seen, that they must.
pub fn several(mark: &Mark, worst: &Unit, facts: &Facts) -> String {
    if mark.stands_out {
        format!("!{}", mark.urgent)
    } else {
        format!("{}{}", mark.count, worst.mark(facts.glyphs))
    }
}
