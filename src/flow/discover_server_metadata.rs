//! Discovery (RFC 8414 section 3, OpenID Connect Discovery section 4): the addresses in their order, once per time to live.

use crate::Client;
use crate::error::{Error, ErrorCode};
use crate::flow::{Call, CallOptions, Flow, Io};
use crate::http::{HttpRequest, HttpResponse};
use crate::json::Document;
use crate::policy::action::{Asked, cleaned, refused_status, server_error};
use crate::policy::discovery::{candidates, check_endpoints, is_elsewhere};
use crate::policy::preset::PresetDiscovery;
use crate::policy::retry::{Repeat, RetryBudget};
use crate::protocol::rfc6749_error;
use crate::protocol::rfc8414_metadata::{self, DiscoveredMetadata};
use crate::time::UnixMillis;
use std::rc::Rc;

/// Retries of a shared request are not spread: callers that share it wait equally long and share the next one too.
const NO_JITTER: u8 = 128;

impl Client {
    /// The issuer's metadata (RFC 8414 section 3, OpenID Connect Discovery section 4): what is remembered while it is fresh,
    /// otherwise the first document that there is at the addresses of the issuer.
    ///
    /// Beside the errors of [`Self::exchange_token`] it ends with `discovery_failed` when there is none, `issuer_mismatch` for
    /// one of another issuer, and with `invalid_endpoint`, `insecure_url` or `endpoint_origin` for one that names an address
    /// that may not be used.
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
        return Err(no_metadata(client));
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

/// Nothing is to be discovered, by the options or by the preset.
fn no_metadata(client: &Client) -> Error {
    let message = if client.preset.discovery == PresetDiscovery::Fixed {
        "the preset {} says that the server has no metadata: give `endpoints`"
    } else {
        "`endpoints.token` is required when `discovery` is false"
    };
    Error::config(ErrorCode::MissingEndpoint, "endpoints.token", message, &[&client.preset.id])
}

async fn try_candidates(io: &Io, client: &Client, call: &Call) -> Result<Rc<DiscoveredMetadata>, Error> {
    if client.preset.discovery == PresetDiscovery::Fixed {
        return Err(no_metadata(client));
    }
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
        let asked = Asked {
            url,
            token_endpoint: false,
            exchange: false,
            public: false,
            preset: &client.preset,
            trusted_origins: &[],
            sent: &sent,
            now,
        };
        let body = Document::parse(&response.body).ok();
        Err(match body.and_then(|body| rfc6749_error::parse(body.root())) {
            Some(refusal) => server_error(refusal, &response, &asked),
            None => refused_status(&response, &asked),
        })
    };
    outcome.map_err(|error| cleaned(error, &sent))
}

fn document(client: &Client, response: HttpResponse) -> Result<Answer, Error> {
    let mut document = rfc8414_metadata::parse(response, &client.issuer)?;
    check_endpoints(&mut document, &client.issuer_url, &client.endpoint_origins, &client.insecure_hosts)?;
    Ok(Answer::Document(Rc::new(document)))
}
