//! The evidence bundle: a stored zip with the bytes, what was stated about them, and
//! the SHA-256 of every file, in the format of `sha256sum` so that public tools check it.
//!
//! Left out on purpose: cookies, anything of other tabs. The window and the page as the reader saw
//! them, which may show an account's name, go in only when they say so. Checking a bundle
//! proves that its files belong together and are unchanged since `SHA256SUMS` was written;
//! when and where they were seen stays a claim until a time stamp vouches for it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::{AnswerRecord, Draft, SignalFile, rfc3161, timestamp, warc};
use crate::fingerprint::exact::hex;
use crate::limits::Limits;
use crate::page::{Failure, Header, LinkTag, MetaTag, Millis};
use crate::vocabulary::{Problem, ProblemCode, Statement};

/// The schema of `bundle.json`.
pub const SCHEMA: &str = "sayso.bundle/1";

/// One file of the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleFile {
    /// Its name in the zip.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What goes into a bundle.
pub struct Packing<'a> {
    /// What was known when the reader chose to report.
    pub draft: &'a Draft,
    /// The bytes as they came when the bundle was made, if they came.
    pub received: Option<Received<'a>>,
    /// The notice, exactly as the reader approved it; empty for none.
    pub notice: &'a str,
    /// What the reader saw, when they want it in.
    pub capture: Option<&'a Capture>,
    /// The version of the tool.
    pub tool_version: &'a str,
    /// When the bundle is made.
    pub created: Millis,
}

impl<'a> Packing<'a> {
    /// The bytes that go in: without a work there is nothing that they could be of.
    fn asset(&self) -> Option<&Received<'a>> {
        self.received.as_ref().filter(|_| self.draft.work.is_some())
    }
}

/// What the reader saw when they chose to report, as their browser gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capture {
    /// When.
    pub at: Millis,
    /// The address of the page, or of the frame, that the work stands in.
    pub url: String,
    /// The page as it stood in memory, written out.
    pub html: Option<String>,
    /// The window, as JPEG.
    pub window: Option<Vec<u8>>,
    /// The same with a line around the work, where it was known where it stands.
    pub marked: Option<Vec<u8>>,
}

/// Bytes that were fetched for the bundle.
pub struct Received<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// When they came.
    pub at: Millis,
}

/// What checking a bundle showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Every file and whether it is what `SHA256SUMS` says.
    pub files: Vec<(String, bool)>,
    /// What is wrong; empty when everything fits.
    pub problems: Vec<Problem>,
    /// What the bundle says about itself and hashes cannot prove: `created`, `page`, …
    pub claims: Vec<(String, String)>,
    /// SHA-256 of `SHA256SUMS` itself: the one number that stands for the whole bundle.
    pub sums_sha256: Option<String>,
    /// The answer of a time-stamping authority that is about these sums, and the sums, for whoever
    /// can check its signature.
    pub token: Option<Token>,
}

/// An authority's answer and what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// The answer (RFC 3161).
    pub answer: Vec<u8>,
    /// The bytes of `SHA256SUMS`.
    pub sums: Vec<u8>,
}

impl Verified {
    /// Whether every file is there and unchanged, and nothing else is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty() && !self.files.is_empty() && self.files.iter().all(|f| f.1)
    }
}

/// Builds every file of a bundle; the last is `SHA256SUMS`.
pub fn bundle(packing: &Packing<'_>) -> Result<Vec<BundleFile>, Problem> {
    if packing.asset().is_some_and(|r| r.bytes.len() > Limits::DEFAULT.file_bytes) {
        return Err(Problem::new(ProblemCode::OverLimit, ASSET, "more bytes than are read"));
    }
    let json = serde_json::to_vec_pretty(&describe(packing))
        .map_err(|e| Problem::new(ProblemCode::Malformed, DESCRIPTION, e.to_string()))?;
    let file = |name: &str, bytes: Vec<u8>| BundleFile { name: name.to_string(), bytes };
    let mut files = vec![file(DESCRIPTION, json)];
    if let Some(received) = packing.asset() {
        files.push(file(ASSET, received.bytes.to_vec()));
    }
    if !packing.notice.is_empty() {
        files.push(file(NOTICE, packing.notice.as_bytes().to_vec()));
    }
    let signals = packing.draft.signals.iter().enumerate();
    files.extend(signals.map(|(i, s)| file(&signal_name(i, s), s.text.as_bytes().to_vec())));
    for (i, answer) in packing.draft.answers.iter().enumerate() {
        let json = serde_json::to_vec_pretty(answer)
            .map_err(|e| Problem::new(ProblemCode::Malformed, "registry", e.to_string()))?;
        files.push(file(&answer_name(i, answer), json));
    }
    files.extend(captures(packing).into_iter().map(|(name, bytes)| file(name, bytes)));
    let sums: String =
        files.iter().map(|f| format!("{}  {}\n", sha256_hex(&f.bytes), f.name)).collect();
    files.push(file(SUMS, sums.into_bytes()));
    Ok(files)
}

/// Packs files into a zip. The same files and time always give the same bytes.
pub fn zip(files: &[BundleFile], at: Millis) -> Result<Vec<u8>, Problem> {
    let fault = |e: &dyn std::fmt::Display| {
        Problem::new(ProblemCode::Malformed, "bundle", format!("it could not be packed: {e}"))
    };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip_time(at))
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for file in files {
        writer.start_file(file.name.as_str(), options).map_err(|e| fault(&e))?;
        writer.write_all(&file.bytes).map_err(|e| fault(&e))?;
    }
    Ok(writer.finish().map_err(|e| fault(&e))?.into_inner())
}

/// A file name for a bundle made at that time: `sayso-evidence-20261122-101500.zip`.
pub fn file_name(at: Millis) -> String {
    let t = Utc::of(at);
    format!(
        "sayso-evidence-{:04}{:02}{:02}-{:02}{:02}{:02}.zip",
        t.year, t.month, t.day, t.hour, t.minute, t.second
    )
}

/// A time in UTC as ISO 8601 has it: `2026-11-22T10:15:00Z`.
pub fn iso8601(at: Millis) -> String {
    let t = Utc::of(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        t.year, t.month, t.day, t.hour, t.minute, t.second
    )
}

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// SHA-256, its 32 bytes.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Checks a bundle offline: every hash, and that `bundle.json` speaks about these bytes.
pub fn verify(bytes: &[u8]) -> Verified {
    let mut out = Verified::default();
    let limits = Limits::DEFAULT;
    // A bundle holds one media file, perhaps twice, and texts and pictures about it.
    let most =
        limits.file_bytes.saturating_mul(2).saturating_add(limits.block_bytes.saturating_mul(8));
    if bytes.len() > most {
        out.fault(ProblemCode::OverLimit, "bundle", "larger than any bundle we make");
        return out;
    }
    let Some(found) = out.open(bytes, &limits) else { return out };
    let Some(sums) = found.get(SUMS) else {
        out.fault(ProblemCode::Malformed, SUMS, "there is none, so nothing can be checked");
        return out;
    };
    out.sums_sha256 = Some(sums.sha256.clone());
    let listed = out.parse_sums(sums.text.as_deref());
    for (name, expected) in &listed {
        let actual = found.get(name.as_str());
        if actual.is_none() {
            out.fault(ProblemCode::Malformed, name, "listed in SHA256SUMS and not there");
        }
        let ok = actual.is_some_and(|f| f.whole && f.sha256 == *expected);
        if actual.is_some() && !ok {
            out.fault(ProblemCode::Malformed, name, "its bytes are not those of SHA256SUMS");
        }
        out.files.push((name.clone(), ok));
    }
    out.check_stamp(&found);
    out.check_token(&found);
    let covers_itself = |name: &str| name == SUMS || name == STAMP || name == TOKEN;
    for name in found.keys().filter(|n| !covers_itself(n) && !listed.contains_key(*n)) {
        out.fault(ProblemCode::Malformed, name, "not covered by SHA256SUMS");
        out.files.push((name.clone(), false));
    }
    out.check_description(&found);
    out
}

const DESCRIPTION: &str = "bundle.json";
const ASSET: &str = "asset.bin";
const NOTICE: &str = "notice.txt";
const WINDOW: &str = "capture/window.jpg";
const MARKED: &str = "capture/marked.jpg";
const SUMS: &str = "SHA256SUMS";
/// A time stamp is over the sums and cannot be among them.
const STAMP: &str = timestamp::FILE;
const TOKEN: &str = rfc3161::FILE;

/// Names and bytes of what the reader saw.
fn captures(packing: &Packing<'_>) -> Vec<(&'static str, Vec<u8>)> {
    let Some(capture) = packing.capture else { return Vec::new() };
    let mime = packing.draft.reading.as_ref().and_then(|r| r.media.as_ref());
    let mime = mime.map_or("application/octet-stream", |m| m.mime.as_str());
    let work = packing.draft.work.as_ref().zip(packing.asset());
    let picture = work.map(|(work, came)| (work.url.as_str(), mime, came.bytes, came.at));
    let tool = format!("sayso {}", packing.tool_version);
    let shots = [(WINDOW, &capture.window), (MARKED, &capture.marked)];
    let shots = shots.into_iter().filter_map(|(name, shot)| Some((name, shot.clone()?)));
    shots.chain(warc::warc(capture, &tool, picture).map(|bytes| (warc::FILE, bytes))).collect()
}

/// `signals/1-robots.txt`: the number keeps two of a name apart, the rest is for who looks.
fn signal_name(index: usize, signal: &SignalFile) -> String {
    let path = signal.url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    format!("signals/{}-{}", index + 1, safe_name(last))
}

fn answer_name(index: usize, answer: &AnswerRecord) -> String {
    format!("registry/{}-{}.json", index + 1, safe_name(&answer.registry))
}

/// Letters, digits, dots and dashes of a foreign name: what every system takes as a file's name.
fn safe_name(name: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || ".-_".contains(*c);
    let name: String = name.chars().filter(plain).take(60).collect();
    if name.trim_matches('.').is_empty() { "file".to_string() } else { name }
}

/// What `bundle.json` holds. Field names are part of the schema.
#[derive(Serialize)]
struct Description<'a> {
    schema: &'static str,
    tool: String,
    created: String,
    drafted: String,
    page: PageRecord<'a>,
    asset: Option<AssetRecord<'a>>,
    statements: &'a [Statement],
    problems: &'a [Problem],
    failure: Option<&'a Failure>,
    signals: Vec<SignalRecord<'a>>,
    registry_answers: Vec<RegistryRecord<'a>>,
    capture: Option<CaptureRecord<'a>>,
}

/// What the reader saw.
#[derive(Serialize)]
struct CaptureRecord<'a> {
    taken_at: String,
    url: &'a str,
    files: Vec<NamedRecord>,
}

#[derive(Serialize)]
struct NamedRecord {
    file: &'static str,
    sha256: String,
}

/// A text file of a site as it was fetched.
#[derive(Serialize)]
struct SignalRecord<'a> {
    file: String,
    url: &'a str,
    mime: &'a str,
    fetched_at: String,
}

/// What a registry answered, as it was read.
#[derive(Serialize)]
struct RegistryRecord<'a> {
    file: String,
    registry: &'a str,
    asked_at: String,
}

#[derive(Serialize)]
struct PageRecord<'a> {
    url: &'a str,
    title: &'a str,
    meta: &'a [MetaTag],
    links: &'a [LinkTag],
}

#[derive(Serialize)]
struct AssetRecord<'a> {
    url: &'a str,
    name: &'a str,
    /// As it was when the card was shown.
    read: Option<ReadRecord<'a>>,
    /// As it was when the bundle was made: `asset.bin`.
    received: Option<ReceivedRecord>,
    /// Whether both are the same bytes; `None` when one of them is missing.
    same_bytes: Option<bool>,
}

#[derive(Serialize)]
struct ReadRecord<'a> {
    final_url: &'a str,
    status: u16,
    fetched_at: String,
    bytes: u64,
    mime: Option<&'a str>,
    width: Option<u32>,
    height: Option<u32>,
    duration_s: Option<f64>,
    hashes: Hashes,
    fingerprints: Fingerprints<'a>,
    response_headers: Vec<&'a Header>,
}

#[derive(Serialize)]
struct ReceivedRecord {
    file: &'static str,
    fetched_at: String,
    bytes: u64,
    hashes: Hashes,
}

#[derive(Serialize)]
struct Hashes {
    sha256: String,
    sha1: String,
    blake3: String,
}

#[derive(Serialize)]
struct Fingerprints<'a> {
    iscc: &'a crate::fingerprint::Iscc,
    phash: Option<&'a str>,
    dhash: Option<&'a str>,
    chromaprint: Option<&'a crate::fingerprint::Chromaprint>,
}

fn describe<'a>(packing: &Packing<'a>) -> Description<'a> {
    let draft = packing.draft;
    let read = draft.reading.as_ref().map(|r| ReadRecord {
        final_url: &r.delivery.final_url,
        status: r.delivery.status,
        fetched_at: iso8601(r.delivery.fetched_at),
        bytes: r.bytes,
        mime: r.media.as_ref().map(|m| m.mime.as_str()),
        width: r.media.as_ref().and_then(|m| m.width),
        height: r.media.as_ref().and_then(|m| m.height),
        duration_s: r.media.as_ref().and_then(|m| m.duration_s),
        hashes: Hashes {
            sha256: r.fingerprint.sha256.clone(),
            sha1: r.fingerprint.sha1.clone(),
            blake3: r.fingerprint.blake3.clone(),
        },
        fingerprints: Fingerprints {
            iscc: &r.fingerprint.iscc,
            phash: r.fingerprint.phash.as_deref(),
            dhash: r.fingerprint.dhash.as_deref(),
            chromaprint: r.fingerprint.chromaprint.as_ref(),
        },
        response_headers: r.delivery.headers.iter().filter(|h| !is_private(h)).collect(),
    });
    let received = packing.asset().map(|r| ReceivedRecord {
        file: ASSET,
        fetched_at: iso8601(r.at),
        bytes: r.bytes.len() as u64,
        hashes: Hashes {
            sha256: sha256_hex(r.bytes),
            sha1: hex(&Sha1::digest(r.bytes)),
            blake3: blake3::hash(r.bytes).to_hex().to_string(),
        },
    });
    let same_bytes =
        read.as_ref().zip(received.as_ref()).map(|(a, b)| a.hashes.sha256 == b.hashes.sha256);
    Description {
        schema: SCHEMA,
        tool: format!("sayso {}", packing.tool_version),
        created: iso8601(packing.created),
        drafted: iso8601(draft.at),
        page: PageRecord {
            url: &draft.page.url,
            title: &draft.page.title,
            meta: &draft.page.meta,
            links: &draft.page.links,
        },
        asset: draft.work.as_ref().map(|w| AssetRecord {
            url: &w.url,
            name: &w.name,
            read,
            received,
            same_bytes,
        }),
        statements: &draft.statements,
        problems: draft.reading.as_ref().map(|r| r.problems.as_slice()).unwrap_or_default(),
        failure: draft.failure.as_ref(),
        signals: draft
            .signals
            .iter()
            .enumerate()
            .map(|(i, signal)| SignalRecord {
                file: signal_name(i, signal),
                url: &signal.url,
                mime: &signal.mime,
                fetched_at: iso8601(signal.at),
            })
            .collect(),
        registry_answers: draft
            .answers
            .iter()
            .enumerate()
            .map(|(i, answer)| RegistryRecord {
                file: answer_name(i, answer),
                registry: &answer.registry,
                asked_at: iso8601(answer.at),
            })
            .collect(),
        capture: packing.capture.map(|capture| CaptureRecord {
            taken_at: iso8601(capture.at),
            url: &capture.url,
            files: captures(packing)
                .into_iter()
                .map(|(file, bytes)| NamedRecord { file, sha256: sha256_hex(&bytes) })
                .collect(),
        }),
    }
}

/// Headers that would identify the reader, not the work.
fn is_private(header: &Header) -> bool {
    ["set-cookie", "set-cookie2", "report-to", "nel"]
        .iter()
        .any(|name| header.name.eq_ignore_ascii_case(name))
}

/// One file as it was found in a zip.
struct Found {
    sha256: String,
    /// False when it could not be read to its end.
    whole: bool,
    /// The text of the two files that are read here.
    text: Option<String>,
    /// The bytes of those two and of time stamps.
    bytes: Vec<u8>,
}

/// The part of `bundle.json` that is checked; everything else is skipped unread.
#[derive(Deserialize)]
struct Claimed {
    schema: String,
    #[serde(default)]
    tool: String,
    #[serde(default)]
    created: String,
    page: ClaimedPage,
    asset: Option<ClaimedAsset>,
    #[serde(default)]
    capture: Option<ClaimedCapture>,
}

#[derive(Deserialize)]
struct ClaimedCapture {
    taken_at: String,
    files: Vec<ClaimedFile>,
}

#[derive(Deserialize)]
struct ClaimedFile {
    file: String,
    sha256: String,
}

#[derive(Deserialize)]
struct ClaimedPage {
    url: String,
}

#[derive(Deserialize)]
struct ClaimedAsset {
    url: String,
    received: Option<ClaimedBytes>,
    same_bytes: Option<bool>,
}

#[derive(Deserialize)]
struct ClaimedBytes {
    fetched_at: String,
    hashes: ClaimedHashes,
}

#[derive(Deserialize)]
struct ClaimedHashes {
    sha256: String,
}

impl Verified {
    fn fault(&mut self, code: ProblemCode, place: &str, message: impl Into<String>) {
        self.problems.push(Problem::new(code, place, message));
    }

    fn claim(&mut self, name: &str, value: impl Into<String>) {
        self.claims.push((name.to_string(), value.into()));
    }

    /// Reads and hashes every file of the zip; `None` when it cannot be trusted as a zip.
    fn open(&mut self, bytes: &[u8], limits: &Limits) -> Option<BTreeMap<String, Found>> {
        let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
            Ok(archive) => archive,
            Err(e) => {
                self.fault(ProblemCode::Unreadable, "bundle", format!("not a zip: {e}"));
                return None;
            }
        };
        if archive.len() > limits.blocks {
            self.fault(ProblemCode::OverLimit, "bundle", "more files than any bundle we make");
            return None;
        }
        // Two tools could see two different contents in such a zip.
        if archive.has_duplicate_names() || archive.has_overlapping_entries().unwrap_or(true) {
            self.fault(ProblemCode::Malformed, "bundle", "its files overlap or share a name");
            return None;
        }
        let mut found = BTreeMap::new();
        for index in 0..archive.len() {
            let mut entry = match archive.by_index(index) {
                Ok(entry) => entry,
                Err(e) => {
                    self.fault(ProblemCode::Unreadable, &format!("file {index}"), e.to_string());
                    continue;
                }
            };
            let Ok(name) = entry.name().map(|n| n.into_owned()) else {
                self.fault(ProblemCode::Malformed, &format!("file {index}"), "a name not in UTF-8");
                continue;
            };
            if name.starts_with('/')
                || name.contains(['\\', '\0'])
                || name.split('/').any(|p| p == "..")
            {
                self.fault(ProblemCode::Malformed, &name, "a name that points elsewhere");
            }
            if entry.is_dir() {
                continue;
            }
            let keep = [SUMS, DESCRIPTION, STAMP, TOKEN].contains(&name.as_str());
            let (file, fault) = hash_all(&mut entry, keep, limits);
            if let Some(fault) = fault {
                self.fault(ProblemCode::Malformed, &name, fault);
            }
            found.insert(name, file);
        }
        Some(found)
    }

    /// The lines of `SHA256SUMS`: 64 hex digits, a space, a space or `*`, the name.
    fn parse_sums(&mut self, text: Option<&str>) -> BTreeMap<String, String> {
        let mut listed = BTreeMap::new();
        for (index, line) in text.unwrap_or_default().lines().enumerate() {
            let parsed = line.split_once(' ').and_then(|(sum, rest)| {
                let name = rest.strip_prefix([' ', '*'])?;
                let is_sum = sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit());
                (is_sum && !name.is_empty()).then(|| (name.to_string(), sum.to_ascii_lowercase()))
            });
            let place = format!("{SUMS} line {}", index + 1);
            match parsed {
                Some((name, sum)) => {
                    if listed.insert(name, sum).is_some() {
                        self.fault(ProblemCode::Malformed, &place, "a file is listed twice");
                    }
                }
                None => self.fault(ProblemCode::Malformed, &place, "not a line of sha256sum"),
            }
        }
        listed
    }

    /// Whether a time stamp beside the sums is about these sums, and what it says of itself.
    fn check_stamp(&mut self, found: &BTreeMap<String, Found>) {
        let Some(stamp) = found.get(STAMP) else { return };
        let proof = match timestamp::read(&stamp.bytes) {
            Ok(proof) => proof,
            Err(problem) => return self.problems.push(problem),
        };
        if self.sums_sha256.as_ref() != Some(&proof.digest) {
            return self.fault(ProblemCode::Malformed, STAMP, "it is about another bundle");
        }
        for calendar in proof.pending {
            self.claim("time-stamp-promised-by", calendar);
        }
        for (height, root) in proof.blocks {
            // Only who has the block can tell whether that is its root.
            self.claim("time-stamp-bitcoin-block", format!("{height} (Merkle root {root})"));
        }
    }

    /// The same for the answer of an authority. Its signature is not looked at here.
    fn check_token(&mut self, found: &BTreeMap<String, Found>) {
        let (Some(token), Some(sums)) = (found.get(TOKEN), found.get(SUMS)) else { return };
        let stamp = match rfc3161::read(&token.bytes) {
            Ok(stamp) => stamp,
            Err(problem) => return self.problems.push(problem),
        };
        if stamp.digest != sums.sha256 {
            return self.fault(ProblemCode::Malformed, TOKEN, "it is about another bundle");
        }
        self.claim("time-stamp-by-authority", stamp.time);
        self.token = Some(Token { answer: token.bytes.clone(), sums: sums.bytes.clone() });
    }

    /// Whether `bundle.json` is one of ours and speaks about the bytes beside it.
    fn check_description(&mut self, found: &BTreeMap<String, Found>) {
        let Some(text) = found.get(DESCRIPTION).and_then(|f| f.text.as_deref()) else {
            self.fault(ProblemCode::Malformed, DESCRIPTION, "there is none that can be read");
            return;
        };
        let claimed: Claimed = match serde_json::from_str(text) {
            Ok(claimed) => claimed,
            Err(e) => {
                self.fault(ProblemCode::Malformed, DESCRIPTION, e.to_string());
                return;
            }
        };
        if claimed.schema != SCHEMA {
            let message = format!("its schema is not {SCHEMA}");
            self.fault(ProblemCode::Unsupported, DESCRIPTION, message);
            return;
        }
        self.claim("created", claimed.created);
        self.claim("tool", claimed.tool);
        self.claim("page", claimed.page.url);
        let received = claimed.asset.as_ref().and_then(|a| a.received.as_ref());
        let expected = received.map(|r| r.hashes.sha256.as_str());
        if expected != found.get(ASSET).map(|f| f.sha256.as_str()) {
            self.fault(ProblemCode::Malformed, DESCRIPTION, "it does not speak about asset.bin");
        }
        if let Some(capture) = claimed.capture {
            for ClaimedFile { file, sha256 } in capture.files {
                if found.get(&file).map(|f| f.sha256.as_str()) != Some(sha256.as_str()) {
                    let message = format!("it does not speak about {file}");
                    self.fault(ProblemCode::Malformed, DESCRIPTION, message);
                }
            }
            self.claim("captured", capture.taken_at);
        }
        if let Some(asset) = claimed.asset {
            self.claim("asset", asset.url);
            if let Some(received) = asset.received {
                self.claim("fetched", received.fetched_at);
            }
            if let Some(same) = asset.same_bytes {
                self.claim("same-bytes-as-shown", same.to_string());
            }
        }
    }
}

/// Hashes a file to its end without holding it, and keeps the text if it is wanted.
fn hash_all(entry: &mut impl Read, keep: bool, limits: &Limits) -> (Found, Option<String>) {
    let mut hasher = Sha256::new();
    let mut kept = Vec::new();
    let mut chunk = vec![0_u8; 64 << 10];
    let mut left = limits.file_bytes;
    let mut fault = None;
    loop {
        match entry.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) if n > left => {
                fault = Some("larger than any file we pack".to_string());
                break;
            }
            Ok(n) => {
                left -= n;
                let part = chunk.get(..n).unwrap_or_default();
                hasher.update(part);
                if keep && kept.len() + n <= limits.block_bytes {
                    kept.extend_from_slice(part);
                } else if keep {
                    fault = Some("more text than is read".to_string());
                    break;
                }
            }
            Err(e) => {
                fault = Some(e.to_string());
                break;
            }
        }
    }
    let text = if keep { std::str::from_utf8(&kept).ok().map(str::to_string) } else { None };
    (Found { sha256: hex(&hasher.finalize()), whole: fault.is_none(), text, bytes: kept }, fault)
}

/// A zip's clock has no time before 1980 (APPNOTE 4.4.6); those become its first moment.
fn zip_time(at: Millis) -> DateTime {
    let t = Utc::of(at);
    u16::try_from(t.year)
        .ok()
        .and_then(|year| {
            DateTime::from_date_and_time(year, t.month, t.day, t.hour, t.minute, t.second).ok()
        })
        .unwrap_or_default()
}

/// A moment in UTC, proleptic Gregorian.
struct Utc {
    year: u64,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl Utc {
    /// Days to a civil date, after Howard Hinnant's `civil_from_days`, with the year
    /// beginning in March so that the leap day comes last.
    fn of(at: Millis) -> Utc {
        let seconds = at / 1000;
        let (days, of_day) = (seconds / 86_400 + 719_468, seconds % 86_400);
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        Utc {
            year: year_of_era + era * 400 + u64::from(month <= 2),
            month: month as u8,
            day: day as u8,
            hour: (of_day / 3_600) as u8,
            minute: (of_day / 60 % 60) as u8,
            second: (of_day % 60) as u8,
        }
    }
}
