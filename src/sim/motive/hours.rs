//! Motive's hours of service: what is left, and totals by day. Durations are seconds.

use serde_json::{Value, json};

use super::super::ask::{Answer, Ask};
use super::super::roster::Part;
use super::super::shift::DutyStatus;
use super::super::week::Activity;
use super::super::world::{LogEntry, Totals};
use super::users::{User, driver_id};
use super::{DAY, Motive, Page, bad, date, days, written};

/// Days of totals at once.
const LONGEST: i64 = 30 * DAY;
/// Days of a recap, today included.
const RECAP: i64 = 7;
const RESTART: i64 = 34 * 3600;

/// What is left, of drivers who left the company as well.
pub fn available_time(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let page = Page::of(ask)?;
    let all = motive.wanted_drivers(ask)?;
    let rows = page.rows(&all).iter().map(|user| motive.left(*user, ask.now())).collect();
    Ok(page.answer(("users", "user"), rows, all.len()))
}

/// One row a driver and day.
pub fn hours_of_service(motive: &Motive, ask: &Ask) -> Result<Value, Answer> {
    let (page, now) = (Page::of(ask)?, ask.now());
    let today = now / DAY * DAY;
    let (start, end) = days(ask)?.unwrap_or((today, today + DAY));
    if end - start > LONGEST {
        return Err(bad("Date range cannot be greater than 30 days"));
    }
    let mut drivers = motive.wanted_drivers(ask)?;
    drivers.retain(|user| matches!(user, User::Driver(_)));
    let days = ((end.min(today + DAY) - start).max(0) / DAY) as usize;
    let total = drivers.len() * days;
    let (first, last) = page.span(total);
    let rows =
        (first..last).map(|row| motive.day(drivers[row / days], start + (row % days) as i64 * DAY, now));
    Ok(page.answer(("hours_of_services", "hours_of_service"), rows.collect(), total))
}

impl Motive {
    fn left(&self, user: User, now: i64) -> Value {
        let mut row = self.card(user);
        for key in ["username", "email", "status", "role"] {
            row.remove(key);
        }
        let (User::Driver(place), Some((driver, _))) = (user, self.behind(user)) else {
            // An account that was closed has no clocks at all.
            row.insert("duty_status".to_owned(), json!("off_duty"));
            return Value::Object(row);
        };
        let is = self.world.driver(driver, now);
        let word = self.duty_word(driver, place, now);
        let keeps_a_log = self.world.roster.part(driver) != Part::Home || place.is_multiple_of(2);
        let left =
            json!({ "drive": is.drive, "shift": is.shift, "cycle": is.cycle, "break": is.until_break });
        let reset = (place % 4 != 3).then(|| {
            let (start, end) = (is.cycle_began - RESTART, is.cycle_began);
            json!({ "type": "34_hour", "start_time": written(start, false), "end_time": written(end, false) })
        });
        let status = json!({ "status": word, "time": written(is.since, false) });
        row.insert("duty_status".to_owned(), json!(word));
        row.insert("available_time".to_owned(), if keeps_a_log { left } else { Value::Null });
        row.insert("recap".to_owned(), self.recap(driver, now));
        row.insert("last_hos_status".to_owned(), if keeps_a_log { status } else { Value::Null });
        row.insert("last_cycle_reset".to_owned(), json!(reset));
        Value::Object(row)
    }

    fn recap(&self, driver: usize, now: i64) -> Value {
        let today = now / DAY * DAY;
        let log = self.world.log(driver, today - RECAP * DAY, now);
        let days = |seconds: fn(Totals) -> i64| {
            let day = |back: i64| {
                let start = today - back * DAY;
                let spent = seconds(totals(&log, start, now));
                // None is a whole number, some is not.
                let spent = if spent == 0 { json!(0) } else { json!(spent as f64) };
                json!({ "date": date(start), "duration": spent })
            };
            (0..RECAP).map(day).collect::<Vec<_>>()
        };
        json!({
            "on_duty_duration": days(|totals| totals.on_duty + totals.driving),
            "driving_duration": days(|totals| totals.driving),
        })
    }

    fn day(&self, user: User, start: i64, now: i64) -> Value {
        let User::Driver(place) = user else { return Value::Null };
        let driver = self.share.drivers[place];
        let totals = totals(&self.world.log(driver, start, now), start, now);
        json!({
            "id": (start / DAY) as u64 * 1_000_000 + driver_id(driver) % 1_000_000,
            "date": date(start),
            "off_duty_duration": totals.off_duty,
            "on_duty_duration": totals.on_duty,
            "sleeper_duration": totals.sleeper,
            "driving_duration": totals.driving,
            "waiting_duration": 0,
            "driver": self.summary(place),
        })
    }

    /// The word for what a driver does. Some make much of the fine distinctions.
    pub(super) fn duty_word(&self, driver: usize, place: usize, now: i64) -> &'static str {
        let is = self.world.driver(driver, now);
        let activity =
            || self.world.seat(driver).map(|tractor| self.world.truck(tractor, now).stretch.activity);
        match is.duty {
            DutyStatus::Driving => "driving",
            DutyStatus::OnDuty if place % 8 == 7 && activity() == Some(Activity::Dock) => "yard_move",
            DutyStatus::OnDuty => "on_duty",
            DutyStatus::OffDuty if place % 8 == 3 && activity() == Some(Activity::Wait) => "waiting",
            DutyStatus::OffDuty => "off_duty",
            DutyStatus::Sleeper => "sleeper",
        }
    }
}

fn totals(log: &[LogEntry], start: i64, now: i64) -> Totals {
    Totals::of(log, start, (start + DAY).min(now))
}
