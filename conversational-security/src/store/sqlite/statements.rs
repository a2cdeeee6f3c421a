//! Every statement of the store, in one place so that a test can ask SQLite how it finds its rows.

pub(super) const PREKEY: &str = "SELECT key, identity, installation, version, secret, expired,
    timestamp_ns, opened_by FROM security_prekey WHERE key = ?1 AND identity = ?2";
pub(super) const PREKEYS: &str = "SELECT key, identity, installation, version, secret, expired,
    timestamp_ns, opened_by FROM security_prekey WHERE identity = ?1 AND installation = ?2
    ORDER BY version DESC, number";
pub(super) const CURRENT_PREKEY: &str = "SELECT key, identity, installation, version, secret,
    expired, timestamp_ns, opened_by FROM security_prekey
    WHERE identity = ?1 AND installation = ?2 AND expired = 0
    ORDER BY version DESC, number LIMIT 1";
pub(super) const PUT_PREKEY: &str = "INSERT INTO security_prekey
    (key, identity, installation, version, secret, expired, timestamp_ns, opened_by)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (key, identity) DO UPDATE SET installation = ?3, version = ?4, secret = ?5,
    expired = ?6, timestamp_ns = ?7, opened_by = ?8";
pub(super) const EXPIRE_PREKEY: &str =
    "UPDATE security_prekey SET expired = 1 WHERE key = ?1 AND identity = ?2";
pub(super) const REMOVE_PREKEY: &str =
    "DELETE FROM security_prekey WHERE key = ?1 AND identity = ?2";

pub(super) const INSTALLATION: &str = "SELECT identity, id, protocol_version, enabled,
    timestamp_ns, negotiated, heard_ns, missing, announced FROM security_installation
    WHERE identity = ?1 AND id = ?2";
pub(super) const INSTALLATIONS: &str = "SELECT identity, id, protocol_version, enabled,
    timestamp_ns, negotiated, heard_ns, missing, announced FROM security_installation
    WHERE identity = ?1 ORDER BY timestamp_ns DESC, id";
pub(super) const PUT_INSTALLATION: &str = "INSERT OR REPLACE INTO security_installation
    (identity, id, protocol_version, enabled, timestamp_ns, negotiated, heard_ns, missing,
    announced) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
pub(super) const REMOVE_INSTALLATION: &str =
    "DELETE FROM security_installation WHERE identity = ?1 AND id = ?2";

pub(super) const SESSION_NUMBER: &str = "SELECT number FROM security_session
    WHERE identity = ?1 AND installation = ?2 AND prekey = ?3";
pub(super) const SESSION: &str = "SELECT state FROM security_session WHERE number = ?1";
pub(super) const SESSIONS: &str = "SELECT prekey, state FROM security_session
    WHERE identity = ?1 AND installation = ?2 ORDER BY number";
pub(super) const CURRENT_SESSION: &str = "SELECT number, prekey, state FROM security_session
    WHERE identity = ?1 AND installation = ?2 AND superseded = 0 ORDER BY number LIMIT 1";
pub(super) const SESSIONS_ON: &str = "SELECT number, state FROM security_session
    WHERE prekey = ?1 AND superseded = 0 AND (?2 OR identity = ?3)";
pub(super) const NEW_SESSION: &str = "INSERT INTO security_session
    (identity, installation, prekey, superseded, kept_keys, state) VALUES (?1, ?2, ?3, ?4, 0, ?5)";
pub(super) const UPDATE_SESSION: &str =
    "UPDATE security_session SET superseded = ?2, state = ?3 WHERE number = ?1";
pub(super) const REMOVE_SESSION: &str = "DELETE FROM security_session WHERE number = ?1";
pub(super) const REMOVE_KEYS: &str = "DELETE FROM security_message_key WHERE session = ?1";
pub(super) const REMOVE_MESSAGES: &str = "DELETE FROM security_message WHERE session = ?1";

pub(super) const MESSAGE_KEY: &str = "SELECT sequence, key, message FROM security_message_key
    WHERE session = ?1 AND place = ?4 AND ratchet_key = ?2 AND n = ?3
    ORDER BY sequence DESC LIMIT 1";
pub(super) const PUT_KEY: &str = "INSERT INTO security_message_key
    (session, sequence, ratchet_key, n, key, message, place)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
pub(super) const COUNT_KEYS: &str = "UPDATE security_session SET kept_keys = kept_keys + ?2
    WHERE number = ?1 RETURNING kept_keys";
pub(super) const DROP_OLD_KEYS: &str =
    "DELETE FROM security_message_key WHERE session = ?1 AND sequence < ?2";
pub(super) const SEQUENCE_AT: &str = "SELECT sequence FROM security_message_key
    WHERE session = ?1 ORDER BY sequence LIMIT 1 OFFSET ?2";
pub(super) const DROP_OLD_MESSAGES: &str =
    "DELETE FROM security_message WHERE session = ?1 AND sequence < ?2";

pub(super) const LINK: &str = "INSERT OR REPLACE INTO security_message (message, session, sequence)
    VALUES (?1, ?2, ?3)";
pub(super) const LINKS: &str = "SELECT number, message FROM security_message
    WHERE session = ?1 AND sequence = ?2 ORDER BY number";
pub(super) const UNLINK: &str = "DELETE FROM security_message WHERE number = ?1";
pub(super) const UNNAME_KEY: &str = "UPDATE security_message_key SET message = NULL
    WHERE session = ?1 AND sequence = ?2";
pub(super) const KEY_OF_MESSAGE: &str =
    "SELECT session, sequence FROM security_message_key WHERE message = ?1";
pub(super) const KEY_OF_LINK: &str =
    "SELECT session, sequence FROM security_message WHERE message = ?1";
pub(super) const REMOVE_KEY: &str =
    "DELETE FROM security_message_key WHERE session = ?1 AND sequence = ?2";
pub(super) const REMOVE_LINKS: &str =
    "DELETE FROM security_message WHERE session = ?1 AND sequence = ?2";

pub(super) const PEER: &str = "SELECT kept, heard_ns FROM security_peer WHERE identity = ?1";
pub(super) const PUT_PEER: &str =
    "INSERT OR REPLACE INTO security_peer (identity, kept, heard_ns) VALUES (?1, ?2, ?3)";
pub(super) const REMOVE_PEER: &str = "DELETE FROM security_peer WHERE identity = ?1";
// The largest time of all, so that SQLite walks the index from there on, as far as it must.
pub(super) const STRANGERS_BEYOND: &str = "SELECT identity FROM security_peer
    WHERE kept = 0 AND heard_ns <= 9223372036854775807
    ORDER BY heard_ns DESC, identity LIMIT ?1 OFFSET ?2";

pub(super) const REMEDY: &str =
    "SELECT since_ns, count FROM security_remedy WHERE identity = ?1 AND kind = ?2";
pub(super) const PUT_REMEDY: &str = "INSERT OR REPLACE INTO security_remedy
    (identity, kind, since_ns, count) VALUES (?1, ?2, ?3, ?4)";
pub(super) const DROP_REMEDIES_BEFORE: &str = "DELETE FROM security_remedy WHERE since_ns < ?1";
pub(super) const DROP_REMEDIES_AFTER: &str = "DELETE FROM security_remedy WHERE since_ns > ?1";
pub(super) const COUNT_REMEDIES: &str = "SELECT count(*) FROM security_remedy WHERE since_ns >= ?1";

pub(super) const SPENT: &str =
    "SELECT installation FROM security_spent_key WHERE identity = ?1 AND key = ?2";
pub(super) const PUT_SPENT: &str = "INSERT OR REPLACE INTO security_spent_key
    (identity, key, installation) VALUES (?1, ?2, ?3)";
pub(super) const DROP_SPENT: &str = "DELETE FROM security_spent_key WHERE number <= ?1";

/// All of them.
#[cfg(test)]
pub(super) const ALL: [&str; 46] = [
    PREKEY,
    PREKEYS,
    CURRENT_PREKEY,
    PUT_PREKEY,
    EXPIRE_PREKEY,
    REMOVE_PREKEY,
    INSTALLATION,
    INSTALLATIONS,
    PUT_INSTALLATION,
    REMOVE_INSTALLATION,
    SESSION_NUMBER,
    SESSION,
    SESSIONS,
    CURRENT_SESSION,
    SESSIONS_ON,
    NEW_SESSION,
    UPDATE_SESSION,
    REMOVE_SESSION,
    REMOVE_KEYS,
    REMOVE_MESSAGES,
    MESSAGE_KEY,
    PUT_KEY,
    COUNT_KEYS,
    DROP_OLD_KEYS,
    SEQUENCE_AT,
    DROP_OLD_MESSAGES,
    LINK,
    LINKS,
    UNLINK,
    UNNAME_KEY,
    KEY_OF_MESSAGE,
    KEY_OF_LINK,
    REMOVE_KEY,
    REMOVE_LINKS,
    PEER,
    PUT_PEER,
    REMOVE_PEER,
    STRANGERS_BEYOND,
    REMEDY,
    PUT_REMEDY,
    DROP_REMEDIES_BEFORE,
    DROP_REMEDIES_AFTER,
    COUNT_REMEDIES,
    SPENT,
    PUT_SPENT,
    DROP_SPENT,
];
