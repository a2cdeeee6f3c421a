//! Messengers as people use them, ours and status-go's, behind one face: a scenario is written once
//! and cast with either.

mod account;
mod control;
mod ours;
mod theirs;
mod views;

pub(crate) use account::{Account, End, PAIRS, Side, cast};
pub(crate) use views::{Chat, Contact, Device, Group, Heard, Kind};

use super::peer::PATIENCE;
use anyhow::{Result, bail};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait before looking again whether something has changed.
const LOOK_AGAIN: Duration = Duration::from_millis(150);

/// A running messenger with an account. People are named by their public keys, `0x04...`; groups
/// by the ids that creating them gave.
pub(crate) trait Messenger {
    /// The account's public key.
    fn key(&self) -> &str;

    /// The installation id of this device.
    fn installation(&self) -> &str;

    /// Where other nodes reach it.
    fn enode(&self) -> &str;

    /// Dials another node, which our program does only at its start.
    fn dial(&self, enode: &str) -> Result<()>;

    /// Joins a public chat.
    fn join(&self, room: &str) -> Result<()>;

    /// Leaves a public chat.
    fn leave(&self, room: &str) -> Result<()>;

    /// Opens a chat with a person, which listens for the person's contact code.
    fn open(&self, person: &str) -> Result<()>;

    /// Says something and gives the message's id.
    fn say(&self, chat: Chat<'_>, text: &str) -> Result<String>;

    /// Answers a message of the chat and gives the answer's id.
    fn answer(&self, chat: Chat<'_>, to: &str, text: &str) -> Result<String>;

    /// Says something that is no text, which only status-go's messenger can.
    fn show(&self, chat: Chat<'_>, kind: Kind, text: &str) -> Result<()>;

    /// Waits until a message with this text is shown.
    fn hear_within(&self, text: &str, patience: Duration) -> Result<Heard>;

    /// What is stored of a chat.
    fn stored(&self, chat: Chat<'_>) -> Result<Vec<Heard>>;

    /// Creates a group and gives its id.
    fn create_group(&self, name: &str, people: &[&str]) -> Result<String>;

    /// Invites people into a group.
    fn add_members(&self, group: &str, people: &[&str]) -> Result<()>;

    /// Accepts an invitation.
    fn join_group(&self, group: &str) -> Result<()>;

    /// Removes somebody from a group.
    fn remove_member(&self, group: &str, person: &str) -> Result<()>;

    /// Gives a group another name, which only our program can.
    fn rename_group(&self, group: &str, name: &str) -> Result<()>;

    /// Makes members administrators.
    fn promote(&self, group: &str, people: &[&str]) -> Result<()>;

    /// Leaves a group.
    fn leave_group(&self, group: &str) -> Result<()>;

    /// A group as this side sees it.
    fn group(&self, group: &str) -> Result<Option<Group>>;

    /// Adds a contact, who is told this name and picture.
    fn add_contact(&self, person: &str, name: &str, picture: &str) -> Result<()>;

    /// Tells all contacts a new name and picture.
    fn set_profile(&self, name: &str, picture: &str) -> Result<()>;

    /// Blocks a person.
    fn block(&self, person: &str) -> Result<()>;

    /// What is known of a person.
    fn contact(&self, person: &str) -> Result<Option<Contact>>;

    /// Names this device, which pairing wants.
    fn name_device(&self, name: &str) -> Result<()>;

    /// Tells the account's other devices about this one.
    fn announce_device(&self) -> Result<()>;

    /// Pairs with another device of this account.
    fn enable_device(&self, installation: &str) -> Result<()>;

    /// Sends contacts and public chats to the paired devices.
    fn sync_devices(&self) -> Result<()>;

    /// This account's devices.
    fn devices(&self) -> Result<Vec<Device>>;

    /// The devices that are known of a person.
    fn devices_of(&self, person: &str) -> Result<Vec<Device>>;

    /// Messages that wait for an acknowledgement.
    fn owed(&self) -> Result<u64>;

    /// What became of a message, in order; none if the program does not tell.
    fn fate(&self, message: &str) -> Result<Option<Vec<String>>>;

    /// The public chats that are joined.
    fn rooms(&self) -> Result<Vec<String>>;

    /// Ends the process. The account's folder stays.
    fn end(self: Box<Self>, how: End) -> Result<()>;

    /// Waits as long as usual until a message with this text is shown.
    fn hear(&self, text: &str) -> Result<Heard> {
        self.hear_within(text, PATIENCE)
    }

    /// Fails if a message with this text is shown within `quiet`.
    fn hears_not(&self, text: &str, quiet: Duration) -> Result<()> {
        match self.hear_within(text, quiet) {
            Ok(heard) => bail!(
                "shown, but should not be: {:?} in {}",
                heard.text,
                heard.chat
            ),
            Err(_) => Ok(()),
        }
    }

    /// Waits until a group is as wanted.
    fn until_group(&self, id: &str, what: &str, wanted: &dyn Fn(&Group) -> bool) -> Result<()> {
        until(what, || {
            let group = self.group(id)?;
            Ok((group.as_ref().is_some_and(wanted), format!("{group:?}")))
        })
    }
}

/// Waits until `look` says that it is so; it also tells what it sees.
pub(crate) fn until(what: &str, look: impl Fn() -> Result<(bool, String)>) -> Result<()> {
    until_within(what, PATIENCE, look)
}

/// Waits until `look` says that it is so, but no longer than `patience`.
pub(crate) fn until_within(
    what: &str,
    patience: Duration,
    look: impl Fn() -> Result<(bool, String)>,
) -> Result<()> {
    let deadline = Instant::now() + patience;
    loop {
        let (so, seen) = look()?;
        if so {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!(
                "not so after {} s: {what}; it is {seen}",
                patience.as_secs()
            );
        }
        thread::sleep(LOOK_AGAIN);
    }
}
