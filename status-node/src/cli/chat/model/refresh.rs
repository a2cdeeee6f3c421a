//! What is to be asked for again. However much is reported, each thing is asked for once at a time and no
//! more often than a person can see.

use super::super::event::Call;
use status_payload::GroupId;

/// How often a thing is asked for at most, in ms.
const PAUSE_MS: u64 = 250;

/// How often the node and its counters are asked for, which nobody reports, in ms.
const NODE_MS: u64 = 1_000;

/// A thing that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The chats.
    Chats,
    /// The people.
    Contacts,
    /// The devices.
    Devices,
    /// The group that is looked at.
    Group,
    /// The node.
    Node,
}

const ALL: [Wanted; 5] = [
    Wanted::Chats,
    Wanted::Contacts,
    Wanted::Devices,
    Wanted::Group,
    Wanted::Node,
];

#[derive(Debug, Clone, Copy, Default)]
struct State {
    is_wanted: bool,
    is_asked: bool,
    asked_ms: u64,
}

/// What is wanted, and what was asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Refresh {
    states: [State; ALL.len()],
    now_ms: u64,
}

impl Refresh {
    fn state(&mut self, wanted: Wanted) -> Option<&mut State> {
        let at = ALL.iter().position(|other| *other == wanted)?;
        self.states.get_mut(at)
    }

    /// Something may have changed.
    pub(super) fn want(&mut self, wanted: Wanted) {
        if let Some(state) = self.state(wanted) {
            state.is_wanted = true;
        }
    }

    /// Anything may have changed.
    pub(super) fn want_all(&mut self) {
        ALL.into_iter().for_each(|wanted| self.want(wanted));
    }

    /// An answer came.
    pub(super) fn answered(&mut self, wanted: Wanted) {
        if let Some(state) = self.state(wanted) {
            state.is_asked = false;
        }
    }

    /// It is `now_ms`.
    pub(super) fn pass(&mut self, now_ms: u64) {
        self.now_ms = now_ms;
        if let Some(node) = self.state(Wanted::Node)
            && now_ms.saturating_sub(node.asked_ms) >= NODE_MS
        {
            node.is_wanted = true;
        }
    }

    /// What is to be asked for now, while that group is looked at.
    pub(super) fn due(&mut self, group: Option<&GroupId>) -> Vec<Call> {
        let now_ms = self.now_ms;
        let due = |(wanted, state): (Wanted, &mut State)| {
            let is_early = now_ms.saturating_sub(state.asked_ms) < PAUSE_MS;
            if !state.is_wanted || state.is_asked || is_early && state.asked_ms > 0 {
                return None;
            }
            state.is_wanted = false;
            let call = match (wanted, group) {
                (Wanted::Chats, _) => Call::Chats,
                (Wanted::Contacts, _) => Call::Contacts,
                (Wanted::Devices, _) => Call::Devices,
                (Wanted::Node, _) => Call::Node,
                (Wanted::Group, Some(group)) => Call::Group(group.clone()),
                (Wanted::Group, None) => return None,
            };
            state.is_asked = true;
            state.asked_ms = now_ms;
            Some(call)
        };
        ALL.into_iter()
            .zip(self.states.iter_mut())
            .filter_map(due)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_asked_for_once_at_a_time_and_not_too_often() {
        let mut refresh = Refresh::default();
        refresh.pass(10_000);
        refresh.due(None);
        for _ in 0..100 {
            refresh.want(Wanted::Chats);
        }
        assert_eq!(refresh.due(None), [Call::Chats]);
        refresh.want(Wanted::Chats);
        refresh.pass(10_900);
        assert!(refresh.due(None).is_empty(), "it is not answered yet");
        refresh.answered(Wanted::Chats);
        assert_eq!(refresh.due(None), [Call::Chats]);
        refresh.answered(Wanted::Chats);
        refresh.want(Wanted::Chats);
        refresh.pass(10_900 + PAUSE_MS - 1);
        assert!(refresh.due(None).is_empty(), "it is too early");
        refresh.pass(10_900 + PAUSE_MS);
        assert_eq!(refresh.due(None), [Call::Chats]);
    }

    #[test]
    fn the_node_is_asked_for_each_second() {
        let mut refresh = Refresh::default();
        for (now_ms, wanted) in [(10_000, 1), (10_500, 0), (11_000, 1), (11_250, 0)] {
            refresh.pass(now_ms);
            assert_eq!(refresh.due(None).len(), wanted, "{now_ms}");
            refresh.answered(Wanted::Node);
        }
    }
}
