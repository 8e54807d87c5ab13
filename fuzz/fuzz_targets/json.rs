//! Any text: the reader and `serde_json` must agree on it and on every value in it.
//! `cargo +nightly fuzz run json -- -max_len=4096`
#![no_main]

#[path = "../agreement.rs"]
mod agreement;

use libfuzzer_sys::fuzz_target;
use onbehalf::json::{Document, Value};

fuzz_target!(|text: &str| {
    agreement::check(text);
    if let Ok(document) = Document::parse(text) {
        values(document.root());
    }
});

/// The text of a value is itself a document.
fn values(value: Value<'_, '_>) {
    agreement::check(value.text());
    let _ = value.as_strings();
    value.elements().into_iter().flatten().for_each(values);
    value.members().into_iter().flatten().for_each(|(_, value)| values(value));
}
