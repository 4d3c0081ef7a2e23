//! `sayso catalogue` from a list and a folder of media to answers over HTTP, and `check --table`.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use support::{files, folder, picture, run};

/// Fifteen seconds of wandering tones, 11,025 Hz mono, `gain` in percent.
fn sound(number: u32, gain: i32) -> Vec<u8> {
    let mut state = number.wrapping_mul(40_503) + 7;
    let mut data = Vec::new();
    let (mut phase, mut step) = ([0.0_f64; 3], [0.0_f64; 3]);
    for n in 0..15 * 11_025 {
        if n % 1_500 == 0 {
            for step in &mut step {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *step = (200.0 + f64::from(state >> 20) / 2.0) * std::f64::consts::TAU / 11_025.0;
            }
        }
        let mut value = 0.0;
        for (phase, step) in phase.iter_mut().zip(step) {
            *phase += step;
            value += phase.sin();
        }
        let value = (value * 80.0 * f64::from(gain)) as i16;
        data.extend_from_slice(&value.to_le_bytes());
    }
    let mut wav = b"RIFF".to_vec();
    wav.extend_from_slice(&(36 + data.len() as u32).to_le_bytes());
    wav.extend_from_slice(
        b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x11\x2b\0\0\x22\x56\0\0\x02\0\x10\0data",
    );
    wav.extend_from_slice(&(data.len() as u32).to_le_bytes());
    wav.extend_from_slice(&data);
    wav
}

/// Forty pictures, four sounds, and the list of them.
fn works(home: &Path) {
    fs::create_dir_all(home.join("media/sub")).unwrap();
    let mut list = "file,title,creator,train.gen,tdm,licence,contact\n".to_string();
    for n in 0..40 {
        fs::write(home.join(format!("media/p{n}.bmp")), picture(n, 0)).unwrap();
        list +=
            &format!("p{n}.bmp,Picture {n},Zoë,denied,conditional,CC BY 4.0,mailto:z@c.example\n");
    }
    for n in 0..4 {
        fs::write(home.join(format!("media/sub/s{n}.wav")), sound(n, 100)).unwrap();
        list += &format!("sub/s{n}.wav,Sound {n},Ann,allowed,,,\n");
    }
    fs::write(home.join("works.csv"), list).unwrap();
}

fn words(home: &Path, words: &[&str]) -> Output {
    let at = |word: &&str| match word.strip_prefix('@') {
        Some(name) => home.join(name).to_str().unwrap().to_string(),
        None => word.to_string(),
    };
    let words: Vec<String> = words.iter().map(at).collect();
    run(&words.iter().map(String::as_str).collect::<Vec<_>>(), "")
}

const BUILD: [&str; 12] = [
    "catalogue",
    "build",
    "--name",
    "Fern",
    "--operator",
    "A collective",
    "--works",
    "@works.csv",
    "--media",
    "@media",
    "--out",
    "@out",
];

fn built(name: &str) -> PathBuf {
    let home = folder(name);
    works(&home);
    let output = words(&home, &BUILD);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    home
}

fn told(output: &Output) -> String {
    let text = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn descriptor(home: &Path) -> Value {
    serde_json::from_slice(&fs::read(home.join("out/catalogue.json")).unwrap()).unwrap()
}

/// A static file server on loopback that gives parts of files, and logs what it is asked.
struct Host {
    origin: String,
    log: Arc<Mutex<Vec<(String, usize)>>>,
}

fn host(root: PathBuf, parts: bool) -> Host {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}/", listener.local_addr().unwrap());
    let log: Arc<Mutex<Vec<(String, usize)>>> = Arc::default();
    let seen = log.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let path = head.split(' ').nth(1).unwrap().trim_start_matches('/').to_string();
            let range = head.lines().find_map(|l| {
                let (name, value) = l.split_once(": bytes=")?;
                let (from, to) = value.split_once('-')?;
                let range = (from.parse::<usize>().ok()?, to.parse::<usize>().ok()?);
                name.eq_ignore_ascii_case("range").then_some(range)
            });
            let Ok(file) = fs::read(root.join(&path)) else {
                let _ = stream.write_all(
                    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                );
                continue;
            };
            let (status, body) = match range.filter(|_| parts) {
                Some((from, to)) => ("206 Partial Content", &file[from..=to.min(file.len() - 1)]),
                None => ("200 OK", &file[..]),
            };
            seen.lock().unwrap().push((path, body.len()));
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        }
    });
    Host { origin, log }
}

#[test]
fn a_catalogue_is_built_verified_and_asked_on_the_disk() {
    let home = built("catalogue-disk");
    assert_eq!(
        descriptor(&home)["counts"],
        serde_json::json!({"works": 44, "pictures": 40, "sounds": 4})
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(home.join("out.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let verified = words(&home, &["catalogue", "verify", "@out"]);
    assert_eq!(verified.status.code(), Some(0), "{}", told(&verified));
    assert!(told(&verified).contains("44 records are those that this key has signed"));

    fs::write(home.join("copy.bmp"), picture(7, 3)).unwrap();
    fs::write(home.join("copy.wav"), sound(2, 70)).unwrap();
    fs::write(home.join("other.bmp"), picture(777, 0)).unwrap();
    let found = words(
        &home,
        &[
            "catalogue",
            "find",
            "--json",
            "@out",
            "@media/p3.bmp",
            "@copy.bmp",
            "@copy.wav",
            "@other.bmp",
        ],
    );
    assert_eq!(found.status.code(), Some(0), "{}", told(&found));
    let lines = lines(&found);
    assert_eq!(lines[0]["matches"][0]["match"], "exact");
    assert_eq!(lines[0]["matches"][0]["record"]["title"], "Picture 3");
    assert_eq!(lines[0]["matches"][0]["record"]["uses"]["train.gen"], "denied");
    let near = &lines[1]["matches"][0];
    assert_eq!((&near["match"], &near["sure"]), (&"near".into(), &true.into()), "{near}");
    assert_eq!(near["record"]["title"], "Picture 7");
    let heard = &lines[2]["matches"][0];
    assert_eq!(
        (&heard["sure"], &heard["record"]["title"]),
        (&true.into(), &"Sound 2".into()),
        "{}",
        lines[2]
    );
    assert_eq!(lines[3]["matches"], serde_json::json!([]));
    let text = told(&words(&home, &["catalogue", "find", "@out", "@other.bmp"]));
    assert!(text.contains("nothing found, which says nothing about the work"), "{text}");
}

#[test]
fn check_fills_its_matches_from_a_catalogue_or_a_table() {
    let home = built("catalogue-check");
    fs::write(home.join("copy.bmp"), picture(7, 3)).unwrap();
    let table = descriptor(&home)["tables"]["image"]["file"]["name"].as_str().unwrap().to_string();
    let table = format!("@out/{table}");
    for (named, registry, title) in [
        ("@out", "catalogue:Fern", Some("Picture 7")),
        ("@out/catalogue.json", "catalogue:Fern", Some("Picture 7")),
        (&table, "catalogue:image-", None),
    ] {
        let output = words(
            &home,
            &["check", "--json", "--offline", "--table", named, "@copy.bmp", "@media/p7.bmp"],
        );
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let lines = support::lines(&output);
        let found = &lines[0]["matches"][0];
        assert!(found["registry"].as_str().unwrap().starts_with(registry), "{found}");
        assert_eq!((found["match"].as_str(), found["title"].as_str()), (Some("near"), title));
        assert_eq!(lines[0]["consent"]["train.gen"]["verdict"], "denied");
        assert_eq!(lines[0]["consent"]["train.gen"]["tier"], "S1");
        let same = &lines[1];
        if title.is_some() {
            assert_eq!(same["matches"][0]["match"], "exact");
            assert_eq!(same["consent"]["train.gen"]["tier"], "S4");
            assert_eq!(same["consent"]["tdm"]["verdict"], "conditional");
            assert_eq!(same["licence"]["spdx"], "CC-BY-4.0");
            assert_eq!(
                same["consent"]["search"]["verdict"], "unspecified",
                "a licence is no consent"
            );
        }
    }
    let text = told(&words(&home, &["check", "--offline", "--table", "@out", "@media/p7.bmp"]));
    assert!(text.contains("Fern"), "{text}");
}

#[test]
fn an_address_is_asked_by_at_most_three_parts_and_100_kib() {
    let home = built("catalogue-web");
    let host = host(home.join("out"), true);
    fs::write(home.join("copy.bmp"), picture(7, 2)).unwrap();
    fs::write(home.join("other.bmp"), picture(777, 0)).unwrap();
    for (file, matches, parts) in
        [("@media/p3.bmp", 1, 2), ("@copy.bmp", 1, 3), ("@other.bmp", 0, 2)]
    {
        host.log.lock().unwrap().clear();
        let output = words(&home, &["catalogue", "find", "--json", &host.origin, file]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        let line = &lines(&output)[0];
        assert_eq!(line["matches"].as_array().unwrap().len(), matches, "{line}");
        let log = host.log.lock().unwrap();
        let slots: Vec<_> = log.iter().filter(|(path, _)| path.ends_with(".bin")).collect();
        let bytes: usize = slots.iter().map(|(_, bytes)| bytes).sum();
        assert_eq!(
            (slots.len(), line["requests"].as_u64()),
            (parts, Some(parts as u64)),
            "{log:?}"
        );
        assert_eq!(Some(bytes as u64), line["bytes"].as_u64());
        assert!(bytes <= 100 << 10, "{bytes}");
        assert!(log.iter().all(|(path, _)| !path.starts_with("table/")), "{log:?}");
    }
    let verified = words(&home, &["catalogue", "verify", &host.origin]);
    assert_eq!(verified.status.code(), Some(0), "{}", told(&verified));
}

#[test]
fn a_host_without_parts_is_told_and_a_lost_file_is_too() {
    let home = built("catalogue-parts");
    let mean = host(home.join("out"), false);
    let output = words(&home, &["catalogue", "verify", &mean.origin]);
    // Small files are their own parts; larger ones are not taken whole.
    let output = match output.status.code() {
        Some(1) => output,
        _ => words(&home, &["catalogue", "find", &mean.origin, "@media/p3.bmp"]),
    };
    assert!(told(&output).contains("the server gives no parts of files"), "{}", told(&output));
    let whole = host(home.join("out"), true);
    for file in fs::read_dir(home.join("out/records")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    for place in [whole.origin.as_str(), "@out"] {
        let output = words(&home, &["catalogue", "verify", place]);
        assert_eq!(output.status.code(), Some(1));
        assert!(told(&output).contains("could not be had"), "{}", told(&output));
    }
}

#[test]
fn what_was_had_last_stays_in_use() {
    let home = built("catalogue-state");
    let host = host(home.join("out"), true);
    let find = || {
        words(
            &home,
            &["catalogue", "find", "--json", "--state", "@state", &host.origin, "@media/p3.bmp"],
        )
    };
    let title = |output: &Output| lines(output)[0]["matches"][0]["record"]["title"].clone();
    assert_eq!(title(&find()), "Picture 3");
    let out = home.join("out");
    let keep = |name: &str| fs::read(out.join(name)).unwrap();
    let first = (keep("catalogue.json"), keep("catalogue.sig"));
    // The next epoch, of which half has been put up: its descriptor, not yet its signature.
    let list = fs::read_to_string(home.join("works.csv")).unwrap();
    fs::write(home.join("works.csv"), list.replace("Picture 3,", "Picture three,")).unwrap();
    assert_eq!(words(&home, &BUILD).status.code(), Some(0));
    let second = (keep("catalogue.json"), keep("catalogue.sig"));
    fs::write(out.join("catalogue.sig"), &first.1).unwrap();
    let half = find();
    assert_eq!(title(&half), "Picture 3");
    assert!(
        told(&half).contains("the signature is not one of this catalogue's key"),
        "{}",
        told(&half)
    );
    // Now all of it.
    fs::write(out.join("catalogue.sig"), &second.1).unwrap();
    assert_eq!(title(&find()), "Picture three");
    // Somebody puts the old one back.
    fs::write(out.join("catalogue.json"), &first.0).unwrap();
    fs::write(out.join("catalogue.sig"), &first.1).unwrap();
    let old = find();
    assert_eq!(title(&old), "Picture three");
    assert!(told(&old).contains("epoch 1 is older than epoch 2"), "{}", told(&old));
    // And somebody another catalogue, with a key of their own.
    let other = built("catalogue-other");
    for name in ["catalogue.json", "catalogue.sig"] {
        fs::copy(other.join("out").join(name), out.join(name)).unwrap();
    }
    let replaced = find();
    assert_eq!(title(&replaced), "Picture three");
    assert!(told(&replaced).contains("another key"), "{}", told(&replaced));
    // What was kept cannot be damaged into nothing.
    fs::write(home.join("state"), b"short").unwrap();
    let damaged = find();
    assert_eq!(damaged.status.code(), Some(1));
    assert!(told(&damaged).contains("what was kept is damaged"), "{}", told(&damaged));
}

#[test]
fn the_same_list_gives_the_same_files() {
    let (a, b) = (built("catalogue-same-a"), folder("catalogue-same-b"));
    works(&b);
    let list = fs::read_to_string(b.join("works.csv")).unwrap();
    let (head, rows) = list.split_once('\n').unwrap();
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.reverse();
    fs::write(b.join("works.csv"), format!("{head}\n{}\n", rows.join("\n"))).unwrap();
    assert_eq!(words(&b, &BUILD).status.code(), Some(0));
    let bytes = |home: &Path| {
        let mut files = files(&home.join("out"));
        // Each has a key of its own.
        files.retain(|name, _| name.ends_with(".bin"));
        files
    };
    let (a, b) = (bytes(&a), bytes(&b));
    assert!(a.len() >= 7 && a == b, "{:?} {:?}", a.keys(), b.keys());
}

#[test]
fn a_list_read_in_parts_gives_the_same_files() {
    let home = built("catalogue-parts-alone");
    let list = fs::read_to_string(home.join("works.csv")).unwrap() + "gone.bmp,Gone,,,,,\n";
    let (head, rows) = list.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let parts = home.join("parts");
    fs::create_dir_all(&parts).unwrap();
    for (number, rows) in rows.chunks(10).enumerate() {
        fs::write(home.join("part.csv"), format!("{head}\n{}\n", rows.join("\n"))).unwrap();
        let codes = ["catalogue", "codes", "--works", "@part.csv", "--media", "@media"];
        let output = words(&home, &codes);
        let last = number == 4;
        assert_eq!(output.status.code(), Some(i32::from(last)), "{}", told(&output));
        let lines = lines(&output);
        assert_eq!(lines.len(), rows.len(), "a line for each, in order");
        for (line, row) in lines.iter().zip(rows) {
            assert!(row.starts_with(line["record"]["id"].as_str().unwrap()), "{line} {row}");
        }
        fs::write(parts.join(format!("part-{number:05}")), &output.stdout).unwrap();
    }
    let build = |list: &str| {
        let words = words(&home, &BUILD.map(|word| if word == "@works.csv" { list } else { word }));
        assert!(told(&words).contains("gone.bmp: No such file"), "{}", told(&words));
        assert_eq!(words.status.code(), Some(1));
    };
    let whole = || {
        let files = files(&home.join("out"));
        fs::remove_dir_all(home.join("out")).unwrap();
        files
    };
    whole();
    fs::write(home.join("works.csv"), &list).unwrap();
    build("@works.csv");
    let alone = whole();
    let output = words(&home, &BUILD.map(|w| if w == "@works.csv" { "@parts" } else { w }));
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("it has no _SUCCESS"), "{}", told(&output));
    fs::write(parts.join("_SUCCESS"), "").unwrap();
    build("@parts");
    assert!(alone.len() >= 9 && alone == whole(), "{:?}", alone.keys());
}

#[test]
fn rows_of_hashes_find_the_pages_of_commons() {
    let home = folder("catalogue-hashes");
    works(&home);
    for n in 0..40 {
        fs::write(home.join(format!("copy{n}.bmp")), picture(n, 3)).unwrap();
    }
    fs::write(home.join("other.bmp"), picture(777, 0)).unwrap();
    // What the index would have of these pictures: the judge is the command's own line, whose
    // hashes are those of Python ImageHash (tests/vectors).
    let mut rows = "page_id\tphash\tdhash\tthumb_width\n".to_string();
    for n in 0..40 {
        let media = format!("@media/p{n}.bmp");
        let line = lines(&words(&home, &["check", "--json", "--offline", &media])).remove(0);
        let number = |name: &str| {
            let hex = line["fingerprint"][name].as_str().unwrap();
            u64::from_str_radix(hex, 16).unwrap()
        };
        rows += &format!("{}\t{}\t{}\t1024\n", 1_000 + n, number("phash"), number("dhash"));
    }
    rows += "7\t1\t0\t1024\n8\tNULL\t5\t1024\n";
    fs::write(home.join("rows.tsv"), rows).unwrap();
    let build =
        ["catalogue", "build", "--name", "Commons", "--works", "@rows.tsv", "--out", "@out"];
    let output = words(&home, &build);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let counts = serde_json::json!({"works": 40, "pictures": 40, "sounds": 0});
    assert_eq!(descriptor(&home)["counts"], counts, "flat ones and those without a hash are none");
    assert_eq!(words(&home, &["catalogue", "verify", "@out"]).status.code(), Some(0));

    let host = host(home.join("out"), true);
    for (place, least) in [("@out", 40), (host.origin.as_str(), 25)] {
        let copies: Vec<String> = (0..40).map(|n| format!("@copy{n}.bmp")).collect();
        let mut all = vec!["catalogue", "find", "--json", place];
        all.extend(copies.iter().map(String::as_str));
        all.push("@other.bmp");
        let lines = lines(&words(&home, &all));
        let right = |n: usize| {
            lines[n]["matches"].as_array().unwrap().iter().any(|found| {
                let page = format!("https://commons.wikimedia.org/?curid={}", 1_000 + n);
                found["record"]["url"] == page.as_str() && found["bits"] == 64
            })
        };
        let found = (0..40).filter(|n| right(*n)).count();
        assert!(found >= least, "{place}: {found} of 40");
        assert_eq!(lines[40]["matches"], serde_json::json!([]), "{place}");
        assert!(lines.iter().all(|line| line["requests"].as_u64().unwrap() <= 3));
    }
    let words = words(&home, &["check", "--json", "--offline", "--table", "@out", "@copy3.bmp"]);
    let line = &support::lines(&words)[0];
    assert_eq!(line["matches"][0]["record_url"], "https://commons.wikimedia.org/?curid=1003");
    assert_eq!(line["licence"]["uri"], Value::Null, "a page is no licence");
    assert!(
        line["consent"].as_object().unwrap().values().all(|use_| use_["verdict"] == "unspecified")
    );
}

#[test]
fn what_cannot_be_read_is_left_out_and_told() {
    let home = folder("catalogue-unread");
    works(&home);
    let list = fs::read_to_string(home.join("works.csv")).unwrap();
    fs::write(home.join("works.csv"), format!("{list}gone.bmp,Gone,,,,,\n")).unwrap();
    let output = words(&home, &BUILD);
    assert_eq!(output.status.code(), Some(1));
    assert!(told(&output).contains("gone.bmp: No such file"), "{}", told(&output));
    assert_eq!(descriptor(&home)["counts"]["works"], 44);
    // A mistake in the list leaves everything as it was.
    fs::write(home.join("works.csv"), format!("{list}p1.bmp,P,,perhaps,,,\n")).unwrap();
    let output = words(&home, &BUILD);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        told(&output).contains("line 46: 'perhaps' is nothing that can be said"),
        "{}",
        told(&output)
    );
    assert_eq!(descriptor(&home)["epoch"], 1);
    let inside = words(&home, &[&BUILD[..], &["--key", "@out/secret"]].concat());
    assert!(told(&inside).contains("the key would be published"), "{}", told(&inside));
}
