//! What of a client shapes the tokens it is given.

use super::Client;
use crate::error::Error;
use crate::policy::cache::{self, Fingerprint};

impl Client {
    /// Adds the client to a fingerprint: whom it asks, as whom, in which zone, and which answers it takes.
    ///
    /// # Errors
    /// `unknown_zone` and `missing_option` when there is nothing to authenticate with.
    pub fn identify(&self, print: &mut Fingerprint, zone: Option<&str>) -> Result<(), Error> {
        let Self {
            issuer,
            issuer_url: _,
            credentials: _,
            preset,
            endpoints,
            metadata: _,
            endpoint_origins,
            insecure_hosts,
            // How long and how often is asked changes nothing of the answer.
            timeout_ms: _,
            max_retries: _,
            // That is for `verifyIssued` alone, which adds it.
            clock_tolerance_seconds: _,
            headers,
        } = self;
        print.text(issuer);
        // The others are asked for no token.
        print.optional(endpoints.get("token"));
        print.optional(zone);
        cache::add_authentication(print, self.authentication(zone)?);
        cache::add_preset(print, preset);
        cache::add_origins(print, endpoint_origins);
        print.texts(insecure_hosts);
        // A header may name a tenant.
        print.pairs(headers);
        Ok(())
    }
}
