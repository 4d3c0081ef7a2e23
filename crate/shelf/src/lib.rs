//! Where tests find real files: the folder `shared` beside the repository, or the one that
//! `SAYSO_SHARED` names.
//!
//! Its files are others' and are never copied here. On a machine without them the tests that
//! want them say so in one line and pass.

pub mod authority;

use std::path::{Path, PathBuf};
use std::sync::Once;

/// The shared folder, where it is there.
pub fn root() -> Option<PathBuf> {
    static SKIPPED: Once = Once::new();
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("SAYSO_SHARED").map_or_else(beside, PathBuf::from);
    if root.is_dir() {
        return root.canonicalize().ok();
    }
    SKIPPED.call_once(|| println!("skipped: there is no ../shared beside the repository"));
    None
}

/// A file or folder in it, where it is there.
pub fn at(path: &str) -> Option<PathBuf> {
    let found = root()?.join(path);
    if found.exists() {
        return Some(found);
    }
    println!("skipped: there is no ../shared/{path} beside the repository");
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_nothing() {
        assert_eq!(at("no/such/folder"), None);
        assert!(root().is_none_or(|root| root.is_absolute()));
    }
}
