//! Stand-in while the engine is being written: marks every work that is seen.

use crate::card::{Act, Action, Card, Evidence, Mark, Part, Row, Tone};
use crate::message::*;
use crate::page::{Millis, WorkFacts};
use crate::phrase::{Key, Phrase};
use std::collections::BTreeMap;

/// Stand-in.
pub struct Engine {
    works: BTreeMap<(Frame, u32), WorkFacts>,
    cards: BTreeMap<(Frame, u32), String>,
    settings: Settings,
}

fn tone(url: &str) -> Tone {
    match url.bytes().map(u32::from).sum::<u32>() % 5 {
        0 => Tone::Stop,
        1 => Tone::Care,
        2 => Tone::Go,
        3 => Tone::Calm,
        _ => Tone::Dim,
    }
}

fn mark(url: &str) -> Mark {
    let t = tone(url);
    let (shape, key) = match t {
        Tone::Stop => (
            "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2a5 5 0 0 1 3 1L4 11a5 5 0 0 1 4-8Zm0 10a5 5 0 0 1-3-1l7-7a5 5 0 0 1-4 8Z",
            Key::VerdictDenied,
        ),
        Tone::Care => ("M8 1 15 14H1ZM7 6v4h2V6Zm0 5v2h2v-2Z", Key::VerdictConditional),
        Tone::Go => ("M6.5 12.5 2 8l1.5-1.5 3 3 6-6L14 5Z", Key::VerdictAllowed),
        Tone::Calm => ("M3 7h10v2H3Z", Key::VerdictUnspecified),
        Tone::Dim => ("M3 7h2v2H3Zm4 0h2v2H7Zm4 0h2v2h-2Z", Key::VerdictUnknown),
    };
    Mark { tone: t, shape: shape.into(), label: key.into() }
}

fn card(w: &WorkFacts, note: &str) -> Card {
    let m = mark(&w.url);
    let row = |k: Key, v: Key, t: Tone, raw: &str| Row {
        label: k.into(),
        value: v.into(),
        tone: t,
        link: None,
        evidence: vec![Evidence {
            source: Phrase::from(Key::ExtName),
            locator: "XMP packet, plus:DataMining".into(),
            raw: raw.into(),
        }],
    };
    Card {
        headline: m.label.clone(),
        mark: m,
        name: w.name.clone(),
        parts: vec![
            Part {
                heading: Key::UseTdm.into(),
                folded: false,
                rows: vec![
                    row(
                        Key::UseTrainGen,
                        Key::VerdictDenied,
                        Tone::Stop,
                        "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING",
                    ),
                    row(Key::UseTrainNongen, Key::VerdictConditional, Tone::Care, "x"),
                    row(Key::UseTdm, Key::VerdictUnspecified, Tone::Calm, "y"),
                    row(Key::UseAiInput, Key::VerdictAllowed, Tone::Go, "y"),
                    row(Key::UseSearch, Key::VerdictUnknown, Tone::Dim, "y"),
                ],
            },
            Part {
                heading: Key::UseSearch.into(),
                folded: false,
                rows: vec![Row {
                    link: Some("https://creativecommons.org/licenses/by/4.0/".into()),
                    ..row(Key::UseAiIndex, Key::VerdictConditional, Tone::Calm, note)
                }],
            },
            Part {
                heading: Key::UseAiIndex.into(),
                folded: true,
                rows: vec![row(Key::UseSearch, Key::VerdictUnknown, Tone::Dim, &w.url)],
            },
        ],
        actions: vec![
            Action { label: Key::MenuReport.into(), note: None, act: Act::Report },
            Action {
                label: Key::CommandNext.into(),
                note: Some(Key::ExtDescription.into()),
                act: Act::Ask { registry: "r".into() },
            },
        ],
    }
}

impl Engine {
    /// Stand-in.
    pub fn wake(kept: Vec<Kept>, _now: Millis) -> Engine {
        let _ = kept;
        std::hint::black_box(crate::phrase::say(&Key::ExtName.into(), &|_| String::new()));
        Engine { works: BTreeMap::new(), cards: BTreeMap::new(), settings: Settings::default() }
    }

    fn shown(&self, frame: Frame, id: u32, with_card: bool) -> Option<Shown> {
        let w = self.works.get(&(frame, id))?;
        let note = self.cards.get(&(frame, id)).cloned().unwrap_or_default();
        Some(Shown { work: id, mark: mark(&w.url), card: with_card.then(|| card(w, &note)) })
    }

    /// Stand-in.
    pub fn page(&mut self, from: Frame, event: PageEvent, _now: Millis) -> Vec<Effect> {
        let mut out = Vec::new();
        match event {
            PageEvent::Arrived { .. } => self.works.retain(|(f, _), _| *f != from),
            PageEvent::Seen { works } => {
                let mut shown = Vec::new();
                for w in works {
                    let (id, url, visible) = (w.id, w.url.clone(), w.visible);
                    self.works.insert((from, id), w);
                    shown.extend(self.shown(from, id, false));
                    if visible && !self.cards.contains_key(&(from, id)) {
                        out.push(Effect::Read {
                            job: ReadJob { url, private: from.private },
                            accept: "image/*,*/*;q=0.8".into(),
                            max_bytes: 64 << 20,
                            timeout_ms: 20_000,
                            urgency: 1,
                        });
                    }
                }
                out.push(Effect::Keep {
                    area: Area::Session,
                    key: "seen".into(),
                    value: "1".into(),
                });
                out.push(Effect::Show { to: from, works: shown });
                out.push(Effect::Badge {
                    tab: from.tab,
                    text: self.works.len().to_string(),
                    tone: Tone::Stop,
                    title: Key::ExtName.into(),
                });
            }
            PageEvent::Hovered { work } => match self.shown(from, work, true) {
                Some(shown) => out.push(Effect::Show { to: from, works: vec![shown] }),
                None => out.push(Effect::AskAgain { to: from }),
            },
            PageEvent::Gone { works } => {
                works.iter().for_each(|w| drop(self.works.remove(&(from, *w))))
            }
            PageEvent::Acted { .. } => out.push(Effect::OpenReport { id: "1".into() }),
        }
        out
    }

    fn note(&mut self, job: &ReadJob, note: String) -> Vec<Effect> {
        let at: Vec<_> =
            self.works.iter().filter(|(_, w)| w.url == job.url).map(|(k, _)| *k).collect();
        at.into_iter()
            .filter_map(|(f, id)| {
                self.cards.insert((f, id), note.clone());
                Some(Effect::Show { to: f, works: vec![self.shown(f, id, true)?] })
            })
            .collect()
    }

    /// Stand-in.
    pub fn shell(&mut self, event: ShellEvent, _now: Millis) -> Vec<Effect> {
        match event {
            ShellEvent::Read { job, reading } => {
                self.note(&job, format!("{} bytes {:?}", reading.bytes, reading.delivery.status))
            }
            ShellEvent::ReadFailed { job, failure } => self.note(&job, format!("{failure:?}")),
            ShellEvent::Left { tab } => {
                self.works.retain(|(f, _), _| f.tab != tab);
                Vec::new()
            }
            ShellEvent::Picked { work, .. } => vec![Effect::OpenReport { id: format!("{work:?}") }],
            _ => Vec::new(),
        }
    }

    /// Stand-in.
    pub fn desk(&mut self, event: DeskEvent, _now: Millis) -> Vec<Effect> {
        let answer = match event {
            DeskEvent::ListAsked { .. } => DeskAnswer::List {
                lines: self
                    .works
                    .iter()
                    .map(|((f, id), w)| Line {
                        frame: *f,
                        work: *id,
                        mark: mark(&w.url),
                        headline: mark(&w.url).label,
                        name: w.name.clone(),
                        url: w.url.clone(),
                    })
                    .collect(),
                site: "gallery.example".into(),
                off: false,
            },
            DeskEvent::OptionsAsked => DeskAnswer::Options {
                settings: self.settings.clone(),
                sources: vec![],
                registries: vec![],
                own_works: vec![],
            },
            _ => DeskAnswer::Done,
        };
        vec![Effect::Answer { answer: Box::new(answer) }]
    }
}
