//! Which server a login leads to. It speaks to none.

use url::Url;

/// The word by which a server says that we may stay.
const STAY: &str = "ThisServer";

/// The base URL that `path` of an answer to Authenticate leads to from `base`: the same for
/// [`STAY`],
/// else a host, a host and port, or a whole URL.
///
/// Fails with a sentence where a session must not be sent there.
pub(super) fn named(base: &str, path: &str) -> Result<String, String> {
    let path = path.trim();
    if path.is_empty() || path.eq_ignore_ascii_case(STAY) {
        return Ok(base.to_owned());
    }
    let here = Url::parse(base).map_err(|error| format!("`{base}` is not a URL: {error}"))?;
    let told = if path.contains("://") { path.to_owned() } else { format!("{}://{path}", here.scheme()) };
    let there = Url::parse(&told)
        .map_err(|error| format!("the login leads to a server that is no address: {error}"))?;
    if !is_as_safe(&here, &there) {
        return Err(format!("the login leads from https to {}", there.scheme()));
    }
    // An origin of a URL with a user name in it has none.
    Ok(there.origin().ascii_serialization())
}

/// Whether what may be said to `base` may be said to `server`.
pub(super) fn may_follow(base: &str, server: &str) -> bool {
    matches!((Url::parse(base), Url::parse(server)), (Ok(base), Ok(server)) if is_as_safe(&base, &server))
}

fn is_as_safe(here: &Url, there: &Url) -> bool {
    there.scheme() == "https" || here.scheme() != "https"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_to_a_host_by_the_scheme_it_was_made_by() {
        let check = |base: &str, path: &str, expected: Option<&str>| {
            assert_eq!(named(base, path).ok().as_deref(), expected, "{base} {path}");
        };
        let root = "https://my.geotab.com";
        check(root, "ThisServer", Some(root));
        check("http://127.0.0.1:9/geotab", "ThisServer", Some("http://127.0.0.1:9/geotab"));
        check(root, "my3.geotab.com", Some("https://my3.geotab.com"));
        check(root, "my3.geotab.com:8443", Some("https://my3.geotab.com:8443"));
        check(root, "https://my3.geotab.com/apiv1", Some("https://my3.geotab.com"));
        check(root, "http://my3.geotab.com", None);
        check(root, "ftp://my3.geotab.com", None);
        check(root, "svc:pw@my3.geotab.com", Some("https://my3.geotab.com"));
        check(root, "no host", None);
        check("http://127.0.0.1:9/geotab", "127.0.0.1:10", Some("http://127.0.0.1:10"));
        check("http://127.0.0.1:9", "https://my3.geotab.com", Some("https://my3.geotab.com"));
        assert!(may_follow(root, "https://my3.geotab.com") && !may_follow(root, "http://127.0.0.1:9"));
    }
}
