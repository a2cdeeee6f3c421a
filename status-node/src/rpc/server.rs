//! The socket in the data folder, and its clients.

use super::call::{self, Id};
use super::connection::{self, Service};
use super::fault::CallFault;
use crate::data_folder::DataFolder;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// The socket's name in the data folder.
pub const SOCKET: &str = "control";

/// Clients served at a time. Each may cost the memory of its longest line and of its unread answers;
/// nobody who scripts against a node has so many at once.
pub const MAX_CLIENTS: usize = 64;

/// How long a client may take for its first call: programs call at once, and a connection that
/// nobody uses would take the place of one that somebody needs.
pub const FIRST_CALL: Duration = Duration::from_secs(5);

/// How long to wait before another connection is taken when the system gives no more.
const PAUSE: Duration = Duration::from_millis(100);

/// The superuser, whom no permission keeps out.
const ROOT: u32 = 0;

/// Listens for clients. The socket goes when this is dropped.
#[derive(Debug)]
pub struct Server {
    listener: UnixListener,
    path: PathBuf,
    owner: u32,
}

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// A file that is no socket has its name.
    #[error("{0} is no socket, and is left alone")]
    Occupied(PathBuf),
    /// The system refuses; a path of more than some hundred bytes is a usual reason.
    #[error("cannot listen at {path}: {error}")]
    System {
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

impl Server {
    /// Opens the socket of a folder. Clients may connect from now on, and wait until they are served.
    ///
    /// # Errors
    ///
    /// [`BindError`].
    pub fn bind(folder: &DataFolder) -> Result<Self, BindError> {
        let path = folder.path().join(SOCKET);
        // A socket that is there is left from a process that is gone: the folder's lock is ours.
        match std::fs::symlink_metadata(&path) {
            Ok(file) if file.file_type().is_socket() => {
                std::fs::remove_file(&path).map_err(|error| system(&path, error))?;
            }
            Ok(_) => return Err(BindError::Occupied(path)),
            Err(_) => {}
        }
        let listener = UnixListener::bind(&path).map_err(|error| system(&path, error))?;
        // The folder is its owner's alone if we made it; one that was there may be open. Until the
        // permissions are set the owner of whoever connects is all that keeps others out.
        let owner = std::fs::set_permissions(&path, Permissions::from_mode(0o600))
            .and_then(|()| std::fs::metadata(&path))
            .map_err(|error| system(&path, error))?
            .uid();
        Ok(Self {
            listener,
            path,
            owner,
        })
    }

    /// Serves clients, until this is dropped.
    pub async fn serve<S: Service>(&self, service: S) {
        let places = Arc::new(Semaphore::new(MAX_CLIENTS));
        // Whoever is connected when this is dropped goes with it.
        let mut clients = JoinSet::new();
        loop {
            while clients.try_join_next().is_some() {}
            let Ok((mut stream, _)) = self.listener.accept().await else {
                // Out of file descriptors, usually.
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            if !self.is_owner(&stream) {
                tracing::warn!("somebody else tried to control this node");
                continue;
            }
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                refuse(&mut stream).await;
                continue;
            };
            let service = service.clone();
            clients.spawn(async move {
                if let Err(error) = connection::serve(stream, service, FIRST_CALL).await {
                    tracing::debug!(%error, "a client went away");
                }
                drop(place);
            });
        }
    }

    fn is_owner(&self, stream: &UnixStream) -> bool {
        let user = stream.peer_cred().map(|credentials| credentials.uid());
        user.is_ok_and(|user| user == self.owner || user == ROOT)
    }
}

/// The socket must not outlive the node: a command would take it for one that runs.
impl Drop for Server {
    fn drop(&mut self) {
        // One that stays is removed by the next node.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Says why nothing is answered. A socket that was just opened has room for a line.
async fn refuse(stream: &mut UnixStream) {
    let limit = MAX_CLIENTS;
    let error = CallFault::TooManyClients { limit }.into();
    let line = format!("{}\n", call::answer(&Id::Null, Err(error)));
    // Whoever does not read it sees that the connection is closed.
    let _ = stream.write_all(line.as_bytes()).await;
}

fn system(path: &Path, error: io::Error) -> BindError {
    BindError::System {
        path: path.into(),
        error,
    }
}
