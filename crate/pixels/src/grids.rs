//! Every small grid that the codes of a picture are made of, from its rows as they come.
//!
//! The same as [`super::normalise`] does to a whole picture in memory (turned upright, on white,
//! trimmed in two ways, grey, resized as Pillow does it), a row at a time: what is held does not
//! grow with the height of the picture but for a few bytes a row, and every row is used while it
//! is near. A border is cut by going through the rows again. Left out: the trims' reasons, see
//! [`Area`] and `iscc-sdk` (<https://github.com/iscc/iscc-sdk>).

use crate::jpeg::Error;
use crate::normalise::{Area, HALF, Kernel, Layout, Tap, across, down, luma, over_white};
use crate::normalise::{narrowed, rounded, taps};

/// Side of the grids.
pub const SIDE: usize = 32;

/// Levels from the upper left pixel within which the tolerant trim cuts (iscc-sdk 0.9.7,
/// `image_trim_tolerant`); a cut on one side only must be flat within half as many, so that
/// skies are kept. The exact trim is that of iscc-sdk up to 0.9.6.
const TOLERANCES: [u8; 3] = [0, 8, 16];

/// How often the tolerant trim is repeated (iscc-sdk 0.9.7).
const PASSES: usize = 16;

/// Gives out every row to a sink.
pub type Each<'a> = dyn Fn(&mut dyn FnMut(&[u8])) -> Result<(), Error> + 'a;

/// A picture that gives its rows, as they are stored, from the top, as often as it is asked.
pub struct Rows<'a> {
    /// Width in pixels, not zero.
    pub width: usize,
    /// Height in pixels, not zero.
    pub height: usize,
    /// What a pixel is.
    pub layout: Layout,
    /// Gives out every row.
    pub each: Box<Each<'a>>,
}

impl<'a> Rows<'a> {
    /// Those of pixels in memory, row by row without padding.
    pub fn of(width: usize, height: usize, layout: Layout, data: &'a [u8]) -> Rows<'a> {
        let each = move |sink: &mut dyn FnMut(&[u8])| {
            data.chunks_exact((width * layout.channels()).max(1)).take(height).for_each(sink);
            Ok(())
        };
        Rows { width, height, layout, each: Box::new(each) }
    }
}

/// 32 by 32 grey levels.
pub type Grid = [u8; SIDE * SIDE];

/// What is had of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grids {
    /// Exact trim, resized as Pillow 9.5 to 12.3 does it.
    pub exact: Grid,
    /// Tolerant trim, resized as Pillow 13 does it.
    pub tolerant: Grid,
    /// Not trimmed, as Pillow 13.
    pub whole: Grid,
    /// What is left by the exact and by the tolerant trim, of the upright picture.
    pub areas: [Area; 2],
    /// Lanczos, not turned, alpha dropped: 32 by 32 and 9 by 8.
    pub plain: (Vec<u8>, Vec<u8>),
}

impl Grids {
    /// Of a picture with an EXIF orientation (EXIF 3.0, tag 0x0112); what is none counts as 1.
    pub fn of(rows: &Rows, orientation: u8) -> Result<Grids, Error> {
        let mut walk = Walk { rows, turn: Turn::of(orientation), made: Vec::new() };
        let (width, height) = (rows.width, rows.height);
        let whole = Area { left: 0, top: 0, right: width, bottom: height };
        let mut plain = [(SIDE, SIDE), (9, 8)].map(|size| {
            let order = Order::AcrossFirst;
            Resize::new(whole, order, size, Kernel::Lanczos)
        });
        let all = [walk.key(whole, false), walk.key(whole, true)];
        let [exact, mut near, mut far] = walk.outlined(whole, &all, &mut plain)?;
        let exact = exact.unwrap_or(whole);
        let mut tolerant = whole;
        for _ in 0..PASSES {
            let Some(next) = far.filter(|next| *next != tolerant) else { break };
            let cuts = [
                next.left > tolerant.left,
                next.top > tolerant.top,
                next.right < tolerant.right,
                next.bottom < tolerant.bottom,
            ];
            if cuts.iter().filter(|cut| **cut).count() == 1 && near != Some(next) {
                break;
            }
            tolerant = next;
            let keys = [walk.key(exact, false), walk.key(tolerant, true)];
            [_, near, far] = walk.outlined(tolerant, &keys, &mut [])?;
        }
        let keys = [walk.key(exact, false), walk.key(tolerant, true), walk.key(whole, true)];
        walk.go(&keys, &mut [], None)?;
        let [exact_grid, tolerant_grid, whole_grid] = keys.map(|key| walk.grid(key));
        let [large, small] = plain.map(Resize::finish);
        Ok(Grids {
            exact: exact_grid,
            tolerant: tolerant_grid,
            whole: whole_grid,
            areas: [exact, tolerant].map(|area| walk.turn.upright(area)),
            plain: (large, small),
        })
    }
}

/// How stored rows become those of the upright picture: mirrored, from the last to the first,
/// then columns for rows.
#[derive(Clone, Copy)]
struct Turn {
    mirrored: bool,
    upwards: bool,
    transposed: bool,
}

impl Turn {
    fn of(orientation: u8) -> Turn {
        Turn {
            mirrored: matches!(orientation, 2 | 3 | 7 | 8),
            upwards: matches!(orientation, 3 | 4 | 6 | 7),
            transposed: matches!(orientation, 5..=8),
        }
    }

    /// An area of the mirrored picture in the upright one.
    fn upright(self, area: Area) -> Area {
        let Area { left, top, right, bottom } = area;
        match self.transposed {
            true => Area { left: top, top: left, right: bottom, bottom: right },
            false => area,
        }
    }
}

/// Which direction is resized first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    AcrossFirst,
    DownFirst,
}

/// A grid that is wanted: which part of the mirrored picture, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    area: Area,
    order: Order,
}

/// Goes through the rows and keeps the grids that came of it.
struct Walk<'a> {
    rows: &'a Rows<'a>,
    turn: Turn,
    made: Vec<(Key, Grid)>,
}

impl Walk<'_> {
    /// Pillow 13 takes tall pictures down first, all before it across first.
    fn key(&self, area: Area, since_13: bool) -> Key {
        let down_first = since_13 && self.turn.upright(area).is_tall();
        let order = match down_first == self.turn.transposed {
            true => Order::AcrossFirst,
            false => Order::DownFirst,
        };
        Key { area, order }
    }

    fn grid(&self, key: Key) -> Grid {
        let found = self.made.iter().find(|(k, _)| *k == key);
        found.map_or([0; SIDE * SIDE], |(_, grid)| *grid)
    }

    /// What is left of an area when what is like its corner is cut, for each tolerance. Makes
    /// grids on the way.
    fn outlined(
        &mut self,
        area: Area,
        keys: &[Key],
        plain: &mut [Resize],
    ) -> Result<[Option<Area>; 3], Error> {
        let channels = self.rows.layout.opaque().channels();
        let mut outline = Outline::new(area, channels, self.turn.upwards);
        self.go(keys, plain, Some(&mut outline))?;
        if let Some(mut again) = outline.unsettled() {
            self.go(&[], &mut [], Some(&mut again))?;
            return Ok(again.finish());
        }
        Ok(outline.finish())
    }

    /// Goes through all rows once, if there is a reason to.
    fn go(
        &mut self,
        keys: &[Key],
        plain: &mut [Resize],
        mut outline: Option<&mut Outline>,
    ) -> Result<(), Error> {
        let mut missing: Vec<Key> = Vec::with_capacity(keys.len());
        for key in keys {
            if !missing.contains(key) && self.made.iter().all(|(made, _)| made != key) {
                missing.push(*key);
            }
        }
        if missing.is_empty() && plain.is_empty() && outline.is_none() {
            return Ok(());
        }
        let resize = |key: &Key| Resize::new(key.area, key.order, (SIDE, SIDE), Kernel::Bicubic);
        let mut wanted: Vec<Resize> = missing.iter().map(resize).collect();
        let (height, layout) = (self.rows.height, self.rows.layout);
        let turn = self.turn;
        let mut space = Space::default();
        let mut count = 0;
        (self.rows.each)(&mut |row| {
            let y = if turn.upwards { height.saturating_sub(1 + count) } else { count };
            if count == height {
                return;
            }
            count += 1;
            if !plain.is_empty() {
                let grey = layout.grey_of(row, &mut space.grey);
                plain.iter_mut().for_each(|resize| resize.take(count - 1, grey));
            }
            let as_stored = !plain.is_empty() && !turn.mirrored && !layout.has_alpha();
            let row = layout.on_white(row, &mut space.white);
            let opaque = layout.opaque();
            let row = if turn.mirrored { opaque.mirror(row, &mut space.mirror) } else { row };
            if let Some(outline) = &mut outline {
                outline.take(y, row);
            }
            if wanted.is_empty() {
                return;
            }
            let grey = match (as_stored, opaque) {
                // Made already.
                (true, Layout::Rgb) => space.grey.as_slice(),
                _ => opaque.grey_of(row, &mut space.grey),
            };
            wanted.iter_mut().for_each(|resize| resize.take(y, grey));
        })?;
        for (key, resize) in missing.into_iter().zip(wanted) {
            let grid = resize.finish();
            let mut upright = [0; SIDE * SIDE];
            for (i, level) in upright.iter_mut().enumerate() {
                let at = if turn.transposed { i % SIDE * SIDE + i / SIDE } else { i };
                *level = grid.get(at).copied().unwrap_or(0);
            }
            self.made.push((key, upright));
        }
        Ok(())
    }
}

/// Rows that are worked in.
#[derive(Default)]
struct Space {
    white: Vec<u8>,
    mirror: Vec<u8>,
    grey: Vec<u8>,
}

impl Layout {
    /// A row in grey, alpha dropped.
    fn grey_of<'a>(self, row: &'a [u8], space: &'a mut Vec<u8>) -> &'a [u8] {
        space.clear();
        match self {
            Layout::Grey => return row,
            Layout::GreyAlpha => space.extend(row.as_chunks().0.iter().map(|[l, _]| *l)),
            Layout::Rgb => space.extend(row.as_chunks().0.iter().map(|p| luma(*p))),
            Layout::Rgba => {
                space.extend(row.as_chunks().0.iter().map(|[r, g, b, _]| luma([*r, *g, *b])));
            }
        }
        space
    }

    /// A row with what is transparent on white.
    fn on_white<'a>(self, row: &'a [u8], space: &'a mut Vec<u8>) -> &'a [u8] {
        space.clear();
        match self {
            Layout::Grey | Layout::Rgb => return row,
            Layout::GreyAlpha => {
                space.extend(row.as_chunks().0.iter().map(|[l, a]| over_white(*l, *a)));
            }
            Layout::Rgba => {
                let pixels = row.as_chunks().0.iter();
                space.extend(pixels.flat_map(|[r, g, b, a]| [r, g, b].map(|c| over_white(*c, *a))));
            }
        }
        space
    }

    /// A row of what has no alpha, from its end.
    fn mirror<'a>(self, row: &'a [u8], space: &'a mut Vec<u8>) -> &'a [u8] {
        space.clear();
        match self {
            Layout::Grey => space.extend(row.iter().rev()),
            _ => space.extend(row.as_chunks::<3>().0.iter().rev().flatten()),
        }
        space
    }
}

/// An area in another size, made a row at a time, in any order of rows.
struct Resize {
    area: Area,
    size: (usize, usize),
    across: Vec<Tap>,
    down: Vec<Tap>,
    /// Across first: every row in its new width. Down first: none.
    narrow: Vec<u8>,
    /// Down first: what each pixel of each row to be has so far. Sums wrap, as long as the end
    /// is right, so order does not matter.
    sums: Vec<i32>,
}

impl Resize {
    fn new(area: Area, order: Order, size: (usize, usize), kernel: Kernel) -> Resize {
        let (narrow, sums) = match order {
            Order::AcrossFirst => (vec![0; area.height() * size.0], Vec::new()),
            Order::DownFirst => (Vec::new(), vec![HALF; area.width() * size.1]),
        };
        let (across, down) =
            (taps(area.width(), size.0, kernel), taps(area.height(), size.1, kernel));
        Resize { area, size, across, down, narrow, sums }
    }

    fn take(&mut self, y: usize, grey: &[u8]) {
        let Area { left, top, right, bottom } = self.area;
        if !(top..bottom).contains(&y) {
            return;
        }
        let (y, row) = (y - top, grey.get(left..right).unwrap_or_default());
        if self.sums.is_empty() {
            let from = y * self.size.0;
            if let Some(place) = self.narrow.get_mut(from..from + self.size.0) {
                narrowed(row, &self.across, place);
            }
            return;
        }
        let width = self.area.width();
        for (tap, sums) in self.down.iter().zip(self.sums.chunks_exact_mut(width.max(1))) {
            let weight = y.checked_sub(tap.start).and_then(|i| tap.weights.get(i));
            let Some(weight) = weight else { continue };
            for (sum, level) in sums.iter_mut().zip(row) {
                *sum = sum.wrapping_add(i32::from(*level).wrapping_mul(*weight));
            }
        }
    }

    fn finish(self) -> Vec<u8> {
        if self.sums.is_empty() {
            let rows: Vec<&[u8]> = self.narrow.chunks_exact(self.size.0.max(1)).collect();
            return down(&rows, &self.down);
        }
        let low: Vec<u8> = self.sums.iter().map(|sum| rounded(*sum)).collect();
        let rows: Vec<&[u8]> = low.chunks_exact(self.area.width().max(1)).collect();
        across(&rows, &self.across)
    }
}

/// The smallest part of an area that holds every pixel with a channel further than a tolerance
/// from that of the upper left pixel; for each of [`TOLERANCES`].
struct Outline {
    area: Area,
    channels: usize,
    /// The upper left pixel comes last.
    upwards: bool,
    /// A row of pixels like the corner, once it is known.
    like: Vec<u8>,
    /// As bytes of a row, and rows; nothing where right is zero.
    found: [Area; 3],
    /// Where the corner is not known: the first row, the last one, both columns.
    edges: [Vec<u8>; 4],
}

impl Outline {
    fn new(area: Area, channels: usize, upwards: bool) -> Outline {
        let none = Area { left: usize::MAX, top: usize::MAX, right: 0, bottom: 0 };
        let found = [none; 3];
        Outline { area, channels, upwards, like: Vec::new(), found, edges: Default::default() }
    }

    fn take(&mut self, y: usize, row: &[u8]) {
        let Area { left, top, right, bottom } = self.area;
        if !(top..bottom).contains(&y) {
            return;
        }
        let row = row.get(left * self.channels..right * self.channels).unwrap_or_default();
        if self.like.is_empty() && !self.upwards {
            self.like = self.row_like(row);
        }
        if self.like.is_empty() {
            return self.take_edges(y, row);
        }
        for (found, tolerance) in self.found.iter_mut().zip(TOLERANCES) {
            let Some(first) = first_unlike(row, &self.like, tolerance) else { continue };
            found.left = found.left.min(first);
            found.top = found.top.min(y);
            found.bottom = found.bottom.max(y + 1);
            let outside = found.right.max(first);
            let rest = row.get(outside..).zip(self.like.get(outside..));
            if let Some(last) = rest.and_then(|(row, like)| last_unlike(row, like, tolerance)) {
                found.right = outside + last + 1;
            }
        }
    }

    fn take_edges(&mut self, y: usize, row: &[u8]) {
        let [first, last, left, right] = &mut self.edges;
        left.extend(row.iter().take(self.channels));
        right.extend(row.iter().skip(row.len().saturating_sub(self.channels)));
        if y == self.area.top {
            *first = row.to_vec();
        }
        if y + 1 == self.area.bottom {
            *last = row.to_vec();
        }
    }

    /// As many pixels like the first as an edge is long.
    fn row_like(&self, row: &[u8]) -> Vec<u8> {
        let corner = row.iter().take(self.channels).copied();
        corner.cycle().take(self.area.width() * self.channels).collect()
    }

    /// One that knows its corner, if this did not and an edge might be cut.
    fn unsettled(&self) -> Option<Outline> {
        let [first, ..] = &self.edges;
        if !self.like.is_empty() || first.is_empty() {
            return None;
        }
        let [.., most] = TOLERANCES;
        let corner = first.iter().take(self.channels);
        let mut edges = self.edges.iter();
        let flat = |edge: &Vec<u8>| {
            edge.iter().zip(corner.clone().cycle()).all(|(a, b)| a.abs_diff(*b) <= most)
        };
        edges.any(flat).then(|| Outline {
            like: self.row_like(first),
            ..Outline::new(self.area, self.channels, self.upwards)
        })
    }

    fn finish(&self) -> [Option<Area>; 3] {
        if self.like.is_empty() {
            // Every edge has a pixel beyond the largest tolerance.
            return [Some(self.area); 3];
        }
        let (from, channels) = (self.area.left, self.channels.max(1));
        self.found.map(|found| {
            (found.right > 0).then(|| Area {
                left: from + found.left / channels,
                right: from + found.right.div_ceil(channels),
                ..found
            })
        })
    }
}

/// Bytes that are compared at a time.
const LOOK: usize = 96;

fn far(row: &[u8], like: &[u8], tolerance: u8) -> bool {
    row.iter().zip(like).fold(0, |most: u8, (a, b)| most.max(a.abs_diff(*b))) > tolerance
}

fn first_unlike(row: &[u8], like: &[u8], tolerance: u8) -> Option<usize> {
    let looks = row.chunks(LOOK).zip(like.chunks(LOOK)).enumerate();
    let mut looks = looks.filter(|(_, (row, like))| far(row, like, tolerance));
    let (i, (row, like)) = looks.next()?;
    let place = row.iter().zip(like).position(|(a, b)| a.abs_diff(*b) > tolerance)?;
    Some(i * LOOK + place)
}

fn last_unlike(row: &[u8], like: &[u8], tolerance: u8) -> Option<usize> {
    let looks = row.chunks(LOOK).zip(like.chunks(LOOK)).enumerate();
    let mut looks = looks.rev().filter(|(_, (row, like))| far(row, like, tolerance));
    let (i, (row, like)) = looks.next()?;
    let place = row.iter().zip(like).rposition(|(a, b)| a.abs_diff(*b) > tolerance)?;
    Some(i * LOOK + place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imagehash;
    use crate::normalise::Picture;

    /// The plain way: the whole picture in memory, one step after the other.
    fn plainly(mut picture: Picture, orientation: u8) -> Grids {
        let grey = picture.grey();
        let size = |width, height| grey.resized(grey.whole(), width, height, Kernel::Lanczos);
        let plain = (size(SIDE, SIDE), size(9, 8));
        picture.put_on_white();
        picture.upright(orientation);
        let areas = [picture.trimmed_exact(), picture.trimmed_tolerant()];
        let plane = picture.into_grey();
        let [exact, tolerant] = areas;
        Grids {
            exact: plane.grid(exact).try_into().unwrap(),
            tolerant: plane.grid_since_13(tolerant).try_into().unwrap(),
            whole: plane.grid_since_13(plane.whole()).try_into().unwrap(),
            areas,
            plain,
        }
    }

    fn by_rows(picture: &Picture, orientation: u8) -> Grids {
        Grids::of(&picture.rows(), orientation).unwrap()
    }

    struct Chance(u32);

    impl Chance {
        fn next(&mut self, below: usize) -> usize {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.0 >> 8) as usize % below
        }
    }

    /// Frames in frames around something, of colours that differ by little or much.
    fn framed(chance: &mut Chance, layout: Layout) -> Picture {
        let (width, height) = (1 + chance.next(90), 1 + chance.next(120));
        let channels = layout.channels();
        let mut data = vec![0u8; width * height * channels];
        let mut frames: Vec<([usize; 4], Vec<u8>, usize)> = Vec::new();
        let mut sides = [0usize; 4];
        for _ in 0..chance.next(4) {
            let at = sides;
            for side in &mut sides {
                *side += chance.next(3) * chance.next(6);
            }
            let near = [1, 1, 9, 17, 40][chance.next(5)];
            let colour = (0..channels).map(|_| 100 + chance.next(60) as u8).collect();
            frames.push((at, colour, near));
        }
        let rough = [1, 1, 10, 200][chance.next(4)];
        for (i, pixel) in data.chunks_exact_mut(channels).enumerate() {
            let (x, y) = (i % width, i / width);
            let beyond =
                |s: &[usize; 4]| x >= s[0] && y >= s[1] && x + s[2] < width && y + s[3] < height;
            let frame = frames.iter().rev().find(|(sides, ..)| beyond(sides));
            let inside = beyond(&sides);
            for (c, level) in pixel.iter_mut().enumerate() {
                *level = match frame {
                    Some((_, colour, near)) if !inside => colour[c] + chance.next(*near) as u8,
                    _ => 50 + chance.next(rough) as u8,
                };
            }
        }
        Picture { width, height, layout, data }
    }

    #[test]
    fn rows_give_what_the_whole_picture_gives() {
        let mut chance = Chance(7);
        let mut cut = 0;
        for round in 0..600 {
            let layouts = [Layout::Rgb, Layout::Grey, Layout::Rgba, Layout::GreyAlpha];
            let picture = framed(&mut chance, layouts[round % 4]);
            for orientation in 0..=9 {
                let expected = plainly(picture.clone(), orientation);
                let made = by_rows(&picture, orientation);
                let (width, height) = (picture.width, picture.height);
                assert!(made == expected, "{round}: {width} by {height}, {orientation}");
                cut += usize::from(expected.areas[0] != expected.areas[1]);
            }
        }
        // The trims were put to the test.
        assert!(cut > 500, "{cut}");
    }

    #[test]
    fn a_border_is_gone_through_once_more_and_nothing_else_is() {
        let times = |picture: &Picture, orientation| {
            let times = std::cell::Cell::new(0);
            let rows = picture.rows();
            let each = |sink: &mut dyn FnMut(&[u8])| {
                times.set(times.get() + 1);
                (rows.each)(sink)
            };
            Grids::of(&Rows { each: Box::new(each), ..picture.rows() }, orientation).unwrap();
            times.get()
        };
        let scene = |x: usize, y: usize| (x * x * 3 + y * y * 7) as u8 | 1;
        let picture = |border: usize| {
            let level = |i: usize| {
                let (x, y) = (i % 90, i / 90);
                let inside = x.min(y).min(89 - x).min(99 - y) >= border;
                if inside { scene(x, y) } else { 0 }
            };
            let data = (0..9_000).map(level).collect();
            Picture { width: 90, height: 100, layout: Layout::Grey, data }
        };
        for orientation in 1..=8 {
            assert_eq!(times(&picture(0), orientation), 1);
            let corner_is_last = [3, 4, 6, 7].contains(&orientation);
            assert_eq!(times(&picture(3), orientation), if corner_is_last { 3 } else { 2 });
        }
    }

    #[test]
    fn a_fault_is_passed_on() {
        let fault = crate::jpeg::Jpeg::open(b"").err().unwrap();
        let each = |_: &mut dyn FnMut(&[u8])| Err(fault);
        let rows = Rows { width: 9, height: 9, layout: Layout::Grey, each: Box::new(each) };
        assert_eq!(Grids::of(&rows, 1), Err(fault));
    }

    #[test]
    fn hashes_are_made_of_the_plain_grids() {
        let picture = framed(&mut Chance(3), Layout::Rgb);
        let (large, small) = by_rows(&picture, 1).plain;
        assert_eq!(imagehash::of_grids(&large, &small), imagehash::of_plane(&picture.grey()));
    }
}
