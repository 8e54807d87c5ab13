//! The client credentials grant (RFC 6749 section 4.4), with `resource` of RFC 8707 and `authorization_details` of RFC 9396.

use crate::form::Form;
use crate::protocol::names::grant_type;
use crate::text::join;

/// Names this grant sets: an extra parameter may not.
pub const RESERVED: [&str; 5] = ["grant_type", "scope", "resource", "audience", "authorization_details"];

/// The fields of a request for a token of the client's own: the requested scopes, the resources the token is for (RFC 8707
/// section 2), its audiences, where servers take them here, and a JSON array (RFC 9396 section 2).
#[must_use]
pub fn form(scope: &[String], resource: &[String], audience: &[String], authorization_details: Option<&str>) -> Form {
    let mut form = Form::new();
    form.push("grant_type", grant_type::CLIENT_CREDENTIALS);
    form.push_each("resource", resource);
    form.push_each("audience", audience);
    if !scope.is_empty() {
        form.push("scope", &join(scope, " "));
    }
    form.push_some("authorization_details", authorization_details);
    form
}
