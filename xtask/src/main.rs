//! The jobs of the workspace.
fn main() {}
