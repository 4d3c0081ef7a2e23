//! ISCC units and composites (ISO 24138:2024, <https://core.iscc.codes>), made by `iscc-lib`.
//!
//! What stands before the 32 by 32 grid is ours, see [`sayso_pixels::normalise`]. Left
//! out: Meta-Code and Text-Code, since no text of a page belongs to the work.

use iscc_lib::{
    DataHasher, InstanceHasher, encode_component, gen_audio_code_v0, gen_image_code_v0,
    gen_iscc_code_v0, iscc_decode,
};

use super::exact::hex;

/// Bytes given to the Data-Code at a time, so that it never holds a second copy of the file.
const STEP: usize = 1 << 16;

/// Data-Code and Instance-Code of a file, 64 bits each.
pub fn of_bytes(bytes: &[u8]) -> (Option<String>, Option<String>) {
    let mut data = DataHasher::new();
    let mut instance = InstanceHasher::new();
    for part in bytes.chunks(STEP) {
        data.update(part);
        instance.update(part);
    }
    (data.finalize(64).ok().map(|r| r.iscc), instance.finalize(64).ok().map(|r| r.iscc))
}

/// The Image-Code of a 32 by 32 grey grid with so many bits (64 or 256).
pub fn of_grid(grid: &[u8], bits: u32) -> Option<String> {
    gen_image_code_v0(grid, bits).ok().map(|r| r.iscc)
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
        let (data, instance) = of_bytes(&bytes);
        assert_eq!(data, Some(iscc_lib::gen_data_code_v0(&bytes, 64).unwrap().iscc));
        assert_eq!(instance, Some(iscc_lib::gen_instance_code_v0(&bytes, 64).unwrap().iscc));
    }

    #[test]
    fn instance_code_starts_with_the_blake3_hash() {
        let (_, instance) = of_bytes(b"abc");
        let short = body(&instance.unwrap()).unwrap();
        assert_eq!(short.len(), 16);
        assert!(super::super::exact::blake3(b"abc").starts_with(&short));
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
