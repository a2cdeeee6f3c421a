//! Key agreements, bundles and messages to an identity key.

use crate::Case;
use crate::case::Checked;
use bytes::Bytes;
use secp256k1::Secp256k1;
use status_conversational_security::{
    Bundle, PreKey, decrypt_to_identity, diffie_hellman, sign_bundle, signature_material, wire,
    x3dh,
};
use std::collections::BTreeMap;

pub(super) fn ecdh(case: &Case<'_>) -> Checked<()> {
    let secret = diffie_hellman(
        &case.secret_key("private_key")?,
        &case.public_key("public_key")?,
    );
    case.child("expected")
        .equal_bytes("shared", secret.expose_bytes())
}

pub(super) fn x3dh(case: &Case<'_>) -> Checked<()> {
    let curve = Secp256k1::new();
    let initiator = case.secret_key("initiator_identity_private_key")?;
    let ephemeral = case.secret_key("initiator_ephemeral_private_key")?;
    let responder = case.secret_key("responder_identity_private_key")?;
    let prekey = case.secret_key("responder_signed_prekey_private_key")?;
    let (responder_public, prekey_public) =
        (responder.public_key(&curve), prekey.public_key(&curve));
    let expected = case.child("expected");
    for (field, secret, public) in [
        ("dh1", &initiator, &prekey_public),
        ("dh2", &ephemeral, &responder_public),
        ("dh3", &ephemeral, &prekey_public),
    ] {
        expected.equal_bytes(field, diffie_hellman(secret, public).expose_bytes())?;
    }
    let started = x3dh::initiate_with(&initiator, &ephemeral, &responder_public, &prekey_public);
    let answered = x3dh::accept(
        &responder,
        &prekey,
        &initiator.public_key(&curve),
        &ephemeral.public_key(&curve),
    );
    expected.equal_bytes("shared_secret", started.expose_bytes())?;
    expected.equal_bytes("shared_secret", answered.expose_bytes())
}

pub(super) fn bundle_verify(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let decoded = Bundle::decode(case.bytes("bundle")?.into());
    let decoded = decoded.map_err(|error| case.differs("bundle", "a bundle", error))?;
    let bundle = decoded.bundle();
    if expected.has("parsed") {
        parsed(&expected.child("parsed"), bundle)?;
    }
    if expected.has("signature_material") {
        expected.equal_bytes("signature_material", signature_material(bundle))?;
    }
    let verified = match (decoded.verify(), expected.text("result")?) {
        (Err(_), "invalid") => return Ok(()),
        (Err(error), wanted) => return Err(expected.differs("result", wanted, error)),
        (Ok(_), "invalid") => return Err(expected.differs("result", "invalid", "valid")),
        (Ok(verified), _) => verified,
    };
    let identity = verified.identity().serialize_uncompressed();
    expected.equal_bytes("identity_public_key", identity)?;
    if !case.has("identity_private_key") {
        return Ok(());
    }
    // What Go signed, we sign alike.
    let secret = case.secret_key("identity_private_key")?;
    let pre_keys: &BTreeMap<String, PreKey> = verified.pre_keys();
    let ours = secret.public_key(&Secp256k1::new()) == *verified.identity();
    if ours && pre_keys.len() == bundle.signed_pre_keys.len() {
        let signed = sign_bundle(&secret, pre_keys, verified.timestamp_ns());
        case.equal("bundle", &signed, bundle)?;
    }
    Ok(())
}

/// Compares a bundle with Go's view of it.
pub(crate) fn parsed(expected: &Case<'_>, bundle: &wire::Bundle) -> Checked<()> {
    expected.equal_bytes("identity", &bundle.identity)?;
    expected.equal_bytes("signature", &bundle.signature)?;
    expected.equal_text("timestamp", &bundle.timestamp.to_string())?;
    let mut wanted = BTreeMap::new();
    for entry in expected.list("signed_pre_keys")? {
        let number = |field: &str| {
            // The generator leaves out what is 0.
            if entry.has(field) {
                entry.number(field)
            } else {
                Ok(0)
            }
        };
        let pre_key = wire::SignedPreKey {
            signed_pre_key: entry.bytes("signed_pre_key")?.into(),
            version: number("version")? as u32,
            protocol_version: number("protocol_version")? as u32,
        };
        wanted.insert(entry.text("installation_id")?.to_owned(), pre_key);
    }
    expected.equal("signed_pre_keys", &wanted, &bundle.signed_pre_keys)
}

pub(super) fn dh_symmetric_decrypt(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let recipient = case.secret_key("recipient_private_key")?;
    let key = case.bytes("ephemeral_public_key")?;
    if expected.has("aes_key") {
        let agreed = diffie_hellman(&recipient, &case.public_key("ephemeral_public_key")?);
        expected.equal_bytes("aes_key", agreed.expose_bytes())?;
    }
    let header = wire::DhHeader {
        key: Bytes::from(key),
    };
    let plaintext = decrypt_to_identity(&recipient, &header, &case.bytes("payload")?);
    match plaintext {
        Ok(_) if expected.has("go_error") => {
            Err(expected.differs("go_error", expected.text("go_error")?, "a plaintext"))
        }
        Ok(plaintext) => expected.equal_bytes("plaintext", plaintext),
        Err(_) if expected.has("go_error") => Ok(()),
        Err(error) => Err(expected.differs("plaintext", expected.text("plaintext")?, error)),
    }
}
