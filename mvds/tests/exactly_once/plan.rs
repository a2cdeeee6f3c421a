//! What a seed decides: who takes part, how they are set, what they say, and all that goes wrong.

use status_mvds::{
    BackOff, Bounded, Config, Dependencies, FirstSend, GroupSettings, Mode, Numbering,
    UnknownGroups,
};
use status_simulated_network::{Link, Random};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600 * SECOND;

/// All that a seed decides before the run; the rest are draws of the run itself.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) members: Vec<Member>,
    pub(crate) groups: Vec<Group>,
    pub(crate) drafts: Vec<Planned<Draft>>,
    /// Messages may be given up at a deadline; what waits for one of them as its parent is handed over
    /// without it after an hour. Otherwise nobody ever loses patience.
    pub(crate) impatient: bool,
    pub(crate) crashes: Vec<Crash>,
    pub(crate) partitions: Vec<Planned<Partition>>,
    /// Somebody notices that somebody is online.
    pub(crate) sightings: Vec<Planned<(usize, usize)>>,
    /// How the network is at first.
    pub(crate) link: Link,
    /// When it changes, and how it is from then on.
    pub(crate) later: Planned<Link>,
    /// For the packets' fates.
    pub(crate) network_seed: u64,
}

/// Something at a time of the network, in ms since the start.
#[derive(Debug)]
pub(crate) struct Planned<T> {
    pub(crate) at: u64,
    pub(crate) what: T,
}

/// One who takes part.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) config: Config,
    pub(crate) sqlite: bool,
    /// By how many ms its clock is ahead of the network's.
    pub(crate) clock: u64,
    /// How many inputs it processes in one transaction at most.
    pub(crate) batch: usize,
    /// For its choices and its jitter.
    pub(crate) seed: u64,
}

#[derive(Debug)]
pub(crate) struct Group {
    /// Who is in it, with the settings that each of them chose.
    pub(crate) members: Vec<(usize, GroupSettings)>,
    /// One of them adds the group only later and refuses until then what comes of it.
    pub(crate) latecomer: Option<Planned<usize>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) author: usize,
    pub(crate) group: usize,
    pub(crate) length: usize,
    pub(crate) ephemeral: bool,
    /// In ms from when it is appended.
    pub(crate) deadline: Option<u64>,
}

/// A crash of one node while it works on a batch, and its return.
#[derive(Debug, Clone)]
pub(crate) struct Crash {
    pub(crate) member: usize,
    /// Which batch of this member, counted from 0 over all its lives.
    pub(crate) batch: u64,
    pub(crate) moment: Moment,
    /// How long it is down, in ms.
    pub(crate) down: u64,
    /// What its clock shows more when it is back; a clock may also be set back.
    pub(crate) clock_change: i64,
}

/// When in a batch a crash comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// After so many of its inputs: the whole batch never happened.
    Within(usize),
    /// All is done but the commit.
    BeforeCommit,
    /// Committed, and nothing of it was sent.
    BeforeSending,
    /// Half of it was sent.
    WhileSending,
}

/// Some are on another side for a while.
#[derive(Debug)]
pub(crate) struct Partition {
    pub(crate) apart: Vec<usize>,
    pub(crate) lasts: u64,
}

impl Plan {
    pub(crate) fn of(seed: u64) -> Self {
        let random = &mut Random::new(seed);
        let count = 2 + random.below(4) as usize;
        let impatient = random.chance(0.25);
        let common = common(random, impatient);
        let sqlite = random.chance(0.12);
        let members = (0..count)
            .map(|_| member(random, &common, sqlite))
            .collect();
        let groups: Vec<_> = (0..1 + random.below(3))
            .map(|_| group(random, count))
            .collect();
        let busy = *random
            .choose(&[0, SECOND, 30 * SECOND, 10 * 60 * SECOND])
            .unwrap_or(&0);
        let drafts = (0..1 + random.below(24))
            .map(|_| Planned {
                at: random.below(busy + 1),
                what: draft(random, &groups, common.max_payload, impatient),
            })
            .collect();
        let crashes = (0..random.below(7)).map(|_| crash(random, count)).collect();
        let partitions = (0..random.below(3))
            .map(|_| Planned {
                at: random.below(2 * busy + 1),
                what: partition(random, count),
            })
            .collect();
        let sightings = (0..random.below(4))
            .map(|_| Planned {
                at: random.below(4 * busy + 1),
                what: (
                    random.below(count as u64) as usize,
                    random.below(count as u64) as usize,
                ),
            })
            .collect();
        let first = link(random);
        Self {
            members,
            groups,
            drafts,
            impatient,
            crashes,
            partitions,
            sightings,
            later: Planned {
                at: busy + random.below(HOUR),
                what: match random.chance(0.5) {
                    true => Link::PERFECT,
                    false => link(random),
                },
            },
            link: first,
            network_seed: random.below(u64::MAX),
        }
    }
}

/// The settings that those who want to understand each other share, and those that are everybody's own.
fn common(random: &mut Random, impatient: bool) -> Config {
    let numbering = match random.chance(0.8) {
        true => Numbering::Deployed,
        false => Numbering::Mdf,
    };
    Config {
        numbering,
        max_payload: *random.choose(&[420, 600, 1_500, 48 * 1024]).unwrap_or(&600),
        // Longer than even the deployed back-off takes, whose pauses double without end: causal order is
        // to be kept throughout.
        patience: if impatient { HOUR } else { u64::MAX >> 8 },
        ..Config::default()
    }
}

fn member(random: &mut Random, common: &Config, sqlite: bool) -> Member {
    let back_off = match random.below(10) {
        0..=4 => BackOff::default(),
        5 | 6 => BackOff::Bounded(Bounded {
            first: 1 + random.below(40),
            bound: 1_000 + random.below(4_000),
            jitter: random.below(101) as u8,
        }),
        7 => BackOff::Master,
        _ => BackOff::DeployedV0_0_23,
    };
    // Small limits now and then: what is beyond them is dropped, and has to come again.
    let tight = random.chance(0.15);
    let limit = |usual: usize| if tight { 2 } else { usual };
    let config = Config {
        back_off,
        first_send: match random.chance(0.7) {
            true => FirstSend::Immediate,
            false => FirstSend::NextEpoch,
        },
        unknown_groups: UnknownGroups::Refuse,
        epoch: *random.choose(&[300, 300, 50, 1_000]).unwrap_or(&300),
        max_requests_per_peer: limit(common.max_requests_per_peer),
        max_acks_per_peer: limit(common.max_acks_per_peer),
        max_held_per_peer: limit(common.max_held_per_peer),
        ..common.clone()
    };
    Member {
        config,
        sqlite: sqlite && random.chance(0.7),
        clock: random.below(2 * HOUR),
        batch: 1 + random.below(6) as usize,
        seed: random.below(u64::MAX),
    }
}

fn group(random: &mut Random, count: usize) -> Group {
    let mut members: Vec<usize> = (0..count).collect();
    // Drop some, but leave two.
    while members.len() > 2 && random.chance(0.3) {
        members.remove(random.below(members.len() as u64) as usize);
    }
    let dependencies = *random
        .choose(&[
            Dependencies::Ignored,
            Dependencies::Ignored,
            Dependencies::Eventual,
            Dependencies::Causal,
        ])
        .unwrap_or(&Dependencies::Ignored);
    let relay = random.chance(0.15);
    let members: Vec<_> = members
        .into_iter()
        .map(|member| {
            let mode = match random.chance(0.6) {
                true => Mode::Batch,
                false => Mode::Interactive,
            };
            let settings = GroupSettings {
                mode,
                dependencies,
                relay,
            };
            (member, settings)
        })
        .collect();
    let latecomer = random.chance(0.1).then(|| Planned {
        at: random.below(5 * 60 * SECOND),
        what: members.last().map_or(0, |(member, _)| *member),
    });
    Group { members, latecomer }
}

fn draft(random: &mut Random, groups: &[Group], max_payload: usize, impatient: bool) -> Draft {
    let group = random.below(groups.len() as u64) as usize;
    let members = &groups[group].members;
    let author = members[random.below(members.len() as u64) as usize].0;
    let longest = if random.chance(0.1) {
        max_payload.min(3_000)
    } else {
        200
    };
    Draft {
        author,
        group,
        length: random.below(longest as u64) as usize,
        ephemeral: random.chance(0.1),
        deadline: (impatient && random.chance(0.2)).then(|| random.below(10 * 60 * SECOND)),
    }
}

fn crash(random: &mut Random, count: usize) -> Crash {
    let moment = match random.below(4) {
        0 => Moment::Within(random.below(4) as usize),
        1 => Moment::BeforeCommit,
        2 => Moment::BeforeSending,
        _ => Moment::WhileSending,
    };
    let longest = *random
        .choose(&[1, SECOND, 60 * SECOND, 6 * HOUR])
        .unwrap_or(&1);
    let clock_change = match random.below(5) {
        0 => HOUR.cast_signed(),
        1 => -HOUR.cast_signed(),
        _ => 0,
    };
    Crash {
        member: random.below(count as u64) as usize,
        batch: random.below(60),
        moment,
        down: random.below(longest),
        clock_change,
    }
}

fn partition(random: &mut Random, count: usize) -> Partition {
    let longest = *random
        .choose(&[10 * SECOND, HOUR, 12 * HOUR])
        .unwrap_or(&HOUR);
    Partition {
        apart: (0..count).filter(|_| random.chance(0.5)).collect(),
        lasts: random.below(longest),
    }
}

fn link(random: &mut Random) -> Link {
    let shortest = random.below(200);
    let spread = *random.choose(&[0, 100, 2_000, 60_000]).unwrap_or(&0);
    Link {
        loss: random.below(51) as f64 / 100.0,
        delay_ms: shortest..=shortest + random.below(spread + 1),
        duplication: random.below(31) as f64 / 100.0,
        reordering: random.below(101) as f64 / 100.0,
    }
}
