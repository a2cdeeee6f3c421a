//! Pairing two devices: the handshakes of Noise, codes, what passes between the devices.

use super::{Blame, Catalogue};
use status_conversational_security::noise::pairing::{
    BundleError, CodeError, Outcome, PairingError, PairingState,
};
use status_conversational_security::noise::{CertificateError, NoiseError, Pattern, PayloadError};

pub(super) fn add_to(to: &mut Catalogue) {
    handshakes(to);
    devices(to);
}

fn handshakes(to: &mut Catalogue) {
    to.add(
        Blame::Peer,
        [
            PayloadError::Short { len: 20 },
            PayloadError::KeyFlag(2),
            PayloadError::Keys(81),
            PayloadError::UnexpectedKeys(66),
            PayloadError::TextTooLong {
                len: 70_000,
                max: 65_535,
            },
            PayloadError::Trailing(3),
        ],
    );
    to.add(Blame::Version, [PayloadError::UnknownProtocol(254)]);
    to.add(
        Blame::Peer,
        [
            CertificateError::Malformed { len: 12 },
            CertificateError::Signature,
        ],
    );
    let (len, max) = (70_000, 65_519);
    to.add(
        Blame::Peer,
        [
            NoiseError::Payload(PayloadError::Short { len: 20 }),
            NoiseError::Malformed,
            NoiseError::Undecryptable,
            NoiseError::WeakKey,
            NoiseError::Certificate(CertificateError::Signature),
        ],
    );
    to.add(
        Blame::Nobody,
        [
            NoiseError::UnknownNametag,
            NoiseError::AlreadyRead,
            NoiseError::Exhausted,
        ],
    );
    to.add(
        Blame::Version,
        [
            NoiseError::OtherPattern {
                expected: Pattern::Xx,
                found: 10,
            },
            NoiseError::Padding,
        ],
    );
    to.add(
        Blame::Caller,
        [
            NoiseError::MissingKey,
            NoiseError::Turn,
            NoiseError::TooLarge { len, max },
        ],
    );
    to.add(Blame::Defect, [NoiseError::Internal]);
}

fn devices(to: &mut Catalogue) {
    to.add(
        Blame::Peer,
        [
            BundleError::Malformed {
                what: "a field is cut short",
            },
            BundleError::TooMany {
                what: "contacts",
                len: 20_000,
                max: 10_000,
            },
        ],
    );
    to.add(Blame::Version, [BundleError::OtherVersion(2)]);
    to.add(Blame::Caller, [CodeError::NotACode, CodeError::Damaged]);
    to.add(Blame::Version, [CodeError::OtherVersion(2)]);
    to.add(
        Blame::Nobody,
        [
            PairingError::Expired {
                expired_ms: 1_590_000_000_000,
                now_ms: 1_590_000_014_000,
            },
            PairingError::CodeUsed,
        ],
    );
    to.add(
        Blame::Peer,
        [
            PairingError::Noise(NoiseError::Undecryptable),
            PairingError::WrongCommitment,
            PairingError::Unconfirmed,
            PairingError::SecondBundle,
            PairingError::Malformed {
                what: "it confirms another bundle than was sent",
            },
            PairingError::Bundle(BundleError::OtherVersion(2)),
        ],
    );
    let states = [
        PairingState::Displaying,
        PairingState::Handshaking,
        PairingState::Comparing,
        PairingState::Paired,
        PairingState::Over(Outcome::Finished),
        PairingState::Over(Outcome::Expired),
        PairingState::Over(Outcome::Rejected),
        PairingState::Over(Outcome::RejectedByPeer),
    ];
    to.add(Blame::Caller, states.map(PairingError::State));
    to.add(
        Blame::Caller,
        [PairingError::Lifetime {
            lifetime_ms: 0,
            max: 600_000,
        }],
    );
}
