//! Numbers and strings as the first pass leaves them, turned into values.

use crate::text::number_of;

/// Converts a text that the first pass has checked, when it is a number. One of up to 15 digits with an exponent within
/// ±22 is exact, others may be off in the last digits: the exact conversion of `core` would weigh more than this file.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (digits, written) = digits.split_once(['e', 'E']).unwrap_or((digits, ""));
    let mut mantissa: u64 = 0;
    let mut exponent: i32 = 0;
    let (mut fraction, mut full) = (false, false);
    for byte in digits.bytes() {
        let longer = mantissa.checked_mul(10).and_then(|longer| longer.checked_add(u64::from(byte & 15)));
        match longer {
            _ if byte == b'.' => fraction = true,
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
    let magnitude = number_of(written.trim_start_matches(['+', '-'])).unwrap_or(0);
    let magnitude = i32::try_from(magnitude).unwrap_or(i32::MAX);
    let written = if written.starts_with('-') { magnitude.saturating_neg() } else { magnitude };
    let size = scale(mantissa, exponent.saturating_add(written));
    Some(if text.starts_with('-') { -size } else { size })
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
