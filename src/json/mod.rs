//! Reads JSON text into types that derive [`Deserialize`]: server answers and option structs.
//!
//! Two passes. The first checks the whole text and notes where each value lies, so the second, which serde drives, meets
//! no syntax error, can present an object's members without its duplicates, skips a value in no time and can drop a
//! member of a wrong type without losing its place. No error is ever formatted: that alone would link the code that
//! prints floating-point numbers, the larger part of what `serde_json` weighs in wasm.
//!
//! Differences from `serde_json`, all on purpose: a byte order mark at the start is skipped; of duplicate members the last
//! wins, in structs too; a lone surrogate becomes U+FFFD; a number too large for an `f64` is infinite; no more than
//! [`MAX_DEPTH`] values may enclose each other; a struct is read from an object only, never from an array; `-0` is an integer.

mod error;
mod parser;
mod reader;
mod scalar;

pub use error::{JsonError, JsonErrorKind, wrong_value};
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};
use std::fmt;

/// How many arrays and objects may enclose each other.
pub const MAX_DEPTH: usize = 64;

/// The name by which [`RawJson`] makes itself known to the reader.
const RAW: &str = "$onbehalf::RawJson";

/// Reads a JSON text, which must be one value with nothing but white space around it.
pub fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, JsonError> {
    T::deserialize(reader::Value(&parser::parse(text)?))
}

/// The text of a JSON value as it stands, whatever its type. Not inside untagged, internally tagged or flattened types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawJson<'a>(pub &'a str);

impl<'de: 'a, 'a> Deserialize<'de> for RawJson<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Raw;
        impl<'de> Visitor<'de> for Raw {
            type Value = &'de str;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<&'de str, E> {
                Ok(text)
            }
        }
        deserializer.deserialize_newtype_struct(RAW, Raw).map(RawJson)
    }
}

/// A member that counts as absent when its value is not a `T`, instead of failing the whole text; also when it is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lenient<T>(pub Option<T>);

impl<T> Default for Lenient<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Only `T` can be at fault: the first pass has found the text well formed.
        Ok(Self(T::deserialize(deserializer).ok()))
    }
}
