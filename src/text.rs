//! Small text functions without the machinery of the standard library's own, which is not worth its bytes in the wasm.

use std::cmp::Ordering;
use std::mem::swap;

/// A number in decimal digits.
#[must_use]
pub fn decimal(number: u64) -> String {
    // As many digits as the largest has.
    let mut digits = [0_u8; 20];
    let mut rest = number;
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' | u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        start = start.saturating_sub(1);
        if rest == 0 {
            break;
        }
    }
    digits.get(start..).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default().into()
}

/// The number that a text of digits alone means; one too large for the type is the largest of the type.
#[must_use]
pub fn number_of(digits: &str) -> Option<u64> {
    let mut number: u64 = 0;
    for digit in digits.as_bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number.saturating_mul(10).saturating_add(u64::from(digit & 15));
    }
    (!digits.is_empty()).then_some(number)
}

/// Texts with a separator between them. The standard library's `join` brings 2 KB.
#[must_use]
pub fn join(parts: &[String], separator: &str) -> String {
    let mut text = String::new();
    let mut between = "";
    for part in parts {
        text.push_str(between);
        text.push_str(part);
        between = separator;
    }
    text
}

/// A template in which each `{}` is replaced by the next of the texts, the last of them once more when there are too few.
#[must_use]
#[inline(never)]
pub fn fill(template: &str, texts: &[&str]) -> String {
    let mut filled = String::new();
    let mut texts = texts.iter();
    let mut text = "";
    let mut rest = template;
    while let Some(at) = position(rest, "{}") {
        text = texts.next().copied().unwrap_or(text);
        filled.push_str(rest.get(..at).unwrap_or_default());
        filled.push_str(text);
        rest = rest.get(at.saturating_add(2)..).unwrap_or_default();
    }
    filled.push_str(rest);
    filled
}

/// Where a part first stands in a text. `str::find` brings 3 KB of searcher.
#[must_use]
pub fn position(text: &str, part: &str) -> Option<usize> {
    let first = part.as_bytes().first()?;
    let mut rest = text.as_bytes();
    loop {
        // Tokens are long: eight bytes at a time, as long as none of them begins the part.
        while let [a, b, c, d, e, f, g, h, after @ ..] = rest {
            let none_of_four = |a, b, c, d| a != first && b != first && c != first && d != first;
            if !(none_of_four(a, b, c, d) && none_of_four(e, f, g, h)) {
                break;
            }
            rest = after;
        }
        if rest.starts_with(part.as_bytes()) {
            return Some(text.len().saturating_sub(rest.len()));
        }
        rest = rest.get(1..)?;
    }
}

/// A text before the first of some ASCII characters, and the rest of it.
#[must_use]
#[inline(never)]
pub fn before<'a>(text: &'a str, stops: &[u8]) -> (&'a str, &'a str) {
    let mut at: usize = 0;
    for byte in text.as_bytes() {
        if stops.iter().any(|stop| stop == byte) {
            break;
        }
        at = at.saturating_add(1);
    }
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// What stands before the first separator in a text, and what behind it. `str::split_once` brings 1 KB.
#[must_use]
#[inline(never)]
pub fn cut<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    let (before, rest) = text.split_at_checked(position(text, separator)?)?;
    Some((before, rest.get(separator.len()..)?))
}

/// The parts of a text that end with a separator, and what stands behind the last, unless nothing does.
#[must_use]
pub fn parts<'a>(text: &'a str, separator: &'static str) -> Parts<'a> {
    Parts { rest: text, separator }
}

/// See [`parts`].
pub struct Parts<'a> {
    rest: &'a str,
    separator: &'static str,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (part, rest) = cut(self.rest, self.separator).unwrap_or((self.rest, ""));
        self.rest = rest;
        Some(part)
    }
}

/// True for a text without white space and control characters.
#[must_use]
#[inline(never)]
pub fn is_unbroken(text: &str) -> bool {
    !text.chars().any(|character| character.is_control() || character.is_whitespace())
}

/// True for one of these names, in any letter case.
#[must_use]
#[inline(never)]
pub fn is_one_of(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// True when a part stands in a text.
#[must_use]
pub fn contains(text: &str, part: &str) -> bool {
    position(text, part).is_some()
}

/// True for a text that is not among at most a thousand that are in order, to which it is added if it is to be kept. They are
/// looked into by halves, so that neither many nor long ones that are much alike take long; only those behind it are moved.
#[inline(never)]
pub fn is_new<'a>(ordered: &mut Vec<&'a str>, text: &'a str, keep: bool) -> bool {
    let (mut start, mut end) = (0_usize, ordered.len());
    while start < end {
        let middle = start.midpoint(end);
        match ordered.get(middle).map(|known| text.cmp(known)) {
            Some(Ordering::Less) => end = middle,
            Some(Ordering::Greater) => start = middle.saturating_add(1),
            _ => return false,
        }
    }
    if keep {
        let mut moved = text;
        for later in ordered.iter_mut().skip(start) {
            swap(later, &mut moved);
        }
        ordered.push(moved);
    }
    true
}

/// Those of at most a thousand texts that are not among others, of which there may be any number; and whether there are more
/// among these.
#[must_use]
#[inline(never)]
pub fn compare(texts: &[String], others: &[String]) -> (Vec<String>, bool) {
    let mut known = Vec::new();
    for text in texts {
        is_new(&mut known, text, true);
    }
    let (mut found, mut more) = (Vec::new(), false);
    for other in others {
        if is_new(&mut known, other, false) {
            more = true;
        } else {
            is_new(&mut found, other, true);
        }
    }
    let mut missing = Vec::new();
    for text in texts {
        if is_new(&mut found, text, false) {
            missing.push(text.clone());
        }
    }
    (missing, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_once() {
        assert_eq!(fill("`{}` and {}", &["{}", "b"]), "`{}` and b");
        assert_eq!(fill("{} {}", &["a"]), "a a");
        assert_eq!(fill("none", &["a"]), "none");
    }

    #[test]
    fn only_digits_are_a_number() {
        assert_eq!(number_of("007"), Some(7));
        assert_eq!(number_of("99999999999999999999999"), Some(u64::MAX));
        for text in ["", "-1", "+1", "1.5", " 1", "1e3", "१"] {
            assert_eq!(number_of(text), None, "{text}");
        }
    }

    #[test]
    fn texts_are_joined() {
        assert_eq!(join(&["a".into(), "b".into()], ", "), "a, b");
        assert_eq!(join(&[], ", "), "");
        assert_eq!(join(&["".into(), "".into(), "c".into()], ","), ",,c");
    }

    #[test]
    fn a_text_is_new_once() {
        let texts: Vec<String> = (0..300_u32).map(|at| (at * 7919 % 211).to_string()).collect();
        let mut ordered = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(is_new(&mut ordered, text, false), at < 211, "{text}");
            assert_eq!(is_new(&mut ordered, text, true), at < 211, "{text}");
        }
        assert!(ordered.is_sorted() && ordered.len() == 211);
    }

    #[test]
    fn what_is_missing_is_told_in_its_order() {
        let texts = |text: &str| -> Vec<String> { text.split_terminator(' ').map(String::from).collect() };
        for (some, others, missing, more) in [
            ("c a b d", "d x c", "a b", true),
            ("b b a", "a a", "b b", false),
            ("", "a", "", true),
            ("b a", "", "b a", false),
            ("a b", "b a", "", false),
        ] {
            assert_eq!(compare(&texts(some), &texts(others)), (texts(missing), more), "{some}, {others}");
        }
    }

    #[test]
    fn is_what_the_standard_library_prints() {
        for number in [0, 1, 9, 10, 404, 65_535, u64::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }
}
