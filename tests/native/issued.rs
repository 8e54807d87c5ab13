//! `verifyIssued`: the claims of what was issued against what was asked for (T33).

use crate::script::{ISSUER, START, client, exchange, merged, token};
use onbehalf::base64;
use onbehalf::error::ErrorCode;
use serde_json::{Value, json};

fn jwt(claims: Value) -> String {
    let payload = base64::encode(claims.to_string().as_bytes()).replace('+', "-").replace('/', "_").replace('=', "");
    ["e30", payload.as_str(), "c2ln"].join(".")
}

/// What becomes of an exchange of a subject token with `subject` claims for audience `crm` and scope `a b`, when a token
/// with `issued` claims comes back.
fn verified(subject: Value, issued: Value, arguments: Value) -> Result<(), ErrorCode> {
    let asked = json!({ "subjectToken": jwt(subject), "audience": "crm", "scope": "a b", "verifyIssued": true });
    let mut script = exchange(&client(json!({})), merged(asked, arguments));
    script.request();
    let issued = issued.as_str().map_or_else(|| jwt(issued.clone()), String::from);
    script.answers(token(json!({ "access_token": issued }))).ends().map(drop).map_err(|error| error.code())
}

#[test]
fn t33_a_token_as_it_was_asked_for_is_accepted() {
    let subject = json!({ "sub": "alice", "exp": 2000 });
    for issued in [
        json!({ "iss": ISSUER, "sub": "alice", "aud": "crm", "scope": "a b", "exp": 2000 }),
        json!({ "iss": "https://as.example/", "sub": "alice", "aud": ["crm"], "scope": "a", "exp": 1000 }),
        json!({ "sub": "alice", "aud": ["crm"], "scp": ["b"], "exp": 2010 }),
        json!({ "sub": "alice", "aud": ["crm"], "exp": 1 }),
    ] {
        assert_eq!(verified(subject.clone(), issued.clone(), json!({})), Ok(()), "{issued}");
    }
    let both = json!({ "sub": "alice", "aud": ["crm", "https://crm.example/"], "exp": 1 });
    assert_eq!(verified(subject.clone(), both, json!({ "resource": "https://crm.example/" })), Ok(()));
    let untargeted = json!({ "sub": "alice", "aud": "anything", "scope": "a b c", "exp": 1 });
    assert_eq!(verified(subject, untargeted, json!({ "audience": [], "scope": [] })), Ok(()));
}

#[test]
fn t33_a_token_for_another_issuer_subject_audience_scope_or_life_is_refused() {
    let good = json!({ "iss": ISSUER, "sub": "alice", "aud": "crm", "scope": "a b", "exp": 2000 });
    for change in [
        json!({ "iss": "https://evil.example" }),
        json!({ "sub": "bob" }),
        json!({ "sub": null }),
        json!({ "aud": "other" }),
        json!({ "aud": ["crm", "other"] }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "aud": 5 }),
        json!({ "scope": "a b c" }),
        json!({ "exp": 2011 }),
        json!({ "exp": 1e300 }),
        json!({ "exp": null }),
        json!({ "exp": "1000" }),
        json!({ "iss": 5 }),
        json!({ "iss": ["https://as.example"] }),
        json!({ "scope": ["a", "c", 1] }),
        json!({ "scope": { "c": 1 } }),
        json!({ "scp": "a c" }),
    ] {
        let issued = merged(good.clone(), change.clone());
        let found = verified(json!({ "sub": "alice", "exp": 2000 }), issued, json!({}));
        assert_eq!(found, Err(ErrorCode::InvalidResponse), "{change}");
    }
}

#[test]
fn t33_what_is_no_jwt_cannot_be_verified_and_is_not_asked_to_be_without_the_option() {
    for opaque in ["opaque", "a.b", "a.b.c.d", "e30.!!.c2ln"] {
        let (subject, issued) = (json!({ "sub": "alice" }), json!(opaque));
        assert_eq!(verified(subject.clone(), issued.clone(), json!({})), Err(ErrorCode::InvalidResponse), "{opaque}");
        assert_eq!(verified(subject, issued, json!({ "verifyIssued": false })), Ok(()), "{opaque}");
    }
}

#[test]
fn t33_the_tolerance_of_clocks_counts() {
    let asked = json!({ "subjectToken": jwt(json!({ "exp": 2000 })), "verifyIssued": true });
    for (tolerance, exp, accepted) in [(0, 2000, true), (0, 2001, false), (60, 2060, true), (60, 2061, false)] {
        let mut script = exchange(&client(json!({ "clockToleranceSeconds": tolerance })), asked.clone());
        script.request();
        let outcome = script.answers(token(json!({ "access_token": jwt(json!({ "exp": exp })) }))).ends();
        assert_eq!(outcome.is_ok(), accepted, "{tolerance} {exp}");
    }
}

#[test]
fn t33_what_the_answer_says_beside_the_token_counts_as_well() {
    let exp = START.0 / 1000 + 300;
    let claims = json!({ "sub": "alice", "aud": "crm", "exp": exp });
    let asked = json!({ "subjectToken": jwt(claims.clone()), "audience": "crm", "scope": "a", "verifyIssued": true });
    for (members, accepted) in [
        (json!({}), true),
        (json!({ "expires_in": 310, "scope": "a" }), true),
        (json!({ "expires_in": 311 }), false),
        (json!({ "expires_in": 315_360_000 }), false),
        (json!({ "scope": "a admin" }), false),
    ] {
        let mut script = exchange(&client(json!({})), asked.clone());
        script.request();
        let members = merged(json!({ "access_token": jwt(claims.clone()) }), members);
        assert_eq!(script.answers(token(members.clone())).ends().is_ok(), accepted, "{members}");
    }
}

#[test]
fn t33_scopes_that_the_server_names_otherwise_are_not_compared() {
    let claims = json!({ "scp": "User.Read" });
    let asked = json!({ "subjectToken": "opaque", "scope": "https://graph.example/.default", "verifyIssued": true });
    for (echoed, accepted) in [(true, false), (false, true)] {
        let preset = json!({ "id": "mine", "scope": { "echoed": echoed } });
        let mut script = exchange(&client(json!({ "preset": preset })), asked.clone());
        script.request();
        let outcome =
            script.answers(token(json!({ "access_token": jwt(claims.clone()), "scope": "User.Read" }))).ends();
        assert_eq!(outcome.is_ok(), accepted, "{echoed}");
    }
}
