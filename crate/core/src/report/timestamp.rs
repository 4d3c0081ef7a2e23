//! Time stamps of a bundle: an OpenTimestamps proof over the digest of `SHA256SUMS`.
//!
//! The format is that of the reference implementation
//! <https://github.com/opentimestamps/python-opentimestamps>: a header, the operation that made
//! the digest, the digest, then operations and attestations. Only the 32 bytes of the digest are
//! ever sent. Read here: which digest a proof is about, and what it claims. Whether a block of
//! Bitcoin really holds the end of the chain is for a tool that has the blocks (`ots verify`), so
//! nothing here says "proved". Left out: Litecoin and Ethereum attestations, named as unknown.

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::fingerprint::exact::hex;
use crate::vocabulary::{Problem, ProblemCode};

/// Calendars that take a digest without an account, as the reference client of 2026 names them.
pub const CALENDARS: [&str; 3] = [
    "https://a.pool.opentimestamps.org",
    "https://b.pool.opentimestamps.org",
    "https://a.pool.eternitywall.com",
];
/// Its name in the bundle.
pub const FILE: &str = "SHA256SUMS.ots";
/// Bytes of a calendar's answer; real ones have less than 400.
pub const ANSWER_BYTES: usize = 16 << 10;

/// What a proof says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The SHA-256 it is about, in lower-case hex.
    pub digest: String,
    /// Calendars that have taken it and promised to go on.
    pub pending: Vec<String>,
    /// Heights of Bitcoin blocks that are said to hold it, with the Merkle root they must have.
    pub blocks: Vec<(u64, String)>,
    /// Attestations of a kind that is not read here.
    pub unknown: usize,
}

/// A proof file from the digest that was sent and the calendar's answer, when the answer is one.
pub fn proof(digest: [u8; 32], answer: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut file = Vec::with_capacity(MAGIC.len() + 34 + answer.len());
    file.extend_from_slice(MAGIC);
    file.push(VERSION);
    file.push(OP_SHA256);
    file.extend_from_slice(&digest);
    file.extend_from_slice(answer);
    read(&file).map(|_| file)
}

/// Reads a proof: walks every branch and tells what stands at its ends.
pub fn read(file: &[u8]) -> Result<Proof, Problem> {
    let mut at = Walk { rest: file, steps: 0, out: Proof::default() };
    if at.take(MAGIC.len())? != MAGIC {
        return Err(fault("it does not begin as a proof"));
    }
    if at.number()? != u64::from(VERSION) {
        return Err(Problem::new(ProblemCode::Unsupported, FILE, "of a version that is not known"));
    }
    if at.byte()? != OP_SHA256 {
        return Err(Problem::new(ProblemCode::Unsupported, FILE, "not about a SHA-256"));
    }
    let digest = at.take(32)?.to_vec();
    at.out.digest = hex(&digest);
    at.branch(digest, 0)?;
    if !at.rest.is_empty() {
        return Err(fault("bytes after its end"));
    }
    Ok(at.out)
}

const MAGIC: &[u8] = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94";
const VERSION: u8 = 1;
const OP_SHA1: u8 = 0x02;
const OP_SHA256: u8 = 0x08;
const OP_APPEND: u8 = 0xf0;
const OP_PREPEND: u8 = 0xf1;
const FORK: u8 = 0xff;
const ATTESTATION: u8 = 0x00;
const PENDING: &[u8] = &[0x83, 0xdf, 0xe3, 0x0d, 0x2e, 0xf9, 0x0c, 0x8e];
const BITCOIN: &[u8] = &[0x05, 0x88, 0x96, 0x0d, 0x73, 0xd7, 0x19, 0x01];
/// Longest message and longest argument, as the reference implementation has them.
const MESSAGE: usize = 4_096;
/// Longest payload of an attestation, as the reference implementation has it.
const PAYLOAD: usize = 8_192;
/// Branches within branches, and steps in all; a complete proof has about 60 steps.
const DEPTH: usize = 64;
const STEPS: usize = 10_000;

struct Walk<'a> {
    rest: &'a [u8],
    steps: usize,
    out: Proof,
}

impl<'a> Walk<'a> {
    /// One message and all that follows from it: forks first, then the last way on.
    fn branch(&mut self, mut message: Vec<u8>, depth: usize) -> Result<(), Problem> {
        if depth > DEPTH {
            return Err(over("branches within branches"));
        }
        loop {
            self.steps += 1;
            if self.steps > STEPS {
                return Err(over("steps"));
            }
            match self.byte()? {
                FORK => {
                    // What follows the mark is one step and its own whole branch.
                    let tag = self.byte()?;
                    if tag == ATTESTATION {
                        self.attestation(&message)?;
                    } else {
                        let next = self.apply(tag, &message)?;
                        self.branch(next, depth + 1)?;
                    }
                }
                ATTESTATION => return self.attestation(&message),
                tag => message = self.apply(tag, &message)?,
            }
        }
    }

    fn apply(&mut self, tag: u8, message: &[u8]) -> Result<Vec<u8>, Problem> {
        let next = match tag {
            OP_SHA256 => Sha256::digest(message).to_vec(),
            OP_SHA1 => Sha1::digest(message).to_vec(),
            OP_APPEND => [message, self.bytes(MESSAGE)?].concat(),
            OP_PREPEND => [self.bytes(MESSAGE)?, message].concat(),
            other => {
                let what = format!("the operation {other:#04x} is not known");
                return Err(Problem::new(ProblemCode::Unsupported, FILE, what));
            }
        };
        if next.len() > MESSAGE { Err(over("bytes in a message")) } else { Ok(next) }
    }

    fn attestation(&mut self, message: &[u8]) -> Result<(), Problem> {
        let tag = self.take(8)?;
        let payload = self.bytes(PAYLOAD)?;
        let mut inner = Walk { rest: payload, steps: 0, out: Proof::default() };
        match tag {
            PENDING => {
                let address = inner.bytes(1_000)?;
                let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._/:".contains(b);
                if !address.iter().all(plain) {
                    return Err(fault("the address of a calendar has other signs than allowed"));
                }
                self.out.pending.push(String::from_utf8_lossy(address).into_owned());
            }
            BITCOIN => {
                // A block's Merkle root is written with its bytes the other way round.
                let root: Vec<u8> = message.iter().rev().copied().collect();
                self.out.blocks.push((inner.number()?, hex(&root)));
            }
            _ => self.out.unknown += 1,
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, Problem> {
        let (first, rest) = self.rest.split_first().ok_or_else(|| fault("it is cut short"))?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], Problem> {
        let (head, rest) = self.rest.split_at_checked(n).ok_or_else(|| fault("it is cut short"))?;
        self.rest = rest;
        Ok(head)
    }

    fn bytes(&mut self, most: usize) -> Result<&'a [u8], Problem> {
        let n = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if n > most { Err(over("bytes in an argument")) } else { self.take(n) }
    }

    /// Seven bits a byte, the lowest first.
    fn number(&mut self) -> Result<u64, Problem> {
        let mut value = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(over("digits in a number"))
    }
}

fn fault(what: &str) -> Problem {
    Problem::new(ProblemCode::Malformed, FILE, what)
}

fn over(what: &str) -> Problem {
    Problem::new(ProblemCode::OverLimit, FILE, format!("more {what} than are read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: [u8; 32] = [7; 32];

    /// As calendars answer: a nonce, their own chain, and a promise.
    fn answer() -> Vec<u8> {
        let mut out = vec![OP_APPEND, 4, 1, 2, 3, 4, OP_SHA256, OP_PREPEND, 2, 9, 9, OP_SHA256];
        out.push(ATTESTATION);
        out.extend_from_slice(PENDING);
        let address = b"https://calendar.example";
        out.push(address.len() as u8 + 1);
        out.push(address.len() as u8);
        out.extend_from_slice(address);
        out
    }

    #[test]
    fn a_fresh_proof_names_its_digest_and_the_calendar_that_promised() {
        let proof = read(&proof(DIGEST, &answer()).unwrap()).unwrap();
        assert_eq!(proof.digest, hex(&DIGEST));
        assert_eq!(proof.pending, ["https://calendar.example"]);
        assert!(proof.blocks.is_empty());
    }

    #[test]
    fn a_grown_proof_names_the_block_and_the_root_it_must_have() {
        let mut grown = vec![OP_APPEND, 1, 5, OP_SHA256, FORK, ATTESTATION];
        grown.extend_from_slice(BITCOIN);
        grown.extend_from_slice(&[3, 0x80, 0x89, 0x2a]);
        grown.extend_from_slice(&answer());
        let proof = read(&proof(DIGEST, &grown).unwrap()).unwrap();
        let root = Sha256::digest([&DIGEST[..], &[5]].concat());
        let root: Vec<u8> = root.iter().rev().copied().collect();
        assert_eq!(proof.blocks, [(0x2a << 14 | 0x09 << 7, hex(&root))]);
        assert_eq!(proof.pending.len(), 1);
    }

    /// Written by the reference library (opentimestamps 0.4.5 for Python): one calendar that has
    /// promised, one block of Bitcoin.
    #[test]
    fn what_the_reference_library_writes_is_read_as_it_meant() {
        let file = concat!(
            "004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e89294010807070707070707070707",
            "07070707070707070707070707070707070707070707f0040102030408fff001050808000588960d73d719",
            "0103e0dc2af1020909080083dfe30d2ef90c8e191868747470733a2f2f63616c656e6461722e6578616d70",
            "6c65",
        );
        let digits = file.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        let bytes: Vec<u8> = digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
        let proof = read(&bytes).unwrap();
        assert_eq!(proof.digest, hex(&DIGEST));
        assert_eq!(proof.pending, ["https://calendar.example"]);
        let root = "7ff92e5ba39f6cc7f0cd22c2fa0e716c3fc71e38a11bcdcc3d03c2b8597570e9";
        assert_eq!(proof.blocks, [(700_000, root.to_string())]);
    }

    #[test]
    fn no_answer_that_is_not_one_becomes_a_proof() {
        let answer = answer();
        for end in 0..answer.len() {
            assert!(proof(DIGEST, &answer[..end]).is_err(), "cut at {end}");
        }
        assert!(proof(DIGEST, b"<html>too many requests</html>").is_err());
        let more = [answer.as_slice(), &[0]].concat();
        assert!(proof(DIGEST, &more).is_err());
        let forks = [FORK, OP_SHA256].repeat(5_000);
        assert!(proof(DIGEST, &forks).is_err());
    }

    #[test]
    fn no_foreign_bytes_make_the_reader_panic() {
        let whole = proof(DIGEST, &answer()).unwrap();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut broken = whole.clone();
                broken[at] ^= 1 << bit;
                let _ = read(&broken);
            }
        }
    }
}
