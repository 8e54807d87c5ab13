//! Writes JSON text: what leaves the core.

use crate::characters::Class;
use crate::text::{decimal, fill, join};

/// An object in the making. Text, not a tree of values: members are written where they will stay.
pub struct ObjectWriter(String);

impl ObjectWriter {
    /// An object without members.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "an object is written for a purpose, never by default")]
    pub fn new() -> Self {
        let mut text = String::with_capacity(LIKELY_TEXT);
        text.push_str("{");
        Self(text)
    }

    /// Adds a member whose value is JSON text.
    #[inline(never)]
    pub fn json(&mut self, name: &str, value: &str) {
        self.name(name);
        self.0.push_str(value);
    }

    /// Adds a text.
    #[inline(never)]
    pub fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        quote(&mut self.0, value);
    }

    /// Adds a text of characters that stand for themselves in JSON, such as an encoded form.
    pub fn plain(&mut self, name: &str, value: &str) {
        self.name(name);
        for part in ["\"", value, "\""] {
            self.0.push_str(part);
        }
    }

    /// Adds a text that may be missing.
    #[inline(never)]
    pub fn some_text(&mut self, name: &str, value: &Option<String>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// Adds a number.
    #[inline(never)]
    pub fn number(&mut self, name: &str, value: u64) {
        self.json(name, &decimal(value));
    }

    /// Adds a number that may be missing.
    #[inline(never)]
    pub fn some_number(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.number(name, value);
        }
    }

    /// Adds a boolean.
    #[inline(never)]
    pub fn flag(&mut self, name: &str, value: bool) {
        self.json(name, if value { "true" } else { "false" });
    }

    /// Adds a list of texts.
    #[inline(never)]
    pub fn texts(&mut self, name: &str, values: &[String]) {
        self.name(name);
        texts(&mut self.0, values);
    }

    /// Adds an object of texts.
    #[inline(never)]
    pub fn record(&mut self, name: &str, members: &[(String, String)]) {
        let mut record = Self::new();
        for (name, value) in members {
            record.text(name, value);
        }
        self.json(name, &record.finish());
    }

    /// The finished object.
    #[must_use]
    pub fn finish(mut self) -> String {
        self.0.push_str("}");
        self.0
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push_str(",");
        }
        quote(&mut self.0, name);
        self.0.push_str(":");
    }
}

/// Room for most results with one token, so that they do not move as they grow.
const LIKELY_TEXT: usize = 2048;

/// A list of JSON texts.
#[must_use]
pub fn list(elements: &[String]) -> String {
    fill("[{}]", &[&join(elements, ",")])
}

fn texts(out: &mut String, values: &[String]) {
    let mut before = "[";
    for value in values {
        out.push_str(before);
        quote(out, value);
        before = ",";
    }
    out.push_str(if values.is_empty() { "[]" } else { "]" });
}

/// Tokens are long runs of characters that stand for themselves: a run is copied at once.
fn quote(out: &mut String, text: &str) {
    out.push_str("\"");
    let mut rest = text;
    loop {
        let (plain, special) = Class::JSON.split(rest);
        out.push_str(plain);
        let mut characters = special.chars();
        let Some(character) = characters.next() else { break };
        escape(out, u32::from(character));
        rest = characters.as_str();
    }
    out.push_str("\"");
}

/// Adds the escape of a UTF-16 code unit (RFC 8259 section 7).
pub(crate) fn escape(out: &mut String, code: u32) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push(char::from_digit((code >> shift) & 15, 16).unwrap_or('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_a_reader_of_json_reads_back() {
        let hostile = "a\"b\\c\n\u{0}\u{1f}é\u{2028}😀";
        let mut object = ObjectWriter::new();
        object.text(hostile, hostile);
        object.some_text("none", &None);
        object.number("most", u64::MAX);
        object.flag("flag", true);
        object.texts("empty", &[]);
        object.texts("texts", &["a".into(), hostile.into()]);
        object.record("record", &[("k".into(), hostile.into())]);
        object.json("list", &list(&["{}".into(), "1".into()]));
        let read: serde_json::Value = serde_json::from_str(&object.finish()).unwrap();
        let expected = serde_json::json!({
            hostile: hostile, "most": u64::MAX, "flag": true, "empty": [], "texts": ["a", hostile],
            "record": { "k": hostile }, "list": [{}, 1],
        });
        assert_eq!(read, expected);
        assert_eq!(ObjectWriter::new().finish(), "{}");
    }
}
