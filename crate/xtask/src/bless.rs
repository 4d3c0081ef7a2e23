//! Files that are made, not written: they stand in the repository so that a change shows in review.
//!
//! `tests/protocol.d.ts` holds the types that cross the glass; two tables in
//! `README.md` list what is read and who is asked. `tidy` compares, `bless` rewrites.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{extension, run, wasm};

const PROTOCOL: &str = "tests/protocol.d.ts";
const README: &str = "README.md";
const TABLES: [&str; 2] = ["signals", "registries"];

/// Rewrites the cards of the cases, the README tables and the protocol.
pub fn bless() -> Result<()> {
    extension::build(wasm::Profile::Quick)?;
    let mut cases = run::cargo(["test", "--quiet", "--package", "sayso-tests"]);
    cases.args(["--test", "cases"]).env("SAYSO_BLESS", "1");
    let cases = run::show(&mut cases).context("the cases did not run through");
    for (path, content) in made()? {
        run::write(&run::root().join(&path), content.as_bytes())?;
        println!("{path} is current");
    }
    cases
}

/// The made files that do not hold what would be made now.
pub fn stale() -> Result<Vec<String>> {
    let differs = |(path, content): &(String, String)| {
        fs::read_to_string(run::root().join(path)).ok().as_deref() != Some(content)
    };
    Ok(made()?.into_iter().filter(differs).map(|(path, _)| path).collect())
}

/// Every made file with its content.
fn made() -> Result<Vec<(String, String)>> {
    let mut types = Vec::new();
    for module in wasm::MODULES {
        let path = run::target("extension/types").join(format!("{module}.d.ts"));
        types.push(
            fs::read_to_string(&path).with_context(|| {
                format!("cannot read {}; run: cargo xtask build", path.display())
            })?,
        );
    }
    let tables = run::quiet(&mut run::cargo([
        "run",
        "--quiet",
        "--package",
        "sayso-tests",
        "--bin",
        "sources",
    ]))?;
    let mut readme = run::text(README)?;
    for name in TABLES {
        readme = fill(&readme, name, table(&tables, name)?)?;
    }
    Ok(vec![(PROTOCOL.to_string(), protocol(&types)), (README.to_string(), readme)])
}

fn marks(name: &str) -> (String, String) {
    (format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->"))
}

/// The text between the marks of a table.
fn table<'a>(text: &'a str, name: &str) -> Result<&'a str> {
    let (begin, end) = marks(name);
    let inside = text.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end));
    match inside {
        Some((inside, _)) => Ok(inside),
        None => bail!("{begin} … {end} stand nowhere; the generated table belongs between them"),
    }
}

/// Puts a table between its marks.
fn fill(text: &str, name: &str, content: &str) -> Result<String> {
    table(text, name).with_context(|| README.to_string())?;
    let (begin, end) = marks(name);
    let (before, rest) = text.split_once(&begin).unwrap_or_default();
    let (_, after) = rest.split_once(&end).unwrap_or_default();
    Ok(format!("{before}{begin}{content}{end}{after}"))
}

/// The types of the glue that are ours, by name; the order of the linker says nothing. What
/// several modules speak of stands once.
fn protocol(modules: &[String]) -> String {
    let ours = modules.iter().map(|types| types.split("export type InitInput").next());
    let mut items: Vec<(String, String)> = Vec::new();
    let mut item = String::new();
    for line in ours.flatten().flat_map(str::lines) {
        let foreign = line.starts_with("/* tslint") || line.starts_with("/* eslint");
        let gap = item.is_empty() && line.trim().is_empty();
        if !foreign && !gap {
            item.push_str(line);
            item.push('\n');
        }
        // An item ends with its closing brace, or, on one line, with its semicolon.
        let closes = line.starts_with('}')
            || (line.ends_with(';') && !line.starts_with(char::is_whitespace));
        if closes {
            items.push((name_of(&item), std::mem::take(&mut item)));
        }
    }
    items.sort();
    items.dedup();
    let mut out = String::from(
        "// The types that cross the glass, made from the Rust ones. Do not edit:\n\
         // change the Rust type and run `cargo xtask bless`.\n",
    );
    for (_, text) in items {
        out.push('\n');
        out.push_str(&text);
    }
    out
}

/// What an item declares: the word after `interface`, `type`, `class`, `function` or `const`.
fn name_of(item: &str) -> String {
    const KINDS: [&str; 6] = ["interface", "type", "class", "function", "const", "enum"];
    let declaration = item.lines().find(|l| l.starts_with("export") || l.starts_with("declare"));
    let words = declaration.unwrap_or(item).split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut words = words.filter(|w| !w.is_empty()).skip_while(|w| !KINDS.contains(w)).skip(1);
    words.next().unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_put_between_its_marks_and_nothing_else_changes() {
        let text = "a\n<!-- signals:begin -->\nold\n<!-- signals:end -->\nb\n";
        let filled = fill(text, "signals", "\nnew\n").unwrap();
        assert_eq!(filled, "a\n<!-- signals:begin -->\nnew\n<!-- signals:end -->\nb\n");
        assert_eq!(fill(&filled, "signals", "\nnew\n").unwrap(), filled);
        assert!(fill(text, "registries", "\n").is_err());
    }

    #[test]
    fn the_protocol_is_ours_and_in_the_order_of_names() {
        let types = "/* tslint:disable */\n/* eslint-disable */\n\
            /**\n * Late.\n */\nexport type Zebra = { a: string } | \"b\";\n\n\
            export interface Ant {\n    legs: number;\n}\n\n\
            export class Engine {\n    free(): void;\n}\n\n\
            export type InitInput = RequestInfo;\nexport interface InitOutput {\n}\n";
        let protocol = protocol(&[types.to_string(), types.to_string()]);
        let body = protocol.split_once("bless`.\n").unwrap().1;
        assert_eq!(
            body,
            "\nexport interface Ant {\n    legs: number;\n}\n\
             \nexport class Engine {\n    free(): void;\n}\n\
             \n/**\n * Late.\n */\nexport type Zebra = { a: string } | \"b\";\n"
        );
    }
}
