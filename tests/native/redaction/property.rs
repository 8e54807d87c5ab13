//! Whatever a server writes around an echo and however it spells it, no part of a secret that counts is shown.

use onbehalf::secret::{Secret, clean, clean_each, clean_snippet, may_be_shown, retain_unsent};
use proptest::prelude::*;

/// A byte of a secret as somebody may write it.
fn spelled(byte: u8, way: u8) -> String {
    match way % 8 {
        0 => format!("%{byte:02X}"),
        1 => format!("%{byte:02x}"),
        2 => format!("%25{byte:02X}"),
        3 => format!("\\u{byte:04x}"),
        4 => format!("\\x{byte:02x}"),
        5 => format!("&#{byte};"),
        6 => format!("&#x{byte:x};"),
        _ => char::from(byte).to_string(),
    }
}

proptest! {
    #[test]
    fn a_part_of_a_secret_is_hidden_wherever_it_stands(
        secret in "[A-Za-z0-9._~-]{24,80}",
        (from, length) in (0_usize..8, 16_usize..40),
        before in ".{0,60}",
        after in ".{0,60}",
    ) {
        let part: String = secret.chars().skip(from).take(length).collect();
        prop_assume!(part.len() >= 16);
        let text = [before.as_str(), &part, &after].concat();
        let sent = [Secret::new("another-0123456789-secret"), Secret::new(secret.as_str())];
        for shown in [clean(&text, &sent), clean_snippet(&text, &sent)] {
            prop_assert!(!shown.contains(&part), "{shown}");
        }
        prop_assert!(!may_be_shown(&text, &sent));
    }

    #[test]
    fn one_way_of_escaping_hides_nothing_from_us(secret in "[!-~]{20,60}", way in 0_u8..8, plain in "[!-~]{16,20}") {
        let text: String = secret.bytes().map(|byte| spelled(byte, way)).collect();
        let sent = [Secret::new(secret.as_str())];
        // A word of the server beside it that is no part of it stays.
        let shown = clean(&[plain.as_str(), " ", &text].concat(), &sent);
        prop_assert!(shown.contains("‹redacted›") && !shown.contains(&text), "{shown}");
    }

    #[test]
    fn texts_that_are_looked_at_together_are_each_cleaned_as_by_itself(
        secret in "[ -~]{16,60}",
        pieces in prop::collection::vec((0_usize..40, 0_usize..30, "[%&\\\\ a-z]{0,4}", 0_u8..8), 1..8),
    ) {
        let sent = [Secret::new("another-0123456789-secret"), Secret::new(secret.as_str())];
        let texts: Vec<String> = pieces
            .iter()
            .map(|(from, length, between, way)| {
                let part: Vec<u8> = secret.bytes().skip(*from).take(*length).collect();
                let escaped: String = part.iter().map(|byte| spelled(*byte, *way)).collect();
                [&String::from_utf8(part).unwrap(), between, &escaped].map(String::as_str).concat()
            })
            .collect();
        let mut together = texts.clone();
        clean_each(&mut together.iter_mut().collect::<Vec<_>>(), &sent);
        let each: Vec<String> = texts.iter().map(|text| clean(text, &sent)).collect();
        prop_assert_eq!(together, each);
        let mut kept = texts.clone();
        retain_unsent(&mut kept, 0, &sent);
        let unsent: Vec<String> = texts.into_iter().filter(|text| may_be_shown(text, &sent)).collect();
        prop_assert_eq!(kept, unsent);
    }

    #[test]
    fn no_text_makes_it_fail(text in ".{0,400}", secrets in prop::collection::vec(".{0,60}", 0..4)) {
        let sent: Vec<Secret> = secrets.iter().map(|secret| Secret::new(secret.as_str())).collect();
        prop_assert!(clean(&text, &sent).encode_utf16().count() <= 512);
        prop_assert!(clean_snippet(&text, &sent).encode_utf16().count() <= 512);
    }
}
