//! How a server wants things: presets are data. The built-in ones are JSON files beside this one, read by the same code as
//! a preset that the caller writes.

use crate::error::{Action, Error, ErrorCode};
use crate::json;
use serde::Deserialize;

/// The presets that can be named. `rfc8693` follows the RFC to the letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum PresetName {
    /// The RFC and nothing else. The default.
    Rfc8693,
    /// Keycloak 26, standard token exchange.
    Keycloak,
}

/// How a server wants things. Only `id` is required: what is left out is as in `rfc8693`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
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
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
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
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PresetNames {
    /// The name of the subject token; with another name its type is not sent.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub subject_token: String,
}

/// What may and must be said of the target.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PresetTarget {
    /// True when several audiences or resources may be named.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub many: bool,
    /// True when at least one must be named.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub required: bool,
    /// Parameters the server refuses.
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "(\"audience\" | \"resource\")[]"))]
    pub forbid: Vec<String>,
}

/// What may be left out of `scope`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PresetScope {
    /// True when at least one scope must be named.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub required: bool,
    /// What the server grants when none is named.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub omit_means: OmitMeans,
}

/// What the server grants when no scope is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum OmitMeans {
    /// The scopes of the subject token, or the server's choice.
    #[default]
    Inherit,
    /// No scope at all.
    None,
}

/// Whether `requested_token_type` is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum SendRequestedType {
    /// Always; an access token when the caller names no type.
    Always,
    /// When the caller names a type.
    #[default]
    IfSet,
    /// Never.
    Never,
}

/// How clients authenticate.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
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

/// How id and secret stand in HTTP Basic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum BasicEncoding {
    /// Both parts form-encoded (RFC 6749 section 2.3.1 and appendix B).
    #[default]
    Form,
    /// As they are, for servers that do not decode.
    Raw,
}

/// What answers look like.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PresetResponse {
    /// Further token types beside `Bearer`, `DPoP` and `N_A`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub token_types: Vec<String>,
    /// True when an answer without a token type means `Bearer`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub assume_bearer: bool,
    /// Whether an exchange must say what it issued.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub issued_type: IssuedType,
}

/// Whether an exchange must say what it issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum IssuedType {
    /// An answer without it is refused.
    Required,
    /// An answer without it is taken, and `assumed` says so.
    #[default]
    Optional,
}

/// What an error of a server means. All members that are given must match.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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

/// Which metadata documents are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "lowercase")]
pub enum PresetDiscovery {
    /// RFC 8414 first, then OpenID.
    #[default]
    Rfc8414,
    /// OpenID only.
    Oidc,
}

impl Default for ServerPreset {
    fn default() -> Self {
        Self {
            id: String::new(),
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange".into(),
            names: PresetNames::default(),
            target: PresetTarget::default(),
            scope: PresetScope::default(),
            subject_types: Vec::new(),
            actor_types: Vec::new(),
            requested_types: Vec::new(),
            send_requested_type: SendRequestedType::default(),
            required_extra: Vec::new(),
            fixed: Vec::new(),
            client_auth: PresetClientAuth::default(),
            response: PresetResponse::default(),
            errors: Vec::new(),
            discovery: PresetDiscovery::default(),
        }
    }
}

impl Default for PresetNames {
    fn default() -> Self {
        Self { subject_token: "subject_token".into() }
    }
}

impl Default for PresetTarget {
    fn default() -> Self {
        Self { many: true, required: false, forbid: Vec::new() }
    }
}

impl ServerPreset {
    /// A built-in preset.
    ///
    /// # Errors
    /// `unknown_preset` for a name that is none.
    pub fn named(name: &str) -> Result<Self, Error> {
        let text = match name {
            "rfc8693" => r#"{"id":"rfc8693"}"#,
            "keycloak" => include_str!("presets/keycloak.json"),
            _ => {
                return Err(Error::config(
                    ErrorCode::UnknownPreset,
                    "preset",
                    &[
                        "there is no preset ",
                        name,
                        ": use rfc8693 or keycloak, or pass a preset of your own as an object",
                    ],
                ));
            }
        };
        json::from_str(text).map_err(|_| Error::Internal("a built-in preset"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_preset_can_be_read() {
        for name in ["rfc8693", "keycloak"] {
            assert_eq!(ServerPreset::named(name).unwrap().id, name);
        }
        assert_eq!(ServerPreset::named("nope").unwrap_err().code(), ErrorCode::UnknownPreset);
    }

    #[test]
    fn a_preset_of_ones_own_needs_only_an_id() {
        let preset: ServerPreset = json::from_str(r#"{"id":"mine","target":{"required":true}}"#).unwrap();
        assert!(preset.target.required && preset.target.many);
        assert_eq!(preset.names.subject_token, "subject_token");
        assert!(json::from_str::<ServerPreset>(r#"{"id":"mine","taget":{}}"#).is_err());
    }
}
