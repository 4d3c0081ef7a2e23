//! How much a reader downloads, and how much we allow ourselves.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

/// One thing with a budget.
pub struct Size {
    /// What it is.
    pub name: &'static str,
    /// Bytes as they lie in the package.
    pub raw: usize,
    /// Bytes after gzip -9.
    pub gzip: usize,
    /// What it may weigh after gzip.
    pub budget: usize,
}

/// Runs on every page somebody opens, so it stays below what one network round trip would carry:
/// the first ten segments of a TCP connection (RFC 6928) of 1,460 bytes each, less some headers.
const CONTENT_BUDGET: usize = 14 * 1024;
/// The modules and what each may weigh. None is fetched over a network, but each is compiled:
/// the engine whenever the browser wakes the broker, the reader for each worker.
const MODULES: [(&str, usize); 5] = [
    ("engine", 700 * 1024),
    ("reader", 700 * 1024),
    // The field's own web build weighs three times this.
    ("manifest", 1024 * 1024),
    ("sound", 700 * 1024),
    ("desk", 700 * 1024),
];

/// What runs on every page: the manifest's content scripts and their styles.
pub fn content_scripts(package: &Path) -> Result<Size> {
    let manifest = fs::read_to_string(package.join("manifest.json"))
        .with_context(|| format!("cannot read {}/manifest.json", package.display()))?;
    let manifest: Value = serde_json::from_str(&manifest)?;
    let (mut raw, mut gzip) = (0, 0);
    for entry in manifest["content_scripts"].as_array().into_iter().flatten() {
        for list in ["js", "css"] {
            for file in entry[list].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let bytes = fs::read(package.join(file))
                    .with_context(|| format!("cannot read the content script {file}"))?;
                raw += bytes.len();
                gzip += gzipped(&bytes);
            }
        }
    }
    Ok(Size { name: "content scripts", raw, gzip, budget: CONTENT_BUDGET })
}

/// All that has a budget in a package.
pub fn all(package: &Path) -> Result<Vec<Size>> {
    let mut sizes = vec![content_scripts(package)?];
    for (name, budget) in MODULES {
        let bytes = fs::read(package.join(format!("wasm/{name}_bg.wasm")))?;
        sizes.push(Size { name, raw: bytes.len(), gzip: gzipped(&bytes), budget });
    }
    Ok(sizes)
}

/// Prints sizes beside their budgets.
pub fn table(sizes: &[Size]) {
    println!("{:<18}{:>12}{:>12}{:>12}  ", "", "bytes", "gzip", "budget");
    for size in sizes {
        let word = if size.gzip > size.budget { "over" } else { "ok" };
        println!("{:<18}{:>12}{:>12}{:>12}  {word}", size.name, size.raw, size.gzip, size.budget);
    }
}

/// Fails when one is over its budget.
pub fn within(sizes: &[Size]) -> Result<()> {
    for size in sizes {
        if size.gzip > size.budget {
            bail!(
                "{} weigh {} bytes after gzip and may weigh {}; make them smaller, or raise the \
                 budget in crate/xtask/src/sizes.rs in a commit that says why",
                size.name,
                size.gzip,
                size.budget
            );
        }
    }
    Ok(())
}

fn gzipped(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().map_or(usize::MAX, |packed| packed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_budget_fails_and_at_budget_passes() {
        let size = |gzip| [Size { name: "x", raw: 9, gzip, budget: 5 }];
        assert!(within(&size(5)).is_ok());
        assert!(within(&size(6)).unwrap_err().to_string().contains("weigh 6 bytes"));
    }

    #[test]
    fn gzip_makes_repetition_small() {
        assert!(gzipped(&[7; 10_000]) < 100);
    }
}
