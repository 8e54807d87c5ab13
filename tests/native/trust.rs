//! Which hosts are believed and spoken to: endpoint origins, http, loopback, and how addresses are spelled.

use crate::discovery::RFC8414;
use crate::script::{START, client, config_error, discovering, discovery, exchange, metadata, try_client};
use onbehalf::error::ErrorCode;
use serde_json::{Value, json};

/// What becomes of a document with these members.
fn found(options: Value, members: Value) -> Result<(), (ErrorCode, String)> {
    let mut script = discovery(&discovering(options), START);
    script.request();
    match script.answers(metadata(members)).ends() {
        Ok(_) => Ok(()),
        error => Err(config_error(error)),
    }
}

fn refused(code: ErrorCode, field: &str) -> Result<(), (ErrorCode, String)> {
    Err((code, field.into()))
}

#[test]
fn t02_endpoint_origins_decide_where_discovered_endpoints_may_live() {
    let elsewhere = json!({ "token_endpoint": "https://token.example/t", "jwks_uri": "https://as.example/jwks" });
    assert_eq!(found(json!({}), elsewhere.clone()), Ok(()));
    assert_eq!(found(json!({ "endpointOrigins": "any" }), elsewhere.clone()), Ok(()));
    let origin = refused(ErrorCode::EndpointOrigin, "token_endpoint");
    assert_eq!(found(json!({ "endpointOrigins": "same-origin" }), elsewhere.clone()), origin);
    assert_eq!(found(json!({ "endpointOrigins": [] }), elsewhere.clone()), origin);
    assert_eq!(found(json!({ "endpointOrigins": ["https://other.example"] }), elsewhere.clone()), origin);
    assert_eq!(found(json!({ "endpointOrigins": ["https://TOKEN.example:443/"] }), elsewhere.clone()), Ok(()));
}

#[test]
fn t02_an_origin_is_scheme_host_and_port() {
    let same =
        |endpoint: &str| found(json!({ "endpointOrigins": "same-origin" }), json!({ "token_endpoint": endpoint }));
    assert_eq!(same("https://as.example/any/path?query"), Ok(()));
    assert_eq!(same("https://AS.example:443/t"), Ok(()));
    for endpoint in ["https://as.example:444/t", "https://as.example.evil.example/t", "https://sub.as.example/t"] {
        assert_eq!(same(endpoint), refused(ErrorCode::EndpointOrigin, "token_endpoint"), "{endpoint}");
    }
}

#[test]
fn t02_one_endpoint_elsewhere_refuses_the_whole_document_and_the_error_names_origin_and_option() {
    let client = discovering(json!({ "endpointOrigins": "same-origin" }));
    let mut script = discovery(&client, START);
    script.gets(RFC8414);
    let error = script.answers(metadata(json!({ "revocation_endpoint": "https://evil.example/r?x=y" }))).error();
    assert_eq!(config_error(Err::<(), _>(error.clone())), (ErrorCode::EndpointOrigin, "revocation_endpoint".into()));
    let message = error.message();
    assert!(message.contains("https://evil.example") && message.contains("endpointOrigins"), "{message}");
    assert!(!message.contains("x=y"), "{message}");
}

#[test]
fn t04_t11_endpoints_in_metadata_are_absolute_https_urls_without_user_info_or_fragment() {
    for member in ["token_endpoint", "authorization_endpoint", "jwks_uri", "end_session_endpoint"] {
        for address in [
            "",
            "/token",
            "token",
            "//as.example/token",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
            "ftp://as.example/token",
            "ws://as.example/token",
            "https://",
            "https://user@as.example/token",
            "https://:pass@as.example/token",
            "https://as.example/token#",
            "https://as.example/token#x",
            " https://as.example/token",
            "https://as.example/tok\nen",
            "https://as.example\u{202e}/",
            "blob:https://as.example/x",
        ] {
            let expected = refused(ErrorCode::InvalidEndpoint, member);
            assert_eq!(found(json!({}), json!({ member: address })), expected, "{member}: {address}");
        }
        assert_eq!(found(json!({}), json!({ member: "http://as.example/t" })), refused(ErrorCode::InsecureUrl, member));
        assert_eq!(found(json!({}), json!({ member: "https://as.example:8443/t?a=b" })), Ok(()));
    }
}

#[test]
fn t04_the_document_of_an_https_issuer_may_not_name_loopback_by_http() {
    for address in
        ["http://localhost:8080/t", "http://127.0.0.1/t", "http://[::1]/t", "http://2130706433/t", "http://0x7f.1/t"]
    {
        let members = json!({ "token_endpoint": address });
        assert_eq!(found(json!({}), members.clone()), refused(ErrorCode::InsecureUrl, "token_endpoint"), "{address}");
        // Its loopback by https is the user's own trust store's matter.
        let https = address.replace("http:", "https:");
        assert_eq!(found(json!({}), json!({ "token_endpoint": https })), Ok(()));
    }
    let allowed = json!({ "insecureHosts": ["LOCALHOST:8080"] });
    assert_eq!(found(allowed, json!({ "token_endpoint": "http://localhost:8080/t" })), Ok(()));
}

#[test]
fn t04_the_document_of_a_loopback_http_issuer_may_name_loopback_and_nothing_else_by_http() {
    let issuer = "http://127.0.0.1:8080";
    let by =
        |endpoint: &str| found(json!({ "issuer": issuer }), json!({ "issuer": issuer, "token_endpoint": endpoint }));
    assert_eq!(by("http://127.0.0.1:8080/t"), Ok(()));
    assert_eq!(by("http://localhost:9/t"), Ok(()));
    assert_eq!(by("https://token.example/t"), Ok(()));
    for endpoint in [
        "http://as.example/t",
        "http://0.0.0.0/t",
        "http://[::ffff:127.0.0.1]/t",
        "http://localhost.evil.example/t",
        "http://169.254.169.254/t",
    ] {
        assert_eq!(by(endpoint), refused(ErrorCode::InsecureUrl, "token_endpoint"), "{endpoint}");
    }
}

#[test]
fn x23_an_http_issuer_is_refused_but_on_loopback_and_at_named_hosts() {
    let issuer = |issuer: &str, hosts: Value| try_client(json!({ "issuer": issuer, "insecureHosts": hosts }));
    for refused in [
        "http://as.example",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://127.0.0.1.nip.example",
        "http://0.0.0.0",
    ] {
        let expected = (ErrorCode::InsecureUrl, "issuer".to_owned());
        assert_eq!(config_error(issuer(refused, json!([]))), expected, "{refused}");
        assert_eq!(config_error(issuer(refused, json!(["example", "as.example:81", "*"]))), expected, "{refused}");
    }
    for loopback in
        ["http://localhost", "http://localhost:8080/t", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]:80"]
    {
        assert!(issuer(loopback, json!([])).is_ok(), "{loopback}");
    }
    for hosts in [json!("as.example"), json!(["other.example", "AS.example"]), json!(["as.example:8080"])] {
        assert!(issuer("http://as.example:8080", hosts.clone()).is_ok(), "{hosts}");
    }
    // A port that a URL leaves out is a port all the same: it does not stand for all of them.
    for port in [80, 443, 21, 8443] {
        let hosts = json!([format!("AS.example:{port}")]);
        assert!(issuer(&format!("http://as.example:{port}"), hosts.clone()).is_ok(), "{hosts}");
        assert!(issuer("http://as.example:8080", hosts.clone()).is_err(), "{hosts}");
    }
    assert!(issuer("http://as.example", json!(["as.example:443"])).is_err());
    assert!(issuer("http://as21.example", json!(["as21.example:80"])).is_ok());
    assert!(issuer("http://as.example", json!(["as.example:021"])).is_err());
    assert!(issuer("http://[fe80::21]:8080", json!(["[FE80::0:21]"])).is_ok());
}

#[test]
fn x23_a_named_host_may_be_named_by_its_documents_too() {
    let issuer = "http://as.internal";
    let options = json!({ "issuer": issuer, "insecureHosts": ["as.internal"] });
    let by = |endpoint: &str| found(options.clone(), json!({ "issuer": issuer, "token_endpoint": endpoint }));
    assert_eq!(by("http://as.internal/t"), Ok(()));
    assert_eq!(by("http://other.internal/t"), refused(ErrorCode::InsecureUrl, "token_endpoint"));
}

#[test]
fn t04_given_endpoints_are_exempt_from_origins_but_not_from_https() {
    let with = |endpoint: &str| {
        try_client(json!({ "endpoints": { "token": endpoint }, "endpointOrigins": "same-origin" })).map(|_| ())
    };
    assert_eq!(with("https://token.example/t"), Ok(()));
    assert_eq!(with("http://localhost:8080/t"), Ok(()));
    assert_eq!(config_error(with("http://as.example/t")), (ErrorCode::InsecureUrl, "endpoints.token".into()));
}

#[test]
fn t04_t11_given_endpoints_are_absolute_or_paths_below_that_of_the_issuer() {
    let at = |issuer: &str, endpoint: &str| {
        let options = json!({ "issuer": issuer, "endpoints": { "token": endpoint } });
        try_client(options.clone()).map(|_| exchange(&client(options), json!({})).request().url)
    };
    for (issuer, endpoint, url) in [
        ("https://as.example", "/token", "https://as.example/token"),
        ("https://as.example/", "/token", "https://as.example/token"),
        ("https://as.example/t", "/token", "https://as.example/t/token"),
        ("https://as.example/t/", "/oauth2/token?v=2", "https://as.example/t/oauth2/token?v=2"),
        ("https://as.example/t", "/a/../token", "https://as.example/t/token"),
        ("https://as.example/t", "/", "https://as.example/t/"),
        ("https://as.example/t", "https://other.example:443/x", "https://other.example/x"),
    ] {
        assert_eq!(at(issuer, endpoint).unwrap(), url);
    }
    for endpoint in [
        "",
        "token",
        "//evil.example/token",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/../token",
        "/%2e%2e/token",
        "/a/../../token",
        "/token#x",
        "https://u@as.example/token",
        "javascript:alert(1)",
        "file:///x",
        "/to ken",
        "/token\n",
        "https:\\\\evil.example",
        "../token",
    ] {
        let expected = (ErrorCode::InvalidEndpoint, "endpoints.token".to_owned());
        assert_eq!(config_error(at("https://as.example/t", endpoint)), expected, "{endpoint}");
    }
}

#[test]
fn t04_an_endpoint_is_asked_for_as_it_was_understood_so_that_no_driver_reads_another_host() {
    for (address, url) in [
        ("https:\\\\as.example\\@evil.example/t", "https://as.example/@evil.example/t"),
        ("https:/as.example/t", "https://as.example/t"),
        ("HTTPS://AS.example:443/a/../t", "https://as.example/t"),
        ("https://ａｓ.example/t", "https://as.example/t"),
    ] {
        let client = discovering(json!({ "endpointOrigins": "same-origin" }));
        let mut script = exchange(&client, json!({}));
        script.gets(RFC8414).answers(metadata(json!({ "token_endpoint": address })));
        assert_eq!(script.request().url, url, "{address}");
    }
}
