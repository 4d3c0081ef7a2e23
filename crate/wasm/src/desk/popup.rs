//! The list of what a tab shows, in the popup and beside the page: filters, one card at a
//! time, the switch for the site, and all of it to take away. What stands here is the
//! engine's word; a page that hides or covers its marks changes nothing of it.
//!
//! Thumbnails are left out: loading one would be a request nobody asked for.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::file::ObjectUrl;
use gloo::timers::callback::Interval;
use gloo::utils::document;
use sayso_core::card::{Act, Tone};
use sayso_core::limits::WORKS_OF_A_PAGE;
use sayso_core::message::{DeskAnswer, DeskEvent, Exported, Frame, Line};
use sayso_core::phrase::{Key, Phrase};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlInputElement};

use super::chrome::{self, Unanswered, ask};
use super::draw::{Tag, button, by_id, focus, shape, tag};
use super::{card, parameter, pause, ready, root, save, unanswered};

/// Works arrive one by one while the page loads; the broker cannot call us.
const REFRESH_MS: u32 = 1_000;
/// How often, and how soon again, a page that was just asked is looked for.
const LOOKS: u32 = 4;
/// See [`LOOKS`], in milliseconds.
const LOOK_MS: u32 = 100;
/// Works that are drawn at once; a page may have thousands.
const DRAWN: usize = 200;

/// Runs the list until it is closed.
pub async fn run() {
    by_id("options").on("click", |event| {
        event.prevent_default();
        chrome::open_options();
    });
    let beside = parameter("panel").is_some();
    let named = parameter("tab").and_then(|text| text.parse().ok());
    let Some(tab) = (match named {
        Some(tab) => Some(tab),
        None => chrome::active_tab().await,
    }) else {
        by_id("main").redraw([tag("p").class("empty").say(Key::PopupNoAccess)]);
        return ready();
    };
    if beside {
        let _ = root().set_attribute("data-panel", "");
    }
    by_id("panel").show(!beside);
    let popup = Popup {
        tab: Rc::new(Cell::new(tab)),
        follows: beside && named.is_none(),
        view: Rc::new(RefCell::new(View::List)),
        last: Rc::default(),
        site: Rc::default(),
        sieve: Rc::default(),
        saved: Rc::default(),
    };
    popup.listen();
    popup.refresh().await;
    popup.look().await;
    ready();
    Interval::new(REFRESH_MS, move || {
        if !document().hidden() {
            let popup = popup.clone();
            spawn_local(async move { popup.refresh().await });
        }
    })
    .forget();
}

#[derive(Clone, Debug, PartialEq)]
enum View {
    List,
    Card { frame: Frame, work: u32 },
}

/// What the reader wants to see of the list.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sieve {
    tone: Option<Tone>,
    words: String,
    /// Beyond the first so many.
    more: usize,
}

impl Sieve {
    fn lets(&self, line: &Line) -> bool {
        let found = |text: &str| text.to_lowercase().contains(&self.words);
        self.tone.is_none_or(|tone| line.mark.tone == tone)
            && (self.words.is_empty() || found(&line.name) || found(&line.url))
    }
}

#[derive(Clone)]
struct Popup {
    tab: Rc<Cell<u32>>,
    /// Whether it shows whatever tab the reader looks at.
    follows: bool,
    view: Rc<RefCell<View>>,
    /// What is drawn now; the same is not drawn twice.
    last: Rc<RefCell<Option<(DeskAnswer, Sieve)>>>,
    site: Rc<RefCell<String>>,
    sieve: Rc<RefCell<Sieve>>,
    /// The bytes of the file that was saved last.
    saved: Rc<RefCell<Option<ObjectUrl>>>,
}

impl Popup {
    fn listen(&self) {
        let popup = self.clone();
        by_id("switch").on("change", move |_| {
            let popup = popup.clone();
            spawn_local(async move { popup.switch().await });
        });
        let popup = self.clone();
        by_id("report").on("click", move |_| {
            let tab = popup.tab.get();
            spawn_local(async move {
                if ask(&DeskEvent::ReportAsked { tab }).await.is_err() {
                    by_id("status").set(Key::PopupReportFailed);
                }
            });
        });
        let popup = self.clone();
        by_id("search").on("input", move |_| {
            let words = by_id("search").cast::<HtmlInputElement>().value();
            popup.sieve.borrow_mut().words = words.trim().to_lowercase();
            popup.again();
        });
        // One ear for thousands of lines.
        let popup = self.clone();
        by_id("main").on("click", move |event| popup.pressed(event));
        let popup = self.clone();
        by_id("filters").on("click", move |event| {
            let Some(pressed) = target(event, "[data-tone]") else { return };
            let wanted = pressed.get_attribute("data-tone");
            let tone = FILTERS.iter().find(|f| Some(f.1) == wanted.as_deref()).map(|f| f.0);
            let mut sieve = popup.sieve.borrow_mut();
            sieve.tone = if sieve.tone == tone { None } else { tone };
            sieve.more = 0;
            drop(sieve);
            popup.again();
        });
        self.saves("save-table", |_, works| {
            let text = save::table(&works);
            let count = works.len();
            spawn_local(async move {
                match chrome::copy(&text).await {
                    true => by_id("status").set(Phrase::from(Key::ListCopied).with(count)),
                    false => by_id("status").set(Key::ListCopyFailed),
                }
            });
        });
        self.saves("save-csv", |popup, works| {
            popup.offer("csv", "text/csv;charset=utf-8", &save::csv(&works));
        });
        self.saves("save-json", |popup, works| {
            popup.offer("jsonl", "application/jsonl", &save::json_lines(&works));
        });
        let popup = self.clone();
        by_id("panel").on("click", move |_| {
            let opened = chrome::beside(popup.tab.get());
            spawn_local(async move {
                match opened.await {
                    // The popup has done its work.
                    true => drop(gloo::utils::window().close()),
                    false => by_id("status").set(Key::ListPanelFailed),
                }
            });
        });
        by_id("allow").on("click", |_| {
            let asked = chrome::ask_to_look();
            spawn_local(async move {
                match asked.await {
                    true => by_id("access").show(false),
                    false => by_id("status").set(Key::AccessRefused),
                }
            });
        });
    }

    /// Has a button ask for everything, and do something with it.
    fn saves(&self, id: &str, done: impl Fn(&Popup, Vec<Exported>) + Clone + 'static) {
        let popup = self.clone();
        by_id(id).on("click", move |_| {
            let (popup, done) = (popup.clone(), done.clone());
            spawn_local(async move {
                match ask(&DeskEvent::ExportAsked { tab: popup.tab.get() }).await {
                    Ok(DeskAnswer::Export { works }) => done(&popup, works),
                    _ => by_id("status").set(Key::DeskNoAnswer),
                }
            });
        });
    }

    fn offer(&self, ending: &str, mime: &str, text: &str) {
        let site: String = self
            .site
            .borrow()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' })
            .collect();
        let name = format!("sayso-{site}.{ending}");
        *self.saved.borrow_mut() = Some(save::offer(&name, mime, text));
    }

    /// Looks at a page that has not spoken: one that was open before we came, or that we may
    /// look at only when the reader opens the popup on it.
    async fn look(&self) {
        by_id("access").show(!chrome::may_look().await);
        if !self.site.borrow().is_empty() || !chrome::look_at(self.tab.get()).await {
            return;
        }
        for _ in 0..LOOKS {
            pause(LOOK_MS).await;
            self.refresh().await;
            if !self.site.borrow().is_empty() {
                return;
            }
        }
    }

    async fn refresh(&self) {
        if self.follows
            && let Some(tab) = chrome::active_tab().await
            && self.tab.replace(tab) != tab
        {
            self.view.replace(View::List);
        }
        let tab = self.tab.get();
        let view = self.view.borrow().clone();
        let event = match view {
            View::List => DeskEvent::ListAsked { tab },
            View::Card { frame, work } => DeskEvent::CardAsked { frame, work },
        };
        let mut answer = ask(&event).await;
        // A broker that has just woken asks the page, which answers within moments.
        for _ in 0..LOOKS {
            let waits = matches!(&answer, Ok(DeskAnswer::List { lines, awaited: true, .. }) if lines.is_empty());
            if !waits {
                break;
            }
            pause(LOOK_MS).await;
            answer = ask(&event).await;
        }
        // The reader may have gone elsewhere meanwhile.
        if *self.view.borrow() == view && self.tab.get() == tab {
            self.draw(answer);
        }
    }

    /// Draws what is there through another sieve.
    fn again(&self) {
        let last = self.last.borrow_mut().take();
        if let Some((answer, _)) = last {
            self.draw(Ok(answer));
        }
    }

    fn draw(&self, answer: Result<DeskAnswer, Unanswered>) {
        let sieve = self.sieve.borrow().clone();
        let now = answer.as_ref().ok().map(|answer| (answer.clone(), sieve.clone()));
        if now.is_some() && now == *self.last.borrow() {
            return;
        }
        *self.last.borrow_mut() = now;
        match answer {
            Ok(DeskAnswer::List { lines, site, off, awaited }) => {
                self.draw_list(&lines, &site, off, awaited, &sieve);
            }
            Ok(DeskAnswer::Card { card }) => {
                by_id("tools").show(false);
                by_id("save").show(false);
                let content = match card {
                    Some(card) => {
                        let popup = self.clone();
                        card::draw(&card, move |act| popup.act(act))
                    }
                    None => tag("p").class("empty").say(Key::PopupCardGone),
                };
                by_id("main").redraw([self.steps(), content]);
            }
            Ok(_) | Err(Unanswered) => by_id("main").redraw([unanswered()]),
        }
    }

    fn draw_list(&self, lines: &[Line], site: &str, off: bool, awaited: bool, sieve: &Sieve) {
        *self.site.borrow_mut() = site.to_string();
        let has_site = !site.is_empty();
        let heading = by_id("site");
        if has_site {
            heading.foreign(site);
        } else {
            heading.set(Key::PopupNoSite);
        }
        by_id("site-actions").show(has_site);
        by_id("switch").cast::<HtmlInputElement>().set_checked(!off);
        let some = !off && !lines.is_empty();
        by_id("tools").show(some && lines.len() > 1);
        by_id("save").show(some);
        let main = by_id("main");
        if off {
            return main.redraw([tag("p").class("empty").say(Key::PopupOff)]);
        }
        if lines.is_empty() {
            // A page that never spoke has no works for us, now or later.
            let key = match (has_site, awaited) {
                (false, _) => Key::PopupNoAccess,
                (true, true) => Key::PopupLooking,
                (true, false) => Key::PopupEmpty,
            };
            return main.redraw([tag("p").class("empty").say(key)]);
        }
        by_id("filters").redraw(filters(lines, sieve));
        let let_through: Vec<(usize, &Line)> =
            lines.iter().enumerate().filter(|(_, line)| sieve.lets(line)).collect();
        let (drawn, rest) = let_through.split_at(let_through.len().min(DRAWN + sieve.more));
        let count = Phrase::from(Key::PopupCount).with(let_through.len());
        let list = tag("ul")
            .class("works")
            .say_attr("aria-label", Key::PopupList)
            .all(drawn.iter().map(|line| tag("li").add(draw_line(*line))));
        let next = (!rest.is_empty()).then(|| {
            let more = Phrase::from(Key::ListMore).with(rest.len().min(DRAWN));
            tag("button").attr("type", "button").class("more").key("more").say(more)
        });
        let none = let_through.is_empty().then(|| tag("p").class("empty").say(Key::ListNone));
        let counted = tag("p").class("quiet count").attr("role", "status").say(count);
        let limit = (lines.len() >= WORKS_OF_A_PAGE).then(|| {
            let limit = Phrase::from(Key::ListLimit).with(WORKS_OF_A_PAGE);
            tag("p").class("notice").say(limit)
        });
        main.redraw([counted].into_iter().chain(limit).chain([list]).chain(next).chain(none));
    }

    /// A click somewhere in the list.
    fn pressed(&self, event: &Event) {
        if target(event, ".more").is_some() {
            self.sieve.borrow_mut().more += DRAWN;
            return self.again();
        }
        let Some(line) = target(event, "button.line") else { return };
        let index = line.get_attribute("data-index").and_then(|text| text.parse::<usize>().ok());
        let line = self.last.borrow().as_ref().and_then(|(answer, _)| match answer {
            DeskAnswer::List { lines, .. } => lines.get(index?).cloned(),
            _ => None,
        });
        if let Some(Line { frame, work, .. }) = line {
            self.open(View::Card { frame, work });
        }
    }

    /// The way back, and the way to the work.
    fn steps(&self) -> Tag {
        let popup = self.clone();
        let back =
            button(Key::PopupBack, move |_| popup.open(View::List)).class("back").key("back");
        let view = self.view.borrow().clone();
        let show = button(Key::ListShow, move |_| {
            let View::Card { frame, work } = view.clone() else { return };
            spawn_local(async move {
                if ask(&DeskEvent::ShowAsked { frame, work }).await.is_err() {
                    by_id("status").set(Key::DeskNoAnswer);
                }
            });
        });
        tag("div").class("pair steps").add(back).add(show.class("show").key("show"))
    }

    /// Goes to another view and puts the focus where a keyboard expects it.
    fn open(&self, view: View) {
        let before = self.view.replace(view);
        *self.last.borrow_mut() = None;
        by_id("status").clear();
        let popup = self.clone();
        spawn_local(async move {
            popup.refresh().await;
            let key = match before {
                View::List => "card-name".to_string(),
                View::Card { frame, work } => line_key(frame, work),
            };
            let selector = format!("[data-key=\"{key}\"]");
            if let Ok(Some(element)) = document().query_selector(&selector) {
                focus(&element);
            }
        });
    }

    fn act(&self, act: Act) {
        if let Act::Copy { what } = act {
            let text = chrome::say(what);
            return spawn_local(async move {
                let copied = chrome::copy(&text).await;
                by_id("status").set(if copied { Key::CardCopied } else { Key::ListCopyFailed });
            });
        }
        let View::Card { frame, work } = self.view.borrow().clone() else { return };
        let popup = self.clone();
        spawn_local(async move {
            let done = ask(&DeskEvent::Acted { frame, work, act }).await;
            by_id("status").set(if done.is_ok() { Key::CardAsked } else { Key::DeskNoAnswer });
            popup.refresh().await;
        });
    }

    /// Switches the site on or off, on top of the settings as they are now.
    async fn switch(&self) {
        let on = by_id("switch").cast::<HtmlInputElement>().checked();
        let site = self.site.borrow().clone();
        let kept = match ask(&DeskEvent::OptionsAsked).await {
            Ok(DeskAnswer::Options { mut settings, .. }) => {
                settings.sites_off.retain(|s| *s != site);
                if !on {
                    settings.sites_off.push(site);
                }
                ask(&DeskEvent::SettingsChanged { settings }).await
            }
            _ => Err(Unanswered),
        };
        if kept.is_err() {
            by_id("status").set(Key::DeskNotSaved);
        } else {
            by_id("status").clear();
        }
        // Whatever came of it, the switch shows what is in force.
        self.view.replace(View::List);
        *self.last.borrow_mut() = None;
        self.refresh().await;
    }
}

/// The filters: their tone, its name in the markup, their words.
const FILTERS: [(Tone, &str, Key); 5] = [
    (Tone::Stop, "stop", Key::ListStop),
    (Tone::Care, "care", Key::ListCare),
    (Tone::Go, "go", Key::ListGo),
    (Tone::Calm, "calm", Key::ListCalm),
    (Tone::Dim, "dim", Key::ListDim),
];

/// One button for each face that the page has, with how many works have it.
fn filters(lines: &[Line], sieve: &Sieve) -> Vec<Tag> {
    let _ = by_id("filters").say_attr("aria-label", Key::ListFilters);
    let filter = |name: &str, key: Key, count: usize, on: bool| {
        tag("button")
            .attr("type", "button")
            .attr("data-tone", name)
            .attr("aria-pressed", if on { "true" } else { "false" })
            .key(&format!("filter-{name}"))
            .add(tag("span").say(Phrase::from(key).with(count)))
    };
    let all = filter("all", Key::ListAll, lines.len(), sieve.tone.is_none());
    let faces = FILTERS.iter().filter_map(|(tone, name, key)| {
        let mut alike = lines.iter().filter(|line| line.mark.tone == *tone);
        let first = alike.next()?;
        let button = filter(name, *key, 1 + alike.count(), sieve.tone == Some(*tone));
        button.node().prepend_with_node_1(shape(&first.mark).node()).ok()?;
        Some(button)
    });
    [all].into_iter().chain(faces).collect()
}

fn draw_line((index, line): (usize, &Line)) -> Tag {
    let name = tag("span").class("name");
    let name = if line.name.trim().is_empty() {
        name.class("name quiet").say(Key::PopupUnnamed)
    } else {
        name.foreign(&line.name)
    };
    tag("button")
        .attr("type", "button")
        .class("line")
        .attr("data-index", &index.to_string())
        .key(&line_key(line.frame, line.work))
        .add(shape(&line.mark))
        .add(name)
        .add(tag("span").class("said").say(line.headline.clone()))
}

/// What was clicked, or what it stands in.
fn target(event: &Event, css: &str) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(css).ok()?
}

fn line_key(frame: Frame, work: u32) -> String {
    format!("work-{}-{}", frame.frame, work)
}
