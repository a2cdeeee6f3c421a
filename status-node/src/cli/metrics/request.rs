//! What a monitor asks, and whether it gets an answer.

use std::net::{IpAddr, SocketAddr};

/// Fields of a request's head. Monitors and browsers send some ten.
const MAX_FIELDS: usize = 64;

/// What a request comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// The metrics are asked for; without the text if only its head is wanted.
    Metrics {
        /// Whether the text is wanted too.
        body: bool,
    },
    /// It is refused with this status and sentence.
    Refused(&'static str, &'static str),
    /// The rest of its head has not come yet.
    Incomplete,
}

/// Reads what came of a request so far.
pub(super) fn read(bytes: &[u8]) -> Request {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Request::Incomplete,
        Err(_) => return Request::Refused("400 Bad Request", "this is no request of HTTP/1.1"),
    }
    let hosts = request
        .headers
        .iter()
        .filter(|field| field.name.eq_ignore_ascii_case("host"));
    // A page in a browser can have a name of its own lead here, and would read what is answered.
    if !hosts.into_iter().all(|host| is_this_machine(host.value)) {
        return Request::Refused("403 Forbidden", "ask for localhost or 127.0.0.1");
    }
    let path = request.path.unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    match (request.method, path) {
        (Some("GET"), "/metrics") => Request::Metrics { body: true },
        (Some("HEAD"), "/metrics") => Request::Metrics { body: false },
        (_, "/metrics") => Request::Refused("405 Method Not Allowed", "only GET is answered"),
        _ => Request::Refused("404 Not Found", "there is only /metrics"),
    }
}

/// Whether a host, with or without a port, can only be this machine.
fn is_this_machine(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else {
        return false;
    };
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let ip = host.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || ip.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(line: &str, host: &str) -> Request {
        read(format!("{line} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n").as_bytes())
    }

    #[test]
    fn metrics_are_for_who_asks_this_machine_for_them() {
        for host in [
            "127.0.0.1:9100",
            "localhost:9100",
            "localhost",
            "[::1]:9100",
            "[::1]",
            "127.0.0.1",
        ] {
            assert_eq!(
                ask("GET /metrics", host),
                Request::Metrics { body: true },
                "{host}"
            );
        }
        assert_eq!(
            ask("HEAD /metrics?a=1", "localhost"),
            Request::Metrics { body: false }
        );
        let old = read(b"GET /metrics HTTP/1.0\r\n\r\n");
        assert_eq!(old, Request::Metrics { body: true });
    }

    #[test]
    fn all_else_is_refused() {
        let refused = |request: Request| match request {
            Request::Refused(status, _) => status.split(' ').next().unwrap().to_owned(),
            other => panic!("{other:?}"),
        };
        for host in [
            "evil.example",
            "evil.example:9100",
            "192.0.2.1:9100",
            "localhost.evil.example",
            "",
        ] {
            assert_eq!(refused(ask("GET /metrics", host)), "403", "{host}");
        }
        assert_eq!(refused(ask("POST /metrics", "localhost")), "405");
        assert_eq!(refused(ask("GET /", "localhost")), "404");
        assert_eq!(refused(read(b"\x16\x03\x01 TLS")), "400");
        let many = format!(
            "GET /metrics HTTP/1.1\r\n{}\r\n",
            "A: b\r\n".repeat(MAX_FIELDS + 1)
        );
        assert_eq!(refused(read(many.as_bytes())), "400");
        assert_eq!(
            read(b"GET /metrics HTTP/1.1\r\nHost: lo"),
            Request::Incomplete
        );
    }
}
