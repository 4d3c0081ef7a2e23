//! What the answers of all registries have in common: a status, a wait, and JSON or not.
//!
//! Status by RFC 9110 (<https://www.rfc-editor.org/rfc/rfc9110>) section 15, `Retry-After` by its 10.2.3; the date form is not
//! read. Addresses that registries give are taken as `https:` only.

use serde_json::Value;
use url::{Host, Url};

use super::{Answer, Request, Response};
use crate::limits::Limits;
use crate::page::{Header, Millis};

/// The JSON of an answer, or what is to be said instead of it.
pub fn json(response: &Response) -> Result<Value, Answer> {
    let unavailable = |why: String| {
        Err(Answer::Unavailable { retry_after_ms: retry_after(&response.headers), why })
    };
    match response.status {
        200 => {}
        429 => return unavailable("too many requests".to_string()),
        status @ 500..=599 => return unavailable(format!("the server answered {status}")),
        status => return Err(refused(format!("the server answered {status}"))),
    }
    if response.body.len() > Limits::DEFAULT.text_bytes {
        return Err(refused("the answer is larger than we read"));
    }
    if response.body.trim_start().starts_with('<') {
        return Err(refused("a web page instead of JSON"));
    }
    match serde_json::from_str(&response.body) {
        Ok(value) => Ok(value),
        Err(e) if e.is_eof() => unavailable("the answer breaks off".to_string()),
        Err(_) => Err(refused("the answer is not JSON")),
    }
}

/// As [`json`], where 404 is this registry's way to say that it knows nothing.
pub fn json_or_miss(response: &Response) -> Result<Value, Answer> {
    if response.status == 404 { Err(Answer::Miss) } else { json(response) }
}

/// An answer that is none.
pub fn refused(why: impl Into<String>) -> Answer {
    Answer::Refused { why: why.into() }
}

/// An answer about something that was not asked for.
pub fn another_key() -> Answer {
    refused("an answer for another key")
}

/// Seconds of `Retry-After` as milliseconds, at most a day.
pub fn retry_after(headers: &[Header]) -> Option<Millis> {
    let value = headers.iter().find(|h| h.name.eq_ignore_ascii_case("retry-after"))?;
    let seconds: Millis = value.value.trim().parse().ok()?;
    Some(seconds.min(24 * 3_600) * 1_000)
}

/// A link that a registry gives: `https:` only; plain `http:` where the registry itself is asked
/// on this machine.
pub fn link(request: &Request, given: &str) -> Option<String> {
    let asked = Url::parse(&request.url).ok()?;
    if given.is_empty() || given.len() > 2_000 {
        return None;
    }
    let url = asked.join(given).ok()?;
    let local = asked.scheme() == "http" && is_loopback(&asked);
    let fits = match url.scheme() {
        "https" => true,
        "http" => local && is_loopback(&url),
        _ => false,
    };
    fits.then(|| url.into())
}

/// Whether an address is on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// The text of a field; an empty one is none.
pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The texts of a field that may be one text or a list of them.
pub fn texts<'a>(value: &'a Value, name: &str) -> Vec<&'a str> {
    let list = match value.get(name) {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let texts = list.iter().filter_map(Value::as_str).map(str::trim);
    texts.filter(|text| !text.is_empty()).take(Limits::DEFAULT.statements).collect()
}
