//! Private groups (7/GROUP-CHAT): who belongs to one follows from signed events.
//!
//! [`MembershipUpdate`] reads what somebody sent. [`Group`] is the state that a set of events
//! makes, however and how often they came, and it makes one's own events. [`DeployedGroup`] judges
//! whole updates as status-go v0.50.0 does.

mod action;
mod deployed;
mod event;
mod id;
mod replay;
mod set;
mod update;

pub use action::{Action, CannotAct};
pub use deployed::{DeployedGroup, DeployedRefusal, MergeRefusal};
pub use event::{EventError, EventKind, GroupEvent, Target};
pub use id::{GroupId, GroupIdError};
pub use replay::EventRefusal;
pub use set::{Group, Merged, NoGroup};
pub use update::{MembershipUpdate, RefusedEvent, UpdateError};
