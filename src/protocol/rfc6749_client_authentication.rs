//! How a client shows who it is at the token endpoint (RFC 6749 section 2.3, RFC 6750 section 2.1).

use crate::base64;
use crate::form::{self, Form};
use crate::http::HttpRequest;
use crate::secret::Secret;
use crate::text::fill;
use crate::words::words;

words! {
    /// The ways a client may authenticate.
    #[derive(Default)]
    pub enum AuthKind {
        /// A public client: names itself, when it has a name.
        #[default]
        None = "none",
        /// `client_secret_basic`.
        Basic = "basic",
        /// `client_secret_post`.
        Post = "post",
        /// A client secret, by HTTP Basic or in the body as the server's metadata says.
        Secret = "secret",
        /// An access token (RFC 6750).
        Bearer = "bearer",
        /// HTTP Basic by zone: of each the client has one of [`Self::Basic`].
        MultiZone = "multi_zone",
        /// The host authenticates the request: an [`Authenticate`](crate::flow::Step::Authenticate) step.
        Custom = "custom",
        /// Credentials of another issuer, which are not sent.
        Withheld = "withheld",
    }
}

/// What a client authenticates with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientAuthentication {
    /// How it does so.
    pub kind: AuthKind,
    /// The client id, if it has one.
    pub client_id: Option<String>,
    /// The client secret, or the token of [`AuthKind::Bearer`]; empty for a kind without either.
    pub secret: Secret,
    /// True to leave out the form-encoding of RFC 6749 section 2.3.1, for servers that do not decode.
    pub raw: bool,
}

impl ClientAuthentication {
    /// The registered names of the methods that this may come to (RFC 7591 section 2); none for what has no name.
    #[must_use]
    pub fn methods(&self) -> &'static [&'static str] {
        match self.kind {
            AuthKind::None => &["none"],
            AuthKind::Basic => &[BASIC],
            AuthKind::Post => &[POST],
            AuthKind::Secret => &[BASIC, POST],
            _ => &[],
        }
    }

    /// Settles how an [`AuthKind::Secret`] is sent, by the methods that the server lists and those that it `takes` by its
    /// preset: in the body where only that is left, otherwise by HTTP Basic, which RFC 8414 section 2 means by no list at
    /// all.
    #[must_use]
    pub fn resolve(&self, listed: impl FnOnce() -> Option<Vec<String>>, takes: impl Fn(&str) -> bool) -> Self {
        let mut settled = self.clone();
        if self.kind == AuthKind::Secret {
            let listed = listed();
            let lists = |method: &str| listed.as_ref().is_none_or(|listed| listed.iter().any(|name| name == method));
            let in_body = !takes(BASIC) || (takes(POST) && lists(POST) && !lists(BASIC));
            settled.kind = if in_body { AuthKind::Post } else { AuthKind::Basic };
        }
        settled
    }

    /// Names the client in the form, for methods that do it there.
    pub fn name_client(&self, form: &mut Form) {
        if self.kind != AuthKind::Basic {
            form.push_some("client_id", self.client_id.as_deref());
        }
        if self.kind == AuthKind::Post {
            form.push("client_secret", self.secret.expose());
        }
    }

    /// Puts the credential into the headers, for methods that carry it there.
    pub fn authorize(&self, request: &mut HttpRequest) {
        match self.kind {
            AuthKind::Basic => request.set_header("authorization", self.basic()),
            AuthKind::Bearer => request.set_header("authorization", fill("Bearer {}", &[self.secret.expose()])),
            _ => {}
        }
    }

    /// Everything of it that must not be shown.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        let mut secrets = vec![self.secret.clone()];
        if self.kind == AuthKind::Basic {
            secrets.push(Secret::new(self.basic().strip_prefix("Basic ").unwrap_or_default()));
        }
        secrets
    }

    fn basic(&self) -> String {
        basic(self.client_id.as_deref().unwrap_or_default(), self.secret.expose(), self.raw)
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
        let secret = ClientAuthentication { kind: AuthKind::Secret, ..ClientAuthentication::default() };
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
            format!("{:?}", ClientAuthentication { secret: Secret::new("planted"), ..ClientAuthentication::default() });
        assert!(!shown.contains("planted"));
    }
}
