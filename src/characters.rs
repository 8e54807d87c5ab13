//! Classes of characters, by table: one loop serves every rule about what a text may hold.

/// The characters of a class. Beside [`Class::JSON`] all of them are ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(u8);

impl Class {
    /// VSCHAR and space: what a token may hold (RFC 6749 appendix A.12).
    pub const TOKEN: Self = Self(1);
    /// The characters of a scope-token (RFC 6749 section 3.3).
    pub const SCOPE: Self = Self(1 << 1);
    /// Digits.
    pub const DIGIT: Self = Self(1 << 2);
    /// Letters and digits.
    pub const ALPHANUMERIC: Self = Self(1 << 3);
    /// What stands in a form as it is (WHATWG URL section 5.2).
    pub const FORM: Self = Self(1 << 4);
    /// tchar: the characters of a header's name (RFC 9110 section 5.6.2).
    pub const NAME: Self = Self(1 << 5);
    /// What stands in a JSON string as it is (RFC 8259 section 7), beyond ASCII too.
    pub const JSON: Self = Self(1 << 6);
    /// The characters of a token68 but its padding (RFC 9110 section 11.2), which are those of a bearer token
    /// (RFC 6750 section 2.1).
    pub const TOKEN68: Self = Self(1 << 7);

    /// How many bytes at the beginning of a text are of this class. They end at the end of a character.
    #[must_use]
    #[inline(never)]
    pub fn run(self, text: &str) -> usize {
        let mut rest = text.as_bytes();
        // Tokens are long: eight bytes at a time, as long as all of them belong.
        while let [a, b, c, d, e, f, g, h, after @ ..] = rest {
            let first = classes_of(a) & classes_of(b) & classes_of(c) & classes_of(d);
            if first & classes_of(e) & classes_of(f) & classes_of(g) & classes_of(h) & self.0 == 0 {
                break;
            }
            rest = after;
        }
        while let [byte, after @ ..] = rest {
            if classes_of(byte) & self.0 == 0 {
                break;
            }
            rest = after;
        }
        text.len().saturating_sub(rest.len())
    }

    /// The beginning of a text that is of this class, and the rest.
    #[must_use]
    pub fn split(self, text: &str) -> (&str, &str) {
        text.split_at_checked(self.run(text)).unwrap_or((text, ""))
    }

    /// True for a text that is of this class from its beginning to its end; also for an empty one.
    #[must_use]
    pub fn is_all_of(self, text: &str) -> bool {
        self.run(text) == text.len()
    }

    /// True for a byte of this class.
    #[must_use]
    pub fn has(self, byte: u8) -> bool {
        classes_of(&byte) & self.0 != 0
    }
}

#[inline(always)]
fn classes_of(byte: &u8) -> u8 {
    TABLE.get(usize::from(*byte)).copied().unwrap_or_default()
}

/// The classes of each byte.
static TABLE: [u8; 256] = {
    let mut table = [0; 256];
    let mut index = 0;
    let mut byte = 0_u8;
    while index < 256 {
        #[allow(clippy::indexing_slicing, reason = "evaluated when compiled")]
        {
            table[index] = classes(byte);
        }
        byte = byte.wrapping_add(1);
        index = index.wrapping_add(1);
    }
    table
};

const fn classes(byte: u8) -> u8 {
    let alphanumeric = byte.is_ascii_alphanumeric();
    let printable = byte.is_ascii_graphic();
    let plain = byte != b'"' && byte != b'\\';
    let mut classes = 0;
    if printable || byte == b' ' {
        classes |= Class::TOKEN.0;
    }
    if printable && plain {
        classes |= Class::SCOPE.0;
    }
    if byte.is_ascii_digit() {
        classes |= Class::DIGIT.0;
    }
    if alphanumeric {
        classes |= Class::ALPHANUMERIC.0;
    }
    if alphanumeric || matches!(byte, b'*' | b'-' | b'.' | b'_') {
        classes |= Class::FORM.0;
    }
    if alphanumeric
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
    {
        classes |= Class::NAME.0;
    }
    if byte >= b' ' && plain {
        classes |= Class::JSON.0;
    }
    if alphanumeric || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/') {
        classes |= Class::TOKEN68.0;
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts_wherever_it_stands() {
        for class in [Class::TOKEN, Class::SCOPE, Class::FORM, Class::JSON] {
            for byte in 0..=127_u8 {
                for place in 0..24 {
                    let mut text = vec![b'a'; 24];
                    text[place] = byte;
                    let expected = if class.has(byte) { 24 } else { place };
                    assert_eq!(class.run(std::str::from_utf8(&text).unwrap()), expected, "{class:?} {byte} {place}");
                }
            }
        }
    }

    #[test]
    fn a_run_ends_before_the_first_character_of_another_class() {
        assert_eq!(Class::TOKEN.split("a b~é"), ("a b~", "é"));
        assert_eq!(Class::JSON.split("aé😀\u{7f}\"b"), ("aé😀\u{7f}", "\"b"));
        assert_eq!(Class::JSON.split("a\nb"), ("a", "\nb"));
        assert_eq!(Class::DIGIT.split("x"), ("", "x"));
        assert_eq!(Class::FORM.split("a*-._+"), ("a*-._", "+"));
        assert!(Class::SCOPE.is_all_of("!#[]~") && Class::SCOPE.is_all_of(""));
        for text in [" ", "\"", "\\", "\u{7f}", "é"] {
            assert!(!Class::SCOPE.is_all_of(text), "{text}");
        }
        assert!(Class::NAME.has(b'|') && !Class::NAME.has(b':') && !Class::NAME.has(0xe9));
        assert!(Class::TOKEN68.is_all_of("aZ0-._~+/") && !Class::TOKEN68.has(b'='));
        assert!(Class::ALPHANUMERIC.is_all_of("aZ0") && !Class::ALPHANUMERIC.has(b'-'));
    }
}
