//! From the bytes of a JPEG XL picture to its pixels, within limits.
//!
//! Standard: ISO/IEC 18181-1 <https://jpeg.org/jpegxl/>, decoded by the crate `jxl-oxide`
//! (<https://docs.rs/jxl-oxide/0.12>). The first frame, turned upright, in the colours of the
//! file. A picture that ends too early gives nothing: its missing part would be our invention.
//! Left out: colour profiles, CMYK, and the original JPEG that some files can be turned back into.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jxl_oxide::image::ExtraChannelType;
use jxl_oxide::{AllocTracker, JxlImage, PixelFormat};
use sayso_core::fingerprint::elsewhere::Pixels;
use sayso_core::limits::Limits;
use sayso_core::vocabulary::{Problem, ProblemCode};

const PLACE: &str = "picture data";

/// Pixels that are decoded; each takes 12 bytes and more while it is.
const PIXELS: u64 = 16_000_000;

/// Bytes that the decoder may hold at once: a picture of a hundred bytes can ask for any number.
const BYTES: usize = 256 << 20;

/// Decodes the first frame.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Pixels, Problem> {
    // The decoder promises not to panic; a file that makes it do so costs one answer all the same.
    catch_unwind(AssertUnwindSafe(|| decoded(bytes, limits)))
        .unwrap_or_else(|_| Err(malformed("the decoder stopped over it")))
}

fn decoded(bytes: &[u8], limits: &Limits) -> Result<Pixels, Problem> {
    let tracker = AllocTracker::with_limit(BYTES);
    let mut uninitialized = JxlImage::builder().alloc_tracker(tracker).build_uninit();
    uninitialized.feed_bytes(bytes).map_err(problem)?;
    let image = match uninitialized.try_init().map_err(problem)? {
        jxl_oxide::InitializeResult::Initialized(image) => image,
        jxl_oxide::InitializeResult::NeedMoreData(_) => return Err(truncated()),
    };
    let (width, height) = (image.width(), image.height());
    let pixels = u64::from(width) * u64::from(height);
    if pixels > limits.pixels.min(PIXELS) || width > limits.side || height > limits.side {
        let message = format!("the picture is {width} by {height} pixels, which is too many");
        return Err(Problem::new(ProblemCode::OverLimit, PLACE, message));
    }
    if !image.is_loading_done() {
        return Err(truncated());
    }
    let grey = match image.pixel_format() {
        PixelFormat::Gray | PixelFormat::Graya => true,
        PixelFormat::Rgb | PixelFormat::Rgba => false,
        PixelFormat::Cmyk | PixelFormat::Cmyka => {
            let message = "a picture in printing inks is not decoded";
            return Err(Problem::new(ProblemCode::Unsupported, PLACE, message));
        }
    };
    let render = image.render_frame(0).map_err(problem)?;
    let mut stream = render.stream();
    let channels = stream.channels() as usize;
    let Some(size) = (stream.width() as usize)
        .checked_mul(stream.height() as usize)
        .and_then(|pixels| pixels.checked_mul(channels))
    else {
        return Err(malformed("the picture is larger than its header says"));
    };
    if (stream.width(), stream.height()) != (width, height) {
        return Err(malformed("the first frame is not as large as the picture"));
    }
    let mut samples = vec![0_u8; size];
    if stream.write_to_buffer(&mut samples) != size {
        return Err(truncated());
    }
    let mut rgba = as_rgba(samples, channels, grey)
        .ok_or_else(|| malformed(format!("{channels} channels are no picture")))?;
    let extra = &image.image_header().metadata.ec_info;
    let mut kinds = extra.iter().map(|channel| &channel.ty);
    let alpha = kinds.find(|kind| matches!(kind, ExtraChannelType::Alpha { .. }));
    if let Some(ExtraChannelType::Alpha { alpha_associated: true }) = alpha {
        take_alpha_out(&mut rgba);
    }
    Ok(Pixels { width, height, rgba })
}

/// Grey or colour, with alpha or without, as four channels.
fn as_rgba(samples: Vec<u8>, channels: usize, grey: bool) -> Option<Vec<u8>> {
    Some(match (channels, grey) {
        (1, true) => samples.iter().flat_map(|&g| [g, g, g, 255]).collect(),
        (2, true) => samples.as_chunks().0.iter().flat_map(|&[g, a]| [g, g, g, a]).collect(),
        (3, false) => samples.as_chunks().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect(),
        (4, false) => samples,
        _ => return None,
    })
}

/// Colours that were stored multiplied with their alpha (18181-1, D.3.6) become their own again.
fn take_alpha_out(rgba: &mut [u8]) {
    for [colours @ .., alpha] in rgba.as_chunks_mut::<4>().0 {
        let alpha = u32::from(*alpha).max(1);
        for colour in colours {
            let whole = (u32::from(*colour) * 255 + alpha / 2) / alpha;
            *colour = whole.min(255) as u8;
        }
    }
}

fn truncated() -> Problem {
    Problem::new(ProblemCode::Truncated, PLACE, "the file ends before the first frame does")
}

fn malformed(message: impl Into<String>) -> Problem {
    Problem::new(ProblemCode::Malformed, PLACE, message)
}

/// What the decoder's error means to the reader.
fn problem(error: Box<dyn Error + Send + Sync + 'static>) -> Problem {
    // Decoders pass on foreign text; one short line of it is enough.
    let text: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    // Its errors have no kinds that could be asked for.
    let code = match text.contains("failed to allocate") {
        true => ProblemCode::OverLimit,
        false => ProblemCode::Malformed,
    };
    Problem::new(code, PLACE, text.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 16 by 12 pixels without loss, red by column, green by row, blue by both, the right half
    /// transparent by half; made with `cjxl -d 0` of libjxl 0.7.
    const HALF_CLEAR: &str = "ff0a5830b0a0b8100808100048014b2831dda4bde963390a0a0a4a9292198f7c5d4733\
        31863198188831b8a7a8998c312fc6dc880003100401005423710100b86f000f7644ffcb2d01002044039f3c89\
        d557795bf7dcfe9e10673d42b50a743c";

    /// The same colours, opaque, to be turned by a quarter to the right (orientation 6).
    const TURNED: &str = "ff0a58300b0414970408020100d0004b2834263e293ca3a01060ee1134f066e9623cc618\
        7ceb31c6780b11600020052a180090e3817e9b041b20336cd42fce7ae8e701";

    /// 16 by 12 pixels of grey by column.
    const GREY: &str = "ff0a5830101417020802010044004b18132f070b53a8ce1600c40003830c00";

    fn file(hex: &str) -> Vec<u8> {
        let digits: Vec<u32> = hex.chars().map(|c| c.to_digit(16).unwrap()).collect();
        digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
    }

    fn pixels(hex: &str) -> (u32, u32, Vec<[u8; 4]>) {
        let Pixels { width, height, rgba } = decode(&file(hex), &Limits::DEFAULT).unwrap();
        (width, height, rgba.as_chunks().0.to_vec())
    }

    fn colour(x: u32, y: u32) -> [u8; 3] {
        [(x * 16) as u8, (y * 20) as u8, (x * y) as u8]
    }

    #[test]
    fn every_pixel_of_a_lossless_picture_is_its_own() {
        let wanted = (0..16 * 12).map(|i| {
            let (x, y) = (i % 16, i / 16);
            let [r, g, b] = colour(x, y);
            [r, g, b, if x < 8 { 255 } else { 128 }]
        });
        assert_eq!(pixels(HALF_CLEAR), (16, 12, wanted.collect()));
        let wanted = (0..16 * 12).map(|i| [i % 16 * 16, i % 16 * 16, i % 16 * 16, 255]);
        let wanted = wanted.map(|pixel| pixel.map(|value: u32| value as u8));
        assert_eq!(pixels(GREY), (16, 12, wanted.collect()));
    }

    #[test]
    fn a_turned_picture_comes_upright() {
        let wanted = (0..12 * 16).map(|i| {
            let [r, g, b] = colour(i / 12, 11 - i % 12);
            [r, g, b, 255]
        });
        assert_eq!(pixels(TURNED), (12, 16, wanted.collect()));
    }

    #[test]
    fn half_a_picture_has_no_pixels() {
        let whole = file(HALF_CLEAR);
        for end in 0..whole.len() - 1 {
            let problem = decode(&whole[..end], &Limits::DEFAULT).err();
            let code = problem.map(|problem| problem.code);
            assert!(
                matches!(code, Some(ProblemCode::Truncated | ProblemCode::Malformed)),
                "{end} bytes: {code:?}"
            );
        }
    }

    #[test]
    fn too_many_pixels_are_refused_by_the_header() {
        let few = Limits { pixels: 100, ..Limits::DEFAULT };
        assert_eq!(decode(&file(GREY), &few).err().unwrap().code, ProblemCode::OverLimit);
        // 2^30 by 2^30 pixels: two bits that choose 30 bits, thirty ones, no ratio, the same.
        let bomb = [0xff, 0x0a, 0xfe, 0xff, 0xff, 0xff, 0xf1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let code = decode(&bomb, &Limits::DEFAULT).err().unwrap().code;
        assert!(matches!(code, ProblemCode::OverLimit | ProblemCode::Malformed), "{code:?}");
    }

    #[test]
    fn a_file_with_any_byte_changed_is_borne() {
        for hex in [HALF_CLEAR, TURNED, GREY] {
            for at in 0..file(hex).len() {
                for change in [1, 0x80, 0xff] {
                    let mut broken = file(hex);
                    broken[at] ^= change;
                    if let Ok(pixels) = decode(&broken, &Limits::DEFAULT) {
                        let size = pixels.width as usize * pixels.height as usize * 4;
                        assert_eq!(pixels.rgba.len(), size);
                    }
                }
            }
        }
    }

    #[test]
    fn colours_stored_with_their_alpha_become_their_own() {
        let mut rgba = [100, 50, 0, 128, 7, 7, 7, 0, 9, 8, 7, 255];
        take_alpha_out(&mut rgba);
        assert_eq!(rgba, [199, 100, 0, 128, 255, 255, 255, 0, 9, 8, 7, 255]);
    }
}
