//! The codes of a drawing that is nothing but one picture: those of the picture, to be found by.
//!
//! No standard says how a drawing (SVG 2, <https://www.w3.org/TR/SVG2/>) becomes pixels before it
//! is coded, and the drawing may turn, cut or paint over its picture. So these codes are for
//! likeness only: nothing that could be published or taken for the reference tool's. Left out:
//! drawing anything.

use super::Fingerprint;
use crate::limits::Limits;
use crate::media::{self, MediaFacts};
use crate::vocabulary::Problem;

/// A road from bytes to codes.
pub type Road = fn(&mut Fingerprint, &[u8], Option<&MediaFacts>, &Limits) -> Result<(), Problem>;

/// Takes a road, of a drawing with the picture that it is.
pub fn add_codes(
    codes: &mut Fingerprint,
    bytes: &[u8],
    facts: Option<&MediaFacts>,
    limits: &Limits,
    road: Road,
) -> Result<(), Problem> {
    let drawing = facts.is_some_and(|facts| facts.format == "svg");
    let Some(picture) = drawing.then(|| media::svg::sole(bytes, limits)).flatten() else {
        return road(codes, bytes, facts, limits);
    };
    let facts = media::open(&picture, limits).facts;
    road(codes, &picture, facts.as_ref(), limits)?;
    codes.approximate = codes.codes.is_some();
    let iscc = &mut codes.iscc;
    (iscc.image, iscc.image_256, iscc.image_tolerant) = (None, None, None);
    Ok(())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use image::{ExtendedColorType, ImageEncoder};

    use crate::fingerprint::{Fingerprint, compute, compute_for_search};
    use crate::limits::Limits;
    use crate::media::open;
    use crate::vocabulary::ProblemCode;

    fn drawing(content: &str) -> String {
        format!("<svg xmlns='http://www.w3.org/2000/svg'>{content}</svg>")
    }

    fn codes(file: &str) -> [Fingerprint; 2] {
        let facts = open(file.as_bytes(), &Limits::DEFAULT).facts;
        [compute, compute_for_search].map(|road| {
            let (codes, problems) = road(file.as_bytes(), facts.as_ref(), &Limits::DEFAULT);
            assert_eq!(codes.codes.is_none(), problems.len() == 1, "{problems:?}");
            assert!(problems.iter().all(|p| p.code == ProblemCode::Unsupported));
            codes
        })
    }

    #[test]
    fn a_drawing_of_one_picture_is_found_by_the_picture() {
        let scene: Vec<u8> =
            (0..60 * 40u32).map(|i| (i % 60 * 4 + i / 60 * i % 7 * 30) as u8).collect();
        let mut png = Vec::new();
        image::codecs::png::PngEncoder::new(&mut png)
            .write_image(&scene, 60, 40, ExtendedColorType::L8)
            .unwrap();
        let (own, _) = compute(&png, open(&png, &Limits::DEFAULT).facts.as_ref(), &Limits::DEFAULT);
        let packed = base64::engine::general_purpose::STANDARD.encode(&png);
        let image = format!("<image href='data:image/png;base64,{packed}'/>");
        for found in codes(&drawing(&image)) {
            assert_eq!((&found.codes, &found.phash), (&own.codes, &own.phash));
            assert!(found.approximate && found.iscc.image.is_none() && found.iscc.data.is_some());
            assert_ne!(found.blake3, own.blake3);
        }
        for content in [format!("{image}<circle r='3'/>"), image.repeat(2), String::new()] {
            assert!(codes(&drawing(&content)).iter().all(|c| c.codes.is_none()));
        }
        // A drawing in a drawing is none of it.
        let deep = base64::engine::general_purpose::STANDARD.encode(drawing(&image));
        let deep = drawing(&format!("<image href='data:image/svg+xml;base64,{deep}'/>"));
        assert!(codes(&deep).iter().all(|c| c.codes.is_none()));
    }
}
