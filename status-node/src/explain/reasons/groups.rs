//! Groups: events, updates, what makes a group and what does not; of 2020 and of 2019.

use super::{Blame, Catalogue};
use status_payload::transit::{EventKind, InvalidGroup, TransitError, UpdateSignatureError};
use status_payload::{
    CannotAct, ClockError, DeployedRefusal, EventError, EventRefusal, GroupIdError, MergeRefusal,
    NoGroup, Person, SignatureError, UpdateError,
};

pub(super) fn add_to(to: &mut Catalogue) {
    events(to);
    whole(to);
    transit(to);
}

fn events(to: &mut Catalogue) {
    to.add(
        Blame::Author,
        [
            EventError::TooShort { len: 65 },
            EventError::Signature(SignatureError::NoKey),
            EventError::Clock(ClockError::Zero),
        ],
    );
    to.add(
        Blame::Author,
        super::messages::cut_short().map(EventError::Malformed),
    );
    to.add(
        Blame::Author,
        [
            EventRefusal::BeforeCreation,
            EventRefusal::NotTheCreator,
            EventRefusal::SecondCreation,
            EventRefusal::NotAdmin,
            EventRefusal::NotInvited,
            EventRefusal::EmptyName,
            EventRefusal::NotOneTarget { count: 2 },
            EventRefusal::TargetIsAdmin,
            EventRefusal::NotOneself,
            EventRefusal::NotMembers,
            EventRefusal::NotAPerson,
            EventRefusal::NoTargets,
            EventRefusal::NoMember,
        ],
    );
    to.add(Blame::Version, [EventRefusal::UnknownKind { kind: 99 }]);
    to.add(
        Blame::Author,
        [
            UpdateError::TooManyEvents { events: 5000 },
            UpdateError::Event {
                index: 3,
                error: EventError::TooShort { len: 65 },
            },
        ],
    );
}

fn whole(to: &mut Catalogue) {
    let author = nobody().parse::<Person>().ok().map(Box::new);
    let reason = EventRefusal::NotAdmin;
    to.add(
        Blame::Author,
        author.map(|author| DeployedRefusal::Event { author, reason }),
    );
    to.add(Blame::Author, [DeployedRefusal::ChatId]);
    to.add(
        Blame::Author,
        [
            MergeRefusal::Update(DeployedRefusal::ChatId),
            MergeRefusal::Together(DeployedRefusal::ChatId),
        ],
    );
    to.add(
        Blame::Author,
        [
            NoGroup::NoCreation { events: 3 },
            NoGroup::NoUuid,
            NoGroup::TooManyEvents { events: 5000 },
            NoGroup::TooManyBytes { bytes: 2_000_000 },
        ],
    );
    to.add(
        Blame::Caller,
        [GroupIdError::NoCreator, GroupIdError::OnlyCreator],
    );
    to.add(
        Blame::Caller,
        [
            CannotAct::Refused(EventRefusal::NotAdmin),
            CannotAct::Clock(ClockError::Zero),
            CannotAct::Full(NoGroup::TooManyEvents { events: 5000 }),
        ],
    );
}

/// The coordinates of secp256k1's generator, the key of nobody.
const GENERATOR: (&str, &str) = (
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
);

/// The key of nobody, as people write it.
pub(super) fn nobody() -> String {
    format!("0x04{}{}", GENERATOR.0, GENERATOR.1)
}

fn transit(to: &mut Catalogue) {
    let tag = || "p3".to_owned();
    to.add(
        Blame::Author,
        [
            TransitError::TooLong { len: 2_000_000 },
            TransitError::Empty,
            TransitError::Json {
                line: 1,
                column: 12,
                reason: "expected value".into(),
            },
            TransitError::IntegerRange,
            TransitError::TooManyValues,
            TransitError::Expansion,
            TransitError::Scalar { kind: 'i' },
            TransitError::LoneTilde,
            TransitError::LoneTag { tag: tag() },
            TransitError::Tagged {
                tag: tag(),
                wanted: "an array",
            },
            TransitError::OddMap,
            TransitError::CompositeKey,
            TransitError::Field {
                message: "c4",
                index: 2,
                wanted: "a number",
            },
        ],
    );
    to.add(
        Blame::Author,
        [
            UpdateSignatureError::NotHex,
            UpdateSignatureError::Signature(SignatureError::NoKey),
        ],
    );
    to.add(
        Blame::Author,
        [
            InvalidGroup::Signature {
                index: 0,
                error: UpdateSignatureError::NotHex,
            },
            InvalidGroup::TooMany { events: 5000 },
            InvalidGroup::NoEvents,
            InvalidGroup::OtherChat {
                expected: "one".into(),
                found: "another".into(),
            },
            InvalidGroup::Event {
                author: nobody(),
                kind: EventKind::NameChanged,
                clock: 7,
            },
            InvalidGroup::ChatId,
        ],
    );
}
