//! What each answer of the token endpoint becomes: the tables `token-answers` and `token-errors`.

use crate::script::{self, Script, TOKEN_ENDPOINT, answer, credentials, exchange};
use crate::vectors::{mismatch, rows, text};
use onbehalf::http::HttpResponse;
use onbehalf::protocol::rfc6749_token::TokenSet;
use serde_json::Value;

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
