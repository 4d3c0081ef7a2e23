//! The reader's own works on the options page. Files are read by a worker of this page and
//! never leave; what is kept of each is its codes, a small picture, its title and what its owner says about it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use gloo::file::{Blob, File, FileList, ObjectUrl};
use sayso_core::limits::Limits;
use sayso_core::message::{DeskAnswer, DeskEvent};
use sayso_core::phrase::{Arg, Key, Phrase};
use sayso_core::registry::own_works::{OwnStance, OwnWork, Sighting};
use sayso_core::vocabulary::{Use, Verdict};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DataTransfer, HtmlElement, HtmlInputElement, HtmlSelectElement};

use super::apart::Reader;
use super::chrome::{ask, say};
use super::draw::{Tag, button, by_id, link, miniature, tag};
use super::options::Desk;
use super::{moment, now};

/// Draws the form and listens for files.
pub fn listen(desk: &Desk, reader: &Reader) {
    let stances = Rc::new(RefCell::new(first_stances()));
    let chosen = stances.clone();
    by_id("own-stances").redraw(stance_fields("new", &first_stances(), move |s| {
        *chosen.borrow_mut() = s;
    }));

    for name in ["own-files", "own-folder"] {
        let input: HtmlInputElement = by_id(name).cast();
        let (picker, opener, said) = (desk.clone(), reader.clone(), stances.clone());
        by_id(name).on("change", move |_| {
            if let Some(list) = input.files() {
                add_all(&picker, &opener, list, &said);
            }
            // The same file can be chosen again after it was removed.
            input.set_value("");
        });
    }
    by_id("own-export").on("click", |_| spawn_local(export()));
    let input: HtmlInputElement = by_id("own-import").cast();
    let importer = desk.clone();
    by_id("own-import").on("change", move |_| {
        let file = input.files().and_then(|files| files.get(0)).map(File::from);
        input.set_value("");
        let importer = importer.clone();
        if let Some(file) = file {
            spawn_local(async move { import(&importer, file).await });
        }
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

/// Draws the list; of many works the latest.
pub fn draw(desk: &Desk, works: &[OwnWork], count: u32) {
    by_id("own-export").show(count > 0);
    if works.is_empty() {
        return by_id("own-list").redraw([tag("p").class("quiet").say(Key::OptionsOwnNone)]);
    }
    let some = (works.len() < count as usize).then(|| {
        let shown = works.len();
        tag("p").say(Phrase::from(Key::OptionsOwnSome).with(shown).with(count))
    });
    let remover = desk.clone();
    let forget = tag("details")
        .key("own-forget")
        .add(tag("summary").say(Key::OptionsOwnForget))
        .add(button(Phrase::from(Key::OptionsOwnForgetAll).with(count), move |_| {
            let desk = remover.clone();
            spawn_local(async move {
                let gone = ask(&DeskEvent::OwnWorksForgotten).await;
                desk.tell(if gone.is_ok() { Key::OptionsSaved } else { Key::DeskNotSaved });
                desk.reload().await;
            });
        }));
    let list = tag("ul")
        .class("lines")
        .say_attr("aria-label", Key::OptionsOwnList)
        .all(works.iter().map(|work| draw_one(desk, work)));
    by_id("own-list").redraw(some.into_iter().chain([list, forget]));
}

/// What most owners who come here want; they see it and can change it before they add anything.
fn first_stances() -> Vec<OwnStance> {
    Use::ALL
        .into_iter()
        .filter(|what| *what != Use::Search)
        .map(|what| OwnStance { what, verdict: Verdict::Denied })
        .collect()
}

/// Whether somebody has asked to stop.
type Stop = Rc<Cell<bool>>;

/// Works that are kept in one message: each message costs a write.
const TOGETHER: usize = 24;
/// Troubles that are listed one by one.
const TROUBLES: usize = 20;

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
    let licence = by_id("own-licence").cast::<HtmlInputElement>().value().trim().to_string();
    let said = Said { stances: stances.borrow().clone(), licence };
    let (desk, reader) = (desk.clone(), reader.clone());
    let stop = Stop::default();
    let stopper = stop.clone();
    let cancel = button(Key::OptionsOwnStop, move |_| stopper.set(true)).attr("id", "own-stop");
    by_id("own-stop-place").redraw([cancel]);
    spawn_local(async move {
        bring(&reader, &files, &said, &stop).await;
        by_id("own-stop-place").clear();
        desk.reload().await;
    });
}

/// What is said of all that is added together.
struct Said {
    stances: Vec<OwnStance>,
    licence: String,
}

/// Reads the files one after the other. What is kept already is passed over, so that a folder
/// whose reading was broken off goes on where it stopped.
async fn bring(reader: &Reader, files: &[File], said: &Said, stop: &Stop) {
    let total = files.len();
    let (progress, bar) = (by_id("own-progress"), by_id("own-bar"));
    let troubles = by_id("own-troubles");
    troubles.clear();
    let (mut sources, mut ids) = (BTreeSet::new(), BTreeMap::new());
    if let Ok(DeskAnswer::OwnWorks { works }) = ask(&DeskEvent::OwnWorksAsked).await {
        for work in works {
            sources.insert(work.source);
            ids.insert(work.id, work.title);
        }
    }
    bar.clone().attr("max", &total.to_string()).show(true);
    let (mut added, mut passed, mut failed) = (0, 0_usize, 0_usize);
    let mut batch: Vec<OwnWork> = Vec::new();
    let mut unsaved = false;
    for (index, file) in files.iter().enumerate() {
        if stop.get() || unsaved {
            break;
        }
        bar.clone().attr("value", &index.to_string());
        let source = source_of(file);
        let known = source.contains('/') && sources.contains(&source);
        // A folder holds much that is no work; a file that was chosen by itself is meant.
        let other = source.contains('/') && !is_media(file);
        if known || other {
            passed += 1;
            continue;
        }
        progress
            .set(Phrase::from(Key::OptionsOwnBusy).with(index + 1).with(total).with(file.name()));
        match read_one(reader, file, said, source, &ids).await {
            Ok(work) => {
                ids.insert(work.id.clone(), work.title.clone());
                batch.push(work);
            }
            Err(trouble) => {
                failed += 1;
                if failed <= TROUBLES {
                    let _ = troubles.node().append_child(tag("p").say(trouble).node());
                }
            }
        }
        if batch.len() >= TOGETHER {
            unsaved = !flush(&mut batch, &mut added).await;
        }
    }
    unsaved |= !flush(&mut batch, &mut added).await;
    bar.show(false);
    if unsaved {
        let _ = troubles.node().append_child(tag("p").say(Key::DeskNotSaved).node());
    }
    let done = if stop.get() { Key::OptionsOwnStopped } else { Key::OptionsOwnDone };
    progress.set(Phrase::from(done).with(added).with(passed).with(failed));
}

/// Has works kept; false where they could not be.
async fn flush(batch: &mut Vec<OwnWork>, added: &mut u64) -> bool {
    if batch.is_empty() {
        return true;
    }
    let works = std::mem::take(batch);
    let count = works.len() as u64;
    let kept = ask(&DeskEvent::OwnWorksAdded { works }).await.is_ok();
    if kept {
        *added += count;
    }
    kept
}

/// The path below the folder that was chosen, length and date of a file.
fn source_of(file: &File) -> String {
    let file: &web_sys::File = file.as_ref();
    let path = js_sys::Reflect::get(file, &"webkitRelativePath".into()).ok();
    let path = path.and_then(|p| p.as_string()).filter(|p| !p.is_empty());
    format!("{}|{}|{}", path.unwrap_or_else(|| file.name()), file.size(), file.last_modified())
}

fn is_media(file: &File) -> bool {
    let kind = file.raw_mime_type();
    kind.starts_with("image/") || kind.starts_with("audio/")
}

async fn read_one(
    reader: &Reader,
    file: &File,
    said: &Said,
    source: String,
    ids: &BTreeMap<String, String>,
) -> Result<OwnWork, Phrase> {
    let refuse =
        |reason: Key| Phrase::from(Key::OptionsOwnUnreadable).with(file.name()).with(reason);
    if file.size() > Limits::DEFAULT.file_bytes as u64 {
        return Err(refuse(Key::OptionsOwnTooLarge));
    }
    let (read, miniature) = reader.read(file).await.map_err(|_| refuse(Key::OptionsOwnNoKind))?;
    if read.media.is_none() {
        return Err(refuse(Key::OptionsOwnNoKind));
    }
    if let Some(title) = ids.get(&read.fingerprint.blake3) {
        return Err(Phrase::from(Key::OptionsOwnKept).with(title.as_str()));
    }
    let name = file.name();
    let title = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let title = if title.is_empty() { name.clone() } else { title.to_string() };
    let work = OwnWork::of(read.fingerprint, title, said.stances.clone(), now());
    let licence = Some(said.licence.clone()).filter(|licence| !licence.is_empty());
    Ok(OwnWork { licence, source, miniature, ..work })
}

/// Saves all own works as JSON Lines, a work a line: `sayso check --table` reads that too.
async fn export() {
    let Ok(DeskAnswer::OwnWorks { works }) = ask(&DeskEvent::OwnWorksAsked).await else {
        return by_id("own-progress").set(Key::DeskNoAnswer);
    };
    let lines = works.iter().filter_map(|work| serde_json::to_string(work).ok());
    let text: String = lines.map(|line| line + "\n").collect();
    save_file("sayso-own-works.jsonl", "application/jsonl", &text);
}

/// Offers a text to the browser's downloads.
pub fn save_file(name: &str, kind: &str, text: &str) {
    let url = ObjectUrl::from(Blob::new_with_options(text, Some(kind)));
    let link = tag("a").attr("href", &url).attr("download", name);
    link.cast::<HtmlElement>().click();
    // The link must live until the browser has read it.
    gloo::timers::callback::Timeout::new(60_000, move || drop(url)).forget();
}

/// Adds the works of a file that was saved before.
async fn import(desk: &Desk, file: File) {
    let progress = by_id("own-progress");
    let bytes: &web_sys::File = file.as_ref();
    let text = JsFuture::from(bytes.text()).await.ok().and_then(|text| text.as_string());
    let text = text.unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let works: Vec<OwnWork> = match lines.map(serde_json::from_str).collect() {
        Ok(works) if text.len() > 2 => works,
        _ => return progress.set(Phrase::from(Key::OptionsOwnImportBad).with(file.name())),
    };
    let (mut added, mut kept) = (0, true);
    for batch in works.chunks(200) {
        kept &= flush(&mut batch.to_vec(), &mut added).await;
    }
    progress.set(match kept {
        true => Phrase::from(Key::OptionsOwnImported).with(added),
        false => Key::DeskNotSaved.into(),
    });
    desk.reload().await;
}

/// Draws where own works were seen.
pub fn draw_sightings(desk: &Desk, sightings: &[Sighting]) {
    if sightings.is_empty() {
        return by_id("sightings").redraw([tag("p").class("quiet").say(Key::SightingsNone)]);
    }
    let lines = sightings.iter().map(|seen| {
        let how = if seen.exact { Key::SightingExact } else { Key::SightingNear };
        let page = link(&seen.page).map(|link| link.foreign(&seen.page));
        tag("li")
            .add(tag("p").add(tag("bdi").foreign(&seen.title)))
            .add(
                tag("p")
                    .class("quiet")
                    .add(tag("span").say(Phrase::from(how).with(moment(seen.at)))),
            )
            .maybe(page.map(|page| tag("p").class("quiet").add(page)))
    });
    let desk = desk.clone();
    let clear = button(Key::SightingsClear, move |_| {
        let desk = desk.clone();
        spawn_local(async move {
            let _ = ask(&DeskEvent::SightingsCleared).await;
            desk.reload().await;
        });
    });
    by_id("sightings").redraw([
        tag("ul").class("lines").all(lines),
        tag("p").class("actions").add(clear.key("sightings-clear")),
    ]);
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
        .maybe(miniature(Some(&work.miniature)))
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
