//! The words of questions: those that change nothing, those that stand before others, and those that a look-up speaks of.
//! Each list is words with spaces between them.

use super::hours;
use crate::assistant::tools::Tool;

/// Words that change nothing in any question.
pub const FILLER: &str = "a about actually all an and any anybody anyone anything are at be been being by can check could \
     currently do does doing driver drivers everything find for from get getting \
     give got have has hello hey hi how how's i in is it it's its just know list \
     load loads look looking may moment need now of ok okay on one or our out please pls present \
     really right see show so some somebody someone state still tell thanks that that's the \
     their them there there's they to tractor tractors truck trucks trying unit units up us \
     want we what what's whats which who who's whos whose will with would you your yet";
/// Words that mean who or what is selected, or who asks.
pub const POINTING: &str = "he her here him his me she this";
/// Of those, words for somebody.
pub const SOMEBODY: &str = "he her him his she";
/// What one of them may stand before.
pub const NOUNS: &str = "load driver truck tractor unit trailer one movement";
/// Whoever asks is no part of what he asks, behind these.
pub const TELL: &str = "find get give let send show tell";
/// Words that turn round what a question asks for.
pub const TURNED: &str = "aren't besides but can't cannot don't except excluding hasn't haven't isn't minus neither never \
     no nobody none nor not other outside without won't";
/// Words that stand before a noun.
pub const ARTICLES: &str = "a an our the";
/// What stands before a place.
pub const BEFORE_PLACE: &str = "in at near around to from into inside through leaving by";
/// What stands before what a question is only about.
pub const BEFORE: &str = "of for with on without not";
/// Words of a time that is over.
pub const OVER: &str = "did was were had yesterday ago went last";
/// What a number counts.
pub const COUNTED: &str = "hours hour hrs h miles mile mi more";
/// What says, before a number, that it is so far ahead or around.
pub const AHEAD: &str = "next within coming";
/// What may stand between who it is and what he is to do: "can ana legally make it".
pub const BESIDE: &str = "able actually enough even ever going have hours just legally possibly realistically really \
     still time to";

/// Whether `word` is one of `list`.
pub fn is_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|one| one == word)
}

/// Whether a word stands in questions, and is nobody's name there.
pub fn is_plain(word: &str) -> bool {
    let lists = [FILLER, POINTING, OVER, TURNED, COUNTED, AHEAD, BEFORE, BEFORE_PLACE, BESIDE];
    lists.iter().any(|list| is_of(list, word)) || Tool::ALL.into_iter().any(|tool| is_spoken_of(tool, word))
}

/// Whether the answer of a look-up speaks of this, so that a question that says it loses nothing.
pub fn is_spoken_of(tool: Tool, word: &str) -> bool {
    let list = match tool {
        Tool::DriverHours => return hours::FILLER.contains(&word),
        Tool::LateLoads => {
            "driving drives late behind risk going gonna running run why schedule freight trouble \
             worst first movements soon"
        }
        Tool::HoursRunningOut => {
            "hours hour run runs running hos end ends first tonight soon clock clocks going almost \
             when"
        }
        Tool::Detention => "stuck detention detained waiting held sitting free time long",
        Tool::UncoveredPickups => {
            "pickup pickups cover covered uncovered unassigned assigned anybody open needs need picks \
             picking waiting"
        }
        Tool::OpenExceptions => "handoff handover hand off shift change send open sheet",
        Tool::SyncHealth => "data feeds feed sync good fresh stale true old right health date how",
        Tool::WhyDark => "why dark silent gone updating update reporting going went tractor",
        Tool::Near => {
            "reach near around nearby close closest nearest empty empties left drive driving trailer \
             trailers available free having least where"
        }
        Tool::DriverLocation => {
            "driving drives hauling carrying pulling where where's wheres going headed heading location located \
             whereabouts bound position today"
        }
        Tool::MovementStatus => {
            "when eta arrive where where's wheres status late claimed owner order po bol pro number \
             risk why movement going time running behind headed freight owns loaded"
        }
        Tool::Eta => {
            "eta when when's arrive arrives arriving deliver delivers delivering order po bol \
             movement time due"
        }
        Tool::PlanLegalArrival => {
            "going make reach legally legal plan time movement order po possibly even appointment \
             when drive enough hours able realistically ever be"
        }
        Tool::BestDrivers => "else take best instead re-power repower cover movement order run legally",
        Tool::TrailerWhere => "trailer where where's wheres long sat sitting sit since been how empty loaded",
        Tool::Find | Tool::SearchDrivers => "where where's wheres po order bol number trailer",
    };
    is_of(list, word)
}

/// Whether the word there that turns a question round is a part of what the look-up is asked by: "not covered", "without
/// a driver".
pub fn is_negated(tool: Tool, words: &[&str], at: usize) -> bool {
    let mut behind = words.iter().skip(at + 1).filter(|word| !is_of("a any be been being is yet", word));
    let next = behind.next().copied().unwrap_or_default();
    let list = match (tool, words[at]) {
        (Tool::UncoveredPickups, "nobody") => "on assigned",
        (Tool::UncoveredPickups, "no" | "without") => "cover driver drivers tractor truck",
        (Tool::UncoveredPickups, _) => "covered assigned",
        (Tool::WhyDark, "not" | "isn't" | "aren't") => "updating update reporting",
        _ => return false,
    };
    is_of(list, next)
}
