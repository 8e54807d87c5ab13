//! The JSON reader: RFC 8259's edges, what it promises beyond `serde_json`, and agreement with it on everything else.
#![allow(clippy::arithmetic_side_effects, clippy::disallowed_macros, clippy::unwrap_used)]

#[path = "../../fuzz/agreement.rs"]
mod agreement;
mod property;

use agreement::{check, close};
use onbehalf::json::{Document, MAX_DEPTH, Malformed, Value};
use std::borrow::Cow;

fn read(text: &str) -> Document<'_> {
    Document::parse(text).unwrap()
}

fn refusal(text: &str) -> Option<Malformed> {
    check(text);
    Document::parse(text).err()
}

#[test]
fn takes_what_rfc_8259_allows() {
    let texts = r#"null|true|false|0|-0|1|-1|10|0.5|-0.5e-1|1E+2|1e00|""|[]|{}|[ ]|{ }|[1 , 2]|{ "a" : 1 , "b" : [ ] }
        |[[],{},[[]]]|{"":0}|"\"\\\/\b\f\n\r\t\u00e9"|"\uD834\uDD1E"|"\u0000"|{"a":{"a":{"a":null}}}
        |123456789012345678901234567890|0.1e-400|[1e22,1E-22]|{"a":1,"a":[]}"#;
    for text in texts.split('|').chain([" \t\r\n1 \t\r\n", "\"\u{7f}\u{2028}\u{10FFFF}\""]) {
        assert_eq!(refusal(text), None, "{text}");
    }
}

#[test]
fn refuses_what_rfc_8259_does_not() {
    let texts = r#"|  |nul|nulll|True|NaN|Infinity|-|+1|01|-01|1.|.5|1.e1|1e|1e+|0x1|1 2|1,|-a|t|truf|nulL
        |[|]|[1|[1,|[1,]|[,1]|[1 2]|[1}|["a":1]|[1]]|{|}|{"a"|{"a":|{"a":1|{"a":1,|{"a":1,}|{,}|{a:1}|{1:1}|{"a" 1}
        |{"a":1 "b":2}|{"a":1]|{"a":}|{}{}|'a'|"|"a|"\"|"\x"|"\u12"|"\u12g4"|"\|"\u|"a""b"|//a|/**/1"#;
    let bytes = "\"\n\"|\"\t\"|\"\0\"|\"\u{1f}\"|\u{a0}1|1\u{FEFF}|\u{FEFF}|\u{FEFF}\u{FEFF}1|1\0|// a\n1";
    for text in texts.split('|').chain(bytes.split('|')) {
        assert_eq!(refusal(text), Some(Malformed::Syntax), "{text:?}");
    }
}

#[test]
fn skips_a_byte_order_mark() {
    assert_eq!(read("\u{FEFF} [7] ").root().text(), "[7]");
}

#[test]
fn each_type_has_one_view() {
    let text = r#"{"null":null,"bool":[true,false],"number":[0,-1,1.5],"string":"null","array":[],"object":{}}"#;
    // `check` asks every view of every value.
    assert_eq!(refusal(text), None);
    let document = read(text);
    let root = document.root();
    assert!(root.elements().is_none() && root.as_strings().is_none());
    assert_eq!(root.get("bool").unwrap().elements().unwrap().filter_map(Value::as_bool).count(), 2);
    assert!(root.get("array").unwrap().get("0").is_none());
    assert!(root.get("Null").is_none() && root.get("").is_none());
    assert_eq!(root.get("array").unwrap().as_strings(), Some(vec![]));
    assert_eq!(read(r#"["a","\u0062"]"#).root().as_strings(), Some(vec!["a".into(), "b".into()]));
    assert_eq!(read(r#"["a",1]"#).root().as_strings(), None);
}

#[test]
fn text_is_the_value_as_it_stands() {
    let text = r#" {"raw" : [ {"a" : "\u0061", "a":1e5} ] ,"next":"x"} "#;
    assert_eq!(read(text).root().get("raw").unwrap().text(), r#"[ {"a" : "\u0061", "a":1e5} ]"#);
    assert_eq!(read(text).root().get("next").unwrap().text(), "\"x\"");
    assert_eq!(read(text).root().text(), text.trim());
}

#[test]
fn reads_strings() {
    let text = |text| read(text).root().as_str().unwrap().into_owned();
    assert_eq!(text(r#""\"\\\/\b\f\n\r\té\u00e9\u0000""#), "\"\\/\u{8}\u{c}\n\r\téé\0");
    for (escaped, plain) in [
        (r#""\uD83D\ude00""#, "😀"),
        (r#""\ud83d""#, "\u{FFFD}"),
        (r#""\ude00""#, "\u{FFFD}"),
        (r#""a\ud83db""#, "a\u{FFFD}b"),
        (r#""\ud83d\n""#, "\u{FFFD}\n"),
        (r#""\ud83d\u0041""#, "\u{FFFD}A"),
        (r#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
        (r#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
        (r#""\\ud83d\"""#, "\\ud83d\""),
    ] {
        assert_eq!(text(escaped), plain, "{escaped}");
    }
    assert!(matches!(read("\"aé\"").root().as_str(), Some(Cow::Borrowed("aé"))));
    assert!(matches!(read("\"\"").root().as_str(), Some(Cow::Borrowed(""))));
}

#[test]
fn reads_integers() {
    for (text, integer) in [
        ("0", Some(0)),
        ("18446744073709551615", Some(u64::MAX)),
        ("9007199254740993", Some(9_007_199_254_740_993)),
        ("18446744073709551616", Some(u64::MAX)),
        ("184467440737095516159", Some(u64::MAX)),
        ("-0", None),
        ("-1", None),
        ("1.0", None),
        ("1e2", None),
        ("1e400", None),
        ("\"1\"", None),
        ("[1]", None),
    ] {
        assert_eq!(read(text).root().as_u64(), integer, "{text}");
    }
}

#[test]
fn reads_floats() {
    let float = |text: &str| read(text).root().as_f64().unwrap();
    // Exact where it matters: few digits, a small exponent.
    for text in
        ["0", "-0.0", "-3", "0.1", "0.3", "1.5", "3600.25", "123456.789", "1e22", "-1e-22", "9007199254740991e3"]
    {
        assert_eq!(float(text), text.parse::<f64>().unwrap(), "{text}");
    }
    for text in
        ["1.7976931348623157e292", "5e-324", "1e-320", "2.2250738585072014e-308", "123456789012345678901234567890"]
    {
        assert!(close(float(text), text.parse().unwrap()), "{text}: {:e}", float(text));
    }
    assert_eq!(float("1e400"), f64::INFINITY);
    assert_eq!(float("-1e99999999999"), f64::NEG_INFINITY);
    assert_eq!((float("1e-99999999999"), float("0e99999999999")), (0.0, 0.0));
    let zeros = "0".repeat(600);
    assert_eq!(float(&["1", &zeros, "e-600"].concat()), 1.0);
    assert_eq!(float(&["0.", &zeros, "1e601"].concat()), 1.0);
}

#[test]
fn of_members_of_one_name_the_last_counts() {
    let text = r#"{"a":1,"b":2,"a":{"a":3},"\u0061":4,"c":{"b":5}}"#;
    let document = read(text);
    let root = document.root();
    assert_eq!(root.get("a").and_then(Value::as_u64), Some(4));
    assert_eq!(root.get("b").and_then(Value::as_u64), Some(2));
    let names: Vec<String> = root.members().unwrap().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["a", "b", "a", "a", "c"]);
}

#[test]
fn bounds_depth() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let levels = MAX_DEPTH / open.bytes().filter(|byte| b"[{".contains(byte)).count();
        let text = |levels| [open.repeat(levels), "1".into(), close.repeat(levels)].concat();
        assert_eq!(refusal(&text(levels)), None);
        assert_eq!(refusal(&text(levels + 1)), Some(Malformed::TooDeep));
        assert_eq!(refusal(&open.repeat((1 << 20) / open.len())), Some(Malformed::TooDeep));
    }
}

#[test]
fn takes_a_mebibyte_of_anything() {
    let many = |part: &str| part.repeat((1 << 20) / part.len());
    let deep = ["[".repeat(63), "]".repeat(63), ",".into()].concat();
    for (text, refused) in [
        (format!("[{}1]", many("1,")), false),
        (format!("[{}1]", many(&deep)), false),
        (format!("\"{}\"", many("\\u00e9")), false),
        (format!("1{}", many("0")), false),
        (many(" "), true),
        (many("\\"), true),
        (many("\"a"), true),
    ] {
        assert_eq!(Document::parse(&text).is_err(), refused);
    }
    assert_eq!(read(&format!("[{}1]", many("1,"))).root().elements().unwrap().count(), 524_289);
    let members = format!("{{{}\"b\":2}}", many("\"a\":1,"));
    assert_eq!(read(&members).root().get("b").and_then(Value::as_u64), Some(2));
    assert_eq!(read(&format!("\"{}\"", many("\\u00e9"))).root().as_str().unwrap().chars().count(), 174_762);
}

#[test]
fn a_refusal_holds_nothing_of_the_text() {
    assert_eq!(format!("{:?}", refusal("{\"a\":\"s3cret\"")), "Some(Syntax)");
}

#[test]
fn a_name_is_found_by_what_it_means_and_not_by_how_it_is_written() {
    let document = read(r#"{"\u0061":1,"\\u0061":2}"#);
    assert_eq!(document.root().get("a").unwrap().text(), "1");
    assert_eq!(document.root().get(r"\u0061").unwrap().text(), "2");
    assert!(document.root().get(r"\\u0061").is_none());
}

#[test]
fn is_serialised_as_what_it_is() {
    let text = r#"{"a":[null,true,-1.5,"\u0061\n",{}],"b":"","":0}"#;
    let expected: serde_json::Value = serde_json::json!({ "a": [null, true, -1.5, "a\n", {}], "b": "", "": 0.0 });
    assert_eq!(serde_json::to_value(read(text).root()).unwrap(), expected);
}
