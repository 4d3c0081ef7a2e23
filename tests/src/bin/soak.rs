//! `soak [--pages N | --tabs N] [--firefox]`: many pages in one session, and what the extension
//! holds then.
//!
//! Pages of pictures, sounds, frames, backgrounds and works that come late, on many hosts, each
//! with addresses of its own; now and then a card is opened, and the worker is stopped. Every two
//! hundred pages: private memory of the extension's processes (the least of some looks, since
//! what is garbage may not have been collected), and what stands in its stores. It fails where the
//! memory at the end is more than a fifth above that after the first two hundred. Linux only.
//!
//! With `--tabs` the pages are open side by side. Then the worker is stopped, and every tab is asked
//! for its mark once more and given a work that comes late.

use std::time::{Duration, Instant};

use sayso_tests::art;
use sayso_tests::browser::{Browser, Kind, Outcome, Setup};
use sayso_tests::site::{Answer, Hosts, Site};
use sayso_tests::tune;
use thirtyfour::prelude::*;

/// Pages between two looks.
const STRETCH: usize = 200;
const HOSTS: usize = 24;
/// How much more there may be at the end than after the first stretch.
const MOST: f64 = 1.2;
const MIB: f64 = (1 << 20) as f64;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match run().await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("soak: {why}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let kind = match words.iter().any(|w| w == "--firefox") {
        true => Kind::Firefox,
        false => Kind::Chromium,
    };
    let number = |name: &str| -> Outcome<Option<usize>> {
        let Some(at) = words.iter().position(|w| w == name) else { return Ok(None) };
        let word = words.get(at + 1).ok_or_else(|| format!("{name} names no number"))?;
        Ok(Some(word.parse()?))
    };
    let (pages, tabs) = (number("--pages")?.unwrap_or(2_000), number("--tabs")?);
    let hosts = Hosts::start()?;
    let sites = furnish(&hosts)?;
    let extension =
        kind.extension().ok_or("the extension is not built; `cargo xtask soak` does")?;
    let setup =
        Setup { extension: Some(extension), headless: true, window: (1280, 900), proxy: None };
    let browser = Browser::start(kind, &setup).await?;
    if let Some(tabs) = tabs {
        side_by_side(&browser, &sites, tabs).await?;
        return browser.quit().await;
    }
    println!("{pages} pages in {}", kind.name());
    println!(
        "{:>6}{:>16}{:>14}{:>14}{:>10}",
        "pages", "memory, MiB", "kept items", "kept, kB", "s"
    );
    let (begun, mut first, mut last) = (Instant::now(), None, 0.0);
    for number in 0..pages {
        visit(&browser, &sites, number).await?;
        hosts.clear_log();
        if (number + 1) % STRETCH == 0 || number + 1 == pages {
            let (items, bytes) = kept(&browser).await?;
            last = least_memory(&browser).await?;
            first.get_or_insert(last);
            println!(
                "{:>6}{last:>16.1}{items:>14}{:>14.0}{:>10}",
                number + 1,
                bytes / 1e3,
                begun.elapsed().as_secs()
            );
        }
    }
    browser.quit().await?;
    let ratio = last / first.unwrap_or(last);
    println!("at the end {ratio:.2} × what there was after the first {STRETCH}; at most {MOST}");
    if ratio > MOST { Err("the extension's memory grows".into()) } else { Ok(()) }
}

/// What the pages show, on every host.
fn furnish(hosts: &Hosts) -> Outcome<Vec<Site>> {
    let mut pictures = Vec::new();
    for (n, (_, drawn)) in art::draw_all().into_iter().enumerate() {
        let small = drawn.resized(320);
        pictures.push(match n % 3 {
            0 => ("image/jpeg", small.jpeg(80)),
            1 => ("image/png", small.resized(160).png()),
            _ => ("image/webp", small.webp()),
        });
    }
    let sound = tune::wav();
    let furnished = (0..HOSTS).map(|n| {
        let site = hosts.site(&format!("soak{n}.localhost"));
        for (at, (mime, bytes)) in pictures.iter().enumerate() {
            site.put(&format!("/{at}"), Answer::of(mime, bytes.clone()));
        }
        site.put("/tune.wav", Answer::of("audio/wav", sound.clone()));
        site.put(
            "/robots.txt",
            Answer::of("text/plain", format!("User-agent: *\nDisallow: /private{n}\n")),
        );
        site
    });
    Ok(furnished.collect())
}

/// One page: written, opened, looked at.
async fn visit(browser: &Browser, sites: &[Site], number: usize) -> Outcome<()> {
    let site = &sites[number % sites.len()];
    let other = &sites[(number * 7 + 1) % sites.len()];
    let kinds = 10;
    let picture = |n: usize| format!("/{}?{number}-{n}", (number + n) % kinds);
    let mut body = String::new();
    for n in 0..6 {
        body.push_str(&format!("<img src='{}' width=200 height=150 alt='work {n}'>", picture(n)));
    }
    match number % 5 {
        0 => body.push_str(&format!("<audio controls src='/tune.wav?{number}'></audio>")),
        1 => body.push_str(&format!(
            "<div style=\"width:300px;height:200px;background:url('{}')\"></div>",
            picture(7)
        )),
        2 => body.push_str(&format!("<iframe src='{}' width=400 height=300></iframe>", other.url("/frame"))),
        3 => body.push_str(&format!("<img src='{}' width=200 height=150 alt=far>", other.url(&picture(8)))),
        _ => body.push_str(&format!(
            "<script>setTimeout(() => {{ const it = new Image(200, 150); it.src = '{}'; document.body.append(it); }}, 200)</script>",
            picture(9)
        )),
    }
    let head = "<!doctype html><meta charset=utf-8><link rel=icon href='data:,'>\
                <style>img { margin: 10px }</style>";
    other.put(
        "/frame",
        Answer::html(format!("{head}<img src='{}' width=200 height=150>", picture(5))),
    );
    let last = format!("<img id=last src='{}' width=200 height=150 alt=last>", picture(6));
    site.put(
        &format!("/page{number}"),
        Answer::html(format!("{head}<title>{number}</title>{last}{body}")),
    );
    browser.open(&site.url(&format!("/page{number}"))).await?;
    browser.wait_for_mark("#last", |mark| mark.tone != "dim").await?;
    if number % 10 == 3 {
        let work = browser.driver.find(By::Id("last")).await?;
        browser.hover_on(&work, |card| !card.text.is_empty()).await?;
    }
    if number % 150 == 149 {
        browser.stop_worker().await?;
    }
    site.forget(&format!("/page{number}"));
    Ok(())
}

/// So many tabs at once, each with pictures of its own.
async fn side_by_side(browser: &Browser, sites: &[Site], tabs: usize) -> Outcome<()> {
    let begun = Instant::now();
    let told = async |what: &str| -> Outcome<()> {
        let memory = browser.extension_memory().await? as f64 / MIB;
        println!("{:>6} s: {memory:.1} MiB {what}", begun.elapsed().as_secs());
        Ok(())
    };
    println!("{tabs} tabs in {}", browser.kind.name());
    told("with none").await?;
    let home = browser.driver.window().await?;
    let mut open = Vec::new();
    for number in 0..tabs {
        let tab = browser.driver.new_tab().await?;
        browser.driver.switch_to_window(tab.clone()).await?;
        visit(browser, sites, number).await?;
        open.push(tab);
    }
    told("with all of them open, every last picture marked").await?;
    browser.driver.switch_to_window(home.clone()).await?;
    browser.stop_worker().await?;
    let late = "const it = new Image(200, 150); it.id = 'late'; it.src = document.images[0].src + '&late';\
        document.body.prepend(it)";
    for tab in &open {
        browser.driver.switch_to_window(tab.clone()).await?;
        browser.wait_for_mark("#last", |mark| mark.tone != "dim").await?;
        browser.run(late).await?;
        browser.wait_for_mark("#late", |mark| mark.tone != "dim").await?;
    }
    told("after the worker was stopped, a late picture marked in each").await?;
    for tab in open {
        browser.driver.switch_to_window(tab).await?;
        browser.driver.close_window().await?;
    }
    browser.driver.switch_to_window(home).await?;
    let (items, bytes) = kept(browser).await?;
    let memory = least_memory(browser).await?;
    println!(
        "{:>6} s: {memory:.1} MiB with all closed, {items} items and {:.0} kB kept",
        begun.elapsed().as_secs(),
        bytes / 1e3
    );
    Ok(())
}

/// Items and bytes in the store that lasts as long as the browser.
async fn kept(browser: &Browser) -> Outcome<(u64, f64)> {
    browser
        .in_own_page("options.html", async |own: &Browser| {
            let all = own
                .run_own("chrome.storage.session.get(null).then((all) => [Object.keys(all).length, JSON.stringify(all).length])")
                .await?;
            Ok((all[0].as_u64().unwrap_or_default(), all[1].as_f64().unwrap_or_default()))
        })
        .await
}

async fn least_memory(browser: &Browser) -> Outcome<f64> {
    browser.open("about:blank").await?;
    let mut least = f64::MAX;
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        least = least.min(browser.extension_memory().await? as f64 / MIB);
    }
    Ok(least)
}
