//! What Sayso needs and cargo does not bring: browsers, their drivers, npm packages.
//!
//! Everything is looked for first. What is missing is installed where that can be
//! done without asking (root on Debian or Ubuntu; npm and cargo packages below
//! `target/tools`); otherwise the error says in one line what to install.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use crate::extension::Built;
use crate::manifest::test_id;
use crate::run;

/// Fixed, so that a new release of a tool never breaks an old commit.
const TYPESCRIPT: (&str, &str) = ("typescript", "5.9.3");
const CHROME_TYPES: (&str, &str) = ("@types/chrome", "0.3.7");
const BINARYEN: (&str, &str) = ("binaryen", "132.0.0");
/// Judges of speed, and the types of node for the JavaScript that times them.
const HASH_WASM: (&str, &str) = ("hash-wasm", "4.13.0");
const EXIFR: (&str, &str) = ("exifr", "7.1.3");
const C2PA_WASM: (&str, &str) = ("@contentauth/c2pa-wasm", "0.13.3");
/// What the peer whose cost to pages is compared with ours is built of.
const PEER: &[(&str, &str)] = &[
    ("c2pa", "0.30.17"),
    ("@fidm/asn1", "1.0.4"),
    ("@fidm/x509", "1.2.1"),
    ("exifreader", "4.46.0"),
    ("esbuild", "0.25.12"),
    ("assert", "2.1.0"),
    ("buffer", "6.0.3"),
    ("crypto-browserify", "3.12.1"),
    ("events", "3.3.0"),
    ("process", "0.11.10"),
    ("stream-browserify", "3.0.0"),
    ("url", "0.11.4"),
    ("util", "0.12.5"),
    ("vm-browserify", "1.1.2"),
];
/// The judge of Firefox's reviewers. A later one wants a part that cannot be had.
const ADDONS_LINTER: (&str, &str) = ("addons-linter", "10.13.0");
/// The judge of accessibility.
const AXE: (&str, &str) = ("axe-core", "4.14.1");
const NODE_TYPES: (&str, &str) = ("@types/node", "20.19.25");
/// The reference tool for Image-Codes, and the Pillow that it decodes with.
const ISCC_SDK: &[(&str, &str)] = &[("iscc-sdk", "0.9.7"), ("pillow", "13.0.0")];
/// Indexes of others for codes that are compared by their bits.
const SEARCHERS: &[(&str, &str)] =
    &[("faiss-cpu", "1.15.1"), ("usearch", "2.26.6"), ("numpy", "2.4.6")];
/// Works on many machines; half a gigabyte, so that only who asks for it has it. Java 17 runs it.
const SPARK: &[(&str, &str)] = &[("pyspark", "4.1.4")];
/// Encodes high-efficiency AAC, which no encoder of the system can; for tests alone.
const FFMPEG_CORE: (&str, &str) = ("@ffmpeg/core-st", "0.11.1");
const GECKODRIVER: &str = "0.37.1";
/// A registry that tests start for themselves.
const ISCC_SEARCH: &[(&str, &str)] = &[("iscc-search", "0.3.3")];

/// Asks rustup for a target; false where it cannot have it.
pub fn rustup_adds_target(triple: &str) -> bool {
    run::ask("rustup", ["target", "add", triple]).is_some()
}

/// A part of the toolchain that a minimal installation leaves out.
pub fn rust_component(name: &str, cargo_word: &str) -> Result<()> {
    let there = || run::ask("cargo", [cargo_word, "--version"]).is_some();
    if there() || (run::ask("rustup", ["component", "add", name]).is_some() && there()) {
        return Ok(());
    }
    bail!("cargo {cargo_word} is missing; run: rustup component add {name}")
}

/// Debian's compiler for the web, with the sources of its standard library.
pub fn debian_wasm_compiler() -> Result<()> {
    let there = || {
        ["/usr/bin/cargo", "/usr/bin/rustc", "/usr/lib/rustlib/src/rust/library/std"]
            .iter()
            .all(|path| fs::exists(path).unwrap_or(false))
    };
    if there() {
        return Ok(());
    }
    apt(&["rustc-web", "cargo-web", "rust-web-src"])
        .context("the wasm standard library cannot be had from rustup, and not be built either")?;
    if there() { Ok(()) } else { bail!("the packages rustc-web, cargo-web are too old here") }
}

/// The type checker for JavaScript, with the types of the extension interface.
pub fn tsc() -> Result<Command> {
    npm(&[TYPESCRIPT, CHROME_TYPES, NODE_TYPES])?;
    Ok(run::program("node", [node_modules("typescript/bin/tsc")]))
}

/// Binaryen's optimiser.
pub fn wasm_opt() -> Result<Command> {
    npm(&[BINARYEN])?;
    Ok(run::program("node", [node_modules("binaryen/bin/wasm-opt")]))
}

/// The tool with which Firefox's store looks at a package.
pub fn addons_linter() -> Result<Command> {
    npm(&[ADDONS_LINTER])?;
    Ok(run::program("node", [node_modules("addons-linter/bin/addons-linter")]))
}

/// Packages of others whose speed is compared with ours.
pub fn npm_judges() -> Result<PathBuf> {
    npm(&[HASH_WASM, EXIFR, C2PA_WASM])?;
    Ok(node_modules(""))
}

/// What the peer is built of.
pub fn npm_peer() -> Result<PathBuf> {
    npm(PEER)?;
    Ok(node_modules(""))
}

/// A Python of our own with the reference tool for Image-Codes.
pub fn iscc_sdk() -> Result<Command> {
    let python = python("iscc-sdk", ISCC_SDK)?;
    Ok(run::program(python, [run::root().join("tests/bench/judge.py")]))
}

/// The same with indexes that ours is compared with.
pub fn searchers() -> Result<Command> {
    let python = python("searchers", SEARCHERS)?;
    Ok(run::program(python, [run::root().join("tests/bench/near.py")]))
}

/// A Python with Apache Spark, and Java for it.
pub fn spark() -> Result<PathBuf> {
    if run::on_path("java").is_none() {
        apt(&["default-jre-headless"]).context("Java is missing")?;
    }
    python("spark", SPARK)
}

/// A Python with these packages and all they need, in a folder of its own below `target/tools`.
fn python(name: &str, packages: &[(&str, &str)]) -> Result<PathBuf> {
    let folder = run::target("tools").join(name);
    let (mark, python) = (folder.join("packages"), folder.join("bin/python"));
    let wanted: Vec<String> =
        packages.iter().map(|(name, version)| format!("{name}=={version}")).collect();
    if fs::read_to_string(&mark).is_ok_and(|there| there == wanted.join(" ")) {
        return Ok(python);
    }
    if run::ask("python3", ["-c", "import ensurepip, venv"]).is_none() {
        apt(&["python3-venv"]).context("Python 3 with its module venv is missing")?;
    }
    println!("installing {}", wanted.join(" "));
    // What an interrupted run has left is not to be trusted.
    let _ = fs::remove_dir_all(&folder);
    run::quiet(run::program("python3", ["-m", "venv"]).arg(&folder))?;
    let mut pip = run::program(&python, ["-m", "pip", "install", "--quiet"]);
    run::quiet(pip.arg("--disable-pip-version-check").args(&wanted))?;
    fs::write(mark, wanted.join(" "))?;
    Ok(python)
}

/// Where an installed npm package lies.
pub fn node_modules(path: &str) -> PathBuf {
    run::target("tools/node_modules").join(path)
}

fn npm(packages: &[(&str, &str)]) -> Result<()> {
    let installed = |&(name, version): &(&str, &str)| {
        fs::read_to_string(node_modules(name).join("package.json"))
            .ok()
            .and_then(|text| serde_json::from_str::<Value>(&text).ok())
            .is_some_and(|package| package["version"] == version)
    };
    if run::on_path("node").is_some() && packages.iter().all(installed) {
        return Ok(());
    }
    if run::on_path("node").is_none() || run::on_path("npm").is_none() {
        apt(&["nodejs", "npm"]).context("node and npm are missing; install Node.js 20 or later")?;
    }
    let folder = run::target("tools");
    fs::create_dir_all(&folder)?;
    // Without a package.json of its own npm would look for one further up.
    if !folder.join("package.json").exists() {
        fs::write(folder.join("package.json"), "{\"private\": true}\n")?;
    }
    let mut command = run::program("npm", ["install", "--save-exact", "--ignore-scripts"]);
    command.args(["--no-audit", "--no-fund", "--loglevel=error", "--prefix"]).arg(&folder);
    command.args(packages.iter().map(|(name, version)| format!("{name}@{version}")));
    run::quiet(&mut command).map(|_| ())
}

/// Installs Debian packages when we may; otherwise says how.
fn apt(packages: &[&str]) -> Result<()> {
    let words = packages.join(" ");
    let root = run::ask("id", ["-u"]).as_deref() == Some("0");
    if run::on_path("apt-get").is_none() {
        bail!("install with your system's package manager: {words}");
    }
    if !root {
        bail!("run: sudo apt-get install -y --no-install-recommends {words}");
    }
    println!("installing {words}");
    static UPDATED: OnceLock<()> = OnceLock::new();
    UPDATED.get_or_init(|| {
        // Old lists may still do, so a failure here is not yet one.
        run::ask("apt-get", ["update"]);
    });
    let mut command = run::program("apt-get", ["install", "-y", "--no-install-recommends"]);
    command.args(packages).env("DEBIAN_FRONTEND", "noninteractive");
    run::quiet(&mut command).map(|_| ())
}

/// Programs of others that judge ours. A test whose judge is missing says so and passes.
const JUDGES: &[(&str, &[&str])] = &[
    ("exiftool", &["libimage-exiftool-perl"]),
    ("fpcalc", &["libchromaprint-tools"]),
    ("ffmpeg", &["ffmpeg"]),
    ("unzip", &["unzip"]),
    ("openssl", &["openssl"]),
    ("djpeg", &["libjpeg-turbo-progs"]),
    ("djxl", &["libjxl-tools"]),
    // Counts instructions.
    ("valgrind", &["valgrind"]),
    // Not a judge: makes the pictures that only browsers decode.
    ("avifenc", &["libavif-bin"]),
    ("/usr/share/mediawiki", &["mediawiki", "php-cli", "php-sqlite3", "php-intl", "php-gd"]),
];

/// Installs the judges that are missing, where that can be done; says which stay away.
pub fn judges() {
    if let Err(error) = python("iscc-search", ISCC_SEARCH) {
        println!("iscc-search will not judge: {error:#}");
    }
    if let Err(error) = npm(&[AXE]) {
        println!("axe-core will not judge: {error:#}");
    }
    if let Err(error) = npm(&[FFMPEG_CORE]) {
        println!("high-efficiency AAC will not be judged: {error:#}");
    }
    judges_named(JUDGES);
}

/// The same for these only.
pub fn some_judges(signs: &[&str]) {
    let wanted: Vec<_> = JUDGES.iter().filter(|(sign, _)| signs.contains(sign)).copied().collect();
    judges_named(&wanted);
}

fn judges_named(judges: &[(&str, &[&str])]) {
    for (sign, packages) in judges {
        let there = match sign.starts_with('/') {
            true => PathBuf::from(sign).exists(),
            false => run::on_path(sign).is_some(),
        };
        if !there && let Err(error) = apt(packages) {
            println!("{sign} will not judge: {error:#}");
        }
    }
}

/// The browsers and their drivers. The paths are handed to the browser tests and the demo.
pub struct Browsers {
    chromium: PathBuf,
    chromedriver: PathBuf,
    firefox: PathBuf,
}

const CHROMIUM: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
const CHROMEDRIVER: &[&str] = &["chromedriver", "/usr/lib/chromium-browser/chromedriver"];
const FIREFOX: &[&str] =
    &["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

impl Browsers {
    /// Finds them; installs those that are missing, where that can be done.
    pub fn have() -> Result<Browsers> {
        let mut missing = Vec::new();
        let wanted = [
            ("SAYSO_CHROMIUM", CHROMIUM, "chromium"),
            ("SAYSO_CHROMEDRIVER", CHROMEDRIVER, "chromium-driver"),
            ("SAYSO_FIREFOX", FIREFOX, "firefox-esr"),
        ];
        for (variable, names, package) in wanted {
            if find(variable, names).is_none() {
                missing.push(package);
            }
        }
        if !missing.is_empty() {
            apt(&missing).context("browsers for the tests are missing")?;
        }
        let found = |(variable, names, package): (&str, &[&str], &str)| {
            find(variable, names).ok_or_else(|| {
                anyhow!("{package} is not on the PATH; install it or set {variable} to its path")
            })
        };
        let [chromium, chromedriver, firefox] = wanted;
        Ok(Browsers {
            chromium: found(chromium)?,
            chromedriver: found(chromedriver)?,
            firefox: found(firefox)?,
        })
    }

    /// Chromium alone, which needs no driver to open one page.
    pub fn chromium() -> Result<PathBuf> {
        let there = || find("SAYSO_CHROMIUM", CHROMIUM);
        if there().is_none() {
            apt(&["chromium"])?;
        }
        there().ok_or_else(|| anyhow!("chromium is not on the PATH; set SAYSO_CHROMIUM"))
    }

    /// What the browser tests and the demo are told.
    pub fn environment(&self, built: &Built) -> Vec<(&'static str, OsString)> {
        let mut all: Vec<(&'static str, OsString)> = vec![
            ("SAYSO_CHROMIUM", self.chromium.clone().into()),
            ("SAYSO_CHROMEDRIVER", self.chromedriver.clone().into()),
            ("SAYSO_FIREFOX", self.firefox.clone().into()),
            ("SAYSO_EXTENSION_CHROMIUM", built.chromium.clone().into()),
            ("SAYSO_EXTENSION_FIREFOX", built.firefox.clone().into()),
            ("SAYSO_EXTENSION_ID", test_id().into()),
        ];
        if let Some(geckodriver) = find_geckodriver() {
            all.push(("SAYSO_GECKODRIVER", geckodriver.into()));
        }
        all
    }
}

fn find(variable: &str, names: &[&str]) -> Option<PathBuf> {
    let told = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file());
    told.or_else(|| {
        names.iter().find_map(|name| match name.starts_with('/') {
            true => Some(PathBuf::from(name)).filter(|path| path.is_file()),
            false => run::on_path(name),
        })
    })
}

fn find_geckodriver() -> Option<PathBuf> {
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    find("SAYSO_GECKODRIVER", &["geckodriver"])
        .or_else(|| cargo_home.map(|home| home.join("bin/geckodriver")).filter(|p| p.is_file()))
        .or_else(|| Some(run::target("tools/bin/geckodriver")).filter(|p| p.is_file()))
}

/// Firefox's driver, which may still be compiling.
pub struct Geckodriver {
    build: Option<(Child, PathBuf, Instant)>,
}

impl Geckodriver {
    /// Finds it, or starts to compile it beside whatever else goes on.
    pub fn start() -> Result<Geckodriver> {
        if find_geckodriver().is_some() {
            return Ok(Geckodriver { build: None });
        }
        println!("geckodriver is missing: compiling it in the background, which takes minutes");
        let folder = run::target("tools");
        fs::create_dir_all(&folder)?;
        let log = folder.join("geckodriver.log");
        let mut command = run::cargo(["install", "geckodriver", "--version", GECKODRIVER]);
        command.args(["--locked", "--debug", "--root"]).arg(&folder);
        // A folder of its own: two builds that share one would wait for each other.
        command.arg("--target-dir").arg(run::target("tools/geckodriver"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?);
        let child = command.spawn().context("cannot start cargo install geckodriver")?;
        Ok(Geckodriver { build: Some((child, log, Instant::now())) })
    }

    /// Waits until it is there.
    pub fn finish(self) -> Result<()> {
        if let Some((mut child, log, since)) = self.build {
            let status = child.wait()?;
            if !status.success() {
                eprint!("{}", fs::read_to_string(log).unwrap_or_default());
                bail!("geckodriver cannot be compiled; install it and have it on the PATH");
            }
            println!("geckodriver compiled in {} s", since.elapsed().as_secs());
        }
        match find_geckodriver() {
            Some(_) => Ok(()),
            None => bail!("geckodriver was installed but is not found below target/tools/bin"),
        }
    }
}
