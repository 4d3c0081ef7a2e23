//! One file per standard: what it states about this asset.
//!
//! A signal says what was *stated*; only `verdict.rs` says what follows.
//! Adding one costs three places: its file, its line in [`SIGNALS`], its cases.

use std::collections::BTreeMap;

use crate::page::{LinkTag, Look, PageFacts, WorkFacts};
use crate::reading::Reading;
use crate::vocabulary::{
    Authenticity, Basis, Coverage, LicenceClaim, OriginClaim, Scope, Stance, Statement, Tier, Use,
    Verdict,
};

/// The place a signal is read from. Decides its coverage when it stays silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The bytes of the asset.
    Bytes,
    /// The headers of the response that delivered the bytes.
    Headers,
    /// The markup of the page.
    Page,
    /// `robots.txt` on the asset's origin.
    Robots,
    /// `/.well-known/tdmrep.json` on the asset's origin.
    TdmrepFile,
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
pub const SIGNALS: &[&Signal] = &[];

/// Signals that are known and not read yet: shown as "not checked", never as silent.
pub const NOT_READ_YET: &[&str] = &[
    "c2pa.tdm",
    "cawg.tdm",
    "cawg.identity",
    "c2pa.source",
    "rsl.embedded",
    "audio.tags",
    "rsl",
    "aitxt",
    "trusttxt",
    "schema",
    "tdmai",
    "c2pa.softbinding",
];

/// The text files of the asset's origin.
#[derive(Clone, Debug)]
pub struct SiteFacts {
    /// `robots.txt`.
    pub robots: Look,
    /// `/.well-known/tdmrep.json`.
    pub tdmrep: Look,
}

impl Default for SiteFacts {
    fn default() -> Self {
        SiteFacts { robots: Look::NotLooked, tdmrep: Look::NotLooked }
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
    pub page: Option<&'a PageFacts>,
    /// The element that shows it.
    pub work: Option<&'a WorkFacts>,
    /// The text files of its origin.
    pub site: &'a SiteFacts,
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
    current: Option<(&'static str, Scope)>,
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
            raw: raw.into(),
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

    /// Records a statement.
    pub fn add(&mut self, draft: Draft) {
        self.statements.push(draft.0);
    }

    /// Records a value that was there and could not be understood.
    pub fn malformed(
        &mut self,
        locator: impl Into<String>,
        raw: impl Into<String>,
        why: impl Into<String>,
    ) {
        let signal = self.current.map(|c| c.0).unwrap_or_default().to_string();
        self.malformed.push(Unreadable {
            signal,
            locator: locator.into(),
            raw: raw.into(),
            why: why.into(),
        });
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

    /// Names who says it.
    pub fn by(mut self, who: impl Into<String>) -> Self {
        self.0.declared_by = Some(who.into());
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

/// Whether the source of a signal was had for this asset.
fn reach(source: Source, asset: &Asset<'_>) -> Coverage {
    let of_look = |look: &Look| match look {
        Look::NotLooked => Coverage::NotChecked,
        Look::Failed { .. } => Coverage::FetchFailed,
        Look::Absent { .. } | Look::Got { .. } => Coverage::CheckedAbsent,
    };
    match source {
        Source::Bytes => match asset.reading {
            Some(r) if r.media.is_some() => Coverage::CheckedAbsent,
            Some(_) => Coverage::Malformed,
            None => Coverage::NotChecked,
        },
        Source::Headers => match asset.reading {
            Some(r) if r.delivery.status != 0 => Coverage::CheckedAbsent,
            _ => Coverage::NotChecked,
        },
        Source::Page => {
            if asset.page.is_some() {
                Coverage::CheckedAbsent
            } else {
                Coverage::NotChecked
            }
        }
        Source::Robots => of_look(&asset.site.robots),
        Source::TdmrepFile => of_look(&asset.site.tdmrep),
    }
}

/// Reads every signal about one asset.
pub fn read_all(asset: &Asset<'_>) -> Findings {
    let mut findings = Findings::default();
    for id in NOT_READ_YET {
        findings.coverage.insert((*id).to_string(), Coverage::NotChecked);
    }
    for signal in SIGNALS {
        let mut coverage = reach(signal.source, asset);
        if coverage == Coverage::CheckedAbsent {
            findings.current = Some((signal.id, signal.scope));
            (signal.read)(asset, &mut findings);
            findings.current = None;
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
