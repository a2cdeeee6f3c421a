//! Text of others on a screen: nothing of it controls the terminal, turns the order of what is beside it,
//! or is wider or longer than the place that it has.

use super::super::show::plain;
use ratatui::buffer::CellWidth;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// Marks upon one character at most; no language needs more, and hundreds would paint over the lines
/// above and below.
const MAX_MARKS: usize = 3;

/// Columns of one character, as people see it, at most. Those of India that are joined of several take
/// some; nothing takes more, and what does would hide the rest of its line.
const MAX_COLUMNS: usize = 8;

/// Columns of a tabulator: it is shown as so many spaces.
const TAB: &str = "    ";

/// Whether a character has no width of its own and nothing to say on a terminal: joiners, marks of
/// direction, selectors of variants, colours of skin and the like. Terminals disagree on how wide what they
/// join is.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200d}'..='\u{200f}' | '\u{20e3}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e0fff}')
}

/// `text` without what is not fit for a screen; line ends stay.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' => safe.push('\n'),
            '\t' => safe.push_str(TAB),
            '\u{1f1e6}'..='\u{1f1ff}' => safe.push(letter_of_flag(c)),
            c if is_invisible(c) => continue,
            c if c.width() == Some(0) && !c.is_control() => {
                marks += 1;
                if marks <= MAX_MARKS {
                    safe.push(c);
                }
                continue;
            }
            c => safe.push_str(&plain(c.encode_utf8(&mut [0; 4]))),
        }
        marks = 0;
    }
    match safe.graphemes(true).any(is_too_wide) {
        false => safe,
        true => safe
            .graphemes(true)
            .map(|grapheme| match is_too_wide(grapheme) {
                true => "\u{fffd}",
                false => grapheme,
            })
            .collect(),
    }
}

/// Flags are pairs of letters of their own, and terminals disagree on how wide a pair is: where it is
/// wider than was thought, half of it stays on the screen. Plain letters say the same.
fn letter_of_flag(c: char) -> char {
    let place = u32::from(c).saturating_sub(0x1f1e6);
    char::from_u32(u32::from('A').saturating_add(place)).unwrap_or('\u{fffd}')
}

fn is_too_wide(grapheme: &str) -> bool {
    grapheme.len() > MAX_COLUMNS && grapheme_width(grapheme) > MAX_COLUMNS
}

/// One character as people see it, as it is shown where it is written.
pub(crate) fn shown(grapheme: &str) -> Cow<'_, str> {
    match grapheme.len() {
        1 => Cow::Borrowed(grapheme),
        _ => Cow::Owned(line(grapheme)),
    }
}

/// `text` as one line.
pub(crate) fn line(text: &str) -> String {
    safe(text).replace('\n', " ")
}

/// Columns that a text takes which is fit for a screen.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true).map(grapheme_width).sum()
}

/// As many as the screen's buffer gives it; line ends take none.
fn grapheme_width(grapheme: &str) -> usize {
    match grapheme.contains(char::is_control) {
        true => 0,
        false => usize::from(grapheme.cell_width()),
    }
}

/// `text` as one line of at most `columns`; what is cut off is told by an ellipsis.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    let line = line(text);
    if width(&line) <= columns {
        return line;
    }
    let mut cut = start(&line, columns.saturating_sub(1)).to_owned();
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// `text` as one line of exactly `columns`: cut, or filled up with spaces.
pub(crate) fn fit(text: &str, columns: usize) -> String {
    let mut line = cut(text, columns);
    let missing = columns.saturating_sub(width(&line));
    line.extend(std::iter::repeat_n(' ', missing));
    line
}

/// The longest start of a line that is fit for a screen of at most `columns`.
fn start(line: &str, columns: usize) -> &str {
    let mut taken = 0;
    for (at, grapheme) in line.grapheme_indices(true) {
        taken += grapheme_width(grapheme);
        if taken > columns {
            return line.get(..at).unwrap_or_default();
        }
    }
    line
}

/// `text` in lines of at most `columns`, broken between words where that is possible; always at least one
/// line.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in safe(text).split('\n') {
        wrap_paragraph(paragraph, columns.max(2), &mut lines);
    }
    lines
}

/// The parts of a paragraph between which a line may end: blanks, and what stands between them, which is
/// parted between the wide characters of languages that have no blanks. So no mark begins a line.
fn words(paragraph: &str) -> impl Iterator<Item = &str> {
    let is_blank = |text: &str| text.chars().all(char::is_whitespace);
    let is_wide = |c: Option<char>| c.is_some_and(|c| c.width() == Some(2) && c.is_alphanumeric());
    let mut bounds = paragraph.split_word_bound_indices().peekable();
    std::iter::from_fn(move || {
        let (start, mut last) = bounds.next()?;
        let mut end = start + last.len();
        while let Some((at, next)) = bounds.next_if(|(_, next)| {
            let (before, after) = (last.chars().next_back(), next.chars().next());
            let may_part =
                is_wide(after) || is_wide(before) && after.is_some_and(char::is_alphanumeric);
            is_blank(last) == is_blank(next) && !may_part
        }) {
            (end, last) = (at + next.len(), next);
        }
        paragraph.get(start..end)
    })
}

fn wrap_paragraph(paragraph: &str, columns: usize, lines: &mut Vec<String>) {
    let before = lines.len();
    let (mut line, mut taken) = (String::new(), 0);
    for word in words(paragraph) {
        let mut word = word;
        let mut needed = width(word);
        // A word that has no line of its own starts where it stands.
        if needed > columns {
            let head = start(word, columns - taken.min(columns));
            line.push_str(head);
            word = word.get(head.len()..).unwrap_or_default();
            lines.push(std::mem::take(&mut line));
            (taken, needed) = (0, width(word));
        }
        if taken + needed > columns && taken > 0 {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            taken = 0;
            if word.trim().is_empty() {
                // The space at which the line is broken.
                continue;
            }
        }
        while needed > columns {
            let head = start(word, columns);
            if head.is_empty() {
                break;
            }
            lines.push(head.to_owned());
            word = word.get(head.len()..).unwrap_or_default();
            needed = width(word);
        }
        line.push_str(word);
        taken += needed;
    }
    let line = line.trim_end();
    if !line.is_empty() || lines.len() == before {
        lines.push(line.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_controls_the_terminal_or_turns_its_lines() {
        assert_eq!(
            line("a\u{1b}[31mb\r\nc\u{202e}d\u{200f}\te\u{7}\u{9b}"),
            "a [31mb cd    e  "
        );
        assert_eq!(line("1\u{200d}2\u{fe0f}3\u{e0041}4\u{feff}"), "1234");
    }

    #[test]
    fn towers_of_marks_are_cut_down() {
        let tower = format!("a{}b\u{301}", "\u{301}".repeat(500));
        assert_eq!(line(&tower), "a\u{301}\u{301}\u{301}b\u{301}");
    }

    #[test]
    fn what_is_joined_without_end_is_no_wider_than_what_people_write() {
        assert_eq!(line("क्षि नमस्ते"), "क्षि नमस्ते");
        let joined = format!("क{} b", "\u{93e}".repeat(500));
        assert_eq!(line(&joined), "\u{fffd} b");
        assert_eq!(line("\u{1f1e9}\u{1f1ea} 1\u{fe0f}\u{20e3}"), "DE 1");
        assert_eq!(line(&format!("👍{}!", "\u{1f3ff}".repeat(9))), "👍!");
        for evil in [
            &"\u{600}".repeat(99),
            &"\u{1f1e9}".repeat(99),
            &"क्ष".repeat(99),
        ] {
            for line in wrap(evil, 20) {
                assert!(width(&line) <= 20, "{line:?}");
            }
        }
    }

    #[test]
    fn width_counts_columns_and_not_characters() {
        assert_eq!(width("日本"), 4);
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(fit("日本", 5), "日本 ");
        assert_eq!(fit("abcdef", 4), "abc…");
    }

    #[test]
    fn lines_are_broken_between_words_and_long_words_within() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("k: abcdefgh", 5), ["k: ab", "cdefg", "h"]);
        assert_eq!(wrap("one two, three", 7), ["one", "two,", "three"]);
        assert_eq!(wrap("see a.b/c-d?e=f.", 13), ["see", "a.b/c-d?e=f."]);
        assert_eq!(wrap("日本、語", 4), ["日", "本、", "語"]);
        assert_eq!(wrap("a\n\nb", 8), ["a", "", "b"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(wrap("one two    ", 7), ["one two"]);
        assert_eq!(wrap("日本語", 2), ["日", "本", "語"]);
        for columns in 0..20 {
            for line in wrap("to be or not, 日本語日本語 supercalifragilistic", columns) {
                assert!(width(&line) <= columns.max(2), "{columns}: {line:?}");
            }
        }
    }
}
