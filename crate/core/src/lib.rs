//! The pure core of Sayso: events in, effects out.
//!
//! No network, clock, randomness, DOM, threads or globals. Time is an argument.
//! `crate/README.md` is the map of the rooms and of the corridors between them.

pub mod card;
pub mod catalogue;
pub mod engine;
pub mod fingerprint;
pub mod freshness;
pub mod inquiry;
pub mod limits;
pub mod line;
pub mod media;
pub mod message;
pub mod metadata;
pub mod page;
pub mod phrase;
pub mod reading;
pub mod registry;
pub mod report;
pub mod settings;
pub mod signal;
pub mod verdict;
pub mod vocabulary;
