//! How often a changed picture is still found, and how often a stranger is taken for it.
//!
//! Makes 62 variants of every photograph of the corpus beside the repository (Pillow must be
//! there), fingerprints them as the product does, and prints recall by class of change and
//! wrong matches by kind of pair; the curves go to `crate/recall.svg`.
//! `cargo xtask recall [NAME=FOLDER …]` takes further folders of originals, each a genre of
//! its own; theirs are printed and not drawn. Left out: sound.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use sayso_core::fingerprint::compare::{self, Table};
use sayso_core::fingerprint::{Fingerprint, image};
use sayso_core::limits::Limits;
use sayso_core::media;
use sayso_pixels::normalise::Layout;

/// Classes of change after which a person sees the same picture and a registry should too.
const BENIGN: [&str; 9] =
    ["recode", "resize", "aspect", "border", "crop", "overlay", "colour", "filter", "combo"];

/// AVIF is decoded by browsers, not by us; here Pillow stands for the browser.
const DECODE_AVIF: &str = "
import sys
from PIL import Image
for name in sys.argv[1:]:
    Image.open(name).convert('RGBA').save(name + '.png', compress_level=1)
";

fn main() -> ExitCode {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let Some(shared) = sayso_shelf::root() else { return ExitCode::SUCCESS };
    let tool = shared.join("tools/make-variants.py");
    let pillow = Command::new("python3").args(["-c", "import PIL"]).status();
    if !tool.is_file() || !pillow.is_ok_and(|s| s.success()) {
        println!("skipped: needs python3 with Pillow, and {}", tool.display());
        return ExitCode::SUCCESS;
    }
    let variants = sayso_tests::target_folder().join("recall");
    fs::create_dir_all(&variants).unwrap();
    let originals = shared.join("corpus/originals");
    let (cameras, clothing) =
        (files(&originals.join("cameras")), files(&originals.join("clothing")));
    // Every second one of the large genre: enough for recall.
    let changed: Vec<PathBuf> = cameras.iter().chain(clothing.iter().step_by(2)).cloned().collect();
    let mut set = Set::default();
    set.add("general", &cameras);
    set.add("clothing", &clothing);
    set.change(&tool, &variants.join("photos"), &changed);
    println!("# Photographs of the corpus");
    set.print();
    fs::write(top.join("crate/recall.svg"), set.drawing()).unwrap();

    for argument in std::env::args().skip(1) {
        let Some((name, folder)) = argument.split_once('=') else {
            println!("not NAME=FOLDER: {argument}");
            return ExitCode::FAILURE;
        };
        let extra = files(Path::new(folder));
        let mut set = Set::default();
        set.add(name, &extra);
        set.change(&tool, &variants.join(name), &extra);
        println!("\n# {name}");
        set.print();
    }
    ExitCode::SUCCESS
}

/// Originals, and what was made of them.
#[derive(Default)]
struct Set {
    originals: Vec<Original>,
    variants: Vec<Variant>,
    table: Table,
}

struct Original {
    path: PathBuf,
    genre: String,
    codes: Fingerprint,
}

struct Variant {
    original: usize,
    class: String,
    codes: Fingerprint,
}

impl Set {
    fn add(&mut self, genre: &str, paths: &[PathBuf]) {
        for path in paths {
            let codes = fingerprint(path);
            match codes.codes.as_ref().filter(|_| !codes.featureless) {
                Some(bodies) => self.table.add(bodies, codes.unstable),
                None => self.table.skip(),
            }
            self.originals.push(Original { path: path.clone(), genre: genre.to_string(), codes });
        }
    }

    /// Makes the variants, unless an earlier run has, and fingerprints them.
    fn change(&mut self, tool: &Path, folder: &Path, originals: &[PathBuf]) {
        if !folder.is_dir() {
            let part = folder.with_extension("part");
            let mut make = Command::new("python3");
            make.arg(tool).arg("image").args(originals).arg("--out").arg(&part);
            assert!(make.args(["--max-side", "400"]).status().unwrap().success());
            fs::rename(part, folder).unwrap();
        }
        let undecoded: Vec<PathBuf> = files(folder)
            .into_iter()
            .filter(|f| f.extension().is_some_and(|e| e == "avif") && !beside(f).is_file())
            .collect();
        for some in undecoded.chunks(500) {
            let mut decode = Command::new("python3");
            assert!(decode.args(["-c", DECODE_AVIF]).args(some).status().unwrap().success());
        }
        let numbers: BTreeMap<PathBuf, usize> =
            self.originals.iter().enumerate().map(|(i, o)| (name(&o.path), i)).collect();
        for line in fs::read_to_string(folder.join("labels.tsv")).unwrap().lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [file, original, _variant, class] = columns[..] else { continue };
            // The same folder may be reached by another way than when the labels were written.
            let Some(original) = numbers.get(&name(Path::new(original))) else { continue };
            let codes = fingerprint(&folder.join(file));
            self.variants.push(Variant { original: *original, class: class.to_string(), codes });
        }
    }

    fn print(&self) {
        println!("{} originals, {} variants\n", self.originals.len(), self.variants.len());
        let mut rows: BTreeMap<String, Recall> = BTreeMap::new();
        for variant in &self.variants {
            let own = &self.originals[variant.original].codes;
            let found = self.table.nearest(&compare::probes(&variant.codes));
            let found = found.iter().find(|(number, _)| *number == variant.original);
            let distances = Distances::of(&variant.codes, own);
            let class = variant.class.as_str();
            let benign = BENIGN.contains(&class);
            let genre = &self.originals[variant.original].genre;
            let names = [
                Some(class.to_string()),
                benign.then(|| "= benign".to_string()),
                benign.then(|| format!("= benign, {genre}")),
                matches!(class, "mirror" | "rotate").then(|| "= mirror and turns".to_string()),
            ];
            for name in names.into_iter().flatten() {
                rows.entry(name).or_default().count(&distances, found.map(|(_, l)| l.sure));
            }
        }
        println!(
            "class                files  alone<=4  <=8 plain  <=8 turned  likely  either   sure"
        );
        for (class, r) in &rows {
            let share = |n: usize| n as f64 / r.files as f64;
            println!(
                "{class:20} {:5} {:9.3} {:10.3} {:11.3} {:7.3} {:7.3} {:6.3}",
                r.files,
                share(r.alone),
                share(r.plain),
                share(r.turned),
                share(r.likely),
                share(r.either),
                share(r.sure)
            );
        }

        println!(
            "\nWrong matches: pairs of different originals, then variants against the others."
        );
        println!("kind                          pairs  alone<=4       <=8    likely      sure");
        let mut pairs: BTreeMap<String, Wrong> = BTreeMap::new();
        for (i, a) in self.originals.iter().enumerate() {
            let alike = self.table.nearest(&compare::probes(&a.codes));
            for (j, b) in self.originals.iter().enumerate().skip(i + 1) {
                let likeness = alike.iter().find(|(number, _)| *number == j).map(|(_, l)| l);
                let distances = Distances::of(&a.codes, &b.codes);
                let kind = kind(&a.genre, &b.genre);
                pairs.entry(kind).or_default().count(&distances, likeness.map(|l| l.sure));
                if let Some(likeness) = likeness {
                    println!("  {} and {}: {likeness:?}", a.path.display(), b.path.display());
                }
            }
        }
        for variant in &self.variants {
            let alike = self.table.nearest(&compare::probes(&variant.codes));
            for (j, b) in self.originals.iter().enumerate().filter(|(j, _)| *j != variant.original)
            {
                let sure = alike.iter().find(|(number, _)| *number == j).map(|(_, l)| l.sure);
                let distances = Distances::of(&variant.codes, &b.codes);
                let kind = kind(&self.originals[variant.original].genre, &b.genre);
                let kind = format!("{kind}, changed");
                pairs.entry(kind).or_default().count(&distances, sure);
            }
        }
        for (kind, w) in &pairs {
            let rate = |n: usize| n as f64 / w.pairs as f64;
            println!(
                "{kind:26} {:8} {:9.1e} {:9.1e} {:9.1e} {:9.1e}",
                w.pairs,
                rate(w.alone),
                rate(w.plain),
                rate(w.likely),
                rate(w.sure)
            );
        }
    }

    /// Recall against distance, as it is drawn in `crate/recall.svg`.
    fn drawing(&self) -> String {
        let mut lines: Vec<(&str, &str, Vec<u32>)> = vec![
            ("recode", "a", Vec::new()),
            ("resize", "b", Vec::new()),
            ("border", "c", Vec::new()),
            ("mirrored, turned: eight codes", "d", Vec::new()),
            ("all benign changes", "e", Vec::new()),
            ("overlay", "f", Vec::new()),
            ("crop up to 10 %", "g", Vec::new()),
            ("mirrored, turned: one code", "d thin", Vec::new()),
        ];
        for variant in &self.variants {
            let distances = Distances::of(&variant.codes, &self.originals[variant.original].codes);
            let class = variant.class.as_str();
            for (label, _, line) in &mut lines {
                let distance = match *label {
                    "mirrored, turned: eight codes" if matches!(class, "mirror" | "rotate") => {
                        distances.turned
                    }
                    "mirrored, turned: one code" if matches!(class, "mirror" | "rotate") => {
                        distances.plain
                    }
                    "all benign changes" if BENIGN.contains(&class) => distances.plain,
                    "crop up to 10 %" if class == "crop" => distances.plain,
                    label if label == class => distances.plain,
                    _ => continue,
                };
                line.push(distance);
            }
        }
        draw(&lines)
    }
}

/// Least differing bits of the first 64.
struct Distances {
    plain: u32,
    /// The mirrored and turned codes taken along.
    turned: u32,
}

impl Distances {
    fn of(seen: &Fingerprint, own: &Fingerprint) -> Self {
        let (ours, mut theirs) = (plain(seen), plain(own));
        let bodies = own.codes.iter().filter(|_| !own.featureless);
        theirs.extend(bodies.map(|codes| first(&codes.inset)));
        let least = |codes: &[u64]| {
            let pairs = codes.iter().flat_map(|a| theirs.iter().map(move |b| (a ^ b).count_ones()));
            pairs.min().unwrap_or(u32::MAX)
        };
        let turned: Vec<u64> = seen.turned.iter().map(|t| first(&t.code)).collect();
        let plain = least(&ours);
        Distances { plain, turned: plain.min(least(&turned)) }
    }
}

fn plain(codes: &Fingerprint) -> Vec<u64> {
    let bodies = codes.codes.as_ref().filter(|_| !codes.featureless);
    let codes = bodies.map(|c| [&c.exact, &c.tolerant, &c.untrimmed].map(|code| first(code)));
    codes.into_iter().flatten().collect()
}

fn first(code: &str) -> u64 {
    u64::from_str_radix(&code[..16], 16).unwrap()
}

#[derive(Default)]
struct Recall {
    files: usize,
    alone: usize,
    plain: usize,
    turned: usize,
    likely: usize,
    /// A candidate, or likely.
    either: usize,
    sure: usize,
}

impl Recall {
    fn count(&mut self, distances: &Distances, sure: Option<bool>) {
        self.files += 1;
        self.alone += usize::from(distances.plain <= compare::ALONE_64);
        self.plain += usize::from(distances.plain <= compare::SURE_64);
        self.turned += usize::from(distances.turned <= compare::SURE_64);
        self.either += usize::from(distances.turned <= compare::SURE_64 || sure.is_some());
        self.likely += usize::from(sure.is_some());
        self.sure += usize::from(sure == Some(true));
    }
}

#[derive(Default)]
struct Wrong {
    pairs: usize,
    alone: usize,
    plain: usize,
    likely: usize,
    sure: usize,
}

impl Wrong {
    fn count(&mut self, distances: &Distances, sure: Option<bool>) {
        self.pairs += 1;
        self.alone += usize::from(distances.plain <= compare::ALONE_64);
        self.plain += usize::from(distances.turned <= compare::SURE_64);
        self.likely += usize::from(sure.is_some());
        self.sure += usize::from(sure == Some(true));
    }
}

fn kind(a: &str, b: &str) -> String {
    if a <= b { format!("{a} and {b}") } else { format!("{b} and {a}") }
}

fn fingerprint(path: &Path) -> Fingerprint {
    let limits = Limits::DEFAULT;
    let avif = path.extension().is_some_and(|e| e == "avif");
    let path = if avif { beside(path) } else { path.to_path_buf() };
    let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut codes = Fingerprint::default();
    let facts = media::open(&bytes, &limits).facts;
    if !avif {
        // What has no code counts as not found.
        let _ = image::add_codes(&mut codes, &bytes, facts.as_ref(), &limits);
        return codes;
    }
    let picture = image::decode(&bytes, facts.as_ref(), &limits).unwrap().unwrap();
    assert_eq!(picture.layout, Layout::Rgba);
    let size = (picture.width as u32, picture.height as u32);
    image::codes_of_rgba(&mut codes, size, &picture.data, 1, &limits).unwrap();
    codes
}

/// `x.avif.png` for `x.avif`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(".png");
    name.into()
}

fn name(path: &Path) -> PathBuf {
    path.file_name().map(PathBuf::from).unwrap_or_default()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    files.sort();
    files
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 520.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 368.0;
/// The last distance that is drawn.
const FARTHEST: u32 = 16;

/// Curves with their names beside their ends; readable on white and on black.
fn draw(lines: &[(&str, &str, Vec<u32>)]) -> String {
    let x = |bits: u32| LEFT + (RIGHT - LEFT) * f64::from(bits) / f64::from(FARTHEST);
    let y = |share: f64| BOTTOM - (BOTTOM - TOP) * share;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"Share of changed pictures found, against the distance allowed\">\n"
    );
    svg.push_str(
        "<style>\
         text{font:13px system-ui,sans-serif;fill:#222}.dim{fill:#666}.grid{stroke:#ddd}\
         .rule{stroke:#888;stroke-dasharray:4 3}\
         polyline{fill:none;stroke-width:2.2;stroke-linejoin:round}.thin{stroke-dasharray:2 4}\
         .a{stroke:#1b6ca8}.b{stroke:#0f8a7e}.c{stroke:#7a5cc2}.d{stroke:#b8336a}\
         .e{stroke:#222;stroke-width:3.4}.f{stroke:#b06a00}.g{stroke:#6b7a00}\
         @media(prefers-color-scheme:dark){text{fill:#e8e8e8}.dim{fill:#aaa}.grid{stroke:#3a3a3a}\
         .a{stroke:#6db5ec}.b{stroke:#4fd0c2}.c{stroke:#b79df0}.d{stroke:#f07aa8}\
         .e{stroke:#f4f4f4}.f{stroke:#eca445}.g{stroke:#b9c94a}}\
         </style>\n",
    );
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"22\">Share of changed photographs that are found</text>"
    );
    for tenth in (0..=10).step_by(2) {
        let (at, share) = (y(f64::from(tenth) / 10.0), f64::from(tenth) / 10.0);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text class=\"dim\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{share:.1}</text>",
            LEFT - 8.0,
            at + 4.0
        );
    }
    for bits in (0..=FARTHEST).step_by(4) {
        let _ = writeln!(
            svg,
            "<text class=\"dim\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{bits}</text>",
            x(bits),
            BOTTOM + 18.0
        );
    }
    let _ = writeln!(
        svg,
        "<text class=\"dim\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">differing bits of 64 that are allowed</text>",
        (LEFT + RIGHT) / 2.0,
        BOTTOM + 40.0
    );
    for (bits, word) in [(compare::ALONE_64, "alone"), (compare::SURE_64, "candidate")] {
        let at = x(bits);
        let _ = writeln!(
            svg,
            "<line class=\"rule\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{BOTTOM}\"/>\
             <text class=\"dim\" x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{word}</text>",
            TOP - 5.0
        );
    }
    let mut ends: Vec<(f64, &str, &str)> = Vec::new();
    for (label, class, distances) in lines.iter().filter(|(_, _, d)| !d.is_empty()) {
        let found = |bits: u32| distances.iter().filter(|d| **d <= bits).count();
        let share = |bits: u32| found(bits) as f64 / distances.len() as f64;
        let points: Vec<String> = (0..=FARTHEST)
            .step_by(2)
            .map(|bits| format!("{:.1},{:.1}", x(bits), y(share(bits))))
            .collect();
        let _ = writeln!(svg, "<polyline class=\"{class}\" points=\"{}\"/>", points.join(" "));
        ends.push((y(share(FARTHEST)), label, class));
    }
    // Names keep a line's height between each other, in the order of the curves.
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut lowest = TOP - 20.0;
    for (end, label, class) in ends {
        let at = end.max(lowest + 19.0);
        lowest = at;
        let (from, to) = (RIGHT + 4.0, RIGHT + 22.0);
        let _ = writeln!(
            svg,
            "<polyline class=\"{class}\" points=\"{from:.1},{end:.1} {to:.1},{at:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{label}</text>",
            to + 6.0,
            at + 4.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}
