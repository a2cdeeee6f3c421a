//! Envelopes as those see them who pass them on, and what decoys are told of them.

use status_node::coupling::{Channel, EnvelopeKey, Route};
use status_node::darkness::decoys::Shape;
use status_node::messenger::Outbound;
use status_whisper::Envelope;

/// An envelope of somebody's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posted {
    pub(crate) at_ms: u64,
    pub(crate) shape: Shape,
    /// Whether it carries messages, which the other side acknowledges.
    pub(crate) says: bool,
    /// Whether only those have the key whom it concerns.
    pub(crate) discreet: bool,
}

impl Posted {
    /// What somebody posts who listens to these.
    pub(crate) fn new<'a>(
        at_ms: u64,
        mut listening: impl Iterator<Item = &'a (Channel, Route)>,
        outbound: &Outbound,
        envelope: &Envelope,
    ) -> Self {
        let personal = matches!(outbound.route.key, EnvelopeKey::Person(_));
        let discreet =
            listening.any(|(channel, route)| *route == outbound.route && channel.is_discreet());
        Self {
            at_ms,
            shape: Shape {
                topic: envelope.topic(),
                payload_len: outbound.payload.len(),
                ttl: envelope.ttl(),
                personal,
            },
            says: !outbound.messages.is_empty(),
            discreet: personal || discreet,
        }
    }
}
