//! The type of error data for TypeScript.

use super::{Action, Challenge, ErrorCode, ErrorKind, Fault};

// Only its type is written from this struct: see `Error::to_json`.
/// An error as it crosses to JavaScript.
#[derive(tsify::Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ErrorData {
    /// Which class shows it.
    pub kind: ErrorKind,
    /// The code, of a closed list.
    pub code: ErrorCode,
    /// One sentence for people.
    pub message: String,
    /// What to do about it.
    pub action: Action,
    /// True when the same call may succeed later without any change.
    pub retryable: bool,
    /// Whose fault it is.
    pub fault: Fault,
    /// The option or argument as written.
    #[tsify(optional)]
    pub field: Option<String>,
    /// The HTTP status.
    #[tsify(optional)]
    pub status: Option<u16>,
    /// The server's `error`.
    #[tsify(optional)]
    pub error: Option<String>,
    /// The server's `error_description`, cleaned.
    #[tsify(optional)]
    pub error_description: Option<String>,
    /// The server's `error_uri`.
    #[tsify(optional)]
    pub error_uri: Option<String>,
    /// What the server asks us to wait, in milliseconds.
    #[tsify(optional)]
    pub retry_after_ms: Option<u64>,
    /// The beginning of the body, cleaned.
    #[tsify(optional)]
    pub body_snippet: Option<String>,
    /// The challenges of the answer.
    #[tsify(optional)]
    pub challenges: Option<Vec<Challenge>>,
    /// Where the user can act.
    #[tsify(optional)]
    pub interaction_url: Option<String>,
    /// The claims a claims challenge asks for.
    #[tsify(optional)]
    pub claims: Option<String>,
    /// The scopes a resource asks for.
    #[tsify(optional)]
    pub required_scopes: Option<Vec<String>>,
}
