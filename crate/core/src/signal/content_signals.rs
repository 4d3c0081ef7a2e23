//! Content Signals: a robots.txt line and a response header for three uses.
//!
//! Specification: <https://contentsignals.org/>, published on 24 September 2025.
//! The policy is silent on repeated lines; all that match are kept. Left out: the
//! key `use`, which is under test and has no agreed meaning.

use crate::limits::Limits;
use crate::signal::robots::{Robots, fit, subject};
use crate::signal::{Asset, Draft, Findings, Signal, Source};
use crate::vocabulary::{Basis, Scope, Tier, Use, Verdict};

/// The robots.txt line.
pub const ROBOTS: Signal = Signal {
    id: "cs.robots",
    title: "Content Signals in robots.txt",
    spec: "https://contentsignals.org/",
    scope: Scope::Origin,
    source: Source::Robots,
    read: read_robots,
};

/// The response header.
pub const HEADER: Signal = Signal {
    id: "cs.header",
    title: "Content Signals header",
    spec: "https://contentsignals.org/",
    scope: Scope::Url,
    source: Source::Headers,
    read: read_header,
};

/// The three keys and the uses they cover. `ai-train` means training of any kind.
const KEYS: [(&str, &[Use]); 3] = [
    ("search", &[Use::Search]),
    ("ai-input", &[Use::AiInput]),
    ("ai-train", &[Use::TrainNongen, Use::TrainGen]),
];

fn read_robots(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(robots) = Robots::of(asset, findings) else { return };
    let host = asset.host().unwrap_or_default();
    for line in robots.stray.iter().filter(|l| l.field.eq_ignore_ascii_case("content-signal")) {
        findings.malformed(line.locator(), line.value.as_str(), "outside every group");
    }
    let path = subject(&asset.path());
    for line in robots.everybody().signals() {
        let (pattern, value) = if line.value.starts_with('/') {
            line.value.split_once([' ', '\t']).unwrap_or((&line.value, ""))
        } else {
            ("/", line.value.as_str())
        };
        if fit(pattern, &path).is_none() {
            continue;
        }
        let draft = findings
            .draft("robots.txt", line.locator(), line.value.as_str(), Tier::S1)
            .pattern(pattern)
            .by(host.as_str());
        state(value, draft, findings);
    }
    for (agents, line) in robots.others(|view| view.signals()) {
        let draft = findings
            .draft("robots.txt", line.locator(), line.value.as_str(), Tier::S1)
            .by(host.as_str())
            .note(format!("only for {agents}"));
        findings.add(draft);
    }
}

/// Reads the header. One intermediary adds `yes` for everything to the Markdown it
/// makes out of pages whose owners said nothing, so there it carries no weight.
fn read_header(asset: &Asset<'_>, findings: &mut Findings) {
    let values = asset.headers("content-signal");
    if values.is_empty() {
        return;
    }
    let markdown = asset
        .headers("content-type")
        .iter()
        .any(|t| t.trim().to_ascii_lowercase().starts_with("text/markdown"));
    let raw = values.join(", ");
    let tier = if markdown { Tier::S0 } else { Tier::S3 };
    let mut draft = findings
        .draft("http", "header content-signal", raw.as_str(), tier)
        .by(asset.host().unwrap_or_default());
    if markdown {
        draft = draft.note("default of a converter");
    }
    state(&raw, draft, findings);
}

/// Reads the pairs of one value; per key the most restrictive word counts. Absent
/// keys neither grant nor restrict.
fn state(value: &str, mut draft: Draft, findings: &mut Findings) {
    let mut spoke = false;
    for pair in value.split([',', ';']).take(Limits::DEFAULT.statements) {
        let (key, word) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, word) = (key.trim().to_ascii_lowercase(), word.trim().to_ascii_lowercase());
        if key.is_empty() {
            continue;
        }
        let Some((_, uses)) = KEYS.iter().find(|(k, _)| *k == key) else {
            let word: String = pair.trim().chars().take(80).collect();
            draft = draft.note(format!("unknown key {word}"));
            continue;
        };
        let verdict = match word.as_str() {
            "yes" => Verdict::Allowed,
            "no" => Verdict::Denied,
            _ => {
                let locator = draft.0.locator.clone();
                findings.malformed(locator, pair.trim(), "neither yes nor no");
                continue;
            }
        };
        spoke = true;
        for u in *uses {
            let kept = draft.0.verdicts.get(u).map(|s| s.verdict);
            if kept.is_none_or(|kept| verdict < kept) {
                draft = draft.says(*u, verdict, Basis::Explicit);
            }
        }
    }
    if spoke || !draft.0.notes.is_empty() {
        findings.add(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::bench::{Bench, said};

    fn robots(text: &str) -> Vec<String> {
        Bench::new().robots(text).read().of("cs.robots").iter().map(said).collect()
    }

    #[test]
    fn every_key_of_the_table() {
        assert_eq!(robots("User-agent: *\nContent-Signal: search=yes"), ["search=allowed"]);
        assert_eq!(robots("User-agent: *\nContent-Signal: search=no"), ["search=denied"]);
        assert_eq!(
            robots("User-agent: *\nContent-Signal: ai-train=no"),
            ["train.nongen=denied train.gen=denied"]
        );
        assert_eq!(
            robots("User-agent: *\nContent-Signal: ai-train=yes"),
            ["train.nongen=allowed train.gen=allowed"]
        );
        assert_eq!(robots("User-agent: *\nContent-Signal: ai-input=no"), ["ai.input=denied"]);
        assert_eq!(robots("User-agent: *\nContent-Signal: ai-input=yes"), ["ai.input=allowed"]);
    }

    #[test]
    fn the_managed_form_is_read() {
        let bench = Bench::new().robots(
            "# a preamble\nUser-Agent: *\nContent-signal: search=yes,ai-train=no,use=reference\nAllow: /\n\nUser-agent: GPTBot\nDisallow: /\n",
        );
        let found = bench.read().of("cs.robots");
        assert_eq!(said(&found[0]), "search=allowed train.nongen=denied train.gen=denied");
        assert_eq!(found[0].notes, ["unknown key use=reference"]);
        assert_eq!(
            (found[0].locator.as_str(), found[0].pattern.as_deref(), found[0].tier),
            ("robots.txt line 3", Some("/"), Tier::S1)
        );
    }

    #[test]
    fn the_group_of_the_origin_merges_with_the_managed_one() {
        let found = robots(
            "User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n\nUser-agent: *\nContent-Signal: ai-input=no\nDisallow: /admin/\n",
        );
        assert_eq!(found, ["train.nongen=denied train.gen=denied", "ai.input=denied"]);
    }

    #[test]
    fn a_path_narrows_it() {
        let text = "User-agent: *\nContent-Signal: /blog/ ai-train=no, search=yes\nContent-Signal: /photos/ ai-train=yes";
        assert_eq!(robots(text), ["train.nongen=allowed train.gen=allowed"]);
    }

    #[test]
    fn the_most_restrictive_word_counts_in_one_line() {
        assert_eq!(
            robots("User-agent: *\nContent-Signal: search=no, search=yes"),
            ["search=denied"]
        );
        assert_eq!(
            robots("User-agent: *\nContent-Signal: search=yes, search=no"),
            ["search=denied"]
        );
    }

    #[test]
    fn an_unknown_word_says_nothing() {
        let findings = Bench::new().robots("User-agent: *\nContent-Signal: ai-train=maybe").read();
        assert!(findings.of("cs.robots").is_empty());
        assert_eq!(findings.state("cs.robots"), "malformed");
    }

    #[test]
    fn a_named_crawlers_line_decides_nothing_for_others() {
        let found = Bench::new()
            .robots("User-agent: GPTBot\nContent-Signal: ai-train=no\nAllow: /")
            .read()
            .of("cs.robots");
        assert_eq!((said(&found[0]), found[0].notes.len()), (String::new(), 1));
    }

    #[test]
    fn a_line_outside_every_group_binds_nobody() {
        let findings = Bench::new().robots("Content-Signal: ai-train=no\n").read();
        assert_eq!(findings.state("cs.robots"), "malformed");
    }

    #[test]
    fn the_header_is_about_this_asset() {
        let found =
            Bench::new().header("Content-Signal", "ai-train=no, search=yes").read().of("cs.header");
        assert_eq!(said(&found[0]), "search=allowed train.nongen=denied train.gen=denied");
        assert_eq!((found[0].tier, found[0].scope), (Tier::S3, Scope::Url));
    }

    #[test]
    fn the_default_of_a_markdown_converter_has_no_weight() {
        let found = Bench::new()
            .header("content-type", "text/markdown; charset=utf-8")
            .header("content-signal", "ai-train=yes, search=yes, ai-input=yes")
            .read()
            .of("cs.header");
        assert_eq!(found[0].tier, Tier::S0);
    }
}
