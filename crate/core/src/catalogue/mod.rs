//! Catalogues: what a collective publishes about its works, as static, signed files.
//!
//! The format is written down in `crate/CATALOGUE.md`, which is its specification; every number
//! here comes from there. This room reads: the descriptor, code tables, shards, records, deltas,
//! each from bytes that somebody else fetched. Left out: signatures, building and fetching, which
//! are the business of the crate `sayso-catalogue`.
//!
//! A miss is never a statement, and the text of a record is never markup.

pub mod delta;
pub mod descriptor;
pub mod index;
pub mod pack;
pub mod record;
pub mod row;
pub mod shard;
pub mod table;

use std::fmt;

/// Why something that was offered as a catalogue, or as a part of one, is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The signature is not one of the key over these bytes.
    Signature,
    /// It is signed by another key than the one that was followed so far.
    OtherKey,
    /// It is older than what is had already.
    Older {
        /// The epoch that is had.
        have: u64,
        /// The epoch that was offered.
        offered: u64,
    },
    /// It has the same epoch as what is had and is something else.
    Forked,
    /// A file is not the one that the descriptor names.
    Differs {
        /// The file.
        name: String,
    },
    /// A file ends too early, or is longer than it should be.
    Length {
        /// The file.
        name: String,
        /// Its length by the descriptor.
        expected: u64,
        /// What came.
        came: u64,
    },
    /// Something is against the format.
    Malformed {
        /// Where.
        place: String,
        /// What is wrong, in short.
        why: String,
    },
    /// It could not be had.
    Unavailable {
        /// What.
        name: String,
        /// Why, in short.
        why: String,
    },
}

impl Refusal {
    /// Something against the format.
    pub fn malformed(place: impl Into<String>, why: impl Into<String>) -> Refusal {
        Refusal::Malformed { place: place.into(), why: why.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Signature => {
                f.write_str("the signature is not one of this catalogue's key over these bytes")
            }
            Refusal::OtherKey => {
                f.write_str("it is signed by another key than the one that was followed so far")
            }
            Refusal::Older { have, offered } => {
                write!(f, "epoch {offered} is older than epoch {have}, which is had already")
            }
            Refusal::Forked => {
                f.write_str("two different catalogues of the same epoch have been signed")
            }
            Refusal::Differs { name } => {
                write!(f, "{name} is not the file that the catalogue names: its hash differs")
            }
            Refusal::Length { name, expected, came } => {
                write!(f, "{name} should have {expected} bytes and has {came}")
            }
            Refusal::Malformed { place, why } => write!(f, "{place}: {why}"),
            Refusal::Unavailable { name, why } => write!(f, "{name} could not be had: {why}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Takes so many bytes from the front; `None` where they are too few.
pub(crate) fn take<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = from.split_first_chunk::<N>()?;
    *from = rest;
    Some(*head)
}

/// Writes bytes to the front; what does not fit is left out.
pub(crate) fn put<const N: usize>(to: &mut &mut [u8], bytes: [u8; N]) {
    if let Some((head, rest)) = std::mem::take(to).split_first_chunk_mut::<N>() {
        *head = bytes;
        *to = rest;
    }
}
