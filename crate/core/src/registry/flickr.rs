//! Flickr: licence and author of a photograph whose file a page shows from Flickr's own host.
//!
//! Interface: <https://www.flickr.com/services/api/misc.urls.html> for addresses and
//! <https://oembed.com/> for the answer. The number of the photograph stands in the address of
//! its file; the short address of its page is that number in base 58. Numbers in the answer come
//! as text. Left out: the keyed interface with the history of a licence.

use url::Url;

use super::record::Record;
use super::response::{another_key, json_or_miss, text};
use super::{Answer, Endpoint, Fit, Privacy, Query, Registry, Request, Response};
use crate::vocabulary::LicenceClaim;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "flickr",
    title: "Flickr",
    about: "https://www.flickr.com/",
    privacy: &[Privacy::SameHost],
    endpoint: "https://www.flickr.com/services/oembed/",
    media_host: "https://live.staticflickr.com/",
    takes_address: true,
    gap_ms: 1_000,
    wants_key: false,
    plan,
    read,
};

/// Bitcoin's alphabet with the two cases exchanged, as Flickr's short addresses have it.
const BASE_58: &[u8; 58] = b"123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let Some(photo) = photo(query.url, &endpoint.media) else { return Vec::new() };
    let Ok(mut url) = Url::parse(&endpoint.api) else { return Vec::new() };
    url.query_pairs_mut()
        .append_pair("format", "json")
        .append_pair("url", &format!("https://flic.kr/p/{}", base_58(photo)));
    vec![Request::new(REGISTRY.id, photo.to_string(), url, Privacy::SameHost)]
}

/// `/<server>/<id>_<secret>[_<size>].<ext>` on the host of the files, old or new.
fn photo(address: &str, media: &str) -> Option<u64> {
    let (address, media) = (Url::parse(address).ok()?, Url::parse(media).ok()?);
    let host = address.host_str()?;
    let old = host.strip_suffix(".staticflickr.com").is_some_and(|farm| !farm.contains('.'));
    let ours = host == media.host_str()? && address.port() == media.port();
    if !matches!(address.scheme(), "http" | "https") || !(ours || old) {
        return None;
    }
    let mut parts = address.path_segments()?;
    let (server, file) = (parts.next()?, parts.next()?);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (id, secret) = file.split_once('_')?;
    let fits = digits(server) && digits(id) && !secret.is_empty() && parts.next().is_none();
    id.parse().ok().filter(|_| fits)
}

fn base_58(mut number: u64) -> String {
    let mut digits: Vec<u8> = Vec::new();
    while number > 0 {
        digits.extend(BASE_58.get((number % 58) as usize));
        number /= 58;
    }
    digits.iter().rev().map(|digit| char::from(*digit)).collect()
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json_or_miss(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    // The answer names the page of the photograph and its file; one of them has its number.
    let about = |name: &str| {
        let parts = text(&value, name)?;
        parts.split(['/', '_']).any(|part| part == request.key).then_some(parts)
    };
    let page = about("web_page");
    if page.is_none() && about("url").is_none() {
        return another_key();
    }
    let claim = LicenceClaim {
        creators: text(&value, "author_name").map(super::text::one_line).into_iter().collect(),
        terms: text(&value, "license").map(super::text::one_line),
        ..LicenceClaim::default()
    };
    let licence: Vec<&str> = text(&value, "license_url").into_iter().collect();
    let author = text(&value, "author_url").or_else(|| text(&value, "author_name"));
    let hit = Record::new(request, &request.key, Fit::Url)
        .title(text(&value, "title"))
        .page(page)
        .licence(&licence, claim, author)
        .done();
    Answer::Hits { hits: vec![hit] }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use serde_json::json as value;

    fn questions(url: &str) -> Vec<Request> {
        asked(&REGISTRY, &Query { url, ..Query::default() })
    }

    fn question() -> Request {
        questions("https://live.staticflickr.com/1/42_secret_n.jpg").remove(0)
    }

    #[test]
    fn the_number_stands_in_the_address_of_the_file() {
        for (url, number) in [
            (
                "https://live.staticflickr.com/65535/52000000001_0a1b2c3d4e_b.jpg",
                Some(52_000_000_001),
            ),
            ("https://farm9.staticflickr.com/8/42_s.jpg", Some(42)),
            ("https://live.staticflickr.com/1/x_secret.jpg", None),
            ("https://live.staticflickr.com/1/42_secret.jpg/more", None),
            ("https://staticflickr.com.evil.example/1/42_secret.jpg", None),
            ("https://a.b.staticflickr.com/1/42_secret.jpg", None),
        ] {
            assert_eq!(photo(url, REGISTRY.media_host), number, "{url}");
        }
    }

    #[test]
    fn the_short_address_is_its_number_in_base_58() {
        assert_eq!(base_58(57), "Z");
        assert_eq!(base_58(58), "21");
        assert!(question().url.ends_with("format=json&url=https%3A%2F%2Fflic.kr%2Fp%2FJ"));
    }

    #[test]
    fn licence_and_author_of_the_photograph_that_was_asked_for() {
        let body = value!({
            "title": "Cat", "author_name": "Alice", "author_url": "https://www.flickr.com/photos/alice/",
            "url": "https://live.staticflickr.com/1/42_secret_n.jpg",
            "web_page": "https://www.flickr.com/photos/alice/42/", "license_id": "2",
            "license_url": "https://creativecommons.org/licenses/by-nc/2.0/"
        });
        let hit = hits(&question(), read, &body).remove(0);
        assert_eq!(hit.fit, Fit::Url);
        let claim = hit.statements[0].licence.clone().unwrap();
        assert_eq!(claim.uri.as_deref(), Some("https://creativecommons.org/licenses/by-nc/2.0/"));
        assert_eq!(claim.creators, ["Alice"]);
        let other = questions("https://live.staticflickr.com/1/43_secret_n.jpg").remove(0);
        assert_eq!(read(&other, &ok(&body)), another_key());
    }

    #[test]
    fn a_photograph_that_is_gone_is_a_miss() {
        let gone = Response { status: 404, ..Response::default() };
        assert_eq!(read(&question(), &gone), Answer::Miss);
    }
}
