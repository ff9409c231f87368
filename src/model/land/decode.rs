//! Reads the files under `assets/map/`, whose form is told in the README there. Nothing here knows what is drawn.

use super::towns::{Country, Town};
use super::{Bounds, Layer, Line, coarse};

/// All lines of one file; `None` where it is not such a file from its first byte to its last.
pub(super) fn lines(bytes: &'static [u8]) -> Option<Vec<Line>> {
    let mut reader = Reader::new(bytes);
    let names: Vec<&'static str> = (0..reader.number()?).map(|_| reader.text()).collect::<Option<_>>()?;
    let mut lines = Vec::new();
    for layer in [Layer::Coast, Layer::Border, Layer::State, Layer::Road] {
        for _ in 0..reader.number()? {
            let name = match layer {
                Layer::Road => Some(*names.get(reader.number()? as usize)?),
                Layer::Coast | Layer::Border | Layer::State => None,
            };
            let points: Vec<_> = (0..reader.number()?).map(|_| reader.step()).collect::<Option<_>>()?;
            lines.push(Line { layer, name, bounds: Bounds::around(&points), points });
        }
    }
    reader.is_empty().then_some(lines)
}

/// All towns of the file, largest first; `None` where it is not such a file from its first byte to its last.
pub(super) fn towns(bytes: &'static [u8]) -> Option<Vec<Town>> {
    let mut reader = Reader::new(bytes);
    let states = (0..reader.number()?)
        .map(|_| {
            let country = match reader.text()? {
                "US" => Country::UnitedStates,
                "CA" => Country::Canada,
                "MX" => Country::Mexico,
                _ => return None,
            };
            Some((country, reader.text()?))
        })
        .collect::<Option<Vec<_>>>()?;
    let towns = (0..reader.number()?)
        .map(|_| {
            let (country, state) = *states.get(reader.number()? as usize)?;
            let population = reader.number()?;
            reader.here = (0, 0);
            let (latitude, longitude) = reader.step()?;
            Some(Town { name: reader.text()?, state, country, latitude, longitude, population })
        })
        .collect::<Option<_>>()?;
    reader.is_empty().then_some(towns)
}

struct Reader {
    left: &'static [u8],
    /// Thousandths of a degree.
    here: (i32, i32),
}

impl Reader {
    const fn new(bytes: &'static [u8]) -> Self {
        Self { left: bytes, here: (0, 0) }
    }

    const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// An unsigned number as LEB128.
    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in (0..u32::BITS).step_by(7) {
            let (&byte, left) = self.left.split_first()?;
            self.left = left;
            number |= u32::from(byte & 127) << shift;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    /// A signed number, zigzag.
    fn signed(&mut self) -> Option<i32> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn text(&mut self) -> Option<&'static str> {
        let length = self.number()? as usize;
        let (text, left) = self.left.split_at_checked(length)?;
        self.left = left;
        std::str::from_utf8(text).ok()
    }

    /// The next place, told from the one before.
    fn step(&mut self) -> Option<(f32, f32)> {
        let (north, east) = (self.signed()?, self.signed()?);
        self.here = (self.here.0.checked_add(north)?, self.here.1.checked_add(east)?);
        Some((degrees(self.here.0), degrees(self.here.1)))
    }
}

/// A sum of thousandths is exact, so that lines which share a place share it to the last bit.
fn degrees(thousandths: i32) -> f32 {
    coarse(f64::from(thousandths) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let mut reader = Reader::new(&[0x00, 0x7f, 0xac, 0x02, 0x01, 0x02, 0x03]);
        assert_eq!([reader.number(), reader.number(), reader.number()], [Some(0), Some(127), Some(300)]);
        assert_eq!([reader.signed(), reader.signed(), reader.signed()], [Some(-1), Some(1), Some(-2)]);
        assert_eq!(reader.number(), None);
    }

    #[test]
    fn what_is_no_map_is_no_lines() {
        // No names; a coast of one line with two points; nothing else.
        let whole: &[u8] = &[0, 1, 2, 2, 4, 1, 1, 0, 0, 0];
        let decoded = lines(whole).unwrap();
        assert_eq!(decoded[0].points, [(0.001, 0.002), (0.0, 0.001)]);
        for end in 0..whole.len() {
            assert_eq!(lines(&whole[..end]), None, "cut at {end}");
        }
        assert_eq!(lines(&[0, 0, 0, 0, 0, 9]), None, "more than it says");
        assert_eq!(lines(&[0, 0, 0, 0, 1, 7, 0]), None, "a road of no name");
        assert_eq!(towns(&[1, 2, b'F', b'R', 0, 0]), None, "another continent");
        assert_eq!(lines(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
