//! The card inside the popup: the same parts, rows and evidence as on the page.

use sayso_core::card::{Act, Action, Card, Evidence, Part, Row};
use sayso_core::phrase::{Key, Phrase};

use super::chrome::say;
use super::draw::{Tag, button, link, miniature, shape, tag, tone};

/// Draws a card; `act` is called when one of its buttons is pressed.
pub fn draw(card: &Card, act: impl Fn(Act) + Clone + 'static) -> Tag {
    let name = if card.name.trim().is_empty() {
        tag("h2").key("card-name").attr("tabindex", "-1").say(Key::PopupUnnamed)
    } else {
        tag("h2").key("card-name").attr("tabindex", "-1").foreign(&card.name)
    };
    tag("article")
        .class("card")
        .add(name)
        .add(
            tag("p")
                .class(&format!("headline {}", tone(card.mark.tone)))
                .add(shape(&card.mark))
                .add(tag("span").say(card.headline.clone())),
        )
        .all(card.parts.iter().enumerate().map(|(index, part)| draw_part(index, part)))
        // Only the page itself can take this step.
        .all(card.actions.iter().filter(|action| action.act != Act::Hand).enumerate().map(
            |(index, action)| {
                let act = act.clone();
                draw_action(index, action, act)
            },
        ))
}

fn draw_part(index: usize, part: &Part) -> Tag {
    let rows = part.rows.iter().enumerate().map(|(n, row)| draw_row(&format!("{index}-{n}"), row));
    let rows = tag("dl").all(rows.flatten());
    if part.folded {
        return tag("details")
            .class("part")
            .key(&format!("part-{index}"))
            .add(tag("summary").add(tag("h3").say(part.heading.clone())))
            .add(rows);
    }
    tag("section").class("part").add(tag("h3").say(part.heading.clone())).add(rows)
}

fn draw_row(key: &str, row: &Row) -> [Tag; 2] {
    let text = tag("span").class("value").say(row.value.clone());
    let value = match row.link.as_deref().and_then(link) {
        Some(link) => link
            .key(&format!("link-{key}"))
            .say_attr("aria-label", Phrase::from(Key::CardLink).with(say(row.value.clone())))
            .add(text),
        None => text,
    };
    let picture = miniature(row.picture.as_ref());
    let mut cell = tag("dd").class(tone(row.tone)).maybe(picture).add(value);
    if !row.evidence.is_empty() {
        cell = cell.add(
            tag("details")
                .class("evidence")
                .key(&format!("evidence-{key}"))
                .add(tag("summary").say(Key::CardEvidence))
                .all(row.evidence.iter().map(draw_evidence)),
        );
    }
    [tag("dt").say(row.label.clone()), cell]
}

fn draw_evidence(evidence: &Evidence) -> Tag {
    tag("div")
        .add(tag("p").say(evidence.source.clone()))
        .maybe(
            (!evidence.locator.is_empty())
                .then(|| tag("p").class("quiet").add(tag("code").foreign(&evidence.locator))),
        )
        .maybe((!evidence.raw.is_empty()).then(|| {
            tag("pre").say_attr("aria-label", Key::CardEvidenceRaw).foreign(&evidence.raw)
        }))
}

fn draw_action(index: usize, action: &Action, act: impl Fn(Act) + 'static) -> Tag {
    let id = format!("note-{index}");
    let what = action.act.clone();
    let pressed =
        button(action.label.clone(), move |_| act(what.clone())).key(&format!("action-{index}"));
    let copies = matches!(action.act, Act::Copy { .. });
    match &action.note {
        None if copies => pressed.class("copy"),
        Some(note) => tag("div")
            .class("action")
            .add(pressed.attr("aria-describedby", &id))
            .add(tag("p").class("quiet").attr("id", &id).say(note.clone())),
        None => tag("div").class("action").add(pressed),
    }
}
