//! A SOAP envelope, where a server puts one around its answers: what is inside it, or which error its
//! fault is. 1.1 and 1.2, by local names alone. Nothing is asked in SOAP.

use super::xml::{Element, LIST};
use crate::http::{self, Kind};
use crate::model::clean;

/// How many wrappers (`…Response`, `return`) stand around what was asked for.
const WRAPPERS: usize = 4;
/// Longest fault text kept.
const SHOWN: usize = 120;

/// The elements of a body that are lists or rows, or `Err` with the fault there is instead.
///
/// `is_row` tells a row from a wrapper.
pub(super) fn opened<'a>(
    envelope: Element<'a>,
    is_row: impl Fn(&Element<'a>) -> bool,
) -> Result<Vec<Element<'a>>, http::Error> {
    let body = envelope.children.into_iter().find(|child| child.name() == "Body");
    let body = body.ok_or_else(|| http::Error::malformed("a SOAP envelope without a body"))?;
    if let Some(fault) = body.children.iter().find(|child| child.name() == "Fault") {
        return Err(error(fault));
    }
    let mut found = body.children;
    for _ in 0..WRAPPERS {
        let is_wrapper =
            |element: &Element<'a>| element.name() != LIST && element.is_bare() && !is_row(element);
        if !found.iter().any(is_wrapper) {
            break;
        }
        found = found
            .into_iter()
            .flat_map(|element| if is_wrapper(&element) { element.children } else { vec![element] })
            .collect();
    }
    Ok(found)
}

/// The error of an answer that was no success. A fault comes with a 500, of which only the text is left;
/// one about the credential must not pass for an outage.
pub(super) fn judged(error: http::Error) -> http::Error {
    const CODES: [&str; 5] = [":Client", ":Sender", ":Server", ":FailedAuthentication", ":InvalidSecurity"];
    let is_of_soap = error.is_fault() && CODES.iter().any(|code| error.message.contains(code));
    match kind_of(&error.message).filter(|_| is_of_soap) {
        Some(kind) => http::Error { kind, ..error },
        None => error,
    }
}

/// A fault as the error it stands for.
fn error(fault: &Element<'_>) -> http::Error {
    // SOAP 1.1 has `faultcode` and `faultstring`; 1.2 has `Code/Value`, perhaps a finer one inside it,
    // and `Reason/Text`.
    let code = fault.find("faultcode").or_else(|| {
        let code = fault.find("Code")?;
        code.find("Subcode").and_then(|finer| finer.find("Value")).or_else(|| code.find("Value"))
    });
    let coarse = fault.find("Code").and_then(|code| code.find("Value")).or(code);
    let said =
        fault.find("faultstring").or_else(|| fault.find("Reason").and_then(|reason| reason.find("Text")));
    let text = |element: Option<&Element<'_>>| element.map_or("", Element::text).to_owned();
    let (code, coarse, said) = (text(code), text(coarse), clean(&text(said), SHOWN));
    let kind = kind_of(&format!("{code} {said}")).unwrap_or_else(|| kind_of_code(&coarse));
    http::Error::new(kind, format_args!("SOAP fault {}: {said}", clean(local(&code), 40)))
}

/// What the words of a fault say it is, where they say it.
pub(super) fn kind_of(words: &str) -> Option<Kind> {
    let words = words.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|word| words.contains(word));
    // Before the credential's words: "user not authorized for this, check your login" is about a permission.
    if says(&[
        "permission",
        "not authorized",
        "not allowed",
        "forbidden",
        "access denied",
        "access is denied",
    ]) {
        return Some(Kind::Forbidden);
    }
    says(&[
        "authenticat",
        "credential",
        "password",
        "unauthorized",
        "invalidsecurity",
        "invalid token",
        "logged in",
    ])
    .then_some(Kind::Unauthorized)
}

/// Whose fault it is, by the code alone: the sender's will not pass by itself.
fn kind_of_code(code: &str) -> Kind {
    match local(code).split('.').next() {
        Some("Client" | "Sender" | "VersionMismatch" | "MustUnderstand" | "DataEncodingUnknown") => {
            Kind::Rejected
        }
        _ => Kind::Unavailable { retry_after: None },
    }
}

fn local(code: &str) -> &str {
    code.rsplit(':').next().unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(body: &str) -> Result<Vec<String>, http::Error> {
        let envelope = format!("<e:Envelope xmlns:e='x'><e:Header><id>9</id></e:Header>{body}</e:Envelope>");
        let found = opened(Element::parse(&envelope).unwrap(), |element| {
            element.find("id").is_some_and(|_| element.name() == "row")
        });
        Ok(found?.iter().map(|element| element.name().to_owned()).collect())
    }

    #[test]
    fn wrappers_are_taken_off() {
        let check = |body: &str, expected: &[&str]| assert_eq!(open(body).unwrap(), expected, "{body}");
        check("<e:Body><list/></e:Body>", &["list"]);
        check(
            "<e:Body><m:find xmlns:m='y'><return><list><row id='1'/></list></return></m:find></e:Body>",
            &["list"],
        );
        check(
            "<e:Body><r><return><row><id>1</id></row><row><id>2</id></row></return></r></e:Body>",
            &["row", "row"],
        );
        check("<e:Body><findResponse/></e:Body>", &[]);
        check("<e:Body/>", &[]);
        check("<e:Body><error>no licence</error></e:Body>", &["error"]);
        assert_eq!(open("").unwrap_err().kind, Kind::Malformed);
    }

    #[test]
    fn a_fault_is_an_error_of_its_kind_in_the_servers_words() {
        let check = |fault: &str, kind: Kind, message: &str| {
            let error = open(&format!("<e:Body><e:Fault>{fault}</e:Fault></e:Body>")).unwrap_err();
            assert_eq!((error.kind, error.message.as_str()), (kind, message), "{fault}");
        };
        let away = Kind::Unavailable { retry_after: None };
        check(
            "<faultcode>e:Server</faultcode><faultstring>deadlock\u{202e}, try later</faultstring>",
            away,
            "SOAP fault Server: deadlock, try later",
        );
        check(
            "<faultcode>e:Client</faultcode><faultstring>no such column</faultstring>",
            Kind::Rejected,
            "SOAP fault Client: no such column",
        );
        check(
            "<faultcode>wsse:FailedAuthentication</faultcode><faultstring>who are you?</faultstring>",
            Kind::Unauthorized,
            "SOAP fault FailedAuthentication: who are you?",
        );
        check(
            "<e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason><e:Text xml:lang='en'>Invalid credentials</e:Text></e:Reason>",
            Kind::Unauthorized,
            "SOAP fault Sender: Invalid credentials",
        );
        check(
            "<e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>m:Quota</e:Value></e:Subcode></e:Code>
             <e:Reason><e:Text>User is not authorized for company TMS2</e:Text></e:Reason>",
            Kind::Forbidden,
            "SOAP fault Quota: User is not authorized for company TMS2",
        );
        check("<e:Code><e:Value>e:Receiver</e:Value></e:Code>", away, "SOAP fault Receiver:");
        check("", away, "SOAP fault :");
    }
}
