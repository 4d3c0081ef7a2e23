//! Real site files through the readers of site signals: 260 robots.txt of real hosts,
//! the list of AI crawlers as its keepers publish it, and the examples of the TDMRep
//! specification.
//!
//! The files belong to the shared corpus and are not part of this repository; where
//! it is missing, one line says so. The facts about named hosts were checked by eye.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sayso_core::limits::Limits;
use sayso_core::page::Look;
use sayso_core::signal::crawlers::{AI_SEARCH, TRAINING, USER_FETCH};
use sayso_core::signal::robots::Robots;
use sayso_core::signal::{Asset, Documents, Findings, Page, SiteFacts, SiteFile, read_all};
use sayso_core::vocabulary::{Coverage, Tier, Use, Verdict};

fn corpus(folder: &str) -> Option<PathBuf> {
    sayso_shelf::at(&format!("corpus/web/{folder}"))
}

fn text(folder: &str, name: &str) -> Option<String> {
    let bytes = fs::read(corpus(folder)?.join(name)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn got(text: &str) -> Look {
    Look::Got { text: text.to_string(), mime: "text/plain".to_string(), at: 0 }
}

fn read(url: &str, site: &SiteFacts) -> Findings {
    let documents = Documents::default();
    read_all(&Asset { url, reading: None, page: None, work: None, site, documents: &documents })
}

fn with_robots(url: &str, text: &str) -> Findings {
    read(url, &SiteFacts::new(got(text), Look::NotLooked))
}

#[test]
fn every_real_robots_txt_is_read_in_bounded_time() {
    let Some(folder) = corpus("robots") else { return };
    let (mut files, mut lines, mut closed, mut named, mut signals) = (0, 0, 0, 0, 0);
    for entry in fs::read_dir(folder).expect("the folder can be listed").flatten() {
        let host = entry.file_name().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&fs::read(entry.path()).expect("readable")).into_owned();
        let start = Instant::now();
        let findings = with_robots(&format!("https://{host}/images/heron.jpg"), &text);
        assert!(start.elapsed() < Duration::from_secs(2), "{host} took {:?}", start.elapsed());
        let robots = Robots::read(&text, "/images/heron.jpg", &Limits::DEFAULT);
        files += 1;
        lines += robots.lines;
        assert!(!robots.over_limit, "{host}");
        let of = |id: &str| findings.statements.iter().filter(|s| s.signal == id).count();
        for s in &findings.statements {
            assert_eq!(s.declared_by.as_deref(), Some(host.as_str()));
            assert!(s.locator.starts_with("robots.txt line "), "{host}: {}", s.locator);
            if s.signal == "robots.ua" {
                assert_eq!(s.tier, Tier::S0, "{host}");
                assert!(s.verdicts.values().all(|v| v.verdict == Verdict::Denied));
            }
        }
        if robots.everybody().blocked_by().is_some() {
            closed += 1;
            assert!(of("robots.ua") > 0, "{host} keeps everybody out and that is not said");
        }
        named += usize::from(of("robots.ua") > 0);
        signals += of("cs.robots") + of("aipref.robots");
    }
    println!(
        "{files} robots.txt, {lines} lines: {closed} keep everybody from the picture, \
         {named} say something about AI crawlers, {signals} content signals or preferences"
    );
    assert_eq!(files, 260);
    assert!(lines > 9_000 && closed >= 3);
}

/// Host, crawler, path, and whether it may be crawled, as a person reads the file.
const FACTS: [(&str, &str, &str, bool); 48] = [
    ("www.bakuelectronics.az", "GPTBot", "/a.jpg", false),
    ("news.google.com", "GPTBot", "/a.jpg", false),
    ("news.google.com", "GPTBot", "/", true),
    ("news.google.com", "GPTBot", "/news", true),
    ("news.google.com", "GPTBot", "/newspaper", false),
    ("news.google.com", "GPTBot", "/topics/x.jpg", true),
    ("news.google.com", "GPTBot", "/news/?gl=DE&x=1", true),
    ("incompetech.com", "linkwalker", "/a.mp3", false),
    ("incompetech.com", "RMA", "/a.mp3", false),
    ("incompetech.com", "CCBot", "/music/royalty-free/Downloads/a.mp3", false),
    ("incompetech.com", "CCBot", "/music/royalty-free/a.mp3", true),
    ("incompetech.com", "Yandex", "/music/royalty-free/mp3-royaltyfree/a.mp3", false),
    ("incompetech.com", "CCBot", "/music/royalty-free/mp3-royaltyfree/a.mp3", true),
    ("incompetech.com", "atomz", "/x", false),
    ("musicbrainz.org", "AhrefsBot", "/a.png", false),
    ("musicbrainz.org", "ia_archiver", "/recording/1", true),
    ("musicbrainz.org", "GPTBot", "/recording/1", false),
    ("musicbrainz.org", "GPTBot", "/static/a.png", true),
    ("www.jigsawplanet.com", "Googlebot-Image", "/i/42/jp.jpg", false),
    ("www.jigsawplanet.com", "Googlebot-Image", "/i/42/jp.jpg?x", true),
    ("www.jigsawplanet.com", "GPTBot", "/i/42/jp.jpg", true),
    ("www.jigsawplanet.com", "GPTBot", "/?rc=tags&q=1", false),
    ("www.jigsawplanet.com", "MauiBot", "/i/42/jp.jpg", false),
    ("www.wiley.com", "dotbot", "/a.png", false),
    ("www.wiley.com", "GPTBot", "/a.png", true),
    ("www.nist.gov", "GPTBot", "/misc/a.gif", true),
    ("www.nist.gov", "GPTBot", "/misc/a.tif", false),
    ("www.couchsurfing.com", "ADmantX", "/a.png", false),
    ("www.couchsurfing.com", "GPTBot", "/admin/a.png", false),
    ("www.couchsurfing.com", "GPTBot", "/a.png", true),
    ("www.homes.com", "008", "/a.png", false),
    ("www.homes.com", "GPTBot", "/x/static/css/a.png", false),
    ("www.foodnetwork.com", "GPTBot", "/content/dam/a.jpg", true),
    ("www.foodnetwork.com", "GPTBot", "/content/a.jpg", false),
    ("www.foodnetwork.com", "Googlebot-News", "/fn-dish/a.jpg", true),
    ("www.foodnetwork.com", "Googlebot-News", "/a.jpg", false),
    ("www.rotoworld.com", "GPTBot", "/core/a/logo.svg", true),
    ("www.rotoworld.com", "GPTBot", "/core/a/logo.webp", false),
    ("www.neopets.com", "GPTBot", "/games/process_win.gif", false),
    ("www.westword.com", "GPTBot", "/ads.txt", true),
    ("www.westword.com", "GPTBot", "/ads/a.png", false),
    ("www.nhk.or.jp", "Googlebot-Image", "/a.jpg", false),
    ("www.nhk.or.jp", "Googlebot-Image", "/archives/a.jpg", true),
    ("www.iherb.com", "GPTBot", "/cart/a.png", false),
    ("www.logos.com", "Zeus", "/a.png", false),
    ("www.bankofindia.co.in", "GPTBot", "/a.png", true),
    ("www.talbots.com", "GPTBot", "/search?q=1", false),
    ("www.talbots.com", "GPTBot", "/a.jpg", true),
];

#[test]
fn named_hosts_are_read_as_a_person_reads_them() {
    for (host, crawler, path, crawlable) in FACTS {
        let Some(text) = text("robots", host) else { return };
        let robots = Robots::read(&text, path, &Limits::DEFAULT);
        let view = robots.view(crawler);
        let blocked = view.blocked_by();
        assert_eq!(blocked.is_none(), crawlable, "{host} {crawler} {path}: {blocked:?}");
    }
}

#[test]
fn a_page_instead_of_a_robots_txt_is_not_read() {
    let Some(text) = text("robots", "www.bankofindia.co.in") else { return };
    let findings = with_robots("https://www.bankofindia.co.in/a.png", &text);
    assert!(findings.statements.is_empty());
    assert_eq!(findings.coverage["robots.ua"], Coverage::CheckedAbsent);
}

#[test]
fn the_published_block_list_blocks_every_crawler_we_know() {
    let Some(text) = text("ai-robots", "robots.txt") else { return };
    let findings = with_robots("https://gallery.test/heron.jpg", &text);
    let found: Vec<_> = findings.statements.iter().filter(|s| s.signal == "robots.ua").collect();
    let notes: Vec<&str> = found.iter().map(|s| s.notes[0].as_str()).collect();
    println!("{notes:?}");
    assert_eq!(
        notes,
        [
            "blocks 19 of 19 known AI-training crawlers for this file",
            "blocks 6 of 6 known AI-search crawlers for this file",
            "blocks 6 of 6 known AI assistants' fetchers for this file",
        ]
    );
    assert_eq!(found[0].verdicts[&Use::TrainGen].verdict, Verdict::Denied);
    let json = fs::read_to_string(corpus("ai-robots").expect("there").join("robots.json"))
        .expect("the list can be read");
    let list: serde_json::Value = serde_json::from_str(&json).expect("the list is JSON");
    let listed: Vec<String> =
        list.as_object().expect("an object").keys().map(|k| k.to_ascii_lowercase()).collect();
    for token in TRAINING.iter().chain(&AI_SEARCH).chain(&USER_FETCH) {
        assert!(listed.contains(&token.to_ascii_lowercase()), "{token} is not on the list");
    }
}

#[test]
fn the_examples_of_the_tdmrep_specification_are_read() {
    let Some(html) = text("tdmrep-spec", "spec__index.html") else { return };
    // The examples stand in `pre` elements; tags and entities inside are not needed.
    let examples: Vec<&str> = html
        .split("<pre")
        .skip(1)
        .filter_map(|p| p.split_once('>').map(|(_, rest)| rest))
        .filter_map(|p| p.split("</pre>").next())
        .filter(|p| p.trim_start().starts_with('[') && p.contains("\"location\""))
        .collect();
    println!("{} tdmrep.json examples", examples.len());
    assert_eq!(examples.len(), 2);
    let at = |json: &str, path: &str| -> Option<Verdict> {
        let site = SiteFacts::new(Look::NotLooked, got(json));
        let findings = read(&format!("https://provider.com{path}"), &site);
        assert_ne!(findings.coverage["tdmrep.file"], Coverage::Malformed, "{json}");
        findings.statements.first().map(|s| s.verdicts[&Use::Tdm].verdict)
    };
    assert_eq!(at(examples[0], "/any.jpg"), Some(Verdict::Denied));
    assert_eq!(at(examples[1], "/directory-a/x.pdf"), Some(Verdict::Denied));
    assert_eq!(at(examples[1], "/directory-b/html/x.html"), Some(Verdict::Conditional));
    assert_eq!(at(examples[1], "/directory-b/images/x.jpg"), Some(Verdict::Allowed));
    assert_eq!(at(examples[1], "/directory-c/x.jpg"), None);
}

/// The rules of the test-suite of Google's open parser
/// (<https://github.com/google/robotstxt>, `robots_test.cc`), restated: text, crawler, path,
/// and whether it may be crawled. Left out: what is Google's own and no rule of RFC 9309
/// (`index.html` as its directory, lines cut at 16 KiB, addresses that are not encoded).
const GOOGLE: &[(&str, &str, Paths)] = &[
    ("", "FooBot", &[("/", true)]),
    ("user-agent: FooBot\ndisallow: /\n", "FooBot", &[("/x/y", false), ("/", false)]),
    ("foo: FooBot\nbar: /\n", "FooBot", &[("/x/y", true)]),
    ("user-agent FooBot\ndisallow /\n", "FooBot", &[("/x/y", false)]),
    (GROUPS, "FooBot", &[("/x/b", true), ("/z/d", true), ("/y/c", false), ("/foo/bar/", false)]),
    (GROUPS, "BarBot", &[("/y/c", true), ("/w/a", true), ("/z/d", false), ("/foo/bar/", false)]),
    (GROUPS, "BazBot", &[("/z/d", true), ("/foo/bar/", false)]),
    ("USER-AGENT: FooBot\nALLOW: /x/\nDISALLOW: /\n", "FooBot", &[("/x/y", true), ("/a/b", false)]),
    ("uSeR-aGeNt: FooBot\nAlLoW: /x/\ndIsAlLoW: /\n", "foobot", &[("/x/y", true), ("/a/b", false)]),
    ("User-Agent: FoO bAr\nAllow: /x/\nDisallow: /\n", "Foo", &[("/x/y", true), ("/a/b", false)]),
    (
        "User-Agent: *\nDisallow: /\nUser-Agent: Foo Bar\nAllow: /x/\nDisallow: /\n",
        "Foo",
        &[("/x/y", true)],
    ),
    (
        "User-Agent: *\nDisallow: /\nUser-Agent: Foo Bar\nAllow: /x/\nDisallow: /\n",
        "Other",
        &[("/x/y", false)],
    ),
    ("user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /\n", "FooBot", &[("/x/y", false)]),
    ("user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /\n", "BarBot", &[("/x/y", true)]),
    (
        "user-agent: FooBot\nallow: /\nuser-agent: BarBot\ndisallow: /\n",
        "QuxBot",
        &[("/x/y", true)],
    ),
    ("user-agent: FooBot\ndisallow: /x/\n", "FooBot", &[("/x/y", false)]),
    ("user-agent: FooBot\ndisallow: /X/\n", "FooBot", &[("/x/y", true)]),
    (
        "user-agent: FooBot\ndisallow: /x/page.html\nallow: /x/\n",
        "FooBot",
        &[("/x/page.html", false)],
    ),
    (
        "user-agent: FooBot\nallow: /x/page.html\ndisallow: /x/\n",
        "FooBot",
        &[("/x/page.html", true), ("/x/", false)],
    ),
    ("user-agent: FooBot\ndisallow: \nallow: \n", "FooBot", &[("/x/page.html", true)]),
    ("user-agent: FooBot\ndisallow: /\nallow: /\n", "FooBot", &[("/x/page.html", true)]),
    ("user-agent: FooBot\ndisallow: /x\nallow: /x/\n", "FooBot", &[("/x", false), ("/x/", true)]),
    (
        "user-agent: FooBot\ndisallow: /x/page.html\nallow: /x/page.html\n",
        "FooBot",
        &[("/x/page.html", true)],
    ),
    (
        "user-agent: FooBot\nallow: /page\ndisallow: /*.html\n",
        "FooBot",
        &[("/page.html", false), ("/page", true)],
    ),
    (
        "user-agent: FooBot\nallow: /x/page.\ndisallow: /*.html\n",
        "FooBot",
        &[("/x/page.html", true), ("/x/y.html", false)],
    ),
    (
        "User-agent: *\nDisallow: /x/\nUser-agent: FooBot\nDisallow: /y/\n",
        "FooBot",
        &[("/x/page", true), ("/y/page", false)],
    ),
    (
        "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar?qux=taz&baz=http://foo.bar?tar&par\n",
        "FooBot",
        &[("/foo/bar?qux=taz&baz=http://foo.bar?tar&par", true)],
    ),
    (
        "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar/ツ\n",
        "FooBot",
        &[("/foo/bar/%E3%83%84", true)],
    ),
    (
        "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar/%E3%83%84\n",
        "FooBot",
        &[("/foo/bar/%E3%83%84", true)],
    ),
    (
        "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar/%62%61%7A\n",
        "FooBot",
        &[("/foo/bar/%62%61%7A", true)],
    ),
    (
        "User-agent: FooBot\nDisallow: /foo/bar/quz\nAllow: /foo/*/qux\n",
        "FooBot",
        &[("/foo/bar/quz", false), ("/foo/quz", true), ("/foo//quz", true), ("/foo/bax/quz", true)],
    ),
    (
        "User-agent: FooBot\nDisallow: /foo/bar$\nAllow: /foo/bar/qux\n",
        "FooBot",
        &[("/foo/bar", false), ("/foo/bar/qux", true), ("/foo/bar/", true), ("/foo/bar/baz", true)],
    ),
    (
        "User-agent: FooBot\n# Disallow: /\nDisallow: /foo/quz#qux\nAllow: /\n",
        "FooBot",
        &[("/foo/bar", true), ("/foo/quz", false)],
    ),
    ("\u{feff}User-Agent: foo\nAllow: /AnyValue\n", "foo", &[("/x", true)]),
    (
        "User-Agent: foo\r\nAllow: /some/path\r\nUser-Agent: bar\r\n\r\n\r\nDisallow: /\r\n",
        "bar",
        &[("/x", false)],
    ),
    (
        "User-Agent: foo\rAllow: /some/path\rUser-Agent: bar\r\rDisallow: /\r",
        "bar",
        &[("/x", false)],
    ),
    ("User-Agent: bar\nSitemap: https://foo.bar/sitemap.xml\nDisallow: /", "bar", &[("/x", false)]),
    (
        "user-agent: FooBot\ndisallow: /\nallow: /fish\n",
        "FooBot",
        &[
            ("/bar", false),
            ("/fish", true),
            ("/fish.html", true),
            ("/fish/salmon.html", true),
            ("/fishheads", true),
            ("/fishheads/yummy.html", true),
            ("/fish.html?id=anything", true),
            ("/Fish.asp", false),
            ("/catfish", false),
            ("/?id=fish", false),
        ],
    ),
    (
        "user-agent: FooBot\ndisallow: /\nallow: /fish*\n",
        "FooBot",
        &[
            ("/bar", false),
            ("/fish", true),
            ("/fishheads/yummy.html", true),
            ("/Fish.bar", false),
            ("/catfish", false),
        ],
    ),
    (
        "user-agent: FooBot\ndisallow: /\nallow: /fish/\n",
        "FooBot",
        &[
            ("/bar", false),
            ("/fish/", true),
            ("/fish/salmon", true),
            ("/fish/?salmon", true),
            ("/fish/salmon.html", true),
            ("/fish", false),
            ("/fish.html", false),
            ("/Fish/Salmon.html", false),
        ],
    ),
    (
        "user-agent: FooBot\ndisallow: /\nallow: /*.php\n",
        "FooBot",
        &[
            ("/bar", false),
            ("/filename.php", true),
            ("/folder/filename.php", true),
            ("/folder/filename.php?parameters", true),
            ("//folder/any.php.file.html", true),
            ("/filename.php/", true),
            ("/index?f=filename.php/", true),
            ("/php/", false),
            ("/index?php", false),
            ("/windows.PHP", false),
        ],
    ),
    (
        "user-agent: FooBot\ndisallow: /\nallow: /*.php$\n",
        "FooBot",
        &[
            ("/filename.php", true),
            ("/folder/filename.php", true),
            ("/filename.php?parameters", false),
            ("/filename.php/", false),
            ("/filename.php5", false),
            ("/php/", false),
            ("/aaaphpaaa", false),
            ("//windows.PHP", false),
        ],
    ),
    (
        "user-agent: FooBot\ndisallow: /\nallow: /fish*.php\n",
        "FooBot",
        &[("/fish.php", true), ("/fishheads/catfish.php?parameters", true), ("/Fish.PHP", false)],
    ),
    ("user-agent: FooBot\nallow: /p\ndisallow: /\n", "FooBot", &[("/page", true)]),
    (
        "user-agent: FooBot\nallow: /folder\ndisallow: /folder\n",
        "FooBot",
        &[("/folder/page", true)],
    ),
    ("user-agent: FooBot\nallow: /page\ndisallow: /*.htm\n", "FooBot", &[("/page.htm", false)]),
    (
        "user-agent: FooBot\nallow: /$\ndisallow: /\n",
        "FooBot",
        &[("/", true), ("/page.html", false)],
    ),
];

/// Paths, and whether each may be crawled.
type Paths = &'static [(&'static str, bool)];

const GROUPS: &str = "allow: /foo/bar/\n\nuser-agent: FooBot\ndisallow: /\nallow: /x/\nuser-agent: BarBot\ndisallow: /\nallow: /y/\n\n\nallow: /w/\nuser-agent: BazBot\n\nuser-agent: FooBot\nallow: /z/\ndisallow: /\n";

#[test]
fn the_rules_of_googles_test_suite_hold() {
    let mut asked = 0;
    for (text, crawler, paths) in GOOGLE {
        for (path, crawlable) in *paths {
            let robots = Robots::read(text, path, &Limits::DEFAULT);
            let view = robots.view(crawler);
            assert_eq!(view.blocked_by().is_none(), *crawlable, "{text:?} {crawler} {path}");
            asked += 1;
        }
    }
    println!("{asked} questions of Google's suite");
}

#[test]
fn real_rsl_licences_are_read() {
    let at = |name: &str, url: &str, robots: &str| -> Option<Findings> {
        let text = text("rsl", name)?;
        let mut documents = Documents::default();
        documents.set(robots.to_string(), got(&text));
        let site = SiteFacts::new(got(&format!("License: {robots}")), Look::NotLooked);
        let site = &site;
        Some(read_all(&Asset {
            url,
            reading: None,
            page: None,
            work: None,
            site,
            documents: &documents,
        }))
    };
    let says = |findings: &Findings, u: Use| {
        let said = findings.statements.iter().find(|s| s.signal == "rsl");
        said.and_then(|s| s.verdicts.get(&u)).map(|s| s.verdict)
    };
    // It has elements that RSL does not have, so only its prohibition is taken.
    let own = "https://ireneburresi.dev/rsl.xml";
    let Some(findings) = at("ireneburresi-rsl.xml", "https://ireneburresi.dev/blog/heron.jpg", own)
    else {
        return;
    };
    assert_eq!(says(&findings, Use::TrainGen), Some(Verdict::Denied));
    assert_eq!(says(&findings, Use::Search), None);
    let notes = &findings.statements[0].notes;
    assert!(notes.iter().any(|n| n.starts_with("against the rules: unknown element")), "{notes:?}");
    // Everything for credit: a condition with an address, for what lies below it and no other.
    let licence = "https://github.com/MaxSchoon/ixbrl/rsl.xml";
    let inside = "https://github.com/MaxSchoon/ixbrl/logo.png";
    let findings = at("maxschoon-ixbrl-rsl.xml", inside, licence).expect("it was there");
    assert!(Use::ALL.into_iter().all(|u| says(&findings, u) == Some(Verdict::Conditional)));
    assert_eq!(findings.statements[0].offers, ["https://creativecommons.org/licenses/by/4.0/"]);
    let outside = "https://github.com/other/logo.png";
    let findings = at("maxschoon-ixbrl-rsl.xml", outside, licence).expect("it was there");
    assert!(findings.statements.is_empty());
}

/// The pages of the corpus as a reader's browser would tell them.
#[test]
fn real_pages_with_structured_data_are_read_in_bounded_time() {
    let (mut pages, mut works, mut statements, mut tags) = (0, 0, 0, 0);
    for folder in ["pages", "extruct"] {
        let Some(path) = corpus(folder) else { return };
        for entry in fs::read_dir(path).expect("the folder can be listed").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.ends_with(".html") {
                continue;
            }
            let html =
                String::from_utf8_lossy(&fs::read(entry.path()).expect("readable")).into_owned();
            let (facts, shown) = sayso_tests::markup::read("https://page.test/here", &html);
            let start = Instant::now();
            tags += facts.markup.len();
            let page: Page = facts.into();
            let (site, documents) = (SiteFacts::default(), Documents::default());
            for work in &shown {
                let findings = read_all(&Asset {
                    url: &work.url,
                    reading: None,
                    page: Some(&page),
                    work: Some(work),
                    site: &site,
                    documents: &documents,
                });
                works += 1;
                statements += findings.statements.len();
            }
            assert!(start.elapsed() < Duration::from_secs(2), "{name} took {:?}", start.elapsed());
            pages += 1;
        }
    }
    println!(
        "{pages} pages, {tags} elements with structured data, {works} works, {statements} statements"
    );
    assert!(pages > 20 && tags > 100);
}

/// Texts of the corpus, cut and changed always in the same way, through every reader of text.
#[test]
fn damaged_texts_neither_panic_nor_hang() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap_or(0) % end.max(1)
    };
    let mut seeds: Vec<Vec<u8>> = vec![
        b"<rsl xmlns='https://rslstandard.org/rsl'><content url='/' server='x'><license><permits \
          type='usage'>all ai-train</permits><prohibits type='geo'>EU</prohibits><payment type='use'>\
          <amount currency='EUR'>1</amount></payment></license></content></rsl>"
            .to_vec(),
        br#"{"@type":"Offer","assigner":{"vcard:fn":"A","vcard:hasEmail":"mailto:a@b.test"},
            "permission":[{"action":"tdm:mine","duty":[{"action":"obtainConsent"}],
            "constraint":[{"leftOperand":"purpose","rightOperand":"tdm:research"}]}]}"#
            .to_vec(),
        b"User-Agent: *\nDisallow: *.jpg\nAllow: /\ndatatrainingallowed=no\n".to_vec(),
    ];
    for folder in ["rsl", "extruct", "tdmrep-spec"] {
        let Some(path) = corpus(folder) else { return };
        let files = fs::read_dir(path).expect("the folder can be listed").flatten();
        seeds.extend(files.filter_map(|f| fs::read(f.path()).ok()).filter(|b| b.len() < 20_000));
    }
    let pieces: [&[u8]; 9] =
        [b"<", b">", b"\"", b"{", b"[", b"&amp;", b"]]>", b"\xff\xfe", b"<![CDATA["];
    let mut tried = 0;
    for seed in &seeds {
        for round in 0..40 {
            let mut bytes = seed.clone();
            for _ in 0..round {
                let at = below(bytes.len());
                match below(3) {
                    0 => bytes.truncate(at.max(1)),
                    1 => bytes[at] = u8::try_from(below(256)).unwrap_or(0),
                    _ => drop(bytes.splice(at..at, pieces[below(pieces.len())].iter().copied())),
                }
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let start = Instant::now();
            let url = "https://gallery.test/photos/heron.jpg";
            let mut site = SiteFacts::all(&got(&text));
            site.set(SiteFile::Robots, got("License: /a.xml\nUser-agent: *\nAllow: /"));
            let mut documents = Documents::default();
            documents.set("https://gallery.test/a.xml".to_string(), got(&text));
            let (mut facts, _) = sayso_tests::markup::read("https://gallery.test/", &text);
            facts.json_ld.push(text);
            let page: Page = facts.into();
            read_all(&Asset {
                url,
                reading: None,
                page: Some(&page),
                work: None,
                site: &site,
                documents: &documents,
            });
            documents.policy("https://gallery.test/a.xml");
            assert!(start.elapsed() < Duration::from_secs(5));
            tried += 1;
        }
    }
    println!("{tried} damaged texts");
    assert!(tried > 1_000);
}

#[test]
fn no_text_at_all_makes_a_reader_fall_over() {
    for folder in ["tdmrep-spec", "ai-robots", "robots", "rsl", "pages"] {
        let Some(path) = corpus(folder) else { return };
        let mut files = 0;
        for entry in fs::read_dir(path).expect("the folder can be listed").flatten() {
            let text =
                String::from_utf8_lossy(&fs::read(entry.path()).expect("readable")).into_owned();
            let site = SiteFacts::new(got(&text), got(&text));
            let start = Instant::now();
            read("https://gallery.test/photos/heron.jpg?size=2", &site);
            assert!(start.elapsed() < Duration::from_secs(2), "{:?}", entry.path());
            files += 1;
        }
        println!("{folder}: {files} texts read as robots.txt and as tdmrep.json");
        assert!(files > 0);
    }
}
