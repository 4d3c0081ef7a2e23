//! The text files of an asset's origin, fetched once an origin and run.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sayso_core::limits::Limits;
use sayso_core::page::{Failure, Look};
use sayso_core::signal::{Documents, SiteFacts, SiteFile};
use url::Url;

use crate::source::now;
use crate::web::{Ask, Web};

/// Text kept for all origins together: a list of a million hosts does not fill the memory.
const KEPT_BYTES: usize = 32 << 20;

/// Origins kept.
const KEPT_ORIGINS: usize = 4_096;

/// Licences and policies kept; one has half a mebibyte at most.
const KEPT_DOCUMENTS: usize = 64;

/// What the origins of this run have said, oldest first.
#[derive(Default)]
pub struct Sites {
    kept: Mutex<VecDeque<(String, Arc<OnceLock<SiteFacts>>)>>,
}

impl Sites {
    /// The files of this address's origin.
    pub fn facts(&self, url: &Url, web: &Web) -> SiteFacts {
        let place = self.place(&url.origin().ascii_serialization());
        // Only this origin waits here, and only for the first who asks.
        place.get_or_init(|| look(url, web)).clone()
    }

    fn place(&self, origin: &str) -> Arc<OnceLock<SiteFacts>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, place)) = kept.iter().find(|(o, _)| o == origin) {
            return place.clone();
        }
        let size = |place: &OnceLock<SiteFacts>| place.get().map_or(0, SiteFacts::size);
        let mut bytes: usize = kept.iter().map(|(_, place)| size(place)).sum();
        while bytes > KEPT_BYTES || kept.len() >= KEPT_ORIGINS {
            let Some((_, oldest)) = kept.pop_front() else { break };
            bytes -= size(&oldest);
        }
        let place = Arc::<OnceLock<SiteFacts>>::default();
        kept.push_back((origin.to_string(), place.clone()));
        place
    }
}

fn look(url: &Url, web: &Web) -> SiteFacts {
    let mut site = SiteFacts::default();
    for file in SiteFile::ALL {
        if !site.wants(file) {
            continue;
        }
        let mut url = url.clone();
        url.set_path(file.path());
        url.set_query(None);
        let look = fetch(&url, web);
        // A host that cannot be reached at all is not waited for twice.
        if let Look::Failed { why: Failure::Silent | Failure::Network { .. }, .. } = &look {
            return SiteFacts::all(&look);
        }
        site.set(file, look);
    }
    site
}

/// Documents that were asked for in this run, each once.
#[derive(Default)]
pub struct Shelf {
    kept: Mutex<VecDeque<(String, Arc<OnceLock<Look>>)>>,
}

impl Shelf {
    /// The documents at these addresses.
    pub fn get(&self, urls: &[String], web: &Web) -> Documents {
        let mut documents = Documents::default();
        for url in urls {
            let Ok(address) = Url::parse(url) else { continue };
            let look = self.place(url).get_or_init(|| fetch(&address, web)).clone();
            documents.set(url.clone(), look);
        }
        documents
    }

    fn place(&self, url: &str) -> Arc<OnceLock<Look>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, place)) = kept.iter().find(|(u, _)| u == url) {
            return place.clone();
        }
        if kept.len() >= KEPT_DOCUMENTS {
            kept.pop_front();
        }
        let place = Arc::<OnceLock<Look>>::default();
        kept.push_back((url.to_string(), place.clone()));
        place
    }
}

fn fetch(url: &Url, web: &Web) -> Look {
    let max_bytes = Limits::DEFAULT.text_bytes;
    match web.get(&Ask { url, headers: &[], max_bytes, text: true }) {
        Err(why) => Look::Failed { why, at: now() },
        Ok(got) => match got.status {
            200..=299 => Look::Got {
                text: String::from_utf8_lossy(&got.body).into_owned(),
                mime: got
                    .headers
                    .iter()
                    .find(|h| h.name.eq_ignore_ascii_case("content-type"))
                    .map(|h| h.value.clone())
                    .unwrap_or_default(),
                at: now(),
            },
            // "Come back later" is no word about the file.
            status @ 429 => Look::Failed { why: Failure::Status { status }, at: now() },
            // RFC 9309, 2.3.1.3: "unavailable" is the same as "there is none".
            400..=499 => Look::Absent { at: now() },
            status => Look::Failed { why: Failure::Status { status }, at: now() },
        },
    }
}
