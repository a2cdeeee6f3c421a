//! Who talks: three people with known keys.

use secp256k1::{PublicKey, SecretKey};
use status_node::account::{Identity, public_key};
use status_node::storage::{Database, DatabaseKey};
use std::path::{Path, PathBuf};

/// How many there are.
pub(crate) const PEOPLE: usize = 3;

/// The public chat that all are in.
pub(crate) const PUBLIC: &str = "#kills";

pub(crate) fn secret(person: usize) -> SecretKey {
    SecretKey::from_byte_array([person as u8 + 1; 32]).unwrap()
}

pub(crate) fn key(person: usize) -> PublicKey {
    public_key(&secret(person))
}

pub(crate) fn identity(person: usize) -> Identity {
    Identity::from_secret_key(secret(person))
}

pub(crate) fn others(person: usize) -> impl Iterator<Item = usize> {
    (0..PEOPLE).filter(move |other| *other != person)
}

pub(crate) fn folder(root: &Path, person: usize) -> PathBuf {
    root.join(person.to_string())
}

pub(crate) fn database(root: &Path, person: usize) -> Database {
    let path = folder(root, person).join("database");
    Database::open(&path, &DatabaseKey::of(&identity(person))).unwrap()
}
