//! Plays the browser for the core, and drives the real ones.

pub mod art;
pub mod metadata_writer;
pub mod tune;

#[cfg(feature = "browser")]
pub mod gallery;
#[cfg(feature = "browser")]
pub mod site;
