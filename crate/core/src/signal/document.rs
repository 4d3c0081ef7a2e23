//! Documents that a site, a page or a file names by their address: RSL licences, TDM
//! policies. What they say is read once and asked of them for every work they concern.
//!
//! Standards: RSL 1.0, 4 (<https://rslstandard.org/rsl>); TDM Reservation Protocol, 7
//! (<https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/>). The address
//! may be a `data:` one where the document stands in the page itself. Left out: feeds.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use percent_encoding::percent_decode_str;
use url::Url;

use crate::limits::Limits;
use crate::page::Look;
use crate::signal::{odrl, rsl};

/// The id under which the reader asks for documents of other hosts.
pub const ID: &str = "documents";

/// Every document that was asked for, by its address.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    by_url: BTreeMap<String, Document>,
}

/// What came of one document.
#[derive(Clone, Debug)]
struct Document {
    look: Look,
    licence: OnceLock<Arc<rsl::Licence>>,
    policy: OnceLock<Option<Arc<odrl::Policy>>>,
}

impl Documents {
    /// Looks anew at one document.
    pub fn set(&mut self, url: String, look: Look) {
        let document = Document { look, licence: OnceLock::new(), policy: OnceLock::new() };
        self.by_url.insert(url, document);
    }

    /// What came of one document.
    pub fn look(&self, url: &str) -> &Look {
        self.by_url.get(url).map_or(&Look::NotLooked, |d| &d.look)
    }

    /// How many are known.
    pub fn len(&self) -> usize {
        self.by_url.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.by_url.is_empty()
    }

    /// Forgets the first in order, to make room; its address.
    pub fn forget_one(&mut self) -> Option<String> {
        self.by_url.pop_first().map(|(url, _)| url)
    }

    /// The RSL licence at an address, when it came.
    pub fn licence(&self, url: &str) -> Option<Arc<rsl::Licence>> {
        if let Some(text) = inline(url) {
            return Some(Arc::new(rsl::Licence::read(&text)));
        }
        let document = self.by_url.get(url)?;
        let Look::Got { text, .. } = &document.look else { return None };
        Some(document.licence.get_or_init(|| Arc::new(rsl::Licence::read(text))).clone())
    }

    /// The policy at an address, when it came and machines can read it.
    pub fn policy(&self, url: &str) -> Option<Arc<odrl::Policy>> {
        let document = self.by_url.get(url)?;
        let Look::Got { text, .. } = &document.look else { return None };
        document.policy.get_or_init(|| odrl::Policy::read(text).map(Arc::new)).clone()
    }
}

/// The text of a `data:` address (RFC 2397); base64 is not written by anybody here.
fn inline(url: &str) -> Option<String> {
    let (head, body) = url.strip_prefix("data:")?.split_once(',')?;
    if head.ends_with(";base64") || body.len() > Limits::DEFAULT.text_bytes {
        return None;
    }
    Some(percent_decode_str(body).decode_utf8_lossy().into_owned())
}

/// Whether a document is asked for by itself: it lies where the work or its page lies, so
/// nobody new learns anything. Every other host is asked only when the reader says so.
pub fn at_home(document: &str, work: &str, page: Option<&str>) -> bool {
    let origin = |url: &str| Url::parse(url).ok().filter(Url::has_host).map(|u| u.origin());
    let Some(wanted) = origin(document) else { return false };
    origin(work).as_ref() == Some(&wanted) || page.and_then(origin).as_ref() == Some(&wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hosts_of_work_and_page_are_asked_by_themselves() {
        let work = "https://cdn.test/a.jpg";
        assert!(at_home("https://cdn.test/rsl.xml", work, None));
        assert!(at_home("https://page.test/rsl.xml", work, Some("https://page.test/x")));
        assert!(!at_home("https://collective.test/rsl.xml", work, Some("https://page.test/x")));
        assert!(!at_home("http://cdn.test/rsl.xml", work, None), "another scheme");
        assert!(!at_home("https://cdn.test:8443/rsl.xml", work, None), "another port");
        assert!(!at_home("file:///rsl.xml", "file:///a.jpg", None));
    }

    #[test]
    fn a_document_in_the_page_is_its_own_address() {
        assert_eq!(inline("data:application/rsl+xml,%3Crsl%2F%3E").as_deref(), Some("<rsl/>"));
        assert_eq!(inline("https://a.test/"), None);
        assert_eq!(inline("data:text/plain;base64,AAAA"), None);
    }

    #[test]
    fn what_was_not_asked_for_was_not_looked_at() {
        let mut documents = Documents::default();
        assert_eq!(documents.look("https://a.test/"), &Look::NotLooked);
        documents.set("https://a.test/".to_string(), Look::Absent { at: 1 });
        assert_eq!(documents.look("https://a.test/"), &Look::Absent { at: 1 });
        assert_eq!((documents.len(), documents.forget_one().is_some()), (1, true));
        assert!(documents.is_empty());
    }
}
