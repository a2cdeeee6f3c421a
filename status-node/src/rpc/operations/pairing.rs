//! The pairing of devices.

use crate::messenger::{Messenger, MessengerError, Turn};
use crate::rpc::fault::Unfit;
use crate::rpc::methods::{PairConfirm, PairMessage, PairPoll, PairShow, PairTake};
use crate::rpc::operation::{Operation, Refusal};
use crate::rpc::records::{Done, PairingCodeRecord, PairingMessages};
use status_conversational_security::noise::pairing::{
    MAX_CODE_LIFETIME_MS, PairingCode, PairingState,
};

/// Messages given out at a time: a bundle is a handful.
const MAX_MESSAGES: usize = 256;

/// Two devices of one account: a device without it has nothing to compare.
fn require_account(messenger: &Messenger) -> Result<(), Refusal> {
    match messenger.identity() {
        Some(_) => Ok(()),
        None => Err(MessengerError::NoIdentity.into()),
    }
}

impl Operation for PairShow {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<PairingCodeRecord, Refusal> {
        require_account(messenger)?;
        let code = messenger.show_pairing_code(turn, MAX_CODE_LIFETIME_MS, None)?;
        Ok(PairingCodeRecord {
            code: code.to_text().as_str().to_owned(),
        })
    }
}

impl Operation for PairTake {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        require_account(messenger)?;
        let code: PairingCode = self.code.parse().map_err(Unfit::PairingCode)?;
        messenger.take_pairing_code(turn, &code, None)?;
        Ok(Done::default())
    }
}

impl Operation for PairPoll {
    fn run(
        self,
        messenger: &mut Messenger,
        _turn: &mut Turn<'_>,
    ) -> Result<PairingMessages, Refusal> {
        let messages = std::iter::from_fn(|| messenger.poll_pairing_message());
        let messages = messages.take(MAX_MESSAGES);
        Ok(PairingMessages {
            messages: messages
                .map(|message| format!("0x{}", hex::encode(message)))
                .collect(),
        })
    }
}

impl Operation for PairMessage {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        let digits = self.message.strip_prefix("0x").unwrap_or(&self.message);
        let message = hex::decode(digits).map_err(|_| Unfit::NoHexMessage)?;
        if let Some(PairingState::Over(_)) = messenger.pairing_state() {
            // The other device says its last word without knowing that.
            return Ok(Done::default());
        }
        messenger.handle_pairing_message(turn, message.into())?;
        Ok(Done::default())
    }
}

impl Operation for PairConfirm {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        match self.same {
            true => messenger.confirm_pairing(turn)?,
            false => messenger.reject_pairing(turn)?,
        }
        Ok(Done::default())
    }
}
