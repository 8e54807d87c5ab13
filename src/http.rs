//! Requests and responses as values. Nothing here sends anything.

use crate::characters::Class;
use crate::error::{Error, ErrorCode};
use crate::json::Value;
use crate::text::{fill, parts};
use crate::time::{self, UnixMillis};
use std::fmt;

/// A header as a pair of name and value.
pub type Header = (String, String);

/// The methods the operations use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads metadata.
    Get,
    /// Sends a form.
    Post,
}

impl Method {
    /// The method as it stands in a request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request to be sent by whoever drives the flow: without following redirects, to exactly this URL.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// GET or POST.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Names are lower case.
    pub headers: Vec<Header>,
    /// The body of a POST.
    pub body: Option<String>,
    /// Equal requests that are in flight at a time may be sent once and answered together (metadata).
    pub share: bool,
    /// True when an exchange for another subject differs from this one in the subject token alone: see
    /// [`ExchangeTemplate`](crate::flow::exchange_template::ExchangeTemplate).
    pub template: bool,
}

impl HttpRequest {
    /// A GET for a JSON document, which equal callers may share.
    #[must_use]
    pub fn get_json(url: String) -> Self {
        Self { method: Method::Get, url, headers: vec![accept_json()], body: None, share: true, template: false }
    }

    /// A POST of a form that is to be answered with JSON.
    #[must_use]
    pub fn post_form(url: String, body: String) -> Self {
        let headers = vec![accept_json(), ("content-type".into(), "application/x-www-form-urlencoded".into())];
        Self { method: Method::Post, url, headers, body: Some(body), share: false, template: false }
    }

    /// The value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Sets a header, in place of one of the same name.
    pub fn set_header(&mut self, name: &str, value: String) {
        set(&mut self.headers, name, value);
    }
}

impl fmt::Debug for HttpRequest {
    /// Neither headers nor body: they hold credentials and tokens.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HttpRequest").field("method", &self.method).field("url", &self.url).finish_non_exhaustive()
    }
}

fn accept_json() -> Header {
    ("accept".into(), "application/json".into())
}

/// An answer. A status of zero is a redirect that a browser does not show.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The HTTP status.
    pub status: u16,
    /// The headers the core reads; names in any letter case.
    pub headers: Vec<Header>,
    /// The whole body as text.
    pub body: String,
}

impl HttpResponse {
    /// The value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// True for `application/json`, `application/*+json` and for an answer that names no type at all.
    #[must_use]
    pub fn may_be_json(&self) -> bool {
        let Some(value) = self.header("content-type") else { return true };
        let essence = parts(value, ";").next().unwrap_or_default().trim_ascii().to_ascii_lowercase();
        essence.is_empty()
            || essence == "application/json"
            || (essence.starts_with("application/") && essence.ends_with("+json"))
    }

    /// The JSON object that the body is. `body` is what was read of it, `what` names the answer for people.
    ///
    /// # Errors
    /// `invalid_response` for another content type, for what is no JSON and for what is no object.
    pub fn json_object<'t, 'a>(&self, body: Option<Value<'t, 'a>>, what: &str) -> Result<Value<'t, 'a>, Error> {
        let message = match body {
            _ if !self.may_be_json() => "{} is not JSON by its content type",
            None => "{} cannot be read as JSON",
            Some(body) if body.members().is_none() => "{} is no JSON object",
            Some(body) => return Ok(body),
        };
        Err(Error::response(ErrorCode::InvalidResponse, self.status, message, &[what]))
    }

    /// How long the server asks us to wait, in milliseconds (RFC 9110 section 10.2.3).
    #[must_use]
    pub fn retry_after_millis(&self, now: UnixMillis) -> Option<u64> {
        self.header("retry-after").and_then(|value| time::retry_after_millis(value, now))
    }
}

impl fmt::Debug for HttpResponse {
    /// The status alone: the body may hold tokens.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("HttpResponse").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The value of a header, or of anything else whose name is in any letter case.
#[inline(never)]
pub(crate) fn find<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers.iter().find(|(set, _)| set.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Adds a value of a name, which becomes lower case, in place of one of that name.
pub(crate) fn set(headers: &mut Vec<Header>, name: &str, value: String) {
    let name = name.to_ascii_lowercase();
    headers.retain(|(set, _)| *set != name);
    headers.push((name, value));
}

/// Headers that the operations set themselves, and those of the connection, which are not ours at all (RFC 9110 section 7.6.1):
/// a caller's would replace credentials or break the request.
const RESERVED: [&str; 10] = [
    "authorization",
    "content-type",
    "content-length",
    "dpop",
    "host",
    "connection",
    "expect",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
];

/// Checks headers given by the caller; `field` is the option they came from.
///
/// # Errors
/// `invalid_option` for a name or value that cannot be sent, and for a header that is ours to set.
pub fn check_headers(headers: &[Header], field: &str) -> Result<(), Error> {
    for (name, value) in headers {
        let refuse = |reason: &str| {
            Err(Error::config(
                ErrorCode::InvalidOption,
                &fill("{}.{}", &[field, name]),
                "the header {} {}",
                &[name, reason],
            ))
        };
        if name.is_empty() || !Class::NAME.is_all_of(name) {
            return refuse("has a name that HTTP does not allow");
        }
        if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            return refuse("is set by the operation itself and cannot be given");
        }
        if !is_header_value(value) {
            return refuse("has a value with characters that HTTP does not allow");
        }
    }
    Ok(())
}

/// True for what can be sent as the value of a header (RFC 9110 section 5.5).
#[must_use]
pub fn is_header_value(value: &str) -> bool {
    value.chars().all(|character| character == '\t' || matches!(character, ' '..='~' | '\u{80}'..='\u{ff}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorDetails;

    fn with_type(value: &str) -> HttpResponse {
        HttpResponse { headers: vec![("Content-Type".into(), value.into())], ..HttpResponse::default() }
    }

    #[test]
    fn json_by_content_type() {
        for value in ["application/json", "Application/JSON; charset=utf-8", "application/problem+json", ""] {
            assert!(with_type(value).may_be_json(), "{value}");
        }
        for value in ["text/html", "text/json", "application/jsonp", "application/jwt"] {
            assert!(!with_type(value).may_be_json(), "{value}");
        }
        assert!(HttpResponse::default().may_be_json());
    }

    #[test]
    fn x13_reserved_headers_and_header_injection_are_refused() {
        for (name, value) in [
            ("Authorization", "x"),
            ("DPoP", "x"),
            ("host", "x"),
            ("content-LENGTH", "1"),
            ("Transfer-Encoding", "chunked"),
            ("upgrade", "h2c"),
            ("x-a", "b\r\nc: d"),
            ("x a", "b"),
            ("", "b"),
            ("x-a", "b\0"),
            ("x-a", "日"),
        ] {
            let refused = check_headers(&[(name.into(), value.into())], "customHeaders");
            let error = refused.expect_err(&format!("{name}: {value}"));
            let ErrorDetails::Config(config) = error.details() else { panic!("{name}: {error:?}") };
            assert_eq!(config.field, format!("customHeaders.{name}"), "as it was written");
        }
        assert!(check_headers(&[("X-Tenant".into(), "a b\tü".into())], "customHeaders").is_ok());
    }

    #[test]
    fn debug_shows_neither_headers_nor_body() {
        let mut request = HttpRequest::post_form("https://as.example/token".into(), "planted".into());
        request.set_header("Authorization", "planted".into());
        assert!(!format!("{request:?}").contains("planted"));
        assert!(
            !format!("{:?}", HttpResponse { body: "planted".into(), ..HttpResponse::default() }).contains("planted")
        );
    }
}
