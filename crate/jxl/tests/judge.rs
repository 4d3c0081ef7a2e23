//! The codes of decoded pictures against those of `djxl`, the reference decoder
//! (<https://github.com/libjxl/libjxl>), on every JPEG XL file of the corpus.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sayso_core::fingerprint::elsewhere::Pixels;
use sayso_core::fingerprint::{DecodedBy, Fingerprint, compare};
use sayso_core::limits::Limits;
use sayso_core::reading::{self, Delivery, Depth, Reading};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "jxl") {
            found.push(path);
        }
    }
}

fn ours(path: &Path) -> Result<Reading, String> {
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    let limits = Limits::DEFAULT;
    let mut reading = reading::begin(&bytes, Delivery::default(), &limits);
    reading::add_codes(&mut reading, &bytes, Depth::Exact, &limits);
    match sayso_jxl::decode(&bytes, &limits) {
        Ok(pixels) => reading.see(pixels, &limits),
        Err(problem) => return Err(format!("{:?}: {}", problem.code, problem.message)),
    }
    Ok(reading)
}

/// What the reference decoder makes of it; of what moves, the first frame. Pictures with alpha come
/// as PAM: into PNG `djxl` 0.7 writes samples of ten bits as they are.
fn theirs(path: &Path, folder: &Path) -> Option<Fingerprint> {
    let made = |name: &str| {
        let out = folder.join(name);
        let mut command = Command::new("djxl");
        command.arg(path).arg(&out).stdout(Stdio::null()).stderr(Stdio::null());
        let done = command.status().ok()?.success();
        let first = [out.clone(), folder.join(name.replace('.', "-0."))];
        let bytes = first.iter().find_map(|path| std::fs::read(path).ok());
        for path in first {
            std::fs::remove_file(path).ok();
        }
        bytes.filter(|_| done)
    };
    if let Some(pixels) = made("out.pam").as_deref().and_then(from_pam) {
        let mut print = Fingerprint::default();
        print.see(pixels, DecodedBy::Sayso, &Limits::DEFAULT).ok()?;
        return Some(print);
    }
    Some(reading::read(&made("out.png")?, Delivery::default(), &Limits::DEFAULT).fingerprint)
}

/// PAM with four channels (<https://netpbm.sourceforge.net/doc/pam.html>).
fn from_pam(bytes: &[u8]) -> Option<Pixels> {
    let end = bytes.windows(7).position(|w| w == b"ENDHDR\n")? + 7;
    let (header, samples) = bytes.split_at_checked(end)?;
    let header = String::from_utf8_lossy(header).into_owned();
    let field = |name: &str| -> Option<u32> {
        header.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    };
    // `djxl` 0.7 names the depth of the picture here and yet writes samples of eight or sixteen bits.
    let most = if field("MAXVAL")? < 256 { 255 } else { 65_535 };
    let (width, height) = (field("WIDTH")?, field("HEIGHT")?);
    let eight = |value: u32| ((value * 255 + most / 2) / most) as u8;
    let rgba = match most {
        0..256 => samples.iter().map(|v| eight(u32::from(*v))).collect(),
        _ => samples.as_chunks().0.iter().map(|v| eight(u16::from_be_bytes(*v).into())).collect(),
    };
    (field("DEPTH")? == 4).then_some(Pixels { width, height, rgba })
}

#[test]
fn codes_are_those_of_the_reference_decoder() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let judged = Command::new("djxl").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !corpus.is_dir() || !judged {
        println!("skipped: there is no corpus or no djxl here");
        return;
    }
    let mut all = Vec::new();
    files(&corpus, &mut all);
    assert!(!all.is_empty());
    let folder = std::env::temp_dir().join(format!("sayso-jxl-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (mut same, mut compared, mut wrong) = (0, 0, Vec::new());
    for path in all {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (ours, theirs) = (ours(&path), theirs(&path, &folder));
        match (&ours, &theirs) {
            (Ok(ours), Some(theirs)) => {
                let ours = &ours.fingerprint;
                let equal = ours.codes == theirs.codes;
                let near = ours.codes.as_ref().zip(theirs.codes.as_ref());
                let near = near.and_then(|(a, b)| compare::compare(a, b)).map(|l| l.distance);
                println!("{name}: equal {equal}, distance {near:?}, poor {}", ours.featureless);
                compared += 1;
                same += u32::from(equal);
                let poor = ours.featureless && theirs.featureless;
                if !poor && near.is_none_or(|distance| distance > 4) {
                    wrong.push(name);
                }
            }
            (Err(why), judge) => {
                println!("{name}: {why}; the reference decodes it: {}", judge.is_some());
                if judge.is_some() && path.to_string_lossy().contains("formats") {
                    wrong.push(name);
                }
            }
            (Ok(_), None) => println!("{name}: only ours decodes it"),
        }
    }
    std::fs::remove_dir_all(folder).ok();
    println!("{same} of {compared} have equal codes");
    assert!(wrong.is_empty(), "{wrong:?}");
}
