//! Pictures of every panel, at the size of the oldest terminal and at that of a window.

use super::{Event, Mode, picture, press, small, told_of};

fn shown(keys: &str, width: u16, height: u16) -> String {
    let mut app = told_of(small());
    app.update(Event::Mode(Mode::Live { every_s: 5 }));
    press(&mut app, keys);
    picture(&mut app, width, height)
}

#[test]
fn look() {
    for keys in [
        "3",
        "4",
        "5",
        "6",
        "7",
        "3j<enter>",
        "4<enter>",
        "5jj<enter>",
        "6<enter>",
        "7jj<enter>",
        "?",
        "5/ama",
    ] {
        for (w, h) in [(80, 24), (120, 36)] {
            println!("=== {keys} {w}x{h}\n{}\n", shown(keys, w, h));
        }
    }
    println!("=== 160\n{}", shown("3", 160, 24));
    println!("=== 160\n{}", shown("4", 160, 24));
    println!("=== 60\n{}", shown("3", 60, 20));
    println!("=== 40\n{}", shown("3", 40, 10));
}
