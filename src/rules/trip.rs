//! What a movement's stops say of it: from where, to where, which stop is next.

use std::sync::Arc;

use crate::model::{Movement, Stop};

/// A movement's stops, summed up. Borrowed from a fleet's rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trip<'a> {
    /// Where it begins.
    pub origin: Option<&'a Stop>,
    /// Where it ends.
    pub destination: Option<&'a Stop>,
    /// The first stop that is not done; `None` when all are, or the movement is over.
    pub next: Option<&'a Stop>,
}

/// Sums up `stops`, which must be those of `movement` in the order they are driven.
pub fn of<'a>(movement: &Movement, stops: &'a [Arc<Stop>]) -> Trip<'a> {
    Trip {
        origin: stops.first().map(Arc::as_ref),
        destination: stops.last().filter(|_| stops.len() > 1).map(Arc::as_ref),
        next: left(movement, stops).next(),
    }
}

/// The stops that are not done, of `stops` as in [`of`]; none when the movement is over.
pub fn left<'a>(movement: &Movement, stops: &'a [Arc<Stop>]) -> impl Iterator<Item = &'a Stop> + use<'a> {
    let open = movement.tms.status.is_open();
    stops.iter().map(Arc::as_ref).filter(move |stop| open && !stop.tms.done)
}

/// "Houston TX", else the name, else the id: the shortest that says where a stop is.
pub fn place(stop: &Stop) -> String {
    match (&stop.tms.city, &stop.tms.state) {
        (Some(city), Some(state)) => format!("{} {state}", title_case(city)),
        (Some(city), None) => title_case(city),
        (None, _) => stop.tms.name.as_ref().unwrap_or(&stop.tms.id).to_string(),
    }
}

/// McLeod shouts its cities; a screen full of capitals is hard to read.
fn title_case(text: &str) -> String {
    if text.chars().any(char::is_lowercase) {
        return text.to_owned();
    }
    let mut start = true;
    text.chars()
        .map(|c| {
            let c = if start { c } else { c.to_lowercase().next().unwrap_or(c) };
            start = !c.is_alphanumeric() && c != '\'';
            c
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MovementStatus;

    fn stop(city: &str, done: bool) -> Arc<Stop> {
        let mut stop = Stop::default();
        (stop.tms.city, stop.tms.state, stop.tms.done) = (Some(city.into()), Some("TX".into()), done);
        Arc::new(stop)
    }

    #[test]
    fn the_next_stop_is_the_first_not_done_of_an_open_movement() {
        let stops = [stop("DALLAS", true), stop("ST. LOUIS", false), stop("O'FALLON", false)];
        let mut movement = Movement::default();
        movement.tms.status = MovementStatus::InProgress;
        let trip = of(&movement, &stops);
        let words = |stop: Option<&Stop>| stop.map(place).unwrap_or_default();
        assert_eq!(
            [words(trip.origin), words(trip.next), words(trip.destination)],
            ["Dallas TX", "St. Louis TX", "O'fallon TX"]
        );
        movement.tms.status = MovementStatus::Delivered;
        assert!(of(&movement, &stops).next.is_none());
    }
}
