//! The Metropolitan Museum of Art: whether a work on its own pages is in the public domain.
//!
//! Interface: <https://metmuseum.github.io/> (`/objects/<id>`). The number of the object stands
//! in the address of the museum's page, and only there; the answer must then name the very file
//! that is shown. Left out: search.

use serde_json::Value;
use url::Url;

use super::record::Record;
use super::response::{another_key, json_or_miss, text, texts};
use super::{Answer, Endpoint, Fit, Privacy, Query, Registry, Request, Response};
use crate::vocabulary::LicenceClaim;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "met-museum",
    title: "The Metropolitan Museum of Art",
    about: "https://www.metmuseum.org/",
    privacy: &[Privacy::SameHost],
    endpoint: "https://collectionapi.metmuseum.org/public/collection/v1/objects/",
    media_host: "https://images.metmuseum.org/",
    takes_address: true,
    gap_ms: 100,
    wants_key: false,
    plan,
    read,
};

/// Where the museum's pages of objects are.
const PAGES: &str = "https://www.metmuseum.org/art/collection/search/";

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let host = |url: &str| Url::parse(url).ok()?.host_str().map(str::to_string);
    let number: String = match query.page.strip_prefix(PAGES) {
        Some(rest) => rest.chars().take_while(char::is_ascii_digit).take(12).collect(),
        None => return Vec::new(),
    };
    let theirs = host(query.url).is_some_and(|shown| host(&endpoint.media) == Some(shown));
    let url = Url::parse(&endpoint.api).ok().and_then(|api| api.join(&number).ok());
    let (true, false, Some(url)) = (theirs, number.is_empty(), url) else { return Vec::new() };
    vec![Request::new(
        REGISTRY.id,
        format!("{number} {}", file_name(query.url)),
        url,
        Privacy::SameHost,
    )]
}

/// The last part of an address: the same file is served in several sizes from several folders.
fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json_or_miss(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let Some((number, file)) = request.key.split_once(' ') else { return another_key() };
    if value.get("objectID").and_then(Value::as_u64).map(|id| id.to_string()).as_deref()
        != Some(number)
    {
        return another_key();
    }
    let mut files = texts(&value, "additionalImages");
    files.extend(["primaryImage", "primaryImageSmall"].iter().filter_map(|n| text(&value, n)));
    // The page shows other pictures too, of which the record says nothing.
    if !files.iter().any(|url| file_name(url) == file) {
        return Answer::Miss;
    }
    let public = value.get("isPublicDomain").and_then(Value::as_bool) == Some(true);
    let claim = LicenceClaim {
        creators: text(&value, "artistDisplayName")
            .map(super::text::one_line)
            .into_iter()
            .collect(),
        credit: text(&value, "creditLine").map(super::text::plain_text),
        terms: text(&value, "rightsAndReproduction").map(super::text::plain_text),
        marked: public.then_some(false),
        ..LicenceClaim::default()
    };
    let hit = Record::new(request, number, Fit::Url)
        .title(text(&value, "title"))
        .page(Some(&format!("{PAGES}{number}")))
        .licence(&[], claim, Some("metmuseum.org"))
        .done();
    Answer::Hits { hits: vec![hit] }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use serde_json::json as value;

    const FILE: &str = "https://images.metmuseum.org/CRDImages/ep/web-large/DT1567.jpg";

    fn questions(url: &str, page: &str) -> Vec<Request> {
        asked(&REGISTRY, &Query { url, page, ..Query::default() })
    }

    fn question() -> Request {
        questions(FILE, "https://www.metmuseum.org/art/collection/search/436535?x=1").remove(0)
    }

    fn body(public: bool) -> Value {
        value!({
            "objectID": 436535, "isPublicDomain": public, "title": "Wheat Field with Cypresses",
            "primaryImage": "https://images.metmuseum.org/CRDImages/ep/original/DT1567.jpg",
            "artistDisplayName": "Vincent van Gogh", "additionalImages": []
        })
    }

    #[test]
    fn only_the_museums_own_pages_are_a_reason_to_ask_it() {
        assert!(question().url.ends_with("/objects/436535"));
        assert!(questions(FILE, "https://blog.example/436535").is_empty());
        let page = "https://www.metmuseum.org/art/collection/search/436535";
        assert!(questions("https://other.example/DT1567.jpg", page).is_empty());
    }

    #[test]
    fn public_domain_is_what_it_says_of_the_file_that_is_shown() {
        for (public, marked) in [(true, Some(false)), (false, None)] {
            let hit = hits(&question(), read, &body(public)).remove(0);
            let claim = hit.statements[0].licence.clone().unwrap();
            assert_eq!(claim.marked, marked, "what it does not free, it does not mark either");
            assert_eq!(claim.creators, ["Vincent van Gogh"]);
        }
    }

    #[test]
    fn another_file_is_a_miss_and_another_object_is_refused() {
        let mut other = body(true);
        other["primaryImage"] = value!("https://images.metmuseum.org/x/DT9.jpg");
        assert_eq!(read(&question(), &ok(&other)), Answer::Miss);
        other["objectID"] = value!(1);
        assert_eq!(read(&question(), &ok(&other)), another_key());
    }
}
