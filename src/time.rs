//! Instants as numbers. The core never reads a clock: the driver passes the time with each step.

use crate::characters::Class;

/// Milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixMillis(pub u64);

impl UnixMillis {
    /// The instant of a JavaScript clock (`Date.now()`); what is no instant becomes the epoch.
    #[must_use]
    pub fn from_js(now: f64) -> Self {
        // A float-to-integer cast saturates and turns NaN into zero.
        Self(now as u64)
    }

    /// This instant plus `millis`, at most the last instant there is.
    #[must_use]
    pub fn plus(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this instant; zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Reads a `Retry-After` value: whole seconds or an HTTP date (RFC 9110 section 10.2.3). Returns milliseconds from `now`.
#[must_use]
pub fn retry_after_millis(value: &str, now: UnixMillis) -> Option<u64> {
    let value = value.trim_ascii();
    if !value.is_empty() && Class::DIGIT.is_all_of(value) {
        // More digits than an u64 holds is a wait without end, not a malformed one.
        return Some(value.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1000));
    }
    http_date(value).map(|instant| instant.since(now))
}

/// Reads an IMF-fixdate such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
///
/// The two obsolete forms are not read: no server of today sends them with `Retry-After`.
#[must_use]
pub fn http_date(text: &str) -> Option<UnixMillis> {
    let mut parts = text.split_ascii_whitespace();
    parts.next().filter(|weekday| weekday.ends_with(','))?;
    let day = number(parts.next()?, 1, 31)?;
    let month = month(parts.next()?)?;
    let year = number(parts.next()?, 1970, 9999)?;
    let mut clock = parts.next()?.split(':');
    let hour = number(clock.next()?, 0, 23)?;
    let minute = number(clock.next()?, 0, 59)?;
    let second = number(clock.next()?, 0, 60)?;
    if clock.next().is_some() || parts.next() != Some("GMT") || parts.next().is_some() {
        return None;
    }
    let seconds = days_before(year, month, day)
        .saturating_mul(24)
        .saturating_add(hour)
        .saturating_mul(60)
        .saturating_add(minute)
        .saturating_mul(60)
        .saturating_add(second);
    Some(UnixMillis(seconds.saturating_mul(1000)))
}

fn number(digits: &str, least: u64, most: u64) -> Option<u64> {
    let value = digits.parse::<u64>().ok()?;
    (value >= least && value <= most).then_some(value)
}

fn month(name: &str) -> Option<u64> {
    let names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let index = names.as_bytes().chunks(3).position(|month| month == name.as_bytes())?;
    u64::try_from(index).ok()
}

/// Days from the epoch to a date of the Gregorian calendar; `month` counts from zero.
fn days_before(year: u64, month: u64, day: u64) -> u64 {
    let leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let mut days = day.saturating_sub(1);
    for earlier in 1970..year {
        days = days.saturating_add(if leap(earlier) { 366 } else { 365 });
    }
    for (index, length) in [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30].into_iter().enumerate() {
        if u64::try_from(index).is_ok_and(|index| index < month) {
            days = days.saturating_add(length);
        }
    }
    if month > 1 && leap(year) { days.saturating_add(1) } else { days }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_date_of_rfc_9110() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(UnixMillis(784_111_777_000)));
        assert_eq!(http_date("Thu, 29 Feb 2024 00:00:00 GMT"), Some(UnixMillis(1_709_164_800_000)));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in
            ["", "soon", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37"]
        {
            assert_eq!(http_date(text), None, "{text}");
        }
    }

    #[test]
    fn retry_after_takes_seconds_or_a_date() {
        let now = UnixMillis(784_111_770_000);
        assert_eq!(retry_after_millis("120", now), Some(120_000));
        assert_eq!(retry_after_millis("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(7_000));
        assert_eq!(retry_after_millis("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(0), "a date gone by means now");
        assert_eq!(retry_after_millis("99999999999999999999999", now), Some(u64::MAX));
        assert_eq!(retry_after_millis("-1", now), None);
        assert_eq!(retry_after_millis("1.5", now), None);
    }
}
