//! What a failed answer means and asks for.

use crate::error::{Action, Challenge, Error, ErrorCode, ErrorDetails, HttpError, ServerError};
use crate::http::HttpResponse;
use crate::json::Document;
use crate::policy::preset::{ErrorRule, ServerPreset};
use crate::protocol::rfc6749_error::ErrorBody;
use crate::protocol::rfc9110_challenge;
use crate::secret::{Secret, clean, clean_each, clean_snippet, may_be_shown};
use crate::text::{decimal, fill};
use crate::time::UnixMillis;
use crate::url::Url;
use crate::words::place;

/// What was asked, and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The URL that was asked.
    pub url: &'a str,
    /// True for the token endpoint, where a bare 401 or 403 speaks of the client's authentication.
    pub token_endpoint: bool,
    /// True for a token exchange.
    pub exchange: bool,
    /// True when the client has named itself at most.
    pub public: bool,
    /// What the errors of the server mean.
    pub preset: &'a ServerPreset,
    /// The origins an interaction URL may lead to. Any other URL is left out, because it comes from the network and would
    /// be opened in front of a user.
    pub trusted_origins: &'a [String],
    /// What was sent and must not be shown.
    pub sent: &'a [Secret],
    /// When the answer came.
    pub now: UnixMillis,
}

/// The error of an answer whose status is not 200 and that is no OAuth error.
#[must_use]
pub fn refused_status(response: &HttpResponse, asked: &Asked<'_>) -> Error {
    let status = response.status;
    let (code, message) = match status {
        0 | 301 | 302 | 303 | 307 | 308 => (ErrorCode::UnexpectedRedirect, redirect_message(response, asked.url)),
        401 if asked.token_endpoint => return bare_unauthorized(response, asked),
        201 if asked.token_endpoint => (
            ErrorCode::UnexpectedStatus,
            "the token endpoint answered 201: a token response has status 200 (RFC 6749 section 5.1)".into(),
        ),
        _ => {
            let (code, message) = match status {
                400..=599 => (ErrorCode::HttpError, "{} answered with HTTP status {} and no OAuth error"),
                _ => (ErrorCode::UnexpectedStatus, "{} answered with HTTP status {} where 200 is expected"),
            };
            (code, fill(message, &[&origin_of(asked.url), &decimal(status.into())]))
        }
    };
    let no_words = asked.token_endpoint && response.body.trim_ascii().is_empty();
    let action = if status == 403 && no_words { Action::FixClientAuth } else { by_status(status) };
    // Below 400 the body is no error text and may hold an issued token.
    let body_snippet = if status >= 400 { clean_snippet(&response.body, asked.sent) } else { String::new() };
    Error::from(HttpError {
        code,
        status,
        message,
        retry_after_ms: response.retry_after_millis(asked.now),
        body_snippet,
        action,
    })
}

fn redirect_message(response: &HttpResponse, from: &str) -> String {
    let target = response.header("location").and_then(|location| redirect_origin(location, from));
    let target = target.as_deref().unwrap_or("an address that it does not show");
    fill("{} redirects to {}; redirects are never followed: configure the final address", &[&origin_of(from), target])
}

/// The origin a `Location` leads to; the rest of it may hold anything and is not shown.
fn redirect_origin(location: &str, from: &str) -> Option<String> {
    if let Some(url) = Url::parse(location) {
        return Some(if url.host().is_empty() { fill("{}:", &[url.scheme()]) } else { url.origin() });
    }
    let from = Url::parse(from)?;
    if location.starts_with("//") {
        Url::parse(&fill("{}:{}", &[from.scheme(), location])).map(|url| url.origin())
    } else {
        Some(from.origin())
    }
}

fn bare_unauthorized(response: &HttpResponse, asked: &Asked<'_>) -> Error {
    Error::from(ServerError {
        status: response.status,
        error: None,
        error_description: None,
        error_uri: None,
        retry_after_ms: response.retry_after_millis(asked.now),
        challenges: challenges(response, asked.sent),
        interaction_url: None,
        claims: None,
        action: Action::FixClientAuth,
        exchange: asked.exchange,
        public: asked.public,
    })
}

/// The challenges of an answer, cleaned: a server may echo there as well. One with status 200 challenges nobody (RFC 9110
/// section 11.6.1).
fn challenges(response: &HttpResponse, sent: &[Secret]) -> Vec<Challenge> {
    let header = response.header("www-authenticate").filter(|_| response.status != 200);
    let mut challenges = header.map(rfc9110_challenge::parse).unwrap_or_default();
    let mut texts = Vec::new();
    for challenge in &mut challenges {
        texts.push(&mut challenge.scheme);
        for (name, value) in &mut challenge.params {
            texts.push(name);
            texts.push(value);
        }
        texts.extend(&mut challenge.token68);
    }
    clean_each(&mut texts, sent);
    challenges
}

/// The error that an OAuth error answer becomes.
#[must_use]
pub fn server_error(body: ErrorBody, response: &HttpResponse, asked: &Asked<'_>) -> Error {
    let sent = asked.sent;
    let interaction_url = body.interaction_url.as_deref().and_then(|url| interaction_url(url, asked.trusted_origins));
    let interaction_url = interaction_url.filter(|url| may_be_shown(url, sent));
    let action = action_of(&body, response, asked.preset, interaction_url.is_some());
    Error::from(ServerError {
        status: response.status,
        error: Some(clean(&body.error, sent)),
        error_description: body.description.as_deref().map(|text| clean(text, sent)),
        error_uri: body.uri.as_deref().filter(|uri| is_page(uri)).map(|uri| clean(uri, sent)),
        retry_after_ms: response.retry_after_millis(asked.now),
        challenges: challenges(response, sent),
        interaction_url,
        claims: body.claims.filter(|claims| may_be_shown(claims, sent)),
        action,
        exchange: asked.exchange,
        public: asked.public,
    })
}

/// True for the address of a page (RFC 6749 section 5.2): anything else is not to be opened.
fn is_page(uri: &str) -> bool {
    Url::parse(uri).is_some_and(|url| matches!(url.scheme(), "https" | "http"))
}

fn interaction_url(text: &str, trusted_origins: &[String]) -> Option<String> {
    let url = Url::parse(text)?;
    (!url.has_user_info && trusted_origins.contains(&url.origin())).then_some(url.href)
}

fn action_of(body: &ErrorBody, response: &HttpResponse, preset: &ServerPreset, has_interaction_url: bool) -> Action {
    if body.claims.is_some() {
        return Action::ClaimsChallenge;
    }
    if let Some(rule) = preset.errors.iter().find(|rule| matches(rule, body, response)) {
        return rule.action;
    }
    if has_interaction_url {
        return Action::UserInteraction;
    }
    by_code(&body.error, response.status)
}

fn matches(rule: &ErrorRule, body: &ErrorBody, response: &HttpResponse) -> bool {
    rule.status.is_none_or(|status| status == response.status)
        && rule.error.as_ref().is_none_or(|error| *error == body.error)
        && rule.suberror.as_ref().is_none_or(|suberror| body.suberror.as_ref() == Some(suberror))
        && rule.text.as_ref().is_none_or(|text| {
            body.description.as_ref().is_some_and(|description| description.starts_with(text.as_str()))
        })
        && rule.member.as_ref().is_none_or(|member| has_member(&response.body, member))
}

fn has_member(body: &str, name: &str) -> bool {
    Document::parse(body).is_ok_and(|document| document.root().get(name).is_some())
}

/// What to do about errors whatever their status, each with a space behind it.
const BY_CODE: [(&str, Action); 8] = [
    ("invalid_client ", Action::FixClientAuth),
    ("unauthorized_client unsupported_grant_type unsupported_token_type request_not_supported ", Action::FixConfig),
    ("invalid_request invalid_authorization_details ", Action::FixConfig),
    ("invalid_grant invalid_token ", Action::RenewSubject),
    ("interaction_required login_required consent_required account_selection_required ", Action::UserInteraction),
    ("insufficient_scope ", Action::StepUp),
    ("invalid_scope invalid_target scope_invalid ", Action::NarrowRequest),
    ("temporarily_unavailable slow_down ", Action::Wait),
];

fn by_code(error: &str, status: u16) -> Action {
    for (errors, action) in BY_CODE {
        if place(errors, error).is_some() {
            return action;
        }
    }
    match (error, status) {
        // Dex refuses an upstream token in this way.
        ("access_denied", 401) => Action::RenewSubject,
        ("access_denied", _) => Action::Denied,
        (_, 429 | 503) => Action::Wait,
        (_, 500..) | ("server_error", _) => Action::ServerFault,
        (_, 403) => Action::Denied,
        _ => Action::FixConfig,
    }
}

/// The origin of a URL for a message: without path and query, which may hold anything.
#[must_use]
pub fn origin_of(url: &str) -> String {
    Url::parse(url).map_or_else(|| "the server".into(), |url| url.origin())
}

/// Removes what was sent from the message of an error, which may quote the server. Errors of the server's own are cleaned
/// when they are made.
#[must_use]
pub fn cleaned(mut error: Error, sent: &[Secret]) -> Error {
    let message = match error.details_mut() {
        Some(ErrorDetails::Config(error)) => &mut error.message,
        Some(ErrorDetails::Http(error)) => &mut error.message,
        Some(ErrorDetails::Response(error)) => &mut error.message,
        _ => return error,
    };
    *message = clean(message, sent);
    error
}

fn by_status(status: u16) -> Action {
    match status {
        429 | 503 => Action::Wait,
        404 => Action::FixConfig,
        _ => Action::ServerFault,
    }
}

/// The error of an answer that the driver did not hand over.
#[must_use]
pub fn driver_refused(code: ErrorCode, status: u16, message: String) -> Error {
    Error::from(HttpError {
        code,
        status,
        message,
        retry_after_ms: None,
        body_snippet: String::new(),
        action: by_status(status),
    })
}
