//! How a server wants things: presets are data. The built-in ones are JSON files beside this one, read by the same code as
//! a preset that the caller writes.

mod read;

use crate::error::{Action, Error, ErrorCode};
use crate::fields::Fields;
use crate::words::words;

words! {
    /// The presets that can be named. `rfc8693` follows the RFC to the letter.
    pub enum PresetName {
        /// The RFC and nothing else. The default.
        Rfc8693 = "rfc8693",
        /// Keycloak 26, standard token exchange.
        Keycloak = "keycloak",
        /// Microsoft Entra ID, on-behalf-of flow.
        Entra = "entra",
    }
}

/// How a server wants things. Only `id` is required: what is left out is as in `rfc8693`.
#[derive(Clone)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ServerPreset {
    /// A name for messages and events.
    pub id: String,
    /// The grant of a token exchange.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub grant_type: String,
    /// Parameters that carry another name.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub names: PresetNames,
    /// What may and must be said of the target.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub target: PresetTarget,
    /// What may be left out of `scope`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub scope: PresetScope,
    /// The subject token types the server takes; empty: any.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub subject_types: Vec<String>,
    /// The actor token types the server takes; empty: any.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub actor_types: Vec<String>,
    /// The token types the server issues; empty: any.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub requested_types: Vec<String>,
    /// Whether `requested_token_type` is sent.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub send_requested_type: SendRequestedType,
    /// Names that must stand in `extra`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub required_extra: Vec<String>,
    /// Parameters that are sent with every exchange.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "readonly (readonly [string, string])[]"))]
    pub fixed: Vec<(String, String)>,
    /// How clients authenticate.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub client_auth: PresetClientAuth,
    /// What answers look like.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub response: PresetResponse,
    /// What this server's errors mean; the first rule that matches decides.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub errors: Vec<ErrorRule>,
    /// Which metadata documents are asked for.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub discovery: PresetDiscovery,
}

/// Parameters that carry another name.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct PresetNames {
    /// The name of the subject token; with another name its type is not sent.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub subject_token: String,
}

/// What may and must be said of the target.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct PresetTarget {
    /// True when several audiences or resources may be named.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub many: bool,
    /// True when at least one must be named.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub required: bool,
    /// Where the server looks for the target. With `scope` or `none` it takes neither audience nor resource.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub via: TargetVia,
    /// What must not be given: the server refuses it, or leaves it out without a word.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "(\"audience\" | \"resource\" | \"actorToken\")[]"))]
    pub forbid: Vec<String>,
}

words! {
    /// Where a server looks for the target.
    #[derive(Default)]
    pub enum TargetVia {
        /// In `audience`.
        #[default]
        Audience = "audience",
        /// In `resource`.
        Resource = "resource",
        /// In the scopes.
        Scope = "scope",
        /// Nowhere: it has one.
        None = "none",
    }
}

/// What may be left out of `scope`.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct PresetScope {
    /// True when at least one scope must be named.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub required: bool,
    /// What the server grants when none is named.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub omit_means: OmitMeans,
    /// False when answers name scopes in another way than requests do, as Entra ID does with `.default`: then nothing can be
    /// told of what is missing, and `missingScopes` stays empty.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub echoed: bool,
}

words! {
    /// What the server grants when no scope is named.
    #[derive(Default)]
    pub enum OmitMeans {
        /// The scopes of the subject token, or the server's choice.
        #[default]
        Inherit = "inherit",
        /// No scope at all.
        None = "none",
        /// An error: at least one must be named.
        Error = "error",
    }
}

words! {
    /// Whether `requested_token_type` is sent.
    #[derive(Default)]
    pub enum SendRequestedType {
        /// Always; an access token when the caller names no type.
        Always = "always",
        /// When the caller names a type.
        #[default]
        IfSet = "if-set",
        /// Never.
        Never = "never",
    }
}

/// How clients authenticate.
#[derive(Clone, Debug, Default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct PresetClientAuth {
    /// The methods the server takes, by their registered names; empty: any.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub allowed: Vec<String>,
    /// True when an Authorization header must not be sent.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub forbid_header: bool,
    /// How id and secret stand in HTTP Basic; `form` is RFC 6749 section 2.3.1.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub basic_encoding: BasicEncoding,
}

words! {
    /// How id and secret stand in HTTP Basic.
    #[derive(Default)]
    pub enum BasicEncoding {
        /// Both parts form-encoded (RFC 6749 section 2.3.1 and appendix B).
        #[default]
        Form = "form",
        /// As they are, for servers that do not decode.
        Raw = "raw",
    }
}

/// What answers look like.
#[derive(Clone, Debug, Default)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct PresetResponse {
    /// Further token types beside `Bearer`, `DPoP` and `N_A`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub token_types: Vec<String>,
    /// How `expires_in` is sent.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub expires_in: ExpiresIn,
    /// Members that hold what was issued when there is no `access_token`; a value that is no string is kept as JSON text.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub payload: Vec<String>,
    /// True when an answer without a token type means `Bearer`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub assume_bearer: bool,
    /// Whether an exchange must say what it issued.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub issued_type: IssuedType,
}

words! {
    /// How `expires_in` is sent.
    #[derive(Default)]
    pub enum ExpiresIn {
        /// As a number or as its digits; it may be missing.
        #[default]
        NumberOrString = "number-or-string",
        /// As a number; it may be missing.
        Number = "number",
    }
}

words! {
    /// Whether an exchange must say what it issued.
    #[derive(Default)]
    pub enum IssuedType {
        /// An answer without it is refused.
        Required = "required",
        /// An answer without it is taken, and `assumed` says so.
        #[default]
        Optional = "optional",
    }
}

/// What an error of a server means. All members that are given must match.
#[derive(Clone, Debug)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(rename_all = "camelCase"))]
pub struct ErrorRule {
    /// The HTTP status.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub status: Option<u16>,
    /// The `error`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub error: Option<String>,
    /// The `suberror` of Microsoft.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub suberror: Option<String>,
    /// A member that the body has.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub member: Option<String>,
    /// What the description begins with.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub text: Option<String>,
    /// What to do.
    pub action: Action,
}

words! {
    /// Which metadata documents are asked for.
    #[derive(Default)]
    pub enum PresetDiscovery {
        /// RFC 8414 first, then OpenID.
        #[default]
        Rfc8414 = "rfc8414",
        /// The one of OpenID Connect Discovery section 4 only.
        Oidc = "oidc",
        /// None: the server has no metadata, and every endpoint is given.
        Fixed = "fixed",
    }
}

impl std::fmt::Debug for ServerPreset {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("ServerPreset").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Default for ServerPreset {
    /// The preset `rfc8693`: all is left out.
    fn default() -> Self {
        let mut preset = Self::read(&Fields::absent());
        preset.id = "rfc8693".into();
        preset
    }
}

impl PresetClientAuth {
    /// True for a method that the server takes, by its registered name (RFC 7591 section 2).
    #[must_use]
    pub fn takes(&self, method: &str) -> bool {
        let forbidden = self.forbid_header && method == "client_secret_basic";
        !forbidden && (self.allowed.is_empty() || self.allowed.iter().any(|allowed| allowed == method))
    }
}

impl ServerPreset {
    /// A built-in preset.
    ///
    /// # Errors
    /// `unknown_preset` for a name that is none.
    pub fn named(name: &str) -> Result<Box<Self>, Error> {
        Self::named_at("preset", name)
    }

    /// As [`Self::named`], for a name that is given as this option.
    pub(crate) fn named_at(field: &str, name: &str) -> Result<Box<Self>, Error> {
        match PresetName::of(name) {
            Some(PresetName::Rfc8693) => Ok(Box::default()),
            Some(PresetName::Keycloak) => Self::parse(include_str!("presets/keycloak.json")),
            Some(PresetName::Entra) => Self::parse(include_str!("presets/entra.json")),
            None => Err(Error::config(
                ErrorCode::UnknownPreset,
                field,
                "there is no preset {}: use rfc8693, keycloak or entra, or an object of your own",
                &[name],
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_of_ones_own_needs_only_an_id() {
        let preset = ServerPreset::parse(r#"{"id":"mine","target":{"required":true}}"#).unwrap();
        assert!(preset.target.required && preset.target.many);
        assert_eq!(preset.names.subject_token, "subject_token");
        assert!(ServerPreset::parse(r#"{"id":"mine","taget":{}}"#).is_err());
    }
}
