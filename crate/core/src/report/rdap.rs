//! Who answers for a domain: the abuse contact that its registrar publishes.
//!
//! The directory of servers is that of RFC 9224 <https://www.rfc-editor.org/rfc/rfc9224>, the
//! answers are those of RFC 9083 <https://www.rfc-editor.org/rfc/rfc9083> with contacts as jCard
//! (RFC 7095). Pure: the report page asks, and only when its button was pressed, for the server
//! learns the name of the host. Left out: the host by its IP address, which the browser does not
//! tell, and contacts as JSContact (RFC 9553), which no registry asked for in 2026 sends alone.

use serde_json::Value;

use crate::vocabulary::{Problem, ProblemCode};

/// Where the directory of servers for domains lies (RFC 9224, 4).
pub const DIRECTORY: &str = "https://data.iana.org/rdap/dns.json";
/// Bytes of an answer that are read. The directory has about 60 KiB, an answer about 10.
pub const ANSWER_BYTES: usize = 1 << 20;

/// One mail address for complaints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbuseContact {
    /// Who reads it: the name of the organisation, as it calls itself; may be empty.
    pub who: String,
    /// Its address.
    pub email: String,
}

/// The questions to put, one after the other until one is answered with 200: which part of a
/// name was registered (`gallery.example` or `heron.gallery.example`) only the registry knows.
/// The shortest comes first; a public suffix has no entry and answers 404.
pub fn questions(directory: &str, host: &str) -> Result<Vec<String>, Problem> {
    let fault = |code, what: &str| Problem::new(code, "rdap", what);
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let numeric = labels.last().is_some_and(|l| l.bytes().all(|b| b.is_ascii_digit()));
    let plain = |l: &&str| {
        !l.is_empty() && l.len() <= 63 && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if labels.len() < 2 || numeric || !labels.iter().all(plain) {
        return Err(fault(ProblemCode::Unsupported, "this host has no registered name"));
    }
    let directory: Value = serde_json::from_str(directory)
        .map_err(|e| fault(ProblemCode::Malformed, &format!("the directory: {e}")))?;
    let services = directory.get("services").and_then(Value::as_array).map(Vec::as_slice);
    let server = services
        .unwrap_or_default()
        .iter()
        .filter_map(|service| {
            let names = service.get(0)?.as_array()?.iter().filter_map(Value::as_str);
            let depth = names.filter_map(|name| depth_of(&labels, name)).max()?;
            let servers = service.get(1)?.as_array()?.iter().filter_map(Value::as_str);
            // RFC 9224, 3: an https address is to be preferred; we take no other.
            let server = servers.into_iter().find(|s| s.starts_with("https://"))?;
            Some((depth, server))
        })
        // RFC 9224, 4: the entry with the longest match is the one.
        .max_by_key(|(depth, _)| *depth);
    let Some((depth, server)) = server else {
        return Err(fault(ProblemCode::Unsupported, "no registry answers for this ending"));
    };
    let server = server.trim_end_matches('/');
    let lengths = depth + 1..=labels.len();
    Ok(lengths
        .take(LONGEST)
        .filter_map(|n| Some(labels.get(labels.len() - n..)?.join(".")))
        .map(|name| format!("{server}/domain/{name}"))
        .collect())
}

/// The abuse contacts of an answer, the innermost first: a registrar's own abuse desk stands
/// within the registrar's entry (RFC 9083, 5.1).
pub fn abuse_contacts(answer: &str) -> Result<Vec<AbuseContact>, Problem> {
    let answer: Value = serde_json::from_str(answer)
        .map_err(|e| Problem::new(ProblemCode::Malformed, "rdap", e.to_string()))?;
    let mut found = Vec::new();
    gather(&answer, "", 0, &mut found);
    Ok(found)
}

/// The country of whom the name belongs to, as two letters, where the registry tells it: it stays
/// when the rest is hidden. In jCard the code is a parameter of the address (RFC 8605, 3.1).
pub fn owner_country(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let entities = answer.get("entities")?.as_array()?.iter().take(64);
    let is_owner = |entity: &&Value| {
        let roles = entity.get("roles").and_then(Value::as_array);
        roles.is_some_and(|r| r.iter().any(|role| role.as_str() == Some("registrant")))
    };
    let code = |entity: &Value| {
        let card = entity.get("vcardArray")?.get(1)?.as_array()?;
        let named = |line: &&Value| line.get(0).and_then(Value::as_str) == Some("adr");
        let address = card.iter().take(64).find(named)?;
        let code = address.get(1)?.get("cc").or_else(|| address.get(3)?.get(6))?.as_str()?.trim();
        let plain = code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic());
        plain.then(|| code.to_ascii_uppercase())
    };
    entities.filter(is_owner).find_map(code)
}

/// Names tried at most; `a.b.c.co.uk` has three below its suffix.
const LONGEST: usize = 4;
/// Entities within entities; real ones have two.
const DEPTH: usize = 5;
/// Contacts kept at most.
const CONTACTS: usize = 8;
/// Characters of a name or an address.
const CHARS: usize = 254;

/// How many labels of the host an entry of the directory covers, if it is one of its ends.
fn depth_of(labels: &[&str], entry: &str) -> Option<usize> {
    let entry: Vec<&str> = entry.split('.').collect();
    let tail = labels.get(labels.len().checked_sub(entry.len())?..)?;
    let same = tail.iter().zip(&entry).all(|(a, b)| a.eq_ignore_ascii_case(b));
    same.then_some(entry.len())
}

fn gather(entity: &Value, above: &str, depth: usize, found: &mut Vec<AbuseContact>) {
    if depth > DEPTH {
        return;
    }
    let name = card_value(entity, "fn").unwrap_or_default();
    let who = if name.is_empty() { above } else { name.as_str() };
    for inner in entity.get("entities").and_then(Value::as_array).into_iter().flatten().take(64) {
        gather(inner, who, depth + 1, found);
    }
    let roles = entity.get("roles").and_then(Value::as_array);
    let abuse = roles.is_some_and(|r| r.iter().any(|role| role.as_str() == Some("abuse")));
    let Some(email) = card_value(entity, "email").filter(|_| abuse) else { return };
    let email = email.strip_prefix("mailto:").unwrap_or(&email).to_string();
    let mail = |c: char| c.is_ascii_alphanumeric() || "._%+-@".contains(c);
    let whole =
        email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    let known = found.iter().any(|contact| contact.email == email);
    if whole && email.chars().all(mail) && !known && found.len() < CONTACTS {
        // An abuse desk is often called "Abuse"; who keeps it says more.
        let who = if above.is_empty() { who } else { above };
        found.push(AbuseContact { who: who.to_string(), email });
    }
}

/// The first value of a property of a jCard: `["email", {}, "text", "abuse@registrar.example"]`.
fn card_value(entity: &Value, property: &str) -> Option<String> {
    let card = entity.get("vcardArray")?.get(1)?.as_array()?;
    let value = card.iter().take(64).find_map(|line| {
        let named = line.get(0)?.as_str()?.eq_ignore_ascii_case(property);
        line.get(3)?.as_str().filter(|text| named && !text.is_empty())
    })?;
    let flat = value.chars().map(|c| if c.is_control() { ' ' } else { c });
    Some(flat.take(CHARS).collect::<String>().trim().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIRECTORY: &str = r#"{"version":"1.0","services":[
        [["example","test"],["http://plain.example/","https://rdap.example/v1/"]],
        [["uk"],["https://rdap.uk.example/"]],
        [["co.uk"],["https://rdap.co.example/"]],
        [["old"],["http://only.example/"]]]}"#;

    #[test]
    fn the_longest_entry_answers_and_the_shortest_name_is_asked_first() {
        assert_eq!(
            questions(DIRECTORY, "img.Heron.gallery.example.").unwrap(),
            [
                "https://rdap.example/v1/domain/gallery.example",
                "https://rdap.example/v1/domain/heron.gallery.example",
                "https://rdap.example/v1/domain/img.heron.gallery.example",
            ]
        );
        assert_eq!(
            questions(DIRECTORY, "a.shop.co.uk").unwrap(),
            [
                "https://rdap.co.example/domain/shop.co.uk",
                "https://rdap.co.example/domain/a.shop.co.uk"
            ]
        );
    }

    #[test]
    fn what_has_no_registered_name_or_no_safe_server_is_not_asked() {
        for host in ["localhost", "127.0.0.1", "[::1]", "a b.example", "x.old", "x.none", ""] {
            assert!(questions(DIRECTORY, host).is_err(), "{host}");
        }
        assert!(questions("<html>", "gallery.example").is_err());
    }

    #[test]
    fn the_desk_within_the_registrar_is_found_and_named_after_it() {
        let answer = r#"{"objectClassName":"domain","entities":[
          {"roles":["registrar"],"vcardArray":["vcard",[["version",{},"text","4.0"],["fn",{},"text","Names\nLtd"]]],
           "entities":[{"roles":["abuse"],"vcardArray":["vcard",[["fn",{},"text",""],
             ["tel",{},"uri","tel:+1"],["email",{},"text","abuse@names.example"]]]}]},
          {"roles":["registrant"],"vcardArray":["vcard",[["email",{},"text","owner@private.example"]]]}]}"#;
        let found = abuse_contacts(answer).unwrap();
        assert_eq!(
            found,
            [AbuseContact { who: "Names Ltd".into(), email: "abuse@names.example".into() }]
        );
    }

    #[test]
    fn the_country_of_the_owner_is_a_code_or_not_told() {
        let of = |address: &str, role: &str| {
            owner_country(&format!(
                r#"{{"entities":[{{"roles":["{role}"],"vcardArray":["vcard",[["fn",{{}},"text",""],{address}]]}}]}}"#
            ))
        };
        let coded = r#"["adr",{"cc":"at"},"text",["","","","","","",""]]"#;
        assert_eq!(of(coded, "registrant").as_deref(), Some("AT"));
        assert_eq!(of(coded, "registrar"), None);
        let plain = |name: &str| format!(r#"["adr",{{}},"text",["","","","Wien","","","{name}"]]"#);
        assert_eq!(of(&plain("AT"), "registrant").as_deref(), Some("AT"));
        for none in ["Austria", "", "4 "] {
            assert_eq!(of(&plain(none), "registrant"), None);
        }
        assert_eq!(of(r#"["adr",{"cc":7},"text",5]"#, "registrant"), None);
        assert_eq!(owner_country("{"), None);
    }

    #[test]
    fn hostile_answers_give_nothing_and_end() {
        let mut deep =
            r#"{"roles":["abuse"],"vcardArray":["vcard",[["email",{},"text","a@b.example"]]]}"#
                .to_string();
        for _ in 0..40 {
            deep = format!(r#"{{"entities":[{deep}]}}"#);
        }
        assert_eq!(abuse_contacts(&deep).unwrap(), []);
        let markup = r#"{"roles":["abuse"],"vcardArray":["vcard",[["email",{},"text","<img src=x>@b.example"]]]}"#;
        assert_eq!(abuse_contacts(markup).unwrap(), []);
        assert!(abuse_contacts("{").is_err());
    }
}
