//! "Eleven at night": the far bank, windows, and the river under them.

use super::Picture;
use super::sheet::{Dice, Ink, Noise, Sheet, circle, ink, mix, ramp, rectangle, shape, smooth};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 900;
const BANK: f32 = 640.0;

/// Draws it.
pub fn draw() -> Picture {
    let mut sheet = Sheet::new(WIDTH, HEIGHT, ink(0x0a1022));
    let cloud = Noise(44);
    let sky =
        [(0.0, ink(0x070b1c)), (0.4, ink(0x141d3c)), (0.78, ink(0x3a3152)), (1.0, ink(0x87505a))];
    sheet.each(|x, y, _| {
        let puff = cloud.fine(x * 0.003, y * 0.008, 5);
        let c = ramp(&sky, (y / BANK).min(1.0));
        mix(c, ink(0x6b4a5e), smooth(0.0, 0.45, puff) * smooth(80.0, 560.0, y) * 0.5)
    });
    let mut dice = Dice(2300);
    let rows = [
        (ink(0x38304f), 46.0, 84.0, 250.0, 0.26, 0.3),
        (ink(0x231f3a), 52.0, 104.0, 330.0, 0.34, 0.62),
        (ink(0x120f22), 66.0, 132.0, 270.0, 0.4, 1.0),
    ];
    for (row, (tone, thin, wide, tall, lit, bright)) in rows.into_iter().enumerate() {
        let mut x = -20.0;
        while x < WIDTH as f32 {
            let w = dice.between(thin, wide);
            let skyline = 0.45 + 0.75 * (-((x - 760.0) / 330.0).powi(2)).exp();
            let h = (tall * skyline * dice.between(0.55, 1.15)).max(60.0);
            house(&mut sheet, &mut dice, (x, w, h), tone, lit, bright, row);
            x += w + dice.between(-2.0, if row == 2 { 16.0 } else { 5.0 });
        }
        // Haze between the rows.
        sheet.each(|_, y, c| {
            mix(c, ink(0x6e4a58), smooth(BANK - 260.0, BANK, y) * [0.3, 0.14, 0.0][row])
        });
    }
    // The embankment and its lamps.
    sheet.fill(&rectangle(0.0, BANK - 16.0, WIDTH as f32, 18.0), ink(0x0b0a16), 1.0);
    for i in 0..19 {
        let x = 22.0 + i as f32 * 64.0;
        sheet.fill(&rectangle(x - 0.8, BANK - 38.0, 1.6, 24.0), ink(0x0b0a16), 1.0);
        sheet.dot(x, BANK - 39.0, 3.0, ink(0xffdfa0), 1.0);
    }
    bridge(&mut sheet);
    sheet.glow(0.5, 5, 1.7);
    sheet.glow(0.6, 26, 1.5);
    reflect(&mut sheet);
    sheet.grain(0.03, 77);
    sheet.finish()
}

fn house(
    sheet: &mut Sheet,
    dice: &mut Dice,
    (x, w, h): (f32, f32, f32),
    tone: Ink,
    lit: f32,
    bright: f32,
    row: usize,
) {
    let top = BANK - h;
    let tone = mix(tone, ink(0x2a3050), dice.roll() * 0.25);
    sheet.fill(&rectangle(x, top, w, h), tone, 1.0);
    match (dice.roll() * 6.0) as u32 {
        0 => sheet.fill(&rectangle(x + w * 0.2, top - 26.0, w * 0.6, 27.0), tone, 1.0),
        1 => {
            sheet.fill(&rectangle(x + w * 0.48, top - 62.0, 2.2, 63.0), tone, 1.0);
            sheet.dot(x + w * 0.49, top - 63.0, 2.2, ink(0xff4a3d), bright);
        }
        2 if row == 2 => water_tower(sheet, x + w * 0.5, top, tone),
        3 => {
            let slope =
                format!("M {x} {top} L {} {} L {} {top} Z", x + w * 0.5, top - w * 0.34, x + w);
            sheet.fill(&shape(&slope), tone, 1.0);
        }
        _ => {}
    }
    let (pitch_x, pitch_y) = (dice.between(8.5, 13.0), dice.between(12.0, 17.0));
    let (ww, wh) = (pitch_x * dice.between(0.4, 0.66), pitch_y * dice.between(0.38, 0.6));
    let warm = [ink(0xffd48a), ink(0xffbf6a), ink(0xffe7b8), ink(0xf7a85a)];
    let office = dice.chance(0.22);
    let columns = ((w - 8.0) / pitch_x) as usize;
    let inset = (w - columns as f32 * pitch_x + pitch_x - ww) * 0.5;
    let mut y = top + 12.0;
    while y < BANK - 26.0 {
        let floor_awake = dice.between(0.35, 1.5);
        let mut column = 0;
        while column < columns {
            let wx = x + inset + column as f32 * pitch_x;
            column += 1;
            if dice.chance(lit * floor_awake) {
                let colour = if office { ink(0xd6ecff) } else { dice.pick(&warm) };
                let strong = bright * dice.between(0.45, 1.0);
                sheet.fill(&rectangle(wx, y, ww, wh), colour, strong);
                if !office && dice.chance(0.3) {
                    // A curtain, half drawn.
                    sheet.fill(&rectangle(wx, y, ww * 0.45, wh), ink(0x9a5a34), strong * 0.6);
                }
            } else {
                sheet.fill(&rectangle(wx, y, ww, wh), ink(0x05060f), 0.4);
            }
        }
        y += pitch_y;
    }
    sheet.fill(&rectangle(x, top, 1.4, h), ink(0x8a6a80), 0.25);
}

fn water_tower(sheet: &mut Sheet, x: f32, roof: f32, tone: Ink) {
    for leg in [-11.0, -4.0, 4.0, 11.0] {
        sheet.fill(&rectangle(x + leg, roof - 20.0, 1.6, 21.0), tone, 1.0);
    }
    sheet.fill(&rectangle(x - 14.0, roof - 46.0, 30.0, 27.0), tone, 1.0);
    let hat = format!(
        "M {} {} L {} {} L {} {} Z",
        x - 17.0,
        roof - 45.0,
        x + 1.0,
        roof - 60.0,
        x + 19.0,
        roof - 45.0
    );
    sheet.fill(&shape(&hat), tone, 1.0);
}

fn bridge(sheet: &mut Sheet) {
    let dark = ink(0x0a0915);
    sheet.fill(&rectangle(0.0, BANK - 46.0, 330.0, 9.0), dark, 1.0);
    for tower in [118.0, 300.0] {
        sheet.fill(&rectangle(tower - 7.0, BANK - 168.0, 14.0, 170.0), dark, 1.0);
        sheet.light(&circle(tower, BANK - 170.0, 3.0), ink(0xff5a48), 1.0);
    }
    for (a, b) in [(-70.0, 118.0), (118.0, 300.0), (300.0, 490.0)] {
        let mut previous: Option<(f32, f32)> = None;
        for i in 0..=26 {
            let t = i as f32 / 26.0;
            let x = a + (b - a) * t;
            if x > 330.0 {
                break;
            }
            let y = BANK - 164.0 + 112.0 * (1.0 - (2.0 * t - 1.0).powi(2));
            if let Some(p) = previous {
                sheet.brush(&[(p.0, p.1, 2.4), (x, y, 2.4)], dark, 1.0);
            }
            sheet.fill(&rectangle(x - 0.5, y, 1.0, (BANK - 44.0 - y).max(0.1)), dark, 0.8);
            if i % 3 == 1 {
                sheet.dot(x, y, 1.7, ink(0xffe9bd), 1.0);
            }
            previous = Some((x, y));
        }
    }
}

fn reflect(sheet: &mut Sheet) {
    let (w, h) = (WIDTH as usize, BANK as usize);
    let above: Vec<Ink> = (0..w * h).map(|i| sheet.at((i % w) as f32, (i / w) as f32)).collect();
    let water = Noise(88);
    sheet.each(|x, y, c| {
        if y < BANK {
            return c;
        }
        let down = y - BANK;
        // Light on moving water is drawn out downwards: several heights are seen at once.
        let wave = water.fine(x * 0.006, y * 0.06, 4);
        let mut seen = [0.0f32; 3];
        for k in 0..9 {
            let stretch = 0.35 + 0.17 * k as f32;
            let sway =
                water.fine(x * 0.012 + 5.0, y * 0.16 + k as f32 * 0.35, 3) * (3.0 + down * 0.1);
            let sx = (x + sway).clamp(0.0, w as f32 - 1.0) as usize;
            let sy = (BANK - 8.0 - down * stretch).clamp(0.0, BANK - 1.0) as usize;
            let s = above[sy * w + sx];
            (0..3).for_each(|i| seen[i] += s[i] / 9.0);
        }
        let dark = mix(ink(0x080a18), ink(0x131529), smooth(-0.3, 0.4, wave));
        let c = mix(seen.map(|v| v * 1.9), dark, 0.16 + 0.4 * smooth(0.0, 270.0, down));
        mix(c, ink(0x03040c), smooth(0.12, 0.4, wave) * 0.4)
    });
}
