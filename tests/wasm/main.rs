//! Tests on wasm32, in Node and in headless browsers: the driver for Rust programs, and URLs as the host reads them.
//!
//! They fetch from `tests/wasm/server.mjs`, whose address is in `ONBEHALF_TEST_SERVER` when this is compiled. The macro
//! `run_in_browser` is left out, so that one file runs everywhere.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test ends that way")]

mod drive;
mod url;
