//! Openverse: licence and creator of a picture that a page shows from Openverse's own host.
//!
//! Interface: <https://api.openverse.org/v1/> (`/images/<id>/`), as its documentation has it; nobody
//! could try it here. It finds works by words and by its own identifiers, not by a hash, a code or
//! an address elsewhere: so it is asked only where the identifier stands in the address of one of
//! its thumbnails, or of its own page of the work. Left out: search (what words find would be other
//! works), sounds (which it serves no files of).

use url::Url;

use super::record::Record;
use super::response::{another_key, json_or_miss, text};
use super::{Answer, Endpoint, Fit, Privacy, Query, Registry, Request, Response};
use crate::vocabulary::LicenceClaim;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "openverse",
    title: "Openverse",
    about: "https://openverse.org/",
    privacy: &[Privacy::SameHost],
    endpoint: "https://api.openverse.org/v1/images/",
    media_host: "https://api.openverse.org/v1/images/",
    takes_address: true,
    // Twenty questions a minute from those who have no account.
    gap_ms: 3_000,
    wants_key: false,
    plan,
    read,
};

/// Where its pages of pictures are; a language may stand before `image`.
const PAGES: &str = "https://openverse.org/";

fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let thumb = query.url.strip_prefix(&endpoint.media).and_then(identifier);
    let id = thumb.or_else(|| {
        let page = query.page.strip_prefix(PAGES)?;
        let (_, rest) = page.split_once("image/").filter(|(tongue, _)| tongue.len() <= 6)?;
        // On that page its other thumbnails are of other works.
        identifier(rest).filter(|_| !file_name(query.url).is_empty())
    });
    let url = |id: &str| Url::parse(&endpoint.api).ok()?.join(&format!("{id}/")).ok();
    let Some((id, url)) = id.and_then(|id| Some((id, url(id)?))) else { return Vec::new() };
    let file = if thumb.is_some() { "" } else { file_name(query.url) };
    vec![Request::new(REGISTRY.id, format!("{id} {file}"), url, Privacy::SameHost)]
}

/// The UUID at the beginning of what follows in an address.
fn identifier(rest: &str) -> Option<&str> {
    let id = rest.split(['/', '?', '#']).next()?;
    let fits = id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    fits.then_some(id)
}

/// The last part of an address of the web.
fn file_name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    if path.starts_with("http") { path.rsplit('/').next().unwrap_or_default() } else { "" }
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json_or_miss(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let Some((id, file)) = request.key.split_once(' ') else { return another_key() };
    if text(&value, "id").is_none_or(|given| !given.eq_ignore_ascii_case(id)) {
        return another_key();
    }
    // A page shows other pictures too, of which the record says nothing.
    if !file.is_empty() && text(&value, "url").is_none_or(|url| file_name(url) != file) {
        return Answer::Miss;
    }
    let short = [text(&value, "license"), text(&value, "license_version")];
    let short: Vec<&str> = short.into_iter().flatten().collect();
    let claim = LicenceClaim {
        creators: text(&value, "creator").map(super::text::one_line).into_iter().collect(),
        credit: text(&value, "attribution").map(super::text::plain_text),
        terms: Some(super::text::one_line(&short.join(" "))).filter(|terms| !terms.is_empty()),
        ..LicenceClaim::default()
    };
    let licence: Vec<&str> = text(&value, "license_url").into_iter().collect();
    let hit = Record::new(request, id, Fit::Url)
        .title(text(&value, "title"))
        .page(text(&value, "foreign_landing_url"))
        .licence(&licence, claim, text(&value, "source").or(Some("openverse.org")))
        .done();
    Answer::Hits { hits: vec![hit] }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked, hits};
    use super::*;
    use serde_json::{Value, json as value};

    const ID: &str = "00000000-0000-4000-8000-0000000000e1";

    fn questions(url: &str, page: &str) -> Vec<Request> {
        asked(&REGISTRY, &Query { url, page, ..Query::default() })
    }

    fn body() -> Value {
        value!({
            "id": ID, "title": "Concentrated Cat", "url": "https://media.example/42_o.jpg",
            "foreign_landing_url": "https://media.example/photos/alice/42", "creator": "Alice",
            "license": "by-nc", "license_version": "2.0", "source": "flickr",
            "license_url": "https://creativecommons.org/licenses/by-nc/2.0/",
            "attribution": "\"Concentrated Cat\" by Alice is licensed under CC BY-NC 2.0."
        })
    }

    #[test]
    fn only_its_thumbnails_and_its_own_page_are_a_reason_to_ask_it() {
        let thumb = format!("https://api.openverse.org/v1/images/{ID}/thumb/?full_size=true");
        let asked = format!("https://api.openverse.org/v1/images/{ID}/");
        assert_eq!(questions(&thumb, "https://blog.example/")[0].url, asked);
        let file = "https://media.example/42_o.jpg";
        for page in [format!("{PAGES}image/{ID}?q=cat"), format!("{PAGES}pt-br/image/{ID}")] {
            assert_eq!(questions(file, &page)[0].url, asked, "{page}");
        }
        for (url, page) in [
            (file, format!("https://blog.example/image/{ID}")),
            (file, format!("{PAGES}search/?q=image/{ID}")),
            (file, format!("{PAGES}image/../../{ID}")),
            ("data:image/png,x", format!("{PAGES}image/{ID}")),
            ("https://api.openverse.org/v1/images/stats/", String::new()),
        ] {
            assert!(questions(url, &page).is_empty(), "{url} on {page}");
        }
    }

    #[test]
    fn licence_and_creator_of_the_very_picture() {
        let page = format!("{PAGES}image/{ID}");
        let question = questions("https://media.example/42_o.jpg", &page).remove(0);
        let hit = hits(&question, read, &body()).remove(0);
        let claim = hit.statements[0].licence.clone().unwrap();
        let licence = "https://creativecommons.org/licenses/by-nc/2.0/";
        assert_eq!(claim.uri.as_deref(), Some(licence));
        assert_eq!(claim.creators, ["Alice"]);
        assert!(hit.statements[0].verdicts.is_empty(), "a licence is no word on AI");
        let other = questions("https://media.example/43_o.jpg", &page).remove(0);
        assert_eq!(read(&other, &super::super::bench::ok(&body())), Answer::Miss);
    }
}
