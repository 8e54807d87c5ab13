//! Reads a preset that is written as JSON: a built-in one, or one of the caller's own.

use super::*;
use crate::fields;
use crate::protocol::names::grant_type;

impl ServerPreset {
    pub(super) fn parse(text: &str) -> Result<Box<Self>, Error> {
        let document = fields::document(text)?;
        let preset = Fields::new(document.root(), "preset");
        let read = Box::new(Self::read(&preset));
        preset.finish().map(|()| read)
    }

    /// Reads a preset that the caller wrote. Failures are left in `preset`.
    #[must_use]
    pub fn read(preset: &Fields<'_, '_>) -> Self {
        Self {
            id: preset.required_text("id"),
            grant_type: preset.text("grantType").unwrap_or_else(|| grant_type::TOKEN_EXCHANGE.into()),
            names: preset.nested("names", |names| PresetNames {
                subject_token: names.text("subjectToken").unwrap_or_else(|| "subject_token".into()),
            }),
            target: preset.nested("target", |target| PresetTarget {
                many: target.flag("many").unwrap_or(true),
                required: target.flag("required").unwrap_or_default(),
                via: TargetVia::read(target, "via").unwrap_or_default(),
                forbid: target.texts("forbid"),
            }),
            scope: preset.nested("scope", |scope| PresetScope {
                required: scope.flag("required").unwrap_or_default(),
                omit_means: OmitMeans::read(scope, "omitMeans").unwrap_or_default(),
                echoed: scope.flag("echoed").unwrap_or(true),
            }),
            subject_types: preset.texts("subjectTypes"),
            actor_types: preset.texts("actorTypes"),
            requested_types: preset.texts("requestedTypes"),
            send_requested_type: SendRequestedType::read(preset, "sendRequestedType").unwrap_or_default(),
            required_extra: preset.texts("requiredExtra"),
            fixed: preset.pairs("fixed"),
            client_auth: preset.nested("clientAuth", |client_auth| PresetClientAuth {
                allowed: client_auth.texts("allowed"),
                forbid_header: client_auth.flag("forbidHeader").unwrap_or_default(),
                basic_encoding: BasicEncoding::read(client_auth, "basicEncoding").unwrap_or_default(),
            }),
            response: preset.nested("response", |response| PresetResponse {
                token_types: response.texts("tokenTypes"),
                expires_in: ExpiresIn::read(response, "expiresIn").unwrap_or_default(),
                payload: response.texts("payload"),
                assume_bearer: response.flag("assumeBearer").unwrap_or_default(),
                issued_type: IssuedType::read(response, "issuedType").unwrap_or_default(),
            }),
            errors: error_rules(preset),
            discovery: PresetDiscovery::read(preset, "discovery").unwrap_or_default(),
        }
    }
}

fn error_rules(preset: &Fields<'_, '_>) -> Vec<ErrorRule> {
    let mut read = Vec::new();
    let field = preset.field("errors");
    for (index, rule) in preset.elements("errors").enumerate() {
        read.push(preset.within(Some(rule), fields::element(&field, index), error_rule));
    }
    read
}

fn error_rule(rule: &Fields<'_, '_>) -> ErrorRule {
    let action = Action::read(rule, "action");
    if action.is_none() {
        rule.missing("action", fields::REQUIRED);
    }
    ErrorRule {
        status: rule.integer("status", 200, 599).and_then(|status| u16::try_from(status).ok()),
        error: rule.text("error"),
        suberror: rule.text("suberror"),
        member: rule.text("member"),
        text: rule.text("text"),
        action: action.unwrap_or(Action::ServerFault),
    }
}
