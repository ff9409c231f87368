//! A sorted sequence of shared rows that is cheap to change while others look at it: rows stand on short shelves, and
//! who changes a row copies its shelf, not the sequence. It knows no row; [`Sorting`] says what comes before what.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::slice;
use std::sync::Arc;

/// So many rows stand on a shelf when a sequence is made.
const FULL: usize = 64;
/// A shelf of more is parted in two.
const MOST: usize = 2 * FULL;

/// What comes before what.
pub trait Sorting<T> {
    /// How two rows compare.
    fn cmp(a: &T, b: &T) -> Ordering;
    /// Whether two neighbours must stand on one shelf, however long it gets.
    fn stay_together(_a: &T, _b: &T) -> bool {
        false
    }
}

/// Rows in the order of `O`, no two of which are equal by it.
pub struct Shelves<T, O> {
    /// None is empty.
    shelves: Arc<Vec<Shelf<T>>>,
    order: PhantomData<fn(O)>,
}

#[derive(Debug)]
struct Shelf<T> {
    rows: Arc<Vec<Arc<T>>>,
    /// How many rows stand before it.
    start: usize,
}

/// What two sequences do not share.
pub struct Difference<'a, T> {
    /// The rows that only the earlier one has.
    pub gone: Vec<&'a Arc<T>>,
    /// The rows that only the later one has.
    pub new: Vec<&'a Arc<T>>,
}

impl<T, O: Sorting<T>> Shelves<T, O> {
    /// The row of which `cmp` says that it is equal: it says how a row compares with what is looked for.
    pub fn find(&self, cmp: impl Fn(&T) -> Ordering) -> Option<&Arc<T>> {
        let rows = &self.shelves.get(self.place(&cmp)?)?.rows;
        rows.get(rows.binary_search_by(|row| cmp(row)).ok()?)
    }

    /// The shelf on which a row stands if it is there at all: the last one whose first row is not after it.
    fn place(&self, cmp: impl Fn(&T) -> Ordering) -> Option<usize> {
        let is_not_after = |shelf: &Shelf<T>| shelf.first().is_some_and(|row| cmp(row) != Ordering::Greater);
        self.shelves.partition_point(is_not_after).checked_sub(1)
    }

    /// The rows of the one shelf on which those stand that `cmp` calls equal, where it is of rows that
    /// [stay together](Sorting::stay_together).
    pub fn together(&self, cmp: impl Fn(&T) -> Ordering) -> &[Arc<T>] {
        let is_before = |shelf: &Shelf<T>| shelf.last().is_some_and(|row| cmp(row) == Ordering::Less);
        let place = self.shelves.partition_point(is_before);
        let rows = self.shelves.get(place).map(|of| of.rows.as_slice()).unwrap_or_default();
        let start = rows.partition_point(|row| cmp(row) == Ordering::Less);
        let rest = rows.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|row| cmp(row) == Ordering::Equal).count();
        rest.get(..count).unwrap_or_default()
    }

    /// All rows in order.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { shelves: self.shelves.iter(), rows: [].iter(), left: self.len() }
    }

    /// The row that so many stand before.
    pub fn at(&self, index: usize) -> Option<&Arc<T>> {
        let place = self.shelves.partition_point(|shelf| shelf.start <= index).checked_sub(1)?;
        let Shelf { rows, start } = self.shelves.get(place)?;
        rows.get(index - start)
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.shelves.last().map_or(0, |shelf| shelf.start + shelf.rows.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.shelves.is_empty()
    }

    /// Whether these are the very rows of another: nothing was changed in either since they were one.
    pub fn are(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shelves, &other.shelves)
    }

    /// Puts in rows, one after the other, each in the place of one that is equal by the order. Whoever holds these
    /// alone holds no row twice meanwhile. An error ends it half done.
    pub fn put<E>(&mut self, mut rows: impl Iterator<Item = Result<Arc<T>, E>>) -> Result<(), E> {
        if self.is_empty() {
            let mut all = rows.collect::<Result<Vec<_>, E>>()?;
            all.sort_by(|a, b| O::cmp(a, b));
            // Of equal ones the last holds, as where they are put in.
            all.reverse();
            all.dedup_by(|later, earlier| O::cmp(later, earlier) == Ordering::Equal);
            all.reverse();
            *self = Self::sorted(all);
            return Ok(());
        }
        let done = rows.try_for_each(|row| row.map(|row| self.put_one(row)));
        self.count();
        done
    }

    /// Takes out the rows that are equal to these, where they are there.
    pub fn take<'a>(&mut self, rows: impl Iterator<Item = &'a T>)
    where
        T: 'a,
    {
        for row in rows {
            let Some(place) = self.place(|other| O::cmp(other, row)) else { continue };
            let Ok(index) = self.shelves[place].rows.binary_search_by(|other| O::cmp(other, row)) else {
                continue;
            };
            let shelves = Arc::make_mut(&mut self.shelves);
            Arc::make_mut(&mut shelves[place].rows).remove(index);
            if shelves[place].rows.is_empty() {
                shelves.remove(place);
            }
        }
        self.count();
    }

    /// Keeps only the rows that are to be kept. True where one went.
    pub fn retain(&mut self, keep: impl Fn(&T) -> bool) -> bool {
        let gone: Vec<Arc<T>> = self.iter().filter(|row| !keep(row)).cloned().collect();
        self.take(gone.iter().map(AsRef::as_ref));
        !gone.is_empty()
    }

    /// What is no longer as it was in an earlier state of these: the work is by what was changed, not by what there
    /// is.
    pub fn since<'a>(&'a self, earlier: &'a Self) -> Difference<'a, T> {
        let mut difference = Difference { gone: Vec::new(), new: Vec::new() };
        if self.are(earlier) {
            return difference;
        }
        let theirs: HashSet<_> = earlier.shelves.iter().map(|shelf| Arc::as_ptr(&shelf.rows)).collect();
        let ours: HashSet<_> = self.shelves.iter().map(|shelf| Arc::as_ptr(&shelf.rows)).collect();
        let mut old = earlier.rows_not_on(&ours).peekable();
        let mut new = self.rows_not_on(&theirs).peekable();
        loop {
            let which = match (old.peek(), new.peek()) {
                (None, None) => return difference,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => O::cmp(old, new),
            };
            let gone = if which == Ordering::Greater { None } else { old.next() };
            let came = if which == Ordering::Less { None } else { new.next() };
            if gone.zip(came).is_some_and(|(gone, came)| Arc::ptr_eq(gone, came)) {
                continue;
            }
            difference.gone.extend(gone);
            difference.new.extend(came);
        }
    }

    /// The rows on shelves that are none of these.
    fn rows_not_on<'a>(&'a self, known: &HashSet<*const Vec<Arc<T>>>) -> impl Iterator<Item = &'a Arc<T>> {
        let other = self.shelves.iter().filter(|shelf| !known.contains(&Arc::as_ptr(&shelf.rows)));
        other.flat_map(|shelf| shelf.rows.iter())
    }

    fn sorted(rows: Vec<Arc<T>>) -> Self {
        let mut shelves: Vec<Shelf<T>> = Vec::with_capacity(rows.len().div_ceil(FULL));
        let mut shelf: Vec<Arc<T>> = Vec::new();
        for (start, row) in rows.into_iter().enumerate() {
            let is_parted = shelf.last().is_some_and(|last| !O::stay_together(last, &row));
            if shelf.len() >= FULL && is_parted {
                let rows = std::mem::take(&mut shelf);
                shelves.push(Shelf { start: start - rows.len(), rows: Arc::new(rows) });
            }
            if shelf.is_empty() {
                shelf.reserve_exact(FULL);
            }
            shelf.push(row);
        }
        if !shelf.is_empty() {
            let start = shelves.last().map_or(0, |last| last.start + last.rows.len());
            shelf.shrink_to_fit();
            shelves.push(Shelf { start, rows: Arc::new(shelf) });
        }
        Self { shelves: Arc::new(shelves), order: PhantomData }
    }

    fn put_one(&mut self, row: Arc<T>) {
        let place = self.place(|other| O::cmp(other, &row)).unwrap_or(0);
        let next = self.shelves.get(place + 1).and_then(Shelf::first);
        // Before all of those that it stays with.
        let place = place + usize::from(next.is_some_and(|next| O::stay_together(&row, next)));
        let shelves = Arc::make_mut(&mut self.shelves);
        let Some(Shelf { rows, .. }) = shelves.get_mut(place) else {
            shelves.push(Shelf { rows: Arc::new(vec![row]), start: 0 });
            return;
        };
        let rows = Arc::make_mut(rows);
        match rows.binary_search_by(|other| O::cmp(other, &row)) {
            Ok(index) => rows[index] = row,
            Err(index) => {
                rows.insert(index, row);
                if let Some(half) = (rows.len() > MOST).then(|| parting::<T, O>(rows)).flatten() {
                    let rest = rows.split_off(half);
                    shelves.insert(place + 1, Shelf { rows: Arc::new(rest), start: 0 });
                }
            }
        }
    }

    /// Counts anew how many rows stand before each shelf.
    fn count(&mut self) {
        let mut start = 0;
        let is_right = self.shelves.iter().all(|shelf| {
            let is_right = shelf.start == start;
            start += shelf.rows.len();
            is_right
        });
        if is_right {
            return;
        }
        let mut start = 0;
        for shelf in Arc::make_mut(&mut self.shelves) {
            shelf.start = start;
            start += shelf.rows.len();
        }
    }
}

impl<T> Shelf<T> {
    fn first(&self) -> Option<&T> {
        self.rows.first().map(AsRef::as_ref)
    }

    fn last(&self) -> Option<&T> {
        self.rows.last().map(AsRef::as_ref)
    }
}

/// Where a shelf that got too long is parted: near its middle, and not between rows that stay together.
fn parting<T, O: Sorting<T>>(rows: &[Arc<T>]) -> Option<usize> {
    let middle = rows.len() / 2;
    let may_part = |at: &usize| {
        let (a, b) = (rows.get(at - 1), rows.get(*at));
        a.zip(b).is_some_and(|(a, b)| !O::stay_together(a, b))
    };
    (middle..rows.len()).find(may_part).or_else(|| (1..middle).rev().find(may_part))
}

/// All rows of a sequence.
pub struct Iter<'a, T> {
    shelves: slice::Iter<'a, Shelf<T>>,
    /// What is left of the shelf at the front.
    rows: slice::Iter<'a, Arc<T>>,
    left: usize,
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a Arc<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = loop {
            match self.rows.next() {
                Some(row) => break row,
                None => self.rows = self.shelves.next()?.rows.iter(),
            }
        };
        self.left -= 1;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let init = self.rows.fold(init, &mut f);
        self.shelves.fold(init, |all, shelf| shelf.rows.iter().fold(all, &mut f))
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self { shelves: self.shelves.clone(), rows: self.rows.clone(), left: self.left }
    }
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Self {
        Self { rows: Arc::clone(&self.rows), start: self.start }
    }
}

impl<T, O> Clone for Shelves<T, O> {
    fn clone(&self) -> Self {
        Self { shelves: Arc::clone(&self.shelves), order: PhantomData }
    }
}

impl<T, O> Default for Shelves<T, O> {
    fn default() -> Self {
        Self { shelves: Arc::default(), order: PhantomData }
    }
}

impl<T: fmt::Debug, O: Sorting<T>> fmt::Debug for Shelves<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    /// By the tens first, and the tens stay together: a row is a number and how often it was changed.
    struct ByTens;

    type Row = (u32, u32);

    impl Sorting<Row> for ByTens {
        fn cmp(a: &Row, b: &Row) -> Ordering {
            a.0.cmp(&b.0)
        }

        fn stay_together(a: &Row, b: &Row) -> bool {
            a.0 / 10 == b.0 / 10
        }
    }

    fn put(shelves: &mut Shelves<Row, ByTens>, rows: &[Row]) {
        let Ok(()) = shelves.put(rows.iter().map(|row| Ok::<_, Infallible>(Arc::new(*row))));
    }

    fn rows(shelves: &Shelves<Row, ByTens>) -> Vec<Row> {
        shelves.iter().map(|row| **row).collect()
    }

    fn check(shelves: &Shelves<Row, ByTens>, expected: &[Row]) {
        assert_eq!(rows(shelves), expected);
        assert_eq!(shelves.iter().len(), expected.len());
        assert_eq!((shelves.len(), shelves.is_empty()), (expected.len(), expected.is_empty()));
        for (index, row) in expected.iter().enumerate() {
            assert_eq!(shelves.at(index).map(|row| **row), Some(*row));
            assert_eq!(shelves.find(|other| other.0.cmp(&row.0)).map(|row| **row), Some(*row));
            let tens: Vec<Row> =
                expected.iter().copied().filter(|other| other.0 / 10 == row.0 / 10).collect();
            let told = shelves.together(|other| (other.0 / 10).cmp(&(row.0 / 10)));
            assert_eq!(told.iter().map(|row| **row).collect::<Vec<_>>(), tens);
        }
        assert_eq!(shelves.at(expected.len()), None);
        assert!(shelves.shelves.iter().all(|shelf| !shelf.rows.is_empty() && shelf.rows.len() <= MOST));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn they_hold_what_was_put_in_and_not_taken_out(
            steps in prop::collection::vec(
                (prop::collection::vec(0_u32..2000, 0..400), prop::collection::vec(0_u32..2000, 0..100)), 1..6)
        ) {
            let mut shelves = Shelves::<Row, ByTens>::default();
            let mut expected = std::collections::BTreeMap::new();
            for (step, (put_in, taken)) in (0..).zip(steps) {
                let before = shelves.clone();
                let was = rows(&before);
                let new: Vec<Row> = put_in.iter().map(|number| (*number, step)).collect();
                put(&mut shelves, &new);
                shelves.take(taken.iter().map(|number| (*number, 0)).collect::<Vec<_>>().iter());
                expected.extend(new);
                expected.retain(|number, _| !taken.contains(number));
                let is: Vec<Row> = expected.iter().map(|(number, step)| (*number, *step)).collect();
                check(&shelves, &is);
                prop_assert_eq!(&rows(&before), &was, "who looks on sees no change");
                let told = |rows: &[&Arc<Row>]| rows.iter().map(|row| ***row).collect::<Vec<_>>();
                let difference = shelves.since(&before);
                let only = |of: &[Row], not: &[Row]| -> Vec<Row> {
                    of.iter().copied().filter(|row| !not.contains(row)).collect()
                };
                prop_assert_eq!(told(&difference.gone), only(&was, &is));
                prop_assert_eq!(told(&difference.new), only(&is, &was));
            }
        }
    }

    #[test]
    fn who_changes_one_row_copies_one_shelf() {
        let mut shelves = Shelves::<Row, ByTens>::default();
        put(&mut shelves, &(0..10_000).map(|number| (number, 0)).collect::<Vec<_>>());
        let before = shelves.clone();
        assert!(shelves.are(&before));
        put(&mut shelves, &[(5000, 1)]);
        assert!(!shelves.are(&before));
        let shared = shelves.shelves.iter().zip(before.shelves.iter());
        let copied = shared.filter(|(new, old)| !Arc::ptr_eq(&new.rows, &old.rows)).count();
        assert_eq!(copied, 1);
        assert!(!shelves.retain(|_| true) && shelves.retain(|row| row.0 != 7));
        assert_eq!(shelves.len(), 9999);
    }

    #[test]
    fn of_rows_that_are_equal_the_last_holds_and_an_error_ends_it() {
        let mut shelves = Shelves::<Row, ByTens>::default();
        put(&mut shelves, &[(3, 0), (1, 0), (3, 1)]);
        check(&shelves, &[(1, 0), (3, 1)]);
        let more = [Ok(Arc::new((2, 0))), Err("torn"), Ok(Arc::new((4, 0)))];
        assert_eq!(shelves.put(more.into_iter()), Err("torn"));
        check(&shelves, &[(1, 0), (2, 0), (3, 1)]);
    }
}
