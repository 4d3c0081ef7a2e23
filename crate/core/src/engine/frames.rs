//! Frames of tabs and the works they show: what a page says of itself is taken in here.

use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use super::kept::{KeptFrame, keep};
use crate::card::Act;
use crate::inquiry;
use crate::limits::WORKS_OF_A_PAGE;
use crate::message::{Area, Effect, Frame, PageEvent, ReadJob, Shown};
use crate::page::{Millis, PageFacts, WorkFacts, age};
use crate::registry::Privacy;
use crate::signal::Page;

/// Works of one frame. A page that shows more is answered for the first ones.
pub(super) const WORKS: usize = WORKS_OF_A_PAGE;

/// How long a frame that was asked to say everything again is left in peace, in milliseconds.
pub(super) const CALL_AGAIN_MS: u64 = 2_000;

/// One frame of one tab.
pub(super) struct FrameState {
    pub(super) frame: Frame,
    pub(super) page: Page,
    /// The engine was rebuilt and the page has not spoken since.
    pub(super) asleep: bool,
    pub(super) works: BTreeMap<u32, WorkFacts>,
    pub(super) hovered: Option<u32>,
    /// Registries the reader has asked about a work of this frame, by work and id.
    pub(super) wanted: BTreeSet<(u32, Wish)>,
    pub(super) shown: BTreeMap<u32, Shown>,
}

/// What the reader wants asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wish {
    /// One registry, by its id.
    One(String),
    /// Every registry that learns no more than this by it.
    All(Privacy),
}

impl Engine {
    /// Asks a frame to say everything again; once, not for every word that was lost on us.
    pub(super) fn call(&mut self, to: Frame, now: Millis, out: &mut Vec<Effect>) {
        let id = (to.tab, to.frame);
        if self.called.get(&id).is_none_or(|at| age(now, *at) >= CALL_AGAIN_MS) {
            self.called.insert(id, now);
            out.push(Effect::AskAgain { to });
        }
    }

    /// A document has come: what its frame showed before is gone.
    pub(super) fn arrive(
        &mut self,
        from: Frame,
        page: PageFacts,
        fresh: bool,
        out: &mut Vec<Effect>,
    ) {
        let id = (from.tab, from.frame);
        self.called.remove(&id);
        if from.frame == 0 && fresh {
            // The top document was left; its frames went with it.
            self.forget_frames(|f| f.tab == from.tab && f.frame != 0, out);
        }
        if !from.private {
            keep(
                out,
                Area::Session,
                frame_key(from),
                &KeptFrame { frame: from, page: page.clone() },
            );
        }
        match self.frames.get_mut(&id) {
            // The head of the same document has changed: its works are still there.
            Some(state) if !fresh => {
                state.page = page.into();
                state.asleep = false;
                state.shown.clear();
            }
            _ => {
                self.frames.insert(id, FrameState::new(from, page));
            }
        }
        if self.rests_on(id) {
            out.push(Effect::Rest { to: from });
        } else if from.frame == 0 {
            self.badge(from.tab, out);
        }
    }

    /// Takes in what a page said, and tells which works it concerns.
    pub(super) fn take_in(&mut self, id: (u32, u64), event: PageEvent) -> Vec<u32> {
        let Some(state) = self.frames.get_mut(&id) else { return Vec::new() };
        match event {
            PageEvent::Arrived { .. } => Vec::new(),
            PageEvent::Seen { works } => {
                state.asleep = false;
                let mut ids = Vec::new();
                for work in works {
                    if state.works.len() >= WORKS && !state.works.contains_key(&work.id) {
                        break;
                    }
                    ids.push(work.id);
                    state.meet(work);
                }
                ids
            }
            PageEvent::Hovered { work } => {
                let id = work.id;
                state.hovered = Some(id);
                state.shown.remove(&id);
                state.meet(work);
                vec![id]
            }
            PageEvent::Gone { works } => {
                for work in works {
                    state.works.remove(&work);
                    state.shown.remove(&work);
                }
                Vec::new()
            }
            PageEvent::Acted { work, act } => {
                let id = work.id;
                let url = work.url.clone();
                state.hovered = Some(id);
                state.meet(work);
                match act {
                    Act::Ask { registry } => {
                        state.wanted.insert((id, Wish::One(registry)));
                    }
                    Act::AskAll { privacy } => {
                        state.wanted.insert((id, Wish::All(privacy)));
                    }
                    Act::Again => {
                        let job = ReadJob { url, private: state.frame.private };
                        self.files.remove(&job);
                    }
                    // Opens a page of its own and leaves this one as it is; is done by the page.
                    Act::Report | Act::Hand | Act::Copy { .. } => {}
                }
                vec![id]
            }
        }
    }

    /// Whether the reader has switched off the site of a frame, or of the tab it stands in.
    pub(super) fn rests_on(&self, id: (u32, u64)) -> bool {
        let off = |f: &FrameState| {
            let site = inquiry::site(&f.page.url);
            self.settings.sites_off.contains(&site)
        };
        [(id.0, 0), id].iter().any(|key| self.frames.get(key).is_some_and(off))
    }

    pub(super) fn forget_frames(&mut self, gone: impl Fn(&Frame) -> bool, out: &mut Vec<Effect>) {
        let ids: Vec<(u32, u64)> =
            self.frames.iter().filter(|(_, f)| gone(&f.frame)).map(|(id, _)| *id).collect();
        for id in ids {
            if let Some(state) = self.frames.remove(&id) {
                out.push(Effect::Forget { area: Area::Session, key: frame_key(state.frame) });
            }
        }
    }
}

impl FrameState {
    pub(super) fn new(frame: Frame, page: PageFacts) -> Self {
        FrameState {
            frame,
            page: page.into(),
            asleep: false,
            works: BTreeMap::new(),
            hovered: None,
            wanted: BTreeSet::new(),
            shown: BTreeMap::new(),
        }
    }

    pub(super) fn meet(&mut self, work: WorkFacts) {
        if self.works.get(&work.id).is_some_and(|known| known.url != work.url) {
            self.shown.remove(&work.id);
        }
        self.works.insert(work.id, work);
    }

    /// Whether the reader wants this asked about a work.
    pub(super) fn wishes(&self, work: u32, registry: &str, privacy: Privacy) -> bool {
        self.wanted.iter().any(|(about, wish)| {
            *about == work
                && match wish {
                    Wish::One(id) => id == registry,
                    Wish::All(tier) => *tier == privacy,
                }
        })
    }
}

pub(super) fn frame_key(frame: Frame) -> String {
    format!("frame/{}/{}", frame.tab, frame.frame)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use crate::engine::Engine;
    use crate::message::{Area, DeskEvent, Effect, Frame, Kept, ShellEvent};
    use crate::settings::Settings;

    #[test]
    fn an_unknown_frame_is_asked_to_say_everything() {
        let mut engine = Engine::wake(Vec::new(), NOW);
        let effects = see(&mut engine, false, "https://a.example/x.jpg");
        assert_eq!(effects, vec![Effect::AskAgain { to: frame(false) }]);
    }

    #[test]
    fn a_site_that_is_switched_off_gets_nothing() {
        let mut engine = open(false);
        let settings =
            Settings { sites_off: vec!["page.example".to_string()], ..Settings::default() };
        let effects = engine.desk(DeskEvent::SettingsChanged { settings }, NOW);
        assert!(effects.contains(&Effect::Rest { to: frame(false) }));
        let effects = see(&mut engine, false, "https://a.example/x.jpg");
        assert_eq!(effects, vec![Effect::Rest { to: frame(false) }]);
    }

    #[test]
    fn a_frame_rests_with_its_tab() {
        let mut engine = open(false);
        engine.settings.sites_off.push("page.example".to_string());
        let inner = Frame { tab: 1, frame: 7, private: false };
        let effects = engine.page(inner, arrived("https://other.example/"), NOW);
        assert!(effects.contains(&Effect::Rest { to: inner }));
    }

    #[test]
    fn a_work_whose_answer_was_lost_with_the_engine_is_read_when_it_is_said_again() {
        let url = "https://a.example/x.jpg";
        let mut engine = open(false);
        let kept = [engine.page(frame(false), arrived("https://page.example/"), NOW)].concat();
        let awaited = |effects: &[Effect]| {
            effects
                .iter()
                .any(|e| matches!(e, Effect::Show { works, .. } if works.iter().all(|w| w.awaited)))
        };
        assert!(awaited(&see(&mut engine, false, url)));
        let kept = kept.into_iter().filter_map(|e| match e {
            Effect::Keep { area, key, value } => Some(Kept { area, key, value }),
            _ => None,
        });
        let mut engine = Engine::wake(kept.collect(), NOW);
        let effects = see(&mut engine, false, url);
        assert_eq!(reads(&effects), 1, "{effects:?}");
    }

    #[test]
    fn a_tab_that_is_closed_is_forgotten() {
        let mut engine = open(false);
        let effects = engine.shell(ShellEvent::Left { tab: 1 }, NOW);
        let key = "frame/1/0".to_string();
        assert_eq!(effects, vec![Effect::Forget { area: Area::Session, key }]);
    }
}
