//! robots.txt: groups, path rules and the lines that other standards add; and what
//! it says to AI crawlers by name (`robots.ua`).
//!
//! Specification: RFC 9309, <https://www.rfc-editor.org/rfc/rfc9309>. The classes of
//! crawlers stand in `crawlers.rs`. A block says who may fetch, not what the author
//! consents to: it is the weakest kind of statement and never the creator's voice. Left
//! out: crawl delays and site maps. Lines are forgiven the slips that Google's open parser
//! forgives (misspelt fields, a missing colon), since the largest crawlers act on them.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use crate::limits::Limits;
use crate::signal::{Asset, Findings, Signal, Source, crawlers};
use crate::vocabulary::{Basis, Scope, Tier, Use, Verdict};

/// Blocks of AI crawlers by their names.
pub const UA: Signal = Signal {
    id: "robots.ua",
    title: "AI crawlers in robots.txt",
    spec: "https://www.rfc-editor.org/rfc/rfc9309",
    scope: Scope::Origin,
    source: Source::Robots,
    read,
};

/// A robots.txt, looked at for one path.
#[derive(Debug)]
pub struct Robots {
    rules: Arc<Rules>,
    path: String,
}

/// A robots.txt, read once for all paths.
#[derive(Debug, Default)]
pub struct Rules {
    groups: Vec<Group>,
    /// Which groups name a crawler, by its token.
    by_agent: BTreeMap<String, Vec<usize>>,
    /// `License` lines outside every group.
    pub site_licences: Vec<Line>,
    /// `Content-Signal` and `Content-Usage` lines outside every group, which bind nobody.
    pub stray: Vec<Line>,
    /// Lines that were read; fewer than there are when the limit was met.
    pub lines: usize,
    /// There were more lines than the limit.
    pub over_limit: bool,
}

/// A line that another standard adds, or an access rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its field as written.
    pub field: String,
    /// Its value, without comment and surrounding blanks.
    pub value: String,
}

impl Line {
    /// Where it stands.
    pub fn locator(&self) -> String {
        format!("robots.txt line {}", self.number)
    }
}

impl Deref for Robots {
    type Target = Rules;

    fn deref(&self) -> &Rules {
        &self.rules
    }
}

/// One group: the crawlers it names and what it tells them.
#[derive(Debug, Default)]
struct Group {
    agents: Vec<String>,
    access: Vec<Access>,
    usage: Vec<Line>,
    signals: Vec<Line>,
    licences: Vec<Line>,
}

/// An `Allow` or `Disallow` line.
#[derive(Debug)]
struct Access {
    line: Line,
    allow: bool,
    path: Pattern,
}

/// Every group that speaks to one crawler, taken together.
pub struct View<'a> {
    groups: Vec<&'a Group>,
    path: &'a str,
    /// Whether the crawler is named; otherwise this is what everybody is told.
    pub named: bool,
}

impl Rules {
    /// Reads a robots.txt.
    pub fn read(text: &str, limits: &Limits) -> Rules {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // A line ends with CR, LF or both (RFC 9309, 2.2).
        let lines = text.split('\n').flat_map(|l| l.strip_suffix('\r').unwrap_or(l).split('\r'));
        let mut rules = Rules::default();
        let mut naming = false;
        for (index, whole) in lines.enumerate() {
            if index >= limits.lines {
                rules.over_limit = true;
                break;
            }
            rules.lines = index + 1;
            let whole = whole.split('#').next().unwrap_or_default();
            // Some forget the colon, and it is plain what they mean.
            let blank = || {
                let (field, value) = whole.trim().split_once([' ', '\t'])?;
                (!value.trim().contains([' ', '\t'])).then_some((field, value))
            };
            let Some((field, value)) = whole.split_once(':').or_else(blank) else { continue };
            let (field, value) = (field.trim().to_string(), value.trim().to_string());
            rules.take(Line { number: index + 1, field, value }, &mut naming);
        }
        for (index, group) in rules.groups.iter().enumerate() {
            for agent in &group.agents {
                let groups = rules.by_agent.entry(agent.clone()).or_default();
                if groups.last() != Some(&index) {
                    groups.push(index);
                }
            }
        }
        rules
    }

    fn take(&mut self, line: Line, naming: &mut bool) {
        let field = line.field.to_ascii_lowercase();
        let field = match field.as_str() {
            "useragent" | "user agent" => "user-agent",
            "dissallow" | "dissalow" | "disalow" | "diasllow" | "disallaw" => "disallow",
            field => field,
        };
        if field == "user-agent" {
            if !*naming {
                self.groups.push(Group::default());
            }
            *naming = true;
            if let Some(group) = self.groups.last_mut() {
                group.agents.push(product_token(&line.value));
            }
            return;
        }
        match (field, self.groups.last_mut()) {
            ("allow" | "disallow", Some(group)) => {
                // An empty Disallow forbids nothing (RFC 9309, 2.2.2).
                if !line.value.is_empty() {
                    let path = Pattern::of(&line.value);
                    group.access.push(Access { line, allow: field == "allow", path });
                }
            }
            ("content-usage", Some(group)) => group.usage.push(line),
            ("content-signal", Some(group)) => group.signals.push(line),
            ("license", Some(group)) => group.licences.push(line),
            ("content-usage" | "content-signal", None) => self.stray.push(line),
            ("license", None) => self.site_licences.push(line),
            // Unknown fields end neither a group nor the list of its crawlers.
            _ => return,
        }
        *naming = false;
    }
}

impl Robots {
    /// Reads a robots.txt with regard to one path (with its query).
    pub fn read(text: &str, path: &str, limits: &Limits) -> Robots {
        Robots { rules: Arc::new(Rules::read(text, limits)), path: subject(path) }
    }

    /// A robots.txt that was read before, with regard to one path (with its query).
    pub fn with(rules: Arc<Rules>, path: &str) -> Robots {
        Robots { rules, path: subject(path) }
    }

    /// The robots.txt of an asset's origin, when it came and is one. Lines beyond the
    /// limit are not read, and then nothing found is not nothing there.
    pub fn of(asset: &Asset<'_>, findings: &mut Findings) -> Option<Robots> {
        let rules = asset.site.robots_rules()?;
        if rules.over_limit {
            let line = format!("robots.txt line {}", rules.lines);
            findings.malformed(line, "", "more lines than are read");
        }
        Some(Robots { rules, path: subject(&asset.path()) })
    }

    /// What one crawler is told: the groups that name it, else those for everybody.
    pub fn view(&self, token: &str) -> View<'_> {
        let of = |name: &str| -> Vec<&Group> {
            let groups = self.by_agent.get(name).map(Vec::as_slice).unwrap_or_default();
            groups.iter().filter_map(|index| self.groups.get(*index)).collect()
        };
        let groups = of(&token.to_ascii_lowercase());
        let path = &self.path;
        if groups.is_empty() {
            View { groups: of("*"), path, named: false }
        } else {
            View { groups, path, named: true }
        }
    }

    /// What everybody is told who is not named.
    pub fn everybody(&self) -> View<'_> {
        self.view("*")
    }

    /// Lines of a standard that stand only in groups for named crawlers.
    pub fn others(&self, lines: fn(&View<'_>) -> Vec<Line>) -> Vec<(String, Line)> {
        self.groups
            .iter()
            .filter(|g| !g.agents.iter().any(|a| a == "*"))
            .flat_map(|g| {
                let view = View { groups: vec![g], path: &self.path, named: true };
                let agents = g.agents.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
                lines(&view).into_iter().map(move |line| (agents.clone(), line))
            })
            .collect()
    }
}

impl View<'_> {
    /// The rule that keeps this path from being crawled, if one does: the longest
    /// matching path decides, and Allow wins a tie (RFC 9309, 2.2.2).
    pub fn blocked_by(&self) -> Option<&Line> {
        self.groups
            .iter()
            .flat_map(|g| g.access.iter())
            .filter_map(|a| a.path.fits(self.path).map(|octets| (octets, a)))
            .max_by_key(|(octets, a)| (*octets, a.allow))
            .filter(|(_, a)| !a.allow)
            .map(|(_, a)| &a.line)
    }

    /// Its `Content-Usage` lines.
    pub fn usage(&self) -> Vec<Line> {
        self.groups.iter().flat_map(|g| g.usage.iter().cloned()).collect()
    }

    /// Its `Content-Signal` lines.
    pub fn signals(&self) -> Vec<Line> {
        self.groups.iter().flat_map(|g| g.signals.iter().cloned()).collect()
    }

    /// Its `License` lines.
    pub fn licences(&self) -> Vec<Line> {
        self.groups.iter().flat_map(|g| g.licences.iter().cloned()).collect()
    }
}

/// Whether a text that should be a site file is a page for people instead.
pub fn is_page(text: &str, mime: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let opens = |tag: &str| start.get(..tag.len()).is_some_and(|s| s.eq_ignore_ascii_case(tag));
    opens("<!doctype") || opens("<html") || (start.starts_with('<') && mime.contains("html"))
}

/// The part of a `User-agent` value that names a crawler: up to a version or a blank.
/// RFC 9309 allows letters, `-` and `_` only; real tokens have digits, too (`AI2Bot`).
fn product_token(value: &str) -> String {
    value.split(['/', ' ', '\t']).next().unwrap_or_default().to_ascii_lowercase()
}

/// A path rule: `*` stands for anything, a final `$` for the end (RFC 9309, 2.2.3).
#[derive(Debug)]
pub struct Pattern {
    /// What stands before, between and after the stars.
    parts: Vec<String>,
    anchored: bool,
    octets: usize,
}

impl Pattern {
    /// Takes a rule apart.
    pub fn of(rule: &str) -> Pattern {
        let rule = normal_path(rule);
        let (body, anchored) = match rule.strip_suffix('$') {
            Some(body) => (body, true),
            None => (rule.as_str(), false),
        };
        // Only a final `$` is special.
        let parts = body.split('*').map(|part| part.replace('$', "%24")).collect();
        Pattern { parts, anchored, octets: rule.len() }
    }

    /// How many octets it has, if it matches from the path's start; see [`subject`].
    pub fn fits(&self, path: &str) -> Option<usize> {
        let mut parts = self.parts.iter();
        let mut rest = path.strip_prefix(parts.next()?.as_str())?;
        let mut parts = parts.peekable();
        let mut open_end = false;
        while let Some(part) = parts.next() {
            open_end = part.is_empty();
            if parts.peek().is_none() && self.anchored {
                // The last part must stand at the very end, not at its first occurrence.
                return rest.ends_with(part.as_str()).then_some(self.octets);
            }
            let at = rest.find(part.as_str())?;
            rest = rest.get(at.checked_add(part.len())?..)?;
        }
        (!self.anchored || open_end || rest.is_empty()).then_some(self.octets)
    }
}

/// How many octets of a path rule there are, if it matches from the path's start.
pub fn fit(rule: &str, path: &str) -> Option<usize> {
    Pattern::of(rule).fits(path)
}

/// The path of an asset as [`fit`] takes it: a rule means a verbatim `*` or `$` by its
/// percent-encoding (RFC 9309, 2.2.3), so the path has them encoded, too.
pub fn subject(path: &str) -> String {
    normal_path(path).replace('*', "%2A").replace('$', "%24")
}

/// A path in the one form in which octets are compared: what is not ASCII is
/// percent-encoded, and encoded unreserved characters are decoded (RFC 9309, 2.2.2).
fn normal_path(path: &str) -> String {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let mut out = String::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let hex = |b: Option<u8>| b.and_then(|b| char::from(b).to_digit(16));
        if byte == b'%'
            && let (Some(high), Some(low)) = (hex(ahead.next()), hex(ahead.next()))
        {
            let value = u8::try_from(high * 16 + low).unwrap_or(b'%');
            if unreserved(value) {
                out.push(char::from(value));
            } else {
                out.push_str(&format!("%{value:02X}"));
            }
            bytes = ahead;
            continue;
        }
        if byte.is_ascii() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Says how many crawlers of each class may not fetch this file; and, where nobody
/// may, that it may not be crawled at all.
fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(robots) = Robots::of(asset, findings) else { return };
    let host = asset.host().unwrap_or_default();
    let everybody = robots.everybody();
    let closed = everybody.blocked_by();
    if let Some(line) = closed {
        let mut draft = findings
            .draft("robots.txt", line.locator(), rule(line), Tier::S0)
            .pattern(line.value.as_str())
            .by(host.as_str())
            .note("crawl not permitted");
        for u in Use::ALL {
            draft = draft.says(u, Verdict::Denied, Basis::Implied);
        }
        findings.add(draft);
    }
    for (tokens, uses, class) in crawlers::CLASSES {
        let views: Vec<(&str, View<'_>)> = tokens.iter().map(|t| (*t, robots.view(t))).collect();
        let blocked: Vec<(&str, bool, &Line)> = views
            .iter()
            .filter_map(|(t, v)| {
                let line = if v.named { v.blocked_by() } else { closed };
                line.map(|line| (*t, v.named, line))
            })
            .collect();
        // Blocks that are only everybody's have been said above.
        let named = blocked.iter().filter(|(_, named, _)| *named);
        let Some((_, _, line)) = named.min_by_key(|(_, _, line)| line.number) else { continue };
        let names: Vec<&str> = blocked.iter().map(|(t, _, _)| *t).collect();
        let mut draft = findings
            .draft("robots.txt", line.locator(), rule(line), Tier::S0)
            .pattern(line.value.as_str())
            .by(host.as_str())
            .note(format!(
                "blocks {} of {} known {class} for this file",
                blocked.len(),
                tokens.len()
            ))
            .note(names.join(", "));
        for u in uses {
            draft = draft.says(*u, Verdict::Denied, Basis::Implied);
        }
        findings.add(draft);
    }
}

fn rule(line: &Line) -> String {
    format!("{}: {}", line.field, line.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::SiteFile;
    use crate::signal::bench::{Bench, got, said};

    fn blocked(text: &str, token: &str, path: &str) -> bool {
        Robots::read(text, path, &Limits::DEFAULT).view(token).blocked_by().is_some()
    }

    #[test]
    fn the_longest_path_wins_and_allow_wins_a_tie() {
        let text = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nAllow: /tie\nDisallow: /tie";
        for (path, expected) in
            [("/a", true), ("/a/b", false), ("/a/b/c.png", true), ("/tie", false), ("/z", false)]
        {
            assert_eq!(blocked(text, "AnyBot", path), expected, "{path}");
        }
    }

    #[test]
    fn stars_and_dollars_match_as_in_rfc_9309() {
        for (rule, path, expected) in [
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish.html", false),
            ("/fish/", "/fish", false),
            ("/*.php", "/folder/any.php?a=1", true),
            ("/*.php$", "/folder/any.php", true),
            ("/*.php$", "/folder/any.php?a=1", false),
            ("/fish*.php", "/fishheads/catfish.php?x", true),
            ("/*$", "/anything", true),
            ("/$", "/", true),
            ("/$", "/a", false),
            ("*", "/a", true),
            ("/a*b$", "/axbxb", true),
            ("/a*b$", "/axbxc", false),
            ("/a*", "/a", true),
            ("/a$b", "/a$b/c", true),
            ("/a-%24", "/a-$", true),
            ("/a-%2A.html", "/a-*.html", true),
            ("/a-%2A.html", "/a-b.html", false),
            ("/a/**/b", "/a/x/b", true),
            ("/path?only=query", "/path?only=query&more", true),
        ] {
            assert_eq!(fit(rule, &subject(path)).is_some(), expected, "{rule} {path}");
        }
    }

    #[test]
    fn octets_are_compared_in_one_encoding() {
        assert!(blocked("User-agent: *\nDisallow: /ツ", "x", "/%E3%83%84/a.jpg"));
        assert!(blocked("User-agent: *\nDisallow: /%7ejoe/", "x", "/~joe/a.jpg"));
        assert!(blocked("User-agent: *\nDisallow: /a%3cd", "x", "/a%3Cd.html"));
        assert!(!blocked("User-agent: *\nDisallow: /a%2fb", "x", "/a/b.html"), "%2F is no slash");
        assert_eq!(normal_path("/100%/%zz%4"), "/100%/%zz%4");
    }

    #[test]
    fn a_named_group_replaces_the_one_for_everybody() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: GPTBot\nDisallow: /private/";
        assert!(!blocked(text, "gptbot", "/photos/a.jpg"));
        assert!(blocked(text, "GPTBot", "/private/a.jpg"));
        assert!(blocked(text, "CCBot", "/photos/a.jpg"));
    }

    #[test]
    fn groups_of_one_crawler_merge() {
        let text = "User-agent: *\nDisallow: /a\n\nUser-agent: x\nDisallow: /\n\nUser-agent: *\nDisallow: /b";
        assert!(blocked(text, "y", "/a") && blocked(text, "y", "/b") && !blocked(text, "y", "/c"));
    }

    #[test]
    fn consecutive_names_share_a_group_and_unknown_fields_do_not_end_it() {
        let text = "User-agent: GPTBot\nCrawl-delay: 5\nSitemap: https://a.test/map\nUser-agent: CCBot\nFoo: bar\nDisallow: /";
        assert!(blocked(text, "GPTBot", "/a") && blocked(text, "CCBot", "/a"));
        assert!(!blocked(text, "ClaudeBot", "/a"));
    }

    #[test]
    fn a_line_of_a_standard_ends_the_list_of_names() {
        let text = "User-agent: *\nContent-Signal: ai-train=no\nUser-agent: GPTBot\nDisallow: /";
        assert!(!blocked(text, "other", "/a"), "everybody else may fetch");
        assert!(blocked(text, "GPTBot", "/a"));
    }

    #[test]
    fn marks_comments_case_versions_and_line_ends_are_forgiven() {
        let text = "\u{feff}USER-AGENT : GPTBot/1.2 # the crawler\r\nDISALLOW:/x#y\rUser-Agent:ai2bot\r\n Disallow : /\n";
        assert!(blocked(text, "GPTBot", "/x.jpg"));
        assert!(!blocked(text, "GPTBot", "/y.jpg"));
        assert!(blocked(text, "AI2Bot", "/y.jpg"));
    }

    #[test]
    fn common_misspellings_are_read() {
        let text = "User Agent: *\nDissallow: /a\nUseragent: x\nDisalow: /b";
        assert!(blocked(text, "y", "/a") && blocked(text, "x", "/b") && !blocked(text, "x", "/a"));
    }

    #[test]
    fn rules_before_any_name_bind_nobody() {
        assert!(!blocked("Disallow: /\nUser-agent: a\nDisallow: /b", "x", "/c"));
    }

    #[test]
    fn an_empty_disallow_allows_everything() {
        assert!(!blocked("User-agent: *\nDisallow:", "x", "/c"));
    }

    #[test]
    fn lines_of_other_standards_stay_with_their_group() {
        let robots = Robots::read(
            "License: https://a.test/site.xml\nUser-agent: *\nContent-Usage: train-ai=n\nLicense: https://a.test/all.xml\nUser-agent: GPTBot\nContent-Signal: ai-train=no",
            "/",
            &Limits::DEFAULT,
        );
        assert_eq!(robots.site_licences[0].number, 1);
        assert_eq!(robots.everybody().usage()[0].value, "train-ai=n");
        assert_eq!(robots.everybody().licences()[0].value, "https://a.test/all.xml");
        assert_eq!(robots.everybody().signals(), []);
        assert_eq!(robots.view("gptbot").signals()[0].number, 6);
    }

    #[test]
    fn lines_are_bounded() {
        let limits = Limits { lines: 3, ..Limits::DEFAULT };
        let robots = Robots::read("User-agent: *\n\n\nDisallow: /\n", "/a", &limits);
        assert!(robots.over_limit && robots.everybody().blocked_by().is_none());
        assert_eq!(robots.lines, 3);
        let long = "\n".repeat(Limits::DEFAULT.lines + 5);
        assert_eq!(Bench::new().robots(&long).read().state("robots.ua"), "malformed");
    }

    #[test]
    fn hostile_rules_take_bounded_time() {
        let rule = format!("Disallow: /{}\n", "*a".repeat(20));
        let text = format!("User-agent: *\n{}", rule.repeat(10_000));
        let path = format!("/{}", "a".repeat(4_000));
        let start = std::time::Instant::now();
        assert!(blocked(&text, "x", &path));
        assert!(start.elapsed().as_secs() < 10);
    }

    #[test]
    fn crawlers_are_counted_for_this_file() {
        let found = Bench::new()
            .robots("User-agent: GPTBot\nUser-agent: CCBot\nUser-agent: Google-Extended\nDisallow: /photos/\n\nUser-agent: PerplexityBot\nDisallow: /\n")
            .read()
            .of("robots.ua");
        assert_eq!(found.len(), 2);
        assert_eq!(said(&found[0]), "train.nongen=denied* train.gen=denied*");
        assert_eq!(
            found[0].notes,
            [
                "blocks 3 of 19 known AI-training crawlers for this file",
                "GPTBot, Google-Extended, CCBot"
            ]
        );
        assert_eq!(found[0].locator, "robots.txt line 4");
        assert_eq!((found[0].tier, found[0].pattern.as_deref()), (Tier::S0, Some("/photos/")));
        assert_eq!(found[0].declared_by.as_deref(), Some("gallery.test"));
        assert_eq!(said(&found[1]), "ai.input=denied* ai.index=denied*");
        assert_eq!(found[1].notes[0], "blocks 1 of 6 known AI-search crawlers for this file");
    }

    #[test]
    fn a_block_of_another_path_says_nothing_about_this_file() {
        let findings = Bench::new().robots("User-agent: GPTBot\nDisallow: /private/").read();
        assert_eq!(findings.state("robots.ua"), "checked-absent");
    }

    #[test]
    fn a_file_that_nobody_may_crawl_is_denied_for_every_use() {
        let found = Bench::new().robots("User-agent: *\nDisallow: /").read().of("robots.ua");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].verdicts.len(), 6);
        assert_eq!(found[0].notes, ["crawl not permitted"]);
    }

    #[test]
    fn the_query_is_part_of_the_path() {
        let bench = Bench::new().url("https://gallery.test/img?id=7");
        let found = bench.robots("User-agent: GPTBot\nDisallow: /*?id=").read().of("robots.ua");
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn a_page_in_place_of_a_robots_txt_is_none() {
        let mut bench = Bench::new();
        bench
            .site
            .set(SiteFile::Robots, got("<!DOCTYPE html>\nUser-agent: *\nDisallow: /", "text/html"));
        assert_eq!(bench.read().state("robots.ua"), "checked-absent");
    }
}
