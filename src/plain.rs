//! Plain data on its way out of the core: what the bindings turn into JavaScript objects.
//!
//! One type that is serialised, in place of one serialiser per struct: that halves what leaving costs in wasm.

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

/// A value that leaves the core.
#[derive(Clone, PartialEq)]
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
    /// An object without members.
    #[must_use]
    pub fn object() -> Object {
        Object(Vec::new())
    }
}

impl std::fmt::Debug for Plain {
    /// Shows the shape only: texts may be tokens.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent => out.write_str("Absent"),
            Self::Flag(value) => value.fmt(out),
            Self::Number(value) => value.fmt(out),
            Self::Word(value) => value.fmt(out),
            Self::Text(_) => out.write_str("‹text›"),
            Self::List(elements) => elements.fmt(out),
            Self::Object(members) => {
                out.debug_map().entries(members.iter().map(|(name, value)| (name, value))).finish()
            }
        }
    }
}

/// An object in the making. One method per type, each called often: that is smaller than one generic method.
pub struct Object(Vec<(Box<str>, Plain)>);

impl Object {
    /// Adds a member; an absent one is left out.
    #[must_use]
    #[inline(never)]
    pub fn with(mut self, name: &str, value: Plain) -> Self {
        if !matches!(value, Plain::Absent) {
            self.0.push((name.into(), value));
        }
        self
    }

    /// Adds a text.
    #[must_use]
    #[inline(never)]
    pub fn text(self, name: &str, text: String) -> Self {
        self.with(name, Plain::Text(text))
    }

    /// Adds a text that may be missing.
    #[must_use]
    #[inline(never)]
    pub fn some_text(self, name: &str, text: Option<String>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// Adds a word that is written in the code.
    #[must_use]
    #[inline(never)]
    pub fn word(self, name: &str, word: &'static str) -> Self {
        self.with(name, Plain::Word(word))
    }

    /// Adds a number.
    #[must_use]
    #[inline(never)]
    pub fn number(self, name: &str, number: u64) -> Self {
        self.with(name, Plain::Number(number as f64))
    }

    /// Adds a number that may be missing.
    #[must_use]
    #[inline(never)]
    pub fn some_number(self, name: &str, number: Option<u64>) -> Self {
        match number {
            Some(number) => self.number(name, number),
            None => self,
        }
    }

    /// Adds a boolean.
    #[must_use]
    #[inline(never)]
    pub fn flag(self, name: &str, flag: bool) -> Self {
        self.with(name, Plain::Flag(flag))
    }

    /// Adds a list of texts.
    #[must_use]
    #[inline(never)]
    pub fn texts(self, name: &str, texts: Vec<String>) -> Self {
        let list = Plain::List(texts.into_iter().map(Plain::Text).collect());
        self.with(name, list)
    }

    /// Adds a list of pairs of texts.
    #[must_use]
    #[inline(never)]
    pub fn pairs(self, name: &str, pairs: Vec<(String, String)>) -> Self {
        let mut list = Vec::with_capacity(pairs.len());
        for (left, right) in pairs {
            list.push(Plain::List(vec![Plain::Text(left), Plain::Text(right)]));
        }
        self.with(name, Plain::List(list))
    }

    /// The finished object.
    #[must_use]
    pub fn build(self) -> Plain {
        Plain::Object(self.0)
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
            /// The words, in the order of [`Self::VARIANTS`].
            pub const WORDS: &'static [&'static str] = &[$( $word, )+];
            /// The variants, in the order of [`Self::WORDS`].
            pub const VARIANTS: &'static [Self] = &[$( Self::$variant, )+];

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                Self::WORDS.get(self as usize).copied().unwrap_or_default()
            }

            /// The variant of a word's place in [`Self::WORDS`].
            #[must_use]
            pub fn at(index: usize) -> Option<Self> {
                Self::VARIANTS.get(index).copied()
            }
        }
    };
}
pub(crate) use words;
