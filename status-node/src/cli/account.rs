//! `status-node account`: make, import or show the account of a data folder.

use super::args::{AccountCommand, Import, NewPassword, Picture, Shared, Show};
use super::output::Output;
use super::{password, picture, progress};
use anyhow::Context;
use secp256k1::PublicKey;
use serde_json::json;
use status_conversational_security::trust::{SafetyNumber, ThreeWordName, public_key_text};
use status_node::account::{AccountFolder, Address, ExtendedKey, FolderError, Mnemonic, Profile};
use status_node::data_folder::{DataFolder, read_secret_key};
use status_node::files;
use status_node::hex_key;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What takes a second or two whenever a password is used: guessing passwords shall take long.
pub(crate) const DERIVING: &str = "deriving the key from the password";

/// Bytes a mnemonic's file may have: 24 words of eight letters, with room for white space.
const MAX_MNEMONIC_FILE: usize = 4096;

pub(crate) fn run(command: &AccountCommand, shared: &Shared, output: Output) -> anyhow::Result<()> {
    let path = match &shared.data_dir {
        Some(path) => path.clone(),
        None => DataFolder::default_path()?,
    };
    if let Some(file) = picture_of(command).and_then(|picture| picture.identicon.as_ref()) {
        file.require_new()?;
    }
    match command {
        AccountCommand::Show(wanted) => show(&path, wanted, output),
        AccountCommand::New(picture) => {
            let (folder, password) = prepare(path, shared)?;
            let mnemonic = Mnemonic::generate(&mut rand::rng());
            let master = ExtendedKey::master(&mnemonic, "")?;
            let busy = progress::busy(DERIVING);
            let (profile, keystore) =
                folder
                    .account()
                    .create_from_master(&mut rand::rng(), &master, &password)?;
            drop(busy);
            print(output, &profile, &keystore, Some(&mnemonic))?;
            write_picture(picture, profile.public_key())
        }
        AccountCommand::Import(import) => {
            let (folder, password) = prepare(path, shared)?;
            let busy = progress::busy(DERIVING);
            let (profile, keystore) = self::import(import, &folder.account(), &password)?;
            drop(busy);
            print(output, &profile, &keystore, None)?;
            write_picture(&import.picture, profile.public_key())
        }
        AccountCommand::Password(new) => change_password(path, new, shared, output),
    }
}

/// The node that runs on the folder, if one does, has opened the account already and keeps running on
/// it; so the folder must be free.
fn change_password(
    path: PathBuf,
    new: &NewPassword,
    shared: &Shared,
    output: Output,
) -> anyhow::Result<()> {
    // First what fails without leaving a trace.
    AccountFolder::new(&path).profile()?;
    let old = password::require(shared)?;
    let account = DataFolder::open(path)?.account();
    if new.new_password_file.is_none() {
        // Before a new one is thought of and typed twice.
        let _busy = progress::busy(DERIVING);
        account.unlock(&old)?;
    }
    let new = password::choose_new(new.new_password_file.as_deref())?;
    let busy = progress::busy(DERIVING);
    account.change_password(&mut rand::rng(), &old, &new)?;
    drop(busy);
    let (profile, keystore) = account.profile()?;
    let json = json!({
        "public_key": profile.public_key_hex(),
        "keystore": keystore.display().to_string(),
        "password": "changed",
    });
    output.line(&json, "The password is changed.")
}

/// Reading needs no lock: a change of the password replaces the account file as a whole.
fn show(path: &Path, wanted: &Show, output: Output) -> anyhow::Result<()> {
    let account = AccountFolder::new(path);
    let key = if let Some(key) = &wanted.key {
        let own = account.exists().then(|| account.profile()).transpose()?;
        let own = own.map(|(profile, _)| *profile.public_key());
        print_other(output, key, own.filter(|own| own != key).as_ref())?;
        *key
    } else {
        let (profile, keystore) = account.profile()?;
        print(output, &profile, &keystore, None)?;
        *profile.public_key()
    };
    write_picture(&wanted.picture, &key)
}

fn picture_of(command: &AccountCommand) -> Option<&Picture> {
    match command {
        AccountCommand::New(picture) => Some(picture),
        AccountCommand::Import(import) => Some(&import.picture),
        AccountCommand::Show(wanted) => Some(&wanted.picture),
        AccountCommand::Password(_) => None,
    }
}

/// Comes last: whatever happens to the picture, the words of a new account were printed.
fn write_picture(picture: &Picture, key: &PublicKey) -> anyhow::Result<()> {
    match &picture.identicon {
        Some(file) => file.write(key),
        None => Ok(()),
    }
}

fn prepare(path: PathBuf, shared: &Shared) -> anyhow::Result<(DataFolder, Zeroizing<String>)> {
    // First what fails without leaving a trace, and before anybody is asked anything.
    if AccountFolder::new(&path).exists() {
        return Err(FolderError::Exists(path).into());
    }
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
        "name": ThreeWordName::of(profile.public_key()).to_string(),
        "keystore": keystore.display().to_string(),
    });
    let mut text = format!(
        "{}\nkey uid         {key_uid}\nkeystore        {}\n\n{}",
        lines(profile.public_key()),
        keystore.display(),
        picture::qr_code(profile.public_key())?,
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

/// What is shown of a key, whoever's it is.
fn lines(key: &PublicKey) -> String {
    format!(
        "name            {}\n{}\npublic key      {}\ncompressed key  0x{}\nin short        {}\naddress         {}",
        ThreeWordName::of(key),
        picture::identicon(key, "                "),
        hex_key(key),
        hex::encode(key.serialize()),
        public_key_text(key),
        Address::of(key),
    )
}

/// Somebody else's key, and what to compare with its owner if there is an account to compare with.
fn print_other(output: Output, key: &PublicKey, own: Option<&PublicKey>) -> anyhow::Result<()> {
    let number = own.map(|own| SafetyNumber::of(own, key));
    let json = json!({
        "public_key": hex_key(key),
        "compressed_key": format!("0x{}", hex::encode(key.serialize())),
        "address": Address::of(key).to_string(),
        "name": ThreeWordName::of(key).to_string(),
        "safety_number": number.as_ref().map(|number| number.groups().join(" ")),
    });
    let mut text = lines(key);
    if let Some(number) = number {
        let number = number.to_string().replace('\n', "\n                ");
        text = format!(
            "{text}\nsafety number   {number}\nIf the owner of the key sees the same number, nobody stands between you."
        );
    }
    output.line(&json, text)
}
