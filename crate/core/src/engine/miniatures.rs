//! Small pictures of records that lie elsewhere: asked for when the reader presses their button,
//! never by themselves, and never kept beyond the worker.

use super::Engine;
use super::show::Nothing;
use crate::limits;
use crate::message::{Effect, FetchJob, Purpose};
use crate::page::{Failure, Millis, WorkFacts};
use crate::registry::miniature::{self, Miniature};
use crate::registry::{Privacy, Response};

/// Remembered at once.
const MOST: usize = 40;

impl Engine {
    /// Asks for those that the reader wants to see beside the records of a work.
    pub(super) fn want_miniatures(
        &mut self,
        id: (u32, u64),
        work: &WorkFacts,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let Some(state) = self.frames.get(&id) else { return };
        // One switch keeps everything at home.
        if self.settings.ask_none || !state.wishes(work.id, miniature::ID, Privacy::Nothing) {
            return;
        }
        let private = state.frame.private;
        let nothing = Nothing::default();
        let found = miniature::elsewhere(&self.inquire(state, work, &nothing, now).hits());
        let known = self.miniatures.entry(private).or_default();
        if known.len() > MOST {
            known.clear();
        }
        for url in found.into_iter().map(String::from) {
            if known.contains_key(&url) {
                continue;
            }
            known.insert(url.clone(), Miniature::Awaited);
            out.push(Effect::Fetch {
                wait_ms: 0,
                url: url.clone(),
                headers: Vec::new(),
                max_bytes: miniature::BYTES,
                timeout_ms: limits::FETCH_TIMEOUT_MS,
                job: FetchJob { purpose: Purpose::Miniature { url }, private },
            });
        }
    }

    /// One has come; the shell has written it as an address.
    pub(super) fn miniature_came(
        &mut self,
        url: &str,
        private: bool,
        response: &Response,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        let came = match response.status {
            200..=299 if miniature::is_one(&response.body) => {
                Miniature::There(response.body.clone())
            }
            200..=299 => Miniature::Failed(Failure::Unreachable),
            status => Miniature::Failed(Failure::Status { status }),
        };
        self.miniature_known(url, private, came, now, out);
    }

    pub(super) fn miniature_known(
        &mut self,
        url: &str,
        private: bool,
        what: Miniature,
        now: Millis,
        out: &mut Vec<Effect>,
    ) {
        self.miniatures.entry(private).or_default().insert(url.to_string(), what);
        self.renew(|_| true, now, out);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use crate::card::{Act, Card};
    use crate::engine::Engine;
    use crate::message::{Effect, FetchJob, PageEvent, Purpose, ShellEvent};
    use crate::registry::{Answer, Response, miniature};

    const URL: &str = "https://a.example/x.jpg";
    const THERE: &str = "https://pictures.example/small.jpg";

    /// A work that looks like a record with a picture.
    fn met() -> Engine {
        let mut engine = asking(URL);
        let act = Act::Ask { registry: "wikimedia-commons".to_string() };
        let effects = engine.page(frame(false), PageEvent::Acted { work: work(1, URL), act }, NOW);
        let Purpose::Registry { request } = jobs(&effects).remove(0).purpose else {
            panic!("{effects:?}")
        };
        let hit = crate::registry::Hit { miniature: Some(THERE.to_string()), ..hit() };
        engine.answered(&request, false, Answer::Hits { hits: vec![hit] }, NOW, &mut Vec::new());
        engine
    }

    fn press(engine: &mut Engine) -> Vec<Effect> {
        let act = Act::Ask { registry: miniature::ID.to_string() };
        engine.page(frame(false), PageEvent::Acted { work: work(1, URL), act }, NOW)
    }

    fn jobs(effects: &[Effect]) -> Vec<FetchJob> {
        let job = |e: &Effect| match e {
            Effect::Fetch { job, .. } => Some(job.clone()),
            _ => None,
        };
        effects.iter().filter_map(job).collect()
    }

    fn card(engine: &Engine) -> Card {
        engine.card(frame(false), 1, NOW).unwrap()
    }

    fn offered(engine: &Engine) -> bool {
        let of = |act: &Act| matches!(act, Act::Ask { registry } if registry == miniature::ID);
        card(engine).actions.iter().any(|action| of(&action.act))
    }

    #[test]
    fn a_picture_beside_a_record_is_asked_for_when_its_button_is_pressed_and_once() {
        let mut engine = met();
        let pictures = |engine: &Engine| -> Vec<String> {
            let rows = card(engine).parts.into_iter().flat_map(|part| part.rows);
            rows.filter_map(|row| row.picture).collect()
        };
        assert!(offered(&engine) && pictures(&engine).is_empty());
        let effects = press(&mut engine);
        assert_eq!(fetches(&effects), [THERE]);
        let job = jobs(&effects).remove(0);
        assert!(fetches(&press(&mut engine)).is_empty(), "it is on its way");
        let body = "data:image/jpeg;base64,/9j/".to_string();
        let response = Response { status: 200, body: body.clone(), ..Response::default() };
        let effects = engine.shell(ShellEvent::Fetched { job, response }, NOW);
        assert!(!effects.iter().any(|e| matches!(e, Effect::Keep { .. })), "nothing is kept");
        assert_eq!(pictures(&engine), [body]);
        assert!(!offered(&engine));
    }

    #[test]
    fn what_came_instead_of_a_picture_is_not_shown_and_the_card_says_so() {
        let mut engine = met();
        let effects = press(&mut engine);
        let job = jobs(&effects).remove(0);
        let body = "data:image/svg+xml;base64,PHN2Zz4=".to_string();
        let response = Response { status: 200, body, ..Response::default() };
        engine.shell(ShellEvent::Fetched { job, response }, NOW);
        let rows: Vec<_> = card(&engine).parts.into_iter().flat_map(|part| part.rows).collect();
        assert!(rows.iter().all(|row| row.picture.is_none()));
        assert!(rows.iter().any(|row| format!("{:?}", row.label).contains("pictures.example")));
    }

    #[test]
    fn one_switch_takes_the_button_away_and_a_press_asks_nobody() {
        let mut engine = met();
        engine.settings.ask_none = true;
        assert!(!offered(&engine));
        assert!(fetches(&press(&mut engine)).is_empty());
    }
}
