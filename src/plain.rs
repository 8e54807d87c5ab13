//! Plain data on its way out of the core: what the bindings turn into JavaScript objects.
//!
//! One type that is serialised, in place of one serialiser per struct: that halves what leaving costs in wasm.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// A value that leaves the core.
#[derive(Clone, Debug, PartialEq)]
pub enum Plain {
    /// Not there: a member of this value is left out.
    Absent,
    /// A boolean.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A word that is written in the code.
    Word(&'static str),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Plain>),
    /// An object.
    Object(Vec<(Box<str>, Plain)>),
}

impl Plain {
    /// An object of these members, without the absent ones.
    #[must_use]
    pub fn object(members: impl IntoIterator<Item = (&'static str, Plain)>) -> Self {
        let there = members.into_iter().filter(|(_, value)| !matches!(value, Self::Absent));
        Self::Object(there.map(|(name, value)| (name.into(), value)).collect())
    }
}

impl Serialize for Plain {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_unit(),
            Self::Flag(value) => serializer.serialize_bool(*value),
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Word(value) => serializer.serialize_str(value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    list.serialize_element(element)?;
                }
                list.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl From<bool> for Plain {
    fn from(value: bool) -> Self {
        Self::Flag(value)
    }
}

impl From<u16> for Plain {
    fn from(value: u16) -> Self {
        Self::Number(value.into())
    }
}

impl From<u64> for Plain {
    fn from(value: u64) -> Self {
        Self::Number(value as f64)
    }
}

impl From<&'static str> for Plain {
    fn from(value: &'static str) -> Self {
        Self::Word(value)
    }
}

impl From<String> for Plain {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Plain>> From<Option<T>> for Plain {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

impl<T: Into<Plain>> From<Vec<T>> for Plain {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl From<(String, String)> for Plain {
    fn from((name, value): (String, String)) -> Self {
        Self::List(vec![Self::Text(name), Self::Text(value)])
    }
}

/// Defines an enum of words: the one place where a variant and the word it crosses as stand together.
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
        pub enum $name {
            $( $(#[$doc])* #[cfg_attr(target_arch = "wasm32", serde(rename = $word))] $variant, )+
        }

        impl $name {
            /// Every word with its variant.
            pub const WORDS: &'static [(&'static str, Self)] = &[$( ($word, Self::$variant), )+];

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                Self::WORDS.iter().find(|(_, variant)| *variant == self).map_or("", |(word, _)| word)
            }
        }

        impl From<$name> for $crate::plain::Plain {
            fn from(value: $name) -> Self {
                Self::Word(value.as_str())
            }
        }
    };
}
pub(crate) use words;
