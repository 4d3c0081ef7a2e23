//! Catalogues past one machine, and past ten million works.
//!
//! Neither belongs to every run of the tests: Spark is half a gigabyte, and a hundred million works
//! take an hour and forty gigabytes of disk.

use anyhow::{Context, Result};

use crate::test::BROWSER_FEATURE;
use crate::{run, tools};

/// Compares Spark's catalogue with that of one machine; with numbers, builds so many made-up works.
pub fn scale(counts: &[String]) -> Result<()> {
    if counts.is_empty() {
        let python = tools::spark()?;
        // Of the same packages as all tests, so that nothing is compiled anew.
        let words = ["test", "--features", BROWSER_FEATURE, "--test", "scale", "--", "--nocapture"];
        return run::show(run::cargo(words).env("SAYSO_SPARK_PYTHON", python));
    }
    for count in counts {
        count.parse::<u64>().with_context(|| format!("'{count}' is no number of works"))?;
    }
    for count in counts {
        println!("\n━━ {count} works");
        let mut command = run::cargo(["run", "--quiet", "--release", "--package"]);
        command.args(["sayso-catalogue", "--example", "scale", "--", count]);
        run::show(command.arg(run::target("scale")))?;
    }
    Ok(())
}
