//! Instants as numbers. The core never reads a clock: the driver passes the time with each step.

use crate::text::{before, number_of, position};

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

/// Ten years, in seconds: a longer life is cut to it, so that an instant computed from it stays one.
pub const LONGEST_LIFE: u64 = 315_360_000;

/// Seconds in milliseconds, at most as many as there are. Not inlined: each product that is checked is large in wasm.
#[must_use]
#[inline(never)]
pub fn millis(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}

/// The longest time of a timer of JavaScript, in milliseconds: one that is set to more fires at once.
const LONGEST_TIMER: u64 = 0x7fff_ffff;

/// Reads a `Retry-After` value: whole seconds or an HTTP date (RFC 9110 section 10.2.3). Returns milliseconds from `now`, at
/// most what a timer can wait for.
#[must_use]
pub fn retry_after_millis(value: &str, now: UnixMillis) -> Option<u64> {
    let value = value.trim_ascii();
    let wait = match number_of(value) {
        Some(seconds) => millis(seconds),
        None => http_date(value)?.since(now),
    };
    Some(wait.min(LONGEST_TIMER))
}

/// Reads a date in any of the three forms that a recipient has to know (RFC 9110 section 5.6.7):
/// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
#[must_use]
pub fn http_date(text: &str) -> Option<UnixMillis> {
    let mut month = None;
    let mut numbers = [0; 5];
    let mut count: usize = 0;
    let mut month_first = false;
    let mut zone = None;
    let mut rest = text;
    // The first word may be the name of a day.
    let mut first = true;
    while !rest.is_empty() {
        let (word, after) = before(rest, b" ,-:");
        rest = after.get(1..).unwrap_or_default();
        if word.is_empty() {
            continue;
        }
        if let Some(number) = number_of(word) {
            *numbers.get_mut(count)? = number;
            count = count.saturating_add(1);
        } else if !first && month.is_none() {
            month = Some(position(MONTHS, word).filter(|_| word.len() == 3)? / 4);
            month_first = count == 0;
        } else if !first {
            // Two of them are none.
            zone = Some(if zone.is_none() { word } else { "" });
        }
        first = false;
    }
    let [day, second, third, fourth, fifth] = numbers;
    let (year, clock) = if month_first { (fifth, [second, third, fourth]) } else { (second, [third, fourth, fifth]) };
    if count < 5 || zone != (!month_first).then_some("GMT") {
        return None;
    }
    let year = match year {
        short @ 70..=99 => short.saturating_add(1900),
        short @ 0..=69 => short.saturating_add(2000),
        year => year,
    };
    let mut seconds = days_before(year, month?, day)?;
    // A leap second is the sixtieth of its minute.
    let [hour, minute, second] = clock;
    for (part, most) in [(hour, 23), (minute, 59), (second, 60)] {
        if part > most {
            return None;
        }
        seconds = seconds.saturating_mul(if most == 23 { 24 } else { 60 }).saturating_add(part);
    }
    Some(UnixMillis(millis(seconds)))
}

const MONTHS: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";

/// Days from the epoch to a date of the Gregorian calendar; `month` counts from zero.
fn days_before(year: u64, month: usize, day: u64) -> Option<u64> {
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let earlier = year.saturating_sub(1);
    // There were 477 leap years before 1970.
    let leap_days = (earlier / 4).saturating_sub(earlier / 100).saturating_add(earlier / 400).saturating_sub(477);
    let days = year.saturating_sub(1970).saturating_mul(365).saturating_add(leap_days);
    let days = days.saturating_add(before.get(month).copied()?).saturating_add(day.saturating_sub(1));
    Some(days.saturating_add(u64::from(leap && month > 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_dates_of_rfc_9110() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(UnixMillis(784_111_777_000)));
        assert_eq!(http_date("Sunday, 06-Nov-94 08:49:37 GMT"), Some(UnixMillis(784_111_777_000)));
        assert_eq!(http_date("Sun Nov  6 08:49:37 1994"), Some(UnixMillis(784_111_777_000)));
        for (date, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Fri, 31 Dec 9999 23:59:60 GMT", 253_402_300_800),
            ("Friday, 01-Jan-27 00:00:00 GMT", 1_798_761_600),
        ] {
            assert_eq!(http_date(date), Some(UnixMillis(seconds * 1000)), "{date}");
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "soon",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 an  1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 60:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT GMT",
        ] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }

    #[test]
    fn retry_after_takes_seconds_or_a_date() {
        let now = UnixMillis(784_111_770_000);
        assert_eq!(retry_after_millis("120", now), Some(120_000));
        assert_eq!(retry_after_millis("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(7_000));
        assert_eq!(retry_after_millis("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(0), "a date gone by means now");
        assert_eq!(retry_after_millis("99999999999999999999999", now), Some(LONGEST_TIMER));
        assert_eq!(retry_after_millis("-1", now), None);
        assert_eq!(retry_after_millis("1.5", now), None);
    }
}
