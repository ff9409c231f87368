//! A load with its orders, its units and every stop.

use super::slack::{role, words as words_of};
use super::{blind_words, drivers, eta, risk_role, status_word};
use crate::model::{EtaSource, Keyed, Movement, Order, Reason, Risk, RowText, Stop, UnitId};
use crate::rules::slack::Slack;
use crate::rules::trip;
use crate::tui::facts::Facts;
use crate::tui::panels::answers::for_customer;
use crate::tui::panels::exception::about;
use crate::tui::panels::units::told;
use crate::tui::panels::{Subject, trailers};
use crate::tui::theme::Role;
use crate::tui::widgets::sheet::Sheet;
use crate::tui::words::{self, UNKNOWN};

/// Everything known of a movement.
pub fn sheet(row: &Movement, facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about(format!("Load {}", row.tms.id));
    // What whoever is on the phone wants to hear.
    sheet.line(for_customer(row, facts), Role::Text);
    load(&mut sheet, row, facts);
    about(&mut sheet, &Subject::Movement(row.key()), facts);
    sheet.heading("Ask");
    sheet.link("plan", "can he make it legally", "", Some(Subject::Plan(row.key())));
    sheet.link("re-power", "who else can take it", "", Some(Subject::Best(row.key())));
    units(&mut sheet, row, facts);
    let of_this = |order: &&std::sync::Arc<Order>| {
        order.tms.company_id == row.tms.company_id
            && (row.tms.order_id.as_ref() == Some(&order.tms.id)
                || order.tms.movement_id.as_ref() == Some(&row.tms.id))
    };
    for found in facts.fleet.orders.iter().filter(of_this) {
        order(&mut sheet, found, facts);
    }
    let next = super::next(row, facts);
    for (number, found) in (1..).zip(facts.fleet.stops_of(&row.key())) {
        let is_next = next.is_some_and(|next| next.tms.id == found.tms.id);
        stop(&mut sheet, number, found, row, is_next, facts);
    }
    sheet
}

fn load(sheet: &mut Sheet, row: &Movement, facts: &Facts) {
    sheet.heading("Load");
    let code = row.tms.tms_status.as_ref().map(|code| format!("TMS code {code}"));
    sheet.noted("status", status_word(row), code.unwrap_or_default());
    let judged = super::judged(row, facts);
    let slack = judged.map_or(Slack::Unknown, |judged| judged.slack);
    let later = judged.filter(|judged| judged.ahead > 0).map(|judged| trip::place(judged.stop));
    let against = match (slack, &later) {
        (Slack::Unknown, _) => String::new(),
        (Slack::Here(_), _) => "since it arrived".to_owned(),
        (Slack::Blind(reason), _) => blind_words(reason).to_owned(),
        (_, Some(place)) => format!("against the window at {place}"),
        (_, None) => "against the end of the next window".to_owned(),
    };
    let source = judged.and_then(|judged| judged.source);
    sheet.judged("slack", EtaSource::marked(source, words_of(slack)), role(slack), against);
    let standing = facts.standing(row);
    if standing.risk != Risk::Unknown || standing.reason.is_some() {
        let later = later.filter(|_| standing.reason.is_some());
        let at = later.map_or_else(String::new, |place| format!(" at {place}"));
        let word = standing.risk.word().replace('_', " ") + &at;
        let why = standing.reason.map(Reason::word).unwrap_or_default();
        let rests = standing.oldest.map(|oldest| {
            format!("rests on the {}, {} old", oldest.input.word(), words::age(Some(oldest.at), facts.now))
        });
        let notes: Vec<String> =
            Some(why.to_owned()).filter(|why| !why.is_empty()).into_iter().chain(rests).collect();
        sheet.judged("risk", word, risk_role(standing.risk), notes.join(", "));
    }
    let judgement = facts.fleet.judgements.get(&row.key()).filter(|_| standing.has_times());
    if let Some(at) = judgement.and_then(|judgement| judgement.latest_departure_at) {
        sheet.noted(
            "leave by",
            words::time(at, &facts.zone, facts.now),
            "by the office's clock, to meet every window legally",
        );
    }
    sheet.field("freight", row.tms.loaded.word());
    if row.tms.brokered {
        sheet.field("carrier", "an outside carrier moves it");
    }
    let distance = row.tms.distance_mi.map(|miles| words::distance(miles, facts.metric));
    sheet.field("distance", words::or_unknown(distance.as_deref()));
    sheet.field("dispatcher", words::or_unknown(row.tms.dispatcher.as_deref()));
    if let Some(at) = row.tms.next_call_at {
        sheet.field("check call", words::time(at, &facts.zone, facts.now));
    }
    sheet.noted("company", words::or_unknown(Some(&row.tms.company_id)), confirmed(row.synced_at, facts));
}

fn units(sheet: &mut Sheet, row: &Movement, facts: &Facts) {
    sheet.heading("Units");
    let known = |id: &Option<UnitId>| id.clone().filter(|id| facts.driver(Some(id)).is_some());
    let first = known(&row.driver_id).map(Subject::Driver);
    sheet.link("driver", drivers(row, facts).trim_end_matches(" +1"), "", first);
    if row.driver2_id.is_some() {
        let second = known(&row.driver2_id).map(Subject::Driver);
        sheet.link("second driver", facts.driver_name(row.driver2_id.as_ref()), "", second);
    }
    let tractor = facts.tractor(row.tractor_id.as_ref());
    let to = tractor.map(|row| Subject::Tractor(row.id.clone()));
    sheet.link("tractor", facts.tractor_number(row.tractor_id.as_ref()), "", to);
    if let Some(tractor) = tractor {
        let place = words::place(tractor.place.as_deref(), tractor.latitude, tractor.longitude);
        sheet.noted("  place", place, told(tractor.observed_at, tractor.source.as_deref(), facts.now));
    }
    let trailer = facts.trailer(row.trailer_id.as_ref());
    let to = trailer.map(|row| Subject::Trailer(row.id.clone()));
    sheet.link("trailer", facts.trailer_number(row.trailer_id.as_ref()), "", to);
    if let Some(trailer) = trailer {
        let seen = trailers::seen(trailer, facts);
        sheet.noted("  place", seen.place(), seen.told(facts.now));
        let (doing, role) = seen.doing(facts);
        sheet.judged("  state", doing, role, "");
    }
}

fn order(sheet: &mut Sheet, row: &Order, facts: &Facts) {
    sheet.heading(format!("Order {}", row.tms.id));
    sheet.noted("customer", words::or_unknown(row.customer.as_deref()), confirmed(row.synced_at, facts));
    let references = [("BOL", &row.tms.bol), ("PO", &row.tms.po), ("consignee", &row.tms.consignee_ref)];
    let told: Vec<String> =
        references.iter().filter_map(|(name, text)| Some(format!("{name} {}", text.as_ref()?))).collect();
    sheet.field("references", words::or_unknown(Some(&told.join(", "))));
    let weight = row.tms.weight_lb.map(|pounds| weight(pounds, facts.metric));
    let pieces = row.tms.pieces.map(|pieces| format!("{pieces} pieces"));
    let goods: Vec<String> =
        row.tms.commodity.as_ref().map(Into::into).into_iter().chain(weight).chain(pieces).collect();
    sheet.field("goods", words::or_unknown(Some(&goods.join(", "))));
    sheet.field("equipment", words::or_unknown(row.tms.equipment_type.as_deref()));
}

/// A stop of a movement.
fn stop(sheet: &mut Sheet, number: usize, row: &Stop, of: &Movement, is_next: bool, facts: &Facts) {
    let standing = match (row.tms.done, is_next) {
        (true, _) => ", done",
        (false, true) => ", next",
        (false, false) => "",
    };
    sheet.heading(format!("Stop {number}, {}{standing}: {}", row.tms.kind.word(), trip::place(row)));
    let street = [&row.tms.name, &row.tms.address, &row.tms.zip].into_iter().flatten().map(RowText::as_str);
    sheet.field("at", words::or_unknown(Some(&street.collect::<Vec<_>>().join(", "))));
    let window_at = row.window_at().unwrap_or(facts.now);
    let letters = words::zone_letters(row, window_at);
    let unknown = letters.is_none();
    sheet.noted("window", words::window(row, facts), letters.unwrap_or_default());
    let time = |at| words::time_at(row, at, facts);
    if row.tms.actual_arrival_at.is_some() || row.tms.done {
        sheet.field("arrived", time(row.tms.actual_arrival_at));
        sheet.field("departed", time(row.tms.actual_departure_at));
    } else {
        let words = eta(of, row, facts).map_or_else(|| UNKNOWN.to_owned(), |eta| eta.words(row, facts));
        sheet.field("ETA", words);
        if row.legal_eta_at.is_some() && facts.standing(of).has_times() {
            sheet.field("legal ETA", EtaSource::marked(row.eta_source, time(row.legal_eta_at)));
        }
    }
    if let Some(stay) = facts.fleet.stay_of(of, row) {
        let seen = &stay.observed;
        let left = match seen.departed_at {
            Some(at) => format!(", left {}", time(Some(at))),
            None => ", not seen to leave".to_owned(),
        };
        let sure = format!("by the truck's positions, confidence {}", seen.confidence.word());
        sheet.noted("truck seen", format!("came {}{left}", time(Some(seen.arrived_at))), sure);
    }
    let contact = [&row.tms.contact, &row.tms.phone].into_iter().flatten().map(RowText::as_str);
    let contact = contact.collect::<Vec<_>>().join(", ");
    if !contact.is_empty() {
        sheet.field("contact", contact);
    }
    if unknown {
        let office = words::letters(facts.now, &facts.zone);
        let mark = words::OFFICE_TIME;
        sheet
            .line(format!("{mark} the office's time ({office}): this stop's zone is not known"), Role::Muted);
    }
}

fn weight(pounds: f64, metric: bool) -> String {
    if metric { format!("{:.0} kg", pounds * 0.453_592) } else { format!("{pounds:.0} lb") }
}

fn confirmed(at: crate::model::Timestamp, facts: &Facts) -> String {
    format!("confirmed {}", told(Some(at), None, facts.now))
}
