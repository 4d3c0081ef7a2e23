//! The client of iscc-search against a real one: declared works are found by the very bytes
//! and by a like picture, and what is far is not.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use sayso_core::fingerprint::Fingerprint;
use sayso_core::limits::Limits;
use sayso_core::reading::{self, Delivery};
use sayso_core::registry::iscc_search::REGISTRY;
use sayso_core::registry::{Answer, Endpoint, Fit, Hit, Lead, Query, Request};
use sayso_tests::iscc_search::IsccSearch;
use sayso_tests::loopback;
use serde_json::json;

const ID: &str = "ISCC:MAIGIRMUCYSAAAAB";

#[test]
fn a_real_index_is_asked_and_understood() {
    let Some(search) = IsccSearch::start().unwrap() else {
        println!("skipped: no iscc-search here (cargo xtask test installs it with pip)");
        return;
    };
    let original = picture(0, ImageFormat::Png);
    let declared = print(&original);
    let (iscc, codes) = (declared.iscc.clone(), declared.codes.clone().unwrap());
    assert!(!declared.doubtful() && codes.exact.len() == 64);
    search
        .add(&json!([{
            "iscc_id": ID,
            "iscc_code": iscc.code,
            "units": [iscc.image_256, iscc.data_256, iscc.instance],
            "metadata": {"name": "Waves", "gateway": "https://gateway.example/{iscc_id}"}
        }]))
        .unwrap();

    let found = hits(&search, &declared, &[]);
    assert_eq!((found[0].record_id.as_str(), &found[0].fit), (ID, &Fit::Exact));
    assert_eq!(found[0].title.as_deref(), Some("Waves"));

    // The same pixels in other bytes: 64 bits find them, the 256 bits of the record confirm.
    let copy = print(&picture(0, ImageFormat::WebP));
    let found = hits(&search, &copy, &[]);
    assert!(matches!(found[0].fit, Fit::Near { bits: 64, .. }), "{:?}", found[0].fit);
    let looked = hits(&search, &copy, &found[0].leads).remove(0);
    assert!(matches!(looked.fit, Fit::Near { bits: 256, sure: true, .. }), "{:?}", looked.fit);
    let gateway = &looked.leads[0];
    assert_eq!(gateway.registry, "iscc-gateway");
    assert!(gateway.name.ends_with(" https://gateway.example/isccmaigirmucysaaaab"));

    let stranger = print(&picture(1, ImageFormat::Png));
    assert_eq!(ask(&questions(&search, &stranger, &[])[0]), Answer::Miss);

    let endpoint =
        Endpoint { api: search.endpoint().api.replace("tests", "nope"), ..search.endpoint() };
    let query = Query { print: Some(&declared), ..Query::default() };
    let nowhere = (REGISTRY.plan)(&query, &endpoint).remove(0);
    let why = "there is no such index or record".to_string();
    assert_eq!(ask(&nowhere), Answer::Refused { why });
}

/// The public log of a hub, on a plain file server, is all that an aggregator needs; what it makes of
/// it is found by a client that is told where it is.
#[cfg(feature = "browser")]
#[test]
fn a_real_aggregator_follows_a_log_and_is_asked() {
    use std::time::{Duration, Instant};

    use sayso_core::fingerprint::Iscc;
    use sayso_tests::site::{Answer as Answered, Hosts};

    let Some(log) = sayso_shelf::at("conformance/registry-samples/iscc-hub-log") else { return };
    let hosts = Hosts::start().unwrap();
    let hub = hosts.site("127.0.0.1");
    let read = |name: &str| std::fs::read(log.join(name)).unwrap();
    // A checkpoint names its log by the address.
    let checkpoint = String::from_utf8(read("checkpoint")).unwrap();
    let checkpoint = checkpoint.replace("127.0.0.1:8125", &format!("127.0.0.1:{}", hosts.port()));
    hub.put("/log/checkpoint", Answered::of("text/plain", checkpoint));
    let entries = read("entries-000.p-3.bin");
    hub.put("/log/tile/entries/000.p/3", Answered::of("application/octet-stream", entries));
    let key = "z6MkjiQg5Af6gm7Biuz78q1RuwHrz44AkhAt4upTUMwM99ss";
    let Some(search) = IsccSearch::follow(&hub.origin(), key).unwrap() else {
        println!("skipped: no iscc-search here (cargo xtask test installs it with pip)");
        return;
    };
    let code = "ISCC:KEA4GQZQTY6J5DTH5TVKSXPZ4KH5AVKSTP5OLPNT2U".to_string();
    let iscc = Iscc { code: Some(code), ..Iscc::default() };
    let declared = Fingerprint { iscc, ..Fingerprint::default() };
    let patience = Instant::now() + Duration::from_secs(60);
    let found = loop {
        match ask(&questions(&search, &declared, &[])[0]) {
            Answer::Hits { hits } => break hits,
            _ if Instant::now() < patience => std::thread::sleep(Duration::from_millis(200)),
            other => panic!("it has not taken over the log: {other:?}"),
        }
    };
    assert_eq!((found[0].record_id.as_str(), &found[0].fit), (ID, &Fit::Exact));
    let looked = hits(&search, &declared, &found[0].leads).remove(0);
    let gateway = &looked.leads[0];
    assert_eq!(gateway.registry, "iscc-gateway");
    assert!(gateway.name.contains(" https://gateway.example/"), "{}", gateway.name);
}

/// Two pictures that have nothing in common, in several formats.
fn picture(which: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(320, 240, |x, y| {
        let (x, y) = (x as f32 / 320.0, y as f32 / 240.0);
        let light = match which {
            0 => (x * 9.0 + (y * 7.0).sin() * 2.0).sin() * (1.0 - y) + x * y,
            _ => ((x - 0.7).powi(2) * 30.0 + (y * y * 40.0).cos()).cos() * y,
        };
        let level = ((light + 1.5) * 80.0).clamp(0.0, 255.0) as u8;
        Rgb([level, level.wrapping_add(20), 255 - level])
    });
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn print(bytes: &[u8]) -> Fingerprint {
    reading::read(bytes, Delivery::default(), &Limits::DEFAULT).fingerprint
}

fn questions(search: &IsccSearch, print: &Fingerprint, leads: &[Lead]) -> Vec<Request> {
    let query = Query { print: Some(print), leads, ..Query::default() };
    (REGISTRY.plan)(&query, &search.endpoint())
}

fn ask(request: &Request) -> Answer {
    (REGISTRY.read)(request, &loopback::get(&request.url, &request.headers).unwrap())
}

fn hits(search: &IsccSearch, print: &Fingerprint, leads: &[Lead]) -> Vec<Hit> {
    let request = questions(search, print, leads).pop().unwrap();
    match ask(&request) {
        Answer::Hits { hits } => hits,
        other => panic!("{}: {other:?}", request.url),
    }
}
