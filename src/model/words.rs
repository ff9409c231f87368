//! Reading back the words that enums are written as.

use super::{
    Confidence, DutyStatus, Engine, EtaSource, ExceptionKind, ExceptionState, Input, LinkRule, Loaded,
    Motion, MovementStatus, Named, PairingSource, Reason, Risk, Severity, StopType, SubjectKind, Tie, Trend,
    UnitKind,
};

macro_rules! read_back {
    ($($type:ident: $($variant:ident)*;)*) => {$(
        impl $type {
            /// The one whose word this is.
            pub fn from_word(word: &str) -> Option<Self> {
                [$(Self::$variant),*].into_iter().find(|known| known.word() == word)
            }
        }
    )*};
}

read_back! {
    UnitKind: Tractor Trailer Driver;
    Engine: Off On Idle;
    Motion: Moving Idle Stopped Dark;
    LinkRule: First User Vin UnitNumber Plate DriverRef Licence FullName;
    DutyStatus: Driving OnDuty OffDuty Sleeper YardMove PersonalConveyance Unknown;
    MovementStatus: Available Covered InProgress Delivered Void Unknown;
    Loaded: Loaded Empty Unknown;
    Named: Unread Nobody Somebody;
    StopType: Pickup Delivery Other;
    EtaSource: Mapbox MapboxCar Estimate Tms;
    Confidence: Low Medium High;
    Risk: Ok Tight AtRisk Late Unknown;
    Reason: Distance Drive Shift Break Cycle ApptWait Dwell StaleGps StaleHos NoDriver;
    ExceptionKind: Blind AtRisk Late UnassignedPickup InfeasiblePickup RunsOut Detention Dark TrailerAlone
        LogDisagrees FeedDown TmsDisagrees;
    ExceptionState: Watched Open Cleared;
    Severity: Low Medium High Critical;
    SubjectKind: Movement Stop Tractor Trailer Driver Account Cause;
    Trend: Worse Better Gone Blind;
    Input: Position Hours Route Load;
    Tie: DriverTractor TrailerTractor TrailerDriver;
    PairingSource: Eld Assigned Load Static Standing;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_what_wrote_it() {
        assert_eq!(DutyStatus::from_word("sleeper"), Some(DutyStatus::Sleeper));
        assert_eq!(MovementStatus::from_word("in_progress"), Some(MovementStatus::InProgress));
        assert_eq!(UnitKind::from_word("boat"), None);
    }
}
