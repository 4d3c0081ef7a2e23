//! The options page: the catalogues that the reader follows. An address is looked at first, and
//! followed only when the reader has seen who is behind it and what is sent.

use std::cell::{Cell, RefCell};

use sayso_core::inquiry;
use sayso_core::message::RegistrySends;
use sayso_core::page::Millis;
use sayso_core::phrase::{Key, Phrase};
use sayso_core::registry::CATALOGUE;
use sayso_core::registry::following::ASKING;
use serde::Deserialize;
use serde_json::{Value, json};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlInputElement;

use super::chrome::follow;
use super::draw::{Tag, button, by_id, tag};
use super::options::Desk;
use super::own::save_file;
use super::registries::{draw_way, is_address};
use super::{moment, number, pause};
use sayso_core::message::offer::{Extent, Offer, Taken};

/// How often a page that shows a download asks how far it is.
const LOOK_MS: u32 = 700;

/// What the worker says of all catalogues.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct All {
    lines: Vec<Value>,
    usage: f64,
    persisted: bool,
}

/// One of them.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    id: String,
    address: String,
    checked: Millis,
    used: bool,
    waiting: bool,
    /// The reader's organisation has chosen it.
    #[serde(default)]
    preset: bool,
    #[serde(default)]
    part: Option<Part>,
    #[serde(default)]
    problem: Option<Phrase>,
    #[serde(default)]
    offer: Option<Offer>,
}

/// How far a download is.
#[derive(Clone, Debug, Deserialize)]
struct Part {
    done: u64,
    total: u64,
}

thread_local! {
    static SHOWN: RefCell<Option<All>> = const { RefCell::new(None) };
    static LOOKING: Cell<bool> = const { Cell::new(false) };
}

/// Listens to the form, and shows what is followed.
pub fn listen(desk: &Desk) {
    let looker = desk.clone();
    by_id("follow-look").on("click", move |_| look(&looker));
    let looker = desk.clone();
    by_id("follow-address").on("keydown", move |event| {
        let key = js_sys::Reflect::get(event, &"key".into()).ok().and_then(|k| k.as_string());
        if key.as_deref() == Some("Enter") {
            look(&looker);
        }
    });
    by_id("follow-export").on("click", |_| export());
}

/// Shows what is followed; goes on as long as something is being fetched.
pub fn draw(desk: &Desk) {
    if LOOKING.replace(true) {
        return;
    }
    let desk = desk.clone();
    spawn_local(async move {
        loop {
            let all = follow(&json!({"type": "list"})).await;
            let all: All = all.and_then(|v| serde_json::from_value(v).ok()).unwrap_or_default();
            let lines: Vec<Line> =
                all.lines.iter().filter_map(|l| serde_json::from_value(l.clone()).ok()).collect();
            let goes_on = lines.iter().any(|line| line.part.is_some());
            let shown = SHOWN.with_borrow_mut(|shown| shown.replace(all.clone()));
            if shown.as_ref() != Some(&all) {
                show(&desk, &all, &lines);
            }
            if !goes_on {
                LOOKING.set(false);
                return;
            }
            pause(LOOK_MS).await;
        }
    });
}

/// Draws anew even if nothing has changed but the settings.
pub fn settings_changed(desk: &Desk) {
    SHOWN.set(None);
    draw(desk);
}

fn told(tag: Option<Tag>) {
    by_id("follow-told").redraw(tag);
}

fn problem(phrase: impl Into<Phrase>) {
    told(Some(tag("p").class("bad").attr("role", "alert").say(phrase)));
}

/// The address of the folder in which a descriptor lies.
fn folder(typed: &str) -> Option<String> {
    let typed = typed.trim();
    let typed = typed.strip_suffix("catalogue.json").unwrap_or(typed);
    let url = web_sys::Url::new(typed).ok().filter(|_| is_address(typed))?;
    url.set_search("");
    url.set_hash("");
    let plain = url.href();
    Some(if plain.ends_with('/') { plain } else { format!("{plain}/") })
}

fn look(desk: &Desk) {
    let field: HtmlInputElement = by_id("follow-address").cast();
    by_id("follow-offer").clear();
    let Some(address) = folder(&field.value()) else { return problem(Key::FollowAddressBad) };
    told(Some(tag("p").class("quiet").say(Key::FollowLooking)));
    let desk = desk.clone();
    spawn_local(async move {
        let taken = follow(&json!({"type": "look", "address": address})).await;
        let taken = taken.and_then(|v| serde_json::from_value::<Taken>(v).ok());
        match taken {
            Some(Taken { offer: Some(offer), .. }) => {
                told(None);
                by_id("follow-offer").redraw([draw_offer(&desk, &address, offer)]);
            }
            Some(Taken { refused: Some(why), .. }) => problem(why),
            _ => problem(Key::DeskNoAnswer),
        }
    });
}

fn draw_offer(desk: &Desk, address: &str, offer: Offer) -> Tag {
    let (desk, address, id) = (desk.clone(), address.to_string(), offer.id.clone());
    let go = button(Key::FollowFollow, move |_| {
        let (desk, address, id) = (desk.clone(), address.clone(), id.clone());
        spawn_local(async move {
            // Asked here, because a worker cannot; the answer shows below the list.
            let storage = gloo::utils::window().navigator().storage();
            if let Ok(promise) = storage.persist() {
                let _ = JsFuture::from(promise).await;
            }
            let taken = follow(&json!({"type": "follow", "address": address, "id": id})).await;
            let refused = taken.and_then(|v| serde_json::from_value::<Taken>(v).ok());
            match refused {
                Some(Taken { refused: Some(why), .. }) => problem(why),
                Some(_) => {
                    by_id("follow-offer").clear();
                    by_id("follow-address").cast::<HtmlInputElement>().set_value("");
                    draw(&desk);
                }
                None => problem(Key::DeskNoAnswer),
            }
        });
    });
    tag("section")
        .class("registry")
        .add(tag("h3").foreign(&offer.name))
        .add(facts(&offer))
        .add(tag("p").say(sends(offer.extent)))
        .add(tag("p").class("actions").add(go.attr("id", "follow-go")))
}

/// Who is behind it and what it has.
fn facts(offer: &Offer) -> Tag {
    let line = |list: Tag, label: Key, value: &str| {
        list.add(tag("dt").say(label)).add(tag("dd").foreign(value))
    };
    let works =
        format!("{} ({} + {})", number(offer.works), number(offer.pictures), number(offer.sounds));
    let key: String = offer.id.chars().take(16).collect();
    let list = line(tag("dl"), Key::FollowOperator, &offer.operator);
    let list = line(list, Key::FollowWorks, &works);
    let list = line(
        list,
        Key::FollowSize,
        &format!("{} MB", megabytes(offer.files.iter().map(|file| file.bytes).sum())),
    );
    let list = line(list, Key::FollowLicence, &offer.data_licence);
    let list = line(list, Key::FollowContact, &offer.contact);
    let list = line(list, Key::FollowDate, &format!("{} (#{})", offer.date, offer.epoch));
    line(list, Key::FollowKey, &key)
}

fn sends(extent: Extent) -> Key {
    match extent {
        Extent::Whole => Key::FollowWhole,
        Extent::Tables => Key::FollowTables,
        Extent::Nothing => Key::FollowNothing,
    }
}

/// Millions of bytes, with a digit where there are few.
fn megabytes(bytes: u64) -> String {
    let millions = bytes as f64 / 1e6;
    if millions < 10.0 { format!("{millions:.1}") } else { number(millions.round() as u64) }
}

fn show(desk: &Desk, all: &All, lines: &[Line]) {
    by_id("follow-export").show(!lines.is_empty());
    if lines.is_empty() {
        by_id("follow-foot").clear();
        return by_id("follow-list").redraw([tag("p").class("quiet").say(Key::FollowNone)]);
    }
    let list = tag("ul")
        .class("lines")
        .say_attr("aria-label", Key::FollowList)
        .all(lines.iter().map(|line| draw_one(desk, line)));
    by_id("follow-list").redraw([list]);
    let kept = if all.persisted { Key::FollowPersisted } else { Key::FollowEvictable };
    let kept = Phrase::from(kept).with(megabytes(all.usage as u64));
    by_id("follow-foot").redraw([tag("p").class("quiet").say(kept)]);
}

fn draw_one(desk: &Desk, line: &Line) -> Tag {
    let name = line.offer.as_ref().map_or(line.address.as_str(), |o| o.name.as_str());
    let act = |label: Key, what: &'static str| {
        let (desk, id, name) = (desk.clone(), line.id.clone(), name.to_string());
        button(label, move |_| {
            let (desk, id, name) = (desk.clone(), id.clone(), name.clone());
            spawn_local(async move {
                let done = follow(&json!({"type": what, "id": id})).await;
                match done {
                    Some(_) if what == "unfollow" => {
                        desk.tell(Phrase::from(Key::FollowUnfollowed).with(name));
                    }
                    Some(_) => {}
                    None => desk.tell(Key::DeskNoAnswer),
                }
                draw(&desk);
            });
        })
        .key(&format!("{what}-{}", line.id))
        .class(what)
    };
    let state: Phrase = match (&line.part, &line.problem, &line.offer) {
        (Some(part), _, _) => {
            Phrase::from(Key::FollowFetching).with(megabytes(part.done)).with(megabytes(part.total))
        }
        (None, Some(why), _) => {
            Phrase::from(if line.used { Key::FollowProblemUsed } else { Key::FollowProblem })
                .with(why.clone())
        }
        (None, None, _) if line.waiting || line.preset && !line.used => Key::FollowWaiting.into(),
        (None, None, Some(offer)) => {
            Phrase::from(Key::FollowUsed).with(offer.epoch).with(moment(line.checked))
        }
        (None, None, None) => Key::FollowLost.into(),
    };
    let bar = line.part.as_ref().map(|part| {
        tag("progress")
            .attr("value", &part.done.to_string())
            .attr("max", &part.total.max(1).to_string())
            .say_attr("aria-label", state.clone())
    });
    let asks = line.offer.as_ref().filter(|o| o.extent != Extent::Whole).map(|offer| {
        let id = format!("{CATALOGUE}{}", offer.name);
        let mode = inquiry::mode(&desk.settings(), &id, ASKING, false);
        let way = RegistrySends { privacy: ASKING, sends: sends(offer.extent).into(), mode };
        draw_way(desk, &id, 0, &way)
    });
    let whole = line.offer.as_ref().filter(|o| o.extent == Extent::Whole);
    let bad = line.problem.is_some() && line.part.is_none();
    tag("li")
        .class("followed")
        .attr(
            "data-state",
            if line.part.is_some() {
                "fetching"
            } else if line.used {
                "used"
            } else {
                "waiting"
            },
        )
        .add(tag("h3").foreign(name))
        .add(tag("p").class("quiet").attr("dir", "ltr").foreign(&line.address))
        .add(tag("p").class(if bad { "bad" } else { "state" }).say(state))
        .maybe(bar)
        .maybe(line.offer.as_ref().map(facts))
        .maybe(whole.map(|offer| tag("p").class("quiet").say(sends(offer.extent))))
        .maybe(asks)
        .maybe(line.preset.then(|| tag("p").class("quiet").say(Key::FollowPreset)))
        .add(
            tag("p")
                .class("actions")
                .add(act(Key::FollowUpdate, "update"))
                .maybe((!line.preset).then(|| act(Key::FollowUnfollow, "unfollow"))),
        )
}

/// Saves the addresses and keys of what is followed.
fn export() {
    let lines =
        SHOWN.with_borrow(|all| all.as_ref().map(|all| all.lines.clone())).unwrap_or_default();
    let listed: Vec<Value> = lines
        .iter()
        .map(|line| {
            let offer = line.get("offer");
            let of = |name: &str| offer.and_then(|o| o.get(name)).cloned().unwrap_or_default();
            json!({"name": of("name"), "address": line.get("address"), "key": line.get("id"),
                   "epoch": of("epoch")})
        })
        .collect();
    let text = json!({"schema": "sayso.followed/1", "catalogues": listed}).to_string();
    save_file("sayso-catalogues.json", "application/json", &text);
}
