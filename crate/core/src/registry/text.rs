//! Text that registries send: foreign, often HTML, never markup of ours.
//!
//! Values of MediaWiki's `extmetadata` are fragments of HTML
//! (<https://www.mediawiki.org/wiki/Extension:CommonsMetadata>), those of others at least may
//! be. What leaves this file is one line of plain text. Left out: the named character
//! references that no registry was seen to write.

use url::Url;

use crate::limits::Limits;

/// The text of an HTML fragment: no tags, no hidden parts, one line, and only text ever.
///
/// Wikis hide machine-readable copies (`<span style="display: none">`) beside what people
/// read; a reader of the page does not see them, so they are not part of a name.
pub fn plain_text(html: &str) -> String {
    let mut out = String::new();
    let mut hidden: Option<(String, usize)> = None;
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        if hidden.is_none() {
            out.push_str(before);
        }
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, r)| r);
            continue;
        }
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            if hidden.is_none() {
                out.push('<');
            }
            rest = after;
            continue;
        }
        let (tag, after) = split_tag(after);
        rest = after;
        let closing = tag.starts_with('/');
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if matches!(name.as_str(), "script" | "style" | "template") && !closing {
            // Their content is not markup: nothing but the end tag ends it.
            rest = after_end_tag(rest, &name);
            continue;
        }
        match &mut hidden {
            Some((outer, depth)) if *outer == name && closing => {
                *depth -= 1;
                if *depth == 0 {
                    hidden = None;
                }
            }
            Some((outer, depth)) if *outer == name => *depth += 1,
            Some(_) => {}
            None if !closing && is_hidden(tag) && !is_void(&name) => hidden = Some((name, 1)),
            None if is_breaking(&name) => out.push(' '),
            None => {}
        }
    }
    if hidden.is_none() {
        out.push_str(rest);
    }
    one_line(&decode_entities(&out))
}

/// Splits behind the `>` that ends a tag; one inside a quoted attribute does not.
fn split_tag(after: &str) -> (&str, &str) {
    let mut quote = None;
    for (i, c) in after.char_indices() {
        match (quote, c) {
            (None, '>') => {
                let (tag, rest) = after.split_at_checked(i).unwrap_or((after, ""));
                return (tag, rest.get(1..).unwrap_or_default());
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            _ => {}
        }
    }
    (after, "")
}

fn after_end_tag<'a>(text: &'a str, name: &str) -> &'a str {
    let end = text.match_indices("</").find(|(i, _)| {
        let tail = text.get(i + 2..).and_then(|t| t.get(..name.len()));
        tail.is_some_and(|t| t.eq_ignore_ascii_case(name))
    });
    end.and_then(|(i, _)| text.get(i..)?.split_once('>')).map_or("", |(_, rest)| rest)
}

fn is_hidden(tag: &str) -> bool {
    let tag: String = tag.chars().filter(|c| !c.is_whitespace()).collect();
    tag.to_ascii_lowercase().contains("display:none")
}

fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "wbr" | "input" | "link" | "meta")
}

fn is_breaking(name: &str) -> bool {
    let blocks = ["br", "hr", "p", "div", "li", "ul", "ol", "dl", "dd", "dt", "tr", "td", "th"];
    blocks.contains(&name)
}

/// Numbered references, and the named ones that MediaWiki writes.
pub fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // No reference is longer; so a text full of `&` stays cheap.
        let end = after.bytes().take(10).position(|b| b == b';');
        let found = end.and_then(|end| {
            let name = after.get(..end)?;
            let c = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => '\u{A0}',
                "copy" => '©',
                "reg" => '®',
                "ndash" => '–',
                "mdash" => '—',
                "hellip" => '…',
                _ => {
                    let digits = name.strip_prefix('#')?;
                    let code = match digits.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16),
                        None => digits.parse(),
                    };
                    char::from_u32(code.ok()?)?
                }
            };
            Some((c, after.get(end + 1..)?))
        });
        match found {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Collapses white space; drops control characters and those that turn the direction of text.
pub fn one_line(text: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}');
    let kept: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !turns(c))
        .collect();
    cut(&kept.split_whitespace().collect::<Vec<_>>().join(" "))
}

pub fn cut(text: &str) -> String {
    text.chars().take(Limits::DEFAULT.value_chars).collect()
}

/// An `http:` or `https:` address, also one without a scheme, as wikis write them.
pub fn web_address(text: &str) -> Option<String> {
    let text = decode_entities(text.trim());
    let text = if text.starts_with("//") { format!("https:{text}") } else { text };
    let url = Url::parse(&text).ok()?;
    (matches!(url.scheme(), "http" | "https") && text.len() <= 2_000).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_stripped_and_never_come_back() {
        for (html, text) in [
            ("plain", "plain"),
            ("a < b &amp;&amp; c", "a < b && c"),
            ("<p>one</p><p>two<br>three", "one two three"),
            ("<style>.x{}</style>Ann", "Ann"),
            ("<!-- <b> -->Ann<!-- open", "Ann"),
            ("<bdi><a title='>'>Vincent</a></bdi>", "Vincent"),
            ("<div style='DISPLAY : none'><div>a</div>b</div>c", "c"),
            ("&#x41;&#66;&bogus;&#xD800;&#0;", "AB&bogus;&#xD800;"),
            ("<a href=\"never closed", ""),
            ("<script>alert(1)", ""),
            ("Ann\n\t\u{A0}Lee\u{7}", "Ann Lee"),
        ] {
            assert_eq!(plain_text(html), text, "{html}");
        }
    }
}
