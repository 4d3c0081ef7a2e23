//! `noai`, `noimageai` and `noml`: robots directives against AI training.
//!
//! Convention of DeviantArt (11 November 2022),
//! <https://www.deviantart.com/team/journal/UPDATE-All-Deviations-Are-Opted-Out-of-AI-Datasets-934500371>;
//! `noml` is Mojeek's word for the same. Not a standard. They stand in the page's
//! `<meta name="robots">` or, for one crawler, in a `<meta>` of its name, or in `X-Robots-Tag` on
//! the asset's own response. Left out: the headers of the page's response, which no page can
//! tell; `noindex`, `nosnippet` and the other search controls, which say nothing about AI.

use url::Url;

use crate::limits::Limits;
use crate::signal::crawlers::CLASSES;
use crate::signal::{Asset, Findings, Signal, Source};
use crate::vocabulary::{Basis, Scope, Tier, Use, Verdict};

/// The directives in page and header.
pub const NOAI: Signal = Signal {
    id: "noai",
    title: "noai robots directives",
    spec: "https://www.deviantart.com/team/journal/UPDATE-All-Deviations-Are-Opted-Out-of-AI-Datasets-934500371",
    scope: Scope::Page,
    source: Source::PageAndHeaders,
    read,
};

/// Directives that have a colon of their own, and so look like a crawler's name.
const WITH_COLON: [&str; 4] =
    ["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"];

fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let picture = asset.is_picture();
    let page_host = asset
        .page
        .and_then(|p| Url::parse(&p.url).ok())
        .and_then(|u| u.host_str().map(str::to_string));
    for content in asset.meta("robots") {
        if content.split(',').any(|token| is_refusal(token, picture)) {
            let draft = findings
                .draft("html", "meta robots", content, Tier::S1)
                .by(page_host.clone().unwrap_or_default())
                .says(Use::TrainNongen, Verdict::Denied, Basis::Explicit)
                .says(Use::TrainGen, Verdict::Denied, Basis::Explicit);
            findings.add(draft);
        }
    }
    let metas = asset.page.map(|p| p.meta.as_slice()).unwrap_or_default();
    for meta in metas.iter().filter(|m| is_crawler(m.name.trim())) {
        if meta.content.split(',').any(|token| is_refusal(token, picture)) {
            let name = meta.name.trim();
            let draft = findings
                .draft("html", format!("meta {name}"), meta.content.as_str(), Tier::S1)
                .by(page_host.clone().unwrap_or_default())
                .note(format!("only for {}", name.to_ascii_lowercase()));
            findings.add(draft);
        }
    }
    let host = asset.host().unwrap_or_default();
    for value in asset.headers("x-robots-tag") {
        let refusals = refusals(value, picture);
        let everybody = refusals.iter().any(Option::is_none);
        if refusals.is_empty() {
            continue;
        }
        let mut draft = findings
            .draft("http", "header x-robots-tag", value, Tier::S3)
            .scope(Scope::Url)
            .by(host.as_str());
        if everybody {
            draft = draft.says(Use::TrainNongen, Verdict::Denied, Basis::Explicit).says(
                Use::TrainGen,
                Verdict::Denied,
                Basis::Explicit,
            );
        } else {
            let bots: Vec<String> = refusals.into_iter().flatten().collect();
            draft = draft.note(format!("only for {}", bots.join(", ")));
        }
        findings.add(draft);
    }
}

/// Commas stand between tokens; who wrote blanks meant the same.
fn is_refusal(token: &str, picture: bool) -> bool {
    token.split_whitespace().any(|word| match word.to_ascii_lowercase().as_str() {
        "noai" | "noml" => true,
        "noimageai" => picture,
        _ => false,
    })
}

/// Search crawlers that pages address by a `<meta>` of their name; those of AI stand in
/// `crawlers.rs`.
const SEARCH: [&str; 7] =
    ["googlebot", "googlebot-image", "bingbot", "slurp", "duckduckbot", "yandex", "baiduspider"];

fn is_crawler(name: &str) -> bool {
    let known = CLASSES.iter().flat_map(|(tokens, ..)| tokens.iter()).chain(&SEARCH);
    known.into_iter().any(|token| token.eq_ignore_ascii_case(name))
}

/// The refusals in one header value, each with the crawler it is limited to. A name
/// holds until the next name.
fn refusals(value: &str, picture: bool) -> Vec<Option<String>> {
    let mut bot: Option<String> = None;
    let mut found = Vec::new();
    for part in value.split(',').take(Limits::DEFAULT.statements) {
        let mut token = part.trim();
        if let Some((name, rest)) = token.split_once(':') {
            let name = name.trim().to_ascii_lowercase();
            if !WITH_COLON.contains(&name.as_str()) && is_name(&name) {
                bot = (name != "*" && name != "robots").then_some(name);
                token = rest.trim();
            }
        }
        if is_refusal(token, picture) && !found.contains(&bot) {
            found.push(bot.clone());
        }
    }
    found
}

/// A crawler's name has no blanks; the dates of `unavailable_after` do.
fn is_name(name: &str) -> bool {
    name == "*"
        || (name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::MediaKind;
    use crate::signal::bench::{Bench, said};

    const DENIED: &str = "train.nongen=denied train.gen=denied";

    fn header(value: &str) -> Option<(String, Vec<String>)> {
        let found = Bench::new().header("X-Robots-Tag", value).read().of("noai");
        found.first().map(|s| (said(s), s.notes.clone()))
    }

    fn denied() -> Option<(String, Vec<String>)> {
        Some((DENIED.to_string(), vec![]))
    }

    #[test]
    fn the_page_says_no_with_page_scope() {
        for content in ["noai", "NoAI, noimageai", "index, follow , noai", "noimageai", "noml"] {
            let found = Bench::new().page().meta("ROBOTS", content).read().of("noai");
            assert_eq!(said(&found[0]), DENIED, "{content}");
            assert_eq!((found[0].tier, found[0].scope), (Tier::S1, Scope::Page));
            assert_eq!(found[0].locator, "meta robots");
            assert_eq!(found[0].declared_by.as_deref(), Some("gallery.test"));
        }
    }

    #[test]
    fn the_response_says_no_with_url_scope() {
        let found = Bench::new().header("X-Robots-Tag", "noai").read().of("noai");
        assert_eq!(said(&found[0]), DENIED);
        assert_eq!((found[0].tier, found[0].scope), (Tier::S3, Scope::Url));
        assert_eq!(found[0].locator, "header x-robots-tag");
    }

    #[test]
    fn search_controls_are_no_ai_signals() {
        for value in ["noindex, nofollow", "noimageindex", "nosnippet, max-snippet:-1", "none", ""]
        {
            assert_eq!(header(value), None, "{value}");
            let findings = Bench::new().page().meta("robots", value).read();
            assert_eq!(findings.state("noai"), "checked-absent");
        }
    }

    #[test]
    fn a_crawlers_name_limits_the_rest_until_the_next_name() {
        let only = |bots: &str| Some((String::new(), vec![format!("only for {bots}")]));
        assert_eq!(header("otherbot: noai"), only("otherbot"));
        assert_eq!(header("otherbot: noindex, noai"), only("otherbot"));
        assert_eq!(header("otherbot: noai, third: noimageai"), only("otherbot, third"));
        assert_eq!(header("otherbot: noindex, *: noai"), denied());
        assert_eq!(header("noai, otherbot: noindex"), denied());
    }

    #[test]
    fn directives_with_a_colon_are_no_names() {
        assert_eq!(header("max-snippet:-1, noai"), denied());
        assert_eq!(header("max-image-preview: large, noai"), denied());
        assert_eq!(header("unavailable_after: 25 Jun 2010 15:00:00 PST, noai"), denied());
        assert_eq!(header("unavailable_after: Fri, 25-Jun-10 15:00:00 PST, noai"), denied());
    }

    #[test]
    fn every_header_line_begins_without_a_name() {
        let found = Bench::new()
            .header("x-robots-tag", "otherbot: noindex")
            .header("x-robots-tag", "noai")
            .read()
            .of("noai");
        assert_eq!((found.len(), said(&found[0]).as_str()), (1, DENIED));
    }

    #[test]
    fn noimageai_is_about_pictures_only() {
        let sound = || Bench::new().kind(MediaKind::Audio);
        assert!(sound().header("x-robots-tag", "noimageai").read().of("noai").is_empty());
        assert_eq!(sound().header("x-robots-tag", "noai").read().of("noai").len(), 1);
    }

    #[test]
    fn a_meta_for_one_crawler_is_shown_and_decides_nothing() {
        for name in ["googlebot", "GPTBot"] {
            let found = Bench::new().page().meta(name, "noindex, noai").read().of("noai");
            assert_eq!((found.len(), said(&found[0]).as_str()), (1, ""));
            assert_eq!(found[0].notes, [format!("only for {}", name.to_ascii_lowercase())]);
            assert_eq!(found[0].locator, format!("meta {name}"));
        }
        let other = Bench::new().page().meta("keywords", "art, noai").read();
        assert_eq!(other.state("noai"), "checked-absent");
    }

    #[test]
    fn blanks_between_tokens_are_forgiven() {
        assert_eq!(header("noai noimageai"), denied());
        let found = Bench::new().page().meta("robots", "index noai").read().of("noai");
        assert_eq!(said(&found[0]), DENIED);
    }
}
