//! How McLeod is told who asks.

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::http;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
                http::secret_header(&format!("Basic {}", base64(pair.as_bytes())))
            }
        }
    }
}

/// RFC 4648 §4, padded.
fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = 0_u32;
        for place in 0..3 {
            group = group << 8 | u32::from(chunk.get(place).copied().unwrap_or(0));
        }
        for place in 0..4 {
            let sextet = (group >> (18 - 6 * place)) & 63;
            let letter = if place <= chunk.len() { char::from(ALPHABET[sextet as usize]) } else { '=' };
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let check = |plain: &str, encoded: &str| assert_eq!(base64(plain.as_bytes()), encoded);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
        check("Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

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
