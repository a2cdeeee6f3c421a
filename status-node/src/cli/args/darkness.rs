//! The report on what is given away, on the command line.

use clap::Args;
use status_node::Chat;

/// What to report on, and what to take for granted.
#[derive(Debug, Args)]
pub(crate) struct DarknessArgs {
    /// Look at the last N own envelopes only [default: all that are remembered, 256 at most]
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<usize>,
    /// Take it that there are this many accounts [default: 10000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) accounts: Option<u64>,
    /// Try this public chat too, as somebody may; may be repeated
    #[arg(long = "name", value_name = "#NAME", value_parser = public)]
    pub(crate) names: Vec<Chat>,
    /// Print instead what this node can tell of its peers
    #[arg(long, conflicts_with = "last")]
    pub(crate) of_peers: bool,
}

/// A public chat.
fn public(text: &str) -> Result<Chat, String> {
    let chat: Chat = text.parse().map_err(|error| format!("{error}"))?;
    match chat {
        Chat::Public(_) => Ok(chat),
        _ => Err(format!("{text:?} is not the name of a public chat")),
    }
}
