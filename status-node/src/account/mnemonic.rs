//! The mnemonic: words from which all keys of an account follow (BIP-39).

use bip39::Language;
use rand_core::CryptoRng;
use sha2::Sha512;
use std::borrow::Cow;
use std::fmt;
use zeroize::Zeroizing;

/// Rounds of PBKDF2 from phrase to seed (BIP-39).
const SEED_ROUNDS: u32 = 2048;

/// Bytes of randomness behind a new mnemonic: twelve words, as Status makes them.
const NEW_ENTROPY: usize = 16;

/// A phrase of words. The text counts byte for byte: status-go derives the seed from what was
/// typed, so two spaces between words or capitals give another account.
#[derive(Clone)]
pub struct Mnemonic(Zeroizing<String>);

/// Why a phrase is not a mnemonic; whoever typed it made a mistake. The words themselves are secret
/// and therefore not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MnemonicError {
    /// The number of words is not 12, 15, 18, 21 or 24.
    #[error("a mnemonic has 12, 15, 18, 21 or 24 words, this one has {0}")]
    WordCount(usize),
    /// A word is not in the English list.
    #[error("word {0} of the mnemonic is not in the English word list")]
    UnknownWord(usize),
    /// The last word does not match the others: one was mistaken for another.
    #[error("the checksum of the mnemonic does not match: some word is wrong")]
    Checksum,
}

impl Mnemonic {
    /// Draws a new mnemonic of twelve English words.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut entropy = Zeroizing::new([0u8; NEW_ENTROPY]);
        rng.fill_bytes(entropy.as_mut());
        let mut phrase = Zeroizing::new(String::with_capacity(NEW_ENTROPY * 8));
        // Sixteen bytes are an allowed amount of entropy, so there is no error to report.
        if let Ok(mnemonic) = bip39::Mnemonic::from_entropy(entropy.as_ref()) {
            for word in mnemonic.words() {
                if !phrase.is_empty() {
                    phrase.push(' ');
                }
                phrase.push_str(word);
            }
        }
        Self(phrase)
    }

    /// Takes a phrase as it is, valid or not, as status-go does when it imports one.
    pub fn from_phrase(phrase: &str) -> Self {
        Self(Zeroizing::new(phrase.to_owned()))
    }

    /// Takes a phrase of words with any white space between and around them, checks it and keeps
    /// it with single spaces: what a person means who typed a mnemonic.
    pub fn parse(text: &str) -> Result<Self, MnemonicError> {
        let mut phrase = Zeroizing::new(String::with_capacity(text.len()));
        for word in text.split_whitespace() {
            if !phrase.is_empty() {
                phrase.push(' ');
            }
            phrase.push_str(word);
        }
        let mnemonic = Self(phrase);
        mnemonic.validate()?;
        Ok(mnemonic)
    }

    /// Checks number of words, words and checksum against the English list, in this order.
    /// White space between words is not judged.
    pub fn validate(&self) -> Result<(), MnemonicError> {
        match bip39::Mnemonic::parse_in_normalized(Language::English, &self.0) {
            Ok(_) => Ok(()),
            Err(bip39::Error::UnknownWord(index)) => Err(MnemonicError::UnknownWord(index + 1)),
            Err(bip39::Error::InvalidChecksum) => Err(MnemonicError::Checksum),
            Err(_) => Err(MnemonicError::WordCount(self.0.split_whitespace().count())),
        }
    }

    /// The seed of 64 bytes from which the master key is made. An empty passphrase is none.
    pub fn seed(&self, passphrase: &str) -> Zeroizing<[u8; 64]> {
        let mut phrase = Cow::Borrowed(self.0.as_str());
        bip39::Mnemonic::normalize_utf8_cow(&mut phrase);
        let mut salt = Cow::Borrowed(passphrase);
        bip39::Mnemonic::normalize_utf8_cow(&mut salt);
        let salt = Zeroizing::new(["mnemonic", &salt].concat());
        let mut seed = Zeroizing::new([0u8; 64]);
        pbkdf2::pbkdf2_hmac::<Sha512>(
            phrase.as_bytes(),
            salt.as_bytes(),
            SEED_ROUNDS,
            seed.as_mut(),
        );
        if let Cow::Owned(phrase) = phrase {
            drop(Zeroizing::new(phrase));
        }
        seed
    }

    /// The words, to be shown once to the person they belong to.
    pub fn phrase(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Mnemonic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mnemonic(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_mnemonic_is_valid_and_differs_from_the_next() {
        let first = Mnemonic::generate(&mut rand::rng());
        assert_eq!(first.phrase().split(' ').count(), 12);
        assert_eq!(first.validate(), Ok(()));
        assert_ne!(
            first.phrase(),
            Mnemonic::generate(&mut rand::rng()).phrase()
        );
    }

    #[test]
    fn parsing_forgives_white_space_and_nothing_else() {
        let words = "draft ride fault now soccer adapt dash female eight siege educate sense";
        let typed = format!(" {}\n", words.replace(' ', "  "));
        assert_eq!(Mnemonic::parse(&typed).unwrap().phrase(), words);
        assert_eq!(
            Mnemonic::parse(&words.to_uppercase()).unwrap_err(),
            MnemonicError::UnknownWord(1)
        );
    }

    #[test]
    fn the_words_are_not_in_debug_output() {
        let mnemonic = Mnemonic::from_phrase("abandon about");
        assert_eq!(format!("{mnemonic:?}"), "Mnemonic(hidden)");
    }
}
