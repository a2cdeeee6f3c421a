//! Which key protects a private message, which depends on what it says.

use status_payload::MessageType;
use status_payload::wire::application_metadata_message::Type;

/// How conversational security encrypts a private message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protection {
    /// For each device of the recipient, in sessions.
    Sessions,
    /// To the identity's key alone: whoever holds it can read it, whether its installation is known or
    /// not.
    Identity,
}

impl Protection {
    /// What a message of this type gets. As deployed an installation introduces itself to the others
    /// of its identity (PAIR_INSTALLATION) to the key that they all have, since they may not know it.
    pub fn of(message_type: MessageType) -> Self {
        match message_type {
            MessageType::Known(Type::PairInstallation) => Self::Identity,
            _ => Self::Sessions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairing_is_for_devices_that_nobody_knows() {
        let of = Protection::of;
        assert_eq!(of(Type::PairInstallation.into()), Protection::Identity);
        assert_eq!(of(MessageType::CHAT_MESSAGE), Protection::Sessions);
        assert_eq!(of(MessageType::from(4711)), Protection::Sessions);
    }
}
