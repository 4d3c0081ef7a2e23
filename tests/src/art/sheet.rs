//! The paper that the works are drawn on: paths, brushes, noise and grain.
//!
//! Everything follows from fixed seeds, so the same work has the same pixels on
//! every machine. Colours are sRGB values from 0 to 1; no colour management.

use tiny_skia::{
    BlendMode, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, Transform,
};

use super::Picture;

/// A colour: red, green, blue from 0 to 1.
pub type Ink = [f32; 3];

/// A colour from `0xRRGGBB`.
pub const fn ink(hex: u32) -> Ink {
    [
        ((hex >> 16) & 255) as f32 / 255.0,
        ((hex >> 8) & 255) as f32 / 255.0,
        (hex & 255) as f32 / 255.0,
    ]
}

/// Between two colours.
pub fn mix(a: Ink, b: Ink, t: f32) -> Ink {
    let t = t.clamp(0.0, 1.0);
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t]
}

/// Along several colours with their places.
pub fn ramp(stops: &[(f32, Ink)], t: f32) -> Ink {
    let after = stops.iter().position(|s| s.0 >= t).unwrap_or(stops.len() - 1);
    let (b, a) = (stops[after], stops[after.saturating_sub(1)]);
    mix(a.1, b.1, smooth(a.0, b.0, t))
}

/// 0 below `from`, 1 above `to`, an S between.
pub fn smooth(from: f32, to: f32, x: f32) -> f32 {
    if from == to {
        return if x < from { 0.0 } else { 1.0 };
    }
    let t = ((x - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Dice with a seed (splitmix64), so that every throw can be repeated.
pub struct Dice(pub u64);

impl Dice {
    /// From 0 to 1.
    pub fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }

    /// From `a` to `b`.
    pub fn between(&mut self, a: f32, b: f32) -> f32 {
        a + (b - a) * self.roll()
    }

    /// True that often.
    pub fn chance(&mut self, p: f32) -> bool {
        self.roll() < p
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[((self.roll() * of.len() as f32) as usize).min(of.len() - 1)]
    }
}

/// Smooth noise in the plane.
#[derive(Clone, Copy)]
pub struct Noise(pub u32);

impl Noise {
    fn corner(self, x: i32, y: i32) -> f32 {
        let mut h = (x as u32).wrapping_mul(0x8DA6_B343)
            ^ (y as u32).wrapping_mul(0xD816_3841)
            ^ self.0.wrapping_mul(0xCB1A_B31F);
        h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
        h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
        ((h ^ (h >> 15)) >> 8) as f32 / (1u32 << 23) as f32 - 1.0
    }

    /// From -1 to 1, one bump a unit.
    pub fn at(self, x: f32, y: f32) -> f32 {
        let (fx, fy) = (x.floor(), y.floor());
        let (ix, iy) = (fx as i32, fy as i32);
        let (u, v) = (smooth(0.0, 1.0, x - fx), smooth(0.0, 1.0, y - fy));
        let top = self.corner(ix, iy) * (1.0 - u) + self.corner(ix + 1, iy) * u;
        let low = self.corner(ix, iy + 1) * (1.0 - u) + self.corner(ix + 1, iy + 1) * u;
        top * (1.0 - v) + low * v
    }

    /// Noise on noise, each octave half as high and twice as fine.
    pub fn fine(self, x: f32, y: f32, octaves: u32) -> f32 {
        let (mut sum, mut height, mut scale) = (0.0, 0.5, 1.0);
        for octave in 0..octaves {
            let layer = Noise(self.0.wrapping_add(octave * 101));
            sum += layer.at(x * scale + 17.3 * octave as f32, y * scale) * height;
            height *= 0.5;
            scale *= 2.03;
        }
        sum
    }
}

/// A point of a brush stroke with the width of the brush there.
pub type Touch = (f32, f32, f32);

/// A sheet of paper under work.
pub struct Sheet {
    map: Pixmap,
}

impl Sheet {
    /// An empty sheet of one colour.
    pub fn new(width: u32, height: u32, ground: Ink) -> Sheet {
        let mut map = Pixmap::new(width, height).expect("works have a size");
        map.fill(tiny_skia::Color::from_rgba(ground[0], ground[1], ground[2], 1.0).expect("0..=1"));
        Sheet { map }
    }

    /// Width in pixels.
    pub fn width(&self) -> f32 {
        self.map.width() as f32
    }

    /// Height in pixels.
    pub fn height(&self) -> f32 {
        self.map.height() as f32
    }

    /// The colour of a pixel; the nearest one outside.
    pub fn at(&self, x: f32, y: f32) -> Ink {
        let x = x.clamp(0.0, self.width() - 1.0) as usize;
        let y = y.clamp(0.0, self.height() - 1.0) as usize;
        let p = self.map.pixels()[y * self.map.width() as usize + x];
        [p.red() as f32 / 255.0, p.green() as f32 / 255.0, p.blue() as f32 / 255.0]
    }

    /// Goes over every pixel. A hair of noise hides the steps of eight bits.
    pub fn each(&mut self, change: impl Fn(f32, f32, Ink) -> Ink) {
        let width = self.map.width() as usize;
        let mut dice = Dice(7);
        for (i, pixel) in self.map.pixels_mut().iter_mut().enumerate() {
            let (x, y) = ((i % width) as f32, (i / width) as f32);
            let old = [
                pixel.red() as f32 / 255.0,
                pixel.green() as f32 / 255.0,
                pixel.blue() as f32 / 255.0,
            ];
            let new = change(x, y, old);
            let hair = dice.roll();
            let byte = |v: f32| (v.clamp(0.0, 1.0) * 255.0 + hair).min(255.0) as u8;
            *pixel = tiny_skia::ColorU8::from_rgba(byte(new[0]), byte(new[1]), byte(new[2]), 255)
                .premultiply();
        }
    }

    /// Fills a shape.
    pub fn fill(&mut self, shape: &Path, colour: Ink, alpha: f32) {
        self.fill_with(shape, colour, alpha, BlendMode::SourceOver);
    }

    /// Overprints a shape, as one ink over another.
    pub fn overprint(&mut self, shape: &Path, colour: Ink, alpha: f32) {
        self.fill_with(shape, colour, alpha, BlendMode::Multiply);
    }

    /// Adds light in a shape.
    pub fn light(&mut self, shape: &Path, colour: Ink, alpha: f32) {
        self.fill_with(shape, colour, alpha, BlendMode::Screen);
    }

    fn fill_with(&mut self, shape: &Path, colour: Ink, alpha: f32, blend: BlendMode) {
        let paint = paint(colour, alpha, blend);
        self.map.fill_path(shape, &paint, FillRule::Winding, Transform::identity(), None);
    }

    /// Draws a line of one width with round ends.
    pub fn line(&mut self, shape: &Path, width: f32, colour: Ink, alpha: f32) {
        self.line_ending(shape, width, colour, alpha, LineCap::Round);
    }

    /// Draws a line of one width that stops flat at its ends.
    pub fn flat_line(&mut self, shape: &Path, width: f32, colour: Ink, alpha: f32) {
        self.line_ending(shape, width, colour, alpha, LineCap::Butt);
    }

    fn line_ending(&mut self, shape: &Path, width: f32, colour: Ink, alpha: f32, cap: LineCap) {
        let stroke =
            Stroke { width, line_cap: cap, line_join: LineJoin::Round, ..Stroke::default() };
        let paint = paint(colour, alpha, BlendMode::SourceOver);
        self.map.stroke_path(shape, &paint, &stroke, Transform::identity(), None);
    }

    /// Draws with a brush that swells and thins along smooth touches.
    pub fn brush(&mut self, touches: &[Touch], colour: Ink, alpha: f32) {
        if let Some(shape) = brushed(touches) {
            self.fill(&shape, colour, alpha);
        }
    }

    /// A disc.
    pub fn dot(&mut self, x: f32, y: f32, radius: f32, colour: Ink, alpha: f32) {
        if let Some(shape) = PathBuilder::from_circle(x, y, radius) {
            self.fill(&shape, colour, alpha);
        }
    }

    /// Lets what is bright shine into its surroundings.
    pub fn glow(&mut self, above: f32, radius: usize, strength: f32) {
        let (w, h) = (self.map.width() as usize, self.map.height() as usize);
        let mut bright: Vec<Ink> = (0..w * h)
            .map(|i| {
                let c = self.at((i % w) as f32, (i / w) as f32);
                let over = (c[0].max(c[1]).max(c[2]) - above).max(0.0);
                [c[0] * over, c[1] * over, c[2] * over]
            })
            .collect();
        for _ in 0..2 {
            bright = blurred(&bright, w, h, radius);
        }
        self.each(|x, y, c| {
            let b = bright[y as usize * w + x as usize];
            [0, 1, 2].map(|k| 1.0 - (1.0 - c[k]) * (1.0 - (b[k] * strength).min(1.0)))
        });
    }

    /// Fibres and tooth of paper.
    pub fn grain(&mut self, amount: f32, seed: u32) {
        let (fibre, tooth) = (Noise(seed), Noise(seed + 1));
        self.each(|x, y, c| {
            let g = fibre.fine(x * 0.02, y * 0.02, 3) * 0.8
                + tooth.at(x * 0.71, y * 0.67) * 0.5
                + tooth.at(x * 1.9 + 3.0, y * 1.7) * 0.5;
            c.map(|v| v * (1.0 + g * amount))
        });
    }

    /// Done.
    pub fn finish(self) -> Picture {
        let (width, height) = (self.map.width(), self.map.height());
        let rgb = self.map.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
        Picture { width, height, rgb }
    }
}

fn paint(colour: Ink, alpha: f32, blend_mode: BlendMode) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, blend_mode, ..Paint::default() };
    let [r, g, b] = colour.map(|v| v.clamp(0.0, 1.0));
    paint.set_color(tiny_skia::Color::from_rgba(r, g, b, alpha.clamp(0.0, 1.0)).expect("clamped"));
    paint
}

fn blurred(of: &[Ink], w: usize, h: usize, radius: usize) -> Vec<Ink> {
    let pass = |source: &[Ink], count: usize, length: usize, at: &dyn Fn(usize, usize) -> usize| {
        let mut out = vec![[0.0; 3]; source.len()];
        for line in 0..count {
            let mut sum = [0.0f32; 3];
            for i in 0..length + radius {
                if i < length {
                    (0..3).for_each(|k| sum[k] += source[at(line, i)][k]);
                }
                if i > 2 * radius {
                    (0..3).for_each(|k| sum[k] -= source[at(line, i - 2 * radius - 1)][k]);
                }
                if i >= radius {
                    out[at(line, i - radius)] = sum.map(|v| v / (2 * radius + 1) as f32);
                }
            }
        }
        out
    };
    let rows = pass(of, h, w, &|y, x| y * w + x);
    pass(&rows, w, h, &|x, y| y * w + x)
}

/// A shape in the words of SVG paths: `M`, `L`, `C`, `Q`, `Z`, absolute only.
pub fn shape(words: &str) -> Path {
    let mut path = PathBuilder::new();
    let spaced = words.replace(',', " ");
    let mut tokens = spaced.split_whitespace().peekable();
    let mut verb = "M";
    while let Some(token) = tokens.peek() {
        if token.starts_with(|c: char| c.is_ascii_alphabetic()) {
            verb = tokens.next().unwrap_or_default();
            if verb == "Z" {
                path.close();
            }
            continue;
        }
        let mut n = || tokens.next().and_then(|t| t.parse::<f32>().ok()).expect("a number");
        match verb {
            "M" => path.move_to(n(), n()),
            "L" => path.line_to(n(), n()),
            "Q" => path.quad_to(n(), n(), n(), n()),
            _ => path.cubic_to(n(), n(), n(), n(), n(), n()),
        }
    }
    path.finish().expect("a drawn shape is not empty")
}

/// A line through points.
pub fn polyline(points: &[(f32, f32)], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (i, p) in points.iter().enumerate() {
        if i == 0 {
            path.move_to(p.0, p.1);
        } else {
            path.line_to(p.0, p.1);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// A circle.
pub fn circle(x: f32, y: f32, radius: f32) -> Path {
    PathBuilder::from_circle(x, y, radius).expect("a circle has a radius")
}

/// A rectangle.
pub fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Path {
    PathBuilder::from_rect(
        tiny_skia::Rect::from_xywh(x, y, width.max(0.1), height.max(0.1)).expect("finite"),
    )
}

/// Points of a cubic curve.
pub fn curve(p: [(f32, f32); 4], steps: usize) -> Vec<(f32, f32)> {
    (0..=steps)
        .map(|i| {
            let t = i as f32 / steps as f32;
            let u = 1.0 - t;
            let w = [u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t];
            ((0..4).map(|k| w[k] * p[k].0).sum::<f32>(), (0..4).map(|k| w[k] * p[k].1).sum::<f32>())
        })
        .collect()
}

/// The outline of a brush stroke: Catmull-Rom through the touches, widths likewise.
pub fn brushed(touches: &[Touch]) -> Option<Path> {
    let fine = through(touches, 10);
    if fine.len() < 2 {
        return None;
    }
    let side = |sign: f32| -> Vec<(f32, f32)> {
        (0..fine.len())
            .map(|i| {
                let (a, b) = (fine[i.saturating_sub(1)], fine[(i + 1).min(fine.len() - 1)]);
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let length = dx.hypot(dy).max(1e-4);
                let half = fine[i].2 * 0.5 * sign;
                (fine[i].0 - dy / length * half, fine[i].1 + dx / length * half)
            })
            .collect()
    };
    let mut outline = side(1.0);
    outline.extend(side(-1.0).into_iter().rev());
    polyline(&outline, true)
}

/// More touches between the given ones, on a Catmull-Rom curve.
pub fn through(touches: &[Touch], steps: usize) -> Vec<Touch> {
    let last = touches.len().saturating_sub(1);
    let mut fine = Vec::new();
    for i in 0..last {
        let p =
            [touches[i.saturating_sub(1)], touches[i], touches[i + 1], touches[(i + 2).min(last)]];
        for step in 0..steps {
            let t = step as f32 / steps as f32;
            let blend = |a: f32, b: f32, c: f32, d: f32| {
                0.5 * (2.0 * b
                    + (c - a) * t
                    + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                    + (3.0 * b - a - 3.0 * c + d) * t * t * t)
            };
            fine.push((
                blend(p[0].0, p[1].0, p[2].0, p[3].0),
                blend(p[0].1, p[1].1, p[2].1, p[3].1),
                blend(p[0].2, p[1].2, p[2].2, p[3].2).max(0.0),
            ));
        }
    }
    fine.extend(touches.last().copied());
    fine
}
