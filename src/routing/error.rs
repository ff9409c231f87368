//! Why a question brought no route. [`super::next`] says what to do about it.

use std::fmt;

use crate::http;

/// A question that brought no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is no road between the places, or none that keeps the truck's limits.
    NoRoute,
    /// A place is too far from any road, or from any that leads where the truck is heading.
    NoSegment,
    /// The road taken for a place is so far from it that its times are those of another place.
    Astray {
        /// Which: 0 is the tractor, then come the stops in their order.
        place: usize,
        /// How far, in words.
        far: String,
    },
    /// The question cannot be asked, or was refused as it is; why, in words.
    Question(String),
    /// The answer does not fit the question, and would not the next time either; why, in words.
    Misfit(String),
    /// The service, or the way to it. For a 429, `retry_after` holds how long to stay away.
    Service(http::Error),
}

impl Error {
    /// Whether the question was refused as it is, or the answer is none to it. Of one load that is the load's
    /// matter, of all of them the service's: see [`super::Refusals`].
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Question(_) | Self::Misfit(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoute => f.write_str("no road leads there for this truck"),
            Self::NoSegment => f.write_str("no road near one of the places"),
            Self::Astray { place: 0, far } => write!(f, "the nearest road is {far} from the truck"),
            Self::Astray { place, far } => write!(f, "the nearest road is {far} from stop {place}"),
            Self::Question(why) => write!(f, "cannot be routed: {why}"),
            Self::Misfit(why) => write!(f, "answer does not fit the question: {why}"),
            Self::Service(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
