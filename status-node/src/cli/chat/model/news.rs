//! What comes from the node: reports, and answers to calls.

use super::super::event::{Answer, Answered, Call};
use super::super::panel::Request;
use super::refresh::Wanted;
use super::{Model, read_chat};
use status_conversational_security::trust::parse_public_key;
use status_node::rpc::Report;
use status_node::rpc::records::{ChatKindName, ChatRecord, ContactRecord, MessageRecord, State};
use status_node::{Chat, hex_key};

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
                    // Something was said here by another program, or it is about to be told as an answer.
                    self.refresh.want(Wanted::Chats);
                    self.load_what_was_said_elsewhere();
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

    fn load_what_was_said_elsewhere(&mut self) {
        if let Some(open) = &mut self.open
            && open.is_at_end()
            && open.reload()
        {
            let chat = open.chat.clone();
            self.call(Call::Page { chat, before: None });
        }
    }

    pub(super) fn handle_answer(&mut self, Answered { call, result }: Answered) {
        self.calls.pop_front();
        match &call {
            Call::Chats => self.refresh.answered(Wanted::Chats),
            Call::Contacts => self.refresh.answered(Wanted::Contacts),
            Call::Devices => self.refresh.answered(Wanted::Devices),
            Call::Group(_) => self.refresh.answered(Wanted::Group),
            Call::Node => self.refresh.answered(Wanted::Node),
            Call::Read(_) => self.is_reading = false,
            _ => {}
        }
        match result {
            Ok(answer) => self.take_answer(call, answer),
            Err(sentence) => self.take_refusal(call, &sentence),
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
                if let Some(open) = &mut self.open {
                    open.go_to_end();
                }
                self.take_message(*message);
            }
            (Call::Read(_), _) => self.refresh.want(Wanted::Chats),
            (Call::Leave(chat), _) => self.forget(&chat),
            (Call::Panel(request), answer) => self.take_done(&request, answer),
            (_, Answer::Group(_) | Answer::Page(_) | Answer::Ledger(_) | Answer::Done) => {}
        }
    }

    /// Puts the chats into the list, those of strangers apart.
    fn order_list(&mut self) {
        let (facts, knows_contacts) = (&self.facts, self.knows_contacts);
        let is_stranger = |chat: &ChatRecord| {
            let added = |contact: &ContactRecord| contact.added && contact.public_key == chat.chat;
            chat.kind == ChatKindName::Person
                && knows_contacts
                && facts.own_key.is_none_or(|own| hex_key(&own) != chat.chat)
                && !facts.contacts.iter().any(added)
        };
        self.list.take(facts.chats.clone(), is_stranger);
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
        if let Some(panel) = &mut self.panel {
            let outcome = panel.answered(request, Ok(()), &self.facts);
            self.handle_outcome(outcome);
        }
        match (request, answer) {
            (Request::Join(chat), _) => self.show_chat(chat.clone()),
            (Request::GroupJoin(group), _) => {
                self.say("joined", false);
                self.show_chat(Chat::Group(group.clone()));
            }
            (Request::CreateGroup { .. }, Answer::Group(group)) => {
                if let Some(chat) = read_chat(&group.chat) {
                    self.show_chat(chat);
                }
            }
            (Request::GroupLeave(group), _) => self.forget(&Chat::Group(group.clone())),
            _ => {}
        }
    }

    /// A chat is not shown any more.
    fn forget(&mut self, chat: &Chat) {
        self.refresh.want(Wanted::Chats);
        if self.open.as_ref().is_some_and(|open| open.chat == *chat) {
            self.open = None;
            self.focus = super::Focus::List;
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
                response_to: _,
            } => {
                let is_open = self.open.as_ref().is_some_and(|open| open.chat == chat);
                if is_open {
                    self.composer.restore(&text);
                }
                self.say(&format!("not sent: {sentence}"), true);
            }
            Call::Page { chat, .. } => {
                if let Some(open) = &mut self.open
                    && open.chat == chat
                {
                    open.miss_page();
                }
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
