//! Secrets and the references they may be written as. Nothing here prints one.

use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::Environment;

/// The longest first line of a secret's file that is read.
const LONGEST: u64 = 16 * 1024;

/// A credential. Prints as `***`; empty only where the account it belongs to is off.
#[derive(Clone, Default)]
pub struct Secret {
    text: SecretString,
    reference: Option<String>,
    missing: Option<String>,
}

impl Secret {
    /// The credential itself, for the request that needs it and nothing else.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Reads a secret as it is written: itself, `env:NAME`, `file:PATH` or `credential:NAME`.
    pub(super) fn read(written: &str, environment: Environment<'_>) -> Self {
        let Some(found) = resolve(written, environment) else {
            return Self { text: written.trim().to_owned().into(), reference: None, missing: None };
        };
        let reference = Some(written.to_owned());
        match found {
            Ok(text) => Self { text: text.into(), reference, missing: None },
            Err(missing) => Self { text: SecretString::default(), reference, missing: Some(missing) },
        }
    }

    /// Why there is none; `None` when there is one.
    pub(super) fn missing(&self) -> Option<String> {
        match &self.missing {
            Some(why) => Some(why.clone()),
            None if self.expose().is_empty() => Some("is empty".to_owned()),
            None => None,
        }
    }

    /// The reference it was written as; `None` when it was written as itself.
    pub(super) fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What a reference leads to, or why to nothing; `None` when `written` is no reference.
fn resolve(written: &str, environment: Environment<'_>) -> Option<Result<String, String>> {
    let (scheme, name) = written.trim().split_once(':')?;
    let found = match scheme {
        "env" => environment(name).ok_or_else(|| format!("environment variable {name} is not set")),
        "file" => first_line(Path::new(name)),
        "credential" => match environment("CREDENTIALS_DIRECTORY") {
            Some(folder) => first_line(&Path::new(&folder).join(name)),
            None => Err(format!("credential {name}: $CREDENTIALS_DIRECTORY is not set")),
        },
        _ => return None,
    };
    Some(found.and_then(|text| match text.trim() {
        "" => Err(format!("{written} is empty")),
        text => Ok(text.to_owned()),
    }))
}

fn first_line(path: &Path) -> Result<String, String> {
    let mut line = String::new();
    let file = File::open(path).map_err(|e| format!("file {}: {e}", path.display()))?;
    BufReader::new(file.take(LONGEST))
        .read_line(&mut line)
        .map_err(|e| format!("file {}: {e}", path.display()))?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Option<String> {
        (name == "TOKEN").then(|| " s3cret\n".to_owned())
    }

    #[test]
    fn a_secret_never_prints_itself() {
        let secret = Secret::read("s3cret", &environment);
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
        assert_eq!(secret.expose(), "s3cret");
    }

    #[test]
    fn references_lead_to_the_secret_or_say_why_not() {
        let check = |written: &str, text: &str, missing: Option<&str>| {
            let secret = Secret::read(written, &environment);
            assert_eq!((secret.expose(), secret.missing().as_deref()), (text, missing), "{written}");
        };
        check("env:TOKEN", "s3cret", None);
        check("env:OTHER", "", Some("environment variable OTHER is not set"));
        check("credential:samsara", "", Some("credential samsara: $CREDENTIALS_DIRECTORY is not set"));
        check("file:/no/such", "", Some("file /no/such: No such file or directory (os error 2)"));
        check("abc:def", "abc:def", None);
        check("", "", Some("is empty"));
    }
}
