//! The second pass: the nodes of a text as a serde `Deserializer`.
use super::parser::Node;
use super::scalar::{Number, number, unescape};
use super::{JsonError, JsonErrorKind, RAW};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::borrow::Cow;
use std::cell::Cell;

/// The nodes of one value: itself and its content.
#[derive(Clone, Copy)]
pub(super) struct Value<'t, 'de>(pub(super) &'t [Node<'de>]);

/// The values in an array, or names and values in turn in an object.
struct Children<'t, 'de>(&'t [Node<'de>]);

impl<'t, 'de> Iterator for Children<'t, 'de> {
    type Item = Value<'t, 'de>;

    fn next(&mut self) -> Option<Self::Item> {
        let (child, rest) = self.0.split_at_checked(self.0.first()?.count)?;
        self.0 = rest;
        Some(Value(child))
    }
}

struct Member<'t, 'de> {
    name: Cow<'de, str>,
    key: Value<'t, 'de>,
    value: Value<'t, 'de>,
    /// Whether a later member has the same name.
    replaced: Cell<bool>,
}

impl<'t, 'de> Value<'t, 'de> {
    fn text(self) -> &'de str {
        self.0.first().map_or("", |node| node.text)
    }

    fn first(self) -> u8 {
        self.text().bytes().next().unwrap_or_default()
    }

    fn children(self) -> Children<'t, 'de> {
        Children(self.0.get(1..).unwrap_or_default())
    }

    fn string(self) -> Result<Cow<'de, str>, JsonError> {
        let quoted = self.text().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        match quoted {
            None => Err(wrong_type("a string")),
            Some(text) if text.bytes().any(|byte| byte == b'\\') => Ok(Cow::Owned(unescape(text))),
            Some(text) => Ok(Cow::Borrowed(text)),
        }
    }

    fn elements(self) -> Result<Elements<'t, 'de>, JsonError> {
        if self.first() != b'[' {
            return Err(wrong_type("an array"));
        }
        let children = self.children();
        Ok(Elements { children, index: 0 })
    }

    fn members(self) -> Result<Members<'t, 'de>, JsonError> {
        if self.first() != b'{' {
            return Err(wrong_type("an object"));
        }
        let mut members = Vec::new();
        let mut children = self.children();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            members.push(Member { name: key.string()?, key, value, replaced: Cell::new(false) });
        }
        mark_replaced(&members);
        let rest = members.into_iter();
        Ok(Members { rest, current: None })
    }
}

fn wrong_type(expected: &'static str) -> JsonError {
    JsonErrorKind::WrongType { expected }.into()
}

/// Finds equal names by a merge sort: a server must not be able to cost us the square of its answer, and the sorts of
/// the standard library and its maps each weigh more.
fn mark_replaced(members: &[Member<'_, '_>]) {
    let mut sorted: Vec<&Member<'_, '_>> = members.iter().collect();
    let mut width: usize = 1;
    while width < sorted.len() {
        let mut merged = Vec::with_capacity(sorted.len());
        let mut rest = sorted.as_slice();
        while !rest.is_empty() {
            let (left, behind) = rest.split_at_checked(width).unwrap_or((rest, &[]));
            let (right, behind) = behind.split_at_checked(width).unwrap_or((behind, &[]));
            rest = behind;
            let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
            while let Some(&next) = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if b.name < a.name => right.next(),
                (None, _) => right.next(),
                _ => left.next(),
            } {
                merged.push(next);
            }
        }
        sorted = merged;
        width = width.saturating_mul(2);
    }
    for pair in sorted.windows(2) {
        if let [earlier, later] = pair {
            earlier.replaced.set(earlier.name == later.name);
        }
    }
}

struct Elements<'t, 'de> {
    children: Children<'t, 'de>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = JsonError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, JsonError> {
        let Some(value) = self.children.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index = index.saturating_add(1);
        match seed.deserialize(value) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(error.at(index)),
        }
    }
}

struct Members<'t, 'de> {
    rest: std::vec::IntoIter<Member<'t, 'de>>,
    current: Option<Member<'t, 'de>>,
}

impl<'de> MapAccess<'de> for Members<'_, 'de> {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, JsonError> {
        self.current = self.rest.find(|member| !member.replaced.get());
        match &self.current {
            Some(member) => seed.deserialize(member.key).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, JsonError> {
        match self.current.take() {
            Some(member) => match seed.deserialize(member.value) {
                Ok(value) => Ok(value),
                Err(error) => Err(error.inside(&member.name)),
            },
            None => Err(wrong_type("a member")),
        }
    }
}

/// The name of an enum's variant and, if it was the only member of an object, its content.
struct Variant<'t, 'de> {
    key: Value<'t, 'de>,
    content: Option<Value<'t, 'de>>,
}

impl<'t, 'de> EnumAccess<'de> for Variant<'t, 'de> {
    type Error = JsonError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), JsonError> {
        Ok((seed.deserialize(self.key)?, self))
    }
}

impl<'t, 'de> Variant<'t, 'de> {
    fn content(&self) -> Result<Value<'t, 'de>, JsonError> {
        self.content.ok_or_else(|| wrong_type("an object"))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_, 'de> {
    type Error = JsonError;

    fn unit_variant(self) -> Result<(), JsonError> {
        match self.content {
            Some(content) if content.first() != b'n' => Err(wrong_type("a string")),
            _ => Ok(()),
        }
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, JsonError> {
        seed.deserialize(self.content()?)
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, JsonError> {
        self.content()?.deserialize_seq(visitor)
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, JsonError> {
        self.content()?.deserialize_map(visitor)
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            self.deserialize_u64(visitor)
        }
    )*};
}

/// A type says what it wants by the method it calls, so each method links that part of its visitor only, and knows what
/// to expect without asking the visitor to print it.
impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.first() {
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b'"' => self.deserialize_str(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => visitor.visit_unit(),
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.first() {
            b't' => visitor.visit_bool(true),
            b'f' => visitor.visit_bool(false),
            _ => Err(wrong_type("a boolean")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.first() {
            b'-' | b'0'..=b'9' => match number(self.text()) {
                Number::Unsigned(value) => visitor.visit_u64(value),
                Number::Signed(value) => visitor.visit_i64(value),
                Number::Float(value) => visitor.visit_f64(value),
            },
            _ => Err(wrong_type("a number")),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.first() {
            b'-' | b'0'..=b'9' => match number(self.text()) {
                Number::Unsigned(value) => visitor.visit_u64(value),
                Number::Signed(value) => visitor.visit_i64(value),
                Number::Float(_) => Err(wrong_type("an integer")),
            },
            _ => Err(wrong_type("an integer")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_string(self.string()?.into_owned())
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.first() {
            b'n' => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.first() {
            b'n' => visitor.visit_unit(),
            _ => Err(wrong_type("null")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        if name == RAW { visitor.visit_borrowed_str(self.text()) } else { visitor.visit_newtype_struct(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        let mut elements = self.elements()?;
        let value = visitor.visit_seq(&mut elements)?;
        match elements.children.next() {
            None => Ok(value),
            Some(_) => Err(JsonErrorKind::WrongLength.into()),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_map(self.members()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        let mut children = self.children();
        let (key, content) = match (self.first(), children.next(), children.next()) {
            (b'{', Some(key), content) if children.next().is_none() => (key, content),
            _ => (self, None),
        };
        visitor.visit_enum(Variant { key, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bytes byte_buf }
    integers! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 }
}
