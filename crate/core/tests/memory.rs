//! How much memory a picture takes above the file itself: honest ones on each road to their codes,
//! and hostile ones, which must also come to an end and say what is wrong with them.
//!
//! Measured by a counting allocator. The honest ones are drawn and written here, so that numbers
//! are the same everywhere; pointers are shorter in WebAssembly, rows and buffers are not. The
//! hostile ones lie beside the repository (`../shared/corpus`, or `$SAYSO_SHARED/corpus`: its
//! folder `malformed`, and what is broken of PngSuite, <http://www.schaik.com/pngsuite/>); where
//! they are missing, the test says so and passes. Left out: speed, see the benches.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../../pixels/tests/encoder/mod.rs"]
mod encoder;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use encoder::{Plan, encode};
use image::{ExtendedColorType, ImageEncoder};
use peak_alloc::PeakAlloc;
use sayso_core::fingerprint::{self, Fingerprint};
use sayso_core::limits::Limits;
use sayso_core::media::{self, MediaFacts, MediaKind};
use sayso_core::reading::{self, Delivery, Depth, Reading};
use sayso_core::vocabulary::{Problem, ProblemCode};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A twelve-megapixel photograph.
const WIDTH: usize = 4_032;
const HEIGHT: usize = 3_024;

/// What a JPEG of any kind and on any road may take above its file: 16 MiB.
const CEILING: f64 = 16.0;

/// Waves with no likeness between their four quarters, and a little grain; a white frame of so
/// many pixels.
fn scene(frame: usize) -> impl Fn(usize, usize, usize) -> u8 {
    move |component, x, y| {
        let edge = x.min(y).min(WIDTH.abs_diff(x + 1)).min(HEIGHT.abs_diff(y + 1));
        if edge < frame {
            return if component == 0 { 255 } else { 128 };
        }
        let (u, v) = (x as f32 / WIDTH as f32, y as f32 / HEIGHT as f32);
        let wave = (u * 9.0 + v * v * 5.0).sin() * 60.0 + (v * 13.0 - u * u * 7.0).cos() * 50.0;
        let share = [1.0, 0.2, -0.3][component % 3];
        (120.0 + wave * share) as u8 + ((x * 31 + y * 17) % 9) as u8
    }
}

/// The most memory that was held above what was there before, in MiB.
fn peak<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let made = work();
    (MEMORY.peak_usage().saturating_sub(before) as f64 / f64::from(1 << 20), made)
}

type Road = fn(&[u8], Option<&MediaFacts>, &Limits) -> (Fingerprint, Vec<Problem>);

const SEARCH: Road = fingerprint::compute_for_search;
const EXACT: Road = fingerprint::compute;

fn measured(
    name: &str,
    bytes: &[u8],
    road: Road,
    orientation: u8,
    ceiling: f64,
) -> (Fingerprint, Vec<Problem>) {
    let facts = media::open(bytes, &Limits::DEFAULT).facts.unwrap();
    let facts = MediaFacts { orientation: Some(orientation), ..facts };
    let (most, made) = peak(|| road(bytes, Some(&facts), &Limits::DEFAULT));
    let road = if made.0.approximate { "fast" } else { "full" };
    println!("{name:42} {:5} KB  {road} road  {most:6.2} MiB", bytes.len() / 1_000);
    assert!(most <= ceiling, "{name}: {most:.2} MiB above the file, more than {ceiling}");
    made
}

/// Tests run side by side, and there is one account of memory.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|fault| fault.into_inner())
}

#[test]
fn codes_are_had_within_sixteen_mebibytes_above_the_file() {
    let _alone = alone();
    for (kind, plan) in [
        ("baseline", Plan::new(WIDTH, HEIGHT)),
        ("progressive", Plan { progressive: true, ..Plan::new(WIDTH, HEIGHT) }),
    ] {
        let bytes = encode(&plan, &scene(0));
        let (codes, _) = measured(&format!("12 MP {kind}"), &bytes, SEARCH, 1, 2.0);
        assert!(codes.approximate && codes.codes.is_some());
        let (upright, _) = measured(&format!("12 MP {kind}, exact"), &bytes, EXACT, 1, CEILING);
        let (turned, _) =
            measured(&format!("12 MP {kind}, exact, turned"), &bytes, EXACT, 6, CEILING);
        assert!(upright.codes.is_some() && turned.codes.is_some());
        assert_ne!(upright.codes, turned.codes);
        assert_eq!(upright.phash, turned.phash);

        let framed = encode(&plan, &scene(90));
        let (codes, _) = measured(&format!("12 MP {kind}, framed"), &framed, SEARCH, 1, CEILING);
        assert!(!codes.approximate);
        let bodies = codes.codes.unwrap();
        assert_ne!(bodies.exact, bodies.untrimmed);
        let name = format!("12 MP {kind}, framed, exact, turned");
        assert!(measured(&name, &framed, EXACT, 3, CEILING).0.codes.is_some());
    }

    // Just below what is kept of a JPEG, at full sampling.
    let plan = Plan { sampling: vec![(1, 1); 3], ..Plan::new(2_300, 1_800) };
    let bytes = encode(&plan, &scene(0));
    assert!(measured("4 MP, exact", &bytes, EXACT, 6, CEILING).0.codes.is_some());

    let bytes = hundred_megapixels();
    let (codes, _) = measured("100 MP", &bytes, SEARCH, 1, 8.0);
    assert!(codes.approximate && codes.codes.is_some());
    let (codes, problems) = measured("100 MP, exact", &bytes, EXACT, 1, 8.0);
    // Refused as too large, and said so; those to search by are had nonetheless.
    assert_eq!(problems.iter().map(|p| p.code).collect::<Vec<_>>(), [ProblemCode::OverLimit]);
    assert!(problems[0].message.contains("12000 by 8400"), "{}", problems[0].message);
    assert!(codes.approximate && codes.codes.is_some() && codes.iscc.image.is_none());

    // Other decoders give a whole picture at once: its pixels are held, and nothing beside them.
    let pixels: Vec<u8> = (0..2_000usize * 1_500 * 4)
        .map(|i| scene(0)(i % 4, i / 4 % 2_000, i / 8_000) | if i % 4 == 3 { 128 } else { 0 })
        .collect();
    let mut bytes = Vec::new();
    image::codecs::png::PngEncoder::new(&mut bytes)
        .write_image(&pixels, 2_000, 1_500, ExtendedColorType::Rgba8)
        .unwrap();
    let held = pixels.len() as f64 / f64::from(1 << 20);
    assert!(measured("3 MP PNG with alpha", &bytes, EXACT, 6, held + 2.0).0.codes.is_some());
}

/// A picture of a few rows of MCUs, each again and again: restart markers let them stand alone.
fn hundred_megapixels() -> Vec<u8> {
    const SIZE: (usize, usize) = (12_000, 8_400);
    const ROWS: usize = 20;
    let plan = Plan { restart: SIZE.0 / 16, ..Plan::new(SIZE.0, 16 * ROWS) };
    let few = encode(&plan, &|c, x, y| scene(0)(c, x / 3, y * HEIGHT / (16 * ROWS)));
    let of = |marker: u8| few.windows(2).position(|w| w == [0xFF, marker]).unwrap();
    let (frame, scan) = (of(0xC1), of(0xDA));
    let data = scan + 2 + usize::from(few[scan + 3]);
    let mut rows = vec![Vec::new()];
    for byte in &few[data..few.len() - 2] {
        match rows.last_mut().unwrap() {
            row if row.last() == Some(&0xFF) && (0xD0..0xD8).contains(byte) => {
                row.pop();
                rows.push(Vec::new());
            }
            row => row.push(*byte),
        }
    }
    assert_eq!(rows.len(), ROWS);
    let mut bytes = few[..data].to_vec();
    bytes[frame + 5..frame + 7].copy_from_slice(&(SIZE.1 as u16).to_be_bytes());
    let down = SIZE.1 / 16;
    for i in 0..down {
        if i > 0 {
            bytes.extend([0xFF, 0xD0 + ((i - 1) % 8) as u8]);
        }
        bytes.extend(&rows[i * ROWS / down]);
    }
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// What one hostile file may take: 256 MiB, and a time that no honest machine needs (processor
/// time of other programs counts too, so it is wide).
const HOSTILE_MOST: f64 = 256.0;
const HOSTILE_TIME: Duration = Duration::from_secs(10);

/// What is refused by its header, and what its size is said to be.
const BOMBS: [(&str, &str); 7] = [
    ("png-bomb-19000x19000-gray1.png", "19000 by 19000"),
    ("png-bomb-6000x6000-rgba16.png", "6000 by 6000"),
    ("png-lie-65535x65535.png", "65535 by 65535"),
    ("png-lie-2^31.png", ""),
    ("jpeg-lie-65500x65500.jpg", "65500 by 65500"),
    ("gif-lie-65535x65535.gif", "65535 by 65535"),
    ("bmp-lie-2^31.bmp", ""),
];

fn read(bytes: &[u8], depth: Depth) -> Reading {
    let mut reading = reading::begin(bytes, Delivery::default(), &Limits::DEFAULT);
    reading::add_codes(&mut reading, bytes, depth, &Limits::DEFAULT);
    reading.close();
    reading
}

#[test]
fn hostile_files_come_to_an_end_within_bounds_and_say_what_is_wrong() {
    let Some(corpus) = corpus() else { return };
    let _alone = alone();
    let mut files = gathered(&corpus.join("malformed"));
    let suite = gathered(&corpus.join("formats/pngsuite"));
    // Names that begin with x are broken on purpose.
    let named = |file: &PathBuf| file.file_name().unwrap().to_str().unwrap().to_string();
    files.extend(suite.into_iter().filter(|file| named(file).starts_with('x')));
    assert!(files.len() > 300);
    let (mut slowest, mut largest) = ((Duration::ZERO, ""), (0.0, ""));
    let names: Vec<String> = files.iter().map(named).collect();
    let (mut coded, mut refused, mut bombs) = (0, 0, 0);
    for (file, name) in files.iter().zip(&names) {
        let bytes = fs::read(file).unwrap();
        for depth in [Depth::Search, Depth::Exact] {
            let start = Instant::now();
            let (most, reading) = peak(|| read(&bytes, depth));
            let took = start.elapsed();
            assert!(took < HOSTILE_TIME, "{name} took {took:?}");
            assert!(most < HOSTILE_MOST, "{name} took {most:.0} MiB");
            slowest = slowest.max((took, name));
            if most > largest.0 {
                largest = (most, name);
            }
            assert_eq!(reading.fingerprint.blake3.len(), 64);
            let kind = reading.media.as_ref().map(|media| media.kind);
            let has_code = reading.fingerprint.codes.is_some();
            coded += usize::from(has_code);
            // No picture and no code is no wonder; no code and no reason is one.
            if !has_code && matches!(kind, None | Some(MediaKind::Image)) {
                refused += 1;
                assert!(!reading.problems.is_empty(), "{name}: no code, and no word why");
            }
            for problem in &reading.problems {
                assert!(!problem.place.is_empty() && !problem.message.is_empty(), "{name}");
            }
            if let Some((_, size)) = BOMBS.iter().find(|(bomb, _)| bomb == name) {
                bombs += 1;
                assert!(!has_code && most < 4.0, "{name} took {most:.0} MiB");
                let said =
                    |p: &Problem| p.code == ProblemCode::OverLimit && p.message.contains(size);
                assert!(reading.problems.iter().any(said), "{name}: {:?}", reading.problems);
            }
            if name.starts_with('x') {
                assert!(!has_code, "{name} has a code");
            }
        }
    }
    println!("{} files on two roads: {coded} coded, {refused} not, and said why", files.len());
    println!("slowest {slowest:?}, largest {:.1} MiB, {}", largest.0, largest.1);
    assert_eq!(bombs, 2 * BOMBS.len());
}

#[test]
fn half_a_picture_has_no_code_and_keeps_its_metadata() {
    let Some(corpus) = corpus() else { return };
    let _alone = alone();
    let mut tried = 0;
    for file in gathered(&corpus.join("metadata")) {
        let bytes = fs::read(&file).unwrap();
        let whole = read(&bytes, Depth::Exact);
        let jpeg = bytes.starts_with(&[0xFF, 0xD8, 0xFF]);
        // Its data, after which there is no metadata.
        let data = bytes.windows(2).rposition(|w| w == [0xFF, 0xDA]);
        let (Some(data), true, Some(_)) = (data, jpeg, &whole.fingerprint.codes) else { continue };
        let end = bytes.windows(2).rposition(|w| w == [0xFF, 0xD9]).unwrap();
        if data > end {
            continue;
        }
        let half = &bytes[..(data + end) / 2];
        for depth in [Depth::Search, Depth::Exact] {
            let reading = read(half, depth);
            let name = file.display();
            assert!(reading.fingerprint.codes.is_none(), "{name} has a code");
            let cut = |p: &Problem| p.code == ProblemCode::Truncated;
            assert!(reading.problems.iter().any(cut), "{name}: {:?}", reading.problems);
            assert_eq!(reading.metadata, whole.metadata, "{name}");
        }
        tried += 1;
    }
    println!("{tried} halves");
    assert!(tried > 20, "{tried}");
}

fn gathered(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(gathered(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

/// The corpus beside the repository, if it is there.
fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("SAYSO_SHARED").map_or_else(beside, PathBuf::from);
    let corpus = root.join("corpus");
    if !corpus.is_dir() {
        println!("skipped: there is no {}", corpus.display());
        return None;
    }
    Some(corpus)
}
