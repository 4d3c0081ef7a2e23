//! What the reviewers' own tool says: `addons-linter`, as addons.mozilla.org runs it.
//!
//! <https://github.com/mozilla/addons-linter>. No error may stand; each warning stands in
//! `extension/store/lint.json` with the reason why it stays, and an entry that no longer
//! occurs has to go. Only Firefox's package: there is no such tool for the other store.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::manifest::Browser;
use crate::{run, tools};

const EXCUSED: &str = "extension/store/lint.json";

/// The package that `build` has made.
pub fn built() -> Result<()> {
    firefox(&run::target("extension").join(Browser::Firefox.name()))
}

/// Any unpacked package for Firefox.
pub fn firefox(package: &Path) -> Result<()> {
    let mut linter = tools::addons_linter()?;
    let output = linter
        .args(["--output", "json"])
        .arg(package)
        .stdin(Stdio::null())
        .output()
        .context("cannot start addons-linter")?;
    // It fails when it finds errors, and says them all the same.
    let said: Value = serde_json::from_slice(&output.stdout).with_context(|| {
        format!("addons-linter says no JSON: {}", String::from_utf8_lossy(&output.stderr))
    })?;
    let excused: Value = serde_json::from_str(&run::text(EXCUSED)?)
        .with_context(|| format!("{EXCUSED} is not JSON"))?;
    let (faults, kept) = faults(&said, &excused);
    println!("addons-linter: {} to put right, {kept} with a reason", faults.len());
    if faults.is_empty() {
        return Ok(());
    }
    for fault in &faults {
        println!("{fault}");
    }
    bail!("addons-linter: {} to put right", faults.len())
}

/// What has to be put right, and how much stands with a reason.
fn faults(said: &Value, excused: &Value) -> (Vec<String>, usize) {
    let word = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_string();
    let all = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let mut faults = Vec::new();
    if said["summary"]["errors"].as_u64().is_none() {
        faults.push("addons-linter gave no summary".to_string());
    }
    let excuses = all(excused);
    let mut used = vec![0_usize; excuses.len()];
    for kind in ["errors", "warnings", "notices"] {
        for item in all(&said[kind]) {
            let same = |excuse: &Value| {
                ["code", "file"].iter().all(|key| word(excuse, key) == word(&item, key))
            };
            // An error is never excused.
            match excuses.iter().position(same).filter(|_| kind != "errors") {
                Some(at) => used[at] += 1,
                None => faults.push(format!(
                    "{}:{}: {} ({}); mend it, or add it to {EXCUSED} with the reason",
                    word(&item, "file"),
                    item["line"],
                    word(&item, "message"),
                    word(&item, "code"),
                )),
            }
        }
    }
    for (excuse, used) in excuses.iter().zip(&used) {
        let (code, file) = (word(excuse, "code"), word(excuse, "file"));
        if *used == 0 {
            faults.push(format!("{EXCUSED}: {code} in {file} no longer occurs; remove it"));
        }
        if word(excuse, "reason").split_whitespace().count() < 5 {
            faults.push(format!("{EXCUSED}: {code} in {file} has no reason"));
        }
    }
    (faults, used.iter().sum())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(kind: &str) -> Value {
        let mut said =
            json!({"summary": {"errors": 0}, "errors": [], "warnings": [], "notices": []});
        said[kind] = json!([{"code": "A", "file": "a.js", "line": 1, "message": "Mind this"}]);
        said
    }

    fn excuse(code: &str, reason: &str) -> Value {
        json!([{"code": code, "file": "a.js", "reason": reason}])
    }

    const REASON: &str = "Only the other browser goes there.";

    #[test]
    fn a_warning_without_a_reason_is_a_fault() {
        assert_eq!(faults(&said("warnings"), &json!([])).0.len(), 1);
        assert_eq!(faults(&said("warnings"), &excuse("A", "")).0.len(), 1);
        assert_eq!(faults(&said("warnings"), &excuse("A", REASON)), (Vec::new(), 1));
    }

    #[test]
    fn an_error_has_no_excuse() {
        // Neither is the excuse used then.
        assert_eq!(faults(&said("errors"), &excuse("A", REASON)).0.len(), 2);
    }

    #[test]
    fn what_no_longer_occurs_has_to_go() {
        let gone = faults(&said("notices"), &excuse("B", REASON)).0;
        assert_eq!(gone.len(), 2);
        assert!(gone[1].ends_with("no longer occurs; remove it"), "{gone:?}");
    }

    #[test]
    fn an_answer_without_a_summary_is_no_praise() {
        assert_eq!(faults(&json!({}), &json!([])).0.len(), 1);
    }
}
