//! Updates as they come in: part by part by the specification, all or nothing as deployed.
#![cfg(test)]

mod common;

use bytes::Bytes;
use common::{NOW_MS, creation, group_id};
use status_payload::{
    ClockError, EventError, Group, GroupEvent, MAX_AHEAD_MS, MembershipUpdate, SignatureError,
    UpdateError, wire,
};

fn update(events: Vec<Bytes>) -> wire::MembershipUpdateMessage {
    wire::MembershipUpdateMessage {
        chat_id: group_id().to_string(),
        events,
        message: None,
    }
}

fn at_clock(clock: u64) -> Bytes {
    common::Change::new(0, clock, status_payload::EventKind::NameChanged)
        .sign()
        .as_bytes()
        .clone()
}

fn altered(change: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    let mut bytes = creation().as_bytes().to_vec();
    change(&mut bytes);
    bytes.into()
}

#[test]
fn an_event_that_is_kept_does_not_keep_its_update() {
    let event = creation().as_bytes().clone();
    let packet = Bytes::from([event.as_ref(), &[0; 1_000]].concat());
    let message = update(vec![packet.slice(..event.len())]);
    let read = MembershipUpdate::read(message, NOW_MS).unwrap();
    assert_eq!(read.events().len(), 1);
    assert!(packet.is_unique());
}

#[test]
fn what_is_no_event_is_left_out_with_its_reason() {
    let events = vec![
        altered(|bytes| bytes.truncate(65)),
        creation().as_bytes().clone(),
        altered(|bytes| bytes[64] = 27),
        altered(|bytes| bytes[..65].fill(0)),
        altered(|bytes| bytes.push(0x0f)),
        at_clock(0),
        at_clock(NOW_MS + MAX_AHEAD_MS),
        at_clock(NOW_MS + MAX_AHEAD_MS + 1),
        Bytes::new(),
    ];
    let read = MembershipUpdate::read(update(events.clone()), NOW_MS).unwrap();
    assert_eq!(read.events().len(), 2);
    assert_eq!(read.events()[0], creation());
    let reasons: Vec<_> = read
        .refused()
        .iter()
        .map(|refused| (refused.index, refused.error.clone()))
        .collect();
    assert_eq!(reasons[0], (0, EventError::TooShort { len: 65 }));
    let id = SignatureError::RecoveryId { id: 27 };
    assert_eq!(reasons[1], (2, EventError::Signature(id)));
    assert_eq!(
        reasons[2],
        (3, EventError::Signature(SignatureError::NoKey))
    );
    assert!(matches!(reasons[3], (4, EventError::Malformed(_))));
    assert_eq!(reasons[4], (5, EventError::Clock(ClockError::Zero)));
    assert!(matches!(
        reasons[5],
        (7, EventError::Clock(ClockError::TooHigh { .. }))
    ));
    assert_eq!(reasons[6], (8, EventError::TooShort { len: 0 }));
    assert_eq!(reasons.len(), 7);
    // As deployed the first of them is the end of the update.
    let index = 0;
    let error = EventError::TooShort { len: 65 };
    assert_eq!(
        MembershipUpdate::read_as_deployed(update(events), NOW_MS),
        Err(UpdateError::Event { index, error })
    );
}

#[test]
fn an_update_has_no_more_events_than_a_group() {
    let events = vec![Bytes::new(); Group::MAX_EVENTS + 1];
    let too_many = UpdateError::TooManyEvents {
        events: events.len(),
    };
    assert_eq!(
        MembershipUpdate::read(update(events), NOW_MS),
        Err(too_many)
    );
}

#[test]
fn the_signature_covers_group_and_change_as_deployed() {
    // From a vector of the deployed code: a group named "my group" at clock 10.
    let chat_id = "7a09bc24-93ee-4826-b896-146974f91477-0x04ab2c8c16699ae926a518b9e880bf4706d2e4bad8159e7f14a855c08cff2d8b35479940456f32973f2b29b5af4174361f408f47e18cc585437d358af1320a404e";
    let event = "0d920e3cdf1f927ebaec5c94e0c94e65a5580e5fbfd295b387675573f0b757165d35a04895f17c7b8e7c12fb266aae82e3dc290c8a709fad33c711ab857ee60e00080a1a086d792067726f75702001";
    let event = GroupEvent::decode(chat_id, hex::decode(event).unwrap().into()).unwrap();
    assert_eq!((event.clock(), event.name()), (10, "my group"));
    assert!(chat_id.ends_with(&event.author().to_string()));
}

#[cfg(feature = "parallel")]
#[test]
fn on_all_cores_the_result_is_the_same() {
    let events: Vec<_> = (0..40).map(|clock| at_clock(clock * 7)).collect();
    let one = MembershipUpdate::read(update(events.clone()), NOW_MS);
    assert_eq!(
        MembershipUpdate::read_in_parallel(update(events), NOW_MS),
        one
    );
}
