//! What holds for an operation where the options say nothing, as far as whoever drives it has to know.
//!
//! Written once: here as constants of Rust, and by the bindings into js/generated.ts.

/// Gives the defaults to a macro.
macro_rules! defaults {
    ($give:ident) => {
        $give! {
            #[doc = "How long a whole operation may take, in milliseconds."]
            TIMEOUT_MS: u64 = 30_000,
            #[doc = "The longest answer that is read, in bytes."]
            MAX_RESPONSE_BYTES: u32 = 1_048_576,
        }
    };
}

macro_rules! constants {
    ($( #[doc = $doc:literal] $name:ident: $of:ty = $value:literal, )+) => {
        $( #[doc = $doc] pub const $name: $of = $value; )+
    };
}

defaults!(constants);

#[cfg(target_arch = "wasm32")]
#[allow(
    unused_imports,
    reason = "the compiler at times overlooks the use in bindings/names.rs, which is inside of a macro"
)]
pub(crate) use defaults;
