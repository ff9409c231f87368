//! How the knowing goes: every feed with its trouble, and who polls, who looks on, what was set aside.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::units::told;
use super::{Go, Panel, Subject};
use crate::model::{FeedStatus, Fleet, Viewer};
use crate::rules::age::is_behind;
use crate::tui::app::Mode;
use crate::tui::facts::Facts;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::sheet::Sheet;
use crate::tui::widgets::table::{Cell, Column, Group, Listed, Listing, Order, State, Table, Width};
use crate::tui::widgets::text::put;
use crate::tui::words::{self, UNKNOWN};

/// Lines under the table.
const SUMMARY: u16 = 5;

impl Listed for FeedStatus {
    const TITLE: &'static str = "Health";
    const SORTED_BY: usize = 0;
    const ANSWERS: &'static [(&'static str, &'static str)] = &[("age", "READ"), ("state", "TROUBLE")];
    const GROUPS: &'static [Group<Self>] =
        &[Group { name: "account", of: |row, _| Some(row.account.clone()) }];
    const COLUMNS: &'static [Column<Self>] = &[
        Column {
            title: "ACCOUNT",
            width: Width::Text(8, 12),
            rank: 0,
            grows: 3,
            cell: |row, _| row.account.clone().into(),
            order: |row, _| Order::text(&row.account),
        },
        Column {
            title: "FEED",
            width: Width::Text(16, 26),
            rank: 1,
            grows: 1,
            cell: |row, _| row.resource.clone().into(),
            order: |row, _| Order::text(&row.resource),
        },
        Column {
            title: "EVERY",
            width: Width::Fixed(5),
            rank: 4,
            grows: 0,
            cell: |row, _| every(row.interval_s).into(),
            order: |row, _| Order::Number(row.interval_s),
        },
        Column {
            title: "READ",
            width: Width::Fixed(5),
            rank: 2,
            grows: 0,
            cell: read,
            order: |row, _| Order::number(row.last_ok_at.map(|at| -at.millis())),
        },
        Column {
            title: "CALLS",
            width: Width::Text(6, 9),
            rank: 5,
            grows: 4,
            cell: |row, _| row.calls.to_string().into(),
            order: |row, _| Order::Number(row.calls),
        },
        Column {
            title: "LEFT",
            width: Width::Text(4, 6),
            rank: 6,
            grows: 5,
            cell: |row, _| row.tokens_left.map_or_else(|| UNKNOWN.to_owned(), |left| left.to_string()).into(),
            order: |row, _| Order::number(row.tokens_left),
        },
        Column {
            title: "TROUBLE",
            width: Width::Text(27, 90),
            rank: 3,
            grows: 2,
            cell: trouble,
            order: |row, _| Order::number(row.error_since_at.map(crate::model::Timestamp::millis)),
        },
        Column {
            title: "NEXT TRY",
            width: Width::Fixed(8),
            rank: 7,
            grows: 0,
            cell: |row, facts| next_try(row, facts).into(),
            order: |row, _| Order::number(row.next_try_at.map(crate::model::Timestamp::millis)),
        },
    ];

    fn count(fleet: &Fleet) -> usize {
        fleet.feeds.len()
    }

    fn at(fleet: &Fleet, index: usize) -> Option<&Self> {
        fleet.feeds.get(index)
    }

    fn subject(&self) -> Subject {
        Subject::Feed { account: self.account.clone(), resource: self.resource.clone() }
    }

    fn is(&self, subject: &Subject) -> bool {
        is(self, subject)
    }

    fn state(&self, facts: &Facts) -> Option<State> {
        let role = trouble(self, facts).role;
        (role == Role::Bad)
            .then_some(State { rank: 2, word: "down", role })
            .or_else(|| (role == Role::Warn).then_some(State { rank: 1, word: "late", role }))
    }

    fn sentence(&self, facts: &Facts) -> String {
        let read = words::age(self.last_ok_at, facts.now);
        match &self.error {
            Some(error) => format!(
                "{} {}: {error}, for {}; last read {read} ago.",
                self.account,
                self.resource,
                words::age(self.error_since_at, facts.now)
            ),
            None => format!("{} {}: last read {read} ago, nothing wrong.", self.account, self.resource),
        }
    }
}

/// Whether the feed is the one identified.
pub fn is(row: &FeedStatus, subject: &Subject) -> bool {
    matches!(subject, Subject::Feed { account, resource } if *account == row.account && *resource == row.resource)
}

/// Everything known of a feed.
pub fn sheet(row: &FeedStatus, facts: &Facts) -> Sheet {
    let mut sheet = Sheet::about(format!("Feed {} {}", row.account, row.resource));
    sheet.heading("Feed");
    sheet.field("read every", every(row.interval_s));
    sheet.field("last read", words::or_unknown(Some(&told(row.last_ok_at, None, facts.now))));
    sheet.field("last tried", words::or_unknown(Some(&told(row.last_try_at, None, facts.now))));
    sheet.field("calls made", row.calls.to_string());
    sheet.field("calls left", words::or_unknown(row.tokens_left.map(|left| left.to_string()).as_deref()));
    sheet.heading("Trouble");
    match &row.error {
        Some(error) => {
            sheet.judged("what", error.clone(), Role::Bad, "");
            sheet.field("since", words::or_unknown(Some(&told(row.error_since_at, None, facts.now))));
            sheet.field("next try", next_try(row, facts));
        }
        None if row.interval_s > 0 && is_behind(row, facts.now) => {
            sheet.judged("what", "it has not been read for three of its intervals", Role::Warn, "");
        }
        None => sheet.field("what", "none"),
    }
    sheet
}

fn every(seconds: i64) -> String {
    match seconds {
        ..=0 => "asked".to_owned(),
        1..120 => format!("{seconds}s"),
        _ => words::minutes(seconds),
    }
}

fn read(row: &FeedStatus, facts: &Facts) -> Cell {
    let late = row.interval_s > 0 && is_behind(row, facts.now);
    Cell::of(words::age(row.last_ok_at, facts.now), if late { Role::Warn } else { Role::Text })
}

fn trouble(row: &FeedStatus, facts: &Facts) -> Cell {
    match &row.error {
        Some(error) => Cell::of(format!("{} {error}", words::age(row.error_since_at, facts.now)), Role::Bad),
        None if row.last_ok_at.is_none() => Cell::of("never read".to_owned(), Role::Warn),
        None if row.interval_s > 0 && is_behind(row, facts.now) => Cell::of("late".to_owned(), Role::Warn),
        None => Cell::of("ok".to_owned(), Role::Good),
    }
}

fn next_try(row: &FeedStatus, facts: &Facts) -> String {
    match row.next_try_at {
        Some(at) if row.error.is_some() => match at.secs_since(facts.now) {
            ..=0 => "now".to_owned(),
            seconds @ 1..60 => format!("in {}s", (seconds + 9) / 10 * 10),
            seconds => format!("in {}", words::minutes(seconds)),
        },
        _ => UNKNOWN.to_owned(),
    }
}

/// The table of feeds over a summary of everything else.
pub struct Health(pub Table<FeedStatus>);

impl Panel for Health {
    fn spoil(&mut self) {
        self.0.spoil();
    }
    fn arrange(&mut self, facts: &Facts) {
        self.0.arrange(facts);
    }
    fn fit(&mut self, size: Size) {
        self.0.fit(Size::new(size.width, size.height.saturating_sub(SUMMARY + 1)));
    }
    fn go(&mut self, go: Go, facts: &Facts) {
        self.0.go(go, facts);
    }
    fn select(&mut self, subject: &Subject, facts: &Facts) -> bool {
        self.0.select(subject, facts)
    }

    fn filter(&mut self, text: &str) {
        self.0.filter(text);
    }
    fn sort(&mut self) {
        self.0.sort();
    }
    fn reverse(&mut self) {
        self.0.reverse();
    }
    fn headline(&self, facts: &Facts) -> String {
        self.0.headline(facts)
    }
    fn point(&mut self, line: u16, facts: &Facts) {
        self.0.point(line, facts);
    }
    fn subject(&self, facts: &Facts) -> Option<Subject> {
        self.0.subject(facts)
    }
    fn sentence(&self, facts: &Facts) -> Option<String> {
        self.0.sentence(facts)
    }
    fn hold(&mut self) {
        self.0.hold();
    }
    fn drawn(&mut self, facts: &Facts) {
        self.0.drawn(facts);
    }
    fn listing(&self) -> Option<&dyn Listing> {
        self.0.listing()
    }
    fn listing_mut(&mut self) -> Option<&mut dyn Listing> {
        self.0.listing_mut()
    }
    fn draw(&self, area: Rect, buf: &mut Buffer, facts: &Facts, theme: Theme) {
        let above = Rect { height: area.height.saturating_sub(SUMMARY + 1), ..area };
        self.0.draw(above, buf, facts, theme);
        let lines = summary(facts);
        for (y, (name, text, role)) in (area.bottom().saturating_sub(SUMMARY)..area.bottom()).zip(&lines) {
            put(buf, (area.x, y), 10, name, theme.style(Role::Muted), facts.glyphs);
            put(buf, (area.x + 11, y), area.width.saturating_sub(11), text, theme.style(*role), facts.glyphs);
        }
    }
}

fn summary(facts: &Facts) -> [(&'static str, String, Role); SUMMARY as usize] {
    let fleet = &facts.fleet;
    let polls = match (&facts.leader, facts.mode) {
        (Some(leader), _) => (
            format!(
                "pid {} on {}, for {}",
                leader.pid,
                leader.host,
                words::age(Some(leader.since_at), facts.now)
            ),
            Role::Text,
        ),
        (None, Mode::Live { .. } | Mode::Idle { .. }) => ("not known".to_owned(), Role::Warn),
        (None, Mode::View) => ("nobody: nothing here will get newer".to_owned(), Role::Bad),
    };
    let conflicts = match fleet.conflicts.first() {
        Some(first) => (
            format!(
                "{}: {} {}: {}",
                fleet.conflicts.len(),
                first.kind.word(),
                first.records.join(", "),
                first.reason
            ),
            Role::Warn,
        ),
        None => ("none".to_owned(), Role::Text),
    };
    let totals = &fleet.totals;
    [
        ("polls", polls.0, polls.1),
        ("viewers", viewers(&fleet.viewers), Role::Text),
        ("set aside", format!("{} rows since the database was created", totals.rejected), Role::Text),
        ("conflicts", conflicts.0, conflicts.1),
        ("database", format!("{}, schema {}", words::bytes(totals.bytes), totals.schema), Role::Text),
    ]
}

fn viewers(viewers: &[Viewer]) -> String {
    let who = |viewer: &Viewer| format!("{}@{} {}", viewer.user, viewer.host, viewer.view);
    match viewers.len() {
        0 => "none".to_owned(),
        count => format!("{count}: {}", viewers.iter().map(who).collect::<Vec<_>>().join(", ")),
    }
}
