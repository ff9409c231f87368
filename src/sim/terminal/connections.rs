//! Terminal's connections: the live one, one that was lost, and the services there are.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::ask::{Answer, Ask};
use super::super::chance::Chance;
use super::super::roster::ENTERED;
use super::ids::{Noun, id};
use super::question::{instant, page};
use super::{PROVIDER, Terminal, refusal, synced, written};

/// What opens the simulated Terminal: they open nothing but a simulation of the same seed.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The application's secret key.
    pub api_key: String,
    /// The token of the connection that works.
    pub connection_token: String,
    /// The token of another one, whose carrier must link it anew.
    pub lost_connection_token: String,
}

impl Credentials {
    /// Those of a seed.
    pub fn of(seed: u64) -> Self {
        let mut chance = Chance::of(&[seed, 107]);
        let mut word = |prefix: &str| format!("{prefix}{:016x}{:016x}", chance.throw(), chance.throw());
        Self {
            api_key: word("sk_sim_"),
            connection_token: word("con_tkn_"),
            lost_connection_token: word("con_tkn_"),
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "endpoints have one shape")]
pub fn current(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let live = ask.header("connection-token") == Some(terminal.credentials.connection_token.as_str());
    let mut row = terminal.connection(live);
    let over = synced(ask.now());
    row["lastSync"] = json!({
        "id": id(Noun::Sync, &[over.cast_unsigned()]),
        "status": "completed",
        "progress": 100,
        "issues": [],
        "attempts": 1,
        "requestedAt": written(over - 240),
        "completedAt": written(over),
    });
    row["agreements"] = json!([]);
    Ok(row)
}

pub fn list(terminal: &Terminal, ask: &Ask) -> Result<Value, Answer> {
    let shown = |live: &bool| {
        let row = terminal.connection(*live);
        let is = |name: &str, value: &Value| ask.parameter(name).is_none_or(|wanted| *value == wanted);
        let contains = |name: &str, values: &Value| {
            let has = |wanted: &str| {
                values.as_array().is_some_and(|values| values.iter().any(|value| value == wanted))
            };
            ask.parameter(name).is_none_or(has)
        };
        is("status", &row["status"])
            && is("provider", &row["provider"]["code"])
            && is("externalId", &row["externalId"])
            && contains("tag", &row["tags"])
            && contains("dotNumber", &row["company"]["dotNumbers"])
            && instant(ask, "updatedAfter").is_none_or(|after| ENTERED >= after)
            && instant(ask, "updatedBefore").is_none_or(|before| ENTERED <= before)
    };
    let all: Vec<bool> = [true, false].into_iter().filter(shown).collect();
    page(ask, &all, |live| terminal.connection(live))
}

/// The services that can be connected: a bare list.
#[expect(clippy::unnecessary_wraps, reason = "endpoints have one shape")]
pub fn providers(_: &Terminal, _: &Ask) -> Result<Value, Answer> {
    Ok(json!([provider("Omnitracs ES", PROVIDER, true), provider("Plain Trackers", "plain_trackers", false)]))
}

/// The refusal of a connection whose carrier must link it anew.
pub fn lost() -> Answer {
    let message = "Connection must be connected to perform this action";
    refusal(StatusCode::UNPROCESSABLE_ENTITY, "connection_disconnected", message, &json!([]))
}

impl Terminal {
    /// Whether the token of the question is of the live connection; fails where it is of none.
    pub(super) fn connected(&self, ask: &Ask) -> Result<bool, Answer> {
        let token = ask.header("connection-token").unwrap_or_default();
        if token.strip_prefix("con_tkn_").is_none_or(str::is_empty) {
            let detail = json!([{
                "message": "must have required property 'connection-token'",
                "path": "{requestHeader}.connection-token",
                "suggestion": "Please ensure you submit a valid 'connection-token' property",
                "context": {},
            }]);
            return Err(refusal(StatusCode::BAD_REQUEST, "bad_request", "Invalid request header", &detail));
        }
        let Credentials { connection_token, lost_connection_token, .. } = &self.credentials;
        if token != connection_token && token != lost_connection_token {
            let detail = json!(
                "Please ensure the connection token matches the resource you are attempting to access."
            );
            return Err(refusal(StatusCode::FORBIDDEN, "forbidden", "Forbidden Request", &detail));
        }
        Ok(token == connection_token)
    }

    fn connection(&self, live: bool) -> Value {
        let Credentials { connection_token, lost_connection_token, .. } = &self.credentials;
        let name = id(Noun::Connection, &[u64::from(live)]);
        let company = json!({ "name": "Example Freight Lines", "dotNumbers": ["999999"] });
        json!({
            "id": name,
            "status": if live { "connected" } else { "disconnected" },
            "provider": { "name": "Omnitracs ES", "code": PROVIDER },
            "company": company,
            "account": company,
            "externalId": if live { "fleet-1" } else { "fleet-0" },
            "syncMode": "automatic",
            "token": if live { connection_token } else { lost_connection_token },
            "tags": if live { json!(["main"]) } else { json!([]) },
            "options": {},
            "linkUrl": format!("https://link.example.com/connection/{name}?key=pk_sim"),
            "createdAt": written(ENTERED),
            "updatedAt": written(ENTERED),
        })
    }
}

fn provider(name: &str, code: &str, whole: bool) -> Value {
    const MODELS: [&str; 18] = [
        "Group",
        "Vehicle",
        "Driver",
        "LatestVehicleLocation",
        "VehicleLocation",
        "VehicleStatLog",
        "Trailer",
        "LatestTrailerLocation",
        "Trip",
        "Device",
        "HOSLog",
        "HOSDailyLog",
        "HOSAvailableTime",
        "IFTASummary",
        "SafetyEvent",
        "CameraMedia",
        "FaultCodeEvent",
        "VehicleUtilization",
    ];
    let supports = |model: &str| {
        let read = match model {
            "VehicleStatLog" | "Trip" | "IFTASummary" | "SafetyEvent" | "CameraMedia" | "FaultCodeEvent"
            | "VehicleUtilization" => "not_supported_by_terminal",
            _ if whole || model.contains("Vehicle") => "supported",
            _ => "not_supported_by_provider",
        };
        let mut support = json!({ "supportedOperations": { "read": read } });
        match model {
            "VehicleLocation" => support["sampleRate"] = json!("2 minutes"),
            "SafetyEvent" => support["types"] = json!([]),
            _ => {}
        }
        (model.to_owned(), support)
    };
    json!({
        "name": name,
        "status": "live",
        "code": code,
        "logo": "https://example.com/logo.png",
        "icon": "https://example.com/icon.png",
        "supportedModels": MODELS.into_iter().map(supports).collect::<serde_json::Map<_, _>>(),
    })
}
