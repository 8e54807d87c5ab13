//! What JavaScript sees: convert, call, convert. An `if` about OAuth in here would be a bug.
//!
//! Every export is synchronous, so that a panic is an exception in the caller's own function (`enter` in `js/core.ts`).
//! Options come in as JSON text and results leave as such: one text crosses faster than a tree of objects, and weighs less.
//! What is thrown is JSON text too.

mod data;
mod names;
mod panic;
mod store;

use crate::client::options::ClientOptions;
use crate::error::{Bug, Error};
use crate::flow::client_credentials::ClientCredentialsRequest;
use crate::flow::exchange_token::TokenExchangeRequest;
use crate::flow::{CallOptions, Flow, Input};
use crate::protocol::rfc6749_client_authentication;
use crate::protocol::rfc6749_token::{self, TokenSet};
use crate::protocol::rfc8414_metadata::DiscoveredMetadata;
use crate::time::UnixMillis;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A client whose options were checked.
#[wasm_bindgen]
pub struct Client(Rc<crate::Client>);

#[wasm_bindgen]
impl Client {
    /// Checks the options; throws error data.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Client, JsValue> {
        panic::set_hook();
        let client = ClientOptions::parse(options).and_then(crate::Client::new);
        client.map(|client| Client(Rc::new(client))).map_err(thrown)
    }

    /// Makes an operation; bad parameters become a failed first step.
    pub fn operation(&self, name: &str, params: &str, call: &str) -> Operation {
        operation(Running::new(&self.0, name, params, call))
    }

    /// The `Authorization` value that presents a token at an address; throws error data when either may not be.
    #[wasm_bindgen(js_name = authorizeResource)]
    pub fn authorize_resource(
        &self,
        url: &str,
        token: &str,
        token_type: &str,
        issued_token_type: Option<String>,
    ) -> Result<String, JsValue> {
        self.0.authorize_resource(url, token, token_type, issued_token_type.as_deref()).map_err(thrown)
    }
}

fn thrown(error: Error) -> JsValue {
    JsValue::from_str(&error.to_json())
}

fn operation(running: Result<Running, Error>) -> Operation {
    Operation(running.unwrap_or_else(|error| Running::Token(Flow::new(|_| async move { Err(error) }))))
}

enum Running {
    Token(Flow<TokenSet>),
    Metadata(Flow<Rc<DiscoveredMetadata>>),
}

impl Running {
    fn new(client: &Rc<crate::Client>, name: &str, params: &str, call: &str) -> Result<Self, Error> {
        let call = CallOptions::parse(call)?;
        #[cfg(feature = "planted-panic")]
        if crate::text::contains(params, "urn:onbehalf:planted-panic") {
            return Ok(Self::Token(panic::planted()));
        }
        Ok(match name {
            "exchange_token" => Self::Token(client.exchange_token(TokenExchangeRequest::parse(params)?, call)),
            "client_credentials" => {
                Self::Token(client.client_credentials(ClientCredentialsRequest::parse(params)?, call))
            }
            "discover_server_metadata" => Self::Metadata(client.discover_server_metadata(call)),
            _ => return Err(Error::Internal(Bug::NoOperation)),
        })
    }

    fn resume(&mut self, input: Option<Input>, now: f64) -> String {
        let now = UnixMillis::from_js(now);
        data::step(match self {
            Self::Token(flow) => flow.resume(input, now).map(|token| data::token(&token)),
            Self::Metadata(flow) => flow.resume(input, now).map(|found| data::metadata(&found)),
        })
    }
}

/// A running operation.
#[wasm_bindgen]
pub struct Operation(Running);

#[wasm_bindgen]
impl Operation {
    /// The first step; `now` in milliseconds since the epoch.
    pub fn start(&mut self, now: f64) -> String {
        self.0.resume(None, now)
    }

    /// The next step, given what the last one brought.
    pub fn resume(&mut self, input: &str, status: u16, headers: &str, body: String, now: f64) -> String {
        self.0.resume(data::input(input, status, headers, body), now)
    }
}

/// The `Authorization` value of HTTP Basic (RFC 6749 section 2.3.1).
#[wasm_bindgen(js_name = basicAuthorization)]
pub fn basic_authorization(client_id: &str, client_secret: &str, encoding: &str) -> String {
    rfc6749_client_authentication::basic(client_id, client_secret, encoding == "raw")
}

/// The `Authorization` value that presents a token; throws error data for a token that is no bearer credential.
#[wasm_bindgen(js_name = authorizationHeader)]
pub fn authorization_header(
    access_token: &str,
    token_type: &str,
    issued_token_type: Option<String>,
) -> Result<String, JsValue> {
    rfc6749_token::authorization_header(access_token, token_type, issued_token_type.as_deref()).map_err(thrown)
}

/// Where this instance last panicked, such as `src/json/parser.rs:12`; empty when it did not.
#[wasm_bindgen(js_name = panicLocation)]
pub fn panic_location() -> String {
    panic::location()
}
