//! Token exchange (RFC 8693).

use crate::Client;
use crate::characters::Class;
use crate::error::{Error, ErrorCode};
use crate::fields::{self, Fields, invalid, missing};
use crate::flow::arguments;
use crate::flow::exchange_template::is_shared;
use crate::flow::token_endpoint::{self, Grant};
use crate::flow::{CallOptions, Flow};
use crate::json::is_object;
use crate::policy::cache::{self, Caps};
use crate::policy::issued::{self, Verify};
use crate::policy::preset::{IssuedType, OmitMeans, SendRequestedType, ServerPreset, TargetVia};
use crate::protocol::names::token_type::ACCESS_TOKEN;
use crate::protocol::rfc6749_token::{ExchangeExpectation, TokenSet};
use crate::protocol::rfc6750_bearer::{LONGEST_TOKEN, check_token};
use crate::protocol::rfc7519_jwt;
use crate::protocol::rfc8693_exchange::{self as exchange, TokenExchange};
use crate::secret::{Secret, keys};
use crate::text::{contains, fill, join};
use crate::time::UnixMillis;
use std::borrow::Cow;
use std::rc::Rc;

/// A SAML assertion carries its certificates. In bytes.
const LONGEST_SAML: usize = 1_048_576;

/// What `exchangeToken` takes. RFC 8693 section 2.1.
#[derive(Clone, Default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct TokenExchangeRequest {
    /// The token of the party on whose behalf the request is made.
    pub subject_token: String,
    /// Its type; an access token when left out.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub subject_token_type: Option<String>,
    /// The token of the party that acts.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub actor_token: Option<String>,
    /// Its type; an access token when left out.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub actor_token_type: Option<String>,
    /// The type of token to ask for; the server's choice when left out.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub requested_token_type: Option<String>,
    /// Logical names of the target services.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string | readonly string[]"))]
    pub audience: Vec<String>,
    /// Addresses of the target services, absolute URIs.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string | readonly string[]"))]
    pub resource: Vec<String>,
    /// The scopes to ask for; a string is split at spaces.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string | readonly string[]"))]
    pub scope: Vec<String>,
    /// Authorization details (RFC 9396 section 2).
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "readonly { readonly type: string; readonly [member: string]: unknown }[]")
    )]
    pub authorization_details: Option<String>,
    /// A claims request: an object, or its JSON text.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string | Readonly<Record<string, unknown>>"))]
    pub claims: Option<String>,
    /// Further form parameters; none may replace one that the operation sets.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "NameValues"))]
    pub extra: Vec<(String, String)>,
    /// True to refuse an issued JWT that is for another issuer, subject or audience, holds more scopes or lives longer than
    /// was asked for.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub verify_issued: bool,
}

impl std::fmt::Debug for TokenExchangeRequest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("TokenExchangeRequest")
            .field("audience", &self.audience)
            .field("resource", &self.resource)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl TokenExchangeRequest {
    /// Reads the arguments as they cross from JavaScript.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] that names the first bad one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let document = fields::document(text)?;
        let request = Fields::new(document.root(), "");
        let read = Self {
            subject_token: request.required_text("subjectToken"),
            subject_token_type: request.text("subjectTokenType"),
            actor_token: request.text("actorToken"),
            actor_token_type: request.text("actorTokenType"),
            requested_token_type: request.text("requestedTokenType"),
            audience: request.texts("audience"),
            resource: request.texts("resource"),
            scope: request.texts("scope"),
            authorization_details: request.raw("authorizationDetails"),
            claims: claims(&request),
            extra: request.pairs("extra"),
            verify_issued: request.flag("verifyIssued").unwrap_or_default(),
        };
        request.finish().map(|()| read)
    }
}

/// A claims request: an object, or its JSON text.
pub(crate) fn claims(fields: &Fields<'_, '_>) -> Option<String> {
    let claims = fields.get("claims")?;
    Some(claims.as_str().map_or_else(|| claims.text().into(), Cow::into_owned))
}

impl Client {
    /// Exchanges a subject's token for one that is good for a target (RFC 8693 section 2): the flow finds the token endpoint,
    /// authenticates, sends, repeats what is safe to repeat, and ends with the token.
    ///
    /// It ends with [`Config`](crate::error::ErrorDetails::Config) before anything is sent for arguments that are wrong or that
    /// the preset knows the server refuses; with [`Server`](crate::error::ErrorDetails::Server) for an OAuth error,
    /// [`Http`](crate::error::ErrorDetails::Http) for another status, [`Response`](crate::error::ErrorDetails::Response) for an
    /// answer that breaks the protocol, and [`Transport`](crate::error::ErrorDetails::Transport) without an answer.
    #[must_use]
    #[inline(never)]
    pub fn exchange_token(self: &Rc<Self>, request: TokenExchangeRequest, options: CallOptions) -> Flow<TokenSet> {
        let client = Rc::clone(self);
        Flow::new(|io| async move {
            let shared = is_shared(&request, &options);
            let call = options.check(&client, io.now())?;
            let verify = request.verify_issued.then(|| Verify {
                tolerance_seconds: client.clock_tolerance_seconds,
                scopes: client.preset.scope.echoed,
            });
            let request = check(request, &client.preset)?;
            let grant = grant(&request, &client.preset, shared);
            let token = token_endpoint::send(&io, client, &call, grant).await?;
            if let Some(verify) = verify {
                issued::check(&token, &request, verify)?;
            }
            Ok(with_life(token, &request.subject_token, call.caps, io.now()))
        })
    }
}

/// Decides how long a store may keep a token.
#[inline(never)]
pub(crate) fn with_life(mut token: TokenSet, subject: &Secret, caps: Option<Caps>, now: UnixMillis) -> TokenSet {
    if let Some(caps) = caps {
        let subject = rfc7519_jwt::peek(subject.expose()).and_then(|claims| claims.expires_at);
        if let Some(life) = cache::life_of(&token, subject, &caps, now) {
            token.usable_until = Some(life.usable_until);
            token.stale_until = Some(life.stale_until);
        }
    }
    token
}

pub(crate) fn grant(request: &TokenExchange, preset: &ServerPreset, shared: bool) -> Grant {
    let mut secrets = vec![request.subject_token.clone()];
    if let Some((token, _)) = &request.actor {
        secrets.push(token.clone());
    }
    Grant {
        form: exchange::form(request),
        secrets,
        keys: keys(&request.extra),
        scope: request.scope.clone(),
        exchange: Some(ExchangeExpectation {
            requested_type: request.requested_token_type.clone(),
            issued_type_required: preset.response.issued_type == IssuedType::Required,
        }),
        shared,
    }
}

/// Turns what the caller wrote into a request that the server of this preset may be sent.
#[inline(never)]
pub(crate) fn check(mut request: TokenExchangeRequest, preset: &ServerPreset) -> Result<TokenExchange, Error> {
    let subject_type = or_access_token(&mut request.subject_token_type);
    check_type(subject_type, "subjectTokenType", &preset.subject_types)?;
    check_length(&request.subject_token, subject_type, "subjectToken")?;
    match &request.actor_token {
        Some(actor_token) => {
            let actor_type = or_access_token(&mut request.actor_token_type);
            check_type(actor_type, "actorTokenType", &preset.actor_types)?;
            check_length(actor_token, actor_type, "actorToken")?;
        }
        // RFC 8693 section 2.1: the type must not be sent without the token.
        None if request.actor_token_type.is_some() => return Err(missing("actorToken")),
        None => {}
    }
    if let Some(requested) = &request.requested_token_type {
        check_type(requested, "requestedTokenType", &preset.requested_types)?;
    }
    match preset.send_requested_type {
        SendRequestedType::Always => _ = or_access_token(&mut request.requested_token_type),
        SendRequestedType::IfSet => {}
        // What the server is not asked for it would not issue.
        SendRequestedType::Never => {
            if request.requested_token_type.take().is_some_and(|requested| requested != ACCESS_TOKEN) {
                let message = "`{}`: by its preset this server issues access tokens only";
                return Err(invalid("requestedTokenType", message));
            }
        }
    }
    add_fixed(&mut request.extra, preset)?;
    arguments::check_audiences(&mut request.audience)?;
    arguments::check_resources(&mut request.resource)?;
    arguments::check_scopes(&mut request.scope)?;
    arguments::check_authorization_details(request.authorization_details.as_deref())?;
    if request.claims.as_ref().is_some_and(|claims| !is_object(claims)) {
        return Err(invalid("claims", "`{}` has to be an object, or the JSON text of one"));
    }
    check_target(&request, preset)?;
    Ok(TokenExchange {
        grant_type: preset.grant_type.clone(),
        subject_token_name: preset.names.subject_token.clone(),
        subject_token: Secret::new(request.subject_token),
        subject_token_type: request.subject_token_type.unwrap_or_default(),
        actor: request.actor_token.map(|token| (Secret::new(token), request.actor_token_type.unwrap_or_default())),
        requested_token_type: request.requested_token_type,
        audience: request.audience,
        resource: request.resource,
        scope: request.scope,
        authorization_details: request.authorization_details,
        claims: request.claims,
        extra: request.extra,
    })
}

fn or_access_token(token_type: &mut Option<String>) -> &str {
    token_type.get_or_insert_with(|| ACCESS_TOKEN.into())
}

fn check_length(token: &str, token_type: &str, field: &str) -> Result<(), Error> {
    check_token(token, field, if contains(token_type, ":saml") { LONGEST_SAML } else { LONGEST_TOKEN })
}

fn check_type(value: &str, field: &str, known: &[String]) -> Result<(), Error> {
    if value.is_empty() || !Class::TOKEN.is_all_of(value) || contains(value, " ") {
        return Err(invalid(field, "`{}` has to be a token type, a URI such as those of `TokenType`"));
    }
    if !known.is_empty() && !known.iter().any(|known| known == value) {
        return Err(Error::config(
            ErrorCode::InvalidOption,
            field,
            "`{}`: by its preset this server takes only {}",
            &[field, &join(known, ", ")],
        ));
    }
    Ok(())
}

/// Checks the extra parameters, and puts those before them that the preset sends with every exchange.
fn add_fixed(extra: &mut Vec<(String, String)>, preset: &ServerPreset) -> Result<(), Error> {
    arguments::check_extra(extra, &exchange::RESERVED)?;
    arguments::check_extra(extra, &[&preset.names.subject_token])?;
    for required in &preset.required_extra {
        if !extra.iter().any(|(name, value)| name == required && !value.is_empty()) {
            return Err(missing(&fill("extra.{}", &[required])));
        }
    }
    for fixed in &preset.fixed {
        // What says the same may be said twice: it is sent once.
        extra.retain(|given| given != fixed);
        arguments::check_extra(extra, &[&fixed.0])?;
    }
    let mut all = preset.fixed.clone();
    all.append(extra);
    *extra = all;
    Ok(())
}

fn check_target(exchange: &TokenExchangeRequest, preset: &ServerPreset) -> Result<(), Error> {
    let says = fill("the preset {} says that the server ", &[preset.id.as_str()]);
    let nowhere = matches!(preset.target.via, TargetVia::Scope | TargetVia::None);
    let given = [
        ("audience", exchange.audience.len()),
        ("resource", exchange.resource.len()),
        ("actorToken", usize::from(exchange.actor_token.is_some())),
    ];
    for (field, given) in given {
        let forbidden =
            (nowhere && field != "actorToken") || preset.target.forbid.iter().any(|forbidden| forbidden == field);
        if given > 0 && forbidden {
            return Err(Error::config(ErrorCode::InvalidOption, field, "{}takes no `{}`", &[&says, field]));
        }
        if given > 1 && !preset.target.many {
            return Err(Error::config(ErrorCode::InvalidOption, field, "{}takes one `{}` only", &[&says, field]));
        }
    }
    let via = preset.target.via;
    let unnamed = match via {
        TargetVia::Audience | TargetVia::Resource => exchange.audience.is_empty() && exchange.resource.is_empty(),
        TargetVia::Scope => exchange.scope.is_empty(),
        TargetVia::None => false,
    };
    if preset.target.required && unnamed {
        return Err(missing(via.as_str()));
    }
    if (preset.scope.required || preset.scope.omit_means == OmitMeans::Error) && exchange.scope.is_empty() {
        return Err(missing("scope"));
    }
    Ok(())
}
