//! What is drawn of the selected load: its stops, numbered in the order they are driven, and straight legs
//! between them. The way it drives is not stored, so no line pretends to be it.

use super::draft::{Draft, Pen};
use super::paint::{DONE_LEG, LEG};
use super::view::{Spot, View};
use crate::model::{Keyed, Movement, MovementKey};
use crate::rules::trip;
use crate::tui::facts::Facts;
use crate::tui::words;

/// A load's stops, and where its truck is.
#[derive(Clone, Debug, Default)]
pub struct Route {
    pub stops: Vec<Halt>,
    /// Stops that nobody can place.
    pub nowhere: usize,
    truck: Option<Spot>,
}

/// A stop that can be placed.
#[derive(Clone, Debug)]
pub struct Halt {
    /// From 1 on, in the order they are driven.
    pub number: usize,
    pub spot: Spot,
    /// Whether the TMS calls it done.
    pub done: bool,
    /// "Oklahoma City OK 16:00-18:00".
    pub words: String,
}

impl Route {
    /// Of a load whose truck is there; empty of none.
    pub fn of(load: Option<&MovementKey>, truck: Option<Spot>, facts: &Facts) -> Self {
        let Some(movement) = load.and_then(|key| facts.fleet.movements.get(key)) else {
            return Self::default();
        };
        let all = facts.fleet.stops_of(&movement.key());
        let stops: Vec<Halt> = (1..)
            .zip(all)
            .filter_map(|(number, stop)| {
                let spot = Spot::of(facts.fleet.places.of(stop)?);
                let words = format!("{} {}", trip::place(stop), words::window(stop, facts));
                Some(Halt { number, spot, done: stop.tms.done, words })
            })
            .collect();
        Self { nowhere: all.len() - stops.len(), truck: truck.filter(|_| is_its_truck(movement)), stops }
    }

    /// Every place of it.
    pub fn spots(&self) -> impl Iterator<Item = Spot> {
        self.stops.iter().map(|stop| stop.spot)
    }

    /// Draws its legs: what is done from stop to stop, what is to come from the truck on.
    pub fn draw(&self, draft: &mut Draft, view: &View) {
        let mut leg = |from: Spot, to: Spot, pen, stuff| {
            draft.line(view.project(from), view.project(to), pen, stuff);
        };
        let next = self.stops.iter().position(|stop| !stop.done);
        let (done, open) = self.stops.split_at(next.unwrap_or(self.stops.len()));
        for pair in done.windows(2) {
            if let [from, to] = pair {
                leg(from.spot, to.spot, Pen::Dotted, DONE_LEG);
            }
        }
        if let (Some(last), Some(truck)) = (done.last(), self.truck) {
            leg(last.spot, truck, Pen::Dotted, DONE_LEG);
        }
        let starts = self.truck.or_else(|| done.last().map(|stop| stop.spot));
        let ahead: Vec<Spot> = starts.into_iter().chain(open.iter().map(|stop| stop.spot)).collect();
        if !open.is_empty() {
            for pair in ahead.windows(2) {
                if let [from, to] = pair {
                    leg(*from, *to, Pen::Dashed, LEG);
                }
            }
        }
    }
}

const fn is_its_truck(movement: &Movement) -> bool {
    movement.tractor_id.is_some() || movement.trailer_id.is_some()
}
