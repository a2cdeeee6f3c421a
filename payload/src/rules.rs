//! Which rules decide where the deployed code and the specification differ.

/// Which rules decide. The two agree on nearly everything; each function that takes them says where
/// they do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rules {
    /// What status-go v0.50.0 does: who applies them sees what everybody else sees.
    #[default]
    Deployed,
    /// What the specifications (6/PAYLOADS, 7/GROUP-CHAT) ask for where they ask for more.
    Strict,
}
