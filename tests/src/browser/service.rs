//! The drivers' own processes.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Outcome;

/// A driver process on a free port. Killed when it is dropped.
pub struct Service {
    child: Child,
    /// Its address, e.g. `http://127.0.0.1:9515`.
    pub url: String,
}

impl Service {
    /// Starts a driver and waits until it listens. What it starts takes `home` for the folder of
    /// whoever uses the computer, so that nothing of theirs is read or changed.
    pub async fn start(program: &Path, arguments: &[&str], home: &Path) -> Outcome<Service> {
        let port = free_port()?;
        let port_argument = format!("--port={port}");
        let child = Command::new(program)
            .arg(&port_argument)
            .args(arguments)
            .env("HOME", home)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("{}: {e}", program.display()))?;
        let mut service = Service { child, url: format!("http://127.0.0.1:{port}") };
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if let Some(status) = service.child.try_wait()? {
                return Err(format!("{} ended at once: {status}", program.display()).into());
            }
            if begun.elapsed() > Duration::from_secs(30) {
                return Err(format!("{} does not listen", program.display()).into());
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        Ok(service)
    }
}

impl Service {
    /// Private bytes of all processes that it has started, by itself or through others, whose
    /// command line has this word (`proc_pid_smaps`, `Private_*`).
    pub fn memory_of(&self, word: &str) -> Outcome<u64> {
        let mut parents = BTreeMap::new();
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let pid: Option<u32> = entry.file_name().to_str().and_then(|name| name.parse().ok());
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            // The name may hold anything; the parent is the second word after its bracket.
            let parent =
                stat.rsplit(')').next().and_then(|s| s.split_whitespace().nth(1)?.parse().ok());
            parents.extend(pid.zip::<u32>(parent));
        }
        let ours = |pid: u32| {
            std::iter::successors(Some(pid), |pid| parents.get(pid).copied())
                .take(64)
                .any(|pid| pid == self.child.id())
        };
        let mut bytes = 0;
        for &pid in parents.keys().filter(|pid| ours(**pid)) {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            if !String::from_utf8_lossy(&line).contains(word) {
                continue;
            }
            let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
            let private = rollup.lines().filter(|line| line.starts_with("Private_"));
            let kib = private.filter_map(|l| l.split_whitespace().nth(1)?.parse::<u64>().ok());
            bytes += kib.sum::<u64>() << 10;
        }
        if bytes == 0 { Err(format!("no process has {word}").into()) } else { Ok(bytes) }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A program: from the environment, from usual places, or on the path.
pub fn program(variable: &str, usual: &[&str]) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable).map(PathBuf::from) {
        return named.is_file().then_some(named);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = usual.iter().filter(|u| !u.contains('/')).flat_map(|name| {
        std::env::split_paths(&path).map(move |folder| folder.join(name)).collect::<Vec<_>>()
    });
    usual.iter().filter(|u| u.contains('/')).map(PathBuf::from).chain(on_path).find(|p| p.is_file())
}
