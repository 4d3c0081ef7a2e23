//! Getting bytes for a page of ours: without cookies, bounded in size and time, never inside.

use js_sys::{Reflect, Uint8Array};
use sayso_core::limits::FETCH_TIMEOUT_MS;
use sayso_core::page::leads_inside;
use sayso_core::phrase::{Key, Phrase};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache,
    RequestCredentials, RequestInit, Response,
};

/// What to get.
pub struct Errand<'a> {
    /// The address.
    pub url: &'a str,
    /// The `Accept` header.
    pub accept: &'a str,
    /// What to send, and its content type if that matters; `None` only asks.
    pub body: Option<(&'a [u8], Option<&'a str>)>,
    /// Bytes after which to give up.
    pub most: usize,
}

/// Why there are no bytes.
pub enum Unfetched {
    /// The server answered with another status than 200 to 299.
    Status(u16),
    /// Everything else, in words.
    Other(Phrase),
}

impl From<Unfetched> for Phrase {
    fn from(why: Unfetched) -> Phrase {
        match why {
            Unfetched::Status(status) => {
                Phrase::from(Key::ReportFetchStatus).with(status.to_string())
            }
            Unfetched::Other(phrase) => phrase,
        }
    }
}

impl From<Key> for Unfetched {
    fn from(key: Key) -> Unfetched {
        Unfetched::Other(key.into())
    }
}

/// Gets it, and gives up where the core would.
pub async fn fetch(errand: Errand<'_>) -> Result<Vec<u8>, Unfetched> {
    let init = RequestInit::new();
    // What the server sends now, not what the browser remembers.
    init.set_cache(RequestCache::NoStore);
    let headers = Headers::new().map_err(broken)?;
    if !errand.url.starts_with("data:") {
        headers.set("accept", errand.accept).map_err(broken)?;
    }
    if let Some((body, kind)) = errand.body {
        init.set_method("POST");
        init.set_body(&Uint8Array::from(body));
        if let Some(kind) = kind {
            headers.set("content-type", kind).map_err(broken)?;
        }
    }
    init.set_headers(&headers);
    init.set_credentials(RequestCredentials::Omit);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(FETCH_TIMEOUT_MS)));
    let window = gloo::utils::window();
    let response: Response = JsFuture::from(window.fetch_with_str_and_init(errand.url, &init))
        .await
        .map_err(broken)?
        .unchecked_into();
    if leads_inside(errand.url, &response.url()) {
        if let Some(body) = response.body() {
            let _ = body.cancel();
        }
        return Err(Key::FailPrivateRedirect.into());
    }
    if !response.ok() {
        return Err(Unfetched::Status(response.status()));
    }
    let Some(body) = response.body() else { return Ok(Vec::new()) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let step = JsFuture::from(reader.read()).await.map_err(broken)?;
        let field = |name: &str| Reflect::get(&step, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if field("done").is_truthy() {
            return Ok(bytes);
        }
        let chunk = Uint8Array::new(&field("value"));
        // A server that never stops sending must not fill the reader's memory.
        if bytes.len() + chunk.length() as usize > errand.most {
            let _ = reader.cancel();
            return Err(Key::ReportFetchLarge.into());
        }
        bytes.extend(chunk.to_vec());
    }
}

fn broken(error: JsValue) -> Unfetched {
    let word = |name: &str| Reflect::get(&error, &name.into()).ok().and_then(|m| m.as_string());
    Unfetched::Other(match word("name").as_deref() {
        Some("TimeoutError") => Key::FailSilent.into(),
        _ => Phrase::from(Key::FailNetwork).with(word("message").unwrap_or_default()),
    })
}
