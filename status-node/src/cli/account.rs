//! `status-node account`: make, import or show the account of a data folder.

use super::args::{AccountCommand, Import, Shared};
use super::output::Output;
use super::password;
use anyhow::Context;
use serde_json::json;
use status_node::account::{AccountFolder, ExtendedKey, Mnemonic, Profile};
use status_node::data_folder::{DataFolder, read_secret_key};
use status_node::files;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Bytes a mnemonic's file may have: 24 words of eight letters, with room for white space.
const MAX_MNEMONIC_FILE: usize = 4096;

pub(crate) fn run(command: &AccountCommand, shared: &Shared, output: Output) -> anyhow::Result<()> {
    let path = match &shared.data_dir {
        Some(path) => path.clone(),
        None => DataFolder::default_path()?,
    };
    match command {
        AccountCommand::Show => show(&path, output),
        AccountCommand::New => {
            let (folder, password) = prepare(path, shared)?;
            let mnemonic = Mnemonic::generate(&mut rand::rng());
            let master = ExtendedKey::master(&mnemonic, "")?;
            let (profile, keystore) =
                folder
                    .account()
                    .create_from_master(&mut rand::rng(), &master, &password)?;
            print(output, &profile, &keystore, Some(&mnemonic))
        }
        AccountCommand::Import(import) => {
            let (folder, password) = prepare(path, shared)?;
            let (profile, keystore) = self::import(import, &folder.account(), &password)?;
            print(output, &profile, &keystore, None)
        }
    }
}

/// Reading needs no lock: the files are never changed once they are there.
fn show(path: &Path, output: Output) -> anyhow::Result<()> {
    let (profile, keystore) = AccountFolder::new(path).profile()?;
    print(output, &profile, &keystore, None)
}

fn prepare(path: PathBuf, shared: &Shared) -> anyhow::Result<(DataFolder, Zeroizing<String>)> {
    // First what fails without leaving a trace.
    let password = password::choose(shared)?;
    Ok((DataFolder::open(path)?, password))
}

fn import(
    import: &Import,
    account: &AccountFolder,
    password: &str,
) -> anyhow::Result<(Profile, PathBuf)> {
    let mut rng = rand::rng();
    if let Some(path) = &import.private_key_file {
        let key = read_secret_key(path)?;
        return Ok(account.create_from_secret_key(&mut rng, key, password)?);
    }
    let path = import
        .mnemonic_file
        .as_ref()
        .context("--mnemonic-file or --private-key-file is missing")?;
    let text = Zeroizing::new(files::read_text(path, MAX_MNEMONIC_FILE)?);
    let mnemonic = Mnemonic::parse(&text).with_context(|| path.display().to_string())?;
    let master = ExtendedKey::master(&mnemonic, "")?;
    Ok(account.create_from_master(&mut rng, &master, password)?)
}

fn print(
    output: Output,
    profile: &Profile,
    keystore: &Path,
    mnemonic: Option<&Mnemonic>,
) -> anyhow::Result<()> {
    let key_uid = format!("0x{}", hex::encode(profile.key_uid()));
    let mut json = json!({
        "public_key": profile.public_key_hex(),
        "compressed_key": profile.compressed_key_hex(),
        "address": profile.address().to_string(),
        "key_uid": key_uid,
        // The three-word name is not built yet; the field is there so that scripts find it.
        "name": null,
        "keystore": keystore.display().to_string(),
    });
    let mut text = format!(
        "public key      {}\ncompressed key  {}\naddress         {}\nkey uid         {key_uid}\nkeystore        {}",
        profile.public_key_hex(),
        profile.compressed_key_hex(),
        profile.address(),
        keystore.display(),
    );
    if let Some(mnemonic) = mnemonic {
        if let Some(fields) = json.as_object_mut() {
            fields.insert("mnemonic".into(), mnemonic.phrase().into());
        }
        text = format!(
            "{text}\nmnemonic        {}\nWrite these words down: they are the account, and they are shown only now.",
            mnemonic.phrase()
        );
    }
    output.line(&json, text)
}
