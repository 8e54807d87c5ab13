//! The token exchange request (RFC 8693 section 2.1).

use crate::form::Form;
use crate::secret::Secret;
use crate::text::join;

/// Names an exchange sets: an extra parameter may not.
pub const RESERVED: [&str; 11] = [
    "grant_type",
    "subject_token",
    "subject_token_type",
    "actor_token",
    "actor_token_type",
    "requested_token_type",
    "audience",
    "resource",
    "scope",
    "authorization_details",
    "claims",
];

/// A checked request for a token on behalf of a subject.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenExchange {
    /// `grant_type`.
    pub grant_type: String,
    /// The name of the parameter that carries the subject token.
    pub subject_token_name: String,
    /// The token of the party on whose behalf the request is made.
    pub subject_token: Secret,
    /// Its type.
    pub subject_token_type: String,
    /// The token of the party that acts, and its type.
    pub actor: Option<(Secret, String)>,
    /// The type that is asked for.
    pub requested_token_type: Option<String>,
    /// Logical names of the target services.
    pub audience: Vec<String>,
    /// Addresses of the target services.
    pub resource: Vec<String>,
    /// The requested scopes.
    pub scope: Vec<String>,
    /// A JSON array (RFC 9396 section 2).
    pub authorization_details: Option<String>,
    /// A claims request as JSON text.
    pub claims: Option<String>,
    /// Further parameters in their order.
    pub extra: Vec<(String, String)>,
}

impl std::fmt::Debug for TokenExchange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("TokenExchange")
            .field("audience", &self.audience)
            .field("resource", &self.resource)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

/// The fields of the request. Several audiences and resources are repeated parameters (section 2.1).
#[must_use]
pub fn form(exchange: &TokenExchange) -> Form {
    let mut form = Form::new();
    form.push("grant_type", &exchange.grant_type);
    form.push_each("resource", &exchange.resource);
    form.push_each("audience", &exchange.audience);
    if !exchange.scope.is_empty() {
        form.push("scope", &join(&exchange.scope, " "));
    }
    form.push_some("requested_token_type", exchange.requested_token_type.as_deref());
    form.push(&exchange.subject_token_name, exchange.subject_token.expose());
    if exchange.subject_token_name == "subject_token" {
        form.push("subject_token_type", &exchange.subject_token_type);
    }
    if let Some((token, token_type)) = &exchange.actor {
        form.push("actor_token", token.expose());
        form.push("actor_token_type", token_type);
    }
    form.push_some("authorization_details", exchange.authorization_details.as_deref());
    form.push_some("claims", exchange.claims.as_deref());
    form.push_pairs(&exchange.extra);
    form
}
