//! Everything the doors show, as of one store revision. Cheap to clone: rows are shared.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::sync::Arc;

use super::shelves::{Difference, Iter, Shelves, Sorting};
use super::{
    Conflict, Driver, Exception, FeedStatus, Judgement, Movement, MovementKey, Order, Places, RowText, Stay,
    Stop, Timestamp, Totals, Tractor, Trailer, UnitId, Viewer,
};

/// A row that has a key.
pub trait Keyed {
    /// What it is found by, and sorted by.
    type Key: Ord + Clone;
    /// This row's key.
    fn key(&self) -> Self::Key;
    /// How this row's key compares with `key`, without cloning either.
    fn cmp_key(&self, key: &Self::Key) -> Ordering;
    /// How this row's key compares with another row's.
    fn cmp_row(&self, other: &Self) -> Ordering;
}

/// By their keys.
#[derive(Debug)]
struct ByKey;

impl<T: Keyed> Sorting<T> for ByKey {
    fn cmp(a: &T, b: &T) -> Ordering {
        a.cmp_row(b)
    }
}

/// Rows in the order of their keys, each shared with every other snapshot that has it unchanged.
#[derive(Debug)]
pub struct Rows<T: Keyed>(Shelves<T, ByKey>);

impl<T: Keyed> Clone for Rows<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Keyed> Default for Rows<T> {
    fn default() -> Self {
        Self(Shelves::default())
    }
}

impl<T: Keyed> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self::default().with(rows)
    }
}

impl<T: Keyed> Rows<T> {
    /// The row with this key.
    pub fn get(&self, key: &T::Key) -> Option<&Arc<T>> {
        self.0.find(|row| row.cmp_key(key))
    }

    /// All rows, by key.
    pub fn iter(&self) -> Iter<'_, T> {
        self.0.iter()
    }

    /// The row that so many stand before.
    pub fn at(&self, index: usize) -> Option<&Arc<T>> {
        self.0.at(index)
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether these are the very rows of another snapshot: nothing was read into either since they were one.
    pub fn are(&self, other: &Self) -> bool {
        self.0.are(&other.0)
    }

    /// What is no longer as it was in an earlier snapshot.
    pub fn since<'a>(&'a self, earlier: &'a Self) -> Difference<'a, T> {
        self.0.since(&earlier.0)
    }

    /// These rows with `changed` put in by key.
    #[must_use]
    pub fn with(&self, changed: impl IntoIterator<Item = T>) -> Self {
        let mut rows = self.clone();
        let Ok(()) = rows.put(changed.into_iter().map(Ok::<_, Infallible>));
        rows
    }

    /// Keeps only the rows that are to be kept. True where one went.
    pub fn retain(&mut self, keep: impl Fn(&T) -> bool) -> bool {
        self.0.retain(keep)
    }

    /// Puts rows in by key, one after the other. Who holds these rows alone holds no row twice meanwhile.
    /// An error ends it half done.
    pub fn put<E>(&mut self, changed: impl Iterator<Item = Result<T, E>>) -> Result<(), E> {
        self.0.put(changed.map(|row| row.map(Arc::new)))
    }
}

impl<'a, T: Keyed> IntoIterator for &'a Rows<T> {
    type Item = &'a Arc<T>;
    type IntoIter = Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// By the movement that they are driven in, and in the order that they are; those of one movement stay together.
#[derive(Debug)]
struct AsDriven;

impl Sorting<Stop> for AsDriven {
    fn cmp(a: &Stop, b: &Stop) -> Ordering {
        (leg_of(a), a.tms.sequence, &a.tms.id).cmp(&(leg_of(b), b.tms.sequence, &b.tms.id))
    }

    fn stay_together(a: &Stop, b: &Stop) -> bool {
        leg_of(a) == leg_of(b)
    }
}

/// By the truck that was there; those of one truck stay together.
#[derive(Debug)]
struct ByTruck;

impl Sorting<Stay> for ByTruck {
    fn cmp(a: &Stay, b: &Stay) -> Ordering {
        a.tractor_id.cmp(&b.tractor_id).then_with(|| a.cmp_row(b))
    }

    fn stay_together(a: &Stay, b: &Stay) -> bool {
        a.tractor_id == b.tractor_id
    }
}

/// How much of what is known a [`Fleet`] holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All that its reader reads.
    #[default]
    Whole,
    /// The open exceptions and the feeds, and of units only those that the first exceptions are about: what the
    /// first frame shows while the rest is read. What it does not hold may be there.
    Glance,
}

/// Everything the panels and the commands show, of one revision.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// How much of it this is.
    pub extent: Extent,
    /// The store's revision this was read at.
    pub revision: i64,
    /// When it was read.
    pub read_at: Timestamp,
    /// Power units.
    pub tractors: Rows<Tractor>,
    /// Trailers.
    pub trailers: Rows<Trailer>,
    /// Drivers.
    pub drivers: Rows<Driver>,
    /// Movements.
    pub movements: Rows<Movement>,
    /// Orders.
    pub orders: Rows<Order>,
    /// Stops; [`Fleet::stops_of`] gives those of one movement.
    pub stops: Rows<Stop>,
    /// When our tractors were at stops, by the stop's key: none where none was seen there.
    pub stays: Rows<Stay>,
    /// The stops again, by movement. Made by [`Fleet::index`].
    driven: Shelves<Stop, AsDriven>,
    /// The stays again, by truck. Made by [`Fleet::index`].
    stood: Shelves<Stay, ByTruck>,
    /// Where addresses are that the TMS has no coordinates for.
    pub places: Arc<Places>,
    /// What is made of movements that are not over.
    pub judgements: Rows<Judgement>,
    /// What is wrong, what was lately, and what is only watched; [`Fleet::queue`] gives what stands open.
    pub exceptions: Rows<Exception>,
    /// Feeds, by account and resource.
    pub feeds: Vec<FeedStatus>,
    /// Open consoles.
    pub viewers: Vec<Viewer>,
    /// Records that could not be joined.
    pub conflicts: Vec<Conflict>,
    /// How much there is.
    pub totals: Totals,
}

impl Fleet {
    /// A movement's stops in the order they are driven.
    pub fn stops_of(&self, movement: &MovementKey) -> &[Arc<Stop>] {
        let key = (&movement.company_id, Some(&movement.id));
        self.driven.together(|stop| leg_of(stop).cmp(&key))
    }

    /// When a truck was at stops.
    pub fn stays_of(&self, tractor: &UnitId) -> &[Arc<Stay>] {
        self.stood.together(|stay| stay.tractor_id.cmp(tractor))
    }

    /// When the truck that has `movement` now was at `stop`: of one that had it before, nothing.
    pub fn stay_of(&self, movement: &Movement, stop: &Stop) -> Option<&Stay> {
        if self.stays.is_empty() {
            return None;
        }
        let stay = self.stays.get(&stop.key())?;
        (Some(&stay.tractor_id) == movement.tractor_id.as_ref()).then_some(stay)
    }

    /// The open exceptions, the one most worth looking at first.
    pub fn queue(&self) -> Vec<&Arc<Exception>> {
        let mut open: Vec<_> = self.exceptions.iter().filter(|row| row.is_open()).collect();
        open.sort_unstable_by(|a, b| a.cmp_rank(b));
        open
    }

    /// Sorts the stops for [`Fleet::stops_of`] and the stays for [`Fleet::stays_of`]; whoever replaces either calls it.
    pub fn index(&mut self) {
        (self.driven, self.stood) = (Shelves::default(), Shelves::default());
        self.index_stops_since(&Rows::default());
        self.index_stays_since(&Rows::default());
    }

    /// The same where the stops were these when they were sorted last.
    pub fn index_stops_since(&mut self, earlier: &Rows<Stop>) {
        let difference = self.stops.since(earlier);
        let is_driven = |stop: &&&Arc<Stop>| stop.tms.movement_id.is_some();
        self.driven.take(difference.gone.iter().filter(is_driven).map(AsRef::as_ref));
        let new = difference.new.iter().filter(is_driven).map(|stop| Ok::<_, Infallible>(Arc::clone(stop)));
        let Ok(()) = self.driven.put(new);
    }

    /// The same where the stays were these.
    pub fn index_stays_since(&mut self, earlier: &Rows<Stay>) {
        let difference = self.stays.since(earlier);
        self.stood.take(difference.gone.iter().map(AsRef::as_ref));
        let new = difference.new.iter().map(|stay| Ok::<_, Infallible>(Arc::clone(stay)));
        let Ok(()) = self.stood.put(new);
    }
}

/// The company and the movement a stop belongs to.
fn leg_of(stop: &Stop) -> (&RowText, Option<&RowText>) {
    (&stop.tms.company_id, stop.tms.movement_id.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Arrival, UnitId};

    fn tractor(id: &str, number: &str) -> Tractor {
        Tractor { id: UnitId(id.into()), unit_number: number.into(), ..Tractor::default() }
    }

    #[test]
    fn rows_change_by_key_and_share_what_did_not() {
        let before: Rows<_> = [tractor("b", "2"), tractor("a", "1")].into_iter().collect();
        let after = before.with(vec![tractor("b", "20"), tractor("aa", "3")]);
        let numbers: Vec<_> = after.iter().map(|row| row.unit_number.as_str()).collect();
        assert_eq!(numbers, ["1", "3", "20"]);
        assert!(Arc::ptr_eq(
            before.get(&UnitId("a".into())).unwrap(),
            after.get(&UnitId("a".into())).unwrap()
        ));
    }

    #[test]
    fn rows_are_small_since_a_console_holds_them_all() {
        let check = |row: &str, size: usize, most: usize| assert!(size <= most, "{row}: {size} > {most}");
        check("tractor", size_of::<Tractor>(), 416);
        check("trailer", size_of::<Trailer>(), 336);
        check("driver", size_of::<Driver>(), 344);
        check("movement", size_of::<Movement>(), 256);
        check("order", size_of::<Order>(), 248);
        check("stop", size_of::<Stop>(), 376);
        check("judgement", size_of::<Judgement>(), 240);
        check("arrival", size_of::<Arrival>(), 56);
    }

    #[test]
    fn stops_come_in_the_order_they_are_driven() {
        let stop = |movement: &str, sequence, id: &str| {
            let mut stop = Stop::default();
            stop.tms.movement_id = Some(movement.into());
            (stop.tms.sequence, stop.tms.id) = (sequence, id.into());
            stop
        };
        let mut fleet = Fleet {
            stops: [stop("2", 0, "x"), stop("1", 10, "c"), stop("1", 2, "b")].into_iter().collect(),
            ..Fleet::default()
        };
        fleet.index();
        let ids: Vec<_> = fleet
            .stops_of(&MovementKey { company_id: RowText::default(), id: "1".into() })
            .iter()
            .map(|stop| stop.tms.id.clone())
            .collect();
        assert_eq!(ids, ["b", "c"]);
    }
}
