//! What a reader reports, to whom, the exact text, and the evidence bundle.
//!
//! Nothing here sends anything: the reader does, by mail, form or download.

mod bundle;
mod filed;
mod notice;
mod platforms;
pub mod rdap;
pub mod rfc3161;
pub mod timestamp;
mod tongue;
mod warc;

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::page::{Failure, Millis, PageFacts, WorkFacts};
use crate::reading::Reading;
use crate::registry::Answer;
use crate::vocabulary::Statement;

pub use crate::fingerprint::exact::hex;
pub use bundle::{
    BundleFile, Capture, Packing, Received, Token, Verified, bundle, file_name, iso8601, sha256,
    sha256_hex, verify, zip,
};
pub use filed::{Filed, REPORTS, State, TEXT_CHARS, in_order};
pub use notice::{Fields, Road, contacts, host, in_both, missing, notice, stated, subject};
pub use platforms::{Platform, platform};
pub use tongue::{Sign, TONGUES, signs, tongue_of};

/// Everything known when the reader chose to report; fills the report page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// When it was made, in milliseconds since 1970.
    pub at: Millis,
    /// The page.
    pub page: PageFacts,
    /// The work; `None` when the whole page is reported.
    pub work: Option<WorkFacts>,
    /// What its file said, when it was read.
    pub reading: Option<Reading>,
    /// Why it was not, when it was not.
    pub failure: Option<Failure>,
    /// What was stated, strongest first.
    pub statements: Vec<Statement>,
    /// The card as it was shown.
    pub card: Option<Card>,
    /// The files of page and site that were read for it, as they came.
    #[serde(default)]
    pub signals: Vec<SignalFile>,
    /// What registries had answered.
    #[serde(default)]
    pub answers: Vec<AnswerRecord>,
    /// Whether it was begun in a private window: it is put on the list only when asked.
    #[serde(default)]
    pub private: bool,
}

/// A text file of a site, as it came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct SignalFile {
    /// Its address.
    pub url: String,
    /// Its media type, as the server said.
    pub mime: String,
    /// When it came.
    pub at: Millis,
    /// Its text.
    pub text: String,
}

/// What a registry answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "wasm", derive(tsify::Tsify))]
pub struct AnswerRecord {
    /// The id of the registry.
    pub registry: String,
    /// What was asked: a hash, a code, an address or a name. Never a key of the reader's.
    pub key: String,
    /// When it answered.
    pub at: Millis,
    /// The answer, as it was read.
    pub answer: Answer,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Header, WorkKind};
    use crate::phrase::{self, Key, Phrase};
    use crate::reading::Delivery;
    use crate::vocabulary::{Authenticity, Basis, LicenceClaim, Scope, Stance, Tier, Use, Verdict};

    const BYTES: &[u8] = b"not a real picture, but bytes all the same";

    fn draft() -> Draft {
        let delivery = Delivery {
            url: "https://cdn.example/heron.jpg".into(),
            final_url: "https://cdn.example/heron.jpg".into(),
            status: 200,
            headers: vec![
                Header { name: "ETag".into(), value: "\"1\"".into() },
                Header { name: "Set-Cookie".into(), value: "who=reader".into() },
            ],
            fetched_at: 1_795_341_599_000,
        };
        let mut reading = Reading { delivery, bytes: BYTES.len() as u64, ..Reading::default() };
        reading.fingerprint.sha256 = sha256_hex(BYTES);
        let statement = Statement {
            signal: "plus.dmi".into(),
            carrier: "xmp".into(),
            locator: "APP1 at 0x14".into(),
            raw: "DMI-PROHIBITED\nSignature: /s/ Mallory".into(),
            scope: Scope::Bytes,
            pattern: None,
            declared_by: None,
            authenticity: Authenticity::Unsigned,
            tier: Tier::S2,
            verdicts: [(
                Use::TrainGen,
                Stance { verdict: Verdict::Denied, basis: Basis::Explicit },
            )]
            .into(),
            offers: vec!["https://heron.example/licence".into(), "javascript:alert(1)".into()],
            licence: Some(LicenceClaim {
                owners: vec!["Ada Heron <ada@heron.example>".into()],
                ..LicenceClaim::default()
            }),
            origin: None,
            notes: Vec::new(),
        };
        Draft {
            id: "d1".into(),
            at: 1_795_341_600_000,
            page: PageFacts {
                url: "https://copy.example/gallery".into(),
                title: "Birds".into(),
                ..PageFacts::default()
            },
            work: Some(WorkFacts {
                id: 1,
                kind: WorkKind::Image,
                url: "https://cdn.example/heron.jpg".into(),
                name: "Heron at dusk".into(),
                width: 1,
                height: 1,
                visible: true,
                links: Vec::new(),
            }),
            reading: Some(reading),
            failure: None,
            statements: vec![statement],
            card: None,
            signals: vec![SignalFile {
                url: "https://cdn.example/robots.txt?a".into(),
                mime: "text/plain".into(),
                at: 1_795_341_599_000,
                text: "User-agent: GPTBot\nDisallow: /\n".into(),
            }],
            answers: vec![AnswerRecord {
                registry: "wikimedia-commons".into(),
                key: "sha1".into(),
                at: 1_795_341_599_000,
                answer: Answer::Miss,
            }],
            private: false,
        }
    }

    fn english(phrase: &Phrase) -> String {
        let text = include_str!("../../../../extension/_locales/en/messages.json");
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        phrase::say(phrase, &|key: &str| all[key]["message"].as_str().map(str::to_string))
    }

    fn signed() -> Fields {
        Fields {
            name: "Ada Heron".into(),
            address: "1 Marsh Lane, Ely".into(),
            email: "ada@heron.example".into(),
            phone: "+44 1353 000000".into(),
            work: "Photograph “Heron at dusk”, 2019".into(),
            good_faith: true,
            accurate: true,
            authorised: true,
            signed: true,
            ..Fields::default()
        }
    }

    fn packed(received: Option<&[u8]>) -> Vec<u8> {
        let draft = draft();
        let notice = notice(&draft, Road::Notice512, &signed(), &english);
        let files = bundle(&Packing {
            draft: &draft,
            received: received.map(|bytes| Received { bytes, at: draft.at }),
            notice: &notice,
            capture: None,
            tool_version: "0.1.0",
            created: draft.at,
        })
        .unwrap();
        zip(&files, draft.at).unwrap()
    }

    fn position(haystack: &[u8], needle: &[u8]) -> usize {
        haystack.windows(needle.len()).position(|w| w == needle).unwrap()
    }

    #[test]
    fn the_notice_holds_each_of_the_six_elements() {
        let text = notice(&draft(), Road::Notice512, &signed(), &english);
        for element in [
            "Signature: /s/ Ada Heron",                         // (i)
            "Photograph “Heron at dusk”, 2019",                 // (ii)
            "https://cdn.example/heron.jpg",                    // (iii)
            "https://copy.example/gallery",                     // (iii)
            "1 Marsh Lane, Ely",                                // (iv)
            "+44 1353 000000",                                  // (iv)
            "ada@heron.example",                                // (iv)
            "good faith belief that use of the material",       // (v)
            "The information in this notification is accurate", // (vi)
            "Under penalty of perjury",                         // (vi)
        ] {
            assert!(text.contains(element), "{element} is missing in\n{text}");
        }
        assert_eq!(missing(Road::Notice512, &signed()), Vec::<Key>::new());
    }

    #[test]
    fn what_is_not_declared_is_not_in_the_notice() {
        let unticked = Fields {
            good_faith: false,
            accurate: false,
            authorised: false,
            signed: false,
            ..signed()
        };
        let text = notice(&draft(), Road::Notice512, &unticked, &english);
        for declaration in ["good faith", "is accurate", "perjury", "\nSignature:"] {
            assert!(!text.contains(declaration), "{declaration} stands in\n{text}");
        }
        assert_eq!(missing(Road::Notice512, &unticked).len(), 4);
        let dsa = notice(&draft(), Road::NoticeDsa, &unticked, &english);
        assert!(!dsa.contains("bona fide"), "{dsa}");
        let ticked = Fields { bona_fide: true, reasons: "A copy of my work".into(), ..unticked };
        let dsa = notice(&draft(), Road::NoticeDsa, &ticked, &english);
        assert!(dsa.contains("bona fide") && dsa.contains("A copy of my work"), "{dsa}");
        assert_eq!(missing(Road::NoticeDsa, &ticked), Vec::<Key>::new());
        // Article 16 asks for name and e-mail only; the rest stays the reader's own.
        assert!(!dsa.contains("Marsh Lane") && !dsa.contains("+44"), "{dsa}");
    }

    #[test]
    fn a_letter_about_a_whole_page_does_not_speak_of_a_file() {
        let page = Draft { work: None, reading: None, ..draft() };
        let text = notice(&page, Road::NoticeDsa, &signed(), &english);
        assert!(text.contains("What the page stated"), "{text}");
        assert!(!text.contains("this file"), "{text}");
    }

    #[test]
    fn a_raw_value_cannot_write_a_line_of_its_own() {
        let text = notice(&draft(), Road::TellCreator, &Fields::default(), &english);
        assert!(text.contains("DMI-PROHIBITED Signature"), "{text}");
        assert!(!text.contains("\nSignature:"), "{text}");
    }

    #[test]
    fn a_letter_in_two_languages_says_which_is_whose_and_nothing_stays_nothing() {
        assert_eq!(in_both("Hallo\n", None, &english), "Hallo\n");
        let both = in_both("Hallo\n", Some("Hello\n"), &english);
        assert_eq!(both, "Hallo\n\nThe same text in the sender’s language:\n\nHello\n");
        assert_eq!(in_both("", Some("Hello\n"), &english), "");
    }

    #[test]
    fn keeping_evidence_writes_nothing() {
        assert_eq!(notice(&draft(), Road::EvidenceOnly, &signed(), &english), "");
    }

    #[test]
    fn contacts_are_pages_and_mail_addresses_that_were_stated() {
        assert_eq!(
            contacts(&draft()),
            ["https://heron.example/licence", "mailto:ada@heron.example"]
        );
    }

    #[test]
    fn a_bundle_that_nobody_touched_is_sound() {
        let checked = verify(&packed(Some(BYTES)));
        assert!(checked.is_sound(), "{checked:?}");
        let names: Vec<&str> = checked.files.iter().map(|f| f.0.as_str()).collect();
        assert_eq!(
            names,
            [
                "asset.bin",
                "bundle.json",
                "notice.txt",
                "registry/1-wikimedia-commons.json",
                "signals/1-robots.txt",
            ]
        );
        let claim = |name: &str| checked.claims.iter().find(|c| c.0 == name).unwrap().1.clone();
        assert_eq!(claim("created"), "2026-11-22T10:00:00Z");
        assert_eq!(claim("page"), "https://copy.example/gallery");
        assert_eq!(claim("same-bytes-as-shown"), "true");
    }

    #[test]
    fn a_bundle_without_the_file_is_sound_and_says_so() {
        let checked = verify(&packed(None));
        assert!(checked.is_sound(), "{checked:?}");
        assert!(checked.files.iter().all(|f| f.0 != "asset.bin"));
    }

    #[test]
    fn a_bundle_about_a_whole_page_is_sound_and_holds_no_bytes_of_nobody_knows_what() {
        let page = Draft {
            work: None,
            reading: None,
            statements: Vec::new(),
            signals: Vec::new(),
            answers: Vec::new(),
            ..draft()
        };
        for received in [None, Some(BYTES)] {
            let files = bundle(&Packing {
                draft: &page,
                received: received.map(|bytes| Received { bytes, at: page.at }),
                notice: "",
                capture: None,
                tool_version: "0.1.0",
                created: page.at,
            });
            let checked = verify(&zip(&files.unwrap(), page.at).unwrap());
            assert!(checked.is_sound(), "{checked:?}");
            assert_eq!(checked.files, [("bundle.json".to_string(), true)]);
        }
    }

    #[test]
    fn other_bytes_than_shown_are_kept_with_both_hashes() {
        let zip = packed(Some(b"other bytes"));
        let checked = verify(&zip);
        assert!(checked.is_sound(), "{checked:?}");
        assert!(checked.claims.contains(&("same-bytes-as-shown".into(), "false".into())));
        position(&zip, sha256_hex(BYTES).as_bytes());
        position(&zip, sha256_hex(b"other bytes").as_bytes());
    }

    #[test]
    fn one_flipped_byte_in_any_file_is_found() {
        let whole = packed(Some(BYTES));
        for needle in [BYTES, b"\"schema\"", b"Under penalty", b"  asset.bin"] {
            let mut broken = whole.clone();
            let at = position(&broken, needle);
            broken[at] ^= 1;
            assert!(!verify(&broken).is_sound(), "flipped at {at}");
        }
    }

    #[test]
    fn files_that_are_swapped_added_or_removed_are_found() {
        let draft = draft();
        let packing = Packing {
            draft: &draft,
            received: Some(Received { bytes: BYTES, at: 0 }),
            notice: "",
            capture: None,
            tool_version: "0.1.0",
            created: 0,
        };
        let mut files = bundle(&packing).unwrap();
        let (sums, rest) = files.split_last().unwrap();
        files = [&rest[..2], std::slice::from_ref(sums)].concat();
        let listed: String =
            files[..2].iter().map(|f| format!("{}  {}\n", sha256_hex(&f.bytes), f.name)).collect();
        files[2].bytes = listed.into_bytes();
        assert!(verify(&zip(&files, 0).unwrap()).is_sound());
        let refused = |change: &dyn Fn(&mut Vec<BundleFile>)| {
            let mut changed = files.clone();
            change(&mut changed);
            !verify(&zip(&changed, 0).unwrap()).is_sound()
        };
        assert!(refused(&|f| f[1].bytes = b"swapped".to_vec()));
        assert!(refused(&|f| f.push(BundleFile { name: "more.txt".into(), bytes: Vec::new() })));
        assert!(refused(&|f| drop(f.remove(1))));
        assert!(refused(&|f| drop(f.remove(0))));
        assert!(refused(&|f| drop(f.pop())));
        // Sums that fit do not help when the description speaks of other bytes.
        assert!(refused(&|f| {
            f[1].bytes = b"swapped".to_vec();
            f[2].bytes = format!(
                "{}  bundle.json\n{}  asset.bin\n",
                sha256_hex(&f[0].bytes),
                sha256_hex(b"swapped")
            )
            .into_bytes();
        }));
    }

    #[test]
    fn no_foreign_bytes_make_the_check_panic() {
        let whole = packed(Some(BYTES));
        assert!(!verify(b"").is_sound());
        for end in 0..whole.len() {
            assert!(!verify(&whole[..end]).is_sound(), "cut at {end}");
        }
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 0xFF;
            verify(&broken);
        }
    }

    #[test]
    fn a_time_stamp_must_be_about_this_bundle_and_proves_no_more_than_it_does() {
        let draft = draft();
        let packing = Packing {
            draft: &draft,
            received: None,
            notice: "",
            capture: None,
            tool_version: "0.1.0",
            created: 0,
        };
        let mut files = bundle(&packing).unwrap();
        let digest = sha256(&files.last().unwrap().bytes);
        let promise = b"\x00\x83\xdf\xe3\x0d\x2e\xf9\x0c\x8e\x0a\x09https://c";
        let stamp = timestamp::proof(digest, promise).unwrap();
        files.push(BundleFile { name: "SHA256SUMS.ots".into(), bytes: stamp.clone() });
        let checked = verify(&zip(&files, 0).unwrap());
        assert!(checked.is_sound(), "{checked:?}");
        assert!(checked.claims.contains(&("time-stamp-promised-by".into(), "https://c".into())));
        let other = timestamp::proof([1; 32], promise).unwrap();
        for wrong in [other, b"no proof".to_vec(), stamp[..40].to_vec()] {
            files.last_mut().unwrap().bytes = wrong;
            assert!(!verify(&zip(&files, 0).unwrap()).is_sound());
        }
    }

    #[test]
    fn a_foreign_name_cannot_leave_the_bundles_folder() {
        let mut draft = draft();
        draft.signals[0].url = "https://cdn.example/a/..".into();
        draft.answers[0].registry = "../../etc/passwd".into();
        let packing = Packing {
            draft: &draft,
            received: None,
            notice: "",
            capture: None,
            tool_version: "0.1.0",
            created: 0,
        };
        let names: Vec<String> = bundle(&packing).unwrap().into_iter().map(|f| f.name).collect();
        assert!(names.contains(&"signals/1-file".to_string()), "{names:?}");
        assert!(names.contains(&"registry/1-....etcpasswd.json".to_string()), "{names:?}");
        assert!(verify(&zip(&bundle(&packing).unwrap(), 0).unwrap()).is_sound());
    }

    #[test]
    fn cookies_stay_out_of_the_bundle() {
        let zip = packed(Some(BYTES));
        assert!(!zip.windows(10).any(|w| w == b"who=reader"));
        position(&zip, b"ETag");
    }

    #[test]
    fn the_same_draft_gives_the_same_zip() {
        assert_eq!(packed(Some(BYTES)), packed(Some(BYTES)));
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(iso8601(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso8601(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso8601(4_107_542_399_000), "2100-02-28T23:59:59Z");
        assert_eq!(iso8601(4_107_542_400_000), "2100-03-01T00:00:00Z");
        assert_eq!(file_name(1_795_341_600_000), "sayso-evidence-20261122-100000.zip");
    }

    /// An oracle outside ourselves: the tools that a court's expert would use.
    #[test]
    fn unzip_and_sha256sum_agree() {
        let dir = std::env::temp_dir().join(format!("sayso-bundle-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("b.zip"), packed(Some(BYTES))).unwrap();
        let run = |program: &str, args: &[&str]| {
            std::process::Command::new(program).args(args).current_dir(&dir).output()
        };
        let unzipped = run("unzip", &["-q", "b.zip"])
            .or_else(|_| run("python3", &["-m", "zipfile", "-e", "b.zip", "."]));
        match unzipped.and_then(|_| run("sha256sum", &["--strict", "-c", "SHA256SUMS"])) {
            Ok(output) => assert!(output.status.success(), "{output:?}"),
            Err(_) => println!("skipped: unzip or sha256sum is missing"),
        }
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn what_the_reader_saw_goes_in_hashed_and_is_checked() {
        let draft = draft();
        let capture = Capture {
            at: draft.at,
            url: "https://page.example/".into(),
            html: Some("<title>Birds</title>".into()),
            window: Some(b"a window".to_vec()),
            marked: Some(b"a marked window".to_vec()),
        };
        let mut files = bundle(&Packing {
            draft: &draft,
            received: Some(Received { bytes: BYTES, at: draft.at }),
            notice: "",
            capture: Some(&capture),
            tool_version: "0.1.0",
            created: draft.at,
        })
        .unwrap();
        let checked = verify(&zip(&files, draft.at).unwrap());
        assert!(checked.is_sound(), "{:?}", checked.problems);
        let names: Vec<&str> = files.iter().map(|f| f.name.as_str()).collect();
        for name in ["capture/window.jpg", "capture/marked.jpg", "capture/page.warc"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let warc = files.iter().find(|f| f.name.ends_with(".warc")).unwrap();
        assert!(warc.bytes.windows(BYTES.len()).any(|w| w == BYTES), "the picture is in it");
        // Sums that were made anew do not hide that a picture was exchanged.
        let at = files.iter().position(|f| f.name == "capture/marked.jpg").unwrap();
        let before = sha256_hex(&files[at].bytes);
        files[at].bytes = b"another window".to_vec();
        let after = sha256_hex(&files[at].bytes);
        let sums = files.last_mut().unwrap();
        sums.bytes = String::from_utf8_lossy(&sums.bytes).replace(&before, &after).into_bytes();
        assert!(!verify(&zip(&files, draft.at).unwrap()).is_sound());
    }
}
