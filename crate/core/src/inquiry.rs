//! One work's open questions: what is known about it, and what is still awaited.
//!
//! An inquiry holds nothing. It is computed anew from the memory of the engine, so
//! that a worker which died half-way goes on from whatever was kept.

use std::borrow::Cow;

use url::Url;

use crate::page::{self, Failure, Look, Millis, WorkFacts};
use crate::reading::Reading;
use crate::registry::miniature::Miniatures;
use crate::registry::{self, Answer, Endpoint, Hit, Lead, Privacy, Query, Registry, Request};
use crate::settings::{Mode, Settings};
use crate::signal::document::at_home;
use crate::signal::rsl::{RSL, UNREAD};
use crate::signal::{self, Asset, Documents, Page, SiteFacts};
use crate::verdict::{self, Judgement};
use crate::vocabulary::Coverage;

/// What is known of one file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileState {
    /// Nobody asked for it.
    NotAsked,
    /// It is being read.
    Awaited,
    /// It was read.
    Read(Box<Reading>),
    /// It could not be read.
    Failed(Failure),
}

/// What one registry said, or that it is being asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The registry.
    pub registry: Cow<'static, str>,
    /// Its answer; `None` while it is awaited.
    pub answer: Option<Answer>,
}

/// A question that the reader may put to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Askable {
    /// The registry's id.
    pub registry: Cow<'static, str>,
    /// The registry's name.
    pub title: Cow<'static, str>,
    /// What asking tells.
    pub privacy: Privacy,
}

/// All that is known about one work at this moment.
pub struct Inquiry<'a> {
    /// The work.
    pub work: &'a WorkFacts,
    /// The page it stands on; `None` for a file opened alone.
    pub page: Option<&'a Page>,
    /// Its file.
    pub file: &'a FileState,
    /// The text files of its origin.
    pub site: &'a SiteFacts,
    /// Documents that were asked for.
    pub documents: &'a Documents,
    /// Whether text files of its origin or documents that are named are still awaited.
    pub site_awaited: bool,
    /// What registries said.
    pub asked: Vec<Asked>,
    /// Hits among the reader's own works.
    pub own: Vec<Hit>,
    /// Registries the reader may ask now.
    pub askable: Vec<Askable>,
    /// The reader's choices.
    pub settings: &'a Settings,
    /// Small pictures of records that were asked for.
    pub miniatures: Option<&'a Miniatures>,
}

/// What follows, and whether more is awaited.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What follows from what is known now.
    pub judgement: Judgement,
    /// Whether something is awaited that may still change it.
    pub awaited: bool,
}

impl Inquiry<'_> {
    /// Every hit: own works first, then registries.
    pub fn hits(&self) -> Vec<&Hit> {
        let mut hits: Vec<&Hit> = self.own.iter().collect();
        for asked in &self.asked {
            let Some(Answer::Hits { hits: found }) = &asked.answer else { continue };
            for hit in found {
                // A record that was looked at again is known better now.
                let same =
                    |h: &&Hit| (&h.registry, &h.record_id) == (&hit.registry, &hit.record_id);
                hits.retain(|known| !same(known));
                hits.push(hit);
            }
        }
        hits
    }

    /// All that signals may read.
    fn asset(&self) -> Asset<'_> {
        let reading = match self.file {
            FileState::Read(reading) => Some(reading.as_ref()),
            _ => None,
        };
        Asset {
            url: &self.work.url,
            reading,
            page: self.page,
            work: Some(self.work),
            site: self.site,
            documents: self.documents,
        }
    }

    /// What the file says it is called (Dublin Core, `dc:title`).
    pub fn title(&self) -> Option<String> {
        let asset = self.asset();
        let mut places = asset.xmp("http://purl.org/dc/elements/1.1/", "title").into_iter();
        let text = places.find_map(|place| place.property.first_text().map(str::to_string));
        text.filter(|text| !text.trim().is_empty())
    }

    /// The addresses of licences and policies that are named for this work.
    pub fn named(&self) -> Vec<String> {
        signal::wanted(&self.asset()).into_iter().collect()
    }

    /// Hosts that have a document which is named, and that nobody new is told to without the
    /// reader's word.
    pub fn strangers(&self) -> Vec<String> {
        let page = self.page.map(|p| p.url.as_str());
        let foreign = |url: &String| {
            *self.documents.look(url) == Look::NotLooked && !at_home(url, &self.work.url, page)
        };
        let manifest = signal::c2pa::remote(&self.asset());
        let unasked = |url: &String| {
            let asked = self.asset().reading.and_then(|r| r.elsewhere.as_ref());
            asked.is_none_or(|e| e.url != *url) && !at_home(url, &self.work.url, page)
        };
        let mut hosts: Vec<String> =
            self.named().iter().filter(|u| foreign(u)).map(|u| site(u)).collect();
        hosts.extend(manifest.filter(unasked).map(|u| site(&u)));
        hosts.dedup();
        hosts
    }

    /// Reads every signal and judges.
    pub fn conclude(&self) -> Outcome {
        let mut findings = signal::read_all(&self.asset());
        if let FileState::Failed(_) = self.file {
            // Looked for and not had is not the same as not looked for.
            findings.not_fetched();
        }
        for off in &self.settings.sources_off {
            findings.statements.retain(|s| &s.signal != off);
            findings.malformed.retain(|m| &m.signal != off);
            findings.unread.retain(|what| off != RSL.id || !what.starts_with(UNREAD));
            if let Some(coverage) = findings.coverage.get_mut(off) {
                *coverage = Coverage::NotChecked;
            }
        }
        let more: Vec<_> = self.hits().iter().flat_map(|h| h.statements.iter().cloned()).collect();
        for statement in &more {
            // What only records carry was looked at where one of them speaks.
            if let Some(coverage) = findings.coverage.get_mut(&statement.signal) {
                *coverage = Coverage::Found;
            }
        }
        let judgement = verdict::judge(&findings, &more, &self.work.url);
        let awaited = match self.file {
            FileState::Awaited => true,
            FileState::Read(reading) => !reading.awaits.is_empty(),
            FileState::NotAsked | FileState::Failed(_) => false,
        } || self.site_awaited;
        Outcome { judgement, awaited }
    }
}

/// The origin of an address, as `scheme://host[:port]`, where it has text files to ask for.
pub fn origin(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// The host of an address, for the list of sites that are switched off.
pub fn site(url: &str) -> String {
    Url::parse(url).ok().and_then(|u| u.host_str().map(str::to_string)).unwrap_or_default()
}

/// Whether the reading room can get an address by itself.
pub fn readable(url: &str) -> bool {
    matches!(Url::parse(url).as_ref().map(Url::scheme), Ok("http" | "https" | "data"))
}

/// What the reader has chosen for one way of asking, or its default: what tells nothing to
/// anybody new happens by itself, everything else waits for a press of the button.
pub fn mode(settings: &Settings, registry: &str, privacy: Privacy, private: bool) -> Mode {
    let none = settings.ask_none && privacy != Privacy::Nothing;
    if none || settings.bars(registry) {
        return Mode::Off;
    }
    let mode = chosen(settings, registry, privacy);
    // In a private window nothing is asked by itself.
    if private && mode == Mode::On && privacy != Privacy::Nothing { Mode::Ask } else { mode }
}

/// What the reader has chosen for one registry, whether or not any may be asked now.
pub fn chosen(settings: &Settings, registry: &str, privacy: Privacy) -> Mode {
    // Those that are told a record's name were once said to be told a fingerprint: a no to that
    // still holds.
    let same =
        |said: Privacy| said == privacy || (privacy, said) == (Privacy::Record, Privacy::Hash);
    let mut choices = settings.choices.iter().rev();
    choices.find(|c| c.registry == registry && same(c.privacy)).map_or(
        match privacy {
            Privacy::Nothing | Privacy::SameHost => Mode::On,
            Privacy::Shard | Privacy::Record | Privacy::Hash => Mode::Ask,
            Privacy::Address | Privacy::Media => Mode::Off,
        },
        |c| c.mode,
    )
}

/// Where a registry is asked.
pub fn endpoint(settings: &Settings, registry: &Registry) -> Endpoint {
    settings.addresses.iter().rev().find(|a| a.registry == registry.id).map_or_else(
        || Endpoint {
            api: registry.endpoint.to_string(),
            media: registry.media_host.to_string(),
            key: String::new(),
        },
        |a| a.endpoint.clone(),
    )
}

/// How far one registry's record may lead: to a gateway, and from there to what it serves.
const STEPS: usize = 3;
/// Names under which one work may be known elsewhere. Each is a question to somebody.
const LEADS: usize = 8;

/// Every question that registries could be asked about this work, whatever the settings say:
/// also those that arise from answers which were already `told`.
pub fn questions<'a>(
    settings: &Settings,
    (url, page): (&str, &str),
    reading: Option<&Reading>,
    told: impl Fn(&Request) -> Option<&'a Answer>,
) -> Vec<(&'static Registry, Request)> {
    let print = reading.map(|r| &r.fingerprint);
    let plan = |leads: &[Lead]| -> Vec<(&'static Registry, Request)> {
        let query = Query { url, page, print, leads };
        let ask = |r: &&'static Registry| {
            let (registry, requests) = (*r, (r.plan)(&query, &endpoint(settings, r)));
            requests.into_iter().map(move |request| (registry, request))
        };
        registry::REGISTRIES.iter().flat_map(ask).collect()
    };
    let mut leads: Vec<Lead> = Vec::new();
    let mut questions = plan(&leads);
    for _ in 0..STEPS {
        let known = leads.len();
        for (_, request) in &questions {
            let Some(Answer::Hits { hits }) = told(request) else { continue };
            for lead in hits.iter().flat_map(|hit| &hit.leads) {
                if leads.len() < LEADS && !leads.contains(lead) {
                    leads.push(lead.clone());
                }
            }
        }
        if leads.len() == known {
            break;
        }
        questions = plan(&leads);
    }
    questions
}

/// Whether a look at a site file is still good, or must be taken again.
pub fn fresh(look: &Look, now: Millis, site_fresh: f64, failure_fresh: f64) -> bool {
    let age = |at: &Millis| page::age(now, *at) as f64;
    match look {
        Look::NotLooked => false,
        Look::Failed { at, .. } => age(at) < failure_fresh,
        Look::Absent { at } | Look::Got { at, .. } => age(at) < site_fresh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Choice;

    #[test]
    fn an_origin_has_no_path_and_no_default_port() {
        assert_eq!(origin("https://a.example:443/x?y").as_deref(), Some("https://a.example"));
        assert_eq!(origin("http://a.example:8080/").as_deref(), Some("http://a.example:8080"));
        assert_eq!(origin("data:image/png;base64,AA"), None);
    }

    #[test]
    fn what_tells_a_third_party_waits_for_the_reader() {
        let settings = Settings::default();
        assert_eq!(mode(&settings, "r", Privacy::SameHost, false), Mode::On);
        assert_eq!(mode(&settings, "r", Privacy::Hash, false), Mode::Ask);
        assert_eq!(mode(&settings, "r", Privacy::Media, false), Mode::Off);
    }

    #[test]
    fn one_switch_keeps_every_registry_from_being_asked_and_forgets_no_choice() {
        let choice = Choice { registry: "r".into(), privacy: Privacy::Hash, mode: Mode::On };
        let choices = vec![choice];
        let settings = Settings { choices, ask_none: true, ..Settings::default() };
        for privacy in Privacy::ALL.into_iter().filter(|p| *p != Privacy::Nothing) {
            assert_eq!(mode(&settings, "r", privacy, false), Mode::Off, "{privacy:?}");
            assert_eq!(mode(&settings, "other", privacy, true), Mode::Off, "{privacy:?}");
        }
        assert_eq!(mode(&settings, "r", Privacy::Nothing, false), Mode::On);
        assert_eq!(chosen(&settings, "r", Privacy::Hash), Mode::On);
        let on = Settings { ask_none: false, ..settings };
        assert_eq!(mode(&on, "r", Privacy::Hash, false), Mode::On);
    }

    #[test]
    fn what_was_chosen_when_a_name_was_called_a_fingerprint_still_holds() {
        let choice = Choice { registry: "r".into(), privacy: Privacy::Hash, mode: Mode::Off };
        let settings = Settings { choices: vec![choice], ..Settings::default() };
        assert_eq!(mode(&settings, "r", Privacy::Record, false), Mode::Off);
        assert_eq!(mode(&settings, "other", Privacy::Record, false), Mode::Ask);
    }

    #[test]
    fn a_private_window_asks_nothing_by_itself() {
        let choice = Choice { registry: "r".into(), privacy: Privacy::Hash, mode: Mode::On };
        let settings = Settings { choices: vec![choice], ..Settings::default() };
        assert_eq!(mode(&settings, "r", Privacy::Hash, false), Mode::On);
        assert_eq!(mode(&settings, "r", Privacy::Hash, true), Mode::Ask);
        assert_eq!(mode(&settings, "r", Privacy::SameHost, true), Mode::Ask);
    }
}
