//! Drives a flow in a Rust program in a browser or Worker (Leptos, Yew, workers-rs), over gloo-net and the host's `fetch`.
//!
//! ```ignore
//! let client = Rc::new(Client::new(options)?);
//! let token = fetch::drive(client.exchange_token(request, CallOptions::default()), 30_000).await?;
//! ```
//!
//! Errors and tokens are JavaScript values for the asking, so that an exported `async fn` can use `?` and give a token out:
//!
//! ```ignore
//! #[wasm_bindgen]
//! pub async fn crm_token(subject_token: String) -> Result<JsValue, JsValue> {
//!     Ok(fetch::drive(flow(subject_token), 30_000).await?.into())
//! }
//! ```
//!
//! The npm package does not use it: there `js/driver.ts` performs the steps, with a fetch of the user's own. Client
//! authentication by the host is a matter of JavaScript and not driven here.

use crate::Error;
use crate::client::defaults::MAX_RESPONSE_BYTES;
use crate::error::ErrorCode;
use crate::flow::{Failure, Flow, Input, Step};
use crate::http::{HttpRequest, HttpResponse, Method};
use crate::json::Document;
use crate::protocol::rfc6749_token::TokenSet;
use crate::time::UnixMillis;
use gloo_net::http::{RequestBuilder, Response};
use js_sys::{Date, Function, Promise};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestRedirect};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, millis: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// Performs the steps of a flow until it is done, for at most `timeout_ms` milliseconds in all.
///
/// # Errors
/// Those of the operation; `timeout` when the time is over, `unreachable` when a request was not answered;
/// `invalid_option` for a client whose authentication is a function of JavaScript.
pub async fn drive<T>(mut flow: Flow<T>, timeout_ms: u32) -> Result<T, Error> {
    let mut deadline = Deadline::new(timeout_ms)?;
    let mut input = None;
    loop {
        let step = flow.resume(input, UnixMillis::from_js(Date::now()));
        input = Some(match step {
            Step::Done(result) => return result,
            Step::Authenticate(_) => {
                let message = "`{}` of the type `custom` is a function of JavaScript, which this driver cannot call";
                return Err(Error::config(ErrorCode::InvalidOption, "auth", message, &["auth"]));
            }
            Step::Wait(millis) => deadline.wait(millis).await,
            Step::Send(request) => match send(request, &deadline).await {
                Ok(response) => Input::Response(response),
                Err(_) if deadline.is_over() => Input::Failed(Failure::Timeout),
                Err(failure) => Input::Failed(failure),
            },
        });
    }
}

impl From<Error> for JsValue {
    /// The data of the error: an `ErrorData` of the TypeScript types. It holds no secret.
    fn from(error: Error) -> Self {
        to_js(&error.to_json())
    }
}

impl From<TokenSet> for JsValue {
    /// The token with all that came with it: a `TokenSet` of the TypeScript types. It holds secrets.
    fn from(token: TokenSet) -> Self {
        to_js(&token.to_json())
    }
}

fn to_js(json: &str) -> JsValue {
    let serializer = Serializer::new().serialize_maps_as_objects(true);
    // Our own text is JSON, and nothing in JSON can fail to cross.
    let value = Document::parse(json).ok().and_then(|document| document.root().serialize(&serializer).ok());
    value.unwrap_or(JsValue::NULL)
}

/// One timer for a whole operation. When it fires, the request in flight is aborted.
struct Deadline {
    controller: AbortController,
    over: Rc<Cell<bool>>,
    at: f64,
    timer: JsValue,
    // Kept until the timer is cleared: the timer calls it.
    _callback: Closure<dyn FnMut()>,
}

impl Deadline {
    fn new(timeout_ms: u32) -> Result<Self, Error> {
        let controller = AbortController::new()
            .map_err(|_| Error::config(ErrorCode::MissingOption, "", "this host has no AbortController", &[]))?;
        let over = Rc::new(Cell::new(false));
        let callback = {
            let (controller, over) = (controller.clone(), Rc::clone(&over));
            Closure::<dyn FnMut()>::new(move || {
                over.set(true);
                controller.abort();
            })
        };
        let millis = f64::from(timeout_ms);
        let timer = set_timeout(callback.as_ref().unchecked_ref(), millis);
        Ok(Self { controller, over, at: Date::now() + millis, timer, _callback: callback })
    }

    fn is_over(&self) -> bool {
        self.over.get()
    }

    async fn wait(&mut self, millis: u64) -> Input {
        let left = (self.at - Date::now()).max(0.0);
        let pause = (millis as f64).min(left);
        let timer = Promise::new(&mut |resolve, _| {
            set_timeout(&resolve, pause);
        });
        // A promise of our own timer does not reject.
        let _ = JsFuture::from(timer).await;
        if self.is_over() || (millis as f64) > left { Input::Failed(Failure::Timeout) } else { Input::Elapsed }
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        clear_timeout(&self.timer);
    }
}

async fn send(request: HttpRequest, deadline: &Deadline) -> Result<HttpResponse, Failure> {
    let method = match request.method {
        Method::Get => gloo_net::http::Method::GET,
        Method::Post => gloo_net::http::Method::POST,
    };
    let signal = deadline.controller.signal();
    let mut builder =
        RequestBuilder::new(&request.url).method(method).redirect(RequestRedirect::Manual).abort_signal(Some(&signal));
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let request = match request.body {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let response = request.map_err(|_| Failure::Unreachable)?.send().await.map_err(|_| Failure::Unreachable)?;
    read(response).await
}

async fn read(response: Response) -> Result<HttpResponse, Failure> {
    // A browser shows neither status nor target of a redirect that it did not follow: status 0 says so.
    if response.status() == 0 {
        return Ok(HttpResponse::default());
    }
    if response.redirected() {
        return Err(Failure::Redirected);
    }
    let too_large = Failure::TooLarge(response.status());
    let announced = response.headers().get("content-length").and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > u64::from(MAX_RESPONSE_BYTES)) {
        return Err(too_large);
    }
    let names = ["content-type", "location", "retry-after", "www-authenticate"];
    let headers =
        names.iter().filter_map(|name| response.headers().get(name).map(|value| ((*name).to_owned(), value))).collect();
    let body = read_body(&response, too_large).await?;
    Ok(HttpResponse { status: response.status(), headers, body })
}

/// Reads a body piece by piece, no more than the limit: a server may send without end.
async fn read_body(response: &Response, too_large: Failure) -> Result<String, Failure> {
    let Some(stream) = response.body() else { return Ok(String::new()) };
    let reader: web_sys::ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let piece = JsFuture::from(reader.read()).await.map_err(|_| Failure::Unreachable)?;
        let value = js_sys::Reflect::get(&piece, &JsValue::from_str("value")).unwrap_or(JsValue::UNDEFINED);
        if value.is_undefined() {
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
        bytes.extend(js_sys::Uint8Array::new(&value).to_vec());
        if bytes.len() > usize::try_from(MAX_RESPONSE_BYTES).unwrap_or(usize::MAX) {
            // The answer is refused whether or not the stream can be told so.
            let _ = JsFuture::from(reader.cancel()).await;
            return Err(too_large);
        }
    }
}
