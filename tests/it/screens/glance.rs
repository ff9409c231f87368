//! The first frame, drawn before the fleet is read.

use backhaul::model::{Extent, Rows};

use super::board::{live, wrong};
use super::made::told;
use super::{picture, press};

#[test]
fn the_first_frame_is_the_queue_and_keys_wait_for_the_fleet_that_they_are_about() {
    let mut glance = wrong();
    (glance.extent, glance.movements, glance.stops) = (Extent::Glance, Rows::default(), Rows::default());
    let mut app = live(glance.clone());
    let first = picture(&mut app, 120, 24);
    assert!(first.contains("reading the fleet") && !first.contains("open loads"), "{first}");
    // All but the header, and what only the whole fleet tells.
    let is_queue = |line: &&str| !line.starts_with("Not all") && !line.is_empty();
    let untold = |line: &str| line.split("  (").next().unwrap_or_default().to_owned();
    let below = |picture: &str| picture.lines().skip(1).filter(is_queue).map(untold).collect::<Vec<_>>();
    assert_eq!(below(&first), below(&picture(&mut live(wrong()), 120, 24)), "the queue is the same");

    assert_eq!(press(&mut app, "3j<enter>"), None);
    assert_eq!(picture(&mut app, 120, 24), first, "what is not known is not told as not there");
    assert!(app.take_early().is_empty());
    app.update(told(wrong()));
    for event in app.take_early() {
        app.update(event);
    }
    let mut at_once = live(wrong());
    picture(&mut at_once, 120, 24);
    press(&mut at_once, "3j<enter>");
    assert_eq!(picture(&mut app, 120, 24), picture(&mut at_once, 120, 24));

    let mut app = live(glance);
    press(&mut app, "/quincy");
    assert!(!app.quit(), "a letter of what is typed ahead is no key");
    press(&mut app, "<ctrl-c>");
    assert!(app.quit(), "who wants to leave does not wait");
}
