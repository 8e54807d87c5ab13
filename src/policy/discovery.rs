//! Where metadata is asked for, what is believed of it, and how long it is remembered.

use crate::error::{Error, ErrorCode, ErrorDetails};
use crate::policy::preset::PresetDiscovery;
use crate::protocol::rfc8414_metadata::DiscoveredMetadata;
use crate::text::fill;
use crate::time::UnixMillis;
use crate::url::{HttpsPolicy, Url};
use std::cell::Cell;
use std::rc::Rc;

/// The well-known addresses of an issuer in the order in which they are tried: RFC 8414 inserted, OpenID inserted, OpenID
/// appended (RFC 8414 sections 3 and 5).
#[must_use]
pub fn candidates(issuer: &Url, discovery: PresetDiscovery) -> Vec<String> {
    let origin = issuer.origin();
    // RFC 8414 section 3.1: a terminating slash is removed before the well-known part is inserted.
    let path = issuer.trimmed_path();
    let rfc8414 = fill("{}/.well-known/oauth-authorization-server{}", &[&origin, path]);
    let inserted = fill("{}/.well-known/openid-configuration{}", &[&origin, path]);
    let appended = fill("{}{}/.well-known/openid-configuration", &[&origin, path]);
    match discovery {
        PresetDiscovery::Rfc8414 if inserted == appended => vec![rfc8414, appended],
        PresetDiscovery::Rfc8414 => vec![rfc8414, inserted, appended],
        PresetDiscovery::Oidc => vec![appended],
        PresetDiscovery::Fixed => Vec::new(),
    }
}

/// Statuses that say "not here": only they lead to the next address.
#[must_use]
pub fn is_elsewhere(status: u16) -> bool {
    matches!(status, 404 | 405 | 410)
}

/// Which origins the endpoints of a discovered document may have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EndpointOrigins {
    /// Any: the issuer is written in code and may name what it likes.
    #[default]
    Any,
    /// The issuer's own.
    SameOrigin,
    /// These, beside the issuer's own.
    Listed(Vec<String>),
}

/// Checks every endpoint that a document names, and spells it as it was understood: no driver may read another host in it.
///
/// # Errors
/// `invalid_endpoint`, `insecure_url` or `endpoint_origin`; the whole document is refused, since one bad endpoint says
/// that its writer cannot be trusted with the others.
pub fn check_endpoints(
    document: &mut DiscoveredMetadata,
    issuer: &Url,
    origins: &EndpointOrigins,
    insecure_hosts: &[String],
) -> Result<(), Error> {
    // A document of an https issuer may not lead to this machine by http, where another process may listen.
    let https = HttpsPolicy { insecure_hosts, loopback: issuer.scheme() == "http" };
    for (member, address) in &mut document.endpoints {
        let what = fill("{} in the metadata of {}", &[member, &issuer.origin()]);
        let url = https.check(address, member, &what)?;
        let origin = url.origin();
        let allowed = match origins {
            EndpointOrigins::Any => true,
            EndpointOrigins::SameOrigin => origin == issuer.origin(),
            EndpointOrigins::Listed(listed) => origin == issuer.origin() || listed.contains(&origin),
        };
        if !allowed {
            return Err(Error::config(
                ErrorCode::EndpointOrigin,
                member,
                "{} is at {}, which `endpointOrigins` does not allow",
                &[&what, &origin],
            ));
        }
        *address = url.href;
    }
    Ok(())
}

/// The remembered outcome of one client's discovery.
pub struct MetadataCache {
    ttl: u64,
    negative_ttl: u64,
    entry: Cell<Option<Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    at: UnixMillis,
    outcome: Result<Rc<DiscoveredMetadata>, Error>,
}

impl std::fmt::Debug for MetadataCache {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("MetadataCache")
            .field("ttl", &self.ttl)
            .field("negative_ttl", &self.negative_ttl)
            .finish_non_exhaustive()
    }
}

impl MetadataCache {
    /// Remembers documents for `ttl` and deterministic failures for `negative_ttl` milliseconds, never longer than documents.
    #[must_use]
    pub fn new(ttl: u64, negative_ttl: u64) -> Self {
        Self { ttl, negative_ttl: negative_ttl.min(ttl), entry: Cell::new(None) }
    }

    /// What is remembered and still fresh.
    #[must_use]
    pub fn lookup(&self, now: UnixMillis) -> Option<Result<Rc<DiscoveredMetadata>, Error>> {
        let entry = self.entry.take()?;
        let life = if entry.outcome.is_ok() { self.ttl } else { self.negative_ttl };
        // A clock that was set back makes an entry of the future: it is not believed.
        let fresh = entry.at <= now && now.since(entry.at) < life;
        let outcome = fresh.then(|| entry.outcome.clone());
        self.entry.set(fresh.then_some(entry));
        outcome
    }

    /// The document that is remembered and still fresh, and the instant from which it is not.
    #[must_use]
    pub fn known(&self, now: UnixMillis) -> Option<(Rc<DiscoveredMetadata>, UnixMillis)> {
        let metadata = self.lookup(now)?.ok()?;
        let entry = self.entry.take()?;
        let until = entry.at.plus(self.ttl);
        self.entry.set(Some(entry));
        Some((metadata, until))
    }

    /// Remembers an outcome, when it is one that would be the same a moment later.
    pub fn remember(&self, outcome: &Result<Rc<DiscoveredMetadata>, Error>, now: UnixMillis) {
        let deterministic = match outcome.as_ref().map_err(Error::details) {
            Ok(_) | Err(ErrorDetails::Config(_)) => true,
            Err(ErrorDetails::Response(error)) => matches!(
                error.code,
                ErrorCode::DiscoveryFailed | ErrorCode::IssuerMismatch | ErrorCode::InvalidResponse
            ),
            Err(_) => false,
        };
        if deterministic {
            self.entry.set(Some(Entry { at: now, outcome: outcome.clone() }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(issuer: &str) -> Vec<String> {
        candidates(&Url::parse(issuer).unwrap(), PresetDiscovery::Rfc8414)
    }

    #[test]
    fn p69_well_known_is_inserted_before_the_path() {
        let expected = [
            "https://as.example/.well-known/oauth-authorization-server/realms/a",
            "https://as.example/.well-known/openid-configuration/realms/a",
            "https://as.example/realms/a/.well-known/openid-configuration",
        ];
        assert_eq!(urls("https://as.example/realms/a"), expected);
        assert_eq!(urls("https://as.example/realms/a/"), expected);
    }

    #[test]
    fn p60_a_root_issuer_has_two_addresses_with_and_without_its_slash() {
        let expected = [
            "https://as.example:8443/.well-known/oauth-authorization-server",
            "https://as.example:8443/.well-known/openid-configuration",
        ];
        assert_eq!(urls("https://as.example:8443"), expected);
        assert_eq!(urls("https://as.example:8443/"), expected);
    }

    fn failure(code: ErrorCode) -> Result<Rc<DiscoveredMetadata>, Error> {
        Err(Error::response(code, 404, "nothing there", &[]))
    }

    #[test]
    fn p64_failures_are_remembered_for_their_own_time_and_never_longer_than_documents() {
        let cache = MetadataCache::new(3_600_000, 60_000);
        cache.remember(&failure(ErrorCode::DiscoveryFailed), UnixMillis(1_000));
        assert!(cache.lookup(UnixMillis(60_999)).is_some());
        assert!(cache.lookup(UnixMillis(61_000)).is_none());
        let cache = MetadataCache::new(5_000, 60_000);
        cache.remember(&failure(ErrorCode::IssuerMismatch), UnixMillis(0));
        assert!(cache.lookup(UnixMillis(5_000)).is_none());
        let cache = MetadataCache::new(3_600_000, 0);
        cache.remember(&failure(ErrorCode::InvalidResponse), UnixMillis(0));
        assert!(cache.lookup(UnixMillis(0)).is_none());
    }

    #[test]
    fn t08_what_may_be_different_a_moment_later_is_not_remembered() {
        let cache = MetadataCache::new(3_600_000, 60_000);
        cache.remember(
            &Err(Error::from(crate::error::TransportError { code: ErrorCode::Unreachable, message: String::new() })),
            UnixMillis(0),
        );
        assert!(cache.lookup(UnixMillis(0)).is_none());
    }

    #[test]
    fn a_clock_set_back_forgets() {
        let cache = MetadataCache::new(3_600_000, 60_000);
        cache.remember(&failure(ErrorCode::DiscoveryFailed), UnixMillis(10_000));
        assert!(cache.lookup(UnixMillis(9_999)).is_none());
    }
}
