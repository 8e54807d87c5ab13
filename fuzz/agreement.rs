//! What the reader owes to `serde_json`: the same answer to every text, apart from the differences it documents.
//! Shared by the property tests and the fuzz target.
use onbehalf::json::{Document, MAX_DEPTH, Malformed, Value};
use serde_json::Value as Theirs;

/// Panics where the two disagree.
pub fn check(text: &str) {
    let ours = Document::parse(text);
    let theirs = serde_json::from_str::<Theirs>(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => assert!(same(ours.root(), &theirs), "{text:?}: {theirs}"),
        (Ok(_), Err(theirs)) => assert!(documented(&theirs.to_string()), "{text:?}: {theirs}"),
        (Err(Malformed::TooDeep), _) => assert!(depth(text) > MAX_DEPTH, "{text:?}"),
        (Err(Malformed::Syntax), theirs) => assert!(theirs.is_err(), "{text:?}"),
    }
}

/// Whether this error of `serde_json` stands for something the reader takes on purpose.
fn documented(error: &str) -> bool {
    // The second is how it words a lone surrogate before something that is no escape.
    ["lone leading surrogate", "unexpected end of hex escape", "number out of range"]
        .iter()
        .any(|known| error.starts_with(known))
}

/// How deep the brackets of a text go, those in its strings included.
fn depth(text: &str) -> usize {
    let mut depth: usize = 0;
    let mut most = 0;
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth = depth.saturating_add(1),
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = depth.max(most);
    }
    most
}

/// Equal, in the view of the one method that answers for the type and of none else.
pub fn same(ours: Value<'_, '_>, theirs: &Theirs) -> bool {
    let views = [
        ours.is_null(),
        ours.as_bool().is_some(),
        ours.as_f64().is_some(),
        ours.as_str().is_some(),
        ours.elements().is_some(),
        ours.members().is_some(),
    ];
    let equal = match theirs {
        Theirs::Null => ours.is_null(),
        Theirs::Bool(theirs) => ours.as_bool() == Some(*theirs),
        Theirs::Number(theirs) => same_number(ours, theirs),
        Theirs::String(theirs) => ours.as_str().as_deref() == Some(theirs.as_str()),
        Theirs::Array(theirs) => ours.elements().is_some_and(|ours| {
            let ours: Vec<Value<'_, '_>> = ours.collect();
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(*ours, theirs))
        }),
        Theirs::Object(theirs) => {
            ours.members().is_some_and(|mut members| members.all(|(name, _)| theirs.contains_key(name.as_ref())))
                && theirs.iter().all(|(name, theirs)| ours.get(name).is_some_and(|ours| same(ours, theirs)))
        }
    };
    equal && views.iter().filter(|view| **view).count() == 1
}

fn same_number(ours: Value<'_, '_>, theirs: &serde_json::Number) -> bool {
    let (Some(ours_float), Some(float)) = (ours.as_f64(), theirs.as_f64()) else {
        return false;
    };
    // Past the largest, an integer is cut to it.
    let cut = ours.text().bytes().all(|byte| byte.is_ascii_digit()).then_some(u64::MAX);
    ours.as_u64() == theirs.as_u64().or(cut) && (theirs.is_i64() && ours_float == float || close(ours_float, float))
}

/// No further apart than a few units in the last place, below the normal range too.
pub fn close(ours: f64, exact: f64) -> bool {
    let room = exact.abs() * 4.0 * f64::EPSILON + 1e-323;
    (ours - exact).abs() <= room || exact.abs() > 1.797_693_134_862_315e308 && ours.abs() == f64::INFINITY
}
