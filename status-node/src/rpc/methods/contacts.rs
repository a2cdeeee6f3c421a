//! Contacts.

use super::method;
use crate::rpc::records::{ContactRecord, Done};
use crate::rpc::text;
use secp256k1::PublicKey;
use serde::{Deserialize, Serialize};

/// `contact_list`: everybody who is a contact, wants to be one, or is blocked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactList {}
method!(ContactList, "contact_list", Vec<ContactRecord>);

/// `contact_show`: what is known of somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactShow {
    /// Whose key.
    #[serde(with = "text::one")]
    pub key: PublicKey,
}
method!(ContactShow, "contact_show", ContactRecord);

/// `contact_name`: what somebody is called here; they are not told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactName {
    /// Whose key.
    #[serde(with = "text::one")]
    pub key: PublicKey,
    /// The name; empty for none.
    pub name: String,
}
method!(ContactName, "contact_name", Done);

/// `contact_profile`: what the account calls itself, which is told to those who are contacts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactProfile {
    /// The ENS name; empty for none.
    pub name: String,
    /// The picture, a `data:` URI; empty for none, the present one if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
}
method!(ContactProfile, "contact_profile", Done);

macro_rules! of_a_key {
    ($type:ident, $name:literal, $does:literal) => {
        #[doc = concat!("`", $name, "`: ", $does)]
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $type {
            /// Whose key.
            #[serde(with = "text::one")]
            pub key: PublicKey,
        }
        method!($type, $name, Done);
    };
}

of_a_key!(
    ContactAdd,
    "contact_add",
    "adds somebody, who is told so with the name of the account here."
);
of_a_key!(ContactRemove, "contact_remove", "removes somebody.");
of_a_key!(
    ContactBlock,
    "contact_block",
    "drops what somebody says from now on, and what they said."
);
of_a_key!(
    ContactUnblock,
    "contact_unblock",
    "takes again what somebody says."
);
