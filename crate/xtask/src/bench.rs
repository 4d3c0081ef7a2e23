//! Speed, and size against its budget.

use anyhow::Result;

use crate::test::BROWSER_FEATURE;
use crate::tools::Browsers;
use crate::{extension, run, sizes, wasm};

/// Runs the core's benchmarks, then weighs what ships, then loads a page of a thousand pictures
/// with and without it.
pub fn bench() -> Result<()> {
    run::show(&mut run::cargo(["bench", "--package", "sayso-core"]))?;
    let browsers = Browsers::have()?;
    let built = extension::build(wasm::Profile::Ship)?;
    println!();
    sizes::table(&sizes::all(&built.chromium)?);
    println!();
    // Only the package for tests has the id that the driver knows beforehand.
    let built = extension::build(wasm::Profile::Quick)?;
    let mut command = run::cargo(["run", "--package", "sayso-tests", "--features"]);
    command.args([BROWSER_FEATURE, "--bin", "bench_page"]).envs(browsers.environment(&built));
    run::show(&mut command)
}

/// Measures how often changed pictures are found, or after the word `sound` how often sounds
/// are; needs Python with Pillow, or FFmpeg, and says so.
pub fn recall(words: &[String]) -> Result<()> {
    let (name, folders) = match words {
        [first, folders @ ..] if first == "sound" => ("recall_sound", folders),
        folders => ("recall", folders),
    };
    let mut command = run::cargo(["run", "--package", "sayso-tests", "--bin", name, "--"]);
    run::show(command.args(folders))
}
