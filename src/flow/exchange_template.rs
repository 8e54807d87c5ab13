//! Exchanges that differ in nothing but their subject token. An agent makes them one after the other: what was checked and
//! decided for one of them holds for the next.

use crate::Client;
use crate::flow::exchange_token::{TokenExchangeRequest, check, grant, with_life};
use crate::flow::token_endpoint::{Attempt, known_endpoint};
use crate::flow::{Call, CallOptions, Flow};
use crate::http::HttpResponse;
use crate::protocol::rfc6749_token::TokenSet;
use crate::secret::Secret;
use crate::time::UnixMillis;
use std::rc::Rc;

/// An exchange without its subject token.
///
/// A driver that has seen the request of one such exchange ([`HttpRequest::template`](crate::http::HttpRequest::template))
/// may send the next one without a flow: the same request with another token in place of that one, if both tokens are of
/// characters that a form leaves as they are. A success is read here; any other answer is for the flow that is started then,
/// which comes to the same request, whatever is known of the metadata by then.
pub struct ExchangeTemplate {
    attempt: Attempt,
    call: Call,
    request: TokenExchangeRequest,
    timeout_ms: Option<u64>,
    until: UnixMillis,
}

impl std::fmt::Debug for ExchangeTemplate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ExchangeTemplate").field("until", &self.until).finish_non_exhaustive()
    }
}

/// True when what is sent and how the answer is read hangs on the subject in nothing but its token, and when nothing in it
/// may be a secret of one user: it is kept for others.
pub(crate) fn is_shared(request: &TokenExchangeRequest, options: &CallOptions) -> bool {
    let secrets = request.actor_token.is_some() || request.claims.is_some() || !request.extra.is_empty();
    !secrets && options.headers.is_empty() && !request.verify_issued && !options.prepared
}

impl Client {
    /// What exchanges like this one share. The subject token of `request` is a stand-in. `None` when they share less than
    /// their request, when the host authenticates each of them, and when the token endpoint is still to be discovered.
    #[must_use]
    pub fn exchange_template(
        self: &Rc<Self>,
        request: TokenExchangeRequest,
        options: CallOptions,
        now: UnixMillis,
    ) -> Option<ExchangeTemplate> {
        if !is_shared(&request, &options) {
            return None;
        }
        let timeout_ms = options.timeout_ms;
        let call = options.check(self, now).ok()?;
        let (metadata, until) = match known_endpoint(self, &call) {
            Some(_) => (None, UnixMillis(u64::MAX)),
            None => self.metadata.as_ref()?.known(now).map(|(metadata, until)| (Some(metadata), until))?,
        };
        let mut grant = grant(&check(request.clone(), &self.preset).ok()?, &self.preset, true);
        // The stand-in is no secret.
        grant.secrets.clear();
        let attempt = Attempt::new(Rc::clone(self), &call, grant, metadata).ok()?;
        (!attempt.by_host()).then_some(ExchangeTemplate { attempt, call, request, timeout_ms, until })
    }
}

impl ExchangeTemplate {
    /// The instant from which it holds no more.
    #[must_use]
    pub fn until(&self) -> UnixMillis {
        self.until
    }

    /// The token that this answer to the exchange of `subject_token` issues, exactly as the flow would end; `None` when it is
    /// no success.
    #[must_use]
    pub fn read(&self, subject_token: &str, response: &HttpResponse, now: UnixMillis) -> Option<TokenSet> {
        let subject = Secret::new(subject_token);
        let token = self.attempt.success(response, &subject, now)?;
        Some(with_life(token, &subject, self.call.caps, now))
    }

    /// The flow of the exchange of `subject_token`, for an answer that is no success. It knows the metadata that the template
    /// was made of: to discover it would be a second request after one that may have happened.
    #[must_use]
    pub fn start(&self, subject_token: &str) -> Flow<TokenSet> {
        let mut request = self.request.clone();
        request.subject_token = subject_token.into();
        let options = CallOptions {
            timeout_ms: self.timeout_ms,
            zone: self.call.zone.clone(),
            caps: self.call.caps,
            metadata: self.attempt.metadata.clone(),
            ..CallOptions::default()
        };
        self.attempt.client.exchange_token(request, options)
    }
}
