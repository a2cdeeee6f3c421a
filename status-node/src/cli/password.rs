//! Where the account's password comes from.

use super::args::Shared;
use anyhow::{Context, bail, ensure};
use status_node::files;
use std::path::Path;
use zeroize::Zeroizing;

/// The variable of the environment that may hold the password.
const VARIABLE: &str = "STATUS_NODE_PASSWORD";

/// Bytes a password file may have.
const MAX_PASSWORD_FILE: usize = 4096;

/// The password, if one is given: from the file, else from the environment.
pub(crate) fn find(shared: &Shared) -> anyhow::Result<Option<Zeroizing<String>>> {
    if let Some(path) = &shared.password_file {
        return read(path).map(Some);
    }
    match std::env::var(VARIABLE) {
        Ok(password) => Ok(Some(Zeroizing::new(password))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => bail!("{VARIABLE} is not UTF-8 text"),
    }
}

/// The password, which must be given.
pub(crate) fn require(shared: &Shared) -> anyhow::Result<Zeroizing<String>> {
    match find(shared)? {
        Some(password) => Ok(password),
        None => bail!("the account's password is missing: give --password-file or set {VARIABLE}"),
    }
}

/// The password of an account that is about to be made.
pub(crate) fn choose(shared: &Shared) -> anyhow::Result<Zeroizing<String>> {
    not_empty(require(shared)?)
}

/// The password that an account is about to get.
pub(crate) fn choose_from(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    not_empty(read(path)?)
}

fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = files::read_text(path, MAX_PASSWORD_FILE)
        .map(Zeroizing::new)
        .context("no password")?;
    // The line end belongs to the file, anything else to the password.
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    Ok(Zeroizing::new(password.to_owned()))
}

fn not_empty(password: Zeroizing<String>) -> anyhow::Result<Zeroizing<String>> {
    ensure!(
        !password.is_empty(),
        "the password is empty, which would leave the account's keys open to any reader"
    );
    Ok(password)
}
