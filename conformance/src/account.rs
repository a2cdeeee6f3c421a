//! Cases of `account.json`.

use crate::case::Checked;
use crate::{Case, Outcome};
use status_node::account::{
    Address, CHAT_PATH, DerivationPath, ExtendedKey, Mnemonic, StartingPoint, WALLET_PATH, key_uid,
    public_key,
};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "mnemonic" => mnemonic(case).into(),
        "mnemonic_validate" => validate(case).into(),
        "path" => path(case).into(),
        "address" => address(case).into(),
        _ => crate::account_keys::run(case),
    }
}

fn validate(case: &Case<'_>) -> Checked<()> {
    let mnemonic = Mnemonic::from_phrase(case.text("mnemonic")?);
    check_validity(&case.child("expected"), &mnemonic)
}

fn check_validity(expected: &Case<'_>, mnemonic: &Mnemonic) -> Checked<()> {
    let got = mnemonic.validate();
    if got.is_err() == expected.has("validate_error") {
        return Ok(());
    }
    let wanted = &expected.value()["validate_error"];
    Err(expected.differs("validate_error", wanted, format_args!("{got:?}")))
}

fn mnemonic(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let mnemonic = Mnemonic::from_phrase(case.text("mnemonic")?);
    check_validity(&expected, &mnemonic)?;
    let passphrase = if case.has("passphrase") {
        case.text("passphrase")?
    } else {
        ""
    };
    let seed = mnemonic.seed(passphrase);
    expected.equal_bytes("seed", seed.as_ref())?;

    let master = ExtendedKey::from_seed(&seed)
        .map_err(|error| expected.differs("master_xprv", "a key", error))?;
    expected.equal_text("master_xprv", &master.to_base58())?;
    expected.equal_text("master_xpub", &master.public_base58())?;
    check_key(
        &expected,
        &master,
        "master_address",
        "master_public_key",
        None,
    )?;
    let public = public_key(&secret(&expected, &master)?);
    expected.equal_bytes("key_uid", key_uid(&public))?;

    for (field, path) in [
        ("chat_private_key", CHAT_PATH),
        ("wallet_private_key", WALLET_PATH),
    ] {
        let key = derive(&expected, &master, path, DerivationPath::parse)?;
        expected.equal_bytes(field, secret(&expected, &key)?.secret_bytes())?;
    }
    for item in expected.list("derived")? {
        check_derived(&item, &master)?;
    }
    Ok(())
}

fn check_derived(item: &Case<'_>, master: &ExtendedKey) -> Checked<()> {
    let path = item.text("path")?;
    let key = derive(item, master, path, DerivationPath::parse)?;
    item.equal_text("xprv", &key.to_base58())?;
    check_key(item, &key, "address", "public_key", Some("private_key"))?;
    if item.has("go_generator_public_key") {
        let key = derive(item, master, path, DerivationPath::parse_as_deployed)?;
        let public = public_key(&secret(item, &key)?);
        item.equal_bytes("go_generator_public_key", public.serialize_uncompressed())?;
    }
    Ok(())
}

fn check_key(
    at: &Case<'_>,
    key: &ExtendedKey,
    address: &str,
    public: &str,
    private: Option<&str>,
) -> Checked<()> {
    let secret = secret(at, key)?;
    let public_key = public_key(&secret);
    at.equal_text(address, &Address::of(&public_key).to_string())?;
    at.equal_bytes(public, public_key.serialize_uncompressed())?;
    match private {
        Some(field) => at.equal_bytes(field, secret.secret_bytes()),
        None => Ok(()),
    }
}

fn derive<E: std::fmt::Display>(
    at: &Case<'_>,
    master: &ExtendedKey,
    path: &str,
    parse: impl Fn(&str) -> Result<DerivationPath, E>,
) -> Checked<ExtendedKey> {
    let path = parse(path).map_err(|error| at.differs("path", "a path", error))?;
    master
        .derive(&path)
        .map_err(|error| at.differs("path", "a key", error))
}

fn secret(at: &Case<'_>, key: &ExtendedKey) -> Checked<secp256k1::SecretKey> {
    key.secret_key()
        .map_err(|error| at.differs("private_key", "a key", error))
}

fn path(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let got = match DerivationPath::parse_as_deployed(case.text("path")?) {
        Ok(path) => path,
        Err(_) if expected.has("go_error") => return Ok(()),
        Err(error) => return Err(expected.differs("indexes", "a path", error)),
    };
    if expected.has("go_error") {
        return Err(expected.differs("go_error", expected.text("go_error")?, got));
    }
    let start: u64 = match got.start() {
        StartingPoint::Master => 1,
        StartingPoint::Current => 2,
        StartingPoint::Parent => 3,
    };
    expected.equal_number("starting_point", start)?;
    let indexes = match &expected.value()["indexes"] {
        serde_json::Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), Into::into))
            .collect(),
        _ => Vec::new(),
    };
    let got: Vec<String> = got.children().iter().map(u32::to_string).collect();
    expected.equal("indexes", indexes, got)
}

fn address(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let public = public_key(&case.secret_key("private_key")?);
    expected.equal_text("address", &Address::of(&public).to_string())?;
    expected.equal_bytes("key_uid", key_uid(&public))?;
    expected.equal_bytes("public_key", public.serialize_uncompressed())?;
    expected.equal_bytes("public_key_compressed", public.serialize())
}
