//! Flows: the order of steps of an operation, as a value that somebody else drives.
//!
//! A flow is an `async fn` that awaits nothing but the effects of [`Io`]. [`Flow::resume`] polls it once, with a waker that
//! does nothing, and gives the next [`Step`]. There is no executor, no clock and no I/O here.

pub(crate) mod arguments;
mod call;
pub mod client_credentials;
pub mod discover_server_metadata;
pub mod exchange_template;
pub mod exchange_token;
pub mod token_endpoint;

use crate::error::{Bug, Error, ErrorCode, TransportError};
use crate::form::Form;
use crate::http::{Header, HttpRequest, HttpResponse};
use crate::policy::action::{driver_refused, origin_of};
use crate::protocol::rfc8414_metadata::DiscoveredMetadata;
use crate::text::fill;
use crate::time::UnixMillis;
pub(crate) use call::Call;
pub use call::CallOptions;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What a flow asks of its driver, or its result.
#[derive(Debug)]
pub enum Step<T> {
    /// Send this request, without following redirects; resume with [`Input::Response`] or [`Input::Failed`].
    Send(HttpRequest),
    /// Have the host authenticate this request; resume with [`Input::Authenticated`].
    Authenticate(Box<AuthenticateRequest>),
    /// Wait so many milliseconds; resume with [`Input::Elapsed`].
    Wait(u64),
    /// The operation has ended.
    Done(Result<T, Error>),
}

/// A token request that the host's own client authentication completes.
pub struct AuthenticateRequest {
    /// The issuer that is asked.
    pub issuer: String,
    /// The endpoint the request goes to.
    pub endpoint: String,
    /// Its headers so far.
    pub headers: Vec<Header>,
    /// Its form so far.
    pub form: Form,
    /// The issuer's metadata, when it was discovered.
    pub metadata: Option<Rc<DiscoveredMetadata>>,
}

impl std::fmt::Debug for AuthenticateRequest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("AuthenticateRequest")
            .field("issuer", &self.issuer)
            .field("endpoint", &self.endpoint)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// What a driver resumes a flow with.
pub enum Input {
    /// The answer to a request.
    Response(HttpResponse),
    /// A request without an answer that could be read.
    Failed(Failure),
    /// The wait is over.
    Elapsed,
    /// The headers and the encoded form of a request that the host has authenticated.
    Authenticated(Vec<Header>, String),
}

impl std::fmt::Debug for Input {
    /// Not what the host has authenticated: it holds credentials.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Response(response) => response.fmt(out),
            Self::Failed(failure) => failure.fmt(out),
            Self::Elapsed => out.write_str("Elapsed"),
            Self::Authenticated(..) => out.write_str("Authenticated(..)"),
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The operation's time is over.
    Timeout,
    /// The server was not reached, or the connection broke.
    Unreachable,
    /// The answer, with this status, is longer than allowed.
    TooLarge(u16),
    /// The driver could not prevent a redirect from being followed.
    Redirected,
}

enum Effect {
    Send(HttpRequest),
    Authenticate(Box<AuthenticateRequest>),
    Wait(u64),
}

#[derive(Default)]
struct Slot {
    effect: Cell<Option<Effect>>,
    input: Cell<Option<Input>>,
    now: Cell<UnixMillis>,
}

/// A flow's only way to the world.
pub struct Io(Rc<Slot>);

impl Io {
    /// The instant of the last resumption.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        self.0.now.get()
    }

    /// A random byte, to spread retries; the middle of its range when the host gives none.
    #[must_use]
    pub fn random(&self) -> u8 {
        let mut byte = [128];
        // Nothing secret hangs on it: without randomness the pause is the average one.
        let _ = getrandom::fill(&mut byte);
        let [byte] = byte;
        byte
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// `timeout`, `unreachable`, `response_too_large`, `unexpected_redirect`.
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let url = request.url.clone();
        match self.perform(Effect::Send(request)).await {
            Input::Response(response) => Ok(response),
            Input::Failed(failure) => Err(failure.into_error(&url)),
            Input::Elapsed | Input::Authenticated(..) => Err(mismatch()),
        }
    }

    /// Waits so many milliseconds.
    ///
    /// # Errors
    /// `timeout` when the operation's time is over first.
    pub async fn wait(&self, millis: u64) -> Result<(), Error> {
        match self.perform(Effect::Wait(millis)).await {
            Input::Elapsed => Ok(()),
            Input::Failed(failure) => Err(failure.into_error("")),
            Input::Response(_) | Input::Authenticated(..) => Err(mismatch()),
        }
    }

    /// Has the host authenticate a request; gives its headers and encoded form.
    ///
    /// # Errors
    /// `timeout` when the operation's time is over first.
    pub async fn authenticate(&self, request: AuthenticateRequest) -> Result<(Vec<Header>, String), Error> {
        match self.perform(Effect::Authenticate(Box::new(request))).await {
            Input::Authenticated(headers, body) => Ok((headers, body)),
            // Nothing was sent, so there is nothing else that could have failed.
            Input::Failed(_) => Err(Error::from(TransportError {
                code: ErrorCode::Timeout,
                message: "the authentication function took longer than `timeoutMs`".into(),
            })),
            Input::Response(_) | Input::Elapsed => Err(mismatch()),
        }
    }

    async fn perform(&self, effect: Effect) -> Input {
        self.0.effect.set(Some(effect));
        poll_fn(|_| self.0.input.take().map_or(Poll::Pending, Poll::Ready)).await
    }
}

fn mismatch() -> Error {
    Bug::OtherStep.into()
}

impl Failure {
    fn into_error(self, url: &str) -> Error {
        let place = origin_of(url);
        let transport =
            |code, reason: &str| Error::from(TransportError { code, message: fill("{}{}", &[&place, reason]) });
        match self {
            Self::Timeout => transport(ErrorCode::Timeout, " did not answer before `timeoutMs` was over"),
            Self::Unreachable => transport(ErrorCode::Unreachable, " could not be reached, or the connection broke"),
            Self::TooLarge(status) => driver_refused(
                ErrorCode::ResponseTooLarge,
                status,
                fill("{} answered with more than `maxResponseBytes`", &[&place]),
            ),
            Self::Redirected => driver_refused(
                ErrorCode::UnexpectedRedirect,
                0,
                fill(
                    "the fetch in use followed a redirect of {} although it was told not to; the answer is not believed",
                    &[&place],
                ),
            ),
        }
    }
}

type Operation<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// An operation that stands before its next step.
pub struct Flow<T> {
    future: Option<Operation<T>>,
    slot: Rc<Slot>,
}

impl<T: 'static> Flow<T> {
    /// The same flow with another result.
    #[must_use]
    pub fn map<U: 'static>(self, change: fn(T) -> U) -> Flow<U> {
        let change = |operation: Operation<T>| -> Operation<U> { Box::pin(async move { operation.await.map(change) }) };
        Flow { future: self.future.map(change), slot: self.slot }
    }
}

impl<T> Flow<T> {
    /// Makes a flow of an async function. Nothing runs before the first [`Flow::resume`].
    pub fn new<F>(operation: impl FnOnce(Io) -> F) -> Self
    where
        F: Future<Output = Result<T, Error>> + 'static,
    {
        let slot = Rc::new(Slot::default());
        Self { future: Some(Box::pin(operation(Io(Rc::clone(&slot))))), slot }
    }

    /// Runs the flow to its next step. `input` is what the last step brought; `None` starts the flow.
    pub fn resume(&mut self, input: Option<Input>, now: UnixMillis) -> Step<T> {
        let Some(mut future) = self.future.take() else {
            return Step::Done(Err(Error::from(Bug::Ended)));
        };
        self.slot.now.set(now);
        self.slot.input.set(input);
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Step::Done(result);
        }
        let step = match self.slot.effect.take() {
            Some(Effect::Send(request)) => Step::Send(request),
            Some(Effect::Authenticate(request)) => Step::Authenticate(request),
            Some(Effect::Wait(millis)) => Step::Wait(millis),
            None => return Step::Done(Err(Error::from(Bug::NoEffect))),
        };
        self.future = Some(future);
        step
    }
}
