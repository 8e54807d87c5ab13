//! Drives a flow by a script: what it must ask for, what it is answered, and how much time passes.

use onbehalf::Client;
use onbehalf::client::options::ClientOptions;
use onbehalf::error::{Error, ErrorCode, ErrorDetails};
use onbehalf::flow::client_credentials::ClientCredentialsRequest;
use onbehalf::flow::exchange_token::TokenExchangeRequest;
use onbehalf::flow::{AuthenticateRequest, CallOptions, Failure, Flow, Input, Step};
use onbehalf::http::{HttpRequest, HttpResponse};
use onbehalf::protocol::rfc6749_token::TokenSet;
use onbehalf::protocol::rfc8414_metadata::DiscoveredMetadata;
use onbehalf::time::UnixMillis;
use serde_json::{Value, json};
use std::ops::RangeInclusive;
use std::rc::Rc;

/// When every script starts: 2030-01-01.
pub const START: UnixMillis = UnixMillis(1_893_456_000_000);
pub const ISSUER: &str = "https://as.example";
pub const TOKEN_ENDPOINT: &str = "https://as.example/token";
pub const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const SUBJECT: &str = "subject_jwt_token";
/// The User-Agent of a client that was given none.
pub const AGENT: (&str, &str) = ("user-agent", concat!("onbehalf/", env!("CARGO_PKG_VERSION")));

/// A client of [`ISSUER`] that knows its token endpoint, with further or other options.
pub fn client(options: Value) -> Rc<Client> {
    Rc::new(try_client(options).unwrap_or_else(|error| panic!("{error:?}")))
}

pub fn try_client(options: Value) -> Result<Client, Error> {
    let base = json!({ "issuer": ISSUER, "endpoints": { "token": TOKEN_ENDPOINT } });
    Client::new(ClientOptions::parse(&merged(base, options).to_string())?)
}

/// A client of [`ISSUER`] that has to discover, with further or other options.
pub fn discovering(options: Value) -> Rc<Client> {
    client(merged(json!({ "endpoints": null }), options))
}

/// `base` with the members of `over` in it or in place of its own.
pub fn merged(mut base: Value, over: Value) -> Value {
    if let Value::Object(over) = over {
        base.as_object_mut().unwrap().extend(over);
    }
    base
}

/// Code and field of a configuration error; panics on any other outcome.
pub fn config_error<T>(outcome: Result<T, Error>) -> (ErrorCode, String) {
    match outcome.map_err(|error| error.details().clone()) {
        Err(ErrorDetails::Config(error)) => {
            assert!(!error.message.is_empty());
            (error.code, error.field)
        }
        Err(other) => panic!("a configuration error is expected: {other:?}"),
        Ok(_) => panic!("a configuration error is expected"),
    }
}

pub struct Script<T> {
    flow: Flow<T>,
    input: Option<Input>,
    pub now: UnixMillis,
}

impl<T> Script<T> {
    pub fn new(flow: Flow<T>) -> Self {
        Self::at(flow, START)
    }

    pub fn at(flow: Flow<T>, now: UnixMillis) -> Self {
        Self { flow, input: None, now }
    }

    pub fn step(&mut self) -> Step<T> {
        self.flow.resume(self.input.take(), self.now)
    }

    /// The next step, which must be a request.
    pub fn request(&mut self) -> HttpRequest {
        match self.step() {
            Step::Send(request) => request,
            Step::Done(Err(error)) => panic!("a request is expected, not the end: {error:?}"),
            Step::Done(Ok(_)) => panic!("a request is expected, not success"),
            Step::Wait(millis) => panic!("a request is expected, not a wait of {millis} ms"),
            Step::Authenticate(_) => panic!("a request is expected, not an authentication"),
        }
    }

    /// The next step must be a POST of exactly these headers and fields, in this order.
    pub fn posts(&mut self, url: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> &mut Self {
        let request = self.request();
        assert_eq!(form(&request), owned(fields));
        let ours = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
        assert_eq!(request.headers, owned(&[&ours, headers].concat()));
        assert_eq!((request.method.as_str(), request.url.as_str(), request.share), ("POST", url, false));
        self
    }

    /// The next step must be a GET that may be shared, with exactly these headers beside `accept`.
    pub fn gets_with(&mut self, url: &str, headers: &[(&str, &str)]) -> &mut Self {
        let request = self.request();
        assert_eq!((request.method.as_str(), request.url.as_str(), request.share), ("GET", url, true));
        assert_eq!(request.headers, owned(&[&[("accept", "application/json")], headers].concat()));
        assert_eq!(request.body, None);
        self
    }

    /// The next step must be a GET with our own headers only.
    pub fn gets(&mut self, url: &str) -> &mut Self {
        self.gets_with(url, &[AGENT])
    }

    /// The next step must be a wait of so many milliseconds; they pass.
    pub fn waits(&mut self, millis: RangeInclusive<u64>) -> &mut Self {
        match self.step() {
            Step::Wait(asked) => {
                assert!(millis.contains(&asked), "{asked} ms, not {millis:?}");
                self.now = self.now.plus(asked);
                self.input = Some(Input::Elapsed);
                self
            }
            Step::Done(Err(error)) => panic!("a wait is expected, not the end: {error:?}"),
            _ => panic!("a wait is expected"),
        }
    }

    /// The next step must ask the host to authenticate.
    pub fn authenticates(&mut self) -> Box<AuthenticateRequest> {
        match self.step() {
            Step::Authenticate(request) => request,
            _ => panic!("an authentication is expected"),
        }
    }

    pub fn answers(&mut self, answer: HttpResponse) -> &mut Self {
        self.input(Input::Response(answer))
    }

    pub fn fails(&mut self, failure: Failure) -> &mut Self {
        self.input(Input::Failed(failure))
    }

    pub fn input(&mut self, input: Input) -> &mut Self {
        self.input = Some(input);
        self
    }

    pub fn passes(&mut self, millis: u64) -> &mut Self {
        self.now = self.now.plus(millis);
        self
    }

    /// The next step must be the end.
    pub fn ends(&mut self) -> Result<T, Error> {
        match self.step() {
            Step::Done(result) => result,
            Step::Send(request) => panic!("the end is expected, not a request to {}", request.url),
            Step::Wait(millis) => panic!("the end is expected, not a wait of {millis} ms"),
            Step::Authenticate(_) => panic!("the end is expected, not an authentication"),
        }
    }

    pub fn error(&mut self) -> Error {
        match self.ends() {
            Ok(_) => panic!("an error is expected"),
            Err(error) => error,
        }
    }

    pub fn code(&mut self) -> ErrorCode {
        self.error().code()
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// The fields of a form in order, read by another decoder than ours.
pub fn form(request: &HttpRequest) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.body.as_deref().unwrap_or_default().as_bytes()).into_owned().collect()
}

/// The values of one field.
pub fn field(request: &HttpRequest, name: &str) -> Vec<String> {
    form(request).into_iter().filter(|(set, _)| set == name).map(|(_, value)| value).collect()
}

/// An exchange of [`SUBJECT`] with further arguments.
pub fn exchange(client: &Rc<Client>, arguments: Value) -> Script<TokenSet> {
    exchange_with(client, arguments, json!({}))
}

pub fn exchange_with(client: &Rc<Client>, arguments: Value, options: Value) -> Script<TokenSet> {
    try_exchange(client, arguments, options).unwrap_or_else(|error| panic!("{error:?}"))
}

pub fn try_exchange(client: &Rc<Client>, arguments: Value, options: Value) -> Result<Script<TokenSet>, Error> {
    let arguments = merged(json!({ "subjectToken": SUBJECT }), arguments).to_string();
    let call = CallOptions::parse(&options.to_string())?;
    Ok(Script::new(client.exchange_token(TokenExchangeRequest::parse(&arguments)?, call)))
}

pub fn credentials(client: &Rc<Client>, arguments: Value) -> Script<TokenSet> {
    let request = ClientCredentialsRequest::parse(&arguments.to_string()).unwrap();
    Script::new(client.client_credentials(request, CallOptions::default()))
}

pub fn discovery(client: &Rc<Client>, now: UnixMillis) -> Script<Rc<DiscoveredMetadata>> {
    Script::at(client.discover_server_metadata(CallOptions::default()), now)
}

pub fn answer(status: u16, content_type: &str, body: impl Into<String>) -> HttpResponse {
    let headers = if content_type.is_empty() { vec![] } else { vec![("Content-Type".into(), content_type.into())] };
    HttpResponse { status, headers, body: body.into() }
}

pub fn json_answer(status: u16, body: Value) -> HttpResponse {
    answer(status, "application/json", body.to_string())
}

pub fn bare(status: u16) -> HttpResponse {
    answer(status, "", "")
}

pub fn with_header(mut answer: HttpResponse, name: &str, value: &str) -> HttpResponse {
    answer.headers.push((name.into(), value.into()));
    answer
}

/// The answer to a successful exchange, with further or other members.
pub fn token(members: Value) -> HttpResponse {
    let base = json!({ "access_token": "issued_token", "token_type": "Bearer", "issued_token_type": ACCESS });
    json_answer(200, merged(base, members))
}

/// The metadata of [`ISSUER`], with further or other members.
pub fn metadata(members: Value) -> HttpResponse {
    json_answer(200, merged(json!({ "issuer": ISSUER, "token_endpoint": TOKEN_ENDPOINT }), members))
}
