//! ISCC units, composites and sequences (ISO 24138:2024, <https://core.iscc.codes>).
//!
//! Headers, composites and the Data-Code by `iscc-lib`; what stands before the 32 by 32 grid
//! and the transform of it are ours, see [`sayso_pixels`]. A sequence (IEP-0020,
//! <https://ieps.iscc.codes/iep-0020/>) is what C2PA manifests hold as the soft binding
//! `io.iscc.v0`. Left out: making Meta-Codes and Text-Codes, since no text of a page belongs
//! to the work.

use iscc_lib::codec::{MainType, SubType, Version, decode_base32, encode_base32};
use iscc_lib::{
    DataHasher, encode_component, gen_audio_code_v0, gen_iscc_code_v0, iscc_decode, iscc_decompose,
};
use sayso_pixels::dct::Spectrum;

use super::exact::hex;
use super::{DecodedBy, Fingerprint};

/// Bytes given to the Data-Code at a time, so that it never holds a second copy of the file.
const STEP: usize = 1 << 16;

/// The name of ISCC among the algorithms of C2PA soft bindings.
pub const SOFT_BINDING: &str = "io.iscc.v0";

/// Bits of every unit of a soft binding.
const SOFT_BINDING_BITS: u32 = 256;

/// Bytes of a sequence that are read: some forty units, of which five make sense.
const LONGEST_SEQUENCE: usize = 1_400;

/// The 256-bit Data-Code of a file, and its BLAKE3, of which the Instance-Code is the beginning.
pub fn of_bytes(bytes: &[u8]) -> (Option<String>, [u8; 32]) {
    let mut data = DataHasher::new();
    for part in bytes.chunks(STEP) {
        data.update(part);
    }
    (data.finalize(256).ok().map(|r| r.iscc), *blake3::hash(bytes).as_bytes())
}

/// The Instance-Code of a file with this BLAKE3.
pub fn instance(blake3: &[u8; 32], bits: u32) -> Option<String> {
    unit(MainType::Instance, SubType::None, bits, blake3)
}

/// The Image-Code of a 32 by 32 grey grid with so many bits (64 or 256).
pub fn of_grid(grid: &[u8], bits: u32) -> Option<String> {
    of_image_code(&Spectrum::of(grid).image_code(), bits)
}

/// The Image-Code with this body, or the beginning of it.
pub fn of_image_code(body: &[u8; 32], bits: u32) -> Option<String> {
    unit(MainType::Content, SubType::Image, bits, body)
}

fn unit(main: MainType, sub: SubType, bits: u32, body: &[u8]) -> Option<String> {
    let code = encode_component(main as u8, sub as u8, Version::V0 as u8, bits, body).ok()?;
    Some(format!("ISCC:{code}"))
}

/// The Audio-Code of the words of a whole sound with so many bits (64 or 256).
pub fn of_words(words: &[u32], bits: u32) -> Option<String> {
    let signed: Vec<i32> = words.iter().map(|word| word.cast_signed()).collect();
    gen_audio_code_v0(&signed, bits).ok().map(|r| r.iscc)
}

/// The same unit with fewer bits: a shorter unit is the beginning of a longer one.
pub fn shortened(iscc: &str, bits: u32) -> Option<String> {
    let (main, sub, version, _, body) = iscc_decode(iscc).ok()?;
    let short = encode_component(main, sub, version, bits, &body).ok()?;
    Some(format!("ISCC:{short}"))
}

/// The composite ISCC-CODE of these units; of Data and Instance alone it is an ISCC-SUM.
pub fn composite(units: &[&str]) -> Option<String> {
    gen_iscc_code_v0(units, false).ok().map(|r| r.iscc)
}

/// The units of a composite; of a unit, the unit itself.
pub fn decompose(iscc: &str) -> Option<Vec<String>> {
    // A composite has at most five units; nothing longer is one.
    let units = iscc_decompose(Some(iscc).filter(|i| i.len() <= 512)?).ok()?;
    Some(units.into_iter().map(|unit| format!("ISCC:{unit}")).collect())
}

/// Units one after another in binary form, as a soft binding holds them. `None` where one is
/// no unit.
pub fn sequence(units: &[&str]) -> Option<Vec<u8>> {
    let mut sequence = Vec::new();
    for unit in units {
        let code = unit.strip_prefix("ISCC:").unwrap_or(unit);
        let bytes = decode_base32(code).ok()?;
        if unit_length(&bytes)? != bytes.len() {
            return None;
        }
        sequence.extend_from_slice(&bytes);
    }
    (!sequence.is_empty()).then_some(sequence)
}

/// The units of a sequence, in its order. `None` unless all of it is units to the last byte.
pub fn units_of(sequence: &[u8]) -> Option<Vec<String>> {
    let mut rest = Some(sequence).filter(|s| (1..=LONGEST_SEQUENCE).contains(&s.len()))?;
    let mut units = Vec::new();
    while !rest.is_empty() {
        let (unit, after) = rest.split_at_checked(unit_length(rest)?)?;
        units.push(format!("ISCC:{}", encode_base32(unit)));
        rest = after;
    }
    Some(units)
}

/// What the soft binding of this file would hold: the Image-Code with the tolerant trim unless
/// it is featureless, the Data-Code, the Instance-Code, 256 bits each. Without a Meta-Code,
/// which comes from a title in the file. `None` where a decoder that is not ours had a hand in it.
pub fn soft_binding(codes: &Fingerprint) -> Option<Vec<u8>> {
    if codes.decoded_by != DecodedBy::Sayso {
        return None;
    }
    let image = codes.codes.as_ref().filter(|c| !super::compare::featureless(&c.tolerant));
    let image = match image {
        Some(image) => Some(of_image_code(&from_hex(&image.tolerant)?, SOFT_BINDING_BITS)?),
        None => None,
    };
    let instance = instance(&from_hex(&codes.blake3)?, SOFT_BINDING_BITS)?;
    let units = [image.as_deref(), Some(codes.iscc.data_256.as_deref()?), Some(&instance)];
    sequence(&units.into_iter().flatten().collect::<Vec<_>>())
}

/// Length of the unit that stands first: header and body (IEP-0020: one of the five main types
/// that are units, 32 to 256 bits, and a header in its shortest form).
fn unit_length(bytes: &[u8]) -> Option<usize> {
    /// One of Meta, Semantic, Content, Data, Instance.
    const LAST_UNIT: u32 = 4;
    let mut nibbles = bytes.iter().take(8).flat_map(|b| [b >> 4, b & 15]);
    let mut read = 0usize;
    let mut next = || {
        read += 1;
        nibbles.next().map(u32::from)
    };
    // Numbers of one to four nibbles; the count of leading ones says how many follow.
    let mut number = || {
        let first = next()?;
        Some(match first {
            0..=7 => first,
            8..=11 => 8 + ((first & 3) << 4 | next()?),
            12 | 13 => 72 + ((first & 1) << 8 | next()? << 4 | next()?),
            14 => 584 + (next()? << 8 | next()? << 4 | next()?),
            _ => return None,
        })
    };
    let (main, _sub, _version, length) = (number()?, number()?, number()?, number()?);
    if main > LAST_UNIT || length > 7 {
        return None;
    }
    // A header of half a byte is filled up with zeros.
    if read % 2 == 1 && bytes.get(read / 2)? & 15 != 0 {
        return None;
    }
    let end = read.div_ceil(2) + (length as usize + 1) * 4;
    (end <= bytes.len()).then_some(end)
}

/// 32 bytes from 64 hex digits.
fn from_hex(digits: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let mut bytes = [0; 32];
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        for digit in pair {
            *byte = *byte << 4 | char::from(*digit).to_digit(16)? as u8;
        }
    }
    Some(bytes)
}

/// The body of a unit without its header, in hex.
pub fn body(iscc: &str) -> Option<String> {
    iscc_decode(iscc).ok().map(|(_, _, _, _, body)| hex(&body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streaming_in_steps_equals_the_whole() {
        let bytes: Vec<u8> = (0..300_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
        let (data, blake3) = of_bytes(&bytes);
        assert_eq!(data, Some(iscc_lib::gen_data_code_v0(&bytes, 256).unwrap().iscc));
        let lib = iscc_lib::gen_instance_code_v0(&bytes, 64).unwrap().iscc;
        assert_eq!(instance(&blake3, 64), Some(lib));
    }

    #[test]
    fn blake3_of_abc_is_that_of_its_authors() {
        assert_eq!(
            hex(&of_bytes(b"abc").1),
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
        );
    }

    #[test]
    fn image_codes_equal_those_of_iscc_lib_even_where_coefficients_tie() {
        let mut noise = 1u32;
        for round in 0..400usize {
            let grid: Vec<u8> = (0..1024usize)
                .map(|i| {
                    noise ^= noise << 13;
                    noise ^= noise >> 17;
                    noise ^= noise << 5;
                    let (x, y) = (i % 32, i / 32);
                    let mirrored = x.min(31 - x) * 9 + y.min(31 - y) * round;
                    match round % 5 {
                        0 => noise as u8,
                        1 => mirrored as u8,
                        2 => (x * round) as u8,
                        3 => (200 + noise % 3) as u8,
                        _ => 255 * (((x / 4 + y / 4) * (round / 5 % 2) + x / 8) % 2) as u8,
                    }
                })
                .collect();
            for bits in [64, 256] {
                let lib = iscc_lib::gen_image_code_v0(&grid, bits).unwrap().iscc;
                assert_eq!(of_grid(&grid, bits), Some(lib), "round {round}");
            }
        }
    }

    #[test]
    fn a_sequence_gives_back_its_units() {
        let units = ["ISCC:GAA6Z2VJLX46FD6Q", "ISCC:IAAVKUU37LS33M6V"];
        let bytes = sequence(&units).unwrap();
        assert_eq!(units_of(&bytes).unwrap(), units);
    }

    #[test]
    fn a_sequence_that_is_not_units_to_the_last_byte_is_none() {
        let bytes = sequence(&["ISCC:GAA6Z2VJLX46FD6Q", "ISCC:IAAVKUU37LS33M6V"]).unwrap();
        for cut in (0..bytes.len()).filter(|cut| *cut != bytes.len() / 2) {
            assert_eq!(units_of(&bytes[..cut]), None, "cut at {cut}");
        }
        // A composite is no unit, and neither are lengths and numbers that do not exist.
        for head in [[0x50, 0x00], [0x20, 0x08], [0xF0, 0x00]] {
            assert_eq!(units_of(&[&head[..], &[0; 64]].concat()), None, "{head:?}");
        }
        assert_eq!(units_of(&[0; 5_000]), None);
        assert_eq!(sequence(&[]), None);
        assert_eq!(sequence(&["ISCC:KUAOZ2VJLX46FD6QKVJJX6XFXWZ5K"]), None);
    }

    #[test]
    fn a_composite_falls_into_its_units() {
        let units = decompose("ISCC:KUAOZ2VJLX46FD6QKVJJX6XFXWZ5K").unwrap();
        assert_eq!(units, ["ISCC:GAA6Z2VJLX46FD6Q", "ISCC:IAAVKUU37LS33M6V"]);
        assert_eq!(decompose("ISCC:KUAO"), None);
        assert_eq!(decompose(&"A".repeat(1_000)), None);
    }

    #[test]
    fn data_and_instance_alone_are_a_sum() {
        // ISO 24138: MainType ISCC is 5, SubType SUM is 5.
        let code = composite(&["ISCC:GAA6Z2VJLX46FD6Q", "ISCC:IAAVKUU37LS33M6V"]).unwrap();
        assert_eq!(code, "ISCC:KUAOZ2VJLX46FD6QKVJJX6XFXWZ5K");
    }

    #[test]
    fn a_shortened_unit_is_the_short_unit() {
        let grid: Vec<u8> = (0..1024u32).map(|i| (i.wrapping_mul(i) >> 5) as u8).collect();
        assert_eq!(shortened(&of_grid(&grid, 256).unwrap(), 64), of_grid(&grid, 64));
    }

    #[test]
    fn nonsense_has_no_body() {
        assert_eq!(body("ISCC:"), None);
        assert_eq!(body("ISCC:0189"), None);
    }
}
