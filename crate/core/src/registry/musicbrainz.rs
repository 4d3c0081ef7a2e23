//! MusicBrainz: licence and artists of a recording that another registry has named.
//!
//! Interface: <https://musicbrainz.org/doc/MusicBrainz_API>. A licence is a relation of type
//! `license` that has not ended; most recordings have none. Nothing in it speaks about AI. Left
//! out: releases and works, search.

use serde_json::Value;
use url::Url;

use super::record::Record;
use super::response::{another_key, json_or_miss, text};
use super::{Answer, Endpoint, Fit, Privacy, Query, Registry, Request, Response};
use crate::limits::Limits;
use crate::vocabulary::LicenceClaim;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "musicbrainz",
    title: "MusicBrainz",
    about: "https://musicbrainz.org/",
    privacy: &[Privacy::Record],
    endpoint: "https://musicbrainz.org/ws/2/",
    media_host: "",
    takes_address: true,
    // One question a second from one address.
    gap_ms: 1_000,
    wants_key: false,
    plan,
    read,
};

/// Whether a text is a MusicBrainz identifier: a UUID.
pub fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let leads = query.leads.iter().filter(|l| l.registry == REGISTRY.id && is_id(&l.name));
    let request = |(id, fit): (&String, &Fit)| {
        let mut url = Url::parse(&endpoint.api).ok()?.join(&format!("recording/{id}")).ok()?;
        url.query_pairs_mut()
            .append_pair("inc", "url-rels artist-credits")
            .append_pair("fmt", "json");
        Some(Request {
            registry: REGISTRY.id.to_string(),
            key: id.clone(),
            url: url.into(),
            headers: Vec::new(),
            privacy: Privacy::Record,
            via: Some(fit.clone()),
        })
    };
    leads.map(|lead| (&lead.name, &lead.fit)).filter_map(request).collect()
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json_or_miss(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    if text(&value, "id") != Some(request.key.as_str()) {
        return another_key();
    }
    let list = |name: &str| value.get(name).and_then(Value::as_array).into_iter().flatten();
    let licences: Vec<&str> = list("relations")
        .filter(|r| {
            text(r, "type") == Some("license") && r.get("ended") != Some(&Value::Bool(true))
        })
        .filter_map(|r| text(r.get("url")?, "resource"))
        .take(Limits::DEFAULT.statements)
        .collect();
    let artists = list("artist-credit").filter_map(|credit| text(credit, "name"));
    let claim = LicenceClaim {
        creators: artists.map(super::text::one_line).take(Limits::DEFAULT.statements).collect(),
        ..LicenceClaim::default()
    };
    let hit = Record::new(request, &request.key, Fit::Url)
        .title(text(&value, "title"))
        .page(Some(&format!("/recording/{}", request.key)))
        .licence(&licences, claim, Some("musicbrainz.org"))
        .done();
    Answer::Hits { hits: vec![hit] }
}

#[cfg(test)]
mod tests {
    use super::super::Lead;
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use serde_json::json as value;

    const ID: &str = "00000000-0000-4000-8000-0000000000b1";

    fn question(sure: bool) -> Request {
        let fit = Fit::Near { distance: 3, bits: 100, sure, turned: false, from_s: None };
        let lead = Lead { registry: REGISTRY.id.to_string(), name: ID.to_string(), fit };
        asked(&REGISTRY, &Query { leads: &[lead], ..Query::default() }).remove(0)
    }

    fn body() -> Value {
        let licence = |ended: bool, url: &str| value!({"type": "license", "ended": ended, "url": {"resource": url}});
        value!({
            "id": ID, "title": "Demo", "artist-credit": [{"name": "Test Artist"}],
            "relations": [
                licence(true, "https://creativecommons.org/licenses/by-nc/4.0/"),
                licence(false, "https://creativecommons.org/licenses/by/4.0/"),
                {"type": "streaming", "url": {"resource": "https://x.example/"}}
            ]
        })
    }

    #[test]
    fn only_a_recording_that_was_named_is_asked_for() {
        assert!(asked(&REGISTRY, &Query::default()).is_empty());
        assert_eq!(
            question(true).url,
            format!(
                "https://musicbrainz.org/ws/2/recording/{ID}?inc=url-rels+artist-credits&fmt=json"
            )
        );
        let fit = Fit::Exact;
        let lead = Lead { registry: REGISTRY.id.into(), name: "../artist".into(), fit };
        assert!(asked(&REGISTRY, &Query { leads: &[lead], ..Query::default() }).is_empty());
    }

    #[test]
    fn a_licence_that_ended_is_none() {
        let hit = hits(&question(true), read, &body()).remove(0);
        assert_eq!(hit.statements.len(), 1);
        let claim = hit.statements[0].licence.clone().unwrap();
        assert_eq!(claim.uri.as_deref(), Some("https://creativecommons.org/licenses/by/4.0/"));
        assert_eq!(claim.creators, ["Test Artist"]);
        assert!(hits(&question(false), read, &body())[0].statements.is_empty());
    }

    #[test]
    fn an_unknown_recording_is_a_miss_and_another_is_refused() {
        let missing = Response { status: 404, ..Response::default() };
        assert_eq!(read(&question(true), &missing), Answer::Miss);
        let mut other = body();
        other["id"] = value!("00000000-0000-4000-8000-0000000000b2");
        assert_eq!(read(&question(true), &ok(&other)), another_key());
    }
}
