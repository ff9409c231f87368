//! What must not be said back. Services and the proxies before them repeat what they were sent, and their words go into
//! the database, the log and the screen: here the secrets of a request are struck out of them. It holds secrets and never
//! shows one.

use std::fmt;

use super::{Call, Error, encode};

/// So few characters of a secret give nothing away, and may be chance.
const HARMLESS: usize = 8;
/// What is shorter than this is no secret, and would strike out half of every sentence.
const LEAST: usize = 3;
/// What stands for a secret.
const STRUCK: &str = "***";
/// The fields of queries and forms that are secret.
const FIELDS: &[&str] =
    &["access_token", "client_secret", "code", "key", "password", "refresh_token", "token"];
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The secrets of a client or of one request, in every form in which they may be said back.
#[derive(Clone, Default)]
pub struct Mask(Vec<String>);

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask(***)")
    }
}

impl Mask {
    /// Of these secrets. A credential as it stands in `Authorization` is known without its scheme, and a
    /// `Basic` one by its password.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms: Vec<String> = secrets.into_iter().flat_map(forms).collect();
        forms.retain(|form| form.chars().count() >= LEAST);
        // The longest first, so that no part is struck out of a whole.
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Self(forms)
    }

    /// Of what goes with `call`: its secret headers and fields, and what it names as secret.
    pub(super) fn of_call(call: &Call<'_>) -> Self {
        let headers = call.headers.iter().filter(|(_, value)| value.is_sensitive());
        let headers = headers.filter_map(|(_, value)| value.to_str().ok());
        let form = if let Some(super::Body::Form(fields)) = call.body { fields } else { &[] };
        let fields = call.query.iter().chain(form).filter(|(name, _)| FIELDS.contains(name));
        Self::of(headers.chain(fields.map(|(_, value)| *value)).chain(call.secrets.iter().copied()))
    }

    /// `text` without the secrets, not even cut short.
    pub fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, form| struck(&text, form))
    }

    /// The same error without the secrets.
    pub fn discreet(&self, error: Error) -> Error {
        if self.0.is_empty() {
            return error;
        }
        let (message, code) = (self.hide(&error.message), error.code.as_deref().map(|code| self.hide(code)));
        Error { message, code, ..error }
    }
}

/// The forms of a secret: itself, percent-encoded, in base64, and as it stands in a web page.
fn forms(secret: &str) -> Vec<String> {
    let secret = secret.trim();
    let Some((scheme, bare)) = secret.split_once(' ').filter(|(scheme, _)| is_scheme(scheme)) else {
        let mut page = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        page = page.replace('"', "&quot;").replace('\'', "&#39;");
        let (encoded, based) = (encode(secret), base64(secret.as_bytes()));
        let url = based.replace('+', "-").replace('/', "_");
        let based = [&based, &url].map(|text| text.trim_end_matches('=').to_owned());
        return [vec![secret.to_owned(), encoded, page], based.into()].concat();
    };
    let pair = scheme.eq_ignore_ascii_case("basic").then(|| unbase64(bare)).flatten();
    // Without the user's name: it is no secret, and the beginning of the pair may be that of any word.
    let password = pair.as_deref().and_then(|pair| pair.split_once(':')).map(|(_, password)| password);
    [Some(bare), password].into_iter().flatten().flat_map(forms).collect()
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic", "token"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// `text` without `secret`, and without more than [`HARMLESS`] characters of its beginning, in capitals or not: some write
/// `%2f` for `%2F`.
fn struck(text: &str, secret: &str) -> String {
    let (small, secret) = (text.to_ascii_lowercase(), secret.to_ascii_lowercase());
    let head = secret.char_indices().nth(HARMLESS).and_then(|(end, _)| secret.get(..end)).unwrap_or(&secret);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(before) = small.get(at..).and_then(|rest| rest.find(head)) {
        let found = at + before;
        let alike = small.get(found..).unwrap_or_default().chars().zip(secret.chars());
        let length: usize = alike.take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
        out.push_str(text.get(at..found).unwrap_or_default());
        out.push_str(STRUCK);
        at = found + length;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// RFC 4648 §4, padded.
pub fn base64(bytes: &[u8]) -> String {
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

/// What [`base64`] made of a text; `None` of anything else.
fn unbase64(text: &str) -> Option<String> {
    let (mut group, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.trim_end_matches('=').bytes() {
        let sextet = ALPHABET.iter().position(|known| *known == letter)?;
        group = (group << 6 | u32::try_from(sextet).ok()?) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(group >> bits & 0xFF).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(secret: &str, text: &str, expected: &str) {
        assert_eq!(Mask::of([secret]).hide(text), expected, "{secret} in {text}");
    }

    #[test]
    fn what_is_said_back_is_struck_out_also_when_cut_short() {
        let token = "pk.eyJ1IjoiYWNtZSJ9.abcdef";
        check(token, "bad access_token=pk.eyJ1IjoiYWNtZSJ9.abcdef here", "bad access_token=*** here");
        check(token, "bad access_token=pk.eyJ1IjoiYWN", "bad access_token=***");
        check(token, "begins with pk.eyJ1IjoiYW...: no", "begins with ***...: no");
        check(token, "nothing of it", "nothing of it");
        check(token, "ends in pk.", "ends in pk.");
        check("ééééééééé", "é", "é");
        check("hush", "hush, hush", "***, ***");
        check("", "nothing", "nothing");
        check("a", "a bad password", "a bad password");
        let key = "AIzaSyA-1234567890";
        check(key, "bad key AIzaSyA-1234567890!", "bad key ***!");
        check(key, "bad key AIzaSyA-12345", "bad key ***");
        check(key, "all AIza", "all AIza");
    }

    #[test]
    fn it_is_struck_out_in_whatever_form_it_comes() {
        let password = "p/w & söme+\"thing\"";
        check(password, "p%2Fw%20%26%20s%C3%B6me%2B%22thing%22 is wrong", "*** is wrong");
        check(password, "p%2fw%20%26%20s%c3%b6me%2b%22thing%22 is wrong", "*** is wrong");
        check(password, "p/w &amp; söme+&quot;thing&quot; is wrong", "*** is wrong");
        let based = base64(password.as_bytes());
        check(password, &format!("<{based}>"), &format!("<***{}>", "=".repeat(based.matches('=').count())));
    }

    #[test]
    fn a_credential_is_known_without_its_scheme_and_a_basic_one_by_its_password() {
        check("Bearer sk_live_0123", "no such key sk_live_0123", "no such key ***");
        check("Token 0123456789", "token 0123456789 unknown", "token *** unknown");
        let basic = format!("Basic {}", base64(b"svc:open sesame"));
        check(&basic, "user svc, password open sesame", "user svc, password ***");
        check(&basic, &basic, "Basic ***");
        // The name is no secret, and may begin as other words do.
        let basic = format!("Basic {}", base64(b"dispatch01:open sesame"));
        check(&basic, "field dispatcher unknown", "field dispatcher unknown");
        check(&basic, "dispatch01:open sesame", "dispatch01:***");
        check(&basic, "no dispatch01%3Aopen%20sesame", "no dispatch01%3A***");
        // A password of two words is no scheme and a credential.
        check("open sesame", "open sesame", "***");
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        let check = |plain: &str, encoded: &str| {
            assert_eq!(base64(plain.as_bytes()), encoded);
            assert_eq!(unbase64(encoded).as_deref(), Some(plain));
        };
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foobar", "Zm9vYmFy");
        check("Aladdin:open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    }

    #[test]
    fn a_mask_never_shows_what_it_hides() {
        assert_eq!(format!("{:?}", Mask::of(["s3cr3t"])), "Mask(***)");
    }
}
