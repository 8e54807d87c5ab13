//! Small text functions without the machinery of the standard library's own, which is not worth its bytes in the wasm.

/// A number in decimal digits.
#[must_use]
pub fn decimal(number: u64) -> String {
    // More digits than an u64 has.
    let mut digits = [0_u8; 20];
    let mut rest = number;
    let mut used: usize = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' | u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        used = used.saturating_add(1);
        if rest == 0 {
            break;
        }
    }
    digits.iter().skip(digits.len().saturating_sub(used)).map(|digit| char::from(*digit)).collect()
}

/// Where a part first stands in a text. `str::find` brings 3 KB of searcher.
#[must_use]
pub fn position(text: &str, part: &str) -> Option<usize> {
    let first = part.as_bytes().first();
    let here = |window: &[u8]| window.first() == first && window == part.as_bytes();
    text.as_bytes().windows(part.len().max(1)).position(here)
}

/// True when a part stands in a text.
#[must_use]
pub fn contains(text: &str, part: &str) -> bool {
    position(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_what_the_standard_library_prints() {
        for number in [0, 1, 9, 10, 404, 65_535, u64::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }
}
