//! Sessions of the security layer: lists of actions of four devices, of which one is hostile, on a
//! network that drops, reorders, repeats and damages, with restarts and rollbacks.

#[path = "../../conversational-security/tests/network/mod.rs"]
mod network;

/// At most so many actions: more make one input slow without new paths.
const MAX_ACTIONS: usize = 300;

/// Carries out the actions that `data` spells, four bytes each.
pub fn run(data: &[u8]) {
    let (actions, _) = data.as_chunks::<4>();
    network::run(&actions[..actions.len().min(MAX_ACTIONS)]);
}
