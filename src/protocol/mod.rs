//! One RFC, one module: build a request, parse a response. Pure functions that decide nothing across steps.
//!
//! Not here: what to do about a failure ([`crate::policy`]) and the order of steps ([`crate::flow`]).

pub mod names;
pub mod rfc6749_client_authentication;
pub mod rfc6749_client_credentials;
pub mod rfc6749_error;
pub mod rfc6749_token;
pub mod rfc6750_bearer;
pub mod rfc7519_jwt;
pub mod rfc8414_metadata;
pub mod rfc8693_exchange;
pub mod rfc9110_challenge;
