//! Any server that resolves C2PA soft bindings: manifests of works with a like ISCC.
//!
//! Interface: C2PA Soft Binding Resolution API, <https://spec.c2pa.org/specifications/specifications/2.2/softbinding/Decoupled.html>
//! (`/matches/byBinding`), with the algorithm `io.iscc.v0`, whose value is an ISCC-SEQ
//! (IEP-0020) in base64. No public resolver for it is known: the reader gives an address. What
//! it finds is the manifest of a *similar* work, which was not checked here: it is shown with
//! its address and states nothing. Left out: asking by content, and watermarks, whose decoders
//! are others'.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;
use url::Url;

use super::record::{Record, answer};
use super::response::{json_or_miss, refused, text};
use super::{Answer, Endpoint, Fit, Hit, Privacy, Query, Registry, Request, Response};
use crate::fingerprint::iscc;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "c2pa-resolver",
    title: "C2PA soft-binding resolver",
    about: "https://github.com/c2pa-org/softbinding-algorithm-list",
    privacy: &[Privacy::Hash],
    endpoint: "",
    media_host: "",
    takes_address: true,
    gap_ms: 500,
    wants_key: false,
    plan,
    read,
};

/// The algorithm's name in C2PA's list.
const ALGORITHM: &str = "io.iscc.v0";
/// As many as the interface gives when nothing is said.
const MOST: usize = 10;

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let print = query.print.filter(|print| !print.featureless && !print.doubtful());
    let sequence = print.and_then(iscc::soft_binding);
    let url = Url::parse(&endpoint.api).ok();
    let (Some(sequence), Some(mut url)) = (sequence, url) else { return Vec::new() };
    url.set_path(&format!("{}/matches/byBinding", url.path().trim_end_matches('/')));
    let value = BASE64.encode(sequence);
    url.query_pairs_mut()
        .append_pair("alg", ALGORITHM)
        .append_pair("value", &value)
        .append_pair("maxResults", &MOST.to_string());
    vec![Request::new(REGISTRY.id, value, url, Privacy::Hash)]
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json_or_miss(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let Some(matches) = value.get("matches").and_then(Value::as_array) else {
        return refused("an answer without matches");
    };
    answer(matches.iter().take(MOST).filter_map(|found| hit(request, found)).collect())
}

fn hit(request: &Request, found: &Value) -> Option<Hit> {
    let id = text(found, "manifestId")?;
    let score = found.get("similarityScore").and_then(Value::as_u64).unwrap_or(0).min(100);
    // Its own measure of likeness, which nobody here has repeated.
    let fit = Fit::Near {
        distance: 100 - score as u32,
        bits: 100,
        sure: false,
        turned: false,
        from_s: None,
    };
    let encoded: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
    let here = request.url.split("/matches/").next().unwrap_or_default();
    let base = text(found, "endpoint").unwrap_or(here).trim_end_matches('/');
    let page = format!("{base}/manifests/{encoded}");
    Some(Record::judged(request, id, fit).page(Some(&page)).done())
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked_at, hits, ok};
    use super::*;
    use crate::fingerprint::{Fingerprint, ImageCodes, Iscc};
    use serde_json::json as value;

    fn questions(api: &str) -> Vec<Request> {
        let code = "a5".repeat(32);
        let data_256 =
            iscc::shortened("ISCC:GAD6Z2VJLX46FD6QVSSCW3BOUAIV5GRINTAHISA6UQIHPLWH3YBGAHQ", 256);
        let print = Fingerprint {
            blake3: "55529bfae5bdb3d530c52f44d13ccd6a7c710f63620dc2db1c43c5592ae2dc97".to_string(),
            codes: Some(ImageCodes {
                exact: code.clone(),
                tolerant: code.clone(),
                untrimmed: code,
                inset: String::new(),
            }),
            iscc: Iscc { data_256, ..Iscc::default() },
            ..Fingerprint::default()
        };
        asked_at(&REGISTRY, api, &Query { print: Some(&print), ..Query::default() })
    }

    fn question() -> Request {
        questions("https://resolver.example/v1").remove(0)
    }

    #[test]
    fn the_sequence_of_units_is_asked_for_where_the_reader_says() {
        assert!(questions("").is_empty());
        let url = question().url;
        let start = "https://resolver.example/v1/matches/byBinding?alg=io.iscc.v0&value=";
        assert!(url.starts_with(start), "{url}");
        let sequence = BASE64.decode(question().key).unwrap();
        assert_eq!(iscc::units_of(&sequence).unwrap().len(), 3);
    }

    #[test]
    fn a_manifest_of_a_similar_work_is_shown_and_states_nothing() {
        let body = value!({"matches": [
            {"manifestId": "urn:c2pa:1/2", "endpoint": "https://other.example/v1", "similarityScore": 97},
            {"manifestId": "urn:c2pa:3", "endpoint": "javascript:alert(1)"}
        ]});
        let found = hits(&question(), read, &body);
        assert_eq!(
            found[0].fit,
            Fit::Near { distance: 3, bits: 100, sure: false, turned: false, from_s: None }
        );
        let page = "https://other.example/v1/manifests/urn%3Ac2pa%3A1%2F2";
        assert_eq!(found[0].record_url.as_deref(), Some(page));
        assert_eq!(found[1].record_url, None);
        assert!(found.iter().all(|hit| hit.statements.is_empty() && hit.leads.is_empty()));
    }

    #[test]
    fn no_match_is_a_miss() {
        assert_eq!(read(&question(), &ok(&value!({"matches": []}))), Answer::Miss);
        assert!(matches!(read(&question(), &ok(&value!({}))), Answer::Refused { .. }));
    }
}
