//! The JSON lines: requests in, answers and events out.

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::io::Write;
use tokio::io::{AsyncBufReadExt, BufReader, Stdin};

/// One request.
#[derive(Deserialize)]
pub(crate) struct Request {
    /// Comes back with the answer.
    pub(crate) id: u64,
    /// What is wanted.
    pub(crate) method: String,
    #[serde(default)]
    params: Map<String, Value>,
}

impl Request {
    /// The parameters as the method expects them.
    pub(crate) fn params<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_value(Value::Object(self.params.clone()))
            .with_context(|| format!("parameters of {}", self.method))
    }
}

/// Standard input and output.
pub(crate) struct Lines {
    input: tokio::io::Lines<BufReader<Stdin>>,
    events: Events,
}

/// The half that reports.
#[derive(Clone, Copy)]
pub(crate) struct Events;

impl Lines {
    /// Takes hold of both ends.
    pub(crate) fn new() -> Self {
        Self {
            input: BufReader::new(tokio::io::stdin()).lines(),
            events: Events,
        }
    }

    /// The next request; none when the input ends. Cancelling loses nothing.
    pub(crate) async fn request(&mut self) -> Option<Request> {
        loop {
            let line = self.input.next_line().await.ok().flatten()?;
            match serde_json::from_str(&line) {
                Ok(request) => return Some(request),
                Err(error) => self.answer(0, Err(error.into())),
            }
        }
    }

    /// Answers a request.
    pub(crate) fn answer(&self, id: u64, answer: Result<Value>) {
        self.events.write(&match answer {
            Ok(result) => json!({"id": id, "result": result}),
            Err(error) => json!({"id": id, "error": format!("{error:#}")}),
        });
    }

    /// What reports events.
    pub(crate) fn events(&self) -> Events {
        self.events
    }
}

impl Events {
    /// Reports something that happened.
    pub(crate) fn emit(self, event: &str, mut fields: Value) {
        if let Some(fields) = fields.as_object_mut() {
            fields.insert("event".into(), json!(event));
        }
        self.write(&fields);
    }

    fn write(self, line: &Value) {
        // Nobody is left to hear that nobody reads.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

/// Bytes as 0x-hex.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// The bytes of 0x-hex.
pub(crate) fn from_hex(text: &str) -> Result<Bytes> {
    let Some(digits) = text.strip_prefix("0x") else {
        bail!("`{text}` does not begin with 0x");
    };
    Ok(hex::decode(digits)?.into())
}
