//! Exchanges as a token exchange store makes them: what is asked for stands in a configuration, and a call adds the
//! tokens.

use crate::Client;
use crate::client::options::{AuthData, AuthKind, ClientOptions, NO_ORIGIN, is_origin};
use crate::error::{Error, ErrorDetails};
use crate::fields::{self, Fields, REQUIRED, element};
use crate::flow::exchange_template::ExchangeTemplate;
use crate::flow::exchange_token::{TokenExchangeRequest, check, claims};
use crate::flow::{CallOptions, Flow, arguments};
use crate::json::{self, ObjectWriter};
use crate::policy::cache::{self, Caps, Fingerprint};
use crate::policy::preset::ServerPreset;
use crate::protocol::rfc6749_token::TokenSet;
use crate::text::fill;
use crate::time::{LONGEST_LIFE, UnixMillis};
use crate::url::{HttpsPolicy, Url};
use std::rc::Rc;

/// A checked configuration of a store: a client, and the exchange it makes.
pub struct StoreExchange {
    client: Rc<Client>,
    /// What every exchange of the configuration asks for; its tokens are not set.
    request: TokenExchangeRequest,
    caps: Caps,
    client_id: Option<String>,
    origins: Vec<String>,
    /// Set when a function of the host has a part in what is issued, which no hash can tell apart: the name of the
    /// configuration, which then shares with no other.
    own: Option<String>,
    /// Which of several credentials is used.
    zone: Option<String>,
}

const DEFAULT_SKEW: u64 = 30;
/// The most that one JavaScript `Map` holds.
const MOST_ENTRIES: u64 = 16_777_216;

impl StoreExchange {
    /// Checks all options of a store, and gives for each configuration what events and requests to its resource need: the
    /// JSON text of a list of `StoreConfig` of the TypeScript types.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] that names the first bad option, such as `configs[2].clientId`.
    pub fn describe_all(text: &str) -> Result<String, Error> {
        let document = fields::document(text)?;
        let options = Fields::new(document.root(), "");
        let caps = Caps::read(&options);
        let _ = options.integer("maxEntries", 0, MOST_ENTRIES);
        let _ = options.word("onUnavailable", "null throw ");
        if options.get("configs").is_none() {
            options.missing("configs", REQUIRED);
        }
        let configs = options.elements("configs");
        options.finish()?;
        let mut refs = Vec::new();
        let mut described = Vec::new();
        for (index, config) in configs.enumerate() {
            let config = options.inside(Some(config), element("configs", index));
            let name = config.required_text("ref");
            if refs.contains(&name) {
                config.invalid("ref", "`{}` is the `ref` of an earlier configuration too");
            }
            refs.push(name);
            described.push(Self::read(&config, caps)?.describe());
        }
        Ok(json::list(&described))
    }

    /// Reads one configuration again, which [`Self::describe_all`] has seen. `path` is where it stands.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] that names the first bad option.
    pub fn parse(config: &str, path: &str, caps: &str) -> Result<Self, Error> {
        let (config, caps) = (fields::document(config)?, fields::document(caps)?);
        let caps = Caps::read(&Fields::new(caps.root(), ""));
        Self::read(&Fields::new(config.root(), path), caps)
    }

    fn read(config: &Fields<'_, '_>, caps: Caps) -> Result<Self, Error> {
        for name in ["ref", "name", "kind", "scope", "status"] {
            let _ = config.required_text(name);
        }
        let _ = config.filled_text("provider");
        let _ = config.texts("tags");
        let request = Self::read_request(config);
        let options = Self::read_client(config, &request);
        let origins = allowed_origins(config, &request, &options.insecure_hosts);
        let own = config.text("own");
        let zone = config.filled_text("zone");
        config.finish()?;

        let of_auth = options.auth.as_ref().and_then(|auth| auth.client_id.as_ref());
        let client_id = options.client_id.as_ref().or(of_auth).cloned();
        let client = Client::new(options).map_err(|error| relocate(error, config))?;
        let exchange = Self { client: Rc::new(client), request, caps, client_id, origins, own, zone };
        // Everything but the tokens themselves is wrong now or never.
        exchange.fingerprint(None).map_err(|error| relocate(error, config))?;
        Ok(exchange)
    }

    #[inline(never)]
    fn read_client(config: &Fields<'_, '_>, request: &TokenExchangeRequest) -> ClientOptions {
        let mut options = ClientOptions::read(config);
        options.issuer = config.filled_text("issuer").unwrap_or_default();
        // A secret beside a bare token endpoint goes into the body: no metadata could say otherwise.
        let mut kind = AuthKind::Secret;
        if let Some(text) = config.filled_text("tokenEndpoint") {
            kind = AuthKind::Post;
            if let Some(url) = address(config, "tokenEndpoint", &text, &options.insecure_hosts) {
                // Without a name of its own, the server is called by where it is.
                if options.issuer.is_empty() {
                    options.issuer = url.origin();
                }
                options.endpoints.0.push(("token".into(), url.href));
            }
        } else if options.issuer.is_empty() {
            config.missing("tokenEndpoint", "`{}` or `issuer` is required: where tokens are exchanged");
        }
        if options.client_id.is_none() && options.auth.is_none() {
            config.missing("clientId", REQUIRED);
        }
        if let Some(secret) = config.filled_text("clientSecret") {
            if options.auth.is_some() {
                config.invalid("clientSecret", "`{}` and `auth` are two ways to authenticate: give one");
            }
            let client_id = options.client_id.clone();
            options.auth = Some(AuthData { kind, client_id, client_secret: Some(secret), ..AuthData::default() });
        }
        if options.preset.is_none() && is_on_behalf_of(&request.extra) {
            options.preset = ServerPreset::named("entra").ok();
        }
        options
    }

    fn read_request(config: &Fields<'_, '_>) -> TokenExchangeRequest {
        let scopes = if config.get("requestedScopes").is_some() { "requestedScopes" } else { "scope" };
        TokenExchangeRequest {
            subject_token: String::new(),
            subject_token_type: config.text("subjectTokenType"),
            actor_token: None,
            actor_token_type: config.text("actorTokenType"),
            requested_token_type: config.text("requestedTokenType"),
            audience: config.texts("audience"),
            resource: config.texts("resource"),
            scope: config.texts(scopes),
            authorization_details: config.raw("authorizationDetails"),
            claims: claims(config),
            extra: config.pairs("extraParams"),
            verify_issued: config.flag("verifyIssued").unwrap_or_default(),
        }
    }

    /// Everything that shapes a token of this configuration but the subject and actor tokens, with these scopes in place
    /// of the configured ones, if any.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] for a scope that cannot be asked for.
    pub fn fingerprint(&self, scope: Option<String>) -> Result<String, Error> {
        let mut request = self.with(scope);
        // Stand-ins: no part of the fingerprint, but without them there is no request.
        request.subject_token = "-".into();
        request.actor_token = request.actor_token_type.is_some().then(|| "-".into());
        let verify_issued = request.verify_issued;
        let exchange = check(request, &self.client.preset)?;
        let mut print = Fingerprint::default();
        self.client.identify(&mut print, self.zone.as_deref())?;
        cache::add_exchange(&mut print, &exchange);
        print.flag(verify_issued);
        if verify_issued {
            print.count(usize::try_from(self.client.clock_tolerance_seconds).unwrap_or(usize::MAX));
        }
        print.optional(self.own.as_deref());
        Ok(print.finish())
    }

    /// Exchanges the tokens of one call: `subjectToken`, `actorToken`, and `scope` and `claims` in place of the configured
    /// ones, as JSON text.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] that names the first bad one.
    pub fn exchange(&self, params: &str, call: CallOptions) -> Result<Flow<TokenSet>, Error> {
        let (request, call) = self.call(params, call)?;
        Ok(self.client.exchange_token(request, call))
    }

    /// What exchanges with these parameters share but for the subject token, as [`Client::exchange_template`] has it.
    #[must_use]
    pub fn template(&self, params: &str, now: UnixMillis) -> Option<ExchangeTemplate> {
        let (request, call) = self.call(params, CallOptions::default()).ok()?;
        self.client.exchange_template(request, call, now)
    }

    fn call(&self, params: &str, mut call: CallOptions) -> Result<(TokenExchangeRequest, CallOptions), Error> {
        let document = fields::document(params)?;
        let params = Fields::new(document.root(), "");
        let mut request = self.with(params.text("scope"));
        request.subject_token = params.required_text("subjectToken");
        request.actor_token = params.text("actorToken");
        request.claims = params.text("claims").or(request.claims);
        if request.actor_token.is_none() {
            request.actor_token_type = None;
        }
        params.finish()?;
        call.caps = Some(self.caps);
        call.zone = self.zone.clone();
        Ok((request, call))
    }

    fn with(&self, scope: Option<String>) -> TokenExchangeRequest {
        let mut request = self.request.clone();
        if let Some(scope) = scope {
            request.scope = vec![scope];
        }
        request
    }

    fn describe(&self) -> String {
        let mut targets = self.request.resource.clone();
        targets.extend_from_slice(&self.request.audience);
        let mut scopes = self.request.scope.clone();
        // They were checked when the fingerprint was made; here the empty ones are left out and scopes told apart.
        let _ = arguments::check_audiences(&mut targets);
        let _ = arguments::check_scopes(&mut scopes);
        let mut out = ObjectWriter::new();
        out.text("issuer", &self.client.issuer);
        out.some_text("clientId", &self.client_id);
        out.texts("resource", &targets);
        out.texts("scopes", &scopes);
        out.texts("origins", &self.origins);
        out.finish()
    }
}

impl Caps {
    fn read(options: &Fields<'_, '_>) -> Self {
        Self {
            skew_seconds: options.integer("skewSeconds", 0, LONGEST_LIFE).unwrap_or(DEFAULT_SKEW),
            max_expires_in_seconds: options.integer("maxExpiresInSeconds", 0, LONGEST_LIFE),
            default_expires_in_seconds: options.integer("defaultExpiresInSeconds", 0, LONGEST_LIFE),
        }
    }
}

/// Microsoft's on-behalf-of flow is no RFC 8693 exchange, although it is written down as one more parameter of it.
fn is_on_behalf_of(extra: &[(String, String)]) -> bool {
    extra.iter().any(|(name, value)| name == "requested_token_use" && value == "on_behalf_of")
}

/// The origins a token of the configuration may be sent to: those named, and those of its targets that are URLs.
#[inline(never)]
fn allowed_origins(config: &Fields<'_, '_>, request: &TokenExchangeRequest, insecure_hosts: &[String]) -> Vec<String> {
    let mut origins = Vec::new();
    for (index, text) in config.texts("origins").iter().enumerate() {
        let name = element("origins", index);
        if let Some(url) = address(config, &name, text, insecure_hosts) {
            // A path would look like a bound to where the token goes, and be none.
            if !is_origin(&url) {
                config.invalid(&name, NO_ORIGIN);
            }
            origins.push(url.origin());
        }
    }
    for targets in [&request.resource, &request.audience] {
        for target in targets {
            // Any other target is a name, and nothing is sent to it.
            if let Ok(url) = (HttpsPolicy { insecure_hosts, loopback: true }).check(target, "", "") {
                origins.push(url.origin());
            }
        }
    }
    origins
}

/// An address that may be spoken to. The failure of another is left in `config`.
fn address(config: &Fields<'_, '_>, name: &str, text: &str, insecure_hosts: &[String]) -> Option<Url> {
    let field = config.field(name);
    match (HttpsPolicy { insecure_hosts, loopback: true }).check(text, &field, &fill("`{}`", &[&field])) {
        Ok(url) => Some(url),
        Err(error) => {
            config.fail(error);
            None
        }
    }
}

/// An error of the client or the exchange, at the member of the configuration that it comes from.
fn relocate(mut error: Error, config: &Fields<'_, '_>) -> Error {
    if let Some(ErrorDetails::Config(error)) = error.details_mut() {
        let written = |name: &'static str| config.get(name).is_some();
        let renamed = |from: &str, to: &str| error.field.strip_prefix(from).map(|rest| fill("{}{}", &[to, rest]));
        let name = match error.field.as_str() {
            "auth.clientId" => "clientId".into(),
            // Made of it, and not written.
            "auth" if written("clientSecret") => "clientSecret".into(),
            field => renamed("extra", "extraParams")
                .or_else(|| renamed("scope", "requestedScopes").filter(|_| written("requestedScopes")))
                .unwrap_or_else(|| field.into()),
        };
        let field = config.field(&name);
        // A message begins with the name that it is about.
        if let Some(rest) = error.message.strip_prefix(&fill("`{}`", &[&error.field])) {
            error.message = fill("`{}`{}", &[&field, rest]);
        }
        error.field = field;
    }
    error
}

#[cfg(test)]
mod tests;
