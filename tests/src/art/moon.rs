//! "Moonrise over the sound".

use super::Picture;
use super::sheet::{Dice, Noise, Sheet, ink, mix, ramp, smooth};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 800;
const HORIZON: f32 = 470.0;
const MOON: (f32, f32, f32) = (815.0, 262.0, 92.0);

/// Draws it.
pub fn draw() -> Picture {
    let mut sheet = Sheet::new(WIDTH, HEIGHT, ink(0x0b1530));
    let (cloud, sea, face) = (Noise(5), Noise(6), Noise(14));
    let night =
        [(0.0, ink(0x071026)), (0.45, ink(0x132a4d)), (0.8, ink(0x2d5572)), (1.0, ink(0x6a8f98))];
    sheet.each(|x, y, _| {
        let up = (y / HORIZON).min(1.0);
        let c = ramp(&night, up);
        let far = (x - MOON.0).hypot(y - MOON.1);
        let halo = (-(far / 230.0).powi(2)).exp() * 0.42 + (-(far / 560.0).powi(2)).exp() * 0.22;
        let c = mix(c, ink(0xcfdcd4), halo);
        let veil = cloud.fine(x * 0.0026 + 3.0, y * 0.0135, 6);
        let bank = smooth(0.02, 0.5, veil) * smooth(40.0, 330.0, y);
        mix(c, mix(ink(0x3e5a74), ink(0xd9e2d6), halo * 1.7), bank * 0.62)
    });
    let mut dice = Dice(3);
    for _ in 0..520 {
        let (x, y) = (dice.between(0.0, 1200.0), dice.between(0.0, 400.0));
        let big = dice.roll().powi(7);
        let dim = smooth(430.0, 60.0, y) * smooth(150.0, 420.0, (x - MOON.0).hypot(y - MOON.1));
        sheet.dot(x, y, 0.55 + big * 1.3, ink(0xf2f0dd), dim * dice.between(0.2, 0.9));
    }
    sheet.each(|x, y, c| {
        let (u, v) = ((x - MOON.0) / MOON.2, (y - MOON.1) / MOON.2);
        let r = u.hypot(v);
        if r > 1.03 {
            return c;
        }
        // Seas are broad dark patches; craters fine light ones; the limb is darker.
        let maria = smooth(-0.12, 0.5, face.fine(u * 1.9 + 4.0, v * 1.9 + 0.7, 6));
        let craters = face.fine(u * 7.0, v * 7.0, 4);
        let limb = (1.0 - (r * r).min(1.0)).sqrt();
        let lit = mix(ink(0xf7f1da), ink(0xb9b8a6), maria * 0.8 - craters * 0.14);
        let lit = mix(mix(lit, ink(0xcfc7a8), 0.4), lit, smooth(0.0, 0.65, limb));
        let veil = smooth(0.16, 0.5, cloud.fine(x * 0.0026 + 3.0, y * 0.0135, 6)) * 0.35;
        mix(c, mix(lit, ink(0xbfcac4), veil), smooth(1.008, 0.988, r))
    });
    // Far shores, the nearer the darker.
    for (i, (tone, lift, rough)) in
        [(ink(0x3d6076), 46.0, 0.004), (ink(0x274459), 30.0, 0.0065), (ink(0x132b3f), 17.0, 0.011)]
            .into_iter()
            .enumerate()
    {
        let hill = Noise(50 + i as u32);
        sheet.each(|x, y, c| {
            let side = smooth(120.0, 520.0, (x - 640.0 - 60.0 * i as f32).abs());
            let top = HORIZON
                - lift * side * (0.5 + 0.95 * (hill.fine(x * rough, 1.0, 6) + 0.45).max(0.0))
                - 1.5;
            mix(
                c,
                mix(tone, ink(0x6a8f98), smooth(HORIZON - 40.0, HORIZON, y) * 0.25),
                smooth(-0.8, 0.8, y - top),
            )
        });
    }
    sheet.each(|x, y, c| {
        if y < HORIZON {
            return c;
        }
        let down = (y - HORIZON) / (HEIGHT as f32 - HORIZON);
        // Perspective: waves are long and flat near the horizon, short at our feet.
        let near = 1.0 / (0.035 + down);
        let wave = sea.fine(x * 0.0058 / (0.12 + down) * 0.5, near * 5.2, 5);
        let ripple = sea.fine(x * 0.02 / (0.2 + down) + 9.0, near * 19.0 + x * 0.0009, 4);
        let water = mix(ink(0x567f8c), ink(0x0a1a33), smooth(0.0, 0.5, down));
        let water = mix(water, ink(0x24506a), smooth(0.05, 0.5, wave) * 0.6);
        let water = mix(water, ink(0x050d1e), smooth(0.05, 0.5, -wave) * 0.55);
        let spread = 26.0 + 190.0 * down.powf(0.8);
        let off = (x - MOON.0 + wave * 34.0 * down) / spread;
        let path = (-off * off * 1.15).exp();
        let glint = smooth(0.33 - 0.42 * path, 0.52 - 0.3 * path, ripple + wave * 0.35);
        let c = mix(water, ink(0xf4efd2), glint * path * (0.96 - 0.3 * down));
        let line = (-(y - HORIZON) / 3.0).exp() * 0.5;
        mix(c, ink(0xaec3c2), line * (0.35 + 0.65 * (-((x - MOON.0) / 300.0).powi(2)).exp()))
    });
    boat(&mut sheet);
    sheet.glow(0.8, 9, 1.2);
    sheet.grain(0.022, 12);
    sheet.finish()
}

fn boat(sheet: &mut Sheet) {
    let dark = ink(0x060c18);
    let hull = super::sheet::shape(
        "M 388 566 C 420 574 478 574 512 562 C 506 580 494 588 478 589 L 416 589 C 402 588 394 578 388 566 Z",
    );
    sheet.fill(&hull, dark, 1.0);
    sheet.brush(&[(452.0, 570.0, 2.6), (453.0, 500.0, 2.2), (455.0, 436.0, 1.2)], dark, 1.0);
    sheet.fill(
        &super::sheet::shape("M 457 444 C 482 484 494 520 496 556 L 457 557 Z"),
        ink(0x15263a),
        1.0,
    );
    sheet.fill(
        &super::sheet::shape("M 450 456 C 440 500 424 534 402 554 L 450 556 Z"),
        ink(0x0d1a2c),
        1.0,
    );
    for i in 0..9 {
        let y = 592.0 + i as f32 * 7.0;
        let wide = 52.0 - i as f32 * 4.5;
        let sway = if i % 2 == 0 { 5.0 } else { -6.0 };
        sheet.brush(
            &[
                (452.0 - wide + sway, y, 0.5),
                (452.0 + sway, y + 1.0, 4.2),
                (452.0 + wide + sway, y, 0.5),
            ],
            dark,
            0.75 - i as f32 * 0.07,
        );
    }
    sheet.dot(455.0, 432.0, 2.4, ink(0xffd98a), 1.0);
}
