//! Why an operation failed: whose fault it is and what to do next.
//!
//! The codes are a closed list and never change; what a server said stands beside them, cleaned (see [`crate::secret`]).
//! `js/errors.ts` turns [`ErrorData`] into the error classes of the npm package by its `kind`.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

/// The codes of all errors, in the order of the table in the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the codes; the README's table explains each")]
pub enum ErrorCode {
    InvalidOption,
    UnknownOption,
    MissingOption,
    MissingEndpoint,
    InvalidEndpoint,
    InsecureUrl,
    EndpointOrigin,
    ClientClosed,
    NotInitialised,
    WasmUnavailable,
    RedactedToken,
    UnknownRef,
    InactiveRef,
    UnknownZone,
    UnknownPreset,
    PrepareUnsupported,
    Timeout,
    Unreachable,
    HttpError,
    UnexpectedStatus,
    UnexpectedRedirect,
    ResponseTooLarge,
    OauthError,
    InvalidResponse,
    IssuerMismatch,
    DiscoveryFailed,
    UnsupportedTokenType,
    DpopDowngrade,
    StateMismatch,
    InvalidCallback,
    TransactionExpired,
    InvalidIdToken,
    ClientAuthenticationFailed,
    SubjectTokenUnavailable,
    UserInteractionRequired,
    InvalidToken,
    InsufficientScope,
    MissingToken,
    ResourceError,
    GlobalError,
    DecryptionFailed,
    StorageUnavailable,
    StorageConflict,
    InternalError,
}

/// What code can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The client's credentials are refused: replace the secret or key. Never try again with the same.
    FixClientAuth,
    /// An option, or the server's configuration of this client, is wrong.
    FixConfig,
    /// The subject token is expired, revoked or not for us: get a fresh one.
    RenewSubject,
    /// The user has to do something, at `interactionUrl` if there is one.
    UserInteraction,
    /// The user has to sign in again with these `claims`.
    ClaimsChallenge,
    /// The resource wants more scopes.
    StepUp,
    /// A scope or target is not allowed: ask for less.
    NarrowRequest,
    /// The server said no. Final.
    Denied,
    /// Try again later, after `retryAfterMs` if there is one.
    Wait,
    /// The server broke the protocol or fell over.
    ServerFault,
    /// The server was not reached, or not in time.
    Network,
    /// A bug of this package.
    ReportBug,
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Fault {
    Config,
    User,
    Server,
    Network,
    Bug,
}

/// Which class of the npm package shows an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the class of the same name")]
pub enum ErrorKind {
    Oauth,
    Config,
    Network,
    Http,
    Protocol,
    TokenExchange,
    Authentication,
    UserInteraction,
    InvalidToken,
    InsufficientScope,
    ResourceAccess,
    Storage,
    Internal,
}

/// One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). Scheme and parameter names are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Challenge {
    /// Such as `bearer` or `dpop`.
    pub scheme: String,
    /// The parameters by name; of a repeated one the last.
    #[serde(serialize_with = "as_map")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string>"))]
    pub params: Vec<(String, String)>,
    /// The single value that may stand in place of parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub token68: Option<String>,
}

fn as_map<S: Serializer>(pairs: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (name, value) in pairs {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Error {
    /// The caller's options or arguments are wrong; nothing was sent, or nothing more.
    Config(ConfigError),
    /// The server answered with an OAuth error.
    Server(Box<ServerError>),
    /// The server answered with an HTTP status that is no OAuth error and no success.
    Http(Box<HttpError>),
    /// The server answered, but not as the protocol demands.
    Response(ResponseError),
    /// No answer.
    Transport(TransportError),
    /// A bug in this crate.
    Internal(&'static str),
}

/// See [`Error::Config`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// One of the codes whose class is `ConfigError`.
    pub code: ErrorCode,
    /// The option or argument as written, such as `subjectToken` or `configs[2].clientId`.
    pub field: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// See [`Error::Server`]. Texts are cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    /// The HTTP status it came with, 200 included.
    pub status: u16,
    /// The server's `error`; `None` for a 401 of the token endpoint without one.
    pub error: Option<String>,
    /// The server's `error_description`.
    pub error_description: Option<String>,
    /// The server's `error_uri`.
    pub error_uri: Option<String>,
    /// What the server asks us to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The challenges of the answer.
    pub challenges: Vec<Challenge>,
    /// Where the user can act; only an https address of the issuer or of a configured origin.
    pub interaction_url: Option<String>,
    /// The claims a claims challenge asks for, as the server wrote them.
    pub claims: Option<String>,
    /// What to do, by the rules of the preset and the table of codes.
    pub action: Action,
    /// True for the answer to a token exchange.
    pub exchange: bool,
}

/// See [`Error::Http`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpError {
    /// `http_error`, `unexpected_status`, `unexpected_redirect` or `response_too_large`.
    pub code: ErrorCode,
    /// The HTTP status; zero for a redirect that a browser hides.
    pub status: u16,
    /// What happened.
    pub message: String,
    /// What the server asks us to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The beginning of the body, cleaned.
    pub body_snippet: String,
    /// What to do.
    pub action: Action,
}

/// See [`Error::Response`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseError {
    /// One of the codes whose class is `OAuthProtocolError`, `oauth_error` apart.
    pub code: ErrorCode,
    /// What is wrong, without any value of the answer.
    pub message: String,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
}

/// See [`Error::Transport`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// `timeout` or `unreachable`.
    pub code: ErrorCode,
    /// What was asked for: an origin, without path or query.
    pub message: String,
}

impl Error {
    /// A [`ConfigError`]; the parts of the message are joined.
    #[must_use]
    pub fn config(code: ErrorCode, field: &str, message: &[&str]) -> Self {
        Self::Config(ConfigError { code, field: field.into(), message: message.concat() })
    }

    /// A [`ResponseError`]; the parts of the message are joined.
    #[must_use]
    pub fn response(code: ErrorCode, status: impl Into<Option<u16>>, message: &[&str]) -> Self {
        Self::Response(ResponseError { code, message: message.concat(), status: status.into() })
    }

    /// The code, of a closed list.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Config(error) => error.code,
            Self::Server(error) if error.action == Action::FixClientAuth => ErrorCode::ClientAuthenticationFailed,
            Self::Server(_) => ErrorCode::OauthError,
            Self::Http(error) => error.code,
            Self::Response(error) => error.code,
            Self::Transport(error) => error.code,
            Self::Internal(_) => ErrorCode::InternalError,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Self::Config(_) => Action::FixConfig,
            Self::Server(error) => error.action,
            Self::Http(error) => error.action,
            Self::Response(_) => Action::ServerFault,
            Self::Transport(_) => Action::Network,
            Self::Internal(_) => Action::ReportBug,
        }
    }

    /// True when the same call may succeed later without any change.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Config(_) | Self::Response(_) | Self::Internal(_) => false,
            Self::Server(error) => {
                self.code() == ErrorCode::OauthError
                    && (error.status >= 500 || error.status == 429 || error.says_later())
            }
            Self::Http(error) => {
                error.code != ErrorCode::ResponseTooLarge
                    && (error.status >= 500 || matches!(error.status, 408 | 425 | 429))
            }
            Self::Transport(_) => true,
        }
    }

    /// Whose fault it is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self.action() {
            Action::FixClientAuth | Action::FixConfig | Action::NarrowRequest => Fault::Config,
            Action::RenewSubject
            | Action::UserInteraction
            | Action::ClaimsChallenge
            | Action::StepUp
            | Action::Denied => Fault::User,
            Action::Wait | Action::ServerFault => Fault::Server,
            Action::Network => Fault::Network,
            Action::ReportBug => Fault::Bug,
        }
    }

    /// The class that shows it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Config(_) => ErrorKind::Config,
            Self::Server(error) if error.action == Action::FixClientAuth => ErrorKind::Authentication,
            Self::Server(error) if error.exchange => ErrorKind::TokenExchange,
            Self::Server(_) | Self::Response(_) => ErrorKind::Protocol,
            Self::Http(_) => ErrorKind::Http,
            Self::Transport(_) => ErrorKind::Network,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// What the server asks us to wait, in milliseconds.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u64> {
        match self {
            Self::Server(error) => error.retry_after_ms,
            Self::Http(error) => error.retry_after_ms,
            Self::Config(_) | Self::Response(_) | Self::Transport(_) | Self::Internal(_) => None,
        }
    }

    /// One sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Config(error) => error.message.clone(),
            Self::Server(error) => {
                let mut text = String::from(if error.action == Action::FixClientAuth {
                    "the server refused the client's authentication"
                } else {
                    "the server refused"
                });
                for part in [&error.error, &error.error_description].into_iter().flatten() {
                    text.push_str(": ");
                    text.push_str(part);
                }
                text
            }
            Self::Http(error) => error.message.clone(),
            Self::Response(error) => error.message.clone(),
            Self::Transport(error) => error.message.clone(),
            Self::Internal(place) => ["a bug in onbehalf (", place, "): please report it"].concat(),
        }
    }

    /// The error as plain data, to leave the core.
    #[must_use]
    pub fn into_data(self) -> ErrorData {
        let mut data = ErrorData {
            kind: self.kind(),
            code: self.code(),
            message: self.message(),
            action: self.action(),
            retryable: self.retryable(),
            fault: self.fault(),
            retry_after_ms: self.retry_after_ms(),
            field: None,
            status: None,
            error: None,
            error_description: None,
            error_uri: None,
            body_snippet: None,
            challenges: None,
            interaction_url: None,
            claims: None,
        };
        match self {
            Self::Config(error) => data.field = (!error.field.is_empty()).then_some(error.field),
            Self::Server(error) => {
                let error = *error;
                data.status = Some(error.status);
                data.error = error.error;
                data.error_description = error.error_description;
                data.error_uri = error.error_uri;
                data.challenges = (!error.challenges.is_empty()).then_some(error.challenges);
                data.interaction_url = error.interaction_url;
                data.claims = error.claims;
            }
            Self::Http(error) => {
                data.status = Some(error.status);
                data.body_snippet = Some(error.body_snippet);
            }
            Self::Response(error) => data.status = error.status,
            Self::Transport(_) | Self::Internal(_) => {}
        }
        data
    }
}

impl ServerError {
    /// True when the server says that the same request may succeed later (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5).
    #[must_use]
    pub fn says_later(&self) -> bool {
        matches!(self.error.as_deref(), Some("temporarily_unavailable" | "slow_down"))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message())
    }
}

impl std::error::Error for Error {}

/// An [`Error`] as plain data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ErrorData {
    /// Which class shows it.
    pub kind: ErrorKind,
    /// The code, of a closed list.
    pub code: ErrorCode,
    /// One sentence for people.
    pub message: String,
    /// What to do about it.
    pub action: Action,
    /// True when the same call may succeed later without any change.
    pub retryable: bool,
    /// Whose fault it is.
    pub fault: Fault,
    /// The option or argument as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The server's `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The server's `error_description`, cleaned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
    /// The server's `error_uri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_uri: Option<String>,
    /// What the server asks us to wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The beginning of the body, cleaned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_snippet: Option<String>,
    /// The challenges of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenges: Option<Vec<Challenge>>,
    /// Where the user can act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction_url: Option<String>,
    /// The claims a claims challenge asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
}
