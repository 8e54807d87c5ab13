//! Reads options and arguments: objects whose members are all known.
//!
//! Every failure is a configuration error that names the member as the caller wrote it, such as `configs[2].clientId`.

use crate::error::{Error, ErrorCode};
use crate::json::{Document, Value};

/// An object of the caller's, and where it stands.
#[derive(Clone)]
pub struct Fields<'t, 'a> {
    value: Value<'t, 'a>,
    path: String,
}

impl<'t, 'a> Fields<'t, 'a> {
    /// Takes an object whose members must all be among `known`. `path` is where it stands; empty for arguments themselves.
    ///
    /// # Errors
    /// `invalid_option` for what is no object, `unknown_option` for an unknown member.
    pub fn new(value: Value<'t, 'a>, path: &str, known: &[&str]) -> Result<Self, Error> {
        let fields = Self { value, path: path.into() };
        let members = value.members().ok_or_else(|| wrong_type(path, "an object"))?;
        for (name, _) in members {
            if !known.contains(&name.as_ref()) {
                let field = fields.field(&name);
                return Err(Error::config(ErrorCode::UnknownOption, &field, &["there is no option `", &field, "`"]));
            }
        }
        Ok(fields)
    }

    /// The path of a member.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { [&self.path, ".", name].concat() }
    }

    /// A member that is there and not `null`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'t, 'a>> {
        self.value.get(name).filter(|value| !value.is_null())
    }

    /// A string.
    ///
    /// # Errors
    /// `invalid_option` for another type.
    pub fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match value.as_str() {
            Some(text) => Ok(Some(text.into_owned())),
            None => Err(wrong_type(&self.field(name), "a string")),
        }
    }

    /// A string that must be there and not be empty.
    ///
    /// # Errors
    /// `missing_option`, `invalid_option`.
    pub fn required_text(&self, name: &str) -> Result<String, Error> {
        match self.text(name)? {
            Some(text) if text.is_empty() => {
                let field = self.field(name);
                Err(invalid(&field, &["`", &field, "` is empty"]))
            }
            Some(text) => Ok(text),
            None => Err(missing(&self.field(name))),
        }
    }

    /// A boolean.
    ///
    /// # Errors
    /// `invalid_option` for another type.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_bool().map(Some).ok_or_else(|| wrong_type(&self.field(name), "a boolean"))
    }

    /// An integer from zero to `most`.
    ///
    /// # Errors
    /// `invalid_option` for another value.
    pub fn integer(&self, name: &str, most: u64) -> Result<Option<u64>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let field = || self.field(name);
        value.as_u64().filter(|number| *number <= most).map(Some).ok_or_else(|| {
            invalid(&field(), &["`", &field(), "` has to be an integer from 0 to ", &crate::text::decimal(most)])
        })
    }

    /// A number of milliseconds; a fraction of one is cut off.
    ///
    /// # Errors
    /// `invalid_option` for what is no number, and for one below `least`.
    pub fn millis(&self, name: &str, least: u64) -> Result<Option<u64>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_f64().filter(|number| number.is_finite() && *number >= 0.0).map(|number| number as u64);
        let least_text = if least == 0 { "0" } else { "1" };
        number.filter(|number| *number >= least).map(Some).ok_or_else(|| {
            let field = self.field(name);
            invalid(&field, &["`", &field, "` has to be a number of milliseconds, at least ", least_text])
        })
    }

    /// A string or an array of strings.
    ///
    /// # Errors
    /// `invalid_option` for another type.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        if let Some(text) = value.as_str() {
            return Ok(vec![text.into_owned()]);
        }
        value.as_strings().ok_or_else(|| wrong_type(&self.field(name), "a string or an array of strings"))
    }

    /// An array of arrays of `N` strings.
    ///
    /// # Errors
    /// `invalid_option` for another type.
    pub fn tuples<const N: usize>(&self, name: &str) -> Result<Vec<[String; N]>, Error> {
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let rows: Option<Vec<[String; N]>> =
            value.elements().and_then(|rows| rows.map(|row| row.as_strings()?.try_into().ok()).collect());
        rows.ok_or_else(|| wrong_type(&self.field(name), "a list of names with string values"))
    }

    /// Headers or parameters: an array of pairs.
    ///
    /// # Errors
    /// `invalid_option` for another type.
    pub fn pairs(&self, name: &str) -> Result<Vec<(String, String)>, Error> {
        Ok(self.tuples(name)?.into_iter().map(|[name, value]| (name, value)).collect())
    }

    /// One of several words.
    ///
    /// # Errors
    /// `invalid_option` for anything else; it names the words.
    pub fn word<T: Copy>(&self, name: &str, words: &[(&str, T)]) -> Result<Option<T>, Error> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Ok(Some(*value));
        }
        let field = self.field(name);
        let mut message = ["`", &field, "` has to be "].concat();
        for (index, (word, _)) in words.iter().enumerate() {
            message.push_str(if index == 0 { "" } else { " or " });
            message.push_str(word);
        }
        Err(invalid(&field, &[&message]))
    }

    /// An object of its own.
    ///
    /// # Errors
    /// As [`Fields::new`].
    pub fn object(&self, name: &str, known: &[&str]) -> Result<Option<Self>, Error> {
        self.get(name).map(|value| Self::new(value, &self.field(name), known)).transpose()
    }

    /// A value of any type, as JSON text.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.text().into())
    }
}

/// Checks the JSON text that options or arguments cross as.
///
/// # Errors
/// `invalid_option` for text that is nested too deeply.
pub fn document(text: &str) -> Result<Document<'_>, Error> {
    Document::parse(text).map_err(|_| invalid("", &["the arguments are nested too deeply"]))
}

/// The error for an option that must be given.
#[must_use]
pub fn missing(field: &str) -> Error {
    Error::config(ErrorCode::MissingOption, field, &["`", field, "` is required"])
}

/// The error for an option whose value cannot be taken.
#[must_use]
pub fn invalid(field: &str, message: &[&str]) -> Error {
    Error::config(ErrorCode::InvalidOption, field, message)
}

fn wrong_type(field: &str, expected: &str) -> Error {
    let subject = if field.is_empty() { "the argument".into() } else { ["`", field, "`"].concat() };
    invalid(field, &[&subject, " has to be ", expected])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["a", "list", "inner", "n"];

    fn check(text: &str, read: impl Fn(&Fields<'_, '_>) -> Result<(), Error>) -> (ErrorCode, String) {
        let document = document(text).unwrap();
        match Fields::new(document.root(), "configs[2]", &KNOWN).and_then(|fields| read(&fields)).unwrap_err() {
            Error::Config(error) => (error.code, error.field),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn failures_name_the_member_as_it_was_written() {
        assert_eq!(check(r#"{"b":1}"#, |_| Ok(())), (ErrorCode::UnknownOption, "configs[2].b".into()));
        assert_eq!(check(r#"{"a":1}"#, |fields| fields.text("a").map(drop)).1, "configs[2].a");
        assert_eq!(check("{}", |fields| fields.required_text("a").map(drop)).0, ErrorCode::MissingOption);
        assert_eq!(check(r#"{"a":""}"#, |fields| fields.required_text("a").map(drop)).0, ErrorCode::InvalidOption);
        assert_eq!(check(r#"{"a":"z"}"#, |fields| fields.word("a", &[("x", 1)]).map(drop)).1, "configs[2].a");
        assert_eq!(check(r#"{"n":-1}"#, |fields| fields.integer("n", 9).map(drop)).1, "configs[2].n");
        assert_eq!(check(r#"{"n":0}"#, |fields| fields.millis("n", 1).map(drop)).1, "configs[2].n");
        assert_eq!(
            check(r#"{"inner":{"c":0}}"#, |fields| fields.object("inner", &["d"]).map(drop)).1,
            "configs[2].inner.c"
        );
    }

    #[test]
    fn lists_take_one_or_many_and_null_is_absent() {
        let text = r#"{"a":"x y","list":["x","y"],"inner":[["k","v"]],"n":null}"#;
        let document = document(text).unwrap();
        let fields = Fields::new(document.root(), "", &KNOWN).unwrap();
        assert_eq!(fields.texts("a").unwrap(), ["x y"]);
        assert_eq!(fields.texts("list").unwrap(), ["x", "y"]);
        assert_eq!(fields.pairs("inner").unwrap(), [("k".to_owned(), "v".to_owned())]);
        assert_eq!(fields.text("n").unwrap(), None);
        assert!(fields.pairs("list").is_err());
    }
}
