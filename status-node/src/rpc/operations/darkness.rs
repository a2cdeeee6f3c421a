//! What is given away: by an account alone, or by a node that runs.

use crate::Chat;
use crate::chat::PublicName;
use crate::darkness::Place;
use crate::darkness::report::{self, Assumptions, DEFAULT_ACCOUNTS, MAX_NAMES, Planned, Situation};
use crate::messenger::{Foreseen, Messenger, Text, Turn};
use crate::rpc::error::RpcError;
use crate::rpc::fault::Unfit;
use crate::rpc::methods::{Darkness, Lint};
use crate::rpc::operation::{Operation, Refusal};
use crate::rpc::records::FindingRecord;

/// Where no node runs.
impl Operation for Darkness {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<FindingRecord>, Refusal> {
        Ok(self.of(Situation::of(messenger, turn))?)
    }
}

impl Darkness {
    /// The report.
    ///
    /// # Errors
    ///
    /// If the parameters make no sense.
    pub(in crate::rpc) fn of(
        &self,
        mut situation: Situation,
    ) -> Result<Vec<FindingRecord>, RpcError> {
        check(&self.names, self.accounts)?;
        if let Some(last) = self.last {
            situation.keep_last(last);
        }
        if self.light {
            situation = situation.as_light();
        }
        if self.of_peers {
            let sights = report::neighbours(&situation, &self.assumptions());
            return Ok(sights.iter().map(FindingRecord::from).collect());
        }
        let findings = report::report(&situation, &self.assumptions());
        Ok(findings.iter().map(FindingRecord::from).collect())
    }

    /// What is taken for granted.
    fn assumptions(&self) -> Assumptions {
        let names = self.names.iter();
        let names = names.filter_map(|chat| match chat {
            Chat::Public(name) => Some(PublicName::clone(name)),
            Chat::Person(_) | Chat::Group(_) => None,
        });
        Assumptions {
            accounts: self.accounts.unwrap_or(DEFAULT_ACCOUNTS),
            names: names.collect(),
        }
    }
}

/// Where no node runs.
impl Operation for Lint {
    fn run(
        self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<FindingRecord>, Refusal> {
        let planned = self.planned(messenger, turn)?;
        Ok(self.of(&Situation::of(messenger, turn), &planned)?)
    }
}

impl Lint {
    /// The envelopes that it would leave in.
    ///
    /// # Errors
    ///
    /// Why it would be refused.
    pub(in crate::rpc) fn planned(
        &self,
        messenger: &mut Messenger,
        turn: &mut Turn<'_>,
    ) -> Result<Vec<Planned>, Refusal> {
        let text = Text {
            text: self.text.clone(),
            response_to: self.response_to,
            ..Text::default()
        };
        let foreseen = messenger.foresee(turn, &self.chat, text)?;
        let own = messenger.identity();
        let planned = foreseen.into_iter().map(
            |Foreseen {
                 topic,
                 channel,
                 size,
             }| Planned {
                topic,
                place: match channel {
                    Some(channel) => Place::of(&channel, own),
                    None => Place::Pair,
                },
                size,
            },
        );
        Ok(planned.collect())
    }

    /// The report.
    ///
    /// # Errors
    ///
    /// If the parameters make no sense.
    pub(in crate::rpc) fn of(
        &self,
        situation: &Situation,
        planned: &[Planned],
    ) -> Result<Vec<FindingRecord>, RpcError> {
        check(&[], self.accounts)?;
        let assumptions = Assumptions {
            accounts: self.accounts.unwrap_or(DEFAULT_ACCOUNTS),
            names: Vec::new(),
        };
        let findings = report::lint(situation, planned, &assumptions);
        Ok(findings.iter().map(FindingRecord::from).collect())
    }
}

fn check(names: &[Chat], accounts: Option<u64>) -> Result<(), RpcError> {
    if names.len() > MAX_NAMES {
        return Err(Unfit::TooManyNames.into());
    }
    if let Some(chat) = names.iter().find(|chat| chat.public_name().is_none()) {
        return Err(Unfit::NotPublic(Box::new(chat.clone())).into());
    }
    if accounts == Some(0) {
        return Err(Unfit::NoAccounts.into());
    }
    Ok(())
}
