//! URLs, read by the WHATWG rules: by the host's `URL` on wasm32, by the `url` crate elsewhere (the crate is 67 KB of wasm).

use crate::error::{Error, ErrorCode};
use crate::text::{before, fill, is_unbroken};

/// An absolute URL as the core decides on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// The whole URL, normalised.
    pub href: String,
    /// True when there is a `?`, even with nothing behind it.
    pub has_query: bool,
    /// True when there is a `#`, even with nothing behind it.
    pub has_fragment: bool,
    /// True when there is an `@` before the host, even with no user name and no password.
    pub has_user_info: bool,
}

impl Url {
    /// Reads an absolute URL; `None` for anything else, and for text with white space or control characters around or in it,
    /// which the WHATWG rules would drop silently.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !is_unbroken(text) {
            return None;
        }
        let mut url = Self { href: normalised(text)?, has_query: false, has_fragment: false, has_user_info: false };
        let (_, tail) = before(&url.href, b"?#");
        url.has_query = tail.starts_with('?');
        url.has_fragment = !before(tail, b"#").1.is_empty();
        // As it is written: without a name in it, an `@` is gone from the normalised form. Backslashes are slashes to the rules.
        let mut written = before(text, b":").1;
        while let Some(b':' | b'/' | b'\\') = written.as_bytes().first() {
            written = written.get(1..).unwrap_or_default();
        }
        url.has_user_info = !before(before(written, b"/\\?#").0, b"@").1.is_empty();
        Some(url)
    }

    /// Such as `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        before(&self.href, b":").0
    }

    /// Host with the port, when that is not the scheme's own.
    #[must_use]
    pub fn host(&self) -> &str {
        let (authority, _) = self.authority();
        before(authority, b"@").1.strip_prefix('@').unwrap_or(authority)
    }

    /// Host without port; an IPv6 address in brackets.
    #[must_use]
    pub fn hostname(&self) -> &str {
        let host = self.host();
        if host.ends_with(']') {
            return host;
        }
        // Behind the brackets of an IPv6 address, or in a name, there is no other colon than that of the port.
        let end = host.as_bytes().iter().rposition(|byte| *byte == b':');
        end.and_then(|at| host.get(..at)).unwrap_or(host)
    }

    /// The path, at least `/` for http and https.
    #[must_use]
    pub fn path(&self) -> &str {
        before(self.authority().1, b"?#").0
    }

    /// The path without slashes at its end.
    #[must_use]
    pub fn trimmed_path(&self) -> &str {
        let mut path = self.path();
        while let Some(shorter) = path.strip_suffix('/') {
            path = shorter;
        }
        path
    }

    /// Scheme and host, as in `https://as.example:8443`.
    #[must_use]
    pub fn origin(&self) -> String {
        fill("{}://{}", &[self.scheme(), self.host()])
    }

    /// True for `localhost`, `127.0.0.0/8` and `[::1]`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let hostname = self.hostname();
        hostname == "localhost" || hostname == "[::1]" || is_ipv4_loopback(hostname)
    }

    /// User info and host, and what follows them. A URL without `//` behind its scheme has neither.
    fn authority(&self) -> (&str, &str) {
        let (_, rest) = before(&self.href, b":");
        match rest.strip_prefix("://") {
            Some(rest) => before(rest, b"/?#"),
            None => ("", rest.strip_prefix(':').unwrap_or_default()),
        }
    }
}

fn is_ipv4_loopback(hostname: &str) -> bool {
    // The parser has turned decimal, octal and short forms into four decimal numbers, and takes digits for nothing else but
    // before several dots at the end.
    let rest = hostname.strip_prefix("127.").filter(|rest| !rest.ends_with('.'));
    rest.is_some_and(|rest| rest.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()))
}

#[cfg(not(target_arch = "wasm32"))]
fn normalised(text: &str) -> Option<String> {
    url::Url::parse(text).ok().map(String::from)
}

#[cfg(target_arch = "wasm32")]
fn normalised(text: &str) -> Option<String> {
    host::Url::new(text).ok().map(|url| url.href())
}

/// The parser of the host. Not that of `web_sys`, which would bring all of `js_sys` into the npm package.
#[cfg(target_arch = "wasm32")]
mod host {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = URL)]
        pub type Url;
        #[wasm_bindgen(constructor, js_class = "URL", catch)]
        pub fn new(text: &str) -> Result<Url, JsValue>;
        #[wasm_bindgen(method, getter)]
        pub fn href(this: &Url) -> String;
    }
}

/// Where http is allowed.
#[derive(Clone, Copy, Debug)]
pub struct HttpsPolicy<'a> {
    /// Hosts, with or without a port, that may be spoken to by http.
    pub insecure_hosts: &'a [String],
    /// True when http to a loopback address is allowed: always, but in the document of an https issuer.
    pub loopback: bool,
}

impl HttpsPolicy<'_> {
    /// Checks that an address may be spoken to: https, or http where that is allowed; no user info, no fragment.
    /// `field` is the option the address came from, `what` names it for people.
    ///
    /// # Errors
    /// `invalid_endpoint` for what is no such URL, `insecure_url` for http where it is not allowed.
    pub fn check(&self, text: &str, field: &str, what: &str) -> Result<Url, Error> {
        let invalid = |reason: &str| Error::config(ErrorCode::InvalidEndpoint, field, "{} {}", &[what, reason]);
        let Some(url) = Url::parse(text) else { return Err(invalid("is not an absolute URL")) };
        let http = url.scheme() == "http";
        let wrong = if !http && url.scheme() != "https" {
            "is neither https nor http"
        } else if url.host().is_empty() {
            "names no host"
        } else if url.has_user_info {
            "holds a user name or password: pass credentials as `auth`"
        } else if url.has_fragment {
            "has a fragment (#…)"
        } else {
            ""
        };
        if !wrong.is_empty() {
            return Err(invalid(wrong));
        }
        if http && !self.allows_http(&url) {
            return Err(Error::config(
                ErrorCode::InsecureUrl,
                field,
                "{} is http, which anybody on the way can read: use https, or name {} in `insecureHosts`",
                &[what, url.host()],
            ));
        }
        Ok(url)
    }

    fn allows_http(&self, url: &Url) -> bool {
        let (host, hostname) = (url.host(), url.hostname());
        // A URL leaves port 80 out.
        let named = |named: &String| {
            let named_80 = named.strip_suffix(":80").unwrap_or(named);
            named_80.eq_ignore_ascii_case(host) || named.eq_ignore_ascii_case(hostname)
        };
        (self.loopback && url.is_loopback()) || self.insecure_hosts.iter().any(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t04_user_info_is_seen_even_when_it_is_empty() {
        for text in [
            "https://u:p@as.example",
            "https://u@as.example/a",
            "https://@as.example",
            "https://:@as.example/",
            "https:\\\\@as.example",
            "https:/@as.example",
            "https:@as.example",
        ] {
            assert!(Url::parse(text).unwrap().has_user_info, "{text}");
        }
        for text in
            ["https://as.example/a@b", "https://as.example?a@b", "https://as.example#@", "https://as.example\\@b"]
        {
            assert!(!Url::parse(text).unwrap().has_user_info, "{text}");
        }
    }

    #[test]
    fn t11_only_addresses_of_this_machine_are_loopback() {
        for text in ["http://localhost", "http://127.0.0.1:9", "http://127.1", "http://0x7f.1.", "http://[::1]:9"] {
            assert!(Url::parse(text).unwrap().is_loopback(), "{text}");
        }
        for text in [
            "http://127.0.0.1..",
            "http://127.1...",
            "http://127.0.0.1.evil.example",
            "http://127.evil",
            "http://128.0.0.1",
            "http://localhost.evil.example",
            "http://localhost.",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(!Url::parse(text).unwrap().is_loopback(), "{text}");
        }
    }

    #[test]
    fn the_parts_of_a_url() {
        for (text, scheme, host, hostname, path) in [
            ("https://u:p@as.example:8443/a@b:c/?d/e#f", "https", "as.example:8443", "as.example", "/a@b:c/"),
            ("http://[::1]:9?a", "http", "[::1]:9", "[::1]", "/"),
            ("https://[::1]#a", "https", "[::1]", "[::1]", "/"),
            ("mailto:a@b.example", "mailto", "", "", "a@b.example"),
            ("custom://host?a", "custom", "host", "host", ""),
            ("file:///a:b", "file", "", "", "/a:b"),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(
                (url.scheme(), url.host(), url.hostname(), url.path()),
                (scheme, host, hostname, path),
                "{text}"
            );
        }
    }
}
