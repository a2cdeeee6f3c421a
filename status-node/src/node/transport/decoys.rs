//! Decoys on their way: what the model of them is told, and what it gives out.

use super::Transport;
use crate::coupling::EnvelopeKey;
use crate::darkness::decoys::{Counts, Decoys, Shape};
use crate::darkness::{Cause, InBloom};
use crate::messenger::Outbound;
use crate::node::pow::PowError;
use rand_core::CryptoRng;
use status_whisper::{Envelope, Role, Topic, Unsealed};

impl Transport {
    /// Sends so many decoys an hour; none if that is 0.
    pub(crate) fn with_decoys(mut self, per_hour: u32) -> Self {
        self.decoys = (per_hour > 0).then(|| Decoys::new(per_hour));
        self
    }

    /// Sends no more decoys: the node is about to stop.
    pub(crate) fn end_decoys(&mut self) {
        self.decoys = None;
    }

    /// How many decoys are sent an hour.
    pub(super) fn decoys_per_hour(&self) -> Option<u32> {
        self.decoys.as_ref().map(Decoys::per_hour)
    }

    /// What became of decoys.
    pub(crate) fn decoy_counts(&self) -> Counts {
        let counts = self.decoys.as_ref().map(Decoys::counts);
        counts.unwrap_or_default()
    }

    /// When the next one may be due. Without a peer nothing goes out, and no decoy.
    pub(super) fn decoys_due(&self) -> Option<u64> {
        let decoys = self.decoys.as_ref().filter(|_| !self.ready.is_empty());
        decoys?.poll_timeout()
    }

    /// The next one that is due, for its proof of work.
    pub(super) fn poll_decoy(
        &mut self,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Option<(Shape, Unsealed)> {
        let decoys = self.decoys.as_mut()?;
        let shape = decoys.poll_decoy(now_ms, rng)?;
        match shape.seal(now_ms, rng) {
            Ok(unsealed) => Some((shape, unsealed)),
            // A payload of this length was sealed before.
            Err(_) => {
                decoys.handle_unsealed();
                None
            }
        }
    }

    /// A decoy has its proof of work.
    pub(super) fn post_decoy(
        &mut self,
        shape: &Shape,
        result: Result<Envelope, PowError>,
        now_ms: u64,
    ) {
        // The node is stopping: what nobody waits for is not sent any more.
        if self.decoys.is_none() {
            return;
        }
        let posted = result.ok().filter(|envelope| {
            let bloom = self.make_way(envelope.topic(), now_ms);
            let posted = self.whisper.post(envelope, now_ms).is_ok();
            if posted {
                self.note_own(envelope, shape.personal, Cause::Decoy, bloom, now_ms);
            }
            posted
        });
        match (posted, &mut self.decoys) {
            (Some(envelope), _) => self.sending.posted_decoy(&envelope),
            (None, Some(decoys)) => decoys.handle_unsealed(),
            (None, None) => {}
        }
    }

    /// An envelope of the user's own was posted: decoys follow it, if nobody but those whom it concerns could
    /// tell them apart.
    pub(super) fn follow(&mut self, envelope: &Envelope, outbound: &Outbound, now_ms: u64) {
        let personal = matches!(outbound.route.key, EnvelopeKey::Person(_));
        if self.decoys.is_none() || !(personal || self.is_discreet(envelope.topic())) {
            return;
        }
        let shape = Shape {
            topic: envelope.topic(),
            payload_len: outbound.payload.len(),
            ttl: envelope.ttl(),
            personal,
        };
        if let Some(decoys) = &mut self.decoys {
            let says = !outbound.messages.is_empty();
            decoys.handle_private(shape, says, now_ms);
        }
    }

    /// Somebody else's envelope came in.
    pub(super) fn follow_incoming(&mut self, topic: Topic, now_ms: u64) {
        if let Some(decoys) = &mut self.decoys {
            decoys.handle_incoming(topic, now_ms);
        }
    }

    /// Lets the node's own filter admit an envelope that is about to be posted, if it must; how the topic
    /// stands to the filter then.
    pub(super) fn make_way(&mut self, topic: Topic, now_ms: u64) -> InBloom {
        let bloom = self.in_bloom(topic);
        let config = self.whisper.config();
        match config.role {
            Role::Light { mut topics } if !config.own_outside_bloom => {
                topics.insert(topic);
                self.whisper.set_role(Role::Light { topics }, now_ms);
                match bloom {
                    InBloom::Outside => InBloom::Widened,
                    other => other,
                }
            }
            Role::Light { .. } | Role::Full => bloom,
        }
    }

    /// Whether a topic that is listened to belongs to those alone whom it concerns.
    fn is_discreet(&self, topic: Topic) -> bool {
        let mut channels = self.channels.iter();
        channels.any(|(filter, channel)| {
            channel.is_discreet()
                && self
                    .whisper
                    .filter(*filter)
                    .is_some_and(|filter| filter.topics.contains(&topic))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Identity, public_key};
    use crate::coupling::{Channel, Route};
    use crate::messenger::{OutboundId, SubscriptionChange};
    use crate::node::sending::Sealed;
    use crate::node::transport::TransportEvent;
    use bytes::Bytes;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use secp256k1::SecretKey;
    use status_devp2p::NodeId;
    use status_whisper::packets::{BatchReport, Messages};
    use status_whisper::packets::{MessagesResponse, Status, code};
    use status_whisper::{Config, PeerId, PeerOptions, Whisper};
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    const START: u64 = 1_600_000_000_000;
    const PEER: PeerId = PeerId(1);

    fn key(byte: u8) -> SecretKey {
        SecretKey::from_byte_array([byte; 32]).unwrap()
    }

    /// A node with a peer that takes everything and confirms it, on virtual time.
    struct Setup {
        transport: Transport,
        rng: StdRng,
        now: u64,
        number: u64,
    }

    impl Setup {
        fn new(config: Config) -> Self {
            let identity = Arc::new(Identity::from_secret_key(key(1)));
            let transport = Transport::new(Whisper::new(config), Some(identity));
            let mut setup = Self {
                transport: transport.with_decoys(3_600),
                rng: StdRng::seed_from_u64(1),
                now: START,
                number: 0,
            };
            setup.connect();
            setup
        }

        fn connect(&mut self) {
            let (name, options) = ("peer".into(), PeerOptions::default());
            let transport = &mut self.transport;
            let peer = transport.add_peer(PEER, NodeId([7; 64]), name, options, self.now);
            peer.unwrap();
            let status = Status {
                confirmations: true,
                ..Status::default()
            };
            transport.handle_packet(PEER, code::STATUS, status.encode(), self.now);
            self.settle();
        }

        /// Works until there is nothing to do; whether the application was told of any envelope.
        fn settle(&mut self) -> bool {
            let mut told = false;
            loop {
                let mut idle = true;
                while let Some((sending, unsealed)) =
                    self.transport.poll_seal(self.now, &mut self.rng)
                {
                    let result = Ok(unsealed.seal(&AtomicBool::new(false)).unwrap());
                    let sealed = Sealed { sending, result };
                    self.transport.handle_sealed(sealed, self.now);
                    idle = false;
                }
                while let Some(packet) = self.transport.poll_transmit(PEER) {
                    idle = false;
                    if packet.code == code::MESSAGES {
                        let report = BatchReport {
                            batch: Messages::batch_hash(&packet.payload),
                            errors: Vec::new(),
                        };
                        let answer = MessagesResponse::new(&report).encode();
                        let code = code::MESSAGES_RESPONSE;
                        self.transport.handle_packet(PEER, code, answer, self.now);
                    }
                }
                while self.transport.take_event(self.now) {
                    idle = false;
                }
                while let Some(event) = self.transport.poll_event() {
                    told |= matches!(
                        event,
                        TransportEvent::Node(crate::node::NodeEvent::Confirmed { .. })
                    );
                }
                if idle {
                    return told;
                }
            }
        }

        fn send(&mut self, route: &Route) -> bool {
            self.number += 1;
            let outbound = Outbound {
                id: OutboundId(self.number),
                route: route.clone(),
                payload: Bytes::from_static(&[9; 333]),
                messages: Vec::new(),
                is_tracked: false,
            };
            self.transport.send(1, outbound);
            self.settle()
        }

        /// Lets time pass; whether the application was told of any envelope.
        fn pass(&mut self, ms: u64) -> bool {
            let end = self.now + ms;
            let mut told = false;
            while let Some(due) = self.transport.poll_timeout().filter(|due| *due <= end) {
                self.now = self.now.max(due);
                self.transport.handle_timeout(self.now);
                told |= self.settle();
            }
            self.now = end;
            told
        }

        fn own(&self, cause: Cause) -> Vec<crate::darkness::OwnEnvelope> {
            let own = self.transport.own.iter();
            own.filter(|one| one.cause == cause).cloned().collect()
        }
    }

    #[test]
    fn private_envelopes_are_followed_by_decoys_of_which_only_the_record_tells() {
        let mut setup = Setup::new(Config::default());
        let route = Route::private(&public_key(&key(2)), None);
        for _ in 0..5 {
            assert!(setup.send(&route), "the application hears of its own");
            assert!(!setup.pass(600_000), "and not of decoys");
        }
        let (real, decoys) = (setup.own(Cause::Upkeep), setup.own(Cause::Decoy));
        assert_eq!(real.len(), 5);
        assert!(!decoys.is_empty());
        for decoy in &decoys {
            assert_eq!(decoy.topic, route.topic);
            assert_eq!((decoy.size, decoy.ttl), (real[0].size, real[0].ttl));
            assert_eq!((decoy.personal, decoy.peers.len()), (true, 1));
        }
        let counts = setup.transport.decoy_counts();
        assert_eq!(counts.made, decoys.len() as u64);
        assert_eq!(counts.unsealed, 0);
    }

    #[test]
    fn a_node_that_stops_sends_no_more_of_them_not_even_one_that_is_being_made() {
        let mut setup = Setup::new(Config::default());
        let route = Route::private(&public_key(&key(2)), None);
        for _ in 0..3 {
            setup.send(&route);
            setup.now += 1_000;
        }
        let due = setup.transport.decoys_due().unwrap();
        setup.now = setup.now.max(due);
        let mut made = None;
        while made.is_none() {
            made = setup.transport.poll_seal(setup.now, &mut setup.rng);
            setup.now = setup.now.max(setup.transport.decoys_due().unwrap());
        }
        let (sending, unsealed) = made.unwrap();
        assert!(matches!(sending, crate::node::sending::Sealing::Decoy(_)));
        let before = setup.own(Cause::Decoy).len();
        setup.transport.end_decoys();
        let result = Ok(unsealed.seal(&AtomicBool::new(false)).unwrap());
        let sealed = Sealed { sending, result };
        setup.transport.handle_sealed(sealed, setup.now);
        setup.pass(600_000);
        assert_eq!(setup.own(Cause::Decoy).len(), before);
        assert_eq!(setup.transport.decoys_due(), None);
        assert!(setup.send(&route), "others still leave");
    }

    #[test]
    fn without_a_peer_there_are_none_and_none_are_made_up_for_later() {
        let mut setup = Setup::new(Config::default());
        let route = Route::private(&public_key(&key(2)), None);
        for _ in 0..5 {
            setup.send(&route);
            setup.pass(60_000);
        }
        let before = setup.own(Cause::Decoy).len();
        setup.transport.remove_peer(PEER, "gone");
        assert_eq!(setup.transport.decoys_due(), None);
        setup.pass(8 * 3_600_000);
        assert_eq!(setup.own(Cause::Decoy).len(), before);
        let made = setup.transport.decoy_counts().made;
        setup.connect();
        assert!(setup.transport.decoys_due().is_some());
        setup.settle();
        assert!(setup.transport.decoy_counts().made <= made + 1);
        assert!(setup.transport.decoy_counts().missed > 0);
    }

    #[test]
    fn where_anybody_may_have_the_key_there_are_none() {
        let mut setup = Setup::new(Config::default());
        let public = Route::of(&"#status".parse().unwrap()).unwrap();
        let pair = Channel::negotiated(&key(1), &public_key(&key(2)));
        let pair_route = Route::on(&pair, || Ok::<_, ()>(pair.symmetric_key().unwrap()));
        let pair_route = pair_route.unwrap().unwrap();
        for (channel, route) in [
            (Channel::Public("status".into()), &public),
            (pair, &pair_route),
        ] {
            let route = route.clone();
            let change = SubscriptionChange::Install { channel, route };
            setup.transport.subscribe(change, START);
        }
        for _ in 0..5 {
            setup.send(&public);
            setup.pass(600_000);
        }
        assert!(setup.own(Cause::Decoy).is_empty());
        for _ in 0..5 {
            setup.send(&pair_route);
            setup.pass(600_000);
        }
        let decoys = setup.own(Cause::Decoy);
        assert!(!decoys.is_empty());
        assert!(decoys.iter().all(|decoy| decoy.topic == pair_route.topic));
    }

    #[test]
    fn a_light_node_says_where_it_sends_only_if_it_is_told_to() {
        for quiet in [true, false] {
            let mut setup = Setup::new(Config {
                role: Role::Light {
                    topics: status_whisper::Bloom::EMPTY,
                },
                own_outside_bloom: quiet,
                ..Config::default()
            });
            setup.send(&Route::private(&public_key(&key(2)), None));
            let own = setup.own(Cause::Upkeep);
            let (expected, bits) = match quiet {
                true => (InBloom::Outside, 0),
                false => (InBloom::Widened, 3),
            };
            assert_eq!(own[0].bloom, expected);
            let bloom = setup.transport.whisper().bloom().unwrap();
            let set: u32 = bloom.0.iter().map(|byte| byte.count_ones()).sum();
            assert!(set <= bits && (set > 0) != quiet, "{set}");
            setup.pass(30_000);
            let bloom = setup.transport.whisper().bloom().unwrap();
            assert_eq!(*bloom, status_whisper::Bloom::EMPTY, "narrowed again");
        }
    }
}
