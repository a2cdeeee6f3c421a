//! Texts of others in sentences of our own.

/// Letters of a stranger's text that an error repeats: enough to recognise a key or a tag.
const MAX_LETTERS: usize = 64;

/// The beginning of a text that somebody else wrote, in quotes. What could steer a terminal or turn the
/// direction of writing is escaped.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(MAX_LETTERS) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_text_is_short_and_cannot_steer_a_terminal() {
        assert_eq!(excerpt("status"), "\"status\"");
        assert_eq!(excerpt("\u{1b}[2J\u{202e}"), r#""\u{1b}[2J\u{202e}""#);
        let long = excerpt(&"é".repeat(10_000));
        assert_eq!(long.chars().count(), MAX_LETTERS + 3);
    }
}
