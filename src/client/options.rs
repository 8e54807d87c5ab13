//! The options of a client as they are given.

use crate::error::{Error, ErrorCode};
use crate::fields::{self, Fields, element};
use crate::http::{Header, find};
use crate::policy::discovery::EndpointOrigins;
use crate::policy::preset::{BasicEncoding, ServerPreset};
use crate::text::{contains, fill};
use crate::url::{HttpsPolicy, Url};
use crate::words::words;

/// The options of a client; only `issuer` is required. The defaults are those of `OAuthClient` in the npm package.
#[derive(Default)]
pub struct ClientOptions {
    /// The issuer, as the server's metadata spells it.
    pub issuer: String,
    /// The id of a public client.
    pub client_id: Option<String>,
    /// What the client authenticates with; left out: it is a public client.
    pub auth: Option<AuthData>,
    /// How the server wants things; left out: as the RFC says.
    pub preset: Option<Box<ServerPreset>>,
    /// Endpoints that are not taken from metadata.
    pub endpoints: Endpoints,
    /// `false`, or how long metadata is remembered.
    pub discovery: Option<Discovery>,
    /// Where discovered endpoints may live.
    pub endpoint_origins: EndpointOrigins,
    /// Hosts that may be spoken to by http.
    pub insecure_hosts: Vec<String>,
    /// Bound of a whole operation in milliseconds.
    pub timeout_ms: Option<u64>,
    /// Repetitions of one request at most.
    pub max_retries: Option<u32>,
    /// Longest answer in bytes, for the driver of the npm package. Other drivers have a limit of their own: `fetch` for Rust
    /// programs on wasm32 reads a mebibyte.
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

impl std::fmt::Debug for ClientOptions {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ClientOptions")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("auth", &self.auth)
            .finish_non_exhaustive()
    }
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

/// Whether metadata is discovered.
#[derive(Clone, Copy, Debug)]
pub enum Discovery {
    /// By no operation: every endpoint has to be given.
    Off,
    /// When an endpoint is not given.
    On(DiscoveryOptions),
}

impl ClientOptions {
    /// Reads the options as they cross from JavaScript.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] that names the first bad option.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let document = fields::document(text)?;
        let options = Fields::new(document.root(), "");
        let mut read = Self::read(&options);
        read.issuer = options.required_text("issuer");
        read.endpoints = options.nested("endpoints", Endpoints::read);
        // What most other clients call it.
        if options.get("clientSecret").is_some() {
            let message = "there is no option `{}`: give `auth`, such as a `BasicAuth` of client id and secret";
            options.fail(Error::config(ErrorCode::UnknownOption, "clientSecret", message, &["clientSecret"]));
        }
        options.finish()?;
        Ok(read)
    }

    /// Reads the options that a client and a configuration of a store have in common: all but issuer and endpoints.
    #[must_use]
    pub fn read(options: &Fields<'_, '_>) -> Self {
        Self {
            issuer: String::new(),
            client_id: options.filled_text("clientId"),
            auth: options.get("auth").map(|_| options.nested("auth", AuthData::read)),
            preset: preset(options),
            endpoints: Endpoints::default(),
            discovery: discovery_option(options),
            endpoint_origins: endpoint_origins(options),
            insecure_hosts: insecure_hosts(options),
            timeout_ms: options.millis("timeoutMs", 1),
            max_retries: options.integer("maxRetries", 0, 100).and_then(|retries| u32::try_from(retries).ok()),
            max_response_bytes: options.integer("maxResponseBytes", 1, MOST_BYTES),
            clock_tolerance_seconds: options.integer("clockToleranceSeconds", 0, LONGEST_TOLERANCE),
            user_agent: options.filled_text("userAgent"),
            custom_headers: options.pairs("customHeaders"),
            conformance: Conformance::read(options, "conformance"),
            browser: options.flag("browser").unwrap_or_default(),
        }
    }
}

const LONGEST_TOLERANCE: u64 = 60;
/// Of a longer answer that is all brackets and commas, the values alone might fill the memory that a module can have.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// Hosts as URLs spell them, so that they can be compared.
fn insecure_hosts(options: &Fields<'_, '_>) -> Vec<String> {
    let mut hosts = options.texts("insecureHosts");
    for (index, host) in hosts.iter_mut().enumerate() {
        // By a scheme whose usual port this is not: that one is lost, and without a port all are allowed.
        let scheme = if host.ends_with("21") { "http" } else { "ftp" };
        let bare = |url: &Url| is_origin(url) && !contains(host, "/") && !contains(host, "\\");
        match Url::parse(&fill("{}://{}", &[scheme, host])).filter(bare) {
            Some(url) => *host = url.host().into(),
            None => options.invalid(&element("insecureHosts", index), "`{}` has to be a host, with or without a port"),
        }
    }
    hosts
}

fn preset(options: &Fields<'_, '_>) -> Option<Box<ServerPreset>> {
    const FIELD: &str = "preset";
    let Some(name) = options.get(FIELD)?.as_str() else {
        return Some(Box::new(options.nested(FIELD, ServerPreset::read)));
    };
    match ServerPreset::named_at(&options.field(FIELD), &name) {
        Ok(preset) => Some(preset),
        Err(error) => {
            options.fail(error);
            None
        }
    }
}

fn discovery_option(options: &Fields<'_, '_>) -> Option<Discovery> {
    if options.get("discovery")?.as_bool() == Some(false) {
        return Some(Discovery::Off);
    }
    Some(Discovery::On(options.nested("discovery", |discovery| DiscoveryOptions {
        ttl_ms: discovery.millis("ttlMs", 0),
        negative_ttl_ms: discovery.millis("negativeTtlMs", 0),
    })))
}

fn endpoint_origins(options: &Fields<'_, '_>) -> EndpointOrigins {
    const FIELD: &str = "endpointOrigins";
    let Some(value) = options.get(FIELD) else { return EndpointOrigins::Any };
    match value.as_str().as_deref() {
        Some("any") => EndpointOrigins::Any,
        Some("same-origin") => EndpointOrigins::SameOrigin,
        Some(_) => {
            options.invalid(FIELD, "`endpointOrigins` is \"any\", \"same-origin\" or a list of origins");
            EndpointOrigins::SameOrigin
        }
        None => {
            let mut origins = Vec::new();
            for (index, text) in options.texts(FIELD).iter().enumerate() {
                match Url::parse(text).filter(is_origin) {
                    Some(url) => origins.push(url.origin()),
                    None => options.invalid(&element(FIELD, index), NO_ORIGIN),
                }
            }
            EndpointOrigins::Listed(origins)
        }
    }
}

/// The message about a URL that is more than an origin.
pub(crate) const NO_ORIGIN: &str = "`{}` has to be an origin such as https://as.example";

pub(crate) fn is_origin(url: &Url) -> bool {
    url.path() == "/" && !url.host().is_empty() && !url.has_query && !url.has_fragment && !url.has_user_info
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
    pub zones: Vec<Vec<String>>,
    /// The issuer whose credentials are withheld.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub issuer: Option<String>,
}

impl AuthData {
    fn read(auth: &Fields<'_, '_>) -> Self {
        Self {
            kind: AuthKind::read(auth, "type").unwrap_or_default(),
            client_id: auth.text("clientId"),
            client_secret: auth.text("clientSecret"),
            encoding: BasicEncoding::read(auth, "encoding"),
            access_token: auth.text("accessToken"),
            zones: auth.rows("zones", 3),
            issuer: auth.text("issuer"),
        }
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
        /// A client secret, sent as the server's metadata says.
        Secret = "secret",
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

macro_rules! endpoints {
    ($( $(#[$doc:meta])+ $field:ident / $name:literal, )+) => {
        /// The names an endpoint may be given under.
        const ENDPOINTS: &[&str] = &[$( $name, )+];

        #[cfg(target_arch = "wasm32")]
        #[expect(dead_code, reason = "a type for TypeScript")]
        mod typescript {
            /// Endpoints that are not taken from metadata: absolute, or a path below the issuer's.
            #[derive(tsify::Tsify)]
            pub struct Endpoints {
                $( $(#[$doc])+ #[serde(rename = $name)] #[tsify(optional)] pub $field: String, )+
            }
        }
    };
}

endpoints! {
    /// RFC 6749 section 3.2.
    token / "token",
    /// RFC 6749 section 3.1.
    authorize / "authorize",
    /// RFC 7662.
    introspect / "introspect",
    /// RFC 7009.
    revoke / "revoke",
    /// RFC 7591.
    register / "register",
    /// RFC 9126.
    par / "par",
    /// RFC 8628.
    device_authorization / "deviceAuthorization",
    /// CIBA.
    backchannel_authentication / "backchannelAuthentication",
    /// OpenID Connect Core section 5.3.
    userinfo / "userinfo",
    /// RFC 7517.
    jwks / "jwks",
    /// OpenID Connect RP-Initiated Logout.
    end_session / "endSession",
}

/// Endpoints that are not taken from metadata, by name; a name is one of those of the npm package, such as `token`.
#[derive(Clone, Debug, Default)]
pub struct Endpoints(pub Vec<(String, String)>);

impl Endpoints {
    fn read(fields: &Fields<'_, '_>) -> Self {
        let mut endpoints = Vec::new();
        for name in ENDPOINTS {
            if let Some(text) = fields.text(name) {
                endpoints.push(((*name).into(), text));
            }
        }
        Self(endpoints)
    }

    /// The address of an endpoint.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        find(&self.0, name)
    }

    /// Makes every endpoint absolute and checks it.
    ///
    /// # Errors
    /// `invalid_endpoint` or `insecure_url`, with the endpoint's name.
    pub fn resolve(&mut self, issuer: &Url, https: &HttpsPolicy<'_>) -> Result<(), Error> {
        for (name, address) in &mut self.0 {
            *address = resolve(address, &fill("endpoints.{}", &[name]), issuer, https)?;
        }
        Ok(())
    }
}

fn resolve(text: &str, field: &str, issuer: &Url, https: &HttpsPolicy<'_>) -> Result<String, Error> {
    let invalid = |reason: &str| Error::config(ErrorCode::InvalidEndpoint, field, reason, &[field]);
    if text.starts_with("//") || contains(text, "\\") {
        return Err(invalid("`{}` begins without a scheme: write the whole URL, or a path with one slash"));
    }
    let is_path = text.starts_with('/');
    let base = if is_path { fill("{}{}", &[&issuer.origin(), issuer.trimmed_path()]) } else { String::new() };
    let url = https.check(&fill("{}{}", &[&base, text]), field, &fill("`{}`", &[field]))?;
    // Dot segments, also escaped ones, are resolved by the parser and could climb out of the issuer's path.
    if is_path && !url.href.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('/')) {
        return Err(invalid("`{}` leads out of the issuer's path"));
    }
    Ok(url.href)
}
