//! The messages as they stand on the wire, generated from `proto/`, in both numberings.
#![allow(
    missing_docs,
    unreachable_pub,
    reason = "generated code follows the generator's style"
)]

pub(crate) mod deployed {
    include!("generated/status.mvds.deployed.rs");
}

pub(crate) mod mdf {
    include!("generated/status.mvds.mdf.rs");
}
