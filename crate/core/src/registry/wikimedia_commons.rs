//! Wikimedia Commons and the local files of Wikipedias: licence and author of a file
//! by its address or by its SHA-1.
//!
//! Interface: <https://www.mediawiki.org/wiki/API:Imageinfo> (`extmetadata` of the
//! CommonsMetadata extension). Manners: <https://www.mediawiki.org/wiki/API:Etiquette>.
//! Nothing in these fields speaks about AI, so no statement here has a verdict.
//! Left out: structured data (all licences of a file that has several), old versions
//! under `archive/`, and the pHash property.

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::record;
use super::response::{self, refused, retry_after};
use super::text::{cut, plain_text, web_address};
use super::{Answer, Endpoint, Fit, Hit, Privacy, Query, Registry, Request, Response};
use crate::page::Header;
use crate::signal::creative_commons::claim_from_url;
use crate::vocabulary::{Authenticity, LicenceClaim, Scope, Statement, Tier};

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "wikimedia-commons",
    title: "Wikimedia Commons",
    about: "https://commons.wikimedia.org/",
    privacy: &[Privacy::Hash, Privacy::SameHost],
    endpoint: "https://commons.wikimedia.org/w/api.php",
    media_host: "https://upload.wikimedia.org/wikipedia/",
    takes_address: true,
    // One question at a time is what the etiquette asks for; more is not.
    gap_ms: 0,
    wants_key: false,
    plan,
    read,
};

/// The fields that say something about rights; everything else stays on the server.
const FIELDS: &str = "LicenseShortName|LicenseUrl|License|UsageTerms|Artist|Credit|Attribution|\
    AttributionRequired|Copyrighted|Restrictions|NonFree|DateTimeOriginal";

/// By address where the address is one of Wikimedia's own, otherwise by SHA-1.
///
/// The SHA-1 is that of the original upload: a thumbnail is never found by it.
fn plan(query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let or = |given: &str, default: &str| {
        if given.is_empty() { default.to_string() } else { given.to_string() }
    };
    let api = or(&endpoint.api, REGISTRY.endpoint);
    let media = or(&endpoint.media, REGISTRY.media_host);

    let mut requests = Vec::new();
    for lead in query.leads.iter().filter(|lead| lead.registry == REGISTRY.id) {
        let by_id = [("pageids", lead.name.as_str())];
        let asked = request(&api, format!("page:{}", lead.name), &by_id, Privacy::Hash);
        requests.extend(asked.map(|asked| Request { via: Some(lead.fit.clone()), ..asked }));
    }
    if let Some(file) = MediaFile::at(query.url, &media)
        && let Some(api) = api_of(&file.project, &api)
    {
        let titles = format!("File:{}", file.title);
        let key = format!("title:{}:{}", file.project, file.title);
        // A file that was renamed leaves a redirect under its old title.
        let by_title = [("titles", titles.as_str()), ("redirects", "1")];
        requests.extend(request(&api, key, &by_title, Privacy::SameHost));
        return requests;
    }

    let sha1 = query.print.map(|print| print.sha1.to_ascii_lowercase()).unwrap_or_default();
    if sha1.len() == 40 && sha1.bytes().all(|b| b.is_ascii_hexdigit()) {
        let by_hash = [("generator", "allimages"), ("gaisha1", sha1.as_str()), ("gailimit", "5")];
        requests.extend(request(&api, format!("sha1:{sha1}"), &by_hash, Privacy::Hash));
    }
    requests
}

fn request(api: &str, key: String, by: &[(&str, &str)], privacy: Privacy) -> Option<Request> {
    let mut url = Url::parse(api).ok()?;
    url.query_pairs_mut()
        .extend_pairs([("action", "query"), ("format", "json"), ("formatversion", "2")])
        // An anonymous request for which the server sends `Access-Control-Allow-Origin: *`.
        .append_pair("origin", "*")
        // Stand back while the replicas lag (API:Etiquette).
        .append_pair("maxlag", "5")
        .extend_pairs(by)
        .extend_pairs([("prop", "imageinfo"), ("iiprop", "url|sha1|mime|size|extmetadata")])
        // The address of a rendering, of one of the widths that stand ready there.
        .append_pair("iiurlwidth", "120")
        .append_pair("iiextmetadatafilter", FIELDS);
    let agent =
        format!("Sayso/{} (https://github.com/sayso-project/sayso)", env!("CARGO_PKG_VERSION"));
    Some(Request {
        registry: REGISTRY.id.to_string(),
        key,
        url: url.into(),
        // A browser cannot set `User-Agent`; this is the form that Wikimedia asks for instead.
        headers: vec![Header { name: "Api-User-Agent".to_string(), value: agent }],
        privacy,
        via: None,
    })
}

/// The API that knows the files of a project, if we know it.
fn api_of(project: &str, api: &str) -> Option<String> {
    if project == "commons" {
        return Some(api.to_string());
    }
    // Another registry says nothing about where its sisters are.
    if api != REGISTRY.endpoint {
        return None;
    }
    match project {
        "meta" | "species" | "incubator" | "outreach" => {
            Some(format!("https://{project}.wikimedia.org/w/api.php"))
        }
        _ if is_language(project) => Some(format!("https://{project}.wikipedia.org/w/api.php")),
        _ => None,
    }
}

/// `en`, `simple`, `zh-min-nan`: what stands before `.wikipedia.org`.
fn is_language(project: &str) -> bool {
    let mut parts = project.split('-');
    let first = parts.next().unwrap_or_default();
    let letters = |p: &str| p.bytes().all(|b| b.is_ascii_lowercase());
    (matches!(first.len(), 2 | 3) || first == "simple")
        && letters(first)
        && project.len() <= 20
        && parts.all(|p| !p.is_empty() && letters(p))
}

/// A file as its media address names it.
#[derive(Debug, PartialEq, Eq)]
struct MediaFile {
    project: String,
    /// Without `File:`, with underscores.
    title: String,
}

impl MediaFile {
    /// Reads `<project>/[thumb/|transcoded/]<h>/<hh>/<Name>[/<rendering>]` under `media`.
    ///
    /// The folder digits are those of the title's MD5: a title that was cut out wrongly
    /// does not pass. A rendering with a long title is called `thumbnail.<ext>`, so the
    /// title is always that of the folder.
    fn at(address: &str, media: &str) -> Option<MediaFile> {
        let (address, media) = (Url::parse(address).ok()?, Url::parse(media).ok()?);
        let web = |u: &Url| matches!(u.scheme(), "http" | "https");
        let same_port = address.port() == media.port();
        if !web(&address) || !web(&media) || address.host() != media.host() || !same_port {
            return None;
        }
        let rest = address.path().strip_prefix(media.path().trim_end_matches('/'))?;
        let parts: Vec<String> = rest
            .strip_prefix('/')?
            .split('/')
            .take(8)
            .map(|s| percent_decode_str(s).decode_utf8().map(|s| s.replace(' ', "_")))
            .collect::<Result<_, _>>()
            .ok()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();

        // A MediaWiki of one's own has no project level: its tree begins with the digits.
        let (project, inside) = match parts.as_slice() {
            all @ ["thumb" | "transcoded", ..] => ("commons", all),
            all @ [h, hh, ..] if h.len() == 1 && hh.starts_with(h) => ("commons", all),
            [project, inside @ ..] => (*project, inside),
            [] => return None,
        };
        let (h, hh, title) = match inside {
            [h, hh, title] => (h, hh, title),
            ["thumb" | "transcoded", h, hh, title, rendering] if !rendering.is_empty() => {
                (h, hh, title)
            }
            _ => return None,
        };
        let digits = Md5::digest(title.as_bytes());
        let first = format!("{:02x}", digits.first()?);
        let fits = *hh == first && h.len() == 1 && hh.starts_with(h) && is_title(title);
        fits.then(|| MediaFile { project: project.to_string(), title: (*title).to_string() })
    }
}

/// Whether MediaWiki could have such a title. Keeps `|` from asking for several.
fn is_title(title: &str) -> bool {
    let bad = |c: char| c.is_control() || "#<>[]|{}/\u{FFFD}".contains(c);
    !title.is_empty() && title.len() <= 255 && !title.chars().any(bad)
}

/// Reads one answer; what is not about the key that was asked for is dropped.
fn read(request: &Request, response: &Response) -> Answer {
    let value = match response::json(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let Ok(answer) = serde_json::from_value::<Api>(value) else {
        return refused("the answer is not JSON as MediaWiki writes it");
    };
    let wait = retry_after(&response.headers);
    if let Some(error) = answer.error {
        let why = format!("the registry says: {}", error.code.chars().take(60).collect::<String>());
        return match error.code.as_str() {
            "maxlag" | "ratelimited" | "readonly" => {
                Answer::Unavailable { retry_after_ms: wait, why }
            }
            code if code.starts_with("internal_api_error") => {
                Answer::Unavailable { retry_after_ms: wait, why }
            }
            _ => Answer::Refused { why },
        };
    }
    let Some(query) = answer.query else {
        // A search without results has no `query`, but it is said to be complete.
        return if answer.batchcomplete {
            Answer::Miss
        } else {
            refused("an answer without a result")
        };
    };
    match Asked::from(&request.key, &query) {
        Some(asked) => hits(request, &asked, query.pages),
        None => refused("an answer for another key"),
    }
}

/// What an answer must be about.
enum Asked {
    Sha1(String),
    /// The number of its page.
    Page(u64),
    /// The full title after the server's normalisation and redirects.
    Title {
        title: String,
        redirected: bool,
    },
}

impl Asked {
    fn from(key: &str, query: &Pages) -> Option<Asked> {
        if let Some(sha1) = key.strip_prefix("sha1:") {
            return Some(Asked::Sha1(sha1.to_string()));
        }
        if let Some(number) = key.strip_prefix("page:") {
            return number.parse().ok().map(Asked::Page);
        }
        let (_, name) = key.strip_prefix("title:")?.split_once(':')?;
        let asked = format!("File:{name}");
        let is_from = |from: &str| spaced(from) == spaced(&asked);
        let mut title = spaced(&asked);
        if let Some(to) = query.normalized.iter().find(|n| is_from(&n.from)).map(|n| &n.to) {
            // A wiki has its own word for `File:`; the rest must be what was asked for.
            let local = to.split_once(':').map(|(_, local)| spaced(local));
            if local.as_deref() != Some(spaced(name).as_str()) {
                return None;
            }
            title = spaced(to);
        }
        let redirect = query.redirects.iter().find(|r| spaced(&r.from) == title);
        let redirected = redirect.is_some();
        Some(Asked::Title { title: redirect.map_or(title, |r| spaced(&r.to)), redirected })
    }

    fn is_about(&self, page: &Page) -> bool {
        match self {
            Asked::Sha1(sha1) => {
                page.imageinfo.first().is_some_and(|i| i.sha1.eq_ignore_ascii_case(sha1))
            }
            Asked::Page(number) => page.pageid == Some(*number),
            Asked::Title { title, .. } => spaced(&page.title) == *title,
        }
    }
}

fn spaced(title: &str) -> String {
    title.replace('_', " ")
}

fn hits(request: &Request, asked: &Asked, pages: Vec<Page>) -> Answer {
    let any = !pages.is_empty();
    let ours: Vec<Page> = pages.into_iter().filter(|p| asked.is_about(p)).collect();
    if any && ours.is_empty() {
        return Answer::Refused { why: "an answer for another key".to_string() };
    }
    // A file of that name in a shared repository stands beside `missing`: it is another file.
    let there = |p: &Page| !p.missing && !p.invalid && p.ns == 6;
    let hits: Vec<Hit> =
        ours.into_iter().filter(there).filter_map(|page| hit(request, asked, page)).collect();
    record::answer(hits)
}

fn hit(request: &Request, asked: &Asked, page: Page) -> Option<Hit> {
    let Page { pageid, title, imageinfo, .. } = page;
    // Without file data there is a page and no file.
    let info = imageinfo.into_iter().next().filter(|i| !i.filemissing)?;
    let title = plain_text(&title);
    let fit = request.via.clone().unwrap_or(match asked {
        Asked::Sha1(_) => Fit::Exact,
        Asked::Title { .. } | Asked::Page(_) => Fit::Url,
    });
    let mut statements: Vec<Statement> = match &fit {
        Fit::Near { sure: false, .. } => Vec::new(),
        _ => statement(request, &title, &info.fields()).into_iter().collect(),
    };
    if let Fit::Near { .. } = fit {
        // It speaks of a picture that looks like this one.
        statements.iter_mut().for_each(|statement| statement.tier = Tier::S1);
    }
    if matches!(asked, Asked::Title { redirected: true, .. }) {
        for statement in &mut statements {
            statement.notes.push("redirected".to_string());
        }
    }
    Some(Hit {
        registry: REGISTRY.id.to_string(),
        record_id: pageid.map_or_else(|| title.clone(), |id| id.to_string()),
        record_url: response::link(request, &info.descriptionurl),
        fit,
        title: Some(title),
        miniature: response::link(request, &info.thumburl),
        statements,
        leads: Vec::new(),
    })
}

/// What the description page says about rights; `None` when it says nothing.
fn statement(
    request: &Request,
    title: &str,
    fields: &BTreeMap<String, String>,
) -> Option<Statement> {
    let raw = |name: &str| fields.get(name).map(String::as_str).filter(|v| !v.trim().is_empty());
    let text = |name: &str| raw(name).map(plain_text).filter(|t| !t.is_empty());
    let mut notes = Vec::new();

    let by_url = raw("LicenseUrl").map(web_address);
    if by_url == Some(None) {
        notes.push("unusable-licence-address".to_string());
    }
    let by_url = by_url.flatten().map(|url| {
        claim_from_url(&url)
            .unwrap_or_else(|| LicenceClaim { uri: Some(url), ..LicenceClaim::default() })
    });
    let by_code = raw("License").and_then(claim_from_code);
    if let (Some(a), Some(b)) = (&by_url, &by_code)
        && b.uri.is_some()
        && a.uri != b.uri
    {
        notes.push("licence-code-differs".to_string());
    }

    let mut claim = by_url.or(by_code).unwrap_or_default();
    claim.terms = claim.terms.or_else(|| text("UsageTerms")).or_else(|| text("LicenseShortName"));
    match text("Copyrighted").map(|v| v.to_ascii_lowercase()).as_deref() {
        Some("true") => claim.marked = Some(true),
        Some("false") => claim.marked = Some(false),
        _ => {}
    }
    if raw("NonFree").is_some() {
        // Kept under an exception of that wiki: whoever copies it has no licence by that.
        claim = LicenceClaim::default();
        notes.push("non-free".to_string());
    }
    claim.creators.extend(text("Artist"));
    claim.credit = text("Attribution").or_else(|| text("Credit"));
    if text("AttributionRequired").is_some_and(|v| v.eq_ignore_ascii_case("true")) {
        notes.push("attribution-required".to_string());
    }
    let restrictions = text("Restrictions").unwrap_or_default();
    for restriction in restrictions.split('|').map(str::trim).filter(|r| !r.is_empty()).take(8) {
        notes.push(format!("restriction: {restriction}"));
    }
    if claim == LicenceClaim::default() && notes.is_empty() {
        return None;
    }

    let evidence = ["LicenseUrl", "License", "LicenseShortName", "UsageTerms", "NonFree", "Artist"];
    Some(Statement {
        signal: REGISTRY.id.to_string(),
        carrier: "registry".to_string(),
        locator: title.to_string(),
        raw: evidence.iter().find_map(|name| raw(name)).map(cut).unwrap_or_default(),
        scope: Scope::Work,
        pattern: None,
        declared_by: Url::parse(&request.url).ok().and_then(|u| u.host_str().map(str::to_string)),
        // Volunteers describe the file and nobody signs: as strong as unsigned metadata.
        authenticity: Authenticity::NotApplicable,
        tier: Tier::S2,
        verdicts: BTreeMap::new(),
        offers: Vec::new(),
        licence: (claim != LicenceClaim::default()).then_some(claim),
        origin: None,
        notes,
    })
}

/// The short code of a licence template: `cc-by-sa-4.0`, `cc0`, `pd-old`.
fn claim_from_code(code: &str) -> Option<LicenceClaim> {
    const HOME: &str = "https://creativecommons.org";
    let code = code.trim().to_ascii_lowercase();
    if matches!(code.as_str(), "cc0" | "cc-zero" | "cc0-1.0") {
        return claim_from_url(&format!("{HOME}/publicdomain/zero/1.0/"));
    }
    if code == "pd" || code.starts_with("pd-") {
        return Some(LicenceClaim { marked: Some(false), ..LicenceClaim::default() });
    }
    let rest = code.strip_prefix("cc-")?;
    // The version is the first part that begins with a digit; a port may follow it.
    let at = rest
        .match_indices('-')
        .map(|(i, _)| i + 1)
        .find(|&i| rest.get(i..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit())))?;
    let unit = rest.get(..at)?.trim_end_matches('-');
    let version = rest.get(at..)?.replacen('-', "/", 1);
    claim_from_url(&format!("{HOME}/licenses/{unit}/{version}/"))
}

#[derive(Deserialize)]
struct Api {
    #[serde(default)]
    batchcomplete: bool,
    query: Option<Pages>,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
struct ApiError {
    code: String,
}

#[derive(Deserialize)]
struct Pages {
    #[serde(default)]
    normalized: Vec<Renamed>,
    #[serde(default)]
    redirects: Vec<Renamed>,
    #[serde(default)]
    pages: Vec<Page>,
}

#[derive(Deserialize)]
struct Renamed {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Page {
    pageid: Option<u64>,
    #[serde(default)]
    ns: i64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    missing: bool,
    #[serde(default)]
    invalid: bool,
    #[serde(default)]
    imageinfo: Vec<ImageInfo>,
}

#[derive(Deserialize)]
struct ImageInfo {
    #[serde(default)]
    sha1: String,
    #[serde(default)]
    descriptionurl: String,
    #[serde(default)]
    thumburl: String,
    #[serde(default)]
    filemissing: bool,
    /// An object of fields; an empty one is written as an empty list.
    #[serde(default)]
    extmetadata: Value,
}

impl ImageInfo {
    /// Field values as text; a value of another type says nothing about rights.
    fn fields(&self) -> BTreeMap<String, String> {
        let Value::Object(fields) = &self.extmetadata else { return BTreeMap::new() };
        fields
            .iter()
            .filter_map(|(name, field)| {
                let text = match field.get("value")? {
                    Value::String(text) => text.clone(),
                    Value::Bool(yes) => yes.to_string(),
                    Value::Number(number) => number.to_string(),
                    _ => return None,
                };
                Some((name.clone(), text))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Lead;
    use super::*;
    use crate::fingerprint::Fingerprint;

    const SHA1: &str = "6f93079ef1058c53dcfed9eaffff703765dd5a20";
    const UPLOAD: &str = "https://upload.wikimedia.org/wikipedia";

    fn by_url(url: &str) -> Vec<Request> {
        plan(&Query { url, ..Query::default() }, &Endpoint::default())
    }

    fn print(sha1: &str) -> Fingerprint {
        Fingerprint { sha1: sha1.to_string(), ..Fingerprint::default() }
    }

    fn by_sha1() -> Request {
        let print = print(SHA1);
        let query = Query { print: Some(&print), ..Query::default() };
        plan(&query, &Endpoint::default()).remove(0)
    }

    fn by_title() -> Request {
        by_url(&format!("{UPLOAD}/commons/5/5d/Demo_photo.jpg")).remove(0)
    }

    fn answer(status: u16, body: &str) -> Response {
        Response { status, body: body.to_string(), ..Response::default() }
    }

    /// A page as MediaWiki writes it, with these `extmetadata` fields.
    fn page(title: &str, sha1: &str, fields: Value) -> Value {
        let fields: serde_json::Map<String, Value> = fields
            .as_object()
            .unwrap()
            .iter()
            .map(|(k, v)| {
                (k.clone(), serde_json::json!({"value": v, "source": "commons-desc-page"}))
            })
            .collect();
        serde_json::json!({
            "pageid": 2, "ns": 6, "title": title, "imagerepository": "local",
            "imageinfo": [{
                "url": "https://upload.wikimedia.org/wikipedia/commons/5/5d/Demo_photo.jpg",
                "descriptionurl": "https://commons.wikimedia.org/wiki/File:Demo_photo.jpg",
                "sha1": sha1, "mime": "image/jpeg", "extmetadata": fields
            }]
        })
    }

    fn pages(pages: &[Value]) -> String {
        serde_json::json!({"batchcomplete": true, "query": {"pages": pages}}).to_string()
    }

    fn only_hit(request: &Request, body: &str) -> Hit {
        match read(request, &answer(200, body)) {
            Answer::Hits { mut hits } if hits.len() == 1 => hits.remove(0),
            other => panic!("expected one hit, got {other:?}"),
        }
    }

    fn only_claim(fields: Value) -> (LicenceClaim, Vec<String>) {
        let body = pages(&[page("File:Demo photo.jpg", SHA1, fields)]);
        let statement = only_hit(&by_sha1(), &body).statements.remove(0);
        (statement.licence.unwrap_or_default(), statement.notes)
    }

    #[test]
    fn every_form_of_a_media_address_names_its_title() {
        for (path, project, title) in [
            ("commons/5/5d/Demo_photo.jpg", "commons", "Demo_photo.jpg"),
            ("commons/thumb/5/5d/Demo_photo.jpg/330px-Demo_photo.jpg", "commons", "Demo_photo.jpg"),
            (
                "commons/thumb/5/5d/Demo_photo.jpg/lossy-page1-20px-thumbnail.jpg.webp?x=1",
                "commons",
                "Demo_photo.jpg",
            ),
            ("en/transcoded/5/5d/Demo_photo.jpg/Demo_photo.jpg.ogg", "en", "Demo_photo.jpg"),
            ("commons/9/9a/Demo%20photo.jpg", "", ""),
            ("commons/5/5d/Demo%20photo.jpg", "commons", "Demo_photo.jpg"),
            ("commons/5/5e/Demo_photo.jpg", "", ""),
            ("commons/6/5d/Demo_photo.jpg", "", ""),
            ("commons/thumb/5/5d/Demo_photo.jpg", "", ""),
            ("commons/archive/5/5d/20200101000000%21Demo_photo.jpg", "", ""),
            ("commons/5/5d/Demo_photo.jpg/more", "", ""),
            ("commons/5/5d/%FF", "", ""),
        ] {
            let found = MediaFile::at(&format!("{UPLOAD}/{path}"), REGISTRY.media_host);
            let expected = (!title.is_empty())
                .then(|| MediaFile { project: project.to_string(), title: title.to_string() });
            assert_eq!(found, expected, "{path}");
        }
        let elsewhere = "https://example.org/wikipedia/commons/5/5d/Demo_photo.jpg";
        assert_eq!(MediaFile::at(elsewhere, REGISTRY.media_host), None);
    }

    #[test]
    fn digits_are_those_of_the_decoded_title() {
        // Known addresses of Commons.
        for path in [
            "a/a9/Example.jpg",
            "thumb/e/ea/Van_Gogh_-_Starry_Night_-_Google_Art_Project.jpg/1280px-Van_Gogh_-_Starry_Night_-_Google_Art_Project.jpg",
        ] {
            let url = format!("{UPLOAD}/commons/{path}");
            assert!(MediaFile::at(&url, REGISTRY.media_host).is_some(), "{path}");
        }
    }

    #[test]
    fn a_title_cannot_ask_for_several() {
        let title = "A|File:B.jpg";
        let digits = format!("{:02x}", Md5::digest(title.as_bytes())[0]);
        let url = format!("{UPLOAD}/commons/{}/{digits}/A%7CFile:B.jpg", digits.split_at(1).0);
        assert!(by_url(&url).is_empty());
    }

    #[test]
    fn the_address_is_asked_for_at_the_host_that_served_it() {
        let request = by_title();
        assert_eq!(request.privacy, Privacy::SameHost);
        assert_eq!(request.key, "title:commons:Demo_photo.jpg");
        assert_eq!(
            request.url,
            "https://commons.wikimedia.org/w/api.php?action=query&format=json&formatversion=2\
             &origin=*&maxlag=5&titles=File%3ADemo_photo.jpg&redirects=1&prop=imageinfo\
             &iiprop=url%7Csha1%7Cmime%7Csize%7Cextmetadata&iiurlwidth=120&iiextmetadatafilter=LicenseShortName\
             %7CLicenseUrl%7CLicense%7CUsageTerms%7CArtist%7CCredit%7CAttribution\
             %7CAttributionRequired%7CCopyrighted%7CRestrictions%7CNonFree%7CDateTimeOriginal"
        );
        assert_eq!(request.headers[0].name, "Api-User-Agent");
        let german = by_url(&format!("{UPLOAD}/de/5/5d/Demo_photo.jpg"));
        assert!(german[0].url.starts_with("https://de.wikipedia.org/w/api.php?"));
        assert!(by_url(&format!("{UPLOAD}/..evil../5/5d/Demo_photo.jpg")).is_empty());
        assert!(by_url(&format!("{UPLOAD}/evil.example/5/5d/Demo_photo.jpg")).is_empty());
    }

    #[test]
    fn the_hash_is_sent_only_when_the_address_says_nothing() {
        let (url, codes) = (format!("{UPLOAD}/commons/5/5d/Demo_photo.jpg"), print(SHA1));
        let both = Query { url: &url, print: Some(&codes), ..Query::default() };
        let requests = plan(&both, &Endpoint::default());
        assert_eq!(requests.iter().map(|r| r.privacy).collect::<Vec<_>>(), [Privacy::SameHost]);
        let request = by_sha1();
        assert_eq!((request.privacy, request.key), (Privacy::Hash, format!("sha1:{SHA1}")));
        assert!(request.url.contains(&format!("generator=allimages&gaisha1={SHA1}&gailimit=5")));
        let bad = print("zz");
        let bad = Query { print: Some(&bad), ..Query::default() };
        assert!(plan(&bad, &Endpoint::default()).is_empty());
    }

    #[test]
    fn another_registry_is_asked_at_its_own_address_only() {
        let own = Endpoint {
            api: "http://127.0.0.1:8124/api.php".to_string(),
            media: "http://127.0.0.1:8124/images".to_string(),
            ..Endpoint::default()
        };
        let ask = |path: &str| {
            let url = format!("http://127.0.0.1:8124/{path}");
            plan(&Query { url: &url, ..Query::default() }, &own)
        };
        let requests = ask("images/thumb/5/5d/Demo_photo.jpg/120px-Demo_photo.jpg");
        assert!(requests[0].url.starts_with("http://127.0.0.1:8124/api.php?action=query"));
        assert!(ask("images/de/5/5d/Demo_photo.jpg").is_empty());
        assert!(ask("imagesX/5/5d/Demo_photo.jpg").is_empty());
    }

    #[test]
    fn licence_and_author_come_as_text() {
        let fields = serde_json::json!({
            "LicenseShortName": "CC BY-SA 4.0",
            "LicenseUrl": "http://creativecommons.org/licenses/by-sa/4.0",
            "License": "cc-by-sa-4.0",
            "UsageTerms": "Creative Commons Attribution-Share Alike 4.0",
            "Artist": "<a href=\"//example.org/wiki/User:Alice\" title=\"a > b\">Alice &amp; Bob</a><span style=\"display: none;\">Alice</span><script>x</script>",
            "Credit": "Own work", "AttributionRequired": "true", "Copyrighted": "True",
            "Restrictions": "trademarked|personality"
        });
        let body = pages(&[page("File:Demo photo.jpg", SHA1, fields)]);
        let hit = only_hit(&by_sha1(), &body);
        assert_eq!(hit.fit, Fit::Exact);
        assert_eq!(hit.record_id, "2");
        assert_eq!(
            hit.record_url.as_deref(),
            Some("https://commons.wikimedia.org/wiki/File:Demo_photo.jpg")
        );
        let statement = &hit.statements[0];
        assert!(statement.verdicts.is_empty(), "a licence is no word on AI");
        assert_eq!(statement.locator, "File:Demo photo.jpg");
        let claim = statement.licence.as_ref().unwrap();
        assert_eq!(claim.uri.as_deref(), Some("https://creativecommons.org/licenses/by-sa/4.0/"));
        assert_eq!(claim.creators, ["Alice & Bob"]);
        assert_eq!(claim.credit.as_deref(), Some("Own work"));
        assert_eq!(claim.marked, Some(true));
        assert_eq!(
            statement.notes,
            ["attribution-required", "restriction: trademarked", "restriction: personality"]
        );
    }

    #[test]
    fn short_codes_stand_in_where_there_is_no_address() {
        let uri = |code: &str| only_claim(serde_json::json!({"License": code})).0.uri;
        let cc = |tail: &str| Some(format!("https://creativecommons.org/{tail}/"));
        assert_eq!(uri("cc0"), cc("publicdomain/zero/1.0"));
        assert_eq!(uri("cc-by-4.0"), cc("licenses/by/4.0"));
        assert_eq!(uri("CC-BY-SA-3.0-DE"), cc("licenses/by-sa/3.0/de"));
        let (claim, _) = only_claim(serde_json::json!({"License": "pd-old"}));
        assert_eq!((claim.uri, claim.marked), (None, Some(false)));
        let (claim, _) = only_claim(serde_json::json!({"License": "gfdl", "UsageTerms": "GFDL"}));
        assert_eq!((claim.uri, claim.terms.as_deref()), (None, Some("GFDL")));
    }

    #[test]
    fn hostile_fields_stay_text_or_are_dropped() {
        let (claim, notes) = only_claim(serde_json::json!({
            "LicenseUrl": "javascript:alert(1)",
            "Artist": "&lt;img src=x onerror=alert(1)&gt;<img src=x onerror=alert(1)>\u{202E}evil"
        }));
        assert_eq!(claim.uri, None);
        assert_eq!(notes, ["unusable-licence-address"]);
        assert_eq!(claim.creators, ["<img src=x onerror=alert(1)>evil"]);
        let mut foreign = page("File:Demo photo.jpg", SHA1, serde_json::json!({"License": "cc0"}));
        for (url, kept) in [
            ("javascript:alert(1)", None),
            ("http://127.0.0.1:8124/index.php/File:X", None),
            ("//commons.wikimedia.org/wiki/X", Some("https://commons.wikimedia.org/wiki/X")),
        ] {
            foreign["imageinfo"][0]["descriptionurl"] = url.into();
            foreign["imageinfo"][0]["thumburl"] = url.into();
            let hit = only_hit(&by_sha1(), &pages(&[foreign.clone()]));
            assert_eq!(hit.record_url.as_deref(), kept, "{url}");
            assert_eq!(hit.miniature.as_deref(), kept, "{url}");
        }
    }

    #[test]
    fn a_non_free_file_has_no_licence() {
        let (claim, notes) = only_claim(serde_json::json!({
            "NonFree": "true", "LicenseShortName": "Fair use", "UsageTerms": "Fair use",
            "License": "cc-by-4.0", "Artist": "Alice"
        }));
        let expected = LicenceClaim { creators: vec!["Alice".to_string()], ..Default::default() };
        assert_eq!((claim, notes), (expected, vec!["non-free".to_string()]));
    }

    #[test]
    fn a_miss_is_a_miss_and_never_a_statement() {
        let none = r#"{"batchcomplete":true}"#;
        assert_eq!(read(&by_sha1(), &answer(200, none)), Answer::Miss);
        let missing = pages(&[serde_json::json!(
            {"ns": 6, "title": "File:Demo photo.jpg", "missing": true, "imagerepository": ""}
        )]);
        assert_eq!(read(&by_title(), &answer(200, &missing)), Answer::Miss);
        // The same title in the shared repository is another file.
        let mut shared = page("File:Demo photo.jpg", SHA1, serde_json::json!({"License": "cc0"}));
        shared["missing"] = true.into();
        assert_eq!(read(&by_title(), &answer(200, &pages(&[shared]))), Answer::Miss);
    }

    #[test]
    fn an_answer_for_another_key_is_dropped() {
        let cc0 = serde_json::json!({"License": "cc0"});
        let other = pages(&[page("File:Other.jpg", &"0".repeat(40), cc0.clone())]);
        for request in [by_sha1(), by_title()] {
            let answer = read(&request, &answer(200, &other));
            assert!(matches!(answer, Answer::Refused { .. }), "{answer:?}");
        }
        let both = pages(&[
            page("File:Other.jpg", &"0".repeat(40), cc0.clone()),
            page("File:Demo photo.jpg", SHA1, cc0),
        ]);
        assert_eq!(only_hit(&by_sha1(), &both).title.as_deref(), Some("File:Demo photo.jpg"));
    }

    #[test]
    fn duplicates_of_different_licence_are_all_shown() {
        let a = page("File:A.jpg", SHA1, serde_json::json!({"License": "cc0"}));
        let b = page("File:B.jpg", SHA1, serde_json::json!({"License": "cc-by-4.0"}));
        let Answer::Hits { hits } = read(&by_sha1(), &answer(200, &pages(&[a, b]))) else {
            panic!("expected hits")
        };
        assert_eq!(hits.len(), 2);
    }

    #[test]
    fn titles_are_followed_through_normalisation_and_redirects() {
        let cc0 = serde_json::json!({"License": "cc0"});
        let body = serde_json::json!({"batchcomplete": true, "query": {
            "normalized": [{"fromencoded": false, "from": "File:Demo_photo.jpg", "to": "Datei:Demo photo.jpg"}],
            "redirects": [{"from": "Datei:Demo photo.jpg", "to": "Datei:Heron.jpg"}],
            "pages": [page("Datei:Heron.jpg", SHA1, cc0.clone())]
        }});
        let hit = only_hit(&by_title(), &body.to_string());
        assert_eq!((hit.fit, hit.title.as_deref()), (Fit::Url, Some("Datei:Heron.jpg")));
        assert_eq!(hit.statements[0].notes, ["redirected"]);
        let lie = serde_json::json!({"batchcomplete": true, "query": {
            "normalized": [{"from": "File:Demo_photo.jpg", "to": "File:Evil.jpg"}],
            "pages": [page("File:Evil.jpg", SHA1, cc0)]
        }});
        let refused = read(&by_title(), &answer(200, &lie.to_string()));
        assert!(matches!(refused, Answer::Refused { .. }), "{refused:?}");
    }

    #[test]
    fn a_busy_server_is_unavailable_and_says_for_how_long() {
        let mut busy = answer(429, r#"{"error":{"code":"ratelimited","info":"made-up wording"}}"#);
        busy.headers = vec![Header { name: "Retry-After".to_string(), value: "30".to_string() }];
        let waits = |response: &Response| match read(&by_sha1(), response) {
            Answer::Unavailable { retry_after_ms, .. } => retry_after_ms,
            other => panic!("{other:?}"),
        };
        assert_eq!(waits(&busy), Some(30_000));
        busy.status = 503;
        assert_eq!(waits(&busy), Some(30_000));
        let lag =
            answer(200, r#"{"error":{"code":"maxlag","info":"Waiting for db: 7 seconds lagged"}}"#);
        assert_eq!(waits(&lag), None);
        busy.headers[0].value = "99999999999".to_string();
        assert_eq!(waits(&busy), Some(24 * 3_600_000));
    }

    #[test]
    fn what_is_no_answer_is_named() {
        let why = |status: u16, body: &str| match read(&by_sha1(), &answer(status, body)) {
            Answer::Refused { why } | Answer::Unavailable { why, .. } => why,
            other => panic!("{other:?}"),
        };
        let whole = pages(&[page("File:A.jpg", SHA1, serde_json::json!({"License": "cc0"}))]);
        assert_eq!(why(200, "<!DOCTYPE html><title>Log in</title>"), "a web page instead of JSON");
        assert_eq!(why(200, whole.split_at(whole.len() / 2).0), "the answer breaks off");
        assert_eq!(why(200, ""), "the answer breaks off");
        assert_eq!(why(200, &" ".repeat(10 << 20)), "the answer is larger than we read");
        assert_eq!(why(200, "[]"), "the answer is not JSON as MediaWiki writes it");
        assert_eq!(why(200, "{}"), "an answer without a result");
        assert_eq!(why(403, "no"), "the server answered 403");
        let bad =
            r#"{"error":{"code":"invalidsha1hash","info":"The SHA1 hash provided is not valid."}}"#;
        assert_eq!(why(200, bad), "the registry says: invalidsha1hash");
        assert_eq!(why(200, &"[".repeat(400_000)), "the answer is not JSON");
    }

    #[test]
    fn empty_extmetadata_may_be_a_list() {
        let mut bare = page("File:Demo photo.jpg", SHA1, serde_json::json!({}));
        bare["imageinfo"][0]["extmetadata"] = serde_json::json!([]);
        assert!(only_hit(&by_sha1(), &pages(&[bare])).statements.is_empty());
    }

    #[test]
    fn a_page_that_another_registry_led_to_fits_no_better_than_the_lead() {
        let lead = |sure| Lead {
            registry: REGISTRY.id.to_string(),
            name: "2".to_string(),
            fit: Fit::Near { distance: 2, bits: 64, sure, turned: false, from_s: None },
        };
        for (sure, tiers) in [(true, vec![Tier::S1]), (false, vec![])] {
            let leads = [lead(sure)];
            let query = Query { leads: &leads, ..Query::default() };
            let request = plan(&query, &Endpoint::default()).remove(0);
            assert!(request.url.contains("pageids=2&"), "{}", request.url);
            let fields = serde_json::json!({"License": "cc-by-4.0"});
            let body = pages(&[page("File:Demo photo.jpg", SHA1, fields)]);
            let hit = only_hit(&request, &body);
            assert_eq!(hit.fit, lead(sure).fit);
            assert_eq!(hit.statements.iter().map(|s| s.tier).collect::<Vec<_>>(), tiers);
            let other = body.replace("\"pageid\":2", "\"pageid\":3");
            assert_eq!(
                read(&request, &answer(200, &other)),
                Answer::Refused { why: "an answer for another key".to_string() }
            );
        }
    }

    #[test]
    fn captured_answers_are_understood() {
        let Some(samples) = sayso_shelf::at("conformance/registry-samples") else { return };
        let sample = |name: &str| -> Value {
            let text = std::fs::read_to_string(samples.join(name)).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        let by_hash = sample("mediawiki/02-generator-sha1-extmetadata.json");
        let hit = only_hit(&by_sha1(), &by_hash["response"].to_string());
        assert_eq!(hit.statements[0].licence.as_ref().unwrap().creators, ["Alice"]);
        assert_eq!(hit.record_url, None, "a page on somebody's own machine is no link");
        let titles = sample("mediawiki/03-titles-extmetadata-filtered.json");
        let hit = only_hit(&by_title(), &titles["response"].to_string());
        assert_eq!(
            hit.statements[0].licence.as_ref().unwrap().uri.as_deref(),
            Some("https://creativecommons.org/licenses/by-sa/4.0/")
        );
        let bad = sample("mediawiki/05-bad-sha1.json");
        let answer = read(&by_sha1(), &answer(200, &bad["response"].to_string()));
        assert!(matches!(answer, Answer::Refused { .. }), "{answer:?}");
        let busy = sample("made/wikimedia-too-many-requests.json");
        let busy = Response {
            status: busy["status"].as_u64().unwrap() as u16,
            headers: vec![Header { name: "retry-after".to_string(), value: "30".to_string() }],
            body: busy["response"].to_string(),
            at: 0,
        };
        let answer = read(&by_sha1(), &busy);
        let expected = Some(30_000);
        assert!(
            matches!(answer, Answer::Unavailable { retry_after_ms, .. } if retry_after_ms == expected),
            "{answer:?}"
        );
    }
}
