//! Events in, effects out.
//!
//! The engine's memory is only a cache. Whatever must outlive a worker is kept
//! through [`Effect::Keep`] and given back by [`Engine::wake`]; what was lost beyond
//! that is asked for again ([`Effect::AskAgain`]): the page still knows it.

mod desk;
#[cfg(test)]
mod faults;
mod files;
#[cfg(test)]
mod fixture;
mod following;
mod frames;
mod kept;
mod miniatures;
mod registries;
mod reports;
mod show;
mod sightings;
mod sites;

use std::collections::{BTreeMap, BTreeSet};

use self::files::File;
use self::frames::FrameState;
use self::registries::Told;
use self::sites::{Named, Site, is_web_page};
use crate::card::Act;
use crate::inquiry::{Asked, FileState, Outcome};
use crate::message::{Effect, FetchJob, Frame, Kept, PageEvent, Purpose, ReadJob, ShellEvent};
use crate::page::{Failure, Look, Millis, WorkFacts};
use crate::registry::following::Followed;
use crate::registry::miniature::{Miniature, Miniatures};
use crate::registry::own_works::{Shelf, Sighting};
use crate::registry::{Answer, Hit, REGISTRIES, Response};
use crate::report::{Draft, Filed};
use crate::settings::Settings;
use crate::verdict::Face;

/// The broker of the extension, without a browser.
pub struct Engine {
    settings: Settings,
    own: Shelf,
    /// Pages on which they were seen, the latest last.
    sightings: Vec<Sighting>,
    /// Pages of private windows on which they were; in memory only.
    noticed: BTreeSet<String>,
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
    /// The reader's list of reports.
    reports: BTreeMap<String, Filed>,
    /// Frames that were asked to say everything again, and when.
    called: BTreeMap<(u32, u64), Millis>,
    /// The badge each tab wears.
    badges: BTreeMap<u32, Effect>,
    /// Small pictures of records that were asked for; those of private windows apart.
    miniatures: BTreeMap<bool, Miniatures>,
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

impl Engine {
    /// Builds the engine from what was kept. What cannot be read is left out: it was a cache,
    /// or comes from a newer version.
    pub fn wake(kept: Vec<Kept>, _now: Millis) -> Engine {
        let mut engine = Engine {
            settings: Settings::default(),
            own: Shelf::default(),
            sightings: Vec::new(),
            noticed: BTreeSet::new(),
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
            reports: BTreeMap::new(),
            called: BTreeMap::new(),
            badges: BTreeMap::new(),
            miniatures: BTreeMap::new(),
        };
        for item in kept {
            engine.recall(&item);
        }
        engine
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
            ShellEvent::Consulted { job, answers } => {
                self.consulted(&job, answers, now, &mut out);
            }
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

    pub(super) fn fetched(
        &mut self,
        job: &FetchJob,
        response: &Response,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        match &job.purpose {
            Purpose::Registry { request } => {
                let answer = match REGISTRIES.iter().find(|r| r.id == request.registry) {
                    Some(registry) => (registry.read)(request, response),
                    None => Answer::Refused { why: "this registry is not known".to_string() },
                };
                self.answered(request, job.private, answer, now, out);
            }
            Purpose::Miniature { url } => {
                self.miniature_came(url, job.private, response, now, out);
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

    pub(super) fn fetch_failed(
        &mut self,
        job: &FetchJob,
        why: Failure,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        match &job.purpose {
            Purpose::Registry { request } => {
                let why = match why {
                    Failure::Silent => "no answer in time".to_string(),
                    Failure::Status { status } => format!("error {status}"),
                    Failure::Network { detail } => detail,
                    Failure::TooLarge => "the answer is too large".to_string(),
                    Failure::PrivateRedirect => "it pointed to a private address".to_string(),
                    Failure::NotAllowed => "the settings do not allow it".to_string(),
                    Failure::NoAccess => "there is no access to this host".to_string(),
                    Failure::Crashed | Failure::Unreachable => "no connection".to_string(),
                };
                let answer = Answer::Unavailable { retry_after_ms: None, why };
                self.answered(request, job.private, answer, now, out);
            }
            Purpose::Miniature { url } => {
                self.miniature_known(url, job.private, Miniature::Failed(why), now, out);
            }
            purpose => {
                self.site_known(purpose, job.private, Look::Failed { why, at: now }, now, out);
            }
        }
    }

    /// Asks for whatever is still missing about these works.
    pub(super) fn pursue(
        &mut self,
        id: (u32, u64),
        works: &[u32],
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
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
                self.want_miniatures(id, &work, now, out);
            }
        }
    }

    /// Looks anew at every work that something new concerns.
    pub(super) fn renew(
        &mut self,
        concerns: impl Fn(&WorkFacts) -> bool,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
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
}
