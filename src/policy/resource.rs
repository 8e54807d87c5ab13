//! What a resource's refusal of a token means (RFC 6750 section 3.1, RFC 9110 section 11.6.1).

use crate::base64;
use crate::error::{Action, Error, ErrorCode, TokenError};
use crate::json::is_object;
use crate::protocol::rfc6749_token::{is_scope_token, scopes};
use crate::protocol::rfc9110_challenge;
use crate::secret::{Secret, clean_snippet, holds_nothing_of, retain_unsent};

/// The error that a resource's answer says about the token that was presented; `None` for any other answer.
///
/// A 401 refuses the token when it challenges for another one. A 403 does so when it asks for scopes that the token lacks:
/// any other 403 is the resource's own decision.
#[must_use]
pub fn refusal(status: u16, www_authenticate: &str, sent: &Secret) -> Option<Error> {
    let challenges = rfc9110_challenge::parse(www_authenticate);
    // A token is presented as a bearer token: of several challenges the one for these speaks of it.
    let of = |scheme: &str| challenges.iter().find(|challenge| challenge.scheme == scheme);
    let challenge = of("bearer").or_else(|| of("dpop"))?;
    let param = |name: &str| challenge.params.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let sent = std::slice::from_ref(sent);
    let claims = param("claims").and_then(plain_claims).filter(|claims| holds_nothing_of(claims, sent));
    let (code, action) = match (status, param("error")) {
        (401, _) if param("claims").is_some() => (ErrorCode::InvalidToken, Action::ClaimsChallenge),
        (401, _) => (ErrorCode::InvalidToken, Action::RenewSubject),
        (403, Some("insufficient_scope")) => (ErrorCode::InsufficientScope, Action::StepUp),
        _ => return None,
    };
    let mut required_scopes = scopes(param("scope").unwrap_or_default());
    required_scopes.truncate(MOST_SCOPES);
    // What is no scope, or holds what we sent, cannot be asked for: it is the resource's own mistake, or an echo.
    retain_unsent(&mut required_scopes, 0, sent);
    required_scopes.retain(|scope| is_scope_token(scope));
    Some(Error::from(TokenError {
        code,
        action,
        status,
        description: param("error_description").map(|text| clean_snippet(text, sent)),
        required_scopes,
        claims,
    }))
}

/// More scopes cannot be meant, and each takes time.
const MOST_SCOPES: usize = 64;

/// The claims of a challenge as JSON text, which is what an exchange takes. A header cannot hold them as they are, so that
/// resources encode them (Microsoft's claims challenge). `None` for what is no JSON object in the end.
fn plain_claims(written: &str) -> Option<String> {
    let decoded = base64::decode(written).and_then(|bytes| String::from_utf8(bytes).ok());
    let claims = decoded.unwrap_or_else(|| written.into());
    is_object(&claims).then_some(claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorDetails;

    fn token_error(status: u16, header: &str) -> Option<TokenError> {
        match refusal(status, header, &Secret::new("presented-token-0123456789"))?.details().clone() {
            ErrorDetails::Token(error) => Some(error),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_401_that_challenges_refuses_the_token() {
        let header =
            r#"Basic realm="x", Bearer error="invalid_token", error_description="presented-token-0123456789 expired""#;
        let error = token_error(401, header).unwrap();
        assert_eq!((error.code, error.action), (ErrorCode::InvalidToken, Action::RenewSubject));
        assert_eq!(error.description.unwrap(), "‹redacted› expired");
        assert_eq!(token_error(401, "Basic realm=\"x\""), None);
        assert_eq!(token_error(401, ""), None);
    }

    #[test]
    fn a_403_speaks_of_the_token_only_when_scopes_are_missing() {
        let error = token_error(403, r#"Bearer error="insufficient_scope", scope="a  b""#).unwrap();
        assert_eq!((error.code, error.action), (ErrorCode::InsufficientScope, Action::StepUp));
        assert_eq!(error.required_scopes, ["a", "b"]);
        assert_eq!(token_error(403, "Bearer"), None);
        assert_eq!(token_error(400, r#"Bearer error="insufficient_scope""#), None);
    }

    #[test]
    fn a_resource_that_echoes_the_token_as_a_scope_shows_nothing() {
        let header = r#"Bearer error="insufficient_scope", scope="presented-token-0123456789 crm a\"b""#;
        assert_eq!(token_error(403, header).unwrap().required_scopes, ["crm"]);
        let header = r#"Bearer error="insufficient_claims", claims="presented-token-0123456789""#;
        assert_eq!(token_error(401, header).unwrap().claims, None);
        let encoded = base64::encode(br#"{"a":"presented-token-0123456789"}"#);
        let header = ["Bearer claims=\"", &encoded, "\""].concat();
        assert_eq!(token_error(401, &header).unwrap().claims, None, "{encoded}");
    }

    #[test]
    fn of_several_challenges_that_for_bearer_tokens_counts() {
        for header in [
            r#"DPoP algs="ES256", Bearer error="insufficient_scope", scope="x""#,
            r#"Bearer error="insufficient_scope", scope="x", DPoP algs="ES256", error="invalid_token""#,
            r#"DPoP error="insufficient_scope", scope="x""#,
        ] {
            assert_eq!(token_error(403, header).unwrap().required_scopes, ["x"], "{header}");
        }
    }

    #[test]
    fn a_claims_challenge_says_what_the_user_has_to_do() {
        for (written, claims) in
            [("e30=", "{}"), ("eyJhIjoiw7_DvyJ9", r#"{"a":"ÿÿ"}"#), ("eyJhIjoiw7/DvyJ9", r#"{"a":"ÿÿ"}"#), ("{}", "{}")]
        {
            let header = ["Bearer error=\"insufficient_claims\", claims=\"", written, "\""].concat();
            let error = token_error(401, &header).unwrap();
            assert_eq!((error.action, error.claims.as_deref()), (Action::ClaimsChallenge, Some(claims)));
        }
        let error = token_error(401, "Bearer claims=\"W10=\"").unwrap();
        assert_eq!((error.action, error.claims), (Action::ClaimsChallenge, None), "a list is no claims request");
    }
}
