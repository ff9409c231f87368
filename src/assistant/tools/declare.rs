//! The tools as they are declared to the model: when to call each, and what with.

use serde_json::{Map, Value, json};

use super::Tool;

/// One argument.
struct Parameter {
    name: &'static str,
    kind: Kind,
    is_required: bool,
    description: &'static str,
}

/// Of which type.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Flag,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Text => "STRING",
            Self::Number => "NUMBER",
            Self::Flag => "BOOLEAN",
        }
    }
}

const fn must(name: &'static str, description: &'static str) -> Parameter {
    Parameter { name, kind: Kind::Text, is_required: true, description }
}

const fn may(name: &'static str, kind: Kind, description: &'static str) -> Parameter {
    Parameter { name, kind, is_required: false, description }
}

const MOVEMENT: Parameter = must(
    "movement",
    "The load: a movement's id, an order's number, or a PO or BOL number, such as 0261391; or the name of its driver.",
);
const WITHIN: Parameter = may("within_hours", Kind::Number, "How far ahead, in hours; 12 where nobody says.");
const ONLY: Parameter = may(
    "only",
    Kind::Text,
    "Only this part of the fleet: a state, a place, a customer, a dispatcher, a driver, pickups or deliveries. With commas \
     between several, those of one kind are either-or (\"texas, utah\") and those of different kinds all hold (\"texas, \
     klee\"); a town and its state are one (\"Dallas, TX\"). Say what is meant where a name can be several things: \
     \"driver Austin\", \"in Austin\", \"dispatcher AL\". All of the fleet where nobody names a part.",
);
const ONLY_UNITS: Parameter =
    may("only", Kind::Text, "As in late_loads, by where the truck was last seen; not pickups or deliveries.");
const AT_MOST: Parameter = may("within_hours", Kind::Number, "How far ahead, in hours; 12 at the most.");

/// Every tool, as the service reads it.
pub fn declarations() -> Vec<Value> {
    Tool::ALL.into_iter().map(declaration).collect()
}

fn declaration(tool: Tool) -> Value {
    let (description, parameters) = (about(tool), parameters(tool));
    let mut object = Map::new();
    object.insert("name".to_owned(), json!(tool.name()));
    object.insert("description".to_owned(), json!(description));
    // An object without members is refused by some versions: then there is none at all.
    if !parameters.is_empty() {
        let members = parameters.iter().map(|one| {
            (one.name.to_owned(), json!({ "type": one.kind.word(), "description": one.description }))
        });
        let required: Vec<_> = parameters.iter().filter(|one| one.is_required).map(|one| one.name).collect();
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("OBJECT"));
        schema.insert("properties".to_owned(), Value::Object(members.collect()));
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
        object.insert("parameters".to_owned(), Value::Object(schema));
    }
    Value::Object(object)
}

/// What `near` is called with.
fn near() -> Vec<Parameter> {
    vec![
        may(
            "place",
            Kind::Text,
            "A city (Dallas, Portland OR), \"lat,lon\", a unit's number or a driver's name.",
        ),
        may(
            "only",
            Kind::Text,
            "Instead of a place, which has miles around it: all that was last seen in a state (\"state Texas\"), or another \
             part of the fleet as in late_loads.",
        ),
        may("miles", Kind::Number, "How far around; 100 where nobody says."),
        may("drive_hours", Kind::Number, "Only who can still drive so many hours by all clocks."),
        may("empty", Kind::Flag, "Leave out what is loaded; what is known to be empty comes first."),
        may("kind", Kind::Text, "Only these: driver, tractor or trailer."),
        may("free", Kind::Flag, "Leave out what has a load, on it or next."),
    ]
}

/// What `late_loads` is called with.
fn late() -> Vec<Parameter> {
    vec![
        may("tight", Kind::Flag, "Those too that are in time with little to spare."),
        may("within_hours", Kind::Number, "Only what is due within so many hours."),
        may("today", Kind::Flag, "Only what is due until the end of the office's day."),
        ONLY,
    ]
}

/// When to call it.
const fn about(tool: Tool) -> &'static str {
    match tool {
        Tool::DriverLocation => {
            "Where one driver is, with the age of that, his tractor and his hours. Call it before saying where a \
             driver is."
        }
        Tool::DriverHours => {
            "What one driver has left by each of his clocks, and how long he may drive on. Call it when somebody asks \
             for a driver's hours, or whether he can drive so long."
        }
        Tool::MovementStatus => {
            "How one load stands: status, driver, where the truck is, next stop, ETA, whether it will be in time \
             and why, what stands on the board of it and who claimed that. Call it when somebody asks where a load \
             is or who has it."
        }
        Tool::Eta => {
            "When one load is at its remaining stops: likely, and legally at the earliest, against each window."
        }
        Tool::SearchDrivers => {
            "Drivers whose name, id or phone has a text in it. Call it when a name is incomplete."
        }
        Tool::Find => {
            "What a number or name can be: tractor, trailer, driver, load, order, PO, BOL, phone; and where that is. \
             Call it when it is not said what kind of thing is meant."
        }
        Tool::Near => {
            "Drivers, tractors and trailers around a place, by who can legally be there first; or in a state, by where each was last \
             seen."
        }
        Tool::LateLoads => "Loads that will be late or are at risk, the worst first, each with the reason.",
        Tool::PlanLegalArrival => {
            "The earliest legal arrival under the US hours-of-service rules, with the plan. Call it for every \
             question whether somebody can make it. Give a movement, or a driver and a place."
        }
        Tool::BestDrivers => {
            "Who else can take a load legally and in time, the best first, and which other load suffers."
        }
        Tool::TrailerWhere => {
            "Where one trailer is, for how long it has sat there, what it is attached to, whether it is loaded."
        }
        Tool::HoursRunningOut => {
            "Drivers whose hours end on their present plan before the work does: which limit, when, and where."
        }
        Tool::Detention => "Trucks that are held at stops, since when, and how much free time is left.",
        Tool::SyncHealth => {
            "How old every feed is and what is wrong with it. Call it when somebody asks whether the data is good."
        }
        Tool::WhyDark => {
            "Why a tractor is not updating: whether it is this unit or its whole provider. Without a unit, which \
             tractors are dark."
        }
        Tool::UncoveredPickups => {
            "Pickups that nobody is assigned to, or whose driver cannot legally be there in time."
        }
        Tool::OpenExceptions => {
            "Everything that stands open on the board and who has it, what was promised for a time, and loads at \
             risk. Call it for a handoff or a shift change."
        }
    }
}

/// What it is called with.
fn parameters(tool: Tool) -> Vec<Parameter> {
    match tool {
        Tool::DriverLocation => {
            vec![must("driver", "His name or a part of it, his id, or his tractor's number.")]
        }
        Tool::DriverHours => vec![
            must("driver", "His name or a part of it, his id, his tractor's number, or his load's."),
            may("drive_hours", Kind::Number, "So many hours of driving are asked about."),
        ],
        Tool::Eta => vec![
            MOVEMENT,
            may("stop", Kind::Text, "Only this stop: its city, name, id, or number on the trip."),
        ],
        Tool::SearchDrivers => vec![must("query", "A name or a part of one.")],
        Tool::Find => vec![must("text", "The number or name, nothing else.")],
        Tool::Near => near(),
        Tool::LateLoads => late(),
        Tool::PlanLegalArrival => vec![
            may("movement", Kind::Text, "The load, as in get_eta."),
            may("driver", Kind::Text, "The driver, as in get_driver_location."),
            may("place", Kind::Text, "A stop of the load, or any city or unit."),
            may("by", Kind::Text, "A time of day that is asked about, such as 14:00 or 2pm."),
        ],
        Tool::MovementStatus | Tool::BestDrivers => vec![MOVEMENT],
        Tool::TrailerWhere => vec![must("trailer", "Its number.")],
        Tool::HoursRunningOut => vec![
            WITHIN,
            may(
                "out",
                Kind::Flag,
                "First those who are out of hours now, resting or not, then who runs out.",
            ),
            ONLY_UNITS,
        ],
        Tool::SyncHealth => vec![],
        Tool::WhyDark => vec![may("unit", Kind::Text, "Its number."), ONLY_UNITS],
        Tool::UncoveredPickups => {
            vec![AT_MOST, may("unassigned", Kind::Flag, "Only those that nobody is assigned to."), ONLY]
        }
        Tool::Detention | Tool::OpenExceptions => vec![ONLY],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_is_declared_as_the_service_wants_it() {
        let all = declarations();
        assert!(all.len() <= 20, "more tools than a model chooses well among");
        for one in &all {
            let name = one["name"].as_str().unwrap();
            assert_eq!(Tool::named(name).map(Tool::name), Some(name));
            assert!(!one["description"].as_str().unwrap().is_empty());
            let Some(schema) = one.get("parameters") else { continue };
            let members = schema["properties"].as_object().unwrap();
            assert!(!members.is_empty(), "{name}");
            for required in schema["required"].as_array().into_iter().flatten() {
                assert!(members.contains_key(required.as_str().unwrap()), "{name}: {required}");
            }
        }
    }
}
