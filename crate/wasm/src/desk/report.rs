//! The report page: what was seen, three roads, the exact text, the evidence.
//!
//! No report is sent from here. What is asked for, each by a button of its own: the work itself
//! when evidence is prepared, the contact of a host, a time stamp; declarations are never made
//! for the reader.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;

use gloo::file::{Blob, ObjectUrl};
use gloo::utils::window;
use sayso_core::limits::Limits;
use sayso_core::message::{DeskAnswer, DeskEvent};
use sayso_core::page::{Millis, WorkFacts};
use sayso_core::phrase::{Key, Phrase};
use sayso_core::report::{
    BundleFile, Capture, Draft, Fields, Filed, Packing, Received, Road, bundle, contacts,
    file_name, hex, in_both, missing, notice, rfc3161, sha256, sha256_hex, stated, subject,
    timestamp, zip,
};
use sayso_core::vocabulary::{Problem, Statement};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

use super::chrome::{Unanswered, ask, capture_of, say};
use super::draw::{Tag, by_id, link, tag};
use super::fetch::{Errand, fetch};
use super::letter::Letter;
use super::stamp::{self, Stamped};
use super::{host, moment, now, parameter, ready, unanswered};

/// Runs the report page.
pub async fn run() {
    let id = parameter("draft").unwrap_or_default();
    match ask(&DeskEvent::DraftAsked { id }).await {
        Ok(DeskAnswer::Draft { draft: Some(draft), filed }) => {
            let capture = capture_of(&draft.id).await.map(Seen::of).map(Rc::new);
            let page = Page {
                draft: Rc::from(draft),
                capture,
                packed: Rc::default(),
                letter: Letter::new(),
            };
            page.show_filed(filed.is_some());
            page.draw();
            page.listen();
            page.update();
        }
        Ok(DeskAnswer::Draft { draft: None, .. }) => {
            by_id("trouble").redraw([tag("p").class("notice").say(Key::ReportGone)]);
        }
        Ok(_) | Err(Unanswered) => by_id("trouble").redraw([unanswered()]),
    }
    ready();
}

#[derive(Clone)]
struct Page {
    draft: Rc<Draft>,
    capture: Option<Rc<Seen>>,
    packed: Rc<RefCell<Option<Packed>>>,
    letter: Letter,
}

/// What the reader saw when they chose to report.
struct Seen {
    capture: Capture,
    /// The picture of it as an address, to be looked at before it is saved.
    shown: Option<String>,
}

impl Seen {
    fn of(found: serde_json::Value) -> Seen {
        let text = |name: &str| found[name].as_str().map(str::to_string);
        let bytes = |name: &str| {
            let address = text(name)?;
            let encoded = window().atob(address.split_once(',')?.1).ok()?;
            // `atob` gives each byte as the character of that number.
            Some(encoded.chars().map(|c| c as u8).collect())
        };
        let capture = Capture {
            at: found["at"].as_f64().unwrap_or_default() as Millis,
            url: text("url").unwrap_or_default(),
            html: text("html"),
            window: bytes("window"),
            marked: bytes("marked"),
        };
        Seen { capture, shown: text("marked").or_else(|| text("window")) }
    }
}

/// A bundle that waits to be saved.
struct Packed {
    /// The text it was made with.
    notice: String,
    /// Every file of it; the time stamp comes last.
    files: Vec<BundleFile>,
    /// SHA-256 of the file of sums.
    sums: [u8; 32],
    /// When it was made.
    created: Millis,
    /// Keeps the link alive; dropping it frees the bytes.
    link: Option<ObjectUrl>,
}

impl Page {
    fn draw(&self) {
        by_id("work").redraw([draw_work(&self.draft)]);
        by_id("stated").redraw(draw_statements(&self.draft.statements));
        by_id("contacts").redraw(draw_contacts(&self.draft));
        let page = self.clone();
        host::draw(&self.draft, move |country| {
            page.letter.owner_is_in(country);
            page.update();
        });
        by_id("file-private").show(self.draft.private);
        by_id("capture").show(self.capture.is_some());
        if let Some(address) = self.capture.as_ref().and_then(|seen| seen.shown.as_ref()) {
            by_id("capture-shown").redraw([tag("img").attr("src", address).attr("alt", "")]);
        }
        by_id("with-own").cast::<HtmlInputElement>().set_checked(true);
        // A browser that restores forms must not declare anything for the reader.
        for id in ["with-capture", "good_faith", "accurate", "authorised", "signed", "bona_fide"] {
            by_id(id).cast::<HtmlInputElement>().set_checked(false);
        }
        if self.draft.work.is_none() {
            by_id("evidence-note").set(Key::ReportEvidencePage);
        }
        by_id("content").show(true);
    }

    fn listen(&self) {
        let page = self.clone();
        by_id("form").on("input", move |_| page.update());
        by_id("form").on("submit", |event| event.prevent_default());
        let page = self.clone();
        by_id("tongue").on("change", move |_| {
            page.letter.choose();
            page.update();
        });
        let page = self.clone();
        by_id("with-own").on("change", move |_| page.update());
        let page = self.clone();
        by_id("copy").on("click", move |_| {
            let text = page.text();
            spawn_local(async move {
                let copied = JsFuture::from(window().navigator().clipboard().write_text(&text));
                let key =
                    if copied.await.is_ok() { Key::ReportCopied } else { Key::ReportCopyFailed };
                by_id("copied").set(key);
            });
        });
        let page = self.clone();
        by_id("file").on("click", move |_| {
            let page = page.clone();
            spawn_local(async move { page.file().await });
        });
        let page = self.clone();
        by_id("prepare").on("click", move |_| {
            let page = page.clone();
            spawn_local(async move { page.prepare().await });
        });
    }

    /// What is sent: in the language of the letter, and below in the reader's own if they like.
    fn text(&self) -> String {
        let in_letters = |phrase: &Phrase| self.letter.say(phrase);
        let theirs = notice(&self.draft, road(), &fields(), &in_letters);
        let own = (self.letter.is_foreign() && checked("with-own")).then(|| self.own_text());
        in_both(&theirs, own.as_deref(), &in_letters)
    }

    /// The same in the reader's language.
    fn own_text(&self) -> String {
        notice(&self.draft, road(), &fields(), &|phrase| say(phrase.clone()))
    }

    /// Brings everything in line with what the reader has chosen and typed.
    fn update(&self) {
        let (road, fields) = (road(), fields());
        let writes = road != Road::EvidenceOnly;
        let owns = matches!(road, Road::Notice512 | Road::NoticeDsa);
        by_id("law").show(owns);
        by_id("you").show(writes);
        by_id("declare").show(owns);
        by_id("text-part").show(writes);
        by_id("fair-use").show(road == Road::Notice512);
        by_id("dsa-note").show(road == Road::NoticeDsa);
        by_id("contacts").show(road == Road::TellCreator);
        by_id("host-hint").show(owns);
        by_id("host").show(owns);
        for (id, shown) in [
            ("row-owner", owns),
            ("row-address", road == Road::Notice512),
            ("row-phone", road == Road::Notice512),
            ("row-work", owns),
            ("row-original", owns),
            ("row-good_faith", road == Road::Notice512),
            ("row-accurate", road == Road::Notice512),
            ("row-authorised", road == Road::Notice512),
            ("row-signed", road == Road::Notice512),
            ("row-bona_fide", road == Road::NoticeDsa),
            ("row-reasons", road == Road::NoticeDsa || road == Road::TellCreator),
        ] {
            by_id(id).show(shown);
        }
        let reasons = if road == Road::TellCreator {
            Key::ReportFieldMessage
        } else {
            Key::ReportFieldReasons
        };
        by_id("label-reasons").set(reasons);

        let page = self.clone();
        self.letter.update(&self.draft, road, move || page.update());
        let text = self.text();
        by_id("text")
            .attr("lang", self.letter.tongue())
            .cast::<HtmlTextAreaElement>()
            .set_value(&text);
        // What is signed can be read by who signs it, also where it is not sent.
        let apart = self.letter.is_foreign() && !checked("with-own");
        by_id("own-part").show(apart);
        by_id("own-text").cast::<HtmlTextAreaElement>().set_value(&self.own_text());
        let absent = missing(road, &fields);
        by_id("missing").redraw(if !owns {
            Vec::new()
        } else if absent.is_empty() {
            vec![tag("p").class("good").say(Key::ReportComplete)]
        } else {
            let lines = absent.into_iter().map(|key| tag("li").say(key));
            vec![tag("p").say(Key::ReportMissing), tag("ul").all(lines)]
        });
        by_id("mail").attr("href", &self.mail(road, &text));
        by_id("copied").clear();
        let stale = self.packed.borrow().as_ref().is_some_and(|p| p.notice != text);
        if stale {
            *self.packed.borrow_mut() = None;
            by_id("bundle").redraw([tag("p").class("notice").say(Key::ReportStale)]);
        }
    }

    /// A link for the reader's own mail program, addressed where an address was stated.
    fn mail(&self, road: Road, text: &str) -> String {
        let to = match road {
            Road::TellCreator => contacts(&self.draft)
                .into_iter()
                .find_map(|c| c.strip_prefix("mailto:").map(str::to_string))
                .unwrap_or_default(),
            _ => String::new(),
        };
        let encode = |text: &str| String::from(js_sys::encode_uri_component(text));
        // Mail wants CRLF between lines (RFC 6068, 5).
        let body = text.replace('\n', "\r\n");
        let subject = self.letter.say(&subject(&self.draft, road));
        format!("mailto:{}?subject={}&body={}", encode(&to), encode(&subject), encode(&body))
            .replacen("%40", "@", 1)
    }

    async fn prepare(&self) {
        let out = by_id("bundle");
        out.redraw([tag("p").say(Key::ReportPreparing)]);
        *self.packed.borrow_mut() = None;
        let received = match &self.draft.work {
            Some(work) => Some(fetch_work(work).await),
            None => None,
        };
        self.letter.settle().await;
        let created = now();
        // What stands in the form now is what goes in.
        let text = self.text();
        let packing = Packing {
            draft: &self.draft,
            received: received
                .as_ref()
                .and_then(|r| r.as_ref().ok())
                .map(|bytes| Received { bytes, at: created }),
            notice: &text,
            capture: self
                .capture
                .as_ref()
                .map(|seen| &seen.capture)
                .filter(|_| checked("with-capture")),
            tool_version: env!("CARGO_PKG_VERSION"),
            created,
        };
        let made = bundle(&packing).and_then(|files| Ok((zip(&files, created)?, files)));
        let (bytes, files) = match made {
            Ok(made) => made,
            Err(problem) => {
                let failed = Phrase::from(Key::ReportFetchFailed).with(problem.message);
                return out.redraw([tag("p").class("bad").say(failed)]);
            }
        };
        let sums = files.last().map(|f| sha256(&f.bytes)).unwrap_or_default();
        let compared = received.map(|r| self.compare(r));
        *self.packed.borrow_mut() = Some(Packed { notice: text, files, sums, created, link: None });
        out.redraw(compared.into_iter().chain([tag("div").attr("id", "packed")]));
        self.show_packed(&bytes);
    }

    /// Shows every file of the bundle and the link that saves it.
    fn show_packed(&self, bytes: &[u8]) {
        let mut packed = self.packed.borrow_mut();
        let Some(packed) = packed.as_mut() else { return };
        let name = file_name(packed.created);
        let address = ObjectUrl::from(Blob::new_with_options(bytes, Some("application/zip")));
        let page = self.clone();
        let save = tag("a")
            .class("button primary")
            .attr("id", "save")
            .attr("href", &address)
            .attr("download", &name)
            .say(Phrase::from(Key::ReportSave).with(name.as_str()))
            .on("click", move |_| {
                // What began in a private window is put on the list only when asked.
                let page = page.clone();
                if !page.draft.private {
                    spawn_local(async move { page.file().await });
                }
            });
        packed.link = Some(address);
        let sums = hex(&packed.sums);
        let lacks = |name: &str| packed.files.iter().all(|f| f.name != name);
        let digest = packed.sums;
        let calendar = lacks(timestamp::FILE).then(|| {
            let page = self.clone();
            stamp::draw_calendar(move || {
                page.stamp(digest, "stamp-said", stamp::by_calendar(digest))
            })
        });
        let authorities = lacks(rfc3161::FILE).then(|| {
            let page = self.clone();
            stamp::draw_authorities(move |address| {
                page.stamp(digest, "tsa-said", stamp::by_authority(digest, address));
            })
        });
        let asks = authorities.is_some();
        by_id("packed").redraw(
            [tag("p").say(Key::ReportSaveNote)]
                .into_iter()
                .chain(packed.files.iter().map(draw_file))
                .chain([
                    tag("p").add(save),
                    tag("p")
                        .class("digest")
                        .say(Phrase::from(Key::ReportDigest).with(sums.as_str())),
                    tag("p").class("quiet").say(Key::ReportDigestNote),
                ])
                .chain(calendar)
                .chain(authorities),
        );
        if asks {
            stamp::explain();
        }
    }

    /// Waits for a stamp of the digest and puts it into the bundle.
    fn stamp(
        &self,
        digest: [u8; 32],
        said: &'static str,
        stamped: impl Future<Output = Result<Stamped, Phrase>> + 'static,
    ) {
        by_id(said).redraw([tag("p").attr("role", "status").say(Key::ReportRdapBusy)]);
        let page = self.clone();
        spawn_local(async move {
            let stamped = stamped.await;
            let mut packed = page.packed.borrow_mut();
            // The reader may have changed the text, or prepared anew, while somebody answered.
            let Some(now) = packed.as_mut().filter(|p| p.sums == digest) else { return };
            let done = stamped.and_then(|Stamped { name, bytes, said }| {
                now.files.retain(|f| f.name != name);
                now.files.push(BundleFile { name: name.to_string(), bytes });
                let failed = |p: Problem| Phrase::from(Key::FailNetwork).with(p.message);
                Ok((zip(&now.files, now.created).map_err(failed)?, said))
            });
            drop(packed);
            match done {
                Ok((bytes, done)) => {
                    page.show_packed(&bytes);
                    let done = tag("p").class("good").attr("role", "status").say(done);
                    let _ = by_id("packed").node().append_child(done.node());
                }
                Err(why) => {
                    let failed = Phrase::from(Key::ReportStampFailed).with(why);
                    by_id(said).redraw([tag("p").class("bad").attr("role", "alert").say(failed)]);
                }
            }
        });
    }

    /// Puts the report on the reader's list.
    async fn file(&self) {
        self.letter.settle().await;
        let draft = &self.draft;
        let work = |of: fn(&WorkFacts) -> &String| draft.work.as_ref().map(of).cloned();
        let sums = self.packed.borrow().as_ref().map(|p| p.sums);
        let mut report = Filed {
            id: draft.id.clone(),
            at: draft.at,
            page_url: draft.page.url.clone(),
            page_title: draft.page.title.clone(),
            work_url: work(|w| &w.url).unwrap_or_default(),
            work_name: work(|w| &w.name).unwrap_or_default(),
            notice: self.text(),
            sums_sha256: sums.map(|sums| hex(&sums)),
            ..Filed::default()
        };
        // What the reader has said on the list meanwhile stays.
        let asked = ask(&DeskEvent::DraftAsked { id: draft.id.clone() }).await;
        if let Ok(DeskAnswer::Draft { filed: Some(before), .. }) = asked {
            report.state = before.state;
            report.note = before.note;
            report.remind_at = before.remind_at;
            report.sums_sha256 = report.sums_sha256.or(before.sums_sha256);
        }
        let kept = ask(&DeskEvent::ReportFiled { report: Box::new(report) }).await;
        self.show_filed(matches!(kept, Ok(DeskAnswer::Done)));
        if !matches!(kept, Ok(DeskAnswer::Done)) {
            by_id("filed").set(Key::ReportFileFailed);
        }
    }

    fn show_filed(&self, filed: bool) {
        if filed {
            by_id("filed").set(Key::ReportFiled);
        }
    }

    /// Whether the server still sends what the reader saw.
    fn compare(&self, received: Result<Vec<u8>, Phrase>) -> Tag {
        let before = self.draft.reading.as_ref().map(|r| r.fingerprint.sha256.as_str());
        match (received, before.filter(|sum| !sum.is_empty())) {
            (Err(reason), _) => {
                let failed = Phrase::from(Key::ReportFetchFailed).with(reason);
                tag("p").class("bad").say(failed)
            }
            (Ok(_), None) => tag("p").say(Key::ReportFirst),
            (Ok(bytes), Some(before)) if sha256_hex(&bytes) == before => {
                tag("p").class("good").say(Key::ReportSame)
            }
            (Ok(_), Some(_)) => tag("p").class("bad").say(Key::ReportDiffers),
        }
    }
}

fn checked(id: &str) -> bool {
    by_id(id).cast::<HtmlInputElement>().checked()
}

fn road() -> Road {
    if checked("road-tell") {
        Road::TellCreator
    } else if checked("road-keep") {
        Road::EvidenceOnly
    } else if checked("law-dsa") {
        Road::NoticeDsa
    } else {
        Road::Notice512
    }
}

fn fields() -> Fields {
    let line = |id: &str| by_id(id).cast::<HtmlInputElement>().value();
    let lines = |id: &str| by_id(id).cast::<HtmlTextAreaElement>().value();
    Fields {
        name: line("name"),
        owner: line("owner"),
        address: lines("address"),
        email: line("email"),
        phone: line("phone"),
        work: lines("work-text"),
        original: line("original"),
        reasons: lines("reasons"),
        good_faith: checked("good_faith"),
        accurate: checked("accurate"),
        authorised: checked("authorised"),
        signed: checked("signed"),
        bona_fide: checked("bona_fide"),
    }
}

fn draw_work(draft: &Draft) -> Tag {
    let row = |label: Key, value: Tag| [tag("dt").say(label), tag("dd").add(value)];
    let address = |text: &str| {
        // An embedded picture's own bytes are no address worth reading.
        let shown: String = text.chars().take(300).collect();
        match link(text) {
            Some(link) => link.foreign(&shown),
            None => tag("span").foreign(&shown),
        }
    };
    let mut rows: Vec<[Tag; 2]> = Vec::new();
    match &draft.work {
        Some(work) if work.name.trim().is_empty() => {
            rows.push(row(Key::ReportLabelName, tag("span").say(Key::ReportUnnamed)));
        }
        Some(work) => rows.push(row(Key::ReportLabelName, tag("span").foreign(&work.name))),
        None => rows.push(row(Key::ReportLabelName, tag("span").say(Key::ReportWholePage))),
    }
    if let Some(work) = &draft.work {
        rows.push(row(Key::ReportLabelFile, address(&work.url)));
    }
    let page = tag("span").maybe(
        (!draft.page.title.is_empty())
            .then(|| tag("span").class("block").foreign(&draft.page.title)),
    );
    rows.push(row(Key::ReportLabelPage, page.add(address(&draft.page.url))));
    rows.push(row(Key::ReportLabelSeen, tag("span").foreign(&moment(draft.at))));
    let size = match &draft.reading {
        Some(reading) => {
            let media = reading.media.as_ref();
            let mime = media.map_or(String::new(), |m| m.mime.clone());
            let bytes = Phrase::from(Key::ReportBytes).with(reading.bytes);
            Some(match media.and_then(|m| m.width.zip(m.height)) {
                Some((width, height)) => Phrase::from(Key::ReportSizePixels)
                    .with(mime)
                    .with(width)
                    .with(height)
                    .with(bytes),
                None => Phrase::from(Key::ReportSize).with(mime).with(bytes),
            })
        }
        None => draft.work.as_ref().map(|_| Key::ReportUnread.into()),
    };
    if let Some(size) = size {
        rows.push(row(Key::ReportLabelSize, tag("span").say(size)));
    }
    tag("dl").all(rows.into_iter().flatten())
}

fn draw_statements(statements: &[Statement]) -> Vec<Tag> {
    if statements.is_empty() {
        return vec![tag("p").class("quiet").say(Key::ReportStatedNone)];
    }
    let lines = statements.iter().map(|statement| {
        tag("li").say(stated(statement)).maybe(statement.declared_by.as_deref().map(|who| {
            tag("span").class("quiet block").say(Phrase::from(Key::ReportStatedBy).with(who))
        }))
    });
    vec![tag("ol").class("lines").all(lines)]
}

fn draw_contacts(draft: &Draft) -> Vec<Tag> {
    let found = contacts(draft);
    if found.is_empty() {
        return vec![tag("p").class("quiet").say(Key::ReportContactsNone)];
    }
    let lines = found.iter().map(|contact| {
        tag("li").add(match contact.strip_prefix("mailto:") {
            Some(mail) => tag("a").attr("href", contact).foreign(mail),
            None => link(contact).unwrap_or_else(|| tag("span")).foreign(contact),
        })
    });
    vec![tag("p").say(Key::ReportContacts), tag("ul").all(lines)]
}

/// Characters of a text file that are shown; the file itself is never cut.
const PREVIEW: usize = 20_000;

fn draw_file(file: &BundleFile) -> Tag {
    let size = Phrase::from(Key::ReportBytes).with(file.bytes.len());
    let line = Phrase::from(Key::ReportFileLine).with(file.name.as_str()).with(size);
    let details = tag("details").class("file").add(tag("summary").say(line));
    let Ok(text) = std::str::from_utf8(&file.bytes) else {
        return details.add(tag("p").say(binary(file)));
    };
    if file.name.ends_with(".bin") || [timestamp::FILE, rfc3161::FILE].contains(&file.name.as_str())
    {
        return details.add(tag("p").say(binary(file)));
    }
    let shown: String = text.chars().take(PREVIEW).collect();
    let rest = text.chars().count().saturating_sub(PREVIEW);
    details.add(tag("pre").attr("tabindex", "0").foreign(&shown)).maybe(
        (rest > 0)
            .then(|| tag("p").class("quiet").say(Phrase::from(Key::ReportFileCut).with(rest))),
    )
}

fn binary(file: &BundleFile) -> Phrase {
    Phrase::from(Key::ReportFileBytes).with(sha256_hex(&file.bytes))
}

/// Fetches the work once more; of several forms the one that the page shows.
async fn fetch_work(work: &WorkFacts) -> Result<Vec<u8>, Phrase> {
    let url = work.url.as_str();
    let readable = ["https://", "http://", "data:"].iter().any(|s| url.starts_with(s));
    if !readable {
        return Err(Key::ReportFetchKind.into());
    }
    let accept = work.kind.accept();
    let errand = Errand { url, accept, body: None, most: Limits::DEFAULT.file_bytes };
    Ok(fetch(errand).await?)
}
