//! Names that are long, wide or written from right to left, on the board.

use super::board::{fresh, live};
use super::{picture, press};

#[test]
fn a_long_name_leaves_the_line_whole_and_a_filter_that_nothing_passes_says_so() {
    let mut fleet = fresh();
    let long = "Ü東京 שלום ".repeat(34);
    fleet.exceptions = fleet.exceptions.with(super::wrong::awkward(&long));
    let mut app = live(fleet);
    for (width, height) in [(60, 20), (80, 24), (120, 36), (200, 60)] {
        let shown = picture(&mut app, width, height);
        assert!(shown.contains("CRIT") && shown.contains("0091"), "{shown}");
    }
    press(&mut app, "/nothing like it");
    let shown = picture(&mut app, 80, 24);
    assert!(
        shown.contains("no line holds every word of the filter") && shown.contains("Board 0 of"),
        "{shown}"
    );
    press(&mut app, "<esc>/oklahoma");
    assert!(picture(&mut app, 80, 24).contains("Board 1 of"));
}
