//! What a token exchange store asks of the core.

use super::{ExchangeTemplate, data, operations, thrown};
use crate::flow::{CallOptions, store_exchange};
use crate::time::UnixMillis;
use wasm_bindgen::prelude::*;

/// A configuration of a store that was checked.
#[wasm_bindgen]
pub struct StoreExchange(store_exchange::StoreExchange);

#[wasm_bindgen]
impl StoreExchange {
    /// Reads a configuration at `path` of a store with these bounds of life; throws error data.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str, path: &str, caps: &str) -> Result<StoreExchange, JsValue> {
        store_exchange::StoreExchange::parse(config, path, caps).map(StoreExchange).map_err(thrown)
    }

    /// What tokens of the configuration are kept by, with other scopes if given; throws error data.
    pub fn fingerprint(&self, scope: Option<String>) -> Result<String, JsValue> {
        self.0.fingerprint(scope).map_err(thrown)
    }

    /// Starts the operation of one call and gives its first step; bad parameters are a failed one. `now` in milliseconds
    /// since the epoch.
    pub fn start(&self, params: &str, now: f64) -> String {
        operations::start(self.0.exchange(params, CallOptions::default()).map(|flow| flow.map(data::token)), now)
    }

    /// What the exchanges of calls like this one share, if they can.
    pub fn template(&self, params: &str, now: f64) -> Option<ExchangeTemplate> {
        self.0.template(params, UnixMillis::from_js(now)).map(ExchangeTemplate)
    }
}

/// Checks the options of a store and describes its configurations; throws error data.
#[wasm_bindgen(js_name = describeStore)]
pub fn describe_store(options: &str) -> Result<String, JsValue> {
    store_exchange::StoreExchange::describe_all(options).map_err(thrown)
}
