//! What can be chosen.

use status_conversational_security as security;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// How a [`Messenger`](super::Messenger) behaves. The default is as deployed, where the deployed clients
/// have a choice at all.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// After how many ms a message is given up that nobody acknowledged, or, where nobody does, that no
    /// peer took: 7 days. There must be an end, because status-go on SQLite acknowledges a message once,
    /// and if that acknowledgement is lost never again.
    pub deadline_ms: u64,
    /// How many ms after the start one's own bundle is published for whoever knows the public key: two
    /// minutes.
    pub contact_code_after_ms: u64,
    /// Every how many ms it is published again: six hours.
    pub contact_code_every_ms: u64,
    /// Whether messages to a person are under data sync where nothing else was chosen
    /// ([`Messenger::set_data_sync`](super::Messenger::set_data_sync)).
    pub data_sync: bool,
    /// How conversational security behaves.
    pub security: security::Settings,
    /// How data sync behaves.
    pub sync: status_mvds::Config,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deadline_ms: 7 * DAY_MS,
            contact_code_after_ms: 120_000,
            contact_code_every_ms: DAY_MS / 4,
            data_sync: true,
            security: security::Settings::default(),
            sync: status_mvds::Config::default(),
        }
    }
}
