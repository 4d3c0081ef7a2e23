//! GET over HTTP, with manners and with suspicion.
//!
//! One connection a host at a time; a limit on silence, on the whole transfer and on
//! size; at most five redirects, and none from a public to a private address, by name,
//! by number or by what the name resolves to. No cookies, no credentials, no retries.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sayso_core::limits::FETCH_TIMEOUT_MS;
use sayso_core::page::{Failure, Header};
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body, Error};
use url::{Host, Url};

/// Redirects that are followed, as in RFC 9309, 2.3.1.2.
const REDIRECTS: usize = 5;

/// What is wanted from one address.
pub struct Ask<'a> {
    /// The address.
    pub url: &'a Url,
    /// Further request headers.
    pub headers: &'a [Header],
    /// Bytes of the body that are taken.
    pub max_bytes: usize,
    /// A text of which the beginning is good enough, wanted with any status.
    pub text: bool,
}

/// What came.
#[derive(Debug)]
pub struct Got {
    /// The address that answered.
    pub url: Url,
    /// HTTP status.
    pub status: u16,
    /// Response headers.
    pub headers: Vec<Header>,
    /// The body, at most `max_bytes`.
    pub body: Vec<u8>,
}

/// How long a server is waited for.
#[derive(Clone, Copy)]
pub struct Patience {
    /// Without a word.
    pub silence: Duration,
    /// For one whole exchange: a server that drips a byte a second is not silent.
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let silence = Duration::from_millis(FETCH_TIMEOUT_MS.into());
        Patience { silence, whole: silence * 4 }
    }
}

/// The one way to the network.
pub struct Web {
    anywhere: Agent,
    public: Agent,
    hosts: Mutex<HashMap<String, Arc<Mutex<()>>>>,
}

impl Web {
    /// A client with this much patience.
    pub fn new(patience: Patience) -> Web {
        let config = || {
            Agent::config_builder()
                .user_agent(concat!(
                    "Sayso/",
                    env!("CARGO_PKG_VERSION"),
                    " (+https://github.com/sayso-project/sayso)"
                ))
                .accept("*/*")
                .max_redirects(0)
                .max_redirects_will_error(false)
                .http_status_as_error(false)
                .max_response_header_size(64 << 10)
                .timeout_resolve(Some(patience.silence))
                .timeout_connect(Some(patience.silence))
                .timeout_recv_response(Some(patience.silence))
                .timeout_per_read(Some(patience.silence))
                .timeout_global(Some(patience.whole))
                .build()
        };
        let connector = DefaultConnector::default;
        Web {
            anywhere: Agent::with_parts(config(), connector(), DefaultResolver::default()),
            public: Agent::with_parts(config(), connector(), PublicOnly::default()),
            hosts: Mutex::default(),
        }
    }

    /// Gets one address.
    pub fn get(&self, ask: &Ask<'_>) -> Result<Got, Failure> {
        let mut url = without_credentials(ask.url)?;
        let mut agent = if is_private(&url) { &self.anywhere } else { &self.public };
        for hop in 0..=REDIRECTS {
            let host = self.host(&url);
            let _turn = lock(&host);
            let mut answer = call(agent, &url, ask.headers);
            if hop == 0 && answer.as_ref().is_err_and(is_private_address) {
                // The reader named an address that leads into their own network: they may.
                agent = &self.anywhere;
                answer = call(agent, &url, ask.headers);
            }
            let answer = answer.map_err(failure)?;
            let Some(next) = redirect(&url, &answer)? else { return receive(url, answer, ask) };
            if std::ptr::eq(agent, &self.public) && is_private(&next) {
                return Err(Failure::PrivateRedirect);
            }
            url = next;
        }
        Err(network("more than five redirects"))
    }

    /// The turnstile of one host.
    fn host(&self, url: &Url) -> Arc<Mutex<()>> {
        let mut hosts = lock(&self.hosts);
        if hosts.len() > 1_024 {
            hosts.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        hosts.entry(url.authority().to_string()).or_default().clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard cannot be left half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn call(agent: &Agent, url: &Url, headers: &[Header]) -> Result<ureq::http::Response<Body>, Error> {
    let mut request = agent.get(url.as_str());
    for header in headers {
        request = request.header(&header.name, &header.value);
    }
    request.call()
}

/// Where an answer points to instead; `None` when it is the answer.
fn redirect(url: &Url, answer: &ureq::http::Response<Body>) -> Result<Option<Url>, Failure> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.headers().get("location") else { return Ok(None) };
    let next = std::str::from_utf8(location.as_bytes())
        .ok()
        .and_then(|l| url.join(l).ok())
        .ok_or_else(|| network("a redirect to something that is no address"))?;
    without_credentials(&next).map(Some)
}

fn receive(url: Url, answer: ureq::http::Response<Body>, ask: &Ask<'_>) -> Result<Got, Failure> {
    let status = answer.status().as_u16();
    if !ask.text && !answer.status().is_success() {
        return Err(Failure::Status { status });
    }
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| Header {
            name: name.as_str().to_string(),
            value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
        })
        .collect();
    let body = answer.into_body();
    let limit = ask.max_bytes as u64;
    if !ask.text && body.content_length().is_some_and(|length| length > limit) {
        return Err(Failure::TooLarge);
    }
    let mut bytes = Vec::new();
    // One byte more than is allowed tells "exactly as large" from "larger".
    body.into_reader().take(limit + 1).read_to_end(&mut bytes).map_err(|e| failure(e.into()))?;
    if bytes.len() > ask.max_bytes {
        if !ask.text {
            return Err(Failure::TooLarge);
        }
        bytes.truncate(ask.max_bytes);
    }
    Ok(Got { url, status, headers, body: bytes })
}

fn without_credentials(url: &Url) -> Result<Url, Failure> {
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(network("not an address of the web"));
    }
    let mut url = url.clone();
    // Neither can fail: the address has a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    Ok(url)
}

fn network(detail: &str) -> Failure {
    Failure::Network { detail: detail.to_string() }
}

fn failure(error: Error) -> Failure {
    match error {
        Error::Timeout(_) => Failure::Silent,
        Error::HostNotFound => network("the host was not found"),
        Error::ConnectionFailed => network("no connection"),
        Error::Io(e) if e.kind() == std::io::ErrorKind::TimedOut => Failure::Silent,
        e if is_private_address(&e) => Failure::PrivateRedirect,
        e => network(&e.to_string()),
    }
}

/// Resolves names and refuses those that lead to a private address.
///
/// Asked at the moment of connecting: a name that changed since it was looked at gains nothing.
#[derive(Default)]
struct PublicOnly(DefaultResolver);

impl fmt::Debug for PublicOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicOnly")
    }
}

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.0.resolve(uri, config, timeout)?;
        if found.iter().any(|address| is_private_ip(address.ip())) {
            return Err(Error::Other(Box::new(PrivateAddress)));
        }
        Ok(found)
    }
}

#[derive(Debug)]
struct PrivateAddress;

impl fmt::Display for PrivateAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a private address")
    }
}

impl std::error::Error for PrivateAddress {}

fn is_private_address(error: &Error) -> bool {
    matches!(error, Error::Other(e) if e.is::<PrivateAddress>())
}

/// Whether an address names something inside: by number or by a name that is never public.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => is_private_ip(ip.into()),
        Some(Host::Ipv6(ip)) => is_private_ip(ip.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            // RFC 6761, RFC 6762, RFC 8375, and `.internal` as reserved by ICANN in 2024.
            let inside = [".localhost", ".local", ".home.arpa", ".internal"];
            !name.contains('.') || inside.iter().any(|end| name.ends_with(end))
        }
        None => true,
    }
}

/// The special-purpose ranges of RFC 6890 that do not lead to the public net.
fn is_private_ip(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let embedded = match s {
        // Mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056): what counts is the IPv4 inside.
        [0, 0, 0, 0, 0, 0xFFFF, hi, lo] | [0x64, 0xFF9B, 0, 0, 0, 0, hi, lo] => Some((hi, lo)),
        [0x2002, hi, lo, ..] => Some((hi, lo)),
        _ => None,
    };
    if let Some((hi, lo)) = embedded {
        return is_private_v4(Ipv4Addr::from_bits(u32::from(hi) << 16 | u32::from(lo)));
    }
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || s[0] & 0xFE00 == 0xFC00
        || s[0] & 0xFF80 == 0xFE80
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::time::Instant;

    use super::*;

    /// Answers every connection on loopback in this way; its address.
    fn server(answer: impl Fn(&mut TcpStream) + Send + 'static) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://127.0.0.1:{}/work.jpg", listener.local_addr().unwrap().port());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 2_048];
                let _ = stream.read(&mut request);
                answer(&mut stream);
            }
        });
        Url::parse(&url).unwrap()
    }

    fn impatient() -> Web {
        let silence = Duration::from_millis(300);
        Web::new(Patience { silence, whole: silence * 4 })
    }

    fn get(url: &Url) -> Result<Got, Failure> {
        impatient().get(&Ask { url, headers: &[], max_bytes: 1_000, text: false })
    }

    #[test]
    fn private_addresses_are_known_by_number_and_by_name() {
        for private in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://10.1.2.3/",
            "http://172.31.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://[::1]/",
            "http://[::]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://gallery.localhost/",
            "http://printer/",
            "http://nas.local/",
            "http://metadata.google.internal/",
        ] {
            assert!(is_private(&Url::parse(private).unwrap()), "{private}");
        }
        for public in [
            "http://example.org/",
            "http://8.8.8.8/",
            "http://172.32.0.1/",
            "http://100.128.0.1/",
            "http://[2606:4700::1]/",
            "http://[::ffff:8.8.8.8]/",
            "http://localhost.example.org/",
        ] {
            assert!(!is_private(&Url::parse(public).unwrap()), "{public}");
        }
    }

    #[test]
    fn the_public_road_does_not_connect_to_private_addresses() {
        let url = server(|s| {
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        });
        let web = impatient();
        let refused = call(&web.public, &url, &[]).unwrap_err();
        assert!(is_private_address(&refused), "{refused:?}");
        assert_eq!(failure(refused), Failure::PrivateRedirect);
        assert!(get(&url).is_ok(), "an address that the reader gave is read");
    }

    #[test]
    fn a_server_that_drips_is_not_waited_for_without_end() {
        let url = server(|s| {
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n");
            while s.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let start = Instant::now();
        assert_eq!(get(&url).unwrap_err(), Failure::Silent);
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_silent_server_is_called_silent() {
        for head in ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"] {
            let url = server(move |s| {
                let _ = s.write_all(head.as_bytes());
                std::thread::sleep(Duration::from_secs(2));
            });
            assert_eq!(get(&url).unwrap_err(), Failure::Silent, "{head:?}");
        }
    }

    #[test]
    fn an_endless_body_ends_at_the_limit() {
        let url = server(|s| {
            let _ = s.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while s.write_all(&[b'x'; 1_024]).is_ok() {}
        });
        assert_eq!(get(&url).unwrap_err(), Failure::TooLarge);
        let text = Ask { url: &url, headers: &[], max_bytes: 1_000, text: true };
        assert_eq!(impatient().get(&text).unwrap().body.len(), 1_000);
    }

    #[test]
    fn a_swelling_body_ends_at_the_limit() {
        // 100 kB of zeros in 132 bytes.
        const BOMB: &[u8] = include_bytes!("../tests/zeros.gz");
        let url = server(|s| {
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n";
            let _ = write!(s, "{head}Content-Length: {}\r\n\r\n", BOMB.len());
            let _ = s.write_all(BOMB);
        });
        assert_eq!(get(&url).unwrap_err(), Failure::TooLarge);
    }

    #[test]
    fn redirects_are_followed_five_times_and_only_on_the_web() {
        for (location, detail) in [
            ("/again", "more than five redirects"),
            ("ftp://example.org/", "not an address of the web"),
            ("file:///etc/passwd", "not an address of the web"),
            ("http://", "a redirect to something that is no address"),
        ] {
            let url = server(move |s| {
                let _ = write!(
                    s,
                    "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
            });
            assert_eq!(get(&url).unwrap_err(), network(detail), "{location}");
        }
    }

    #[test]
    fn credentials_in_an_address_are_not_sent() {
        let url = Url::parse("https://me:secret@example.org/a#b").unwrap();
        assert_eq!(without_credentials(&url).unwrap().as_str(), "https://example.org/a");
    }
}
