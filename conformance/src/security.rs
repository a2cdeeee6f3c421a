//! Cases of `security.json`.

mod build;
mod primitives;
mod ratchet;
mod replay;
mod scenario;
mod state;

pub(crate) use build::{equal_messages, in_our_order};
pub(crate) use primitives::parsed as equal_bundle;
pub(crate) use replay::Replay;
pub(crate) use scenario::Party;

use crate::{Case, Outcome};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "ecdh" => primitives::ecdh(case).into(),
        "x3dh" => primitives::x3dh(case).into(),
        "bundle_verify" => primitives::bundle_verify(case).into(),
        "dh_symmetric_decrypt" => primitives::dh_symmetric_decrypt(case).into(),
        "kdf_rk" => ratchet::root_step(case).into(),
        "kdf_ck" => ratchet::chain_step(case).into(),
        "message_encrypt" => ratchet::encrypt(case).into(),
        "message_decrypt_error" => ratchet::refuse(case).into(),
        "scenario" => scenario::run(case).into(),
        _ => Outcome::Unsupported,
    }
}
