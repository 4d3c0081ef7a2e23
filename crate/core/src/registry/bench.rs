//! A bench for the tests of registries: questions as they are planned, answers as they come.

use serde_json::Value;

use super::{Answer, Endpoint, Hit, Query, Registry, Request, Response};

/// The questions of a registry at its usual address.
pub fn asked(registry: &Registry, query: &Query<'_>) -> Vec<Request> {
    asked_at(registry, registry.endpoint, query)
}

/// The questions of a registry at another address.
pub fn asked_at(registry: &Registry, api: &str, query: &Query<'_>) -> Vec<Request> {
    let media = registry.media_host.to_string();
    let endpoint = Endpoint { api: api.to_string(), media, key: "READERS-KEY".to_string() };
    (registry.plan)(query, &endpoint)
}

/// An answer of status 200.
pub fn ok(body: &Value) -> Response {
    Response { status: 200, body: body.to_string(), ..Response::default() }
}

/// The hits that an answer holds.
pub fn hits(request: &Request, read: fn(&Request, &Response) -> Answer, body: &Value) -> Vec<Hit> {
    match read(request, &ok(body)) {
        Answer::Hits { hits } => hits,
        other => panic!("expected hits, got {other:?}"),
    }
}
