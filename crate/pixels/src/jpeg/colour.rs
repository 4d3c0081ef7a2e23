//! Components to red, green and blue: JFIF's conversion (ITU-T T.871, clause 7) in the 16-bit
//! fixed point of libjpeg (`jdcolor.c` of <https://libjpeg-turbo.org>), and inks to light as
//! Pillow has it (`Convert.c`, `cmyk2rgb`). Left out: colour profiles.

use super::headers::Colour;

/// Writes a row of pixels, as many bytes each as [`Colour::channels`] says.
pub fn write(colour: Colour, rows: [&[u8]; 4], light: &mut [Vec<u8>; 3], out: &mut [u8]) {
    let [a, b, c, k] = rows;
    match colour {
        Colour::Grey => out.iter_mut().zip(a).for_each(|(o, s)| *o = *s),
        Colour::Rgb => interleave([a, b, c], out),
        Colour::Ycc => {
            to_light(a, b, c, light);
            interleave(light.each_ref().map(Vec::as_slice), out);
        }
        Colour::Plain => {
            for (out, (((a, b), c), k)) in
                out.as_chunks_mut().0.iter_mut().zip(a.iter().zip(b).zip(c).zip(k))
            {
                *out = [*a, *b, *c, *k];
            }
        }
        // Pillow takes every file of four components for inverted, as Adobe writes them.
        Colour::Cmyk => {
            for (out, (((a, b), c), k)) in
                out.as_chunks_mut().0.iter_mut().zip(a.iter().zip(b).zip(c).zip(k))
            {
                *out = of_inks([255 - a, 255 - b, 255 - c, 255 - k]);
            }
        }
        Colour::Ycck => {
            to_light(a, b, c, light);
            let [r, g, b] = light.each_ref();
            for (out, (((r, g), b), k)) in
                out.as_chunks_mut().0.iter_mut().zip(r.iter().zip(g).zip(b).zip(k))
            {
                *out = of_inks([*r, *g, *b, 255 - k]);
            }
        }
    }
}

fn interleave([r, g, b]: [&[u8]; 3], out: &mut [u8]) {
    for (out, ((r, g), b)) in out.as_chunks_mut().0.iter_mut().zip(r.iter().zip(g).zip(b)) {
        *out = [*r, *g, *b];
    }
}

/// Whole multiples are taken out of libjpeg's factors 1.402, 0.34414, 0.71414 and 1.772, so
/// that what is left fits 16 bits; the sums are the same.
fn to_light(y: &[u8], cb: &[u8], cr: &[u8], [r, g, b]: &mut [Vec<u8>; 3]) {
    for plane in [&mut *r, &mut *g, &mut *b] {
        plane.resize(y.len(), 0);
    }
    let inputs = y.iter().zip(cb).zip(cr);
    for (((y, cb), cr), ((r, g), b)) in inputs.zip(r.iter_mut().zip(g.iter_mut()).zip(b.iter_mut()))
    {
        let y = i16::from(*y);
        let (cb, cr) = (i16::from(*cb) - 128, i16::from(*cr) - 128);
        *r = limited(y + cr + part(cr, 26_345, 0, 0));
        *g = limited(y - cr + part(cb, -22_554, cr, 18_734));
        *b = limited(y + 2 * cb + part(cb, -14_942, 0, 0));
    }
}

#[inline(always)]
fn part(a: i16, factor_a: i16, b: i16, factor_b: i16) -> i16 {
    let sum = i32::from(a) * i32::from(factor_a) + i32::from(b) * i32::from(factor_b);
    ((sum + (1 << 15)) >> 16) as i16
}

#[inline(always)]
fn limited(value: i16) -> u8 {
    value.clamp(0, 255) as u8
}

fn of_inks([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    let paper = 255 - k;
    [c, m, y].map(|ink| {
        let product = u32::from(ink) * u32::from(paper) + 128;
        paper.saturating_sub((((product >> 8) + product) >> 8) as u8)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_the_one_of_the_tables() {
        // FIX(x) of jdcolor.c: x times 65536, rounded.
        let fix = |x: f64| (x * 65536.0 + 0.5) as i32;
        let clip = |v: i32| v.clamp(0, 255) as u8;
        for cb in 0..=255u8 {
            let (y, cbs, crs): (Vec<u8>, Vec<u8>, Vec<u8>) =
                ((0..=255).map(|i| 255 - i).collect(), vec![cb; 256], (0..=255).collect());
            let mut out = [0; 768];
            let none = &[][..];
            write(Colour::Ycc, [&y, &cbs, &crs, none], &mut Default::default(), &mut out);
            for (out, (y, cr)) in out.chunks(3).zip(y.iter().zip(&crs)) {
                let (y, b, r) = (i32::from(*y), i32::from(cb) - 128, i32::from(*cr) - 128);
                let red = y + ((fix(1.402) * r + 32768) >> 16);
                let green = y + ((-fix(0.34414) * b + 32768 - fix(0.71414) * r) >> 16);
                let blue = y + ((fix(1.772) * b + 32768) >> 16);
                assert_eq!(out, [clip(red), clip(green), clip(blue)]);
            }
        }
    }

    #[test]
    fn inks_darken() {
        assert_eq!(of_inks([0, 0, 0, 0]), [255, 255, 255]);
        assert_eq!(of_inks([255, 0, 128, 0]), [0, 255, 127]);
        assert_eq!(of_inks([10, 20, 30, 255]), [0, 0, 0]);
    }
}
