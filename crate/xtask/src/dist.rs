//! The packages for the stores, and the sources their reviewers rebuild them from.
//!
//! Two runs give the same bytes: files in a fixed order, with a fixed time and
//! mode, and no path of the machine inside. A store may compare.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::{extension, run, sizes, tidy, wasm};

/// Builds all three, and fails when one is over its budget or a language lacks a sentence.
pub fn dist() -> Result<()> {
    tidy::translated()?;
    let built = extension::build(wasm::Profile::Ship)?;
    let weights = sizes::all(&built.chromium)?;
    sizes::table(&weights);
    sizes::within(&weights)?;

    let folder = run::target("dist");
    let version = run::version();
    for (name, package) in [("chromium", &built.chromium), ("firefox", &built.firefox)] {
        let files = run::files_below(package)?;
        put(&folder.join(format!("sayso-{name}-{version}.zip")), package, &files, ZOPFLI)?;
    }
    if !run::root().join(".git").exists() {
        // Somebody rebuilds from the source package itself, and has it already.
        println!("no source package: this is not a git repository");
        return Ok(());
    }
    let listed = run::quiet(&mut run::program("git", ["ls-files", "-z"]))
        .context("git cannot list the sources")?;
    let mut sources: Vec<String> =
        listed.split('\0').filter(|path| !path.is_empty()).map(str::to_string).collect();
    sources.sort();
    put(&folder.join(format!("sayso-source-{version}.zip")), &run::root(), &sources, 9)
}

fn put(out: &Path, folder: &Path, files: &[String], level: i64) -> Result<()> {
    let mut entries = Vec::new();
    for path in files {
        let file = folder.join(path);
        entries.push((
            path.clone(),
            fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?,
        ));
    }
    let bytes = archive(&entries, level)?;
    run::write(out, &bytes)?;
    println!("{} ({} bytes)", out.display(), bytes.len());
    Ok(())
}

/// Levels above nine are rounds of zopfli, which finds the shortest deflate: four per cent less to
/// download, for a minute of a command that is run for releases only.
const ZOPFLI: i64 = 9 + 5;

/// A zip whose bytes depend on nothing but names and contents.
fn archive(entries: &[(String, Vec<u8>)], level: i64) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in entries {
        let script = content.starts_with(b"#!");
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(level))
            // The oldest time a zip can hold.
            .last_modified_time(DateTime::default())
            .unix_permissions(if script { 0o755 } else { 0o644 });
        zip.start_file(path.as_str(), options)?;
        zip.write_all(content)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let entries = [("a.js".to_string(), b"let a;".repeat(50)), ("b/c".to_string(), vec![0; 9])];
        let first = archive(&entries, ZOPFLI).unwrap();
        // A zip counts time in steps of two seconds, so a clock would show.
        std::thread::sleep(std::time::Duration::from_millis(2100));
        assert_eq!(first, archive(&entries, ZOPFLI).unwrap());
    }

    #[test]
    fn what_was_packed_can_be_unpacked() {
        let bytes = archive(&[("run".to_string(), b"#!/bin/sh\n".to_vec())], 9).unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut file = zip.by_name("run").unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o755));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "#!/bin/sh\n");
    }
}
