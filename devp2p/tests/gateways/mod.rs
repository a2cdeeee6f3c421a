//! Routers that the tests run themselves, on loopback: one that speaks NAT-PMP and, if wanted,
//! PCP, and one that speaks UPnP. They grant what they are told to grant and keep a log.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// The outside address of all gateways.
pub(crate) const OUTSIDE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);

/// What a gateway was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    Map {
        internal: SocketAddr,
        external: u16,
        lifetime: u32,
    },
    Unmap {
        port: u16,
    },
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Asked>>>);

impl Log {
    fn add(&self, asked: Asked) {
        self.0.lock().unwrap().push(asked);
    }

    pub(crate) fn all(&self) -> Vec<Asked> {
        self.0.lock().unwrap().clone()
    }

    /// Waits until the log holds `count` entries and returns them.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Asked> {
        for _ in 0..2_000 {
            let all = self.all();
            if all.len() >= count {
                return all;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{count} requests, there were {:?}", self.all());
    }
}

/// A router with NAT-PMP on `ip`, whose port 5351 is fixed by the protocol; so each test takes an
/// address of its own out of 127.0.0.0/8.
pub(crate) async fn pmp(ip: Ipv4Addr, speaks_pcp: bool, lifetime: u32) -> Log {
    let socket = UdpSocket::bind((ip, 5351))
        .await
        .expect("port 5351 on a loopback address");
    let log = Log::default();
    let seen = log.clone();
    tokio::spawn(async move {
        let mut buffer = [0; 1100];
        loop {
            let (size, from) = socket.recv_from(&mut buffer).await.unwrap();
            let request = &buffer[..size];
            let answer = match request[0] {
                0 => nat_pmp(request, from.ip(), lifetime, &seen),
                2 if speaks_pcp => pcp(request, lifetime, &seen),
                // "Unsupported version", in NAT-PMP's own format.
                _ => vec![0, request[1] | 128, 0, 1, 0, 0, 0, 9],
            };
            socket.send_to(&answer, from).await.unwrap();
        }
    });
    log
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(bytes[at..at + 2].try_into().unwrap())
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// RFC 6886: the outside address (operation 0) and TCP mappings (operation 2).
fn nat_pmp(request: &[u8], from: IpAddr, granted: u32, log: &Log) -> Vec<u8> {
    let mut answer = vec![0, request[1] | 128, 0, 0, 0, 0, 0, 9];
    if request[1] == 0 {
        answer.extend(OUTSIDE.octets());
        return answer;
    }
    let (internal, external, lifetime) =
        (u16_at(request, 4), u16_at(request, 6), u32_at(request, 8));
    answer.extend(internal.to_be_bytes());
    if lifetime == 0 {
        log.add(Asked::Unmap { port: internal });
        answer.extend([0; 6]);
    } else {
        log.add(Asked::Map {
            internal: SocketAddr::new(from, internal),
            external,
            lifetime,
        });
        answer.extend(external.to_be_bytes());
        answer.extend(granted.to_be_bytes());
    }
    answer
}

/// RFC 6887: the MAP operation.
fn pcp(request: &[u8], granted: u32, log: &Log) -> Vec<u8> {
    assert_eq!(
        (request.len(), request[1], request[36]),
        (60, 1, 6),
        "MAP for TCP"
    );
    let lifetime = u32_at(request, 4);
    let client = std::net::Ipv6Addr::from(<[u8; 16]>::try_from(&request[8..24]).unwrap());
    let (internal, external) = (u16_at(request, 40), u16_at(request, 42));
    let mut answer = vec![2, 0x81, 0, 0];
    if lifetime == 0 {
        log.add(Asked::Unmap { port: internal });
        answer.extend([0; 4]);
    } else {
        let internal = SocketAddr::new(IpAddr::V6(client).to_canonical(), internal);
        log.add(Asked::Map {
            internal,
            external,
            lifetime,
        });
        answer.extend(granted.to_be_bytes());
    }
    answer.extend([0, 0, 0, 9]);
    answer.extend([0; 12]);
    answer.extend(&request[24..40]);
    answer.extend(internal.to_be_bytes());
    answer.extend(external.to_be_bytes());
    answer.extend(OUTSIDE.to_ipv6_mapped().octets());
    answer
}

/// How a UPnP router behaves.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Igd {
    /// Refuses a lease that ends, as some routers do (error 725).
    pub(crate) only_permanent: bool,
    /// This outside port is somebody else's (error 718).
    pub(crate) taken: Option<u16>,
}

/// A UPnP router; the address is where it answers searches.
pub(crate) async fn upnp(igd: Igd) -> (SocketAddr, Log) {
    let ssdp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (search, location) = (ssdp.local_addr().unwrap(), http.local_addr().unwrap());
    tokio::spawn(async move {
        let mut buffer = [0; 2048];
        loop {
            let (size, from) = ssdp.recv_from(&mut buffer).await.unwrap();
            assert!(buffer[..size].starts_with(b"M-SEARCH * HTTP/1.1\r\n"));
            let answer = format!(
                "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLOCATION: http://{location}/device.xml\r\n\r\n"
            );
            ssdp.send_to(answer.as_bytes(), from).await.unwrap();
        }
    });
    let log = Log::default();
    let seen = log.clone();
    tokio::spawn(async move {
        loop {
            let (socket, _) = http.accept().await.unwrap();
            tokio::spawn(serve(socket, igd, seen.clone()));
        }
    });
    (search, log)
}

/// One request on a connection, then it is closed.
async fn serve(mut socket: TcpStream, igd: Igd, log: Log) {
    let mut request = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let size = socket.read(&mut chunk).await.unwrap();
        request.extend(&chunk[..size]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("content-length:")?
                    .trim()
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        if body.len() >= length || size == 0 {
            break;
        }
    }
    let text = String::from_utf8(request).unwrap();
    let (status, body) = answer(&text, igd, &log);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(body.as_bytes()).await.unwrap();
}

const SERVICE: &str = "urn:schemas-upnp-org:service:WANIPConnection:1";

fn answer(request: &str, igd: Igd, log: &Log) -> (&'static str, String) {
    if request.starts_with("GET /device.xml") {
        let service = format!(
            "<service><serviceType>{SERVICE}</serviceType><SCPDURL>/scpd.xml</SCPDURL>\
             <controlURL>/control</controlURL></service>"
        );
        let body = format!(
            "<?xml version=\"1.0\"?><root><device><deviceList><device><serviceList>{service}\
             </serviceList></device></deviceList></device></root>"
        );
        return ("200 OK", body);
    }
    if request.starts_with("GET /scpd.xml") {
        let action = |name: &str, arguments: &[&str]| {
            let list: String = arguments
                .iter()
                .map(|a| format!("<argument><name>{a}</name><direction>in</direction></argument>"))
                .collect();
            format!("<action><name>{name}</name><argumentList>{list}</argumentList></action>")
        };
        let add = [
            "NewRemoteHost",
            "NewExternalPort",
            "NewProtocol",
            "NewInternalPort",
            "NewInternalClient",
            "NewEnabled",
            "NewPortMappingDescription",
            "NewLeaseDuration",
        ];
        let body = format!(
            "<?xml version=\"1.0\"?><scpd><actionList>{}{}{}</actionList></scpd>",
            action("GetExternalIPAddress", &[]),
            action("AddPortMapping", &add),
            action("DeletePortMapping", &add[..3]),
        );
        return ("200 OK", body);
    }
    assert!(request.starts_with("POST /control"), "{request}");
    let value = |name: &str| {
        let (_, rest) = request.split_once(&format!("<{name}>")).unwrap_or_default();
        rest.split_once('<').unwrap_or_default().0.to_owned()
    };
    let port = || value("NewExternalPort").parse::<u16>().unwrap();
    if request.contains("GetExternalIPAddress") {
        let ip = format!("<NewExternalIPAddress>{OUTSIDE}</NewExternalIPAddress>");
        return ("200 OK", envelope("GetExternalIPAddressResponse", &ip));
    }
    if request.contains("DeletePortMapping") {
        log.add(Asked::Unmap { port: port() });
        return ("200 OK", envelope("DeletePortMappingResponse", ""));
    }
    let lifetime: u32 = value("NewLeaseDuration").parse().unwrap();
    if igd.only_permanent && lifetime != 0 {
        return (
            "500 Internal Server Error",
            fault(725, "OnlyPermanentLeasesSupported"),
        );
    }
    if igd.taken == Some(port()) {
        return (
            "500 Internal Server Error",
            fault(718, "ConflictInMappingEntry"),
        );
    }
    assert_eq!(value("NewProtocol"), "TCP");
    let internal = SocketAddr::new(
        value("NewInternalClient").parse().unwrap(),
        value("NewInternalPort").parse().unwrap(),
    );
    log.add(Asked::Map {
        internal,
        external: port(),
        lifetime,
    });
    ("200 OK", envelope("AddPortMappingResponse", ""))
}

fn envelope(name: &str, inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">\
         <s:Body><u:{name} xmlns:u=\"{SERVICE}\">{inner}</u:{name}></s:Body></s:Envelope>"
    )
}

fn fault(code: u16, text: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">\
         <s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring>\
         <detail><UPnPError xmlns=\"urn:schemas-upnp-org:control-1-0\"><errorCode>{code}</errorCode>\
         <errorDescription>{text}</errorDescription></UPnPError></detail></s:Fault></s:Body></s:Envelope>"
    )
}
