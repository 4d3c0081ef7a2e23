//! `sayso check` on files: the shape of its answers, their order, its exit status.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use support::{GIF, folder, lines, run, sayso};

#[test]
fn every_line_keeps_the_contract() {
    let folder = folder("contract");
    // The smallest sound; what stands where a manifest store belongs is none.
    let signed: &[u8] = b"RIFF\x38\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x04\0\0\0\x80\x80\x80\x80C2PA\x04\0\0\0jumb";
    let files: [(&str, &[u8]); 7] = [
        ("signed.wav", signed),
        ("one.gif", GIF),
        ("empty.jpg", b""),
        ("cut.gif", &GIF[..20]),
        ("page.jpg", b"<!DOCTYPE html><title>Not a picture</title>"),
        ("noise.png", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR"),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"/>"),
    ];
    let mut args = vec!["check".to_string(), "--json".to_string()];
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        args.push(path.to_str().unwrap().to_string());
    }
    let output = run(&args.iter().map(String::as_str).collect::<Vec<_>>(), "");
    assert_eq!(output.status.code(), Some(0), "a broken file is answered, which is no failure");
    let lines = lines(&output);
    let sources: Vec<&str> = lines.iter().map(|l| l["source"].as_str().unwrap()).collect();
    assert_eq!(sources, args[2..]);
    for line in &lines {
        for hash in ["blake3", "sha1", "sha256"] {
            assert!(line["fingerprint"][hash].is_string(), "{hash} exists for any bytes: {line}");
        }
        assert!(line["fingerprint"]["iscc"]["data"].is_string(), "{line}");
        assert!(line["fingerprint"]["iscc"]["instance"].is_string(), "{line}");
        assert_eq!(line["consent"]["train.gen"]["verdict"], "unspecified", "silence is silence");
    }
    let states: Vec<&str> = lines.iter().map(|l| l["c2pa"]["state"].as_str().unwrap()).collect();
    assert_eq!(
        states,
        ["malformed", "absent", "unsupported", "malformed", "unsupported", "malformed", "absent"],
        "absent only where all was looked at"
    );
    assert_eq!(
        lines[1]["fingerprint"]["sha1"], "5fbd472222feb8a22cf5b8aa5dc5b8e13af88e2b",
        "as sha1sum has it"
    );
    assert_eq!(lines[2]["problems"][0]["code"], "truncated");
}

#[test]
fn what_cannot_be_read_says_why_and_fails_at_the_end() {
    let folder = folder("unreadable");
    let gif = folder.join("one.gif");
    std::fs::write(&gif, GIF).unwrap();
    let (gif, folder) = (gif.to_str().unwrap(), folder.to_str().unwrap());
    let output = run(&["check", "--json", "no such file", folder, "/dev/null", gif], "");
    assert_eq!(output.status.code(), Some(1));
    let lines = lines(&output);
    assert_eq!(lines.len(), 4);
    for line in &lines[..3] {
        assert_eq!(line["problems"][0]["code"], "unreadable", "{line}");
        assert_eq!(line["fingerprint"]["blake3"], serde_json::Value::Null);
    }
    assert!(lines[3]["fingerprint"]["blake3"].is_string());
}

#[test]
fn wrong_usage_is_told_apart() {
    for wrong in [
        &["check", "--trust", "/no/such.pem", "a"][..],
        &["check"][..],
        &[],
        &["chekc", "a"],
        &["check", "--jsno", "a"],
        &["check", "--jobs", "0", "a"],
        &["check", "--jobs", "many", "a"],
        &["check", "--from", "no such list"],
        &["check", "--table", "no such table", "a"],
        &["check", "--declarations", "no such file", "a"],
        &["report", "verify"],
    ] {
        let output = run(wrong, "");
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty(), "{wrong:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("Usage:"), "{wrong:?}");
    }
}

#[test]
fn a_declaration_for_the_same_bytes_counts() {
    let folder = folder("declared");
    let (gif, list) = (folder.join("a.gif"), folder.join("declared.json"));
    std::fs::write(&gif, GIF).unwrap();
    let gif = gif.to_str().unwrap();
    let iscc =
        lines(&run(&["check", "--json", gif], ""))[0]["fingerprint"]["iscc"]["instance"].clone();
    let iscc = iscc.as_str().unwrap();
    let text =
        format!(r#"[{{"version":"1.0","iscc":"{iscc}","all":"true","train-genai":"false"}}]"#);
    std::fs::write(&list, text).unwrap();
    let output = run(&["check", "--json", "--declarations", list.to_str().unwrap(), gif], "");
    let line = &lines(&output)[0];
    assert_eq!(line["coverage"]["tdmai"], "found", "{line}");
    assert_eq!(line["consent"]["train.gen"]["verdict"], "denied", "{line}");
    std::fs::write(&list, r#"{"all":"false"}"#).unwrap();
    let wrong = run(&["check", "--declarations", list.to_str().unwrap(), gif], "");
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("declaration 1: it names no ISCC"));
}

#[test]
fn a_list_is_streamed_and_answered_in_order() {
    // More than both queues hold: the answers must come while the list is still open.
    const MANY: usize = 20_000;
    let mut child = sayso()
        .args(["check", "--json", "--jobs", "4", "--from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut list = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    let (written, reading) = std::sync::mpsc::channel();
    let writer = std::thread::spawn(move || {
        for n in 0..MANY {
            writeln!(list, "no such file {n}\r").unwrap();
            if n % 50 == 0 {
                // Empty lines are no sources.
                writeln!(list).unwrap();
            }
        }
        list.flush().unwrap();
        // Held open until the other side has seen the first thousand answers.
        reading.recv().unwrap();
        drop(list);
    });
    for n in 0..MANY {
        let line: serde_json::Value =
            serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(line["source"], format!("no such file {n}"));
        if n == 1_000 {
            written.send(()).unwrap();
        }
    }
    assert!(answers.next().is_none());
    writer.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_closed_pipe_ends_the_run() {
    let mut child = sayso()
        .args(["check", "--json", "--from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut list = child.stdin.take().unwrap();
    drop(child.stdout.take());
    // Until the program has gone, and with it the reader of this pipe.
    while list.write_all(b"no such file\n").is_ok() {}
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.is_empty(), "`| head` is no fault");
}

#[test]
fn help_into_a_closed_pipe_is_no_panic() {
    let mut child =
        sayso().arg("--help").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn offline_means_no_network_at_all() {
    let folder = folder("offline");
    let gif = folder.join("one.gif");
    std::fs::write(&gif, GIF).unwrap();
    let server = support::Server::start(|_, s| support::answer(s, "200 OK", "", GIF));
    let url = format!("{}/a.gif", server.origin);
    let output = run(&["check", "--json", "--offline", &url, gif.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(server.asked.load(std::sync::atomic::Ordering::SeqCst), 0);
    let lines = lines(&output);
    assert_eq!(lines[0]["problems"][0]["code"], "network");
    assert_eq!(lines[0]["problems"][0]["message"], "offline");
    for signal in sayso_core::signal::SIGNALS {
        use sayso_core::signal::Source;
        assert_eq!(lines[0]["coverage"][signal.id], "not-checked", "{}", signal.id);
        if matches!(signal.source, Source::Robots | Source::TdmrepFile | Source::Headers) {
            assert_eq!(lines[1]["coverage"][signal.id], "not-checked", "{}", signal.id);
        }
    }
}

#[test]
fn a_manifest_is_checked_and_its_words_weigh_accordingly() {
    let Some(corpus) = sayso_shelf::at("corpus") else { return };
    let file = |name: &str| corpus.join("c2pa/generated").join(name).display().to_string();
    let roots = "c2pa/c2pa-rs/sdk__tests__fixtures__certs__trust__test_cert_root_bundle.pem";
    let roots = corpus.join(roots).display().to_string();
    let (good, bad) = (file("notallowed.jpg"), file("tampered-pixels.jpg"));
    let plain = lines(&run(&["check", "--json", "--offline", &good, &bad], ""));
    assert_eq!(plain[0]["c2pa"]["state"], "valid-untrusted");
    assert_eq!(plain[0]["c2pa"]["issuer"], "C2PA Test Signing Cert");
    assert_eq!(plain[0]["c2pa"]["codes"], serde_json::json!(["signingCredential.untrusted"]));
    assert_eq!(plain[0]["c2pa"]["claims"]["mining"][0]["label"], "c2pa.training-mining");
    let train = |line: &serde_json::Value| line["consent"]["train.gen"].clone();
    assert_eq!(train(&plain[0])["verdict"], "denied");
    assert_eq!(train(&plain[0])["tier"], "S3");
    assert_eq!(plain[1]["c2pa"]["state"], "tampered");
    assert_eq!(train(&plain[1])["verdict"], "unspecified", "a note, and no word");
    let trusting = run(&["check", "--json", "--offline", "--trust", &roots, &good, &bad], "");
    let trusting = lines(&trusting);
    assert_eq!(trusting[0]["c2pa"]["state"], "trusted");
    assert_eq!(trusting[0]["statements"][0]["authenticity"], "trusted");
    // The manifest carries the words (`gathered_assertions`); nobody signs them as theirs.
    assert_eq!(train(&trusting[0])["tier"], "S3");
    assert_eq!(trusting[1]["c2pa"]["state"], "tampered");
}

#[test]
fn own_works_are_found_by_their_bytes() {
    let folder = folder("table");
    let gif = folder.join("one.gif");
    std::fs::write(&gif, GIF).unwrap();
    let gif = gif.to_str().unwrap();
    let id = lines(&run(&["check", "--json", gif], ""))[0]["fingerprint"]["blake3"].clone();
    let work = serde_json::json!({
        "id": id, "title": "Dot", "codes": null, "featureless": true, "unstable": false,
        "stances": [{"use": "train.gen", "verdict": "denied"}], "added_at": 0
    });
    let table = folder.join("own.jsonl");
    std::fs::write(&table, format!("{work}\n\n")).unwrap();
    let output = run(&["check", "--json", "--table", table.to_str().unwrap(), gif], "");
    assert_eq!(output.status.code(), Some(0));
    let line = &lines(&output)[0];
    assert_eq!(line["matches"][0]["registry"], "own-works");
    assert_eq!(line["matches"][0]["match"], "exact");
    assert_eq!(line["matches"][0]["record_id"], id);
    assert_eq!(line["consent"]["train.gen"]["verdict"], "denied");
    assert_eq!(line["consent"]["tdm"]["verdict"], "unspecified");

    std::fs::write(&table, format!("{work}\n{{\"id\": 1}}\n")).unwrap();
    let output = run(&["check", "--table", table.to_str().unwrap(), gif], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("own.jsonl, line 2"));
}

#[test]
fn a_file_beyond_the_limit_has_its_exact_hashes() {
    let path = folder("large").join("large.bin");
    let length = sayso_core::limits::Limits::DEFAULT.file_bytes as u64 + 1;
    std::fs::File::create(&path).unwrap().set_len(length).unwrap();
    let output = run(&["check", "--json", path.to_str().unwrap()], "");
    assert_eq!(output.status.code(), Some(0));
    let line = &lines(&output)[0];
    assert_eq!(line["problems"][0]["code"], "over-limit");
    assert_eq!(
        line["fingerprint"]["sha1"], "e86b0f6894957e6491651921c60fe783069885c2",
        "as sha1sum has it"
    );
    assert!(line["fingerprint"]["iscc"]["instance"].is_string());
    for coverage in line["coverage"].as_object().unwrap().values() {
        assert!(coverage != "found" && coverage != "checked-absent", "nothing was looked at");
    }
}

#[cfg(unix)]
#[test]
fn names_need_not_be_text_and_cannot_steer_the_terminal() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder("names");
    let hostile = folder.join(std::ffi::OsStr::from_bytes(b"\x1b[2J\xff\xe2\x80\xae.gif"));
    std::fs::write(&hostile, GIF).unwrap();
    let output = sayso().arg("check").arg(&hostile).env("COLUMNS", "50").output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains('\x1b') && !text.contains('\u{202E}'), "{text:?}");
    assert!(text.lines().all(|line| line.chars().count() <= 50), "{text}");
    let output = sayso().args(["check", "--json"]).arg(&hostile).output().unwrap();
    assert_eq!(lines(&output).len(), 1);
}
