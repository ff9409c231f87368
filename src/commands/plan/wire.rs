//! A request as it is written in JSON, read strictly: an unknown key, a wrong type or a fraction is refused.

use std::fmt;
use std::marker::PhantomData;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::model::{DutyStatus, Timestamp};
use crate::rules::hours::{Cycle, Refusal, Request, Ruleset, Split, Task};

/// Reads one request; what cannot be read is refused with what is wrong.
pub(super) fn request(text: &str) -> Result<Request, Refusal> {
    let wire: Object<Wire> =
        serde_json::from_str(text).map_err(|error| Refusal::InvalidInput(error.to_string()))?;
    wire.0.read()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    now: Instant,
    timezone: String,
    day_start: Option<String>,
    cycle: String,
    status: String,
    rested_s: Option<Seconds>,
    drive_left_s: Seconds,
    // The key is needed, though its value may be null: nobody leaves a clock out by mistake.
    #[serde(deserialize_with = "nullable")]
    shift_left_s: Option<Seconds>,
    #[serde(deserialize_with = "nullable")]
    break_left_s: Option<Seconds>,
    cycle_left_s: Seconds,
    on_duty_days_s: Option<Vec<Seconds>>,
    short_haul: Option<bool>,
    split: Option<Object<SplitWire>>,
    ruleset: Option<String>,
    tasks: Vec<Object<TaskWire>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SplitWire {
    ended_at: Instant,
    rest_s: Seconds,
    sleeper_s: Seconds,
    drive_since_s: Seconds,
}

/// One of its keys, and no other beside it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskWire {
    #[serde(default, deserialize_with = "given")]
    drive_s: Option<Seconds>,
    #[serde(default, deserialize_with = "given")]
    work_s: Option<Seconds>,
    #[serde(default, deserialize_with = "given")]
    appointment: Option<Object<Window>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Window {
    earliest: Option<Instant>,
    latest: Option<Instant>,
}

impl Wire {
    fn read(self) -> Result<Request, Refusal> {
        let zone = TimeZone::get(&self.timezone)
            .ok()
            .filter(|zone| !zone.is_unknown())
            .ok_or_else(|| invalid(format!("timezone: {:?} is no IANA zone", self.timezone)))?;
        let day_start = match &self.day_start {
            None => Time::midnight(),
            Some(text) => clock(text)
                .ok_or_else(|| invalid(format!("day_start: {text:?} is no time such as \"04:00\"")))?,
        };
        let status = status(&self.status)?;
        let ruleset = self.ruleset.as_deref().unwrap_or(Ruleset::US_PROPERTY);
        let ruleset = Ruleset::named(ruleset)
            .ok_or_else(|| unsupported(format!("clocks only, no forecast: the rules are {ruleset}")))?;
        let cycle = Cycle::of(&self.cycle)
            .ok_or_else(|| unsupported(format!("clocks only, no forecast: the cycle is {}", self.cycle)))?;
        let short_haul = self.short_haul.unwrap_or(false);
        let break_left_s = self.break_left_s.map(|left| left.0);
        if break_left_s.is_none() && !short_haul {
            return Err(invalid("break_left_s: null is for short_haul only".to_owned()));
        }
        if break_left_s.is_some_and(|left| !(0..=ruleset.break_after_s).contains(&left)) {
            return Err(Refusal::InvalidClocks("break_left_s: must be from 0 to 8 hours".to_owned()));
        }
        Ok(Request {
            now: self.now.0,
            zone,
            day_start,
            ruleset,
            cycle,
            status,
            rested_s: self.rested_s.map_or(0, |rested| rested.0),
            drive_left_s: self.drive_left_s.0,
            shift_left_s: self.shift_left_s.map(|left| left.0),
            break_left_s: break_left_s.filter(|_| !short_haul),
            cycle_left_s: self.cycle_left_s.0,
            on_duty_days_s: self.on_duty_days_s.map(|days| days.into_iter().map(|day| day.0).collect()),
            split: self.split.map(|split| Split {
                ended_at: split.0.ended_at.0,
                rest_s: split.0.rest_s.0,
                sleeper_s: split.0.sleeper_s.0,
                drive_since_s: split.0.drive_since_s.0,
            }),
            tasks: (0..)
                .zip(self.tasks)
                .map(|(number, task)| task.0.read(number))
                .collect::<Result<_, _>>()?,
        })
    }
}

impl TaskWire {
    /// The task with that number, counted from nought.
    fn read(self, number: usize) -> Result<Task, Refusal> {
        match self {
            Self { drive_s: Some(seconds), work_s: None, appointment: None } => Ok(Task::Drive(seconds.0)),
            Self { drive_s: None, work_s: Some(seconds), appointment: None } => Ok(Task::Work(seconds.0)),
            Self { drive_s: None, work_s: None, appointment: Some(Object(window)) } => {
                Ok(Task::Appointment {
                    earliest: window.earliest.map(|at| at.0),
                    latest: window.latest.map(|at| at.0),
                })
            }
            Self { .. } => Err(invalid(format!(
                "tasks[{number}]: a task has one of drive_s, work_s and appointment, and nothing beside it"
            ))),
        }
    }
}

fn status(word: &str) -> Result<DutyStatus, Refusal> {
    [DutyStatus::Driving, DutyStatus::OnDuty, DutyStatus::OffDuty, DutyStatus::Sleeper]
        .into_iter()
        .find(|status| status.word() == word)
        .ok_or_else(|| invalid(format!("status: {word:?} is not driving, on_duty, off_duty or sleeper")))
}

/// A time of day as "04:00".
fn clock(text: &str) -> Option<Time> {
    let &[h1 @ b'0'..=b'9', h2 @ b'0'..=b'9', b':', m1 @ b'0'..=b'9', m2 @ b'0'..=b'9'] = text.as_bytes()
    else {
        return None;
    };
    let number = |tens: u8, ones: u8| i8::try_from((tens - b'0') * 10 + (ones - b'0')).ok();
    Time::new(number(h1, h2)?, number(m1, m2)?, 0, 0).ok()
}

const fn invalid(message: String) -> Refusal {
    Refusal::InvalidInput(message)
}

const fn unsupported(message: String) -> Refusal {
    Refusal::UnsupportedRuleset(message)
}

/// Whole seconds. More than fit are as many as fit: refused for being too many, not for their type.
#[derive(Clone, Copy)]
struct Seconds(i64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl Visitor<'_> for Whole {
            type Value = Seconds;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("whole seconds")
            }
            fn visit_i64<E: Error>(self, seconds: i64) -> Result<Seconds, E> {
                Ok(Seconds(seconds))
            }
            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Seconds, E> {
                Ok(Seconds(i64::try_from(seconds).unwrap_or(i64::MAX)))
            }
        }
        deserializer.deserialize_i64(Whole)
    }
}

/// An instant in RFC 3339, with any offset.
#[derive(Clone, Copy)]
struct Instant(Timestamp);

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let instant = Some(&text).filter(|text| is_rfc_3339(text)).and_then(|text| Timestamp::parse(text));
        instant.map(Instant).ok_or_else(|| {
            D::Error::custom(format!("{text:?} is no instant such as \"2026-03-02T10:00:00-06:00\""))
        })
    }
}

/// Whether the text has the shape of RFC 3339; the parser knows of more shapes.
fn is_rfc_3339(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00") else { return false };
    let Some(rest) = rest.strip_prefix(['T', 't', ' ']).and_then(|rest| rest.strip_prefix("00:00:00")) else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with('0') => fraction.trim_start_matches('0'),
        Some(_) => return false,
        None => rest,
    };
    matches!(zone, "Z" | "z" | "+00:00" | "-00:00")
}

/// A JSON object, and no array in its place.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Keys<T> {
            type Value = T;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_map(Keys(PhantomData)).map(Object)
    }
}

/// A value that is not null, of a key that may be left out.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// A value that may be null, of a key that must be there.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
