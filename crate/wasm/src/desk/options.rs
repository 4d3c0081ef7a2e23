//! The options page: when Sayso reads, sources, registries, trust, sites, own works, self-test.

use std::cell::{Cell, RefCell};
use std::mem::take;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use sayso_core::message::{DeskAnswer, DeskEvent, RegistryLine, SourceLine};
use sayso_core::phrase::{Key, Phrase};
use sayso_core::registry::own_works::{OwnWork, Sighting};
use sayso_core::settings::{ReadWhen, Settings};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;

use super::apart::Reader;
use super::chrome::{Unanswered, ask};
use super::draw::{Tag, button, by_id, link, tag};
use super::{choices, following, own, ready, registries, trust, unanswered};

/// Runs the options page.
pub async fn run(reader: Reader) {
    let desk = Desk::default();
    desk.listen(&reader);
    own::listen(&desk, &reader);
    choices::listen(&desk);
    following::listen(&desk);
    by_id("version").set(Phrase::from(Key::OptionsVersion).with(env!("CARGO_PKG_VERSION")));
    desk.reload().await;
    ready();
}

/// All that the page shows, as the broker has it.
#[derive(Clone, Default)]
pub struct Desk {
    /// What was answered last.
    state: Rc<RefCell<State>>,
    edits: Rc<RefCell<Vec<Edit>>>,
    saving: Rc<Cell<bool>>,
    /// Whether the last edits were kept.
    saved: Rc<Cell<bool>>,
}

#[derive(Default)]
struct State {
    settings: Settings,
    sources: Vec<SourceLine>,
    registries: Vec<RegistryLine>,
    own_works: Vec<OwnWork>,
    own_count: u32,
    sightings: Vec<Sighting>,
}

/// Long enough to be read twice; what can be undone stays until something else is said.
const TOLD_MS: u32 = 5_000;

type Edit = Box<dyn FnOnce(&mut Settings)>;

impl Desk {
    /// Changes the settings. Edits are made one after the other on top of what is in force,
    /// so that a switch flipped in the popup meanwhile is not lost.
    pub fn change(&self, edit: impl FnOnce(&mut Settings) + 'static) {
        self.edits.borrow_mut().push(Box::new(edit));
        if !self.saving.replace(true) {
            let desk = self.clone();
            spawn_local(async move { desk.save().await });
        }
    }

    async fn save(&self) {
        loop {
            let edits = take(&mut *self.edits.borrow_mut());
            if edits.is_empty() {
                return self.saving.set(false);
            }
            let kept = match ask(&DeskEvent::OptionsAsked).await {
                Ok(DeskAnswer::Options { mut settings, .. }) => {
                    for edit in edits {
                        edit(&mut settings);
                    }
                    ask(&DeskEvent::SettingsChanged { settings }).await
                }
                _ => Err(Unanswered),
            };
            self.saved.set(kept.is_ok());
            self.tell(if kept.is_ok() { Key::OptionsSaved } else { Key::DeskNotSaved });
            // Shows what is in force now, whatever came of it.
            self.reload().await;
        }
    }

    /// The settings in force, as far as this page knows.
    pub fn settings(&self) -> Settings {
        self.state.borrow().settings.clone()
    }

    /// Puts other settings in force, all at once, and offers the way back.
    pub fn put(&self, settings: Settings, done: Key) {
        let before = self.settings();
        self.edits.borrow_mut().push(Box::new(move |now| *now = settings));
        let desk = self.clone();
        spawn_local(async move {
            if !desk.saving.replace(true) {
                desk.save().await;
            }
            if desk.saved.get() {
                let undo = button(Key::OptionsUndo, {
                    let desk = desk.clone();
                    move |_| {
                        let before = before.clone();
                        desk.change(move |now| *now = before);
                    }
                });
                by_id("status").redraw([tag("p").say(done), undo]);
            }
        });
    }

    /// Says for a while what has become of the last thing the reader did.
    pub fn tell(&self, phrase: impl Into<Phrase>) {
        let said = tag("p").say(phrase);
        let line = said.node().clone();
        by_id("status").redraw([said]);
        Timeout::new(TOLD_MS, move || line.remove()).forget();
    }

    /// Asks for everything and draws it.
    pub async fn reload(&self) {
        match ask(&DeskEvent::OptionsAsked).await {
            Ok(DeskAnswer::Options {
                settings,
                sources,
                registries,
                own_works,
                own_count,
                sightings,
            }) => {
                let addresses_changed = {
                    let before = self.state.borrow();
                    before
                        .registries
                        .iter()
                        .map(|r| &r.endpoint)
                        .ne(registries.iter().map(|r| &r.endpoint))
                };
                *self.state.borrow_mut() =
                    State { settings, sources, registries, own_works, own_count, sightings };
                by_id("trouble").clear();
                self.draw(addresses_changed);
            }
            Ok(_) | Err(Unanswered) => by_id("trouble").redraw([unanswered()]),
        }
    }

    fn draw(&self, with_addresses: bool) {
        let state = self.state.borrow();
        let checked = |id: &str, on: bool| by_id(id).cast::<HtmlInputElement>().set_checked(on);
        checked("read-visible", state.settings.read == ReadWhen::Visible);
        checked("read-hovered", state.settings.read == ReadWhen::Hovered);
        checked("site-files", state.settings.site_files);
        choices::draw(&state.settings);
        checked("ask-none", state.settings.ask_none);
        checked("notice", state.settings.notice);
        checked("notice-private", state.settings.notice_private);
        own::draw(self, &state.own_works, state.own_count);
        own::draw_sightings(self, &state.sightings);
        // A half-typed address is not drawn over while something else is saved.
        if with_addresses || state.registries.is_empty() {
            registries::draw(self, &state.registries);
        } else {
            registries::check(&state.registries);
        }
        self.draw_sources(&state.sources);
        self.draw_sites(&state.settings.sites_off);
        trust::draw(&state.settings.trusted);
        following::settings_changed(self);
    }

    fn listen(&self, reader: &Reader) {
        for (id, read) in [("read-visible", ReadWhen::Visible), ("read-hovered", ReadWhen::Hovered)]
        {
            let desk = self.clone();
            by_id(id).on("change", move |_| desk.change(move |s| s.read = read));
        }
        let desk = self.clone();
        by_id("site-files").on("change", move |_| {
            let on = by_id("site-files").cast::<HtmlInputElement>().checked();
            desk.change(move |s| s.site_files = on);
        });
        for id in ["ask-none", "notice", "notice-private"] {
            let desk = self.clone();
            by_id(id).on("change", move |_| {
                let on = by_id(id).cast::<HtmlInputElement>().checked();
                desk.change(move |s| match id {
                    "ask-none" => s.ask_none = on,
                    "notice" => s.notice = on,
                    _ => s.notice_private = on,
                });
            });
        }
        trust::listen(self);
        let reader = reader.clone();
        by_id("test-run").on("click", move |_| spawn_local(run_selftest(reader.clone())));
    }

    fn draw_sources(&self, sources: &[SourceLine]) {
        if sources.is_empty() {
            return by_id("sources").redraw([tag("p").class("quiet").say(Key::OptionsSourcesNone)]);
        }
        let lines = sources.iter().map(|source| self.draw_source(source));
        by_id("sources").redraw([tag("ul").class("lines").all(lines)]);
    }

    fn draw_source(&self, source: &SourceLine) -> Tag {
        let name = format!("source-{}", source.id);
        let note = format!("{name}-note");
        let (desk, id) = (self.clone(), source.id.clone());
        let input = tag("input")
            .attr("type", "checkbox")
            .attr("role", "switch")
            .attr("id", &name)
            .attr("aria-describedby", &note)
            .key(&name)
            .flag("checked", source.on);
        let control: HtmlInputElement = input.cast();
        let input = input.on("change", move |_| {
            let (on, id) = (control.checked(), id.clone());
            desk.change(move |s| {
                s.sources_off.retain(|off| *off != id);
                if !on {
                    s.sources_off.push(id);
                }
            });
        });
        let spec = link(&source.spec).map(|link| {
            let whose = Phrase::from(Key::OptionsSourceSpecOf).with(source.title.as_str());
            link.say(Key::OptionsSourceSpec)
                .say_attr("aria-label", whose)
                .key(&format!("{name}-spec"))
        });
        tag("li")
            .add(
                tag("label")
                    .class("switch")
                    .add(input)
                    .add(tag("span").add(tag("bdi").foreign(&source.title))),
            )
            .add(
                tag("p")
                    .class("quiet")
                    .add(tag("span").attr("id", &note).say(source.sends.clone()))
                    .maybe(spec),
            )
    }

    fn draw_sites(&self, sites: &[String]) {
        if sites.is_empty() {
            return by_id("sites").redraw([tag("p").class("quiet").say(Key::OptionsSitesNone)]);
        }
        let lines = sites.iter().map(|site| {
            let (desk, gone) = (self.clone(), site.clone());
            let label = Phrase::from(Key::OptionsSiteRemove).with(site.as_str());
            tag("li").class("pair").add(tag("span").foreign(site)).add(button(label, move |_| {
                let gone = gone.clone();
                desk.change(move |s| s.sites_off.retain(|site| *site != gone));
            }))
        });
        by_id("sites").redraw([tag("ul").class("lines").all(lines)]);
    }
}

/// Has the vectors run where files are read, and says what came of it.
async fn run_selftest(reader: Reader) {
    let result = by_id("test-result").attr("data-selftest", "running");
    result.clear();
    let (all, failed) = reader.self_test().await.unwrap_or_default();
    let sound = failed.is_empty() && all > 0;
    let count =
        Phrase::from(Key::OptionsTestResult).with(all.saturating_sub(failed.len())).with(all);
    let summary = tag("p").class(if sound { "good" } else { "bad" }).say(count);
    let lines = failed.iter().map(|name| {
        tag("p").class("bad").say(Phrase::from(Key::OptionsTestFailed).with(name.as_str()))
    });
    result.redraw([summary].into_iter().chain(lines));
    result.attr("data-selftest", if sound { "passed" } else { "failed" });
}
