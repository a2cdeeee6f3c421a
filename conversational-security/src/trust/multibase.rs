//! Bytes as text in many encodings, each with a letter in front that names it.

use super::KeyTextError;

/// The longest text that is read, in bytes. The longest key, an uncompressed one of BLS12-381's G2
/// in binary digits, has 1,553; no need to do a stranger's long division on more.
pub const MAX_KEY_TEXT: usize = 2048;

/// An encoding of multibase, of those that 2/ACCOUNT lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Multibase(multibase::Base);

impl Multibase {
    /// Hexadecimal digits, small letters.
    pub const BASE16: Self = Self(multibase::Base::Base16Lower);
    /// The digits of Bitcoin's addresses, in which Status shows keys.
    pub const BASE58_BTC: Self = Self(multibase::Base::Base58Btc);
    /// No encoding: the bytes themselves after a zero byte. Seldom text.
    pub const IDENTITY: Self = Self(multibase::Base::Identity);

    /// The letters of all encodings, in the order of 2/ACCOUNT.
    pub const CODES: [char; 23] = [
        '\0', '0', '7', '9', 'f', 'F', 'v', 'V', 't', 'T', 'b', 'B', 'c', 'C', 'h', 'k', 'K', 'z',
        'Z', 'm', 'M', 'u', 'U',
    ];

    /// Those that 2/ACCOUNT lists and status-go v0.56.10 cannot read: octal, decimal, z-base-32 and
    /// base 36.
    const NOT_DEPLOYED: [char; 5] = ['7', '9', 'h', 'k', 'K'];

    /// The encoding that the letter `code` names.
    pub fn from_code(code: char) -> Option<Self> {
        let listed = Self::CODES.contains(&code);
        let base = multibase::Base::from_code(code).ok()?;
        listed.then_some(Self(base))
    }

    /// The letter in front.
    pub fn code(self) -> char {
        self.0.code()
    }

    /// Whether status-go v0.56.10 reads and writes it.
    pub fn is_deployed(self) -> bool {
        !Self::NOT_DEPLOYED.contains(&self.code())
    }

    /// `bytes` as text, the letter in front.
    ///
    /// # Errors
    ///
    /// [`KeyTextError::NotText`] if the encoding is [`Multibase::IDENTITY`] and the bytes are no text.
    pub fn encode(self, bytes: &[u8]) -> Result<String, KeyTextError> {
        String::from_utf8(self.encode_bytes(bytes)).map_err(|_| KeyTextError::NotText)
    }

    /// The same as bytes, which exist in every encoding.
    pub fn encode_bytes(self, bytes: &[u8]) -> Vec<u8> {
        if self == Self::IDENTITY {
            return [&[0], bytes].concat();
        }
        multibase::encode(self.0, bytes).into_bytes()
    }

    /// Takes a text apart: its encoding and the bytes. `0x` in front stands for
    /// [`Multibase::BASE16`].
    ///
    /// Capitals and small letters count the same where the encoding has only one kind, and line
    /// breaks inside base 32 and base 64 are skipped, as deployed; anything else that an encoder
    /// would not have written is refused.
    ///
    /// # Errors
    ///
    /// If the text is empty, longer than [`MAX_KEY_TEXT`], of no known encoding, or not of the one it
    /// names.
    pub fn decode(text: &[u8]) -> Result<(Self, Vec<u8>), KeyTextError> {
        if text.len() > MAX_KEY_TEXT {
            return Err(KeyTextError::TooLong(text.len()));
        }
        if let Some(digits) = text.strip_prefix(b"0x") {
            return Ok((Self::BASE16, Self::BASE16.decode_rest(digits)?));
        }
        if let Some(bytes) = text.strip_prefix(b"\0") {
            return Ok((Self::IDENTITY, bytes.to_vec()));
        }
        let (code, rest) = text.split_first().ok_or(KeyTextError::Empty)?;
        let code = char::from(*code);
        let encoding = Self::from_code(code).ok_or(KeyTextError::UnknownEncoding(code))?;
        Ok((encoding, encoding.decode_rest(rest)?))
    }

    fn decode_rest(self, rest: &[u8]) -> Result<Vec<u8>, KeyTextError> {
        let wrong = || KeyTextError::NotOfEncoding(self.code());
        let mut text = std::str::from_utf8(rest).map_err(|_| wrong())?.to_owned();
        match self.code() {
            'f' | 'b' | 'c' | 'v' | 't' => text.make_ascii_lowercase(),
            'F' | 'B' | 'C' | 'V' | 'T' => text.make_ascii_uppercase(),
            _ => {}
        }
        if "bBcCvVtTmMuU".contains(self.code()) {
            text.retain(|letter| letter != '\r' && letter != '\n');
        }
        self.0.decode(text).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encodings() -> impl Iterator<Item = Multibase> {
        Multibase::CODES
            .into_iter()
            .map(|code| Multibase::from_code(code).unwrap())
    }

    #[test]
    fn each_letter_of_the_specification_names_an_encoding_and_no_other_does() {
        assert_eq!(encodings().count(), 23);
        for encoding in encodings() {
            assert!(Multibase::CODES.contains(&encoding.code()));
        }
        assert_eq!(
            encodings()
                .filter(|encoding| encoding.is_deployed())
                .count(),
            18
        );
        for code in ['!', 'R', '🚀', '1', 'x', 'é'] {
            assert_eq!(Multibase::from_code(code), None);
        }
    }

    #[test]
    fn what_is_no_text_of_an_encoding_is_refused() {
        use KeyTextError::{Empty, NotOfEncoding, TooLong, UnknownEncoding};
        for (text, error) in [
            ("", Empty),
            ("!!!!", UnknownEncoding('!')),
            ("R00", UnknownEncoding('R')),
            ("0xe", NotOfEncoding('f')),
            ("f e7", NotOfEncoding('f')),
            ("z0", NotOfEncoding('z')),
            ("0-1111111", NotOfEncoding('0')),
            ("bé", NotOfEncoding('b')),
            (&"f".repeat(2049), TooLong(2049)),
        ] {
            assert_eq!(Multibase::decode(text.as_bytes()), Err(error), "{text}");
        }
        assert_eq!(
            Multibase::IDENTITY.encode(&[0xe7]),
            Err(KeyTextError::NotText)
        );
    }

    #[test]
    fn letters_of_either_case_and_line_breaks_are_read_as_deployed() {
        for text in ["fE70a", "F0xe70a", "0xE70A", "Fe70A"] {
            let decoded = Multibase::decode(text.as_bytes());
            assert_eq!(decoded.is_ok(), !text.starts_with("F0x"), "{text}");
        }
        let hello = b"hello, world".to_vec();
        for code in "bBcCvVtT".chars() {
            let encoding = Multibase::from_code(code).unwrap();
            let text = encoding.encode(&hello).unwrap();
            let (head, tail) = text.split_at(7);
            let (code, head) = head.split_at(1);
            let other = format!("{code}{}\r\n{}", head.to_uppercase(), tail.to_lowercase());
            assert_eq!(
                Multibase::decode(other.as_bytes()),
                Ok((encoding, hello.clone()))
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
            for encoding in encodings() {
                let text = encoding.encode_bytes(&bytes);
                prop_assert_eq!(Multibase::decode(&text), Ok((encoding, bytes.clone())));
            }
        }
    }
}
