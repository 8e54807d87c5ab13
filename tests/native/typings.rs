//! What leaves the core is what the committed typings say: the text is written by hand, its type derived from a struct.

use crate::vectors::data;
use onbehalf::error::{
    Action, Bug, Challenge, ConfigError, Error, ErrorCode, HttpError, ResponseError, ServerError, TokenError,
    TransportError,
};
use onbehalf::protocol::rfc6749_token::{ScopeSource, TokenSet};
use onbehalf::time::UnixMillis;
use std::collections::BTreeSet;

const GENERATED: &str = include_str!("../../pkg/generated.d.ts");
const TOKEN_RESPONSE: &str = include_str!("../../pkg/token-response.d.ts");

/// The members of an interface of these typings.
fn members(typings: &str, interface: &str) -> BTreeSet<String> {
    let (_, rest) = typings.split_once(&format!("export interface {interface} {{\n")).expect(interface);
    let (body, _) = rest.split_once("\n}").unwrap();
    let names = body.lines().filter_map(|line| line.trim().split_once(':'));
    let names = names
        .map(|(name, _)| name.trim_start_matches("readonly ").trim_end_matches('?'))
        .filter(|name| name.chars().all(char::is_alphanumeric));
    names.map(String::from).collect()
}

fn written(text: &str) -> BTreeSet<String> {
    data(text).as_object().unwrap().keys().cloned().collect()
}

fn some<T: From<&'static str>>() -> Option<T> {
    Some("x".into())
}

#[test]
fn an_error_has_the_members_of_its_type() {
    let message = String::from("wrong");
    let challenge = Challenge { scheme: "Bearer".into(), params: vec![], token68: some() };
    let errors = [
        Error::from(ConfigError { code: ErrorCode::InvalidOption, field: "a".into(), message: message.clone() }),
        Error::from(TransportError { code: ErrorCode::Timeout, message: message.clone() }),
        Error::from(ResponseError { code: ErrorCode::InvalidResponse, message: message.clone(), status: Some(200) }),
        Error::from(HttpError {
            code: ErrorCode::HttpError,
            status: 503,
            message,
            retry_after_ms: Some(1),
            body_snippet: "x".into(),
            action: Action::Wait,
        }),
        Error::from(ServerError {
            status: 400,
            error: some(),
            error_description: some(),
            error_uri: some(),
            retry_after_ms: Some(1),
            challenges: vec![challenge],
            interaction_url: some(),
            claims: some(),
            action: Action::Wait,
            exchange: true,
            public: true,
        }),
        Error::from(TokenError {
            code: ErrorCode::InsufficientScope,
            action: Action::StepUp,
            status: 403,
            description: some(),
            required_scopes: vec![],
            claims: some(),
        }),
        Error::from(Bug::Ended),
    ];
    let all: BTreeSet<String> = errors.iter().flat_map(|error| written(&error.to_json())).collect();
    assert_eq!(all, members(GENERATED, "ErrorData"));
    assert_eq!(written(&data(&errors[4].to_json())["challenges"][0].to_string()), members(GENERATED, "Challenge"));
}

#[test]
fn a_token_has_the_members_of_its_type() {
    let token = TokenSet {
        access_token: "x".into(),
        token_type: "Bearer".into(),
        issued_token_type: some(),
        expires_in: Some(1),
        expires_at: Some(UnixMillis(1)),
        scope: vec![],
        scope_source: ScopeSource::Response,
        missing_scopes: vec![],
        refresh_token: some(),
        id_token: some(),
        authorization_details: Some("[]".into()),
        issuer: "https://as.example".into(),
        assumed: vec![],
        usable_until: Some(UnixMillis(1)),
        stale_until: Some(UnixMillis(1)),
    };
    let mut exposed = members(TOKEN_RESPONSE, "ExposedToken");
    // The whole answer and its headers never enter the core; how long a store keeps a token concerns the store alone.
    assert!(exposed.remove("raw") && exposed.remove("headers"));
    exposed.extend(["usableUntil".into(), "staleUntil".into()]);
    assert_eq!(written(&token.to_json()), exposed);
}
