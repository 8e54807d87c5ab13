//! What `derive(tsify::Tsify)` writes against. The build makes the package's TypeScript types of Rust ones by that derive, and
//! by nothing else of tsify: its own crate converts values too, by way of `js-sys`, of which the linker keeps 0.4 KB.

pub use tsify_macros::Tsify;

/// A type that there is in TypeScript too.
#[allow(dead_code, reason = "the derive writes more than the declaration, which wasm-bindgen takes over")]
pub trait Tsify {
    /// The type as JavaScript gives it.
    type JsType;
    /// Its declaration.
    const DECL: &'static str;
    /// How values would be converted.
    const SERIALIZATION_CONFIG: SerializationConfig;
}

/// See [`Tsify::SERIALIZATION_CONFIG`].
#[allow(dead_code, reason = "no value is converted")]
pub struct SerializationConfig {
    pub missing_as_null: bool,
    pub hashmap_as_object: bool,
    pub large_number_types_as_bigints: bool,
}
