//! From decoded pixels to the 32 by 32 grey grid that ISO 24138 starts from.
//!
//! The standard leaves the way to the grid to the tool; this is the way of the
//! reference tool, iscc-sdk 0.9.7 (<https://github.com/iscc/iscc-sdk>), in the exact
//! integer arithmetic of Pillow (`Convert.c`, `Paste.c`, `Resample.c`):
//! orientation, transparency on white, border trim, grey, bicubic.
//! Colour profiles are left out, because the reference tool ignores them.

use std::f64::consts::PI;

use crate::grids::Rows;

/// How the bytes of a pixel stand together; eight bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One channel.
    Grey,
    /// Grey and alpha.
    GreyAlpha,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue, alpha.
    Rgba,
}

impl Layout {
    /// Bytes of a pixel.
    pub fn channels(self) -> usize {
        match self {
            Layout::Grey => 1,
            Layout::GreyAlpha => 2,
            Layout::Rgb => 3,
            Layout::Rgba => 4,
        }
    }

    /// Whether pixels have an alpha channel.
    pub fn has_alpha(self) -> bool {
        matches!(self, Layout::GreyAlpha | Layout::Rgba)
    }

    /// The same without alpha.
    pub fn opaque(self) -> Layout {
        match self {
            Layout::Grey | Layout::GreyAlpha => Layout::Grey,
            Layout::Rgb | Layout::Rgba => Layout::Rgb,
        }
    }
}

/// A decoded picture, row by row without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels, not zero.
    pub width: usize,
    /// Height in pixels, not zero.
    pub height: usize,
    /// What a pixel is.
    pub layout: Layout,
    /// Its bytes: width times height pixels.
    pub data: Vec<u8>,
}

/// A part of a picture; right and bottom stand outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// The column after the last.
    pub right: usize,
    /// The row after the last.
    pub bottom: usize,
}

impl Area {
    /// Columns.
    pub fn width(self) -> usize {
        self.right.saturating_sub(self.left)
    }

    /// Rows.
    pub fn height(self) -> usize {
        self.bottom.saturating_sub(self.top)
    }

    /// Whether Pillow 13 makes another grid of it than those before.
    pub fn is_tall(self) -> bool {
        self.height() > 32 && self.height() + 32 > 2 * self.width()
    }
}

impl Picture {
    /// Whether pixels have an alpha channel.
    pub fn has_alpha(&self) -> bool {
        self.layout.has_alpha()
    }

    /// Its rows, to be gone through.
    pub fn rows(&self) -> Rows<'_> {
        Rows::of(self.width, self.height, self.layout, &self.data)
    }

    /// A grey copy; alpha is dropped.
    pub fn grey(&self) -> Plane {
        let pixel_grey: Vec<u8> = match self.layout {
            Layout::Grey => self.data.clone(),
            Layout::GreyAlpha => self.data.as_chunks().0.iter().map(|[l, _]| *l).collect(),
            Layout::Rgb => self.data.as_chunks().0.iter().map(|p| luma(*p)).collect(),
            Layout::Rgba => {
                self.data.as_chunks().0.iter().map(|[r, g, b, _]| luma([*r, *g, *b])).collect()
            }
        };
        Plane { width: self.width, height: self.height, data: pixel_grey }
    }

    /// The same picture in grey, in the same memory; alpha is dropped.
    pub fn into_grey(mut self) -> Plane {
        match self.layout {
            Layout::Grey => {}
            Layout::GreyAlpha => repack(&mut self.data, |[l, _]: [u8; 2]| [l]),
            Layout::Rgb => repack(&mut self.data, |p: [u8; 3]| [luma(p)]),
            Layout::Rgba => repack(&mut self.data, |[r, g, b, _]: [u8; 4]| [luma([r, g, b])]),
        }
        Plane { width: self.width, height: self.height, data: self.data }
    }

    /// Drops alpha without looking at it.
    pub fn drop_alpha(&mut self) {
        match self.layout {
            Layout::Grey | Layout::Rgb => {}
            Layout::GreyAlpha => {
                repack(&mut self.data, |[l, _]: [u8; 2]| [l]);
                self.layout = Layout::Grey;
            }
            Layout::Rgba => {
                repack(&mut self.data, |[r, g, b, _]: [u8; 4]| [r, g, b]);
                self.layout = Layout::Rgb;
            }
        }
    }

    /// Puts what is transparent on white.
    pub fn put_on_white(&mut self) {
        match self.layout {
            Layout::Grey | Layout::Rgb => {}
            Layout::GreyAlpha => {
                repack(&mut self.data, |[l, a]: [u8; 2]| [over_white(l, a)]);
                self.layout = Layout::Grey;
            }
            Layout::Rgba => {
                repack(&mut self.data, |[r, g, b, a]: [u8; 4]| [r, g, b].map(|c| over_white(c, a)));
                self.layout = Layout::Rgb;
            }
        }
    }

    /// Turns the picture upright by its EXIF orientation (EXIF 3.0, tag 0x0112); 1 and
    /// anything that is no orientation leave it as it is. Takes a second buffer.
    pub fn upright(&mut self, orientation: u8) {
        if !(2..=8).contains(&orientation) {
            return;
        }
        self.data = match self.layout {
            Layout::Grey => turned::<1>(self, orientation),
            Layout::GreyAlpha => turned::<2>(self, orientation),
            Layout::Rgb => turned::<3>(self, orientation),
            Layout::Rgba => turned::<4>(self, orientation),
        };
        if orientation >= 5 {
            std::mem::swap(&mut self.width, &mut self.height);
        }
    }

    /// The whole of it.
    pub fn whole(&self) -> Area {
        Area { left: 0, top: 0, right: self.width, bottom: self.height }
    }

    /// What is left when every border pixel equal to the upper left one is cut
    /// (iscc-sdk up to 0.9.6, hence most codes in registries).
    pub fn trimmed_exact(&self) -> Area {
        self.unlike_corner(self.whole(), 0).unwrap_or(self.whole())
    }

    /// What is left when borders within 16 levels of the upper left pixel are cut, again
    /// and again (iscc-sdk 0.9.7 `image_trim_tolerant`). A cut on one side only must be
    /// flat within 8 levels, so that skies are kept.
    pub fn trimmed_tolerant(&self) -> Area {
        const TOLERANCE: u8 = 16;
        const PASSES: usize = 16;
        let mut area = self.whole();
        for _ in 0..PASSES {
            let Some(next) = self.unlike_corner(area, TOLERANCE) else { break };
            if next == area {
                break;
            }
            let sides = [
                next.left > area.left,
                next.top > area.top,
                next.right < area.right,
                next.bottom < area.bottom,
            ];
            if sides.iter().filter(|cut| **cut).count() == 1
                && self.unlike_corner(area, TOLERANCE / 2) != Some(next)
            {
                break;
            }
            area = next;
        }
        area
    }

    /// The smallest area that holds every pixel with a channel further than `tolerance`
    /// from the upper left pixel; `None` when there is none.
    fn unlike_corner(&self, area: Area, tolerance: u8) -> Option<Area> {
        match self.layout {
            Layout::Grey => unlike_corner::<1>(self, area, tolerance),
            Layout::GreyAlpha => unlike_corner::<2>(self, area, tolerance),
            Layout::Rgb => unlike_corner::<3>(self, area, tolerance),
            Layout::Rgba => unlike_corner::<4>(self, area, tolerance),
        }
    }
}

/// A grey picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plane {
    /// Width in pixels, not zero.
    pub width: usize,
    /// Height in pixels, not zero.
    pub height: usize,
    /// One byte a pixel, row by row.
    pub data: Vec<u8>,
}

/// A resampling filter of Pillow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Keys' cubic with a = −0.5.
    Bicubic,
    /// Lanczos' windowed sinc with three lobes.
    Lanczos,
}

impl Plane {
    /// The whole of it.
    pub fn whole(&self) -> Area {
        Area { left: 0, top: 0, right: self.width, bottom: self.height }
    }

    /// The 32 by 32 grid of an area as Pillow 9.5 to 12.3 makes it.
    pub fn grid(&self, area: Area) -> Vec<u8> {
        self.resized(area, 32, 32, Kernel::Bicubic)
    }

    /// The same as Pillow 13 makes it: a tall picture goes down first, and then some of its
    /// pixels are one level off.
    pub fn grid_since_13(&self, area: Area) -> Vec<u8> {
        if !area.is_tall() {
            return self.grid(area);
        }
        let rows: Vec<&[u8]> = self.rows(area).collect();
        let low = down(&rows, &taps(area.height(), 32, Kernel::Bicubic));
        let rows: Vec<&[u8]> = low.chunks_exact(area.width().max(1)).collect();
        across(&rows, &taps(area.width(), 32, Kernel::Bicubic))
    }

    /// An area in another size, as Pillow's `crop` and `resize` give it: across first,
    /// rounded to eight bits, then down. A direction that fits already stays as it is.
    pub fn resized(&self, area: Area, width: usize, height: usize, kernel: Kernel) -> Vec<u8> {
        let rows: Vec<&[u8]> = self.rows(area).collect();
        let narrow = across(&rows, &taps(area.width(), width, kernel));
        let rows: Vec<&[u8]> = narrow.chunks_exact(width.max(1)).collect();
        down(&rows, &taps(area.height(), height, kernel))
    }

    fn rows(&self, area: Area) -> impl Iterator<Item = &[u8]> {
        self.data
            .chunks_exact(self.width)
            .take(area.bottom)
            .skip(area.top)
            .map(move |row| row.get(area.left..area.right).unwrap_or_default())
    }
}

/// Every row in another width.
pub(crate) fn across(rows: &[&[u8]], taps: &[Tap]) -> Vec<u8> {
    let mut narrow = vec![0; rows.len() * taps.len()];
    for (row, place) in rows.iter().zip(narrow.chunks_exact_mut(taps.len().max(1))) {
        narrowed(row, taps, place);
    }
    narrow
}

/// One row in another width.
pub(crate) fn narrowed(row: &[u8], taps: &[Tap], to: &mut [u8]) {
    for (to, tap) in to.iter_mut().zip(taps) {
        let pixels = row.get(tap.start..).unwrap_or_default();
        // Sums may wrap on the way, as long as the end is right.
        let sum = |halves: &[i16]| {
            let add = |sum: i32, (p, w): (&u8, &i16)| {
                sum.wrapping_add(i32::from(*p).wrapping_mul(i32::from(*w)))
            };
            pixels.iter().zip(halves).fold(0, add)
        };
        let high = sum(&tap.halves.0).wrapping_shl(LOW_BITS);
        *to = rounded(HALF.wrapping_add(high).wrapping_add(sum(&tap.halves.1)));
    }
}

/// As many rows as there are taps instead.
pub(crate) fn down(rows: &[&[u8]], taps: &[Tap]) -> Vec<u8> {
    let width = rows.first().map_or(0, |row| row.len());
    let mut small: Vec<u8> = Vec::with_capacity(width * taps.len());
    let mut sums = vec![0i32; width];
    for tap in taps {
        sums.fill(HALF);
        for (row, w) in rows.iter().skip(tap.start).zip(&tap.weights) {
            for (sum, p) in sums.iter_mut().zip(*row) {
                *sum = sum.wrapping_add(i32::from(*p).wrapping_mul(*w));
            }
        }
        small.extend(sums.iter().map(|sum| rounded(*sum)));
    }
    small
}

/// The grid of the same picture with so much of each side cut off, made of the grid itself:
/// codes look at low frequencies only, and those are all there.
pub fn inset(grid: &[u8; 1024], share: f64) -> [u8; 1024] {
    const SIDE: usize = 32;
    let pixel = |x: usize, y: usize| f64::from(grid.get(y * SIDE + x).copied().unwrap_or(0));
    // Where a new pixel lies among the old ones, and what it takes of the four around it.
    let places: Vec<Vec<(usize, f64)>> = (0..SIDE)
        .map(|i| {
            let at = (share + (i as f64 + 0.5) / SIDE as f64 * (1.0 - 2.0 * share)) * SIDE as f64;
            let near: Vec<(usize, f64)> = (0..SIDE)
                .map(|x| (x, bicubic(x as f64 + 0.5 - at)))
                .filter(|(_, weight)| *weight != 0.0)
                .collect();
            let sum: f64 = near.iter().map(|(_, weight)| weight).sum();
            near.into_iter().map(|(x, weight)| (x, weight / sum)).collect()
        })
        .collect();
    let mut inset = [0; SIDE * SIDE];
    for (row, down) in inset.chunks_exact_mut(SIDE).zip(&places) {
        for (place, across) in row.iter_mut().zip(&places) {
            let line =
                |y: usize| across.iter().map(|(x, weight)| pixel(*x, y) * weight).sum::<f64>();
            let level: f64 = down.iter().map(|(y, weight)| line(*y) * weight).sum();
            *place = level.round().clamp(0.0, 255.0) as u8;
        }
    }
    inset
}

/// What goes into one pixel of the smaller picture.
pub(crate) struct Tap {
    /// The first pixel.
    pub(crate) start: usize,
    /// How much of it and of those that follow.
    pub(crate) weights: Vec<i32>,
    /// The same as high and low halves: products of sixteen bits are added several at a time.
    halves: (Vec<i16>, Vec<i16>),
}

/// Bits of the low half of a weight. No weight is as large as two, so the rest fits sixteen.
const LOW_BITS: u32 = 8;

/// Bits after the point (Pillow's `PRECISION_BITS`). The weights of a pixel sum to one, and
/// their negative lobes are small, so a sum of 255 times them stays within 32 bits.
const PRECISION: u32 = 32 - 8 - 2;

/// One half, so that cutting rounds.
pub(crate) const HALF: i32 = 1 << (PRECISION - 1);

pub(crate) fn rounded(sum: i32) -> u8 {
    (sum >> PRECISION).clamp(0, 255) as u8
}

/// Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`. As many as there are, each pixel
/// comes out as itself.
pub(crate) fn taps(from: usize, to: usize, kernel: Kernel) -> Vec<Tap> {
    let (reach, weight): (f64, fn(f64) -> f64) = match kernel {
        Kernel::Bicubic => (2.0, bicubic),
        Kernel::Lanczos => (3.0, lanczos),
    };
    let scale = from as f64 / to as f64;
    let stretch = scale.max(1.0);
    let support = reach * stretch;
    let tap = |i: usize| {
        let centre = (i as f64 + 0.5) * scale;
        // Conversion cuts towards zero, and below zero gives zero.
        let start = (centre - support + 0.5) as usize;
        let end = ((centre + support + 0.5) as usize).min(from);
        // Pillow multiplies by the reciprocal; dividing rounds differently.
        let shrink = 1.0 / stretch;
        let exact: Vec<f64> =
            (start..end).map(|x| weight((x as f64 - centre + 0.5) * shrink)).collect();
        let sum: f64 = exact.iter().sum();
        let fixed = |w: &f64| {
            let w = if sum == 0.0 { *w } else { *w / sum } * f64::from(1u32 << PRECISION);
            (w + if w < 0.0 { -0.5 } else { 0.5 }) as i32
        };
        let weights: Vec<i32> = exact.iter().map(fixed).collect();
        let high = weights.iter().map(|w| (w >> LOW_BITS) as i16).collect();
        let low = weights.iter().map(|w| (w & 0xFF) as i16).collect();
        Tap { start, weights, halves: (high, low) }
    };
    (0..to).map(tap).collect()
}

fn bicubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}

fn lanczos(x: f64) -> f64 {
    if (-3.0..3.0).contains(&x) { sinc(x) * sinc(x / 3.0) } else { 0.0 }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (x * PI).sin() / (x * PI) }
}

/// ITU-R BT.601 in 16-bit fixed point (Pillow's `L24` and its rounding).
pub(crate) fn luma([r, g, b]: [u8; 3]) -> u8 {
    let sum = 19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + 0x8000;
    (sum >> 16) as u8
}

/// Pillow's `BLEND` with white behind, whose division by 255 rounds.
pub(crate) fn over_white(colour: u8, alpha: u8) -> u8 {
    let sum = u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 128;
    (((sum >> 8) + sum) >> 8) as u8
}

/// Rewrites every pixel in place as a smaller one.
pub fn repack<const FROM: usize, const TO: usize>(
    data: &mut Vec<u8>,
    convert: impl Fn([u8; FROM]) -> [u8; TO],
) {
    // Pixels pass through a small buffer, so that writing never overtakes reading.
    const BLOCK: usize = 4096;
    let pixels = data.len() / FROM;
    let mut buffer = vec![[0u8; FROM]; BLOCK];
    let mut done = 0;
    while done < pixels {
        let count = BLOCK.min(pixels - done);
        let source = data.get(done * FROM..).unwrap_or_default().as_chunks().0;
        buffer.iter_mut().zip(source).for_each(|(b, s)| *b = *s);
        let target = data.get_mut(done * TO..).unwrap_or_default().as_chunks_mut().0;
        for (pixel, from) in target.iter_mut().zip(&buffer).take(count) {
            *pixel = convert(*from);
        }
        done += count;
    }
    data.truncate(pixels * TO);
}

/// The bytes of the picture turned upright.
fn turned<const N: usize>(picture: &Picture, orientation: u8) -> Vec<u8> {
    let (w, h) = (picture.width, picture.height);
    let source = picture.data.as_chunks::<N>().0;
    let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
    let mut data = Vec::with_capacity(picture.data.len());
    for y in 0..height {
        for x in 0..width {
            let (across, down) = match orientation {
                2 => (w - 1 - x, y),
                3 => (w - 1 - x, h - 1 - y),
                4 => (x, h - 1 - y),
                5 => (y, x),
                6 => (y, h - 1 - x),
                7 => (w - 1 - y, h - 1 - x),
                8 => (w - 1 - y, x),
                _ => (x, y),
            };
            data.extend_from_slice(source.get(down * w + across).unwrap_or(&[0; N]));
        }
    }
    data
}

fn unlike_corner<const N: usize>(picture: &Picture, area: Area, tolerance: u8) -> Option<Area> {
    let pixels = picture.data.as_chunks::<N>().0;
    let row = |y: usize| {
        let start = y * picture.width;
        pixels.get(start + area.left..start + area.right).unwrap_or_default()
    };
    let corner = *row(area.top).first()?;
    let unlike =
        |pixel: &[u8; N]| pixel.iter().zip(&corner).any(|(a, b)| a.abs_diff(*b) > tolerance);
    let top = (area.top..area.bottom).find(|y| row(*y).iter().any(unlike))?;
    let bottom = (top..area.bottom).rev().find(|y| row(*y).iter().any(unlike))? + 1;
    // Rows beyond the first only matter where they reach further out.
    let (mut left, mut right) = (area.right, area.left);
    for y in top..bottom {
        let row = row(y);
        if let Some(i) = row.iter().take(left - area.left).position(unlike) {
            left = area.left + i;
        }
        if let Some(i) = row.iter().skip(right - area.left).rposition(unlike) {
            right += i + 1;
        }
    }
    Some(Area { left, top, right, bottom })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 3]) -> Picture {
        let data = (0..width * height).flat_map(|i| pixel(i % width, i / width)).collect();
        Picture { width, height, layout: Layout::Rgb, data }
    }

    #[test]
    fn white_stays_white_and_black_black() {
        assert_eq!(luma([255, 255, 255]), 255);
        assert_eq!(luma([0, 0, 0]), 0);
        assert_eq!(luma([255, 0, 0]), 76);
    }

    #[test]
    fn transparency_is_filled_with_white() {
        assert_eq!(over_white(10, 0), 255);
        assert_eq!(over_white(10, 255), 10);
        assert_eq!(over_white(0, 128), 127);
    }

    #[test]
    fn repacking_more_than_one_block_loses_no_pixel() {
        let count = 10_000usize;
        let mut data: Vec<u8> =
            (0..count).flat_map(|i| [i as u8, (i >> 8) as u8, 7, 255]).collect();
        repack(&mut data, |[r, g, b, _]: [u8; 4]| [r, g, b]);
        let expected: Vec<u8> = (0..count).flat_map(|i| [i as u8, (i >> 8) as u8, 7]).collect();
        assert_eq!(data, expected);
    }

    #[test]
    fn a_frame_of_one_colour_is_cut_by_both_trims() {
        let inner = Area { left: 3, top: 2, right: 9, bottom: 8 };
        let picture = rgb(12, 10, |x, y| {
            let inside = (3..9).contains(&x) && (2..8).contains(&y);
            if inside { [200, x as u8 * 9, y as u8 * 9] } else { [20, 20, 20] }
        });
        assert_eq!(picture.trimmed_exact(), inner);
        assert_eq!(picture.trimmed_tolerant(), inner);
    }

    #[test]
    fn a_noisy_frame_is_cut_by_the_tolerant_trim_only() {
        let picture = rgb(12, 10, |x, y| {
            let inside = (3..9).contains(&x) && (2..8).contains(&y);
            if inside { [200, 90, 90] } else { [20 + (x * y % 3) as u8, 20, 20] }
        });
        assert_eq!(picture.trimmed_exact().left, 1);
        assert_eq!(picture.trimmed_tolerant(), Area { left: 3, top: 2, right: 9, bottom: 8 });
    }

    #[test]
    fn one_colour_is_not_trimmed_at_all() {
        let picture = rgb(5, 4, |_, _| [1, 2, 3]);
        assert_eq!(picture.trimmed_exact(), picture.whole());
        assert_eq!(picture.trimmed_tolerant(), picture.whole());
    }

    #[test]
    fn every_orientation_brings_the_same_picture_upright() {
        // EXIF 3.0: where row 0 and column 0 of what is stored stand in the upright picture.
        let upright = rgb(3, 2, |x, y| [x as u8, y as u8, 0]);
        type Stored = fn(usize, usize) -> [u8; 3];
        let cases: [(u8, usize, usize, Stored); 8] = [
            (1, 3, 2, |x, y| [x as u8, y as u8, 0]),
            (2, 3, 2, |x, y| [2 - x as u8, y as u8, 0]),
            (3, 3, 2, |x, y| [2 - x as u8, 1 - y as u8, 0]),
            (4, 3, 2, |x, y| [x as u8, 1 - y as u8, 0]),
            (5, 2, 3, |x, y| [y as u8, x as u8, 0]),
            (6, 2, 3, |x, y| [2 - y as u8, x as u8, 0]),
            (7, 2, 3, |x, y| [2 - y as u8, 1 - x as u8, 0]),
            (8, 2, 3, |x, y| [y as u8, 1 - x as u8, 0]),
        ];
        for (orientation, width, height, stored) in cases {
            let mut picture = rgb(width, height, stored);
            picture.upright(orientation);
            assert_eq!(picture, upright, "orientation {orientation}");
        }
    }

    #[test]
    fn a_fitting_size_is_left_alone() {
        let data: Vec<u8> = (0..1024u32).map(|i| i as u8).collect();
        let plane = Plane { width: 32, height: 32, data: data.clone() };
        assert_eq!(plane.grid(plane.whole()), data);
    }

    #[test]
    fn one_pixel_becomes_a_grid() {
        let plane = Plane { width: 1, height: 1, data: vec![77] };
        assert_eq!(plane.grid(plane.whole()), vec![77; 1024]);
        assert_eq!(plane.resized(plane.whole(), 9, 8, Kernel::Lanczos), vec![77; 72]);
    }

    #[test]
    fn halves_of_weights_make_the_same_sums() {
        let row: Vec<u8> =
            (0..40_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 23) as u8).collect();
        for (from, to) in [(1, 32), (7, 9), (40, 32), (4_032, 32), (40_000, 9)] {
            for kernel in [Kernel::Bicubic, Kernel::Lanczos] {
                let taps = taps(from, to, kernel);
                let mut narrow = vec![0; to];
                narrowed(&row[..from], &taps, &mut narrow);
                for (level, tap) in narrow.iter().zip(&taps) {
                    let pixels = row[tap.start..from].iter().zip(&tap.weights);
                    let sum: i64 = pixels.map(|(p, w)| i64::from(*p) * i64::from(*w)).sum();
                    assert_eq!(*level, ((sum + i64::from(HALF)) >> PRECISION).clamp(0, 255) as u8);
                }
            }
        }
    }

    #[test]
    fn weights_sum_to_one_within_rounding() {
        for (from, to) in
            [(1, 32), (2, 32), (3, 9), (5, 32), (33, 32), (4000, 32), (65_535, 32), (7, 9)]
        {
            for kernel in [Kernel::Bicubic, Kernel::Lanczos] {
                for tap in taps(from, to, kernel) {
                    let sum: i64 = tap.weights.iter().map(|w| i64::from(*w)).sum();
                    assert!((sum - (1 << 22)).unsigned_abs() <= tap.weights.len() as u64);
                    let worst: i64 = tap.weights.iter().map(|w| i64::from(w.abs())).sum();
                    assert!(worst * 255 + i64::from(HALF) < i64::from(i32::MAX));
                    assert!(tap.start + tap.weights.len() <= from);
                    let (high, low) = &tap.halves;
                    for (weight, (high, low)) in tap.weights.iter().zip(high.iter().zip(low)) {
                        assert_eq!(*weight, i32::from(*high) * 256 + i32::from(*low));
                    }
                }
            }
        }
    }
}
