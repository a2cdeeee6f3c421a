//! Cases of `end_to_end.json`: all layers, step by step. What the recorded clients sent is sent again
//! with the keys that they drew, and each envelope is received by those it was for.

mod receive;
mod send;

use crate::case::Checked;
use crate::security::{Party, Replay};
use crate::{Case, Mismatch, Outcome};
use secp256k1::SecretKey;
use status_conversational_security::{Endpoint, MemoryStore, Settings};
use status_node::coupling::Route;
use std::collections::HashMap;

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "scenario" => scenario(case).into(),
        _ => Outcome::Unsupported,
    }
}

type Parties = HashMap<String, Party>;

fn scenario(case: &Case<'_>) -> Checked<()> {
    let mut parties = Parties::new();
    for party in case.list("parties")? {
        let identity = party.secret_key("identity_private_key")?;
        let installation = party.text("installation_id")?.into();
        let endpoint = Endpoint::new(&identity, installation, Settings::default())
            .map_err(|error| party.differs("installation_id", "an id", error))?;
        let party_of = Party {
            identity,
            endpoint,
            store: MemoryStore::new(),
        };
        parties.insert(party.text("name")?.to_owned(), party_of);
    }
    for (index, step) in case.list("steps")?.iter().enumerate() {
        self::step(step, &mut parties).map_err(|mismatch| Mismatch {
            field: format!("steps.{index}.{}", mismatch.field),
            ..mismatch
        })?;
    }
    Ok(())
}

fn step(step: &Case<'_>, parties: &mut Parties) -> Checked<()> {
    let to = match step.has("to") {
        true => {
            let to = party(step, "to", parties)?;
            Some(*to.endpoint.identity())
        }
        false => None,
    };
    let route = send::again(step, party(step, "from", parties)?, to)?;
    equal_route(step, &route)?;
    for receiver in step.list("receivers")? {
        let party = party(&receiver, "party", parties)?;
        receive::envelope(step, &receiver, party, &route)?;
    }
    Ok(())
}

fn party<'a>(step: &Case<'_>, field: &str, parties: &'a mut Parties) -> Checked<&'a mut Party> {
    let name = step.text(field)?;
    parties
        .get_mut(name)
        .ok_or_else(|| step.differs(field, "a party of the scenario", name))
}

/// Topic and key that we choose are those that were chosen.
fn equal_route(step: &Case<'_>, route: &Route) -> Checked<()> {
    step.child("envelope").equal_bytes("topic", route.topic.0)?;
    let recorded = step.child("route");
    match &route.key {
        status_node::coupling::EnvelopeKey::Symmetric(key) => {
            recorded.equal_bytes("sym_key", key.expose_bytes())
        }
        status_node::coupling::EnvelopeKey::Person(person) => {
            let wanted = recorded.public_key("encrypted_to_public_key")?;
            recorded.equal("encrypted_to_public_key", &wanted, person)
        }
    }
}

/// The secret keys that were drawn, in their order.
fn drawn(step: &Case<'_>, field: &str) -> Checked<Vec<SecretKey>> {
    let keys = step.list(field)?;
    keys.iter()
        .map(|key| key.secret_key("private_key"))
        .collect()
}

fn replay(keys: &[SecretKey]) -> Replay {
    Replay::new(keys.iter().map(SecretKey::secret_bytes))
}
