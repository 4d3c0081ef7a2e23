// The types that cross the glass, made from the Rust ones. Do not edit:
// change the Rust type and run `cargo xtask bless`.

/**
 * What a button does.
 */
export type Act = { act: "report" } | { act: "ask"; registry: string } | { act: "ask-all"; privacy: Privacy } | { act: "again" } | { act: "hand" } | { act: "copy"; what: Phrase };

/**
 * Something the reader can do from the card.
 */
export interface Action {
    /**
     * The words on the button.
     */
    label: Phrase;
    /**
     * What will happen; for a registry, what will be sent.
     */
    note: Phrase | null;
    /**
     * What to send back when it is pressed.
     */
    act: Act;
}

/**
 * What a registry answered.
 */
export type Answer = { answer: "hits"; hits: Hit[] } | { answer: "miss" } | { answer: "unavailable"; retry_after_ms: Millis | null; why: string } | { answer: "refused"; why: string };

/**
 * What a registry answered.
 */
export interface AnswerRecord {
    /**
     * The id of the registry.
     */
    registry: string;
    /**
     * What was asked: a hash, a code, an address or a name. Never a key of the reader's.
     */
    key: string;
    /**
     * When it answered.
     */
    at: Millis;
    /**
     * The answer, as it was read.
     */
    answer: Answer;
}

/**
 * Where something is kept.
 */
export type Area = "session" | "local";

/**
 * What fills a place of a sentence.
 */
export type Arg = string | number | Phrase | { day: number };

/**
 * One entry of the list of assertions.
 */
export interface Assertion {
    /**
     * Its label, with its number if there are several.
     */
    label?: string;
    /**
     * Whose words it is.
     */
    attribution?: Attribution;
    /**
     * Its content was taken out.
     */
    redacted?: boolean;
}

/**
 * What checking one identity assertion came to.
 */
export interface Attestation {
    /**
     * The label of the identity assertion.
     */
    label: string;
    /**
     * What it is worth.
     */
    state: Standing;
    /**
     * Who it names.
     */
    name: string | null;
}

/**
 * Whose words an assertion is (2.2, 10.3.2).
 */
export type Attribution = "created" | "gathered";

/**
 * Whether a signature stands behind a statement.
 */
export type Authenticity = "trusted" | "valid-untrusted" | "unsigned" | "unchecked" | "tampered" | "n/a";

/**
 * How a verdict follows from the words that were used.
 */
export type Basis = "explicit" | "implied" | "licence-implied" | "inherited" | "legacy";

/**
 * What a person reads about one work.
 */
export interface Card {
    /**
     * The mark it belongs to.
     */
    mark: Mark;
    /**
     * The one sentence that matters.
     */
    headline: Phrase;
    /**
     * The work's name as the page gives it; foreign text.
     */
    name: string;
    /**
     * Parts in reading order: consent, licence, origin, matches, not checked, problems.
     */
    parts: Part[];
    /**
     * What the reader can do now.
     */
    actions: Action[];
}

/**
 * What the validator hands back.
 */
export interface Checked {
    /**
     * What the store is worth.
     */
    validation: Validation;
    /**
     * What a packed store claims: only the validator can unpack one.
     */
    unpacked?: Store | null;
}

/**
 * What the reader has chosen for one registry and one privacy tier.
 */
export interface Choice {
    /**
     * The registry's id.
     */
    registry: string;
    /**
     * The tier.
     */
    privacy: Privacy;
    /**
     * What was chosen.
     */
    mode: Mode;
}

/**
 * A Chromaprint, in the form AcoustID takes.
 */
export interface Chromaprint {
    /**
     * Length of the whole sound in seconds.
     */
    duration_s: number;
    /**
     * Compressed fingerprint, base64url.
     */
    compressed: string;
    /**
     * Number of 32-bit items.
     */
    items: number;
}

/**
 * What one catalogue said about one file.
 */
export interface Consulted {
    /**
     * Its name.
     */
    catalogue: string;
    /**
     * What it said; nothing where nobody could look without asking its host.
     */
    answer: Answer | null;
    /**
     * Whether its host could be asked for more.
     */
    more: boolean;
}

/**
 * Where on a work its mark stands.
 */
export type Corner = "top-left" | "top-right" | "bottom-left" | "bottom-right";

/**
 * Whether one channel was looked at, and what came of it. The honest form of silence.
 */
export type Coverage = "found" | "checked-absent" | "not-checked" | "fetch-failed" | "malformed";

/**
 * What came of one picture.
 */
export class Decoded {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Red, green, blue and alpha, row by row; they are gone from here then.
     */
    take(): Uint8Array;
    /**
     * Rows.
     */
    readonly height: number;
    /**
     * Why there are no pixels, where there are none.
     */
    readonly problem: Problem | undefined;
    /**
     * Pixels of a row.
     */
    readonly width: number;
}

/**
 * Whose decoder made the pixels.
 */
export type DecodedBy = "sayso" | "browser";

/**
 * One action.
 */
export interface Deed {
    /**
     * `c2pa.created`, `c2pa.edited`, …
     */
    action?: string;
    /**
     * Digital source type, as written.
     */
    source_type?: string | null;
    /**
     * The program that is named.
     */
    agent?: string | null;
}

/**
 * How the bytes came.
 */
export interface Delivery {
    /**
     * The address that was asked for.
     */
    url?: string;
    /**
     * The address that answered, after redirects.
     */
    final_url?: string;
    /**
     * HTTP status; 0 where there was no HTTP (a file, a `data:` address).
     */
    status?: number;
    /**
     * Response headers.
     */
    headers?: Header[];
    /**
     * When the answer came.
     */
    fetched_at?: Millis;
}

/**
 * How much is computed of the codes.
 */
export type Depth = "search" | "exact";

/**
 * One assertion of metadata.
 */
export interface Described {
    /**
     * Its label, with its number if there are several.
     */
    label?: string;
    /**
     * What it says, as far as it concerns rights and origin.
     */
    properties?: Property[];
    /**
     * Why it says nothing, when it cannot be understood.
     */
    fault?: string | null;
}

/**
 * An answer to one of the extension's own pages.
 */
export type DeskAnswer = { type: "list"; lines: Line[]; site: string; off: boolean; awaited: boolean } | { type: "card"; card: Card | null } | { type: "export"; works: Exported[] } | { type: "options"; settings: Settings; sources: SourceLine[]; registries: RegistryLine[]; own_works: OwnWork[]; own_count: number; sightings: Sighting[] } | { type: "own-works"; works: OwnWork[] } | { type: "draft"; draft: Draft | null; filed: Filed | null } | { type: "reports"; reports: Filed[] } | { type: "done" };

/**
 * What the extension's own pages say.
 */
export type DeskEvent = { type: "list-asked"; tab: number } | { type: "card-asked"; frame: Frame; work: number } | { type: "acted"; frame: Frame; work: number; act: Act } | { type: "show-asked"; frame: Frame; work: number } | { type: "export-asked"; tab: number } | { type: "options-asked" } | { type: "settings-changed"; settings: Settings } | { type: "own-work-added"; work: OwnWork } | { type: "own-works-added"; works: OwnWork[] } | { type: "own-works-asked" } | { type: "own-works-forgotten" } | { type: "sightings-cleared" } | { type: "own-work-removed"; id: string } | { type: "report-asked"; tab: number } | { type: "draft-asked"; id: string } | { type: "report-filed"; report: Filed } | { type: "report-removed"; id: string } | { type: "reports-asked" };

/**
 * Everything known when the reader chose to report; fills the report page.
 */
export interface Draft {
    /**
     * Its id.
     */
    id: string;
    /**
     * When it was made, in milliseconds since 1970.
     */
    at: Millis;
    /**
     * The page.
     */
    page: PageFacts;
    /**
     * The work; `None` when the whole page is reported.
     */
    work: WorkFacts | null;
    /**
     * What its file said, when it was read.
     */
    reading: Reading | null;
    /**
     * Why it was not, when it was not.
     */
    failure: Failure | null;
    /**
     * What was stated, strongest first.
     */
    statements: Statement[];
    /**
     * The card as it was shown.
     */
    card: Card | null;
    /**
     * The files of page and site that were read for it, as they came.
     */
    signals?: SignalFile[];
    /**
     * What registries had answered.
     */
    answers?: AnswerRecord[];
    /**
     * Whether it was begun in a private window: it is put on the list only when asked.
     */
    private?: boolean;
}

/**
 * What the engine wants done.
 */
export type Effect = { type: "read"; job: ReadJob; accept: string; max_bytes: number; timeout_ms: number; urgency: number; depth: Depth; known: Reading | null; manifest: string | null; trusted: string } | { type: "drop"; job: ReadJob } | { type: "fetch"; job: FetchJob; url: string; headers: Header[]; wait_ms: number; max_bytes: number; timeout_ms: number } | { type: "consult"; job: ReadJob; print: Fingerprint; ask: string[] } | { type: "keep"; area: Area; key: string; value: string } | { type: "forget"; area: Area; key: string } | { type: "show"; to: Frame; works: Shown[] } | { type: "point"; to: Frame; work: number } | { type: "ask-again"; to: Frame } | { type: "rest"; to: Frame } | { type: "badge"; tab: number; text: string; tone: Tone; title: Phrase } | { type: "notify"; title: Phrase; text: Phrase } | { type: "open-report"; id: string } | { type: "answer"; answer: DeskAnswer };

/**
 * A manifest of the file that lies at an address of its own.
 */
export interface Elsewhere {
    /**
     * The address.
     */
    url?: string;
    /**
     * Why it could not be had; `None` when it was, and stands with the metadata.
     */
    failure?: Failure | null;
}

/**
 * Where one registry is asked: its own address or the reader's.
 */
export interface Endpoint {
    /**
     * The address of the API.
     */
    api?: string;
    /**
     * The address under which its media lie.
     */
    media?: string;
    /**
     * The reader's own key, for a registry that wants one. Sent to nobody else.
     */
    key?: string;
}

/**
 * The engine as the browser sees it: events in, effects out.
 */
export class Engine {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * One of the extension's own pages has spoken.
     */
    desk(event: DeskEvent, now: number): Effect[];
    /**
     * Wakes with everything that was kept.
     */
    constructor(kept: Kept[], now: number);
    /**
     * A content script has spoken. The frame comes from the browser, never from the page.
     */
    page(from: Frame, event: PageEvent, now: number): Effect[];
    /**
     * Something we asked for has come back, or the reader has used the browser's own menus.
     */
    shell(event: ShellEvent, now: number): Effect[];
}

/**
 * What a line rests on.
 */
export interface Evidence {
    /**
     * Who says it, and by which standard.
     */
    source: Phrase;
    /**
     * Where it stands; foreign text.
     */
    locator: string;
    /**
     * The raw value; foreign text.
     */
    raw: string;
}

/**
 * One EXIF field that concerns rights, as text.
 */
export interface ExifField {
    /**
     * Tag number, e.g. 0x8298.
     */
    tag: number;
    /**
     * Name by the EXIF standard, e.g. `Copyright`.
     */
    name: string;
    /**
     * Its text.
     */
    value: string;
    /**
     * Where it stood.
     */
    locator: string;
}

/**
 * One work, to be saved or copied.
 */
export interface Exported {
    /**
     * Its line of JSON (`sayso.check/1`).
     */
    json: string;
    /**
     * Its line of a table, with as many cells as that has heads.
     */
    cells: Phrase[];
}

/**
 * How much of a catalogue comes to the reader's machine.
 */
export type Extent = "whole" | "tables" | "nothing";

/**
 * Why something could not be had. Shown as "could not be checked", never as silence.
 */
export type Failure = { failure: "silent" } | { failure: "status"; status: number } | { failure: "private-redirect" } | { failure: "too-large" } | { failure: "network"; detail: string } | { failure: "crashed" } | { failure: "not-allowed" } | { failure: "no-access" } | { failure: "unreachable" };

/**
 * A text file to get.
 */
export interface FetchJob {
    /**
     * What it is for.
     */
    purpose: Purpose;
    /**
     * For a private window: the answer is not kept.
     */
    private: boolean;
}

/**
 * One report of the reader's list.
 */
export interface Filed {
    /**
     * The id of the draft it began as.
     */
    id?: string;
    /**
     * When it was begun.
     */
    at?: Millis;
    /**
     * When it was last changed.
     */
    changed_at?: Millis;
    /**
     * The address of the page.
     */
    page_url?: string;
    /**
     * The title of the page.
     */
    page_title?: string;
    /**
     * The address of the work; empty when the whole page is reported.
     */
    work_url?: string;
    /**
     * What the page calls the work.
     */
    work_name?: string;
    /**
     * What became of it.
     */
    state?: State;
    /**
     * The text that was copied, mailed or saved; empty when only evidence was kept.
     */
    notice?: string;
    /**
     * SHA-256 of `SHA256SUMS` of the bundle, when one was saved.
     */
    sums_sha256?: string | null;
    /**
     * What the reader wants to remember.
     */
    note?: string;
    /**
     * When the reader wants to be reminded.
     */
    remind_at?: Millis | null;
}

/**
 * Every code of one file. `blake3`, `sha1` and `sha256` exist for any readable bytes.
 */
export interface Fingerprint {
    /**
     * BLAKE3 of the bytes, 64 hex digits.
     */
    blake3?: string;
    /**
     * SHA-1 of the bytes, 40 hex digits.
     */
    sha1?: string;
    /**
     * SHA-256 of the bytes, 64 hex digits.
     */
    sha256?: string;
    /**
     * ISCC codes.
     */
    iscc?: Iscc;
    /**
     * pHash as the Wikimedia Commons index has it, 16 hex digits.
     */
    phash?: string | null;
    /**
     * dHash as the Wikimedia Commons index has it, 16 hex digits.
     */
    dhash?: string | null;
    /**
     * Chromaprint of a sound.
     */
    chromaprint?: Chromaprint | null;
    /**
     * True when the picture has no usable structure; such codes never match.
     */
    featureless?: boolean;
    /**
     * True when many coefficients are near zero; such codes match at most "possibly".
     */
    unstable?: boolean;
    /**
     * Codes for comparison.
     */
    codes?: ImageCodes | null;
    /**
     * True when `codes` are good for seeking only: near the exact ones, perhaps not equal.
     */
    approximate?: boolean;
    /**
     * Codes of the mirrored and turned picture: of the tolerant trim, and of the whole where
     * that is another. Only the side that asks needs them.
     */
    turned?: TurnedCode[];
    /**
     * Whose decoder made the pixels.
     */
    decoded_by?: DecodedBy;
    /**
     * Codes of a sound for comparison.
     */
    sound?: SoundCodes | null;
}

/**
 * How well a record fits the work.
 */
export type Fit = { match: "exact" } | { match: "url" } | { match: "near"; distance: number; bits: number; sure: boolean; turned?: boolean; from_s?: number | null };

/**
 * A catalogue that the reader follows.
 */
export interface Followed {
    /**
     * Its name. No two that are followed have the same.
     */
    name: string;
    /**
     * Who runs it.
     */
    operator: string;
    /**
     * Whether there is more at its host than on the reader's machine.
     */
    remote: boolean;
    /**
     * Changes with what it holds.
     */
    epoch: number;
}

/**
 * Which frame of which tab speaks. Filled in by the shell from the sender, never by the page.
 */
export interface Frame {
    /**
     * The tab.
     */
    tab: number;
    /**
     * The frame in the tab; 0 is the top. Firefox numbers frames beyond 32 bits.
     */
    frame: number;
    /**
     * Whether it is a private window: nothing of it is kept.
     */
    private: boolean;
}

/**
 * An HTTP response header. Names are compared without case.
 */
export interface Header {
    /**
     * The field name.
     */
    name: string;
    /**
     * The field value; repeated fields may come joined by `, ` or one by one.
     */
    value: string;
}

/**
 * What one listening gave: everything about a sound that its samples tell.
 */
export interface Heard {
    /**
     * Seconds that were decoded.
     */
    seconds?: number;
    /**
     * Whether that was the whole sound.
     */
    whole?: boolean;
    /**
     * The form that AcoustID takes; none where the sound is too short.
     */
    chromaprint?: Chromaprint | null;
    /**
     * Audio-Code, 64 bits.
     */
    audio?: string | null;
    /**
     * Audio-Code, 256 bits.
     */
    audio_256?: string | null;
    /**
     * What is compared; none where the sound is too short or says nothing.
     */
    sound?: SoundCodes | null;
    /**
     * What could not be heard, and why.
     */
    problems?: Problem[];
}

/**
 * A record that a registry (or the reader's own works) holds about this work.
 */
export interface Hit {
    /**
     * The registry's id.
     */
    registry: string;
    /**
     * The record's id there.
     */
    record_id: string;
    /**
     * A page about it, `https:` only.
     */
    record_url: string | null;
    /**
     * Title of the work there.
     */
    title: string | null;
    /**
     * A small picture of it: an address at the registry, or, of an own work, the picture itself.
     */
    miniature?: string | null;
    /**
     * How well it fits.
     */
    fit: Fit;
    /**
     * What the record states, already in the words of the vocabulary.
     */
    statements: Statement[];
    /**
     * Where more is known about this record.
     */
    leads?: Lead[];
}

/**
 * One CAWG identity assertion.
 */
export interface Identity {
    /**
     * Its label, with its number if there are several.
     */
    label?: string;
    /**
     * `cawg.x509.cose`, `cawg.identity_claims_aggregation`, …
     */
    sort?: string;
    /**
     * `cawg.creator`, …
     */
    roles?: string[];
    /**
     * The labels of the assertions that it signs.
     */
    references?: string[];
}

/**
 * One IPTC-IIM dataset, as text.
 */
export interface IimField {
    /**
     * Record number.
     */
    record: number;
    /**
     * Dataset number.
     */
    dataset: number;
    /**
     * Its text.
     */
    value: string;
    /**
     * Where it stood.
     */
    locator: string;
}

/**
 * The 256-bit Image-Codes of one picture under the three trims, as 64 hex digits
 * each (the first 16 are the 64-bit code). What own works and catalogues compare.
 */
export interface ImageCodes {
    /**
     * Exact trim.
     */
    exact: string;
    /**
     * Tolerant trim.
     */
    tolerant: string;
    /**
     * Not trimmed.
     */
    untrimmed: string;
    /**
     * A little less on every side: what a copy is near to that was cropped a little.
     */
    inset?: string;
}

/**
 * A file that comes in pieces: hashed, and kept where it is needed whole.
 */
export class Incoming {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Makes the new table of this old one; nothing where the delta is none of it.
     */
    apply(delta: Uint8Array | number[]): Uint8Array | undefined;
    /**
     * Whether all that came has this hash.
     */
    is(blake3: string): boolean;
    /**
     * So many bytes will come; zero of a file that is hashed only.
     */
    constructor(bytes: number);
    /**
     * The next piece.
     */
    push(piece: Uint8Array | number[]): void;
}

/**
 * One ingredient.
 */
export interface Ingredient {
    /**
     * Its title.
     */
    title?: string | null;
    /**
     * `parentOf`, `componentOf`, `inputTo`.
     */
    relationship?: string;
    /**
     * The label of its own manifest.
     */
    manifest?: string | null;
}

/**
 * ISCC codes in their text form (`ISCC:…`); `None` where one does not apply.
 */
export interface Iscc {
    /**
     * Composite ISCC-CODE of Content (exact trim), Data and Instance, 64 bits each.
     */
    code?: string | null;
    /**
     * Image-Code, 64 bits, exact trim.
     */
    image?: string | null;
    /**
     * Image-Code, 256 bits, exact trim.
     */
    image_256?: string | null;
    /**
     * Image-Code, 64 bits, tolerant trim.
     */
    image_tolerant?: string | null;
    /**
     * Audio-Code, 64 bits.
     */
    audio?: string | null;
    /**
     * Audio-Code, 256 bits.
     */
    audio_256?: string | null;
    /**
     * Data-Code, 64 bits.
     */
    data?: string | null;
    /**
     * Data-Code, 256 bits.
     */
    data_256?: string | null;
    /**
     * Instance-Code, 64 bits.
     */
    instance?: string | null;
}

/**
 * Something that was kept, given back when the engine wakes.
 */
export interface Kept {
    /**
     * Where it was.
     */
    area: Area;
    /**
     * Its name.
     */
    key: string;
    /**
     * JSON text.
     */
    value: string;
}

/**
 * Which sentence. Names are those of the message catalogue.
 */
export type Key = "verdict_denied" | "verdict_conditional" | "verdict_allowed" | "verdict_unspecified" | "verdict_unknown" | "use_search" | "use_tdm" | "use_train_nongen" | "use_train_gen" | "use_ai_input" | "use_ai_index" | "what_all" | "what_training" | "what_train_gen" | "what_train_nongen" | "what_ai_input" | "what_ai_index" | "what_tdm" | "what_search" | "named_no" | "named_terms" | "named_yes" | "own_no" | "own_terms" | "own_yes" | "record_no" | "record_terms" | "record_yes" | "file_no" | "file_terms" | "file_yes" | "page_no" | "page_terms" | "page_yes" | "site_no" | "site_terms" | "site_yes" | "head_conditions" | "head_silent" | "head_failed" | "head_unreadable" | "head_partly" | "head_not_checked" | "head_awaited" | "fail_silent" | "fail_status" | "fail_private_redirect" | "fail_too_large" | "fail_network" | "fail_crashed" | "fail_not_allowed" | "fail_no_access" | "fail_unreachable" | "why_malformed" | "why_truncated" | "why_unsupported" | "why_over_limit" | "why_unreadable" | "why_network" | "problem_misnamed" | "problem_malformed" | "problem_truncated" | "problem_unsupported" | "problem_over_limit" | "problem_unreadable" | "problem_network" | "part_consent" | "part_licence" | "part_origin" | "part_matches" | "part_problems" | "part_coverage" | "plain" | "verdict_mixed" | "licence" | "licence_none" | "licence_ambiguous" | "condition" | "condition_by" | "condition_nc" | "condition_nd" | "condition_sa" | "notice" | "creators" | "owners" | "credit" | "licensing_url" | "licence_terms" | "licence_status" | "licence_public_domain" | "manifest_unread" | "manifest_claimed" | "manifest_trusted" | "manifest_trusted_own" | "manifest_valid" | "manifest_tampered" | "manifest_malformed" | "manifest_invalid" | "manifest_uncheckable" | "manifest_revoked" | "contacts" | "suppliers" | "voice_file" | "voice_header" | "voice_page" | "voice_site" | "voice_record" | "claim_no" | "claim_terms" | "origin" | "origin_unknown" | "origin_captured" | "origin_human_made" | "origin_ai_assisted" | "origin_ai_generated" | "origin_composite" | "ai_system" | "the_file" | "own_works" | "match_exact" | "match_url" | "match_very_close" | "match_close" | "match_possible" | "match_turned" | "match_turned_possible" | "match_from" | "match_begins" | "fail_protected" | "fail_stream" | "act_hand" | "act_hand_note" | "declarer_checked" | "declarer_said" | "declarer" | "follow_title" | "follow_note" | "follow_address" | "follow_look" | "follow_looking" | "follow_address_bad" | "follow_follow" | "follow_update" | "follow_unfollow" | "follow_unfollowed" | "follow_export" | "follow_none" | "follow_list" | "follow_operator" | "follow_works" | "follow_size" | "follow_licence" | "follow_contact" | "follow_key" | "follow_date" | "follow_whole" | "follow_tables" | "follow_nothing" | "follow_fetching" | "follow_used" | "follow_waiting" | "follow_problem" | "follow_problem_used" | "follow_persisted" | "follow_evictable" | "follow_refused_signature" | "follow_refused_key" | "follow_refused_older" | "follow_refused_forked" | "follow_refused_differs" | "follow_refused_malformed" | "follow_refused_unavailable" | "follow_no_room" | "follow_lost" | "follow_preset" | "follow_same_name" | "options_own_folder" | "options_own_licence" | "options_own_stop" | "options_own_stopped" | "options_own_some" | "options_own_forget" | "options_own_forget_all" | "options_own_export" | "options_own_import" | "options_own_imported" | "options_own_import_bad" | "sightings_title" | "sightings_notice" | "sightings_notice_private" | "sightings_none" | "sightings_clear" | "sighting_exact" | "sighting_near" | "sighting_notice_title" | "sighting_notice" | "registry_awaited" | "registry_miss" | "registry_unavailable" | "registry_refused" | "coverage_failed" | "coverage_malformed" | "coverage_not" | "coverage_absent" | "evidence_file" | "evidence_header" | "evidence_page" | "evidence_site" | "evidence_record" | "evidence_detail" | "sends_nothing" | "sends_site_file" | "sends_same_host" | "sends_shard" | "sends_record" | "sends_hash" | "sends_address" | "sends_media" | "act_report" | "act_report_note" | "act_ask" | "act_ask_all" | "act_again" | "act_retry" | "badge_title" | "badge_off" | "notice_subject_512" | "notice_subject_dsa" | "notice_subject_creator" | "notice_512_title" | "notice_512_work" | "notice_512_material" | "notice_512_contact" | "notice_512_good_faith" | "notice_512_accurate" | "notice_512_authorised" | "notice_signature" | "notice_dsa_title" | "notice_dsa_reasons" | "notice_dsa_place" | "notice_dsa_contact" | "notice_dsa_bona_fide" | "notice_creator_hello" | "notice_creator_found" | "notice_creator_end" | "notice_page" | "notice_file" | "notice_hash" | "notice_seen" | "notice_stated" | "notice_stated_page" | "notice_item" | "notice_plain" | "notice_work" | "notice_original" | "notice_name" | "notice_owner" | "notice_address" | "notice_phone" | "notice_email" | "notice_same" | "stated_means" | "stated_only" | "stated_use" | "stated_and" | "report_title" | "report_private" | "report_gone" | "report_work" | "report_whole_page" | "report_unnamed" | "report_label_name" | "report_label_file" | "report_label_page" | "report_label_seen" | "report_label_size" | "report_size" | "report_size_pixels" | "report_bytes" | "report_unread" | "report_stated" | "report_stated_none" | "report_stated_by" | "report_road" | "report_road_own" | "report_road_own_note" | "report_road_tell" | "report_road_tell_note" | "report_road_keep" | "report_road_keep_note" | "report_law" | "report_law_512" | "report_law_dsa" | "report_fair_use" | "report_dsa_note" | "report_you" | "report_field_name" | "report_field_owner" | "report_field_address" | "report_field_email" | "report_field_phone" | "report_field_work" | "report_field_original" | "report_field_reasons" | "report_field_message" | "report_declare" | "report_declare_note" | "report_declare_good_faith" | "report_declare_accurate" | "report_declare_authorised" | "report_declare_signed" | "report_declare_bona_fide" | "report_text" | "report_text_label" | "report_complete" | "report_missing" | "report_copy" | "report_copied" | "report_copy_failed" | "report_mail" | "report_mail_long" | "report_contacts" | "report_contacts_none" | "report_contacts_host" | "report_evidence" | "report_evidence_note" | "report_evidence_page" | "report_capture" | "report_capture_note" | "report_prepare" | "report_preparing" | "report_save" | "report_save_note" | "report_file_line" | "report_file_bytes" | "report_file_cut" | "report_same" | "report_differs" | "report_first" | "report_fetch_failed" | "report_fetch_large" | "report_fetch_kind" | "report_fetch_status" | "report_stale" | "report_digest" | "report_digest_note" | "report_platform" | "report_rdap_ask" | "report_rdap_note" | "report_rdap_busy" | "report_rdap_found" | "report_rdap_role" | "report_rdap_none" | "report_rdap_failed" | "report_stamp_ask" | "report_stamp_note" | "report_stamp_done" | "report_stamp_failed" | "report_tongue" | "report_tongue_none" | "report_tongue_single" | "report_tongue_agree" | "report_tongue_differ" | "report_tongue_chosen" | "report_tongue_failed" | "report_sign_law" | "report_sign_page" | "report_sign_ending" | "report_sign_country" | "report_with_own" | "report_own_text" | "report_tsa_title" | "report_tsa_pick" | "report_tsa_other" | "report_tsa_address" | "report_tsa_ask" | "report_tsa_note" | "report_tsa_listed" | "report_tsa_plain" | "report_tsa_bad_address" | "report_tsa_done" | "report_file_title" | "report_file_note" | "report_file_private" | "report_file" | "report_filed" | "report_file_failed" | "reports_title" | "reports_private" | "reports_none" | "reports_due" | "reports_begun" | "reports_state" | "reports_prepared" | "reports_sent" | "reports_answered" | "reports_settled" | "reports_closed" | "reports_remind" | "reports_note" | "reports_notice" | "reports_bundle" | "reports_saved" | "reports_remove" | "reports_removed" | "reports_undo" | "reports_export" | "popup_title" | "popup_switch" | "popup_no_site" | "popup_off" | "popup_empty" | "popup_looking" | "popup_no_access" | "popup_count" | "list_limit" | "popup_list" | "popup_unnamed" | "popup_back" | "popup_card_gone" | "popup_report" | "popup_report_failed" | "popup_options" | "list_filters" | "list_all" | "list_stop" | "list_care" | "list_go" | "list_calm" | "list_dim" | "list_search" | "list_none" | "list_more" | "list_table" | "list_copied" | "list_copy_failed" | "list_csv" | "list_json" | "list_panel" | "list_panel_failed" | "list_show" | "list_column_work" | "list_column_address" | "list_column_says" | "access_click" | "access_allow" | "access_refused" | "welcome_title" | "welcome_lead" | "welcome_mark" | "welcome_mark_note" | "welcome_card" | "welcome_card_note" | "welcome_home" | "welcome_home_note" | "welcome_access" | "welcome_access_on" | "welcome_access_off" | "credit_full" | "credit_untitled" | "credit_unnamed" | "credit_bare" | "credit_ready" | "act_credit_text" | "act_credit_html" | "act_credit_markdown" | "card_copied" | "options_mark" | "options_mark_size" | "options_size_small" | "options_size_medium" | "options_size_large" | "options_mark_corner" | "options_corner_top_left" | "options_corner_top_right" | "options_corner_bottom_left" | "options_corner_bottom_right" | "options_mark_solid" | "options_file" | "options_file_note" | "options_export" | "options_import" | "options_import_bad" | "options_imported" | "options_reset" | "options_reset_done" | "card_evidence" | "card_evidence_raw" | "card_link" | "card_asked" | "desk_no_answer" | "desk_retry" | "desk_not_saved" | "options_title" | "options_saved" | "options_reading" | "options_read_visible" | "options_read_visible_note" | "options_read_hovered" | "options_read_hovered_note" | "options_site_files" | "options_site_files_note" | "options_private" | "options_private_1" | "options_private_2" | "options_private_3" | "options_own" | "options_own_note" | "options_own_stances" | "options_own_stances_note" | "options_stance_no" | "options_stance_request" | "options_stance_yes" | "options_stance_unsaid" | "options_own_add" | "options_own_drop" | "options_own_busy" | "options_own_done" | "options_own_kept" | "options_own_unreadable" | "options_own_too_large" | "options_own_no_kind" | "options_own_list" | "options_own_none" | "options_own_title" | "options_own_added" | "options_own_codes" | "options_own_unstable" | "options_own_exact" | "options_remove" | "options_own_remove" | "options_own_removed" | "options_undo" | "options_registries" | "options_registries_note" | "options_registries_none" | "options_ask_none" | "options_ask_none_note" | "options_about" | "options_mode_off" | "options_mode_ask" | "options_mode_on" | "options_address" | "options_address_api" | "options_address_media" | "options_address_save" | "options_address_reset" | "options_address_bad" | "options_address_none" | "options_key" | "options_key_none" | "options_sources" | "options_sources_note" | "options_sources_none" | "options_source_spec" | "options_source_spec_of" | "options_sites" | "options_sites_none" | "options_site_remove" | "options_trust" | "options_trust_note" | "options_trust_official" | "options_trust_pem" | "options_trust_meaning" | "options_trust_file" | "options_trust_save" | "options_trust_count" | "options_trust_none" | "options_trust_bad" | "options_trust_partly" | "options_trust_large" | "options_test" | "options_test_note" | "options_test_run" | "options_test_result" | "options_test_failed" | "options_version" | "options_barred" | "sends_documents" | "act_documents" | "act_documents_note" | "act_miniatures" | "act_miniatures_note" | "source_unread" | "why_label" | "why_no" | "why_terms" | "ext_name" | "ext_description" | "menu_report" | "command_next" | "command_previous" | "card_close" | "card_opens";

/**
 * A name under which another registry may know more about a work that one has found.
 */
export interface Lead {
    /**
     * The id of the registry to ask.
     */
    registry: string;
    /**
     * What to ask it for, in its own words.
     */
    name: string;
    /**
     * How well the record fits from which this comes: what is found through it fits no better.
     */
    fit: Fit;
}

/**
 * How far the light reader got.
 */
export type Legible = "claimed" | "malformed" | "unsupported";

/**
 * What a statement says about licence and ownership. Never about AI consent.
 */
export interface LicenceClaim {
    /**
     * Canonical licence URI (see `signal/creative_commons.rs`), or the URL as given.
     */
    uri?: string | null;
    /**
     * SPDX identifier, only where the SPDX list has one.
     */
    spdx?: string | null;
    /**
     * Copyright notice, as written.
     */
    notice?: string | null;
    /**
     * Terms for people: usage terms, rights statement page.
     */
    terms?: string | null;
    /**
     * Copyright owners.
     */
    owners?: string[];
    /**
     * Creators.
     */
    creators?: string[];
    /**
     * Credit line.
     */
    credit?: string | null;
    /**
     * Where a licence can be had.
     */
    licensing_url?: string | null;
    /**
     * Who can be asked: names, e-mail addresses, telephone numbers, as written.
     */
    contacts?: string[];
    /**
     * Who supplied the work, where that is not its creator.
     */
    suppliers?: string[];
    /**
     * Whether the credit line has to be shown.
     */
    credit_required?: boolean | null;
    /**
     * `Some(false)`: stated to be in the public domain.
     */
    marked?: boolean | null;
}

/**
 * One work in the popup's list.
 */
export interface Line {
    /**
     * Its frame.
     */
    frame: Frame;
    /**
     * Its number.
     */
    work: number;
    /**
     * Its mark.
     */
    mark: Mark;
    /**
     * The sentence that matters.
     */
    headline: Phrase;
    /**
     * Its name; foreign text.
     */
    name: string;
    /**
     * Its address, for a thumbnail.
     */
    url: string;
}

/**
 * A `link`, `a` or `area` that has a `rel`.
 */
export interface LinkTag {
    /**
     * The `rel` attribute, as written.
     */
    rel: string;
    /**
     * The absolute address it points to.
     */
    href: string;
    /**
     * The `type` attribute.
     */
    type?: string | null;
    /**
     * The subject given by an RDFa `about` or `resource` around it, absolute.
     */
    about?: string | null;
}

/**
 * A text file of a site, as it came: `robots.txt`, `/.well-known/tdmrep.json`.
 */
export type Look = { look: "not-looked" } | { look: "failed"; why: Failure; at: Millis } | { look: "absent"; at: Millis } | { look: "got"; text: string; mime: string; at: Millis };

/**
 * What became of a look-up: it needs something, or it is done.
 */
export interface LookUp {
    /**
     * What is needed before it can go on.
     */
    wants: Stretch[];
    /**
     * What was found.
     */
    done: Consulted | null;
}

/**
 * One manifest.
 */
export interface Manifest {
    /**
     * Its label, e.g. `urn:c2pa:…`.
     */
    label?: string;
    /**
     * What made the claim, as it names itself.
     */
    generator?: string | null;
    /**
     * `dc:title`.
     */
    title?: string | null;
    /**
     * `dc:format`.
     */
    format?: string | null;
    /**
     * It only adds to the manifest of its parent (2.2, 11.2.3).
     */
    update?: boolean;
    /**
     * The assertions it lists.
     */
    assertions?: Assertion[];
    /**
     * What it says about training and data mining.
     */
    mining?: Mining[];
    /**
     * What it says about rights and origin in the words of XMP and schema.org.
     */
    described?: Described[];
    /**
     * What was done to the work.
     */
    actions?: Deed[];
    /**
     * What it was made from.
     */
    ingredients?: Ingredient[];
    /**
     * Watermarks and fingerprints that lead back to it.
     */
    soft_bindings?: SoftBinding[];
    /**
     * Who vouches for which assertions (CAWG).
     */
    identities?: Identity[];
}

/**
 * The quiet mark on a work.
 */
export interface Mark {
    /**
     * Its colour.
     */
    tone: Tone;
    /**
     * Its shape: an SVG path in a 16 by 16 box, filled by even-odd rule.
     */
    shape: string;
    /**
     * How the reader wants it to look.
     */
    look: MarkStyle;
    /**
     * What it says, for screen readers and as the tooltip.
     */
    label: Phrase;
}

/**
 * How the mark looks.
 */
export interface MarkStyle {
    /**
     * How large it is.
     */
    size?: Size;
    /**
     * Where it stands.
     */
    corner?: Corner;
    /**
     * Of a hundred: how solid it is while nobody points at it.
     */
    solid?: number;
}

/**
 * An element with attributes of microdata or RDFa.
 */
export interface MarkupTag {
    /**
     * Its name.
     */
    tag?: string;
    /**
     * The number, from 1, of the nearest listed element around it; 0 for none.
     */
    within?: number;
    /**
     * Its attributes that concern structured data, as written; addresses are absolute.
     */
    attributes?: MetaTag[];
    /**
     * Its text, where nothing else can be its value.
     */
    text?: string;
}

/**
 * What the container says about itself.
 */
export interface MediaFacts {
    /**
     * Picture, sound or video.
     */
    kind: MediaKind;
    /**
     * Short name: `jpeg`, `png`, `webp`, `gif`, `svg`, `bmp`, `avif`, `mp3`, `ogg`, `flac`, `wav`, `mp4`, …
     */
    format: string;
    /**
     * Media type by content, not by header.
     */
    mime: string;
    /**
     * Length in bytes.
     */
    bytes: number;
    /**
     * Width in stored pixels, before orientation.
     */
    width: number | null;
    /**
     * Height in stored pixels, before orientation.
     */
    height: number | null;
    /**
     * EXIF orientation 1 to 8; 1 where nothing is said.
     */
    orientation: number | null;
    /**
     * Number of frames; 1 for a still picture.
     */
    frames: number | null;
    /**
     * Length in seconds, for sound and video.
     */
    duration_s: number | null;
}

/**
 * What sort of work the bytes are.
 */
export type MediaKind = "image" | "audio" | "video";

/**
 * A `<meta name content>` of the page.
 */
export interface MetaTag {
    /**
     * The `name` (or `property`) attribute.
     */
    name: string;
    /**
     * The `content` attribute.
     */
    content: string;
}

/**
 * All metadata of one file.
 */
export interface Metadata {
    /**
     * XMP packets.
     */
    xmp?: XmpPacket[];
    /**
     * EXIF fields.
     */
    exif?: ExifField[];
    /**
     * IIM datasets.
     */
    iim?: IimField[];
    /**
     * Text tags.
     */
    text?: TextField[];
    /**
     * What a C2PA manifest store claims.
     */
    c2pa?: Store;
    /**
     * Texts that hold an RSL licence, whole; the key says what carried them.
     */
    rsl?: TextField[];
    /**
     * Blocks that were there and could not be understood, by kind: `xmp`, `exif`, `iim`, `c2pa`.
     */
    malformed?: string[];
}

/**
 * Whole milliseconds since 1970: comparable, and exact in JavaScript.
 */
export type Millis = number;

/**
 * One assertion `c2pa.training-mining` or `cawg.training-mining`.
 */
export interface Mining {
    /**
     * Its label, with its number if there are several.
     */
    label?: string;
    /**
     * Whose words it is.
     */
    attribution?: Attribution;
    /**
     * What it says, key by key.
     */
    entries?: MiningEntry[];
    /**
     * Why it says nothing, when it cannot be understood.
     */
    fault?: string | null;
}

/**
 * One key of it.
 */
export interface MiningEntry {
    /**
     * The key, as written: `c2pa.ai_training`.
     */
    key?: string;
    /**
     * `use`, as written; `None` where there is none.
     */
    stance?: string | null;
    /**
     * What it is constrained to.
     */
    constraint?: string | null;
}

/**
 * When a registry is asked.
 */
export type Mode = "off" | "ask" | "on";

/**
 * Why a picture that is decoded elsewhere has no pixels.
 */
export type NoPixels = { type: "no-decoder" } | { type: "undecoded" } | { type: "noise" } | { type: "fault"; problem: Problem };

/**
 * A catalogue whose signature was checked.
 */
export interface Offer {
    /**
     * Its key, 64 hex digits.
     */
    id: string;
    /**
     * Its name.
     */
    name: string;
    /**
     * Who runs it.
     */
    operator: string;
    /**
     * How they are reached.
     */
    contact: string;
    /**
     * Where a wrong record is reported.
     */
    report_to: string;
    /**
     * The licence of the data.
     */
    data_licence: string;
    /**
     * The day on which it was made.
     */
    date: string;
    /**
     * 1, and one more each time.
     */
    epoch: number;
    /**
     * Works in it.
     */
    works: number;
    /**
     * Those with a picture.
     */
    pictures: number;
    /**
     * Those with a sound.
     */
    sounds: number;
    /**
     * What is fetched of it, each file once.
     */
    files: Wanted[];
    /**
     * Which of them are tables.
     */
    tables: string[];
    /**
     * How much of it comes to this machine.
     */
    extent: Extent;
}

/**
 * One file, while it is being read. Its bytes are copied in once, whatever steps follow.
 */
export class OpenFile {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Adds the manifest that lies at another address; its check is awaited then.
     */
    attach(url: string, store: Uint8Array | number[]): void;
    /**
     * Adds what checking the manifest came to.
     */
    check(checked?: Checked | null): void;
    /**
     * Hashes of the bytes and codes of the content. SHA-1 and SHA-256 are the browser's where it
     * has made them.
     */
    codes(depth: Depth, sha1?: Uint8Array | number[] | null, sha256?: Uint8Array | number[] | null): void;
    /**
     * Adds what was heard of the sound.
     */
    hear(heard?: Heard | null): void;
    /**
     * Whether another decoder may be given the file; where not, the reading says so.
     */
    may_be_decoded(): boolean;
    /**
     * Notes that the manifest at another address could not be had.
     */
    miss(url: string, why: Failure): void;
    /**
     * Reads the container and its metadata; the steps that the reading awaits are taken by the
     * methods of their names.
     */
    constructor(bytes: Uint8Array | number[], delivery: Delivery);
    /**
     * Another decoder has made no pixels.
     */
    no_pixels(why: NoPixels): void;
    /**
     * A sound that was joined of pieces, or none and the reason.
     */
    static of_pieces(bytes: Uint8Array | number[], delivery: Delivery, problem?: Problem | null): OpenFile;
    /**
     * What is known so far.
     */
    reading(): Reading;
    /**
     * Adds the codes of pixels that another decoder made: red, green, blue and alpha, upright.
     */
    see(width: number, height: number, rgba: Uint8Array | number[]): void;
    /**
     * Takes over what was found out about the same bytes before; false where they are others.
     */
    take_over(known: Reading, depth: Depth): boolean;
}

/**
 * What a statement says about how the work came to be.
 */
export interface OriginClaim {
    /**
     * IPTC digital source type URI, as written.
     */
    source_type?: string | null;
    /**
     * The AI system that is named.
     */
    ai_system?: string | null;
}

/**
 * Another address for a registry.
 */
export interface OtherAddress {
    /**
     * The registry's id.
     */
    registry: string;
    /**
     * Where it is asked.
     */
    endpoint: Endpoint;
}

/**
 * What an owner says about one use of their own work.
 */
export interface OwnStance {
    /**
     * The use.
     */
    use: Use;
    /**
     * What is said.
     */
    verdict: Verdict;
}

/**
 * A work that the reader has added as their own. Never leaves the machine.
 */
export interface OwnWork {
    /**
     * BLAKE3 of the file, in hex.
     */
    id: string;
    /**
     * Its title.
     */
    title: string;
    /**
     * Codes for comparison; `None` for what has none (then only the same bytes are found).
     */
    codes: ImageCodes | null;
    /**
     * Codes of a sound for comparison.
     */
    sound?: SoundCodes | null;
    /**
     * Featureless pictures never match.
     */
    featureless: boolean;
    /**
     * Unstable pictures are at most "likely".
     */
    unstable: boolean;
    /**
     * What the owner says, use by use.
     */
    stances: OwnStance[];
    /**
     * When it was added.
     */
    added_at: Millis;
    /**
     * Name or address of the licence under which the owner gives it.
     */
    licence?: string | null;
    /**
     * Where its file lay, how long and how old it was: so that a folder that is added again is
     * gone through without reading what is known.
     */
    source?: string;
    /**
     * A small picture of it; empty where there is none.
     */
    miniature?: string;
}

/**
 * What the content script may say.
 */
export type PageEvent = { type: "arrived"; page: PageFacts; fresh: boolean } | { type: "seen"; works: WorkFacts[] } | { type: "hovered"; work: WorkFacts } | { type: "gone"; works: number[] } | { type: "acted"; work: WorkFacts; act: Act };

/**
 * What a page says about itself.
 */
export interface PageFacts {
    /**
     * The address of the document (a frame's own, not the tab's).
     */
    url?: string;
    /**
     * The title, for the popup and the report.
     */
    title?: string;
    /**
     * The language that it says it is in (`lang` of its root); may be empty.
     */
    lang?: string;
    /**
     * `<meta>` tags that have a name.
     */
    meta?: MetaTag[];
    /**
     * Links with a `rel` of the whole document.
     */
    links?: LinkTag[];
    /**
     * The text of JSON-LD blocks.
     */
    json_ld?: string[];
    /**
     * Elements with attributes of microdata or RDFa, in document order.
     */
    markup?: MarkupTag[];
}

/**
 * A part of the card under a heading.
 */
export interface Part {
    /**
     * Its heading.
     */
    heading: Phrase;
    /**
     * Its rows.
     */
    rows: Row[];
    /**
     * Shown closed at first (details the reader may open).
     */
    folded: boolean;
}

/**
 * A sentence with its arguments.
 */
export interface Phrase {
    /**
     * Which sentence.
     */
    key: Key;
    /**
     * What fills its places.
     */
    args?: Arg[];
}

/**
 * A file, or a part of one.
 */
export interface Piece {
    /**
     * Its address as it is written.
     */
    uri: string;
    /**
     * The value of a `Range` header; empty for the whole file.
     */
    range: string;
}

/**
 * Pieces of one sound, as they come.
 */
export class Pieces {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The next one.
     */
    add(piece: Uint8Array | number[]): void;
    /**
     * All of them as one file; empty when there is a problem.
     */
    join(): Uint8Array;
    /**
     * None yet.
     */
    constructor();
    /**
     * Why they could not be joined.
     */
    problem(): Problem | undefined;
}

/**
 * What to do next.
 */
export interface Plan {
    /**
     * Another playlist that is to be read instead.
     */
    follow: string | null;
    /**
     * Addresses that those of the pieces are relative to, each to the one before it.
     */
    bases: string[];
    /**
     * The pieces, in order.
     */
    pieces: Piece[];
    /**
     * Why there are none, or not all.
     */
    problem: Problem | null;
}

/**
 * A catalogue that an organisation has chosen for its readers.
 */
export interface Preset {
    /**
     * Where it lies; ends with a slash.
     */
    address: string;
    /**
     * Its key, 64 hex digits: nobody else's catalogue is taken from that address.
     */
    id: string;
}

/**
 * What leaves the reader's computer when a registry is asked.
 */
export type Privacy = "nothing" | "same-host" | "shard" | "record" | "hash" | "address" | "media";

/**
 * Something that could not be read: what, where, and why.
 */
export interface Problem {
    /**
     * The kind of fault.
     */
    code: ProblemCode;
    /**
     * Where: box, chunk or header, with its offset in bytes from the start of the file.
     */
    where: string;
    /**
     * A short English sentence without a final stop.
     */
    message: string;
}

/**
 * What is wrong with some bytes or some answer.
 */
export type ProblemCode = "malformed" | "truncated" | "unsupported" | "over-limit" | "unreadable" | "network";

/**
 * One XMP property, array item or struct field.
 *
 * A simple value has `text`; an array has one child per item (name `li`); a
 * struct has one child per field. Namespaces, not prefixes, identify properties
 * (ISO 16684-1, 7.9). Namespaces end as written, e.g. `http://ns.useplus.org/ldf/xmp/1.0/`.
 */
export interface Property {
    /**
     * Namespace URI.
     */
    ns?: string;
    /**
     * Local name.
     */
    name?: string;
    /**
     * Text of a simple value (also of `rdf:resource`), trimmed; empty for arrays and structs.
     */
    text?: string;
    /**
     * `xml:lang` of a language alternative.
     */
    lang?: string;
    /**
     * Array items or struct fields.
     */
    children?: Property[];
}

/**
 * What a text file is for.
 */
export type Purpose = { purpose: "robots"; origin: string } | { purpose: "tdmrep"; origin: string } | { purpose: "ai-txt"; origin: string } | { purpose: "trust-txt"; origin: string; well_known: boolean } | { purpose: "document"; url: string } | { purpose: "miniature"; url: string } | { purpose: "registry"; request: Request };

/**
 * A file to read. One reading serves every work with that address.
 */
export interface ReadJob {
    /**
     * The absolute address.
     */
    url: string;
    /**
     * For a private window: the answer is not kept.
     */
    private: boolean;
}

/**
 * When files are read.
 */
export type ReadWhen = "visible" | "hovered";

/**
 * All that is known of one file. Small: bytes never cross a message.
 */
export interface Reading {
    /**
     * How the bytes came.
     */
    delivery?: Delivery;
    /**
     * Length in bytes.
     */
    bytes?: number;
    /**
     * `None` when the format was not recognised.
     */
    media?: MediaFacts | null;
    /**
     * Metadata.
     */
    metadata?: Metadata;
    /**
     * Codes.
     */
    fingerprint?: Fingerprint;
    /**
     * What could not be read, and where.
     */
    problems?: Problem[];
    /**
     * What is still to come, in this order.
     */
    awaits?: Step[];
    /**
     * The manifest at another address that was asked for.
     */
    elsewhere?: Elsewhere | null;
}

/**
 * One registry on the options page.
 */
export interface RegistryLine {
    /**
     * Its id.
     */
    id: string;
    /**
     * Its name.
     */
    title: string;
    /**
     * A page about it.
     */
    about: string;
    /**
     * What each way of asking sends, with its privacy tier.
     */
    sends: RegistrySends[];
    /**
     * Where it is asked.
     */
    endpoint: Endpoint;
    /**
     * Whether it can be asked at another address; gateways cannot, records name them.
     */
    takes_address: boolean;
    /**
     * Whether it has media, which an address of one's own would have elsewhere.
     */
    has_media: boolean;
    /**
     * Whether it answers only those who bring a key.
     */
    wants_key: boolean;
    /**
     * Whether the reader's organisation has switched it off.
     */
    barred: boolean;
}

/**
 * What one way of asking a registry sends.
 */
export interface RegistrySends {
    /**
     * How much it tells.
     */
    privacy: Privacy;
    /**
     * In words.
     */
    sends: Phrase;
    /**
     * What the reader has chosen.
     */
    mode: Mode;
}

/**
 * One question to one registry. Only GET exists so far.
 */
export interface Request {
    /**
     * The registry's id.
     */
    registry: string;
    /**
     * What the answer is kept under: the same key never asks twice while fresh.
     */
    key: string;
    /**
     * The address to get.
     */
    url: string;
    /**
     * Request headers.
     */
    headers: Header[];
    /**
     * What asking tells others.
     */
    privacy: Privacy;
    /**
     * How well the record fits that led here; `None` when the work itself is asked for.
     */
    via?: Fit | null;
}

/**
 * What came back for one request.
 */
export interface Response {
    /**
     * HTTP status.
     */
    status?: number;
    /**
     * Response headers.
     */
    headers?: Header[];
    /**
     * The body as text, at most `Limits::text_bytes`.
     */
    body?: string;
    /**
     * When it came.
     */
    at?: Millis;
}

/**
 * What is known about the withdrawal of a certificate. Nobody is asked: only an answer of the
 * authority that comes along with the signature counts.
 */
export type Revocation = "not-checked" | "not-revoked" | "revoked";

/**
 * One line of a part: a label, a value, and what it rests on.
 */
export interface Row {
    /**
     * What the line is about.
     */
    label: Phrase;
    /**
     * What is said about it.
     */
    value: Phrase;
    /**
     * Its colour.
     */
    tone: Tone;
    /**
     * A link to follow; `https:` or `http:` only.
     */
    link: string | null;
    /**
     * A small picture, as a `data:` address.
     */
    picture?: string;
    /**
     * What it rests on, down to the raw value.
     */
    evidence: Evidence[];
}

/**
 * What a statement is about.
 */
export type Scope = "bytes" | "url" | "page" | "origin" | "work";

/**
 * Everything the reader can choose.
 */
export interface Settings {
    /**
     * When files are read.
     */
    read?: ReadWhen;
    /**
     * Whether `robots.txt` and well-known files of the asset's own origin are fetched.
     */
    site_files?: boolean;
    /**
     * Sites (host names) on which Sayso rests.
     */
    sites_off?: string[];
    /**
     * Ids of signals that are switched off.
     */
    sources_off?: string[];
    /**
     * Choices for registries; what is not named has its default.
     */
    choices?: Choice[];
    /**
     * Whether no registry is asked at all, whatever was chosen for each.
     */
    ask_none?: boolean;
    /**
     * Other addresses for registries.
     */
    addresses?: OtherAddress[];
    /**
     * Certificates, as PEM, that the reader trusts to sign manifests, beside the official list.
     */
    trusted?: string;
    /**
     * How the mark looks.
     */
    look?: MarkStyle;
    /**
     * Whether the reader is told when a page shows one of their own works.
     */
    notice?: boolean;
    /**
     * The same for private windows.
     */
    notice_private?: boolean;
}

/**
 * One catalogue.
 */
export class Shelf {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Adds a table whose hash has been compared.
     */
    add_table(table: Incoming): void;
    /**
     * What is said when something that the look-up needs cannot be had.
     */
    fail(why: string): Consulted;
    /**
     * Looks a file up, as far as what is here goes; and at the catalogue's host, if that may be.
     */
    find(print: Fingerprint, ask: boolean): LookUp;
    /**
     * A part of a file that was wanted.
     */
    give(name: string, from: number, bytes: Uint8Array | number[]): void;
    /**
     * The catalogue of a descriptor, of which these files are on this machine.
     */
    constructor(json: Uint8Array | number[], signature: Uint8Array | number[], held: string[]);
}

/**
 * What the browser has done for us.
 */
export type ShellEvent = { type: "read"; job: ReadJob; reading: Reading } | { type: "read-failed"; job: ReadJob; failure: Failure } | { type: "fetched"; job: FetchJob; response: Response } | { type: "fetch-failed"; job: FetchJob; failure: Failure } | { type: "consulted"; job: ReadJob; answers: Consulted[] } | { type: "followed"; catalogues: Followed[] } | { type: "left"; tab: number } | { type: "picked"; frame: Frame; work: WorkFacts | null; media_url: string | null; page_url: string; title: string };

/**
 * What one work shows.
 */
export interface Shown {
    /**
     * The number of the work in its frame.
     */
    work: number;
    /**
     * Its mark.
     */
    mark: Mark;
    /**
     * Whether something is awaited that may still change it; if it stays away, say the work again.
     */
    awaited: boolean;
    /**
     * Its card, when it is wanted.
     */
    card: Card | null;
}

/**
 * A page on which an own work was seen. Never leaves the machine.
 */
export interface Sighting {
    /**
     * The id of the work.
     */
    work: string;
    /**
     * Its title then.
     */
    title: string;
    /**
     * The page.
     */
    page: string;
    /**
     * The file there.
     */
    url: string;
    /**
     * Whether it was the same file.
     */
    exact: boolean;
    /**
     * When.
     */
    at: Millis;
}

/**
 * A text file of a site, as it came.
 */
export interface SignalFile {
    /**
     * Its address.
     */
    url: string;
    /**
     * Its media type, as the server said.
     */
    mime: string;
    /**
     * When it came.
     */
    at: Millis;
    /**
     * Its text.
     */
    text: string;
}

/**
 * How large the mark is.
 */
export type Size = "small" | "medium" | "large";

/**
 * One soft binding.
 */
export interface SoftBinding {
    /**
     * Its algorithm in the C2PA list, e.g. `io.iscc.v0`.
     */
    alg?: string;
    /**
     * Its value: text as written, bytes as hexadecimal digits.
     */
    value?: string;
}

/**
 * The codes of one sound that own works and catalogues compare.
 */
export interface SoundCodes {
    /**
     * The 256-bit Audio-Code, 64 hex digits: finds candidates.
     */
    code: string;
    /**
     * Every word, compressed as Chromaprint does it: decides.
     */
    print: string;
}

/**
 * One signal on the options page.
 */
export interface SourceLine {
    /**
     * Its id.
     */
    id: string;
    /**
     * Its name in the standard's own words.
     */
    title: string;
    /**
     * Link to the specification.
     */
    spec: string;
    /**
     * What reading it sends.
     */
    sends: Phrase;
    /**
     * Whether it is on.
     */
    on: boolean;
}

/**
 * What one statement says about one use, and how it follows.
 */
export interface Stance {
    /**
     * The verdict of this statement alone.
     */
    verdict: Verdict;
    /**
     * How it follows from the words.
     */
    basis: Basis;
}

/**
 * What a manifest is worth, after it was checked.
 */
export type Standing = "trusted" | "valid-untrusted" | "tampered" | "malformed" | "unsupported";

/**
 * What became of a report, as the reader says.
 */
export type State = "prepared" | "sent" | "answered" | "settled" | "closed";

/**
 * One thing that somebody stated, with the evidence for it.
 */
export interface Statement {
    /**
     * Id of the signal or registry that read it, e.g. `plus.dmi`.
     */
    signal: string;
    /**
     * What carried it: `xmp`, `exif`, `http`, `robots.txt`, `html`, `registry`, …
     */
    carrier: string;
    /**
     * Where exactly: box, chunk, header, line.
     */
    locator: string;
    /**
     * The value as it stood there.
     */
    raw: string;
    /**
     * What it speaks about.
     */
    scope: Scope;
    /**
     * The path rule that matched, if it is a rule.
     */
    pattern: string | null;
    /**
     * Who says it, when somebody is named: a signer, a host, a registry account.
     */
    declared_by: string | null;
    /**
     * Whether a signature stands behind it.
     */
    authenticity: Authenticity;
    /**
     * How strong it is.
     */
    tier: Tier;
    /**
     * What it says, use by use.
     */
    verdicts: Record<Use, Stance>;
    /**
     * Where permission can be had.
     */
    offers: string[];
    /**
     * What it says about licence and ownership.
     */
    licence: LicenceClaim | null;
    /**
     * What it says about how the work came to be.
     */
    origin: OriginClaim | null;
    /**
     * Remarks on how it was read: `normalised`, `ambiguous-order`, `unknown-code`, …
     */
    notes: string[];
}

/**
 * What a further step will add to a reading. What the reading holds is good without it.
 */
export type Step = "manifest" | "codes" | "jpeg-xl" | "pixels" | "sound";

/**
 * What a manifest store claims, and what came of checking it.
 */
export interface Store {
    /**
     * Where it stood.
     */
    locator?: string;
    /**
     * How far it could be read.
     */
    legible?: Legible;
    /**
     * Manifests in it.
     */
    manifests?: number;
    /**
     * The active manifest: the last one (2.2, 11.1.4.1).
     */
    active?: Manifest;
    /**
     * The nearest ancestor that speaks about training and data mining, where the active
     * manifest does not.
     */
    ancestor?: Manifest | null;
    /**
     * Titles of parts (`componentOf`) whose own manifests refuse something.
     */
    restricted_parts?: string[];
    /**
     * What the validator found; `None` while nobody has checked.
     */
    validation?: Validation | null;
}

/**
 * A part of a file.
 */
export interface Stretch {
    /**
     * The file.
     */
    name: string;
    /**
     * First byte.
     */
    from: number;
    /**
     * Bytes.
     */
    length: number;
}

/**
 * A catalogue, or why it is not taken.
 */
export interface Taken {
    /**
     * The catalogue.
     */
    offer: Offer | null;
    /**
     * Why not.
     */
    refused: Phrase | null;
}

/**
 * What came of the vectors.
 */
export interface Tested {
    /**
     * How many there are; none only if the list itself is broken, which is a failure too.
     */
    all: number;
    /**
     * Names of those that came out wrong; part of the data, so not translated.
     */
    failed: string[];
}

/**
 * One plain text tag.
 */
export interface TextField {
    /**
     * Its key in the container's own words (`Copyright`, `TCOP`, `LICENSE`).
     */
    key: string;
    /**
     * Its text.
     */
    value: string;
    /**
     * Where it stood.
     */
    locator: string;
}

/**
 * How strong a statement is. Decides wording and order; a stronger `allowed`
 * never erases a weaker `denied`.
 */
export type Tier = "S0" | "S1" | "S2" | "S3" | "S4" | "S5";

/**
 * How something is coloured. Never the only difference.
 */
export type Tone = "stop" | "care" | "go" | "calm" | "dim";

/**
 * Whose word it is that a signer is to be trusted.
 */
export type TrustList = "official" | "own";

/**
 * The 256-bit Image-Code of a picture as if it were mirrored or turned.
 */
export interface TurnedCode {
    /**
     * The EXIF orientation (2 to 8) from which the picture would be brought upright.
     */
    orientation: number;
    /**
     * 64 hex digits.
     */
    code: string;
}

/**
 * A use of a work that somebody can permit or forbid.
 */
export type Use = "search" | "tdm" | "train.nongen" | "train.gen" | "ai.input" | "ai.index";

/**
 * What checking a store came to.
 */
export interface Validation {
    /**
     * The active manifest.
     */
    state: Standing;
    /**
     * Failures by the validation status codes of C2PA 2.2, section 15, and of CAWG.
     */
    codes: string[];
    /**
     * Who the signer's certificate names: the organisation, else the common name.
     */
    issuer: string | null;
    /**
     * The list that vouches for the signer.
     */
    vouched_by?: TrustList | null;
    /**
     * Whether the signer's certificate had been withdrawn.
     */
    revocation?: Revocation;
    /**
     * When it was signed (RFC 3339), by a time stamp that belongs to the signature.
     */
    signed_at: string | null;
    /**
     * The manifests of the store that hold, by label, with those of ingredients.
     */
    intact: string[];
    /**
     * The identities of the active manifest.
     */
    identities: Attestation[];
}

/**
 * What somebody said about one use, or what follows from all that was said.
 */
export type Verdict = "denied" | "conditional" | "allowed" | "unspecified";

/**
 * A file that is wanted.
 */
export interface Wanted {
    /**
     * Its path below the catalogue's address.
     */
    name: string;
    /**
     * Its length.
     */
    bytes: number;
    /**
     * Its BLAKE3, 64 hex digits.
     */
    blake3: string;
}

/**
 * A way from an old table to its new one.
 */
export interface Way {
    /**
     * The old table.
     */
    from: Wanted;
    /**
     * What changed, one step after the other.
     */
    steps: Wanted[];
    /**
     * The new table.
     */
    to: Wanted;
}

/**
 * What a page shows in one place.
 */
export interface WorkFacts {
    /**
     * Number of the element in its frame, given by the content script.
     */
    id: number;
    /**
     * What shows it.
     */
    kind: WorkKind;
    /**
     * The absolute address of the bytes that are shown (`currentSrc`).
     */
    url: string;
    /**
     * Alternative text, caption or title.
     */
    name?: string;
    /**
     * Width on the page in CSS pixels.
     */
    width?: number;
    /**
     * Height on the page in CSS pixels.
     */
    height?: number;
    /**
     * Whether it is in or near the viewport.
     */
    visible?: boolean;
    /**
     * Links with a `rel` in the same `figure` (or RDFa subject).
     */
    links?: LinkTag[];
}

/**
 * What kind of thing shows the work.
 */
export type WorkKind = "image" | "background" | "poster" | "audio" | "video";

/**
 * One XMP packet.
 */
export interface XmpPacket {
    /**
     * Where it stood.
     */
    locator?: string;
    /**
     * False when it was found by scanning and may be a thumbnail's.
     */
    structured?: boolean;
    /**
     * Its top-level properties, in file order; a repeated property stands repeated.
     */
    properties?: Property[];
}

/**
 * Width and height at which the pixels of a decoded picture are taken over; nothing where there
 * are too many.
 */
export function canvas_size(width: number, height: number): Uint32Array | undefined;

/**
 * Decodes the first frame.
 */
export function decode(bytes: Uint8Array | number[]): Decoded;

/**
 * What is said where a file is not the one that was named.
 */
export function differs(name: string): Phrase;

/**
 * What is said of pieces that lie where the page may never have been.
 */
export function elsewhere(address: string): Problem;

/**
 * Whether an answer from `to` must not be read: asked for in public, redirected to the private network.
 */
export function leads_inside(from: string, to: string): boolean;

/**
 * Listens to the first sound track of a file. Nothing when it is of no known format.
 */
export function listen(bytes: Uint8Array | number[]): Heard | undefined;

/**
 * What is said where the browser has thrown away what was fetched.
 */
export function lost(): Phrase;

/**
 * Whether a file only names the pieces that are the work.
 */
export function names_pieces(bytes: Uint8Array | number[]): boolean;

/**
 * What is said where the browser has no room.
 */
export function no_room(bytes: number): Phrase;

/**
 * Draws the options page. `read_apart` takes a file (nothing for the self-test) to a worker,
 * waits so many milliseconds at most and promises what the reader says.
 */
export function options(read_apart: Function): Promise<void>;

/**
 * What is said where another key has signed than the one that the reader has seen.
 */
export function other_key(): Phrase;

/**
 * What a playlist has fetched next. Nothing when it is none.
 */
export function plan(bytes: Uint8Array | number[]): Plan | undefined;

/**
 * Draws the popup.
 */
export function popup(): Promise<void>;

/**
 * The catalogues that a policy has chosen.
 */
export function presets(policy: string): Preset[];

/**
 * Draws the report page.
 */
export function report(): Promise<void>;

/**
 * Draws the list of reports.
 */
export function reports(): Promise<void>;

/**
 * What is said of a second catalogue of one name.
 */
export function same_name(name: string): Phrase;

/**
 * Runs the published vectors here, where the reader's files are read too.
 */
export function self_test(): Tested;

/**
 * Takes a descriptor and its signature, if they may follow the descriptor that was taken last.
 */
export function take(json: Uint8Array | number[], signature: Uint8Array | number[], before?: Uint8Array | number[] | null): Taken;

/**
 * What is said of a playlist that leads on and on, or to more than is read.
 */
export function too_much(): Problem;

/**
 * What is said where something could not be had.
 */
export function unavailable(name: string, why: string): Phrase;

/**
 * Checks the manifest in a file, or the one that came from elsewhere, at a time in seconds
 * since 1970. Trusted are the official lists and the certificates (PEM) of the reader. Nothing
 * when there is none.
 */
export function validate(bytes: Uint8Array | number[], elsewhere: Uint8Array | number[] | null | undefined, trusted: string, now: number): Checked | undefined;

/**
 * The ways from the tables of an old descriptor to those of a new one, where they are shorter than
 * fetching the tables anew. Both have been taken before.
 */
export function ways(old: Uint8Array | number[], _new: Uint8Array | number[]): Way[];

/**
 * Draws the first page.
 */
export function welcome(): Promise<void>;
