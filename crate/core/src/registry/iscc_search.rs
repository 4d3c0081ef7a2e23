//! Any server that speaks the interface of iscc-search: declared works whose codes are near.
//!
//! Interface: <https://github.com/iscc/iscc-search> 0.3 (`GET /indexes/<name>/search`). Its
//! similarities are `1 - distance/bits` for each kind of unit; they are turned back into
//! distances and judged by our own thresholds, never by its score. With a composite it compares
//! 64 bits, so what is near is then looked at whole (`GET /indexes/<name>/assets/<id>`) and its
//! 256 bits decide. There is no public address: the reader gives one, with or without the
//! index's name. Left out: similarities of parts (simprints) and of titles.

use serde_json::Value;
use url::Url;

use super::record::{Record, answer};
use super::response::{another_key, json_or_miss, refused, text, texts};
use super::{
    Answer, Endpoint, Fit, Hit, Lead, Privacy, Query, Registry, Request, Response, iscc_gateway,
};
use crate::fingerprint::{compare, iscc};

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "iscc-search",
    title: "ISCC search",
    about: "https://github.com/iscc/iscc-search",
    privacy: &[Privacy::Hash],
    endpoint: "",
    media_host: "",
    takes_address: true,
    gap_ms: 200,
    wants_key: false,
    plan,
    read,
};

/// The index of the main network, where the address does not name one.
const INDEX: &str = "idp";
/// With fewer the very file may lose to others of equal score.
const LIMIT: &str = "10";
/// Bits of a unit inside a composite.
const BITS: f64 = 64.0;

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let Some(print) = query.print.filter(|print| !print.featureless && !print.doubtful()) else {
        return Vec::new();
    };
    let (Some(code), Ok(url)) = (&print.iscc.code, Url::parse(&endpoint.api)) else {
        return Vec::new();
    };
    let path = url.path().trim_end_matches('/').to_string();
    let index = if path.contains("/indexes/") { path } else { format!("{path}/indexes/{INDEX}") };
    let request = |key: String, path: &str, via: Option<Fit>| {
        let mut url = url.clone();
        url.set_path(&format!("{index}/{path}"));
        let (registry, headers) = (REGISTRY.id.to_string(), Vec::new());
        Request { registry, key, url: url.into(), headers, privacy: Privacy::Hash, via }
    };

    let mut search = request(code.clone(), "search", None);
    if let Ok(mut url) = Url::parse(&search.url) {
        url.query_pairs_mut().append_pair("iscc_code", code).append_pair("limit", LIMIT);
        search.url = url.into();
    }
    let ours = [&print.iscc.image_256, &print.iscc.audio_256].into_iter().flatten().next();
    let leads = query.leads.iter().filter(|lead| lead.registry == REGISTRY.id);
    let look = leads.map(|lead| {
        let key = format!("{} {}", lead.name, ours.map(String::as_str).unwrap_or_default());
        request(key, &format!("assets/{}", lead.name), Some(lead.fit.clone()))
    });
    std::iter::once(search).chain(look).collect()
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json_or_miss(response) {
        // An address without such an index is a mistake in the settings, not a miss.
        Err(Answer::Miss) => return refused("there is no such index or record"),
        Ok(value) => value,
        Err(answer) => return answer,
    };
    match request.key.split_once(' ') {
        Some((id, ours)) => asset(request, &value, id, ours),
        None => search(request, &value),
    }
}

/// Reads what a search found.
fn search(request: &Request, value: &Value) -> Answer {
    let asked = value.get("query").and_then(|query| text(query, "iscc_code"));
    if asked.is_none_or(|asked| !asked.eq_ignore_ascii_case(&request.key)) {
        return another_key();
    }
    let Some(matches) = value.get("global_matches").and_then(Value::as_array) else {
        return refused("an answer without matches");
    };
    let mut hits: Vec<Hit> = matches.iter().filter_map(|found| hit(request, found)).collect();
    hits.sort_by_key(|hit| match hit.fit {
        Fit::Exact | Fit::Url => 0,
        Fit::Near { distance, .. } => distance + 1,
    });
    answer(hits)
}

fn hit(request: &Request, found: &Value) -> Option<Hit> {
    let id = text(found, "iscc_id").filter(|id| is_id(id))?;
    let like = |kind: &str| -> Option<u32> {
        let similarity = found.get("types")?.get(kind)?.as_f64()?;
        (0.0..=1.0).contains(&similarity).then(|| ((1.0 - similarity) * BITS).round() as u32)
    };
    let content = ["CONTENT_IMAGE_V0", "CONTENT_AUDIO_V0"].into_iter().find_map(like);
    let fit = match (like("INSTANCE_NONE_V0"), content) {
        (Some(0), _) => Fit::Exact,
        (_, Some(distance)) if distance <= compare::ALONE_LIKELY_64 => {
            // A sound's 64 bits are not confirmed by hearing here, so they are at most likely.
            let heard = found.get("types")?.get("CONTENT_AUDIO_V0").is_some();
            let sure = distance <= compare::ALONE_64 && !heard;
            Fit::Near { distance, bits: BITS as u32, sure, turned: false, from_s: None }
        }
        _ => return None,
    };
    let metadata = found.get("metadata").unwrap_or(&Value::Null);
    let mut hit = Record::judged(request, id, fit).title(text(metadata, "name")).done();
    // Also what is merely likely: its further bits will tell.
    let fit = hit.fit.clone();
    hit.leads.push(Lead { registry: REGISTRY.id.to_string(), name: id.to_string(), fit });
    Some(hit)
}

/// Reads one record whole: its further bits confirm or deny what 64 suggested.
fn asset(request: &Request, value: &Value, id: &str, ours: &str) -> Answer {
    if text(value, "iscc_id").is_none_or(|given| !given.eq_ignore_ascii_case(id)) {
        return another_key();
    }
    let units = texts(value, "units");
    let fit = match &request.via {
        Some(Fit::Near { distance, sure, .. }) => {
            let theirs = units.iter().find(|unit| unit.starts_with(ours.get(..7).unwrap_or("?")));
            let (distance, bits, sure) = match theirs.and_then(|theirs| differing(ours, theirs)) {
                Some(bits) if *distance <= compare::SURE_64 && bits <= compare::SURE_256 => {
                    // Bits of a sound's code are no hearing.
                    (bits, compare::BITS, ours.starts_with("ISCC:EE"))
                }
                Some(bits) if bits <= compare::LIKELY_256 => (bits, compare::BITS, false),
                Some(_) => return Answer::Miss,
                None => (*distance, BITS as u32, *sure),
            };
            Fit::Near { distance, bits, sure, turned: false, from_s: None }
        }
        Some(exact) => exact.clone(),
        None => return another_key(),
    };
    let code = text(value, "iscc_code").unwrap_or_default();
    let metadata = value.get("metadata").unwrap_or(&Value::Null);
    let gateway = text(metadata, "gateway").and_then(|g| iscc_gateway::at(request, g, id, code));
    let hit = Record::judged(request, id, fit)
        .title(text(metadata, "name"))
        .lead(iscc_gateway::REGISTRY.id, gateway)
        .done();
    Answer::Hits { hits: vec![hit] }
}

/// How many bits two 256-bit units differ in.
fn differing(a: &str, b: &str) -> Option<u32> {
    let (a, b) = (iscc::body(a)?, iscc::body(b)?);
    let digits = a.chars().zip(b.chars());
    let bits = digits.map(|(a, b)| Some((a.to_digit(16)? ^ b.to_digit(16)?).count_ones()));
    let whole = a.len() == b.len() && a.len() * 4 == compare::BITS as usize;
    bits.sum::<Option<u32>>().filter(|_| whole)
}

/// An ISCC-ID, as it may stand in a path.
fn is_id(text: &str) -> bool {
    let body = text.strip_prefix("ISCC:").unwrap_or(text);
    (10..=73).contains(&body.len()) && body.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked_at, hits, ok};
    use super::*;
    use crate::fingerprint::{Fingerprint, Iscc};
    use serde_json::json as value;

    const CODE: &str = "ISCC:KEA4GQZQTY6J5DTH5TVKSXPZ4KH5AVKSTP5OLPNT2U";

    const ID: &str = "ISCC:MAIGIRMUCYSAAAAB";

    fn print() -> Fingerprint {
        let image_256 = iscc::of_image_code(&[0xa5; 32], 256);
        let iscc = Iscc { code: Some(CODE.to_string()), image_256, ..Iscc::default() };
        Fingerprint { iscc, ..Fingerprint::default() }
    }

    fn questions(api: &str) -> Vec<Request> {
        let print = print();
        asked_at(&REGISTRY, api, &Query { print: Some(&print), ..Query::default() })
    }

    fn question() -> Request {
        questions("https://search.example/").remove(0)
    }

    fn body(types: Value) -> Value {
        value!({"query": {"iscc_code": CODE}, "global_matches": [{
            "iscc_id": "ISCC:MAIGIRMUCYSAAAAB", "score": 1.0, "types": types,
            "metadata": {"name": "demo<br>.jpg", "gateway": "https://gateway.example/{iscc_id}"}
        }]})
    }

    #[test]
    fn it_is_asked_where_the_reader_says_and_nowhere_else() {
        assert!(questions("").is_empty());
        assert!(question().url.starts_with("https://search.example/indexes/idp/search?iscc_code="));
        let own = questions("https://search.example/indexes/mine/").remove(0);
        assert!(own.url.starts_with("https://search.example/indexes/mine/search?"), "{}", own.url);
    }

    #[test]
    fn similarities_become_distances_and_our_thresholds_decide() {
        let near =
            |distance, sure| Fit::Near { distance, bits: 64, sure, turned: false, from_s: None };
        for (types, fit) in [
            (value!({"CONTENT_IMAGE_V0": 1.0, "INSTANCE_NONE_V0": 1.0}), Some(Fit::Exact)),
            (value!({"CONTENT_IMAGE_V0": 1.0, "DATA_NONE_V0": 0.46875}), Some(near(0, true))),
            (value!({"CONTENT_IMAGE_V0": 0.9375}), Some(near(4, true))),
            (value!({"CONTENT_IMAGE_V0": 0.90625}), Some(near(6, false))),
            (value!({"CONTENT_AUDIO_V0": 0.96875}), Some(near(2, false))),
            (value!({"CONTENT_IMAGE_V0": 0.8}), None),
            (value!({"DATA_NONE_V0": 0.56}), None),
        ] {
            match fit {
                Some(fit) => assert_eq!(hits(&question(), read, &body(types))[0].fit, fit),
                None => assert_eq!(read(&question(), &ok(&body(types))), Answer::Miss),
            }
        }
    }

    /// The question for the record that a search led to.
    fn look(fit: Fit) -> Request {
        let lead = Lead { registry: REGISTRY.id.to_string(), name: ID.to_string(), fit };
        let print = print();
        let query = Query { print: Some(&print), leads: &[lead], ..Query::default() };
        asked_at(&REGISTRY, "https://search.example/", &query).remove(1)
    }

    /// A record whose 256-bit Image-Code differs in so many bits beyond the first 64.
    fn record(bits: u32) -> Value {
        let mut body: [u8; 32] = [0xa5; 32];
        (0..bits as usize).for_each(|bit| body[8 + bit / 8] ^= 1 << (bit % 8));
        value!({
            "iscc_id": ID, "iscc_code": CODE,
            "units": [iscc::of_image_code(&body, 256).unwrap(), "ISCC:GAA6Z2VJLX46FD6Q"],
            "metadata": {"name": "demo.jpg", "gateway": "https://gateway.example/{iscc_id}"}
        })
    }

    #[test]
    fn the_further_bits_of_a_record_decide() {
        let found = hits(&question(), read, &body(value!({"CONTENT_IMAGE_V0": 0.90625})));
        assert_eq!(found[0].leads[0].registry, REGISTRY.id);
        let near =
            |distance, bits, sure| Fit::Near { distance, bits, sure, turned: false, from_s: None };
        let via = found[0].leads[0].fit.clone();
        assert_eq!(via, near(6, 64, false));
        let confirmed = hits(&look(via.clone()), read, &record(40)).remove(0);
        assert_eq!(confirmed.fit, near(40, 256, true));
        assert_eq!(confirmed.leads[0].registry, iscc_gateway::REGISTRY.id);
        let likely = hits(&look(via.clone()), read, &record(60)).remove(0);
        assert_eq!((likely.fit, likely.leads.len()), (near(60, 256, false), 0));
        assert_eq!(read(&look(via.clone()), &ok(&record(80))), Answer::Miss);
        let mut other = record(0);
        other["iscc_id"] = value!("ISCC:MAIGIRMUCYSAAMAB");
        assert_eq!(read(&look(via), &ok(&other)), another_key());
    }

    #[test]
    fn no_match_another_question_and_no_index() {
        let none = value!({"query": {"iscc_code": CODE}, "global_matches": []});
        assert_eq!(read(&question(), &ok(&none)), Answer::Miss);
        let other = value!({"query": {"iscc_code": "ISCC:KEC"}, "global_matches": []});
        assert_eq!(read(&question(), &ok(&other)), another_key());
        let missing = Response { status: 404, ..Response::default() };
        assert_eq!(read(&question(), &missing), refused("there is no such index or record"));
    }
}
