//! What the page told us about itself and its works, as plain facts.
//!
//! JavaScript collects these strings without understanding them. Addresses are
//! absolute: the browser resolves them, and the command line does it itself.

use serde::{Deserialize, Serialize};

/// A `<meta name content>` of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct MetaTag {
    /// The `name` (or `property`) attribute.
    pub name: String,
    /// The `content` attribute.
    pub content: String,
}

/// A `link`, `a` or `area` that has a `rel`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct LinkTag {
    /// The `rel` attribute, as written.
    pub rel: String,
    /// The absolute address it points to.
    pub href: String,
    /// The `type` attribute.
    #[serde(rename = "type", default)]
    pub mime: Option<String>,
    /// The subject given by an RDFa `about` or `resource` around it, absolute.
    #[serde(default)]
    pub about: Option<String>,
}

/// An element with attributes of microdata or RDFa.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct MarkupTag {
    /// Its name.
    pub tag: String,
    /// The number, from 1, of the nearest listed element around it; 0 for none.
    pub within: u32,
    /// Its attributes that concern structured data, as written; addresses are absolute.
    pub attributes: Vec<MetaTag>,
    /// Its text, where nothing else can be its value.
    pub text: String,
}

/// What a page says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct PageFacts {
    /// The address of the document (a frame's own, not the tab's).
    pub url: String,
    /// The title, for the popup and the report.
    pub title: String,
    /// The language that it says it is in (`lang` of its root); may be empty.
    pub lang: String,
    /// `<meta>` tags that have a name.
    pub meta: Vec<MetaTag>,
    /// Links with a `rel` of the whole document.
    pub links: Vec<LinkTag>,
    /// The text of JSON-LD blocks.
    pub json_ld: Vec<String>,
    /// Elements with attributes of microdata or RDFa, in document order.
    pub markup: Vec<MarkupTag>,
}

/// What kind of thing shows the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum WorkKind {
    /// `<img>`, `<picture>`, `<input type=image>`, SVG `<image>`.
    Image,
    /// A CSS background.
    Background,
    /// The poster of a `<video>`.
    Poster,
    /// `<audio>` or a sound file.
    Audio,
    /// `<video>`.
    Video,
}

impl WorkKind {
    /// What the server is told that is wanted: what the page's own element asks for, so that
    /// a server which negotiates sends the bytes that the page shows.
    pub fn accept(self) -> &'static str {
        match self {
            WorkKind::Image | WorkKind::Background | WorkKind::Poster => {
                "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
            }
            WorkKind::Audio | WorkKind::Video => "audio/*,video/*;q=0.9,*/*;q=0.5",
        }
    }
}

/// What a page shows in one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct WorkFacts {
    /// Number of the element in its frame, given by the content script.
    pub id: u32,
    /// What shows it.
    pub kind: WorkKind,
    /// The absolute address of the bytes that are shown (`currentSrc`).
    pub url: String,
    /// Alternative text, caption or title.
    #[serde(default)]
    pub name: String,
    /// Width on the page in CSS pixels.
    #[serde(default)]
    pub width: u32,
    /// Height on the page in CSS pixels.
    #[serde(default)]
    pub height: u32,
    /// Whether it is in or near the viewport.
    #[serde(default)]
    pub visible: bool,
    /// Links with a `rel` in the same `figure` (or RDFa subject).
    #[serde(default)]
    pub links: Vec<LinkTag>,
}

/// An HTTP response header. Names are compared without case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Header {
    /// The field name.
    pub name: String,
    /// The field value; repeated fields may come joined by `, ` or one by one.
    pub value: String,
}

/// A text file of a site, as it came: `robots.txt`, `/.well-known/tdmrep.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case", tag = "look")]
pub enum Look {
    /// Nobody asked for it.
    NotLooked,
    /// It was asked for and could not be had.
    Failed {
        /// Why.
        why: Failure,
        /// When, in milliseconds since 1970.
        at: Millis,
    },
    /// The server says that there is none (4xx).
    Absent {
        /// When, in milliseconds since 1970.
        at: Millis,
    },
    /// It came.
    Got {
        /// Its text.
        text: String,
        /// Its content type.
        mime: String,
        /// When, in milliseconds since 1970.
        at: Millis,
    },
}

/// Whole milliseconds since 1970: comparable, and exact in JavaScript.
#[cfg_attr(feature = "wasm", tsify::declare)]
pub type Millis = u64;

/// What the clock may be put back without anybody minding, in milliseconds.
const PUT_BACK_MS: Millis = 5 * 60_000;

/// Milliseconds since a moment. One that lies well ahead was written down before the clock was put
/// back, nobody knows how long ago: whoever waits since then has waited long enough.
pub fn age(now: Millis, at: Millis) -> Millis {
    if at > now.saturating_add(PUT_BACK_MS) { Millis::MAX } else { now.saturating_sub(at) }
}

/// Why something could not be had. Shown as "could not be checked", never as silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "failure")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Failure {
    /// The server did not answer in time.
    Silent,
    /// It answered with an error status.
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// It redirected from a public to a private address.
    PrivateRedirect,
    /// It is larger than we read.
    TooLarge,
    /// No connection, or a broken transfer.
    Network {
        /// The browser's or the system's words.
        detail: String,
    },
    /// The file made its worker stop.
    Crashed,
    /// The reader's settings do not allow this request.
    NotAllowed,
    /// The reader has not given access to this host, and it does not let strangers read.
    NoAccess,
    /// The address is of a kind that cannot be read (a `blob:` of the page, a stream).
    Unreachable,
}

/// Whether an address names this machine or a network that the public cannot reach.
///
/// A picture on a public page may redirect there to learn what answers, so such a
/// redirect is not followed into its body. Names that resolve to a private address
/// cannot be told apart here: neither a browser nor a pure core sees the resolution.
pub fn is_private(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost")
                || name.rsplit('.').next().is_some_and(|top| top.eq_ignore_ascii_case("localhost"))
        }
        Some(url::Host::Ipv4(ip)) => is_private_v4(ip),
        Some(url::Host::Ipv6(ip)) => match ip.to_ipv4() {
            // Both `::ffff:a.b.c.d` and the older `::a.b.c.d`; `::1` and `::` fall in here too.
            Some(inner) => is_private_v4(inner) || ip.is_loopback(),
            None => ip.is_unique_local() || ip.is_unicast_link_local(),
        },
        None => false,
    }
}

/// Whether an answer from `to` must not be read: asked for in public, redirected to the
/// private network.
pub fn leads_inside(from: &str, to: &str) -> bool {
    is_private(to) && !is_private(from)
}

/// RFC 1918, RFC 3927 (link-local), RFC 6598 (carriers), RFC 1122 3.2.1.3 (loopback, this network).
fn is_private_v4(ip: std::net::Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    let shared_by_carrier = first == 100 && (64..128).contains(&second);
    ip.is_loopback() || ip.is_private() || ip.is_link_local() || first == 0 || shared_by_carrier
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_closed_networks_are_private() {
        for address in [
            "http://localhost/a.png",
            "http://LOCALHOST.:8080/",
            "http://cdn.localhost/",
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0.0.0.0/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:192.168.0.1]/",
            "http://[fd12::1]/",
            "http://[fe80::1]/",
        ] {
            assert!(is_private(address), "{address}");
        }
    }

    #[test]
    fn only_a_way_from_outside_leads_inside() {
        assert!(leads_inside("https://gallery.example/a.jpg", "http://127.0.0.1/a.jpg"));
        assert!(!leads_inside("http://127.0.0.1/a.jpg", "http://127.0.0.1/b.jpg"));
        assert!(!leads_inside("https://gallery.example/a.jpg", "https://cdn.example/a.jpg"));
    }

    #[test]
    fn the_public_net_is_not_private() {
        for address in [
            "https://gallery.example/heron.jpg",
            "https://localhost.example/",
            "https://notlocalhost/",
            "http://8.8.8.8/",
            "http://172.32.0.1/",
            "http://100.128.0.1/",
            "http://[2606:4700::1111]/",
            "data:image/png;base64,AAAA",
            "blob:https://gallery.example/1",
            "not an address",
        ] {
            assert!(!is_private(address), "{address}");
        }
    }
}
