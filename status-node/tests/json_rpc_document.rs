//! `docs/json-rpc.md` describes each method as it is: its examples are read by the types that the
//! server reads and writes.
#![cfg(test)]

use serde_json::Value;
use status_node::rpc::methods::{self, Method, NAMES};
use status_node::rpc::{Ended, Incoming, Report, code, parse};
use std::collections::BTreeSet;

const DOCUMENT: &str = include_str!("../../docs/json-rpc.md");

/// A method's examples: the call and its answer.
fn example(method: &str) -> (Value, Value) {
    let heading = format!("### `{method}`\n");
    let (_, section) = DOCUMENT.split_once(&heading).expect(method);
    let (_, block) = section.split_once("```json\n").expect(method);
    let (block, _) = block.split_once("\n```").expect(method);
    let (call, answer) = block.split_once('\n').expect(method);
    let call = match parse(call.as_bytes()) {
        Incoming::Single(Ok(call)) => call,
        other => panic!("{method}: {other:?}"),
    };
    assert_eq!(call.method, method);
    let mut answer: Value = serde_json::from_str(answer).expect(method);
    (call.params, answer["result"].take())
}

/// The parameters are all that the method takes, the answer is what it answers, whole.
fn check<M: Method>() {
    let (given, answer) = example(M::NAME);
    let params = match &given {
        Value::Null => serde_json::json!({}),
        given => given.clone(),
    };
    let method: M = serde_json::from_value(params.clone()).expect(M::NAME);
    let written = serde_json::to_value(&method).unwrap();
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(keys(&written), keys(&params), "{}", M::NAME);
    let record: M::Answer = serde_json::from_value(answer.clone()).expect(M::NAME);
    assert_eq!(serde_json::to_value(record).unwrap(), answer, "{}", M::NAME);
}

#[test]
fn each_example_is_what_the_method_takes_and_answers() {
    check::<methods::NodeInfo>();
    check::<methods::NodeStats>();
    check::<methods::Darkness>();
    check::<methods::Lint>();
    check::<methods::Chats>();
    check::<methods::ChatsJoin>();
    check::<methods::ChatsLeave>();
    check::<methods::ChatsRead>();
    check::<methods::Messages>();
    check::<methods::SendText>();
    check::<methods::Ledger>();
    check::<methods::ContactList>();
    check::<methods::ContactShow>();
    check::<methods::ContactAdd>();
    check::<methods::ContactRemove>();
    check::<methods::ContactBlock>();
    check::<methods::ContactUnblock>();
    check::<methods::ContactName>();
    check::<methods::ContactProfile>();
    check::<methods::GroupCreate>();
    check::<methods::GroupShow>();
    check::<methods::GroupAdd>();
    check::<methods::GroupRemove>();
    check::<methods::GroupPromote>();
    check::<methods::GroupJoin>();
    check::<methods::GroupLeave>();
    check::<methods::GroupRename>();
    check::<methods::DeviceList>();
    check::<methods::DeviceName>();
    check::<methods::DeviceAnnounce>();
    check::<methods::DeviceEnable>();
    check::<methods::DeviceDisable>();
    check::<methods::DeviceSync>();
    check::<methods::PairShow>();
    check::<methods::PairTake>();
    check::<methods::PairPoll>();
    check::<methods::PairMessage>();
    check::<methods::PairConfirm>();
    check::<methods::Explain>();
    check::<methods::Subscribe>();
    check::<methods::Unsubscribe>();
}

#[test]
fn each_method_has_its_section_and_nothing_else_has() {
    let sections: BTreeSet<&str> = DOCUMENT
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .collect();
    assert_eq!(sections, NAMES.iter().copied().collect());
}

#[test]
fn the_notifications_are_those_that_are_sent() {
    let (_, section) = DOCUMENT.split_once("## Notifications").unwrap();
    let (mut reports, mut ended) = (0, 0);
    for line in section.lines().filter(|line| line.starts_with('{')) {
        let mut notification: Value = serde_json::from_str(line).unwrap();
        let params = &mut notification["params"];
        params.as_object_mut().unwrap().remove("subscription");
        match notification["method"].as_str() {
            Some("report") => {
                let params = notification["params"].take();
                let report: Report = serde_json::from_value(params.clone()).unwrap();
                assert_eq!(serde_json::to_value(&report).unwrap(), params);
                reports += 1;
            }
            Some("ended") => {
                serde_json::from_value::<Ended>(notification["params"]["reason"].take()).unwrap();
                ended += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((reports, ended), (13, 1));
}

#[test]
fn each_code_of_an_error_is_listed() {
    for code in [
        code::PARSE,
        code::INVALID_REQUEST,
        code::NO_METHOD,
        code::INVALID_PARAMS,
        code::INTERNAL,
        code::TOO_MANY_CLIENTS,
        code::LINE_TOO_LONG,
        code::ANSWER_TOO_LONG,
        code::TOO_MANY_SUBSCRIPTIONS,
        code::STOPPED,
        code::NO_ACCOUNT,
        code::UNKNOWN,
        code::REFUSED,
        code::STORAGE,
    ] {
        assert!(DOCUMENT.contains(&format!("| {code} | ")), "{code}");
    }
}

/// `docs/darkness.md` has a row for each finding that there is, and for no other.
#[test]
fn each_finding_is_listed_with_why_it_is_true() {
    let findings = include_str!("../src/darkness/report/finding.rs");
    let sights = include_str!("../src/darkness/report/neighbours.rs");
    let mut names = BTreeSet::new();
    for (source, declaration) in [
        (findings, "pub enum Finding {\n"),
        (sights, "pub enum Sight {\n"),
    ] {
        let (_, source) = source.split_once(declaration).unwrap();
        let (source, _) = source.split_once("\n}\n").unwrap();
        let variants = source.lines().filter_map(|line| {
            let name = line.strip_prefix("    ")?.split([' ', ',']).next()?;
            name.starts_with(|c: char| c.is_ascii_uppercase())
                .then_some(name)
        });
        names.extend(variants.map(snake));
    }
    let document = include_str!("../../docs/darkness.md");
    let listed: BTreeSet<String> = document
        .lines()
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
        .collect();
    assert!(names.len() > 40, "{names:?}");
    assert_eq!(listed, names);
}

/// `OnePeer` as `one_peer`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}
