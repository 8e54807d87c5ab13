//! Sends one answer into a flow and looks at what comes of it. Shared by the targets that go through flows.

use onbehalf::Client;
use onbehalf::client::options::ClientOptions;
use onbehalf::error::{Error, ErrorCode};
use onbehalf::flow::{Flow, Input, Step};
use onbehalf::http::HttpResponse;
use onbehalf::time::UnixMillis;
use std::rc::Rc;

/// An answer in the parts a fuzzer plays with: status, content type, challenge, another header, body.
pub type Parts = (u16, Option<String>, Option<String>, Option<(bool, String)>, String);

/// A client that neither remembers nor repeats.
pub fn client(options: &str) -> Rc<Client> {
    Rc::new(ClientOptions::parse(options).and_then(Client::new).expect("the options are good"))
}

/// The answer of these parts. Most statuses are made 200 and most types JSON, where there is most to read.
pub fn answer((status, content_type, challenge, other, body): Parts) -> HttpResponse {
    let status = if status.is_multiple_of(4) { status / 4 } else { 200 };
    let mut headers = vec![("content-type".to_owned(), content_type.unwrap_or_else(|| "application/json".into()))];
    headers.extend(challenge.map(|value| ("www-authenticate".to_owned(), value)));
    headers.extend(other.map(|(retry, value)| (if retry { "retry-after" } else { "location" }.to_owned(), value)));
    HttpResponse { status, headers, body }
}

/// What comes of the first answer; `None` when the flow goes on.
pub fn outcome<T>(mut flow: Flow<T>, answer: HttpResponse) -> Option<Result<T, ErrorCode>> {
    const NOW: UnixMillis = UnixMillis(1_893_456_000_000);
    assert!(matches!(flow.resume(None, NOW), Step::Send(_)));
    match flow.resume(Some(Input::Response(answer)), NOW) {
        Step::Done(result) => Some(result.map_err(typed)),
        _ => None,
    }
}

fn typed(error: Error) -> ErrorCode {
    let code = error.code();
    assert_ne!(code, ErrorCode::InternalError);
    let message = error.message();
    assert!(!message.is_empty() && !message.chars().any(char::is_control), "{message:?}");
    serde_json::from_str::<serde_json::Value>(&error.to_json()).expect("it is JSON");
    code
}
