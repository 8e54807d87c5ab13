//! What crosses to JavaScript, as JSON text. The types in here exist for TypeScript only: its typings are written from them.

use crate::error::ErrorData;
use crate::flow;
use crate::http::{Header, HttpRequest, HttpResponse};
use crate::json::ObjectWriter;
use crate::protocol::rfc6749_token::TokenSet;
use crate::protocol::rfc8414_metadata::{self, ServerMetadata};
use crate::text::{cut, decimal, number_of};
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
    Failed { error: ErrorData },
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
    template: bool,
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

/// Reads what a step brought; `None` for what our own driver would never write.
pub fn input(text: &str) -> Option<flow::Input> {
    use flow::{Failure, Input};
    let failed = |failure| Some(Input::Failed(failure));
    let (kind, mut response, body) = message(text);
    response.body = body.into();
    match StepInput::of(kind)? {
        StepInput::Response => Some(Input::Response(response)),
        StepInput::Elapsed => Some(Input::Elapsed),
        StepInput::Authenticated => Some(Input::Authenticated(response.headers, response.body)),
        StepInput::Timeout => failed(Failure::Timeout),
        StepInput::Unreachable => failed(Failure::Unreachable),
        StepInput::TooLarge => failed(Failure::TooLarge(response.status)),
        StepInput::Redirected => failed(Failure::Redirected),
        StepInput::OpaqueRedirect => Some(Input::Response(HttpResponse::default())),
    }
}

/// The first line of a message, what follows it of an answer, its status, its headers and an empty line, and the rest.
pub fn message(text: &str) -> (&str, HttpResponse, &str) {
    let (first, mut rest) = cut(text, "\n").unwrap_or_default();
    let mut response = HttpResponse::default();
    while let Some((line, after)) = cut(rest, "\n") {
        rest = after;
        if line.is_empty() {
            break;
        }
        match cut(line, ":") {
            Some((name, value)) => response.headers.push((name.into(), value.into())),
            None => response.status = number_of(line).and_then(|status| status.try_into().ok()).unwrap_or_default(),
        }
    }
    (first, response, rest)
}

/// A step of the operation of this number as JSON text; 0 for a last step. A successful one is such a text already.
pub fn step(step: flow::Step<String>, operation: u32) -> String {
    let (kind, name, value) = match step {
        flow::Step::Send(request) => ("send", "request", wire(&request)),
        flow::Step::Authenticate(request) => ("authenticate", "request", authentication(&request)),
        flow::Step::Wait(ms) => ("wait", "ms", decimal(ms)),
        flow::Step::Done(Ok(step)) => return step,
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
    out.flag("template", request.template);
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

/// The last step of a grant: what was issued as JSON text, and the access token as it is on the rest of the text. It is the
/// longest part of an answer and the one that is always asked for.
pub fn token(token: TokenSet) -> String {
    let mut text = token.describe().finish();
    text.push_str("\n");
    text.push_str(&token.access_token);
    text
}

/// The last step of discovery.
pub fn metadata(found: Rc<rfc8414_metadata::DiscoveredMetadata>) -> String {
    let mut out = ObjectWriter::new();
    out.text("type", "metadata");
    describe(&mut out, &found);
    out.finish()
}
