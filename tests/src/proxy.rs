//! A plain HTTP proxy that writes down everything a browser asks for.
//!
//! What goes to `*.test`, `*.localhost` or a loopback address is passed on to this
//! machine; everything else is refused, so that no test reaches the network. One
//! request a connection (RFC 9112, 9.6), which keeps every request visible.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// One request that came to the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, `CONNECT`, …
    pub method: String,
    /// The host, without port.
    pub host: String,
    /// The address as the browser gave it.
    pub target: String,
    /// Whether it was passed on.
    pub passed: bool,
}

/// A running proxy. Ends when it is dropped.
pub struct Proxy {
    port: u16,
    log: Arc<Mutex<Vec<Asked>>>,
    cut: Arc<AtomicBool>,
    stopped: Arc<AtomicBool>,
}

impl Proxy {
    /// Starts on a free port.
    pub fn start() -> io::Result<Proxy> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let [cut, stopped] = [(), ()].map(|()| Arc::new(AtomicBool::new(false)));
        let (writes, gone, ends) = (log.clone(), cut.clone(), stopped.clone());
        thread::spawn(move || {
            for line in listener.incoming().flatten() {
                if ends.load(Ordering::Relaxed) {
                    return;
                }
                if gone.load(Ordering::Relaxed) {
                    continue;
                }
                let log = writes.clone();
                thread::spawn(move || {
                    // A browser that hangs up half-way is no concern of the proxy.
                    let _ = serve(line, &log);
                });
            }
        });
        Ok(Proxy { port, log, cut, stopped })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything that was asked for, in order.
    pub fn log(&self) -> Vec<Asked> {
        self.log.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// From now on whoever comes is hung up on, as where there is no line; or served again.
    pub fn cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::Relaxed);
    }

    /// Begins a new log.
    pub fn clear_log(&self) {
        self.log.lock().unwrap_or_else(|e| e.into_inner()).clear();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // One more connection wakes the thread, so that it sees that it is over.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn serve(mut browser: TcpStream, log: &Mutex<Vec<Asked>>) -> io::Result<()> {
    let (head, rest) = read_head(&mut browser)?;
    let (first, fields) = head.split_once("\r\n").unwrap_or((&head, ""));
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let connect = method == "CONNECT";
    let authority = match target.split_once("://") {
        Some((_, after)) => after.split(['/', '?']).next().unwrap_or_default(),
        None => target,
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().unwrap_or(80)),
        None => (authority, 80u16),
    };
    let ours = host == "127.0.0.1"
        || host == "localhost"
        || host.ends_with(".localhost")
        || host.ends_with(".test");
    let asked =
        Asked { method: method.into(), host: host.into(), target: target.into(), passed: ours };
    log.lock().unwrap_or_else(|e| e.into_inner()).push(asked);
    if !ours {
        return browser
            .write_all(b"HTTP/1.1 502 Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)) else {
        return browser.write_all(
            b"HTTP/1.1 502 Nobody there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        );
    };
    if connect {
        browser.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    } else {
        let path = target.find(authority).map_or("/", |at| &target[at + authority.len()..]);
        let path = if path.is_empty() { "/" } else { path };
        let kept: String = fields
            .split("\r\n")
            .filter(|f| {
                let name = f.split(':').next().unwrap_or_default().to_ascii_lowercase();
                !matches!(name.as_str(), "" | "connection" | "proxy-connection" | "keep-alive")
            })
            .map(|f| format!("{f}\r\n"))
            .collect();
        write!(server, "{method} {path} HTTP/1.1\r\n{kept}Connection: close\r\n\r\n")?;
    }
    server.write_all(&rest)?;
    let (mut up_from, mut up_to) = (browser.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut up_from, &mut up_to);
        let _ = up_to.shutdown(Shutdown::Write);
    });
    // The server's end is passed on as it is: whole, cut off, or never.
    let copied = io::copy(&mut server, &mut browser);
    let _ = browser.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    copied.map(|_| ())
}

/// The request's head as text, and what came after it.
fn read_head(from: &mut TcpStream) -> io::Result<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(end) = all.windows(4).position(|w| w == b"\r\n\r\n") {
            let rest = all.split_off(end + 4);
            all.truncate(end);
            return Ok((String::from_utf8_lossy(&all).into_owned(), rest));
        }
        let n = from.read(&mut part)?;
        if n == 0 || all.len() > 64 << 10 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        all.extend_from_slice(&part[..n]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{Answer, Hosts};

    fn through(proxy: &Proxy, request: &str) -> String {
        let mut line = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
        line.write_all(request.as_bytes()).unwrap();
        let mut all = Vec::new();
        line.read_to_end(&mut all).unwrap();
        String::from_utf8_lossy(&all).into_owned()
    }

    #[test]
    fn own_hosts_are_passed_on_and_others_refused_and_both_are_written_down() {
        let hosts = Hosts::start().unwrap();
        hosts.site("a.test").put("/x", Answer::of("text/plain", "here"));
        let proxy = Proxy::start().unwrap();
        let port = hosts.port();
        let get = |url: &str, host: &str| {
            through(
                &proxy,
                &format!(
                    "GET {url} HTTP/1.1\r\nHost: {host}\r\nProxy-Connection: keep-alive\r\n\r\n"
                ),
            )
        };
        let ours = get(&format!("http://a.test:{port}/x"), &format!("a.test:{port}"));
        assert!(ours.starts_with("HTTP/1.1 200") && ours.ends_with("here"), "{ours}");
        let other = get("http://registry.example/ask?q=1", "registry.example");
        assert!(other.starts_with("HTTP/1.1 502"), "{other}");
        assert!(
            through(&proxy, "CONNECT tracker.example:443 HTTP/1.1\r\n\r\n")
                .starts_with("HTTP/1.1 502")
        );
        let hosts: Vec<_> = proxy.log().into_iter().map(|a| (a.host, a.passed)).collect();
        let expected = [("a.test", true), ("registry.example", false), ("tracker.example", false)];
        assert_eq!(hosts, expected.map(|(h, p)| (h.to_string(), p)));
        proxy.cut(true);
        let mut line = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
        let mut all = Vec::new();
        let _ = line.read_to_end(&mut all);
        assert!(all.is_empty() && proxy.log().len() == 3);
        proxy.cut(false);
        let again = get(&format!("http://a.test:{port}/x"), &format!("a.test:{port}"));
        assert!(again.ends_with("here"), "{again}");
    }
}
