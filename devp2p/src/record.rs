//! Node records (EIP-778): a node's keys and addresses, signed by the node, as `enr:…` texts.
//!
//! Encoding, signature and limits are those of the crate `enr`; this module ties its records to
//! this crate's types and refuses texts that would not print back as they were read.

use core::fmt;
use core::str::FromStr;
use std::net::{IpAddr, SocketAddr};

use enr::EnrPublicKey;
use enr::k256::ecdsa::SigningKey;

use crate::{Enode, NodeId, NodeKey};

/// A signed node record of the identity scheme `v4`. A value of this type has a valid signature.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeRecord(enr::Enr<SigningKey>);

/// Why a text is no node record, or why a record is of no use here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The text does not begin with `enr:`.
    #[error("a node record begins with enr and a colon")]
    Prefix,
    /// Base64, RLP, size (300 bytes), order of keys, identity scheme or signature are wrong.
    #[error("the node record is not valid: {0}")]
    Invalid(String),
    /// The text is another spelling of the record: padding, spare bits or bytes after its end.
    #[error("the node record is not in its one canonical spelling")]
    NotCanonical,
    /// The record has no address with a TCP port.
    #[error("the node record names no TCP address")]
    NoTcpAddress,
    /// A record could not be signed; the text says why.
    #[error("the node record could not be made: {0}")]
    Signing(String),
}

impl NodeRecord {
    /// Makes and signs a record. `sequence` must rise whenever the record changes. `address` is
    /// where the node listens for TCP; `udp` is its discovery port, if it has one.
    ///
    /// # Errors
    ///
    /// [`RecordError::Signing`], which no secret key and address known should cause.
    pub fn sign(
        key: &NodeKey,
        sequence: u64,
        address: SocketAddr,
        udp: Option<u16>,
    ) -> Result<Self, RecordError> {
        let key = SigningKey::from_slice(&key.secret_key().secret_bytes())
            .map_err(|error| RecordError::Signing(error.to_string()))?;
        let mut builder = enr::Enr::<SigningKey>::builder();
        builder.seq(sequence).ip(address.ip());
        match address.ip() {
            IpAddr::V4(_) => builder.tcp4(address.port()),
            IpAddr::V6(_) => builder.tcp6(address.port()),
        };
        match (address.ip(), udp) {
            (IpAddr::V4(_), Some(port)) => _ = builder.udp4(port),
            (IpAddr::V6(_), Some(port)) => _ = builder.udp6(port),
            (_, None) => {}
        }
        builder
            .build(&key)
            .map(Self)
            .map_err(|error| RecordError::Signing(error.to_string()))
    }

    /// The node that signed the record.
    pub fn id(&self) -> NodeId {
        NodeId(self.0.public_key().encode_uncompressed())
    }

    /// The record's sequence number; of two records of a node the higher one counts.
    pub fn sequence(&self) -> u64 {
        self.0.seq()
    }

    /// The value of any key, RLP decoded if it is a string; `None` when the record lacks it.
    pub fn value(&self, key: &str) -> Option<bytes::Bytes> {
        self.0.get_decodable::<bytes::Bytes>(key)?.ok()
    }

    /// The TCP address of the record, IPv4 first, as an enode.
    ///
    /// # Errors
    ///
    /// [`RecordError::NoTcpAddress`] when it has none, or `tcp` without an address.
    pub fn enode(&self) -> Result<Enode, RecordError> {
        let (address, udp) = match (self.0.tcp4_socket(), self.0.tcp6_socket()) {
            (Some(address), _) => (SocketAddr::V4(address), self.0.udp4()),
            // EIP-778: the IPv6 port defaults to the one without a suffix.
            (None, Some(address)) => (
                SocketAddr::V6(address),
                self.0.udp6().or_else(|| self.0.udp4()),
            ),
            (None, None) => match (self.0.ip6(), self.0.tcp4()) {
                (Some(ip), Some(port)) => (
                    SocketAddr::new(ip.into(), port),
                    self.0.udp6().or_else(|| self.0.udp4()),
                ),
                _ => return Err(RecordError::NoTcpAddress),
            },
        };
        let udp = udp.unwrap_or(0);
        Ok(Enode {
            id: self.id(),
            ip: address.ip(),
            tcp: address.port(),
            udp,
        })
    }
}

impl FromStr for NodeRecord {
    type Err = RecordError;

    fn from_str(text: &str) -> Result<Self, RecordError> {
        if !text.starts_with("enr:") {
            return Err(RecordError::Prefix);
        }
        let record: enr::Enr<SigningKey> = text.parse().map_err(RecordError::Invalid)?;
        if record.to_base64() != text {
            return Err(RecordError::NotCanonical);
        }
        Ok(Self(record))
    }
}

impl fmt::Display for NodeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_base64())
    }
}

impl fmt::Debug for NodeRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeRecord")
            .field("id", &self.id())
            .field("sequence", &self.sequence())
            .field("ip4", &self.0.ip4())
            .field("ip6", &self.0.ip6())
            .field("tcp", &self.0.tcp4().or_else(|| self.0.tcp6()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secp256k1::SecretKey;

    /// The test vector of EIP-778.
    const EXAMPLE: &str = "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";
    const EXAMPLE_KEY: &str = "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";

    fn example_key() -> NodeKey {
        let bytes = hex::decode(EXAMPLE_KEY).unwrap().try_into().unwrap();
        NodeKey::new(SecretKey::from_byte_array(bytes).unwrap())
    }

    #[test]
    fn reads_the_example_of_the_specification() {
        let record: NodeRecord = EXAMPLE.parse().unwrap();
        assert_eq!(record.sequence(), 1);
        assert_eq!(record.id(), example_key().node_id());
        assert_eq!(record.value("id").unwrap(), "v4");
        assert_eq!(record.value("ip").unwrap(), [127u8, 0, 0, 1].as_slice());
        assert_eq!(
            record.value("udp").unwrap(),
            30303u16.to_be_bytes().as_slice()
        );
        assert_eq!(record.to_string(), EXAMPLE);
        assert_eq!(record.enode(), Err(RecordError::NoTcpAddress));
    }

    #[test]
    fn refuses_what_is_not_the_record() {
        assert_eq!(EXAMPLE[4..].parse::<NodeRecord>(), Err(RecordError::Prefix));
        assert!("enr:".parse::<NodeRecord>().is_err());
        let mut tampered = EXAMPLE.replace("HCYr", "HCYs");
        assert!(matches!(
            tampered.parse::<NodeRecord>(),
            Err(RecordError::Invalid(_))
        ));
        tampered = format!("{EXAMPLE}AAAA");
        assert!(tampered.parse::<NodeRecord>().is_err());
        assert!("enr:é€".parse::<NodeRecord>().is_err());
    }

    #[test]
    fn bytes_after_the_record_are_refused() {
        // Four characters make three bytes where the record's length is a multiple of three;
        // pad with records of other lengths until it fits.
        let address = "[2001:db8::1]:30303".parse().unwrap();
        for sequence in [1, 1 << 8, 1 << 16] {
            let record = NodeRecord::sign(&example_key(), sequence, address, None).unwrap();
            let text = format!("{record}AAAA");
            assert!(text.parse::<NodeRecord>().is_err(), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn signed_records_print_read_and_convert(ip: IpAddr, tcp: u16, udp: Option<u16>, sequence in 0..u64::MAX) {
            let record =
                NodeRecord::sign(&example_key(), sequence, SocketAddr::new(ip, tcp), udp).unwrap();
            let read: NodeRecord = record.to_string().parse().unwrap();
            prop_assert_eq!(&read, &record);
            prop_assert_eq!(read.sequence(), sequence);
            let enode = Enode { id: record.id(), ip, tcp, udp: udp.unwrap_or(0) };
            prop_assert_eq!(read.enode(), Ok(enode));
        }
    }
}
