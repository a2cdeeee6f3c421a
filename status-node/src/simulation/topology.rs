//! Who is connected to whom.

use super::options::{Options, Topology};
use status_simulated_network::Random;
use std::collections::BTreeSet;

/// Full nodes that a light one is connected to: a client of 2020 held two or three connections to relays.
const RELAYS: usize = 2;

/// Draws who dials whom; the other end of each connection does not. Light nodes pass on only what they
/// listen to, so the full ones alone make the network, and each light node dials two of them, all
/// full nodes as many times as each other.
pub(super) fn connect(is_light: &[bool], options: &Options, random: &mut Random) -> Vec<Vec<u32>> {
    let numbers = |wanted: bool| {
        let numbers = (0_u32..).zip(is_light);
        let numbers = numbers.filter(move |(_, light)| **light == wanted);
        numbers.map(|(number, _)| number).collect::<Vec<u32>>()
    };
    let (full, light) = (numbers(false), numbers(true));
    let mut dials = vec![Vec::new(); is_light.len()];
    let count = u32::try_from(full.len()).unwrap_or(u32::MAX);
    let named = |places: Vec<u32>| {
        let places = places
            .into_iter()
            .filter_map(|place| usize::try_from(place).ok());
        let named = places.filter_map(|place| full.get(place).copied());
        named.collect::<Vec<u32>>()
    };
    let mut set = |number: u32, to: Vec<u32>| {
        let place = usize::try_from(number).ok();
        if let Some(dials) = place.and_then(|place| dials.get_mut(place)) {
            *dials = to;
        }
    };
    let drawn = match options.topology {
        Topology::Random => draw(count, options.degree, random),
        Topology::Ring => ring(count, options.degree),
    };
    for (number, to) in full.iter().zip(drawn) {
        set(*number, named(to));
    }
    let order = named(shuffled(count, random));
    let mut relays = order.iter().cycle();
    for number in light {
        set(
            number,
            relays
                .by_ref()
                .take(RELAYS.min(order.len()))
                .copied()
                .collect(),
        );
    }
    dials
}

/// Draws a network in which each node has `degree` neighbours, or nearly so: as many rings through all
/// nodes, each in an order of its own, as half of that, and for the odd neighbour pairs. One ring alone
/// makes sure that everybody can reach everybody, and random orders make the ways short: some log(nodes).
///
/// For each node those neighbours of which it stands at the first end.
pub(super) fn draw(nodes: u32, degree: u32, random: &mut Random) -> Vec<Vec<u32>> {
    let mut edges = Edges::new(nodes);
    for _ in 0..degree / 2 {
        let order = shuffled(nodes, random);
        let next = order.iter().skip(1).chain(order.first());
        order
            .iter()
            .zip(next)
            .for_each(|(from, to)| edges.join(*from, *to));
    }
    if degree % 2 == 1 {
        let order = shuffled(nodes, random);
        for pair in order.chunks_exact(2) {
            if let [from, to] = pair {
                edges.join(*from, *to);
            }
        }
    }
    edges.firsts
}

/// A network in which each node has the nearest `degree` others in a circle as neighbours; if that is odd,
/// the last of them stands opposite. For each node those neighbours of which it stands at the first end.
fn ring(nodes: u32, degree: u32) -> Vec<Vec<u32>> {
    let mut edges = Edges::new(nodes);
    let opposite = (degree % 2 == 1).then_some(nodes / 2);
    for from in 0..nodes {
        for step in (1..=degree / 2).chain(opposite) {
            edges.join(from, (from + step) % nodes);
        }
    }
    edges.firsts
}

/// Neighbours, each pair once.
struct Edges {
    known: BTreeSet<(u32, u32)>,
    /// For each node those neighbours of which it stands at the first end.
    firsts: Vec<Vec<u32>>,
}

impl Edges {
    fn new(nodes: u32) -> Self {
        Self {
            known: BTreeSet::new(),
            firsts: vec![Vec::new(); usize::try_from(nodes).unwrap_or(0)],
        }
    }

    fn join(&mut self, from: u32, to: u32) {
        if from == to || !self.known.insert((from.min(to), from.max(to))) {
            return;
        }
        let place = usize::try_from(from).ok();
        if let Some(firsts) = place.and_then(|place| self.firsts.get_mut(place)) {
            firsts.push(to);
        }
    }
}

/// The numbers below `count` in random order.
pub(super) fn shuffled(count: u32, random: &mut Random) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..count).collect();
    for last in (1..numbers.len()).rev() {
        let other = random.below(u64::try_from(last).unwrap_or(0) + 1);
        numbers.swap(last, usize::try_from(other).unwrap_or(0));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn neighbours(dials: &[Vec<u32>]) -> Vec<BTreeSet<u32>> {
        let mut neighbours = vec![BTreeSet::new(); dials.len()];
        for (from, dials) in dials.iter().enumerate() {
            for to in dials {
                assert!(neighbours[from].insert(*to), "twice");
                assert!(neighbours[*to as usize].insert(from as u32), "twice");
            }
        }
        neighbours
    }

    #[test]
    fn everybody_reaches_everybody_over_few_others() {
        for degree in [2, 3, 4, 7] {
            let neighbours = neighbours(&draw(500, degree, &mut Random::new(1)));
            assert!(neighbours.iter().all(|n| n.len() <= degree as usize));
            let all: usize = neighbours.iter().map(BTreeSet::len).sum();
            assert!(all >= 500 * (degree as usize) - 40, "{degree}: {all}");
            let mut reached = BTreeSet::from([0]);
            let mut hops = 0;
            while reached.len() < 500 {
                let before = reached.len();
                let next = reached.iter().flat_map(|n| neighbours[*n as usize].clone());
                reached = next.chain(reached.clone()).collect();
                assert!(reached.len() > before, "not connected");
                hops += 1;
            }
            assert!(degree == 2 || hops < 20, "{hops} hops");
        }
    }

    #[test]
    fn in_a_ring_the_nearest_are_neighbours() {
        for (degree, of_first) in [(2, vec![1, 9]), (4, vec![1, 2, 8, 9]), (3, vec![1, 5, 9])] {
            let options = Options {
                topology: Topology::Ring,
                degree,
                ..Options::default()
            };
            let dials = connect(&[false; 10], &options, &mut Random::new(1));
            let neighbours = neighbours(&dials);
            assert_eq!(neighbours[0], of_first.into_iter().collect(), "{degree}");
            assert!(neighbours.iter().all(|n| n.len() == degree as usize));
        }
        assert_eq!(neighbours(&ring(2, 4)), [[1].into(), [0].into()]);
    }

    #[test]
    fn two_nodes_are_neighbours_once() {
        let neighbours = neighbours(&draw(2, 4, &mut Random::new(1)));
        assert!(neighbours.iter().all(|n| n.len() == 1));
    }

    #[test]
    fn light_nodes_are_connected_to_full_ones_alone() {
        let is_light: Vec<bool> = (0..100).map(|number| number % 4 != 0).collect();
        let dials = connect(&is_light, &Options::default(), &mut Random::new(1));
        let mut dialled = vec![0; 100];
        for (number, dials) in dials.iter().enumerate() {
            assert!(!is_light[number] || dials.len() == RELAYS);
            for to in dials {
                assert!(!is_light[*to as usize]);
                dialled[*to as usize] += usize::from(is_light[number]);
            }
        }
        assert!((0..100).all(|number| is_light[number] || dialled[number] == 6));
    }
}
