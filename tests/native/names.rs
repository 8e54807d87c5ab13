//! Names that callers write, and lists of them: what a refusal shows of a name, and how many are taken.

use crate::script::{client, config_error, merged, try_client, try_exchange};
use onbehalf::error::{Error, ErrorCode};
use onbehalf::flow::client_credentials::ClientCredentialsRequest;
use onbehalf::store::StoreExchange;
use serde_json::{Value, json};

/// A line of its own, colours, a line separator and text that is turned around: what a log must not be made to show.
const WILD: &str = "a\nERROR\u{1b}[31m\u{85}\u{2028}\u{202e}";
const TAMED: &str = r"a\nERROR\u001b[31m\u0085\u2028\u202e";

/// Asserts that neither message nor field of a refusal holds a control character, and that it names what was written.
fn tames<T>(refused: Result<T, Error>) {
    let error = refused.err().expect("it is refused");
    let shown = [error.message(), config_error(Err::<T, _>(error)).1];
    for text in &shown {
        assert!(!text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{202e}')), "{text:?}");
    }
    assert!(shown.iter().any(|text| text.contains(TAMED)), "{shown:?}");
}

#[test]
fn x13_control_characters_in_names_are_escaped_where_a_refusal_shows_them() {
    let auth = json!({ "type": "basic", "clientId": "agent", "clientSecret": "secret" });
    tames(try_client(json!({ WILD: "x" })));
    tames(try_client(json!({ "auth": { "type": "none", WILD: "x" } })));
    tames(try_client(json!({ "preset": { "id": "mine", "errors": [{ "action": "wait", WILD: "x" }] } })));
    tames(try_client(json!({ "preset": WILD })));
    tames(try_client(json!({ "preset": { "id": WILD, "clientAuth": { "allowed": ["none"] } }, "auth": auth })));
    tames(try_client(json!({ "customHeaders": [[WILD, "x"]] })));
    let exchange = |preset: Value, arguments: Value, options: Value| {
        let client = client(json!({ "preset": preset, "clientId": null }));
        try_exchange(&client, arguments, options).and_then(|mut script| script.ends())
    };
    let mine = |members: Value| {
        let mut preset = json!({ "id": "mine" });
        preset.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        preset
    };
    tames(exchange(json!(null), json!({ WILD: "x" }), json!({})));
    tames(exchange(json!(null), json!({}), json!({ WILD: "x" })));
    tames(exchange(json!(null), json!({}), json!({ "headers": [[WILD, "x"]] })));
    tames(exchange(mine(json!({ "requiredExtra": [WILD] })), json!({}), json!({})));
    tames(exchange(mine(json!({ "fixed": [[WILD, "x"]] })), json!({ "extra": [[WILD, "y"]] }), json!({})));
    tames(exchange(mine(json!({ "requestedTypes": [WILD] })), json!({ "requestedTokenType": "urn:x" }), json!({})));
    tames(StoreExchange::describe_all(&json!({ "configs": [{ WILD: "x" }] }).to_string()));
}

#[test]
fn targets_are_no_more_than_anybody_names() {
    for (count, taken) in [(1000, true), (1001, false)] {
        let targets: Value = (0..count).map(|at| json!(format!("urn:{at}"))).collect();
        for field in ["audience", "resource", "scope"] {
            let script = try_exchange(&client(json!({})), json!({ field: targets }), json!({}));
            let refused = match script.unwrap().step() {
                onbehalf::flow::Step::Done(Err(error)) => Some(error.message()),
                _ => None,
            };
            assert_eq!(refused, (!taken).then(|| format!("`{field}` is too long")), "{count}");
        }
    }
}

#[test]
fn names_with_values_are_no_more_than_anybody_gives() {
    let many = |count: usize| -> Value { (0..count).map(|at| json!([format!("x-{at}"), "v"])).collect() };
    for (count, taken) in [(1000, true), (1001, false)] {
        let list = many(count);
        let named = json!({ "ref": "r", "name": "n", "kind": "k", "scope": "s", "status": "active", "clientId": "c" });
        let config = merged(named, json!({ "tokenEndpoint": "https://as.example/token", "extraParams": list }));
        let config = json!({ "configs": [config] }).to_string();
        let preset = json!({ "id": "mine", "fixed": list });
        let agent = client(json!({}));
        for (outcome, field) in [
            (try_client(json!({ "customHeaders": list })).err(), "customHeaders"),
            (try_client(json!({ "preset": preset })).err(), "preset.fixed"),
            (try_exchange(&agent, json!({}), json!({ "headers": list })).err(), "headers"),
            (try_exchange(&agent, json!({ "extra": list }), json!({})).err(), "extra"),
            (ClientCredentialsRequest::parse(&json!({ "extra": list }).to_string()).err(), "extra"),
        ] {
            let refused = outcome.map(|error| (error.message(), config_error(Err::<(), _>(error))));
            let expected = (["`", field, "` is too long"].concat(), (ErrorCode::InvalidOption, field.to_owned()));
            assert_eq!(refused, (!taken).then_some(expected), "{count}");
        }
        let refused = StoreExchange::describe_all(&config).err().map(|error| config_error(Err::<(), _>(error)).1);
        assert_eq!(refused, (!taken).then(|| "configs[0].extraParams".to_owned()));
    }
}
