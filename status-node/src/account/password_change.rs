//! Changing the password of an account: the same keys in new keystores.
//!
//! The new keystores are written first, under names of their own. Then `account.json`, which says what
//! keystores count, is replaced by one that names them: from this one step on the new password opens
//! the account, and before it the old one does. The old keystores are removed last; what a crash
//! leaves of them goes when the data folder is opened next.

use super::folder::{AccountFile, AccountFolder, FolderError, KEYSTORE_FOLDER, read_keystore};
use super::keystore::{self, KeystoreError};
use super::public_key;
use crate::files::{self, FileError};
use rand_core::CryptoRng;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Digits of a chat key's or a master key's address, with which the name of its keystore begins.
const ADDRESS_DIGITS: usize = 40;

impl AccountFolder {
    /// Puts the account's keys under another password. Stopped at any instant, the account opens with
    /// one of the two. The caller owns the data folder, so that nobody else changes it meanwhile.
    ///
    /// # Errors
    ///
    /// [`FolderError`]; the old password is the account's then, unless only the removal of the old
    /// keystores failed.
    pub fn change_password(
        &self,
        rng: &mut impl CryptoRng,
        old: &str,
        new: &str,
    ) -> Result<(), FolderError> {
        let account = self.write_under(rng, old, new)?;
        self.switch_to(&account)?;
        self.remove_superseded()
    }

    /// Writes the keys once more, under the new password.
    fn write_under(
        &self,
        rng: &mut impl CryptoRng,
        old: &str,
        new: &str,
    ) -> Result<AccountFile, FolderError> {
        // Says that the password is wrong, or that the keystore is not this account's.
        drop(self.unlock(old)?);
        let mut account = self.read_account()?;
        account.keystore = self.rewrite(rng, &account.keystore, old, new)?;
        if let Some(master) = &account.master_keystore {
            account.master_keystore = Some(self.rewrite(rng, master, old, new)?);
        }
        Ok(account)
    }

    /// Writes the key of a keystore into another one, and makes sure that it opens.
    fn rewrite(
        &self,
        rng: &mut impl CryptoRng,
        keystore: &Path,
        old: &str,
        new: &str,
    ) -> Result<PathBuf, FolderError> {
        let stored = read_keystore(&self.folder.join(keystore), old)?;
        let mut number = [0; 8];
        rng.fill_bytes(&mut number);
        let (address, number) = (hex::encode(stored.address().0), hex::encode(number));
        let relative = Path::new(KEYSTORE_FOLDER).join(format!("{address}-{number}.json"));
        let path = self.folder.join(&relative);
        let failed = |error: KeystoreError| FolderError::Keystore {
            path: path.clone(),
            error,
        };
        let extended = stored.extended_key.as_ref();
        let json = keystore::encrypt(rng, new, &stored.secret_key, extended).map_err(failed)?;
        files::write_new(&path, json.as_bytes())?;
        let written = read_keystore(&path, new)?;
        if public_key(&written.secret_key) != public_key(&stored.secret_key) {
            return Err(failed(KeystoreError::NoKey));
        }
        Ok(relative)
    }

    /// From here on the keystores that `account` names count.
    fn switch_to(&self, account: &AccountFile) -> Result<(), FolderError> {
        let json = self.encode(account)?;
        Ok(files::replace(&self.account_file(), json.as_bytes())?)
    }

    /// Removes the keystores of this account's keys that do not count: those under an earlier password,
    /// and those of a change that was cut short. The caller owns the data folder.
    ///
    /// # Errors
    ///
    /// If a file cannot be removed.
    pub fn remove_superseded(&self) -> Result<(), FolderError> {
        if !self.exists() {
            return Ok(());
        }
        let account = self.read_account()?;
        let counting: Vec<&Path> = std::iter::once(account.keystore.as_path())
            .chain(account.master_keystore.as_deref())
            .collect();
        let folder = self.folder.join(KEYSTORE_FOLDER);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| {
                FolderError::File(FileError::System {
                    doing: "remove old keystores from",
                    path,
                    error,
                })
            }
        };
        for entry in std::fs::read_dir(&folder).map_err(failed(&folder))? {
            let path = entry.map_err(failed(&folder))?.path();
            let counts = counting
                .iter()
                .any(|counting| path.file_name() == counting.file_name());
            let ours = counting.iter().any(|counting| {
                address(path.file_name())
                    .is_some_and(|it| Some(it) == address(counting.file_name()))
            });
            if ours && !counts {
                std::fs::remove_file(&path).map_err(failed(&path))?;
            }
        }
        Ok(())
    }
}

/// The address in the name of a keystore that this module or the making of the account wrote: the
/// address alone, or with a number.
fn address(name: Option<&OsStr>) -> Option<&str> {
    let stem = name?.to_str()?.strip_suffix(".json")?;
    let address = stem.split_once('-').map_or(stem, |(address, _)| address);
    let is_hex = address.bytes().all(|byte| byte.is_ascii_hexdigit());
    (address.len() == ADDRESS_DIGITS && is_hex).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::ExtendedKey;

    fn account(folder: &Path) -> AccountFolder {
        let account = AccountFolder::new(folder);
        let master = ExtendedKey::from_seed(&[3; 64]).unwrap();
        account
            .create_from_master(&mut rand::rng(), &master, "old")
            .unwrap();
        account
    }

    fn keystores(folder: &Path) -> usize {
        std::fs::read_dir(folder.join("keystore")).unwrap().count()
    }

    fn opens_only_with(account: &AccountFolder, right: &str, wrong: &str) {
        account.unlock(right).unwrap();
        let refused = account.unlock(wrong).unwrap_err();
        assert!(matches!(
            refused,
            FolderError::Keystore {
                error: KeystoreError::Password,
                ..
            }
        ));
    }

    #[test]
    fn the_keys_are_the_same_under_another_password() {
        let folder = tempfile::tempdir().unwrap();
        let account = account(folder.path());
        let (profile, _) = account.profile().unwrap();
        account
            .change_password(&mut rand::rng(), "old", "new")
            .unwrap();
        opens_only_with(&account, "new", "old");
        assert_eq!(*account.unlock("new").unwrap().profile(), profile);
        let file = account.read_account().unwrap();
        let master = folder.path().join(file.master_keystore.unwrap());
        assert!(
            read_keystore(&master, "new")
                .unwrap()
                .extended_key
                .is_some()
        );
        assert_eq!(keystores(folder.path()), 2);
        account
            .change_password(&mut rand::rng(), "new", "old")
            .unwrap();
        opens_only_with(&account, "old", "new");
        assert_eq!(keystores(folder.path()), 2);
    }

    #[test]
    fn a_wrong_password_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let account = account(folder.path());
        let refused = account.change_password(&mut rand::rng(), "wrong", "new");
        assert!(matches!(refused, Err(FolderError::Keystore { .. })));
        opens_only_with(&account, "old", "new");
        assert_eq!(keystores(folder.path()), 2);
    }

    #[test]
    fn a_crash_at_any_step_leaves_one_password_that_works() {
        let folder = tempfile::tempdir().unwrap();
        let account = account(folder.path());
        // After the first of the new keystores, and after both.
        let keystore = account.read_account().unwrap().keystore;
        account
            .rewrite(&mut rand::rng(), &keystore, "old", "new")
            .unwrap();
        opens_only_with(&account, "old", "new");
        let changed = account.write_under(&mut rand::rng(), "old", "new").unwrap();
        opens_only_with(&account, "old", "new");
        // In the middle of writing the account file: a temporary file, which nothing reads.
        std::fs::write(folder.path().join(".account.json.01"), b"{").unwrap();
        opens_only_with(&account, "old", "new");
        // After it has its name.
        account.switch_to(&changed).unwrap();
        opens_only_with(&account, "new", "old");
        assert_eq!(keystores(folder.path()), 5);
        // After one of the old ones is gone.
        std::fs::remove_file(folder.path().join(keystore)).unwrap();
        opens_only_with(&account, "new", "old");
        // The next start of the node removes the others.
        drop(crate::data_folder::DataFolder::open(folder.path()).unwrap());
        assert_eq!(keystores(folder.path()), 2);
        opens_only_with(&account, "new", "old");
    }

    #[test]
    fn keystores_of_others_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let account = account(folder.path());
        let other = "UTC--2020-01-01T00-00-00Z--0000000000000000000000000000000000000001";
        let another = format!("{}.json", "0".repeat(40));
        for name in [other, &another] {
            std::fs::write(folder.path().join("keystore").join(name), b"{}").unwrap();
        }
        account.remove_superseded().unwrap();
        assert_eq!(keystores(folder.path()), 4);
        // Where there is no account, nothing is superseded.
        std::fs::remove_file(account.account_file()).unwrap();
        account.remove_superseded().unwrap();
        assert_eq!(keystores(folder.path()), 4);
    }
}
