//! What the list shows, to take away: as a table on the clipboard, as CSV (RFC 4180), as
//! JSON Lines of the shape that `sayso check --json` writes.

use gloo::file::{Blob, ObjectUrl};
use sayso_core::card::TABLE;
use sayso_core::message::Exported;
use sayso_core::phrase::Phrase;
use web_sys::HtmlElement;

use super::chrome::say;
use super::draw::tag;

/// Tab-separated, which spreadsheets and word processors take from the clipboard as a table.
pub fn table(works: &[Exported]) -> String {
    written(works, "\t", "\n", |cell| cell.replace(['\t', '\n', '\r'], " "))
}

/// With a byte order mark, without which the most used spreadsheet takes it for Windows-1252.
pub fn csv(works: &[Exported]) -> String {
    format!(
        "\u{feff}{}",
        written(works, ",", "\r\n", |cell| format!("\"{}\"", cell.replace('"', "\"\"")))
    )
}

/// One work a line.
pub fn json_lines(works: &[Exported]) -> String {
    works.iter().map(|work| format!("{}\n", work.json)).collect()
}

fn written(works: &[Exported], comma: &str, end: &str, cell: impl Fn(&str) -> String) -> String {
    let line = |cells: Vec<Phrase>| {
        let cells: Vec<String> = cells.into_iter().map(|c| cell(&harmless(say(c)))).collect();
        format!("{}{end}", cells.join(comma))
    };
    let head = line(TABLE.into_iter().map(Phrase::from).collect());
    works.iter().fold(head, |text, work| text + &line(work.cells.clone()))
}

/// Foreign text that a spreadsheet would take for a formula is quoted as text
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn harmless(cell: String) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell,
    }
}

/// Has the browser save a file. Its bytes live as long as what is returned.
pub fn offer(name: &str, mime: &str, text: &str) -> ObjectUrl {
    let address = ObjectUrl::from(Blob::new_with_options(text, Some(mime)));
    tag("a").attr("href", &address).attr("download", name).cast::<HtmlElement>().click();
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_text() {
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)"] {
            assert_eq!(harmless(bad.to_string()), format!("'{bad}"));
        }
        assert_eq!(harmless("a=b".to_string()), "a=b");
    }
}
