//! What outlives a worker, and how it comes back.

use serde::{Deserialize, Serialize};

use super::Engine;
use super::files::File;
use super::following::KEPT_FOLLOWING;
use super::frames::FrameState;
use super::registries::Told;
use super::sightings::KEPT_SIGHTINGS;
use crate::inquiry::FileState;
use crate::message::{Area, Effect, Frame, Kept, Purpose, ReadJob};
use crate::page::{Failure, Look, Millis, PageFacts};
use crate::reading::Reading;
use crate::registry::Answer;
use crate::registry::own_works::OwnWork;
use crate::report::{Draft, Filed};
use crate::settings::{self, Settings};

/// Under what name the policy of the reader's organisation comes back. Nobody here keeps it.
const POLICY: &str = "policy";

/// A frame as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptFrame {
    pub(super) frame: Frame,
    pub(super) page: PageFacts,
}

/// A site file as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptLook {
    pub(super) purpose: Purpose,
    pub(super) look: Look,
}

/// A registry's answer as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptAnswer {
    pub(super) registry: String,
    pub(super) key: String,
    pub(super) answer: Answer,
    pub(super) at: Millis,
}

/// A file's fate as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) enum KeptFile {
    Read(ReadJob, Box<Reading>, Millis),
    Failed(ReadJob, Failure, Millis),
}

impl Engine {
    pub(super) fn recall(&mut self, item: &Kept) {
        fn json<T: serde::de::DeserializeOwned>(item: &Kept) -> Option<T> {
            serde_json::from_str(&item.value).ok()
        }
        let room = item.key.split('/').next().unwrap_or_default();
        match room {
            "settings" => {
                let barred = std::mem::take(&mut self.settings.barred);
                self.settings = Settings { barred, ..Settings::recalled(&item.value) };
            }
            POLICY => self.settings.barred = settings::barred(&item.value),
            "own" => {
                if let Some(work) = json::<OwnWork>(item) {
                    self.own.add(work);
                }
            }
            KEPT_FOLLOWING => self.following = json(item).unwrap_or_default(),
            KEPT_SIGHTINGS => self.sightings = json(item).unwrap_or_default(),
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
            "report" => {
                if let Some(report) = json::<Filed>(item) {
                    self.reports.insert(report.id.clone(), report);
                }
            }
            _ => {}
        }
    }
}

pub(super) fn keep<T: Serialize>(out: &mut Vec<Effect>, area: Area, key: String, value: &T) {
    if let Ok(value) = serde_json::to_string(value) {
        out.push(Effect::Keep { area, key, value });
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::*;
    use super::POLICY;
    use crate::engine::Engine;
    use crate::inquiry;
    use crate::message::{Area, DeskEvent, Effect, Kept};
    use crate::registry::Privacy;
    use crate::settings::{Choice, Mode, Settings};

    #[test]
    fn a_private_window_keeps_nothing_and_asks_no_site_file() {
        let mut engine = open(true);
        let mut effects = engine.page(frame(true), arrived("https://page.example/2"), NOW);
        effects.extend(see(&mut engine, true, "https://a.example/x.jpg"));
        effects.extend(engine.shell(read("https://a.example/x.jpg", true), NOW));
        assert!(fetches(&effects).is_empty());
        assert!(!effects.iter().any(|e| matches!(e, Effect::Keep { .. })), "{effects:?}");
    }

    #[test]
    fn what_an_organisation_has_switched_off_stays_off_whatever_the_reader_chooses() {
        let kept = |key: &str, value: &str| Kept {
            area: Area::Local,
            key: key.to_string(),
            value: value.to_string(),
        };
        let choice = |registry: &str| Choice {
            registry: registry.to_string(),
            privacy: Privacy::Hash,
            mode: Mode::On,
        };
        let both = ["wikimedia-commons", "commonsdb"].map(choice).to_vec();
        let settings = Settings { choices: both, ..Settings::default() };
        let chosen = serde_json::to_string(&settings).unwrap();
        let policy = r#"{"registries_off": ["wikimedia-commons"]}"#;
        // In whatever order they come back.
        for turned in [false, true] {
            let mut store = vec![kept("settings", &chosen), kept(POLICY, policy)];
            if turned {
                store.reverse();
            }
            let mut engine = Engine::wake(store, NOW);
            let changed =
                engine.desk(DeskEvent::SettingsChanged { settings: settings.clone() }, NOW);
            let now = |id: &str| inquiry::mode(&engine.settings, id, Privacy::Hash, false);
            assert_eq!(now("wikimedia-commons"), Mode::Off);
            assert_eq!(now("commonsdb"), Mode::On);
            // The reader's own choice is kept for the day on which it counts again.
            let value = changed.iter().find_map(|effect| match effect {
                Effect::Keep { key, value, .. } if key == "settings" => Some(value),
                _ => None,
            });
            assert_eq!(value, Some(&chosen));
        }
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
}
