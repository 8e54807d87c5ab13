//! What each answer of the token endpoint becomes: the tables `token-answers` and `token-errors`.

use crate::script::{
    self, Script, TOKEN_ENDPOINT, answer, client, credentials, exchange, json_answer, token, with_header,
};
use crate::vectors::{mismatch, rows, text};
use onbehalf::error::ErrorDetails;
use onbehalf::http::HttpResponse;
use onbehalf::protocol::rfc6749_token::TokenSet;
use onbehalf::protocol::rfc6750_bearer::authorization_header;
use serde_json::{Value, json};

#[test]
fn p3_p6_p7_p8_p14_x4_token_answers() {
    walk("token-answers");
}

#[test]
fn p4_p5_x1_x19_t05_t10_error_answers() {
    walk("token-errors");
}

fn walk(table: &str) {
    let wrong: Vec<String> = rows(table)
        .iter()
        .filter_map(|row| outcome(row).map(|wrong| [text(row, "case"), ": ", text(row, "name"), "\n", &wrong].concat()))
        .collect();
    assert!(wrong.is_empty(), "{} rows of {table}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What is wrong with the outcome of a row.
fn outcome(row: &Value) -> Option<String> {
    let mut script = started(row);
    assert_eq!(script.request().url, TOKEN_ENDPOINT);
    script.answers(scripted(&row["answer"]));
    let (expected, found) = match script.ends() {
        Ok(token) => ("result", token.to_json()),
        Err(error) => ("error", error.to_json()),
    };
    match row.get(expected) {
        Some(expected) => mismatch(expected, &found),
        None => Some(["   found ", &found].concat()),
    }
}

fn started(row: &Value) -> Script<TokenSet> {
    let client = script::client(row["client"].clone());
    match row["operation"].as_str() {
        Some("clientCredentials") => credentials(&client, serde_json::json!({})),
        _ => exchange(&client, row["request"].clone()),
    }
}

/// The answer of a row; it is JSON unless it says otherwise.
fn scripted(row: &Value) -> HttpResponse {
    let body = row.get("json").map_or_else(|| text(row, "body").to_owned(), Value::to_string);
    let status = row["status"].as_u64().unwrap_or(200).try_into().unwrap();
    let Some(headers) = row["headers"].as_object() else { return answer(status, "application/json", body) };
    let headers = headers.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().into()));
    HttpResponse { status, headers: headers.collect(), body }
}

#[test]
fn t47_what_was_asked_for_and_is_no_access_token_stays_none_when_the_answer_is_silent() {
    for name in ["id_token", "refresh_token", "saml1", "saml2"] {
        let asked = ["urn:ietf:params:oauth:token-type:", name].concat();
        let mut script = exchange(&client(json!({})), json!({ "requestedTokenType": asked }));
        script.request();
        let silent = json_answer(200, json!({ "access_token": "issued", "token_type": "Bearer" }));
        let issued = script.answers(silent).ends().unwrap();
        assert_eq!(
            (issued.issued_token_type.as_deref(), &issued.assumed[..]),
            (Some(asked.as_str()), &["issuedTokenType".to_owned()][..])
        );
        assert!(
            authorization_header(&issued.access_token, &issued.token_type, issued.issued_token_type.as_deref())
                .is_err()
        );
    }
}

#[test]
fn of_a_server_that_names_scopes_otherwise_no_scope_is_told_to_be_missing() {
    for (echoed, missing) in [(true, vec!["https://graph.example/.default"]), (false, vec![])] {
        let preset = json!({ "id": "mine", "scope": { "echoed": echoed } });
        let mut script =
            exchange(&client(json!({ "preset": preset })), json!({ "scope": "https://graph.example/.default" }));
        script.request();
        let issued = script.answers(token(json!({ "scope": "User.Read" }))).ends().unwrap();
        assert_eq!(
            (issued.scope, issued.missing_scopes),
            (vec!["User.Read".to_owned()], missing.into_iter().map(String::from).collect())
        );
    }
}

#[test]
fn scopes_that_only_the_call_names_stay_whatever_else_was_sent() {
    let scope = "crm.contacts.read.everything";
    let mut script = exchange(&client(json!({})), json!({ "scope": scope, "extra": [["scopes_wanted", scope]] }));
    script.request();
    assert_eq!(script.answers(token(json!({}))).ends().unwrap().scope, [scope]);
}

#[test]
fn v30_a_challenge_beside_status_200_is_none() {
    let mut script = exchange(&client(json!({ "maxRetries": 0 })), json!({}));
    script.request();
    let refusal = with_header(json_answer(200, json!({ "error": "invalid_grant" })), "www-authenticate", "Bearer");
    match script.answers(refusal).error().details() {
        ErrorDetails::Server(error) => assert!(error.challenges.is_empty()),
        other => panic!("{other:?}"),
    }
}
