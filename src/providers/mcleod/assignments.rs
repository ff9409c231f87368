//! Which units a movement has: from the movement itself, which alone promises to name them; where the
//! server keeps that to itself, from its equipment group.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::answer::{Answer, Row};
use super::border::Border;
use super::one_by_one::{By, below, wanted};
use super::scalar::Scalar;
use super::wire::{EquipmentItem, Movement};
use super::{McLeod, encoding, rejected};
use crate::http::{self, Kind};
use crate::model::{Assignment, Batch, Change, Timestamp};
use crate::providers::{Ask, Page};

/// Most movements read one by one in one read.
const MOVEMENTS_A_READ: usize = 40;
/// How long a server that hides its movements is asked for their groups at once.
const HIDDEN: Duration = Duration::from_hours(1);
/// A group has a handful of pieces.
const PIECES: &str = "100";

impl McLeod {
    /// One step through the wanted movements.
    pub(super) async fn assignment(&self, ask: Ask<'_>) -> Result<Page, http::Error> {
        let Some((id, step)) = wanted(&ask, MOVEMENTS_A_READ) else { return Ok(Page::default()) };
        match &step.by {
            By::Itself if !self.hides_movements(ask.now) => {
                match self.get(&below("movements", id), &[], ask.now).await {
                    Ok(answer) => {
                        let batch = self.one(&ask, id, &answer.body)?;
                        Ok(Page { batch, next: step.after(), is_step: false })
                    }
                    Err(error) if matches!(error.kind, Kind::NotFound | Kind::Forbidden) => {
                        let next = step.asking(By::Search);
                        Ok(Page { next, is_step: true, ..Page::default() })
                    }
                    Err(error) => Err(error),
                }
            }
            By::Itself | By::Search => match self.search_for(id, ask.now).await? {
                Found::Row { batch, group } => {
                    let next = step.asking(By::Group(group));
                    Ok(Page { batch, next, is_step: false })
                }
                Found::Done(batch) => Ok(Page { batch, next: step.after(), is_step: false }),
            },
            By::Group(group) => {
                let batch = self.units_of(id, group, ask.now).await?;
                Ok(Page { batch, next: step.after(), is_step: false })
            }
        }
    }

    /// A 404 is also what a server says whose application is being restarted, and what one says that does
    /// not offer the path. Only a search that answers, and does not find the movement either, proves it
    /// gone; one that finds it names its equipment group.
    async fn search_for(&self, id: &str, now: Timestamp) -> Result<Found, http::Error> {
        let query = [("movement.id", id), ("recordLength", "1")];
        let answer = self.get("movements/search", &query, now).await?;
        let text = encoding::text(&answer.body)?;
        let answer = Answer::parse(&text)?;
        let border = self.border(now);
        let mut group = None;
        let told = answer.tell_by(&border, |row: &Movement<'_>, found, batch| {
            group = row.equipment_group_id.id();
            row.tell(found, &border, batch)
        });
        if told.first.as_deref() != Some(id) {
            let gone = Change::MovementGone { company_id: self.company.clone(), id: id.to_owned() };
            return Ok(Found::Done(Batch { changes: vec![gone], ..Batch::default() }));
        }
        if told.ours == 0 {
            return Ok(Found::Done(told.batch));
        }
        self.hides_movements_from(now);
        let mut batch = told.batch;
        let Some(group) = group else {
            // Without a group nothing was ever assigned to it.
            batch.changes.push(Change::Assignment(self.units(id, &mut Vec::new())));
            return Ok(Found::Done(batch));
        };
        Ok(Found::Row { batch, group })
    }

    /// The units of an equipment group, as those of the movement that has it.
    async fn units_of(&self, id: &str, group: &str, now: Timestamp) -> Result<Batch, http::Error> {
        let query = [("equipment_group_id", group), ("recordLength", PIECES)];
        let answer = self.get("equipment_item/search", &query, now).await?;
        let text = encoding::text(&answer.body)?;
        let answer = Answer::parse(&text)?;
        let mut pieces = Vec::new();
        let told = answer.tell_by(&self.border(now), |row: &EquipmentItem<'_>, unit, _| {
            // A server that does not know the criterion answers with everybody's.
            if row.equipment_group_id.id().as_deref() != Some(group) {
                return Err("is of another group");
            }
            pieces.push(Piece {
                kind: row.equipment_type_id.code().unwrap_or_default(),
                place: row.type_sequence.integer().unwrap_or(0),
                unit: unit.to_owned(),
            });
            Ok(())
        });
        if pieces.is_empty() {
            let mut batch = rejected(id, "movement's equipment group names no unit");
            batch.rejects.extend(told.batch.rejects);
            return Ok(batch);
        }
        let changes = vec![Change::Assignment(self.units(id, &mut pieces))];
        Ok(Batch { changes, rejects: told.batch.rejects, ..Batch::default() })
    }

    /// Whether the server has lately found a movement by search that it did not show by itself.
    fn hides_movements(&self, now: Timestamp) -> bool {
        let until = Timestamp::from_millis(self.hidden_until.load(Ordering::Relaxed));
        // No further ahead than it was set: a clock that was put back must not make it last.
        now < until && until <= now.plus(HIDDEN)
    }

    fn hides_movements_from(&self, now: Timestamp) {
        if !self.hides_movements(now) {
            self.hidden_until.store(now.plus(HIDDEN).millis(), Ordering::Relaxed);
        }
    }

    /// The pieces as a movement's units: `D` drivers, of whom a team has two, `T` tractor, `L` trailers.
    fn units(&self, movement: &str, pieces: &mut Vec<Piece>) -> Assignment {
        pieces.sort_by_key(|piece| piece.place);
        let mut of = |kind: &str| {
            let found = pieces.iter().position(|piece| piece.kind == kind)?;
            Some(pieces.remove(found).unit)
        };
        Assignment {
            company_id: self.company.clone(),
            movement_id: movement.to_owned(),
            driver: of("D"),
            driver2: of("D"),
            tractor: of("T"),
            trailer: of("L"),
            more_trailers: std::iter::from_fn(|| of("L")).collect(),
        }
    }
}

/// What a search for one movement brought.
enum Found {
    /// Its row, and the group that has its units.
    Row { batch: Batch, group: String },
    /// All there is to know.
    Done(Batch),
}

/// One piece of an equipment group.
struct Piece {
    kind: String,
    place: i64,
    unit: String,
}

impl<'a> Row<'a> for EquipmentItem<'a> {
    const NAME: &'static str = "equipment item";

    /// By the unit, which is what it is about.
    fn key(&self) -> (&Scalar<'a>, &Scalar<'a>) {
        (&self.company_id, &self.equipment_id)
    }

    /// Alone it is no fact: only the whole group is.
    fn tell(&self, _id: &str, _border: &Border<'_>, _told: &mut Batch) -> Result<(), &'static str> {
        Ok(())
    }
}
