//! Authorization server metadata (RFC 8414, OpenID Connect Discovery 1.0).

use crate::error::{Error, ErrorCode};
use crate::http::HttpResponse;
use crate::json::{self, JsonErrorKind, Lenient};
use serde::{Deserialize, Serialize};

/// A document as it was read and as it was sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct DiscoveredMetadata {
    /// The members the specifications name.
    pub metadata: ServerMetadata,
    /// The JSON text, from which members unknown to us can be read.
    pub document: String,
}

macro_rules! metadata {
    ($( $(#[doc = $doc:literal])+ $field:ident / $wire:literal: $kind:ident, )+) => {
        #[derive(Deserialize)]
        struct Wire {
            $( #[serde(default, rename = $wire)] $field: metadata!(@wire $kind), )+
        }

        /// What an authorization server says of itself: the members of RFC 8414 section 2 and of the extensions that
        /// clients use, in camel case. A member of a wrong type is left out here.
        #[derive(Clone, Debug, Default, PartialEq, Serialize)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        #[serde(rename_all = "camelCase")]
        pub struct ServerMetadata {
            /// The issuer as it stands in the document (RFC 8414 section 2).
            pub issuer: String,
            $(
                $(#[doc = $doc])+
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: metadata!(@public $kind),
            )+
        }

        impl ServerMetadata {
            fn from_wire(issuer: String, wire: Wire) -> Self {
                Self { issuer, $( $field: metadata!(@unwrap $kind wire.$field), )+ }
            }

            /// The endpoints the document names, each with its member name: addresses that something is sent to.
            #[must_use]
            pub fn endpoints(&self) -> Vec<(&'static str, &str)> {
                let mut endpoints = Vec::new();
                $( metadata!(@endpoint $kind endpoints, $wire, self.$field); )+
                endpoints
            }
        }
    };
    (@wire url) => { Option<String> };
    (@wire text) => { Lenient<String> };
    (@wire list) => { Lenient<Vec<String>> };
    (@wire flag) => { Lenient<bool> };
    (@public url) => { Option<String> };
    (@public text) => { Option<String> };
    (@public list) => { Option<Vec<String>> };
    (@public flag) => { Option<bool> };
    (@unwrap url $value:expr) => { $value };
    (@unwrap $kind:ident $value:expr) => { $value.0 };
    (@endpoint url $endpoints:ident, $wire:literal, $value:expr) => {
        if let Some(address) = &$value {
            $endpoints.push(($wire, address.as_str()));
        }
    };
    (@endpoint $kind:ident $endpoints:ident, $wire:literal, $value:expr) => {};
}

metadata! {
    /// Where users are sent to authorize (RFC 6749 section 3.1).
    authorization_endpoint / "authorization_endpoint": url,
    /// Where tokens are asked for (RFC 6749 section 3.2).
    token_endpoint / "token_endpoint": url,
    /// The keys the server signs with (RFC 7517).
    jwks_uri / "jwks_uri": url,
    /// Where clients are registered (RFC 7591).
    registration_endpoint / "registration_endpoint": url,
    /// Where tokens are introspected (RFC 7662).
    introspection_endpoint / "introspection_endpoint": url,
    /// Where tokens are revoked (RFC 7009).
    revocation_endpoint / "revocation_endpoint": url,
    /// Where authorization requests are pushed (RFC 9126).
    pushed_authorization_request_endpoint / "pushed_authorization_request_endpoint": url,
    /// Where device codes are asked for (RFC 8628).
    device_authorization_endpoint / "device_authorization_endpoint": url,
    /// Where backchannel authentication starts (CIBA).
    backchannel_authentication_endpoint / "backchannel_authentication_endpoint": url,
    /// Where claims of the user are read (OpenID Connect Core section 5.3).
    userinfo_endpoint / "userinfo_endpoint": url,
    /// Where users sign out (OpenID Connect RP-Initiated Logout).
    end_session_endpoint / "end_session_endpoint": url,
    /// Scopes the server knows; not all of them need be listed.
    scopes_supported / "scopes_supported": list,
    /// Response types of the authorization endpoint.
    response_types_supported / "response_types_supported": list,
    /// Response modes of the authorization endpoint.
    response_modes_supported / "response_modes_supported": list,
    /// Grants of the token endpoint.
    grant_types_supported / "grant_types_supported": list,
    /// How clients may authenticate at the token endpoint.
    token_endpoint_auth_methods_supported / "token_endpoint_auth_methods_supported": list,
    /// Algorithms of signed client assertions.
    token_endpoint_auth_signing_alg_values_supported / "token_endpoint_auth_signing_alg_values_supported": list,
    /// How clients may authenticate at the introspection endpoint.
    introspection_endpoint_auth_methods_supported / "introspection_endpoint_auth_methods_supported": list,
    /// How clients may authenticate at the revocation endpoint.
    revocation_endpoint_auth_methods_supported / "revocation_endpoint_auth_methods_supported": list,
    /// PKCE methods (RFC 7636).
    code_challenge_methods_supported / "code_challenge_methods_supported": list,
    /// Algorithms of DPoP proofs (RFC 9449).
    dpop_signing_alg_values_supported / "dpop_signing_alg_values_supported": list,
    /// Types of authorization details (RFC 9396).
    authorization_details_types_supported / "authorization_details_types_supported": list,
    /// Algorithms of ID tokens.
    id_token_signing_alg_values_supported / "id_token_signing_alg_values_supported": list,
    /// Kinds of subject identifiers.
    subject_types_supported / "subject_types_supported": list,
    /// Claims the server may give.
    claims_supported / "claims_supported": list,
    /// Authentication contexts the server knows.
    acr_values_supported / "acr_values_supported": list,
    /// Languages of the server's pages.
    ui_locales_supported / "ui_locales_supported": list,
    /// Delivery modes of backchannel authentication.
    backchannel_token_delivery_modes_supported / "backchannel_token_delivery_modes_supported": list,
    /// True when authorization answers name their issuer (RFC 9207).
    authorization_response_iss_parameter_supported / "authorization_response_iss_parameter_supported": flag,
    /// True when authorization requests must be pushed (RFC 9126).
    require_pushed_authorization_requests / "require_pushed_authorization_requests": flag,
    /// True when access tokens can be bound to a client certificate (RFC 8705).
    tls_client_certificate_bound_access_tokens / "tls_client_certificate_bound_access_tokens": flag,
    /// True when the client id may be the URL of a metadata document.
    client_id_metadata_document_supported / "client_id_metadata_document_supported": flag,
    /// Documentation for developers.
    service_documentation / "service_documentation": text,
    /// The server's policy.
    op_policy_uri / "op_policy_uri": text,
    /// The server's terms of service.
    op_tos_uri / "op_tos_uri": text,
}

#[derive(Deserialize)]
struct Issuer {
    issuer: String,
}

/// Reads a metadata document that was answered with status 200.
///
/// # Errors
/// `invalid_response` for what is no metadata document, `issuer_mismatch` when it speaks of another issuer.
pub fn parse(response: HttpResponse, issuer: &str) -> Result<DiscoveredMetadata, Error> {
    let status = response.status;
    let invalid = |reason: &[&str]| {
        Error::response(
            ErrorCode::InvalidResponse,
            status,
            &[&["the metadata of ", issuer, " ", &reason.concat()].concat()],
        )
    };
    if !response.may_be_json() {
        return Err(invalid(&["is not JSON by its content type"]));
    }
    let read = |error: json::JsonError| match error.kind {
        JsonErrorKind::Syntax | JsonErrorKind::TooDeep => invalid(&["cannot be read as JSON"]),
        JsonErrorKind::MissingMember => invalid(&["has no `issuer`"]),
        _ if error.path.is_empty() => invalid(&["is no JSON object"]),
        _ => invalid(&["has a member `", &error.path, "` of the wrong type"]),
    };
    // Looked at first: a document of another issuer is no document for us, whatever else is wrong with it.
    let Issuer { issuer: found } = json::from_str(&response.body).map_err(read)?;
    // RFC 8414 section 3.3: the issuer must be identical to the one the address was made from.
    if !same_issuer(&found, issuer) {
        let shown = crate::secret::clean(&found, &[]);
        return Err(Error::response(
            ErrorCode::IssuerMismatch,
            status,
            &["the metadata of ", issuer, " names another issuer, ", &shown, ": check the issuer letter by letter"],
        ));
    }
    let wire: Wire = json::from_str(&response.body).map_err(read)?;
    Ok(DiscoveredMetadata { metadata: ServerMetadata::from_wire(found, wire), document: response.body })
}

/// Compares issuers byte for byte (RFC 8414 section 3.3); only the slash of an issuer without a path may be left out.
#[must_use]
pub fn same_issuer(left: &str, right: &str) -> bool {
    let trim = |issuer: &'_ str| -> usize {
        let bare = issuer.strip_suffix('/').unwrap_or(issuer);
        // Two slashes are those of `https://`: no path.
        if bare.bytes().filter(|byte| *byte == b'/').count() == 2 { bare.len() } else { issuer.len() }
    };
    left.get(..trim(left)) == right.get(..trim(right))
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
    fn p70_members_of_a_wrong_type_are_left_out_and_the_document_is_kept() {
        let body = r#"{"issuer":"https://as.example/t","token_endpoint":"https://as.example/token","scopes_supported":"a b","x_unknown":{"a":1}}"#;
        let found = parse(answer(body), "https://as.example/t").unwrap();
        assert_eq!(found.metadata.scopes_supported, None);
        assert_eq!(found.metadata.endpoints(), [("token_endpoint", "https://as.example/token")]);
        assert_eq!(found.document, body);
    }
}
