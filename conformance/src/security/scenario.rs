//! Scenarios: several installations, step by step, with the keys that the Go code drew.

use super::build::build;
use super::replay::Replay;
use super::state::{compare, public};
use crate::case::Checked;
use crate::{Case, Mismatch};
use bytes::Bytes;
use secp256k1::SecretKey;
use serde_json::Value;
use status_conversational_security::{
    Bundle, CompressedKey, Endpoint, MemoryStore, Received, Settings, Store,
};
use std::collections::{BTreeSet, HashMap};

const HOUR_NS: i64 = 3_600_000_000_000;

/// One installation.
pub(crate) struct Party {
    pub(crate) identity: SecretKey,
    pub(crate) endpoint: Endpoint,
    pub(crate) store: MemoryStore,
}

struct Scenario {
    steps: Vec<Value>,
    parties: HashMap<String, Party>,
    /// All secret keys that were drawn, by their public keys.
    drawn: HashMap<CompressedKey, SecretKey>,
    /// The time of the last bundle, in ns since 1970: the vectors name no other.
    now_ns: i64,
}

pub(super) fn run(case: &Case<'_>) -> Checked<()> {
    let mut parties = HashMap::new();
    for party in case.list("parties")? {
        let identity = party.secret_key("identity_private_key")?;
        let installation = party.text("installation_id")?;
        let endpoint = Endpoint::new(&identity, installation.into(), Settings::default())
            .map_err(|error| party.differs("installation_id", "an id", error))?;
        let store = MemoryStore::new();
        let name = party.text("name")?.to_owned();
        parties.insert(
            name,
            Party {
                identity,
                endpoint,
                store,
            },
        );
    }
    let steps = case.list("steps")?;
    let mut scenario = Scenario {
        steps: steps.iter().map(|step| strict(step.value())).collect(),
        parties,
        drawn: HashMap::new(),
        now_ns: 1_600_000_000_000_000_000,
    };
    for (index, step) in steps.iter().enumerate() {
        let result = scenario.step(index);
        // What the Go code did wrong, with nothing said about what is right, is not compared.
        if step.has("go_defect") && !step.has("strict") {
            continue;
        }
        result.map_err(|mismatch| Mismatch {
            field: format!("steps.{index}.{}", mismatch.field),
            ..mismatch
        })?;
    }
    Ok(())
}

/// The step with the fields of `strict` in place of the recorded ones.
fn strict(step: &Value) -> Value {
    let mut merged = step.clone();
    if let (Some(fields), Some(merged)) = (step["strict"].as_object(), merged.as_object_mut()) {
        for (name, value) in fields {
            merged.insert(name.clone(), value.clone());
        }
    }
    merged
}

impl Scenario {
    fn step(&mut self, index: usize) -> Checked<()> {
        let step = self.steps.get(index).cloned().unwrap_or_default();
        let step = Case::new(&step);
        let keys = self.draw(&step)?;
        let name = step.text("party")?;
        let missing = || step.differs("party", "a party of the scenario", name);
        let mut party = self.parties.remove(name).ok_or_else(missing)?;
        let result = self.act(&step, &mut party, keys);
        let compared = result.and_then(|()| match step.has("state_after") {
            true => compare(&step.child("state_after"), &party, &self.drawn),
            false => Ok(()),
        });
        self.parties.insert(name.to_owned(), party);
        compared
    }

    /// The secret keys that the Go code drew in the step, in its order.
    fn draw(&mut self, step: &Case<'_>) -> Checked<Vec<SecretKey>> {
        let mut keys = Vec::new();
        for key in step.list("generated_keys")? {
            let secret = key.secret_key("private_key")?;
            self.drawn.insert(public(&secret), secret);
            keys.push(secret);
        }
        Ok(keys)
    }

    fn act(&mut self, step: &Case<'_>, party: &mut Party, keys: Vec<SecretKey>) -> Checked<()> {
        let output = step.child("output");
        let mut rng = Replay::new(keys.iter().map(SecretKey::secret_bytes));
        match step.text("op")? {
            "get_bundle" => {
                self.note_time(&output.child("parsed"))?;
                let bundle = party
                    .endpoint
                    .own_bundle(&mut party.store, self.now_ns, &mut rng);
                let Ok(bundle) = bundle;
                super::primitives::parsed(&output.child("parsed"), &bundle)
            }
            "process_bundle" => self.process_bundle(step, party),
            op @ ("enable_installation" | "disable_installation") => {
                let id = step.text("installation_id")?.into();
                let own = *party.endpoint.identity();
                let identity = if step.has("identity_public_key") {
                    step.public_key("identity_public_key")?
                } else {
                    own
                };
                let Ok(_) = if op == "enable_installation" {
                    party
                        .endpoint
                        .enable_installation(&mut party.store, &identity, &id)
                } else {
                    party
                        .endpoint
                        .disable_installation(&mut party.store, &identity, &id)
                };
                Ok(())
            }
            "age_own_bundle" => {
                let own: Vec<_> = party.store.all_prekeys().cloned().collect();
                for mut prekey in own.into_iter().filter(|prekey| prekey.secret.is_some()) {
                    prekey.timestamp_ns -= 25 * HOUR_NS;
                    let Ok(()) = party.store.put_prekey(&prekey);
                }
                Ok(())
            }
            "build_direct" | "build_dh" | "build_public" => {
                let bundles = output.child("parsed").list("bundles")?;
                if let Some(bundle) = bundles.first() {
                    self.note_time(bundle)?;
                }
                build(step, party, &keys, self.now_ns)
            }
            "handle" => self.handle(step, party, &mut rng),
            "confirm" => {
                let message = step.array("message_id")?;
                let Ok(_) = party.endpoint.confirm(&mut party.store, &message);
                Ok(())
            }
            op => Err(step.differs("op", "an operation that the runner knows", op)),
        }
    }

    /// Takes over the time at which the Go code signed a bundle.
    fn note_time(&mut self, bundle: &Case<'_>) -> Checked<()> {
        if bundle.has("timestamp") {
            let text = bundle.text("timestamp")?;
            let wrong = |_| bundle.differs("timestamp", "a number", text);
            self.now_ns = text.parse().map_err(wrong)?;
        }
        Ok(())
    }

    fn process_bundle(&mut self, step: &Case<'_>, party: &mut Party) -> Checked<()> {
        let bytes = if step.has("bundle_step") {
            let made = self.steps.get(step.number("bundle_step")? as usize);
            let made = made.cloned().unwrap_or_default();
            Case::new(&made).child("output").bytes("bundle")?
        } else {
            step.bytes("bundle")?
        };
        let output = step.child("output");
        let bundle = Bundle::decode(bytes.into())
            .map_err(|error| step.differs("bundle", "a bundle", error))?;
        let added = party
            .endpoint
            .add_bundle(&mut party.store, bundle.bundle(), self.now_ns);
        let added = match (added, output.has("go_error")) {
            (Ok(added), false) => added,
            (Err(_), true) => return Ok(()),
            (added, _) => {
                return Err(output.differs("go_error", output.value(), format!("{added:?}")));
            }
        };
        let mut wanted = BTreeSet::new();
        for installation in output.list("added_installations")? {
            let id = installation.text("id")?.to_owned();
            wanted.insert((id, installation.number("version")? as u32));
        }
        let added = added
            .iter()
            .map(|new| (new.id.to_string(), new.protocol_version));
        output.equal("added_installations", wanted, added.collect())
    }

    fn handle(&mut self, step: &Case<'_>, party: &mut Party, rng: &mut Replay) -> Checked<()> {
        let bytes = if step.has("message_step") {
            let sent = self.steps.get(step.number("message_step")? as usize);
            let sent = sent.cloned().unwrap_or_default();
            Case::new(&sent).child("output").bytes("message")?
        } else {
            step.bytes("message")?
        };
        let from = step.public_key("from_public_key")?;
        let message = step.array("message_id")?;
        let (endpoint, store) = (&party.endpoint, &mut party.store);
        let bytes = Bytes::from(bytes);
        let Ok(handled) = endpoint.handle_message(store, &from, bytes, &message, self.now_ns, rng);
        let output = step.child("output");
        let fails = output.has("go_error") || output.has("protobuf_error");
        let (plaintext, negotiated) = match handled.result {
            Ok(Received::Private {
                payload,
                negotiated,
                ..
            }) => (payload, negotiated),
            Ok(Received::Public(payload)) => (payload, false),
            // The Go code calls a message of bundles only an error.
            Ok(Received::Nothing) | Err(_) if fails => return Ok(()),
            Ok(Received::Nothing) => return Err(output.differs("plaintext", "one", "nothing")),
            Err(reason) => return Err(output.differs("go_error", "null", reason)),
        };
        if fails {
            return Err(output.differs("go_error", output.value(), hex::encode(plaintext)));
        }
        output.equal_bytes("plaintext", plaintext)?;
        let secret = hex::encode(endpoint.negotiated_secret(&from).expose_bytes());
        let secrets: Vec<String> = negotiated.then_some(secret).into_iter().collect();
        let mut wanted = Vec::new();
        for secret in output.list("negotiated_shared_secrets")? {
            wanted.push(secret.value().as_str().unwrap_or_default().to_owned());
        }
        output.equal("negotiated_shared_secrets", wanted, secrets)
    }
}
