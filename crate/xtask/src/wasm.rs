//! The core as WebAssembly: the standard library, the modules, the glue.
//!
//! The standard library for `wasm32-unknown-unknown` comes from rustup. Where
//! rustup cannot download, Debian's `rustc-web` and its library sources build it
//! (`-Zbuild-std`). Each way has its own target folder: std is then built once,
//! and nothing races with the native builds.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::{run, tools};

const TRIPLE: &str = "wasm32-unknown-unknown";

/// How hard the compiler tries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// For trying and testing.
    Quick,
    /// What ships.
    Ship,
}

/// Where the wasm standard library comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Std {
    /// Downloaded by rustup.
    Rustup,
    /// Built from Debian's sources by Debian's compiler.
    Build,
}

impl Std {
    /// Chooses, installs what the choice needs, and says which it was.
    pub fn choose() -> Result<Std> {
        let (std, why) = match env::var("SAYSO_WASM_STD").ok().as_deref() {
            Some("rustup") => (Std::Rustup, "as SAYSO_WASM_STD says"),
            Some("build") => (Std::Build, "as SAYSO_WASM_STD says"),
            Some(other) => bail!("SAYSO_WASM_STD is '{other}'; it can be 'rustup' or 'build'"),
            None if rustup_has_it() => (Std::Rustup, "it is installed"),
            None if tools::rustup_adds_target(TRIPLE) => (Std::Rustup, "just installed"),
            None => (Std::Build, "rustup cannot download it here"),
        };
        if std == Std::Rustup && !rustup_has_it() && !tools::rustup_adds_target(TRIPLE) {
            bail!("rustup cannot add {TRIPLE}; unset SAYSO_WASM_STD to have it built from source");
        }
        if std == Std::Build {
            tools::debian_wasm_compiler()?;
        }
        match std {
            Std::Rustup => println!("wasm std: from rustup ({why})"),
            Std::Build => println!("wasm std: built from Debian's sources ({why})"),
        }
        Ok(std)
    }

    fn target_dir(self) -> PathBuf {
        run::target(match self {
            Std::Rustup => "wasm",
            Std::Build => "wasm-std",
        })
    }
}

/// One for each place that it runs in (the broker, the reading room, our own pages), and three that
/// the reading room loads when a file asks for them. One looks through catalogues.
pub const MODULES: [&str; 7] =
    ["engine", "reader", "manifest", "sound", "jxl", "following", "desk"];

/// What they are the programs of: those that are to be small, and those that are to be fast.
const PACKAGES: [&str; 4] = ["--package", "sayso-wasm", "--package", "sayso-workers"];

/// Builds the modules and their glue into a fresh folder: `engine.js`, `engine.d.ts`,
/// `engine_bg.wasm` and so on.
pub fn build(profile: Profile) -> Result<PathBuf> {
    let std = Std::choose()?;
    let folder = compile(std, profile, &[])?;
    let out = run::target(match profile {
        Profile::Quick => "glue/quick",
        Profile::Ship => "glue/ship",
    });
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    for module in MODULES {
        glue(&folder.join(module).with_extension("wasm"), &out, profile)?;
        if profile == Profile::Ship {
            let wasm = out.join(format!("{module}_bg.wasm"));
            shrink(&wasm)?;
            names_no_machine(&wasm)?;
        }
    }
    Ok(out)
}

/// One module as it ships.
pub fn build_one(module: &str) -> Result<PathBuf> {
    let folder = compile(Std::choose()?, Profile::Ship, &["--bin", module])?;
    let out = run::target("glue/one");
    glue(&folder.join(module).with_extension("wasm"), &out, Profile::Ship)?;
    shrink(&out.join(format!("{module}_bg.wasm")))?;
    Ok(out)
}

/// The module that only the benchmarks load, as what ships is built.
pub fn build_bench() -> Result<PathBuf> {
    let folder = compile(
        Std::choose()?,
        Profile::Ship,
        &["--bin", "bench", "--features", "sayso-workers/bench"],
    )?;
    let out = run::target("glue/bench");
    glue(&folder.join("bench.wasm"), &out, Profile::Ship)?;
    shrink(&out.join("bench_bg.wasm"))?;
    Ok(out)
}

/// A module of what ships before it is shrunk, while its functions still have their names.
pub fn with_names(module: &str) -> Result<PathBuf> {
    let folder = compile(Std::choose()?, Profile::Ship, &[])?;
    Ok(folder.join(module).with_extension("wasm"))
}

/// Whether the compiler in use has the target's standard library.
fn rustup_has_it() -> bool {
    sysroot().is_ok_and(|root| root.join("lib/rustlib").join(TRIPLE).join("lib").is_dir())
}

fn sysroot() -> Result<PathBuf> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_string());
    let root = run::ask(&rustc, ["--print", "sysroot"]);
    root.map(PathBuf::from).ok_or_else(|| anyhow!("rustc does not run; install Rust with rustup"))
}

/// Clippy's words for the module: on its own target where that can be, on this machine otherwise.
pub fn clippy(std: Std) -> Command {
    let mut command = run::cargo(["clippy", "--quiet"]);
    command.args(PACKAGES);
    if std == Std::Rustup {
        command.args(["--target", TRIPLE, "--target-dir"]).arg(std.target_dir());
        command.env("CARGO_ENCODED_RUSTFLAGS", rustflags(std, Profile::Quick).join("\x1f"));
    }
    command.args(["--", "-D", "warnings"]);
    command
}

fn compile(std: Std, profile: Profile, more: &[&str]) -> Result<PathBuf> {
    let name = match profile {
        Profile::Quick => "wasm-dev",
        Profile::Ship => "wasm-ship",
    };
    let usual = ["build", "--target", TRIPLE, "--profile", name];
    let args = [&usual, &PACKAGES[..], more].concat();
    let mut command = match std {
        Std::Rustup => run::cargo(&args),
        Std::Build => debian_cargo(&args)?,
    };
    command.arg("--target-dir").arg(std.target_dir());
    command.env_remove("RUSTFLAGS");
    command.env("CARGO_ENCODED_RUSTFLAGS", rustflags(std, profile).join("\x1f"));
    if profile == Profile::Ship {
        command.arg("--locked");
    }
    run::show(&mut command)?;
    Ok(std.target_dir().join(TRIPLE).join(name))
}

/// Debian's cargo and compiler, building std along; rustup's linker, since Debian ships none here.
fn debian_cargo(args: &[&str]) -> Result<Command> {
    let mut command = run::program("/usr/bin/cargo", args);
    command.arg("-Zbuild-std=std,panic_abort");
    command.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker()?);
    // What the outer cargo set for us would lead the other compiler to rustup's libraries.
    for name in ["CARGO", "RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    for name in ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(name);
    }
    Ok(command)
}

fn linker() -> Result<PathBuf> {
    let host = run::ask("rustc", ["-vV"])
        .and_then(|v| v.lines().find_map(|l| l.strip_prefix("host: ").map(str::to_string)))
        .ok_or_else(|| anyhow!("rustc -vV names no host"))?;
    let linker = sysroot()?.join("lib/rustlib").join(host).join("bin/rust-lld");
    if linker.is_file() {
        return Ok(linker);
    }
    run::on_path("wasm-ld").ok_or_else(|| {
        anyhow!("no linker for wasm: {} is missing; install the package lld", linker.display())
    })
}

/// Flags for the module alone: SIMD (the fingerprint loops and BLAKE3 use it), and no path of
/// this machine in what ships. What is for trying keeps them, so that what one working copy has
/// compiled of others' crates serves the next one too.
fn rustflags(std: Std, profile: Profile) -> Vec<String> {
    let mut flags = vec!["-Ctarget-feature=+simd128".to_string()];
    if profile == Profile::Quick {
        return flags;
    }
    let mut hide = |from: Option<PathBuf>, to: &str| {
        if let Some(from) = from {
            flags.push(format!("--remap-path-prefix={}={to}", from.display()));
        }
    };
    // The last match wins, and the repository may lie below the home folder.
    hide(env::home_dir(), "/home");
    hide(cargo_home(), "/cargo");
    match std {
        Std::Rustup => hide(sysroot().ok(), "/rust"),
        Std::Build => {
            hide(Some(PathBuf::from("/usr/lib/rustlib/src/rust")), "/rust");
            let sources = fs::canonicalize("/usr/lib/rustlib/src/rust").ok();
            hide(sources, "/rust");
        }
    }
    hide(Some(run::root()), "/sayso");
    flags
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

/// The JavaScript that loads the module and carries values in and out.
fn glue(module: &Path, out: &Path, profile: Profile) -> Result<()> {
    let ship = profile == Profile::Ship;
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(true)
        .remove_name_section(ship)
        .remove_producers_section(ship)
        .generate(out)
        .with_context(|| format!("wasm-bindgen cannot make the glue for {}", module.display()))
}

/// Binaryen's `-Oz`: a few per cent smaller at no measurable cost in speed.
fn shrink(wasm: &Path) -> Result<()> {
    let mut command = tools::wasm_opt()?;
    command.arg(wasm).arg("-o").arg(wasm).args([
        "-Oz",
        "--enable-bulk-memory",
        "--enable-bulk-memory-opt",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
        "--enable-simd",
    ]);
    run::quiet(&mut command).map(|_| ())
}

/// Fails when the module tells where it was built: two machines would then differ.
fn names_no_machine(wasm: &Path) -> Result<()> {
    let bytes = fs::read(wasm)?;
    let places = [Some(run::root()), cargo_home(), sysroot().ok()];
    for place in places.into_iter().flatten() {
        let needle = place.to_string_lossy().into_owned().into_bytes();
        if needle.len() > 1 && bytes.windows(needle.len()).any(|w| w == needle) {
            bail!("the module holds the path {}; see rustflags() in wasm.rs", place.display());
        }
    }
    Ok(())
}
