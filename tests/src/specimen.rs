//! The small works that cases name: `jpeg`, `png+xmp`, `jpeg+xmp+exif cut 200`, `mp3+tags`,
//! `flac+tags`, `html`, `empty`.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use crate::metadata_writer::{self as writer, Exif};

const WIDTH: u32 = 64;
const HEIGHT: u32 = 48;

/// Makes the specimen of that name, with the packets and fields that the case gives.
pub fn make(
    name: &str,
    xmp: &[String],
    exif: &[(String, String)],
    tags: &[(String, String)],
) -> Result<Vec<u8>, String> {
    let (name, cut) = match name.split_once(" cut ") {
        Some((name, cut)) => (name, Some(cut.trim().parse::<usize>().map_err(|e| e.to_string())?)),
        None => (name, None),
    };
    let mut parts = name.trim().split('+');
    let format = parts.next().unwrap_or_default();
    let wanted: Vec<&str> = parts.collect();
    let xmp = if wanted.contains(&"xmp") { xmp } else { &[] };
    let tags = if wanted.contains(&"tags") { tags } else { &[] };
    let field = |key: &str| {
        exif.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty())
    };
    let exif = wanted.contains(&"exif").then(|| Exif {
        artist: field("Artist"),
        copyright: field("Copyright"),
        orientation: field("Orientation").and_then(|o| o.parse().ok()),
    });
    let mut bytes = match format {
        "jpeg" => {
            let plain = encode(ImageFormat::Jpeg)?;
            let with_exif = match &exif {
                Some(exif) => writer::into_jpeg(&plain, Some(exif), None),
                None => plain,
            };
            // Written from the last to the first: each goes right behind the first marker.
            let packets = xmp.iter().rev();
            packets.fold(with_exif, |jpeg, packet| writer::into_jpeg(&jpeg, None, Some(packet)))
        }
        "png" => {
            xmp.iter().rev().fold(encode(ImageFormat::Png)?, |png, p| writer::into_png(&png, p))
        }
        "webp" => xmp.iter().fold(encode(ImageFormat::WebP)?, |webp, packet| {
            writer::into_webp(&webp, (WIDTH, HEIGHT), packet)
        }),
        "gif" => encode(ImageFormat::Gif)?,
        "svg" => {
            let plain = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
                 <circle cx=\"32\" cy=\"24\" r=\"16\"/></svg>"
            );
            xmp.iter().fold(plain, |svg, packet| writer::into_svg(&svg, packet)).into_bytes()
        }
        "mp3" => writer::mp3(tags),
        "flac" => writer::flac(tags),
        "html" => b"<!DOCTYPE html><title>Not found</title><p>Nothing here.".to_vec(),
        "empty" => Vec::new(),
        other => return Err(format!("no specimen is called `{other}`")),
    };
    if let Some(cut) = cut {
        bytes.truncate(cut);
    }
    Ok(bytes)
}

/// A drawn scene with enough structure for its codes: a hill, a sun, a shore.
fn encode(format: ImageFormat) -> Result<Vec<u8>, String> {
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (x, y) = (x as i32, y as i32);
        let hill = 30 - (x - 20).pow(2) / 40;
        if (x - 46).pow(2) + (y - 12).pow(2) < 60 {
            Rgb([250, 196, 80])
        } else if y > 40 {
            Rgb([36, 60 + x as u8, 110])
        } else if y > hill {
            Rgb([60, 92, (40 + y) as u8])
        } else {
            Rgb([(120 + y) as u8, 170, 210])
        }
    });
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).map_err(|e| e.to_string())?;
    Ok(out.into_inner())
}
