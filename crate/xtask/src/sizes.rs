//! How much a reader downloads, and how much we allow ourselves.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;
use rustc_demangle::demangle;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::run;

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
/// the first ten segments of a TCP connection (RFC 6928), of 1,460 bytes each.
const CONTENT_BUDGET: usize = 10 * 1_460;
/// The modules and what each may weigh. None is fetched over a network, but each is compiled:
/// the engine whenever the browser wakes the broker, the reader for each worker.
const MODULES: [(&str, usize); 7] = [
    ("engine", 700 * 1024),
    ("reader", 700 * 1024),
    // The field's own web build weighs three times this.
    ("manifest", 1024 * 1024),
    ("sound", 700 * 1024),
    // One decoder, for a format that few pages show.
    ("jxl", 600 * 1024),
    ("following", 300 * 1024),
    ("desk", 700 * 1024),
];

/// What runs on every page: all that lies in the folder of content scripts, weighed as one piece,
/// since no page reads one of them without the others.
pub fn content_scripts(package: &Path) -> Result<Size> {
    let folder = package.join("content");
    let mut scripts = Vec::new();
    for file in run::files_below(&folder)? {
        let bytes = fs::read(folder.join(&file))
            .with_context(|| format!("cannot read the content script {file}"))?;
        scripts.extend(bytes);
    }
    let (raw, gzip) = (scripts.len(), gzipped(&scripts));
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

/// Formats, and where the code that decodes them has its name from: a crate, or a room of ours.
const FORMATS: [(&str, &[&str]); 16] = [
    ("JPEG", &["sayso_pixels::jpeg"]),
    ("PNG", &["png", "fdeflate", "simd_adler32"]),
    ("GIF", &["gif", "sayso_core::fingerprint::gif"]),
    ("WebP", &["image_webp", "sayso_core::fingerprint::webp"]),
    ("BMP", &["sayso_core::fingerprint::bmp"]),
    ("ICO", &["sayso_core::fingerprint::ico"]),
    ("TIFF", &["sayso_core::fingerprint::tiff", "fax"]),
    ("GIF and TIFF: LZW", &["weezl"]),
    ("PNG, TIFF, metadata: zlib", &["miniz_oxide"]),
    ("MP3", &["symphonia_bundle_mp3", "nanomp3_core", "wide"]),
    ("AAC, MP4", &["symphonia_codec_aac", "symphonia_format_isomp4", "symphonia_codec_alac"]),
    ("Vorbis, Ogg", &["symphonia_codec_vorbis", "symphonia_format_ogg"]),
    ("Opus", &["opus_rs"]),
    ("FLAC", &["symphonia_bundle_flac"]),
    ("WAV, AIFF", &["symphonia_format_riff", "symphonia_codec_pcm", "symphonia_codec_adpcm"]),
    ("Matroska, WebM", &["symphonia_format_mkv"]),
];

/// Prints what modules that still have the names of their functions are made of: the decoder of
/// each format, then what else weighs much. Code that was inlined counts where it went; tables of
/// data have no names and stand in a line of their own.
pub fn formats(modules: &[PathBuf]) -> Result<()> {
    for module in modules {
        let bytes = fs::read(module)?;
        let Made { mut code, data } =
            made_of(&bytes).with_context(|| format!("{} is not understood", module.display()))?;
        let all: usize = code.values().sum();
        let name = module.file_stem().unwrap_or_default().display();
        println!("{name}: {all} bytes of code before it is shrunk, {data} of data");
        println!("{:<28}{:<40}{:>10}{:>8}", "format", "read by", "bytes", "share");
        let row = |what: &str, by: &str, bytes: usize| {
            println!("{what:<28}{by:<40}{bytes:>10}{:>7.1}%", 100.0 * bytes as f64 / all as f64);
        };
        for (format, homes) in FORMATS {
            for home in homes {
                let within = |path: &str| {
                    path.strip_prefix(home).is_some_and(|r| r.is_empty() || r.starts_with(':'))
                };
                let bytes = code.extract_if(.., |path, _| within(path)).map(|(_, n)| n).sum();
                if bytes > 0 {
                    row(format, home, bytes);
                }
            }
        }
        let mut crates: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, bytes) in &code {
            *crates.entry(path.split("::").next().unwrap_or_default()).or_default() += bytes;
        }
        let mut rest: Vec<_> = crates.into_iter().collect();
        rest.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        let (large, small) = rest.split_at(rest.len().min(12));
        for (name, bytes) in large {
            row("", name, *bytes);
        }
        row("", "all others", small.iter().map(|(_, bytes)| bytes).sum());
        println!();
    }
    Ok(())
}

/// Bytes of a module: of code by the path that its name begins with, of data.
struct Made {
    code: BTreeMap<String, usize>,
    data: usize,
}

fn made_of(module: &[u8]) -> Result<Made> {
    let (mut imported, mut sizes, mut data) = (0, Vec::new(), 0);
    let mut code = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len()),
            Payload::DataSection(section) => data = section.range().len(),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(names) = section.as_known() else { continue };
                for name in names {
                    let Name::Function(names) = name? else { continue };
                    for naming in names {
                        let naming = naming?;
                        let index = (naming.index as usize).checked_sub(imported);
                        if let Some(size) = index.and_then(|index| sizes.get(index)) {
                            *code.entry(home(naming.name)).or_default() += size;
                        }
                    }
                }
            }
            _ => {}
        }
    }
    if code.is_empty() {
        bail!("its functions have no names");
    }
    Ok(Made { code, data })
}

/// The path that a function's name begins with: of the type where it belongs to one.
fn home(name: &str) -> String {
    let plain = format!("{:#}", demangle(name));
    let path = plain.trim_start_matches(['<', '&', '[', '(', '*']);
    let path = ["mut ", "const ", "dyn "].iter().fold(path, |p, w| p.strip_prefix(w).unwrap_or(p));
    path.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect()
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
    fn code_is_at_home_where_its_type_is() {
        let mangled = "_ZN3png7decoder6Reader4next17h0123456789abcdefE";
        assert_eq!(home(mangled), "png::decoder::Reader::next");
        assert_eq!(home("<&mut gif::Frame as core::fmt::Debug>::fmt"), "gif::Frame");
        assert_eq!(home("memcpy"), "memcpy");
    }

    #[test]
    fn gzip_makes_repetition_small() {
        assert!(gzipped(&[7; 10_000]) < 100);
    }
}
