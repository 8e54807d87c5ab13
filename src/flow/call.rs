//! What a caller may say of one call of an operation.

use crate::Client;
use crate::error::Error;
use crate::fields::{self, Fields};
use crate::http::{Header, check_headers};
use crate::policy::cache::Caps;
use crate::protocol::rfc8414_metadata::DiscoveredMetadata;
use crate::time::UnixMillis;
use std::rc::Rc;

/// What a caller may say of one call.
#[derive(Clone, Default)]
pub struct CallOptions {
    /// Bound of the whole operation in milliseconds; left out: the client's.
    pub timeout_ms: Option<u64>,
    /// Which of several credentials is used.
    pub zone: Option<String>,
    /// Further headers of every request of the call.
    pub headers: Vec<Header>,
    /// True when the caller sends the requests itself: then nothing is discovered and nothing waited for on our own.
    pub prepared: bool,
    /// The token endpoint that a prepared operation has begun with: to read the answer it is begun again, and what is
    /// remembered of the metadata may be another by then.
    pub endpoint: Option<String>,
    /// Set by a store, which keeps the token: then its life is decided as well.
    pub caps: Option<Caps>,
    /// The metadata that the request was made of, when it has been sent already: nothing newer is asked for.
    pub metadata: Option<Rc<DiscoveredMetadata>>,
}

impl std::fmt::Debug for CallOptions {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("CallOptions")
            .field("timeout_ms", &self.timeout_ms)
            .field("zone", &self.zone)
            .field("prepared", &self.prepared)
            .finish_non_exhaustive()
    }
}

/// A checked [`CallOptions`] of a running operation.
pub(crate) struct Call {
    pub zone: Option<String>,
    pub headers: Vec<Header>,
    pub prepared: bool,
    /// `None` for a prepared request.
    pub deadline: Option<UnixMillis>,
    pub endpoint: Option<String>,
    pub caps: Option<Caps>,
    pub metadata: Option<Rc<DiscoveredMetadata>>,
}

impl CallOptions {
    /// Reads the options of a call as they cross from JavaScript; an empty text is none.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] that names the first bad one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let document = fields::document(text)?;
        let options = Fields::new(document.root(), "");
        let read = Self {
            timeout_ms: options.millis("timeoutMs", 1),
            zone: options.text("zone"),
            headers: options.pairs("headers"),
            prepared: options.flag("prepared").unwrap_or_default(),
            endpoint: options.text("endpoint"),
            caps: None,
            metadata: None,
        };
        options.finish().map(|()| read)
    }

    pub(crate) fn check(self, client: &Client, now: UnixMillis) -> Result<Call, Error> {
        check_headers(&self.headers, "headers")?;
        let deadline = (!self.prepared).then(|| now.plus(self.timeout_ms.unwrap_or(client.timeout_ms)));
        let Self { zone, headers, prepared, endpoint, caps, metadata, timeout_ms: _ } = self;
        Ok(Call { zone, headers, prepared, deadline, endpoint, caps, metadata })
    }
}
