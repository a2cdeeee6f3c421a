//! Identities are remembered from their first use, and what changes about them is reported.
#![cfg(test)]

use secp256k1::{PublicKey, Secp256k1, SecretKey};
use status_conversational_security::trust::{
    Group, Limits, MAX_INSTALLATIONS, MemoryStore, Standing, Store, Trust, TrustError, TrustEvent,
    Verification,
};

const HOUR_MS: u64 = 3_600_000;

fn key(number: u16) -> PublicKey {
    let mut secret = [1; 32];
    secret[..2].copy_from_slice(&number.to_be_bytes());
    let secret = SecretKey::from_byte_array(secret).unwrap();
    secret.public_key(&Secp256k1::new())
}

fn trust() -> Trust<MemoryStore> {
    Trust::new(MemoryStore::new())
}

#[test]
fn a_key_is_new_once_and_a_device_is_new_once() {
    let mut trust = trust();
    let alice = key(1);
    assert_eq!(trust.standing(&alice), Ok(Standing::Unknown));
    let event = trust.handle_identity(&alice, Some("phone"), 5).unwrap();
    assert_eq!(event, Some(TrustEvent::FirstSeen { key: alice }));
    assert_eq!(trust.standing(&alice), Ok(Standing::FirstUse));
    for installation in [None, Some("phone")] {
        assert_eq!(trust.handle_identity(&alice, installation, 6), Ok(None));
    }

    trust.verify(&alice, 7).unwrap();
    let event = trust.handle_identity(&alice, Some("desktop"), 8).unwrap();
    let new_device = TrustEvent::NewInstallation {
        key: alice,
        installation: "desktop".into(),
        known: 1,
        verified: true,
    };
    assert_eq!(event, Some(new_device));
    // The number that was compared is of keys: a device changes nothing about it.
    assert_eq!(trust.standing(&alice), Ok(Standing::Verified));
    assert_eq!(trust.handle_identity(&alice, Some("desktop"), 9), Ok(None));
}

#[test]
fn the_first_device_of_a_key_that_was_scanned_is_told_from_a_further_one() {
    let mut trust = trust();
    trust.accept_key("alice", &key(1), 1).unwrap();
    trust.verify(&key(1), 1).unwrap();
    let event = trust.handle_identity(&key(1), Some("phone"), 2).unwrap();
    assert!(matches!(
        event,
        Some(TrustEvent::NewInstallation { known: 0, .. })
    ));
}

#[test]
fn another_key_under_a_label_is_reported_and_changes_nothing_until_it_is_accepted() {
    let mut trust = trust();
    let (old, new) = (key(1), key(2));
    let labelled = |key| TrustEvent::Labelled {
        label: "alice".into(),
        key,
    };
    assert_eq!(
        trust.handle_label("alice", &old, 1),
        Ok(Some(labelled(old)))
    );
    assert_eq!(trust.handle_label("alice", &old, 2), Ok(None));
    trust.verify(&old, 3).unwrap();

    let changed = TrustEvent::KeyChanged {
        label: "alice".into(),
        known: old,
        seen: new,
        known_is_verified: true,
        seen_standing: Standing::Unknown,
    };
    for now in [4, 5] {
        // Whoever claims the label cannot take it, nor the verification, however often he tries.
        assert_eq!(
            trust.handle_label("alice", &new, now),
            Ok(Some(changed.clone()))
        );
        assert_eq!(trust.key_of("alice"), Ok(Some(old)));
        assert_eq!(trust.standing(&old), Ok(Standing::Verified));
        assert_eq!(trust.standing(&new), Ok(Standing::Unknown));
    }

    let events = trust.accept_key("alice", &new, 6).unwrap();
    let revoked = TrustEvent::VerificationRevoked { key: old };
    assert_eq!(events, [revoked, labelled(new)]);
    assert_eq!(trust.key_of("alice"), Ok(Some(new)));
    assert_eq!(trust.standing(&old), Ok(Standing::Revoked));
    assert_eq!(trust.standing(&new), Ok(Standing::FirstUse));
    assert_eq!(trust.accept_key("alice", &new, 7), Ok(vec![]));

    // The old key comes back: that is a change like any other, and it says that it is revoked.
    let event = trust.handle_label("alice", &old, 8).unwrap();
    assert!(matches!(
        event,
        Some(TrustEvent::KeyChanged {
            seen_standing: Standing::Revoked,
            ..
        })
    ));
}

#[test]
fn what_the_user_says_of_a_key_stays_until_he_says_otherwise() {
    let mut trust = trust();
    let alice = key(1);
    assert_eq!(trust.revoke(&alice, 1), Ok(None), "it was not verified");
    assert_eq!(trust.standing(&alice), Ok(Standing::Revoked));
    trust.handle_identity(&alice, Some("phone"), 2).unwrap();
    assert_eq!(trust.standing(&alice), Ok(Standing::Revoked));
    trust.verify(&alice, 3).unwrap();
    let record = trust.record(&alice).unwrap().unwrap();
    assert_eq!(record.verification, Verification::Verified { at_ms: 3 });
    let event = trust.revoke(&alice, 4).unwrap();
    assert_eq!(event, Some(TrustEvent::VerificationRevoked { key: alice }));
}

#[test]
fn a_flood_of_strangers_is_bounded_and_forgets_nobody_the_user_knows() {
    let limits = Limits {
        strangers: 10,
        pinned: 10,
    };
    let mut trust = Trust::with_limits(MemoryStore::new(), limits);
    trust.handle_label("named", &key(1), 0).unwrap();
    trust.verify(&key(2), 0).unwrap();
    trust.revoke(&key(3), 0).unwrap();
    for number in 100..200 {
        trust
            .handle_identity(&key(number), Some("x"), u64::from(number))
            .unwrap();
        assert!(trust.store().count(Group::Strangers).unwrap() <= 10);
    }
    assert_eq!(trust.store().count(Group::Strangers), Ok(10));
    for number in [1, 2, 3, 190, 199] {
        assert_ne!(
            trust.standing(&key(number)),
            Ok(Standing::Unknown),
            "{number}"
        );
    }
    assert_eq!(trust.standing(&key(189)), Ok(Standing::Unknown));
    // A label that goes leaves a stranger, who takes the place of the oldest.
    trust.remove_label("named").unwrap();
    assert_eq!(trust.store().count(Group::Strangers), Ok(10));
    assert_eq!(trust.standing(&key(190)), Ok(Standing::Unknown));
}

#[test]
fn what_the_user_makes_is_bounded_too_and_refused_without_a_trace() {
    let limits = Limits {
        strangers: 10,
        pinned: 2,
    };
    let mut trust = Trust::with_limits(MemoryStore::new(), limits);
    trust.handle_label("one", &key(1), 0).unwrap();
    trust.handle_label("two", &key(1), 0).unwrap();
    trust.verify(&key(2), 0).unwrap();
    let before = trust.store().clone();
    assert_eq!(
        trust.handle_label("three", &key(1), 0),
        Err(TrustError::Full(2))
    );
    assert_eq!(trust.verify(&key(3), 0), Err(TrustError::Full(2)));
    assert_eq!(
        trust.accept_key("one", &key(3), 0),
        Err(TrustError::Full(2))
    );
    assert_eq!(trust.store(), &before);
    trust.accept_key("one", &key(2), 0).unwrap();
}

#[test]
fn an_identity_cannot_make_others_keep_more_than_sixteen_devices() {
    let mut trust = trust();
    for number in 0..40_u64 {
        let now = number * HOUR_MS;
        trust
            .handle_identity(&key(1), Some(&format!("device {number}")), now)
            .unwrap();
        // This one is seen all the time.
        trust.handle_identity(&key(1), Some("phone"), now).unwrap();
    }
    let record = trust.record(&key(1)).unwrap().unwrap();
    assert_eq!(record.installations.len(), MAX_INSTALLATIONS);
    let ids: Vec<_> = record
        .installations
        .iter()
        .map(|known| known.id.as_str())
        .collect();
    assert_eq!(
        (ids[0], ids[14], ids[15]),
        ("device 25", "device 39", "phone")
    );
}

#[test]
fn names_and_ids_of_impossible_length_are_refused() {
    let mut trust = trust();
    let before = trust.store().clone();
    for length in [0, 257] {
        let label = "x".repeat(length);
        assert_eq!(
            trust.handle_label(&label, &key(1), 0),
            Err(TrustError::Label(length))
        );
        assert_eq!(
            trust.accept_key(&label, &key(1), 0),
            Err(TrustError::Label(length))
        );
    }
    for length in [0, 129] {
        let id = "x".repeat(length);
        let refused = trust.handle_identity(&key(1), Some(&id), 0);
        assert_eq!(refused, Err(TrustError::Installation(length)));
    }
    assert_eq!(trust.store(), &before);
}

/// Counts what is written.
#[derive(Default)]
struct Counting(MemoryStore, usize);

impl Store for Counting {
    type Error = std::convert::Infallible;

    fn identity(
        &self,
        key: &PublicKey,
    ) -> Result<Option<status_conversational_security::trust::IdentityRecord>, Self::Error> {
        self.0.identity(key)
    }

    fn put_identity(
        &mut self,
        key: &PublicKey,
        record: &status_conversational_security::trust::IdentityRecord,
    ) -> Result<(), Self::Error> {
        self.1 += 1;
        self.0.put_identity(key, record)
    }

    fn remove_oldest_stranger(&mut self) -> Result<(), Self::Error> {
        self.0.remove_oldest_stranger()
    }

    fn label(
        &self,
        label: &str,
    ) -> Result<Option<status_conversational_security::trust::LabelRecord>, Self::Error> {
        self.0.label(label)
    }

    fn put_label(
        &mut self,
        label: &str,
        record: &status_conversational_security::trust::LabelRecord,
    ) -> Result<(), Self::Error> {
        self.0.put_label(label, record)
    }

    fn remove_label(&mut self, label: &str) -> Result<(), Self::Error> {
        self.0.remove_label(label)
    }

    fn count(&self, group: Group) -> Result<usize, Self::Error> {
        self.0.count(group)
    }
}

#[test]
fn a_message_from_a_known_device_costs_no_write_within_the_hour() {
    let mut trust = Trust::new(Counting::default());
    for message in 0..100 {
        trust
            .handle_identity(&key(1), Some("phone"), message)
            .unwrap();
    }
    assert_eq!(trust.store().1, 1);
    trust
        .handle_identity(&key(1), Some("phone"), HOUR_MS)
        .unwrap();
    assert_eq!(trust.store().1, 2);
    // A clock that goes back makes nothing older.
    trust.handle_identity(&key(1), Some("phone"), 0).unwrap();
    let record = trust.record(&key(1)).unwrap().unwrap();
    assert_eq!((record.last_seen_ms, trust.store().1), (HOUR_MS, 2));
}
