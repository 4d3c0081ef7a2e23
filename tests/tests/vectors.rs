//! Fingerprints against published numbers: ISO 24138's own vectors, iscc-sdk, ImageHash.
//!
//! `tests/vectors` holds a subset that travels with the repository; where the larger
//! set lies beside it (`../shared/conformance`), every vector of it is run as well.
//! Left out: Meta-, Text-, Audio-, Video- and Mixed-Codes, which Sayso does not make.

use std::fs;
use std::path::{Path, PathBuf};

use sayso_core::fingerprint::{self, image, iscc};
use sayso_core::limits::Limits;
use sayso_core::media::{MediaFacts, MediaKind};
use sayso_pixels::imagehash;
use sayso_pixels::normalise::{Kernel, Picture};
use serde_json::Value;

#[test]
fn codes_of_the_standard_are_reproduced() {
    standard(&read(&ours("iscc-core.json")));
}

#[test]
fn every_code_of_the_standard_is_reproduced() {
    let Some(shared) = shared() else { return };
    standard(&read(&shared.join("iscc/iscc-core-1.5.0-vectors.json")));
}

#[test]
fn grids_and_image_codes_equal_those_of_the_reference_tool() {
    let cases = read(&ours("image-normalisation.json"));
    assert_eq!(normalisation(&cases, None), 15);
}

#[test]
fn all_grids_and_image_codes_equal_those_of_the_reference_tool() {
    let Some(shared) = shared() else { return };
    let cases = read(&shared.join("iscc/image-normalisation.json"));
    assert_eq!(normalisation(&cases, Some(&shared)), 31);
}

#[test]
fn picture_hashes_equal_those_of_imagehash() {
    let pictures = read(&ours("image-normalisation.json"));
    assert_eq!(picture_hashes(&read(&ours("phash-dhash.json")), &pictures, None), 14);
}

#[test]
fn all_picture_hashes_equal_those_of_imagehash() {
    let Some(shared) = shared() else { return };
    let pictures = read(&shared.join("iscc/image-normalisation.json"));
    let cases = read(&shared.join("imagehash/phash-dhash.json"));
    assert_eq!(picture_hashes(&cases, &pictures, Some(&shared)), 30);
}

#[test]
fn units_and_composites_of_files_equal_those_of_the_reference_tool() {
    let Some(shared) = shared() else { return };
    let vectors = read(&shared.join("iscc/files-and-composites.json"));
    for case in list(&vectors, "files") {
        let name = text(case, "file");
        let bytes = fs::read(shared.join(name)).unwrap();
        let (codes, _) = fingerprint::compute(&bytes, None, &Limits::DEFAULT);
        assert_eq!(format!("1e20{}", codes.blake3), text(case, "datahash"), "{name}");
        let units: Vec<&str> = list(case, "units_256").iter().filter_map(Value::as_str).collect();
        assert_eq!(codes.iscc.data_256.as_deref(), Some(units[0]), "{name}");
        for (made, unit) in [&codes.iscc.data, &codes.iscc.instance].into_iter().zip(&units) {
            assert_begins(unit, made.as_deref().unwrap(), name);
        }
        // A sound has no code yet: its composite is a sum.
        let decoded = codes.iscc.image.is_some();
        let pictures = [".jpg", ".png", ".gif", ".bmp", ".tif"];
        assert_eq!(decoded, pictures.iter().any(|e| name.ends_with(e)));
        let composite = if decoded { "iscc_code_content_data_instance" } else { "iscc_sum" };
        assert_eq!(codes.iscc.code.as_deref(), Some(text(case, composite)), "{name}");
        let whole = text(case, "iscc_code_meta_content_data_instance");
        let parts: Vec<&str> = list(case, "decomposed").iter().filter_map(Value::as_str).collect();
        assert_eq!(iscc::decompose(whole).unwrap(), parts, "{name}");
    }
}

#[test]
fn soft_bindings_are_read_and_written_as_the_reference_tool_does() {
    let Some(shared) = shared() else { return };
    let vectors = read(&shared.join("iscc/iscc-sdk-0.9.7-c2pa-soft-binding-vectors.json"));
    let mut made = 0;
    for (name, case) in group(&vectors, "soft_binding") {
        let (inputs, outputs) = (&case["inputs"], &case["outputs"]);
        let units: Vec<&str> = list(outputs, "units").iter().filter_map(Value::as_str).collect();
        let value = from_hex(text(outputs, "value"));
        assert_eq!(iscc::sequence(&units).as_ref(), Some(&value), "{name}");
        assert_eq!(iscc::units_of(&value).unwrap(), units, "{name}");
        let bytes = match (inputs["bytes_b64"].as_str(), inputs["file"].as_str()) {
            (Some(encoded), _) => from_base64(encoded),
            // The samples of which the reference set has a copy; one has a title besides.
            (None, Some("image/demo.bmp")) => fs::read(shared.join("media/demo.bmp")).unwrap(),
            _ => continue,
        };
        let (codes, _) = fingerprint::compute(&bytes, None, &Limits::DEFAULT);
        assert_eq!(codes.sha256, text(inputs, "sha256"), "{name}");
        assert_eq!(iscc::soft_binding(&codes), Some(value), "{name}");
        made += 1;
    }
    assert_eq!(made, 6);
}

/// The groups of iscc-core's vectors whose functions Sayso uses.
fn standard(vectors: &Value) {
    let mut run = 0;
    for (name, case) in group(vectors, "gen_image_code_v0") {
        let inputs = list(case, "inputs");
        let pixels: Vec<u8> =
            inputs[0].as_array().unwrap().iter().map(|p| p.as_u64().unwrap() as u8).collect();
        let bits = inputs[1].as_u64().unwrap() as u32;
        assert_eq!(iscc::of_grid(&pixels, bits).as_deref(), Some(outcome(case)), "{name}");
        run += 1;
    }
    for (name, case) in group(vectors, "gen_data_code_v0") {
        let (data, _) = iscc::of_bytes(&stream(case));
        assert_begins(outcome(case), &data.unwrap(), name);
        run += 1;
    }
    for (name, case) in group(vectors, "gen_instance_code_v0") {
        let bytes = stream(case);
        let (codes, _) = fingerprint::compute(&bytes, None, &Limits::DEFAULT);
        assert_begins(outcome(case), &codes.iscc.instance.unwrap(), name);
        let datahash = text(&case["outputs"], "datahash");
        assert_eq!(datahash, format!("1e20{}", codes.blake3), "{name}");
        run += 1;
    }
    for (name, case) in group(vectors, "gen_iscc_code_v0") {
        let units: Vec<&str> =
            list(case, "inputs")[0].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(iscc::composite(&units).as_deref(), Some(outcome(case)), "{name}");
        run += 1;
    }
    assert_eq!(run, 3 + 4 + 3 + 5);
}

/// Grids and codes under both trims; gives how many cases were run.
fn normalisation(vectors: &Value, shared: Option<&Path>) -> usize {
    let mut run = 0;
    for case in list(vectors, "cases") {
        let name = text(case, "name");
        let bytes = bytes_of(case, shared);
        let orientation = case["exif_orientation"].as_u64().map(|o| o as u8);
        let mut picture = decoded(&bytes).unwrap();
        picture.put_on_white();
        picture.upright(orientation.unwrap_or(1));
        let areas = [picture.trimmed_exact(), picture.trimmed_tolerant()];
        let plane = picture.into_grey();
        let jpeg = bytes.starts_with(&[0xFF, 0xD8]);
        for (trim, area) in ["exact", "tolerant"].into_iter().zip(areas) {
            let expected = &case[trim];
            let size: Vec<u64> =
                list(expected, "trimmed_size").iter().filter_map(Value::as_u64).collect();
            let trimmed = [area.right - area.left, area.bottom - area.top].map(|s| s as u64);
            assert_eq!(size, trimmed, "{name} {trim}");
            let grid = plane.grid(area);
            let (short, long) = (iscc::of_grid(&grid, 64), iscc::of_grid(&grid, 256));
            if jpeg {
                // JPEG decoders may round apart by a level or two.
                let far = distance(&short.unwrap(), text(expected, "image_code_64"));
                assert!(far <= 2, "{name} {trim}: {far} bits");
                continue;
            }
            assert_eq!(digits(&grid), text(expected, "pixels_hex"), "{name} {trim}");
            assert_eq!(short.as_deref(), Some(text(expected, "image_code_64")), "{name} {trim}");
            assert_eq!(long.as_deref(), Some(text(expected, "image_code_256")), "{name} {trim}");
        }

        let (codes, problems) =
            fingerprint::compute(&bytes, Some(&facts(&bytes, orientation)), &Limits::DEFAULT);
        assert_eq!(problems, Vec::new(), "{name}");
        assert_eq!(Some(codes.featureless), case["exact"]["featureless"].as_bool(), "{name}");
        if !jpeg {
            let (exact, tolerant) = (&case["exact"], &case["tolerant"]);
            assert_eq!(codes.iscc.image.as_deref(), Some(text(exact, "image_code_64")), "{name}");
            assert_eq!(
                codes.iscc.image_256.as_deref(),
                Some(text(exact, "image_code_256")),
                "{name}"
            );
            // The tool that trims tolerantly comes with Pillow 13, which takes tall pictures down
            // first; the grids above are those of the Pillow before it.
            let since_13 = tolerant["image_code_256_pillow13"].as_str();
            let tolerant = since_13.unwrap_or(text(tolerant, "image_code_256"));
            let short = iscc::shortened(tolerant, 64);
            assert_eq!(codes.iscc.image_tolerant, short, "{name}");
            let bodies = codes.codes.unwrap();
            assert_eq!(iscc::body(text(exact, "image_code_256")), Some(bodies.exact), "{name}");
            assert_eq!(iscc::body(tolerant), Some(bodies.tolerant), "{name}");
        }
        run += 1;
    }
    run
}

/// Lanczos grids, pHash and dHash; gives how many cases were run.
fn picture_hashes(vectors: &Value, pictures: &Value, shared: Option<&Path>) -> usize {
    let mut run = 0;
    for case in list(vectors, "cases") {
        let name = text(case, "name");
        let picture = list(pictures, "cases").iter().find(|c| text(c, "name") == name).unwrap();
        let bytes = bytes_of(picture, shared);
        let orientation = picture["exif_orientation"].as_u64().map(|o| o as u8);
        let picture = decoded(&bytes).unwrap();
        let plane = picture.grey();
        let whole = plane.whole();
        let jpeg = bytes.starts_with(&[0xFF, 0xD8]);
        for (key, width, height) in [("lanczos_32x32_hex", 32, 32), ("lanczos_9x8_hex", 9, 8)] {
            if let Some(grid) = case[key].as_str().filter(|_| !jpeg) {
                let made = digits(&plane.resized(whole, width, height, Kernel::Lanczos));
                assert_eq!(made, grid, "{name} {key}");
            }
        }
        let (phash, dhash) = imagehash::of_plane(&plane);
        // Where coefficients tie with their median, a bit is chance.
        if case["phash_margin"].as_f64().unwrap() > 1e-6 {
            assert_eq!(phash, text(case, "phash_hex"), "{name}");
        }
        assert_eq!(dhash, text(case, "dhash_hex"), "{name}");
        // The whole road must not turn the picture, fill its transparency or trim it first.
        let (codes, _) =
            fingerprint::compute(&bytes, Some(&facts(&bytes, orientation)), &Limits::DEFAULT);
        assert_eq!((codes.phash, codes.dhash), (Some(phash), Some(dhash)), "{name}");
        run += 1;
    }
    run
}

fn decoded(bytes: &[u8]) -> Option<Picture> {
    image::decode(bytes, None, &Limits::DEFAULT).unwrap()
}

fn facts(bytes: &[u8], orientation: Option<u8>) -> MediaFacts {
    let format = match bytes {
        [0xFF, 0xD8, ..] => "jpeg",
        [b'G', ..] => "gif",
        [b'B', ..] => "bmp",
        [b'I', ..] => "tiff",
        _ => "png",
    };
    MediaFacts {
        kind: MediaKind::Image,
        format: format.to_string(),
        mime: format!("image/{format}"),
        bytes: bytes.len() as u64,
        width: None,
        height: None,
        orientation,
        frames: Some(1),
        duration_s: None,
    }
}

/// A longer unit begins with the body of the shorter.
fn assert_begins(long: &str, short: &str, name: &str) {
    let (long, short) = (iscc::body(long).unwrap(), iscc::body(short).unwrap());
    let common = long.len().min(short.len());
    assert!(common >= 8, "{name}");
    assert_eq!(long[..common], short[..common], "{name}");
}

fn distance(a: &str, b: &str) -> u32 {
    let word = |code| u64::from_str_radix(&iscc::body(code).unwrap(), 16).unwrap();
    (word(a) ^ word(b)).count_ones()
}

fn bytes_of(case: &Value, shared: Option<&Path>) -> Vec<u8> {
    match case["bytes_b64"].as_str() {
        Some(encoded) => from_base64(encoded),
        None => fs::read(shared.unwrap().join(text(case, "file"))).unwrap(),
    }
}

/// RFC 4648, section 4.
fn from_base64(encoded: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for c in encoded.chars().filter(|c| *c != '=') {
        bits = bits << 6 | ALPHABET.find(c).unwrap() as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

fn stream(case: &Value) -> Vec<u8> {
    from_hex(list(case, "inputs")[0].as_str().unwrap().strip_prefix("stream:").unwrap())
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn outcome(case: &Value) -> &str {
    text(&case["outputs"], "iscc")
}

fn group<'a>(vectors: &'a Value, name: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    vectors[name].as_object().unwrap_or_else(|| panic!("no group {name}")).iter()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().unwrap_or_else(|| panic!("no list {key}"))
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no text {key}"))
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn ours(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(name)
}

/// The larger set beside the repository, if it is there.
fn shared() -> Option<PathBuf> {
    sayso_shelf::at("conformance")
}
