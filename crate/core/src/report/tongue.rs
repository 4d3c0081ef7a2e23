//! In which language a letter is likely to be read: signs, each said with what it is.
//!
//! Nobody publishes the language of a host's complaints desk. What is known are signs of it: the
//! law under which a notice is written, what the page says of its own language, the ending of a
//! host's name (ISO 3166, <https://www.iana.org/domains/root/db>), and the country of the name's
//! owner, when the reader has asked the registry. They preset a choice and are shown beside it.
//! The countries stand in the dated list beside this file. Left out: the text of the page itself,
//! which says in which language people write there, not in which complaints are read.

use super::{Draft, Road, host};

/// The languages that letters can be written in (BCP 47): those that our messages are in.
pub const TONGUES: [&str; 7] = ["en", "de", "fr", "es", "pt-BR", "ja", "ar"];

/// Something that speaks for a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// 17 U.S.C. § 512(c)(2): the host names its agent to the Copyright Office of the United States.
    Law,
    /// The page says in which language it is.
    Page,
    /// The host's name ends as those of a country do.
    Ending(String),
    /// The registry says in which country the owner of the name is.
    Country(String),
}

/// Every sign with its language; the first is the strongest.
pub fn signs(draft: &Draft, road: Road, owner: Option<&str>) -> Vec<(&'static str, Sign)> {
    let owns = matches!(road, Road::Notice512 | Road::NoticeDsa);
    // Who made a work need not read what the page is written in.
    if !owns {
        return Vec::new();
    }
    let mut out = Vec::new();
    if road == Road::Notice512 {
        out.push(("en", Sign::Law));
    }
    if let Some(tongue) = tongue_of(&draft.page.lang) {
        out.push((tongue, Sign::Page));
    }
    // A notice is about where the file lies; the page may lie elsewhere.
    let mut hosts: Vec<String> = Vec::new();
    for address in draft.work.iter().map(|work| &work.url).chain([&draft.page.url]) {
        let name = host(address);
        if address.starts_with("http") && !hosts.contains(&name) {
            hosts.push(name);
        }
    }
    for name in hosts {
        if let Some(tongue) = ending(&name).and_then(spoken_in) {
            out.push((tongue, Sign::Ending(name)));
        }
    }
    if let Some(country) = owner
        && let Some(tongue) = spoken_in(country)
    {
        out.push((tongue, Sign::Country(country.to_ascii_uppercase())));
    }
    out
}

/// The one of ours that a tag means: of `de-CH` what comes nearest.
pub fn tongue_of(tag: &str) -> Option<&'static str> {
    let base = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let wanted = base(tag.trim());
    TONGUES.into_iter().find(|known| base(known) == wanted)
}

/// Endings that belong to a country and are taken by everybody.
const EVERYBODYS: [&str; 12] =
    ["ai", "bz", "co", "gg", "im", "io", "ly", "ms", "re", "sh", "st", "vc"];

/// The country of a host's name.
fn ending(host: &str) -> Option<&str> {
    let last = host.trim_end_matches('.').rsplit('.').next().filter(|last| last.len() == 2)?;
    match last {
        // The one ending in use that is not its country's code.
        "uk" => Some("GB"),
        last if EVERYBODYS.contains(&last) => None,
        last => Some(last),
    }
}

fn spoken_in(country: &str) -> Option<&'static str> {
    let lines = include_str!("tongues.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).find_map(|(tongue, countries)| {
        let there = countries.split(' ').any(|known| known.eq_ignore_ascii_case(country));
        TONGUES.into_iter().find(|known| there && *known == tongue)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{PageFacts, WorkFacts, WorkKind};

    fn draft(page: &str, lang: &str, work: &str) -> Draft {
        let work = WorkFacts {
            id: 1,
            kind: WorkKind::Image,
            url: work.into(),
            name: String::new(),
            width: 1,
            height: 1,
            visible: true,
            links: Vec::new(),
        };
        Draft {
            id: "d".into(),
            at: 0,
            page: PageFacts { url: page.into(), lang: lang.into(), ..PageFacts::default() },
            work: Some(work),
            reading: None,
            failure: None,
            statements: Vec::new(),
            card: None,
            signals: Vec::new(),
            answers: Vec::new(),
            private: false,
        }
    }

    #[test]
    fn letters_can_be_written_in_every_language_that_has_messages() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../extension/_locales");
        let mut there: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().replace('_', "-"))
            .filter(|name| !name.ends_with(".md"))
            .collect();
        there.sort();
        let mut ours = TONGUES.map(str::to_string);
        ours.sort();
        assert_eq!(there, ours);
    }

    #[test]
    fn what_the_page_says_comes_before_the_ending_of_its_name() {
        let draft = draft("https://galerie.example.at/", "de-AT", "https://cdn.example.fr/a.jpg");
        let found = signs(&draft, Road::NoticeDsa, Some("jp"));
        assert_eq!(
            found,
            [
                ("de", Sign::Page),
                ("fr", Sign::Ending("cdn.example.fr".into())),
                ("de", Sign::Ending("galerie.example.at".into())),
                ("ja", Sign::Country("JP".into())),
            ]
        );
    }

    #[test]
    fn a_notice_under_american_law_is_first_of_all_english() {
        let draft = draft("https://a.jp/", "ja", "https://a.jp/b.png");
        assert_eq!(signs(&draft, Road::Notice512, None).first(), Some(&("en", Sign::Law)));
        assert_eq!(signs(&draft, Road::NoticeDsa, None).first(), Some(&("ja", Sign::Page)));
    }

    #[test]
    fn where_nothing_speaks_for_a_language_none_is_guessed() {
        for (page, lang, owner) in [
            ("https://gallery.example/", "", None),
            // Endings that everybody takes, a country of many languages, addresses without a name.
            ("https://art.io/", "x-klingon", Some("CH")),
            ("https://art.ch/", "nl", Some("")),
            ("https://127.0.0.1/", "", Some("XX")),
            ("file:///a.de", "", None),
        ] {
            let draft = draft(page, lang, "data:image/png;base64,AA");
            assert_eq!(signs(&draft, Road::NoticeDsa, owner), [], "{page}");
        }
        let said = draft("https://a.de/", "de", "https://a.de/b.png");
        assert_eq!(signs(&said, Road::TellCreator, None), []);
    }

    #[test]
    fn every_line_of_the_list_names_a_language_of_ours_and_codes() {
        let lines = include_str!("tongues.tsv").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let (tongue, countries) = line.split_once('\t').unwrap();
            assert!(TONGUES.contains(&tongue), "{line}");
            assert!(countries.split(' ').all(|code| code.len() == 2), "{line}");
        }
        assert_eq!(spoken_in("br"), Some("pt-BR"));
        assert_eq!(ending("a.co.uk"), Some("GB"));
    }
}
