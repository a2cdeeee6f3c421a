//! Which router to ask, and as whom.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::UdpSocket;

/// The router of the default route: from the system's table where it can be read (Linux), else
/// the first address of our own /24, which is where home routers sit.
pub(super) async fn default_gateway() -> Option<IpAddr> {
    if let Ok(table) = tokio::fs::read_to_string("/proc/net/route").await
        && let Some(gateway) = parse_routes(&table)
    {
        return Some(gateway.into());
    }
    // An address reserved for documentation: no packet is sent, only a route looked up.
    match local_address(SocketAddr::from(([192, 0, 2, 1], 9))).await? {
        IpAddr::V4(own) if own.is_private() => {
            let [a, b, c, _] = own.octets();
            Some(Ipv4Addr::new(a, b, c, 1).into())
        }
        _ => None,
    }
}

/// The gateway of the default route in the format of Linux' `/proc/net/route`: columns of
/// hexadecimal numbers, addresses in the byte order of the machine.
fn parse_routes(table: &str) -> Option<Ipv4Addr> {
    const UP_AND_GATEWAY: u16 = 3;
    table.lines().skip(1).find_map(|line| {
        let mut columns = line.split_ascii_whitespace().skip(1);
        let destination = u32::from_str_radix(columns.next()?, 16).ok()?;
        let gateway = u32::from_str_radix(columns.next()?, 16).ok()?;
        let flags = u16::from_str_radix(columns.next()?, 16).ok()?;
        (destination == 0 && flags & UP_AND_GATEWAY == UP_AND_GATEWAY)
            .then(|| Ipv4Addr::from(gateway.to_ne_bytes()))
    })
}

/// Our own address as `remote` sees it before any translation.
pub(super) async fn local_address(remote: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = match remote {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).await.ok()?;
    socket.connect(remote).await.ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_route_is_found_among_others() {
        let hex = |ip: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(ip));
        let table = format!(
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n\
             eth0\t{}\t00000000\t0001\t0\t0\t0\t00FFFFFF\n\
             eth0\t00000000\t{}\t0003\t0\t0\t0\t00000000\n",
            hex([192, 168, 7, 0]),
            hex([192, 168, 7, 254]),
        );
        assert_eq!(parse_routes(&table), Some([192, 168, 7, 254].into()));
        assert_eq!(parse_routes("Iface\nlo 00000000 0000007F 0001\n"), None);
        assert_eq!(parse_routes("x\n\ny z\n"), None);
    }

    #[tokio::test]
    async fn loopback_is_seen_as_loopback() {
        let remote = SocketAddr::from(([127, 0, 0, 1], 9));
        assert_eq!(local_address(remote).await, Some([127, 0, 0, 1].into()));
    }
}
