//! Checks of what callers ask for with a grant: extra parameters, scopes, resources, audiences, authorization details.

use crate::characters::Class;
use crate::error::Error;
use crate::fields::{self, MOST, TOO_LONG, element, invalid};
use crate::json::Value;
use crate::protocol::rfc6749_client_authentication as client_authentication;
use crate::protocol::rfc6749_token;
use crate::text::{contains, fill, is_new, is_one_of, is_unbroken, join, parts};

/// Checks extra parameters: none may replace what the operation or the client authentication sets.
pub(crate) fn check_extra(extra: &[(String, String)], reserved: &[&str]) -> Result<(), Error> {
    for (name, _) in extra {
        let field = fill("extra.{}", &[name]);
        if name.is_empty() {
            return Err(invalid("extra", "`extra` has a parameter without a name"));
        }
        if is_one_of(reserved, name) || is_one_of(&client_authentication::RESERVED, name) {
            return Err(invalid(
                &field,
                "`{}` is a parameter of the operation itself: it has an option of its own, or is not for the caller to set",
            ));
        }
    }
    Ok(())
}

/// Splits the scopes of a scope option, and only them, at spaces (RFC 6749 section 3.3).
pub(crate) fn check_scopes(list: &mut Vec<String>) -> Result<(), Error> {
    let wrong = |text: &str| text.bytes().any(|byte| byte != b' ' && !Class::SCOPE.has(byte));
    check_each(list, "scope", wrong, "`{}` holds a character that no scope may hold (RFC 6749 section 3.3)")?;
    let all = rfc6749_token::scopes(&join(list, " "));
    check_count(&all, "scope")?;
    let mut known = Vec::new();
    list.clear();
    for scope in &all {
        if is_new(&mut known, scope, true) {
            list.push(scope.clone());
        }
    }
    Ok(())
}

/// Resources are absolute URIs without a fragment (RFC 8707 section 2, RFC 8693 section 2.1).
pub(crate) fn check_resources(list: &mut Vec<String>) -> Result<(), Error> {
    let message = "`{}` has to be an absolute URI without a fragment: a logical name is an `audience`";
    check_each(list, "resource", |text| !text.is_empty() && !is_absolute_uri(text), message)
}

/// An absolute-URI (RFC 3986 section 4.3), as far as a sender has to know: a scheme (section 3.1), and no fragment.
fn is_absolute_uri(text: &str) -> bool {
    let scheme = parts(text, ":").next().unwrap_or_default();
    // The characters of a token68 are those of a scheme and three more.
    let is_scheme = scheme.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && Class::TOKEN68.is_all_of(scheme)
        && !scheme.bytes().any(|byte| matches!(byte, b'_' | b'~' | b'/'));
    is_scheme && scheme.len() < text.len() && !contains(text, "#") && is_unbroken(text)
}

/// Audiences are any text that can stand in a form.
pub(crate) fn check_audiences(list: &mut Vec<String>) -> Result<(), Error> {
    check_each(list, "audience", |text| text.chars().any(char::is_control), "`{}` holds a control character")
}

/// Checks the elements of a list option, and drops the empty ones.
#[inline(never)]
fn check_each(list: &mut Vec<String>, field: &str, wrong: fn(&str) -> bool, message: &str) -> Result<(), Error> {
    check_count(list, field)?;
    for (index, text) in list.iter().enumerate() {
        if wrong(text) {
            // One that stands alone may have been written as a text.
            return Err(invalid(&if list.len() > 1 { element(field, index) } else { field.into() }, message));
        }
    }
    list.retain(|element| !element.is_empty());
    Ok(())
}

fn check_count(list: &[String], field: &str) -> Result<(), Error> {
    if list.len() > MOST { Err(invalid(field, TOO_LONG)) } else { Ok(()) }
}

/// Authorization details are a JSON array of objects that each have a type (RFC 9396 section 2).
pub(crate) fn check_authorization_details(text: Option<&str>) -> Result<(), Error> {
    let Some(text) = text else { return Ok(()) };
    let document = fields::document(text)?;
    let typed = |details: Value<'_, '_>| details.get("type").is_some_and(|name| name.as_str().is_some());
    let objects = document.root().elements().is_some_and(|mut elements| elements.all(typed));
    if objects {
        Ok(())
    } else {
        Err(invalid("authorizationDetails", "`{}` has to be an array of objects with a `type`"))
    }
}
