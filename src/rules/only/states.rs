//! The states of the US and the provinces of Canada, by letters and by name.

/// A state or province that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Its two letters.
    pub letters: &'static str,
    /// Its name.
    pub name: &'static str,
}

impl State {
    /// That of these letters or of this name, which is all that `text` says.
    pub fn named(text: &str) -> Option<Self> {
        let is = |(letters, name): &&(&str, &str)| {
            text.eq_ignore_ascii_case(letters) || text.eq_ignore_ascii_case(name)
        };
        STATES.iter().find(is).map(|&(letters, name)| Self { letters, name })
    }

    /// That nothing is near to it, without an end mark.
    pub fn is_no_town(self) -> String {
        format!("{} is a {}: name a town in it", self.name, self.kind())
    }

    /// What it is called.
    fn kind(self) -> &'static str {
        if PROVINCES.contains(&self.letters) { "province" } else { "state" }
    }
}

/// Those of Canada.
const PROVINCES: &[&str] = &["AB", "BC", "MB", "NB", "NL", "NS", "ON", "PE", "QC", "SK"];

/// Letters and name of each.
pub const STATES: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
    ("AB", "Alberta"),
    ("BC", "British Columbia"),
    ("MB", "Manitoba"),
    ("NB", "New Brunswick"),
    ("NL", "Newfoundland"),
    ("NS", "Nova Scotia"),
    ("ON", "Ontario"),
    ("PE", "Prince Edward Island"),
    ("QC", "Quebec"),
    ("SK", "Saskatchewan"),
];
