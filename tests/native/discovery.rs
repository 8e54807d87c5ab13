//! Discovery: the order of the addresses, what is remembered and for how long, what is shared.

use crate::script::{
    AGENT, ISSUER, START, TOKEN_ENDPOINT, answer, bare, config_error, discovering, discovery, exchange, exchange_with,
    json_answer, merged, metadata, token,
};
use crate::vectors::data;
use onbehalf::error::{Action, ErrorCode, ErrorDetails};
use onbehalf::flow::Failure;
use serde_json::json;

pub const RFC8414: &str = "https://as.example/.well-known/oauth-authorization-server";
const OPENID: &str = "https://as.example/.well-known/openid-configuration";

#[test]
fn p68_p69_the_next_address_is_tried_on_404_405_and_410_only() {
    for status in [404, 405, 410] {
        let client = discovering(json!({ "issuer": "https://as.example/t" }));
        let mut script = discovery(&client, START);
        script.gets("https://as.example/.well-known/oauth-authorization-server/t").answers(bare(status));
        script.gets("https://as.example/.well-known/openid-configuration/t").answers(bare(status));
        script.gets("https://as.example/t/.well-known/openid-configuration");
        let found = script.answers(metadata(json!({ "issuer": "https://as.example/t" }))).ends().unwrap();
        assert_eq!(found.endpoint("token_endpoint"), Some(TOKEN_ENDPOINT));
    }
    for status in [0, 201, 204, 301, 400, 401, 403, 406, 408, 409, 411, 418, 451, 500, 501] {
        let mut script = discovery(&discovering(json!({})), START);
        script.gets(RFC8414).answers(bare(status));
        assert!(matches!(script.error().details(), ErrorDetails::Http(_)), "{status}");
    }
}

#[test]
fn p62_no_document_anywhere_is_discovery_failed() {
    let mut script = discovery(&discovering(json!({})), START);
    script.gets(RFC8414).answers(bare(404)).gets(OPENID).answers(bare(410));
    let error = script.error();
    assert_eq!(
        (error.code(), error.action(), error.retryable()),
        (ErrorCode::DiscoveryFailed, Action::ServerFault, false)
    );
    assert!(error.message().contains(ISSUER), "{error}");
}

#[test]
fn p60_a_root_issuer_is_the_same_with_and_without_its_slash() {
    for (configured, found) in [
        ("https://as.example", "https://as.example/"),
        ("https://as.example/", "https://as.example"),
        ("https://as.example/", "https://as.example/"),
    ] {
        let mut script = discovery(&discovering(json!({ "issuer": configured })), START);
        script.gets(RFC8414);
        assert!(script.answers(metadata(json!({ "issuer": found }))).ends().is_ok(), "{configured} {found}");
    }
}

#[test]
fn p61_t03_a_document_of_another_issuer_is_refused() {
    for found in ["https://evil.example", "https://as.example/t", "https://AS.example", "http://as.example", ""] {
        let mut script = discovery(&discovering(json!({})), START);
        script.gets(RFC8414);
        let error = script.answers(metadata(json!({ "issuer": found }))).error();
        assert_eq!((error.code(), error.retryable()), (ErrorCode::IssuerMismatch, false), "{found}");
    }
}

#[test]
fn p62_what_is_no_document_is_invalid_response() {
    for answer in [
        answer(200, "application/json", "{"),
        answer(200, "application/json", "[]"),
        answer(200, "text/html", format!("{{\"issuer\":\"{ISSUER}\"}}")),
        json_answer(200, json!({})),
        metadata(json!({ "issuer": null })),
        metadata(json!({ "issuer": 5 })),
        metadata(json!({ "issuer": [ISSUER] })),
        metadata(json!({ "token_endpoint": null })),
        metadata(json!({ "jwks_uri": 5 })),
    ] {
        let mut script = discovery(&discovering(json!({})), START);
        script.gets(RFC8414);
        assert_eq!(script.answers(answer.clone()).code(), ErrorCode::InvalidResponse, "{}", answer.body);
    }
}

#[test]
fn p65_one_fetch_until_the_time_to_live_is_over() {
    for (options, life) in [
        (json!({}), 3_600_000),
        (json!({ "discovery": {} }), 3_600_000),
        (json!({ "discovery": { "ttlMs": 5000 } }), 5000),
    ] {
        let client = discovering(options);
        discovery(&client, START).gets(RFC8414).answers(metadata(json!({}))).ends().unwrap();
        assert!(discovery(&client, START.plus(life - 1)).ends().is_ok());
        discovery(&client, START.plus(life)).gets(RFC8414);
    }
}

#[test]
fn p65_a_time_to_live_of_zero_keeps_nothing() {
    let client = discovering(json!({ "discovery": { "ttlMs": 0 } }));
    for _ in 0..2 {
        discovery(&client, START).gets(RFC8414).answers(metadata(json!({}))).ends().unwrap();
    }
}

#[test]
fn p65_a_clock_that_was_set_back_fetches_again() {
    let client = discovering(json!({}));
    discovery(&client, START).gets(RFC8414).answers(metadata(json!({}))).ends().unwrap();
    discovery(&client, onbehalf::time::UnixMillis(START.0 - 1)).gets(RFC8414);
}

#[test]
fn p64_a_deterministic_failure_is_remembered_for_a_minute() {
    for answers in [
        vec![bare(404), bare(404)],
        vec![metadata(json!({ "issuer": "https://evil.example" }))],
        vec![answer(200, "application/json", "{")],
        vec![metadata(json!({ "token_endpoint": "http://as.example/token" }))],
    ] {
        let client = discovering(json!({}));
        let mut script = discovery(&client, START);
        for answer in answers {
            script.request();
            script.answers(answer);
        }
        let first = script.error();
        for later in [0, 1, 59_999] {
            assert_eq!(discovery(&client, START.plus(later)).error(), first);
        }
        let mut script = discovery(&client, START.plus(60_000));
        script.gets(RFC8414);
        assert!(script.answers(metadata(json!({}))).ends().is_ok());
    }
}

#[test]
fn p64_a_negative_time_to_live_is_never_longer_than_that_of_documents_and_zero_keeps_nothing() {
    for (discovery_option, life) in [
        (json!({ "negativeTtlMs": 5000 }), 5000),
        (json!({ "ttlMs": 2000 }), 2000),
        (json!({ "ttlMs": 2000, "negativeTtlMs": 9000 }), 2000),
        (json!({ "negativeTtlMs": 0 }), 0),
    ] {
        let client = discovering(json!({ "discovery": discovery_option }));
        discovery(&client, START).gets(RFC8414).answers(metadata(json!({ "issuer": "x" }))).error();
        if life > 0 {
            assert_eq!(discovery(&client, START.plus(life - 1)).code(), ErrorCode::IssuerMismatch);
        }
        discovery(&client, START.plus(life)).gets(RFC8414);
    }
}

#[test]
fn p63_t08_what_may_pass_is_not_remembered() {
    let client = discovering(json!({ "maxRetries": 0 }));
    for status in [429, 500, 502, 503, 401, 302] {
        let mut script = discovery(&client, START);
        script.gets(RFC8414).answers(bare(status));
        assert!(matches!(script.error().details(), ErrorDetails::Http(_)), "{status}");
    }
    for (failure, code) in [
        (Failure::Unreachable, ErrorCode::Unreachable),
        (Failure::Timeout, ErrorCode::Timeout),
        (Failure::TooLarge(200), ErrorCode::ResponseTooLarge),
        (Failure::Redirected, ErrorCode::UnexpectedRedirect),
    ] {
        let mut script = discovery(&client, START);
        script.gets(RFC8414).fails(failure);
        assert_eq!(script.code(), code);
    }
    assert!(discovery(&client, START).gets(RFC8414).answers(metadata(json!({}))).ends().is_ok());
}

#[test]
fn p67_concurrent_calls_ask_equal_requests_that_may_be_shared_and_keep_one_document() {
    let client = discovering(json!({}));
    let (mut one, mut two) = (discovery(&client, START), discovery(&client, START));
    let requests = (one.request(), two.request());
    assert!(requests.0 == requests.1 && requests.0.share);
    let one = one.answers(metadata(json!({}))).ends().unwrap();
    let two = two.answers(metadata(json!({}))).ends().unwrap();
    assert!(std::rc::Rc::ptr_eq(&one, &two));
}

#[test]
fn x3_discovery_sends_no_credentials() {
    for auth in [
        json!({ "type": "basic", "clientId": "agent", "clientSecret": "agent-secret" }),
        json!({ "type": "post", "clientId": "agent", "clientSecret": "agent-secret" }),
        json!({ "type": "bearer", "accessToken": "agent-token" }),
        json!({ "type": "custom", "clientId": "agent" }),
    ] {
        let client = discovering(json!({ "auth": auth }));
        exchange(&client, json!({})).gets(RFC8414);
    }
}

#[test]
fn p65_an_exchange_discovers_first_and_the_next_one_does_not() {
    let client = discovering(json!({}));
    let mut script = exchange(&client, json!({}));
    script.gets(RFC8414).answers(metadata(json!({ "token_endpoint": "https://token.example/t?tenant=5" })));
    assert_eq!(script.request().url, "https://token.example/t?tenant=5");
    assert!(script.answers(token(json!({}))).ends().is_ok());
    assert_eq!(exchange(&client, json!({})).request().url, "https://token.example/t?tenant=5");
}

#[test]
fn p66_a_document_without_a_token_endpoint_is_remembered_and_the_error_names_the_option() {
    let client = discovering(json!({}));
    let expected = (ErrorCode::MissingEndpoint, "endpoints.token".to_owned());
    let mut script = exchange(&client, json!({}));
    script.gets(RFC8414).answers(json_answer(200, json!({ "issuer": ISSUER })));
    assert_eq!(config_error(script.ends()), expected);
    assert_eq!(config_error(exchange(&client, json!({})).ends()), expected);
}

#[test]
fn p68_no_address_is_guessed_when_discovery_fails_or_is_off() {
    let client = discovering(json!({}));
    let mut script = exchange(&client, json!({}));
    script.gets(RFC8414).answers(bare(404)).gets(OPENID).answers(bare(404));
    assert_eq!(script.code(), ErrorCode::DiscoveryFailed);
    let client = discovering(json!({ "discovery": false }));
    let error = exchange(&client, json!({})).error();
    assert_eq!(error.message(), "`endpoints.token` is required when `discovery` is false");
    assert_eq!(config_error::<()>(Err(error)), (ErrorCode::MissingEndpoint, "endpoints.token".into()));
}

#[test]
fn p68_given_endpoints_come_before_metadata() {
    let client = crate::script::client(json!({}));
    discovery(&client, START)
        .gets(RFC8414)
        .answers(metadata(json!({ "token_endpoint": "https://other.example/t" })))
        .ends()
        .unwrap();
    assert_eq!(exchange(&client, json!({})).request().url, TOKEN_ENDPOINT);
}

#[test]
fn discovery_itself_works_when_it_is_off_for_operations_and_keeps_nothing() {
    let client = discovering(json!({ "discovery": false }));
    for _ in 0..2 {
        assert!(discovery(&client, START).gets(RFC8414).answers(metadata(json!({}))).ends().is_ok());
    }
}

#[test]
fn a_preset_may_ask_for_openid_documents_only() {
    let client = discovering(json!({ "preset": { "id": "mine", "discovery": "oidc" } }));
    assert!(discovery(&client, START).gets(OPENID).answers(metadata(json!({}))).ends().is_ok());
}

#[test]
fn prepared_operations_do_not_discover_and_prepared_discovery_always_sends() {
    let client = discovering(json!({}));
    let prepared = json!({ "prepared": true });
    let refused = exchange_with(&client, json!({}), prepared.clone()).ends();
    assert_eq!(config_error(refused), (ErrorCode::PrepareUnsupported, "endpoints.token".into()));
    let call = onbehalf::flow::CallOptions::parse(&prepared.to_string()).unwrap();
    for _ in 0..2 {
        let mut script = crate::script::Script::new(client.discover_server_metadata(call.clone()));
        assert!(script.gets(RFC8414).answers(metadata(json!({}))).ends().is_ok());
    }
    assert_eq!(exchange_with(&client, json!({}), prepared).request().url, TOKEN_ENDPOINT);
}

#[test]
fn x13_custom_headers_go_with_discovery_too() {
    let client = discovering(json!({ "customHeaders": [["X-Tenant", "a"]] }));
    let mut script = exchange_with(&client, json!({}), json!({ "headers": [["X-Request", "5"]] }));
    script.gets_with(RFC8414, &[AGENT, ("x-tenant", "a"), ("x-request", "5")]);
}

#[test]
fn p70_the_whole_document_is_kept_and_what_is_known_is_camel_case() {
    let document = merged(
        json!({ "issuer": ISSUER, "token_endpoint": TOKEN_ENDPOINT }),
        json!({ "scopes_supported": ["a"], "require_pushed_authorization_requests": true, "x_unknown": { "a": [1] } }),
    );
    let mut script = discovery(&discovering(json!({})), START);
    script.gets(RFC8414);
    let found = script.answers(json_answer(200, document.clone())).ends().unwrap();
    assert_eq!(found.document, document.to_string());
    let expected = json!({
        "issuer": ISSUER, "tokenEndpoint": TOKEN_ENDPOINT, "scopesSupported": ["a"],
        "requirePushedAuthorizationRequests": true,
    });
    assert_eq!(data(&found.to_json()), expected);
}

#[test]
fn an_oauth_error_in_place_of_metadata_is_one_and_repeated_when_it_says_later() {
    let client = discovering(json!({}));
    let mut script = discovery(&client, START);
    script.gets(RFC8414).answers(json_answer(400, json!({ "error": "temporarily_unavailable" })));
    script.waits(1..=300).gets(RFC8414).answers(json_answer(400, json!({ "error": "invalid_tenant" })));
    let error = script.error();
    assert_eq!((error.code(), error.action()), (ErrorCode::OauthError, Action::FixConfig));
}

#[test]
fn a_prepared_exchange_that_is_begun_again_asks_for_no_metadata() {
    let client = discovering(json!({}));
    let call = json!({ "prepared": true, "endpoint": "https://as.example/token-of-yesterday" });
    let request = exchange_with(&client, json!({}), call).request();
    assert_eq!(request.url, "https://as.example/token-of-yesterday");
}
