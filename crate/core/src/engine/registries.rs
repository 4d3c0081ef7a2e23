//! Questions to registries: at most one at a time to each, and only what the reader allows.

use std::collections::BTreeMap;

use super::Engine;
use super::kept::{KeptAnswer, keep};
use crate::inquiry;
use crate::limits::{self, Limits};
use crate::message::{Area, Effect, FetchJob, Purpose, ReadJob};
use crate::page::{Millis, WorkFacts, age};
use crate::registry::{Answer, Request};
use crate::settings::Mode;

/// Registry answers remembered at once.
pub(super) const ANSWERS: usize = 1_000;

pub(super) struct Told {
    pub(super) registry: String,
    pub(super) answer: Option<Answer>,
    pub(super) at: Millis,
}

impl Engine {
    /// Puts at most one question at a time to each registry, and only what the reader allows.
    pub(super) fn want_registries(
        &mut self,
        id: (u32, u64),
        work: &WorkFacts,
        private: bool,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let job = ReadJob { url: work.url.clone(), private };
        let reading = self.files.get(&job).and_then(|f| f.state.reading());
        let page = self.frames.get(&id).map(|f| f.page.url.as_str()).unwrap_or_default();
        let questions = inquiry::questions(&self.settings, (&work.url, page), reading, |asked| {
            self.told(asked, private, now)?.answer.as_ref()
        });
        for (registry, request) in questions {
            let mode = inquiry::mode(&self.settings, registry.id, request.privacy, private);
            let allowed = match mode {
                Mode::Off => false,
                Mode::Ask => {
                    let frame = self.frames.get(&id);
                    frame.is_some_and(|f| f.wishes(work.id, registry.id, request.privacy))
                }
                Mode::On => true,
            };
            let known = self.told(&request, private, now).is_some();
            let busy = self
                .answers
                .values()
                .any(|t| t.registry == registry.id && t.answer.is_none() && t.good(now));
            let resting = self.rests.get(registry.id).is_some_and(|until| now < *until);
            if !allowed || known || busy || resting {
                continue;
            }
            let key = answer_key(&request);
            let next = self.asked_at.get(registry.id).map(|at| at + Millis::from(registry.gap_ms));
            let wait = next.unwrap_or_default().saturating_sub(now).min(registry.gap_ms.into());
            self.asked_at.insert(registry.id.to_string(), now + wait);
            out.push(Effect::Fetch {
                wait_ms: wait as u32,
                url: request.url.clone(),
                headers: request.headers.clone(),
                max_bytes: Limits::DEFAULT.text_bytes as u32,
                timeout_ms: limits::FETCH_TIMEOUT_MS,
                job: FetchJob { purpose: Purpose::Registry { request }, private },
            });
            let told = Told { registry: registry.id.to_string(), answer: None, at: now + wait };
            self.answers.insert((key, private), told);
        }
    }

    /// What a registry said to this question, if that is still good; or that it is being asked.
    pub(super) fn told(&self, request: &Request, private: bool, now: Millis) -> Option<&Told> {
        self.answers.get(&(answer_key(request), private)).filter(|told| told.good(now))
    }

    pub(super) fn answered(
        &mut self,
        request: &Request,
        private: bool,
        answer: Answer,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        if let Answer::Unavailable { retry_after_ms, .. } = &answer {
            let rest = retry_after_ms.unwrap_or(limits::FAILURE_FRESH_MS as Millis);
            self.rests.insert(request.registry.clone(), now.saturating_add(rest));
        }
        let key = answer_key(request);
        if !private {
            let kept = KeptAnswer {
                registry: request.registry.clone(),
                key: key.clone(),
                answer: answer.clone(),
                at: now,
            };
            keep(out, Area::Session, format!("answer/{key}"), &kept);
        }
        let told = Told { registry: request.registry.clone(), answer: Some(answer), at: now };
        self.answers.insert((key, private), told);
        if let Some(old) = oldest(&self.answers, ANSWERS, |t| t.at) {
            out.push(Effect::Forget { area: Area::Session, key: format!("answer/{}", old.0) });
            self.answers.remove(&old);
        }
        // The answer may concern any work, and the next question may now be asked.
        self.renew(|_| true, now, out);
    }
}

impl Told {
    /// Whether it still stands. A question without an answer stands until it must have failed.
    pub(super) fn good(&self, now: Millis) -> bool {
        let age = match self.answer {
            // What was found stays found, whatever the clock says.
            Some(Answer::Hits { .. } | Answer::Miss) => now.saturating_sub(self.at),
            _ => age(now, self.at),
        };
        (age as f64)
            < match self.answer {
                None => f64::from(limits::FETCH_TIMEOUT_MS) * 2.0,
                Some(Answer::Hits { .. }) => limits::HIT_FRESH_MS,
                Some(Answer::Miss) => limits::MISS_FRESH_MS,
                Some(Answer::Unavailable { .. } | Answer::Refused { .. }) => {
                    limits::FAILURE_FRESH_MS
                }
            }
    }
}

pub(super) fn answer_key(request: &Request) -> String {
    format!("{}/{}", request.registry, request.key)
}

/// The key of the oldest entry, when there are more than `most`.
pub(super) fn oldest<K: Clone + Ord, V>(
    map: &BTreeMap<K, V>,
    most: usize,
    at: impl Fn(&V) -> Millis,
) -> Option<K> {
    if map.len() <= most {
        return None;
    }
    map.iter().min_by_key(|(_, v)| at(v)).map(|(k, _)| k.clone())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use crate::card::Act;
    use crate::engine::Engine;
    use crate::message::{Effect, PageEvent, ShellEvent};
    use crate::registry::{Answer, Privacy, REGISTRIES, Response};

    #[test]
    fn a_registry_that_rests_says_so_when_its_button_is_pressed() {
        let url = "https://a.example/x.jpg";
        let mut engine = asking(url);
        let asked = |engine: &Engine| engine.outcome(frame(false), 1, NOW).unwrap().asked;
        assert!(asked(&engine).is_empty());
        let registry = REGISTRIES[0].id.to_string();
        engine.rests.insert(registry.clone(), NOW + 60_000);
        let acted = PageEvent::Acted { work: work(1, url), act: Act::Ask { registry } };
        let effects = engine.page(frame(false), acted, NOW);
        assert!(fetches(&effects).is_empty());
        assert!(matches!(asked(&engine)[0].answer, Some(Answer::Unavailable { .. })));
    }

    #[test]
    fn one_switch_takes_every_button_away_and_a_press_asks_nobody() {
        let url = "https://a.example/x.jpg";
        let mut engine = asking(url);
        let press = |engine: &mut Engine| {
            let act = Act::AskAll { privacy: Privacy::Hash };
            let acted = PageEvent::Acted { work: work(1, url), act };
            fetches(&engine.page(frame(false), acted, NOW)).len()
        };
        engine.settings.ask_none = true;
        assert_eq!(press(&mut engine), 0);
        engine.settings.ask_none = false;
        assert!(press(&mut engine) > 0, "without the switch it would have asked");
    }

    #[test]
    fn one_press_asks_all_that_learn_the_same_and_follows_where_they_lead() {
        let mut engine = open(false);
        let url = "https://a.example/x.jpg";
        see(&mut engine, false, url);
        let mut read = read(url, false);
        if let ShellEvent::Read { reading, .. } = &mut read {
            reading.fingerprint.phash = Some("c343309e3c9e8e67".to_string());
            reading.fingerprint.dhash = Some("c8c8c8e06161e9c6".to_string());
        }
        engine.shell(read, NOW);
        let act = Act::AskAll { privacy: Privacy::Hash };
        let effects = engine.page(frame(false), PageEvent::Acted { work: work(1, url), act }, NOW);
        let job = |effects: &[Effect], host: &str| {
            effects.iter().find_map(|e| match e {
                Effect::Fetch { job, url, wait_ms, .. } if url.contains(host) => {
                    Some((job.clone(), *wait_ms))
                }
                _ => None,
            })
        };
        let (index, wait) = job(&effects, "imagehash.toolforge.org").unwrap();
        assert_eq!(wait, 0);
        assert!(job(&effects, "commons.wikimedia.org").is_none(), "nothing led there yet");
        let body = r#"[{"page_id": 2, "page_title": "File:Heron.jpg"}]"#.to_string();
        let response = Response { status: 200, body, ..Response::default() };
        let effects = engine.shell(ShellEvent::Fetched { job: index, response }, NOW);
        assert!(job(&effects, "commons.wikimedia.org").is_some(), "{effects:?}");

        // The next work waits its turn: this registry wants a pause between two questions.
        engine.asked_at.insert("imagehash-toolforge".to_string(), NOW);
        engine.answers.clear();
        let act = Act::AskAll { privacy: Privacy::Hash };
        let acted = PageEvent::Acted { work: work(1, url), act };
        let effects = engine.page(frame(false), acted, NOW + 400);
        assert_eq!(job(&effects, "imagehash.toolforge.org").unwrap().1, 600);
    }
}
