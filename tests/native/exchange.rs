//! Token exchange and client credentials as they stand on the wire.

use crate::script::{
    ACCESS, AGENT, EXCHANGE, ISSUER, SUBJECT, TOKEN_ENDPOINT, client, config_error, credentials, exchange, field, form,
    token,
};
use onbehalf::error::ErrorCode;
use serde_json::json;

const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const SUBSTITUTE: &str = "urn:keycard:params:oauth:token-type:substitute-user";

#[test]
fn p1_basic_client_exchanges_an_access_token() {
    let client = client(json!({ "auth": { "type": "basic", "clientId": "client", "clientSecret": "secret" } }));
    let mut script = exchange(&client, json!({}));
    script.posts(
        TOKEN_ENDPOINT,
        &[AGENT, ("authorization", "Basic Y2xpZW50OnNlY3JldA==")],
        &[("grant_type", EXCHANGE), ("subject_token", SUBJECT), ("subject_token_type", ACCESS)],
    );
    let issued = script.answers(token(json!({}))).ends().unwrap();
    assert_eq!((issued.access_token.as_str(), issued.issuer.as_str()), ("issued_token", ISSUER));
}

#[test]
fn p2_public_client_names_target_scope_type_and_actor() {
    let arguments = json!({
        "audience": "https://api.example.com",
        "scope": "read write",
        "requestedTokenType": ACCESS,
        "actorToken": "actor_jwt_token",
        "actorTokenType": JWT,
    });
    exchange(&client(json!({})), arguments).posts(
        TOKEN_ENDPOINT,
        &[AGENT],
        &[
            ("grant_type", EXCHANGE),
            ("audience", "https://api.example.com"),
            ("scope", "read write"),
            ("requested_token_type", ACCESS),
            ("subject_token", SUBJECT),
            ("subject_token_type", ACCESS),
            ("actor_token", "actor_jwt_token"),
            ("actor_token_type", JWT),
        ],
    );
}

#[test]
fn p9_any_subject_type_goes_out_as_it_is() {
    let request = exchange(&client(json!({})), json!({ "subjectTokenType": SUBSTITUTE })).request();
    assert_eq!(field(&request, "subject_token_type"), [SUBSTITUTE]);
}

#[test]
fn p2_an_actor_token_without_a_type_is_an_access_token() {
    let request = exchange(&client(json!({})), json!({ "actorToken": "actor" })).request();
    assert_eq!(field(&request, "actor_token_type"), [ACCESS]);
}

#[test]
fn p33_lists_repeat_their_parameter_in_order_and_scope_is_one() {
    let arguments = json!({
        "resource": ["https://b.example/x?y=z", "", "https://a.example/", "urn:c"],
        "audience": ["crm", "", "a b"],
        "scope": ["crm:read crm:write", "", "openid", "crm:read"],
        "authorizationDetails": [{ "type": "payment" }],
        "claims": { "id_token": null },
        "extra": [["x", "1"], ["y", ""], ["x", "2 é&="]],
    });
    exchange(&client(json!({ "clientId": "agent" })), arguments).posts(
        TOKEN_ENDPOINT,
        &[AGENT],
        &[
            ("grant_type", EXCHANGE),
            ("resource", "https://b.example/x?y=z"),
            ("resource", "https://a.example/"),
            ("resource", "urn:c"),
            ("audience", "crm"),
            ("audience", "a b"),
            ("scope", "crm:read crm:write openid"),
            ("subject_token", SUBJECT),
            ("subject_token_type", ACCESS),
            ("authorization_details", r#"[{"type":"payment"}]"#),
            ("claims", r#"{"id_token":null}"#),
            ("x", "1"),
            ("y", ""),
            ("x", "2 é&="),
            ("client_id", "agent"),
        ],
    );
}

#[test]
fn p33_empty_lists_and_null_are_absent() {
    let arguments = json!({
        "resource": [], "audience": [""], "scope": "  ", "actorToken": null, "actorTokenType": null,
        "requestedTokenType": null, "claims": null, "authorizationDetails": null, "extra": null, "verifyIssued": null,
    });
    let request = exchange(&client(json!({})), arguments).request();
    assert_eq!(form(&request).len(), 3);
}

#[test]
fn p2_claims_may_be_given_as_text() {
    let request = exchange(&client(json!({})), json!({ "claims": "{\"id_token\":null}" })).request();
    assert_eq!(field(&request, "claims"), ["{\"id_token\":null}"]);
}

#[test]
fn p2_a_saml_assertion_may_be_long_and_a_token_may_not() {
    let long = "a".repeat(65_537);
    let saml = json!({ "subjectToken": long, "subjectTokenType": "urn:ietf:params:oauth:token-type:saml2" });
    assert_eq!(field(&exchange(&client(json!({})), saml).request(), "subject_token")[0].len(), 65_537);
    assert_eq!(exchange(&client(json!({})), json!({ "subjectToken": long })).code(), ErrorCode::InvalidOption);
}

#[test]
fn p30_client_credentials_send_only_what_is_set() {
    let client = client(json!({ "auth": { "type": "post", "clientId": "agent", "clientSecret": "agent-secret" } }));
    let named = [("client_id", "agent"), ("client_secret", "agent-secret")];
    let grant = [("grant_type", "client_credentials")];
    credentials(&client, json!({})).posts(TOKEN_ENDPOINT, &[AGENT], &[&grant, &named[..]].concat());
    let arguments = json!({
        "scope": ["read", "write"], "resource": "https://api.example.com/", "audience": ["a", "b"],
        "authorizationDetails": [{ "type": "x" }], "extra": [["client_info", "1"]],
    });
    let fields = [
        ("resource", "https://api.example.com/"),
        ("audience", "a"),
        ("audience", "b"),
        ("scope", "read write"),
        ("authorization_details", r#"[{"type":"x"}]"#),
        ("client_info", "1"),
    ];
    credentials(&client, arguments).posts(TOKEN_ENDPOINT, &[AGENT], &[&grant, &fields[..], &named].concat());
}

#[test]
fn p31_client_credentials_report_what_was_granted() {
    let mut script = credentials(&client(json!({})), json!({ "scope": "read write" }));
    script.request();
    let issued = script.answers(token(json!({ "scope": "read" }))).ends().unwrap();
    assert_eq!((issued.scope, issued.missing_scopes), (vec!["read".to_owned()], vec!["write".to_owned()]));
}

/// The first request of a client with this preset.
fn under(preset: serde_json::Value, arguments: serde_json::Value) -> Vec<(String, String)> {
    form(&exchange(&client(json!({ "preset": preset })), arguments).request())
}

fn refused(preset: serde_json::Value, arguments: serde_json::Value) -> (ErrorCode, String) {
    crate::script::config_error(exchange(&client(json!({ "preset": preset })), arguments).ends())
}

#[test]
fn presets_rename_the_subject_token_and_then_send_no_type() {
    let entra = json!({
        "id": "mine", "grantType": "urn:ietf:params:oauth:grant-type:jwt-bearer", "names": { "subjectToken": "assertion" },
        "fixed": [["requested_token_use", "on_behalf_of"]],
    });
    let expected = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", SUBJECT),
        ("requested_token_use", "on_behalf_of"),
    ];
    assert_eq!(under(entra, json!({})), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn presets_refuse_an_extra_parameter_in_place_of_the_renamed_subject_token() {
    let preset = json!({ "id": "mine", "names": { "subjectToken": "user_token" } });
    let found = refused(preset, json!({ "extra": [["USER_TOKEN", "x"]] }));
    assert_eq!(found, (ErrorCode::InvalidOption, "extra.USER_TOKEN".into()));
}

#[test]
fn presets_send_the_requested_type_always_if_set_or_never() {
    let sent = |word: &str, arguments| {
        let form = under(json!({ "id": "mine", "sendRequestedType": word }), arguments);
        form.into_iter().find(|(name, _)| name == "requested_token_type").map(|(_, value)| value)
    };
    assert_eq!(sent("always", json!({})).as_deref(), Some(ACCESS));
    assert_eq!(sent("always", json!({ "requestedTokenType": JWT })).as_deref(), Some(JWT));
    assert_eq!(sent("if-set", json!({})), None);
    assert_eq!(sent("if-set", json!({ "requestedTokenType": JWT })).as_deref(), Some(JWT));
    assert_eq!(sent("never", json!({ "requestedTokenType": ACCESS })), None);
    let never = json!({ "id": "mine", "sendRequestedType": "never" });
    let refused = refused(never, json!({ "requestedTokenType": JWT }));
    assert_eq!(refused, (ErrorCode::InvalidOption, "requestedTokenType".into()), "it would come to something else");
}

#[test]
fn presets_let_no_extra_parameter_replace_or_repeat_a_fixed_one() {
    let preset = json!({ "id": "mine", "fixed": [["mode", "a"], ["other", "b"]] });
    for name in ["mode", "MODE", "Other"] {
        let refused = refused(preset.clone(), json!({ "extra": [[name, "mine"]] }));
        assert_eq!(refused, (ErrorCode::InvalidOption, format!("extra.{name}")));
    }
    // What says the same is no replacement.
    let sent = under(preset, json!({ "extra": [["mode", "a"], ["more", "c"]] }));
    let tail: Vec<_> = sent.iter().skip(3).map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(tail, [("mode", "a"), ("other", "b"), ("more", "c")]);
}

#[test]
fn presets_refuse_before_any_request_what_the_server_would_refuse() {
    let invalid = |field: &str| (ErrorCode::InvalidOption, field.to_owned());
    let missing = |field: &str| (ErrorCode::MissingOption, field.to_owned());
    let preset = |members| crate::script::merged(json!({ "id": "mine" }), members);
    for (members, arguments, expected) in [
        (json!({ "target": { "many": false } }), json!({ "audience": ["a", "b"] }), invalid("audience")),
        (json!({ "target": { "many": false } }), json!({ "resource": ["urn:a", "urn:b"] }), invalid("resource")),
        (json!({ "target": { "forbid": ["resource"] } }), json!({ "resource": "urn:a" }), invalid("resource")),
        (json!({ "target": { "forbid": ["audience"] } }), json!({ "audience": "a" }), invalid("audience")),
        (json!({ "target": { "required": true } }), json!({}), missing("audience")),
        (json!({ "target": { "required": true, "via": "resource" } }), json!({}), missing("resource")),
        (json!({ "target": { "required": true, "via": "scope" } }), json!({}), missing("scope")),
        (json!({ "scope": { "required": true } }), json!({}), missing("scope")),
        (json!({ "subjectTypes": [JWT] }), json!({ "subjectTokenType": ACCESS }), invalid("subjectTokenType")),
        (
            json!({ "actorTypes": [JWT] }),
            json!({ "actorToken": "a", "actorTokenType": ACCESS }),
            invalid("actorTokenType"),
        ),
        (json!({ "target": { "forbid": ["actorToken"] } }), json!({ "actorToken": "a" }), invalid("actorToken")),
        (json!({ "requestedTypes": [JWT] }), json!({ "requestedTokenType": ACCESS }), invalid("requestedTokenType")),
        (json!({ "requiredExtra": ["connector_id"] }), json!({}), missing("extra.connector_id")),
        (
            json!({ "requiredExtra": ["connector_id"] }),
            json!({ "extra": [["connector_id", ""]] }),
            missing("extra.connector_id"),
        ),
    ] {
        assert_eq!(refused(preset(members.clone()), arguments), expected, "{members}");
    }
    let accepted = json!({
        "id": "mine", "target": { "many": false, "required": true, "forbid": ["resource"] }, "scope": { "required": true },
        "subjectTypes": [ACCESS], "actorTypes": [JWT], "requestedTypes": [ACCESS], "requiredExtra": ["connector_id"],
    });
    let arguments = json!({
        "audience": "a", "scope": "s", "actorToken": "a", "actorTokenType": JWT, "requestedTokenType": ACCESS,
        "extra": [["connector_id", "ldap"]],
    });
    assert_eq!(under(accepted, arguments).len(), 9);
}

#[test]
fn presets_type_an_actor_or_subject_without_a_type_must_be_one_the_server_takes() {
    let preset = json!({ "id": "mine", "subjectTypes": [JWT] });
    assert_eq!(refused(preset, json!({})), (ErrorCode::InvalidOption, "subjectTokenType".into()));
    let preset = json!({ "id": "mine", "actorTypes": [JWT] });
    assert_eq!(refused(preset, json!({ "actorToken": "a" })), (ErrorCode::InvalidOption, "actorTokenType".into()));
}

#[test]
fn keycloak_takes_access_tokens_only() {
    assert_eq!(
        refused(json!("keycloak"), json!({ "subjectTokenType": JWT })),
        (ErrorCode::InvalidOption, "subjectTokenType".into())
    );
    assert_eq!(under(json!("keycloak"), json!({ "audience": ["a", "b"] })).len(), 5);
}

#[test]
fn an_actor_is_not_named_to_servers_that_would_leave_it_out_silently() {
    for (preset, arguments) in [("keycloak", json!({})), ("entra", json!({ "scope": "s" }))] {
        let arguments = crate::script::merged(arguments, json!({ "actorToken": "a" }));
        let error = exchange(&client(json!({ "preset": preset })), arguments).error();
        assert_eq!(error.message(), format!("the preset {preset} says that the server takes no `actorToken`"));
        assert_eq!(config_error::<()>(Err(error)).1, "actorToken");
    }
}

#[test]
fn a_server_that_takes_no_target_takes_an_actor_all_the_same() {
    for via in ["scope", "none"] {
        let client = client(json!({ "preset": { "id": "mine", "target": { "via": via } } }));
        let request = exchange(&client, json!({ "actorToken": "a", "scope": "s" })).request();
        assert_eq!(field(&request, "actor_token"), ["a"], "{via}");
    }
}
