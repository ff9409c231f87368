//! How the file remembers which credential was refused without holding anything that gives it away: whoever
//! can read the file may try guesses, one by one and slowly, and has nothing to look them up in.

use std::fmt::Write;
use std::num::NonZeroU32;

use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use ring::rand::{SecureRandom, SystemRandom};

/// Rounds of the derivation: some hundredths of a second, for us once a refusal, for a guess each time.
const ROUNDS: NonZeroU32 = NonZeroU32::MIN.saturating_add(99_999);
const BYTES: usize = 16;

/// What is written of a credential's fingerprint: a salt of its own, `$`, and what both come to. `None` where
/// the system gives no random bytes: then nothing is remembered.
pub(super) fn sealed(fingerprint: &str) -> Option<String> {
    let mut salt = [0; BYTES];
    SystemRandom::new().fill(&mut salt).ok()?;
    let mut derived = [0; BYTES];
    pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, &salt, fingerprint.as_bytes(), &mut derived);
    Some(format!("{}${}", hex(&salt), hex(&derived)))
}

/// Whether `sealed` was made of this fingerprint. What an older release wrote is of none.
pub(super) fn is_of(sealed: &str, fingerprint: &str) -> bool {
    let Some((salt, derived)) = sealed.split_once('$') else { return false };
    let (Some(salt), Some(derived)) = (bytes(salt), bytes(derived)) else { return false };
    pbkdf2::verify(PBKDF2_HMAC_SHA256, ROUNDS, &salt, fingerprint.as_bytes(), &derived).is_ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(hex: &str) -> Option<[u8; BYTES]> {
    if hex.len() != 2 * BYTES {
        return None;
    }
    u128::from_str_radix(hex, 16).ok().map(u128::to_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_known_again_and_stands_nowhere() {
        let (one, other) = (sealed("f-of-a").unwrap(), sealed("f-of-a").unwrap());
        assert!(is_of(&one, "f-of-a") && is_of(&other, "f-of-a"));
        assert!(!is_of(&one, "f-of-b"));
        assert_ne!(one, other, "the same credential in two files looks like two");
        assert!(!one.contains("f-of-a"));
    }

    #[test]
    fn what_was_not_sealed_here_is_nobodys() {
        for text in ["", "$", "0123456789abcdef", "00$00", "zz$zz"] {
            assert!(!is_of(text, "f"), "{text}");
        }
    }
}
