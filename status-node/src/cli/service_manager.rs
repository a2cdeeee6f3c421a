//! What `run` tells the service manager that started it: that the node is ready, and that it stops
//! (the protocol of sd_notify, which systemd and others speak).

use std::ffi::{OsStr, OsString};
use std::io;

/// The variable of the environment that names the service manager's socket.
const VARIABLE: &str = "NOTIFY_SOCKET";

/// The service manager's socket, if there is one.
#[derive(Debug)]
pub(crate) struct ServiceManager(Option<OsString>);

impl ServiceManager {
    /// Of the environment.
    pub(crate) fn of_environment() -> Self {
        Self(std::env::var_os(VARIABLE).filter(|name| !name.is_empty()))
    }

    /// The node can be reached and asked.
    pub(crate) fn ready(&self, enode: &str) {
        self.tell(&format!("READY=1\nSTATUS=Reached by {enode}"));
    }

    /// The node will end.
    pub(crate) fn stopping(&self) {
        self.tell("STOPPING=1");
    }

    fn tell(&self, state: &str) {
        let Some(socket) = &self.0 else {
            return;
        };
        if let Err(error) = send(socket, state.as_bytes()) {
            tracing::warn!(%error, "the service manager cannot be told");
        }
    }
}

#[cfg(unix)]
fn send(socket: &OsStr, state: &[u8]) -> io::Result<()> {
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let address = match socket.as_encoded_bytes() {
        [b'@', name @ ..] => abstract_address(name)?,
        _ => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?
        .send_to_addr(state, &address)
        .map(drop)
}

/// A socket that has a name but no file.
#[cfg(target_os = "linux")]
fn abstract_address(name: &[u8]) -> io::Result<std::os::unix::net::SocketAddr> {
    use std::os::linux::net::SocketAddrExt;
    std::os::unix::net::SocketAddr::from_abstract_name(name)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn abstract_address(_name: &[u8]) -> io::Result<std::os::unix::net::SocketAddr> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn send(_socket: &OsStr, _state: &[u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::super::args::{Cli, Command, command};
    use super::*;
    use clap::FromArgMatches;
    use std::path::Path;

    const UNIT: &str = include_str!("../../../contrib/status-node.service");

    /// What a setting of the unit says.
    fn setting(name: &str) -> impl Iterator<Item = &str> {
        let line = move |line: &'static str| line.strip_prefix(name)?.strip_prefix('=');
        UNIT.lines().filter_map(line)
    }

    #[test]
    fn the_unit_starts_a_command_line_that_is_understood() {
        let line = setting("ExecStart").next().unwrap();
        assert_eq!(setting("Type").next(), Some("notify"));
        let matches = command().try_get_matches_from(line.split(' ')).unwrap();
        let cli = Cli::from_arg_matches(&matches).unwrap();
        assert!(matches!(cli.command, Command::Run(_)));
        // It may write there and nowhere else.
        assert_eq!(
            cli.shared.data_dir.as_deref(),
            Some(Path::new("%S/status-node"))
        );
        assert_eq!(setting("StateDirectory").next(), Some("status-node"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_service_manager_is_told_through_a_file_or_an_abstract_name() {
        use std::os::linux::net::SocketAddrExt;
        use std::os::unix::net::{SocketAddr, UnixDatagram};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let name = format!("status-node-test-{}", std::process::id());
        let named = SocketAddr::from_abstract_name(&name).unwrap();
        for (socket, variable) in [
            (UnixDatagram::bind(&path).unwrap(), path.into_os_string()),
            (
                UnixDatagram::bind_addr(&named).unwrap(),
                format!("@{name}").into(),
            ),
        ] {
            let manager = ServiceManager(Some(variable));
            manager.ready("enode://x");
            manager.stopping();
            let mut bytes = [0; 256];
            let count = socket.recv(&mut bytes).unwrap();
            assert_eq!(&bytes[..count], b"READY=1\nSTATUS=Reached by enode://x");
            let count = socket.recv(&mut bytes).unwrap();
            assert_eq!(&bytes[..count], b"STOPPING=1");
        }
        // Nobody is there: that hinders nothing.
        ServiceManager(Some("/nowhere/notify".into())).ready("enode://x");
    }
}
