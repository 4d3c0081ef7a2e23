//! The catalogues that the reader follows: when they are looked through, and what came of it.
//!
//! What lies on the reader's machine is looked through for every file that was read, by somebody
//! beside the engine ([`Effect::Consult`]). The host of a catalogue is asked only about the work
//! under the pointer, and only where the reader allows it. Answers are not kept: looking again
//! costs a millisecond, and a catalogue may have changed meanwhile.

use std::collections::BTreeSet;

use super::Engine;
use super::frames::FrameState;
use super::kept::keep;
use crate::inquiry::{self, Askable, Asked};
use crate::limits;
use crate::message::{Area, Effect, ReadJob};
use crate::page::{Millis, WorkFacts, age};
use crate::reading::Reading;
use crate::registry::Answer;
use crate::registry::following::{ASKING, Consulted, Followed};
use crate::settings::Mode;

/// Under what name the catalogues are kept that the reader follows.
pub(super) const KEPT_FOLLOWING: &str = "following";
/// Files of which is remembered what catalogues say.
const FILES: usize = 1_000;

/// What the catalogues say about one file.
pub(super) struct Consulting {
    /// Which codes were known when they were asked.
    codes: Codes,
    /// Those whose hosts might be asked.
    ask: BTreeSet<String>,
    /// `None` while it is awaited.
    answers: Option<Vec<Consulted>>,
    at: Millis,
}

/// Tells whether there is anything new to look for.
#[derive(PartialEq)]
struct Codes {
    blake3: String,
    approximate: bool,
    picture: bool,
    sound: bool,
}

impl Codes {
    fn of(reading: &Reading) -> Option<Codes> {
        let print = &reading.fingerprint;
        let codes = Codes {
            blake3: print.blake3.clone(),
            approximate: print.approximate,
            picture: print.codes.is_some(),
            sound: print.sound.is_some(),
        };
        (!codes.blake3.is_empty() || codes.picture || codes.sound).then_some(codes)
    }
}

impl Engine {
    /// The reader follows these now, or they have changed.
    pub(super) fn follow(&mut self, catalogues: Vec<Followed>, now: Millis, out: &mut Vec<Effect>) {
        if self.following == catalogues {
            return;
        }
        keep(out, Area::Local, KEPT_FOLLOWING.to_string(), &catalogues);
        self.following = catalogues;
        self.consulted.clear();
        self.renew(|_| true, now, out);
    }

    /// Has the catalogues looked through for a file, where that may bring something new.
    pub(super) fn want_catalogues(
        &mut self,
        id: (u32, u64),
        work: &WorkFacts,
        private: bool,
        urgency: u8,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        if self.following.is_empty() {
            return;
        }
        let job = ReadJob { url: work.url.clone(), private };
        let reading = self.files.get(&job).and_then(|file| file.state.reading());
        let Some((reading, codes)) = reading.and_then(|r| Some((r, Codes::of(r)?))) else { return };
        let frame = self.frames.get(&id);
        let may_ask = |followed: &&Followed| {
            followed.remote
                && urgency == 0
                && match inquiry::mode(&self.settings, &followed.id(), ASKING, private) {
                    Mode::Off => false,
                    Mode::Ask => frame.is_some_and(|f| f.wishes(work.id, &followed.id(), ASKING)),
                    Mode::On => true,
                }
        };
        let mut ask: BTreeSet<String> =
            self.following.iter().filter(may_ask).map(|f| f.name.clone()).collect();
        if let Some(known) = self.consulted.get(&job).filter(|known| known.codes == codes) {
            // What was allowed once and has been answered is not asked again.
            if known.good(now) && ask.is_subset(&known.ask) {
                return;
            }
            ask.extend(known.ask.iter().cloned());
        }
        out.push(Effect::Consult {
            job: job.clone(),
            print: Box::new(reading.fingerprint.clone()),
            ask: ask.iter().cloned().collect(),
        });
        // What was known stays in sight until the new answers come.
        let before = self.consulted.remove(&job).filter(|known| known.codes == codes);
        let answers = before.and_then(|known| known.answers).filter(|_| ask.is_empty());
        self.consulted.insert(job, Consulting { codes, ask, answers, at: now });
        while self.consulted.len() > FILES {
            self.consulted.pop_first();
        }
    }

    /// The catalogues have been looked through.
    pub(super) fn consulted(
        &mut self,
        job: &ReadJob,
        answers: Vec<Consulted>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        // An answer that nobody waits for is about what was followed before.
        let Some(known) = self.consulted.get_mut(job) else { return };
        known.answers = Some(answers);
        known.at = now;
        self.renew(|work| work.url == job.url, now, out);
    }

    /// Adds what the catalogues say about a work; true while they are still looked through.
    pub(super) fn add_catalogues(
        &self,
        state: &FrameState,
        work: &WorkFacts,
        (asked, askable): (&mut Vec<Asked>, &mut Vec<Askable>),
    ) -> bool {
        let private = state.frame.private;
        let job = ReadJob { url: work.url.clone(), private };
        let Some(known) = self.consulted.get(&job) else { return false };
        for followed in &self.following {
            let id = followed.id();
            let said = known.answers.iter().flatten().find(|c| c.catalogue == followed.name);
            if said.is_none_or(|c| c.answer.is_some()) {
                let answer = said.and_then(|c| c.answer.clone());
                asked.push(Asked { registry: id.clone().into(), answer });
            }
            let may = inquiry::mode(&self.settings, &id, ASKING, private) == Mode::Ask;
            if may && said.is_some_and(|c| c.more) && !known.ask.contains(&followed.name) {
                let title = followed.name.clone().into();
                askable.push(Askable { registry: id.into(), title, privacy: ASKING });
            }
        }
        known.answers.is_none()
    }
}

impl Consulting {
    /// Whether it still stands. A question without an answer stands until it must have failed.
    fn good(&self, now: Millis) -> bool {
        let age = age(now, self.at) as f64;
        let failed = |c: &Consulted| {
            matches!(c.answer, Some(Answer::Unavailable { .. } | Answer::Refused { .. }))
        };
        age < match &self.answers {
            None => f64::from(limits::FETCH_TIMEOUT_MS) * 2.0,
            Some(answers) if answers.iter().any(failed) => limits::FAILURE_FRESH_MS,
            Some(_) => limits::MISS_FRESH_MS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::message::{Frame, PageEvent, ShellEvent};
    use crate::page::{PageFacts, WorkKind};
    use crate::registry::Privacy;
    use crate::settings::{Choice, Settings};

    const NOW: Millis = 1_800_000_000_000;
    const URL: &str = "https://a.example/x.jpg";
    const FRAME: Frame = Frame { tab: 1, frame: 0, private: false };

    fn work() -> WorkFacts {
        WorkFacts {
            id: 1,
            kind: WorkKind::Image,
            url: URL.to_string(),
            name: String::new(),
            width: 100,
            height: 100,
            visible: true,
            links: Vec::new(),
        }
    }

    fn followed(remote: bool, epoch: u64) -> Vec<Followed> {
        let (name, operator) = ("Fern".to_string(), "A collective".to_string());
        vec![Followed { name, operator, remote, epoch }]
    }

    fn open(remote: bool) -> Engine {
        let mut engine = Engine::wake(Vec::new(), NOW);
        engine.shell(ShellEvent::Followed { catalogues: followed(remote, 1) }, NOW);
        let page = PageFacts { url: "https://page.example/".into(), ..PageFacts::default() };
        engine.page(FRAME, PageEvent::Arrived { page, fresh: true }, NOW);
        engine.page(FRAME, PageEvent::Seen { works: vec![work()] }, NOW);
        engine
    }

    fn read(engine: &mut Engine) -> Vec<Effect> {
        let mut reading = Reading::default();
        reading.fingerprint.blake3 = "00".repeat(32);
        let job = ReadJob { url: URL.to_string(), private: false };
        engine.shell(ShellEvent::Read { job, reading: Box::new(reading) }, NOW)
    }

    /// Who may be asked, of each look-up.
    fn asks(effects: &[Effect]) -> Vec<Vec<String>> {
        let asks = effects.iter().filter_map(|effect| match effect {
            Effect::Consult { ask, .. } => Some(ask.clone()),
            _ => None,
        });
        asks.collect()
    }

    fn answer(engine: &mut Engine, answer: Option<Answer>, more: bool) -> Vec<Effect> {
        let job = ReadJob { url: URL.to_string(), private: false };
        let answers = vec![Consulted { catalogue: "Fern".into(), answer, more }];
        engine.shell(ShellEvent::Consulted { job, answers }, NOW)
    }

    fn hit() -> Answer {
        Answer::Hits { hits: vec![fixture::hit()] }
    }

    #[test]
    fn what_was_read_is_looked_up_once_and_tells_nobody() {
        let mut engine = open(true);
        assert_eq!(asks(&read(&mut engine)), [Vec::<String>::new()]);
        assert!(engine.outcome(FRAME, 1, NOW).unwrap().outcome.awaited);
        answer(&mut engine, Some(hit()), false);
        let known = engine.outcome(FRAME, 1, NOW).unwrap();
        assert_eq!(known.hits.len(), 1);
        let seen = engine.page(FRAME, PageEvent::Seen { works: vec![work()] }, NOW);
        assert!(asks(&seen).is_empty());
    }

    #[test]
    fn nobody_is_consulted_where_nothing_is_followed() {
        let mut engine = open(false);
        engine.shell(ShellEvent::Followed { catalogues: Vec::new() }, NOW);
        assert!(asks(&read(&mut engine)).is_empty());
    }

    #[test]
    fn a_host_is_asked_only_under_the_pointer_and_by_the_readers_word() {
        let mut engine = open(true);
        read(&mut engine);
        answer(&mut engine, None, true);
        let hovered = engine.page(FRAME, PageEvent::Hovered { work: work() }, NOW);
        assert!(asks(&hovered).is_empty(), "by itself nobody is asked");
        // Not looked at is no miss: it is not among what was asked.
        assert!(engine.outcome(FRAME, 1, NOW).unwrap().asked.is_empty());
        let act = crate::card::Act::Ask { registry: "catalogue:Fern".into() };
        let pressed = engine.page(FRAME, PageEvent::Acted { work: work(), act }, NOW);
        assert_eq!(asks(&pressed), [["Fern"]]);
        answer(&mut engine, Some(Answer::Miss), false);
        assert_eq!(engine.outcome(FRAME, 1, NOW).unwrap().asked.len(), 1);
        let mut by_itself = open(true);
        by_itself.settings = Settings {
            choices: vec![Choice {
                registry: "catalogue:Fern".into(),
                privacy: Privacy::Shard,
                mode: Mode::On,
            }],
            ..Settings::default()
        };
        assert_eq!(asks(&read(&mut by_itself)), [Vec::<String>::new()]);
        answer(&mut by_itself, None, true);
        let hovered = by_itself.page(FRAME, PageEvent::Hovered { work: work() }, NOW);
        assert_eq!(asks(&hovered), [["Fern"]]);
    }

    #[test]
    fn a_new_epoch_is_looked_through_anew_and_what_is_followed_outlives_the_worker() {
        let mut engine = open(false);
        read(&mut engine);
        answer(&mut engine, Some(Answer::Miss), false);
        let news = engine.shell(ShellEvent::Followed { catalogues: followed(false, 2) }, NOW);
        assert_eq!(asks(&news).len(), 1);
        let kept = news.iter().find_map(|effect| match effect {
            Effect::Keep { area, key, value } if key == KEPT_FOLLOWING => {
                Some(crate::message::Kept { area: *area, key: key.clone(), value: value.clone() })
            }
            _ => None,
        });
        let woken = Engine::wake(vec![kept.unwrap()], NOW);
        assert_eq!(woken.following, followed(false, 2));
        // What nobody asked for, or asked before, changes nothing.
        let mut engine = open(false);
        answer(&mut engine, Some(hit()), false);
        assert!(engine.outcome(FRAME, 1, NOW).unwrap().hits.is_empty());
    }
}
