//! Explaining with the account of a data folder, whether a node runs on it or not.

use super::common::{Home, Running, complaint, json};
use super::{case, find, vectors};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with the account of somebody in the vectors, and a message to them that their key can read.
fn with_message() -> (Home, String, String) {
    let scenarios = vectors("end_to_end");
    let scenario = case(&scenarios, |case| {
        case["name"] == "one_to_one_conversation_0"
    });
    let step = &scenario["steps"][0];
    let bob = case(scenario["parties"].as_array().unwrap(), |party| {
        party["name"] == step["receivers"][0]["party"]
    });
    let home = Home::new();
    let key = home.file("key", bob["identity_private_key"].as_str().unwrap());
    json(&home.run(&["account", "import", "--private-key-file", &key, "--json"]));
    let expected = &step["receivers"][0]["expected"]["application_messages"][0];
    let text = expected["parsed"]["text"].as_str().unwrap().to_owned();
    (
        home,
        step["envelope"]["rlp"].as_str().unwrap().to_owned(),
        text,
    )
}

fn check(layer: &Value, text: &str) {
    assert_eq!(
        layer["fields"]["opened_with"], "the account: its partition",
        "{layer}"
    );
    let chat = find(layer, "ChatMessage").unwrap();
    assert_eq!(chat["fields"]["text"], text);
    let session = find(layer, "session").unwrap();
    let state = "none: it is encrypted to the identity's key";
    assert_eq!(session["fields"]["state"], state);
    let wrapper = find(layer, "ApplicationMetadataMessage").unwrap();
    assert_eq!(wrapper["fields"]["belongs_to"], wrapper["fields"]["author"]);
}

#[test]
fn a_message_to_the_account_is_read_with_and_without_a_running_node() {
    let (home, rlp, text) = with_message();
    let arguments = [
        "explain",
        &rlp,
        "--account",
        "--json",
        "--now",
        "1795390900",
    ];
    check(&json(&home.run(&arguments))[0], &text);
    let run = ["run", "--listen", "127.0.0.1:0", "--json"];
    let mut node = Running::start(&mut home.command(&run));
    node.enode();
    // The node has the password, the command needs none.
    let mut without = home.command(&arguments);
    check(
        &json(&without.env_remove("STATUS_NODE_PASSWORD").output().unwrap())[0],
        &text,
    );
    let shown = home.run(&arguments[..3]).stdout;
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.starts_with("Whisper envelope (input, "), "{shown}");
    assert!(shown.contains(&text), "{shown}");
    // Nothing of it has happened: it is not among the account's messages.
    let chats = json(&home.run(&["chats", "--json"]));
    assert_eq!(chats, Vec::<Value>::new());
    assert_eq!(node.terminate(), Some(0));
}

/// All files of a folder.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn no_byte_of_the_data_folder_changes() {
    let (home, rlp, text) = with_message();
    let arguments = [
        "explain",
        &rlp,
        "--account",
        "--json",
        "--now",
        "1795390900",
    ];
    let folder = home.path().join("data");
    let database = folder.join("database");
    let explain = || check(&json(&home.run(&arguments))[0], &text);
    // The first makes the lock that says that the folder is in use.
    explain();
    let before = files(&folder);
    explain();
    assert!(!database.exists(), "no database is made");
    assert!(files(&folder) == before);
    let run = ["run", "--listen", "127.0.0.1:0", "--json"];
    let mut node = Running::start(&mut home.command(&run));
    node.enode();
    assert_eq!(node.terminate(), Some(0));
    assert!(database.exists());
    let before = files(&folder);
    explain();
    assert!(files(&folder) == before);
    let nowhere = home.path().join("nowhere");
    let mut elsewhere = Command::new(env!("CARGO_BIN_EXE_status-node"));
    elsewhere.args(["explain", &rlp, "--account", "--data-dir"]);
    let sentence = complaint(&elsewhere.arg(&nowhere).output().unwrap());
    assert!(sentence.contains("there is no account in"), "{sentence}");
    assert!(!nowhere.exists(), "no folder is made");
}

#[test]
fn without_an_account_or_its_password_it_says_so() {
    let (home, rlp, _) = with_message();
    let nobody = Home::new();
    let sentence = complaint(&nobody.run(&["explain", &rlp, "--account"]));
    assert!(sentence.contains("there is no account"), "{sentence}");
    let mut locked = home.command(&["explain", &rlp, "--account"]);
    let sentence = complaint(&locked.env_remove("STATUS_NODE_PASSWORD").output().unwrap());
    assert!(sentence.contains("password is missing"), "{sentence}");
}

#[test]
fn an_envelope_that_a_node_holds_is_explained_by_its_hash() {
    let (ann, relay) = (Home::new(), Home::new());
    json(&ann.run(&["account", "new", "--json"]));
    let run = ["run", "--listen", "127.0.0.1:0", "--json"];
    let mut node = Running::start(&mut relay.command(&run));
    let enode = node.enode();
    let send = ["send", "--to", "#a", "hello", "--peer", &enode, "--json"];
    let sent = json(&ann.run(&send)).remove(1);
    let hash = sent["envelope"].as_str().unwrap();
    // The relay has no account, and opens it with what it is given.
    let arguments = ["explain", "--envelope", hash, "--chat", "#a", "--json"];
    let layer = json(&relay.run(&arguments)).remove(0);
    assert_eq!(layer["fields"]["hash"], hash);
    assert_eq!(
        find(&layer, "ChatMessage").unwrap()["fields"]["text"],
        "hello"
    );
    let unknown = format!("0x{}", "11".repeat(32));
    let sentence = complaint(&relay.run(&["explain", "--envelope", &unknown]));
    assert!(
        sentence.contains("holds no envelope of this hash"),
        "{sentence}"
    );
    let sentence = complaint(&ann.run(&["explain", "--envelope", hash]));
    assert!(sentence.contains("no node runs on"), "{sentence}");
    let sentence = complaint(&ann.run(&["explain", "--envelope", "0x12"]));
    assert!(sentence.contains("is no envelope's hash"), "{sentence}");
}
