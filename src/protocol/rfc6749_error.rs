//! The error answer of RFC 6749 section 5.2, as servers really send it.

use crate::json::Value;
use std::borrow::Cow;

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
    /// What a claims challenge asks for, as JSON text.
    pub claims: Option<String>,
    /// Where the user can act, under any of the names servers use.
    pub interaction_url: Option<String>,
}

/// The names under which servers say where the user can act: Okta, AuthPlane, Keycloak, AgentCore.
const INTERACTION: [&str; 4] = ["interaction_uri", "consent_url", "account-link-url", "authorizationUrl"];

/// Reads an OAuth error: a JSON object with a string `error`, at any status and of any content type.
///
/// Members of another type are left out: gateways send `error` as an object, and a description is no reason to lose a code.
#[must_use]
pub fn parse(body: Value<'_, '_>) -> Option<ErrorBody> {
    let text = |name: &str| body.get(name)?.as_str().filter(|text| !text.is_empty()).map(Cow::into_owned);
    let error = text("error")?;
    let mut interaction_url = None;
    for name in INTERACTION {
        interaction_url = interaction_url.or_else(|| text(name));
    }
    Some(ErrorBody {
        error,
        description: text("error_description"),
        uri: text("error_uri"),
        suberror: text("suberror"),
        // Written as a text by Microsoft, as an object by others.
        claims: text("claims")
            .or_else(|| body.get("claims").filter(|claims| claims.is_object()).map(|claims| claims.text().into())),
        interaction_url,
    })
}
