//! Bytes to pixels, within limits, and pixels to every code of a picture.
//!
//! JPEG by [`sayso_pixels::jpeg`]; PNG, GIF and WebP by the crate `image`
//! (<https://docs.rs/image/0.25>), the first frame of what moves; BMP, ICO and TIFF in files
//! of their own. Pixels are taken as
//! Pillow takes them, whose codes are in the registries. A picture that ends too early
//! has no code: its missing part would be our invention. Left out: colour profiles.

use std::borrow::Cow;
use std::io::Cursor;

use ::image::error::LimitErrorKind;
use ::image::{ColorType, ImageDecoder, ImageError, ImageFormat, ImageReader};

use sayso_pixels::grids::{Grids, Rows};
use sayso_pixels::jpeg::{self, Jpeg};
use sayso_pixels::normalise::{Layout, Picture, inset, repack};
use sayso_pixels::{dct, imagehash};

use super::exact::hex;
use super::fault::{self, PLACE, buffer_bytes, check_size, malformed};
use super::{
    DecodedBy, Fingerprint, ImageCodes, TurnedCode, bmp, compare, gif, ico, iscc, tiff, webp,
};
use crate::limits::Limits;
use crate::media::{MediaFacts, MediaKind};
use crate::vocabulary::{Problem, ProblemCode};

/// What the inset code leaves out on every side. It finds copies that are cropped by up to about
/// a twentieth: of all benign changes .910 are then near instead of .889, for one code more.
const INSET: f64 = 0.025;

/// Low coefficients that may lie within one of zero. Of 45 drawings the nine that lost their
/// code at any recompression had ten or more, the others at most one.
const COEFFICIENTS_NEAR_ZERO: usize = 4;

/// Formats that are decoded in files of their own.
const OURS: [ImageFormat; 4] =
    [ImageFormat::Jpeg, ImageFormat::Bmp, ImageFormat::Ico, ImageFormat::Tiff];

/// Fills in every code that comes from pixels, if these bytes are a picture.
pub fn add_codes(
    codes: &mut Fingerprint,
    bytes: &[u8],
    facts: Option<&MediaFacts>,
    limits: &Limits,
) -> Result<(), Problem> {
    let Some(format) = format_of(bytes, facts)? else { return Ok(()) };
    let orientation = facts.and_then(|f| f.orientation).unwrap_or(1);
    if format != ImageFormat::Jpeg {
        let picture = decoded(bytes, format, limits)?;
        return codes_of_rows(codes, &picture.rows(), orientation);
    }
    let jpeg = opened(bytes, limits)?;
    let (width, height, layout) = (jpeg.width(), jpeg.height(), jpeg.layout());
    if width * height * layout.channels() <= HELD {
        let picture = jpeg.picture().map_err(jpeg_problem)?;
        return codes_of_rows(codes, &picture.rows(), orientation);
    }
    let each = Box::new(|sink: &mut dyn FnMut(&[u8])| jpeg.rows(sink));
    codes_of_rows(codes, &Rows { width, height, layout, each }, orientation)
}

/// Bytes of a JPEG's pixels that are kept, so that a border can be cut without decoding again.
/// Of a larger one nothing is kept but the rows at hand.
const HELD: usize = 12 << 20;

/// Fills in the codes of pixels that the browser has decoded, row by row, alpha not yet
/// multiplied in. Its colours are managed and its decoders are not ours, so these codes are
/// for comparison only: nothing that could be published or taken for the reference tool's.
pub fn codes_of_rgba(
    codes: &mut Fingerprint,
    (width, height): (u32, u32),
    rgba: &[u8],
    orientation: u8,
    limits: &Limits,
) -> Result<(), Problem> {
    check_size(width, height, 0, limits)?;
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || rgba.len() as u64 != pixels * 4 {
        return Err(malformed("the browser's pixels do not fill the picture"));
    }
    let (width, height) = (width as usize, height as usize);
    codes_of_rows(codes, &Rows::of(width, height, Layout::Rgba, rgba), orientation)?;
    codes.decoded_by = DecodedBy::Browser;
    let iscc = &mut codes.iscc;
    (iscc.code, iscc.image, iscc.image_256, iscc.image_tolerant) = (None, None, None, None);
    Ok(())
}

/// Fills in the codes to search by, of an upright grid that is near the picture's own. They are
/// the same under every trim: there is no border. Nothing that could be published. False, and
/// nothing filled in, where they are unstable: those of another grid are others by chance.
pub(super) fn codes_of_near_grid(codes: &mut Fingerprint, pixels: Vec<u8>) -> bool {
    let Ok(pixels) = pixels.try_into() else { return false };
    let grid = Grid::of(pixels);
    if grid.unstable {
        return false;
    }
    let long = hex(&grid.code);
    codes.featureless = compare::featureless(&long);
    codes.turned = if codes.featureless { Vec::new() } else { turned(&grid, &grid) };
    let [exact, tolerant, untrimmed] = [&long; 3].map(String::clone);
    // An inset code is for the side that is sought; this one seeks.
    codes.codes = Some(ImageCodes { exact, tolerant, untrimmed, inset: String::new() });
    codes.approximate = true;
    true
}

/// Fills in every code of a picture as it is stored.
pub(super) fn codes_of_rows(
    codes: &mut Fingerprint,
    rows: &Rows,
    orientation: u8,
) -> Result<(), Problem> {
    let grids = Grids::of(rows, orientation).map_err(jpeg_problem)?;
    // The index of pHashes knows the picture as it is stored.
    let (phash, dhash) = imagehash::of_grids(&grids.plain.0, &grids.plain.1);
    codes.phash = Some(phash);
    codes.dhash = Some(dhash);

    // Most pictures have no border, and then all three trims are one.
    let exact = Grid::of(grids.exact);
    let like = |pixels: sayso_pixels::grids::Grid, known: &[&Grid]| {
        let same = known.iter().find(|grid| grid.pixels == pixels);
        same.map_or_else(|| Grid::of(pixels), |grid| (*grid).clone())
    };
    let tolerant = like(grids.tolerant, &[&exact]);
    let whole = like(grids.whole, &[&exact, &tolerant]);

    codes.iscc.image = iscc::of_image_code(&exact.code, 64);
    codes.iscc.image_256 = iscc::of_image_code(&exact.code, 256);
    codes.iscc.image_tolerant = iscc::of_image_code(&tolerant.code, 64);
    codes.featureless = compare::featureless(&hex(&exact.code));
    codes.unstable = exact.unstable;
    codes.turned = if codes.featureless { Vec::new() } else { turned(&tolerant, &whole) };
    codes.codes = Some(ImageCodes {
        exact: hex(&exact.code),
        tolerant: hex(&tolerant.code),
        untrimmed: hex(&whole.code),
        inset: hex(&dct::Spectrum::of(&inset(&tolerant.pixels, INSET)).image_code()),
    });
    Ok(())
}

/// 32 by 32 grey pixels and what they are as a code.
#[derive(Clone, PartialEq)]
struct Grid {
    pixels: [u8; dct::SIDE * dct::SIDE],
    code: [u8; 32],
    /// So many low frequencies are next to nothing that their signs are chance.
    unstable: bool,
}

impl Grid {
    fn of(pixels: [u8; dct::SIDE * dct::SIDE]) -> Self {
        let spectrum = dct::Spectrum::of(&pixels);
        let nothing = spectrum.low().iter().filter(|c| c.abs() < 1.0).count();
        let unstable = nothing > COEFFICIENTS_NEAR_ZERO;
        Grid { pixels, code: spectrum.image_code(), unstable }
    }
}

/// The codes that the picture would have mirrored and turned, of one grid or both.
fn turned(trimmed: &Grid, whole: &Grid) -> Vec<TurnedCode> {
    let grids = [Some(trimmed), Some(whole).filter(|w| w.pixels != trimmed.pixels)];
    let codes = grids.into_iter().flatten().flat_map(|grid| {
        (2..=8).map(|orientation| {
            let pixels = dct::turned(&grid.pixels, orientation);
            TurnedCode { orientation, code: hex(&dct::Spectrum::of(&pixels).image_code()) }
        })
    });
    codes.collect()
}

/// The pixels of the first frame as they are stored; `None` when these bytes are no picture.
pub fn decode(
    bytes: &[u8],
    facts: Option<&MediaFacts>,
    limits: &Limits,
) -> Result<Option<Picture>, Problem> {
    format_of(bytes, facts)?.map(|format| decoded(bytes, format, limits)).transpose()
}

/// The format to decode; `None` for what is no picture.
pub(super) fn format_of(
    bytes: &[u8],
    facts: Option<&MediaFacts>,
) -> Result<Option<ImageFormat>, Problem> {
    let Some(facts) = facts else {
        // Nobody recognised it. What the decoder recognises by itself is still worth a code.
        let guess = ::image::guess_format(bytes).ok();
        return Ok(guess.filter(|f| f.reading_enabled() || OURS.contains(f)));
    };
    if facts.kind != MediaKind::Image {
        return Ok(None);
    }
    match facts.format.as_str() {
        "jpeg" => Ok(Some(ImageFormat::Jpeg)),
        "png" | "apng" => Ok(Some(ImageFormat::Png)),
        "gif" => Ok(Some(ImageFormat::Gif)),
        "webp" => Ok(Some(ImageFormat::WebP)),
        "bmp" => Ok(Some(ImageFormat::Bmp)),
        "ico" => Ok(Some(ImageFormat::Ico)),
        "tiff" => Ok(Some(ImageFormat::Tiff)),
        other => {
            let other = other.to_uppercase();
            let message =
                format!("{other} pictures are not decoded yet, so there is no picture code");
            Err(Problem::new(ProblemCode::Unsupported, PLACE, message))
        }
    }
}

/// Decodes the first frame, with a size that was checked before memory was taken for it.
fn decoded(bytes: &[u8], format: ImageFormat, limits: &Limits) -> Result<Picture, Problem> {
    match format {
        ImageFormat::Tiff => {
            let jpeg = |bytes: &[u8], inks: bool, limits: &Limits| {
                let jpeg = opened(bytes, limits)?;
                if inks { jpeg.inks() } else { jpeg.picture() }.map_err(jpeg_problem)
            };
            return tiff::decode(bytes, limits, jpeg);
        }
        ImageFormat::Ico => {
            let png = |bytes: &[u8], limits: &Limits| decoded(bytes, ImageFormat::Png, limits);
            return ico::decode(bytes, limits, png);
        }
        ImageFormat::Bmp => return bmp::decode(bytes, limits),
        _ => {}
    }
    if format == ImageFormat::Jpeg {
        return opened(bytes, limits)?.picture().map_err(jpeg_problem);
    }
    if format == ImageFormat::WebP && !webp::fits(bytes, limits.segments) {
        return Err(malformed("a frame is larger than the canvas"));
    }
    let canvas = match format {
        ImageFormat::Gif => gif::canvas(bytes, limits.segments),
        _ => None,
    };
    let bytes = match (&canvas, format) {
        (Some(canvas), _) => canvas.enlarged(bytes),
        (None, ImageFormat::WebP) => webp::unblended(bytes, limits.segments),
        _ => Cow::Borrowed(bytes),
    };
    let bytes: &[u8] = &bytes;
    let mut cursor = Cursor::new(bytes);
    let pixels = read(&mut cursor, format, limits);
    // As far as the decoder had come.
    let stood = cursor.position() as usize;
    let mut picture = pixels.map_err(|problem| fault::at(problem, stood.min(bytes.len())))?;
    if let Some(canvas) = canvas {
        canvas.fill(&mut picture);
    }
    Ok(picture)
}

/// Decodes what the crate `image` decodes.
fn read(
    cursor: &mut Cursor<&[u8]>,
    format: ImageFormat,
    limits: &Limits,
) -> Result<Picture, Problem> {
    let bytes: &[u8] = cursor.get_ref();
    let mut reader = ImageReader::with_format(cursor, format);
    reader.limits(decoder_limits(format, limits));
    let decoder = reader.into_decoder().map_err(problem_of)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(malformed("the picture has no width or no height"));
    }
    check_size(width, height, decoder.total_bytes(), limits)?;
    let colour = decoder.color_type();
    let size = usize::try_from(decoder.total_bytes()).map_err(|_| malformed("too large"))?;
    let mut data = vec![0; size];
    decoder.read_image(&mut data).map_err(problem_of)?;
    let png_plain = format == ImageFormat::Png && png_without_alpha_channel(bytes);
    let layout = eight_bits(&mut data, colour, png_plain)
        .ok_or_else(|| Problem::new(ProblemCode::Unsupported, PLACE, format!("{colour:?}")))?;
    let mut picture = Picture { width: width as usize, height: height as usize, layout, data };
    if png_plain {
        picture.drop_alpha();
    }
    Ok(picture)
}

/// A JPEG of which the header was looked at.
fn opened<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Jpeg<'a>, Problem> {
    let jpeg = Jpeg::open(bytes).map_err(jpeg_problem)?;
    check_size(jpeg.width() as u32, jpeg.height() as u32, 0, limits)?;
    Ok(jpeg)
}

fn decoder_limits(format: ImageFormat, limits: &Limits) -> ::image::Limits {
    let mut to = ::image::Limits::default();
    to.max_image_width = Some(limits.side);
    to.max_image_height = Some(limits.side);
    to.max_alloc = Some(match format {
        // Only for chunks: a colour profile that inflates to more than a whole file is a bomb.
        ImageFormat::Png => limits.file_bytes as u64,
        // A frame smaller than its canvas takes a buffer of its own.
        _ => buffer_bytes(limits).saturating_mul(2),
    });
    to
}

/// Brings 16-bit channels to eight as Pillow does: the high byte, except that plain grey is
/// cut off at 255 (`I;16` to `L`), which leaves most such pictures white and featureless.
/// `plain`: alpha is no channel of the file and will be dropped.
fn eight_bits(data: &mut Vec<u8>, colour: ColorType, plain: bool) -> Option<Layout> {
    let layout = match colour {
        ColorType::L8 | ColorType::L16 => Layout::Grey,
        ColorType::La8 | ColorType::La16 => Layout::GreyAlpha,
        ColorType::Rgb8 | ColorType::Rgb16 => Layout::Rgb,
        ColorType::Rgba8 | ColorType::Rgba16 => Layout::Rgba,
        _ => return None,
    };
    if matches!(colour, ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16) {
        let cut_off = colour == ColorType::L16 || (colour == ColorType::La16 && plain);
        let narrow = |word: [u8; 2]| {
            let word = u16::from_ne_bytes(word);
            if cut_off { word.min(255) as u8 } else { (word >> 8) as u8 }
        };
        repack(data, |word: [u8; 2]| [narrow(word)]);
    }
    Some(layout)
}

/// Whether a PNG of plain grey or colour names one transparent colour (`tRNS`) at most. The
/// reference tool does not look at that; it does at the transparency of palettes.
/// The colour type is byte 9 of IHDR, which comes first (PNG 3rd edition, 11.2.1).
fn png_without_alpha_channel(bytes: &[u8]) -> bool {
    matches!(bytes.get(25), Some(0 | 2))
}

/// What the JPEG decoder's error means to the reader.
pub(super) fn jpeg_problem(error: jpeg::Error) -> Problem {
    let code = match error.fault {
        jpeg::Fault::Malformed => ProblemCode::Malformed,
        jpeg::Fault::Truncated => ProblemCode::Truncated,
        jpeg::Fault::Unsupported => ProblemCode::Unsupported,
        jpeg::Fault::OverLimit => ProblemCode::OverLimit,
    };
    Problem::new(code, format!("{PLACE} at {:#x}", error.at), error.message)
}

/// What the decoder's error means to the reader.
fn problem_of(error: ImageError) -> Problem {
    let code = match &error {
        ImageError::Limits(limit) => match limit.kind() {
            LimitErrorKind::Unsupported { .. } => ProblemCode::Unsupported,
            _ => ProblemCode::OverLimit,
        },
        ImageError::Unsupported(_) => ProblemCode::Unsupported,
        ImageError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            ProblemCode::Truncated
        }
        _ if ends_early(&error) => ProblemCode::Truncated,
        _ => ProblemCode::Malformed,
    };
    // Decoders pass on foreign text; one short line of it is enough.
    let text: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    Problem::new(code, PLACE, text.trim_end_matches('.'))
}

/// Whether an error was at bottom an end of file.
fn ends_early(error: &ImageError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    for _ in 0..8 {
        let Some(e) = cause else { return false };
        let io = e.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof) {
            return true;
        }
        cause = e.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::{ExtendedColorType, ImageEncoder, codecs};

    fn facts(format: &str) -> MediaFacts {
        MediaFacts {
            kind: MediaKind::Image,
            format: format.into(),
            mime: String::new(),
            bytes: 0,
            width: None,
            height: None,
            orientation: None,
            frames: None,
            duration_s: None,
        }
    }

    fn scene(width: u32, height: u32) -> Vec<u8> {
        let pixel = |i: u32| {
            let (x, y) = (i % width, i / width);
            [(x * 3) as u8, (y * 5) as u8, (x * y / 7) as u8]
        };
        (0..width * height).flat_map(pixel).collect()
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        codecs::png::PngEncoder::new(&mut bytes)
            .write_image(&scene(width, height), width, height, ExtendedColorType::Rgb8)
            .unwrap();
        bytes
    }

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90)
            .write_image(&scene(width, height), width, height, ExtendedColorType::Rgb8)
            .unwrap();
        bytes
    }

    fn codes(bytes: &[u8], facts: Option<&MediaFacts>) -> Result<Fingerprint, Problem> {
        let mut codes = Fingerprint::default();
        add_codes(&mut codes, bytes, facts, &Limits::DEFAULT).map(|()| codes)
    }

    #[test]
    fn png_and_jpeg_of_one_scene_are_alike() {
        let png = codes(&png(200, 150), Some(&facts("png"))).unwrap();
        let jpeg = codes(&jpeg(200, 150), Some(&facts("jpeg"))).unwrap();
        let likeness = compare::compare(&png.codes.unwrap(), &jpeg.codes.unwrap()).unwrap();
        assert!(likeness.sure && likeness.distance <= 16, "{likeness:?}");
    }

    #[test]
    fn the_first_digits_of_a_code_are_the_short_code() {
        let codes = codes(&png(90, 60), None).unwrap();
        let short = iscc::body(codes.iscc.image.as_deref().unwrap()).unwrap();
        assert!(codes.codes.unwrap().exact.starts_with(&short) && short.len() == 16);
    }

    #[test]
    fn a_jpeg_cut_anywhere_is_truncated_and_has_no_code() {
        let whole = jpeg(64, 48);
        for cut in [whole.len() - 1, whole.len() - 2, whole.len() / 2, 30] {
            let problem = codes(&whole[..cut], Some(&facts("jpeg"))).unwrap_err();
            assert_eq!(problem.code, ProblemCode::Truncated, "cut at {cut}: {}", problem.message);
        }
    }

    #[test]
    fn a_png_cut_in_its_data_is_truncated() {
        let whole = png(64, 48);
        let problem = codes(&whole[..whole.len() / 2], Some(&facts("png"))).unwrap_err();
        assert_eq!(problem.code, ProblemCode::Truncated, "{}", problem.message);
    }

    #[test]
    fn bytes_after_the_end_of_a_jpeg_do_not_matter() {
        let mut bytes = jpeg(64, 48);
        let before = codes(&bytes, None).unwrap().codes;
        bytes.extend_from_slice(b"and more");
        assert_eq!(codes(&bytes, None).unwrap().codes, before);
    }

    #[test]
    fn too_many_scans_are_refused() {
        let whole = jpeg(16, 16);
        let scan = whole.windows(2).position(|w| w == [0xFF, 0xDA]).unwrap();
        let mut bytes = whole[..scan].to_vec();
        for _ in 0..=100 {
            bytes.extend_from_slice(&whole[scan..whole.len() - 2]);
        }
        bytes.extend_from_slice(&[0xFF, 0xD9]);
        let problem = codes(&bytes, Some(&facts("jpeg"))).unwrap_err();
        assert_eq!(problem.code, ProblemCode::OverLimit);
    }

    #[test]
    fn a_size_over_the_limit_is_refused_by_name() {
        let small = Limits { pixels: 2_000, ..Limits::DEFAULT };
        for (bytes, name) in [(png(64, 48), "png"), (jpeg(64, 48), "jpeg")] {
            let problem =
                add_codes(&mut Fingerprint::default(), &bytes, Some(&facts(name)), &small)
                    .unwrap_err();
            assert_eq!(problem.code, ProblemCode::OverLimit);
            assert!(problem.message.contains("64 by 48"), "{}", problem.message);
        }
    }

    #[test]
    fn avif_is_said_to_be_undecoded_and_sound_is_passed_over() {
        let problem = codes(b"....ftypavif", Some(&facts("avif"))).unwrap_err();
        assert_eq!(problem.code, ProblemCode::Unsupported);
        assert_eq!(
            problem.message,
            "AVIF pictures are not decoded yet, so there is no picture code"
        );
        let sound = MediaFacts { kind: MediaKind::Audio, ..facts("mp3") };
        assert_eq!(codes(b"ID3", Some(&sound)).unwrap().codes, None);
        assert_eq!(codes(b"just text", None).unwrap().codes, None);
    }

    #[test]
    fn sixteen_bits_are_cut_as_pillow_cuts_them() {
        let words = |w: [u16; 3]| w.iter().flat_map(|v| v.to_ne_bytes()).collect::<Vec<u8>>();
        let mut grey = words([0, 200, 300]);
        assert_eq!(eight_bits(&mut grey, ColorType::L16, true), Some(Layout::Grey));
        assert_eq!(grey, [0, 200, 255]);
        let mut rgb = words([0x12FF, 0x3400, 0xFFFF]);
        assert_eq!(eight_bits(&mut rgb, ColorType::Rgb16, true), Some(Layout::Rgb));
        assert_eq!(rgb, [0x12, 0x34, 0xFF]);
    }

    #[test]
    fn pixels_from_a_browser_are_marked_and_make_no_code_to_publish() {
        let picture = decode(&png(200, 150), None, &Limits::DEFAULT).unwrap().unwrap();
        let rgba: Vec<u8> =
            picture.data.as_chunks().0.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]).collect();
        let ours = codes(&png(200, 150), None).unwrap();
        let mut codes = Fingerprint::default();
        codes_of_rgba(&mut codes, (200, 150), &rgba, 1, &Limits::DEFAULT).unwrap();
        assert_eq!(codes.codes, ours.codes);
        assert_eq!(codes.decoded_by, DecodedBy::Browser);
        assert_eq!(codes.iscc, super::super::Iscc::default());
        for (size, bytes) in [((200, 151), &rgba[..]), ((0, 0), &[]), ((70_000, 1), &[0; 280_000])]
        {
            let mut none = Fingerprint::default();
            assert!(codes_of_rgba(&mut none, size, bytes, 1, &Limits::DEFAULT).is_err());
            assert_eq!(none, Fingerprint::default());
        }
    }

    #[test]
    fn a_mirrored_picture_has_one_of_the_turned_codes() {
        let mut picture = decode(&png(200, 150), None, &Limits::DEFAULT).unwrap().unwrap();
        let mut upright = Fingerprint::default();
        codes_of_rows(&mut upright, &picture.rows(), 1).unwrap();
        picture.upright(2);
        let mut mirrored = Fingerprint::default();
        codes_of_rows(&mut mirrored, &picture.rows(), 1).unwrap();
        let turned = upright.turned.iter().find(|t| t.orientation == 2).unwrap();
        let other = ImageCodes { tolerant: turned.code.clone(), ..upright.codes.unwrap() };
        assert!(compare::compare(&other, &mirrored.codes.unwrap()).unwrap().distance <= 4);
    }

    #[test]
    fn one_colour_is_featureless_and_unstable() {
        let mut bytes = Vec::new();
        codecs::png::PngEncoder::new(&mut bytes)
            .write_image(&[200; 40 * 30 * 3], 40, 30, ExtendedColorType::Rgb8)
            .unwrap();
        let codes = codes(&bytes, None).unwrap();
        assert!(codes.featureless && codes.unstable);
        let scene = self::codes(&png(200, 150), None).unwrap();
        assert!(!scene.featureless && !scene.unstable);
    }
}
