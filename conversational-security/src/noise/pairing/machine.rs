//! One device's side of a pairing.

use super::super::establish::Framed;
use super::super::{NoiseError, Role, SecretKey, StaticKey};
use super::code::PairingCode;
use super::joined::{Joined, Unanswered, used_up};
use super::transfer::{Message, Progress, digest, parts};
use super::{
    Bundle, CLOCK_TOLERANCE_MS, DISPLAYED, Digits, MAX_CODE_LIFETIME_MS, Outcome, PairingError,
    PairingEvent, PairingState, SCANNED, STEP_WITHIN_MS,
};
use bytes::Bytes;
use rand_core::CryptoRng;
use std::collections::VecDeque;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A pairing as one of the two devices sees it.
///
/// [`Pairing::display`] on one device, [`Pairing::scan`] on the other. Then, on both: messages of the
/// other device go to [`Pairing::handle_message`], and after that, and after each command, everything
/// that [`Pairing::poll_transmit`] and [`Pairing::poll_event`] have is taken. On
/// [`PairingEvent::Compare`] the user compares and [`Pairing::confirm`] or [`Pairing::reject`] is
/// called; after [`PairingEvent::Paired`] either device may [`Pairing::send`]. At the time of
/// [`Pairing::poll_timeout`], [`Pairing::handle_timeout`].
///
/// It lives in memory alone: a restart ends it, and with it the use of its code. Times are ms since
/// 1970.
pub struct Pairing {
    code: PairingCode,
    state: State,
    deadline_ms: u64,
    /// The handshake message handled last and what was answered, which is sent again if it is.
    answered: Option<(Bytes, Bytes)>,
    /// What is sent again until the other device shows that it came: one message of the handshake,
    /// or a confirmation and the parts of a bundle.
    unanswered: Unanswered,
    /// Taken by the caller after each call; a call adds what is unanswered at most once.
    outbox: VecDeque<Bytes>,
    /// Taken by the caller after each call; a pairing has six at most.
    events: VecDeque<PairingEvent>,
}

enum State {
    /// Waits for the first message; `opening` goes into the second.
    Displaying {
        framed: Framed,
        opening: Zeroizing<[u8; 32]>,
    },
    /// Waits for the third message, whose key the first has committed to.
    Displayed {
        framed: Framed,
        commitment: [u8; 32],
    },
    /// Waits for the second message; `opening` goes into the third.
    Scanned {
        framed: Framed,
        opening: Zeroizing<[u8; 32]>,
    },
    Joined(Box<Joined>),
    Over(Outcome),
}

impl Pairing {
    /// Makes a code to show for `lifetime_ms`, at most [`MAX_CODE_LIFETIME_MS`], and waits for the
    /// other device. A static key of its own for each pairing tells observers nothing.
    ///
    /// # Errors
    ///
    /// [`PairingError::Lifetime`].
    pub fn display(
        key: &SecretKey,
        lifetime_ms: u64,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, PairingError> {
        if !(1..=MAX_CODE_LIFETIME_MS).contains(&lifetime_ms) {
            let max = MAX_CODE_LIFETIME_MS;
            return Err(PairingError::Lifetime { lifetime_ms, max });
        }
        let (mut secret, mut opening) = (Zeroizing::new([0; 16]), Zeroizing::new([0; 32]));
        rng.fill_bytes(&mut secret[..]);
        rng.fill_bytes(&mut opening[..]);
        let code = PairingCode {
            secret,
            commitment: key.public_key().commitment(DISPLAYED, &opening),
            expires_ms: now_ms.saturating_add(lifetime_ms),
        };
        let framed = code.handshake(key, Role::Responder, rng)?;
        let deadline_ms = code.expires_ms;
        let state = State::Displaying { framed, opening };
        Ok(Self::new(code, state, deadline_ms))
    }

    /// Answers the code of the other device.
    ///
    /// # Errors
    ///
    /// [`PairingError::Expired`] for a code that expired more than [`CLOCK_TOLERANCE_MS`] ago by this
    /// device's clock.
    pub fn scan(
        code: &PairingCode,
        key: &SecretKey,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, PairingError> {
        let expired_ms = code.expires_ms.saturating_add(CLOCK_TOLERANCE_MS);
        if now_ms >= expired_ms {
            return Err(PairingError::Expired { expired_ms, now_ms });
        }
        let mut opening = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut opening[..]);
        let mut framed = code.handshake(key, Role::Initiator, rng)?;
        let first = framed.write(&key.public_key().commitment(SCANNED, &opening))?;
        let state = State::Scanned { framed, opening };
        let mut pairing = Self::new(code.clone(), state, now_ms.saturating_add(STEP_WITHIN_MS));
        pairing.outbox.push_back(first.clone());
        pairing.unanswered.handshake = Some(first);
        pairing.unanswered.start(now_ms);
        Ok(pairing)
    }

    fn new(code: PairingCode, state: State, deadline_ms: u64) -> Self {
        Self {
            code,
            state,
            deadline_ms,
            answered: None,
            unanswered: Unanswered::default(),
            outbox: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// The user says that both devices show the same digits.
    ///
    /// # Errors
    ///
    /// [`PairingError::State`] unless digits are shown and not confirmed here, and
    /// [`PairingError::Expired`].
    pub fn confirm(&mut self, now_ms: u64) -> Result<(), PairingError> {
        self.check_time(now_ms)?;
        let state = self.state();
        let joined = self.joined().filter(|joined| !joined.we_confirmed);
        let joined = joined.ok_or(PairingError::State(state))?;
        let seen = joined.they_confirmed;
        let message = joined.say(Message::Confirm { seen })?;
        joined.we_confirmed = true;
        joined.confirmation = Some(message.clone());
        self.outbox.push_back(message.clone());
        self.unanswered.confirmation = Some(message);
        self.unanswered.start(now_ms);
        if seen {
            self.paired(now_ms);
        }
        Ok(())
    }

    /// The user says that the digits differ, or wants no pairing. Ends it on both devices.
    pub fn reject(&mut self) {
        if let Some(joined) = self.joined() {
            let message = joined.say(Message::Reject);
            self.outbox.extend(message);
        }
        if !matches!(self.state, State::Over(_)) {
            self.end(Outcome::Rejected);
        }
    }

    /// Passes a bundle to the other device.
    ///
    /// # Errors
    ///
    /// [`PairingError::State`] unless both confirmed, [`PairingError::SecondBundle`],
    /// [`PairingError::Bundle`] over a limit, [`PairingError::Expired`].
    pub fn send(&mut self, bundle: &Bundle, now_ms: u64) -> Result<(), PairingError> {
        self.check_time(now_ms)?;
        let state = self.state();
        let joined = self.joined().filter(|joined| joined.is_paired());
        let joined = joined.ok_or(PairingError::State(state))?;
        if joined.outgoing.is_some() {
            return Err(PairingError::SecondBundle);
        }
        let encoded = bundle.encode()?;
        let messages: Result<Vec<_>, _> = parts(&encoded).map(|part| joined.say(part)).collect();
        let messages = messages?;
        joined.outgoing = Some(digest(&encoded));
        self.outbox.extend(messages.iter().cloned());
        self.unanswered.parts = messages;
        self.unanswered.start(now_ms);
        self.deadline_ms = now_ms.saturating_add(STEP_WITHIN_MS);
        Ok(())
    }

    /// Takes a message of the other device, or of whoever sends to it.
    ///
    /// # Errors
    ///
    /// [`PairingError`]: it is refused, and the pairing is as it was, but for one whose time is up.
    /// A message that came before is no error: what it was answered with goes out again.
    pub fn handle_message(&mut self, message: Bytes, now_ms: u64) -> Result<(), PairingError> {
        self.check_time(now_ms)?;
        if let Some((_, answer)) = self.answered.as_ref().filter(|(old, _)| *old == message) {
            self.outbox.push_back(answer.clone());
            return Ok(());
        }
        match &mut self.state {
            State::Displaying { framed, opening } => {
                let commitment = framed.read_checked(message.clone(), |_, text| opened(text))?;
                let answer = framed.write(&opening[..])?;
                self.advance(now_ms, |state| match state {
                    State::Displaying { framed, .. } => State::Displayed { framed, commitment },
                    other => other,
                });
                self.answer(message, answer);
            }
            State::Displayed { framed, commitment } => {
                let used = self.code.nametag();
                framed
                    .read_checked(message.clone(), |framed, text| {
                        let found = framed.remote_key()?.commitment(SCANNED, &opened(text)?);
                        let same: bool = found.ct_eq(commitment).into();
                        same.then_some(()).ok_or(PairingError::WrongCommitment)
                    })
                    .map_err(|error| used_up(error, &message, used))?;
                let mut joined = self.join(now_ms)?;
                let ready = joined.say(Message::Ready)?;
                self.state = State::Joined(joined);
                self.answer(message, ready);
            }
            State::Scanned { framed, opening } => {
                let code = &self.code;
                framed.read_checked(message.clone(), |framed, text| {
                    let fits = code.commits_to(&framed.remote_key()?, &opened(text)?);
                    fits.then_some(()).ok_or(PairingError::WrongCommitment)
                })?;
                let answer = framed.write(&opening[..])?;
                let joined = self.join(now_ms)?;
                self.state = State::Joined(joined);
                self.unanswered.handshake = Some(answer.clone());
                self.unanswered.start(now_ms);
                self.answer(message, answer);
            }
            State::Joined(joined) => {
                let used = self.code.nametag();
                match joined.session.open(message.clone()) {
                    Err(NoiseError::AlreadyRead) => {
                        let again = joined.confirmation.iter().chain(&joined.receipt);
                        self.outbox.extend(again.cloned());
                    }
                    Err(error) => return Err(used_up(error.into(), &message, used)),
                    Ok(opened) => {
                        self.handle_said(Message::decode(&opened.text)?, now_ms)?;
                        if let State::Joined(joined) = &mut self.state {
                            joined.session.mark_read(&opened);
                        }
                    }
                }
            }
            State::Over(_) => return Err(PairingError::State(self.state())),
        }
        Ok(())
    }

    /// The time of [`Pairing::poll_timeout`] has come.
    pub fn handle_timeout(&mut self, now_ms: u64) {
        if self.check_time(now_ms).is_err() {
            return;
        }
        if self.unanswered.is_due(now_ms) {
            self.outbox.extend(self.unanswered.messages().cloned());
            self.unanswered.repeat(now_ms);
        }
    }

    /// The next message for the other device.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.outbox.pop_front()
    }

    /// What happened.
    pub fn poll_event(&mut self) -> Option<PairingEvent> {
        self.events.pop_front()
    }

    /// When [`Pairing::handle_timeout`] is due, in ms since 1970; none when it is over.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<u64> {
        if matches!(self.state, State::Over(_)) {
            return None;
        }
        let resend = self.unanswered.messages().next();
        let resend = resend.map(|_| self.unanswered.at_ms);
        Some(resend.map_or(self.deadline_ms, |at_ms| at_ms.min(self.deadline_ms)))
    }

    /// Where it is.
    #[must_use]
    pub fn state(&self) -> PairingState {
        match &self.state {
            State::Displaying { .. } => PairingState::Displaying,
            State::Displayed { .. } | State::Scanned { .. } => PairingState::Handshaking,
            State::Joined(joined) if joined.is_paired() => PairingState::Paired,
            State::Joined(_) => PairingState::Comparing,
            State::Over(outcome) => PairingState::Over(*outcome),
        }
    }

    /// The code to show, or the one that was taken.
    #[must_use]
    pub fn code(&self) -> &PairingCode {
        &self.code
    }

    /// The digits, from [`PairingEvent::Compare`] on and until it is over.
    #[must_use]
    pub fn digits(&self) -> Option<Digits> {
        match &self.state {
            State::Joined(joined) => Some(joined.digits),
            _ => None,
        }
    }

    /// The other device's static key, once both confirmed.
    #[must_use]
    pub fn peer_key(&self) -> Option<&StaticKey> {
        match &self.state {
            State::Joined(joined) if joined.is_paired() => Some(joined.session.remote_key()),
            _ => None,
        }
    }

    /// Takes what the other device said inside the session.
    fn handle_said(&mut self, said: Message<'_>, now_ms: u64) -> Result<(), PairingError> {
        let state = self.state();
        let joined = self.joined().ok_or(PairingError::State(state))?;
        match said {
            Message::Ready => {}
            Message::Reject => self.end(Outcome::RejectedByPeer),
            Message::Confirm { seen } => {
                if seen && !joined.we_confirmed {
                    let what = "it answers a confirmation that was not given";
                    return Err(PairingError::Malformed { what });
                }
                let first = !joined.they_confirmed;
                if joined.we_confirmed && (first || !seen) {
                    let message = joined.say(Message::Confirm { seen: true })?;
                    joined.confirmation = Some(message.clone());
                    self.outbox.push_back(message.clone());
                    if !seen {
                        self.unanswered.confirmation = Some(message);
                        self.unanswered.start(now_ms);
                    }
                }
                if seen {
                    self.unanswered.confirmation = None;
                }
                self.they_confirmed(now_ms);
            }
            Message::Part {
                index,
                count,
                content,
            } => {
                if !joined.we_confirmed {
                    return Err(PairingError::Unconfirmed);
                }
                let progress = joined.incoming.take(index, count, content)?;
                // Whoever passes secrets has confirmed, and has seen that we did.
                self.unanswered.confirmation = None;
                self.they_confirmed(now_ms);
                if let Progress::Complete { bundle, digest } = progress {
                    self.acknowledge(digest)?;
                    self.events.push_back(PairingEvent::Received(bundle));
                }
            }
            Message::Received { digest } => {
                if joined.outgoing != Some(digest) {
                    let what = "it confirms another bundle than was sent";
                    return Err(PairingError::Malformed { what });
                }
                if !self.unanswered.parts.is_empty() {
                    self.unanswered.parts = Vec::new();
                    self.events.push_back(PairingEvent::Delivered);
                }
            }
        }
        // Whoever speaks in the session has the whole handshake.
        self.unanswered.handshake = None;
        Ok(())
    }

    fn acknowledge(&mut self, digest: [u8; 32]) -> Result<(), PairingError> {
        if let Some(joined) = self.joined() {
            let receipt = joined.say(Message::Received { digest })?;
            joined.receipt = Some(receipt.clone());
            self.outbox.push_back(receipt);
        }
        Ok(())
    }

    fn they_confirmed(&mut self, now_ms: u64) {
        let Some(joined) = self.joined() else { return };
        let was_paired = joined.is_paired();
        joined.they_confirmed = true;
        if joined.is_paired() && !was_paired {
            self.paired(now_ms);
        }
    }

    fn paired(&mut self, now_ms: u64) {
        self.deadline_ms = now_ms.saturating_add(STEP_WITHIN_MS);
        self.events.push_back(PairingEvent::Paired);
    }

    /// Makes the finished handshake a session, and shows the digits.
    fn join(&mut self, now_ms: u64) -> Result<Box<Joined>, PairingError> {
        let session = match std::mem::replace(&mut self.state, State::Over(Outcome::Expired)) {
            State::Displayed { framed, .. } | State::Scanned { framed, .. } => framed.session()?,
            _ => return Err(NoiseError::Internal.into()),
        };
        let joined = Joined::new(session);
        self.deadline_ms = now_ms.saturating_add(STEP_WITHIN_MS);
        self.events.push_back(PairingEvent::Compare(joined.digits));
        Ok(Box::new(joined))
    }

    fn advance(&mut self, now_ms: u64, step: impl FnOnce(State) -> State) {
        let state = std::mem::replace(&mut self.state, State::Over(Outcome::Expired));
        self.state = step(state);
        self.deadline_ms = now_ms.saturating_add(STEP_WITHIN_MS);
    }

    fn answer(&mut self, message: Bytes, answer: Bytes) {
        self.outbox.push_back(answer.clone());
        self.answered = Some((message, answer));
    }

    fn joined(&mut self) -> Option<&mut Joined> {
        match &mut self.state {
            State::Joined(joined) => Some(joined),
            _ => None,
        }
    }

    /// Ends what is past its time.
    fn check_time(&mut self, now_ms: u64) -> Result<(), PairingError> {
        if let State::Over(_) = self.state {
            return Err(PairingError::State(self.state()));
        }
        let expired_ms = self.deadline_ms;
        if now_ms < expired_ms {
            return Ok(());
        }
        let parts = self.unanswered.parts.len();
        let finished = self.joined().is_some_and(|joined| {
            joined.is_paired() && !joined.incoming.is_partial() && parts == 0
        });
        self.end(if finished {
            Outcome::Finished
        } else {
            Outcome::Expired
        });
        Err(PairingError::Expired { expired_ms, now_ms })
    }

    /// Forgets all keys.
    fn end(&mut self, outcome: Outcome) {
        self.state = State::Over(outcome);
        self.answered = None;
        self.unanswered = Unanswered::default();
        self.events.push_back(PairingEvent::Over(outcome));
    }
}

impl fmt::Debug for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pairing")
            .field("state", &self.state())
            .field("deadline_ms", &self.deadline_ms)
            .finish_non_exhaustive()
    }
}

/// The 32 bytes that each message of the handshake carries.
fn opened(text: &[u8]) -> Result<[u8; 32], PairingError> {
    text.try_into().map_err(|_| PairingError::Malformed {
        what: "a message of the handshake does not have 32 bytes",
    })
}

#[cfg(test)]
mod tests;
