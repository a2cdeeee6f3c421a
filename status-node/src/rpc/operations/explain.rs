//! Bytes, as the account reads them.

use crate::explain::{Explainer, Kind, read_hex};
use crate::messenger::{Messenger, Turn};
use crate::rpc::fault::Unfit;
use crate::rpc::methods::Explain;
use crate::rpc::operation::{Operation, Refusal};
use crate::rpc::records::ExplanationRecord;
use zeroize::Zeroizing;

/// Keys that are tried at most on each envelope: what somebody might have lying around.
const MAX_KEYS: usize = 64;

impl Operation for Explain {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<ExplanationRecord, Refusal> {
        if self.envelope.is_some() {
            return Err(Unfit::NoNode.into());
        }
        let bytes = self.bytes.as_deref().and_then(read_hex);
        let bytes = bytes.ok_or(Unfit::NoBytes)?;
        let kind = self.kind.as_deref().map(str::parse::<Kind>).transpose();
        let kind = kind.map_err(|_| Unfit::Kind(self.kind.clone().unwrap_or_default()))?;
        if self.keys.len() > MAX_KEYS || self.chats.len() > MAX_KEYS {
            let limit = MAX_KEYS;
            return Err(Unfit::TooManyKeys { limit }.into());
        }
        let mut keys = Vec::new();
        for key in self.keys.into_iter().map(Zeroizing::new) {
            let bytes = read_hex(&key).map(Zeroizing::new);
            let key = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
            keys.push(key.ok_or(Unfit::NoKey)?);
        }
        let mut explainer = Explainer::new(self.now.unwrap_or(turn.now_ms));
        if let Some(min_pow) = self.min_pow {
            explainer = explainer.min_pow(min_pow);
        }
        explainer = keys.into_iter().fold(explainer, Explainer::key);
        explainer = self.chats.iter().fold(explainer, Explainer::chat);
        let layer = match messenger.identity() {
            // A node that only passes envelopes on opens them with what it was given.
            None => explainer.explain(bytes.into(), kind),
            Some(_) => messenger.examine(turn, |account| {
                explainer
                    .clone()
                    .account(account)
                    .explain(bytes.into(), kind)
            })?,
        };
        Ok(ExplanationRecord {
            text: layer.to_string(),
            tree: layer.to_json(),
        })
    }
}
