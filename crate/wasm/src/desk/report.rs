//! The report page: what was seen, three roads, the exact text, the evidence.
//!
//! Nothing is sent from here. The one request is for the work itself, when the reader
//! prepares evidence; declarations are never made for them.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::file::{Blob, ObjectUrl};
use gloo::utils::window;
use js_sys::{Reflect, Uint8Array};
use sayso_core::limits::{FETCH_TIMEOUT_MS, Limits};
use sayso_core::message::{DeskAnswer, DeskEvent};
use sayso_core::page::{WorkFacts, leads_inside};
use sayso_core::phrase::{Key, Phrase};
use sayso_core::report::{
    BundleFile, Draft, Fields, Packing, Received, Road, bundle, contacts, file_name, missing,
    notice, sha256_hex, stated, subject, zip,
};
use sayso_core::vocabulary::Statement;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortSignal, Headers, HtmlInputElement, HtmlTextAreaElement, ReadableStreamDefaultReader,
    ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, Response,
};

use super::chrome::{Unanswered, ask, say};
use super::draw::{Tag, by_id, link, tag};
use super::{moment, now, parameter, ready, unanswered};

/// Runs the report page.
pub async fn run() {
    let id = parameter("draft").unwrap_or_default();
    match ask(&DeskEvent::DraftAsked { id }).await {
        Ok(DeskAnswer::Draft { draft: Some(draft) }) => {
            let page = Page { draft: Rc::from(draft), packed: Rc::default() };
            page.draw();
            page.listen();
            page.update();
        }
        Ok(DeskAnswer::Draft { draft: None }) => {
            by_id("trouble").redraw([tag("p").class("notice").say(Key::ReportGone)]);
        }
        Ok(_) | Err(Unanswered) => by_id("trouble").redraw([unanswered()]),
    }
    ready();
}

#[derive(Clone)]
struct Page {
    draft: Rc<Draft>,
    packed: Rc<RefCell<Option<Packed>>>,
}

/// A bundle that waits to be saved.
struct Packed {
    /// The text it was made with.
    notice: String,
    /// Keeps the link alive; dropping it frees the bytes.
    _link: ObjectUrl,
}

impl Page {
    fn draw(&self) {
        by_id("work").redraw([draw_work(&self.draft)]);
        by_id("stated").redraw(draw_statements(&self.draft.statements));
        by_id("contacts").redraw(draw_contacts(&self.draft));
        // A browser that restores forms must not declare anything for the reader.
        for id in ["good_faith", "accurate", "authorised", "signed", "bona_fide"] {
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
        by_id("prepare").on("click", move |_| {
            let page = page.clone();
            spawn_local(async move { page.prepare().await });
        });
    }

    fn text(&self) -> String {
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

        let text = self.text();
        by_id("text").cast::<HtmlTextAreaElement>().set_value(&text);
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
        let subject = say(subject(&self.draft, road));
        format!("mailto:{}?subject={}&body={}", encode(&to), encode(&subject), encode(&body))
            .replacen("%40", "@", 1)
    }

    async fn prepare(&self) {
        let out = by_id("bundle");
        out.redraw([tag("p").say(Key::ReportPreparing)]);
        *self.packed.borrow_mut() = None;
        let received = match &self.draft.work {
            Some(work) => Some(fetch(work).await),
            None => None,
        };
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
        let name = file_name(created);
        let blob = Blob::new_with_options(bytes.as_slice(), Some("application/zip"));
        let address = ObjectUrl::from(blob);
        let save = tag("a")
            .class("button primary")
            .attr("id", "save")
            .attr("href", &address)
            .attr("download", &name)
            .say(Phrase::from(Key::ReportSave).with(name.as_str()));
        let sums = files.last().map(|f| sha256_hex(&f.bytes)).unwrap_or_default();
        let compared = received.map(|r| self.compare(r));
        out.redraw(
            compared
                .into_iter()
                .chain([tag("p").say(Key::ReportSaveNote)])
                .chain(files.iter().map(draw_file))
                .chain([
                    tag("p").add(save),
                    tag("p")
                        .class("digest")
                        .say(Phrase::from(Key::ReportDigest).with(sums.as_str())),
                    tag("p").class("quiet").say(Key::ReportDigestNote),
                ]),
        );
        *self.packed.borrow_mut() = Some(Packed { notice: text, _link: address });
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
    let line = Phrase::from(Key::ReportFileLine).with(file.name).with(size);
    let details = tag("details").class("file").add(tag("summary").say(line));
    let Ok(text) = std::str::from_utf8(&file.bytes) else {
        return details.add(tag("p").say(binary(file)));
    };
    if file.name.ends_with(".bin") {
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

/// Fetches the work once more, without cookies, and gives up where the core would.
async fn fetch(work: &WorkFacts) -> Result<Vec<u8>, Phrase> {
    let address = work.url.as_str();
    let readable = ["https://", "http://", "data:"].iter().any(|s| address.starts_with(s));
    if !readable {
        return Err(Key::ReportFetchKind.into());
    }
    let broken = |error: JsValue| {
        let word = |name: &str| Reflect::get(&error, &name.into()).ok().and_then(|m| m.as_string());
        match word("name").as_deref() {
            Some("TimeoutError") => Key::FailSilent.into(),
            _ => Phrase::from(Key::FailNetwork).with(word("message").unwrap_or_default()),
        }
    };
    let init = RequestInit::new();
    // What the server sends now, not what the browser remembers; and of several forms the
    // one that the page shows.
    init.set_cache(RequestCache::NoStore);
    let headers = Headers::new().map_err(broken)?;
    headers.set("accept", work.kind.accept()).map_err(broken)?;
    if !address.starts_with("data:") {
        init.set_headers(&headers);
    }
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(FETCH_TIMEOUT_MS)));
    let response: Response = JsFuture::from(window().fetch_with_str_and_init(address, &init))
        .await
        .map_err(broken)?
        .unchecked_into();
    if leads_inside(address, &response.url()) {
        if let Some(body) = response.body() {
            let _ = body.cancel();
        }
        return Err(Key::FailPrivateRedirect.into());
    }
    if !response.ok() {
        let status = response.status().to_string();
        return Err(Phrase::from(Key::ReportFetchStatus).with(status));
    }
    let Some(body) = response.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let step = JsFuture::from(reader.read()).await.map_err(broken)?;
        let field = |name: &str| Reflect::get(&step, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if field("done").is_truthy() {
            return Ok(bytes);
        }
        let chunk = Uint8Array::new(&field("value"));
        // A server that never stops sending must not fill the reader's memory.
        if bytes.len() + chunk.length() as usize > Limits::DEFAULT.file_bytes {
            let _ = reader.cancel();
            return Err(Key::ReportFetchLarge.into());
        }
        bytes.extend(chunk.to_vec());
    }
}
