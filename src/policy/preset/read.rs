//! Reads a preset that is written as JSON: a built-in one, or one of the caller's own.

use super::*;
use crate::fields::{self, Fields};

impl ServerPreset {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let document = fields::document(text)?;
        let preset = Fields::new(document.root(), "preset", KNOWN);
        let read = Self::read(&preset);
        preset.finish().map(|()| read)
    }

    /// Reads a preset that the caller wrote; see [`KNOWN`] for its members. Failures are left in `preset`.
    #[must_use]
    pub fn read(preset: &Fields<'_, '_>) -> Self {
        let base = Self::default();
        let names = preset.nested("names", &["subjectToken"]);
        let target = preset.nested("target", &["many", "required", "via", "forbid"]);
        let scope = preset.nested("scope", &["required", "omitMeans"]);
        let client_auth = preset.nested("clientAuth", &["allowed", "forbidHeader", "basicEncoding"]);
        let response = preset.nested("response", &["tokenTypes", "assumeBearer", "issuedType", "expiresIn", "payload"]);
        Self {
            id: preset.required_text("id"),
            grant_type: preset.text("grantType").unwrap_or(base.grant_type),
            names: PresetNames { subject_token: names.text("subjectToken").unwrap_or(base.names.subject_token) },
            target: PresetTarget {
                many: target.flag("many").unwrap_or(base.target.many),
                required: target.flag("required").unwrap_or_default(),
                via: target.word("via", TargetVia::WORDS).and_then(TargetVia::at).unwrap_or_default(),
                forbid: target.texts("forbid"),
            },
            scope: PresetScope {
                required: scope.flag("required").unwrap_or_default(),
                omit_means: scope.word("omitMeans", OmitMeans::WORDS).and_then(OmitMeans::at).unwrap_or_default(),
            },
            subject_types: preset.texts("subjectTypes"),
            actor_types: preset.texts("actorTypes"),
            requested_types: preset.texts("requestedTypes"),
            send_requested_type: preset
                .word("sendRequestedType", SendRequestedType::WORDS)
                .and_then(SendRequestedType::at)
                .unwrap_or_default(),
            required_extra: preset.texts("requiredExtra"),
            fixed: preset.pairs("fixed"),
            client_auth: PresetClientAuth {
                allowed: client_auth.texts("allowed"),
                forbid_header: client_auth.flag("forbidHeader").unwrap_or_default(),
                basic_encoding: client_auth
                    .word("basicEncoding", BasicEncoding::WORDS)
                    .and_then(BasicEncoding::at)
                    .unwrap_or_default(),
            },
            response: PresetResponse {
                token_types: response.texts("tokenTypes"),
                expires_in: response.word("expiresIn", ExpiresIn::WORDS).and_then(ExpiresIn::at).unwrap_or_default(),
                payload: response.texts("payload"),
                assume_bearer: response.flag("assumeBearer").unwrap_or_default(),
                issued_type: response
                    .word("issuedType", IssuedType::WORDS)
                    .and_then(IssuedType::at)
                    .unwrap_or_default(),
            },
            errors: error_rules(preset),
            discovery: preset
                .word("discovery", PresetDiscovery::WORDS)
                .and_then(PresetDiscovery::at)
                .unwrap_or_default(),
        }
    }
}

/// The members of a preset that the caller writes.
pub const KNOWN: &[&str] = &[
    "id",
    "grantType",
    "names",
    "target",
    "scope",
    "subjectTypes",
    "actorTypes",
    "requestedTypes",
    "sendRequestedType",
    "requiredExtra",
    "fixed",
    "clientAuth",
    "response",
    "errors",
    "discovery",
];

fn error_rules(preset: &Fields<'_, '_>) -> Vec<ErrorRule> {
    let mut read = Vec::new();
    let Some(rules) = preset.get("errors") else { return read };
    let field = preset.field("errors");
    if rules.elements().is_none() {
        preset.fail(fields::invalid(&field, "`{}` has to be an array"));
    }
    for (index, rule) in rules.elements().into_iter().flatten().enumerate() {
        let known = ["status", "error", "suberror", "member", "text", "action"];
        let rule = preset.inside(Some(rule), fields::element(&field, index), &known);
        let action = rule.word("action", Action::WORDS).and_then(Action::at);
        if action.is_none() {
            preset.fail(fields::missing(&rule.field("action")));
        }
        read.push(ErrorRule {
            status: rule.integer("status", 200, 599).and_then(|status| u16::try_from(status).ok()),
            error: rule.text("error"),
            suberror: rule.text("suberror"),
            member: rule.text("member"),
            text: rule.text("text"),
            action: action.unwrap_or(Action::ServerFault),
        });
    }
    read
}
