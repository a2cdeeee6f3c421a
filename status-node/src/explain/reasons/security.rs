//! Conversational security: keys, bundles, sessions, devices, and whether identities stay the same.

use super::{Blame, Catalogue};
use bytes::Bytes;
use status_conversational_security::ratchet::{MAX_GAP, RatchetError, Tag};
use status_conversational_security::trust::{
    EnsNameError, KeyKind, KeyTextError, ScanError, TrustError,
};
use status_conversational_security::{
    AddBundleError, BundleError, CodecError, CompressedKey, DhMessageError, InstallationIdError,
    KeyError, ProtocolMessage, ReadError, Skipped, SqliteError, Unreadable, Unusable,
};

pub(super) fn add_to(to: &mut Catalogue) {
    bundles(to);
    unreadable(to);
    sessions(to);
    people(to);
}

fn bundles(to: &mut Catalogue) {
    to.add(
        Blame::Author,
        [KeyError::Length { len: 32 }, KeyError::NotOnCurve],
    );
    to.add(
        Blame::Author,
        [
            BundleError::Identity(KeyError::NotOnCurve),
            BundleError::SignatureLength { len: 64 },
            BundleError::RecoveryId { id: 4 },
            BundleError::NoKey,
            BundleError::NotTheIdentity,
            BundleError::TooManyInstallations { count: 400 },
        ],
    );
    to.add(
        Blame::Author,
        [
            Unusable::Key(KeyError::NotOnCurve),
            Unusable::Id(InstallationIdError::Reserved),
        ],
    );
    to.add(
        Blame::Author,
        [
            InstallationIdError::Empty,
            InstallationIdError::Reserved,
            InstallationIdError::TooLong { len: 300 },
        ],
    );
    let timestamp_ns = -1;
    to.add(
        Blame::Author,
        [
            AddBundleError::<SqliteError>::Bundle(BundleError::NotTheIdentity),
            AddBundleError::Time { timestamp_ns },
        ],
    );
    to.add(
        Blame::Machine,
        [AddBundleError::Store(SqliteError::Schema { found: 9 })],
    );
    to.add(
        Blame::Nobody,
        [
            Skipped::Unknown,
            Skipped::Disabled,
            Skipped::OverLimit { max: 3 },
            Skipped::ThisOne,
            Skipped::Stale { days: 61 },
        ],
    );
}

fn unreadable(to: &mut Catalogue) {
    let counter = |_: &Unreadable| "refused.unreadable".to_owned();
    let missing = MAX_GAP + 204;
    if let Some(prekey) = CompressedKey::from_field(&[2; 33]) {
        to.counted(
            Blame::Nobody,
            counter,
            [
                Unreadable::UnknownSession { prekey },
                Unreadable::UnknownPrekey { prekey },
                Unreadable::SecondOpening { prekey },
                Unreadable::SpentOpening { prekey },
            ],
        );
    }
    let malformed = ProtocolMessage::decode(Bytes::from_static(&[0x0a]));
    to.counted(
        Blame::Author,
        counter,
        malformed.err().map(Unreadable::Malformed),
    );
    to.counted(
        Blame::Author,
        counter,
        [
            Unreadable::Bundle(BundleError::NoKey),
            Unreadable::BundleTime { timestamp_ns: -1 },
            Unreadable::TooManyBundles { count: 1000 },
            Unreadable::InstallationId { len: 5000 },
            Unreadable::NoHeader,
            Unreadable::Key(KeyError::Length { len: 32 }),
            Unreadable::Ratchet(RatchetError::Gap { missing }),
            Unreadable::ToIdentity(DhMessageError::Tag),
        ],
    );
    to.counted(
        Blame::Nobody,
        counter,
        [
            Unreadable::NotForThisDevice { others: 3 },
            Unreadable::NotPaired { others: 2 },
        ],
    );
    to.add(
        Blame::Author,
        [
            DhMessageError::EphemeralKey(KeyError::Length { len: 0 }),
            DhMessageError::TooShort { len: 20 },
            DhMessageError::Tag,
        ],
    );
}

fn sessions(to: &mut Catalogue) {
    let missing = MAX_GAP + 204;
    to.add(
        Blame::Author,
        [
            RatchetError::Gap { missing },
            RatchetError::Key,
            RatchetError::Tag(Tag),
        ],
    );
    to.add(Blame::Nobody, [RatchetError::KeyGone { n: 3, next: 5 }]);
    to.add(Blame::Author, [Tag]);
    to.add(Blame::Caller, [ReadError::<SqliteError>::NoSession]);
    to.add(
        Blame::Author,
        [ReadError::<SqliteError>::Ratchet(RatchetError::Key)],
    );
    to.add(
        Blame::Machine,
        [ReadError::Store(SqliteError::Schema { found: 9 })],
    );
    to.add(Blame::Machine, [CodecError { len: 17 }]);
    to.add(
        Blame::Machine,
        [
            SqliteError::Sqlite(super::stored::full_disk()),
            SqliteError::Session(CodecError { len: 17 }),
            SqliteError::Value {
                table: "security_prekeys",
                column: "secret",
                len: 31,
            },
        ],
    );
    to.add(Blame::Version, [SqliteError::Schema { found: 9 }]);
}

fn people(to: &mut Catalogue) {
    let kind = KeyKind::Bls12381G1;
    to.add(
        Blame::Caller,
        [
            KeyTextError::Empty,
            KeyTextError::TooLong(4000),
            KeyTextError::UnknownEncoding('!'),
            KeyTextError::NotOfEncoding('z'),
            KeyTextError::NotText,
            KeyTextError::NoKind,
            KeyTextError::UnknownKind(0xed),
            KeyTextError::NotBuilt(kind),
            KeyTextError::NotAKey {
                kind: KeyKind::Secp256k1,
                form: "compressed",
                length: 33,
            },
            KeyTextError::OtherCurve(kind),
        ],
    );
    to.add(Blame::Caller, [ScanError::NotASafetyNumber]);
    to.add(Blame::Version, [ScanError::OtherVersion("2".into())]);
    to.add(
        Blame::Author,
        [
            EnsNameError::TooLong(300),
            EnsNameError::EmptyPart,
            EnsNameError::Character(' '),
        ],
    );
    to.add(
        Blame::Machine,
        [TrustError::Store(SqliteError::Schema { found: 9 })],
    );
    to.add(
        Blame::Caller,
        [
            TrustError::<SqliteError>::Label(0),
            TrustError::Installation(0),
            TrustError::Full(10_000),
        ],
    );
    let trust = status_conversational_security::trust::SqliteError::Damaged;
    to.add(Blame::Machine, [trust]);
    let failed = status_conversational_security::trust::SqliteError::Database;
    to.add(Blame::Machine, [failed(super::stored::full_disk())]);
    let newer = status_conversational_security::trust::SqliteError::Newer;
    to.add(Blame::Version, [newer(9)]);
}
