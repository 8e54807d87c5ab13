//! The client credentials grant (RFC 6749 section 4.4), with `resource` of RFC 8707 and `authorization_details` of RFC 9396.

use crate::form::Form;
use crate::protocol::names::grant_type;
use crate::text::join;

/// Names this grant sets: an extra parameter may not.
pub const RESERVED: [&str; 5] = ["grant_type", "scope", "resource", "audience", "authorization_details"];

/// A checked request for a token of the client's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientCredentialsGrant {
    /// The requested scopes.
    pub scope: Vec<String>,
    /// The resources the token is for (RFC 8707 section 2).
    pub resource: Vec<String>,
    /// The audiences the token is for, where servers take them here.
    pub audience: Vec<String>,
    /// A JSON array (RFC 9396 section 2).
    pub authorization_details: Option<String>,
}

/// The fields of the request.
#[must_use]
pub fn form(grant: &ClientCredentialsGrant) -> Form {
    let mut form = Form::new();
    form.push("grant_type", grant_type::CLIENT_CREDENTIALS);
    form.push_each("resource", &grant.resource);
    form.push_each("audience", &grant.audience);
    if !grant.scope.is_empty() {
        form.push("scope", &join(&grant.scope, " "));
    }
    form.push_some("authorization_details", grant.authorization_details.as_deref());
    form
}
