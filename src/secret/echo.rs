//! Finds what was sent in a text that comes back: whole or in part, wrapped, and in whatever escapes it is written.

use super::{REDACTED, SHORTEST_ECHO as WINDOW, Secret};
use crate::words::place;

/// A shorter text is no secret: removing it would only garble the words of the server.
const SHORTEST_SECRET: usize = 8;
/// What has to be left of it without spaces.
const SHORTEST: usize = 6;
/// A longer text is not looked at. Each place of a window has to have a number under [`TAKEN`].
const LONGEST_LOOKED_AT: usize = 65_536;
/// More places than this looked at for one window is no accident: the text was made to keep us busy.
const MOST_PROBES: usize = 64;

/// A text with every echo of what was `sent` replaced. It has to be short: an index of it is made, and all that was sent is
/// held against it.
pub(super) fn hide(text: &str, sent: &[Secret]) -> String {
    // To spell it and to index it takes many times its size, which a server would choose.
    if text.len() > LONGEST_LOOKED_AT {
        return REDACTED.into();
    }
    let mut hidden = vec![false; text.len()];
    // All are read from the text as it came: what is left of an echo that was found in one way is too short for another.
    for escapes in [Escapes::None, Escapes::Once, Escapes::Again] {
        if mark(text, sent, escapes, &mut hidden).is_none() {
            return REDACTED.into();
        }
        if !text.bytes().any(|byte| matches!(byte, b'%' | b'\\' | b'&')) {
            break;
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut before = false;
    for (at, character) in text.char_indices() {
        let hides = hidden.get(at) == Some(&true);
        if !hides {
            out.push(character);
        } else if !before {
            out.push_str(REDACTED);
        }
        before = hides;
    }
    out
}

/// How a text is read: what is an escape in one way may stand for itself in another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    Once,
    /// Percent signs may be escaped as well, any number of times.
    Again,
}

/// Marks the bytes that are an echo if the text is read in this way; `None` for one that was made to keep us busy.
#[inline(never)]
fn mark(text: &str, sent: &[Secret], escapes: Escapes, hidden: &mut [bool]) -> Option<()> {
    let spelled = Spelled::of(text, escapes);
    let covered = spelled.covered(sent)?;
    let mut places = spelled.places.iter();
    // What does not count, between two bytes of an echo, is part of it.
    let mut echo = None;
    for covers in &covered {
        let (start, end) = places.next()?;
        let begin = echo.unwrap_or(*start);
        echo = covers.then_some(*end);
        if *covers {
            cover(hidden, begin, end.saturating_sub(begin));
        }
    }
    Some(())
}

/// The bytes that a text means, in lower case, but for those that come and go on the way: white space, what has no width, and
/// `+`, which stands for a space in forms.
#[derive(Default)]
struct Spelled {
    bytes: Vec<u8>,
    /// Where in the text each of them is written.
    places: Vec<(usize, usize)>,
}

impl Spelled {
    #[inline(never)]
    fn of(text: &str, escapes: Escapes) -> Self {
        let mut spelled = Self::default();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let start = text.len().saturating_sub(rest.len());
            let read = if escapes == Escapes::None { None } else { escape(rest, escapes == Escapes::Again) };
            let (meant, after) = match read {
                Some(read) => read,
                None => (Meant::Character(first), rest.get(first.len_utf8()..).unwrap_or_default()),
            };
            rest = after;
            let before = spelled.bytes.len();
            match meant {
                Meant::Character(character) => push(&mut spelled.bytes, character),
                Meant::Byte(byte) if byte.is_ascii() => push(&mut spelled.bytes, char::from(byte)),
                Meant::Byte(byte) => spelled.bytes.push(byte),
            }
            let end = text.len().saturating_sub(rest.len());
            for _ in before..spelled.bytes.len() {
                spelled.places.push((start, end));
            }
        }
        spelled
    }

    /// Which of the bytes are an echo; `None` for a text that was made to keep us busy.
    #[inline(never)]
    fn covered(&self, sent: &[Secret]) -> Option<Vec<bool>> {
        let mut covered = vec![false; self.bytes.len()];
        let mut index = Index::of(&self.bytes)?;
        for secret in sent {
            let secret = secret.expose();
            if secret.len() < SHORTEST_SECRET || self.bytes.len() < SHORTEST {
                continue;
            }
            let mut wanted = Vec::with_capacity(secret.len());
            for character in secret.chars() {
                push(&mut wanted, character);
            }
            if wanted.len() >= WINDOW {
                for window in wanted.windows(WINDOW) {
                    index.take(window, &mut covered);
                }
            } else if wanted.len() >= SHORTEST {
                let mut rest = self.bytes.as_slice();
                while !rest.is_empty() {
                    if rest.starts_with(&wanted) {
                        cover(&mut covered, self.bytes.len().saturating_sub(rest.len()), wanted.len());
                    }
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
        }
        Some(covered)
    }
}

fn cover(covered: &mut [bool], start: usize, length: usize) {
    if let Some(covered) = covered.get_mut(start..start.saturating_add(length)) {
        covered.fill(true);
    }
}

/// Adds a character that counts, in lower case: URLs make it so of hosts, and we of schemes and names.
#[inline(never)]
fn push(bytes: &mut Vec<u8>, character: char) {
    if counts(character) {
        bytes.extend_from_slice(character.to_ascii_lowercase().encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn counts(character: char) -> bool {
    !character.is_whitespace()
        && !character.is_control()
        && !matches!(character, '+' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

enum Meant {
    Character(char),
    Byte(u8),
}

/// What the escape means that a text begins with, and the rest of it: `%2F`, also escaped once more, `%u002F`; `\u002f`,
/// `\x2f`, `\"`; `&amp;`, `&#47;`, `&#x2f;`.
#[inline(never)]
fn escape(text: &str, again: bool) -> Option<(Meant, &str)> {
    let (first, second) = (text.as_bytes().first()?, text.as_bytes().get(1)?);
    match (first, second) {
        (b'%', b'u' | b'U') | (b'\\', b'u') => character(text.get(2..)?, 4),
        (b'%', _) => percent(text.get(1..)?, again),
        (b'\\', b'x') => character(text.get(2..)?, 2),
        (b'\\', b'b' | b'f' | b'n' | b'r' | b't') => Some((Meant::Byte(b'\n'), text.get(2..)?)),
        (b'\\', b'"' | b'\'' | b'/' | b'\\') => Some((Meant::Byte(*second), text.get(2..)?)),
        (b'&', _) => entity(text.get(1..)?),
        _ => None,
    }
}

/// A character reference of HTML, behind its `&`.
fn entity(text: &str) -> Option<(Meant, &str)> {
    let end = text.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let (name, after) = (text.get(..end)?, text.get(end.checked_add(1)?..)?);
    let Some(code) = name.strip_prefix('#') else {
        let place = place("amp lt gt quot apos ", name)?;
        return Some((Meant::Byte(*b"&<>\"'".get(place)?), after));
    };
    let code = match code.as_bytes().first() {
        Some(b'x' | b'X') => number(code.get(1..)?, 16),
        _ => number(code, 10),
    };
    Some((Meant::Character(char::from_u32(code?)?), after))
}

const LONGEST_ENTITY: usize = 10;

/// The byte of `2F`, and with `again` of `252F` or `25252F`, whose percent sign was escaped as well.
fn percent(digits: &str, again: bool) -> Option<(Meant, &str)> {
    let mut rest = digits;
    loop {
        let byte = u8::try_from(number(rest.get(..2)?, 16)?).ok()?;
        rest = rest.get(2..)?;
        if !again || byte != b'%' || rest.get(..2).and_then(|digits| number(digits, 16)).is_none() {
            return Some((Meant::Byte(byte), rest));
        }
    }
}

fn character(digits: &str, length: usize) -> Option<(Meant, &str)> {
    let character = char::from_u32(number(digits.get(..length)?, 16)?)?;
    Some((Meant::Character(character), digits.get(length..)?))
}

/// So few digits that they cannot be too large: [`LONGEST_ENTITY`].
fn number(digits: &str, radix: u32) -> Option<u32> {
    let mut number: u32 = 0;
    for digit in digits.chars() {
        number = number.wrapping_mul(radix).wrapping_add(digit.to_digit(radix)?);
    }
    Some(number)
}

/// Where each window of a text begins.
struct Index<'a> {
    bytes: &'a [u8],
    /// By hash, with linear probing: one more than the last place of a window; 0 for none, [`TAKEN`] for one that was taken.
    heads: Vec<u16>,
    /// By place: the head before it, of the same window.
    before: Vec<u16>,
}

const TAKEN: u16 = u16::MAX;

impl<'a> Index<'a> {
    /// `None` when too many different windows fall together.
    #[inline(never)]
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let windows = bytes.windows(WINDOW).len();
        let size = windows.saturating_mul(4).next_power_of_two();
        let mut index = Self { bytes, heads: vec![0; size], before: vec![0; windows] };
        let mut place: u16 = 0;
        for window in bytes.windows(WINDOW) {
            let slot = index.slot(window)?;
            let head = index.heads.get_mut(slot)?;
            *index.before.get_mut(usize::from(place))? = *head;
            place = place.wrapping_add(1);
            *head = place;
        }
        Some(index)
    }

    /// Covers every place of a window, the first time it is asked for.
    #[inline(never)]
    fn take(&mut self, window: &[u8], covered: &mut [bool]) {
        let Some(head) = self.slot(window).and_then(|slot| self.heads.get_mut(slot)) else { return };
        let mut next = std::mem::replace(head, if *head == 0 { 0 } else { TAKEN });
        while let Some(place) = usize::from(next).checked_sub(1).filter(|_| next != TAKEN) {
            cover(covered, place, WINDOW);
            next = self.before.get(place).copied().unwrap_or_default();
        }
    }

    /// The slot of a window, or the empty one where it would stand.
    fn slot(&self, window: &[u8]) -> Option<usize> {
        let mask = self.heads.len().wrapping_sub(1);
        let mut slot = hash(window);
        for _ in 0..MOST_PROBES {
            slot &= mask;
            let head = *self.heads.get(slot)?;
            let place = usize::from(head).wrapping_sub(1);
            let same = || self.bytes.get(place..).is_some_and(|rest| rest.starts_with(window));
            if head == 0 || (head != TAKEN && same()) {
                return Some(slot);
            }
            slot = slot.wrapping_add(1);
        }
        None
    }
}

fn hash(window: &[u8]) -> usize {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash: u64 = 0;
    for half in window.chunks_exact(8) {
        let half = half.try_into().map_or(0, u64::from_le_bytes);
        hash = (hash ^ half).wrapping_mul(ODD);
        hash ^= hash >> 29;
    }
    // Only the upper half hangs on all bytes: names in a list differ in the last ones.
    usize::try_from(hash.wrapping_mul(ODD) >> 32).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";

    fn hidden(text: &str, secret: &str) -> String {
        hide(text, &[Secret::new("another-secret-0123456789"), Secret::new(secret)])
    }

    #[test]
    fn a_token_cut_anywhere_and_stuck_to_other_token_characters_is_found() {
        for (from, to) in [(0, TOKEN.len() - 1), (0, 16), (1, 20), (10, 40), (TOKEN.len() - 16, TOKEN.len())] {
            let part = TOKEN.get(from..to).unwrap();
            for (before, after) in [("", ""), ("token=", "_"), ("/a/", "/b"), ("aaaa", "____"), ("…", "…")] {
                let text = [before, part, after].concat();
                assert_eq!(hidden(&text, TOKEN), [before, "‹redacted›", after].concat(), "{text}");
            }
        }
        assert_eq!(hidden("eyJhbGciOiJFUzI", TOKEN), "eyJhbGciOiJFUzI", "15 characters are a word");
    }

    #[test]
    fn an_echo_in_another_letter_case_is_found() {
        for text in [TOKEN.to_lowercase(), TOKEN.to_uppercase()] {
            assert_eq!(
                hidden(&["https://", &text, ".example"].concat(), TOKEN),
                "https://‹redacted›.example",
                "{text}"
            );
        }
        assert_eq!(hidden("ky7~P2-q", "kY7~p2-Q"), "‹redacted›");
        assert_eq!(hidden("EYJHBGCIOIJFUZI, Eins", TOKEN), "EYJHBGCIOIJFUZI, Eins", "what stays is as it was");
    }

    #[test]
    fn wrapping_and_characters_without_width_do_not_help() {
        for between in ["\n", " ", "\r\n\t", "\u{200b}", "\u{ad}", "\u{feff}", "%0A", "%20", "\\n", "&#10;", "&#x200b;"]
        {
            for length in [1, 7, 12, 15] {
                let pieces: Vec<&str> = (0..TOKEN.len())
                    .step_by(length)
                    .map(|at| TOKEN.get(at..TOKEN.len().min(at + length)).unwrap())
                    .collect();
                let text = ["token: ", &pieces.join(between), "!"].concat();
                assert_eq!(hidden(&text, TOKEN), "token: ‹redacted›!", "{between:?} {length}");
            }
        }
    }

    #[test]
    fn every_escape_is_read() {
        let secret = "p&ss<w\"rd>\\12/é'%";
        for spelled in [
            secret,
            "p&amp;ss&lt;w&quot;rd&gt;\\12/é&apos;%",
            "p&#38;ss&#x3c;w&#X22;rd&gt;\\12/&#233;'%",
            "p&#00000038;ss&#x000003c;w\"rd>\\12/&#233;'%",
            "p%26ss%3Cw%22rd%3E%5C12%2F%C3%A9%27%25",
            "p%26ss%3cw%22rd%3e%5c12%2f%c3%a9'%25",
            "p%2526ss%253Cw%2522rd%253E%255C12%252F%25C3%25A9%2527%2525",
            "p%252526ss%25253Cw%252522rd%25253E%25255C12%25252F%2525C3%2525A9%252527%252525",
            "p%u0026ss%u003Cw%u0022rd%u003E%u005C12%u002F%u00E9%u0027%u0025",
            "p\\u0026ss\\u003cw\\u0022rd\\u003e\\u005c12\\u002f\\u00e9\\u0027\\u0025",
            "p\\x26ss\\x3cw\\x22rd\\x3e\\x5c12\\/\\xe9'%",
            "p&ss<w\\\"rd>\\\\12\\/é'%",
        ] {
            assert_eq!(hidden(&["a ", spelled, " b"].concat(), secret), "a ‹redacted› b", "{spelled}");
        }
    }

    #[test]
    fn nothing_stays_between_and_behind_escapes_of_few_characters() {
        for (secret, echo) in [
            ("4f9Qe1x7Zt0pLm3Kd8Wa/Vb6Yc2", "4f9Qe1x7Zt0pLm3Kd8Wa%2FVb6Yc2"),
            ("4f9Qe1x7Zt0pLm3Kd8Wa/Vb6Yc2", "4f9Qe1x7Zt0pLm3Kd8Wa%252FVb6Yc2"),
            ("Vb6Yc2=4f9Qe1x7Zt0pLm3Kd8Wa&Tn5Rj", "Vb6Yc2=4f9Qe1x7Zt0pLm3Kd8Wa&amp;Tn5Rj"),
            ("Vb6Yc2/4f9Qe1x7Zt0pLm3Kd8Wa&Tn5Rj", "Vb6Yc2\\/4f9Qe1x7Zt0pLm3Kd8Wa\\u0026Tn5Rj"),
        ] {
            assert_eq!(hidden(&["a ", echo, " b"].concat(), secret), "a ‹redacted› b", "{echo}");
        }
    }

    #[test]
    fn a_secret_of_few_letters_is_found_in_whatever_escapes() {
        for spelled in ["kY7~p2-Q", "kY7%7Ep2-Q", "kY7%7ep2%2DQ", "k Y7~p2-Q"] {
            assert_eq!(
                hidden(&["secret=", spelled, "&y=2"].concat(), "kY7~p2-Q"),
                "secret=‹redacted›&y=2",
                "{spelled}"
            );
        }
    }

    #[test]
    fn each_echo_is_hidden_and_the_words_around_stay() {
        let text = [TOKEN, " is bad, and ", TOKEN, TOKEN, " too: another-secret-0123456789"].concat();
        assert_eq!(hidden(&text, TOKEN), "‹redacted› is bad, and ‹redacted› too: ‹redacted›");
        for words in ["Invalid client secret, see https://docs.example/errors", "100 % \\u00 &nope; &#; %zz \\", ""] {
            assert_eq!(hidden(words, TOKEN), words);
        }
    }

    #[test]
    fn a_list_of_names_that_are_much_alike_is_no_attack() {
        for (before, digits) in
            [("contacts:read:", 6), ("contacts:", 3), ("", 8), ("https://api.example/auth/contacts.", 4)]
        {
            let names: Vec<String> = (0..1000).map(|at| format!("{before}{at:0digits$}")).collect();
            let text = names.join(", ");
            assert!(Index::of(&Spelled::of(&text, Escapes::None).bytes).is_some(), "{before}");
            assert_eq!(hidden(&text, TOKEN), text);
        }
    }

    #[test]
    fn a_text_is_looked_at_to_its_end_or_not_at_all() {
        let names: String = (0..10_000).map(|at| format!("{at:07}")).collect();
        let echo = TOKEN.get(..16).unwrap();
        for length in [65_000, 65_520, 65_521, 65_534, 65_535] {
            let hidden = hidden(&[names.get(..length).unwrap(), echo].concat(), TOKEN);
            assert!(hidden.ends_with("‹redacted›"), "{length}");
        }
        // Nothing is made ready for looking at it: that takes many times its size.
        assert_eq!(hidden(&" ".repeat(65_537), TOKEN), "‹redacted›");
    }

    #[test]
    fn a_text_that_is_made_to_keep_us_busy_does_not() {
        let long: String = (0..60_000_u32).map(|at| char::from(b'a' + u8::try_from(at * 7 % 26).unwrap())).collect();
        let begun = std::time::Instant::now();
        for text in [
            "a".repeat(8192),
            "ab".repeat(4096),
            long.get(..8192).unwrap().to_owned(),
            "%25".repeat(2730),
            "&".repeat(8192),
        ] {
            hide(&text, &[Secret::new(long.as_str()), Secret::new("a".repeat(60_000))]);
        }
        assert!(begun.elapsed().as_secs() < 20, "far more than it takes without optimisation");
    }
}
