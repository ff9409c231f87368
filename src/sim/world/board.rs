//! Loads that no truck of the fleet hauls: offers that another carrier takes or that come to nothing,
//! and the one movement that somebody forgot to close years ago.

use super::super::atlas::{Atlas, CITIES};
use super::super::chance::Chance;
use super::super::freight::{Call, FIRMS, Fate, Haul, Purpose, Site, promise};
use super::super::week::{WEEK, Week};

const HOUR: i64 = 3600;
/// 2015-03-02, and a departure two hundred years later: a typing error of that day.
const FORGOTTEN: i64 = 1_425_300_000;
const CENTURIES_LATER: i64 = FORGOTTEN + 200 * 365 * 24 * HOUR;

/// The offers of one week.
pub fn offers(atlas: &Atlas, mut chance: Chance, begin: i64, most: usize) -> Week {
    let count = (8 + chance.below(4)).min(most);
    let mut hauls: Vec<Haul> = (0..count).map(|_| offer(atlas, &mut chance, begin)).collect();
    hauls.sort_by_key(|haul| haul.entered);
    Week { begin, stretches: Vec::new(), hauls }
}

/// The movement left in progress since 2015.
pub fn forgotten() -> Week {
    let site = |city, firm| Site { city, firm: Some(firm) };
    let call = |site, purpose, arrival, departure, miles| Call {
        site,
        purpose,
        early: arrival,
        late: Some(arrival + HOUR),
        arrival,
        departure,
        miles,
    };
    let calls = vec![
        call(site(0, 3), Purpose::Pickup, FORGOTTEN, FORGOTTEN + HOUR, 0.0),
        call(site(1, 4), Purpose::Delivery, FORGOTTEN + 8 * HOUR, CENTURIES_LATER, 239.0),
    ];
    let fate = Fate::Brokered { covered: FORGOTTEN - 5 * HOUR };
    let haul =
        Haul { loaded: true, entered: FORGOTTEN - 24 * HOUR, started: FORGOTTEN, calls, customer: 3, fate };
    Week { begin: FORGOTTEN, stretches: Vec::new(), hauls: vec![haul] }
}

fn offer(atlas: &Atlas, chance: &mut Chance, begin: i64) -> Haul {
    let entered = begin + chance.between(0, WEEK - 1);
    let from = chance.below(CITIES.len());
    let to = *chance.pick(&atlas.within(from, 150.0, 1400.0));
    let (shipper, receiver) = (chance.below(FIRMS.len()), chance.below(FIRMS.len()));
    let arrival = entered + chance.between(14, 72) * HOUR;
    let (early, late, begins) = promise(chance, arrival);
    let departure = begins + chance.between(60, 200) * 60;
    let miles = atlas.miles(from, to);
    // Eleven hours of driving and thirteen of anything else a day.
    let driving = miles / 60.0;
    let delivered = departure + ((driving + (driving / 11.0).floor() * 10.5) * 3600.0) as i64;
    let (drop_early, drop_late, drop_begins) = promise(chance, delivered);
    let calls = vec![
        Call {
            site: Site { city: from, firm: Some(shipper) },
            purpose: Purpose::Pickup,
            early,
            late,
            arrival,
            departure,
            miles: 0.0,
        },
        Call {
            site: Site { city: to, firm: Some(receiver) },
            purpose: Purpose::Delivery,
            early: drop_early,
            late: drop_late,
            arrival: delivered,
            departure: drop_begins + chance.between(60, 200) * 60,
            miles,
        },
    ];
    let fate = if chance.hits(60) {
        Fate::Brokered { covered: arrival - chance.between(2, 10) * HOUR }
    } else {
        Fate::Void { at: late.unwrap_or(early).max(arrival) + 6 * HOUR }
    };
    Haul { loaded: true, entered, started: arrival, calls, customer: shipper, fate }
}
