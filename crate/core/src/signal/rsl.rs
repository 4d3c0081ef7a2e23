//! Really Simple Licensing: licence documents for crawlers and AI systems.
//!
//! Specification: RSL 1.0 (Recommendation of 10 December 2025, errata to August 2026),
//! <https://rslstandard.org/rsl>. A document is named by `robots.txt` (`License:`), by a
//! `Link` header, by a link or a script of the page, or stands in the file itself. A narrower
//! path beats a broader one, a narrower usage a broader one, a prohibition a permission; a
//! list of permits is a closed list. A document against the rules keeps its prohibitions and
//! loses its permissions. The words of the drafts before 1.0 are read as withdrawn.
//! Left out: feeds that hold licences for their items, licence servers, encrypted content.

use std::collections::BTreeMap;

use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;
use url::Url;

use crate::limits::Limits;
use crate::page::{LinkTag, Look};
use crate::signal::rel_license::{is_rsl, links_of};
use crate::signal::robots::{Pattern, Robots, subject};
use crate::signal::{Asset, Draft, Findings, Signal, Source, cut, web_address};
use crate::vocabulary::{Authenticity, Basis, Coverage, LicenceClaim, Scope, Tier, Use, Verdict};

/// Licences that site, response or page name.
pub const RSL: Signal = Signal {
    id: "rsl",
    title: "Really Simple Licensing (RSL)",
    spec: SPEC,
    scope: Scope::Origin,
    source: Source::Documents,
    read,
};

/// A licence inside the file.
pub const EMBEDDED: Signal = Signal {
    id: "rsl.embedded",
    title: "RSL in the file",
    spec: SPEC,
    scope: Scope::Work,
    source: Source::Xmp,
    read: read_embedded,
};

const SPEC: &str = "https://rslstandard.org/rsl";
/// The namespace, of all drafts and of 1.0.
pub const NAMESPACE: &str = "https://rslstandard.org/rsl";

/// What a licence that was not had is called.
pub const UNREAD: &str = "RSL licence";

/// Who names a document: what it speaks about, and which of two goes before the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    Site,
    Page,
    Header,
    Element,
}

/// A document that is named.
struct Naming {
    by: By,
    url: String,
    locator: String,
}

/// The addresses of all documents that are named for an asset.
pub fn named(asset: &Asset<'_>) -> Vec<String> {
    namings(asset).into_iter().map(|n| n.url).collect()
}

fn namings(asset: &Asset<'_>) -> Vec<Naming> {
    // No site has more licences in good faith.
    const MOST: usize = 8;
    let mut found: Vec<Naming> = Vec::new();
    let mut add = |by: By, url: Option<String>, locator: String| {
        if let Some(url) = url
            && found.len() < MOST
            && !found.iter().any(|n| n.url == url && n.by == by)
        {
            found.push(Naming { by, url, locator });
        }
    };
    let is_link = |l: &&LinkTag| {
        let licence = l.rel.split_whitespace().any(|r| r.eq_ignore_ascii_case("license"));
        licence && is_rsl(l.mime.as_deref())
    };
    let target = |l: &LinkTag| match l.href.starts_with("data:") {
        true => Some(l.href.clone()),
        false => web_address(&l.href),
    };
    for link in asset.work.map(|w| w.links.as_slice()).unwrap_or_default().iter().filter(is_link) {
        add(By::Element, target(link), "link rel=license around the work".to_string());
    }
    let base = Url::parse(asset.url).ok();
    let resolve = |s: &str| web_address(base.as_ref()?.join(s).ok()?.as_str());
    for value in asset.headers("link") {
        for link in links_of(value).iter().filter(|l| is_link(l) && l.about.is_none()) {
            add(By::Header, resolve(&link.href), "header link".to_string());
        }
    }
    for link in asset.page.map(|p| p.links.as_slice()).unwrap_or_default().iter().filter(is_link) {
        add(By::Page, target(link), "link rel=license".to_string());
    }
    if let Some(robots) = asset.site.robots_rules() {
        let robots = Robots::with(robots, "/");
        let mut lines = robots.everybody().licences();
        // What the group for everybody names stands in place of what the whole file names.
        if lines.is_empty() {
            lines.clone_from(&robots.site_licences);
        }
        for line in lines {
            add(By::Site, resolve(&line.value), line.locator());
        }
    }
    found
}

/// What one document says about this asset.
struct Word {
    by: By,
    draft: Draft,
}

fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let mut words = Vec::new();
    for naming in namings(asset) {
        let url = shown(&naming.url);
        let Some(licence) = asset.documents.licence(&naming.url) else {
            let coverage = match asset.documents.look(&naming.url) {
                Look::NotLooked => Coverage::NotChecked,
                // It was promised: that it is not there is a failure.
                _ => Coverage::FetchFailed,
            };
            findings.lacks(coverage, format!("{UNREAD}, {url}"));
            continue;
        };
        let locator = format!("{} → {url}", naming.locator);
        if let Some(why) = licence.broken {
            findings.malformed(locator, licence.text.as_str(), why);
            continue;
        }
        let inline = naming.url.starts_with("data:");
        let contents = covering(&licence, naming.by, inline, asset);
        if let Some(draft) = state(&licence, &contents, &naming, locator, asset, findings) {
            words.push(Word { by: naming.by, draft });
        }
    }
    // What page or response say stands in place of what the site says, as far as it is the
    // same site that speaks.
    let home = |url: &str| Url::parse(url).ok().map(|u| u.origin());
    let own_page = asset.page.is_some_and(|p| home(&p.url) == home(asset.url));
    let nearer = words.iter().any(|w| match w.by {
        By::Header => true,
        By::Page | By::Element => own_page,
        By::Site => false,
    });
    for mut word in words {
        if nearer && word.by == By::Site {
            word.draft.0.verdicts.clear();
            word.draft = word.draft.note("superseded");
        }
        findings.add(word.draft);
    }
    if let Some(robots) = asset.site.robots_rules() {
        for (agents, line) in Robots::with(robots, "/").others(|view| view.licences()) {
            let draft = findings
                .draft("robots.txt", line.locator(), line.value.as_str(), Tier::S1)
                .by(asset.host().unwrap_or_default())
                .note(format!("only for {agents}"));
            findings.add(draft);
        }
    }
}

/// The parts of a document that cover this asset, with the length of the path that does.
fn covering<'l>(
    licence: &'l Licence,
    by: By,
    inline: bool,
    asset: &Asset<'_>,
) -> Vec<(usize, &'l Content)> {
    let origin = |url: &str| Url::parse(url).ok().map(|u| u.origin());
    let page = asset.page.map(|p| p.url.as_str()).unwrap_or_default();
    let near = matches!(by, By::Page | By::Element);
    // A path is one of the site that names the document.
    let base = if near { page } else { asset.url };
    let path_of = |url: &str| {
        let url = Url::parse(url).ok()?;
        Some(url.query().map_or(url.path().to_string(), |q| format!("{}?{q}", url.path())))
    };
    // What is said of the page is said of what it shows, as a hint.
    let mut subjects = vec![asset.url];
    if near {
        subjects.push(page);
    }
    let only = licence.contents.len() == 1;
    let fits = |content: &Content| {
        let url = content.url.trim();
        // The empty address is the place where the document stands. A single part in the
        // page itself with the address of its first publication speaks about this copy.
        if url.is_empty() {
            return Some(0);
        }
        if url.starts_with(['/', '*']) {
            let pattern = Pattern::of(url);
            let subjects = subjects.iter().filter(|s| origin(s) == origin(base));
            return subjects.filter_map(|s| pattern.fits(&subject(&path_of(s)?))).max();
        }
        let whole = web_address(url)?;
        let path = whole.split_once("://")?.1.split_once('/').map_or("", |(_, path)| path);
        let pattern = Pattern::of(&format!("/{path}"));
        let same = subjects.iter().filter(|s| origin(s) == origin(&whole));
        let found = same.filter_map(|s| pattern.fits(&subject(&path_of(s)?))).max();
        found.or_else(|| (inline && only && origin(&whole) != origin(base)).then_some(0))
    };
    licence.contents.iter().filter_map(|c| fits(c).map(|octets| (octets, c))).collect()
}

fn state(
    licence: &Licence,
    contents: &[(usize, &Content)],
    naming: &Naming,
    locator: String,
    asset: &Asset<'_>,
    findings: &Findings,
) -> Option<Draft> {
    let (carrier, scope, tier) = match naming.by {
        By::Site => ("robots.txt", Scope::Origin, Tier::S1),
        By::Page => ("html", Scope::Page, Tier::S1),
        By::Header => ("http", Scope::Url, Tier::S3),
        By::Element => ("html", Scope::Url, Tier::S2),
    };
    let host = match naming.by {
        By::Site | By::Header => asset.host(),
        By::Page | By::Element => {
            let page = Url::parse(&asset.page?.url).ok();
            page.and_then(|u| u.host_str().map(str::to_string))
        }
    };
    let mut draft = findings
        .draft(carrier, locator, spelt(contents), tier)
        .scope(scope)
        .by(host.unwrap_or_default());
    if let Some((_, content)) = contents.iter().max_by_key(|(octets, _)| *octets)
        && !content.url.is_empty()
    {
        draft = draft.pattern(content.url.as_str());
    }
    complete(draft, licence, contents)
}

fn read_embedded(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(reading) = asset.reading else { return };
    for field in &reading.metadata.rsl {
        let licence = Licence::read(&field.value);
        let locator = format!("{}, rsl:rsl", field.locator);
        if let Some(why) = licence.broken {
            findings.malformed(locator, licence.text, why);
            continue;
        }
        // It travels with the file: its address names the work and not a place to match.
        let contents: Vec<_> = licence.contents.iter().map(|c| (0, c)).collect();
        let draft = findings.draft(&field.key, locator, spelt(&contents), Tier::S2);
        if let Some(mut draft) = complete(draft, &licence, &contents) {
            draft.0.authenticity = Authenticity::Unsigned;
            findings.add(draft);
        }
    }
}

/// Adds verdicts, offers and remarks; `None` when nothing is said about the asset.
fn complete(mut draft: Draft, licence: &Licence, contents: &[(usize, &Content)]) -> Option<Draft> {
    if contents.is_empty() {
        return None;
    }
    let withdrawn = |basis: Basis| match licence.withdrawn && basis == Basis::Explicit {
        true => Basis::Legacy,
        false => basis,
    };
    for u in Use::ALL {
        if let Some((verdict, basis)) = judged(contents, u, licence.faults.is_empty()) {
            draft = draft.says(u, verdict, withdrawn(basis));
        }
    }
    for fault in licence.faults.iter().take(8) {
        draft = draft.note(format!("against the rules: {fault}"));
    }
    let mut claim = LicenceClaim::default();
    for (_, content) in contents {
        for option in &content.options {
            for note in option.remarks() {
                if draft.0.notes.len() < 24 && !draft.0.notes.contains(&note) {
                    draft = draft.note(note);
                }
            }
            for offer in option.payments.iter().flat_map(|p| &p.addresses) {
                draft = offered(draft, offer);
            }
        }
        for offer in content.terms.iter().chain(&content.contact) {
            draft = offered(draft, offer);
        }
        if let Some(owner) = &content.owner
            && !claim.owners.contains(owner)
        {
            claim.owners.push(owner.clone());
        }
        claim.licensing_url = claim.licensing_url.or_else(|| content.contact.clone());
    }
    if claim != LicenceClaim::default() {
        draft = draft.licence(claim);
    }
    Some(draft)
}

/// The parts that cover an asset as they are written, the narrowest first, without what
/// stands around them: a document may be long, and its comments are no evidence.
fn spelt(contents: &[(usize, &Content)]) -> String {
    let mut order: Vec<&(usize, &Content)> = contents.iter().collect();
    order.sort_by_key(|(octets, _)| std::cmp::Reverse(*octets));
    let mut out = String::new();
    for (_, content) in order.into_iter().take(8) {
        out.push_str(&format!("<content url=\"{}\">", content.url));
        for option in content.options.iter().take(8) {
            out.push_str("<license>");
            for (rules, name) in [(&option.permits, "permits"), (&option.prohibits, "prohibits")] {
                for (kind, tokens) in rules {
                    let tokens = tokens.join(" ");
                    out.push_str(&format!("<{name} type=\"{kind}\">{tokens}</{name}>"));
                }
            }
            for payment in option.payments.iter().take(4) {
                out.push_str(&format!("<payment type=\"{}\"/>", payment.kind));
            }
            out.push_str("</license>");
        }
        out.push_str("</content>");
    }
    out
}

fn offered(draft: Draft, address: &str) -> Draft {
    match draft.0.offers.iter().any(|o| o == address) || draft.0.offers.len() >= 8 {
        true => draft,
        false => draft.offer(address),
    }
}

/// The words that cover a use, with how broad they are: a narrower one goes first.
fn words(u: Use) -> &'static [(&'static str, u8, Basis)] {
    use Basis::{Explicit, Legacy};
    match u {
        Use::Search => &[("search", 1, Explicit), ("all", 3, Explicit)],
        Use::Tdm => &[("all", 3, Explicit)],
        Use::TrainNongen => &[
            ("ai-train", 1, Explicit),
            ("train-ai", 1, Legacy),
            ("ai-all", 2, Explicit),
            ("all", 3, Explicit),
        ],
        Use::TrainGen => &[
            ("train-genai", 0, Legacy),
            ("ai-train", 1, Explicit),
            ("train-ai", 1, Legacy),
            ("ai-all", 2, Explicit),
            ("all", 3, Explicit),
        ],
        Use::AiInput => &[
            ("ai-input", 1, Explicit),
            ("ai-use", 1, Legacy),
            ("ai-summarize", 1, Legacy),
            ("ai-all", 2, Explicit),
            ("all", 3, Explicit),
        ],
        Use::AiIndex => &[("ai-index", 1, Explicit), ("ai-all", 2, Explicit), ("all", 3, Explicit)],
    }
}

/// Every word of every draft; anything else is an extension.
const KNOWN_USAGES: [&str; 10] = [
    "all",
    "ai-all",
    "ai-train",
    "ai-input",
    "ai-index",
    "search",
    "train-ai",
    "train-genai",
    "ai-use",
    "ai-summarize",
];

/// The verdict of all parts that cover an asset: the longest path that says something about
/// the use; of several with that path the most restrictive.
fn judged(contents: &[(usize, &Content)], u: Use, sound: bool) -> Option<(Verdict, Basis)> {
    let mut levels: BTreeMap<usize, Vec<&Content>> = BTreeMap::new();
    for (octets, content) in contents {
        levels.entry(*octets).or_default().push(content);
    }
    levels
        .values()
        .rev()
        .find_map(|level| level.iter().filter_map(|c| c.says(u, sound)).min_by_key(|(v, _)| *v))
}

/// A licence document, read.
#[derive(Debug, Default)]
pub struct Licence {
    contents: Vec<Content>,
    /// What is against the rules; then no permission is taken from it.
    faults: Vec<String>,
    /// It is written as the drafts before 1.0 were.
    withdrawn: bool,
    /// Why nothing can be taken from it.
    broken: Option<&'static str>,
    /// How it begins, as evidence.
    text: String,
}

/// What is said about one set of addresses.
#[derive(Debug, Default)]
struct Content {
    url: String,
    options: Vec<Choice>,
    owner: Option<String>,
    contact: Option<String>,
    terms: Option<String>,
}

impl Content {
    /// What its licences say about a use. They are alternatives, of which one may be chosen;
    /// what one of them prohibits and another permits is not licensed.
    fn says(&self, u: Use, sound: bool) -> Option<(Verdict, Basis)> {
        let said: Vec<(Verdict, Basis)> =
            self.options.iter().filter_map(|o| o.says(u, sound)).collect();
        let find = |wanted: fn(&&(Verdict, Basis)) -> bool| said.iter().find(wanted).copied();
        find(|(v, b)| *v == Verdict::Denied && *b != Basis::Implied)
            .or_else(|| find(|(v, _)| *v == Verdict::Allowed))
            .or_else(|| find(|(v, _)| *v == Verdict::Conditional))
            .or_else(|| said.first().copied())
    }
}

/// One licence that may be chosen.
#[derive(Debug, Default)]
struct Choice {
    permits: BTreeMap<String, Vec<String>>,
    prohibits: BTreeMap<String, Vec<String>>,
    payments: Vec<Payment>,
    /// Use must be reported.
    reporting: bool,
    /// A token must be asked for at this server.
    server: Option<String>,
    legal: Vec<String>,
}

#[derive(Debug, Default)]
struct Payment {
    kind: String,
    amount: Option<String>,
    addresses: Vec<String>,
}

impl Payment {
    fn is_free(&self) -> bool {
        let nothing = self.amount.is_none() && self.addresses.is_empty();
        self.kind == "free" || (self.kind.is_empty() && nothing)
    }
}

impl Choice {
    fn says(&self, u: Use, sound: bool) -> Option<(Verdict, Basis)> {
        let narrowest = |list: Option<&Vec<String>>| {
            let has =
                |word: &&(&str, u8, Basis)| list.is_some_and(|l| l.iter().any(|t| t == word.0));
            words(u).iter().filter(has).map(|(_, rank, basis)| (*rank, *basis)).min_by_key(|w| w.0)
        };
        let permitted = narrowest(self.permits.get("usage"));
        let prohibited = narrowest(self.prohibits.get("usage"));
        match (permitted, prohibited) {
            (Some((p, _)), Some((q, basis))) if q <= p => Some((Verdict::Denied, basis)),
            (None, Some((_, basis))) => Some((Verdict::Denied, basis)),
            _ if !sound => None,
            (Some((_, basis)), _) => {
                let verdict = match self.is_bound() {
                    true => Verdict::Conditional,
                    false => Verdict::Allowed,
                };
                Some((verdict, basis))
            }
            // A list of permits is closed. Text and data mining has no word of its own.
            (None, None) if self.permits.contains_key("usage") => {
                (u != Use::Tdm).then_some((Verdict::Denied, Basis::Implied))
            }
            // A price for everything, whatever it is.
            (None, None) if !self.is_free() => Some((Verdict::Conditional, Basis::Implied)),
            (None, None) => None,
        }
    }

    fn is_free(&self) -> bool {
        self.payments.iter().all(Payment::is_free)
    }

    /// Whether a permission depends on anything.
    fn is_bound(&self) -> bool {
        let limited = |rules: &BTreeMap<String, Vec<String>>| {
            rules.contains_key("user") || rules.contains_key("geo")
        };
        !self.is_free()
            || self.reporting
            || self.server.is_some()
            || limited(&self.permits)
            || limited(&self.prohibits)
    }

    /// Its terms in words, for the evidence.
    fn remarks(&self) -> Vec<String> {
        let mut out = Vec::new();
        for (list, what) in [(&self.permits, "only for"), (&self.prohibits, "not for")] {
            for kind in ["user", "geo"] {
                if let Some(tokens) = list.get(kind) {
                    out.push(format!("{what} {kind}: {}", tokens.join(" ")));
                }
            }
            for token in list.get("usage").into_iter().flatten() {
                if !KNOWN_USAGES.contains(&token.as_str()) {
                    out.push(format!("unknown usage {token}"));
                }
            }
        }
        for payment in self.payments.iter().filter(|p| !p.is_free()) {
            let kind = if payment.kind.is_empty() { "terms" } else { &payment.kind };
            let amount = payment.amount.as_ref().map(|a| format!(", {a}")).unwrap_or_default();
            out.push(format!("payment: {kind}{amount}"));
        }
        if self.reporting {
            out.push("use must be reported".to_string());
        }
        out.extend(self.server.iter().map(|s| format!("licence server {s}")));
        out.extend(self.legal.iter().cloned());
        out.into_iter().map(|note| note.chars().take(300).collect()).collect()
    }
}

/// An element and what stands in it.
#[derive(Debug, Default)]
struct Node {
    /// Its name, where it belongs to the namespace.
    name: Option<String>,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.trim())
    }

    fn is(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }

    fn named<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.children.iter().filter(move |c| c.is(name))
    }
}

/// The elements of RSL 1.0, clause 3.
const ELEMENTS: [&str; 16] = [
    "rsl",
    "content",
    "license",
    "permits",
    "prohibits",
    "payment",
    "standard",
    "custom",
    "amount",
    "accepts",
    "reporting",
    "legal",
    "alternate",
    "schema",
    "copyright",
    "terms",
];

impl Licence {
    /// Reads a document, or the fragment of one wherever it stands in another.
    pub fn read(text: &str) -> Licence {
        let mut licence = Licence { text: cut(text.trim().to_string()), ..Licence::default() };
        let (root, whole) = match tree(text) {
            Some(read) => read,
            None => {
                licence.broken = Some("no XML");
                return licence;
            }
        };
        if !whole {
            // What stood before the fault may permit what stood after it prohibits.
            licence.fault("it is not well formed");
        }
        let mut found = Vec::new();
        collect(&root, &mut found);
        if found.is_empty() {
            licence.broken = Some(match mentions(&root) {
                true => "no content in it",
                false => "nothing of the RSL namespace in it",
            });
            return licence;
        }
        licence.check(&root);
        for node in found {
            let content = licence.content(node);
            licence.contents.push(content);
        }
        licence
    }

    fn fault(&mut self, what: impl Into<String>) {
        let what = what.into();
        if self.faults.len() < 16 && !self.faults.contains(&what) {
            self.faults.push(what);
        }
    }

    /// An element of the namespace that it does not have is an error of the document.
    fn check(&mut self, node: &Node) {
        if let Some(name) = &node.name
            && !ELEMENTS.contains(&name.as_str())
        {
            self.fault(format!("unknown element {name}"));
        }
        for child in &node.children {
            self.check(child);
        }
    }

    fn content(&mut self, node: &Node) -> Content {
        if node.attribute("url").is_none() {
            self.fault("content without url");
        }
        for name in ["encrypted"] {
            if node.attribute(name).is_some_and(|v| !matches!(v, "true" | "false" | "1" | "0")) {
                self.fault(format!("{name} is neither true nor false"));
            }
        }
        let server = node.attribute("server").filter(|s| !s.is_empty()).map(str::to_string);
        let mut options: Vec<Choice> = node.named("license").map(|n| self.choice(n)).collect();
        if options.is_empty() {
            self.fault("content without license");
        }
        for option in &mut options {
            option.server = option.server.take().or_else(|| server.clone());
        }
        let owner = node.named("copyright").next();
        Content {
            url: node.attribute("url").unwrap_or_default().to_string(),
            options,
            owner: owner.map(|o| o.text.trim().to_string()).filter(|o| !o.is_empty()).map(cut),
            contact: owner.and_then(|o| o.attribute("contactUrl")).and_then(web_address),
            terms: node.named("terms").find_map(|t| web_address(&t.text)),
        }
    }

    fn choice(&mut self, node: &Node) -> Choice {
        let mut choice = Choice {
            permits: self.rules(node, "permits"),
            prohibits: self.rules(node, "prohibits"),
            reporting: node.named("reporting").next().is_some(),
            ..Choice::default()
        };
        for payment in node.named("payment") {
            let addresses = ["standard", "custom", "terms"].iter();
            let addresses = addresses.flat_map(|name| payment.named(name));
            let amount = payment.named("amount").next();
            choice.payments.push(Payment {
                kind: payment.attribute("type").unwrap_or_default().to_string(),
                amount: amount.map(|a| {
                    let currency = a.attribute("currency").unwrap_or_default();
                    format!("{} {currency}", a.text.trim()).trim().to_string()
                }),
                // Addresses are met without a scheme (`rslcollective.org/license`).
                addresses: addresses.filter_map(|a| loose_address(&a.text)).take(4).collect(),
            });
        }
        // The drafts before 1.0 named the server inside the licence.
        let server = node.named("server").next().and_then(|s| s.attribute("url"));
        choice.server = server.map(str::to_string);
        for legal in node.named("legal").take(4) {
            let kind = legal.attribute("type").unwrap_or_default();
            choice.legal.push(format!("legal {kind}: {}", legal.text.trim()));
        }
        choice
    }

    fn rules(&mut self, node: &Node, name: &str) -> BTreeMap<String, Vec<String>> {
        let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for element in node.named(name) {
            let kind = element.attribute("type").unwrap_or("usage").to_string();
            // Version 0.9 had commas between the words.
            self.withdrawn |= element.text.contains(',');
            let tokens = element.text.split(|c: char| c.is_whitespace() || c == ',');
            let tokens = tokens.filter(|t| !t.is_empty()).take(64).map(str::to_string);
            if rules.contains_key(&kind) {
                self.fault(format!("two {name} of type {kind}"));
            }
            rules.entry(kind).or_default().extend(tokens);
        }
        rules
    }
}

fn loose_address(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = || text.contains('.') && !text.contains([' ', ':']) && !text.starts_with('/');
    web_address(text).or_else(|| bare().then(|| web_address(&format!("https://{text}"))).flatten())
}

/// Every `content` of the namespace, wherever it stands: in `rsl`, in the item of a feed.
fn collect<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    if node.is("content") {
        if found.len() < Limits::DEFAULT.statements {
            found.push(node);
        }
        return;
    }
    node.children.iter().for_each(|child| collect(child, found));
}

fn mentions(node: &Node) -> bool {
    node.name.is_some() || node.children.iter().any(mentions)
}

/// The document as a tree, and whether it is well formed to its end; `None` when there is
/// no element in it at all. No document types, no entities; depth and number are bounded.
fn tree(text: &str) -> Option<(Node, bool)> {
    let limits = Limits::DEFAULT;
    let text = text.get(..limits.text_bytes.min(text.len())).unwrap_or_default();
    let mut reader = NsReader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut stack: Vec<Node> = vec![Node::default()];
    let (mut count, mut skipping, mut whole) = (0_usize, 0_usize, true);
    loop {
        let (namespace, event) = match reader.read_resolved_event() {
            Ok(read) => read,
            Err(_) => {
                whole = false;
                break;
            }
        };
        let ours = matches!(namespace, ResolveResult::Bound(Namespace(ns)) if ns == NAMESPACE);
        let empty = matches!(event, Event::Empty(_));
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                count = count.saturating_add(1);
                if skipping > 0 || count > limits.properties || stack.len() >= limits.depth {
                    whole = false;
                    skipping = skipping.saturating_add(usize::from(!empty));
                    continue;
                }
                let mut all = tag.attributes();
                let attributes = all.with_checks(false).take(16).flatten().map(|a| {
                    let value: &str = &a.value;
                    let plain = quick_xml::escape::unescape(value);
                    let name: &str = a.key.as_ref();
                    (name.to_string(), plain.map_or(value.to_string(), |v| v.into_owned()))
                });
                let name = tag.local_name().into_inner().to_string();
                let node = Node {
                    name: ours.then_some(name),
                    attributes: attributes.collect(),
                    ..Node::default()
                };
                match (empty, stack.last_mut()) {
                    (true, Some(parent)) => parent.children.push(node),
                    _ => stack.push(node),
                }
            }
            Event::End(_) if skipping > 0 => skipping = skipping.saturating_sub(1),
            Event::End(_) => {
                if stack.len() > 1
                    && let Some(node) = stack.pop()
                    && let Some(parent) = stack.last_mut()
                {
                    parent.children.push(node);
                }
            }
            Event::Text(text) if skipping == 0 => push(&mut stack, &text.xml10_content()),
            Event::CData(text) if skipping == 0 => push(&mut stack, &text.xml10_content()),
            Event::GeneralRef(reference) if skipping == 0 => {
                let name: &str = &reference;
                let mut buffer = [0; 4];
                let plain = match (resolve_xml_entity(name), reference.resolve_char_ref()) {
                    (Some(plain), _) => plain,
                    (None, Ok(Some(character))) => character.encode_utf8(&mut buffer),
                    _ => "",
                };
                push(&mut stack, plain);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    whole &= stack.len() == 1 && skipping == 0;
    while stack.len() > 1 {
        let node = stack.pop()?;
        stack.last_mut()?.children.push(node);
    }
    let root = stack.pop()?;
    (!root.children.is_empty()).then_some((root, whole))
}

fn push(stack: &mut [Node], text: &str) {
    let most = Limits::DEFAULT.value_chars;
    if let Some(node) = stack.last_mut()
        && node.name.is_some()
        && node.text.len() < most
    {
        node.text.extend(text.chars().take(most));
    }
}

/// An address as people can read it; a document in the page has none.
fn shown(url: &str) -> &str {
    if url.starts_with("data:") { "in the page" } else { url }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Failure;
    use crate::signal::bench::{Bench, got, said};
    use crate::vocabulary::Statement;

    const URL: &str = "https://gallery.test/rsl.xml";

    fn document(body: &str) -> String {
        format!("<rsl xmlns=\"https://rslstandard.org/rsl\">{body}</rsl>")
    }

    fn content(url: &str, licence: &str) -> String {
        format!("<content url=\"{url}\"><license>{licence}</license></content>")
    }

    fn site(text: &str) -> Bench {
        Bench::new()
            .robots("License: https://gallery.test/rsl.xml\nUser-agent: *\nAllow: /")
            .document(URL, got(text, "application/rsl+xml"))
    }

    fn read(text: &str) -> (Vec<Statement>, &'static str) {
        let findings = site(text).read();
        (findings.of("rsl"), findings.state("rsl"))
    }

    fn verdicts(licence: &str) -> String {
        let (found, _) = read(&document(&content("/", licence)));
        found.first().map(said).unwrap_or_default()
    }

    const ALL_DENIED: &str = "search=denied tdm=denied train.nongen=denied train.gen=denied ai.input=denied ai.index=denied";

    #[test]
    fn every_word_in_prohibits() {
        for (word, expected) in [
            ("all", ALL_DENIED),
            ("ai-all", "train.nongen=denied train.gen=denied ai.input=denied ai.index=denied"),
            ("ai-train", "train.nongen=denied train.gen=denied"),
            ("ai-input", "ai.input=denied"),
            ("ai-index", "ai.index=denied"),
            ("search", "search=denied"),
            ("train-genai", "train.gen=denied~"),
            ("vendor:archive", ""),
        ] {
            let rule = format!("<prohibits type=\"usage\">{word}</prohibits>");
            assert_eq!(verdicts(&rule), expected, "{word}");
        }
    }

    #[test]
    fn a_list_of_permits_is_closed() {
        assert_eq!(
            verdicts("<permits type=\"usage\">search</permits>"),
            "search=allowed train.nongen=denied* train.gen=denied* ai.input=denied* ai.index=denied*"
        );
        assert_eq!(
            verdicts("<permits type=\"usage\">all</permits><payment type=\"free\"/>"),
            ALL_DENIED.replace("denied", "allowed")
        );
    }

    #[test]
    fn payment_is_a_condition_and_an_offer() {
        let (found, _) = read(&document(&content(
            "/",
            "<permits type=\"usage\">ai-train</permits><payment type=\"subscription\">\
             <amount currency=\"USD\">10</amount><custom>https://gallery.test/buy</custom></payment>",
        )));
        assert_eq!(
            said(&found[0]),
            "search=denied* train.nongen=conditional train.gen=conditional ai.input=denied* ai.index=denied*"
        );
        assert_eq!(found[0].offers, ["https://gallery.test/buy"]);
        assert_eq!(found[0].notes, ["payment: subscription, 10 USD"]);
        assert_eq!((found[0].tier, found[0].scope), (Tier::S1, Scope::Origin));
        assert_eq!(found[0].locator, "robots.txt line 1 → https://gallery.test/rsl.xml");
        let raw = "<content url=\"/\"><license><permits type=\"usage\">ai-train</permits>\
            <payment type=\"subscription\"/></license></content>";
        assert_eq!(found[0].raw, raw);
    }

    #[test]
    fn everything_that_a_permission_depends_on_makes_it_conditional() {
        for bound in [
            "<payment><standard>https://rslcollective.org/license</standard></payment>",
            "<payment type=\"attribution\"/>",
            "<permits type=\"user\">education</permits>",
            "<prohibits type=\"geo\">EU</prohibits>",
            "<reporting type=\"usage\">https://gallery.test/r</reporting>",
        ] {
            let text = verdicts(&format!("<permits type=\"usage\">search</permits>{bound}"));
            assert!(text.starts_with("search=conditional"), "{bound}: {text}");
        }
        let (found, _) = read(&document(
            "<content url=\"/\" server=\"https://olp.test\"><license><permits type=\"usage\">search\
             </permits></license></content>",
        ));
        assert!(said(&found[0]).starts_with("search=conditional"), "a token is needed");
        assert_eq!(verdicts("<payment type=\"free\"/>"), "", "free, and nothing is permitted");
        assert!(verdicts("<payment type=\"crawl\"/>").starts_with("search=conditional*"));
    }

    #[test]
    fn narrower_words_and_paths_go_first() {
        assert_eq!(
            verdicts(
                "<permits type=\"usage\">ai-all</permits><prohibits type=\"usage\">ai-train</prohibits>"
            ),
            "search=denied* train.nongen=denied train.gen=denied ai.input=allowed ai.index=allowed"
        );
        assert!(
            verdicts("<permits type=\"usage\">ai-input</permits><prohibits type=\"usage\">ai-all</prohibits>")
                .contains("ai.input=allowed ai.index=denied")
        );
        assert!(
            verdicts("<permits type=\"usage\">search</permits><prohibits type=\"usage\">search</prohibits>")
                .starts_with("search=denied"),
            "the same thing permitted and prohibited is not licensed"
        );
        let all = content("/", "<permits type=\"usage\">all</permits>");
        let photos = content("/photos/", "<prohibits type=\"usage\">ai-train</prohibits>");
        let other = content("/private/", "<prohibits type=\"usage\">all</prohibits>");
        let (found, _) = read(&document(&format!("{photos}{all}{other}")));
        assert_eq!(
            said(&found[0]),
            "search=allowed tdm=allowed train.nongen=denied train.gen=denied ai.input=allowed ai.index=allowed"
        );
        assert_eq!(found[0].pattern.as_deref(), Some("/photos/"));
    }

    #[test]
    fn addresses_are_paths_patterns_or_whole() {
        let rule = "<prohibits type=\"usage\">all</prohibits>";
        for (url, covered) in [
            ("/", true),
            ("/photos/*.jpg$", true),
            ("/photos/*.png", false),
            ("https://gallery.test/photos/", true),
            ("https://gallery.test", true),
            ("https://other.test/photos/", false),
            ("photos", false),
        ] {
            let found = read(&document(&content(url, rule))).0;
            assert_eq!(!found.is_empty(), covered, "{url}");
        }
    }

    #[test]
    fn a_document_against_the_rules_keeps_only_what_it_prohibits() {
        for fault in
            ["<permit type=\"usage\">search</permit>", "<permits type=\"usage\">ai-input</permits>"]
        {
            let body = format!(
                "<permits type=\"usage\">search</permits>{fault}<prohibits type=\"usage\">ai-train</prohibits>"
            );
            let (found, _) = read(&document(&content("/", &body)));
            assert_eq!(said(&found[0]), "train.nongen=denied train.gen=denied", "{fault}");
            assert!(found[0].notes[0].starts_with("against the rules: "), "{:?}", found[0].notes);
        }
        let cut = document(&content("/", "<permits type=\"usage\">all</permits>"));
        let (found, _) = read(cut.split("</license>").next().unwrap());
        assert_eq!(said(&found[0]), "", "the rest may have prohibited it");
        let none = document("<content url=\"/\"><terms>https://gallery.test/t</terms></content>");
        let (found, _) = read(&none);
        assert_eq!((said(&found[0]).as_str(), found[0].offers.len()), ("", 1));
    }

    #[test]
    fn foreign_elements_prefixes_feeds_and_old_drafts() {
        let prefixed = "<r:rsl xmlns:r=\"https://rslstandard.org/rsl\" xmlns:x=\"urn:x\"><x:y/>\
            <r:content url=\"/\"><r:license><r:prohibits type=\"usage\">ai&#45;train</r:prohibits>\
            </r:license></r:content></r:rsl>";
        assert_eq!(said(&read(prefixed).0[0]), "train.nongen=denied train.gen=denied");
        let feed = "<rss xmlns:rsl=\"https://rslstandard.org/rsl\"><channel><item><rsl:content \
            url=\"https://gallery.test/photos/heron.jpg\"><rsl:license><rsl:prohibits \
            type=\"usage\">search</rsl:prohibits></rsl:license></rsl:content></item></channel></rss>";
        assert_eq!(said(&read(feed).0[0]), "search=denied");
        let old = document(&content("/", "<permits type=\"usage\">search, ai-use</permits>"));
        let found = read(&old).0;
        assert!(said(&found[0]).starts_with("search=allowed~"), "{}", said(&found[0]));
        assert!(said(&found[0]).contains("ai.input=allowed~"));
    }

    #[test]
    fn what_is_no_licence_is_malformed() {
        for text in [
            "",
            "nonsense",
            "<html><p>404</p></html>",
            "<rsl><content url=\"/\"/></rsl>",
            "<rsl xmlns=\"http://rslstandard.org/rsl\"><content url=\"/\"/></rsl>",
            "<rsl xmlns=\"https://rslstandard.org/rsl\"/>",
        ] {
            let (found, state) = read(text);
            assert_eq!((found.len(), state), (0, "malformed"), "{text}");
        }
    }

    #[test]
    fn a_licence_that_could_not_be_had_is_no_silence() {
        let named = || Bench::new().robots("License: https://gallery.test/rsl.xml");
        assert_eq!(named().read().state("rsl"), "not-checked");
        assert_eq!(named().read().unread, ["RSL licence, https://gallery.test/rsl.xml"]);
        for look in [Look::Absent { at: 0 }, Look::Failed { why: Failure::Silent, at: 0 }] {
            assert_eq!(named().document(URL, look).read().state("rsl"), "fetch-failed");
        }
        assert_eq!(Bench::new().read().state("rsl"), "checked-absent");
        assert_eq!(Bench::new().unread().read().state("rsl"), "not-checked");
    }

    #[test]
    fn the_group_for_everybody_goes_before_the_whole_file() {
        let no = document(&content("/", "<prohibits type=\"usage\">search</prohibits>"));
        let bench = Bench::new()
            .robots("License: https://a.test/all.xml\nUser-agent: GPTBot\nLicense: https://a.test/bot.xml\nDisallow: /x\n\nUser-agent: *\nLicense: https://gallery.test/rsl.xml\nAllow: /")
            .document(URL, got(&no, "text/xml"))
            .document("https://a.test/all.xml", got(&no, "text/xml"));
        let found = bench.read().of("rsl");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].locator, "robots.txt line 7 → https://gallery.test/rsl.xml");
        assert_eq!((said(&found[1]).as_str(), found[1].notes[0].as_str()), ("", "only for gptbot"));
    }

    #[test]
    fn header_page_and_element_go_before_their_site() {
        let yes = document(&content("/", "<permits type=\"usage\">all</permits>"));
        let no = document(&content("", "<prohibits type=\"usage\">ai-train</prohibits>"));
        let link = |href: &str| LinkTag {
            rel: "license".to_string(),
            href: href.to_string(),
            mime: Some("application/rsl+xml".to_string()),
            about: None,
        };
        let inline = format!("data:application/rsl+xml,{}", no.replace('<', "%3C"));
        let found = site(&yes).page().figure_link(link(&inline)).read().of("rsl");
        assert_eq!(found.len(), 2);
        assert_eq!(said(&found[0]), "train.nongen=denied train.gen=denied");
        assert_eq!((found[0].tier, found[0].scope), (Tier::S2, Scope::Url));
        assert_eq!((said(&found[1]).as_str(), found[1].notes[0].as_str()), ("", "superseded"));
        let found = site(&yes)
            .header("link", "</no.xml>; rel=\"license\"; type=\"application/rsl+xml\"")
            .document("https://gallery.test/no.xml", got(&no, "text/xml"))
            .read()
            .of("rsl");
        assert_eq!((found[0].tier, found[0].scope), (Tier::S3, Scope::Url));
        // A page elsewhere does not speak for the site that serves the picture.
        let found = site(&yes)
            .url("https://cdn.test/a.jpg")
            .robots("License: https://gallery.test/rsl.xml")
            .page()
            .link(link(&inline))
            .read()
            .of("rsl");
        assert!(found.iter().all(|s| !s.notes.iter().any(|n| n == "superseded")));
        assert_eq!((found[0].tier, found[0].scope), (Tier::S1, Scope::Page));
    }

    #[test]
    fn owner_contact_and_terms_are_told() {
        let (found, _) = read(&document(
            "<content url=\"/\"><license><prohibits type=\"usage\">ai-all</prohibits></license>\
             <copyright type=\"person\" contactUrl=\"https://gallery.test/contact\">Ada Example\
             </copyright><terms>https://gallery.test/terms</terms></content>",
        ));
        let claim = found[0].licence.clone().unwrap();
        assert_eq!(claim.owners, ["Ada Example"]);
        assert_eq!(found[0].offers, ["https://gallery.test/terms", "https://gallery.test/contact"]);
    }

    #[test]
    fn a_fragment_in_the_file_travels_with_it() {
        let text = document(&content(
            "https://elsewhere.test/original.jpg",
            "<prohibits type=\"usage\">ai-train</prohibits>",
        ));
        let found = Bench::new().embedded_rsl(&text).read().of("rsl.embedded");
        assert_eq!(said(&found[0]), "train.nongen=denied train.gen=denied");
        assert_eq!((found[0].tier, found[0].scope), (Tier::S2, Scope::Work));
        assert_eq!(found[0].locator, "APP1 at 0x14, rsl:rsl");
        assert_eq!(Bench::new().embedded_rsl("<rsl/>").read().state("rsl.embedded"), "malformed");
        assert_eq!(Bench::new().read().state("rsl.embedded"), "checked-absent");
    }

    #[test]
    fn hostile_documents_are_bounded() {
        for text in [
            document(&"<content url=\"/\">".repeat(50_000)),
            document(&content("/", &"<permits type=\"usage\">all</permits>".repeat(50_000))),
            format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", document("<content url=\"&a;\"/>")),
            "<a".repeat(200_000),
            "\u{0}<rsl".to_string(),
        ] {
            let start = std::time::Instant::now();
            read(&text);
            assert!(start.elapsed().as_secs() < 2);
        }
    }
}
