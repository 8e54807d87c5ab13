//! What every grant does at the token endpoint: find it, authenticate, send, read the answer, perhaps try again.

use crate::Client;
use crate::characters::Class;
use crate::error::{Error, ErrorCode};
use crate::fields::{self, element, invalid};
use crate::flow::discover_server_metadata::server_metadata;
use crate::flow::{AuthenticateRequest, Call, Io};
use crate::form::Form;
use crate::http::{Header, HttpRequest, HttpResponse};
use crate::json::{Document, Value};
use crate::policy::action::{Origin, cleaned, refused_status, server_error};
use crate::policy::preset::{ExpiresIn, OmitMeans};
use crate::policy::retry::{Repeat, RetryBudget};
use crate::protocol::rfc6749_client_authentication::{self as client_authentication, ClientAuthentication};
use crate::protocol::rfc6749_error;
use crate::protocol::rfc6749_token::{self, ExchangeExpectation, Expectation, TokenSet, is_scope_token};
use crate::protocol::rfc8414_metadata::DiscoveredMetadata;
use crate::secret::{Secret, add_key};
use crate::text::{fill, join};
use crate::time::UnixMillis;
use std::rc::Rc;

/// A grant that is ready to be sent but for the client's authentication.
pub(crate) struct Grant {
    pub form: Form,
    /// What the form holds that must not be shown.
    pub secrets: Vec<Secret>,
    pub scope: Vec<String>,
    /// The type of token that an exchange asks for; `None` for another grant.
    pub exchange: Option<ExchangeExpectation>,
}

/// Sends a grant that is safe to repeat when the server says it did nothing.
pub(crate) async fn send(io: &Io, client: Rc<Client>, call: &Call, grant: Grant) -> Result<TokenSet, Error> {
    // Before anything is sent, discovery included: a call without credentials must not begin.
    client.authentication(call.zone.as_deref())?;
    let metadata = match client.endpoints.get("token") {
        Some(_) => None,
        None => Some(server_metadata(io, &client, call).await?),
    };
    let mut budget = RetryBudget::new(client.max_retries, call.deadline);
    let mut attempt = Attempt::new(client, call, grant, metadata)?;
    loop {
        // Authenticated anew each time: an assertion of the host may be good for one request only.
        let mut request = attempt.request(call);
        if let Some(asked) = attempt.for_host(&request) {
            let (headers, body) = io.authenticate(asked).await?;
            attempt.complete(&mut request, headers, body);
        }
        let answer = io.send(request).await;
        let error = match attempt.read(call, answer, io.now()) {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        match budget.next(&error, Repeat::Refused, io.now(), io.random()) {
            Some(pause) => io.wait(pause).await?,
            None => return Err(error),
        }
    }
}

fn token_endpoint(client: &Client, metadata: Option<&DiscoveredMetadata>) -> Result<String, Error> {
    let known = client.endpoints.get("token").or_else(|| metadata?.endpoint("token_endpoint"));
    known.map(String::from).ok_or_else(|| {
        Error::config(
            ErrorCode::MissingEndpoint,
            "endpoints.token",
            "the metadata of {} names no token endpoint: give `endpoints.token`",
            &[&client.issuer],
        )
    })
}

/// What every attempt shares. Its methods do all that is no step, so that the state machine above stays small.
struct Attempt {
    client: Rc<Client>,
    grant: Grant,
    authentication: ClientAuthentication,
    endpoint: String,
    metadata: Option<Rc<DiscoveredMetadata>>,
}

impl Attempt {
    #[inline(never)]
    fn new(
        client: Rc<Client>,
        call: &Call,
        grant: Grant,
        metadata: Option<Rc<DiscoveredMetadata>>,
    ) -> Result<Self, Error> {
        let endpoint = token_endpoint(&client, metadata.as_deref())?;
        let rules = &client.preset.client_auth;
        let listed = metadata.as_ref().and_then(|metadata| metadata.list("token_endpoint_auth_methods_supported"));
        let authentication = client.authentication(call.zone.as_deref())?;
        let authentication = authentication.resolve(listed.as_deref(), &rules.allowed, rules.forbid_header);
        Ok(Self { client, grant, authentication, endpoint, metadata })
    }

    /// The grant, with what names the client.
    fn form(&self) -> Form {
        let mut form = self.grant.form.clone();
        self.authentication.name_client(&mut form);
        form
    }

    /// The request as far as the core can make it.
    #[inline(never)]
    fn request(&self, call: &Call) -> HttpRequest {
        let mut request = HttpRequest::post_form(self.endpoint.clone(), self.form().into_body());
        self.client.add_headers(&mut request, &call.headers);
        self.authentication.authorize(&mut request);
        request
    }

    /// What the host is asked, when it is the host that authenticates.
    #[inline(never)]
    fn for_host(&self, request: &HttpRequest) -> Option<AuthenticateRequest> {
        matches!(self.authentication, ClientAuthentication::Host { .. }).then(|| AuthenticateRequest {
            issuer: self.client.issuer.clone(),
            endpoint: self.endpoint.clone(),
            headers: request.headers.clone(),
            form: self.form(),
            metadata: self.metadata.clone(),
        })
    }

    #[inline(never)]
    fn read(&self, call: &Call, answer: Result<HttpResponse, Error>, now: UnixMillis) -> Result<TokenSet, Error> {
        let response = answer?;
        let preset = &self.client.preset;
        let origin = Origin { url: &self.endpoint, token_endpoint: true, exchange: self.grant.exchange.is_some() };
        let document = Document::parse(&response.body).ok();
        let body = document.as_ref().map(Document::root);
        if let Some(error) = body.and_then(rfc6749_error::parse) {
            let trusted = self.client.trusted_origins();
            return Err(server_error(error, &response, preset, origin, &trusted, &self.secrets(call), now));
        }
        if response.status != 200 {
            let secrets = self.secrets(call);
            return Err(cleaned(refused_status(&response, origin, &secrets, now), &secrets));
        }
        let expected = Expectation {
            issuer: &self.client.issuer,
            scope: &self.grant.scope,
            no_scope_means_none: preset.scope.omit_means == OmitMeans::None,
            token_types: &preset.response.token_types,
            assume_bearer: preset.response.assume_bearer,
            numeric_life: preset.response.expires_in == ExpiresIn::Number,
            payload: &preset.response.payload,
            exchange: self.grant.exchange.as_ref(),
        };
        rfc6749_token::parse(&response, body, &expected, now).map_err(|error| cleaned(error, &self.secrets(call)))
    }

    /// All that was sent and must not come back in an error.
    fn secrets(&self, call: &Call) -> Vec<Secret> {
        let mut secrets = self.grant.secrets.clone();
        secrets.append(&mut self.authentication.secrets());
        secrets.append(&mut self.client.secrets_in_headers(&call.headers));
        secrets
    }

    /// Takes over what the host has made of a request. What it added is as secret as what we would have sent.
    #[inline(never)]
    fn complete(&mut self, request: &mut HttpRequest, headers: Vec<Header>, body: String) {
        for field in body.split('&') {
            add_key(&mut self.grant.secrets, field.split_once('=').map_or("", |(_, value)| value));
        }
        for (name, value) in headers {
            if request.header(&name) != Some(value.as_str()) {
                // With its scheme and without.
                let credential = value.split_once(' ').map_or(value.as_str(), |(_, credential)| credential);
                self.grant.secrets.push(Secret::new(credential));
                self.grant.secrets.push(Secret::new(value.as_str()));
            }
            request.set_header(&name, value);
        }
        request.body = Some(body);
    }
}

/// Checks extra parameters: none may replace what the operation or the client authentication sets.
pub(crate) fn check_extra(extra: &[(String, String)], reserved: &[&str]) -> Result<(), Error> {
    for (name, _) in extra {
        let field = fill("extra.{}", &[name]);
        if name.is_empty() {
            return Err(invalid("extra", "`extra` has a parameter without a name"));
        }
        if reserved.iter().chain(&client_authentication::RESERVED).any(|reserved| reserved.eq_ignore_ascii_case(name)) {
            return Err(invalid(&field, "`{}` would replace a parameter that the operation sets itself"));
        }
    }
    Ok(())
}

/// Splits the scopes of a scope option, and only them, at spaces (RFC 6749 section 3.3).
pub(crate) fn check_scopes(list: &mut Vec<String>) -> Result<(), Error> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in rfc6749_token::scopes(&join(list, " ")) {
        if !is_scope_token(&scope) {
            return Err(invalid("scope", "`{}` holds a character that no scope may hold (RFC 6749 section 3.3)"));
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    *list = scopes;
    Ok(())
}

/// Drops empty elements. Resources are absolute URIs without a fragment (RFC 8707 section 2, RFC 8693 section 2.1).
pub(crate) fn check_resources(list: &mut Vec<String>) -> Result<(), Error> {
    drop_empty(list);
    for resource in list {
        let scheme = resource.split(':').next().unwrap_or_default();
        let absolute = scheme.len() < resource.len()
            && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && Class::TOKEN68.is_all_of(scheme)
            && !scheme.contains(['_', '~', '/']);
        if !absolute
            || resource.contains('#')
            || resource.chars().any(|character| character.is_control() || character.is_whitespace())
        {
            return Err(invalid(
                "resource",
                "`{}` has to be an absolute URI without a fragment: a logical name is an `audience`",
            ));
        }
    }
    Ok(())
}

/// Drops empty elements. Audiences are any text that can stand in a form.
pub(crate) fn check_audiences(list: &mut Vec<String>) -> Result<(), Error> {
    drop_empty(list);
    for (index, audience) in list.iter().enumerate() {
        if audience.chars().any(char::is_control) {
            return Err(invalid(&element("audience", index), "`{}` holds a control character"));
        }
    }
    Ok(())
}

#[inline(never)]
fn drop_empty(list: &mut Vec<String>) {
    list.retain(|element| !element.is_empty());
}

/// Authorization details are a JSON array of objects (RFC 9396 section 2).
pub(crate) fn check_authorization_details(text: Option<&str>) -> Result<(), Error> {
    let Some(text) = text else { return Ok(()) };
    let document = fields::document(text)?;
    let objects = document.root().elements().is_some_and(|mut elements| elements.all(Value::is_object));
    if objects { Ok(()) } else { Err(invalid("authorizationDetails", "`{}` has to be an array of objects")) }
}
