//! A relay and people with running nodes.

use super::{Home, Running, complaint, json};
use serde_json::Value;
use status_node::rpc::{Client, Report, ReportKind, SOCKET, methods};

/// A relay, which is the only node that the others know.
pub(crate) fn relay() -> ((Home, Running), String) {
    let home = Home::new();
    let arguments = ["run", "--listen", "127.0.0.1:0", "--json"];
    let mut node = Running::start(&mut home.command(&arguments));
    let enode = node.enode();
    ((home, node), enode)
}

/// Somebody with an account and a running node.
pub(crate) struct Person {
    pub(crate) home: Home,
    pub(crate) node: Running,
    pub(crate) key: String,
    words: String,
}

impl Person {
    pub(crate) fn new(relay: &str) -> Self {
        let home = Home::new();
        let account = json(&home.run(&["account", "new", "--json"])).remove(0);
        let words = account["mnemonic"].as_str().unwrap().to_owned();
        Self::start(home, relay, &account, words)
    }

    /// The same account in another folder.
    pub(crate) fn on_another_device(person: &Self, relay: &str) -> Self {
        Self::of_words(&person.words, relay)
    }

    /// The account of these words, in a folder of its own.
    pub(crate) fn of_words(words: &str, relay: &str) -> Self {
        let home = Home::new();
        let file = home.file("words", words);
        let import = ["account", "import", "--mnemonic-file", &file, "--json"];
        let account = json(&home.run(&import)).remove(0);
        Self::start(home, relay, &account, words.to_owned())
    }

    fn start(home: Home, relay: &str, account: &Value, words: String) -> Self {
        let mut node = Running::start(&mut home.command(&Self::arguments(relay)));
        node.enode();
        Self {
            home,
            node,
            key: account["public_key"].as_str().unwrap().to_owned(),
            words,
        }
    }

    /// How the node is started.
    pub(crate) fn arguments(relay: &str) -> [&str; 6] {
        ["run", "--listen", "127.0.0.1:0", "--json", "--peer", relay]
    }

    /// What a command that must succeed prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> Vec<Value> {
        json(&self.home.run(&[arguments, &["--json"]].concat()))
    }

    /// Why a command fails.
    pub(crate) fn complaint(&self, arguments: &[&str]) -> String {
        let output = self.home.run(arguments);
        if arguments.first() == Some(&"send") {
            // It says first whom it speaks to.
            assert_eq!(output.status.code(), Some(1), "{arguments:?}");
            return String::from_utf8(output.stderr).unwrap();
        }
        complaint(&output)
    }

    /// Reports of the running node from now on.
    pub(crate) fn follow(&self, kind: ReportKind) -> Reports {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let path = self.home.path().join("data").join(SOCKET);
        let client = runtime.block_on(async {
            let mut client = Client::connect(&path).await.unwrap();
            let subscribe = methods::Subscribe {
                to: vec![kind],
                chats: Vec::new(),
            };
            client.call(&subscribe).await.unwrap();
            client
        });
        Reports { runtime, client }
    }
}

/// What a node reports.
pub(crate) struct Reports {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Reports {
    /// Waits for the report that is wanted.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Report) -> bool) {
        loop {
            let report = self.client.report();
            let report = self
                .runtime
                .block_on(async { tokio::time::timeout(super::STUCK, report).await });
            if wanted(&report.expect("a report before the node is stuck").unwrap()) {
                break;
            }
        }
    }
}
