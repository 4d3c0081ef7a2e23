//! Every kind of JPEG that is read: written here, read back, and judged by `djpeg`
//! (<https://libjpeg-turbo.org>) where it is installed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod encoder;

use std::fs;
use std::process::Command;

use encoder::{Plan, encode};
use sayso_pixels::jpeg::{Fault, Jpeg};
use sayso_pixels::normalise::{Layout, Picture};

/// Soft waves with an edge, each component another.
fn scene(component: usize, x: usize, y: usize) -> u8 {
    let (x, y, c) = (x as f64, y as f64, component as f64);
    let wave = ((x * (0.07 + 0.03 * c)).sin() + (y * 0.05 + c).cos()) * 50.0;
    let edge = if x > 40.0 && y > 30.0 { 25.0 } else { 0.0 };
    (128.0 + wave + edge).clamp(0.0, 255.0) as u8
}

fn decoded(bytes: &[u8]) -> Picture {
    Jpeg::open(bytes).unwrap().picture().unwrap()
}

fn fault(bytes: &[u8]) -> Fault {
    Jpeg::open(bytes).and_then(|jpeg| jpeg.picture()).unwrap_err().fault
}

/// Equal to djpeg's, where there is one.
fn judged(name: &str, bytes: &[u8]) -> Picture {
    let ours = decoded(bytes);
    let path = std::env::temp_dir().join(format!("sayso-{}-{name}.jpg", std::process::id()));
    fs::write(&path, bytes).unwrap();
    let output = Command::new("djpeg").arg("-pnm").arg(&path).output();
    let output = output.inspect_err(|_| println!("{name}: there is no djpeg to judge it"));
    fs::remove_file(&path).unwrap();
    if let Ok(output) = output {
        let warning = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {warning}");
        let theirs = &output.stdout[output.stdout.len() - ours.data.len()..];
        let far = ours.data.iter().zip(theirs).filter(|(a, b)| a != b).count();
        assert_eq!(far, 0, "{name}: {far} of {} differ", ours.data.len());
    }
    ours
}

#[test]
fn grey_is_near_what_was_written() {
    for (width, height) in [(1, 1), (8, 8), (75, 53), (9, 120)] {
        let plan = Plan { sampling: vec![(1, 1)], ..Plan::new(width, height) };
        let picture = judged("grey", &encode(&plan, &scene));
        assert_eq!((picture.width, picture.height), (width, height));
        assert_eq!(picture.layout, Layout::Grey);
        let pairs = picture.data.iter().enumerate();
        let far = pairs.map(|(i, p)| p.abs_diff(scene(0, i % width, i / width)));
        assert!(far.max().unwrap() < 30);
    }
}

#[test]
fn every_sampling_is_that_of_libjpeg() {
    let one = (1, 1);
    for luma in [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (1, 4), (4, 2), (2, 4)] {
        for (width, height) in [(75, 53), (64, 48), (3, 2), (5, 5), (17, 33), (1, 9)] {
            let plan = Plan { sampling: vec![luma, one, one], ..Plan::new(width, height) };
            let name = format!("{}x{}-{width}x{height}", luma.0, luma.1);
            let picture = judged(&name, &encode(&plan, &scene));
            assert_eq!(picture.layout, Layout::Rgb);
        }
    }
    let plan = Plan { sampling: vec![(2, 2), (2, 1), (1, 2)], ..Plan::new(61, 47) };
    judged("mixed", &encode(&plan, &scene));
    let plan = Plan { sampling: vec![(1, 1), (2, 2), (2, 1)], ..Plan::new(61, 47) };
    judged("little-luma", &encode(&plan, &scene));
    assert!(Jpeg::open(&encode(&plan, &scene)).unwrap().eighth().unwrap().is_none());
}

#[test]
fn fractional_sampling_is_refused() {
    let plan = Plan { sampling: vec![(3, 1), (2, 1), (1, 1)], ..Plan::new(50, 20) };
    assert_eq!(fault(&encode(&plan, &scene)), Fault::Unsupported);
}

#[test]
fn the_same_coefficients_are_the_same_picture_however_sent() {
    let plain = Plan::new(83, 61);
    let expected = judged("plain", &encode(&plain, &scene));
    let ways = [
        ("apart", Plan { apart: true, ..plain.clone() }),
        ("restart", Plan { restart: 3, ..plain.clone() }),
        ("restart-apart", Plan { restart: 2, apart: true, ..plain.clone() }),
        ("progressive", Plan { progressive: true, ..plain.clone() }),
        ("progressive-apart", Plan { progressive: true, apart: true, ..plain.clone() }),
        ("progressive-restart", Plan { progressive: true, restart: 5, ..plain.clone() }),
    ];
    for (name, plan) in ways {
        assert!(judged(name, &encode(&plan, &scene)) == expected, "{name}");
    }
    // No judge: libjpeg does not read a height that comes late.
    for apart in [false, true] {
        assert!(decoded(&encode(&Plan { dnl: true, apart, ..plain.clone() }, &scene)) == expected);
    }
}

#[test]
fn names_and_markers_say_which_colours() {
    let full = Plan { sampling: vec![(1, 1); 3], jfif: false, ..Plan::new(40, 40) };
    let ycc = judged("plain-ids", &encode(&full, &scene));
    let adobe = Plan { adobe: Some(0), ..full.clone() };
    let rgb = judged("adobe-rgb", &encode(&adobe, &scene));
    assert!(rgb != ycc);
    let named = Plan { ids: b"RGB".to_vec(), ..full.clone() };
    assert!(judged("named-rgb", &encode(&named, &scene)) == rgb);
    // JFIF is the stronger word.
    let both = Plan { jfif: true, ..adobe.clone() };
    assert!(judged("jfif-and-adobe", &encode(&both, &scene)) == ycc);
    assert!(Jpeg::open(&encode(&adobe, &scene)).unwrap().eighth().unwrap().is_none());
}

#[test]
fn inks_come_as_light() {
    let plan = Plan {
        sampling: vec![(1, 1); 4],
        jfif: false,
        adobe: Some(0),
        steps: (1, 1),
        ..Plan::new(32, 32)
    };
    // Written inverted, as Adobe does: 255 is no ink.
    let cmyk = decoded(&encode(&plan, &|c, _, _| [255, 155, 55, 205][c]));
    let expected = [205, 205u8.saturating_sub(80), 205 - 161];
    assert!(cmyk.data.as_chunks::<3>().0.iter().all(|p| *p == expected), "{:?}", &cmyk.data[..3]);
    let ycck = Plan { adobe: Some(2), ..plan };
    let ycck = decoded(&encode(&ycck, &|c, _, _| [90, 128, 128, 255][c]));
    assert!(ycck.data.iter().all(|v| *v == 165), "{:?}", &ycck.data[..3]);
}

#[test]
fn wide_steps_and_long_codes_are_read() {
    let plan = Plan { steps: (1, 300), ..Plan::new(97, 41) };
    judged("wide", &encode(&plan, &scene));
    let noise = |c: usize, x: usize, y: usize| {
        let n = (x * 7919 + y * 104_729 + c * 31).wrapping_mul(2_654_435_761) >> 7;
        if x < 64 { n as u8 } else { (n % 3) as u8 * 120 }
    };
    let plan = Plan { steps: (1, 1), ..Plan::new(197, 141) };
    judged("noise", &encode(&plan, &noise));
    judged("noise-progressive", &encode(&Plan { progressive: true, ..plan }, &noise));
}

#[test]
fn an_eighth_is_the_mean_of_luma() {
    for progressive in [false, true] {
        for (apart, restart) in [(false, 0), (true, 0), (false, 4)] {
            let plan = Plan { progressive, apart, restart, ..Plan::new(203, 117) };
            let bytes = encode(&plan, &scene);
            let eighth = Jpeg::open(&bytes).unwrap().eighth().unwrap().unwrap();
            assert_eq!((eighth.plane.width, eighth.plane.height), (26, 15));
            for (i, mean) in eighth.plane.data.iter().enumerate() {
                let (left, top) = (i % 26 * 8, i / 26 * 8);
                let each = (0..64).map(|i| (left + i % 8, top + i / 8));
                let each = each.map(|(x, y)| u32::from(scene(0, x.min(202), y.min(116))));
                assert!(mean.abs_diff((each.sum::<u32>() / 64) as u8) <= 1);
            }
        }
    }
}

#[test]
fn an_eighth_of_a_progressive_file_looks_at_its_first_scan_only() {
    let bytes = encode(&Plan { progressive: true, ..Plan::new(203, 117) }, &scene);
    let whole = Jpeg::open(&bytes).unwrap().eighth().unwrap();
    let scans: Vec<usize> =
        (0..bytes.len() - 1).filter(|i| bytes[*i..].starts_with(&[0xFF, 0xDA])).collect();
    // Later scans are nonsense, but they are there.
    let mut later = bytes.clone();
    later[scans[2] + 12..scans[2] + 16].fill(0);
    assert_eq!(Jpeg::open(&later).unwrap().eighth().unwrap(), whole);
}

#[test]
fn half_a_file_has_no_eighth() {
    let ways = [(false, false), (false, true), (true, false), (true, true)];
    for (progressive, apart) in ways {
        let bytes = encode(&Plan { progressive, apart, ..Plan::new(60, 50) }, &scene);
        assert!(Jpeg::open(&bytes).unwrap().eighth().unwrap().is_some());
        for cut in 2..bytes.len() {
            let eighth = Jpeg::open(&bytes[..cut]).and_then(|jpeg| jpeg.eighth());
            let fault = eighth.unwrap_err().fault;
            assert_eq!(fault, Fault::Truncated, "cut to {cut} of {}", bytes.len());
        }
    }
}

#[test]
fn only_large_pictures_without_borders_serve_at_an_eighth() {
    let stripes =
        |_, x: usize, y: usize| if (x / 90 + y / 90).is_multiple_of(2) { 40 } else { 200 };
    for (progressive, least, border) in [(false, 400, 2), (true, 1_000, 20)] {
        let serves = |width, height, sample: &dyn Fn(usize, usize, usize) -> u8| {
            let bytes = encode(&Plan { progressive, ..Plan::new(width, height) }, sample);
            Jpeg::open(&bytes).unwrap().eighth().unwrap().unwrap().serves()
        };
        let (width, height) = (least + 13, least + 3);
        assert!(serves(width, height, &stripes));
        assert!(!serves(width, least - 1, &stripes));
        for edge in 0..4 {
            let framed = |c, x: usize, y: usize| {
                let edges = [x < border, y < border, x + border >= width, y + border >= height];
                // Where the corner is, the border is of its colour.
                if edges[edge] { stripes(c, 0, 0) } else { stripes(c, x, y) }
            };
            assert!(!serves(width, height, &framed), "{edge}");
        }
    }
}

#[test]
fn other_kinds_are_refused_by_name() {
    let bytes = encode(&Plan::new(20, 20), &scene);
    let frame = bytes.windows(2).position(|w| w == [0xFF, 0xC1]).unwrap();
    for (marker, word) in
        [(0xC3, "lossless"), (0xC5, "hierarchical"), (0xC9, "arithmetic"), (0xCA, "arithmetic")]
    {
        let mut other = bytes.clone();
        other[frame + 1] = marker;
        let error = Jpeg::open(&other).err().unwrap();
        assert_eq!(error.fault, Fault::Unsupported);
        assert!(error.message.contains(word), "{error}");
        assert_eq!(error.at, frame + 1);
    }
    let mut deep = bytes.clone();
    deep[frame + 4] = 12;
    assert_eq!(Jpeg::open(&deep).err().unwrap().fault, Fault::Unsupported);
}

#[test]
fn a_cut_anywhere_is_truncated() {
    for progressive in [false, true] {
        let bytes = encode(&Plan { progressive, ..Plan::new(60, 50) }, &scene);
        for cut in 2..bytes.len() {
            let fault = fault(&bytes[..cut]);
            assert_eq!(fault, Fault::Truncated, "cut to {cut} of {}", bytes.len());
        }
    }
}

#[test]
fn broken_data_is_malformed_where_it_breaks() {
    let plan = Plan { restart: 2, ..Plan::new(120, 90) };
    let bytes = encode(&plan, &scene);
    let second = bytes.windows(2).rposition(|w| w == [0xFF, 0xD1]).unwrap();
    let mut swapped = bytes.clone();
    swapped[second + 1] = 0xD5;
    let error = Jpeg::open(&swapped).unwrap().picture().unwrap_err();
    assert_eq!((error.fault, error.at), (Fault::Malformed, second));
    // All ones is no code.
    let mut ones = bytes.clone();
    for byte in ones[second + 2..second + 22].chunks_mut(2) {
        byte.copy_from_slice(&[0xFF, 0x00]);
    }
    let error = Jpeg::open(&ones).unwrap().picture().unwrap_err();
    assert_eq!(error.fault, Fault::Malformed);
    assert!((second..second + 30).contains(&error.at), "{error}");
}

#[test]
fn a_header_alone_takes_no_time() {
    let mut bytes = encode(&Plan { sampling: vec![(1, 1)], ..Plan::new(16, 16) }, &scene);
    let frame = bytes.windows(2).position(|w| w == [0xFF, 0xC1]).unwrap();
    bytes[frame + 5..frame + 9].fill(0xFF);
    let jpeg = Jpeg::open(&bytes).unwrap();
    assert_eq!((jpeg.width(), jpeg.height()), (65_535, 65_535));
    assert_eq!(jpeg.picture().unwrap_err().fault, Fault::Truncated);
    assert_eq!(jpeg.eighth().unwrap_err().fault, Fault::Truncated);
}

#[test]
fn junk_between_segments_is_passed_over() {
    let bytes = encode(&Plan::new(40, 30), &scene);
    let frame = bytes.windows(2).position(|w| w == [0xFF, 0xC1]).unwrap();
    let junk = [&bytes[..frame], b"junk\xFF\xFF", &bytes[frame + 1..], b"and more"].concat();
    assert!(decoded(&junk) == decoded(&bytes));
}
