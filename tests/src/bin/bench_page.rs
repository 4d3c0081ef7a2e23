//! `bench_page [--pictures N] [--loads N]`: what a page full of pictures (100, 1,000 and 10,000) pays
//! for the extension, and for a peer's (`SAYSO_PEER_PACKAGE`, unpacked), and how soon the demo
//! gallery has its first marks.
//!
//! The same page in the same Chromium, with and without an extension, in turns, so that whatever
//! else the machine does falls on all; times are the processor's, of the page's main thread. Prints medians and their ratios: tasks over 50 ms (W3C Long
//! Tasks), layout shift (W3C Layout Instability), time in scripts and in layout, and how long
//! after the last picture the first marks stand. Firefox reports none of the former and is only
//! asked for the latter.

use std::time::Duration;

use sayso_tests::art;
use sayso_tests::browser::{Browser, Kind, Outcome, Setup};
use sayso_tests::gallery;
use sayso_tests::site::{Answer, Hosts, Site};
use serde_json::Value;

/// What the page does when its button is pressed: it changes how it looks. How long after the press that
/// was on the screen is told by the browser (W3C Event Timing, in steps of eight milliseconds; what took
/// less than two of them is not told).
const PRESS: &str = "seen.paints = {};\
    document.getElementById('b').onpointerdown = () => { document.documentElement.classList.toggle('on'); };\
    new PerformanceObserver((l) => { for (const { interactionId: id, duration } of l.getEntries()) if (id) seen.paints[id] = Math.max(seen.paints[id] ?? 0, duration); }).observe({ type: 'event', durationThreshold: 16 });";
/// Milliseconds of what is not told.
const UNTOLD: f64 = 16.0;
/// Presses of each load.
const PRESSES: usize = 12;

/// Stands in the head of the page: notes long tasks, shifts, and when the overlay comes, which
/// is appended in the very frame that shows its first marks.
const WATCH: &str = "window.seen = { long: [], shift: 0, marks: null, loaded: null, first: null };\
    new PerformanceObserver((l) => { for (const e of l.getEntries()) seen.long.push(e.duration); }).observe({ type: 'longtask', buffered: true });\
    new PerformanceObserver((l) => { for (const e of l.getEntries()) seen.shift += e.value; }).observe({ type: 'layout-shift', buffered: true });\
    document.addEventListener('load', (e) => { if (e.target.localName === 'img') seen.first ??= performance.now(); }, true);\
    new MutationObserver((l) => { if (l.some((r) => [...r.addedNodes].some((n) => n.localName === 'div'))) seen.marks ??= performance.now(); }).observe(document.documentElement, { childList: true });\
    addEventListener('load', () => { seen.loaded = performance.now(); });";

/// What one load cost.
#[derive(Clone, Copy, Default)]
struct Cost {
    long_tasks: f64,
    long_ms: f64,
    shift: f64,
    script_ms: f64,
    layout_ms: f64,
    task_ms: f64,
    paint_ms: f64,
    marks_ms: Option<f64>,
    after_first_ms: Option<f64>,
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match run().await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("bench_page: {why}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<()> {
    let loads = number("--loads")?.unwrap_or(5);
    let sizes = match number("--pictures")? {
        Some(pictures) => vec![pictures],
        None => vec![100, 1_000, 10_000],
    };
    let extension = Kind::Chromium
        .extension()
        .ok_or("the extension is not built; `cargo xtask bench` does both")?;
    let hosts = Hosts::start()?;
    let setup = |extension| Setup { extension, headless: true, window: (1280, 900), proxy: None };
    let bare = Browser::start(Kind::Chromium, &setup(None)).await?;
    let ours = Browser::start(Kind::Chromium, &setup(Some(extension))).await?;
    let peer = match std::env::var_os("SAYSO_PEER_PACKAGE") {
        Some(package) => Some(Browser::start_with_peer(&setup(Some(package.into()))).await?),
        None => None,
    };
    for pictures in sizes {
        let site = page_of(&hosts, pictures)?;
        let mut sides = [Vec::new(), Vec::new(), Vec::new()];
        // The first load of each fills caches and is not counted.
        for turn in 0..=loads {
            let mut costs = vec![load(&bare, &site.url("/"), true).await?];
            costs.push(load(&ours, &site.url("/"), true).await?);
            if let Some(peer) = &peer {
                costs.push(load(peer, &site.url("/"), true).await?);
            }
            for (side, cost) in sides.iter_mut().zip(costs).filter(|_| turn > 0) {
                side.push(cost);
            }
        }
        print(pictures, &sides);
        println!();
    }
    bare.quit().await?;
    ours.quit().await?;
    if let Some(peer) = peer {
        peer.quit().await?;
    }
    for kind in [Kind::Chromium, Kind::Firefox] {
        first_marks(kind, &hosts, loads).await?;
    }
    Ok(())
}

/// Opens the demo gallery a few times and prints when its first marks stand.
async fn first_marks(kind: Kind, hosts: &Hosts, loads: usize) -> Outcome<()> {
    let extension = kind.extension().ok_or("the extension is not built")?;
    let home = gallery::open(hosts).home;
    home.watched_by("/", WATCH);
    let setup =
        Setup { extension: Some(extension), headless: true, window: (1280, 900), proxy: None };
    let browser = Browser::start(kind, &setup).await?;
    let mut costs = Vec::new();
    for _ in 0..loads {
        costs.push(load(&browser, &home.url("/"), false).await?);
    }
    browser.quit().await?;
    let times = |of: fn(&Cost) -> f64| {
        let mut all: Vec<f64> = costs.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        let all: Vec<String> = all.iter().map(|ms| format!("{ms:.0}")).collect();
        all.join(", ")
    };
    println!("the demo gallery in {}, {loads} loads, sorted:", kind.name());
    let after_first = times(|c| c.after_first_ms.unwrap_or_default());
    println!("  first marks after the first picture's load, ms: {after_first}");
    println!("  … after the last one's, ms: {}", times(|c| c.marks_ms.unwrap_or_default()));
    Ok(())
}

fn number(flag: &str) -> Outcome<Option<usize>> {
    let words: Vec<String> = std::env::args().collect();
    match words.iter().position(|w| w == flag) {
        Some(at) => Ok(Some(words.get(at + 1).ok_or(format!("{flag} names no number"))?.parse()?)),
        None => Ok(None),
    }
}

/// A page of small pictures, each with an address of its own.
fn page_of(hosts: &Hosts, pictures: usize) -> Outcome<Site> {
    let site = hosts.site(&format!("many-{pictures}.test"));
    let small = art::draw("fern").ok_or("drawn")?.resized(96).jpeg(80);
    let mut images = String::new();
    for n in 0..pictures {
        images.push_str(&format!("<img src='/{n}.jpg' width=96 height=128 alt=''>"));
        site.put(&format!("/{n}.jpg"), Answer::of("image/jpeg", small.clone()));
    }
    let page = format!(
        "<!doctype html><meta charset=utf-8><title>Many</title><link rel=icon href='data:,'>\
         <style>html.on {{ background: #eee }} #b {{ position: fixed; right: 0; bottom: 0 }}</style>\
         <script>{WATCH}</script><button id=b>Press</button>{images}"
    );
    site.put("/", Answer::html(page));
    Ok(site)
}

/// Loads the page, scrolls through a part of it, presses its button, and reads off the cost.
async fn load(browser: &Browser, url: &str, pressed: bool) -> Outcome<Cost> {
    browser.open("about:blank").await?;
    let before = browser.metrics().await?;
    browser.open(url).await?;
    // Nobody asks the page anything meanwhile: each question would cost it as much as a mark.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    for y in [800, 1_600, 2_400] {
        browser.run(&format!("scrollTo(0, {y})")).await?;
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    let seen = browser.run("return seen").await?;
    let after = browser.metrics().await?;
    let paint_ms = if pressed { next_paint(browser).await? } else { 0.0 };
    let spent = |name: &str| {
        let of = |all: &std::collections::BTreeMap<String, f64>| all.get(name).copied();
        // The counters begin anew with each process of a page.
        let (then, now) = (of(&before).unwrap_or(0.0), of(&after).unwrap_or(0.0));
        1_000.0 * if now >= then { now - then } else { now }
    };
    let long: Vec<f64> =
        seen["long"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    Ok(Cost {
        long_tasks: long.len() as f64,
        long_ms: long.iter().sum(),
        shift: seen["shift"].as_f64().unwrap_or(0.0),
        script_ms: spent("ScriptDuration"),
        layout_ms: spent("LayoutDuration") + spent("RecalcStyleDuration"),
        task_ms: spent("TaskDuration"),
        paint_ms,
        marks_ms: seen["marks"].as_f64().zip(seen["loaded"].as_f64()).map(|(m, l)| m - l),
        after_first_ms: seen["marks"].as_f64().zip(seen["first"].as_f64()).map(|(m, f)| m - f),
    })
}

/// Presses the page's button a few times; how long the slowest but one took until it was painted.
async fn next_paint(browser: &Browser) -> Outcome<f64> {
    browser.run(PRESS).await?;
    let button = browser.driver.find(thirtyfour::By::Id("b")).await?;
    for _ in 0..PRESSES {
        button.click().await?;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let told = browser.run("return Object.values(seen.paints)").await?;
    let mut paints: Vec<f64> = serde_json::from_value(told)?;
    paints.resize(PRESSES.max(paints.len()), UNTOLD);
    paints.sort_by(f64::total_cmp);
    // INP leaves out one of fifty; of twelve that is the first.
    Ok(paints.iter().rev().nth(1).copied().unwrap_or(UNTOLD))
}

/// Nothing added that is more than this share of the bare page's own time, at a thousand pictures.
const AIM_SHARE: f64 = 0.02;
/// How many times as much the peer adds, at least.
const AIM_PEER: f64 = 10.0;

fn print(pictures: usize, [bare, ours, peer]: &[Vec<Cost>; 3]) {
    println!("a page of {pictures} pictures in Chromium, medians of {} loads", bare.len());
    println!("{:<40}{:>12}{:>12}{:>9}{:>12}{:>9}", "", "without", "ours", "ratio", "peer", "ratio");
    type Row = (&'static str, fn(&Cost) -> f64);
    let rows: [Row; 7] = [
        ("tasks over 50 ms", |c| c.long_tasks),
        ("time in them, ms", |c| c.long_ms),
        ("layout shift", |c| c.shift),
        ("time in scripts, ms", |c| c.script_ms),
        ("time in style and layout, ms", |c| c.layout_ms),
        ("time in all tasks, ms of processor", |c| c.task_ms),
        ("interaction to next paint, ms", |c| c.paint_ms),
    ];
    for (name, of) in rows {
        let a = median(bare, of);
        let side = |costs: &[Cost]| {
            let b = median(costs, of);
            let ratio = if a > 0.0 { format!("{:.2}", b / a) } else { "–".to_string() };
            if costs.is_empty() { String::new() } else { format!("{b:>12.1}{ratio:>9}") }
        };
        println!("{name:<40}{a:>12.1}{}{}", side(ours), side(peer));
    }
    let marks: Vec<Cost> = ours.iter().copied().filter(|c| c.marks_ms.is_some()).collect();
    let first = median(&marks, |c| c.marks_ms.unwrap_or_default());
    println!("{:<40}{:>12}{first:>12.0}", "first marks after the load, ms", "");
    // Each turn by itself: what else the machine did falls on all of its loads.
    let added = |costs: &[Cost]| -> Option<f64> {
        let mut all: Vec<f64> =
            costs.iter().zip(bare).map(|(with, without)| with.task_ms - without.task_ms).collect();
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied()
    };
    let Some(ours) = added(ours) else { return };
    let share = ours / median(bare, |c| c.task_ms);
    let said = if share < AIM_SHARE { "ok" } else { "over" };
    println!("{:<40}{ours:>12.1} ms, {:.1} %: {said} (aim at 1,000: 2 %)", "we add", 100.0 * share);
    if let Some(peer) = added(peer) {
        let times = peer / ours.max(1.0);
        let said = if times >= AIM_PEER { "ok" } else { "short" };
        println!(
            "{:<40}{peer:>12.1} ms, {times:.1} times as much: {said} (aim 10)",
            "the peer adds"
        );
    }
}

fn median(costs: &[Cost], of: fn(&Cost) -> f64) -> f64 {
    let mut all: Vec<f64> = costs.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}
