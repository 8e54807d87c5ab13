//! A token of the client's own (RFC 6749 section 4.4).

use crate::Client;
use crate::error::Error;
use crate::fields::{self, Fields};
use crate::flow::arguments;
use crate::flow::token_endpoint::{self, Grant};
use crate::flow::{CallOptions, Flow};
use crate::protocol::rfc6749_client_credentials as grant;
use crate::protocol::rfc6749_token::TokenSet;
use crate::secret::keys;
use std::rc::Rc;

/// What `clientCredentials` takes.
#[derive(Clone, Default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ClientCredentialsRequest {
    /// The scopes to ask for; a string is split at spaces.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string | readonly string[]"))]
    pub scope: Vec<String>,
    /// Addresses of the target services, absolute URIs (RFC 8707 section 2).
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string | readonly string[]"))]
    pub resource: Vec<String>,
    /// Logical names of the target services, for servers that take them here.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "string | readonly string[]"))]
    pub audience: Vec<String>,
    /// Authorization details (RFC 9396 section 2).
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(optional, type = "readonly { readonly type: string; readonly [member: string]: unknown }[]")
    )]
    pub authorization_details: Option<String>,
    /// Further form parameters; none may replace one that the operation sets.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "NameValues"))]
    pub extra: Vec<(String, String)>,
}

impl std::fmt::Debug for ClientCredentialsRequest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ClientCredentialsRequest")
            .field("scope", &self.scope)
            .field("resource", &self.resource)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl ClientCredentialsRequest {
    /// Reads the arguments as they cross from JavaScript.
    ///
    /// # Errors
    /// [`crate::error::ErrorDetails::Config`] that names the first bad one.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let document = fields::document(text)?;
        let request = Fields::new(document.root(), "");
        let read = Self {
            scope: request.texts("scope"),
            resource: request.texts("resource"),
            audience: request.texts("audience"),
            authorization_details: request.raw("authorizationDetails"),
            extra: request.pairs("extra"),
        };
        request.finish().map(|()| read)
    }
}

impl Client {
    /// A token of the client's own (RFC 6749 section 4.4). It ends with the errors of [`Self::exchange_token`].
    #[must_use]
    pub fn client_credentials(
        self: &Rc<Self>,
        request: ClientCredentialsRequest,
        options: CallOptions,
    ) -> Flow<TokenSet> {
        let client = Rc::clone(self);
        Flow::new(|io| async move {
            let call = options.check(&client, io.now())?;
            token_endpoint::send(&io, client, &call, check(request)?).await
        })
    }
}

#[inline(never)]
fn check(mut request: ClientCredentialsRequest) -> Result<Grant, Error> {
    arguments::check_extra(&request.extra, &grant::RESERVED)?;
    arguments::check_scopes(&mut request.scope)?;
    arguments::check_resources(&mut request.resource)?;
    arguments::check_audiences(&mut request.audience)?;
    let authorization_details = request.authorization_details.as_deref();
    arguments::check_authorization_details(authorization_details)?;
    let mut form = grant::form(&request.scope, &request.resource, &request.audience, authorization_details);
    form.push_pairs(&request.extra);
    Ok(Grant {
        form,
        secrets: Vec::new(),
        keys: keys(&request.extra),
        scope: request.scope,
        exchange: None,
        shared: false,
    })
}
