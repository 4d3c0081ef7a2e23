//! To whom a notice goes: the platform's own form, and the registrar's desk when it is asked for.

use sayso_core::phrase::{Key, Phrase};
use sayso_core::report::{Draft, host, platform, rdap};
use sayso_core::vocabulary::Problem;
use wasm_bindgen_futures::spawn_local;

use super::draw::{Tag, button, by_id, link, tag};
use super::fetch::{Errand, Unfetched, fetch};

/// Draws what is known of the host and offers to look up the rest; `owner` is told in which country
/// a registry says that the owner of a name is.
pub fn draw(draft: &Draft, owner: impl Fn(String) + Clone + 'static) {
    // A notice is about where the file lies; the page may lie elsewhere.
    let mut hosts = Vec::new();
    for address in draft.work.iter().map(|work| &work.url).chain([&draft.page.url]) {
        let name = host(address);
        if address.starts_with("http") && !hosts.contains(&name) {
            hosts.push(name);
        }
    }
    by_id("host").redraw(hosts.into_iter().map(|name| draw_one(&name, owner.clone())));
}

fn draw_one(name: &str, owner: impl Fn(String) + Clone + 'static) -> Tag {
    let form = platform(name).map(|platform| {
        let said = Phrase::from(Key::ReportPlatform).with(platform.name).with(platform.seen_on);
        let address = link(platform.form).unwrap_or_else(|| tag("span"));
        tag("p").say(said).add(tag("br")).add(address.foreign(platform.form))
    });
    let out = tag("div").attr("role", "status");
    let (shown, asked) = (out.clone(), name.to_string());
    let ask = button(Phrase::from(Key::ReportRdapAsk).with(name), move |_| {
        let (shown, asked, owner) = (shown.clone(), asked.clone(), owner.clone());
        spawn_local(async move {
            shown.redraw([tag("p").say(Key::ReportRdapBusy)]);
            let answer = look_up(&asked).await;
            if let Some(country) = answer.as_ref().ok().and_then(|a| rdap::owner_country(a)) {
                owner(country);
            }
            let found = answer.and_then(|a| rdap::abuse_contacts(&a).map_err(said));
            shown.redraw(draw_found(&asked, found));
        });
    });
    let note = Phrase::from(Key::ReportRdapNote).with(name);
    tag("div").maybe(form).add(ask).add(tag("p").class("quiet").say(note)).add(out)
}

fn draw_found(name: &str, found: Result<Vec<rdap::AbuseContact>, Phrase>) -> Vec<Tag> {
    match found {
        Err(why) => {
            let failed = Phrase::from(Key::ReportRdapFailed).with(name).with(why);
            vec![tag("p").class("bad").say(failed)]
        }
        Ok(found) if found.is_empty() => vec![tag("p").say(Key::ReportRdapNone)],
        Ok(found) => {
            let lines = found.iter().map(|contact| {
                let mail = format!("mailto:{}", contact.email);
                let link = tag("a").attr("href", &mail).foreign(&contact.email);
                tag("li").add(tag("span").class("block").foreign(&contact.who)).add(link)
            });
            let list = tag("ul").all(lines);
            let role = tag("p").class("quiet").say(Key::ReportRdapRole);
            vec![tag("p").say(Key::ReportRdapFound), list, role]
        }
    }
}

/// Asks the directory, then the registry, shortest name first.
async fn look_up(name: &str) -> Result<String, Phrase> {
    let accept = "application/rdap+json, application/json";
    let get = |url: String| async move {
        let errand = Errand { url: &url, accept, body: None, most: rdap::ANSWER_BYTES };
        fetch(errand).await.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let directory = get(rdap::DIRECTORY.to_string()).await?;
    let mut last = Unfetched::Status(404);
    for question in rdap::questions(&directory, name).map_err(said)? {
        match get(question).await {
            Ok(answer) => return Ok(answer),
            // Not the name that was registered, or a suffix: the next is one label longer.
            Err(Unfetched::Status(status)) if (400..500).contains(&status) && status != 429 => {
                last = Unfetched::Status(status);
            }
            Err(why) => return Err(why.into()),
        }
    }
    Err(last.into())
}

fn said(problem: Problem) -> Phrase {
    Phrase::from(Key::FailNetwork).with(problem.message)
}
