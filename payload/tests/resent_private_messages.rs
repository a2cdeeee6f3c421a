//! Known problem 21: a private message can be sent on to a third person, who sees it as its
//! author's. Here it is refused unless both signers agree and it names the receiver.
#![cfg(test)]

mod common;

use common::{NOW_MS, key, person};
use prost::Message as _;
use status_payload::{
    ApplicationMetadataMessage, Arrival, Authored, Channel, ChatConflict, ChatId, ChatKind,
    ChatMessage, Decoded, Direction, KnownType, MessageType, Misplaced, Person, wire,
};

const AUTHOR: usize = 0;
const RECIPIENT: usize = 1;
const THIRD: usize = 2;

/// Author's words for the recipient, signed.
fn sent(author: usize, recipient: usize) -> Authored {
    let message = ChatMessage::builder()
        .one_to_one(person(recipient).public_key())
        .text("between us")
        .clock(NOW_MS, NOW_MS)
        .build()
        .unwrap();
    let chat = MessageType::CHAT_MESSAGE;
    ApplicationMetadataMessage::sign(&key(author), chat, message.encode())
        .recover()
        .unwrap()
}

/// What the receiver makes of a message in an envelope of `transport`, and as deployed.
fn arrives(
    message: &Authored,
    transport: usize,
    receiver: usize,
) -> (Result<Option<ChatId>, Misplaced>, Vec<ChatConflict>) {
    let author = message.author().copied().map(Person::from);
    let (transport, receiver) = (person(transport), person(receiver));
    let arrival = Arrival {
        receiver: &receiver,
        author: author.as_ref(),
        transport: &transport,
        channel: Channel::Private,
    };
    let decoded = message.decode().unwrap();
    let strict = arrival.place(&decoded);
    let deployed = arrival.place_as_deployed(&decoded).unwrap().unwrap();
    (
        strict.map(|placed| placed.map(|placed| placed.chat)),
        deployed.conflicts,
    )
}

fn refused(conflict: ChatConflict) -> Result<Option<ChatId>, Misplaced> {
    Err(Misplaced::Conflict(conflict))
}

#[test]
fn the_recipient_reads_it_in_the_chat_with_the_author() {
    let chat = ChatId::OneToOne(person(AUTHOR));
    let (placed, conflicts) = arrives(&sent(AUTHOR, RECIPIENT), AUTHOR, RECIPIENT);
    assert_eq!((placed, conflicts), (Ok(Some(chat)), vec![]));
}

#[test]
fn nobody_can_send_it_on_as_the_authors() {
    let (placed, conflicts) = arrives(&sent(AUTHOR, RECIPIENT), RECIPIENT, THIRD);
    assert_eq!(placed, refused(ChatConflict::NotForReceiver));
    assert_eq!(
        conflicts,
        [ChatConflict::NotForReceiver, ChatConflict::SignersDiffer]
    );
}

#[test]
fn nobody_can_send_it_back_as_a_new_one() {
    // To the recipient in a third person's envelope.
    let (placed, conflicts) = arrives(&sent(AUTHOR, RECIPIENT), THIRD, RECIPIENT);
    assert_eq!(placed, refused(ChatConflict::SignersDiffer));
    assert_eq!(conflicts, [ChatConflict::SignersDiffer]);
    // To its author, as if another device had written it.
    let (placed, conflicts) = arrives(&sent(AUTHOR, RECIPIENT), RECIPIENT, AUTHOR);
    assert_eq!(placed, refused(ChatConflict::SignersDiffer));
    assert_eq!(conflicts, [ChatConflict::SignersDiffer]);
}

#[test]
fn an_author_cannot_misname_the_receiver() {
    let (placed, conflicts) = arrives(&sent(AUTHOR, RECIPIENT), AUTHOR, THIRD);
    assert_eq!(placed, refused(ChatConflict::NotForReceiver));
    assert_eq!(conflicts, [ChatConflict::NotForReceiver]);
}

#[test]
fn a_copy_from_ones_own_device_belongs_to_the_recipients_chat() {
    let (placed, conflicts) = arrives(&sent(AUTHOR, RECIPIENT), AUTHOR, AUTHOR);
    let chat = ChatId::OneToOne(person(RECIPIENT));
    assert_eq!((placed, conflicts), (Ok(Some(chat)), vec![]));
}

#[test]
fn a_private_message_does_not_come_through_a_public_chat() {
    let (author, receiver) = (person(AUTHOR), person(RECIPIENT));
    let arrival = Arrival {
        receiver: &receiver,
        author: Some(&author),
        transport: &author,
        channel: Channel::Public("status"),
    };
    let placed = arrival.place_message(ChatKind::OneToOne, &receiver.to_string());
    assert_eq!(placed, Err(ChatConflict::OtherChannel.into()));
    // An unsigned message is its envelope's signer's.
    let unsigned = Arrival {
        author: None,
        channel: Channel::Private,
        ..arrival
    };
    let placed = unsigned.place_message(ChatKind::OneToOne, &receiver.to_string());
    let placed = placed.unwrap();
    assert_eq!(placed.author, author);
    assert_eq!(placed.direction, Direction::Incoming);
}

#[test]
fn every_private_message_needs_its_authors_envelope() {
    let (author, receiver, thief) = (person(AUTHOR), person(RECIPIENT), person(THIRD));
    let arrival = |transport| Arrival {
        receiver: &receiver,
        author: Some(&author),
        transport,
        channel: Channel::Private,
    };
    for number in [2, 6, 7, 8, 9, 10, 11] {
        let message = Decoded::decode(number.into(), bytes::Bytes::new()).unwrap();
        let placed = arrival(&author).place(&message).unwrap().unwrap();
        assert_eq!(placed.chat, ChatId::OneToOne(author));
        let stolen = arrival(&thief).place(&message);
        assert_eq!(stolen, Err(ChatConflict::SignersDiffer.into()), "{number}");
    }
}

#[test]
fn what_is_for_own_devices_comes_from_them_only() {
    let (author, receiver) = (person(AUTHOR), person(RECIPIENT));
    let arrival = |author, transport| Arrival {
        receiver: &receiver,
        author: Some(author),
        transport,
        channel: Channel::Private,
    };
    for known in [
        KnownType::PairInstallation,
        KnownType::SyncInstallation,
        KnownType::SyncInstallationContact,
        KnownType::SyncInstallationAccount,
        KnownType::SyncInstallationPublicChat,
    ] {
        let message = Decoded::decode(known.into(), bytes::Bytes::new()).unwrap();
        let own = arrival(&receiver, &receiver).place(&message).unwrap();
        assert_eq!(own.unwrap().direction, Direction::Own);
        let stolen = arrival(&receiver, &author).place(&message);
        assert_eq!(stolen, Err(ChatConflict::SignersDiffer.into()));
        for place in [Arrival::place, Arrival::place_as_deployed] {
            let foreign = place(&arrival(&author, &author), &message);
            assert_eq!(foreign, Err(Misplaced::NotFromOwnDevice), "{known:?}");
        }
    }
    let joined = wire::SyncInstallationPublicChat {
        clock: 1,
        id: "status".into(),
    };
    let joined = joined.encode_to_vec().into();
    let joined = Decoded::decode(KnownType::SyncInstallationPublicChat.into(), joined).unwrap();
    let placed = arrival(&receiver, &receiver).place(&joined).unwrap();
    assert_eq!(placed.unwrap().chat, ChatId::Public("status".into()));
}
