//! Cases of `whisper_topics.json`.

use crate::case::Checked;
use crate::{Case, Outcome};
use status_node::coupling::Channel;
use status_whisper::{BLOOM_LEN, Bloom, Topic};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "bloom" => bloom(case).into(),
        "bloom_match" => bloom_match(case).into(),
        "public_chat" | "contact_code" | "partitioned" | "personal_discovery" | "discovery"
        | "negotiated" => channel(case).into(),
        _ => Outcome::Unsupported,
    }
}

fn channel(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let channel = match case.kind() {
        "public_chat" => Channel::Public(case.text("chat_name")?.into()),
        "contact_code" => Channel::ContactCode(case.public_key("public_key")?),
        "partitioned" => Channel::Partitioned(case.public_key("public_key")?),
        "personal_discovery" => Channel::PersonalDiscovery(case.public_key("public_key")?),
        "discovery" => Channel::Discovery,
        _ => {
            let (a, b) = (
                case.secret_key("private_key_a")?,
                case.secret_key("private_key_b")?,
            );
            let ours = Channel::negotiated(&a, &case.public_key("public_key_b")?);
            let theirs = Channel::negotiated(&b, &case.public_key("public_key_a")?);
            expected.equal_text("string", &theirs.name())?;
            ours
        }
    };
    expected.equal_text("string", &channel.name())?;
    expected.equal_bytes("topic", channel.topic().0)?;
    match channel.symmetric_key() {
        Some(key) => expected.equal_bytes("sym_key", key.expose_bytes()),
        None if expected.has("sym_key") => {
            Err(expected.differs("sym_key", expected.text("sym_key")?, "no key"))
        }
        None => Ok(()),
    }
}

fn topic(bytes: Vec<u8>) -> Option<Topic> {
    bytes.try_into().ok().map(Topic)
}

fn bloom(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let mut topics = Vec::new();
    if let Some(items) = case.value()["topics"].as_array() {
        for item in items {
            let bytes = item.as_str().and_then(|text| hex::decode(text).ok());
            topics.push(
                bytes
                    .and_then(topic)
                    .ok_or_else(|| case.differs("topics", "four bytes of hex", item))?,
            );
        }
    }
    let aggregate = Bloom::from_topics(topics.iter().copied());
    expected.equal_bytes("aggregate", aggregate.0)?;
    expected.equal_flag("is_full_node", aggregate.is_full())?;
    let blooms: Vec<String> = topics
        .iter()
        .map(|topic| hex::encode(Bloom::from_topics([*topic]).0))
        .collect();
    let wanted: Vec<String> = expected.value()["per_topic"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item.as_str().unwrap_or_default().to_owned())
        .collect();
    expected.equal("per_topic", wanted, blooms)
}

fn bloom_match(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let topic = Topic(case.array("topic")?);
    let got = match case.text("filter")? {
        // No filter at all: a full node.
        "" => true,
        _ => Bloom(case.array::<BLOOM_LEN>("filter")?).admits(topic),
    };
    expected.equal_flag("match", got)
}
