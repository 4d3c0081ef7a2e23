//! The registries on the options page: what each way of asking sends, and whether it may.

use gloo::utils::document;
use sayso_core::message::{RegistryLine, RegistrySends};
use sayso_core::phrase::{Key, Phrase};
use sayso_core::registry::Endpoint;
use sayso_core::settings::{Choice, Mode, OtherAddress};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::draw::{Tag, button, by_id, link, tag};
use super::options::Desk;

/// Draws every registry.
pub fn draw(desk: &Desk, registries: &[RegistryLine]) {
    if registries.is_empty() {
        return by_id("registries")
            .redraw([tag("p").class("quiet").say(Key::OptionsRegistriesNone)]);
    }
    by_id("registries").redraw(registries.iter().map(|line| draw_one(desk, line)));
}

/// Sets the choices to what is in force, without touching anything else.
pub fn check(registries: &[RegistryLine]) {
    for line in registries {
        for (index, way) in line.sends.iter().enumerate() {
            let id = mode_id(&line.id, index, way.mode);
            let input = document().get_element_by_id(&id);
            if let Some(input) = input.and_then(|e| e.dyn_into::<HtmlInputElement>().ok()) {
                input.set_checked(true);
            }
        }
    }
}

fn draw_one(desk: &Desk, line: &RegistryLine) -> Tag {
    let about = link(&line.about).map(|link| {
        let label = Phrase::from(Key::OptionsAbout).with(line.title.as_str());
        link.say(label).key(&format!("about-{}", line.id))
    });
    tag("section")
        .class("registry")
        .add(tag("h3").foreign(&line.title))
        .maybe(about.map(|about| tag("p").class("quiet").add(about)))
        .maybe(line.barred.then(|| tag("p").class("quiet").say(Key::OptionsBarred)))
        .maybe(lacks(line).map(|what| tag("p").class("quiet").say(what)))
        .all(line.sends.iter().enumerate().map(|(index, way)| {
            // What cannot be chosen cannot be pressed either.
            draw_way(desk, &line.id, index, way).flag("disabled", line.barred)
        }))
        .maybe(line.takes_address.then(|| draw_address(desk, line)))
}

/// What the reader must give before it can be asked at all. Gateways are named by records.
fn lacks(line: &RegistryLine) -> Option<Key> {
    let address = line.endpoint.api.is_empty() && line.takes_address;
    let key = line.wants_key && line.endpoint.key.is_empty();
    address.then_some(Key::OptionsAddressNone).or(key.then_some(Key::OptionsKeyNone))
}

/// Draws what one way of asking sends, and whether it may.
pub fn draw_way(desk: &Desk, registry: &str, index: usize, way: &RegistrySends) -> Tag {
    let name = format!("mode-{registry}-{index}");
    let modes = [
        (Mode::Off, Key::OptionsModeOff),
        (Mode::Ask, Key::OptionsModeAsk),
        (Mode::On, Key::OptionsModeOn),
    ];
    let choices = modes.map(|(mode, label)| {
        let (desk, registry, privacy) = (desk.clone(), registry.to_string(), way.privacy);
        let id = mode_id(&registry, index, mode);
        let input = tag("input")
            .attr("type", "radio")
            .attr("name", &name)
            .attr("id", &id)
            .key(&id)
            .flag("checked", way.mode == mode)
            .on("change", move |_| {
                let choice = Choice { registry: registry.clone(), privacy, mode };
                desk.change(move |s| {
                    s.choices
                        .retain(|c| c.registry != choice.registry || c.privacy != choice.privacy);
                    s.choices.push(choice);
                });
            });
        tag("label").add(input).add(tag("span").say(label))
    });
    tag("fieldset")
        .class("modes")
        .add(tag("legend").say(way.sends.clone()))
        .add(tag("div").class("choices").all(choices))
}

fn mode_id(registry: &str, index: usize, mode: Mode) -> String {
    let mode = match mode {
        Mode::Off => "off",
        Mode::Ask => "ask",
        Mode::On => "on",
    };
    format!("mode-{registry}-{index}-{mode}")
}

fn draw_address(desk: &Desk, line: &RegistryLine) -> Tag {
    let field = |name: &str, kind: &str, label: Key, value: &str| {
        let id = format!("{name}-{}", line.id);
        let input = tag("input")
            .attr("type", kind)
            .attr("id", &id)
            .key(&id)
            .attr("spellcheck", "false")
            .attr("dir", "ltr")
            .attr("value", value);
        let control: HtmlInputElement = input.cast();
        let row = tag("p").class("field").add(tag("label").attr("for", &id).say(label)).add(input);
        (row, control)
    };
    let (api_row, api) = field("api", "url", Key::OptionsAddressApi, &line.endpoint.api);
    let (media_row, media) = field("media", "url", Key::OptionsAddressMedia, &line.endpoint.media);
    let (key_row, key) = field("key", "text", Key::OptionsKey, &line.endpoint.key);
    let (saver, registry) = (desk.clone(), line.id.clone());
    let save = button(Key::OptionsAddressSave, move |_| {
        let endpoint = Endpoint {
            api: api.value().trim().to_string(),
            media: media.value().trim().to_string(),
            key: key.value().trim().to_string(),
        };
        let fits =
            is_address(&endpoint.api) && (endpoint.media.is_empty() || is_address(&endpoint.media));
        if !fits {
            return saver.tell(Key::OptionsAddressBad);
        }
        let registry = registry.clone();
        saver.change(move |s| {
            s.addresses.retain(|a| a.registry != registry);
            s.addresses.push(OtherAddress { registry, endpoint });
        });
    });
    let (resetter, registry) = (desk.clone(), line.id.clone());
    let reset = button(Key::OptionsAddressReset, move |_| {
        let registry = registry.clone();
        resetter.change(move |s| s.addresses.retain(|a| a.registry != registry));
    });
    tag("details")
        .key(&format!("address-{}", line.id))
        .add(tag("summary").say(if line.wants_key { Key::OptionsKey } else { Key::OptionsAddress }))
        .maybe(line.wants_key.then_some(key_row))
        .add(api_row)
        .maybe(line.has_media.then_some(media_row))
        .add(tag("p").class("buttons").add(save.key(&format!("save-{}", line.id))).add(reset))
}

/// `https:` anywhere; `http:` only on this computer, where nobody listens in between.
pub fn is_address(text: &str) -> bool {
    let Ok(url) = web_sys::Url::new(text) else { return false };
    match url.protocol().as_str() {
        "https:" => true,
        "http:" => {
            let host = url.hostname();
            host == "localhost" || host == "127.0.0.1" || host == "[::1]"
        }
        _ => false,
    }
}
