//! The table of errors: every code and action, and what each error says of itself. And the mechanics of flows.

use crate::script::{
    START, answer, bare, client, discovering, discovery, exchange, json_answer, metadata, token, try_client,
};
use crate::vectors::data;
use onbehalf::error::{
    Action, Bug, ConfigError, Error, ErrorCode, ErrorKind, Fault, HttpError, ResponseError, ServerError, TransportError,
};
use onbehalf::flow::{Failure, Flow, Input, Step};
use serde_json::json;
use std::collections::BTreeSet;

/// Codes whose class is `ConfigError`.
const CONFIG: &str = "invalid_option unknown_option missing_option missing_endpoint invalid_endpoint insecure_url
    endpoint_origin client_closed not_initialised wasm_unavailable redacted_token unknown_ref inactive_ref unknown_zone
    unknown_preset prepare_unsupported";
/// Codes whose class is `NetworkError`.
const NETWORK: &str = "timeout unreachable";
/// Codes whose class is `OAuthHttpError`.
const HTTP: &str = "http_error unexpected_status unexpected_redirect response_too_large";
/// Codes whose class is `OAuthProtocolError`, that of a server's own word apart.
const RESPONSE: &str = "invalid_response issuer_mismatch discovery_failed unsupported_token_type dpop_downgrade";
/// Codes of later operations and of the facade.
const LATER: &str = "state_mismatch invalid_callback transaction_expired invalid_id_token subject_token_unavailable
    user_interaction_required invalid_token insufficient_scope missing_token resource_error global_error decryption_failed
    storage_unavailable storage_conflict";

fn codes(words: &str) -> Vec<ErrorCode> {
    words.split_whitespace().map(code).collect()
}

fn code(word: &str) -> ErrorCode {
    let place = ErrorCode::WORDS.iter().position(|known| *known == word);
    place.and_then(ErrorCode::at).unwrap_or_else(|| panic!("there is no code {word}"))
}

fn server(status: u16, error: Option<&str>, action: Action, exchange: bool) -> Error {
    Error::from(ServerError {
        status,
        error: error.map(String::from),
        error_description: None,
        error_uri: None,
        retry_after_ms: None,
        challenges: vec![],
        interaction_url: None,
        claims: None,
        action,
        exchange,
        public: false,
    })
}

fn http(code: ErrorCode, status: u16, action: Action) -> Error {
    let (message, body_snippet) = ("went wrong".into(), String::new());
    Error::from(HttpError { code, status, message, retry_after_ms: None, body_snippet, action })
}

#[test]
fn api8_every_code_is_in_the_table_once() {
    let listed = [CONFIG, NETWORK, HTTP, RESPONSE, LATER, "oauth_error client_authentication_failed internal_error"];
    let listed: Vec<&str> = listed.iter().flat_map(|words| words.split_whitespace()).collect();
    let distinct: BTreeSet<&str> = listed.iter().copied().collect();
    assert_eq!(listed.len(), distinct.len());
    assert_eq!(distinct, ErrorCode::WORDS.iter().copied().collect());
    assert_eq!(listed.len(), ErrorCode::WORDS.len());
}

#[test]
fn api8_the_actions_are_those_of_the_contract() {
    let words =
        "fix_client_auth fix_config renew_subject user_interaction claims_challenge step_up narrow_request denied
        wait server_fault network report_bug";
    assert_eq!(Action::WORDS, words.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn every_word_and_its_variant_stand_at_the_same_place() {
    for (place, code) in ErrorCode::VARIANTS.iter().enumerate() {
        assert_eq!((ErrorCode::at(place), code.as_str()), (Some(*code), ErrorCode::WORDS[place]));
        assert!(code.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code:?}");
        // The variant is the word in another spelling, so that neither is renamed without the other.
        assert_eq!(format!("{code:?}").to_lowercase(), code.as_str().replace('_', ""));
    }
    for action in Action::VARIANTS {
        assert_eq!(format!("{action:?}").to_lowercase(), action.as_str().replace('_', ""));
    }
    assert_eq!((ErrorCode::at(ErrorCode::WORDS.len()), Action::at(99), Fault::at(99)), (None, None, None));
}

/// Code, class, retryable, action and fault of an error, as errors cross.
fn view(error: Error) -> (ErrorCode, ErrorKind, bool, Action, Fault) {
    let view = (error.code(), error.kind(), error.retryable(), error.action(), error.fault());
    let plain = data(&error.to_json());
    let (code, kind, retryable, action, fault) = view;
    assert_eq!(
        (&plain["code"], &plain["kind"], &plain["retryable"], &plain["action"], &plain["fault"]),
        (
            &json!(code.as_str()),
            &json!(kind.as_str()),
            &json!(retryable),
            &json!(action.as_str()),
            &json!(fault.as_str())
        )
    );
    assert_eq!(plain["message"], json!(error.message()));
    assert_eq!(error.to_string(), error.message());
    view
}

#[test]
fn api8_config_network_response_and_internal_rows() {
    for code in codes(CONFIG) {
        let error = Error::from(ConfigError { code, field: "a.b".into(), message: "wrong".into() });
        assert_eq!(data(&error.to_json())["field"], "a.b");
        assert_eq!(view(error), (code, ErrorKind::Config, false, Action::FixConfig, Fault::Config));
    }
    for code in codes(NETWORK) {
        let error = Error::from(TransportError { code, message: "gone".into() });
        assert_eq!(view(error), (code, ErrorKind::Network, true, Action::Network, Fault::Network));
    }
    for code in codes(RESPONSE) {
        let error = Error::from(ResponseError { code, message: "odd".into(), status: Some(200) });
        assert_eq!(data(&error.to_json())["status"], 200);
        assert_eq!(view(error), (code, ErrorKind::Protocol, false, Action::ServerFault, Fault::Server));
    }
    for (bug, word) in [
        (Bug::NoEffect, "no_effect"),
        (Bug::Ended, "flow_ended"),
        (Bug::OtherStep, "other_step"),
        (Bug::NoOperation, "no_such_operation"),
    ] {
        let error = Error::from(bug);
        assert_eq!(error.message(), ["a bug in onbehalf (", word, "): please report it"].concat());
        assert_eq!(view(error), (ErrorCode::InternalError, ErrorKind::Internal, false, Action::ReportBug, Fault::Bug));
    }
}

#[test]
fn api8_http_rows() {
    for status in [0, 200, 201, 301, 400, 403, 404, 408, 425, 429, 500, 502, 503, 599, 600, 999] {
        let later = (500..=599).contains(&status) || [408, 425, 429].contains(&status);
        for code in codes(HTTP) {
            let found = view(http(code, status, Action::ServerFault));
            assert_eq!(found, (code, ErrorKind::Http, later, Action::ServerFault, Fault::Server), "{status}");
        }
    }
}

#[test]
fn api8_server_rows() {
    for action in Action::VARIANTS.iter().copied() {
        for (status, word, later) in [
            (400, Some("x"), false),
            (401, None, false),
            (429, Some("x"), true),
            (500, Some("x"), true),
            (503, Some("invalid_client"), true),
            (600, Some("x"), false),
            (400, Some("temporarily_unavailable"), true),
            (400, Some("slow_down"), true),
        ] {
            for exchange in [true, false] {
                let (code, kind, retryable) = match (action, exchange) {
                    (Action::FixClientAuth, _) => {
                        (code("client_authentication_failed"), ErrorKind::Authentication, false)
                    }
                    (_, true) => (code("oauth_error"), ErrorKind::TokenExchange, later),
                    (_, false) => (code("oauth_error"), ErrorKind::Protocol, later),
                };
                let error = server(status, word, action, exchange);
                let fault = error.fault();
                assert_eq!(view(error), (code, kind, retryable, action, fault), "{status} {word:?}");
            }
        }
    }
}

#[test]
fn api8_every_action_has_a_fault() {
    for (fault, actions) in [
        (Fault::Config, "fix_client_auth fix_config narrow_request"),
        (Fault::User, "renew_subject user_interaction claims_challenge step_up denied"),
        (Fault::Server, "wait server_fault"),
        (Fault::Network, "network"),
        (Fault::Bug, "report_bug"),
    ] {
        for word in actions.split_whitespace() {
            let action = Action::at(Action::WORDS.iter().position(|known| *known == word).unwrap()).unwrap();
            assert_eq!(server(400, Some("x"), action, true).fault(), fault, "{word}");
        }
    }
}

#[test]
fn errors_are_thin() {
    assert!(size_of::<Error>() <= 16, "every step that can fail hands one on");
}

#[test]
fn a_flow_that_awaits_anything_but_an_effect_ends() {
    let mut flow: Flow<()> = Flow::new(|_| std::future::pending());
    assert!(matches!(flow.resume(None, START), Step::Done(Err(error)) if error == Bug::NoEffect.into()));
    assert!(matches!(flow.resume(None, START), Step::Done(Err(error)) if error == Bug::Ended.into()));
}

#[test]
fn a_flow_resumed_after_its_end_is_an_error_and_not_a_panic() {
    let mut script = exchange(&client(json!({})), json!({}));
    script.request();
    assert!(script.answers(token(json!({}))).ends().is_ok());
    for _ in 0..3 {
        assert_eq!(script.answers(token(json!({}))).error(), Error::from(Bug::Ended));
    }
}

#[test]
fn a_flow_that_is_resumed_with_nothing_or_with_the_answer_to_another_step_ends() {
    let mut script = exchange(&client(json!({})), json!({}));
    script.request();
    assert_eq!(script.error(), Error::from(Bug::NoEffect));
    for input in [Input::Elapsed, Input::Authenticated(vec![], String::new())] {
        let mut script = exchange(&client(json!({})), json!({}));
        script.request();
        assert_eq!(script.input(input).error(), Error::from(Bug::OtherStep));
    }
    for input in [Input::Response(bare(200)), Input::Authenticated(vec![], String::new())] {
        let mut script = exchange(&client(json!({})), json!({}));
        script.request();
        script.answers(bare(503));
        assert!(matches!(script.step(), Step::Wait(_)));
        assert_eq!(script.input(input).error(), Error::from(Bug::OtherStep));
    }
    for input in [Input::Response(bare(200)), Input::Elapsed] {
        let mut script = exchange(&client(json!({ "auth": { "type": "custom" } })), json!({}));
        script.authenticates();
        assert_eq!(script.input(input).error(), Error::from(Bug::OtherStep));
    }
}

#[test]
fn nothing_runs_before_the_first_resumption_and_a_dropped_flow_leaves_the_client_as_it_was() {
    let client = discovering(json!({}));
    drop(exchange(&client, json!({ "scope": "\"" })));
    let mut dropped = exchange(&client, json!({}));
    dropped.request();
    drop(dropped);
    let mut script = exchange(&client, json!({}));
    script.request();
    script.answers(metadata(json!({}))).request();
    assert!(script.answers(token(json!({}))).ends().is_ok());
}

#[test]
fn a_flow_maps_its_result_only() {
    let mut flow = Flow::new(|io| async move { io.wait(5).await.map(|()| 1) }).map(|value: u8| value.to_string());
    assert!(matches!(flow.resume(None, START), Step::Wait(5)));
    assert!(matches!(flow.resume(Some(Input::Elapsed), START), Step::Done(Ok(text)) if text == "1"));
}

#[test]
fn p38_messages_say_what_happened_in_one_line() {
    let wrong = try_client(json!({ "conformance": "best" })).unwrap_err();
    assert_eq!(wrong.message(), "`conformance` has to be default or mcp or fapi2");
    let refusal = json!({ "error": "invalid_grant", "error_description": "Token\r\nis not active" });
    let mut script = exchange(&client(json!({})), json!({}));
    script.request();
    let message = script.answers(json_answer(400, refusal)).error().message();
    assert_eq!(message, "the server refused: invalid_grant: Token\\r\\nis not active");
    let mut script = exchange(&client(json!({})), json!({}));
    script.request();
    let message = script.fails(Failure::Unreachable).error().message();
    assert_eq!(message, "https://as.example could not be reached, or the connection broke");
}

#[test]
fn v16_a_201_of_the_token_endpoint_is_told_that_a_token_has_status_200() {
    let mut script = exchange(&client(json!({})), json!({}));
    script.request();
    let error = script.answers(bare(201)).error();
    let message = "the token endpoint answered 201: a token response has status 200 (RFC 6749 section 5.1)";
    assert_eq!((error.code(), error.message().as_str()), (ErrorCode::UnexpectedStatus, message));
    let mut script = discovery(&discovering(json!({})), START);
    script.request();
    let error = script.answers(bare(201)).error();
    let message = "https://as.example answered with HTTP status 201 where 200 is expected";
    assert_eq!((error.code(), error.message().as_str()), (ErrorCode::UnexpectedStatus, message));
}

#[test]
fn what_is_no_json_object_is_told_apart() {
    for (kind, body, message) in [
        ("text/html", "{}", "the token response is not JSON by its content type"),
        ("application/json", "{", "the token response cannot be read as JSON"),
        ("application/json", "[]", "the token response is no JSON object"),
        ("application/json", "null", "the token response is no JSON object"),
    ] {
        let mut script = exchange(&client(json!({})), json!({}));
        script.request();
        let error = script.answers(answer(200, kind, body)).error();
        assert_eq!((error.code(), error.message().as_str()), (ErrorCode::InvalidResponse, message));
    }
}
