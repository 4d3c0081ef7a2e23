//! What the extension's own pages ask: the list, one card, the options, drafts of reports.

use std::collections::BTreeMap;

use super::Engine;
use super::kept::keep;
use super::show::Nothing;
use crate::card::{self, Act, Tone};
use crate::inquiry::{self, FileState};
use crate::line;
use crate::message::{
    Area, DeskAnswer, DeskEvent, Effect, Exported, Frame, Line, PageEvent, RegistryLine,
    RegistrySends, SourceLine,
};
use crate::page::{Millis, PageFacts};
use crate::phrase::Key;
use crate::registry::REGISTRIES;
use crate::registry::own_works::{OwnWork, Shelf};
use crate::report::{Filed, in_order};
use crate::settings::Settings;
use crate::signal::SIGNALS;

/// Own works, and sightings, that the options page lists; whoever has thousands wants no page of
/// thousands of fields.
const LISTED: usize = 100;

impl Engine {
    /// One of the extension's own pages has spoken.
    pub fn desk(&mut self, event: DeskEvent, now: Millis) -> Vec<Effect> {
        let mut out = Vec::new();
        let answer = match event {
            DeskEvent::ListAsked { tab } => {
                let asleep = self.frames.values().filter(|f| f.frame.tab == tab && f.asleep);
                let asleep: Vec<Frame> = asleep.map(|f| f.frame).collect();
                let awaited = !asleep.is_empty();
                for frame in asleep {
                    self.call(frame, now, &mut out);
                }
                let top = self.frames.get(&(tab, 0)).map(|f| inquiry::site(&f.page.url));
                DeskAnswer::List {
                    lines: self.survey(tab, now).into_iter().map(|(_, line)| line).collect(),
                    site: top.unwrap_or_default(),
                    off: self.rests_on((tab, 0)),
                    awaited,
                }
            }
            DeskEvent::CardAsked { frame, work } => {
                self.look_closer(frame, work, None, now, &mut out);
                DeskAnswer::Card { card: self.card(frame, work, now) }
            }
            DeskEvent::Acted { frame, work, act } => {
                self.look_closer(frame, work, Some(act), now, &mut out);
                DeskAnswer::Card { card: self.card(frame, work, now) }
            }
            DeskEvent::ShowAsked { frame, work } => {
                out.push(Effect::Point { to: frame, work });
                DeskAnswer::Done
            }
            DeskEvent::ExportAsked { tab } => DeskAnswer::Export { works: self.export(tab, now) },
            DeskEvent::OptionsAsked => self.options(),
            DeskEvent::SettingsChanged { settings } => {
                self.change(settings, now, &mut out);
                DeskAnswer::Done
            }
            DeskEvent::OwnWorkAdded { work } => {
                keep(&mut out, Area::Local, format!("own/{}", work.id), work.as_ref());
                self.own.add(*work);
                self.renew(|_| true, now, &mut out);
                DeskAnswer::Done
            }
            DeskEvent::OwnWorksAdded { works } => {
                for work in works {
                    keep(&mut out, Area::Local, format!("own/{}", work.id), &work);
                    self.own.add(work);
                }
                self.renew(|_| true, now, &mut out);
                DeskAnswer::Done
            }
            DeskEvent::OwnWorksAsked => DeskAnswer::OwnWorks { works: self.own.works().to_vec() },
            DeskEvent::OwnWorksForgotten => {
                let forget = |work: &OwnWork| Effect::Forget {
                    area: Area::Local,
                    key: format!("own/{}", work.id),
                };
                out.extend(self.own.works().iter().map(forget));
                self.own = Shelf::default();
                self.renew(|_| true, now, &mut out);
                DeskAnswer::Done
            }
            DeskEvent::SightingsCleared => {
                self.forget_sightings(&mut out);
                DeskAnswer::Done
            }
            DeskEvent::OwnWorkRemoved { id } => {
                out.push(Effect::Forget { area: Area::Local, key: format!("own/{id}") });
                self.own.remove(&id);
                self.renew(|_| true, now, &mut out);
                DeskAnswer::Done
            }
            DeskEvent::ReportAsked { tab } => {
                let page = self.frames.get(&(tab, 0)).map(|f| (f.frame, f.page.facts().clone()));
                let nowhere = (Frame { tab, frame: 0, private: false }, PageFacts::default());
                let (frame, page) = page.unwrap_or(nowhere);
                self.draft(frame, None, None, page.url, page.title, now, &mut out);
                DeskAnswer::Done
            }
            DeskEvent::DraftAsked { id } => DeskAnswer::Draft {
                draft: self.drafts.get(&id).cloned().map(Box::new),
                filed: self.reports.get(&id).cloned().map(Box::new),
            },
            DeskEvent::ReportFiled { report } => self.file_report(*report, now, &mut out),
            DeskEvent::ReportRemoved { id } => {
                out.push(Effect::Forget { area: Area::Local, key: format!("report/{id}") });
                self.reports.remove(&id);
                DeskAnswer::Done
            }
            DeskEvent::ReportsAsked => {
                let mut reports: Vec<Filed> = self.reports.values().cloned().collect();
                in_order(&mut reports, now);
                DeskAnswer::Reports { reports }
            }
        };
        out.push(Effect::Answer { answer: Box::new(answer) });
        out
    }

    /// The popup wants to know more about one work: the same as resting on it on the page.
    pub(super) fn look_closer(
        &mut self,
        frame: Frame,
        work: u32,
        act: Option<Act>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let id = (frame.tab, frame.frame);
        let Some(facts) = self.frames.get(&id).and_then(|f| f.works.get(&work)).cloned() else {
            return;
        };
        if act == Some(Act::Report) {
            let page = self.frames.get(&id).map(|f| f.page.facts().clone()).unwrap_or_default();
            let url = facts.url.clone();
            self.draft(frame, Some(facts), Some(url), page.url, page.title, now, out);
            return;
        }
        let known = self.frames.get(&id).is_some_and(|f| f.hovered == Some(work));
        match act {
            Some(act) => self.take_in(id, PageEvent::Acted { work: facts, act }),
            // The popup asks again and again; the page need not hear the same each time.
            None if known => Vec::new(),
            None => self.take_in(id, PageEvent::Hovered { work: facts }),
        };
        self.pursue(id, &[work], now, out);
        self.show(id, &[work], now, out);
    }

    /// All that is known of the works of a tab, as data and as a table.
    fn export(&self, tab: u32, now: Millis) -> Vec<Exported> {
        let nothing = Nothing::default();
        let lines = self.survey(tab, now);
        lines
            .into_iter()
            .filter_map(|(_, Line { frame, work, .. })| {
                let state = self.frames.get(&(frame.tab, frame.frame))?;
                let work = state.works.get(&work)?;
                let inquiry = self.inquire(state, work, &nothing, now);
                let outcome = inquiry.conclude();
                let hits = inquiry.hits();
                let (reading, problems) = match inquiry.file {
                    FileState::Read(reading) => (Some(&**reading), reading.problems.clone()),
                    FileState::Failed(failure) => (None, vec![line::problem_of(failure)]),
                    FileState::NotAsked | FileState::Awaited => (None, Vec::new()),
                };
                let checked = line::Checked {
                    source: &work.url,
                    shown: Some((&state.page.url, &work.name)),
                    reading,
                    judgement: &outcome.judgement,
                    hits: &hits,
                    asked: &inquiry.asked,
                    problems: &problems,
                };
                let json = serde_json::to_string(&line::Line::of(&checked)).ok()?;
                Some(Exported { json, cells: card::table_row(&inquiry, &outcome) })
            })
            .collect()
    }

    pub(super) fn options(&self) -> DeskAnswer {
        let sources = SIGNALS
            .iter()
            .map(|s| SourceLine {
                id: s.id.to_string(),
                title: s.title.to_string(),
                spec: s.spec.to_string(),
                sends: card::source_sends(s.source),
                on: !self.settings.sources_off.iter().any(|off| off == s.id),
            })
            .collect();
        let registries = REGISTRIES
            .iter()
            .map(|r| RegistryLine {
                id: r.id.to_string(),
                title: r.title.to_string(),
                about: r.about.to_string(),
                sends: r
                    .privacy
                    .iter()
                    .map(|privacy| RegistrySends {
                        privacy: *privacy,
                        sends: card::sends_phrase(*privacy, r.title),
                        mode: inquiry::chosen(&self.settings, r.id, *privacy),
                    })
                    .collect(),
                endpoint: inquiry::endpoint(&self.settings, r),
                takes_address: r.takes_address,
                has_media: !r.media_host.is_empty(),
                wants_key: r.wants_key,
                barred: self.settings.bars(r.id),
            })
            .collect();
        let mut own_works: Vec<OwnWork> = self.own.works().to_vec();
        own_works.sort_by_key(|w| std::cmp::Reverse(w.added_at));
        let own_count = own_works.len() as u32;
        own_works.truncate(LISTED);
        let sightings = self.sightings.iter().rev().take(LISTED).cloned().collect();
        DeskAnswer::Options {
            settings: self.settings.clone(),
            sources,
            registries,
            own_works,
            own_count,
            sightings,
        }
    }

    pub(super) fn change(&mut self, settings: Settings, now: Millis, out: &mut Vec<Effect>) {
        keep(out, Area::Local, "settings".to_string(), &settings);
        if self.settings.trusted != settings.trusted {
            self.forget_checked(out);
        }
        let before: BTreeMap<(u32, u64), bool> =
            self.frames.keys().map(|id| (*id, self.rests_on(*id))).collect();
        let barred = std::mem::take(&mut self.settings.barred);
        self.settings = Settings { barred, ..settings };
        for (id, rested) in before {
            let rests = self.rests_on(id);
            let Some(state) = self.frames.get_mut(&id) else { continue };
            let to = state.frame;
            if rests && !rested {
                state.works.clear();
                state.shown.clear();
                out.push(Effect::Rest { to });
                let title = Key::BadgeOff.into();
                out.push(Effect::Badge {
                    tab: to.tab,
                    text: String::new(),
                    tone: Tone::Dim,
                    title,
                });
            } else if rested && !rests {
                self.call(to, now, out);
            }
        }
        self.release(out);
        self.renew(|_| true, now, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use crate::card::Act;
    use crate::engine::Engine;
    use crate::message::{Area, DeskAnswer, DeskEvent, Effect, Kept, PageEvent, ShellEvent};
    use crate::page::PageFacts;

    #[test]
    fn a_report_keeps_its_draft_before_it_opens() {
        let mut engine = open(false);
        let effects = engine.shell(
            ShellEvent::Picked {
                frame: frame(false),
                work: None,
                media_url: Some("https://a.example/x.jpg".to_string()),
                page_url: "https://page.example/".to_string(),
                title: "Page".to_string(),
            },
            NOW,
        );
        let [Effect::Keep { key, .. }, Effect::OpenReport { id }] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert_eq!(*key, format!("draft/{id}"));
    }

    #[test]
    fn the_report_button_of_the_card_opens_a_draft_about_that_work() {
        let mut engine = open(false);
        let mut heron = work(1, "https://a.example/x.jpg");
        heron.name = "Heron".to_string();
        let acted = PageEvent::Acted { work: heron.clone(), act: Act::Report };
        let effects = engine.page(frame(false), acted, NOW);
        let [Effect::Keep { area: Area::Session, .. }, Effect::OpenReport { id }] =
            effects.as_slice()
        else {
            panic!("{effects:?}")
        };
        let draft = engine.drafts.get(id).unwrap();
        assert_eq!(draft.work.as_ref().unwrap().name, "Heron");
        assert_eq!(draft.page.url, "https://page.example/");
        assert!(draft.card.is_some());
    }

    #[test]
    fn a_report_about_a_whole_page_holds_what_the_page_says() {
        let mut engine = Engine::wake(Vec::new(), NOW);
        let meta = vec![crate::page::MetaTag { name: "robots".into(), content: "noai".into() }];
        let url = "https://page.example/".to_string();
        let page = PageFacts { url, meta, ..PageFacts::default() };
        engine.page(frame(false), PageEvent::Arrived { page, fresh: true }, NOW);
        engine.desk(DeskEvent::ReportAsked { tab: 1 }, NOW);
        let draft = engine.drafts.values().next().unwrap();
        assert_eq!((draft.work.is_none(), draft.card.is_none()), (true, true));
        assert_eq!(draft.statements.len(), 1);
    }

    #[test]
    fn the_popup_that_asks_again_does_not_stir_the_page() {
        let mut engine = open(false);
        see(&mut engine, false, "https://a.example/x.jpg");
        let shows = |effects: &[Effect]| {
            effects.iter().filter(|e| matches!(e, Effect::Show { .. })).count()
        };
        let ask = || DeskEvent::CardAsked { frame: frame(false), work: 1 };
        assert_eq!(shows(&engine.desk(ask(), NOW)), 1);
        assert_eq!(shows(&engine.desk(ask(), NOW + 1_000)), 0);
    }

    #[test]
    fn a_list_of_a_page_that_must_say_everything_again_is_awaited() {
        let mut engine = Engine::wake(Vec::new(), NOW);
        let kept = engine.page(frame(false), arrived("https://page.example/"), NOW);
        let kept = kept.into_iter().filter_map(|e| match e {
            Effect::Keep { area, key, value } => Some(Kept { area, key, value }),
            _ => None,
        });
        let mut engine = Engine::wake(kept.collect(), NOW);
        let waits = |engine: &mut Engine| {
            let answers = engine.desk(DeskEvent::ListAsked { tab: 1 }, NOW);
            answers.iter().any(|e| match e {
                Effect::Answer { answer } => {
                    matches!(answer.as_ref(), DeskAnswer::List { awaited: true, .. })
                }
                _ => false,
            })
        };
        assert!(waits(&mut engine));
        engine.page(frame(false), arrived("https://page.example/"), NOW);
        assert!(!waits(&mut engine));
    }
}
