//! Any answer of a well-known address: a document of this issuer whose endpoints may be spoken to, or a typed error.
//! `cargo +nightly fuzz run metadata -- -max_len=4096`
#![no_main]

#[path = "../flows.rs"]
mod flows;

use flows::{Parts, answer, client, outcome};
use libfuzzer_sys::fuzz_target;
use onbehalf::flow::CallOptions;
use onbehalf::url::Url;

fuzz_target!(|input: (bool, Parts)| {
    let (same_origin, parts) = input;
    let origins = if same_origin { "same-origin" } else { "any" };
    let client = client(&format!(
        r#"{{"issuer":"https://as.example","maxRetries":0,"discovery":{{"ttlMs":0}},"endpointOrigins":"{origins}"}}"#
    ));
    let flow = client.discover_server_metadata(CallOptions::default());
    let Some(Ok(found)) = outcome(flow, answer(parts)) else { return };
    for (member, address) in &found.endpoints {
        let url = Url::parse(address).expect(member);
        assert_eq!((url.href.as_str(), url.scheme()), (address.as_str(), "https"));
        assert!(!url.has_user_info && !url.has_fragment);
        assert!(!same_origin || url.origin() == "https://as.example");
    }
    serde_json::from_str::<serde_json::Value>(&found.to_json()).expect("it is JSON");
});
