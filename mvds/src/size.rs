//! How many bytes parts of a payload take once encoded, without encoding them.

use crate::{Message, Metadata, Numbering};

/// What a parent takes in a message.
pub(crate) const OF_PARENT: usize = 34;

/// Bytes of a field's key: numbers from 5001 take three bytes, numbers up to 15 one.
const fn key(numbering: Numbering) -> usize {
    match numbering {
        Numbering::Deployed => 3,
        Numbering::Mdf => 1,
    }
}

fn varint(value: u64) -> usize {
    ((70 - (value | 1).leading_zeros()) / 7) as usize
}

/// A field of `length` bytes.
fn field(key: usize, length: usize) -> usize {
    key + varint(length as u64) + length
}

/// A field of bytes; none if it is empty.
fn bytes(key: usize, length: usize) -> usize {
    if length == 0 { 0 } else { field(key, length) }
}

/// What an id takes in a payload: as an acknowledgement, an offer or a request.
pub(crate) fn of_id(numbering: Numbering) -> usize {
    field(key(numbering), 32)
}

/// What a message takes in a payload.
pub(crate) fn of_message(message: &Message, numbering: Numbering) -> usize {
    let key = key(numbering);
    let timestamp = match message.timestamp {
        0 => 0,
        seconds => key + varint(seconds as u64),
    };
    let metadata = message
        .metadata
        .as_ref()
        .map_or(0, |metadata| field(key, of_metadata(metadata)));
    let length =
        bytes(key, message.group_id.len()) + timestamp + bytes(key, message.body.len()) + metadata;
    field(key, length)
}

fn of_metadata(metadata: &Metadata) -> usize {
    let parents: usize = metadata.parents.iter().map(|id| field(1, id.len())).sum();
    parents + 2 * usize::from(metadata.ephemeral)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Payload;
    use bytes::Bytes;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sizes_are_those_of_the_encoded_payload(
            group in vec(any::<u8>(), 0..40),
            timestamp in prop_oneof![any::<i64>(), -2..300i64],
            body in 0..40_000usize,
            parents in proptest::option::of(vec(vec(any::<u8>(), 0..200), 0..5)),
            ephemeral: bool,
            ids in 0..4usize,
        ) {
            let message = Message {
                group_id: group.into(),
                timestamp,
                body: vec![7; body].into(),
                metadata: parents.map(|parents| Metadata {
                    parents: parents.into_iter().map(Bytes::from).collect(),
                    ephemeral,
                }),
            };
            for numbering in [Numbering::Deployed, Numbering::Mdf] {
                let size = of_message(&message, numbering) + 3 * ids * of_id(numbering);
                let some = vec![Bytes::from_static(&[1; 32]); ids];
                let payload = Payload {
                    acks: some.clone(),
                    offers: some.clone(),
                    requests: some,
                    messages: vec![message.clone()],
                };
                prop_assert_eq!(payload.encode(numbering).len(), size);
            }
        }
    }
}
