//! Whether the server takes us to be in the company we mean. Rows of another company are refused one by
//! one, which alone would look like a quiet day.

use super::answer::Answer;
use super::wire::Identity;
use super::{McLeod, encoding};
use crate::http::{self, Kind};
use crate::providers::{Ask, Page};

impl McLeod {
    /// Asks the server which company it thinks we are in. Brings no facts.
    ///
    /// Fails when it is another one than the account's. A server that does not tell is believed.
    pub(super) async fn company(&self, ask: Ask<'_>) -> Result<Page, http::Error> {
        let answer = match self.get("users/current", &[], ask.now).await {
            Ok(answer) => answer,
            Err(error) if matches!(error.kind, Kind::NotFound | Kind::Forbidden | Kind::Rejected) => {
                // That it does not tell proves nothing of the credential.
                return Ok(Page { is_step: true, ..Page::default() });
            }
            Err(error) => return Err(error),
        };
        let text = encoding::text(&answer.body)?;
        let answer = Answer::parse(&text)?;
        let told = answer.only::<Identity<'_>>().and_then(|identity| identity.company_id.id());
        match told.filter(|told| !told.eq_ignore_ascii_case(&self.company)) {
            None => Ok(Page::default()),
            Some(other) => {
                let why = format_args!("the server takes us to be in company {other}, not {}", self.company);
                Err(wrong_company(why))
            }
        }
    }
}

/// What is wrong, and what may mend it.
pub(super) fn wrong_company(why: impl std::fmt::Display) -> http::Error {
    http::Error::new(Kind::Rejected, format_args!("{why}; check `company_id`, `company_header` and the user"))
}
