//! CommonsDB: signed declarations of openly licensed and public-domain pictures, found by ISCC.
//!
//! Interface: the explorer's public proxy, <https://registry.commonsdb.org/> (`search-iscc`), as
//! its technical documentation and source have it; nobody could try it here. Only the 64-bit
//! Content-Code decides what it finds; `score` is its distance. The signatures of declarations
//! are not checked, so a record is as strong as any unsigned word. Left out: the keyed interface
//! and the replica.

use serde_json::Value;
use url::Url;

use super::record::{Record, answer};
use super::response::{another_key, json, refused, text};
use super::{Answer, Endpoint, Fit, Hit, Privacy, Query, Registry, Request, Response};
use crate::fingerprint::{compare, iscc};
use crate::vocabulary::LicenceClaim;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "commonsdb",
    title: "CommonsDB",
    about: "https://www.commonsdb.org/",
    privacy: &[Privacy::Hash],
    endpoint: "https://registry.commonsdb.org/api/v1/search-iscc/",
    media_host: "",
    takes_address: true,
    // 120 questions a minute.
    gap_ms: 500,
    wants_key: false,
    plan,
    read,
};

/// The interface takes composites with a Meta-Code only, and then does not look at it: this one
/// says nothing.
const NO_META: &str = "ISCC:AAAQAAAAAAAAAAAA";

/// Declarers that the documentation names, and nobody here has verified.
const DECLARERS: [(&str, &str); 2] = [
    ("did:key:zDnaeefYHtFD4cWwqVwmjekeX91cfwxsfGUAzZ7bp3YpwBFEP", "Wikimedia Sverige"),
    ("did:key:zDnaenZiNNf79yY2bntzQ16nVFAuGMgUEXpvEhWVU9LuovXj8", "Europeana"),
];

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let Some(print) = query.print.filter(|print| !print.featureless && !print.doubtful()) else {
        return Vec::new();
    };
    // Its codes were made with the exact trim.
    let (Some(image), Some(data), Some(instance)) =
        (&print.iscc.image, &print.iscc.data, &print.iscc.instance)
    else {
        return Vec::new();
    };
    let Some(code) = iscc::composite(&[NO_META, image, data, instance]) else { return Vec::new() };
    let code = code.trim_start_matches("ISCC:");
    let Some(url) = Url::parse(&endpoint.api).ok().and_then(|api| api.join(code).ok()) else {
        return Vec::new();
    };
    vec![Request::new(REGISTRY.id, code, url, Privacy::Hash)]
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    if text(&value, "q").is_none_or(|q| q.trim_start_matches("ISCC:") != request.key) {
        return another_key();
    }
    let Some(results) = value.get("results").and_then(Value::as_array) else {
        return refused("an answer without results");
    };
    let mut hits: Vec<(u64, Hit)> = results.iter().filter_map(|r| hit(request, r)).collect();
    hits.sort_by_key(|(distance, _)| *distance);
    answer(hits.into_iter().map(|(_, hit)| hit).collect())
}

fn hit(request: &Request, result: &Value) -> Option<(u64, Hit)> {
    let body = result.get("docBody")?;
    let internal = body.get("metaInternal")?;
    let code = text(internal, "isccCode")?;
    // Their own arithmetic is not taken on trust: the record's code is there to be compared.
    let distance = distance(&request.key, code)?;
    let fit = match distance {
        _ if same_bytes(&request.key, code) => Fit::Exact,
        d if d <= u64::from(compare::ALONE_64) => near(distance, true),
        d if d <= u64::from(compare::ALONE_LIKELY_64) => near(distance, false),
        _ => return None,
    };
    let declared = body.get("declarationMetadata")?;
    let public = declared.get("publicMetadata").unwrap_or(&Value::Null);
    let rights = ["commonsDbRegistry", "supplierMetadata", "supplierData"]
        .iter()
        .filter_map(|name| declared.get(*name))
        .find(|rights| text(rights, "rightsStatement").is_some());
    let right = |name: &str| rights.and_then(|rights| text(rights, name));
    let declarer = text(internal, "declarerId").or_else(|| text(public, "declarerId"));
    let known = declarer.and_then(|id| DECLARERS.iter().find(|(known, _)| *known == id));
    let declarer = known.map(|(_, name)| *name).or(declarer);
    let rest = LicenceClaim {
        terms: right("pdRationale").map(super::text::plain_text),
        ..LicenceClaim::default()
    };
    let statement: Vec<&str> = right("rightsStatement").into_iter().collect();
    let explorer = format!("/explorer/{}", code.trim_start_matches("ISCC:"));
    let hit = Record::new(request, text(internal, "cidV1").unwrap_or(code), fit)
        .title(text(public, "name"))
        .miniature(text(public, "thumbnail"))
        .page(Some(right("location").unwrap_or(&explorer)))
        .licence(&statement, rest, declarer)
        .done();
    Some((distance, hit))
}

fn near(distance: u64, sure: bool) -> Fit {
    Fit::Near { distance: distance as u32, bits: 64, sure, turned: false, from_s: None }
}

/// How far the Content-Codes of two composites are from each other.
fn distance(a: &str, b: &str) -> Option<u64> {
    let content = |code: &str| {
        let unit = iscc::decompose(code)?.into_iter().find(|unit| unit.starts_with("ISCC:EE"))?;
        u64::from_str_radix(iscc::body(&unit)?.get(..16)?, 16).ok()
    };
    Some(u64::from((content(a)? ^ content(b)?).count_ones()))
}

/// Whether two composites have the same Instance-Code.
fn same_bytes(a: &str, b: &str) -> bool {
    let instance = |code: &str| iscc::decompose(code)?.pop().filter(|u| u.starts_with("ISCC:IA"));
    instance(a).is_some_and(|a| instance(b) == Some(a))
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use crate::fingerprint::{Fingerprint, Iscc};
    use crate::vocabulary::Tier;
    use serde_json::json as value;

    const IMAGE: &str = "ISCC:EEA4GQZQTY6J5DTH";

    fn print(image: &str) -> Fingerprint {
        let iscc = Iscc {
            image: Some(image.to_string()),
            data: Some("ISCC:GAA6Z2VJLX46FD6Q".to_string()),
            instance: Some("ISCC:IAAVKUU37LS33M6V".to_string()),
            ..Iscc::default()
        };
        Fingerprint { iscc, ..Fingerprint::default() }
    }

    fn question() -> Request {
        asked(&REGISTRY, &Query { print: Some(&print(IMAGE)), ..Query::default() }).remove(0)
    }

    /// A composite whose Content-Code differs in the last bits, of other bytes.
    fn code(bits: u32) -> String {
        let body = u64::from_str_radix(&iscc::body(IMAGE).unwrap(), 16).unwrap();
        let mut grid = [0; 32];
        grid[..8].copy_from_slice(&(body ^ ((1u64 << bits) - 1)).to_be_bytes());
        let image = iscc::of_image_code(&grid, 64).unwrap();
        let units = [NO_META, image.as_str(), "ISCC:GAA6Z2VJLX46FD6Q", "ISCC:IAAUXZIPMMVRVQFI"];
        iscc::composite(&units).unwrap()
    }

    fn result(code: &str, rights: &str) -> Value {
        value!({"score": 0, "docBody": {
            "metaInternal": {"cidV1": "bafk", "isccCode": code, "declarerId": DECLARERS[0].0},
            "declarationMetadata": {
                "publicMetadata": {"name": "Cat <script>x</script>"},
                "commonsDbRegistry": {"location": "https://media.example/wiki/File:Cat.jpg",
                                      "rightsStatement": rights}}}})
    }

    fn body(results: &[Value]) -> Value {
        value!({"q": question().key, "results": results})
    }

    const BY: &str = "https://creativecommons.org/licenses/by/4.0/";

    #[test]
    fn it_is_asked_with_a_composite_of_four_units() {
        assert_eq!(question().key.len(), 55);
        assert!(question().url.ends_with(&format!("/search-iscc/{}", question().key)));
        assert_eq!(iscc::decompose(&question().key).unwrap().len(), 4);
        let doubtful = Fingerprint { approximate: true, ..print(IMAGE) };
        let query = Query { print: Some(&doubtful), ..Query::default() };
        assert!(asked(&REGISTRY, &query).is_empty());
    }

    #[test]
    fn the_same_bytes_a_near_picture_and_a_likely_one() {
        for (code, fit, tiers) in [
            (format!("ISCC:{}", question().key), Fit::Exact, vec![Tier::S2]),
            (code(0), near(0, true), vec![Tier::S1]),
            (code(4), near(4, true), vec![Tier::S1]),
            (code(6), near(6, false), vec![]),
        ] {
            let hit = hits(&question(), read, &body(&[result(&code, BY)])).remove(0);
            assert_eq!(hit.fit, fit);
            assert_eq!(hit.statements.iter().map(|s| s.tier).collect::<Vec<_>>(), tiers);
            assert_eq!(hit.title.as_deref(), Some("Cat"));
        }
    }

    #[test]
    fn what_is_too_far_is_a_miss_whatever_its_score_says() {
        assert_eq!(read(&question(), &ok(&body(&[result(&code(10), BY)]))), Answer::Miss);
        assert_eq!(read(&question(), &ok(&body(&[]))), Answer::Miss);
    }

    #[test]
    fn who_declared_it_is_named_and_different_licences_stand_side_by_side() {
        let other = "https://creativecommons.org/publicdomain/mark/1.0/";
        let both = [result(&code(4), BY), result(&code(0), other)];
        let hits = hits(&question(), read, &body(&both));
        assert_eq!(hits.len(), 2);
        assert_eq!(hits[0].fit, near(0, true), "the nearest first");
        let statement = &hits[1].statements[0];
        assert_eq!(statement.declared_by.as_deref(), Some("Wikimedia Sverige"));
        assert_eq!(statement.licence.as_ref().unwrap().uri.as_deref(), Some(BY));
    }

    #[test]
    fn an_answer_to_another_question_is_refused() {
        let mut other = body(&[result(&code(0), BY)]);
        other["q"] = value!("KEC");
        assert_eq!(read(&question(), &ok(&other)), another_key());
    }
}
