//! What a token exchange store asks of the core.

use super::{ExchangeTemplate, data, operations, panic, thrown};
use crate::flow::{CallOptions, store_exchange};
use crate::policy::cache;
use crate::policy::resource::{ATTEMPTS, OnRefusal, ResourceCall};
use crate::secret::Secret;
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
    panic::set_hook();
    store_exchange::StoreExchange::describe_all(options).map_err(thrown)
}

/// What a subject is called in events, under a random key.
#[wasm_bindgen(js_name = subjectFingerprint)]
pub fn subject_fingerprint(key: &str, subject_token: &str) -> String {
    cache::subject_fingerprint(key, subject_token)
}

/// Whom a token is about, as [`identity`] has it; empty when it does not say.
#[wasm_bindgen(js_name = identityOf)]
pub fn identity_of(token: &str) -> String {
    cache::identity_of(token)
}

/// What tells a subject of an issuer from any other.
#[wasm_bindgen]
pub fn identity(issuer: &str, subject: &str) -> String {
    cache::identity(issuer, subject)
}

/// What a call of a resource does about an answer to a token that was asked for with this scope. `left` is what the last
/// verdict said; at first 0 for a request that can be sent once only, and the largest number for any other.
#[wasm_bindgen(js_name = resourceVerdict)]
pub fn resource_verdict(
    status: u16,
    www_authenticate: &str,
    sent: &str,
    on_refusal: &str,
    scope: &str,
    left: u32,
) -> String {
    // Another word is none that our own facade would write.
    let on_refusal = OnRefusal::of(on_refusal).unwrap_or(OnRefusal::Fail);
    let mut call = ResourceCall { on_refusal, scope: scope.into(), claims: None, left: left.min(ATTEMPTS) };
    call.verdict(status, www_authenticate, &Secret::new(sent))
}
