//! `status-node chat`: the terminal client.
//!
//! [`model`] is what the screen shows, a pure state: events in, effects out. [`view`] and [`panel`] draw it
//! into a buffer. [`source`] speaks with the node, on tasks of its own, and [`terminal`] with the terminal,
//! so that neither a node that does not answer nor the network holds up a key.

mod editor;
mod event;
mod keymap;
mod layout;
mod model;
mod panel;
mod source;
mod terminal;
mod text;
mod view;

use super::args::{ChatArgs, Shared};
use super::backend::connect_to;
use super::output::Output;
use super::progress;
use super::service::{
    Account, LOOPBACK, Service, folder_path, interrupted, open_folder, start_logging,
};
use anyhow::{Context, ensure};
use event::{Effect, Event};
use model::Model;
use source::{Place, Source};
use status_node::Node;
use status_node::rpc::{SOCKET, Server};
use std::io::IsTerminal;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use terminal::{Input, Screen};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// How often the model is told that time passes.
const TICK: Duration = Duration::from_millis(250);

/// Events that are taken before the screen is drawn again.
const BATCH: usize = 256;

/// How long a node of this process may take to end; then it is left to the end of the process.
const CLOSING: Duration = Duration::from_secs(10);

/// Said where no node runs and none is named: there is only what is stored, and what is said waits.
const ALONE: &str = "no node runs here, and --peer named none: what you write waits for a peer";

pub(crate) async fn run(chat: ChatArgs, shared: Shared, output: Output) -> anyhow::Result<()> {
    ensure!(
        !output.is_json(),
        "chat is for people: programs use run, send and listen with --json"
    );
    let stdio = (
        std::io::stdin().is_terminal(),
        std::io::stdout().is_terminal(),
    );
    ensure!(
        stdio == (true, true),
        "chat needs a terminal: scripts use send and listen"
    );
    // What is logged would be written across the screen.
    if !std::io::stderr().is_terminal() {
        start_logging(&shared)?;
    }
    let ended = interrupted()?;
    let place = find(&shared).await?;
    let (sender, events) = mpsc::channel(source::EVENTS);
    let is_own = matches!(place, Place::Own(..));
    let is_alone = is_own && shared.peers.is_empty();
    let source = Source::start(place, &sender);
    let greeting = is_alone.then_some(ALONE);
    let result = show(chat, greeting, &source, events, ended).await;
    // The terminal is the user's again by now, who may want to wait for nothing more.
    let closing = progress::busy("ending the node");
    let closed = tokio::time::timeout(CLOSING, source.close());
    let closed = tokio::select! {
        closed = closed => closed,
        () = interrupted()? => return Ok(()),
    };
    drop(closing);
    let farewell = result?;
    closed.context("the node does not end in time")?;
    if let Some(sentence) = farewell.filter(|_| is_own) {
        output.line(&serde_json::Value::Null, sentence)?;
    }
    Ok(())
}

/// The node that runs on the folder, or else one of this process.
async fn find(shared: &Shared) -> anyhow::Result<Place> {
    let socket = folder_path(shared)?.join(SOCKET);
    let wants_own = !shared.peers.is_empty() || shared.listen.is_some();
    if !wants_own && connect_to(&socket).await.is_some() {
        return Ok(Place::Socket(socket));
    }
    let folder = open_folder(shared)?;
    // Says that there is no account before it does anything else.
    folder.account().profile()?;
    let mut builder = Node::builder()
        .listen(shared.listen.unwrap_or(LOOPBACK))
        .nat(shared.nat.unwrap_or_default())
        .light(shared.light);
    for peer in &shared.peers {
        builder = builder.peer(*peer);
    }
    let socket = Server::bind(&folder)
        .inspect_err(|error| tracing::warn!(%error, "no other command can reach this node"))
        .ok();
    let service = Service::start(builder, folder, Account::Needed, shared).await?;
    Ok(Place::Own(Box::new(service), socket))
}

/// Shows the screen until the user ends it; what is to be said then if the node ends as well.
async fn show(
    chat: ChatArgs,
    greeting: Option<&str>,
    source: &Source,
    mut events: mpsc::Receiver<Event>,
    interrupted: impl Future<Output = ()>,
) -> anyhow::Result<Option<String>> {
    let mut stops = signal(SignalKind::from_raw(signal_hook::consts::SIGTSTP))?;
    let mut goes_on = signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?;
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut screen = Screen::take().context("cannot take the terminal")?;
    let mut input = Input::start().context("cannot read the terminal")?;
    let mut model = Model::new(screen.size()?, chat.chat);
    if let Some(sentence) = greeting {
        model.greet(sentence, now_ms());
    }
    tokio::pin!(interrupted);
    screen.draw(|frame| view::draw(&model, frame))?;
    loop {
        let first = tokio::select! {
            biased;
            () = &mut interrupted => return Ok(model.farewell()),
            _ = stops.recv() => {
                screen.suspend()?;
                Event::Resized(0, 0)
            }
            _ = goes_on.recv() => {
                // It may have been stopped without a chance to give the terminal back.
                screen.go_on()?;
                Event::Resized(0, 0)
            }
            key = input.events.recv() => key.context("the terminal is gone")?,
            _ = ticks.tick() => Event::Tick,
            Some(event) = events.recv() => event,
        };
        ensure!(!terminal::has_panicked(), "a part of this program failed");
        let mut next = Some(first);
        let mut left = BATCH;
        while let Some(event) = next {
            if !take(event, &mut model, source, &mut screen)? {
                return Ok(model.farewell());
            }
            left -= 1;
            next = match left {
                0 => None,
                _ => input.events.try_recv().or_else(|_| events.try_recv()).ok(),
            };
        }
        if model.take_change() {
            screen.draw(|frame| view::draw(&model, frame))?;
        }
    }
}

/// Lets the model take an event, and does what it wants. Whether to go on.
fn take(
    event: Event,
    model: &mut Model,
    source: &Source,
    screen: &mut Screen,
) -> anyhow::Result<bool> {
    let mut effects = match event {
        Event::Resized(..) => resized(model, screen)?,
        event => model.update(event, now_ms()),
    };
    while !effects.is_empty() {
        for effect in std::mem::take(&mut effects) {
            match effect {
                Effect::Quit => return Ok(false),
                Effect::Suspend => {
                    screen.suspend()?;
                    effects.extend(resized(model, screen)?);
                }
                Effect::Redraw => screen.clear()?,
                Effect::Call(call) => {
                    if let Err(answered) = source.call(*call) {
                        effects.extend(model.update(Event::NotMade(answered), now_ms()));
                    }
                }
            }
        }
    }
    Ok(true)
}

/// Tells the model the size of the window, and draws everything anew. Whatever was said of the size, it is what
/// it is now. It may be what it was before: then the terminal has lost what it had no room for meanwhile, and
/// nothing else would tell.
fn resized(model: &mut Model, screen: &mut Screen) -> anyhow::Result<Vec<Effect>> {
    screen.clear()?;
    let (columns, rows) = screen.size()?;
    Ok(model.update(Event::Resized(columns, rows), now_ms()))
}

/// A clock before 1970 counts as 1970: it only orders notices here.
fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
}
