//! Files of sites (`robots.txt` and its kin) and documents that works name: when they are asked
//! for, and what an answer is worth.

use std::collections::BTreeSet;

use super::Engine;
use super::frames::FrameState;
use super::kept::{KeptLook, keep};
use super::show::Nothing;
use crate::inquiry;
use crate::limits::{self, Limits};
use crate::message::{Area, Effect, FetchJob, Purpose, ReadJob};
use crate::page::{Look, Millis, WorkFacts};
use crate::registry::Privacy;
use crate::signal::document::{self, at_home};
use crate::signal::{self, Asset, Documents, SiteFacts, SiteFile};

/// Origins remembered at once; a `robots.txt` may have half a mebibyte.
pub(super) const SITES: usize = 200;

/// Bytes of one site file that are kept beyond the worker; larger ones are asked for again.
pub(super) const KEPT_TEXT: usize = 64 << 10;

#[derive(Default)]
pub(super) struct Site {
    pub(super) facts: SiteFacts,
    pub(super) awaited: BTreeSet<SiteFile>,
}

#[derive(Default)]
pub(super) struct Named {
    pub(super) known: Documents,
    pub(super) awaited: BTreeSet<String>,
}

impl Engine {
    pub(super) fn want_site(
        &mut self,
        url: &str,
        private: bool,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
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
    pub(super) fn want_documents(
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

    /// The addresses of documents that are named for a work.
    pub(super) fn named(
        &self,
        state: &FrameState,
        work: &WorkFacts,
        nothing: &Nothing,
    ) -> BTreeSet<String> {
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

    pub(super) fn site_known(
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

    pub(super) fn document_known(
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

    pub(super) fn learn(&mut self, purpose: &Purpose, private: bool, look: Look) {
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
}

pub(super) fn site_file(purpose: &Purpose) -> Option<(SiteFile, &str)> {
    Some(match purpose {
        Purpose::Robots { origin } => (SiteFile::Robots, origin),
        Purpose::Tdmrep { origin } => (SiteFile::Tdmrep, origin),
        Purpose::AiTxt { origin } => (SiteFile::AiTxt, origin),
        Purpose::TrustTxt { origin, well_known: false } => (SiteFile::TrustTxt, origin),
        Purpose::TrustTxt { origin, well_known: true } => (SiteFile::TrustTxtWellKnown, origin),
        Purpose::Document { .. } | Purpose::Miniature { .. } | Purpose::Registry { .. } => {
            return None;
        }
    })
}

pub(super) fn purpose_of(file: SiteFile, origin: String) -> Purpose {
    match file {
        SiteFile::Robots => Purpose::Robots { origin },
        SiteFile::Tdmrep => Purpose::Tdmrep { origin },
        SiteFile::AiTxt => Purpose::AiTxt { origin },
        SiteFile::TrustTxt => Purpose::TrustTxt { origin, well_known: false },
        SiteFile::TrustTxtWellKnown => Purpose::TrustTxt { origin, well_known: true },
    }
}

/// A text file of a site, or one that it names.
pub(super) fn fetch_text(job: FetchJob, url: String) -> Effect {
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
pub(super) fn is_web_page(mime: &str, body: &str) -> bool {
    let start: String = body.trim_start().chars().take(15).collect::<String>().to_ascii_lowercase();
    mime.to_ascii_lowercase().contains("html")
        || start.starts_with("<!doctype html")
        || start.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::card::Act;
    use crate::engine::Engine;
    use crate::message::{Effect, FetchJob, PageEvent, Purpose, ShellEvent};
    use crate::page::{Look, Millis};
    use crate::registry::Response;
    use crate::verdict::Face;

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
}
