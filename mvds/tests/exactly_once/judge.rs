//! What must be so when a run is over.

use crate::side::{Accepted, Inbox, number};
use crate::world::World;
use status_mvds::{Dependencies, Event, MessageId, Mode, RecordKind};
use std::collections::{BTreeMap, BTreeSet};

/// Judges a run that has ended.
///
/// # Errors
///
/// What is not as it must be.
pub(crate) fn judge(world: &World) -> Result<(), String> {
    nothing_is_left(world)?;
    let accepted: BTreeMap<MessageId, (usize, &Accepted)> = world
        .sides
        .iter()
        .enumerate()
        .flat_map(|(author, side)| {
            let accepted = side.inbox.accepted.iter();
            accepted.map(move |message| (message.id, (author, message)))
        })
        .collect();
    for (receiver, side) in world.sides.iter().enumerate() {
        delivered_to(world, receiver, &side.inbox, &accepted)?;
        in_causal_order(world, receiver, &side.inbox, &accepted)?;
    }
    for (author, side) in world.sides.iter().enumerate() {
        ledger_of(world, author, &side.inbox)?;
    }
    Ok(())
}

/// The sync state of every node is empty.
fn nothing_is_left(world: &World) -> Result<(), String> {
    for (number, side) in world.sides.iter().enumerate() {
        let node = side.node().ok_or(format!("{number} is down at the end"))?;
        if !node.is_settled() || node.record_count() > 0 || node.poll_timeout().is_some() {
            let records: Vec<_> = node.records().take(3).collect();
            return Err(format!(
                "{number} still has {} records, holds {}, wakes at {:?}: {records:?}",
                node.record_count(),
                node.held_count(),
                node.poll_timeout(),
            ));
        }
    }
    Ok(())
}

/// The members of a message's group, but for its author.
fn receivers(world: &World, author: usize, accepted: &Accepted) -> BTreeSet<usize> {
    let members = world.plan.groups[accepted.draft.group].members.iter();
    members
        .map(|(member, _)| *member)
        .filter(|member| *member != author)
        .collect()
}

/// Each receiver got each accepted message once, and nothing else.
fn delivered_to(
    world: &World,
    receiver: usize,
    inbox: &Inbox,
    accepted: &BTreeMap<MessageId, (usize, &Accepted)>,
) -> Result<(), String> {
    let mut times: BTreeMap<MessageId, u32> = BTreeMap::new();
    for delivery in &inbox.delivered {
        *times.entry(delivery.id).or_default() += 1;
        if !accepted.contains_key(&delivery.id) {
            return Err(format!("{receiver} got {:?}, never accepted", delivery.id));
        }
    }
    for (id, (author, message)) in accepted {
        let times = times.get(id).copied().unwrap_or(0);
        let wanted = match receivers(world, *author, message).contains(&receiver) {
            false => 0..=0,
            true if message.draft.ephemeral => 0..=1,
            true if message.draft.deadline.is_some() => {
                // Given up, it may have arrived all the same.
                let reported = given_up(&world.sides[*author].inbox, id).contains(&receiver);
                u32::from(!reported)..=1
            }
            true => 1..=1,
        };
        if !wanted.contains(&times) {
            return Err(format!(
                "{receiver} got {id:?} of {author} {times} times: {message:?}"
            ));
        }
    }
    Ok(())
}

/// The parents of a message were delivered before it, or are the receiver's own. Only where patience ends may
/// one be missing, and then the delivery says so.
fn in_causal_order(
    world: &World,
    receiver: usize,
    inbox: &Inbox,
    accepted: &BTreeMap<MessageId, (usize, &Accepted)>,
) -> Result<(), String> {
    let mut before: BTreeSet<MessageId> = inbox.accepted.iter().map(|own| own.id).collect();
    for delivery in &inbox.delivered {
        let group = usize::from(delivery.message.group_id[0]);
        let members = &world.plan.groups[group].members;
        let causal = members.iter().any(|(member, settings)| {
            *member == receiver && settings.dependencies == Dependencies::Causal
        });
        let parents = delivery
            .message
            .metadata
            .iter()
            .flat_map(|meta| &meta.parents);
        for parent in parents.filter(|_| causal) {
            let parent = MessageId(parent.as_ref().try_into().map_err(|_| "no id")?);
            let is_excused = world.plan.impatient && delivery.missing_parents.contains(&parent);
            if !before.contains(&parent) && !is_excused {
                return Err(format!(
                    "{receiver} got {:?} before its parent {parent:?} ({:?}), missed {:?}",
                    delivery.id,
                    accepted.get(&parent),
                    delivery.missing_parents
                ));
            }
        }
        before.insert(delivery.id);
    }
    Ok(())
}

/// Whether anybody has a reason to ask for a message: it was offered, or is missed as a parent.
fn may_be_asked_for(world: &World, message: &Accepted) -> bool {
    let members = &world.plan.groups[message.draft.group].members;
    let mut settings = members.iter().map(|(_, settings)| settings);
    settings.any(|settings| {
        settings.mode == Mode::Interactive
            || settings.relay
            || settings.dependencies != Dependencies::Ignored
    })
}

/// To whom a message was given up.
fn given_up(inbox: &Inbox, id: &MessageId) -> BTreeSet<usize> {
    let events = inbox.ledger.iter().filter_map(|event| match event {
        Event::GivenUp { message, peer, .. } if message == id => Some(number(peer)),
        _ => None,
    });
    events.collect()
}

/// For each message and receiver the ledger has one end, and counts that rise.
fn ledger_of(world: &World, author: usize, inbox: &Inbox) -> Result<(), String> {
    let mut stored = BTreeMap::new();
    let mut ends: BTreeMap<(MessageId, usize), u32> = BTreeMap::new();
    // Asked for, an offer becomes the message, and is counted anew.
    let mut sent: BTreeMap<(MessageId, usize, RecordKind), u32> = BTreeMap::new();
    for event in &inbox.ledger {
        match event {
            Event::Stored { message, peers, .. } if stored.insert(*message, *peers).is_some() => {
                return Err(format!("{author} stored {message:?} twice"));
            }
            Event::Acknowledged { message, peer, .. } | Event::GivenUp { message, peer, .. } => {
                *ends.entry((*message, number(peer))).or_default() += 1;
                // Asked for once more, it is sent and counted anew.
                for kind in [RecordKind::Offer, RecordKind::Message] {
                    sent.remove(&(*message, number(peer), kind));
                }
            }
            Event::Sent {
                message,
                peer,
                kind,
                count,
                ..
            } => {
                let last = sent.insert((*message, number(peer), *kind), *count);
                if last.is_some_and(|last| last >= *count) {
                    return Err(format!("{author} sent {message:?} as number {count} again"));
                }
            }
            _ => {}
        }
    }
    for message in &inbox.accepted {
        let receivers = receivers(world, author, message);
        if stored.get(&message.id) != Some(&receivers.len()) {
            return Err(format!("{author} did not store {:?}", message.id));
        }
        for receiver in receivers {
            let end = ends.get(&(message.id, receiver)).copied().unwrap_or(0);
            let wanted = match (message.draft.ephemeral, may_be_asked_for(world, message)) {
                // It ends with being sent, unless its deadline passes before.
                (true, _) => 0..=u32::from(message.draft.deadline.is_some()),
                (false, false) => 1..=1,
                // A request that was on its way when the message was acknowledged is answered.
                (false, true) => 1..=u32::MAX,
            };
            if !wanted.contains(&end) {
                return Err(format!(
                    "the ledger of {author} ends {:?} to {receiver} {end} times",
                    message.id
                ));
            }
        }
    }
    Ok(())
}
