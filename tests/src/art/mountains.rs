//! "Seven ridges": misty mountains at dusk.

use super::Picture;
use super::sheet::{Dice, Ink, Noise, Sheet, ink, mix, polyline, ramp, smooth};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 900;
const RIDGES: usize = 7;

/// Draws it.
pub fn draw() -> Picture {
    let (w, h) = (WIDTH as f32, HEIGHT as f32);
    let mut sheet = Sheet::new(WIDTH, HEIGHT, ink(0x2a3154));
    let cloud = Noise(11);
    let sky = [
        (0.0, ink(0x232b4d)),
        (0.24, ink(0x514f7d)),
        (0.42, ink(0xa77a92)),
        (0.54, ink(0xe8a78f)),
        (0.64, ink(0xfad9a8)),
        (1.0, ink(0xfad9a8)),
    ];
    let (sun_x, sun_y) = (0.63 * w, 0.475 * h);
    sheet.each(|x, y, _| {
        let streak = cloud.fine(x * 0.0032, y * 0.016 + x * 0.0006, 5);
        let base = ramp(&sky, y / h + streak * 0.035);
        let far = ((x - sun_x).hypot((y - sun_y) * 1.25)) / 420.0;
        let halo = (-far * far * 2.2).exp();
        let lit = smooth(0.02, 0.34, streak) * smooth(0.62, 0.2, y / h);
        let c = mix(base, ink(0xffc89a), halo * 0.55 + lit * 0.34);
        mix(c, ink(0xfff3d6), smooth(37.5, 35.5, (x - sun_x).hypot(y - sun_y)))
    });
    let crests: Vec<Vec<f32>> = (0..RIDGES).map(crest).collect();
    let haze = ink(0xf0bfa0);
    let near = ink(0x10182c);
    sheet.each(|x, y, under| {
        let mut c = under;
        for (i, crest) in crests.iter().enumerate() {
            let depth = i as f32 / (RIDGES - 1) as f32;
            let edge = smooth(-0.7, 0.7, y - crest[x as usize]);
            if edge <= 0.0 {
                continue;
            }
            let rock: Ink = mix(
                mix(ink(0xb88a9b), ink(0x4b4f78), smooth(0.0, 0.55, depth)),
                near,
                smooth(0.45, 1.0, depth),
            );
            // Mist pools in the valley before each ridge, thickest near the sun.
            let below = y - crest[x as usize];
            let drift = Noise(40 + i as u32).fine(x * 0.0022, y * 0.019, 4);
            let toward_sun = (-((x - sun_x) / 430.0).powi(2)).exp();
            let mist = smooth(0.0, 170.0, below + drift * 34.0) * (1.0 - depth).powf(0.65) * 0.82;
            let warm = mix(ink(0xb794a8), haze, 0.35 + 0.65 * toward_sun);
            c = mix(c, mix(rock, warm, mist), edge);
        }
        c
    });
    let mut dice = Dice(5);
    for ridge in [RIDGES - 3, RIDGES - 2, RIDGES - 1] {
        let depth = ridge as f32 / (RIDGES - 1) as f32;
        let tone = mix(ink(0x3a4068), near, smooth(0.6, 1.0, depth));
        let size = [13.0, 27.0, 58.0][ridge + 3 - RIDGES];
        let mut x = -10.0;
        while x < w + 10.0 {
            let wood = Noise(70 + ridge as u32).fine(x * 0.006, 0.0, 3);
            if wood > -0.16 {
                let ground = crests[ridge][(x.clamp(0.0, w - 1.0)) as usize];
                pine(&mut sheet, &mut dice, x, ground + size * 0.12, size, tone);
            }
            x += size * dice.between(0.16, 0.42) * if wood > 0.1 { 1.0 } else { 2.3 };
        }
    }
    for _ in 0..11 {
        let (x, y) = (dice.between(0.2, 0.44) * w, dice.between(0.21, 0.33) * h);
        bird(&mut sheet, x, y, dice.between(6.0, 11.0), dice.between(-0.25, 0.25));
    }
    sheet.grain(0.028, 3);
    sheet.finish()
}

/// The height of one ridge, column by column.
fn crest(i: usize) -> Vec<f32> {
    let depth = i as f32 / (RIDGES - 1) as f32;
    let base = HEIGHT as f32 * (0.505 + 0.43 * depth.powf(1.15));
    let lift = 165.0 - 60.0 * depth;
    let noise = Noise(20 + i as u32 * 7);
    let stretch = 0.0021 + 0.0007 * (i % 3) as f32;
    (0..WIDTH)
        .map(|x| {
            let x = x as f32;
            // Ridged noise has sharp tops and soft valleys.
            let sharp = 1.0 - noise.at(x * stretch, 0.5).abs() * 2.0;
            base - lift * (0.36 * sharp + 0.8 * noise.fine(x * stretch * 1.7, 9.0, 7))
        })
        .collect()
}

fn pine(sheet: &mut Sheet, dice: &mut Dice, x: f32, ground: f32, size: f32, tone: Ink) {
    let tall = size * dice.between(0.7, 1.25);
    let wide = tall * dice.between(0.17, 0.24);
    let mut outline = vec![(x, ground - tall)];
    let boughs = 7;
    let mut left = Vec::new();
    for b in 1..=boughs {
        let t = b as f32 / boughs as f32;
        let y = ground - tall + tall * t;
        let reach = wide * t * dice.between(0.75, 1.15);
        outline.push((x + reach, y));
        outline.push((x + reach * 0.45, y - tall * 0.02));
        left.push((x - reach * dice.between(0.85, 1.1), y + tall * 0.01));
        left.push((x - reach * 0.45, y - tall * 0.03));
    }
    outline.extend(left.into_iter().rev());
    if let Some(shape) = polyline(&outline, true) {
        sheet.fill(&shape, tone, 1.0);
    }
}

fn bird(sheet: &mut Sheet, x: f32, y: f32, span: f32, tilt: f32) {
    for side in [-1.0, 1.0] {
        sheet.brush(
            &[
                (x, y, 1.9),
                (x + side * span * 0.45, y - span * 0.32 + tilt * side * span * 0.4, 1.6),
                (x + side * span, y - span * 0.05 + tilt * side * span, 0.4),
            ],
            ink(0x2b2f4c),
            0.85,
        );
    }
}
