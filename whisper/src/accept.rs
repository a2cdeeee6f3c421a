//! Whether a node takes an envelope that a peer sent: as deployed, status-go v0.50.0.

use crate::bloom::Bloom;
use crate::envelope::Envelope;
use crate::topic::Topic;
use std::fmt;

/// How far into the future, in seconds and inclusive, an envelope may have been made by its own
/// account. Clocks differ.
pub const SYNC_ALLOWANCE: u32 = 10;

/// How many seconds after its expiry, inclusive, an envelope is dropped without a word to the
/// peer; it may have been underway or in a queue.
pub const EXPIRY_ALLOWANCE: u32 = 2 * SYNC_ALLOWANCE;

/// What a node demands of envelopes.
///
/// A node that just raised its minimum work or narrowed its bloom filter cannot expect its peers
/// to know yet; until they do, the former values stand in `former_min_pow` and `former_bloom` and
/// suffice as well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AcceptRules<'a> {
    /// Largest [`Envelope::size`] in bytes, inclusive.
    pub max_message_size: usize,
    /// Least proof of work, inclusive.
    pub min_pow: f64,
    /// A lower value that is still tolerated.
    pub former_min_pow: Option<f64>,
    /// The node's filter; none is a full node's, which takes every topic.
    pub bloom: Option<&'a Bloom>,
    /// An earlier filter that is still tolerated.
    pub former_bloom: Option<&'a Bloom>,
}

/// Why an envelope is not taken. Only [`Rejection::Expired`] is nobody's fault; as deployed the
/// others are reported to the peer, which keeps its connection.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// It was made later than the clocks' tolerance allows.
    #[error("envelope from the future: made {ahead} s from now, over {SYNC_ALLOWANCE} s")]
    FromFuture {
        /// Seconds from now to when it was made.
        ahead: u32,
    },
    /// It expired a moment ago. Dropped without telling the peer.
    #[error("envelope expired {ago} s ago")]
    Expired {
        /// Seconds since its expiry.
        ago: u32,
    },
    /// It expired so long ago that the peer should not have sent it.
    #[error("very old envelope: expired {ago} s ago, over {EXPIRY_ALLOWANCE} s")]
    VeryOld {
        /// Seconds since its expiry.
        ago: u32,
    },
    /// It is larger than the node takes.
    #[error("envelope of {size} bytes over {limit} bytes")]
    Oversized {
        /// Its size.
        size: usize,
        /// The node's limit.
        limit: usize,
    },
    /// Too little work went into it.
    #[error("envelope with PoW {} under {demanded}", Work(*.pow))]
    LowPow {
        /// Its work, counted at the time of arrival.
        pow: f64,
        /// What the node demands.
        demanded: f64,
    },
    /// The node asked for other topics.
    #[error("envelope of the topic {topic}, which this light node's bloom filter does not ask for")]
    NoBloomMatch {
        /// Its topic.
        topic: Topic,
    },
}

impl Rejection {
    /// Whether the two clocks, rather than the envelope, may be at fault.
    pub fn is_time_sync(&self) -> bool {
        matches!(self, Self::FromFuture { .. } | Self::VeryOld { .. })
    }

    /// Whether the peer is not told.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Expired { .. })
    }

    /// What the peer is told, as deployed: a description of our own would tell this node from a
    /// status-go. `bloom` is the filter that the node announces.
    pub(crate) fn report(&self, envelope: &Envelope, bloom: Option<&Bloom>) -> String {
        let hash = envelope.hash();
        let hex = |text: String| text.trim_start_matches("0x").to_owned();
        match self {
            Self::FromFuture { .. } => "envelope from future".into(),
            Self::Expired { .. } | Self::VeryOld { .. } => "very old envelope".into(),
            Self::Oversized { .. } => {
                format!("huge messages are not allowed [{}]", hex(hash.to_string()))
            }
            Self::LowPow { pow, .. } => {
                format!("envelope with low PoW received: PoW={pow:.6}, hash=[{hash}]")
            }
            Self::NoBloomMatch { topic } => {
                let own = hex(bloom.unwrap_or(&Bloom::FULL).to_string());
                let its = hex(Bloom::from(*topic).to_string());
                let topic = hex(topic.to_string());
                format!(
                    "envelope does not match bloom filter, hash=[{hash}], bloom: \n{own} \n{its} \n{topic}"
                )
            }
        }
    }
}

/// A proof of work for people: four digits that count, the rest cut off, so that one below a
/// demand is never shown as the demand.
#[derive(Debug, Clone, Copy)]
struct Work(f64);

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The digits as text: `1.99999e-3`. Arithmetic would round.
        let exact = format!("{:e}", self.0);
        let cut = exact.split_once('e').and_then(|(digits, exponent)| {
            let digits: String = digits.chars().take("1.234".len()).collect();
            format!("{digits}e{exponent}").parse::<f64>().ok()
        });
        write!(f, "{}", cut.unwrap_or(self.0))
    }
}

impl AcceptRules<'_> {
    /// Judges an envelope that arrives at `now` (Unix time in seconds) and gives its proof of work
    /// as it counts then, see [`Envelope::pow_at`]. Cheap checks come before the hash; the order in
    /// which reasons win is as deployed: future, expiry, size, work, bloom.
    ///
    /// # Errors
    ///
    /// [`Rejection`], which the peer is to be told unless [`Rejection::is_silent`].
    pub fn judge(&self, envelope: &Envelope, now: u32) -> Result<f64, Rejection> {
        let ahead = envelope.sent().saturating_sub(now);
        if ahead > SYNC_ALLOWANCE {
            return Err(Rejection::FromFuture { ahead });
        }
        if envelope.expiry() < now {
            let ago = now - envelope.expiry();
            return Err(if ago > EXPIRY_ALLOWANCE {
                Rejection::VeryOld { ago }
            } else {
                Rejection::Expired { ago }
            });
        }
        let size = envelope.size();
        if size > self.max_message_size {
            return Err(Rejection::Oversized {
                size,
                limit: self.max_message_size,
            });
        }
        let pow = envelope.pow_at(now);
        if pow < self.min_pow && self.former_min_pow.is_none_or(|former| pow < former) {
            return Err(Rejection::LowPow {
                pow,
                demanded: self.min_pow,
            });
        }
        let wanted = |bloom: &Bloom| bloom.admits(envelope.topic());
        if !self.bloom.is_none_or(wanted) && !self.former_bloom.is_some_and(wanted) {
            return Err(Rejection::NoBloomMatch {
                topic: envelope.topic(),
            });
        }
        Ok(pow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u32 = 1_000_000;
    const OPEN: AcceptRules<'_> = AcceptRules {
        max_message_size: 1024,
        min_pow: 0.0,
        former_min_pow: None,
        bloom: None,
        former_bloom: None,
    };

    fn envelope(expiry: u32, ttl: u32, len: usize) -> Envelope {
        Envelope::new(expiry, ttl, Topic([1, 2, 3, 4]), &vec![7; len], 0)
    }

    #[test]
    fn time_limits_are_inclusive() {
        let judge = |expiry| OPEN.judge(&envelope(expiry, 10, 1), NOW).err();
        assert_eq!(judge(NOW + 20), None);
        assert_eq!(judge(NOW + 21), Some(Rejection::FromFuture { ahead: 11 }));
        assert_eq!(judge(NOW), None);
        assert_eq!(judge(NOW - 1), Some(Rejection::Expired { ago: 1 }));
        assert_eq!(judge(NOW - 20), Some(Rejection::Expired { ago: 20 }));
        assert_eq!(judge(NOW - 21), Some(Rejection::VeryOld { ago: 21 }));
    }

    #[test]
    fn size_is_judged_before_work_and_work_before_bloom() {
        let rules = AcceptRules {
            min_pow: 1e9,
            bloom: Some(&Bloom::EMPTY),
            ..OPEN
        };
        let judge = |rules: AcceptRules<'_>, len| rules.judge(&envelope(NOW, 10, len), NOW).err();
        let limit = 1024;
        let size = 1025;
        assert_eq!(
            judge(rules, 1005),
            Some(Rejection::Oversized { size, limit })
        );
        assert!(matches!(judge(rules, 1004), Some(Rejection::LowPow { .. })));
        let without_work = AcceptRules {
            min_pow: 0.0,
            ..rules
        };
        let topic = Topic([1, 2, 3, 4]);
        assert_eq!(
            judge(without_work, 1),
            Some(Rejection::NoBloomMatch { topic })
        );
    }

    #[test]
    fn work_is_shown_in_four_digits_and_never_rounded_up() {
        for (pow, shown) in [
            (0.0009, "0.0009"),
            (0.001_999_99, "0.001999"),
            (0.000_912_345, "0.0009123"),
            (12.5, "12.5"),
            (123_456.0, "123400"),
            (0.002, "0.002"),
            (0.0, "0"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(Work(pow).to_string(), shown, "{pow}");
        }
        let pow = 0.000_9;
        let demanded = 0.002;
        assert_eq!(
            Rejection::LowPow { pow, demanded }.to_string(),
            "envelope with PoW 0.0009 under 0.002"
        );
    }

    #[test]
    fn a_peer_is_told_what_a_deployed_node_would_tell_it() {
        let one = envelope(NOW, 10, 1);
        let hash = one.hash().to_string();
        let bare = hash.trim_start_matches("0x");
        let told = |rejection: Rejection| rejection.report(&one, Some(&Bloom::EMPTY));
        let (size, limit) = (2, 1);
        let (pow, demanded) = (0.5, 1.0);
        let topic = one.topic();
        assert_eq!(
            told(Rejection::FromFuture { ahead: 11 }),
            "envelope from future"
        );
        assert_eq!(told(Rejection::VeryOld { ago: 21 }), "very old envelope");
        assert_eq!(
            told(Rejection::Oversized { size, limit }),
            format!("huge messages are not allowed [{bare}]")
        );
        assert_eq!(
            told(Rejection::LowPow { pow, demanded }),
            format!("envelope with low PoW received: PoW=0.500000, hash=[{hash}]")
        );
        let (none, its) = ("0".repeat(128), Bloom::from(topic).to_string());
        let its = its.trim_start_matches("0x");
        assert_eq!(
            told(Rejection::NoBloomMatch { topic }),
            format!(
                "envelope does not match bloom filter, hash=[{hash}], bloom: \n{none} \n{its} \n01020304"
            )
        );
    }

    #[test]
    fn former_values_are_tolerated() {
        let rules = AcceptRules {
            min_pow: 1e9,
            former_min_pow: Some(0.0),
            bloom: Some(&Bloom::EMPTY),
            former_bloom: Some(&Bloom::FULL),
            ..OPEN
        };
        assert!(rules.judge(&envelope(NOW, 10, 1), NOW).is_ok());
    }

    #[test]
    fn work_counts_less_when_made_in_the_future() {
        let early = envelope(NOW + 15, 10, 1);
        let pow = OPEN.judge(&early, NOW).unwrap();
        let relative = pow / early.pow() * 16.0 / 10.0;
        assert!((relative - 1.0).abs() < 1e-12, "{relative}");
        assert_eq!(OPEN.judge(&early, NOW + 5).unwrap(), early.pow());
    }
}
