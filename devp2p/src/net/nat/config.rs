//! What NAT traversal is told, and the names of its modes.

use core::fmt;
use core::str::FromStr;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Whether and how to ask the router for a port mapping.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum NatMode {
    /// Ask nobody. The default: a library should not change a router unasked.
    #[default]
    None,
    /// PCP, NAT-PMP and UPnP in this order, until one grants a mapping.
    Any,
    /// UPnP.
    Upnp,
    /// PCP, or NAT-PMP where the router knows no PCP.
    Pmp,
    /// Ask nobody, the outside address is known: the port is the one listened on.
    ExternalIp(IpAddr),
}

/// A text that names no [`NatMode`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NatModeError {
    /// Not one of the modes.
    #[error("{0:?} is not a NAT mode: none, any, upnp, pmp or extip:IP")]
    Unknown(String),
    /// `extip:` without an IP address behind it.
    #[error("{0:?} is not an IP address")]
    Address(String),
}

impl FromStr for NatMode {
    type Err = NatModeError;

    /// Reads `none`, `any`, `upnp`, `pmp` or `extip:IP`, in lower case.
    fn from_str(text: &str) -> Result<Self, NatModeError> {
        match text {
            "none" => Ok(Self::None),
            "any" => Ok(Self::Any),
            "upnp" => Ok(Self::Upnp),
            "pmp" => Ok(Self::Pmp),
            _ => match text.strip_prefix("extip:") {
                Some(ip) => ip
                    .parse()
                    .map(Self::ExternalIp)
                    .map_err(|_| NatModeError::Address(ip.to_owned())),
                None => Err(NatModeError::Unknown(text.to_owned())),
            },
        }
    }
}

impl fmt::Display for NatMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Any => f.write_str("any"),
            Self::Upnp => f.write_str("upnp"),
            Self::Pmp => f.write_str("pmp"),
            Self::ExternalIp(ip) => write!(f, "extip:{ip}"),
        }
    }
}

/// How a mapping came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NatProtocol {
    /// UPnP Internet Gateway Device.
    Upnp,
    /// NAT-PMP (RFC 6886).
    NatPmp,
    /// PCP (RFC 6887).
    Pcp,
    /// Given by the configuration ([`NatMode::ExternalIp`]).
    Configured,
}

/// Settings of NAT traversal. All but the mode have defaults that suit real routers; tests set
/// them to reach a gateway of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NatConfig {
    /// Whether and how.
    pub mode: NatMode,
    /// How long a mapping shall live, rounded to seconds. Default 20 minutes, as go-ethereum
    /// asks for. It is renewed after half of what the router grants.
    pub lifetime: Duration,
    /// Pause after a failure. Default 5 minutes.
    pub retry: Duration,
    /// How long each of the protocols may take for one try. Default 10 s.
    pub timeout: Duration,
    /// The router, for NAT-PMP and PCP (always port 5351); `None` takes the default route's
    /// gateway.
    pub gateway: Option<IpAddr>,
    /// Where UPnP's search goes; `None` is SSDP's multicast group, 239.255.255.250:1900.
    pub ssdp: Option<SocketAddr>,
}

impl Default for NatConfig {
    fn default() -> Self {
        Self {
            mode: NatMode::None,
            lifetime: Duration::from_secs(20 * 60),
            retry: Duration::from_secs(5 * 60),
            timeout: Duration::from_secs(10),
            gateway: None,
            ssdp: None,
        }
    }
}

impl From<NatMode> for NatConfig {
    fn from(mode: NatMode) -> Self {
        Self {
            mode,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_read_and_print() {
        for text in [
            "none",
            "any",
            "upnp",
            "pmp",
            "extip:1.2.3.4",
            "extip:2001:db8::1",
        ] {
            assert_eq!(text.parse::<NatMode>().unwrap().to_string(), text);
        }
        assert_eq!("".parse::<NatMode>(), Err(NatModeError::Unknown("".into())));
        assert_eq!(
            "UPNP".parse::<NatMode>(),
            Err(NatModeError::Unknown("UPNP".into()))
        );
        assert_eq!(
            "extip:x".parse::<NatMode>(),
            Err(NatModeError::Address("x".into()))
        );
    }
}
