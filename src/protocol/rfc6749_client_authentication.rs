//! How a client shows who it is at the token endpoint (RFC 6749 section 2.3, RFC 6750 section 2.1).

use crate::base64;
use crate::form::{self, Form};
use crate::http::HttpRequest;
use crate::secret::Secret;
use crate::text::fill;

/// What a client authenticates with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// A public client: names itself, when it has a name.
    None {
        /// The client id.
        client_id: Option<String>,
    },
    /// `client_secret_basic`.
    Basic {
        /// The client id.
        client_id: String,
        /// The client secret.
        secret: Secret,
        /// True to leave out the form-encoding of RFC 6749 section 2.3.1, for servers that do not decode.
        raw: bool,
    },
    /// `client_secret_post`.
    Post {
        /// The client id.
        client_id: String,
        /// The client secret.
        secret: Secret,
    },
    /// A client secret, by HTTP Basic or in the body as the server's metadata says: see [`Self::resolve`].
    Secret {
        /// The client id.
        client_id: String,
        /// The client secret.
        secret: Secret,
        /// As that of [`Self::Basic`].
        raw: bool,
    },
    /// An access token as a credential (RFC 6750).
    Bearer {
        /// The token.
        token: Secret,
        /// A client id to name beside it.
        client_id: Option<String>,
    },
    /// The host authenticates the request: an [`Authenticate`](crate::flow::Step::Authenticate) step.
    Host {
        /// A client id to name beside it.
        client_id: Option<String>,
    },
}

impl ClientAuthentication {
    /// The registered names of the methods that this may come to (RFC 7591 section 2); none for what has no name.
    #[must_use]
    pub fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::None { .. } => &["none"],
            Self::Basic { .. } => &[BASIC],
            Self::Post { .. } => &[POST],
            Self::Secret { .. } => &[BASIC, POST],
            Self::Bearer { .. } | Self::Host { .. } => &[],
        }
    }

    /// Settles how a [`Self::Secret`] is sent, by the methods that the server lists and those that it `takes` by its
    /// preset: in the body where only that is left, otherwise by HTTP Basic, which RFC 8414 section 2 means by no list at
    /// all.
    #[must_use]
    pub fn resolve(&self, listed: impl FnOnce() -> Option<Vec<String>>, takes: impl Fn(&str) -> bool) -> Self {
        let Self::Secret { client_id, secret, raw } = self else { return self.clone() };
        let listed = listed();
        let lists = |method: &str| listed.as_ref().is_none_or(|listed| listed.iter().any(|name| name == method));
        let (client_id, secret) = (client_id.clone(), secret.clone());
        if !takes(BASIC) || (takes(POST) && lists(POST) && !lists(BASIC)) {
            Self::Post { client_id, secret }
        } else {
            Self::Basic { client_id, secret, raw: *raw }
        }
    }

    /// Names the client in the form, for methods that do it there.
    pub fn name_client(&self, form: &mut Form) {
        match self {
            Self::None { client_id } | Self::Bearer { client_id, .. } | Self::Host { client_id } => {
                form.push_some("client_id", client_id.as_deref())
            }
            Self::Basic { .. } | Self::Secret { .. } => {}
            Self::Post { client_id, secret } => {
                form.push("client_id", client_id);
                form.push("client_secret", secret.expose());
            }
        }
    }

    /// Puts the credential into the headers, for methods that carry it there.
    pub fn authorize(&self, request: &mut HttpRequest) {
        match self {
            Self::None { .. } | Self::Post { .. } | Self::Secret { .. } | Self::Host { .. } => {}
            Self::Basic { client_id, secret, raw } => {
                request.set_header("authorization", basic(client_id, secret.expose(), *raw))
            }
            Self::Bearer { token, .. } => request.set_header("authorization", fill("Bearer {}", &[token.expose()])),
        }
    }

    /// Everything of it that must not be shown.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::None { .. } | Self::Host { .. } => Vec::new(),
            Self::Basic { client_id, secret, raw } | Self::Secret { client_id, secret, raw } => {
                let header = basic(client_id, secret.expose(), *raw);
                vec![secret.clone(), Secret::new(header.strip_prefix("Basic ").unwrap_or_default())]
            }
            Self::Post { secret, .. } => vec![secret.clone()],
            Self::Bearer { token, .. } => vec![token.clone()],
        }
    }
}

const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";

/// Names that client authentication sets in a form: an extra parameter may not.
pub const RESERVED: [&str; 4] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

/// The `Authorization` value of HTTP Basic. RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined.
#[must_use]
pub fn basic(client_id: &str, secret: &str, raw: bool) -> String {
    let credentials = if raw {
        fill("{}:{}", &[client_id, secret])
    } else {
        fill("{}:{}", &[&form::encode(client_id), &form::encode(secret)])
    };
    fill("Basic {}", &[&base64::encode(credentials.as_bytes())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p1_basic_header() {
        assert_eq!(basic("client", "secret", false), "Basic Y2xpZW50OnNlY3JldA==");
    }

    #[test]
    fn x2_basic_form_encodes_both_parts_and_raw_does_not() {
        assert_eq!(basic("a:b", "p%/+ é", false), ["Basic ", &base64::encode(b"a%3Ab:p%25%2F%2B+%C3%A9")].concat());
        assert_eq!(basic("a:b", "p%/+ é", true), ["Basic ", &base64::encode("a:b:p%/+ é".as_bytes())].concat());
    }

    #[test]
    fn a_secret_goes_where_the_metadata_says_and_into_the_header_by_default() {
        let secret = ClientAuthentication::Secret { client_id: "c".into(), secret: Secret::new("s"), raw: false };
        let method = |listed: Option<&[&str]>, takes: &[&str]| {
            let listed = || listed.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
            secret.resolve(listed, |method| takes.contains(&method)).methods()[0]
        };
        assert_eq!(method(None, &[BASIC, POST]), BASIC);
        assert_eq!(method(Some(&[BASIC, POST]), &[BASIC, POST]), BASIC);
        assert_eq!(method(Some(&[POST]), &[BASIC, POST]), POST);
        assert_eq!(method(Some(&["private_key_jwt"]), &[BASIC, POST]), BASIC);
        assert_eq!(method(None, &[POST]), POST);
        assert_eq!(method(Some(&[POST]), &[BASIC]), BASIC, "never a method that the preset does not allow");
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown =
            format!("{:?}", ClientAuthentication::Post { client_id: "c".into(), secret: Secret::new("planted") });
        assert!(!shown.contains("planted"));
    }
}
