//! The targets: one for each reader, from the bytes to what is judged of them.

use std::collections::BTreeMap;

use sayso_core::engine::Engine;
use sayso_core::fingerprint::sound;
use sayso_core::limits::Limits;
use sayso_core::media::{self, Block, BlockKind};
use sayso_core::message::{Area, Frame, Kept, PageEvent};
use sayso_core::metadata::{self, cbor};
use sayso_core::page::{Header, Look, PageFacts, WorkFacts};
use sayso_core::reading::{self, Delivery, Depth, Reading};
use sayso_core::registry::{Fit, REGISTRIES, Request, Response};
use sayso_core::report;
use sayso_core::signal::{self, Asset, Documents, Page, SiteFacts, SiteFile};
use sayso_core::verdict;
use serde_json::Value;

/// One reader.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, as on the command line and in `finds/`.
    pub name: &'static str,
    /// How its input is made of bytes.
    pub reader: Reader,
}

/// What reads the bytes.
#[derive(Clone, Copy, Debug)]
pub enum Reader {
    /// A container of these formats, its metadata, and what they say.
    Container(&'static [&'static str]),
    /// The pixels of these formats, on both roads.
    Pixels(&'static [&'static str]),
    /// The samples of these formats.
    Samples(&'static [&'static str]),
    /// One raw block of metadata, and what it says.
    Block(BlockKind),
    /// A text file of a site.
    Site(SiteFile),
    /// Anything else.
    Other(fn(&[u8])),
}

const fn target(name: &'static str, reader: Reader) -> Target {
    Target { name, reader }
}

/// Every reader of foreign bytes.
pub const TARGETS: &[Target] = &[
    target("media-jpeg", Reader::Container(&["jpeg"])),
    target("media-png", Reader::Container(&["png"])),
    target("media-webp", Reader::Container(&["webp"])),
    target("media-gif", Reader::Container(&["gif"])),
    target("media-bmff", Reader::Container(&["avif", "heif", "m4a", "mov", "mp4"])),
    target("media-flac", Reader::Container(&["flac"])),
    target("media-ogg", Reader::Container(&["ogg"])),
    target("media-wav", Reader::Container(&["wav"])),
    target("media-aiff", Reader::Container(&["aiff"])),
    target("media-jxl", Reader::Container(&["jxl"])),
    target("media-tiff", Reader::Container(&["tiff"])),
    target("media-matroska", Reader::Container(&["webm", "matroska"])),
    target("media-bmp", Reader::Container(&["bmp"])),
    target("media-ico", Reader::Container(&["ico"])),
    target("media-svg", Reader::Container(&["svg"])),
    target("media-aac", Reader::Container(&["aac"])),
    target("media-mp3", Reader::Container(&["mp3"])),
    target("xmp", Reader::Block(BlockKind::Xmp)),
    target("exif", Reader::Block(BlockKind::Exif)),
    target("iptc-iim", Reader::Block(BlockKind::Iim)),
    target("text-tag", Reader::Block(BlockKind::Text)),
    target("c2pa-store", Reader::Block(BlockKind::C2pa)),
    target("cbor", Reader::Other(cbor_item)),
    target("c2pa-validator", Reader::Other(validator)),
    target("trust-list", Reader::Other(trust_list)),
    target("robots", Reader::Site(SiteFile::Robots)),
    target("tdmrep", Reader::Site(SiteFile::Tdmrep)),
    target("ai-txt", Reader::Site(SiteFile::AiTxt)),
    target("trust-txt", Reader::Site(SiteFile::TrustTxt)),
    target("headers", Reader::Other(headers)),
    target("rsl", Reader::Other(rsl)),
    target("tdm-policy", Reader::Other(tdm_policy)),
    target("json-ld", Reader::Other(json_ld)),
    target("page", Reader::Other(page)),
    target("pixels-jpeg", Reader::Pixels(&["jpeg"])),
    target("pixels-png", Reader::Pixels(&["png"])),
    target("pixels-gif", Reader::Pixels(&["gif"])),
    target("pixels-webp", Reader::Pixels(&["webp"])),
    target("pixels-tiff", Reader::Pixels(&["tiff"])),
    target("pixels-bmp", Reader::Pixels(&["bmp"])),
    target("pixels-ico", Reader::Pixels(&["ico"])),
    target("sound-mp3", Reader::Samples(&["mp3"])),
    target("sound-flac", Reader::Samples(&["flac"])),
    target("sound-ogg", Reader::Samples(&["ogg"])),
    target("sound-wav", Reader::Samples(&["wav", "aiff"])),
    target("sound-mp4", Reader::Samples(&["m4a", "mp4", "mov", "aac"])),
    target("sound-matroska", Reader::Samples(&["webm", "matroska"])),
    target("sound-print", Reader::Other(sound_print)),
    target("registry-answer", Reader::Other(registry_answer)),
    target("page-event", Reader::Other(page_event)),
    target("kept-state", Reader::Other(kept_state)),
    target("bundle", Reader::Other(verify_bundle)),
    target("time-stamp", Reader::Other(time_stamp)),
];

/// The target of that name.
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|t| t.name == name)
}

const URL: &str = "https://gallery.test/photos/heron.jpg?size=2";
const NOW: u64 = 1_800_000_000_000;

impl Target {
    /// Longest input that is worth trying.
    pub fn longest(&self) -> usize {
        match self.reader {
            Reader::Samples(_) | Reader::Pixels(_) => 32 << 10,
            _ => 64 << 10,
        }
    }

    /// Reads one input all the way.
    pub fn read(&self, bytes: &[u8]) {
        let limits = Limits::DEFAULT;
        match self.reader {
            Reader::Container(formats) => {
                if is_one_of(bytes, formats) {
                    settle(&reading::begin(bytes, delivery(Vec::new()), &limits));
                }
            }
            Reader::Pixels(formats) => {
                if is_one_of(bytes, formats) {
                    pixels(bytes);
                }
            }
            Reader::Samples(formats) => {
                if is_one_of(bytes, formats) {
                    samples(bytes);
                }
            }
            Reader::Block(kind) => block(kind, bytes),
            Reader::Site(file) => {
                let mut site = SiteFacts::default();
                site.set(file, got(&text(bytes)));
                judge(None, None, &site, &Documents::default());
            }
            Reader::Other(read) => read(bytes),
        }
    }
}

fn is_one_of(bytes: &[u8], formats: &[&str]) -> bool {
    media::recognise(bytes).is_some_and(|format| formats.contains(&format.name))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn got(text: &str) -> Look {
    Look::Got { text: text.to_string(), mime: String::new(), at: NOW }
}

fn delivery(headers: Vec<Header>) -> Delivery {
    Delivery {
        url: URL.to_string(),
        final_url: URL.to_string(),
        status: 200,
        headers,
        fetched_at: NOW,
    }
}

/// What a reading says, and that it can be kept: it crosses to the browser as JSON.
fn settle(reading: &Reading) {
    let seconds = reading.media.as_ref().and_then(|m| m.duration_s);
    assert!(seconds.is_none_or(f64::is_finite), "a length of {seconds:?} cannot be kept");
    let json = serde_json::to_string(reading).expect("a reading is JSON");
    let back: Reading = serde_json::from_str(&json).expect("what was written can be read");
    let value = |reading: &Reading| serde_json::to_value(reading).expect("a reading is JSON");
    let (was, is) = (value(reading), value(&back));
    assert!(alike(&was, &is), "a reading is not what it was when it was kept: {was} {is}");
    judge(Some(reading), None, &SiteFacts::default(), &Documents::default());
}

/// Equal but for the last bit of a fraction, which is lost on the way through JSON.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| alike(a, b)))
        }
        (Value::Number(a), Value::Number(b)) if a.is_f64() => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            (a - b).abs() <= a.abs() * 1e-12
        }
        _ => a == b,
    }
}

fn judge(reading: Option<&Reading>, page: Option<&Page>, site: &SiteFacts, documents: &Documents) {
    let asset = Asset { url: URL, reading, page, work: None, site, documents };
    let findings = signal::read_all(&asset);
    signal::wanted(&asset);
    verdict::judge(&findings, &[], URL);
}

fn block(kind: BlockKind, bytes: &[u8]) {
    // The key of a text comes from the file as well.
    let (key, bytes) = match kind {
        BlockKind::Text => {
            let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(0);
            (text(&bytes[..end]), &bytes[end..])
        }
        _ => (String::new(), bytes),
    };
    let block = Block { kind, locator: "block at 0x0".to_string(), key, bytes: bytes.into() };
    let (metadata, problems) = metadata::read(&[block], &Limits::DEFAULT);
    if kind == BlockKind::Exif {
        media::tiff::orientation(bytes);
    }
    // A picture around it, as far as it matters to the signals.
    let picture = b"GIF89a\x02\0\x03\0\0\0\0;";
    let mut reading = reading::begin(picture, delivery(Vec::new()), &Limits::DEFAULT);
    reading.metadata = metadata;
    reading.problems = problems;
    settle(&reading);
}

fn pixels(bytes: &[u8]) {
    // What a picture is decoded to depends on its pixels and not on its bytes, so here there are
    // fewer: 8 million, of which four bytes each may be held.
    let limits = Limits { pixels: 8_000_000, ..Limits::DEFAULT };
    for depth in [Depth::Search, Depth::Exact] {
        let mut reading = reading::begin(bytes, delivery(Vec::new()), &limits);
        reading::add_codes(&mut reading, bytes, depth, &limits);
    }
}

fn samples(bytes: &[u8]) {
    let limits = Limits { sound_seconds: 60, ..Limits::DEFAULT };
    let mut reading = reading::begin(bytes, delivery(Vec::new()), &limits);
    let Some(facts) = reading.media.clone().filter(|_| reading.has_sound()) else { return };
    // The decoders are others' work and may panic; that is caught, so it must not end the run.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let heard = sayso_sound::listen(bytes, &facts, &limits);
    std::panic::set_hook(hook);
    reading.hear(heard);
    settle(&reading);
}

fn cbor_item(bytes: &[u8]) {
    cbor::read(bytes);
    cbor::read_first(bytes);
    cbor::raw(bytes, "signature");
}

fn validator(bytes: &[u8]) {
    // The store is its own file: bindings then have bytes to hash.
    let trust = sayso_c2pa::Trust::default();
    sayso_c2pa::validate_beside(bytes, bytes, &trust, NOW / 1000, &Limits::DEFAULT);
    sayso_c2pa::validate(bytes, &trust, NOW / 1000, &Limits::DEFAULT);
}

fn trust_list(bytes: &[u8]) {
    let pem = text(bytes);
    let trust =
        sayso_c2pa::Trust { signers: &pem, stamps: &pem, identities: &pem, official: false };
    let file = crate::seeds::with_manifest();
    sayso_c2pa::validate(&file, &trust, NOW / 1000, &Limits::DEFAULT);
}

/// Lines of `name: value`.
fn headers(bytes: &[u8]) {
    let text = text(bytes);
    let lines = text.lines().filter_map(|l| l.split_once(':')).take(200);
    let header = |(name, value): (&str, &str)| Header {
        name: name.to_string(),
        value: value.trim().to_string(),
    };
    let mut reading =
        reading::begin(b"GIF89a\x02\0\x03\0\0\0\0;", Delivery::default(), &Limits::DEFAULT);
    reading.delivery = delivery(lines.map(header).collect());
    settle(&reading);
}

const DOCUMENT: &str = "https://gallery.test/a.xml";

fn documents(text: &str) -> Documents {
    let mut documents = Documents::default();
    documents.set(DOCUMENT.to_string(), got(text));
    documents
}

fn rsl(bytes: &[u8]) {
    let documents = documents(&text(bytes));
    let site = SiteFacts::new(got("License: /a.xml\nUser-agent: *\nAllow: /"), Look::NotLooked);
    judge(None, None, &site, &documents);
}

fn tdm_policy(bytes: &[u8]) {
    let documents = documents(&text(bytes));
    let rules = format!(r#"[{{"location":"/","tdm-reservation":1,"tdm-policy":"{DOCUMENT}"}}]"#);
    judge(None, None, &SiteFacts::new(Look::NotLooked, got(&rules)), &documents);
}

fn json_ld(bytes: &[u8]) {
    let facts =
        PageFacts { url: URL.to_string(), json_ld: vec![text(bytes)], ..PageFacts::default() };
    judge(None, Some(&facts.into()), &SiteFacts::default(), &Documents::default());
}

/// HTML, told as the content script tells it.
fn page(bytes: &[u8]) {
    let (facts, works) = sayso_tests::markup::read("https://gallery.test/", &text(bytes));
    let page: Page = facts.into();
    let (site, documents) = (SiteFacts::default(), Documents::default());
    for work in works.iter().take(4) {
        let asset = Asset {
            url: &work.url,
            reading: None,
            page: Some(&page),
            work: Some(work),
            site: &site,
            documents: &documents,
        };
        verdict::judge(&signal::read_all(&asset), &[], &work.url);
        signal::wanted(&asset);
    }
}

/// A compressed fingerprint of a sound, as registries send it.
fn sound_print(bytes: &[u8]) {
    let Some(words) = sound::expand(&text(bytes)) else { return };
    let again = sound::expand(&sound::compress(&words));
    assert_eq!(again.as_deref(), Some(words.as_slice()), "packing changes a fingerprint");
    sound::compare_words(&words, &words);
}

fn registry_answer(bytes: &[u8]) {
    // The first byte chooses the status.
    let (status, body) = bytes.split_first().map_or((200, &[][..]), |(first, rest)| {
        let statuses = [200, 404, 429, 503];
        (statuses[usize::from(*first) % statuses.len()], rest)
    });
    let response = Response { status, headers: Vec::new(), body: text(body), at: NOW };
    // Each reader looks into the key for what was asked; these are of the forms that they plan.
    let keys = [
        "sha1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "title:commons:Demo_photo.jpg",
        "page:2",
        "demo-item/1fe722bbbd5d947a74d08293a171eba6f4faafa4/demo.mp3",
        "42",
        "436535 dt1567.jpg",
        "ISCC:MAIGIRMUCYSAAAAB ISCC:EED4GQZQTY6J5DTHNDQ7S7EGNENJNRTEGLGHFWXFGNDZHSMO4HEZGZI",
        "KECWRY3VY6R5SNV4YNBTBHR4T2HGP3HKVFO7TYUP2BKVFG724W63HVI",
        "ISCC:KEA4GQZQTY6J5DTH5TVKSXPZ4KH5AVKSTP5OLPNT2U https://gateway.example/x",
        "00000000-0000-4000-8000-0000000000b1",
    ];
    let near = Fit::Near { distance: 6, bits: 64, sure: false, turned: false, from_s: None };
    for registry in REGISTRIES {
        for (key, via) in keys.iter().flat_map(|key| [(key, None), (key, Some(near.clone()))]) {
            let request = Request {
                registry: registry.id.to_string(),
                key: (*key).to_string(),
                url: "https://registry.example/v1/question".to_string(),
                headers: Vec::new(),
                privacy: registry.privacy[0],
                via,
            };
            let answer = (registry.read)(&request, &response);
            serde_json::to_string(&answer).expect("an answer is JSON");
        }
    }
}

/// Messages of a page, one JSON a line, and then what is known of its works.
fn page_event(bytes: &[u8]) {
    let mut engine = Engine::wake(Vec::new(), NOW);
    let frame = Frame { tab: 1, frame: 0, private: false };
    for (number, line) in (0..).zip(bytes.split(|b| *b == b'\n').take(32)) {
        let Ok(event) = serde_json::from_slice::<PageEvent>(line) else { continue };
        let works: Vec<WorkFacts> = match &event {
            PageEvent::Seen { works } => works.iter().take(8).cloned().collect(),
            PageEvent::Hovered { work } | PageEvent::Acted { work, .. } => vec![work.clone()],
            PageEvent::Arrived { .. } | PageEvent::Gone { .. } => Vec::new(),
        };
        let effects = engine.page(frame, event, NOW + number);
        serde_json::to_string(&effects).expect("effects are JSON");
        for work in works {
            engine.outcome(frame, work.id, NOW + number);
        }
    }
}

/// What an older or a broken store holds: lines of `area key value`.
fn kept_state(bytes: &[u8]) {
    let text = text(bytes);
    let kept: BTreeMap<&str, &str> =
        text.lines().filter_map(|l| l.split_once(' ')).take(64).collect();
    for area in [Area::Local, Area::Session] {
        let kept = kept
            .iter()
            .map(|(key, value)| Kept { area, key: (*key).to_string(), value: (*value).to_string() })
            .collect();
        let mut engine = Engine::wake(kept, NOW);
        let event = PageEvent::Arrived { page: PageFacts::default(), fresh: true };
        engine.page(Frame { tab: 1, frame: 0, private: false }, event, NOW);
    }
}

fn verify_bundle(bytes: &[u8]) {
    report::verify(bytes).is_sound();
}

/// The answer of an authority, or of a calendar.
fn time_stamp(bytes: &[u8]) {
    let _ = report::rfc3161::read(bytes);
    let _ = report::timestamp::read(bytes);
    let _ = report::timestamp::proof([7; 32], bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_targets() {
        let named: Vec<&str> = TARGETS
            .iter()
            .filter_map(|t| match t.reader {
                Reader::Container(formats) => Some(formats),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        for format in media::FORMATS {
            assert!(named.contains(&format.name), "no container target reads {}", format.name);
        }
    }

    #[test]
    fn names_are_distinct() {
        let names: std::collections::BTreeSet<_> = TARGETS.iter().map(|t| t.name).collect();
        assert_eq!(names.len(), TARGETS.len());
    }
}
