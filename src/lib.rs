//! The OAuth 2.0 client an agent needs to act on behalf of its users.
//!
//! This crate is the part of onbehalf that decides: which request an operation sends, what an answer means, when to
//! try again and what a failure asks of the caller. It never does I/O. This page is the map of its architecture.
//!
//! # Flows are values
//!
//! An operation is a [`flow::Flow`]: a plain `async fn` that can await one thing, an effect. Nobody executes it.
//! [`Flow::resume`](flow::Flow::resume) polls it once and returns a [`flow::Step`]: send this request, wait this long,
//! or done. Whoever drives the flow performs the step and resumes it with what came back:
//!
//! - in the npm package that is `js/driver.ts`, over the host's `fetch`;
//! - in a Rust program in a browser or Worker it is `fetch::drive` (module `fetch`, only on wasm32 without feature `npm`);
//! - in a native program it is a loop of ten lines around any HTTP client: see `examples/native.rs`;
//! - in a test it is a script of responses and instants.
//!
//! # Layers
//!
//! A module may use only what stands above it in this list; a test reads the sources and checks it.
//!
//! | layer | holds |
//! |---|---|
//! | [`error`], [`http`], [`json`], [`fields`], [`form`], [`base64`], [`characters`], [`url`], [`secret`], [`text`], [`time`], `typescript`, `words` | values everybody uses |
//! | [`protocol`] | one RFC, one module: build a request, parse a response. Pure functions |
//! | [`policy`] | what to do next: retry, action, discovery, life and identity of kept tokens, presets of servers as data. Pure functions |
//! | [`client`] | the options of one client, checked once, and its remembered metadata |
//! | [`flow`] | one file per operation: the order of steps, no I/O |
//! | [`store`] | one configuration of a token exchange store: a client, and the exchange that it makes |
//! | `fetch` | wasm32 without feature `npm` only: drives a flow over gloo-net, for Rust programs |
//! | `bindings`, `allocator` | wasm32 with feature `npm` only: what JavaScript sees. Convert, call, convert |
//!
//! # From an operation to its code
//!
//! The name leads there: `OAuthClient.exchangeToken` in JavaScript is [`client::Client::exchange_token`], whose steps are
//! in [`flow::exchange_token`], whose request is built in [`protocol::rfc8693_exchange`].
//!
//! # What is promised
//!
//! No panic, whatever a server sends: lints deny every construct that can panic. No secret in a message, a `Debug` output
//! or an error: see [`secret`]. Time arrives as an argument: see [`time`].

#![cfg_attr(test, allow(clippy::disallowed_macros, reason = "tests print what nobody ships"))]

// The name that the derive of the TypeScript types gives to what it needs.
#[cfg(target_arch = "wasm32")]
extern crate self as tsify;

pub mod base64;
pub mod characters;
pub mod error;
pub mod fields;
pub mod form;
pub mod http;
pub mod json;
pub mod secret;
pub mod text;
pub mod time;
#[cfg(target_arch = "wasm32")]
mod typescript;
pub mod url;
mod words;

pub mod policy;
pub mod protocol;

pub mod client;

pub mod flow;

pub mod store;

#[cfg(all(target_arch = "wasm32", not(feature = "npm")))]
pub mod fetch;

#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod allocator;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod bindings;

pub use client::Client;
pub use error::Error;
#[cfg(target_arch = "wasm32")]
use typescript::{SerializationConfig, Tsify};
