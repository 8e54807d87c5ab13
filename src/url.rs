//! URLs, read by the WHATWG rules: by the host's `URL` on wasm32, by the `url` crate elsewhere (the crate is 67 KB of wasm).

use crate::characters::Class;
use crate::error::{Error, ErrorCode};
use crate::text::fill;

/// The parts of an absolute URL that the core decides on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// The whole URL, normalised.
    pub href: String,
    /// Such as `https`.
    pub scheme: String,
    /// Host without port; an IPv6 address in brackets.
    pub hostname: String,
    /// Host with the port, when that is not the scheme's own.
    pub host: String,
    /// The path, at least `/` for http and https.
    pub path: String,
    /// True when there is a `?`, even with nothing behind it.
    pub has_query: bool,
    /// True when there is a `#`, even with nothing behind it.
    pub has_fragment: bool,
    /// True when there is a user name or a password.
    pub has_user_info: bool,
}

impl Url {
    /// Reads an absolute URL; `None` for anything else, and for text with white space or control characters around or in it,
    /// which the WHATWG rules would drop silently.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
            return None;
        }
        let mut url = parse_by_host(text)?;
        url.has_query = text.split('#').next().is_some_and(|before| before.contains('?'));
        url.has_fragment = text.contains('#');
        Some(url)
    }

    /// Scheme and host, as in `https://as.example:8443`.
    #[must_use]
    pub fn origin(&self) -> String {
        fill("{}://{}", &[&self.scheme, &self.host])
    }

    /// True for `localhost`, `127.0.0.0/8` and `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.hostname == "localhost" || self.hostname == "[::1]" || is_ipv4_loopback(&self.hostname)
    }
}

fn is_ipv4_loopback(hostname: &str) -> bool {
    // The parser has turned decimal, octal and short forms into four decimal numbers.
    hostname
        .strip_prefix("127.")
        .is_some_and(|rest| rest.split('.').count() == 3 && rest.split('.').all(|part| Class::DIGIT.is_all_of(part)))
}

#[cfg(not(target_arch = "wasm32"))]
fn parse_by_host(text: &str) -> Option<Url> {
    let url = url::Url::parse(text).ok()?;
    let hostname = url.host_str().unwrap_or_default().to_owned();
    let host =
        url.port().map_or_else(|| hostname.clone(), |port| fill("{}:{}", &[hostname.as_str(), &port.to_string()]));
    Some(Url {
        href: url.as_str().into(),
        scheme: url.scheme().into(),
        hostname,
        host,
        path: url.path().into(),
        has_query: false,
        has_fragment: false,
        has_user_info: !url.username().is_empty() || url.password().is_some(),
    })
}

#[cfg(target_arch = "wasm32")]
fn parse_by_host(text: &str) -> Option<Url> {
    let url = web_sys::Url::new(text).ok()?;
    let mut scheme = url.protocol();
    scheme.pop();
    Some(Url {
        href: url.href(),
        scheme,
        hostname: url.hostname(),
        host: url.host(),
        path: url.pathname(),
        has_query: false,
        has_fragment: false,
        has_user_info: !url.username().is_empty() || !url.password().is_empty(),
    })
}

/// Where http is allowed.
#[derive(Clone, Copy, Debug)]
pub struct Transport<'a> {
    /// Hosts, with or without a port, that may be spoken to by http.
    pub insecure_hosts: &'a [String],
    /// True when http to a loopback address is allowed: always, but in the document of an https issuer.
    pub loopback: bool,
}

impl Transport<'_> {
    /// Checks that an address may be spoken to: https, or http where that is allowed; no user info, no fragment.
    /// `field` is the option the address came from, `what` names it for people.
    ///
    /// # Errors
    /// `invalid_endpoint` for what is no such URL, `insecure_url` for http where it is not allowed.
    pub fn check(&self, text: &str, field: &str, what: &str) -> Result<Url, Error> {
        let invalid = |reason: &str| Error::config(ErrorCode::InvalidEndpoint, field, "{} {}", &[what, reason]);
        let url = Url::parse(text).ok_or_else(|| invalid("is not an absolute URL"))?;
        if url.scheme != "https" && url.scheme != "http" {
            return Err(invalid("is neither https nor http"));
        }
        if url.hostname.is_empty() {
            return Err(invalid("names no host"));
        }
        if url.has_user_info {
            return Err(invalid("holds a user name or password: pass credentials as `auth`"));
        }
        if url.has_fragment {
            return Err(invalid("has a fragment (#…)"));
        }
        if url.scheme == "http" && !self.allows_http(&url) {
            return Err(Error::config(
                ErrorCode::InsecureUrl,
                field,
                "{} is http, which anybody on the way can read: use https, or name {} in `insecureHosts`",
                &[what, &url.host],
            ));
        }
        Ok(url)
    }

    fn allows_http(&self, url: &Url) -> bool {
        (self.loopback && url.is_loopback())
            || self
                .insecure_hosts
                .iter()
                .any(|host| host.eq_ignore_ascii_case(&url.host) || host.eq_ignore_ascii_case(&url.hostname))
    }
}
