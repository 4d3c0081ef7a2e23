//! Every sentence a person can read, as an enum.
//!
//! The words themselves stand in `extension/_locales/*/messages.json`, one message
//! a key; a test keeps both in bijection. `$1` … `$9` are the arguments.
//!
//! Where a number stands beside what it counts, a language has as many forms as it has plural
//! categories (<https://cldr.unicode.org/index/cldr-spec/plural-rules>): the key itself is the
//! form `other`, and `key_one`, `key_few` … are the rest. The first number of a phrase chooses.
//! So one sentence counts one thing; a second count is a phrase of its own inside it.
//! What is put into a sentence cannot be inflected, only be put into another place.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::vocabulary::{Use, Verdict};

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
    /// How many; the reader's language has its own digits, and forms of what is counted.
    Number(u64),
    /// Another sentence.
    Phrase(Phrase),
    /// A day, as the reader's language writes it.
    Day {
        /// Milliseconds since 1970.
        day: u64,
    },
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

impl From<Use> for Key {
    fn from(what: Use) -> Self {
        match what {
            Use::Search => Key::UseSearch,
            Use::Tdm => Key::UseTdm,
            Use::TrainNongen => Key::UseTrainNongen,
            Use::TrainGen => Key::UseTrainGen,
            Use::AiInput => Key::UseAiInput,
            Use::AiIndex => Key::UseAiIndex,
        }
    }
}

impl From<Verdict> for Key {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Denied => Key::VerdictDenied,
            Verdict::Conditional => Key::VerdictConditional,
            Verdict::Allowed => Key::VerdictAllowed,
            Verdict::Unspecified => Key::VerdictUnspecified,
        }
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

impl From<u64> for Arg {
    fn from(number: u64) -> Self {
        Arg::Number(number)
    }
}

impl From<u32> for Arg {
    fn from(number: u32) -> Self {
        Arg::Number(number.into())
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Arg::Number(u64::try_from(number).unwrap_or(u64::MAX))
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

/// A language, for whoever has no browser that knows it.
pub trait Tongue {
    /// The message of that name, if there is one.
    fn message(&self, name: &str) -> Option<String>;
    /// The plural category of a number: `zero`, `one`, `two`, `few`, `many` or `other`.
    fn plural(&self, number: u64) -> &'static str;
    /// A number in its digits.
    fn number(&self, number: u64) -> String;
    /// A day, from milliseconds since 1970.
    fn day(&self, at: u64) -> String;
    /// Foreign text, kept apart from what stands around it where a language needs that.
    fn foreign(&self, text: &str) -> String {
        text.to_string()
    }
}

/// Resolves a phrase in a language.
pub fn say(phrase: &Phrase, tongue: &dyn Tongue) -> String {
    let name = phrase.key.name();
    let count = phrase.args.iter().find_map(|arg| match arg {
        Arg::Number(number) => Some(*number),
        _ => None,
    });
    let form = count.and_then(|n| tongue.message(&format!("{name}_{}", tongue.plural(n))));
    // A sentence that the catalogue lacks shows its key: ugly, but not silent.
    let message = form.or_else(|| tongue.message(name)).unwrap_or_else(|| name.to_string());
    let mut out = String::new();
    let mut chars = message.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().and_then(|d| d.to_digit(10))) {
            ('$', Some(n)) if n > 0 => {
                chars.next();
                match phrase.args.get(n as usize - 1) {
                    Some(Arg::Text(text)) => out.push_str(&tongue.foreign(text)),
                    Some(Arg::Number(number)) => out.push_str(&tongue.number(*number)),
                    Some(Arg::Phrase(inner)) => out.push_str(&say(inner, tongue)),
                    Some(Arg::Day { day }) => out.push_str(&tongue.day(*day)),
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

/// A list of messages is English enough for a test.
#[cfg(test)]
impl<F: Fn(&str) -> Option<String>> Tongue for F {
    fn message(&self, name: &str) -> Option<String> {
        self(name)
    }

    fn plural(&self, number: u64) -> &'static str {
        if number == 1 { "one" } else { "other" }
    }

    fn number(&self, number: u64) -> String {
        number.to_string()
    }

    fn day(&self, at: u64) -> String {
        at.to_string()
    }
}

// By its name, sought in the list: derived, the match over all names is made once more for each
// format and each enum around it, which was 7 % of the module.
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        struct Name;
        impl Visitor<'_> for Name {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a sentence")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Key, E> {
                Key::named(name).ok_or_else(|| E::custom("no such sentence"))
            }
        }
        deserializer.deserialize_str(Name)
    }
}

macro_rules! keys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// Which sentence. Names are those of the message catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
        #[allow(missing_docs)]
        pub enum Key { $($(#[$doc])* #[cfg_attr(feature = "wasm", serde(rename = $name))] $variant),+ }

        impl Key {
            /// Every sentence there is.
            pub const ALL: &'static [Key] = &[$(Key::$variant),+];

            /// Its name in the message catalogue.
            pub fn name(self) -> &'static str {
                match self { $(Key::$variant => $name),+ }
            }

            /// The sentence of that name.
            pub fn named(name: &str) -> Option<Key> {
                Key::ALL.iter().copied().find(|key| key.name() == name)
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
    FailNoAccess = "fail_no_access",
    FailUnreachable = "fail_unreachable",
    // What is wrong with a file, as the end of a sentence.
    WhyMalformed = "why_malformed",
    WhyTruncated = "why_truncated",
    WhyUnsupported = "why_unsupported",
    WhyOverLimit = "why_over_limit",
    WhyUnreadable = "why_unreadable",
    WhyNetwork = "why_network",
    // What could not be read.
    ProblemMisnamed = "problem_misnamed",
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
    LicenceTerms = "licence_terms",
    LicenceStatus = "licence_status",
    LicencePublicDomain = "licence_public_domain",
    // C2PA manifests.
    ManifestUnread = "manifest_unread",
    ManifestClaimed = "manifest_claimed",
    ManifestTrusted = "manifest_trusted",
    ManifestTrustedOwn = "manifest_trusted_own",
    ManifestValid = "manifest_valid",
    ManifestTampered = "manifest_tampered",
    ManifestMalformed = "manifest_malformed",
    ManifestInvalid = "manifest_invalid",
    ManifestUncheckable = "manifest_uncheckable",
    // Every signal: who can be asked, certificates that were withdrawn, and who says what.
    ManifestRevoked = "manifest_revoked",
    Contacts = "contacts",
    Suppliers = "suppliers",
    VoiceFile = "voice_file",
    VoiceHeader = "voice_header",
    VoicePage = "voice_page",
    VoiceSite = "voice_site",
    VoiceRecord = "voice_record",
    ClaimNo = "claim_no",
    ClaimTerms = "claim_terms",
    // The licence goes on.
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
    MatchTurned = "match_turned",
    MatchTurnedPossible = "match_turned_possible",
    // Sounds.
    MatchFrom = "match_from",
    MatchBegins = "match_begins",
    FailProtected = "fail_protected",
    FailStream = "fail_stream",
    ActHand = "act_hand",
    ActHandNote = "act_hand_note",
    // Catalogues that the reader follows.
    DeclarerChecked = "declarer_checked",
    DeclarerSaid = "declarer_said",
    Declarer = "declarer",
    FollowTitle = "follow_title",
    FollowNote = "follow_note",
    FollowAddress = "follow_address",
    FollowLook = "follow_look",
    FollowLooking = "follow_looking",
    FollowAddressBad = "follow_address_bad",
    FollowFollow = "follow_follow",
    FollowUpdate = "follow_update",
    FollowUnfollow = "follow_unfollow",
    FollowUnfollowed = "follow_unfollowed",
    FollowExport = "follow_export",
    FollowNone = "follow_none",
    FollowList = "follow_list",
    FollowOperator = "follow_operator",
    FollowWorks = "follow_works",
    FollowSize = "follow_size",
    FollowLicence = "follow_licence",
    FollowContact = "follow_contact",
    FollowKey = "follow_key",
    FollowDate = "follow_date",
    FollowWhole = "follow_whole",
    FollowTables = "follow_tables",
    FollowNothing = "follow_nothing",
    FollowFetching = "follow_fetching",
    FollowUsed = "follow_used",
    FollowWaiting = "follow_waiting",
    FollowProblem = "follow_problem",
    FollowProblemUsed = "follow_problem_used",
    FollowPersisted = "follow_persisted",
    FollowEvictable = "follow_evictable",
    FollowRefusedSignature = "follow_refused_signature",
    FollowRefusedKey = "follow_refused_key",
    FollowRefusedOlder = "follow_refused_older",
    FollowRefusedForked = "follow_refused_forked",
    FollowRefusedDiffers = "follow_refused_differs",
    FollowRefusedMalformed = "follow_refused_malformed",
    FollowRefusedUnavailable = "follow_refused_unavailable",
    FollowNoRoom = "follow_no_room",
    FollowLost = "follow_lost",
    FollowPreset = "follow_preset",
    FollowSameName = "follow_same_name",
    // Own works by the thousand, and where they were seen.
    OptionsOwnFolder = "options_own_folder",
    OptionsOwnLicence = "options_own_licence",
    OptionsOwnStop = "options_own_stop",
    OptionsOwnStopped = "options_own_stopped",
    OptionsOwnSome = "options_own_some",
    OptionsOwnForget = "options_own_forget",
    OptionsOwnForgetAll = "options_own_forget_all",
    OptionsOwnExport = "options_own_export",
    OptionsOwnImport = "options_own_import",
    OptionsOwnImported = "options_own_imported",
    OptionsOwnImportBad = "options_own_import_bad",
    SightingsTitle = "sightings_title",
    SightingsNotice = "sightings_notice",
    SightingsNoticePrivate = "sightings_notice_private",
    SightingsNone = "sightings_none",
    SightingsClear = "sightings_clear",
    SightingExact = "sighting_exact",
    SightingNear = "sighting_near",
    SightingNoticeTitle = "sighting_notice_title",
    SightingNotice = "sighting_notice",
    // Answers of registries.
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
    EvidenceDetail = "evidence_detail",
    // What leaves the computer.
    SendsNothing = "sends_nothing",
    SendsSiteFile = "sends_site_file",
    SendsSameHost = "sends_same_host",
    SendsShard = "sends_shard",
    SendsRecord = "sends_record",
    SendsHash = "sends_hash",
    SendsAddress = "sends_address",
    SendsMedia = "sends_media",
    // Buttons.
    ActReport = "act_report",
    ActReportNote = "act_report_note",
    ActAsk = "act_ask",
    ActAskAll = "act_ask_all",
    ActAgain = "act_again",
    ActRetry = "act_retry",
    // The toolbar.
    BadgeTitle = "badge_title",
    BadgeOff = "badge_off",
    // Desk: notices, report page, popup, options.
    // Notices and letters. They go to third parties, word for word as here.
    NoticeSubject512 = "notice_subject_512",
    NoticeSubjectDsa = "notice_subject_dsa",
    NoticeSubjectCreator = "notice_subject_creator",
    Notice512Title = "notice_512_title",
    Notice512Work = "notice_512_work",
    Notice512Material = "notice_512_material",
    Notice512Contact = "notice_512_contact",
    Notice512GoodFaith = "notice_512_good_faith",
    Notice512Accurate = "notice_512_accurate",
    Notice512Authorised = "notice_512_authorised",
    NoticeSignature = "notice_signature",
    NoticeDsaTitle = "notice_dsa_title",
    NoticeDsaReasons = "notice_dsa_reasons",
    NoticeDsaPlace = "notice_dsa_place",
    NoticeDsaContact = "notice_dsa_contact",
    NoticeDsaBonaFide = "notice_dsa_bona_fide",
    NoticeCreatorHello = "notice_creator_hello",
    NoticeCreatorFound = "notice_creator_found",
    NoticeCreatorEnd = "notice_creator_end",
    NoticePage = "notice_page",
    NoticeFile = "notice_file",
    NoticeHash = "notice_hash",
    NoticeSeen = "notice_seen",
    NoticeStated = "notice_stated",
    NoticeStatedPage = "notice_stated_page",
    NoticeItem = "notice_item",
    NoticePlain = "notice_plain",
    NoticeWork = "notice_work",
    NoticeOriginal = "notice_original",
    NoticeName = "notice_name",
    NoticeOwner = "notice_owner",
    NoticeAddress = "notice_address",
    NoticePhone = "notice_phone",
    NoticeEmail = "notice_email",
    NoticeSame = "notice_same",
    StatedMeans = "stated_means",
    StatedOnly = "stated_only",
    StatedUse = "stated_use",
    StatedAnd = "stated_and",
    // The report page.
    ReportTitle = "report_title",
    ReportPrivate = "report_private",
    ReportGone = "report_gone",
    ReportWork = "report_work",
    ReportWholePage = "report_whole_page",
    ReportUnnamed = "report_unnamed",
    ReportLabelName = "report_label_name",
    ReportLabelFile = "report_label_file",
    ReportLabelPage = "report_label_page",
    ReportLabelSeen = "report_label_seen",
    ReportLabelSize = "report_label_size",
    ReportSize = "report_size",
    ReportSizePixels = "report_size_pixels",
    ReportBytes = "report_bytes",
    ReportUnread = "report_unread",
    ReportStated = "report_stated",
    ReportStatedNone = "report_stated_none",
    ReportStatedBy = "report_stated_by",
    ReportRoad = "report_road",
    ReportRoadOwn = "report_road_own",
    ReportRoadOwnNote = "report_road_own_note",
    ReportRoadTell = "report_road_tell",
    ReportRoadTellNote = "report_road_tell_note",
    ReportRoadKeep = "report_road_keep",
    ReportRoadKeepNote = "report_road_keep_note",
    ReportLaw = "report_law",
    ReportLaw512 = "report_law_512",
    ReportLawDsa = "report_law_dsa",
    ReportFairUse = "report_fair_use",
    ReportDsaNote = "report_dsa_note",
    ReportYou = "report_you",
    ReportFieldName = "report_field_name",
    ReportFieldOwner = "report_field_owner",
    ReportFieldAddress = "report_field_address",
    ReportFieldEmail = "report_field_email",
    ReportFieldPhone = "report_field_phone",
    ReportFieldWork = "report_field_work",
    ReportFieldOriginal = "report_field_original",
    ReportFieldReasons = "report_field_reasons",
    ReportFieldMessage = "report_field_message",
    ReportDeclare = "report_declare",
    ReportDeclareNote = "report_declare_note",
    ReportDeclareGoodFaith = "report_declare_good_faith",
    ReportDeclareAccurate = "report_declare_accurate",
    ReportDeclareAuthorised = "report_declare_authorised",
    ReportDeclareSigned = "report_declare_signed",
    ReportDeclareBonaFide = "report_declare_bona_fide",
    ReportText = "report_text",
    ReportTextLabel = "report_text_label",
    ReportComplete = "report_complete",
    ReportMissing = "report_missing",
    ReportCopy = "report_copy",
    ReportCopied = "report_copied",
    ReportCopyFailed = "report_copy_failed",
    ReportMail = "report_mail",
    ReportMailLong = "report_mail_long",
    ReportContacts = "report_contacts",
    ReportContactsNone = "report_contacts_none",
    ReportContactsHost = "report_contacts_host",
    ReportEvidence = "report_evidence",
    ReportEvidenceNote = "report_evidence_note",
    ReportEvidencePage = "report_evidence_page",
    // What the reader saw, in the bundle.
    ReportCapture = "report_capture",
    ReportCaptureNote = "report_capture_note",
    ReportPrepare = "report_prepare",
    ReportPreparing = "report_preparing",
    ReportSave = "report_save",
    ReportSaveNote = "report_save_note",
    ReportFileLine = "report_file_line",
    ReportFileBytes = "report_file_bytes",
    ReportFileCut = "report_file_cut",
    ReportSame = "report_same",
    ReportDiffers = "report_differs",
    ReportFirst = "report_first",
    ReportFetchFailed = "report_fetch_failed",
    ReportFetchLarge = "report_fetch_large",
    ReportFetchKind = "report_fetch_kind",
    ReportFetchStatus = "report_fetch_status",
    ReportStale = "report_stale",
    ReportDigest = "report_digest",
    ReportDigestNote = "report_digest_note",
    // To whom a report goes, its time stamp, and the list of reports.
    ReportPlatform = "report_platform",
    ReportRdapAsk = "report_rdap_ask",
    ReportRdapNote = "report_rdap_note",
    ReportRdapBusy = "report_rdap_busy",
    ReportRdapFound = "report_rdap_found",
    ReportRdapRole = "report_rdap_role",
    ReportRdapNone = "report_rdap_none",
    ReportRdapFailed = "report_rdap_failed",
    ReportStampAsk = "report_stamp_ask",
    ReportStampNote = "report_stamp_note",
    ReportStampDone = "report_stamp_done",
    ReportStampFailed = "report_stamp_failed",
    // The language of the letter, and what speaks for it.
    ReportTongue = "report_tongue",
    ReportTongueNone = "report_tongue_none",
    ReportTongueSingle = "report_tongue_single",
    ReportTongueAgree = "report_tongue_agree",
    ReportTongueDiffer = "report_tongue_differ",
    ReportTongueChosen = "report_tongue_chosen",
    ReportTongueFailed = "report_tongue_failed",
    ReportSignLaw = "report_sign_law",
    ReportSignPage = "report_sign_page",
    ReportSignEnding = "report_sign_ending",
    ReportSignCountry = "report_sign_country",
    ReportWithOwn = "report_with_own",
    ReportOwnText = "report_own_text",
    // A time stamp by an authority.
    ReportTsaTitle = "report_tsa_title",
    ReportTsaPick = "report_tsa_pick",
    ReportTsaOther = "report_tsa_other",
    ReportTsaAddress = "report_tsa_address",
    ReportTsaAsk = "report_tsa_ask",
    ReportTsaNote = "report_tsa_note",
    ReportTsaListed = "report_tsa_listed",
    ReportTsaPlain = "report_tsa_plain",
    ReportTsaBadAddress = "report_tsa_bad_address",
    ReportTsaDone = "report_tsa_done",
    ReportFileTitle = "report_file_title",
    ReportFileNote = "report_file_note",
    ReportFilePrivate = "report_file_private",
    ReportFile = "report_file",
    ReportFiled = "report_filed",
    ReportFileFailed = "report_file_failed",
    ReportsTitle = "reports_title",
    ReportsPrivate = "reports_private",
    ReportsNone = "reports_none",
    ReportsDue = "reports_due",
    ReportsBegun = "reports_begun",
    ReportsState = "reports_state",
    ReportsPrepared = "reports_prepared",
    ReportsSent = "reports_sent",
    ReportsAnswered = "reports_answered",
    ReportsSettled = "reports_settled",
    ReportsClosed = "reports_closed",
    ReportsRemind = "reports_remind",
    ReportsNote = "reports_note",
    ReportsNotice = "reports_notice",
    ReportsBundle = "reports_bundle",
    ReportsSaved = "reports_saved",
    ReportsRemove = "reports_remove",
    ReportsRemoved = "reports_removed",
    ReportsUndo = "reports_undo",
    ReportsExport = "reports_export",
    // The popup.
    PopupTitle = "popup_title",
    PopupSwitch = "popup_switch",
    PopupNoSite = "popup_no_site",
    PopupOff = "popup_off",
    PopupEmpty = "popup_empty",
    PopupLooking = "popup_looking",
    PopupNoAccess = "popup_no_access",
    PopupCount = "popup_count",
    ListLimit = "list_limit",
    PopupList = "popup_list",
    PopupUnnamed = "popup_unnamed",
    PopupBack = "popup_back",
    PopupCardGone = "popup_card_gone",
    PopupReport = "popup_report",
    PopupReportFailed = "popup_report_failed",
    PopupOptions = "popup_options",
    // The list, in popup and side panel.
    ListFilters = "list_filters",
    ListAll = "list_all",
    ListStop = "list_stop",
    ListCare = "list_care",
    ListGo = "list_go",
    ListCalm = "list_calm",
    ListDim = "list_dim",
    ListSearch = "list_search",
    ListNone = "list_none",
    ListMore = "list_more",
    ListTable = "list_table",
    ListCopied = "list_copied",
    ListCopyFailed = "list_copy_failed",
    ListCsv = "list_csv",
    ListJson = "list_json",
    ListPanel = "list_panel",
    ListPanelFailed = "list_panel_failed",
    ListShow = "list_show",
    ListColumnWork = "list_column_work",
    ListColumnAddress = "list_column_address",
    ListColumnSays = "list_column_says",
    // Where Sayso may look.
    AccessClick = "access_click",
    AccessAllow = "access_allow",
    AccessRefused = "access_refused",
    // The first page.
    WelcomeTitle = "welcome_title",
    WelcomeLead = "welcome_lead",
    WelcomeMark = "welcome_mark",
    WelcomeMarkNote = "welcome_mark_note",
    WelcomeCard = "welcome_card",
    WelcomeCardNote = "welcome_card_note",
    WelcomeHome = "welcome_home",
    WelcomeHomeNote = "welcome_home_note",
    WelcomeAccess = "welcome_access",
    WelcomeAccessOn = "welcome_access_on",
    WelcomeAccessOff = "welcome_access_off",
    // Credit to give.
    CreditFull = "credit_full",
    CreditUntitled = "credit_untitled",
    CreditUnnamed = "credit_unnamed",
    CreditBare = "credit_bare",
    CreditReady = "credit_ready",
    ActCreditText = "act_credit_text",
    ActCreditHtml = "act_credit_html",
    ActCreditMarkdown = "act_credit_markdown",
    CardCopied = "card_copied",
    // The mark, and the settings as a whole, on the options page.
    OptionsMark = "options_mark",
    OptionsMarkSize = "options_mark_size",
    OptionsSizeSmall = "options_size_small",
    OptionsSizeMedium = "options_size_medium",
    OptionsSizeLarge = "options_size_large",
    OptionsMarkCorner = "options_mark_corner",
    OptionsCornerTopLeft = "options_corner_top_left",
    OptionsCornerTopRight = "options_corner_top_right",
    OptionsCornerBottomLeft = "options_corner_bottom_left",
    OptionsCornerBottomRight = "options_corner_bottom_right",
    OptionsMarkSolid = "options_mark_solid",
    OptionsFile = "options_file",
    OptionsFileNote = "options_file_note",
    OptionsExport = "options_export",
    OptionsImport = "options_import",
    OptionsImportBad = "options_import_bad",
    OptionsImported = "options_imported",
    OptionsReset = "options_reset",
    OptionsResetDone = "options_reset_done",
    CardEvidence = "card_evidence",
    CardEvidenceRaw = "card_evidence_raw",
    CardLink = "card_link",
    CardAsked = "card_asked",
    // All our pages.
    DeskNoAnswer = "desk_no_answer",
    DeskRetry = "desk_retry",
    DeskNotSaved = "desk_not_saved",
    // The options page.
    OptionsTitle = "options_title",
    OptionsSaved = "options_saved",
    OptionsReading = "options_reading",
    OptionsReadVisible = "options_read_visible",
    OptionsReadVisibleNote = "options_read_visible_note",
    OptionsReadHovered = "options_read_hovered",
    OptionsReadHoveredNote = "options_read_hovered_note",
    OptionsSiteFiles = "options_site_files",
    OptionsSiteFilesNote = "options_site_files_note",
    OptionsPrivate = "options_private",
    OptionsPrivate1 = "options_private_1",
    OptionsPrivate2 = "options_private_2",
    OptionsPrivate3 = "options_private_3",
    OptionsOwn = "options_own",
    OptionsOwnNote = "options_own_note",
    OptionsOwnStances = "options_own_stances",
    OptionsOwnStancesNote = "options_own_stances_note",
    OptionsStanceNo = "options_stance_no",
    OptionsStanceRequest = "options_stance_request",
    OptionsStanceYes = "options_stance_yes",
    OptionsStanceUnsaid = "options_stance_unsaid",
    OptionsOwnAdd = "options_own_add",
    OptionsOwnDrop = "options_own_drop",
    OptionsOwnBusy = "options_own_busy",
    OptionsOwnDone = "options_own_done",
    OptionsOwnKept = "options_own_kept",
    OptionsOwnUnreadable = "options_own_unreadable",
    OptionsOwnTooLarge = "options_own_too_large",
    OptionsOwnNoKind = "options_own_no_kind",
    OptionsOwnList = "options_own_list",
    OptionsOwnNone = "options_own_none",
    OptionsOwnTitle = "options_own_title",
    OptionsOwnAdded = "options_own_added",
    OptionsOwnCodes = "options_own_codes",
    OptionsOwnUnstable = "options_own_unstable",
    OptionsOwnExact = "options_own_exact",
    OptionsRemove = "options_remove",
    OptionsOwnRemove = "options_own_remove",
    OptionsOwnRemoved = "options_own_removed",
    OptionsUndo = "options_undo",
    OptionsRegistries = "options_registries",
    OptionsRegistriesNote = "options_registries_note",
    OptionsRegistriesNone = "options_registries_none",
    OptionsAskNone = "options_ask_none",
    OptionsAskNoneNote = "options_ask_none_note",
    OptionsAbout = "options_about",
    OptionsModeOff = "options_mode_off",
    OptionsModeAsk = "options_mode_ask",
    OptionsModeOn = "options_mode_on",
    OptionsAddress = "options_address",
    OptionsAddressApi = "options_address_api",
    OptionsAddressMedia = "options_address_media",
    OptionsAddressSave = "options_address_save",
    OptionsAddressReset = "options_address_reset",
    OptionsAddressBad = "options_address_bad",
    OptionsAddressNone = "options_address_none",
    OptionsKey = "options_key",
    OptionsKeyNone = "options_key_none",
    OptionsSources = "options_sources",
    OptionsSourcesNote = "options_sources_note",
    OptionsSourcesNone = "options_sources_none",
    OptionsSourceSpec = "options_source_spec",
    OptionsSourceSpecOf = "options_source_spec_of",
    OptionsSites = "options_sites",
    OptionsSitesNone = "options_sites_none",
    OptionsSiteRemove = "options_site_remove",
    // Whom the reader trusts.
    OptionsTrust = "options_trust",
    OptionsTrustNote = "options_trust_note",
    OptionsTrustOfficial = "options_trust_official",
    OptionsTrustPem = "options_trust_pem",
    OptionsTrustMeaning = "options_trust_meaning",
    OptionsTrustFile = "options_trust_file",
    OptionsTrustSave = "options_trust_save",
    OptionsTrustCount = "options_trust_count",
    OptionsTrustNone = "options_trust_none",
    OptionsTrustBad = "options_trust_bad",
    OptionsTrustPartly = "options_trust_partly",
    OptionsTrustLarge = "options_trust_large",
    OptionsTest = "options_test",
    OptionsTestNote = "options_test_note",
    OptionsTestRun = "options_test_run",
    OptionsTestResult = "options_test_result",
    OptionsTestFailed = "options_test_failed",
    OptionsVersion = "options_version",
    // Policies of an organisation.
    OptionsBarred = "options_barred",
    // End of desk.
    // Site files and documents, and why a no counts.
    SendsDocuments = "sends_documents",
    ActDocuments = "act_documents",
    ActDocumentsNote = "act_documents_note",
    ActMiniatures = "act_miniatures",
    ActMiniaturesNote = "act_miniatures_note",
    SourceUnread = "source_unread",
    WhyLabel = "why_label",
    WhyNo = "why_no",
    WhyTerms = "why_terms",
    // The shell: manifest, context menu, keyboard commands, the overlay's own words.
    ExtName = "ext_name",
    ExtDescription = "ext_description",
    MenuReport = "menu_report",
    CommandNext = "command_next",
    CommandPrevious = "command_previous",
    CardClose = "card_close",
    CardOpens = "card_opens",
}
