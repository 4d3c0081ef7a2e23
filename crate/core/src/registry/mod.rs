//! One file per public registry: how to ask it, how to read its answer.
//!
//! A client is two pure functions, [`Registry::plan`] and [`Registry::read`]; the
//! shell does the asking. A miss is never a statement. One record may lead to another
//! registry ([`Lead`]): the plan is then made again with what is known by then.

pub mod acoustid;
pub mod c2pa_resolver;
pub mod commonsdb;
pub mod flickr;
pub mod following;
pub mod imagehash_toolforge;
pub mod internet_archive;
pub mod iscc_gateway;
pub mod iscc_hub;
pub mod iscc_search;
pub mod met_museum;
pub mod miniature;
pub mod musicbrainz;
pub mod openverse;
pub mod own_works;
mod record;
mod response;
pub mod tdmai;
mod text;
pub mod wikimedia_commons;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::fingerprint::Fingerprint;
use crate::page::{Header, Millis};
use crate::vocabulary::Statement;

/// What leaves the reader's computer when a registry is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Privacy {
    /// Tier 0: nothing.
    Nothing,
    /// Tier 1: only to a host the page already loaded the media from.
    SameHost,
    /// Tier 2: a shard name that many works share.
    Shard,
    /// Tier 3: the identifier of a record that another registry named, to a third party: which
    /// work the reader looks at, and nothing of the file itself.
    Record,
    /// Tier 3 too: the fingerprint or hash, to a third party.
    Hash,
    /// Tier 4: the address, to a third party.
    Address,
    /// Tier 5: the media itself.
    Media,
}

impl Privacy {
    /// All tiers, the most discreet first.
    pub const ALL: [Privacy; 7] = [
        Privacy::Nothing,
        Privacy::SameHost,
        Privacy::Shard,
        Privacy::Record,
        Privacy::Hash,
        Privacy::Address,
        Privacy::Media,
    ];
}

/// What is known about a work when registries are asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Query<'a> {
    /// The address of the asset.
    pub url: &'a str,
    /// The address of the page it stands on; empty for a file opened alone. Only for a registry
    /// on the page's own host: no other is ever told.
    pub page: &'a str,
    /// The codes of its bytes, if they were read.
    pub print: Option<&'a Fingerprint>,
    /// Names under which registries that answered know it.
    pub leads: &'a [Lead],
}

/// A name under which another registry may know more about a work that one has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Lead {
    /// The id of the registry to ask.
    pub registry: String,
    /// What to ask it for, in its own words.
    pub name: String,
    /// How well the record fits from which this comes: what is found through it fits no better.
    pub fit: Fit,
}

/// One question to one registry. Only GET exists so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Request {
    /// The registry's id.
    pub registry: String,
    /// What the answer is kept under: the same key never asks twice while fresh.
    pub key: String,
    /// The address to get.
    pub url: String,
    /// Request headers.
    pub headers: Vec<Header>,
    /// What asking tells others.
    pub privacy: Privacy,
    /// How well the record fits that led here; `None` when the work itself is asked for.
    #[serde(default)]
    pub via: Option<Fit>,
}

impl Request {
    /// A question about the work itself, without headers.
    pub fn new(registry: &str, key: impl Into<String>, url: Url, privacy: Privacy) -> Request {
        Request {
            registry: registry.to_string(),
            key: key.into(),
            url: url.into(),
            headers: Vec::new(),
            privacy,
            via: None,
        }
    }
}

/// How well a record fits the work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "match")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Fit {
    /// The same bytes.
    Exact,
    /// The same address.
    Url,
    /// Alike, by so many differing bits of so many.
    Near {
        /// Differing bits.
        distance: u32,
        /// Bits compared.
        bits: u32,
        /// False: only "likely", to be said so.
        sure: bool,
        /// One is the other mirrored or turned.
        #[serde(default)]
        turned: bool,
        /// Seconds into the record at which this sound begins; negative where the record begins
        /// that much later in it. Nothing for pictures.
        #[serde(default)]
        from_s: Option<i32>,
    },
}

/// A record that a registry (or the reader's own works) holds about this work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Hit {
    /// The registry's id.
    pub registry: String,
    /// The record's id there.
    pub record_id: String,
    /// A page about it, `https:` only.
    pub record_url: Option<String>,
    /// Title of the work there.
    pub title: Option<String>,
    /// A small picture of it: an address at the registry, or, of an own work, the picture itself.
    #[serde(default)]
    pub miniature: Option<String>,
    /// How well it fits.
    pub fit: Fit,
    /// What the record states, already in the words of the vocabulary.
    pub statements: Vec<Statement>,
    /// Where more is known about this record.
    #[serde(default)]
    pub leads: Vec<Lead>,
}

/// What a registry answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Answer {
    /// It knows the work.
    Hits {
        /// Its records.
        hits: Vec<Hit>,
    },
    /// It does not know the work. Never a statement.
    Miss,
    /// It could not be asked now.
    Unavailable {
        /// When it may be asked again, in milliseconds from now.
        retry_after_ms: Option<Millis>,
        /// Why, in short.
        why: String,
    },
    /// It answered something that is no answer.
    Refused {
        /// Why, in short.
        why: String,
    },
}

/// A public registry.
pub struct Registry {
    /// Its id, e.g. `wikimedia-commons`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// A page about it.
    pub about: &'static str,
    /// Everything that asking it can tell others, the worst first.
    pub privacy: &'static [Privacy],
    /// Where it is asked unless the reader gives another address; empty when there is no public
    /// one, and then it is asked only where the reader says.
    pub endpoint: &'static str,
    /// Where its media come from, for look-ups by address; empty when it has none.
    pub media_host: &'static str,
    /// Whether the reader may have it asked elsewhere; false where records say where.
    pub takes_address: bool,
    /// Milliseconds that its rules want between two questions.
    pub gap_ms: u32,
    /// Whether it answers only those who bring a key of their own.
    pub wants_key: bool,
    /// The questions that this work gives rise to.
    pub plan: fn(&Query<'_>, &Endpoint) -> Vec<Request>,
    /// Reads one answer.
    pub read: fn(&Request, &Response) -> Answer,
}

/// Where one registry is asked: its own address or the reader's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Endpoint {
    /// The address of the API.
    pub api: String,
    /// The address under which its media lie.
    pub media: String,
    /// The reader's own key, for a registry that wants one. Sent to nobody else.
    pub key: String,
}

/// What came back for one request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: Vec<Header>,
    /// The body as text, at most `Limits::text_bytes`.
    pub body: String,
    /// When it came.
    pub at: Millis,
}

/// What stands before the name of a catalogue where registries have their ids: whoever follows
/// several can tell them apart.
pub const CATALOGUE: &str = "catalogue:";

/// Every registry, in the order in which they are asked.
pub const REGISTRIES: &[&Registry] = &[
    &wikimedia_commons::REGISTRY,
    &internet_archive::REGISTRY,
    &flickr::REGISTRY,
    &met_museum::REGISTRY,
    &openverse::REGISTRY,
    &iscc_hub::REGISTRY,
    &iscc_hub::AMLET,
    &iscc_search::REGISTRY,
    &iscc_gateway::REGISTRY,
    &commonsdb::REGISTRY,
    &imagehash_toolforge::REGISTRY,
    &c2pa_resolver::REGISTRY,
    &acoustid::REGISTRY,
    &musicbrainz::REGISTRY,
];

/// A bench for the tests of registries: questions as they are planned, answers as they come.
#[cfg(test)]
mod bench {
    use serde_json::Value;

    use super::{Answer, Endpoint, Hit, Query, Registry, Request, Response};

    /// The questions of a registry at its usual address.
    pub fn asked(registry: &Registry, query: &Query<'_>) -> Vec<Request> {
        asked_at(registry, registry.endpoint, query)
    }

    /// The questions of a registry at another address.
    pub fn asked_at(registry: &Registry, api: &str, query: &Query<'_>) -> Vec<Request> {
        let media = registry.media_host.to_string();
        let endpoint = Endpoint { api: api.to_string(), media, key: "READERS-KEY".to_string() };
        (registry.plan)(query, &endpoint)
    }

    /// An answer of status 200.
    pub fn ok(body: &Value) -> Response {
        Response { status: 200, body: body.to_string(), ..Response::default() }
    }

    /// The hits that an answer holds.
    pub fn hits(
        request: &Request,
        read: fn(&Request, &Response) -> Answer,
        body: &Value,
    ) -> Vec<Hit> {
        match read(request, &ok(body)) {
            Answer::Hits { hits } => hits,
            other => panic!("expected hits, got {other:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Header;

    /// One question to each registry, as far as its reader looks into it.
    fn questions() -> impl Iterator<Item = (&'static Registry, Request)> {
        REGISTRIES.iter().map(|registry| {
            let request = Request {
                registry: registry.id.to_string(),
                key: "a/b/c d".to_string(),
                url: "https://registry.example/v1/question".to_string(),
                headers: Vec::new(),
                privacy: registry.privacy[0],
                via: Some(Fit::Exact),
            };
            (*registry, request)
        })
    }

    fn answers(status: u16, headers: &[(&str, &str)], body: &str) -> Vec<(&'static str, Answer)> {
        let header = |(name, value): &(&str, &str)| Header {
            name: (*name).to_string(),
            value: (*value).to_string(),
        };
        let headers: Vec<Header> = headers.iter().map(header).collect();
        let response = Response { status, headers, body: body.to_string(), at: 0 };
        questions().map(|(r, request)| (r.id, (r.read)(&request, &response))).collect()
    }

    #[test]
    fn names_are_all_different() {
        let ids: std::collections::BTreeSet<&str> = REGISTRIES.iter().map(|r| r.id).collect();
        assert_eq!(ids.len(), REGISTRIES.len());
    }

    #[test]
    fn a_busy_or_broken_server_is_unavailable_and_its_wait_is_kept() {
        for (id, answer) in answers(429, &[("Retry-After", "30")], "{}") {
            let Answer::Unavailable { retry_after_ms, .. } = answer else { panic!("{id}") };
            assert_eq!(retry_after_ms, Some(30_000), "{id}");
        }
        for (id, answer) in answers(503, &[], "") {
            assert!(matches!(answer, Answer::Unavailable { .. }), "{id}");
        }
    }

    #[test]
    fn what_is_no_answer_is_never_a_miss_nor_a_hit() {
        let large = "x".repeat(crate::limits::Limits::DEFAULT.text_bytes + 1);
        let bodies = ["<html>login</html>", "[[[", "{\"a\":", "", "nonsense", "null", "7", &large];
        for body in bodies {
            for (id, answer) in answers(200, &[], body) {
                let none = matches!(answer, Answer::Refused { .. } | Answer::Unavailable { .. });
                assert!(
                    none,
                    "{id} took {} for an answer: {answer:?}",
                    body.get(..20).unwrap_or(body)
                );
            }
        }
        for (id, answer) in answers(403, &[], "{}") {
            assert!(matches!(answer, Answer::Refused { .. }), "{id}");
        }
    }

    #[test]
    fn what_answers_another_question_is_no_hit() {
        let other = r#"{"id": "other", "q": "other", "objectID": 1, "iscc": "ISCC:OTHER",
            "iscc_id": "ISCC:OTHER", "metadata": {"identifier": "other"},
            "web_page": "https://www.flickr.com/photos/other/1/",
            "query": {"iscc_code": "ISCC:OTHER", "pages": [{"pageid": 1, "ns": 6}]}}"#;
        for (id, answer) in answers(200, &[], other) {
            assert!(!matches!(answer, Answer::Hits { .. }), "{id}: {answer:?}");
        }
    }

    #[test]
    fn nothing_is_asked_about_a_work_of_which_nothing_is_known() {
        for registry in REGISTRIES {
            let endpoint = Endpoint { api: registry.endpoint.to_string(), ..Endpoint::default() };
            assert!((registry.plan)(&Query::default(), &endpoint).is_empty(), "{}", registry.id);
        }
    }
}
