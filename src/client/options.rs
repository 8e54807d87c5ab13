//! The options of a client as they are given.

use crate::error::{Error, ErrorCode};
use crate::fields::{self, Fields, invalid};
use crate::http::Header;
use crate::plain::words;
use crate::policy::discovery::EndpointOrigins;
use crate::policy::preset::{self, BasicEncoding, ServerPreset};
use crate::url::{Transport, Url};

/// The options of a client; only `issuer` is required. The defaults are those of `OAuthClient` in the npm package.
#[derive(Debug, Default)]
pub struct ClientOptions {
    /// The issuer, as the server's metadata spells it.
    pub issuer: String,
    /// The id of a public client.
    pub client_id: Option<String>,
    /// What the client authenticates with; left out: it is a public client.
    pub auth: Option<AuthData>,
    /// How the server wants things: the name of a preset or a preset.
    pub preset: Option<PresetOption>,
    /// Endpoints that are not taken from metadata.
    pub endpoints: Option<Endpoints>,
    /// `false`, or how long metadata is remembered.
    pub discovery: Option<DiscoveryOption>,
    /// Where discovered endpoints may live.
    pub endpoint_origins: EndpointOrigins,
    /// Hosts that may be spoken to by http.
    pub insecure_hosts: Vec<String>,
    /// Bound of a whole operation in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Repetitions of one request at most.
    pub max_retries: Option<u32>,
    /// Longest answer in bytes; watched by the driver.
    pub max_response_bytes: Option<u64>,
    /// How far clocks may differ.
    pub clock_tolerance_seconds: Option<u64>,
    /// The User-Agent header.
    pub user_agent: Option<String>,
    /// Headers of every request.
    pub custom_headers: Vec<Header>,
    /// A profile to keep to.
    pub conformance: Option<Conformance>,
    /// True in a browser, which sets its own User-Agent.
    pub browser: bool,
}

words! {
    /// A profile to keep to.
    pub enum Conformance {
        /// The RFCs.
        Default = "default",
        /// The authorization of the Model Context Protocol.
        Mcp = "mcp",
        /// FAPI 2.0: an exchange has to say what it issued.
        Fapi2 = "fapi2",
    }
}

/// How long metadata is remembered.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct DiscoveryOptions {
    /// Life of a document in milliseconds, an hour by default; 0: do not keep.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub ttl_ms: Option<u64>,
    /// Life of a deterministic failure (404, wrong issuer, unusable document) in milliseconds, a minute by default; 0: do not keep.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub negative_ttl_ms: Option<u64>,
}

/// The name of a built-in preset, or a preset.
#[derive(Clone, Debug)]
pub enum PresetOption {
    /// See [`ServerPreset::named`].
    Named(String),
    /// A preset of the caller's own.
    Own(Box<ServerPreset>),
}

/// Whether metadata is discovered.
#[derive(Clone, Copy, Debug)]
pub enum DiscoveryOption {
    /// Never: every endpoint has to be given.
    Off,
    /// When an endpoint is not given.
    On(DiscoveryOptions),
}

impl ClientOptions {
    /// Reads the options as they cross from JavaScript.
    ///
    /// # Errors
    /// [`Error::Config`] that names the first bad option.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let document = fields::document(text)?;
        let options = Fields::new(document.root(), "", KNOWN)?;
        Ok(Self {
            issuer: options.required_text("issuer")?,
            client_id: options.get("clientId").map(|_| options.required_text("clientId")).transpose()?,
            auth: options.object("auth", AUTH)?.map(|auth| AuthData::read(&auth)).transpose()?,
            preset: preset_option(&options)?,
            endpoints: options.object("endpoints", ENDPOINTS)?.map(|fields| Endpoints::read(&fields)).transpose()?,
            discovery: discovery_option(&options)?,
            endpoint_origins: endpoint_origins(&options)?,
            insecure_hosts: options.texts("insecureHosts")?,
            timeout_ms: options.millis("timeoutMs", 1)?,
            max_retries: options.integer("maxRetries", 100)?.and_then(|retries| u32::try_from(retries).ok()),
            max_response_bytes: options.integer("maxResponseBytes", MOST_BYTES)?,
            clock_tolerance_seconds: options.integer("clockToleranceSeconds", LONGEST_TOLERANCE)?,
            user_agent: options.text("userAgent")?,
            custom_headers: options.pairs("customHeaders")?,
            conformance: options.word("conformance", Conformance::WORDS)?,
            browser: options.flag("browser")?.unwrap_or_default(),
        })
    }
}

const LONGEST_TOLERANCE: u64 = 60;
/// An answer is one JavaScript string, of which no host holds more than this.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

const KNOWN: &[&str] = &[
    "issuer",
    "clientId",
    "auth",
    "preset",
    "endpoints",
    "discovery",
    "endpointOrigins",
    "insecureHosts",
    "timeoutMs",
    "maxRetries",
    "maxResponseBytes",
    "clockToleranceSeconds",
    "userAgent",
    "customHeaders",
    "conformance",
    "browser",
];
const AUTH: &[&str] = &["type", "clientId", "clientSecret", "encoding", "accessToken", "zones", "issuer"];
const ENDPOINTS: &[&str] = &[
    "token",
    "authorize",
    "introspect",
    "revoke",
    "register",
    "par",
    "deviceAuthorization",
    "backchannelAuthentication",
    "userinfo",
    "jwks",
    "endSession",
];

fn preset_option(options: &Fields<'_, '_>) -> Result<Option<PresetOption>, Error> {
    let Some(value) = options.get("preset") else { return Ok(None) };
    if let Some(name) = value.as_str() {
        return Ok(Some(PresetOption::Named(name.into_owned())));
    }
    let own = ServerPreset::read(&Fields::new(value, "preset", preset::KNOWN)?)?;
    Ok(Some(PresetOption::Own(Box::new(own))))
}

fn discovery_option(options: &Fields<'_, '_>) -> Result<Option<DiscoveryOption>, Error> {
    match options.get("discovery") {
        None => Ok(None),
        Some(value) if value.as_bool() == Some(false) => Ok(Some(DiscoveryOption::Off)),
        Some(value) => {
            let discovery = Fields::new(value, "discovery", &["ttlMs", "negativeTtlMs"])?;
            let ttl_ms = discovery.millis("ttlMs", 0)?;
            Ok(Some(DiscoveryOption::On(DiscoveryOptions {
                ttl_ms,
                negative_ttl_ms: discovery.millis("negativeTtlMs", 0)?,
            })))
        }
    }
}

fn endpoint_origins(options: &Fields<'_, '_>) -> Result<EndpointOrigins, Error> {
    let Some(value) = options.get("endpointOrigins") else { return Ok(EndpointOrigins::Any) };
    match value.as_str().as_deref() {
        Some("any") => Ok(EndpointOrigins::Any),
        Some("same-origin") => Ok(EndpointOrigins::SameOrigin),
        Some(_) => {
            Err(invalid("endpointOrigins", &["`endpointOrigins` is \"any\", \"same-origin\" or a list of origins"]))
        }
        None => options
            .texts("endpointOrigins")?
            .iter()
            .map(|text| origin(text))
            .collect::<Result<_, _>>()
            .map(EndpointOrigins::Listed),
    }
}

fn origin(text: &str) -> Result<String, Error> {
    let url =
        Url::parse(text).filter(|url| url.path == "/" && !url.has_query && !url.has_fragment && !url.has_user_info);
    let url = url.filter(|url| !url.host.is_empty());
    url.map(|url| url.origin()).ok_or_else(|| {
        invalid("endpointOrigins", &["`endpointOrigins` holds an element that is no origin such as https://as.example"])
    })
}

/// What a client authenticates with, as it crosses from JavaScript. Which members are set depends on the kind.
#[derive(Default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct AuthData {
    /// The method.
    #[cfg_attr(target_arch = "wasm32", serde(rename = "type"))]
    pub kind: AuthKind,
    /// The client id.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub client_id: Option<String>,
    /// The client secret.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub client_secret: Option<String>,
    /// How HTTP Basic is encoded; left out: as the preset says.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub encoding: Option<BasicEncoding>,
    /// The access token of [`AuthKind::Bearer`].
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub access_token: Option<String>,
    /// Zone, client id and secret of [`AuthKind::MultiZone`].
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "[string, string, string][]"))]
    pub zones: Vec<[String; 3]>,
    /// The issuer whose credentials are withheld.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub issuer: Option<String>,
}

impl AuthData {
    fn read(auth: &Fields<'_, '_>) -> Result<Self, Error> {
        Ok(Self {
            kind: auth.word("type", AuthKind::WORDS)?.unwrap_or_default(),
            client_id: auth.text("clientId")?,
            client_secret: auth.text("clientSecret")?,
            encoding: auth.word("encoding", BasicEncoding::WORDS)?,
            access_token: auth.text("accessToken")?,
            zones: auth.tuples("zones")?,
            issuer: auth.text("issuer")?,
        })
    }
}

impl std::fmt::Debug for AuthData {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("AuthData")
            .field("kind", &self.kind)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

words! {
    /// The ways a client may authenticate.
    #[derive(Default)]
    pub enum AuthKind {
        /// A public client.
        #[default]
        None = "none",
        /// `client_secret_basic`.
        Basic = "basic",
        /// `client_secret_post`.
        Post = "post",
        /// An access token.
        Bearer = "bearer",
        /// HTTP Basic by zone.
        MultiZone = "multi_zone",
        /// A function of the host.
        Custom = "custom",
        /// Credentials of another issuer, which are not sent.
        Withheld = "withheld",
    }
}

/// Endpoints that are not taken from metadata: absolute, or a path below the issuer's.
#[derive(Clone, Debug, Default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct Endpoints {
    /// RFC 6749 section 3.2.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub token: Option<String>,
    /// RFC 6749 section 3.1.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub authorize: Option<String>,
    /// RFC 7662.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub introspect: Option<String>,
    /// RFC 7009.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub revoke: Option<String>,
    /// RFC 7591.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub register: Option<String>,
    /// RFC 9126.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub par: Option<String>,
    /// RFC 8628.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub device_authorization: Option<String>,
    /// CIBA.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub backchannel_authentication: Option<String>,
    /// OpenID Connect Core section 5.3.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub userinfo: Option<String>,
    /// RFC 7517.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub jwks: Option<String>,
    /// OpenID Connect RP-Initiated Logout.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub end_session: Option<String>,
}

impl Endpoints {
    fn read(fields: &Fields<'_, '_>) -> Result<Self, Error> {
        Ok(Self {
            token: fields.text("token")?,
            authorize: fields.text("authorize")?,
            introspect: fields.text("introspect")?,
            revoke: fields.text("revoke")?,
            register: fields.text("register")?,
            par: fields.text("par")?,
            device_authorization: fields.text("deviceAuthorization")?,
            backchannel_authentication: fields.text("backchannelAuthentication")?,
            userinfo: fields.text("userinfo")?,
            jwks: fields.text("jwks")?,
            end_session: fields.text("endSession")?,
        })
    }

    /// Makes every endpoint absolute and checks it.
    ///
    /// # Errors
    /// `invalid_endpoint` or `insecure_url`, with the endpoint's name.
    pub fn resolve(mut self, issuer: &Url, transport: &Transport<'_>) -> Result<Self, Error> {
        let all = [
            ("endpoints.token", &mut self.token),
            ("endpoints.authorize", &mut self.authorize),
            ("endpoints.introspect", &mut self.introspect),
            ("endpoints.revoke", &mut self.revoke),
            ("endpoints.register", &mut self.register),
            ("endpoints.par", &mut self.par),
            ("endpoints.deviceAuthorization", &mut self.device_authorization),
            ("endpoints.backchannelAuthentication", &mut self.backchannel_authentication),
            ("endpoints.userinfo", &mut self.userinfo),
            ("endpoints.jwks", &mut self.jwks),
            ("endpoints.endSession", &mut self.end_session),
        ];
        for (field, endpoint) in all {
            if let Some(text) = endpoint.take() {
                *endpoint = Some(resolve(&text, field, issuer, transport)?);
            }
        }
        Ok(self)
    }
}

fn resolve(text: &str, field: &str, issuer: &Url, transport: &Transport<'_>) -> Result<String, Error> {
    let what = ["`", field, "`"].concat();
    let invalid = |reason: &str| Error::config(ErrorCode::InvalidEndpoint, field, &[&what, reason]);
    if text.starts_with("//") || text.contains('\\') {
        return Err(invalid(" begins without a scheme: write the whole URL, or a path with one slash"));
    }
    if !text.starts_with('/') {
        return transport.check(text, field, &what).map(|url| url.href);
    }
    let base = [&issuer.origin(), issuer.path.trim_end_matches('/')].concat();
    let url = transport.check(&[&base, text].concat(), field, &what)?;
    // Dot segments, also escaped ones, are resolved by the parser and could climb out of the issuer's path.
    if url.href.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('/')) {
        Ok(url.href)
    } else {
        Err(invalid(" leads out of the issuer's path"))
    }
}
