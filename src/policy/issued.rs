//! `verifyIssued`: whether a server gave what was asked for, and no more (RFC 8693 section 5).

use crate::error::{Error, ErrorCode};
use crate::protocol::rfc6749_token::TokenSet;
use crate::protocol::rfc7519_jwt;
use crate::protocol::rfc8414_metadata::same_issuer;
use crate::protocol::rfc8693_exchange::TokenExchange;
use crate::text::compare;
use crate::time::UnixMillis;

/// How to compare.
#[derive(Clone, Copy, Debug)]
pub struct Verify {
    /// How far clocks may differ.
    pub tolerance_seconds: u64,
    /// False for a server that names scopes otherwise than they are asked for: then they cannot be compared.
    pub scopes: bool,
}

/// Compares the claims of an issued JWT, and the answer it came in, with the request and with the subject token. The signature
/// is not looked at: the token came straight from the server. An issued JWT need not name its issuer; when the subject token
/// ends, it has to end too.
///
/// # Errors
/// `invalid_response` that names the first difference: issuer, subject, audience, scope or life. A token that is no JWT
/// cannot be compared and is refused too.
pub fn check(token: &TokenSet, exchange: &TokenExchange, verify: Verify) -> Result<(), Error> {
    match difference(token, exchange, verify) {
        None => Ok(()),
        Some(reason) => Err(Error::response(ErrorCode::InvalidResponse, 200, "the issued token {}", &[reason])),
    }
}

fn difference(token: &TokenSet, exchange: &TokenExchange, verify: Verify) -> Option<&'static str> {
    let Some(issued) = rfc7519_jwt::peek(&token.access_token) else {
        return Some("is no JWT, so `verifyIssued` cannot compare it with the request");
    };
    if issued.issuer.as_deref().is_some_and(|issuer| !same_issuer(issuer, &token.issuer)) {
        return Some("comes from another issuer (`iss`)");
    }
    if issued.malformed {
        return Some("has a claim of a wrong type");
    }
    let subject = rfc7519_jwt::peek(exchange.subject_token.expose()).unwrap_or_default();
    if subject.subject.is_some() && issued.subject != subject.subject {
        return Some("is for another subject (`sub`)");
    }
    let audience = issued.audience.unwrap_or_default();
    let mut targets = exchange.audience.clone();
    targets.extend_from_slice(&exchange.resource);
    let foreign = compare(&targets, &audience).1;
    if !targets.is_empty() && (audience.is_empty() || foreign || !compare(&exchange.audience, &audience).0.is_empty()) {
        return Some("is for another audience than was asked for (`aud`)");
    }
    let scope = issued.scope.unwrap_or_default();
    let asked = &exchange.scope;
    let asked_for = |scopes: &[String]| asked.is_empty() || !verify.scopes || !compare(asked, scopes).1;
    if !asked_for(&scope) || !asked_for(&token.scope) {
        return Some("holds more scopes than were asked for (`scope`)");
    }
    let tolerance = f64::from(u32::try_from(verify.tolerance_seconds).unwrap_or(u32::MAX));
    let end = subject.expires_at? + tolerance;
    // By its own word, and by that of the answer.
    let stated = token.expires_at.is_some_and(|instant| instant > UnixMillis::from_js(end * 1000.0));
    let longer = issued.expires_at.is_none_or(|expires_at| expires_at > end) || stated;
    longer.then_some("lives longer than the subject token (`exp`)")
}
