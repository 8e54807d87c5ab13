//! What every grant does at the token endpoint: find it, authenticate, send, read the answer, perhaps try again.

use crate::Client;
use crate::error::{Error, ErrorCode};
use crate::flow::discover_server_metadata::server_metadata;
use crate::flow::{AuthenticateRequest, Call, Io};
use crate::form::{self, Form};
use crate::http::{Header, HttpRequest, HttpResponse};
use crate::json::{Document, Value};
use crate::policy::action::{Asked, cleaned, refused_status, server_error};
use crate::policy::preset::{ExpiresIn, OmitMeans};
use crate::policy::retry::{Repeat, RetryBudget};
use crate::protocol::rfc6749_client_authentication::ClientAuthentication;
use crate::protocol::rfc6749_error;
use crate::protocol::rfc6749_token::{self, ExchangeExpectation, Expectation, ScopeSource, TokenSet};
use crate::protocol::rfc6750_bearer::is_not_for_resources;
use crate::protocol::rfc8414_metadata::DiscoveredMetadata;
use crate::secret::{SHORTEST_ECHO, Secret, echoes, retain_unsent};
use crate::text::{cut, is_new, parts};
use crate::time::UnixMillis;
use std::mem::take;
use std::rc::Rc;

/// A grant that is ready to be sent but for the client's authentication.
pub(crate) struct Grant {
    pub form: Form,
    /// What the form holds that must not be shown.
    pub secrets: Vec<Secret>,
    /// Values of extra parameters, which may be secrets as well.
    pub keys: Vec<Secret>,
    pub scope: Vec<String>,
    /// The type of token that an exchange asks for; `None` for another grant.
    pub exchange: Option<ExchangeExpectation>,
    /// True when others differ from it in the subject token alone.
    pub shared: bool,
}

/// Sends a grant that is safe to repeat when the server says it did nothing.
pub(crate) async fn send(io: &Io, client: Rc<Client>, call: &Call, grant: Grant) -> Result<TokenSet, Error> {
    // Before anything is sent, discovery included: a call without credentials must not begin.
    client.authentication(call.zone.as_deref())?;
    let metadata = match known_endpoint(&client, call) {
        None if call.metadata.is_none() => Some(server_metadata(io, &client, call).await?),
        _ => call.metadata.clone(),
    };
    let retries = client.max_retries;
    let mut attempt = Attempt::new(client, call, grant, metadata)?;
    // A prepared request is repeated as it is told, and what the host adds may be good for one request only.
    let mut budget = RetryBudget::new(if call.prepared && attempt.by_host() { 0 } else { retries }, call.deadline);
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

pub(crate) fn known_endpoint<'a>(client: &'a Client, call: &'a Call) -> Option<&'a str> {
    call.endpoint.as_deref().or_else(|| client.endpoints.get("token"))
}

fn token_endpoint(client: &Client, call: &Call, metadata: Option<&DiscoveredMetadata>) -> Result<String, Error> {
    let known = known_endpoint(client, call).or_else(|| metadata?.endpoint("token_endpoint"));
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
pub(crate) struct Attempt {
    pub client: Rc<Client>,
    grant: Grant,
    authentication: ClientAuthentication,
    endpoint: String,
    pub metadata: Option<Rc<DiscoveredMetadata>>,
}

impl Attempt {
    #[inline(never)]
    pub fn new(
        client: Rc<Client>,
        call: &Call,
        grant: Grant,
        metadata: Option<Rc<DiscoveredMetadata>>,
    ) -> Result<Self, Error> {
        let endpoint = token_endpoint(&client, call, metadata.as_deref())?;
        let rules = &client.preset.client_auth;
        let listed = || metadata.as_ref()?.list("token_endpoint_auth_methods_supported");
        let authentication = client.authentication(call.zone.as_deref())?;
        let authentication = authentication.resolve(listed, |method| rules.takes(method));
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
        request.template = self.grant.shared && !self.by_host();
        request
    }

    /// True when it is the host that authenticates.
    pub fn by_host(&self) -> bool {
        matches!(self.authentication, ClientAuthentication::Host { .. })
    }

    /// What the host is asked, when it is the host that authenticates.
    #[inline(never)]
    fn for_host(&self, request: &HttpRequest) -> Option<AuthenticateRequest> {
        self.by_host().then(|| AuthenticateRequest {
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
        let document = Document::parse(&response.body).ok();
        let body = document.as_ref().map(Document::root);
        let refusal = body.and_then(rfc6749_error::parse);
        if refusal.is_some() || response.status != 200 {
            let asked = Asked {
                url: &self.endpoint,
                token_endpoint: true,
                exchange: self.grant.exchange.is_some(),
                public: matches!(self.authentication, ClientAuthentication::None { .. }),
                preset: &self.client.preset,
                trusted_origins: &self.client.trusted_origins(),
                sent: &self.secrets(call),
                now,
            };
            return Err(match refusal {
                Some(refusal) => server_error(refusal, &response, &asked),
                None => cleaned(refused_status(&response, &asked), asked.sent),
            });
        }
        self.issued(&response, body, None, now).map_err(|error| cleaned(error, &self.secrets(call)))
    }

    /// What a successful answer issues; `None` for any other. `subject` was sent beside what the grant holds.
    pub fn success(&self, response: &HttpResponse, subject: &Secret, now: UnixMillis) -> Option<TokenSet> {
        let document = Document::parse(&response.body).ok()?;
        let body = document.root();
        if response.status != 200 || rfc6749_error::parse(body).is_some() {
            return None;
        }
        self.issued(response, Some(body), Some(subject), now).ok()
    }

    #[inline(never)]
    fn issued(
        &self,
        response: &HttpResponse,
        body: Option<Value<'_, '_>>,
        subject: Option<&Secret>,
        now: UnixMillis,
    ) -> Result<TokenSet, Error> {
        let preset = &self.client.preset;
        let expected = Expectation {
            issuer: &self.client.issuer,
            scope: &self.grant.scope,
            no_scope_means_none: preset.scope.omit_means == OmitMeans::None,
            scopes_echoed: preset.scope.echoed,
            token_types: &preset.response.token_types,
            assume_bearer: preset.response.assume_bearer,
            numeric_life: preset.response.expires_in == ExpiresIn::Number,
            payload: &preset.response.payload,
            exchange: self.grant.exchange.as_ref(),
        };
        let mut token = rfc6749_token::parse(response, body, &expected, now)?;
        self.scrub(&mut token, subject);
        Ok(token)
    }

    /// Removes from a token's scopes, issued type and authorization details what only echoes what was sent or issued: a log
    /// would show it. Nearly all answers have nothing that is long enough.
    fn scrub(&self, token: &mut TokenSet, subject: Option<&Secret>) {
        let long =
            token.scope_source == ScopeSource::Response && token.scope.iter().any(|scope| scope.len() >= SHORTEST_ECHO);
        // A registered type has no room for one. What says that the token is none for resources stays, however it is written.
        let own = token.issued_token_type.as_deref().is_some_and(|issued| {
            (issued.len() >= LONGEST_REGISTERED || !issued.starts_with(REGISTERED)) && !is_not_for_resources(issued)
        });
        if !own && !long && token.authorization_details.is_none() {
            return;
        }
        // Addresses stand in headers and parameters as they do in scopes: what only may be a key is not looked for here.
        let mut known = self.credentials();
        known.extend(subject.cloned());
        known.push(Secret::new(token.access_token.as_str()));
        for issued in [&token.refresh_token, &token.id_token] {
            known.extend(issued.as_deref().map(Secret::new));
        }
        if long {
            retain_unsent(&mut token.scope, SHORTEST_ECHO, &known);
        }
        if own {
            drop_sent(&mut token.issued_token_type, &known);
        }
        drop_sent(&mut token.authorization_details, &known);
    }

    /// All that was sent and must not come back in an error.
    fn secrets(&self, call: &Call) -> Vec<Secret> {
        let mut secrets = self.credentials();
        secrets.append(&mut self.grant.keys.clone());
        secrets.append(&mut self.client.secrets_in_headers(&call.headers));
        secrets
    }

    /// The tokens, secrets and assertions that were sent.
    fn credentials(&self) -> Vec<Secret> {
        let mut credentials = self.grant.secrets.clone();
        credentials.append(&mut self.authentication.secrets());
        credentials
    }

    /// Takes over what the host has made of a request. What it added is as secret as what we would have sent, but for what
    /// only names the client or the method (RFC 7521 section 4.2).
    #[inline(never)]
    fn complete(&mut self, request: &mut HttpRequest, headers: Vec<Header>, body: String) {
        let ours = request.body.take().unwrap_or_default();
        let mut own = Vec::new();
        for field in parts(&ours, "&") {
            is_new(&mut own, field, true);
        }
        for field in parts(&body, "&") {
            let (name, value) = cut(field, "=").unwrap_or((field, ""));
            if !matches!(name, "client_id" | "client_assertion_type") && is_new(&mut own, field, false) {
                self.grant.secrets.push(Secret::new(form::decode(value)));
            }
        }
        request.body = Some(body);
        let ours = take(&mut request.headers);
        for (name, value) in &ours {
            // How the body is written and what can be read is not for the host to say.
            if matches!(name.as_str(), "accept" | "content-type") {
                request.headers.push((name.clone(), value.clone()));
            }
        }
        for (name, value) in headers {
            if request.header(&name).is_some() {
                continue;
            }
            if !ours.iter().any(|(own, set)| own.eq_ignore_ascii_case(&name) && *set == value) {
                // With its scheme and without.
                let credential = cut(&value, " ").map_or(value.as_str(), |(_, credential)| credential);
                self.grant.secrets.push(Secret::new(credential));
                self.grant.secrets.push(Secret::new(value.as_str()));
            }
            request.set_header(&name, value);
        }
    }
}

/// Drops a text that holds something of what was sent.
#[inline(never)]
fn drop_sent(text: &mut Option<String>, sent: &[Secret]) {
    if text.as_ref().is_some_and(|text| echoes(text, sent)) {
        *text = None;
    }
}

const REGISTERED: &str = "urn:ietf:params:oauth:token-type:";
const LONGEST_REGISTERED: usize = REGISTERED.len() + SHORTEST_ECHO;
