//! The stores in memory and in SQLite answer alike, whatever is done to them in whatever order.
#![cfg(test)]

use proptest::prelude::*;
use rusqlite::Connection;
use secp256k1::SecretKey;
use status_conversational_security::ratchet::{KeyWindow, MessageKey, Ratchet, SecretBytes};
use status_conversational_security::{
    CompressedKey, Installation, InstallationId, MemoryStore, Opening, Peer, PreKeyRecord, Remedy,
    RemedyKind, Session, SessionId, SqliteStore, Store,
};

const REMEDIES: [RemedyKind; 3] = [RemedyKind::Answer, RemedyKind::Report, RemedyKind::Refusal];

/// What is done to a store. Few different keys, so that actions meet.
#[derive(Debug, Clone)]
enum Action {
    PutPreKey {
        key: u8,
        version: u8,
        own: bool,
        expired: bool,
    },
    ExpirePreKey {
        key: u8,
        now: u8,
    },
    RemovePreKey {
        key: u8,
    },
    PutInstallation {
        device: u8,
        timestamp: u8,
        flags: u8,
    },
    RemoveInstallation {
        device: u8,
    },
    PutSession {
        device: u8,
        key: u8,
        used: u8,
    },
    RemoveSession {
        device: u8,
        key: u8,
    },
    PutKeys {
        device: u8,
        key: u8,
        count: u8,
        name: bool,
        window: u8,
        max: u8,
    },
    Link {
        device: u8,
        key: u8,
        n: u8,
    },
    Confirm {
        message: u16,
    },
    PutPeer {
        identity: u8,
        now: u8,
        kept: bool,
    },
    RemovePeer {
        identity: u8,
    },
    PutRemedy {
        identity: u8,
        kind: u8,
        now: u8,
    },
    LimitRemedies {
        first: u8,
        last: u8,
    },
    Spend {
        identity: u8,
        key: u8,
        device: u8,
        max: u8,
    },
    /// The batch is committed; the next goes on in another one.
    Commit,
}

fn action() -> impl Strategy<Value = Action> {
    let (device, key, byte) = (0u8..4, 0u8..8, any::<u8>());
    prop_oneof![
        2 => (key.clone(), 0u8..4, any::<bool>(), any::<bool>()).prop_map(
            |(key, version, own, expired)| Action::PutPreKey { key, version, own, expired }
        ),
        1 => (key.clone(), byte).prop_map(|(key, now)| Action::ExpirePreKey { key, now }),
        1 => key.clone().prop_map(|key| Action::RemovePreKey { key }),
        2 => (device.clone(), 0u8..4, any::<u8>())
            .prop_map(|(device, timestamp, flags)| Action::PutInstallation { device, timestamp, flags }),
        1 => device.clone().prop_map(|device| Action::RemoveInstallation { device }),
        4 => (device.clone(), key.clone(), any::<u8>())
            .prop_map(|(device, key, used)| Action::PutSession { device, key, used }),
        1 => (device.clone(), key.clone()).prop_map(|(device, key)| Action::RemoveSession { device, key }),
        6 => (device.clone(), key.clone(), 1u8..6, any::<bool>(), 0u8..20, 1u8..12).prop_map(
            |(device, key, count, name, window, max)| Action::PutKeys { device, key, count, name, window, max }
        ),
        4 => (device, key, any::<u8>()).prop_map(|(device, key, n)| Action::Link { device, key, n }),
        3 => (0u16..60).prop_map(|message| Action::Confirm { message }),
        2 => (0u8..6, any::<u8>(), any::<bool>())
            .prop_map(|(identity, now, kept)| Action::PutPeer { identity, now, kept }),
        1 => (0u8..6).prop_map(|identity| Action::RemovePeer { identity }),
        2 => (0u8..2, 0u8..3, any::<u8>())
            .prop_map(|(identity, kind, now)| Action::PutRemedy { identity, kind, now }),
        1 => (any::<u8>(), any::<u8>())
            .prop_map(|(first, last)| Action::LimitRemedies { first, last }),
        3 => (0u8..2, 0u8..8, 0u8..4, 1u8..6)
            .prop_map(|(identity, key, device, max)| Action::Spend { identity, key, device, max }),
        1 => Just(Action::Commit),
    ]
}

fn compressed(fill: u8) -> CompressedKey {
    CompressedKey::new([fill; 33])
}

/// Two devices of each of two identities.
fn device(number: u8) -> (CompressedKey, InstallationId) {
    let id = if number.is_multiple_of(2) {
        "desktop"
    } else {
        "phone"
    };
    (compressed(number / 2), id.into())
}

fn session_id(number: u8, key: u8) -> SessionId {
    let (identity, installation) = device(number);
    SessionId {
        identity,
        installation,
        prekey: compressed(100 + key),
    }
}

fn session(used: u8) -> Session {
    let prekey = SecretKey::from_byte_array([7; 32]).unwrap();
    Session {
        ratchet: Ratchet::recipient(&SecretBytes::new([used; 32]), &prekey),
        ephemeral: compressed(9),
        opening: Opening::Received,
        superseded_ns: None,
        used_ns: used.into(),
    }
}

fn message(number: u16) -> [u8; 32] {
    let mut id = [0; 32];
    id[..2].copy_from_slice(&number.to_le_bytes());
    id
}

/// What drives a store: the numbers that a real caller would count.
#[derive(Default)]
struct Driver {
    /// Of each session, how many keys were made.
    made: std::collections::HashMap<(u8, u8), u64>,
    /// Ids of messages given so far: none is given twice.
    messages: u16,
}

impl Driver {
    fn message(&mut self) -> [u8; 32] {
        self.messages += 1;
        message(self.messages - 1)
    }

    /// Does `action` and shows what it gave.
    fn act<S: Store>(&mut self, store: &mut S, action: &Action) -> Result<String, S::Error> {
        match *action {
            Action::PutPreKey {
                key,
                version,
                own,
                expired,
            } => {
                // A prekey of an identity belongs to one device for good; another identity may
                // claim the same key.
                let (identity, installation) = device((key + 2 * (version % 2)) % 4);
                store.put_prekey(&PreKeyRecord {
                    identity,
                    installation: installation.clone(),
                    key: compressed(100 + key),
                    version: version.into(),
                    secret: own.then(|| SecretKey::from_byte_array([key + 1; 32]).unwrap()),
                    expired,
                    timestamp_ns: i64::from(version) - 2,
                    opened_by: expired.then_some(installation),
                })?;
            }
            Action::ExpirePreKey { key, now } => {
                store.expire_prekey(&device(key % 4).0, &compressed(100 + key), now.into())?;
            }
            Action::RemovePreKey { key } => {
                store.remove_prekey(&device(key % 4).0, &compressed(100 + key))?;
            }
            Action::PutInstallation {
                device: number,
                timestamp,
                flags,
            } => {
                let (identity, id) = device(number);
                store.put_installation(&Installation {
                    identity,
                    id,
                    announced: flags & 8 > 0,
                    protocol_version: u32::from(flags) * 10_000_000,
                    enabled: flags & 1 > 0,
                    timestamp_ns: timestamp.into(),
                    negotiated: flags & 2 > 0,
                    heard_ns: -i64::from(flags),
                    missing: flags & 4 > 0,
                })?;
            }
            Action::RemoveInstallation { device: number } => {
                let (identity, id) = device(number);
                store.remove_installation(&identity, &id)?;
            }
            Action::PutSession { device, key, used } => {
                let id = session_id(device, key);
                let mut session = session(used);
                // What is superseded stays so, as with a real caller.
                let before = store.session(&id)?;
                session.superseded_ns = before.and_then(|before| before.superseded_ns);
                store.put_session(&id, &session)?;
            }
            Action::RemoveSession { device, key } => {
                store.remove_session(&session_id(device, key))?;
                self.made.remove(&(device, key));
            }
            Action::PutKeys {
                device,
                key,
                count,
                name,
                window,
                max,
            } => {
                let id = session_id(device, key);
                if store.session(&id)?.is_none() {
                    return Ok("no session".into());
                }
                let made = self.made.entry((device, key)).or_default();
                let first = *made;
                *made += u64::from(count);
                let last = *made - 1;
                let named = name.then(|| self.message());
                let keys: Vec<_> = (first..=last)
                    .map(|sequence| MessageKey {
                        // Chains of five messages.
                        ratchet_key: compressed((sequence / 5) as u8),
                        n: (sequence % 5) as u32,
                        key: SecretBytes::new([sequence as u8; 32]),
                        sequence,
                        message: named.filter(|_| sequence == last),
                    })
                    .collect();
                let window = KeyWindow {
                    first_sequence: (last + 1).saturating_sub(u64::from(window)),
                    max: max.into(),
                };
                store.put_message_keys(&id, &keys, window)?;
            }
            Action::Link { device, key, n } => {
                let made = self.made.get(&(device, key)).copied().unwrap_or_default();
                let sequence = made.saturating_sub(u64::from(n % 12) + 1);
                let place = compressed((sequence / 5) as u8);
                let message = self.message();
                store.link_message(
                    &message,
                    &session_id(device, key),
                    &place,
                    (sequence % 5) as u32,
                )?;
            }
            Action::Confirm { message: number } => {
                return Ok(format!("{}", store.confirm_message(&message(number))?));
            }
            Action::PutPeer {
                identity,
                now,
                kept,
            } => {
                store.put_peer(&Peer {
                    identity: compressed(identity),
                    kept,
                    heard_ns: i64::from(now) - 100,
                })?;
            }
            Action::RemovePeer { identity } => store.remove_peer(&compressed(identity))?,
            Action::PutRemedy {
                identity,
                kind,
                now,
            } => {
                store.put_remedy(&Remedy {
                    identity: compressed(identity),
                    kind: REMEDIES[usize::from(kind)],
                    since_ns: now.into(),
                    count: u32::from(now) * 10_000_000,
                })?;
            }
            Action::LimitRemedies { first, last } => {
                let left = store.limit_remedies(first.into()..=last.into())?;
                return Ok(left.to_string());
            }
            Action::Spend {
                identity,
                key,
                device: number,
                max,
            } => {
                let (_, installation) = device(number);
                store.put_spent_key(
                    &compressed(identity),
                    &compressed(100 + key),
                    &installation,
                    max.into(),
                )?;
            }
            Action::Commit => {}
        }
        Ok(String::new())
    }
}

/// All that can be asked of a store.
fn view<S: Store>(store: &mut S) -> Result<String, S::Error> {
    use std::fmt::Write as _;
    let mut view = String::new();
    let mut show = |what: &dyn std::fmt::Debug| writeln!(view, "{what:?}").unwrap();
    for key in 0..8 {
        for identity in 0..2 {
            let record = store.prekey(&compressed(identity), &compressed(100 + key))?;
            show(&record.as_ref().map(|record| record.secret));
            show(&record);
        }
    }
    for identity in 0..2 {
        show(&store.installations(&compressed(identity))?);
        for kind in REMEDIES {
            show(&store.remedy(&compressed(identity), kind)?);
        }
        for key in 0..8 {
            show(&store.spent_key(&compressed(identity), &compressed(100 + key))?);
        }
    }
    for identity in 0..6 {
        show(&store.peer(&compressed(identity))?);
        show(&store.strangers_beyond(identity.into())?);
    }
    for number in 0..4 {
        let (identity, installation) = device(number);
        show(&store.prekeys(&identity, &installation)?);
        show(&store.current_prekey(&identity, &installation)?);
        show(&store.installation(&identity, &installation)?);
        let sessions = store.sessions(&identity, &installation)?;
        for (id, session) in &sessions {
            show(id);
            show(&*session.to_bytes());
        }
        show(&store.current_session(&identity, &installation)?);
        for key in 0..8 {
            let id = session_id(number, key);
            show(&store.session(&id)?.map(|session| session.to_bytes()));
            for sequence in 0..60u8 {
                let kept =
                    store.message_key(&id, &compressed(sequence / 5), (sequence % 5).into())?;
                if let Some(kept) = kept {
                    show(&(kept.sequence, kept.n, kept.key.as_bytes()));
                }
            }
        }
    }
    Ok(view)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done(actions in proptest::collection::vec(action(), 1..60)) {
        let mut database = Connection::open_in_memory().unwrap();
        let batch = database.transaction().unwrap();
        SqliteStore::migrate(&batch).unwrap();
        batch.commit().unwrap();
        let mut memory = MemoryStore::new();
        let (mut ours, mut theirs) = (Driver::default(), Driver::default());
        for batch_of_actions in actions.split(|action| matches!(action, Action::Commit)) {
            let batch = database.transaction().unwrap();
            let mut sqlite = SqliteStore::new(&batch);
            for action in batch_of_actions {
                let expected = ours.act(&mut memory, action).unwrap();
                let got = theirs.act(&mut sqlite, action).unwrap();
                prop_assert_eq!(expected, got, "{:?}", action);
            }
            prop_assert_eq!(view(&mut memory).unwrap(), view(&mut sqlite).unwrap());
            batch.commit().unwrap();
        }
    }
}

/// A peer that takes up a ratchet key of before has two keys of one place: the later one counts, also
/// when the earlier goes.
#[test]
fn a_place_that_is_taken_twice() {
    fn kept<S: Store>(store: &mut S) -> Result<Option<u64>, S::Error> {
        let id = session_id(0, 0);
        store.put_session(&id, &session(1))?;
        let key = |sequence| MessageKey {
            ratchet_key: compressed(1),
            n: 0,
            key: SecretBytes::new([sequence as u8; 32]),
            sequence,
            message: None,
        };
        let window = KeyWindow {
            first_sequence: 1,
            max: 9,
        };
        store.put_message_keys(&id, &[key(0), key(1)], window)?;
        let kept = store.message_key(&id, &compressed(1), 0)?;
        Ok(kept.map(|kept| kept.sequence))
    }
    let mut database = Connection::open_in_memory().unwrap();
    let batch = database.transaction().unwrap();
    SqliteStore::migrate(&batch).unwrap();
    assert_eq!(kept(&mut SqliteStore::new(&batch)).unwrap(), Some(1));
    assert_eq!(kept(&mut MemoryStore::new()).unwrap(), Some(1));
}
