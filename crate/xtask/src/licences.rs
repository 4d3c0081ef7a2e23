//! Whose code is in the modules, and on what terms: `LICENSES.txt` of the packages.
//!
//! What cargo says of the module's dependencies on the web's target; tools that only help to build
//! (and the macros among them) ship nothing. Of licences to choose from, one is taken. A text
//! that several share stands once, with the lines of copyright that differ. Leaves out judging
//! them: that is `tidy`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use crate::run;

/// Of several, the first of these is taken: its text is the same for all who use it.
const PREFERRED: [&str; 2] = ["Apache-2.0", "MIT"];

/// What is no crate.
const BESIDES: &str = "\
Rust's standard library, https://github.com/rust-lang/rust
  MIT OR Apache-2.0
The trust lists of C2PA, https://github.com/c2pa-org/conformance-public
  CC BY 4.0, https://creativecommons.org/licenses/by/4.0/; only certificates and their names are kept
";

/// One dependency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    expression: String,
    home: String,
    /// What of its licence files must go with it.
    texts: Vec<String>,
}

/// The whole file; the same for the same lock file.
pub fn text() -> Result<String> {
    let own = run::text("LICENSE")?;
    Ok(written(&shipped()?, &own))
}

/// The crates that are compiled into the modules, in the order of their names.
fn shipped() -> Result<Vec<Package>> {
    let mut tree = run::cargo(["tree", "--quiet", "--locked"]);
    tree.args(["--package", "sayso-wasm", "--package", "sayso-workers"]);
    tree.args(["--target", "wasm32-unknown-unknown", "--edges", "normal,no-proc-macro"]);
    let tree = run::quiet(tree.args(["--prefix", "none", "--format", "{p}"]))?;
    let wanted = names(&tree);
    let metadata =
        run::quiet(&mut run::cargo(["metadata", "--quiet", "--locked", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let all = metadata["packages"].as_array().ok_or_else(|| anyhow!("cargo metadata is empty"))?;
    let mut packages = Vec::new();
    for package in all.iter().filter(|package| package["source"].is_string()) {
        let word = |key: &str| package[key].as_str().unwrap_or_default().to_string();
        let (name, version, expression) = (word("name"), word("version"), word("license"));
        if !wanted.contains(&(name.clone(), version.clone())) {
            continue;
        }
        let manifest = word("manifest_path");
        let folder = Path::new(&manifest).parent().unwrap_or(Path::new(""));
        let texts = texts(folder, taken(&expression))?;
        let home = Some(word("repository")).filter(|home| !home.is_empty());
        let home = home.unwrap_or_else(|| word("homepage"));
        packages.push(Package { name, version, expression, home, texts });
    }
    packages.sort();
    Ok(packages)
}

/// Name and version in each line of `cargo tree`; those with a path are our own.
fn names(tree: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for line in tree.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next())
            && words.next().is_none_or(|rest| rest == "(*)")
            && let Some(version) = version.strip_prefix('v')
        {
            found.insert((name.to_string(), version.to_string()));
        }
    }
    found
}

/// The licence that is taken of an SPDX expression; the whole of it where all of it holds.
fn taken(expression: &str) -> &str {
    if expression.contains(" AND ") {
        return expression;
    }
    let offers: Vec<&str> =
        expression.split(" OR ").flat_map(|part| part.split('/')).map(str::trim).collect();
    let preferred = PREFERRED.iter().find(|licence| offers.contains(licence));
    preferred.copied().or(offers.first().copied()).unwrap_or(expression)
}

/// The texts of a crate that go with the licence taken. Of Apache-2.0 (section 4) those are its
/// notices: the licence itself stands once for all.
fn texts(folder: &Path, taken: &str) -> Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .with_context(|| format!("cannot list {}", folder.display()))?
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| wanted(name, taken))
        .collect();
    names.sort();
    // Where one file is named for the licence taken, the others are about those that were not.
    let about = |name: &String| name.to_uppercase().contains(&taken.to_uppercase());
    if names.iter().any(about) {
        names.retain(|name| about(name) || is_notice(name));
    }
    let read = |name: &String| {
        let bytes = fs::read(folder.join(name))?;
        Ok(String::from_utf8_lossy(&bytes).replace('\r', ""))
    };
    names.iter().map(read).collect()
}

fn is_notice(name: &str) -> bool {
    name.to_uppercase().starts_with("NOTICE")
}

fn wanted(name: &str, taken: &str) -> bool {
    let upper = name.to_uppercase();
    let kinds = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "UNLICENSE"];
    let licence = kinds.iter().any(|kind| upper.starts_with(kind));
    is_notice(name) || (licence && taken != "Apache-2.0" && !upper.contains("APACHE"))
}

/// Lays the file out: by licence taken, and within it by text.
fn written(packages: &[Package], apache: &str) -> String {
    let mut out = format!(
        "Sayso is under the Apache License 2.0, which stands below. The modules in wasm/ hold \
         code of others:\n\n{BESIDES}"
    );
    let mut groups: BTreeMap<&str, Vec<&Package>> = BTreeMap::new();
    for package in packages {
        groups.entry(taken(&package.expression)).or_default().push(package);
    }
    for (licence, members) in groups {
        out.push_str(&format!("\n{}\n{licence}\n\n", "=".repeat(78)));
        for Package { name, version, expression, home, .. } in &members {
            let offered = if expression == licence { "" } else { expression };
            let line = [&format!("{name} {version}"), offered, home];
            let line: Vec<&str> = line.into_iter().filter(|part| !part.is_empty()).collect();
            out.push_str(&format!("{}\n", line.join(", ")));
        }
        if licence == "Apache-2.0" {
            out.push_str(&format!("\n{}\n", apache.trim_matches('\n')));
        }
        // What is equal but for white space and lines of copyright stands once.
        let mut bodies: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
        for package in &members {
            for text in &package.texts {
                let (rights, body) = apart(text);
                let key = body.split_whitespace().collect::<Vec<_>>().join(" ");
                let (_, lines) = bodies.entry(key).or_insert((body, BTreeSet::new()));
                let whose = if rights.is_empty() { "no line of copyright" } else { &rights };
                lines.insert(format!("{} {}: {whose}", package.name, package.version));
            }
        }
        for (body, lines) in bodies.into_values() {
            let lines: Vec<String> = lines.into_iter().collect();
            out.push_str(&format!("\n{}\n\n{body}\n", lines.join("\n")));
        }
    }
    out
}

/// A text's lines of copyright, in one line, and the rest of it.
fn apart(text: &str) -> (String, String) {
    let is_right = |line: &&str| {
        let line = line.trim();
        let rest = line.strip_prefix("Copyright").unwrap_or_default().trim_start();
        rest.starts_with(|c: char| "(©".contains(c) || c.is_ascii_digit() || c.is_uppercase())
    };
    let (rights, body): (Vec<&str>, Vec<&str>) = text.lines().partition(is_right);
    let rights: Vec<&str> = rights.into_iter().map(str::trim).collect();
    let body: Vec<&str> = body.into_iter().map(str::trim_end).collect();
    (rights.join("; "), body.join("\n").trim_matches('\n').to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, expression: &str, text: &str) -> Package {
        Package {
            name: name.to_string(),
            version: "1.0.0".to_string(),
            expression: expression.to_string(),
            home: format!("https://{name}.example/"),
            texts: vec![text.to_string()],
        }
    }

    #[test]
    fn of_licences_to_choose_from_one_is_taken() {
        for (expression, licence) in [
            ("MIT OR Apache-2.0", "Apache-2.0"),
            ("Unlicense/MIT", "MIT"),
            ("BSL-1.0", "BSL-1.0"),
            ("(MIT OR Apache-2.0) AND Unicode-3.0", "(MIT OR Apache-2.0) AND Unicode-3.0"),
            ("0BSD OR Zlib", "0BSD"),
        ] {
            assert_eq!(taken(expression), licence);
        }
    }

    #[test]
    fn our_own_crates_and_repetitions_are_passed_over() {
        let tree = "sayso-wasm v0.1.0 (/a/b)\nurl v2.5.4\nurl v2.5.4 (*)\n\n";
        let names: Vec<_> = names(tree).into_iter().collect();
        assert_eq!(names, [("url".to_string(), "2.5.4".to_string())]);
    }

    #[test]
    fn a_shared_text_stands_once_with_each_copyright() {
        let text = |whose: &str| {
            format!("MIT License\n\nCopyright (c) {whose}\n\nPermission is\ngranted.\n")
        };
        let packages = [
            package("ant", "MIT", &text("2001 Ann")),
            package("bee", "MIT", &text("2002 Bob").replace("is\n", "is ")),
            package("cat", "MIT", "Copyright notices are kept.\n"),
        ];
        let out = written(&packages, "APACHE");
        assert_eq!(out.matches("Permission is").count(), 1, "{out}");
        for line in [
            "ant 1.0.0: Copyright (c) 2001 Ann\nbee 1.0.0: Copyright (c) 2002 Bob\n",
            "cat 1.0.0: no line",
        ] {
            assert!(out.contains(line), "{out}");
        }
        assert!(!out.contains("APACHE"));
    }

    #[test]
    fn every_dependency_of_the_modules_is_named_and_none_that_only_builds() {
        let (first, second) = (text().unwrap(), text().unwrap());
        assert_eq!(first, second);
        for name in ["url ", "blake3 ", "symphonia-core ", "jxl-oxide ", "wasm-bindgen "] {
            assert!(first.contains(&format!("\n{name}")), "{name}");
        }
        for name in ["sayso-core ", "criterion ", "tokio ", "syn "] {
            assert!(!first.contains(&format!("\n{name}")), "{name}");
        }
        // A licence that must travel with the code does.
        for licence in
            ["Mozilla Public License Version 2.0", "UNICODE LICENSE V3", "Boost Software"]
        {
            assert!(first.contains(licence), "{licence}");
        }
        let home = std::env::home_dir().unwrap_or_default();
        assert!(home.as_os_str().len() < 2 || !first.contains(&*home.to_string_lossy()));
    }
}
