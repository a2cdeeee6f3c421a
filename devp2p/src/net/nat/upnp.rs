//! Mappings by UPnP's Internet Gateway Device.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::time::Duration;

use igd_next::aio::Gateway;
use igd_next::aio::tokio::{Tokio, search_gateway};
use igd_next::{AddPortError, PortMappingProtocol, SearchOptions};

use super::pmp::seconds;
use super::{Grant, NatConfig, NatProtocol, gateway};

/// What routers show their owner.
const DESCRIPTION: &str = "status-devp2p";

/// A mapping that a router granted.
#[derive(Debug)]
pub(super) struct UpnpLease {
    gateway: Gateway<Tokio>,
    local: SocketAddr,
    external: SocketAddr,
    lifetime: u32,
}

/// Searches a router and asks it for a mapping, for the same port outside if possible.
pub(super) async fn map(
    config: &NatConfig,
    port: NonZeroU16,
) -> Result<(UpnpLease, Grant), String> {
    let mut options = SearchOptions::default();
    options.timeout = Some(config.timeout);
    options.single_search_timeout = Some(config.timeout);
    if let Some(ssdp) = config.ssdp {
        options.broadcast_address = ssdp;
        // Routers on loopback are refused unless one says that they are meant.
        options.allowed_gateway_ips = vec![ssdp.ip()];
    }
    let gateway = search_gateway(options)
        .await
        .map_err(|error| format!("UPnP search: {error}"))?;
    let own = gateway::local_address(gateway.addr)
        .await
        .ok_or_else(|| format!("no route to the router {}", gateway.addr))?;
    let ip = gateway
        .get_external_ip()
        .await
        .map_err(|error| format!("UPnP: {error}"))?;
    if ip.is_unspecified() {
        return Err("the router has no outside address".into());
    }
    let mut lease = UpnpLease {
        gateway,
        local: SocketAddr::new(own, port.get()),
        external: SocketAddr::new(ip, port.get()),
        lifetime: seconds(config.lifetime),
    };
    if lease.add().await.is_err() {
        let (local, lifetime) = (lease.local, lease.lifetime);
        let port = lease
            .gateway
            .add_any_port(PortMappingProtocol::TCP, local, lifetime, DESCRIPTION)
            .await
            .map_err(|error| format!("UPnP: {error}"))?;
        lease.external.set_port(port);
    }
    let grant = lease.grant();
    Ok((lease, grant))
}

impl UpnpLease {
    /// Adds or refreshes the mapping; adding the same one again is how UPnP renews.
    async fn add(&mut self) -> Result<(), AddPortError> {
        let (tcp, port) = (PortMappingProtocol::TCP, self.external.port());
        let result = self
            .gateway
            .add_port(tcp, port, self.local, self.lifetime, DESCRIPTION)
            .await;
        if let Err(AddPortError::OnlyPermanentLeasesSupported) = result {
            // Such a mapping stays until it is removed, which happens when the service stops.
            return self
                .gateway
                .add_port(tcp, port, self.local, 0, DESCRIPTION)
                .await;
        }
        result
    }

    fn grant(&self) -> Grant {
        Grant {
            external: self.external,
            protocol: NatProtocol::Upnp,
            lifetime: Duration::from_secs(self.lifetime.into()),
        }
    }

    pub(super) async fn renew(&mut self) -> Result<Grant, String> {
        let ip = self
            .gateway
            .get_external_ip()
            .await
            .map_err(|error| format!("UPnP: {error}"))?;
        self.external.set_ip(ip);
        self.add().await.map_err(|error| format!("UPnP: {error}"))?;
        Ok(self.grant())
    }

    pub(super) async fn release(self) -> Result<(), String> {
        let removed = self
            .gateway
            .remove_port(PortMappingProtocol::TCP, self.external.port());
        removed.await.map_err(|error| error.to_string())
    }
}
