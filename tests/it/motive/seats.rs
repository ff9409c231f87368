//! Who is shown in which truck, and which trucks are known, while one of the two lists of positions is out: read over HTTP
//! as `sync` reads, and written into a store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use backhaul::model::{Motion, UnitId};
use backhaul::providers::motive::Motive;
use backhaul::providers::{Ask, Provider};
use backhaul::store::{Commit, Health};

use super::requests::both_lists;
use super::server::{Server, say};
use super::{ask, now, vehicles};
use crate::store::{Bench, driver};

/// What the company answers now.
#[derive(Clone, Copy)]
struct Answers {
    /// The status of the list of all.
    all: u16,
    /// Whether Ann is logged in to the truck with a gateway.
    ann: bool,
}

struct World {
    server: Server,
    answers: Arc<Mutex<Answers>>,
    bench: Bench,
}

impl World {
    async fn new() -> Self {
        let answers = Arc::new(Mutex::new(Answers { all: 200, ann: true }));
        let told = Arc::clone(&answers);
        let server = Server::start(move |asked| {
            let answers = *told.lock().unwrap();
            match asked.line.starts_with("/v1/") {
                true if answers.all == 200 => say(200, both_lists(&asked.line)),
                true => say(answers.all, "no"),
                false if answers.ann => say(200, both_lists(&asked.line)),
                false => say(
                    200,
                    vehicles(&[
                        r#"{"id":501,"current_location":{"lat":30,"lon":-97,"located_at":"2026-11-20T15:00:00Z","speed":0}}"#,
                    ]),
                ),
            }
        });
        let mut bench = Bench::new();
        bench.tell("motive", "drivers", vec![driver("801", "Ann"), driver("803", "Bob")]).await;
        Self { server: server.await, answers, bench }
    }

    fn answer(&self, all: u16, ann: bool) {
        *self.answers.lock().unwrap() = Answers { all, ann };
    }

    /// Reads where vehicles are so many seconds from now, and writes it down page by page.
    async fn poll(&self, motive: &Motive, seconds: u64) -> String {
        let now = now().plus(Duration::from_secs(seconds));
        let (mut first, mut next) = (None, None::<String>);
        loop {
            let asked = Ask { page: next.as_deref(), now, ..ask("vehicle_locations") };
            let page = motive.fetch(asked).await.unwrap();
            next.clone_from(&page.next);
            let health = Health { interval_s: 15, done: next.is_none(), ..Health::default() };
            let (account, resource) = ("motive".to_owned(), "vehicle_locations");
            let commit = Commit { account, resource, batch: page.batch, read_rev: first, health, now };
            let applied = self.bench.store.apply(commit).await.unwrap();
            first.get_or_insert(applied.revision);
            if next.is_none() {
                return self.shown();
            }
        }
    }

    /// Where Ann and Bob are, and what the trucks do.
    fn shown(&self) -> String {
        let fleet = self.bench.fleet();
        let id = |id: &str| UnitId(format!("motive:{id}").into());
        let seat = |driver: &str| {
            let tractor = fleet.drivers.get(&id(driver)).unwrap().tractor_id.as_ref();
            tractor.map_or("-".to_owned(), |tractor| tractor.0.as_str().replace("motive:", ""))
        };
        let does = |truck: &str| {
            fleet.tractors.get(&id(truck)).map_or("-", |row| match row.state {
                Motion::Dark => "dark",
                _ => "known",
            })
        };
        format!("Ann {}, Bob {}; 501 {}, 502 {}", seat("801"), seat("803"), does("501"), does("502"))
    }
}

#[tokio::test]
async fn who_logs_out_of_a_truck_with_a_gateway_is_out_of_it_though_the_list_of_all_was_never_read() {
    for status in [400, 502] {
        let world = World::new().await;
        let before = world.server.by_key();
        assert_eq!(world.poll(&before, 0).await, "Ann 501, Bob 502; 501 known, 502 known");
        // Another process takes over, and the list of all fails from its start.
        let motive = world.server.by_key();
        world.answer(status, true);
        assert_eq!(world.poll(&motive, 15).await, "Ann 501, Bob 502; 501 known, 502 known");
        world.answer(status, false);
        for seconds in [30, 300, 900] {
            assert_eq!(
                world.poll(&motive, seconds).await,
                "Ann -, Bob 502; 501 known, 502 known",
                "{seconds}"
            );
        }
        // Nobody has told of his truck for too long.
        assert_eq!(world.poll(&motive, 1200).await, "Ann -, Bob -; 501 known, 502 dark");
        world.answer(200, false);
        assert_eq!(world.poll(&motive, 1260).await, "Ann -, Bob -; 501 known, 502 dark", "it is left alone");
        assert_eq!(world.poll(&motive, 1400).await, "Ann 503, Bob 502; 501 known, 502 known");
    }
}

#[tokio::test]
async fn who_logged_out_before_another_process_took_over_is_out_in_a_quarter_of_an_hour() {
    let world = World::new().await;
    world.poll(&world.server.by_key(), 0).await;
    let motive = world.server.by_key();
    world.answer(400, false);
    assert_eq!(world.poll(&motive, 15).await, "Ann 501, Bob 502; 501 known, 502 known");
    assert_eq!(world.poll(&motive, 930).await, "Ann -, Bob -; 501 known, 502 dark");
}

#[tokio::test]
async fn one_refusal_of_the_list_of_all_lets_nobody_go_and_the_other_list_does() {
    let world = World::new().await;
    let motive = world.server.by_key();
    world.poll(&motive, 0).await;
    world.answer(404, true);
    assert_eq!(world.poll(&motive, 60).await, "Ann 501, Bob 502; 501 known, 502 known");
    world.answer(404, false);
    assert_eq!(world.poll(&motive, 75).await, "Ann -, Bob 502; 501 known, 502 known");
    world.answer(200, true);
    assert_eq!(world.poll(&motive, 240).await, "Ann 501, Bob 502; 501 known, 502 known");
    // Said twice it is so.
    world.answer(404, true);
    assert_eq!(world.poll(&motive, 300).await, "Ann 501, Bob 502; 501 known, 502 known");
    assert_eq!(world.poll(&motive, 480).await, "Ann 501, Bob -; 501 known, 502 known");
    assert_eq!(world.poll(&motive, 1380).await, "Ann 501, Bob -; 501 known, 502 dark");
}
