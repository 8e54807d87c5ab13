//! Why an operation failed: whose fault it is and what to do next.
//!
//! The codes are a closed list and never change; what a server said stands beside them, cleaned (see [`crate::secret`]).
//! `js/errors.ts` turns what [`Error::to_json`] gives into the error classes of the npm package by its `kind`.

mod codes;
#[cfg(target_arch = "wasm32")]
mod data;

use crate::json::{self, ObjectWriter};
use crate::secret::escape;
use crate::text::fill;
pub use codes::{Action, Bug, ErrorCode, ErrorKind, Fault};
#[cfg(target_arch = "wasm32")]
pub use data::ErrorData;
use std::sync::Arc;

/// One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1). Scheme and parameter names are lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Challenge {
    /// Such as `bearer` or `dpop`.
    pub scheme: String,
    /// The parameters by name; of a repeated one the last.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string>"))]
    pub params: Vec<(String, String)>,
    /// The single value that may stand in place of parameters.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub token68: Option<String>,
}

impl Challenge {
    fn to_json(&self) -> String {
        let mut out = ObjectWriter::new();
        out.text("scheme", &self.scheme);
        out.record("params", &self.params);
        out.some_text("token68", &self.token68);
        out.finish()
    }
}

/// Why an operation failed. A pointer and nothing else, because every step that can fail hands it on; shared, because
/// discovery remembers its failures.
#[derive(Clone, Debug, PartialEq)]
pub struct Error(Arc<ErrorDetails>);

/// What there is to say of an [`Error`].
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorDetails {
    /// The caller's options or arguments are wrong; nothing was sent, or nothing more.
    Config(ConfigError),
    /// The server answered with an OAuth error.
    Server(ServerError),
    /// The server answered with an HTTP status that is no OAuth error and no success.
    Http(HttpError),
    /// The server answered, but not as the protocol demands.
    Response(ResponseError),
    /// No answer.
    Transport(TransportError),
    /// A resource refused the token that was presented.
    Token(TokenError),
    /// A bug in this crate.
    Internal(Bug),
}

/// See [`ErrorDetails::Config`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// One of the codes whose class is `ConfigError`.
    pub code: ErrorCode,
    /// The option or argument as written, such as `subjectToken` or `configs[2].clientId`.
    pub field: String,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// See [`ErrorDetails::Server`]. Texts are cleaned.
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
    /// Where the user can act; only an address of the origin of the issuer or of a configured one.
    pub interaction_url: Option<String>,
    /// The claims a claims challenge asks for, as the server wrote them.
    pub claims: Option<String>,
    /// What to do, by the rules of the preset and the table of codes.
    pub action: Action,
    /// True for the answer to a token exchange.
    pub exchange: bool,
    /// True when nothing was sent that authenticates the client: whoever forgot its secret is told so.
    pub public: bool,
}

/// See [`ErrorDetails::Http`].
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

/// See [`ErrorDetails::Response`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseError {
    /// One of the codes whose class is `OAuthProtocolError`, `oauth_error` apart.
    pub code: ErrorCode,
    /// What is wrong, without any value of the answer.
    pub message: String,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
}

/// See [`ErrorDetails::Transport`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// `timeout` or `unreachable`.
    pub code: ErrorCode,
    /// What happened, as a sentence; of an address it holds the origin, without path and query.
    pub message: String,
}

/// See [`ErrorDetails::Token`]. Texts are cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenError {
    /// `invalid_token` or `insufficient_scope`.
    pub code: ErrorCode,
    /// What to do.
    pub action: Action,
    /// The HTTP status.
    pub status: u16,
    /// The resource's `error_description`.
    pub description: Option<String>,
    /// The scopes the resource asks for (RFC 6750 section 3).
    pub required_scopes: Vec<String>,
    /// The claims the resource asks for, as JSON text.
    pub claims: Option<String>,
}

impl Error {
    /// The details of this error.
    #[must_use]
    pub fn details(&self) -> &ErrorDetails {
        &self.0
    }

    /// As [`Self::details`], to be changed by whoever has just made it; nothing once it is shared.
    pub(crate) fn details_mut(&mut self) -> Option<&mut ErrorDetails> {
        Arc::get_mut(&mut self.0)
    }

    /// A [`ConfigError`]. The message is a template: see [`fill`]. Names in it may come from a request: they are escaped.
    #[must_use]
    pub fn config(code: ErrorCode, field: &str, message: &str, texts: &[&str]) -> Self {
        ConfigError { code, field: escape(field), message: escape(&fill(message, texts)) }.into()
    }

    /// A [`ResponseError`] of an answer with this status. The message is a template: see [`fill`].
    #[must_use]
    pub fn response(code: ErrorCode, status: u16, message: &str, texts: &[&str]) -> Self {
        ResponseError { code, message: fill(message, texts), status: Some(status) }.into()
    }

    /// The code, of a closed list.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self.details() {
            ErrorDetails::Config(error) => error.code,
            ErrorDetails::Server(error) if error.action == Action::FixClientAuth => {
                ErrorCode::ClientAuthenticationFailed
            }
            ErrorDetails::Server(_) => ErrorCode::OauthError,
            ErrorDetails::Http(error) => error.code,
            ErrorDetails::Response(error) => error.code,
            ErrorDetails::Transport(error) => error.code,
            ErrorDetails::Token(error) => error.code,
            ErrorDetails::Internal(_) => ErrorCode::InternalError,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn action(&self) -> Action {
        match self.details() {
            ErrorDetails::Config(_) => Action::FixConfig,
            ErrorDetails::Server(error) => error.action,
            ErrorDetails::Http(error) => error.action,
            ErrorDetails::Response(_) => Action::ServerFault,
            ErrorDetails::Transport(_) => Action::Network,
            ErrorDetails::Token(error) => error.action,
            ErrorDetails::Internal(_) => Action::ReportBug,
        }
    }

    /// True when the same call may succeed later without any change.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self.details() {
            ErrorDetails::Config(_)
            | ErrorDetails::Response(_)
            | ErrorDetails::Token(_)
            | ErrorDetails::Internal(_) => false,
            ErrorDetails::Server(error) => {
                self.code() == ErrorCode::OauthError && (is_retryable(error.status) || error.says_later())
            }
            ErrorDetails::Http(error) => is_retryable(error.status) || matches!(error.status, 408 | 425),
            ErrorDetails::Transport(_) => true,
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
        match self.details() {
            ErrorDetails::Config(_) => ErrorKind::Config,
            ErrorDetails::Server(error) if error.action == Action::FixClientAuth => ErrorKind::Authentication,
            ErrorDetails::Server(error) if error.exchange => ErrorKind::TokenExchange,
            ErrorDetails::Server(_) | ErrorDetails::Response(_) => ErrorKind::Protocol,
            ErrorDetails::Http(_) => ErrorKind::Http,
            ErrorDetails::Transport(_) => ErrorKind::Network,
            ErrorDetails::Token(error) if error.code == ErrorCode::InsufficientScope => ErrorKind::InsufficientScope,
            ErrorDetails::Token(_) => ErrorKind::InvalidToken,
            ErrorDetails::Internal(_) => ErrorKind::Internal,
        }
    }

    /// What the server asks us to wait, in milliseconds.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<u64> {
        match self.details() {
            ErrorDetails::Server(error) => error.retry_after_ms,
            ErrorDetails::Http(error) => error.retry_after_ms,
            ErrorDetails::Config(_)
            | ErrorDetails::Response(_)
            | ErrorDetails::Transport(_)
            | ErrorDetails::Token(_)
            | ErrorDetails::Internal(_) => None,
        }
    }

    /// One sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        match self.details() {
            ErrorDetails::Config(error) => error.message.clone(),
            ErrorDetails::Server(error) => {
                let mut text = String::from("the server refused");
                if error.action == Action::FixClientAuth {
                    text.push_str(" the client's authentication");
                    if error.public {
                        text.push_str(" (no client secret was given)");
                    }
                }
                let mut add = |part: &Option<String>| {
                    if let Some(part) = part {
                        text.push_str(": ");
                        text.push_str(part);
                    }
                };
                add(&error.error);
                add(&error.error_description);
                text
            }
            ErrorDetails::Http(error) => error.message.clone(),
            ErrorDetails::Response(error) => error.message.clone(),
            ErrorDetails::Transport(error) => error.message.clone(),
            ErrorDetails::Token(error) => {
                let mut text = String::from(if error.code == ErrorCode::InsufficientScope {
                    "the token lacks a scope that the resource asks for"
                } else {
                    "the resource refused the token"
                });
                if let Some(description) = &error.description {
                    text.push_str(": ");
                    text.push_str(description);
                }
                text
            }
            ErrorDetails::Internal(bug) => fill("a bug in onbehalf ({}): please report it", &[bug.as_str()]),
        }
    }

    /// The error as JSON text, to leave the core: an `ErrorData` of the TypeScript types.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = ObjectWriter::new();
        out.text("kind", self.kind().as_str());
        out.text("code", self.code().as_str());
        out.text("message", &self.message());
        out.text("action", self.action().as_str());
        out.flag("retryable", self.retryable());
        out.text("fault", self.fault().as_str());
        out.some_number("retryAfterMs", self.retry_after_ms());
        match self.details() {
            ErrorDetails::Config(error) if error.field.is_empty() => {}
            ErrorDetails::Config(error) => out.text("field", &error.field),
            ErrorDetails::Server(error) => {
                out.number("status", error.status.into());
                out.some_text("error", &error.error);
                out.some_text("errorDescription", &error.error_description);
                out.some_text("errorUri", &error.error_uri);
                if !error.challenges.is_empty() {
                    let mut challenges = Vec::new();
                    for challenge in &error.challenges {
                        challenges.push(challenge.to_json());
                    }
                    out.json("challenges", &json::list(&challenges));
                }
                out.some_text("interactionUrl", &error.interaction_url);
                out.some_text("claims", &error.claims);
            }
            ErrorDetails::Http(error) => {
                out.number("status", error.status.into());
                out.text("bodySnippet", &error.body_snippet);
            }
            ErrorDetails::Response(error) => out.some_number("status", error.status.map(u64::from)),
            ErrorDetails::Token(error) => {
                out.number("status", error.status.into());
                out.some_text("errorDescription", &error.description);
                out.some_text("claims", &error.claims);
                if error.code == ErrorCode::InsufficientScope {
                    out.texts("requiredScopes", &error.required_scopes);
                }
            }
            ErrorDetails::Transport(_) | ErrorDetails::Internal(_) => {}
        }
        out.finish()
    }
}

impl ServerError {
    /// True when the server says that the same request may succeed later (RFC 6749 section 4.1.2.1, RFC 8628 section 3.5).
    #[must_use]
    pub fn says_later(&self) -> bool {
        matches!(self.error.as_deref(), Some("temporarily_unavailable" | "slow_down"))
    }
}

fn is_retryable(status: u16) -> bool {
    matches!(status, 429 | 500..=599)
}

/// Makes an [`Error`] of the structs that say more of it.
macro_rules! from_details {
    ($( $variant:ident($details:ident) ),+) => {
        $( impl From<$details> for Error {
            fn from(details: $details) -> Self {
                Self(Arc::new(ErrorDetails::$variant(details)))
            }
        } )+
    };
}

from_details!(
    Config(ConfigError),
    Server(ServerError),
    Http(HttpError),
    Response(ResponseError),
    Transport(TransportError),
    Token(TokenError),
    Internal(Bug)
);

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message())
    }
}

impl std::error::Error for Error {}
