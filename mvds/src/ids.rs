//! Names of peers and groups: bytes that mean nothing here.

use bytes::Bytes;
use std::fmt;

macro_rules! opaque {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub Bytes);

        impl From<Bytes> for $name {
            fn from(bytes: Bytes) -> Self {
                Self(bytes)
            }
        }

        impl From<Vec<u8>> for $name {
            fn from(bytes: Vec<u8>) -> Self {
                Self(bytes.into())
            }
        }

        impl From<&'static str> for $name {
            fn from(text: &'static str) -> Self {
                Self(Bytes::from_static(text.as_bytes()))
            }
        }

        impl<const N: usize> From<[u8; N]> for $name {
            fn from(bytes: [u8; N]) -> Self {
                Self(Bytes::copy_from_slice(&bytes))
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        /// In hex after `0x`.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }
    };
}

opaque! {
    /// A peer: whoever the layer below delivers to and names as the sender. As deployed the 65
    /// bytes of a person's public key, so that all devices of one person are one peer.
    PeerId
}

opaque! {
    /// A group: the peers among whom a message is synchronised. As deployed the 32 bytes of
    /// [`one_to_one_group_id`](crate::one_to_one_group_id).
    GroupId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_in_hex() {
        let peer = PeerId::from([0x04, 0xab]);
        assert_eq!(format!("{peer:?}"), "PeerId(0x04ab)");
        assert_eq!(GroupId::from("a"), GroupId::from(vec![0x61]));
    }
}
