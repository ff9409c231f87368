//! Everything a key can do, in one table: the key file, the help and the footer read it.

/// Something a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is described once, in `ALL`")]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Open,
    Back,
    Filter,
    Sort,
    Reverse,
    Columns,
    Group,
    Copy,
    Export,
    Command,
    View1,
    View2,
    View3,
    Refresh,
    Trail,
    Board,
    Map,
    Movements,
    Drivers,
    Tractors,
    Trailers,
    Health,
    Ack,
    Claim,
    Snooze,
    Note,
    Accept,
    Snoozed,
    Late,
    Limits,
    Detention,
    Uncovered,
    Plan,
    Best,
    NextLate,
    LastPanel,
    Chat,
    ChatNext,
    ChatNew,
    ChatOther,
    ChatAside,
    Mouse,
    Help,
    Suspend,
    Quit,
    Leave,
    OnMap(OnMap),
}

/// Something that a key can do on the map alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is described once, in `Action::ALL`")]
pub enum OnMap {
    Pan(Toward),
    PanFar(Toward),
    ZoomIn,
    ZoomOut,
    FitAll,
    FitSelection,
    FitFilter,
    Follow,
    Next,
    Previous,
    NextLate,
    Trail,
    Back,
    Forward,
    Ink,
}

/// Where to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the four winds")]
pub enum Toward {
    North,
    South,
    West,
    East,
}

/// Where a key does what it does. On the map, and on the handoff, their own keys come first; a key that both have
/// does the other thing everywhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Realm {
    /// On every panel.
    Everywhere,
    /// On the map alone.
    Map,
    /// On the page of a change of shift alone.
    Handoff,
    /// In the chat alone.
    Chat,
}

impl Action {
    /// Whether what it does is written into the database, for others to read.
    pub const fn writes(self) -> bool {
        matches!(self, Self::Ack | Self::Claim | Self::Snooze | Self::Note | Self::Accept | Self::Refresh)
    }

    /// Every action with its name in `[keys]` and what it does, in the order of the help.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Up, "up", "select the row above"),
        (Self::Down, "down", "select the row below"),
        (Self::PageUp, "page_up", "one screen up"),
        (Self::PageDown, "page_down", "one screen down"),
        (Self::First, "first", "go to the first row"),
        (Self::Last, "last", "go to the last row"),
        (Self::Open, "open", "open the selected row: all that is known of it, with age and source"),
        (Self::Back, "back", "go back one step; dismiss a message; drop the filter"),
        (
            Self::Filter,
            "filter",
            "show only rows that pass: words, or what ? lists for the panel; `near dallas` and enter: who can be there first",
        ),
        (Self::Sort, "sort", "sort by the next column; on the board, look at health"),
        (Self::Reverse, "reverse", "turn the order round"),
        (
            Self::Columns,
            "columns",
            "pick the columns: space shows or hides, s sorts, backspace lets the width choose",
        ),
        (Self::Group, "group", "group the rows by dispatcher, then by fleet, then not"),
        (Self::Copy, "copy", "copy the row as a sentence (through the terminal, OSC 52)"),
        (
            Self::Export,
            "export",
            "write the rows shown, or a detention's proof, to a CSV file; :export json for JSON",
        ),
        (
            Self::Command,
            "command",
            "the palette: go to any unit, driver, load, order or town by name, or do anything by its name",
        ),
        (Self::View1, "view_1", "show the first view that was saved with :save NAME"),
        (Self::View2, "view_2", "show the second saved view"),
        (Self::View3, "view_3", "show the third saved view; others by :view NAME"),
        (Self::Refresh, "refresh", "have every feed read now"),
        (Self::Board, "board", "what is wrong and wants somebody, the worst first"),
        (Self::Map, "map", "the map: where every unit is, with the selected load's stops"),
        (
            Self::Trail,
            "trail",
            "show on the map where the selected unit was in the last 24 hours; again hides it",
        ),
        (Self::Movements, "movements", "the loads: status, units, next stop, window, ETA, slack"),
        (Self::Drivers, "drivers", "the drivers: status and hours left"),
        (Self::Tractors, "tractors", "the tractors: what they do, and where"),
        (Self::Trailers, "trailers", "the trailers: where, how long, attached to what"),
        (Self::Health, "health", "every feed and who polls: what is late, and why"),
        (Self::Ack, "ack", "say that you have seen it, again takes that back; it stays in sight"),
        (Self::Claim, "claim", "say that you see to it; again releases it"),
        (Self::Snooze, "snooze", "do not bother me with it for a while; others still see it"),
        (Self::Note, "note", "write a note on it, for everybody"),
        (Self::Accept, "accept", "in the handoff: take this line over, for everybody to see; then the next"),
        (Self::Snoozed, "snoozed", "show or hide what you snoozed"),
        (Self::Late, "late", "the board of loads that will be late or are not covered; again shows all"),
        (Self::Uncovered, "uncovered", "the board of pickups that nobody can legally make; again shows all"),
        (Self::Limits, "limits", "whose hours end before his work does, where, and how far short"),
        (Self::Detention, "detention", "who is held at a stop, and how much free time is left"),
        (Self::Plan, "plan", "can he make it legally: the plan of the selected load"),
        (Self::Best, "best", "who else can take the selected load"),
        (Self::NextLate, "next_late", "go to the next late load"),
        (Self::LastPanel, "last_panel", "go back to the panel before this one"),
        (Self::Chat, "chat", "ask in plain words; esc cancels the answer, then puts the chat away"),
        (Self::ChatNext, "chat_next", "in the chat: go through what the answer names; enter goes to its row"),
        (Self::ChatNew, "chat_new", "in the chat: begin another conversation, as :new does"),
        (
            Self::ChatOther,
            "chat_other",
            "in the chat: go to the conversation before; from the first to the last",
        ),
        (Self::ChatAside, "chat_aside", "in the chat: go to the panel and leave the chat beside it"),
        (Self::Mouse, "mouse", "turn the mouse on or off: the wheel scrolls, a click selects"),
        (Self::Help, "help", "show or hide this help; type to search it, enter does what is selected"),
        (Self::Suspend, "suspend", "put the console aside; `fg` brings it back"),
        (Self::Quit, "quit", "leave the console"),
        (Self::Leave, "leave", "leave at once, wherever you are"),
        (Self::OnMap(OnMap::Pan(Toward::West)), "map_left", "on the map: move left"),
        (Self::OnMap(OnMap::Pan(Toward::East)), "map_right", "on the map: move right"),
        (Self::OnMap(OnMap::Pan(Toward::North)), "map_up", "on the map: move up"),
        (Self::OnMap(OnMap::Pan(Toward::South)), "map_down", "on the map: move down"),
        (Self::OnMap(OnMap::PanFar(Toward::West)), "map_far_left", "on the map: move left by a third"),
        (Self::OnMap(OnMap::PanFar(Toward::East)), "map_far_right", "on the map: move right by a third"),
        (Self::OnMap(OnMap::PanFar(Toward::North)), "map_far_up", "on the map: move up by a third"),
        (Self::OnMap(OnMap::PanFar(Toward::South)), "map_far_down", "on the map: move down by a third"),
        (Self::OnMap(OnMap::ZoomIn), "map_zoom_in", "on the map: nearer, about the selected unit"),
        (Self::OnMap(OnMap::ZoomOut), "map_zoom_out", "on the map: farther"),
        (Self::OnMap(OnMap::FitAll), "map_fit_all", "on the map: show the whole fleet"),
        (
            Self::OnMap(OnMap::FitSelection),
            "map_fit_selection",
            "on the map: show the selected unit and its load",
        ),
        (Self::OnMap(OnMap::FitFilter), "map_fit_filter", "on the map: show all that pass the filter"),
        (
            Self::OnMap(OnMap::Follow),
            "map_follow",
            "on the map: keep the selected unit in sight; again lets go",
        ),
        (Self::OnMap(OnMap::Next), "map_next", "on the map: select the next unit, the worst first"),
        (Self::OnMap(OnMap::Previous), "map_previous", "on the map: select the unit before"),
        (Self::OnMap(OnMap::NextLate), "map_next_late", "on the map: select the next late load's unit"),
        (Self::OnMap(OnMap::Back), "map_back", "on the map: walk the trail back, ten minutes or more"),
        (Self::OnMap(OnMap::Forward), "map_forward", "on the map: walk the trail forward"),
        (Self::OnMap(OnMap::Ink), "map_ink", "on the map: draw in Braille, half blocks or ASCII"),
    ];

    /// Where it can be done.
    pub const fn realm(self) -> Realm {
        match self {
            Self::OnMap(_) => Realm::Map,
            Self::Accept => Realm::Handoff,
            Self::ChatNext | Self::ChatNew | Self::ChatOther | Self::ChatAside => Realm::Chat,
            _ => Realm::Everywhere,
        }
    }

    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known, _)| *known == name).map(|(action, ..)| *action)
    }

    /// What it does.
    pub fn description(self) -> &'static str {
        Self::ALL.iter().find(|(action, ..)| *action == self).map_or("", |(.., description)| description)
    }

    /// Its name in `[keys]`.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(action, ..)| *action == self).map_or("", |(_, name, _)| name)
    }
}
