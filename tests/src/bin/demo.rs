//! `demo [URL|DIR] [--out DIR] [--firefox]`: the extension at work, for people.
//!
//! Opens the gallery, an address, or a folder of pictures and sounds in a real browser
//! with the extension. With a display it is a window to play with, until it is closed.
//! Without one, the works are hovered, their cards printed, and pictures written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sayso_tests::browser::{Browser, Card, Kind, Outcome, Setup};
use sayso_tests::site::Hosts;
use sayso_tests::{gallery, target_folder};
use thirtyfour::prelude::*;

/// How many cards are printed.
const CARDS: usize = 6;

struct Wish {
    what: Option<String>,
    out: PathBuf,
    firefox: bool,
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match wish(std::env::args().skip(1)) {
        Err(why) => {
            eprintln!("demo: {why}\nusage: demo [URL|DIR] [--out DIR] [--firefox]");
            std::process::ExitCode::from(2)
        }
        Ok(wish) => match show(&wish).await {
            Ok(()) => std::process::ExitCode::SUCCESS,
            Err(why) => {
                eprintln!("demo: {why}");
                std::process::ExitCode::FAILURE
            }
        },
    }
}

fn wish(mut arguments: impl Iterator<Item = String>) -> Result<Wish, String> {
    let mut wish = Wish { what: None, out: target_folder().join("demo"), firefox: false };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => wish.out = arguments.next().ok_or("--out names no folder")?.into(),
            "--firefox" => wish.firefox = true,
            flag if flag.starts_with('-') => return Err(format!("{flag} is not known")),
            what if wish.what.is_none() => wish.what = Some(what.to_string()),
            more => return Err(format!("{more}: only one address or folder")),
        }
    }
    Ok(wish)
}

async fn show(wish: &Wish) -> Outcome<()> {
    let kind =
        if wish.firefox || !Kind::Chromium.is_installed() { Kind::Firefox } else { Kind::Chromium };
    let extension =
        kind.extension().ok_or("the extension is not built; `cargo xtask demo` does both")?;
    let hosts = Hosts::start()?;
    let mut hung = None;
    let url = match wish.what.as_deref() {
        Some(url) if url.starts_with("http://") || url.starts_with("https://") => url.to_string(),
        Some(folder) => gallery::of_folder(&hosts, Path::new(folder))
            .map_err(|e| format!("{folder}: {e}"))?
            .url("/"),
        None => hung.insert(gallery::open(&hosts)).home.url("/"),
    };
    let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
    let display =
        cfg!(any(target_os = "macos", windows)) || set("DISPLAY") || set("WAYLAND_DISPLAY");
    let setup =
        Setup { extension: Some(extension), headless: !display, window: (1280, 900), proxy: None };
    println!("{url}");
    let browser = Browser::start(kind, &setup).await?;
    let done = match display {
        true => play(&browser, &url).await,
        false => tour(&browser, &url, hung.as_ref(), &wish.out).await,
    };
    let ended = browser.quit().await;
    done.and(ended)
}

/// Leaves the window to the reader until it is closed.
async fn play(browser: &Browser, url: &str) -> Outcome<()> {
    browser.open(url).await?;
    println!(
        "Rest the pointer on a picture, or press Tab until a mark is reached. Close the window to end."
    );
    while browser.driver.windows().await.is_ok_and(|all| !all.is_empty()) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

/// Looks at everything once, prints and pictures it.
async fn tour(
    browser: &Browser,
    url: &str,
    hung: Option<&gallery::Gallery>,
    out: &Path,
) -> Outcome<()> {
    std::fs::create_dir_all(out)?;
    browser.set_size(1280, 960).await?;
    if let Some(gallery) = hung {
        // The artist's own file, so that a copy without a word can be told.
        let file = out.join("seven-ridges.png");
        std::fs::write(&file, &gallery.own_work)?;
        browser.open_own("options.html").await?;
        browser.add_own_work(&file).await?;
    }
    browser.open(url).await?;
    let works = browser.driver.find_all(By::Css("img, audio, video")).await?;
    if works.is_empty() {
        return Err(format!("{url} shows no picture and no sound").into());
    }
    for work in works.iter().take(CARDS) {
        let card = settled(browser, work).await?;
        println!("\n{}\n{}", "─".repeat(72), card.text);
    }
    let picture = async |name: &str| -> Outcome<()> {
        let file = out.join(format!("{name}.png"));
        browser.picture(&file).await?;
        println!("wrote {}", file.display());
        Ok(())
    };
    println!();
    let first = &works[0];
    for (name, dark) in [("light", false), ("dark", true)] {
        browser.set_dark(dark).await?;
        browser.run("scrollTo(0, 0)").await?;
        browser.rest_on(first, |_| true).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
        picture(&format!("demo-{name}")).await?;
        browser.leave().await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        picture(&format!("gallery-{name}")).await?;
    }
    browser.set_dark(false).await?;
    let tab = browser.tab_number(browser.driver.current_url().await?.as_ref()).await?;
    let gallery_tab = browser.driver.window().await?;
    let address = first.prop("currentSrc").await?.unwrap_or_default();
    browser.reveal(first).await?;
    browser.choose_report(first, &address).await?;
    browser.set_size(860, 1100).await?;
    picture("report").await?;
    browser.open_own("options.html").await?;
    picture("options").await?;
    browser.open_own("welcome.html").await?;
    picture("welcome").await?;
    browser.set_dark(true).await?;
    picture("welcome-dark").await?;
    browser.open_own("options.html").await?;
    picture("options-dark").await?;
    browser.set_size(400, 600).await?;
    browser.open_own(&format!("popup.html?tab={tab}")).await?;
    picture("popup-dark").await?;
    browser.set_dark(false).await?;
    picture("popup").await?;
    browser.driver.find(By::Css(".line")).await?.click().await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    picture("popup-card").await?;
    browser.set_size(520, 900).await?;
    browser.open_own(&format!("popup.html?panel&tab={tab}")).await?;
    picture("panel").await?;
    browser.driver.close_window().await?;
    Ok(browser.driver.switch_to_window(gallery_tab).await?)
}

/// The card of a work once it no longer changes.
async fn settled(browser: &Browser, work: &WebElement) -> Outcome<Card> {
    let mut card = browser.hover_on(work, |_| true).await?;
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(600)).await;
        let now = browser.card().await?.ok_or("the card has closed by itself")?;
        if now == card {
            break;
        }
        card = now;
    }
    Ok(card)
}
