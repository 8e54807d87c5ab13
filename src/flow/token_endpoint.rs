//! What every grant does at the token endpoint: find it, authenticate, send, read the answer, perhaps try again.

use crate::Client;
use crate::error::{Error, ErrorCode};
use crate::fields::invalid;
use crate::flow::discover_server_metadata::server_metadata;
use crate::flow::{AuthenticateRequest, Call, Io};
use crate::form::Form;
use crate::http::HttpRequest;
use crate::policy::action::{Origin, refused_status, server_error};
use crate::policy::retry::{Repeat, RetryBudget};
use crate::protocol::rfc6749_client_authentication::{self as client_authentication, ClientAuthentication};
use crate::protocol::rfc6749_error;
use crate::protocol::rfc6749_token::{self, ExchangeExpectation, Expectation, TokenSet};
use crate::protocol::rfc8414_metadata::DiscoveredMetadata;
use crate::secret::Secret;
use std::rc::Rc;

/// A grant that is ready to be sent but for the client's authentication.
pub(crate) struct Grant<'a> {
    pub form: Form,
    /// What the form holds that must not be shown.
    pub secrets: Vec<Secret>,
    pub scope: &'a [String],
    /// Set for an exchange.
    pub exchange: Option<ExchangeExpectation<'a>>,
}

/// Sends a grant that is safe to repeat when the server says it did nothing.
pub(crate) async fn send(io: &Io, client: &Client, call: &Call, grant: Grant<'_>) -> Result<TokenSet, Error> {
    let authentication = client.authentication(call.zone.as_deref())?;
    let (endpoint, metadata) = token_endpoint(io, client, call).await?;
    let mut secrets = grant.secrets;
    secrets.extend(authentication.secrets());
    // A key in a header of the caller's own must not come back in an error either.
    secrets.extend(
        call.headers.iter().map(|(_, value)| Secret::new(value.as_str())).filter(|value| value.expose().len() >= 16),
    );
    let preset = &client.preset;
    let expected = Expectation {
        issuer: &client.issuer,
        scope: grant.scope,
        no_scope_means_none: preset.scope.omit_means == crate::policy::preset::OmitMeans::None,
        token_types: &preset.response.token_types,
        assume_bearer: preset.response.assume_bearer,
        exchange: grant.exchange,
    };
    let origin = Origin { url: &endpoint, token_endpoint: true, exchange: expected.exchange.is_some() };
    let mut budget = RetryBudget::new(client.max_retries, call.deadline);
    loop {
        // Authenticated anew each time: an assertion of the host may be good for one request only.
        let request =
            authenticated(io, client, call, authentication, &grant.form, &endpoint, metadata.as_ref()).await?;
        let error = match io.send(request).await {
            Err(error) => error,
            Ok(response) => {
                let now = io.now();
                if let Some(body) = rfc6749_error::parse(&response) {
                    server_error(body, &response, preset, origin, &client.trusted_origins(), &secrets, now)
                } else if let Some(error) = refused_status(&response, origin, &secrets, now) {
                    error
                } else {
                    return rfc6749_token::parse(&response, &expected, now);
                }
            }
        };
        match budget.next(&error, Repeat::Refused, io.now(), io.random()) {
            Some(pause) => io.wait(pause).await?,
            None => return Err(error),
        }
    }
}

async fn token_endpoint(
    io: &Io,
    client: &Client,
    call: &Call,
) -> Result<(String, Option<Rc<DiscoveredMetadata>>), Error> {
    if let Some(endpoint) = &client.endpoints.token {
        return Ok((endpoint.clone(), None));
    }
    let metadata = server_metadata(io, client, call).await?;
    match metadata.endpoint("token_endpoint").map(String::from) {
        Some(endpoint) => Ok((endpoint, Some(metadata))),
        None => Err(Error::config(
            ErrorCode::MissingEndpoint,
            "endpoints.token",
            &["the metadata of ", &client.issuer, " names no token endpoint: give `endpoints.token`"],
        )),
    }
}

async fn authenticated(
    io: &Io,
    client: &Client,
    call: &Call,
    authentication: &ClientAuthentication,
    form: &Form,
    endpoint: &str,
    metadata: Option<&Rc<DiscoveredMetadata>>,
) -> Result<HttpRequest, Error> {
    let mut form = form.clone();
    authentication.name_client(&mut form);
    let mut request = HttpRequest::post_form(endpoint.into(), String::new());
    client.add_headers(&mut request, &call.headers);
    if let ClientAuthentication::Host { .. } = authentication {
        let asked = AuthenticateRequest {
            issuer: client.issuer.clone(),
            endpoint: endpoint.into(),
            headers: request.headers.clone(),
            form,
            metadata: metadata.cloned(),
        };
        let (headers, body) = io.authenticate(asked).await?;
        for (name, value) in headers {
            request.set_header(&name, value);
        }
        request.body = Some(body);
    } else {
        authentication.authorize(&mut request);
        request.body = Some(form.encode());
    }
    Ok(request)
}

/// Checks extra parameters: none may replace what the operation or the client authentication sets.
pub(crate) fn check_extra(extra: &[(String, String)], reserved: &[&str]) -> Result<(), Error> {
    for (name, _) in extra {
        let field = ["extra.", name].concat();
        if name.is_empty() {
            return Err(invalid("extra", &["`extra` has a parameter without a name"]));
        }
        if reserved.iter().chain(&client_authentication::RESERVED).any(|reserved| reserved.eq_ignore_ascii_case(name)) {
            return Err(invalid(&field, &["`", &field, "` would replace a parameter that the operation sets itself"]));
        }
    }
    Ok(())
}

/// The elements of a list option, without empty ones.
pub(crate) fn elements(list: Vec<String>) -> Vec<String> {
    list.into_iter().filter(|element| !element.is_empty()).collect()
}

/// The scopes of a scope option: only it is split at spaces (RFC 6749 section 3.3).
pub(crate) fn scopes(list: Vec<String>) -> Result<Vec<String>, Error> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in elements(list).iter().flat_map(|element| element.split(' ')).filter(|scope| !scope.is_empty()) {
        // scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
        if !scope.bytes().all(|byte| (0x21..=0x7e).contains(&byte) && byte != b'"' && byte != b'\\') {
            return Err(invalid("scope", &["`scope` holds a character that no scope may hold (RFC 6749 section 3.3)"]));
        }
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.into());
        }
    }
    Ok(scopes)
}

/// Resources are absolute URIs without a fragment (RFC 8707 section 2, RFC 8693 section 2.1).
pub(crate) fn resources(list: Vec<String>) -> Result<Vec<String>, Error> {
    let resources = elements(list);
    for resource in &resources {
        let scheme = resource.split(':').next().unwrap_or_default();
        let absolute = scheme.len() < resource.len()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !absolute
            || resource.contains('#')
            || resource.chars().any(|character| character.is_control() || character.is_whitespace())
        {
            return Err(invalid(
                "resource",
                &["`resource` has to be an absolute URI without a fragment: a logical name is an `audience`"],
            ));
        }
    }
    Ok(resources)
}

/// Audiences are any text that can stand in a form.
pub(crate) fn audiences(list: Vec<String>) -> Result<Vec<String>, Error> {
    let audiences = elements(list);
    if audiences.iter().any(|audience| audience.chars().any(char::is_control)) {
        return Err(invalid("audience", &["`audience` holds a control character"]));
    }
    Ok(audiences)
}

/// Authorization details are a JSON array (RFC 9396 section 2).
pub(crate) fn authorization_details(text: Option<String>) -> Result<Option<String>, Error> {
    match text {
        Some(text) if !text.trim_start().starts_with('[') => {
            Err(invalid("authorizationDetails", &["`authorizationDetails` has to be an array of objects"]))
        }
        text => Ok(text),
    }
}
