//! What methods answer: the objects that `--json` prints, one a line. Ids, hashes and keys are 0x-hex,
//! times are ms since 1970.

mod chats;
mod darkness;
mod devices;
mod explain;
mod node;
mod people;

pub use chats::{ChatKindName, ChatRecord, Membership, MessageRecord};
pub use darkness::FindingRecord;
pub use devices::{
    DeviceRecord, PairingCodeRecord, PairingMessages, PairingRecord, Reach, ReachedDevice,
};
pub use explain::ExplanationRecord;
pub use node::{Done, LedgerRecord, NodeRecord, PeerRecord, State, SubscriptionRecord};
pub use people::{ContactRecord, GroupRecord, MemberRecord};
