//! All that crosses the glass between Rust and the browser.
//!
//! Events are past participles, effects are imperatives. Pages speak
//! [`PageEvent`], the shell speaks [`ShellEvent`], the extension's own pages speak
//! [`DeskEvent`]; there is one entry point for each, so a page cannot forge the
//! answer of a server: that message does not exist in its language.

pub mod offer;

use serde::{Deserialize, Serialize};

use crate::card::{Act, Card, Mark, Tone};
use crate::fingerprint::Fingerprint;
use crate::page::{Failure, Header, PageFacts, WorkFacts};
use crate::phrase::Phrase;
use crate::reading::{Depth, Reading};
use crate::registry::following::{Consulted, Followed};
use crate::registry::own_works::{OwnWork, Sighting};
use crate::registry::{Endpoint, Privacy, Request, Response};
use crate::report::{Draft, Filed};
use crate::settings::{Mode, Settings};

/// Which frame of which tab speaks. Filled in by the shell from the sender, never by the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Frame {
    /// The tab.
    pub tab: u32,
    /// The frame in the tab; 0 is the top. Firefox numbers frames beyond 32 bits.
    pub frame: u64,
    /// Whether it is a private window: nothing of it is kept.
    pub private: bool,
}

/// What the content script may say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum PageEvent {
    /// A document is there, or its head or address has changed.
    Arrived {
        /// What it says about itself.
        page: PageFacts,
        /// A new document: what its frame showed before is gone.
        fresh: bool,
    },
    /// Works were found, or their address or visibility has changed.
    Seen {
        /// The works.
        works: Vec<WorkFacts>,
    },
    /// The reader rests on a work or has focused its mark: the card is wanted.
    Hovered {
        /// The work, whole: the engine may have been rebuilt since it was seen.
        work: WorkFacts,
    },
    /// Works have left the page.
    Gone {
        /// Their numbers.
        works: Vec<u32>,
    },
    /// The reader has pressed a button of the card.
    Acted {
        /// The work, whole.
        work: WorkFacts,
        /// The button.
        act: Act,
    },
}

/// What the browser has done for us.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum ShellEvent {
    /// The reading room has read a file.
    Read {
        /// The question.
        job: ReadJob,
        /// The answer.
        reading: Box<Reading>,
    },
    /// The reading room could not get or read a file.
    ReadFailed {
        /// The question.
        job: ReadJob,
        /// Why.
        failure: Failure,
    },
    /// A text file or a registry has answered.
    Fetched {
        /// The question.
        job: FetchJob,
        /// The answer.
        response: Response,
    },
    /// A text file or a registry could not be had.
    FetchFailed {
        /// The question.
        job: FetchJob,
        /// Why.
        failure: Failure,
    },
    /// The catalogues that the reader follows have been looked through for a file.
    Consulted {
        /// The file.
        job: ReadJob,
        /// What each of them said.
        answers: Vec<Consulted>,
    },
    /// The reader follows other catalogues than before, or one of them has changed.
    Followed {
        /// All that are followed and can be looked through.
        catalogues: Vec<Followed>,
    },
    /// A tab was closed or has left its document.
    Left {
        /// The tab.
        tab: u32,
    },
    /// The reader chose "Report unlicensed use…" in the context menu.
    Picked {
        /// Where.
        frame: Frame,
        /// The work under the pointer, when the content script knows it.
        work: Option<WorkFacts>,
        /// The media address that the browser names.
        media_url: Option<String>,
        /// The address of the page.
        page_url: String,
        /// The title of the tab.
        title: String,
    },
}

/// What the extension's own pages say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum DeskEvent {
    /// The popup wants to list what a tab shows.
    ListAsked {
        /// The tab.
        tab: u32,
    },
    /// The popup or the list wants the card of one work.
    CardAsked {
        /// The frame.
        frame: Frame,
        /// The work.
        work: u32,
    },
    /// A button of a card was pressed in the popup.
    Acted {
        /// The frame.
        frame: Frame,
        /// The work.
        work: u32,
        /// The button.
        act: Act,
    },
    /// The list wants a work to be shown where it stands.
    ShowAsked {
        /// The frame.
        frame: Frame,
        /// The work.
        work: u32,
    },
    /// The list wants to save or copy all that a tab shows.
    ExportAsked {
        /// The tab.
        tab: u32,
    },
    /// The options page wants everything there is to choose.
    OptionsAsked,
    /// The reader has changed the settings.
    SettingsChanged {
        /// All of them.
        settings: Settings,
    },
    /// The reader has added a work of their own.
    OwnWorkAdded {
        /// The work.
        work: Box<OwnWork>,
    },
    /// The reader has added many works of their own.
    OwnWorksAdded {
        /// The works.
        works: Vec<OwnWork>,
    },
    /// The options page wants all own works.
    OwnWorksAsked,
    /// The reader wants all own works forgotten.
    OwnWorksForgotten,
    /// The reader wants it forgotten where own works were seen.
    SightingsCleared,
    /// The reader has removed a work of their own.
    OwnWorkRemoved {
        /// Its id.
        id: String,
    },
    /// The reader wants to report the whole page of a tab.
    ReportAsked {
        /// The tab.
        tab: u32,
    },
    /// The report page wants its draft.
    DraftAsked {
        /// Its id, from the page's own address.
        id: String,
    },
    /// The reader puts a report on their list, or changes one that stands there.
    ReportFiled {
        /// The report.
        report: Box<Filed>,
    },
    /// The reader takes a report off their list.
    ReportRemoved {
        /// Its id.
        id: String,
    },
    /// The page of reports wants the list.
    ReportsAsked,
}

/// What the engine wants done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Effect {
    /// Have the reading room fetch and read a file.
    Read {
        /// What to read.
        job: ReadJob,
        /// The `Accept` header, so that the server sends what the page shows.
        accept: String,
        /// Bytes after which to stop.
        max_bytes: u32,
        /// Milliseconds after which to give up.
        timeout_ms: u32,
        /// Smaller is sooner: 0 hovered, 1 visible, 2 the rest.
        urgency: u8,
        /// How much to compute.
        depth: Depth,
        /// What was read at this address before. Where the bytes are still the same, what takes
        /// long is taken over from it.
        known: Option<Box<Reading>>,
        /// The address of a manifest to get along with it.
        manifest: Option<String>,
        /// Certificates, as PEM, that the reader trusts beside the official list.
        trusted: String,
    },
    /// A file is no longer wanted, if its reading has not begun.
    Drop {
        /// What not to read.
        job: ReadJob,
    },
    /// Get a text file or ask a registry.
    Fetch {
        /// What for.
        job: FetchJob,
        /// The address.
        url: String,
        /// Request headers.
        headers: Vec<Header>,
        /// Milliseconds to wait before asking: some servers want that between two questions.
        wait_ms: u32,
        /// Bytes after which to stop.
        max_bytes: u32,
        /// Milliseconds after which to give up.
        timeout_ms: u32,
    },
    /// Have the catalogues that the reader follows looked through.
    Consult {
        /// The file.
        job: ReadJob,
        /// Its codes.
        print: Box<Fingerprint>,
        /// Names of the catalogues whose hosts may be asked for what is not on this machine. All
        /// others tell nobody anything.
        ask: Vec<String>,
    },
    /// Remember something. Kept before anything is shown that rests on it.
    Keep {
        /// Where.
        area: Area,
        /// Under what name.
        key: String,
        /// JSON text.
        value: String,
    },
    /// Forget something.
    Forget {
        /// Where.
        area: Area,
        /// Under what name.
        key: String,
    },
    /// Show marks, and the card of the hovered work.
    Show {
        /// To which frame.
        to: Frame,
        /// What.
        works: Vec<Shown>,
    },
    /// Scroll to a work, open its card.
    Point {
        /// In which frame.
        to: Frame,
        /// Which work.
        work: u32,
    },
    /// The engine has lost this frame: it shall say everything again.
    AskAgain {
        /// Which frame.
        to: Frame,
    },
    /// The reader has switched this site off: show nothing, send nothing.
    Rest {
        /// Which frame.
        to: Frame,
    },
    /// Set the toolbar badge of a tab.
    Badge {
        /// The tab.
        tab: u32,
        /// At most four characters; empty for none.
        text: String,
        /// Its colour.
        tone: Tone,
        /// The tooltip.
        title: Phrase,
    },
    /// Tell the reader something that they are not looking at.
    Notify {
        /// In short.
        title: Phrase,
        /// What.
        text: Phrase,
    },
    /// Open the report page.
    OpenReport {
        /// The id of the draft.
        id: String,
    },
    /// Answer the extension page that spoke.
    Answer {
        /// The answer.
        answer: Box<DeskAnswer>,
    },
}

/// Where something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Area {
    /// Until the browser closes, in memory: outlives the worker.
    Session,
    /// On the reader's disk: settings, own works.
    Local,
}

/// Something that was kept, given back when the engine wakes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Kept {
    /// Where it was.
    pub area: Area,
    /// Its name.
    pub key: String,
    /// JSON text.
    pub value: String,
}

/// A file to read. One reading serves every work with that address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct ReadJob {
    /// The absolute address.
    pub url: String,
    /// For a private window: the answer is not kept.
    pub private: bool,
}

/// A text file to get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct FetchJob {
    /// What it is for.
    pub purpose: Purpose,
    /// For a private window: the answer is not kept.
    pub private: bool,
}

/// What a text file is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "purpose")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum Purpose {
    /// `robots.txt` of an origin.
    Robots {
        /// Scheme, host and port, e.g. `https://a.example`.
        origin: String,
    },
    /// `/.well-known/tdmrep.json` of an origin.
    Tdmrep {
        /// Scheme, host and port.
        origin: String,
    },
    /// `/ai.txt` of an origin.
    AiTxt {
        /// Scheme, host and port.
        origin: String,
    },
    /// `trust.txt` of an origin.
    TrustTxt {
        /// Scheme, host and port.
        origin: String,
        /// At its second place, below `/.well-known/`.
        well_known: bool,
    },
    /// A licence or policy that site, page or file name by its address.
    Document {
        /// The address.
        url: String,
    },
    /// A small picture of a record. The shell answers with it as a `data:` address.
    Miniature {
        /// The address.
        url: String,
    },
    /// A registry.
    Registry {
        /// The question.
        request: Request,
    },
}

/// What one work shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Shown {
    /// The number of the work in its frame.
    pub work: u32,
    /// Its mark.
    pub mark: Mark,
    /// Whether something is awaited that may still change it; if it stays away, say the work again.
    pub awaited: bool,
    /// Its card, when it is wanted.
    pub card: Option<Card>,
}

/// An answer to one of the extension's own pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub enum DeskAnswer {
    /// What a tab shows, most serious first.
    List {
        /// The lines.
        lines: Vec<Line>,
        /// The site of the tab's top document, e.g. `gallery.example`.
        site: String,
        /// Whether the reader has switched it off.
        off: bool,
        /// Whether the page is just being asked what it shows: more will come.
        awaited: bool,
    },
    /// One card.
    Card {
        /// The card; `None` when the work has gone.
        card: Option<Card>,
    },
    /// All that a tab shows, in the order of the list.
    Export {
        /// One for each work.
        works: Vec<Exported>,
    },
    /// Everything there is to choose.
    Options {
        /// The settings in force.
        settings: Settings,
        /// Every signal that is read.
        sources: Vec<SourceLine>,
        /// Every registry.
        registries: Vec<RegistryLine>,
        /// The latest of the reader's own works, newest first.
        own_works: Vec<OwnWork>,
        /// How many there are.
        own_count: u32,
        /// Where they were seen, newest first.
        sightings: Vec<Sighting>,
    },
    /// All own works.
    OwnWorks {
        /// The works.
        works: Vec<OwnWork>,
    },
    /// A draft; `None` when it has gone.
    Draft {
        /// The draft.
        draft: Option<Box<Draft>>,
        /// The same report as it stands on the list, if it does.
        filed: Option<Box<Filed>>,
    },
    /// The reader's list of reports, what is due first.
    Reports {
        /// The reports.
        reports: Vec<Filed>,
    },
    /// Done.
    Done,
}

/// One work in the popup's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Line {
    /// Its frame.
    pub frame: Frame,
    /// Its number.
    pub work: u32,
    /// Its mark.
    pub mark: Mark,
    /// The sentence that matters.
    pub headline: Phrase,
    /// Its name; foreign text.
    pub name: String,
    /// Its address, for a thumbnail.
    pub url: String,
}

/// One work, to be saved or copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Exported {
    /// Its line of JSON (`sayso.check/1`).
    pub json: String,
    /// Its line of a table, with as many cells as that has heads.
    pub cells: Vec<Phrase>,
}

/// One signal on the options page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct SourceLine {
    /// Its id.
    pub id: String,
    /// Its name in the standard's own words.
    pub title: String,
    /// Link to the specification.
    pub spec: String,
    /// What reading it sends.
    pub sends: Phrase,
    /// Whether it is on.
    pub on: bool,
}

/// One registry on the options page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct RegistryLine {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// A page about it.
    pub about: String,
    /// What each way of asking sends, with its privacy tier.
    pub sends: Vec<RegistrySends>,
    /// Where it is asked.
    pub endpoint: Endpoint,
    /// Whether it can be asked at another address; gateways cannot, records name them.
    pub takes_address: bool,
    /// Whether it has media, which an address of one's own would have elsewhere.
    pub has_media: bool,
    /// Whether it answers only those who bring a key.
    pub wants_key: bool,
    /// Whether the reader's organisation has switched it off.
    pub barred: bool,
}

/// What one way of asking a registry sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct RegistrySends {
    /// How much it tells.
    pub privacy: Privacy,
    /// In words.
    pub sends: Phrase,
    /// What the reader has chosen.
    pub mode: Mode,
}
