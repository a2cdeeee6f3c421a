//! Errors that are mere texts: nothing lists those, so each place where one is left has its reason.

use crate::rust_source::{Kind, Token, tokens, without_tests};
use std::collections::BTreeSet;

/// Files of libraries in which an error is a text, and why that is right there.
const ALLOWED: [(&str, &str); 9] = [
    (
        "devp2p/src/net/nat/keeper.rs",
        "what a router answered, which is told in an event",
    ),
    (
        "devp2p/src/net/nat/pmp.rs",
        "what a router answered, which is told in an event",
    ),
    (
        "devp2p/src/net/nat/upnp.rs",
        "what a router answered, which is told in an event",
    ),
    (
        "status-node/src/config.rs",
        "what is wrong with a value, which `ConfigError` says with its place",
    ),
    (
        "status-node/src/explain/application.rs",
        "any of two errors, which is shown",
    ),
    (
        "status-node/src/explain/kind.rs",
        "a word of the command line or of a client",
    ),
    (
        "status-node/src/explain/unlock.rs",
        "what no key opens, which is shown beside the others",
    ),
    (
        "status-node/src/node/desk/batch.rs",
        "the error of a commit, told to everybody whose command was in it",
    ),
    (
        "status-node/src/rpc/text.rs",
        "what is wrong with a parameter, which goes to the client with its number",
    ),
];

/// What is wrong with the files, given by their paths and texts: errors that are texts where none are allowed,
/// and places that are allowed for nothing.
pub(crate) fn wrong<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut unused: BTreeSet<&str> = ALLOWED.iter().map(|(file, _)| *file).collect();
    let mut wrong = Vec::new();
    for (path, text) in files {
        let lines = errors_of_text(text);
        if lines.is_empty() || unused.remove(path) {
            continue;
        }
        let lines = lines.into_iter();
        wrong.extend(lines.map(|line| format!("{path}:{line}: the error is a text, and no type")));
    }
    let unused = unused.into_iter();
    wrong.extend(unused.map(|file| format!("{file} has no errors that are texts")));
    wrong
}

/// The lines of types such as `Result<u8, String>` and `Err = String`, of whatever comes from `anyhow`, and of
/// answers to clients whose sentence is written where they are made.
pub(crate) fn errors_of_text(text: &str) -> Vec<usize> {
    let program = without_tests(&tokens(text));
    let mut lines = Vec::new();
    for (at, token) in program.tokens.iter().enumerate() {
        let rest = &program.tokens[at..];
        let is_text = match &token.kind {
            Kind::Word(word) if word == "anyhow" => true,
            Kind::Word(word) if word == "Result" => error_of(rest).is_some_and(is_string),
            Kind::Word(word) if word == "RpcError" => is_told_in_place(rest),
            Kind::Word(word) if word == "Err" => {
                rest.get(1).is_some_and(|next| next.kind == Kind::Sign('='))
                    && rest
                        .get(2)
                        .is_some_and(|next| is_string(std::slice::from_ref(next)))
            }
            _ => false,
        };
        if is_text {
            lines.push(token.line);
        }
    }
    lines
}

/// Whether the tokens are `RpcError::new(…)` or the like with a text in it.
fn is_told_in_place(tokens: &[Token]) -> bool {
    let is_call = tokens
        .get(1..3)
        .is_some_and(|signs| signs.iter().all(|sign| sign.kind == Kind::Sign(':')))
        && tokens
            .get(4)
            .is_some_and(|sign| sign.kind == Kind::Sign('('));
    let mut depth = 0_usize;
    let arguments = tokens.iter().skip(4).take_while(|token| {
        match token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') => depth -= 1,
            _ => {}
        }
        depth > 0
    });
    let is_text = |token: &Token| match &token.kind {
        Kind::Text(_) => true,
        Kind::Word(word) => word == "format",
        Kind::Sign(_) => false,
    };
    is_call && arguments.into_iter().any(is_text)
}

fn is_string(tokens: &[Token]) -> bool {
    matches!(tokens, [one] if one.kind == Kind::Word("String".into()))
}

/// The second argument of a `Result`, which the tokens begin with.
fn error_of(result: &[Token]) -> Option<&[Token]> {
    result.get(1).filter(|next| next.kind == Kind::Sign('<'))?;
    let (mut depth, mut from) = (0_usize, None);
    for (at, token) in result.iter().enumerate() {
        match token.kind {
            Kind::Sign('<' | '(' | '[') => depth += 1,
            Kind::Sign(')' | ']') => depth = depth.saturating_sub(1),
            // Not that of an arrow.
            Kind::Sign('>') if result[at - 1].kind != Kind::Sign('-') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return from.map(|from| &result[from..at]);
                }
            }
            Kind::Sign(',') if depth == 1 => from = Some(at + 1),
            _ => {}
        }
    }
    None
}
