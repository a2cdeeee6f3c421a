//! Not written yet.

/// Feeds `data` to the code under test.
pub fn run(_data: &[u8]) {}
