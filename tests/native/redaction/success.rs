//! Attacks on redaction by answers that give a token.

use super::*;

/// What is looked for in a success: values of headers and parameters, which only may be keys, are not.
fn is_credential(secret: &str) -> bool {
    secret.len() >= 16 && ![EXTRA, HEADER, CALL_HEADER].contains(&secret)
}

#[test]
fn a_secret_as_the_token_type() {
    attack(|secret| json_answer(200, json!({ "access_token": "a", "token_type": secret })));
}

#[test]
fn a_secret_in_a_success_that_is_refused() {
    attack(|secret| answer(200, "text/html", secret));
    attack(|secret| answer(200, "application/json", secret));
    attack(|secret| answer(201, "application/json", secret));
    attack(|secret| json_answer(200, json!({ "access_token": secret })));
    attack(|secret| json_answer(200, json!({ "access_token": secret, "token_type": "Bearer", "expires_in": secret })));
    attack(|secret| script::token(json!({ "issued_token_type": 5, "scope": secret, "access_token": secret })));
}

#[test]
fn a_secret_among_the_scopes_of_a_success() {
    for (auth, secrets) in ways() {
        for secret in secrets.iter().filter(|secret| is_credential(secret) && !secret.contains(' ')) {
            let scope = ["crm:read-everything-there-is ", secret, " issued-access-token-4b7e"].concat();
            let issued = json!({ "access_token": "issued-access-token-4b7e", "scope": scope });
            let token = planted(auth.clone()).answers(script::token(issued)).ends().unwrap();
            assert_eq!(token.scope, ["crm:read-everything-there-is"], "{secret}");
        }
    }
}

#[test]
fn a_secret_as_the_issued_type_or_in_the_details_of_a_success() {
    let details = json!([{ "type": "accounts", "actions": ["read"] }]);
    for (auth, secrets) in ways() {
        let long = secrets.iter().map(String::as_str).filter(|secret| is_credential(secret));
        for secret in long.chain(["issued-access-token-4b7e"]) {
            let echo = json!([{ "type": "accounts", "of": secret }]);
            for (issued_type, details) in [(["x:", secret].concat(), &details), (script::ACCESS.into(), &echo)] {
                let issued = json!({ "access_token": "issued-access-token-4b7e", "issued_token_type": issued_type, "authorization_details": details });
                let token = planted(auth.clone()).answers(script::token(issued)).ends().unwrap();
                let shown =
                    [token.issued_token_type.unwrap_or_default(), token.authorization_details.unwrap_or_default()];
                assert!(!shown.concat().contains(secret), "{shown:?}");
                assert_ne!(shown.concat(), "", "what is no echo stays");
            }
        }
    }
    for id_token in ["urn:ietf:params:oauth:token-type:id_token", "URN:IETF:params:oauth:token-type:id_token"] {
        let mut script = exchange_with(&client(json!({})), json!({ "extra": [["x", id_token]] }), json!({}));
        script.request();
        let token = script.answers(script::token(json!({ "issued_token_type": id_token }))).ends().unwrap();
        assert_eq!(token.issued_token_type.as_deref(), Some(id_token), "a type is no secret");
    }
}

#[test]
fn of_scopes_that_cannot_all_be_looked_at_only_the_short_ones_stay() {
    let many: Vec<String> = (0..4_000).map(|scope| format!("contacts:read:{scope:06}")).collect();
    for scope in [["crm ", &many.join(" ")].concat(), "crm contacts:read:everything \u{fdd0}".into()] {
        let token =
            planted(json!({ "type": "none" })).answers(script::token(json!({ "scope": scope }))).ends().unwrap();
        assert!(token.scope.starts_with(&["crm".into()]) && token.scope.iter().all(|scope| scope.len() < 32));
        assert!(token.scope.len() < 4);
    }
}

#[test]
fn an_address_that_also_stands_in_a_header_or_parameter_stays_in_scopes_and_details() {
    const GRAPH: &str = "https://graph.example.com/";
    let client = client(json!({ "customHeaders": [["x-api", GRAPH]] }));
    let arguments = json!({ "extra": [["resource_url", GRAPH]] });
    let mut script = exchange_with(&client, arguments, json!({ "headers": [["x-call", GRAPH]] }));
    script.request();
    let scope = [GRAPH, "User.Read"].concat();
    let mail = [GRAPH, "mail"].concat();
    let details = json!([{ "type": "mail", "locations": [mail] }]);
    let token =
        script.answers(script::token(json!({ "scope": scope, "authorization_details": details }))).ends().unwrap();
    assert_eq!((token.scope, token.missing_scopes.len()), (vec![scope], 0));
    assert_eq!(token.authorization_details, Some(details.to_string()));
}
