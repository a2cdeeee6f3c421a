//! The configuration file of `status-node run`. Every field is optional; what the command line says
//! counts more, what neither says has a default.
//!
//! ```toml
//! data_dir = "/var/lib/status-node"
//! password_file = "/etc/status-node/password"
//! listen = "0.0.0.0:30303"
//! peers = ["enode://…@192.0.2.1:30303"]
//! nat = "any"
//! chats = ["#status"]
//! light = false
//! announce_sent = false
//! decoys = 0
//! data_sync = true
//! min_pow = 0.001
//! max_peers = 50
//! metrics = "127.0.0.1:9100"
//! log = "info"
//! log_format = "text"
//! trusted_peers = ["enode://…@192.0.2.2:30303"]
//!
//! [rate_limits]
//! packets_per_peer = 100
//! packets_per_address = 200
//! envelopes_per_topic = 1000
//! tolerance = 10000
//! ```

use crate::darkness::decoys::MAX_PER_HOUR;
use crate::files::{self, FileError};
use crate::{Chat, LoopbackAddr};
use serde::Deserialize;
use status_devp2p::Enode;
use status_devp2p::net::nat::NatMode;
use status_whisper::RateLimiting;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Bytes a configuration file may have.
const MAX_CONFIG: usize = 1 << 20;

/// Peers a configuration may allow at most: each costs a socket and some memory.
const MAX_PEERS: usize = 10_000;

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("{text:?} is not a log format: text or json")),
        }
    }
}

/// What a configuration file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// The data folder.
    pub data_dir: Option<PathBuf>,
    /// The file that holds the account's password.
    pub password_file: Option<PathBuf>,
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// Static peers.
    pub peers: Vec<Enode>,
    /// NAT traversal.
    pub nat: Option<NatMode>,
    /// Chats whose messages are printed.
    pub chats: Vec<Chat>,
    /// Whether the node is a light client.
    pub light: Option<bool>,
    /// Whether a light client adds the topics that it sends to, to the filter that it announces.
    pub announce_sent: Option<bool>,
    /// Decoys an hour.
    pub decoys: Option<u32>,
    /// Whether private messages are repeated until they are acknowledged, where nothing else was chosen
    /// for a person.
    pub data_sync: Option<bool>,
    /// The least proof of work that is taken.
    pub min_pow: Option<f64>,
    /// Connections at most, half of them inbound.
    pub max_peers: Option<usize>,
    /// Where counters are given to Prometheus.
    pub metrics: Option<LoopbackAddr>,
    /// What is logged, such as `info` or `status_node=debug`.
    pub log: Option<String>,
    /// How it is logged.
    pub log_format: Option<LogFormat>,
    /// Static peers that no limit concerns and whose direct messages are taken.
    pub trusted_peers: Vec<Enode>,
    /// What peers may send in a second; without it as much as they like, as deployed.
    pub rate_limits: Option<RateLimiting>,
}

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not TOML, or a field is unknown or of the wrong type.
    #[error("{path}, line {line}: {reason}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A field has a value that makes no sense.
    #[error("{path}: the value of {field}: {reason}")]
    Value {
        /// The file.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// The file as it stands, before its values are read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    data_dir: Option<PathBuf>,
    password_file: Option<PathBuf>,
    listen: Option<String>,
    #[serde(default)]
    peers: Vec<String>,
    nat: Option<String>,
    #[serde(default)]
    chats: Vec<String>,
    light: Option<bool>,
    announce_sent: Option<bool>,
    decoys: Option<u32>,
    data_sync: Option<bool>,
    min_pow: Option<f64>,
    max_peers: Option<usize>,
    metrics: Option<String>,
    log: Option<String>,
    log_format: Option<String>,
    #[serde(default)]
    trusted_peers: Vec<String>,
    rate_limits: Option<RateLimits>,
}

/// Each is a number per second, 0 or absent is no limit. `tolerance` is the number of packets over
/// a limit after which a peer is disconnected, 0 or absent is never.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RateLimits {
    packets_per_peer: u64,
    packets_per_address: u64,
    envelopes_per_topic: u64,
    tolerance: u64,
}

impl From<RateLimits> for RateLimiting {
    fn from(limits: RateLimits) -> Self {
        Self {
            per_peer: limits.packets_per_peer,
            per_address: limits.packets_per_address,
            per_topic: limits.envelopes_per_topic,
            tolerance: limits.tolerance,
        }
    }
}

impl Config {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(path, &files::read_text(path, MAX_CONFIG)?)
    }

    fn parse(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let fields: Fields = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            ConfigError::Syntax {
                path: path.into(),
                line: before.unwrap_or_default().matches('\n').count() + 1,
                reason: error.message().into(),
            }
        })?;
        let wrong = |field, reason: String| ConfigError::Value {
            path: path.into(),
            field,
            reason,
        };
        if let Some(pow) = fields.min_pow
            && !(pow.is_finite() && pow >= 0.0)
        {
            return Err(wrong("min_pow", format!("{pow} is not a number from 0 up")));
        }
        if let Some(decoys) = fields.decoys
            && decoys > MAX_PER_HOUR
        {
            return Err(wrong(
                "decoys",
                format!("{decoys} is not in 0 to {MAX_PER_HOUR}"),
            ));
        }
        if let Some(peers) = fields.max_peers
            && !(2..=MAX_PEERS).contains(&peers)
        {
            return Err(wrong(
                "max_peers",
                format!("{peers} is not in 2 to {MAX_PEERS}"),
            ));
        }
        Ok(Self {
            data_dir: fields.data_dir,
            password_file: fields.password_file,
            listen: one(fields.listen).map_err(|_| wrong("listen", NO_ADDRESS.into()))?,
            peers: all(fields.peers).map_err(|error| wrong("peers", error))?,
            nat: one(fields.nat).map_err(|error| wrong("nat", error))?,
            chats: all(fields.chats).map_err(|error| wrong("chats", error))?,
            light: fields.light,
            announce_sent: fields.announce_sent,
            decoys: fields.decoys,
            data_sync: fields.data_sync,
            min_pow: fields.min_pow,
            max_peers: fields.max_peers,
            metrics: one(fields.metrics).map_err(|error| wrong("metrics", error))?,
            log: fields.log,
            trusted_peers: all(fields.trusted_peers)
                .map_err(|error| wrong("trusted_peers", error))?,
            rate_limits: fields.rate_limits.map(RateLimiting::from),
            log_format: one(fields.log_format).map_err(|error| wrong("log_format", error))?,
        })
    }
}

/// What the standard library's error leaves open.
const NO_ADDRESS: &str = "it is no IP address with a port, such as 0.0.0.0:30303";

fn one<T: FromStr<Err: Display>>(text: Option<String>) -> Result<Option<T>, String> {
    text.map(|text| text.parse().map_err(|error: T::Err| error.to_string()))
        .transpose()
}

fn all<T: FromStr<Err: Display>>(texts: Vec<String>) -> Result<Vec<T>, String> {
    texts
        .into_iter()
        .map(|text| text.parse().map_err(|error: T::Err| error.to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("node.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(parse(""), Ok(Config::default()));
    }

    #[test]
    fn fields_are_read() {
        let config =
            parse("listen = '127.0.0.1:1'\nchats = ['#a', '#b']\nnat = 'none'\ndata_sync = false");
        let config = config.unwrap();
        assert_eq!(config.listen, Some("127.0.0.1:1".parse().unwrap()));
        assert_eq!(config.chats.len(), 2);
        assert_eq!(config.nat, Some(NatMode::None));
        assert_eq!(config.data_sync, Some(false));
        assert_eq!(config.rate_limits, None);

        let limits = parse("[rate_limits]\npackets_per_peer = 3").unwrap();
        let wanted = RateLimiting {
            per_peer: 3,
            ..RateLimiting::default()
        };
        assert_eq!(limits.rate_limits, Some(wanted));
    }

    #[test]
    fn a_fault_is_named_with_its_place() {
        for (text, wanted) in [
            ("light = true\ncolour = 1", "line 2: unknown field `colour`"),
            ("light = 1", "line 1"),
            (
                "listen = 'here'",
                "listen: it is no IP address with a port, such as",
            ),
            ("chats = ['a']", "chats: \"a\" is no chat"),
            ("min_pow = -1.0", "min_pow: -1 is not"),
            ("max_peers = 1", "max_peers: 1 is not"),
            ("decoys = 3601", "decoys: 3601 is not in 0 to 3600"),
            (
                "metrics = '0.0.0.0:9100'",
                "metrics: 0.0.0.0:9100 can be reached",
            ),
            ("peers = ['enode://']", "peers: "),
            ("log_format = 'xml'", "log_format: "),
            ("trusted_peers = ['me']", "trusted_peers: "),
            (
                "[rate_limits]\nper_peer = 3",
                "line 2: unknown field `per_peer`",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(wanted), "{text}: {error}");
            assert!(error.starts_with("node.toml"), "{error}");
        }
    }
}
