//! Speed, and size against its budget.

use anyhow::Result;

use crate::{extension, run, sizes, wasm};

/// Runs the core's benchmarks, then weighs what ships.
pub fn bench() -> Result<()> {
    run::show(&mut run::cargo(["bench", "--package", "sayso-core"]))?;
    let built = extension::build(wasm::Profile::Ship)?;
    println!();
    sizes::table(&[sizes::content_scripts(&built.chromium)?, sizes::wasm(&built.chromium)?]);
    Ok(())
}
