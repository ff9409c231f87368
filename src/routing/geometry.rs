//! Lines on the map: Google's encoded polyline, in the two precisions that Mapbox writes, and where on a
//! line a point is.

use crate::model::Point;

/// Decimal places of an encoded line. Read with the wrong one, a line lies ten times too far out or in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// `polyline`.
    Five,
    /// `polyline6`.
    Six,
}

/// The points of an encoded line: pairs of latitude and longitude, in this order. `None` where it is not
/// one, or leaves the earth, as a `polyline6` does that is read as a `polyline`.
pub fn decode(text: &str, precision: Precision) -> Option<Vec<Point>> {
    let scale = match precision {
        Precision::Five => 1e5,
        Precision::Six => 1e6,
    };
    let mut bytes = text.bytes();
    let (mut latitude, mut longitude) = (0_i64, 0_i64);
    let mut points = Vec::new();
    while bytes.len() > 0 {
        latitude += delta(&mut bytes)?;
        longitude += delta(&mut bytes)?;
        #[expect(clippy::cast_precision_loss, reason = "degrees times a million fit")]
        let (latitude, longitude) = (latitude as f64 / scale, longitude as f64 / scale);
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        points.push(on_earth.then_some(Point { latitude, longitude })?);
    }
    Some(points)
}

/// One number: five bits a character, lowest first, then zigzag.
fn delta(bytes: &mut std::str::Bytes<'_>) -> Option<i64> {
    let mut value = 0_i64;
    // Seven characters hold 35 bits: more than any degree needs.
    for shift in (0..35).step_by(5) {
        let five = i64::from(bytes.next()?.checked_sub(63)?);
        if five > 63 {
            return None;
        }
        value |= (five & 31) << shift;
        if five < 32 {
            return Some(if value & 1 == 0 { value >> 1 } else { !(value >> 1) });
        }
    }
    None
}

/// Where on a line the point nearest to `point` is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct On {
    /// Meters along the line, from its start.
    pub along_m: f64,
    /// Meters beside it.
    pub beside_m: f64,
}

/// The place on `line` nearest to `point`, among those from its start to `until_m` along it. `None`
/// without a line.
pub(super) fn nearest(line: &[Point], point: Point, until_m: f64) -> Option<On> {
    let mut along = 0.0;
    let mut best: Option<On> = None;
    for (from, to) in line.iter().zip(line.iter().skip(1)) {
        let length = from.meters_to(*to);
        let (share, beside) = beside(*from, *to, point);
        let here = On { along_m: along + share * length, beside_m: beside };
        if best.is_none_or(|best| here.beside_m < best.beside_m) {
            best = Some(here);
        }
        along += length;
        if along >= until_m {
            break;
        }
    }
    best
}

/// Its length in meters.
pub(super) fn length(line: &[Point]) -> f64 {
    line.iter().zip(line.iter().skip(1)).map(|(from, to)| from.meters_to(*to)).sum()
}

/// How far along `from` to `to` (0 to 1) the nearest place to `point` is, and how many meters beside.
/// On a plane that touches the earth there: pieces of a road are short.
fn beside(from: Point, to: Point, point: Point) -> (f64, f64) {
    let shrink = from.latitude.to_radians().cos();
    let flat = |other: Point| ((other.longitude - from.longitude) * shrink, other.latitude - from.latitude);
    let ((x, y), (px, py)) = (flat(to), flat(point));
    let square = x * x + y * y;
    let share = if square > 0.0 { ((px * x + py * y) / square).clamp(0.0, 1.0) } else { 0.0 };
    let there = Point {
        latitude: from.latitude + (to.latitude - from.latitude) * share,
        longitude: from.longitude + (to.longitude - from.longitude) * share,
    };
    (share, there.meters_to(point))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_line_is_read() {
        // The example of the format's own documentation.
        let points = decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@", Precision::Five).unwrap();
        let pairs: Vec<_> = points.iter().map(|point| (point.latitude, point.longitude)).collect();
        assert_eq!(pairs, [(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]);
    }

    #[test]
    fn a_line_read_with_the_wrong_precision_is_elsewhere() {
        let six = "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI";
        let right = decode(six, Precision::Six).unwrap();
        assert!((right[0].latitude - 38.5).abs() < 1e-9 && (right[2].longitude + 126.453).abs() < 1e-9);
        assert_eq!(decode(six, Precision::Five), None, "ten times 38.5 is not on earth");
        let wrong = decode("_p~iF~ps|U_ulLnnqC", Precision::Six).unwrap();
        assert!(wrong[0].meters_to(right[0]) > 5e6);
    }

    #[test]
    fn what_is_no_line_is_none() {
        for text in ["_", "_p~iF", "_p~iF~ps|", "\u{7f}\u{7f}", "é", "~~~~~~~~~~", " "] {
            assert_eq!(decode(text, Precision::Five), None, "{text}");
        }
        assert_eq!(decode("", Precision::Six), Some(Vec::new()));
    }

    #[test]
    fn the_nearest_place_is_found_and_only_so_far_along() {
        let at = |latitude, longitude| Point { latitude, longitude };
        // Out along a parallel, and back by the next one.
        let line = [at(35.0, -95.0), at(35.0, -94.0), at(35.05, -94.0), at(35.05, -95.0)];
        let whole = length(&line);
        let half = nearest(&line, at(35.01, -94.5), whole).unwrap();
        assert!((half.along_m / at(35.0, -95.0).meters_to(at(35.0, -94.5)) - 1.0).abs() < 0.001);
        assert!((half.beside_m - 1112.0).abs() < 5.0, "{}", half.beside_m);
        let back = at(35.05, -94.5);
        assert!(nearest(&line, back, whole).unwrap().along_m > whole * 0.7);
        assert!(nearest(&line, back, whole / 3.0).unwrap().along_m < whole * 0.3);
        assert_eq!(nearest(&line[..1], back, whole), None);
    }
}
