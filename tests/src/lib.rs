//! Plays the browser for the core, and drives the real ones.

pub mod art;
pub mod c2pa_writer;
pub mod case;
pub mod iscc_search;
pub mod loopback;
pub mod markup;
pub mod mediawiki;
pub mod metadata_writer;
pub mod specimen;
pub mod tune;

#[cfg(feature = "browser")]
pub mod browser;
#[cfg(feature = "browser")]
pub mod gallery;
#[cfg(feature = "browser")]
pub mod proxy;
#[cfg(feature = "browser")]
pub mod site;

/// Every host under `.test` that a check may use. `*.localhost` needs no list.
pub const TEST_HOSTS: &[&str] = &[
    "free-wallpapers.test",
    "page.test",
    "media.test",
    "bad.test",
    "closed.test",
    "many.test",
    "off.test",
    "avif.test",
    "again.test",
    "tall.test",
];

/// Where builds and pictures go: `target/` of this repository.
pub fn target_folder() -> std::path::PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(elsewhere) => elsewhere.into(),
        None => std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
    }
}
