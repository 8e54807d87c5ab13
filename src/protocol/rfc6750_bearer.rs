//! Presenting a bearer token at a resource (RFC 6750 section 2.1), and what a token has to be for that.

use crate::characters::Class;
use crate::error::{Error, ErrorCode};
use crate::protocol::names::token_type;
use crate::secret::REDACTED_MARK;
use crate::text::{contains, fill, is_one_of};

/// The longest token, in bytes, but for those that carry certificates.
pub const LONGEST_TOKEN: usize = 65_536;
/// Types whose tokens are no credential for a resource, whatever token type stands beside them (RFC 8693 section 3).
const NOT_FOR_RESOURCES: [&str; 6] = [
    token_type::ID_TOKEN,
    token_type::REFRESH_TOKEN,
    token_type::SAML1,
    token_type::SAML2,
    token_type::ID_JAG,
    token_type::TXN_TOKEN,
];

/// True for a type whose tokens are no credential for a resource. URNs are compared without case as far as their namespace
/// goes (RFC 8141 section 3.1); servers go further.
pub(crate) fn is_not_for_resources(token_type: &str) -> bool {
    is_one_of(&NOT_FOR_RESOURCES, token_type)
}

/// Checks a token or assertion given by the caller, as it will stand in a request: VSCHAR and no white space around it
/// (RFC 6749 appendix A.12), no scheme before it. `field` is where it was given, `longest` in bytes.
///
/// # Errors
/// `redacted_token` for the text that stands for a token in JSON and logs, `invalid_option` for any other that is none.
pub fn check_token(token: &str, field: &str, longest: usize) -> Result<(), Error> {
    check(token, field, longest, false)
}

#[inline(never)]
fn check(token: &str, field: &str, longest: usize, presented: bool) -> Result<(), Error> {
    let plain = Class::TOKEN.is_all_of(token);
    if !plain && contains(token, REDACTED_MARK) {
        return Err(Error::config(
            ErrorCode::RedactedToken,
            field,
            "`{}` is the redacted text of a token, not the token: it went through JSON or a log; keep what `expose()` gives instead",
            &[field],
        ));
    }
    let bare = token.trim_ascii();
    let start = token.get(..7).unwrap_or(token);
    let wrong = if bare.is_empty() {
        "is empty"
    } else if bare.len() != token.len() {
        "has white space around it"
    } else if token.eq_ignore_ascii_case("bearer") || start.eq_ignore_ascii_case("bearer ") {
        "begins with `Bearer `: pass the token alone"
    } else if !plain {
        "holds control or non-ASCII characters, which no token may hold"
    } else if token.len() > longest {
        "is too long for a token"
    } else if presented && !Class::TOKEN68.is_all_of(token) && reads_as_two(token) {
        "could be read as two credentials in an Authorization header (RFC 6750 section 2.1)"
    } else {
        return Ok(());
    };
    Err(Error::config(ErrorCode::InvalidOption, field, "`{}` {}", &[field, wrong]))
}

/// Checks a token that is to stand in an `Authorization` header, alone, and is of so many bytes at most.
///
/// # Errors
/// Those of [`check_token`], and `invalid_option` for a token that reads as two credentials.
pub fn check_presented(access_token: &str, longest: usize) -> Result<(), Error> {
    check(access_token, "accessToken", longest, true)
}

/// The `Authorization` value that presents a token at a resource.
///
/// # Errors
/// Those of [`check_presented`], and `invalid_option` for a token that is no bearer credential: `N_A`, `DPoP` (which needs a
/// proof), or a result such as an ID token that stands beside `Bearer`.
pub fn authorization_header(
    access_token: &str,
    token_type: &str,
    issued_token_type: Option<&str>,
) -> Result<String, Error> {
    check_presented(access_token, LONGEST_TOKEN)?;
    let is = |name: &str| token_type.eq_ignore_ascii_case(name);
    let refusal = if is("N_A") || issued_token_type.is_some_and(is_not_for_resources) {
        "this token is no access token and must not be sent to a resource: ask for an access token"
    } else if is("DPoP") {
        "a DPoP-bound token cannot be sent without a proof"
    } else if !is("Bearer") {
        "a token of this type is not sent as a bearer token"
    } else {
        return Ok(fill("Bearer {}", &[access_token]));
    };
    Err(Error::config(ErrorCode::InvalidOption, "tokenType", refusal, &[]))
}

/// True when behind a comma might stand another scheme with its credentials (RFC 9110 section 11.4): a word and a space.
fn reads_as_two(access_token: &str) -> bool {
    let (mut behind_comma, mut in_word) = (false, false);
    for byte in access_token.bytes() {
        if behind_comma && in_word && byte == b' ' {
            return true;
        }
        behind_comma |= byte == b',';
        in_word = !matches!(byte, b',' | b' ');
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t47_only_a_bearer_access_token_goes_into_the_authorization_header() {
        let urn = |name: &str| ["urn:ietf:params:oauth:token-type:", name].concat();
        for (token_type, issued) in [("Bearer", None), ("bearer", Some("access_token")), ("BEARER", Some("jwt"))] {
            let issued = issued.map(urn);
            assert_eq!(authorization_header("abc", token_type, issued.as_deref()).unwrap(), "Bearer abc");
        }
        for (token_type, issued) in [
            ("N_A", None),
            ("n_a", Some("access_token")),
            ("DPoP", None),
            ("dpop", Some("access_token")),
            ("mac", None),
            ("", None),
            ("Bearer", Some("id_token")),
            ("Bearer", Some("refresh_token")),
            ("Bearer", Some("saml1")),
            ("Bearer", Some("saml2")),
            ("Bearer", Some("id-jag")),
            ("Bearer", Some("txn_token")),
            ("Bearer", Some("ID_TOKEN")),
        ] {
            let issued = issued.map(urn);
            let refused = authorization_header("abc", token_type, issued.as_deref()).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::InvalidOption, "{token_type} {issued:?}");
        }
        // A second scheme behind the first.
        for token in ["a, Basic dXNlcjpwYXNz", "a,Basic dXNlcjpwYXNz", "a b,\tBasic c", "a,  b c", "a, b ,c", ",a b"] {
            assert!(authorization_header(token, "Bearer", None).is_err(), "{token}");
        }
        for token in ["for alice's", "a,b", "a, b", "a b,c", "a b, ,c", ",a"] {
            assert!(authorization_header(token, "Bearer", None).is_ok(), "{token}");
        }
    }
}
