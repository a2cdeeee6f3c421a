//! The ratchet's derivations and its encryption of one message.

use crate::Case;
use crate::case::Checked;
use status_conversational_security::CompressedKey;
use status_conversational_security::ratchet::{
    RatchetHeader, SecretBytes, kdf_ck, kdf_rk, message_secrets, open, seal,
};

fn secret(case: &Case<'_>, field: &str) -> Checked<SecretBytes> {
    case.array(field).map(SecretBytes::new)
}

pub(super) fn root_step(case: &Case<'_>) -> Checked<()> {
    let (root, chain) = kdf_rk(&secret(case, "root_key")?, &case.array("dh_out")?);
    let expected = case.child("expected");
    expected.equal_bytes("root_key", root.as_bytes())?;
    expected.equal_bytes("chain_key", chain.as_bytes())
}

pub(super) fn chain_step(case: &Case<'_>) -> Checked<()> {
    let (chain, message) = kdf_ck(&secret(case, "chain_key")?);
    let expected = case.child("expected");
    expected.equal_bytes("chain_key", chain.as_bytes())?;
    expected.equal_bytes("message_key", message.as_bytes())
}

fn header(case: &Case<'_>) -> Checked<RatchetHeader> {
    Ok(RatchetHeader {
        key: CompressedKey::new(case.array("header_dh")?),
        n: case.number("header_n")? as u32,
        pn: case.number("header_pn")? as u32,
    })
}

pub(super) fn encrypt(case: &Case<'_>) -> Checked<()> {
    let (key, header) = (secret(case, "message_key")?, header(case)?);
    let expected = case.child("expected");
    let (encryption, authentication, iv) = message_secrets(&key);
    expected.equal_bytes("associated_data", header.associated_data())?;
    expected.equal_bytes("enc_key", encryption.as_bytes())?;
    expected.equal_bytes("auth_key", authentication.as_bytes())?;
    expected.equal_bytes("iv", iv)?;
    let plaintext = case.bytes("plaintext")?;
    let ciphertext = seal(&key, &header, &plaintext);
    expected.equal_bytes("ciphertext", &ciphertext)?;
    case.equal("plaintext", Ok(plaintext), open(&key, &header, &ciphertext))
}

pub(super) fn refuse(case: &Case<'_>) -> Checked<()> {
    let (key, header) = (secret(case, "message_key")?, header(case)?);
    let expected = case.child("expected");
    let opened = open(&key, &header, &case.bytes("ciphertext")?);
    match (opened, expected.has("go_error")) {
        (Err(_), true) => Ok(()),
        (Ok(plaintext), false) => expected.equal_bytes("plaintext", plaintext),
        (opened, _) => Err(expected.differs("go_error", expected.value(), format!("{opened:?}"))),
    }
}
