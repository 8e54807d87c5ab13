//! One client: its options, checked once, and the metadata it remembers.

pub mod defaults;
mod identity;
pub mod options;

use crate::error::{Error, ErrorCode, ErrorDetails};
use crate::fields::{invalid, missing};
use crate::http::{Header, HttpRequest, check_headers, is_header_value};
use crate::policy::discovery::{EndpointOrigins, MetadataCache};
use crate::policy::preset::{BasicEncoding, IssuedType, PresetDiscovery, ServerPreset};
use crate::protocol::rfc6749_client_authentication::ClientAuthentication;
use crate::protocol::rfc6750_bearer::{LONGEST_TOKEN, authorization_header, check_token};
use crate::protocol::rfc8414_metadata::same_issuer;
use crate::secret::{Secret, keys};
use crate::text::{contains, join};
use crate::url::{HttpsPolicy, Url};
use options::{AuthKind, ClientOptions, Conformance, Discovery, DiscoveryOptions, Endpoints};
use std::mem::take;

const HOUR: u64 = 3_600_000;
const MINUTE: u64 = 60_000;
const DEFAULT_RETRIES: u32 = 3;
const DEFAULT_TOLERANCE: u64 = 10;

/// One client of one issuer. Its operations are methods that return flows: see [`crate::flow`].
pub struct Client {
    pub(crate) issuer: String,
    pub(crate) issuer_url: Url,
    credentials: Credentials,
    pub(crate) preset: Box<ServerPreset>,
    pub(crate) endpoints: Endpoints,
    pub(crate) metadata: Option<MetadataCache>,
    pub(crate) endpoint_origins: EndpointOrigins,
    pub(crate) insecure_hosts: Vec<String>,
    pub(crate) timeout_ms: u64,
    pub(crate) max_retries: u32,
    pub(crate) clock_tolerance_seconds: u64,
    headers: Vec<Header>,
}

enum Credentials {
    One(ClientAuthentication),
    /// By zone; a call names one.
    Zones(Vec<(String, ClientAuthentication)>),
    /// Those of another issuer's client: never sent to this one.
    Withheld {
        issuer: String,
    },
}

impl std::fmt::Debug for Client {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Client").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Client {
    /// Checks the options of a client.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] that names the first bad option.
    pub fn new(mut options: ClientOptions) -> Result<Self, Error> {
        let https = HttpsPolicy { insecure_hosts: &options.insecure_hosts, loopback: true };
        let issuer_url = check_issuer(&options.issuer, &https)?;
        options.endpoints.resolve(&issuer_url, &https)?;
        let headers = headers(&mut options)?;
        let mut preset = options.preset.take().unwrap_or_default();
        if options.conformance == Some(Conformance::Fapi2) {
            preset.response.issued_type = IssuedType::Required;
        }
        let credentials = credentials(&mut options, &preset)?;
        let times = match options.discovery {
            Some(Discovery::Off) => None,
            None if preset.discovery == PresetDiscovery::Fixed => None,
            Some(Discovery::On(times)) => Some(times),
            None => Some(DiscoveryOptions::default()),
        };
        let cache = |times: DiscoveryOptions| {
            MetadataCache::new(times.ttl_ms.unwrap_or(HOUR), times.negative_ttl_ms.unwrap_or(MINUTE))
        };
        Ok(Self {
            issuer: options.issuer,
            issuer_url,
            credentials,
            preset,
            endpoints: options.endpoints,
            metadata: times.map(cache),
            endpoint_origins: options.endpoint_origins,
            timeout_ms: options.timeout_ms.unwrap_or(defaults::TIMEOUT_MS),
            max_retries: options.max_retries.unwrap_or(DEFAULT_RETRIES),
            clock_tolerance_seconds: options.clock_tolerance_seconds.unwrap_or(DEFAULT_TOLERANCE),
            insecure_hosts: options.insecure_hosts,
            headers,
        })
    }

    /// The issuer as it was given.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What the client authenticates with, in this zone if it has several.
    pub(crate) fn authentication(&self, zone: Option<&str>) -> Result<&ClientAuthentication, Error> {
        match &self.credentials {
            Credentials::One(authentication) => Ok(authentication),
            Credentials::Zones(zones) => {
                let wanted = zone.unwrap_or(&self.issuer);
                for (name, authentication) in zones {
                    if name == wanted || (zone.is_none() && same_issuer(name, wanted)) {
                        return Ok(authentication);
                    }
                }
                let message = match zone {
                    Some(_) => "there are no credentials for the zone {}",
                    None => "there are credentials for several zones: name one as `zone`",
                };
                Err(Error::config(ErrorCode::UnknownZone, "zone", message, &[wanted]))
            }
            Credentials::Withheld { issuer } => Err(Error::config(
                ErrorCode::MissingOption,
                "auth",
                "the credentials for {} are not sent to {}: make a client with credentials for that issuer",
                &[issuer, &self.issuer],
            )),
        }
    }

    /// The `Authorization` value that presents a token at an address, which must be one that may be spoken to (RFC 6750 section
    /// 2.1). `token_type` and `issued_token_type` are those of the answer that the token came in.
    ///
    /// # Errors
    /// `invalid_endpoint` and `insecure_url` for the address; `redacted_token` and `invalid_option` for the token.
    pub fn authorize_resource(
        &self,
        url: &str,
        token: &str,
        token_type: &str,
        issued_token_type: Option<&str>,
    ) -> Result<String, Error> {
        HttpsPolicy { insecure_hosts: &self.insecure_hosts, loopback: true }.check(url, "input", "the address")?;
        check_token(token, "token", LONGEST_TOKEN)?;
        authorization_header(token, token_type, issued_token_type)
    }

    /// Adds the headers of the client and of the call, of which the latter win.
    pub(crate) fn add_headers(&self, request: &mut HttpRequest, call: &[Header]) {
        for headers in [&self.headers, call] {
            for (name, _) in headers {
                // `Accept` is ours: what we can read does not depend on the caller.
                if !name.eq_ignore_ascii_case("accept") {
                    request.set_header(name, values(headers, name));
                }
            }
        }
    }

    /// Values of the caller's own headers that may be keys; a short value is a word.
    pub(crate) fn secrets_in_headers(&self, call: &[Header]) -> Vec<Secret> {
        let mut secrets = keys(&self.headers);
        secrets.append(&mut keys(call));
        secrets
    }

    /// Origins that an address for the user may lead to.
    pub(crate) fn trusted_origins(&self) -> Vec<String> {
        let mut origins = vec![self.issuer_url.origin()];
        if let EndpointOrigins::Listed(listed) = &self.endpoint_origins {
            origins.extend_from_slice(listed);
        }
        origins
    }
}

/// The values of a header that is given once or more (RFC 9110 section 5.3).
fn values(headers: &[Header], wanted: &str) -> String {
    let mut values = Vec::new();
    for (name, value) in headers {
        if name.eq_ignore_ascii_case(wanted) {
            values.push(value.clone());
        }
    }
    join(&values, ", ")
}

fn check_issuer(issuer: &str, https: &HttpsPolicy<'_>) -> Result<Url, Error> {
    if issuer.is_empty() {
        return Err(missing("issuer"));
    }
    let refuse = |reason: &str| Error::config(ErrorCode::InvalidOption, "issuer", "the issuer {}", &[reason]);
    if contains(issuer, "/.well-known/") {
        return Err(refuse("is the address of a metadata document: pass the issuer that stands in that document"));
    }
    match https.check(issuer, "issuer", "the issuer") {
        Ok(url) if url.has_query => Err(refuse("has a query (?…): pass it without")),
        Err(mut error) => {
            if let Some(ErrorDetails::Config(error)) = error.details_mut()
                && error.code == ErrorCode::InvalidEndpoint
            {
                error.code = ErrorCode::InvalidOption;
                error
                    .message
                    .push_str(": pass it as the server's metadata spells it, such as https://as.example/tenant");
            }
            Err(error)
        }
        checked => checked,
    }
}

/// The headers of every request.
fn headers(options: &mut ClientOptions) -> Result<Vec<Header>, Error> {
    let custom = &mut options.custom_headers;
    check_headers(custom, "customHeaders")?;
    let agent = match &options.user_agent {
        Some(agent) if !is_header_value(agent) => {
            return Err(invalid("userAgent", "`userAgent` has characters that HTTP does not allow"));
        }
        Some(agent) => Some(agent.as_str()),
        None if options.browser => None,
        None => Some(concat!("onbehalf/", env!("CARGO_PKG_VERSION"))),
    };
    let mut headers = Vec::new();
    if let Some(agent) = agent
        && !custom.iter().any(|(name, _)| name.eq_ignore_ascii_case("user-agent"))
    {
        headers.push(("user-agent".into(), agent.into()));
    }
    headers.append(custom);
    Ok(headers)
}

const DIFFERENT_ID: &str = "`clientId` differs from the client id of `auth`: leave `clientId` out";

fn credentials(options: &mut ClientOptions, preset: &ServerPreset) -> Result<Credentials, Error> {
    let auth = options.auth.get_or_insert_default();
    let client_id = &mut options.client_id;
    if client_id.is_some() && auth.client_id.is_some() && *client_id != auth.client_id {
        return Err(invalid("clientId", DIFFERENT_ID));
    }
    match auth.kind {
        AuthKind::Basic | AuthKind::Post | AuthKind::Secret => {
            require(&auth.client_id, "auth.clientId")?;
            require(&auth.client_secret, "auth.clientSecret")?;
        }
        AuthKind::Bearer => {
            require(&auth.access_token, "auth.accessToken")?;
            check_token(auth.access_token.as_deref().unwrap_or_default(), "auth.accessToken", LONGEST_TOKEN)?;
        }
        AuthKind::None | AuthKind::Custom | AuthKind::MultiZone | AuthKind::Withheld => {}
    }
    let raw = auth.encoding.unwrap_or(preset.client_auth.basic_encoding) == BasicEncoding::Raw;
    let (named, secret) = (&mut auth.client_id, &mut auth.client_secret);
    let one = match auth.kind {
        AuthKind::None => ClientAuthentication::None { client_id: named.take().or(client_id.take()) },
        AuthKind::Basic => {
            ClientAuthentication::Basic { client_id: taken(named), secret: Secret::new(taken(secret)), raw }
        }
        AuthKind::Post => ClientAuthentication::Post { client_id: taken(named), secret: Secret::new(taken(secret)) },
        AuthKind::Secret => {
            ClientAuthentication::Secret { client_id: taken(named), secret: Secret::new(taken(secret)), raw }
        }
        AuthKind::Bearer => ClientAuthentication::Bearer {
            token: Secret::new(taken(&mut auth.access_token)),
            client_id: client_id.take(),
        },
        AuthKind::Custom => ClientAuthentication::Host { client_id: client_id.take() },
        AuthKind::Withheld => return Ok(Credentials::Withheld { issuer: taken(&mut auth.issuer) }),
        AuthKind::MultiZone => {
            let named = |row: &Vec<String>| client_id.is_none() || row.get(1) == client_id.as_ref();
            if !auth.zones.iter().all(named) {
                return Err(invalid("clientId", DIFFERENT_ID));
            }
            return zones(&mut auth.zones, raw, preset).map(Credentials::Zones);
        }
    };
    check_method(&one, preset)?;
    Ok(Credentials::One(one))
}

fn zones(
    rows: &mut [Vec<String>],
    raw: bool,
    preset: &ServerPreset,
) -> Result<Vec<(String, ClientAuthentication)>, Error> {
    let mut zones = Vec::new();
    for row in rows {
        if let [zone, client_id, secret] = row.as_mut_slice() {
            let (client_id, secret) = (take(client_id), Secret::new(take(secret)));
            let basic = ClientAuthentication::Basic { client_id, secret, raw };
            check_method(&basic, preset)?;
            zones.push((take(zone), basic));
        }
    }
    Ok(zones)
}

#[inline(never)]
fn taken(value: &mut Option<String>) -> String {
    value.take().unwrap_or_default()
}

fn check_method(authentication: &ClientAuthentication, preset: &ServerPreset) -> Result<(), Error> {
    let rules = &preset.client_auth;
    let methods = authentication.methods();
    let bearer = matches!(authentication, ClientAuthentication::Bearer { .. });
    if !(bearer && rules.forbid_header) && (methods.is_empty() || methods.iter().any(|method| rules.takes(method))) {
        return Ok(());
    }
    Err(Error::config(
        ErrorCode::InvalidOption,
        "auth",
        "the preset {} says that the server does not take this client authentication",
        &[&preset.id],
    ))
}

fn require(value: &Option<String>, field: &str) -> Result<(), Error> {
    match value {
        None => Err(missing(field)),
        Some(value) if value.is_empty() => Err(invalid(field, "`{}` is empty")),
        Some(_) => Ok(()),
    }
}
