//! A unit's trail, replayed: where it was, when it stood where, and one moment of it that is walked along.

use std::time::Duration;

use super::draft::{Draft, Pen};
use super::paint::TRAIL;
use super::view::{Spot, View};
use crate::model::{TrailPoint, UnitId, UnitKind};
use crate::rules::motion::compass;
use crate::rules::trail::{self, Stand};
use crate::tui::facts::Facts;
use crate::tui::words;

/// How far a step goes at least.
const STEP: Duration = Duration::from_mins(10);

/// A trail that was asked for.
#[derive(Clone, Debug)]
pub struct Replay {
    kind: UnitKind,
    id: UnitId,
    told: Told,
}

#[derive(Clone, Debug)]
enum Told {
    NotYet,
    Failed(String),
    Known {
        points: Vec<TrailPoint>,
        stands: Vec<Stand>,
        /// The moment looked at, by its place among the points.
        at: usize,
    },
}

/// Which way to walk along it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    Back,
    Forward,
}

impl Replay {
    /// Of this unit, once it is told.
    pub const fn asked(kind: UnitKind, id: UnitId) -> Self {
        Self { kind, id, told: Told::NotYet }
    }

    /// Whether it is of that unit.
    pub fn is_of(&self, kind: UnitKind, id: &UnitId) -> bool {
        self.kind == kind && self.id == *id
    }

    /// Takes in the trail, oldest first, or why there is none. It begins at the end: where the unit is now.
    pub fn learn(&mut self, told: Result<Vec<TrailPoint>, String>) {
        self.told = match told {
            Ok(points) => {
                Told::Known { stands: trail::stands(&points), at: points.len().saturating_sub(1), points }
            }
            Err(why) => Told::Failed(why),
        };
    }

    /// Walks to the next moment that is at least a step away.
    pub fn walk(&mut self, along: Along) {
        let Told::Known { points, at, .. } = &mut self.told else { return };
        let Some(here) = points.get(*at).map(|point| point.observed_at) else { return };
        let found = match along {
            Along::Back => {
                points.iter().take(*at).rposition(|point| here.since(point.observed_at) >= STEP).or(Some(0))
            }
            Along::Forward => {
                let next = points.iter().skip(*at).position(|point| point.observed_at.since(here) >= STEP);
                next.map_or(Some(points.len() - 1), |next| Some(*at + next))
            }
        };
        *at = found.unwrap_or(*at);
    }

    /// Where it is at the moment looked at.
    pub fn here(&self) -> Option<Spot> {
        let Told::Known { points, at, .. } = &self.told else { return None };
        points.get(*at).map(spot)
    }

    /// Every place of it.
    pub fn spots(&self) -> impl Iterator<Item = Spot> {
        self.points().iter().map(spot)
    }

    /// Where it stood, with from when to when in the office's time.
    pub fn stands(&self, facts: &Facts) -> Vec<(Spot, String)> {
        let Told::Known { stands, .. } = &self.told else { return Vec::new() };
        let words = |stand: &Stand| {
            let from = words::time(stand.from, &facts.zone, facts.now);
            format!("{from}-{}", words::clock(stand.to, &facts.zone))
        };
        stands.iter().map(|stand| (Spot::at(stand.latitude, stand.longitude), words(stand))).collect()
    }

    /// What is to be read of it: the moment looked at, or why there is nothing.
    pub fn words(&self, number: &str, facts: &Facts) -> String {
        match &self.told {
            Told::NotYet => format!("the trail of {number} is being read"),
            Told::Failed(why) => format!("the trail of {number} cannot be read: {why}"),
            Told::Known { points, at, .. } => match points.get(*at) {
                None => format!("{number} was seen nowhere in the last 24 hours"),
                Some(point) => {
                    let time = words::time(point.observed_at, &facts.zone, facts.now);
                    let speed = point.speed_mph.filter(|speed| speed.is_finite());
                    let unit = if facts.metric { "km/h" } else { "mph" };
                    let speed = speed.map(|mph| format!(", {} {unit}", words::speed(mph, facts.metric)));
                    let heading = point.heading_deg.filter(|heading| heading.is_finite()).map(compass);
                    let heading = heading.filter(|_| speed.is_some()).map(|way| format!(" {way}"));
                    let (speed, heading) = (speed.unwrap_or_default(), heading.unwrap_or_default());
                    let place = format!("{:.3},{:.3}", point.latitude, point.longitude);
                    let source = &point.source;
                    format!("trail of {number}, 24 h: at {time}{speed}{heading}, {place} ({source})")
                }
            },
        }
    }

    /// Draws where it went; where nobody saw it for hours there is no line.
    pub fn draw(&self, draft: &mut Draft, view: &View) {
        for stretch in trail::stretches(self.points()) {
            for pair in stretch.windows(2) {
                if let [from, to] = pair {
                    draft.line(view.project(spot(from)), view.project(spot(to)), Pen::Solid, TRAIL);
                }
            }
        }
    }

    fn points(&self) -> &[TrailPoint] {
        match &self.told {
            Told::Known { points, .. } => points,
            Told::NotYet | Told::Failed(_) => &[],
        }
    }
}

fn spot(point: &TrailPoint) -> Spot {
    Spot::at(point.latitude, point.longitude)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn told(minutes: &[i64]) -> Replay {
        let mut replay = Replay::asked(UnitKind::Tractor, UnitId("a".into()));
        let at = |minute: &i64| TrailPoint {
            observed_at: Timestamp::from_secs(minute * 60),
            latitude: f64::from(i32::try_from(*minute).unwrap()) / 100.0,
            longitude: -100.0,
            ..TrailPoint::default()
        };
        replay.learn(Ok(minutes.iter().map(at).collect()));
        replay
    }

    fn latitude(replay: &Replay) -> f64 {
        (replay.here().unwrap().degrees().0 * 100.0).round()
    }

    #[test]
    fn it_is_walked_along_in_steps_and_ends_at_both_ends() {
        let mut replay = told(&[0, 3, 12, 13, 40]);
        let mut seen = Vec::new();
        for along in [Along::Back, Along::Back, Along::Back, Along::Forward, Along::Forward, Along::Forward] {
            replay.walk(along);
            seen.push(latitude(&replay));
        }
        assert_eq!(seen, [13.0, 3.0, 0.0, 12.0, 40.0, 40.0]);
    }

    #[test]
    fn a_trail_of_nothing_has_no_moment_to_walk_to() {
        let mut replay = told(&[]);
        replay.walk(Along::Back);
        replay.walk(Along::Forward);
        assert_eq!(replay.here(), None);
    }
}
