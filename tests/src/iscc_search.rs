//! A real `iscc-search` as a registry for tests: the Python package, with an index of its own.
//!
//! The program is <https://github.com/iscc/iscc-search> 0.3.3, installed by `cargo xtask test`
//! below the target folder; its index lies there too and is made anew each time.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use sayso_core::registry::Endpoint;
use serde_json::Value;

use crate::{loopback, target_folder};

/// A running server; it ends with this value.
pub struct IsccSearch {
    server: Child,
    home: String,
    index: &'static str,
}

/// Its index; names are lower-case letters and digits.
const INDEX: &str = "tests";

impl IsccSearch {
    /// Starts one with an empty index; `None` where the package is not installed.
    pub fn start() -> io::Result<Option<IsccSearch>> {
        let folder = folder()?;
        let data = folder.join("index");
        let _ = fs::remove_dir_all(&data);
        // The index in memory finds equal codes only.
        let uri = format!("usearch://{}", data.display());
        let Some(search) = IsccSearch::run("server", INDEX, &[("INDEX_URI", &uri)])? else {
            return Ok(None);
        };
        search.post("/indexes", &serde_json::json!({ "name": INDEX }))?;
        Ok(Some(search))
    }

    /// Starts one that follows the log of the only hub of a network, and fills its index from it.
    pub fn follow(hub: &str, key: &str) -> io::Result<Option<IsccSearch>> {
        let list = folder()?.join("hubs.yaml");
        let text = format!(
            "version: 1\nnetwork: testnet\nhubs:\n  - hub_id: 1\n    pubkey: {key}\n    url: {hub}\n    \
             active: true\n"
        );
        fs::write(&list, text)?;
        let words = [
            ("AGGREGATOR_NETWORK", "testnet"),
            ("AGGREGATOR_HUB_LIST_URL", &list.to_string_lossy()),
            ("INDEX_URI", "memory://"),
        ];
        IsccSearch::run("aggregator", "idptest", &words)
    }

    fn run(
        name: &str,
        index: &'static str,
        words: &[(&str, &str)],
    ) -> io::Result<Option<IsccSearch>> {
        let Some(program) = program() else { return Ok(None) };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = folder()?;
        let log = File::create(folder.join(format!("{name}.log")))?;
        let server = Command::new(program)
            .args(["serve", "--host", "127.0.0.1", "--port", &port.to_string()])
            .envs(words.iter().map(|(word, value)| (format!("ISCC_SEARCH_{word}"), value)))
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let search = IsccSearch { server, home: format!("http://127.0.0.1:{port}"), index };
        search.wait()?;
        Ok(Some(search))
    }

    /// Where it is asked.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint { api: format!("{}/indexes/{}", self.home, self.index), ..Endpoint::default() }
    }

    /// Declares works, as its interface wants them.
    pub fn add(&self, assets: &Value) -> io::Result<()> {
        self.post(&format!("/indexes/{INDEX}/assets"), assets)
    }

    fn post(&self, path: &str, body: &Value) -> io::Result<()> {
        let address = self.home.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let body = body.to_string();
        write!(
            stream,
            "POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let created = answer.lines().next().is_some_and(|line| line.contains(" 201 "));
        if created { Ok(()) } else { Err(io::Error::other(answer)) }
    }

    fn wait(&self) -> io::Result<()> {
        let patience = Instant::now() + Duration::from_secs(120);
        let question = format!("{}/healthz", self.home);
        while Instant::now() < patience {
            if loopback::get(&question, &[]).is_ok_and(|r| r.status == 200) {
                return Ok(());
            }
            sleep(Duration::from_millis(200));
        }
        Err(io::Error::other("it did not start; see the logs in target/iscc-search"))
    }
}

impl Drop for IsccSearch {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where it keeps what it needs.
fn folder() -> io::Result<PathBuf> {
    let folder = target_folder().join("iscc-search");
    fs::create_dir_all(&folder)?;
    folder.canonicalize()
}

/// Where the installed program lies, if it does.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("SAYSO_ISCC_SEARCH").map(PathBuf::from);
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/iscc-search/bin");
    named.or_else(|| installed.join("iscc-search").canonicalize().ok())
}
