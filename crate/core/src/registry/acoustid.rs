//! AcoustID: which recording this sound is.
//!
//! Interface: <https://acoustid.org/webservice> (`/v2/lookup`). It answers only those who bring
//! an application key, so the reader brings one. It names recordings, never their licence: for
//! that its answer leads to MusicBrainz. Its score is taken as parts of a hundred that fit. Left
//! out: batches, submission.

use serde_json::Value;
use url::Url;

use super::record::{Record, answer};
use super::response::{json, refused, text};
use super::{Answer, Endpoint, Fit, Hit, Privacy, Query, Registry, Request, Response, musicbrainz};
use crate::limits::Limits;
use crate::vocabulary::LicenceClaim;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "acoustid",
    title: "AcoustID",
    about: "https://acoustid.org/",
    privacy: &[Privacy::Hash],
    endpoint: "https://api.acoustid.org/v2/lookup",
    media_host: "",
    takes_address: true,
    // Three questions a second from one address.
    gap_ms: 334,
    wants_key: true,
    plan,
    read,
};

/// Below this the server itself is not sure.
const SURE_SCORE: f64 = 0.8;
/// One submission may be anybody's mistake.
const SOURCES: u64 = 2;
/// Longer addresses are not taken by every server. The first 120 s stay far below.
const LONGEST: usize = 6_000;

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let Some(print) = query.print.and_then(|print| print.chromaprint.as_ref()) else {
        return Vec::new();
    };
    let (false, Ok(mut url)) = (endpoint.key.is_empty(), Url::parse(&endpoint.api)) else {
        return Vec::new();
    };
    if print.compressed.len() > LONGEST {
        return Vec::new();
    }
    url.query_pairs_mut()
        .append_pair("client", &endpoint.key)
        .append_pair("format", "json")
        .append_pair("duration", &format!("{:.0}", print.duration_s))
        .append_pair("fingerprint", &print.compressed)
        .append_pair("meta", "recordings sources");
    // The fingerprint is long, and the key of the reader is nobody's business.
    let key = blake3::hash(print.compressed.as_bytes()).to_hex().to_string();
    vec![Request::new(REGISTRY.id, key, url, Privacy::Hash)]
}

fn read(request: &Request, response: &Response) -> Answer {
    // Errors come with status 400 and say in their body what is wrong.
    let said = serde_json::from_str::<Value>(&response.body).ok();
    let error = said.as_ref().and_then(|said| said.get("error"));
    if let (400, Some(error)) = (response.status, error) {
        let why = super::text::one_line(text(error, "message").unwrap_or("an error"));
        return refused(format!("the registry says: {}", why.chars().take(60).collect::<String>()));
    }
    let value = match json(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let (Some("ok"), Some(results)) =
        (text(&value, "status"), value.get("results").and_then(Value::as_array))
    else {
        return refused("an answer without results");
    };
    let mut hits: Vec<Hit> = results.iter().flat_map(|result| found(request, result)).collect();
    // One recording may stand behind several tracks: the surest says how well it fits.
    hits.sort_by_key(|hit| match hit.fit {
        Fit::Near { distance, sure, .. } => (!sure, distance),
        Fit::Exact | Fit::Url => (false, 0),
    });
    answer(hits)
}

/// The recordings that one track of its index stands for.
fn found(request: &Request, result: &Value) -> Vec<Hit> {
    let score = result.get("score").and_then(Value::as_f64).unwrap_or_default().clamp(0.0, 1.0);
    let recordings = result.get("recordings").and_then(Value::as_array);
    let recordings = recordings.into_iter().flatten().take(Limits::DEFAULT.statements);
    let hit = |recording: &Value| {
        let id = text(recording, "id").filter(|id| musicbrainz::is_id(id))?;
        let sources = recording.get("sources").and_then(Value::as_u64).unwrap_or_default();
        let sure = score >= SURE_SCORE && sources >= SOURCES;
        let distance = ((1.0 - score) * 100.0).round() as u32;
        let fit = Fit::Near { distance, bits: 100, sure, turned: false, from_s: None };
        let artists = recording.get("artists").and_then(Value::as_array).into_iter().flatten();
        let claim = LicenceClaim {
            creators: artists.filter_map(|a| text(a, "name")).map(super::text::one_line).collect(),
            ..LicenceClaim::default()
        };
        let record = Record::new(request, id, fit)
            .title(text(recording, "title"))
            .page(Some(&format!("https://musicbrainz.org/recording/{id}")))
            .licence(&[], claim, Some("acoustid.org"))
            .lead(musicbrainz::REGISTRY.id, Some(id.to_string()));
        Some(record.done())
    };
    recordings.filter_map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use crate::fingerprint::{Chromaprint, Fingerprint};
    use serde_json::json as value;

    fn print() -> Fingerprint {
        let compressed = "AQAAaNE4iqGgffB_VD_C".to_string();
        let chromaprint = Some(Chromaprint { duration_s: 15.4, compressed, items: 4 });
        Fingerprint { chromaprint, ..Fingerprint::default() }
    }

    fn question() -> Request {
        asked(&REGISTRY, &Query { print: Some(&print()), ..Query::default() }).remove(0)
    }

    fn body(score: f64, sources: u32) -> Value {
        value!({"status": "ok", "results": [{"id": "a1", "score": score, "recordings": [{
            "id": "00000000-0000-4000-8000-0000000000b1", "title": "Demo", "sources": sources,
            "artists": [{"name": "Test \\u{202e}Artist"}]
        }]}]})
    }

    #[test]
    fn nobody_without_a_key_of_their_own_asks() {
        assert!(question().url.contains("client=READERS-KEY&format=json&duration=15&fingerprint="));
        assert!(!question().key.contains("READERS-KEY"));
        let endpoint = Endpoint { api: REGISTRY.endpoint.to_string(), ..Endpoint::default() };
        let print = print();
        let query = Query { print: Some(&print), ..Query::default() };
        assert!(plan(&query, &endpoint).is_empty());
    }

    #[test]
    fn a_sure_recording_leads_to_musicbrainz_and_an_unsure_one_nowhere() {
        for (score, sources, sure) in [(0.97, 3, true), (0.7, 3, false), (0.97, 1, false)] {
            let hit = hits(&question(), read, &body(score, sources)).remove(0);
            let distance = if score > 0.9 { 3 } else { 30 };
            assert_eq!(
                hit.fit,
                Fit::Near { distance, bits: 100, sure, turned: false, from_s: None }
            );
            assert_eq!(!hit.leads.is_empty(), sure);
            assert_eq!(!hit.statements.is_empty(), sure);
        }
    }

    #[test]
    fn its_errors_are_named() {
        let error = |code: u32, message: &str| value!({"status": "error", "error": {"code": code, "message": message}});
        let bad = Response { status: 400, ..ok(&error(4, "invalid API key")) };
        assert_eq!(read(&question(), &bad), refused("the registry says: invalid API key"));
        let busy = Response { status: 429, ..ok(&error(14, "rate limit")) };
        assert!(matches!(read(&question(), &busy), Answer::Unavailable { .. }));
        assert_eq!(read(&question(), &ok(&value!({"status": "ok", "results": []}))), Answer::Miss);
    }
}
