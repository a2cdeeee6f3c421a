//! Findings as sentences, and what can be done about them.

use super::finding::{Exposure, Finding, Observer};
use super::words::{Count, Grouped, Names, Numbers, People, Share, Short, Span, Tallies, tenths};
use std::fmt;

impl Observer {
    /// To whom, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Peer => "to the peers of this node",
            Self::Relay => "to any node that passes envelopes on",
            Self::Reader => "to whoever has the key",
            Self::Here => "to this node, of its peers",
            Self::Everywhere => "to whoever watches the whole network",
        }
    }
}

impl Exposure {
    /// How much, in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Partly => "partly",
            Self::Open => "open",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNode {} => f.write_str(
                "no node runs, so nothing is given away now; what follows is what its account would",
            ),
            Self::NoAccount {} => f.write_str(
                "this node has no account, or a locked one, and so sends nothing of its own: all that leaves it \
                 came from its peers",
            ),
            Self::NoPeers {} => f.write_str("no peer is connected, so none learns anything now"),
            Self::Address { peers, node_id } => write!(
                f,
                "{} this node's IP address and its id {}, which stays the same as long as its node key does",
                match peers {
                    1 => "the one peer knows".to_owned(),
                    _ => format!("each of the {peers} peers knows"),
                },
                Short(node_id)
            ),
            Self::Software { client_name } => write!(
                f,
                "this node tells each peer that it is {client_name}, as no client of 2020 is called"
            ),
            Self::OnePeer {
                peer,
                envelopes,
                handed,
            } => write!(
                f,
                "the only peer, {}, brings all that others say, so what this node hands it that it did not \
                 bring is this node's own: it was handed {handed} of the last {envelopes} own envelopes, and \
                 can link them all to this address",
                Short(peer)
            ),
            Self::NeverRelays { peers } => write!(
                f,
                "this node passes nothing on that others sent, so all that it hands to its {} is its own",
                Count(*peers, "peer")
            ),
            Self::ManyPeers {
                peers,
                envelopes,
                handed_to_all,
            } => write!(
                f,
                "none of the {peers} peers can prove of an envelope that this node made it, since another may \
                 have brought it; each may guess so if it hears it here first, and all of them were handed \
                 {handed_to_all} of the last {envelopes} own envelopes"
            ),
            Self::TakesAll {} => f.write_str(
                "this node takes every envelope, so what it takes says nothing of its chats and people",
            ),
            Self::TakesNothing {} => {
                f.write_str("this light node listens to nothing yet, and its filter is empty")
            }
            Self::TakesTopics {
                topics,
                bits,
                share,
            } => write!(
                f,
                "this node tells peers a bloom filter for {}: {bits} of its 512 bits are set and let {} of all \
                 topics through, so that it certainly listens to none of the others",
                Count(*topics, "topic"),
                Share(*share)
            ),
            Self::PartitionPasses {
                passing,
                partitions,
                accounts,
                people,
            } => write!(
                f,
                "{} of the {} partitions {} through the filter, the account's among them: of {} accounts it is \
                 one of some {}",
                Grouped(u64::from(*passing)),
                Grouped(u64::from(*partitions)),
                if *passing == 1 { "gets" } else { "get" },
                Grouped(*accounts),
                People(*people)
            ),
            Self::KeyTestable { topics, chance } => write!(
                f,
                "whoever has the account's public key can try its {topics} topics on the filter, and all pass; \
                 for a key that is not here they would with a chance of {}",
                Share(*chance)
            ),
            Self::NamesPass {
                tried,
                joined,
                by_chance,
                others,
            } => {
                let passing = joined.len() + by_chance.len();
                write!(
                    f,
                    "of {} that anybody can try {} pass{} the filter",
                    Count(*tried, "name"),
                    Grouped(passing as u64),
                    if passing == 1 { "es" } else { "" }
                )?;
                if !joined.is_empty() {
                    write!(f, ", joined are {}", Names(joined))?;
                }
                if !by_chance.is_empty() {
                    write!(f, ", by chance {}", Names(by_chance))?;
                }
                match others {
                    0 => Ok(()),
                    1 => f.write_str("; one other chat passes for whoever guesses its name"),
                    _ => write!(
                        f,
                        "; {others} other chats pass for whoever guesses their names"
                    ),
                }
            }
            Self::FriendsTestable {
                contact_codes,
                share,
            } => write!(
                f,
                "the filter lets through where {} announce{} keys: whoever has somebody's key can try it, and a \
                 stranger's passes with a chance of {}",
                Count(*contact_codes, "person"),
                if *contact_codes == 1 { "s" } else { "" },
                Share(*share)
            ),
            Self::FilterRecognised { pairs, bits } => write!(
                f,
                "the filter stays what it is as long as chats and people do: its {bits} bits, with {} of two \
                 people among them, show who this is again under another address and node id",
                Count(*pairs, "topic")
            ),
            Self::Widened { count, envelopes } => write!(
                f,
                "for {count} of the last {envelopes} own envelopes the filter was widened just before, and all \
                 peers were told: they know that this node made them"
            ),
            Self::Outside { count, envelopes } => write!(
                f,
                "{count} of the last {envelopes} own envelopes are outside of the filter, by which the peers \
                 that were handed them know that this node made them, since it takes no such ones"
            ),
            Self::OddWork { min_pow, usual } => write!(
                f,
                "this node demands a proof of work of {min_pow} and tells its peers so, others demand {usual}"
            ),
            Self::NothingSent {} => {
                f.write_str("no envelope of this node's own is remembered: it sent none since its start")
            }
            Self::Sizes {
                envelopes,
                sizes,
                different,
            } => {
                write!(
                    f,
                    "the last {} had {} ({}): each tells how long what was said is, up to 256 bytes",
                    Count(*envelopes, "own envelope"),
                    Count(*different, "size"),
                    Tallies(sizes)
                )
            }
            Self::Personal { count, envelopes } => write!(
                f,
                "{count} of the last {envelopes} own envelopes are to the key of one person, and not under that \
                 of a topic: their sizes tell, which are 133 bytes over a multiple of 256 and not 48"
            ),
            Self::Partitions {
                count,
                different,
                partitions,
                accounts,
                people,
            } => write!(
                f,
                "{count} went to {} of {}: each says that it is for one of those whose keys fall there, of {} \
                 accounts some {}",
                Count(*different, "partition"),
                Grouped(u64::from(*partitions)),
                Grouped(*accounts),
                People(*people)
            ),
            Self::Topics {
                envelopes,
                topics,
                most,
            } => write!(
                f,
                "the last {} had {}: those of the same topic are seen to belong together, {most} of them on the \
                 busiest",
                Count(*envelopes, "own envelope"),
                Count(*topics, "topic")
            ),
            Self::Pairs { count, topics } => write!(
                f,
                "{count} went to {} of two people: nobody else can compute whose it is, but it never changes",
                Count(*topics, "topic")
            ),
            Self::Times { ttls } => write!(
                f,
                "each envelope says to the second when it was made: that is its expiry less its TTL of {} s",
                Numbers(ttls)
            ),
            Self::Clock { others_ahead_ms } => write!(
                f,
                "this node's clock is {} s {} those of others, so that its envelopes stand out by when they say \
                 that they were made",
                tenths(others_ahead_ms.unsigned_abs()),
                if *others_ahead_ms > 0 { "behind" } else { "ahead of" }
            ),
            Self::Usual { ttl, pow } => write!(
                f,
                "a TTL of {ttl} s and work for at least {pow} are those of every client of 2020, and tell \
                 nobody's envelopes from others"
            ),
            Self::SignerInside {} => f.write_str(
                "who wrote stands inside of the encryption, and whom it is for nowhere: who passes an envelope \
                 on sees neither key",
            ),
            Self::PublicReaders { count, chats } => write!(
                f,
                "{count} went to public chats ({}): whoever knows the name, or guesses it by the topic, reads \
                 what was said and the account's key",
                Names(chats)
            ),
            Self::ContactCodeReaders { count } => write!(
                f,
                "{count} announced the account's keys: whoever has its public key reads which devices it has, \
                 and sees when one is there"
            ),
            Self::PrivateReaders { count } => write!(
                f,
                "{count} can be opened by those alone whom {} for, who learn the account's key",
                if *count == 1 { "it is" } else { "they are" }
            ),
            Self::UnknownReaders { count } => write!(
                f,
                "{count} went where this node does not listen any more, or never did, such as to a public chat \
                 that is not joined: whoever knows its name reads them"
            ),
            Self::FirstSeen {} => f.write_str(
                "who sees enough nodes sees each envelope appear here before anywhere else, and so who sent it: \
                 Whisper hides whom an envelope is for far better than whom it is from",
            ),
            Self::ReceivesAll {} => f.write_str(
                "every envelope comes to this node as to all full nodes, so that what comes does not tell whom \
                 it is for",
            ),
            Self::ReceivesShare { share } => write!(
                f,
                "of all topics only {} come to this node: what does not come is not for it",
                Share(*share)
            ),
            Self::Answers {} => f.write_str(
                "what arrives for the account is acknowledged at once, so that who sees both nodes sees two \
                 envelopes that answer each other, often on one topic",
            ),
            Self::NoDecoys {} => f.write_str(
                "no decoys are sent: an envelope that leaves here and came from nowhere shows that the user \
                 spoke, that somebody was answered or that keys were announced",
            ),
            Self::Decoys {
                per_hour,
                decoys,
                envelopes,
            } => write!(
                f,
                "decoys among the last {envelopes} own envelopes: {decoys}, where {per_hour} an hour are wanted; \
                 they look like the others, but nobody answers or acknowledges them"
            ),
            Self::Hours {
                hours,
                envelopes,
                span_ms,
            } => write!(
                f,
                "the last {} of {} left in {hours} of the 24 hours of the day, which tells when their user is \
                 awake",
                Count(*envelopes, "own envelope"),
                Span(*span_ms)
            ),
            Self::Links {} => f.write_str(
                "links between nodes are encrypted: who only watches cables sees when and how many bytes leave \
                 here, about the size of an envelope that leaves alone, but no topic",
            ),
            Self::Leaves { envelopes, sizes } => write!(
                f,
                "it leaves as {} of {} bytes, which tells how long it is, up to 256 bytes",
                Count(*envelopes, "envelope"),
                Numbers(sizes)
            ),
            Self::Together { envelopes } => write!(
                f,
                "{envelopes} envelopes leave at the same moment, which shows that they belong together and \
                 about how many they are for"
            ),
            Self::ToPublic { chat, topic } => write!(
                f,
                "whoever knows the name #{chat}, or guesses it by the topic {topic}, reads the text, when it \
                 was written and the account's key"
            ),
            Self::ToPartition {
                partition,
                partitions,
                topic,
                accounts,
                people,
            } => write!(
                f,
                "the topic {topic} is partition {} of {}: it says that somebody is written to whose key falls \
                 there, of {} accounts some {}",
                Grouped(u64::from(*partition)),
                Grouped(u64::from(*partitions)),
                Grouped(*accounts),
                People(*people)
            ),
            Self::ToPair { topic, before } => write!(
                f,
                "the topic {topic} is that of two people: nobody else can compute whose, but it is that of {} \
                 before",
                Count(*before, "own envelope")
            ),
            Self::WouldWiden { topic, peers } => write!(
                f,
                "the topic {topic} is not in this node's filter, which would be widened first, of which {} told",
                match peers {
                    1 => "its one peer is".to_owned(),
                    _ => format!("its {peers} peers are"),
                }
            ),
            Self::WouldBeOutside { topic } => write!(
                f,
                "the topic {topic} is outside of this node's filter, by which a peer that is handed it knows \
                 that it is its own"
            ),
        }
    }
}

impl Finding {
    /// What the user can do about it, if anything.
    pub fn advice(&self) -> Option<&'static str> {
        Some(match self {
            Self::Address { .. } => {
                "a VPN hides the address; without the file nodekey the next start has another id"
            }
            Self::OnePeer { .. } => "connect to more peers: --peer may be repeated",
            Self::TakesTopics { .. } | Self::PartitionPasses { .. } | Self::KeyTestable { .. } => {
                "without --light a node takes everything, and its filter says nothing"
            }
            Self::Outside { .. } | Self::WouldBeOutside { .. } => {
                "a full node, without --light, passes on what is anywhere"
            }
            Self::Widened { .. } | Self::WouldWiden { .. } => {
                "announce_sent = false sends without telling the filter"
            }
            Self::OddWork { .. } => "leave out --min-pow",
            Self::Partitions { .. } | Self::ToPartition { .. } => {
                "once both have written, messages go to the topic of the two"
            }
            Self::Clock { .. } => "set the clock, by NTP for instance",
            Self::NoDecoys {} => "run --decoys N sends N an hour",
            _ => return None,
        })
    }
}
