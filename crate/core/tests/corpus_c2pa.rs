//! Every file of the corpus: the light reader finds the manifests that the reference library
//! finds, with the same labels and the same entries about training and data mining.
//!
//! The corpus lies beside the repository (`../shared`, or `SAYSO_SHARED`); where it is missing
//! the test says so and passes. `EXPECTED-c2pa.json` is what c2pa-rs 0.91.3 reads.

// A test that cannot read its own files has nothing else to do than to fail.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sayso_core::limits::Limits;
use sayso_core::media::BlockKind;
use sayso_core::metadata::c2pa::{Legible, Mining, Store, base_label};
use sayso_core::{media, metadata};
use serde_json::Value;

/// Assertions that the reference library shows elsewhere than in its list.
const APART: [&str; 3] = ["c2pa.hash.", "c2pa.ingredient", "c2pa.thumbnail."];

fn store(bytes: &[u8]) -> Option<Store> {
    let opened = media::open(bytes, &Limits::DEFAULT);
    metadata::read(&opened.blocks, &Limits::DEFAULT).0.c2pa
}

/// The entries of one assertion in the shape of the expectation.
fn shape(mining: &Mining) -> Value {
    let entries = mining.entries.iter().map(|e| {
        let mut value = serde_json::Map::new();
        value.extend(e.stance.clone().map(|s| ("use".to_string(), s.into())));
        value.extend(e.constraint.clone().map(|c| ("constraint_info".to_string(), c.into())));
        (e.key.clone(), Value::Object(value))
    });
    serde_json::json!({ "entries": entries.collect::<serde_json::Map<_, _>>() })
}

#[test]
fn labels_and_entries_are_those_of_the_reference_library() {
    let Some((shared, expected)) = expected() else { return };
    let (mut files, mut labels, mut mining, mut wrong) = (0, 0, 0, Vec::new());
    for (name, says) in expected["files"].as_object().unwrap() {
        let found = store(&std::fs::read(shared.join("corpus").join(name)).unwrap());
        let error = says["error"].as_str().unwrap_or_default();
        if error.starts_with("ManifestNotFound") || error.starts_with("Remote") {
            if found.is_some() {
                wrong.push(format!("{name}: {error}, here {found:?}"));
            }
        } else if error.contains("invalid JUMBF header") {
            if found.as_ref().is_none_or(|s| s.legible != Legible::Malformed) {
                wrong.push(format!("{name}: {error}, here {found:?}"));
            }
        } else if error.is_empty() {
            files += 1;
            let Some(found) = found.filter(|s| s.legible == Legible::Claimed) else {
                wrong.push(format!("{name}: there is a manifest"));
                continue;
            };
            let wanted: BTreeSet<&str> = says["active_labels"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|l| l.as_str().map(base_label))
                .collect();
            let own: BTreeSet<&str> = found
                .active
                .assertions
                .iter()
                .filter(|a| !a.redacted)
                .map(|a| base_label(&a.label))
                .filter(|l| !APART.iter().any(|apart| l.starts_with(apart)))
                .collect();
            labels += own.len();
            let entries: Vec<Value> = found.active.mining.iter().map(shape).collect();
            mining += entries.len();
            let same_entries = says["training_mining"].as_array().map_or(&[][..], Vec::as_slice);
            if own != wanted || entries != same_entries {
                wrong
                    .push(format!("{name}: {wanted:?} {same_entries:?}, here {own:?} {entries:?}"));
            }
            if says["manifests"].as_u64() != Some(found.manifests.into()) {
                wrong.push(format!(
                    "{name}: {} manifests, here {}",
                    says["manifests"], found.manifests
                ));
            }
        }
    }
    println!("{files} files, {labels} labels, {mining} assertions about training and mining");
    assert!(files > 40, "the corpus is not whole");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn damaged_stores_are_answered() {
    let Some((shared, expected)) = expected() else { return };
    // The same damage on every run.
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap() % below.max(1)
    };
    let (mut copies, mut claimed, mut slowest) = (0, 0, Duration::ZERO);
    for (name, says) in expected["files"].as_object().unwrap() {
        if says["state"].is_null() {
            continue;
        }
        let bytes = std::fs::read(shared.join("corpus").join(name)).unwrap();
        let opened = media::open(&bytes, &Limits::DEFAULT);
        let block = opened.blocks.iter().find(|b| b.kind == BlockKind::C2pa).unwrap();
        for round in 0..100 {
            let mut copy = block.bytes.to_vec();
            // Thumbnails fill a store; what has structure stands at its ends.
            let near = |at: usize, all: usize| {
                if at.is_multiple_of(2) { at % 2_000 } else { all - 1 - at % 9_000 }
            };
            for _ in 0..=random(6) {
                let all = copy.len();
                let at = near(random(all), all.max(9_001)).min(all - 1);
                match round % 4 {
                    0 => copy[at] ^= 1 << random(8),
                    1 => copy[at] = u8::try_from(random(256)).unwrap(),
                    2 => {
                        let end = (at + 1 + random(16)).min(all);
                        copy.drain(at..end);
                    }
                    _ => {
                        let end = (at + 4).min(all);
                        copy[at..end].fill(0xff);
                    }
                }
                if copy.is_empty() {
                    break;
                }
            }
            let start = Instant::now();
            let (store, problems) = metadata::c2pa::read(&copy, "here", &Limits::DEFAULT);
            slowest = slowest.max(start.elapsed());
            copies += 1;
            claimed += usize::from(store.legible == Legible::Claimed);
            assert!(
                problems.len() < 2 && problems.is_empty() == (store.legible == Legible::Claimed)
            );
            // What leaves the reading room is small, whatever was in the file.
            let kept = serde_json::to_vec(&store).unwrap().len();
            assert!(kept < 1 << 20, "{name}, round {round}: {kept} bytes");
        }
    }
    println!("{copies} damaged stores, {claimed} still legible; the slowest took {slowest:?}");
    assert!(copies > 4_000 && claimed > 100 && claimed < copies);
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

/// The shared folder and what the reference library says of its files, if they are there.
fn expected() -> Option<(PathBuf, Value)> {
    let shared = sayso_shelf::root()?;
    let text = std::fs::read(sayso_shelf::at("corpus/EXPECTED-c2pa.json")?).unwrap();
    Some((shared, serde_json::from_slice(&text).unwrap()))
}
