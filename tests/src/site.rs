//! Web sites on loopback that tests can script: several hosts behind one port.
//!
//! `*.localhost` finds its way here in every browser; `*.test` does with the
//! sessions of [`crate::browser`]. A path answers well or badly, as told: with any
//! status and headers, late, never, drop by drop, cut short, or with a length that
//! is a lie. Every request is logged. No TLS: loopback only.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use tokio::sync::oneshot;

/// How an answer is given.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// At once and whole.
    Whole,
    /// Never. The connection stays open.
    Silent,
    /// So many bytes at a time, with a pause after each.
    Drip { bytes: usize, pause: Duration },
    /// The length is that of the whole, but the connection breaks after so many bytes.
    CutAt(usize),
    /// The length is a number of our choice; zeros follow the body without end.
    Claims(u64),
}

#[derive(Clone, Debug)]
enum Content {
    Bytes(Bytes),
    File(PathBuf),
}

/// What a path answers.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    content: Content,
    delay: Duration,
    manner: Manner,
    in_pages: Option<Box<Answer>>,
}

impl Answer {
    /// Bytes of this type, status 200.
    pub fn of(mime: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer {
            status: 200,
            headers: vec![("content-type".into(), mime.into())],
            content: Content::Bytes(Bytes::from(body.into())),
            delay: Duration::ZERO,
            manner: Manner::Whole,
            in_pages: None,
        }
    }

    /// A page.
    pub fn html(text: impl Into<String>) -> Answer {
        Answer::of("text/html; charset=utf-8", text.into())
    }

    /// A file of the disk, read when it is asked for.
    pub fn file(mime: &str, path: PathBuf) -> Answer {
        Answer { content: Content::File(path), ..Answer::of(mime, "") }
    }

    /// A redirect.
    pub fn redirect(to: &str) -> Answer {
        Answer::of("text/plain", "").status(302).header("location", to)
    }

    /// Only a status and a line of text.
    pub fn error(status: u16) -> Answer {
        Answer::of("text/plain", format!("{status}\n")).status(status)
    }

    /// With another status.
    pub fn status(mut self, status: u16) -> Answer {
        self.status = status;
        self
    }

    /// With one more header; the same name may come again.
    pub fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// After a while.
    pub fn late(mut self, by: Duration) -> Answer {
        self.delay = by;
        self
    }

    /// Never.
    pub fn silent(mut self) -> Answer {
        self.manner = Manner::Silent;
        self
    }

    /// Drop by drop.
    pub fn dripping(mut self, bytes: usize, pause: Duration) -> Answer {
        self.manner = Manner::Drip { bytes, pause };
        self
    }

    /// Broken off after so many bytes, although the header promised all of them.
    pub fn cut_at(mut self, bytes: usize) -> Answer {
        self.manner = Manner::CutAt(bytes);
        self
    }

    /// With a `content-length` that has nothing to do with the body.
    pub fn claiming(mut self, bytes: u64) -> Answer {
        self.manner = Manner::Claims(bytes);
        self
    }

    /// Pages that show it get this instead (see [`Visit::by_page`]).
    pub fn but_in_pages(mut self, other: Answer) -> Answer {
        self.in_pages = Some(Box::new(other));
        self
    }

    /// 403 for whoever is not a page that shows it, as hosts against hot-linking do.
    pub fn only_in_pages(self) -> Answer {
        Answer::error(403).but_in_pages(self)
    }
}

/// One request that arrived.
#[derive(Clone, Debug)]
pub struct Visit {
    /// When, counted from the start of the server.
    pub at: Duration,
    /// `GET`, …
    pub method: String,
    /// The host that was asked, without port.
    pub host: String,
    /// The path with its query.
    pub path: String,
    /// Request headers, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Visit {
    /// A request header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|h| h.0 == name).map(|h| h.1.as_str())
    }

    /// Whether a page asked, or the reader who opened it: only those name where they come
    /// from (`Referer`) or what it is for (`Sec-Fetch-Dest`, on trustworthy hosts), or
    /// want a document.
    pub fn by_page(&self) -> bool {
        let dest = self.header("sec-fetch-dest").unwrap_or_default();
        matches!(dest, "image" | "audio" | "video" | "document" | "iframe" | "style" | "script")
            || self.header("referer").is_some()
            || self.header("accept").is_some_and(|a| a.starts_with("text/html"))
    }
}

struct Shared {
    begun: Instant,
    answers: HashMap<(String, String), Answer>,
    log: Vec<Visit>,
}

/// A server with many hosts. Ends when it is dropped.
pub struct Hosts {
    port: u16,
    shared: Arc<Mutex<Shared>>,
    stop: Option<oneshot::Sender<()>>,
}

/// One host of the server.
#[derive(Clone)]
pub struct Site {
    host: String,
    port: u16,
    shared: Arc<Mutex<Shared>>,
}

impl Hosts {
    /// Starts on a free port, on a thread of its own.
    pub fn start() -> std::io::Result<Hosts> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Mutex::new(Shared {
            begun: Instant::now(),
            answers: HashMap::new(),
            log: Vec::new(),
        }));
        let (stop, stopped) = oneshot::channel();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let router = axum::Router::new().fallback(answer).with_state(shared.clone());
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let listener =
                    tokio::net::TcpListener::from_std(listener).expect("it is non-blocking");
                tokio::select! {
                    end = axum::serve(listener, router) => end.expect("serving does not end"),
                    _ = stopped => {}
                }
            });
            // Silent answers are never done: they are left behind.
            runtime.shutdown_background();
        });
        Ok(Hosts { port, shared, stop: Some(stop) })
    }

    /// The port of all hosts.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A host to be scripted.
    pub fn site(&self, host: &str) -> Site {
        Site { host: host.into(), port: self.port, shared: self.shared.clone() }
    }

    /// Every request so far, in order.
    pub fn log(&self) -> Vec<Visit> {
        locked(&self.shared).log.clone()
    }

    /// Begins a new log.
    pub fn clear_log(&self) {
        locked(&self.shared).log.clear();
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

impl Site {
    /// Its origin, e.g. `http://gallery.localhost:8700`.
    pub fn origin(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// From now on this path answers so. The query does not matter.
    pub fn put(&self, path: &str, answer: Answer) -> &Site {
        locked(&self.shared).answers.insert((self.host.clone(), path.into()), answer);
        self
    }

    /// From now on this path is not found.
    pub fn forget(&self, path: &str) {
        locked(&self.shared).answers.remove(&(self.host.clone(), path.to_string()));
    }

    /// Puts a script before all else on a page that is already there.
    pub fn watched_by(&self, path: &str, script: &str) -> &Site {
        let key = (self.host.clone(), path.to_string());
        if let Some(page) = locked(&self.shared).answers.get_mut(&key)
            && let Content::Bytes(bytes) = &mut page.content
        {
            // After the doctype: before it, the page would be drawn by the rules of 1998.
            let text = String::from_utf8_lossy(bytes).into_owned();
            let at = text.find('>').map_or(0, |at| at + 1);
            let (doctype, rest) = text.split_at(at);
            *bytes = Bytes::from(format!("{doctype}<script>{script}</script>{rest}"));
        }
        self
    }
}

/// A test that failed while it held the lock must not hide its own message.
fn locked(shared: &Arc<Mutex<Shared>>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(|e| e.into_inner())
}

async fn answer(State(shared): State<Arc<Mutex<Shared>>>, request: Request) -> Response {
    let headers = request.headers();
    let text = |name: header::HeaderName| {
        headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_string()
    };
    let named = text(header::HOST);
    let host = named.rsplit_once(':').map_or(named.as_str(), |(h, _)| h).to_string();
    let path = request.uri().path().to_string();
    let (found, by_page) = {
        let mut shared = locked(&shared);
        let at = shared.begun.elapsed();
        let query = request.uri().query().map(|q| format!("?{q}")).unwrap_or_default();
        let visit = Visit {
            at,
            method: request.method().to_string(),
            host: host.clone(),
            path: format!("{path}{query}"),
            headers: headers
                .iter()
                .map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
                .collect(),
        };
        let by_page = visit.by_page();
        shared.log.push(visit);
        (shared.answers.get(&(host, path)).cloned(), by_page)
    };
    let mut found = found.unwrap_or_else(|| Answer::error(404));
    if by_page && let Some(other) = found.in_pages.take() {
        found = *other;
    }
    tokio::time::sleep(found.delay).await;
    give(found, headers)
        .await
        .unwrap_or_else(|why| Response::builder().status(500).body(why.into()).expect("plain"))
}

async fn give(answer: Answer, asked: &HeaderMap) -> Result<Response, String> {
    let whole = match &answer.content {
        Content::Bytes(bytes) => bytes.clone(),
        Content::File(path) => std::fs::read(path).map(Bytes::from).map_err(|e| e.to_string())?,
    };
    let mut status = StatusCode::from_u16(answer.status).map_err(|e| e.to_string())?;
    let mut length = whole.len() as u64;
    let mut range = None;
    let body = match answer.manner {
        Manner::Silent => std::future::pending().await,
        Manner::Whole => match asked_range(asked, whole.len()) {
            Some((from, to)) if status == StatusCode::OK => {
                status = StatusCode::PARTIAL_CONTENT;
                length = (to - from) as u64;
                range = Some(format!("bytes {from}-{}/{}", to - 1, whole.len()));
                Body::from(whole.slice(from..to))
            }
            _ => Body::from(whole),
        },
        Manner::Drip { bytes, pause } => Body::from_stream(stream::unfold(0, move |at| {
            let rest = whole.slice(at..(at + bytes.max(1)).min(whole.len()));
            async move {
                tokio::time::sleep(pause).await;
                let next = at + rest.len();
                (!rest.is_empty()).then_some((Ok::<_, std::io::Error>(rest), next))
            }
        })),
        Manner::CutAt(at) => {
            let part = whole.slice(..at.min(whole.len()));
            let broken = Err(std::io::Error::other("cut on purpose"));
            Body::from_stream(stream::unfold(vec![broken, Ok(part)], |mut left| async move {
                // A moment, so that what came before has left.
                tokio::time::sleep(Duration::from_millis(40)).await;
                left.pop().map(|next| (next, left))
            }))
        }
        Manner::Claims(claimed) => {
            length = claimed;
            Body::from_stream(stream::unfold(Some(whole), move |first| async move {
                let chunk = match first {
                    Some(body) => body,
                    None => {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                        Bytes::from_static(&[0; 4096])
                    }
                };
                Some((Ok::<_, std::io::Error>(chunk), None))
            }))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let out = response.headers_mut();
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if status.is_success() && range.is_none() {
        out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    if let Some(range) = range {
        out.insert(header::CONTENT_RANGE, HeaderValue::from_str(&range).expect("digits"));
    }
    for (name, value) in &answer.headers {
        let name = header::HeaderName::from_bytes(name.as_bytes()).map_err(|e| e.to_string())?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|e| e.to_string())?;
        out.append(name, value);
    }
    Ok(response)
}

/// `Range: bytes=from-` or `from-to` (RFC 9110, 14.2); other forms get the whole.
fn asked_range(headers: &HeaderMap, length: usize) -> Option<(usize, usize)> {
    let value = headers.get(header::RANGE)?.to_str().ok()?;
    let (from, to) = value.strip_prefix("bytes=")?.split_once('-')?;
    let from: usize = from.parse().ok()?;
    let to = if to.is_empty() { length } else { to.parse::<usize>().ok()?.checked_add(1)? };
    (from < to.min(length)).then_some((from, to.min(length)))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// Asks as plainly as possible and returns everything that came until the end or a pause.
    fn ask(hosts: &Hosts, host: &str, path: &str, more: &str) -> String {
        let mut line = TcpStream::connect(("127.0.0.1", hosts.port())).unwrap();
        line.set_read_timeout(Some(Duration::from_millis(400))).unwrap();
        write!(line, "GET {path} HTTP/1.1\r\nHost: {host}:{}\r\n{more}\r\n", hosts.port()).unwrap();
        let (mut all, mut part) = (Vec::new(), [0; 4096]);
        while let Ok(n @ 1..) = line.read(&mut part) {
            all.extend(&part[..n]);
            if all.len() > 100_000 {
                break;
            }
        }
        String::from_utf8_lossy(&all).into_owned()
    }

    #[test]
    fn hosts_behind_one_port_answer_each_for_itself_and_everything_is_logged() {
        let hosts = Hosts::start().unwrap();
        hosts
            .site("a.test")
            .put("/x", Answer::of("text/plain", "from a").header("tdm-reservation", "1"));
        hosts.site("b.test").put("/x", Answer::of("text/plain", "from b"));
        let a = ask(&hosts, "a.test", "/x?q=1", "accept: image/*\r\n");
        assert!(a.contains("tdm-reservation: 1") && a.ends_with("from a"), "{a}");
        assert!(ask(&hosts, "b.test", "/x", "").ends_with("from b"));
        assert!(ask(&hosts, "b.test", "/y", "").starts_with("HTTP/1.1 404"));
        let log = hosts.log();
        assert_eq!(log.len(), 3);
        assert_eq!((log[0].host.as_str(), log[0].path.as_str()), ("a.test", "/x?q=1"));
        assert_eq!(log[0].header("accept"), Some("image/*"));
        hosts.clear_log();
        assert!(hosts.log().is_empty());
    }

    #[test]
    fn bad_manners_are_kept() {
        let hosts = Hosts::start().unwrap();
        let site = hosts.site("bad.test");
        let ten = || Answer::of("text/plain", "0123456789");
        site.put("/cut", ten().cut_at(4))
            .put("/silent", ten().silent())
            .put("/huge", ten().claiming(4 << 30))
            .put("/drip", ten().dripping(3, Duration::from_millis(30)))
            .put("/guarded", ten().only_in_pages())
            .put("/away", Answer::redirect("http://10.0.0.1/"));
        let cut = ask(&hosts, "bad.test", "/cut", "");
        assert!(cut.contains("content-length: 10") && cut.ends_with("\r\n0123"), "{cut}");
        assert_eq!(ask(&hosts, "bad.test", "/silent", ""), "");
        assert!(ask(&hosts, "bad.test", "/huge", "").contains("content-length: 4294967296"));
        assert!(ask(&hosts, "bad.test", "/drip", "").ends_with("0123456789"));
        assert!(ask(&hosts, "bad.test", "/guarded", "").starts_with("HTTP/1.1 403"));
        let shown = ask(&hosts, "bad.test", "/guarded", "Sec-Fetch-Dest: image\r\n");
        assert!(shown.ends_with("0123456789"));
        assert!(ask(&hosts, "bad.test", "/away", "").contains("location: http://10.0.0.1/"));
        let part =
            ask(&hosts, "bad.test", "/guarded", "Sec-Fetch-Dest: audio\r\nRange: bytes=2-4\r\n");
        assert!(part.starts_with("HTTP/1.1 206") && part.ends_with("\r\n234"), "{part}");
    }
}
