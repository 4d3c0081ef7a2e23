//! Formats that are decoded outside the reader's module: AVIF by the browser, JPEG XL by a
//! module of its own. Only a real browser shows what its decoder and its canvas do.

use std::process::Command;

use sayso_core::fingerprint::{DecodedBy, compare};
use sayso_core::limits::Limits;
use sayso_core::reading::{self, Delivery, Reading};
use sayso_core::vocabulary::ProblemCode;
use sayso_tests::browser::{Browser, Kind, Outcome};
use sayso_tests::{art, site::Answer};
use serde_json::json;
use thirtyfour::prelude::*;

use crate::Room;

/// The reference encoder of AVIF; the tests that need one say so where it is missing.
const ENCODER: &str = "avifenc";

/// As AVIF, turned and mirrored by what the container says; `None` where there is no encoder.
fn avif(picture: &art::Picture, turns: &[&str]) -> Outcome<Option<Vec<u8>>> {
    let folder = tempfile::tempdir()?;
    let (png, avif) = (folder.path().join("in.png"), folder.path().join("out.avif"));
    std::fs::write(&png, picture.png())?;
    let mut command = Command::new(ENCODER);
    command.args(["--speed", "9", "--min", "20", "--max", "30"]).args(turns).arg(&png).arg(&avif);
    match command.output() {
        Ok(out) if out.status.success() => Ok(Some(std::fs::read(&avif)?)),
        Ok(out) => Err(String::from_utf8_lossy(&out.stderr).into_owned().into()),
        Err(_) => {
            println!("skipped: {ENCODER} is not installed");
            Ok(None)
        }
    }
}

/// Has a worker of the reading room read a file, as the options page does with own works.
async fn read(own: &Browser, bytes: &[u8]) -> Outcome<Reading> {
    let bytes = json!(bytes);
    let read = own
        .run_own(&format!(
            "new Promise((done, failed) => {{\
               const worker = new Worker('/worker.js', {{ type: 'module' }});\
               worker.onmessage = ({{ data }}) => {{ worker.terminate(); done(data); }};\
               worker.onerror = failed;\
               worker.postMessage({{ file: new File([new Uint8Array({bytes})], 'picture') }});\
             }})"
        ))
        .await?;
    Ok(serde_json::from_value(read)?)
}

pub async fn an_own_work_is_known_from_its_avif_copy_and_only_likely(room: &Room) -> Outcome<()> {
    let drawn = art::draw("undertow").ok_or("it is in the portfolio")?.resized(900);
    let Some(copy) = avif(&drawn.resized(500), &[])? else { return Ok(()) };
    let browser = &room.browser;
    let site = room.hosts.site("avif.test");
    site.put("/copy.avif", Answer::of("image/avif", copy));
    let page = "<!doctype html><meta charset=utf-8><title>A copy</title><link rel=icon href='data:,'>\
                <img src='/copy.avif' width=500 alt='A copy'>";
    site.put("/", Answer::html(page));
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("original-lines.png");
    std::fs::write(&file, drawn.png())?;
    browser.open_own("options.html").await?;
    browser.add_own_work(&file).await?;
    browser.open(&site.url("/")).await?;
    let copy = browser.driver.find(By::Css("img")).await?;
    let card = browser.hover_on(&copy, |c| c.text.contains("original-lines")).await?;
    browser.open_own("options.html").await?;
    browser
        .run_own("chrome.storage.local.get(null).then((all) => chrome.storage.local.remove(Object.keys(all).filter((key) => JSON.stringify(all[key]).includes('original-lines'))))")
        .await?;
    if card.text.contains("may look like") && !card.text.contains("mirrored") {
        Ok(())
    } else {
        Err(format!("a browser's pixels are at most likely:\n{}", card.text).into())
    }
}

pub async fn a_browsers_pixels_stand_upright_whatever_the_container_says(
    room: &Room,
) -> Outcome<()> {
    let drawn = art::draw("heron").ok_or("it is in the portfolio")?.resized(240);
    let plain = reading::read(&drawn.png(), Delivery::default(), &Limits::DEFAULT).fingerprint;
    let codes = plain.codes.ok_or("a drawing has codes")?;
    room.browser.open_own("options.html").await?;
    let turns: [&[&str]; 6] = [
        &[],
        &["--irot", "1"],
        &["--irot", "2"],
        &["--irot", "3"],
        &["--imir", "0"],
        &["--irot", "1", "--imir", "1"],
    ];
    let mut wrong = Vec::new();
    for turn in turns {
        let Some(file) = avif(&drawn, turn)? else { return Ok(()) };
        let seen = read(&room.browser, &file).await?;
        let orientation = seen.media.as_ref().and_then(|m| m.orientation).unwrap_or(1);
        let print = seen.fingerprint;
        let Some(got) = print.codes.filter(|_| print.decoded_by == DecodedBy::Browser) else {
            wrong.push(format!("{turn:?}: no codes: {:?}", seen.problems));
            continue;
        };
        let turned = plain.turned.iter().find(|t| t.orientation == orientation);
        let wanted = turned.map_or(&codes.tolerant, |t| &t.code);
        let distance = bits_apart(wanted, &got.tolerant)?;
        println!("{}: {turn:?} is {orientation}: {distance} bits", room.browser.kind.name());
        if distance > 48 || (turn.is_empty() != (orientation == 1)) {
            wrong.push(format!("{turn:?} ({orientation}): {distance} bits of 256 away"));
        }
        if print.iscc.image.is_some() || !seen.awaits.is_empty() {
            wrong.push(format!("{turn:?}: {:?} {:?}", print.iscc.image, seen.awaits));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

pub async fn a_file_read_here_has_the_codes_and_hashes_that_it_has_everywhere(
    room: &Room,
) -> Outcome<()> {
    let bytes = art::draw("moonrise").ok_or("it is in the portfolio")?.resized(300).png();
    let native = reading::read(&bytes, Delivery::default(), &Limits::DEFAULT).fingerprint;
    room.browser.open_own("options.html").await?;
    // SHA-1 and SHA-256 are the browser's own work.
    let seen = read(&room.browser, &bytes).await?.fingerprint;
    if seen == native { Ok(()) } else { Err(format!("{seen:?}\nis not\n{native:?}").into()) }
}

pub async fn what_the_browser_cannot_decode_or_gives_as_noise_has_no_code(
    room: &Room,
) -> Outcome<()> {
    let browser = &room.browser;
    let drawn = art::draw("heron").ok_or("it is in the portfolio")?.resized(240);
    let Some(whole) = avif(&drawn, &[])? else { return Ok(()) };
    browser.open_own("options.html").await?;
    let mut broken = whole.clone();
    let from = broken.len() / 2;
    broken[from..].fill(0x5a);
    let seen = read(browser, &broken).await?;
    // A decoder may bear it; then the codes are those of what it shows. Ours are never invented.
    if seen.fingerprint.codes.is_none()
        && !seen.problems.iter().any(|p| p.code == ProblemCode::Unsupported)
    {
        return Err(format!("nothing says why there is no code: {:?}", seen.problems).into());
    }
    let mut bomb = whole.clone();
    let size = bomb.windows(4).position(|w| w == b"ispe").ok_or("an AVIF names its size")?;
    bomb[size + 8..size + 16].copy_from_slice(b"\0\0\xff\0\0\0\xff\0");
    let seen = read(browser, &bomb).await?;
    if seen.fingerprint.codes.is_some()
        || !seen.problems.iter().any(|p| p.code == ProblemCode::OverLimit)
    {
        return Err(format!("a bomb was decoded: {:?}", seen.problems).into());
    }
    if browser.kind == Kind::Firefox {
        browser.resist_recognition(true).await?;
        let seen = read(browser, &whole).await;
        browser.resist_recognition(false).await?;
        let seen = seen?;
        let codes = seen.fingerprint.codes;
        println!("firefox, resisting recognition: {codes:?} {:?}", seen.problems);
        let plain = reading::read(&drawn.png(), Delivery::default(), &Limits::DEFAULT).fingerprint;
        let noise = seen.problems.iter().any(|p| p.message.contains("noise"));
        let honest = codes.as_ref().zip(plain.codes.as_ref());
        let honest = honest.is_some_and(|(a, b)| compare::compare(a, b).is_some());
        if codes.is_none() != noise || !(noise || honest) {
            return Err(format!("noise was taken for a picture: {:?}", seen.problems).into());
        }
    }
    Ok(())
}

pub async fn a_jpeg_xl_picture_is_decoded_by_a_module_of_its_own(room: &Room) -> Outcome<()> {
    // 16 by 12 pixels of grey by column, made with `cjxl -d 0` of libjxl 0.7.
    const GREY: &[u8] = b"\xff\x0a\x58\x30\x10\x14\x17\x02\x08\x02\x01\x00\x44\x00\x4b\x18\x13\x2f\
        \x07\x0b\x53\xa8\xce\x16\x00\xc4\x00\x03\x83\x0c\x00";
    let rows = (0..12).flat_map(|_| (0..16_u8).flat_map(|x| [x * 16; 3]));
    let same = art::Picture { width: 16, height: 12, rgb: rows.collect() };
    let wanted = reading::read(&same.png(), Delivery::default(), &Limits::DEFAULT).fingerprint;
    room.browser.open_own("options.html").await?;
    let seen = read(&room.browser, GREY).await?;
    let print = seen.fingerprint;
    if print.codes == wanted.codes
        && print.iscc.image_256 == wanted.iscc.image_256
        && print.decoded_by == DecodedBy::Sayso
        && wanted.codes.is_some()
    {
        Ok(())
    } else {
        Err(format!("{print:?} {:?}", seen.problems).into())
    }
}

fn bits_apart(a: &str, b: &str) -> Outcome<u32> {
    let digit = |c: char| c.to_digit(16).ok_or("a code is written in hex");
    a.chars().zip(b.chars()).map(|(a, b)| Ok((digit(a)? ^ digit(b)?).count_ones())).sum()
}
