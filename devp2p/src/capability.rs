//! Capabilities: what two nodes both speak, and which message codes each gets.

/// How many message codes the base protocol keeps for itself: subprotocols start at 16.
pub const BASE_PROTOCOL_LENGTH: u64 = 16;

/// A subprotocol as Hello names it, such as `shh/6`. Ordered by name, then version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Capability {
    /// The short name. go-ethereum bounds it by nothing but Hello's 2048 bytes.
    pub name: String,
    /// The version.
    pub version: u64,
}

/// A subprotocol that this node offers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subprotocol {
    /// The short name, such as `shh`.
    pub name: String,
    /// The version.
    pub version: u64,
    /// How many message codes it uses, counted from 0 (128 for `shh/6`).
    pub length: u64,
}

impl Subprotocol {
    /// Whisper version 6 with its 128 codes, as deployed.
    pub fn whisper() -> Self {
        Self {
            name: "shh".into(),
            version: 6,
            length: 128,
        }
    }

    /// What Hello says about it.
    pub fn capability(&self) -> Capability {
        Capability {
            name: self.name.clone(),
            version: self.version,
        }
    }
}

/// A subprotocol that both sides speak on one connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SharedCapability {
    /// The short name.
    pub name: String,
    /// The highest version that both offer.
    pub version: u64,
    /// The message code on the wire of the subprotocol's code 0; at least 16.
    pub offset: u64,
    /// How many codes it has from there.
    pub length: u64,
}

impl SharedCapability {
    /// The subprotocol's own code of the code `wire` on the connection, if it belongs to it.
    pub fn local_code(&self, wire: u64) -> Option<u64> {
        wire.checked_sub(self.offset)
            .filter(|code| *code < self.length)
    }
}

/// The capabilities of Hello for what this node offers: sorted and without repetition.
pub fn offered(subprotocols: &[Subprotocol]) -> Vec<Capability> {
    let mut capabilities: Vec<_> = subprotocols.iter().map(Subprotocol::capability).collect();
    capabilities.sort();
    capabilities.dedup();
    capabilities
}

/// What both sides speak, sorted by name, with offsets from 16 on: of each name the highest
/// version in common. The result is the same on both sides when both give a version the same
/// length, which is all that holds the scheme together (devp2p: the length is not on the wire).
///
/// Codes that would pass the end of 64 bits end the list.
pub fn shared(local: &[Subprotocol], remote: &[Capability]) -> Vec<SharedCapability> {
    let mut common: Vec<&Subprotocol> = local
        .iter()
        .filter(|own| {
            remote
                .iter()
                .any(|other| other.name == own.name && other.version == own.version)
        })
        .collect();
    common.sort_by(|a, b| (&a.name, b.version).cmp(&(&b.name, a.version)));
    common.dedup_by(|later, first| later.name == first.name);
    let mut next = BASE_PROTOCOL_LENGTH;
    common
        .into_iter()
        .map_while(|own| {
            let offset = next;
            next = next.checked_add(own.length)?;
            Some(SharedCapability {
                name: own.name.clone(),
                version: own.version,
                offset,
                length: own.length,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn offer(name: &str, version: u64, length: u64) -> Subprotocol {
        Subprotocol {
            name: name.into(),
            version,
            length,
        }
    }

    #[test]
    fn order_and_offsets_follow_name_not_configuration() {
        let local = [
            offer("shh", 5, 100),
            offer("les", 2, 21),
            offer("shh", 6, 128),
        ];
        let result = shared(&local, &offered(&local));
        let seen: Vec<_> = result
            .iter()
            .map(|c| (&*c.name, c.version, c.offset))
            .collect();
        assert_eq!(seen, [("les", 2, 16), ("shh", 6, 37)]);
        assert_eq!(result[1].local_code(36), None);
        assert_eq!(result[1].local_code(37), Some(0));
        assert_eq!(result[1].local_code(164), Some(127));
        assert_eq!(result[1].local_code(165), None);
    }

    #[test]
    fn lengths_that_overflow_end_the_list() {
        let local = [offer("a", 1, u64::MAX - 20), offer("b", 1, 20)];
        assert_eq!(shared(&local, &offered(&local)).len(), 1);
    }

    proptest! {
        #[test]
        fn ranges_never_overlap(
            local in proptest::collection::vec(("[a-c]{1,2}", 0u64..4, 0u64..200), 0..8),
            remote in proptest::collection::vec(("[a-c]{1,2}", 0u64..4), 0..8),
        ) {
            let local: Vec<_> = local.iter().map(|(n, v, l)| offer(n, *v, *l)).collect();
            let remote: Vec<_> = remote
                .into_iter()
                .map(|(name, version)| Capability { name, version })
                .collect();
            let result = shared(&local, &remote);
            let mut next = BASE_PROTOCOL_LENGTH;
            for capability in &result {
                prop_assert_eq!(capability.offset, next);
                next += capability.length;
            }
            prop_assert!(result.windows(2).all(|pair| pair[0].name < pair[1].name));
        }
    }
}
