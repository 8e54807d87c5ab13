//! Whether and when a request is sent again.

use crate::error::{Error, ErrorCode, ErrorDetails};
use crate::time::UnixMillis;

/// First pause without a `Retry-After`, in milliseconds; it doubles with each attempt.
const FIRST_PAUSE: u64 = 250;
/// Longest pause without a `Retry-After`, in milliseconds.
const LONGEST_PAUSE: u64 = 8_000;

/// Which failures may be answered with the same request once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// A read: network failures, 429, 502, 503, 504 and `temporarily_unavailable`.
    Read,
    /// A request that is safe to repeat when the server says it did nothing: 429, 503 and `temporarily_unavailable`.
    Refused,
}

/// How often one request of an operation may still be repeated.
#[derive(Clone, Debug)]
pub struct RetryBudget {
    left: u32,
    attempt: u32,
    deadline: Option<UnixMillis>,
}

impl RetryBudget {
    /// At most `retries` repetitions, none of which starts after `deadline`. Without a deadline somebody else sends the
    /// requests (`prepare`): then only a `Retry-After` of the server is worth a repetition.
    #[must_use]
    pub fn new(retries: u32, deadline: Option<UnixMillis>) -> Self {
        Self { left: retries, attempt: 0, deadline }
    }

    /// How many milliseconds to wait before the request is sent again; `None` when the error is final.
    /// `jitter` is a random number from zero to 255.
    pub fn next(&mut self, error: &Error, repeat: Repeat, now: UnixMillis, jitter: u8) -> Option<u64> {
        if self.left == 0 || !may_repeat(error, repeat) {
            return None;
        }
        let asked = error.retry_after_ms();
        let pause = match (asked, self.deadline) {
            (Some(pause), _) => pause,
            (None, Some(_)) => self.pause(jitter),
            (None, None) => return None,
        };
        // A wait that ends after the deadline would only turn this error into a time-out.
        if self.deadline.is_some_and(|deadline| now.plus(pause) >= deadline) {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        self.attempt = self.attempt.saturating_add(1);
        Some(pause)
    }

    /// Half of the doubled pause is fixed, the other half random, so that many clients do not come back at once.
    fn pause(&self, jitter: u8) -> u64 {
        let whole = FIRST_PAUSE.saturating_mul(1 << self.attempt.min(8)).min(LONGEST_PAUSE);
        let half = whole / 2;
        half.saturating_add(half.saturating_mul(u64::from(jitter)) / 255)
    }
}

fn may_repeat(error: &Error, repeat: Repeat) -> bool {
    let status = match error.details() {
        ErrorDetails::Http(error) if error.code == ErrorCode::HttpError => error.status,
        ErrorDetails::Server(error) if error.error.as_deref() == Some("temporarily_unavailable") => 503,
        ErrorDetails::Server(error) => error.status,
        ErrorDetails::Transport(error) => return repeat == Repeat::Read && error.code == ErrorCode::Unreachable,
        _ => return false,
    };
    matches!(status, 429 | 503) || (repeat == Repeat::Read && matches!(status, 502 | 504))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Action, HttpError, TransportError};

    fn http(status: u16, retry_after_ms: Option<u64>) -> Error {
        let body_snippet = String::new();
        Error::from(HttpError {
            code: ErrorCode::HttpError,
            status,
            message: String::new(),
            retry_after_ms,
            body_snippet,
            action: Action::Wait,
        })
    }

    fn unreachable() -> Error {
        Error::from(TransportError { code: ErrorCode::Unreachable, message: String::new() })
    }

    const NOW: UnixMillis = UnixMillis(1_000_000);

    #[test]
    fn repeats_what_the_table_names_and_nothing_else() {
        for (status, read, refused) in [
            (429, true, true),
            (503, true, true),
            (502, true, false),
            (504, true, false),
            (500, false, false),
            (400, false, false),
            (404, false, false),
        ] {
            assert_eq!(may_repeat(&http(status, None), Repeat::Read), read, "{status}");
            assert_eq!(may_repeat(&http(status, None), Repeat::Refused), refused, "{status}");
        }
        assert!(may_repeat(&unreachable(), Repeat::Read));
        assert!(!may_repeat(&unreachable(), Repeat::Refused), "an exchange may have reached the server");
    }

    #[test]
    fn pauses_double_within_bounds() {
        let mut budget = RetryBudget::new(9, Some(NOW.plus(600_000)));
        let pauses: Vec<_> = (0..9).map_while(|_| budget.next(&http(503, None), Repeat::Read, NOW, 255)).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
        assert_eq!(RetryBudget::new(1, Some(NOW.plus(60_000))).next(&http(503, None), Repeat::Read, NOW, 0), Some(125));
    }

    #[test]
    fn stops_when_the_budget_is_used_up() {
        let mut budget = RetryBudget::new(1, Some(NOW.plus(60_000)));
        assert!(budget.next(&http(429, None), Repeat::Refused, NOW, 0).is_some());
        assert_eq!(budget.next(&http(429, None), Repeat::Refused, NOW, 0), None);
        assert_eq!(RetryBudget::new(0, Some(NOW.plus(60_000))).next(&http(429, None), Repeat::Refused, NOW, 0), None);
    }

    #[test]
    fn a_retry_after_beyond_the_deadline_is_not_waited_for() {
        let mut budget = RetryBudget::new(3, Some(NOW.plus(5_000)));
        assert_eq!(budget.next(&http(429, Some(5_000)), Repeat::Refused, NOW, 0), None);
        assert_eq!(budget.next(&http(429, Some(4_999)), Repeat::Refused, NOW, 0), Some(4_999));
        assert_eq!(budget.next(&http(429, Some(u64::MAX)), Repeat::Refused, NOW, 0), None);
    }

    #[test]
    fn prepared_requests_repeat_only_on_the_servers_word() {
        let mut budget = RetryBudget::new(3, None);
        assert_eq!(budget.next(&http(503, None), Repeat::Refused, NOW, 0), None);
        assert_eq!(budget.next(&http(503, Some(1_000)), Repeat::Refused, NOW, 0), Some(1_000));
    }
}
