//! What JavaScript sees: convert, call, convert. An `if` about OAuth in here would be a bug.
//!
//! Every export is synchronous, so that a panic is an exception in the caller's own function (`enter` in `js/core.ts`).
//! Options come in as JSON text and results leave as such: one text crosses faster than a tree of objects, and weighs less.
//! What is thrown is JSON text too. Exports are few, because each has some 400 bytes of glue on both sides.

mod ask;
mod data;
mod names;
mod operations;
mod panic;
mod starter;

use crate::error::Error;
use crate::text::cut;
use wasm_bindgen::prelude::*;

/// Called with each new instance.
#[wasm_bindgen(start)]
pub fn begin() {
    panic::set_hook();
}

/// The next step of a running operation, given what the last one brought: lines of the kind of input, its status and each of
/// its headers, an empty one, and the body.
#[wasm_bindgen]
pub fn resume(operation: u32, input: &str, now: f64) -> String {
    operations::resume(operation, data::input(input), now)
}

/// Drops a running operation that nobody will resume.
#[wasm_bindgen]
pub fn abandon(operation: u32) {
    operations::abandon(operation);
}

/// Where this instance last panicked, such as `src/json/parser.rs:12`; empty when it did not.
#[wasm_bindgen(js_name = panicLocation)]
pub fn panic_location() -> String {
    panic::location()
}

fn thrown(error: Error) -> JsValue {
    JsValue::from_str(&error.to_json())
}

/// The lines of a text, as far as there are any. JSON text never holds a line break.
fn lines(text: &str) -> [&str; 3] {
    let (first, rest) = cut(text, "\n").unwrap_or((text, ""));
    let (second, third) = cut(rest, "\n").unwrap_or((rest, ""));
    [first, second, third]
}
