//! Chance that repeats: the same parts always give the same throws. Not for secrets.

/// A stream of throws, decided wholly by the parts it was made of.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream that belongs to these parts, in this order.
    pub fn of(parts: &[u64]) -> Self {
        let mut chance = Self(0x9E37_79B9_7F4A_7C15);
        for part in parts {
            chance.0 ^= *part;
            chance.0 = chance.throw();
        }
        chance
    }

    /// The next throw (splitmix64).
    pub const fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 to `count` - 1; 0 when `count` is 0.
    pub const fn below(&mut self, count: usize) -> usize {
        if count == 0 { 0 } else { (self.throw() % count as u64) as usize }
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low).max(0) as u64 + 1;
        low + (self.throw() % span) as i64
    }

    /// A fraction from 0 up to 1.
    pub fn fraction(&mut self) -> f64 {
        (self.throw() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True in so many of a hundred cases.
    pub const fn hits(&mut self, percent: u64) -> bool {
        self.throw() % 100 < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}
