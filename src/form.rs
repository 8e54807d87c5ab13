//! `application/x-www-form-urlencoded`, as RFC 6749 appendix B wants it.

use crate::characters::Class;
use crate::text::parts;
use std::fmt;

/// The fields of a form in the order in which they are sent, encoded as they come. A name may stand more than once
/// (RFC 8693 section 2.1).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(String);

impl Form {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self(String::with_capacity(LIKELY_BODY))
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push_str("&");
        }
        encode_into(&mut self.0, name, Class::FORM);
        self.0.push_str("=");
        encode_into(&mut self.0, value, Class::FORM);
    }

    /// Adds a field at the end when there is a value.
    pub fn push_some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.push(name, value);
        }
    }

    /// Adds a field of this name for each of the values.
    pub fn push_each(&mut self, name: &str, values: &[String]) {
        for value in values {
            self.push(name, value);
        }
    }

    /// Adds fields at the end.
    pub fn push_pairs(&mut self, pairs: &[(String, String)]) {
        for (name, value) in pairs {
            self.push(name, value);
        }
    }

    /// The names in order, encoded.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        parts(&self.0, "&").filter_map(|field| parts(field, "=").next())
    }

    /// The body of a request.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.0
    }

    /// As [`Self::body`].
    #[must_use]
    pub fn into_body(self) -> String {
        self.0
    }
}

/// Room for most requests with one token, so that their body does not move as it grows.
const LIKELY_BODY: usize = 2048;

impl fmt::Debug for Form {
    /// Names only: values hold tokens and secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.names()).finish()
    }
}

/// Form-encodes one text for HTTP Basic: everything but `A-Z a-z 0-9` is escaped, a space becomes `+`.
///
/// That is the strict reading of RFC 6749 appendix B, which the credentials of HTTP Basic need (section 2.3.1).
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_into(&mut out, text, Class::ALPHANUMERIC);
    out
}

/// The text that was form-encoded. What is no encoding stays as it is.
#[must_use]
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        bytes.push(match (byte, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = after;
                nibble(*high) << 4 | nibble(*low)
            }
            _ => *byte,
        });
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.into())
}

fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or_default()
}

/// In a body more stands as it is than in HTTP Basic, [`Class::FORM`]: what every form encoder leaves, so that also a
/// server that looks for `grant_type=` in the text finds it.
fn encode_into(out: &mut String, text: &str, plain: Class) {
    let mut rest = text;
    loop {
        // Tokens are long runs of plain characters: a run is copied at once.
        let (run, special) = plain.split(rest);
        out.push_str(run);
        let mut characters = special.chars();
        let Some(character) = characters.next() else { break };
        for byte in character.encode_utf8(&mut [0; 4]).bytes() {
            if byte == b' ' {
                out.push('+');
            } else {
                out.push('%');
                for nibble in [byte >> 4, byte & 15] {
                    out.push(char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase());
                }
            }
        }
        rest = characters.as_str();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_the_example_of_rfc_6749_appendix_b() {
        assert_eq!(encode(" %&+£€"), "+%25%26%2B%C2%A3%E2%82%AC");
    }

    #[test]
    fn x2_credentials_with_special_characters() {
        assert_eq!(encode("a:b"), "a%3Ab");
        assert_eq!(encode("p%/+ é"), "p%25%2F%2B+%C3%A9");
        assert_eq!(encode("-_.!~*'()"), "%2D%5F%2E%21%7E%2A%27%28%29");
    }

    #[test]
    fn decodes_what_was_encoded_and_leaves_the_rest() {
        for text in ["", "plain", " %&+£€", "a=b&c", "p%/+ é=secret!~x", "100%\u{0}"] {
            assert_eq!(decode(&encode(text)), text);
        }
        assert_eq!(decode("a%2fb%"), "a/b%");
        assert_eq!(decode("100%+%4+%zz%4g%g4"), "100% %4 %zz%4g%g4");
        assert_eq!(decode("a+%41%C3"), "a+%41%C3", "no UTF-8, no form");
    }

    #[test]
    fn keeps_order_and_repeats() {
        let mut form = Form::new();
        form.push_each("resource", &["https://a.example/".into(), "b".into()]);
        form.push_some("scope", None);
        form.push_pairs(&[("a b".into(), "c&d".into())]);
        assert_eq!(form.body(), "resource=https%3A%2F%2Fa.example%2F&resource=b&a+b=c%26d");
        assert_eq!(form.names().collect::<Vec<_>>(), ["resource", "resource", "a+b"]);
    }

    #[test]
    fn debug_shows_no_value() {
        let mut form = Form::new();
        form.push("client_secret", "planted");
        assert!(!format!("{form:?}").contains("planted"));
    }
}
