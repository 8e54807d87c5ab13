//! Names of the IANA registries, for callers to choose from. These lists are open: a server may know others.
//!
//! Each list is written once: here as constants of Rust, and in the bindings as an object of the npm package.

/// Gives the token types (RFC 8693 section 3 and its registry) to a macro.
macro_rules! token_types {
    ($give:ident) => {
        $give! {
            #[doc = "An access token (RFC 8693 section 3)."]
            ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token",
            #[doc = "A refresh token (RFC 8693 section 3)."]
            REFRESH_TOKEN = "urn:ietf:params:oauth:token-type:refresh_token",
            #[doc = "An ID token (RFC 8693 section 3)."]
            ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token",
            #[doc = "A SAML 1.1 assertion (RFC 8693 section 3)."]
            SAML1 = "urn:ietf:params:oauth:token-type:saml1",
            #[doc = "A SAML 2.0 assertion (RFC 8693 section 3)."]
            SAML2 = "urn:ietf:params:oauth:token-type:saml2",
            #[doc = "A JWT of any kind (RFC 8693 section 3)."]
            JWT = "urn:ietf:params:oauth:token-type:jwt",
            #[doc = "An identity assertion authorization grant, ID-JAG."]
            ID_JAG = "urn:ietf:params:oauth:token-type:id-jag",
            #[doc = "A transaction token."]
            TXN_TOKEN = "urn:ietf:params:oauth:token-type:txn_token",
        }
    };
}

/// Gives the grants (RFC 6749 section 4 and its registry) to a macro.
macro_rules! grant_types {
    ($give:ident) => {
        $give! {
            #[doc = "RFC 6749 section 4.1."]
            AUTHORIZATION_CODE = "authorization_code",
            #[doc = "RFC 6749 section 4.4."]
            CLIENT_CREDENTIALS = "client_credentials",
            #[doc = "RFC 6749 section 6."]
            REFRESH_TOKEN = "refresh_token",
            #[doc = "RFC 8693 section 2.1."]
            TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange",
            #[doc = "RFC 7523 section 2.1."]
            JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer",
            #[doc = "RFC 7522 section 2.1."]
            SAML2_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer",
            #[doc = "RFC 8628 section 3.4."]
            DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code",
            #[doc = "OpenID Connect CIBA section 10.1."]
            CIBA = "urn:openid:params:grant-type:ciba",
        }
    };
}

macro_rules! constants {
    ($( #[doc = $doc:literal] $name:ident = $value:literal, )+) => {
        $( #[doc = $doc] pub const $name: &str = $value; )+
    };
}

/// Token types.
pub mod token_type {
    token_types!(constants);
}

/// Grants.
pub mod grant_type {
    grant_types!(constants);
}

#[cfg(target_arch = "wasm32")]
#[allow(
    unused_imports,
    reason = "the compiler at times overlooks the use in bindings/names.rs, which is inside of a macro"
)]
pub(crate) use {grant_types, token_types};
