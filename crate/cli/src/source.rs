//! One file or address: what the core asks for is done here, and what follows is returned.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use iscc_lib::streaming::SumHasher;
use sayso_core::card::{self, Card};
use sayso_core::catalogue::descriptor::hex;
use sayso_core::fingerprint::{Fingerprint, Iscc};
use sayso_core::inquiry::{self, Asked, FileState, Inquiry};
use sayso_core::limits::Limits;
use sayso_core::line;
use sayso_core::media::MediaKind;
use sayso_core::page::{Failure, Look, Millis, WorkFacts, WorkKind};
use sayso_core::reading::{Delivery, Reading};
use sayso_core::registry::own_works::Shelf;
use sayso_core::registry::tdmai::{self, Declaration};
use sayso_core::registry::{Answer, Hit, Registry, Request, Response};
use sayso_core::settings::{Mode, Settings};
use sayso_core::signal::document::at_home;
use sayso_core::signal::{self, Asset, Documents, SiteFacts};
use sayso_core::verdict::Judgement;
use sayso_core::vocabulary::{Problem, ProblemCode};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use url::Url;

use crate::manifest;
use crate::site::{self, Sites};
use crate::table::Published;
use crate::web::{Ask, Web};

/// What every source of one run shares.
pub struct Tools {
    /// Own works to compare with.
    pub works: Shelf,
    /// TDM·AI declarations to compare with.
    pub declarations: Vec<Declaration>,
    /// Catalogues to compare with.
    pub published: Vec<Published>,
    /// Certificates that are trusted to sign manifests, as PEM.
    pub trust: String,
    /// The network; `None` when it is not to be used.
    pub web: Option<Web>,
    /// What the origins have said.
    pub sites: Sites,
    /// Licences and policies that were named.
    pub shelf: site::Shelf,
}

/// Everything that was found out about one source.
pub struct Checked {
    /// The source as it was given.
    pub source: String,
    /// What its bytes said, if there were any.
    pub reading: Option<Reading>,
    /// What follows.
    pub judgement: Judgement,
    /// The same for people.
    pub card: Card,
    /// Records of own works and registries.
    pub hits: Vec<Hit>,
    /// Registries that were asked, and what came of it.
    pub asked: Vec<Asked>,
    /// Faults of the source and of its bytes.
    pub problems: Vec<Problem>,
}

/// Reads one source and judges it.
pub fn check(source: &OsStr, tools: &Tools) -> Checked {
    match source.to_str().filter(|text| is_web(text)).map(Url::parse) {
        Some(Ok(url)) => check_url(source, &url, tools),
        Some(Err(e)) => {
            let problem = Problem::new(ProblemCode::Unreadable, "address", e.to_string());
            conclude(source, Had { problems: vec![problem], ..Had::nothing(Failure::Unreachable) })
        }
        None => check_file(source, tools),
    }
}

/// The answer for a source on which the reader itself broke down.
pub fn crashed(source: &OsStr) -> Checked {
    conclude(source, Had::nothing(Failure::Crashed))
}

/// Milliseconds since 1970.
pub fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

/// Whether a source is meant as an address of the web; everything else is a file.
fn is_web(source: &str) -> bool {
    let scheme = source.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|s| s.eq_ignore_ascii_case("http") || s.eq_ignore_ascii_case("https"))
}

fn check_file(source: &OsStr, tools: &Tools) -> Checked {
    let from_url = source.to_str().and_then(|s| Url::parse(s).ok());
    let path = match from_url.filter(|u| u.scheme() == "file").map(|u| u.to_file_path()) {
        Some(Ok(path)) => path,
        _ => Path::new(source).to_path_buf(),
    };
    let url = std::path::absolute(&path)
        .ok()
        .and_then(|p| Url::from_file_path(p).ok())
        .map_or_else(|| "file:".to_string(), String::from);
    let delivery = Delivery {
        url: url.clone(),
        final_url: url.clone(),
        fetched_at: now(),
        ..Delivery::default()
    };
    let mut had = match read_file(&path, delivery, &tools.trust) {
        Ok(reading) => Had::reading(reading, tools),
        Err(e) => {
            let problem = Problem::new(ProblemCode::Unreadable, "file", e.to_string());
            let failure = Failure::Network { detail: e.to_string() };
            Had { problems: vec![problem], ..Had::nothing(failure) }
        }
    };
    had.url = url;
    conclude(source, had)
}

/// Reads a regular file; of one beyond the limit only the exact hashes are made.
fn read_file(path: &Path, delivery: Delivery, trust: &str) -> io::Result<Reading> {
    // Before opening: opening a pipe would wait for somebody to write to it.
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::Error::other("it is a directory"));
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let limits = Limits::DEFAULT;
    let mut file = File::open(path)?;
    let mut bytes = Vec::with_capacity(metadata.len().min(limits.file_bytes as u64) as usize);
    // One byte more than is read tells "exactly as large" from "larger".
    (&mut file).take(limits.file_bytes as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limits.file_bytes {
        return hash_whole(&bytes, file, delivery);
    }
    Ok(read_whole(&bytes, delivery, trust))
}

/// Reads the bytes, checks the manifest in them, and listens to them where they are a sound.
fn read_whole(bytes: &[u8], delivery: Delivery, trust: &str) -> Reading {
    let mut reading = manifest::read(bytes, delivery, trust);
    if let Some(facts) = reading.media.as_ref().filter(|_| reading.has_sound()) {
        let heard = sayso_sound::listen(bytes, facts, &Limits::DEFAULT);
        reading.hear(heard);
    }
    reading
}

fn hash_whole(start: &[u8], rest: File, delivery: Delivery) -> io::Result<Reading> {
    let (mut blake3, mut sha1, mut sha256) = (blake3::Hasher::new(), Sha1::new(), Sha256::new());
    let mut iscc = SumHasher::new();
    let mut length = 0_u64;
    let mut chunk = vec![0; 1 << 16];
    let mut source = start.chain(rest);
    loop {
        let n = source.read(&mut chunk)?;
        if n == 0 {
            break;
        }
        let bytes = &chunk[..n];
        blake3.update(bytes);
        sha1.update(bytes);
        sha256.update(bytes);
        iscc.update(bytes);
        length += n as u64;
    }
    let mut units = iscc.finalize(64, false, true).ok().and_then(|sum| sum.units).into_iter();
    let mut units = units.next().unwrap_or_default().into_iter();
    let what = format!(
        "{length} bytes are more than the {} that are read; only exact hashes were made",
        Limits::DEFAULT.file_bytes
    );
    Ok(Reading {
        delivery,
        bytes: length,
        fingerprint: Fingerprint {
            blake3: blake3.finalize().to_hex().to_string(),
            sha1: hex(&sha1.finalize()),
            sha256: hex(&sha256.finalize()),
            iscc: Iscc { data: units.next(), instance: units.next(), ..Iscc::default() },
            ..Fingerprint::default()
        },
        problems: vec![Problem::new(ProblemCode::OverLimit, OVER_LIMIT, what)],
        ..Reading::default()
    })
}

fn check_url(source: &OsStr, url: &Url, tools: &Tools) -> Checked {
    let Some(web) = &tools.web else {
        let problem = Problem::new(ProblemCode::Network, "address", "offline");
        let file = FileState::NotAsked;
        let had = Had { file, problems: vec![problem], ..Had::nothing(Failure::NotAllowed) };
        return conclude(source, Had { url: url.to_string(), ..had });
    };
    let limits = Limits::DEFAULT;
    let got = web.get(&Ask { url, headers: &[], max_bytes: limits.file_bytes, text: false });
    let mut had = match got {
        Ok(got) => {
            let delivery = Delivery {
                url: url.to_string(),
                final_url: got.url.to_string(),
                status: got.status,
                headers: got.headers,
                fetched_at: now(),
            };
            let mut reading = read_whole(&got.body, delivery, &tools.trust);
            add_manifest(&mut reading, &got.body, tools, web);
            Had::reading(reading, tools)
        }
        Err(failure) => Had::nothing(failure),
    };
    had.url = url.to_string();
    had.site = match &had.file {
        // The host has just been found out of reach: it is not waited for again.
        FileState::Failed(why @ (Failure::Silent | Failure::Network { .. })) => {
            SiteFacts::all(&Look::Failed { why: why.clone(), at: now() })
        }
        _ => tools.sites.facts(url, web),
    };
    // What the site names and has itself; nobody else is told.
    let wanted = signal::wanted(&Asset {
        url: &had.url,
        reading: had.reading.as_ref(),
        page: None,
        work: None,
        site: &had.site,
        documents: &had.documents,
    });
    let home = |document: &String| at_home(document, &had.url, None);
    let wanted: Vec<String> = wanted.into_iter().filter(home).collect();
    had.documents = tools.shelf.get(&wanted, web);
    let settings = Settings::default();
    let addresses = (had.url.as_str(), "");
    for (registry, request) in
        inquiry::questions(&settings, addresses, had.reading.as_ref(), |_| None)
    {
        // Nobody has been asked whether a third party may be told of this work.
        if inquiry::mode(&settings, registry.id, request.privacy, false) == Mode::On {
            let answer = Some(ask(registry, &request, web));
            had.asked.push(Asked { registry: registry.id.into(), answer });
        }
    }
    conclude(source, had)
}

/// Gets the manifest that the file names at another address of its own origin, and checks it.
fn add_manifest(reading: &mut Reading, bytes: &[u8], tools: &Tools, web: &Web) {
    let url = reading.delivery.url.clone();
    let named = signal::c2pa::remote(&Asset {
        url: &url,
        reading: Some(reading),
        page: None,
        work: None,
        site: &SiteFacts::default(),
        documents: &Documents::default(),
    });
    let Some(named) = named.filter(|n| at_home(n, &url, None)) else { return };
    let Ok(address) = Url::parse(&named) else { return };
    let max_bytes = Limits::DEFAULT.file_bytes;
    match web.get(&Ask { url: &address, headers: &[], max_bytes, text: false }) {
        Ok(got) if got.status < 400 => {
            manifest::attach(reading, &named, &got.body, bytes, &tools.trust);
        }
        Ok(got) => reading.miss(&named, Failure::Status { status: got.status }),
        Err(why) => reading.miss(&named, why),
    }
}

fn ask(registry: &Registry, request: &Request, web: &Web) -> Answer {
    let Ok(url) = Url::parse(&request.url) else {
        return Answer::Refused { why: "not an address".to_string() };
    };
    // One byte more than is read, so that the client can tell "too large" from "cut off".
    let max_bytes = Limits::DEFAULT.text_bytes + 1;
    match web.get(&Ask { url: &url, headers: &request.headers, max_bytes, text: true }) {
        Ok(got) => {
            let response = Response {
                status: got.status,
                headers: got.headers,
                body: String::from_utf8_lossy(&got.body).into_owned(),
                at: now(),
            };
            (registry.read)(request, &response)
        }
        Err(failure) => {
            Answer::Unavailable { retry_after_ms: None, why: line::problem_of(&failure).message }
        }
    }
}

/// What was had of one source.
struct Had {
    url: String,
    file: FileState,
    reading: Option<Reading>,
    site: SiteFacts,
    documents: Documents,
    own: Vec<Hit>,
    asked: Vec<Asked>,
    problems: Vec<Problem>,
}

impl Had {
    fn reading(mut reading: Reading, tools: &Tools) -> Had {
        if reading.media.is_none() && reading.problems.is_empty() {
            let what = "the format was not recognised";
            reading.problems.push(Problem::new(ProblemCode::Unsupported, "byte 0", what));
        }
        // Of a file beyond the limit nothing was looked at but its bytes as a whole.
        let file = if reading.problems.iter().any(|p| p.place == OVER_LIMIT) {
            FileState::Failed(Failure::TooLarge)
        } else {
            FileState::Read(Box::new(reading.clone()))
        };
        let mut own = tools.works.find(&reading.fingerprint);
        own.extend(tdmai::find(&tools.declarations, &reading.fingerprint));
        for published in &tools.published {
            match published.find(&reading.fingerprint) {
                Ok(hits) => own.extend(hits),
                // Not found and not looked through are two things.
                Err(why) => {
                    let why = why.to_string();
                    reading.problems.push(Problem::new(ProblemCode::Unreadable, "--table", why));
                }
            }
        }
        Had {
            url: String::new(),
            file,
            own,
            problems: reading.problems.clone(),
            reading: Some(reading),
            site: SiteFacts::default(),
            documents: Documents::default(),
            asked: Vec::new(),
        }
    }

    fn nothing(failure: Failure) -> Had {
        Had {
            url: String::new(),
            problems: vec![line::problem_of(&failure)],
            file: FileState::Failed(failure),
            reading: None,
            site: SiteFacts::default(),
            documents: Documents::default(),
            own: Vec::new(),
            asked: Vec::new(),
        }
    }
}

fn conclude(source: &OsStr, had: Had) -> Checked {
    let Had { url, file, reading, site, documents, own, asked, problems } = had;
    let source = source.to_string_lossy().into_owned();
    let kind = match reading.as_ref().and_then(|r| r.media.as_ref()).map(|m| m.kind) {
        Some(MediaKind::Audio) => WorkKind::Audio,
        Some(MediaKind::Video) => WorkKind::Video,
        Some(MediaKind::Image) | None => WorkKind::Image,
    };
    let work = WorkFacts {
        id: 0,
        kind,
        url,
        name: source.clone(),
        width: 0,
        height: 0,
        visible: true,
        links: Vec::new(),
    };
    let inquiry = Inquiry {
        work: &work,
        page: None,
        file: &file,
        site: &site,
        documents: &documents,
        site_awaited: false,
        asked,
        own,
        askable: Vec::new(),
        settings: &Settings::default(),
        miniatures: None,
    };
    let outcome = inquiry.conclude();
    let card = card::draw(&inquiry, &outcome);
    let hits = inquiry.hits().into_iter().cloned().collect();
    let asked = inquiry.asked;
    Checked { source, reading, judgement: outcome.judgement, card, hits, asked, problems }
}

/// Where the problem of a file beyond the limit stands.
const OVER_LIMIT: &str = "the whole file";

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;

    use sayso_core::fingerprint::Fingerprint;
    use sayso_core::registry::wikimedia_commons::REGISTRY;
    use sayso_core::registry::{Endpoint, Fit, Query};
    use serde_json::{Value, json};

    use super::*;
    use crate::web::Patience;

    const SHA1: &str = "6f93079ef1058c53dcfed9eaffff703765dd5a20";

    /// Asks a server on loopback that answers in this way, over real HTTP.
    fn asked(answer: impl Fn(&mut TcpStream) + Send + 'static) -> Answer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = format!("http://{}/w/api.php", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4_096];
                let n = stream.read(&mut request).unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..n]).to_ascii_lowercase();
                assert!(request.contains("api-user-agent: sayso/"), "{request}");
                assert!(!request.contains("cookie:"), "{request}");
                answer(&mut stream);
            }
        });
        let print = Fingerprint { sha1: SHA1.to_string(), ..Fingerprint::default() };
        let query = Query { print: Some(&print), ..Query::default() };
        let request = (REGISTRY.plan)(&query, &Endpoint { api, ..Endpoint::default() }).remove(0);
        let silence = Duration::from_secs(1);
        ask(&REGISTRY, &request, &Web::new(Patience { silence, whole: silence * 3 }))
    }

    fn replay(status: &'static str, headers: &'static str, body: String) -> Answer {
        asked(move |stream| {
            let length = body.len();
            let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body.as_bytes());
        })
    }

    fn is_demo_photo(answer: &Answer) {
        let Answer::Hits { hits } = answer else { panic!("{answer:?}") };
        assert_eq!(hits[0].fit, Fit::Exact);
        let claim = hits[0].statements[0].licence.as_ref().unwrap();
        assert_eq!(claim.creators, ["Alice"]);
        let licence = "https://creativecommons.org/licenses/by-sa/4.0/";
        assert_eq!(claim.uri.as_deref(), Some(licence));
    }

    #[test]
    fn a_registry_that_answers_is_understood_over_http() {
        let found = json!({"batchcomplete": true, "query": {"pages": [{
            "pageid": 2, "ns": 6, "title": "File:Demo photo.jpg", "imageinfo": [{
                "sha1": SHA1, "descriptionurl": "https://commons.example/wiki/File:Demo_photo.jpg",
                "extmetadata": {
                    "LicenseUrl": {"value": "https://creativecommons.org/licenses/by-sa/4.0"},
                    "Artist": {"value": "<a href=\"//example.org\">Alice</a>"}
                }
            }]
        }]}});
        is_demo_photo(&replay("200 OK", "Content-Type: application/json\r\n", found.to_string()));
        let none = json!({"batchcomplete": true});
        assert_eq!(replay("200 OK", "", none.to_string()), Answer::Miss);
    }

    #[test]
    fn a_registry_that_does_not_answer_is_unavailable_or_refused() {
        let busy = replay("429 Too Many Requests", "Retry-After: 30\r\n", "{}".to_string());
        let Answer::Unavailable { retry_after_ms, .. } = busy else { panic!("{busy:?}") };
        assert_eq!(retry_after_ms, Some(30_000));
        let why = |answer: Answer| match answer {
            Answer::Unavailable { why, .. } | Answer::Refused { why } => why,
            other => panic!("{other:?}"),
        };
        let page = "<!DOCTYPE html><title>Log in to this network</title>".to_string();
        assert_eq!(why(replay("200 OK", "", page)), "a web page instead of JSON");
        let cut = r#"{"batchcomplete":true,"query":{"pages":[{"pageid":2,"#.to_string();
        assert_eq!(why(replay("200 OK", "", cut)), "the answer breaks off");
        let large = format!("{{\"batchcomplete\":true,\"x\":\"{}\"}}", "x".repeat(10 << 20));
        assert_eq!(why(replay("200 OK", "", large)), "the answer is larger than we read");
        let silent = asked(|_| std::thread::sleep(Duration::from_secs(5)));
        assert_eq!(why(silent), "the server did not answer in time");
        let broken = asked(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"batch");
        });
        assert!(matches!(broken, Answer::Unavailable { .. }), "{broken:?}");
    }

    #[test]
    fn captured_answers_are_understood_over_http() {
        let Some(samples) = sayso_shelf::at("conformance/registry-samples") else { return };
        let sample = |name: &str| -> String {
            let sample = std::fs::read(samples.join(name)).unwrap();
            let sample: Value = serde_json::from_slice(&sample).unwrap();
            sample["response"].to_string()
        };
        let found = sample("mediawiki/02-generator-sha1-extmetadata.json");
        is_demo_photo(&replay("200 OK", "", found));
        let bad = sample("mediawiki/05-bad-sha1.json");
        let why = "the registry says: invalidsha1hash".to_string();
        assert_eq!(replay("200 OK", "", bad), Answer::Refused { why });
        let busy = sample("made/wikimedia-too-many-requests.json");
        let busy = replay("429 Too Many Requests", "Retry-After: 30\r\n", busy);
        let Answer::Unavailable { retry_after_ms, .. } = busy else { panic!("{busy:?}") };
        assert_eq!(retry_after_ms, Some(30_000));
    }
}
