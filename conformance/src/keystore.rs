//! Cases of `keystore.json`.

use crate::case::Checked;
use crate::{Case, Outcome};
use status_node::account::keystore;

/// What status-go writes in place of an extended key that a file does not have.
const NO_EXTENDED_KEY: &str = "Zeroed extended key";

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "decrypt" => decrypt(case).into(),
        _ => Outcome::Unsupported,
    }
}

fn decrypt(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let opened = keystore::decrypt(case.text("json")?, case.text("password")?);
    let (result, key) = match opened {
        Ok(key) => ("ok", key),
        Err(_) if expected.text("result")? == "error" => return Ok(()),
        Err(error) => return Err(expected.differs("result", "ok", error)),
    };
    expected.equal_text("result", result)?;
    expected.equal_bytes("private_key", key.secret_key.secret_bytes())?;
    expected.equal_text("address", &key.address().to_string())?;
    if expected.has("id") {
        expected.equal_bytes("id", key.id.unwrap_or_default())?;
    }
    let extended = key.extended_key.as_ref().map(|key| key.to_base58());
    expected.equal_text(
        "extended_key",
        extended.as_ref().map_or(NO_EXTENDED_KEY, |text| text),
    )
}
