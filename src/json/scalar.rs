//! Numbers and strings as the first pass leaves them, turned into values.

/// Converts a text that the first pass has checked, when it is a number. One of up to 15 digits with an exponent within
/// ±22 is exact, others may be off in the last digits: the exact conversion of `core` would weigh more than this file.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let mut mantissa: u64 = 0;
    let mut exponent: i32 = 0;
    let (mut fraction, mut full) = (false, false);
    let mut rest = digits.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        if matches!(byte, b'e' | b'E') {
            break;
        }
        let longer = mantissa.checked_mul(10).and_then(|longer| longer.checked_add(u64::from(byte & 15)));
        match longer {
            _ if *byte == b'.' => fraction = true,
            Some(longer) if !full => {
                mantissa = longer;
                exponent = exponent.saturating_sub(i32::from(fraction));
            }
            // What does not fit any more only counts by its place.
            _ => {
                full = true;
                exponent = exponent.saturating_add(i32::from(!fraction));
            }
        }
    }
    let mut written: i32 = 0;
    let sign = rest.first();
    for digit in rest.iter().filter(|byte| byte.is_ascii_digit()) {
        written = written.saturating_mul(10).saturating_add(i32::from(digit & 15));
    }
    let written = if sign == Some(&b'-') { written.saturating_neg() } else { written };
    let size = scale(mantissa, exponent.saturating_add(written));
    Some(if text.starts_with('-') { -size } else { size })
}

/// `mantissa` times ten to the power of `exponent`.
fn scale(mantissa: u64, exponent: i32) -> f64 {
    if mantissa == 0 {
        return 0.0;
    }
    let mut value = mantissa as f64;
    let mut left = exponent.unsigned_abs();
    // In steps whose factor is exact: so is the result of one.
    while left > 0 && value > 0.0 && value < f64::INFINITY {
        let step = left.min(22);
        let mut factor = 1.0;
        for _ in 0..step {
            factor *= 10.0;
        }
        value = if exponent < 0 { value / factor } else { value * factor };
        left = left.saturating_sub(step);
    }
    value
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
