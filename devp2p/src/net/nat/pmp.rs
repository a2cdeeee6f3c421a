//! Mappings by PCP (RFC 6887) and NAT-PMP (RFC 6886).

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::time::Duration;

use crab_nat::pcp::BaseMapRequest;
use crab_nat::{
    GATEWAY_PORT, InternetProtocol, PortMapping, PortMappingOptions, PortMappingType,
    TimeoutConfig, natpmp, pcp,
};

use super::{Grant, NatConfig, NatProtocol, gateway};

/// Requests are sent four times, each wait twice as long as the one before: 1 + 2 + 4 + 8 parts.
const RETRIES: usize = 3;
const PARTS: u32 = 16;

/// A mapping that a router granted.
#[derive(Debug)]
pub(super) struct PmpLease {
    mapping: PortMapping,
    gateway: IpAddr,
}

/// Asks by PCP and, if the router has none, by NAT-PMP.
pub(super) async fn map(config: &NatConfig, port: NonZeroU16) -> Result<(PmpLease, Grant), String> {
    let gateway = match config.gateway {
        Some(gateway) => gateway,
        None => gateway::default_gateway()
            .await
            .ok_or("no default route to a router")?,
    };
    let client = gateway::local_address(SocketAddr::new(gateway, GATEWAY_PORT))
        .await
        .ok_or_else(|| format!("no route to the router {gateway}"))?;
    let options = PortMappingOptions {
        external_port: Some(port),
        lifetime_seconds: Some(seconds(config.lifetime)),
        // Half of the time for each of the two protocols.
        timeout_config: Some(TimeoutConfig {
            initial_timeout: config.timeout / (2 * PARTS),
            max_retries: RETRIES,
            max_retry_timeout: None,
        }),
    };
    let request = BaseMapRequest::new(gateway.into(), client, InternetProtocol::Tcp, port);
    let mapping = match pcp::port_mapping(request, None, None, options).await {
        Ok(mapping) => mapping,
        // Old routers answer PCP with their own version, or not at all.
        Err(by_pcp) => natpmp::port_mapping(gateway.into(), InternetProtocol::Tcp, port, options)
            .await
            .map_err(|error| format!("PCP: {by_pcp}; NAT-PMP: {error}"))?,
    };
    let lease = PmpLease { mapping, gateway };
    let grant = lease.grant().await?;
    Ok((lease, grant))
}

impl PmpLease {
    async fn grant(&self) -> Result<Grant, String> {
        let (ip, protocol) = match self.mapping.mapping_type() {
            PortMappingType::Pcp { external_ip, .. } => {
                (external_ip.to_canonical(), NatProtocol::Pcp)
            }
            PortMappingType::NatPmp => {
                let timeouts = Some(self.mapping.timeout_config);
                let ip = natpmp::external_address(self.gateway.into(), timeouts)
                    .await
                    .map_err(|error| format!("NAT-PMP: {error}"))?;
                (IpAddr::V4(ip), NatProtocol::NatPmp)
            }
        };
        if ip.is_unspecified() {
            return Err("the router has no outside address".into());
        }
        Ok(Grant {
            external: SocketAddr::new(ip, self.mapping.external_port().get()),
            protocol,
            lifetime: Duration::from_secs(self.mapping.lifetime().into()),
        })
    }

    pub(super) async fn renew(&mut self) -> Result<Grant, String> {
        self.mapping
            .renew()
            .await
            .map_err(|error| error.to_string())?;
        self.grant().await
    }

    pub(super) async fn release(self) -> Result<(), String> {
        self.mapping
            .try_drop()
            .await
            .map_err(|(error, _)| error.to_string())
    }
}

/// Whole seconds, at least one.
pub(super) fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX).max(1)
}
