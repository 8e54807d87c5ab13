//! `Debug` of every public type that holds what a caller or a server gave.

use crate::script::{self, client, exchange_with};
use onbehalf::client::options::ClientOptions;
use onbehalf::flow::client_credentials::ClientCredentialsRequest;
use onbehalf::flow::exchange_token::TokenExchangeRequest;
use onbehalf::flow::{CallOptions, Input, Step};
use onbehalf::form::Form;
use onbehalf::policy::preset::ServerPreset;
use onbehalf::protocol::rfc6749_client_authentication::ClientAuthentication;
use onbehalf::protocol::rfc6749_token::{ExchangeExpectation, Expectation};
use onbehalf::protocol::rfc8693_exchange::TokenExchange;
use onbehalf::secret::Secret;
use serde_json::{Value, json};
use std::fmt::Debug;

const PLANTED: &str = "planted-secret-5e21";

fn hides(value: &impl Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!shown.contains(PLANTED), "{shown}");
        assert!(!shown.contains("planted"), "{shown}");
        assert!(!shown.is_empty(), "there is something to see");
    }
}

fn options() -> Vec<Value> {
    let headers = json!([["x-api-key", PLANTED]]);
    let fixed = json!({ "id": "mine", "fixed": [["api_key", PLANTED]] });
    vec![
        json!({ "auth": { "type": "basic", "clientId": "a", "clientSecret": PLANTED } }),
        json!({ "auth": { "type": "post", "clientId": "a", "clientSecret": PLANTED } }),
        json!({ "auth": { "type": "bearer", "accessToken": PLANTED } }),
        json!({ "auth": { "type": "multi_zone", "zones": [["z", "a", PLANTED]] } }),
        json!({ "customHeaders": headers }),
        json!({ "preset": fixed }),
    ]
}

#[test]
fn x16_debug_of_options_and_clients() {
    for options in options() {
        let base = json!({ "issuer": script::ISSUER });
        hides(&ClientOptions::parse(&script::merged(base, options.clone()).to_string()).unwrap());
        hides(&client(options));
    }
    hides(&CallOptions::parse(&json!({ "headers": [["x-api-key", PLANTED]] }).to_string()).unwrap());
}

#[test]
fn x16_debug_of_requests_and_steps() {
    let arguments = json!({
        "subjectToken": PLANTED, "actorToken": PLANTED, "claims": json!({ "a": PLANTED }).to_string(),
        "extra": [["api_key", PLANTED]],
    });
    hides(&TokenExchangeRequest::parse(&arguments.to_string()).unwrap());
    hides(&ClientCredentialsRequest::parse(&json!({ "extra": [["api_key", PLANTED]] }).to_string()).unwrap());
    let all = options().into_iter().chain([json!({ "auth": { "type": "custom" } })]);
    for options in all {
        let zone = if options["auth"]["type"] == "multi_zone" { json!("z") } else { Value::Null };
        let call = json!({ "headers": [["x-call-key", PLANTED]], "zone": zone });
        let mut script = exchange_with(&client(options.clone()), arguments.clone(), call);
        let step = script.step();
        hides(&step);
        assert!(matches!(step, Step::Send(_) | Step::Authenticate(_)), "{step:?}");
        if let Step::Authenticate(asked) = step {
            hides(&asked);
            let headers = vec![("authorization".into(), PLANTED.into())];
            hides(&Input::Authenticated(headers, ["client_assertion=", PLANTED].concat()));
        }
    }
}

#[test]
fn x16_debug_of_answers_and_tokens() {
    let issued = script::token(json!({ "access_token": PLANTED, "refresh_token": PLANTED, "id_token": PLANTED }));
    hides(&issued);
    hides(&script::with_header(issued.clone(), "set-cookie", PLANTED));
    hides(&Input::Response(issued.clone()));
    let mut script = exchange_with(&client(json!({})), json!({}), json!({}));
    script.request();
    let step = script.answers(issued).step();
    hides(&step);
    let Step::Done(Ok(token)) = step else { panic!("a token is expected") };
    hides(&token);
}

#[test]
fn x16_debug_of_values_in_between() {
    let secret = Secret::new(PLANTED);
    hides(&secret);
    let mut form = Form::new();
    form.push("client_secret", PLANTED);
    hides(&form);
    hides(&ClientAuthentication::Basic { client_id: "a".into(), secret: secret.clone(), raw: true });
    hides(&ClientAuthentication::Post { client_id: "a".into(), secret: secret.clone() });
    hides(&ClientAuthentication::Bearer { token: secret.clone(), client_id: None });
    hides(&TokenExchange {
        grant_type: script::EXCHANGE.into(),
        subject_token_name: "subject_token".into(),
        subject_token: secret.clone(),
        subject_token_type: script::ACCESS.into(),
        actor: Some((secret, script::ACCESS.into())),
        requested_token_type: None,
        audience: vec![],
        resource: vec![],
        scope: vec![],
        authorization_details: Some(PLANTED.into()),
        claims: Some(PLANTED.into()),
        extra: vec![("api_key".into(), PLANTED.into())],
    });
    hides(&ServerPreset { fixed: vec![("api_key".into(), PLANTED.into())], ..ServerPreset::default() });
    hides(&Expectation { exchange: Some(&ExchangeExpectation::default()), ..Expectation::default() });
}
