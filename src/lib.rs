//! The OAuth 2.0 client an agent needs to act on behalf of its users.
#[cfg(target_arch = "wasm32")]
mod bindings;
