//! What must not be shown, and the cleaning of texts that come back from a server.

mod echo;

use crate::characters::Class;
use crate::json;
use crate::text::{join, parts};
use echo::hide;
use std::fmt;

/// A token, client secret, assertion or other value that no message, log, `Debug` output or panic may hold.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the wire and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("‹redacted›")
    }
}

/// The values of headers or parameters that may be keys: a short one is a word.
#[must_use]
pub fn keys(named: &[(String, String)]) -> Vec<Secret> {
    let mut keys = Vec::new();
    for (_, value) in named {
        if value.len() >= SHORTEST_KEY {
            keys.push(Secret::new(value.as_str()));
        }
    }
    keys
}

const SHORTEST_KEY: usize = 16;

/// What a redacted token reads as in JSON. A token-taking function that meets it says `redacted_token`.
pub const REDACTED_MARK: &str = "‹redacted";

const REDACTED: &str = "‹redacted›";
/// So much of what was sent, anywhere in a text, counts as an echo. Of something shorter, all of it.
pub const SHORTEST_ECHO: usize = 16;
/// A run of token characters of this length may be a token that we never sent.
const SHORTEST_TOKEN: usize = 24;
/// Longest text of a server we keep, in characters.
const LONGEST_TEXT: usize = 512;
/// So much of a server's text is looked at: cleaning costs time for each character.
const LONGEST_INPUT: usize = 8192;

/// Makes a text of the server fit to be shown: what we sent is removed, control characters are escaped, and no more than
/// 512 characters stay.
#[must_use]
pub fn clean(text: &str, sent: &[Secret]) -> String {
    escape(&hide(beginning(text, LONGEST_INPUT), sent))
}

/// The beginning of a text, no longer than `most` characters as JavaScript counts them: code units of UTF-16.
#[inline(never)]
fn beginning(text: &str, most: usize) -> &str {
    let mut length: usize = 0;
    for (at, character) in text.char_indices() {
        length = length.saturating_add(character.len_utf16());
        if length > most {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// As [`clean`], for a body that is not known to be a message: any long run of token characters is removed as well, for
/// it may be a token that we never sent.
#[must_use]
pub fn clean_snippet(text: &str, sent: &[Secret]) -> String {
    let cleaned = clean(text, sent);
    beginning(&redact_words(&cleaned), LONGEST_TEXT).into()
}

/// Cleans texts, all at once: what was sent is gone through for each text otherwise, and a server may write many.
pub fn clean_each(texts: &mut [&mut String], sent: &[Secret]) {
    let mut whole = String::new();
    for text in &*texts {
        whole.push_str(text);
        whole.push_str(BETWEEN);
    }
    let cleaned = hide(&whole, sent);
    // What was made to keep us busy is one text now.
    let mut cleaned = parts(&cleaned, BETWEEN);
    for text in texts {
        **text = escape(cleaned.next().unwrap_or_default());
    }
}

/// Takes out the texts that hold something of what we sent. Those under so many bytes are not looked at.
pub fn retain_unsent(texts: &mut Vec<String>, shortest: usize, sent: &[Secret]) {
    let mut whole = join(texts, BETWEEN);
    whole.push_str(BETWEEN);
    let hidden = hide(&whole, sent);
    let mut hidden = parts(&hidden, BETWEEN);
    texts.retain(|text| hidden.next() == Some(text) || text.len() < shortest);
}

/// Stands behind each of the texts that are looked at together. It is no character, so that it is part of no secret.
const BETWEEN: &str = "\u{fdd0}";

/// True for a text that may be handed on as it is, such as the claims of a challenge: nothing that we sent stands in it, and
/// it is no longer than the 8192 bytes that are looked at in an error.
#[must_use]
pub fn may_be_shown(text: &str, sent: &[Secret]) -> bool {
    text.len() <= LONGEST_INPUT && !echoes(text, sent)
}

/// True for a text that holds something of what we sent, or is too long to be looked at: more than 64 KiB.
#[must_use]
#[inline(never)]
pub fn echoes(text: &str, sent: &[Secret]) -> bool {
    hide(text, sent) != text
}

/// Replaces the runs of token characters (RFC 6750 section 2.1) that may be a token.
fn redact_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.bytes().position(|byte| byte != b'=' && !Class::TOKEN68.has(byte)).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.push_str(if word.len() >= SHORTEST_TOKEN { REDACTED } else { word });
        let mut after = after.chars();
        if let Some(character) = after.next() {
            out.push(character);
        }
        rest = after.as_str();
    }
    out
}

/// Makes a text fit for one line of a log: control characters are escaped, and no more than 512 characters stay.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in beginning(text, LONGEST_TEXT).chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Control characters, and the marks that turn the direction of the text around in a terminal or log viewer.
            _ if character.is_control()
                || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                json::escape(&mut out, u32::from(character));
            }
            _ => out.push(character),
        }
    }
    beginning(&out, LONGEST_TEXT).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

    #[test]
    fn an_echoed_secret_is_removed() {
        let sent = [Secret::new(TOKEN), Secret::new("p%/+ é=secret")];
        let text = clean(&["token ", TOKEN, "; p%/+ é=secret; p%25%2F%2B+%C3%A9%3Dsecret"].concat(), &sent);
        assert_eq!(text, "token ‹redacted›; ‹redacted›; ‹redacted›");
    }

    #[test]
    fn a_secret_echoed_in_part_is_removed() {
        let sent = [Secret::new(TOKEN)];
        assert_eq!(clean("bad token eyJhbGciOiJFUzI1NiJ9.ey...", &sent), "bad token ‹redacted›...");
        assert_eq!(clean("bad token …GljZSJ9.c2lnbmF0dXJl", &sent), "bad token …‹redacted›");
    }

    #[test]
    fn a_secret_with_escape_characters_of_its_own_is_removed() {
        for (secret, echo) in [
            ("100%abcdef gh", "got 100%25abcdef%20gh end"),
            ("100%abcdef gh", "got 100%abcdef gh end"),
            ("abc\\xdefg hi", "got abc%5Cxdefg%20hi end"),
            ("abc\\xdefg hi", "got abc\\\\xdefg hi end"),
            ("abc\\xdefg hi", "got abc\\xdefg hi end"),
        ] {
            assert_eq!(clean(echo, &[Secret::new(secret)]), "got ‹redacted› end", "{echo}");
        }
    }

    #[test]
    fn words_of_the_server_stay() {
        let sent = [Secret::new("secret"), Secret::new(TOKEN)];
        assert_eq!(
            clean("Invalid client secret, see https://docs.example/errors", &sent),
            "Invalid client secret, see https://docs.example/errors"
        );
    }

    #[test]
    fn control_characters_are_escaped_and_length_is_bounded() {
        assert_eq!(clean("a\r\n\tb\u{1b}[31m\u{202e}", &[]), "a\\r\\n\\tb\\u001b[31m\\u202e");
        assert_eq!(clean(&"ä".repeat(10_000), &[]).chars().count(), 512);
        assert_eq!(
            clean(&["a", &"😀".repeat(600)].concat(), &[]).encode_utf16().count(),
            511,
            "no half of a character"
        );
        assert_eq!(clean(&"\u{7}".repeat(512), &[]).chars().count(), 512);
    }

    #[test]
    fn a_snippet_shows_no_token_that_we_never_sent() {
        let body = ["{\"access_token\":\"", TOKEN, "\"}"].concat();
        assert_eq!(clean_snippet(&body, &[]), "{\"access_token\":\"‹redacted›\"}");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret::new(TOKEN)), "‹redacted›");
    }
}
