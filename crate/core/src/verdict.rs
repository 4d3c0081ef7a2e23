//! From statements to what follows: consent, licence, origin. The only place that
//! compares two statements.
//!
//! The order of things: what was altered decides nothing; each protocol's own rule
//! first (TDMRep's layers, and the most restrictive word of one signal); then, over
//! all, denied before conditional before allowed. A stronger yes never erases a
//! weaker no. Crawler blocks and the like (S0) count only where nobody else speaks.
//!
//! `mixed` is set whenever the losing side holds a permission, however weak: the rule
//! of thumb "at least as strong" would hide a file's own yes behind its server's no,
//! and a reader who sees only one of the two is misled. Left out: what a licence
//! might imply for AI; it is never consent.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::signal::{Findings, SIGNALS, Source, creative_commons};
use crate::vocabulary::{Authenticity, Basis, Coverage, Statement, Tier, Use, Verdict};

/// What follows for one use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The verdict.
    pub verdict: Verdict,
    /// How it follows, when something was said.
    pub basis: Option<Basis>,
    /// The strongest tier on the winning side.
    pub tier: Option<Tier>,
    /// Somebody else permits what is not allowed here.
    pub mixed: bool,
    /// Indexes of the statements that decide it, strongest first.
    pub because: Vec<usize>,
    /// Indexes of the statements that say the contrary.
    pub against: Vec<usize>,
    /// Where permission can be had.
    pub offers: Vec<String>,
}

/// The licence record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Licence {
    /// Canonical URI.
    pub uri: Option<String>,
    /// SPDX identifier.
    pub spdx: Option<String>,
    /// Copyright notice.
    pub notice: Option<String>,
    /// Terms for people, or the page that has them.
    pub terms: Option<String>,
    /// `Some(false)`: stated to be in the public domain.
    pub marked: Option<bool>,
    /// Copyright owners.
    pub owners: Vec<String>,
    /// Creators.
    pub creators: Vec<String>,
    /// Credit line.
    pub credit: Option<String>,
    /// Where a licence can be had.
    pub licensing_url: Option<String>,
    /// Who can be asked.
    pub contacts: Vec<String>,
    /// Who supplied the work.
    pub suppliers: Vec<String>,
    /// Conditions of the licence: `by`, `nc`, `nd`, `sa`; `by` also where a credit is asked for.
    pub conditions: Vec<String>,
    /// Two sources name different licences.
    pub ambiguous: bool,
    /// Indexes of the statements it rests on.
    pub because: Vec<usize>,
}

/// How the work came to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OriginKind {
    /// Nothing said.
    #[default]
    Unknown,
    /// By a camera or a scanner.
    Captured,
    /// By a person, digitally.
    HumanMade,
    /// By a person with AI edits.
    AiAssisted,
    /// By a trained model.
    AiGenerated,
    /// From several parts of different origin.
    Composite,
}

/// The origin record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// The class for people.
    pub kind: OriginKind,
    /// The IPTC digital source type it rests on.
    pub source_type: Option<String>,
    /// The AI system that is named.
    pub ai_system: Option<String>,
    /// Indexes of the statements it rests on.
    pub because: Vec<usize>,
}

/// The state of the quiet mark. It is about AI uses; a licence never colours it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Face {
    /// At least one use is denied by somebody who speaks about the work (S1 or more).
    Denied,
    /// None denied, and yet no plain yes: terms are set, or a permission is weak,
    /// contradicted or not wholly checked, or crawlers are kept out. A crawler block
    /// says who may fetch, not what the author wants; it is read out as "the site
    /// blocks n of m crawlers" and must not look like a creator's no.
    Conditions,
    /// Said yes, strong enough, nothing contrary, everything covered.
    Allowed,
    /// The bytes were read, nothing failed, and nobody says anything about AI.
    Silent,
    /// Not looked at, or it could not be read.
    Unknown,
}

/// Everything that follows from all that was stated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Use by use; all six are present.
    pub consent: BTreeMap<Use, Consent>,
    /// The licence record.
    pub licence: Licence,
    /// The origin record.
    pub origin: Origin,
    /// Every statement, in the order in which they were found.
    pub statements: Vec<Statement>,
    /// Coverage by signal id.
    pub coverage: BTreeMap<String, Coverage>,
    /// Places that may speak and were not read: a manifest, a licence elsewhere.
    pub unread: Vec<String>,
    /// The state of the mark.
    pub face: Face,
}

/// What follows from everything that was stated about the work at `url`: by its own
/// signals, and by registries and the reader's own works (`more`).
pub fn judge(findings: &Findings, more: &[Statement], url: &str) -> Judgement {
    let own = findings.statements.len();
    let statements: Vec<Statement> = findings.statements.iter().chain(more).cloned().collect();
    let voices = voices(&statements);
    let consent: BTreeMap<Use, Consent> =
        Use::ALL.into_iter().map(|u| (u, consent(u, &statements, &voices, own))).collect();
    let licence = licence(&statements);
    let origin = origin(&statements);
    let face = face(&consent, &statements, &voices, findings, url);
    let coverage = findings.coverage.clone();
    let unread = findings.unread.clone();
    let mut judgement = Judgement { consent, licence, origin, statements, coverage, unread, face };
    judgement.add_offers();
    judgement
}

/// Every statement by its index, the strongest first; equal ones as they were found.
pub fn strongest_first(judgement: &Judgement) -> Vec<usize> {
    let mut order: Vec<usize> = (0..judgement.statements.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(judgement.statements.get(*i).map(|s| s.tier)));
    order
}

/// Indexes of the statements that may decide. An altered file's statement is a note;
/// of TDMRep's layers the last one that says something supersedes the ones before it.
fn voices(statements: &[Statement]) -> Vec<usize> {
    let top = statements.iter().filter_map(layer).max();
    statements
        .iter()
        .enumerate()
        .filter(|(_, s)| s.authenticity != Authenticity::Tampered)
        .filter(|(_, s)| layer(s).is_none_or(|l| Some(l) == top))
        .map(|(i, _)| i)
        .collect()
}

/// The layer of a TDMRep statement, in the order of its processing priority. The
/// page's layer governs the page, not the pictures on it, so it stands outside, and
/// so does a packet that may be a thumbnail's (S1).
fn layer(statement: &Statement) -> Option<u8> {
    let speaks = !statement.verdicts.is_empty() && statement.authenticity != Authenticity::Tampered;
    match statement.signal.as_str() {
        "tdmrep.file" if speaks => Some(0),
        "tdmrep.header" if speaks => Some(1),
        "tdmrep.xmp" if speaks && statement.tier >= Tier::S2 => Some(2),
        _ => None,
    }
}

/// What one statement says about one use, when it says something. A permission that claims
/// to be signed and was not checked permits nothing.
fn word(statement: &Statement, u: Use) -> Option<Verdict> {
    let unchecked = statement.authenticity == Authenticity::Unchecked;
    statement
        .verdicts
        .get(&u)
        .map(|s| s.verdict)
        .filter(|v| *v != Verdict::Unspecified && !(unchecked && *v == Verdict::Allowed))
}

/// Whether what it says about licence and origin may be shown as said.
fn stands(statement: &Statement) -> bool {
    !matches!(statement.authenticity, Authenticity::Tampered | Authenticity::Unchecked)
}

fn consent(u: Use, statements: &[Statement], voices: &[usize], own: usize) -> Consent {
    let mut said: Vec<(usize, &Statement, Verdict)> = voices
        .iter()
        .filter_map(|i| statements.get(*i).map(|s| (*i, s)))
        .filter_map(|(i, s)| word(s, u).map(|v| (i, s, v)))
        .collect();
    if said.iter().any(|(_, s, _)| s.tier > Tier::S0) {
        said.retain(|(_, s, _)| s.tier > Tier::S0);
    }
    // One signal of the asset has one answer: its most restrictive word. Registries
    // are asked about many records, which are different people's words.
    let strictest: BTreeMap<&str, Verdict> =
        said.iter().filter(|(i, _, _)| *i < own).fold(BTreeMap::new(), |mut map, (_, s, v)| {
            let least = map.entry(s.signal.as_str()).or_insert(*v);
            *least = (*least).min(*v);
            map
        });
    said.retain(|(i, s, v)| {
        *i >= own || strictest.get(s.signal.as_str()).is_none_or(|least| v == least)
    });
    // Verdicts are ordered: denied, conditional, allowed.
    let Some(verdict) = said.iter().map(|(_, _, v)| *v).min() else {
        return Consent {
            verdict: Verdict::Unspecified,
            basis: None,
            tier: None,
            mixed: false,
            because: Vec::new(),
            against: Vec::new(),
            offers: Vec::new(),
        };
    };
    let (mut winning, mut losing): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|(_, _, v)| *v == verdict);
    let rank = |(i, s, _): &(usize, &Statement, Verdict)| {
        let basis = s.verdicts.get(&u).map(|s| s.basis);
        (std::cmp::Reverse(s.tier), basis, *i)
    };
    winning.sort_by_key(rank);
    losing.sort_by_key(rank);
    let first = winning.first().map(|(_, s, _)| *s);
    let tier = first.map(|s| s.tier);
    let basis = match tier {
        Some(Tier::S0) => Some(Basis::Implied),
        _ => first.and_then(|s| s.verdicts.get(&u)).map(|s| s.basis),
    };
    Consent {
        verdict,
        basis,
        tier,
        mixed: losing.iter().any(|(_, _, v)| *v == Verdict::Allowed),
        because: winning.iter().map(|(i, _, _)| *i).collect(),
        against: losing.iter().map(|(i, _, _)| *i).collect(),
        offers: Vec::new(),
    }
}

impl Judgement {
    /// Attaches to every refusal and every condition where permission can be had: what
    /// the deciding statements name, then what any other names. It softens nothing.
    fn add_offers(&mut self) {
        // More than a reader will follow; a hostile file could name thousands.
        const MOST: usize = 8;
        let elsewhere: Vec<String> = self
            .statements
            .iter()
            .filter(|s| s.tier > Tier::S0 && s.authenticity != Authenticity::Tampered)
            .flat_map(|s| {
                let licensing = s.licence.as_ref().and_then(|l| l.licensing_url.as_ref());
                s.offers.iter().chain(licensing)
            })
            .cloned()
            .collect();
        for consent in self.consent.values_mut() {
            if !matches!(consent.verdict, Verdict::Denied | Verdict::Conditional) {
                continue;
            }
            let deciding = consent.because.iter().filter_map(|i| self.statements.get(*i));
            let named = deciding.flat_map(|s| s.offers.iter()).chain(&elsewhere);
            for offer in named {
                if consent.offers.len() < MOST && !consent.offers.contains(offer) {
                    consent.offers.push(offer.clone());
                }
            }
        }
    }
}

/// Ways to ask that are kept; a picture names one or two agencies.
const MOST_CONTACTS: usize = 8;

/// Merges what is said about licence and ownership: each field from the strongest
/// statement that has it.
fn licence(statements: &[Statement]) -> Licence {
    let mut claims: Vec<(usize, &Statement)> =
        statements.iter().enumerate().filter(|(_, s)| s.licence.is_some() && stands(s)).collect();
    claims.sort_by_key(|(i, s)| (std::cmp::Reverse(s.tier), *i));
    let mut record = Licence::default();
    let mut credit_required = None;
    for (index, statement) in &claims {
        let Some(claim) = &statement.licence else { continue };
        let before = record.clone();
        if record.uri.is_none() && claim.uri.is_some() {
            record.uri.clone_from(&claim.uri);
            record.spdx.clone_from(&claim.spdx);
        }
        let fill = |field: &mut Option<String>, from: &Option<String>| {
            if field.is_none() {
                field.clone_from(from);
            }
        };
        fill(&mut record.notice, &claim.notice);
        fill(&mut record.terms, &claim.terms);
        fill(&mut record.credit, &claim.credit);
        fill(&mut record.licensing_url, &claim.licensing_url);
        record.marked = record.marked.or(claim.marked);
        if record.owners.is_empty() {
            record.owners.clone_from(&claim.owners);
        }
        if record.creators.is_empty() {
            record.creators.clone_from(&claim.creators);
        }
        if record.suppliers.is_empty() {
            record.suppliers.clone_from(&claim.suppliers);
        }
        // Each of them can be asked.
        for contact in &claim.contacts {
            if record.contacts.len() < MOST_CONTACTS && !record.contacts.contains(contact) {
                record.contacts.push(contact.clone());
            }
        }
        credit_required = credit_required.or(claim.credit_required);
        if record != before {
            record.because.push(*index);
        }
    }
    let uri = |s: &Statement| s.licence.as_ref().and_then(|l| l.uri.clone());
    // A page's own licence is only a hint for the works on it: it makes nothing
    // ambiguous that a statement about the work itself has settled.
    let settled = claims.iter().any(|(_, s)| s.tier >= Tier::S2 && uri(s).is_some());
    for (index, statement) in &claims {
        let weighs = !settled || statement.tier >= Tier::S2;
        if weighs && uri(statement).is_some_and(|u| Some(&u) != record.uri.as_ref()) {
            record.ambiguous = true;
            if !record.because.contains(index) {
                record.because.push(*index);
            }
        }
    }
    let conditions = record.uri.as_deref().map(creative_commons::conditions);
    record.conditions = conditions.unwrap_or_default().into_iter().map(str::to_string).collect();
    if credit_required == Some(true) && !record.conditions.iter().any(|c| c == "by") {
        record.conditions.insert(0, "by".to_string());
    }
    record
}

/// How the work came to be: the strongest statement; of equal ones the one that
/// speaks most of AI, since a label against interest is the likelier one.
fn origin(statements: &[Statement]) -> Origin {
    let mut claims: Vec<(usize, &Statement, OriginKind)> = statements
        .iter()
        .enumerate()
        .filter(|(_, s)| stands(s))
        .filter_map(|(i, s)| s.origin.as_ref().map(|o| (i, s, o)))
        .map(|(i, s, o)| (i, s, o.source_type.as_deref().map(kind_of).unwrap_or_default()))
        .collect();
    let ai = |kind: &OriginKind| match kind {
        OriginKind::AiGenerated => 0,
        OriginKind::AiAssisted => 1,
        OriginKind::Composite => 2,
        OriginKind::Captured | OriginKind::HumanMade => 3,
        OriginKind::Unknown => 4,
    };
    claims.sort_by_key(|(i, s, kind)| (std::cmp::Reverse(s.tier), ai(kind), *i));
    let mut record = Origin::default();
    for (index, statement, kind) in claims {
        let Some(claim) = &statement.origin else { continue };
        let before = record.clone();
        if record.source_type.is_none() && claim.source_type.is_some() {
            record.source_type.clone_from(&claim.source_type);
            record.kind = kind;
        }
        if record.ai_system.is_none() {
            record.ai_system.clone_from(&claim.ai_system);
        }
        if record != before {
            record.because.push(index);
        }
    }
    record
}

/// The class of a digital source type (IPTC NewsCodes; C2PA and schema.org write the
/// same terms). What is algorithmic without a trained model has no class of its own:
/// it is neither a person's nor an AI's, so only the term itself is shown.
fn kind_of(source_type: &str) -> OriginKind {
    let term = source_type.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let term = term.to_ascii_lowercase();
    match term.strip_suffix("digitalsource").unwrap_or(&term) {
        "trainedalgorithmicmedia" | "trainedalgorithmicdata" => OriginKind::AiGenerated,
        // AI edits, or at least one element made by AI.
        "compositewithtrainedalgorithmicmedia" | "compositesynthetic" => OriginKind::AiAssisted,
        "composite" | "virtualrecording" => OriginKind::Composite,
        "digitalcapture"
        | "computationalcapture"
        | "compositecapture"
        | "negativefilm"
        | "positivefilm"
        | "print"
        | "screencapture" => OriginKind::Captured,
        "digitalcreation" | "humanedits" | "datadrivenmedia" | "digitalart" | "minorhumanedits" => {
            OriginKind::HumanMade
        }
        _ => OriginKind::Unknown,
    }
}

fn face(
    consent: &BTreeMap<Use, Consent>,
    statements: &[Statement],
    voices: &[usize],
    findings: &Findings,
    url: &str,
) -> Face {
    let denied = |c: &&Consent| c.verdict == Verdict::Denied;
    if consent.values().filter(denied).any(|c| c.tier > Some(Tier::S0)) {
        return Face::Denied;
    }
    if consent.values().any(|c| matches!(c.verdict, Verdict::Denied | Verdict::Conditional)) {
        return Face::Conditions;
    }
    let ai: Vec<&Consent> = consent
        .iter()
        .filter(|(u, c)| **u != Use::Search && c.verdict != Verdict::Unspecified)
        .map(|(_, c)| c)
        .collect();
    let bytes = covered(findings, &[Source::Bytes, Source::Xmp, Source::Manifest])
        && findings.unread.is_empty();
    if ai.is_empty() {
        let failed = findings
            .coverage
            .iter()
            .filter(|(id, _)| !NOT_ABOUT_AI.contains(&id.as_str()))
            .any(|(_, c)| matches!(c, Coverage::FetchFailed | Coverage::Malformed));
        return if bytes && !failed { Face::Silent } else { Face::Unknown };
    }
    let contrary = voices.iter().filter_map(|i| statements.get(*i)).any(|s| {
        Use::ALL
            .into_iter()
            .any(|u| matches!(word(s, u), Some(Verdict::Denied | Verdict::Conditional)))
    });
    let strong = ai.iter().all(|c| c.tier >= Some(Tier::S2));
    // What never came over HTTP has no headers that could say the contrary.
    let headers = covered(findings, &[Source::Headers])
        || url.starts_with("file:")
        || url.starts_with("data:");
    if strong && !contrary && bytes && headers { Face::Allowed } else { Face::Conditions }
}

/// Signals that cannot speak about a use. A camera's broken EXIF block leaves the
/// licence record incomplete, and not the silence about AI.
const NOT_ABOUT_AI: [&str; 9] = [
    "iptc.rights",
    "iptc.source",
    "cc.xmp",
    "audio.tags",
    "schema",
    "rel.license",
    "cawg.identity",
    "c2pa.source",
    "c2pa.softbinding",
];

/// Whether every signal with one of these sources that can speak about AI was read whole.
fn covered(findings: &Findings, sources: &[Source]) -> bool {
    let can_speak = SIGNALS.iter().filter(|s| !NOT_ABOUT_AI.contains(&s.id));
    can_speak.filter(|s| sources.contains(&s.source)).all(|s| {
        matches!(findings.coverage.get(s.id), Some(Coverage::Found | Coverage::CheckedAbsent))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Property;
    use crate::page::{Failure, LinkTag, Look};
    use crate::signal::SiteFile;
    use crate::signal::bench::{Bench, got, item, simple};
    use crate::vocabulary::{LicenceClaim, OriginClaim, Scope, Stance};

    const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
    const CC: &str = "http://creativecommons.org/ns#";
    const TDM: &str = "http://www.w3.org/ns/tdmrep/";
    const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";

    fn dmi(code: &str) -> Property {
        simple(PLUS, "DataMining", &format!("http://ns.useplus.org/ldf/vocab/{code}"))
    }

    fn judged(bench: &Bench) -> Judgement {
        judge(&bench.read(), &[], &bench.url)
    }

    /// One use of a judgement as one short text.
    fn on(judgement: &Judgement, u: Use) -> String {
        let c = &judgement.consent[&u];
        let mut text = c.verdict.token().to_string();
        for part in [
            c.basis.map(|b| format!(" {}", b.token())),
            c.tier.map(|t| format!(" {t:?}")),
            c.because.first().map(|i| format!(" {}", judgement.statements[*i].signal)),
            c.mixed.then(|| " mixed".to_string()),
        ] {
            text.push_str(&part.unwrap_or_default());
        }
        text
    }

    fn statement(signal: &str, tier: Tier, verdicts: &[(Use, Verdict)]) -> Statement {
        Statement {
            signal: signal.to_string(),
            carrier: "registry".to_string(),
            locator: "record 1".to_string(),
            raw: String::new(),
            scope: Scope::Work,
            pattern: None,
            declared_by: None,
            authenticity: Authenticity::Unsigned,
            tier,
            verdicts: verdicts
                .iter()
                .map(|(u, v)| (*u, Stance { verdict: *v, basis: Basis::Explicit }))
                .collect(),
            offers: Vec::new(),
            licence: None,
            origin: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn nothing_said_is_no_permission() {
        let j = judged(&Bench::new());
        assert_eq!(j.consent.len(), 6);
        assert!(j.consent.values().all(|c| c.verdict == Verdict::Unspecified));
        assert_eq!(j.face, Face::Silent);
    }

    // The scenarios of signals.md, section 9, by their numbers.

    #[test]
    fn scenario_1_the_header_denies_what_the_file_allows() {
        let bench = Bench::new().xmp(vec![dmi("DMI-ALLOWED")]).header("tdm-reservation", "1");
        let j = judged(&bench);
        assert_eq!(on(&j, Use::Tdm), "denied explicit S3 tdmrep.header mixed");
        assert_eq!(on(&j, Use::TrainGen), "denied implied S3 tdmrep.header mixed");
        assert_eq!(on(&j, Use::Search), "allowed implied S2 plus.dmi");
        assert_eq!(j.statements[j.consent[&Use::Tdm].against[0]].signal, "plus.dmi");
        assert_eq!(j.face, Face::Denied);
    }

    #[test]
    fn scenario_2_the_header_supersedes_the_file_of_the_site() {
        let bench = Bench::new()
            .tdmrep(r#"[{"location": "/", "tdm-reservation": 1}]"#)
            .header("tdm-reservation", "0");
        let j = judged(&bench);
        assert_eq!(on(&j, Use::Tdm), "allowed explicit S3 tdmrep.header");
        assert_eq!(on(&j, Use::AiInput), "unspecified");
        assert_eq!(j.face, Face::Allowed);
    }

    #[test]
    fn scenario_3_the_first_rule_counts() {
        let bench = Bench::new().url("https://gallery.test/cc0/a.png").tdmrep(
            r#"[{"location": "/", "tdm-reservation": 1}, {"location": "/cc0/", "tdm-reservation": 0}]"#,
        );
        let j = judged(&bench);
        assert_eq!(on(&j, Use::Tdm), "denied explicit S1 tdmrep.file");
        assert_eq!(j.statements[0].notes, ["ambiguous-order"]);
    }

    #[test]
    fn scenario_4_header_and_rule_of_the_site_differ() {
        let bench = Bench::new()
            .header("content-usage", "search=y, train-ai=n")
            .robots("User-agent: *\nContent-Usage: / train-ai=y");
        let j = judged(&bench);
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S3 aipref.header mixed");
        assert_eq!(on(&j, Use::Search), "allowed explicit S3 aipref.header");
    }

    #[test]
    fn scenario_5_two_rules_of_one_path() {
        let bench = Bench::new()
            .url("https://gallery.test/a.png")
            .robots("User-agent: *\nContent-Usage: /a train-ai=y\nContent-Usage: /a train-ai=n");
        let j = judged(&bench);
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S1 aipref.robots");
        assert!(j.consent[&Use::TrainGen].against.is_empty(), "one protocol has one answer");
    }

    #[test]
    fn scenario_6_a_path_that_may_not_be_crawled_has_no_preference() {
        let bench =
            Bench::new().robots("User-agent: *\nDisallow: /photos/\nContent-Usage: train-ai=y");
        let j = judged(&bench);
        assert_eq!(on(&j, Use::TrainGen), "denied implied S0 robots.ua");
        assert_eq!(j.coverage["aipref.robots"], Coverage::CheckedAbsent);
        assert_eq!(j.face, Face::Conditions, "a crawler block is not a creator's no");
    }

    #[test]
    fn scenario_7_a_malformed_header_says_nothing() {
        let j = judged(&Bench::new().header("content-usage", "Train-AI=n"));
        assert_eq!(on(&j, Use::TrainGen), "unspecified");
        assert_eq!(j.coverage["aipref.header"], Coverage::Malformed);
        assert_eq!(j.face, Face::Unknown);
    }

    #[test]
    fn scenario_8_groups_for_everybody_merge() {
        let bench = Bench::new().robots(
            "User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /\n\nUser-agent: *\nDisallow: /photos/private/\n",
        );
        let j = judged(&bench);
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S1 cs.robots");
        assert_eq!(on(&j, Use::Search), "allowed explicit S1 cs.robots");
        assert_eq!(j.face, Face::Denied);
    }

    #[test]
    fn scenario_9_a_named_group_does_not_hide_the_one_for_everybody() {
        let bench = Bench::new().robots(
            "User-agent: GPTBot\nAllow: /\n\nUser-agent: *\nContent-Signal: ai-train=no\nAllow: /",
        );
        let j = judged(&bench);
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S1 cs.robots");
    }

    #[test]
    fn scenarios_15_and_16_a_bare_code_and_a_missing_constraint() {
        let bare = Bench::new().xmp(vec![simple(PLUS, "DataMining", "DMI-PROHIBITED")]);
        assert_eq!(on(&judged(&bare), Use::Tdm), "denied explicit S2 plus.dmi");
        let bench = Bench::new()
            .xmp(vec![dmi("DMI-PROHIBITED-SEECONSTRAINT"), item(PLUS, "OtherConstraints", "")]);
        assert_eq!(on(&judged(&bench), Use::Tdm), "denied explicit S2 plus.dmi");
    }

    #[test]
    fn scenario_17_two_packets_that_differ() {
        let bench = Bench::new().xmp(vec![dmi("DMI-ALLOWED")]).packet(
            "APP1 at 0x900",
            true,
            vec![dmi("DMI-PROHIBITED")],
        );
        let j = judged(&bench);
        assert_eq!(on(&j, Use::Tdm), "denied explicit S2 plus.dmi");
        assert_eq!(j.face, Face::Denied);
    }

    #[test]
    fn scenario_18_the_page_says_no() {
        let j = judged(&Bench::new().page().meta("robots", "noai"));
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S1 noai");
        assert_eq!(on(&j, Use::Tdm), "unspecified");
        assert_eq!(j.statements[0].scope, Scope::Page);
    }

    #[test]
    fn scenario_19_a_directive_for_one_crawler_says_nothing_about_others() {
        let j = judged(&Bench::new().header("x-robots-tag", "otherbot: noai"));
        assert!(j.consent.values().all(|c| c.verdict == Verdict::Unspecified));
        assert_eq!(j.face, Face::Silent);
    }

    #[test]
    fn scenario_24_a_licence_link_beside_an_rsl_link() {
        let link = |href: &str, mime: Option<&str>| LinkTag {
            rel: "license".to_string(),
            href: href.to_string(),
            mime: mime.map(str::to_string),
            about: None,
        };
        let bench = Bench::new()
            .page()
            .link(link("https://creativecommons.org/licenses/by/4.0/", None))
            .link(link("https://gallery.test/rsl.xml", Some("application/rsl+xml")));
        let j = judged(&bench);
        assert_eq!(j.licence.spdx.as_deref(), Some("CC-BY-4.0"));
        assert!(!j.licence.ambiguous);
        assert_eq!(j.coverage["rsl"], Coverage::NotChecked, "it was not asked for yet");
        assert_eq!((j.face, j.unread.len()), (Face::Unknown, 1), "it may say anything");
        let licence = rsl("<content url=\"/\"><license><prohibits type=\"usage\">ai-train\
            </prohibits></license></content>");
        let j = judged(&bench.document("https://gallery.test/rsl.xml", licence));
        assert_eq!(j.licence.spdx.as_deref(), Some("CC-BY-4.0"));
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S1 rsl");
    }

    fn rsl(body: &str) -> Look {
        got(&format!("<rsl xmlns=\"https://rslstandard.org/rsl\">{body}</rsl>"), "text/xml")
    }

    /// What a site licence says about a picture below `/photos/`.
    fn licensed(body: &str) -> Judgement {
        let bench = Bench::new()
            .robots("License: https://gallery.test/rsl.xml")
            .document("https://gallery.test/rsl.xml", rsl(body));
        judged(&bench)
    }

    #[test]
    fn scenario_20_a_narrower_path_prohibits() {
        let j = licensed(
            "<content url=\"/\"><license><permits type=\"usage\">all</permits></license></content>\
             <content url=\"/photos/\"><license><prohibits type=\"usage\">ai-train</prohibits>\
             </license></content>",
        );
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S1 rsl");
        assert_eq!(on(&j, Use::TrainNongen), "denied explicit S1 rsl");
        for u in [Use::Search, Use::Tdm, Use::AiInput, Use::AiIndex] {
            assert_eq!(on(&j, u), "allowed explicit S1 rsl");
        }
        assert_eq!(j.face, Face::Denied);
    }

    #[test]
    fn scenario_21_a_subscription_is_a_condition() {
        let j = licensed(
            "<content url=\"/\"><license><permits type=\"usage\">ai-train</permits><payment \
             type=\"subscription\"><custom>https://gallery.test/buy</custom></payment></license>\
             </content>",
        );
        assert_eq!(on(&j, Use::TrainGen), "conditional explicit S1 rsl");
        assert_eq!(j.consent[&Use::TrainGen].offers, ["https://gallery.test/buy"]);
        for u in [Use::Search, Use::AiInput, Use::AiIndex] {
            assert_eq!(on(&j, u), "denied implied S1 rsl");
        }
    }

    #[test]
    fn scenario_22_a_slip_of_the_pen_permits_nothing() {
        let j = licensed(
            "<content url=\"/\"><license><permit type=\"usage\">all</permit><permits \
             type=\"usage\">search</permits><prohibits type=\"usage\">ai-train</prohibits>\
             </license></content>",
        );
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S1 rsl");
        assert_eq!(on(&j, Use::Search), "unspecified");
        assert_eq!(j.statements[0].notes, ["against the rules: unknown element permit"]);
    }

    #[test]
    fn scenario_23_commas_of_the_first_draft() {
        let j = licensed(
            "<content url=\"/\"><license><prohibits type=\"usage\">ai-train, ai-input</prohibits>\
             </license></content>",
        );
        assert_eq!(on(&j, Use::TrainGen), "denied legacy S1 rsl");
        assert_eq!(on(&j, Use::AiInput), "denied legacy S1 rsl");
    }

    #[test]
    fn scenario_25_a_licence_of_another_picture() {
        let block = r#"{"@type": "ImageObject", "contentUrl": "https://gallery.test/photos/owl.jpg",
            "license": "https://creativecommons.org/licenses/by/4.0/"}"#;
        let bench = Bench::new().page().told(|page| page.json_ld.push(block.to_string()));
        let j = judged(&bench);
        assert_eq!((j.licence.uri, j.coverage["schema"]), (None, Coverage::CheckedAbsent));
    }

    #[test]
    fn scenario_26_a_free_licence_is_no_consent() {
        let bench = Bench::new().xmp(vec![
            simple(CC, "license", "http://creativecommons.org/publicdomain/zero/1.0/"),
            dmi("DMI-PROHIBITED"),
        ]);
        let j = judged(&bench);
        assert_eq!(j.licence.spdx.as_deref(), Some("CC0-1.0"));
        assert_eq!(j.licence.marked, Some(false));
        assert_eq!(on(&j, Use::Tdm), "denied explicit S2 plus.dmi");
        assert_eq!(j.face, Face::Denied);
    }

    #[test]
    fn scenario_27_a_converters_default_is_no_green_light() {
        let bench = Bench::new()
            .header("content-type", "text/markdown")
            .header("content-signal", "ai-train=yes, search=yes, ai-input=yes");
        let j = judged(&bench);
        assert_eq!(on(&j, Use::TrainGen), "allowed implied S0 cs.header");
        assert_eq!(j.face, Face::Conditions);
        let with_no = bench.robots("User-agent: *\nContent-Signal: ai-train=no\nAllow: /");
        let j = judged(&with_no);
        assert_eq!(on(&j, Use::TrainGen), "denied explicit S1 cs.robots");
    }

    #[test]
    fn scenario_28_a_failed_fetch_is_not_silence() {
        let mut bench = Bench::new();
        bench.site.set(SiteFile::Robots, Look::Failed { why: Failure::Silent, at: 0 });
        let j = judged(&bench);
        assert_eq!(j.coverage["robots.ua"], Coverage::FetchFailed);
        assert_eq!(j.face, Face::Unknown);
    }

    // The rules.

    #[test]
    fn denied_beats_conditional_beats_allowed() {
        let more = [
            statement("a", Tier::S5, &[(Use::Tdm, Verdict::Allowed)]),
            statement("b", Tier::S2, &[(Use::Tdm, Verdict::Conditional)]),
            statement("c", Tier::S1, &[(Use::Tdm, Verdict::Denied)]),
        ];
        let findings = Bench::new().read();
        let j = judge(&findings, &more, "https://a.test/");
        assert_eq!(on(&j, Use::Tdm), "denied explicit S1 c mixed");
        let j = judge(&findings, &more[..2], "https://a.test/");
        assert_eq!(on(&j, Use::Tdm), "conditional explicit S2 b mixed");
        assert_eq!(j.face, Face::Conditions);
        assert_eq!(strongest_first(&j), [0, 1]);
    }

    #[test]
    fn the_strongest_reason_stands_first() {
        let more = [
            statement("weak", Tier::S1, &[(Use::Tdm, Verdict::Denied)]),
            statement("strong", Tier::S4, &[(Use::Tdm, Verdict::Denied)]),
        ];
        let j = judge(&Bench::new().read(), &more, "https://a.test/");
        assert_eq!(j.consent[&Use::Tdm].because, [1, 0]);
        assert_eq!(strongest_first(&j), [1, 0]);
    }

    #[test]
    fn an_altered_file_decides_nothing() {
        let mut altered = statement("cawg.tdm", Tier::S0, &[(Use::TrainGen, Verdict::Denied)]);
        altered.authenticity = Authenticity::Tampered;
        altered.licence = Some(LicenceClaim {
            uri: Some("https://creativecommons.org/licenses/by/4.0/".to_string()),
            ..LicenceClaim::default()
        });
        altered.origin = Some(OriginClaim::default());
        altered.offers.push("https://a.test/buy".to_string());
        let j = judge(&Bench::new().read(), &[altered], "https://a.test/");
        assert_eq!(on(&j, Use::TrainGen), "unspecified");
        assert_eq!((j.licence.uri, j.statements.len()), (None, 1));
    }

    #[test]
    fn crawler_blocks_count_only_where_nobody_else_speaks() {
        let robots = "User-agent: GPTBot\nUser-agent: PerplexityBot\nDisallow: /";
        let bench = Bench::new().robots(robots).header("content-usage", "train-ai=y");
        let j = judged(&bench);
        assert_eq!(on(&j, Use::TrainGen), "allowed explicit S3 aipref.header");
        assert_eq!(on(&j, Use::TrainNongen), "denied implied S0 robots.ua");
        assert_eq!(j.face, Face::Conditions);
    }

    #[test]
    fn the_layers_of_tdmrep_supersede_each_other() {
        let file = r#"[{"location": "/", "tdm-reservation": 1}]"#;
        let bench = Bench::new().tdmrep(file).header("tdm-reservation", "1").xmp(vec![simple(
            TDM,
            "reservation",
            "0",
        )]);
        assert_eq!(on(&judged(&bench), Use::Tdm), "allowed explicit S2 tdmrep.xmp");
        let broken = Bench::new().tdmrep(file).header("tdm-reservation", "maybe");
        assert_eq!(on(&judged(&broken), Use::Tdm), "denied explicit S1 tdmrep.file");
        let page = Bench::new().page().meta("tdm-reservation", "1").header("tdm-reservation", "0");
        assert_eq!(
            on(&judged(&page), Use::Tdm),
            "denied explicit S1 tdmrep.meta mixed",
            "the page is no layer of its pictures"
        );
        let thumbnail = Bench::new().header("tdm-reservation", "1").packet(
            "scan at 0x900",
            false,
            vec![simple(TDM, "reservation", "0")],
        );
        assert_eq!(on(&judged(&thumbnail), Use::Tdm), "denied explicit S3 tdmrep.header mixed");
    }

    #[test]
    fn records_of_one_registry_may_contradict_each_other() {
        let more = [
            statement("reg", Tier::S4, &[(Use::Tdm, Verdict::Allowed)]),
            statement("reg", Tier::S4, &[(Use::Tdm, Verdict::Denied)]),
        ];
        let j = judge(&Bench::new().read(), &more, "https://a.test/");
        assert_eq!(on(&j, Use::Tdm), "denied explicit S4 reg mixed");
    }

    #[test]
    fn offers_are_attached_and_soften_nothing() {
        let licensor = Property {
            children: vec![Property {
                children: vec![simple(PLUS, "LicensorURL", "https://photos.example/buy")],
                ..simple("", "li", "")
            }],
            ..simple(PLUS, "Licensor", "")
        };
        let bench = Bench::new()
            .xmp(vec![licensor])
            .header("tdm-reservation", "1")
            .header("tdm-policy", "https://photos.example/tdm");
        let j = judged(&bench);
        let tdm = &j.consent[&Use::Tdm];
        assert_eq!(tdm.verdict, Verdict::Conditional);
        assert_eq!(tdm.offers, ["https://photos.example/tdm", "https://photos.example/buy"]);
        let denied = bench.header("x-robots-tag", "noai");
        let j = judged(&denied);
        let train = &j.consent[&Use::TrainGen];
        assert_eq!(train.verdict, Verdict::Denied);
        assert!(train.offers.contains(&"https://photos.example/buy".to_string()));
        assert!(j.consent[&Use::Search].offers.is_empty());
    }

    #[test]
    fn green_needs_strength_coverage_and_no_contrary() {
        let allowed = || Bench::new().xmp(vec![dmi("DMI-ALLOWED")]);
        assert_eq!(judged(&allowed()).face, Face::Allowed);
        assert_eq!(judged(&allowed().local()).face, Face::Allowed, "a file has no headers");
        assert_eq!(
            judged(&allowed().local().url("https://gallery.test/a.jpg")).face,
            Face::Conditions,
            "headers were not seen"
        );
        assert_eq!(judged(&allowed().c2pa()).face, Face::Conditions, "a manifest is unread");
        assert_eq!(
            judged(&allowed().robots("User-agent: CCBot\nDisallow: /")).face,
            Face::Conditions,
            "a crawler is blocked"
        );
        assert_eq!(
            judged(&allowed().header("content-usage", "ai-use=n")).face,
            Face::Denied,
            "another use is denied"
        );
        let weak = Bench::new().robots("User-agent: *\nContent-Signal: ai-train=yes\nAllow: /");
        assert_eq!(on(&judged(&weak), Use::TrainGen), "allowed explicit S1 cs.robots");
        assert_eq!(judged(&weak).face, Face::Conditions, "a path rule is too weak");
        let scanned = Bench::new().packet("scan at 0x9", false, vec![dmi("DMI-ALLOWED")]);
        assert_eq!(judged(&scanned).face, Face::Conditions);
    }

    #[test]
    fn a_word_about_search_alone_is_no_word_about_ai() {
        let j = judged(&Bench::new().header("content-usage", "search=y"));
        assert_eq!(on(&j, Use::Search), "allowed explicit S3 aipref.header");
        assert_eq!(j.face, Face::Silent);
        let j = judged(&Bench::new().header("content-usage", "search=n"));
        assert_eq!(j.face, Face::Denied);
    }

    #[test]
    fn unread_and_broken_bytes_are_not_silence() {
        use crate::vocabulary::ProblemCode;
        assert_eq!(judged(&Bench::new().unread()).face, Face::Unknown);
        assert_eq!(
            judged(&Bench::new().problem(ProblemCode::Truncated, "byte 9")).face,
            Face::Unknown
        );
        assert_eq!(judged(&Bench::new().c2pa()).face, Face::Unknown, "a manifest is unread");
        assert_eq!(judged(&Bench::new().local()).face, Face::Silent);
        let broken = |kind: &str| {
            let mut bench = Bench::new();
            bench.reading.as_mut().unwrap().metadata.malformed.push(kind.to_string());
            judged(&bench).face
        };
        assert_eq!(broken("exif"), Face::Silent, "EXIF cannot speak about AI");
        assert_eq!(broken("xmp"), Face::Unknown);
        let unread_page_says_no = Bench::new().unread().page().meta("robots", "noai");
        assert_eq!(judged(&unread_page_says_no).face, Face::Denied);
    }

    #[test]
    fn the_licence_record_takes_each_field_from_the_strongest() {
        let mut record = statement("reg", Tier::S4, &[]);
        record.licence = Some(LicenceClaim {
            uri: Some("https://creativecommons.org/licenses/by-nc-sa/4.0/".to_string()),
            spdx: Some("CC-BY-NC-SA-4.0".to_string()),
            ..LicenceClaim::default()
        });
        let bench = Bench::new()
            .exif(0x8298, "Copyright", "EXIF notice")
            .xmp(vec![
                item("http://purl.org/dc/elements/1.1/", "rights", "XMP notice"),
                item("http://purl.org/dc/elements/1.1/", "creator", "Ada Example"),
                simple(
                    "http://ns.adobe.com/xap/1.0/rights/",
                    "WebStatement",
                    "https://a.test/terms",
                ),
                simple("http://ns.adobe.com/xap/1.0/rights/", "Marked", "False"),
            ])
            .iim(2, 80, "Somebody Else");
        let j = judge(&bench.read(), &[record], &bench.url);
        assert_eq!(j.licence.spdx.as_deref(), Some("CC-BY-NC-SA-4.0"));
        assert_eq!(j.licence.conditions, ["by", "nc", "sa"]);
        assert_eq!(j.licence.notice.as_deref(), Some("EXIF notice"));
        assert_eq!(j.licence.creators, ["Ada Example"]);
        assert_eq!(j.licence.terms.as_deref(), Some("https://a.test/terms"));
        assert_eq!(j.licence.marked, Some(false));
        assert!(!j.licence.ambiguous);
        assert_eq!(j.face, Face::Silent, "a licence never colours the mark");
        assert!(j.licence.because.iter().all(|i| j.statements[*i].carrier != "iim"));
    }

    #[test]
    fn two_licences_are_ambiguous_and_a_page_hint_is_not_enough() {
        let by = "https://creativecommons.org/licenses/by/4.0/";
        let nc = "https://creativecommons.org/licenses/by-nc/4.0/deed.de";
        let two = Bench::new().xmp(vec![simple(CC, "license", by), simple(CC, "license", nc)]);
        let j = judged(&two);
        assert!(j.licence.ambiguous);
        assert_eq!(j.licence.because.len(), 2);
        let link =
            LinkTag { rel: "license".to_string(), href: nc.to_string(), mime: None, about: None };
        let page = Bench::new().page().xmp(vec![simple(CC, "license", by)]).link(link.clone());
        let j = judged(&page);
        assert!(!j.licence.ambiguous);
        assert_eq!(j.licence.spdx.as_deref(), Some("CC-BY-4.0"));
        let figure = Bench::new().page().xmp(vec![simple(CC, "license", by)]).figure_link(link);
        assert!(judged(&figure).licence.ambiguous);
    }

    #[test]
    fn every_source_type_has_its_class() {
        for (term, kind) in [
            ("trainedAlgorithmicMedia", OriginKind::AiGenerated),
            ("compositeWithTrainedAlgorithmicMedia", OriginKind::AiAssisted),
            ("compositeSynthetic", OriginKind::AiAssisted),
            ("composite", OriginKind::Composite),
            ("virtualRecording", OriginKind::Composite),
            ("digitalCapture", OriginKind::Captured),
            ("computationalCapture", OriginKind::Captured),
            ("compositeCapture", OriginKind::Captured),
            ("negativeFilm", OriginKind::Captured),
            ("positiveFilm", OriginKind::Captured),
            ("print", OriginKind::Captured),
            ("screenCapture", OriginKind::Captured),
            ("digitalCreation", OriginKind::HumanMade),
            ("humanEdits", OriginKind::HumanMade),
            ("dataDrivenMedia", OriginKind::HumanMade),
            ("digitalArt", OriginKind::HumanMade),
            ("minorHumanEdits", OriginKind::HumanMade),
            ("algorithmicMedia", OriginKind::Unknown),
            ("algorithmicallyEnhanced", OriginKind::Unknown),
            ("softwareImage", OriginKind::Unknown),
            ("empty", OriginKind::Unknown),
        ] {
            let uri = format!("http://cv.iptc.org/newscodes/digitalsourcetype/{term}");
            let j = judged(&Bench::new().xmp(vec![simple(IPTC_EXT, "DigitalSourceType", &uri)]));
            assert_eq!(j.origin.kind, kind, "{term}");
            assert_eq!(j.origin.source_type, Some(uri));
            assert_eq!(j.face, Face::Silent, "an origin label is no consent");
        }
        assert_eq!(
            kind_of("https://schema.org/TrainedAlgorithmicMediaDigitalSource"),
            OriginKind::AiGenerated
        );
    }

    #[test]
    fn of_two_labels_the_one_that_speaks_of_ai_is_shown() {
        let label = |t: &str| {
            let uri = format!("http://cv.iptc.org/newscodes/digitalsourcetype/{t}");
            simple(IPTC_EXT, "DigitalSourceType", &uri)
        };
        let bench = Bench::new().xmp(vec![
            label("digitalCapture"),
            label("trainedAlgorithmicMedia"),
            simple(IPTC_EXT, "AISystemUsed", "Example Diffusion"),
        ]);
        let j = judged(&bench);
        assert_eq!(j.origin.kind, OriginKind::AiGenerated);
        assert_eq!(j.origin.ai_system.as_deref(), Some("Example Diffusion"));
    }
}
