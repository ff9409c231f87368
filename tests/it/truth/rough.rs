//! What goes wrong in a day: upstreams that fall silent or ask to slow down, and fixes that come late, out of
//! order, twice, not at all, from the future or from another place. The same for the same seed.

use std::collections::HashMap;
use std::time::Duration;

use backhaul::model::{Change, Fix, Timestamp, UnitKind};
use backhaul::sim::{Fault, Sim, Upstream};

/// Of a thousand fixes so many are lost …
const LOST: u64 = 80;
/// … so many come with a later read …
const LATE: u64 = 60;
/// … so many come twice …
const TWICE: u64 = 30;
/// … so many are followed by one with a clock hours ahead …
const AHEAD: u64 = 2;
/// … and so many by one that is three degrees off.
const ASTRAY: u64 = 2;

/// Who is silent when and for how long, in minutes of the day.
const SILENT: &[(Upstream, u64, u64)] = &[
    (Upstream::Samsara, 150, 25),
    (Upstream::Motive, 300, 40),
    (Upstream::Geotab, 480, 20),
    (Upstream::Terminal, 610, 30),
    (Upstream::McLeod, 700, 15),
    (Upstream::Samsara, 900, 35),
    (Upstream::Geotab, 1020, 40),
    (Upstream::Motive, 1200, 20),
    (Upstream::Mapbox, 1260, 15),
];
/// Who asks to slow down when, for six minutes.
const BUSY: &[(Upstream, u64)] = &[
    (Upstream::Terminal, 60),
    (Upstream::Samsara, 420),
    (Upstream::Mapbox, 520),
    (Upstream::McLeod, 560),
    (Upstream::Motive, 840),
    (Upstream::Geotab, 1320),
];
/// Whose fixes are held back when, and all come in one batch at the end, in minutes of the day.
const HELD: &[(&str, u64, u64)] = &[("samsara", 660, 14), ("terminal", 1080, 12), ("motive", 60, 10)];

/// Whether nobody hears of a fix.
type Muted = Box<dyn Fn(&Fix) -> bool>;

pub struct Rough {
    chance: u64,
    start: Timestamp,
    is_gentle: bool,
    /// Fixes that nobody ever hears of.
    muted: Option<Muted>,
    /// Fixes that come later, by account.
    late: HashMap<String, Vec<Change>>,
    pub lost: usize,
    pub delayed: usize,
    pub made_up: usize,
}

impl Rough {
    pub fn new(seed: u64, start: Timestamp) -> Self {
        Self {
            chance: seed ^ 0x9E37_79B9_7F4A_7C15,
            start,
            is_gentle: false,
            muted: None,
            late: HashMap::new(),
            lost: 0,
            delayed: 0,
            made_up: 0,
        }
    }

    /// Nothing goes wrong by itself.
    pub fn be_gentle(&mut self) {
        self.is_gentle = true;
    }

    /// Nobody ever hears of a tractor's fixes of which this holds, by whichever account.
    pub fn mute(&mut self, is_muted: impl Fn(&Fix) -> bool + 'static) {
        self.muted = Some(Box::new(is_muted));
    }

    /// Breaks and mends what is to be broken now.
    pub fn set(&self, sim: &Sim, now: Timestamp) {
        if self.is_gentle {
            return;
        }
        let minute = now.since(self.start).as_secs() / 60;
        for upstream in [Upstream::ELDS, &[Upstream::McLeod, Upstream::Mapbox]].concat() {
            sim.faults().clear(upstream);
        }
        for (upstream, _, _) in
            SILENT.iter().filter(|(_, from, length)| (*from..from + length).contains(&minute))
        {
            sim.faults().set(*upstream, "", Fault::Status { code: 503, retry_after: None });
        }
        for (upstream, _) in BUSY.iter().filter(|(_, from)| (*from..from + 6).contains(&minute)) {
            let retry_after = Some("30".to_owned());
            sim.faults().set(*upstream, "", Fault::Status { code: 429, retry_after });
        }
    }

    /// Makes of what an account told what arrives of it.
    pub fn spoil(&mut self, account: &str, changes: &mut Vec<Change>, now: Timestamp) {
        if let Some(is_muted) = &self.muted {
            changes.retain(|change| match change {
                Change::Fix { kind: UnitKind::Tractor, fix, .. } => !is_muted(fix),
                _ => true,
            });
        }
        if self.is_gentle {
            return;
        }
        let minute = now.since(self.start).as_secs() / 60;
        let is_held =
            HELD.iter().any(|(of, from, length)| *of == account && (*from..from + length).contains(&minute));
        let mut late = self.late.remove(account).unwrap_or_default();
        let (mut rest, mut told) = (Vec::new(), Vec::new());
        for change in changes.drain(..) {
            let Change::Fix { kind: UnitKind::Tractor, external_id, fix } = &change else {
                rest.push(change);
                continue;
            };
            let throw = self.throw() % 1000;
            let (id, fix) = (external_id.clone(), fix.clone());
            match throw {
                _ if is_held => late.push(change),
                0..LOST => self.lost += 1,
                throw if throw < LOST + LATE => {
                    self.delayed += 1;
                    late.push(change);
                }
                throw if throw < LOST + LATE + TWICE => told.extend([change.clone(), change]),
                _ => told.push(change),
            }
            let throw = self.throw() % 1000;
            let made_up = if throw < AHEAD {
                Fix { observed_at: now.plus(Duration::from_hours(3)), ..fix }
            } else if throw < AHEAD + ASTRAY {
                let observed_at = fix.observed_at.plus(Duration::from_secs(1));
                Fix { observed_at, latitude: fix.latitude + 3.0, ..fix }
            } else {
                continue;
            };
            self.made_up += 1;
            // It is held back with the fix that it follows.
            let told = if is_held { &mut late } else { &mut told };
            told.push(of_tractor(&id, made_up));
        }
        // What is late comes one read in three, so some of it comes minutes late.
        if !is_held && self.throw().is_multiple_of(3) {
            told.append(&mut late);
        }
        self.late.insert(account.to_owned(), late);
        // Fixes out of order, all of them; other facts are told in an order that means something.
        for last in (1..told.len()).rev() {
            let other = usize::try_from(self.throw()).unwrap_or(0) % (last + 1);
            told.swap(last, other);
        }
        rest.append(&mut told);
        *changes = rest;
    }

    /// The next of a row of numbers that look like chance.
    fn throw(&mut self) -> u64 {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.chance;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) >> 1
    }
}

fn of_tractor(id: &str, fix: Fix) -> Change {
    Change::Fix { kind: UnitKind::Tractor, external_id: id.to_owned(), fix }
}
