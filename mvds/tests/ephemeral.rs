//! An ephemeral message is sent once, wants no acknowledgement and leaves nothing behind.
#![cfg(test)]

mod support;

use status_mvds::{Config, Dependencies, Draft, GroupSettings, Mode};
use support::*;

fn typing() -> Draft {
    Draft {
        ephemeral: true,
        ..Draft::from("typing")
    }
}

#[test]
fn sent_once_and_not_acknowledged() {
    for mode in [Mode::Batch, Mode::Interactive] {
        let settings = GroupSettings {
            mode,
            ..GroupSettings::default()
        };
        let ([mut alice, mut bob], group) = pair(Config::default(), settings);
        alice.append(&group, typing(), 0);
        let out = alice.transmit(0).remove(0).payload;
        assert!(out.messages[0].metadata.as_ref().unwrap().ephemeral);
        assert!(alice.node.is_settled() && alice.node.poll_timeout().is_none());
        bob.receive(&alice.id, out.clone(), 0);
        bob.receive(&alice.id, out, 0);
        assert_eq!(bob.bodies(), ["typing"]);
        assert!(bob.transmit(0).is_empty() && bob.node.is_settled());
    }
}

#[test]
fn it_is_nobodys_parent_and_not_in_the_history() {
    let settings = GroupSettings {
        dependencies: Dependencies::Causal,
        ..GroupSettings::default()
    };
    let ([mut alice, mut bob], group) = pair(Config::default(), settings);
    let id = alice.append(&group, typing(), 0);
    let out = alice.transmit(0).remove(0).payload;
    bob.receive(&alice.id, out, 0);
    for side in [&mut alice, &mut bob] {
        side.append(&group, "for good", 1);
        let out = side.transmit(1).remove(0).payload.messages.remove(0);
        assert!(out.metadata.unwrap().parents.is_empty());
    }
    let ask = status_mvds::Payload {
        requests: vec![id.0.to_vec().into()],
        ..status_mvds::Payload::default()
    };
    bob.receive(&alice.id, ask, 1);
    assert!(bob.transmit(1).is_empty());
}
