//! Whom data sync takes for a peer: one installation of one person.
//!
//! As deployed a peer is the 65 bytes of an identity, so that the first device's acknowledgement ends
//! the repetition for all of them. Here the id of the installation follows these bytes. What was sent
//! before any installation of a person was known is for whichever there is: then nothing follows them.

use secp256k1::PublicKey;
use status_conversational_security::InstallationId;
use status_mvds::PeerId;

/// Bytes of an uncompressed public key.
const KEY_LEN: usize = 65;

/// The peer of an installation; with an empty id whichever installation there is.
pub(super) fn peer(person: &PublicKey, installation: &str) -> PeerId {
    let mut bytes = Vec::with_capacity(KEY_LEN + installation.len());
    bytes.extend_from_slice(&person.serialize_uncompressed());
    bytes.extend_from_slice(installation.as_bytes());
    bytes.into()
}

/// The installation of a peer; none for whichever there is.
pub(super) fn installation(peer: &PeerId) -> Option<InstallationId> {
    let id = peer.as_ref().get(KEY_LEN..)?;
    let id = std::str::from_utf8(id).ok()?;
    (!id.is_empty()).then(|| id.into())
}

/// The person of a peer.
pub(super) fn person(peer: &PeerId) -> Option<PublicKey> {
    PublicKey::from_slice(peer.as_ref().get(..KEY_LEN)?).ok()
}

/// Whether a peer is whichever installation there is.
pub(super) fn is_any(peer: &PeerId) -> bool {
    peer.as_ref().len() <= KEY_LEN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::person as somebody;

    #[test]
    fn a_peer_is_a_person_and_an_installation() {
        let phone = peer(&somebody(1), "phone");
        assert_eq!(person(&phone), Some(somebody(1)));
        assert_eq!(installation(&phone), Some("phone".into()));
        assert!(!is_any(&phone));
        let any = peer(&somebody(1), "");
        assert_eq!(
            (person(&any), installation(&any)),
            (Some(somebody(1)), None)
        );
        assert!(is_any(&any));
        assert_eq!(person(&PeerId::from("no key")), None);
    }
}
