//! `status-node explain`: takes bytes of the protocol apart.

use super::args::Explain;
use super::output::Output;
use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use status_conversational_security::trust::parse_public_key;
use status_node::explain::Explainer;
use status_node::files;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes of a file that are read: twice as many digits as the largest frame has bytes.
const MAX_FILE: usize = 34 << 20;

pub(crate) fn run(explain: &Explain, output: Output) -> anyhow::Result<()> {
    let bytes = read(&explain.input)?;
    let now = match explain.now {
        Some(seconds) => seconds.saturating_mul(1000),
        None => u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?,
    };
    let mut explainer = Explainer::new(now);
    for key in &explain.keys {
        // The key itself is not repeated: error messages end up in logs.
        let bytes = unhex(key)
            .and_then(|bytes| bytes.try_into().ok())
            .context("a --key is not 32 bytes of hex")?;
        explainer = explainer.key(bytes);
    }
    for chat in &explain.chats {
        explainer = explainer.chat(chat);
    }
    let layer = explainer.explain(bytes, explain.kind);
    output.line(&layer.to_json(), &layer)
}

/// Hex if it is, else the file of that name, which holds hex or the bytes themselves, else a public
/// key.
fn read(input: &str) -> anyhow::Result<Bytes> {
    if let Some(bytes) = unhex(input) {
        return if bytes.is_empty() {
            bail!("there are no bytes to explain")
        } else {
            Ok(bytes.into())
        };
    }
    let path = Path::new(input);
    if !path.exists() {
        if let Ok(key) = parse_public_key(input) {
            return Ok(Bytes::copy_from_slice(&key.serialize_uncompressed()));
        }
        let shown: String = input.chars().take(40).collect();
        return Err(anyhow!("{shown:?} is neither hex nor the name of a file"));
    }
    let content = files::read_bytes(path, MAX_FILE)?;
    let text = std::str::from_utf8(&content).ok().and_then(unhex);
    match text {
        Some(bytes) if !bytes.is_empty() => Ok(bytes.into()),
        _ if content.is_empty() => bail!("{} is empty", path.display()),
        _ => Ok(content.into()),
    }
}

/// Hex with `0x` before it or not, and white space anywhere.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.split_whitespace().collect();
    hex::decode(digits.strip_prefix("0x").unwrap_or(&digits)).ok()
}
