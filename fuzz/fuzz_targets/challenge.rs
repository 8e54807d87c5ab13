//! Any `WWW-Authenticate` value: challenges that, written strictly, are read the same again.
//! `cargo +nightly fuzz run challenge -- -max_len=1024`
#![no_main]

use libfuzzer_sys::fuzz_target;
use onbehalf::error::Challenge;
use onbehalf::protocol::rfc9110_challenge::parse;

fuzz_target!(|header: &str| {
    let challenges = parse(header);
    let written: Vec<String> = challenges.iter().map(write).collect();
    assert_eq!(parse(&written.join(", ")), challenges);
});

fn write(challenge: &Challenge) -> String {
    let params: Vec<String> = challenge
        .params
        .iter()
        .map(|(name, value)| format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    let token68 = challenge.token68.as_deref().unwrap_or_default();
    [&challenge.scheme, " ", token68, &params.join(", ")].concat().trim_end().to_owned()
}
