//! The options page: how the mark looks, and all settings as one file.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::file::{File, ObjectUrl};
use sayso_core::phrase::Key;
use sayso_core::settings::{Corner, Settings, Size, TRUSTED_BYTES};
use serde_json::{Value, json};
use web_sys::{HtmlInputElement, HtmlSelectElement};

use super::draw::by_id;
use super::options::Desk;
use super::save;

/// What a file of settings says it is.
const SCHEMA: &str = "sayso.settings/1";
const SIZES: [Size; 3] = [Size::Small, Size::Medium, Size::Large];
const CORNERS: [Corner; 4] =
    [Corner::TopLeft, Corner::TopRight, Corner::BottomLeft, Corner::BottomRight];

/// Listens to the choices and the buttons.
pub fn listen(desk: &Desk) {
    let at = |id: &str| by_id(id).cast::<HtmlSelectElement>().selected_index() as usize;
    let listener = desk.clone();
    by_id("mark-size").on("change", move |_| {
        let size = SIZES.get(at("mark-size")).copied().unwrap_or_default();
        listener.change(move |settings| settings.look.size = size);
    });
    let listener = desk.clone();
    by_id("mark-corner").on("change", move |_| {
        let corner = CORNERS.get(at("mark-corner")).copied().unwrap_or_default();
        listener.change(move |settings| settings.look.corner = corner);
    });
    let listener = desk.clone();
    by_id("mark-solid").on("change", move |_| {
        let solid = by_id("mark-solid").cast::<HtmlInputElement>().value_as_number();
        listener.change(move |settings| settings.look.solid = solid.clamp(40.0, 100.0) as u8);
    });
    let (listener, saved) = (desk.clone(), Rc::new(RefCell::new(None::<ObjectUrl>)));
    by_id("settings-save").on("click", move |_| {
        let file = json!({ "schema": SCHEMA, "settings": listener.settings() });
        let text = format!("{file:#}\n");
        *saved.borrow_mut() = Some(save::offer("sayso-settings.json", "application/json", &text));
    });
    let listener = desk.clone();
    by_id("settings-reset").on("click", move |_| {
        listener.put(Settings::default(), Key::OptionsResetDone);
    });
    let (listener, input) = (desk.clone(), by_id("settings-file").cast::<HtmlInputElement>());
    // Kept while it reads: dropped, it would stop.
    let reading = Rc::new(RefCell::new(None));
    by_id("settings-file").on("change", move |_| {
        let Some(file) = input.files().and_then(|files| files.get(0)).map(File::from) else {
            return;
        };
        input.set_value("");
        if file.size() > 2 * TRUSTED_BYTES as u64 {
            return listener.tell(Key::OptionsImportBad);
        }
        let desk = listener.clone();
        let task = gloo::file::callbacks::read_as_text(&file, move |text| {
            match text.ok().and_then(|text| settings_of(&text)) {
                Some(settings) => desk.put(settings, Key::OptionsImported),
                None => desk.tell(Key::OptionsImportBad),
            }
        });
        *reading.borrow_mut() = Some(task);
    });
}

/// Shows what is in force.
pub fn draw(settings: &Settings) {
    let select = |id: &str, at: Option<usize>| {
        by_id(id).cast::<HtmlSelectElement>().set_selected_index(at.unwrap_or_default() as i32);
    };
    let look = settings.look;
    select("mark-size", SIZES.iter().position(|size| *size == look.size));
    select("mark-corner", CORNERS.iter().position(|corner| *corner == look.corner));
    by_id("mark-solid").cast::<HtmlInputElement>().set_value(&look.solid.to_string());
}

/// The settings in a file. Certificates pass the same door as those that are typed in.
fn settings_of(text: &str) -> Option<Settings> {
    let mut file: Value = serde_json::from_str(text).ok()?;
    if file.get("schema")? != SCHEMA {
        return None;
    }
    let mut settings: Settings = serde_json::from_value(file.get_mut("settings")?.take()).ok()?;
    let (certificates, _) = sayso_core::settings::certificates(&settings.trusted);
    settings.trusted = certificates.concat();
    settings.look.solid = settings.look.solid.clamp(40, 100);
    (settings.trusted.len() <= TRUSTED_BYTES).then_some(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_settings_comes_back_and_nothing_else_does() {
        let mine = Settings { site_files: false, ..Settings::default() };
        let file = json!({ "schema": SCHEMA, "settings": mine }).to_string();
        assert_eq!(settings_of(&file), Some(mine));
        for bad in ["", "{}", "[]", r#"{"schema":"sayso.settings/2","settings":{}}"#] {
            assert_eq!(settings_of(bad), None, "{bad}");
        }
        let pem = json!({ "schema": SCHEMA, "settings": { "trusted": "none" } }).to_string();
        assert_eq!(settings_of(&pem), Some(Settings::default()));
    }
}
