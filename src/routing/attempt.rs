//! What is left out of a question when the whole of it finds no road, and what comes after a failure.

use super::Error;
use crate::http::{self, Kind};
use crate::model::EtaSource;

/// How much of a question is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attempt {
    /// Which of the truck's limits.
    pub limits: Limits,
    /// How the tractor is put on a road.
    pub snap: Snap,
    /// Which time the same is asked.
    pub number: Try,
}

/// Which of the truck's limits are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limits {
    /// All.
    #[default]
    All,
    /// Height and width.
    NoWeight,
    /// None: a car's route.
    None,
}

/// How the tractor is put on a road.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Snap {
    /// On one that leads where it is heading, when that is known.
    #[default]
    Heading,
    /// On the nearest.
    Anywhere,
}

/// Which time the same is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Try {
    /// The first.
    #[default]
    First,
    /// Again, after no answer came in time.
    Second,
}

impl Attempt {
    /// Who the ETA is by: without some or all truck limits it is a car's (contract §4).
    pub const fn source(self) -> EtaSource {
        match self.limits {
            Limits::All => EtaSource::Mapbox,
            Limits::NoWeight | Limits::None => EtaSource::MapboxCar,
        }
    }
}

/// What to do after a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask again at once, but so.
    Ask(Attempt),
    /// Nothing leads there, or nothing that is asked so: estimate, and ask anew when it is due again.
    Estimate(Error),
    /// The service is in trouble or wants calm: keep the route there is, ask later (`sync::backoff`).
    Later(http::Error),
    /// The token or the address of the service is wrong: no calls at all until a person mends it.
    Stop(http::Error),
}

/// What to do after `attempt` ended in `error` (mapbox.md §2, §3).
///
/// No route: once without the weight, then without any limit. No segment: once without heading and
/// radius. No answer in time: once more. Never the same again after a refusal.
pub fn next(attempt: Attempt, error: Error) -> Next {
    let ask = |attempt: Attempt| Next::Ask(Attempt { number: Try::First, ..attempt });
    match error {
        Error::NoRoute => match attempt.limits {
            Limits::All => ask(Attempt { limits: Limits::NoWeight, ..attempt }),
            Limits::NoWeight => ask(Attempt { limits: Limits::None, ..attempt }),
            Limits::None => Next::Estimate(error),
        },
        Error::NoSegment => match attempt.snap {
            Snap::Heading => ask(Attempt { snap: Snap::Anywhere, ..attempt }),
            Snap::Anywhere => Next::Estimate(error),
        },
        // Among the roads that lead where it is heading there may be none near.
        Error::Astray { place: 0, .. } if attempt.snap == Snap::Heading => {
            ask(Attempt { snap: Snap::Anywhere, ..attempt })
        }
        Error::Astray { .. } | Error::Question(_) | Error::Misfit(_) => Next::Estimate(error),
        Error::Service(http) => match (http.kind, attempt.number) {
            (Kind::Timeout, Try::First) => Next::Ask(Attempt { number: Try::Second, ..attempt }),
            (Kind::Unauthorized | Kind::Relink | Kind::Forbidden | Kind::NotFound | Kind::Unsupported, _) => {
                Next::Stop(http)
            }
            (
                Kind::Timeout
                | Kind::Throttled { .. }
                | Kind::Unavailable { .. }
                | Kind::Malformed
                | Kind::TooLarge
                | Kind::Rejected,
                _,
            ) => Next::Later(http),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Attempt = Attempt { limits: Limits::All, snap: Snap::Heading, number: Try::First };

    fn service(kind: Kind) -> Error {
        Error::Service(http::Error::new(kind, ""))
    }

    #[test]
    fn without_a_road_the_limits_go_one_after_the_other() {
        let without_weight = Attempt { limits: Limits::NoWeight, ..FIRST };
        let car = Attempt { limits: Limits::None, ..FIRST };
        assert_eq!(next(FIRST, Error::NoRoute), Next::Ask(without_weight));
        assert_eq!(next(without_weight, Error::NoRoute), Next::Ask(car));
        assert_eq!(next(car, Error::NoRoute), Next::Estimate(Error::NoRoute));
        let sources = [FIRST, without_weight, car].map(Attempt::source);
        assert_eq!(sources, [EtaSource::Mapbox, EtaSource::MapboxCar, EtaSource::MapboxCar]);
    }

    #[test]
    fn without_a_segment_the_heading_goes_and_the_limits_stay() {
        for limits in [Limits::All, Limits::NoWeight] {
            let attempt = Attempt { limits, ..FIRST };
            let anywhere = Attempt { snap: Snap::Anywhere, ..attempt };
            assert_eq!(next(attempt, Error::NoSegment), Next::Ask(anywhere));
            assert_eq!(next(anywhere, Error::NoSegment), Next::Estimate(Error::NoSegment));
        }
    }

    #[test]
    fn a_truck_put_on_a_road_miles_away_is_asked_about_without_its_heading_and_a_stop_is_not() {
        let astray = |place| Error::Astray { place, far: "61 miles".to_owned() };
        let anywhere = Attempt { snap: Snap::Anywhere, ..FIRST };
        assert_eq!(next(FIRST, astray(0)), Next::Ask(anywhere));
        assert_eq!(next(anywhere, astray(0)), Next::Estimate(astray(0)));
        assert_eq!(next(FIRST, astray(2)), Next::Estimate(astray(2)));
    }

    #[test]
    fn a_silence_is_broken_once_and_a_question_changed_is_a_new_one() {
        let again = Attempt { number: Try::Second, ..FIRST };
        assert_eq!(next(FIRST, service(Kind::Timeout)), Next::Ask(again));
        assert!(matches!(next(again, service(Kind::Timeout)), Next::Later(_)));
        let Next::Ask(changed) = next(again, Error::NoRoute) else { panic!() };
        assert_eq!(changed.number, Try::First);
    }

    #[test]
    fn what_no_call_can_mend_stops_all_of_them() {
        for kind in [Kind::Unauthorized, Kind::Forbidden, Kind::NotFound] {
            assert!(matches!(next(FIRST, service(kind)), Next::Stop(_)), "{kind:?}");
        }
        let calm = Kind::Throttled { retry_after: None };
        for kind in [calm, Kind::Unavailable { retry_after: None }, Kind::Malformed, Kind::TooLarge] {
            assert!(matches!(next(FIRST, service(kind)), Next::Later(_)), "{kind:?}");
        }
    }

    #[test]
    fn every_way_ends_after_few_calls() {
        let errors = [Error::NoRoute, Error::NoSegment, service(Kind::Timeout)];
        // Whatever comes back in whatever order: limits twice, heading once, and each may time out once.
        for order in 0..3_usize.pow(9) {
            let (mut attempt, mut calls) = (FIRST, 0);
            let ended = (0..9).any(|turn| {
                calls += 1;
                match next(attempt, errors[order / 3_usize.pow(turn) % 3].clone()) {
                    Next::Ask(so) => attempt = so,
                    Next::Estimate(_) | Next::Later(_) | Next::Stop(_) => return true,
                }
                false
            });
            assert!(ended && calls <= 8, "order {order}: {calls} calls");
        }
    }
}
