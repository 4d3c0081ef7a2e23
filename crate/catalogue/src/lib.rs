//! Catalogues from the other side: building, signing, checking and asking them.
//!
//! What the files look like is said in `crate/CATALOGUE.md` and read by `sayso_core::catalogue`.
//! Here are the parts that need a disk, a key, or somebody who fetches. Every file but the
//! descriptor is a pure function of the set of works and of the catalogue before it: rows in any
//! order, on any machine, with any memory, give the same bytes. Left out: decoding media and
//! speaking HTTP, which are the business of the command line.

pub mod build;
pub mod check;
pub mod find;
pub mod packing;
pub mod signature;
pub mod sort;
pub mod source;
pub mod tables;

pub use sayso_core::catalogue::Refusal;
