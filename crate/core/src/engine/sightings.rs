//! Pages on which the reader's own works were seen: a list on their machine, and a notice.
//!
//! Only the same bytes and sure matches count. Of a private window nothing is written down, and it
//! raises a notice only where the reader wants that.

use std::collections::BTreeSet;

use super::Engine;
use super::frames::FrameState;
use super::kept::keep;
use crate::inquiry::{self, Inquiry};
use crate::message::{Area, Effect};
use crate::page::Millis;
use crate::phrase::{Key, Phrase};
use crate::registry::Fit;
use crate::registry::own_works::Sighting;

/// Under what name the list is kept.
pub(super) const KEPT_SIGHTINGS: &str = "sightings";
/// Sightings that are kept; the oldest go first.
const MOST: usize = 500;
/// A page is worth a new date after a day, and a new notice.
const DAY_MS: Millis = 86_400_000;

/// What one showing of works has met with.
#[derive(Default)]
pub(super) struct Met(Vec<Sighting>);

impl Met {
    /// Takes a work in, if it is one of the reader's own.
    pub(super) fn look(&mut self, state: &FrameState, inquiry: &Inquiry<'_>, now: Millis) {
        let Some(hit) = inquiry.own.first() else { return };
        if !matches!(hit.fit, Fit::Exact | Fit::Near { sure: true, .. }) {
            return;
        }
        let plain = |url: &str| url.split('#').next().unwrap_or_default().to_string();
        let data = inquiry.work.url.starts_with("data:");
        self.0.push(Sighting {
            work: hit.record_id.clone(),
            title: hit.title.clone().unwrap_or_default(),
            page: plain(&state.page.url),
            // A data: address is the file itself.
            url: if data { String::new() } else { plain(&inquiry.work.url) },
            exact: hit.fit == Fit::Exact,
            at: now,
        });
    }
}

impl Engine {
    /// Writes down what was met, and tells the reader once a day and page.
    pub(super) fn note(&mut self, met: Met, private: bool, now: Millis, out: &mut Vec<Effect>) {
        let old = |at: Millis| now.saturating_sub(at) >= DAY_MS;
        let mut news: Vec<Sighting> = Vec::new();
        for sighting in met.0 {
            let same = |s: &Sighting| s.work == sighting.work && s.page == sighting.page;
            if news.iter().any(same) || self.sightings.iter().any(|s| same(s) && !old(s.at)) {
                continue;
            }
            news.push(sighting);
        }
        let Some(first) = news.first() else { return };
        let wanted = if private { self.settings.notice_private } else { self.settings.notice };
        let told = match private {
            true => !self.noticed.insert(first.page.clone()),
            false => self.sightings.iter().any(|s| s.page == first.page && !old(s.at)),
        };
        if wanted && !told {
            let site = inquiry::site(&first.page);
            let text = Phrase::from(Key::SightingNotice).with(first.title.as_str()).with(site);
            out.push(Effect::Notify { title: Key::SightingNoticeTitle.into(), text });
        }
        if private {
            return;
        }
        let again: BTreeSet<(&str, &str)> =
            news.iter().map(|s| (s.work.as_str(), s.page.as_str())).collect();
        self.sightings.retain(|s| !again.contains(&(s.work.as_str(), s.page.as_str())));
        self.sightings.extend(news.iter().cloned());
        let over = self.sightings.len().saturating_sub(MOST);
        self.sightings.drain(..over);
        keep(out, Area::Local, KEPT_SIGHTINGS.to_string(), &self.sightings);
    }

    /// Forgets where own works were seen.
    pub(super) fn forget_sightings(&mut self, out: &mut Vec<Effect>) {
        self.sightings.clear();
        out.push(Effect::Forget { area: Area::Local, key: KEPT_SIGHTINGS.to_string() });
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::message::{DeskAnswer, DeskEvent, ReadJob, ShellEvent};
    use crate::reading::Reading;
    use crate::registry::own_works::OwnWork;

    const URL: &str = "https://a.example/x.jpg";

    fn mine() -> OwnWork {
        let mut reading = Reading::default();
        reading.fingerprint.blake3 = "ab".repeat(32);
        OwnWork::of(reading.fingerprint, "Heron".to_string(), Vec::new(), NOW)
    }

    fn shown(engine: &mut Engine, private: bool, at: Millis) -> Vec<Effect> {
        let mut reading = Reading::default();
        reading.fingerprint.blake3 = "ab".repeat(32);
        let job = ReadJob { url: URL.to_string(), private };
        engine.shell(ShellEvent::Read { job, reading: Box::new(reading) }, at)
    }

    fn owner(private: bool) -> Engine {
        let mut engine = open(private);
        engine.desk(DeskEvent::OwnWorksAdded { works: vec![mine()] }, NOW);
        see(&mut engine, private, URL);
        engine
    }

    fn notices(effects: &[Effect]) -> usize {
        effects.iter().filter(|e| matches!(e, Effect::Notify { .. })).count()
    }

    fn kept(effects: &[Effect]) -> usize {
        let ours = |e: &&Effect| matches!(e, Effect::Keep { key, .. } if key == KEPT_SIGHTINGS);
        effects.iter().filter(ours).count()
    }

    fn listed(engine: &mut Engine) -> Vec<Sighting> {
        let answers = engine.desk(DeskEvent::OptionsAsked, NOW);
        let sightings = answers.into_iter().find_map(|effect| match effect {
            Effect::Answer { answer } => match *answer {
                DeskAnswer::Options { sightings, .. } => Some(sightings),
                _ => None,
            },
            _ => None,
        });
        sightings.unwrap()
    }

    #[test]
    fn an_own_work_on_a_page_is_written_down_and_told_once_a_day() {
        let mut engine = owner(false);
        let effects = shown(&mut engine, false, NOW);
        assert_eq!((notices(&effects), kept(&effects)), (1, 1));
        let effects = shown(&mut engine, false, NOW + 1_000);
        assert_eq!((notices(&effects), kept(&effects)), (0, 0));
        let list = listed(&mut engine);
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].page.as_str(), list[0].at), ("https://page.example/", NOW));
        assert!(list[0].exact);
        engine.desk(DeskEvent::SightingsCleared, NOW);
        assert!(listed(&mut engine).is_empty());
    }

    #[test]
    fn a_private_window_is_silent_unless_the_reader_wants_it_and_never_kept() {
        let mut engine = owner(true);
        let effects = shown(&mut engine, true, NOW);
        assert_eq!((notices(&effects), kept(&effects)), (0, 0));
        let mut engine = owner(true);
        engine.settings.notice_private = true;
        let effects = shown(&mut engine, true, NOW);
        assert_eq!((notices(&effects), kept(&effects)), (1, 0));
        assert!(listed(&mut engine).is_empty());
    }

    #[test]
    fn notices_can_be_switched_off_and_the_list_goes_on() {
        let mut engine = owner(false);
        engine.settings.notice = false;
        let effects = shown(&mut engine, false, NOW);
        assert_eq!((notices(&effects), kept(&effects)), (0, 1));
    }
}
