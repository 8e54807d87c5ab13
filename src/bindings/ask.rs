//! Questions that need no object of the core.

use super::thrown;
use crate::error::{Bug, Error};
use crate::fields;
use crate::policy::cache::{identity, identity_of, subject_fingerprint};
use crate::policy::resource::{ATTEMPTS, OnRefusal, ResourceCall};
use crate::protocol::rfc6749_client_authentication::basic;
use crate::protocol::rfc6750_bearer::{LONGEST_TOKEN, authorization_header, check_token};
use crate::secret::Secret;
use crate::store::StoreExchange;
use crate::text::number_of;
use wasm_bindgen::prelude::*;

/// Answers a question: the JSON text of a list of texts, which are its name and what it is about, in the order of `Question`
/// of `js/ask.ts`. Throws error data.
#[wasm_bindgen]
pub fn ask(question: &str) -> Result<String, JsValue> {
    answer(question).map_err(thrown)
}

fn answer(question: &str) -> Result<String, Error> {
    let mut texts = fields::document(question)?.root().as_strings().unwrap_or_default().into_iter();
    let mut next = || texts.next().unwrap_or_default();
    match next().as_str() {
        "authorizationHeader" => authorization_header(&next(), &next(), Some(&next())),
        "basicAuthorization" => Ok(basic(&next(), &next(), false)),
        "checkToken" => check_token(&next(), &next(), LONGEST_TOKEN).map(|()| String::new()),
        "describeStore" => StoreExchange::describe_all(&next()),
        "identity" => Ok(identity(&next(), &next())),
        "identityOf" => Ok(identity_of(&next())),
        "resourceVerdict" => {
            let status = number_of(&next()).and_then(|status| status.try_into().ok()).unwrap_or_default();
            let left = number_of(&next()).and_then(|left| left.try_into().ok()).unwrap_or(ATTEMPTS);
            // Another word is none that our own facade would write.
            let on_refusal = OnRefusal::of(&next()).unwrap_or(OnRefusal::Fail);
            let mut call = ResourceCall { on_refusal, scope: next(), claims: None, left: left.min(ATTEMPTS) };
            Ok(call.verdict(status, &next(), &Secret::new(next())))
        }
        "subjectFingerprint" => Ok(subject_fingerprint(&next(), &next())),
        _ => Err(Error::from(Bug::NoOperation)),
    }
}
