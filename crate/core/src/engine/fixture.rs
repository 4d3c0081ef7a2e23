//! Pages, works and answers that the tests of this folder share.

use crate::engine::{Engine, Known};
use crate::message::{Effect, Frame, PageEvent, ReadJob, ShellEvent};
use crate::page::{Millis, PageFacts, WorkFacts, WorkKind};
use crate::reading::{Delivery, Reading, Step};
use crate::registry::{Fit, Hit};

pub(super) const NOW: Millis = 1_800_000_000_000;

pub(super) fn frame(private: bool) -> Frame {
    Frame { tab: 1, frame: 0, private }
}

pub(super) fn work(id: u32, url: &str) -> WorkFacts {
    WorkFacts {
        id,
        kind: WorkKind::Image,
        url: url.to_string(),
        name: String::new(),
        width: 100,
        height: 100,
        visible: true,
        links: Vec::new(),
    }
}

pub(super) fn arrived(url: &str) -> PageEvent {
    let page = PageFacts { url: url.to_string(), ..PageFacts::default() };
    PageEvent::Arrived { page, fresh: true }
}

pub(super) fn open(private: bool) -> Engine {
    let mut engine = Engine::wake(Vec::new(), NOW);
    engine.page(frame(private), arrived("https://page.example/"), NOW);
    engine
}

pub(super) fn see(engine: &mut Engine, private: bool, url: &str) -> Vec<Effect> {
    engine.page(frame(private), PageEvent::Seen { works: vec![work(1, url)] }, NOW)
}

pub(super) fn fetches(effects: &[Effect]) -> Vec<&str> {
    let url = |e: &'_ Effect| matches!(e, Effect::Fetch { .. });
    effects
        .iter()
        .filter(|e| url(e))
        .filter_map(|e| if let Effect::Fetch { url, .. } = e { Some(url.as_str()) } else { None })
        .collect()
}

pub(super) fn reads(effects: &[Effect]) -> usize {
    effects.iter().filter(|e| matches!(e, Effect::Read { .. })).count()
}

pub(super) fn read(url: &str, private: bool) -> ShellEvent {
    let delivery = Delivery { url: url.to_string(), status: 200, ..Delivery::default() };
    let reading = Reading { delivery, ..Reading::default() };
    ShellEvent::Read { job: ReadJob { url: url.to_string(), private }, reading: Box::new(reading) }
}

/// A page with one work whose bytes are known, so that registries can be asked about it.
pub(super) fn asking(url: &str) -> Engine {
    let mut engine = open(false);
    see(&mut engine, false, url);
    let mut read = read(url, false);
    if let ShellEvent::Read { reading, .. } = &mut read {
        reading.fingerprint.sha1 = "0".repeat(40);
    }
    engine.shell(read, NOW);
    engine
}

/// What the catalogue of the tests says of a work.
pub(super) fn hit() -> Hit {
    Hit {
        registry: "catalogue:Fern".into(),
        record_id: "heron-1".into(),
        record_url: None,
        title: None,
        miniature: None,
        fit: Fit::Exact,
        statements: Vec::new(),
        leads: Vec::new(),
    }
}

pub(super) fn known(engine: &Engine) -> Known {
    engine.outcome(frame(false), 1, NOW).unwrap()
}

pub(super) fn part(url: &str) -> ShellEvent {
    let mut part = read(url, false);
    if let ShellEvent::Read { reading, .. } = &mut part {
        reading.awaits = vec![Step::Codes];
    }
    part
}

pub(super) fn seen(id: u32, url: &str, visible: bool) -> PageEvent {
    PageEvent::Seen { works: vec![WorkFacts { visible, ..work(id, url) }] }
}
