//! Speed and size beside others', in one run on one machine.
//!
//! Ours and the judge take turns, and what is compared is the median of the ratios of each turn:
//! whatever else the machine does falls on both. Times are of the processor where Linux tells
//! them. Where a judge cannot be had its rows say so. Left out: making machines quiet.

mod crew;
mod peer;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, bail};

use crate::test::BROWSER_FEATURE;
use crate::tools::{self, Browsers};
use crate::{extension, run, sizes, wasm};
use crew::{Crew, Times, Who};
use table::{Aim, Table};

type Part = fn() -> Result<()>;

/// The parts by their names, in the order in which all of them run.
const PARTS: [(&str, Part); 9] = [
    ("pictures", pictures),
    ("hostile", hostile),
    ("metadata", metadata),
    ("manifest", manifest),
    ("sound", sound),
    ("catalogue", catalogue),
    ("core", core),
    ("page", page),
    ("sizes", weigh),
];

/// Runs the parts that are named, or all.
pub fn bench(named: &[String]) -> Result<()> {
    for name in named {
        if !PARTS.iter().any(|(part, _)| part == name) {
            let all: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
            bail!("there is no part '{name}' of the benchmarks; there are: {}", all.join(", "));
        }
    }
    for (name, part) in PARTS {
        if named.is_empty() || named.iter().any(|n| n == name) {
            println!("\n━━ {name}");
            part()?;
        }
    }
    Ok(())
}

/// Codes of pictures, and the content hash.
fn pictures() -> Result<()> {
    tools::some_judges(&["djpeg"]);
    let mut crew = Crew::hire(&[Who::Native, Who::Node, Who::Chromium, Who::Python])?;
    let mut table = Table::new();
    const FLOOR: (Who, &str) = (Who::Native, "djpeg 1/8");
    for (size, file, floor) in [
        ("12 MP", "12mp.jpg", 1.6),
        ("12 MP progressive", "12mp-progressive.jpg", 0.5),
        ("2 MP", "2mp.jpg", 1.8),
        ("0.5 MP", "half-mp.jpg", 1.8),
    ] {
        let file = made(file);
        let times = crew.measure(
            &file,
            &[
                FLOOR,
                (Who::Native, "search code"),
                (Who::Native, "search"),
                (Who::Node, "search code"),
                (Who::Node, "search"),
                (Who::Node, "iscc codes"),
                (Who::Chromium, "search code"),
                (Who::Chromium, "search"),
                (Who::Python, "pillow 1/8"),
                (Who::Python, "iscc-sdk"),
                (Who::Python, "iscc-sdk all"),
                (Who::Chromium, "canvas 32"),
                (Who::Chromium, "canvas full"),
                (Who::Node, "exact"),
            ],
        );
        table.head(&format!("{size}, {} kB; judge", kilobytes(&file)?));
        let native = if size == "12 MP" { Aim::AtMost(1.0) } else { Aim::None };
        table.pair("code, native; djpeg 1/8", &times, (Who::Native, "search code"), FLOOR, native);
        table.pair(
            "all codes, native; djpeg 1/8",
            &times,
            (Who::Native, "search"),
            FLOOR,
            Aim::None,
        );
        // What is asked of the large ones is their search code, of the small ones everything.
        let (alone, whole) = match size.starts_with("12") {
            true => (Aim::AtMost(floor), Aim::None),
            false => (Aim::None, Aim::AtMost(floor)),
        };
        for who in [Who::Node, Who::Chromium] {
            let name = |what: &str, judge: &str| format!("{what}, wasm in {who}; {judge}");
            table.pair(&name("code", "djpeg 1/8"), &times, (who, "search code"), FLOOR, alone);
            table.pair(&name("all codes", "djpeg 1/8"), &times, (who, "search"), FLOOR, whole);
        }
        let started = (Who::Python, "pillow 1/8");
        let ours = (Who::Node, "search code");
        table.pair("code, wasm in node; Pillow 1/8", &times, ours, started, Aim::None);
        // Like with like: the picture's code alone, or with the codes of the file. Ours are four codes
        // of pixels and theirs one; SHA-1 and SHA-256, which they do not make, count elsewhere.
        let (sdk, sdk_all) = ((Who::Python, "iscc-sdk"), (Who::Python, "iscc-sdk all"));
        for (what, ours, sdk, aim) in [
            ("code, native; iscc-sdk", (Who::Native, "search code"), sdk, Aim::Faster(4.0)),
            ("code, wasm in node; iscc-sdk", (Who::Node, "search code"), sdk, Aim::Faster(4.0)),
            ("all codes, wasm in node; its code", (Who::Node, "search"), sdk, Aim::None),
            ("all codes, wasm in node; all its", (Who::Node, "search"), sdk_all, Aim::None),
            ("… without SHA; all its", (Who::Node, "iscc codes"), sdk_all, Aim::Faster(4.0)),
            ("exact codes, wasm in node; all its", (Who::Node, "exact"), sdk_all, Aim::None),
        ] {
            table.pair(what, &times, ours, sdk, aim);
        }
        for canvas in ["canvas 32", "canvas full"] {
            let what = format!("all codes, wasm in Chromium; its {canvas}");
            let judge = (Who::Chromium, canvas);
            table.pair(&what, &times, (Who::Chromium, "search"), judge, Aim::Faster(2.0));
            let what = format!("its {canvas}; djpeg 1/8");
            table.pair(&what, &times, judge, FLOOR, Aim::None);
        }
    }
    table.head("memory in wasm above the file");
    for (name, most) in [
        ("12mp.jpg", Some(16.0)),
        ("12mp-bordered.jpg", Some(16.0)),
        ("12mp-progressive.jpg", Some(16.0)),
        ("2mp.jpg", None),
        ("half-mp.jpg", None),
    ] {
        let file = made(name);
        for depth in ["search", "exact"] {
            let grown = crew.weigh(Who::Node, &format!("memory {depth}"), &file);
            // The file lies in that memory too.
            let above = grown.map(|bytes| bytes / MIB - file_mib(&file));
            table.most(&format!("{name}, {depth}"), above, "MiB", most);
        }
    }
    table.head("BLAKE3; judge");
    for name in ["12mp.jpg", "2mp.jpg"] {
        let file = made(name);
        for who in [Who::Node, Who::Chromium] {
            let times = crew.measure(&file, &[(who, "blake3"), (who, "hash-wasm")]);
            let what = format!("{} kB in {who}; hash-wasm", kilobytes(&file)?);
            table.pair(&what, &times, (who, "blake3"), (who, "hash-wasm"), Aim::Faster(3.0));
        }
    }
    Ok(())
}

/// Broken and hostile files in the module as it ships: time, memory, and that there is an answer.
fn hostile() -> Result<()> {
    let corpus = corpus();
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in ["malformed", "formats/pngsuite", "audio/lofty-assets"] {
        let folder = corpus.join(folder);
        if !folder.is_dir() {
            println!("not measured: there is no {}", folder.display());
            return Ok(());
        }
        // Of PngSuite, names that begin with x are broken on purpose.
        let broken = |name: &&String| !folder.ends_with("pngsuite") || name.starts_with('x');
        let names = run::files_below(&folder)?;
        files.extend(names.iter().filter(broken).map(|name| folder.join(name)));
    }
    let mut crew = Crew::hire(&[Who::Node, Who::Chromium])?;
    let mut table = Table::new();
    for who in [Who::Node, Who::Chromium] {
        let (mut slowest, mut most, mut failed, mut silent) = (0.0_f64, 0.0_f64, 0_u32, 0_u32);
        for file in &files {
            let Some((ms, bytes, said)) = crew.answer(who, file) else {
                failed += 1;
                continue;
            };
            if ms > slowest {
                println!("{ms:.0} ms, {}", file.display());
            }
            if !said {
                println!("not a word about {}", file.display());
            }
            (slowest, most) = (slowest.max(ms), most.max(bytes / MIB));
            silent += u32::from(!said);
        }
        table.head(&format!(
            "{} hostile files in {}, one after the other",
            files.len(),
            who.named()
        ));
        table.most("the slowest", Some(slowest), "ms", Some(1_000.0));
        table.most("memory of all four modules after them", Some(most), "MiB", Some(256.0));
        table.most("without an answer", Some(f64::from(failed)), "files", Some(0.0));
        table.most("without a code or a word why", Some(f64::from(silent)), "files", Some(0.0));
    }
    Ok(())
}

/// Reading what stands in a file about it.
fn metadata() -> Result<()> {
    let mut crew = Crew::hire(&[Who::Native, Who::Node, Who::Chromium])?;
    let mut table = Table::new();
    for name in ["5mp.jpg", "12mp.jpg"] {
        let file = made(name);
        let times = crew.measure(
            &file,
            &[
                (Who::Native, "metadata"),
                (Who::Node, "metadata"),
                (Who::Node, "exifr"),
                (Who::Chromium, "metadata"),
                (Who::Chromium, "exifr"),
            ],
        );
        table.head(&format!("a made file, {} kB; judge", kilobytes(&file)?));
        table.most("native", times.median((Who::Native, "metadata")), "ms", Some(1.0));
        for who in [Who::Node, Who::Chromium] {
            table.most(&format!("wasm in {who}"), times.median((who, "metadata")), "ms", Some(3.0));
            let what = format!("wasm in {who}; exifr");
            table.pair(&what, &times, (who, "metadata"), (who, "exifr"), Aim::Faster(3.0));
        }
    }
    let files = corpus_jpegs()?;
    if files.is_empty() {
        println!("there is no corpus beside the repository: made files only");
        return Ok(());
    }
    let mut all = Vec::new();
    crew.hurry();
    for file in &files {
        let mut sides = vec![(Who::Native, "metadata")];
        for who in [Who::Node, Who::Chromium] {
            sides.extend([(who, "metadata"), (who, "exifr")]);
        }
        all.push(crew.measure(file, &sides));
    }
    table.head(&format!("{} files of the corpus, medians; judge", files.len()));
    let middle = |who| {
        let each: Vec<f64> = all.iter().filter_map(|t| t.median((who, "metadata"))).collect();
        table::median(each)
    };
    table.most("native", middle(Who::Native), "ms", Some(1.0));
    for who in [Who::Node, Who::Chromium] {
        table.most(&format!("wasm in {who}"), middle(who), "ms", Some(3.0));
        let joined = Times::of_medians(&all, &[(who, "metadata"), (who, "exifr")]);
        let what = format!("wasm in {who}; exifr");
        table.pair(&what, &joined, (who, "metadata"), (who, "exifr"), Aim::Faster(3.0));
    }
    Ok(())
}

/// Checking manifests.
fn manifest() -> Result<()> {
    let files: Vec<PathBuf> =
        ["C.jpg", "CA.jpg"].map(|name| corpus().join("c2pa/c2pa-rs").join(name)).into();
    if !files.iter().all(|file| file.exists()) {
        println!(
            "not measured: the signed pictures are of the corpus, which is not beside the repository"
        );
        return Ok(());
    }
    let mut crew = Crew::hire(&[Who::Node, Who::Chromium])?;
    let mut table = Table::new();
    for file in files {
        table.head(&format!("signed, {} kB; judge", kilobytes(&file)?));
        for who in [Who::Node, Who::Chromium] {
            let times = crew.measure(&file, &[(who, "validate"), (who, "c2pa-wasm")]);
            let what = format!("wasm in {who}; c2pa-wasm");
            table.pair(&what, &times, (who, "validate"), (who, "c2pa-wasm"), Aim::Faster(3.0));
        }
    }
    Ok(())
}

/// Listening to a song.
fn sound() -> Result<()> {
    /// As long as the made song is.
    const SECONDS: f64 = 206.0;
    tools::some_judges(&["fpcalc", "ffmpeg"]);
    let mut crew = Crew::hire(&[Who::Native, Who::Node, Who::Chromium])?;
    let mut table = Table::new();
    let wav = made("song.wav");
    let mp3 = made("song.mp3");
    if !mp3.exists() {
        let mut ffmpeg = run::program("ffmpeg", ["-nostdin", "-loglevel", "error", "-i"]);
        ffmpeg.arg(&wav).args(["-codec:a", "libmp3lame", "-b:a", "192k"]).arg(&mp3);
        if let Err(error) = run::quiet(&mut ffmpeg) {
            println!("no MP3: {error:#}");
        }
    }
    for (format, file) in [("WAV", wav), ("MP3", mp3.clone())] {
        if !file.exists() {
            continue;
        }
        let sides = [
            (Who::Native, "listen"),
            (Who::Native, "fpcalc"),
            (Who::Node, "listen"),
            (Who::Chromium, "listen"),
        ];
        let times = crew.measure(&file, &sides);
        table.head(&format!("{format}, {SECONDS} s; judge"));
        for (who, task) in sides {
            let speed = times.median((who, task)).map(|ms| SECONDS * 1_000.0 / ms);
            let wasm = who != Who::Native;
            let least = (format == "WAV" && wasm).then_some(600.0);
            let what = if task == "fpcalc" { "fpcalc".into() } else { who.named() };
            table.least(&what, speed, "× real time", least);
        }
        for who in [Who::Native, Who::Node, Who::Chromium] {
            let aim = if format == "MP3" { Aim::Faster(0.7) } else { Aim::None };
            let judge = (Who::Native, "fpcalc");
            table.pair(&format!("{}; fpcalc", who.named()), &times, (who, "listen"), judge, aim);
        }
    }
    let long = made("ten-minutes.mp3");
    if !long.exists() && mp3.exists() {
        let mut ffmpeg = run::program("ffmpeg", ["-nostdin", "-loglevel", "error"]);
        ffmpeg.args(["-stream_loop", "2", "-t", "600", "-i"]).arg(&mp3);
        run::quiet(ffmpeg.args(["-codec:a", "copy"]).arg(&long))?;
    }
    if long.exists() {
        table.head(&format!("ten minutes of MP3, {} kB", kilobytes(&long)?));
        let memory = crew.weigh(Who::Node, "memory listen", &long).map(|bytes| bytes / MIB);
        table.most("memory in wasm, the file in it twice", memory, "MiB", Some(32.0));
    }
    Ok(())
}

/// Looking pictures up in a table of ten million codes.
fn catalogue() -> Result<()> {
    let (mut crew, questions) = Crew::hire_for_codes()?;
    let mut table = Table::new();
    let (one, eight) = ((Who::Node, "look up"), (Who::Node, "look up 8"));
    let (scan, walk) = ((Who::Node, "scan"), (Who::Node, "walk"));
    let judges = ["faiss flat", "faiss multi-hash", "usearch"].map(|task| (Who::Searcher, task));
    let page = (Who::Node, "page of 100");
    let sides = [&[one, eight, scan, walk, page][..], &judges].concat();
    let times = crew.measure(&questions, &sides);
    table.head("one code among 10 M, wasm in node; judge");
    table.pair("look-up; reading all codes once", &times, one, scan, Aim::AtMost(1.5));
    table.pair("look-up; comparing with all of them", &times, one, walk, Aim::None);
    table.head("the eight codes of a picture among 10 M, wasm in node; judge, native");
    for judge in judges {
        table.pair(&format!("look-up; {}", judge.1), &times, eight, judge, Aim::Faster(1.0));
    }
    table.head("the module as it ships, in node");
    table.most("a page of 100 pictures", times.median(page), "ms", Some(300.0));
    let opened = crew.follow(&questions);
    table.most("until it can be asked", opened.map(|(ms, _)| ms), "ms", None);
    table.most("memory, the table of 390 MB in it", opened.map(|(_, b)| b / MIB), "MiB", None);
    Ok(())
}

/// What has no judge: our own benchmarks of the core.
fn core() -> Result<()> {
    run::show(&mut run::cargo(["bench", "--package", "sayso-core"]))
}

/// A program of the tests. Of the same packages and features as they are built with, so that nothing
/// is compiled anew.
fn of_tests(program: &str) -> Command {
    run::cargo(["run", "--features", BROWSER_FEATURE, "--bin", program])
}

/// What a page of a thousand pictures pays for the extension, and for a peer.
fn page() -> Result<()> {
    let browsers = Browsers::have()?;
    // Only the package for tests has the id that the driver knows beforehand.
    let built = extension::build(wasm::Profile::Quick)?;
    let mut command = of_tests("bench_page");
    command.envs(browsers.environment(&built));
    match peer::built() {
        Ok(package) => drop(command.env("SAYSO_PEER_PACKAGE", package)),
        Err(error) => println!("the peer will not be measured: {error:#}"),
    }
    run::show(&mut command)
}

/// Whether the extension's memory grows over many pages.
pub fn soak(words: &[String]) -> Result<()> {
    let browsers = Browsers::have()?;
    let built = extension::build(wasm::Profile::Quick)?;
    let mut command = of_tests("soak");
    command.arg("--").args(words);
    run::show(command.envs(browsers.environment(&built)))
}

/// What ships against its budget, and what it is made of.
fn weigh() -> Result<()> {
    let package = shipped()?;
    println!();
    sizes::table(&sizes::all(&package)?);
    println!();
    sizes::formats(&[wasm::with_names("reader")?, wasm::with_names("sound")?])
}

/// Chromium's package as it ships, built once however many parts ask.
fn shipped() -> Result<PathBuf> {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    if let Some(built) = BUILT.get() {
        return Ok(built.clone());
    }
    let built = extension::build(wasm::Profile::Ship)?.chromium;
    Ok(BUILT.get_or_init(|| built).clone())
}

/// Measures how often changed pictures are found, after the word `sound` how often sounds are,
/// after `catalogue` how often pictures are in a catalogue; needs Python with Pillow, or FFmpeg,
/// and says so.
pub fn recall(words: &[String]) -> Result<()> {
    let (name, folders) = match words {
        [first, folders @ ..] if first == "sound" => ("recall_sound", folders),
        [first, folders @ ..] if first == "catalogue" => ("recall_catalogue", folders),
        folders => ("recall", folders),
    };
    let mut command = of_tests(name);
    if name == "recall_catalogue" {
        // The command line itself builds and looks up.
        let words = ["build", "--quiet", "--features", BROWSER_FEATURE, "--bin", "sayso"];
        run::show(&mut run::cargo(words))?;
        command.env("SAYSO_PROGRAM", run::target("debug/sayso"));
    }
    run::show(command.arg("--").args(folders))
}

const MIB: f64 = (1 << 20) as f64;

/// Where the made files are.
fn made(name: &str) -> PathBuf {
    run::target("bench").join(name)
}

fn kilobytes(file: &Path) -> Result<u64> {
    let about = fs::metadata(file).with_context(|| format!("{} is missing", file.display()))?;
    Ok(about.len() / 1_000)
}

fn file_mib(file: &Path) -> f64 {
    fs::metadata(file).map_or(0.0, |about| about.len() as f64 / MIB)
}

/// Real files, where somebody has put them beside the repository.
fn corpus() -> PathBuf {
    run::root().join("../shared/corpus")
}

/// Some of the corpus's JPEGs in which something is said, the same in every run.
fn corpus_jpegs() -> Result<Vec<PathBuf>> {
    const MOST: usize = 40;
    let folder = corpus().join("metadata");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let jpegs: Vec<PathBuf> = run::files_below(&folder)?
        .iter()
        .filter(|name| name.to_ascii_lowercase().ends_with(".jpg"))
        .map(|name| folder.join(name))
        .collect();
    let step = jpegs.len().div_ceil(MOST).max(1);
    Ok(jpegs.into_iter().step_by(step).collect())
}
