//! Which tokens may stand in for one another, and how long: what a store remembers by is decided here.
//!
//! A [`Fingerprint`] stands for everything that shapes a token but the subject and actor tokens, which the store keeps
//! beside it. Each struct is taken apart without `..`: a new field does not compile before it has been placed.

use crate::base64;
use crate::policy::discovery::EndpointOrigins;
use crate::policy::preset::{PresetResponse, PresetScope, ServerPreset};
use crate::protocol::rfc6749_client_authentication::ClientAuthentication;
use crate::protocol::rfc6749_token::TokenSet;
use crate::protocol::rfc7519_jwt::{self, Claims};
use crate::protocol::rfc8414_metadata::bare;
use crate::protocol::rfc8693_exchange::TokenExchange;
use crate::secret::Secret;
use crate::time::{UnixMillis, millis};
use sha2::{Digest, Sha256};

/// A SHA-256 over parts, each with its length before it: no two lists of parts give the same bytes.
#[derive(Clone, Debug, Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds a text, byte for byte: texts that only look alike differ.
    pub fn text(&mut self, part: &str) {
        self.count(part.len());
        self.0.update(part.as_bytes());
    }

    /// Adds a list: its length, then its texts.
    pub fn texts(&mut self, parts: &[String]) {
        self.count(parts.len());
        for part in parts {
            self.text(part);
        }
    }

    /// Adds a text that may be absent; an absent one differs from an empty one.
    #[inline(never)]
    pub fn optional(&mut self, part: Option<&str>) {
        self.flag(part.is_some());
        if let Some(part) = part {
            self.text(part);
        }
    }

    /// Adds names with values, in their order.
    pub fn pairs(&mut self, pairs: &[(String, String)]) {
        self.count(pairs.len());
        for (name, value) in pairs {
            self.text(name);
            self.text(value);
        }
    }

    /// Adds a yes or no.
    pub fn flag(&mut self, part: bool) {
        self.count(usize::from(part));
    }

    /// Adds the hash of a secret, so that the secret itself is nowhere beside parts that can be guessed.
    pub fn secret(&mut self, secret: &Secret) {
        let mut inner = Self::default();
        inner.text(secret.expose());
        self.text(&inner.finish());
    }

    /// The fingerprint as text.
    #[must_use]
    pub fn finish(self) -> String {
        base64::encode(&self.0.finalize())
    }

    /// Adds a number.
    pub fn count(&mut self, number: usize) {
        // No usize has more than these bytes.
        self.0.update(u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes());
    }
}

/// Adds an exchange but for its subject and actor tokens.
pub fn add_exchange(print: &mut Fingerprint, exchange: &TokenExchange) {
    let TokenExchange {
        grant_type,
        subject_token_name,
        subject_token: _,
        subject_token_type,
        actor,
        requested_token_type,
        audience,
        resource,
        scope,
        authorization_details,
        claims,
        extra,
    } = exchange;
    print.text(grant_type);
    print.text(subject_token_name);
    print.text(subject_token_type);
    print.optional(actor.as_ref().map(|(_, token_type)| token_type.as_str()));
    print.optional(requested_token_type.as_deref());
    for list in [audience, resource, scope] {
        print.texts(list);
    }
    print.optional(authorization_details.as_deref());
    print.optional(claims.as_deref());
    print.pairs(extra);
}

/// Adds what a client authenticates with: the method, the client and the credential.
pub fn add_authentication(print: &mut Fingerprint, authentication: &ClientAuthentication) {
    match authentication {
        ClientAuthentication::None { client_id } => {
            print.text("none");
            print.optional(client_id.as_deref());
        }
        ClientAuthentication::Basic { client_id, secret, raw } => {
            print.text("basic");
            print.text(client_id);
            print.secret(secret);
            print.flag(*raw);
        }
        ClientAuthentication::Post { client_id, secret } => {
            print.text("post");
            print.text(client_id);
            print.secret(secret);
        }
        ClientAuthentication::Secret { client_id, secret, raw } => {
            print.text("secret");
            print.text(client_id);
            print.secret(secret);
            print.flag(*raw);
        }
        ClientAuthentication::Bearer { token, client_id } => {
            print.text("bearer");
            print.secret(token);
            print.optional(client_id.as_deref());
        }
        ClientAuthentication::Host { client_id } => {
            print.text("host");
            print.optional(client_id.as_deref());
        }
    }
}

/// Adds what of a preset decides which answers are taken. Its request side stands in the exchange already.
pub fn add_preset(print: &mut Fingerprint, preset: &ServerPreset) {
    let ServerPreset {
        id,
        grant_type: _,
        names: _,
        target: _,
        scope: PresetScope { required: _, omit_means, echoed },
        subject_types: _,
        actor_types: _,
        requested_types: _,
        send_requested_type: _,
        required_extra: _,
        fixed: _,
        client_auth: _,
        response: PresetResponse { token_types, expires_in, payload, assume_bearer, issued_type },
        errors: _,
        discovery,
    } = preset;
    print.text(id);
    print.count(*omit_means as usize);
    print.flag(*echoed);
    print.texts(token_types);
    print.count(*expires_in as usize);
    print.texts(payload);
    print.flag(*assume_bearer);
    print.count(*issued_type as usize);
    print.count(*discovery as usize);
}

/// Adds where discovered endpoints may live.
pub fn add_origins(print: &mut Fingerprint, origins: &EndpointOrigins) {
    match origins {
        EndpointOrigins::Any => print.text("any"),
        EndpointOrigins::SameOrigin => print.text("same-origin"),
        EndpointOrigins::Listed(listed) => print.texts(listed),
    }
}

/// What a subject is called in events: a hash under a random `key`, of issuer and subject where the token is a JWT that
/// names both, otherwise of the token. Without the key it reveals nothing of the subject, not even to a guess.
#[must_use]
pub fn subject_fingerprint(key: &str, subject_token: &str) -> String {
    let identity = identity_of(subject_token);
    let mut print = Fingerprint::default();
    print.text(key);
    print.text(if identity.is_empty() { subject_token } else { &identity });
    // Half of it tells subjects apart, and is shorter in a log.
    print.finish().get(..22).unwrap_or_default().into()
}

/// The identity that a token is about, as [`identity`] has it, when it is a JWT that names its issuer and its subject (RFC 7519
/// sections 4.1.1 and 4.1.2); empty for any other.
#[must_use]
pub fn identity_of(token: &str) -> String {
    match rfc7519_jwt::peek(token) {
        Some(Claims { issuer: Some(issuer), subject: Some(subject), .. }) => identity(&issuer, &subject),
        _ => String::new(),
    }
}

/// A hash of what tells a subject of an issuer from any other.
#[must_use]
pub fn identity(issuer: &str, subject: &str) -> String {
    let mut print = Fingerprint::default();
    print.text(bare(issuer));
    print.text(subject);
    print.finish()
}

/// How a store bounds the life of what it keeps, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// How long before its end a token is given out no more.
    pub skew_seconds: u64,
    /// The longest life, whatever the server says.
    pub max_expires_in_seconds: Option<u64>,
    /// The life of a token that says nothing of it. Left out: such a token is not kept.
    pub default_expires_in_seconds: Option<u64>,
}

/// How long a store may give a token out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// Without a question, to this instant.
    pub usable_until: UnixMillis,
    /// In place of a failure that may pass, to this one. It may be the earlier one: then never.
    pub stale_until: UnixMillis,
}

/// Decides the life of a token in a store; `None`: it is given out and not kept.
///
/// `subject_exp` is the end of the subject token in seconds since the epoch, when it is known. No life is invented: of a
/// token without `expires_in` that is no JWT with `exp` either, only [`Caps::default_expires_in_seconds`] can tell.
#[must_use]
pub fn life_of(token: &TokenSet, subject_exp: Option<f64>, caps: &Caps, now: UnixMillis) -> Option<Life> {
    let stated = rfc7519_jwt::peek(&token.access_token).and_then(|claims| claims.expires_at).map(instant);
    let assumed = caps.default_expires_in_seconds.map(|life| after(now, life));
    let own = earlier(token.expires_at, stated).or(assumed)?;
    let bounds = earlier(subject_exp.map(instant), caps.max_expires_in_seconds.map(|life| after(now, life)));
    let end = bounds.map_or(own, |bound| own.min(bound));
    let life = end.since(now);
    let skew = millis(caps.skew_seconds);
    // A short life would be all skew.
    let skew = if life < SHORT_LIFE { skew.min(life / 10) } else { skew };
    let usable_until = UnixMillis(end.0.saturating_sub(skew));
    (usable_until > now).then_some(Life { usable_until, stale_until: UnixMillis(end.0.saturating_sub(LAST_SECONDS)) })
}

/// Lives under 300 seconds have a skew of a tenth at most.
const SHORT_LIFE: u64 = 300_000;
/// So long before its end a token would expire on its way.
const LAST_SECONDS: u64 = 5_000;

/// The earlier of two instants, as far as they are known.
fn earlier(one: Option<UnixMillis>, other: Option<UnixMillis>) -> Option<UnixMillis> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn after(now: UnixMillis, seconds: u64) -> UnixMillis {
    now.plus(millis(seconds))
}

/// A NumericDate of a JWT (RFC 7519 section 2). What is before the epoch is the epoch.
fn instant(seconds: f64) -> UnixMillis {
    UnixMillis::from_js(seconds * 1000.0)
}

#[cfg(test)]
mod tests;
