//! One side of a bare Noise handshake, and the messages after it. It needs no network: the matrix
//! carries the messages.

use crate::lines::{Request, from_hex, to_hex};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use status_conversational_security::noise::{
    Handshake, Parameters, Pattern, PreSharedKey, Role, SecretKey, Split, StaticKey,
};

/// A handshake on its way, or what it gave.
#[derive(Default)]
pub(crate) struct NoiseSide {
    handshake: Option<Handshake>,
    split: Option<Split>,
    sent: u64,
    received: u64,
}

#[derive(Deserialize)]
struct Start {
    pattern: String,
    initiator: bool,
    #[serde(rename = "static")]
    local: String,
    remote: Option<String>,
    psk: Option<String>,
    #[serde(default)]
    prologue: String,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Exchanged {
    payload: String,
    message: String,
    ad: String,
}

impl NoiseSide {
    /// Answers a request; none if it is not about Noise.
    pub(crate) fn answer(&mut self, request: &Request) -> Option<Result<Value>> {
        Some(match request.method.as_str() {
            "noise_start" => self.start(request),
            "noise_write" => self.write(request),
            "noise_read" => self.read(request),
            "noise_hash" => self.hash(),
            "noise_remote" => self.remote(),
            "noise_encrypt" => self.encrypt(request),
            "noise_decrypt" => self.decrypt(request),
            _ => return None,
        })
    }

    fn start(&mut self, request: &Request) -> Result<Value> {
        let start: Start = request.params()?;
        let parameters = Parameters {
            pattern: match start.pattern.as_str() {
                "XX" => Pattern::Xx,
                "XXpsk0" => Pattern::XxPsk0,
                "XK1" => Pattern::Xk1,
                "K1K1" => Pattern::K1k1,
                other => bail!("unknown pattern `{other}`"),
            },
            role: match start.initiator {
                true => Role::Initiator,
                false => Role::Responder,
            },
            local: SecretKey::from_bytes(&key(&start.local)?),
            remote: start.remote.as_deref().map(key).transpose()?.map(StaticKey),
            pre_shared: start
                .psk
                .as_deref()
                .map(key)
                .transpose()?
                .as_ref()
                .map(PreSharedKey::from_bytes),
            prologue: bytes(&start.prologue)?,
        };
        *self = Self::default();
        self.handshake = Some(Handshake::new(parameters, &mut rand::rng())?);
        Ok(json!(true))
    }

    fn write(&mut self, request: &Request) -> Result<Value> {
        let exchanged: Exchanged = request.params()?;
        let message = self
            .handshake()?
            .write_message(&bytes(&exchanged.payload)?)?;
        Ok(json!(to_hex(&message)))
    }

    fn read(&mut self, request: &Request) -> Result<Value> {
        let exchanged: Exchanged = request.params()?;
        let payload = self
            .handshake()?
            .read_message(&bytes(&exchanged.message)?)?;
        Ok(json!(to_hex(&payload)))
    }

    fn hash(&mut self) -> Result<Value> {
        let hash = match &self.split {
            Some(split) => split.hash,
            None => self.handshake()?.hash(),
        };
        Ok(json!(to_hex(&hash)))
    }

    fn remote(&mut self) -> Result<Value> {
        Ok(json!(to_hex(&self.split()?.remote.0)))
    }

    fn encrypt(&mut self, request: &Request) -> Result<Value> {
        let exchanged: Exchanged = request.params()?;
        let (number, ad) = (self.sent, bytes(&exchanged.ad)?);
        let key = &self.split()?.sending;
        let message = key.encrypt(number, &ad, &bytes(&exchanged.payload)?)?;
        self.sent += 1;
        Ok(json!(to_hex(&message)))
    }

    fn decrypt(&mut self, request: &Request) -> Result<Value> {
        let exchanged: Exchanged = request.params()?;
        let (number, ad) = (self.received, bytes(&exchanged.ad)?);
        let key = &self.split()?.receiving;
        let payload = key.decrypt(number, &ad, &bytes(&exchanged.message)?)?;
        self.received += 1;
        Ok(json!(to_hex(&payload)))
    }

    fn handshake(&mut self) -> Result<&mut Handshake> {
        self.handshake.as_mut().context("not started")
    }

    /// The keys of the finished handshake.
    fn split(&mut self) -> Result<&Split> {
        if let Some(finished) = self.handshake.take_if(|handshake| handshake.is_finished()) {
            self.split = Some(finished.split()?);
        }
        self.split.as_ref().context("the handshake is not finished")
    }
}

/// Bytes in hex; nothing for a parameter that was left out.
fn bytes(text: &str) -> Result<Vec<u8>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    Ok(from_hex(text)?.to_vec())
}

fn key(text: &str) -> Result<[u8; 32]> {
    let key = bytes(text)?.try_into();
    key.ok().context("a key has 32 bytes")
}
