//! How the client shows who it is: HTTP Basic, the form, bearer, the host's own function, zones, withheld credentials; and
//! the headers beside it.

use crate::discovery::RFC8414;
use crate::script::{
    ACCESS, AGENT, EXCHANGE, ISSUER, SUBJECT, TOKEN_ENDPOINT, bare, client, config_error, discovering, exchange,
    exchange_with, field, form, json_answer, metadata, token, try_client, with_header,
};
use onbehalf::error::ErrorCode;
use onbehalf::flow::{Failure, Input};
use onbehalf::http::HttpResponse;
use serde_json::{Value, json};

const FIELDS: [(&str, &str); 3] =
    [("grant_type", EXCHANGE), ("subject_token", SUBJECT), ("subject_token_type", ACCESS)];

/// The first request of a client that authenticates so must have these headers and fields beside those of the exchange.
fn sends(options: Value, headers: &[(&str, &str)], fields: &[(&str, &str)]) {
    exchange(&client(options), json!({})).posts(
        TOKEN_ENDPOINT,
        &[&[AGENT], headers].concat(),
        &[&FIELDS, fields].concat(),
    );
}

#[test]
fn p1_p34_each_method_stands_in_one_place_only() {
    sends(json!({}), &[], &[]);
    sends(json!({ "clientId": "agent" }), &[], &[("client_id", "agent")]);
    sends(json!({ "auth": { "type": "none", "clientId": "agent" } }), &[], &[("client_id", "agent")]);
    sends(json!({ "clientId": "agent", "auth": { "type": "none" } }), &[], &[("client_id", "agent")]);
    let basic = json!({ "auth": { "type": "basic", "clientId": "client", "clientSecret": "secret" } });
    sends(basic, &[("authorization", "Basic Y2xpZW50OnNlY3JldA==")], &[]);
    let post = json!({ "auth": { "type": "post", "clientId": "a:b", "clientSecret": "p%/+ é" } });
    sends(post, &[], &[("client_id", "a:b"), ("client_secret", "p%/+ é")]);
    let bearer = json!({ "auth": { "type": "bearer", "accessToken": "abc.def" } });
    sends(bearer, &[("authorization", "Bearer abc.def")], &[]);
    let bearer = json!({ "clientId": "agent", "auth": { "type": "bearer", "accessToken": "abc.def" } });
    sends(bearer, &[("authorization", "Bearer abc.def")], &[("client_id", "agent")]);
}

#[test]
fn x2_basic_is_form_encoded_unless_the_caller_or_the_preset_says_raw() {
    let auth =
        |encoding: Value| json!({ "type": "basic", "clientId": "a:b", "clientSecret": "p%/+ é", "encoding": encoding });
    let (encoded, raw) = ("Basic YSUzQWI6cCUyNSUyRiUyQislQzMlQTk=", "Basic YTpiOnAlLysgw6k=");
    let preset = json!({ "id": "mine", "clientAuth": { "basicEncoding": "raw" } });
    for (encoding, preset, header) in [
        (json!(null), json!(null), encoded),
        (json!("form"), json!(null), encoded),
        (json!("raw"), json!(null), raw),
        (json!(null), preset.clone(), raw),
        (json!("form"), preset, encoded),
    ] {
        sends(json!({ "auth": auth(encoding), "preset": preset }), &[("authorization", header)], &[]);
    }
}

#[test]
fn p1_the_same_client_id_may_be_given_twice_and_another_may_not() {
    let auth = json!({ "type": "basic", "clientId": "agent", "clientSecret": "agent-secret" });
    assert!(try_client(json!({ "clientId": "agent", "auth": auth })).is_ok());
    let refused = try_client(json!({ "clientId": "other", "auth": auth }));
    assert_eq!(config_error(refused), (ErrorCode::InvalidOption, "clientId".into()));
}

#[test]
fn presets_refuse_methods_that_the_server_does_not_take() {
    let basic = json!({ "type": "basic", "clientId": "agent", "clientSecret": "agent-secret" });
    let zones = json!({ "type": "multi_zone", "zones": [["a", "agent", "agent-secret"]] });
    let bearer = json!({ "type": "bearer", "accessToken": "abc" });
    let post = json!({ "type": "post", "clientId": "agent", "clientSecret": "agent-secret" });
    let with = |auth: &Value, rules: Value| {
        try_client(json!({ "auth": auth, "preset": { "id": "mine", "clientAuth": rules } }))
    };
    let refused = (ErrorCode::InvalidOption, "auth".to_owned());
    for (auth, rules) in [
        (&basic, json!({ "allowed": ["client_secret_post"] })),
        (&basic, json!({ "forbidHeader": true })),
        (&zones, json!({ "allowed": ["client_secret_post"] })),
        (&zones, json!({ "forbidHeader": true })),
        (&bearer, json!({ "forbidHeader": true })),
        (&post, json!({ "allowed": ["none"] })),
    ] {
        assert_eq!(config_error(with(auth, rules.clone())), refused, "{auth} {rules}");
    }
    assert!(with(&post, json!({ "allowed": ["client_secret_post"], "forbidHeader": true })).is_ok());
    assert!(with(&basic, json!({ "allowed": ["client_secret_post", "client_secret_basic"] })).is_ok());
}

fn zones() -> Value {
    json!({ "type": "multi_zone", "zones": [["https://as.example/", "id-a", "secret-a"], ["b", "id-b", "secret-b"]] })
}

#[test]
fn p23_p25_the_zone_of_the_call_chooses_the_credentials_and_the_issuer_is_the_default() {
    let client = client(json!({ "auth": zones() }));
    for (options, header) in [
        (json!({ "zone": "b" }), "Basic aWQlMkRiOnNlY3JldCUyRGI="),
        (json!({ "zone": "https://as.example/" }), "Basic aWQlMkRhOnNlY3JldCUyRGE="),
        (json!({}), "Basic aWQlMkRhOnNlY3JldCUyRGE="),
    ] {
        let request = exchange_with(&client, json!({}), options).request();
        assert_eq!(request.header("authorization"), Some(header));
        assert_eq!(form(&request).len(), 3);
    }
}

#[test]
fn p24_an_unknown_or_missing_zone_is_refused_before_any_request() {
    let unknown = (ErrorCode::UnknownZone, "zone".to_owned());
    for client in [client(json!({ "auth": zones() })), discovering(json!({ "auth": zones() }))] {
        for zone in ["", "c", "B", "https://as.example"] {
            let refused = exchange_with(&client, json!({}), json!({ "zone": zone })).ends();
            assert_eq!(config_error(refused), unknown, "{zone}");
        }
    }
    let others = client(json!({ "auth": { "type": "multi_zone", "zones": [["a", "i", "s"], ["b", "i", "s"]] } }));
    assert_eq!(config_error(exchange(&others, json!({})).ends()), unknown);
}

#[test]
fn t58_a_zone_that_is_no_name_cannot_write_lines_into_a_log() {
    let zone = ["b\n\u{1b}[31mERROR \u{202e}", &"x".repeat(10_000)].concat();
    let refused = exchange_with(&client(json!({ "auth": zones() })), json!({}), json!({ "zone": zone })).ends();
    let message = refused.unwrap_err().message();
    assert!(message.ends_with('x') && message.len() < 1000, "{message}");
    assert!(!message.chars().any(|character| character.is_control() || character == '\u{202e}'), "{message:?}");
}

#[test]
fn p23_a_zone_is_ignored_by_other_authentication() {
    let client = client(json!({ "auth": { "type": "basic", "clientId": "client", "clientSecret": "secret" } }));
    let request = exchange_with(&client, json!({}), json!({ "zone": "b" })).request();
    assert_eq!(request.header("authorization"), Some("Basic Y2xpZW50OnNlY3JldA=="));
}

#[test]
fn t01_credentials_of_another_issuer_are_withheld_before_any_request() {
    let withheld = json!({ "type": "withheld", "issuer": "https://first.example" });
    for client in [client(json!({ "auth": withheld })), discovering(json!({ "auth": withheld }))] {
        let refused = exchange(&client, json!({})).ends();
        let message = refused.as_ref().err().map(ToString::to_string).unwrap_or_default();
        assert!(message.contains("https://first.example") && message.contains(ISSUER), "{message}");
        assert_eq!(config_error(refused), (ErrorCode::MissingOption, "auth".into()));
    }
}

#[test]
fn the_host_authenticates_a_request_that_is_complete_but_for_that() {
    let client = client(json!({ "auth": { "type": "custom", "clientId": null }, "clientId": "agent" }));
    let mut script = exchange_with(&client, json!({ "audience": "crm" }), json!({ "headers": [["X-Request", "5"]] }));
    let asked = script.authenticates();
    assert_eq!((asked.issuer.as_str(), asked.endpoint.as_str()), (ISSUER, TOKEN_ENDPOINT));
    assert!(asked.metadata.is_none());
    let names: Vec<_> = asked.form.names().collect();
    assert_eq!(names, ["grant_type", "audience", "subject_token", "subject_token_type", "client_id"]);
    let names: Vec<_> = asked.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["accept", "content-type", "user-agent", "x-request"]);
    let headers = [asked.headers, vec![("DPoP".into(), "proof".into())]].concat();
    script.input(Input::Authenticated(headers, "client_assertion=a.b.c&x=1".into()));
    script.posts(
        TOKEN_ENDPOINT,
        &[AGENT, ("x-request", "5"), ("dpop", "proof")],
        &[("client_assertion", "a.b.c"), ("x", "1")],
    );
    assert!(script.answers(token(json!({}))).ends().is_ok());
}

#[test]
fn t34_the_host_authenticates_each_attempt_anew() {
    let mut script = exchange(&client(json!({ "auth": { "type": "custom" } })), json!({}));
    for attempt in ["first", "second", "third"] {
        let asked = script.authenticates();
        assert_eq!(asked.form.names().count(), 3, "nothing of the last attempt is left");
        assert_eq!(asked.headers.len(), 3, "nothing of the last attempt is left");
        let body = [asked.form.body(), "&client_assertion=", attempt].concat();
        script.input(Input::Authenticated(asked.headers, body));
        assert_eq!(field(&script.request(), "client_assertion"), [attempt]);
        script.answers(with_header(bare(503), "retry-after", "1"));
        if attempt != "third" {
            script.waits(1000..=1000);
        }
    }
    script.waits(1000..=1000).authenticates();
}

#[test]
fn the_host_is_asked_after_discovery_and_gets_the_metadata() {
    let mut script = exchange(&discovering(json!({ "auth": { "type": "custom" } })), json!({}));
    script.gets(RFC8414).answers(metadata(json!({ "x": 1 })));
    let asked = script.authenticates();
    assert!(asked.metadata.is_some_and(|found| found.document.contains("\"x\":1")));
    assert_eq!(asked.endpoint, TOKEN_ENDPOINT);
}

#[test]
fn x18_a_time_out_while_the_host_authenticates_ends_the_operation() {
    let mut script = exchange(&client(json!({ "auth": { "type": "custom" } })), json!({}));
    script.authenticates();
    let error = script.fails(Failure::Timeout).error();
    assert_eq!(error.code(), ErrorCode::Timeout);
    assert!(!error.message().contains("as.example"), "nothing was sent to it: {error}");
}

#[test]
fn what_the_host_takes_away_is_not_sent_and_what_is_ours_is() {
    let client =
        client(json!({ "auth": { "type": "custom" }, "customHeaders": [["x-tenant", "a"], ["x-trace", "b"]] }));
    let mut script = exchange(&client, json!({}));
    let mut asked = script.authenticates();
    asked.headers.retain(|(name, _)| !matches!(name.as_str(), "x-trace" | "accept" | "content-type"));
    asked.headers.push(("Content-Type".into(), "text/plain".into()));
    let body = asked.form.body().to_owned();
    script.input(Input::Authenticated(asked.headers, body));
    script.posts(TOKEN_ENDPOINT, &[AGENT, ("x-tenant", "a")], &FIELDS);
}

#[test]
fn t34_a_prepared_request_is_not_repeated_with_what_the_host_added_to_the_first() {
    let client = client(json!({ "auth": { "type": "custom" } }));
    let mut script = exchange_with(&client, json!({}), json!({ "prepared": true }));
    let asked = script.authenticates();
    let body = [asked.form.body(), "&client_assertion=a.b.c"].concat();
    script.input(Input::Authenticated(asked.headers, body)).request();
    let error = script.answers(with_header(bare(503), "retry-after", "1")).error();
    assert_eq!((error.code(), error.retry_after_ms()), (ErrorCode::HttpError, Some(1000)));
}

#[test]
fn a_secret_is_never_sent_by_a_method_that_the_preset_does_not_allow() {
    let auth = json!({ "type": "secret", "clientId": "agent", "clientSecret": "hush" });
    for client_auth in
        [json!({ "allowed": ["private_key_jwt"] }), json!({ "allowed": ["client_secret_basic"], "forbidHeader": true })]
    {
        let preset = json!({ "id": "mine", "clientAuth": client_auth });
        let refused = config_error(try_client(json!({ "auth": auth, "preset": preset })));
        assert_eq!(refused, (ErrorCode::InvalidOption, "auth".into()));
    }
}

#[test]
fn a_client_id_that_differs_from_that_of_a_zone_is_refused() {
    let client = |id: &str| {
        let auth = json!({ "type": "multi_zone", "zones": [["a", "agent", "hush"], ["b", "agent", "hush"]] });
        try_client(json!({ "clientId": id, "auth": auth }))
    };
    assert!(client("agent").is_ok());
    assert_eq!(config_error(client("other")), (ErrorCode::InvalidOption, "clientId".into()));
}

#[test]
fn p12_the_user_agent_is_ours_the_callers_or_the_browsers() {
    for (options, agent) in [
        (json!({}), Some(AGENT.1)),
        (json!({ "userAgent": "crm-agent/5 (test)" }), Some("crm-agent/5 (test)")),
        (json!({ "browser": true }), None),
        (json!({ "browser": true, "userAgent": "crm-agent/5" }), Some("crm-agent/5")),
        (json!({ "customHeaders": [["User-Agent", "other"]] }), Some("other")),
    ] {
        let request = exchange(&client(options.clone()), json!({})).request();
        assert_eq!(request.header("user-agent"), agent, "{options}");
    }
}

#[test]
fn x13_custom_headers_go_with_every_request_and_those_of_the_call_win() {
    let client = client(json!({ "customHeaders": [["X-Tenant", "a"], ["x-other", "b"], ["Accept", "text/html"]] }));
    let call = json!({ "headers": [["X-TENANT", "c"], ["accept", "*/*"]] });
    exchange_with(&client, json!({}), call).posts(
        TOKEN_ENDPOINT,
        &[AGENT, ("x-other", "b"), ("x-tenant", "c")],
        &FIELDS,
    );
}

#[test]
fn x13_values_of_a_header_that_is_given_more_than_once_go_together() {
    let custom = json!([["X-Tenant", "a"], ["x-other", "b"], ["x-tenant", "c"], ["User-Agent", "d"]]);
    let client = client(json!({ "customHeaders": custom }));
    let sent = |call| {
        let request = exchange_with(&client, json!({}), call).request();
        ["x-tenant", "x-other", "user-agent"].map(|name| request.header(name).map(String::from))
    };
    assert_eq!(sent(json!({})), ["a, c", "b", "d"].map(|value| Some(value.into())));
    let call = json!({ "headers": [["x-TENANT", "e"], ["X-Tenant", "f"], ["User-agent", "g"], ["user-agent", "h"]] });
    assert_eq!(sent(call), ["e, f", "b", "g, h"].map(|value| Some(value.into())));
}

#[test]
fn x13_headers_that_are_ours_or_break_the_request_are_refused_with_their_name() {
    for (name, value) in [
        ("authorization", "Bearer x"),
        ("content-type", "text/plain"),
        ("content-length", "5"),
        ("dpop", "x"),
        ("host", "evil.example"),
        ("x-a", "b\r\nauthorization: c"),
        ("x-a", "b\nc"),
        ("x-a", "b\0"),
        ("x-a", "\u{7f}"),
        ("x-a", "日"),
        ("x a", "b"),
        ("x:a", "b"),
        ("x-a\r\n", "b"),
        ("é", "b"),
    ] {
        for name in [name.to_owned(), name.to_uppercase()] {
            let client = try_client(json!({ "customHeaders": [["x-good", "a"], [name, value]] }));
            let shown = name.replace("\r\n", "\\r\\n");
            let field = |option: &str| (ErrorCode::InvalidOption, [option, ".", &shown].concat());
            assert_eq!(config_error(client), field("customHeaders"), "{name}: {value}");
            let call = json!({ "headers": [[name, value]] });
            let refused = exchange_with(&crate::script::client(json!({})), json!({}), call).ends();
            assert_eq!(config_error(refused), field("headers"), "{name}: {value}");
        }
    }
    for value in ["a b\tc", "ü", ""] {
        assert!(try_client(json!({ "customHeaders": [["X-A", value]] })).is_ok(), "{value}");
    }
}

#[test]
fn v17_a_challenge_does_not_replace_the_answer() {
    let mut script = exchange(&client(json!({ "auth": zones() })), json!({}));
    script.request();
    let refusal = json_answer(401, json!({ "error": "invalid_client", "error_description": "bad secret" }));
    let error = script.answers(with_header(refusal, "WWW-Authenticate", "Basic realm=\"as\"")).error();
    assert_eq!(error.code(), ErrorCode::ClientAuthenticationFailed);
    assert_eq!(error.message(), "the server refused the client's authentication: invalid_client: bad secret");
}

#[test]
fn a_refused_client_that_gave_no_secret_is_told_so() {
    let refusal = || json_answer(401, json!({ "error": "invalid_client", "error_description": "who are you?" }));
    let message = |options: Value, answer: HttpResponse| {
        let mut script = exchange(&client(options), json!({}));
        script.request();
        script.answers(answer).error().message()
    };
    let public = "the server refused the client's authentication (no client secret was given)";
    for options in [json!({}), json!({ "clientId": "agent" }), json!({ "auth": { "type": "none" } })] {
        assert_eq!(message(options.clone(), refusal()), [public, ": invalid_client: who are you?"].concat());
        assert_eq!(message(options.clone(), bare(401)), public);
        let other = json_answer(400, json!({ "error": "invalid_grant" }));
        assert_eq!(message(options, other), "the server refused: invalid_grant");
    }
    let post = json!({ "auth": { "type": "post", "clientId": "agent", "clientSecret": "s3cret" } });
    let confidential = "the server refused the client's authentication: invalid_client: who are you?";
    assert_eq!(message(post, refusal()), confidential);
    let bearer = json!({ "auth": { "type": "bearer", "accessToken": "t" } });
    assert_eq!(message(bearer, refusal()), confidential);
}

#[test]
fn what_the_host_puts_in_place_of_a_header_is_shown_to_nobody() {
    let client = client(json!({ "auth": { "type": "custom" }, "customHeaders": [["x-signed", "not yet"]] }));
    let mut script = exchange(&client, json!({}));
    let mut asked = script.authenticates();
    for (_, value) in asked.headers.iter_mut().filter(|(name, _)| name == "x-signed") {
        *value = "signature-of-the-host".into();
    }
    let request = script.input(Input::Authenticated(asked.headers, asked.form.body().to_owned())).request();
    assert_eq!(request.header("x-signed"), Some("signature-of-the-host"));
    let refusal = json!({ "error": "invalid_request", "error_description": "what is signature-of-the-host?" });
    let message = script.answers(json_answer(400, refusal)).error().message();
    assert_eq!(message, "the server refused: invalid_request: what is ‹redacted›?");
}
