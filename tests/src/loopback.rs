//! Asking servers on this machine, for tests without a browser.
//!
//! HTTP/1.0 by RFC 1945: the answer ends with the connection and is never in pieces. Left out:
//! everything but GET, TLS, redirects.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use sayso_core::page::Header;
use sayso_core::registry::Response;
use url::{Host, Url};

/// Gets one address on this machine.
pub fn get(url: &str, headers: &[Header]) -> io::Result<Response> {
    let parsed = Url::parse(url).map_err(io::Error::other)?;
    let Some(Host::Ipv4(host)) = parsed.host().filter(|_| parsed.scheme() == "http") else {
        return Err(io::Error::other("not an address on this machine"));
    };
    if !host.is_loopback() {
        return Err(io::Error::other("not an address on this machine"));
    }
    let address = (host, parsed.port_or_known_default().unwrap_or(80));
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let path = &parsed[url::Position::BeforePath..url::Position::AfterQuery];
    let mut question = format!("GET {path} HTTP/1.0\r\nHost: {host}:{}\r\n", address.1);
    for Header { name, value } in headers {
        question.push_str(&format!("{name}: {value}\r\n"));
    }
    question.push_str("\r\n");
    stream.write_all(question.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::other("an answer without a head"))?;
    let mut lines = head.lines();
    let status = lines.next().and_then(|l| l.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers = lines
        .filter_map(|l| l.split_once(':'))
        .map(|(n, v)| Header { name: n.to_string(), value: v.trim().to_string() })
        .collect();
    Ok(Response { status, headers, body: body.to_string(), at: 0 })
}
