#![allow(clippy::arithmetic_side_effects, reason = "a test that panics has done its work")]

use super::*;
use crate::protocol::rfc6749_token::ScopeSource;

const NOW: UnixMillis = UnixMillis(1_700_000_000_000);
const CAPS: Caps = Caps { skew_seconds: 30, max_expires_in_seconds: None, default_expires_in_seconds: None };

fn token(access_token: &str, expires_in: Option<u64>) -> TokenSet {
    TokenSet {
        access_token: access_token.into(),
        token_type: "Bearer".into(),
        issued_token_type: None,
        expires_in,
        expires_at: expires_in.map(|seconds| NOW.plus(seconds * 1000)),
        scope: Vec::new(),
        scope_source: ScopeSource::Unknown,
        missing_scopes: Vec::new(),
        refresh_token: None,
        id_token: None,
        authorization_details: None,
        issuer: String::new(),
        assumed: Vec::new(),
        usable_until: None,
        stale_until: None,
    }
}

fn jwt(claims: &str) -> String {
    let payload = base64::encode(claims.as_bytes()).replace('+', "-").replace('/', "_").replace('=', "");
    ["e30", payload.as_str(), "c2ln"].join(".")
}

fn jwt_for(seconds: u64) -> String {
    jwt(&format!("{{\"exp\":{}}}", NOW.0 / 1000 + seconds))
}

/// Seconds from now to `usable_until` and `stale_until`.
fn life(token: &TokenSet, subject_exp: Option<f64>, caps: Caps) -> Option<(f64, f64)> {
    let seconds = |instant: UnixMillis| (instant.0 as f64 - NOW.0 as f64) / 1000.0;
    life_of(token, subject_exp, &caps, NOW).map(|life| (seconds(life.usable_until), seconds(life.stale_until)))
}

fn in_seconds(seconds: f64) -> Option<f64> {
    Some(NOW.0 as f64 / 1000.0 + seconds)
}

#[test]
fn p143_the_end_is_the_earliest_of_all_that_bound_it() {
    assert_eq!(life(&token("t", Some(3600)), None, CAPS), Some((3570.0, 3595.0)));
    assert_eq!(life(&token(&jwt_for(1800), Some(3600)), None, CAPS), Some((1770.0, 1795.0)));
    assert_eq!(life(&token(&jwt_for(3600), Some(1800)), None, CAPS), Some((1770.0, 1795.0)));
    assert_eq!(life(&token("t", Some(3600)), in_seconds(900.0), CAPS), Some((870.0, 895.0)));
    let capped = Caps { max_expires_in_seconds: Some(600), ..CAPS };
    assert_eq!(life(&token("t", Some(3600)), None, capped), Some((570.0, 595.0)));
    assert_eq!(life(&token("t", Some(400)), None, capped), Some((370.0, 395.0)));
}

#[test]
fn p143_a_life_that_the_skew_uses_up_is_not_kept() {
    let skewed = Caps { skew_seconds: 600, ..CAPS };
    assert_eq!(life(&token("t", Some(400)), None, skewed), None);
    assert_eq!(life(&token("t", Some(600)), None, skewed), None);
    assert_eq!(life(&token("t", Some(601)), None, skewed), Some((1.0, 596.0)));
}

#[test]
fn short_lives_have_a_skew_of_a_tenth_at_most() {
    assert_eq!(life(&token("t", Some(300)), None, CAPS), Some((270.0, 295.0)));
    assert_eq!(life(&token("t", Some(299)), None, CAPS), Some((299.0 - 29.9, 294.0)));
    assert_eq!(life(&token("t", Some(20)), None, CAPS), Some((18.0, 15.0)));
    assert_eq!(life(&token("t", Some(20)), None, Caps { skew_seconds: 1, ..CAPS }), Some((19.0, 15.0)));
    assert_eq!(life(&token("t", Some(20)), None, Caps { skew_seconds: 0, ..CAPS }), Some((20.0, 15.0)));
}

#[test]
fn a_life_of_zero_is_not_kept() {
    assert_eq!(life(&token("t", Some(0)), None, CAPS), None);
    assert_eq!(life(&token("t", Some(3600)), in_seconds(0.0), CAPS), None);
    assert_eq!(life(&token("t", Some(3600)), in_seconds(-60.0), CAPS), None, "an expired subject token");
    assert_eq!(life(&token(&jwt("{\"exp\":-5}"), Some(3600)), None, CAPS), None);
    assert_eq!(life(&token("t", Some(3600)), None, Caps { max_expires_in_seconds: Some(0), ..CAPS }), None);
}

#[test]
fn no_life_is_invented() {
    assert_eq!(life(&token("t", None), None, CAPS), None);
    assert_eq!(life(&token("t", None), in_seconds(3600.0), CAPS), None, "the subject's end says nothing of this token");
    assert_eq!(life(&token("t", None), None, Caps { max_expires_in_seconds: Some(600), ..CAPS }), None);
    assert_eq!(life(&token(&jwt_for(600), None), None, CAPS), Some((570.0, 595.0)));
    let assumed = Caps { default_expires_in_seconds: Some(600), ..CAPS };
    assert_eq!(life(&token("t", None), None, assumed), Some((570.0, 595.0)));
    assert_eq!(life(&token("t", Some(900)), None, assumed), Some((870.0, 895.0)), "only in place of what is missing");
    assert_eq!(life(&token("t", None), None, Caps { default_expires_in_seconds: Some(0), ..CAPS }), None);
}

#[test]
fn absurd_ends_do_not_overflow() {
    let endless = token(&jwt("{\"exp\":1e300}"), None);
    assert!(life_of(&endless, Some(f64::INFINITY), &CAPS, NOW).is_some());
    assert_eq!(life(&token("t", Some(3600)), Some(f64::NAN), CAPS), None);
    let caps = Caps { skew_seconds: u64::MAX, max_expires_in_seconds: Some(u64::MAX), ..CAPS };
    assert_eq!(life(&token("t", Some(3600)), None, caps), None);
}

#[test]
fn subjects_are_told_apart_by_key_issuer_and_name_and_otherwise_by_token() {
    let alice = jwt(r#"{"iss":"https://as.example","sub":"alice","jti":"1"}"#);
    let again = jwt(r#"{"iss":"https://as.example","sub":"alice","jti":"2"}"#);
    let bob = jwt(r#"{"iss":"https://as.example","sub":"bob"}"#);
    let elsewhere = jwt(r#"{"iss":"https://other.example","sub":"alice"}"#);
    let print = |token: &str| subject_fingerprint("key", token);
    assert_eq!(print(&alice), print(&again));
    let all = [print(&alice), print(&bob), print(&elsewhere), print("opaque"), subject_fingerprint("other", &alice)];
    for (index, one) in all.iter().enumerate() {
        assert_eq!(one.len(), 22);
        assert!(!all[index + 1..].contains(one));
    }
}

#[test]
fn a_token_is_about_a_subject_of_an_issuer() {
    let alice = jwt(r#"{"iss":"https://as.example","sub":"alice"}"#);
    let is_about = |issuer: &str, subject: &str| identity_of(&alice) == identity(issuer, subject);
    assert!(is_about("https://as.example", "alice"));
    assert!(is_about("https://as.example/", "alice"));
    assert!(!is_about("https://as.example", "bob"));
    assert!(!is_about("https://other.example", "alice"));
    assert!(!is_about("https://as.examplea", "lice"));
    for token in ["opaque", &jwt(r#"{"sub":"alice"}"#), &jwt(r#"{"iss":"https://as.example"}"#)] {
        assert_eq!(identity_of(token), "", "{token}");
    }
}
