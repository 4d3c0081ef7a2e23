//! `demo [URL|DIR] [--out DIR] [--firefox]`: the extension at work, for people; `demo --store` takes
//! the pictures that the stores show, into `extension/store/pictures`.
//!
//! Opens the gallery, an address, or a folder of pictures and sounds in a real browser
//! with the extension. With a display it is a window to play with, until it is closed.
//! Without one, the works are hovered, their cards printed, and pictures written.

use std::path::{Path, PathBuf};
use std::time::Duration;

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use sayso_tests::browser::{Browser, Card, Kind, Outcome, Setup};
use sayso_tests::site::{Answer, Hosts};
use sayso_tests::{gallery, target_folder};
use thirtyfour::prelude::*;

/// How many cards are printed.
const CARDS: usize = 6;

struct Wish {
    what: Option<String>,
    out: PathBuf,
    firefox: bool,
    store: bool,
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match wish(std::env::args().skip(1)) {
        Err(why) => {
            eprintln!("demo: {why}\nusage: demo [URL|DIR] [--out DIR] [--firefox] [--store]");
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
    let out = target_folder().join("demo");
    let mut wish = Wish { what: None, out, firefox: false, store: false };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--out" => wish.out = arguments.next().ok_or("--out names no folder")?.into(),
            "--firefox" => wish.firefox = true,
            "--store" => wish.store = true,
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
    let display = !wish.store
        && (cfg!(any(target_os = "macos", windows)) || set("DISPLAY") || set("WAYLAND_DISPLAY"));
    let setup =
        Setup { extension: Some(extension), headless: !display, window: (1280, 900), proxy: None };
    println!("{url}");
    let browser = Browser::start(kind, &setup).await?;
    let done = match display {
        true => play(&browser, &url).await,
        false if wish.store => match &hung {
            Some(gallery) => store(&browser, &hosts, gallery).await,
            None => Err("the pictures for the stores are of the gallery".into()),
        },
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

/// Width and height that both stores take, and of the tile that Chrome's shows beside others.
const SCREENSHOT: (u32, u32) = (1280, 800);
const TILE: (u32, u32) = (440, 280);
/// Width of the list, where it stands beside the page.
const PANEL: u32 = 400;

/// The five pictures and the tile, in English.
async fn store(browser: &Browser, hosts: &Hosts, gallery: &gallery::Gallery) -> Outcome<()> {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("extension/store/pictures");
    std::fs::create_dir_all(&out)?;
    let put = |name: &str, picture: RgbImage| -> Outcome<()> {
        let file = out.join(format!("{name}.jpg"));
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 88).encode_image(&picture)?;
        std::fs::write(&file, jpeg)?;
        println!("wrote {} ({} × {})", file.display(), picture.width(), picture.height());
        Ok(())
    };
    let seen = async || -> Outcome<RgbImage> {
        Ok(image::load_from_memory(&browser.driver.screenshot_as_png().await?)?.to_rgb8())
    };
    let own = out.join("own.png");
    std::fs::write(&own, &gallery.own_work)?;
    browser.open_own("options.html").await?;
    browser.add_own_work(&own).await?;
    std::fs::remove_file(&own)?;

    let (width, height) = SCREENSHOT;
    browser.set_size(width, height).await?;
    browser.open(&gallery.home.url("/")).await?;
    let works = browser.driver.find_all(By::Css("img, audio, video")).await?;
    settled(browser, works.first().ok_or("the gallery is empty")?).await?;
    put("1-card", seen().await?)?;
    browser.set_dark(true).await?;
    browser.leave().await?;
    settled(browser, works.get(3).ok_or("the gallery has few works")?).await?;
    put("2-card-dark", seen().await?)?;
    browser.set_dark(false).await?;
    browser.leave().await?;
    browser.run("scrollTo(0, 0)").await?;

    // As the browser shows them: the page, and the list beside it.
    browser.set_size(width - PANEL, height).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let page = seen().await?;
    let tab = browser.tab_number(browser.driver.current_url().await?.as_ref()).await?;
    let here = browser.driver.window().await?;
    let there = browser.driver.new_tab().await?;
    browser.driver.switch_to_window(there).await?;
    browser.set_size(PANEL, height).await?;
    browser.open_own(&format!("popup.html?panel&tab={tab}")).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let panel = seen().await?;
    let mut both = RgbImage::new(width, height);
    image::imageops::replace(&mut both, &page, 0, 0);
    image::imageops::replace(&mut both, &panel, i64::from(width - PANEL), 0);
    put("3-list", both)?;
    browser.driver.close_window().await?;
    browser.driver.switch_to_window(here.clone()).await?;

    browser.set_size(width, height).await?;
    let first = browser.driver.find(By::Css("img")).await?;
    let address = first.prop("currentSrc").await?.unwrap_or_default();
    browser.reveal(&first).await?;
    browser.choose_report(&first, &address).await?;
    put("4-report", seen().await?)?;
    browser.open_own("options.html").await?;
    browser.run("document.getElementById('registries-title').scrollIntoView()").await?;
    put("5-registries", seen().await?)?;

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("extension");
    let words: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("_locales/en/messages.json"))?)?;
    let icon = std::fs::read_to_string(folder.join("icons/mark.svg"))?;
    let said = words["ext_description"]["message"].as_str().ok_or("no description")?;
    let tile = hosts.site("tile.localhost");
    tile.put(
        "/",
        Answer::html(include_str!("tile.html").replace("{icon}", &icon).replace("{said}", said)),
    );
    browser.open(&tile.url("/")).await?;
    browser.set_size(TILE.0, TILE.1).await?;
    let small = seen().await?;
    // A window cannot be as small as that everywhere.
    put("tile", image::imageops::crop_imm(&small, 0, 0, TILE.0, TILE.1).to_image())
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
