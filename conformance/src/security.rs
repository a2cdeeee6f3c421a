//! Cases of `security.json`.

mod primitives;

use crate::{Case, Outcome};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "ecdh" => primitives::ecdh(case).into(),
        "x3dh" => primitives::x3dh(case).into(),
        "bundle_verify" => primitives::bundle_verify(case).into(),
        "dh_symmetric_decrypt" => primitives::dh_symmetric_decrypt(case).into(),
        _ => Outcome::Unsupported,
    }
}
