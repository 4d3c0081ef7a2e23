//! The literate case runner: plays the browser for the core, with answers from the case.
//!
//! A case is a page of Markdown whose fenced blocks say what a page and its servers said and,
//! last, what the card must say. Every case is played twice, the second time with the engine
//! rebuilt from what it kept before every single event: a worker may die between any two lines.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use sayso_core::engine::{Engine, Known};
use sayso_core::inquiry::FileState;
use sayso_core::limits::Limits;
use sayso_core::message::{Area, Effect, Frame, Kept, PageEvent, ShellEvent};
use sayso_core::page::{Failure, Header, Millis, PageFacts, WorkFacts, WorkKind};
use sayso_core::reading::{self, Delivery, Reading};
use sayso_core::registry::own_works::{OwnStance, OwnWork};
use sayso_core::registry::{Answer, Fit, Privacy, Response};
use sayso_core::settings::{Choice, Mode, Settings};
use sayso_core::vocabulary::{Coverage, Use, Verdict};

use crate::{c2pa_writer, markup, specimen};

/// The first moment of every case.
const DAWN: Millis = 1_800_000_000_000;

/// Events after which a case is held to run in circles.
const PATIENCE: usize = 2_000;

/// One case, parsed.
pub struct Case {
    /// The page, when there is one.
    page: Option<(String, String)>,
    responses: BTreeMap<String, Served>,
    xmp: Vec<String>,
    exif: Vec<(String, String)>,
    tags: Vec<(String, String)>,
    manifests: Vec<String>,
    settings: Settings,
    own: Vec<(String, String, Vec<OwnStance>)>,
    /// The registries the reader asks by pressing the button.
    asks: Vec<String>,
    /// What the card must say.
    pub card: String,
}

/// What a server does at one address.
enum Served {
    Answer { status: u16, headers: Vec<Header>, body: Body },
    Fault(Failure),
}

enum Body {
    Text(String),
    Media(String),
}

impl Case {
    /// Reads a case; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Case, String> {
        let mut case = Case {
            page: None,
            responses: BTreeMap::new(),
            xmp: Vec::new(),
            exif: Vec::new(),
            tags: Vec::new(),
            manifests: Vec::new(),
            settings: Settings::default(),
            own: Vec::new(),
            asks: Vec::new(),
            card: String::new(),
        };
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```").filter(|i| !i.is_empty()) else { continue };
            let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
            let (kind, address) = info.split_once(' ').unwrap_or((info, ""));
            match kind {
                "page" => case.page = Some((address.trim().to_string(), body.join("\n"))),
                "response" => {
                    case.responses.insert(address.trim().to_string(), served(&body)?);
                }
                "xmp" => case.xmp.push(body.join("\n")),
                "manifest" => case.manifests.push(body.join("\n")),
                "exif" => case.exif.extend(body.iter().filter_map(|l| pair(l, ':'))),
                "tags" => case.tags.extend(body.iter().filter_map(|l| pair(l, '='))),
                "settings" => {
                    for line in body {
                        case.set(line)?;
                    }
                }
                "own" => {
                    for line in body {
                        case.own.push(own(line)?);
                    }
                }
                "ask" => case.asks.extend(body.iter().map(|l| l.trim().to_string())),
                "card" => case.card = body.join("\n"),
                other => return Err(format!("a block of unknown kind `{other}`")),
            }
        }
        Ok(case)
    }

    fn set(&mut self, line: &str) -> Result<(), String> {
        let (name, value) = pair(line, ':').ok_or_else(|| format!("settings: `{line}`"))?;
        match (name.as_str(), value.as_str()) {
            ("site-files", "off") => self.settings.site_files = false,
            ("site off", host) => self.settings.sites_off.push(host.to_string()),
            ("source off", id) => self.settings.sources_off.push(id.to_string()),
            (name, mode) => {
                let words: Vec<&str> = name.split_whitespace().collect();
                let ["registry", id, tier] = words.as_slice() else {
                    return Err(format!("settings: `{line}`"));
                };
                let privacy = match *tier {
                    "same-host" => Privacy::SameHost,
                    "hash" => Privacy::Hash,
                    other => return Err(format!("settings: tier `{other}`")),
                };
                let mode = match mode {
                    "on" => Mode::On,
                    "ask" => Mode::Ask,
                    "off" => Mode::Off,
                    other => return Err(format!("settings: mode `{other}`")),
                };
                self.settings.choices.push(Choice { registry: (*id).to_string(), privacy, mode });
            }
        }
        Ok(())
    }

    fn media(&self, name: &str) -> Result<Vec<u8>, String> {
        if name == "c2pa" {
            return c2pa_writer::store(&self.manifests);
        }
        let plain = name.replace("+c2pa", "");
        let bytes = specimen::make(&plain, &self.xmp, &self.exif, &self.tags)?;
        match plain == name {
            true => Ok(bytes),
            false => c2pa_writer::embed(&bytes, &self.manifests),
        }
    }
}

fn pair(line: &str, at: char) -> Option<(String, String)> {
    let (a, b) = line.split_once(at)?;
    Some((a.trim().to_string(), b.trim().to_string()))
}

fn served(body: &[&str]) -> Result<Served, String> {
    let mut lines = body.iter();
    let first = lines.next().map(|l| l.trim()).unwrap_or_default();
    let fault = match first {
        "silent" => Some(Failure::Silent),
        "refused" => Some(Failure::Network { detail: "connection refused".to_string() }),
        "too-large" => Some(Failure::TooLarge),
        "private-redirect" => Some(Failure::PrivateRedirect),
        "crashed" => Some(Failure::Crashed),
        _ => None,
    };
    if let Some(fault) = fault {
        return Ok(Served::Fault(fault));
    }
    let status =
        first.parse().map_err(|_| format!("a response starts with a status, not `{first}`"))?;
    let headers = lines
        .by_ref()
        .take_while(|l| !l.trim().is_empty())
        .filter_map(|l| pair(l, ':'))
        .map(|(name, value)| Header { name, value })
        .collect();
    let rest: Vec<&str> = lines.copied().collect();
    let body = match rest.first().and_then(|l| l.trim().strip_prefix("@media/")) {
        Some(name) => Body::Media(name.trim().to_string()),
        None if rest.is_empty() => Body::Text(String::new()),
        None => Body::Text(rest.join("\n") + "\n"),
    };
    Ok(Served::Answer { status, headers, body })
}

/// `TITLE = @media/NAME : train.gen=denied, tdm=denied`
fn own(line: &str) -> Result<(String, String, Vec<OwnStance>), String> {
    let wrong = || format!("own: `{line}`");
    let (title, rest) = line.split_once('=').ok_or_else(wrong)?;
    let (media, stances) = rest.split_once(':').ok_or_else(wrong)?;
    let name = media.trim().strip_prefix("@media/").ok_or_else(wrong)?;
    let mut said = Vec::new();
    for stance in stances.split(',') {
        let (what, verdict) = pair(stance, '=').ok_or_else(wrong)?;
        let what = Use::ALL.into_iter().find(|u| u.token() == what).ok_or_else(wrong)?;
        let verdicts = [Verdict::Denied, Verdict::Conditional, Verdict::Allowed];
        let verdict = verdicts.into_iter().find(|v| v.token() == verdict).ok_or_else(wrong)?;
        said.push(OwnStance { what, verdict });
    }
    Ok((title.trim().to_string(), name.trim().to_string(), said))
}

/// Plays a case and says what the card says. `rebuild`: the engine dies before every event.
pub fn play(case: &Case, rebuild: bool) -> Result<String, String> {
    let mut stage = Stage::new(case, rebuild)?;
    stage.run()?;
    stage.tell()
}

/// The browser that a case plays in.
struct Stage<'a> {
    case: &'a Case,
    rebuild: bool,
    engine: Engine,
    kept: BTreeMap<(Area, String), String>,
    frame: Frame,
    page: PageFacts,
    works: Vec<WorkFacts>,
    queue: VecDeque<Event>,
    now: Millis,
    /// The last mark shown of each work: shape and tone must come from what is known in the end.
    shown: BTreeMap<u32, sayso_core::card::Mark>,
}

enum Event {
    Page(PageEvent),
    Shell(ShellEvent),
}

impl<'a> Stage<'a> {
    fn new(case: &'a Case, rebuild: bool) -> Result<Self, String> {
        let (page, works) = match &case.page {
            Some((url, html)) => markup::read(url, html),
            None => {
                let url = case.responses.keys().find(|u| !is_site_file(u)).ok_or("no work")?;
                let page = PageFacts { url: url.clone(), ..PageFacts::default() };
                (page, vec![alone(url)])
            }
        };
        let mut kept = BTreeMap::new();
        let settings = serde_json::to_string(&case.settings).map_err(|e| e.to_string())?;
        kept.insert((Area::Local, "settings".to_string()), settings);
        for (title, name, stances) in &case.own {
            let bytes = case.media(name)?;
            let print = reading::read(&bytes, Delivery::default(), &Limits::DEFAULT).fingerprint;
            let work = OwnWork::of(print, title.clone(), stances.clone(), DAWN);
            let value = serde_json::to_string(&work).map_err(|e| e.to_string())?;
            kept.insert((Area::Local, format!("own/{}", work.id)), value);
        }
        let mut stage = Stage {
            case,
            rebuild,
            engine: Engine::wake(Vec::new(), DAWN),
            kept,
            frame: Frame { tab: 1, frame: 0, private: false },
            page,
            works,
            queue: VecDeque::new(),
            now: DAWN,
            shown: BTreeMap::new(),
        };
        stage.engine = stage.wake();
        stage.say_everything();
        Ok(stage)
    }

    fn wake(&self) -> Engine {
        let kept = self
            .kept
            .iter()
            .map(|((area, key), value)| Kept {
                area: *area,
                key: key.clone(),
                value: value.clone(),
            })
            .collect();
        Engine::wake(kept, self.now)
    }

    /// What the content script does when it starts, and whenever it is asked again.
    fn say_everything(&mut self) {
        let fresh = self.now == DAWN;
        let arrived = PageEvent::Arrived { page: self.page.clone(), fresh };
        self.queue.push_back(Event::Page(arrived));
        self.queue.push_back(Event::Page(PageEvent::Seen { works: self.works.clone() }));
        for work in &self.works {
            self.queue.push_back(Event::Page(PageEvent::Hovered { work: work.clone() }));
            for registry in &self.case.asks {
                let act = sayso_core::card::Act::Ask { registry: registry.clone() };
                self.queue.push_back(Event::Page(PageEvent::Acted { work: work.clone(), act }));
            }
        }
    }

    fn run(&mut self) -> Result<(), String> {
        for _ in 0..PATIENCE {
            let Some(event) = self.queue.pop_front() else { return Ok(()) };
            self.step(event, self.rebuild)?;
        }
        Err(format!("still busy after {PATIENCE} events"))
    }

    fn step(&mut self, event: Event, rebuild: bool) -> Result<(), String> {
        if rebuild {
            self.engine = self.wake();
        }
        self.now += 250;
        let effects = match event {
            Event::Page(event) => self.engine.page(self.frame, event, self.now),
            Event::Shell(event) => self.engine.shell(event, self.now),
        };
        for effect in effects {
            self.perform(effect)?;
        }
        Ok(())
    }

    /// What a worker does about a manifest that lies elsewhere.
    fn add_manifest(&self, reading: &mut Reading, url: &str) -> Result<(), String> {
        match self.case.responses.get(url) {
            None => reading.miss(url, Failure::Status { status: 404 }),
            Some(Served::Fault(failure)) => reading.miss(url, failure.clone()),
            Some(Served::Answer { status, .. }) if *status >= 400 => {
                reading.miss(url, Failure::Status { status: *status });
            }
            Some(Served::Answer { body: Body::Text(text), .. }) => {
                reading.attach(url, text.as_bytes(), &Limits::DEFAULT);
            }
            Some(Served::Answer { body: Body::Media(name), .. }) => {
                reading.attach(url, &self.case.media(name)?, &Limits::DEFAULT);
            }
        }
        Ok(())
    }

    fn perform(&mut self, effect: Effect) -> Result<(), String> {
        match effect {
            Effect::Keep { area, key, value } => {
                self.kept.insert((area, key), value);
            }
            Effect::Forget { area, key } => {
                self.kept.remove(&(area, key));
            }
            Effect::AskAgain { .. } => {
                // A page that is asked twice in a row answers once.
                let waiting =
                    self.queue.iter().any(|e| matches!(e, Event::Page(PageEvent::Arrived { .. })));
                if !waiting {
                    self.say_everything();
                }
            }
            Effect::Read { job, depth, manifest, .. } => {
                let event = match self.case.responses.get(&job.url) {
                    None => {
                        ShellEvent::ReadFailed { job, failure: Failure::Status { status: 404 } }
                    }
                    Some(Served::Fault(failure)) => {
                        ShellEvent::ReadFailed { job, failure: failure.clone() }
                    }
                    Some(Served::Answer { status, .. }) if *status >= 400 => {
                        ShellEvent::ReadFailed { job, failure: Failure::Status { status: *status } }
                    }
                    Some(Served::Answer { status, headers, body }) => {
                        let bytes = match body {
                            Body::Text(text) => text.clone().into_bytes(),
                            Body::Media(name) => self.case.media(name)?,
                        };
                        let delivery = Delivery {
                            url: job.url.clone(),
                            final_url: job.url.clone(),
                            status: *status,
                            headers: headers.clone(),
                            fetched_at: self.now,
                        };
                        let mut reading = reading::begin(&bytes, delivery, &Limits::DEFAULT);
                        reading::add_codes(&mut reading, &bytes, depth, &Limits::DEFAULT);
                        if let Some(url) = manifest {
                            self.add_manifest(&mut reading, &url)?;
                        }
                        // Nobody checks manifests or listens in a case: they are the core's.
                        reading.close();
                        ShellEvent::Read { job, reading: Box::new(reading) }
                    }
                };
                self.queue.push_back(Event::Shell(event));
            }
            Effect::Fetch { job, url, .. } => {
                let event = match self.case.responses.get(&url) {
                    None => ShellEvent::Fetched {
                        job,
                        response: Response { status: 404, at: self.now, ..Response::default() },
                    },
                    Some(Served::Fault(failure)) => {
                        ShellEvent::FetchFailed { job, failure: failure.clone() }
                    }
                    Some(Served::Answer { status, headers, body }) => {
                        let body = match body {
                            Body::Text(text) => text.clone(),
                            Body::Media(name) => {
                                String::from_utf8_lossy(&self.case.media(name)?).into_owned()
                            }
                        };
                        let headers = headers.clone();
                        let response = Response { status: *status, headers, body, at: self.now };
                        ShellEvent::Fetched { job, response }
                    }
                };
                self.queue.push_back(Event::Shell(event));
            }
            Effect::Show { works, .. } => {
                for shown in works {
                    self.shown.insert(shown.work, shown.mark);
                }
            }
            Effect::Drop { .. }
            | Effect::Consult { .. }
            | Effect::Notify { .. }
            | Effect::Rest { .. }
            | Effect::Point { .. }
            | Effect::Badge { .. }
            | Effect::OpenReport { .. }
            | Effect::Answer { .. } => {}
        }
        Ok(())
    }

    /// The card block: what is known in the end of every work.
    fn tell(&mut self) -> Result<String, String> {
        // An engine that was rebuilt before the last event knows the works no more.
        for event in [
            PageEvent::Arrived { page: self.page.clone(), fresh: false },
            PageEvent::Seen { works: self.works.clone() },
        ] {
            self.step(Event::Page(event), false)?;
        }
        let mut out = String::new();
        let several = self.works.len() > 1;
        for work in &self.works {
            let Some(known) = self.engine.outcome(self.frame, work.id, self.now) else {
                out.push_str("nothing shown\n");
                continue;
            };
            if several {
                let _ = writeln!(out, "work {}", work.url);
            }
            tell_one(&mut out, &known);
            if !self.shown.contains_key(&work.id) {
                return Err(format!("no mark was ever shown on {}", work.url));
            }
        }
        Ok(out.trim_end().to_string())
    }
}

fn is_site_file(url: &str) -> bool {
    [".txt", ".json", ".xml"].iter().any(|ending| url.ends_with(ending)) || url.contains("api.php")
}

fn alone(url: &str) -> WorkFacts {
    WorkFacts {
        id: 1,
        kind: WorkKind::Image,
        url: url.to_string(),
        name: String::new(),
        width: 64,
        height: 48,
        visible: true,
        links: Vec::new(),
    }
}

fn tell_one(out: &mut String, known: &Known) {
    let judgement = &known.outcome.judgement;
    let face = serde_json::to_value(known.face).ok();
    let face = face.as_ref().and_then(|f| f.as_str()).unwrap_or_default();
    let _ = writeln!(out, "face  {face}");
    for u in Use::ALL {
        let Some(consent) = judgement.consent.get(&u) else { continue };
        if consent.verdict == Verdict::Unspecified {
            continue;
        }
        let basis = consent.basis.map_or("-", |b| b.token());
        let tier = consent.tier.map_or("-".to_string(), |t| format!("{t:?}"));
        let _ = write!(out, "{}  {}  {basis}  {tier}", u.token(), consent.verdict.token());
        if let Some(s) = consent.because.first().and_then(|i| judgement.statements.get(*i)) {
            let _ = write!(out, "  {} · {} · {}", s.signal, s.carrier, s.locator);
        }
        if consent.mixed {
            let _ = write!(out, "  (mixed)");
        }
        for offer in &consent.offers {
            let _ = write!(out, "  offer {offer}");
        }
        out.push('\n');
    }
    let licence = &judgement.licence;
    let mut said = Vec::new();
    said.extend(licence.uri.iter().cloned());
    said.extend(licence.spdx.iter().cloned());
    said.extend(licence.notice.iter().map(|n| format!("notice={n}")));
    if !licence.creators.is_empty() {
        said.push(format!("creators={}", licence.creators.join("; ")));
    }
    if !licence.owners.is_empty() {
        said.push(format!("owners={}", licence.owners.join("; ")));
    }
    said.extend(licence.credit.iter().map(|c| format!("credit={c}")));
    said.extend(licence.licensing_url.iter().map(|u| format!("ask={u}")));
    said.extend(licence.terms.iter().map(|t| format!("terms={t}")));
    if licence.ambiguous {
        said.push("(ambiguous)".to_string());
    }
    if !said.is_empty() {
        let _ = writeln!(out, "licence  {}", said.join("  "));
    }
    let origin = serde_json::to_value(judgement.origin.kind).ok();
    if let Some(kind) = origin.as_ref().and_then(|o| o.as_str()).filter(|k| *k != "unknown") {
        let _ = writeln!(out, "origin  {kind}");
    }
    for (signal, coverage) in &judgement.coverage {
        if matches!(coverage, Coverage::Malformed | Coverage::FetchFailed) {
            let _ = writeln!(out, "coverage  {signal}={}", coverage.token());
        }
    }
    match &known.file {
        FileState::Read(reading) => {
            for problem in &reading.problems {
                let _ = writeln!(out, "problem  {}  {}", problem.code.token(), problem.place);
            }
        }
        FileState::Failed(why) => {
            let why = serde_json::to_value(why).ok();
            let name = why.as_ref().and_then(|w| w.get("failure")).and_then(|w| w.as_str());
            let status = why.as_ref().and_then(|w| w.get("status")).map(|s| format!(" {s}"));
            let name = name.unwrap_or_default();
            let _ = writeln!(out, "failed  {name}{}", status.unwrap_or_default());
        }
        FileState::NotAsked => out.push_str("file  not asked\n"),
        FileState::Awaited => out.push_str("file  awaited\n"),
    }
    for hit in &known.hits {
        let fit = match hit.fit {
            Fit::Exact => "exact".to_string(),
            Fit::Url => "url".to_string(),
            Fit::Near { sure: true, turned: true, .. } => "near, turned".to_string(),
            Fit::Near { turned: true, .. } => "near?, turned".to_string(),
            Fit::Near { sure: true, .. } => "near".to_string(),
            Fit::Near { .. } => "near?".to_string(),
        };
        let title = hit.title.as_deref().unwrap_or(&hit.record_id);
        let _ = writeln!(out, "match  {}  {fit}  {title}", hit.registry);
    }
    for asked in &known.asked {
        let what = match &asked.answer {
            None => "awaited".to_string(),
            Some(Answer::Miss) => "miss".to_string(),
            Some(Answer::Unavailable { why, .. }) => format!("unavailable: {why}"),
            Some(Answer::Refused { why }) => format!("refused: {why}"),
            Some(Answer::Hits { .. }) => continue,
        };
        let _ = writeln!(out, "registry  {}  {what}", asked.registry);
    }
}
