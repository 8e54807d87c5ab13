//! The options of a client as they are given.

use crate::client::invalid;
use crate::error::{Error, ErrorCode};
use crate::http::Header;
use crate::policy::discovery::EndpointOrigins;
use crate::policy::preset::{BasicEncoding, ServerPreset};
use crate::shape::{OneOrMany, OrFalse, TextOr};
use crate::url::{Transport, Url};
use serde::Deserialize;

/// The options of a client; only `issuer` is required. The defaults are those of `OAuthClient` in the npm package.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientOptions {
    /// The issuer, as the server's metadata spells it.
    pub issuer: String,
    /// The id of a public client.
    pub client_id: Option<String>,
    /// What the client authenticates with; left out: it is a public client.
    pub auth: Option<AuthData>,
    /// How the server wants things: the name of a preset or a preset.
    pub preset: Option<TextOr<ServerPreset>>,
    /// Endpoints that are not taken from metadata.
    pub endpoints: Option<Endpoints>,
    /// `false`, or how long metadata is remembered.
    pub discovery: Option<OrFalse<DiscoveryOptions>>,
    /// Where discovered endpoints may live.
    pub endpoint_origins: Option<EndpointOriginsOption>,
    /// Hosts that may be spoken to by http.
    pub insecure_hosts: Option<Vec<String>>,
    /// Bound of a whole operation in milliseconds.
    pub timeout_ms: Option<f64>,
    /// Repetitions of one request at most.
    pub max_retries: Option<u32>,
    /// Longest answer in bytes; watched by the driver.
    pub max_response_bytes: Option<u64>,
    /// How far clocks may differ.
    pub clock_tolerance_seconds: Option<u64>,
    /// The User-Agent header.
    pub user_agent: Option<String>,
    /// Headers of every request.
    pub custom_headers: Option<Vec<Header>>,
    /// A profile to keep to.
    pub conformance: Option<Conformance>,
    /// True in a browser, which sets its own User-Agent.
    #[serde(default)]
    pub browser: bool,
}

/// A profile to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Conformance {
    /// The RFCs.
    Default,
    /// The authorization of the Model Context Protocol.
    Mcp,
    /// FAPI 2.0: an exchange has to say what it issued.
    Fapi2,
}

/// How long metadata is remembered.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscoveryOptions {
    /// Life of a document in milliseconds, an hour by default; 0: do not keep.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub ttl_ms: Option<f64>,
    /// Life of a deterministic failure (404, wrong issuer, unusable document) in milliseconds, a minute by default; 0: do not keep.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub negative_ttl_ms: Option<f64>,
}

/// Where discovered endpoints may live: `any`, `same-origin`, or a list of origins.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub struct EndpointOriginsOption(pub TextOr<OneOrMany>);

impl EndpointOriginsOption {
    /// Checks the option.
    ///
    /// # Errors
    /// `invalid_option` for another word, and for an element that is no origin.
    pub fn check(self) -> Result<EndpointOrigins, Error> {
        match self.0 {
            TextOr::Text(word) => match word.as_str() {
                "any" => Ok(EndpointOrigins::Any),
                "same-origin" => Ok(EndpointOrigins::SameOrigin),
                _ => Err(invalid(
                    "endpointOrigins",
                    &["`endpointOrigins` is \"any\", \"same-origin\" or a list of origins"],
                )),
            },
            TextOr::Value(list) => {
                let origins = list.0.iter().map(|text| {
                    let url = Url::parse(text).filter(|url| {
                        url.path == "/"
                            && !url.has_query
                            && !url.has_fragment
                            && !url.has_user_info
                            && !url.host.is_empty()
                    });
                    url.map(|url| url.origin()).ok_or_else(|| {
                        invalid(
                            "endpointOrigins",
                            &["`endpointOrigins` holds an element that is no origin such as https://as.example"],
                        )
                    })
                });
                origins.collect::<Result<_, _>>().map(EndpointOrigins::Listed)
            }
        }
    }
}

/// What a client authenticates with, as it crosses from JavaScript. Which members are set depends on the kind.
#[derive(Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuthData {
    /// The method.
    #[serde(rename = "type")]
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
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub zones: Option<Vec<(String, String, String)>>,
    /// The issuer whose credentials are withheld.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub issuer: Option<String>,
}

impl std::fmt::Debug for AuthData {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("AuthData")
            .field("kind", &self.kind)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// The ways a client may authenticate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// A public client.
    #[default]
    None,
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`.
    Post,
    /// An access token.
    Bearer,
    /// HTTP Basic by zone.
    MultiZone,
    /// A function of the host.
    Custom,
    /// Credentials of another issuer, which are not sent.
    Withheld,
}

/// Endpoints that are not taken from metadata: absolute, or a path below the issuer's.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
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
