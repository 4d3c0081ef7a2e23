//! How often a changed sound is still found, and how often a stranger is taken for it.
//!
//! Takes every sound of half a minute or more in the folders that are named (or in the corpus
//! beside the repository), has `make-variants.py` make its 32 edits of the first 45 seconds
//! with FFmpeg, and listens to all of them as the product does. Prints recall by edit, and
//! wrong matches among all pairs of originals and among 10,000 pairs of an edit and a stranger.
//! What was heard is kept in `target/recall/sounds.tsv`, the edits themselves are not; after
//! the word `known` only what is there already is counted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sayso_core::fingerprint::sound::{self, SoundCodes};
use sayso_core::limits::Limits;
use sayso_core::media;

/// Seconds of an original from which edits are made.
const SECONDS: &str = "45";
/// Words of half a minute.
const SHORTEST: usize = 240;
/// Pairs of an edit and a stranger.
const PAIRS: usize = 10_000;

/// One sound as it was heard.
struct Heard {
    original: String,
    /// Empty for the original itself.
    edit: String,
    class: String,
    codes: SoundCodes,
    words: Vec<u32>,
}

fn main() -> ExitCode {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let shared = std::env::var_os("SAYSO_SHARED").map_or(top.join("../shared"), PathBuf::from);
    let tool = shared.join("tools/make-variants.py");
    let ffmpeg = Command::new("ffmpeg").arg("-version").output();
    if !tool.is_file() || !ffmpeg.is_ok_and(|o| o.status.success()) {
        println!("skipped: needs ffmpeg, python3 and {}", tool.display());
        return ExitCode::SUCCESS;
    }
    let mut folders: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    // The word stops an earlier run's work where it is.
    let enough = folders.first().is_some_and(|first| first.as_os_str() == "known");
    folders.drain(..usize::from(enough));
    if folders.is_empty() {
        folders.push(shared.join("corpus/audio"));
    }
    let mut files = Vec::new();
    folders.iter().for_each(|folder| gather(folder, &mut files));
    files.sort();

    let folder = sayso_tests::target_folder().join("recall");
    fs::create_dir_all(&folder).unwrap();
    let kept = folder.join("sounds.tsv");
    let mut heard = known(&kept);
    let mut list = File::options().create(true).append(true).open(&kept).unwrap();
    // First every original; the edits take a hundred times as long.
    let mut originals: BTreeMap<String, PathBuf> = BTreeMap::new();
    for file in files {
        let Some(bytes) = fs::read(&file).ok().filter(|b| b.len() < 60 << 20) else { continue };
        // The same sound under two names is one original.
        let name = blake3_of(&bytes);
        if originals.contains_key(&name) {
            continue;
        }
        if !heard.iter().any(|h| h.original == name) {
            let Some(codes) = listen(&bytes) else { continue };
            keep(&mut list, &mut heard, vec![row(&name, "", "", codes)]);
        }
        if heard.iter().any(|h| h.original == name && h.words.len() >= SHORTEST) {
            originals.insert(name, file);
        }
    }
    let missing: Vec<(&String, &PathBuf)> = originals
        .iter()
        .filter(|(name, _)| {
            !enough && !heard.iter().any(|h| h.original == **name && !h.edit.is_empty())
        })
        .collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new((&mut list, &mut heard)));
    thread::scope(|scope| {
        for worker in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (missing, next, done, tool) = (&missing, &next, &done, &tool);
            let folder = folder.join(format!("edits-{worker}"));
            scope.spawn(move || {
                while let Some((name, file)) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let new = edits(tool, file, name, &folder);
                    let (list, heard) = &mut *done.lock().unwrap();
                    println!("{}", file.display());
                    keep(list, heard, new);
                }
            });
        }
    });
    heard.retain(|h| originals.contains_key(&h.original));
    recall(&heard);
    wrong(&heard, &originals);
    ExitCode::SUCCESS
}

/// Remembers what was heard, here and for the next run.
fn keep(list: &mut File, heard: &mut Vec<Heard>, new: Vec<Heard>) {
    // In one piece: a run that is stopped here must not leave half of an original's edits.
    let lines = new.iter().map(|Heard { original, edit, class, codes, .. }| {
        format!("{original}\t{edit}\t{class}\t{}\t{}\n", codes.code, codes.print)
    });
    list.write_all(lines.collect::<String>().as_bytes()).unwrap();
    heard.extend(new);
}

/// Makes the edits of one original, listens to them and removes them.
fn edits(tool: &Path, file: &Path, name: &str, folder: &Path) -> Vec<Heard> {
    let _ = fs::remove_dir_all(folder);
    let mut make = Command::new("python3");
    make.arg(tool).arg("audio").arg(file).arg("--out").arg(folder).args(["--limit", SECONDS]);
    assert!(make.status().unwrap().success());
    let labels = fs::read_to_string(folder.join("labels.tsv")).unwrap();
    let heard = labels.lines().skip(1).filter_map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [edited, _, edit, class] = columns[..] else { return None };
        // What cannot be heard counts as not found.
        let nothing = SoundCodes { code: String::new(), print: sound::compress(&[]) };
        let codes = listen(&fs::read(folder.join(edited)).unwrap()).unwrap_or(nothing);
        Some(row(name, edit, class, codes))
    });
    let heard = heard.collect();
    fs::remove_dir_all(folder).unwrap();
    heard
}

fn listen(bytes: &[u8]) -> Option<SoundCodes> {
    let facts = media::open(bytes, &Limits::DEFAULT).facts?;
    sayso_sound::listen(bytes, &facts, &Limits::DEFAULT).sound
}

fn row(original: &str, edit: &str, class: &str, codes: SoundCodes) -> Heard {
    let words = sound::expand(&codes.print).unwrap_or_default();
    Heard { original: original.into(), edit: edit.into(), class: class.into(), codes, words }
}

/// What an earlier run has heard.
fn known(list: &Path) -> Vec<Heard> {
    let text = fs::read_to_string(list).unwrap_or_default();
    let rows = text.lines().filter_map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [original, edit, class, code, print] = columns[..] else { return None };
        let codes = SoundCodes { code: code.into(), print: print.into() };
        Some(row(original, edit, class, codes))
    });
    rows.collect()
}

#[derive(Default)]
struct Recall {
    files: usize,
    candidates: usize,
    likely: usize,
    sure: usize,
}

fn recall(heard: &[Heard]) {
    let originals: BTreeMap<&str, &Heard> =
        heard.iter().filter(|h| h.edit.is_empty()).map(|h| (h.original.as_str(), h)).collect();
    let mut rows: BTreeMap<String, Recall> = BTreeMap::new();
    for edit in heard.iter().filter(|h| !h.edit.is_empty()) {
        let own = originals[edit.original.as_str()];
        let found = sound::compare_words(&edit.words, &own.words);
        for name in [format!("{} ({})", edit.edit, edit.class), "= all".to_string()] {
            let row = rows.entry(name).or_default();
            row.files += 1;
            row.candidates += usize::from(sound::candidate(&edit.codes, &own.codes));
            row.likely += usize::from(found.is_some());
            row.sure += usize::from(found.is_some_and(|f| f.sure));
        }
    }
    println!("\n{} originals", originals.len());
    println!("{:28} {:>5} {:>9} {:>7} {:>7}", "edit", "files", "candidate", "likely", "match");
    for (name, r) in rows {
        let share = |n: usize| n as f64 / r.files as f64;
        println!(
            "{name:28} {:5} {:9.3} {:7.3} {:7.3}",
            r.files,
            share(r.candidates),
            share(r.likely),
            share(r.sure)
        );
    }
}

fn wrong(heard: &[Heard], paths: &BTreeMap<String, PathBuf>) {
    let (originals, edits): (Vec<&Heard>, Vec<&Heard>) =
        heard.iter().partition(|h| h.edit.is_empty());
    let among = originals
        .iter()
        .enumerate()
        .flat_map(|(i, a)| originals.iter().skip(i + 1).map(move |b| (*a, *b)))
        .collect();
    count("originals", among, paths);
    // Every pair of an edit and a stranger, in steps that meet all of both.
    let all = edits.len() * originals.len();
    if all == 0 {
        return;
    }
    let step = (all / PAIRS).max(1) | 1;
    let pairs = (0..all)
        .step_by(step)
        .map(|n| (edits[n % edits.len()], originals[n / edits.len()]))
        .filter(|(a, b)| a.original != b.original)
        .collect();
    count("edits and strangers", pairs, paths);
}

fn count(kind: &str, pairs: Vec<(&Heard, &Heard)>, paths: &BTreeMap<String, PathBuf>) {
    let (mut likely, mut sure) = (0, 0);
    for (a, b) in &pairs {
        let Some(found) = sound::compare_words(&a.words, &b.words) else { continue };
        likely += 1;
        sure += usize::from(found.sure);
        println!(
            "  {} {} and {}: {:.3} over {:.0} s",
            paths[&a.original].display(),
            a.edit,
            paths[&b.original].display(),
            f64::from(found.distance) / f64::from(found.bits),
            f64::from(found.bits) / 32.0 / sound::WORDS_A_SECOND
        );
    }
    println!("{kind}: {} pairs, {likely} likely, {sure} match", pairs.len());
}

fn blake3_of(bytes: &[u8]) -> String {
    let reading = sayso_core::fingerprint::compute(bytes, None, &Limits::DEFAULT);
    reading.0.blake3
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { gather(&path, files) } else { files.push(path) }
    }
}
