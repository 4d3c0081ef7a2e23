//! Codes of real files against those of iscc-sdk 0.9.7 (tolerant trim, and no trim).
//!
//! The files lie beside the repository (`../shared/corpus`, or `$SAYSO_SHARED/corpus`) and
//! never in it; where they are missing, these tests say so and pass. Left out: AVIF, JPEG XL,
//! HEIF and SVG, which are not decoded, and broken files (see `memory.rs`).

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat, ImageReader};
use sayso_core::fingerprint;
use sayso_core::limits::Limits;
use sayso_core::media::{self, MediaFacts, MediaKind};

/// Files whose code is not the reference tool's, and why. A file that becomes equal must
/// leave the list.
const KNOWN: &[(&str, &str)] =
    &[("formats/pngsuite/xcsn0g01.png", "the decoder refuses a wrong checksum of pixel data")];

#[test]
fn codes_equal_those_of_the_reference_tool() {
    let Some(corpus) = corpus() else { return };
    let table = fs::read_to_string(corpus.join("EXPECTED-codes.tsv")).unwrap();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut wrong: Vec<String> = Vec::new();
    let mut known_met = 0;
    for line in table.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        if columns.first().is_some_and(|name| !corpus.join(name).is_file()) {
            continue;
        }
        let [name, blake3, kind, _size, tolerant, untrimmed, long, ..] = columns[..] else {
            continue;
        };
        let bytes = fs::read(corpus.join(name)).unwrap();
        if kind != "image" || name.starts_with("malformed/") {
            // Of broken files the tools make different things; of the bytes all say the same.
            let sound = MediaFacts { kind: MediaKind::Audio, ..facts(&[], "") };
            let (codes, _) = fingerprint::compute(&bytes, Some(&sound), &Limits::DEFAULT);
            assert_eq!(codes.blake3, blake3, "{name}");
            continue;
        }
        let format = match image::guess_format(&bytes) {
            Ok(ImageFormat::Jpeg) => "jpeg",
            Ok(ImageFormat::Png) => "png",
            Ok(ImageFormat::Gif) => "gif",
            Ok(ImageFormat::WebP) => "webp",
            Ok(ImageFormat::Bmp) => "bmp",
            Ok(ImageFormat::Tiff) => "tiff",
            Ok(ImageFormat::Ico) => "ico",
            _ => continue,
        };
        let facts = facts(&bytes, format);
        let (codes, problems) = fingerprint::compute(&bytes, Some(&facts), &Limits::DEFAULT);
        assert_eq!(codes.blake3, blake3, "{name}");
        let tally = tallies.entry(format).or_default();
        let Some(bodies) = codes.codes else {
            tally.none += 1;
            let why = problems.first().map_or("no problem named", |p| p.message.as_str());
            if !known(name, &mut known_met) {
                wrong.push(format!("{name}: no code, {why}"));
            }
            continue;
        };
        let short = distance(&bodies.tolerant[..16], tolerant);
        let whole = distance(&bodies.untrimmed[..16], untrimmed);
        let full = distance(&bodies.tolerant, long);
        tally.add(short, full);
        let worst = short.max(whole);
        let equal = worst == 0 && full == 0;
        if !equal && !known(name, &mut known_met) {
            wrong.push(format!("{name}: {short} tolerant, {whole} untrimmed, {full} of 256"));
        } else if equal && KNOWN.iter().any(|(k, _)| *k == name) {
            wrong.push(format!("{name}: equal now, take it off the list of known differences"));
        }
    }
    println!("format  files  identical  64: within 2  worse  none  256: identical  worst");
    for (format, t) in &tallies {
        println!(
            "{format:6} {:6} {:10} {:13} {:6} {:5} {:15} {:6}",
            t.files + t.none,
            t.identical,
            t.near,
            t.files - t.identical - t.near,
            t.none,
            t.full_identical,
            t.full_worst
        );
    }
    println!("{known_met} of {} known to differ", KNOWN.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_fast_road_leads_near_the_code() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    gather(&corpus.join("originals"), &mut files);
    gather(&corpus.join("c2pa"), &mut files);
    gather(&corpus.join("formats"), &mut files);
    let (mut fast, mut full, mut near, mut same) = (0, 0, 0, 0);
    for file in files {
        let bytes = fs::read(&file).unwrap();
        if !bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            continue;
        }
        let facts = facts(&bytes, "jpeg");
        let (quick, _) = fingerprint::compute_for_search(&bytes, Some(&facts), &Limits::DEFAULT);
        let (codes, _) = fingerprint::compute(&bytes, Some(&facts), &Limits::DEFAULT);
        if !quick.approximate {
            full += 1;
            assert_eq!(quick, codes, "{}", file.display());
            continue;
        }
        let (quick, codes) = (quick.codes.unwrap(), codes.codes.unwrap());
        fast += 1;
        let far = |quick: &str, own: &str| {
            let word = |code: &str| u64::from_str_radix(&code[..16], 16).unwrap();
            (word(quick) ^ word(own)).count_ones()
        };
        let worst = far(&quick.exact, &codes.exact)
            .max(far(&quick.tolerant, &codes.tolerant))
            .max(far(&quick.untrimmed, &codes.untrimmed));
        assert!(worst <= 4, "{}: {worst} of 64", file.display());
        near += usize::from(worst <= 2);
        same += usize::from(worst == 0);
    }
    println!("{fast} by the fast road: {same} the same, {near} within 2 of 64; {full} in full");
    assert!(fast > 300 && near * 100 >= fast * 99);
}

/// Distances of one format.
#[derive(Default)]
struct Tally {
    files: usize,
    identical: usize,
    near: usize,
    none: usize,
    full_identical: usize,
    full_worst: u32,
}

impl Tally {
    fn add(&mut self, short: u32, full: u32) {
        self.files += 1;
        self.identical += usize::from(short == 0);
        self.near += usize::from((1..=2).contains(&short));
        self.full_identical += usize::from(full == 0);
        self.full_worst = self.full_worst.max(full);
    }
}

fn known(name: &str, met: &mut usize) -> bool {
    let known = KNOWN.iter().any(|(k, _)| *k == name);
    *met += usize::from(known);
    known
}

/// What the media room says of the file; where it says nothing, what the decoder says.
fn facts(bytes: &[u8], format: &str) -> MediaFacts {
    if let Some(facts) = media::open(bytes, &Limits::DEFAULT).facts {
        return facts;
    }
    let exif = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()
        .and_then(|reader| reader.into_decoder().ok())
        .and_then(|mut decoder| decoder.exif_metadata().ok().flatten());
    // Some WebP files keep the prefix that only JPEG has.
    let orientation = exif
        .and_then(|e| Orientation::from_exif_chunk(e.strip_prefix(b"Exif\0\0").unwrap_or(&e)))
        .map(Orientation::to_exif);
    MediaFacts {
        kind: MediaKind::Image,
        format: format.to_string(),
        mime: format!("image/{format}"),
        bytes: bytes.len() as u64,
        width: None,
        height: None,
        orientation,
        frames: None,
        duration_s: None,
    }
}

/// Differing bits between a body in hex and a unit in text form.
fn distance(body: &str, unit: &str) -> u32 {
    let unit = fingerprint::iscc::body(unit).unwrap();
    assert_eq!(body.len(), unit.len());
    body.chars()
        .zip(unit.chars())
        .map(|(a, b)| (a.to_digit(16).unwrap() ^ b.to_digit(16).unwrap()).count_ones())
        .sum()
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// The corpus beside the repository, if it is there.
fn corpus() -> Option<PathBuf> {
    sayso_shelf::at("corpus")
}
