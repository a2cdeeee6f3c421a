//! Contacts.

use crate::messenger::{self, Messenger, Turn};
use crate::rpc::methods::{
    ContactAdd, ContactBlock, ContactList, ContactName, ContactProfile, ContactRemove, ContactShow,
    ContactUnblock,
};
use crate::rpc::operation::{Operation, Refusal};
use crate::rpc::records::{ContactRecord, Done};

impl Operation for ContactList {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<ContactRecord>, Refusal> {
        let contacts = messenger.contacts(turn)?;
        Ok(contacts.iter().map(ContactRecord::from).collect())
    }
}

impl Operation for ContactShow {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<ContactRecord, Refusal> {
        let known = messenger.contact(turn, &self.key)?;
        // Of a stranger there is the name to show.
        let known = known.unwrap_or_else(|| messenger::ContactRecord::new(self.key));
        Ok(ContactRecord::whole(&known))
    }
}

impl Operation for ContactAdd {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.add_contact(turn, &self.key)?;
        Ok(Done::default())
    }
}

impl Operation for ContactRemove {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.remove_contact(turn, &self.key)?;
        Ok(Done::default())
    }
}

impl Operation for ContactBlock {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.block(turn, &self.key)?;
        Ok(Done::default())
    }
}

impl Operation for ContactUnblock {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.unblock(turn, &self.key)?;
        Ok(Done::default())
    }
}

impl Operation for ContactName {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.set_alias(turn, &self.key, &self.name)?;
        Ok(Done::default())
    }
}

impl Operation for ContactProfile {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        let picture = match self.picture {
            Some(picture) => picture,
            None => messenger.profile(turn)?.picture,
        };
        messenger.set_profile(turn, &self.name, &picture)?;
        Ok(Done::default())
    }
}
