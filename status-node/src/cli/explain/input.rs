//! What to explain: the argument itself, a file, or standard input.

use anyhow::{Context, anyhow, bail, ensure};
use status_node::explain::{Explainer, Kind, broken_hex, read_text};
use status_node::files;
use std::io::{IsTerminal, Read};
use std::path::Path;

/// Bytes of a file that are read: twice as many digits as the largest frame has bytes.
const MAX_INPUT: usize = 34 << 20;

/// Words that a file's name may have to be repeated.
const MAX_WORDS: usize = 4;

/// What stands for standard input.
const STDIN: &str = "-";

/// The bytes: of an argument that is hex, of the file of that name, else of a key, an address or base64.
pub(super) fn read(input: Option<&str>, kind: Option<Kind>) -> anyhow::Result<Vec<u8>> {
    let Some(input) = input.filter(|input| *input != STDIN) else {
        return stdin(input.is_some(), kind);
    };
    ensure!(!input.trim().is_empty(), "there are no bytes to explain");
    if let Some(bytes) = status_node::explain::read_hex(input) {
        return Ok(bytes);
    }
    let path = Path::new(input);
    if path.exists() {
        let content = files::read_bytes(path, MAX_INPUT)?;
        let has_content = !content.trim_ascii().is_empty();
        ensure!(has_content, "{} is empty", path.display());
        return Ok(bytes_of(content, kind));
    }
    match (
        read_text(&Explainer::new(0), input, kind),
        broken_hex(input),
    ) {
        (Some(bytes), _) => Ok(bytes.into()),
        (None, Some(fault)) => Err(anyhow!(fault)),
        (None, None) => Err(anyhow!(
            "{} is neither hex nor base64 of anything known here, nor a key or an address, \
                 nor the name of a file",
            shown(input)
        )),
    }
}

/// A text as far as a complaint repeats it, which may end up in a log: words could be those of an account.
fn shown(input: &str) -> String {
    match input.split_whitespace().count() {
        ..=MAX_WORDS => format!("{:?}", input.chars().take(40).collect::<String>()),
        words => format!("a text of {words} words"),
    }
}

fn stdin(asked_for: bool, kind: Option<Kind>) -> anyhow::Result<Vec<u8>> {
    let stdin = std::io::stdin();
    if !asked_for && stdin.is_terminal() {
        bail!(
            "there are no bytes to explain: give them as an argument, as a file or on standard input"
        );
    }
    let mut content = Vec::new();
    let mut limited = stdin.lock().take(MAX_INPUT as u64 + 1);
    limited
        .read_to_end(&mut content)
        .context("standard input cannot be read")?;
    ensure!(
        content.len() <= MAX_INPUT,
        "standard input has more than the {MAX_INPUT} bytes that are read"
    );
    let has_content = !content.trim_ascii().is_empty();
    ensure!(has_content, "standard input is empty");
    Ok(bytes_of(content, kind))
}

/// What a file says: the bytes that its text stands for, else its own.
fn bytes_of(content: Vec<u8>, kind: Option<Kind>) -> Vec<u8> {
    // No text has such bytes, and bytes that are none have one soon.
    let is_binary = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    if content.iter().any(is_binary) {
        return content;
    }
    let text = std::str::from_utf8(&content).ok();
    let read = text.and_then(|text| read_text(&Explainer::new(0), text, kind));
    read.map_or(content, Into::into)
}
