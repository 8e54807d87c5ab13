//! Wasm tests.
