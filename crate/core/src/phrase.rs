//! Every sentence a person can read, as an enum.
//!
//! The words themselves stand in `extension/_locales/*/messages.json`, one message
//! a key; a test keeps both in bijection. `$1` … `$9` are the arguments.

use serde::{Deserialize, Serialize};

/// A sentence with its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Phrase {
    /// Which sentence.
    pub key: Key,
    /// What fills its places.
    #[serde(default)]
    pub args: Vec<Arg>,
}

/// What fills a place of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Arg {
    /// Foreign text, shown as it is. Never markup.
    Text(String),
    /// Another sentence.
    Phrase(Phrase),
}

impl From<Key> for Phrase {
    fn from(key: Key) -> Self {
        Phrase { key, args: Vec::new() }
    }
}

impl Phrase {
    /// Fills the next place.
    pub fn with(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Arg::Text(text.to_string())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Arg::Text(text)
    }
}

impl From<Phrase> for Arg {
    fn from(phrase: Phrase) -> Self {
        Arg::Phrase(phrase)
    }
}

impl From<Key> for Arg {
    fn from(key: Key) -> Self {
        Arg::Phrase(key.into())
    }
}

/// Resolves a phrase with a catalogue of sentences: `text_of` gives the message of a key.
pub fn say(phrase: &Phrase, text_of: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    let message = text_of(phrase.key.name());
    let mut chars = message.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().and_then(|d| d.to_digit(10))) {
            ('$', Some(n)) if n > 0 => {
                chars.next();
                match phrase.args.get(n as usize - 1) {
                    Some(Arg::Text(text)) => out.push_str(text),
                    Some(Arg::Phrase(inner)) => out.push_str(&say(inner, text_of)),
                    None => {}
                }
            }
            ('$', _) if chars.peek() == Some(&'$') => {
                chars.next();
                out.push('$');
            }
            _ => out.push(c),
        }
    }
    out
}

macro_rules! keys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// Which sentence. Names are those of the message catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
        #[allow(missing_docs)]
        pub enum Key { $($(#[$doc])* #[serde(rename = $name)] $variant),+ }

        impl Key {
            /// Every sentence there is.
            pub const ALL: &'static [Key] = &[$(Key::$variant),+];

            /// Its name in the message catalogue.
            pub fn name(self) -> &'static str {
                match self { $(Key::$variant => $name),+ }
            }
        }
    };
}

keys! {
    // Verdicts, for one use.
    VerdictDenied = "verdict_denied",
    VerdictConditional = "verdict_conditional",
    VerdictAllowed = "verdict_allowed",
    VerdictUnspecified = "verdict_unspecified",
    VerdictUnknown = "verdict_unknown",
    // Uses.
    UseSearch = "use_search",
    UseTdm = "use_tdm",
    UseTrainNongen = "use_train_nongen",
    UseTrainGen = "use_train_gen",
    UseAiInput = "use_ai_input",
    UseAiIndex = "use_ai_index",
    // Uses, as the object of a sentence.
    WhatAll = "what_all",
    WhatTraining = "what_training",
    WhatTrainGen = "what_train_gen",
    WhatTrainNongen = "what_train_nongen",
    WhatAiInput = "what_ai_input",
    WhatAiIndex = "what_ai_index",
    WhatTdm = "what_tdm",
    WhatSearch = "what_search",
    // Headlines. Only a named, trusted actor is ever the subject of "says" as a person.
    NamedNo = "named_no",
    NamedTerms = "named_terms",
    NamedYes = "named_yes",
    OwnNo = "own_no",
    OwnTerms = "own_terms",
    OwnYes = "own_yes",
    RecordNo = "record_no",
    RecordTerms = "record_terms",
    RecordYes = "record_yes",
    FileNo = "file_no",
    FileTerms = "file_terms",
    FileYes = "file_yes",
    PageNo = "page_no",
    PageTerms = "page_terms",
    PageYes = "page_yes",
    SiteNo = "site_no",
    SiteTerms = "site_terms",
    SiteYes = "site_yes",
    HeadConditions = "head_conditions",
    HeadSilent = "head_silent",
    HeadFailed = "head_failed",
    HeadUnreadable = "head_unreadable",
    HeadPartly = "head_partly",
    HeadNotChecked = "head_not_checked",
    HeadAwaited = "head_awaited",
    // Why something could not be had.
    FailSilent = "fail_silent",
    FailStatus = "fail_status",
    FailPrivateRedirect = "fail_private_redirect",
    FailTooLarge = "fail_too_large",
    FailNetwork = "fail_network",
    FailCrashed = "fail_crashed",
    FailNotAllowed = "fail_not_allowed",
    FailUnreachable = "fail_unreachable",
    // What could not be read. $1 is the fault, $2 the place.
    ProblemMalformed = "problem_malformed",
    ProblemTruncated = "problem_truncated",
    ProblemUnsupported = "problem_unsupported",
    ProblemOverLimit = "problem_over_limit",
    ProblemUnreadable = "problem_unreadable",
    ProblemNetwork = "problem_network",
    // Parts of the card.
    PartConsent = "part_consent",
    PartLicence = "part_licence",
    PartOrigin = "part_origin",
    PartMatches = "part_matches",
    PartProblems = "part_problems",
    PartCoverage = "part_coverage",
    // Lines of the card.
    Plain = "plain",
    VerdictMixed = "verdict_mixed",
    Licence = "licence",
    LicenceNone = "licence_none",
    LicenceAmbiguous = "licence_ambiguous",
    Condition = "condition",
    ConditionBy = "condition_by",
    ConditionNc = "condition_nc",
    ConditionNd = "condition_nd",
    ConditionSa = "condition_sa",
    Notice = "notice",
    Creators = "creators",
    Owners = "owners",
    Credit = "credit",
    LicensingUrl = "licensing_url",
    Origin = "origin",
    OriginUnknown = "origin_unknown",
    OriginCaptured = "origin_captured",
    OriginHumanMade = "origin_human_made",
    OriginAiAssisted = "origin_ai_assisted",
    OriginAiGenerated = "origin_ai_generated",
    OriginComposite = "origin_composite",
    AiSystem = "ai_system",
    TheFile = "the_file",
    OwnWorks = "own_works",
    MatchExact = "match_exact",
    MatchUrl = "match_url",
    MatchVeryClose = "match_very_close",
    MatchClose = "match_close",
    MatchPossible = "match_possible",
    RegistryAwaited = "registry_awaited",
    RegistryMiss = "registry_miss",
    RegistryUnavailable = "registry_unavailable",
    RegistryRefused = "registry_refused",
    CoverageFailed = "coverage_failed",
    CoverageMalformed = "coverage_malformed",
    CoverageNot = "coverage_not",
    CoverageAbsent = "coverage_absent",
    // What a line rests on.
    EvidenceFile = "evidence_file",
    EvidenceHeader = "evidence_header",
    EvidencePage = "evidence_page",
    EvidenceSite = "evidence_site",
    EvidenceRecord = "evidence_record",
    // What leaves the computer.
    SendsNothing = "sends_nothing",
    SendsSiteFile = "sends_site_file",
    SendsSameHost = "sends_same_host",
    SendsShard = "sends_shard",
    SendsHash = "sends_hash",
    SendsAddress = "sends_address",
    SendsMedia = "sends_media",
    // Buttons.
    ActReport = "act_report",
    ActReportNote = "act_report_note",
    ActAsk = "act_ask",
    ActAgain = "act_again",
    // The toolbar.
    BadgeTitle = "badge_title",
    BadgeOff = "badge_off",
}
