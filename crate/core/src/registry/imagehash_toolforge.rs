//! The ImageHash index of Wikimedia Commons: which file there looks like this picture.
//!
//! Interface: <https://github.com/Wikimedia-Suomi/ImageHash-Toolforge> (`/search`). Both hashes
//! are those of Python ImageHash 4.3. It finds a file when one of them is equal and the other
//! differs in fewer than `maxdifference` bits; it says nothing of licences: for those its answer
//! leads to Wikimedia Commons. Left out: its other routes.

use std::collections::BTreeSet;

use serde_json::Value;
use url::Url;

use super::record::{Record, answer};
use super::response::{json, refused, text};
use super::wikimedia_commons;
use super::{Answer, Endpoint, Fit, Hit, Privacy, Query, Registry, Request, Response};
use crate::fingerprint::DecodedBy;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "imagehash-toolforge",
    title: "ImageHash index of Wikimedia Commons",
    about: "https://imagehash.toolforge.org/",
    privacy: &[Privacy::Hash],
    endpoint: "https://imagehash.toolforge.org/search",
    media_host: "",
    takes_address: true,
    // No limit is documented; it is a volunteer's service.
    gap_ms: 1_000,
    wants_key: false,
    plan,
    read,
};

/// The other hash may differ in fewer bits than this. One equal hash and two differing bits of
/// the other lie well within four of 64, where chance matches are 2.4e-5 among 95 million.
const MAX_DIFFERENCE: u32 = 3;
/// A hash that fits more files than this is no hash of one picture.
const CROWD: usize = 10;

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let Some(print) = query.print else { return Vec::new() };
    let hash = |hex: &Option<String>| u64::from_str_radix(hex.as_deref()?, 16).ok();
    let (Some(phash), Some(dhash)) = (hash(&print.phash), hash(&print.dhash)) else {
        return Vec::new();
    };
    // Hashes of a flat picture are those of thousands.
    let flat = print.featureless || !(4..=60).contains(&dhash.count_ones());
    if flat || print.unstable || print.decoded_by != DecodedBy::Sayso {
        return Vec::new();
    }
    let Ok(mut url) = Url::parse(&endpoint.api) else { return Vec::new() };
    url.query_pairs_mut()
        .append_pair("phash", &phash.to_string())
        .append_pair("dhash", &dhash.to_string())
        .append_pair("maxdifference", &MAX_DIFFERENCE.to_string());
    vec![Request::new(REGISTRY.id, format!("{phash:016x}/{dhash:016x}"), url, Privacy::Hash)]
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let Value::Array(files) = value else { return refused("an answer without a list") };
    let mut seen = BTreeSet::new();
    let files: Vec<(u64, &Value)> = files
        .iter()
        .filter_map(|file| Some((file.get("page_id")?.as_u64()?, file)))
        .filter(|(page, _)| seen.insert(*page))
        .collect();
    let sure = files.len() <= CROWD;
    let hit = |(page, file): &(u64, &Value)| -> Hit {
        // How many bits differ is not said, only that they are fewer than were asked for.
        let fit =
            Fit::Near { distance: MAX_DIFFERENCE - 1, bits: 64, sure, turned: false, from_s: None };
        let number = page.to_string();
        Record::new(request, &number, fit)
            .title(text(file, "page_title"))
            .miniature(text(file, "thumbnail"))
            .page(Some(&format!("https://commons.wikimedia.org/?curid={number}")))
            .lead(wikimedia_commons::REGISTRY.id, Some(number.clone()))
            .done()
    };
    answer(files.iter().map(hit).collect())
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use crate::fingerprint::Fingerprint;
    use serde_json::json as value;

    fn print(phash: &str, dhash: &str) -> Fingerprint {
        Fingerprint {
            phash: Some(phash.to_string()),
            dhash: Some(dhash.to_string()),
            ..Fingerprint::default()
        }
    }

    fn questions(print: &Fingerprint) -> Vec<Request> {
        asked(&REGISTRY, &Query { print: Some(print), ..Query::default() })
    }

    fn question() -> Request {
        questions(&print("c343309e3c9e8e67", "c8c8c8e06161e9c6")).remove(0)
    }

    #[test]
    fn hashes_are_sent_as_decimal_numbers() {
        assert_eq!(
            question().url,
            "https://imagehash.toolforge.org/search?phash=14070143117015551591\
             &dhash=14468034668959754694&maxdifference=3"
        );
    }

    #[test]
    fn a_flat_or_doubtful_picture_is_not_asked_for() {
        assert!(questions(&print("c343309e3c9e8e67", "0000000000000003")).is_empty());
        assert!(questions(&print("c343309e3c9e8e67", "ffffffffffffffff")).is_empty());
        let sure = print("c343309e3c9e8e67", "c8c8c8e06161e9c6");
        assert!(questions(&Fingerprint { featureless: true, ..sure.clone() }).is_empty());
        assert!(questions(&Fingerprint { unstable: true, ..sure.clone() }).is_empty());
        let browsers = Fingerprint { decoded_by: DecodedBy::Browser, ..sure };
        assert!(questions(&browsers).is_empty());
    }

    #[test]
    fn a_found_file_leads_to_its_page_at_commons_once() {
        let file = value!({"page_id": 2, "page_title": "File:Demo_<i>photo</i>.jpg"});
        let found = hits(&question(), read, &value!([file, file]));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].title.as_deref(), Some("File:Demo_photo.jpg"));
        assert_eq!(found[0].leads[0].name, "2");
        assert!(found[0].statements.is_empty(), "it knows no licence");
    }

    #[test]
    fn a_crowd_of_files_is_no_match() {
        let crowd: Vec<Value> = (0..=CROWD).map(|n| value!({"page_id": n})).collect();
        let found = hits(&question(), read, &Value::Array(crowd));
        assert!(found.iter().all(|hit| hit.leads.is_empty()));
        assert!(found.iter().all(|hit| matches!(hit.fit, Fit::Near { sure: false, .. })));
    }

    #[test]
    fn no_file_is_a_miss() {
        assert_eq!(read(&question(), &ok(&value!([]))), Answer::Miss);
        let error = read(&question(), &ok(&value!({"error": "Missing dhash"})));
        assert_eq!(error, refused("an answer without a list"));
    }
}
