//! Files of works: which are read, how deep, in which order, and how long a reading serves.

use std::collections::BTreeSet;

use super::Engine;
use super::frames::FrameState;
use super::kept::KeptFile;
use super::show::Nothing;
use crate::freshness;
use crate::inquiry::{self, FileState};
use crate::limits::{self, Limits};
use crate::message::{Area, Effect, ReadJob};
use crate::page::{Failure, Millis, WorkFacts, age};
use crate::reading::{Depth, Reading};
use crate::registry::Privacy;
use crate::settings::ReadWhen;
use crate::signal::document::{self, at_home};
use crate::signal::{self, Asset};

/// Readings remembered at once. One is about 4 KiB of JSON, the browser's session store 10 MB.
pub(super) const READINGS: usize = 1_000;

/// Bytes of JSON of all readings remembered, of the ten million that the session store holds.
pub(super) const READING_BYTES: usize = 5 << 20;

/// How long a file rests that could not be had for want of access. No server is spared by waiting.
const ACCESS_FRESH_MS: Millis = 3_000;

pub(super) struct File {
    pub(super) state: FileState,
    pub(super) at: Millis,
    /// When it was last wanted: what was wanted least recently is forgotten first.
    pub(super) used: Millis,
    /// Bytes of JSON that it takes to be kept.
    pub(super) size: usize,
    /// For how many milliseconds it is good without asking the server again.
    pub(super) fresh_ms: u64,
    pub(super) urgency: u8,
    /// How deep it was last asked to be read.
    pub(super) depth: Depth,
    /// The manifest that was last asked for along with it.
    pub(super) manifest: Option<String>,
}

impl Engine {
    pub(super) fn want_file(
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
            let age = age(now, file.at);
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
                // The reader may have given it since.
                FileState::Failed(Failure::NoAccess) => age < ACCESS_FRESH_MS,
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
    pub(super) fn manifest_due(&self, id: (u32, u64), work: &WorkFacts) -> Option<String> {
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
    pub(super) fn depth_for(&self, known: &Reading, urgency: u8) -> Depth {
        let print = &known.fingerprint;
        let looked_at = urgency == 0;
        if print.approximate && (looked_at || !self.own.find(print).is_empty()) {
            Depth::Exact
        } else {
            Depth::Search
        }
    }

    /// How urgently a file of a frame is wanted, if it is.
    pub(super) fn wants(&self, state: &FrameState, work: &WorkFacts) -> Option<u8> {
        match (state.hovered == Some(work.id), work.visible) {
            (true, _) => Some(0),
            (false, true) => (self.settings.read == ReadWhen::Visible).then_some(1),
            (false, false) => None,
        }
    }

    pub(super) fn file_known(
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
    pub(super) fn make_room(&mut self, latest: &ReadJob, out: &mut Vec<Effect>) {
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
    pub(super) fn release(&mut self, out: &mut Vec<Effect>) {
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

    /// Forgets what manifests were worth: another list of trusted certificates is in force.
    pub(super) fn forget_checked(&mut self, out: &mut Vec<Effect>) {
        let checked = |file: &File| file.state.reading().is_some_and(|r| r.metadata.c2pa.is_some());
        let gone = self.files.extract_if(.., |_, file| checked(file));
        out.extend(gone.filter(|(job, _)| !job.private).map(|(job, _)| Effect::Forget {
            area: Area::Session,
            key: format!("file/{}", job.url),
        }));
    }
}

impl File {
    pub(super) fn known(state: FileState, at: Millis) -> File {
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
    pub(super) fn reading(&self) -> Option<&Reading> {
        match self {
            FileState::Read(reading) => Some(reading),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::*;
    use crate::card::Act;
    use crate::engine::Engine;
    use crate::inquiry::FileState;
    use crate::limits::Limits;
    use crate::message::{Area, DeskEvent, Effect, PageEvent, ReadJob, ShellEvent};
    use crate::page::Failure;
    use crate::reading::Depth;
    use crate::settings::{ReadWhen, Settings};
    use crate::verdict::Face;
    use crate::vocabulary::ProblemCode;

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
    fn a_file_without_access_is_tried_again_as_soon_as_access_may_have_come() {
        let url = "https://a.example/x.jpg";
        let reads_after = |failure: Failure, later: Millis| {
            let mut engine = open(false);
            see(&mut engine, false, url);
            let job = ReadJob { url: url.to_string(), private: false };
            engine.shell(ShellEvent::ReadFailed { job, failure }, NOW);
            reads(&engine.page(frame(false), seen(1, url, true), NOW + later))
        };
        assert_eq!(reads_after(Failure::NoAccess, ACCESS_FRESH_MS - 1), 0);
        assert_eq!(reads_after(Failure::NoAccess, ACCESS_FRESH_MS), 1);
        assert_eq!(reads_after(Failure::Crashed, ACCESS_FRESH_MS), 0);
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
    fn what_only_the_page_can_reach_is_not_asked_for() {
        let mut engine = open(false);
        let effects = see(&mut engine, false, "blob:https://page.example/123");
        assert_eq!((reads(&effects), fetches(&effects).len()), (0, 0));
        let known = engine.outcome(frame(false), 1, NOW).unwrap();
        assert_eq!(known.file, FileState::Failed(Failure::Unreachable));
        assert_ne!(known.face, Face::Allowed);
    }
}
