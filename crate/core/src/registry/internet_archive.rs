//! Internet Archive: licence and author of an item whose file a page shows.
//!
//! Interface: <https://archive.org/developers/md-read.html>. The item and the file are named by
//! the address, so only the host that served the file is asked. Whether it is the item's very
//! file its SHA-1 tells. Nothing in these fields speaks about AI. Left out: search.

use percent_encoding::percent_decode_str;
use url::Url;

use super::record::Record;
use super::response::{another_key, json, refused, text, texts};
use super::text::plain_text;
use super::{Answer, Endpoint, Fit, Privacy, Query, Registry, Request, Response};
use crate::vocabulary::LicenceClaim;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "internet-archive",
    title: "Internet Archive",
    about: "https://archive.org/",
    privacy: &[Privacy::SameHost],
    endpoint: "https://archive.org/metadata/",
    media_host: "https://archive.org/",
    takes_address: true,
    gap_ms: 1_000,
    wants_key: false,
    plan,
    read,
};

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let Some((item, file)) = item_and_file(query.url, &endpoint.media) else { return Vec::new() };
    let Some(url) = Url::parse(&endpoint.api).ok().and_then(|api| api.join(&item).ok()) else {
        return Vec::new();
    };
    let sha1 = query.print.map(|print| print.sha1.as_str()).unwrap_or_default();
    vec![Request::new(REGISTRY.id, format!("{item}/{sha1}/{file}"), url, Privacy::SameHost)]
}

/// `/download/<item>/<file>` at the Archive itself, `/<disk>/items/<item>/<file>` at one of the
/// machines to which it sends.
fn item_and_file(address: &str, media: &str) -> Option<(String, String)> {
    let (address, media) = (Url::parse(address).ok()?, Url::parse(media).ok()?);
    let (host, home) = (address.host_str()?, media.host_str()?);
    let sister = host.strip_suffix(home).is_some_and(|name| name.ends_with('.'));
    if address.scheme() != media.scheme() || !(host == home || sister) {
        return None;
    }
    if address.port() != media.port() {
        return None;
    }
    let path = percent_decode_str(address.path()).decode_utf8().ok()?;
    let (item, file) = match path.strip_prefix("/download/") {
        Some(rest) => rest.split_once('/')?,
        None => path.split_once("/items/")?.1.split_once('/')?,
    };
    // Identifiers: https://archive.org/developers/metadata-schema/index.html#identifier
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let named = !item.is_empty() && item.len() <= 101 && item.chars().all(fits);
    let named = named && !matches!(item, "." | "..");
    (named && !file.is_empty() && file.len() <= 1_000).then(|| (item.to_string(), file.to_string()))
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let mut key = request.key.splitn(3, '/');
    let (Some(item), Some(sha1), Some(file)) = (key.next(), key.next(), key.next()) else {
        return another_key();
    };
    let Some(metadata) = value.get("metadata") else {
        // An item that is not there is an empty object.
        let empty = value.as_object().is_some_and(|object| object.is_empty());
        return if empty { Answer::Miss } else { refused("an answer without metadata") };
    };
    if text(metadata, "identifier") != Some(item) {
        return another_key();
    }
    let files = value.get("files").and_then(|files| files.as_array());
    let ours = files.and_then(|files| files.iter().find(|f| text(f, "name") == Some(file)));
    let Some(ours) = ours else { return Answer::Miss };
    let same = text(ours, "sha1").is_some_and(|theirs| theirs.eq_ignore_ascii_case(sha1));
    let claim = LicenceClaim {
        creators: texts(metadata, "creator").into_iter().map(plain_text).collect(),
        terms: text(metadata, "rights").map(plain_text),
        ..LicenceClaim::default()
    };
    let title = texts(metadata, "title");
    let hit = Record::new(request, item, if same { Fit::Exact } else { Fit::Url })
        .title(title.first().copied())
        .page(Some(&format!("/details/{item}")))
        .licence(
            &texts(metadata, "licenseurl"),
            claim,
            texts(metadata, "uploader").first().copied(),
        )
        .done();
    Answer::Hits { hits: vec![hit] }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use crate::fingerprint::Fingerprint;
    use crate::vocabulary::Tier;
    use serde_json::json as value;

    const URL: &str = "https://archive.org/download/demo-item/demo.mp3";
    const SHA1: &str = "1fe722bbbd5d947a74d08293a171eba6f4faafa4";

    fn question(sha1: &str) -> Request {
        let print = Fingerprint { sha1: sha1.to_string(), ..Fingerprint::default() };
        asked(&REGISTRY, &Query { url: URL, print: Some(&print), ..Query::default() }).remove(0)
    }

    fn body(licence: serde_json::Value) -> serde_json::Value {
        value!({
            "metadata": {"identifier": "demo-item", "title": "Demo", "creator": ["A <b>B</b>", "C"],
                         "licenseurl": licence},
            "files": [{"name": "demo.mp3", "sha1": SHA1}]
        })
    }

    #[test]
    fn the_file_and_its_item_are_named_by_the_address() {
        for (url, expected) in [
            (URL, Some(("demo-item", "demo.mp3"))),
            ("https://archive.org/download/a.b_c/x/y%20z.jpg", Some(("a.b_c", "x/y z.jpg"))),
            ("https://ia800100.us.archive.org/12/items/i/f.png", Some(("i", "f.png"))),
            ("https://archive.org/details/demo-item", None),
            ("https://archive.org/download/demo-item", None),
            ("https://archive.org/download/../x", None),
            ("https://notarchive.org/download/a/b", None),
            ("https://archive.org.evil.example/download/a/b", None),
        ] {
            let found = item_and_file(url, REGISTRY.media_host);
            let found = found.as_ref().map(|(item, file)| (item.as_str(), file.as_str()));
            assert_eq!(found, expected, "{url}");
        }
    }

    #[test]
    fn licence_and_authors_of_the_very_file() {
        let licence = value!("http://creativecommons.org/licenses/by/4.0/");
        let hit = hits(&question(SHA1), read, &body(licence)).remove(0);
        assert_eq!(hit.fit, Fit::Exact);
        assert_eq!(hit.record_url.as_deref(), Some("https://archive.org/details/demo-item"));
        let statement = &hit.statements[0];
        let claim = statement.licence.as_ref().unwrap();
        assert_eq!(claim.uri.as_deref(), Some("https://creativecommons.org/licenses/by/4.0/"));
        assert_eq!(claim.creators, ["A B", "C"]);
        assert_eq!(statement.tier, Tier::S2);
        assert!(statement.verdicts.is_empty(), "a licence is no word on AI");
    }

    #[test]
    fn other_bytes_under_the_same_address_fit_by_address_only() {
        let body = body(value!("https://creativecommons.org/licenses/by/4.0/"));
        assert_eq!(hits(&question(""), read, &body)[0].fit, Fit::Url);
    }

    #[test]
    fn two_licences_are_two_statements() {
        let two = value!([
            "https://creativecommons.org/licenses/by/4.0/",
            "https://creativecommons.org/licenses/by-nc/4.0/"
        ]);
        assert_eq!(hits(&question(SHA1), read, &body(two))[0].statements.len(), 2);
    }

    #[test]
    fn an_unusable_licence_address_is_no_link() {
        let hit = hits(&question(SHA1), read, &body(value!("javascript:alert(1)"))).remove(0);
        let statement = &hit.statements[0];
        assert_eq!(statement.notes, ["unusable-licence-address"]);
        assert_eq!(statement.licence.as_ref().unwrap().uri, None);
    }

    #[test]
    fn what_is_not_there_is_a_miss_and_another_item_is_refused() {
        assert_eq!(read(&question(SHA1), &ok(&value!({}))), Answer::Miss);
        let mut other = body(value!("x"));
        other["files"][0]["name"] = value!("other.mp3");
        assert_eq!(read(&question(SHA1), &ok(&other)), Answer::Miss);
        other["metadata"]["identifier"] = value!("other");
        assert_eq!(read(&question(SHA1), &ok(&other)), another_key());
    }
}
