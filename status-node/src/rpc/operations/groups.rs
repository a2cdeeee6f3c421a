//! Groups.

use crate::Chat;
use crate::messenger::{Messenger, MessengerError, Turn};
use crate::rpc::fault::Unfit;
use crate::rpc::methods::{
    GroupAdd, GroupCreate, GroupJoin, GroupLeave, GroupPromote, GroupRemove, GroupRename, GroupShow,
};
use crate::rpc::operation::{Operation, Refusal};
use crate::rpc::records::{Done, GroupRecord, MemberRecord};
use status_payload::{CannotAct, EventRefusal, GroupId};

fn show(
    messenger: &mut Messenger,
    turn: &mut Turn<'_>,
    group: &GroupId,
) -> Result<GroupRecord, Refusal> {
    let chat = Chat::Group(group.clone());
    let Some(known) = messenger.chat(turn, &chat)? else {
        return Err(Unfit::NoGroup(Box::new(group.clone())).into());
    };
    let members = messenger.members(turn, group)?;
    let own = messenger.identity().copied();
    let this = members.iter().find(|member| Some(member.person) == own);
    Ok(GroupRecord {
        chat: chat.to_string(),
        name: known.name,
        member: this.is_some(),
        joined: this.is_some_and(|member| member.joined),
        admin: this.is_some_and(|member| member.admin),
        members: members.iter().map(MemberRecord::from).collect(),
    })
}

impl Operation for GroupCreate {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<GroupRecord, Refusal> {
        if self.name.is_empty() {
            // A new name is refused alike; the first one no client checks.
            let refused = CannotAct::Refused(EventRefusal::EmptyName);
            return Err(MessengerError::from(refused).into());
        }
        let group = messenger.create_group(turn, &self.name, &self.members)?;
        show(messenger, turn, &group)
    }
}

impl Operation for GroupShow {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<GroupRecord, Refusal> {
        show(messenger, turn, &self.group)
    }
}

impl Operation for GroupAdd {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.add_members(turn, &self.group, &self.members)?;
        Ok(Done::default())
    }
}

impl Operation for GroupRemove {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        // The protocol removes one at a time.
        for member in &self.members {
            messenger.remove_member(turn, &self.group, member)?;
        }
        Ok(Done::default())
    }
}

impl Operation for GroupPromote {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.promote(turn, &self.group, &self.members)?;
        Ok(Done::default())
    }
}

impl Operation for GroupJoin {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.join_group(turn, &self.group)?;
        Ok(Done::default())
    }
}

impl Operation for GroupLeave {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.leave_group(turn, &self.group)?;
        Ok(Done::default())
    }
}

impl Operation for GroupRename {
    fn run(self, messenger: &mut Messenger, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
        messenger.rename_group(turn, &self.group, &self.name)?;
        Ok(Done::default())
    }
}
