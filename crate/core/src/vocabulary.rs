//! The words of the trade, each spelt once: uses, verdicts, tiers, coverage, statements.
//!
//! Names and meanings are those of the unified model: a *statement* says what
//! somebody stated about some uses of a work, with its evidence; a *verdict* is
//! what follows from all statements together and is made only in `verdict.rs`.
//! Silence is a [`Coverage`], never a [`Verdict::Allowed`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A use of a work that somebody can permit or forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Use {
    /// Index the work and show a link with a short excerpt; no generated summary.
    #[serde(rename = "search")]
    Search,
    /// Any automated analysis for patterns (the EU sense of text and data mining).
    #[serde(rename = "tdm")]
    Tdm,
    /// Train models that only classify, detect, rank or score.
    #[serde(rename = "train.nongen")]
    TrainNongen,
    /// Train or fine-tune models that can generate content.
    #[serde(rename = "train.gen")]
    TrainGen,
    /// Feed the work to a trained model: inference, grounding, retrieved answers.
    #[serde(rename = "ai.input")]
    AiInput,
    /// Store the work or its embedding in an AI system's retrieval index.
    #[serde(rename = "ai.index")]
    AiIndex,
}

impl Use {
    /// All six, in the order in which people read them.
    pub const ALL: [Use; 6] =
        [Use::Search, Use::Tdm, Use::TrainNongen, Use::TrainGen, Use::AiInput, Use::AiIndex];

    /// The token of the unified model, as in the JSON of the command line.
    pub fn token(self) -> &'static str {
        match self {
            Use::Search => "search",
            Use::Tdm => "tdm",
            Use::TrainNongen => "train.nongen",
            Use::TrainGen => "train.gen",
            Use::AiInput => "ai.input",
            Use::AiIndex => "ai.index",
        }
    }
}

/// What somebody said about one use, or what follows from all that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Verdict {
    /// No.
    Denied,
    /// Only on stated terms: payment, attribution, contact, purpose.
    Conditional,
    /// Yes.
    Allowed,
    /// Nothing was said. Never to be read as yes.
    Unspecified,
}

impl Verdict {
    /// The token of the unified model.
    pub fn token(self) -> &'static str {
        match self {
            Verdict::Denied => "denied",
            Verdict::Conditional => "conditional",
            Verdict::Allowed => "allowed",
            Verdict::Unspecified => "unspecified",
        }
    }
}

/// How a verdict follows from the words that were used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Basis {
    /// The use was named.
    Explicit,
    /// It follows from the vocabulary's own umbrella term.
    Implied,
    /// It was read out of a licence; never shown as AI consent.
    LicenceImplied,
    /// It comes from an ingredient.
    Inherited,
    /// It was said in a withdrawn vocabulary.
    Legacy,
}

impl Basis {
    /// The token of the unified model.
    pub fn token(self) -> &'static str {
        match self {
            Basis::Explicit => "explicit",
            Basis::Implied => "implied",
            Basis::LicenceImplied => "licence-implied",
            Basis::Inherited => "inherited",
            Basis::Legacy => "legacy",
        }
    }
}

/// Whether one channel was looked at, and what came of it. The honest form of silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Coverage {
    /// It speaks.
    Found,
    /// It was read whole and says nothing.
    CheckedAbsent,
    /// Nobody looked.
    NotChecked,
    /// Somebody looked and could not get it.
    FetchFailed,
    /// It was there and could not be understood.
    Malformed,
}

impl Coverage {
    /// The token of the unified model.
    pub fn token(self) -> &'static str {
        match self {
            Coverage::Found => "found",
            Coverage::CheckedAbsent => "checked-absent",
            Coverage::NotChecked => "not-checked",
            Coverage::FetchFailed => "fetch-failed",
            Coverage::Malformed => "malformed",
        }
    }
}

/// How strong a statement is. Decides wording and order; a stronger `allowed`
/// never erases a weaker `denied`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Tier {
    /// Crawler blocks, ai.txt, trust.txt, free text, tampered manifests.
    S0,
    /// Path or origin rule; page meta that does not name the asset; near registry match.
    S1,
    /// Unsigned embedded metadata; page markup that names this exact asset.
    S2,
    /// Valid but untrusted manifest; header from the asset's own origin.
    S3,
    /// Trusted manifest; exact registry match by a verified party.
    S4,
    /// Trusted manifest and a trusted identity that attests this very statement.
    S5,
}

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Scope {
    /// This file.
    Bytes,
    /// This asset's address.
    Url,
    /// The page it stands on.
    Page,
    /// Path rules on a host.
    Origin,
    /// Any copy.
    Work,
}

impl Scope {
    /// The token of the unified model.
    pub fn token(self) -> &'static str {
        match self {
            Scope::Bytes => "bytes",
            Scope::Url => "url",
            Scope::Page => "page",
            Scope::Origin => "origin",
            Scope::Work => "work",
        }
    }
}

/// Whether a signature stands behind a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Authenticity {
    /// Signed, and the signer is on a trust list.
    Trusted,
    /// Signed and intact; nobody vouches for the signer.
    ValidUntrusted,
    /// Not signed.
    Unsigned,
    /// Signed, it says, and nobody has checked.
    Unchecked,
    /// Signed, and changed afterwards.
    Tampered,
    /// Signing makes no sense here (a header, a page).
    #[serde(rename = "n/a")]
    NotApplicable,
}

impl Authenticity {
    /// The token of the unified model.
    pub fn token(self) -> &'static str {
        match self {
            Authenticity::Trusted => "trusted",
            Authenticity::ValidUntrusted => "valid-untrusted",
            Authenticity::Unsigned => "unsigned",
            Authenticity::Unchecked => "unchecked",
            Authenticity::Tampered => "tampered",
            Authenticity::NotApplicable => "n/a",
        }
    }
}

/// What one statement says about one use, and how it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Stance {
    /// The verdict of this statement alone.
    pub verdict: Verdict,
    /// How it follows from the words.
    pub basis: Basis,
}

/// What a statement says about licence and ownership. Never about AI consent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct LicenceClaim {
    /// Canonical licence URI (see `signal/creative_commons.rs`), or the URL as given.
    pub uri: Option<String>,
    /// SPDX identifier, only where the SPDX list has one.
    pub spdx: Option<String>,
    /// Copyright notice, as written.
    pub notice: Option<String>,
    /// Terms for people: usage terms, rights statement page.
    pub terms: Option<String>,
    /// Copyright owners.
    pub owners: Vec<String>,
    /// Creators.
    pub creators: Vec<String>,
    /// Credit line.
    pub credit: Option<String>,
    /// Where a licence can be had.
    pub licensing_url: Option<String>,
    /// Who can be asked: names, e-mail addresses, telephone numbers, as written.
    pub contacts: Vec<String>,
    /// Who supplied the work, where that is not its creator.
    pub suppliers: Vec<String>,
    /// Whether the credit line has to be shown.
    pub credit_required: Option<bool>,
    /// `Some(false)`: stated to be in the public domain.
    pub marked: Option<bool>,
}

/// What a statement says about how the work came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct OriginClaim {
    /// IPTC digital source type URI, as written.
    pub source_type: Option<String>,
    /// The AI system that is named.
    pub ai_system: Option<String>,
}

/// One thing that somebody stated, with the evidence for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Statement {
    /// Id of the signal or registry that read it, e.g. `plus.dmi`.
    pub signal: String,
    /// What carried it: `xmp`, `exif`, `http`, `robots.txt`, `html`, `registry`, …
    pub carrier: String,
    /// Where exactly: box, chunk, header, line.
    pub locator: String,
    /// The value as it stood there.
    pub raw: String,
    /// What it speaks about.
    pub scope: Scope,
    /// The path rule that matched, if it is a rule.
    pub pattern: Option<String>,
    /// Who says it, when somebody is named: a signer, a host, a registry account.
    pub declared_by: Option<String>,
    /// Whether a signature stands behind it.
    pub authenticity: Authenticity,
    /// How strong it is.
    pub tier: Tier,
    /// What it says, use by use.
    pub verdicts: BTreeMap<Use, Stance>,
    /// Where permission can be had.
    pub offers: Vec<String>,
    /// What it says about licence and ownership.
    pub licence: Option<LicenceClaim>,
    /// What it says about how the work came to be.
    pub origin: Option<OriginClaim>,
    /// Remarks on how it was read: `normalised`, `ambiguous-order`, `unknown-code`, …
    pub notes: Vec<String>,
}

/// What is wrong with some bytes or some answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum ProblemCode {
    /// Against the format's own rules.
    Malformed,
    /// It ends too early.
    Truncated,
    /// A format or a variant that is not read here.
    Unsupported,
    /// More than the limits allow.
    OverLimit,
    /// It could not be opened at all.
    Unreadable,
    /// It could not be fetched.
    Network,
}

impl ProblemCode {
    /// The token in the JSON of the command line.
    pub fn token(self) -> &'static str {
        match self {
            ProblemCode::Malformed => "malformed",
            ProblemCode::Truncated => "truncated",
            ProblemCode::Unsupported => "unsupported",
            ProblemCode::OverLimit => "over-limit",
            ProblemCode::Unreadable => "unreadable",
            ProblemCode::Network => "network",
        }
    }
}

/// Something that could not be read: what, where, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Problem {
    /// The kind of fault.
    pub code: ProblemCode,
    /// Where: box, chunk or header, with its offset in bytes from the start of the file.
    #[serde(rename = "where")]
    pub place: String,
    /// A short English sentence without a final stop.
    pub message: String,
}

impl Problem {
    /// The place of a wrong media type.
    pub const CONTENT_TYPE: &str = "content-type";
    /// The place of a wrong end of a name.
    pub const FILE_NAME: &str = "file name";

    /// Whether it is about what a file is called, and not about what is in it.
    pub fn misnames(&self) -> bool {
        [Problem::CONTENT_TYPE, Problem::FILE_NAME].contains(&self.place.as_str())
    }

    /// A problem at a place.
    pub fn new(code: ProblemCode, place: impl Into<String>, message: impl Into<String>) -> Self {
        Problem { code, place: place.into(), message: message.into() }
    }
}
