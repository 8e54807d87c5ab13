//! Shapes of JSON values that several option and answer structs share.

use crate::json;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A text or a list of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Vec<String>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string or an array of strings")
            }
            fn visit_str<E>(self, text: &str) -> Result<Vec<String>, E> {
                Ok(vec![text.into()])
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Vec<String>, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = elements.next_element()? {
                    texts.push(text);
                }
                Ok(texts)
            }
        }
        deserializer.deserialize_any(Texts).map(Self)
    }
}

/// `false`, or a value of another type.
#[derive(Clone, Debug)]
pub enum OrFalse<T> {
    /// The literal `false`.
    False,
    /// The value.
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OrFalse<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = OrFalse<T>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("false or an object")
            }
            fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<OrFalse<T>, E> {
                if value { Err(json::wrong_value(&["false", "an object"])) } else { Ok(OrFalse::False) }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OrFalse<T>, A::Error> {
                T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(OrFalse::Value)
            }
        }
        deserializer.deserialize_any(Either(std::marker::PhantomData))
    }
}

/// A text, or a value of another type.
#[derive(Clone, Debug)]
pub enum TextOr<T> {
    /// The text.
    Text(String),
    /// The value: an object or an array.
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = TextOr<T>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a string, an object or an array")
            }
            fn visit_str<E>(self, text: &str) -> Result<TextOr<T>, E> {
                Ok(TextOr::Text(text.into()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextOr<T>, A::Error> {
                T::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(TextOr::Value)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<TextOr<T>, A::Error> {
                T::deserialize(serde::de::value::SeqAccessDeserializer::new(elements)).map(TextOr::Value)
            }
        }
        deserializer.deserialize_any(Either(std::marker::PhantomData))
    }
}

/// Reads a member that may be absent but not `null`: servers that send `null` for a token did not issue one.
///
/// # Errors
/// The error of the type itself.
pub fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads any JSON value as its text.
///
/// # Errors
/// None of its own.
pub fn raw_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let raw = json::RawJson::deserialize(deserializer)?.0;
    Ok((raw != "null").then(|| raw.into()))
}

/// Reads a string as itself and any other JSON value as its text.
///
/// # Errors
/// None of its own.
pub fn string_or_raw_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(raw_text(deserializer)?.map(|raw| if raw.starts_with('"') { json::from_str(&raw).unwrap_or(raw) } else { raw }))
}

/// True when the text is a JSON object with a member of this name.
#[must_use]
pub fn has_member(text: &str, name: &str) -> bool {
    json::from_str::<Names>(text).is_ok_and(|names| names.0.iter().any(|found| found == name))
}

struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;
        impl<'de> Visitor<'de> for Keys {
            type Value = Vec<String>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(names)
            }
        }
        deserializer.deserialize_map(Keys).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_or_many() {
        assert_eq!(json::from_str::<OneOrMany>(r#""a b""#).unwrap().0, ["a b"]);
        assert_eq!(json::from_str::<OneOrMany>(r#"["a","b"]"#).unwrap().0, ["a", "b"]);
        for text in ["null", "5", r#"["a",null]"#, r#"{"a":"b"}"#] {
            assert!(json::from_str::<OneOrMany>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn members_by_name() {
        assert!(has_member(r#"{"a":{"b":1},"c":null}"#, "c"));
        assert!(!has_member(r#"{"a":{"b":1}}"#, "b"));
        assert!(!has_member("[]", "a"));
    }
}
