//! A unit's trail out of what several devices in it saw: one line through the country, not two that
//! are woven into each other.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::{Point, Timestamp, TrailPoint};

/// A device that reports is in the history at least this often, standing or not: the history keeps a
/// point every 15 minutes. One that is silent for longer leaves the word to another.
const QUIET: Duration = Duration::from_mins(20);
/// Two devices' clocks, and the ways their reports take, differ by less than this.
const SKEW: Duration = Duration::from_mins(1);
/// Where nobody saw the unit for longer, nobody knows which way it went: no line is drawn.
pub const GAP: Duration = Duration::from_hours(2);
/// A stop at a light or in a queue is shorter.
const STOOD: Duration = Duration::from_mins(15);
/// A yard is about as large, and a parked device's fixes drift by less.
pub(super) const STOOD_MI: f64 = 0.25;

/// The trail of one unit, oldest first. For any stretch of time one account alone tells it: the one
/// with the most points, and others only where that one is silent. Two devices' clocks differ, and
/// their points taken together would jump back and forth along the road.
pub fn one_line(mut seen: Vec<TrailPoint>) -> Vec<TrailPoint> {
    seen.sort_by(|a, b| (a.observed_at, &a.source).cmp(&(b.observed_at, &b.source)));
    let mut by_source: BTreeMap<String, Vec<TrailPoint>> = BTreeMap::new();
    for sighting in seen {
        by_source.entry(sighting.source.clone()).or_default().push(sighting);
    }
    let mut sources: Vec<Vec<TrailPoint>> = by_source.into_values().collect();
    sources.sort_by_key(|points| std::cmp::Reverse(points.len()));
    let mut covered: Vec<(Timestamp, Timestamp)> = Vec::new();
    let mut line = Vec::new();
    for points in sources {
        let is_covered = |at: Timestamp| covered.iter().any(|&(from, to)| from <= at && at <= to);
        let kept: Vec<TrailPoint> =
            points.into_iter().filter(|point| !is_covered(point.observed_at)).collect();
        let spans = spans(&kept);
        line.extend(kept);
        covered.extend(spans);
    }
    line.sort_by(|a, b| (a.observed_at, &a.source).cmp(&(b.observed_at, &b.source)));
    line
}

/// The trail in stretches without a [`GAP`].
pub fn stretches(line: &[TrailPoint]) -> impl Iterator<Item = &[TrailPoint]> {
    line.chunk_by(|one, next| next.observed_at.since(one.observed_at) <= GAP)
}

/// Where a unit stood, and for how long it was seen there.
#[derive(Clone, Debug, PartialEq)]
pub struct Stand {
    /// First seen there.
    pub from: Timestamp,
    /// Last seen there.
    pub to: Timestamp,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// When the unit of `line`, a trail oldest first, stood for 15 minutes or longer within a quarter of a mile.
/// Over a [`GAP`] nobody knows whether it stayed.
pub fn stands(line: &[TrailPoint]) -> Vec<Stand> {
    let mut stands = Vec::new();
    for stretch in stretches(line) {
        let mut rest = stretch;
        while let Some(first) = rest.first() {
            let here = rest.iter().take_while(|point| is_near(first, point)).count();
            let last = rest.get(here.saturating_sub(1)).unwrap_or(first);
            if last.observed_at.since(first.observed_at) >= STOOD {
                let (latitude, longitude) = (first.latitude, first.longitude);
                stands.push(Stand { from: first.observed_at, to: last.observed_at, latitude, longitude });
            }
            rest = rest.get(here.max(1)..).unwrap_or_default();
        }
    }
    stands
}

fn is_near(one: &TrailPoint, other: &TrailPoint) -> bool {
    let point = |seen: &TrailPoint| Point::new(seen.latitude, seen.longitude);
    point(one).zip(point(other)).is_some_and(|(one, other)| one.miles_to(other) <= STOOD_MI)
}

/// From when to when one device tells the trail, with what another's clock may differ by.
fn spans(points: &[TrailPoint]) -> Vec<(Timestamp, Timestamp)> {
    points
        .chunk_by(|one, next| next.observed_at.since(one.observed_at) <= QUIET)
        .filter_map(|stretch| {
            let (first, last) = (stretch.first()?.observed_at, stretch.last()?.observed_at);
            Some((first.minus(SKEW), last.plus(SKEW)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_000_000);

    fn seen(source: &str, minute: f64, latitude: f64) -> TrailPoint {
        #[expect(clippy::cast_possible_truncation, reason = "small numbers of the test's own")]
        let at = Timestamp::from_millis(START.millis() + (minute * 60_000.0) as i64);
        TrailPoint { observed_at: at, latitude, source: source.into(), ..TrailPoint::default() }
    }

    /// A truck northbound at a degree an hour; each device sees it once a minute, by its own clock.
    fn northbound(source: &str, minutes: std::ops::Range<u32>, skew: f64) -> Vec<TrailPoint> {
        minutes.map(|minute| seen(source, f64::from(minute) + skew, f64::from(minute) / 60.0)).collect()
    }

    fn is_straight(line: &[TrailPoint]) -> bool {
        line.is_sorted_by(|a, b| a.observed_at <= b.observed_at && a.latitude <= b.latitude)
    }

    #[test]
    fn two_devices_with_different_clocks_make_one_straight_line() {
        let mut both = northbound("samsara", 0..60, 0.0);
        both.extend(northbound("motive", 0..58, 0.7));
        both.sort_by_key(|point| point.observed_at);
        assert!(!is_straight(
            &[northbound("samsara", 0..60, 0.0), northbound("motive", 0..58, 1.7)].concat()
        ));
        let line = one_line(both);
        assert!(is_straight(&line));
        assert_eq!(line, northbound("samsara", 0..60, 0.0), "the one with more points tells it");
    }

    #[test]
    fn where_one_device_falls_silent_the_other_goes_on() {
        let mut all = northbound("samsara", 0..60, 0.0);
        all.extend(northbound("samsara", 120..180, 0.0));
        all.extend(northbound("motive", 30..130, 0.5));
        let line = one_line(all);
        assert!(is_straight(&line));
        let sources: Vec<_> = line
            .chunk_by(|a, b| a.source == b.source)
            .map(|part| (part[0].source.as_str(), part.len()))
            .collect();
        assert_eq!(sources, [("samsara", 60), ("motive", 59), ("samsara", 60)]);
    }

    #[test]
    fn a_stop_of_a_quarter_of_an_hour_is_a_stand() {
        let parked = |minutes: std::ops::Range<u32>| {
            minutes.map(|minute| seen("a", f64::from(minute), 40.0 + f64::from(minute % 3) * 0.0005))
        };
        let at = |minute: u64| START.plus(Duration::from_mins(minute));
        let drive = |from: u32| {
            (0..10).map(move |step| seen("a", f64::from(from + step), 40.1 + f64::from(step) * 0.02))
        };
        let line: Vec<TrailPoint> = parked(0..16).chain(drive(20)).chain(parked(31..45)).collect();
        let found: Vec<_> = stands(&line).into_iter().map(|stand| (stand.from, stand.to)).collect();
        assert_eq!(found, [(at(0), at(15))], "fourteen minutes at a dock are none");
        assert_eq!(
            stands(&[seen("a", 0.0, 40.0), seen("a", 200.0, 40.0)]),
            [],
            "nobody knows what was between"
        );
        assert_eq!(stands(&[]), []);
    }

    #[test]
    fn a_night_without_a_word_is_no_line() {
        let all = [northbound("a", 0..5, 0.0), northbound("a", 125..127, 0.0)].concat();
        assert_eq!(stretches(&all).map(<[_]>::len).collect::<Vec<_>>(), [5, 2]);
        let all = [northbound("a", 0..5, 0.0), northbound("a", 124..125, 0.0)].concat();
        assert_eq!(stretches(&all).count(), 1);
        assert_eq!(stretches(&[]).count(), 0);
    }
}
