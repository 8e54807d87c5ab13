//! Numbers and strings as the first pass leaves them, turned into values.

/// A number as it is handed to a visitor.
pub(super) enum Number {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
}

/// Converts a number that the first pass has checked. Integers are exact; an `f64` of up to 15 digits with an exponent
/// within ±22 too, others may be off in the last digits: the exact conversion of `core` would weigh more than this file.
pub(super) fn number(text: &str) -> Number {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let mut mantissa: u64 = 0;
    let mut exponent: i32 = 0;
    let mut written: i32 = 0;
    let (mut integer, mut full, mut fraction, mut minus) = (true, false, false, false);
    let mut bytes = digits.bytes();
    for byte in bytes.by_ref() {
        match byte {
            b'.' => (integer, fraction) = (false, true),
            b'0'..=b'9' => {
                let longer = mantissa.checked_mul(10);
                match longer.and_then(|value| value.checked_add(u64::from(byte & 15))) {
                    Some(longer) if !full => {
                        mantissa = longer;
                        exponent = exponent.saturating_sub(i32::from(fraction));
                    }
                    _ => {
                        (integer, full) = (false, true);
                        exponent = exponent.saturating_add(i32::from(!fraction));
                    }
                }
            }
            _ => {
                integer = false;
                break;
            }
        }
    }
    for byte in bytes {
        match byte {
            b'-' => minus = true,
            b'+' => {}
            _ => {
                let digit = i32::from(byte & 15);
                written = written.saturating_mul(10).saturating_add(digit);
            }
        }
    }
    if integer && !negative {
        return Number::Unsigned(mantissa);
    }
    if integer && let Some(value) = 0i64.checked_sub_unsigned(mantissa) {
        return Number::Signed(value);
    }
    if minus {
        written = written.saturating_neg();
    }
    let size = scale(mantissa, exponent.saturating_add(written));
    Number::Float(if negative { -size } else { size })
}

/// `mantissa` times ten to the power of `exponent`.
fn scale(mantissa: u64, exponent: i32) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let mut power = exponent.unsigned_abs();
    // One factor for the lower bits of the power, which cannot overflow, and 1e256 for the next: 1e512 is too large anyway.
    let mut factor = 1.0;
    for step in [1e1, 1e2, 1e4, 1e8, 1e16, 1e32, 1e64, 1e128] {
        if power & 1 == 1 {
            factor *= step;
        }
        power >>= 1;
    }
    let more = match power {
        0 => 1.0,
        1 => 1e256,
        _ => f64::INFINITY,
    };
    let value = mantissa as f64;
    if exponent < 0 { value / factor / more } else { value * factor * more }
}

/// Replaces the escapes in a string that the first pass has checked.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            plain.push(char);
            continue;
        }
        match chars.next() {
            Some('b') => plain.push('\u{8}'),
            Some('f') => plain.push('\u{C}'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('u') => {
                let mut code = hex(&mut chars);
                let mut ahead = chars.clone();
                if code & 0xFC00 == 0xD800 && ahead.next() == Some('\\') && ahead.next() == Some('u') {
                    let low = hex(&mut ahead);
                    if low & 0xFC00 == 0xDC00 {
                        code = ((code & 0x3FF) << 10 | low & 0x3FF).saturating_add(0x1_0000);
                        chars = ahead;
                    }
                }
                plain.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => plain.extend(other),
        }
    }
    plain
}

fn hex(chars: &mut std::str::Chars<'_>) -> u32 {
    let digits = chars.take(4).filter_map(|char| char.to_digit(16));
    digits.fold(0, |code, digit| code << 4 | digit)
}
