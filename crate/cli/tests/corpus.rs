//! Every file of the open corpus, hostile ones too, in one run from a list.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use support::{keeps_the_contract, sayso};

#[test]
fn the_whole_corpus_is_answered_in_order() {
    let Some(corpus) = sayso_shelf::at("corpus") else { return };
    let mut files = Vec::new();
    let mut folders = vec![corpus];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    assert!(files.len() > 2_000, "{} files", files.len());

    let start = Instant::now();
    let mut child = sayso()
        .args(["check", "--json", "--offline", "--jobs", "2", "--from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut list = child.stdin.take().unwrap();
    let sources = files.clone();
    let writer = std::thread::spawn(move || {
        for file in sources {
            writeln!(list, "{}", file.display()).unwrap();
        }
    });
    let mut slowest = (Duration::ZERO, String::new());
    let mut last = Instant::now();
    let mut recognised = 0;
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for file in &files {
        let line = answers.next().expect("a line for every source").unwrap();
        // Lines come in order, so the wait for one line is at most the work on it and
        // on those beside it.
        let waited = last.elapsed();
        last = Instant::now();
        if waited > slowest.0 {
            slowest = (waited, file.display().to_string());
        }
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["source"], file.to_str().unwrap());
        keeps_the_contract(&line);
        assert!(line["fingerprint"]["blake3"].is_string(), "{line}");
        recognised += usize::from(!line["media"].is_null());
    }
    assert!(answers.next().is_none());
    writer.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    println!(
        "{} files, {recognised} recognised, {:.1?}; slowest {:.2?}: {}",
        files.len(),
        start.elapsed(),
        slowest.0,
        slowest.1
    );
    assert!(slowest.0 < Duration::from_secs(5), "{slowest:?}");
}

#[test]
fn codes_are_those_of_the_reference_tools() {
    let Some(media) = sayso_shelf::at("conformance/media/demo.jpg") else { return };
    let output = sayso().args(["check", "--json", "--offline"]).arg(media).output().unwrap();
    let line = &support::lines(&output)[0];
    let print = &line["fingerprint"];
    assert_eq!(print["sha1"], "6f93079ef1058c53dcfed9eaffff703765dd5a20");
    assert_eq!(print["phash"], "c343309e3c9e8e67");
    assert_eq!(print["dhash"], "c8c8c8e06161e9c6");
    assert_eq!(line["media"]["bytes"], 35_393);
    assert_eq!((&line["media"]["width"], &line["media"]["height"]), (&200.into(), &133.into()));
}
