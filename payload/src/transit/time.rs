//! Times as texts.

/// Milliseconds since 1970 from decimal digits. As deployed, what is no number is 0, and what is too
/// large is the nearest number there is.
pub(super) fn milliseconds(text: &str) -> i64 {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    match text.parse::<i64>() {
        Ok(number) => number,
        Err(error) if *error.kind() == PosOverflow => i64::MAX,
        Err(error) if *error.kind() == NegOverflow => i64::MIN,
        Err(_) => 0,
    }
}

/// Whether `text` is a time of RFC 3339 as Go reads it: `2019-08-27T12:00:00.5Z`, or `+02:00` in the
/// place of `Z`. The hour may have one digit, the fraction may follow a comma, and there are no leap
/// seconds.
pub(super) fn is_rfc3339(text: &str) -> bool {
    parse(text).is_some()
}

fn parse(text: &str) -> Option<()> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    let rest = rest.strip_prefix('T')?;
    let (hour, rest) = number(rest, 2).or_else(|| number(rest, 1))?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, mut rest) = number(rest.strip_prefix(':')?, 2)?;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return None;
        }
        rest = fraction.get(digits..)?;
    }
    if rest != "Z" {
        let (hours, rest) = number(rest.strip_prefix(['+', '-'])?, 2)?;
        let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
        if hours > 24 || minutes > 60 || !rest.is_empty() {
            return None;
        }
    }
    let in_range = (1..=12).contains(&month)
        && (1..=days(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    in_range.then_some(())
}

/// The number of `digits` digits at the start of `text`, and what follows.
fn number(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    if !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some((number.parse().ok()?, rest))
}

fn days(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_checked_as_far_as_the_calendar() {
        for (text, valid) in [
            ("2019-08-27T12:00:00Z", true),
            ("2019-08-27T12:00:00.123456789Z", true),
            ("2019-08-27T12:00:00+02:00", true),
            ("2020-02-29T00:00:00Z", true),
            ("2019-02-29T00:00:00Z", false),
            ("1900-02-29T00:00:00Z", false),
            ("2000-02-29T00:00:00Z", true),
            ("2019-13-01T00:00:00Z", false),
            ("2019-04-31T00:00:00Z", false),
            ("2019-08-27T24:00:00Z", false),
            ("2019-08-27T12:60:00Z", false),
            ("2019-08-27T12:00:60Z", false),
            ("2019-08-27T12:00:00", false),
            ("2019-08-27T12:00:00.Z", false),
            ("2019-08-27T12:00:00+02", false),
            ("2019-08-27 12:00:00Z", false),
            ("2019-08-27T12:00:00Zx", false),
            ("", false),
        ] {
            assert_eq!(is_rfc3339(text), valid, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_of_milliseconds_is_0_or_the_nearest() {
        assert_eq!(milliseconds("-5"), -5);
        assert_eq!(milliseconds("5x"), 0);
        assert_eq!(milliseconds("99999999999999999999"), i64::MAX);
        assert_eq!(milliseconds("-99999999999999999999"), i64::MIN);
    }
}
