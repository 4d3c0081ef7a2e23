//! The work that `tests/tests/budgets.rs` counts the instructions of: `budget make FOLDER` makes
//! what the paths work on, `budget run PATH FOLDER` walks one of them once.
//!
//! Only what happens in `hot_path` is counted; reading files and building what is asked is not.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use sayso_core::catalogue::index::Index;
use sayso_core::engine::Engine;
use sayso_core::limits::Limits;
use sayso_core::media;
use sayso_core::message::{Frame, PageEvent, ReadJob, ShellEvent};
use sayso_core::page::{PageFacts, WorkFacts, WorkKind};
use sayso_core::reading::{self, Delivery, Depth};
use sayso_tests::metadata_writer::{Claims, Exif, into_jpeg};
use sayso_tests::{art, tune};

const NOW: u64 = 1_800_000_000_000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", folder] => make(Path::new(folder)),
        ["run", path, folder] => walk(path, Path::new(folder)),
        _ => panic!("budget make FOLDER, or budget run PATH FOLDER"),
    }
}

/// What is counted. Its name is what the counter is told.
#[inline(never)]
fn hot_path(work: impl FnOnce()) {
    work();
}

fn make(folder: &Path) {
    let claims = Claims {
        title: Some("Heron"),
        creator: Some("Nobody"),
        rights: Some("© Nobody"),
        data_mining: Some("DMI-PROHIBITED-AIMLTRAINING"),
        licence: Some("https://creativecommons.org/licenses/by/4.0/"),
        ..Claims::default()
    };
    let exif = Exif { artist: Some("Nobody"), copyright: Some("© Nobody"), ..Exif::default() };
    let heron = art::draw("heron").unwrap();
    // The fast road is only for large ones.
    for (name, width) in [("jpeg", 900), ("large-jpeg", 2_400)] {
        let jpeg = heron.resized(width).jpeg(88);
        fs::write(folder.join(name), into_jpeg(&jpeg, Some(&exif), Some(&claims.xmp()))).unwrap();
    }
    fs::write(folder.join("png"), heron.resized(480).png()).unwrap();
    fs::write(folder.join("sound"), tune::wav()).unwrap();
}

fn walk(path: &str, folder: &Path) {
    let limits = Limits::DEFAULT;
    let file = |name: &str| fs::read(folder.join(name)).unwrap();
    let codes = |name: &str, depth: Depth| {
        let bytes = file(name);
        let mut reading = reading::begin(&bytes, Delivery::default(), &limits);
        hot_path(|| reading::add_codes(&mut reading, &bytes, depth, &limits));
        assert!(reading.fingerprint.codes.is_some());
    };
    match path {
        "search-code-of-a-jpeg" => codes("large-jpeg", Depth::Search),
        "exact-codes-of-a-jpeg" => codes("jpeg", Depth::Exact),
        "exact-codes-of-a-png" => codes("png", Depth::Exact),
        "metadata-of-a-jpeg" => {
            let bytes = file("jpeg");
            hot_path(|| {
                black_box(reading::begin(&bytes, Delivery::default(), &limits));
            });
        }
        "fingerprint-of-a-sound" => {
            let bytes = file("sound");
            let facts = media::open(&bytes, &limits).facts.unwrap();
            hot_path(|| {
                let heard = sayso_sound::listen(&bytes, &facts, &limits);
                assert!(heard.chromaprint.is_some());
            });
        }
        "page-of-a-hundred-works" => page(&file("jpeg")),
        "look-up-in-a-catalogue" => look_up(),
        other => panic!("there is no path {other}"),
    }
}

/// Every work of a page is seen, and every file has been read.
fn page(jpeg: &[u8]) {
    let frame = Frame { tab: 1, frame: 0, private: false };
    let work = |id: u32| WorkFacts {
        id,
        kind: WorkKind::Image,
        url: format!("https://media.example/{id}.jpg"),
        name: format!("Work {id}"),
        width: 200,
        height: 200,
        visible: true,
        links: Vec::new(),
    };
    let works: Vec<WorkFacts> = (1..=100).map(work).collect();
    let read = works.iter().map(|work| {
        let delivery = Delivery { url: work.url.clone(), status: 200, ..Delivery::default() };
        let reading = Box::new(reading::begin(jpeg, delivery, &Limits::DEFAULT));
        ShellEvent::Read { job: ReadJob { url: work.url.clone(), private: false }, reading }
    });
    let read: Vec<ShellEvent> = read.collect();
    let mut engine = Engine::wake(Vec::new(), NOW);
    let page = PageFacts { url: "https://page.example/".into(), ..PageFacts::default() };
    hot_path(|| {
        engine.page(frame, PageEvent::Arrived { page, fresh: true }, NOW);
        engine.page(frame, PageEvent::Seen { works }, NOW);
        for event in read {
            black_box(engine.shell(event, NOW));
        }
    });
}

/// Eight codes of a picture among a million.
fn look_up() {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let asked: Vec<u64> = (0..8).map(|_| next()).collect();
    let mut codes: Vec<u64> = (0..1_000_000).map(|_| next()).collect();
    codes.sort_unstable();
    let index = Index::of(codes);
    hot_path(|| {
        let mut found = 0;
        asked.iter().for_each(|code| index.near(*code, |_| found += 1));
        black_box(found);
    });
}
