//! Every refusal of options and arguments that happens before a request, by code and field.

use crate::script::{ACCESS, client, config_error, credentials, exchange, try_client, try_exchange};
use onbehalf::client::options::ClientOptions;
use onbehalf::error::{Error, ErrorCode, Fault};
use onbehalf::flow::CallOptions;
use onbehalf::flow::client_credentials::ClientCredentialsRequest;
use onbehalf::flow::exchange_token::TokenExchangeRequest;
use serde_json::{Value, json};

const INVALID: ErrorCode = ErrorCode::InvalidOption;
const MISSING: ErrorCode = ErrorCode::MissingOption;
const UNKNOWN: ErrorCode = ErrorCode::UnknownOption;

/// Asserts code and field of what these client options are refused with.
fn refuses(options: Value, code: ErrorCode, field: &str) {
    assert_eq!(config_error(try_client(options.clone())), (code, field.into()), "{options}");
}

/// Asserts code and field of what these arguments of an exchange are refused with, before any request.
fn refuses_exchange(arguments: Value, code: ErrorCode, field: &str) {
    let outcome = try_exchange(&client(json!({})), arguments.clone(), json!({})).and_then(|mut script| script.ends());
    assert_eq!(config_error(outcome), (code, field.into()), "{arguments}");
}

#[test]
fn api0_the_issuer_is_required_and_is_an_issuer() {
    refuses(json!({ "issuer": null }), MISSING, "issuer");
    for issuer in [
        "",
        "as.example",
        "//as.example",
        "ftp://as.example",
        "https://",
        " https://as.example",
        "https://as.example\n",
        "https://as.example?",
        "https://as.example?a=b",
        "https://as.example#",
        "https://as.example/t#x",
        "https://user@as.example",
        "https://:p@as.example",
        "https://as.example/.well-known/openid-configuration",
        "https://as.example/t/.well-known/openid-configuration",
        "https://as.example/.well-known/oauth-authorization-server/t",
    ] {
        refuses(json!({ "issuer": issuer }), INVALID, "issuer");
    }
    refuses(json!({ "issuer": 5 }), INVALID, "issuer");
    refuses(json!({ "issuer": ["https://as.example"] }), INVALID, "issuer");
}

#[test]
fn api0_what_to_pass_in_place_of_a_well_known_address_is_said() {
    let options = json!({ "issuer": "https://as.example/.well-known/openid-configuration" });
    let message = try_client(options).unwrap_err().message();
    assert!(message.contains("pass the issuer"), "{message}");
}

#[test]
fn api0_unknown_options_are_refused_by_name_at_every_depth() {
    refuses(json!({ "clientid": "x" }), UNKNOWN, "clientid");
    refuses(json!({ "signal": {} }), UNKNOWN, "signal");
    refuses(json!({ "auth": { "type": "none", "secret": "x" } }), UNKNOWN, "auth.secret");
    refuses(json!({ "endpoints": { "tokens": "/t" } }), UNKNOWN, "endpoints.tokens");
    refuses(json!({ "discovery": { "ttl": 5 } }), UNKNOWN, "discovery.ttl");
    refuses(json!({ "preset": { "id": "mine", "taget": {} } }), UNKNOWN, "preset.taget");
    refuses(json!({ "preset": { "id": "mine", "target": { "where": "x" } } }), UNKNOWN, "preset.target.where");
    let rule = json!({ "action": "wait", "code": "x" });
    refuses(
        json!({ "preset": { "id": "mine", "errors": [{ "action": "wait" }, rule] } }),
        UNKNOWN,
        "preset.errors[1].code",
    );
    refuses_exchange(json!({ "signal": {} }), UNKNOWN, "signal");
    refuses_exchange(json!({ "subject_token": "x" }), UNKNOWN, "subject_token");
    assert_eq!(config_error(CallOptions::parse(r#"{"timeout":1}"#)), (UNKNOWN, "timeout".into()));
    assert_eq!(
        config_error(ClientCredentialsRequest::parse(r#"{"subjectToken":"x"}"#)),
        (UNKNOWN, "subjectToken".into())
    );
}

#[test]
fn api0_options_of_a_wrong_type_are_refused_by_name() {
    for (options, field) in [
        (json!({ "clientId": 5 }), "clientId"),
        (json!({ "auth": "basic" }), "auth"),
        (json!({ "auth": { "type": "basics" } }), "auth.type"),
        (json!({ "auth": { "type": "basic", "clientId": 5 } }), "auth.clientId"),
        (json!({ "auth": { "type": "basic", "clientId": "a", "clientSecret": [] } }), "auth.clientSecret"),
        (json!({ "auth": { "type": "basic", "encoding": "url" } }), "auth.encoding"),
        (json!({ "auth": { "type": "multi_zone", "zones": [["a", "b"]] } }), "auth.zones"),
        (json!({ "endpoints": "https://as.example/token" }), "endpoints"),
        (json!({ "endpoints": { "token": 5 } }), "endpoints.token"),
        (json!({ "discovery": true }), "discovery"),
        (json!({ "discovery": { "ttlMs": "5" } }), "discovery.ttlMs"),
        (json!({ "discovery": { "negativeTtlMs": -1 } }), "discovery.negativeTtlMs"),
        (json!({ "endpointOrigins": "same" }), "endpointOrigins"),
        (json!({ "endpointOrigins": 5 }), "endpointOrigins"),
        (json!({ "endpointOrigins": ["https://as.example", 5] }), "endpointOrigins[1]"),
        (json!({ "endpointOrigins": ["https://as.example/t"] }), "endpointOrigins[0]"),
        (json!({ "endpointOrigins": ["https://as.example", "as.example"] }), "endpointOrigins[1]"),
        (json!({ "endpointOrigins": ["https://as.example?"] }), "endpointOrigins[0]"),
        (json!({ "insecureHosts": {} }), "insecureHosts"),
        (json!({ "preset": { "$unsupported": "bigint" } }), "preset"),
        (json!({ "discovery": { "$unsupported": "function" } }), "discovery"),
        (json!({ "insecureHosts": ["a.internal", ""] }), "insecureHosts[1]"),
        (json!({ "insecureHosts": ["http://a.internal"] }), "insecureHosts[0]"),
        (json!({ "insecureHosts": ["a.internal/b"] }), "insecureHosts[0]"),
        (json!({ "insecureHosts": ["a.internal:21/"] }), "insecureHosts[0]"),
        (json!({ "insecureHosts": ["a.internal:21\\."] }), "insecureHosts[0]"),
        (json!({ "insecureHosts": ["u@a.internal"] }), "insecureHosts[0]"),
        (json!({ "customHeaders": { "x": "y" } }), "customHeaders"),
        (json!({ "customHeaders": [["x"]] }), "customHeaders"),
        (json!({ "customHeaders": [["x", 5]] }), "customHeaders"),
        (json!({ "userAgent": 5 }), "userAgent"),
        (json!({ "userAgent": "" }), "userAgent"),
        (json!({ "userAgent": "a\r\nb: c" }), "userAgent"),
        (json!({ "conformance": "fapi1" }), "conformance"),
        (json!({ "browser": "yes" }), "browser"),
        (json!({ "preset": 5 }), "preset"),
        (json!({ "preset": { "id": "" } }), "preset.id"),
        (json!({ "preset": { "id": "m", "target": { "many": 1 } } }), "preset.target.many"),
        (json!({ "preset": { "id": "m", "scope": { "omitMeans": "all" } } }), "preset.scope.omitMeans"),
        (json!({ "preset": { "id": "m", "target": { "via": "x" } } }), "preset.target.via"),
        (json!({ "preset": { "id": "m", "response": { "expiresIn": "x" } } }), "preset.response.expiresIn"),
        (json!({ "preset": { "id": "m", "errors": {} } }), "preset.errors"),
        (json!({ "preset": { "id": "m", "errors": [5] } }), "preset.errors[0]"),
        (json!({ "preset": { "id": "m", "errors": [{ "action": "retry" }] } }), "preset.errors[0].action"),
        (json!({ "preset": { "id": "m", "errors": [{ "action": "wait", "status": 99 }] } }), "preset.errors[0].status"),
        (json!({ "preset": { "id": "m", "fixed": [["a"]] } }), "preset.fixed"),
        (json!({ "preset": { "id": "m", "subjectTypes": [5] } }), "preset.subjectTypes[0]"),
    ] {
        refuses(options, INVALID, field);
    }
    refuses(json!({ "preset": {} }), MISSING, "preset.id");
    refuses(json!({ "preset": { "id": "m", "errors": [{}] } }), MISSING, "preset.errors[0].action");
    refuses(json!({ "preset": "keycloack" }), ErrorCode::UnknownPreset, "preset");
    refuses(json!({ "preset": "" }), ErrorCode::UnknownPreset, "preset");
}

#[test]
fn api0_numbers_are_finite_and_in_their_bounds() {
    for (name, bad, good) in [
        ("timeoutMs", vec!["0", "-1", "0.5", "1e400", "\"5\"", "true", "[]"], vec!["1", "1.5", "30000", "1e3"]),
        ("maxRetries", vec!["-1", "1.5", "101", "1e1", "\"3\""], vec!["0", "100"]),
        ("maxResponseBytes", vec!["0", "-1", "1.5", "67108865"], vec!["1", "67108864"]),
        ("clockToleranceSeconds", vec!["-1", "61", "0.5"], vec!["0", "60"]),
    ] {
        let parse = |number: &str| {
            let options = format!("{{\"issuer\":\"https://as.example\",\"{name}\":{number}}}");
            ClientOptions::parse(&options).and_then(onbehalf::Client::new)
        };
        for number in bad {
            assert_eq!(config_error(parse(number)), (INVALID, name.into()), "{name}: {number}");
        }
        for number in good.into_iter().chain(["null"]) {
            assert!(parse(number).is_ok(), "{name}: {number}");
        }
    }
    for number in ["0", "-5", "0.9", "\"1\""] {
        let options = format!("{{\"timeoutMs\":{number}}}");
        assert_eq!(config_error(CallOptions::parse(&options)), (INVALID, "timeoutMs".into()), "{number}");
    }
}

#[test]
fn api0_credentials_that_are_empty_or_missing_are_refused() {
    for kind in ["basic", "post"] {
        let auth =
            |id: Value, secret: Value| json!({ "auth": { "type": kind, "clientId": id, "clientSecret": secret } });
        refuses(auth(json!(null), json!("s")), MISSING, "auth.clientId");
        refuses(auth(json!(""), json!("s")), INVALID, "auth.clientId");
        refuses(auth(json!("a"), json!(null)), MISSING, "auth.clientSecret");
        refuses(auth(json!("a"), json!("")), INVALID, "auth.clientSecret");
        assert!(try_client(auth(json!("a"), json!("s"))).is_ok());
    }
    refuses(json!({ "clientId": "" }), INVALID, "clientId");
    refuses(json!({ "auth": { "type": "bearer" } }), MISSING, "auth.accessToken");
}

#[test]
fn api0_t72_tokens_that_cannot_be_tokens_are_refused() {
    let long = "a".repeat(65_537);
    for (token, code) in [
        ("", INVALID),
        (" ", INVALID),
        ("\t\n", INVALID),
        (" token", INVALID),
        ("token ", INVALID),
        ("token\n", INVALID),
        ("Bearer", INVALID),
        ("Bearer token", INVALID),
        ("bearer token", INVALID),
        ("BEARER  token", INVALID),
        ("to\nken", INVALID),
        ("to\0ken", INVALID),
        ("to\u{7f}ken", INVALID),
        ("tökén", INVALID),
        ("token\u{feff}", INVALID),
        ("\u{a0}token", INVALID),
        (long.as_str(), INVALID),
        ("‹redacted: use token.expose()›", ErrorCode::RedactedToken),
        ("‹redacted›", ErrorCode::RedactedToken),
        ("Bearer ‹redacted: use token.expose()›", ErrorCode::RedactedToken),
    ] {
        refuses_exchange(json!({ "subjectToken": token }), code, "subjectToken");
        refuses_exchange(json!({ "actorToken": token }), code, "actorToken");
        refuses(json!({ "auth": { "type": "bearer", "accessToken": token } }), code, "auth.accessToken");
    }
    for token in ["a", "a b", "bearertoken", "!~", &long[1..]] {
        assert!(
            try_exchange(&client(json!({})), json!({ "subjectToken": token }), json!({}))
                .unwrap()
                .request()
                .share
                .eq(&false)
        );
    }
}

#[test]
fn api2_arguments_of_an_exchange_are_refused_by_name() {
    for (arguments, code, field) in [
        (json!({ "subjectToken": null }), MISSING, "subjectToken"),
        (json!({ "subjectToken": 5 }), INVALID, "subjectToken"),
        (json!({ "subjectTokenType": "" }), INVALID, "subjectTokenType"),
        (json!({ "subjectTokenType": "a b" }), INVALID, "subjectTokenType"),
        (json!({ "requestedTokenType": "ü" }), INVALID, "requestedTokenType"),
        (json!({ "requestedTokenType": 5 }), INVALID, "requestedTokenType"),
        (json!({ "actorTokenType": ACCESS }), MISSING, "actorToken"),
        (json!({ "actorToken": "a", "actorTokenType": "\n" }), INVALID, "actorTokenType"),
        (json!({ "audience": 5 }), INVALID, "audience"),
        (json!({ "audience": ["a", null] }), INVALID, "audience[1]"),
        (json!({ "audience": ["a", "b\nc"] }), INVALID, "audience[1]"),
        (json!({ "audience": ["", "b\nc"] }), INVALID, "audience[1]"),
        (json!({ "audience": "b\nc" }), INVALID, "audience"),
        (json!({ "resource": ["https://a.example", "", "/b"] }), INVALID, "resource[2]"),
        (json!({ "scope": ["a b", "é"] }), INVALID, "scope[1]"),
        (json!({ "resource": { "a": 1 } }), INVALID, "resource"),
        (json!({ "scope": [["a"]] }), INVALID, "scope[0]"),
        (json!({ "authorizationDetails": {} }), INVALID, "authorizationDetails"),
        (json!({ "authorizationDetails": "[]" }), INVALID, "authorizationDetails"),
        (json!({ "authorizationDetails": [{ "type": "a" }, "b"] }), INVALID, "authorizationDetails"),
        (json!({ "authorizationDetails": [{ "type": "a" }, {}] }), INVALID, "authorizationDetails"),
        (json!({ "authorizationDetails": [{ "type": 5 }] }), INVALID, "authorizationDetails"),
        (json!({ "claims": 5 }), INVALID, "claims"),
        (json!({ "claims": [] }), INVALID, "claims"),
        (json!({ "claims": "" }), INVALID, "claims"),
        (json!({ "claims": "eyJhIjoxfQ" }), INVALID, "claims"),
        (json!({ "verifyIssued": "yes" }), INVALID, "verifyIssued"),
        (json!({ "extra": { "a": "b" } }), INVALID, "extra"),
        (json!({ "extra": [["", "b"]] }), INVALID, "extra"),
    ] {
        refuses_exchange(arguments, code, field);
    }
}

#[test]
fn api0_scopes_resources_and_audiences_hold_only_what_they_may() {
    for scope in ["a\"b", "a\\b", "a\tb", "é", "a\nb", "\u{7f}"] {
        refuses_exchange(json!({ "scope": scope }), INVALID, "scope");
    }
    for scope in ["!#$%&'()*+,-./:;<=>?@[]^_`{|}~", "a  b", " a "] {
        assert_eq!(
            exchange(&client(json!({})), json!({ "scope": scope })).request().method.as_str(),
            "POST",
            "{scope}"
        );
    }
    for resource in [
        "crm",
        "/crm",
        "//crm.example",
        "https://crm.example/#",
        "https://crm.example/#x",
        "https://crm.example/ x",
        "https://crm\n",
        "1a:b",
        ":b",
    ] {
        refuses_exchange(json!({ "resource": resource }), INVALID, "resource");
    }
    for resource in ["https://crm.example", "https://crm.example/a?b=c", "urn:crm", "api://crm", "a+b-c.d:e"] {
        assert_eq!(
            exchange(&client(json!({})), json!({ "resource": resource })).request().method.as_str(),
            "POST",
            "{resource}"
        );
    }
}

#[test]
fn v08_extra_may_not_name_what_the_operation_or_the_authentication_sets_in_any_case() {
    for name in [
        "grant_type",
        "subject_token",
        "subject_token_type",
        "actor_token",
        "actor_token_type",
        "requested_token_type",
        "audience",
        "resource",
        "scope",
        "authorization_details",
        "claims",
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
    ] {
        for name in [name.to_owned(), name.to_uppercase()] {
            let extra = json!({ "extra": [["fine", "1"], [name, "x"]] });
            refuses_exchange(extra.clone(), INVALID, &["extra.", &name].concat());
            if !name.to_lowercase().contains("_token") && name.to_lowercase() != "claims" {
                let refused = credentials(&client(json!({})), extra).ends();
                assert_eq!(config_error(refused), (INVALID, ["extra.", &name].concat()));
            }
        }
    }
}

#[test]
fn api0_null_is_absent_for_what_is_optional() {
    let names = [
        "clientId",
        "auth",
        "preset",
        "discovery",
        "endpointOrigins",
        "insecureHosts",
        "timeoutMs",
        "maxRetries",
        "maxResponseBytes",
        "clockToleranceSeconds",
        "userAgent",
        "customHeaders",
        "conformance",
        "browser",
    ];
    let nulls: serde_json::Map<String, Value> = names.map(|name| (name.to_owned(), Value::Null)).into_iter().collect();
    assert!(try_client(nulls.into()).is_ok());
    let call = CallOptions::parse(r#"{"timeoutMs":null,"zone":null,"headers":null,"prepared":null}"#).unwrap();
    assert!(call.timeout_ms.is_none() && call.zone.is_none() && call.headers.is_empty() && !call.prepared);
}

#[test]
fn arguments_that_are_no_object_are_refused() {
    for text in ["null", "[]", "5", "\"x\""] {
        let expected = (INVALID, String::new());
        assert_eq!(config_error(ClientOptions::parse(text)), expected, "{text}");
        assert_eq!(config_error(TokenExchangeRequest::parse(text)), expected, "{text}");
        assert_eq!(config_error(ClientCredentialsRequest::parse(text)), expected, "{text}");
        assert_eq!(config_error(CallOptions::parse(text)), expected, "{text}");
    }
    let deep = ["{\"extra\":", &"[".repeat(100), &"]".repeat(100), "}"].concat();
    assert_eq!(config_error(TokenExchangeRequest::parse(&deep)), (INVALID, String::new()));
}

#[test]
fn p24_a_bad_call_is_refused_before_a_bad_argument_and_both_before_any_request() {
    let error = |error: Error| (error.fault(), error.retryable());
    let refused = try_exchange(&client(json!({})), json!({ "scope": "\"" }), json!({ "headers": [["host", "x"]] }));
    let refused = refused.and_then(|mut script| script.ends()).unwrap_err();
    assert_eq!(error(refused.clone()), (Fault::Config, false));
    assert_eq!(config_error(Err::<(), _>(refused)).1, "headers.host");
}

#[test]
fn an_unknown_name_that_is_like_a_known_one_is_told_of_it() {
    for (name, meant) in [
        ("subject_token", Some("subjectToken")),
        ("SubjectToken", Some("subjectToken")),
        ("subject_token_type", Some("subjectTokenType")),
        ("request", Some("requestedTokenType")),
        ("scopes", Some("scope")),
        ("audiences", Some("audience")),
        ("Resources", Some("resource")),
        ("tokens", Some("subjectToken")),
        ("details", Some("authorizationDetails")),
        ("token_type", Some("subjectTokenType")),
        ("aud", None),
        ("auds", None),
        ("tenant", None),
    ] {
        let error = TokenExchangeRequest::parse(&json!({ "subjectToken": "a", name: "b" }).to_string()).unwrap_err();
        let expected = match meant {
            Some(meant) => format!("there is no option `{name}`: did you mean `{meant}`?"),
            None => format!("there is no option `{name}`"),
        };
        assert_eq!(error.message(), expected);
    }
}

#[test]
fn a_secret_beside_the_client_id_is_shown_the_way_into_auth() {
    let options =
        json!({ "issuer": "https://as.example", "clientId": "agent", "clientSecret": "s3cret-s3cret-s3cret" });
    let error = ClientOptions::parse(&options.to_string()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::UnknownOption);
    assert_eq!(
        error.message(),
        "there is no option `clientSecret`: give `auth`, such as a `BasicAuth` of client id and secret"
    );
    let absent = json!({ "issuer": "https://as.example", "clientId": "agent", "clientSecret": null });
    assert!(ClientOptions::parse(&absent.to_string()).is_ok());
}
