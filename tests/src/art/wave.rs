//! "The set": a breaking wave in the manner of a woodblock print.

use super::Picture;
use super::sheet::{Dice, Noise, Sheet, Touch, curve, ink, mix, polyline, shape, smooth};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 840;

/// Draws it.
pub fn draw() -> Picture {
    let paper = ink(0xf0e3c6);
    let deep = ink(0x1d3a63);
    let mut sheet = Sheet::new(WIDTH, HEIGHT, paper);
    let board = Noise(2);
    sheet.each(|x, y, c| {
        // Bokashi: the block is wiped so that the colour fades.
        let wood = board.fine(x * 0.0016, y * 0.09 + board.fine(x * 0.004, y * 0.004, 2) * 4.0, 3);
        let high = smooth(230.0, 0.0, y + wood * 20.0) * 0.75;
        let low = smooth(330.0, 610.0, y + wood * 18.0) * 0.8;
        let c = mix(c, ink(0x8fa6ae), high);
        let c = mix(c, ink(0xd9a878), low * 0.75);
        c.map(|v| v * (1.0 + wood * 0.035))
    });
    mountain(&mut sheet);
    far_sea(&mut sheet);
    let foam = ink(0xf7f1df);
    let outer = joined(&[
        [(690.0, 372.0), (704.0, 250.0), (610.0, 130.0), (470.0, 112.0)],
        [(470.0, 112.0), (330.0, 96.0), (230.0, 190.0), (140.0, 330.0)],
        [(140.0, 330.0), (90.0, 410.0), (40.0, 460.0), (-20.0, 490.0)],
    ]);
    let inner = joined(&[
        [(690.0, 372.0), (640.0, 290.0), (560.0, 262.0), (500.0, 330.0)],
        [(500.0, 330.0), (430.0, 420.0), (480.0, 590.0), (640.0, 650.0)],
        [(640.0, 650.0), (800.0, 712.0), (1000.0, 690.0), (1220.0, 620.0)],
    ]);
    let mut body: Vec<(f32, f32)> = outer.iter().rev().copied().collect();
    body.extend(&inner);
    body.extend([(1220.0, 860.0), (-20.0, 860.0)]);
    if let Some(path) = polyline(&body, true) {
        sheet.fill(&path, deep, 1.0);
        sheet.line(&path, 4.0, ink(0x122543), 1.0);
    }
    // Bands of lighter blue run with the water from the trough into the lip.
    let bands = [
        (0.10, ink(0x2f5b8c), 15.0),
        (0.24, ink(0x86a9bd), 13.0),
        (0.37, ink(0x2f5b8c), 22.0),
        (0.50, ink(0xcfdcd6), 12.0),
        (0.61, ink(0x4f7fa6), 24.0),
        (0.73, ink(0x2f5b8c), 16.0),
        (0.82, ink(0xcfdcd6), 15.0),
        (0.905, ink(0x4f7fa6), 15.0),
        (0.965, ink(0xdfe6da), 7.0),
    ];
    for (k, colour, wide) in bands {
        let touches: Vec<Touch> = between(&outer, &inner, k)
            .into_iter()
            .enumerate()
            .skip(8)
            .step_by(4)
            .map(|(i, p)| {
                let t = i as f32 / 120.0;
                (p.0, p.1, wide * smooth(0.05, 0.4, t) * smooth(1.0, 0.8, t) * (0.75 + 0.6 * t))
            })
            .collect();
        sheet.brush(&touches, colour, 1.0);
    }
    // Foam: a thick rope along the crest, with claws over the lip.
    let mut dice = Dice(1831);
    let crest: Vec<(f32, f32)> = outer[..72].to_vec();
    rope(&mut sheet, &mut dice, &crest, 34.0, foam, deep);
    let lip: Vec<(f32, f32)> = inner[..30].to_vec();
    rope(&mut sheet, &mut dice, &lip, 21.0, foam, deep);
    for (i, p) in lip.iter().enumerate().step_by(2) {
        let t = i as f32 / 30.0;
        let size = 74.0 - 34.0 * t;
        claw(&mut sheet, &mut dice, *p, 1.62 + 0.55 * t, size, foam, deep);
    }
    for i in (0..34).step_by(2) {
        let p = outer[i];
        claw(&mut sheet, &mut dice, p, 0.75 - i as f32 * 0.042, 58.0 - i as f32 * 0.55, foam, deep);
    }
    for _ in 0..150 {
        let a = dice.between(-0.9, 1.5);
        let far = dice.between(20.0, 230.0);
        let (x, y) = (640.0 + a.cos() * far * 1.25, 250.0 + a.sin() * far);
        sheet.dot(x, y, dice.between(1.2, 4.2) * (1.0 - far / 330.0), foam, 0.95);
    }
    boat(&mut sheet);
    near_wave(&mut sheet, &mut dice, foam);
    let print = Noise(300);
    sheet.each(|x, y, c| {
        let worn = smooth(0.22, 0.55, print.fine(x * 0.011, y * 0.1, 4));
        mix(c, paper, worn * 0.13)
    });
    sheet.grain(0.045, 6);
    sheet.finish()
}

fn joined(parts: &[[(f32, f32); 4]]) -> Vec<(f32, f32)> {
    parts.iter().flat_map(|p| curve(*p, 40)).collect()
}

fn between(a: &[(f32, f32)], b: &[(f32, f32)], k: f32) -> Vec<(f32, f32)> {
    a.iter().zip(b).map(|(p, q)| (p.0 + (q.0 - p.0) * k, p.1 + (q.1 - p.1) * k)).collect()
}

fn mountain(sheet: &mut Sheet) {
    sheet.fill(
        &shape("M 770 560 C 850 520 905 452 948 412 L 985 412 C 1030 456 1090 524 1180 560 Z"),
        ink(0x5f7a93),
        1.0,
    );
    sheet.fill(&shape("M 948 412 L 985 412 C 1004 432 1020 450 1036 466 L 1016 458 L 1004 478 L 988 452 L 972 484 L 956 452 L 938 474 L 926 456 L 904 462 C 920 444 934 426 948 412 Z"), ink(0xf7f1df), 1.0);
}

fn far_sea(sheet: &mut Sheet) {
    for (i, (y, tone)) in
        [(548.0, 0x9fb7bb), (574.0, 0x6f94a8), (606.0, 0x47749a)].into_iter().enumerate()
    {
        let mut outline = Vec::new();
        for step in 0..=60 {
            let x = step as f32 * 20.0;
            let swell = ((x * 0.011 + i as f32 * 1.7).sin() * 9.0
                + (x * 0.027 + i as f32).sin() * 4.0)
                * (1.0 + i as f32 * 0.5);
            outline.push((x, y - swell));
        }
        let edge = outline.clone();
        outline.extend([(1200.0, 840.0), (0.0, 840.0)]);
        if let Some(path) = polyline(&outline, true) {
            sheet.fill(&path, ink(tone), 1.0);
        }
        if let Some(path) = polyline(&edge, false) {
            sheet.line(&path, 2.2, ink(0x1d3a63), 0.75);
        }
    }
}

fn rope(
    sheet: &mut Sheet,
    dice: &mut Dice,
    along: &[(f32, f32)],
    size: f32,
    foam: super::sheet::Ink,
    line: super::sheet::Ink,
) {
    let mut puffs = Vec::new();
    for (i, p) in along.iter().enumerate().step_by(2) {
        let t = i as f32 / along.len() as f32;
        let r = size * (1.0 - t).powf(0.6) * dice.between(0.55, 1.0) + 3.0;
        puffs.push((p.0 + dice.between(-0.4, 0.4) * r, p.1 + dice.between(-0.2, 0.7) * r, r));
    }
    for (x, y, r) in &puffs {
        sheet.dot(*x, *y, r + 2.2, line, 1.0);
    }
    for (x, y, r) in &puffs {
        sheet.dot(*x, *y, *r, foam, 1.0);
    }
    for (x, y, r) in &puffs {
        // The shaded underside of each puff.
        let bow: Vec<Touch> = (0..6)
            .map(|k| {
                let a = 0.5 + k as f32 * 0.32;
                (
                    x + a.cos() * r * 0.66,
                    y + a.sin() * r * 0.66,
                    if k == 0 || k == 5 { 0.4 } else { 3.0 },
                )
            })
            .collect();
        sheet.brush(&bow, ink(0x9db8c2), 0.9);
    }
}

fn claw(
    sheet: &mut Sheet,
    dice: &mut Dice,
    foot: (f32, f32),
    angle: f32,
    size: f32,
    foam: super::sheet::Ink,
    line: super::sheet::Ink,
) {
    let hook = dice.between(0.75, 1.35);
    let size = size * dice.between(0.7, 1.1);
    let finger = |length: f32, a: f32, thick: f32| -> Vec<Touch> {
        (0..6)
            .map(|i| {
                let t = i as f32 / 5.0;
                let turn = a + hook * t * t;
                (
                    foot.0 + turn.cos() * length * t,
                    foot.1 + turn.sin() * length * t,
                    thick * (1.0 - t * 0.93),
                )
            })
            .collect()
    };
    let fingers = [
        finger(size, angle, size * 0.3),
        finger(size * 0.66, angle - 0.45, size * 0.24),
        finger(size * 0.6, angle + 0.5, size * 0.22),
    ];
    for f in &fingers {
        let fat: Vec<Touch> = f.iter().map(|t| (t.0, t.1, t.2 + 4.0)).collect();
        sheet.brush(&fat, line, 1.0);
    }
    for f in &fingers {
        sheet.brush(f, foam, 1.0);
        let tip = f[5];
        sheet.dot(tip.0, tip.1, 2.6, foam, 1.0);
    }
}

fn boat(sheet: &mut Sheet) {
    sheet.fill(&shape("M 742 640 C 800 664 900 662 990 604 C 964 656 930 688 880 694 C 820 698 766 676 742 640 Z"), ink(0xd9b77c), 1.0);
    sheet.line(&shape("M 742 640 C 800 664 900 662 990 604 C 964 656 930 688 880 694 C 820 698 766 676 742 640 Z"), 3.0, ink(0x3a2c22), 1.0);
    sheet.brush(
        &[(760.0, 656.0, 2.0), (850.0, 680.0, 4.0), (950.0, 650.0, 2.0)],
        ink(0x8a5f35),
        1.0,
    );
    for i in 0..5 {
        let x = 806.0 + i as f32 * 30.0;
        let y = 650.0 - i as f32 * 3.4;
        sheet.brush(
            &[(x + 6.0, y + 8.0, 15.0), (x, y - 6.0, 17.0), (x - 7.0, y - 19.0, 8.0)],
            ink(0x27405f),
            1.0,
        );
        sheet.dot(x - 11.0, y - 25.0, 7.0, ink(0xe9cfa3), 1.0);
        sheet.brush(
            &[(x - 17.0, y - 27.0, 3.0), (x - 11.0, y - 31.0, 7.0), (x - 4.0, y - 27.0, 3.0)],
            ink(0x2a1f1a),
            1.0,
        );
    }
}

fn near_wave(sheet: &mut Sheet, dice: &mut Dice, foam: super::sheet::Ink) {
    let deep = ink(0x16304f);
    let back = joined(&[
        [(-20.0, 800.0), (140.0, 800.0), (260.0, 660.0), (390.0, 668.0)],
        [(390.0, 668.0), (470.0, 672.0), (520.0, 740.0), (640.0, 770.0)],
        [(640.0, 770.0), (820.0, 812.0), (1010.0, 700.0), (1220.0, 760.0)],
    ]);
    let mut body = back.clone();
    body.extend([(1220.0, 870.0), (-20.0, 870.0)]);
    if let Some(path) = polyline(&body, true) {
        sheet.fill(&path, deep, 1.0);
    }
    for k in 1..5 {
        let wide = 13.0 - k as f32 * 1.2;
        let touches: Vec<Touch> = back
            .iter()
            .enumerate()
            .step_by(5)
            .map(|(i, p)| {
                let t = i as f32 / back.len() as f32;
                let sag = k as f32 * 27.0 * (0.6 + 0.5 * (t * 9.0).sin().abs());
                (
                    p.0 + k as f32 * 9.0,
                    p.1 + sag,
                    wide * (0.5 + 0.5 * (t * 17.0 + k as f32).sin().abs()),
                )
            })
            .collect();
        sheet.brush(
            &touches,
            [ink(0x4f7fa6), ink(0xa9c1c6), ink(0x2f5b8c), ink(0x4f7fa6)][k - 1],
            0.95,
        );
    }
    let crest: Vec<(f32, f32)> = back[22..58].iter().rev().copied().collect();
    rope(sheet, dice, &crest, 24.0, foam, deep);
    for (i, p) in crest.iter().enumerate().step_by(3) {
        claw(sheet, dice, *p, 0.15 - i as f32 * 0.03, 46.0 - i as f32 * 0.5, foam, deep);
    }
}
