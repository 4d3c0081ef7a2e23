//! `sayso check` on addresses: servers that answer, that lie, and that do not.

mod support;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use support::{GIF, Server, answer, lines, run};

#[test]
fn an_address_is_read_with_the_files_of_its_origin() {
    let server = Server::start(|path, s| match path {
        "/old.gif" => answer(s, "302 Found", "Location: /art/one.gif\r\n", b""),
        "/art/one.gif" => {
            answer(s, "200 OK", "Content-Type: image/gif\r\ntdm-reservation: 1\r\n", GIF);
        }
        "/robots.txt" => {
            let text = b"User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n";
            answer(s, "200 OK", "Content-Type: text/plain\r\n", text);
        }
        _ => answer(s, "404 Not Found", "", b"none"),
    });
    let output = run(&["check", "--json", &format!("{}/old.gif", server.origin)], "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let line = &lines(&output)[0];
    assert_eq!(line["media"]["format"], "gif");
    let coverage = &line["coverage"];
    assert_eq!(coverage["tdmrep.header"], "found", "{coverage}");
    assert_eq!(coverage["cs.robots"], "found", "{coverage}");
    assert_eq!(coverage["tdmrep.file"], "checked-absent", "{coverage}");
    assert_eq!(line["consent"]["tdm"]["verdict"], "denied");
    assert_eq!(line["consent"]["train.gen"]["verdict"], "denied");
}

#[test]
fn licences_and_policies_that_a_site_names_are_read_where_it_lies_itself() {
    let server = Server::start(|path, s| match path {
        "/one.gif" => {
            let head = "Content-Type: image/gif\r\nLink: <https://elsewhere.invalid/x.xml>; \
                rel=\"license\"; type=\"application/rsl+xml\"\r\n";
            answer(s, "200 OK", head, GIF);
        }
        "/robots.txt" => answer(s, "200 OK", "", b"License: /rsl.xml\n"),
        "/rsl.xml" => {
            let text = b"<rsl xmlns='https://rslstandard.org/rsl'><content url='/'><license>\
                <prohibits type='usage'>ai-train</prohibits></license></content></rsl>";
            answer(s, "200 OK", "Content-Type: application/rsl+xml\r\n", text);
        }
        "/trust.txt" => answer(s, "200 OK", "", b"datatrainingallowed=no\n"),
        _ => answer(s, "404 Not Found", "", b"none"),
    });
    let url = format!("{}/one.gif", server.origin);
    let output = run(&["check", "--json", &url, &url], "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let line = &lines(&output)[1];
    assert_eq!(line["coverage"]["rsl"], "found", "{}", line["coverage"]);
    assert_eq!(line["coverage"]["trusttxt"], "found");
    assert_eq!(line["coverage"]["aitxt"], "checked-absent");
    assert_eq!(line["consent"]["train.gen"]["verdict"], "denied");
    assert_eq!(line["consent"]["train.gen"]["tier"], "S1");
    let asked = server.asked.load(SeqCst);
    assert_eq!(asked, 7, "two works, five files once, and no other host");
}

#[test]
fn a_bad_server_is_answered_and_never_taken_for_silence() {
    let whole = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", u64::from(u32::MAX) + 1);
    // What the server does, the problem's code, and a part of its message.
    let cases: Vec<(Server, &str, &str)> = vec![
        (Server::start(|_, s| answer(s, "403 Forbidden", "", b"no")), "network", "403"),
        (
            Server::start(|_, s| answer(s, "429 Too Many Requests", "Retry-After: 30\r\n", b"")),
            "network",
            "429",
        ),
        (Server::start(|_, s| answer(s, "500 Internal Server Error", "", b"")), "network", "500"),
        (Server::start(|_, _| std::thread::sleep(Duration::from_secs(40))), "network", "in time"),
        (Server::start(|_, _| {}), "network", ""),
        (
            Server::start(|_, s| {
                let _ = s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nGIF89a");
            }),
            "network",
            "",
        ),
        (
            Server::start(move |_, s| {
                let _ = s.write_all(whole.as_bytes());
            }),
            "over-limit",
            "more than",
        ),
        (
            Server::start(|_, s| answer(s, "302 Found", "Location: /again\r\n", b"")),
            "network",
            "five redirects",
        ),
        (
            Server::start(|_, s| answer(s, "302 Found", "Location: file:///etc/passwd\r\n", b"")),
            "network",
            "not an address of the web",
        ),
        (
            Server::start(|_, s| {
                let _ = s.write_all(b"\x16\x03\x01 not http at all\r\n\r\n");
            }),
            "network",
            "",
        ),
    ];
    let urls: Vec<String> = cases.iter().map(|(s, ..)| format!("{}/a.gif", s.origin)).collect();
    let start = Instant::now();
    let output = run(&["check", "--json", "--jobs", "16", "--from", "-"], &urls.join("\n"));
    assert_eq!(output.status.code(), Some(1));
    assert!(start.elapsed() < Duration::from_secs(35), "{:?}", start.elapsed());
    let lines = lines(&output);
    assert_eq!(lines.len(), cases.len());
    for ((line, url), (_, code, message)) in lines.iter().zip(&urls).zip(&cases) {
        assert_eq!(line["source"], *url);
        let problem = &line["problems"][0];
        assert_eq!(problem["code"], *code, "{line}");
        assert!(problem["message"].as_str().unwrap().contains(message), "{problem}");
        for signal in sayso_core::signal::SIGNALS {
            use sayso_core::signal::Source;
            if matches!(signal.source, Source::Bytes | Source::Headers) {
                assert_eq!(line["coverage"][signal.id], "fetch-failed", "{} {problem}", signal.id);
            }
        }
    }
}

#[test]
fn an_odd_body_is_answered() {
    let page = Server::start(|_, s| {
        answer(s, "200 OK", "Content-Type: image/jpeg\r\n", b"<html><img src=x></html>");
    });
    let empty = Server::start(|_, s| answer(s, "200 OK", "Content-Type: image/png\r\n", b""));
    let cut = Server::start(|_, s| answer(s, "200 OK", "", &GIF[..16]));
    let urls = [page, empty, cut].map(|s| format!("{}/a.gif", s.origin));
    let output = run(&["check", "--json", &urls[0], &urls[1], &urls[2]], "");
    assert_eq!(output.status.code(), Some(0));
    let lines = lines(&output);
    assert_eq!(lines[1]["problems"][0]["code"], "truncated");
    for line in &lines {
        assert_ne!(line["problems"], serde_json::json!([]), "{line}");
        assert_eq!(line["consent"]["train.gen"]["verdict"], "unspecified");
    }
}

#[test]
fn a_host_is_asked_one_thing_at_a_time_and_its_rules_once() {
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let server = Server::start(move |path, s| {
        seen.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
        std::thread::sleep(Duration::from_millis(30));
        // Before the answer is whole: the next request may come right after it.
        now.fetch_sub(1, SeqCst);
        match path {
            "/robots.txt" => answer(s, "404 Not Found", "", b""),
            _ => answer(s, "200 OK", "", GIF),
        }
    });
    let urls: Vec<String> = (0..8).map(|n| format!("{}/{n}.gif", server.origin)).collect();
    let output = run(&["check", "--json", "--jobs", "8", "--from", "-"], &urls.join("\n"));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(lines(&output).len(), 8);
    assert_eq!(most.load(SeqCst), 1, "one connection at a time");
    assert_eq!(server.robots.load(SeqCst), 1, "robots.txt once an origin");
}
