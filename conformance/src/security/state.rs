//! Compares what a party remembers with what the Go code did.

use super::scenario::Party;
use crate::Case;
use crate::case::Checked;
use secp256k1::{Secp256k1, SecretKey};
use serde_json::Value;
use status_conversational_security::{CompressedKey, Opening, Session, SessionId, x3dh};
use std::collections::{BTreeSet, HashMap};

/// The fields of each list that are compared; `idh` and `keys_count` are bookkeeping of the Go code.
const SESSION: &[&str] = &[
    "id",
    "dhr",
    "dhs_public",
    "dhs_private",
    "root_chain_key",
    "send_chain_key",
    "send_chain_n",
    "recv_chain_key",
    "recv_chain_n",
    "pn",
];
const RATCHET_INFO: &[&str] = &[
    "bundle_id",
    "identity",
    "installation_id",
    "ephemeral_key",
    "symmetric_key",
];
const MESSAGE_KEY: &[&str] = &[
    "session_id",
    "public_key",
    "msg_num",
    "message_key",
    "seq_num",
];
const INSTALLATION: &[&str] = &["identity", "installation_id", "enabled", "version"];
const PREKEY: &[&str] = &[
    "identity",
    "installation_id",
    "signed_pre_key",
    "private_key",
    "version",
    "expired",
];

/// Compares the state of `party` with `expected`. `drawn` has all secret keys drawn so far.
pub(super) fn compare(
    expected: &Case<'_>,
    party: &Party,
    drawn: &HashMap<CompressedKey, SecretKey>,
) -> Checked<()> {
    let sessions: Vec<_> = party.store.all_sessions().collect();
    let list = |field, fields, got| equal(expected, field, fields, got);
    let ids = sessions.iter();
    list(
        "sessions",
        SESSION,
        ids.map(|(id, session)| of_session(id, session)).collect(),
    )?;
    let info = |(id, session): &(&SessionId, &Session)| of_opening(id, session, party, drawn);
    list(
        "ratchet_info",
        RATCHET_INFO,
        sessions.iter().map(info).collect(),
    )?;
    let keys = party.store.all_message_keys().map(|(id, key)| {
        [
            session_id(id),
            text(key.ratchet_key.as_bytes()),
            key.n.into(),
            text(key.key.as_bytes()),
            key.sequence.into(),
        ]
        .into()
    });
    list("message_keys", MESSAGE_KEY, keys.collect())?;
    let known = party.store.all_installations();
    let known = known.filter(|installation| installation.announced);
    let known = known.map(|installation| {
        [
            text(installation.identity.as_bytes()),
            installation.id.as_str().into(),
            installation.enabled.into(),
            installation.protocol_version.into(),
        ]
        .into()
    });
    list("installations", INSTALLATION, known.collect())?;
    let prekeys = party.store.all_prekeys().map(|prekey| {
        [
            text(prekey.identity.as_bytes()),
            prekey.installation.as_str().into(),
            text(prekey.key.as_bytes()),
            prekey
                .secret
                .map_or(Value::Null, |secret| text(&secret.secret_bytes())),
            prekey.version.into(),
            prekey.expired.into(),
        ]
        .into()
    });
    list("prekeys", PREKEY, prekeys.collect())
}

fn text(bytes: &[u8]) -> Value {
    hex::encode(bytes).into()
}

/// As deployed: the prekey's bytes, then those of the installation id.
fn session_id(id: &SessionId) -> Value {
    text(&[id.prekey.as_bytes(), id.installation.as_bytes()].concat())
}

fn of_session(id: &SessionId, session: &Session) -> Vec<Value> {
    let parts = session.ratchet.to_parts();
    let remote = parts.remote;
    [
        session_id(id),
        remote.map_or(Value::Null, |remote| text(remote.as_bytes())),
        text(parts.own_public.as_bytes()),
        text(&*parts.own_secret),
        text(&*parts.root),
        text(&*parts.sending),
        parts.sending_n.into(),
        text(&*parts.receiving),
        parts.receiving_n.into(),
        parts.previous.into(),
    ]
    .into()
}

/// The Go code keeps the secret of the exchange; we do not, so it is computed again.
fn of_opening(
    id: &SessionId,
    session: &Session,
    party: &Party,
    drawn: &HashMap<CompressedKey, SecretKey>,
) -> Vec<Value> {
    let received = session.opening == Opening::Received;
    let peer = id.identity.public_key();
    let secret = if received {
        let mut prekeys = party.store.all_prekeys();
        let prekey = prekeys.find(|prekey| prekey.key == id.prekey);
        let secret = prekey.and_then(|prekey| prekey.secret);
        let parts = secret.zip(peer).zip(session.ephemeral.public_key());
        parts.map(|((prekey, peer), ephemeral)| {
            x3dh::accept(&party.identity, &prekey, &peer, &ephemeral)
        })
    } else {
        let parts = drawn
            .get(&session.ephemeral)
            .zip(peer)
            .zip(id.prekey.public_key());
        parts.map(|((ephemeral, peer), prekey)| {
            x3dh::initiate_with(&party.identity, ephemeral, &peer, &prekey)
        })
    };
    let repeated = session.opening == Opening::Unanswered;
    [
        text(id.prekey.as_bytes()),
        text(id.identity.as_bytes()),
        id.installation.as_str().into(),
        repeated
            .then(|| hex::encode(session.ephemeral.as_bytes()))
            .into(),
        secret.map_or(Value::Null, |secret| text(secret.expose_bytes())),
    ]
    .into()
}

/// Compares a list of records, in whatever order.
fn equal(expected: &Case<'_>, field: &str, fields: &[&str], got: Vec<Vec<Value>>) -> Checked<()> {
    let wanted = expected.list(field)?;
    let wanted = wanted.iter().map(|record| {
        let values = fields.iter().map(|name| record.value()[*name].clone());
        values.collect::<Vec<_>>()
    });
    let lines = |records: Vec<Vec<Value>>| {
        let records = records.into_iter().map(|values| {
            let named = fields.iter().zip(values);
            named
                .map(|(name, value)| format!("{name}={value} "))
                .collect::<String>()
        });
        let mut lines: Vec<String> = records.collect();
        lines.sort();
        lines
    };
    let (wanted, got) = (lines(wanted.collect()), lines(got));
    if wanted == got {
        return Ok(());
    }
    // Only what differs is of interest.
    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (wanted.iter().collect(), got.iter().collect());
    let missing: Vec<_> = a.difference(&b).collect();
    let extra: Vec<_> = b.difference(&a).collect();
    let counted = |all: &[String], only: &[&&String]| format!("{} of them, {only:?}", all.len());
    Err(expected.differs(field, counted(&wanted, &missing), counted(&got, &extra)))
}

/// The public key of a secret one.
pub(super) fn public(secret: &SecretKey) -> CompressedKey {
    CompressedKey::from(&secret.public_key(&Secp256k1::signing_only()))
}
