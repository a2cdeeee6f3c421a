//! Cases of `keystore.json`.

use crate::{Case, Outcome};

pub(crate) fn run(_case: &Case<'_>) -> Outcome {
    Outcome::Unsupported
}
