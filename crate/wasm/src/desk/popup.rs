//! The popup: what the tab shows, most serious first, one card at a time, and the switch
//! for the site. Thumbnails are left out: loading one would be a request nobody asked for.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Interval;
use gloo::utils::document;
use sayso_core::card::Act;
use sayso_core::message::{DeskAnswer, DeskEvent, Frame, Line};
use sayso_core::phrase::{Key, Phrase};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;

use super::chrome::{self, Unanswered, ask};
use super::draw::{Tag, button, by_id, focus, shape, tag};
use super::{card, parameter, pause, ready, unanswered};

/// Works arrive one by one while the page loads; the broker cannot call us.
const REFRESH_MS: u32 = 1_000;
/// How often, and how soon again, a page that was just asked is looked for.
const LOOKS: u32 = 4;
/// See [`LOOKS`], in milliseconds.
const LOOK_MS: u32 = 100;

/// Runs the popup until it is closed.
pub async fn run() {
    by_id("options").on("click", |event| {
        event.prevent_default();
        chrome::open_options();
    });
    let tab = match parameter("tab").and_then(|text| text.parse().ok()) {
        Some(tab) => Some(tab),
        None => chrome::active_tab().await,
    };
    let Some(tab) = tab else {
        by_id("main").redraw([tag("p").class("empty").say(Key::PopupNoAccess)]);
        return ready();
    };
    let popup = Popup {
        tab,
        view: Rc::new(RefCell::new(View::List)),
        last: Rc::default(),
        site: Rc::default(),
    };
    popup.listen();
    popup.refresh().await;
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

#[derive(Clone)]
struct Popup {
    tab: u32,
    view: Rc<RefCell<View>>,
    /// What is drawn now; the same answer is not drawn twice.
    last: Rc<RefCell<Option<DeskAnswer>>>,
    site: Rc<RefCell<String>>,
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
            let tab = popup.tab;
            spawn_local(async move {
                if ask(&DeskEvent::ReportAsked { tab }).await.is_err() {
                    by_id("status").set(Key::PopupReportFailed);
                }
            });
        });
    }

    async fn refresh(&self) {
        let view = self.view.borrow().clone();
        let event = match view {
            View::List => DeskEvent::ListAsked { tab: self.tab },
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
        if *self.view.borrow() == view {
            self.draw(answer);
        }
    }

    fn draw(&self, answer: Result<DeskAnswer, Unanswered>) {
        if answer.as_ref().ok() == self.last.borrow().as_ref() && answer.is_ok() {
            return;
        }
        *self.last.borrow_mut() = answer.as_ref().ok().cloned();
        match answer {
            Ok(DeskAnswer::List { lines, site, off, awaited }) => {
                self.draw_list(&lines, &site, off, awaited);
            }
            Ok(DeskAnswer::Card { card }) => {
                let content = match card {
                    Some(card) => {
                        let popup = self.clone();
                        card::draw(&card, move |act| popup.act(act))
                    }
                    None => tag("p").class("empty").say(Key::PopupCardGone),
                };
                by_id("main").redraw([self.back(), content]);
            }
            Ok(_) | Err(Unanswered) => by_id("main").redraw([unanswered()]),
        }
    }

    fn draw_list(&self, lines: &[Line], site: &str, off: bool, awaited: bool) {
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
        let count = Phrase::from(Key::PopupCount).with(lines.len());
        let list = tag("ul")
            .class("works")
            .say_attr("aria-label", Key::PopupList)
            .all(lines.iter().map(|line| tag("li").add(self.line(line))));
        main.redraw([tag("p").class("quiet count").say(count), list]);
    }

    fn line(&self, line: &Line) -> Tag {
        let (popup, frame, work) = (self.clone(), line.frame, line.work);
        let name = tag("span").class("name");
        let name = if line.name.trim().is_empty() {
            name.class("name quiet").say(Key::PopupUnnamed)
        } else {
            name.foreign(&line.name)
        };
        tag("button")
            .attr("type", "button")
            .class("line")
            .key(&line_key(frame, work))
            .add(shape(&line.mark))
            .add(name)
            .add(tag("span").class("said").say(line.headline.clone()))
            .on("click", move |_| popup.open(View::Card { frame, work }))
    }

    fn back(&self) -> Tag {
        let popup = self.clone();
        button(Key::PopupBack, move |_| popup.open(View::List)).class("back").key("back")
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

fn line_key(frame: Frame, work: u32) -> String {
    format!("work-{}-{}", frame.frame, work)
}
