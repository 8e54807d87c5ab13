//! A look into a JWT without verifying it (RFC 7519): for bounds and comparisons, never for trust.

use crate::base64;
use crate::json::Document;
use crate::protocol::rfc6749_token::scopes;
use crate::text::{contains, cut, join};
use std::borrow::Cow;
use std::cell::Cell;

/// The claims the core compares; each is `None` when absent or of a wrong type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    /// `iss`.
    pub issuer: Option<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `aud`, a single one as a list of one.
    pub audience: Option<Vec<String>>,
    /// `exp`, seconds since the epoch.
    pub expires_at: Option<f64>,
    /// `scope`, split, and Okta's and Entra's `scp`.
    pub scope: Option<Vec<String>>,
    /// True when one of these is there and of a wrong type.
    pub malformed: bool,
}

/// The claims of a compact JWS; `None` for any token that is not one.
#[must_use]
pub fn peek(token: &str) -> Option<Claims> {
    let (_, rest) = cut(token, ".")?;
    let (payload, signature) = cut(rest, ".")?;
    if contains(signature, ".") {
        return None;
    }
    let payload = String::from_utf8(base64::decode_url(payload)?).ok()?;
    let document = Document::parse(&payload).ok()?;
    let claims = document.root();
    claims.members()?;
    let malformed = Cell::new(false);
    let text = |name: &str| known(claims.get(name)?.as_str().map(Cow::into_owned), &malformed);
    let list = |name: &str| known(claims.get(name)?.as_texts(), &malformed);
    let mut scope = list("scope");
    if let Some(mut more) = list("scp") {
        scope.get_or_insert_default().append(&mut more);
    }
    Some(Claims {
        issuer: text("iss"),
        subject: text("sub"),
        audience: list("aud"),
        expires_at: claims.get("exp").and_then(|life| known(life.as_f64(), &malformed)),
        scope: scope.map(|scope| scopes(&join(&scope, " "))),
        malformed: malformed.get(),
    })
}

/// A claim that is there: nothing when it is of a wrong type, which is noted.
fn known<T>(claim: Option<T>, malformed: &Cell<bool>) -> Option<T> {
    malformed.set(malformed.get() || claim.is_none());
    claim
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> String {
        let payload = base64::encode(payload.as_bytes()).replace('+', "-").replace('/', "_").replace('=', "");
        ["e30", payload.as_str(), "c2ln"].join(".")
    }

    #[test]
    fn reads_claims_in_both_shapes() {
        let claims =
            peek(&jwt(r#"{"iss":"https://as.example","sub":"alice","aud":"crm","exp":1700000000.5,"scope":"a b"}"#))
                .unwrap();
        assert_eq!(claims.audience, Some(vec!["crm".into()]));
        assert_eq!(claims.expires_at, Some(1_700_000_000.5));
        assert_eq!(claims.scope, Some(vec!["a".into(), "b".into()]));
        let claims = peek(&jwt(r#"{"aud":["a","b"],"scp":["x","y"],"exp":"soon"}"#)).unwrap();
        assert_eq!(claims.audience, Some(vec!["a".into(), "b".into()]));
        assert_eq!(claims.scope, Some(vec!["x".into(), "y".into()]));
        assert_eq!((claims.expires_at, claims.malformed), (None, true));
        assert_eq!(peek(&jwt(r#"{"scope":"a b","scp":"b c"}"#)).unwrap().scope.unwrap(), ["a", "b", "b", "c"]);
    }

    #[test]
    fn what_is_no_jwt_gives_nothing() {
        for token in ["", "opaque", "a.b", "a.b.c.d", "e30.!!.c2ln", "e30.W10.c2ln", "a.b.c.d.e"] {
            assert_eq!(peek(token), None, "{token}");
        }
    }
}
