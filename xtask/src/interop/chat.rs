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
    /// go-ethereum, told to take as little work as status-go does.
    RelayUndemanding,
    /// One of ours on our side and one of theirs on theirs.
    RelayBoth,
}

/// Who asks its peers only for its own topics.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Light {
    Nobody,
    Ours,
    Theirs,
}

/// All cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let routes = [
        ("direct/ours-dials", Route::Direct(Dialer::Ours)),
        ("direct/theirs-dials", Route::Direct(Dialer::Theirs)),
        ("relay-ours", Route::RelayOurs),
        ("relay-theirs", Route::RelayTheirs(Program::StatusGo)),
        ("relay-go-ethereum", Route::RelayTheirs(Program::GoEthereum)),
        ("relay-undemanding-go-ethereum", Route::RelayUndemanding),
        ("relay-both", Route::RelayBoth),
    ];
    let mut cells = Vec::new();
    for (name, route) in routes {
        for way in Way::BOTH {
            cells.push(Cell::new(
                format!("chat/{name}/{}", way.name()),
                move |lab| match way {
                    Way::Out => we_say(lab, route, Light::Nobody),
                    Way::In => they_say(lab, route, Light::Nobody),
                },
            ));
        }
    }
    cells.push(Cell::new("chat/light/ours/ours-to-theirs", |lab| {
        we_say(lab, Route::RelayTheirs(Program::StatusGo), Light::Ours)
    }));
    cells.push(Cell::new("chat/light/ours/theirs-to-ours", |lab| {
        they_say(lab, Route::RelayTheirs(Program::StatusGo), Light::Ours)
    }));
    cells.push(Cell::new("chat/light/theirs/ours-to-theirs", |lab| {
        we_say(lab, Route::RelayOurs, Light::Theirs)
    }));
    cells.push(Cell::new("chat/light/theirs/theirs-to-ours", |lab| {
        they_say(lab, Route::RelayOurs, Light::Theirs)
    }));
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

fn messenger(lab: &Lab, name: &str, light: bool) -> Result<Running> {
    let params = json!({"messenger": true, "light": light});
    let messenger = lab.start(Program::StatusGo, name, params)?;
    messenger.peer.call("chat_join", json!({ "name": ROOM }))?;
    Ok(messenger)
}

fn our_relay(lab: &Lab) -> Result<Running> {
    lab.node(
        "relay",
        &["run", "--listen", "127.0.0.1:0", "--nat", "none"],
    )
}

/// The relays of a route, from our side to theirs, connected to each other.
fn relays(lab: &Lab, route: Route) -> Result<Vec<Running>> {
    Ok(match route {
        Route::Direct(_) => Vec::new(),
        Route::RelayOurs => vec![our_relay(lab)?],
        Route::RelayTheirs(program) => vec![lab.start(program, "relay", json!({}))?],
        Route::RelayUndemanding => {
            vec![lab.start(Program::GoEthereum, "relay", json!({"min_pow": 0.001}))?]
        }
        Route::RelayBoth => {
            let ours = our_relay(lab)?;
            let theirs = lab.start(Program::StatusGo, "their-relay", json!({}))?;
            theirs.dial_enode(&ours.enode)?;
            theirs.peer.event("peer_connected")?;
            vec![ours, theirs]
        }
    })
}

/// Starts our program so that it is connected to theirs on this route. The relays live as long as
/// what is returned with it.
fn connect(
    lab: &Lab,
    route: Route,
    light: Light,
    theirs: &Running,
    arguments: &[&str],
) -> Result<(Running, Vec<Running>)> {
    let relays = relays(lab, route)?;
    // Without an address `send` takes no peer that dials.
    let mut arguments = [arguments, &["--listen", "127.0.0.1:0"]].concat();
    if light == Light::Ours {
        arguments.push("--light");
    }
    let meeting = relays.first().unwrap_or(theirs);
    if route != Route::Direct(Dialer::Theirs) {
        arguments.extend(["--peer", &meeting.enode]);
    }
    if let Some(relay) = relays.last() {
        theirs.dial_enode(&relay.enode)?;
        theirs.peer.event("peer_connected")?;
    }
    let ours = lab.node("ours", &arguments)?;
    if route == Route::Direct(Dialer::Theirs) {
        theirs.dial_enode(&ours.enode)?;
        theirs.peer.event("peer_connected")?;
    }
    Ok((ours, relays))
}

/// Our `send`, their messenger.
fn we_say(lab: &Lab, route: Route, light: Light) -> Result<()> {
    let theirs = messenger(lab, "theirs", light == Light::Theirs)?;
    let author = lab.new_account("ours")?;
    let to = format!("#{ROOM}");
    let (mut ours, _relays) = connect(lab, route, light, &theirs, &["send", "--to", &to, TEXT])?;
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
fn they_say(lab: &Lab, route: Route, light: Light) -> Result<()> {
    let theirs = messenger(lab, "theirs", light == Light::Theirs)?;
    lab.new_account("ours")?;
    let chat = format!("#{ROOM}");
    let (mut ours, _relays) = connect(
        lab,
        route,
        light,
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
    let one = messenger(lab, "one", false)?;
    let other = messenger(lab, "other", false)?;
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
