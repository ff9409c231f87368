//! The trailers: where, for how long, attached to what and how that is known, full or empty.

use std::sync::Arc;

use super::exception::about;
use super::units::{
    Seen, by_age, link_driver, link_tractor, load, load_of, miles_cell, miles_order, there_cell, there_order,
    told,
};
use super::{Subject, tractors};
use crate::model::{Fleet, Keyed, Loaded, Tractor, Trailer, UnitKind};
use crate::rules::trailer;
use crate::tui::facts::Facts;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::table::{Cell, Column, Group, LUXURY, Listed, Order, State, Width};
use crate::tui::words::{self, UNKNOWN};

impl Listed for Trailer {
    const TITLE: &'static str = "Trailers";
    const SORTED_BY: usize = 0;
    const MILES: Option<usize> = Some(10);
    const THERE: Option<usize> = Some(11);
    const ANSWERS: &'static [(&'static str, &'static str)] = &[
        ("near", "THERE"),
        ("near", "MILES"),
        ("for", "STATE"),
        ("dwell", "STATE"),
        ("dispatcher", "DISPATCH"),
    ];
    const GROUPS: &'static [Group<Self>] = &[
        Group {
            name: "dispatcher",
            of: |row, facts| puller(row, facts)?.dispatcher.as_ref().map(Into::into),
        },
        Group { name: "fleet", of: |row, facts| puller(row, facts)?.fleet.as_ref().map(Into::into) },
    ];
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            title: "UNIT",
            width: Width::Text(7, 10),
            rank: 0,
            grows: 3,
            cell: |row, _| row.unit_number.to_string().into(),
            order: |row, _| Order::text(&row.unit_number),
        },
        Column {
            title: "STATE",
            width: Width::Fixed(12),
            rank: 1,
            grows: 0,
            cell: |row, facts| {
                let (text, role) = seen(row, facts).doing(facts);
                Cell::of(text, role)
            },
            order: |row, facts| Order::Number(seen(row, facts).rank(facts.now)),
        },
        Column {
            title: "PLACE",
            width: Width::Text(14, 36),
            rank: 2,
            grows: 1,
            cell: |row, facts| seen(row, facts).place().into(),
            order: |row, facts| Order::text(&seen(row, facts).place()),
        },
        Column {
            title: "ATTACHED",
            width: Width::Either(8, 17),
            rank: 4,
            grows: 2,
            cell: attached,
            order: |row, facts| Order::text(&facts.tractor_number(row.tractor_id.as_ref())),
        },
        Column {
            title: "FREIGHT",
            width: Width::Fixed(7),
            rank: 5,
            grows: 0,
            cell: |row, _| freight(row.loaded).to_owned().into(),
            order: |row, _| Order::text(freight(row.loaded)),
        },
        Column {
            title: "LOAD",
            width: Width::Text(7, 12),
            rank: 6,
            grows: 4,
            cell: |row, _| load(row.movement_id.as_ref()).into(),
            order: |row, _| Order::text(&load(row.movement_id.as_ref())),
        },
        Column {
            title: "AGE",
            width: Width::Fixed(5),
            rank: 3,
            grows: 0,
            cell: |row, facts| seen(row, facts).age_cell(facts),
            order: |row, facts| Order::number(by_age(seen(row, facts).observed_at)),
        },
        Column {
            title: "SOURCE",
            width: Width::Text(8, 12),
            rank: 7,
            grows: 5,
            cell: |row, _| words::or_unknown(row.source.as_deref()).into(),
            order: |row, _| Order::text(row.source.as_deref().unwrap_or_default()),
        },
        Column {
            title: "DISPATCH",
            width: Width::Text(8, 10),
            rank: LUXURY,
            grows: 6,
            cell: |row, facts| {
                words::or_unknown(puller(row, facts).and_then(|unit| unit.dispatcher.as_deref())).into()
            },
            order: |row, facts| {
                Order::text(
                    puller(row, facts).and_then(|unit| unit.dispatcher.as_deref()).unwrap_or_default(),
                )
            },
        },
        Column {
            title: "TYPE",
            width: Width::Text(6, 12),
            rank: LUXURY + 1,
            grows: 7,
            cell: |row, _| words::or_unknown(row.trailer_type.as_deref()).into(),
            order: |row, _| Order::text(row.trailer_type.as_deref().unwrap_or_default()),
        },
        Column {
            title: "MILES",
            width: Width::Fixed(5),
            rank: 1,
            grows: 0,
            cell: |row, facts| miles_cell(miles(row, facts), facts),
            order: |row, facts| miles_order(miles(row, facts)),
        },
        Column {
            title: "THERE",
            width: Width::Fixed(9),
            rank: 1,
            grows: 0,
            cell: |row, facts| there_cell(UnitKind::Trailer, &row.id, facts),
            order: |row, facts| there_order((UnitKind::Trailer, &row.id), miles(row, facts), facts),
        },
    ];

    fn count(fleet: &Fleet) -> usize {
        fleet.trailers.len()
    }

    fn at(fleet: &Fleet, index: usize) -> Option<&Self> {
        fleet.trailers.at(index).map(Arc::as_ref)
    }

    fn subject(&self) -> Subject {
        Subject::Trailer(self.id.clone())
    }

    fn is(&self, subject: &Subject) -> bool {
        matches!(subject, Subject::Trailer(id) if *id == self.id)
    }

    fn state(&self, facts: &Facts) -> Option<State> {
        seen(self, facts).trouble(facts)
    }

    fn sentence(&self, facts: &Facts) -> String {
        let time = |at| words::time(at, &facts.zone, facts.now);
        words::sentence([
            Some(format!("Trailer {}: {}", self.unit_number, seen(self, facts).sentence(facts))),
            self.movement_id.as_ref().map(|load| format!("load {load}")),
            Some(trailer::told(&facts.fleet, self, facts.now).sentence(self, time)),
        ])
    }
}

/// Everything known of a trailer.
pub fn sheet(row: &Trailer, facts: &Facts) -> Sheet {
    let now = facts.now;
    let mut sheet = Sheet::about(format!("Trailer {}", row.unit_number));
    let (doing, role) = seen(row, facts).doing(facts);
    sheet.heading("Now");
    let told_of = trailer::told(&facts.fleet, row, now);
    sheet.judged("state", doing, role, "");
    seen(row, facts).write_place(&mut sheet, now);
    if told_of.dwell.is_some() {
        let (stood, note) = told_of.stood();
        sheet.noted("stood there", stood, note);
    }
    if let Some(note) = told_of.lost(|at| words::time(at, &facts.zone, now)) {
        sheet.noted("where it is", "NOT KNOWN", note);
    }
    if let (Some(latitude), Some(longitude)) = (row.latitude, row.longitude) {
        sheet.field("position", format!("{latitude:.5}, {longitude:.5}"));
    }
    sheet.field("freight", trailer::freight_words(row.loaded));
    sheet.heading("With");
    let by = row.attached_by.as_ref().map(|by| format!("by {by}")).unwrap_or_default();
    link_tractor(&mut sheet, row.tractor_id.as_ref(), &by, facts);
    if row.tractor_id.is_none() {
        let (who, when) = told_of.dropped(|at| words::time(at, &facts.zone, now));
        let to = told_of.dropped.and_then(|(tractor, _)| Some(Subject::Tractor(tractor?.id.clone())));
        sheet.link("dropped by", who, when, to);
    }
    link_driver(&mut sheet, "last driver", row.driver_id.as_ref(), facts);
    let subject = Subject::Trailer(row.id.clone());
    sheet.link("load", load(row.movement_id.as_ref()), "", load_of(&subject, facts));
    let next = told_of.next.map_or_else(|| "none known".to_owned(), |load| load.tms.id.to_string());
    sheet.link("next load", next, "", told_of.next.map(|load| Subject::Movement(load.key())));
    about(&mut sheet, &subject, facts);
    sheet.heading("Unit");
    sheet.field("type", words::or_unknown(row.trailer_type.as_deref()));
    sheet.field("VIN", words::or_unknown(row.vin.as_deref()));
    sheet.field("plate", words::or_unknown(row.plate.as_deref()));
    sheet.noted("id", row.id.to_string(), format!("confirmed {}", told(Some(row.synced_at), None, now)));
    sheet
}

/// Where it is: where its tractor is, where it has no tracker.
pub fn seen<'a>(row: &'a Trailer, facts: &'a Facts) -> Seen<'a> {
    if let Some(tractor) = trailer::rides_with(&facts.fleet, row) {
        return Seen { with: Some(&tractor.unit_number), ..tractors::seen(tractor) };
    }
    Seen {
        kind: UnitKind::Trailer,
        with: None,
        state: row.state,
        state_since_at: row.state_since_at,
        stood: (row.stood_since_at, row.stood_after_at),
        engine: (None, None),
        heading_deg: row.heading_deg,
        speed_mph: row.speed_mph,
        place: row.place.as_deref(),
        latitude: row.latitude,
        longitude: row.longitude,
        observed_at: row.observed_at,
        source: row.source.as_deref(),
    }
}

fn puller<'a>(row: &Trailer, facts: &'a Facts) -> Option<&'a Tractor> {
    facts.tractor(row.tractor_id.as_ref())
}

/// Miles from the place that the filter names; without a tracker of its own it is where its truck is.
fn miles(row: &Trailer, facts: &Facts) -> Option<f64> {
    facts.miles(row.latitude, row.longitude).or_else(|| {
        let unit = puller(row, facts)?;
        facts.miles(unit.latitude, unit.longitude)
    })
}

fn attached(row: &Trailer, facts: &Facts) -> Cell {
    let number = facts.tractor_number(row.tractor_id.as_ref());
    match &row.attached_by {
        Some(by) if row.tractor_id.is_some() => {
            let wide = format!("{number} by {by}");
            Cell::from(number).or_wide(wide)
        }
        _ => number.into(),
    }
}

const fn freight(loaded: Loaded) -> &'static str {
    match loaded {
        Loaded::Loaded | Loaded::Empty => loaded.word(),
        Loaded::Unknown => UNKNOWN,
    }
}
