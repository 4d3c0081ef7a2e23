//! A real MediaWiki on this machine, as the judge of the registry client.
//!
//! Debian's packages `mediawiki php-cli php-sqlite3 php-intl php-gd` are used in place;
//! database, pictures and settings lie in `target/mediawiki` and are made once.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sayso_core::registry::{Endpoint, Response};

use crate::loopback;

/// Where Debian puts it.
const HOME: &str = "/usr/share/mediawiki";

const SETTINGS: &str = include_str!("../mediawiki/settings.php");
const PICTURES: &str = include_str!("../mediawiki/pictures.php");
const PAGES: [(&str, &str); 3] = [
    ("Demo_photo.txt", include_str!("../mediawiki/Demo_photo.txt")),
    ("Heron_at_dusk.txt", include_str!("../mediawiki/Heron_at_dusk.txt")),
    ("Film_poster.txt", include_str!("../mediawiki/Film_poster.txt")),
];

/// A running wiki; it ends when this is dropped.
pub struct MediaWiki {
    server: Child,
    port: u16,
    folder: PathBuf,
}

impl Drop for MediaWiki {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl MediaWiki {
    /// Starts it; `None` where it is not installed.
    pub fn start() -> io::Result<Option<MediaWiki>> {
        if !Path::new(HOME).join("api.php").exists() || !has_php() {
            return Ok(None);
        }
        let folder = installed()?;
        // The port is free for a moment: nobody else on this machine counts upwards for it.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = fs::File::create(folder.join("server.log"))?;
        let server = Command::new("php")
            .args(["-S", &format!("127.0.0.1:{port}"), "-t", HOME])
            .env("MW_CONFIG_FILE", folder.join("LocalSettings.php"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let wiki = MediaWiki { server, port, folder };
        wiki.wait()?;
        Ok(Some(wiki))
    }

    /// Where its API and its media are.
    pub fn endpoint(&self) -> Endpoint {
        let home = format!("http://127.0.0.1:{}", self.port);
        Endpoint {
            api: format!("{home}/api.php"),
            media: format!("{home}/images"),
            ..Endpoint::default()
        }
    }

    /// The bytes of one of its pictures, as uploaded.
    pub fn picture(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.folder.join("media").join(name))
    }

    /// Asks it one thing.
    pub fn get(&self, url: &str) -> io::Result<Response> {
        loopback::get(url, &[])
    }

    fn wait(&self) -> io::Result<()> {
        let patience = Instant::now() + Duration::from_secs(60);
        let question = format!("{}?action=query&format=json", self.endpoint().api);
        while Instant::now() < patience {
            if self.get(&question).is_ok_and(|r| r.status == 200) {
                return Ok(());
            }
            sleep(Duration::from_millis(100));
        }
        Err(io::Error::other("the wiki did not start; see server.log in target/mediawiki"))
    }
}

fn has_php() -> bool {
    let php = Command::new("php")
        .args(["-r", "exit(extension_loaded('gd') && extension_loaded('pdo_sqlite') ? 0 : 1);"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    php.is_ok_and(|status| status.success())
}

/// The folder of the wiki, made when it is not there or was made by other files than these.
fn installed() -> io::Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    fs::create_dir_all(&target)?;
    let target = target.canonicalize()?;
    let folder = target.join("mediawiki");
    let recipe = PAGES.iter().fold(format!("{SETTINGS}{PICTURES}"), |all, page| all + page.1);
    if fs::read_to_string(folder.join("recipe")).is_ok_and(|made| made == recipe) {
        return Ok(folder);
    }
    // Made aside and moved whole, so that a run which was cut off leaves nothing half made.
    let aside = target.join(format!("mediawiki-{}", std::process::id()));
    let _ = fs::remove_dir_all(&aside);
    install(&aside)?;
    fs::write(aside.join("recipe"), recipe)?;
    let _ = fs::remove_dir_all(&folder);
    fs::rename(&aside, &folder)?;
    Ok(folder)
}

fn install(folder: &Path) -> io::Result<()> {
    for part in ["db", "images", "cache", "media"] {
        fs::create_dir_all(folder.join(part))?;
    }
    let db = folder.join("db");
    // The password guards nothing: the wiki listens on loopback while a test runs.
    let settings: [&OsStr; 16] = [
        "--confpath".as_ref(),
        folder.as_ref(),
        "--dbtype".as_ref(),
        "sqlite".as_ref(),
        "--dbpath".as_ref(),
        db.as_ref(),
        "--dbname".as_ref(),
        "w".as_ref(),
        "--scriptpath".as_ref(),
        "".as_ref(),
        "--server".as_ref(),
        "http://127.0.0.1".as_ref(),
        "--pass".as_ref(),
        "Test-Registry-1".as_ref(),
        "TestWiki".as_ref(),
        "Admin".as_ref(),
    ];
    maintain(folder, "install.php", &settings, "")?;
    let path = folder.join("LocalSettings.php");
    // The folder is moved when it is complete, so the settings must not name it.
    let here = format!("\"{}\"", db.display());
    let written = fs::read_to_string(&path)?.replace(&here, "__DIR__ . '/db'");
    fs::write(&path, written + SETTINGS)?;

    let media = folder.join("media");
    let pictures = folder.join("pictures.php");
    fs::write(&pictures, PICTURES)?;
    done(Command::new("php").arg(&pictures).arg(&media), "")?;
    for (name, text) in PAGES {
        fs::write(media.join(name), text)?;
    }
    let import: [&OsStr; 5] = [
        "--comment-ext".as_ref(),
        "txt".as_ref(),
        "--extensions".as_ref(),
        "jpg,png".as_ref(),
        media.as_ref(),
    ];
    maintain(folder, "importImages.php", &import, "")?;
    let renamed = "#REDIRECT [[File:Demo photo.jpg]]";
    maintain(folder, "edit.php", &["File:Old_photo.jpg".as_ref()], renamed)
}

fn maintain(folder: &Path, script: &str, args: &[&OsStr], input: &str) -> io::Result<()> {
    let mut command = Command::new("php");
    command.arg(Path::new(HOME).join("maintenance").join(script)).args(args);
    if script != "install.php" {
        command.env("MW_CONFIG_FILE", folder.join("LocalSettings.php"));
    }
    done(&mut command, input)
}

fn done(command: &mut Command, input: &str) -> io::Result<()> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{command:?}: {said} {complained}")))
}
