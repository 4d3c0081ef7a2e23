//! The demo: the real extension in a real browser, on a gallery of our own.
//!
//! The gallery, its registries and the browser are driven by `tests/src/bin/demo.rs`.

use anyhow::Result;

use crate::test::BROWSER_FEATURE;
use crate::tools::Browsers;
use crate::{extension, run, wasm};

/// Builds and opens it, on the gallery or on the page or folder of works that is named.
pub fn demo(args: &[String]) -> Result<()> {
    let browsers = Browsers::have()?;
    let built = extension::build(wasm::Profile::Quick)?;
    let mut command = run::cargo(["run", "--quiet", "--manifest-path"]);
    command.arg(run::root().join("Cargo.toml")).args(["--package", "sayso-tests"]);
    command.args(["--features", BROWSER_FEATURE, "--bin", "demo", "--"]).args(args);
    // A folder is named from where the reader stands, not from the top of the repository.
    if let Ok(here) = std::env::current_dir() {
        command.current_dir(here);
    }
    command.envs(browsers.environment(&built));
    run::show(&mut command)
}
