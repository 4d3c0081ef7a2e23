//! `sayso report verify`: a sound bundle, a changed one, and something else.

mod support;

use sayso_core::limits::Limits;
use sayso_core::page::{PageFacts, WorkFacts, WorkKind};
use sayso_core::reading::{self, Delivery};
use sayso_core::report::{BundleFile, Draft, Packing, Received, bundle, rfc3161, sha256, zip};
use sayso_shelf::authority::Authority;
use support::{folder, run};

const AT: u64 = 1_795_000_000_000;
const BYTES: &[u8] = b"the bytes as received";

fn sound() -> Vec<u8> {
    zip(&files(), AT).unwrap()
}

fn files() -> Vec<BundleFile> {
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
    bundle(&packing).unwrap()
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

/// The judge of requests and answers is openssl: it makes the authority, and it checks the stamp.
#[test]
fn a_time_stamp_of_an_authority_is_checked_and_a_forged_one_is_not_believed() {
    let folder = folder("authority");
    let Some(authority) = Authority::in_folder(&folder).unwrap() else { return };
    let mut files = files();
    let sums = files.last().unwrap().bytes.clone();
    let nonce = *b"8 bytes!";
    let answer = authority.answer(&rfc3161::request(sha256(&sums), nonce)).unwrap();
    let stamp = rfc3161::check(&answer, sha256(&sums), nonce).unwrap();
    assert!(rfc3161::check(&answer, sha256(&sums), [1; 8]).is_err());

    let on_disk = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let (data, token) = (on_disk("SHA256SUMS", &sums), on_disk("SHA256SUMS.tsr", &answer));
    authority.vouches_for(&data, &token).unwrap();

    files.push(BundleFile { name: rfc3161::FILE.to_string(), bytes: answer.clone() });
    let verify = |files: &[BundleFile], trust: &[&str]| {
        let path = on_disk("stamped.zip", &zip(files, AT).unwrap());
        let words = [&["report", "verify"], trust, &[path.to_str().unwrap()]].concat();
        let output = run(&words, "");
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (status, text) = verify(&files, &[]);
    assert_eq!(status, Some(0), "{text}");
    let said =
        format!("Checked: Clock of the tests has signed that it had this number at {}", stamp.time);
    assert!(text.contains(&said) && text.contains("Nobody vouches"), "{text}");
    let root = authority.root();
    let (status, text) = verify(&files, &["--trust", root.to_str().unwrap()]);
    assert_eq!(status, Some(0), "{text}");
    assert!(text.contains("A list of trusted authorities vouches"), "{text}");

    // The time it states, one day on: nobody has signed that.
    let day = stamp.time.replace(['-', ':', 'T'], "");
    let place = answer.windows(14).position(|w| w == &day.as_bytes()[..14]).unwrap();
    let mut forged = answer.clone();
    forged[place + 3] ^= 1;
    files.last_mut().unwrap().bytes = forged;
    let (status, text) = verify(&files, &["--trust", root.to_str().unwrap()]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("Not proved: when") && !text.contains("Checked:"), "{text}");

    // A good stamp of something else.
    let other = authority.answer(&rfc3161::request([7; 32], nonce)).unwrap();
    files.last_mut().unwrap().bytes = other;
    let (status, text) = verify(&files, &[]);
    assert_eq!(status, Some(1), "{text}");
    assert!(text.contains("it is about another bundle") && !text.contains("Checked:"), "{text}");
}
