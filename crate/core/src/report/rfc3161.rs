//! Time stamps of a bundle by an authority: its signed answer over the digest of `SHA256SUMS`.
//!
//! RFC 3161 <https://www.rfc-editor.org/rfc/rfc3161>: the request is written here, and of the answer
//! is read whether it was granted, which digest and nonce it is about, and the time it states. That
//! is all that is said of it: whether the signature holds is for `sayso-c2pa`, which has the
//! cryptography (`sayso report verify` asks it), or `openssl ts -verify`. Left out: other hashes
//! than SHA-256, and BER that is not DER (X.690, 10), which no authority was seen to send.

use std::sync::LazyLock;

use crate::fingerprint::exact::hex;
use crate::vocabulary::{Problem, ProblemCode};

/// Its name in the bundle.
pub const FILE: &str = "SHA256SUMS.tsr";
/// Content type of a request (RFC 3161, 3.4).
pub const QUERY: &str = "application/timestamp-query";
/// Content type of an answer (RFC 3161, 3.4).
pub const REPLY: &str = "application/timestamp-reply";
/// Bytes of an answer; those with four certificates have about 7,000.
pub const ANSWER_BYTES: usize = 64 << 10;

/// An authority that answers everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Authority {
    /// As it calls itself.
    pub name: &'static str,
    /// Where it is asked.
    pub address: &'static str,
    /// The day on which public documents named that address, `2026-11-23`.
    pub seen_on: &'static str,
}

/// The dated list beside this file.
pub static AUTHORITIES: LazyLock<Vec<Authority>> = LazyLock::new(|| {
    let lines = include_str!("authorities.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(read_line).collect()
});

/// What an answer says; signed or not is not seen here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The SHA-256 it is about, in lower-case hex.
    pub digest: String,
    /// The number of chance that it repeats.
    pub nonce: Option<Vec<u8>>,
    /// When the authority had it, by its own word: `2026-11-23T03:30:00Z`.
    pub time: String,
}

/// The request for a stamp over a digest, its certificate included. The nonce ties the answer to it.
pub fn request(digest: [u8; 32], nonce: [u8; 8]) -> Vec<u8> {
    let imprint = [wrap(SEQUENCE, &[SHA256, &[NULL, 0]].concat()), wrap(OCTETS, &digest)].concat();
    let parts = [
        vec![INTEGER, 1, 1],
        wrap(SEQUENCE, &imprint),
        wrap(INTEGER, &positive(nonce)),
        vec![BOOLEAN, 1, 0xff],
    ];
    wrap(SEQUENCE, &parts.concat())
}

/// Whether an answer is one to that request.
pub fn check(answer: &[u8], digest: [u8; 32], nonce: [u8; 8]) -> Result<Stamp, Problem> {
    let stamp = read(answer)?;
    if stamp.digest != hex(&digest) {
        return Err(fault("it is about another number"));
    }
    if stamp.nonce.as_deref() != Some(&positive(nonce)[..]) {
        return Err(fault("it answers another request"));
    }
    Ok(stamp)
}

/// Reads an answer.
pub fn read(answer: &[u8]) -> Result<Stamp, Problem> {
    if answer.len() > ANSWER_BYTES {
        return Err(Problem::new(ProblemCode::OverLimit, FILE, "larger than any answer"));
    }
    let mut whole = Der(answer);
    let mut response = Der(whole.expect(SEQUENCE)?);
    if !whole.0.is_empty() {
        return Err(fault("bytes after its end"));
    }
    let mut status = Der(response.expect(SEQUENCE)?);
    // 0 granted, 1 granted with other things than asked for (2.4.2).
    if !matches!(status.expect(INTEGER)?, [0] | [1]) {
        return Err(fault(&refusal(status)));
    }
    let mut content = Der(response.expect(SEQUENCE)?);
    if content.expect(OBJECT)? != SIGNED_DATA {
        return Err(fault("what it holds is not signed"));
    }
    let mut signed = Der(Der(content.expect(EXPLICIT_0)?).expect(SEQUENCE)?);
    signed.expect(INTEGER)?;
    signed.expect(SET)?;
    let mut inner = Der(signed.expect(SEQUENCE)?);
    if inner.expect(OBJECT)? != TST_INFO {
        return Err(fault("what is signed is no time stamp"));
    }
    let info = Der(inner.expect(EXPLICIT_0)?).expect(OCTETS)?;
    told(Der(Der(info).expect(SEQUENCE)?))
}

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const NULL: u8 = 0x05;
const OBJECT: u8 = 0x06;
const TEXT: u8 = 0x0c;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const EXPLICIT_0: u8 = 0xa0;
/// 2.16.840.1.101.3.4.2.1, with its tag and length.
const SHA256: &[u8] = &[OBJECT, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// 1.2.840.113549.1.7.2 (RFC 5652, 5.1).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 1.2.840.113549.1.9.16.1.4 (2.4.2).
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
/// Characters of what an authority says when it refuses.
const REFUSAL_CHARS: usize = 200;

/// What was stamped, and when (2.4.2).
fn told(mut info: Der<'_>) -> Result<Stamp, Problem> {
    info.expect(INTEGER)?;
    info.expect(OBJECT)?;
    let mut imprint = Der(info.expect(SEQUENCE)?);
    let algorithm = imprint.expect(SEQUENCE)?;
    // The parameters of a hash are NULL or nothing.
    if ![SHA256.to_vec(), [SHA256, &[NULL, 0]].concat()].iter().any(|a| a == algorithm) {
        return Err(Problem::new(ProblemCode::Unsupported, FILE, "not about a SHA-256"));
    }
    let digest = imprint.expect(OCTETS)?;
    if digest.len() != 32 {
        return Err(fault("its number is no SHA-256"));
    }
    info.expect(INTEGER)?;
    let time = written(info.expect(GENERALIZED_TIME)?).ok_or_else(|| fault("its time is none"))?;
    let mut nonce = None;
    // Accuracy, ordering and the authority's name may stand around the nonce.
    while !info.0.is_empty() {
        let (tag, value) = info.next()?;
        if tag == INTEGER && nonce.is_none() {
            nonce = Some(value.to_vec());
        }
    }
    Ok(Stamp { digest: hex(digest), nonce, time })
}

/// What the authority says why not, as one line.
fn refusal(mut status: Der<'_>) -> String {
    let said = status.expect(SEQUENCE).and_then(|texts| Der(texts).expect(TEXT));
    let said = String::from_utf8_lossy(said.unwrap_or_default());
    let line = said.chars().map(|c| if c.is_control() { ' ' } else { c });
    let line: String = line.take(REFUSAL_CHARS).collect();
    if line.trim().is_empty() { "it was refused".into() } else { format!("it was refused: {line}") }
}

/// `20261123033000.5Z` as `2026-11-23T03:30:00Z`; a fraction is left out.
fn written(time: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(time).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let part = |at: usize, length: usize| whole.get(at..at.checked_add(length)?);
    let within = |at: usize, from: u8, to: u8| {
        let value: u8 = part(at, 2)?.parse().ok()?;
        (from..=to).contains(&value).then_some(())
    };
    within(4, 1, 12).and(within(6, 1, 31)).and(within(8, 0, 23))?;
    within(10, 0, 59).and(within(12, 0, 60))?;
    let (date, clock) = ((part(0, 4)?, part(4, 2)?, part(6, 2)?), (part(8, 2)?, part(10, 2)?));
    let (year, month, day) = date;
    Some(format!("{year}-{month}-{day}T{}:{}:{}Z", clock.0, clock.1, part(12, 2)?))
}

/// An INTEGER is signed and has no needless zeros: the first byte is made neither (X.690, 8.3).
fn positive(mut nonce: [u8; 8]) -> [u8; 8] {
    if let Some(first) = nonce.first_mut() {
        *first = *first & 0x3f | 0x40;
    }
    nonce
}

/// Only for what is written here, which is short.
fn wrap(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap_or(u8::MAX);
    [&[tag, length], value].concat()
}

fn read_line(line: &'static str) -> Option<Authority> {
    let mut fields = line.split('\t');
    let mut next = || fields.next().filter(|field| !field.is_empty());
    Some(Authority { name: next()?, address: next()?, seen_on: next()? })
}

/// The values that are left of an encoding, one after the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn expect(&mut self, wanted: u8) -> Result<&'a [u8], Problem> {
        match self.next()? {
            (tag, value) if tag == wanted => Ok(value),
            _ => Err(fault("it is not built as an answer is")),
        }
    }

    fn next(&mut self) -> Result<(u8, &'a [u8]), Problem> {
        let short = || fault("it is cut short");
        let (&[tag, first], mut rest) = self.0.split_first_chunk::<2>().ok_or_else(short)?;
        let mut length = usize::from(first);
        if first & 0x80 != 0 {
            // 0x80 alone is a length that is found out at the end, which DER has not.
            let (bytes, after) = match usize::from(first & 0x7f) {
                digits @ 1..=3 => rest.split_at_checked(digits).ok_or_else(short)?,
                _ => return Err(fault("a length of a kind that is not read")),
            };
            length = bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            rest = after;
        }
        let (value, rest) = rest.split_at_checked(length).ok_or_else(short)?;
        self.0 = rest;
        Ok((tag, value))
    }
}

fn fault(what: &str) -> Problem {
    Problem::new(ProblemCode::Malformed, FILE, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: [u8; 32] = [7; 32];
    const NONCE: [u8; 8] = [0xff, 1, 2, 3, 4, 5, 6, 7];

    fn long(tag: u8, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&[tag, 0x82][..], &length, value].concat()
    }

    fn answer(status: u8, nonce: [u8; 8], time: &[u8]) -> Vec<u8> {
        let imprint =
            [wrap(SEQUENCE, &[SHA256, &[NULL, 0]].concat()), wrap(OCTETS, &DIGEST)].concat();
        let info = [
            vec![INTEGER, 1, 1, OBJECT, 2, 0x2a, 3],
            wrap(SEQUENCE, &imprint),
            vec![INTEGER, 1, 9],
            wrap(GENERALIZED_TIME, time),
            vec![SEQUENCE, 3, INTEGER, 1, 1, BOOLEAN, 1, 0xff],
            wrap(INTEGER, &nonce),
        ];
        let inner = long(EXPLICIT_0, &long(OCTETS, &long(SEQUENCE, &info.concat())));
        let content = [wrap(OBJECT, TST_INFO), inner].concat();
        let signed = [vec![INTEGER, 1, 3, SET, 0], long(SEQUENCE, &content), vec![SET, 0]].concat();
        let token = [wrap(OBJECT, SIGNED_DATA), long(EXPLICIT_0, &long(SEQUENCE, &signed))];
        let said = wrap(SEQUENCE, &wrap(TEXT, b"not\ntoday"));
        let status = wrap(SEQUENCE, &[vec![INTEGER, 1, status], said].concat());
        long(SEQUENCE, &[status, long(SEQUENCE, &token.concat())].concat())
    }

    fn good() -> Vec<u8> {
        answer(0, positive(NONCE), b"20261123033000.25Z")
    }

    #[test]
    fn a_request_is_what_openssl_writes_but_for_its_nonce() {
        // openssl ts -query -digest 0707… -sha256 -cert, version 3.0, its nonce put to ours.
        let openssl = concat!(
            "3043020101",
            "3031300d060960864801650304020105000420",
            "0707070707070707070707070707070707070707070707070707070707070707",
            "02087f01020304050607",
            "0101ff",
        );
        assert_eq!(hex(&request(DIGEST, NONCE)), openssl);
    }

    #[test]
    fn an_answer_to_our_request_tells_its_time_and_another_is_refused() {
        let stamp = check(&good(), DIGEST, NONCE).unwrap();
        assert_eq!(stamp.time, "2026-11-23T03:30:00Z");
        assert!(check(&good(), [8; 32], NONCE).unwrap_err().message.contains("another number"));
        assert!(check(&good(), DIGEST, [9; 8]).unwrap_err().message.contains("another request"));
        for status in [2, 3, 5] {
            let refused = answer(status, positive(NONCE), b"20261123033000Z");
            let why = check(&refused, DIGEST, NONCE).unwrap_err();
            assert_eq!(why.message, "it was refused: not today");
        }
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        for time in
            [&b"2026112303300Z"[..], b"20261323033000Z", b"20261123033000", b"20261123033000.Z"]
        {
            assert!(read(&answer(0, positive(NONCE), time)).is_err());
        }
    }

    #[test]
    fn no_foreign_bytes_make_the_reader_panic_and_none_cut_short_is_an_answer() {
        let whole = good();
        for at in 0..whole.len() {
            assert!(read(&whole[..at]).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut broken = whole.clone();
                broken[at] ^= 1 << bit;
                let _ = read(&broken);
            }
        }
        for bytes in
            [&b"<html>"[..], b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x83\xff\xff\xff"]
        {
            assert!(read(bytes).is_err());
        }
        assert!(read(&[whole.as_slice(), &[0]].concat()).is_err());
    }

    #[test]
    fn every_line_of_the_list_is_whole_and_dated() {
        let lines = include_str!("authorities.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(AUTHORITIES.len(), lines.count());
        for authority in AUTHORITIES.iter() {
            assert!(authority.address.starts_with("http"), "{authority:?}");
            assert!(authority.seen_on.starts_with("20") && authority.seen_on.len() == 10);
        }
    }
}
