//! What the text of 2019 forgets after a time, if the user asks for it.

use super::Endpoint;
use crate::session::Opening;
use crate::store::Store;
use crate::{CompressedKey, InstallationId};

impl Endpoint {
    /// Forgets sessions with an installation that were superseded longer ago than
    /// [`superseded_for_ns`](super::Settings::superseded_for_ns), if that is set. One stays if
    /// a message was read in it since, or if the peer has neither opened nor answered in one that is
    /// newer: then it may still send in the old one.
    pub(super) fn drop_superseded<S: Store>(
        &self,
        store: &mut S,
        identity: &CompressedKey,
        installation: &InstallationId,
        now_ns: i64,
    ) -> Result<(), S::Error> {
        let Some(kept_ns) = self.settings.superseded_for_ns else {
            return Ok(());
        };
        let mut peer_has_newer = false;
        for (id, session) in store.sessions(identity, installation)?.iter().rev() {
            if let Some(superseded_ns) = session.superseded_ns {
                let since_ns = superseded_ns.max(session.used_ns);
                if peer_has_newer && now_ns.saturating_sub(since_ns) > kept_ns {
                    self.forget_session(store, id, session)?;
                }
            }
            peer_has_newer |= session.opening != Opening::Unanswered;
        }
        Ok(())
    }
}
