//! What will happen, as far as chance decides it beforehand: who there is, who knows whom, who writes
//! when, and who is killed.

use super::options::Options;
use super::pause::pause;
use super::topology::{connect, draw, shuffled};
use crate::Chat;
use crate::account::Identity;
use secp256k1::PublicKey;
use status_devp2p::NodeKey;
use status_simulated_network::Random;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Groups are made so many ms after their creator started, when the connections are up.
const GROUPS_MS: u64 = 5_000;

/// To whom somebody writes.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// The public chat that one joined.
    Public,
    /// A person, by number.
    Person(u32),
    /// The group that one belongs to.
    Group,
}

/// Something that a person does, or that is done to them.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Their node is started.
    Start,
    /// It is killed.
    Kill,
    /// They make a group of these others.
    MakeGroup(Vec<u32>),
    /// They write.
    Write(Target),
}

/// What one person is and will do.
pub(super) struct Role {
    pub(super) identity: Arc<Identity>,
    pub(super) key: NodeKey,
    pub(super) random: Random,
    /// Whether the node is a light one.
    pub(super) is_light: bool,
    /// Whom it dials.
    pub(super) dials: Vec<u32>,
    /// The public chat.
    pub(super) chat: Option<Chat>,
    /// By time, in ms.
    pub(super) script: Vec<(u64, Action)>,
}

/// What all know.
pub(super) struct Shared {
    pub(super) options: Options,
    /// The public keys of the nodes.
    pub(super) nodes: Vec<PublicKey>,
    /// The public keys of the people.
    pub(super) people: Vec<PublicKey>,
    /// Their numbers.
    numbers: BTreeMap<PublicKey, u32>,
    /// Who is in the same public chat, by its number.
    chats: Vec<Vec<u32>>,
    /// Who is in which.
    chat_of: Vec<usize>,
    /// From when until when the nodes run, in ms.
    lives: Vec<Vec<(u64, u64)>>,
}

impl Shared {
    /// The number of a person.
    pub(super) fn number(&self, person: &PublicKey) -> Option<u32> {
        self.numbers.get(person).copied()
    }

    /// The others in somebody's public chat whose nodes run at a time.
    pub(super) fn readers(&self, of: u32, now: u64) -> Vec<u32> {
        let chat = index(of).and_then(|of| self.chat_of.get(of));
        let members = chat.and_then(|chat| self.chats.get(*chat));
        let others = members.into_iter().flatten().copied();
        others
            .filter(|other| *other != of && self.runs(*other, now))
            .collect()
    }

    fn runs(&self, number: u32, now: u64) -> bool {
        let lives = index(number).and_then(|number| self.lives.get(number));
        let mut lives = lives.into_iter().flatten();
        lives.any(|(from, until)| (*from..*until).contains(&now))
    }
}

/// Draws everything.
pub(super) fn plan(options: &Options) -> (Arc<Shared>, Vec<Role>) {
    let mut random = Random::new(options.seed);
    let nodes = options.nodes;
    let is_light = light(options, &mut random.fork());
    let dials = connect(&is_light, options, &mut random.fork());
    let friends = both_ways(&draw(nodes, options.friends, &mut random.fork()));
    let chats = parts(nodes, options.chat_size, &mut random.fork());
    let groups = parts(nodes, options.group_size, &mut random.fork());
    let mut chat_of = vec![0; chats.iter().map(Vec::len).sum()];
    for (chat, members) in chats.iter().enumerate() {
        for member in members {
            if let Some(place) = index(*member).and_then(|member| chat_of.get_mut(member)) {
                *place = chat;
            }
        }
    }
    let (mut roles, mut lives) = (Vec::new(), Vec::new());
    let drawn = dials.into_iter().zip(is_light);
    let drawn = drawn.zip(friends.iter().zip(&chat_of));
    for ((dials, is_light), (friends, chat)) in drawn {
        let mut random = random.fork();
        let mut dice = random.fork();
        let life = life(options, &mut dice);
        let script = script(options, &life, friends, &mut dice);
        let identity = Identity::from_secret_key(*NodeKey::random(&mut random).secret_key());
        let chat = Chat::public(&format!("simulation-{chat}")).ok();
        roles.push(Role {
            identity: Arc::new(identity),
            key: NodeKey::random(&mut random),
            is_light,
            random,
            dials,
            chat: chat.filter(|_| options.public > 0),
            script,
        });
        lives.push(life);
    }
    for members in &groups {
        make_group(members, &mut roles);
    }
    let people: Vec<PublicKey> = roles
        .iter()
        .map(|role| *role.identity.profile().public_key())
        .collect();
    let shared = Shared {
        options: options.clone(),
        nodes: roles.iter().map(|role| *role.key.public_key()).collect(),
        numbers: people.iter().copied().zip(0..).collect(),
        people,
        chats,
        chat_of,
        lives,
    };
    (Arc::new(shared), roles)
}

/// Lets the first of these people make a group of the others, if anybody is going to write there.
fn make_group(members: &[u32], roles: &mut [Role]) {
    let Some((creator, others)) = members
        .split_first()
        .filter(|(_, others)| !others.is_empty())
    else {
        return;
    };
    let to_group = |(_, action): &(u64, Action)| matches!(action, Action::Write(Target::Group));
    let mut members = members
        .iter()
        .filter_map(|member| roles.get(index(*member)?));
    if !members.any(|role| role.script.iter().any(to_group)) {
        return;
    }
    if let Some(creator) = index(*creator).and_then(|creator| roles.get_mut(creator)) {
        let start = creator.script.first().map_or(0, |(start, _)| *start);
        let group = Action::MakeGroup(others.to_vec());
        creator.script.push((start + GROUPS_MS, group));
        creator.script.sort_by_key(|(at, _)| *at);
    }
}

/// What somebody does, and what is done to them, by time: lives and texts.
fn script(
    options: &Options,
    life: &[(u64, u64)],
    friends: &[u32],
    dice: &mut Random,
) -> Vec<(u64, Action)> {
    let mut script = Vec::new();
    for (from, until) in life {
        script.push((*from, Action::Start));
        if *until < options.end_ms() {
            script.push((*until, Action::Kill));
        }
    }
    let start = life.first().map_or(0, |(from, _)| *from);
    let mut at = start;
    loop {
        at += pause(options.rate, dice);
        if at >= options.duration_s * 1000 {
            break;
        }
        if let Some(target) = target(options, friends, dice) {
            script.push((at, Action::Write(target)));
        }
    }
    script.sort_by_key(|(at, _)| *at);
    script
}

/// Which nodes are light. Two are not, whatever chance says, because light ones are no network.
fn light(options: &Options, dice: &mut Random) -> Vec<bool> {
    let drawn = (0..options.nodes).map(|number| dice.chance(options.light) && number > 1);
    drawn.collect()
}

/// From when until when a node runs.
fn life(options: &Options, dice: &mut Random) -> Vec<(u64, u64)> {
    let mut from = dice.below(options.start_s * 1000 + 1);
    let mut life = Vec::new();
    loop {
        let until = from + pause(options.churn, dice);
        if until >= options.duration_s * 1000 {
            life.push((from, u64::MAX));
            return life;
        }
        life.push((from, until));
        from = until + options.away_s * 1000;
    }
}

fn target(options: &Options, friends: &[u32], dice: &mut Random) -> Option<Target> {
    let (drawn, friend) = (dice.below(100), dice.choose(friends));
    let (public, group) = (u64::from(options.public), u64::from(options.group));
    if drawn < public {
        return Some(Target::Public);
    }
    if drawn < public + group {
        return Some(Target::Group);
    }
    friend.copied().map(Target::Person)
}

/// Everybody's neighbours, of a network of which each connection stands at one end.
fn both_ways(dials: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut both = dials.to_vec();
    for (from, dials) in (0..).zip(dials) {
        for to in dials {
            if let Some(back) = index(*to).and_then(|to| both.get_mut(to)) {
                back.push(from);
            }
        }
    }
    both
}

/// Everybody, in parts of this size drawn at random.
fn parts(count: u32, size: u32, random: &mut Random) -> Vec<Vec<u32>> {
    let size = index(size).unwrap_or(1).max(1);
    let numbers = shuffled(count, random);
    numbers.chunks(size).map(<[u32]>::to_vec).collect()
}

/// The number as a place in a list.
fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_plan_of_a_seed_is_the_same_and_of_another_is_not() {
        let scripts = |seed| {
            let options = Options {
                nodes: 30,
                seed,
                churn: 10.0,
                ..Options::default()
            };
            let (_, roles) = plan(&options);
            roles
                .iter()
                .map(|role| format!("{:?}", role.script))
                .collect::<Vec<_>>()
        };
        assert_eq!(scripts(1), scripts(1));
        assert_ne!(scripts(1), scripts(2));
    }

    #[test]
    fn people_write_as_often_as_was_asked_for() {
        let options = Options {
            nodes: 200,
            rate: 60.0,
            ..Options::default()
        };
        let (_, roles) = plan(&options);
        let (mut all, mut public, mut group) = (0, 0, 0);
        for (_, action) in roles.iter().flat_map(|role| &role.script) {
            if let Action::Write(target) = action {
                all += 1;
                public += u32::from(matches!(target, Target::Public));
                group += u32::from(matches!(target, Target::Group));
            }
        }
        // 200 people, one text a minute, five minutes less the start.
        assert!((900..=1080).contains(&all), "{all}");
        assert!((250..=350).contains(&public), "{public}");
        assert!((60..=140).contains(&group), "{group}");
    }

    #[test]
    fn groups_are_made_where_somebody_writes() {
        let options = Options {
            nodes: 200,
            ..Options::default()
        };
        let (_, roles) = plan(&options);
        let mut groups = 0;
        let mut without: BTreeSet<u32> = (0..200).collect();
        for (number, role) in (0..).zip(&roles) {
            for (_, action) in &role.script {
                if let Action::MakeGroup(others) = action {
                    assert_eq!(others.len(), 3);
                    groups += 1;
                    let members = others.iter().copied().chain([number]);
                    members.for_each(|member| assert!(without.remove(&member)));
                }
            }
        }
        // 200 people write one text each on the average, one of ten of them to one of 50 groups.
        assert!((10..25).contains(&groups), "{groups}");
        for number in without {
            let script = &roles[number as usize].script;
            let to_group = |action: &Action| matches!(action, Action::Write(Target::Group));
            assert!(!script.iter().any(|(_, action)| to_group(action)));
        }
    }

    #[test]
    fn who_is_killed_comes_back_and_reads_nothing_meanwhile() {
        let options = Options {
            nodes: 40,
            churn: 30.0,
            away_s: 20,
            ..Options::default()
        };
        let (shared, roles) = plan(&options);
        let mut kills = 0;
        for (number, role) in (0..).zip(&roles) {
            let lives: Vec<_> = role
                .script
                .iter()
                .filter(|(_, action)| matches!(action, Action::Start | Action::Kill))
                .collect();
            assert!(
                matches!(lives.last(), Some((_, Action::Start))),
                "and stays"
            );
            for pair in lives.windows(2) {
                let [(from, first), (until, _)] = pair else {
                    unreachable!()
                };
                let runs = matches!(first, Action::Start);
                kills += u32::from(!runs);
                assert!(runs || *until - *from == 20_000);
                let others = shared
                    .chats
                    .iter()
                    .find(|chat| chat.contains(&number))
                    .unwrap();
                let other = others.iter().find(|other| **other != number).unwrap();
                assert_eq!(shared.readers(*other, *from + 1).contains(&number), runs);
            }
        }
        assert!(kills > 20, "{kills}");
    }
}
