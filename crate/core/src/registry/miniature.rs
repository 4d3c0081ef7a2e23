//! Small pictures of records, beside what looks like them.
//!
//! They come in and go out as `data:` addresses (RFC 2397, <https://www.rfc-editor.org/rfc/rfc2397>),
//! which the page's own browser draws. Left out: reading them.

use std::collections::BTreeMap;

use url::Url;

use super::Hit;
use crate::page::Failure;

/// Under this name the reader asks for them, as they ask registries.
pub const ID: &str = "miniatures";

/// Bytes of one that is asked for; a rendering 120 pixels wide has a tenth of it.
pub const BYTES: u32 = 128 << 10;

/// Of one work so many, the nearest records first.
const MOST: usize = 4;

/// What browsers draw without running anything.
const KINDS: [&str; 5] = ["jpeg", "png", "webp", "gif", "avif"];

/// What became of one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miniature {
    /// It is on its way.
    Awaited,
    /// The picture itself.
    There(String),
    /// It could not be had.
    Failed(Failure),
}

/// Those that were asked for, by their addresses.
pub type Miniatures = BTreeMap<String, Miniature>;

/// Whether this is a picture itself, and no larger than one may be.
pub fn is_one(address: &str) -> bool {
    let Some((head, body)) = address.split_once(";base64,") else { return false };
    let digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    head.strip_prefix("data:image/").is_some_and(|kind| KINDS.contains(&kind))
        && !body.is_empty()
        && body.len() <= BYTES as usize / 3 * 4 + 4
        && body.bytes().all(digit)
}

/// Where those of these records are that lie elsewhere.
pub fn elsewhere(hits: &[&Hit]) -> Vec<Url> {
    let addresses = hits.iter().filter_map(|hit| Url::parse(hit.miniature.as_ref()?).ok());
    let mut found: Vec<Url> = Vec::new();
    for url in addresses.filter(|url| matches!(url.scheme(), "http" | "https")) {
        if !found.contains(&url) {
            found.push(url);
        }
    }
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_small_picture_that_runs_nothing_is_one() {
        assert!(is_one("data:image/webp;base64,UklGRg=="));
        let long = format!("data:image/png;base64,{}", "A".repeat(BYTES as usize * 2));
        for other in [
            "",
            "data:image/webp;base64,",
            "data:image/webp,UklGRg==",
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:text/html;base64,PGI+",
            "data:image/webp;base64,UklG\" onerror=\"",
            "https://a.example/x.jpg",
            long.as_str(),
        ] {
            assert!(!is_one(other), "{other}");
        }
    }
}
