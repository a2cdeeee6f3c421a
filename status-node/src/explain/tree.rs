//! A layer as a tree for people.

use super::layer::{Field, Layer};
use super::piece::Span;
use serde_json::Value;
use std::fmt::{self, Display};

/// Characters of one value that are shown; keys and signatures are shown whole. JSON has all of it.
const MAX_SHOWN: usize = 200;

/// Values of one field that are shown.
const MAX_LISTED: usize = 32;

impl Display for Layer {
    /// A tree, and below it what is refused. Control characters in foreign texts are escaped and long
    /// values cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_layer(f, self, "")?;
        match self.refusals().as_slice() {
            [] => write!(f, "\nnothing is refused"),
            refusals => refusals.iter().try_for_each(|(layer, reason)| {
                write!(f, "\nrefused: {}: {}", printable(layer), printable(reason))
            }),
        }
    }
}

fn write_layer(f: &mut fmt::Formatter<'_>, layer: &Layer, indent: &str) -> fmt::Result {
    write!(f, "{}", printable(&layer.name))?;
    match (layer.source, layer.span) {
        (Some(source), Some(span)) => write!(f, " ({source}, {} bytes)", span.length)?,
        (None, Some(span)) => write!(f, " @{}", place(&span))?,
        (Some(source), None) => write!(f, " ({source})")?,
        (None, None) => {}
    }
    let names = layer.fields.iter().map(|field| field.name.chars().count());
    let width = names.max().unwrap_or_default();
    let places: Vec<_> = layer.fields.iter().map(places).collect();
    let places_width = places.iter().map(String::len).max().unwrap_or_default();
    let mut left = layer.fields.len()
        + usize::from(layer.refusal.is_some())
        + usize::from(layer.left_out > 0)
        + layer.inner.len();
    let mut branch = |f: &mut fmt::Formatter<'_>| {
        left -= 1;
        let (mark, below) = if left == 0 {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        write!(f, "\n{indent}{mark}").map(|()| below)
    };
    for (field, place) in layer.fields.iter().zip(&places) {
        branch(f)?;
        let name = printable(&field.name);
        write!(f, "{name:width$}  ")?;
        if places_width > 0 {
            write!(f, "{place:places_width$}  ")?;
        }
        write_value(f, &field.value)?;
        if let Some(note) = &field.note {
            write!(f, " ({})", printable(note))?;
        }
    }
    if let Some(reason) = &layer.refusal {
        branch(f)?;
        write!(f, "REFUSED: {}", printable(reason))?;
    }
    if layer.left_out > 0 {
        branch(f)?;
        write!(f, "… and {} more, which are not shown", layer.left_out)?;
    }
    for inner in &layer.inner {
        let below = branch(f)?;
        write_layer(f, inner, &format!("{indent}{below}"))?;
    }
    Ok(())
}

/// Where a field stands; of several places the first.
fn places(field: &Field) -> String {
    match field.spans.as_slice() {
        [] => String::new(),
        [one] => format!("@{}", place(one)),
        [first, ..] => format!("@{}…", place(first)),
    }
}

fn place(span: &Span) -> String {
    format!("{}+{}", span.offset, span.length)
}

fn write_value(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::String(text) => f.write_str(&shortened(text)),
        Value::Array(values) => {
            for (index, value) in values.iter().take(MAX_LISTED).enumerate() {
                if index > 0 {
                    f.write_str(", ")?;
                }
                write_value(f, value)?;
            }
            match values.len() {
                0 => f.write_str("none"),
                1..=MAX_LISTED => Ok(()),
                all => write!(f, ", … ({all} in all)"),
            }
        }
        Value::Null => f.write_str("-"),
        other => f.write_str(&shortened(&other.to_string())),
    }
}

/// As much of a value as fits, and how much is left out.
fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(MAX_SHOWN) else {
        return printable(text);
    };
    let (shown, rest) = text.split_at(end);
    let rest = match text.starts_with("0x") && text.is_ascii() {
        true => format!("{} bytes in all", (text.len() - 2) / 2),
        false => format!("{} more characters", rest.chars().count()),
    };
    format!("{}… ({rest})", printable(shown))
}

/// Foreign text must not move the cursor, turn the line around or hide: what does is escaped.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character has no picture of its own but changes how others are shown.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_shows_fields_places_reasons_and_what_is_inside() {
        let (offset, length) = (1, 4);
        let inner = Layer::new("inner").field("text", "a\u{1b}b\u{202e}c");
        let layer = Layer::refused("outer", "too old")
            .placed("number", 1, Span { offset, length })
            .note("number", "one")
            .field("n", 2)
            .with(inner);
        assert_eq!(
            layer.to_string(),
            "outer\n├─ number  @1+4  1 (one)\n├─ n             2\n├─ REFUSED: too old\n\
             └─ inner\n   └─ text  a\\u{1b}b\\u{202e}c\nrefused: outer: too old"
        );
    }

    #[test]
    fn long_lists_are_cut_and_their_length_is_said() {
        let shown = |count: u64| {
            let numbers: Vec<_> = (0..count).collect();
            Layer::new("a").field("b", numbers).to_string()
        };
        assert!(shown(0).contains("b  none"));
        assert!(shown(32).contains(", 30, 31\n"));
        assert!(shown(33).contains(", 30, 31, … (33 in all)\n"));
    }

    #[test]
    fn long_values_are_cut_and_their_length_is_said() {
        let bytes = Layer::new("a").bytes("b", &[7; 1000]).to_string();
        assert!(bytes.contains("… (1000 bytes in all)"), "{bytes}");
        let text = Layer::new("a").field("b", "ü".repeat(205)).to_string();
        assert!(text.contains("ü… (5 more characters)"), "{text}");
        assert!(text.ends_with("nothing is refused"), "{text}");
    }
}
