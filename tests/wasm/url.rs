//! The same vectors as `tests/native` reads: the host's `URL` and the `url` crate have to agree.

use onbehalf::policy::discovery::candidates;
use onbehalf::policy::preset::PresetDiscovery;
use onbehalf::url::{HttpsPolicy, Url};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn hosts_are_read_as_whatwg_says() {
    let read = |text: &str| Url::parse(text).map(|url| (url.origin(), url.path().to_owned(), url.is_loopback()));
    let found = |origin: &str, path: &str, loopback: bool| Some((origin.into(), path.into(), loopback));
    assert_eq!(read("https://AS.example:443/t"), found("https://as.example", "/t", false));
    assert_eq!(read("http://127.1:8080"), found("http://127.0.0.1:8080", "/", true));
    assert_eq!(read("http://0x7f.1/a/../b"), found("http://127.0.0.1", "/b", true));
    assert_eq!(read("http://[::1]:9/x"), found("http://[::1]:9", "/x", true));
    assert_eq!(read("http://127.0.0.1.example"), found("http://127.0.0.1.example", "/", false));
    assert_eq!(read("//as.example/t"), None);
    assert_eq!(read("https://as.example/a b"), None);
    assert_eq!(read(" https://as.example"), None);
}

#[wasm_bindgen_test]
fn t04_what_is_no_endpoint_is_refused() {
    let https = HttpsPolicy { insecure_hosts: &[], loopback: false };
    let refused = [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:,x",
        "https://u:p@as.example",
        "https://as.example/#f",
        "http://as.example",
        "http://127.0.0.1",
    ];
    for text in refused {
        assert!(https.check(text, "endpoints.token", "the endpoint").is_err(), "{text}");
    }
    assert!(https.check("https://as.example/token?x=1", "endpoints.token", "the endpoint").is_ok());
}

#[wasm_bindgen_test]
fn p69_well_known_addresses() {
    let issuer = Url::parse("https://as.example/realms/a").unwrap();
    assert_eq!(
        candidates(&issuer, PresetDiscovery::Oidc),
        ["https://as.example/realms/a/.well-known/openid-configuration"]
    );
}
