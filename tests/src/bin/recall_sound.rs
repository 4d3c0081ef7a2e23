//! How often a changed sound is still found, and how often a stranger is taken for it.
//!
//! Takes every sound of half a minute or more in the folders that are named (or in the corpus
//! beside the repository), has `make-variants.py` make its 32 edits of the first 45 seconds
//! with FFmpeg, and listens to all of them as the product does. Prints recall by edit, and
//! wrong matches among all pairs of originals and among 10,000 pairs of an edit and a stranger; recall
//! is drawn in `crate/recall-sound.svg`.
//! What was heard is kept in `target/recall/sounds.tsv`, the edits themselves are not; after
//! the word `known` only what is there already is counted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
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
    recall(&heard, &top.join("crate/recall-sound.svg"));
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

impl Recall {
    fn shares(&self) -> [f64; 3] {
        [self.candidates, self.likely, self.sure].map(|n| n as f64 / self.files.max(1) as f64)
    }
}

/// The name of what stands for all edits; it sorts behind them.
const ALL: &str = "~ all edits";

fn recall(heard: &[Heard], drawing: &Path) {
    let originals: BTreeMap<&str, &Heard> =
        heard.iter().filter(|h| h.edit.is_empty()).map(|h| (h.original.as_str(), h)).collect();
    let mut rows: BTreeMap<(String, String), Recall> = BTreeMap::new();
    let mut changed = BTreeSet::new();
    for edit in heard.iter().filter(|h| !h.edit.is_empty()) {
        changed.insert(edit.original.as_str());
        let own = originals[edit.original.as_str()];
        let found = sound::compare_words(&edit.words, &own.words);
        let names = [(edit.class.clone(), edit.edit.clone()), (ALL.into(), String::new())];
        for name in names {
            let row = rows.entry(name).or_default();
            row.files += 1;
            row.candidates += usize::from(sound::candidate(&edit.codes, &own.codes));
            row.likely += usize::from(found.is_some());
            row.sure += usize::from(found.is_some_and(|f| f.sure));
        }
    }
    println!("\n{} originals, of {} edits", originals.len(), changed.len());
    println!("{:28} {:>5} {:>9} {:>7} {:>7}", "edit", "files", "candidate", "likely", "match");
    for ((class, edit), row) in &rows {
        let [candidate, likely, sure] = row.shares();
        let name = format!("{edit} ({class})");
        println!("{name:28} {:5} {candidate:9.3} {likely:7.3} {sure:7.3}", row.files);
    }
    if !rows.is_empty() {
        fs::write(drawing, draw(&rows, changed.len())).unwrap();
    }
}

/// A bar for each edit: how often it is a match, and how often at least likely.
fn draw(rows: &BTreeMap<(String, String), Recall>, originals: usize) -> String {
    const ROW: usize = 18;
    const LEFT: usize = 190;
    const WIDE: f64 = 480.0;
    let height = 62 + rows.len() * ROW;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 {height}\" role=\"img\" \
         aria-label=\"Share of changed sounds found, by edit\">\n"
    );
    svg.push_str(
        "<style>text{font:12px system-ui,sans-serif;fill:#222}.dim{fill:#666}.sure{fill:#1b6ca8}\
         .likely{fill:#9cc6e4}.grid{stroke:#ddd}@media(prefers-color-scheme:dark){text{fill:#e8e8e8}\
         .dim{fill:#aaa}.sure{fill:#6db5ec}.likely{fill:#2f5674}.grid{stroke:#3a3a3a}}</style>\n",
    );
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"18\">Share of edits of {originals} sounds: a match (dark), at least \
         likely (light)</text>"
    );
    for fifth in 0..=5 {
        let (share, x) = (f64::from(fifth) / 5.0, LEFT as f64 + WIDE * f64::from(fifth) / 5.0);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{x}\" x2=\"{x}\" y1=\"44\" y2=\"{}\"/><text class=\"dim\" \
             x=\"{x}\" y=\"38\" text-anchor=\"middle\">{share:.1}</text>",
            height - 14
        );
    }
    for (row, ((class, edit), recall)) in rows.iter().enumerate() {
        let y = 48 + row * ROW;
        let [_, likely, sure] = recall.shares();
        let name = if class == ALL { "all".into() } else { format!("{edit} ({class})") };
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>",
            LEFT - 8,
            y + 11
        );
        for (kind, share) in [("likely", likely), ("sure", sure)] {
            let _ = writeln!(
                svg,
                "<rect class=\"{kind}\" x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"13\"/>",
                WIDE * share
            );
        }
        let _ = writeln!(
            svg,
            "<text class=\"dim\" x=\"{}\" y=\"{}\">{sure:.2} / {likely:.2}</text>",
            LEFT as f64 + WIDE + 10.0,
            y + 11
        );
    }
    svg.push_str("</svg>\n");
    svg
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
