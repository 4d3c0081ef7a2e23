//! One file per standard: what it states about this asset.
//!
//! A signal says what was *stated*; only `verdict.rs` says what follows.
//! Adding one costs three places: its file, its line in [`SIGNALS`], its cases.

pub mod ai_txt;
pub mod aipref;
pub mod audio_tags;
pub mod c2pa;
pub mod cawg;
pub mod content_signals;
pub mod crawlers;
pub mod creative_commons;
pub mod document;
pub mod dublin_core;
pub mod iptc;
pub mod manifest_metadata;
pub mod noai;
pub mod odrl;
pub mod plus;
pub mod rel_license;
pub mod robots;
pub mod rsl;
pub mod schema_org;
pub mod structured_data;
pub mod tdmrep;
pub mod trust_txt;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use url::Url;

use crate::limits::Limits;
use crate::media::{END_TAGS, MediaKind};
use crate::metadata::c2pa::{Legible, Store};
use crate::metadata::{Property, XmpPacket};
use crate::page::{LinkTag, Look, PageFacts, WorkFacts, WorkKind};
use crate::reading::Reading;
pub use document::Documents;

use crate::vocabulary::{
    Authenticity, Basis, Coverage, LicenceClaim, OriginClaim, Problem, ProblemCode, Scope, Stance,
    Statement, Tier, Use, Verdict,
};

/// The place a signal is read from. Decides its coverage when it stays silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The bytes of the asset: any metadata.
    Bytes,
    /// The bytes of the asset: XMP packets only.
    Xmp,
    /// The bytes of the asset: its C2PA manifest store.
    Manifest,
    /// The headers of the response that delivered the bytes.
    Headers,
    /// The markup of the page.
    Page,
    /// The markup of the page, where there is one, and the headers of the asset.
    PageAndHeaders,
    /// `robots.txt` on the asset's origin.
    Robots,
    /// `/.well-known/tdmrep.json` on the asset's origin.
    TdmrepFile,
    /// `/ai.txt` on the asset's origin.
    AiTxt,
    /// `/trust.txt` or `/.well-known/trust.txt` on the asset's origin.
    TrustTxt,
    /// Licence documents that `robots.txt`, the response headers or the page name.
    Documents,
}

/// How one machine-readable statement presents itself.
pub struct Signal {
    /// Its id, e.g. `plus.dmi`.
    pub id: &'static str,
    /// Its name for people, in the standard's own words.
    pub title: &'static str,
    /// Link to the specification.
    pub spec: &'static str,
    /// What it speaks about.
    pub scope: Scope,
    /// Where it is read from.
    pub source: Source,
    /// Reads every statement it makes about this asset. Called only when the source was had.
    pub read: fn(&Asset<'_>, &mut Findings),
}

/// Every signal that is read, in the order of the reference table.
pub const SIGNALS: &[&Signal] = &[
    &plus::DMI,
    &iptc::RIGHTS,
    &iptc::SOURCE,
    &creative_commons::XMP,
    &tdmrep::XMP,
    &rsl::EMBEDDED,
    &audio_tags::TAGS,
    &c2pa::TDM,
    &cawg::TDM,
    &cawg::IDENTITY,
    &c2pa::SOURCE,
    &manifest_metadata::METADATA,
    &c2pa::SOFT_BINDING,
    &aipref::HEADER,
    &aipref::ROBOTS,
    &content_signals::ROBOTS,
    &content_signals::HEADER,
    &rsl::RSL,
    &tdmrep::FILE,
    &tdmrep::HEADER,
    &tdmrep::META,
    &robots::UA,
    &noai::NOAI,
    &ai_txt::AI_TXT,
    &trust_txt::TRUST_TXT,
    &schema_org::SCHEMA,
    &rel_license::REL_LICENSE,
    &dublin_core::META,
];

/// Signals that stand in records about a work, and neither in it nor around it: not checked until
/// somebody hands over a record (`registry/tdmai.rs`).
pub const IN_RECORDS: &[&str] = &["tdmai"];

/// The name for people of a signal, read or not; an id that nobody knows stays as it is.
pub fn title(id: &str) -> &str {
    let known = SIGNALS.iter().find(|s| s.id == id).map(|s| s.title);
    known.unwrap_or(match id {
        "tdmai" => "TDM·AI",
        other => other,
    })
}

/// A text file at a fixed place of a site that speaks about the works there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteFile {
    /// RFC 9309 and what other standards add to it.
    Robots,
    /// TDM Reservation Protocol.
    Tdmrep,
    /// Spawning's `ai.txt`.
    AiTxt,
    /// JournalList's `trust.txt`.
    TrustTxt,
    /// The other place for `trust.txt`, asked for where the first has none.
    TrustTxtWellKnown,
}

impl SiteFile {
    /// All of them, in the order in which they are asked for.
    pub const ALL: [SiteFile; 5] = [
        SiteFile::Robots,
        SiteFile::Tdmrep,
        SiteFile::AiTxt,
        SiteFile::TrustTxt,
        SiteFile::TrustTxtWellKnown,
    ];

    /// Its path on the site.
    pub fn path(self) -> &'static str {
        match self {
            SiteFile::Robots => "/robots.txt",
            SiteFile::Tdmrep => "/.well-known/tdmrep.json",
            SiteFile::AiTxt => "/ai.txt",
            SiteFile::TrustTxt => "/trust.txt",
            SiteFile::TrustTxtWellKnown => "/.well-known/trust.txt",
        }
    }
}

/// The text files of the asset's origin. They are read at the first look and for every work
/// there: a page may show thousands, and a `robots.txt` may have twenty thousand lines.
#[derive(Clone, Debug)]
pub struct SiteFacts {
    robots: Look,
    tdmrep: Look,
    ai_txt: Look,
    trust_txt: Look,
    trust_txt_well_known: Look,
    robots_rules: OnceLock<Arc<robots::Rules>>,
    tdmrep_rules: OnceLock<Arc<tdmrep::Rules>>,
}

impl Default for SiteFacts {
    fn default() -> Self {
        SiteFacts::new(Look::NotLooked, Look::NotLooked)
    }
}

impl SiteFacts {
    /// What came of `robots.txt` and of `/.well-known/tdmrep.json`; nobody asked for the others.
    pub fn new(robots: Look, tdmrep: Look) -> SiteFacts {
        SiteFacts {
            robots,
            tdmrep,
            ai_txt: Look::NotLooked,
            trust_txt: Look::NotLooked,
            trust_txt_well_known: Look::NotLooked,
            robots_rules: OnceLock::new(),
            tdmrep_rules: OnceLock::new(),
        }
    }

    /// The same for every file.
    pub fn all(look: &Look) -> SiteFacts {
        let mut site = SiteFacts::default();
        SiteFile::ALL.into_iter().for_each(|file| site.set(file, look.clone()));
        site
    }

    /// What came of one file.
    pub fn look(&self, file: SiteFile) -> &Look {
        match file {
            SiteFile::Robots => &self.robots,
            SiteFile::Tdmrep => &self.tdmrep,
            SiteFile::AiTxt => &self.ai_txt,
            SiteFile::TrustTxt => &self.trust_txt,
            SiteFile::TrustTxtWellKnown => &self.trust_txt_well_known,
        }
    }

    /// Whether a file is worth asking for: the second place only where the first has none.
    pub fn wants(&self, file: SiteFile) -> bool {
        file != SiteFile::TrustTxtWellKnown
            || match &self.trust_txt {
                Look::Absent { .. } => true,
                Look::Got { .. } => text_of(&self.trust_txt).is_none(),
                Look::NotLooked | Look::Failed { .. } => false,
            }
    }

    /// `robots.txt`.
    pub fn robots(&self) -> &Look {
        &self.robots
    }

    /// `/.well-known/tdmrep.json`.
    pub fn tdmrep(&self) -> &Look {
        &self.tdmrep
    }

    /// `trust.txt`, wherever it was found.
    pub fn trust_txt(&self) -> &Look {
        if self.wants(SiteFile::TrustTxtWellKnown) {
            &self.trust_txt_well_known
        } else {
            &self.trust_txt
        }
    }

    /// Looks anew at one file.
    pub fn set(&mut self, file: SiteFile, look: Look) {
        match file {
            SiteFile::Robots => {
                self.robots = look;
                self.robots_rules = OnceLock::new();
            }
            SiteFile::Tdmrep => {
                self.tdmrep = look;
                self.tdmrep_rules = OnceLock::new();
            }
            SiteFile::AiTxt => self.ai_txt = look,
            SiteFile::TrustTxt => self.trust_txt = look,
            SiteFile::TrustTxtWellKnown => self.trust_txt_well_known = look,
        }
    }

    /// Characters of all files together.
    pub fn size(&self) -> usize {
        let size = |look: &Look| match look {
            Look::Got { text, .. } => text.len(),
            _ => 0,
        };
        SiteFile::ALL.into_iter().map(|file| size(self.look(file))).sum()
    }

    /// `robots.txt`, read, when it came and is one.
    pub fn robots_rules(&self) -> Option<Arc<robots::Rules>> {
        let text = text_of(&self.robots)?;
        let read = || Arc::new(robots::Rules::read(text, &Limits::DEFAULT));
        Some(self.robots_rules.get_or_init(read).clone())
    }

    /// `/.well-known/tdmrep.json`, read, when it came and is one.
    pub fn tdmrep_rules(&self) -> Option<Arc<tdmrep::Rules>> {
        let text = text_of(&self.tdmrep)?;
        Some(self.tdmrep_rules.get_or_init(|| Arc::new(tdmrep::Rules::read(text))).clone())
    }
}

/// A page, and what its structured data says: read once, and not once for each of its works.
#[derive(Clone, Debug, Default)]
pub struct Page {
    facts: PageFacts,
    described: OnceLock<Arc<structured_data::Described>>,
}

impl From<PageFacts> for Page {
    fn from(facts: PageFacts) -> Page {
        Page { facts, described: OnceLock::new() }
    }
}

impl std::ops::Deref for Page {
    type Target = PageFacts;

    fn deref(&self) -> &PageFacts {
        &self.facts
    }
}

impl Page {
    /// What the page told.
    pub fn facts(&self) -> &PageFacts {
        &self.facts
    }

    /// Its JSON-LD, microdata and RDFa.
    pub fn described(&self) -> &structured_data::Described {
        let read = || Arc::new(structured_data::Described::read(&self.facts));
        self.described.get_or_init(read)
    }
}

/// The text of a site file; a host that answers every unknown path with a page has none.
fn text_of(look: &Look) -> Option<&str> {
    match look {
        Look::Got { text, mime, .. } if !robots::is_page(text, mime) => Some(text),
        _ => None,
    }
}

/// All that is known about one asset, for signals to read.
#[derive(Clone, Copy)]
pub struct Asset<'a> {
    /// Its absolute address; `file:` for a local file.
    pub url: &'a str,
    /// What its file said, if it was read.
    pub reading: Option<&'a Reading>,
    /// The page it stands on, if there is one.
    pub page: Option<&'a Page>,
    /// The element that shows it.
    pub work: Option<&'a WorkFacts>,
    /// The text files of its origin.
    pub site: &'a SiteFacts,
    /// Documents that somebody names in what is said about it.
    pub documents: &'a Documents,
}

impl<'a> Asset<'a> {
    /// Every value of a response header, in order, without regard to case.
    pub fn headers(&self, name: &str) -> Vec<&'a str> {
        self.reading
            .map(|r| {
                r.delivery
                    .headers
                    .iter()
                    .filter(|h| h.name.eq_ignore_ascii_case(name))
                    .map(|h| h.value.as_str())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// Every `<meta>` of that name on the page, in order, without regard to case.
    pub fn meta(&self, name: &str) -> Vec<&'a str> {
        self.page
            .map(|p| {
                p.meta
                    .iter()
                    .filter(|m| m.name.trim().eq_ignore_ascii_case(name))
                    .map(|m| m.content.as_str())
                    .collect()
            })
            .unwrap_or_default()
    }

    /// Links of the page whose `rel` contains the token.
    pub fn links(&self, rel: &str) -> Vec<&'a LinkTag> {
        let has = |l: &&LinkTag| l.rel.split_whitespace().any(|r| r.eq_ignore_ascii_case(rel));
        self.page.map(|p| p.links.iter().filter(has).collect()).unwrap_or_default()
    }

    /// Every XMP property of that name, over all packets, with its place.
    pub fn xmp(&self, ns: &'a str, name: &'a str) -> Vec<XmpPlace<'a>> {
        self.reading
            .map(|r| {
                r.metadata
                    .xmp
                    .iter()
                    .flat_map(|packet| {
                        packet.all(ns, name).map(move |property| XmpPlace { packet, property })
                    })
                    .take(Limits::DEFAULT.statements)
                    .collect()
            })
            .unwrap_or_default()
    }

    /// The host that serves it: the voice behind its headers and site files.
    pub fn host(&self) -> Option<String> {
        Url::parse(self.url).ok().and_then(|u| u.host_str().map(str::to_string))
    }

    /// Its path and query, as path rules see them (RFC 9309, 2.2.2).
    pub fn path(&self) -> String {
        Url::parse(self.url)
            .map(|u| u.query().map_or(u.path().to_string(), |q| format!("{}?{q}", u.path())))
            .unwrap_or_default()
    }

    /// Whether it is a picture: by its bytes, else by the element that shows it.
    pub fn is_picture(&self) -> bool {
        match (self.reading.and_then(|r| r.media.as_ref()), self.work) {
            (Some(media), _) => media.kind == MediaKind::Image,
            (None, Some(work)) => {
                matches!(work.kind, WorkKind::Image | WorkKind::Background | WorkKind::Poster)
            }
            (None, None) => false,
        }
    }
}

/// An XMP property where it stands.
#[derive(Clone, Copy)]
pub struct XmpPlace<'a> {
    /// The packet it stands in.
    pub packet: &'a XmpPacket,
    /// The property.
    pub property: &'a Property,
}

impl XmpPlace<'_> {
    /// The packet's place and the property's usual name.
    pub fn locator(&self, label: &str) -> String {
        format!("{}, {label}", self.packet.locator)
    }

    /// The tier of a statement here; a packet found by scanning may be a thumbnail's.
    pub fn tier(&self, tier: Tier) -> Tier {
        if self.packet.structured { tier } else { tier.min(Tier::S1) }
    }
}

/// A value as a web address a reader may follow (`http:` or `https:`), trimmed.
pub fn web_address(value: &str) -> Option<String> {
    let value = value.trim();
    // No real address is longer; a longer one is no offer but a burden.
    if value.len() > 2_048 {
        return None;
    }
    let url = Url::parse(value).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| value.to_string())
}

/// What one signal found, collected for the verdict.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Statements of all signals read so far.
    pub statements: Vec<Statement>,
    /// Coverage by signal id; every known signal has one.
    pub coverage: BTreeMap<String, Coverage>,
    /// Values that could not be understood: signal id, place, raw value.
    pub malformed: Vec<Unreadable>,
    /// Places that may speak and are not read yet, e.g. a C2PA manifest store.
    pub unread: Vec<String>,
    current: Option<(&'static str, Scope)>,
    /// What the signal being read could not have, when it is more than silence.
    lacking: Option<Coverage>,
}

/// A value that was there and could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The signal it belongs to.
    pub signal: String,
    /// Where it stood.
    pub locator: String,
    /// The value as it stood there.
    pub raw: String,
    /// Why it was not understood.
    pub why: String,
}

impl Findings {
    /// A statement of the signal being read, to be completed and given to [`Findings::add`].
    pub fn draft(
        &self,
        carrier: &str,
        locator: impl Into<String>,
        raw: impl Into<String>,
        tier: Tier,
    ) -> Draft {
        let (signal, scope) = self.current.unwrap_or(("", Scope::Work));
        Draft(Statement {
            signal: signal.to_string(),
            carrier: carrier.to_string(),
            locator: locator.into(),
            raw: cut(raw.into()),
            scope,
            pattern: None,
            declared_by: None,
            authenticity: if scope == Scope::Bytes {
                Authenticity::Unsigned
            } else {
                Authenticity::NotApplicable
            },
            tier,
            verdicts: BTreeMap::new(),
            offers: Vec::new(),
            licence: None,
            origin: None,
            notes: Vec::new(),
        })
    }

    /// Records a statement; beyond the limit of one signal the rest is not kept.
    pub fn add(&mut self, draft: Draft) {
        let same = self.statements.iter().filter(|s| s.signal == draft.0.signal).count();
        if same < Limits::DEFAULT.statements {
            self.statements.push(draft.0);
        }
    }

    /// Says that the asset was asked for and could not be had: what would have been read
    /// from its bytes and headers has failed, which is neither silent nor unasked.
    pub fn not_fetched(&mut self) {
        for signal in SIGNALS {
            let lost = match signal.source {
                Source::Bytes
                | Source::Xmp
                | Source::Manifest
                | Source::Headers
                | Source::PageAndHeaders
                | Source::Documents => true,
                Source::Page
                | Source::Robots
                | Source::TdmrepFile
                | Source::AiTxt
                | Source::TrustTxt => false,
            };
            if let Some(coverage) = self.coverage.get_mut(signal.id)
                && lost
                && *coverage == Coverage::NotChecked
            {
                *coverage = Coverage::FetchFailed;
            }
        }
    }

    /// Says that a document which the signal being read names was not had: it may say
    /// anything, so silence would claim too much.
    pub fn lacks(&mut self, coverage: Coverage, what: String) {
        // A failure says more than "nobody looked".
        if self.lacking != Some(Coverage::FetchFailed) {
            self.lacking = Some(coverage);
        }
        if !self.unread.contains(&what) && self.unread.len() < Limits::DEFAULT.statements {
            self.unread.push(what);
        }
    }

    /// Records a value that was there and could not be understood.
    pub fn malformed(
        &mut self,
        locator: impl Into<String>,
        raw: impl Into<String>,
        why: impl Into<String>,
    ) {
        let signal = self.current.map(|c| c.0).unwrap_or_default().to_string();
        if self.malformed.iter().filter(|m| m.signal == signal).count() < Limits::DEFAULT.statements
        {
            self.malformed.push(Unreadable {
                signal,
                locator: locator.into(),
                raw: cut(raw.into()),
                why: why.into(),
            });
        }
    }
}

/// A statement under construction.
pub struct Draft(pub Statement);

impl Draft {
    /// Says a verdict about one use.
    pub fn says(mut self, u: Use, verdict: Verdict, basis: Basis) -> Self {
        self.0.verdicts.insert(u, Stance { verdict, basis });
        self
    }

    /// Names who says it; an empty name is nobody's.
    pub fn by(mut self, who: impl Into<String>) -> Self {
        let who = who.into();
        self.0.declared_by = (!who.is_empty()).then_some(who);
        self
    }

    /// Changes what it speaks about.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.0.scope = scope;
        self
    }

    /// Names the rule that matched.
    pub fn pattern(mut self, pattern: impl Into<String>) -> Self {
        self.0.pattern = Some(pattern.into());
        self
    }

    /// Adds a place where permission can be had.
    pub fn offer(mut self, url: impl Into<String>) -> Self {
        self.0.offers.push(url.into());
        self
    }

    /// Adds a remark on how it was read.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Attaches what it says about licence and ownership.
    pub fn licence(mut self, claim: LicenceClaim) -> Self {
        self.0.licence = Some(claim);
        self
    }

    /// Attaches what it says about how the work came to be.
    pub fn origin(mut self, claim: OriginClaim) -> Self {
        self.0.origin = Some(claim);
        self
    }
}

/// A value cut to what is kept of it.
fn cut(value: String) -> String {
    match value.char_indices().nth(Limits::DEFAULT.value_chars) {
        Some((at, _)) => value.get(..at).unwrap_or_default().to_string() + "…",
        None => value,
    }
}

/// Whether a source was had, and so can be read.
fn had(source: Source, asset: &Asset<'_>) -> bool {
    let got = |look: &Look| matches!(look, Look::Got { .. });
    let headers = asset.reading.is_some_and(|r| r.delivery.status != 0);
    match source {
        Source::Bytes | Source::Xmp | Source::Manifest => {
            asset.reading.is_some_and(|r| r.media.is_some())
        }
        Source::Headers => headers,
        Source::Page => asset.page.is_some(),
        Source::PageAndHeaders => headers || asset.page.is_some(),
        Source::Robots => got(&asset.site.robots),
        Source::TdmrepFile => got(&asset.site.tdmrep),
        Source::AiTxt => got(&asset.site.ai_txt),
        Source::TrustTxt => got(asset.site.trust_txt()),
        Source::Documents => headers || asset.page.is_some() || got(&asset.site.robots),
    }
}

/// The coverage of a signal that stays silent.
fn silence(source: Source, asset: &Asset<'_>) -> Coverage {
    let of_look = |look: &Look| match look {
        Look::NotLooked => Coverage::NotChecked,
        Look::Failed { .. } => Coverage::FetchFailed,
        Look::Absent { .. } | Look::Got { .. } => Coverage::CheckedAbsent,
    };
    match source {
        Source::Bytes => of_bytes(asset, &["xmp", "exif", "iim", "text"]),
        Source::Xmp => of_bytes(asset, &["xmp"]),
        Source::Manifest => {
            let closed = |s: &Store| s.legible == Legible::Unsupported;
            let elsewhere = c2pa::remote(asset).is_some();
            match of_bytes(asset, &["c2pa"]) {
                Coverage::CheckedAbsent if elsewhere && c2pa::missed(asset).is_some() => {
                    Coverage::FetchFailed
                }
                Coverage::CheckedAbsent if elsewhere => Coverage::NotChecked,
                Coverage::CheckedAbsent if c2pa::store(asset).is_some_and(closed) => {
                    Coverage::NotChecked
                }
                coverage => coverage,
            }
        }
        Source::Headers => match asset.reading {
            Some(r) if r.delivery.status != 0 => Coverage::CheckedAbsent,
            _ => Coverage::NotChecked,
        },
        Source::Page => match asset.page {
            Some(_) => Coverage::CheckedAbsent,
            None => Coverage::NotChecked,
        },
        // Only both together are the whole; a work opened alone has no page to look at.
        Source::PageAndHeaders => silence(Source::Headers, asset),
        Source::Robots => of_look(&asset.site.robots),
        Source::TdmrepFile => of_look(&asset.site.tdmrep),
        Source::AiTxt => of_look(&asset.site.ai_txt),
        Source::TrustTxt => of_look(asset.site.trust_txt()),
        // A document can be named in either place: silence needs both.
        Source::Documents => match (of_look(&asset.site.robots), silence(Source::Headers, asset)) {
            (Coverage::CheckedAbsent, headers) => headers,
            (robots, _) => robots,
        },
    }
}

/// The coverage of silent bytes: only a file whose container and metadata were walked whole, as
/// far as such blocks can stand in it, can be said to hold none.
fn of_bytes(asset: &Asset<'_>, kinds: &[&str]) -> Coverage {
    let Some(reading) = asset.reading else { return Coverage::NotChecked };
    let has = |wanted: ProblemCode| {
        reading.problems.iter().any(|p| p.code == wanted && concerns(p, kinds))
    };
    let broken_block = reading.metadata.malformed.iter().any(|m| kinds.contains(&m.as_str()));
    let broken = [ProblemCode::Malformed, ProblemCode::Truncated, ProblemCode::OverLimit];
    if reading.media.is_none() && has(ProblemCode::Unreadable) {
        // A page or a text came in place of the work: the work was not had.
        Coverage::FetchFailed
    } else if broken_block || broken.into_iter().any(has) || has(ProblemCode::Unreadable) {
        Coverage::Malformed
    } else if reading.media.is_none() || has(ProblemCode::Unsupported) {
        Coverage::NotChecked
    } else {
        Coverage::CheckedAbsent
    }
}

/// Whether a fault leaves it in doubt that there are blocks of these kinds.
fn concerns(problem: &Problem, kinds: &[&str]) -> bool {
    let place = problem.place.as_str();
    // Pixels and samples that are cut or cannot be decoded leave the metadata beside them
    // readable; a fault inside one block is that block's, and stands in `malformed`.
    let apart = problem.misnames()
        || place.starts_with("picture data")
        || place.starts_with("sound data")
        || place.ends_with("of the block")
        || place.ends_with("of the packet");
    !apart && (!place.starts_with(END_TAGS) || kinds.contains(&"text"))
}

/// The addresses of documents that are named in what is said about an asset: licences and
/// policies that must be had before it is known what was said.
pub fn wanted(asset: &Asset<'_>) -> BTreeSet<String> {
    // No page names more in good faith.
    const MOST: usize = 16;
    let named = rsl::named(asset).into_iter().chain(tdmrep::policies(asset));
    named.filter(|url| !url.starts_with("data:")).take(MOST).collect()
}

/// Reads every signal about one asset.
pub fn read_all(asset: &Asset<'_>) -> Findings {
    let mut findings = Findings::default();
    for id in IN_RECORDS {
        findings.coverage.insert((*id).to_string(), Coverage::NotChecked);
    }
    findings.unread.extend(c2pa::unread(asset));
    for signal in SIGNALS {
        let mut coverage = silence(signal.source, asset);
        if had(signal.source, asset) {
            findings.current = Some((signal.id, signal.scope));
            (signal.read)(asset, &mut findings);
            findings.current = None;
            coverage = findings.lacking.take().unwrap_or(coverage);
            if findings.malformed.iter().any(|m| m.signal == signal.id) {
                coverage = Coverage::Malformed;
            }
            if findings.statements.iter().any(|s| s.signal == signal.id) {
                coverage = Coverage::Found;
            }
        }
        findings.coverage.insert(signal.id.to_string(), coverage);
    }
    findings
}

/// A bench on which one asset is laid out, for the tests of the signals.
#[cfg(test)]
pub(crate) mod bench {
    use super::*;
    use crate::media::MediaFacts;
    use crate::metadata::{ExifField, IimField};
    use crate::page::{Header, MetaTag};

    /// A property with one text.
    pub fn simple(ns: &str, name: &str, text: &str) -> Property {
        Property {
            ns: ns.to_string(),
            name: name.to_string(),
            text: text.to_string(),
            ..Property::default()
        }
    }

    /// A property with one array item (or one language).
    pub fn item(ns: &str, name: &str, text: &str) -> Property {
        let mut li = simple("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "li", text);
        li.lang = Some("x-default".to_string());
        Property { children: vec![li], ..simple(ns, name, "") }
    }

    /// What is known of one asset.
    pub struct Bench {
        pub url: String,
        pub reading: Option<Reading>,
        pub page: Option<Page>,
        pub work: Option<WorkFacts>,
        pub site: SiteFacts,
        pub documents: Documents,
    }

    impl Bench {
        /// A plain JPEG served over HTTP, opened alone, nothing said anywhere.
        pub fn new() -> Bench {
            let mut reading = Reading {
                media: Some(MediaFacts {
                    kind: MediaKind::Image,
                    format: "jpeg".to_string(),
                    mime: "image/jpeg".to_string(),
                    bytes: 1_000,
                    width: Some(64),
                    height: Some(48),
                    orientation: Some(1),
                    frames: Some(1),
                    duration_s: None,
                }),
                ..Reading::default()
            };
            reading.delivery.status = 200;
            Bench {
                url: "https://gallery.test/photos/heron.jpg".to_string(),
                reading: Some(reading),
                page: None,
                work: None,
                site: SiteFacts::all(&Look::Absent { at: 0 }),
                documents: Documents::default(),
            }
        }

        pub fn url(mut self, url: &str) -> Bench {
            self.url = url.to_string();
            self
        }

        fn change(mut self, change: impl FnOnce(&mut Reading)) -> Bench {
            if let Some(reading) = &mut self.reading {
                change(reading);
            }
            self
        }

        pub fn xmp(self, properties: Vec<Property>) -> Bench {
            self.packet("APP1 at 0x14", true, properties)
        }

        pub fn packet(self, locator: &str, structured: bool, properties: Vec<Property>) -> Bench {
            let locator = locator.to_string();
            self.change(|r| r.metadata.xmp.push(XmpPacket { locator, structured, properties }))
        }

        pub fn exif(self, tag: u16, name: &str, value: &str) -> Bench {
            let field = ExifField {
                tag,
                name: name.to_string(),
                value: value.to_string(),
                locator: format!("APP1 at 0x2, {name}"),
            };
            self.change(|r| r.metadata.exif.push(field))
        }

        pub fn embedded_rsl(self, text: &str) -> Bench {
            let field = crate::metadata::TextField {
                key: "xmp".to_string(),
                value: text.to_string(),
                locator: "APP1 at 0x14".to_string(),
            };
            self.change(|r| r.metadata.rsl.push(field))
        }

        pub fn iim(self, record: u8, dataset: u8, value: &str) -> Bench {
            let field = IimField {
                record,
                dataset,
                value: value.to_string(),
                locator: format!("APP13 at 0x90, {record}:{dataset}"),
            };
            self.change(|r| r.metadata.iim.push(field))
        }

        pub fn header(self, name: &str, value: &str) -> Bench {
            let header = Header { name: name.to_string(), value: value.to_string() };
            self.change(|r| r.delivery.headers.push(header))
        }

        pub fn problem(self, code: ProblemCode, place: &str) -> Bench {
            self.change(|r| r.problems.push(Problem::new(code, place, "a fault")))
        }

        pub fn kind(self, kind: MediaKind) -> Bench {
            self.change(|r| {
                if let Some(media) = &mut r.media {
                    media.kind = kind;
                }
            })
        }

        pub fn local(self) -> Bench {
            self.change(|r| r.delivery.status = 0).url("file:///pictures/heron.jpg")
        }

        /// A manifest store of a kind that is not read.
        pub fn c2pa(self) -> Bench {
            let store = Store {
                locator: "APP11 at 0x400".to_string(),
                legible: Legible::Unsupported,
                ..Store::default()
            };
            self.change(|r| r.metadata.c2pa = Some(store))
        }

        pub fn unread(mut self) -> Bench {
            self.reading = None;
            self
        }

        pub fn robots(self, text: &str) -> Bench {
            self.file(SiteFile::Robots, got(text, "text/plain"))
        }

        pub fn tdmrep(self, text: &str) -> Bench {
            self.file(SiteFile::Tdmrep, got(text, "application/json"))
        }

        pub fn file(mut self, file: SiteFile, look: Look) -> Bench {
            self.site.set(file, look);
            self
        }

        pub fn document(mut self, url: &str, look: Look) -> Bench {
            self.documents.set(url.to_string(), look);
            self
        }

        pub fn page(mut self) -> Bench {
            let url = "https://gallery.test/works".to_string();
            self.page = Some(PageFacts { url, ..PageFacts::default() }.into());
            self.work = Some(WorkFacts {
                id: 1,
                kind: WorkKind::Image,
                url: self.url.clone(),
                name: String::new(),
                width: 64,
                height: 48,
                visible: true,
                links: Vec::new(),
            });
            self
        }

        pub fn meta(self, name: &str, content: &str) -> Bench {
            let (name, content) = (name.to_string(), content.to_string());
            self.told(|page| page.meta.push(MetaTag { name, content }))
        }

        pub fn link(self, link: LinkTag) -> Bench {
            self.told(|page| page.links.push(link))
        }

        /// The page tells more.
        pub fn told(mut self, more: impl FnOnce(&mut PageFacts)) -> Bench {
            self.page = self.page.map(|page| {
                let mut facts = page.facts().clone();
                more(&mut facts);
                facts.into()
            });
            self
        }

        pub fn figure_link(mut self, link: LinkTag) -> Bench {
            if let Some(work) = &mut self.work {
                work.links.push(link);
            }
            self
        }

        pub fn asset(&self) -> Asset<'_> {
            Asset {
                url: &self.url,
                reading: self.reading.as_ref(),
                page: self.page.as_ref(),
                work: self.work.as_ref(),
                site: &self.site,
                documents: &self.documents,
            }
        }

        pub fn read(&self) -> Findings {
            read_all(&self.asset())
        }
    }

    pub fn got(text: &str, mime: &str) -> Look {
        Look::Got { text: text.to_string(), mime: mime.to_string(), at: 0 }
    }

    impl Findings {
        /// The statements of one signal.
        pub fn of(&self, id: &str) -> Vec<Statement> {
            self.statements.iter().filter(|s| s.signal == id).cloned().collect()
        }

        /// The coverage of one signal, as its token.
        pub fn state(&self, id: &str) -> &'static str {
            self.coverage.get(id).map_or("missing", |c| c.token())
        }
    }

    /// The verdicts of one statement, as `use=verdict` with `*` for what is implied
    /// and `~` for a withdrawn vocabulary, in the order of the uses.
    pub fn said(statement: &Statement) -> String {
        let sign = |b: Basis| match b {
            Basis::Implied => "*",
            Basis::Legacy => "~",
            _ => "",
        };
        let all: Vec<String> = statement
            .verdicts
            .iter()
            .map(|(u, s)| format!("{}={}{}", u.token(), s.verdict.token(), sign(s.basis)))
            .collect();
        all.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::bench::{Bench, simple};
    use super::*;

    #[test]
    fn every_signal_has_a_coverage_and_its_own_id() {
        let findings = Bench::new().read();
        for signal in SIGNALS {
            assert!(findings.coverage.contains_key(signal.id), "{}", signal.id);
            assert!(!IN_RECORDS.contains(&signal.id), "{} is read", signal.id);
            assert_eq!(SIGNALS.iter().filter(|s| s.id == signal.id).count(), 1);
            assert!(signal.spec.starts_with("https://") || signal.spec.starts_with("http://"));
        }
        assert_eq!(findings.coverage.len(), SIGNALS.len() + IN_RECORDS.len());
    }

    #[test]
    fn absent_unchecked_failed_and_malformed_are_four_things() {
        let absent = Bench::new().read();
        assert_eq!(absent.state("plus.dmi"), "checked-absent");
        assert_eq!(absent.state("robots.ua"), "checked-absent");
        assert_eq!(absent.state("tdmrep.meta"), "not-checked", "there was no page");
        let unread = Bench::new().unread().read();
        assert_eq!(unread.state("plus.dmi"), "not-checked");
        assert_eq!(unread.state("aipref.header"), "not-checked");
        let mut bench = Bench::new().problem(ProblemCode::Truncated, "byte 9");
        bench.site.set(SiteFile::Robots, Look::Failed { why: crate::page::Failure::Silent, at: 0 });
        bench.site.set(SiteFile::Tdmrep, Look::NotLooked);
        let failed = bench.read();
        assert_eq!(failed.state("plus.dmi"), "malformed");
        assert_eq!(failed.state("robots.ua"), "fetch-failed");
        assert_eq!(failed.state("tdmrep.file"), "not-checked");
    }

    #[test]
    fn what_could_not_be_fetched_has_failed() {
        let mut findings = Bench::new().unread().page().meta("robots", "noai").read();
        findings.not_fetched();
        assert_eq!(findings.state("plus.dmi"), "fetch-failed");
        assert_eq!(findings.state("aipref.header"), "fetch-failed");
        assert_eq!(findings.state("rel.license"), "fetch-failed");
        assert_eq!(findings.state("noai"), "found", "the page has spoken");
        assert_eq!(findings.state("tdmrep.meta"), "checked-absent");
        assert_eq!(findings.state("c2pa.tdm"), "fetch-failed");
        assert_eq!(findings.state("rsl"), "fetch-failed");
        assert_eq!(findings.state("tdmai"), "not-checked");
    }

    #[test]
    fn a_local_file_has_no_headers_to_check() {
        let findings = Bench::new().local().read();
        assert_eq!(findings.state("tdmrep.header"), "not-checked");
        assert_eq!(findings.state("iptc.rights"), "checked-absent");
    }

    #[test]
    fn only_faults_outside_the_pixels_leave_metadata_in_doubt() {
        for (code, place, expected) in [
            (ProblemCode::Unsupported, "picture data", "checked-absent"),
            (ProblemCode::OverLimit, "picture data", "checked-absent"),
            (ProblemCode::Malformed, "picture data at 0x90", "checked-absent"),
            (ProblemCode::Malformed, "content-type", "checked-absent"),
            (ProblemCode::Truncated, "picture data at 0x90", "checked-absent"),
            (ProblemCode::Truncated, "sound data", "checked-absent"),
            (ProblemCode::Truncated, "end of the sound at 0x90", "checked-absent"),
            (ProblemCode::Truncated, "byte at 0x90", "malformed"),
            (ProblemCode::Malformed, "APP1 at 0x14", "malformed"),
            (ProblemCode::OverLimit, "APP1 at 0x14", "malformed"),
            (ProblemCode::Malformed, "APP1 at 0x2, offset 0x9 of the block", "checked-absent"),
            (ProblemCode::Unsupported, "byte 0", "not-checked"),
        ] {
            let findings = Bench::new().problem(code, place).read();
            assert_eq!(findings.state("plus.dmi"), expected, "{code:?} {place}");
        }
    }

    #[test]
    fn a_sound_that_breaks_off_leaves_only_its_last_tags_in_doubt() {
        let found = Bench::new().problem(ProblemCode::Truncated, "end of the sound at 0x90").read();
        for (signal, state) in [
            ("audio.tags", "malformed"),
            ("iptc.rights", "malformed"),
            ("cc.xmp", "checked-absent"),
            ("c2pa.tdm", "checked-absent"),
        ] {
            assert_eq!(found.state(signal), state, "{signal}");
        }
    }

    #[test]
    fn what_came_instead_of_the_work_is_no_work() {
        for (code, state) in [
            (ProblemCode::Unreadable, "fetch-failed"),
            (ProblemCode::Unsupported, "not-checked"),
            (ProblemCode::Truncated, "malformed"),
        ] {
            let mut bench = Bench::new().problem(code, "byte 0");
            if let Some(reading) = &mut bench.reading {
                reading.media = None;
            }
            assert_eq!(bench.read().state("plus.dmi"), state, "{code:?}");
        }
    }

    #[test]
    fn a_broken_block_leaves_only_its_own_signals_in_doubt() {
        let mut bench = Bench::new();
        if let Some(reading) = &mut bench.reading {
            reading.metadata.malformed.push("exif".to_string());
        }
        let findings = bench.read();
        assert_eq!(findings.state("iptc.rights"), "malformed");
        assert_eq!(findings.state("plus.dmi"), "checked-absent");
    }

    #[test]
    fn a_manifest_that_is_not_read_is_remembered() {
        assert_eq!(
            Bench::new().c2pa().read().unread,
            ["C2PA manifest store, APP11 at 0x400".to_string()]
        );
    }

    #[test]
    fn raw_values_and_statements_are_bounded() {
        let long = "x".repeat(100_000);
        let many = (0..500)
            .map(|i| {
                simple("http://creativecommons.org/ns#", "license", &format!("https://a.test/{i}"))
            })
            .collect();
        let findings = Bench::new().xmp(many).header("tdm-reservation", &long).read();
        assert_eq!(findings.of("cc.xmp").len(), Limits::DEFAULT.statements);
        assert!(findings.malformed.iter().all(|m| m.raw.chars().count() <= 4_097));
    }

    #[test]
    fn only_web_addresses_can_be_followed() {
        assert_eq!(web_address(" https://a.test/b ").as_deref(), Some("https://a.test/b"));
        for bad in ["javascript:alert(1)", "data:text/html,x", "mailto:a@b.test", "a.test", ""] {
            assert_eq!(web_address(bad), None, "{bad}");
        }
    }
}
