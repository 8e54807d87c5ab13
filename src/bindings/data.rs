//! What crosses to JavaScript as plain data. The types in here exist for TypeScript only: its typings are written from them.

use crate::error::{Error, ErrorData};
use crate::flow;
use crate::http::{Header, HttpRequest, HttpResponse};
use crate::json::Document;
use crate::plain::{Plain, words};
use crate::protocol::rfc6749_token::TokenSet;
use crate::protocol::rfc8414_metadata::{self, ServerMetadata};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;

/// What the driver is asked to do, or the end.
#[derive(Tsify)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, clippy::large_enum_variant, reason = "a type for TypeScript")]
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
    kind: InputKind,
    #[tsify(optional)]
    reason: TransportReason,
    #[tsify(optional)]
    status: u16,
    #[tsify(optional, type = "[string, string][]")]
    headers: Vec<Header>,
}

words! {
    /// The kinds of input.
    pub enum InputKind {
        Response = "response",
        Transport = "transport",
        Elapsed = "elapsed",
        Authenticated = "authenticated",
    }
}

words! {
    /// Why there is no response.
    pub enum TransportReason {
        Timeout = "timeout",
        Unreachable = "unreachable",
        TooLarge = "too_large",
        Redirected = "redirected",
        OpaqueRedirect = "opaque_redirect",
    }
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

/// A step as plain data; `outcome` turns the result into an [`Outcome`].
pub fn step<T>(step: flow::Step<T>, outcome: fn(T) -> Plain) -> Plain {
    match step {
        flow::Step::Send(request) => Plain::object([("type", "send".into()), ("request", wire(request))]),
        flow::Step::Authenticate(request) => {
            let metadata = request.metadata.as_ref().map(|found| {
                Plain::object([("metadata", found.to_plain()), ("document", found.document.clone().into())])
            });
            let request = Plain::object([
                ("issuer", request.issuer.into()),
                ("endpoint", request.endpoint.into()),
                ("headers", request.headers.into()),
                ("body", request.form.encode().into()),
                ("metadata", metadata.into()),
            ]);
            Plain::object([("type", "authenticate".into()), ("request", request)])
        }
        flow::Step::Wait(ms) => Plain::object([("type", "wait".into()), ("ms", ms.into())]),
        flow::Step::Done(Ok(value)) => Plain::object([("type", "done".into()), ("value", outcome(value))]),
        flow::Step::Done(Err(error)) => failed(error),
    }
}

fn failed(error: Error) -> Plain {
    Plain::object([("type", "failed".into()), ("error", error.into_plain())])
}

fn wire(request: HttpRequest) -> Plain {
    Plain::object([
        ("url", request.url.into()),
        ("method", request.method.as_str().into()),
        ("headers", request.headers.into()),
        ("body", request.body.into()),
        ("share", request.share.into()),
    ])
}

/// The outcome of a grant.
pub fn token(token: TokenSet) -> Plain {
    Plain::object([("type", "token".into()), ("token", token.into())])
}

/// The outcome of discovery.
pub fn metadata(found: &rfc8414_metadata::DiscoveredMetadata) -> Plain {
    let document = found.document.clone().into();
    Plain::object([("type", "metadata".into()), ("metadata", found.to_plain()), ("document", document)])
}

/// Plain data as a JavaScript value.
pub fn to_js(value: &Plain) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    // Nothing in plain data can fail to cross.
    value.serialize(&serializer).unwrap_or(JsValue::NULL)
}
