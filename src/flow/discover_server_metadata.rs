//! Discovery (RFC 8414 section 3, OpenID Connect Discovery section 4): the addresses in their order, once per time to live.

use crate::Client;
use crate::error::{Error, ErrorCode};
use crate::flow::{Call, CallOptions, Flow, Io};
use crate::http::{HttpRequest, HttpResponse};
use crate::policy::action::{Origin, cleaned, refused_status};
use crate::policy::discovery::{candidates, check_endpoints, is_elsewhere};
use crate::policy::retry::{Repeat, RetryBudget};
use crate::protocol::rfc8414_metadata::{self, DiscoveredMetadata};
use crate::time::UnixMillis;
use std::rc::Rc;

/// Retries of a shared request are not spread: callers that share it wait equally long and share the next one too.
const NO_JITTER: u8 = 128;

impl Client {
    /// The issuer's metadata.
    #[must_use]
    pub fn discover_server_metadata(self: &Rc<Self>, options: CallOptions) -> Flow<Rc<DiscoveredMetadata>> {
        let client = Rc::clone(self);
        Flow::new(|io| async move {
            let call = options.check(&client, io.now())?;
            // A prepared call is there to be sent: what is remembered would leave nothing to send.
            if let Some(outcome) = remembered(&client, &io).filter(|_| !call.prepared) {
                return outcome;
            }
            fetch_metadata(&io, &client, &call).await
        })
    }
}

/// The issuer's metadata, remembered or fetched.
pub(crate) async fn server_metadata(io: &Io, client: &Client, call: &Call) -> Result<Rc<DiscoveredMetadata>, Error> {
    if let Some(outcome) = remembered(client, io) {
        return outcome;
    }
    if client.metadata.is_none() {
        return Err(Error::config(
            ErrorCode::MissingEndpoint,
            "endpoints.token",
            "`endpoints.token` is required when `discovery` is false",
            &[],
        ));
    }
    if call.prepared {
        return Err(Error::config(
            ErrorCode::PrepareUnsupported,
            "endpoints.token",
            "no token endpoint is known yet and a prepared request does not discover it: give `endpoints.token`, or call discoverServerMetadata() before",
            &[],
        ));
    }
    fetch_metadata(io, client, call).await
}

fn remembered(client: &Client, io: &Io) -> Option<Result<Rc<DiscoveredMetadata>, Error>> {
    client.metadata.as_ref()?.lookup(io.now())
}

async fn fetch_metadata(io: &Io, client: &Client, call: &Call) -> Result<Rc<DiscoveredMetadata>, Error> {
    let outcome = try_candidates(io, client, call).await;
    // Another call that shared the requests may have remembered the same document already: then there is one copy of it.
    if !call.prepared
        && let Some(Ok(known)) = remembered(client, io)
    {
        return Ok(known);
    }
    if let Some(cache) = &client.metadata {
        cache.remember(&outcome, io.now());
    }
    outcome
}

async fn try_candidates(io: &Io, client: &Client, call: &Call) -> Result<Rc<DiscoveredMetadata>, Error> {
    let mut last_status = 404;
    for url in candidates(&client.issuer_url, client.preset.discovery) {
        match get(io, client, call, url).await? {
            Answer::Elsewhere(status) => last_status = status,
            Answer::Document(document) => return Ok(document),
        }
    }

    Err(Error::response(
        ErrorCode::DiscoveryFailed,
        last_status,
        "there is no metadata document of {}: check the issuer, or give `endpoints` and `discovery: false`",
        &[client.issuer.as_str()],
    ))
}

async fn get(io: &Io, client: &Client, call: &Call, url: String) -> Result<Answer, Error> {
    let mut budget = RetryBudget::new(client.max_retries, call.deadline);
    loop {
        let mut request = HttpRequest::get_json(url.clone());
        client.add_headers(&mut request, &call.headers);
        let answer = io.send(request).await;
        let error = match read(client, call, &url, answer, io.now()) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        match budget.next(&error, Repeat::Read, io.now(), NO_JITTER) {
            Some(pause) => io.wait(pause).await?,
            None => return Err(error),
        }
    }
}

enum Answer {
    Document(Rc<DiscoveredMetadata>),
    Elsewhere(u16),
}

#[inline(never)]
fn read(
    client: &Client,
    call: &Call,
    url: &str,
    answer: Result<HttpResponse, Error>,
    now: UnixMillis,
) -> Result<Answer, Error> {
    let response = answer?;
    if is_elsewhere(response.status) {
        return Ok(Answer::Elsewhere(response.status));
    }
    let sent = client.secrets_in_headers(&call.headers);
    let outcome = if response.status == 200 {
        document(client, response)
    } else {
        Err(refused_status(&response, Origin { url, token_endpoint: false, exchange: false }, &sent, now))
    };
    outcome.map_err(|error| cleaned(error, &sent))
}

fn document(client: &Client, response: HttpResponse) -> Result<Answer, Error> {
    let mut document = rfc8414_metadata::parse(response, &client.issuer)?;
    check_endpoints(&mut document, &client.issuer_url, &client.endpoint_origins, &client.insecure_hosts)?;
    Ok(Answer::Document(Rc::new(document)))
}
