//! The native suite: vectors, properties, and flows as scripts of answers and instants. Nothing here does I/O but read
//! vectors and sources.
//!
//! A test names the case it covers, or the attack it stages.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics has done its work"
)]

mod script;
mod vectors;

mod answers;
mod authentication;
mod config;
mod discovery;
mod errors;
mod exchange;
mod fingerprint;
mod hostile;
mod issued;
mod json;
mod layers;
mod names;
mod presets;
mod redaction;
mod retries;
mod templates;
mod trust;
mod typings;
