//! The tractors: what each does and for how long, where, with whom, and how old that is.

use std::sync::Arc;

use super::Subject;
use super::exception::about;
use super::units::{
    Seen, by_age, freight_cell, link_driver, load_of, miles_cell, miles_order, there_cell, there_order, told,
};
use crate::model::{Fleet, Motion, RowText, Tractor, UnitKind};
use crate::rules::{dark, dwell};
use crate::tui::facts::Facts;
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::table::{Cell, Column, Group, LUXURY, Listed, Order, State, Width};
use crate::tui::words;

impl Listed for Tractor {
    const TITLE: &'static str = "Tractors";
    const SORTED_BY: usize = 0;
    const MILES: Option<usize> = Some(11);
    const THERE: Option<usize> = Some(12);
    const ANSWERS: &'static [(&'static str, &'static str)] = &[
        ("near", "THERE"),
        ("near", "MILES"),
        ("near", "LOAD"),
        ("for", "STATE"),
        ("speed", "STATE"),
        ("dispatcher", "DISPATCH"),
    ];
    const GROUPS: &'static [Group<Self>] = &[
        Group { name: "dispatcher", of: |row, _| row.dispatcher.as_ref().map(Into::into) },
        Group { name: "fleet", of: |row, _| row.fleet.as_ref().map(Into::into) },
    ];
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            title: "UNIT",
            width: Width::Text(5, 10),
            rank: 0,
            grows: 4,
            cell: |row, _| row.unit_number.to_string().into(),
            order: |row, _| Order::text(&row.unit_number),
        },
        Column {
            title: "STATE",
            width: Width::Fixed(12),
            rank: 1,
            grows: 0,
            cell: |row, facts| {
                let (text, role) = seen(row).doing(facts);
                Cell::of(text, role)
            },
            order: |row, facts| Order::Number(seen(row).rank(facts.now)),
        },
        Column {
            title: "PLACE",
            width: Width::Text(14, 34),
            rank: 2,
            grows: 1,
            cell: |row, _| seen(row).place().into(),
            order: |row, _| Order::text(&seen(row).place()),
        },
        Column {
            title: "DRIVER",
            width: Width::Text(10, 20),
            rank: 4,
            grows: 2,
            cell: |row, facts| facts.driver_name(row.driver_id.as_ref()).into(),
            order: |row, facts| Order::text(&facts.driver_name(row.driver_id.as_ref())),
        },
        Column {
            title: "TRAILER",
            width: Width::Either(8, 14),
            rank: 5,
            grows: 5,
            cell: |row, facts| freight_cell(facts.trailer(row.trailer_id.as_ref())),
            order: |row, facts| Order::text(&facts.trailer_number(row.trailer_id.as_ref())),
        },
        Column {
            title: "LOAD",
            width: Width::Text(7, 12),
            rank: 6,
            grows: 6,
            cell: |row, facts| words::or_unknown(facts.committed().first_on(row)).into(),
            order: |row, facts| Order::text(facts.committed().first_on(row).unwrap_or_default()),
        },
        Column {
            title: "FUEL",
            width: Width::Either(4, 9),
            rank: 8,
            grows: 3,
            cell: fuel,
            order: |row, _| Order::number(percent(row)),
        },
        Column {
            title: "AGE",
            width: Width::Fixed(5),
            rank: 3,
            grows: 0,
            cell: |row, facts| seen(row).age_cell(facts),
            order: |row, _| Order::number(by_age(row.observed_at)),
        },
        Column {
            title: "SOURCE",
            width: Width::Text(8, 12),
            rank: 7,
            grows: 7,
            cell: |row, _| words::or_unknown(row.source.as_deref()).into(),
            order: |row, _| Order::text(row.source.as_deref().unwrap_or_default()),
        },
        Column {
            title: "DISPATCH",
            width: Width::Text(8, 10),
            rank: LUXURY,
            grows: 8,
            cell: |row, _| words::or_unknown(row.dispatcher.as_deref()).into(),
            order: |row, _| Order::text(row.dispatcher.as_deref().unwrap_or_default()),
        },
        Column {
            title: "FLEET",
            width: Width::Text(8, 10),
            rank: LUXURY + 1,
            grows: 9,
            cell: |row, _| words::or_unknown(row.fleet.as_deref()).into(),
            order: |row, _| Order::text(row.fleet.as_deref().unwrap_or_default()),
        },
        Column {
            title: "MILES",
            width: Width::Fixed(5),
            rank: 1,
            grows: 0,
            cell: |row, facts| miles_cell(facts.miles(row.latitude, row.longitude), facts),
            order: |row, facts| miles_order(facts.miles(row.latitude, row.longitude)),
        },
        Column {
            title: "THERE",
            width: Width::Fixed(9),
            rank: 1,
            grows: 0,
            cell: |row, facts| there_cell(UnitKind::Tractor, &row.id, facts),
            order: |row, facts| {
                there_order((UnitKind::Tractor, &row.id), facts.miles(row.latitude, row.longitude), facts)
            },
        },
    ];

    fn count(fleet: &Fleet) -> usize {
        fleet.tractors.len()
    }

    fn at(fleet: &Fleet, index: usize) -> Option<&Self> {
        fleet.tractors.at(index).map(Arc::as_ref)
    }

    fn subject(&self) -> Subject {
        Subject::Tractor(self.id.clone())
    }

    fn is(&self, subject: &Subject) -> bool {
        matches!(subject, Subject::Tractor(id) if *id == self.id)
    }

    fn state(&self, facts: &Facts) -> Option<State> {
        seen(self).trouble(facts)
    }

    fn sentence(&self, facts: &Facts) -> String {
        words::sentence([
            Some(format!("Tractor {}: {}", self.unit_number, seen(self).sentence(facts))),
            facts.driver(self.driver_id.as_ref()).map(|driver| format!("driver {}", driver.name)),
            facts.trailer(self.trailer_id.as_ref()).map(|trailer| format!("trailer {}", trailer.unit_number)),
            facts.committed().first_on(self).map(|load| format!("load {load}")),
        ])
    }
}

/// Everything known of a tractor.
pub fn sheet(row: &Tractor, facts: &Facts) -> Sheet {
    let now = facts.now;
    let mut sheet = Sheet::about(format!("Tractor {}", row.unit_number));
    let (doing, role) = seen(row).doing(facts);
    let read = |at| told(at, None, now);
    sheet.heading("Now");
    // Of one that idles the state says for how long it does that.
    let stands = dwell::of_tractor(row, now).filter(|_| seen(row).motion(now) == Motion::Idle);
    let stands = stands.map(|stands| format!("stands there for {}", stands.words())).unwrap_or_default();
    sheet.judged("state", doing, role, stands);
    seen(row).write_place(&mut sheet, now);
    if let (Some(latitude), Some(longitude)) = (row.latitude, row.longitude) {
        sheet.field("position", format!("{latitude:.5}, {longitude:.5}"));
    }
    sheet.noted("engine", words::or_unknown(row.engine.map(crate::model::Engine::word)), read(row.engine_at));
    let fuel = percent(row).map(|percent| format!("{percent}%"));
    sheet.noted("fuel", words::or_unknown(fuel.as_deref()), read(row.fuel_at));
    let odometer = row.odometer_mi.map(|miles| words::distance(miles, facts.metric));
    sheet.noted("odometer", words::or_unknown(odometer.as_deref()), read(row.odometer_at));
    why_dark(&mut sheet, row, facts);
    sheet.heading("With");
    link_driver(&mut sheet, "driver", row.driver_id.as_ref(), facts);
    let trailer = facts.trailer(row.trailer_id.as_ref());
    let by = trailer.and_then(|trailer| trailer.attached_by.as_ref()).map(|by| format!("by {by}"));
    let to = trailer.map(|trailer| Subject::Trailer(trailer.id.clone()));
    sheet.link("trailer", facts.trailer_number(row.trailer_id.as_ref()), by.unwrap_or_default(), to);
    let subject = Subject::Tractor(row.id.clone());
    let first = facts.committed().first_on(row);
    sheet.link("load", words::or_unknown(first), "", load_of(&subject, facts));
    sheet.field("dispatcher", words::or_unknown(row.dispatcher.as_deref()));
    about(&mut sheet, &subject, facts);
    sheet.heading("Unit");
    sheet.field("fleet", words::or_unknown(row.fleet.as_deref()));
    let made = [&row.year, &row.make, &row.model].into_iter().flatten().map(RowText::as_str);
    sheet.field("make", words::or_unknown(Some(&made.collect::<Vec<_>>().join(" "))));
    sheet.field("VIN", words::or_unknown(row.vin.as_deref()));
    sheet.field("plate", words::or_unknown(row.plate.as_deref()));
    sheet.noted("id", row.id.to_string(), format!("confirmed {}", read(Some(row.synced_at))));
    sheet
}

/// What tells why a dark truck is silent; nothing of one that is heard.
pub fn why_dark(sheet: &mut Sheet, row: &Tractor, facts: &Facts) {
    let Some(dark) = dark::why(&facts.fleet, row, &facts.fresh, facts.now) else { return };
    sheet.heading("Why it is dark");
    for (name, text, note) in dark.said(row, facts.now) {
        sheet.noted(name, text, note);
    }
}

pub fn seen(row: &Tractor) -> Seen<'_> {
    Seen {
        kind: UnitKind::Tractor,
        with: None,
        state: row.state,
        state_since_at: row.state_since_at,
        stood: (row.stood_since_at, row.stood_after_at),
        engine: (row.engine, row.engine_at),
        heading_deg: row.heading_deg,
        speed_mph: row.speed_mph,
        place: row.place.as_deref(),
        latitude: row.latitude,
        longitude: row.longitude,
        observed_at: row.observed_at,
        source: row.source.as_deref(),
    }
}

fn fuel(row: &Tractor, facts: &Facts) -> Cell {
    let Some(percent) = percent(row) else { return words::or_unknown(None).into() };
    let role = if percent < 15 { Role::Warn } else { Role::Text };
    let wide = format!("{percent}% {}", words::age(row.fuel_at, facts.now));
    Cell::of(format!("{percent}%"), role).or_wide(wide)
}

#[expect(clippy::cast_possible_truncation, reason = "a percentage, and what is not saturates")]
fn percent(row: &Tractor) -> Option<i64> {
    row.fuel_pct.filter(|percent| percent.is_finite()).map(|percent| percent.round() as i64)
}
