//! The devices of the account.

mod table;

pub use table::{DeviceMetadata, MAX_DEVICE_NAME, MAX_DEVICES};
pub(crate) use table::{SCHEMA, get, put};
