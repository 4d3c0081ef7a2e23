//! ISCC hubs: who has declared these very bytes, and when.
//!
//! Interface: <https://github.com/iscc/iscc-hub> (`GET /lookup?datahash=`), as its OpenAPI
//! document of mid-2026 has it; nobody could try it here. A declaration proves which key said
//! something at which time, not who made the work and not what may be done with it: what its
//! holder has to say stands behind the gateway that it names ([`super::iscc_gateway`]). Left
//! out: near codes, which [`super::iscc_search`] finds, the check of signatures and of the log.

use serde_json::Value;
use url::Url;

use super::record::{Record, Said, answer};
use super::response::{json_or_miss, refused, text};
use super::{
    Answer, Endpoint, Fit, Hit, Privacy, Query, Registry, Request, Response, iscc_gateway,
};
use crate::page::Header;

/// How the hub of the ISCC Foundation presents itself.
pub const REGISTRY: Registry = Registry {
    id: "iscc-hub",
    title: "ISCC hub (iscc.id)",
    about: "https://iscc.id/",
    privacy: &[Privacy::Hash],
    endpoint: "https://iscc.id/",
    media_host: "",
    takes_address: true,
    gap_ms: 500,
    wants_key: false,
    plan: |query, endpoint| plan(REGISTRY.id, query, endpoint),
    read,
};

/// How the hub of Amlet presents itself.
pub const AMLET: Registry = Registry {
    id: "iscc-hub-amlet",
    title: "ISCC hub (amlet.id)",
    about: "https://amlet.id/",
    endpoint: "https://amlet.id/",
    plan: |query, endpoint| plan(AMLET.id, query, endpoint),
    ..REGISTRY
};

/// The multihash prefix of BLAKE3 with 32 bytes.
const BLAKE3: &str = "1e20";

fn plan(id: &str, query: &Query<'_>, endpoint: &Endpoint) -> Vec<Request> {
    let blake3 = query.print.map(|print| print.blake3.as_str()).unwrap_or_default();
    let api = Url::parse(&endpoint.api).ok().and_then(|api| api.join("lookup").ok());
    let (64, Some(mut url)) = (blake3.len(), api) else { return Vec::new() };
    url.query_pairs_mut().append_pair("datahash", &format!("{BLAKE3}{blake3}"));
    vec![Request {
        registry: id.to_string(),
        key: blake3.to_string(),
        url: url.into(),
        // Without this a page for people comes back.
        headers: vec![Header { name: "Accept".into(), value: "application/json".into() }],
        privacy: Privacy::Hash,
        via: None,
    }]
}

fn read(request: &Request, response: &Response) -> Answer {
    let value = match json_or_miss(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let Value::Array(list) = value else { return refused("an answer without a list") };
    let datahash = format!("{BLAKE3}{}", request.key);
    let same = |d: &&Value| text(d, "datahash").is_some_and(|h| h.eq_ignore_ascii_case(&datahash));
    let mut ours: Vec<&Value> = list.iter().filter(same).collect();
    if ours.is_empty() && !list.is_empty() {
        return super::response::another_key();
    }
    // The earliest first: a hint and no more, since anybody may declare anything.
    ours.sort_by_key(|declared| text(declared, "timestamp").unwrap_or("~"));
    answer(ours.into_iter().filter_map(|d| hit(request, d)).collect())
}

fn hit(request: &Request, declared: &Value) -> Option<Hit> {
    let id = text(declared, "iscc_id")?;
    let code = text(declared, "iscc_code").unwrap_or_default();
    let by = text(declared, "controller").or_else(|| text(declared, "pubkey"));
    let raw = super::text::one_line(text(declared, "timestamp").unwrap_or_default());
    let gateway =
        text(declared, "gateway").and_then(|url| iscc_gateway::at(request, url, id, code));
    let hit = Record::new(request, id, Fit::Exact)
        .page(Some(&format!("/{id}")))
        .state(Said { raw, by, notes: vec!["declaration-not-verified".into()], ..Said::default() })
        .lead(iscc_gateway::REGISTRY.id, gateway)
        .done();
    Some(hit)
}

#[cfg(test)]
mod tests {
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use crate::fingerprint::Fingerprint;
    use serde_json::json as value;

    const BLAKE3_HEX: &str = "55529bfae5bdb3d530c52f44d13ccd6a7c710f63620dc2db1c43c5592ae2dc97";

    fn question() -> Request {
        let print = Fingerprint { blake3: BLAKE3_HEX.to_string(), ..Fingerprint::default() };
        asked(&REGISTRY, &Query { print: Some(&print), ..Query::default() }).remove(0)
    }

    fn declared(at: &str, who: &str) -> Value {
        value!({
            "iscc_id": "ISCC:MAIGIRMUCYSAAAAB",
            "iscc_code": "ISCC:KEA4GQZQTY6J5DTH5TVKSXPZ4KH5AVKSTP5OLPNT2U",
            "datahash": format!("1e20{BLAKE3_HEX}"),
            "timestamp": at, "pubkey": "z6Mk", "controller": who,
            "gateway": "https://gateway.example/{iscc_id}"
        })
    }

    #[test]
    fn the_hash_of_the_bytes_is_asked_for() {
        assert!(question().url.ends_with(&format!("/lookup?datahash=1e20{BLAKE3_HEX}")));
        assert!(asked(&REGISTRY, &Query::default()).is_empty());
        let print = Fingerprint { blake3: BLAKE3_HEX.to_string(), ..Fingerprint::default() };
        let query = Query { print: Some(&print), ..Query::default() };
        assert!(asked(&AMLET, &query)[0].url.starts_with("https://amlet.id/"));
        assert_eq!(asked(&AMLET, &query)[0].registry, AMLET.id);
    }

    #[test]
    fn a_declaration_says_who_and_when_and_where_more_is_said() {
        let list =
            value!([declared("2025-11-24", "did:web:b"), declared("2024-01-01", "did:web:a")]);
        let found = hits(&question(), read, &list);
        let who = |hit: &Hit| hit.statements[0].declared_by.clone().unwrap();
        assert_eq!(found.iter().map(who).collect::<Vec<_>>(), ["did:web:a", "did:web:b"]);
        assert!(found[0].statements[0].verdicts.is_empty(), "it proves no right");
        assert_eq!(
            found[0].leads[0].name,
            "ISCC:KEA4GQZQTY6J5DTH5TVKSXPZ4KH5AVKSTP5OLPNT2U \
             https://gateway.example/isccmaigirmucysaaaab"
        );
    }

    #[test]
    fn no_declaration_is_a_miss_and_one_of_other_bytes_is_refused() {
        assert_eq!(read(&question(), &ok(&value!([]))), Answer::Miss);
        let missing = Response { status: 404, ..Response::default() };
        assert_eq!(read(&question(), &missing), Answer::Miss);
        let mut other = declared("2024", "x");
        other["datahash"] = value!("1e2000");
        let answer = read(&question(), &ok(&value!([other])));
        assert_eq!(answer, super::super::response::another_key());
    }
}
