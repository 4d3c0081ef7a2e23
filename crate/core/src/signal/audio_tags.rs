//! Licence, notice and names in the native tags of sound and video: ID3, APE, Vorbis
//! comments, MP4 atoms, RIFF INFO, AIFF chunks, Matroska tags.
//!
//! Standards: <https://id3.org/id3v2.4.0-frames> (`WCOP`, `TCOP`, `USER`, …),
//! <https://www.xiph.org/vorbis/doc/v-comment.html> (`LICENSE`, `COPYRIGHT`),
//! <https://www.matroska.org/technical/tagging.html>. None of them has a field about AI, so
//! nothing here speaks about a use. Comments are free text and count only where they hold
//! the address of a known licence. Left out: Creative Commons' old "verify at" claim, whose
//! page would have to be asked, and fields about labels, orders and buyers.

use crate::media::MediaKind;
use crate::signal::{Asset, Findings, Signal, Source, creative_commons, web_address};
use crate::vocabulary::{LicenceClaim, Scope, Tier};

/// The native tags of a sound.
pub const TAGS: Signal = Signal {
    id: "audio.tags",
    title: "Audio tags",
    spec: "https://id3.org/id3v2.4.0-frames",
    scope: Scope::Bytes,
    source: Source::Bytes,
    read,
};

/// Performers kept of one file, besides the first.
const MOST_ARTISTS: usize = 31;

/// What a tag is for.
#[derive(Clone, Copy)]
enum Field {
    /// The licence itself: an address, an identifier, or words.
    Licence,
    /// A page about the legal side, which may be a licence.
    Page,
    /// A copyright notice.
    Notice,
    /// Terms in words.
    Terms,
    /// Where a licence can be had.
    Offer,
    /// Who performs.
    Artist,
    /// Anything; counts only where a licence is named by its address.
    Comment,
}

fn read(asset: &Asset<'_>, findings: &mut Findings) {
    let Some(reading) = asset.reading else { return };
    let kind = reading.media.as_ref().map(|m| m.kind);
    if !matches!(kind, Some(MediaKind::Audio | MediaKind::Video)) {
        return;
    }
    let tags = &reading.metadata.text;
    let format = reading.media.as_ref().map_or("", |m| m.format.as_str());
    let mut artists_told = false;
    for tag in tags {
        let Some(field) = field(&tag.key) else { continue };
        let mut claims = claims(field, tag.value.trim());
        if matches!(field, Field::Artist) {
            // Several performers are as many tags of one key; another key repeats them.
            if std::mem::replace(&mut artists_told, true) {
                continue;
            }
            let others = tags.iter().filter(|t| t.key == tag.key).skip(1).take(MOST_ARTISTS);
            if let Some((claim, _)) = claims.first_mut() {
                claim.creators.extend(others.map(|t| t.value.trim().to_string()));
            }
        }
        for (claim, note) in claims {
            let locator = match tag.locator.starts_with(&tag.key) {
                true => tag.locator.clone(),
                false => format!("{}, {}", tag.locator, tag.key),
            };
            let carrier = carrier(format, &tag.locator);
            let raw = match claim.creators.as_slice() {
                [] => tag.value.clone(),
                creators => creators.join("; "),
            };
            let mut draft = findings.draft(carrier, locator, raw, Tier::S2).licence(claim);
            if let Some(note) = note {
                draft = draft.note(note);
            }
            findings.add(draft);
        }
    }
}

/// The meaning of a key, in whichever container it stands. Vorbis and APE keys are ASCII
/// without regard to case, and no two containers give one key two meanings.
fn field(key: &str) -> Option<Field> {
    let key = key.to_ascii_uppercase();
    // iTunes' free-form atoms and ID3's own texts put the name last.
    let name = key
        .strip_prefix("TXXX:")
        .or_else(|| key.strip_prefix("WXXX:"))
        .or_else(|| key.strip_prefix("----:COM.APPLE.ITUNES:"))
        .unwrap_or(&key);
    Some(match name {
        "LICENSE" | "LICENCE" => Field::Licence,
        "WCOP" => Field::Page,
        "TCOP"
        | "TPRO"
        | "COPYRIGHT"
        | "PRODUCTION_COPYRIGHT"
        | "CPRT"
        | "©CPY"
        | "CPRY"
        | "ICOP"
        | "(C) "
        | "COM.APPLE.QUICKTIME.COPYRIGHT" => Field::Notice,
        "TERMS_OF_USE" => Field::Terms,
        _ if name == "USER" || name.starts_with("USER:") => Field::Terms,
        "WPAY" | "COMR" => Field::Offer,
        "TPE1" | "ARTIST" | "©ART" | "IART" | "AUTH" | "PERF" => Field::Artist,
        "COMMENT" | "DESCRIPTION" | "ICMT" | "ANNO" | "©CMT" => Field::Comment,
        // Broadcast Wave: free texts of producers.
        "BEXT:DESCRIPTION" | "IXML:NOTE" | "IXML:USER" => Field::Comment,
        _ if name == "COMM" || name.starts_with("COMM:") => Field::Comment,
        _ => return None,
    })
}

/// What a tag claims, each with a remark. More than one licence in one tag is as many
/// claims: that they differ is the verdict's business.
fn claims(field: Field, text: &str) -> Vec<(LicenceClaim, Option<&'static str>)> {
    if text.is_empty() {
        return Vec::new();
    }
    let words = || Some(text.to_string());
    let nothing = LicenceClaim::default;
    let mut licences: Vec<LicenceClaim> = creative_commons::in_text(text)
        .iter()
        .filter_map(|known| creative_commons::claim_from_url(&known.uri))
        .collect();
    let named = |licences: Vec<LicenceClaim>| licences.into_iter().map(|c| (c, None)).collect();
    match field {
        Field::Licence if licences.is_empty() => {
            let by_name = creative_commons::claim_from_name(text).map(|c| (c, None));
            let claim = by_name.or_else(|| creative_commons::claim_as_given(text));
            vec![claim.unwrap_or((LicenceClaim { terms: words(), ..nothing() }, None))]
        }
        Field::Licence | Field::Comment => named(licences),
        Field::Page if licences.is_empty() => match web_address(text) {
            Some(page) => vec![(LicenceClaim { terms: Some(page), ..nothing() }, None)],
            None => Vec::new(),
        },
        Field::Page => named(licences),
        Field::Notice | Field::Terms => {
            if licences.is_empty() {
                licences.push(nothing());
            }
            if let Some(first) = licences.first_mut() {
                match field {
                    Field::Notice => first.notice = words(),
                    _ => first.terms = words(),
                }
            }
            named(licences)
        }
        // A price stands before the address.
        Field::Offer => match text.split_whitespace().find_map(web_address) {
            Some(url) => vec![(LicenceClaim { licensing_url: Some(url), ..nothing() }, None)],
            None => Vec::new(),
        },
        Field::Artist => {
            vec![(LicenceClaim { creators: vec![text.to_string()], ..nothing() }, None)]
        }
    }
}

/// The kind of tag, by the container and what it calls the place.
fn carrier(format: &str, place: &str) -> &'static str {
    match format {
        _ if place.contains("ID3") => "id3",
        _ if place.contains("APE") => "ape",
        "ogg" | "flac" => "vorbis-comment",
        "m4a" | "mp4" | "mov" => "mp4",
        "wav" => "riff-info",
        "aiff" => "aiff",
        "matroska" | "webm" => "matroska",
        _ => "tag",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::{Metadata, TextField};
    use crate::signal::bench::Bench;
    use crate::vocabulary::Statement;

    fn said(kind: MediaKind, tags: &[(&str, &str, &str)]) -> Vec<Statement> {
        let mut bench = Bench::new();
        let reading = bench.reading.as_mut().unwrap();
        reading.media.as_mut().unwrap().kind = kind;
        let field = |(locator, key, value): &(&str, &str, &str)| TextField {
            key: (*key).to_string(),
            value: (*value).to_string(),
            locator: (*locator).to_string(),
        };
        let text = tags.iter().map(field).collect();
        reading.metadata = Metadata { text, ..Metadata::default() };
        bench.read().of("audio.tags")
    }

    /// The one claim that one tag makes.
    fn claim(key: &str, value: &str) -> Option<LicenceClaim> {
        let found = said(MediaKind::Audio, &[("tag at 0x0", key, value)]);
        assert!(found.len() <= 1, "{found:?}");
        found.into_iter().next().and_then(|s| s.licence)
    }

    const BY_SA: &str = "https://creativecommons.org/licenses/by-sa/4.0/";

    #[test]
    fn a_licence_is_known_by_address_identifier_or_name() {
        for (key, value) in [
            ("WCOP", "http://creativecommons.org/licenses/by-sa/4.0/deed.en"),
            ("TXXX:LICENSE", "CC-BY-SA-4.0"),
            ("License", "CC BY-SA 4.0"),
            ("LICENSE", BY_SA),
            ("----:com.apple.iTunes:LICENSE", BY_SA),
        ] {
            let claim = claim(key, value).unwrap();
            assert_eq!(claim.uri.as_deref(), Some(BY_SA), "{key}={value}");
            assert_eq!(claim.spdx.as_deref(), Some("CC-BY-SA-4.0"));
        }
        assert_eq!(claim("LICENSE", "cc0").unwrap().spdx.as_deref(), Some("CC0-1.0"));
    }

    #[test]
    fn a_licence_in_other_words_is_terms_and_never_guessed() {
        for words in ["All rights reserved", "CC BY", "BY-SA 4.0", "CC-BY-4.0 and others"] {
            let claim = claim("LICENSE", words).unwrap();
            assert_eq!((claim.uri, claim.terms.as_deref()), (None, Some(words)));
        }
        let claim = claim("LICENSE", "https://label.example/terms").unwrap();
        assert_eq!(claim.uri.as_deref(), Some("https://label.example/terms"));
    }

    #[test]
    fn every_container_has_its_word_for_the_notice() {
        for key in ["TCOP", "COPYRIGHT", "Copyright", "cprt", "©cpy", "ICOP", "(c) "] {
            assert_eq!(
                claim(key, "2026 Ann").unwrap().notice.as_deref(),
                Some("2026 Ann"),
                "{key}"
            );
        }
        let claim = claim("TCOP", "2026 Ann. Licensed to the public under http://creativecommons.org/licenses/by-sa/4.0/ verify at http://ann.example/cc").unwrap();
        assert_eq!(claim.uri.as_deref(), Some(BY_SA));
        assert!(claim.notice.unwrap().starts_with("2026 Ann."));
    }

    #[test]
    fn terms_offers_and_names_are_read() {
        assert_eq!(
            claim("USER", "No AI training").unwrap().terms.as_deref(),
            Some("No AI training")
        );
        let offer = claim("COMR", "USD10 https://label.example/buy").unwrap();
        assert_eq!(offer.licensing_url.as_deref(), Some("https://label.example/buy"));
        assert_eq!(claim("TPE1", "Ann").unwrap().creators, ["Ann"]);
        assert_eq!(
            claim("WCOP", "https://label.example/legal").unwrap().terms.as_deref(),
            Some("https://label.example/legal")
        );
    }

    #[test]
    fn a_comment_counts_only_with_a_licence() {
        assert_eq!(claim("COMM:eng", "recorded at home, see http://ann.example"), None);
        assert_eq!(
            claim("COMMENT", &format!("under {BY_SA}.")).unwrap().uri.as_deref(),
            Some(BY_SA)
        );
        for key in ["bext:Description", "iXML:NOTE", "iXML:USER"] {
            assert_eq!(claim(key, BY_SA).unwrap().uri.as_deref(), Some(BY_SA));
            assert_eq!(claim(key, "take 3, no training"), None);
        }
        assert_eq!(claim("TIT2", BY_SA), None);
    }

    #[test]
    fn several_performers_are_one_claim_and_are_not_told_twice() {
        let tags = [
            ("comment header at 0x1d", "ARTIST", "Ann"),
            ("comment header at 0x1d", "ARTIST", "Bob"),
            ("ID3v1 at 0x90", "Artist", "Ann & B"),
        ];
        let found = said(MediaKind::Audio, &tags);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].licence.as_ref().unwrap().creators, ["Ann", "Bob"]);
        assert_eq!(found[0].raw, "Ann; Bob");
    }

    #[test]
    fn two_licences_in_one_tag_are_two_claims() {
        let both = format!("{BY_SA} or https://creativecommons.org/licenses/by/4.0/");
        assert_eq!(said(MediaKind::Audio, &[("tag", "LICENSE", &both)]).len(), 2);
    }

    #[test]
    fn words_about_ai_decide_nothing_and_pictures_have_no_audio_tags() {
        let found = said(MediaKind::Audio, &[("ID3v2 at 0x0", "USER", "No AI training")]);
        assert!(found[0].verdicts.is_empty());
        assert_eq!(found[0].carrier, "id3");
        assert_eq!(found[0].locator, "ID3v2 at 0x0, USER");
        assert!(said(MediaKind::Image, &[("tEXt at 0x21", "Copyright", "Ann")]).is_empty());
    }
}
