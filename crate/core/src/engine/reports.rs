//! Reports: the draft that a report begins as, with all that was known at that moment, and the
//! reader's list of those they have kept.

use super::Engine;
use super::frames::FrameState;
use super::kept::keep;
use super::show::Nothing;
use crate::card;
use crate::inquiry::{self, FileState};
use crate::message::{Area, DeskAnswer, Effect, Frame, ReadJob};
use crate::page::{Look, Millis, PageFacts, WorkFacts, WorkKind};
use crate::report::{AnswerRecord, Draft, Filed, REPORTS, SignalFile};
use crate::signal::SiteFile;
use crate::verdict;

/// Bytes of site files that go into one draft; a `robots.txt` may have half a mebibyte.
const SIGNAL_BYTES: usize = 1 << 20;

impl Engine {
    #[allow(clippy::too_many_arguments)]
    pub(super) fn draft(
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
            signals: Vec::new(),
            answers: Vec::new(),
            private: frame.private,
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
        draft.signals = self.signal_files(state, work.as_ref().unwrap_or(&whole), &nothing);
        draft.answers = self.answer_records(state, work.as_ref(), now);
        // The reader asked for it, so it is kept even from a private window: in memory only.
        keep(out, Area::Session, format!("draft/{id}"), &draft);
        self.drafts.insert(id.clone(), draft);
        out.push(Effect::OpenReport { id });
    }

    /// The files of the work's site and the documents named for it, as they came.
    fn signal_files(
        &self,
        state: &FrameState,
        work: &WorkFacts,
        nothing: &Nothing,
    ) -> Vec<SignalFile> {
        let private = state.frame.private;
        let mut looks: Vec<(String, &Look)> = Vec::new();
        if let Some(origin) = inquiry::origin(&work.url)
            && let Some(site) = self.sites.get(&(origin.clone(), private))
        {
            for file in SiteFile::ALL {
                looks.push((format!("{origin}{}", file.path()), site.facts.look(file)));
            }
        }
        if let Some(named) = self.documents.get(&private) {
            let urls = self.named(state, work, nothing).into_iter();
            looks.extend(urls.map(|url| (url.clone(), named.known.look(&url))));
        }
        let mut left = SIGNAL_BYTES;
        looks
            .into_iter()
            .filter_map(|(url, look)| {
                let Look::Got { text, mime, at } = look else { return None };
                // What does not fit is left out whole: half a file is no evidence.
                left = left.checked_sub(text.len())?;
                Some(SignalFile { url, mime: mime.clone(), at: *at, text: text.clone() })
            })
            .collect()
    }

    /// What registries have answered about the work.
    fn answer_records(
        &self,
        state: &FrameState,
        work: Option<&WorkFacts>,
        now: Millis,
    ) -> Vec<AnswerRecord> {
        let Some(work) = work else { return Vec::new() };
        let private = state.frame.private;
        let job = ReadJob { url: work.url.clone(), private };
        let reading = self.files.get(&job).and_then(|file| file.state.reading());
        let addresses = (work.url.as_str(), state.page.url.as_str());
        let questions = inquiry::questions(&self.settings, addresses, reading, |asked| {
            self.told(asked, private, now)?.answer.as_ref()
        });
        questions
            .into_iter()
            .filter_map(|(registry, request)| {
                let told = self.told(&request, private, now)?;
                Some(AnswerRecord {
                    registry: registry.id.to_string(),
                    key: request.key.clone(),
                    at: told.at,
                    answer: told.answer.clone()?,
                })
            })
            .collect()
    }

    /// Puts a report on the list, or changes the one that stands there.
    pub(super) fn file_report(
        &mut self,
        report: Filed,
        now: Millis,
        out: &mut Vec<Effect>,
    ) -> DeskAnswer {
        let report = Filed { changed_at: now, ..report.bounded() };
        keep(out, Area::Local, format!("report/{}", report.id), &report);
        self.reports.insert(report.id.clone(), report);
        // The oldest that is over makes room; one that is open only when all are.
        while self.reports.len() > REPORTS {
            let oldest = self.reports.values().min_by_key(|r| (r.state.open(), r.at));
            let Some(id) = oldest.map(|r| r.id.clone()) else { break };
            self.reports.remove(&id);
            out.push(Effect::Forget { area: Area::Local, key: format!("report/{id}") });
        }
        DeskAnswer::Done
    }
}

/// A work of which nothing is known but its address.
pub(super) fn only_address(url: String) -> WorkFacts {
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

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::message::{DeskEvent, Kept, PageEvent, ShellEvent};
    use crate::report::State;

    fn list(engine: &mut Engine) -> Vec<Filed> {
        let effects = engine.desk(DeskEvent::ReportsAsked, NOW);
        let answer = effects.into_iter().find_map(|e| match e {
            Effect::Answer { answer } => Some(*answer),
            _ => None,
        });
        let Some(DeskAnswer::Reports { reports }) = answer else { panic!("no list") };
        reports
    }

    fn filed(id: &str) -> DeskEvent {
        let report = Filed { id: id.into(), at: NOW, state: State::Sent, ..Filed::default() };
        DeskEvent::ReportFiled { report: Box::new(report) }
    }

    #[test]
    fn a_filed_report_outlives_the_engine_and_can_be_taken_off() {
        let mut engine = open(false);
        let kept: Vec<Kept> = engine
            .desk(filed("1"), NOW)
            .into_iter()
            .filter_map(|e| match e {
                Effect::Keep { area, key, value } => Some(Kept { area, key, value }),
                _ => None,
            })
            .collect();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].area, Area::Local);
        let mut engine = Engine::wake(kept, NOW);
        assert_eq!(list(&mut engine).len(), 1);
        let gone = engine.desk(DeskEvent::ReportRemoved { id: "1".into() }, NOW);
        let key = "report/1".to_string();
        assert!(gone.contains(&Effect::Forget { area: Area::Local, key }));
        assert!(list(&mut engine).is_empty());
    }

    #[test]
    fn what_is_over_makes_room_before_what_is_open() {
        let mut engine = open(false);
        let report = |id: usize, state| Filed {
            id: id.to_string(),
            at: NOW + id as Millis,
            state,
            ..Filed::default()
        };
        for id in 0..REPORTS {
            let state = if id == 7 { State::Settled } else { State::Sent };
            engine.desk(DeskEvent::ReportFiled { report: Box::new(report(id, state)) }, NOW);
        }
        let effects = engine.desk(filed("new"), NOW);
        let key = "report/7".to_string();
        assert!(effects.contains(&Effect::Forget { area: Area::Local, key }));
        assert_eq!(list(&mut engine).len(), REPORTS);
    }

    #[test]
    fn a_draft_holds_the_site_files_as_they_came() {
        let mut engine = open(false);
        let effects = see(&mut engine, false, "https://cdn.example/a.jpg");
        let job = effects.into_iter().find_map(|e| match e {
            Effect::Fetch { job, url, .. } if url.ends_with("/robots.txt") => Some(job),
            _ => None,
        });
        let response = crate::registry::Response {
            status: 200,
            headers: Vec::new(),
            body: "User-agent: *\nDisallow: /\n".into(),
            at: NOW,
        };
        engine.shell(ShellEvent::Fetched { job: job.unwrap(), response }, NOW);
        let work = work(1, "https://cdn.example/a.jpg");
        let act = crate::card::Act::Report;
        engine.page(frame(false), PageEvent::Acted { work, act }, NOW);
        let draft = engine.drafts.values().next().unwrap();
        let names: Vec<&str> = draft.signals.iter().map(|s| s.url.as_str()).collect();
        assert_eq!(names, ["https://cdn.example/robots.txt"]);
        assert!(draft.signals[0].text.contains("Disallow"));
    }
}
