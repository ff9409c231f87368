//! The simulated McLeod: who may ask, and which question goes to which table. As on a real server the
//! answer is XML to whoever does not ask for JSON.

mod dates;
mod fleet;
mod ids;
mod loads;
mod orders;
mod parties;
mod positions;
mod search;
mod stops;
mod table;
mod written;

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use self::fleet::{Driver, Tractor, Trailer};
use self::loads::{EquipmentItem, Movement, MovementOrder};
use self::orders::Orders;
use self::parties::Customer;
use self::positions::Position;
use self::search::Criteria;
use self::stops::Stop;
use self::table::{Table, View, row};
use self::written::Written;
use super::Upstream;
use super::ask::{Answer, Ask};
use super::chance::Chance;
use super::roster::Roster;
use super::server::Service;
use super::world::World;

/// The company that all rows belong to.
pub const COMPANY: &str = "TMS";
/// The zone of the server.
pub const ZONE: &str = "America/Chicago";
/// The user that the token and the password belong to.
const USER: &str = "svcuser";

/// The service.
#[derive(Debug)]
pub struct McLeod {
    world: Arc<World>,
    token: String,
}

impl McLeod {
    /// A McLeod that tells of this world to whoever has the token, or has it as the password of
    /// `svcuser`.
    pub fn new(world: Arc<World>, token: String) -> Self {
        Self { world, token }
    }

    fn is_authorized(&self, ask: &Ask) -> bool {
        let Some((scheme, secret)) = ask.header("authorization").and_then(|header| header.split_once(' '))
        else {
            return false;
        };
        match scheme {
            "Token" | "Bearer" => secret == self.token,
            "Basic" => secret == base64(format!("{USER}:{}", self.token).as_bytes()),
            _ => false,
        }
    }

    fn read(&self, ask: &Ask, parts: &[&str], written: Written) -> Answer {
        let view = View { world: &self.world, now: ask.now() };
        let found = match parts {
            ["users", "current"] => Ok(
                json!({ "companyId": COMPANY, "id": USER, "type": "users", "typeId": "U", "username": USER }),
            ),
            ["mcmessages", "positions"] => Ok(positions(view)),
            [table, "search"] => find(view, ask, table),
            [table, id] => one(view, table, id),
            _ => Err(not_found()),
        };
        match found {
            Ok(value) => written.answer(StatusCode::OK, &value, "users"),
            Err((StatusCode::NOT_FOUND, why)) if why.is_empty() && written == Written::Json => {
                Answer::json(StatusCode::NOT_FOUND, &Value::Null)
            }
            Err((status, why)) => Answer::text(status, why),
        }
    }
}

impl Service for McLeod {
    fn upstream(&self) -> Upstream {
        Upstream::McLeod
    }

    fn prefix(&self) -> &'static str {
        "/mcleod/ws"
    }

    fn answer(&self, ask: &Ask) -> Answer {
        let parts: Vec<&str> = ask.path.split('/').skip(1).collect();
        let accept = ask.header("accept").unwrap_or("*/*");
        let takes =
            |kind: &str| accept.split(',').any(|part| part.split(';').next().map(str::trim) == Some(kind));
        if ask.method != Method::GET {
            return Answer::text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed");
        }
        // These two are told to anybody.
        if parts == ["sysadmin", "getServerTimeMillis"] {
            if takes("text/plain") || takes("text/*") || takes("*/*") {
                return Answer::text(StatusCode::OK, ask.millis.to_string());
            }
            return Answer::text(StatusCode::NOT_ACCEPTABLE, "getServerTimeMillis produces text/plain");
        }
        let Some(written) = Written::by(accept) else {
            let why = format!("{} produces application/xml, application/json", ask.path);
            return Answer::text(StatusCode::NOT_ACCEPTABLE, why);
        };
        if parts == ["metadata"] {
            return written.answer(StatusCode::OK, &metadata(), "metadata");
        }
        if !self.is_authorized(ask) {
            return Answer::text(StatusCode::UNAUTHORIZED, "Invalid credentials");
        }
        let company =
            ["x-com.mcleodsoftware.companyid", "anywherecompanyid"].iter().find_map(|name| ask.header(name));
        if let Some(other) = company.filter(|company| *company != COMPANY) {
            let why = format!("User {USER} is not authorized for company {other}");
            return Answer::text(StatusCode::FORBIDDEN, why);
        }
        self.read(ask, &parts, written)
    }
}

/// Why there is no answer: the status and the body's text, which is empty for an unknown id.
type Refusal = (StatusCode, String);

fn not_found() -> Refusal {
    (StatusCode::NOT_FOUND, "Not Found".to_owned())
}

/// Searches by service and by table: the services of freight list the newest first.
fn find(view: View<'_>, ask: &Ask, table: &str) -> Result<Value, Refusal> {
    let found = match table {
        "movements" => search::search::<Movement>(view, ask, true),
        "movement" => search::search::<Movement>(view, ask, false),
        "orders" => search::search::<Orders>(view, ask, true),
        "customers" => search::search::<Customer>(view, ask, true),
        "customer" => search::search::<Customer>(view, ask, false),
        "stop" => search::search::<Stop>(view, ask, false),
        "drivers" | "driver" => search::search::<Driver>(view, ask, false),
        "tractors" | "tractor" => search::search::<Tractor>(view, ask, false),
        "trailers" | "trailer" => search::search::<Trailer>(view, ask, false),
        "equipment_item" => search::search::<EquipmentItem>(view, ask, false),
        "movement_order" => search::search::<MovementOrder>(view, ask, false),
        "mc_position" => search::search::<Position>(view, ask, false),
        _ => return Err(not_found()),
    };
    let mut rows = found.map_err(|why| (StatusCode::BAD_REQUEST, why))?;
    // Which of its shapes a short answer takes is the server's whim, but the same question always
    // gets the same one.
    let letters: Vec<u64> = ask.query.iter().flat_map(|(_, value)| value.bytes()).map(u64::from).collect();
    let whim = Chance::of(&letters).hits(60);
    Ok(match rows.len() {
        0 if whim => Value::Null,
        1 if whim => rows.remove(0),
        _ => Value::Array(rows),
    })
}

fn one(view: View<'_>, table: &str, id: &str) -> Result<Value, Refusal> {
    let number = |count: usize, name: &dyn Fn(usize) -> String| (0..count).find(|unit| name(*unit) == id);
    let roster = &view.world.roster;
    let found: Option<Map<String, Value>> = match table {
        "movements" => view.movement(id).map(|key| whole::<Movement>(view, key, loads::extend_whole)),
        "movement" => view.movement(id).map(|key| row::<Movement>(view, key)),
        "orders" => view.order(id).map(|key| {
            whole::<Orders>(view, key, |view, key, row| orders::extend_order(view, key, row, "movements"))
        }),
        "stops" | "stop" => view.stop(id).map(|key| whole::<Stop>(view, key, Stop::extend)),
        "customers" | "customer" => parties::customer(id).map(|firm| row::<Customer>(view, firm)),
        "drivers" | "driver" => number(roster.drivers, &|driver| roster.driver_id(driver))
            .map(|driver| whole::<Driver>(view, driver, Driver::extend)),
        "tractors" | "tractor" => number(roster.tractors, &Roster::number)
            .map(|tractor| whole::<Tractor>(view, tractor, Tractor::extend)),
        "trailers" | "trailer" => number(roster.trailers, &Roster::trailer_number)
            .map(|trailer| whole::<Trailer>(view, trailer, Trailer::extend)),
        _ => return Err(not_found()),
    };
    found.map(Value::Object).ok_or((StatusCode::NOT_FOUND, String::new()))
}

fn whole<T: Table>(
    view: View<'_>,
    key: T::Key,
    extend: impl FnOnce(View<'_>, T::Key, &mut Map<String, Value>),
) -> Map<String, Value> {
    let mut row = row::<T>(view, key);
    extend(view, key, &mut row);
    row
}

fn positions(view: View<'_>) -> Value {
    Position::keys(view, &Criteria::default())
        .into_iter()
        .map(|tractor| {
            let mut row = row::<Position>(view, tractor);
            row.insert("__positionTypeDescr".to_owned(), json!("Regular"));
            if tractor % 5 != 3 {
                row.insert("tractor".to_owned(), positions::in_brief("tractor", &Roster::number(tractor)));
            }
            row.insert(
                "driver".to_owned(),
                positions::in_brief("driver", &view.world.roster.driver_id(tractor)),
            );
            Value::Object(row)
        })
        .collect()
}

fn metadata() -> Value {
    json!({
        "__type": "metadata",
        "companyId": COMPANY,
        "lmeVersion": 2023,
        "lmeRevision": 1,
        "serviceVersion": 4,
        "serviceRevision": 12,
        "gitRevision": "0000000",
        "mobileService": {
            "__type": "mobile_service",
            "__name": "mobileService",
            "company_id": COMPANY,
            "id": 1,
            "max_search": search::MAX_SEARCH,
        },
    })
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word =
            three.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[(word >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded() {
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"ab"), "YWI=");
        assert_eq!(base64(b"user:pass"), "dXNlcjpwYXNz");
    }
}
