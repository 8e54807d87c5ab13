//! What a resource's refusal of a token means (RFC 6750 section 3.1, RFC 9110 section 11.6.1), and what a call whose tokens
//! can be exchanged anew does about it.

use crate::base64;
use crate::error::{Action, Error, ErrorCode, ErrorDetails, TokenError};
use crate::http::find;
use crate::json::{ObjectWriter, is_object};
use crate::protocol::rfc6749_token::{is_scope_token, scopes};
use crate::protocol::rfc9110_challenge;
use crate::secret::{Secret, clean_snippet, may_be_shown, retain_unsent};
use crate::words::{place, words};

/// The error that a resource's answer says about the token that was presented; `None` for any other answer.
///
/// A 401 refuses the token when it challenges for another one. A 403 does so when it asks for scopes that the token lacks:
/// any other 403 is the resource's own decision.
fn refusal(status: u16, www_authenticate: &str, sent: &Secret) -> Option<Error> {
    let challenges = rfc9110_challenge::parse(www_authenticate);
    // A token is presented as a bearer token: of several challenges the one for these speaks of it.
    let of = |scheme: &str| challenges.iter().find(|challenge| challenge.scheme == scheme);
    let challenge = of("bearer").or_else(|| of("dpop"))?;
    let param = |name: &str| find(&challenge.params, name);
    let sent = std::slice::from_ref(sent);
    let claims = param("claims").and_then(plain_claims).filter(|claims| may_be_shown(claims, sent));
    let (code, action) = match (status, param("error")) {
        (401, _) if param("claims").is_some() => (ErrorCode::InvalidToken, Action::ClaimsChallenge),
        (401, _) => (ErrorCode::InvalidToken, Action::RenewSubject),
        (403, Some("insufficient_scope")) => (ErrorCode::InsufficientScope, Action::StepUp),
        _ => return None,
    };
    let mut required_scopes = Vec::new();
    for scope in scopes(param("scope").unwrap_or_default()).into_iter().take(MOST_SCOPES) {
        if is_scope_token(&scope) {
            required_scopes.push(scope);
        }
    }
    // Neither what is no scope nor what we sent can be asked for: it is the resource's own mistake, or an echo.
    retain_unsent(&mut required_scopes, 0, sent);
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

words! {
    /// What a call does when a resource refuses its token.
    pub enum OnRefusal {
        /// It fails: the token is its caller's, and there is no other.
        Fail = "fail",
        /// A 401 is answered with a fresh token. Any other refusal is the caller's.
        Renew = "renew",
        /// The same, but it fails when further scopes are asked for.
        Throw = "throw",
        /// The same, but a token with these scopes as well is exchanged when further ones are asked for.
        Exchange = "exchange",
    }
}

/// A call of a resource: what decides how a refusal is answered. One of these lives as long as the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceCall {
    /// What to do about a refusal.
    pub on_refusal: OnRefusal,
    /// The scopes that the token in use was asked for with, with spaces between them.
    pub scope: String,
    /// The claims to ask for in place of the configured ones, as JSON text.
    pub claims: Option<String>,
    /// What may still be done about refusals: [`ATTEMPTS`] at first, or 0 for a request that can be sent once only.
    pub left: u32,
}

/// A 401 may be answered with a fresh token.
const RENEW: u32 = 1;
/// A token with further scopes may be exchanged.
const WIDEN: u32 = 2;
/// A resource that asks for more each time is not followed for ever.
const MOST_WIDER: u32 = 2;
/// All that can be done about refusals.
pub const ATTEMPTS: u32 = RENEW + MOST_WIDER * WIDEN;

/// What a call does about an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Nothing: the answer is the caller's.
    Give,
    /// It fails.
    Fail(Error),
    /// It is made again, with another token of the scopes and claims that the call has now.
    Again,
}

impl ResourceCall {
    /// What to do about an answer to a request with this token.
    pub fn next(&mut self, status: u16, www_authenticate: &str, sent: &Secret) -> Next {
        let refused = refusal(status, www_authenticate, sent);
        let said = match refused.as_ref().map(Error::details) {
            Some(ErrorDetails::Token(said)) => Some(said),
            _ => None,
        };
        let renews = is_worthless(status) && self.on_refusal != OnRefusal::Fail;
        let again = if renews { self.renew(said) } else { self.widen(said) };
        if again {
            return Next::Again;
        }
        match (self.on_refusal, refused) {
            (OnRefusal::Fail | OnRefusal::Throw, Some(refused)) if !renews => Next::Fail(refused),
            _ => Next::Give,
        }
    }

    /// Asks for a fresh token. The answer need not say why: some resources send no challenge.
    fn renew(&mut self, said: Option<&TokenError>) -> bool {
        let may = self.left & RENEW > 0;
        if may {
            self.left &= !RENEW;
            // Without the claims that the resource asks for it would refuse the fresh one too (Microsoft's claims challenge).
            self.claims = said.and_then(|said| said.claims.clone());
        }
        may
    }

    /// Asks for the scopes of a challenge as well, as long as there are further ones.
    fn widen(&mut self, said: Option<&TokenError>) -> bool {
        let Some(said) = said else { return false };
        if self.on_refusal != OnRefusal::Exchange || self.left < WIDEN {
            return false;
        }
        let mut wider = false;
        // What was asked for stays: the resource names only what this request lacks (RFC 6750 section 3).
        for scope in &said.required_scopes {
            if place(&self.scope, scope).is_none() {
                self.scope.push_str(" ");
                self.scope.push_str(scope);
                wider = true;
            }
        }
        if wider {
            self.left = self.left.saturating_sub(WIDEN);
        }
        wider
    }

    /// As [`Self::next`], as JSON text: a `ResourceVerdict` of the TypeScript types.
    pub fn verdict(&mut self, status: u16, www_authenticate: &str, sent: &Secret) -> String {
        let mut out = ObjectWriter::new();
        out.flag("forget", is_worthless(status));
        match self.next(status, www_authenticate, sent) {
            Next::Give => {}
            Next::Fail(error) => out.json("error", &error.to_json()),
            Next::Again => {
                out.number("again", self.left.into());
                // Those configured have no name: see `js/store-config.ts`.
                if self.left < MOST_WIDER * WIDEN {
                    out.text("scope", &self.scope);
                }
                out.some_text("claims", &self.claims);
            }
        }
        out.finish()
    }
}

/// Whether an answer with this status says that the token is good for nothing: then it is given out no more.
#[must_use]
pub fn is_worthless(status: u16) -> bool {
    status == 401
}

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
    use serde_json::json;

    fn sent() -> Secret {
        Secret::new("presented-token-0123456789")
    }

    fn refused(status: u16, header: &str) -> Option<TokenError> {
        match refusal(status, header, &sent())?.details().clone() {
            ErrorDetails::Token(error) => Some(error),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_401_that_challenges_refuses_the_token() {
        let header =
            r#"Basic realm="x", Bearer error="invalid_token", error_description="presented-token-0123456789 expired""#;
        let error = refused(401, header).unwrap();
        assert_eq!((error.code, error.action), (ErrorCode::InvalidToken, Action::RenewSubject));
        assert_eq!(error.description.unwrap(), "‹redacted› expired");
        assert_eq!(refused(401, "Basic realm=\"x\""), None);
        assert_eq!(refused(401, ""), None);
    }

    #[test]
    fn a_403_speaks_of_the_token_only_when_scopes_are_missing() {
        let error = refused(403, r#"Bearer error="insufficient_scope", scope="a  b""#).unwrap();
        assert_eq!((error.code, error.action), (ErrorCode::InsufficientScope, Action::StepUp));
        assert_eq!(error.required_scopes, ["a", "b"]);
        assert_eq!(refused(403, "Bearer"), None);
        assert_eq!(refused(400, r#"Bearer error="insufficient_scope""#), None);
    }

    #[test]
    fn a_resource_that_echoes_the_token_as_a_scope_shows_nothing() {
        let header = r#"Bearer error="insufficient_scope", scope="presented-token-0123456789 crm a\"b""#;
        assert_eq!(refused(403, header).unwrap().required_scopes, ["crm"]);
        let header = r#"Bearer error="insufficient_claims", claims="presented-token-0123456789""#;
        assert_eq!(refused(401, header).unwrap().claims, None);
        let encoded = base64::encode(br#"{"a":"presented-token-0123456789"}"#);
        let header = ["Bearer claims=\"", &encoded, "\""].concat();
        assert_eq!(refused(401, &header).unwrap().claims, None, "{encoded}");
    }

    #[test]
    fn no_more_scopes_are_taken_from_a_challenge_than_can_be_meant() {
        let scopes: Vec<String> = (0..65).map(|at| ["s", &at.to_string()].concat()).collect();
        let header = ["Bearer error=\"insufficient_scope\", scope=\"", &scopes.join(" "), "\""].concat();
        assert_eq!(Some(refused(403, &header).unwrap().required_scopes.as_slice()), scopes.get(..64));
    }

    #[test]
    fn of_several_challenges_that_for_bearer_tokens_counts() {
        for header in [
            r#"DPoP algs="ES256", Bearer error="insufficient_scope", scope="x""#,
            r#"Bearer error="insufficient_scope", scope="x", DPoP algs="ES256", error="invalid_token""#,
            r#"DPoP error="insufficient_scope", scope="x""#,
        ] {
            assert_eq!(refused(403, header).unwrap().required_scopes, ["x"], "{header}");
        }
    }

    #[test]
    fn a_claims_challenge_says_what_the_user_has_to_do() {
        for (written, claims) in
            [("e30=", "{}"), ("eyJhIjoiw7_DvyJ9", r#"{"a":"ÿÿ"}"#), ("eyJhIjoiw7/DvyJ9", r#"{"a":"ÿÿ"}"#), ("{}", "{}")]
        {
            let header = ["Bearer error=\"insufficient_claims\", claims=\"", written, "\""].concat();
            let error = refused(401, &header).unwrap();
            assert_eq!((error.action, error.claims.as_deref()), (Action::ClaimsChallenge, Some(claims)));
        }
        let error = refused(401, "Bearer claims=\"W10=\"").unwrap();
        assert_eq!((error.action, error.claims), (Action::ClaimsChallenge, None), "a list is no claims request");
    }

    const NARROW: &str = r#"Bearer error="insufficient_scope", scope="a c""#;
    const CLAIMS: &str = r#"Bearer error="insufficient_claims", claims="e30=""#;
    const RENEWING: [OnRefusal; 3] = [OnRefusal::Renew, OnRefusal::Throw, OnRefusal::Exchange];

    /// A call with a token for the scopes `a` and `b`.
    fn call(on_refusal: OnRefusal, replayable: bool) -> ResourceCall {
        let left = if replayable { ATTEMPTS } else { 0 };
        ResourceCall { on_refusal, scope: "a b".into(), claims: None, left }
    }

    fn next(call: &mut ResourceCall, status: u16, header: &str) -> Next {
        call.next(status, header, &sent())
    }

    /// Holds that a call gives the answer back, and stays as it was.
    fn gives(mut call: ResourceCall, status: u16, header: &str) {
        let before = call.clone();
        assert_eq!(next(&mut call, status, header), Next::Give, "{before:?} {status} {header}");
        assert_eq!(call, before);
    }

    #[test]
    fn a_401_is_answered_with_one_fresh_token_whatever_it_says() {
        for header in ["", "Basic realm=\"x\"", r#"Bearer error="invalid_token""#, NARROW] {
            for on_refusal in RENEWING {
                let mut renewing = call(on_refusal, true);
                assert_eq!(next(&mut renewing, 401, header), Next::Again, "{header}");
                assert_eq!(renewing, ResourceCall { left: ATTEMPTS - RENEW, ..call(on_refusal, true) });
                gives(renewing, 401, header);
            }
        }
    }

    #[test]
    fn a_fresh_token_is_asked_for_with_the_claims_of_the_challenge() {
        for (header, claims) in [(CLAIMS, Some("{}")), (r#"Bearer claims="W10=""#, None)] {
            let mut asking = call(OnRefusal::Renew, true);
            assert_eq!(next(&mut asking, 401, header), Next::Again);
            assert_eq!(asking.claims.as_deref(), claims);
        }
    }

    #[test]
    fn a_body_that_is_gone_is_not_sent_again() {
        for on_refusal in RENEWING {
            gives(call(on_refusal, false), 401, CLAIMS);
        }
        gives(call(OnRefusal::Exchange, false), 403, NARROW);
    }

    #[test]
    fn a_challenge_for_scopes_is_the_callers_or_fails() {
        gives(call(OnRefusal::Renew, true), 403, NARROW);
        for replayable in [true, false] {
            let mut throwing = call(OnRefusal::Throw, replayable);
            assert_eq!(next(&mut throwing, 403, NARROW), Next::Fail(refused(403, NARROW).unwrap().into()));
            assert_eq!(throwing, call(OnRefusal::Throw, replayable));
        }
    }

    #[test]
    fn b44_a_token_is_exchanged_for_the_union_of_the_scopes_twice_at_most() {
        let asks_for = |scope: &str| ["Bearer error=\"insufficient_scope\", scope=\"", scope, "\""].concat();
        for renewed in [false, true] {
            let mut widening = call(OnRefusal::Exchange, true);
            if renewed {
                assert_eq!(next(&mut widening, 401, CLAIMS), Next::Again);
            }
            for (scope, union) in [("a c c", "a b c"), ("d b", "a b c d")] {
                assert_eq!(next(&mut widening, 403, &asks_for(scope)), Next::Again, "{scope}");
                assert_eq!(widening.scope, union);
            }
            gives(widening.clone(), 403, &asks_for("e"));
            assert_eq!(next(&mut widening, 401, ""), if renewed { Next::Give } else { Next::Again });
            assert_eq!((widening.scope.as_str(), widening.left), ("a b c d", 0));
        }
    }

    #[test]
    fn nothing_is_exchanged_when_nothing_more_is_asked_for() {
        for header in [r#"Bearer error="insufficient_scope", scope="b a""#, r#"Bearer error="insufficient_scope""#] {
            gives(call(OnRefusal::Exchange, true), 403, header);
        }
        // Spaces count for nothing where scopes are read.
        let mut bare = ResourceCall { scope: String::new(), ..call(OnRefusal::Exchange, true) };
        assert_eq!((next(&mut bare, 403, NARROW), bare.scope.as_str()), (Next::Again, " a c"));
    }

    #[test]
    fn a_call_with_a_token_of_its_callers_own_fails() {
        for (status, header) in [(401, "Bearer"), (401, CLAIMS), (403, NARROW)] {
            let mut failing = call(OnRefusal::Fail, true);
            assert_eq!(next(&mut failing, status, header), Next::Fail(refused(status, header).unwrap().into()));
            assert_eq!(failing, call(OnRefusal::Fail, true));
        }
        gives(call(OnRefusal::Fail, true), 401, "");
    }

    #[test]
    fn any_other_answer_is_the_callers() {
        for (status, header) in [(403, ""), (403, "Bearer"), (403, CLAIMS), (200, NARROW), (400, NARROW), (500, "")] {
            for on_refusal in OnRefusal::VARIANTS {
                gives(call(*on_refusal, true), status, header);
            }
        }
    }

    #[test]
    fn a_verdict_says_what_is_needed_for_the_next_request() {
        let verdict = |call: &mut ResourceCall, status: u16, header: &str| -> serde_json::Value {
            serde_json::from_str(&call.verdict(status, header, &sent())).unwrap()
        };
        let mut asking = call(OnRefusal::Exchange, true);
        assert_eq!(verdict(&mut asking, 401, ""), json!({ "again": ATTEMPTS - RENEW, "forget": true }));
        assert_eq!(verdict(&mut asking, 401, ""), json!({ "forget": true }));
        assert_eq!(verdict(&mut asking, 403, NARROW), json!({ "again": WIDEN, "scope": "a b c", "forget": false }));
        let claims = json!({ "again": ATTEMPTS - RENEW, "claims": "{}", "forget": true });
        assert_eq!(verdict(&mut call(OnRefusal::Renew, true), 401, CLAIMS), claims);
        assert_eq!(verdict(&mut call(OnRefusal::Renew, true), 403, NARROW), json!({ "forget": false }));
        let failed = verdict(&mut call(OnRefusal::Throw, true), 403, NARROW);
        assert_eq!((&failed["error"]["requiredScopes"], &failed["forget"]), (&json!(["a", "c"]), &json!(false)));
    }
}
