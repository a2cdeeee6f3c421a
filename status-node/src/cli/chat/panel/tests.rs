//! Panels as they are drawn and as they answer keys.

use super::*;
use ratatui::crossterm::event::KeyCode;
use secp256k1::{PublicKey, Secp256k1, SecretKey};
use status_node::hex_key;
use status_node::rpc::records::{
    ChatKindName, ChatRecord, ContactRecord, DeviceRecord, GroupRecord, MemberRecord, NodeRecord,
    PeerRecord,
};

/// The lines of a buffer, without the space at their ends.
pub(super) fn lines(buf: &Buffer) -> Vec<String> {
    let mut lines = Vec::new();
    for y in buf.area.top()..buf.area.bottom() {
        let line: String = (buf.area.left()..buf.area.right())
            .map(|x| buf[(x, y)].symbol())
            .collect();
        lines.push(line.trim_end().to_owned());
    }
    lines
}

fn key(number: u8) -> PublicKey {
    let secret = SecretKey::from_byte_array([number; 32]).unwrap();
    secret.public_key(&Secp256k1::signing_only())
}

fn contact(number: u8, alias: &str) -> ContactRecord {
    ContactRecord {
        public_key: hex_key(&key(number)),
        name: format!("Quiet Grey Animal{number}"),
        alias: alias.into(),
        ens_name: String::new(),
        added: true,
        has_added_us: true,
        request: false,
        blocked: false,
        updated: 0,
        picture: None,
    }
}

fn chat_with(number: u8, unread: u64) -> ChatRecord {
    ChatRecord {
        chat: hex_key(&key(number)),
        kind: ChatKindName::Person,
        name: String::new(),
        active: true,
        muted: false,
        unread,
        last_message: Some("0x01".into()),
        membership: None,
    }
}

fn facts() -> Facts {
    Facts {
        own_key: Some(key(1)),
        contacts: vec![
            contact(2, "Ann"),
            contact(3, ""),
            ContactRecord {
                added: false,
                request: true,
                ens_name: "evil\u{202e}\u{1b}[31m.eth".into(),
                ..contact(4, "")
            },
            ContactRecord {
                added: false,
                has_added_us: false,
                blocked: true,
                ..contact(5, "Mallory")
            },
        ],
        chats: vec![chat_with(2, 1), chat_with(4, 2), chat_with(6, 1)],
        now_ms: 1_000_000,
        ..Facts::default()
    }
}

fn press(panel: &mut Panel, code: KeyCode, facts: &Facts) -> Outcome {
    panel.handle_key(KeyEvent::from(code), facts)
}

fn write(panel: &mut Panel, text: &str, facts: &Facts) {
    for c in text.chars() {
        assert_eq!(press(panel, KeyCode::Char(c), facts), Outcome::Stay);
    }
}

fn drawn(panel: &Panel, facts: &Facts, columns: u16, rows: u16) -> String {
    let area = Rect::new(0, 0, columns, rows);
    let mut buf = Buffer::empty(area);
    panel.draw(facts, area, &mut buf);
    lines(&buf).join("\n")
}

fn group() -> GroupRecord {
    let member = |number, joined| MemberRecord {
        public_key: hex_key(&key(number)),
        name: "x".into(),
        admin: number == 1,
        joined,
    };
    let id = status_payload::GroupId::random(key(1).into(), &mut rand::rng());
    GroupRecord {
        chat: id.as_str().into(),
        name: "Trip".into(),
        member: true,
        joined: true,
        admin: true,
        members: vec![member(1, true), member(2, true), member(3, false)],
    }
}

/// Each panel, filled.
fn all() -> (Vec<Panel>, Facts) {
    let mut facts = facts();
    let group = group();
    let id: Chat = group.chat.parse().unwrap();
    facts.group = Some(group);
    facts.devices = vec![DeviceRecord {
        public_key: hex_key(&key(1)),
        installation: "6d9a6d9a-6d9a-6d9a-6d9a-6d9a6d9a6d9a".into(),
        this: false,
        enabled: false,
        announced: true,
        name: Some("phone\u{1b}[2J".into()),
        device_type: Some("android".into()),
        heard: 1_000_000 - 180_000,
    }];
    facts.node = Some(NodeRecord {
        enode: "enode://9a@127.0.0.1:30303".into(),
        public_key: None,
        installation: None,
        version: "0.1.0".into(),
        ready_peers: 1,
        peers: vec![PeerRecord {
            peer: "0x5d".into(),
            address: "192.0.2.1:30303".into(),
            client: "evil\u{1b}[31m\u{202e}".into(),
        }],
        sealing: 1,
        unsent: 0,
        others_ahead_ms: Some(61_000),
    });
    facts.stats = Some(serde_json::json!({
        "refused": { "unknown_sender": 2 },
        "whisper": { "drops": { "expired": 3, "pow": 0 } },
        "network": { "bytes_received": 12_345, "bytes_sent": 99 },
        "pool_envelopes": 7,
        "pool_bytes": 4096,
    }));
    let name = Form::name(key(2), "Ann\u{1b}", Panel::requests());
    let question = format!("Remove {}?", "a very long name ".repeat(20));
    let confirm = Confirm::new(question, Request::DeviceSync, Panel::devices());
    let panels = vec![
        Panel::help(),
        Panel::own_key(),
        Panel::requests(),
        Panel::members(id),
        Panel::members("#status".parse().unwrap()),
        Panel::members(Chat::person(&key(2))),
        Panel::devices(),
        Panel::network(),
        Panel::join(),
        Panel::new_group(),
        name.into(),
        confirm.into(),
    ];
    (panels, facts)
}

#[test]
fn each_panel_draws_in_any_room_and_shows_nothing_that_controls_a_terminal() {
    let (mut panels, facts) = all();
    for panel in &mut panels {
        for columns in [0, 1, 2, 3, 5, 10, 39, 40, 80, 200] {
            for rows in [0, 1, 2, 3, 4, 11, 23, 60] {
                let shown = drawn(panel, &facts, columns, rows);
                let bad = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
                assert!(!shown.contains(bad), "{shown:?}");
            }
        }
        assert!(!panel.hints().is_empty());
        panel.notice(Err("a failure that is said at length ".repeat(9)));
        drawn(panel, &facts, 10, 4);
    }
}

#[test]
fn strangers_are_apart_from_contacts() {
    let facts = facts();
    let mut panel = Panel::requests();
    let shown = drawn(&panel, &facts, 80, 23);
    assert!(shown.contains("[strangers 2]"), "{shown}");
    assert!(shown.contains("asks to be your contact, wrote 2 messages, says to be evil"));
    assert!(shown.contains("wrote 1 message\n") || shown.contains("wrote 1 message "));
    assert!(!shown.contains("Ann"));
    press(&mut panel, KeyCode::Tab, &facts);
    let shown = drawn(&panel, &facts, 80, 23);
    assert!(
        shown.contains("[contacts 2]") && shown.contains("> Ann"),
        "{shown}"
    );
    assert!(!shown.contains("Mallory"));
    press(&mut panel, KeyCode::Tab, &facts);
    assert!(drawn(&panel, &facts, 80, 23).contains("> Mallory"));
    assert_eq!(
        press(&mut panel, KeyCode::Char('u'), &facts),
        Outcome::Ask(Request::UnblockContact(key(5)))
    );
}

#[test]
fn a_request_is_accepted_by_a_key_and_a_block_is_asked_about_first() {
    let facts = facts();
    let mut panel = Panel::requests();
    let add = Request::AddContact(key(4));
    let asked = press(&mut panel, KeyCode::Char('a'), &facts);
    assert_eq!(asked, Outcome::Ask(add.clone()));
    assert_eq!(panel.answered(&add, Ok(()), &facts), Outcome::Stay);
    assert!(drawn(&panel, &facts, 80, 23).contains("added; the contact is told so"));

    press(&mut panel, KeyCode::Down, &facts);
    let Outcome::Open(mut question) = press(&mut panel, KeyCode::Char('b'), &facts) else {
        panic!("it is not asked about");
    };
    assert_eq!(press(&mut question, KeyCode::Enter, &facts), Outcome::Stay);
    let block = Request::BlockContact(key(6));
    let asked = press(&mut question, KeyCode::Char('y'), &facts);
    assert_eq!(asked, Outcome::Ask(block.clone()));
    // Another answer is none to this question, and a second yes is not asked again.
    assert_eq!(question.answered(&add, Ok(()), &facts), Outcome::Stay);
    assert_eq!(
        press(&mut question, KeyCode::Char('y'), &facts),
        Outcome::Stay
    );
    question.answered(&block, Err("the disk is full"), &facts);
    assert!(drawn(&question, &facts, 80, 23).contains("the disk is full"));
    press(&mut question, KeyCode::Char('y'), &facts);
    let Outcome::Open(back) = question.answered(&block, Ok(()), &facts) else {
        panic!("it does not come back");
    };
    assert!(drawn(&back, &facts, 80, 23).contains("blocked"));
}

#[test]
fn joining_reads_chats_keys_and_names_and_says_what_is_wrong() {
    let facts = facts();
    for (written, wanted) in [
        ("#status", Request::Join("#status".parse().unwrap())),
        ("ann", Request::Join(Chat::person(&key(2)))),
        (
            &hex_key(&key(9)) as &str,
            Request::Join(Chat::person(&key(9))),
        ),
    ] {
        let mut panel = Panel::join();
        panel.handle_paste(written);
        let asked = press(&mut panel, KeyCode::Enter, &facts);
        assert_eq!(asked, Outcome::Ask(wanted.clone()));
        assert!(drawn(&panel, &facts, 80, 23).contains("no answer yet"));
        assert_eq!(panel.answered(&wanted, Ok(()), &facts), Outcome::Close);
    }
    for (written, why) in [
        ("nobody", "neither a key nor the name"),
        ("", "neither a key nor the name"),
        ("quiet", "several contacts"),
    ] {
        let mut panel = Panel::join();
        write(&mut panel, written, &facts);
        assert_eq!(press(&mut panel, KeyCode::Enter, &facts), Outcome::Stay);
        let shown = drawn(&panel, &facts, 80, 23);
        assert!(shown.contains(why), "{shown}");
    }
}

#[test]
fn a_group_is_made_of_a_name_and_people_and_a_refusal_is_shown() {
    let facts = facts();
    let mut panel = Panel::new_group();
    write(&mut panel, "Trip ✈", &facts);
    press(&mut panel, KeyCode::Enter, &facts);
    write(&mut panel, "Ann, ", &facts);
    panel.handle_paste(&hex_key(&key(3)));
    let wanted = Request::CreateGroup {
        name: "Trip ✈".into(),
        members: vec![key(2), key(3)],
    };
    let asked = press(&mut panel, KeyCode::Enter, &facts);
    assert_eq!(asked, Outcome::Ask(wanted.clone()));
    // Nothing is asked twice.
    assert_eq!(press(&mut panel, KeyCode::Enter, &facts), Outcome::Stay);
    let why = "the group would have more than 20 members";
    assert_eq!(panel.answered(&wanted, Err(why), &facts), Outcome::Stay);
    assert!(drawn(&panel, &facts, 80, 23).contains(why));
    assert_eq!(press(&mut panel, KeyCode::Esc, &facts), Outcome::Close);
}

#[test]
fn members_are_named_and_can_be_invited_and_removed() {
    let (_, facts) = all();
    let chat: Chat = facts.group.as_ref().unwrap().chat.parse().unwrap();
    let Chat::Group(id) = chat.clone() else {
        panic!("no group");
    };
    let mut panel = Panel::members(chat);
    let shown = drawn(&panel, &facts, 80, 23);
    for expected in [
        "Trip: 3 members",
        "> you  admin",
        "Ann  ",
        "Quiet Grey Animal3  invited, has not joined",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    press(&mut panel, KeyCode::Down, &facts);
    let members = vec![key(2)];
    let promote = Request::GroupPromote {
        group: id.clone(),
        members: members.clone(),
    };
    let asked = press(&mut panel, KeyCode::Char('p'), &facts);
    assert_eq!(asked, Outcome::Ask(promote));
    let Outcome::Open(mut question) = press(&mut panel, KeyCode::Char('r'), &facts) else {
        panic!("it is not asked about");
    };
    assert!(drawn(&question, &facts, 80, 23).contains("Remove Ann from this group?"));
    let remove = Request::GroupRemove { group: id, members };
    let asked = press(&mut question, KeyCode::Char('y'), &facts);
    assert_eq!(asked, Outcome::Ask(remove));
    let Outcome::Open(mut form) = press(&mut panel, KeyCode::Char('+'), &facts) else {
        panic!("no form");
    };
    assert!(matches!(
        press(&mut form, KeyCode::Esc, &facts),
        Outcome::Open(_)
    ));
}

#[test]
fn the_network_says_what_is_wrong() {
    let (_, facts) = all();
    let shown = drawn(&Panel::network(), &facts, 80, 23);
    for expected in [
        "others are 61 s ahead",
        "1 proof of work in progress",
        "192.0.2.1:30303",
        "12 kB in, 99 B out",
        "expired 3, unknown sender 2",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let waiting = Facts {
        waiting_ms: Some(5_000),
        ..facts.clone()
    };
    assert!(drawn(&Panel::network(), &waiting, 80, 23).contains("no answer for 5 s"));
}

#[test]
fn a_device_is_enabled_or_disabled() {
    let (_, mut facts) = all();
    let mut panel = Panel::devices();
    let shown = drawn(&panel, &facts, 80, 23);
    assert!(
        shown.contains("android, disabled, heard of 3 min ago"),
        "{shown}"
    );
    let id = facts.devices[0].installation.clone();
    let asked = press(&mut panel, KeyCode::Char('e'), &facts);
    assert_eq!(asked, Outcome::Ask(Request::DeviceEnable(id.clone())));
    facts.devices[0].enabled = true;
    let asked = press(&mut panel, KeyCode::Char('e'), &facts);
    assert_eq!(asked, Outcome::Ask(Request::DeviceDisable(id)));
}
