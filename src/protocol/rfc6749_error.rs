//! The error answer of RFC 6749 section 5.2, as servers really send it.

use crate::http::HttpResponse;
use crate::json::{self, Lenient};
use serde::Deserialize;

/// An OAuth error as it was sent, not yet cleaned.
#[derive(Clone, PartialEq, Eq)]
pub struct ErrorBody {
    /// `error`, never empty.
    pub error: String,
    /// `error_description`.
    pub description: Option<String>,
    /// `error_uri`.
    pub uri: Option<String>,
    /// Microsoft's `suberror`.
    pub suberror: Option<String>,
    /// What a claims challenge asks for.
    pub claims: Option<String>,
    /// Where the user can act, under any of the names servers use.
    pub interaction_url: Option<String>,
}

#[derive(Deserialize)]
struct Wire {
    error: Lenient<String>,
    #[serde(default)]
    error_description: Lenient<String>,
    #[serde(default)]
    error_uri: Lenient<String>,
    #[serde(default)]
    suberror: Lenient<String>,
    #[serde(default)]
    claims: Lenient<String>,
    #[serde(default)]
    interaction_uri: Lenient<String>,
    #[serde(default)]
    consent_url: Lenient<String>,
    #[serde(default, rename = "account-link-url")]
    account_link_url: Lenient<String>,
    #[serde(default, rename = "authorizationUrl")]
    authorization_url: Lenient<String>,
}

/// Reads an OAuth error: a JSON object with a string `error`, at any status and of any content type.
///
/// Members of another type are left out: gateways send `error` as an object, and a description is no reason to lose a code.
#[must_use]
pub fn parse(response: &HttpResponse) -> Option<ErrorBody> {
    let wire: Wire = json::from_str(&response.body).ok()?;
    let text = |member: Lenient<String>| member.0.filter(|text| !text.is_empty());
    Some(ErrorBody {
        error: text(wire.error)?,
        description: text(wire.error_description),
        uri: text(wire.error_uri),
        suberror: text(wire.suberror),
        claims: text(wire.claims),
        interaction_url: text(wire.interaction_uri)
            .or_else(|| text(wire.consent_url))
            .or_else(|| text(wire.account_link_url))
            .or_else(|| text(wire.authorization_url)),
    })
}
