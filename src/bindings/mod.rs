//! What JavaScript sees: convert, call, convert. An `if` about OAuth in here would be a bug.
//!
//! Every export is synchronous, so that a panic is an exception in the caller's own function (`enter` in `js/core.ts`).
//! Options come in as JSON text and results leave as such: one text crosses faster than a tree of objects, and weighs less.
//! What is thrown is JSON text too.

mod ask;
mod data;
mod names;
mod operations;
mod panic;
mod store;

use crate::client::options::ClientOptions;
use crate::error::{Bug, Error};
use crate::flow::client_credentials::ClientCredentialsRequest;
use crate::flow::exchange_token::TokenExchangeRequest;
use crate::flow::{CallOptions, exchange_template};
use crate::time::UnixMillis;
use operations::Operation;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Called with each new instance.
#[wasm_bindgen(start)]
pub fn begin() {
    panic::set_hook();
}

/// A client whose options were checked.
#[wasm_bindgen]
pub struct Client(Rc<crate::Client>);

#[wasm_bindgen]
impl Client {
    /// Checks the options; throws error data.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Client, JsValue> {
        let client = ClientOptions::parse(options).and_then(crate::Client::new);
        client.map(|client| Client(Rc::new(client))).map_err(thrown)
    }

    /// Starts an operation and gives its first step; bad parameters are a failed one. `text` has the name of the operation,
    /// its parameters and its options, each on a line. `now` in milliseconds since the epoch.
    pub fn start(&self, text: &str, now: f64) -> String {
        operations::start(operation(&self.0, text), now)
    }

    /// What exchanges like this one share, if they can.
    pub fn template(&self, text: &str, now: f64) -> Option<ExchangeTemplate> {
        let [_, params, call] = lines(text);
        let (request, call) = (TokenExchangeRequest::parse(params).ok()?, CallOptions::parse(call).ok()?);
        self.0.exchange_template(request, call, UnixMillis::from_js(now)).map(ExchangeTemplate)
    }

    /// The `Authorization` value that presents a token at an address; throws error data when either may not be. An empty type
    /// is one that is not known.
    #[wasm_bindgen(js_name = authorizeResource)]
    pub fn authorize_resource(
        &self,
        url: &str,
        token: &str,
        token_type: &str,
        issued_token_type: &str,
    ) -> Result<String, JsValue> {
        self.0.authorize_resource(url, token, token_type, Some(issued_token_type)).map_err(thrown)
    }
}

/// Exchanges that differ in nothing but their subject token.
#[wasm_bindgen]
pub struct ExchangeTemplate(exchange_template::ExchangeTemplate);

#[wasm_bindgen]
impl ExchangeTemplate {
    /// From when it holds no more, in milliseconds since the epoch.
    pub fn until(&self) -> f64 {
        self.0.until().0 as f64
    }

    /// The last step of an exchange whose request was sent at `begun`. `input` is a message as [`resume`] takes it, with the
    /// subject token in place of the kind. For what is no success the operation is started: its first step is that request.
    pub fn read(&self, input: &str, begun: f64, now: f64) -> String {
        let (subject_token, response) = data::message(input);
        match self.0.read(subject_token, &response, UnixMillis::from_js(now)) {
            Some(token) => data::token(token),
            None => operations::start(Ok(self.0.start(subject_token).map(data::token)), begun),
        }
    }
}

fn thrown(error: Error) -> JsValue {
    JsValue::from_str(&error.to_json())
}

fn operation(client: &Rc<crate::Client>, text: &str) -> Result<Operation, Error> {
    let [name, params, call] = lines(text);
    let call = CallOptions::parse(call)?;
    #[cfg(feature = "planted-panic")]
    if crate::text::contains(params, "urn:onbehalf:planted-panic") {
        return Ok(panic::planted());
    }
    Ok(match name {
        "exchangeToken" => client.exchange_token(TokenExchangeRequest::parse(params)?, call).map(data::token),
        "clientCredentials" => {
            client.client_credentials(ClientCredentialsRequest::parse(params)?, call).map(data::token)
        }
        "discoverServerMetadata" => client.discover_server_metadata(call).map(data::metadata),
        _ => return Err(Error::from(Bug::NoOperation)),
    })
}

/// JSON text never holds a line break.
fn lines(text: &str) -> [&str; 3] {
    let (name, rest) = text.split_once('\n').unwrap_or_default();
    let (params, call) = rest.split_once('\n').unwrap_or_default();
    [name, params, call]
}

/// The next step of a running operation, given what the last one brought: lines of the kind of input, its status and each of
/// its headers, an empty one, and the body.
#[wasm_bindgen]
pub fn resume(operation: u32, input: &str, now: f64) -> String {
    operations::resume(operation, data::input(input), now)
}

/// Drops a running operation that nobody will resume.
#[wasm_bindgen]
pub fn abandon(operation: u32) {
    operations::abandon(operation);
}

/// Where this instance last panicked, such as `src/json/parser.rs:12`; empty when it did not.
#[wasm_bindgen(js_name = panicLocation)]
pub fn panic_location() -> String {
    panic::location()
}
