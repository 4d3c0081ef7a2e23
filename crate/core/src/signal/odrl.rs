//! TDM policies: whom to ask, and on what terms mining is permitted.
//!
//! Standards: ODRL 2.2 (<https://www.w3.org/TR/odrl-model/>) in the profile of the TDM
//! Reservation Protocol, clause 7 of
//! <https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/>. A policy says
//! how to get what is reserved; it reserves nothing by itself and never softens a
//! reservation. Left out: other ODRL actions, offers that refer to other offers, JSON-LD
//! contexts (the usual names and prefixes are known), policies written for people.

use serde_json::Value;

use crate::signal::{Draft, cut, web_address};
use crate::vocabulary::LicenceClaim;

/// What a policy says, as far as it is understood.
#[derive(Debug, Default)]
pub struct Policy {
    /// Who sets it.
    name: Option<String>,
    /// How they are reached: web addresses.
    pages: Vec<String>,
    /// How they are reached: mail and telephone.
    contacts: Vec<String>,
    /// The terms of each permission to mine.
    terms: Vec<String>,
}

/// Permissions and parties that are read of one policy.
const MOST: usize = 8;

impl Policy {
    /// Reads a policy; `None` when it is no ODRL.
    pub fn read(text: &str) -> Option<Policy> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        let mut policy = Policy::default();
        let nodes = list(value.get("@graph").unwrap_or(&value));
        let mut is_policy = false;
        for node in nodes.into_iter().take(MOST) {
            for party in ["assigner", "publisher"].iter().flat_map(|n| all(node, n)).take(MOST) {
                policy.party(party);
            }
            for permission in all(node, "permission").into_iter().take(MOST) {
                is_policy = true;
                policy.permission(permission);
            }
            let prohibited = all(node, "prohibition");
            is_policy |= !prohibited.is_empty();
            if prohibited.iter().any(|p| all(p, "action").iter().any(|a| is(a, "mine"))) {
                policy.terms.push("mining is prohibited".to_string());
            }
            is_policy |= text_of(node, "@type").is_some_and(|t| {
                matches!(
                    t.rsplit([':', '/']).next(),
                    Some("Offer" | "Set" | "Agreement" | "Policy")
                )
            });
        }
        is_policy.then_some(policy)
    }

    fn party(&mut self, party: &Value) {
        if let Some(name) =
            ["fn", "organization-name", "name"].iter().find_map(|n| text_of(party, n))
        {
            self.name.get_or_insert(cut(name));
        }
        for field in ["hasEmail", "hasTelephone", "email", "telephone"] {
            for value in all(party, field) {
                let text = plain(value).map(|t| t.trim_start_matches("mailto:").trim().to_string());
                if let Some(text) = text.filter(|t| !t.is_empty() && t.len() < 300) {
                    let known = self.contacts.contains(&text) || self.contacts.len() >= MOST;
                    self.contacts.extend((!known).then_some(text));
                }
            }
        }
        for field in ["hasURL", "url", "contactPage"] {
            let page = all(party, field).into_iter().find_map(|v| web_address(&plain(v)?));
            self.pages.extend(page.filter(|p| !self.pages.contains(p)));
        }
    }

    fn permission(&mut self, permission: &Value) {
        if !all(permission, "action").iter().any(|a| is(a, "mine")) {
            return;
        }
        let mut words = Vec::new();
        for duty in all(permission, "duty").into_iter().chain(all(permission, "obligation")) {
            for action in all(duty, "action") {
                words.push(match tail(action).as_str() {
                    "obtainConsent" => "after consent is obtained".to_string(),
                    "compensate" => "against payment".to_string(),
                    other => format!("with the duty {other}"),
                });
            }
        }
        for constraint in all(permission, "constraint") {
            let values: Vec<String> =
                all(constraint, "rightOperand").into_iter().map(tail).collect();
            let values = values.join(" ");
            words.push(
                match all(constraint, "leftOperand").into_iter().map(tail).next().as_deref() {
                    Some("purpose") => format!("for the purpose {values}"),
                    Some("spatial") => format!("in {values}"),
                    other => format!("{} {values}", other.unwrap_or("constraint")),
                },
            );
        }
        let words: Vec<String> = words.into_iter().take(MOST).collect();
        let how = if words.is_empty() { "without duties".to_string() } else { words.join(", ") };
        self.terms.push(format!("mining is permitted {how}"));
    }

    /// Adds to a reservation what its policy says.
    pub fn complete(&self, mut draft: Draft) -> Draft {
        for term in self.terms.iter().take(MOST) {
            draft = draft.note(format!("policy: {}", term.chars().take(300).collect::<String>()));
        }
        for contact in &self.contacts {
            draft = draft.note(format!("policy: contact {contact}"));
        }
        for page in self.pages.iter().take(MOST) {
            if !draft.0.offers.contains(page) {
                draft = draft.offer(page.as_str());
            }
        }
        match &self.name {
            Some(name) => draft
                .licence(LicenceClaim { owners: vec![name.clone()], ..LicenceClaim::default() }),
            None => draft,
        }
    }
}

/// A property by its name in ODRL, vCard or no vocabulary, as a list.
fn all<'v>(node: &'v Value, name: &str) -> Vec<&'v Value> {
    let Value::Object(map) = node else { return Vec::new() };
    let named = |key: &str| key.rsplit([':', '/', '#']).next() == Some(name);
    map.iter().filter(|(key, _)| named(key)).flat_map(|(_, value)| list(value)).collect()
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().take(32).collect(),
        other => vec![other],
    }
}

fn text_of(node: &Value, name: &str) -> Option<String> {
    let key = if name.starts_with('@') { node.get(name).map(list) } else { Some(all(node, name)) };
    key?.into_iter().find_map(plain)
}

/// A text, an address, or the object that holds one.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.as_str(),
        Value::Object(map) => {
            ["@id", "@value", "uid", "hasValue"].iter().find_map(|k| map.get(*k)?.as_str())?
        }
        _ => return None,
    };
    Some(text.trim().to_string()).filter(|t| !t.is_empty())
}

/// The last part of a term: `mine` of `tdm:mine`, `obtainConsent` of its address.
fn tail(value: &Value) -> String {
    let text = plain(value).or_else(|| text_of(value, "value")).unwrap_or_default();
    text.rsplit([':', '/', '#']).next().unwrap_or_default().chars().take(100).collect()
}

fn is(value: &Value, term: &str) -> bool {
    tail(value) == term
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After the example of the specification.
    const OFFER: &str = r#"{
        "@context": ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"],
        "@type": "Offer", "profile": "http://www.w3.org/ns/tdmrep",
        "assigner": {"uid": "https://photos.example", "vcard:fn": "Ada Example",
            "vcard:hasEmail": "mailto:rights@photos.example",
            "vcard:hasURL": "https://photos.example/contact"},
        "permission": [
            {"action": "tdm:mine", "duty": [{"action": "obtainConsent"}, {"action": "compensate"}],
             "constraint": [{"leftOperand": "purpose", "operator": "eq",
                "rightOperand": {"@id": "tdm:non-research"}}]},
            {"action": {"@id": "http://www.w3.org/ns/tdmrep#mine"},
             "constraint": {"leftOperand": "purpose", "operator": "eq", "rightOperand": "tdm:research"}},
            {"action": "print"}
        ]}"#;

    #[test]
    fn contact_duties_and_purposes_are_told() {
        let policy = Policy::read(OFFER).unwrap();
        assert_eq!(policy.name.as_deref(), Some("Ada Example"));
        assert_eq!(policy.contacts, ["rights@photos.example"]);
        assert_eq!(policy.pages, ["https://photos.example/contact"]);
        assert_eq!(
            policy.terms,
            [
                "mining is permitted after consent is obtained, against payment, for the purpose non-research",
                "mining is permitted for the purpose research",
            ]
        );
    }

    #[test]
    fn other_forms_of_the_same() {
        let policy =
            Policy::read(r#"{"@graph": {"odrl:prohibition": {"odrl:action": "tdm:mine"}}}"#);
        assert_eq!(policy.unwrap().terms, ["mining is prohibited"]);
        let policy =
            Policy::read(r#"{"@type": "odrl:Offer", "permission": {"action": "tdm:mine"}}"#);
        assert_eq!(policy.unwrap().terms, ["mining is permitted without duties"]);
    }

    #[test]
    fn what_is_no_policy_is_none() {
        for text in ["", "{", "[]", "7", "{\"a\": 1}", "<html>", "\u{feff}null"] {
            assert!(Policy::read(text).is_none(), "{text}");
        }
        let deep = format!("{}1{}", "{\"@graph\":[".repeat(100), "]}".repeat(100));
        assert!(Policy::read(&deep).is_none());
    }
}
