//! Published test vectors, run inside the very wasm that reads the reader's files.
//!
//! Image-Codes as ISO 24138 has them after the reference tool's normalisation, BLAKE3 and
//! Data-Codes as in the test data of `iscc-core` <https://github.com/iscc/iscc-core>.

use sayso_core::limits::Limits;
use sayso_core::reading::{self, Delivery};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// What came of the vectors.
#[derive(Serialize, Deserialize, Tsify)]
pub struct Tested {
    /// How many there are; none only if the list itself is broken, which is a failure too.
    pub all: usize,
    /// Names of those that came out wrong; part of the data, so not translated.
    pub failed: Vec<String>,
}

/// Runs every vector.
pub fn test() -> Tested {
    let cases = cases();
    let failed = cases.iter().filter(|case| !passes(case)).map(|case| case.name.clone());
    Tested { all: cases.len(), failed: failed.collect() }
}

/// One vector: bytes and what must come out of them. What is `None` is not compared.
#[derive(Deserialize)]
struct Case {
    name: String,
    hex: String,
    image_256: Option<String>,
    featureless: Option<bool>,
    blake3: Option<String>,
    data: Option<String>,
}

fn cases() -> Vec<Case> {
    #[derive(Deserialize)]
    struct List {
        cases: Vec<Case>,
    }
    let text = include_str!("../../../../tests/vectors/selftest.json");
    serde_json::from_str(text).map(|list: List| list.cases).unwrap_or_default()
}

/// Whether one vector comes out right.
fn passes(case: &Case) -> bool {
    let Some(bytes) = unhex(&case.hex) else { return false };
    let print = reading::read(&bytes, Delivery::default(), &Limits::DEFAULT).fingerprint;
    let same =
        |wanted: &Option<String>, got: Option<&String>| wanted.is_none() || wanted.as_ref() == got;
    same(&case.image_256, print.iscc.image_256.as_ref())
        && same(&case.blake3, Some(&print.blake3))
        && same(&case.data, print.iscc.data.as_ref())
        && case.featureless.is_none_or(|wanted| wanted == print.featureless)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks(2)
        .map(|pair| {
            let value = |at: usize| (*pair.get(at)? as char).to_digit(16);
            Some((value(0)? * 16 + value(1)?) as u8)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_there_and_every_case_compares_something() {
        let cases = cases();
        assert_eq!(cases.len(), 9);
        for case in cases {
            assert!(unhex(&case.hex).is_some(), "{}", case.name);
            let compared = [&case.image_256, &case.blake3, &case.data];
            assert!(compared.iter().any(|c| c.is_some()), "{}", case.name);
        }
    }

    #[test]
    fn a_wrong_expectation_fails() {
        for mut case in cases() {
            case.image_256 =
                Some("ISCC:EEDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into());
            assert!(!passes(&case), "{}", case.name);
        }
    }
}
