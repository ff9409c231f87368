//! What the help lists: what keys do here, what they do everywhere, what can be typed as a filter, and the words and
//! marks on the screen.

use super::Choice;
use super::score::Query;
use crate::model::folded;
use crate::tui::action::Action;
use crate::tui::chat::DOUBT;
use crate::tui::words;

/// The parts of the help, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Here,
    Everywhere,
    Filters,
    Written,
    About,
}

impl Part {
    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Here => "Keys for this screen",
            Self::Everywhere => "Keys everywhere",
            Self::Filters => "Filters: every term must hold",
            Self::Written => "What is written",
            Self::About => "About",
        }
    }
}

/// A word or mark, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub term: &'static str,
    pub means: &'static str,
}

const fn word(term: &'static str, means: &'static str) -> Word {
    Word { term, means }
}

/// What keys do together.
const TOGETHER: &[Word] = &[word(
    "418",
    "three digits, each within half a second of the one before, look a number up, from any panel; esc ends it",
)];

/// What a panel's filter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filters {
    /// There is nothing to filter.
    Nothing,
    /// Words that a row has somewhere.
    Words,
    /// The same, and what is asked of these fields, by whichever of their names.
    Fields(Vec<&'static str>),
}

impl Filters {
    /// Whether an example that asks for this does something.
    fn takes(&self, asks: &Asks) -> bool {
        match (self, asks) {
            (Self::Words | Self::Fields(_), Asks::Words) | (Self::Fields(_), Asks::Grammar) => true,
            (Self::Fields(known), Asks::Field(field)) => known.contains(field),
            (Self::Nothing, _) | (Self::Words, Asks::Grammar | Asks::Field(_)) => false,
        }
    }
}

/// What an example of a filter asks for.
enum Asks {
    /// A text, wherever it stands.
    Words,
    /// More than that, of whatever has fields.
    Grammar,
    /// This field.
    Field(&'static str),
}

/// What can be typed after `/`, by example.
const FILTERS: &[(Asks, Word)] = &[
    (Asks::Words, word("amarillo 41", "rows with both texts, in any column")),
    (Asks::Grammar, word("\"fort worth\"", "a text with a space in it")),
    (Asks::Grammar, word("-yard", "rows without it; before any term")),
    (
        Asks::Field("driver"),
        word("driver:smith", "a word of the field begins so; driver=\"ann smith\" is it exactly"),
    ),
    (Asks::Field("account"), word("account:samsara", "a word of the field begins so")),
    (Asks::Field("place"), word("place:amarillo", "a word of where it is begins so, as the column says it")),
    (Asks::Field("speed"), word("state:moving", "a state; state:idle,stopped is either")),
    (Asks::Field("risk"), word("risk:late", "a state; risk:late,at_risk is either")),
    (Asks::Field("duty"), word("status:sleeper", "a state; status:sleeper,off_duty is either")),
    (Asks::Field("every"), word("state:down", "a state; state:down,late is either")),
    (
        Asks::Field("drive"),
        word("drive>=5h", "more, less: 5h, 30m, 2d, 1h20, 5:30; what is not known passes neither"),
    ),
    (
        Asks::Field("age"),
        word("age>20m", "more, less: 5h, 30m, 2d, 1h20, 5:30; what is not known passes neither"),
    ),
    (Asks::Field("fuel"), word("fuel<25", "per cent")),
    (Asks::Field("speed"), word("speed>60", "miles an hour; 100kmh where said so")),
    (
        Asks::Field("near"),
        word(
            "near:dallas<100",
            "miles around a city, a unit, a driver or lat,lon; 100 where none are said; 160km where said so",
        ),
    ),
    (
        Asks::Field("trailer"),
        word("trailer:empty", "empty, or nobody knows (?); trailer=empty is what is known to be"),
    ),
    (Asks::Field("place"), word("load:none", "there is none")),
    (Asks::Field("drive"), word("drive:?", "it is not known")),
];

const WRITTEN: &[Word] = &[
    word(words::UNKNOWN, "not known; never zero"),
    word("AGE", "how old what the row says is: since the device, the log or the TMS said so"),
    word(
        words::OFFICE_TIME,
        "the office's time: the stop's zone is not told and its state has two; no mark is the stop's own time",
    ),
    word("Tulsa, OK 1h43", "a driver's place that is older than AGE, which is of the clocks"),
    word(
        "12 mi E of Tulsa OK",
        "where a position is: how far from a town that people know; its page has its account's own words too",
    ),
    word("near I-40", "a road passes within a few miles of it; it need not be on it"),
    word("(carrier)", "no driver of ours: an outside carrier moves the load"),
    word("(unknown)", "a driver whom the TMS names and no roster has"),
    word(
        "tms est car",
        "what an ETA or a lateness rests on: the TMS, a straight line, a car's route; no mark is a truck's route",
    ),
    word("~14:05 Tue~14:05 LATE ~35m", "the same where there is no room to say which: not a truck's route"),
    word(
        "CRIT HIGH MED LOW",
        "SEV: how bad it is; of several things on one load the worst, the others behind +",
    ),
    word(
        "worst first",
        "by severity and by how soon it must be acted on; what is past stands after what can still be saved",
    ),
    word("CRIT ^", "\u{2191} or ^ behind SEV: getting worse"),
    word("CRIT v", "\u{2193} or v behind SEV: getting better"),
    word("CRIT x", "\u{d7} or x behind SEV: it does not hold any more, and goes off the board if that lasts"),
    word("CRIT ?", "nobody can tell any more whether it holds: what it says is from before"),
    word("- late", "a count that nobody knows yet: nothing was read, or loads are not judged yet"),
    word("LEFT", "how long something can still be done about it"),
    word(
        "WHO",
        "who sees to it; who has seen it; +ann: has only what else the line tells of; ~bob: looks at it now; n2: notes; z15:00: you snoozed it until then",
    ),
    word("22:15-00:30", "in WINDOW: it closes on the day after it opens"),
    word(
        "to Tue 10:25",
        "in WINDOW: when it closes; there is no room for when it opens. by Tue 10:25: no opening is told",
    ),
    word("+1h20", "to spare before the window closes that the load is judged by"),
    word("LATE 35m", "cannot legally be there before that window closes, and comes that long after"),
    word("RISK 7m", "comes that long after that window closes, unless it goes better than usual"),
    word("+1 Memphis TN", "in NEXT: judged by the stop after the next one"),
    word("PAST 35m", "the window closed that long ago, with no arrival told"),
    word("HERE 1h05", "at the stop for that long"),
    word("STOP 9h-15h", "stood for 9 hours at least, for 15 at most: it was not heard of in between"),
    word("FREE 20m left", "at a stop, within the free time"),
    word("HELD 20m over", "at a stop, so long beyond the free time"),
    word("with 418", "a trailer that has no tracker: where tractor 418 is"),
    word("THERE", "when it can legally be at the place that the filter names"),
    word(DOUBT, "in the chat: a number that is not from the data"),
    word("DARK 3h05", "nothing heard for longer than is normal for the unit: last seen that long ago"),
    word(
        "first limit",
        "the clock that ends driving first: 11H, 14H, BREAK, CYCLE; counted down between polls",
    ),
];

const ABOUT: &[Word] = &[
    word("backhaul", concat!("version ", env!("CARGO_PKG_VERSION"), ", MIT or Apache 2.0")),
    word("towns", "GeoNames (geonames.org), CC BY 4.0, trimmed"),
    word("land, roads", "Natural Earth; US Census Bureau"),
];

/// All that has each word typed, in the order of the help.
pub fn choices(
    actions: &[(Part, Action)],
    filters: &Filters,
    query: &Query,
    keys: &dyn Fn(Action) -> String,
) -> Vec<Choice> {
    let fits =
        |term: &str, means: &str| query.is_empty() || query.is_in(&folded(&format!("{term}\n{means}")));
    let is_wanted = |action: Action| {
        let names = format!("{}\n{}", keys(action), action.name().replace('_', " "));
        fits(&names, action.description())
    };
    let actions = actions.iter().filter(|(_, action)| is_wanted(*action));
    let of = |part: Part, words: &'static [Word]| words.iter().map(move |word| (part, word));
    let filters = FILTERS.iter().filter(|(asks, _)| filters.takes(asks));
    let words = of(Part::Everywhere, TOGETHER)
        .chain(filters.map(|(_, word)| (Part::Filters, word)))
        .chain(of(Part::Written, WRITTEN))
        .chain(of(Part::About, ABOUT));
    actions
        .map(|(_, action)| Choice::Action(*action))
        .chain(
            words
                .filter(|(_, word)| fits(word.term, word.means))
                .map(|(part, word)| Choice::Word(part, word)),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::model::{Driver, FeedStatus, Fleet, Movement, Timestamp, Tractor, Trailer};
    use crate::rules::filter::{Asked, Filter, Scene};
    use crate::rules::freshness::Freshness;

    /// The examples that are shown beside rows of a kind.
    fn shown<T: Asked>() -> Vec<&'static str> {
        let names = |field: &crate::rules::filter::Field<T>| [&[field.name], field.aliases].concat();
        let filters = Filters::Fields(T::FIELDS.iter().flat_map(names).collect());
        let (fleet, fresh, committed) = (Fleet::default(), Freshness::default(), OnceLock::new());
        let now = Timestamp::from_secs(0);
        let scene = Scene { fleet: &fleet, fresh: &fresh, committed: &committed, now, metric: false };
        let shown = FILTERS.iter().filter(|(asks, _)| filters.takes(asks));
        let shown: Vec<_> = shown.map(|(_, word)| word.term).collect();
        for term in &shown {
            let complaints = Filter::<T>::read(term, &scene).complaints;
            assert!(complaints.is_empty(), "{term}: {complaints:?}");
        }
        shown
    }

    #[test]
    fn what_is_shown_as_a_filter_works_there() {
        let has =
            |terms: &[&str]| ["trailer:empty", "drive>=5h", "fuel<25"].map(|term| terms.contains(&term));
        assert_eq!(has(&shown::<Movement>()), [true, false, false]);
        assert_eq!(has(&shown::<Driver>()), [true, true, false]);
        assert_eq!(has(&shown::<Tractor>()), [true, false, true]);
        assert_eq!(has(&shown::<Trailer>()), [true, false, false]);
        assert_eq!(has(&shown::<FeedStatus>()), [false, false, false]);
        let words = FILTERS.iter().filter(|(asks, _)| Filters::Words.takes(asks));
        assert_eq!(words.map(|(_, word)| word.term).collect::<Vec<_>>(), ["amarillo 41"]);
        assert!(!FILTERS.iter().any(|(asks, _)| Filters::Nothing.takes(asks)));
    }
}
