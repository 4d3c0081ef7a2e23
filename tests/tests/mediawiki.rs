//! The registry client of Wikimedia Commons against a real MediaWiki: what the client
//! asks is what the software answers, in this version and not only in our memory of it.

use sayso_core::fingerprint::Fingerprint;
use sayso_core::limits::Limits;
use sayso_core::reading::{self, Delivery};
use sayso_core::registry::wikimedia_commons::REGISTRY;
use sayso_core::registry::{Answer, Fit, Hit, Query, Request};
use sayso_tests::mediawiki::MediaWiki;

#[test]
fn a_real_wiki_is_asked_and_understood() {
    let Some(wiki) = MediaWiki::start().unwrap() else {
        println!(
            "skipped: no MediaWiki here \
             (Debian: apt-get install mediawiki php-cli php-sqlite3 php-intl php-gd)"
        );
        return;
    };
    an_uploaded_file_is_found_by_its_bytes(&wiki);
    a_file_is_found_by_every_form_of_its_address(&wiki);
    a_renamed_file_is_found_by_its_old_address(&wiki);
    hostile_fields_are_text(&wiki);
    a_non_free_file_has_no_licence(&wiki);
    what_is_not_there_is_a_miss(&wiki);
    a_bad_hash_is_refused(&wiki);
}

fn an_uploaded_file_is_found_by_its_bytes(wiki: &MediaWiki) {
    let hit = hit(wiki, &by_bytes(wiki, "Demo_photo.jpg"));
    assert_eq!((&hit.fit, hit.title.as_deref()), (&Fit::Exact, Some("File:Demo photo.jpg")));
    speaks_for_demo_photo(&hit);
}

fn a_file_is_found_by_every_form_of_its_address(wiki: &MediaWiki) {
    for path in ["5/5d/Demo_photo.jpg", "thumb/5/5d/Demo_photo.jpg/20px-Demo_photo.jpg"] {
        let hit = hit(wiki, &by_address(wiki, path));
        assert_eq!(hit.fit, Fit::Url);
        speaks_for_demo_photo(&hit);
    }
}

fn a_renamed_file_is_found_by_its_old_address(wiki: &MediaWiki) {
    let hit = hit(wiki, &by_address(wiki, "e/e8/Old_photo.jpg"));
    assert_eq!(hit.title.as_deref(), Some("File:Demo photo.jpg"));
    assert!(hit.statements[0].notes.contains(&"redirected".to_string()));
}

fn hostile_fields_are_text(wiki: &MediaWiki) {
    let hit = hit(wiki, &by_bytes(wiki, "Heron_at_dusk.png"));
    let statement = &hit.statements[0];
    let claim = statement.licence.as_ref().unwrap();
    assert_eq!(claim.creators, ["Unknown author"]);
    assert_eq!(
        claim.uri.as_deref(),
        Some("https://creativecommons.org/publicdomain/zero/1.0/"),
        "the short code stands in for the unusable address"
    );
    assert_eq!(statement.notes, ["unusable-licence-address"]);
}

fn a_non_free_file_has_no_licence(wiki: &MediaWiki) {
    let hit = hit(wiki, &by_bytes(wiki, "Film_poster.jpg"));
    let claim = hit.statements[0].licence.as_ref().unwrap();
    assert_eq!((&claim.uri, &claim.terms), (&None, &None));
    assert_eq!(claim.creators, ["A Studio"]);
    assert_eq!(hit.statements[0].notes, ["non-free"]);
}

fn what_is_not_there_is_a_miss(wiki: &MediaWiki) {
    let print = Fingerprint { sha1: "0".repeat(40), ..Fingerprint::default() };
    let unknown = Query { print: Some(&print), ..Query::default() };
    assert_eq!(ask(wiki, &plan(wiki, &unknown)), Answer::Miss);
    assert_eq!(ask(wiki, &by_address(wiki, "a/a3/Never_uploaded.jpg")), Answer::Miss);
}

fn a_bad_hash_is_refused(wiki: &MediaWiki) {
    let mut request = by_bytes(wiki, "Demo_photo.jpg");
    let sha1 = request.key.trim_start_matches("sha1:").to_string();
    request.url = request.url.replace(&sha1, "zz");
    let why = "the registry says: invalidsha1hash".to_string();
    assert_eq!(ask(wiki, &request), Answer::Refused { why });
}

fn speaks_for_demo_photo(hit: &Hit) {
    let statement = &hit.statements[0];
    let claim = statement.licence.as_ref().unwrap();
    assert_eq!(claim.uri.as_deref(), Some("https://creativecommons.org/licenses/by-sa/4.0/"));
    assert_eq!(claim.creators, ["Alice"]);
    assert_eq!(statement.notes, ["attribution-required", "restriction: personality"]);
    assert!(statement.verdicts.is_empty(), "a licence is no word on AI");
    let page = hit.record_url.as_deref().unwrap();
    assert!(page.ends_with("/index.php/File:Demo_photo.jpg"), "{page}");
}

fn by_bytes(wiki: &MediaWiki, picture: &str) -> Request {
    let bytes = wiki.picture(picture).unwrap();
    let reading = reading::read(&bytes, Delivery::default(), &Limits::DEFAULT);
    let (url, print) = ("https://elsewhere.example/copy", Some(&reading.fingerprint));
    plan(wiki, &Query { url, print, ..Query::default() })
}

fn by_address(wiki: &MediaWiki, path: &str) -> Request {
    let url = format!("{}/{path}", wiki.endpoint().media);
    plan(wiki, &Query { url: &url, ..Query::default() })
}

fn plan(wiki: &MediaWiki, query: &Query<'_>) -> Request {
    let requests = (REGISTRY.plan)(query, &wiki.endpoint());
    assert_eq!(requests.len(), 1, "{query:?}");
    requests.into_iter().next().unwrap()
}

fn ask(wiki: &MediaWiki, request: &Request) -> Answer {
    (REGISTRY.read)(request, &wiki.get(&request.url).unwrap())
}

fn hit(wiki: &MediaWiki, request: &Request) -> Hit {
    match ask(wiki, request) {
        Answer::Hits { mut hits } if hits.len() == 1 => hits.remove(0),
        other => panic!("expected one hit, got {other:?}"),
    }
}
