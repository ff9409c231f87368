//! What a 401 means: a bad credential, or a good one without the role for what was asked. Servers
//! answer both alike; only what else the same credential was granted tells them apart.

use std::sync::{Mutex, PoisonError};

use crate::http::{Error, Kind};
use crate::providers::Page;

/// What the credential was granted in this process.
#[derive(Debug, Default)]
pub(super) struct Standing {
    granted: Mutex<Vec<&'static str>>,
}

impl Standing {
    /// Takes note of how a call for `resource` ended, and says what a 401 means.
    ///
    /// What was never granted while something else is lacks a role; what was granted before means that
    /// the credential is no longer good, and then nothing is known of it any more.
    pub(super) fn judge(&self, resource: &'static str, told: Result<Page, Error>) -> Result<Page, Error> {
        let mut granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        let known = granted.contains(&resource);
        match told {
            Ok(page) => {
                if !known && !page.is_step {
                    granted.push(resource);
                }
                Ok(page)
            }
            Err(error) if error.kind == Kind::Unauthorized && !known && !granted.is_empty() => {
                let message = format!("{}; its user may lack the role for {resource}", error.message);
                Err(Error { kind: Kind::Forbidden, message, ..error })
            }
            Err(error) => {
                if error.kind == Kind::Unauthorized {
                    granted.clear();
                }
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_401_is_the_credentials_unless_it_is_granted_something_else() {
        let standing = Standing::default();
        let kind = |resource, granted| {
            let told =
                if granted { Ok(Page::default()) } else { Err(Error::new(Kind::Unauthorized, "HTTP 401")) };
            standing.judge(resource, told).err().map(|error| error.kind)
        };
        assert_eq!(kind("company", false), Some(Kind::Unauthorized), "nothing is known of it");
        assert_eq!(kind("drivers", true), None);
        assert_eq!(kind("positions", false), Some(Kind::Forbidden), "the role is missing");
        assert_eq!(kind("drivers", false), Some(Kind::Unauthorized), "it was good for this before");
        assert_eq!(kind("positions", false), Some(Kind::Unauthorized), "and now for nothing");
    }

    #[test]
    fn a_step_grants_nothing() {
        let standing = Standing::default();
        standing.judge("stops", Ok(Page::step("1".to_owned()))).unwrap();
        let refused = standing.judge("orders", Err(Error::new(Kind::Unauthorized, "HTTP 401")));
        assert_eq!(refused.unwrap_err().kind, Kind::Unauthorized);
    }
}
