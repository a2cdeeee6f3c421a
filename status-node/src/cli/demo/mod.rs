//! `status-node demo`: all of it on this machine, without set-up. A relay and three accounts with
//! databases of their own, which know only the relay, chat over TCP: in public, with each other, and in a
//! group; one of them is away for a while and misses nothing.

mod folder;
mod person;
mod report;
mod watch;

use super::args::Shared;
use super::output::Output;
use super::service::{LOOPBACK, start_logging};
use anyhow::{Context, ensure};
use folder::Folder;
use person::Person;
use serde_json::json;
use status_node::rpc::Operation;
use status_node::rpc::methods::Chats;
use status_node::rpc::records::MessageRecord;
use status_node::{Chat, Node};
use std::time::Duration;
use watch::{Told, say};

/// How long any one step may take. On an idle machine each takes milliseconds, but for what waits for
/// data sync to repeat a message.
const PATIENCE: Duration = Duration::from_secs(60);

/// What Ann and Bob say to each other, beginning as strangers: the first message is encrypted to a key,
/// the answer opens a session, and then both sides know that they share a topic.
const STRANGERS: [(bool, &str); 4] = [
    (true, "Hello Bob. I know nothing of you but your key."),
    (false, "Hello Ann. Your keys came with your message."),
    (true, "Now nobody can read this who finds our keys later."),
    (false, "And nobody sees which of 5000 people this is for."),
];

pub(crate) async fn run(shared: Shared, output: Output) -> anyhow::Result<()> {
    start_logging(&shared)?;
    let folder = Folder::new()?;
    let (relay, _relay_events) = Node::builder().listen(LOOPBACK).start().await?;
    output.line(
        &json!({ "step": "relay", "enode": relay.enode().to_string() }),
        format_args!("relay listens at {}", relay.enode()),
    )?;
    let mut ann = Person::arrive("Ann", &folder, &relay, output).await?;
    let mut bob = Person::arrive("Bob", &folder, &relay, output).await?;
    let mut carol = Person::arrive("Carol", &folder, &relay, output).await?;
    let keys = [ann.key(), bob.key(), carol.key()];
    for person in [&mut ann, &mut bob, &mut carol] {
        let own = person.key();
        person.others = keys.into_iter().filter(|key| *key != own).collect();
    }
    let mut story = Story {
        relay: &relay,
        output,
        arrived: 0,
    };
    story.public(&mut ann, &mut bob, &mut carol).await?;
    story.strangers(&mut ann, &mut bob).await?;
    story.contacts(&mut ann, &mut bob).await?;
    let group = story.group(&mut ann, &mut bob, &mut carol).await?;
    story
        .away(&group, &mut ann, &mut bob, &mut carol)
        .await
        .context("while Carol is away")?;
    let people = [&ann, &bob, &carol];
    report::counters(&relay, &people, output).await?;
    let arrived = story.arrived;
    for person in people {
        person.node().shutdown().await;
    }
    relay.shutdown().await;
    output.line(
        &json!({ "step": "done", "arrived": arrived }),
        format_args!("\nall messages arrived: {arrived}, counted at each who reads them"),
    )
}

/// What happens, scene by scene.
struct Story<'a> {
    relay: &'a Node,
    output: Output,
    arrived: usize,
}

impl Story<'_> {
    fn scene(&self, name: &str, text: &str) -> anyhow::Result<()> {
        self.output.line(
            &json!({ "step": "scene", "name": name }),
            format_args!("\n== {text}"),
        )
    }

    async fn public(
        &mut self,
        ann: &mut Person,
        bob: &mut Person,
        carol: &mut Person,
    ) -> anyhow::Result<()> {
        self.scene("public", "in public: whoever knows the name reads along")?;
        let chat: Chat = "#demo".parse()?;
        for person in [&*ann, &*bob, &*carol] {
            person.node().join(&chat).await?;
        }
        let text = "Hello everybody. Через ретранслятор ☂";
        self.say(ann, &chat, text, &mut [bob, carol], Told::Handed)
            .await?;
        let text = "The relay passes envelopes on; it needs no key for that.";
        self.say(bob, &chat, text, &mut [ann, carol], Told::Handed)
            .await
    }

    async fn strangers(&mut self, ann: &mut Person, bob: &mut Person) -> anyhow::Result<()> {
        self.scene(
            "private",
            "in private: from strangers to a topic of their own",
        )?;
        for (is_ann, text) in STRANGERS {
            let (from, to) = match is_ann {
                true => (&mut *ann, &mut *bob),
                false => (&mut *bob, &mut *ann),
            };
            let chat = Chat::person(&to.key());
            self.say(from, &chat, text, &mut [to], Told::Acknowledged)
                .await?;
        }
        Ok(())
    }

    async fn contacts(&mut self, ann: &mut Person, bob: &mut Person) -> anyhow::Result<()> {
        self.scene("contacts", "contacts: each adds the other")?;
        for is_ann in [true, false] {
            let (from, to) = match is_ann {
                true => (&mut *ann, &mut *bob),
                false => (&mut *bob, &mut *ann),
            };
            let key = to.key();
            from.messenger(move |messenger, turn| messenger.add_contact(turn, &key))
                .await?;
            let contact = to.wait_for_contact(from.key()).await?;
            ensure!(
                contact.has_added_us,
                "{} does not see that {} added them",
                to.name,
                from.name
            );
            self.output.line(
                &json!({ "step": "contact", "sender": from.name, "receiver": to.name }),
                format_args!("{} added {}, who knows it", from.name, to.name),
            )?;
        }
        Ok(())
    }

    async fn group(
        &mut self,
        ann: &mut Person,
        bob: &mut Person,
        carol: &mut Person,
    ) -> anyhow::Result<Chat> {
        self.scene("group", "a group: Ann makes it, Bob and Carol accept")?;
        let members = [bob.key(), carol.key()];
        let group = ann
            .messenger(move |messenger, turn| messenger.create_group(turn, "Trip", &members))
            .await?;
        for person in [&mut *bob, &mut *carol] {
            person.wait_for_members(&group, 3, 1).await?;
            let id = group.clone();
            person
                .messenger(move |messenger, turn| messenger.join_group(turn, &id))
                .await?;
        }
        for person in [&mut *ann, &mut *bob, &mut *carol] {
            person.wait_for_members(&group, 3, 3).await?;
        }
        self.output.line(
            &json!({ "step": "group", "chat": group.as_str(), "members": 3 }),
            format_args!("all three see three members who joined {}", group.as_str()),
        )?;
        let chat = Chat::Group(group);
        let text = "Where do we go?";
        self.say(ann, &chat, text, &mut [bob, carol], Told::Acknowledged)
            .await?;
        let text = "To the sea.";
        self.say(carol, &chat, text, &mut [ann, bob], Told::Acknowledged)
            .await?;
        Ok(chat)
    }

    async fn away(
        &mut self,
        group: &Chat,
        ann: &mut Person,
        bob: &mut Person,
        carol: &mut Person,
    ) -> anyhow::Result<()> {
        self.scene("away", "Carol goes away, and comes back")?;
        carol.leave().await;
        self.output.line(
            &json!({ "step": "away", "person": carol.name }),
            format_args!("{} stopped her node", carol.name),
        )?;
        let text = "Bob, are you still there?";
        let by_bob = Told::By(bob.key());
        let first = say(ann, group, text, &mut [bob], by_bob).await?;
        self.show(&first)?;
        let chat = Chat::person(&carol.key());
        let private = say(ann, &chat, "Carol, read the group.", &mut [], Told::Handed).await?;
        self.show(&private)?;

        carol.come_back(self.relay).await?;
        for said in [&first, &private] {
            carol.wait_for_message(&said.message).await?;
            self.arrived += 1;
            ann.wait_for_acknowledgement(&said.message.id, &carol.key())
                .await?;
            self.output.line(
                &json!({ "step": "late", "receiver": carol.name, "message": MessageRecord::from(&said.message) }),
                format_args!(
                    "{} is back, reads {:?} and acknowledges it",
                    carol.name, said.message.text
                ),
            )?;
        }
        let ledger = ann.ledger(&private.message.id).await?;
        report::ledger(&private.message.id, &ledger, self.output)?;
        let chats = carol
            .messenger(|messenger, turn| Ok(Chats {}.run(messenger, turn)))
            .await??;
        report::chats(carol.name, &chats, self.output)?;
        self.say(
            carol,
            group,
            "I missed nothing.",
            &mut [ann, bob],
            Told::Acknowledged,
        )
        .await
    }

    async fn say(
        &mut self,
        from: &mut Person,
        chat: &Chat,
        text: &str,
        to: &mut [&mut Person],
        told: Told,
    ) -> anyhow::Result<()> {
        let said = say(from, chat, text, to, told).await?;
        self.show(&said)
    }

    fn show(&mut self, said: &watch::SaidAndDone) -> anyhow::Result<()> {
        self.arrived += said.readers.len();
        report::said(said, self.output)
    }
}
