//! Two nodes that both call themselves light clients part, unless allowed: as deployed.
#![cfg(test)]

mod support;

use status_whisper::{Bloom, Config, PeerFault, Role};
use support::{Network, config};

fn light(restrict: bool) -> Config {
    Config {
        role: Role::Light {
            topics: Bloom::EMPTY,
        },
        announce_light: true,
        restrict_light_to_light: restrict,
        ..config()
    }
}

fn parted(one: Config, other: Config) -> bool {
    let mut network = Network::new([one, other]);
    network.connect(0, 1);
    network.run();
    let light = |(_, _, fault): &(_, _, _)| matches!(fault, PeerFault::BothLight);
    assert!(network.faults.iter().all(light), "{:?}", network.faults);
    !network.faults.is_empty()
}

#[test]
fn two_light_clients_part() {
    assert!(parted(light(true), light(true)));
    assert!(parted(light(false), light(true)));
}

#[test]
fn others_stay() {
    assert!(!parted(light(false), light(false)));
    assert!(!parted(light(true), config()));
    // A filter alone, as status-go's `LightClient` has it, makes no light client.
    let filtering = Config {
        announce_light: false,
        ..light(true)
    };
    assert!(!parted(filtering.clone(), filtering));
}
