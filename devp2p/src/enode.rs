//! Enode URLs: `enode://ID@IP:TCP?discport=UDP`, how people hand a node's address around.

use core::fmt;
use core::str::FromStr;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use crate::{NodeId, NodeIdError};

/// Where a node can be reached and who answers there.
///
/// Text form (as deployed: go-ethereum 1.9's `enode` package): the id as 128 hexadecimal digits,
/// an IPv4 address or an IPv6 address in brackets, the TCP port, and `discport` only where the
/// UDP port of discovery is another. Reading and printing agree in both directions.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Enode {
    /// Who answers.
    pub id: NodeId,
    /// The address, for TCP and UDP alike.
    pub ip: IpAddr,
    /// TCP port of RLPx; 0 means that the node does not listen.
    pub tcp: u16,
    /// UDP port of discovery; 0 means that the node has none.
    pub udp: u16,
}

impl Enode {
    /// A node that answers at `address`, with discovery on the same port.
    pub fn new(id: NodeId, address: SocketAddr) -> Self {
        Self {
            id,
            ip: address.ip(),
            tcp: address.port(),
            udp: address.port(),
        }
    }

    /// The address to dial.
    ///
    /// # Errors
    ///
    /// [`EnodeError::NotDialable`] when the TCP port is 0 or the address unspecified or multicast.
    pub fn tcp_address(&self) -> Result<SocketAddr, EnodeError> {
        if self.tcp == 0 || self.ip.is_unspecified() || self.ip.is_multicast() {
            return Err(EnodeError::NotDialable(SocketAddr::new(self.ip, self.tcp)));
        }
        Ok(SocketAddr::new(self.ip, self.tcp))
    }
}

/// Why a text is no enode URL, or why the node cannot be dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnodeError {
    /// The text does not begin with `enode://`.
    #[error("an enode URL begins with enode://")]
    Scheme,
    /// The part before `@` is no key.
    #[error(transparent)]
    Id(#[from] NodeIdError),
    /// There is no `@`, so no address either.
    #[error("the enode URL has no address: expected @IP:PORT after the node id")]
    MissingAddress,
    /// The host is neither an IPv4 address nor an IPv6 address in brackets. Names are not
    /// resolved here, since nothing in this crate's pure part talks to a network.
    #[error(
        "the host {0:?} of the enode URL is not an IP address (IPv6 needs brackets, names are not resolved)"
    )]
    Host(String),
    /// There is no port behind the host.
    #[error("the enode URL has no TCP port: expected :PORT after the address")]
    MissingPort,
    /// A port is not a number from 0 to 65535.
    #[error("{0:?} is not a port number from 0 to 65535")]
    Port(String),
    /// Something stands behind the address that enode URLs do not have.
    #[error("unexpected {0:?} at the end of the enode URL: only ?discport=PORT may stand there")]
    Trailing(String),
    /// The node does not say where it listens.
    #[error("{0} cannot be dialled")]
    NotDialable(SocketAddr),
}

impl FromStr for Enode {
    type Err = EnodeError;

    fn from_str(text: &str) -> Result<Self, EnodeError> {
        let rest = text.strip_prefix("enode://").ok_or(EnodeError::Scheme)?;
        let (id, address) = match rest.split_once('@') {
            Some((id, address)) => (id.parse::<NodeId>()?, address),
            None => return Err(EnodeError::MissingAddress),
        };
        id.public_key()?;
        let (address, query) = match address.find(['?', '/', '#']) {
            Some(end) => address.split_at(end),
            None => (address, ""),
        };
        let (ip, tcp) = host_and_port(address)?;
        let udp = match query.strip_prefix('/').unwrap_or(query) {
            "" => tcp,
            query => match query.strip_prefix("?discport=") {
                Some(digits) => port(digits)?,
                None => return Err(EnodeError::Trailing(query.to_owned())),
            },
        };
        Ok(Self { id, ip, tcp, udp })
    }
}

fn host_and_port(address: &str) -> Result<(IpAddr, u16), EnodeError> {
    if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest
            .split_once(']')
            .ok_or_else(|| EnodeError::Host(address.to_owned()))?;
        let ip: Ipv6Addr = host
            .parse()
            .map_err(|_| EnodeError::Host(host.to_owned()))?;
        let digits = rest.strip_prefix(':').ok_or(EnodeError::MissingPort)?;
        return Ok((IpAddr::V6(ip), port(digits)?));
    }
    if address.parse::<Ipv6Addr>().is_ok() {
        return Err(EnodeError::Host(address.to_owned()));
    }
    let (host, digits) = match address.split_once(':') {
        Some((host, digits)) => (host, Some(digits)),
        None => (address, None),
    };
    let ip = host
        .parse()
        .map(IpAddr::V4)
        .map_err(|_| EnodeError::Host(host.to_owned()))?;
    Ok((ip, port(digits.ok_or(EnodeError::MissingPort)?)?))
}

/// Digits only: `u16::from_str` alone would take a plus sign.
fn port(digits: &str) -> Result<u16, EnodeError> {
    let refused = || EnodeError::Port(digits.to_owned());
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused());
    }
    digits.parse().map_err(|_| refused())
}

impl fmt::Display for Enode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "enode://{}@{}",
            self.id,
            SocketAddr::new(self.ip, self.tcp)
        )?;
        if self.udp != self.tcp {
            write!(f, "?discport={}", self.udp)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Enode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{}", self.id, SocketAddr::new(self.ip, self.tcp))?;
        if self.udp != self.tcp {
            write!(f, "?discport={}", self.udp)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NodeKey;
    use proptest::prelude::*;
    use secp256k1::SecretKey;

    fn id() -> NodeId {
        NodeKey::new(SecretKey::from_byte_array([1; 32]).unwrap()).node_id()
    }

    fn parse(rest: &str) -> Result<Enode, EnodeError> {
        format!("enode://{}@{rest}", id()).parse()
    }

    #[test]
    fn reads_both_families_and_the_discovery_port() {
        let node = parse("10.3.58.6:30303?discport=30301").unwrap();
        assert_eq!((node.tcp, node.udp), (30303, 30301));
        assert_eq!(
            node.tcp_address().unwrap(),
            "10.3.58.6:30303".parse().unwrap()
        );
        let node = parse("[2001:db8::1]:52150").unwrap();
        assert_eq!((node.tcp, node.udp), (52150, 52150));
        assert_eq!(
            node.to_string(),
            format!("enode://{}@[2001:db8::1]:52150", id())
        );
        assert_eq!(parse("127.0.0.1:1/").unwrap().tcp, 1);
    }

    #[test]
    fn says_what_is_wrong() {
        use EnodeError::*;
        assert_eq!("http://x".parse::<Enode>(), Err(Scheme));
        assert_eq!(
            format!("enode://{}", id()).parse::<Enode>(),
            Err(MissingAddress)
        );
        assert_eq!(
            "enode://ab@1.2.3.4:1".parse::<Enode>(),
            Err(Id(NodeIdError::Text))
        );
        let zero = NodeId([0; 64]);
        assert_eq!(
            format!("enode://{zero}@1.2.3.4:1").parse::<Enode>(),
            Err(Id(NodeIdError::NotOnCurve))
        );
        assert_eq!(parse("example.org:30303"), Err(Host("example.org".into())));
        assert_eq!(parse("::1"), Err(Host("::1".into())));
        assert_eq!(parse("[::1"), Err(Host("[::1".into())));
        assert_eq!(parse("[1.2.3.4]:5"), Err(Host("1.2.3.4".into())));
        assert_eq!(parse("1.2.3.4"), Err(MissingPort));
        assert_eq!(parse("[::1]"), Err(MissingPort));
        assert_eq!(parse("1.2.3.4:"), Err(Port("".into())));
        assert_eq!(parse("1.2.3.4:+1"), Err(Port("+1".into())));
        assert_eq!(parse("1.2.3.4:65536"), Err(Port("65536".into())));
        assert_eq!(parse("1.2.3.4:1?discport=x"), Err(Port("x".into())));
        assert_eq!(parse("1.2.3.4:1?x=1"), Err(Trailing("?x=1".into())));
        assert_eq!(parse("1.2.3.4:1#x"), Err(Trailing("#x".into())));
    }

    #[test]
    fn a_node_that_does_not_listen_is_not_dialled() {
        for address in ["127.0.0.1:0", "0.0.0.0:30303", "224.0.0.1:30303", "[::]:1"] {
            let node = parse(address).unwrap();
            assert!(
                matches!(node.tcp_address(), Err(EnodeError::NotDialable(_))),
                "{address}"
            );
        }
    }

    proptest! {
        #[test]
        fn printing_and_reading_agree(ip: IpAddr, tcp: u16, udp: u16) {
            let node = Enode { id: id(), ip, tcp, udp };
            prop_assert_eq!(node.to_string().parse::<Enode>(), Ok(node));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}", tail in "[0-9a-f:.\\[\\]@?/=]{0,40}") {
            let _ = text.parse::<Enode>();
            let _ = format!("enode://{text}").parse::<Enode>();
            let _ = parse(&tail);
        }
    }
}
