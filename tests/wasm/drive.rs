//! `onbehalf::fetch::drive` against a real server, through the host's fetch.

use onbehalf::Client;
use onbehalf::client::options::{AuthData, AuthKind, ClientOptions, Endpoints};
use onbehalf::error::{Error, ErrorCode, ErrorDetails};
use onbehalf::fetch::drive;
use onbehalf::flow::CallOptions;
use onbehalf::flow::exchange_token::TokenExchangeRequest;
use onbehalf::protocol::rfc6749_token::TokenSet;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn server() -> String {
    // Read at compile time, where `npm test` sets it: a browser has no environment. Without it every request fails.
    option_env!("ONBEHALF_TEST_SERVER").unwrap_or("http://127.0.0.1:9").into()
}

/// A client whose token endpoint is one of the server's paths; with `discovery` its metadata is fetched instead.
fn client(endpoint: Option<&str>) -> Rc<Client> {
    let auth = AuthData {
        kind: AuthKind::Basic,
        client_id: Some("agent".into()),
        client_secret: Some("s3cr:t %+ü".into()),
        ..AuthData::default()
    };
    let endpoints = endpoint.map(|path| ("token".to_owned(), path.to_owned()));
    let options = ClientOptions {
        issuer: server(),
        auth: Some(auth),
        endpoints: Endpoints(endpoints.into_iter().collect()),
        max_retries: Some(1),
        browser: true,
        ..ClientOptions::default()
    };
    Rc::new(Client::new(options).unwrap())
}

async fn exchange(endpoint: Option<&str>, timeout_ms: u32) -> Result<TokenSet, Error> {
    let request = TokenExchangeRequest {
        subject_token: "alice-token".into(),
        audience: vec!["crm".into()],
        scope: vec!["crm:read".into()],
        ..TokenExchangeRequest::default()
    };
    drive(client(endpoint).exchange_token(request, CallOptions::default()), timeout_ms).await
}

#[wasm_bindgen_test]
async fn an_exchange_with_discovery_brings_a_token() {
    let token = exchange(None, 10_000).await.unwrap();
    assert_eq!(token.access_token, "crm-token-of-alice-token");
    assert_eq!(token.token_type, "Bearer");
    assert_eq!(token.scope, ["crm:read"]);
}

#[wasm_bindgen_test]
async fn tokens_and_errors_are_javascript_objects_for_the_asking() {
    let member = |value: &JsValue, name: &str| js_sys::Reflect::get(value, &name.into()).unwrap();
    let token = JsValue::from(exchange(None, 10_000).await.unwrap());
    assert_eq!(member(&token, "accessToken"), "crm-token-of-alice-token");
    assert_eq!(js_sys::JSON::stringify(&member(&token, "scope")).unwrap(), "[\"crm:read\"]");
    assert!(member(&token, "expiresAt").as_f64().is_some_and(|at| at > js_sys::Date::now()));
    let error = JsValue::from(exchange(Some("/denied"), 10_000).await.unwrap_err());
    assert_eq!(member(&error, "code"), "oauth_error");
    assert_eq!(member(&error, "status"), 400);
    assert_eq!(member(&error, "retryable"), false);
}

#[wasm_bindgen_test]
async fn an_oauth_error_is_typed() {
    match exchange(Some("/denied"), 10_000).await.unwrap_err().details().clone() {
        ErrorDetails::Server(error) => assert_eq!((error.status, error.error.as_deref()), (400, Some("invalid_grant"))),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test]
async fn a_503_is_tried_again() {
    assert_eq!(exchange(Some("/busy-once"), 10_000).await.unwrap().token_type, "Bearer");
}

#[wasm_bindgen_test]
async fn t10_a_redirect_is_not_followed() {
    assert_eq!(exchange(Some("/redirect"), 10_000).await.unwrap_err().code(), ErrorCode::UnexpectedRedirect);
}

#[wasm_bindgen_test]
async fn a_slow_server_ends_in_a_timeout() {
    assert_eq!(exchange(Some("/never"), 300).await.unwrap_err().code(), ErrorCode::Timeout);
}

#[wasm_bindgen_test]
async fn a_server_that_hangs_up_is_unreachable() {
    assert_eq!(exchange(Some("/hang-up"), 10_000).await.unwrap_err().code(), ErrorCode::Unreachable);
}

#[wasm_bindgen_test]
async fn an_endless_answer_is_cut_off() {
    assert_eq!(exchange(Some("/endless"), 10_000).await.unwrap_err().code(), ErrorCode::ResponseTooLarge);
}
