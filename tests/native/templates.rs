//! Exchange templates: what holds for another subject token, and that an answer is read as the flow reads it.

use crate::script::{
    ISSUER, START, SUBJECT, Script, answer, bare, client, discovering, discovery, exchange_with, json_answer, merged,
    metadata, token,
};
use onbehalf::Client;
use onbehalf::flow::CallOptions;
use onbehalf::flow::exchange_template::ExchangeTemplate;
use onbehalf::flow::exchange_token::TokenExchangeRequest;
use onbehalf::http::HttpResponse;
use onbehalf::time::UnixMillis;
use serde_json::{Value, json};
use std::rc::Rc;

/// What exchanges with these arguments share; the token stands in for another.
fn template_at(client: &Rc<Client>, arguments: &Value, options: &Value, now: UnixMillis) -> Option<ExchangeTemplate> {
    let arguments = merged(json!({ "subjectToken": "-" }), arguments.clone());
    let request = TokenExchangeRequest::parse(&arguments.to_string()).unwrap();
    client.exchange_template(request, CallOptions::parse(&options.to_string()).unwrap(), now)
}

fn template(client: &Rc<Client>, arguments: &Value) -> Option<ExchangeTemplate> {
    template_at(client, arguments, &json!({}), START)
}

/// Whether the request of an exchange says that it is one of many, which must be what the client says of its template.
fn shared(client: &Rc<Client>, arguments: Value, options: Value) -> bool {
    let shares = template_at(client, &arguments, &options, START).is_some();
    let says = exchange_with(client, arguments, options).request().template;
    assert_eq!(says, shares);
    says
}

#[test]
fn requests_of_one_template_differ_in_the_subject_token_alone() {
    let client = client(json!({ "auth": { "type": "post", "clientId": "agent", "clientSecret": "hush" } }));
    let arguments =
        json!({ "audience": ["https://crm.example", "crm"], "scope": "a b", "requestedTokenType": "urn:x" });
    let request_of = |subject: &str| {
        let arguments = merged(arguments.clone(), json!({ "subjectToken": subject }));
        exchange_with(&client, arguments, json!({})).request()
    };
    let (mut one, other) = (request_of("header.payload-of_ALICE.1"), request_of("header.payload-of_BOB.2"));
    assert!(one.template && other.template);
    one.body = one.body.map(|body| body.replace("header.payload-of_ALICE.1", "header.payload-of_BOB.2"));
    assert!(one == other);
}

#[test]
fn what_one_user_may_have_alone_is_no_template() {
    let client = client(json!({}));
    assert!(shared(&client, json!({}), json!({})));
    assert!(shared(&client, json!({ "resource": "https://crm.example/", "scope": ["a"] }), json!({ "timeoutMs": 5 })));
    for arguments in [
        json!({ "actorToken": "agent.token" }),
        json!({ "extra": [["login_hint", "alice"]] }),
        json!({ "claims": { "acr": null } }),
        json!({ "verifyIssued": true }),
    ] {
        assert!(!shared(&client, arguments.clone(), json!({})), "{arguments}");
    }
    assert!(!shared(&client, json!({}), json!({ "headers": [["x-user", "alice"]] })));
    assert!(!shared(&client, json!({}), json!({ "prepared": true })));
}

#[test]
fn what_is_authenticated_anew_each_time_is_no_template() {
    let client = client(json!({ "auth": { "type": "custom" } }));
    assert!(template(&client, &json!({})).is_none());
    let mut script = exchange_with(&client, json!({}), json!({}));
    script.authenticates();
    let body = "client_assertion=once".into();
    assert!(!script.input(onbehalf::flow::Input::Authenticated(vec![], body)).request().template);
}

#[test]
fn a_wrong_exchange_has_no_template() {
    let client = client(json!({}));
    for arguments in [json!({ "scope": "a\"" }), json!({ "resource": "crm" }), json!({ "subjectTokenType": "" })] {
        assert!(template(&client, &arguments).is_none(), "{arguments}");
    }
}

#[test]
fn a_template_holds_as_long_as_the_metadata_it_was_made_of() {
    let client = discovering(json!({ "discovery": { "ttlMs": 60_000 } }));
    assert!(template(&client, &json!({})).is_none(), "nothing was discovered yet");
    let mut script = discovery(&client, START);
    script.gets(&[ISSUER, "/.well-known/oauth-authorization-server"].concat());
    script.answers(metadata(json!({}))).ends().unwrap();
    let later = START.plus(59_999);
    let found = template_at(&client, &json!({}), &json!({}), later).unwrap();
    assert_eq!(found.until(), START.plus(60_000));
    assert!(found.read(SUBJECT, &token(json!({})), later).is_some());
    assert!(template_at(&client, &json!({}), &json!({}), START.plus(60_000)).is_none());
}

/// Its request has been sent: to discover first would send it a second time, although it may have happened.
#[test]
fn what_is_started_by_a_template_sends_its_request_whatever_is_known_of_the_metadata_by_then() {
    let client = discovering(json!({ "discovery": { "ttlMs": 60_000 } }));
    let mut script = discovery(&client, START);
    script.request();
    script.answers(metadata(json!({}))).ends().unwrap();
    let template = template(&client, &json!({})).unwrap();
    for now in [START, START.plus(60_000), UnixMillis(0)] {
        let mut script = Script::at(template.start(SUBJECT), now);
        let request = script.request();
        assert_eq!(request.url, [ISSUER, "/token"].concat());
        assert!(request.body.unwrap().contains(SUBJECT));
        script.answers(json_answer(400, json!({ "error": "invalid_target" }))).error();
    }
}

#[test]
fn a_remembered_failure_of_discovery_is_no_template() {
    let client = discovering(json!({}));
    let mut script = discovery(&client, START);
    for _ in 0..2 {
        script.request();
        script.answers(bare(404));
    }
    script.error();
    assert!(template(&client, &json!({})).is_none());
}

/// What the flow makes of an answer, if that is a token.
fn by_flow(
    client: &Rc<Client>,
    arguments: &Value,
    answer: &HttpResponse,
) -> Option<onbehalf::protocol::rfc6749_token::TokenSet> {
    let mut script: Script<_> = exchange_with(client, arguments.clone(), json!({}));
    script.request();
    match script.answers(answer.clone()).step() {
        onbehalf::flow::Step::Done(Ok(token)) => Some(token),
        _ => None,
    }
}

#[test]
fn an_answer_is_read_as_the_flow_reads_it() {
    let client = client(json!({ "preset": { "id": "p", "scope": { "echoed": true } } }));
    let arguments = json!({ "scope": "read write" });
    let template = template(&client, &arguments).unwrap();
    let echo = [SUBJECT, "_in_a_scope"].concat();
    for (answer, good) in [
        (token(json!({})), true),
        (token(json!({ "scope": "read", "expires_in": 60, "refresh_token": "r", "id_token": "a.b.c" })), true),
        // An echo of the subject token is taken out of a success here as well.
        (token(json!({ "scope": echo })), true),
        (token(json!({ "authorization_details": [{ "type": "x", "subject": SUBJECT }] })), true),
        (token(json!({ "access_token": null })), false),
        (token(json!({ "token_type": "mac" })), false),
        (token(json!({ "error": "invalid_grant" })), false),
        (json_answer(400, json!({ "error": "invalid_target" })), false),
        (HttpResponse { status: 201, ..token(json!({})) }, false),
        (answer(200, "text/html", token(json!({})).body), false),
        (answer(200, "application/json", "{"), false),
        (bare(503), false),
    ] {
        let expected = by_flow(&client, &arguments, &answer);
        assert_eq!(expected.is_some(), good, "{}", answer.body);
        assert!(template.read(SUBJECT, &answer, START) == expected, "{}", answer.body);
        let seen = expected.map(|token| token.to_json()).unwrap_or_default();
        assert!(!seen.contains(SUBJECT), "{seen}");
    }
}

#[test]
fn nothing_of_a_template_is_shown() {
    let client = client(json!({ "auth": { "type": "basic", "clientId": "agent", "clientSecret": "planted" } }));
    let shown = format!("{:?}", template(&client, &json!({ "audience": "planted" })).unwrap());
    assert!(!shown.contains("planted"), "{shown}");
}
