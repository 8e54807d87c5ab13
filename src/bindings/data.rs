//! What crosses to JavaScript as plain data. The types in here exist for TypeScript only: its typings are written from them.

use crate::error::ErrorData;
use crate::flow;
use crate::http::{Header, HttpRequest, HttpResponse};
use crate::json::Document;
use crate::plain::{Object, Plain};
use crate::protocol::rfc6749_token::TokenSet;
use crate::protocol::rfc8414_metadata::{self, ServerMetadata};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;

/// What the driver is asked to do, or the end.
#[derive(Tsify)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "a type for TypeScript")]
enum Step {
    Send { request: WireRequest },
    Authenticate { request: AuthenticateRequest },
    Wait { ms: f64 },
    Done { value: Outcome },
    Failed { error: ErrorData },
}

/// What an operation ends with.
#[derive(Tsify)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, clippy::large_enum_variant, reason = "a type for TypeScript")]
enum Outcome {
    Token { token: TokenSet },
    Metadata { metadata: ServerMetadata, document: String },
}

/// What of a store's configuration is needed outside of the core.
#[derive(Tsify)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "a type for TypeScript")]
struct StoreConfig {
    issuer: String,
    #[tsify(optional)]
    client_id: String,
    resource: Vec<String>,
    scopes: Vec<String>,
    origins: Vec<String>,
}

/// A server's metadata and the JSON text it was read from.
#[derive(Tsify)]
#[expect(dead_code, reason = "a type for TypeScript")]
struct DiscoveredMetadata {
    metadata: ServerMetadata,
    document: String,
}

/// A request to be sent to exactly this URL, without following redirects.
#[derive(Tsify)]
#[expect(dead_code, reason = "a type for TypeScript")]
struct WireRequest {
    url: String,
    #[tsify(type = "\"GET\" | \"POST\"")]
    method: String,
    #[tsify(type = "[string, string][]")]
    headers: Vec<Header>,
    #[tsify(optional)]
    body: String,
    share: bool,
}

/// A token request that a client authentication function completes.
#[derive(Tsify)]
#[expect(dead_code, reason = "a type for TypeScript")]
struct AuthenticateRequest {
    issuer: String,
    endpoint: String,
    #[tsify(type = "[string, string][]")]
    headers: Vec<Header>,
    body: String,
    #[tsify(optional)]
    metadata: DiscoveredMetadata,
}

/// What a step brought. The body of a response, or the form of an authenticated request, crosses beside it.
#[derive(Tsify)]
#[expect(dead_code, reason = "a type for TypeScript")]
struct StepInput {
    #[serde(rename = "type")]
    #[tsify(type = "\"response\" | \"transport\" | \"elapsed\" | \"authenticated\"")]
    kind: String,
    #[tsify(optional, type = "\"timeout\" | \"unreachable\" | \"too_large\" | \"redirected\" | \"opaque_redirect\"")]
    reason: String,
    #[tsify(optional)]
    status: u16,
    #[tsify(optional, type = "[string, string][]")]
    headers: Vec<Header>,
}

/// Reads what a step brought; `None` for what our own driver would never write.
pub fn input(text: &str, body: String) -> Option<flow::Input> {
    let document = Document::parse(text).ok()?;
    let root = document.root();
    let word = |name: &str| root.get(name)?.as_str();
    let status = || {
        root.get("status")
            .and_then(|status| status.as_u64())
            .and_then(|status| u16::try_from(status).ok())
            .unwrap_or_default()
    };
    let headers = || -> Vec<Header> {
        let rows = root.get("headers").and_then(|headers| headers.elements());
        rows.into_iter()
            .flatten()
            .filter_map(|row| <[String; 2]>::try_from(row.as_strings()?).ok())
            .map(|[name, value]| (name, value))
            .collect()
    };
    Some(match word("type")?.as_ref() {
        "response" => flow::Input::Response(HttpResponse { status: status(), headers: headers(), body }),
        "elapsed" => flow::Input::Elapsed,
        "authenticated" => flow::Input::Authenticated(headers(), body),
        _ => match word("reason")?.as_ref() {
            "timeout" => flow::Input::Failed(flow::Failure::Timeout),
            "too_large" => flow::Input::Failed(flow::Failure::TooLarge(status())),
            "redirected" => flow::Input::Failed(flow::Failure::Redirected),
            // A browser shows neither status nor target of a redirect that it did not follow.
            "opaque_redirect" => flow::Input::Response(HttpResponse::default()),
            _ => flow::Input::Failed(flow::Failure::Unreachable),
        },
    })
}

/// A step as plain data.
pub fn step(step: flow::Step<Plain>) -> Plain {
    let (kind, name, value) = match step {
        flow::Step::Send(request) => ("send", "request", wire(request)),
        flow::Step::Authenticate(request) => ("authenticate", "request", authentication(*request)),
        flow::Step::Wait(ms) => ("wait", "ms", Plain::Number(ms as f64)),
        flow::Step::Done(Ok(value)) => ("done", "value", value),
        flow::Step::Done(Err(error)) => ("failed", "error", error.into_plain()),
    };
    Plain::object().word("type", kind).with(name, value).build()
}

fn wire(request: HttpRequest) -> Plain {
    Plain::object()
        .text("url", request.url)
        .word("method", request.method.as_str())
        .pairs("headers", request.headers)
        .some_text("body", request.body)
        .flag("share", request.share)
        .build()
}

fn authentication(request: flow::AuthenticateRequest) -> Plain {
    let metadata = request.metadata.map_or(Plain::Absent, |found| described(Plain::object(), &found));
    Plain::object()
        .text("issuer", request.issuer)
        .text("endpoint", request.endpoint)
        .pairs("headers", request.headers)
        .text("body", request.form.encode())
        .with("metadata", metadata)
        .build()
}

fn described(object: Object, found: &rfc8414_metadata::DiscoveredMetadata) -> Plain {
    object.with("metadata", found.to_plain()).text("document", found.document.clone()).build()
}

/// The outcome of a grant.
pub fn token(token: TokenSet) -> Plain {
    Plain::object().word("type", "token").with("token", token.into_plain()).build()
}

/// The outcome of discovery.
pub fn metadata(found: &rfc8414_metadata::DiscoveredMetadata) -> Plain {
    described(Plain::object().word("type", "metadata"), found)
}

/// Plain data as a JavaScript value.
pub fn to_js(value: &Plain) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    // Nothing in plain data can fail to cross.
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}
