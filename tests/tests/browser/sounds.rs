//! Sounds of every way to play one. Only a real browser gives streams their addresses, plays
//! without an element, keeps a page's own files and knows what is protected.

use sayso_tests::browser::Outcome;
use sayso_tests::site::{Answer, Site};
use sayso_tests::{metadata_writer as write, tune};
use thirtyfour::prelude::*;

use crate::Room;

/// A tune with the name of its artist.
fn song() -> Vec<u8> {
    write::into_wav(&tune::wav(), &[(b"INAM", "Slow tide"), (b"IART", "Ilka Morrow")])
}

/// Serves one of the pages, and the sounds of all of them.
fn hang(room: &Room, page: &str) -> Site {
    let (site, media) = (room.hosts.site("player.localhost"), room.hosts.site("sounds.localhost"));
    site.put("/", Answer::html(page.replace("{{media}}", &media.origin())));
    let song = song();
    let wav = |bytes: &[u8]| Answer::of("audio/wav", bytes);
    for path in ["/song.wav", "/lone.wav", "/fetched.wav"] {
        media.put(path, wav(&song));
    }
    site.put("/small", wav(&song)).put("/protected.wav", wav(&song));
    // A file in three pieces is the plainest thing that a playlist can name.
    let (first, rest) = song.split_at(song.len() / 3);
    let (second, third) = rest.split_at(rest.len() / 2);
    for (name, piece) in [("a", first), ("b", second), ("c", third)] {
        media.put(&format!("/list/pieces/{name}"), wav(piece));
    }
    let m3u8 = |text: String| Answer::of("application/vnd.apple.mpegurl", text);
    let pieces = "#EXTM3U\n#EXTINF:7,\na\n#EXTINF:7,\nb\n#EXTINF:8,\nc\n#EXT-X-ENDLIST\n";
    media.put("/list/pieces/voice.m3u8", m3u8(pieces.to_string()));
    let all = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=705600\npieces/voice.m3u8\n";
    media.put("/list/all.m3u8", m3u8(all.to_string()));
    let key = "#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://key\"\n#EXTINF:7,\npieces/a\n";
    media.put("/list/locked.m3u8", m3u8(key.to_string()));
    let stranger = room.hosts.site("strange.test");
    stranger.put("/a", wav(first));
    media.put(
        "/list/elsewhere.m3u8",
        m3u8(format!("#EXTM3U\n#EXTINF:7,\n{}\n", stranger.url("/a"))),
    );
    let mpd = "<?xml version='1.0'?><MPD><BaseURL>pieces/</BaseURL><Period>\
               <AdaptationSet contentType='audio'><Representation id='x' bandwidth='705600'>\
               <SegmentList duration='8'><SegmentURL media='a'/><SegmentURL media='b'/>\
               <SegmentURL media='c'/></SegmentList></Representation></AdaptationSet></Period></MPD>";
    media.put("/list/all.mpd", Answer::of("application/dash+xml", mpd));
    site
}

pub async fn a_player_that_is_given_its_sound_late_gets_a_mark(room: &Room) -> Outcome<()> {
    let site = hang(room, include_str!("../../pages/sounds/late.html"));
    room.browser.open(&site.url("/")).await?;
    room.browser.wait_for_mark("#late", |m| m.tone == "calm").await?;
    has(room, "#late", &["Slow tide · Ilka Morrow"]).await
}

pub async fn sounds_without_an_element_are_listed_without_a_mark(room: &Room) -> Outcome<()> {
    let site = hang(room, include_str!("../../pages/sounds/lone.html"));
    room.browser.open(&site.url("/")).await?;
    let tab = room.browser.tab_number(&site.url("/")).await?;
    room.browser
        .in_own_page(&format!("popup.html?tab={tab}"), async |own| {
            own.wait_for("both sounds in the list", async || {
                // The list is drawn when the popup is opened.
                own.driver.refresh().await?;
                own.wait_ready().await?;
                let script =
                    "return [...document.querySelectorAll('.line')].map((it) => it.textContent)";
                let lines = own.run(script).await?;
                let lines = lines.as_array().cloned().unwrap_or_default();
                let named = lines.iter().filter(|line| line.to_string().contains("Slow tide"));
                Ok((named.count() == 2).then_some(()))
            })
            .await
        })
        .await?;
    let marks = room.browser.marks().await?;
    if marks.is_empty() { Ok(()) } else { Err(format!("marks without a player: {marks:?}").into()) }
}

pub async fn a_link_to_a_sound_is_read_when_somebody_points_at_it(room: &Room) -> Outcome<()> {
    let site = hang(room, include_str!("../../pages/sounds/link.html"));
    room.hosts.clear_log();
    room.browser.open(&site.url("/")).await?;
    let link = room.browser.driver.find(By::Id("link")).await?;
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    if room.hosts.log().iter().any(|visit| visit.path.starts_with("/song.wav")) {
        return Err("the link was followed before anybody pointed at it".into());
    }
    room.browser.hover_on(&link, |card| card.tone == "calm").await?;
    // It stands behind the link, where there is room.
    room.browser
        .wait_for("the mark of the link", async || {
            let marks = room.browser.marks().await?;
            Ok(marks.iter().any(|m| m.tone == "calm").then_some(()))
        })
        .await
}

pub async fn a_playlist_is_one_sound(room: &Room) -> Outcome<()> {
    let site = hang(room, include_str!("../../pages/sounds/list.html"));
    room.hosts.clear_log();
    room.browser.open(&site.url("/")).await?;
    for css in ["#m3u8", "#mpd"] {
        room.browser.wait_for_mark(css, |m| m.tone == "calm").await?;
        has(room, css, &["Slow tide", "Ilka Morrow"]).await?;
    }
    has(room, "#locked", &["encrypted"]).await?;
    has(room, "#elsewhere", &["strange.test"]).await?;
    let asked = |host: &str, path: &str| {
        room.hosts.log().iter().any(|v| v.host == host && v.path == path && !v.by_page())
    };
    if asked("strange.test", "/a") {
        return Err("a host was asked that the page may never have used".into());
    }
    if !asked("sounds.localhost", "/list/pieces/c") {
        Err("no piece was fetched".into())
    } else {
        Ok(())
    }
}

pub async fn a_stream_of_a_playlist_is_read_by_the_playlist(room: &Room) -> Outcome<()> {
    let site = hang(room, include_str!("../../pages/sounds/player.html"));
    room.browser.open(&site.url("/")).await?;
    room.browser.wait_for_mark("#player", |m| m.tone == "calm").await?;
    has(room, "#player", &["Ilka Morrow"]).await
}

pub async fn a_file_of_the_page_is_read_when_the_reader_asks(room: &Room) -> Outcome<()> {
    let site = hang(room, include_str!("../../pages/sounds/blob.html"));
    room.browser.open(&site.url("/")).await?;
    room.browser.wait_for_mark("#blob", |m| m.tone == "dim").await?;
    has(room, "#blob", &["only the page itself"]).await?;
    room.browser.card_button("hand").await?.click().await?;
    room.browser.wait_for_mark("#blob", |m| m.tone == "calm").await?;
    has(room, "#blob", &["Ilka Morrow"]).await
}

pub async fn streams_and_protected_sounds_say_why_they_are_not_read(room: &Room) -> Outcome<()> {
    let site = hang(room, include_str!("../../pages/sounds/stream.html"));
    room.browser.open(&site.url("/")).await?;
    has(room, "#live", &["while it plays"]).await?;
    // That there are no bytes behind its address is known once it was tried.
    has(room, "#source", &["only the page itself"]).await?;
    room.browser.card_button("hand").await?.click().await?;
    has(room, "#source", &["while it plays"]).await?;

    let site = hang(room, include_str!("../../pages/sounds/protected.html"));
    room.browser.open(&site.url("/")).await?;
    let locked = room
        .browser
        .wait_for("the keys", async || {
            let said = room.browser.run("return document.body.dataset.locked ?? null").await?;
            Ok(said.as_str().map(str::to_string))
        })
        .await?;
    if locked != "yes" {
        println!("{}: this browser has no key system: {locked}", room.browser.kind.name());
        return Ok(());
    }
    has(room, "#protected", &["copy-protected"]).await
}

/// Waits until the card of a player holds these words.
async fn has(room: &Room, css: &str, words: &[&str]) -> Outcome<()> {
    let player = room.browser.driver.find(By::Css(css)).await?;
    let fits = |text: &str| words.iter().all(|word| text.contains(word));
    // A card whose button was pressed has the focus and stays open without the pointer.
    room.browser.press(Key::Escape).await?;
    room.browser
        .hover_on(&player, |card| fits(&format!("{}\n{}", card.headline, card.text)))
        .await?;
    Ok(())
}
