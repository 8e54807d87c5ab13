//! Agreement with `serde_json` on texts of chance: well formed, damaged, and random.
use super::agreement::check;
use proptest::prelude::*;
use serde_json::Value;

/// Any JSON, with names from a small set, so that they repeat.
fn text() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a", "b", "c", "d", "e", "\\u0061", "f", ""]);
    let leaf = prop_oneof![
        prop::sample::select(vec!["null", "true", "1", "-1", "300", "1.5", "1e3", "\"a\"", "\"\"", "[]", "{}"])
            .prop_map(String::from),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| Value::from(number).to_string()),
        any::<String>().prop_map(|text| Value::from(text).to_string()),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        let member = (name.clone(), inner.clone()).prop_map(|(name, value)| format!("\"{name}\": {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|parts| format!("[{}]", parts.join(" ,"))),
            prop::collection::vec(member, 0..5).prop_map(|parts| format!("{{{}}}", parts.join(",\n"))),
        ]
    })
}

proptest! {
    #[test]
    fn agrees_with_serde_json(text in text()) {
        check(&text);
    }

    #[test]
    fn agrees_with_serde_json_on_damaged_text(
        text in text(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3u8, "[\\[\\]{}:,\"\\\\/ue0-9.+\\-dD \n\u{1}é\u{FEFF}]"), 1..4),
    ) {
        let mut chars: Vec<char> = text.chars().collect();
        for (index, edit, with) in edits {
            let at = index.index(chars.len() + 1);
            let end = if edit == 0 { at } else { chars.len().min(at + 1) };
            let with: &str = if edit == 1 { "" } else { &with };
            chars.splice(at..end, with.chars());
        }
        check(&chars.into_iter().collect::<String>());
    }
}

#[test]
fn survives_random_bytes() {
    const PARTS: &[u8] = b"{}[]:,\"\"\\u0019eE+-.truefalsn \n\xC3\xA9\x01dD8";
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize
    };
    for round in 0..100_000 {
        let length = random() % 24;
        let bytes: Vec<u8> =
            (0..length).map(|_| if round % 4 == 0 { random() as u8 } else { PARTS[random() % PARTS.len()] }).collect();
        check(&String::from_utf8_lossy(&bytes));
    }
}
