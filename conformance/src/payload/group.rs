//! Groups: updates as the deployed code judges them, alone and merged into what is known.

use crate::Case;
use crate::case::Checked;
use bytes::Bytes;
use secp256k1::{Secp256k1, SecretKey};
use status_payload::{
    Decoded, DeployedGroup, DeployedRefusal, GroupEvent, MergeRefusal, MessageType, Target, wire,
};

/// The type of updates.
const MEMBERSHIP_UPDATE: i32 = 3;

pub(super) fn group(case: &Case<'_>) -> Checked<()> {
    let chat_id = case.text("chat_id")?;
    let update = update(case, "membership_update_message")?;
    case.equal("chat_id", chat_id, &update.chat_id)?;
    let expected = case.child("expected");
    let events = decode(&update);
    match (expected.has("events"), &events) {
        (true, Ok(events)) => equal_events(case, events)?,
        (true, Err(error)) => return Err(expected.differs("events", "decoded", error)),
        (false, _) => {}
    }
    let group = events
        .clone()
        .and_then(|events| DeployedGroup::rebuild(chat_id, events).map_err(Refused::Group));
    equal_group(&expected, &group)?;
    if !expected.has("merged_with_existing") {
        return Ok(());
    }
    let existing = self::update(case, "existing_membership_update_message")?;
    let merged = decode(&existing)
        .and_then(|known| DeployedGroup::rebuild(chat_id, known).map_err(Refused::Group))
        .and_then(|known| {
            known.merge(events?).map_err(|refusal| match refusal {
                MergeRefusal::Update(refusal) | MergeRefusal::Together(refusal) => {
                    Refused::Group(refusal)
                }
            })
        });
    equal_group(&expected.child("merged_with_existing"), &merged)
}

/// Why there is no group.
#[derive(Debug, Clone)]
enum Refused {
    /// An event is none.
    Event(String),
    /// The events make no group.
    Group(DeployedRefusal),
}

impl std::fmt::Display for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Event(error) => formatter.write_str(error),
            Self::Group(refusal) => refusal.fmt(formatter),
        }
    }
}

fn update(case: &Case<'_>, field: &str) -> Checked<wire::MembershipUpdateMessage> {
    let bytes = Bytes::from(case.bytes(field)?);
    match Decoded::decode(MessageType::from(MEMBERSHIP_UPDATE), bytes) {
        Ok(Decoded::MembershipUpdate(update)) => Ok(update),
        Ok(_) => Err(case.differs(field, "an update", "another message")),
        Err(error) => Err(case.differs(field, "an update", error)),
    }
}

/// All events or none, as the deployed code has it.
fn decode(update: &wire::MembershipUpdateMessage) -> Result<Vec<GroupEvent>, Refused> {
    let events = update.events.iter();
    events
        .map(|event| GroupEvent::decode(&update.chat_id, event.clone()))
        .collect::<Result<_, _>>()
        .map_err(|error| Refused::Event(error.to_string()))
}

fn equal_events(case: &Case<'_>, events: &[GroupEvent]) -> Checked<()> {
    let expected = case.child("expected").list("events")?;
    case.equal("expected.events", expected.len(), events.len())?;
    let signers = signers(case)?;
    for (expected, event) in expected.iter().zip(events) {
        expected.equal_number("clock", event.clock())?;
        expected.equal_text("from", &event.author().to_string())?;
        expected.equal_text("name", event.name())?;
        expected.equal_text("type", &event.kind().to_string())?;
        expected.equal_bytes("raw", event.body())?;
        expected.equal_bytes("signature", event.signature())?;
        equal_names(expected, "members", event.targets())?;
        sign_again(case, event, &signers)?;
    }
    Ok(())
}

fn signers(case: &Case<'_>) -> Checked<Vec<SecretKey>> {
    let keys = case.value()["signer_private_keys"].as_array();
    keys.into_iter()
        .flatten()
        .map(|key| {
            key.as_str()
                .and_then(|key| <[u8; 32]>::try_from(hex::decode(key).ok()?).ok())
                .and_then(|key| SecretKey::from_byte_array(key).ok())
                .ok_or_else(|| case.differs("signer_private_keys", "secret keys", key))
        })
        .collect()
}

/// Signatures are deterministic, so the same change by the same author has the same bytes.
fn sign_again(case: &Case<'_>, event: &GroupEvent, signers: &[SecretKey]) -> Checked<()> {
    let curve = Secp256k1::new();
    let author = event.author().public_key();
    let Some(key) = signers.iter().find(|key| key.public_key(&curve) == *author) else {
        return Ok(());
    };
    let change = wire::MembershipUpdateEvent {
        clock: event.clock(),
        members: event.targets().iter().map(Target::to_string).collect(),
        name: event.name().into(),
        r#type: event.kind().number(),
    };
    let again = GroupEvent::sign(key, case.text("chat_id")?, &change);
    // A body of an encoder of another kind is no mistake of ours.
    if again.body() == event.body() {
        let bytes = |event: &GroupEvent| hex::encode(event.as_bytes());
        case.equal("signed again", bytes(event), bytes(&again))?;
    }
    Ok(())
}

fn equal_group(expected: &Case<'_>, group: &Result<DeployedGroup, Refused>) -> Checked<()> {
    match (expected.text("result")?, group) {
        ("ok", Ok(group)) => {
            expected.equal_text("name", group.name())?;
            equal_sets(expected, "members", group.members())?;
            equal_sets(expected, "admins", group.admins())?;
            equal_sets(expected, "joined", group.joined())?;
            if expected.has("members_in_code_order") {
                equal_names(expected, "members_in_code_order", group.members())?;
            }
            expected.equal_number("event_count", group.events().len() as u64)?;
            expected.equal_number("last_clock", group.last_clock())
        }
        ("error", Err(Refused::Group(DeployedRefusal::Event { author, .. })))
            if expected.has("invalid_event_from") =>
        {
            expected.equal_text("invalid_event_from", &author.to_string())
        }
        ("error", Err(error)) if expected.has("invalid_event_from") => {
            Err(expected.differs("result", "an event that is not allowed", error))
        }
        ("error", Err(_)) => Ok(()),
        (result, Ok(_)) => Err(expected.differs("result", result, "ok")),
        (result, Err(error)) => Err(expected.differs("result", result, error)),
    }
}

/// The names in a list, null for none.
fn names<'a>(expected: &Case<'a>, field: &str) -> Vec<&'a str> {
    let list = expected.value()[field].as_array();
    list.into_iter()
        .flatten()
        .map(|name| name.as_str().unwrap_or_default())
        .collect()
}

fn equal_names(expected: &Case<'_>, field: &str, got: &[Target]) -> Checked<()> {
    let got: Vec<_> = got.iter().map(Target::to_string).collect();
    let got: Vec<_> = got.iter().map(String::as_str).collect();
    expected.equal(field, names(expected, field), got)
}

fn equal_sets(expected: &Case<'_>, field: &str, got: &[Target]) -> Checked<()> {
    let mut wanted = names(expected, field);
    wanted.sort_unstable();
    let mut got: Vec<_> = got.iter().map(Target::to_string).collect();
    got.sort_unstable();
    let got: Vec<_> = got.iter().map(String::as_str).collect();
    expected.equal(field, wanted, got)
}
