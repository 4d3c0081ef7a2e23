//! Runs the program as a stranger does, and plays the servers it may meet.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

/// Every signal of the reference whose coverage a line must have.
pub const USES: [&str; 6] = ["search", "tdm", "train.nongen", "train.gen", "ai.input", "ai.index"];

/// A picture of one pixel.
pub const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// The program, to be given arguments.
pub fn sayso() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sayso"));
    command.env_remove("HTTP_PROXY").env_remove("http_proxy").env_remove("ALL_PROXY");
    command.env_remove("COLUMNS").stdin(Stdio::null());
    command
}

/// Runs it with these arguments and this standard input.
pub fn run(args: &[&str], input: &str) -> Output {
    let mut child = sayso()
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_string();
    let writer = std::thread::spawn(move || {
        // The program may have ended before it read everything.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// The lines of a run with `--json`, each checked against the contract.
pub fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}")))
        .collect();
    lines.iter().for_each(keeps_the_contract);
    lines
}

/// Everything that `reference` promises about one line, whatever the source was.
pub fn keeps_the_contract(line: &Value) {
    let has = |value: &Value, keys: &[&str]| {
        let object = value.as_object().unwrap_or_else(|| panic!("no object: {value} in {line}"));
        for key in keys {
            assert!(object.contains_key(*key), "{key} is missing in {value}");
        }
    };
    let one_of = |value: &Value, words: &[&str]| {
        assert!(value.as_str().is_some_and(|v| words.contains(&v)), "{value} is none of {words:?}");
    };
    let text_or_null = |value: &Value| assert!(value.is_null() || value.is_string(), "{value}");
    has(line, &["schema", "source", "media", "fingerprint", "consent", "licence", "origin"]);
    has(line, &["statements", "coverage", "c2pa", "matches", "problems"]);
    assert_eq!(line["schema"], "sayso.check/1");
    assert!(line["source"].is_string());

    if !line["media"].is_null() {
        has(&line["media"], &["kind", "format", "mime", "bytes", "width", "height"]);
        has(&line["media"], &["orientation", "frames", "duration_s"]);
        one_of(&line["media"]["kind"], &["image", "audio", "video"]);
    } else {
        assert_ne!(line["problems"], serde_json::json!([]), "no format and no word why: {line}");
    }
    let print = &line["fingerprint"];
    has(print, &["phash", "dhash", "chromaprint", "featureless"]);
    for (hash, digits) in [("blake3", 64), ("sha1", 40), ("sha256", 64)] {
        has(print, &[hash]);
        let hash = &print[hash];
        assert!(hash.is_null() || hash.as_str().unwrap().len() == digits, "{hash}");
    }
    let codes = ["code", "image", "image_256", "image_tolerant", "audio", "audio_256", "data"];
    has(&print["iscc"], &codes);
    has(&print["iscc"], &["instance"]);
    for code in print["iscc"].as_object().unwrap().values().filter(|c| !c.is_null()) {
        assert!(code.as_str().unwrap().starts_with("ISCC:"), "{code}");
    }

    let verdicts = ["denied", "conditional", "allowed", "unspecified"];
    let bases = ["explicit", "implied", "licence-implied", "inherited", "legacy"];
    let tiers = ["S0", "S1", "S2", "S3", "S4", "S5"];
    assert_eq!(line["consent"].as_object().unwrap().len(), USES.len());
    for what in USES {
        let consent = &line["consent"][what];
        has(consent, &["verdict", "basis", "tier", "mixed"]);
        one_of(&consent["verdict"], &verdicts);
        assert!(consent["mixed"].is_boolean());
        if consent["verdict"] != "unspecified" {
            one_of(&consent["basis"], &bases);
            one_of(&consent["tier"], &tiers);
        }
    }
    let licence = &line["licence"];
    has(licence, &["uri", "spdx", "notice", "owners", "creators", "credit", "licensing_url"]);
    has(licence, &["conditions"]);
    for list in ["owners", "creators", "conditions"] {
        assert!(licence[list].is_array());
    }
    has(&line["origin"], &["kind", "source_type", "ai_system"]);
    let kinds = ["unknown", "captured", "human-made", "ai-assisted", "ai-generated", "composite"];
    one_of(&line["origin"]["kind"], &kinds);

    let coverage = ["found", "checked-absent", "not-checked", "fetch-failed", "malformed"];
    let known: Vec<&str> = sayso_core::signal::SIGNALS
        .iter()
        .map(|s| s.id)
        .chain(sayso_core::signal::IN_RECORDS.iter().copied())
        .collect();
    has(&line["coverage"], &known);
    line["coverage"].as_object().unwrap().values().for_each(|c| one_of(c, &coverage));

    for statement in line["statements"].as_array().unwrap() {
        has(statement, &["signal", "carrier", "locator", "raw", "scope", "declared_by"]);
        has(statement, &["authenticity", "tier", "verdicts", "offers"]);
        one_of(&statement["scope"], &["bytes", "url", "page", "origin", "work"]);
        let kinds = ["trusted", "valid-untrusted", "unchecked", "unsigned", "tampered", "n/a"];
        one_of(&statement["authenticity"], &kinds);
        one_of(&statement["tier"], &tiers);
        for (what, verdict) in statement["verdicts"].as_object().unwrap() {
            assert!(USES.contains(&what.as_str()), "{what}");
            one_of(verdict, &verdicts);
        }
        text_or_null(&statement["declared_by"]);
    }
    has(&line["c2pa"], &["state", "issuer", "signed_at", "codes"]);
    let states = ["absent", "trusted", "valid-untrusted", "tampered", "malformed", "unsupported"];
    // Nothing is known of a manifest only where no bytes were had.
    match print["blake3"].is_null() {
        true => assert_eq!(line["c2pa"]["state"], Value::Null),
        false => one_of(&line["c2pa"]["state"], &states),
    }
    for found in line["matches"].as_array().unwrap() {
        has(found, &["registry", "record_id", "record_url", "match", "distance", "bits"]);
        one_of(&found["match"], &["exact", "url", "near"]);
    }
    let codes = ["malformed", "truncated", "unsupported", "over-limit", "unreadable", "network"];
    for problem in line["problems"].as_array().unwrap() {
        has(problem, &["code", "where", "message"]);
        one_of(&problem["code"], &codes);
    }
}

/// A new folder for one test, under the folder that cargo gives to tests.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A picture of soft shapes, another for each number; 24-bit BMP. `lift` makes all a little
/// brighter, as a copy may be.
pub fn picture(number: u32, lift: u8) -> Vec<u8> {
    const SIDE: u32 = 96;
    let mut state = number.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    };
    let shapes: Vec<[f64; 4]> = (0..9).map(|_| [0; 4].map(|_| random())).collect();
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let light: f64 = shapes
                .iter()
                .map(|[cx, cy, size, light]| {
                    let (dx, dy) = (f64::from(x) / 96.0 - cx, f64::from(y) / 96.0 - cy);
                    (light - 0.4) * (-(dx * dx + dy * dy) / (0.01 + 0.05 * size)).exp()
                })
                .sum();
            let grey = (110.0 + 120.0 * light).clamp(0.0, 230.0) as u8 + lift;
            pixels.extend_from_slice(&[grey, grey, grey]);
        }
    }
    let mut bmp = b"BM".to_vec();
    let length = 54 + pixels.len() as u32;
    for value in [length, 0, 54, 40, SIDE, SIDE, 1 | 24 << 16, 0, pixels.len() as u32, 0, 0, 0, 0] {
        bmp.extend_from_slice(&value.to_le_bytes());
    }
    bmp.extend_from_slice(&pixels);
    bmp
}

/// Every file below a folder by its path, with its bytes.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_string();
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

/// A server on loopback that counts what it is asked.
pub struct Server {
    /// Scheme, host and port.
    pub origin: String,
    /// How many requests it has seen.
    pub asked: Arc<AtomicUsize>,
    /// How often `robots.txt` was asked for.
    pub robots: Arc<AtomicUsize>,
}

impl Server {
    /// Answers each request, whose path is given, in this way.
    pub fn start(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let (asked, robots) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let counts = (asked.clone(), robots.clone());
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let answer = answer.clone();
                let (asked, robots) = counts.clone();
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    let Some(path) = path_of_request(&mut stream) else { return };
                    asked.fetch_add(1, Ordering::SeqCst);
                    robots.fetch_add(usize::from(path == "/robots.txt"), Ordering::SeqCst);
                    answer(&path, &mut stream);
                });
            }
        });
        Server { origin, asked, robots }
    }
}

fn path_of_request(stream: &mut TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).ok()? == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()?.split(' ').nth(1).map(str::to_string)
}

/// One whole answer, after which the connection is closed.
pub fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
}
