//! When a request is sent again, how long the pause is, and when the time is over.

use crate::discovery::RFC8414;
use crate::script::{
    START, TOKEN_ENDPOINT, bare, client, credentials, discovering, discovery, exchange, exchange_with, json_answer,
    metadata, token, with_header,
};
use onbehalf::error::{Action, ErrorCode};
use onbehalf::flow::{Failure, Step};
use onbehalf::http::HttpResponse;
use serde_json::json;

fn later(status: u16, retry_after: &str) -> HttpResponse {
    with_header(bare(status), "Retry-After", retry_after)
}

#[test]
fn p38_an_exchange_is_repeated_on_429_503_and_temporarily_unavailable() {
    for refusal in [
        bare(429),
        bare(503),
        json_answer(429, json!({ "error": "slow_down" })),
        json_answer(503, json!({ "error": "server_error" })),
        json_answer(400, json!({ "error": "temporarily_unavailable" })),
    ] {
        let client = client(json!({}));
        for mut script in [exchange(&client, json!({})), credentials(&client, json!({}))] {
            let first = script.request();
            script.answers(refusal.clone()).waits(125..=250);
            assert!(first == script.request(), "the same request again");
            assert!(script.answers(token(json!({}))).ends().is_ok());
        }
    }
}

#[test]
fn p16_p38_x19_an_exchange_is_not_repeated_on_anything_else() {
    for answer in [
        bare(400),
        bare(401),
        bare(403),
        bare(404),
        bare(408),
        bare(500),
        bare(502),
        bare(504),
        bare(302),
        json_answer(400, json!({ "error": "invalid_grant" })),
        json_answer(400, json!({ "error": "invalid_scope" })),
        json_answer(400, json!({ "error": "unsupported_grant_type" })),
        json_answer(400, json!({ "error": "slow_down" })),
        json_answer(500, json!({ "error": "server_error" })),
        later(400, "1"),
        token(json!({ "access_token": null })),
    ] {
        let mut script = exchange(&client(json!({})), json!({}));
        script.request();
        script.answers(answer).error();
    }
    for failure in [Failure::Unreachable, Failure::Timeout, Failure::TooLarge(200), Failure::Redirected] {
        let mut script = exchange(&client(json!({})), json!({}));
        script.request();
        script.fails(failure).error();
    }
}

#[test]
fn p63_discovery_is_repeated_on_network_failures_429_502_503_and_504() {
    for status in [429, 502, 503, 504] {
        // A gateway may write its refusal as the members of an OAuth error.
        for refusal in [bare(status), json_answer(status, json!({ "error": "Bad Gateway" }))] {
            let mut script = discovery(&discovering(json!({})), START);
            script.gets(RFC8414).answers(refusal).waits(187..=188).gets(RFC8414);
            assert!(script.answers(metadata(json!({}))).ends().is_ok(), "{status}");
        }
    }
    let mut script = discovery(&discovering(json!({})), START);
    script.gets(RFC8414).fails(Failure::Unreachable).waits(187..=188).gets(RFC8414);
    assert!(script.answers(metadata(json!({}))).ends().is_ok());
    for status in [400, 401, 403, 500, 501] {
        let mut script = discovery(&discovering(json!({})), START);
        script.gets(RFC8414).answers(bare(status)).error();
    }
    let mut script = discovery(&discovering(json!({})), START);
    assert_eq!(script.gets(RFC8414).fails(Failure::Timeout).code(), ErrorCode::Timeout);
}

#[test]
fn each_address_of_discovery_has_its_own_retries() {
    let mut script = discovery(&discovering(json!({ "maxRetries": 1 })), START);
    script.gets(RFC8414).answers(bare(503)).waits(187..=188).gets(RFC8414).answers(bare(404));
    let openid = "https://as.example/.well-known/openid-configuration";
    script.gets(openid).answers(bare(503)).waits(187..=188).gets(openid).answers(bare(503));
    assert_eq!(script.code(), ErrorCode::HttpError);
}

#[test]
fn pauses_grow_and_end_with_max_retries() {
    for (options, retries) in
        [(json!({}), 3), (json!({ "maxRetries": 0 }), 0), (json!({ "maxRetries": 6, "timeoutMs": 60_000 }), 6)]
    {
        let mut script = exchange(&client(options), json!({}));
        script.request();
        for attempt in 0..retries {
            let longest = (250 << attempt).min(8000);
            script.answers(bare(503)).waits(longest / 2..=longest);
            script.request();
        }
        let error = script.answers(bare(503)).error();
        assert_eq!((error.code(), error.action(), error.retryable()), (ErrorCode::HttpError, Action::Wait, true));
    }
}

#[test]
fn pauses_are_spread_so_that_many_clients_do_not_come_back_at_once() {
    let pauses: std::collections::BTreeSet<u64> = (0..32)
        .map(|_| {
            let mut script = exchange(&client(json!({})), json!({}));
            script.request();
            match script.answers(bare(503)).step() {
                Step::Wait(millis) => millis,
                _ => panic!("a wait is expected"),
            }
        })
        .collect();
    assert!(pauses.len() > 8, "{pauses:?}");
}

#[test]
fn retry_after_in_seconds_is_kept_to() {
    let mut script = exchange(&client(json!({})), json!({}));
    script.request();
    script.answers(later(429, "7")).waits(7000..=7000).request();
    script.answers(later(503, " 0 ")).waits(0..=0).request();
    assert!(script.answers(token(json!({}))).ends().is_ok());
}

#[test]
fn retry_after_as_a_date_is_kept_to() {
    // The scripts start at Tue, 01 Jan 2030 00:00:00 GMT.
    for (date, pause) in [
        ("Tue, 01 Jan 2030 00:00:12 GMT", 12_000),
        ("Mon, 31 Dec 2029 23:59:59 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Tuesday, 01-Jan-30 00:00:12 GMT", 12_000),
        ("Tue Jan  1 00:00:12 2030", 12_000),
    ] {
        let mut script = exchange(&client(json!({})), json!({}));
        script.request();
        script.answers(later(503, date)).waits(pause..=pause).request();
    }
}

#[test]
fn a_retry_after_that_is_neither_is_no_word_of_the_server() {
    for value in ["", "soon", "-1", "1.5", "7s", "0x10", "１"] {
        let mut script = exchange(&client(json!({})), json!({}));
        script.request();
        script.answers(later(503, value)).waits(125..=250).request();
    }
}

#[test]
fn a_retry_after_longer_than_the_time_left_is_the_error_at_once() {
    for value in ["30", "31", "86400", "99999999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let mut script = exchange(&client(json!({})), json!({}));
        script.request();
        let error = script.answers(later(429, value)).error();
        assert!(error.retry_after_ms().is_some_and(|millis| millis >= 30_000), "{value}");
    }
    let mut script = exchange(&client(json!({})), json!({}));
    script.request();
    script.answers(later(429, "29")).waits(29_000..=29_000).request();
}

#[test]
fn x18_the_time_of_the_call_bounds_discovery_retries_and_waits_together() {
    let client = discovering(json!({ "timeoutMs": 60_000 }));
    let mut script = exchange_with(&client, json!({}), json!({ "timeoutMs": 10_000 }));
    script.gets(RFC8414).passes(4000).answers(later(503, "2")).waits(2000..=2000);
    script.gets(RFC8414).passes(2000).answers(metadata(json!({})));
    assert_eq!(script.request().url, TOKEN_ENDPOINT);
    // Eight seconds have passed.
    script.answers(later(503, "1")).waits(1000..=1000);
    assert_eq!(script.request().url, TOKEN_ENDPOINT);
    let error = script.answers(later(503, "1")).error();
    assert_eq!((error.code(), error.retry_after_ms()), (ErrorCode::HttpError, Some(1000)));
}

#[test]
fn x18_a_time_out_or_abort_during_a_wait_ends_the_operation() {
    let mut script = exchange(&client(json!({})), json!({}));
    script.request();
    script.answers(later(503, "5"));
    assert!(matches!(script.step(), onbehalf::flow::Step::Wait(5000)));
    assert_eq!(script.fails(Failure::Timeout).code(), ErrorCode::Timeout);
}

#[test]
fn prepared_requests_are_repeated_on_the_servers_word_only() {
    let prepared = json!({ "prepared": true });
    let mut script = exchange_with(&client(json!({})), json!({}), prepared.clone());
    script.request();
    assert_eq!(script.answers(bare(503)).code(), ErrorCode::HttpError);
    let mut script = exchange_with(&client(json!({})), json!({}), prepared);
    script.request();
    // No deadline: the caller waits as long as the caller likes.
    script.answers(later(503, "86400")).waits(86_400_000..=86_400_000).request();
    assert!(script.answers(token(json!({}))).ends().is_ok());
}

#[test]
fn failures_of_the_driver_have_their_codes_and_name_the_origin_only() {
    for (failure, code, action, retryable) in [
        (Failure::Timeout, ErrorCode::Timeout, Action::Network, true),
        (Failure::Unreachable, ErrorCode::Unreachable, Action::Network, true),
        (Failure::TooLarge(200), ErrorCode::ResponseTooLarge, Action::ServerFault, false),
        (Failure::TooLarge(503), ErrorCode::ResponseTooLarge, Action::Wait, true),
        (Failure::Redirected, ErrorCode::UnexpectedRedirect, Action::ServerFault, false),
    ] {
        let client = client(json!({ "endpoints": { "token": "https://as.example/secret-path?key=secret-query" } }));
        let mut script = exchange(&client, json!({}));
        script.request();
        let error = script.fails(failure).error();
        assert_eq!((error.code(), error.action(), error.retryable()), (code, action, retryable));
        let message = error.message();
        assert!(message.contains("https://as.example") && !message.contains("secret"), "{message}");
    }
}
