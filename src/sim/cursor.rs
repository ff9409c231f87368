//! Opaque paging cursors: a few numbers that only the simulation that wrote them can read.

use super::chance::Chance;

/// Writes numbers as a cursor of that kind.
pub fn write(kind: u64, parts: &[i64]) -> String {
    let sealed = std::iter::once(format!("{:04x}", seal(kind, parts)));
    sealed.chain(parts.iter().map(|part| format!("{part:x}"))).collect::<Vec<_>>().join("-")
}

/// Reads a cursor of that kind; `None` when we did not write it so.
pub fn read<const PARTS: usize>(kind: u64, cursor: &str) -> Option<[i64; PARTS]> {
    let mut pieces = cursor.split('-');
    let sealed = u64::from_str_radix(pieces.next()?, 16).ok()?;
    let mut parts = [0; PARTS];
    for part in &mut parts {
        *part = u64::from_str_radix(pieces.next()?, 16).ok()?.cast_signed();
    }
    (pieces.next().is_none() && sealed == seal(kind, &parts)).then_some(parts)
}

fn seal(kind: u64, parts: &[i64]) -> u64 {
    let parts: Vec<u64> = std::iter::once(kind).chain(parts.iter().map(|part| *part as u64)).collect();
    Chance::of(&parts).throw() & 0xFFFF
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_only_by_its_own_kind() {
        let cursor = write(1, &[5, 1_795_500_000]);
        assert_eq!(read(1, &cursor), Some([5, 1_795_500_000]));
        assert_eq!(read(1, &write(1, &[-1])), Some([-1]));
        assert_eq!(read::<2>(2, &cursor), None);
        assert_eq!(read::<1>(1, &cursor), None);
        assert_eq!(read::<2>(1, "yesterday"), None);
    }
}
