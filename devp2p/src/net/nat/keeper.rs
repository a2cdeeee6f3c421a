//! The task that gets a mapping, keeps it alive and gives it back.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;

use super::pmp::PmpLease;
use super::upnp::UpnpLease;
use super::{Grant, NatConfig, NatMode, NatProtocol, pmp, upnp};
use crate::net::NetworkEvent;
use crate::net::service::Shared;

/// How long a router that probably does not answer is waited for, so that no mapping is left.
const LAST_ANSWER: Duration = Duration::from_secs(1);

/// A mapping, whoever granted it.
#[derive(Debug)]
enum Lease {
    Pmp(PmpLease),
    Upnp(UpnpLease),
}

impl Lease {
    async fn map(config: &NatConfig, port: NonZeroU16) -> Result<(Self, Grant), String> {
        let by_pmp = async {
            let limit = limited(config, pmp::map(config, port));
            limit.await.map(|(lease, grant)| (Self::Pmp(lease), grant))
        };
        let by_upnp = async {
            let limit = limited(config, upnp::map(config, port));
            limit.await.map(|(lease, grant)| (Self::Upnp(lease), grant))
        };
        match config.mode {
            NatMode::Pmp => by_pmp.await,
            NatMode::Upnp => by_upnp.await,
            // One after the other: at the same time both might succeed, and one mapping would be
            // left behind.
            _ => match by_pmp.await {
                Ok(granted) => Ok(granted),
                Err(pmp) => by_upnp.await.map_err(|upnp| format!("{pmp}; {upnp}")),
            },
        }
    }

    async fn renew(&mut self, config: &NatConfig) -> Result<Grant, String> {
        match self {
            Self::Pmp(lease) => limited(config, lease.renew()).await,
            Self::Upnp(lease) => limited(config, lease.renew()).await,
        }
    }

    async fn release(self, config: &NatConfig) -> Result<(), String> {
        match self {
            Self::Pmp(lease) => limited(config, lease.release()).await,
            Self::Upnp(lease) => limited(config, lease.release()).await,
        }
    }
}

/// A router that does not answer must not hold up the service, least of all its end. The libraries
/// have limits of their own, which add up over several requests.
async fn limited<T>(
    config: &NatConfig,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, String> {
    match tokio::time::timeout(config.timeout * 2, work).await {
        Ok(result) => result,
        Err(_) => Err(format!("no answer within {:?}", config.timeout * 2)),
    }
}

/// Keeps a mapping to the port of `bound` until the service stops.
pub(in crate::net) async fn keep_mapping(shared: Arc<Shared>, bound: SocketAddr) {
    let config = shared.config.nat.clone();
    let report = |grant: Grant| {
        let Grant {
            external,
            protocol,
            lifetime,
        } = grant;
        tracing::info!(%external, ?protocol, ?lifetime, "the router forwards a port to us");
        shared.registry().external = Some(external);
        shared.inbox.notice(NetworkEvent::Mapped {
            external,
            protocol,
            lifetime,
        });
    };
    let failed = |reason: String| {
        tracing::warn!(%reason, "no port mapping");
        shared.registry().external = None;
        shared.inbox.notice(NetworkEvent::MappingFailed { reason });
    };
    let Some(port) = NonZeroU16::new(bound.port()) else {
        return;
    };
    match config.mode {
        NatMode::None => return,
        NatMode::ExternalIp(ip) => {
            return report(Grant {
                external: SocketAddr::new(ip, port.get()),
                protocol: NatProtocol::Configured,
                lifetime: Duration::MAX,
            });
        }
        NatMode::Any | NatMode::Upnp | NatMode::Pmp => {}
    }
    // A router could not reach a socket that listens on loopback. (A gateway given by hand may
    // itself be on loopback.)
    if bound.ip().is_loopback() && config.gateway.is_none() && config.ssdp.is_none() {
        return failed(format!("{bound} cannot be reached from a router"));
    }
    let mut held: Option<(Lease, Grant)> = None;
    loop {
        let (answer, stopping) = {
            let asked = async {
                match &mut held {
                    None => Lease::map(&config, port).await.map(Some),
                    Some((lease, grant)) => {
                        let renewed = lease.renew(&config).await?;
                        if renewed != *grant {
                            *grant = renewed;
                            report(renewed);
                        }
                        Ok(None)
                    }
                }
            };
            tokio::pin!(asked);
            tokio::select! {
                () = shared.stop.cancelled() => {
                    // What a router grants at this moment is given back too; but one that does
                    // not answer must not hold up the end.
                    let last = tokio::time::timeout(LAST_ANSWER, asked).await;
                    (last.unwrap_or(Ok(None)), true)
                }
                answer = &mut asked => (answer, false),
            }
        };
        if stopping {
            if let Ok(Some(granted)) = answer {
                held = Some(granted);
            }
            break;
        }
        let pause = match answer {
            Ok(Some((lease, grant))) => {
                report(grant);
                held = Some((lease, grant));
                half(grant.lifetime)
            }
            Ok(None) => half(
                held.as_ref()
                    .map_or(config.retry, |(_, grant)| grant.lifetime),
            ),
            Err(reason) => {
                failed(reason);
                // Ask anew, perhaps another router: the one that knew us may be gone. If it is
                // not, it should not keep two mappings, of which the old may never expire.
                if let Some((lease, _)) = held.take() {
                    let releasing = lease.release(&config);
                    let _ = tokio::time::timeout(LAST_ANSWER, releasing).await;
                }
                config.retry
            }
        };
        tokio::select! {
            () = shared.stop.cancelled() => break,
            () = tokio::time::sleep(pause) => {}
        }
    }
    if let Some((lease, _)) = held
        && let Err(reason) = lease.release(&config).await
    {
        tracing::warn!(%reason, "the port mapping was not released and will expire");
    }
}

/// Renewed after half of its life, but not in a loop if a router grants nothing.
fn half(lifetime: Duration) -> Duration {
    (lifetime / 2).max(Duration::from_millis(500))
}
