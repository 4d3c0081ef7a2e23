//! `trust.txt`: whether a publisher allows its data to be used to train.
//!
//! Specification: JournalList's trust.txt,
//! <https://journallist.net/reference-document-for-trust-txt-specifications>: lines of
//! `attribute=value`; here only `datatrainingallowed` is read. The file stands at
//! `/trust.txt`, else at `/.well-known/trust.txt`. Left out: memberships and accounts.

use crate::limits::Limits;
use crate::page::Look;
use crate::signal::robots::is_page;
use crate::signal::{Asset, Findings, Signal, Source};
use crate::vocabulary::{Basis, Scope, Tier, Use, Verdict};

/// The attribute about training.
pub const TRUST_TXT: Signal = Signal {
    id: "trusttxt",
    title: "trust.txt",
    spec: "https://journallist.net/reference-document-for-trust-txt-specifications",
    scope: Scope::Origin,
    source: Source::TrustTxt,
    read,
};

fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let Look::Got { text, mime, .. } = asset.site.trust_txt() else { return };
    if is_page(text, mime) {
        return;
    }
    let text = text.trim_start_matches('\u{feff}');
    for (index, line) in text.lines().take(Limits::DEFAULT.lines).enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some((name, value)) = line.split_once('=') else { continue };
        if !name.trim().eq_ignore_ascii_case("datatrainingallowed") {
            continue;
        }
        let locator = format!("trust.txt line {}", index + 1);
        let verdict = match value.trim().to_ascii_lowercase().as_str() {
            "no" => Verdict::Denied,
            "yes" => Verdict::Allowed,
            _ => {
                findings.malformed(locator, line, "neither yes nor no");
                continue;
            }
        };
        let draft = findings
            .draft("trust.txt", locator, line, Tier::S0)
            .by(asset.host().unwrap_or_default())
            .says(Use::TrainNongen, verdict, Basis::Explicit)
            .says(Use::TrainGen, verdict, Basis::Explicit);
        findings.add(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::SiteFile;
    use crate::signal::bench::{Bench, got, said};

    fn read_text(text: &str) -> (Vec<String>, &'static str) {
        let bench = Bench::new().file(SiteFile::TrustTxt, got(text, "text/plain"));
        let findings = bench.read();
        (findings.of("trusttxt").iter().map(said).collect(), findings.state("trusttxt"))
    }

    #[test]
    fn no_and_yes_are_read_whatever_their_case() {
        let no = "train.nongen=denied train.gen=denied".to_string();
        let text = "# trust.txt\nmember=https://a.test/\nDataTrainingAllowed = NO # never\n";
        assert_eq!(read_text(text), (vec![no.clone()], "found"));
        let yes = "train.nongen=allowed train.gen=allowed".to_string();
        assert_eq!(read_text("datatrainingallowed=yes"), (vec![yes], "found"));
        assert_eq!(read_text("\u{feff}datatrainingallowed=no").0, [no]);
    }

    #[test]
    fn anything_else_is_malformed_or_silent() {
        assert_eq!(read_text("datatrainingallowed=maybe").1, "malformed");
        assert_eq!(read_text("datatrainingallowed=").1, "malformed");
        for text in ["", "member=https://a.test/", "#datatrainingallowed=no", "<html>"] {
            assert_eq!(read_text(text), (vec![], "checked-absent"), "{text}");
        }
    }

    #[test]
    fn the_second_place_counts_where_the_first_has_none() {
        let no = || got("datatrainingallowed=no", "text/plain");
        let found = Bench::new().file(SiteFile::TrustTxtWellKnown, no()).read().of("trusttxt");
        assert_eq!((found.len(), found[0].tier), (1, Tier::S0));
        let bench = Bench::new()
            .file(SiteFile::TrustTxt, got("member=https://a.test/", "text/plain"))
            .file(SiteFile::TrustTxtWellKnown, no());
        assert_eq!(bench.read().state("trusttxt"), "checked-absent");
        let bench = Bench::new().file(SiteFile::TrustTxt, Look::NotLooked);
        assert_eq!(bench.read().state("trusttxt"), "not-checked");
    }
}
