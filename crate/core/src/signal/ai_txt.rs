//! `ai.txt`: which kinds of media may not be used to train.
//!
//! Specification: Spawning's proposal of May 2023, <https://site.spawning.ai/spawning-ai-txt>:
//! the lines of a robots.txt, with endings of file names as their paths. Not a standard, and
//! other proposals took the same name: a text that has no such group is none of it. Only the
//! group for everybody is read. Left out: what it allows, which nobody can be held to.

use std::sync::Arc;

use crate::limits::Limits;
use crate::page::Look;
use crate::signal::robots::{Robots, Rules, is_page};
use crate::signal::{Asset, Findings, Signal, Source};
use crate::vocabulary::{Basis, Scope, Tier, Use, Verdict};

/// The file of the site.
pub const AI_TXT: Signal = Signal {
    id: "aitxt",
    title: "ai.txt",
    spec: "https://site.spawning.ai/spawning-ai-txt",
    scope: Scope::Origin,
    source: Source::AiTxt,
    read,
};

fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let Look::Got { text, mime, .. } = asset.site.look(crate::signal::SiteFile::AiTxt) else {
        return;
    };
    let plain = mime.is_empty() || mime.to_ascii_lowercase().starts_with("text/plain");
    if !plain || is_page(text, mime) {
        return;
    }
    let rules = Arc::new(Rules::read(text, &Limits::DEFAULT));
    if rules.over_limit {
        findings.malformed(format!("ai.txt line {}", rules.lines), "", "more lines than are read");
    }
    let line = paths(asset)
        .into_iter()
        .find_map(|path| Robots::with(rules.clone(), &path).everybody().blocked_by().cloned());
    let Some(line) = line else { return };
    let draft = findings
        .draft(
            "ai.txt",
            format!("ai.txt line {}", line.number),
            format!("{}: {}", line.field, line.value),
            Tier::S0,
        )
        .pattern(line.value.as_str())
        .by(asset.host().unwrap_or_default())
        .says(Use::TrainNongen, Verdict::Denied, Basis::Explicit)
        .says(Use::TrainGen, Verdict::Denied, Basis::Explicit);
    findings.add(draft);
}

/// The path of the asset; where its name has no ending, also with those of its format.
fn paths(asset: &Asset<'_>) -> Vec<String> {
    let path = asset.path().to_ascii_lowercase();
    let name = path.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let format = asset.reading.and_then(|r| r.media.as_ref()).map(|m| m.format.as_str());
    let endings: &[&str] = match format {
        _ if name.contains('.') => &[],
        Some("jpeg") => &["jpg", "jpeg"],
        Some("tiff") => &["tif", "tiff"],
        Some(_) | None => &[],
    };
    let bare = path.split('?').next().unwrap_or_default();
    let mut all: Vec<String> = endings.iter().map(|e| format!("{bare}.{e}")).collect();
    if let Some(format) = format.filter(|_| endings.is_empty() && !name.contains('.')) {
        all.push(format!("{bare}.{format}"));
    }
    all.extend([asset.path(), path]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::SiteFile;
    use crate::signal::bench::{Bench, got, said};

    fn read_at(url: &str, text: &str, mime: &str) -> (String, &'static str) {
        let findings = Bench::new().url(url).file(SiteFile::AiTxt, got(text, mime)).read();
        let said = findings.of("aitxt").first().map(said).unwrap_or_default();
        (said, findings.state("aitxt"))
    }

    const DENIED: &str = "train.nongen=denied train.gen=denied";
    const TEXT: &str = "# Spawning AI\nUser-Agent: *\nDisallow: *.jpg\nDisallow: *.png\nAllow: *.mp3\nDisallow: /private/\n";

    #[test]
    fn a_kind_of_media_is_refused_by_its_ending() {
        let at = |url: &str| read_at(url, TEXT, "text/plain; charset=utf-8");
        assert_eq!(at("https://gallery.test/a.jpg"), (DENIED.to_string(), "found"));
        assert_eq!(at("https://gallery.test/A.JPG?w=1"), (DENIED.to_string(), "found"));
        assert_eq!(at("https://gallery.test/a.mp3"), (String::new(), "checked-absent"));
        assert_eq!(at("https://gallery.test/private/a.gif").0, DENIED);
    }

    #[test]
    fn a_name_without_ending_is_known_by_its_bytes() {
        let (said, _) = read_at("https://gallery.test/media?id=7", TEXT, "text/plain");
        assert_eq!(said, DENIED);
    }

    #[test]
    fn it_is_the_weakest_kind_of_statement() {
        let bench = Bench::new().file(SiteFile::AiTxt, got(TEXT, "text/plain"));
        let found = bench.read().of("aitxt");
        assert_eq!((found[0].tier, found[0].scope), (Tier::S0, Scope::Origin));
        assert_eq!(found[0].locator, "ai.txt line 3");
        assert_eq!(found[0].pattern.as_deref(), Some("*.jpg"));
    }

    #[test]
    fn other_texts_of_that_name_are_left_alone() {
        for (text, mime) in [
            ("# About us\nWe like models. Disallow: nothing", "text/plain"),
            ("User-agent: *\nDisallow: *.jpg", "text/markdown"),
            ("<!doctype html>\nUser-agent: *\nDisallow: /", "text/plain"),
            ("User-agent: GPTBot\nDisallow: /", "text/plain"),
            ("", "text/plain"),
        ] {
            let (said, state) = read_at("https://gallery.test/a.jpg", text, mime);
            assert_eq!((said.as_str(), state), ("", "checked-absent"), "{text}");
        }
    }
}
