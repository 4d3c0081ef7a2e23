//! From what a registry's record says to a hit: the same tiers and forms for all of them.
//!
//! What nobody verified is as strong as unsigned metadata (S2), what only looks alike is weaker
//! (S1), and what is merely likely states nothing. Licences are those of Creative Commons
//! (<https://creativecommons.org/ns>) or addresses as given. Left out: proofs of a record.

use super::{Answer, Fit, Hit, Lead, Request, response, text};
use crate::limits::Limits;
use crate::signal::creative_commons::claim_as_given;
use crate::vocabulary::{Authenticity, LicenceClaim, Scope, Statement, Tier};

/// A record, while it is being read.
pub struct Record<'a> {
    request: &'a Request,
    hit: Hit,
}

impl<'a> Record<'a> {
    /// The record of this id. It fits no better than the one that led to it.
    pub fn new(request: &'a Request, id: &str, fit: Fit) -> Record<'a> {
        Record::judged(request, id, request.via.clone().unwrap_or(fit))
    }

    /// The record of this id, which was itself compared with the work.
    pub fn judged(request: &'a Request, id: &str, fit: Fit) -> Record<'a> {
        let hit = Hit {
            registry: request.registry.clone(),
            record_id: text::one_line(id),
            record_url: None,
            title: None,
            miniature: None,
            fit,
            statements: Vec::new(),
            leads: Vec::new(),
        };
        Record { request, hit }
    }

    /// Its title, if it has one.
    pub fn title(mut self, title: Option<&str>) -> Self {
        self.hit.title = title.map(text::plain_text).filter(|title| !title.is_empty());
        self
    }

    /// Where a small picture of it is.
    pub fn miniature(mut self, url: Option<&str>) -> Self {
        self.hit.miniature = url.and_then(|url| response::link(self.request, url));
        self
    }

    /// A page about it.
    pub fn page(mut self, url: Option<&str>) -> Self {
        self.hit.record_url = url.and_then(|url| response::link(self.request, url));
        self
    }

    /// What it says of licence and ownership: one statement for each licence, or one without.
    pub fn licence(self, licences: &[&str], rest: LicenceClaim, by: Option<&str>) -> Self {
        let mut record = self;
        if licences.is_empty() && rest != LicenceClaim::default() {
            record = record.state(Said { licence: Some(rest.clone()), by, ..Said::default() });
        }
        for licence in licences {
            let claim = claim_as_given(licence);
            let (claim, note) = claim.unwrap_or((rest.clone(), Some("unusable-licence-address")));
            let claim = LicenceClaim {
                notice: rest.notice.clone(),
                terms: rest.terms.clone(),
                owners: rest.owners.clone(),
                creators: rest.creators.clone(),
                credit: rest.credit.clone(),
                marked: claim.marked.or(rest.marked),
                ..claim
            };
            let raw = text::cut(licence);
            let notes = note.map(str::to_string).into_iter().collect();
            record = record.state(Said { licence: Some(claim), raw, by, notes, ..Said::default() });
        }
        record
    }

    /// Adds a statement, if the record fits well enough to state anything.
    pub fn state(mut self, said: Said<'_>) -> Self {
        let tier = match self.hit.fit {
            Fit::Exact | Fit::Url => Tier::S2,
            Fit::Near { sure: true, .. } => Tier::S1,
            Fit::Near { sure: false, .. } => return self,
        };
        if self.hit.statements.len() >= Limits::DEFAULT.statements {
            return self;
        }
        self.hit.statements.push(Statement {
            signal: self.request.registry.clone(),
            carrier: "registry".to_string(),
            locator: self.hit.record_id.clone(),
            raw: said.raw,
            scope: Scope::Work,
            pattern: None,
            declared_by: said.by.map(text::one_line),
            authenticity: Authenticity::NotApplicable,
            tier,
            verdicts: said.verdicts,
            offers: said.offers,
            licence: said.licence,
            origin: said.origin,
            notes: said.notes,
        });
        self
    }

    /// Says where more is known. A record that is merely likely leads nowhere.
    pub fn lead(mut self, registry: &str, name: Option<String>) -> Self {
        let likely = matches!(self.hit.fit, Fit::Near { sure: false, .. });
        if let Some(name) = name.filter(|_| !likely) {
            let fit = self.hit.fit.clone();
            self.hit.leads.push(Lead { registry: registry.to_string(), name, fit });
        }
        self
    }

    /// The hit that this record is.
    pub fn done(self) -> Hit {
        self.hit
    }
}

/// The answer that these hits are. A record that says the same again is no second one; one that says
/// something else under the same id is.
pub fn answer(hits: Vec<Hit>) -> Answer {
    let mut kept: Vec<Hit> = Vec::new();
    for hit in hits {
        let again = |known: &Hit| {
            known.record_id == hit.record_id
                && known.title == hit.title
                && known.statements == hit.statements
        };
        if kept.len() < Limits::DEFAULT.statements && !kept.iter().any(again) {
            kept.push(hit);
        }
    }
    if kept.is_empty() { Answer::Miss } else { Answer::Hits { hits: kept } }
}

/// What one statement of a record says.
#[derive(Default)]
pub struct Said<'a> {
    /// The words as they stood there.
    pub raw: String,
    /// Who says it.
    pub by: Option<&'a str>,
    /// What it says, use by use.
    pub verdicts: std::collections::BTreeMap<crate::vocabulary::Use, crate::vocabulary::Stance>,
    /// Where permission can be had.
    pub offers: Vec<String>,
    /// Licence and ownership.
    pub licence: Option<LicenceClaim>,
    /// How the work came to be.
    pub origin: Option<crate::vocabulary::OriginClaim>,
    /// Remarks.
    pub notes: Vec<String>,
}
