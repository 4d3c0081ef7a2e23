//! Every registry against every case that a foreign answer can be: a table that has no empty place.
//!
//! A registry that is added has to answer each case, or say why it cannot arise. What comes with a
//! bad status or is no JSON at all is the same for all of them and tested in the room of the registries.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use sayso_core::fingerprint::{Chromaprint, Fingerprint, ImageCodes, Iscc, iscc};
use sayso_core::registry::{
    Answer, Endpoint, Fit, Hit, Lead, Privacy, Query, REGISTRIES, Registry, Request, Response,
    acoustid, c2pa_resolver, commonsdb, flickr, imagehash_toolforge, internet_archive,
    iscc_gateway, iscc_hub, iscc_search, met_museum, musicbrainz, openverse, wikimedia_commons,
};
use sayso_core::vocabulary::Statement;
use serde_json::{Value, json};

/// What an answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    /// It knows the work.
    Hit,
    /// It does not.
    Miss,
    /// It offers something that is too far from the work.
    TooFar,
    /// It names one record twice.
    Twice,
    /// Two licences that differ.
    Conflict,
    /// Markup and signs that change the direction of text, where text should be.
    Markup,
    /// An address that would run a script.
    Script,
    /// An answer to another question.
    OtherKey,
}

impl Case {
    const ALL: [Case; 8] = [
        Case::Hit,
        Case::Miss,
        Case::TooFar,
        Case::Twice,
        Case::Conflict,
        Case::Markup,
        Case::Script,
        Case::OtherKey,
    ];
}

/// What a server sends in a case.
enum Given {
    Body(Value),
    NotFound,
    /// The case cannot arise, because of this.
    Never(&'static str),
}

use Case::{Conflict, Hit as Found, Markup, Miss, OtherKey, Script, TooFar, Twice};
use Given::{Body, Never, NotFound};

const BY: &str = "https://creativecommons.org/licenses/by/4.0/";
const BY_NC: &str = "https://creativecommons.org/licenses/by-nc/4.0/";
const EVIL: &str = "javascript:alert(1)";
const TAGS: &str = "Cat <script>x()</script><b onload=x()>&lt;i&gt;\u{202e}</b>";
const SHA1: &str = "6f93079ef1058c53dcfed9eaffff703765dd5a20";
const BLAKE3: &str = "55529bfae5bdb3d530c52f44d13ccd6a7c710f63620dc2db1c43c5592ae2dc97";
const CODE: &str = "ISCC:KEA4GQZQTY6J5DTH5TVKSXPZ4KH5AVKSTP5OLPNT2U";
const IMAGE: &str = "ISCC:EEA4GQZQTY6J5DTH";
const UUID: &str = "00000000-0000-4000-8000-0000000000b1";
const TWO_ARE_ONE: &str = "an answer is about one record";
const NO_LICENCE: &str = "it knows no licences";
const BY_NAME: &str = "it is asked for one record by its name, and nothing is compared";

fn print() -> Fingerprint {
    let grid = "a5".repeat(32);
    let data_256 =
        iscc::shortened("ISCC:GAD6Z2VJLX46FD6QVSSCW3BOUAIV5GRINTAHISA6UQIHPLWH3YBGAHQ", 256);
    Fingerprint {
        sha1: SHA1.to_string(),
        blake3: BLAKE3.to_string(),
        phash: Some("c343309e3c9e8e67".to_string()),
        dhash: Some("c8c8c8e06161e9c6".to_string()),
        codes: Some(ImageCodes {
            exact: grid.clone(),
            tolerant: grid.clone(),
            untrimmed: grid,
            inset: String::new(),
        }),
        chromaprint: Some(Chromaprint {
            duration_s: 15.4,
            compressed: "AQAAaNE4iqGgffB_VD_C".to_string(),
            items: 4,
        }),
        iscc: Iscc {
            code: Some(CODE.to_string()),
            image: Some(IMAGE.to_string()),
            image_256: iscc::of_image_code(&[0xa5; 32], 256),
            data: Some("ISCC:GAA6Z2VJLX46FD6Q".to_string()),
            data_256,
            instance: Some("ISCC:IAAVKUU37LS33M6V".to_string()),
            ..Iscc::default()
        },
        ..Fingerprint::default()
    }
}

/// The question that this registry is asked in all cases.
fn question(registry: &Registry) -> Request {
    let (url, page) = match registry.id {
        id if id == internet_archive::REGISTRY.id => {
            ("https://archive.org/download/demo-item/demo.jpg", "")
        }
        id if id == flickr::REGISTRY.id => ("https://live.staticflickr.com/1/42_secret_n.jpg", ""),
        id if id == met_museum::REGISTRY.id => (
            "https://images.metmuseum.org/CRDImages/ep/web-large/DT1567.jpg",
            "https://www.metmuseum.org/art/collection/search/436535",
        ),
        id if id == openverse::REGISTRY.id => (
            "https://media.example/42_o.jpg",
            "https://openverse.org/image/00000000-0000-4000-8000-0000000000b1",
        ),
        _ => ("https://page.example/x.jpg", ""),
    };
    let lead = |name: &str| Lead {
        registry: registry.id.to_string(),
        name: name.to_string(),
        fit: Fit::Exact,
    };
    let leads = match registry.id {
        id if id == musicbrainz::REGISTRY.id => vec![lead(UUID)],
        id if id == iscc_gateway::REGISTRY.id => {
            vec![lead(&format!("{CODE} https://gateway.example/x"))]
        }
        _ => Vec::new(),
    };
    let api = match registry.endpoint {
        "" => "https://registry.example/v1/",
        endpoint => endpoint,
    };
    let print = print();
    let query = Query { url, page, print: Some(&print), leads: &leads };
    let (api, media) = (api.to_string(), registry.media_host.to_string());
    (registry.plan)(&query, &Endpoint { api, media, key: "READERS-KEY".to_string() }).remove(0)
}

/// What the server of this registry sends in this case; `None` for one that is not in the table.
fn given(registry: &Registry, case: Case) -> Option<Given> {
    let title = if case == Markup { TAGS } else { "Cat" };
    let licence = if case == Script { EVIL } else { BY };
    let page = if case == Script { EVIL } else { "https://media.example/cat" };
    let given = match registry.id {
        id if id == wikimedia_commons::REGISTRY.id => wikimedia(case, title, licence, page),
        id if id == internet_archive::REGISTRY.id => archive(case, title, licence),
        id if id == flickr::REGISTRY.id => of_flickr(case, title, licence, page),
        id if id == met_museum::REGISTRY.id => of_the_met(case, title),
        id if id == openverse::REGISTRY.id => of_openverse(case, title, licence, page),
        id if id == iscc_hub::REGISTRY.id || id == iscc_hub::AMLET.id => hub(case, title, page),
        id if id == iscc_search::REGISTRY.id => search(case, title, page),
        id if id == iscc_gateway::REGISTRY.id => gateway(case, title, page),
        id if id == commonsdb::REGISTRY.id => of_commonsdb(case, title, licence, page),
        id if id == imagehash_toolforge::REGISTRY.id => toolforge(case, title),
        id if id == c2pa_resolver::REGISTRY.id => resolver(case, title, page),
        id if id == acoustid::REGISTRY.id => sound(case, title),
        id if id == musicbrainz::REGISTRY.id => recording(case, title, licence),
        _ => return None,
    };
    Some(given)
}

fn wikimedia(case: Case, title: &str, licence: &str, page: &str) -> Given {
    let file = |number: u64, sha1: &str, licence: &str| {
        json!({"pageid": number, "ns": 6, "title": format!("File:{title}.jpg"), "imageinfo": [{
            "sha1": sha1, "descriptionurl": page, "extmetadata": {
                "LicenseUrl": {"value": licence}, "Artist": {"value": title},
                "Attribution": {"value": title}, "UsageTerms": {"value": title}}}]})
    };
    let pages = |pages: &[Value]| Body(json!({"batchcomplete": true, "query": {"pages": pages}}));
    let one = file(2, SHA1, licence);
    match case {
        Found | Markup | Script => pages(&[one]),
        Miss => Body(json!({"batchcomplete": true})),
        TooFar => Never("it is asked by a SHA-1 or by a name: nothing is near"),
        Twice => pages(&[one.clone(), one]),
        Conflict => pages(&[one, file(3, SHA1, BY_NC)]),
        OtherKey => pages(&[file(2, &"0".repeat(40), licence)]),
    }
}

fn archive(case: Case, title: &str, licence: &str) -> Given {
    let item = |name: &str, licence: Value| {
        Body(json!({
            "metadata": {"identifier": name, "title": title, "creator": [title],
                         "rights": title, "licenseurl": licence, "uploader": title},
            "files": [{"name": "demo.jpg", "sha1": SHA1}]
        }))
    };
    match case {
        Found | Markup | Script => item("demo-item", licence.into()),
        Miss => Body(json!({})),
        TooFar => Never(BY_NAME),
        Twice => Never(TWO_ARE_ONE),
        Conflict => item("demo-item", json!([BY, BY_NC])),
        OtherKey => item("other-item", licence.into()),
    }
}

fn of_flickr(case: Case, title: &str, licence: &str, page: &str) -> Given {
    let photo = |number: &str| {
        let page = if case == Script { format!("{page}/{number}/") } else { page.to_string() };
        Body(json!({
            "title": title, "author_name": title, "license": title, "license_url": licence,
            "url": format!("https://live.staticflickr.com/1/{number}_secret_n.jpg"),
            "web_page": page
        }))
    };
    match case {
        Found | Markup | Script => photo("42"),
        Miss => NotFound,
        TooFar => Never(BY_NAME),
        Twice => Never(TWO_ARE_ONE),
        Conflict => Never("a photograph has one licence there"),
        OtherKey => photo("43"),
    }
}

fn of_the_met(case: Case, title: &str) -> Given {
    let object = |number: u64, file: &str| {
        Body(json!({
            "objectID": number, "isPublicDomain": true, "title": title, "primaryImage": file,
            "artistDisplayName": title, "creditLine": title, "rightsAndReproduction": title
        }))
    };
    let file = "https://images.metmuseum.org/x/DT1567.jpg";
    match case {
        Found | Markup => object(436_535, file),
        Miss => NotFound,
        TooFar => object(436_535, "https://images.metmuseum.org/x/DT9.jpg"),
        Twice => Never(TWO_ARE_ONE),
        Conflict => Never("an object is in the public domain or not"),
        Script => Never("no address of its answer is shown"),
        OtherKey => object(1, file),
    }
}

fn of_openverse(case: Case, title: &str, licence: &str, page: &str) -> Given {
    let picture = |id: &str, file: &str| {
        Body(json!({
            "id": id, "title": title, "creator": title, "attribution": title, "source": title,
            "url": file, "license": title, "license_url": licence, "foreign_landing_url": page
        }))
    };
    let file = "https://media.example/42_o.jpg";
    match case {
        Found | Markup | Script => picture(UUID, file),
        Miss => NotFound,
        TooFar => picture(UUID, "https://media.example/43_o.jpg"),
        Twice => Never(TWO_ARE_ONE),
        Conflict => Never("a picture has one licence there"),
        OtherKey => picture("00000000-0000-4000-8000-0000000000b2", file),
    }
}

fn hub(case: Case, title: &str, page: &str) -> Given {
    let declared = |id: &str, hash: &str| {
        json!({"iscc_id": id, "iscc_code": CODE, "datahash": format!("1e20{hash}"),
               "timestamp": title, "controller": title, "gateway": page})
    };
    let one = declared("ISCC:MAIGIRMUCYSAAAAB", BLAKE3);
    match case {
        Found | Markup | Script => Body(json!([one])),
        Miss => Body(json!([])),
        TooFar => Never("only the hash of the very bytes is asked for"),
        Twice => Body(json!([one, one])),
        Conflict => Never(NO_LICENCE),
        OtherKey => Body(json!([declared("ISCC:MAIGIRMUCYSAAAAB", &"0".repeat(64))])),
    }
}

fn search(case: Case, title: &str, page: &str) -> Given {
    let found = |like: f64| {
        json!({"iscc_id": "ISCC:MAIGIRMUCYSAAAAB", "score": 1.0,
               "types": {"CONTENT_IMAGE_V0": like},
               "metadata": {"name": title, "gateway": page}})
    };
    let answer = |code: &str, matches: &[Value]| {
        Body(json!({"query": {"iscc_code": code}, "global_matches": matches}))
    };
    match case {
        Found | Markup | Script => answer(CODE, &[found(1.0)]),
        Miss => answer(CODE, &[]),
        TooFar => answer(CODE, &[found(0.8)]),
        Twice => answer(CODE, &[found(1.0), found(0.96875)]),
        Conflict => Never(NO_LICENCE),
        OtherKey => answer("ISCC:KEC", &[found(1.0)]),
    }
}

fn gateway(case: Case, title: &str, page: &str) -> Given {
    let tdm = |code: &str| json!({"iscc": code, "tdm_reservation": 1, "tdm_policy": page});
    match case {
        Found | Script => Body(tdm(CODE)),
        Markup => Body(json!({"iscc": CODE, "involvement": title, "ai_system": title})),
        Miss => NotFound,
        TooFar => Never("it is asked only about a code that somebody declared"),
        Twice => Never(TWO_ARE_ONE),
        Conflict => Never(NO_LICENCE),
        OtherKey => Body(tdm("ISCC:KEC")),
    }
}

fn of_commonsdb(case: Case, title: &str, licence: &str, page: &str) -> Given {
    let asked = question(&commonsdb::REGISTRY).key;
    let declaration = |id: &str, bits: u32, rights: &str| {
        let body = u64::from_str_radix(&iscc::body(IMAGE).unwrap(), 16).unwrap();
        let mut grid = [0; 32];
        grid[..8].copy_from_slice(&(body ^ ((1_u64 << bits) - 1)).to_be_bytes());
        let image = iscc::of_image_code(&grid, 64).unwrap();
        let units = [
            "ISCC:AAAQAAAAAAAAAAAA",
            image.as_str(),
            "ISCC:GAA6Z2VJLX46FD6Q",
            "ISCC:IAAUXZIPMMVRVQFI",
        ];
        json!({"score": 0, "docBody": {
            "metaInternal": {"cidV1": id, "isccCode": iscc::composite(&units).unwrap(),
                             "declarerId": title},
            "declarationMetadata": {"publicMetadata": {"name": title}, "commonsDbRegistry": {
                "location": page, "rightsStatement": rights, "pdRationale": title}}}})
    };
    let answer = |q: &str, results: &[Value]| Body(json!({"q": q, "results": results}));
    let one = declaration("bafk1", 0, licence);
    match case {
        Found | Markup | Script => answer(&asked, &[one]),
        Miss => answer(&asked, &[]),
        TooFar => answer(&asked, &[declaration("bafk1", 10, licence)]),
        Twice => answer(&asked, &[one.clone(), one]),
        Conflict => answer(&asked, &[one, declaration("bafk2", 0, BY_NC)]),
        OtherKey => answer("KEC", &[one]),
    }
}

const NO_QUESTION: &str = "its answers do not repeat the question";

fn toolforge(case: Case, title: &str) -> Given {
    let file = |number: u64| json!({"page_id": number, "page_title": format!("File:{title}.jpg")});
    match case {
        Found | Markup => Body(json!([file(2)])),
        Miss => Body(json!([])),
        TooFar => Body((0..40).map(file).collect()),
        Twice => Body(json!([file(2), file(2)])),
        Conflict => Never(NO_LICENCE),
        Script => Never("no address of its answer is shown"),
        OtherKey => Never(NO_QUESTION),
    }
}

fn resolver(case: Case, title: &str, page: &str) -> Given {
    let found = |score: u64| {
        json!({"manifestId": format!("urn:c2pa:{title}"), "endpoint": page,
               "similarityScore": score})
    };
    match case {
        Found | Markup | Script => Body(json!({"matches": [found(100)]})),
        Miss => Body(json!({"matches": []})),
        TooFar => Body(json!({"matches": [found(3)]})),
        Twice => Body(json!({"matches": [found(100), found(97)]})),
        Conflict => Never(NO_LICENCE),
        OtherKey => Never(NO_QUESTION),
    }
}

fn sound(case: Case, title: &str) -> Given {
    let result = |score: f64| {
        json!({"id": "a1", "score": score, "recordings": [
            {"id": UUID, "title": title, "sources": 3, "artists": [{"name": title}]}]})
    };
    let answer = |results: &[Value]| Body(json!({"status": "ok", "results": results}));
    match case {
        Found | Markup => answer(&[result(0.97)]),
        Miss => answer(&[]),
        TooFar => answer(&[result(0.4)]),
        Twice => answer(&[result(0.9), result(0.97)]),
        Conflict => Never(NO_LICENCE),
        Script => Never("no address of its answer is shown"),
        OtherKey => Never(NO_QUESTION),
    }
}

fn recording(case: Case, title: &str, licence: &str) -> Given {
    let says = |url: &str| json!({"type": "license", "ended": false, "url": {"resource": url}});
    let recording = |id: &str, relations: &[Value]| {
        Body(json!({"id": id, "title": title, "artist-credit": [{"name": title}],
                    "relations": relations}))
    };
    match case {
        Found | Markup | Script => recording(UUID, &[says(licence)]),
        Miss => NotFound,
        TooFar => Never(BY_NAME),
        Twice => Never(TWO_ARE_ONE),
        Conflict => recording(UUID, &[says(BY), says(BY_NC)]),
        OtherKey => recording("00000000-0000-4000-8000-0000000000b2", &[says(licence)]),
    }
}

/// Everything in a hit that a person may come to read.
fn texts(hit: &Hit) -> Vec<String> {
    let said = |s: &Statement| {
        let mut texts = vec![s.locator.clone(), s.declared_by.clone().unwrap_or_default()];
        if let Some(claim) = &s.licence {
            texts.extend(claim.creators.iter().chain(&claim.owners).cloned());
            texts.extend(
                [&claim.credit, &claim.terms, &claim.notice].into_iter().flatten().cloned(),
            );
        }
        texts.extend(
            s.origin.iter().flat_map(|o| [&o.source_type, &o.ai_system]).flatten().cloned(),
        );
        texts
    };
    let mut texts: Vec<String> = hit.statements.iter().flat_map(said).collect();
    texts.push(hit.record_id.clone());
    texts.extend(hit.title.clone());
    texts
}

/// Every address in a hit that may be opened or asked.
fn addresses(hit: &Hit) -> Vec<String> {
    let said = |s: &Statement| {
        let licence = s.licence.as_ref().and_then(|claim| claim.uri.clone());
        s.offers.iter().cloned().chain(licence).collect::<Vec<String>>()
    };
    let mut all: Vec<String> = hit.statements.iter().flat_map(said).collect();
    all.extend(hit.record_url.clone());
    all.extend(hit.leads.iter().map(|lead| lead.name.clone()));
    all
}

#[test]
fn every_registry_has_every_case() {
    for registry in REGISTRIES {
        let question = question(registry);
        assert_ne!(question.privacy, Privacy::Media, "{}", registry.id);
        for case in Case::ALL {
            let told = format!("{} {case:?}", registry.id);
            let given = given(registry, case).unwrap_or_else(|| panic!("{told}: not in the table"));
            let response = match given {
                Body(body) => {
                    Response { status: 200, body: body.to_string(), ..Response::default() }
                }
                NotFound => Response { status: 404, ..Response::default() },
                Never(why) => {
                    assert!(!why.is_empty() && case != Found && case != Miss, "{told}");
                    continue;
                }
            };
            let answer = (registry.read)(&question, &response);
            judge(case, &answer, &told);
        }
    }
}

/// Fails unless this is what has to come of a case.
fn judge(case: Case, answer: &Answer, told: &str) {
    let hits = match answer {
        Answer::Hits { hits } => hits.as_slice(),
        _ => &[],
    };
    match case {
        Found | Twice => assert_eq!(hits.len(), 1, "{told}: {answer:?}"),
        Miss => assert_eq!(*answer, Answer::Miss, "{told}"),
        TooFar => {
            let quiet = |hit: &Hit| {
                let unsure = matches!(hit.fit, Fit::Near { sure: false, .. });
                unsure && hit.statements.is_empty() && hit.leads.is_empty()
            };
            assert!(matches!(answer, Answer::Miss | Answer::Hits { .. }), "{told}: {answer:?}");
            assert!(hits.iter().all(quiet), "{told}: {answer:?}");
        }
        Conflict => {
            let mut licences: Vec<&str> = hits
                .iter()
                .flat_map(|hit| &hit.statements)
                .filter_map(|s| s.licence.as_ref()?.uri.as_deref())
                .collect();
            licences.sort_unstable();
            assert_eq!(licences, [BY_NC, BY], "{told}: both are shown");
        }
        Markup => {
            assert_eq!(hits.len(), 1, "{told}: {answer:?}");
            // A title may be a fragment of HTML; what is plain text stays as it is, and is shown as
            // text. Nothing may turn the line round or end it.
            let control =
                |text: &String| text.contains(|c: char| c.is_control() || c == '\u{202e}');
            let mut left: Vec<String> = texts(&hits[0]).into_iter().filter(control).collect();
            left.extend(hits[0].title.clone().filter(|title| title.contains("<script")));
            assert!(left.is_empty(), "{told}: {left:?}");
        }
        Script => {
            assert_eq!(hits.len(), 1, "{told}: {answer:?}");
            let left: Vec<String> = addresses(&hits[0])
                .into_iter()
                .filter(|address| address.to_ascii_lowercase().contains("javascript:"))
                .collect();
            assert!(left.is_empty(), "{told}: {left:?}");
        }
        OtherKey => assert!(matches!(answer, Answer::Refused { .. }), "{told}: {answer:?}"),
    }
}
