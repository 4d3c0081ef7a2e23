//! From statements to what follows: consent, licence, origin. The only place that
//! compares two statements.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::vocabulary::{Basis, Coverage, Statement, Tier, Use, Verdict};

/// What follows for one use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The verdict.
    pub verdict: Verdict,
    /// How it follows, when something was said.
    pub basis: Option<Basis>,
    /// The strongest tier on the winning side.
    pub tier: Option<Tier>,
    /// Somebody at least as strong says the contrary.
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
    /// Copyright owners.
    pub owners: Vec<String>,
    /// Creators.
    pub creators: Vec<String>,
    /// Credit line.
    pub credit: Option<String>,
    /// Where a licence can be had.
    pub licensing_url: Option<String>,
    /// Conditions of the licence: `by`, `nc`, `nd`, `sa`.
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

/// The state of the quiet mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Face {
    /// At least one use is denied.
    Denied,
    /// At least one use only on terms, none denied.
    Conditions,
    /// Said yes, strong enough, nothing contrary, everything covered.
    Allowed,
    /// Everything was looked at and nobody says anything about AI.
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
    /// The state of the mark.
    pub face: Face,
}
