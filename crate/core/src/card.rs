//! From a judgement to what the reader sees: the mark and the card.
//!
//! The overlay draws these shapes without understanding them; every word is a
//! [`Phrase`] or foreign text, every colour a [`Tone`], every shape a path.

use serde::{Deserialize, Serialize};

use crate::inquiry::{Askable, FileState, Inquiry, Outcome};
use crate::page::{Failure, WorkFacts, WorkKind};
use crate::phrase::{Key, Phrase};
use crate::registry::miniature::{self, Miniature};
use crate::registry::{Answer, CATALOGUE, Fit, Hit, Privacy, REGISTRIES, own_works};
use crate::settings::MarkStyle;
use crate::signal::c2pa::{Legible, Revocation, Standing, Store, TrustList};
use crate::signal::{self, Source, document};
use crate::verdict::{Face, Judgement, OriginKind};
use crate::vocabulary::{
    Authenticity, Coverage, Problem, ProblemCode, Scope, Statement, Tier, Use, Verdict,
};

/// How something is coloured. Never the only difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Tone {
    /// A refusal.
    Stop,
    /// Terms to be met.
    Care,
    /// Permission.
    Go,
    /// Nothing said.
    Calm,
    /// Not known.
    Dim,
}

/// The quiet mark on a work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Mark {
    /// Its colour.
    pub tone: Tone,
    /// Its shape: an SVG path in a 16 by 16 box, filled by even-odd rule.
    pub shape: String,
    /// How the reader wants it to look.
    pub look: MarkStyle,
    /// What it says, for screen readers and as the tooltip.
    pub label: Phrase,
}

/// What a person reads about one work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Card {
    /// The mark it belongs to.
    pub mark: Mark,
    /// The one sentence that matters.
    pub headline: Phrase,
    /// The work's name as the page gives it; foreign text.
    pub name: String,
    /// Parts in reading order: consent, licence, origin, matches, not checked, problems.
    pub parts: Vec<Part>,
    /// What the reader can do now.
    pub actions: Vec<Action>,
}

/// A part of the card under a heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Part {
    /// Its heading.
    pub heading: Phrase,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Shown closed at first (details the reader may open).
    pub folded: bool,
}

/// One line of a part: a label, a value, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Row {
    /// What the line is about.
    pub label: Phrase,
    /// What is said about it.
    pub value: Phrase,
    /// Its colour.
    pub tone: Tone,
    /// A link to follow; `https:` or `http:` only.
    pub link: Option<String>,
    /// A small picture, as a `data:` address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// What it rests on, down to the raw value.
    pub evidence: Vec<Evidence>,
}

/// What a line rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Evidence {
    /// Who says it, and by which standard.
    pub source: Phrase,
    /// Where it stands; foreign text.
    pub locator: String,
    /// The raw value; foreign text.
    pub raw: String,
}

/// Something the reader can do from the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Action {
    /// The words on the button.
    pub label: Phrase,
    /// What will happen; for a registry, what will be sent.
    pub note: Option<Phrase>,
    /// What to send back when it is pressed.
    pub act: Act,
}

/// What a button does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "act")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Act {
    /// Opens the report page about this work.
    Report,
    /// Asks one registry about this work, once.
    Ask {
        /// The registry's id.
        registry: String,
    },
    /// Asks every registry about this work, once, that learns the same by it.
    AskAll {
        /// What asking them tells.
        privacy: Privacy,
    },
    /// Reads the work again.
    Again,
    /// Has the page read its own file, which nobody else can reach. The page itself does so.
    Hand,
    /// Copies something. Whoever draws the card does so.
    Copy {
        /// What.
        what: Phrase,
    },
}

/// The shape of each face, in a 16 by 16 box, even-odd: told apart without colour.
mod shape {
    /// An octagon with a bar: stop.
    pub const DENIED: &str = "M5 1h6l4 4v6l-4 4H5l-4-4V5zM4 7v2h8V7z";
    /// A diamond with an exclamation mark: mind the terms.
    pub const CONDITIONS: &str =
        "M8 .6 15.4 8 8 15.4.6 8zM7.1 4.3v4.6h1.8V4.3zM7.1 10.1v1.8h1.8v-1.8z";
    /// A disc with a tick.
    pub const ALLOWED: &str =
        "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM4 8.3 7 11.3 12 6.1 10.8 4.9 7 8.9 5.2 7.1z";
    /// A ring with a dash: nothing said.
    pub const SILENT: &str = "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM8 2.7a5.3 5.3 0 1 0 0 10.6A5.3 5.3 0 0 0 8 2.7zM5.2 7.2h5.6v1.6H5.2z";
    /// A square frame with three dots: not known.
    pub const UNKNOWN: &str = "M2 1.5h12v13H2zM3.7 3.2v9.6h8.6V3.2zM4.6 7.2h1.6v1.6H4.6zM7.2 7.2h1.6v1.6H7.2zM9.8 7.2h1.6v1.6H9.8z";
}

/// The five faces in the order in which they are explained.
pub const FACES: [(Tone, &str); 5] = [
    (Tone::Stop, shape::DENIED),
    (Tone::Care, shape::CONDITIONS),
    (Tone::Go, shape::ALLOWED),
    (Tone::Calm, shape::SILENT),
    (Tone::Dim, shape::UNKNOWN),
];

/// The colour of a verdict.
fn tone_of(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Denied => Tone::Stop,
        Verdict::Conditional => Tone::Care,
        Verdict::Allowed => Tone::Go,
        Verdict::Unspecified => Tone::Calm,
    }
}

/// Words for a failure: why something could not be checked.
pub fn failure_phrase(failure: &Failure) -> Phrase {
    match failure {
        Failure::Silent => Key::FailSilent.into(),
        Failure::Status { status } => Phrase::from(Key::FailStatus).with(status.to_string()),
        Failure::PrivateRedirect => Key::FailPrivateRedirect.into(),
        Failure::TooLarge => Key::FailTooLarge.into(),
        Failure::Network { detail } => Phrase::from(Key::FailNetwork).with(detail.as_str()),
        Failure::Crashed => Key::FailCrashed.into(),
        Failure::NotAllowed => Key::FailNotAllowed.into(),
        Failure::NoAccess => Key::FailNoAccess.into(),
        Failure::Unreachable => Key::FailUnreachable.into(),
    }
}

/// Why this work could not be had: of what has no file, more than that can be said.
fn unheard(inquiry: &Inquiry<'_>, failure: &Failure) -> Phrase {
    match (failure, inquiry.work.url.as_str()) {
        (Failure::Unreachable, "about:protected") => Key::FailProtected.into(),
        (Failure::Unreachable, "about:stream") => Key::FailStream.into(),
        (Failure::Unreachable, "about:large") => Key::FailTooLarge.into(),
        _ => failure_phrase(failure),
    }
}

/// What asking a registry tells, in one sentence.
pub fn sends_phrase(privacy: Privacy, title: &str) -> Phrase {
    let key = match privacy {
        Privacy::Nothing => return Key::SendsNothing.into(),
        Privacy::SameHost => Key::SendsSameHost,
        Privacy::Shard => Key::SendsShard,
        Privacy::Record => Key::SendsRecord,
        Privacy::Hash => Key::SendsHash,
        Privacy::Address => Key::SendsAddress,
        Privacy::Media => Key::SendsMedia,
    };
    Phrase::from(key).with(title)
}

/// What reading a signal sends.
pub fn source_sends(source: Source) -> Phrase {
    match source {
        Source::Robots => Phrase::from(Key::SendsSiteFile).with("/robots.txt"),
        Source::TdmrepFile => Phrase::from(Key::SendsSiteFile).with("/.well-known/tdmrep.json"),
        Source::AiTxt => Phrase::from(Key::SendsSiteFile).with("/ai.txt"),
        Source::TrustTxt => Phrase::from(Key::SendsSiteFile).with("/trust.txt"),
        Source::Documents => Key::SendsDocuments.into(),
        _ => Key::SendsNothing.into(),
    }
}

/// Foreign text as a phrase.
pub fn plain(text: impl AsRef<str>) -> Phrase {
    Phrase::from(Key::Plain).with(foreign(text.as_ref()))
}

/// Characters of one foreign text that are shown; the whole of it stands in the evidence.
const FOREIGN: usize = 600;

/// Foreign text that cannot turn round, hide or push away the words beside it: without
/// control characters and without those that steer direction (Unicode UAX #9, 2.1 to 2.6).
/// The raw value in the evidence stays as it was found.
fn foreign(text: &str) -> String {
    let steers = |c: &char| {
        // The joiners U+200C and U+200D spell words, and stay.
        matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut kept =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !steers(c));
    let mut shown: String = kept.by_ref().take(FOREIGN).collect();
    if kept.next().is_some() {
        shown.push('…');
    }
    shown.trim().to_string()
}

/// The face to show now. "Allowed" and "nothing said" claim that all was looked at; while
/// something is awaited neither is claimed.
pub fn face(outcome: &Outcome) -> Face {
    match outcome.judgement.face {
        Face::Allowed | Face::Silent if outcome.awaited => Face::Unknown,
        face => face,
    }
}

/// The mark for what is known now.
pub fn mark(inquiry: &Inquiry<'_>, outcome: &Outcome) -> Mark {
    let face = face(outcome);
    let (tone, shape) = match face {
        Face::Denied => (Tone::Stop, shape::DENIED),
        Face::Conditions => (Tone::Care, shape::CONDITIONS),
        Face::Allowed => (Tone::Go, shape::ALLOWED),
        Face::Silent => (Tone::Calm, shape::SILENT),
        Face::Unknown => (Tone::Dim, shape::UNKNOWN),
    };
    let (shape, look) = (shape.to_string(), inquiry.settings.look);
    Mark { tone, shape, look, label: headline(inquiry, outcome, face) }
}

/// The one sentence that matters. Its subject is as narrow as the evidence:
/// only a named, trusted actor is ever called "the creator".
fn headline(inquiry: &Inquiry<'_>, outcome: &Outcome, face: Face) -> Phrase {
    let wanted = match face {
        Face::Denied => Verdict::Denied,
        Face::Conditions => {
            return speaks(&outcome.judgement, Verdict::Conditional)
                .or_else(|| speaks(&outcome.judgement, Verdict::Denied))
                .unwrap_or_else(|| Key::HeadConditions.into());
        }
        Face::Allowed => Verdict::Allowed,
        Face::Silent => return Key::HeadSilent.into(),
        Face::Unknown => {
            return match inquiry.file {
                FileState::Failed(failure) => {
                    Phrase::from(Key::HeadFailed).with(unheard(inquiry, failure))
                }
                FileState::NotAsked if !outcome.awaited => Key::HeadNotChecked.into(),
                FileState::NotAsked | FileState::Awaited => Key::HeadAwaited.into(),
                FileState::Read(_) if outcome.awaited => Key::HeadAwaited.into(),
                // The details stand below, each with its place in the file.
                FileState::Read(reading) => match reading.problems.iter().find(|p| !p.misnames()) {
                    Some(problem) => Phrase::from(Key::HeadUnreadable).with(why(problem.code)),
                    None => Key::HeadPartly.into(),
                },
            };
        }
    };
    speaks(&outcome.judgement, wanted).unwrap_or_else(|| Key::from(wanted).into())
}

/// Who says that verdict about what, in one sentence.
fn speaks(judgement: &Judgement, wanted: Verdict) -> Option<Phrase> {
    let uses: Vec<Use> = Use::ALL
        .into_iter()
        .filter(|u| judgement.consent.get(u).is_some_and(|c| c.verdict == wanted))
        .collect();
    let strongest = uses
        .iter()
        .filter_map(|u| judgement.consent.get(u)?.because.first())
        .filter_map(|i| judgement.statements.get(*i))
        .max_by_key(|s| s.tier)?;
    let what = what_phrase(&uses);
    let keys = match (strongest.scope, strongest.tier, &strongest.declared_by) {
        _ if strongest.authenticity == Authenticity::Unchecked => {
            (Key::ClaimNo, Key::ClaimTerms, Key::ClaimTerms)
        }
        (_, Tier::S4 | Tier::S5, Some(who)) => {
            let key = choose(wanted, Key::NamedNo, Key::NamedTerms, Key::NamedYes);
            return Some(Phrase::from(key).with(foreign(who)).with(what));
        }
        (Scope::Work, _, _) if strongest.signal == own_works::ID => {
            (Key::OwnNo, Key::OwnTerms, Key::OwnYes)
        }
        // An embedded licence is about any copy, and stands in this one.
        (Scope::Work, _, _) if in_file(strongest) => (Key::FileNo, Key::FileTerms, Key::FileYes),
        (Scope::Work, _, _) => (Key::RecordNo, Key::RecordTerms, Key::RecordYes),
        (Scope::Bytes, _, _) => (Key::FileNo, Key::FileTerms, Key::FileYes),
        (Scope::Page, _, _) => (Key::PageNo, Key::PageTerms, Key::PageYes),
        (Scope::Url | Scope::Origin, _, _) => (Key::SiteNo, Key::SiteTerms, Key::SiteYes),
    };
    Some(Phrase::from(choose(wanted, keys.0, keys.1, keys.2)).with(what))
}

fn in_file(statement: &Statement) -> bool {
    matches!(statement.carrier.as_str(), "xmp" | "text")
}

fn choose(verdict: Verdict, no: Key, terms: Key, yes: Key) -> Key {
    match verdict {
        Verdict::Denied => no,
        Verdict::Allowed => yes,
        Verdict::Conditional | Verdict::Unspecified => terms,
    }
}

/// Several uses in few words.
fn what_phrase(uses: &[Use]) -> Phrase {
    let has = |u: Use| uses.contains(&u);
    let training = has(Use::TrainGen) && has(Use::TrainNongen);
    if training && has(Use::AiInput) {
        Key::WhatAll.into()
    } else if training {
        Key::WhatTraining.into()
    } else {
        let preferred =
            [Use::TrainGen, Use::TrainNongen, Use::AiInput, Use::Tdm, Use::AiIndex, Use::Search];
        let first = preferred.into_iter().find(|u| has(*u)).unwrap_or(Use::Tdm);
        match first {
            Use::TrainGen => Key::WhatTrainGen,
            Use::TrainNongen => Key::WhatTrainNongen,
            Use::AiInput => Key::WhatAiInput,
            Use::Tdm => Key::WhatTdm,
            Use::AiIndex => Key::WhatAiIndex,
            Use::Search => Key::WhatSearch,
        }
        .into()
    }
}

/// What is wrong with a file, as the end of a sentence.
fn why(code: ProblemCode) -> Key {
    match code {
        ProblemCode::Malformed => Key::WhyMalformed,
        ProblemCode::Truncated => Key::WhyTruncated,
        ProblemCode::Unsupported => Key::WhyUnsupported,
        ProblemCode::OverLimit => Key::WhyOverLimit,
        ProblemCode::Unreadable => Key::WhyUnreadable,
        ProblemCode::Network => Key::WhyNetwork,
    }
}

fn problem_row(problem: &Problem) -> Row {
    let key = match problem.code {
        _ if problem.misnames() => Key::ProblemMisnamed,
        ProblemCode::Malformed => Key::ProblemMalformed,
        ProblemCode::Truncated => Key::ProblemTruncated,
        ProblemCode::Unsupported => Key::ProblemUnsupported,
        ProblemCode::OverLimit => Key::ProblemOverLimit,
        ProblemCode::Unreadable => Key::ProblemUnreadable,
        ProblemCode::Network => Key::ProblemNetwork,
    };
    let label = match problem.misnames() {
        true => Key::TheFile.into(),
        false => plain(problem.place.as_str()),
    };
    let mut line = row(label, key, Tone::Dim);
    line.evidence = vec![detail(&problem.message)];
    line
}

/// What only a specialist asks for, and only in English.
fn detail(message: &str) -> Evidence {
    let source = Key::EvidenceDetail.into();
    Evidence { source, locator: String::new(), raw: foreign(message) }
}

/// The whole card.
pub fn draw(inquiry: &Inquiry<'_>, outcome: &Outcome) -> Card {
    let mark = mark(inquiry, outcome);
    let judgement = &outcome.judgement;
    let parts = [
        consent_part(inquiry, outcome),
        licence_part(inquiry, outcome),
        origin_part(inquiry, outcome),
        match_part(inquiry),
        problem_part(inquiry, judgement, &mark.label),
        coverage_part(judgement),
    ];
    Card {
        headline: mark.label.clone(),
        mark,
        name: foreign(&name(inquiry.work, inquiry.file)),
        parts: parts.into_iter().filter(|p| !p.rows.is_empty()).collect(),
        actions: actions(inquiry, judgement),
    }
}

fn row(label: impl Into<Phrase>, value: impl Into<Phrase>, tone: Tone) -> Row {
    let (label, value) = (label.into(), value.into());
    Row { label, value, tone, link: None, picture: None, evidence: Vec::new() }
}

/// The address, when it is one that a reader may follow.
fn followable(url: &str) -> Option<String> {
    let scheme = url::Url::parse(url).ok()?;
    matches!(scheme.scheme(), "http" | "https").then(|| url.to_string())
}

/// Whether silence may be called silence: the file was had, nothing is awaited, and no
/// source was out of reach or damaged.
fn looked(inquiry: &Inquiry<'_>, outcome: &Outcome) -> bool {
    let blind = |c: &Coverage| matches!(c, Coverage::FetchFailed | Coverage::Malformed);
    matches!(inquiry.file, FileState::Read(_))
        && !outcome.awaited
        && outcome.judgement.face != Face::Unknown
        && !outcome.judgement.coverage.values().any(blind)
}

fn consent_part(inquiry: &Inquiry<'_>, outcome: &Outcome) -> Part {
    let judgement = &outcome.judgement;
    let looked = looked(inquiry, outcome);
    let mut rows: Vec<Row> = Use::ALL
        .into_iter()
        .filter_map(|u| judgement.consent.get(&u).map(|c| (u, c)))
        .map(|(u, consent)| {
            let value = match consent.verdict {
                Verdict::Unspecified if !looked => Key::VerdictUnknown.into(),
                verdict if consent.mixed => {
                    Phrase::from(Key::VerdictMixed).with(Key::from(verdict))
                }
                verdict => Key::from(verdict).into(),
            };
            let tone = match consent.verdict {
                Verdict::Unspecified if !looked => Tone::Dim,
                verdict => tone_of(verdict),
            };
            let mut row = row(Key::from(u), value, tone);
            let because = consent.because.iter().chain(&consent.against);
            row.evidence =
                because.filter_map(|i| judgement.statements.get(*i)).map(evidence).collect();
            row.link = consent.offers.first().and_then(|o| followable(o));
            row
        })
        .collect();
    rows.extend(reasons(judgement));
    Part { heading: Key::PartConsent.into(), rows, folded: false }
}

/// Where sources disagree: who says no, who says yes, and why the no counts. Once for each
/// pair of voices, however many uses they disagree about.
fn reasons(judgement: &Judgement) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (u, consent) in judgement.consent.iter().filter(|(_, c)| c.mixed) {
        let key = match consent.verdict {
            Verdict::Denied => Key::WhyNo,
            Verdict::Conditional => Key::WhyTerms,
            Verdict::Allowed | Verdict::Unspecified => continue,
        };
        // Who permits this very use: the same voice may set terms here and permit another.
        let allowed = |s: &&Statement| {
            s.verdicts.get(u).is_some_and(|stance| stance.verdict == Verdict::Allowed)
        };
        let against = consent.against.iter().filter_map(|i| judgement.statements.get(*i));
        let (Some(winner), Some(loser)) = (
            consent.because.first().and_then(|i| judgement.statements.get(*i)),
            against.into_iter().find(allowed),
        ) else {
            continue;
        };
        let value = Phrase::from(key).with(voice(winner)).with(voice(loser));
        if !rows.iter().any(|r| r.value == value) {
            rows.push(row(Key::WhyLabel, value, Tone::Care));
        }
    }
    rows
}

/// Who speaks, in the middle of a sentence.
fn voice(statement: &Statement) -> Phrase {
    let source = evidence(statement).source;
    let key = match source.key {
        Key::EvidenceFile => Key::VoiceFile,
        Key::EvidenceHeader => Key::VoiceHeader,
        Key::EvidencePage => Key::VoicePage,
        Key::EvidenceSite => Key::VoiceSite,
        _ => Key::VoiceRecord,
    };
    Phrase { key, ..source }
}

/// What a line rests on: who carries the words, by which standard, where.
fn evidence(statement: &Statement) -> Evidence {
    let registry = REGISTRIES.iter().find(|r| r.id == statement.signal).map(|r| r.title);
    let catalogue = statement.signal.strip_prefix(CATALOGUE);
    let title = registry.or(catalogue).unwrap_or_else(|| signal::title(&statement.signal));
    let key = match statement.scope {
        Scope::Bytes => Key::EvidenceFile,
        Scope::Url => Key::EvidenceHeader,
        Scope::Page => Key::EvidencePage,
        Scope::Origin => Key::EvidenceSite,
        Scope::Work if in_file(statement) => Key::EvidenceFile,
        Scope::Work => Key::EvidenceRecord,
    };
    let own = statement.signal == own_works::ID;
    let title: crate::phrase::Arg = if own { Key::OwnWorks.into() } else { title.into() };
    Evidence {
        source: Phrase::from(key).with(title),
        locator: statement.locator.clone(),
        // What the reader chose in words stands in the line itself.
        raw: if own { String::new() } else { statement.raw.clone() },
    }
}

fn licence_part(inquiry: &Inquiry<'_>, outcome: &Outcome) -> Part {
    let judgement = &outcome.judgement;
    let licence = &judgement.licence;
    let because: Vec<Evidence> =
        licence.because.iter().filter_map(|i| judgement.statements.get(*i)).map(evidence).collect();
    let mut rows = Vec::new();
    match &licence.uri {
        Some(uri) => {
            let name = licence.spdx.as_ref().unwrap_or(uri);
            let value = if licence.ambiguous {
                Phrase::from(Key::LicenceAmbiguous).with(foreign(name))
            } else {
                plain(name)
            };
            let mut line = row(Key::Licence, value, Tone::Calm);
            line.link = followable(uri);
            rows.push(line);
        }
        None if looked(inquiry, outcome) => {
            rows.push(row(Key::Licence, Key::LicenceNone, Tone::Calm));
        }
        None => rows.push(row(Key::Licence, Key::VerdictUnknown, Tone::Dim)),
    }
    for condition in &licence.conditions {
        let key = match condition.as_str() {
            "by" => Key::ConditionBy,
            "nc" => Key::ConditionNc,
            "nd" => Key::ConditionNd,
            "sa" => Key::ConditionSa,
            _ => continue,
        };
        rows.push(row(Key::Condition, key, Tone::Calm));
    }
    let mut text = |label: Key, value: &str| rows.push(row(label, plain(value), Tone::Calm));
    if let Some(notice) = &licence.notice {
        text(Key::Notice, notice);
    }
    if !licence.creators.is_empty() {
        text(Key::Creators, &licence.creators.join("; "));
    }
    if !licence.owners.is_empty() {
        text(Key::Owners, &licence.owners.join("; "));
    }
    if let Some(credit) = &licence.credit {
        text(Key::Credit, credit);
    }
    if !licence.suppliers.is_empty() {
        text(Key::Suppliers, &licence.suppliers.join("; "));
    }
    if !licence.contacts.is_empty() {
        text(Key::Contacts, &licence.contacts.join("; "));
    }
    if let Some(terms) = &licence.terms {
        let mut line = row(Key::LicenceTerms, plain(terms), Tone::Calm);
        line.link = followable(terms);
        rows.push(line);
    }
    // A licence's own address already says so, and a disputed one is no public domain.
    if licence.marked == Some(false) && licence.uri.is_none() {
        rows.push(row(Key::LicenceStatus, Key::LicencePublicDomain, Tone::Calm));
    }
    if let Some(url) = &licence.licensing_url {
        let mut line = row(Key::LicensingUrl, plain(url), Tone::Calm);
        line.link = followable(url);
        rows.push(line);
    }
    if let Some(credit) = credit(inquiry, judgement) {
        rows.push(row(Key::CreditReady, credit.words(foreign), Tone::Calm));
    }
    if let Some(first) = rows.first_mut() {
        first.evidence = because;
    }
    Part { heading: Key::PartLicence.into(), rows, folded: false }
}

/// What a credit names: title, author, source and licence, as Creative Commons recommends
/// (<https://wiki.creativecommons.org/wiki/Recommended_practices_for_attribution>).
struct Credit<'a> {
    title: String,
    by: String,
    source: Option<String>,
    licence: String,
    uri: &'a str,
}

/// The credit for a work under an undisputed public licence. Its title is what the file says:
/// what a page writes beside a picture describes it and does not name it.
fn credit<'a>(inquiry: &Inquiry<'_>, judgement: &'a Judgement) -> Option<Credit<'a>> {
    let licence = &judgement.licence;
    let (uri, spdx) = (licence.uri.as_deref()?, licence.spdx.as_deref()?);
    // The public domain mark is no licence.
    if licence.ambiguous || !spdx.starts_with("CC") || spdx.starts_with("CC-PDM") {
        return None;
    }
    let uri = followable(uri).map(|_| uri)?;
    let kind = spdx.strip_prefix("CC-").map(|kind| format!("CC {kind}"));
    let name = kind.as_deref().unwrap_or(spdx);
    let (kind, version) = name.rsplit_once('-')?;
    let by = match &licence.credit {
        Some(credit) if licence.creators.is_empty() => credit.clone(),
        _ => licence.creators.join(", "),
    };
    Some(Credit {
        title: inquiry.title().unwrap_or_else(|| title(inquiry.file)),
        by,
        source: followable(&inquiry.work.url),
        licence: format!("{kind} {version}"),
        uri,
    })
}

impl Credit<'_> {
    /// The credit with each of its parts written in a certain way.
    fn written(
        &self,
        text: impl Fn(&str) -> String,
        link: impl Fn(&str, &str) -> String,
    ) -> Phrase {
        let linked = |words: &str, to: Option<&str>| match to {
            Some(to) => link(words, to),
            None => text(words),
        };
        let title = linked(&self.title, self.source.as_deref());
        let (by, licence) = (text(&self.by), linked(&self.licence, Some(self.uri)));
        match (self.title.is_empty(), self.by.is_empty()) {
            (false, false) => Phrase::from(Key::CreditFull).with(title).with(by).with(licence),
            (false, true) => Phrase::from(Key::CreditUnnamed).with(title).with(licence),
            (true, false) => Phrase::from(Key::CreditUntitled).with(by).with(licence),
            (true, true) => Phrase::from(Key::CreditBare).with(licence),
        }
    }

    /// Without links.
    fn words(&self, text: impl Fn(&str) -> String) -> Phrase {
        self.written(&text, |words, _| text(words))
    }

    fn actions(&self) -> [Action; 3] {
        let plain = self.written(foreign, |words, to| match words == self.licence {
            true => format!("{words} ({to})"),
            false => foreign(words),
        });
        let html = self.written(
            |words| in_html(&foreign(words)),
            |words, to| {
                let rel = if words == self.licence { " rel=\"license\"" } else { "" };
                format!("<a href=\"{}\"{rel}>{}</a>", in_html(to), in_html(&foreign(words)))
            },
        );
        let markdown = self.written(
            |words| in_markdown(&foreign(words)),
            // An address in angle brackets may hold parentheses (CommonMark 0.31, 6.3).
            |words, to| format!("[{}](<{}>)", in_markdown(&foreign(words)), without_angles(to)),
        );
        [
            (Key::ActCreditText, plain),
            (Key::ActCreditHtml, html),
            (Key::ActCreditMarkdown, markdown),
        ]
        .map(|(label, what)| Action {
            label: label.into(),
            note: None,
            act: Act::Copy { what },
        })
    }
}

fn in_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Backslashes before what Markdown may read as its own (CommonMark 0.31, 2.4).
fn in_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '!' | '|' | '~' | '&')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn without_angles(address: &str) -> String {
    address.replace('<', "%3C").replace('>', "%3E")
}

/// The heads of a table of works.
pub const TABLE: [Key; 11] = [
    Key::ListColumnWork,
    Key::ListColumnAddress,
    Key::ListColumnSays,
    Key::UseSearch,
    Key::UseTdm,
    Key::UseTrainNongen,
    Key::UseTrainGen,
    Key::UseAiInput,
    Key::UseAiIndex,
    Key::PartLicence,
    Key::PartOrigin,
];

/// One work as a line of that table.
pub fn table_row(inquiry: &Inquiry<'_>, outcome: &Outcome) -> Vec<Phrase> {
    let first = |part: Part| part.rows.into_iter().next().map(|row| row.value);
    let mut cells = vec![
        plain(name(inquiry.work, inquiry.file)),
        plain(&inquiry.work.url),
        headline(inquiry, outcome, face(outcome)),
    ];
    let uses = consent_part(inquiry, outcome).rows.into_iter().take(Use::ALL.len());
    cells.extend(uses.map(|row| row.value));
    cells.extend(first(licence_part(inquiry, outcome)));
    cells.extend(first(origin_part(inquiry, outcome)));
    cells
}

fn origin_part(inquiry: &Inquiry<'_>, outcome: &Outcome) -> Part {
    let judgement = &outcome.judgement;
    let origin = &judgement.origin;
    let looked = looked(inquiry, outcome);
    let key = match origin.kind {
        OriginKind::Unknown if !looked => Key::VerdictUnknown,
        OriginKind::Unknown => Key::OriginUnknown,
        OriginKind::Captured => Key::OriginCaptured,
        OriginKind::HumanMade => Key::OriginHumanMade,
        OriginKind::AiAssisted => Key::OriginAiAssisted,
        OriginKind::AiGenerated => Key::OriginAiGenerated,
        OriginKind::Composite => Key::OriginComposite,
    };
    let unknown = origin.kind == OriginKind::Unknown && !looked;
    let tone = if unknown { Tone::Dim } else { Tone::Calm };
    // A term of the vocabulary that is neither a person's nor an AI's is shown as it is.
    let term = origin.source_type.as_deref().filter(|_| origin.kind == OriginKind::Unknown);
    let value = match term.and_then(|t| t.trim_end_matches('/').rsplit('/').next()) {
        Some(term) => plain(term),
        None => key.into(),
    };
    let mut line = row(Key::Origin, value, tone);
    line.evidence =
        origin.because.iter().filter_map(|i| judgement.statements.get(*i)).map(evidence).collect();
    let mut rows = vec![line];
    if let Some(system) = &origin.ai_system {
        rows.push(row(Key::AiSystem, plain(system), Tone::Calm));
    }
    if let FileState::Read(reading) = inquiry.file {
        // Who signed for where it comes from, and what that is worth.
        rows.extend(reading.metadata.c2pa.iter().map(manifest_row));
    }
    Part { heading: Key::PartOrigin.into(), rows, folded: false }
}

fn match_part(inquiry: &Inquiry<'_>) -> Part {
    let title_of = |id: &str| match REGISTRIES.iter().find(|r| r.id == id) {
        Some(registry) => plain(registry.title),
        None => match id.strip_prefix(CATALOGUE) {
            Some(name) => plain(foreign(name)),
            None => Key::OwnWorks.into(),
        },
    };
    let mut rows: Vec<Row> = inquiry
        .hits()
        .into_iter()
        .map(|hit| {
            let key = match hit.fit {
                Fit::Exact => Key::MatchExact,
                Fit::Url => Key::MatchUrl,
                Fit::Near { sure: true, turned: true, .. } => Key::MatchTurned,
                Fit::Near { turned: true, .. } => Key::MatchTurnedPossible,
                // Within 16 of 256 bits a person sees no difference; of a sound's thousands of
                // bits the same share.
                Fit::Near { distance, bits, sure: true, .. } if distance <= bits / 16 => {
                    Key::MatchVeryClose
                }
                Fit::Near { sure: true, .. } => Key::MatchClose,
                Fit::Near { .. } => Key::MatchPossible,
            };
            let name = foreign(hit.title.as_deref().unwrap_or(&hit.record_id));
            let value = placed(Phrase::from(key).with(name), &hit.fit);
            let mut line = row(title_of(&hit.registry), value, Tone::Calm);
            line.link = hit.record_url.as_deref().and_then(followable);
            line.picture = picture(inquiry, hit);
            line.evidence = hit.statements.iter().map(evidence).collect();
            [Some(line), declarer(hit)]
        })
        .flat_map(|lines| lines.into_iter().flatten())
        .collect();
    for asked in &inquiry.asked {
        let (value, why) = match &asked.answer {
            None => (Key::RegistryAwaited, None),
            Some(Answer::Miss) => (Key::RegistryMiss, None),
            Some(Answer::Unavailable { why, .. }) => (Key::RegistryUnavailable, Some(why)),
            Some(Answer::Refused { why }) => (Key::RegistryRefused, Some(why)),
            Some(Answer::Hits { .. }) => continue,
        };
        let mut line = row(title_of(&asked.registry), value, Tone::Dim);
        line.evidence = why.map(|why| detail(why)).into_iter().collect();
        rows.push(line);
    }
    // What was asked for and did not come has no other place to say so.
    for url in miniature::elsewhere(&inquiry.hits()) {
        let value = match inquiry.miniatures.and_then(|known| known.get(url.as_str())) {
            Some(Miniature::Awaited) => Key::RegistryAwaited.into(),
            Some(Miniature::Failed(why)) => failure_phrase(why),
            Some(Miniature::There(_)) | None => continue,
        };
        rows.push(row(plain(url.host_str().unwrap_or_default()), value, Tone::Dim));
    }
    Part { heading: Key::PartMatches.into(), rows, folded: false }
}

/// The small picture of a record: of an own work always, of others when the reader has asked.
fn picture(inquiry: &Inquiry<'_>, hit: &Hit) -> Option<String> {
    let address = hit.miniature.as_ref()?;
    if miniature::is_one(address) {
        return (hit.registry == own_works::ID).then(|| address.clone());
    }
    match inquiry.miniatures?.get(address)? {
        Miniature::There(picture) => Some(picture.clone()),
        Miniature::Awaited | Miniature::Failed(_) => None,
    }
}

/// Offers the small pictures of records that lie elsewhere and were not asked for.
fn offer_miniatures(inquiry: &Inquiry<'_>) -> Option<Action> {
    let unasked =
        |url: &url::Url| !inquiry.miniatures.is_some_and(|known| known.contains_key(url.as_str()));
    let mut hosts: Vec<String> = miniature::elsewhere(&inquiry.hits())
        .iter()
        .filter(|url| unasked(url))
        .filter_map(|url| url.host_str().map(str::to_string))
        .collect();
    hosts.dedup();
    (!hosts.is_empty() && !inquiry.settings.ask_none).then(|| Action {
        label: Key::ActMiniatures.into(),
        note: Some(Phrase::from(Key::ActMiniaturesNote).with(foreign(&hosts.join(", ")))),
        act: Act::Ask { registry: miniature::ID.to_string() },
    })
}

/// Who declared what a catalogue holds, and whether they have signed for it themselves.
fn declarer(hit: &Hit) -> Option<Row> {
    let name = hit.registry.strip_prefix(CATALOGUE)?;
    let statement = hit.statements.first()?;
    let who = foreign(statement.declared_by.as_deref()?);
    let value = match statement.authenticity {
        Authenticity::ValidUntrusted => Phrase::from(Key::DeclarerChecked).with(who),
        _ => Phrase::from(Key::DeclarerSaid).with(who).with(foreign(name)),
    };
    Some(row(Key::Declarer, value, Tone::Calm))
}

/// What the page calls the work; of a sound, or else what its tags call it, or its address.
pub fn name(work: &WorkFacts, file: &FileState) -> String {
    if !work.name.trim().is_empty() || !matches!(work.kind, WorkKind::Audio | WorkKind::Video) {
        return work.name.clone();
    }
    let tagged = title(file);
    if !tagged.is_empty() {
        return tagged;
    }
    let address = url::Url::parse(&work.url).ok().filter(|url| url.has_host());
    let last = address.as_ref().and_then(|url| url.path_segments()?.next_back());
    last.unwrap_or_default().to_string()
}

/// Title and artist by the tags of a sound.
fn title(file: &FileState) -> String {
    let FileState::Read(reading) = file else { return String::new() };
    let tag = |keys: &[&str]| {
        let mut tags = reading.metadata.text.iter();
        let known = |key: &str| keys.iter().any(|k| key.eq_ignore_ascii_case(k));
        tags.find(|t| known(&t.key)).map(|t| t.value.trim()).filter(|text| !text.is_empty())
    };
    let title = tag(&["TIT2", "TT2", "TITLE", "©nam", "INAM", "NAME"]);
    let artist = tag(&["TPE1", "TP1", "ARTIST", "©ART", "IART", "AUTH"]);
    let words: Vec<&str> = title.into_iter().chain(artist.filter(|_| title.is_some())).collect();
    words.join(" · ")
}

/// Which part of a known sound was heard, where that is not its beginning. A second more or less
/// is the encoder's.
fn placed(value: Phrase, fit: &Fit) -> Phrase {
    let clock = |seconds: u32| match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    };
    match fit {
        Fit::Near { from_s: Some(from @ 2..), .. } => {
            Phrase::from(Key::MatchFrom).with(value).with(clock(from.unsigned_abs()))
        }
        Fit::Near { from_s: Some(from @ ..=-2), .. } => {
            Phrase::from(Key::MatchBegins).with(value).with(clock(from.unsigned_abs()))
        }
        _ => value,
    }
}

/// What could not be read, and where it lies in the file: details, so they are folded.
fn problem_part(inquiry: &Inquiry<'_>, judgement: &Judgement, headline: &Phrase) -> Part {
    let mut rows = match inquiry.file {
        // Said already in the one sentence that matters.
        FileState::Failed(_) if headline.key == Key::HeadFailed => Vec::new(),
        FileState::Failed(failure) => {
            vec![row(Key::TheFile, unheard(inquiry, failure), Tone::Dim)]
        }
        FileState::Read(reading) => reading.problems.iter().map(problem_row).collect(),
        FileState::NotAsked | FileState::Awaited => Vec::new(),
    };
    // What lies elsewhere has its address for a name; the manifest in the file stands with the origin.
    let elsewhere = judgement.unread.iter().filter(|what| what.contains("://"));
    let missed = match inquiry.file {
        FileState::Read(reading) => reading.elsewhere.as_ref(),
        _ => None,
    };
    rows.extend(elsewhere.map(|what| {
        let failed = missed.filter(|m| what.ends_with(&m.url)).and_then(|m| m.failure.as_ref());
        row(plain(what), failed.map_or(Key::SourceUnread.into(), failure_phrase), Tone::Dim)
    }));
    let folded = matches!(inquiry.file, FileState::Read(_));
    Part { heading: Key::PartProblems.into(), rows, folded }
}

/// What a manifest in the file is worth, in one line.
fn manifest_row(store: &Store) -> Row {
    let value: Phrase = match (&store.validation, store.legible) {
        (_, Legible::Malformed) => Key::ManifestMalformed.into(),
        (_, Legible::Unsupported) => Key::ManifestUnread.into(),
        (None, Legible::Claimed) => Key::ManifestClaimed.into(),
        (Some(checked), Legible::Claimed) => {
            let signer = checked.issuer.as_deref().map(foreign).unwrap_or_default();
            let codes = checked.codes.join(", ");
            match checked.state {
                _ if checked.revocation == Revocation::Revoked => {
                    Phrase::from(Key::ManifestRevoked).with(signer)
                }
                Standing::Trusted if checked.vouched_by == Some(TrustList::Own) => {
                    Phrase::from(Key::ManifestTrustedOwn).with(signer)
                }
                Standing::Trusted => Phrase::from(Key::ManifestTrusted).with(signer),
                Standing::ValidUntrusted => Phrase::from(Key::ManifestValid).with(signer),
                Standing::Tampered => Phrase::from(Key::ManifestTampered).with(codes),
                Standing::Malformed => Phrase::from(Key::ManifestInvalid).with(codes),
                Standing::Unsupported => Phrase::from(Key::ManifestUncheckable).with(codes),
            }
        }
    };
    row(plain(&store.locator), value, Tone::Dim)
}

/// What was looked at and what was not: silence, told honestly.
fn coverage_part(judgement: &Judgement) -> Part {
    let line = |state: Coverage, label: Key| {
        let names: Vec<&str> = judgement
            .coverage
            .iter()
            .filter(|(_, c)| **c == state)
            .map(|(id, _)| signal::title(id))
            .collect();
        // Some names have a comma of their own.
        (!names.is_empty()).then(|| row(label, plain(names.join(" · ")), Tone::Dim))
    };
    let rows = [
        line(Coverage::FetchFailed, Key::CoverageFailed),
        line(Coverage::Malformed, Key::CoverageMalformed),
        line(Coverage::NotChecked, Key::CoverageNot),
        line(Coverage::CheckedAbsent, Key::CoverageAbsent),
    ];
    Part {
        heading: Key::PartCoverage.into(),
        rows: rows.into_iter().flatten().collect(),
        folded: true,
    }
}

/// So many registries have a button each; of more a card would be nothing but buttons. Which of
/// them may be asked is chosen one by one in the options.
const FEW: usize = 2;

fn actions(inquiry: &Inquiry<'_>, judgement: &Judgement) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    actions.extend(credit(inquiry, judgement).iter().flat_map(Credit::actions));
    for privacy in Privacy::ALL {
        let alike: Vec<&Askable> =
            inquiry.askable.iter().filter(|a| a.privacy == privacy).collect();
        if alike.len() > FEW {
            let names: Vec<&str> = alike.iter().map(|a| a.title.as_ref()).collect();
            actions.push(Action {
                label: Phrase::from(Key::ActAskAll).with(names.len()),
                // Some names have a comma of their own.
                note: Some(sends_phrase(privacy, &names.join(" · "))),
                act: Act::AskAll { privacy },
            });
            continue;
        }
        actions.extend(alike.into_iter().map(|a| Action {
            label: Phrase::from(Key::ActAsk).with(a.title.as_ref()),
            note: Some(sends_phrase(a.privacy, &a.title)),
            act: Act::Ask { registry: a.registry.to_string() },
        }));
    }
    let strangers = inquiry.strangers();
    if !strangers.is_empty() {
        let hosts = foreign(&strangers.join(", "));
        actions.push(Action {
            label: Phrase::from(Key::ActDocuments).with(hosts.as_str()),
            note: Some(Phrase::from(Key::ActDocumentsNote).with(hosts)),
            act: Act::Ask { registry: document::ID.to_string() },
        });
    }
    actions.extend(offer_miniatures(inquiry));
    let again = match inquiry.file {
        // Asking anew changes nothing about what only the page can reach.
        FileState::Failed(Failure::Unreachable) => None,
        FileState::Failed(_) => Some(Key::ActRetry),
        FileState::NotAsked => Some(Key::ActAgain),
        FileState::Awaited | FileState::Read(_) => None,
    };
    let url = inquiry.work.url.as_str();
    let of_the_page = url.starts_with("blob:") || url == "about:canvas";
    if of_the_page && matches!(inquiry.file, FileState::Failed(Failure::Unreachable)) {
        let note = Some(Key::ActHandNote.into());
        actions.push(Action { label: Key::ActHand.into(), note, act: Act::Hand });
    }
    if let Some(label) = again {
        actions.push(Action { label: label.into(), note: None, act: Act::Again });
    }
    actions.push(Action {
        label: Key::ActReport.into(),
        note: Some(Key::ActReportNote.into()),
        act: Act::Report,
    });
    actions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Reading;
    use crate::settings::Settings;
    use crate::signal::bench::Bench;
    use crate::signal::{Documents, IN_RECORDS, SiteFacts};

    fn whole() -> Reading {
        Bench::new().asset().reading.unwrap().clone()
    }

    fn drawn(file: FileState) -> Card {
        with_inquiry(&file, &Settings::default(), |inquiry| draw(inquiry, &inquiry.conclude()))
    }

    fn with_inquiry<T>(
        file: &FileState,
        settings: &Settings,
        then: impl FnOnce(&Inquiry<'_>) -> T,
    ) -> T {
        let work = WorkFacts {
            id: 1,
            kind: WorkKind::Image,
            url: "https://a.example/x.jpg".to_string(),
            name: "A\u{202e}B\nC".to_string(),
            width: 100,
            height: 100,
            visible: true,
            links: Vec::new(),
        };
        let site = SiteFacts::default();
        let documents = Documents::default();
        let inquiry = Inquiry {
            work: &work,
            page: None,
            file,
            site: &site,
            documents: &documents,
            site_awaited: false,
            asked: Vec::new(),
            own: Vec::new(),
            askable: Vec::new(),
            settings,
            miniatures: None,
        };
        then(&inquiry)
    }

    #[test]
    fn a_manifest_stands_with_the_origin_and_is_no_fault() {
        let mut reading = whole();
        reading.metadata.c2pa =
            Some(Store { locator: "APP11 at 0x14".to_string(), ..Store::default() });
        let card = drawn(FileState::Read(Box::new(reading)));
        let row = part(&card, Key::PartOrigin).unwrap().rows.last().unwrap();
        assert_eq!(row.label, plain("APP11 at 0x14"));
        assert_eq!(row.value.key, Key::ManifestClaimed);
        let faults = part(&card, Key::PartProblems);
        assert!(faults.is_none_or(|part| part.rows.iter().all(|r| r.label != row.label)));
    }

    fn part(card: &Card, heading: Key) -> Option<&Part> {
        card.parts.iter().find(|p| p.heading.key == heading)
    }

    fn acts(card: &Card) -> Vec<Key> {
        card.actions.iter().map(|a| a.label.key).collect()
    }

    #[test]
    fn where_nothing_was_read_nothing_is_called_silent() {
        for file in [FileState::Failed(Failure::Silent), FileState::NotAsked, FileState::Awaited] {
            let card = drawn(file);
            for heading in [Key::PartConsent, Key::PartLicence, Key::PartOrigin] {
                for row in &part(&card, heading).unwrap().rows {
                    assert_eq!((row.value.key, row.tone), (Key::VerdictUnknown, Tone::Dim));
                }
            }
        }
        let card = drawn(FileState::Read(Box::new(whole())));
        assert_eq!(part(&card, Key::PartLicence).unwrap().rows[0].value.key, Key::LicenceNone);
        assert_eq!(part(&card, Key::PartOrigin).unwrap().rows[0].value.key, Key::OriginUnknown);
    }

    #[test]
    fn a_failure_is_said_once_and_can_be_tried_again() {
        let card = drawn(FileState::Failed(Failure::Status { status: 404 }));
        assert_eq!(card.headline.key, Key::HeadFailed);
        assert!(part(&card, Key::PartProblems).is_none());
        assert_eq!(acts(&card), [Key::ActRetry, Key::ActReport]);
        assert_eq!(acts(&drawn(FileState::NotAsked)), [Key::ActAgain, Key::ActReport]);
        assert_eq!(acts(&drawn(FileState::Failed(Failure::Unreachable))), [Key::ActReport]);
    }

    #[test]
    fn a_damaged_file_is_told_in_words_and_its_places_are_folded() {
        let problem = Problem::new(ProblemCode::Truncated, "APP1 at 0x14", "8415 bytes, 5764 left");
        let reading = Reading { problems: vec![problem], ..whole() };
        let card = drawn(FileState::Read(Box::new(reading)));
        let details = part(&card, Key::PartProblems).unwrap();
        assert!(details.folded);
        assert_eq!(details.rows[0].label, plain("APP1 at 0x14"));
        assert_eq!(card.headline, Phrase::from(Key::HeadUnreadable).with(Key::WhyTruncated));
        let silent = &part(&card, Key::PartConsent).unwrap().rows[0];
        assert_eq!(silent.value.key, Key::VerdictUnknown);
    }

    #[test]
    fn people_are_shown_names_and_not_ids() {
        let card = drawn(FileState::Read(Box::default()));
        let rows = &part(&card, Key::PartCoverage).unwrap().rows;
        let words = serde_json::to_string(rows).unwrap();
        for id in IN_RECORDS {
            assert_ne!(signal::title(id), *id);
            assert!(words.contains(signal::title(id)), "{id}");
        }
    }

    #[test]
    fn a_contradiction_is_explained_once_for_each_pair_of_voices() {
        let bench = Bench::new()
            .xmp(vec![crate::signal::bench::simple(
                "http://ns.useplus.org/ldf/xmp/1.0/",
                "DataMining",
                "DMI-ALLOWED",
            )])
            .header("tdm-reservation", "1");
        let card = drawn(FileState::Read(Box::new(bench.asset().reading.unwrap().clone())));
        let rows = &part(&card, Key::PartConsent).unwrap().rows;
        let why: Vec<&Row> = rows.iter().filter(|r| r.label.key == Key::WhyLabel).collect();
        assert_eq!((rows.len(), why.len()), (7, 1));
        let said = crate::phrase::say(&why[0].value, &|key: &str| match key {
            "why_no" => Some("No: $1. Yes: $2.".to_string()),
            "voice_file" => Some("file $1".to_string()),
            "voice_header" => Some("header $1".to_string()),
            _ => None,
        });
        assert_eq!(
            said,
            "No: header TDM Reservation Protocol, response header. Yes: file PLUS Data Mining."
        );
    }

    #[test]
    fn what_lies_elsewhere_is_named_and_can_be_asked_for() {
        let mut reading = whole();
        reading.delivery.headers.push(crate::page::Header {
            name: "link".to_string(),
            value: "<https://terms.test/rsl.xml>; rel=license; type=\"application/rsl+xml\""
                .to_string(),
        });
        let card = drawn(FileState::Read(Box::new(reading)));
        let rows = &part(&card, Key::PartProblems).unwrap().rows;
        assert_eq!(rows[0].label, plain("RSL licence, https://terms.test/rsl.xml"));
        assert_eq!(acts(&card), [Key::ActDocuments, Key::ActReport]);
    }

    #[test]
    fn foreign_text_cannot_turn_its_neighbours_round_or_push_them_away() {
        assert_eq!(drawn(FileState::NotAsked).name, "AB C");
        assert_eq!(foreign("می\u{200c}خواهم"), "می\u{200c}خواهم");
        let long = foreign(&"long ".repeat(1_000));
        assert_eq!(long.chars().count(), FOREIGN + 1);
        assert!(long.ends_with('…'));
    }

    fn copied(card: &Card) -> Vec<String> {
        let words = |phrase: &Phrase| {
            crate::phrase::say(phrase, &|key: &str| {
                Some(match key {
                    "credit_full" => "“$1” by $2 is licensed under $3".to_string(),
                    "credit_bare" => "Licensed under $1".to_string(),
                    other => other.to_string(),
                })
            })
        };
        let acts = card.actions.iter().map(|a| &a.act);
        acts.filter_map(|act| match act {
            Act::Copy { what } => Some(words(what)),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn a_public_licence_comes_with_its_credit_and_foreign_words_stay_words() {
        use crate::signal::bench::simple;
        let dc = "http://purl.org/dc/elements/1.1/";
        let licence = simple(
            "http://creativecommons.org/ns#",
            "license",
            "https://creativecommons.org/licenses/by-sa/4.0/",
        );
        let bench = Bench::new().xmp(vec![
            licence.clone(),
            simple(dc, "title", "Dusk <b>"),
            simple(dc, "creator", "A_da & Co"),
        ]);
        let card = drawn(FileState::Read(Box::new(bench.asset().reading.unwrap().clone())));
        let at = "https://a.example/x.jpg";
        let deed = "https://creativecommons.org/licenses/by-sa/4.0/";
        assert_eq!(
            copied(&card),
            [
                format!("“Dusk <b>” by A_da & Co is licensed under CC BY-SA 4.0 ({deed})"),
                format!(
                    "“<a href=\"{at}\">Dusk &lt;b&gt;</a>” by A_da &amp; Co is licensed under \
                     <a href=\"{deed}\" rel=\"license\">CC BY-SA 4.0</a>"
                ),
                format!(
                    "“[Dusk \\<b\\>](<{at}>)” by A\\_da \\& Co is licensed under \
                     [CC BY-SA 4.0](<{deed}>)"
                ),
            ]
        );
        let bench = Bench::new().xmp(vec![licence]);
        let card = drawn(FileState::Read(Box::new(bench.asset().reading.unwrap().clone())));
        assert_eq!(copied(&card)[0], format!("Licensed under CC BY-SA 4.0 ({deed})"));
        assert!(copied(&drawn(FileState::NotAsked)).is_empty());
    }

    #[test]
    fn a_line_of_the_table_has_a_cell_for_each_head() {
        let file = FileState::Read(Box::new(whole()));
        let settings = Settings::default();
        with_inquiry(&file, &settings, |inquiry| {
            let row = table_row(inquiry, &inquiry.conclude());
            assert_eq!(row.len(), TABLE.len());
            assert_eq!(row[1], plain("https://a.example/x.jpg"));
            assert_eq!(row[2].key, Key::HeadSilent);
        });
    }

    #[test]
    fn the_mark_looks_as_the_reader_wants() {
        let look = MarkStyle { solid: 40, ..MarkStyle::default() };
        let settings = Settings { look, ..Settings::default() };
        with_inquiry(&FileState::NotAsked, &settings, |inquiry| {
            assert_eq!(mark(inquiry, &inquiry.conclude()).look, look);
        });
    }

    #[test]
    fn a_sound_that_the_page_does_not_name_is_named_by_its_tags_or_its_address() {
        use crate::metadata::TextField;
        let sound = |name: &str| WorkFacts {
            id: 1,
            kind: WorkKind::Audio,
            url: "https://a.example/music/slow%20tide.mp3?x".to_string(),
            name: name.to_string(),
            width: 0,
            height: 0,
            visible: true,
            links: Vec::new(),
        };
        let tag = |key: &str, value: &str| TextField {
            key: key.to_string(),
            value: value.to_string(),
            locator: String::new(),
        };
        let mut reading = whole();
        reading.metadata.text = vec![tag("TPE1", "Ilka"), tag("TIT2", "Slow tide")];
        let read = FileState::Read(Box::new(reading));
        assert_eq!(name(&sound(""), &read), "Slow tide · Ilka");
        assert_eq!(name(&sound("Mine"), &read), "Mine");
        assert_eq!(name(&sound(""), &FileState::NotAsked), "slow%20tide.mp3");
        let stream = WorkFacts { url: "about:stream".to_string(), ..sound("") };
        assert_eq!(name(&stream, &FileState::NotAsked), "");
    }

    #[test]
    fn a_part_of_a_known_sound_says_where_it_was_heard() {
        let near = |from_s| Fit::Near { distance: 1, bits: 64, sure: true, turned: false, from_s };
        let said = |from_s| placed(Key::MatchClose.into(), &near(from_s));
        for plain in [None, Some(0), Some(1), Some(-1)] {
            assert_eq!(said(plain).key, Key::MatchClose);
        }
        let args = |phrase: Phrase| format!("{:?}", phrase.args);
        assert_eq!(said(Some(72)).key, Key::MatchFrom);
        assert!(args(said(Some(72))).contains("1:12"));
        assert!(args(said(Some(3_725))).contains("1:02:05"));
        assert_eq!(said(Some(-5)).key, Key::MatchBegins);
        assert!(args(said(Some(-5))).contains("0:05"));
    }
}
