//! What envelopes show, along the way and to the whole network.

use super::*;

#[test]
fn the_header_tells_size_topic_and_time() {
    let mut situation = situation(2);
    let friend = Channel::negotiated(&key(1), &person(2));
    situation.envelopes = vec![
        sent(&Channel::Partitioned(person(2)), 0, 2),
        sent(&friend, 0, 2),
        sent(&friend, 0, 2),
    ];
    says_whole(
        &situation,
        "the last 3 own envelopes had 2 sizes (560 bytes twice, 645 bytes once): each tells how long \
         what was said is, up to 256 bytes",
    );
    says_whole(
        &situation,
        "1 of the last 3 own envelopes are to the key of one person, and not under that of a topic: their \
         sizes tell, which are 133 bytes over a multiple of 256 and not 48",
    );
    says_whole(
        &situation,
        "the last 3 own envelopes had 2 topics: those of the same topic are seen to belong together, 2 of \
         them on the busiest",
    );
    says_whole(
        &situation,
        "each envelope says to the second when it was made: that is its expiry less its TTL of 15 s",
    );
    says_whole(
        &situation,
        "1 went to 1 partition of 5,000: each says that it is for one of those whose keys fall there, of \
         10,000 accounts some 2.0",
    );
    says_whole(
        &situation,
        "2 went to 1 topic of two people: nobody else can compute whose it is, but it never changes",
    );
    says_whole(
        &situation,
        "3 can be opened by those alone whom they are for, who learn the account's key",
    );
    says(
        &situation,
        "a TTL of 15 s and work for at least 0.002 are those",
    );
    says(&situation, "who wrote stands inside of the encryption");
}

/// The two remainders that the sentence names are those of the layer that seals.

#[test]
fn sizes_tell_keys_of_persons_from_keys_of_topics() {
    use crate::coupling::Route;
    let status = Route::of(&Chat::public("status").unwrap()).unwrap();
    let private = Route::private(&person(2), None);
    for len in [0, 1, 180, 400, 5_000, 70_000] {
        let payload = vec![7; len];
        let size = |route| crate::pipeline::envelope_size(&payload, &key(1), route);
        assert_eq!(size(&status) % 256, 48, "{len}");
        assert_eq!(size(&private) % 256, 133, "{len}");
    }
}

#[test]
fn who_can_read_is_told() {
    let mut situation = situation(2);
    situation.envelopes = vec![
        sent(&Channel::Public("status".into()), 0, 2),
        sent(&Channel::Public("a-secret-place".into()), 0, 2),
        sent(&Channel::ContactCode(person(1)), 0, 2),
        sent(&Channel::Public("not-joined".into()), 0, 2),
    ];
    says_whole(
        &situation,
        "2 went to public chats (#a-secret-place, #status): whoever knows the name, or guesses it by the \
         topic, reads what was said and the account's key",
    );
    says_whole(
        &situation,
        "1 announced the account's keys: whoever has its public key reads which devices it has, and sees \
         when one is there",
    );
    says_whole(
        &situation,
        "1 went where this node does not listen any more, or never did, such as to a public chat that is \
         not joined: whoever knows its name reads them",
    );
    does_not_say(&situation, "can be opened by those alone");
}

#[test]
fn a_clock_that_stands_out_is_told_with_its_side() {
    let mut situation = situation(1);
    does_not_say(&situation, "clock");
    situation.others_ahead_ms = Some(12_345);
    says_whole(
        &situation,
        "this node's clock is 12.3 s behind those of others, so that its envelopes stand out by when they \
         say that they were made",
    );
    situation.others_ahead_ms = Some(-6_000);
    says(
        &situation,
        "this node's clock is 6.0 s ahead of those of others",
    );
}

#[test]
fn whoever_sees_everything_sees_who_spoke_and_when() {
    let mut situation = situation(2);
    says(
        &situation,
        "who sees enough nodes sees each envelope appear here",
    );
    says(
        &situation,
        "what arrives for the account is acknowledged at once",
    );
    says(&situation, "links between nodes are encrypted");
    says(&situation, "no decoys are sent");
    situation.acknowledges = false;
    does_not_say(&situation, "acknowledged at once");
    let status = Channel::Public("status".into());
    situation.envelopes = [0, 1, 24, 25].map(|hour| sent(&status, hour, 2)).into();
    says_whole(
        &situation,
        "the last 4 own envelopes of 25 hours left in 2 of the 24 hours of the day, which tells when their \
         user is awake",
    );
    situation.envelopes.truncate(2);
    does_not_say(&situation, "hours of the day");
}

#[test]
fn decoys_are_counted_and_go_nowhere() {
    let mut situation = situation(2);
    situation.link.as_mut().unwrap().decoys_per_hour = Some(12);
    let channel = Channel::Partitioned(person(2));
    situation.envelopes = vec![sent(&channel, 0, 2), sent(&channel, 0, 2)];
    situation.envelopes[1].cause = Cause::Decoy;
    says_whole(
        &situation,
        "decoys among the last 2 own envelopes: 1, where 12 an hour are wanted; they look like the others, but nobody answers or acknowledges them",
    );
    says(&situation, "1 went to 1 partition of 5,000");
    does_not_say(&situation, "no decoys");
}

#[test]
fn an_envelope_of_a_topic_that_nobody_knows_is_nobodys() {
    let mut situation = situation(2);
    situation.envelopes = vec![sent(&Channel::Public("status".into()), 0, 2)];
    situation.envelopes[0].topic = Topic([1, 2, 3, 4]);
    says(
        &situation,
        "1 went where this node does not listen any more",
    );
}
