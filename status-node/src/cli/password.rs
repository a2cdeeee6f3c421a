//! Where the account's password comes from: a file, the environment, or who sits at the terminal.

use super::args::Shared;
use super::interruption;
use anyhow::{Context, bail, ensure};
use status_node::files;
use std::io::{ErrorKind, IsTerminal};
use std::path::Path;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The variable of the environment that may hold the password.
const VARIABLE: &str = "STATUS_NODE_PASSWORD";

/// Said where none is given and nobody can be asked.
const MISSING: &str =
    "the account's password is missing: give --password-file or set STATUS_NODE_PASSWORD";

/// Bytes a password file may have.
const MAX_PASSWORD_FILE: usize = 4096;

/// The password, if one is given: from the file, else from the environment.
pub(crate) fn find(shared: &Shared) -> anyhow::Result<Option<Zeroizing<String>>> {
    if let Some(path) = &shared.password_file {
        return read(path).map(Some);
    }
    match std::env::var(VARIABLE) {
        // As where it is not set at all: no account has an empty one.
        Ok(password) if password.is_empty() => Ok(None),
        Ok(password) => Ok(Some(Zeroizing::new(password))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => bail!("{VARIABLE} is not UTF-8 text"),
    }
}

/// The password, which must be given.
pub(crate) fn require(shared: &Shared) -> anyhow::Result<Zeroizing<String>> {
    match find(shared)? {
        Some(password) => Ok(password),
        None if can_ask() => ask("Password: "),
        None => bail!(MISSING),
    }
}

/// The password of an account that is about to be made.
pub(crate) fn choose(shared: &Shared) -> anyhow::Result<Zeroizing<String>> {
    match find(shared)? {
        Some(password) => not_empty(password),
        None if can_ask() => ask_twice(),
        None => bail!(MISSING),
    }
}

/// The password that an account is about to get.
pub(crate) fn choose_new(file: Option<&Path>) -> anyhow::Result<Zeroizing<String>> {
    match file {
        Some(path) => not_empty(read(path)?),
        None if can_ask() => ask_twice(),
        None => bail!("the new password is missing: give --new-password-file"),
    }
}

/// Whether somebody sits there who can answer. A pipe, a file or a service cannot, and fails at once.
fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// What is typed is not shown.
fn ask(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    match rpassword::prompt_password(prompt) {
        Err(error) if error.kind() == ErrorKind::Interrupted => interruption::end(),
        password => password.map(Zeroizing::new).context("no password"),
    }
}

/// A password that nobody knows yet: a slip of the finger would lose the account.
fn ask_twice() -> anyhow::Result<Zeroizing<String>> {
    let password = not_empty(ask("New password: ")?)?;
    let again = ask("The same again: ")?;
    let is_same = password.as_bytes().ct_eq(again.as_bytes());
    ensure!(bool::from(is_same), "the two passwords differ");
    Ok(password)
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
