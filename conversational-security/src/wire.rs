//! The messages as they stand on the wire, generated from `proto/`. Nothing in them is validated:
//! keys are bare bytes of any length, headers may be missing.
#![allow(
    unreachable_pub,
    reason = "generated code follows the generator's style"
)]

include!("generated/status.conversational_security.rs");
