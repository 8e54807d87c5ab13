//! 100 000 hostile answers through the flows (T69, X4): random bytes, fragments of JSON, damaged documents, odd headers. Each
//! has to end in a result or a typed error, without a panic and without a hang.

use crate::script::{self, Script, answer, client, discovering, exchange};
use crate::vectors::data;
use onbehalf::Client;
use onbehalf::base64;
use onbehalf::error::{Error, ErrorCode};
use onbehalf::flow::exchange_token::TokenExchangeRequest;
use onbehalf::flow::{CallOptions, Step};
use onbehalf::http::HttpResponse;
use onbehalf::policy::resource::{self, Next, OnRefusal, ResourceCall};
use onbehalf::secret::Secret;
use serde_json::json;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How many answers each test sends: some, so that the suite stays fast; `npm test` asks for all of them.
fn rounds() -> usize {
    std::env::var("ONBEHALF_HOSTILE_ANSWERS").map_or(6_000, |asked| asked.parse().unwrap())
}

/// xorshift64*: the same answers on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// Bytes of chance, read as the drivers read bodies.
    fn bytes(&mut self) -> String {
        let bytes: Vec<u8> = (0..self.below(48)).map(|_| self.below(256) as u8).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A row of pieces that documents are made of.
    fn pieces(&mut self) -> String {
        (0..self.below(20)).map(|_| self.pick(&PIECES)).collect()
    }

    /// A document with a few pieces in place of, or between, its own characters.
    fn damaged(&mut self, documents: &[&str]) -> String {
        let mut text: Vec<char> = self.pick(documents).chars().collect();
        for _ in 0..1 + self.below(3) {
            let at = self.below(text.len() + 1);
            let end = (at + self.below(8)).min(text.len());
            let piece: Vec<char> = if self.below(3) == 0 { vec![] } else { self.pick(&PIECES).chars().collect() };
            text.splice(at..end, piece);
        }
        text.into_iter().collect()
    }

    fn body(&mut self, documents: &[&str]) -> String {
        match self.below(4) {
            0 => self.bytes(),
            1 => self.pieces(),
            _ => self.damaged(documents),
        }
    }

    fn answer(&mut self, documents: &[&str]) -> HttpResponse {
        const STATUSES: [u16; 16] = [200, 200, 200, 200, 200, 0, 201, 204, 302, 400, 401, 403, 404, 429, 503, 65_535];
        let body = self.body(documents);
        let kind =
            self.pick(&["application/json", "application/json", "application/json;", "text/html", "a/b+json", ""]);
        let mut response = answer(STATUSES[self.below(STATUSES.len())], kind, body);
        for name in ["www-authenticate", "retry-after", "location", "content-type"] {
            if self.below(8) == 0 {
                let value = self.body(&CHALLENGES);
                response.headers.push((name.into(), value));
            }
        }
        response
    }
}

const PIECES: [&str; 44] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "\\u",
    "\\ud800",
    "\\n",
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "1e-9",
    "3600",
    "00",
    " ",
    "\n",
    "\0",
    "\u{feff}",
    "é",
    "𝄞",
    "\u{202e}",
    "=",
    "%",
    "%2f",
    "/",
    "//",
    "?",
    "#",
    "Bearer ",
    "access_token",
    "\"error\":",
    "\"token_type\":\"N_A\"",
    "\"expires_in\":",
    "\"scope\":",
    "\"issuer\":",
    "https://",
    "http://127.1/",
    "javascript:",
    "99999999999999999999",
];
const TOKENS: [&str; 5] = [
    r#"{"access_token":"issued","token_type":"Bearer","expires_in":3600,"scope":"a b","refresh_token":"r"}"#,
    r#"{"access_token":"issued","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"N_A"}"#,
    r#"{"access_token":"e30.e30.e30","token_type":"bearer","expires_in":"300","id_token":"a.b.c","authorization_details":[{"type":"x"}]}"#,
    r#"{"error":"invalid_grant","error_description":"no é","error_uri":"https://as.example/e","suberror":"x"}"#,
    r#"{"error":"interaction_required","interaction_uri":"https://as.example/i?x=1","claims":"{\"a\":{\"b\":null}}"}"#,
];
const DOCUMENTS: [&str; 3] = [
    r#"{"issuer":"https://as.example","token_endpoint":"https://as.example/token","jwks_uri":"https://as.example/jwks"}"#,
    r#"{"issuer":"https://as.example/","token_endpoint":"https://as.example/t?a=b","scopes_supported":["a","b"],"x":{"y":[1,2.5e3]}}"#,
    r#"{"issuer":"https://as.example","authorization_endpoint":"https://login.example/a","require_pushed_authorization_requests":true}"#,
];
const CHALLENGES: [&str; 6] = [
    r#"Bearer realm="a", error="invalid_token", error_description="x \"y\"""#,
    "Negotiate YWJj==, Basic realm=simple, DPoP algs=\"ES256\"",
    "Tue, 01 Jan 2030 00:00:12 GMT",
    "120",
    "https://evil.example:8443/x?y#z",
    "//evil.example/",
];

/// Answers every request of an operation by chance until it ends, and looks at the end in every way there is.
fn survives<T: std::fmt::Debug>(
    mut script: Script<T>,
    random: &mut Random,
    documents: &[&str],
) -> Result<T, ErrorCode> {
    for _ in 0..40 {
        match script.step() {
            Step::Send(_) => script.answers(random.answer(documents)),
            Step::Wait(_) => script.input(onbehalf::flow::Input::Elapsed),
            Step::Authenticate(_) => panic!("nobody asked the host"),
            Step::Done(Ok(value)) => return Ok(value),
            Step::Done(Err(error)) => return Err(typed(error)),
        };
    }
    panic!("more steps than any operation has");
}

fn typed(error: Error) -> ErrorCode {
    let code = error.code();
    assert_ne!(code, ErrorCode::InternalError, "{error:?}");
    let message = error.message();
    assert!(!message.is_empty() && !message.chars().any(char::is_control), "{message:?}");
    assert!(message.chars().count() < 1500, "{message}");
    data(&error.to_json());
    code
}

/// The codes that came out, so that a test can say that its answers reached what they were made for.
fn walk(seed: u64, mut one: impl FnMut(&mut Random) -> Option<ErrorCode>) -> (usize, Vec<ErrorCode>) {
    let (mut random, mut successes, mut codes) = (Random(seed), 0, Vec::new());
    for _ in 0..rounds() {
        match one(&mut random) {
            None => successes += 1,
            Some(code) if !codes.contains(&code) => codes.push(code),
            Some(_) => {}
        }
    }
    (successes, codes)
}

#[test]
fn t69_x4_token_answers() {
    let clients = [
        client(json!({})),
        client(
            json!({ "preset": "keycloak", "auth": { "type": "post", "clientId": "agent", "clientSecret": "agent-secret" } }),
        ),
        client(json!({ "preset": { "id": "m", "response": { "payload": ["scope"], "assumeBearer": true } } })),
    ];
    let mut turn = 0;
    let (successes, codes) = walk(0x9E37_79B9_7F4A_7C15, |random| {
        turn += 1;
        let request = TokenExchangeRequest {
            subject_token: script::SUBJECT.into(),
            scope: vec!["a".into(), "b".into()],
            verify_issued: turn % 7 == 0,
            ..TokenExchangeRequest::default()
        };
        let script = Script::new(clients[turn % clients.len()].exchange_token(request, CallOptions::default()));
        survives(script, random, &TOKENS)
            .map(|token| {
                assert!(
                    token.access_token.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) || turn % clients.len() == 2
                );
                assert!(!token.access_token.is_empty() && token.expires_in.is_none_or(|life| life <= 315_360_000));
                data(&token.to_json());
            })
            .err()
    });
    assert!(successes > rounds() / 200, "{successes} answers were accepted");
    assert!(codes.len() >= 7, "{codes:?}");
}

/// A template reads every answer to a first request as the flow does.
#[test]
fn t69_x4_token_answers_to_a_template() {
    let client = client(json!({ "maxRetries": 0 }));
    let request = TokenExchangeRequest {
        subject_token: script::SUBJECT.into(),
        scope: vec!["a".into(), "b".into()],
        ..TokenExchangeRequest::default()
    };
    let template = client.exchange_template(request.clone(), CallOptions::default(), script::START).unwrap();
    let (successes, codes) = walk(0xA076_1D64_78BD_642F, |random| {
        let answer = random.answer(&TOKENS);
        let read = template.read(script::SUBJECT, &answer, script::START);
        let mut script = Script::new(client.exchange_token(request.clone(), CallOptions::default()));
        script.request();
        let flow = script.answers(answer.clone()).ends();
        assert!(read == flow.as_ref().ok().cloned(), "{}", answer.body);
        flow.map_err(typed).err()
    });
    assert!(successes > rounds() / 200, "{successes} answers were accepted");
    assert!(codes.len() >= 7, "{codes:?}");
}

#[test]
fn t69_x4_metadata_answers() {
    let never_kept = |issuer: &str| {
        discovering(
            json!({ "issuer": issuer, "discovery": { "ttlMs": 0 }, "maxRetries": 1, "endpointOrigins": "same-origin" }),
        )
    };
    let clients: [Rc<Client>; 2] = [never_kept("https://as.example"), never_kept("https://as.example/t")];
    let mut turn = 0;
    let (successes, codes) = walk(0xD1B5_4A32_D192_ED03, |random| {
        turn += 1;
        let script = script::discovery(&clients[usize::from(turn % 8 == 0)], script::START);
        survives(script, random, &DOCUMENTS)
            .map(|found| {
                assert!(found.endpoints.iter().all(|(_, address)| address.starts_with("https://as.example")));
                data(&found.to_json());
            })
            .err()
    });
    assert!(successes > rounds() / 100, "{successes} answers were accepted");
    assert!(codes.len() >= 7, "{codes:?}");
}

/// What an exchange of a subject token of so many bytes makes of an answer, and how long that takes.
fn time(length: usize, answer: HttpResponse) -> Duration {
    let subject = "abcdefghijklmno.".repeat(length / 16);
    let arguments = json!({ "subjectToken": subject, "subjectTokenType": "urn:ietf:params:oauth:token-type:saml2" });
    let mut script = exchange(&client(json!({ "maxRetries": 0 })), arguments);
    script.request();
    let start = Instant::now();
    typed(script.answers(answer).error());
    start.elapsed()
}

#[test]
fn t69_a_flood_of_what_looks_like_parts_of_a_long_token_does_not_hang() {
    let words: String = (0..60_000).map(|word| format!("{word:016} ")).collect();
    for flood in
        [words.as_str(), &"aaaaaaaaaaaaaaaa ".repeat(60_000), &"%61".repeat(300_000), &"\\u0061".repeat(170_000)]
    {
        for body in [json!({ "error": "x", "error_description": flood }).to_string(), flood.to_owned()] {
            // Without optimisation the long one takes seconds that say nothing.
            for length in if cfg!(debug_assertions) { vec![65_536] } else { vec![65_536, 1_048_576] } {
                let taken = time(length, answer(500, "text/plain", body.clone()));
                assert!(taken < Duration::from_secs(2), "{taken:?} for {length} bytes");
            }
        }
    }
}

#[test]
fn t69_a_mebibyte_of_brackets_challenges_or_members_does_not_hang() {
    let many = |piece: &str| piece.repeat((1 << 20) / piece.len());
    for body in [
        many("["),
        many("{\"a\":"),
        many("\"\\u00"),
        many("{\"error\":1,"),
        ["{", &many("\"error\":\"x\","), "\"error\":\"y\"}"].concat(),
    ] {
        assert!(time(16, answer(400, "application/json", body)) < Duration::from_secs(2));
    }
    for header in [many("Bearer a=b, "), many("a,"), many("\""), many("Bearer x=\"\\\\\","), many("a=b,")] {
        let taken = time(16, script::with_header(answer(401, "", ""), "www-authenticate", &header[..65_536]));
        assert!(taken < Duration::from_secs(2), "{taken:?} for {}", &header[..20]);
    }
}

/// Letters in no order, so that no part of them comes twice.
fn letters(length: usize) -> String {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    (0..length).map(|_| char::from(b'a' + u8::try_from(random.below(26)).unwrap())).collect()
}

#[test]
fn t69_many_scopes_beside_a_long_token_do_not_hang() {
    let scopes: Vec<String> = (0..2_500).map(|scope| format!("contacts:read:{scope:06}")).collect();
    let issued = json!({ "refresh_token": letters(131_072), "scope": scopes.join(" ") });
    let mut script = exchange(&client(json!({})), json!({ "subjectToken": "a" }));
    script.request();
    let start = Instant::now();
    let token = script.answers(script::token(issued)).ends().unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(token.scope, scopes);
}

#[test]
fn t69_many_challenges_to_a_long_token_do_not_hang() {
    let params: Vec<String> = (0..63).map(|at| format!("name%25{at:016}=\"value%25{at:016}\"")).collect();
    let header = ["Bearer ", &params.join(", ")].concat();
    let subject = letters(65_536);
    let mut script = exchange(&client(json!({ "maxRetries": 0 })), json!({ "subjectToken": subject }));
    script.request();
    let start = Instant::now();
    typed(script.answers(script::with_header(answer(401, "", ""), "www-authenticate", &header)).error());
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let asked: Vec<String> = (0..64).map(|scope| format!("%25{scope:016}")).collect();
    let header = format!("Bearer error=\"insufficient_scope\", scope=\"{} {}\"", asked.join(" "), &subject[9..60]);
    let start = Instant::now();
    let mut call =
        ResourceCall { on_refusal: OnRefusal::Exchange, scope: "a".into(), claims: None, left: resource::ATTEMPTS };
    assert_eq!(call.next(403, &header, &Secret::new(subject.as_str())), Next::Again);
    assert!(!call.scope.contains(&subject[9..60]), "an echo is not asked for");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn t69_a_caller_who_hands_in_scopes_without_end_does_not_hang() {
    let scopes: Vec<String> = (0..40_000).map(|scope| scope.to_string()).collect();
    for scope in [json!(scopes), json!(scopes.join(" "))] {
        let start = Instant::now();
        let mut script = exchange(&client(json!({})), json!({ "subjectToken": "a", "scope": scope }));
        assert_eq!(script::config_error(script.ends()), (ErrorCode::InvalidOption, "scope".into()));
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    }
}

/// What 1000 scopes, or 1000 audiences, are held against takes no time that grows with both.
#[test]
fn t69_a_mebibyte_of_scopes_or_audiences_for_a_thousand_does_not_hang() {
    let asked: Vec<String> = (0..1000).map(|name| format!("{}{name:04}", "a".repeat(1000))).collect();
    let last = asked.last().unwrap();
    let flood = [vec!["b".to_owned(); 400_000], vec![last.clone(); 100]].concat();
    let issued = |claims: serde_json::Value| {
        let claims = base64::encode(claims.to_string().as_bytes()).replace('+', "-").replace('/', "_").replace('=', "");
        format!("e30.{claims}.c2ln")
    };
    let granted = json!({ "scope": flood.join(" ") });
    let echoed = json!({ "scope": vec!["c"; 400_000].join(" "), "access_token": issued(json!({ "aud": "x" })) });
    let named = json!({ "access_token": issued(json!({ "aud": vec!["c"; 150_000] })) });
    let short: Vec<String> = (0..999).map(|name| name.to_string()).chain(["c".into()]).collect();
    for (arguments, answer, left) in [
        (json!({ "scope": asked }), granted, Some(&asked[..999])),
        (json!({ "scope": short, "audience": "x", "verifyIssued": true }), echoed, Some(&short[..999])),
        (json!({ "audience": short, "verifyIssued": true }), named, None),
    ] {
        let start = Instant::now();
        let mut script = exchange(&client(json!({})), arguments);
        script.request();
        let missing = script.answers(script::token(answer)).ends().map(|token| token.missing_scopes).ok();
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        assert!(missing.as_deref() == left, "those that are missing, in their order");
    }
}
