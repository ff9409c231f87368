//! McLeod's customers and its ids for places of business.

use super::super::atlas::CITIES;
use super::super::freight::{FIRMS, Site};
use super::search::Criteria;
use super::table::{Cell, Columns, Table, View};

/// `customer`.
pub struct Customer;

/// The columns of `customer`.
pub const CUSTOMER: Columns = Columns {
    text: &[
        "company_id",
        "id",
        "name",
        "address1",
        "city",
        "state_id",
        "zip_code",
        "credit_status",
        "main_phone",
        "primary_contact",
        "business_hours",
    ],
    number: &[],
    flag: &["is_active", "display_eta"],
    instant: &[],
    day: &[],
};

impl Table for Customer {
    type Key = usize;
    const NAME: &'static str = "customer";
    const COLUMNS: Columns = CUSTOMER;

    fn keys(_: View<'_>, _: &Criteria) -> Vec<usize> {
        (0..FIRMS.len()).collect()
    }

    fn cell(_: View<'_>, firm: usize, column: &str) -> Cell {
        let city = &CITIES[head_office(firm)];
        match column {
            "company_id" => Cell::text(super::COMPANY),
            "id" => Cell::Text(customer_id(firm)),
            "name" if firm % 7 == 3 => Cell::Text(format!("{} & SONS", FIRMS[firm].to_uppercase())),
            "name" => Cell::Text(FIRMS[firm].to_uppercase()),
            "address1" => Cell::Text(format!("{} COMMERCE WAY", firm + 1)),
            "city" => Cell::Text(city.name.to_uppercase()),
            "state_id" => Cell::text(city.state),
            "zip_code" => Cell::text(city.zip),
            "credit_status" => Cell::text("A"),
            "main_phone" => Cell::Text(format!("713-555-01{firm:02}")),
            "is_active" | "display_eta" => Cell::Flag(true),
            _ => Cell::Null,
        }
    }

    fn added(_: View<'_>, _: usize) -> i64 {
        1_706_000_000
    }

    fn changed(_: View<'_>, _: usize) -> i64 {
        1_706_000_000
    }
}

/// A customer's id: four letters of its name, four of where it sits.
pub fn customer_id(firm: usize) -> String {
    location_id(Site { city: head_office(firm), firm: Some(firm) })
}

/// The customer of that id.
pub fn customer(id: &str) -> Option<usize> {
    (0..FIRMS.len()).find(|firm| customer_id(*firm) == id)
}

/// A place's id, in the same way.
pub fn location_id(site: Site) -> String {
    let city = &CITIES[site.city];
    let letters = |name: &str, count: usize| -> String {
        name.chars().filter(char::is_ascii_alphabetic).take(count).collect::<String>().to_uppercase()
    };
    let name = site.firm.map_or("YARD", |firm| FIRMS[firm]);
    format!("{}{}{}", letters(name, 4), letters(city.name, 2), city.state)
}

const fn head_office(firm: usize) -> usize {
    firm * 3 % CITIES.len()
}
