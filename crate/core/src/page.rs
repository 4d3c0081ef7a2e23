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

/// What a page says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
#[serde(default)]
pub struct PageFacts {
    /// The address of the document (a frame's own, not the tab's).
    pub url: String,
    /// The title, for the popup and the report.
    pub title: String,
    /// `<meta>` tags that have a name.
    pub meta: Vec<MetaTag>,
    /// Links with a `rel` of the whole document.
    pub links: Vec<LinkTag>,
    /// The text of JSON-LD blocks.
    pub json_ld: Vec<String>,
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
pub type Millis = u64;

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
    /// No connection, no permission, a broken transfer.
    Network {
        /// The browser's or the system's words.
        detail: String,
    },
    /// The file made its worker stop.
    Crashed,
    /// The reader's settings do not allow this request.
    NotAllowed,
    /// The address is of a kind that cannot be read (a `blob:` of the page, a stream).
    Unreachable,
}
