//! What every row is judged by as it comes in: whose company it is, whether a date or a place is a sane
//! one, and what a stop's digits mean. Knows no row type.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::StopTimeBasis;
use super::dates::{self, Written};
use super::scalar::Scalar;
use super::zones::{zone_by_letters, zone_by_place};
use crate::model::Timestamp;

/// Kilometres to miles.
const MILES_PER_KM: f64 = 0.621_371_192;
/// Kilograms to pounds.
const POUNDS_PER_KG: f64 = 2.204_622_62;
/// 1990-01-01: dates before it are a database's way of saying "never".
const EARLIEST: Timestamp = Timestamp::from_secs(631_152_000);
/// Dates further ahead than this are sentinels too (a departure in 2215 has been seen).
const FURTHEST: Duration = Duration::from_hours(2 * 365 * 24);

/// The settings and the moment by which rows are read.
#[derive(Clone, Copy)]
pub(super) struct Border<'a> {
    /// The company that is ours.
    pub(super) company: &'a str,
    /// The zone of dates without an offset.
    pub(super) server: &'a TimeZone,
    /// What a stop's digits mean.
    pub(super) basis: StopTimeBasis,
    /// Now.
    pub(super) now: Timestamp,
}

impl Border<'_> {
    /// Whether a row of this company is ours; `Err` says why it is not.
    ///
    /// Children leave the column out now and then and are their parent's; `own` rows may not.
    pub(super) fn admit(&self, company: &Scalar<'_>, own: bool) -> Result<(), String> {
        match company.id() {
            Some(company) if company.eq_ignore_ascii_case(self.company) => Ok(()),
            Some(company) => Err(format!("is of company {company}, not {}", self.company)),
            None if own => Err("names no company".to_owned()),
            None => Ok(()),
        }
    }

    /// The instant a date names; sentinels are `None`.
    pub(super) fn instant(&self, date: &Scalar<'_>) -> Option<Timestamp> {
        self.sane(Written::parse(&date.text()?)?.instant(self.server)?)
    }

    /// A stop's date, as [`StopTimeBasis`] has it; `zone` is the stop's own.
    pub(super) fn at_stop(&self, date: &Scalar<'_>, zone: Option<&TimeZone>) -> Option<Timestamp> {
        let written = Written::parse(&date.text()?)?;
        self.sane(match self.basis {
            StopTimeBasis::ServerInstant => written.instant(self.server)?,
            StopTimeBasis::StopLocal => written.wall_clock(zone.unwrap_or(self.server))?,
        })
    }

    /// The zone a stop's digits are in. Needed only where its offsets are not believed.
    pub(super) fn stop_zone(
        &self,
        letters: Option<&str>,
        state: Option<&str>,
        degrees: Option<(f64, f64)>,
    ) -> Option<TimeZone> {
        if self.basis == StopTimeBasis::ServerInstant {
            return None;
        }
        let by_letters = letters.and_then(|letters| zone_by_letters(letters, state));
        by_letters.or_else(|| zone_by_place(state?, degrees))
    }

    /// Whether the day in a date-only column has begun.
    pub(super) fn is_past(&self, day: &Scalar<'_>) -> bool {
        let begins = || {
            let day = dates::date(&day.text()?)?.to_zoned(self.server.clone()).ok()?;
            Some(Timestamp::from_millis(day.timestamp().as_millisecond()))
        };
        begins().is_some_and(|begins| begins >= EARLIEST && begins <= self.now)
    }

    fn sane(&self, instant: jiff::Timestamp) -> Option<Timestamp> {
        let at = Timestamp::from_millis(instant.as_millisecond());
        (at >= EARLIEST && at <= self.now.plus(FURTHEST)).then_some(at)
    }
}

/// Degrees north and east of a place in North America. Some hosts write west as positive, so the sign is
/// ours; a zero is "unknown", and so is what no globe has.
pub(super) fn place(latitude: &Scalar<'_>, longitude: &Scalar<'_>) -> Option<(f64, f64)> {
    let (latitude, longitude) = (latitude.number()?, longitude.number()?);
    let possible = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    // Nothing we haul to lies on the equator or on Greenwich's meridian.
    let known = latitude.abs() > 1e-6 && longitude.abs() > 1e-6;
    (possible && known).then_some((latitude, -longitude.abs()))
}

/// A distance in miles; `None` in a unit that is neither miles nor kilometres.
pub(super) fn miles(distance: &Scalar<'_>, unit: &Scalar<'_>) -> Option<f64> {
    let distance = distance.number().filter(|distance| *distance >= 0.0)?;
    match unit.code().as_deref() {
        None | Some("MI") => Some(distance),
        Some("KM") => Some(distance * MILES_PER_KM),
        Some(_) => None,
    }
}

/// A weight in pounds; `None` in a unit that is neither pounds nor kilograms.
pub(super) fn pounds(weight: &Scalar<'_>, unit: &Scalar<'_>) -> Option<f64> {
    let weight = weight.number().filter(|weight| *weight >= 0.0)?;
    match unit.code().as_deref() {
        None | Some("LB" | "LBS") => Some(weight),
        Some("KG" | "KGS") => Some(weight * POUNDS_PER_KG),
        Some(_) => None,
    }
}

/// Degrees clockwise from north, of compass letters or a number.
pub(super) fn heading(direction: &Scalar<'_>) -> Option<f64> {
    const POINTS: [&str; 16] =
        ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"];
    if let Some(degrees) = direction.number() {
        return (0.0..=360.0).contains(&degrees).then_some(degrees);
    }
    let letters = direction.code()?;
    let (_, degrees) = POINTS
        .iter()
        .zip((0..).map(|point| f64::from(point) * 22.5))
        .find(|(point, _)| **point == letters)?;
    Some(degrees)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTC: &TimeZone = &TimeZone::UTC;

    fn text(value: &str) -> Scalar<'_> {
        Scalar::Text(value.into())
    }

    fn border(server: &TimeZone, basis: StopTimeBasis) -> Border<'_> {
        Border { company: "TMS", server, basis, now: Timestamp::parse("2026-03-10T20:00:00Z").unwrap() }
    }

    #[test]
    fn sentinel_dates_are_no_dates() {
        let border = border(UTC, StopTimeBasis::ServerInstant);
        let check = |date: &str, known: bool| {
            assert_eq!(border.instant(&text(date)).is_some(), known, "{date}");
        };
        check("20260310150000-0500", true);
        check("20280301000000-0500", true);
        check("20280401000000-0500", false);
        check("22150101000000-0500", false);
        check("19700101060000-0600", false);
        check("19891231000000", false);
        check("19900102000000", true);
    }

    #[test]
    fn a_row_of_another_company_is_refused_with_the_reason() {
        let border = border(UTC, StopTimeBasis::ServerInstant);
        assert_eq!(border.admit(&text("TMS "), true), Ok(()));
        assert_eq!(border.admit(&text("TMS2"), true), Err("is of company TMS2, not TMS".to_owned()));
        assert_eq!(border.admit(&text("TMS2"), false), Err("is of company TMS2, not TMS".to_owned()));
        assert!(border.admit(&Scalar::Absent, true).is_err());
        assert_eq!(border.admit(&Scalar::Absent, false), Ok(()));
    }

    #[test]
    fn a_stops_digits_are_its_own_wall_clock_only_when_so_set() {
        let server = TimeZone::get("America/Chicago").unwrap();
        let check = |basis, letters: Option<&str>, state: Option<&str>, date: &str, expected: &str| {
            let border = border(&server, basis);
            let zone = border.stop_zone(letters, state, None);
            let at = border.at_stop(&text(date), zone.as_ref()).unwrap();
            assert_eq!(at.to_string(), expected, "{basis:?} {letters:?} {state:?} {date}");
        };
        let (instant, local) = (StopTimeBasis::ServerInstant, StopTimeBasis::StopLocal);
        check(instant, Some("EDT"), Some("GA"), "20260310090000-0500", "2026-03-10T14:00:00Z");
        check(local, Some("EDT"), Some("GA"), "20260310090000-0500", "2026-03-10T13:00:00Z");
        check(local, Some("EST"), Some("GA"), "20260310090000-0500", "2026-03-10T13:00:00Z");
        check(local, None, Some("CA"), "20260310090000-0500", "2026-03-10T16:00:00Z");
        check(local, None, Some("AZ"), "20260710090000-0500", "2026-07-10T16:00:00Z");
        check(local, None, None, "20260310090000-0800", "2026-03-10T14:00:00Z");
        // 2:30 does not exist on the morning the clocks go forward; 1:30 exists twice when they go back.
        check(local, Some("CST"), None, "20260308023000-0600", "2026-03-08T08:30:00Z");
        check(local, Some("CST"), None, "20261101013000-0600", "2026-11-01T06:30:00Z");
    }

    #[test]
    fn longitudes_are_west_whatever_their_sign() {
        let check = |latitude: &str, longitude: &str, expected: Option<(f64, f64)>| {
            assert_eq!(place(&text(latitude), &text(longitude)), expected, "{latitude} {longitude}");
        };
        check("30.0802", "94.1266", Some((30.0802, -94.1266)));
        check("30.0802", "-94.1266", Some((30.0802, -94.1266)));
        check("0", "0", None);
        check("0.0", "-0.0", None);
        check("91", "-94", None);
        check("30", "181", None);
        check("...", "-94", None);
        check("30", "", None);
    }

    #[test]
    fn compass_letters_are_degrees() {
        let check = |letters: &str, degrees: Option<f64>| assert_eq!(heading(&text(letters)), degrees);
        check("N", Some(0.0));
        check("WSW", Some(247.5));
        check("nw ", Some(315.0));
        check("182", Some(182.0));
        check("400", None);
        check("...", None);
    }

    #[test]
    fn measures_are_ours_whatever_their_unit() {
        let round = |measure: Option<f64>| measure.map(f64::round);
        assert_eq!(round(miles(&text("668.4"), &text("MI"))), Some(668.0));
        assert_eq!(round(miles(&text("100"), &text("km"))), Some(62.0));
        assert_eq!(round(miles(&text("100"), &text("NM"))), None);
        assert_eq!(round(miles(&text("-1"), &Scalar::Absent)), None);
        assert_eq!(round(pounds(&text("1000"), &text("KG"))), Some(2205.0));
        assert_eq!(round(pounds(&text("1000"), &Scalar::Absent)), Some(1000.0));
        assert_eq!(round(pounds(&text("20"), &text("TON"))), None);
    }
}
