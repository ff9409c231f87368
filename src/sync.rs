//! sync

mod judge;
pub use self::judge::JUDGE;
