//! Time stamps of a bundle: who can be asked for one, each with what it learns.
//!
//! Nothing is asked before its own button is pressed, and nobody learns more than one number.

use std::future::Future;

use sayso_core::phrase::{Key, Phrase};
use sayso_core::report::rfc3161::{self, AUTHORITIES, Authority, Stamp};
use sayso_core::report::timestamp;
use sayso_core::vocabulary::Problem;
use web_sys::{HtmlInputElement, HtmlSelectElement};

use super::chrome::ask_for_host;
use super::draw::{Tag, button, by_id, tag};
use super::fetch::{Errand, fetch};

/// Which file of the bundle a stamp becomes, its bytes, and what is said about it.
pub struct Stamped {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Who has stamped, and when, as far as that is known.
    pub said: Phrase,
}

/// The calendars of OpenTimestamps.
pub fn draw_calendar(pressed: impl Fn() + 'static) -> Tag {
    let [first, ..] = timestamp::CALENDARS;
    tag("div")
        .attr("id", "stamp")
        .add(button(Key::ReportStampAsk, move |_| pressed()))
        .add(tag("p").class("quiet").say(Phrase::from(Key::ReportStampNote).with(first)))
        .add(tag("div").attr("id", "stamp-said"))
}

/// The authorities of RFC 3161: those of the list, and any other by its address.
pub fn draw_authorities(pressed: impl Fn(String) + 'static) -> Tag {
    let option = |value: &str| tag("option").attr("value", value);
    let choices = AUTHORITIES.iter().map(|a| option(a.address).foreign(a.name));
    let pick = tag("select")
        .attr("id", "tsa-pick")
        .all(choices)
        .add(option("").say(Key::ReportTsaOther))
        .on("change", |_| explain());
    let address = tag("input")
        .attr("type", "url")
        .attr("id", "tsa-address")
        .attr("dir", "ltr")
        .attr("placeholder", "https://")
        .on("input", |_| explain());
    let label = |id: &str, key: Key| tag("label").attr("for", id).say(key);
    tag("details")
        .class("file")
        .key("tsa")
        .attr("id", "tsa")
        .add(tag("summary").say(Key::ReportTsaTitle))
        .add(tag("p").class("field").add(label("tsa-pick", Key::ReportTsaPick)).add(pick))
        .add(
            tag("p")
                .class("field")
                .attr("id", "row-tsa-address")
                .add(label("tsa-address", Key::ReportTsaAddress))
                .add(address),
        )
        .add(tag("div").attr("id", "tsa-note"))
        .add(button(Key::ReportTsaAsk, move |_| pressed(chosen())).attr("id", "tsa-ask"))
        .add(tag("div").attr("id", "tsa-said"))
}

/// Says what the chosen authority would learn.
pub fn explain() {
    let address = chosen();
    let listed = AUTHORITIES.iter().find(|a| a.address == picked());
    by_id("row-tsa-address").show(listed.is_none());
    let line = |phrase: Phrase| tag("p").class("quiet").say(phrase);
    let day = |a: &Authority| line(Phrase::from(Key::ReportTsaListed).with(a.seen_on));
    let plain = address.starts_with("http://");
    by_id("tsa-note").redraw(
        (!address.is_empty())
            .then(|| line(Phrase::from(Key::ReportTsaNote).with(address)))
            .into_iter()
            .chain(listed.map(day))
            .chain(plain.then(|| tag("p").class("quiet").say(Key::ReportTsaPlain))),
    );
}

fn picked() -> String {
    by_id("tsa-pick").cast::<HtmlSelectElement>().value()
}

fn chosen() -> String {
    let picked = picked();
    if picked.is_empty() {
        by_id("tsa-address").cast::<HtmlInputElement>().value().trim().to_string()
    } else {
        picked
    }
}

/// Asks the calendars one after the other until one has taken the digest.
pub async fn by_calendar(digest: [u8; 32]) -> Result<Stamped, Phrase> {
    let mut last = Phrase::from(Key::FailSilent);
    for calendar in timestamp::CALENDARS {
        let errand = Errand {
            url: &format!("{calendar}/digest"),
            accept: "application/vnd.opentimestamps.v1",
            body: Some((&digest, None)),
            most: timestamp::ANSWER_BYTES,
        };
        match fetch(errand).await {
            Ok(answer) => match timestamp::proof(digest, &answer) {
                Ok(bytes) => {
                    let said = Phrase::from(Key::ReportStampDone).with(calendar);
                    return Ok(Stamped { name: timestamp::FILE, bytes, said });
                }
                Err(problem) => last = broken(problem),
            },
            Err(why) => last = why.into(),
        }
    }
    Err(last)
}

/// Asks one authority. Begin it in the click itself: the browser may have to ask for its host.
pub fn by_authority(
    digest: [u8; 32],
    address: String,
) -> impl Future<Output = Result<Stamped, Phrase>> {
    let web = address.starts_with("https://") || address.starts_with("http://");
    // Authorities know nothing of web pages (CORS); who may look at their host can still ask them.
    let allowed = web.then(|| ask_for_host(&address));
    async move {
        let Some(allowed) = allowed else { return Err(Key::ReportTsaBadAddress.into()) };
        allowed.await;
        let nonce = chance();
        let errand = Errand {
            url: &address,
            accept: rfc3161::REPLY,
            body: Some((&rfc3161::request(digest, nonce), Some(rfc3161::QUERY))),
            most: rfc3161::ANSWER_BYTES,
        };
        let bytes = fetch(errand).await?;
        let Stamp { time, .. } = rfc3161::check(&bytes, digest, nonce).map_err(broken)?;
        let said = Phrase::from(Key::ReportTsaDone).with(address).with(time);
        Ok(Stamped { name: rfc3161::FILE, bytes, said })
    }
}

/// Eight bytes that nobody can foresee.
fn chance() -> [u8; 8] {
    let mut bytes = [0; 8];
    let made = gloo::utils::window().crypto();
    // Without chance the answer is still about our digest; it could only be an older one.
    let _ = made.and_then(|c| c.get_random_values_with_u8_array(&mut bytes));
    bytes
}

fn broken(problem: Problem) -> Phrase {
    Phrase::from(Key::FailNetwork).with(problem.message)
}
