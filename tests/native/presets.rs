//! What the built-in presets send, and the switches of a preset of one's own that are no refusals.

use crate::discovery::RFC8414;
use crate::script::{
    AGENT, ISSUER, START, SUBJECT, TOKEN_ENDPOINT, client, config_error, discovering, discovery, exchange,
    exchange_with, form, metadata,
};
use onbehalf::error::ErrorCode;
use onbehalf::policy::preset::{PresetName, ServerPreset};
use serde_json::{Value, json};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

#[test]
fn every_built_in_preset_has_its_name_as_its_id() {
    for name in PresetName::WORDS.iter().copied() {
        assert_eq!(ServerPreset::named(name).unwrap().id, name);
    }
    let refused = config_error(ServerPreset::named("Keycloak"));
    assert_eq!(refused, (ErrorCode::UnknownPreset, "preset".into()));
}

#[test]
fn entra_is_sent_its_on_behalf_of_flow() {
    let auth = json!({ "type": "post", "clientId": "agent", "clientSecret": "agent-secret" });
    let client = client(json!({ "preset": "entra", "auth": auth }));
    exchange(&client, json!({ "scope": "api://crm/.default" })).posts(
        TOKEN_ENDPOINT,
        &[AGENT],
        &[
            ("grant_type", JWT_BEARER),
            ("scope", "api://crm/.default"),
            ("assertion", SUBJECT),
            ("requested_token_use", "on_behalf_of"),
            ("client_id", "agent"),
            ("client_secret", "agent-secret"),
        ],
    );
}

#[test]
fn entra_is_not_sent_what_it_does_not_know() {
    let client = client(json!({ "preset": "entra" }));
    let refused = |arguments| config_error(exchange(&client, arguments).ends());
    assert_eq!(refused(json!({})), (ErrorCode::MissingOption, "scope".into()));
    for field in ["audience", "resource"] {
        let found = refused(json!({ "scope": "s", field: "urn:crm" }));
        assert_eq!(found, (ErrorCode::InvalidOption, field.into()));
    }
    let saml = "urn:ietf:params:oauth:token-type:saml2";
    let found = refused(json!({ "scope": "s", "subjectTokenType": saml }));
    assert_eq!(found, (ErrorCode::InvalidOption, "subjectTokenType".into()));
}

/// Code and field of what an exchange under a preset is refused with; `None` for one that is sent.
fn refusal(preset: Value, arguments: Value) -> Option<(ErrorCode, String)> {
    let mut script = exchange(&client(json!({ "preset": preset })), arguments);
    match script.step() {
        onbehalf::flow::Step::Send(_) => None,
        onbehalf::flow::Step::Done(outcome) => Some(config_error(outcome)),
        _ => panic!("a request or a refusal is expected"),
    }
}

#[test]
fn a_target_that_stands_in_the_scopes_or_nowhere_is_not_named_otherwise() {
    for (via, taken) in [("audience", true), ("resource", true), ("scope", false), ("none", false)] {
        for field in ["audience", "resource"] {
            let preset = json!({ "id": "mine", "target": { "via": via } });
            let expected = (!taken).then(|| (ErrorCode::InvalidOption, field.to_owned()));
            assert_eq!(refusal(preset, json!({ field: "urn:crm" })), expected, "{via} {field}");
        }
    }
}

#[test]
fn a_server_that_refuses_a_request_without_scopes_is_not_sent_one() {
    let preset = json!({ "id": "mine", "scope": { "omitMeans": "error" } });
    assert_eq!(refusal(preset.clone(), json!({})), Some((ErrorCode::MissingOption, "scope".into())));
    assert_eq!(refusal(preset, json!({ "scope": "a" })), None);
}

#[test]
fn a_server_without_metadata_is_not_asked_for_it() {
    let preset = json!({ "id": "mine", "discovery": "fixed" });
    let client = discovering(json!({ "preset": preset }));
    let error = exchange(&client, json!({})).error();
    assert_eq!(error.message(), "the preset mine says that the server has no metadata: give `endpoints`");
    assert_eq!(config_error::<()>(Err(error)), (ErrorCode::MissingEndpoint, "endpoints.token".into()));
    assert_eq!(
        discovery(&client, START).code(),
        ErrorCode::MissingEndpoint,
        "and no status of a request that was never sent"
    );
}

#[test]
fn a_secret_is_sent_as_the_metadata_says_and_in_the_header_by_default() {
    let basic = Some("Basic Y2xpZW50OnNlY3JldA==");
    let auth = json!({ "type": "secret", "clientId": "client", "clientSecret": "secret" });
    for (methods, header) in [
        (json!(null), basic),
        (json!(["client_secret_post"]), None),
        (json!(["client_secret_post", "client_secret_basic"]), basic),
        (json!(["private_key_jwt"]), basic),
        (json!([]), basic),
        (json!("client_secret_post"), basic),
    ] {
        let client = discovering(json!({ "auth": auth }));
        let mut script = exchange(&client, json!({}));
        let members = json!({ "token_endpoint_auth_methods_supported": methods });
        let request = script.gets(RFC8414).answers(metadata(members)).request();
        assert_eq!(request.header("authorization"), header, "{methods}");
        let posted = form(&request).contains(&("client_secret".into(), "secret".into()));
        assert_eq!(posted, header.is_none(), "{methods}");
    }
    let known = exchange(&client(json!({ "auth": auth })), json!({})).request();
    assert_eq!(known.header("authorization"), basic);
}

#[test]
fn t04_t72_a_token_is_presented_only_at_an_address_that_may_be_spoken_to() {
    let client = client(json!({ "insecureHosts": ["crm.internal"] }));
    let present = |url: &str, token: &str| client.authorize_resource(url, token, "Bearer", None);
    for url in
        ["https://crm.example/x?y#", "http://crm.example/", "ftp://crm.example/", "/x", "https://u:p@crm.example/"]
    {
        assert!(
            matches!(config_error(present(url, "abc")).0, ErrorCode::InvalidEndpoint | ErrorCode::InsecureUrl),
            "{url}"
        );
    }
    for url in ["https://crm.example/x?y", "http://crm.internal/", "http://localhost:8080/"] {
        assert_eq!(present(url, "abc").unwrap(), "Bearer abc", "{url}");
    }
    let redacted = config_error(present("https://crm.example/", "‹redacted: use token.expose()›"));
    assert_eq!(redacted.0, ErrorCode::RedactedToken);
    assert_eq!(config_error(present("https://crm.example/", "a\nb")).0, ErrorCode::InvalidOption);
}

#[test]
fn p24_options_of_the_call_do_not_change_what_the_preset_says() {
    let client = client(json!({ "preset": "keycloak" }));
    let request = exchange_with(&client, json!({}), json!({ "zone": "z", "timeoutMs": 5 })).request();
    assert_eq!((request.url.as_str(), form(&request).len()), (TOKEN_ENDPOINT, 3));
    assert_eq!(client.issuer(), ISSUER);
}
