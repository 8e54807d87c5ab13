//! What crosses to JavaScript, as JSON text. The types in here exist for TypeScript only: its typings are written from them.

use crate::error::ErrorData;
use crate::flow;
use crate::http::{Header, HttpRequest, HttpResponse};
use crate::json::ObjectWriter;
use crate::protocol::rfc6749_token::TokenSet;
use crate::protocol::rfc8414_metadata::{self, ServerMetadata};
use crate::text::decimal;
use crate::words::words;
use std::rc::Rc;
use tsify::Tsify;

/// What the driver is asked to do, or the end.
#[derive(Tsify)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "a type for TypeScript")]
enum Step {
    Send { request: WireRequest, operation: u32 },
    Authenticate { request: AuthenticateRequest, operation: u32 },
    Wait { ms: f64, operation: u32 },
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

/// What a call of a resource does about an answer.
#[derive(Tsify)]
#[expect(dead_code, reason = "a type for TypeScript")]
struct ResourceVerdict {
    /// Present when it fails.
    #[tsify(optional)]
    error: ErrorData,
    /// Present when it is made again: what to ask the next verdict with.
    #[tsify(optional)]
    again: u32,
    /// The scopes that it is made again with, if they are not those of before.
    #[tsify(optional)]
    scope: String,
    /// The claims that it is made again with, as JSON text, if there are any.
    #[tsify(optional)]
    claims: String,
    /// Whether the token that was sent is to be given out no more.
    forget: bool,
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
    #[tsify(type = "Record<string, string>")]
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
    #[tsify(type = "Record<string, string>")]
    headers: Vec<Header>,
    body: String,
    #[tsify(optional)]
    metadata: DiscoveredMetadata,
}

words! {
    /// What a step brought.
    pub enum StepInput {
        /// An answer: its status, headers and body cross beside it.
        Response = "response",
        /// The wait is over.
        Elapsed = "elapsed",
        /// A request that the host has authenticated: its headers and form cross beside it.
        Authenticated = "authenticated",
        /// The operation's time is over.
        Timeout = "timeout",
        /// The server was not reached, or the connection broke.
        Unreachable = "unreachable",
        /// An answer longer than allowed: its status crosses beside it.
        TooLarge = "too_large",
        /// A redirect was followed.
        Redirected = "redirected",
        /// A redirect of which a browser shows neither status nor target.
        OpaqueRedirect = "opaque_redirect",
    }
}

/// Reads what a step brought; `None` for what our own driver would never write. `headers` are lines of name, colon and
/// value.
pub fn input(kind: &str, status: u16, headers: &str, body: String) -> Option<flow::Input> {
    use flow::{Failure, Input};
    let failed = |failure| Some(Input::Failed(failure));
    match StepInput::of(kind)? {
        StepInput::Response => Some(Input::Response(HttpResponse { status, headers: lines(headers), body })),
        StepInput::Elapsed => Some(Input::Elapsed),
        StepInput::Authenticated => Some(Input::Authenticated(lines(headers), body)),
        StepInput::Timeout => failed(Failure::Timeout),
        StepInput::Unreachable => failed(Failure::Unreachable),
        StepInput::TooLarge => failed(Failure::TooLarge(status)),
        StepInput::Redirected => failed(Failure::Redirected),
        StepInput::OpaqueRedirect => Some(Input::Response(HttpResponse::default())),
    }
}

fn lines(text: &str) -> Vec<Header> {
    let mut headers = Vec::new();
    for line in text.split('\n') {
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.into(), value.into()));
        }
    }
    headers
}

/// A step of the operation of this number as JSON text; 0 for a last step, whose value is such a text already.
pub fn step(step: flow::Step<String>, operation: u32) -> String {
    let (kind, name, value) = match step {
        flow::Step::Send(request) => ("send", "request", wire(&request)),
        flow::Step::Authenticate(request) => ("authenticate", "request", authentication(&request)),
        flow::Step::Wait(ms) => ("wait", "ms", decimal(ms)),
        flow::Step::Done(Ok(value)) => ("done", "value", value),
        flow::Step::Done(Err(error)) => ("failed", "error", error.to_json()),
    };
    let mut out = tagged(kind, name, &value);
    if operation > 0 {
        out.number("operation", operation.into());
    }
    out.finish()
}

fn tagged(kind: &str, name: &str, value: &str) -> ObjectWriter {
    let mut out = ObjectWriter::new();
    out.text("type", kind);
    out.json(name, value);
    out
}

fn wire(request: &HttpRequest) -> String {
    let mut out = ObjectWriter::new();
    out.text("url", &request.url);
    out.text("method", request.method.as_str());
    out.record("headers", &request.headers);
    if let Some(body) = &request.body {
        out.plain("body", body);
    }
    out.flag("share", request.share);
    out.finish()
}

fn authentication(request: &flow::AuthenticateRequest) -> String {
    let mut out = ObjectWriter::new();
    out.text("issuer", &request.issuer);
    out.text("endpoint", &request.endpoint);
    out.record("headers", &request.headers);
    out.text("body", request.form.body());
    if let Some(found) = &request.metadata {
        let mut metadata = ObjectWriter::new();
        describe(&mut metadata, found);
        out.json("metadata", &metadata.finish());
    }
    out.finish()
}

fn describe(out: &mut ObjectWriter, found: &rfc8414_metadata::DiscoveredMetadata) {
    out.json("metadata", &found.to_json());
    out.text("document", &found.document);
}

/// The outcome of a grant.
pub fn token(token: TokenSet) -> String {
    tagged("token", "token", &token.to_json()).finish()
}

/// The outcome of discovery.
pub fn metadata(found: Rc<rfc8414_metadata::DiscoveredMetadata>) -> String {
    let mut out = ObjectWriter::new();
    out.text("type", "metadata");
    describe(&mut out, &found);
    out.finish()
}
