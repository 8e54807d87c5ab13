//! The tables in `tests/vectors`, which other suites read too.

use onbehalf::base64;
use onbehalf::form;
use onbehalf::policy::discovery::candidates;
use onbehalf::policy::preset::PresetDiscovery;
use onbehalf::protocol::rfc6749_client_authentication::basic;
use onbehalf::protocol::rfc8414_metadata::same_issuer;
use onbehalf::protocol::rfc9110_challenge;
use onbehalf::url::Url;
use serde_json::Value;
use std::collections::BTreeMap;

/// The rows of a table.
pub fn rows(name: &str) -> Vec<Value> {
    let path = [env!("CARGO_MANIFEST_DIR"), "/tests/vectors/", name, ".json"].concat();
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert!(!rows.is_empty(), "{path}");
    rows
}

/// A text of a row.
pub fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_str().unwrap_or_else(|| panic!("no `{member}` in {row}"))
}

/// What leaves the core, which must be JSON.
pub fn data(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What is wrong with data that must have these members; a member that is `null` here must not be there.
pub fn mismatch(expected: &Value, actual: &str) -> Option<String> {
    let actual = data(actual);
    differs(expected, &actual).then(|| format!("expected {expected}\n   found {actual}"))
}

fn differs(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => expected.iter().any(|(name, expected)| {
            let actual = actual.get(name);
            if expected.is_null() { actual.is_some() } else { actual.is_none_or(|actual| differs(expected, actual)) }
        }),
        (Value::Array(expected), Value::Array(actual)) => {
            expected.len() != actual.len()
                || expected.iter().zip(actual).any(|(expected, actual)| differs(expected, actual))
        }
        (Value::Number(expected), Value::Number(actual)) => expected.as_f64() != actual.as_f64(),
        _ => expected != actual,
    }
}

#[test]
fn t03_t04_t06_t11_urls_are_read_by_the_whatwg_rules() {
    for row in rows("urls") {
        let found = Url::parse(text(&row, "input"));
        let Some(href) = row["href"].as_str() else {
            assert_eq!(found, None, "{row}");
            continue;
        };
        let found = found.unwrap_or_else(|| panic!("{row}"));
        assert_eq!((found.href.as_str(), found.origin().as_str()), (href, text(&row, "origin")), "{row}");
        let flags = [
            ("query", found.has_query),
            ("fragment", found.has_fragment),
            ("userInfo", found.has_user_info),
            ("loopback", found.is_loopback()),
        ];
        for (name, flag) in flags {
            assert_eq!(flag, row[name] == true, "{name} of {row}");
        }
        // What was read is read the same again.
        assert_eq!(Url::parse(href).map(|again| again.href), Some(href.into()), "{row}");
    }
}

#[test]
fn p1_x2_v111_basic() {
    for row in rows("basic") {
        let (id, secret) = (text(&row, "clientId"), text(&row, "clientSecret"));
        for (encoding, raw) in [("form", false), ("raw", true)] {
            let expected = base64::encode(text(&row, encoding).as_bytes());
            assert_eq!(basic(id, secret, raw), ["Basic ", &expected].concat(), "{encoding} of {row}");
        }
        assert_eq!(basic(id, secret, false), text(&row, "header"), "{row}");
    }
}

#[test]
fn p1_forms_are_encoded_strictly_and_read_back_by_any_decoder() {
    for row in rows("form") {
        let plain = text(&row, "text");
        let encoded = form::encode(plain);
        assert_eq!(encoded, text(&row, "encoded"), "{row}");
        let body = ["x=", &encoded].concat();
        let read: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
        assert_eq!(read, [("x".into(), plain.into())], "{row}");
    }
}

#[test]
fn v102_v103_v104_v105_challenges() {
    for row in rows("challenges") {
        let found: Vec<Value> = rfc9110_challenge::parse(text(&row, "header"))
            .into_iter()
            .map(|challenge| {
                let params: BTreeMap<_, _> = challenge.params.into_iter().collect();
                let mut found = serde_json::json!({ "scheme": challenge.scheme, "params": params });
                if let Some(token68) = challenge.token68 {
                    found["token68"] = token68.into();
                }
                found
            })
            .collect();
        assert_eq!(Value::from(found), row["challenges"], "{row}");
    }
}

#[test]
fn p60_p69_v79_well_known_addresses() {
    for row in rows("well-known") {
        let issuer = Url::parse(text(&row, "issuer")).unwrap();
        for discovery in PresetDiscovery::VARIANTS {
            let expected: Vec<String> = serde_json::from_value(row[discovery.as_str()].clone()).unwrap();
            assert_eq!(candidates(&issuer, *discovery), expected, "{discovery:?} of {row}");
        }
    }
}

#[test]
fn p60_p94_t03_issuers_are_compared_letter_by_letter() {
    for row in rows("issuers") {
        let (left, right) = (text(&row, "configured"), text(&row, "found"));
        assert_eq!(same_issuer(left, right), row["same"] == true, "{row}");
        assert_eq!(same_issuer(right, left), row["same"] == true, "{row}, turned around");
    }
}
