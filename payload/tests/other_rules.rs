//! The rules for messages other than chat messages, each with its error.
#![cfg(test)]

use prost::Message;
use status_payload::{ClockError, Decoded, FloatError, Invalid, MessageType, wire};

const NOW_MS: u64 = 1_590_232_902_104;

fn check(number: i32, message: &impl Message) -> Result<(), Invalid> {
    let payload = message.encode_to_vec().into();
    Decoded::decode(MessageType::from(number), payload)
        .unwrap()
        .validate(NOW_MS)
}

fn empty(field: &'static str) -> Result<(), Invalid> {
    Err(Invalid::Empty { field })
}

const NO_CLOCK: Result<(), Invalid> = Err(Invalid::Clock(ClockError::Zero));

#[test]
fn pairing_needs_name_device_and_installation() {
    let mut message = wire::PairInstallation::default();
    assert_eq!(check(4, &message), NO_CLOCK);
    message.clock = NOW_MS;
    assert_eq!(check(4, &message), empty("name"));
    message.name = "phone".into();
    message.device_type = " ".into();
    assert_eq!(check(4, &message), empty("device type"));
    message.device_type = "ios".into();
    assert_eq!(check(4, &message), empty("installation id"));
    message.installation_id = "id".into();
    assert_eq!(check(4, &message), Ok(()));
}

#[test]
fn a_payment_needs_hash_and_signature_which_may_be_present_but_empty() {
    let mut message = wire::SendTransaction {
        clock: NOW_MS,
        ..Default::default()
    };
    assert_eq!(check(10, &message), empty("transaction hash"));
    message.transaction_hash = "0x1".into();
    assert_eq!(check(10, &message), empty("signature"));
    message.signature = Some(bytes::Bytes::new());
    assert_eq!(check(10, &message), Ok(()));
}

#[test]
fn amounts_are_numbers_as_go_reads_them() {
    let address = |value: &str| {
        let message = wire::RequestAddressForTransaction {
            clock: NOW_MS,
            value: value.into(),
            ..Default::default()
        };
        check(6, &message)
    };
    assert_eq!(address("1_000"), Ok(()));
    assert_eq!(address(" "), empty("amount"));
    assert_eq!(address("0x10"), Err(Invalid::Amount(FloatError::Syntax)));
    assert_eq!(address("1e999"), Err(Invalid::Amount(FloatError::Range)));
    let mut payment = wire::RequestTransaction {
        clock: NOW_MS,
        ..Default::default()
    };
    assert_eq!(check(9, &payment), empty("amount"));
    payment.value = "abc".into();
    assert_eq!(check(9, &payment), empty("address"));
    payment.address = "0x1".into();
    assert_eq!(check(9, &payment), Err(Invalid::Amount(FloatError::Syntax)));
}

#[test]
fn answers_name_what_they_answer() {
    let mut accept = wire::AcceptRequestAddressForTransaction {
        clock: NOW_MS,
        ..Default::default()
    };
    assert_eq!(check(7, &accept), empty("message id"));
    accept.id = " ".into();
    assert_eq!(check(7, &accept), empty("address"));
    accept.address = "0x1".into();
    assert_eq!(check(7, &accept), Ok(()));
    for number in [8, 11] {
        let decline = wire::DeclineRequestTransaction {
            clock: NOW_MS,
            ..Default::default()
        };
        assert_eq!(check(number, &decline), empty("message id"));
        assert_eq!(
            check(number, &wire::DeclineRequestTransaction::default()),
            NO_CLOCK
        );
    }
}

#[test]
fn each_event_of_a_group_has_a_clock_of_its_own() {
    let event = |clock| {
        let mut event = vec![0; 65];
        let change = wire::MembershipUpdateEvent {
            clock,
            name: "group".into(),
            ..Default::default()
        };
        event.extend(change.encode_to_vec());
        bytes::Bytes::from(event)
    };
    let update = |events: &[bytes::Bytes]| {
        let message = wire::MembershipUpdateMessage {
            events: events.to_vec(),
            ..Default::default()
        };
        check(3, &message)
    };
    assert_eq!(update(&[]), Ok(()));
    assert_eq!(update(&[event(1), event(NOW_MS + 120_000)]), Ok(()));
    assert_eq!(update(&[event(1), event(0)]), NO_CLOCK);
    let ahead = update(&[event(NOW_MS + 120_001)]);
    assert!(matches!(
        ahead,
        Err(Invalid::Clock(ClockError::TooHigh { .. }))
    ));
    let short = bytes::Bytes::from_static(&[0; 65]);
    assert_eq!(update(&[short]), Err(Invalid::EventTooShort { len: 65 }));
    let mut broken = event(1).to_vec();
    broken.push(0x0f);
    assert!(matches!(update(&[broken.into()]), Err(Invalid::Event(_))));
}

#[test]
fn types_without_rules_pass() {
    assert_eq!(check(2, &wire::ContactUpdate::default()), Ok(()));
    assert_eq!(check(5, &wire::SyncInstallation::default()), Ok(()));
    assert_eq!(check(12, &wire::SyncInstallationContact::default()), Ok(()));
    assert_eq!(check(13, &wire::SyncInstallationAccount::default()), Ok(()));
    assert_eq!(
        check(14, &wire::SyncInstallationPublicChat::default()),
        Ok(())
    );
}
