//! Messengers that talk to each other, in real envelopes over a network that exists in memory only, on
//! virtual time: one behaviour a file.
#![cfg(test)]

#[allow(
    unreachable_pub,
    reason = "the tests of this program share it, and no other does"
)]
mod world;

mod classifier;
mod contact_code;
mod conversations;
mod crashes;
mod data_sync_off;
mod decoys;
mod first_message;
mod foresight;
mod hostile;
mod ledger;
mod lost_state;
mod many_messages;
mod offline;
mod posted;
mod public_chats;
mod two_devices;
