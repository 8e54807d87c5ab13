//! Any answer of the token endpoint: a token that keeps the rules, or a typed error.
//! `cargo +nightly fuzz run token_answer -- -max_len=4096`
#![no_main]

#[path = "../flows.rs"]
mod flows;

use flows::{Parts, answer, client, outcome};
use libfuzzer_sys::fuzz_target;
use onbehalf::flow::CallOptions;
use onbehalf::flow::exchange_token::TokenExchangeRequest;

fuzz_target!(|input: (u8, Parts)| {
    let (options, parts) = input;
    let preset = if options & 1 == 0 { "rfc8693" } else { "keycloak" };
    let client = client(&format!(
        r#"{{"issuer":"https://as.example","endpoints":{{"token":"/token"}},"maxRetries":0,"preset":"{preset}"}}"#
    ));
    let request = TokenExchangeRequest {
        subject_token: "subject_jwt_token".into(),
        scope: vec!["a".into(), "b".into()],
        verify_issued: options & 2 != 0,
        ..TokenExchangeRequest::default()
    };
    let Some(Ok(token)) = outcome(client.exchange_token(request, CallOptions::default()), answer(parts)) else {
        return;
    };
    let texts = [Some(&token.access_token), token.refresh_token.as_ref(), token.id_token.as_ref()];
    for text in texts.into_iter().flatten() {
        assert!(!text.is_empty() && text.bytes().all(|byte| (0x20..=0x7e).contains(&byte)));
    }
    assert!(["Bearer", "DPoP", "N_A"].contains(&token.token_type.as_str()));
    assert!(token.expires_in.is_none_or(|life| life <= 315_360_000));
    serde_json::from_str::<serde_json::Value>(&token.to_json()).expect("it is JSON");
});
