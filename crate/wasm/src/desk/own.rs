//! The reader's own works on the options page. Files are read by a worker of this page and
//! never leave; what is kept of each is its codes, its title and what its owner says about it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::file::{File, FileList};
use sayso_core::limits::Limits;
use sayso_core::message::DeskEvent;
use sayso_core::phrase::{Arg, Key, Phrase};
use sayso_core::registry::own_works::{OwnStance, OwnWork};
use sayso_core::vocabulary::{Use, Verdict};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DataTransfer, HtmlInputElement, HtmlSelectElement};

use super::apart::Reader;
use super::chrome::{ask, say};
use super::draw::{Tag, button, by_id, tag};
use super::now;
use super::options::Desk;

/// Draws the form and listens for files.
pub fn listen(desk: &Desk, reader: &Reader) {
    let stances = Rc::new(RefCell::new(first_stances()));
    let chosen = stances.clone();
    by_id("own-stances").redraw(stance_fields("new", &first_stances(), move |s| {
        *chosen.borrow_mut() = s;
    }));

    let input: HtmlInputElement = by_id("own-files").cast();
    let (picker, opener, said) = (desk.clone(), reader.clone(), stances.clone());
    by_id("own-files").on("change", move |_| {
        if let Some(list) = input.files() {
            add_all(&picker, &opener, list, &said);
        }
        // The same file can be chosen again after it was removed.
        input.set_value("");
    });

    let zone = by_id("own-drop");
    for name in ["dragenter", "dragover"] {
        let shown = zone.clone();
        zone.clone().on(name, move |event| {
            event.prevent_default();
            let _ = shown.node().class_list().add_1("over");
        });
    }
    let shown = zone.clone();
    zone.clone().on("dragleave", move |_| {
        let _ = shown.node().class_list().remove_1("over");
    });
    let (shown, dropped, opener) = (zone.clone(), desk.clone(), reader.clone());
    zone.on("drop", move |event| {
        // Otherwise the browser would open the file instead of this page.
        event.prevent_default();
        let _ = shown.node().class_list().remove_1("over");
        let files = js_sys::Reflect::get(event, &"dataTransfer".into())
            .ok()
            .and_then(|transfer| transfer.dyn_into::<DataTransfer>().ok())
            .and_then(|transfer| transfer.files());
        if let Some(list) = files {
            add_all(&dropped, &opener, list, &stances);
        }
    });
}

/// Draws the list.
pub fn draw(desk: &Desk, works: &[OwnWork]) {
    if works.is_empty() {
        return by_id("own-list").redraw([tag("p").class("quiet").say(Key::OptionsOwnNone)]);
    }
    let list = tag("ul")
        .class("lines")
        .say_attr("aria-label", Key::OptionsOwnList)
        .all(works.iter().map(|work| draw_one(desk, work)));
    by_id("own-list").redraw([list]);
}

/// What most owners who come here want; they see it and can change it before they add anything.
fn first_stances() -> Vec<OwnStance> {
    Use::ALL
        .into_iter()
        .filter(|what| *what != Use::Search)
        .map(|what| OwnStance { what, verdict: Verdict::Denied })
        .collect()
}

fn add_all(
    desk: &Desk,
    reader: &Reader,
    list: web_sys::FileList,
    stances: &Rc<RefCell<Vec<OwnStance>>>,
) {
    let files: Vec<File> = FileList::from(list).iter().cloned().collect();
    if files.is_empty() {
        return;
    }
    let (desk, reader, stances) = (desk.clone(), reader.clone(), stances.borrow().clone());
    spawn_local(async move {
        let total = files.len();
        let progress = by_id("own-progress");
        let troubles = by_id("own-troubles");
        troubles.clear();
        let mut added = 0_usize;
        for (index, file) in files.iter().enumerate() {
            progress.set(
                Phrase::from(Key::OptionsOwnBusy).with(index + 1).with(total).with(file.name()),
            );
            match add_one(&desk, &reader, file, &stances).await {
                Ok(()) => added += 1,
                Err(trouble) => {
                    let _ = troubles.node().append_child(tag("p").say(trouble).node());
                }
            }
        }
        progress.set(Phrase::from(Key::OptionsOwnDone).with(added));
        desk.reload().await;
    });
}

async fn add_one(
    desk: &Desk,
    reader: &Reader,
    file: &File,
    stances: &[OwnStance],
) -> Result<(), Phrase> {
    let refuse =
        |reason: Key| Phrase::from(Key::OptionsOwnUnreadable).with(file.name()).with(reason);
    if file.size() > Limits::DEFAULT.file_bytes as u64 {
        return Err(refuse(Key::OptionsOwnTooLarge));
    }
    let read = reader.read(file).await.map_err(|_| refuse(Key::OptionsOwnNoKind))?;
    if read.media.is_none() {
        return Err(refuse(Key::OptionsOwnNoKind));
    }
    if let Some(title) = desk.title_of(&read.fingerprint.blake3) {
        return Err(Phrase::from(Key::OptionsOwnKept).with(title));
    }
    let name = file.name();
    let title = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let title = if title.is_empty() { name.clone() } else { title.to_string() };
    let work = OwnWork::of(read.fingerprint, title, stances.to_vec(), now());
    ask(&DeskEvent::OwnWorkAdded { work: Box::new(work) })
        .await
        .map(|_| ())
        .map_err(|_| refuse(Key::OptionsOwnUnsaved))
}

fn draw_one(desk: &Desk, work: &OwnWork) -> Tag {
    let id = format!("own-{}", work.id);
    let input = tag("input")
        .attr("type", "text")
        .attr("id", &id)
        .key(&id)
        .attr("dir", "auto")
        .attr("value", &work.title);
    let control: HtmlInputElement = input.cast();
    let (renamer, renamed) = (desk.clone(), work.clone());
    let input = input.on("change", move |_| {
        let title = control.value().trim().to_string();
        if title.is_empty() {
            return control.set_value(&renamed.title);
        }
        keep(&renamer, OwnWork { title, ..renamed.clone() });
    });
    let known = match (&work.codes, work.featureless, work.unstable) {
        (None, _, _) | (_, true, _) => Key::OptionsOwnExact,
        (Some(_), _, true) => Key::OptionsOwnUnstable,
        (Some(_), _, false) => Key::OptionsOwnCodes,
    };
    let (speaker, spoken) = (desk.clone(), work.clone());
    let stances = tag("details")
        .key(&format!("{id}-stances"))
        .add(tag("summary").say(Key::OptionsOwnStances))
        .add(tag("div").class("stances").all(stance_fields(&id, &work.stances, move |stances| {
            keep(&speaker, OwnWork { stances, ..spoken.clone() });
        })));
    let (remover, removed) = (desk.clone(), work.clone());
    let label = Phrase::from(Key::OptionsOwnRemove).with(work.title.as_str());
    tag("li")
        .class("own")
        .add(
            tag("div")
                .class("pair")
                .add(
                    tag("p")
                        .class("field")
                        .add(tag("label").attr("for", &id).say(Key::OptionsOwnTitle))
                        .add(input),
                )
                .add(
                    button(Key::OptionsRemove, move |_| remove(&remover, &removed))
                        .say_attr("aria-label", label)
                        .key(&format!("{id}-x")),
                ),
        )
        .add(
            tag("p")
                .class("quiet")
                .add(
                    tag("span").say(
                        Phrase::from(Key::OptionsOwnAdded).with(Arg::Day { day: work.added_at }),
                    ),
                )
                .add(tag("span").say(known)),
        )
        .add(stances)
}

/// Keeps a work under its id: a new one is added, a known one is replaced.
fn keep(desk: &Desk, work: OwnWork) {
    let desk = desk.clone();
    spawn_local(async move {
        let kept = ask(&DeskEvent::OwnWorkAdded { work: Box::new(work) }).await;
        desk.tell(if kept.is_ok() { Key::OptionsSaved } else { Key::DeskNotSaved });
        desk.reload().await;
    });
}

/// Removes at once and offers the way back, instead of asking first.
fn remove(desk: &Desk, work: &OwnWork) {
    let (desk, work) = (desk.clone(), work.clone());
    spawn_local(async move {
        let gone = ask(&DeskEvent::OwnWorkRemoved { id: work.id.clone() }).await;
        desk.reload().await;
        if gone.is_err() {
            return desk.tell(Key::DeskNotSaved);
        }
        let said = Phrase::from(Key::OptionsOwnRemoved).with(work.title.as_str());
        let undoer = desk.clone();
        let undo = button(Key::OptionsUndo, move |_| keep(&undoer, work.clone()));
        by_id("status").redraw([tag("p").say(said), undo]);
    });
}

/// One choice per use; `changed` gets all that is said, and nothing for what is not.
fn stance_fields(
    prefix: &str,
    stances: &[OwnStance],
    changed: impl FnMut(Vec<OwnStance>) + 'static,
) -> Vec<Tag> {
    let changed = Rc::new(RefCell::new(changed));
    let said = Rc::new(RefCell::new(stances.to_vec()));
    Use::ALL
        .into_iter()
        .map(|what| {
            let id = format!("{prefix}-{}", what.token());
            let now = stances.iter().find(|s| s.what == what);
            let now = now.map_or(Verdict::Unspecified, |s| s.verdict);
            let select =
                tag("select").attr("id", &id).key(&id).all(CHOICES.map(|(verdict, key)| {
                    tag("option")
                        .attr("value", verdict.token())
                        .flag("selected", verdict == now)
                        .say(key)
                }));
            let control: HtmlSelectElement = select.cast();
            let (said, changed) = (said.clone(), changed.clone());
            let select = select.on("change", move |_| {
                let value = control.value();
                let verdict = CHOICES.into_iter().map(|(v, _)| v).find(|v| v.token() == value);
                let mut all = said.borrow_mut();
                all.retain(|s| s.what != what);
                if let Some(verdict) = verdict.filter(|v| *v != Verdict::Unspecified) {
                    all.push(OwnStance { what, verdict });
                }
                let all = all.clone();
                (changed.borrow_mut())(all);
            });
            tag("p")
                .class("field")
                .add(tag("label").attr("for", &id).foreign(&say(Key::from(what))))
                .add(select)
        })
        .collect()
}

const CHOICES: [(Verdict, Key); 4] = [
    (Verdict::Denied, Key::OptionsStanceNo),
    (Verdict::Conditional, Key::OptionsStanceRequest),
    (Verdict::Allowed, Key::OptionsStanceYes),
    (Verdict::Unspecified, Key::OptionsStanceUnsaid),
];
