//! One who takes part: a node, its storage, its application, and the way in which it dies.

use crate::plan::{Draft, Member, Moment};
use crate::sabotage::{Sabotage, Saboteur};
use rusqlite::Connection;
use status_mvds::{
    Delivery, Draft as Wanted, Error, Event, GroupId, GroupSettings, MemoryStore, MessageId, Node,
    Payload, PeerId, SqliteStore, Store, Transmit,
};
use status_simulated_network::Random;

/// Something for a node to do.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    Packet(usize, bytes::Bytes),
    Append(u64, Draft),
    Join(usize, GroupSettings, Vec<usize>),
    Sighted(usize),
    Timeout,
}

/// A message that was accepted and committed.
#[derive(Debug, Clone)]
pub(crate) struct Accepted {
    pub(crate) id: MessageId,
    pub(crate) draft: Draft,
}

/// What an application writes in the same transaction as its node.
#[derive(Default)]
pub(crate) struct Inbox {
    pub(crate) accepted: Vec<Accepted>,
    pub(crate) delivered: Vec<Delivery>,
    /// The ledger: every other event.
    pub(crate) ledger: Vec<Event>,
}

impl Inbox {
    fn lengths(&self) -> [usize; 3] {
        [self.accepted.len(), self.delivered.len(), self.ledger.len()]
    }

    fn roll_back(&mut self, [accepted, delivered, ledger]: [usize; 3]) {
        self.accepted.truncate(accepted);
        self.delivered.truncate(delivered);
        self.ledger.truncate(ledger);
    }
}

enum Storage {
    Memory(Box<MemoryStore>),
    Sqlite(Box<Connection>),
}

pub(crate) struct Side {
    number: usize,
    member: Member,
    storage: Storage,
    node: Option<Node>,
    pub(crate) inbox: Inbox,
    pub(crate) waiting: Vec<Input>,
    pub(crate) random: Random,
    pub(crate) batches: u64,
    saboteur: Saboteur,
    /// Payloads too large for the limit that is everybody's.
    pub(crate) longest: usize,
}

/// What is left of a batch when it is over.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) packets: Vec<(usize, bytes::Bytes)>,
    /// None when the node survived.
    pub(crate) crashed: bool,
}

pub(crate) fn peer(number: usize) -> PeerId {
    PeerId::from(vec![number as u8; 65])
}

pub(crate) fn number(peer: &PeerId) -> usize {
    usize::from(peer.as_ref()[0])
}

pub(crate) fn group(number: usize) -> GroupId {
    GroupId::from(vec![number as u8; 32])
}

impl Side {
    pub(crate) fn new(number: usize, member: Member, sabotage: Sabotage) -> Self {
        let storage = match member.sqlite {
            false => Storage::Memory(Box::default()),
            true => {
                let mut connection = Connection::open_in_memory().unwrap();
                connection.set_prepared_statement_cache_capacity(SqliteStore::STATEMENTS);
                let transaction = connection.transaction().unwrap();
                SqliteStore::migrate(&transaction).unwrap();
                transaction.commit().unwrap();
                Storage::Sqlite(Box::new(connection))
            }
        };
        let random = Random::new(member.seed);
        Self {
            number,
            member,
            storage,
            node: None,
            inbox: Inbox::default(),
            waiting: Vec::new(),
            random,
            batches: 0,
            saboteur: Saboteur::new(sabotage),
            longest: 0,
        }
    }

    /// The time that this side's clock shows.
    pub(crate) fn clock(&self, now: u64) -> u64 {
        1_600_000_000_000 + self.member.clock + now
    }

    /// The time of the network at which this side's clock shows `at`.
    pub(crate) fn network_time(&self, at: u64) -> u64 {
        at.saturating_sub(self.clock(0))
    }

    pub(crate) fn change_clock(&mut self, by: i64) {
        self.member.clock = self.member.clock.saturating_add_signed(by);
    }

    pub(crate) fn batch_size(&self) -> usize {
        self.member.batch
    }

    pub(crate) fn is_on_sqlite(&self) -> bool {
        matches!(self.storage, Storage::Sqlite(_))
    }

    pub(crate) fn node(&self) -> Option<&Node> {
        self.node.as_ref()
    }

    /// Comes to life with what was committed.
    pub(crate) fn start(&mut self, now: u64) {
        let now = self.clock(now);
        let config = self.member.config.clone();
        let mut random = self.random.fork();
        let forgets = self.saboteur.forgets_what_came();
        let node = match &mut self.storage {
            Storage::Memory(store) => {
                if forgets {
                    forget(&mut **store);
                }
                Node::load(config, &mut **store, &mut random, now).unwrap()
            }
            Storage::Sqlite(connection) => {
                let transaction = connection.transaction().unwrap();
                let mut store = SqliteStore::new(&transaction);
                if forgets {
                    forget(&mut store);
                }
                let node = Node::load(config, &mut store, &mut random, now).unwrap();
                transaction.commit().unwrap();
                node
            }
        };
        self.node = Some(node);
    }

    /// Processes what waits in one transaction, and dies in it if told to.
    pub(crate) fn run_batch(&mut self, now: u64, crash: Option<Moment>) -> Done {
        self.batches += 1;
        let Some(mut node) = self.node.take() else {
            return Done::default();
        };
        let inputs = std::mem::take(&mut self.waiting);
        let mut batch = Batch {
            number: self.number,
            now: self.clock(now),
            inbox: std::mem::take(&mut self.inbox),
            transmits: Vec::new(),
        };
        let before = batch.inbox.lengths();
        let end = match crash {
            Some(Moment::Within(count)) => count.min(inputs.len()),
            _ => inputs.len(),
        };
        let inputs = &inputs[..end];
        let commits = !matches!(crash, Some(Moment::Within(_) | Moment::BeforeCommit));
        match &mut self.storage {
            Storage::Memory(committed) => {
                let mut store = committed.clone();
                batch.run(&mut node, &mut *store, inputs);
                if commits {
                    *committed = store;
                }
            }
            Storage::Sqlite(connection) => {
                let transaction = connection.transaction().unwrap();
                batch.run(&mut node, &mut SqliteStore::new(&transaction), inputs);
                if commits {
                    transaction.commit().unwrap();
                }
            }
        }
        let mut transmits = batch.transmits;
        self.inbox = batch.inbox;
        if !commits {
            self.inbox.roll_back(before);
        }
        match crash {
            None => self.node = Some(node),
            Some(Moment::WhileSending) => transmits.truncate(transmits.len() / 2),
            Some(_) if self.saboteur.sends_before_it_commits() => {}
            Some(_) => transmits.clear(),
        }
        let limit = self.member.config.max_payload;
        let mut packets = Vec::new();
        for transmit in transmits {
            self.longest = self.longest.max(transmit.payload.len());
            assert!(transmit.payload.len() <= limit, "a payload over the limit");
            assert!(!transmit.payload.is_empty(), "an empty payload");
            if let Some(payload) = self
                .saboteur
                .tamper(&transmit, self.member.config.numbering)
            {
                packets.push((number(&transmit.peer), payload));
            }
        }
        Done {
            packets,
            crashed: crash.is_some(),
        }
    }
}

/// Loses the ids of all that came, as one does who keeps them in memory.
fn forget<S: Store>(store: &mut S) {
    for (window, _) in store.load().unwrap().windows {
        store.forget_oldest(window, u64::MAX).unwrap();
    }
}

struct Batch {
    number: usize,
    now: u64,
    inbox: Inbox,
    transmits: Vec<Transmit>,
}

impl Batch {
    fn run<S: Store>(&mut self, node: &mut Node, store: &mut S, inputs: &[Input]) {
        for input in inputs {
            self.input(node, store, input);
        }
        loop {
            while let Some(event) = node.poll_event() {
                match event {
                    Event::Delivered(delivery) => self.inbox.delivered.push(delivery),
                    event => self.inbox.ledger.push(event),
                }
            }
            match node.poll_transmit(store, self.now).unwrap() {
                Some(transmit) => self.transmits.push(transmit),
                None if node.poll_event().is_none() => break,
                None => panic!("an event without a transmission that made it"),
            }
        }
    }

    fn input<S: Store>(&mut self, node: &mut Node, store: &mut S, input: &Input) {
        match input {
            Input::Timeout => node.handle_timeout(store, self.now).unwrap(),
            Input::Sighted(other) => node.peer_online(&peer(*other), self.now),
            Input::Join(number, settings, members) => {
                node.add_group(store, &group(*number), *settings).unwrap();
                for member in members.iter().filter(|member| **member != self.number) {
                    node.add_peer(store, &group(*number), &peer(*member))
                        .unwrap();
                }
            }
            Input::Packet(from, bytes) => {
                let numbering = node.config().numbering;
                let (payload, _) = Payload::decode(bytes.clone(), numbering).unwrap();
                node.handle_payload(store, &peer(*from), payload, self.now)
                    .unwrap();
            }
            Input::Append(serial, draft) => {
                let mut body = serial.to_le_bytes().to_vec();
                body.resize(draft.length.max(8), 0);
                let wanted = Wanted {
                    body: body.into(),
                    timestamp: None,
                    deadline: draft.deadline.map(|deadline| self.now + deadline),
                    ephemeral: draft.ephemeral,
                };
                match node.append(store, &group(draft.group), wanted, self.now) {
                    Ok(id) => self.inbox.accepted.push(Accepted {
                        id,
                        draft: draft.clone(),
                    }),
                    // Told so, the application knows that it was not accepted.
                    Err(Error::TooLarge { .. } | Error::UnknownGroup(_)) => {}
                    Err(error) => panic!("append: {error}"),
                }
            }
        }
    }
}
