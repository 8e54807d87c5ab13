//! The reader's error.
use serde::de::{Error, Expected, Unexpected};
use std::fmt;

/// How much of a name that came with the text an error repeats.
const MAX_NAME: usize = 64;

/// Why JSON text could not be read into a type. It never holds a value from the text, only a kind and a member's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// Where: `configs[2].clientId`; empty for the document itself, and always for `Syntax` and `TooDeep`.
    pub path: String,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonErrorKind {
    /// The text is not JSON.
    Syntax,
    /// More than [`MAX_DEPTH`] values enclose each other.
    TooDeep,
    /// The type has no such member.
    UnknownMember,
    /// A member that must be there is not.
    MissingMember,
    /// Two names of one member are both there. A name given twice is no error: the last wins.
    DuplicateMember,
    /// The value has a type that does not fit.
    WrongType {
        /// What fits, with its article: `a string`. Empty if the type that was to be read did not say.
        expected: &'static str,
    },
    /// The value has the right type, but cannot be taken.
    WrongValue {
        /// The values that can be, or one description of them; may be empty. See [`wrong_value`].
        expected: &'static [&'static str],
    },
    /// The array has too few or too many elements.
    WrongLength,
}

/// The error for a hand-written `Deserialize` or `Visitor` to return when a value cannot be taken.
///
/// `E::custom` and `E::invalid_value` work too, but lose their text; this keeps `expected`, without formatting.
pub fn wrong_value<E: Error>(expected: &'static [&'static str]) -> E {
    E::unknown_variant("", expected)
}

impl JsonError {
    /// Puts the name of the enclosing member before the path.
    #[cold]
    pub(super) fn inside(mut self, name: &str) -> Self {
        let rest = std::mem::take(&mut self.path);
        self.path.extend(name.chars().take(MAX_NAME));
        if !rest.is_empty() && !rest.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(&rest);
        self
    }

    /// Puts the index in the enclosing array before the path.
    #[cold]
    pub(super) fn at(self, index: usize) -> Self {
        let name = ["[", &crate::text::decimal(index), "]"].concat();
        self.inside(&name)
    }
}

impl From<JsonErrorKind> for JsonError {
    fn from(kind: JsonErrorKind) -> Self {
        let path = String::new();
        Self { kind, path }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            JsonErrorKind::Syntax => "not JSON",
            JsonErrorKind::TooDeep => "nested too deeply",
            JsonErrorKind::UnknownMember => "unknown member: ",
            JsonErrorKind::MissingMember => "missing member: ",
            JsonErrorKind::DuplicateMember => "member given under two names: ",
            JsonErrorKind::WrongType { .. } => "wrong type: ",
            JsonErrorKind::WrongValue { .. } => "wrong value: ",
            JsonErrorKind::WrongLength => "wrong number of elements: ",
        })?;
        f.write_str(&self.path)
    }
}

impl std::error::Error for JsonError {}

/// Every method that serde would build on `custom` is replaced, so that none of their texts is linked.
impl Error for JsonError {
    fn custom<T: fmt::Display>(_: T) -> Self {
        JsonErrorKind::WrongValue { expected: &[] }.into()
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        JsonErrorKind::WrongType { expected: "" }.into()
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        JsonErrorKind::WrongValue { expected: &[] }.into()
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        JsonErrorKind::WrongLength.into()
    }
    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        JsonErrorKind::WrongValue { expected }.into()
    }
    fn unknown_field(name: &str, _: &'static [&'static str]) -> Self {
        Self::from(JsonErrorKind::UnknownMember).inside(name)
    }
    fn missing_field(name: &'static str) -> Self {
        Self::from(JsonErrorKind::MissingMember).inside(name)
    }
    fn duplicate_field(name: &'static str) -> Self {
        Self::from(JsonErrorKind::DuplicateMember).inside(name)
    }
}
