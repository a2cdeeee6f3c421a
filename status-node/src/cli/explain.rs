//! `status-node explain`: takes bytes of the protocol apart.

mod account;
mod input;
mod reasons;

use super::args::{Explain, Shared};
use super::output::Output;
use anyhow::{anyhow, ensure};
use bytes::Bytes;
use status_node::Chat;
use status_node::explain::Explainer;
use status_node::files;
use status_node::rpc::methods;
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// Bytes of a file of keys that are read: some thousand keys.
const MAX_KEY_FILE: usize = 1 << 16;

/// Bytes of a key.
const KEY: usize = 32;

pub(crate) async fn run(explain: Explain, shared: Shared, output: Output) -> anyhow::Result<()> {
    if explain.reasons {
        return reasons::print(explain.input.as_deref(), output);
    }
    let bytes = match explain.envelope {
        Some(_) => None,
        None => Some(input::read(explain.input.as_deref(), explain.kind)?),
    };
    let names_group = explain
        .chats
        .iter()
        .any(|chat| matches!(chat, Chat::Group(_)));
    ensure!(
        !names_group,
        "a group has no key of its own: its messages go to each member, whose --account reads them"
    );
    let keys = keys(&explain)?;
    let Some(local) = bytes.as_ref().filter(|_| !explain.account) else {
        let question = methods::Explain {
            bytes: bytes.as_ref().map(hex::encode),
            envelope: explain.envelope.map(|hash| hash.to_string()),
            kind: explain.kind.map(|kind| kind.to_string()),
            now: explain.now.map(|seconds| seconds.saturating_mul(1000)),
            min_pow: explain.min_pow,
            chats: explain.chats,
            keys: keys.iter().map(|key| hex::encode(key.as_slice())).collect(),
        };
        let explanation = account::ask(question, &shared).await?;
        return output.line(&explanation.tree, &explanation.text);
    };
    let mut explainer = Explainer::new(now_ms(explain.now)?);
    if let Some(min_pow) = explain.min_pow {
        explainer = explainer.min_pow(min_pow);
    }
    explainer = keys
        .iter()
        .fold(explainer, |explainer, key| explainer.key(**key));
    explainer = explain.chats.iter().fold(explainer, Explainer::chat);
    let layer = explainer.explain(Bytes::copy_from_slice(local), explain.kind);
    output.line(&layer.to_json(), &layer)
}

/// The time that is wanted, else the present, in ms since 1970.
fn now_ms(seconds: Option<u64>) -> anyhow::Result<u64> {
    match seconds {
        Some(seconds) => Ok(seconds.saturating_mul(1000)),
        None => Ok(u64::try_from(
            SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis(),
        )?),
    }
}

/// The keys of the command line and those of files. None of them is repeated in a complaint: those end up
/// in logs.
fn keys(explain: &Explain) -> anyhow::Result<Vec<Zeroizing<[u8; KEY]>>> {
    let mut keys = Vec::new();
    for key in &explain.keys {
        let key = key_of(key).ok_or_else(|| anyhow!("a --key is not 32 bytes of hex"))?;
        keys.push(key);
    }
    for path in &explain.key_files {
        let text = files::read_text(path, MAX_KEY_FILE).map(Zeroizing::new)?;
        let lines = text.lines().enumerate();
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let shown = path.display();
            let key = key_of(line)
                .ok_or_else(|| anyhow!("line {} of {shown} is not 32 bytes of hex", number + 1))?;
            keys.push(key);
        }
    }
    ensure!(keys.len() <= MAX_KEYS, "at most {MAX_KEYS} keys are tried");
    Ok(keys)
}

/// Keys that are tried at most; see the method `explain`.
const MAX_KEYS: usize = 64;

fn key_of(text: &str) -> Option<Zeroizing<[u8; KEY]>> {
    let digits = text.trim();
    let mut key = Zeroizing::new([0; KEY]);
    hex::decode_to_slice(digits.strip_prefix("0x").unwrap_or(digits), &mut *key).ok()?;
    Some(key)
}
