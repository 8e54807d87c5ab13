//! What starts operations: a client, or a configuration of a store.

use super::{data, lines, operations, thrown};
use crate::client::options::ClientOptions;
use crate::error::{Bug, Error};
use crate::fields;
use crate::flow::client_credentials::ClientCredentialsRequest;
use crate::flow::exchange_token::TokenExchangeRequest;
use crate::flow::{CallOptions, exchange_template};
use crate::store::StoreExchange;
use crate::text::number_of;
use crate::time::UnixMillis;
use operations::Operation;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A client, or a configuration of a store, whose options were checked.
#[wasm_bindgen]
pub struct Starter(Kind);

enum Kind {
    Client(Rc<crate::Client>),
    Store(Box<StoreExchange>),
}

#[wasm_bindgen]
impl Starter {
    /// Checks the options of a client; or a configuration, with its path and the bounds of life of its store each on a line
    /// behind it. Throws error data.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Starter, JsValue> {
        let [options, path, caps] = lines(text);
        let kind = if path.is_empty() {
            ClientOptions::parse(options).and_then(crate::Client::new).map(|client| Kind::Client(Rc::new(client)))
        } else {
            StoreExchange::parse(options, path, caps).map(|store| Kind::Store(Box::new(store)))
        };
        kind.map(Starter).map_err(thrown)
    }

    /// Starts an operation and gives its first step; bad parameters are a failed one. For a client `text` has the name of the
    /// operation, its options and its parameters, each on a line; for a store the parameters alone. `now` in milliseconds
    /// since the epoch.
    pub fn start(&self, text: &str, now: f64) -> String {
        operations::start(self.operation(text), now)
    }

    /// What exchanges like this one share, if they can.
    pub fn template(&self, text: &str, now: f64) -> Option<ExchangeTemplate> {
        let now = UnixMillis::from_js(now);
        let template = match &self.0 {
            Kind::Client(client) => {
                let [_, call, params] = lines(text);
                let (request, call) = (TokenExchangeRequest::parse(params).ok()?, CallOptions::parse(call).ok()?);
                client.exchange_template(request, call, now)
            }
            Kind::Store(store) => store.template(text, now),
        };
        template.map(ExchangeTemplate)
    }

    /// Answers a question: the JSON text of a list of texts. Throws error data. Of a client it asks for the `Authorization`
    /// value that presents a token, by an address, the token, its type and its issued type; of a store for what tokens are
    /// kept by, with other scopes if there are any.
    pub fn ask(&self, question: &str) -> Result<String, JsValue> {
        self.answer(question).map_err(thrown)
    }
}

impl Starter {
    fn operation(&self, text: &str) -> Result<Operation, Error> {
        let client = match &self.0 {
            Kind::Client(client) => client,
            Kind::Store(store) => return Ok(store.exchange(text, CallOptions::default())?.map(data::token)),
        };
        let [name, call, params] = lines(text);
        let call = CallOptions::parse(call)?;
        #[cfg(feature = "planted-panic")]
        if crate::text::contains(params, "urn:onbehalf:planted-panic") {
            return Ok(super::panic::planted());
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

    fn answer(&self, question: &str) -> Result<String, Error> {
        let mut texts = fields::document(question)?.root().as_strings().unwrap_or_default().into_iter();
        match &self.0 {
            Kind::Client(client) => {
                let mut next = || texts.next().unwrap_or_default();
                client.authorize_resource(&next(), &next(), &next(), Some(&next()))
            }
            Kind::Store(store) => store.fingerprint(texts.next()),
        }
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

    /// The last step of an exchange whose request was sent at `begun`. `input` is a message as [`super::resume`] takes it, with
    /// the length of the subject token in place of the kind, and the token before the body: nobody has to look for its end.
    /// For what is no success the operation is started: its first step is that request.
    pub fn read(&self, input: &str, begun: f64, now: f64) -> String {
        let (length, mut response, rest) = data::message(input);
        let length = number_of(length).and_then(|length| length.try_into().ok()).unwrap_or_default();
        let (subject_token, body) = rest.split_at_checked(length).unwrap_or_default();
        response.body = body.into();
        match self.0.read(subject_token, &response, UnixMillis::from_js(now)) {
            Some(token) => data::token(token),
            None => operations::start(Ok(self.0.start(subject_token).map(data::token)), begun),
        }
    }
}
