//! A card as text in the width of the terminal.
//!
//! Foreign text never reaches the terminal as it is: an escape sequence in a file name
//! or in a copyright notice could repaint what is said about it.

use std::fmt::Write;
use std::io::{self, IsTerminal};

use sayso_core::card::{Card, Evidence, Row, Tone};
use sayso_core::phrase::{Phrase, say};

use crate::source::Checked;
use crate::tongue::Tongue;

/// How the terminal wants it.
#[derive(Clone, Copy)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether tones are coloured.
    pub colour: bool,
}

impl Style {
    /// That of standard output. Colour only on a terminal, and not against `NO_COLOR`
    /// (<https://no-color.org>).
    pub fn of_terminal() -> Style {
        let terminal = io::stdout().is_terminal();
        let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
        let measured =
            || terminal.then(terminal_size::terminal_size)?.map(|(width, _)| usize::from(width.0));
        let refused = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Style {
            width: measured().or_else(columns).unwrap_or(80).clamp(40, 200),
            colour: terminal && !refused,
        }
    }
}

/// The card of one source, and an empty line.
pub fn of(checked: &Checked, style: Style, tongue: &Tongue) -> String {
    let mut out = String::new();
    paragraph(&mut out, "", &checked.source, style.width);
    card(&mut out, &checked.card, style, tongue);
    out.push('\n');
    out
}

/// Foreign text without what could steer a terminal or turn the direction of writing.
pub fn plain(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c,
                // Direction (UAX #9), line separators, and what is not seen but hides words.
                '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
                | '\u{E0000}'..='\u{E007F}')
    };
    text.chars()
        .map(|c| match c {
            '\t' | '\n' | '\r' => ' ',
            c if steers(c) => '\u{FFFD}',
            c => c,
        })
        .collect()
}

fn card(out: &mut String, card: &Card, style: Style, tongue: &Tongue) {
    let say = |phrase: &Phrase| say(phrase, tongue);
    let mut head = String::new();
    paragraph(&mut head, "  ", &say(&card.headline), style.width);
    out.push_str(&paint(&head, card.mark.tone, style));
    for part in &card.parts {
        paragraph(out, "\n  ", &say(&part.heading), style.width);
        let rows: Vec<(String, &Row)> = part.rows.iter().map(|r| (say(&r.label), r)).collect();
        let column = rows.iter().map(|(label, _)| columns(label)).max().unwrap_or(0);
        let column = column.min(style.width / 3);
        for (label, row) in rows {
            let gap = column.saturating_sub(columns(&label));
            let indent = format!("    {label}{:gap$}  ", "");
            let mut line = String::new();
            let value = say(&row.value);
            paragraph(&mut line, &indent, &value, style.width);
            out.push_str(&paint(&line, row.tone, style));
            if let Some(link) = row.link.as_ref().filter(|link| **link != value) {
                paragraph(out, "      ", link, style.width);
            }
            for evidence in &row.evidence {
                paragraph(out, "      - ", &source(evidence, say(&evidence.source)), style.width);
            }
        }
    }
}

fn source(evidence: &Evidence, mut text: String) -> String {
    for more in [&evidence.locator, &evidence.raw] {
        if !more.is_empty() {
            let _ = write!(text, " · {more}");
        }
    }
    text
}

/// Breaks a text into lines; the first begins with the indent, the others below its text.
fn paragraph(out: &mut String, indent: &str, text: &str, width: usize) {
    out.push_str(indent);
    let indent = columns(indent.trim_start_matches('\n'));
    let room = width.saturating_sub(indent).max(16);
    let mut used = 0;
    for word in plain(text).split(' ').filter(|w| !w.is_empty()) {
        // A word longer than a line (an address) is broken where the line ends.
        let mut rest: Vec<char> = word.chars().collect();
        while !rest.is_empty() {
            let gap = usize::from(used > 0);
            let wide: usize = rest.iter().map(|c| column(*c)).sum();
            // Japanese has no spaces: it is broken wherever the line ends.
            let breaks = wide > rest.len();
            if used + gap + wide > room && used > 0 && !(breaks && used + gap + 8 < room) {
                let _ = write!(out, "\n{:indent$}", "");
                used = 0;
                continue;
            }
            let mut taken = used + gap;
            let fits = rest.iter().take_while(|c| {
                taken += column(**c);
                taken <= room
            });
            let fits = fits.count().max(1);
            let tail = rest.split_off(rest.len().min(fits));
            if gap > 0 {
                out.push(' ');
            }
            used += gap + rest.iter().map(|c| column(*c)).sum::<usize>();
            out.extend(rest);
            rest = tail;
        }
    }
    out.push('\n');
}

fn paint(text: &str, tone: Tone, style: Style) -> String {
    let code = match tone {
        Tone::Stop => "31",
        Tone::Care => "33",
        Tone::Go => "32",
        Tone::Calm => return text.to_string(),
        Tone::Dim => "2",
    };
    match text.strip_suffix('\n') {
        Some(line) if style.colour => format!("\x1b[{code}m{line}\x1b[0m\n"),
        _ => text.to_string(),
    }
}

/// Columns that a text takes in a terminal: two for each letter of East Asia (Unicode UAX #11,
/// its large blocks), none for the marks over Arabic.
fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

fn column(c: char) -> usize {
    match c {
        '\u{64B}'..='\u{65F}' | '\u{200B}'..='\u{200F}' | '\u{20D0}'..='\u{20FF}' => 0,
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}'
        | '\u{1F300}'..='\u{1FAFF}'
        | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_steer_hide_or_break_lines() {
        let hostile = "a\x1b[2J\u{9b}b\u{061C}\u{2028}\u{202E}\u{200B}\u{2066}\u{FEFF}\u{E0041}c";
        assert_eq!(plain(hostile).matches('\u{FFFD}').count(), 9);
        assert!(plain(hostile).chars().all(|c| c == '\u{FFFD}' || c.is_ascii_graphic()));
        assert_eq!(plain("Zoë 例 \u{200D}\tx\n"), "Zoë 例 \u{200D} x ");
    }
}
