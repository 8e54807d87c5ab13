//! What must not be shown, and the cleaning of texts that come back from a server.

use crate::characters::Class;
use crate::form;
use crate::json;
use crate::text::position;
use std::cell::Cell;
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

/// What a redacted token reads as in JSON. A token-taking function that meets it says `redacted_token`.
pub const REDACTED_MARK: &str = "‹redacted";

const REDACTED: &str = "‹redacted›";
/// A shorter text is no secret: removing it would only garble the server's words.
const SHORTEST_SECRET: usize = 8;
/// So much of a token, cut off by a server that echoes its beginning or end, still counts as the token.
const SHORTEST_PART: usize = 16;
/// Longest text of a server we keep, in characters.
const LONGEST_TEXT: usize = 512;
/// So much of a server's text is looked at: cleaning costs time for each character.
const LONGEST_INPUT: usize = 8192;
/// So many words are looked for in what we sent, and further ones hidden unseen: more than fit into [`LONGEST_TEXT`]. A
/// server could keep us busy for long otherwise.
const MOST_WORDS: usize = 48;

/// Makes a text of the server fit to be shown: what we sent is removed, control characters are escaped, and no more than
/// 512 characters stay.
#[must_use]
pub fn clean(text: &str, sent: &[Secret]) -> String {
    let text: String = text.chars().take(LONGEST_INPUT).collect();
    escape(&hide(&text, sent))
}

fn hide(text: &str, sent: &[Secret]) -> String {
    let mut text = String::from(text);
    for secret in sent {
        let secret = secret.expose();
        if secret.len() >= SHORTEST_SECRET {
            text = replace(&text, secret);
            let encoded = form::encode(secret);
            if encoded != secret {
                text = replace(&text, &encoded);
            }
        }
    }
    let looked_for = Cell::new(0_usize);
    let text = redact_words(&text, |word| {
        if word.len() < SHORTEST_PART || sent.is_empty() {
            return false;
        }
        looked_for.set(looked_for.get().saturating_add(1));
        looked_for.get() > MOST_WORDS || is_part_of(word, sent)
    });
    if sent.iter().any(|secret| is_spelled_in(&text, secret.expose())) { REDACTED.into() } else { text }
}

/// True for a secret in a text with other escapes than ours: encoders differ in what they escape, and JSON has its own.
fn is_spelled_in(text: &str, secret: &str) -> bool {
    // All of its letters: a `%` or `\\` of the secret itself begins no escape.
    let secret: String = secret.chars().filter(char::is_ascii_alphanumeric).collect();
    secret.len() >= SHORTEST_SECRET
        && text.bytes().any(|byte| byte == b'%' || byte == b'\\')
        && position(&letters(text), &secret).is_some()
}

/// Letters and digits, but for those of escapes such as `%2F` and `\u002f`: what all spellings have in common.
fn letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character == '%' {
            rest.nth(1);
        } else if character == '\\' {
            if rest.next() == Some('u') {
                rest.nth(3);
            }
        } else if character.is_ascii_alphanumeric() {
            out.push(character);
        }
    }
    out
}

/// As [`clean`], for a body that is not known to be a message: any long run of token characters is removed as well, for
/// it may be a token that we never sent.
#[must_use]
pub fn clean_snippet(text: &str, sent: &[Secret]) -> String {
    let cleaned = clean(text, sent);
    redact_words(&cleaned, |word| word.len() >= 24).chars().take(LONGEST_TEXT).collect()
}

/// True for a text that is handed on as it is only if nothing that we sent stands in it, such as the claims of a challenge.
#[must_use]
pub fn holds_nothing_of(text: &str, sent: &[Secret]) -> bool {
    text.len() <= LONGEST_INPUT && hide(text, sent) == text
}

/// Constant-time comparison of two texts of which one is a secret; their lengths may show.
#[must_use]
pub fn equal(left: &str, right: &str) -> bool {
    let difference =
        left.bytes().zip(right.bytes()).fold(0_u8, |difference, (left, right)| difference | (left ^ right));
    left.len() == right.len() && std::hint::black_box(difference) == 0
}

fn replace(text: &str, secret: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = position(rest, secret) {
        out.push_str(rest.get(..at).unwrap_or_default());
        out.push_str(REDACTED);
        rest = rest.get(at.saturating_add(secret.len())..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn is_part_of(word: &str, sent: &[Secret]) -> bool {
    let head = word.get(..SHORTEST_PART);
    let tail = word.len().checked_sub(SHORTEST_PART).and_then(|start| word.get(start..));
    let found =
        |part: Option<&str>, secret: &Secret| part.is_some_and(|part| position(secret.expose(), part).is_some());
    sent.iter().any(|secret| found(head, secret) || found(tail, secret))
}

/// Replaces the runs of token characters (RFC 6750 section 2.1) that `hide` picks.
fn redact_words(text: &str, hide: impl Fn(&str) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars().chain([' ']) {
        if u8::try_from(character).is_ok_and(|byte| byte == b'=' || Class::TOKEN68.has(byte)) {
            word.push(character);
            continue;
        }
        out.push_str(if hide(&word) { REDACTED } else { &word });
        word.clear();
        out.push(character);
    }
    out.pop();
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars().take(LONGEST_TEXT) {
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
    out.chars().take(LONGEST_TEXT).collect()
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
        assert_eq!(clean("bad token eyJhbGciOiJFUzI1NiJ9.ey...", &sent), "bad token ‹redacted›");
        assert_eq!(clean("bad token …GljZSJ9.c2lnbmF0dXJl", &sent), "bad token …‹redacted›");
    }

    #[test]
    fn a_secret_with_escape_characters_of_its_own_is_removed() {
        for (secret, echo) in [
            ("100%abcdef gh", "got 100%25abcdef%20gh end"),
            ("abc\\xdefg hi", "got abc%5Cxdefg%20hi end"),
            ("abc\\xdefg hi", "got abc\\\\xdefg hi end"),
        ] {
            assert_eq!(clean(echo, &[Secret::new(secret)]), "‹redacted›", "{echo}");
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
        assert_eq!(clean("a\r\nb\u{1b}[31m\u{202e}", &[]), "a\\r\\nb\\u001b[31m\\u202e");
        assert_eq!(clean(&"ä".repeat(10_000), &[]).chars().count(), 512);
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

    #[test]
    fn comparison_is_exact() {
        assert!(equal("abc", "abc"));
        assert!(!equal("abc", "abd") && !equal("abc", "ab") && !equal("", "a"));
    }
}
