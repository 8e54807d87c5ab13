//! The token endpoint's successful answer (RFC 6749 section 5.1), with what RFC 8693, RFC 9396 and RFC 9449 add to it.

use crate::characters::Class;
use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::json::{ObjectWriter, Value};
use crate::protocol::names::token_type;
use crate::protocol::rfc6750_bearer::{check_presented, is_not_for_resources};
use crate::secret::clean_snippet;
use crate::text::{compare, fill, number_of, parts};
use crate::time::{LONGEST_LIFE, UnixMillis, millis};
use crate::words::words;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

words! {
    /// Where the scopes of a token are known from.
    pub enum ScopeSource {
        /// The answer names them.
        Response = "response",
        /// The answer names none, which means: as requested (RFC 6749 section 5.1).
        Request = "request",
        /// Neither names any.
        Unknown = "unknown",
    }
}

/// What was issued. Never printed: [`fmt::Debug`] shows types and scopes only.
#[derive(Clone, PartialEq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct TokenSet {
    /// The issued token, whatever its type.
    pub access_token: String,
    /// `Bearer`, `DPoP`, `N_A`, or a type that the preset lists.
    pub token_type: String,
    /// What was issued (RFC 8693 section 2.2.1).
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub issued_token_type: Option<String>,
    /// Life in seconds at the time of the answer.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub expires_in: Option<u64>,
    /// When it expires, in milliseconds since the epoch.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "number"))]
    pub expires_at: Option<UnixMillis>,
    /// The granted scopes.
    pub scope: Vec<String>,
    /// Where the scopes are known from.
    pub scope_source: ScopeSource,
    /// Scopes that were requested and not granted.
    pub missing_scopes: Vec<String>,
    /// A refresh token.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub refresh_token: Option<String>,
    /// An ID token.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub id_token: Option<String>,
    /// The granted authorization details as JSON text (RFC 9396 section 7).
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub authorization_details: Option<String>,
    /// The issuer that was asked.
    pub issuer: String,
    /// What the answer left out and was assumed, by the names of this type.
    pub assumed: Vec<String>,
    /// How long a store may give it out, in milliseconds since the epoch. Absent: it is not kept, or not a store's.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "number"))]
    pub usable_until: Option<UnixMillis>,
    /// How long a store may give it out in place of a failure that may pass.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "number"))]
    pub stale_until: Option<UnixMillis>,
}

impl TokenSet {
    /// The token as JSON text, to leave the core.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = self.describe();
        out.text("accessToken", &self.access_token);
        out.finish()
    }

    /// All but the access token.
    #[must_use]
    pub fn describe(&self) -> ObjectWriter {
        let mut out = ObjectWriter::new();
        out.text("tokenType", &self.token_type);
        out.some_text("issuedTokenType", &self.issued_token_type);
        out.some_number("expiresIn", self.expires_in);
        out.some_number("expiresAt", self.expires_at.map(|instant| instant.0));
        out.texts("scope", &self.scope);
        out.text("scopeSource", self.scope_source.as_str());
        out.texts("missingScopes", &self.missing_scopes);
        out.some_text("refreshToken", &self.refresh_token);
        out.some_text("idToken", &self.id_token);
        out.some_text("authorizationDetails", &self.authorization_details);
        out.text("issuer", &self.issuer);
        out.texts("assumed", &self.assumed);
        out.some_number("usableUntil", self.usable_until.map(|instant| instant.0));
        out.some_number("staleUntil", self.stale_until.map(|instant| instant.0));
        out
    }
}

impl fmt::Debug for TokenSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("TokenSet")
            .field("token_type", &self.token_type)
            .field("scope", &self.scope)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// What an answer is held against.
#[derive(Clone, Debug, Default)]
pub struct Expectation<'a> {
    /// The issuer that was asked.
    pub issuer: &'a str,
    /// The scopes that were requested.
    pub scope: &'a [String],
    /// True when a request without scopes is known to grant none.
    pub no_scope_means_none: bool,
    /// True when answers name scopes as requests do, so that a missing one can be told.
    pub scopes_echoed: bool,
    /// Token types beside `Bearer` and `DPoP`.
    pub token_types: &'a [String],
    /// True when an answer without a token type means `Bearer`.
    pub assume_bearer: bool,
    /// True when the digits of `expires_in` may not stand in a string.
    pub numeric_life: bool,
    /// Members that hold what was issued when there is no `access_token`.
    pub payload: &'a [String],
    /// Set for an exchange.
    pub exchange: Option<&'a ExchangeExpectation>,
}

/// What only the answer to an exchange is held against (RFC 8693 section 2.2.1).
#[derive(Clone, Debug, Default)]
pub struct ExchangeExpectation {
    /// The type that was requested.
    pub requested_type: Option<String>,
    /// True when an answer that does not say what it issued is refused.
    pub issued_type_required: bool,
}

/// Reads an answer with status 200 that is no OAuth error; `body` is its JSON, if it has any.
///
/// # Errors
/// `invalid_response` for what breaks the protocol, `unsupported_token_type` for a token type nobody asked for.
pub fn parse(
    response: &HttpResponse,
    body: Option<Value<'_, '_>>,
    expected: &Expectation<'_>,
    now: UnixMillis,
) -> Result<TokenSet, Error> {
    let body = response.json_object(body, "the token response")?;
    let answer = Answer { body, status: response.status, failure: Cell::new(None) };
    let mut member = "access_token";
    let mut issued = answer.token(member);
    let mut document = None;
    if let (None, Some(payload)) = (&issued, answer.payload(expected.payload)) {
        member = payload;
        document = body.get(member).filter(|value| value.as_str().is_none());
        issued = document.map_or_else(|| answer.token(member), |value| Some(value.text().into()));
    }
    if issued.is_none() {
        answer.refuse("has no `access_token`");
    }
    let expires_in = body.get("expires_in").and_then(|life| seconds(life, expected.numeric_life));
    if expires_in.is_none() && body.get("expires_in").is_some() {
        answer.refuse("has an `expires_in` that is no whole number of seconds");
    }
    let mut issued_token_type = answer.text("issued_token_type");
    if issued_token_type.as_deref() == Some("") {
        answer.refuse("has an empty `issued_token_type`");
    }
    let authorization_details = body.get("authorization_details");
    if authorization_details.is_some_and(|details| details.elements().is_none()) {
        answer.refuse("has an `authorization_details` that is no array");
    }
    let mut assumed = Vec::new();
    let mut token_type = answer.text("token_type");
    if token_type.is_none() {
        if expected.assume_bearer {
            assumed.push("tokenType".into());
            token_type = Some("Bearer".into());
        } else {
            answer.refuse("has no `token_type`");
        }
    }
    let found = token_type.unwrap_or_default();
    let token_type = known_type(&found, expected).unwrap_or_default();
    if found.is_empty() {
        answer.refuse("has an empty `token_type`");
    } else if token_type.is_empty() {
        answer.fail(
            ErrorCode::UnsupportedTokenType,
            "has the token type `{}`, which this client does not know",
            &clean_snippet(&found, &[]),
        );
    }
    if let Some(exchange) = expected.exchange {
        answer.check_issued(issued_token_type.as_deref(), &token_type, exchange);
        if issued_token_type.is_none() {
            assumed.push("issuedTokenType".into());
            // What was asked for and is no credential for a resource does not become one because the answer is silent.
            issued_token_type = exchange.requested_type.clone().filter(|asked| is_not_for_resources(asked));
        }
    }
    let for_resources = token_type != "N_A" && !issued_token_type.as_deref().is_some_and(is_not_for_resources);
    // A preset may ask for what is no token.
    let presented = issued.as_deref().filter(|_| for_resources && document.is_none());
    // How long a token may be is for the servers that take it to say.
    if presented.is_some_and(|token| check_presented(token, usize::MAX).is_err()) {
        answer.fail(ErrorCode::InvalidResponse, NO_TOKEN, member);
    }
    let (scope, scope_source) = match answer.text("scope") {
        Some(scope) => (scopes(&scope), ScopeSource::Response),
        None if expected.scope.is_empty() && !expected.no_scope_means_none => (Vec::new(), ScopeSource::Unknown),
        None => (expected.scope.to_vec(), ScopeSource::Request),
    };
    let missing_scopes = if expected.scopes_echoed { compare(expected.scope, &scope).0 } else { Vec::new() };
    let token = TokenSet {
        access_token: issued.unwrap_or_default(),
        token_type,
        issued_token_type,
        expires_in,
        expires_at: expires_in.map(|seconds| now.plus(millis(seconds))),
        scope,
        scope_source,
        missing_scopes,
        refresh_token: answer.token("refresh_token"),
        id_token: answer.token("id_token"),
        authorization_details: authorization_details.map(|details| details.text().into()),
        issuer: expected.issuer.into(),
        assumed,
        usable_until: None,
        stale_until: None,
    };
    answer.failure.take().map_or(Ok(token), Err)
}

const NO_TOKEN: &str = "has a `{}` that is empty or cannot stand in a request as a token";

/// An answer that is read without stopping: the first failure counts.
struct Answer<'t, 'a> {
    body: Value<'t, 'a>,
    status: u16,
    failure: Cell<Option<Error>>,
}

impl Answer<'_, '_> {
    fn fail(&self, code: ErrorCode, message: &str, text: &str) {
        let message = fill("the token response {}", &[message]);
        let first = self.failure.take().unwrap_or_else(|| Error::response(code, self.status, &message, &[text]));
        self.failure.set(Some(first));
    }

    fn refuse(&self, message: &str) {
        self.fail(ErrorCode::InvalidResponse, message, "");
    }

    /// A string. `null` is refused as well: a server that sends null for a token did not issue one.
    fn text(&self, member: &str) -> Option<String> {
        let text = self.body.get(member)?.as_str();
        if text.is_none() {
            self.fail(ErrorCode::InvalidResponse, "has a `{}` that is no string", member);
        }
        text.map(Cow::into_owned)
    }

    /// RFC 6749 appendix A.12: 1*VSCHAR. Anything else would break the header that carries it.
    fn token(&self, member: &str) -> Option<String> {
        let token = self.text(member)?;
        if token.is_empty() || !Class::TOKEN.is_all_of(&token) {
            self.fail(ErrorCode::InvalidResponse, NO_TOKEN, member);
        }
        Some(token)
    }

    /// The first of these members that is there.
    fn payload<'m>(&self, members: &'m [String]) -> Option<&'m String> {
        members.iter().find(|member| self.body.get(member).is_some_and(|value| !value.is_null()))
    }

    /// Holds what an exchange issued against what was asked for (RFC 8693 section 2.2.1).
    fn check_issued(&self, issued: Option<&str>, token_type: &str, exchange: &ExchangeExpectation) {
        let requested = exchange.requested_type.as_deref();
        if issued.is_some() && requested.is_some() && issued != requested {
            self.refuse("issues another type of token than was requested (`issued_token_type`)");
        }
        if issued.is_none() && exchange.issued_type_required {
            self.refuse("does not say what it issued (`issued_token_type`)");
        }
        // N_A says that it is no access token; then the type must say what it is.
        if token_type == "N_A" && issued.unwrap_or(token_type::ACCESS_TOKEN) == token_type::ACCESS_TOKEN {
            self.refuse("has the token type N_A and does not issue anything else than an access token");
        }
    }
}

/// The scopes of a text: only spaces stand between them (RFC 6749 section 3.3).
#[must_use]
pub fn scopes(text: &str) -> Vec<String> {
    let mut scopes = Vec::new();
    for scope in parts(text, " ") {
        if !scope.is_empty() {
            scopes.push(scope.into());
        }
    }
    scopes
}

/// A life in seconds: an integer, or its digits as text, as some servers send it; cut to [`LONGEST_LIFE`].
fn seconds(value: Value<'_, '_>, numeric: bool) -> Option<u64> {
    let seconds = match value.as_str() {
        Some(text) => number_of(&text).filter(|_| !numeric && text.len() <= 15)?,
        // An integer may be written with a fraction of zero or an exponent; a large one is cut anyway.
        None => value.as_u64().or_else(|| value.as_f64().filter(|life| is_integer(*life)).map(|life| life as u64))?,
    };
    Some(seconds.min(LONGEST_LIFE))
}

/// True for an integer that is not negative. All that are too large for a fraction are.
fn is_integer(number: f64) -> bool {
    (0.0..f64::INFINITY).contains(&number) && (number > 1e15 || number as u64 as f64 == number)
}

/// The token type as we spell it; RFC 6749 section 5.1: its case does not matter.
fn known_type(found: &str, expected: &Expectation<'_>) -> Option<String> {
    let is = |known: &str| known.eq_ignore_ascii_case(found);
    for known in ["Bearer", "DPoP", "N_A"] {
        if is(known) && (known != "N_A" || expected.exchange.is_some()) {
            return Some(known.into());
        }
    }
    expected.token_types.iter().find(|known| is(known)).cloned()
}

/// True for a `scope-token` (RFC 6749 section 3.3).
#[must_use]
pub fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && Class::SCOPE.is_all_of(text)
}
