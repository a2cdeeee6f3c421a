//! What comes from the node: reports, and answers to calls.

use super::super::event::{Answer, Answered, Call};
use super::super::panel::{Outcome, Request};
use super::composer::Answers;
use super::refresh::Wanted;
use super::{Focus, Model, READ_AGAIN_MS, read_chat};
use secp256k1::PublicKey;
use status_conversational_security::trust::parse_public_key;
use status_node::rpc::Report;
use status_node::rpc::records::{ChatKindName, ChatRecord, MessageRecord, State};
use status_node::{Chat, hex_key};
use status_payload::MessageId;
use std::collections::HashSet;

/// Messages said by other programs that are noted while something is said here; of more it is enough to
/// know that there are some.
const MAX_SAID: usize = 64;

/// What a call asks for again and again.
fn refreshed(call: &Call) -> Option<Wanted> {
    Some(match call {
        Call::Chats => Wanted::Chats,
        Call::Contacts => Wanted::Contacts,
        Call::Devices => Wanted::Devices,
        Call::Group(_) => Wanted::Group,
        Call::Node => Wanted::Node,
        _ => return None,
    })
}

impl Model {
    pub(super) fn handle_report(&mut self, report: Report) {
        match report {
            Report::Message(message) => {
                self.refresh.want(Wanted::Chats);
                self.take_message(message);
            }
            Report::Ledger(entry) => {
                let is_known = self.open.as_mut().is_some_and(|open| open.follow(&entry));
                if !is_known && entry.state == State::Queued {
                    self.refresh.want(Wanted::Chats);
                    self.note_said(&entry.message);
                }
                if let Some(detail) = &mut self.detail {
                    detail.follow(entry);
                }
            }
            Report::Chat { chat } => {
                self.refresh.want(Wanted::Chats);
                if self
                    .group
                    .as_ref()
                    .is_some_and(|group| group.as_str() == chat)
                {
                    self.refresh.want(Wanted::Group);
                }
            }
            Report::Contact { .. } => {
                self.refresh.want(Wanted::Contacts);
                self.refresh.want(Wanted::Chats);
            }
            Report::Device { .. } => self.refresh.want(Wanted::Devices),
            Report::Pairing(_) => self.refresh.want(Wanted::Devices),
            Report::Peer { .. } => self.refresh.want(Wanted::Node),
            Report::Reach { .. } => {}
        }
    }

    fn take_message(&mut self, message: MessageRecord) {
        if let Some(open) = &mut self.open
            && open.chat.to_string() == message.chat
        {
            open.take(message);
        }
    }

    /// Something was said that is not known here: by another program, or it is what is being said here,
    /// of which the answer tells.
    fn note_said(&mut self, message: &str) {
        match (self.sending, &mut self.open) {
            (0, Some(open)) => open.reload(),
            (0, None) => {}
            _ if self.said_meanwhile.len() < MAX_SAID => {
                self.said_meanwhile.push(message.to_owned());
            }
            _ => {}
        }
    }

    /// A message that was to be said is answered: by which it is, if it was taken.
    fn end_sending(&mut self, message: Option<&str>) {
        self.sending = self.sending.saturating_sub(1);
        self.said_meanwhile
            .retain(|said| message != Some(said.as_str()));
        if self.sending == 0
            && !std::mem::take(&mut self.said_meanwhile).is_empty()
            && let Some(open) = &mut self.open
        {
            open.reload();
        }
    }

    pub(super) fn handle_answer(&mut self, Answered { call, result }: Answered) {
        self.calls.pop_front();
        if let Some(wanted) = refreshed(&call) {
            self.refresh.answered(wanted);
        }
        match result {
            Ok(answer) => self.take_answer(call, answer),
            Err(sentence) => self.take_refusal(call, &sentence),
        }
    }

    /// A call was not made, since too many wait for the node. What nobody asked for by a key is asked for
    /// again without a word: that the node does not answer is on the screen.
    pub(super) fn handle_not_made(&mut self, Answered { call, result }: Answered) {
        self.calls.pop_back();
        match (refreshed(&call), &call, result) {
            (Some(wanted), ..) => {
                self.refresh.answered(wanted);
                self.refresh.want(wanted);
            }
            (None, Call::Read(_), _) => self.miss_reading(),
            (None, Call::Page { chat, before }, _) => self.miss_page(chat, before.as_ref()),
            (None, _, Err(sentence)) => self.take_refusal(call, &sentence),
            (None, _, Ok(_)) => {}
        }
    }

    fn miss_reading(&mut self) {
        self.is_reading = false;
        self.read_again_ms = self.facts.now_ms.saturating_add(READ_AGAIN_MS);
    }

    fn miss_page(&mut self, chat: &Chat, before: Option<&MessageId>) {
        let now_ms = self.facts.now_ms;
        if let Some(open) = &mut self.open
            && open.chat == *chat
        {
            open.miss_page(before, now_ms);
        }
    }

    fn take_answer(&mut self, call: Call, answer: Answer) {
        match (call, answer) {
            (_, Answer::Chats(chats)) => {
                self.facts.chats = chats;
                self.list_refused = None;
                self.is_listed = true;
                self.order_list();
            }
            (_, Answer::Node(node, stats)) => {
                self.facts.own_key = node
                    .public_key
                    .as_deref()
                    .and_then(|key| parse_public_key(key).ok());
                self.facts.node = Some(*node);
                self.facts.stats = Some(stats);
            }
            (_, Answer::Contacts(contacts)) => {
                self.names.learn(&contacts);
                self.facts.contacts = contacts;
                self.knows_contacts = true;
                self.order_list();
            }
            (_, Answer::Devices(devices)) => self.facts.devices = devices,
            (Call::Group(_), Answer::Group(group)) => self.take_group(group),
            (Call::Page { chat, before }, Answer::Page(page)) => {
                if let Some(open) = &mut self.open
                    && open.chat == chat
                {
                    open.take_page(before.as_ref(), page);
                }
            }
            (Call::Ledger(id), Answer::Ledger(entries)) => {
                if let Some(detail) = &mut self.detail {
                    detail.take_ledger(&id.to_string(), entries);
                }
            }
            (_, Answer::Lint(findings)) => {
                if let Some(detail) = &mut self.detail {
                    detail.take_lint(findings);
                }
            }
            (_, Answer::Sent(message)) => {
                self.refresh.want(Wanted::Chats);
                self.end_sending(Some(&message.id));
                if let Some(open) = &mut self.open
                    && open.chat.to_string() == message.chat
                {
                    open.go_to_end();
                    open.take_own(*message);
                }
            }
            (Call::Read(_), _) => {
                self.is_reading = false;
                self.refresh.want(Wanted::Chats);
            }
            (Call::Leave(chat), _) => self.forget(&chat),
            (Call::Panel(request), answer) => self.take_done(&request, answer),
            (_, Answer::Group(_) | Answer::Page(_) | Answer::Ledger(_) | Answer::Done) => {}
        }
    }

    /// Puts the chats into the list, those of strangers apart.
    fn order_list(&mut self) {
        let own = self.facts.own_key.map(|own| hex_key(&own));
        // There may be ten thousand of either, strangers among them, and this is done again and again.
        let added = self.facts.contacts.iter().filter(|contact| contact.added);
        let mut known: HashSet<&str> = added.map(|contact| &contact.public_key[..]).collect();
        known.extend(own.as_deref());
        let knows_contacts = self.knows_contacts;
        let is_stranger = |chat: &ChatRecord| {
            knows_contacts && chat.kind == ChatKindName::Person && !known.contains(&chat.chat[..])
        };
        self.list.take(self.facts.chats.clone(), is_stranger);
    }

    fn take_group(&mut self, group: status_node::rpc::records::GroupRecord) {
        if self
            .group
            .as_ref()
            .is_some_and(|wanted| wanted.as_str() == group.chat)
        {
            self.facts.group = Some(group);
        }
    }

    /// What a panel asked for is done.
    fn take_done(&mut self, request: &Request, answer: Answer) {
        self.refresh.want_all();
        // Who does another thing by now is not taken away from it: what they type would go elsewhere.
        let mut is_awaited = self.panel.is_none() && self.focus == Focus::List;
        if let Some(panel) = &mut self.panel {
            let outcome = panel.answered(request, Ok(()), &self.facts);
            is_awaited = outcome != Outcome::Stay;
            self.handle_outcome(outcome);
        }
        match (request, answer) {
            (Request::Join(chat), _) => self.show_made(chat.clone(), is_awaited, "joined"),
            (Request::GroupJoin(group), _) => {
                self.show_made(Chat::Group(group.clone()), is_awaited, "joined the group");
            }
            (Request::CreateGroup { .. }, Answer::Group(group)) => {
                if let Some(chat) = read_chat(&group.chat) {
                    self.show_made(chat, is_awaited, "the group is made");
                }
            }
            (Request::GroupLeave(group), _) => self.forget(&Chat::Group(group.clone())),
            (Request::BlockContact(person), _) => self.forget_what_was_said_by(person),
            _ => {}
        }
    }

    /// Opens a chat that was just joined or made, or only says so.
    fn show_made(&mut self, chat: Chat, is_awaited: bool, done: &str) {
        let is_open = self.open.as_ref().is_some_and(|open| open.chat == chat);
        match (is_awaited, is_open) {
            (true, _) => self.show_chat(chat),
            (false, false) => self.say(done, false),
            (false, true) => {}
        }
    }

    /// Somebody is blocked, and what they said is deleted.
    fn forget_what_was_said_by(&mut self, person: &PublicKey) {
        let Some(open) = &mut self.open else { return };
        if open.chat == Chat::person(person) {
            self.close_chat();
        } else {
            open.forget(&hex_key(person));
        }
    }

    /// Goes back to the list from a chat that there is no more.
    fn close_chat(&mut self) {
        self.open = None;
        self.composer.clear();
        self.focus = Focus::List;
    }

    /// A chat is not shown any more.
    fn forget(&mut self, chat: &Chat) {
        self.refresh.want(Wanted::Chats);
        if self.open.as_ref().is_some_and(|open| open.chat == *chat) {
            self.close_chat();
        }
        let name = match chat {
            Chat::Public(_) => chat.to_string(),
            Chat::Person(person) => self.names.of(&person.to_string()),
            Chat::Group(_) => "the group".into(),
        };
        self.say(&format!("{name} is left"), false);
    }

    fn take_refusal(&mut self, call: Call, sentence: &str) {
        match call {
            Call::Send {
                chat,
                text,
                response_to,
            } => {
                self.end_sending(None);
                let is_back = match self.open.as_ref().filter(|open| open.chat == chat) {
                    Some(open) => {
                        let answered = response_to.and_then(|id| open.get(&id.to_string()));
                        let answers = answered.and_then(Answers::to);
                        self.composer.restore(&text, answers)
                    }
                    None => self.composer.restore_draft(&chat.to_string(), &text),
                };
                let how = if is_back { "" } else { " (Up brings it back)" };
                self.say(&format!("not sent: {sentence}{how}"), true);
            }
            Call::Page { chat, before } => {
                self.miss_page(&chat, before.as_ref());
                self.say(sentence, true);
            }
            Call::Read(_) => {
                self.miss_reading();
                self.say(sentence, true);
            }
            Call::Panel(request) => {
                if let Some(panel) = &mut self.panel {
                    let outcome = panel.answered(&request, Err(sentence), &self.facts);
                    self.handle_outcome(outcome);
                }
                self.say(sentence, true);
            }
            Call::Lint { .. } => {
                self.detail = None;
                self.say(sentence, true);
            }
            Call::Chats => self.list_refused = Some(sentence.to_owned()),
            // The list says it once for all of them.
            Call::Contacts | Call::Devices if self.list_refused.is_some() => {}
            _ => self.say(sentence, true),
        }
    }
}
