//! JSON text: read from server answers, options and arguments; written to leave the core.
//!
//! One pass checks the whole text and notes where each value lies; after it a [`Value`] is looked into without any syntax
//! error left to meet. There is no generic code per type and no error is ever formatted, which is what most of the weight
//! of a derived deserialiser is: see "The JSON reader" in `docs/decisions.md` for what was measured.
//!
//! Differences from `serde_json`, all on purpose: a byte order mark at the start is skipped; of members of one name the
//! last counts; a lone surrogate becomes U+FFFD; a number too large for an `f64` is infinite; no more than
//! [`MAX_DEPTH`] values may enclose each other.

mod parser;
mod scalar;
mod writer;

use crate::text::number_of;
use parser::Node;
use scalar::unescape;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
pub(crate) use writer::escape;
pub use writer::{ObjectWriter, list};

/// How many arrays and objects may enclose each other.
pub const MAX_DEPTH: usize = 64;

/// Why a text is no JSON document for us. It never holds anything of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The text is not JSON.
    Syntax,
    /// More than [`MAX_DEPTH`] values enclose each other.
    TooDeep,
}

/// A JSON text that was checked.
pub struct Document<'a>(Vec<Node<'a>>);

impl<'a> Document<'a> {
    /// Checks a text, which must be one value with nothing but white space around it.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(text: &'a str) -> Result<Self, Malformed> {
        parser::parse(text).map(Self)
    }

    /// The value that the document is.
    #[must_use]
    pub fn root(&self) -> Value<'_, 'a> {
        Value(&self.0)
    }
}

/// True for the JSON text of an object.
#[must_use]
pub fn is_object(text: &str) -> bool {
    Document::parse(text).is_ok_and(|document| document.root().is_object())
}

/// A value in a [`Document`].
#[derive(Clone, Copy)]
pub struct Value<'t, 'a>(&'t [Node<'a>]);

impl<'t, 'a> Value<'t, 'a> {
    /// The value as it stands in the document.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.0.first().map_or("", |node| node.text)
    }

    /// True for `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.text() == "null"
    }

    /// True for an object.
    #[must_use]
    pub fn is_object(self) -> bool {
        self.text().starts_with('{')
    }

    /// The boolean this is.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.text() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The string this is.
    #[must_use]
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        self.0.first()?.as_str()
    }

    /// The number this is; one too large for the type is infinite.
    #[must_use]
    pub fn as_f64(self) -> Option<f64> {
        scalar::number(self.text())
    }

    /// The integer this is, written without sign, fraction or exponent. One too large for the type is the largest of the
    /// type.
    #[must_use]
    pub fn as_u64(self) -> Option<u64> {
        number_of(self.text())
    }

    /// The elements of the array this is.
    #[must_use]
    pub fn elements(self) -> Option<Children<'t, 'a>> {
        self.text().starts_with('[').then(|| self.children())
    }

    /// The names and values of the object this is, in their order; a name may come more than once.
    #[must_use]
    pub fn members(self) -> Option<Members<'t, 'a>> {
        self.is_object().then(|| Members(self.children()))
    }

    /// The member of this name; of several the last.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Self> {
        let mut rest = self.members()?.0.0;
        let mut found = None;
        while let Some((key, after)) = rest.split_first() {
            let (value, after) = after.split_at_checked(after.first()?.count)?;
            if key.is_text(name) {
                found = Some(Self(value));
            }
            rest = after;
        }
        found
    }

    /// The strings of the array this is, when all its elements are strings.
    #[must_use]
    pub fn as_strings(self) -> Option<Vec<String>> {
        let mut strings = Vec::new();
        for element in self.elements()? {
            strings.push(element.as_str()?.into_owned());
        }
        Some(strings)
    }

    /// The string this is as a list of one, or the strings of the array this is.
    #[must_use]
    pub fn as_texts(self) -> Option<Vec<String>> {
        match self.as_str() {
            Some(text) => Some(vec![text.into_owned()]),
            None => self.as_strings(),
        }
    }

    fn children(self) -> Children<'t, 'a> {
        Children(self.0.get(1..).unwrap_or_default())
    }
}

impl<'a> Node<'a> {
    fn as_str(&self) -> Option<Cow<'a, str>> {
        let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
        Some(if self.escaped { Cow::Owned(unescape(inner)) } else { Cow::Borrowed(inner) })
    }

    /// True when this is the string `text`. A name without escapes, as nearly all are, is compared as it stands.
    fn is_text(&self, text: &str) -> bool {
        if self.escaped {
            return self.as_str().is_some_and(|plain| plain == text);
        }
        self.text.len() == text.len().saturating_add(2)
            && self.text.get(1..self.text.len().saturating_sub(1)) == Some(text)
    }
}

impl Serialize for Value<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = self.as_str() {
            serializer.serialize_str(&text)
        } else if let Some(number) = self.as_f64() {
            serializer.serialize_f64(number)
        } else if let Some(flag) = self.as_bool() {
            serializer.serialize_bool(flag)
        } else if let Some(elements) = self.elements() {
            serializer.collect_seq(elements)
        } else if let Some(members) = self.members() {
            serializer.collect_map(members)
        } else {
            serializer.serialize_unit()
        }
    }
}

/// The values in an array; or names and values in turn in an object.
#[derive(Default)]
pub struct Children<'t, 'a>(&'t [Node<'a>]);

impl<'t, 'a> Iterator for Children<'t, 'a> {
    type Item = Value<'t, 'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (child, rest) = self.0.split_at_checked(self.0.first()?.count)?;
        self.0 = rest;
        Some(Value(child))
    }
}

/// The members of an object.
pub struct Members<'t, 'a>(Children<'t, 'a>);

impl<'t, 'a> Iterator for Members<'t, 'a> {
    type Item = (Cow<'a, str>, Value<'t, 'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let name = self.0.next()?.as_str()?;
        Some((name, self.0.next()?))
    }
}
