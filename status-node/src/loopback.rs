//! Addresses that only this machine reaches.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

/// Where to listen for programs of this machine and nobody else: an address of the loopback interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoopbackAddr(SocketAddr);

/// Why a text is no such address; whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoopbackError {
    /// No address at all.
    #[error("{0:?} is no address with a port, such as 127.0.0.1:9100")]
    Malformed(String),
    /// Others could reach it.
    #[error(
        "{0} can be reached by others: take an address of this machine, such as 127.0.0.1:9100"
    )]
    Reachable(SocketAddr),
}

impl LoopbackAddr {
    /// The address.
    pub fn get(self) -> SocketAddr {
        self.0
    }
}

impl FromStr for LoopbackAddr {
    type Err = LoopbackError;

    fn from_str(text: &str) -> Result<Self, LoopbackError> {
        let address: SocketAddr = text
            .parse()
            .map_err(|_| LoopbackError::Malformed(text.chars().take(64).collect()))?;
        match address.ip().is_loopback() {
            true => Ok(Self(address)),
            false => Err(LoopbackError::Reachable(address)),
        }
    }
}

impl fmt::Display for LoopbackAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machines_addresses_are_taken() {
        for text in ["127.0.0.1:9100", "127.1.2.3:0", "[::1]:9100"] {
            assert_eq!(text.parse::<LoopbackAddr>().unwrap().to_string(), text);
        }
        for text in [
            "0.0.0.0:9100",
            "[::]:9100",
            "192.0.2.1:9100",
            "[::ffff:192.0.2.1]:1",
        ] {
            let error = text.parse::<LoopbackAddr>().unwrap_err();
            assert!(matches!(error, LoopbackError::Reachable(_)), "{text}");
        }
        for text in ["localhost:9100", "127.0.0.1", "9100"] {
            let error = text.parse::<LoopbackAddr>().unwrap_err();
            assert!(matches!(error, LoopbackError::Malformed(_)), "{text}");
        }
    }
}
