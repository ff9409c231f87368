//! How McLeod is told who asks.

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::http;

/// Who asks. Prints without the secret.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A token made in System Administration, or returned by `POST /users/login`.
    Token(SecretString),
    /// A LoadMaster user.
    Basic {
        /// The user's name.
        username: String,
        /// The user's password.
        password: SecretString,
    },
}

impl Credential {
    /// The value of `Authorization`, kept out of debug output.
    pub(super) fn header(&self) -> Result<HeaderValue, String> {
        match self {
            Self::Token(token) => http::secret_header(&format!("Token {}", token.expose_secret().trim())),
            Self::Basic { username, password } => {
                let pair = format!("{username}:{}", password.expose_secret());
                http::secret_header(&format!("Basic {}", http::base64(pair.as_bytes())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_never_prints_its_secret() {
        let token = Credential::Token("s3cr3t".into());
        let basic = Credential::Basic { username: "svc".into(), password: "s3cr3t".into() };
        for credential in [token, basic] {
            assert!(!format!("{credential:?}").contains("s3cr3t"));
            assert!(!format!("{:?}", credential.header().unwrap()).contains("s3cr3t"));
        }
    }
}
