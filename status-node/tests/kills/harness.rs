//! The processes, and what they said before they were killed.

use super::party::VARIABLE;
use super::people::{PEOPLE, folder};
use serde_json::{Value, json};
use status_devp2p::Enode;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long all of them may take to settle what they owe each other, on a machine that does other things.
const PATIENCE: Duration = Duration::from_secs(240);

/// What the processes of one person said, those that are dead included.
#[derive(Debug, Default, Clone)]
pub(crate) struct Heard {
    /// How often each message was shown.
    pub(crate) shown: HashMap<String, u32>,
    /// The ids of messages that were accepted.
    pub(crate) accepted: Vec<String>,
    /// How many messages nobody acknowledged, as was said last, and how often that was said.
    owed: (Option<u64>, u64),
}

/// One of the people.
struct Party {
    process: Option<Child>,
    heard: Arc<Mutex<Heard>>,
    /// When it comes back.
    back: Option<Instant>,
}

/// All of them.
pub(crate) struct Conversation {
    root: PathBuf,
    relay: Enode,
    parties: Vec<Party>,
}

impl Conversation {
    pub(crate) fn start(root: &Path, relay: Enode) -> Self {
        let parties = (0..PEOPLE).map(|_| Party {
            process: None,
            heard: Arc::default(),
            back: None,
        });
        let mut conversation = Self {
            root: root.into(),
            relay,
            parties: parties.collect(),
        };
        for person in 0..PEOPLE {
            std::fs::create_dir(folder(root, person)).unwrap();
            conversation.run(person);
        }
        conversation
    }

    fn run(&mut self, person: usize) {
        let wanted = json!({
            "person": person,
            "root": self.root,
            "relay": self.relay.to_string(),
        });
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "party::party", "--nocapture"])
            .env(VARIABLE, wanted.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let heard = Arc::clone(&self.parties[person].heard);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // A line that the kill cut short was not said.
                let said = line.strip_prefix('@').map(serde_json::from_str);
                if let Some(Ok(said)) = said {
                    heard.lock().unwrap().hear(&said);
                }
            }
        });
        self.parties[person].process = Some(process);
        self.parties[person].back = None;
    }

    /// Kills somebody, who comes back after a while.
    pub(crate) fn kill(&mut self, person: usize, away: Duration) {
        let party = &mut self.parties[person];
        if let Some(mut process) = party.process.take() {
            assert_eq!(process.try_wait().unwrap(), None, "it ended by itself");
            process.kill().unwrap();
            process.wait().unwrap();
            party.back = Some(Instant::now() + away);
        }
        self.bring_back(Instant::now());
    }

    /// Runs those whose time has come.
    fn bring_back(&mut self, now: Instant) {
        for person in 0..PEOPLE {
            if self.parties[person].back.is_some_and(|back| back <= now) {
                self.run(person);
            }
        }
    }

    /// Waits until everybody has said something to the others and in the group.
    pub(crate) async fn wait_until_all_talk(&mut self) {
        let talks = |party: &Party| party.heard.lock().unwrap().accepted.len() > 5;
        self.wait("they do not begin to talk", |this| {
            this.parties.iter().all(talks)
        })
        .await;
    }

    /// Lets everybody fall silent, and waits until nobody owes anybody anything.
    pub(crate) async fn settle(&mut self) {
        self.bring_back(Instant::now() + PATIENCE);
        self.tell("quiet");
        let mut asked = 0;
        self.wait("what was said is not acknowledged", |this| {
            let answered = |party: &Party| party.heard.lock().unwrap().owed;
            if this.parties.iter().all(|party| answered(party).1 >= asked) {
                let owed = |party: &Party| answered(party).0 != Some(0);
                if !this.parties.iter().any(owed) {
                    return true;
                }
                asked += 1;
                this.tell("owed");
            }
            false
        })
        .await;
    }

    async fn wait(&mut self, complaint: &str, mut done: impl FnMut(&mut Self) -> bool) {
        let begun = Instant::now();
        while !done(self) {
            let heard: Vec<_> = self.parties.iter().map(Party::summary).collect();
            assert!(begun.elapsed() < PATIENCE, "{complaint}: {heard:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn tell(&mut self, order: &str) {
        for party in &mut self.parties {
            let process = party.process.as_mut().unwrap();
            let stdin = process.stdin.as_mut().unwrap();
            writeln!(stdin, "{order}").unwrap();
        }
    }

    /// Ends everybody in good order. What they said.
    pub(crate) async fn end(mut self) -> Vec<Heard> {
        self.tell("end");
        for party in &mut self.parties {
            let mut process = party.process.take().unwrap();
            let status = tokio::task::spawn_blocking(move || process.wait());
            assert!(status.await.unwrap().unwrap().success());
        }
        let heard = self.parties.iter();
        heard
            .map(|party| party.heard.lock().unwrap().clone())
            .collect()
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        for party in &mut self.parties {
            if let Some(mut process) = party.process.take() {
                let _ = process.kill();
                let _ = process.wait();
            }
        }
    }
}

impl Party {
    fn summary(&self) -> String {
        let heard = self.heard.lock().unwrap();
        let (accepted, shown) = (heard.accepted.len(), heard.shown.len());
        format!("{accepted} said, {shown} shown, owed {:?}", heard.owed.0)
    }
}

impl Heard {
    fn hear(&mut self, said: &Value) {
        if let Some(id) = said["shown"].as_str() {
            *self.shown.entry(id.into()).or_default() += 1;
        }
        if let Some(id) = said["accepted"].as_str() {
            self.accepted.push(id.into());
        }
        if let Some(owed) = said["owed"].as_u64() {
            self.owed = (Some(owed), self.owed.1 + 1);
        }
    }
}
