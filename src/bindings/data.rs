//! What crosses to JavaScript as plain data. The TypeScript types are written from these structs.

use crate::error::{Error, ErrorData};
use crate::flow;
use crate::http::{Header, HttpRequest};
use crate::protocol::rfc6749_token::TokenSet;
use crate::protocol::rfc8414_metadata::{DiscoveredMetadata, ServerMetadata};
use serde::{Deserialize, Serialize};
use tsify::Tsify;
use wasm_bindgen::JsValue;

/// What the driver is asked to do, or the end.
#[derive(Serialize, Tsify)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Step<'a> {
    Send { request: WireRequest },
    Authenticate { request: AuthenticateRequest<'a> },
    Wait { ms: f64 },
    Done { value: Outcome<'a> },
    Failed { error: ErrorData },
}

/// What an operation ends with.
#[derive(Serialize, Tsify)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Outcome<'a> {
    Token { token: TokenSet },
    Metadata { metadata: &'a ServerMetadata, document: &'a str },
}

/// A request to be sent to exactly this URL, without following redirects.
#[derive(Serialize, Tsify)]
struct WireRequest {
    url: String,
    #[tsify(type = "\"GET\" | \"POST\"")]
    method: &'static str,
    #[tsify(type = "[string, string][]")]
    headers: Vec<Header>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    share: bool,
}

/// A token request that a client authentication function completes.
#[derive(Serialize, Tsify)]
struct AuthenticateRequest<'a> {
    issuer: String,
    endpoint: String,
    #[tsify(type = "[string, string][]")]
    headers: Vec<Header>,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<&'a DiscoveredMetadata>,
}

/// What a step brought. The body of a response, or the form of an authenticated request, crosses beside it.
#[derive(Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct StepInput {
    #[serde(rename = "type")]
    pub kind: InputKind,
    #[tsify(optional)]
    pub reason: Option<TransportReason>,
    #[tsify(optional)]
    pub status: Option<u16>,
    #[tsify(optional, type = "[string, string][]")]
    pub headers: Option<Vec<Header>>,
}

/// The kinds of [`StepInput`].
#[derive(Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    Response,
    Transport,
    Elapsed,
    Authenticated,
}

/// Why there is no response.
#[derive(Deserialize, Tsify)]
#[serde(rename_all = "snake_case")]
pub enum TransportReason {
    Timeout,
    Unreachable,
    TooLarge,
    Redirected,
    OpaqueRedirect,
}

/// A step as a JavaScript object; `outcome` wraps the result.
pub fn step_to_js<T>(step: flow::Step<T>, outcome: for<'a> fn(&'a mut T) -> Outcome<'a>) -> JsValue {
    match step {
        flow::Step::Send(request) => to_js(&Step::Send { request: wire(request) }),
        flow::Step::Authenticate(request) => {
            let flow::AuthenticateRequest { issuer, endpoint, headers, form, metadata } = *request;
            let request =
                AuthenticateRequest { issuer, endpoint, headers, body: form.encode(), metadata: metadata.as_deref() };
            to_js(&Step::Authenticate { request })
        }
        flow::Step::Wait(ms) => to_js(&Step::Wait { ms: ms as f64 }),
        flow::Step::Done(Ok(mut value)) => to_js(&Step::Done { value: outcome(&mut value) }),
        flow::Step::Done(Err(error)) => to_js(&Step::Failed { error: error.into_data() }),
    }
}

fn wire(request: HttpRequest) -> WireRequest {
    WireRequest {
        method: request.method.as_str(),
        url: request.url,
        headers: request.headers,
        body: request.body,
        share: request.share,
    }
}

/// Plain data as a JavaScript value.
pub fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    value.serialize(&serializer).unwrap_or_else(|_| {
        // Only a map with exotic keys could fail; there is none.
        serde_wasm_bindgen::to_value(&Error::Internal("bindings: a value that cannot cross").into_data())
            .unwrap_or(JsValue::NULL)
    })
}
