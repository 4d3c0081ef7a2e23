//! Events in, effects out.
//!
//! The engine's memory is only a cache. Whatever must outlive a worker is kept
//! through [`Effect::Keep`] and given back by [`Engine::wake`]; what was lost beyond
//! that is asked for again ([`Effect::AskAgain`]): the page still knows it.

mod following;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::card::{self, Act, Tone};
use crate::freshness;
use crate::inquiry::{self, Askable, Asked, FileState, Inquiry, Outcome};
use crate::limits::{self, Limits};
use crate::message::{
    Area, DeskAnswer, DeskEvent, Effect, FetchJob, Frame, Kept, Line, PageEvent, Purpose, ReadJob,
    RegistryLine, RegistrySends, ShellEvent, Shown, SourceLine,
};
use crate::page::{Failure, Look, Millis, PageFacts, WorkFacts, WorkKind};
use crate::phrase::{Key, Phrase};
use crate::reading::{Depth, Reading};
use crate::registry::following::Followed;
use crate::registry::own_works::{OwnWork, Shelf};
use crate::registry::{Answer, Hit, Privacy, REGISTRIES, Request, Response};
use crate::report::Draft;
use crate::settings::{Mode, ReadWhen, Settings};
use crate::signal::document::{self, at_home};
use crate::signal::{self, Asset, Documents, Page, SIGNALS, SiteFacts, SiteFile};
use crate::verdict::{self, Face};

/// Readings remembered at once. One is about 4 KiB of JSON, the browser's session store 10 MB.
const READINGS: usize = 1_000;
/// Origins remembered at once; a `robots.txt` may have half a mebibyte.
const SITES: usize = 200;
/// Registry answers remembered at once.
const ANSWERS: usize = 1_000;
/// Works of one frame. A page that shows more is answered for the first ones.
const WORKS: usize = 10_000;
/// Bytes of one site file that are kept beyond the worker; larger ones are asked for again.
const KEPT_TEXT: usize = 64 << 10;
/// Bytes of JSON of all readings remembered, of the ten million that the session store holds.
const READING_BYTES: usize = 5 << 20;

/// Under what name the catalogues are kept that the reader follows.
const KEPT_FOLLOWING: &str = "following";

/// How long a frame that was asked to say everything again is left in peace, in milliseconds.
const CALL_AGAIN_MS: u64 = 2_000;

/// The broker of the extension, without a browser.
pub struct Engine {
    settings: Settings,
    own: Shelf,
    /// Catalogues that the reader follows.
    following: Vec<Followed>,
    /// What they said about files.
    consulted: BTreeMap<ReadJob, following::Consulting>,
    frames: BTreeMap<(u32, u64), FrameState>,
    files: BTreeMap<ReadJob, File>,
    sites: BTreeMap<(String, bool), Site>,
    /// Documents that works and sites name; those of private windows apart.
    documents: BTreeMap<bool, Named>,
    answers: BTreeMap<(String, bool), Told>,
    /// Registries that asked to be left alone, until when.
    rests: BTreeMap<String, Millis>,
    /// When each registry was last asked.
    asked_at: BTreeMap<String, Millis>,
    drafts: BTreeMap<String, Draft>,
    /// Frames that were asked to say everything again, and when.
    called: BTreeMap<(u32, u64), Millis>,
    /// The badge each tab wears.
    badges: BTreeMap<u32, Effect>,
}

/// Everything known about one work.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The state of its mark.
    pub face: Face,
    /// What follows.
    pub outcome: Outcome,
    /// Records found.
    pub hits: Vec<Hit>,
    /// What registries said.
    pub asked: Vec<Asked>,
    /// What became of its file.
    pub file: FileState,
}

/// One frame of one tab.
struct FrameState {
    frame: Frame,
    page: Page,
    /// The engine was rebuilt and the page has not spoken since.
    asleep: bool,
    works: BTreeMap<u32, WorkFacts>,
    hovered: Option<u32>,
    /// Registries the reader has asked about a work of this frame, by work and id.
    wanted: BTreeSet<(u32, Wish)>,
    shown: BTreeMap<u32, Shown>,
}

impl FrameState {
    /// Whether the reader wants this asked about a work.
    fn wishes(&self, work: u32, registry: &str, privacy: Privacy) -> bool {
        self.wanted.iter().any(|(about, wish)| {
            *about == work
                && match wish {
                    Wish::One(id) => id == registry,
                    Wish::All(tier) => *tier == privacy,
                }
        })
    }
}

/// What the reader wants asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    /// One registry, by its id.
    One(String),
    /// Every registry that learns no more than this by it.
    All(Privacy),
}

struct File {
    state: FileState,
    at: Millis,
    /// When it was last wanted: what was wanted least recently is forgotten first.
    used: Millis,
    /// Bytes of JSON that it takes to be kept.
    size: usize,
    /// For how many milliseconds it is good without asking the server again.
    fresh_ms: u64,
    urgency: u8,
    /// How deep it was last asked to be read.
    depth: Depth,
    /// The manifest that was last asked for along with it.
    manifest: Option<String>,
}

#[derive(Default)]
struct Site {
    facts: SiteFacts,
    awaited: BTreeSet<SiteFile>,
}

#[derive(Default)]
struct Named {
    known: Documents,
    awaited: BTreeSet<String>,
}

struct Told {
    registry: String,
    answer: Option<Answer>,
    at: Millis,
}

/// A frame as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptFrame {
    frame: Frame,
    page: PageFacts,
}

/// A site file as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptLook {
    purpose: Purpose,
    look: Look,
}

/// A registry's answer as it is kept.
#[derive(Serialize, Deserialize)]
struct KeptAnswer {
    registry: String,
    key: String,
    answer: Answer,
    at: Millis,
}

/// A file's fate as it is kept.
#[derive(Serialize, Deserialize)]
enum KeptFile {
    Read(ReadJob, Box<Reading>, Millis),
    Failed(ReadJob, Failure, Millis),
}

impl Engine {
    /// Builds the engine from what was kept. What cannot be read is left out: it was a cache,
    /// or comes from a newer version.
    pub fn wake(kept: Vec<Kept>, _now: Millis) -> Engine {
        let mut engine = Engine {
            settings: Settings::default(),
            own: Shelf::default(),
            following: Vec::new(),
            consulted: BTreeMap::new(),
            frames: BTreeMap::new(),
            files: BTreeMap::new(),
            sites: BTreeMap::new(),
            documents: BTreeMap::new(),
            answers: BTreeMap::new(),
            rests: BTreeMap::new(),
            asked_at: BTreeMap::new(),
            drafts: BTreeMap::new(),
            called: BTreeMap::new(),
            badges: BTreeMap::new(),
        };
        for item in kept {
            engine.recall(&item);
        }
        engine
    }

    fn recall(&mut self, item: &Kept) {
        fn json<T: serde::de::DeserializeOwned>(item: &Kept) -> Option<T> {
            serde_json::from_str(&item.value).ok()
        }
        let room = item.key.split('/').next().unwrap_or_default();
        match room {
            "settings" => {
                if let Some(settings) = json(item) {
                    self.settings = settings;
                }
            }
            "own" => {
                if let Some(work) = json::<OwnWork>(item) {
                    self.own.add(work);
                }
            }
            KEPT_FOLLOWING => self.following = json(item).unwrap_or_default(),
            "frame" => {
                if let Some(KeptFrame { frame, page }) = json(item) {
                    let mut state = FrameState::new(frame, page);
                    state.asleep = true;
                    self.frames.insert((frame.tab, frame.frame), state);
                }
            }
            "file" => match json(item) {
                Some(KeptFile::Read(job, reading, at)) => {
                    let file = File::known(FileState::Read(reading), at);
                    self.files.insert(job, File { size: item.value.len(), ..file });
                }
                Some(KeptFile::Failed(job, why, at)) => {
                    self.files.insert(job, File::known(FileState::Failed(why), at));
                }
                None => {}
            },
            "site" => {
                if let Some(KeptLook { purpose, look }) = json(item) {
                    self.learn(&purpose, false, look);
                }
            }
            "answer" => {
                if let Some(KeptAnswer { registry, key, answer, at }) = json(item) {
                    self.answers.insert((key, false), Told { registry, answer: Some(answer), at });
                }
            }
            "draft" => {
                if let Some(draft) = json::<Draft>(item) {
                    self.drafts.insert(draft.id.clone(), draft);
                }
            }
            _ => {}
        }
    }

    /// Something happened on a page.
    pub fn page(&mut self, from: Frame, event: PageEvent, now: Millis) -> Vec<Effect> {
        let mut out = Vec::new();
        let id = (from.tab, from.frame);
        if let PageEvent::Arrived { page, fresh } = event {
            self.arrive(from, page, fresh, &mut out);
            self.release(&mut out);
            return out;
        }
        if !self.frames.contains_key(&id) {
            // The frame said so before, to an engine that is gone.
            self.call(from, now, &mut out);
            return out;
        }
        if self.rests_on(id) {
            return vec![Effect::Rest { to: from }];
        }
        if let PageEvent::Acted { work, act: Act::Report } = event {
            let page = self.frames.get(&id).map(|f| f.page.facts().clone()).unwrap_or_default();
            self.draft(from, Some(work), None, page.url, page.title, now, &mut out);
            return out;
        }
        let works = self.take_in(id, event);
        self.release(&mut out);
        self.pursue(id, &works, now, &mut out);
        self.show(id, &works, now, &mut out);
        self.badge(from.tab, &mut out);
        out
    }

    /// Asks a frame to say everything again; once, not for every word that was lost on us.
    fn call(&mut self, to: Frame, now: Millis, out: &mut Vec<Effect>) {
        let id = (to.tab, to.frame);
        if self.called.get(&id).is_none_or(|at| now.saturating_sub(*at) >= CALL_AGAIN_MS) {
            self.called.insert(id, now);
            out.push(Effect::AskAgain { to });
        }
    }

    /// A document has come: what its frame showed before is gone.
    fn arrive(&mut self, from: Frame, page: PageFacts, fresh: bool, out: &mut Vec<Effect>) {
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
    fn take_in(&mut self, id: (u32, u64), event: PageEvent) -> Vec<u32> {
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
                    Act::Report | Act::Hand => {}
                }
                vec![id]
            }
        }
    }

    /// The browser has done something for us.
    pub fn shell(&mut self, event: ShellEvent, now: Millis) -> Vec<Effect> {
        let mut out = Vec::new();
        match event {
            ShellEvent::Read { job, reading } => {
                self.file_known(job, FileState::Read(reading), now, &mut out);
            }
            ShellEvent::ReadFailed { job, failure } => {
                self.file_known(job, FileState::Failed(failure), now, &mut out);
            }
            ShellEvent::Fetched { job, response } => self.fetched(&job, &response, now, &mut out),
            ShellEvent::FetchFailed { job, failure } => {
                self.fetch_failed(&job, failure, now, &mut out);
            }
            ShellEvent::Consulted { job, answers } => self.consulted(&job, answers, now, &mut out),
            ShellEvent::Followed { catalogues } => self.follow(catalogues, now, &mut out),
            ShellEvent::Left { tab } => {
                self.badges.remove(&tab);
                self.forget_frames(|f| f.tab == tab, &mut out);
                self.release(&mut out);
            }
            ShellEvent::Picked { frame, work, media_url, page_url, title } => {
                self.draft(frame, work, media_url, page_url, title, now, &mut out);
            }
        }
        out
    }

    fn file_known(
        &mut self,
        job: ReadJob,
        mut state: FileState,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let before = self.files.get(&job);
        let depth = before.map_or(Depth::Search, |file| file.depth);
        let manifest = before.and_then(|file| file.manifest.clone());
        if let (FileState::Failed(why), Some(File { state: FileState::Read(known), .. })) =
            (&state, before)
            && (!known.awaits.is_empty() || known.fingerprint.approximate || manifest.is_some())
        {
            // Only the rest of it has failed.
            let mut known = known.clone();
            known.give_up(why);
            if let Some(url) = manifest.as_ref().filter(|_| known.elsewhere.is_none()) {
                known.miss(url, why.clone());
            }
            state = FileState::Read(known);
        }
        // Half a reading is not kept: who finds it there would wait for the other half.
        let half = matches!(&state, FileState::Read(reading) if !reading.awaits.is_empty());
        let whole = |file: &File| file.state.reading().is_some_and(|r| r.awaits.is_empty());
        if half && self.files.get(&job).is_some_and(whole) {
            // Overtaken on its way, or begun anew: what is known whole stays in sight.
            return;
        }
        let url = job.url.clone();
        let mut file = File { depth, manifest, ..File::known(state, now) };
        let kept = match &file.state {
            FileState::Read(reading) if !half => {
                Some(KeptFile::Read(job.clone(), reading.clone(), now))
            }
            FileState::Failed(why) => Some(KeptFile::Failed(job.clone(), why.clone(), now)),
            _ => None,
        };
        if let Some(value) = kept.and_then(|kept| serde_json::to_string(&kept).ok()) {
            file.size = value.len();
            // A data: address is its own file; keeping it would keep the file.
            if !job.private && !url.starts_with("data:") {
                let key = format!("file/{url}");
                out.push(Effect::Keep { area: Area::Session, key, value });
            }
        }
        self.files.insert(job.clone(), file);
        self.make_room(&job, out);
        self.renew(|w| w.url == url, now, out);
    }

    /// Forgets what was wanted least recently, until the rest is few and small enough. What came
    /// just now stays, however large: it would be asked for again at once.
    fn make_room(&mut self, latest: &ReadJob, out: &mut Vec<Effect>) {
        let mut bytes: usize = self.files.values().map(|file| file.size).sum();
        while self.files.len() > READINGS || bytes > READING_BYTES {
            let others = self.files.iter().filter(|(job, _)| *job != latest);
            let oldest = others.min_by_key(|(_, file)| file.used).map(|(job, _)| job.clone());
            let Some(old) = oldest else { return };
            bytes -= self.files.remove(&old).map_or(0, |file| file.size);
            if !old.private {
                out.push(Effect::Forget { area: Area::Session, key: format!("file/{}", old.url) });
            }
        }
    }

    /// Takes back what is queued for works that nobody sees any more. A reading that has begun
    /// goes on; one that had not is asked for again when the work returns.
    fn release(&mut self, out: &mut Vec<Effect>) {
        let awaited = |file: &File| file.state == FileState::Awaited;
        if !self.files.values().any(awaited) {
            return;
        }
        let mut wanted = BTreeSet::new();
        for state in self.frames.values() {
            let works = state.works.values().filter(|work| self.wants(state, work).is_some());
            wanted.extend(works.map(|work| (work.url.as_str(), state.frame.private)));
        }
        let unwanted = |job: &ReadJob| !wanted.contains(&(job.url.as_str(), job.private));
        let files = self.files.iter().filter(|(job, file)| awaited(file) && unwanted(job));
        let gone: Vec<ReadJob> = files.map(|(job, _)| job.clone()).collect();
        for job in gone {
            self.files.remove(&job);
            out.push(Effect::Drop { job });
        }
    }

    /// How urgently a file of a frame is wanted, if it is.
    fn wants(&self, state: &FrameState, work: &WorkFacts) -> Option<u8> {
        match (state.hovered == Some(work.id), work.visible) {
            (true, _) => Some(0),
            (false, true) => (self.settings.read == ReadWhen::Visible).then_some(1),
            (false, false) => None,
        }
    }

    fn fetched(&mut self, job: &FetchJob, response: &Response, now: Millis, out: &mut Vec<Effect>) {
        match &job.purpose {
            Purpose::Registry { request } => {
                let answer = match REGISTRIES.iter().find(|r| r.id == request.registry) {
                    Some(registry) => (registry.read)(request, response),
                    None => Answer::Refused { why: "this registry is not known".to_string() },
                };
                self.answered(request, job.private, answer, now, out);
            }
            purpose => {
                let mime = response
                    .headers
                    .iter()
                    .find(|h| h.name.eq_ignore_ascii_case("content-type"))
                    .map(|h| h.value.clone())
                    .unwrap_or_default();
                let text =
                    || Look::Got { text: response.body.clone(), mime: mime.clone(), at: now };
                // RFC 9309, 2.3.1.3: 4xx means that there are no rules; 5xx is not an answer.
                // A document has an address of its own: what stands there is what was named.
                let by_habit = !matches!(purpose, Purpose::Document { .. });
                let look = match response.status {
                    200..=299 if by_habit && is_web_page(&mime, &response.body) => {
                        Look::Absent { at: now }
                    }
                    200..=299 => text(),
                    429 => Look::Failed { why: Failure::Status { status: 429 }, at: now },
                    400..=499 => Look::Absent { at: now },
                    status => Look::Failed { why: Failure::Status { status }, at: now },
                };
                self.site_known(purpose, job.private, look, now, out);
            }
        }
    }

    fn fetch_failed(&mut self, job: &FetchJob, why: Failure, now: Millis, out: &mut Vec<Effect>) {
        match &job.purpose {
            Purpose::Registry { request } => {
                let why = match why {
                    Failure::Silent => "no answer in time".to_string(),
                    Failure::Status { status } => format!("error {status}"),
                    Failure::Network { detail } => detail,
                    Failure::TooLarge => "the answer is too large".to_string(),
                    Failure::PrivateRedirect => "it pointed to a private address".to_string(),
                    Failure::NotAllowed => "the settings do not allow it".to_string(),
                    Failure::Crashed | Failure::Unreachable => "no connection".to_string(),
                };
                let answer = Answer::Unavailable { retry_after_ms: None, why };
                self.answered(request, job.private, answer, now, out);
            }
            purpose => {
                self.site_known(purpose, job.private, Look::Failed { why, at: now }, now, out);
            }
        }
    }

    fn site_known(
        &mut self,
        purpose: &Purpose,
        private: bool,
        look: Look,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        if let Purpose::Document { url } = purpose {
            return self.document_known(url, private, look, now, out);
        }
        let Some((file, origin)) = site_file(purpose) else { return };
        let name = file.path();
        let origin = origin.to_string();
        let small = !matches!(&look, Look::Got { text, .. } if text.len() > KEPT_TEXT);
        if !private && small {
            let kept = KeptLook { purpose: purpose.clone(), look: look.clone() };
            keep(out, Area::Session, format!("site/{origin}{name}"), &kept);
        }
        self.learn(purpose, private, look);
        while self.sites.len() > SITES {
            let Some((key, _)) = self.sites.pop_first() else { break };
            for file in SiteFile::ALL {
                out.push(Effect::Forget {
                    area: Area::Session,
                    key: format!("site/{}{}", key.0, file.path()),
                });
            }
        }
        self.renew(|w| inquiry::origin(&w.url).as_deref() == Some(origin.as_str()), now, out);
    }

    fn learn(&mut self, purpose: &Purpose, private: bool, look: Look) {
        if let Purpose::Document { url } = purpose {
            let named = self.documents.entry(private).or_default();
            named.awaited.remove(url);
            named.known.set(url.clone(), look);
        } else if let Some((file, origin)) = site_file(purpose) {
            let site = self.sites.entry((origin.to_string(), private)).or_default();
            site.awaited.remove(&file);
            site.facts.set(file, look);
        }
    }

    fn document_known(
        &mut self,
        url: &str,
        private: bool,
        look: Look,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let purpose = Purpose::Document { url: url.to_string() };
        let small = !matches!(&look, Look::Got { text, .. } if text.len() > KEPT_TEXT);
        if !private && small {
            let kept = KeptLook { purpose: purpose.clone(), look: look.clone() };
            keep(out, Area::Session, format!("site/document/{url}"), &kept);
        }
        self.learn(&purpose, private, look);
        let named = self.documents.entry(private).or_default();
        while named.known.len() > SITES {
            let Some(url) = named.known.forget_one() else { break };
            out.push(Effect::Forget { area: Area::Session, key: format!("site/document/{url}") });
        }
        // Any work may be one that names it.
        self.renew(|_| true, now, out);
    }

    fn answered(
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

    /// Looks anew at every work that something new concerns.
    fn renew(&mut self, concerns: impl Fn(&WorkFacts) -> bool, now: Millis, out: &mut Vec<Effect>) {
        let mut touched = Vec::new();
        let mut asleep = Vec::new();
        for (id, state) in &self.frames {
            if state.asleep {
                // Somebody asked for this before the engine was rebuilt, perhaps this frame.
                asleep.push(state.frame);
                continue;
            }
            let works: Vec<u32> =
                state.works.values().filter(|w| concerns(w)).map(|w| w.id).collect();
            if !works.is_empty() {
                touched.push((*id, works));
            }
        }
        for frame in asleep {
            self.call(frame, now, out);
        }
        let mut tabs = BTreeSet::new();
        for (id, works) in touched {
            if self.rests_on(id) {
                continue;
            }
            self.pursue(id, &works, now, out);
            self.show(id, &works, now, out);
            tabs.insert(id.0);
        }
        for tab in tabs {
            self.badge(tab, out);
        }
    }

    /// Whether the reader has switched off the site of a frame, or of the tab it stands in.
    fn rests_on(&self, id: (u32, u64)) -> bool {
        let off = |f: &FrameState| {
            let site = inquiry::site(&f.page.url);
            self.settings.sites_off.contains(&site)
        };
        [(id.0, 0), id].iter().any(|key| self.frames.get(key).is_some_and(off))
    }

    /// Asks for whatever is still missing about these works.
    fn pursue(&mut self, id: (u32, u64), works: &[u32], now: Millis, out: &mut Vec<Effect>) {
        let Some(state) = self.frames.get(&id) else { return };
        let private = state.frame.private;
        let mut wants = Vec::new();
        for work in works.iter().filter_map(|w| state.works.get(w)) {
            if let Some(urgency) = self.wants(state, work) {
                wants.push((work.clone(), urgency));
            }
        }
        for (work, urgency) in wants {
            let manifest = self.manifest_due(id, &work);
            self.want_file(&work, private, urgency, manifest, now, out);
            self.want_site(&work.url, private, now, out);
            self.want_documents(id, &work, now, out);
            self.want_catalogues(id, &work, private, urgency, now, out);
            if urgency == 0 {
                self.want_registries(id, &work, private, now, out);
            }
        }
    }

    fn want_file(
        &mut self,
        work: &WorkFacts,
        private: bool,
        urgency: u8,
        manifest: Option<String>,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let job = ReadJob { url: work.url.clone(), private };
        let mut depth = Depth::Search;
        if let Some(file) = self.files.get_mut(&job) {
            file.used = now;
        }
        if let Some(file) = self.files.get(&job) {
            let age = now.saturating_sub(file.at);
            // A worker that died took the question with it.
            let under_way =
                file.urgency <= urgency && age < u64::from(limits::FETCH_TIMEOUT_MS) * 4;
            let good = match &file.state {
                FileState::NotAsked => false,
                FileState::Awaited => under_way,
                FileState::Read(reading) if !reading.awaits.is_empty() => under_way,
                FileState::Read(reading) => {
                    depth = self.depth_for(reading, urgency).max(file.depth);
                    let had = |url: &String| {
                        let asked = reading.elsewhere.as_ref().is_some_and(|e| e.url == *url);
                        asked || (file.manifest.as_ref() == Some(url) && under_way)
                    };
                    age < file.fresh_ms && depth == file.depth && manifest.as_ref().is_none_or(had)
                }
                FileState::Failed(_) => (age as f64) < limits::FAILURE_FRESH_MS,
            };
            if good {
                return;
            }
        }
        if !inquiry::readable(&work.url) {
            let state = FileState::Failed(Failure::Unreachable);
            self.files.insert(job, File { urgency, ..File::known(state, now) });
            return;
        }
        let known = self.files.get(&job).and_then(|file| file.state.reading());
        let enough =
            |r: &&Reading| r.whole() && (depth == Depth::Search || !r.fingerprint.approximate);
        let known = known.filter(enough).map(|reading| Box::new(reading.to_take_over()));
        out.push(Effect::Read {
            job: job.clone(),
            accept: work.kind.accept().to_string(),
            max_bytes: Limits::DEFAULT.file_bytes as u32,
            timeout_ms: limits::FETCH_TIMEOUT_MS,
            urgency,
            depth,
            known,
            manifest: manifest.clone(),
            trusted: self.settings.trusted.clone(),
        });
        // What was known stays in sight until the new reading comes.
        let known = matches!(self.files.get(&job).map(|f| &f.state), Some(FileState::Read(_)));
        if !known {
            let state = FileState::Awaited;
            let known = File::known(state, now);
            self.files.insert(job, File { urgency, depth, manifest, ..known });
        } else if let Some(file) = self.files.get_mut(&job) {
            file.at = now;
            file.manifest = manifest;
            file.urgency = urgency;
            file.depth = depth;
        }
    }

    /// The address of the manifest of a work, when it lies apart from the file and may be asked
    /// for: by itself where work or page lie, elsewhere when the reader has pressed the button.
    fn manifest_due(&self, id: (u32, u64), work: &WorkFacts) -> Option<String> {
        let state = self.frames.get(&id)?;
        let private = state.frame.private;
        let job = ReadJob { url: work.url.clone(), private };
        let nothing = Nothing::default();
        let url = signal::c2pa::remote(&Asset {
            url: &work.url,
            reading: Some(self.files.get(&job)?.state.reading()?),
            page: Some(&state.page),
            work: Some(work),
            site: &nothing.site,
            documents: &nothing.documents,
        })?;
        let pressed = state.wishes(work.id, document::ID, Privacy::Address);
        let by_itself = !private && self.settings.site_files;
        let home = at_home(&url, &work.url, Some(&state.page.url));
        (pressed || (home && by_itself)).then_some(url)
    }

    /// How deep a file must be read: the long road is for what somebody looks at, and for what
    /// may be one of the reader's own works.
    fn depth_for(&self, known: &Reading, urgency: u8) -> Depth {
        let print = &known.fingerprint;
        let looked_at = urgency == 0;
        if print.approximate && (looked_at || !self.own.find(print).is_empty()) {
            Depth::Exact
        } else {
            Depth::Search
        }
    }

    fn want_site(&mut self, url: &str, private: bool, now: Millis, out: &mut Vec<Effect>) {
        if private || !self.settings.site_files {
            return;
        }
        let Some(origin) = inquiry::origin(url) else { return };
        let site = self.sites.entry((origin.clone(), private)).or_default();
        let good = |look: &Look| {
            inquiry::fresh(look, now, limits::SITE_FRESH_MS, limits::FAILURE_FRESH_MS)
        };
        for file in SiteFile::ALL.into_iter().filter(|file| site.facts.wants(*file)) {
            if !good(site.facts.look(file)) && site.awaited.insert(file) {
                let purpose = purpose_of(file, origin.clone());
                let url = format!("{origin}{}", file.path());
                out.push(fetch_text(FetchJob { purpose, private }, url));
            }
        }
    }

    /// Asks for licences and policies that are named for a work: by itself where work or page
    /// lie, elsewhere when the reader has pressed the button.
    fn want_documents(
        &mut self,
        id: (u32, u64),
        work: &WorkFacts,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let nothing = Nothing::default();
        let Some(state) = self.frames.get(&id) else { return };
        let private = state.frame.private;
        let pressed = state.wishes(work.id, document::ID, Privacy::Address);
        let by_itself = !private && self.settings.site_files;
        let named = self.documents.get(&private);
        let known = named.map_or(&nothing.documents, |n| &n.known);
        let due: Vec<String> = self
            .named(state, work, &nothing)
            .into_iter()
            .filter(|url| {
                let look = known.look(url);
                let good =
                    inquiry::fresh(look, now, limits::SITE_FRESH_MS, limits::FAILURE_FRESH_MS);
                let home = at_home(url, &work.url, Some(&state.page.url));
                !good && (pressed || (home && by_itself))
            })
            .filter(|url| !named.is_some_and(|n| n.awaited.contains(url)))
            .collect();
        for url in due {
            self.documents.entry(private).or_default().awaited.insert(url.clone());
            let purpose = Purpose::Document { url: url.clone() };
            out.push(fetch_text(FetchJob { purpose, private }, url));
        }
    }

    /// Puts at most one question at a time to each registry, and only what the reader allows.
    fn want_registries(
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
    fn told(&self, request: &Request, private: bool, now: Millis) -> Option<&Told> {
        self.answers.get(&(answer_key(request), private)).filter(|told| told.good(now))
    }

    /// The addresses of documents that are named for a work.
    fn named(&self, state: &FrameState, work: &WorkFacts, nothing: &Nothing) -> BTreeSet<String> {
        let private = state.frame.private;
        let job = ReadJob { url: work.url.clone(), private };
        let site = inquiry::origin(&work.url).and_then(|o| self.sites.get(&(o, private)));
        signal::wanted(&Asset {
            url: &work.url,
            reading: self.files.get(&job).and_then(|f| f.state.reading()),
            page: Some(&state.page),
            work: Some(work),
            site: site.map_or(&nothing.site, |s| &s.facts),
            // What a document says names no further one.
            documents: &nothing.documents,
        })
    }

    /// Everything known about one work.
    fn inquire<'a>(
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
        };
        if let Some(named) = named.filter(|n| !n.awaited.is_empty()) {
            let asked = self.named(state, work, nothing);
            inquiry.site_awaited |= asked.iter().any(|url| named.awaited.contains(url));
        }
        inquiry
    }

    /// Shows what has changed about these works.
    fn show(&mut self, id: (u32, u64), works: &[u32], now: Millis, out: &mut Vec<Effect>) {
        let nothing = Nothing::default();
        let mut news = Vec::new();
        let Some(state) = self.frames.get(&id) else { return };
        for work in works.iter().filter_map(|w| state.works.get(w)) {
            let inquiry = self.inquire(state, work, &nothing, now);
            let outcome = inquiry.conclude();
            let card = (state.hovered == Some(work.id)).then(|| card::draw(&inquiry, &outcome));
            let awaited = outcome.awaited;
            let mark = card::mark(&inquiry, &outcome);
            let shown = Shown { work: work.id, mark, awaited, card };
            if state.shown.get(&work.id) != Some(&shown) {
                news.push(shown);
            }
        }
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
    fn survey(&self, tab: u32, now: Millis) -> Vec<(Face, Line)> {
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

    /// Sets the badge of a tab, when it has changed.
    fn badge(&mut self, tab: u32, out: &mut Vec<Effect>) {
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
        let title = order
            .into_iter()
            .fold(Phrase::from(Key::BadgeTitle), |p, t| p.with(count(t).to_string()));
        let badge = Effect::Badge { tab, text, tone: worst, title };
        if self.badges.get(&tab) != Some(&badge) {
            self.badges.insert(tab, badge.clone());
            out.push(badge);
        }
    }

    fn forget_frames(&mut self, gone: impl Fn(&Frame) -> bool, out: &mut Vec<Effect>) {
        let ids: Vec<(u32, u64)> =
            self.frames.iter().filter(|(_, f)| gone(&f.frame)).map(|(id, _)| *id).collect();
        for id in ids {
            if let Some(state) = self.frames.remove(&id) {
                out.push(Effect::Forget { area: Area::Session, key: frame_key(state.frame) });
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn draft(
        &mut self,
        frame: Frame,
        work: Option<WorkFacts>,
        media_url: Option<String>,
        page_url: String,
        title: String,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let nothing = Nothing::default();
        let unknown = FrameState::new(
            frame,
            PageFacts { url: page_url.clone(), title, ..PageFacts::default() },
        );
        let state = self.frames.get(&(frame.tab, frame.frame)).unwrap_or(&unknown);
        // The browser's own word for the address wins: the page may have moved things since.
        let named = media_url.map(|url| {
            let known = work.iter().chain(state.works.values()).find(|w| w.url == url);
            known.cloned().unwrap_or_else(|| only_address(url))
        });
        let work = named.or(work);
        let id = format!("{now}-{}-{}", frame.tab, self.drafts.len());
        let mut draft = Draft {
            id: id.clone(),
            at: now,
            page: state.page.facts().clone(),
            work: work.clone(),
            reading: None,
            failure: None,
            statements: Vec::new(),
            card: None,
        };
        // Of a whole page: what it says about itself.
        let whole = only_address(draft.page.url.clone());
        let inquiry = self.inquire(state, work.as_ref().unwrap_or(&whole), &nothing, now);
        let outcome = inquiry.conclude();
        draft.statements = verdict::strongest_first(&outcome.judgement)
            .into_iter()
            .filter_map(|i| outcome.judgement.statements.get(i).cloned())
            .collect();
        if work.is_some() {
            draft.card = Some(card::draw(&inquiry, &outcome));
            match inquiry.file {
                FileState::Read(reading) => draft.reading = Some(reading.as_ref().clone()),
                FileState::Failed(why) => draft.failure = Some(why.clone()),
                FileState::NotAsked | FileState::Awaited => {}
            }
        }
        // The reader asked for it, so it is kept even from a private window: in memory only.
        keep(out, Area::Session, format!("draft/{id}"), &draft);
        self.drafts.insert(id.clone(), draft);
        out.push(Effect::OpenReport { id });
    }

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
            DeskEvent::DraftAsked { id } => {
                DeskAnswer::Draft { draft: self.drafts.get(&id).cloned().map(Box::new) }
            }
        };
        out.push(Effect::Answer { answer: Box::new(answer) });
        out
    }

    /// The popup wants to know more about one work: the same as resting on it on the page.
    fn look_closer(
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

    fn card(&self, frame: Frame, work: u32, now: Millis) -> Option<card::Card> {
        let nothing = Nothing::default();
        let state = self.frames.get(&(frame.tab, frame.frame))?;
        let inquiry = self.inquire(state, state.works.get(&work)?, &nothing, now);
        let outcome = inquiry.conclude();
        Some(card::draw(&inquiry, &outcome))
    }

    fn options(&self) -> DeskAnswer {
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
                        mode: inquiry::mode(&self.settings, r.id, *privacy, false),
                    })
                    .collect(),
                endpoint: inquiry::endpoint(&self.settings, r),
                takes_address: r.takes_address,
                has_media: !r.media_host.is_empty(),
                wants_key: r.wants_key,
            })
            .collect();
        let mut own_works: Vec<OwnWork> = self.own.works().to_vec();
        own_works.sort_by_key(|w| std::cmp::Reverse(w.added_at));
        DeskAnswer::Options { settings: self.settings.clone(), sources, registries, own_works }
    }

    /// Forgets what manifests were worth: another list of trusted certificates is in force.
    fn forget_checked(&mut self, out: &mut Vec<Effect>) {
        let checked = |file: &File| file.state.reading().is_some_and(|r| r.metadata.c2pa.is_some());
        let gone = self.files.extract_if(.., |_, file| checked(file));
        out.extend(gone.filter(|(job, _)| !job.private).map(|(job, _)| Effect::Forget {
            area: Area::Session,
            key: format!("file/{}", job.url),
        }));
    }

    fn change(&mut self, settings: Settings, now: Millis, out: &mut Vec<Effect>) {
        keep(out, Area::Local, "settings".to_string(), &settings);
        if self.settings.trusted != settings.trusted {
            self.forget_checked(out);
        }
        let before: BTreeMap<(u32, u64), bool> =
            self.frames.keys().map(|id| (*id, self.rests_on(*id))).collect();
        self.settings = settings;
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

impl FrameState {
    fn new(frame: Frame, page: PageFacts) -> Self {
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

    fn meet(&mut self, work: WorkFacts) {
        if self.works.get(&work.id).is_some_and(|known| known.url != work.url) {
            self.shown.remove(&work.id);
        }
        self.works.insert(work.id, work);
    }
}

impl File {
    fn known(state: FileState, at: Millis) -> File {
        let fresh_ms = state.reading().map_or(0, |r| freshness::fresh_ms(&r.delivery));
        File {
            state,
            at,
            used: at,
            size: 0,
            fresh_ms,
            urgency: 2,
            depth: Depth::Search,
            manifest: None,
        }
    }
}

impl FileState {
    fn reading(&self) -> Option<&Reading> {
        match self {
            FileState::Read(reading) => Some(reading),
            _ => None,
        }
    }
}

impl Told {
    /// Whether it still stands. A question without an answer stands until it must have failed.
    fn good(&self, now: Millis) -> bool {
        let age = now.saturating_sub(self.at) as f64;
        age < match self.answer {
            None => f64::from(limits::FETCH_TIMEOUT_MS) * 2.0,
            Some(Answer::Hits { .. }) => limits::HIT_FRESH_MS,
            Some(Answer::Miss) => limits::MISS_FRESH_MS,
            Some(Answer::Unavailable { .. } | Answer::Refused { .. }) => limits::FAILURE_FRESH_MS,
        }
    }
}

/// What is known where nothing is known.
struct Nothing {
    file: FileState,
    site: SiteFacts,
    documents: Documents,
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

/// A work of which nothing is known but its address.
fn only_address(url: String) -> WorkFacts {
    WorkFacts {
        id: 0,
        kind: WorkKind::Image,
        url,
        name: String::new(),
        width: 0,
        height: 0,
        visible: true,
        links: Vec::new(),
    }
}

fn keep<T: Serialize>(out: &mut Vec<Effect>, area: Area, key: String, value: &T) {
    if let Ok(value) = serde_json::to_string(value) {
        out.push(Effect::Keep { area, key, value });
    }
}

/// The order of the popup's list: what forbids first, then what is not known, then the rest.
fn seriousness(face: Face) -> u8 {
    match face {
        Face::Denied => 0,
        Face::Conditions => 1,
        Face::Unknown => 2,
        Face::Allowed => 3,
        Face::Silent => 4,
    }
}

fn frame_key(frame: Frame) -> String {
    format!("frame/{}/{}", frame.tab, frame.frame)
}

fn answer_key(request: &Request) -> String {
    format!("{}/{}", request.registry, request.key)
}

fn site_file(purpose: &Purpose) -> Option<(SiteFile, &str)> {
    Some(match purpose {
        Purpose::Robots { origin } => (SiteFile::Robots, origin),
        Purpose::Tdmrep { origin } => (SiteFile::Tdmrep, origin),
        Purpose::AiTxt { origin } => (SiteFile::AiTxt, origin),
        Purpose::TrustTxt { origin, well_known: false } => (SiteFile::TrustTxt, origin),
        Purpose::TrustTxt { origin, well_known: true } => (SiteFile::TrustTxtWellKnown, origin),
        Purpose::Document { .. } | Purpose::Registry { .. } => return None,
    })
}

fn purpose_of(file: SiteFile, origin: String) -> Purpose {
    match file {
        SiteFile::Robots => Purpose::Robots { origin },
        SiteFile::Tdmrep => Purpose::Tdmrep { origin },
        SiteFile::AiTxt => Purpose::AiTxt { origin },
        SiteFile::TrustTxt => Purpose::TrustTxt { origin, well_known: false },
        SiteFile::TrustTxtWellKnown => Purpose::TrustTxt { origin, well_known: true },
    }
}

/// A text file of a site, or one that it names.
fn fetch_text(job: FetchJob, url: String) -> Effect {
    Effect::Fetch {
        wait_ms: 0,
        job,
        url,
        headers: Vec::new(),
        max_bytes: Limits::DEFAULT.text_bytes as u32,
        timeout_ms: limits::FETCH_TIMEOUT_MS,
    }
}

/// A server that answers every unknown path with its front page has no such file.
fn is_web_page(mime: &str, body: &str) -> bool {
    let start: String = body.trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
    mime.to_ascii_lowercase().contains("html")
        || start.starts_with("<!doctype html")
        || start.starts_with("<html")
}

/// The key of the oldest entry, when there are more than `most`.
fn oldest<K: Clone + Ord, V>(
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
    use super::*;
    use crate::reading::{Delivery, Step};
    use crate::vocabulary::ProblemCode;

    const NOW: Millis = 1_800_000_000_000;

    fn frame(private: bool) -> Frame {
        Frame { tab: 1, frame: 0, private }
    }

    fn work(id: u32, url: &str) -> WorkFacts {
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

    fn arrived(url: &str) -> PageEvent {
        let page = PageFacts { url: url.to_string(), ..PageFacts::default() };
        PageEvent::Arrived { page, fresh: true }
    }

    fn open(private: bool) -> Engine {
        let mut engine = Engine::wake(Vec::new(), NOW);
        engine.page(frame(private), arrived("https://page.example/"), NOW);
        engine
    }

    fn see(engine: &mut Engine, private: bool, url: &str) -> Vec<Effect> {
        engine.page(frame(private), PageEvent::Seen { works: vec![work(1, url)] }, NOW)
    }

    fn fetches(effects: &[Effect]) -> Vec<&str> {
        let url = |e: &'_ Effect| matches!(e, Effect::Fetch { .. });
        effects
            .iter()
            .filter(|e| url(e))
            .filter_map(
                |e| if let Effect::Fetch { url, .. } = e { Some(url.as_str()) } else { None },
            )
            .collect()
    }

    fn reads(effects: &[Effect]) -> usize {
        effects.iter().filter(|e| matches!(e, Effect::Read { .. })).count()
    }

    fn read(url: &str, private: bool) -> ShellEvent {
        let delivery = Delivery { url: url.to_string(), status: 200, ..Delivery::default() };
        let reading = Reading { delivery, ..Reading::default() };
        ShellEvent::Read {
            job: ReadJob { url: url.to_string(), private },
            reading: Box::new(reading),
        }
    }

    #[test]
    fn an_unknown_frame_is_asked_to_say_everything() {
        let mut engine = Engine::wake(Vec::new(), NOW);
        let effects = see(&mut engine, false, "https://a.example/x.jpg");
        assert_eq!(effects, vec![Effect::AskAgain { to: frame(false) }]);
    }

    #[test]
    fn a_visible_work_is_read_once_and_its_origin_asked_once() {
        let mut engine = open(false);
        let effects = see(&mut engine, false, "https://a.example/x.jpg");
        assert_eq!(reads(&effects), 1);
        let files = [
            "https://a.example/robots.txt",
            "https://a.example/.well-known/tdmrep.json",
            "https://a.example/ai.txt",
            "https://a.example/trust.txt",
        ];
        assert_eq!(fetches(&effects), files);
        let effects = see(&mut engine, false, "https://a.example/x.jpg");
        assert_eq!((reads(&effects), fetches(&effects).len()), (0, 0));
        let effects = see(&mut engine, false, "https://a.example/y.jpg");
        assert_eq!((reads(&effects), fetches(&effects).len()), (1, 0));
    }

    #[test]
    fn site_files_are_not_asked_for_where_the_settings_say_so() {
        let mut engine = open(false);
        engine.settings.site_files = false;
        let effects = see(&mut engine, false, "https://a.example/x.jpg");
        assert_eq!((reads(&effects), fetches(&effects).len()), (1, 0));
    }

    fn names_a_licence(address: &str, private: bool) -> (Engine, Vec<Effect>) {
        let mut engine = open(private);
        see(&mut engine, private, "https://a.example/x.jpg");
        let mut event = read("https://a.example/x.jpg", private);
        if let ShellEvent::Read { reading, .. } = &mut event {
            reading.delivery.headers.push(crate::page::Header {
                name: "link".to_string(),
                value: format!("<{address}>; rel=license; type=\"application/rsl+xml\""),
            });
        }
        let effects = engine.shell(event, NOW);
        (engine, effects)
    }

    #[test]
    fn a_licence_on_the_works_own_host_is_asked_for_once() {
        let licence = "https://a.example/rsl.xml";
        let (mut engine, effects) = names_a_licence(licence, false);
        assert_eq!(fetches(&effects), [licence]);
        assert!(engine.outcome(frame(false), 1, NOW).unwrap().outcome.awaited);
        assert!(fetches(&see(&mut engine, false, "https://a.example/x.jpg")).is_empty());
        let purpose = Purpose::Document { url: licence.to_string() };
        let job = FetchJob { purpose, private: false };
        let body = "<rsl xmlns=\"https://rslstandard.org/rsl\"><content url=\"/\"><license><prohibits \
            type=\"usage\">ai-train</prohibits></license></content></rsl>";
        let response = Response { status: 200, body: body.to_string(), ..Response::default() };
        engine.shell(ShellEvent::Fetched { job, response }, NOW);
        let known = engine.outcome(frame(false), 1, NOW).unwrap();
        assert_eq!(known.face, Face::Denied);
        let day = limits::SITE_FRESH_MS as Millis;
        let hovered = || PageEvent::Hovered { work: work(1, "https://a.example/x.jpg") };
        let effects = engine.page(frame(false), hovered(), NOW + day - 1);
        assert!(!fetches(&effects).contains(&licence));
        let effects = engine.page(frame(false), hovered(), NOW + day + 1);
        assert!(fetches(&effects).contains(&licence), "the next day it is asked for again");
    }

    #[test]
    fn a_licence_elsewhere_is_asked_for_only_when_the_button_was_pressed() {
        let licence = "https://collective.example/rsl.xml";
        let (mut engine, effects) = names_a_licence(licence, false);
        assert!(fetches(&effects).is_empty());
        assert_eq!(engine.outcome(frame(false), 1, NOW).unwrap().face, Face::Unknown);
        let act = Act::Ask { registry: document::ID.to_string() };
        let acted = PageEvent::Acted { work: work(1, "https://a.example/x.jpg"), act };
        assert_eq!(fetches(&engine.page(frame(false), acted, NOW)), [licence]);
    }

    #[test]
    fn in_private_windows_and_with_site_files_off_no_licence_is_asked_for() {
        let licence = "https://a.example/rsl.xml";
        assert!(fetches(&names_a_licence(licence, true).1).is_empty());
        let (mut engine, _) = names_a_licence(licence, false);
        engine.documents.clear();
        engine.settings.site_files = false;
        assert!(fetches(&see(&mut engine, false, "https://a.example/x.jpg")).is_empty());
    }

    /// The manifests that are to be got along with files.
    fn manifests(effects: &[Effect]) -> Vec<&str> {
        let of = |e: &'_ Effect| matches!(e, Effect::Read { manifest: Some(_), .. });
        let wanted = effects.iter().filter(|e| of(e));
        wanted
            .filter_map(|e| match e {
                Effect::Read { manifest, .. } => manifest.as_deref(),
                _ => None,
            })
            .collect()
    }

    /// A file whose answer names a manifest elsewhere; `attached` when that came along.
    fn names_a_manifest(manifest: &str, private: bool, attached: bool) -> ShellEvent {
        let mut event = read("https://a.example/x.jpg", private);
        if let ShellEvent::Read { reading, .. } = &mut event {
            let value = format!("<{manifest}>; rel=\"c2pa-manifest\"");
            reading.delivery.headers.push(crate::page::Header { name: "link".to_string(), value });
            if attached {
                reading.attach(manifest, b"", &Limits::DEFAULT);
                reading.awaits.clear();
            }
        }
        event
    }

    fn with_manifest(manifest: &str, private: bool) -> (Engine, Vec<Effect>) {
        let mut engine = open(private);
        see(&mut engine, private, "https://a.example/x.jpg");
        let effects = engine.shell(names_a_manifest(manifest, private, false), NOW);
        (engine, effects)
    }

    #[test]
    fn a_manifest_on_the_works_own_host_is_had_once() {
        let manifest = "https://a.example/x.c2pa";
        let (mut engine, effects) = with_manifest(manifest, false);
        assert_eq!(manifests(&effects), [manifest]);
        let again = see(&mut engine, false, "https://a.example/x.jpg");
        assert!(manifests(&again).is_empty(), "it is under way");
        let effects = engine.shell(names_a_manifest(manifest, false, true), NOW);
        assert_eq!(reads(&effects), 0, "{effects:?}");
        let again = see(&mut engine, false, "https://a.example/x.jpg");
        assert_eq!(reads(&again), 0, "{again:?}");
    }

    #[test]
    fn a_manifest_elsewhere_is_had_only_when_the_button_was_pressed() {
        let manifest = "https://credentials.example/x.c2pa";
        let (mut engine, effects) = with_manifest(manifest, false);
        assert!(manifests(&effects).is_empty());
        let act = Act::Ask { registry: document::ID.to_string() };
        let acted = PageEvent::Acted { work: work(1, "https://a.example/x.jpg"), act };
        assert_eq!(manifests(&engine.page(frame(false), acted, NOW)), [manifest]);
        let at_home = "https://a.example/x.c2pa";
        assert!(manifests(&with_manifest(at_home, true).1).is_empty(), "a private window");
    }

    #[test]
    fn a_file_that_could_not_be_had_again_keeps_what_was_read_of_it() {
        let manifest = "https://a.example/x.c2pa";
        let (mut engine, _) = with_manifest(manifest, false);
        let job = ReadJob { url: "https://a.example/x.jpg".to_string(), private: false };
        let failure = Failure::Silent;
        engine.shell(ShellEvent::ReadFailed { job, failure: failure.clone() }, NOW);
        let FileState::Read(reading) = engine.outcome(frame(false), 1, NOW).unwrap().file else {
            panic!("what was read is lost");
        };
        let elsewhere = reading.elsewhere.unwrap();
        assert_eq!((elsewhere.url.as_str(), elsewhere.failure), (manifest, Some(failure)));
    }

    #[test]
    fn whom_the_reader_trusts_goes_with_the_order_and_a_change_has_manifests_checked_anew() {
        let manifest = "https://a.example/x.c2pa";
        let (mut engine, _) = with_manifest(manifest, false);
        engine.shell(names_a_manifest(manifest, false, true), NOW);
        let settings = Settings { trusted: "PEM".to_string(), ..Settings::default() };
        let effects = engine.desk(DeskEvent::SettingsChanged { settings }, NOW);
        let key = "file/https://a.example/x.jpg".to_string();
        assert!(effects.contains(&Effect::Forget { area: Area::Session, key }));
        let told = |e: &Effect| matches!(e, Effect::Read { trusted, .. } if trusted == "PEM");
        assert!(effects.iter().any(told), "{effects:?}");
    }

    #[test]
    fn a_private_window_keeps_nothing_and_asks_no_site_file() {
        let mut engine = open(true);
        let mut effects = engine.page(frame(true), arrived("https://page.example/2"), NOW);
        effects.extend(see(&mut engine, true, "https://a.example/x.jpg"));
        effects.extend(engine.shell(read("https://a.example/x.jpg", true), NOW));
        assert!(fetches(&effects).is_empty());
        assert!(!effects.iter().any(|e| matches!(e, Effect::Keep { .. })), "{effects:?}");
    }

    fn part(url: &str) -> ShellEvent {
        let mut part = read(url, false);
        if let ShellEvent::Read { reading, .. } = &mut part {
            reading.awaits = vec![Step::Codes];
        }
        part
    }

    fn known(engine: &Engine) -> Known {
        engine.outcome(frame(false), 1, NOW).unwrap()
    }

    #[test]
    fn half_a_reading_is_shown_at_once_and_not_kept() {
        let mut engine = open(false);
        let url = "https://a.example/x.jpg";
        see(&mut engine, false, url);
        let effects = engine.shell(part(url), NOW);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Keep { .. })));
        assert!(known(&engine).outcome.awaited);
        assert_eq!(reads(&see(&mut engine, false, url)), 0, "it is still being read");
        let effects = engine.shell(read(url, false), NOW);
        assert!(effects.iter().any(|e| matches!(e, Effect::Keep { .. })));
        let late = engine.shell(part(url), NOW);
        assert_eq!(late, Vec::new(), "a part that was overtaken changes nothing");
    }

    #[test]
    fn what_was_read_before_the_worker_stopped_stays() {
        let mut engine = open(false);
        let url = "https://a.example/x.jpg";
        see(&mut engine, false, url);
        engine.shell(part(url), NOW);
        let job = ReadJob { url: url.to_string(), private: false };
        engine.shell(ShellEvent::ReadFailed { job, failure: Failure::Crashed }, NOW);
        let FileState::Read(reading) = known(&engine).file else { panic!("lost") };
        assert_eq!(reading.awaits, Vec::new());
        assert_eq!(reading.problems[0].code, ProblemCode::Unreadable);
    }

    #[test]
    fn a_picture_found_on_the_short_road_is_read_exactly_once_somebody_looks() {
        let mut engine = open(false);
        let url = "https://a.example/x.jpg";
        see(&mut engine, false, url);
        let approximate = |approximate| {
            let mut event = read(url, false);
            if let ShellEvent::Read { reading, .. } = &mut event {
                reading.fingerprint.approximate = approximate;
            }
            event
        };
        assert_eq!(reads(&engine.shell(approximate(true), NOW)), 0);
        let hover = || PageEvent::Hovered { work: work(1, url) };
        let effects = engine.page(frame(false), hover(), NOW);
        assert!(effects.iter().any(|e| matches!(e, Effect::Read { depth: Depth::Exact, .. })));
        assert_eq!(reads(&engine.page(frame(false), hover(), NOW)), 0, "it is under way");
        assert_eq!(reads(&engine.shell(approximate(false), NOW)), 0);
        assert_eq!(reads(&engine.page(frame(false), hover(), NOW)), 0);
    }

    fn drops(effects: &[Effect]) -> Vec<String> {
        let url = |e: &Effect| match e {
            Effect::Drop { job } => Some(job.url.clone()),
            _ => None,
        };
        effects.iter().filter_map(url).collect()
    }

    fn seen(id: u32, url: &str, visible: bool) -> PageEvent {
        PageEvent::Seen { works: vec![WorkFacts { visible, ..work(id, url) }] }
    }

    #[test]
    fn what_scrolls_away_before_its_turn_is_taken_back_and_asked_for_when_it_returns() {
        let mut engine = open(false);
        let url = "https://a.example/x.jpg";
        assert_eq!(reads(&engine.page(frame(false), seen(1, url, true), NOW)), 1);
        let effects = engine.page(frame(false), seen(1, url, false), NOW);
        assert_eq!((drops(&effects), reads(&effects)), (vec![url.to_string()], 0));
        assert_eq!(reads(&engine.page(frame(false), seen(1, url, true), NOW)), 1);
        // It had begun after all: the answer counts, and nothing is asked for again.
        engine.page(frame(false), seen(1, url, false), NOW);
        engine.shell(read(url, false), NOW);
        assert_eq!(reads(&engine.page(frame(false), seen(1, url, true), NOW)), 0);
        assert!(drops(&engine.page(frame(false), seen(1, url, false), NOW)).is_empty());
    }

    #[test]
    fn what_somebody_else_still_sees_or_rests_on_is_not_taken_back() {
        let mut engine = open(false);
        let url = "https://a.example/x.jpg";
        engine.page(frame(false), seen(1, url, true), NOW);
        engine.page(frame(false), seen(2, url, true), NOW);
        assert!(drops(&engine.page(frame(false), seen(1, url, false), NOW)).is_empty());
        engine.page(frame(false), PageEvent::Hovered { work: work(2, url) }, NOW);
        assert!(drops(&engine.page(frame(false), seen(2, url, false), NOW)).is_empty());
        let gone = PageEvent::Gone { works: vec![1, 2] };
        assert_eq!(drops(&engine.page(frame(false), gone, NOW)), [url]);
    }

    #[test]
    fn a_page_that_is_left_takes_its_questions_along() {
        let url = "https://a.example/x.jpg";
        let mut engine = open(false);
        see(&mut engine, false, url);
        assert_eq!(drops(&engine.shell(ShellEvent::Left { tab: 1 }, NOW)), [url]);
        let mut engine = open(false);
        see(&mut engine, false, url);
        let next = arrived("https://page.example/next");
        assert_eq!(drops(&engine.page(frame(false), next, NOW)), [url]);
    }

    fn served(url: &str, header: (&str, &str)) -> ShellEvent {
        let mut event = read(url, false);
        if let ShellEvent::Read { reading, .. } = &mut event {
            let (name, value) = (header.0.to_string(), header.1.to_string());
            reading.delivery.status = 200;
            reading.delivery.fetched_at = NOW;
            reading.delivery.headers = vec![crate::page::Header { name, value }];
        }
        event
    }

    #[test]
    fn a_reading_serves_as_long_as_the_server_says() {
        let url = "https://a.example/x.jpg";
        let minutes = |header, minutes: u64| {
            let mut engine = open(false);
            see(&mut engine, false, url);
            engine.shell(served(url, header), NOW);
            let then = NOW + minutes * 60_000;
            let effects = engine.page(frame(false), seen(1, url, true), then);
            assert_ne!(known(&engine).file, FileState::Awaited, "what was known stays in sight");
            reads(&effects)
        };
        let hour = ("cache-control", "max-age=3600");
        assert_eq!((minutes(hour, 59), minutes(hour, 61)), (0, 1));
        let never = ("cache-control", "no-store");
        assert_eq!((minutes(never, 0), minutes(never, 2)), (0, 1));
        let unsaid = ("etag", "1");
        assert_eq!((minutes(unsaid, 9), minutes(unsaid, 11)), (0, 1));
    }

    #[test]
    fn a_later_reading_is_told_what_was_known_of_the_same_address() {
        let url = "https://a.example/x.jpg";
        let mut engine = open(false);
        let told = |effects: &[Effect]| {
            let known = effects.iter().find_map(|e| match e {
                Effect::Read { known, .. } => Some(known.is_some()),
                _ => None,
            });
            known.expect("it is read")
        };
        assert!(!told(&see(&mut engine, false, url)));
        engine.shell(served(url, ("cache-control", "max-age=60")), NOW);
        let later = NOW + 2 * 60_000;
        assert!(told(&engine.page(frame(false), seen(1, url, true), later)));
        let mut engine = open(true);
        see(&mut engine, true, url);
        let mut known = served(url, ("cache-control", "max-age=60"));
        if let ShellEvent::Read { job, .. } = &mut known {
            job.private = true;
        }
        assert!(!engine.shell(known, NOW).iter().any(|e| matches!(e, Effect::Keep { .. })));
    }

    #[test]
    fn what_was_wanted_least_recently_is_forgotten_first_by_number_and_by_size() {
        let mut engine = open(false);
        let url = |n: usize| format!("https://a.example/{n}.jpg");
        for n in 0..READINGS {
            engine.shell(read(&url(n), false), NOW + n as u64);
        }
        // The oldest is seen again, so the next one is now the one to go.
        engine.page(frame(false), seen(1, &url(0), true), NOW + 5_000);
        let effects = engine.shell(read(&url(READINGS), false), NOW + 6_000);
        let forgotten = |effects: &[Effect]| {
            let keys = effects.iter().filter_map(|e| match e {
                Effect::Forget { key, .. } => Some(key.clone()),
                _ => None,
            });
            keys.collect::<Vec<_>>()
        };
        assert_eq!(forgotten(&effects), [format!("file/{}", url(1))]);

        let mut large = read(&url(READINGS + 1), false);
        if let ShellEvent::Read { reading, .. } = &mut large {
            reading.fingerprint.sha1 = "0".repeat(READING_BYTES - 200_000);
        }
        let gone = forgotten(&engine.shell(large, NOW + 7_000));
        assert!(!gone.is_empty() && !gone.contains(&format!("file/{}", url(0))), "{}", gone.len());
        let bytes: usize = engine.files.values().map(|file| file.size).sum();
        assert!(bytes <= READING_BYTES && engine.files.len() > 1);
    }

    #[test]
    fn a_reading_larger_than_all_room_is_not_asked_for_again_at_once() {
        let mut engine = open(false);
        let url = "https://a.example/x.jpg";
        see(&mut engine, false, url);
        let mut large = read(url, false);
        if let ShellEvent::Read { reading, .. } = &mut large {
            reading.fingerprint.sha1 = "0".repeat(READING_BYTES);
        }
        assert_eq!(reads(&engine.shell(large, NOW)), 0);
        assert_eq!(reads(&see(&mut engine, false, url)), 0);
    }

    #[test]
    fn an_unseen_work_is_not_read() {
        let mut engine = open(false);
        let mut hidden = work(1, "https://a.example/x.jpg");
        hidden.visible = false;
        let seen = PageEvent::Seen { works: vec![hidden] };
        let effects = engine.page(frame(false), seen, NOW);
        assert_eq!((reads(&effects), fetches(&effects).len()), (0, 0));
    }

    #[test]
    fn with_read_on_hover_only_the_hovered_work_is_read() {
        let mut engine = open(false);
        engine.settings.read = ReadWhen::Hovered;
        assert_eq!(reads(&see(&mut engine, false, "https://a.example/x.jpg")), 0);
        let hovered = PageEvent::Hovered { work: work(1, "https://a.example/x.jpg") };
        let effects = engine.page(frame(false), hovered, NOW);
        assert!(effects.iter().any(|e| matches!(e, Effect::Read { urgency: 0, .. })));
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
    fn a_reading_outlives_the_engine() {
        let url = "https://a.example/x.jpg";
        let mut engine = open(false);
        see(&mut engine, false, url);
        let kept = engine.shell(read(url, false), NOW).into_iter().filter_map(|e| match e {
            Effect::Keep { area, key, value } => Some(Kept { area, key, value }),
            _ => None,
        });
        let mut engine = Engine::wake(kept.collect(), NOW);
        engine.page(frame(false), arrived("https://page.example/"), NOW);
        assert_eq!(reads(&see(&mut engine, false, url)), 0);
    }

    #[test]
    fn what_only_the_page_can_reach_is_not_asked_for() {
        let mut engine = open(false);
        let effects = see(&mut engine, false, "blob:https://page.example/123");
        assert_eq!((reads(&effects), fetches(&effects).len()), (0, 0));
        let known = engine.outcome(frame(false), 1, NOW).unwrap();
        assert_eq!(known.file, FileState::Failed(Failure::Unreachable));
        assert_ne!(known.face, Face::Allowed);
    }

    #[test]
    fn the_front_page_served_for_robots_txt_is_no_rule_and_no_failure() {
        let mut engine = open(false);
        see(&mut engine, false, "https://a.example/x.jpg");
        let purpose = Purpose::Robots { origin: "https://a.example".to_string() };
        let job = FetchJob { purpose, private: false };
        let body = "<!DOCTYPE html><title>Welcome</title>".to_string();
        let response = Response { status: 200, body, ..Response::default() };
        engine.shell(ShellEvent::Fetched { job, response }, NOW);
        let site = &engine.sites[&("https://a.example".to_string(), false)];
        assert_eq!(*site.facts.robots(), Look::Absent { at: NOW });
    }

    #[test]
    fn a_server_error_is_a_failure_and_404_is_an_answer() {
        for (status, absent) in [(404, true), (410, true), (429, false), (500, false), (503, false)]
        {
            let mut engine = open(false);
            see(&mut engine, false, "https://a.example/x.jpg");
            let purpose = Purpose::Robots { origin: "https://a.example".to_string() };
            let job = FetchJob { purpose, private: false };
            let response = Response { status, ..Response::default() };
            engine.shell(ShellEvent::Fetched { job, response }, NOW);
            let site = &engine.sites[&("https://a.example".to_string(), false)];
            assert_eq!(matches!(site.facts.robots(), Look::Absent { .. }), absent, "{status}");
        }
    }

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

    #[test]
    fn a_registry_that_rests_says_so_when_its_button_is_pressed() {
        let mut engine = open(false);
        let url = "https://a.example/x.jpg";
        see(&mut engine, false, url);
        let mut read = read(url, false);
        if let ShellEvent::Read { reading, .. } = &mut read {
            reading.fingerprint.sha1 = "0".repeat(40);
        }
        engine.shell(read, NOW);
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

    #[test]
    fn a_tab_that_is_closed_is_forgotten() {
        let mut engine = open(false);
        let effects = engine.shell(ShellEvent::Left { tab: 1 }, NOW);
        let key = "frame/1/0".to_string();
        assert_eq!(effects, vec![Effect::Forget { area: Area::Session, key }]);
    }

    #[test]
    fn the_badge_counts_the_most_serious() {
        let mut engine = open(false);
        let effects = see(&mut engine, false, "https://a.example/x.jpg");
        let badge = effects.iter().find(|e| matches!(e, Effect::Badge { .. }));
        let Some(Effect::Badge { text, tone, .. }) = badge else { panic!("no badge") };
        assert_eq!((text.as_str(), *tone), ("", Tone::Dim));
    }
}
