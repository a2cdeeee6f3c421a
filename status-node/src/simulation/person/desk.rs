//! What the user and the transport want of the messenger, in transactions, and what comes of it.

use super::{Call, Layer, Life, Person, START_MS, Target, Wire};
use crate::Chat;
use crate::messenger::{Messenger, MessengerError, MessengerEvent, Turn};
use crate::node::{Arrival, Batch, Sealed, TransportEvent, Work};
use crate::simulation::record::{Kind, Shown, Written};
use crate::storage::StorageError;
use status_devp2p::peers::ConnectionId;
use status_payload::GroupId;
use status_simulated_network::Sends;
use status_whisper::{Envelope, Progress, Unsealed};
use std::sync::atomic::AtomicBool;

/// Payloads that are sealed before what is due otherwise is looked at again.
const SEALED_AT_ONCE: usize = 128;

impl Person {
    /// Works until there is nothing more to do at this time: packets leave, what Whisper has to say is
    /// taken, the messenger has its turn, and what it gives out is sealed and posted.
    pub(super) fn work(&mut self, now: u64, mut calls: Vec<Call>, sends: &mut Sends<Wire>) {
        let Some(mut life) = self.life.take() else {
            return;
        };
        let now_ms = START_MS + now;
        let is_due = |due: Option<u64>| due.is_some_and(|due| due <= now_ms);
        self.stopwatch.enter(Layer::Whisper);
        if is_due(life.transport.poll_timeout()) {
            life.transport.handle_timeout(now_ms);
        }
        // Once: what is due again at once is due a millisecond later.
        let mut timeout = is_due(life.guarded.messenger().and_then(Messenger::poll_timeout))
            && !life.transport.is_congested();
        loop {
            self.transmit(&mut life, now, sends);
            self.stopwatch.enter(Layer::Whisper);
            let arrivals = self.take_arrivals(&mut life, now, sends);
            let is_loaded = life.guarded.messenger().is_some();
            let has_work = timeout || !arrivals.is_empty() || !calls.is_empty();
            if is_loaded && !has_work && !life.transport.wants_to_seal() {
                break;
            }
            self.stopwatch.enter(Layer::Messenger);
            let given = std::mem::take(&mut calls);
            if timeout || !arrivals.is_empty() || !is_loaded {
                let batch = self.turn(&mut life, now, timeout, arrivals, None);
                timeout = false;
                self.take_batch(&mut life, now, batch, &mut calls);
            }
            for call in given {
                let batch = self.turn(&mut life, now, false, Vec::new(), Some(call));
                self.take_batch(&mut life, now, batch, &mut calls);
            }
            self.stopwatch.enter(Layer::Envelopes);
            self.seal(&mut life, now);
        }
        self.life = Some(life);
    }

    /// What the transport has for the messenger.
    fn take_arrivals(
        &mut self,
        life: &mut Life,
        now: u64,
        sends: &mut Sends<Wire>,
    ) -> Vec<Arrival> {
        let mut arrivals = Vec::new();
        loop {
            while let Some(event) = life.transport.poll_event() {
                match event {
                    TransportEvent::Arrival(arrival) => arrivals.push(arrival),
                    TransportEvent::Node(_) => {}
                    TransportEvent::Disconnect(peer) => {
                        self.disconnect(life, ConnectionId(peer.0), now, sends);
                    }
                }
            }
            if !life.transport.take_event(START_MS + now) {
                return arrivals;
            }
        }
    }

    /// One transaction. Nothing of it is kept if it fails.
    fn turn(
        &mut self,
        life: &mut Life,
        now: u64,
        timeout: bool,
        arrivals: Vec<Arrival>,
        call: Option<Call>,
    ) -> Batch {
        let mut batch = Batch::default();
        let Some(mut database) = self.database.take() else {
            return batch;
        };
        let mut random = self.random.fork();
        let done = database.transaction().map_err(MessengerError::from);
        let done = done.and_then(|transaction| {
            let mut turn = Turn {
                transaction: &transaction,
                now_ms: START_MS + now,
                rng: &mut random,
            };
            let guarded = &mut life.guarded;
            guarded.load(&mut turn, &mut batch)?;
            if timeout {
                guarded.run(&mut turn, &mut batch, Work::Timeout)?;
            }
            for arrival in arrivals {
                guarded.run(&mut turn, &mut batch, Work::Arrival(arrival))?;
            }
            let messenger = guarded.load(&mut turn, &mut batch)?;
            if let Some(call) = call {
                self.call(messenger, &mut turn, now, call)?;
            }
            messenger.finish(&mut turn)?;
            self.stopwatch.enter(Layer::Commit);
            transaction.commit().map_err(StorageError::from)?;
            self.stopwatch.enter(Layer::Messenger);
            batch.collect(messenger);
            Ok(())
        });
        self.database = Some(database);
        if let Err(error) = done {
            self.fail(&error);
            life.guarded.forget();
            return Batch::default();
        }
        batch
    }

    fn call(
        &mut self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
        now: u64,
        call: Call,
    ) -> Result<(), MessengerError> {
        match call {
            Call::Join(chat) => messenger.join(turn, &chat).map(drop),
            Call::JoinGroup(id) => messenger.join_group(turn, &id).map(drop),
            Call::MakeGroup(members) => {
                let people = self.people(&members);
                let id = messenger.create_group(turn, "simulation", &people)?;
                self.group = Some(id);
                Ok(())
            }
            Call::Write(target) => self.write_text(messenger, turn, now, &target),
        }
    }

    fn write_text(
        &mut self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
        now: u64,
        target: &Target,
    ) -> Result<(), MessengerError> {
        let (kind, chat, readers) = match target {
            Target::Public => (
                Kind::Public,
                self.chat.clone(),
                self.shared.readers(self.number, now),
            ),
            Target::Person(number) => {
                let chat = self.people(&[*number]).first().map(Chat::person);
                (Kind::OneToOne, chat, vec![*number])
            }
            Target::Group => {
                let (chat, readers) = match &self.group {
                    Some(id) => (
                        Some(Chat::Group(id.clone())),
                        self.members(messenger, turn, id)?,
                    ),
                    None => (None, Vec::new()),
                };
                // Whoever was invited and did not join would not be shown it.
                let chat = chat.filter(|_| !readers.is_empty());
                (Kind::Group, chat, readers)
            }
        };
        let Some(chat) = chat else {
            return Ok(());
        };
        let length = self.shared.options.text_bytes;
        let mut text = format!("{} at {now}: ", self.number);
        while text.len() < length {
            text.push('.');
        }
        text.truncate(length);
        let stored = messenger.send_text(turn, &chat, text)?;
        self.record.written.push(Written {
            id: stored.message.id,
            at: now,
            kind,
            readers,
        });
        Ok(())
    }

    /// The other members of a group who joined it, as far as is known; none if this person did not.
    fn members(
        &self,
        messenger: &Messenger,
        turn: &Turn<'_>,
        group: &GroupId,
    ) -> Result<Vec<u32>, MessengerError> {
        let members = messenger.members(turn, group)?;
        let joined = members.iter().filter(|member| member.joined);
        let joined: Vec<u32> = joined
            .filter_map(|member| self.shared.number(&member.person))
            .collect();
        if !joined.contains(&self.number) {
            return Ok(Vec::new());
        }
        Ok(joined
            .into_iter()
            .filter(|member| *member != self.number)
            .collect())
    }

    fn people(&self, numbers: &[u32]) -> Vec<secp256k1::PublicKey> {
        let places = numbers
            .iter()
            .filter_map(|number| usize::try_from(*number).ok());
        places
            .filter_map(|place| self.shared.people.get(place).copied())
            .collect()
    }

    /// Does what a turn gave out.
    fn take_batch(&mut self, life: &mut Life, now: u64, batch: Batch, calls: &mut Vec<Call>) {
        let now_ms = START_MS + now;
        for event in batch.events {
            match event {
                MessengerEvent::Message(message) => self.record.shown.push(Shown {
                    id: message.id,
                    at: now,
                    bytes: u64::try_from(message.text.len()).unwrap_or(u64::MAX),
                }),
                MessengerEvent::Chat(Chat::Group(id)) if self.group.is_none() => {
                    self.group = Some(id.clone());
                    calls.push(Call::JoinGroup(id));
                }
                _ => {}
            }
        }
        if batch.orders.anew {
            life.transport.begin_anew(now_ms);
        }
        for change in batch.orders.subscriptions {
            life.transport.subscribe(change, now_ms);
        }
        let generation = life.guarded.generation();
        for outbound in batch.orders.outbounds {
            life.transport.send(generation, outbound);
        }
    }

    /// Seals payloads that wait, and posts them.
    fn seal(&mut self, life: &mut Life, now: u64) {
        let now_ms = START_MS + now;
        for _ in 0..SEALED_AT_ONCE {
            let sealing = life.transport.poll_seal(now_ms, &mut self.random);
            let Some((sending, unsealed)) = sealing else {
                return;
            };
            self.record.tally.posted += 1;
            let result = Ok(prove(unsealed));
            life.transport
                .handle_sealed(Sealed { sending, result }, now_ms);
        }
    }
}

/// Finds the nonce, however long that takes: no virtual time.
fn prove(unsealed: Unsealed) -> Envelope {
    let never = AtomicBool::new(false);
    match unsealed.search() {
        None => unsealed.with_nonce(0),
        Some(mut search) => loop {
            if let Progress::Found(nonce) = search.run(u64::MAX, &never) {
                return unsealed.with_nonce(nonce);
            }
        },
    }
}
