//! Every reader of foreign bytes as a target of fuzzing, and what each run must keep to.
//!
//! `cargo xtask fuzz SECONDS [TARGET]` runs them under libFuzzer
//! (<https://llvm.org/docs/LibFuzzer.html>); `cargo test` runs the seeds and the kept inputs of
//! `finds/` through the same functions. An input breaks its reader when it makes it panic, take
//! more memory or more time than [`ceiling`] allows, or answer what cannot be kept and read again.
//! Left out: the JavaScript, and what only a network can do.

pub mod ceiling;
pub mod seeds;
pub mod targets;

pub use targets::{TARGETS, Target};
