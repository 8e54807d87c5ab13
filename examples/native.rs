//! Drives a token exchange in a native program, with a blocking HTTP client.
//!
//! ```sh
//! ISSUER=http://127.0.0.1:9000 CLIENT_ID=agent CLIENT_SECRET=… SUBJECT_TOKEN=… AUDIENCE=crm cargo run --example native
//! ```

use onbehalf::client::options::{AuthData, AuthKind, ClientOptions};
use onbehalf::flow::exchange_token::TokenExchangeRequest;
use onbehalf::flow::{CallOptions, Failure, Flow, Input, Step};
use onbehalf::http::{HttpRequest, HttpResponse, Method};
use onbehalf::time::UnixMillis;
use onbehalf::{Client, Error};
use std::env;
use std::error::Error as StdError;
use std::rc::Rc;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn main() -> Result<(), Box<dyn StdError>> {
    let auth = AuthData {
        kind: AuthKind::Basic,
        client_id: Some(env::var("CLIENT_ID")?),
        client_secret: Some(env::var("CLIENT_SECRET")?),
        ..AuthData::default()
    };
    let options = ClientOptions { issuer: env::var("ISSUER")?, auth: Some(auth), ..ClientOptions::default() };
    let client = Rc::new(Client::new(options)?);
    let request = TokenExchangeRequest {
        subject_token: env::var("SUBJECT_TOKEN")?,
        audience: vec![env::var("AUDIENCE")?],
        ..TokenExchangeRequest::default()
    };
    let token = drive(client.exchange_token(request, CallOptions::default()))?;
    println!("{} token for {} seconds, scopes {:?}", token.token_type, token.expires_in.unwrap_or(0), token.scope);
    Ok(())
}

/// The whole driver: perform the step, resume the flow with what came of it.
fn drive<T>(mut flow: Flow<T>) -> Result<T, Error> {
    let mut input = None;
    loop {
        input = Some(match flow.resume(input, now()) {
            Step::Done(result) => return result,
            Step::Wait(millis) => {
                sleep(Duration::from_millis(millis));
                Input::Elapsed
            }
            Step::Send(request) => send(request).map_or(Input::Failed(Failure::Unreachable), Input::Response),
            // Only a client made with `AuthKind::Custom` asks for it.
            Step::Authenticate(request) => Input::Authenticated(request.headers, request.form.into_body()),
        });
    }
}

fn send(request: HttpRequest) -> Option<HttpResponse> {
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    let mut response = match request.method {
        Method::Get => {
            let get =
                request.headers.iter().fold(agent.get(&request.url), |get, (name, value)| get.header(name, value));
            get.call()
        }
        Method::Post => {
            let post =
                request.headers.iter().fold(agent.post(&request.url), |post, (name, value)| post.header(name, value));
            post.send(request.body.unwrap_or_default())
        }
    }
    .ok()?;
    let header = |(name, value): (&ureq::http::HeaderName, &ureq::http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers = response.headers().iter().filter_map(header).collect();
    Some(HttpResponse { status: response.status().as_u16(), headers, body: response.body_mut().read_to_string().ok()? })
}

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
