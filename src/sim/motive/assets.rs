//! Motive's assets: trailers, and where their gateways last were.

use serde_json::{Value, json};

use super::super::alias::Unit;
use super::super::ask::{Answer, Ask};
use super::super::atlas::near;
use super::super::roster::Roster;
use super::{KILOMETRES, Motive, Page, no_page, rounded, written};

pub fn assets(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let places = motive.asset_places();
    let rows = page.rows(&places).iter().map(|place| motive.asset(*place)).collect();
    Ok(page.answer(("assets", "asset"), rows, places.len()))
}

/// Not found where a company has no asset tracking.
pub fn locations(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let places = motive.asset_places();
    if places.is_empty() {
        return Err(no_page());
    }
    let rows = page.rows(&places).iter().map(|place| motive.asset_location(*place, ask.now())).collect();
    Ok(page.answer(("assets", "asset"), rows, places.len()))
}

impl Motive {
    fn asset_places(&self) -> Vec<usize> {
        (0..self.share.trailers.len()).collect()
    }

    fn asset_head(&self, place: usize) -> (Value, Unit) {
        let trailer = self.share.trailers[place];
        let entered = Unit::trailer(&self.world.roster, trailer, place);
        let name = entered.number.clone().unwrap_or_else(|| Roster::trailer_number(trailer));
        let row = json!({
            "id": 9_001 + trailer,
            "name": name,
            "status": "active",
            "type": if trailer.is_multiple_of(3) { "reefer" } else { "dry_box" },
            "vin": entered.vin,
        });
        (row, entered)
    }

    fn asset(&self, place: usize) -> Value {
        let (mut row, entered) = self.asset_head(place);
        let more = json!({
            "custom_type": null,
            "license_plate_number": entered.plate,
            "license_plate_state": entered.plate.as_ref().map(|_| "TN"),
            "make": if place % 7 == 5 { json!("") } else { json!("Utility") },
            "model": null,
            "year": match place % 7 {
                3 => json!("0"),
                5 => json!(""),
                6 => Value::Null,
                _ => json!((2021 + self.share.trailers[place] % 4).to_string()),
            },
            "axle": 2,
            "weight_metric_units": false,
            "length_metric_units": false,
            "leased": false,
            "notes": null,
            "length": 53,
            "gvwr": null,
            "gawr": null,
            "asset_gateway": self.gateway(place),
            "external_ids": [],
        });
        if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
            row.extend(more);
        }
        row
    }

    /// The tracker: every fourth trailer has none, and one in eleven has a dead one.
    fn gateway(&self, place: usize) -> Value {
        let trailer = self.share.trailers[place];
        if place % 4 == 3 {
            return Value::Null;
        }
        json!({ "id": 71 + trailer, "identifier": format!("AG-{trailer:06}"), "active": place % 11 != 8 })
    }

    fn asset_location(&self, place: usize, now: i64) -> Value {
        let (mut row, _) = self.asset_head(place);
        row["asset_gateway"] = self.gateway(place);
        if row["asset_gateway"]["active"] != true {
            return row;
        }
        let trailer = self.share.trailers[place];
        let at = self.world.last_trailer_fix(trailer, now);
        let (seen, city) = (self.world.trailer(trailer, at), self.trailer_city(trailer, at));
        let address = near(seen.point, city);
        let (latitude, longitude) = (rounded(seen.point.latitude, 6), rounded(seen.point.longitude, 6));
        // One in seven is written in the other form that is documented.
        if place % 7 == 5 {
            row["current_location"] = json!({
                "lat": latitude,
                "lon": longitude,
                "description": address,
                "located_at": written(at, false),
            });
            return row;
        }
        let rolls = seen.mph > 0.0;
        let mut location = json!({
            "lat": latitude,
            "lon": longitude,
            "located_at": written(at, place % 4 == 2),
            "moving": rolls,
            "bearing": rolls.then(|| seen.heading.round()),
            "ground_speed_kph": rounded(seen.mph * KILOMETRES, 1),
        });
        location[if place % 5 == 2 { "formatted_address" } else { "address" }] = json!(address);
        row["asset_gateway"]["last_location"] = location;
        row
    }

    /// The city that a trailer is near: its truck's, or the yard's.
    fn trailer_city(&self, trailer: usize, at: i64) -> usize {
        match self.world.trailer(trailer, at).lane {
            Some(lane) => self.world.truck(lane, at).stretch.city,
            None => self.world.yard(self.world.roster.tractor_of(trailer).unwrap_or_default()).city,
        }
    }
}
