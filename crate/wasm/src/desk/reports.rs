//! The list of reports: what was said to whom, what came of it, and what to remember.

use sayso_core::message::{DeskAnswer, DeskEvent};
use sayso_core::page::Millis;
use sayso_core::phrase::{Arg, Key, Phrase};
use sayso_core::report::{Filed, State, TEXT_CHARS, host, iso8601};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

use super::chrome::{Unanswered, ask};
use super::draw::{Tag, button, by_id, link, tag};
use super::own::save_file;
use super::{moment, now, ready, unanswered};

/// Runs the page of reports.
pub async fn run() {
    reload().await;
    ready();
}

async fn reload() {
    match ask(&DeskEvent::ReportsAsked).await {
        Ok(DeskAnswer::Reports { reports }) => draw(&reports),
        Ok(_) | Err(Unanswered) => by_id("reports").redraw([unanswered()]),
    }
}

fn draw(reports: &[Filed]) {
    by_id("export").redraw(if reports.is_empty() { Vec::new() } else { vec![export(reports)] });
    by_id("reports").redraw(if reports.is_empty() {
        vec![tag("p").class("quiet").say(Key::ReportsNone)]
    } else {
        reports.iter().map(draw_one).collect()
    });
}

fn draw_one(report: &Filed) -> Tag {
    let name = [&report.work_name, &report.page_title, &report.page_url];
    let name = name.into_iter().find(|n| !n.trim().is_empty()).map_or("", |n| n.as_str());
    let title = tag("h2").foreign(name);
    let due = report.due(now()).then(|| {
        let day = Arg::Day { day: report.remind_at.unwrap_or_default() };
        tag("p").class("notice").say(Phrase::from(Key::ReportsDue).with(day))
    });
    let address = |text: &str| match link(text) {
        Some(link) => link.foreign(&host(text)),
        None => tag("span").foreign(&host(text)),
    };
    let began =
        Phrase::from(Key::ReportsBegun).with(moment(report.at)).with(moment(report.changed_at));
    let sums = report.sums_sha256.as_ref().map(|sums| {
        tag("p").class("digest").say(Phrase::from(Key::ReportsBundle).with(sums.as_str()))
    });
    let notice = (!report.notice.is_empty()).then(|| {
        tag("details")
            .key(&format!("notice-{}", report.id))
            .add(tag("summary").say(Key::ReportsNotice))
            .add(tag("pre").attr("tabindex", "0").foreign(&report.notice))
    });
    tag("section")
        .class("report")
        .attr("id", &format!("report-{}", report.id))
        .add(title)
        .maybe(due)
        .add(tag("p").class("quiet").add(address(&report.page_url)))
        .add(tag("p").class("quiet").say(began))
        .add(fields(report))
        .maybe(notice)
        .maybe(sums)
        .add(remove(report))
}

/// What the reader can change: state, day of reminder, note. Each change is kept at once.
fn fields(report: &Filed) -> Tag {
    let saved = tag("span").attr("role", "status");
    let id = |name: &str| format!("{name}-{}", report.id);
    let label = |name: &str, key: Key| tag("label").attr("for", &id(name)).say(key);

    let options = State::ALL
        .into_iter()
        .map(|state| tag("option").flag("selected", state == report.state).say(state_name(state)));
    let state = tag("select").attr("id", &id("state")).key(&id("state")).all(options);
    let date = iso8601(report.remind_at.unwrap_or_default());
    let date = report.remind_at.and_then(|_| date.get(..10)).unwrap_or_default();
    let remind = tag("input").attr("type", "date").attr("id", &id("remind")).key(&id("remind"));
    let remind = remind.attr("value", date);
    let note = tag("textarea").attr("id", &id("note")).key(&id("note")).attr("rows", "2");
    let note = note.attr("maxlength", &TEXT_CHARS.to_string()).foreign(&report.note);

    let (s, r, n) = (state.clone(), remind.clone(), note.clone());
    let (before, shown) = (report.clone(), saved.clone());
    let keep = move || {
        let chosen = s.cast::<HtmlSelectElement>().selected_index();
        let state = usize::try_from(chosen).ok().and_then(|i| State::ALL.get(i)).copied();
        let at = r.cast::<HtmlInputElement>().value_as_number();
        let report = Filed {
            state: state.unwrap_or(before.state),
            remind_at: at.is_finite().then_some(at.max(0.0) as Millis),
            note: n.cast::<HtmlTextAreaElement>().value(),
            ..before.clone()
        };
        let shown = shown.clone();
        spawn_local(async move {
            let event = DeskEvent::ReportFiled { report: Box::new(report) };
            let kept = matches!(ask(&event).await, Ok(DeskAnswer::Done));
            shown.set(if kept { Key::ReportsSaved } else { Key::ReportFileFailed });
        });
    };
    let listen = |tag: Tag, keep: Box<dyn Fn()>| tag.on("change", move |_| keep());
    let state = listen(state, Box::new(keep.clone()));
    let remind = listen(remind, Box::new(keep.clone()));
    let note = listen(note, Box::new(keep));
    let row = |label: Tag, field: Tag| tag("p").class("field").add(label).add(field);
    tag("div")
        .add(row(label("state", Key::ReportsState), state))
        .add(row(label("remind", Key::ReportsRemind), remind))
        .add(row(label("note", Key::ReportsNote), note))
        .add(saved)
}

fn remove(report: &Filed) -> Tag {
    let report = report.clone();
    button(Key::ReportsRemove, move |_| {
        let report = report.clone();
        spawn_local(async move {
            let gone = ask(&DeskEvent::ReportRemoved { id: report.id.clone() }).await;
            if !matches!(gone, Ok(DeskAnswer::Done)) {
                return by_id("removed").redraw([unanswered()]);
            }
            reload().await;
            by_id("removed").redraw([undo(report)]);
        });
    })
}

/// Puts back what was removed last, as it was.
fn undo(report: Filed) -> Tag {
    let again = button(Key::ReportsUndo, move |_| {
        let event = DeskEvent::ReportFiled { report: Box::new(report.clone()) };
        spawn_local(async move {
            if matches!(ask(&event).await, Ok(DeskAnswer::Done)) {
                by_id("removed").clear();
            }
            reload().await;
        });
    });
    tag("p").class("notice").attr("id", "undo").add(tag("span").say(Key::ReportsRemoved)).add(again)
}

/// Saves the whole list as JSON, with the names that the store has.
fn export(reports: &[Filed]) -> Tag {
    let json = serde_json::to_string_pretty(reports).unwrap_or_default();
    button(Key::ReportsExport, move |_| {
        save_file("sayso-reports.json", "application/json", &json);
    })
}

fn state_name(state: State) -> Key {
    match state {
        State::Prepared => Key::ReportsPrepared,
        State::Sent => Key::ReportsSent,
        State::Answered => Key::ReportsAnswered,
        State::Settled => Key::ReportsSettled,
        State::Closed => Key::ReportsClosed,
    }
}
