//! Questions about one load, driver or unit.

use serde_json::{Map, json};

use super::{Asked, TAKES, THIS};
use crate::assistant::plain::selected::Selected;
use crate::assistant::plain::words::{BESIDE, is_of};
use crate::assistant::plain::{Meant, NOTHING_SELECTED};
use crate::assistant::tools::Tool;

impl Asked<'_> {
    /// Questions about one thing.
    pub(super) fn of_one(&self) -> Option<Meant> {
        let with = |tool, name: &str, value: String| {
            Some(Meant::LookUp(tool, Map::from_iter([(name.to_owned(), json!(value))])))
        };
        let asks = self.words.first().is_some_and(|word| ["can", "could", "does", "will"].contains(word));
        let is_can = self.words.first() == Some(&"can") && self.has(&["get", "be"]);
        let is_going = self.words.first() == Some(&"is") && self.says("make it");
        if is_can || is_going || asks && self.has(&["make", "reach"]) {
            return self.can();
        }
        let trailer = self.after(&["trailer"]).and_then(|at| self.words.get(at));
        if let Some(number) = trailer.filter(|word| word.bytes().any(|byte| byte.is_ascii_digit())) {
            return with(Tool::TrailerWhere, "trailer", (*number).to_owned());
        }
        let is_why = self.words.first() == Some(&"why") && self.has(&["updating", "update", "reporting"]);
        if is_why || self.has(&["dark", "silent"]) {
            let selected = || self.selected.tractor.clone().filter(|_| self.points());
            let unit = self.number().map(str::to_owned).or_else(selected);
            return unit.map_or_else(|| self.nothing_meant(), |unit| with(Tool::WhyDark, "unit", unit));
        }
        if self.has(TAKES) {
            return self.of_load(Tool::BestDrivers);
        }
        let asks_where = self.has(&["where", "where's", "wheres"]);
        if self.has(&["eta", "when"]) && !asks_where {
            return self.of_load(Tool::Eta);
        }
        if self.has(&["plan", "legal", "legally"]) {
            return self.of_load(Tool::PlanLegalArrival);
        }
        if let Some(number) = self.number() {
            let is_load = self.has(&["load", "movement", "late", "status", "claimed", "owner"]);
            return if is_load {
                with(Tool::MovementStatus, "movement", number.to_owned())
            } else {
                Some(Meant::Where(number.to_owned()))
            };
        }
        if asks_where {
            let name = self.name_after_where();
            let name = name.strip_suffix("'s").unwrap_or(&name);
            if !name.is_empty() {
                return with(Tool::DriverLocation, "driver", name.to_owned());
            }
            return if self.points() { self.where_is_selected() } else { None };
        }
        let asks =
            ["late", "status", "risk", "how", "what", "what's", "why", "who", "who's", "claimed", "owner"];
        let is_status = self.has(&asks);
        if self.points() && is_status { self.of_load(Tool::MovementStatus) } else { None }
    }

    /// This, of the load that is asked about.
    fn of_load(&self, tool: Tool) -> Option<Meant> {
        let his = || self.named(0..self.words.len());
        let Some(load) = self.load().or_else(his) else { return self.nothing_meant() };
        Some(Meant::LookUp(tool, Map::from_iter([("movement".to_owned(), json!(load))])))
    }

    /// It points at what is selected, and that is nothing of the kind.
    fn nothing_meant(&self) -> Option<Meant> {
        self.points().then_some(Meant::Refused(NOTHING_SELECTED.to_owned()))
    }

    /// Whom or what a question that asks where names itself; the first of its clauses counts.
    fn name_after_where(&self) -> String {
        const FILLER: &[&str] = &[
            "is",
            "the",
            "driver",
            "now",
            "right",
            "are",
            "at",
            "truck",
            "tractor",
            "load",
            "trailer",
            "unit",
            "going",
            "headed",
            "heading",
            "bound",
            "currently",
            "today",
            "doing",
        ];
        let from = self.after(&["where", "where's", "wheres"]).unwrap_or_default();
        if let Some(name) = self.named(from..self.words.len()) {
            return name;
        }
        let clause = self.words.iter().skip(from).take_while(|word| !["and", "or", "but"].contains(*word));
        let names = clause.copied().filter(|word| !FILLER.contains(word) && !THIS.contains(word));
        names.collect::<Vec<_>>().join(" ")
    }

    /// Where what is selected is: what is named beside "this", else the load, else whoever or whatever it is.
    fn where_is_selected(&self) -> Option<Meant> {
        let Selected { load, driver, tractor, trailer } = self.selected;
        let with = |tool, name: &str, value: &Option<String>| {
            let value = value.as_ref()?;
            Some(Meant::LookUp(tool, Map::from_iter([(name.to_owned(), json!(value))])))
        };
        let of_load = || with(Tool::MovementStatus, "movement", load);
        let of_trailer = || with(Tool::TrailerWhere, "trailer", trailer);
        let of_rig = || {
            let name = if driver.is_some() { driver } else { tractor };
            with(Tool::DriverLocation, "driver", name)
        };
        let asks_who = self.has(&["him", "he", "his", "her", "she", "driver", "truck", "tractor"]);
        let found = if self.has(&["trailer"]) {
            of_trailer()
        } else if asks_who {
            of_rig().or_else(of_load)
        } else {
            of_load().or_else(of_rig).or_else(of_trailer)
        };
        found.or(Some(Meant::Refused(NOTHING_SELECTED.to_owned())))
    }

    /// "can smith make memphis by 2"
    fn can(&self) -> Option<Meant> {
        let verb = self.words.iter().position(|word| ["make", "reach", "get", "be"].contains(word))?;
        let said = self.words.get(1..verb)?.iter().copied().filter(|word| !is_of(BESIDE, word));
        let who = self.named(1..verb).unwrap_or_else(|| said.collect::<Vec<_>>().join(" "));
        let by = self.words.iter().rposition(|word| *word == "by").filter(|at| *at > verb);
        let place = self.words.get(verb + 1..by.unwrap_or(self.words.len()))?;
        let filler = ["the", "it", "to", "in", "there", "at", "on", "time", "appointment"];
        let place: Vec<_> = place.iter().copied().filter(|word| !filler.contains(word)).collect();
        let mut arguments = Map::new();
        let (kind, name) = match who.split_once(' ') {
            Some(("load" | "movement" | "order" | "po", name)) => ("movement", name.to_owned()),
            Some(("driver" | "truck" | "tractor" | "unit", name)) => ("driver", name.to_owned()),
            _ if who.split(' ').next().is_some_and(|word| THIS.contains(&word)) => {
                match self.selected_rig() {
                    Some(meant) => meant,
                    None => return Some(Meant::Refused(NOTHING_SELECTED.to_owned())),
                }
            }
            _ => ("driver", who.clone()),
        };
        arguments.insert(kind.to_owned(), json!(name));
        if !place.is_empty() {
            arguments.insert("place".to_owned(), json!(place.join(" ")));
        }
        if let Some(time) = by.and_then(|by| self.words.get(by + 1..)).map(|time| time.join(" ")) {
            arguments.insert("by".to_owned(), json!(time));
        }
        Some(Meant::LookUp(Tool::PlanLegalArrival, arguments)).filter(|_| !who.is_empty())
    }

    /// Of what is selected, what a plan is made for: the load, else the driver, else the truck.
    fn selected_rig(&self) -> Option<(&'static str, String)> {
        let Selected { load, driver, tractor, .. } = self.selected;
        let load = load.clone().map(|load| ("movement", load));
        load.or_else(|| driver.clone().or_else(|| tractor.clone()).map(|name| ("driver", name)))
    }
}
