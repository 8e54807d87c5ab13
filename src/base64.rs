//! Base64 for `Authorization: Basic` and base64url for the parts of a JWT (RFC 4648).
//!
//! A few lines of our own: the base64 crate costs 3.8 KB of brotli in the wasm.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes with the standard alphabet and padding (RFC 4648 section 4).
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for chunk in bytes.chunks(3) {
        let mut bits: u32 = 0;
        for place in 0..3 {
            bits = (bits << 8) | u32::from(chunk.get(place).copied().unwrap_or(0));
        }
        for place in 0..4 {
            // The six bits at the top of the 24 are the next character.
            let sextet = usize::try_from((bits >> 18) & 63).unwrap_or(0);
            let character = if place <= chunk.len() { ALPHABET.get(sextet).copied() } else { None };
            text.push(character.unwrap_or(b'='));
            bits <<= 6;
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

/// Decodes base64url without padding (RFC 4648 section 5); `None` for any character outside the alphabet.
#[must_use]
pub fn decode_url(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|byte| matches!(byte, b'+' | b'/' | b'=')) { None } else { decode(text) }
}

/// Decodes base64 of either alphabet, with padding or without (RFC 4648 sections 4 and 5); `None` for any other character.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut text = text;
    while let Some(shorter) = text.strip_suffix('=') {
        text = shorter;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut bits: u32 = 0;
    let mut held: u32 = 0;
    for byte in text.bytes() {
        let sextet = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(sextet);
        held = held.wrapping_add(6);
        if held >= 8 {
            held = held.wrapping_sub(8);
            // The low eight bits of what is left are the byte; the mask above them is dropped by the cast.
            bytes.push((bits >> held) as u8);
        }
    }
    // A single left-over character holds no byte, and the bits left over must be zero.
    (held < 6 && bits.trailing_zeros() >= held).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_the_vectors_of_rfc_4648() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(plain.as_bytes()), encoded);
        }
        assert_eq!(encode(b"client:secret"), "Y2xpZW50OnNlY3JldA==");
    }

    #[test]
    fn decodes_base64url_and_nothing_else() {
        assert_eq!(decode_url("Zm9vYmFy").as_deref(), Some(b"foobar".as_slice()));
        assert_eq!(decode_url("Zm9vYg").as_deref(), Some(b"foob".as_slice()));
        assert_eq!(decode_url("-_8").as_deref(), Some([0xfb, 0xff].as_slice()));
        for text in ["Zg==", "Zm9v!", "Z", "Zh", "+/8", "Zm 9v"] {
            assert_eq!(decode_url(text), None, "{text}");
        }
    }
}
