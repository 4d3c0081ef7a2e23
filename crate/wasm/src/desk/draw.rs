//! Builds elements: text only ever as text, listeners that belong to their element.

use gloo::events::{EventListener, EventListenerOptions};
use gloo::utils::document;
use sayso_core::card::{Mark, Tone};
use sayso_core::phrase::Phrase;
use sayso_core::registry::miniature::is_one;
use wasm_bindgen::{JsCast, UnwrapThrowExt};
use web_sys::{Element, Event, HtmlDetailsElement, HtmlElement};

use super::chrome::say;

/// An element under construction. Cloning it names the same element.
#[derive(Clone)]
pub struct Tag(Element);

/// A new element. Names are ours, so a bad one is a programming mistake.
pub fn tag(name: &str) -> Tag {
    Tag(document().create_element(name).unwrap_throw())
}

impl Tag {
    /// Gives it classes.
    pub fn class(self, names: &str) -> Tag {
        self.attr("class", names)
    }

    /// Gives it an attribute.
    pub fn attr(self, name: &str, value: &str) -> Tag {
        self.0.set_attribute(name, value).unwrap_throw();
        self
    }

    /// Gives it an attribute that has no value, if wanted.
    pub fn flag(self, name: &str, on: bool) -> Tag {
        if on { self.attr(name, "") } else { self }
    }

    /// Gives it a name by which focus and open details survive a redraw.
    pub fn key(self, key: &str) -> Tag {
        self.attr("data-key", key)
    }

    /// Fills it with a sentence.
    pub fn say(self, phrase: impl Into<Phrase>) -> Tag {
        self.0.set_text_content(Some(&say(phrase)));
        self
    }

    /// Gives it an attribute that is a sentence.
    pub fn say_attr(self, name: &str, phrase: impl Into<Phrase>) -> Tag {
        let text = say(phrase);
        self.attr(name, &text)
    }

    /// Fills it with foreign text, which may run in another direction.
    pub fn foreign(self, text: &str) -> Tag {
        self.0.set_text_content(Some(text));
        self.attr("dir", "auto")
    }

    /// Puts an element into it.
    pub fn add(self, child: Tag) -> Tag {
        self.0.append_child(&child.0).unwrap_throw();
        self
    }

    /// Puts an element into it, if there is one.
    pub fn maybe(self, child: Option<Tag>) -> Tag {
        match child {
            Some(child) => self.add(child),
            None => self,
        }
    }

    /// Puts elements into it.
    pub fn all(self, children: impl IntoIterator<Item = Tag>) -> Tag {
        children.into_iter().fold(self, Tag::add)
    }

    /// Listens. The closure lives as long as the page, which is never long.
    pub fn on(self, event: &'static str, heard: impl FnMut(&Event) + 'static) -> Tag {
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(&self.0, event, options, heard).forget();
        self
    }

    /// The element itself.
    pub fn node(&self) -> &Element {
        &self.0
    }

    /// The element as what it is known to be.
    pub fn cast<T: JsCast + Clone>(&self) -> T {
        self.0.dyn_ref::<T>().unwrap_throw().clone()
    }

    /// Fills it with a sentence, later.
    pub fn set(&self, phrase: impl Into<Phrase>) {
        self.0.set_text_content(Some(&say(phrase)));
    }

    /// Takes everything out of it.
    pub fn clear(&self) {
        self.0.set_text_content(None);
    }

    /// Shows or hides it.
    pub fn show(&self, on: bool) {
        let _ =
            if on { self.0.remove_attribute("hidden") } else { self.0.set_attribute("hidden", "") };
    }

    /// Replaces what is in it; focus stays and what was open stays open, by their keys.
    pub fn redraw(&self, content: impl IntoIterator<Item = Tag>) {
        let focused = document()
            .active_element()
            .filter(|e| self.0.contains(Some(e)))
            .and_then(|e| e.get_attribute("data-key"));
        let toggled: Vec<(String, bool)> = self
            .keyed("details[data-key]")
            .filter_map(|e| Some((e.get_attribute("data-key")?, e.has_attribute("open"))))
            .collect();
        self.clear();
        for tag in content {
            self.0.append_child(&tag.0).unwrap_throw();
        }
        for element in self.keyed("[data-key]") {
            let key = element.get_attribute("data-key");
            if let Some(details) = element.dyn_ref::<HtmlDetailsElement>()
                && let Some((_, open)) = toggled.iter().find(|(k, _)| Some(k) == key.as_ref())
            {
                details.set_open(*open);
            }
            if key.is_some() && key == focused {
                focus(&element);
            }
        }
    }

    fn keyed(&self, selector: &str) -> impl Iterator<Item = Element> + use<> {
        let list = self.0.query_selector_all(selector).unwrap_throw();
        (0..list.length()).filter_map(move |i| list.item(i)?.dyn_into().ok())
    }
}

/// An element that stands in the page's own markup.
pub fn by_id(id: &str) -> Tag {
    Tag(document().get_element_by_id(id).unwrap_throw())
}

/// Gives an element the focus.
pub fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// A link that leaves the extension; `None` for anything that is no web address.
pub fn link(address: &str) -> Option<Tag> {
    let web = address.starts_with("https://") || address.starts_with("http://");
    web.then(|| {
        tag("a").attr("href", address).attr("target", "_blank").attr("rel", "noopener noreferrer")
    })
}

/// A small picture of a work, when there is one. What it shows is said beside it.
pub fn miniature(address: Option<&String>) -> Option<Tag> {
    let address = address.filter(|address| is_one(address))?;
    Some(tag("img").class("miniature").attr("src", address).attr("alt", ""))
}

/// A button.
pub fn button(label: impl Into<Phrase>, pressed: impl FnMut(&Event) + 'static) -> Tag {
    tag("button").attr("type", "button").say(label).on("click", pressed)
}

/// The mark's shape. Whoever shows it without its words beside it gives it a label.
pub fn shape(mark: &Mark) -> Tag {
    drawing(mark.tone, &mark.shape)
}

/// The same, of its parts.
pub fn drawing(colour: Tone, path: &str) -> Tag {
    let svg = |name| {
        let space = Some("http://www.w3.org/2000/svg");
        Tag(document().create_element_ns(space, name).unwrap_throw())
    };
    svg("svg")
        .class(&format!("mark {}", tone(colour)))
        .attr("viewBox", "0 0 16 16")
        .attr("aria-hidden", "true")
        .add(svg("path").attr("fill-rule", "evenodd").attr("d", path))
}

/// The class of a tone.
pub fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Stop => "tone-stop",
        Tone::Care => "tone-care",
        Tone::Go => "tone-go",
        Tone::Calm => "tone-calm",
        Tone::Dim => "tone-dim",
    }
}
