//! Pixels of real JPEGs against those of libjpeg-turbo's `djpeg`
//! (<https://libjpeg-turbo.org>), whole and at an eighth; and what becomes of them damaged.
//!
//! The files lie beside the repository (`../shared/corpus`, or `$SAYSO_SHARED/corpus`) and
//! are not ours to keep; where they or the judge are not, the tests say so and pass.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sayso_pixels::jpeg::{Fault, Jpeg};

/// Files of which we make something else than djpeg, and why. A file that becomes equal must
/// leave the list.
const KNOWN: &[(&str, &str)] = &[];

#[test]
fn every_pixel_is_that_of_libjpeg_turbo() {
    let Some(files) = jpegs() else { return };
    if !judge() {
        return;
    }
    let (mut equal, mut eighths, mut progressive) = (0, 0, 0);
    let mut wrong = Vec::new();
    for (name, bytes) in files.iter().filter(|(name, _)| !name.starts_with("malformed/")) {
        let path = corpus().unwrap().join(name);
        let known = KNOWN.iter().any(|(k, _)| k == name);
        let verdict = whole(&path, bytes).and_then(|()| eighth(&path, bytes));
        match verdict {
            Ok(_) if known => wrong.push(format!("{name}: equal now, take it off the list")),
            Err(_) if known => {}
            Ok(had) => {
                equal += 1;
                eighths += usize::from(had == Eighth::Equal);
                progressive += usize::from(had == Eighth::Early);
            }
            Err(why) => wrong.push(format!("{name}: {why}")),
        }
    }
    println!("{equal} equal, {eighths} of them at an eighth too; {progressive} progressive");
    println!("{} known to differ", KNOWN.len());
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(equal > 500);
}

fn whole(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let theirs = djpeg(path, &["-pnm"])?;
    let ours = Jpeg::open(bytes).and_then(|jpeg| jpeg.picture()).map_err(|e| e.to_string())?;
    differences((ours.width, ours.height), &ours.data, &theirs)
}

#[derive(PartialEq)]
enum Eighth {
    Equal,
    Early,
    None,
}

fn eighth(path: &Path, bytes: &[u8]) -> Result<Eighth, String> {
    let jpeg = Jpeg::open(bytes).map_err(|e| e.to_string())?;
    let Some(ours) = jpeg.eighth().map_err(|e| e.to_string())? else { return Ok(Eighth::None) };
    let theirs = djpeg(path, &["-pnm", "-grayscale", "-scale", "1/8"])?;
    let (size, ours) = ((ours.plane.width, ours.plane.height), ours.plane.data);
    if bytes.windows(2).any(|w| w == [0xFF, 0xC2]) && theirs.2.len() == ours.len() {
        // Later scans bring the last bit, djpeg has waited for it: half a step of at most 255.
        let far = ours.iter().zip(&theirs.2).filter(|(a, b)| a.abs_diff(**b) > 16).count();
        return if far == 0 { Ok(Eighth::Early) } else { Err(format!("{far} of an eighth far")) };
    }
    differences(size, &ours, &theirs).map_err(|why| format!("at an eighth {why}"))?;
    Ok(Eighth::Equal)
}

fn differences(
    size: (usize, usize),
    ours: &[u8],
    (width, height, theirs): &(usize, usize, Vec<u8>),
) -> Result<(), String> {
    if size != (*width, *height) || ours.len() != theirs.len() {
        return Err(format!("{size:?} against {width} by {height}"));
    }
    let count = ours.iter().zip(theirs).filter(|(a, b)| a != b).count();
    let worst = ours.iter().zip(theirs).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    match count {
        0 => Ok(()),
        _ => Err(format!("{count} of {} differ, by up to {worst}", ours.len())),
    }
}

/// Width, height and samples of a binary PGM or PPM.
fn djpeg(path: &Path, options: &[&str]) -> Result<(usize, usize, Vec<u8>), String> {
    let output =
        Command::new("djpeg").args(options).arg(path).output().map_err(|e| e.to_string())?;
    // 2: with a warning, of junk between segments for one.
    if !matches!(output.status.code(), Some(0 | 2)) {
        return Err(format!("djpeg: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let bytes = output.stdout;
    let end = bytes.iter().enumerate().filter(|(_, b)| b.is_ascii_whitespace()).nth(3);
    let end = end.ok_or("djpeg gave no picture")?.0;
    let words: Vec<String> = String::from_utf8_lossy(&bytes[..end])
        .split_ascii_whitespace()
        .map(str::to_string)
        .collect();
    let number = |i: usize| words.get(i).and_then(|w| w.parse().ok()).unwrap_or(0);
    Ok((number(1), number(2), bytes[end + 1..].to_vec()))
}

fn judge() -> bool {
    let there = Command::new("djpeg")
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !there {
        println!("skipped: there is no djpeg (Debian: libjpeg-turbo-progs)");
    }
    there
}

#[test]
fn the_standard_tables_may_be_left_out() {
    let Some(files) = jpegs() else { return };
    // Of a file with the tables of annex K, one as cameras write it: their DC of luma.
    let dc = [0, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    let mut tried = 0;
    for (name, bytes) in files.iter().filter(|(_, bytes)| bytes.len() < 60_000) {
        let (mut without, mut at, mut tables) = (bytes[..2].to_vec(), 2, Vec::new());
        while bytes.len() > at + 4 && bytes[at] == 0xFF && bytes[at + 1] != 0xDA {
            let end = at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]]));
            if end > bytes.len() {
                break;
            }
            match bytes[at + 1] {
                0xC4 => tables.extend(&bytes[at + 4..end]),
                _ => without.extend(&bytes[at..end]),
            }
            at = end;
        }
        // 28 bytes of DC and 178 of AC, twice, each with its class and number.
        if name.starts_with("malformed/") || tables.len() != 416 || !tables.starts_with(&dc) {
            continue;
        }
        without.extend(&bytes[at..]);
        let picture = |bytes: &[u8]| Jpeg::open(bytes).and_then(|jpeg| jpeg.picture()).unwrap();
        assert!(picture(&without) == picture(bytes), "{name}");
        tried += 1;
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn damaged_files_neither_panic_nor_linger() {
    let Some(files) = jpegs() else { return };
    let start = Instant::now();
    let (mut tried, mut decoded) = (0u32, 0u32);
    let mut faults = [0u32; 4];
    let mut slowest = (Duration::ZERO, String::new());
    for (name, bytes) in &files {
        // Damage to small files is as good as damage to large ones, and sooner tried.
        let copies = if bytes.len() < 40_000 {
            24
        } else if bytes.len() < 400_000 {
            6
        } else {
            1
        };
        let mut seed = bytes.len() as u32;
        for copy in 0..copies {
            let mut damaged = bytes.clone();
            let mut next = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 4) as usize
            };
            match copy {
                0 => {}
                c if c % 2 == 1 => damaged.truncate(next() % bytes.len().max(1)),
                _ => {
                    for _ in 0..1 + copy / 4 {
                        let at = next() % bytes.len().max(1);
                        damaged[at] = next() as u8;
                    }
                }
            }
            let began = Instant::now();
            let Ok(jpeg) = Jpeg::open(&damaged) else { continue };
            if jpeg.width() * jpeg.height() > 40_000_000 {
                continue;
            }
            tried += 1;
            let result = jpeg.picture();
            let quick = jpeg.eighth();
            for error in [result.as_ref().err(), quick.as_ref().err()].into_iter().flatten() {
                assert!(error.at <= damaged.len(), "{name}: {error}");
                let place = match error.fault {
                    Fault::Malformed => 0,
                    Fault::Truncated => 1,
                    Fault::Unsupported => 2,
                    Fault::OverLimit => 3,
                };
                faults[place] += 1;
            }
            if let (1, Ok(picture)) = (copy % 2, &result) {
                // Some files go on after their end marker.
                let whole = Jpeg::open(bytes).and_then(|jpeg| jpeg.picture());
                assert!(whole.as_ref() == Ok(picture), "{name} cut to {}", damaged.len());
            }
            decoded += u32::from(result.is_ok());
            if began.elapsed() > slowest.0 {
                slowest = (began.elapsed(), format!("{name}, copy {copy}"));
            }
        }
    }
    println!("{tried} tried, {decoded} decoded, {faults:?} faults in {:?}", start.elapsed());
    println!("slowest {slowest:?}");
    assert!(slowest.0 < Duration::from_secs(20), "{slowest:?}");
    assert!(tried > 3_000);
}

/// Every file of the corpus that begins as a JPEG does, with its name there.
fn jpegs() -> Option<Vec<(String, Vec<u8>)>> {
    let corpus = corpus()?;
    let mut files = Vec::new();
    gather(&corpus, &mut files);
    files.sort();
    let named = files.into_iter().filter_map(|path| {
        let bytes = fs::read(&path).unwrap();
        let name = path.strip_prefix(&corpus).unwrap().to_str()?.to_string();
        bytes.starts_with(&[0xFF, 0xD8, 0xFF]).then_some((name, bytes))
    });
    Some(named.collect())
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

fn corpus() -> Option<PathBuf> {
    sayso_shelf::at("corpus")
}
