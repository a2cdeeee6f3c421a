//! What Go's `strconv.ParseFloat` takes for a number. Amounts are checked with it as deployed, so
//! which texts pass is part of the protocol.

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FloatError {
    /// It is not written like one.
    #[error("status-go reads no number in it")]
    Syntax,
    /// Its absolute value is too large for 64 bits.
    #[error("the number is larger than status-go reads")]
    Range,
}

/// Accepts what Go accepts: decimal and hexadecimal numbers with underscores between digits,
/// `inf` and `infinity` with or without a sign and `nan` without, in any case. A hexadecimal number
/// needs an exponent.
pub(crate) fn check(text: &str) -> Result<(), FloatError> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is = |name: &str| unsigned.eq_ignore_ascii_case(name);
    if is("inf") || is("infinity") || (is("nan") && unsigned.len() == text.len()) {
        return Ok(());
    }
    let lower = unsigned.to_ascii_lowercase();
    if !underscores_are_right(&lower) {
        return Err(FloatError::Syntax);
    }
    match lower.strip_prefix("0x") {
        Some(number) => hexadecimal(&number.replace('_', "")),
        None => decimal(&lower.replace('_', "")),
    }
}

/// An underscore stands between digits, or between the prefix and a digit.
fn underscores_are_right(lower: &str) -> bool {
    let (number, prefixed) = match lower.get(..2) {
        Some("0x" | "0o" | "0b") => (lower.get(2..).unwrap_or_default(), true),
        _ => (lower, false),
    };
    let hexadecimal = lower.starts_with("0x");
    let mut previous = if prefixed { '0' } else { '.' };
    for letter in number.chars() {
        let digit = letter.is_ascii_digit() || (hexadecimal && letter.is_ascii_hexdigit());
        let class = match letter {
            _ if digit => '0',
            '_' => '_',
            _ => '.',
        };
        if (class == '_' && previous != '0') || (class == '.' && previous == '_') {
            return false;
        }
        previous = class;
    }
    previous != '_'
}

fn decimal(number: &str) -> Result<(), FloatError> {
    // Rust would also take the names, with other rules than Go's.
    if !number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-'))
        || number.starts_with(['+', '-'])
    {
        return Err(FloatError::Syntax);
    }
    match number.parse::<f64>() {
        Ok(value) if value.is_infinite() => Err(FloatError::Range),
        Ok(_) => Ok(()),
        Err(_) => Err(FloatError::Syntax),
    }
}

fn hexadecimal(number: &str) -> Result<(), FloatError> {
    let (mantissa, exponent) = number.split_once('p').ok_or(FloatError::Syntax)?;
    let exponent = decimal_exponent(exponent)?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(FloatError::Syntax);
    }
    // The first 64 bits after the leading zeros, and the power of two of the last of them.
    let mut leading = 0u64;
    let mut power = exponent;
    for (letters, in_fraction) in [(whole, false), (fraction, true)] {
        for letter in letters.chars() {
            let digit = letter.to_digit(16).ok_or(FloatError::Syntax)?;
            let room = leading.leading_zeros() >= 4;
            if room {
                leading = (leading << 4) | u64::from(digit);
            }
            match (room, in_fraction) {
                (true, true) => power = power.saturating_sub(4),
                (false, false) => power = power.saturating_add(4),
                _ => {}
            }
        }
    }
    let bits = i64::from(64 - leading.leading_zeros());
    let magnitude = power.saturating_add(bits);
    // Over 2^1024 less half the last place of the largest number, the value rounds to infinity:
    // that is, when its first 54 bits are all ones.
    let all_ones = bits >= 54 && (leading << (64 - bits)) >> 10 == (1 << 54) - 1;
    if leading != 0 && (magnitude > 1024 || (magnitude == 1024 && all_ones)) {
        return Err(FloatError::Range);
    }
    Ok(())
}

fn decimal_exponent(text: &str) -> Result<i64, FloatError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FloatError::Syntax);
    }
    // Go stops counting behind 10,000 as well; longer ones differ in nothing.
    let magnitude = digits
        .parse::<i64>()
        .unwrap_or(i64::MAX / 4)
        .min(i64::MAX / 4);
    Ok(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_pass_as_in_go() {
        for number in [
            "1",
            "-1",
            "+1",
            "1.5",
            ".5",
            "5.",
            "1e5",
            "1E+5",
            "1e-999",
            "inf",
            "-Inf",
            "+INFINITY",
            "NaN",
            "1_000",
            "1_0.0_1",
            "1e1_0",
            "0x1p4",
            "0X_1Fp-2",
            "-0x.8p0",
            "0x1.p1",
            "1.7976931348623157e308",
            "0x1.fffffffffffff7p1023",
            "0x0p99999999999999999999",
        ] {
            assert_eq!(check(number), Ok(()), "{number}");
        }
        for other in [
            "", " ", "abc", "1,5", " 1", "1 ", "0x10", "0x", "0xp1", "0x1p", "infinit", "+nan",
            "_1", "1_", "1__0", "1_.0", "1._0", "0b1", "0o7", "0_x1p1", ".", "e5", "1e", "1e+",
            "--1", "+-1", "1e5.0", "0x1p1.5", "0x_p1", "١",
        ] {
            assert_eq!(check(other), Err(FloatError::Syntax), "{other}");
        }
        for large in [
            "1e999",
            "-1e309",
            "1.7976931348623159e308",
            "0x1p1024",
            "0x1.fffffffffffff8p1023",
            "0xfffffffffffffffffffffp1000",
            "0x1p99999999999999999999",
        ] {
            assert_eq!(check(large), Err(FloatError::Range), "{large}");
        }
    }
}
