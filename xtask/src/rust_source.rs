//! Just enough of a Rust lexer to tell code from comments and tests.
//!
//! A text search would take a comment that explains a coupling for the coupling itself, and a test
//! for the program.

/// A piece of code with the line it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// The line, from 1.
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

/// What a token is. Numbers and characters are of no interest here and left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An identifier or keyword.
    Word(String),
    /// The inside of a string literal of any sort, its escapes as written.
    Text(String),
    /// One character of punctuation.
    Sign(char),
}

impl Kind {
    fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }

    fn is_sign(&self, sign: char) -> bool {
        *self == Self::Sign(sign)
    }
}

/// Splits `source` into tokens; comments and their content are gone.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    Lexer {
        rest: source,
        line: 1,
        tokens: Vec::new(),
    }
    .run()
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn run(mut self) -> Vec<Token> {
        while let Some(first) = self.rest.chars().next() {
            if self.rest.starts_with("//") {
                self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.take(block_comment(self.rest));
            } else if let Some((prefix, hashes)) = raw_string(self.rest) {
                let line = self.line;
                self.take(prefix);
                let end = format!("\"{}", "#".repeat(hashes));
                let inside = self.take(self.rest.find(&end).unwrap_or(self.rest.len()));
                self.take(end.len().min(self.rest.len()));
                self.push(line, Kind::Text(inside.into()));
            } else if let Some(prefix) = ["\"", "b\"", "c\""]
                .iter()
                .find(|prefix| self.rest.starts_with(**prefix))
            {
                let line = self.line;
                self.take(prefix.len());
                let inside = self.take(until_quote(self.rest));
                self.take(1.min(self.rest.len()));
                self.push(line, Kind::Text(inside.into()));
            } else if first == '\'' {
                self.take(character_or_lifetime(self.rest));
            } else if first.is_alphabetic() || first == '_' {
                let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let line = self.line;
                let word = self.take(end.unwrap_or(self.rest.len()));
                self.push(line, Kind::Word(word.into()));
            } else if first.is_ascii_digit() {
                let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                self.take(end.unwrap_or(self.rest.len()));
            } else {
                let line = self.line;
                self.take(first.len_utf8());
                if !first.is_whitespace() {
                    self.push(line, Kind::Sign(first));
                }
            }
        }
        self.tokens
    }

    /// Moves `length` bytes on and gives them.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn push(&mut self, line: usize, kind: Kind) {
        self.tokens.push(Token { line, kind });
    }
}

/// The length of the block comment that `text` begins with; they nest.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// If `text` begins a raw string: the length up to and with its quote, and its number of hashes.
fn raw_string(text: &str) -> Option<(usize, usize)> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix)
            .is_some_and(|rest| rest.starts_with(['"', '#']))
    })?;
    let rest = text.strip_prefix(prefix)?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    // `r#type` is an identifier.
    (rest.chars().nth(hashes) == Some('"')).then_some((prefix.len() + hashes + 1, hashes))
}

/// The length up to the quote that ends the string inside which `text` begins.
fn until_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The length of the character literal or lifetime that `text` begins with.
fn character_or_lifetime(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            // The escaped character itself may be a quote.
            let after = at + escaped.len_utf8();
            text.get(after..)
                .and_then(|rest| rest.find('\''))
                .map_or(text.len(), |end| after + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        // A lifetime: its name follows as a word, which harms nobody.
        _ => 1,
    }
}

/// The code of a file that is compiled without tests, and the modules that are not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Program {
    pub(crate) tokens: Vec<Token>,
    /// Names of the modules in files of their own that only tests have (`#[cfg(test)] mod x;`).
    pub(crate) test_modules: Vec<String>,
}

/// Leaves out of `tokens` every item that stands under `#[cfg(test)]` or `#[test]`.
pub(crate) fn without_tests(tokens: &[Token]) -> Program {
    let mut program = Program::default();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = tokens.get(at..).unwrap_or_default();
        if let Some((length, inner, is_test)) = attribute(rest) {
            if is_test && inner {
                return program;
            }
            if is_test {
                let item = rest.get(length..).unwrap_or_default();
                let item_length = item_length(item);
                if let Some([.., keyword, name, end]) = item.get(..item_length)
                    && keyword.kind.is_word("mod")
                    && end.kind.is_sign(';')
                    && let Kind::Word(name) = &name.kind
                {
                    program.test_modules.push(name.clone());
                }
                at += length + item_length;
                continue;
            }
            program.tokens.extend(rest.iter().take(length).cloned());
            at += length;
            continue;
        }
        program.tokens.push(token.clone());
        at += 1;
    }
    program
}

/// If `tokens` begin with an attribute: its length, whether it is an inner one (`#![…]`), and
/// whether what it stands on is compiled for tests only.
fn attribute(tokens: &[Token]) -> Option<(usize, bool, bool)> {
    if !tokens.first()?.kind.is_sign('#') {
        return None;
    }
    let inner = tokens.get(1)?.kind.is_sign('!');
    let open = if inner { 2 } else { 1 };
    if !tokens.get(open)?.kind.is_sign('[') {
        return None;
    }
    let length = open + group_length(tokens.get(open..)?);
    let words: Vec<&str> = tokens
        .get(open..length)?
        .iter()
        .filter_map(|token| match &token.kind {
            Kind::Word(word) => Some(word.as_str()),
            _ => None,
        })
        .collect();
    // `cfg(any(test, …))` and `cfg(not(test))` are part of the program.
    let is_test = match words.as_slice() {
        ["test"] | ["cfg", "test"] | ["cfg", "doctest"] => true,
        ["cfg", "all", conditions @ ..] => {
            conditions.contains(&"test")
                && !conditions.iter().any(|word| ["not", "any"].contains(word))
        }
        _ => false,
    };
    Some((length, inner, is_test))
}

/// The number of tokens of the item that `tokens` begin with, further attributes included.
fn item_length(tokens: &[Token]) -> usize {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = tokens.get(at..).unwrap_or_default();
        match token.kind {
            Kind::Sign('{') => return at + group_length(rest),
            Kind::Sign('(' | '[') => at += group_length(rest),
            Kind::Sign(';') => return at + 1,
            // The end of the struct or enum whose last field this was.
            Kind::Sign('}') => return at,
            _ => at += 1,
        }
    }
    tokens.len()
}

/// The number of tokens of the bracketed group that `tokens` begin with.
fn group_length(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Sign('(' | '[' | '{') => depth += 1,
            Kind::Sign(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_and_texts(source: &str) -> Vec<String> {
        let kinds = without_tests(&tokens(source)).tokens.into_iter();
        kinds
            .filter_map(|token| match token.kind {
                Kind::Word(word) => Some(word),
                Kind::Text(text) => Some(format!("\"{text}\"")),
                Kind::Sign(_) => None,
            })
            .collect()
    }

    #[test]
    fn comments_are_no_code() {
        let source = "a // b\n/* c /* d */ \"e\" */ f /// \"g\"";
        assert_eq!(words_and_texts(source), ["a", "f"]);
    }

    #[test]
    fn strings_of_every_sort_are_found_with_their_line() {
        let source = "\"a\\\"b\"\nb\"c\" r#\"d\"e\"# br\"f\" c\"g\" r#type";
        let found = tokens(source);
        let texts: Vec<_> = found
            .iter()
            .filter_map(|token| match &token.kind {
                Kind::Text(text) => Some((token.line, text.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(
            texts,
            [(1, "a\\\"b"), (2, "c"), (2, "d\"e"), (2, "f"), (2, "g")]
        );
    }

    #[test]
    fn quotes_in_characters_and_lifetimes_begin_no_string() {
        let source = "fn f<'a>(x: &'a str) { ['\"', '\\'', '\\u{1f}', 'é'] } \"end\"";
        assert_eq!(
            words_and_texts(source),
            ["fn", "f", "a", "x", "a", "str", "\"end\""]
        );
    }

    #[test]
    fn items_for_tests_only_are_left_out() {
        let source = "
            #[cfg(test)] mod a { fn b() { \"c\" } }
            #[test] #[ignore] fn d() {}
            #[cfg(all(test, unix))] use e;
            #[cfg(not(test))] fn kept() {}
            #[derive(Debug)] struct Also { field: u8 }";
        assert_eq!(
            words_and_texts(source),
            [
                "cfg", "not", "test", "fn", "kept", "derive", "Debug", "struct", "Also", "field",
                "u8"
            ]
        );
    }

    #[test]
    fn a_file_for_tests_only_is_empty() {
        assert_eq!(
            words_and_texts("//! Doc.\n#![cfg(test)]\nfn a() {}"),
            [""; 0]
        );
    }

    #[test]
    fn modules_for_tests_in_their_own_file_are_named() {
        let source = "#[cfg(test)] mod a; #[cfg(test)] pub(crate) mod b; mod c;";
        assert_eq!(without_tests(&tokens(source)).test_modules, ["a", "b"]);
    }
}
