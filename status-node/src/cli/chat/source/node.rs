//! Reports of a node of this process.

use super::super::event::{Event, Link};
use crate::cli::output::sentence;
use crate::cli::service::Service;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// Passes reports on until the node stops. It takes them whether there is room for them or not, so that
/// the node does not lose its own; what had no room is loaded anew.
pub(super) async fn follow(mut service: Box<Service>, events: mpsc::Sender<Event>) {
    if events.send(Event::Link(Link::Connected)).await.is_err() {
        return;
    }
    let mut has_lost = false;
    loop {
        let event = match service.report().await {
            Ok(report) if !has_lost => Event::Report(Box::new(report)),
            Ok(_) => Event::Link(Link::Connected),
            Err(error) => {
                // The screen may be gone as well.
                let _ = events.send(Event::Link(Link::Lost(sentence(&error)))).await;
                return;
            }
        };
        has_lost = match events.try_send(event) {
            Ok(()) => false,
            Err(TrySendError::Full(_)) => true,
            Err(TrySendError::Closed(_)) => return,
        };
    }
}
