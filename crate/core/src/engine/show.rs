//! What is shown of what is known: marks, cards, the badge and the list.

use super::Engine;
use super::Known;
use super::frames::FrameState;
use super::sightings::Met;
use crate::card::{self, Tone};
use crate::inquiry::{self, Askable, Asked, FileState, Inquiry};
use crate::message::{Effect, Frame, Line, ReadJob, Shown};
use crate::page::{Millis, WorkFacts};
use crate::phrase::{Key, Phrase};
use crate::registry::Answer;
use crate::settings::Mode;
use crate::signal::{Documents, SiteFacts};
use crate::verdict::Face;

/// What is known where nothing is known.
pub(super) struct Nothing {
    pub(super) file: FileState,
    pub(super) site: SiteFacts,
    pub(super) documents: Documents,
}

impl Default for Nothing {
    fn default() -> Self {
        Nothing {
            file: FileState::NotAsked,
            site: SiteFacts::default(),
            documents: Documents::default(),
        }
    }
}

impl Engine {
    /// Everything known about one work.
    pub(super) fn inquire<'a>(
        &'a self,
        state: &'a FrameState,
        work: &'a WorkFacts,
        nothing: &'a Nothing,
        now: Millis,
    ) -> Inquiry<'a> {
        let private = state.frame.private;
        let job = ReadJob { url: work.url.clone(), private };
        let file = self.files.get(&job).map_or(&nothing.file, |f| &f.state);
        let site = inquiry::origin(&work.url).and_then(|o| self.sites.get(&(o, private)));
        let reading = file.reading();
        let mut asked = Vec::new();
        let mut askable = Vec::new();
        let addresses = (work.url.as_str(), state.page.url.as_str());
        let questions = inquiry::questions(&self.settings, addresses, reading, |asked| {
            self.told(asked, private, now)?.answer.as_ref()
        });
        for (registry, request) in questions {
            match self.told(&request, private, now) {
                Some(told) => {
                    asked.push(Asked { registry: registry.id.into(), answer: told.answer.clone() });
                }
                None => {
                    let mode = inquiry::mode(&self.settings, registry.id, request.privacy, private);
                    let pressed = state.wishes(work.id, registry.id, request.privacy);
                    if mode == Mode::Ask && pressed {
                        // Its turn comes; the button was pressed and must not look dead.
                        let rests = self.rests.get(registry.id).is_some_and(|until| now < *until);
                        let why = "it could not answer a moment ago; try again later".to_string();
                        let later = Answer::Unavailable { retry_after_ms: None, why };
                        asked.push(Asked {
                            registry: registry.id.into(),
                            answer: rests.then_some(later),
                        });
                    } else if mode == Mode::Ask {
                        let privacy = request.privacy;
                        askable.push(Askable {
                            registry: registry.id.into(),
                            title: registry.title.into(),
                            privacy,
                        });
                    }
                }
            }
        }
        let own = match reading {
            Some(reading) => self.own.find(&reading.fingerprint),
            None => Vec::new(),
        };
        let looking = self.add_catalogues(state, work, (&mut asked, &mut askable));
        let named = self.documents.get(&private);
        let mut inquiry = Inquiry {
            work,
            page: Some(&state.page),
            file,
            site: site.map_or(&nothing.site, |s| &s.facts),
            documents: named.map_or(&nothing.documents, |n| &n.known),
            site_awaited: looking || site.is_some_and(|s| !s.awaited.is_empty()),
            asked,
            own,
            askable,
            settings: &self.settings,
            miniatures: self.miniatures.get(&private),
        };
        if let Some(named) = named.filter(|n| !n.awaited.is_empty()) {
            let asked = self.named(state, work, nothing);
            inquiry.site_awaited |= asked.iter().any(|url| named.awaited.contains(url));
        }
        inquiry
    }

    /// Shows what has changed about these works.
    pub(super) fn show(
        &mut self,
        id: (u32, u64),
        works: &[u32],
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let nothing = Nothing::default();
        let mut news = Vec::new();
        let mut met = Met::default();
        let Some(state) = self.frames.get(&id) else { return };
        let private = state.frame.private;
        for work in works.iter().filter_map(|w| state.works.get(w)) {
            let inquiry = self.inquire(state, work, &nothing, now);
            met.look(state, &inquiry, now);
            let outcome = inquiry.conclude();
            let card = (state.hovered == Some(work.id)).then(|| card::draw(&inquiry, &outcome));
            let awaited = outcome.awaited;
            let mark = card::mark(&inquiry, &outcome);
            let shown = Shown { work: work.id, mark, awaited, card };
            if state.shown.get(&work.id) != Some(&shown) {
                news.push(shown);
            }
        }
        self.note(met, private, now, out);
        if news.is_empty() {
            return;
        }
        let Some(state) = self.frames.get_mut(&id) else { return };
        for shown in &news {
            state.shown.insert(shown.work, shown.clone());
        }
        out.push(Effect::Show { to: state.frame, works: news });
    }

    /// Every work of a tab with its face, most serious first.
    pub(super) fn survey(&self, tab: u32, now: Millis) -> Vec<(Face, Line)> {
        let nothing = Nothing::default();
        let mut lines = Vec::new();
        for state in self.frames.values().filter(|f| f.frame.tab == tab) {
            for work in state.works.values() {
                let inquiry = self.inquire(state, work, &nothing, now);
                let outcome = inquiry.conclude();
                let mark = card::mark(&inquiry, &outcome);
                lines.push((
                    card::face(&outcome),
                    Line {
                        frame: state.frame,
                        work: work.id,
                        headline: mark.label.clone(),
                        mark,
                        name: card::name(work, inquiry.file),
                        url: work.url.clone(),
                    },
                ));
            }
        }
        lines.sort_by_key(|(face, line)| (seriousness(*face), line.frame.frame, line.work));
        lines
    }

    /// What follows about one work, for tests and for whoever needs more than the card.
    pub fn outcome(&self, frame: Frame, work: u32, now: Millis) -> Option<Known> {
        let nothing = Nothing::default();
        let state = self.frames.get(&(frame.tab, frame.frame))?;
        let inquiry = self.inquire(state, state.works.get(&work)?, &nothing, now);
        let outcome = inquiry.conclude();
        Some(Known {
            face: card::face(&outcome),
            hits: inquiry.hits().into_iter().cloned().collect(),
            asked: inquiry.asked.clone(),
            file: inquiry.file.clone(),
            outcome,
        })
    }

    pub(super) fn card(&self, frame: Frame, work: u32, now: Millis) -> Option<card::Card> {
        let nothing = Nothing::default();
        let state = self.frames.get(&(frame.tab, frame.frame))?;
        let inquiry = self.inquire(state, state.works.get(&work)?, &nothing, now);
        let outcome = inquiry.conclude();
        Some(card::draw(&inquiry, &outcome))
    }

    /// Sets the badge of a tab, when it has changed.
    pub(super) fn badge(&mut self, tab: u32, out: &mut Vec<Effect>) {
        let tones: Vec<Tone> = self
            .frames
            .values()
            .filter(|f| f.frame.tab == tab)
            .flat_map(|f| f.shown.values().map(|s| s.mark.tone))
            .collect();
        let count = |tone: Tone| tones.iter().filter(|t| **t == tone).count();
        let order = [Tone::Stop, Tone::Care, Tone::Go, Tone::Calm, Tone::Dim];
        let worst = order.into_iter().find(|t| count(*t) > 0).unwrap_or(Tone::Dim);
        let loud = matches!(worst, Tone::Stop | Tone::Care);
        let text = match count(worst) {
            n if !loud || n == 0 => String::new(),
            n if n > 999 => "999+".to_string(),
            n => n.to_string(),
        };
        let title = order.into_iter().fold(Phrase::from(Key::BadgeTitle), |p, t| p.with(count(t)));
        let badge = Effect::Badge { tab, text, tone: worst, title };
        if self.badges.get(&tab) != Some(&badge) {
            self.badges.insert(tab, badge.clone());
            out.push(badge);
        }
    }
}

/// The order of the popup's list: what forbids first, then what is not known, then the rest.
pub(super) fn seriousness(face: Face) -> u8 {
    match face {
        Face::Denied => 0,
        Face::Conditions => 1,
        Face::Unknown => 2,
        Face::Allowed => 3,
        Face::Silent => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use crate::card::Tone;
    use crate::message::Effect;

    #[test]
    fn the_badge_counts_the_most_serious() {
        let mut engine = open(false);
        let effects = see(&mut engine, false, "https://a.example/x.jpg");
        let badge = effects.iter().find(|e| matches!(e, Effect::Badge { .. }));
        let Some(Effect::Badge { text, tone, .. }) = badge else { panic!("no badge") };
        assert_eq!((text.as_str(), *tone), ("", Tone::Dim));
    }
}
