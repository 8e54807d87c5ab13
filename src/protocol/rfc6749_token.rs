//! The token endpoint's successful answer (RFC 6749 section 5.1), with what RFC 8693, RFC 9396 and RFC 9449 add to it.

use crate::characters::Class;
use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::json::{Document, ObjectWriter, Value};
use crate::words::words;
use crate::protocol::names::token_type;
use crate::time::UnixMillis;
use std::borrow::Cow;
use std::fmt;

/// The registered type of an access token (RFC 8693 section 3).
pub const ACCESS_TOKEN: &str = token_type::ACCESS_TOKEN;
/// Types whose tokens are no credential for a resource, whatever token type stands beside them (RFC 8693 section 3).
const NOT_FOR_RESOURCES: [&str; 4] =
    [token_type::ID_TOKEN, token_type::REFRESH_TOKEN, token_type::SAML1, token_type::SAML2];
/// Ten years: a longer life is cut to it, so that an instant computed from it stays one.
const LONGEST_LIFE: u64 = 315_360_000;

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
        let mut out = ObjectWriter::new();
        out.text("accessToken", &self.access_token);
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
        out.finish()
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

/// Reads an answer with status 200 that is no OAuth error.
///
/// # Errors
/// `invalid_response` for what breaks the protocol, `unsupported_token_type` for a token type nobody asked for.
pub fn parse(response: &HttpResponse, expected: &Expectation<'_>, now: UnixMillis) -> Result<TokenSet, Error> {
    let fail = |code: ErrorCode, parts: &[&str]| {
        Error::response(code, response.status, &["the token response ", &parts.concat()])
    };
    let invalid = |parts: &[&str]| fail(ErrorCode::InvalidResponse, parts);
    if !response.may_be_json() {
        return Err(invalid(&["is not JSON by its content type"]));
    }
    let Ok(document) = Document::parse(&response.body) else {
        return Err(invalid(&["cannot be read as JSON"]));
    };
    let body = document.root();
    if body.members().is_none() {
        return Err(invalid(&["is no JSON object"]));
    }
    let text = |member: &str| -> Result<Option<String>, Error> {
        match body.get(member) {
            None => Ok(None),
            // `null` as well: a server that sends null for a token did not issue one.
            Some(value) => match value.as_str() {
                Some(text) => Ok(Some(text.into_owned())),
                None => Err(invalid(&["has a `", member, "` that is no string"])),
            },
        }
    };
    let token = |member: &str| match text(member)? {
        // RFC 6749 appendix A.12: 1*VSCHAR. Anything else would break the header that carries it.
        Some(token) if token.is_empty() || !Class::TOKEN.is_all_of(&token) => {
            Err(invalid(&["has a `", member, "` that is empty or holds characters no token may hold"]))
        }
        token => Ok(token),
    };
    let there = |member: &&String| body.get(member).is_some_and(|value| !value.is_null());
    let issued = match (token("access_token")?, expected.payload.iter().find(there)) {
        (None, Some(member)) => match body.get(member) {
            Some(value) if value.as_str().is_none() => Some(value.text().into()),
            _ => token(member)?,
        },
        (token, _) => token,
    };
    let Some(access_token) = issued else {
        return Err(invalid(&["has no `access_token`"]));
    };
    let expires_in = match body.get("expires_in").map(|life| seconds(life, expected.numeric_life)) {
        Some(None) => return Err(invalid(&["has an `expires_in` that is no whole number of seconds"])),
        life => life.flatten(),
    };
    let issued_token_type = text("issued_token_type")?;
    if issued_token_type.as_deref() == Some("") {
        return Err(invalid(&["has an empty `issued_token_type`"]));
    }
    let authorization_details = body.get("authorization_details");
    if authorization_details.is_some_and(|details| details.elements().is_none()) {
        return Err(invalid(&["has an `authorization_details` that is no array"]));
    }
    let mut assumed = Vec::new();
    let token_type = match (text("token_type")?, expected.assume_bearer) {
        (Some(token_type), _) => token_type,
        (None, true) => {
            assumed.push("tokenType".into());
            "Bearer".into()
        }
        (None, false) => return Err(invalid(&["has no `token_type`"])),
    };
    let Some(token_type) = known_type(&token_type, expected) else {
        return Err(fail(
            ErrorCode::UnsupportedTokenType,
            &[
                "has the token type `",
                &crate::secret::clean_snippet(&token_type, &[]),
                "`, which this client does not know",
            ],
        ));
    };
    if let Some(exchange) = expected.exchange {
        match (issued_token_type.as_deref(), exchange.requested_type.as_deref()) {
            (Some(issued), Some(requested)) if issued != requested => {
                return Err(invalid(&["issues another type of token than was requested (`issued_token_type`)"]));
            }
            (None, _) if exchange.issued_type_required => {
                return Err(invalid(&["does not say what it issued (`issued_token_type`)"]));
            }
            // RFC 8693 section 2.2.1: N_A says that it is no access token; then the type must say what it is.
            (None | Some(ACCESS_TOKEN), _) if token_type == "N_A" => {
                return Err(invalid(&["has the token type N_A and does not issue anything else than an access token"]));
            }
            (None, _) => assumed.push("issuedTokenType".into()),
            (Some(_), _) => {}
        }
    }
    let (scope, scope_source) = match text("scope")? {
        Some(scope) => {
            (scope.split(' ').filter(|scope| !scope.is_empty()).map(String::from).collect(), ScopeSource::Response)
        }
        None if expected.scope.is_empty() && !expected.no_scope_means_none => (Vec::new(), ScopeSource::Unknown),
        None => (expected.scope.to_vec(), ScopeSource::Request),
    };
    let missing_scopes = expected.scope.iter().filter(|requested| !scope.contains(requested)).cloned().collect();
    Ok(TokenSet {
        access_token,
        token_type,
        issued_token_type,
        expires_in,
        expires_at: expires_in.map(|seconds| now.plus(seconds.saturating_mul(1000))),
        scope,
        scope_source,
        missing_scopes,
        refresh_token: token("refresh_token")?,
        id_token: token("id_token")?,
        authorization_details: authorization_details.map(|details| details.text().into()),
        issuer: expected.issuer.into(),
        assumed,
        usable_until: None,
        stale_until: None,
    })
}

/// A life in seconds: an integer, or its digits as text, as some servers send it; cut to [`LONGEST_LIFE`].
fn seconds(value: Value<'_, '_>, numeric: bool) -> Option<u64> {
    let digits = |text: &Cow<'_, str>| (1..=15).contains(&text.len()) && Class::DIGIT.is_all_of(text);
    let seconds = value.as_u64().or_else(|| value.as_str().filter(|_| !numeric).filter(digits)?.parse().ok())?;
    Some(seconds.min(LONGEST_LIFE))
}

/// The token type as we spell it; RFC 6749 section 5.1: its case does not matter.
fn known_type(found: &str, expected: &Expectation<'_>) -> Option<String> {
    let ours: &[&str] = if expected.exchange.is_some() { &["Bearer", "DPoP", "N_A"] } else { &["Bearer", "DPoP"] };
    let listed = expected.token_types.iter().map(String::as_str);
    ours.iter().copied().chain(listed).find(|known| known.eq_ignore_ascii_case(found)).map(String::from)
}

/// True for a `scope-token` (RFC 6749 section 3.3).
#[must_use]
pub fn is_scope_token(text: &str) -> bool {
    !text.is_empty() && Class::SCOPE.is_all_of(text)
}

/// The `Authorization` value that presents a token at a resource.
///
/// # Errors
/// `invalid_option` for a token that is no bearer credential: `N_A`, `DPoP` (which needs a proof), or a result such as an
/// ID token that stands beside `Bearer`.
pub fn authorization_header(
    access_token: &str,
    token_type: &str,
    issued_token_type: Option<&str>,
) -> Result<String, Error> {
    let refuse = |parts: &[&str]| Err(Error::config(ErrorCode::InvalidOption, "tokenType", parts));
    // RFC 6749 appendix A.12, and no second scheme: nothing that would end the header or be read as another one.
    let prefixed = access_token.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer "));
    let printable = Class::TOKEN.is_all_of(access_token);
    if access_token.is_empty() || access_token.trim_ascii() != access_token || prefixed || !printable {
        let message = ["`accessToken` is no token that can stand in a header: pass it alone, as it was issued"];
        return Err(Error::config(ErrorCode::InvalidOption, "accessToken", &message));
    }
    if token_type.eq_ignore_ascii_case("N_A")
        || issued_token_type.is_some_and(|issued| NOT_FOR_RESOURCES.contains(&issued))
    {
        return refuse(&["this token is no access token and must not be sent to a resource: ask for an access token"]);
    }
    if token_type.eq_ignore_ascii_case("DPoP") {
        return refuse(&["a DPoP-bound token cannot be sent without a proof"]);
    }
    if !token_type.eq_ignore_ascii_case("Bearer") {
        return refuse(&["a token of this type is not sent as a bearer token"]);
    }
    Ok(["Bearer ", access_token].concat())
}
