//! Messages of each generation stay readable by every later version: same generation, same author,
//! same id, and the same said.
#![cfg(test)]

use bytes::Bytes;
use status_payload::{GroupUpdate, Received, Said};
use std::collections::BTreeSet;

/// A time after all that was recorded, milliseconds since 1970.
const LATER_MS: u64 = 1_700_000_000_000;

struct Recorded {
    name: &'static str,
    generation: &'static str,
    author: &'static str,
    id: &'static str,
    said: &'static str,
    bytes: Bytes,
}

fn release() -> Vec<Recorded> {
    include_str!("releases/0.1.0-generations.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let [name, generation, author, id, said, bytes] =
                line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let bytes = hex::decode(bytes).unwrap().into();
            Recorded {
                name,
                generation,
                author,
                id,
                said,
                bytes,
            }
        })
        .collect()
}

/// What a message says, in a word.
fn said(received: &Received) -> String {
    match received.validate(LATER_MS, LATER_MS) {
        Ok(Said::Chat {
            message,
            attachment,
        }) => {
            let kind = if attachment.is_some() { "file" } else { "chat" };
            format!("{kind}:{}", hex::encode(message.text()))
        }
        Ok(Said::Pairing(pairing)) => format!("pairing:{}", pairing.installation_id),
        Ok(Said::Group {
            update: GroupUpdate::Legacy { group, .. },
            ..
        }) => {
            format!(
                "group:{}:{}",
                hex::encode(group.name()),
                group.members().len()
            )
        }
        Ok(Said::Later(later)) => format!("later:{}", later.message_type()),
        Ok(Said::OtherTransit(_)) => "other-transit".into(),
        Ok(_) => "other".into(),
        Err(_) => "invalid".into(),
    }
}

#[test]
fn every_recorded_message_is_still_what_it_was() {
    let mut kinds = BTreeSet::new();
    for recorded in release() {
        let name = recorded.name;
        let received = Received::decode(recorded.bytes.clone(), None).unwrap();
        assert_eq!(
            format!("{:?}", received.generation()),
            recorded.generation,
            "{name}"
        );
        let author = received.author();
        let author = author.map_or("-".into(), |author| hex::encode(author.serialize()));
        assert_eq!(author, recorded.author, "{name}");
        assert_eq!(received.id().to_string(), recorded.id, "{name}");
        assert_eq!(said(&received), recorded.said, "{name}");
        assert_eq!(received.as_bytes(), &recorded.bytes, "{name}");
        let kind = recorded.said.split(':').next().unwrap();
        kinds.insert(format!("{} {kind}", recorded.generation));
    }
    // Every tag, every wrapper, every later type is among them.
    for kind in [
        "BareTransit chat",
        "BareTransit pairing",
        "BareTransit group",
        "BareTransit other-transit",
        "TransitNumbered4001 chat",
        "TransitNumbered4001 pairing",
        "TransitNumbered4001 group",
        "TransitNumbered1And2 chat",
        "TransitNumbered1And2 pairing",
        "TransitNumbered1And2 group",
        "Protobuf file",
        "Protobuf later",
    ] {
        assert!(kinds.contains(kind), "{kind} is not among {kinds:?}");
    }
    let later: BTreeSet<_> = release().iter().map(|recorded| recorded.said).collect();
    for number in [22, 23, 28, 29, 30, 31] {
        assert!(
            later.contains(format!("later:{number}").as_str()),
            "{number}"
        );
    }
}
