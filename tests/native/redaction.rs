//! Attacks on redaction (X16, T58): secrets are planted wherever we send one, and a server echoes them wherever it can.
//! None may stand in a message, in plain data or in a `Debug` output.

mod debug;
mod property;
mod success;

use crate::script::{
    self, AGENT, Script, answer, bare, client, credentials, discovering, exchange_with, json_answer, with_header,
};
use crate::vectors::data;
use onbehalf::base64;
use onbehalf::error::Error;
use onbehalf::flow::Input;
use onbehalf::form;
use onbehalf::http::HttpResponse;
use onbehalf::protocol::rfc6749_client_authentication::basic;
use onbehalf::protocol::rfc6749_token::TokenSet;
use serde_json::{Value, json};

const SUBJECT: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJwbGFudGVkLXN1YmplY3QifQ.c2lnbmVkLXN1YmplY3Q";
const ACTOR: &str = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJwbGFudGVkLWFjdG9yIn0.c2lnbmVkLWFjdG9y";
const CLIENT_SECRET: &str = "planted~8Q-secret._of/the+client=";
const ODD_SECRET: &str = "plänted \"secret\" & <more> 100%\\";
const BEARER: &str = "planted-bearer-credential-5f1d";
const EXTRA: &str = "planted-extra-value-77ab";
const HEADER: &str = "planted-Header-value-91cC";
const CALL_HEADER: &str = "planted-call-header-value-02de";
const ASSERTION: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJwbGFudGVkIn0.cGxhbnRlZC1hc3NlcnRpb24";
/// As short as a secret may be that is looked for.
const SHORT: &str = "kY7~p2-Q";
const HOST_HEADER: &str = "planted-host-credential-33ef";

/// An exchange that sends every secret there is, with this client authentication, up to its request.
fn planted(auth: Value) -> Script<TokenSet> {
    let client = client(json!({ "auth": auth, "customHeaders": [["x-api-key", HEADER]], "maxRetries": 0 }));
    let arguments = json!({ "subjectToken": SUBJECT, "actorToken": ACTOR, "extra": [["api_key", EXTRA]] });
    let mut script = exchange_with(&client, arguments, json!({ "headers": [["x-call-key", CALL_HEADER]] }));
    if auth["type"] == "custom" {
        let mut asked = script.authenticates();
        asked.headers.push(("authorization".into(), ["Custom ", HOST_HEADER].concat()));
        let odd: String = url::form_urlencoded::byte_serialize(ODD_SECRET.as_bytes()).collect();
        let added = ["&client_assertion=", ASSERTION, "&client_secret=", &odd, "&otp=", SHORT].concat();
        let body = [asked.form.body(), &added].concat();
        script.input(Input::Authenticated(asked.headers, body));
    }
    script.request();
    script
}

/// Every way to authenticate, with the secrets that are sent then; with the first those that are always sent.
fn ways() -> Vec<(Value, Vec<String>)> {
    let always = [SUBJECT, ACTOR, EXTRA, HEADER, CALL_HEADER].map(String::from).to_vec();
    let with = |more: &[&str]| more.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let header = |secret: &str, raw| basic("agent", secret, raw).replace("Basic ", "");
    let secret = |kind: &str, secret: &str| json!({ "type": kind, "clientId": "agent", "clientSecret": secret });
    vec![
        (json!({ "type": "none" }), always),
        (secret("basic", CLIENT_SECRET), with(&[CLIENT_SECRET, &header(CLIENT_SECRET, false)])),
        (secret("basic", ODD_SECRET), with(&[ODD_SECRET, &header(ODD_SECRET, false)])),
        (
            script::merged(secret("basic", CLIENT_SECRET), json!({ "encoding": "raw" })),
            with(&[CLIENT_SECRET, &header(CLIENT_SECRET, true)]),
        ),
        (secret("post", CLIENT_SECRET), with(&[CLIENT_SECRET])),
        (secret("post", ODD_SECRET), with(&[ODD_SECRET])),
        (json!({ "type": "bearer", "accessToken": BEARER }), with(&[BEARER])),
        (
            json!({ "type": "multi_zone", "zones": [[script::ISSUER, "agent", CLIENT_SECRET]] }),
            with(&[CLIENT_SECRET, &header(CLIENT_SECRET, false)]),
        ),
        (json!({ "type": "custom" }), with(&[ASSERTION, HOST_HEADER, ODD_SECRET, SHORT])),
    ]
}

/// Stages an attack with each secret of each way to authenticate: `echo` makes the answer that holds it.
fn attack(echo: impl Fn(&str) -> HttpResponse) {
    for (auth, secrets) in ways() {
        for secret in &secrets {
            let error = planted(auth.clone()).answers(echo(secret)).error();
            shows_none(&error, std::slice::from_ref(secret));
        }
    }
}

/// How a secret is spelled by those who echo it.
fn spellings(secret: &str) -> Vec<String> {
    let quoted = Value::from(secret).to_string();
    let ascii: String =
        secret.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) }).collect();
    let query: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    vec![
        secret.to_owned(),
        form::encode(secret),
        query.replace('+', "%20"),
        query.replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d").replace("%7E", "%7e"),
        query,
        quoted[1..quoted.len() - 1].to_owned(),
        ascii.replace('"', "\\\""),
        secret.replace('/', "\\/"),
    ]
}

/// In no letter case either: hosts, schemes and names of parameters are made lower case before they are shown.
fn shows_none(error: &Error, secrets: &[String]) {
    let data = data(&error.to_json());
    let views = [error.message(), error.to_string(), format!("{error:?}"), format!("{error:#?}"), texts(&data)];
    for secret in secrets {
        for view in &views {
            assert!(!view.to_lowercase().contains(&secret.to_lowercase()), "{secret} stands in {view}");
        }
    }
}

/// All texts and names in a value, as they are.
fn texts(value: &Value) -> String {
    match value {
        Value::String(text) => [text, "\n"].concat(),
        Value::Array(elements) => elements.iter().map(texts).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| [name, "\n", &texts(value)].concat()).collect(),
        _ => String::new(),
    }
}

fn refusal(members: Value) -> HttpResponse {
    json_answer(400, script::merged(json!({ "error": "invalid_grant" }), members))
}

#[test]
fn a_secret_as_the_error_code() {
    attack(|secret| refusal(json!({ "error": secret })));
}

#[test]
fn a_secret_in_the_description() {
    attack(|secret| refusal(json!({ "error_description": (["the token ", secret, " is bad"].concat()) })));
}

#[test]
fn a_secret_in_the_error_uri() {
    attack(|secret| refusal(json!({ "error_uri": (["https://as.example/e?t=", secret].concat()) })));
}

#[test]
fn a_secret_in_the_claims() {
    attack(|secret| refusal(json!({ "claims": json!({ "a": secret }).to_string() })));
    attack(|secret| refusal(json!({ "claims": secret })));
}

#[test]
fn a_secret_in_the_address_for_the_user() {
    attack(|secret| refusal(json!({ "interaction_uri": (["https://as.example/consent?t=", secret].concat()) })));
    attack(|secret| refusal(json!({ "consent_url": (["https://as.example/", secret].concat()) })));
    attack(|secret| refusal(json!({ "consent_url": (["https://as.example/#", &form::encode(secret)].concat()) })));
}

#[test]
fn a_secret_in_an_error_with_status_200() {
    attack(|secret| json_answer(200, json!({ "error": "invalid_grant", "error_description": secret })));
}

#[test]
fn a_secret_in_a_challenge() {
    let quoted = |secret: &str| secret.replace('\\', "\\\\").replace('"', "\\\"");
    for status in [400, 401] {
        attack(|secret| with_header(bare(status), "www-authenticate", &format!("Bearer realm=\"{}\"", quoted(secret))));
        attack(|secret| {
            let challenge = format!("Basic, Bearer error_description=\"bad {}\", x={secret}", quoted(secret));
            with_header(refusal(json!({})), "www-authenticate", &challenge)
        });
        attack(|secret| with_header(bare(status), "www-authenticate", &["Negotiate ", secret].concat()));
    }
}

#[test]
fn a_secret_as_the_scheme_or_a_name_in_a_challenge() {
    attack(|secret| with_header(bare(401), "www-authenticate", secret));
    attack(|secret| with_header(bare(401), "www-authenticate", &["Bearer ", secret, "=\"x\""].concat()));
}

#[test]
fn a_secret_in_the_body_of_an_error_page() {
    for status in [400, 403, 404, 500, 502] {
        attack(|secret| answer(status, "text/html", format!("<h1>Bad request</h1><pre>{secret}</pre>")));
        attack(|secret| answer(status, "text/plain", secret));
        attack(|secret| json_answer(status, json!({ "message": secret, "error": { "detail": secret } })));
    }
}

#[test]
fn a_secret_in_the_whole_request_dumped_into_an_error() {
    for (auth, secrets) in ways() {
        let mut script = planted(auth.clone());
        let client = client(json!({ "auth": auth }));
        let mut again = exchange_with(&client, json!({ "subjectToken": SUBJECT, "actorToken": ACTOR }), json!({}));
        let dump = match again.step() {
            onbehalf::flow::Step::Send(request) => format!("{:?} {}", request.headers, request.body.unwrap()),
            _ => ["client_assertion=", ASSERTION].concat(),
        };
        shows_none(&script.answers(answer(500, "text/plain", &dump)).error(), &secrets);
        let mut script = planted(auth);
        shows_none(&script.answers(refusal(json!({ "error_description": dump }))).error(), &secrets);
    }
}

#[test]
fn a_secret_spelled_as_encoders_spell_it() {
    for (auth, secrets) in ways() {
        for secret in secrets {
            for spelling in spellings(&secret) {
                let description = ["x=1&secret=", spelling.as_str(), "&y=2"].concat();
                let shown = std::slice::from_ref(&spelling);
                let described = refusal(json!({ "error_description": description }));
                shows_none(&planted(auth.clone()).answers(described).error(), shown);
                let page = answer(500, "text/plain", ["{\"secret\":\"", &spelling, "\"}"].concat());
                shows_none(&planted(auth.clone()).answers(page).error(), shown);
            }
        }
    }
}

#[test]
fn a_secret_cut_off_at_either_end() {
    for token in [SUBJECT, ACTOR] {
        for part in [&token[..20], &token[token.len() - 20..], &token[10..40]] {
            for text in [part.to_owned(), [part, "..."].concat(), ["…", part, "…"].concat(), ["token=", part].concat()]
            {
                let described = refusal(json!({ "error_description": text }));
                let error = planted(json!({ "type": "none" })).answers(described).error();
                shows_none(&error, &[part.to_owned()]);
            }
        }
    }
}

#[test]
fn a_secret_wrapped_over_several_lines() {
    let lines: Vec<&str> = [&SUBJECT[..30], &SUBJECT[30..60], &SUBJECT[60..]].to_vec();
    let error =
        planted(json!({ "type": "none" })).answers(refusal(json!({ "error_description": lines.join("\n") }))).error();
    shows_none(
        &error,
        &lines.iter().map(|line| (*line).to_owned()).filter(|line| line.len() >= 16).collect::<Vec<_>>(),
    );
}

#[test]
fn a_secret_behind_a_flood_that_pushes_it_to_the_cut() {
    for flood in [0, 400, 500, 505, 511, 512, 513, 8100, 8180, 8191, 8192, 10_000] {
        attack(|secret| refusal(json!({ "error_description": (["x ".repeat(flood / 2).as_str(), secret].concat()) })));
        let error = planted(json!({ "type": "none" }))
            .answers(answer(500, "text/plain", ["x".repeat(flood).as_str(), " ", SUBJECT, SUBJECT].concat()))
            .error();
        shows_none(&error, &[SUBJECT.into(), SUBJECT[..16].into()]);
    }
}

#[test]
fn a_secret_in_the_target_of_a_redirect() {
    attack(|secret| with_header(bare(302), "location", &["https://as.example/?t=", secret].concat()));
    attack(|secret| with_header(bare(307), "location", &["https://", secret, "@as.example/"].concat()));
    attack(|secret| with_header(bare(308), "location", secret));
    attack(|secret| with_header(bare(302), "location", &["https://", secret, ".evil.example/"].concat()));
    attack(|secret| with_header(bare(302), "location", &[secret, "://evil.example/"].concat()));
    attack(|secret| with_header(bare(302), "location", &[secret, ":x"].concat()));
}

#[test]
fn a_secret_that_stands_in_retry_after() {
    attack(|secret| with_header(bare(503), "retry-after", secret));
}

#[test]
fn a_token_that_was_issued_beside_an_error() {
    let issued = "issued-access-token-4b7e-that-nobody-may-see";
    for refused in [
        answer(500, "application/json", format!("{{\"access_token\":\"{issued}\"}}")),
        answer(201, "application/json", format!("{{\"access_token\":\"{issued}\",\"token_type\":\"Bearer\"}}")),
        answer(302, "application/json", issued),
        answer(200, "text/html", issued),
        json_answer(200, json!({ "access_token": issued })),
        json_answer(200, json!({ "access_token": issued, "token_type": "mac" })),
        json_answer(200, json!({ "access_token": issued, "token_type": "Bearer", "scope": 5 })),
        json_answer(400, json!({ "access_token": issued, "error": "invalid_grant" })),
        json_answer(404, json!({ "access_token": issued })),
    ] {
        let error = planted(json!({ "type": "none" })).answers(refused).error();
        shows_none(&error, &[issued.to_owned()]);
    }
}

#[test]
fn an_extra_parameter_of_client_credentials() {
    let client = client(json!({ "auth": { "type": "post", "clientId": "agent", "clientSecret": CLIENT_SECRET } }));
    let mut script = credentials(&client, json!({ "extra": [["api_key", EXTRA]] }));
    script.request();
    let both = [EXTRA, " ", CLIENT_SECRET].concat();
    let error = script.answers(refusal(json!({ "error_description": both, "claims": both }))).error();
    shows_none(&error, &[EXTRA.into(), CLIENT_SECRET.into()]);
}

#[test]
fn a_custom_header_echoed_by_discovery() {
    for echo in [
        answer(500, "text/plain", HEADER),
        answer(403, "text/html", ["<p>", HEADER, "</p>"].concat()),
        script::metadata(json!({ "issuer": (["https://as.example/", HEADER].concat()) })),
        script::metadata(json!({ "token_endpoint": (["http://", HEADER, ".evil.example/t"].concat()) })),
        with_header(bare(302), "location", &["https://", HEADER, ".evil.example/"].concat()),
    ] {
        let client = discovering(json!({ "customHeaders": [["x-api-key", HEADER]], "maxRetries": 0 }));
        let mut script = script::discovery(&client, script::START);
        script.request();
        shows_none(&script.answers(echo.clone()).error(), &[HEADER.to_owned()]);
    }
}

#[test]
fn an_assertion_of_an_earlier_attempt() {
    let client = client(json!({ "auth": { "type": "custom" } }));
    let mut script = exchange_with(&client, json!({}), json!({}));
    for assertion in [ASSERTION, "eyJhbGciOiJFUzI1NiJ9.c2Vjb25k.c2Vjb25kLWFzc2VydGlvbg"] {
        let asked = script.authenticates();
        let body = [asked.form.body(), "&client_assertion=", assertion].concat();
        script.input(Input::Authenticated(asked.headers, body)).request();
        if assertion == ASSERTION {
            script.answers(with_header(bare(503), "retry-after", "1")).waits(1000..=1000);
        }
    }
    let error = script.answers(refusal(json!({ "error_description": (["replayed: ", ASSERTION].concat()) }))).error();
    shows_none(&error, &[ASSERTION.to_owned()]);
}

#[test]
fn words_of_the_server_stay_readable() {
    let description = "Token is not active; see https://docs.example/errors for the client agent and scope crm:read";
    let mut script = planted(json!({ "type": "basic", "clientId": "agent", "clientSecret": "secret" }));
    let error = script.answers(refusal(json!({ "error_description": description }))).error();
    assert!(error.message().ends_with(description), "{error}");
    let mut script = planted(json!({ "type": "custom" }));
    let error = script.answers(refusal(json!({ "error_description": description }))).error();
    assert!(error.message().ends_with(description), "{error}");
}

#[test]
fn the_basic_value_decodes_to_what_was_planted() {
    assert_eq!(base64::encode(b"agent:x"), "YWdlbnQ6eA==");
    assert!(ways().iter().all(|(_, secrets)| secrets.iter().all(|secret| secret.len() >= 8)));
}

#[test]
fn what_the_host_left_as_it_was_stays_readable() {
    let client = client(json!({ "auth": { "type": "custom" } }));
    let mut script = exchange_with(&client, json!({ "scope": "crm.contacts.read.everything" }), json!({}));
    let asked = script.authenticates();
    let added =
        "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=";
    let body = [asked.form.body(), added, ASSERTION].concat();
    script.input(Input::Authenticated(asked.headers, body)).request();
    let words = ["unknown scope crm.contacts.read.everything of ", AGENT.1, ", or client-assertion-type"].concat();
    let error = script.answers(refusal(json!({ "error_description": words }))).error();
    assert!(error.message().ends_with(&words), "{error}");
}

#[test]
fn an_address_that_is_no_page_is_not_handed_on() {
    for (uri, kept) in
        [("https://as.example/e", true), ("http://as.example/e", true), ("javascript:alert(1)", false), ("e", false)]
    {
        let error = planted(json!({ "type": "none" })).answers(refusal(json!({ "error_uri": uri }))).error();
        assert_eq!(data(&error.to_json())["errorUri"].is_string(), kept, "{uri}");
    }
}
