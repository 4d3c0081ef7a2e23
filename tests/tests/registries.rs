//! Registries that cannot be had here, replayed over real HTTP: hand-made answers in the shapes
//! of their documentation, and every way in which a server can fail.
//!
//! The answers lie in the shared folder's `conformance/registry-samples`; where that is not, what
//! follows is skipped and says so.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use sayso_core::fingerprint::{Chromaprint, Fingerprint, ImageCodes, Iscc, iscc};
use sayso_core::registry::{
    Answer, Endpoint, Fit, Hit, Lead, Query, REGISTRIES, Registry, Request, Response,
};
use sayso_core::vocabulary::{Use, Verdict};
use sayso_tests::loopback;
use serde_json::Value;

/// A server that answers each path as it was told to.
struct Replay {
    home: String,
    answers: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Replay {
    fn start() -> Replay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let home = format!("http://{}", listener.local_addr().unwrap());
        let answers: Arc<Mutex<BTreeMap<String, (u16, String)>>> = Arc::default();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (told, heard) = (answers.clone(), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut question = vec![0; 16 << 10];
                let length = stream.read(&mut question).unwrap_or(0);
                let question = String::from_utf8_lossy(&question[..length]).into_owned();
                let target = question.split(' ').nth(1).unwrap_or_default().to_string();
                heard.lock().unwrap().push(target.clone());
                let path = target.split('?').next().unwrap_or_default();
                let answers = told.lock().unwrap();
                let missing = (404, "{}".to_string());
                let (status, body) = answers.get(path).unwrap_or(&missing);
                let head = format!(
                    "HTTP/1.0 {status} X\r\nContent-Type: application/json\r\nRetry-After: 30\r\n\
                     Content-Length: {}\r\n\r\n",
                    body.len()
                );
                // Who has read enough may hang up.
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(body.as_bytes());
            }
        });
        Replay { home, answers, asked }
    }

    fn tell(&self, path: &str, status: u16, body: String) {
        self.answers.lock().unwrap().insert(path.to_string(), (status, body));
    }

    fn endpoint(&self, path: &str) -> Endpoint {
        let api = format!("{}{path}", self.home);
        Endpoint { api, media: format!("{}/", self.home), key: "TESTKEY".to_string() }
    }

    fn ask(&self, registry: &Registry, request: &Request) -> Answer {
        let response: Response = loopback::get(&request.url, &request.headers).unwrap();
        (registry.read)(request, &response)
    }
}

fn registry(id: &str) -> &'static Registry {
    REGISTRIES.iter().find(|r| r.id == id).unwrap()
}

/// One hand-made answer; `None` says that the shared folder is not here.
fn sample(name: &str) -> Option<Value> {
    let path = sayso_shelf::at(&format!("conformance/registry-samples/made/{name}"))?;
    let text = fs::read_to_string(path).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

fn only(answer: Answer) -> Hit {
    match answer {
        Answer::Hits { mut hits } if hits.len() == 1 => hits.remove(0),
        other => panic!("{other:?}"),
    }
}

fn print() -> Fingerprint {
    Fingerprint {
        blake3: "55529bfae5bdb3d530c52f44d13ccd6a7c710f63620dc2db1c43c5592ae2dc97".to_string(),
        sha1: "1fe722bbbd5d947a74d08293a171eba6f4faafa4".to_string(),
        iscc: Iscc {
            image: Some("ISCC:EEA4GQZQTY6J5DTH".to_string()),
            data: Some("ISCC:GAA6Z2VJLX46FD6Q".to_string()),
            instance: Some("ISCC:IAAVKUU37LS33M6V".to_string()),
            ..Iscc::default()
        },
        phash: Some("c343309e3c9e8e67".to_string()),
        dhash: Some("c8c8c8e06161e9c6".to_string()),
        ..Fingerprint::default()
    }
}

#[test]
fn a_declaration_leads_over_its_gateway_to_a_no() {
    let (Some(lookup), Some(document), Some(tdm)) = (
        sample("iscc-hub-lookup.json"),
        sample("iscc-gateway-cid-document.json"),
        sample("iscc-service-tdm.json"),
    ) else {
        return;
    };
    let replay = Replay::start();
    // The samples name a host that is not there; this server stands in for it.
    let here = |body: &Value| {
        body["response"].to_string().replace("https://gateway.example", &replay.home)
    };
    replay.tell("/lookup", 200, here(&lookup));
    replay.tell("/maigirmucysaaaab", 200, here(&document));
    replay.tell("/maigirmucysaaaab/tdm.json", 200, here(&tdm));

    let (hub, gateway) = (registry("iscc-hub"), registry("iscc-gateway"));
    let print = print();
    let query = Query { print: Some(&print), ..Query::default() };
    let request = (hub.plan)(&query, &replay.endpoint("/")).remove(0);
    let mut leads: Vec<Lead> = only(replay.ask(hub, &request)).leads;
    for _ in 0..2 {
        let query = Query { leads: &leads, ..Query::default() };
        let request = (gateway.plan)(&query, &Endpoint::default()).remove(0);
        let hit = only(replay.ask(gateway, &request));
        assert_eq!(hit.fit, Fit::Exact);
        if let Some(statement) = hit.statements.first() {
            let stance = statement.verdicts[&Use::TrainGen];
            assert_eq!(stance.verdict, Verdict::Conditional);
            assert_eq!(statement.offers, ["https://creator.example/tdm-policy.json"]);
            return;
        }
        leads = hit.leads;
    }
    panic!("the TDM service was never reached: {:?}", replay.asked.lock().unwrap());
}

#[test]
fn a_sound_is_named_and_then_its_licence_is_found() {
    let (Some(lookup), Some(recording)) =
        (sample("acoustid-lookup.json"), sample("musicbrainz-recording.json"))
    else {
        return;
    };
    let replay = Replay::start();
    replay.tell("/v2/lookup", 200, lookup["response"].to_string());
    let id = recording["response"]["id"].as_str().unwrap();
    replay.tell(&format!("/ws/2/recording/{id}"), 200, recording["response"].to_string());

    let (acoustid, musicbrainz) = (registry("acoustid"), registry("musicbrainz"));
    let compressed = lookup["request"]["form"]["fingerprint"].as_str().unwrap().to_string();
    let chromaprint = Chromaprint { duration_s: 15.0, compressed, items: 104 };
    let print = Fingerprint { chromaprint: Some(chromaprint), ..Fingerprint::default() };
    let query = Query { print: Some(&print), ..Query::default() };
    let request = (acoustid.plan)(&query, &replay.endpoint("/v2/lookup")).remove(0);
    let named = only(replay.ask(acoustid, &request));
    assert!(replay.asked.lock().unwrap()[0].contains("client=TESTKEY"));

    let query = Query { leads: &named.leads, ..Query::default() };
    let request = (musicbrainz.plan)(&query, &replay.endpoint("/ws/2/")).remove(0);
    let hit = only(replay.ask(musicbrainz, &request));
    let claim = hit.statements[0].licence.as_ref().unwrap();
    assert_eq!(claim.uri.as_deref(), Some("https://creativecommons.org/licenses/by/4.0/"));
    assert_eq!(hit.title.as_deref(), Some("Demo"));
}

#[test]
fn pictures_are_found_by_their_code_and_by_their_address() {
    let names = [
        "commonsdb-search.json",
        "toolforge-imagehash-search.json",
        "internet-archive-metadata.json",
        "flickr-oembed.json",
        "openverse-image.json",
        "c2pa-sbr-matches.json",
    ];
    let Some(samples) = names.into_iter().map(sample).collect::<Option<Vec<Value>>>() else {
        return;
    };
    let [commonsdb, imagehash, archive, flickr, openverse, resolver] = samples.as_slice() else {
        unreachable!()
    };
    let replay = Replay::start();
    let print = print();
    let by_print = Query { print: Some(&print), ..Query::default() };

    let client = registry("commonsdb");
    let request = (client.plan)(&by_print, &replay.endpoint("/search-iscc/")).remove(0);
    let path = format!("/search-iscc/{}", request.key);
    let asked = commonsdb["response"].to_string();
    let echo = |body: &str| {
        let mut body: Value = serde_json::from_str(body).unwrap();
        body["q"] = request.key.clone().into();
        body.to_string()
    };
    replay.tell(&path, 200, asked.clone());
    let why = "an answer for another key".to_string();
    assert_eq!(replay.ask(client, &request), Answer::Refused { why });
    // The sample's record has the Instance-Code that this test has: the very bytes.
    replay.tell(&path, 200, echo(&asked));
    let hit = only(replay.ask(client, &request));
    assert_eq!(hit.fit, Fit::Exact);
    let claim = hit.statements[0].licence.as_ref().unwrap();
    assert_eq!(claim.uri.as_deref(), Some("https://creativecommons.org/licenses/by/4.0/"));

    let client = registry("imagehash-toolforge");
    let request = (client.plan)(&by_print, &replay.endpoint("/search")).remove(0);
    replay.tell("/search", 200, imagehash["response"].to_string());
    assert_eq!(only(replay.ask(client, &request)).leads[0].name, "2");

    let client = registry("internet-archive");
    let url = format!("{}/download/demo-item/demo.mp3", replay.home);
    let query = Query { url: &url, ..by_print };
    let request = (client.plan)(&query, &replay.endpoint("/metadata/")).remove(0);
    assert_eq!(
        replay.ask(client, &request),
        Answer::Refused { why: "the server answered 404".into() }
    );
    replay.tell("/metadata/demo-item", 200, archive["response"].to_string());
    assert_eq!(only(replay.ask(client, &request)).fit, Fit::Exact);

    let client = registry("flickr");
    let url = "https://live.staticflickr.com/1/42_secret_n.jpg";
    let request = (client.plan)(&Query { url, ..by_print }, &replay.endpoint("/oembed")).remove(0);
    replay.tell("/oembed", 200, flickr["response"].to_string());
    let hit = only(replay.ask(client, &request));
    assert_eq!(hit.record_url.as_deref(), Some("https://www.flickr.com/photos/alice/42/"));

    // The sample is a search; what is asked for is one of its results.
    let client = registry("openverse");
    let found = &openverse["response"]["results"][0];
    let id = found["id"].as_str().unwrap();
    let endpoint = Endpoint { media: replay.home.clone() + "/v1/", ..replay.endpoint("/v1/") };
    let url = format!("{}/v1/{id}/thumb/", replay.home);
    let request = (client.plan)(&Query { url: &url, ..by_print }, &endpoint).remove(0);
    replay.tell(&format!("/v1/{id}/"), 200, found.to_string());
    let claim = only(replay.ask(client, &request)).statements[0].licence.clone().unwrap();
    let licence = "https://creativecommons.org/licenses/by-nc/2.0/";
    assert_eq!(claim.uri.as_deref(), Some(licence));

    let client = registry("c2pa-resolver");
    let data_256 =
        iscc::shortened("ISCC:GAD6Z2VJLX46FD6QVSSCW3BOUAIV5GRINTAHISA6UQIHPLWH3YBGAHQ", 256);
    let code = "a5".repeat(32);
    let [exact, tolerant, untrimmed] = [&code; 3].map(String::clone);
    let sequenced = Fingerprint {
        codes: Some(ImageCodes { exact, tolerant, untrimmed, inset: String::new() }),
        iscc: Iscc { data_256, ..print.iscc.clone() },
        ..print.clone()
    };
    let query = Query { print: Some(&sequenced), ..Query::default() };
    let request = (client.plan)(&query, &replay.endpoint("/v1")).remove(0);
    replay.tell("/v1/matches/byBinding", 200, resolver["response"].to_string());
    let hit = only(replay.ask(client, &request));
    assert!(hit.statements.is_empty(), "a manifest of a similar work states nothing");
}

#[test]
fn a_server_that_fails_is_never_taken_for_an_answer() {
    let replay = Replay::start();
    let large = format!("[{}1]", "1,".repeat(5 << 20));
    let cases = [
        (429, "{}".to_string(), false),
        (503, "busy".to_string(), false),
        (200, "[{\"iscc_id\":".to_string(), false),
        (200, "<!doctype html><title>Log in</title>".to_string(), true),
        (200, large, true),
        (200, "{\"detail\": \"x\"}".to_string(), true),
    ];
    for (status, body, available) in cases {
        replay.tell("/question", status, body);
        for client in REGISTRIES {
            let request = Request {
                registry: client.id.to_string(),
                key: "a/b/c d".to_string(),
                url: format!("{}/question", replay.home),
                headers: Vec::new(),
                privacy: client.privacy[0],
                via: Some(Fit::Exact),
            };
            match replay.ask(client, &request) {
                Answer::Unavailable { retry_after_ms, .. } => {
                    assert!(!available, "{}: {status}", client.id);
                    assert_eq!(retry_after_ms, Some(30_000), "{}", client.id);
                }
                Answer::Refused { .. } => assert!(available, "{}: {status}", client.id),
                other => panic!("{}: {status}: {other:?}", client.id),
            }
        }
    }
}
