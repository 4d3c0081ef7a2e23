//! How long a file is good for without asking its server again.
//!
//! Standard: RFC 9111, HTTP Caching (<https://www.rfc-editor.org/rfc/rfc9111>), 4.2, as a private
//! cache reads it. When the time is over the browser asks, with the validators that it keeps.
//! Left out: the two obsolete forms of dates, `Vary`, `Pragma`.

use crate::page::Millis;
use crate::reading::Delivery;

/// Where the server says nothing.
const UNSAID_MS: u64 = 10 * 60_000;
/// At least, whatever the server says: a page that is scrolled up and down is no reason to ask
/// again each time.
const LEAST_MS: u64 = 60_000;
/// At most: headers are statements, and may have changed although the file has not.
const MOST_MS: u64 = 24 * 3_600_000;

/// For how many milliseconds after it came an answer is fresh.
pub fn fresh_ms(delivery: &Delivery) -> u64 {
    if delivery.status == 0 {
        // A `data:` address holds its own file.
        return MOST_MS;
    }
    lifetime(delivery).unwrap_or(UNSAID_MS).clamp(LEAST_MS, MOST_MS)
}

/// What is left of the lifetime when the answer came (4.2.1, 4.2.3).
fn lifetime(delivery: &Delivery) -> Option<u64> {
    let mut max_age = None;
    for directive in values(delivery, "cache-control").flat_map(|value| value.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return Some(0),
            // An unreadable number is stale (4.2.1).
            "max-age" => {
                let seconds = value.trim().trim_matches('"').parse::<u64>().unwrap_or(0);
                max_age = Some(max_age.unwrap_or(u64::MAX).min(seconds.saturating_mul(1_000)));
            }
            _ => {}
        }
    }
    let date = |name| values(delivery, name).next().and_then(date);
    let sent = date("date");
    let apparent = sent.map_or(0, |sent| delivery.fetched_at.saturating_sub(sent));
    let told = values(delivery, "age").next().and_then(|age| age.trim().parse::<u64>().ok());
    let age = apparent.max(told.unwrap_or(0).saturating_mul(1_000));
    let sent = sent.unwrap_or(delivery.fetched_at);
    let whole = match (max_age, values(delivery, "expires").next()) {
        (Some(max_age), _) => max_age,
        // A date that cannot be read, above all `0`, lies in the past (5.3).
        (None, Some(expires)) => self::date(expires).map_or(0, |at| at.saturating_sub(sent)),
        // A tenth of the time for which it has not changed (4.2.2).
        (None, None) => sent.saturating_sub(date("last-modified")?) / 10,
    };
    Some(whole.saturating_sub(age))
}

fn values<'a>(delivery: &'a Delivery, name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = delivery.headers.iter().filter(move |h| h.name.eq_ignore_ascii_case(name));
    named.map(|h| h.value.as_str())
}

/// A date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
fn date(text: &str) -> Option<Millis> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.trim().split_once(", ")?;
    let mut words = rest.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let name = words.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    let year: u64 = words.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut time = words.next()?.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    if words.next() != Some("GMT") || day > 31 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days of the Gregorian calendar, counted from years that begin in March.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day;
    let days = days.checked_sub(719_469)?;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Header;

    const SENT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const SENT_AT: Millis = 784_111_777_000;
    const MINUTE: u64 = 60_000;

    fn delivery(headers: &[(&str, &str)]) -> Delivery {
        let header = |(name, value): &(&str, &str)| Header {
            name: name.to_string(),
            value: value.to_string(),
        };
        let headers = headers.iter().map(header).collect();
        Delivery { status: 200, headers, fetched_at: SENT_AT, ..Delivery::default() }
    }

    fn minutes(headers: &[(&str, &str)]) -> u64 {
        fresh_ms(&delivery(headers)) / MINUTE
    }

    #[test]
    fn dates_are_those_of_the_standard() {
        assert_eq!(date(SENT), Some(SENT_AT));
        assert_eq!(date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(date("Tue, 29 Feb 2000 23:59:59 GMT"), Some(951_868_799_000));
        for broken in
            ["0", "-1", "", SENT.trim_end_matches(" GMT"), "Sun, 06 Nov 0094 08:49:37 GMT"]
        {
            assert_eq!(date(broken), None, "{broken}");
        }
    }

    #[test]
    fn the_server_says_how_long_a_file_is_fresh() {
        assert_eq!(minutes(&[("Cache-Control", "public, max-age=3600")]), 60);
        assert_eq!(minutes(&[("cache-control", "max-age=3600"), ("age", "1800")]), 30);
        assert_eq!(minutes(&[("expires", "Sun, 06 Nov 1994 10:49:37 GMT"), ("date", SENT)]), 120);
        // max-age wins over Expires; a shared cache's limit is not ours.
        let both = [("cache-control", "s-maxage=9, max-age=600"), ("expires", "0")];
        assert_eq!(minutes(&both), 10);
        // Not changed for 100 hours.
        let unchanged = [("date", SENT), ("last-modified", "Wed, 02 Nov 1994 04:49:37 GMT")];
        assert_eq!(minutes(&unchanged), 600);
    }

    #[test]
    fn an_answer_from_the_browsers_own_cache_is_as_old_as_it_is() {
        let mut old = delivery(&[("cache-control", "max-age=3600"), ("date", SENT)]);
        old.fetched_at += 50 * MINUTE;
        assert_eq!(fresh_ms(&old), 10 * MINUTE);
        old.fetched_at += 50 * MINUTE;
        assert_eq!(fresh_ms(&old), LEAST_MS);
    }

    #[test]
    fn what_must_not_be_kept_is_asked_for_again_after_a_minute() {
        for value in ["no-store", "no-cache, max-age=3600", "max-age=0", "max-age=soon"] {
            assert_eq!(minutes(&[("cache-control", value)]), 1, "{value}");
        }
        assert_eq!(minutes(&[("expires", "0")]), 1);
    }

    #[test]
    fn nothing_is_fresh_for_more_than_a_day_and_silence_is_ten_minutes() {
        assert_eq!(minutes(&[("cache-control", "max-age=31536000, immutable")]), 24 * 60);
        assert_eq!(minutes(&[]), 10);
        assert_eq!(fresh_ms(&Delivery::default()), MOST_MS);
    }
}
