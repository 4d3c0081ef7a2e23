//! The exact text of a notice or a letter, from what is known and what only the reader can say.
//!
//! The elements are those of 17 U.S.C. § 512(c)(3)(A)
//! <https://www.copyright.gov/title17/92chap5.html#512> and of Article 16(2) of Regulation
//! (EU) 2022/2065 <https://eur-lex.europa.eu/eli/reg/2022/2065/oj>. Declarations appear only
//! when the reader has made them; what is missing is left out, never filled in.

use std::collections::BTreeSet;

use super::{Draft, bundle::iso8601};
use crate::phrase::{Key, Phrase};
use crate::registry::REGISTRIES;
use crate::signal::SIGNALS;
use crate::vocabulary::{Statement, Verdict};

/// Where the report leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// The reader owns the work or acts for its owner: 17 U.S.C. § 512(c)(3)(A).
    Notice512,
    /// The same under Article 16 of the Digital Services Act.
    NoticeDsa,
    /// The reader tells the creator.
    TellCreator,
    /// Nothing is written; the evidence is kept.
    EvidenceOnly,
}

/// What only the reader can say. Nothing of it is ever filled in for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// Full name.
    pub name: String,
    /// The owner, where the reader acts for somebody else.
    pub owner: String,
    /// Postal address.
    pub address: String,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub phone: String,
    /// What the work is.
    pub work: String,
    /// Where the original can be seen.
    pub original: String,
    /// Why the reader objects (DSA), or a personal word to the creator.
    pub reasons: String,
    /// § 512(c)(3)(A)(v): a good faith belief that the use is not authorised.
    pub good_faith: bool,
    /// § 512(c)(3)(A)(vi), first half: the information is accurate.
    pub accurate: bool,
    /// § 512(c)(3)(A)(vi), second half: authorised to act, under penalty of perjury.
    pub authorised: bool,
    /// § 512(c)(3)(A)(i): the typed name is meant as a signature.
    pub signed: bool,
    /// Article 16(2)(d): a bona fide belief that all is accurate and complete.
    pub bona_fide: bool,
}

/// The text of the notice or letter; empty when nothing is written.
pub fn notice(
    draft: &Draft,
    road: Road,
    fields: &Fields,
    say: &dyn Fn(&Phrase) -> String,
) -> String {
    let mut text = Letter { say, out: String::new() };
    match road {
        Road::Notice512 => write_512(&mut text, draft, fields),
        Road::NoticeDsa => write_dsa(&mut text, draft, fields),
        Road::TellCreator => write_creator(&mut text, draft, fields),
        Road::EvidenceOnly => {}
    }
    text.out
}

/// A notice in the language of whoever gets it, and below it, if wanted, the same text in the
/// sender's: who signs can read what they sign, and the host can see that it is the same.
pub fn in_both(theirs: &str, own: Option<&str>, say: &dyn Fn(&Phrase) -> String) -> String {
    match own.filter(|own| !own.is_empty() && !theirs.is_empty()) {
        Some(own) => {
            let mut text = Letter { say, out: theirs.to_string() };
            text.gap();
            text.line(Key::NoticeSame);
            text.gap();
            text.out.push_str(own);
            text.out
        }
        None => theirs.to_string(),
    }
}

/// The subject line of a mail with that text.
pub fn subject(draft: &Draft, road: Road) -> Phrase {
    let key = match road {
        Road::Notice512 => Key::NoticeSubject512,
        Road::NoticeDsa => Key::NoticeSubjectDsa,
        Road::TellCreator | Road::EvidenceOnly => Key::NoticeSubjectCreator,
    };
    Phrase::from(key).with(host(&draft.page.url))
}

/// Elements that the law names and that are still missing, as labels of the form.
pub fn missing(road: Road, fields: &Fields) -> Vec<Key> {
    let given = |text: &str| !text.trim().is_empty();
    let name = (given(&fields.name), Key::ReportFieldName);
    let email = (given(&fields.email), Key::ReportFieldEmail);
    let required = match road {
        Road::Notice512 => vec![
            (given(&fields.work), Key::ReportFieldWork),
            name,
            (given(&fields.address), Key::ReportFieldAddress),
            email,
            (given(&fields.phone), Key::ReportFieldPhone),
            (fields.good_faith, Key::ReportDeclareGoodFaith),
            (fields.accurate, Key::ReportDeclareAccurate),
            (fields.authorised, Key::ReportDeclareAuthorised),
            (fields.signed, Key::ReportDeclareSigned),
        ],
        Road::NoticeDsa => vec![
            (given(&fields.reasons), Key::ReportFieldReasons),
            name,
            email,
            (fields.bona_fide, Key::ReportDeclareBonaFide),
        ],
        Road::TellCreator | Road::EvidenceOnly => Vec::new(),
    };
    required.into_iter().filter(|(there, _)| !there).map(|(_, label)| label).collect()
}

/// E-mail addresses and pages by which the creator may be reached, from the statements.
pub fn contacts(draft: &Draft) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for statement in &draft.statements {
        let licence = statement.licence.as_ref();
        let addresses =
            statement.offers.iter().chain(licence.and_then(|l| l.licensing_url.as_ref()));
        for address in addresses {
            if ["https://", "http://", "mailto:"].iter().any(|s| address.starts_with(s))
                && seen.insert(address.clone())
            {
                out.push(address.clone());
            }
        }
        let Some(licence) = licence else { continue };
        let texts = [&licence.notice, &licence.terms, &licence.credit].into_iter().flatten();
        let names = licence.contacts.iter().chain(&licence.owners).chain(&licence.creators);
        for text in texts.chain(names) {
            for mail in mail_addresses(text) {
                let link = format!("mailto:{mail}");
                if seen.insert(link.clone()) {
                    out.push(link);
                }
            }
        }
    }
    out
}

/// One statement in words: who says it, where it stands, its raw value, what it means.
pub fn stated(statement: &Statement) -> Phrase {
    let mut meaning: Option<Phrase> = None;
    for (what, stance) in &statement.verdicts {
        if stance.verdict == Verdict::Unspecified {
            continue;
        }
        let one =
            Phrase::from(Key::StatedUse).with(Key::from(*what)).with(Key::from(stance.verdict));
        meaning = Some(match meaning {
            Some(before) => Phrase::from(Key::StatedAnd).with(before).with(one),
            None => one,
        });
    }
    let key = if meaning.is_some() { Key::StatedMeans } else { Key::StatedOnly };
    let phrase = Phrase::from(key)
        .with(title(&statement.signal))
        .with(statement.locator.as_str())
        .with(short(&statement.raw));
    match meaning {
        Some(meaning) => phrase.with(meaning),
        None => phrase,
    }
}

/// Letters name addresses; an embedded picture's own bytes are no address.
const ADDRESS_CHARS: usize = 2_000;
/// Enough of a raw value to recognise it.
const RAW_CHARS: usize = 300;
/// Statements quoted in a letter; the bundle holds them all.
const QUOTED: usize = 12;

struct Letter<'a> {
    say: &'a dyn Fn(&Phrase) -> String,
    out: String,
}

impl Letter<'_> {
    fn line(&mut self, phrase: impl Into<Phrase>) {
        let text = (self.say)(&phrase.into());
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn gap(&mut self) {
        self.out.push('\n');
    }

    /// A line about something the reader has said; nothing while it is empty.
    fn given(&mut self, key: Key, value: &str) {
        if !value.trim().is_empty() {
            self.line(Phrase::from(key).with(value.trim()));
        }
    }

    fn declared(&mut self, made: bool, key: Key) {
        if made {
            self.line(key);
            self.gap();
        }
    }

    fn place(&mut self, draft: &Draft) {
        self.line(Phrase::from(Key::NoticePage).with(short_address(&draft.page.url)));
        if let Some(work) = &draft.work {
            self.line(Phrase::from(Key::NoticeFile).with(short_address(&work.url)));
        }
        if let Some(reading) = draft.reading.as_ref().filter(|r| !r.fingerprint.sha256.is_empty()) {
            self.line(Phrase::from(Key::NoticeHash).with(reading.fingerprint.sha256.as_str()));
        }
        self.line(Phrase::from(Key::NoticeSeen).with(iso8601(draft.at)));
    }

    fn statements(&mut self, draft: &Draft) {
        if draft.statements.is_empty() {
            return;
        }
        self.gap();
        let about_file = draft.work.is_some();
        self.line(if about_file { Key::NoticeStated } else { Key::NoticeStatedPage });
        for statement in draft.statements.iter().take(QUOTED) {
            self.line(Phrase::from(Key::NoticeItem).with(stated(statement)));
        }
    }
}

/// The six elements, in the order in which a reader of the letter needs them.
fn write_512(text: &mut Letter<'_>, draft: &Draft, fields: &Fields) {
    text.line(Key::Notice512Title);
    text.gap();
    text.line(Key::Notice512Work); // (ii)
    text.given(Key::NoticeItem, &fields.work);
    text.given(Key::NoticeOriginal, &fields.original);
    text.gap();
    text.line(Key::Notice512Material); // (iii)
    text.place(draft);
    text.statements(draft);
    text.gap();
    text.line(Key::Notice512Contact); // (iv)
    text.given(Key::NoticeName, &fields.name);
    text.given(Key::NoticeOwner, &fields.owner);
    text.given(Key::NoticeAddress, &fields.address);
    text.given(Key::NoticePhone, &fields.phone);
    text.given(Key::NoticeEmail, &fields.email);
    text.gap();
    text.declared(fields.good_faith, Key::Notice512GoodFaith); // (v)
    text.declared(fields.accurate, Key::Notice512Accurate); // (vi)
    text.declared(fields.authorised, Key::Notice512Authorised); // (vi)
    if fields.signed && !fields.name.trim().is_empty() {
        text.line(Phrase::from(Key::NoticeSignature).with(fields.name.trim())); // (i)
    }
}

fn write_dsa(text: &mut Letter<'_>, draft: &Draft, fields: &Fields) {
    text.line(Key::NoticeDsaTitle);
    text.gap();
    text.line(Key::NoticeDsaReasons); // (a)
    text.given(Key::NoticeItem, &fields.reasons);
    text.given(Key::NoticeWork, &fields.work);
    text.given(Key::NoticeOriginal, &fields.original);
    text.gap();
    text.line(Key::NoticeDsaPlace); // (b)
    text.place(draft);
    text.statements(draft);
    text.gap();
    text.line(Key::NoticeDsaContact); // (c)
    text.given(Key::NoticeName, &fields.name);
    text.given(Key::NoticeOwner, &fields.owner);
    text.given(Key::NoticeEmail, &fields.email);
    text.gap();
    text.declared(fields.bona_fide, Key::NoticeDsaBonaFide); // (d)
}

fn write_creator(text: &mut Letter<'_>, draft: &Draft, fields: &Fields) {
    text.line(Key::NoticeCreatorHello);
    text.gap();
    text.line(Key::NoticeCreatorFound);
    let name = draft.work.as_ref().map(|w| w.name.as_str()).unwrap_or_default();
    text.given(Key::NoticeWork, name);
    text.place(draft);
    text.statements(draft);
    if !fields.reasons.trim().is_empty() {
        text.gap();
        text.out.push_str(fields.reasons.trim());
        text.gap();
    }
    text.gap();
    text.line(Key::NoticeCreatorEnd);
    if !fields.name.trim().is_empty() || !fields.email.trim().is_empty() {
        text.gap();
        text.given(Key::NoticePlain, &fields.name);
        text.given(Key::NoticePlain, &fields.email);
    }
}

/// The standard's own name, where the id is one of ours.
fn title(id: &str) -> &str {
    let signal = SIGNALS.iter().find(|s| s.id == id).map(|s| s.title);
    let registry = || REGISTRIES.iter().find(|r| r.id == id).map(|r| r.title);
    signal.or_else(registry).unwrap_or(id)
}

/// The host of an address, or the address where it has none.
pub fn host(address: &str) -> String {
    url::Url::parse(address)
        .ok()
        .and_then(|u| u.host_str().map(str::to_string))
        .unwrap_or_else(|| short_address(address))
}

fn short_address(address: &str) -> String {
    cut(address, ADDRESS_CHARS)
}

/// One line, so that a raw value cannot write lines of its own into the letter.
fn short(raw: &str) -> String {
    let flat: String = raw.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut(&flat, RAW_CHARS)
}

fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((at, _)) => {
            let mut head = text.get(..at).unwrap_or_default().to_string();
            head.push('…');
            head
        }
        None => text.to_string(),
    }
}

/// Words that look like an e-mail address; deliberately narrow.
fn mail_addresses(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._%+-@".contains(c);
    text.split(|c| !is_part(c))
        .map(|w| w.trim_matches(['.', '-']))
        .filter(|w| w.len() <= 254)
        .filter(|w| {
            w.split_once('@').is_some_and(|(user, domain)| {
                !user.is_empty() && domain.contains('.') && !domain.contains('@')
            })
        })
        .collect()
}
