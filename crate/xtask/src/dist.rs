//! The packages for the stores, and the sources their reviewers rebuild them from.
//!
//! Two runs give the same bytes: files in a fixed order, with a fixed time and
//! mode, and no path of the machine inside. A store may compare.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::{extension, lint, run, sizes, tidy, wasm};

/// What a package may weigh.
const MOST_BYTES: usize = 4_000_000;
/// What the reviewers read.
const NOTE: &str = "extension/store/REVIEW.md";

/// Builds all three, and fails when one is over its budget, a language lacks a sentence or the
/// reviewers' linter objects. With `--rebuild`, builds the packages once more from the source
/// package alone, and compares.
pub fn dist(words: &[String]) -> Result<()> {
    let again = match words {
        [] => false,
        [word] if word == "--rebuild" => true,
        _ => bail!("dist knows one more word: --rebuild"),
    };
    tidy::translated()?;
    let built = extension::build(wasm::Profile::Ship)?;
    let weights = sizes::all(&built.chromium)?;
    sizes::table(&weights);
    sizes::within(&weights)?;
    lint::firefox(&built.firefox)?;

    let folder = run::target("dist");
    let mut sums = String::new();
    for (browser, package) in [("chromium", &built.chromium), ("firefox", &built.firefox)] {
        let files = run::files_below(package)?;
        let bytes = put(&folder.join(name(browser)), package, &files, ZOPFLI, &mut sums)?;
        if bytes > MOST_BYTES {
            bail!("the package for {browser} weighs {bytes} bytes and may weigh {MOST_BYTES}");
        }
    }
    if !run::root().join(".git").exists() {
        // Somebody rebuilds from the source package itself, and has it already.
        println!("no source package: this is not a git repository");
        return note(&folder, &sums);
    }
    let listed = run::quiet(&mut run::program("git", ["ls-files", "-z"]))
        .context("git cannot list the sources")?;
    let mut sources: Vec<String> =
        listed.split('\0').filter(|path| !path.is_empty()).map(str::to_string).collect();
    sources.sort();
    put(&folder.join(name("source")), &run::root(), &sources, 9, &mut sums)?;
    note(&folder, &sums)?;
    if again { rebuild(&folder) } else { Ok(()) }
}

fn name(what: &str) -> String {
    format!("sayso-{what}-{}.zip", run::version())
}

/// Packs a folder's files, adds the sum of the bytes as `sha256sum` writes it, and tells their number.
fn put(
    out: &Path,
    folder: &Path,
    files: &[String],
    level: i64,
    sums: &mut String,
) -> Result<usize> {
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
    let file = out.file_name().unwrap_or_default().to_string_lossy();
    sums.push_str(&format!("{:x}  {file}\n", Sha256::digest(&bytes)));
    Ok(bytes.len())
}

/// The reviewers' note, with the tools of this build and the sums of what it made.
fn note(folder: &Path, sums: &str) -> Result<()> {
    let mut text = run::text(NOTE)?;
    text.push_str("\n## This build\n\nMade with:\n\n```\n");
    for tool in ["rustc", "cargo", "node"] {
        let version = run::ask(tool, ["--version"]).unwrap_or_else(|| format!("{tool}: none"));
        text.push_str(&format!("{version}\n"));
    }
    text.push_str(&format!("```\n\nSHA-256:\n\n```\n{sums}```\n"));
    run::write(&folder.join("SHA256SUMS"), sums.as_bytes())?;
    run::write(&folder.join(format!("sayso-review-{}.md", run::version())), text.as_bytes())?;
    print!("{sums}");
    Ok(())
}

/// Does what a reviewer does: unpacks the sources elsewhere, builds, compares.
fn rebuild(folder: &Path) -> Result<()> {
    let there = run::target("rebuild");
    if there.exists() {
        fs::remove_dir_all(&there)?;
    }
    unpack(&folder.join(name("source")), &there)?;
    println!("rebuilding from {} alone", name("source"));
    let mut command = run::cargo(["run", "--locked", "--package", "xtask", "--", "dist"]);
    command.current_dir(&there);
    // What cargo set for this run would lead the other one back here.
    for (variable, _) in std::env::vars() {
        if variable.starts_with("CARGO_PKG_")
            || ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_TARGET_DIR"]
                .contains(&variable.as_str())
        {
            command.env_remove(variable);
        }
    }
    run::show(&mut command)?;
    for browser in ["chromium", "firefox"] {
        let other = there.join("target/dist").join(name(browser));
        same(&fs::read(folder.join(name(browser)))?, &fs::read(&other)?)
            .with_context(|| format!("{} is not reproducible", name(browser)))?;
        println!("{}: the same bytes", name(browser));
    }
    Ok(())
}

/// Unpacks a package of ours into a fresh folder.
fn unpack(package: &Path, folder: &Path) -> Result<()> {
    let mut zip = ZipArchive::new(File::open(package)?)?;
    for at in 0..zip.len() {
        let mut entry = zip.by_index(at)?;
        let path = PathBuf::from(entry.name()?.into_owned());
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            bail!("{} leads out of the folder", path.display());
        }
        let out = folder.join(&path);
        fs::create_dir_all(out.parent().unwrap_or(folder))?;
        std::io::copy(&mut entry, &mut File::create(&out)?)?;
        #[cfg(unix)]
        if let Some(mode) = entry.unix_mode() {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&out, fs::Permissions::from_mode(mode & 0o777))?;
        }
    }
    Ok(())
}

/// Fails where two packages differ, and names the files that do.
fn same(ours: &[u8], theirs: &[u8]) -> Result<()> {
    if ours == theirs {
        return Ok(());
    }
    let (ours, theirs) = (contents(ours)?, contents(theirs)?);
    let mut differ: Vec<String> = Vec::new();
    for (name, sum) in &ours {
        match theirs.iter().find(|(other, _)| other == name) {
            None => differ.push(format!("{name} is missing")),
            Some((_, other)) if other != sum => differ.push(format!("{name} differs")),
            Some(_) => {}
        }
    }
    let added = theirs.iter().filter(|(name, _)| ours.iter().all(|(mine, _)| mine != name));
    differ.extend(added.map(|(name, _)| format!("{name} is new")));
    if differ.is_empty() {
        differ.push("the files are the same, the way they are packed is not".to_string());
    }
    bail!("{}", differ.join("; "))
}

/// Each file of a package with the sum of its bytes.
fn contents(package: &[u8]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut zip = ZipArchive::new(Cursor::new(package))?;
    (0..zip.len())
        .map(|at| {
            let mut entry = zip.by_index(at)?;
            let mut sum = Sha256::new();
            let mut bytes = Vec::new();
            std::io::copy(&mut entry, &mut bytes)?;
            sum.update(&bytes);
            Ok((entry.name()?.into_owned(), sum.finalize().to_vec()))
        })
        .collect()
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

    fn entry(name: &str, text: &str) -> (String, Vec<u8>) {
        (name.to_string(), text.as_bytes().to_vec())
    }

    #[test]
    fn a_package_that_differs_names_the_file() {
        let one = archive(&[entry("a.js", "a"), entry("b.js", "b")], 9).unwrap();
        assert!(same(&one, &one).is_ok());
        let why = |entries: &[(String, Vec<u8>)]| {
            same(&one, &archive(entries, 9).unwrap()).unwrap_err().to_string()
        };
        assert_eq!(why(&[entry("a.js", "x"), entry("b.js", "b")]), "a.js differs");
        assert_eq!(why(&[entry("b.js", "b"), entry("c.js", "")]), "a.js is missing; c.js is new");
        let turned = [entry("b.js", "b"), entry("a.js", "a")];
        assert!(why(&turned).contains("the way they are packed"));
    }

    #[test]
    fn sources_are_unpacked_as_they_were_packed_and_nowhere_else() {
        let folder = std::env::temp_dir().join(format!("sayso-unpack-{}", std::process::id()));
        let package = folder.join("a.zip");
        let files = [entry(".ci/run", "#!/bin/sh\n"), entry("a/b.txt", "b")];
        run::write(&package, &archive(&files, 9).unwrap()).unwrap();
        unpack(&package, &folder.join("out")).unwrap();
        assert_eq!(fs::read_to_string(folder.join("out/a/b.txt")).unwrap(), "b");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let run = fs::metadata(folder.join("out/.ci/run")).unwrap();
            assert_eq!(run.permissions().mode() & 0o111, 0o111);
        }
        run::write(&package, &archive(&[entry("../b.txt", "b")], 9).unwrap()).unwrap();
        assert!(unpack(&package, &folder.join("out")).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn sums_are_those_of_sha256sum() {
        let folder = std::env::temp_dir().join(format!("sayso-sums-{}", std::process::id()));
        run::write(&folder.join("a"), b"a").unwrap();
        let mut sums = String::new();
        put(&folder.join("p.zip"), &folder, &["a".to_string()], 9, &mut sums).unwrap();
        let bytes = fs::read(folder.join("p.zip")).unwrap();
        assert_eq!(sums, format!("{:x}  p.zip\n", Sha256::digest(bytes)));
        fs::remove_dir_all(&folder).unwrap();
    }
}
