//! How often a changed picture is found in a catalogue of the originals, and how often a stranger
//! is taken for it: from the list of works to the answer, through the command line.
//!
//! `cargo xtask recall catalogue [FOLDER]` makes 62 variants of every picture of a folder (where
//! none is named, of some photographs of the corpus beside the repository; Pillow must be there),
//! builds one catalogue of all originals and one of rows of their pHash and dHash, and looks every
//! variant up with `sayso catalogue find`: in the tables, and as at an address, where one band is asked. Left
//! out: AVIF, which browsers decode, and sound.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use sayso_catalogue::find::{Budget, Catalogue};
use sayso_catalogue::source::Folder;
use sayso_core::fingerprint::Fingerprint;
use sayso_core::limits::Limits;
use sayso_core::reading::{self, Delivery};
use sayso_core::registry::Fit;
use serde_json::Value;

/// Files that are looked up by one run of the program.
const SOME: usize = 500;

fn main() -> ExitCode {
    let Some(program) = std::env::var_os("SAYSO_PROGRAM") else {
        println!("run `cargo xtask recall catalogue`, which says where the program is");
        return ExitCode::FAILURE;
    };
    let Some(shared) = sayso_shelf::root() else { return ExitCode::SUCCESS };
    let tool = shared.join("tools/make-variants.py");
    let pillow = Command::new("python3").args(["-c", "import PIL"]).status();
    if !tool.is_file() || !pillow.is_ok_and(|s| s.success()) {
        println!("skipped: needs python3 with Pillow, and {}", tool.display());
        return ExitCode::SUCCESS;
    }
    let named = std::env::args().nth(1).map(PathBuf::from);
    let corpus = named.is_none();
    let media = named.unwrap_or_else(|| shared.join("corpus/originals")).canonicalize().unwrap();
    let home =
        sayso_tests::target_folder().join("recall-catalogue").join(media.file_name().unwrap());
    let sayso = Sayso { program: program.into(), home: home.clone() };
    fs::create_dir_all(&home).unwrap();

    let originals: Vec<String> = pictures_below(&media);
    // `recall` changes more of the corpus; here the others are there to be mistaken for them.
    let of = |genre: &'static str| originals.iter().filter(move |file| file.starts_with(genre));
    let changed: Vec<String> = match corpus {
        true => of("cameras/").chain(of("clothing/").step_by(10)).cloned().collect(),
        false => originals.clone(),
    };
    let variants = sayso.variants(&tool, &media, &changed);
    let list: String =
        originals.iter().map(|file| format!("{}\n", serde_json::json!({ "file": file }))).collect();
    sayso.build("codes", "works.jsonl", &list, &media);
    sayso.build("hashes", "rows.tsv", &sayso.rows(&media, &originals), &media);
    println!("{} originals, {} variants", originals.len(), variants.len());

    // A row of hashes is called by the place of its picture in the list.
    let place = |file: &str| originals.iter().position(|known| known == file).unwrap();
    sayso.count("Image-Codes, in the table", &variants, |some| {
        sayso.find("codes", some, |original, record| record["id"] == original)
    });
    sayso.count("pHash and dHash, in the table", &variants, |some| {
        sayso.find("hashes", some, |original, record| {
            record["id"] == format!("M{}", place(original))
        })
    });
    let catalogue = Catalogue::open(Folder::new(&home.join("codes")), None).unwrap();
    for (name, budget) in [("one band", Budget::USUAL), ("all bands", Budget::THOROUGH)] {
        sayso.count(&format!("Image-Codes, by shards, {name}"), &variants, |some| {
            some.iter().map(|variant| by_shards(&catalogue, variant, budget)).collect()
        });
    }
    ExitCode::SUCCESS
}

/// A changed picture.
struct Variant {
    path: PathBuf,
    original: String,
    class: String,
    seen: Fingerprint,
}

/// What came of looking one up: its own original, sure or likely, and others.
#[derive(Clone, Copy, Default)]
struct Answer {
    own: Option<bool>,
    wrong_sure: usize,
    wrong_likely: usize,
}

impl Answer {
    fn add(&mut self, own: bool, sure: bool) {
        match own {
            true => self.own = Some(self.own.unwrap_or_default() || sure),
            false if sure => self.wrong_sure += 1,
            false => self.wrong_likely += 1,
        }
    }
}

struct Sayso {
    program: PathBuf,
    home: PathBuf,
}

impl Sayso {
    /// Makes the variants of the originals, unless an earlier run has.
    fn variants(&self, tool: &Path, media: &Path, originals: &[String]) -> Vec<Variant> {
        let folder = self.home.join("variants");
        if !folder.is_dir() {
            let part = self.home.join("variants.part");
            let mut make = Command::new("python3");
            make.arg(tool).arg("image").args(originals.iter().map(|file| media.join(file)));
            make.arg("--out").arg(&part).args(["--max-side", "400"]);
            assert!(make.status().unwrap().success());
            fs::rename(part, &folder).unwrap();
        }
        let labels = fs::read_to_string(folder.join("labels.tsv")).unwrap();
        let rows = labels.lines().skip(1).filter_map(|line| {
            let columns: Vec<&str> = line.split('\t').collect();
            let [file, original, _, class, ..] = columns[..] else { return None };
            let name = Path::new(original).file_name().unwrap();
            let same = |known: &&String| Path::new(known).file_name() == Some(name);
            let original = originals.iter().find(same)?.clone();
            let (path, class) = (folder.join(file), class.to_string());
            if file.ends_with(".avif") {
                return None;
            }
            let bytes = fs::read(&path).unwrap();
            let seen = reading::read(&bytes, Delivery::default(), &Limits::DEFAULT).fingerprint;
            Some(Variant { path, original, class, seen })
        });
        rows.collect()
    }

    fn run(&self, words: &[&str]) -> String {
        let output = Command::new(&self.program).current_dir(&self.home).args(words).output();
        let output = output.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        // 1: there was a file that could not be read, which its line says.
        assert!(output.status.code().is_some_and(|code| code < 2), "{words:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn build(&self, out: &str, name: &str, list: &str, media: &Path) {
        fs::write(self.home.join(name), list).unwrap();
        let _ = fs::remove_dir_all(self.home.join(out));
        let media = media.to_str().unwrap();
        let build = ["catalogue", "build", "--name", out, "--works", name, "--media", media];
        print!("{}", self.run(&[&build[..], &["--out", out, "--key", "key"]].concat()));
    }

    /// What a dump of the index would say of the originals.
    fn rows(&self, media: &Path, originals: &[String]) -> String {
        let list: String =
            originals.iter().map(|file| format!("{}\n", media.join(file).display())).collect();
        fs::write(self.home.join("sources"), list).unwrap();
        let lines = self.run(&["check", "--json", "--offline", "--from", "sources"]);
        let rows = lines.lines().enumerate().map(|(number, line)| {
            let line: Value = serde_json::from_str(line).unwrap();
            let [phash, dhash] = ["phash", "dhash"].map(|name| {
                let hex = line["fingerprint"][name].as_str();
                let hash = hex.map(|hex| u64::from_str_radix(hex, 16).unwrap());
                hash.map_or("NULL".to_string(), |hash| hash.to_string())
            });
            format!("{number}\t{phash}\t{dhash}\n")
        });
        format!("page_id\tphash\tdhash\n{}", rows.collect::<String>())
    }

    /// Looks variants up in a catalogue's folder; `is` says whether a record is of an original.
    fn find(
        &self,
        catalogue: &str,
        some: &[Variant],
        is: impl Fn(&str, &Value) -> bool,
    ) -> Vec<Answer> {
        let files = some.iter().map(|variant| variant.path.to_str().unwrap());
        let words: Vec<&str> =
            ["catalogue", "find", "--json", catalogue].into_iter().chain(files).collect();
        let lines = self.run(&words);
        assert_eq!(lines.lines().count(), some.len());
        let answers = lines.lines().zip(some).map(|(line, variant)| {
            let line: Value = serde_json::from_str(line).unwrap();
            let mut answer = Answer::default();
            for work in line["matches"].as_array().unwrap() {
                answer.add(is(&variant.original, &work["record"]), work["sure"] == true);
            }
            answer
        });
        answers.collect()
    }

    /// Prints what came of all, by class of change.
    fn count(
        &self,
        title: &str,
        variants: &[Variant],
        look_up: impl Fn(&[Variant]) -> Vec<Answer>,
    ) {
        println!("\n# {title}");
        println!("class                files   match  likely  missed   wrong match  wrong likely");
        let mut rows: BTreeMap<String, [usize; 5]> = BTreeMap::new();
        for some in variants.chunks(SOME) {
            for (variant, answer) in some.iter().zip(look_up(some)) {
                for class in [variant.class.as_str(), "= all"] {
                    let [files, sure, likely, wrong, perhaps] =
                        rows.entry(class.to_string()).or_default();
                    *files += 1;
                    *sure += usize::from(answer.own == Some(true));
                    *likely += usize::from(answer.own == Some(false));
                    *wrong += answer.wrong_sure;
                    *perhaps += answer.wrong_likely;
                }
            }
        }
        for (class, [files, sure, likely, wrong, perhaps]) in rows {
            let share = |n: usize| n as f64 / files as f64;
            println!(
                "{class:20} {files:5} {:7.3} {:7.3} {:7.3} {wrong:13} {perhaps:13}",
                share(sure),
                share(likely),
                share(files - sure - likely),
            );
        }
    }
}

/// The same at an address, but for the network.
fn by_shards(catalogue: &Catalogue<Folder>, variant: &Variant, budget: Budget) -> Answer {
    let mut answer = Answer::default();
    for work in catalogue.by_shards(&variant.seen, budget).unwrap().works {
        let sure = !matches!(work.fit, Fit::Near { sure: false, .. });
        let own = work.record.is_some_and(|record| record.id == variant.original);
        answer.add(own, sure);
    }
    answer
}

/// Pictures below a folder that the program reads.
fn pictures_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if ["jpg", "jpeg", "png", "webp"].contains(&extension) {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_string());
            }
        }
    }
    found.sort();
    found
}
