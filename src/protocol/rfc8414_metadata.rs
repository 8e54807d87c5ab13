//! Authorization server metadata (RFC 8414, OpenID Connect Discovery 1.0).

use crate::error::{Error, ErrorCode};
use crate::http::{HttpResponse, find};
use crate::json::{Document, ObjectWriter, Value};
use crate::text::fill;
use std::borrow::Cow;

/// A checked document and what the core decides on of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscoveredMetadata {
    /// The endpoints that the document names, by member name.
    pub endpoints: Vec<(String, String)>,
    /// The JSON text as it was sent.
    pub document: String,
}

impl DiscoveredMetadata {
    /// The address of an endpoint, by its member name such as `token_endpoint`.
    #[must_use]
    pub fn endpoint(&self, member: &str) -> Option<&str> {
        find(&self.endpoints, member)
    }

    /// A list of names, by its member name such as `scopes_supported`; `None` when the document has none.
    #[must_use]
    pub fn list(&self, member: &str) -> Option<Vec<String>> {
        Document::parse(&self.document).ok()?.root().get(member)?.as_strings()
    }

    /// The members that the specifications name, in camel case: a `ServerMetadata` of the TypeScript types. A member of a
    /// wrong type is left out.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut known = ObjectWriter::new();
        if let Ok(document) = Document::parse(&self.document) {
            for (name, kind) in MEMBERS {
                let Some(value) = document.root().get(name) else { continue };
                let name = camel_case(name);
                match kind {
                    Kind::Url | Kind::Text => known.some_text(&name, &value.as_str().map(Cow::into_owned)),
                    Kind::List => {
                        if let Some(texts) = value.as_strings() {
                            known.texts(&name, &texts);
                        }
                    }
                    Kind::Flag => {
                        if let Some(flag) = value.as_bool() {
                            known.flag(&name, flag);
                        }
                    }
                }
            }
        }
        known.finish()
    }
}

fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for character in name.chars() {
        if character != '_' {
            out.push(if upper { character.to_ascii_uppercase() } else { character });
        }
        upper = character == '_';
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An address that something is sent to: checked before it is used.
    Url,
    Text,
    List,
    Flag,
}

macro_rules! metadata {
    ($( $(#[doc = $doc:literal])+ $name:ident: $kind:ident $type:ty, )+) => {
        const MEMBERS: &[(&str, Kind)] = &[("issuer", Kind::Text), $( (stringify!($name), Kind::$kind), )+];

        /// What an authorization server says of itself: the members of RFC 8414 section 2 and of the extensions that
        /// clients use, in camel case. A member of a wrong type is left out here.
        #[cfg(target_arch = "wasm32")]
        #[derive(tsify::Tsify)]
        #[serde(rename_all = "camelCase")]
        pub struct ServerMetadata {
            /// The issuer as it stands in the document (RFC 8414 section 2).
            pub issuer: String,
            $( $(#[doc = $doc])+ #[tsify(optional)] pub $name: $type, )+
        }
    };
}

metadata! {
    /// Where users are sent to authorize (RFC 6749 section 3.1).
    authorization_endpoint: Url String,
    /// Where tokens are asked for (RFC 6749 section 3.2).
    token_endpoint: Url String,
    /// The keys the server signs with (RFC 7517).
    jwks_uri: Url String,
    /// Where clients are registered (RFC 7591).
    registration_endpoint: Url String,
    /// Where tokens are introspected (RFC 7662).
    introspection_endpoint: Url String,
    /// Where tokens are revoked (RFC 7009).
    revocation_endpoint: Url String,
    /// Where authorization requests are pushed (RFC 9126).
    pushed_authorization_request_endpoint: Url String,
    /// Where device codes are asked for (RFC 8628).
    device_authorization_endpoint: Url String,
    /// Where backchannel authentication starts (CIBA).
    backchannel_authentication_endpoint: Url String,
    /// Where claims of the user are read (OpenID Connect Core section 5.3).
    userinfo_endpoint: Url String,
    /// Where users sign out (OpenID Connect RP-Initiated Logout).
    end_session_endpoint: Url String,
    /// Scopes the server knows; not all of them need be listed.
    scopes_supported: List Vec<String>,
    /// Response types of the authorization endpoint.
    response_types_supported: List Vec<String>,
    /// Response modes of the authorization endpoint.
    response_modes_supported: List Vec<String>,
    /// Grants of the token endpoint.
    grant_types_supported: List Vec<String>,
    /// How clients may authenticate at the token endpoint.
    token_endpoint_auth_methods_supported: List Vec<String>,
    /// Algorithms of signed client assertions.
    token_endpoint_auth_signing_alg_values_supported: List Vec<String>,
    /// How clients may authenticate at the introspection endpoint.
    introspection_endpoint_auth_methods_supported: List Vec<String>,
    /// How clients may authenticate at the revocation endpoint.
    revocation_endpoint_auth_methods_supported: List Vec<String>,
    /// Algorithms of client assertions at the introspection endpoint.
    introspection_endpoint_auth_signing_alg_values_supported: List Vec<String>,
    /// Algorithms of client assertions at the revocation endpoint.
    revocation_endpoint_auth_signing_alg_values_supported: List Vec<String>,
    /// PKCE methods (RFC 7636).
    code_challenge_methods_supported: List Vec<String>,
    /// Algorithms of DPoP proofs (RFC 9449).
    dpop_signing_alg_values_supported: List Vec<String>,
    /// Types of authorization details (RFC 9396).
    authorization_details_types_supported: List Vec<String>,
    /// Algorithms of ID tokens.
    id_token_signing_alg_values_supported: List Vec<String>,
    /// Kinds of subject identifiers.
    subject_types_supported: List Vec<String>,
    /// Claims the server may give.
    claims_supported: List Vec<String>,
    /// Authentication contexts the server knows.
    acr_values_supported: List Vec<String>,
    /// Languages of the server's pages.
    ui_locales_supported: List Vec<String>,
    /// Delivery modes of backchannel authentication.
    backchannel_token_delivery_modes_supported: List Vec<String>,
    /// True when authorization answers name their issuer (RFC 9207).
    authorization_response_iss_parameter_supported: Flag bool,
    /// True when authorization requests must be pushed (RFC 9126).
    require_pushed_authorization_requests: Flag bool,
    /// True when access tokens can be bound to a client certificate (RFC 8705).
    tls_client_certificate_bound_access_tokens: Flag bool,
    /// True when the client id may be the URL of a metadata document.
    client_id_metadata_document_supported: Flag bool,
    /// The metadata as a signed JWT (RFC 8414 section 2.1), which is not verified here.
    signed_metadata: Text String,
    /// Documentation for developers.
    service_documentation: Text String,
    /// The server's policy.
    op_policy_uri: Text String,
    /// The server's terms of service.
    op_tos_uri: Text String,
}

/// Reads a metadata document that was answered with status 200.
///
/// # Errors
/// `invalid_response` for what is no metadata document, `issuer_mismatch` when it speaks of another issuer.
pub fn parse(response: HttpResponse, issuer: &str) -> Result<DiscoveredMetadata, Error> {
    let what = fill("the metadata of {}", &[issuer]);
    let parsed = Document::parse(&response.body).ok();
    let document = response.json_object(parsed.as_ref().map(Document::root), &what)?;
    let invalid = |message: &str, member: &str| {
        Err(Error::response(ErrorCode::InvalidResponse, response.status, message, &[&what, member]))
    };
    let Some(found) = document.get("issuer").and_then(Value::as_str) else {
        return invalid("{} has no `{}`", "issuer");
    };
    // RFC 8414 section 3.3: the issuer must be identical to the one the address was made from.
    if !same_issuer(&found, issuer) {
        let message = "{} names another issuer, {}: check the issuer letter by letter";
        let shown = crate::secret::clean(&found, &[]);
        return Err(Error::response(ErrorCode::IssuerMismatch, response.status, message, &[&what, &shown]));
    }
    let mut endpoints = Vec::new();
    for (name, kind) in MEMBERS {
        let value = if *kind == Kind::Url { document.get(name) } else { None };
        match value.map(Value::as_str) {
            None => {}
            Some(Some(address)) => endpoints.push(((*name).into(), address.into_owned())),
            Some(None) => return invalid("{} has a `{}` that is no string", name),
        }
    }
    drop(parsed);
    Ok(DiscoveredMetadata { endpoints, document: response.body })
}

/// Compares issuers byte for byte (RFC 8414 section 3.3); only the slash of an issuer without a path may be left out.
#[must_use]
pub fn same_issuer(left: &str, right: &str) -> bool {
    bare(left) == bare(right)
}

/// An issuer without the slash that may be left out.
#[must_use]
#[inline(never)]
pub fn bare(issuer: &str) -> &str {
    let bare = issuer.strip_suffix('/').unwrap_or(issuer);
    // Two slashes are those of `https://`: no path.
    if bare.bytes().filter(|byte| *byte == b'/').count() == 2 { bare } else { issuer }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> HttpResponse {
        HttpResponse {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.into(),
        }
    }

    fn code(body: &str) -> ErrorCode {
        parse(answer(body), "https://as.example/t").unwrap_err().code()
    }

    #[test]
    fn p60_t03_only_the_slash_of_a_root_issuer_may_differ() {
        assert!(same_issuer("https://as.example", "https://as.example/"));
        assert!(same_issuer("https://as.example/", "https://as.example/"));
        for other in [
            "https://as.example/t/",
            "https://AS.example/t",
            "https://as.example:443/t",
            "https://as.example/%74",
            "http://as.example/t",
            "https://as.example//t",
            "https://a@as.example/t",
        ] {
            assert!(!same_issuer("https://as.example/t", other), "{other}");
        }
        assert!(!same_issuer("https://as.example", "https://as.example//"));
    }

    #[test]
    fn p61_another_issuer_is_refused() {
        assert_eq!(code(r#"{"issuer":"https://evil.example/t","token_endpoint":5}"#), ErrorCode::IssuerMismatch);
    }

    #[test]
    fn p62_what_is_no_document_is_refused() {
        for body in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"issuer":5}"#,
            r#"{"issuer":null}"#,
            r#"{"issuer":"https://as.example/t","token_endpoint":5}"#,
        ] {
            assert_eq!(code(body), ErrorCode::InvalidResponse, "{body}");
        }
        let html = HttpResponse {
            status: 200,
            headers: vec![("content-type".into(), "text/html".into())],
            body: r#"{"issuer":"https://as.example/t"}"#.into(),
        };
        assert_eq!(parse(html, "https://as.example/t").unwrap_err().code(), ErrorCode::InvalidResponse);
    }

    #[test]
    fn a_lone_surrogate_in_a_document_does_not_leave_the_core() {
        let body = r#"{"issuer":"https://as.example/t","scopes_supported":["\ud800"],"op_tos_uri":"\udfff"}"#;
        let known =
            "{\"issuer\":\"https://as.example/t\",\"scopesSupported\":[\"\u{FFFD}\"],\"opTosUri\":\"\u{FFFD}\"}";
        assert_eq!(parse(answer(body), "https://as.example/t").unwrap().to_json(), known);
    }

    #[test]
    fn p70_members_of_a_wrong_type_are_left_out_and_the_document_is_kept() {
        let body = r#"{"issuer":"https://as.example/t","token_endpoint":"https://as.example/token","scopes_supported":"a b","x_unknown":{"a":1}}"#;
        let found = parse(answer(body), "https://as.example/t").unwrap();
        let known = r#"{"issuer":"https://as.example/t","tokenEndpoint":"https://as.example/token"}"#;
        assert_eq!(found.to_json(), known);
        assert_eq!(found.endpoint("token_endpoint"), Some("https://as.example/token"));
        assert_eq!(found.document, body);
    }
}
