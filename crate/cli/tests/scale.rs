//! Many machines give the bytes that one gives: the Spark job of `tests/scale/` beside the program
//! alone.
//!
//! `cargo xtask scale` installs Spark and runs this. Where nobody has said which Python has it,
//! the test says so and passes; what it rests on, a list in parts, is tried in `catalogue.rs`.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use support::{files, folder, picture, run};

/// Works of which codes are given, beside those with pictures.
const ROWS: u32 = 3_000;
const PICTURES: u32 = 200;

#[test]
fn spark_gives_the_bytes_of_one_machine() {
    let Some(python) = std::env::var_os("SAYSO_SPARK_PYTHON").map(PathBuf::from) else {
        println!("skipped: `cargo xtask scale` installs Spark and says where it is");
        return;
    };
    let home = folder("scale");
    let at = |name: &str| home.join(name).to_str().unwrap().to_string();
    let (works, csv, sources) = lists(&home);
    let job = |words: &[&str]| {
        let begun = Instant::now();
        let mut command = Command::new(&python);
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scale/job.py"));
        command.args(words).args(["--sayso", env!("CARGO_BIN_EXE_sayso"), "--parts", "5"]);
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?}: {told}");
        println!("{} with Spark: {:.1} s", words[0], begun.elapsed().as_secs_f64());
    };
    let media = at("media");
    let build = |list: &str, out: &str| {
        let begun = Instant::now();
        let (out, key) = (at(out), at("key"));
        let words = ["catalogue", "build", "--name", "Fern", "--works", list, "--media", &media];
        let output = run(&[&words[..], &["--out", &out, "--key", &key]].concat(), "");
        println!("built from {list}: {:.1} s", begun.elapsed().as_secs_f64());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        // One file is not there, whichever way the list is read.
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("gone.bmp: No such file"), "{told}");
        files(Path::new(&out))
    };
    for (name, list) in [("json", &works), ("csv", &csv)] {
        let parts = at(&format!("parts-{name}"));
        job(&["codes", "--works", list, "--media", &media, "--out", &parts]);
        let (alone, many) =
            (build(list, &format!("alone-{name}")), build(&parts, &format!("many-{name}")));
        assert!(alone.len() >= 9, "{:?}", alone.keys());
        assert_eq!(alone.keys().collect::<Vec<_>>(), many.keys().collect::<Vec<_>>());
        assert!(alone == many, "{name}: the same names, other bytes");
    }

    let answers = at("answers");
    job(&["check", "--from", &sources, "--with=--offline", "--out", &answers]);
    let alone = run(&["check", "--json", "--offline", "--from", &sources], "");
    let parts = files(Path::new(&answers));
    let mut many = Vec::new();
    parts.iter().filter(|(name, _)| name.starts_with("part-")).for_each(|(_, b)| many.extend(b));
    assert!(parts.keys().filter(|name| name.starts_with("part-")).count() >= 5);
    assert_eq!(String::from_utf8(alone.stdout).unwrap(), String::from_utf8(many).unwrap());
}

/// A list as JSON Lines, one as CSV, and a list of sources; all in no order, with names that CSV and
/// shells find hard.
fn lists(home: &Path) -> (String, String, String) {
    fs::create_dir_all(home.join("media")).unwrap();
    let (mut works, mut csv) = (Vec::new(), "file,title,creator,train.gen\n".to_string());
    let mut sources = String::new();
    for n in (0..PICTURES).map(|n| n * 77 % PICTURES) {
        let file = format!("{}, \"no.\" {n}.bmp", ["Häher", "heron", "鷺"][n as usize % 3]);
        fs::write(home.join("media").join(&file), picture(n, 0)).unwrap();
        let title = format!("Picture \\ {n}\u{2028}");
        works.push(serde_json::json!({
            "file": file, "title": title, "creator": ["Zoë", "Ann"], "uses": {"train.gen": "denied"},
        }));
        let quoted = file.replace('"', "\"\"");
        csv += &format!("\"{quoted}\",\"Fern\nnumber {n}\",Zoë; Ann,denied\n");
        sources += &format!("{}\n", home.join("media").join(&file).display());
    }
    for n in (0..ROWS).map(|n| n * 1_001 % ROWS) {
        // Some of them are several files of one work.
        let hash = sayso_core::catalogue::descriptor::hex(&[(n % 251) as u8; 32]);
        works.push(serde_json::json!({"id": format!("row {}", n / 2), "sha256": hash}));
    }
    works.push(serde_json::json!({"file": "gone.bmp"}));
    csv += "gone.bmp,,,\n";
    sources += &format!("{}\n", home.join("media/gone.bmp").display());
    let lines: String = works.iter().map(|work| format!("{work}\n")).collect();
    let at = |name: &str, text: &str| {
        fs::write(home.join(name), text).unwrap();
        home.join(name).to_str().unwrap().to_string()
    };
    (at("works.jsonl", &lines), at("works.csv", &csv), at("sources", &sources))
}
