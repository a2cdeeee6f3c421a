//! Numbers as they are read in a sentence.

use std::fmt;

/// A number with a comma between thousands.
pub(super) struct Grouped(pub(super) u64);

impl fmt::Display for Grouped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// How many of something: `1 peer`, `2 peers`.
pub(super) struct Count(pub(super) usize, pub(super) &'static str);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, what) = self;
        write!(f, "{} ", Grouped(*count as u64))?;
        match (*count, *what) {
            (1, what) => f.write_str(what),
            (_, "person") => f.write_str("people"),
            (_, what) => write!(f, "{what}s"),
        }
    }
}

/// A share of a whole, from 0 to 1: in percent, or as one in so many if it is small.
pub(super) struct Share(pub(super) f64);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = self.0.clamp(0.0, 1.0);
        if share >= 0.1 {
            return write!(f, "{:.0} %", share * 100.0);
        }
        if share >= 0.001 {
            return write!(f, "{:.1} %", share * 100.0);
        }
        // Beyond a billion nobody counts.
        match (1.0 / share).round() {
            of if of <= 1e9 => write!(f, "1 in {}", Grouped(of as u64)),
            _ => f.write_str("less than 1 in 1,000,000,000"),
        }
    }
}

/// About how many people, where less than one may be expected.
pub(super) struct People(pub(super) f64);

impl fmt::Display for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            few if few < 10.0 => write!(f, "{few:.1}"),
            many => write!(f, "{}", Grouped(many.round() as u64)),
        }
    }
}

/// The start of an id.
pub(super) struct Short<'a>(pub(super) &'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get(..12) {
            Some(start) if self.0.len() > 12 => write!(f, "{start}…"),
            _ => f.write_str(self.0),
        }
    }
}

/// Names of public chats: ten of them, and how many more there are.
pub(super) struct Names<'a>(pub(super) &'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, name) in self.0.iter().take(10).enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            write!(f, "{comma}#{name}")?;
        }
        match self.0.len() {
            0..=10 => Ok(()),
            more => write!(f, " and {} more", Grouped(more as u64 - 10)),
        }
    }
}

/// Numbers, with commas between them: ten of them, and how many more there are.
pub(super) struct Numbers<'a, T>(pub(super) &'a [T]);

impl<T: fmt::Display> fmt::Display for Numbers<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, value) in self.0.iter().take(10).enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            write!(f, "{comma}{value}")?;
        }
        match self.0.len() {
            0..=10 => Ok(()),
            more => write!(f, " and {} more", Grouped(more as u64 - 10)),
        }
    }
}

/// Sizes in bytes and how often each is there.
pub(super) struct Tallies<'a>(pub(super) &'a [(usize, usize)]);

impl fmt::Display for Tallies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (size, count)) in self.0.iter().enumerate() {
            let comma = if number > 0 { ", " } else { "" };
            write!(f, "{comma}{} bytes ", Grouped(*size as u64))?;
            match count {
                1 => f.write_str("once")?,
                2 => f.write_str("twice")?,
                more => write!(f, "{} times", Grouped(*more as u64))?,
            }
        }
        Ok(())
    }
}

/// A time in ms as people say it.
pub(super) struct Span(pub(super) u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / 1_000;
        match seconds {
            0..120 => write!(f, "{seconds} s"),
            120..7_200 => write!(f, "{} minutes", seconds / 60),
            _ => write!(f, "{} hours", Grouped(seconds / 3_600)),
        }
    }
}

/// A time in ms, in seconds with one digit behind the point.
pub(super) fn tenths(ms: u64) -> String {
    format!("{}.{}", ms / 1_000, ms % 1_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(Grouped(5_000).to_string(), "5,000");
        assert_eq!(Grouped(123).to_string(), "123");
        assert_eq!(Grouped(1_234_567).to_string(), "1,234,567");
        assert_eq!(Count(1, "peer").to_string(), "1 peer");
        assert_eq!(Count(0, "person").to_string(), "0 people");
        assert_eq!(Share(0.5).to_string(), "50 %");
        assert_eq!(Share(0.0123).to_string(), "1.2 %");
        assert_eq!(Share(1.0 / 20_000.0).to_string(), "1 in 20,000");
        assert_eq!(Share(0.0).to_string(), "less than 1 in 1,000,000,000");
        assert_eq!(People(2.0).to_string(), "2.0");
        assert_eq!(People(1_234.4).to_string(), "1,234");
        assert_eq!(Short("0x0123456789abcdef").to_string(), "0x0123456789…");
        assert_eq!(Names(&["a".into(), "b".into()]).to_string(), "#a, #b");
        assert_eq!(
            Numbers(&[1; 12]).to_string(),
            "1, 1, 1, 1, 1, 1, 1, 1, 1, 1 and 2 more"
        );
        assert_eq!(
            Tallies(&[(304, 2), (1_072, 1), (8, 1_234)]).to_string(),
            "304 bytes twice, 1,072 bytes once, 8 bytes 1,234 times"
        );
        assert_eq!(Span(119_000).to_string(), "119 s");
        assert_eq!(Span(7_200_000).to_string(), "2 hours");
        assert_eq!(tenths(12_345), "12.3");
    }
}
