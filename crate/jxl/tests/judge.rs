//! The codes of decoded pictures against those of `djxl`, the reference decoder
//! (<https://github.com/libjxl/libjxl>), on every JPEG XL file of the corpus.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sayso_core::fingerprint::compare;
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

/// What the reference decoder makes of it, through a PNG; of what moves the first frame.
fn theirs(path: &Path, folder: &Path) -> Option<Reading> {
    let png = folder.join("out.png");
    let mut command = Command::new("djxl");
    command.arg(path).arg(&png).stdout(Stdio::null()).stderr(Stdio::null());
    if !command.status().ok()?.success() {
        return None;
    }
    let first = [png, folder.join("out-0.png")].into_iter().find(|path| path.exists())?;
    let bytes = std::fs::read(&first).ok()?;
    std::fs::remove_file(first).ok()?;
    Some(reading::read(&bytes, Delivery::default(), &Limits::DEFAULT))
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
                let (ours, theirs) = (&ours.fingerprint, &theirs.fingerprint);
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
