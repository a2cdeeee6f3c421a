//! Values that stand behind several options.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::net::SocketAddr;
use std::str::FromStr;

/// An address with a port. Names are not looked up.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no IP address with a port, such as 127.0.0.1:30303"))
}

/// One of a few words, which help shows and shells complete.
pub(super) fn one_of<T>(words: [&'static str; 2]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = String> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port() {
        assert!(address("127.0.0.1:0").is_ok() && address("[::1]:30303").is_ok());
        for wrong in ["", "30303", "127.0.0.1", "localhost:30303"] {
            let sentence = address(wrong).unwrap_err();
            assert!(sentence.contains("such as 127.0.0.1:30303"), "{sentence}");
        }
    }
}
