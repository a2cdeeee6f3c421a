//! Public chat between our program and status-go's messenger, as people use both.

use super::Cell;
use super::lab::{Dialer, Lab, Program, Running, Way};
use super::peer::{PATIENCE, is_event, same, text};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

const ROOM: &str = "first-light";

/// What is said; more than ASCII, since lengths are counted in bytes.
const TEXT: &str = "first light: grüße, 你好 🌅";

/// What stands between the two.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Route {
    /// Nothing.
    Direct(Dialer),
    /// A node of ours.
    RelayOurs,
    /// One of theirs.
    RelayTheirs(Program),
}

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let routes = [
        ("direct/ours-dials", Route::Direct(Dialer::Ours)),
        ("direct/theirs-dials", Route::Direct(Dialer::Theirs)),
        ("relay-ours", Route::RelayOurs),
        ("relay-theirs", Route::RelayTheirs(Program::StatusGo)),
        ("relay-go-ethereum", Route::RelayTheirs(Program::GoEthereum)),
    ];
    let mut cells = Vec::new();
    for (name, route) in routes {
        for way in Way::BOTH {
            cells.push(Cell::new(
                format!("chat/{name}/{}", way.name()),
                move |lab| match way {
                    Way::Out => we_say(lab, route),
                    Way::In => they_say(lab, route),
                },
            ));
        }
    }
    cells.push(Cell::new("chat/relay-ours/theirs-to-theirs", |lab| {
        let relay = our_relay(lab)?;
        among_themselves(lab, &relay)
    }));
    // Shows that the laboratory works when all others fail.
    cells.push(Cell::new("chat/relay-theirs/theirs-to-theirs", |lab| {
        let relay = lab.start(Program::StatusGo, "relay", json!({}))?;
        among_themselves(lab, &relay)
    }));
    cells
}

fn messenger(lab: &Lab, name: &str) -> Result<Running> {
    let messenger = lab.start(Program::StatusGo, name, json!({"messenger": true}))?;
    messenger.peer.call("chat_join", json!({ "name": ROOM }))?;
    Ok(messenger)
}

fn our_relay(lab: &Lab) -> Result<Running> {
    lab.node(
        "relay",
        &["run", "--listen", "127.0.0.1:0", "--nat", "none"],
    )
}

/// Whom our program dials on this route, and whom theirs does, once both are started.
fn relay(lab: &Lab, route: Route) -> Result<Option<Running>> {
    match route {
        Route::Direct(_) => Ok(None),
        Route::RelayOurs => our_relay(lab).map(Some),
        Route::RelayTheirs(program) => lab.start(program, "relay", json!({})).map(Some),
    }
}

/// Starts our program so that it is connected to theirs on this route.
fn connect(
    lab: &Lab,
    route: Route,
    theirs: &Running,
    arguments: &[&str],
) -> Result<(Running, Option<Running>)> {
    let relay = relay(lab, route)?;
    // Without it `send` takes no peer that dials.
    let mut arguments = [arguments, &["--listen", "127.0.0.1:0"]].concat();
    let meeting = relay.as_ref().unwrap_or(theirs);
    if route != Route::Direct(Dialer::Theirs) {
        arguments.extend(["--peer", &meeting.enode]);
    }
    if let Some(relay) = &relay {
        theirs.dial_enode(&relay.enode)?;
        theirs.peer.event("peer_connected")?;
    }
    let ours = lab.node("ours", &arguments)?;
    if route == Route::Direct(Dialer::Theirs) {
        theirs.dial_enode(&ours.enode)?;
        theirs.peer.event("peer_connected")?;
    }
    Ok((ours, relay))
}

/// Our `send`, their messenger.
fn we_say(lab: &Lab, route: Route) -> Result<()> {
    let theirs = messenger(lab, "theirs")?;
    let author = lab.new_account("ours")?;
    let to = format!("#{ROOM}");
    let (mut ours, _relay) = connect(lab, route, &theirs, &["send", "--to", &to, TEXT])?;
    let shown = theirs.peer.event("chat_message")?;
    same("text", &json!(TEXT), field(&shown, "text"))?;
    same("author", &json!(author), field(&shown, "from"))?;
    same("chat", &json!(ROOM), field(&shown, "chat"))?;
    let sent = ours
        .peer
        .wait_for("message", PATIENCE, |line| line.get("text").is_some())
        .context("what send printed")?;
    same("id", field(&sent, "id"), field(&shown, "id"))?;
    same("clock", field(&sent, "clock"), field(&shown, "clock"))?;
    same(
        "timestamp",
        field(&sent, "timestamp"),
        field(&shown, "timestamp"),
    )?;
    same("author", field(&sent, "from"), field(&shown, "from"))?;
    if !ours.peer.end()? {
        bail!("send ended with a failure");
    }
    Ok(())
}

/// Their messenger, our `listen`.
fn they_say(lab: &Lab, route: Route) -> Result<()> {
    let theirs = messenger(lab, "theirs")?;
    lab.new_account("ours")?;
    let chat = format!("#{ROOM}");
    let (mut ours, _relay) = connect(
        lab,
        route,
        &theirs,
        &["listen", "--chat", &chat, "--count", "1"],
    )?;
    let sent = theirs
        .peer
        .call("chat_send", json!({"name": ROOM, "text": TEXT}))?;
    let shown = ours
        .peer
        .wait_for("message", PATIENCE, |line| line.get("text").is_some())?;
    same("text", &json!(TEXT), field(&shown, "text"))?;
    same(
        "author",
        &json!(text(&theirs.told, "public_key")?),
        field(&shown, "from"),
    )?;
    same("chat", &json!(chat), field(&shown, "chat"))?;
    for name in ["id", "clock", "timestamp"] {
        same(name, field(&shown, name), field(&sent, name))?;
    }
    if !ours.peer.end()? {
        bail!("listen ended with a failure");
    }
    Ok(())
}

/// Two of their messengers that know only the relay, both ways.
fn among_themselves(lab: &Lab, relay: &Running) -> Result<()> {
    let one = messenger(lab, "one")?;
    let other = messenger(lab, "other")?;
    for messenger in [&one, &other] {
        messenger.dial_enode(&relay.enode)?;
        messenger.peer.event("peer_connected")?;
    }
    for (sender, receiver) in [(&one, &other), (&other, &one)] {
        let sent = sender
            .peer
            .call("chat_send", json!({"name": ROOM, "text": TEXT}))?;
        let shown = receiver.peer.wait_for("message", PATIENCE, |line| {
            is_event(line, "chat_message") && line.get("from") != receiver.told.get("public_key")
        })?;
        same("id", field(&sent, "id"), field(&shown, "id"))?;
        same(
            "author",
            field(&sender.told, "public_key"),
            field(&shown, "from"),
        )?;
    }
    Ok(())
}

fn field<'a>(line: &'a Value, name: &str) -> &'a Value {
    line.get(name).unwrap_or(&Value::Null)
}
