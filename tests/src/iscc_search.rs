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
}

/// Its index; names are lower-case letters and digits.
const INDEX: &str = "tests";

impl IsccSearch {
    /// Starts one with an empty index; `None` where the package is not installed.
    pub fn start() -> io::Result<Option<IsccSearch>> {
        let Some(program) = program() else { return Ok(None) };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = target_folder().join("iscc-search");
        fs::create_dir_all(&folder)?;
        let data = folder.canonicalize()?.join("index");
        let _ = fs::remove_dir_all(&data);
        let log = File::create(folder.join("server.log"))?;
        let server = Command::new(program)
            .args(["serve", "--host", "127.0.0.1", "--port", &port.to_string()])
            // The index in memory finds equal codes only.
            .env("ISCC_SEARCH_INDEX_URI", format!("usearch://{}", data.display()))
            .current_dir(&folder)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let search = IsccSearch { server, home: format!("http://127.0.0.1:{port}") };
        search.wait()?;
        search.post("/indexes", &serde_json::json!({ "name": INDEX }))?;
        Ok(Some(search))
    }

    /// Where it is asked.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint { api: format!("{}/indexes/{INDEX}", self.home), ..Endpoint::default() }
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
        Err(io::Error::other("it did not start; see server.log in target/iscc-search"))
    }
}

impl Drop for IsccSearch {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where the installed program lies, if it does.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("SAYSO_ISCC_SEARCH").map(PathBuf::from);
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/iscc-search/bin");
    named.or_else(|| installed.join("iscc-search").canonicalize().ok())
}
