//! What may go wrong around the engine, at every place where it may.
//!
//! A world with a page, a reading room, servers, a store and a clock plays the main journeys. A
//! fault strikes before each effect in turn, one run for each place: the browser ends the worker,
//! with what was under way going on elsewhere (Chromium's offscreen document) or lost with it
//! (Firefox's event page); the clock jumps; the store takes nothing more. Afterwards the reader looks
//! again, and all must stand as it would have without the fault. Leaves out real browsers: those are
//! `tests/tests/browser`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::fixture::*;
use crate::card::{Act, Tone};
use crate::engine::Engine;
use crate::message::{
    Area, DeskAnswer, DeskEvent, Effect, FetchJob, Kept, PageEvent, Purpose, ShellEvent,
};
use crate::page::{Failure, Header, Millis, WorkFacts};
use crate::reading::Reading;
use crate::registry::following::{Consulted, Followed};
use crate::registry::own_works::OwnWork;
use crate::registry::{Answer, Response};
use crate::report::Filed;
use crate::settings::{Settings, Size};
use crate::signal::bench::{Bench, simple};
use crate::verdict::Face;

const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
const HOST: &str = "https://a.example";
const PAGE: &str = "https://page.example/";
/// Longer than any question may stay unanswered.
const LATER_MS: Millis = 61_000;
const DAY_MS: i64 = 86_400_000;

/// A stimulus: what the reader, the page or the browser does.
#[derive(Clone)]
enum Step {
    Page(PageEvent),
    Shell(ShellEvent),
    Desk(DeskEvent),
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The worker ends; what the reading room does goes on.
    Worker,
    /// The worker ends, and the reading room with it.
    Everything,
    /// The clock jumps by so much, and what was being read is lost.
    Clock(i64),
    /// Worker and reading room end, and the clock jumps meanwhile.
    Sleep(i64),
    /// From here on the store takes nothing more in this area.
    Full(Area),
}

const FAULTS: [Fault; 10] = [
    Fault::Worker,
    Fault::Everything,
    Fault::Clock(-DAY_MS),
    Fault::Clock(DAY_MS),
    Fault::Clock(-20_000 * DAY_MS),
    Fault::Sleep(DAY_MS / 3),
    Fault::Sleep(-DAY_MS),
    Fault::Sleep(40 * DAY_MS),
    Fault::Full(Area::Session),
    Fault::Full(Area::Local),
];

/// How a stimulus ended for who gave it.
#[derive(Debug, PartialEq)]
enum End {
    Done,
    /// The worker was ended in the middle.
    Cut,
    /// Something meant for the disk was not kept, and that was said.
    Unkept,
}

/// All around the engine.
struct World {
    engine: Option<Engine>,
    store: BTreeMap<(Area, String), String>,
    now: Millis,
    /// What is still to go wrong, before which effect, and what has.
    fault: Option<(usize, Fault)>,
    struck: Option<Fault>,
    full: Option<Area>,
    /// Effects that were carried out, and how many of them before the reader looked again.
    effects: usize,
    played: usize,
    /// Answers on their way.
    way: VecDeque<ShellEvent>,
    /// What the page has to say, and has been asked to say again.
    works: Vec<WorkFacts>,
    again: bool,
    /// Addresses that somebody has answered for.
    answered: BTreeSet<String>,
    pressed: bool,
    /// Reports that were opened.
    opened: Vec<String>,
}

/// The picture of each kind: one says no, one says yes, one is silent, one cannot be had.
fn picture(url: &str) -> Result<Reading, Failure> {
    let dmi =
        |code: &str| simple(PLUS, "DataMining", &format!("http://ns.useplus.org/ldf/vocab/{code}"));
    let mut bench = Bench::new();
    if url.contains("no") {
        bench = bench.xmp(vec![dmi("DMI-PROHIBITED")]);
    } else if url.contains("yes") {
        bench = bench.xmp(vec![dmi("DMI-ALLOWED")]);
    } else if url.contains("gone") {
        return Err(Failure::Status { status: 404 });
    }
    let mut reading = bench.reading.unwrap();
    reading.delivery.url = url.to_string();
    reading.fingerprint.blake3 = "0a".repeat(32);
    reading.fingerprint.sha1 = "0b".repeat(20);
    reading.delivery.headers =
        vec![Header { name: "cache-control".into(), value: "max-age=600".into() }];
    Ok(reading)
}

/// What the web says to a question.
fn response(job: &FetchJob, now: Millis) -> Response {
    let body = match &job.purpose {
        Purpose::Robots { .. } => "User-agent: *\nAllow: /\n".to_string(),
        Purpose::Registry { request } if request.registry == "wikimedia-commons" => {
            r#"{"batchcomplete":"","query":{"allimages":[]}}"#.to_string()
        }
        _ => return Response { status: 404, at: now, ..Response::default() },
    };
    Response { status: 200, body, at: now, ..Response::default() }
}

impl World {
    fn new(fault: Option<(usize, Fault)>) -> World {
        World {
            engine: None,
            store: BTreeMap::new(),
            now: NOW,
            fault,
            struck: None,
            full: None,
            effects: 0,
            played: 0,
            way: VecDeque::new(),
            works: Vec::new(),
            again: false,
            answered: BTreeSet::new(),
            pressed: false,
            opened: Vec::new(),
        }
    }

    fn kept(&self) -> Vec<Kept> {
        let kept = |((area, key), value): (&(Area, String), &String)| Kept {
            area: *area,
            key: key.clone(),
            value: value.clone(),
        };
        self.store.iter().map(kept).collect()
    }

    /// The engine that lives, or one that is made of what was kept.
    fn engine(&mut self) -> &mut Engine {
        let kept = self.kept();
        let now = self.now;
        self.engine.get_or_insert_with(|| Engine::wake(kept, now))
    }

    /// Gives a stimulus and carries out what follows, as `effects.js` does.
    fn tell(&mut self, step: &Step) -> (End, Option<DeskAnswer>) {
        let now = self.now;
        if let Step::Page(PageEvent::Acted { act: Act::Ask { .. } | Act::AskAll { .. }, .. }) = step
        {
            self.pressed = true;
        }
        let engine = self.engine();
        let effects = match step.clone() {
            Step::Page(event) => engine.page(frame(false), event, now),
            Step::Shell(event) => engine.shell(event, now),
            Step::Desk(event) => engine.desk(event, now),
        };
        let is_kept = |e: &Effect| matches!(e, Effect::Keep { .. } | Effect::Forget { .. });
        // First everything is kept, memory before disk; then the rest in its order.
        let (mut kept, rest): (Vec<Effect>, Vec<Effect>) = effects.into_iter().partition(is_kept);
        let area = |e: &Effect| match e {
            Effect::Keep { area, .. } | Effect::Forget { area, .. } => *area,
            _ => Area::Local,
        };
        kept.sort_by_key(area);
        let (mut lost, mut answer) = (false, None);
        for effect in kept.into_iter().chain(rest) {
            if self.strikes() {
                return (End::Cut, None);
            }
            self.effects += 1;
            match effect {
                Effect::Answer { answer: said } => answer = Some(*said),
                effect => lost |= !self.carry_out(effect),
            }
        }
        if lost {
            // As `background.js`: what it believes is no longer what is kept.
            self.engine = None;
            return (End::Unkept, None);
        }
        (End::Done, answer)
    }

    /// Whether the worker is ended here; any other fault does its work and passes.
    fn strikes(&mut self) -> bool {
        let Some((_, fault)) = self.fault.take_if(|(at, _)| *at == self.effects) else {
            return false;
        };
        self.struck = Some(fault);
        match fault {
            // The broker asks servers itself; files are read beside it.
            Fault::Worker => self.way.retain(|event| {
                !matches!(event, ShellEvent::Fetched { .. } | ShellEvent::FetchFailed { .. })
            }),
            Fault::Everything | Fault::Sleep(_) => self.way.clear(),
            Fault::Clock(_) => self.way.retain(|event| {
                !matches!(event, ShellEvent::Read { .. } | ShellEvent::ReadFailed { .. })
            }),
            Fault::Full(area) => self.full = Some(area),
        }
        if let Fault::Clock(by) | Fault::Sleep(by) = fault {
            self.now = self.now.saturating_add_signed(by);
        }
        let ends = !matches!(fault, Fault::Clock(_) | Fault::Full(_));
        if ends {
            self.engine = None;
        }
        ends
    }

    /// Does one effect; false where something meant for the disk was lost.
    fn carry_out(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Keep { area, key, value } if self.full != Some(area) => {
                self.store.insert((area, key), value);
            }
            Effect::Keep { area, .. } => return area == Area::Session,
            Effect::Forget { area, key } => {
                self.store.remove(&(area, key));
            }
            Effect::Read { job, .. } => self.way.push_back(match picture(&job.url) {
                Ok(reading) => ShellEvent::Read { job, reading: Box::new(reading) },
                Err(failure) => ShellEvent::ReadFailed { job, failure },
            }),
            Effect::Fetch { job, .. } => {
                if let Purpose::Registry { request } = &job.purpose {
                    assert!(self.pressed, "{} was asked without a word", request.registry);
                }
                let response = response(&job, self.now);
                self.way.push_back(ShellEvent::Fetched { job, response });
            }
            Effect::Consult { job, .. } => {
                let answers = vec![Consulted {
                    catalogue: "Fern".into(),
                    answer: Some(Answer::Hits { hits: vec![hit()] }),
                    more: false,
                }];
                self.way.push_back(ShellEvent::Consulted { job, answers });
            }
            Effect::Show { works, .. } => {
                for shown in works {
                    self.judge(shown.work, shown.mark.tone);
                }
            }
            Effect::AskAgain { .. } => self.again = true,
            Effect::OpenReport { id } => {
                if self.full != Some(Area::Session) {
                    let key = (Area::Session, format!("draft/{id}"));
                    assert!(self.store.contains_key(&key), "opened before it was kept");
                }
                self.opened.push(id);
            }
            _ => {}
        }
        true
    }

    /// "Allowed" is shown only of what says so, and when all that could object has been heard.
    fn judge(&self, work: u32, tone: Tone) {
        let Some(work) = self.works.iter().find(|w| w.id == work) else { return };
        if tone == Tone::Go {
            assert!(work.url.contains("yes"), "{} is shown as allowed", work.url);
            for needed in [work.url.as_str(), "robots", "tdmrep"] {
                assert!(self.answered.contains(needed), "allowed before {needed} was heard");
            }
        }
    }

    /// Lets answers come and the page say again what it was asked for, until all is quiet.
    fn rest(&mut self) {
        for _ in 0..200 {
            if std::mem::take(&mut self.again) {
                let PageEvent::Arrived { page, .. } = arrived(PAGE) else { return };
                self.insist(&Step::Page(PageEvent::Arrived { page, fresh: false }));
                self.insist(&Step::Page(PageEvent::Seen { works: self.works.clone() }));
            } else if let Some(event) = self.way.pop_front() {
                self.note(&event);
                let (end, _) = self.tell(&Step::Shell(event.clone()));
                // The offscreen document says it until it was heard.
                let room = matches!(event, ShellEvent::Read { .. } | ShellEvent::Consulted { .. });
                if end == End::Cut && room && self.struck == Some(Fault::Worker) {
                    self.way.push_front(event);
                }
            } else {
                return;
            }
        }
        panic!("the world does not come to rest");
    }

    fn note(&mut self, event: &ShellEvent) {
        match event {
            ShellEvent::Read { job, .. } | ShellEvent::ReadFailed { job, .. } => {
                self.answered.insert(job.url.clone());
            }
            ShellEvent::Fetched { job, .. } => {
                self.answered.extend(match &job.purpose {
                    Purpose::Robots { .. } => Some("robots".to_string()),
                    Purpose::Tdmrep { .. } => Some("tdmrep".to_string()),
                    _ => None,
                });
            }
            _ => {}
        }
    }

    /// A page says it again when nobody heard.
    fn insist(&mut self, step: &Step) {
        if self.tell(step).0 == End::Cut {
            self.tell(step);
        }
    }
}

/// The course of things without a fault, and how the reader looks again after one.
struct Journey {
    name: &'static str,
    works: Vec<WorkFacts>,
    steps: Vec<Step>,
    /// What the reader does once more, seeing that it did nothing.
    again: Vec<Step>,
}

fn own(id: &str) -> DeskEvent {
    let work = OwnWork {
        id: id.repeat(32),
        title: "Heron".into(),
        codes: None,
        sound: None,
        featureless: false,
        unstable: false,
        stances: Vec::new(),
        added_at: NOW,
        licence: None,
        source: String::new(),
        miniature: String::new(),
    };
    DeskEvent::OwnWorkAdded { work: Box::new(work) }
}

fn filed(id: &str, note: &str) -> Step {
    let report = Filed { id: id.into(), at: NOW, note: note.into(), ..Filed::default() };
    Step::Desk(DeskEvent::ReportFiled { report: Box::new(report) })
}

fn followed(epoch: u64) -> Step {
    let (name, operator) = ("Fern".to_string(), "A collective".to_string());
    let catalogues = vec![Followed { name, operator, remote: false, epoch }];
    Step::Shell(ShellEvent::Followed { catalogues })
}

fn journeys() -> Vec<Journey> {
    let pictures = |names: &[&str]| -> Vec<WorkFacts> {
        (1..).zip(names).map(|(id, name)| work(id, &format!("{HOST}/{name}.jpg"))).collect()
    };
    let opened = |works: &[WorkFacts]| {
        vec![Step::Page(arrived(PAGE)), Step::Page(PageEvent::Seen { works: works.to_vec() })]
    };
    let journey = |name, names: &[&str], steps: Vec<Step>, again: Vec<Step>| {
        let works = pictures(names);
        let steps = [opened(&works), steps].concat();
        Journey { name, works, steps, again }
    };
    let first = |name: &str| work(1, &format!("{HOST}/{name}.jpg"));
    let hovered = |name: &str| Step::Page(PageEvent::Hovered { work: first(name) });
    let ask = Act::Ask { registry: "wikimedia-commons".into() };
    let asked = Step::Page(PageEvent::Acted { work: first("plain"), act: ask });
    let picked = ShellEvent::Picked {
        frame: frame(false),
        work: None,
        media_url: Some(format!("{HOST}/no.jpg")),
        page_url: PAGE.into(),
        title: "Page".into(),
    };
    let mut large = Settings::default();
    large.look.size = Size::Large;
    vec![
        journey(
            "a page of pictures",
            &["yes", "no", "plain", "gone"],
            vec![hovered("yes")],
            vec![hovered("yes")],
        ),
        journey(
            "a question to a registry",
            &["plain"],
            vec![hovered("plain"), asked.clone()],
            vec![hovered("plain"), asked],
        ),
        journey(
            "a report",
            &["no"],
            vec![
                Step::Shell(picked),
                filed("1", "first"),
                filed("2", ""),
                filed("1", "second"),
                Step::Desk(DeskEvent::ReportRemoved { id: "2".into() }),
            ],
            Vec::new(),
        ),
        journey(
            "a catalogue that is followed and renewed",
            &["plain", "yes"],
            vec![followed(1), hovered("plain"), followed(2)],
            vec![hovered("plain")],
        ),
        journey(
            "own works",
            &["plain", "no"],
            vec![
                Step::Desk(own("0a")),
                Step::Desk(DeskEvent::SettingsChanged { settings: large }),
                Step::Desk(own("0c")),
                Step::Desk(DeskEvent::OwnWorkRemoved { id: "0c".repeat(32) }),
            ],
            Vec::new(),
        ),
    ]
}

/// What is shown of one work: its mark, how many hits, what each registry answered.
type Seen = (Face, usize, Vec<Option<Answer>>);

/// All that the reader could see in the end.
#[derive(Debug, PartialEq)]
struct Picture {
    works: Vec<Option<Seen>>,
    kept: Lasting,
}

/// What is meant to last.
#[derive(Debug, PartialEq)]
struct Lasting {
    settings: Settings,
    own: Vec<String>,
    reports: Vec<(String, String)>,
    following: Vec<Followed>,
}

fn lasting(engine: &Engine) -> Lasting {
    Lasting {
        settings: engine.settings.clone(),
        own: engine.own.works().iter().map(|w| w.id.clone()).collect(),
        reports: engine.reports.values().map(|r| (r.id.clone(), r.note.clone())).collect(),
        following: engine.following.clone(),
    }
}

impl World {
    /// Plays a journey to its end, and lets the reader look again.
    fn play(&mut self, journey: &Journey) -> Picture {
        self.works = journey.works.clone();
        for step in &journey.steps {
            let before = self.full;
            let (end, _) = match self.tell(step) {
                (End::Cut, _) => self.tell(step),
                other => other,
            };
            if let Step::Desk(event) = step {
                match end {
                    // What was confirmed is there, whoever looks.
                    End::Done => assert!(self.stands(event), "{event:?} was confirmed and is lost"),
                    End::Unkept => assert_eq!(self.full, Some(Area::Local), "{before:?}"),
                    End::Cut => panic!("a fault strikes once"),
                }
            }
            self.rest();
            self.drafts();
        }
        self.played = self.effects;
        self.look_again(journey)
    }

    fn look_again(&mut self, journey: &Journey) -> Picture {
        for _ in 0..3 {
            self.now += LATER_MS;
            self.tell(&Step::Page(PageEvent::Seen { works: self.works.clone() }));
            self.rest();
            for step in &journey.again {
                self.tell(step);
                self.rest();
            }
        }
        let now = self.now;
        let works = self.works.clone();
        let engine = self.engine();
        let seen = works.iter().map(|work| {
            let known = engine.outcome(frame(false), work.id, now)?;
            let face = crate::card::face(&known.outcome);
            let mut asked: Vec<_> = known.asked.into_iter().map(|a| a.answer).collect();
            asked.retain(Option::is_some);
            Some((face, known.hits.len(), asked))
        });
        let works = seen.collect();
        Picture { works, kept: lasting(engine) }
    }

    /// Whether an engine made of what was kept knows what somebody was told to be done.
    fn stands(&self, event: &DeskEvent) -> bool {
        let woken = Engine::wake(self.kept(), self.now);
        let own = |id: &str| woken.own.works().iter().any(|work| work.id == id);
        match event {
            DeskEvent::SettingsChanged { settings } => woken.settings == *settings,
            DeskEvent::OwnWorkAdded { work } => own(&work.id),
            DeskEvent::OwnWorkRemoved { id } => !own(id),
            DeskEvent::ReportFiled { report } => {
                woken.reports.get(&report.id).is_some_and(|kept| kept.note == report.note)
            }
            DeskEvent::ReportRemoved { id } => !woken.reports.contains_key(id),
            _ => true,
        }
    }

    /// The page of every report that was opened finds its draft.
    fn drafts(&mut self) {
        if self.full == Some(Area::Session) {
            return;
        }
        for id in self.opened.clone() {
            let step = Step::Desk(DeskEvent::DraftAsked { id });
            let answer = match self.tell(&step) {
                (End::Cut, _) => self.tell(&step).1,
                (_, answer) => answer,
            };
            let found = matches!(&answer, Some(DeskAnswer::Draft { draft: Some(draft), .. })
                if draft.page.url == PAGE);
            assert!(found, "{answer:?}");
        }
    }
}

#[test]
fn whatever_is_cut_off_wherever_the_reader_finds_it_again() {
    let mut runs = 0;
    for journey in journeys() {
        let mut calm = World::new(None);
        let expected = calm.play(&journey);
        assert!(expected.works.iter().all(Option::is_some), "{}", journey.name);
        let mut of_journey = 0;
        let mut wrong = Vec::new();
        for fault in FAULTS {
            for at in 0..calm.played {
                let mut world = World::new(Some((at, fault)));
                let seen = world.play(&journey);
                let told = format!("{}: {fault:?} before effect {at}", journey.name);
                match fault {
                    // Nothing that could not be kept is believed either.
                    Fault::Full(Area::Local) => {
                        let woken = Engine::wake(world.kept(), world.now);
                        assert_eq!(seen.kept, lasting(&woken), "{told}");
                    }
                    _ if seen != expected => wrong.push(format!("{told}: {seen:?}")),
                    _ => {}
                }
                of_journey += 1;
            }
        }
        println!(
            "{}: {} effects, {} faults, {of_journey} runs",
            journey.name,
            calm.played,
            FAULTS.len()
        );
        assert!(
            wrong.is_empty(),
            "{} wrong, expected {expected:?}:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        runs += of_journey;
    }
    println!("{runs} runs in all");
    assert!(runs > 400);
}

/// What may have become of a value in the store.
fn damages(value: &str) -> Vec<String> {
    let half: String = value.chars().take(value.chars().count() / 2).collect();
    let newer = value.replacen('{', "{\"from_a_newer_version\": [1, {}],", 1);
    let deep = "[".repeat(10_000);
    // A newer version may have other words for the same.
    let words = value.replace("\"read\"", "\"perused\"").replace("\"visible\"", "\"asleep\"");
    vec![
        String::new(),
        "null".into(),
        "{}".into(),
        "[]".into(),
        "\u{0}".into(),
        half,
        newer,
        deep,
        words,
    ]
}

#[test]
fn a_damaged_store_loses_what_was_damaged_and_allows_nothing() {
    let mut runs = 0;
    for journey in journeys() {
        let mut calm = World::new(None);
        let expected = calm.play(&journey);
        let store = calm.store.clone();
        for (place, value) in &store {
            for damaged in damages(value) {
                let mut world = World::new(None);
                world.works = journey.works.clone();
                world.answered = calm.answered.clone();
                // The reader has pressed in this session, which the page still knows.
                world.pressed = calm.pressed;
                world.now = calm.now;
                world.store = store.clone();
                world.store.insert(place.clone(), damaged.clone());
                let woken = lasting(&Engine::wake(world.kept(), world.now));
                let told = format!("{}: {place:?} is {damaged:.60}", journey.name);
                let (area, key) = place;
                if key != "settings" {
                    assert_eq!(woken.settings, expected.kept.settings, "{told}");
                }
                if !key.starts_with("own/") {
                    assert_eq!(woken.own, expected.kept.own, "{told}");
                }
                if !key.starts_with("report/") {
                    assert_eq!(woken.reports, expected.kept.reports, "{told}");
                }
                if key != "following" {
                    assert_eq!(woken.following, expected.kept.following, "{told}");
                }
                let seen = world.look_again(&journey);
                // What is only remembered is found out anew.
                if *area == Area::Session {
                    assert_eq!(seen, expected, "{told}");
                }
                runs += 1;
            }
        }
    }
    println!("{runs} damaged stores");
    assert!(runs > 100);
}
