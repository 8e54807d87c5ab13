//! Reads options and arguments: objects whose members are all known.
//!
//! Reading never stops: the first failure is kept and [`Fields::finish`] reports it, a configuration error that names the
//! member as the caller wrote it, such as `configs[2].clientId`. A `?` after every member would cost 4 KB of brotli. Known
//! is what is asked for: there is no list of names beside the code that reads them.

use crate::error::{Error, ErrorCode};
use crate::json::{Children, Document, Malformed, Value};
use crate::text::{fill, parts};
use crate::words;
use std::cell::Cell;
use std::mem::take;
use std::rc::Rc;

/// An object of the caller's, and where it stands.
pub struct Fields<'t, 'a> {
    /// `None` for an object that was not given.
    value: Option<Value<'t, 'a>>,
    path: String,
    /// The names that were asked for.
    known: Cell<Vec<&'static str>>,
    failure: Rc<Cell<Option<Error>>>,
}

impl<'t, 'a> Fields<'t, 'a> {
    /// Takes an object. `path` is where it stands; empty for arguments themselves. Fails with `invalid_option` for what is
    /// no object.
    #[must_use]
    pub fn new(value: Value<'t, 'a>, path: &str) -> Self {
        Self::at(Some(value), path.into(), Rc::default())
    }

    /// An object that was not given: whatever is asked for is left out.
    #[must_use]
    pub fn absent() -> Self {
        Self::at(None, String::new(), Rc::default())
    }

    /// Reads a member that is an object; without it an object without members. Its failures are reported here.
    pub fn nested<T>(&self, name: &'static str, read: impl FnOnce(&Self) -> T) -> T {
        self.within(self.get(name), self.field(name), read)
    }

    /// Reads a value inside of this object, as an object at a path of its own.
    pub fn within<T>(&self, value: Option<Value<'t, 'a>>, path: String, read: impl FnOnce(&Self) -> T) -> T {
        let fields = self.inside(value, path);
        let value = read(&fields);
        fields.refuse_unknown();
        value
    }

    /// As [`Self::within`], for a reader that calls [`Self::finish`] itself.
    #[must_use]
    pub fn inside(&self, value: Option<Value<'t, 'a>>, path: String) -> Self {
        Self::at(value, path, Rc::clone(&self.failure))
    }

    fn at(value: Option<Value<'t, 'a>>, path: String, failure: Rc<Cell<Option<Error>>>) -> Self {
        let object = value.filter(|value| value.is_object() && value.get(UNSUPPORTED).is_none());
        let fields = Self { value: object, path, known: Cell::default(), failure };
        if value.is_some() && object.is_none() {
            fields.fail(wrong_type(&fields.path, "an object"));
        }
        fields
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `unknown_option` for a member that was not asked for, otherwise the first failure.
    pub fn finish(&self) -> Result<(), Error> {
        self.refuse_unknown();
        self.failure.take().map_or(Ok(()), Err)
    }

    /// An unknown member goes before any other failure: it may be the misspelt name of one that is missing.
    #[inline(never)]
    fn refuse_unknown(&self) {
        let Some(members) = self.value.and_then(Value::members) else { return };
        let known = self.known.take();
        for (name, _) in members {
            if !known.contains(&name.as_ref()) {
                let field = self.field(&name);
                let meant = meant(&known, &name);
                let message = match meant {
                    Some(_) => "there is no option `{}`: did you mean `{}`?",
                    None => "there is no option `{}`",
                };
                let meant = self.field(meant.unwrap_or_default());
                let error = Error::config(ErrorCode::UnknownOption, &field, message, &[&field, &meant]);
                self.failure.set(Some(error));
                break;
            }
        }
        self.known.set(known);
    }

    /// Keeps a failure, unless there is an earlier one.
    #[cold]
    pub fn fail(&self, error: Error) {
        let first = self.failure.take().unwrap_or(error);
        self.failure.set(Some(first));
    }

    /// Keeps that a member cannot be taken. Each `{}` of the message is the member.
    #[cold]
    #[inline(never)]
    pub fn invalid(&self, name: &str, message: &str) {
        self.fail(invalid(&self.field(name), message));
    }

    /// Keeps that a member has to be given. Each `{}` of the message is the member.
    #[cold]
    #[inline(never)]
    pub fn missing(&self, name: &str, message: &str) {
        let field = self.field(name);
        self.fail(Error::config(ErrorCode::MissingOption, &field, message, &[&field]));
    }

    #[inline(never)]
    fn refuse(&self, name: &str, expected: &str) {
        self.fail(wrong_type(&self.field(name), expected));
    }

    /// The path of a member.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { fill("{}.{}", &[&self.path, name]) }
    }

    /// A member that is there and not `null`.
    #[must_use]
    pub fn get(&self, name: &'static str) -> Option<Value<'t, 'a>> {
        let mut known = self.known.take();
        known.push(name);
        self.known.set(known);
        self.value?.get(name).filter(|value| !value.is_null())
    }

    /// A string.
    #[must_use]
    pub fn text(&self, name: &'static str) -> Option<String> {
        let text = self.get(name)?.as_str();
        if text.is_none() {
            self.refuse(name, "a string");
        }
        text.map(|text| text.into_owned())
    }

    /// A string that is not empty.
    #[must_use]
    pub fn filled_text(&self, name: &'static str) -> Option<String> {
        let text = self.text(name)?;
        if text.is_empty() {
            self.invalid(name, "`{}` is empty");
        }
        Some(text)
    }

    /// A string that must be there and not be empty.
    #[must_use]
    pub fn required_text(&self, name: &'static str) -> String {
        if self.get(name).is_none() {
            self.missing(name, REQUIRED);
        }
        self.filled_text(name).unwrap_or_default()
    }

    /// A boolean.
    #[must_use]
    pub fn flag(&self, name: &'static str) -> Option<bool> {
        let flag = self.get(name)?.as_bool();
        if flag.is_none() {
            self.refuse(name, "a boolean");
        }
        flag
    }

    /// An integer from `least` to `most`.
    #[must_use]
    pub fn integer(&self, name: &'static str, least: u64, most: u64) -> Option<u64> {
        let number = self.get(name)?.as_u64().filter(|number| *number >= least && *number <= most);
        if number.is_none() {
            let bounds = fill("{} to {}", &[&crate::text::decimal(least), &crate::text::decimal(most)]);
            self.refuse(name, &fill("an integer from {}", &[&bounds]));
        }
        number
    }

    /// A number of milliseconds, at least `least`; a fraction of one is cut off.
    #[must_use]
    pub fn millis(&self, name: &'static str, least: u64) -> Option<u64> {
        let number = self.get(name)?.as_f64().filter(|number| number.is_finite() && *number >= 0.0);
        let millis = number.map(|number| number as u64).filter(|millis| *millis >= least);
        if millis.is_none() {
            self.refuse(name, &fill("a number of milliseconds, at least {}", &[&crate::text::decimal(least)]));
        }
        millis
    }

    /// A string or an array of strings.
    #[must_use]
    pub fn texts(&self, name: &'static str) -> Vec<String> {
        let mut texts = Vec::new();
        let Some(value) = self.get(name) else { return texts };
        if let Some(text) = value.as_str() {
            texts.push(text.into_owned());
        } else if let Some(elements) = value.elements() {
            for (index, value) in elements.enumerate() {
                match value.as_str() {
                    Some(text) => texts.push(text.into_owned()),
                    None => self.refuse(&element(name, index), "a string"),
                }
            }
        } else {
            self.refuse(name, "a string or an array of strings");
        }
        texts
    }

    /// The values in an array.
    #[must_use]
    pub fn elements(&self, name: &'static str) -> Children<'t, 'a> {
        let Some(value) = self.get(name) else { return Children::default() };
        let elements = value.elements();
        if elements.is_none() {
            self.invalid(name, "`{}` has to be an array");
        }
        elements.unwrap_or_default()
    }

    /// An array of rows of `width` strings each: headers, parameters.
    #[must_use]
    pub fn rows(&self, name: &'static str, width: usize) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let Some(value) = self.get(name) else { return rows };
        let elements = value.elements();
        let mut well_formed = elements.is_some();
        for row in elements.unwrap_or_default() {
            let row = row.as_strings().unwrap_or_default();
            if row.len() != width {
                well_formed = false;
            }
            rows.push(row);
        }
        if !well_formed {
            self.refuse(name, "a list of names with string values");
        }
        rows
    }

    /// Headers or parameters: an array of pairs, no longer than [`MOST`].
    #[must_use]
    pub fn pairs(&self, name: &'static str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for mut row in self.rows(name, 2) {
            if let [name, value] = row.as_mut_slice() {
                pairs.push((take(name), take(value)));
            }
        }
        if pairs.len() > MOST {
            self.invalid(name, TOO_LONG);
        }
        pairs
    }

    /// The place of a word in a list of words, each with a space behind it.
    #[must_use]
    pub fn word(&self, name: &'static str, list: &str) -> Option<usize> {
        let place = words::place(list, &self.text(name)?);
        if place.is_none() {
            let mut expected = String::new();
            for word in parts(list, " ") {
                if !expected.is_empty() {
                    expected.push_str(" or ");
                }
                expected.push_str(word);
            }
            self.refuse(name, &expected);
        }
        place
    }

    /// A value of any type, as JSON text.
    #[must_use]
    pub fn raw(&self, name: &'static str) -> Option<String> {
        self.get(name).map(|value| value.text().into())
    }
}

/// The member of an object that stands for a value that JSON has no form for: see `js/encode.ts`.
const UNSUPPORTED: &str = "$unsupported";

/// What our own facade alone writes: nobody else means it.
const INTERNAL: [&str; 4] = ["browser", "endpoint", "own", "prepared"];

/// The name that somebody may have meant who wrote another: in snake case, in another case, of many, or a part of it, as
/// `timeout` for `timeoutMs` and `retries` for `maxRetries`. The beginning of a name goes before a part of one.
fn meant<'n>(known: &[&'n str], written: &str) -> Option<&'n str> {
    let mut written = written.as_bytes();
    if let [one @ .., b's'] = written {
        written = one;
    }
    let mut parts = false;
    loop {
        for name in known {
            let mut rest = *name;
            while written.len() > 3 && !rest.is_empty() && !INTERNAL.contains(name) {
                if is_begun_by(rest, written) {
                    return Some(name);
                }
                rest = if parts { rest.get(1..).unwrap_or_default() } else { "" };
            }
        }
        if parts {
            return None;
        }
        parts = true;
    }
}

fn is_begun_by(known: &str, written: &[u8]) -> bool {
    let mut known = known.bytes();
    let same = |byte: &u8| *byte == b'_' || known.next().is_some_and(|known| known.eq_ignore_ascii_case(byte));
    written.iter().all(same)
}

/// Checks the JSON text that options or arguments cross as.
///
/// # Errors
/// `invalid_option` for text that is no JSON or nested too deeply.
pub fn document(text: &str) -> Result<Document<'_>, Error> {
    Document::parse(text).map_err(|malformed| match malformed {
        Malformed::Syntax => invalid("", "the arguments are no JSON"),
        Malformed::TooDeep => invalid("", "the arguments are nested too deeply"),
    })
}

/// The path of an element of a list.
#[must_use]
pub fn element(field: &str, index: usize) -> String {
    fill("{}[{}]", &[field, &crate::text::decimal(u64::try_from(index).unwrap_or_default())])
}

/// Far more than anybody gives of one kind. Each is held against the others, which takes time that a user might choose.
pub const MOST: usize = 1000;

/// The message for more of them.
pub const TOO_LONG: &str = "`{}` is too long";

/// The message for an option that must be given.
pub const REQUIRED: &str = "`{}` is required";

/// The error for an option that must be given.
#[must_use]
pub fn missing(field: &str) -> Error {
    Error::config(ErrorCode::MissingOption, field, REQUIRED, &[field])
}

/// The error for an option whose value cannot be taken. Each `{}` of the message is the option.
#[must_use]
pub fn invalid(field: &str, message: &str) -> Error {
    Error::config(ErrorCode::InvalidOption, field, message, &[field])
}

fn wrong_type(field: &str, expected: &str) -> Error {
    let message = if field.is_empty() { "the argument has to be {}" } else { "`{}` has to be {}" };
    let texts = [field, expected];
    let texts = if field.is_empty() { texts.get(1..) } else { texts.get(..) };
    Error::config(ErrorCode::InvalidOption, field, message, texts.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorDetails;

    fn check(text: &str, read: impl Fn(&Fields<'_, '_>)) -> (ErrorCode, String) {
        let document = document(text).unwrap();
        let fields = Fields::new(document.root(), "configs[2]");
        read(&fields);
        match fields.finish().unwrap_err().details().clone() {
            ErrorDetails::Config(error) => (error.code, error.field),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn failures_name_the_member_as_it_was_written() {
        assert_eq!(check(r#"{"b":1}"#, |_| ()), (ErrorCode::UnknownOption, "configs[2].b".into()));
        assert_eq!(check(r#"{"a":1}"#, |fields| drop(fields.text("a"))).1, "configs[2].a");
        assert_eq!(check("{}", |fields| drop(fields.required_text("a"))).0, ErrorCode::MissingOption);
        assert_eq!(check(r#"{"a":""}"#, |fields| drop(fields.required_text("a"))).0, ErrorCode::InvalidOption);
        assert_eq!(check(r#"{"a":"z"}"#, |fields| _ = fields.word("a", "x ")).1, "configs[2].a");
        assert_eq!(check(r#"{"n":-1}"#, |fields| _ = fields.integer("n", 0, 9)).1, "configs[2].n");
        assert_eq!(check(r#"{"n":0}"#, |fields| _ = fields.millis("n", 1)).1, "configs[2].n");
        assert_eq!(check(r#"{"list":["a",5]}"#, |fields| drop(fields.texts("list"))).1, "configs[2].list[1]");
        assert_eq!(
            check(r#"{"inner":{"c":0}}"#, |fields| fields.nested("inner", |inner| drop(inner.text("d")))).1,
            "configs[2].inner.c"
        );
    }

    #[test]
    fn the_first_failure_is_the_one_that_is_reported_after_an_unknown_member() {
        let read = |fields: &Fields<'_, '_>| drop((fields.text("a"), fields.text("n")));
        assert_eq!(check(r#"{"a":1,"n":2}"#, read).1, "configs[2].a");
        assert_eq!(check(r#"{"a":1,"m":"2"}"#, read).1, "configs[2].m");
    }

    #[test]
    fn lists_take_one_or_many_and_null_is_absent() {
        let text = r#"{"a":"x y","list":["x","y"],"inner":[["k","v"]],"n":null}"#;
        let document = document(text).unwrap();
        let fields = Fields::new(document.root(), "");
        assert_eq!(fields.texts("a"), ["x y"]);
        assert_eq!(fields.texts("list"), ["x", "y"]);
        assert_eq!(fields.pairs("inner"), [("k".to_owned(), "v".to_owned())]);
        assert_eq!(fields.text("n"), None);
        assert!(fields.finish().is_ok());
        drop(fields.pairs("list"));
        assert!(fields.finish().is_err());
    }
}
