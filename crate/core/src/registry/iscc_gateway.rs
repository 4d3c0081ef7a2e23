//! What the holder of an ISCC declaration says, where the declaration's gateway leads.
//!
//! A gateway answers with a Controlled Identifier Document
//! (<https://www.w3.org/TR/cid-1.0/>) that lists services; what they serve is defined by
//! iscc-schema 0.8.0 (<https://schema.iscc.codes/>): a TDM service in the words of TDMRep, a
//! GenAI service on how the work came to be. A gateway is anybody's server: only `https:`,
//! never a private network unless the declaration came from there, and only at the reader's
//! word. Left out: core metadata and identifiers.

use serde_json::Value;
use url::Url;

use super::record::{Record, Said};
use super::response::{another_key, json_or_miss, link, refused, text};
use super::{Answer, Endpoint, Fit, Privacy, Query, Registry, Request, Response};
use crate::page::{Header, leads_inside};
use crate::signal::tdmrep;
use crate::vocabulary::OriginClaim;

/// How this registry presents itself.
pub const REGISTRY: Registry = Registry {
    id: "iscc-gateway",
    title: "ISCC gateways",
    about: "https://sub.iscc.codes/",
    privacy: &[Privacy::Record],
    endpoint: "",
    media_host: "",
    takes_address: false,
    gap_ms: 500,
    wants_key: false,
    plan,
    read,
};

/// Larger than any document of services that was seen; what serves more is something else.
const LARGEST: usize = 64 << 10;
/// Services of one document that are asked.
const SERVICES: usize = 4;

/// The lead to a gateway that a record names: the declared code, a space, the address. The
/// address may be a template of RFC 6570's first level, whose values are in lower case.
pub fn at(request: &Request, template: &str, iscc_id: &str, code: &str) -> Option<String> {
    let fill = |text: &str| -> String {
        text.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let address = template
        .replace("{iscc_id}", &fill(iscc_id))
        .replace("{iscc_code}", &fill(code))
        .replace("{datahash}", &fill(&format!("1e20{}", request.key)));
    safe(request, &address).map(|url| format!("{code} {url}"))
}

/// An address that may be asked because of what this answer says.
fn safe(request: &Request, address: &str) -> Option<String> {
    link(request, address).filter(|url| !leads_inside(&request.url, url))
}

fn plan(query: &Query<'_>, _: &Endpoint) -> Vec<Request> {
    let leads = query.leads.iter().filter(|lead| lead.registry == REGISTRY.id);
    let request = |(name, fit): (&String, &Fit)| {
        let (_, url) = name.split_once(' ')?;
        let url = Url::parse(url).ok()?;
        Some(Request {
            registry: REGISTRY.id.to_string(),
            key: name.clone(),
            url: url.into(),
            headers: vec![Header { name: "Accept".into(), value: "application/json".into() }],
            privacy: Privacy::Record,
            via: Some(fit.clone()),
        })
    };
    leads.map(|lead| (&lead.name, &lead.fit)).filter_map(request).collect()
}

fn read(request: &Request, response: &Response) -> Answer {
    if response.body.len() > LARGEST {
        return refused("the answer is larger than we read");
    }
    let value = match json_or_miss(response) {
        Ok(value) => value,
        Err(answer) => return answer,
    };
    let code = request.key.split_once(' ').map(|(code, _)| code).unwrap_or_default();
    match value.get("service").and_then(Value::as_array) {
        Some(services) => document(request, &value, services, code),
        None => service(request, &value, code),
    }
}

/// A document that lists services: it states nothing itself and leads to those that do.
fn document(request: &Request, value: &Value, services: &[Value], code: &str) -> Answer {
    let mut record = Record::new(request, text(value, "id").unwrap_or(&request.url), Fit::Exact);
    let asked = |service: &&Value| {
        let kind = text(service, "type").unwrap_or_default();
        kind.contains("Tdm") || kind.contains("TDM") || kind.contains("GenAI")
    };
    for service in services.iter().filter(asked).take(SERVICES) {
        let url = text(service, "serviceEndpoint").and_then(|url| safe(request, url));
        record = record.lead(REGISTRY.id, url.map(|url| format!("{code} {url}")));
    }
    let hit = record.done();
    // A document without such a service holds no word on any use.
    if hit.leads.is_empty() { Answer::Miss } else { Answer::Hits { hits: vec![hit] } }
}

/// What one service says about the work.
fn service(request: &Request, value: &Value, code: &str) -> Answer {
    let Some(named) = text(value, "iscc") else { return refused("an answer without an ISCC") };
    if !named.eq_ignore_ascii_case(code) {
        return another_key();
    }
    let by = Url::parse(&request.url).ok().and_then(|url| url.host_str().map(str::to_string));
    let said = Said { by: by.as_deref(), ..Said::default() };
    let record = Record::new(request, named, Fit::Exact).page(Some(&request.url));
    let reservation = value.get("tdm_reservation");
    if let Some(reservation) = reservation {
        let reserved = match reservation.as_u64() {
            Some(1) => true,
            Some(0) => false,
            _ => return refused("a reservation that is neither 1 nor 0"),
        };
        let policy = text(value, "tdm_policy").and_then(|url| link(request, url));
        let said = Said {
            raw: format!("tdm_reservation: {}", u8::from(reserved)),
            verdicts: tdmrep::stances(reserved, policy.is_some()),
            offers: policy.filter(|_| reserved).into_iter().collect(),
            ..said
        };
        return Answer::Hits { hits: vec![record.state(said).done()] };
    }
    let origin = OriginClaim {
        source_type: text(value, "digital_source_type").map(super::text::one_line),
        ai_system: text(value, "ai_system").map(super::text::plain_text),
    };
    if origin == OriginClaim::default() {
        return Answer::Miss;
    }
    let raw = super::text::one_line(text(value, "involvement").unwrap_or_default());
    let said = Said { raw, origin: Some(origin), ..said };
    Answer::Hits { hits: vec![record.state(said).done()] }
}

#[cfg(test)]
mod tests {
    use super::super::Lead;
    use super::super::bench::{asked, hits, ok};
    use super::*;
    use crate::vocabulary::{Tier, Use, Verdict};
    use serde_json::json as value;

    const CODE: &str = "ISCC:KEA4GQZQTY6J5DTH5TVKSXPZ4KH5AVKSTP5OLPNT2U";

    fn question(url: &str, fit: Fit) -> Request {
        let name = format!("{CODE} {url}");
        let lead = Lead { registry: REGISTRY.id.to_string(), name, fit };
        asked(&REGISTRY, &Query { leads: &[lead], ..Query::default() }).remove(0)
    }

    fn tdm(reservation: u8) -> Request {
        question(&format!("https://gateway.example/{reservation}"), Fit::Exact)
    }

    fn document_with(endpoint: &str) -> Value {
        value!({"id": "https://gateway.example/x", "service": [
            {"type": "TdmMetadataService", "serviceEndpoint": endpoint},
            {"type": "IsccCoreMetadata", "serviceEndpoint": "https://gateway.example/meta"}
        ]})
    }

    #[test]
    fn a_document_leads_to_its_tdm_service_and_to_no_other() {
        let found = hits(&tdm(1), read, &document_with("https://gateway.example/tdm.json"));
        assert!(found[0].statements.is_empty());
        let names: Vec<&str> = found[0].leads.iter().map(|lead| lead.name.as_str()).collect();
        assert_eq!(names, [format!("{CODE} https://gateway.example/tdm.json")]);
    }

    #[test]
    fn nobody_is_led_into_a_private_network_or_off_the_web() {
        for endpoint in ["https://192.168.0.1/x", "http://gateway.example/x", "javascript:1"] {
            let answer = read(&tdm(1), &ok(&document_with(endpoint)));
            assert_eq!(answer, Answer::Miss, "{endpoint}");
        }
        let from = tdm(1);
        assert_eq!(at(&from, "https://127.0.0.1/{iscc_id}", "ISCC:MA", CODE), None);
    }

    #[test]
    fn a_reservation_is_a_no_and_with_a_policy_a_condition() {
        let plain = value!({"iscc": CODE, "tdm_reservation": 1});
        let policy =
            value!({"iscc": CODE, "tdm_reservation": 1, "tdm_policy": "https://c.example/p"});
        let open = value!({"iscc": CODE, "tdm_reservation": 0});
        for (body, verdict) in
            [(plain, Verdict::Denied), (policy, Verdict::Conditional), (open, Verdict::Allowed)]
        {
            let hit = hits(&tdm(1), read, &body).remove(0);
            let statement = &hit.statements[0];
            assert_eq!(statement.verdicts[&Use::Tdm].verdict, verdict);
            assert_eq!(statement.tier, Tier::S2, "nobody verified it");
            assert_eq!(statement.declared_by.as_deref(), Some("gateway.example"));
        }
    }

    #[test]
    fn what_came_from_a_likely_record_states_nothing() {
        let fit = Fit::Near { distance: 6, bits: 64, sure: false, turned: false, from_s: None };
        let request = question("https://gateway.example/tdm", fit);
        let body = value!({"iscc": CODE, "tdm_reservation": 1});
        assert!(hits(&request, read, &body)[0].statements.is_empty());
    }

    #[test]
    fn another_work_a_strange_value_and_a_large_answer_are_refused() {
        let other = value!({"iscc": "ISCC:KEC", "tdm_reservation": 1});
        assert_eq!(read(&tdm(1), &ok(&other)), another_key());
        let strange = value!({"iscc": CODE, "tdm_reservation": "yes"});
        assert!(matches!(read(&tdm(1), &ok(&strange)), Answer::Refused { .. }));
        let large = value!({"iscc": CODE, "more": "x".repeat(LARGEST)});
        assert!(matches!(read(&tdm(1), &ok(&large)), Answer::Refused { .. }));
    }

    #[test]
    fn how_the_work_came_to_be_is_read() {
        let body =
            value!({"iscc": CODE, "involvement": "ai_generated", "ai_system": "Some <b>Model</b>"});
        let statement = hits(&tdm(1), read, &body)[0].statements.remove(0);
        assert_eq!(statement.origin.unwrap().ai_system.as_deref(), Some("Some Model"));
    }
}
