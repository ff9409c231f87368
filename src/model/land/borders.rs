//! The borders, and whether one lies between two places: those of the three countries and of the states of the US.
//! What they enclose has no name here; it is named by a town that no border parts from it.

use super::{Bounds, Layer, Line};

type Place = (f32, f32);

/// All pieces of all borders.
#[derive(Debug)]
pub struct Borders {
    pieces: Vec<&'static Line>,
}

impl Borders {
    pub(super) fn new(lines: &'static [Line]) -> Self {
        let borders = lines.iter().filter(|line| matches!(line.layer, Layer::Border | Layer::State));
        Self { pieces: borders.collect() }
    }

    /// Whether the straight way from one place to the other, as (latitude, longitude), crosses a border. Within
    /// 0.15 miles of a border either may be said.
    pub fn part(&self, from: Place, to: Place) -> bool {
        let way = Bounds::around(&[from, to]);
        let near = self.pieces.iter().filter(|piece| piece.bounds.meets(&way));
        near.flat_map(|piece| piece.points.windows(2)).any(|ends| {
            Bounds::around(ends).meets(&way)
                && on_two_sides(from, to, ends[0], ends[1])
                && on_two_sides(ends[0], ends[1], from, to)
        })
    }
}

/// Whether `one` and `other` lie on the two sides of the line through `from` and `to`.
fn on_two_sides(from: Place, to: Place, one: Place, other: Place) -> bool {
    let side = |place: Place| (to.0 - from.0) * (place.1 - from.1) - (to.1 - from.1) * (place.0 - from.0);
    (side(one) > 0.0) != (side(other) > 0.0)
}

#[cfg(test)]
mod tests {
    use super::super::Land;

    #[test]
    fn a_border_parts_what_lies_on_its_two_sides() {
        let town = |name: &str, state: &str| {
            let of_name = |town: &&super::super::Town| town.name == name && town.state_or_country() == state;
            let found = Land::towns().iter().find(of_name).unwrap_or_else(|| panic!("no {name} {state}"));
            (found.latitude, found.longitude)
        };
        let check = |(from, of): (&str, &str), (to, its): (&str, &str), expected: bool| {
            let ends = (town(from, of), town(to, its));
            assert_eq!(Land::borders().part(ends.0, ends.1), expected, "{from} to {to}");
            assert_eq!(Land::borders().part(ends.1, ends.0), expected, "{to} to {from}");
        };
        check(("Newark", "NJ"), ("New York City", "NY"), true);
        check(("Newark", "NJ"), ("Elizabeth", "NJ"), false);
        check(("Kansas City", "KS"), ("Kansas City", "MO"), true);
        check(("Texarkana", "TX"), ("Texarkana", "AR"), true);
        check(("Detroit", "MI"), ("Windsor", "ON"), true);
        check(("Laredo", "TX"), ("Nuevo Laredo", "MX"), true);
        check(("Dallas", "TX"), ("Fort Worth", "TX"), false);
        check(("Winnipeg", "MB"), ("Brandon", "MB"), false);
        check(("Chicago", "IL"), ("Chicago", "IL"), false);
    }
}
