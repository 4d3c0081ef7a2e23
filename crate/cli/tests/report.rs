//! `sayso report verify`: a sound bundle, a changed one, and something else.

mod support;

use sayso_core::limits::Limits;
use sayso_core::page::{PageFacts, WorkFacts, WorkKind};
use sayso_core::reading::{self, Delivery};
use sayso_core::report::{Draft, Packing, Received, bundle, zip};
use support::{folder, run};

const AT: u64 = 1_795_000_000_000;
const BYTES: &[u8] = b"the bytes as received";

fn sound() -> Vec<u8> {
    let page = PageFacts { url: "https://gallery.example/".to_string(), ..PageFacts::default() };
    let work = WorkFacts {
        id: 1,
        kind: WorkKind::Image,
        url: "https://gallery.example/work.jpg".to_string(),
        name: String::new(),
        width: 0,
        height: 0,
        visible: true,
        links: Vec::new(),
    };
    let draft = Draft {
        id: "a".to_string(),
        at: AT,
        page,
        work: Some(work),
        reading: Some(reading::read(BYTES, Delivery::default(), &Limits::DEFAULT)),
        failure: None,
        statements: Vec::new(),
        card: None,
        signals: Vec::new(),
        answers: Vec::new(),
        private: false,
    };
    let packing = Packing {
        draft: &draft,
        received: Some(Received { bytes: BYTES, at: AT }),
        notice: "Dear host",
        capture: None,
        tool_version: "0.1.0",
        created: AT,
    };
    zip(&bundle(&packing).unwrap(), AT).unwrap()
}

#[test]
fn a_bundle_is_weighed() {
    let path = folder("bundle").join("bundle.zip");
    let verify = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let output = run(&["report", "verify", path.to_str().unwrap()], "");
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let good = sound();
    let (status, text) = verify(&good);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("ok       asset.bin"), "{text}");
    assert!(text.contains("Proved: no file was changed"), "{text}");
    assert!(text.contains("Only claimed"), "{text}");
    assert!(!text.contains("CHANGED") && !text.contains("FAULT"), "{text}");

    let mut bad = good.clone();
    let place = good.windows(9).position(|w| w == b"the bytes").unwrap();
    bad[place] = b'T';
    let (status, text) = verify(&bad);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("CHANGED") || text.contains("FAULT"), "{text}");
    assert!(text.contains("Proved: nothing"), "{text}");

    for nothing in [&b""[..], b"PK\x03\x04", b"<html>"] {
        let (status, text) = verify(nothing);
        assert_eq!(status, Some(1), "{text}");
        assert!(text.contains("Proved: nothing"), "{text}");
    }
    assert_eq!(run(&["report", "verify", "no such bundle"], "").status.code(), Some(1));
}
