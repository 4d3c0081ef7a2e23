//! IETF AI Preferences: the `Content-Usage` response header and robots.txt rule.
//!
//! Specifications: draft-ietf-aipref-vocab-08 for the words,
//! <https://datatracker.ietf.org/doc/draft-ietf-aipref-vocab/>, and
//! draft-ietf-aipref-attach-05 for the carriers. Both are working-group drafts, so
//! the words of earlier drafts are read, too, as a withdrawn vocabulary. Values are
//! RFC 9651 dictionaries. Left out: parameters, which the draft tells us to ignore
//! (a CC signal among them is kept as a remark), and preferences inside files.

use std::collections::BTreeMap;

use sfv::{BareItem, Dictionary, ListEntry, Parser};

use crate::signal::robots::{Line, Robots, fit, subject};
use crate::signal::{Asset, Draft, Findings, Signal, Source};
use crate::vocabulary::{Basis, Scope, Tier, Use, Verdict};

/// The response header.
pub const HEADER: Signal = Signal {
    id: "aipref.header",
    title: "AI Preferences header (Content-Usage)",
    spec: "https://datatracker.ietf.org/doc/draft-ietf-aipref-attach/",
    scope: Scope::Url,
    source: Source::Headers,
    read: read_header,
};

/// The robots.txt rule.
pub const ROBOTS: Signal = Signal {
    id: "aipref.robots",
    title: "AI Preferences in robots.txt (Content-Usage)",
    spec: "https://datatracker.ietf.org/doc/draft-ietf-aipref-attach/",
    scope: Scope::Origin,
    source: Source::Robots,
    read: read_robots,
};

/// The words of the newest draft (vocab-08, clause 4) and what each covers.
const WORDS: [(&str, &[Use]); 3] =
    [("train-ai", &[Use::TrainGen]), ("ai-use", &[Use::AiInput]), ("search", &[Use::Search])];

/// Words of drafts -01 to -07 that cover one use.
const OLD_WORDS: [(&str, Use); 4] = [
    ("train-genai", Use::TrainGen),
    ("genai", Use::TrainGen),
    ("inference", Use::AiInput),
    ("ai-output", Use::AiInput),
];

/// Umbrella words of drafts -01 to -04. Their `n` forbids everything; their `y` is
/// not read, since nobody can have meant uses that were named later.
const OLD_UMBRELLAS: [&str; 3] = ["bots", "all", "tdm"];

fn read_header(asset: &Asset<'_>, findings: &mut Findings) {
    let values = asset.headers("content-usage");
    if values.is_empty() {
        return;
    }
    // Repeated header lines are one dictionary (RFC 9651, 4.2).
    let raw = values.join(", ");
    let host = asset.host().unwrap_or_default();
    let locator = "header content-usage";
    match parse(&raw) {
        Ok(said) => {
            let draft = findings.draft("http", locator, raw.as_str(), Tier::S3).by(host);
            state(said, draft, locator, &raw, findings);
        }
        Err(why) => findings.malformed(locator, raw, why),
    }
}

fn read_robots(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(robots) = Robots::of(asset, findings) else { return };
    let host = asset.host().unwrap_or_default();
    for line in robots.stray.iter().filter(|l| l.field.eq_ignore_ascii_case("content-usage")) {
        findings.malformed(line.locator(), line.value.as_str(), "outside every group");
    }
    let path = subject(&asset.path());
    // A path that may not be crawled has no preference (attach-05, Content-Usage rule semantics).
    if robots.everybody().blocked_by().is_none() {
        for (pattern, value, line) in longest(robots.everybody().usage(), &path) {
            let locator = line.locator();
            match parse(&value) {
                Ok(said) => {
                    let draft = findings
                        .draft("robots.txt", locator.as_str(), line.value.as_str(), Tier::S1)
                        .pattern(if pattern.is_empty() { "/" } else { pattern.as_str() })
                        .by(host.as_str());
                    state(said, draft, &locator, &line.value, findings);
                }
                Err(why) => findings.malformed(locator, line.value.as_str(), why),
            }
        }
    }
    // What single crawlers are told decides nothing for the others.
    for (agents, line) in robots.others(|view| view.usage()) {
        let draft = findings
            .draft("robots.txt", line.locator(), line.value.as_str(), Tier::S1)
            .by(host.as_str())
            .note(format!("only for {agents}"));
        findings.add(draft);
    }
}

/// The rules with the longest matching path; several when they share that path. The
/// path may be absent and counts no octets then.
fn longest(lines: Vec<Line>, path: &str) -> Vec<(String, String, Line)> {
    let mut best: Vec<(String, String, Line)> = Vec::new();
    let mut octets = 0;
    for line in lines {
        let (pattern, value) = if line.value.starts_with('/') {
            let (pattern, value) = line.value.split_once([' ', '\t']).unwrap_or((&line.value, ""));
            (pattern.to_string(), value.trim().to_string())
        } else {
            (String::new(), line.value.clone())
        };
        let fits = if pattern.is_empty() { Some(0) } else { fit(&pattern, path) };
        let Some(fits) = fits else { continue };
        if best.is_empty() || fits > octets {
            best.clear();
            octets = fits;
        } else if fits < octets {
            continue;
        }
        best.push((pattern, value, line));
    }
    best
}

/// What one dictionary says, and remarks on it.
struct Said {
    verdicts: BTreeMap<Use, (Verdict, Basis)>,
    notes: Vec<String>,
    /// Known words whose value is no `y` or `n`.
    unknown: Vec<String>,
}

/// Reads one dictionary. A value that does not parse says nothing at all.
fn parse(value: &str) -> Result<Said, &'static str> {
    let dictionary: Dictionary =
        Parser::new(value).parse().map_err(|_| "not an RFC 9651 dictionary")?;
    let mut said = Said { verdicts: BTreeMap::new(), notes: Vec::new(), unknown: Vec::new() };
    for (key, entry) in &dictionary {
        let key = key.as_str();
        let (uses, basis): (&[Use], Basis) =
            if let Some((_, u)) = WORDS.iter().find(|(w, _)| *w == key) {
                (u, Basis::Explicit)
            } else if let Some((_, u)) = OLD_WORDS.iter().find(|(w, _)| *w == key) {
                (std::slice::from_ref(u), Basis::Legacy)
            } else if OLD_UMBRELLAS.contains(&key) {
                (&Use::ALL, Basis::Legacy)
            } else {
                said.notes.push(format!("unknown key {key}"));
                continue;
            };
        let ListEntry::Item(item) = entry else {
            said.unknown.push(key.to_string());
            continue;
        };
        let verdict = match &item.bare_item {
            BareItem::Token(token) if token.as_str() == "n" => Verdict::Denied,
            BareItem::Token(token) if token.as_str() == "y" => Verdict::Allowed,
            _ => {
                said.unknown.push(key.to_string());
                continue;
            }
        };
        if OLD_UMBRELLAS.contains(&key) && verdict == Verdict::Allowed {
            said.notes.push(format!("withdrawn key {key}"));
            continue;
        }
        if basis == Basis::Legacy {
            said.notes.push(format!("withdrawn key {key}"));
        }
        for u in uses {
            // The word of the newest draft speaks for its use; among withdrawn words
            // the most restrictive one does.
            let kept = said.verdicts.get(u).copied();
            let better = match kept {
                None => true,
                Some((_, Basis::Explicit)) => basis == Basis::Explicit,
                Some((v, _)) => basis == Basis::Explicit || verdict < v,
            };
            if better {
                said.verdicts.insert(*u, (verdict, basis));
            }
        }
        for (name, value) in &item.params {
            if name.as_str() == "exceptions" {
                said.notes.push(format!("CC signal {}", plain(value)));
            }
        }
    }
    Ok(said)
}

/// A parameter's value as people write it.
fn plain(value: &BareItem) -> String {
    match value {
        BareItem::Token(t) => t.as_str().to_string(),
        BareItem::String(s) => s.as_str().to_string(),
        _ => String::new(),
    }
}

/// Adds the statement, or says that nothing in it could be understood.
fn state(said: Said, mut draft: Draft, locator: &str, raw: &str, findings: &mut Findings) {
    for key in &said.unknown {
        findings.malformed(locator, raw, format!("the value of {key} is neither y nor n"));
    }
    if said.verdicts.is_empty() {
        return;
    }
    for (u, (verdict, basis)) in said.verdicts {
        draft = draft.says(u, verdict, basis);
    }
    for note in said.notes.into_iter().take(16) {
        draft = draft.note(note);
    }
    findings.add(draft);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::bench::{Bench, said};
    use crate::vocabulary::Statement;

    fn header(value: &str) -> (String, &'static str) {
        let findings = Bench::new().header("Content-Usage", value).read();
        let text = findings.of("aipref.header").first().map(said).unwrap_or_default();
        (text, findings.state("aipref.header"))
    }

    fn rules(text: &str, url: &str) -> Vec<Statement> {
        Bench::new().url(url).robots(text).read().of("aipref.robots")
    }

    #[test]
    fn every_row_of_the_error_table() {
        for (value, expected, state) in [
            ("train-ai=n, search=y", "search=allowed train.gen=denied", "found"),
            ("train-ai", "", "malformed"),
            ("train-ai=\"n\"", "", "malformed"),
            ("Train-AI=n", "", "malformed"),
            ("train-ai=y, train-ai, search=n, search=\"n\"", "", "malformed"),
            ("train-ai;x=n, train-ai=y", "train.gen=allowed", "found"),
            ("train-ai=n,", "", "malformed"),
            ("train-ai=n;exceptions=cc-cr", "train.gen=denied", "found"),
        ] {
            assert_eq!(header(value), (expected.to_string(), state), "{value}");
        }
    }

    #[test]
    fn every_word_of_the_newest_draft() {
        assert_eq!(
            header("train-ai=n, ai-use=n, search=n").0,
            "search=denied train.gen=denied ai.input=denied"
        );
        assert_eq!(
            header("train-ai=y, ai-use=y, search=y").0,
            "search=allowed train.gen=allowed ai.input=allowed"
        );
        assert_eq!(header("train-ai=no").1, "malformed");
        assert_eq!(header("train-ai=?0").1, "malformed");
        assert_eq!(header("train-ai=(n)").1, "malformed");
    }

    #[test]
    fn unknown_keys_are_ignored() {
        assert_eq!(header("robots=n, x;y=1"), (String::new(), "checked-absent"));
        assert_eq!(header("x=1, train-ai=n").0, "train.gen=denied");
    }

    #[test]
    fn withdrawn_words_are_read_as_such() {
        assert_eq!(header("train-genai=n").0, "train.gen=denied~");
        assert_eq!(header("genai=y").0, "train.gen=allowed~");
        assert_eq!(header("inference=n").0, "ai.input=denied~");
        assert_eq!(header("ai-output=n").0, "ai.input=denied~");
        for umbrella in ["bots", "all", "tdm"] {
            assert_eq!(
                header(&format!("{umbrella}=n")).0,
                "search=denied~ tdm=denied~ train.nongen=denied~ train.gen=denied~ ai.input=denied~ ai.index=denied~"
            );
            assert_eq!(header(&format!("{umbrella}=y")).0, "", "{umbrella} is no permission");
        }
    }

    #[test]
    fn the_newest_word_speaks_for_its_use() {
        assert!(header("search=y, all=n").0.starts_with("search=allowed tdm=denied~"));
        assert!(header("all=n, search=y").0.starts_with("search=allowed tdm=denied~"));
    }

    #[test]
    fn header_lines_join_into_one_dictionary() {
        let findings = Bench::new()
            .header("content-usage", "train-ai=y")
            .header("Content-Usage", "train-ai=n, ai-use=y")
            .read();
        let found = findings.of("aipref.header");
        assert_eq!(found.len(), 1);
        assert_eq!(said(&found[0]), "train.gen=denied ai.input=allowed", "the last key wins");
        assert_eq!(found[0].raw, "train-ai=y, train-ai=n, ai-use=y");
        assert_eq!((found[0].tier, found[0].locator.as_str()), (Tier::S3, "header content-usage"));
    }

    #[test]
    fn a_cc_signal_is_remarked() {
        let findings = Bench::new().header("content-usage", "ai-use=n;exceptions=cc-cr").read();
        assert_eq!(findings.of("aipref.header")[0].notes, ["CC signal cc-cr"]);
    }

    #[test]
    fn the_longest_path_wins_over_a_rule_without_one() {
        let text = "User-agent: *\nAllow: /\nContent-Usage: train-ai=n\nContent-Usage: /cc0/ train-ai=y, ai-use=y";
        let found = rules(text, "https://gallery.test/cc0/a.png");
        assert_eq!(found.len(), 1);
        assert_eq!(said(&found[0]), "train.gen=allowed ai.input=allowed");
        assert_eq!(
            (found[0].pattern.as_deref(), found[0].locator.as_str()),
            (Some("/cc0/"), "robots.txt line 4")
        );
        let found = rules(text, "https://gallery.test/photos/a.png");
        assert_eq!(said(&found[0]), "train.gen=denied");
        assert_eq!(found[0].tier, Tier::S1);
    }

    #[test]
    fn a_longer_path_without_preference_says_nothing() {
        let text = "User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /open/";
        assert!(rules(text, "https://gallery.test/open/a.png").is_empty());
    }

    #[test]
    fn rules_of_one_path_that_differ_are_both_kept() {
        let text = "User-agent: *\nContent-Usage: /a train-ai=y\nContent-Usage: /a train-ai=n";
        let found = rules(text, "https://gallery.test/a.png");
        assert_eq!(
            found.iter().map(said).collect::<Vec<_>>(),
            ["train.gen=allowed", "train.gen=denied"]
        );
    }

    #[test]
    fn a_path_that_may_not_be_crawled_has_no_preference() {
        let text = "User-agent: *\nDisallow: /a\nContent-Usage: train-ai=y";
        assert!(rules(text, "https://gallery.test/a.png").is_empty());
        assert_eq!(rules(text, "https://gallery.test/b.png").len(), 1);
    }

    #[test]
    fn what_one_crawler_is_told_decides_nothing() {
        let found = rules(
            "User-agent: GPTBot\nContent-Usage: train-ai=n\nUser-agent: *\nAllow: /",
            "https://gallery.test/a.png",
        );
        assert!(found[0].verdicts.is_empty());
        assert_eq!(found[0].notes, ["only for gptbot"]);
    }

    #[test]
    fn a_rule_outside_every_group_is_malformed() {
        let findings = Bench::new().robots("Content-Usage: train-ai=n\n").read();
        assert_eq!(findings.state("aipref.robots"), "malformed");
    }

    #[test]
    fn a_broken_rule_is_malformed_and_the_comment_is_not_part_of_it() {
        let findings = Bench::new().robots("User-agent: *\nContent-Usage: Train-AI=n").read();
        assert_eq!(findings.state("aipref.robots"), "malformed");
        let found = rules(
            "User-agent: *\nContent-Usage: train-ai=n # not for models",
            "https://gallery.test/a.png",
        );
        assert_eq!(said(&found[0]), "train.gen=denied");
    }
}
