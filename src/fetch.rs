//! Drives a flow in a Rust program in a browser or Worker (Leptos, Yew, workers-rs), over gloo-net.
//!
//! The npm package does not use it: there `js/driver.ts` performs the steps, with a fetch of the user's own.
