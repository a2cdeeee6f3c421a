//! Texts of others, made harmless for a terminal.

/// A text without what could do something to the terminal that shows it, each such character replaced by a
/// space: control characters, line ends among them, and those that turn the order in which the rest of a
/// line is shown (Unicode, UAX #9). So the result is one line, and looks like what it is.
///
/// ```
/// assert_eq!(status_node::plain("red \u{1b}[31m\nalert"), "red  [31m alert");
/// ```
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if is_unsafe(c) { ' ' } else { c })
        .collect()
}

/// Whether a character could control the terminal, end the line or turn its direction.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_becomes_a_space() {
        for unsafe_character in [
            '\0', '\u{1b}', '\u{7f}', '\u{9b}', '\n', '\u{2028}', '\u{202e}', '\u{2066}',
        ] {
            assert_eq!(plain(&format!("a{unsafe_character}b")), "a b");
        }
        let harmless = "Grüße, 你好 👩‍👧";
        assert_eq!(plain(harmless), harmless);
    }
}
