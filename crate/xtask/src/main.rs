//! `cargo xtask`: everything that is done with Sayso besides writing it.
//!
//! One word per task, the same on a laptop and in CI. What a task needs and can
//! be installed without asking, it installs; otherwise it says in one line what
//! to install. Leaves out publishing: packages are handed to the stores by hand.

mod bench;
mod bless;
mod check;
mod demo;
mod dist;
mod extension;
mod fuzz;
mod licences;
mod lint;
mod manifest;
mod run;
mod scale;
mod sizes;
mod test;
mod tidy;
mod tools;
mod wasm;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <task>

  demo [URL|DIR]  build, start the demo gallery, open a browser with the extension
  test            every test there is, in both browsers
  check           formatting, clippy, tidy, types of the JavaScript
  build           the extension, unpacked, in target/extension/{chromium,firefox}
  dist [--rebuild]
                  the store packages, in target/dist; then again from the source package alone,
                  to compare the bytes
  tidy            the rules of the house that no other tool knows
  bless           rewrite the cards in tests/cases, the README tables, tests/protocol.d.ts
  bench [PART]    speed and size beside others' and our aims; parts: pictures, hostile,
                  metadata, manifest, sound, catalogue, core, page, sizes
  scale [WORKS...]
                  catalogues built with Apache Spark beside one machine alone, byte for byte; or
                  built and asked with so many made-up works: time, memory, bytes of a look-up
  fuzz SECONDS [TARGET]
                  every reader of foreign bytes, or those whose names begin so
  recall [NAME=DIR]
                  how well changed pictures are found, drawn in crate/recall.svg
  recall sound [DIR]
                  how well changed sounds are found
  recall catalogue [DIR]
                  how well changed pictures are found in a catalogue of the originals
  soak [--pages N | --tabs N] [--firefox]
                  many pages in one session: whether the extension's memory grows

SAYSO_WASM_STD=rustup|build chooses where the wasm standard library comes from.";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let task = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let done = match task.as_str() {
        "demo" => demo::demo(&rest),
        "test" => test::test(),
        "check" => check::check(),
        "build" => extension::build(wasm::Profile::Quick).map(|built| built.announce()),
        "dist" => dist::dist(&rest),
        "tidy" => tidy::tidy(),
        "bless" => bless::bless(),
        "bench" => bench::bench(&rest),
        "fuzz" => fuzz::fuzz(&rest),
        "recall" => bench::recall(&rest),
        "scale" => scale::scale(&rest),
        "soak" => bench::soak(&rest),
        "" | "help" | "-h" | "--help" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(anyhow::anyhow!("there is no task '{other}'\n\n{HELP}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
