//! What a gRPC target string says about the server.

use std::sync::Arc;

/// `server.address` and `server.port`, read from the target a channel was made for.
///
/// Follows the [five examples of the convention](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client)
/// and [gRPC name resolution](https://grpc.github.io/grpc/core/md_doc_naming.html) for what they leave open. Nothing
/// is ever resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host, the path of a socket, or the whole target where neither can be told.
    pub address: Arc<str>,
    /// The port, where the target states one.
    pub port: Option<u16>,
    /// `tcp` or `unix`, where the target says so.
    pub transport: Option<&'static str>,
}

const TCP: Option<&str> = Some("tcp");
const UNIX: Option<&str> = Some("unix");

impl Target {
    /// Reads a target such as `dns:///grpc.io:50051`, `unix:///run/x.sock`, `ipv6:[::1]:80` or `grpc.io:50051`.
    #[must_use]
    pub fn parse(target: &str) -> Self {
        let Some((scheme, rest)) = target.split_once(':') else {
            return Self::whole(target, TCP);
        };
        let endpoint = match (scheme, rest.strip_prefix("//")) {
            ("dns", _) => Self::endpoint(path(rest)),
            ("http" | "https", Some(url)) => url.split(['/', '?', '#']).next().and_then(Self::from_authority),
            ("unix", path) => Some(Self::whole(path.unwrap_or(rest), UNIX)),
            ("unix-abstract", _) => Some(Self::whole(rest, UNIX)),
            ("ipv4" | "ipv6", _) if rest.contains(',') => Some(Self::whole(target, TCP)),
            ("ipv4" | "ipv6", _) => Self::endpoint(rest),
            (_, Some(_)) => None,
            _ => Self::endpoint(target),
        };
        endpoint.unwrap_or_else(|| Self::whole(target, None))
    }

    /// Reads the authority of a request, `host`, `host:port` or `[::1]:port`, with or without user information.
    #[must_use]
    pub fn from_authority(authority: &str) -> Option<Self> {
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        Self::endpoint(host)
    }

    fn endpoint(text: &str) -> Option<Self> {
        let (address, port) = split_port(text)?;
        (!address.is_empty()).then(|| Self { address: address.into(), port, transport: TCP })
    }

    /// All of it is the address, as of what has no port.
    fn whole(text: &str, transport: Option<&'static str>) -> Self {
        Self { address: text.into(), port: None, transport }
    }
}

/// What follows `dns:`, without the name server to ask.
fn path(rest: &str) -> &str {
    match rest.strip_prefix("//") {
        Some(after) => after.split_once('/').map_or(after, |(_, path)| path),
        None => rest,
    }
}

/// An address without the brackets of IPv6, and a port. None where the text after the colon is no port.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest.split_once(']')?;
        return match after.strip_prefix(':') {
            Some(port) => Some((address, Some(port.parse().ok()?))),
            None => after.is_empty().then_some((address, None)),
        };
    }
    match text.split_once(':') {
        None => Some((text, None)),
        // A second colon without brackets: an IPv6 address, which leaves no room for a port.
        Some((_, rest)) if rest.contains(':') => {
            text.parse::<std::net::Ipv6Addr>().ok()?;
            Some((text, None))
        }
        Some((address, port)) => Some((address, Some(port.parse().ok()?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, address: &str, port: Option<u16>, transport: Option<&str>) {
        let parsed = Target::parse(target);
        assert_eq!(&*parsed.address, address, "address of {target}");
        assert_eq!(parsed.port, port, "port of {target}");
        assert_eq!(parsed.transport, transport, "transport of {target}");
    }

    #[test]
    fn the_five_examples_of_the_convention_hold() {
        check("grpc.io:50051", "grpc.io", Some(50051), Some("tcp"));
        check("dns://1.2.3.4/grpc.io:50051", "grpc.io", Some(50051), Some("tcp"));
        check("unix:///run/containerd/containerd.sock", "/run/containerd/containerd.sock", None, Some("unix"));
        check("zk://zookeeper:2181/my-server", "zk://zookeeper:2181/my-server", None, None);
        let list = "ipv4:198.51.100.123:50051,198.51.100.124:50051";
        check(list, list, None, Some("tcp"));
    }

    #[test]
    fn other_targets_follow_the_naming_document() {
        check("grpc.io", "grpc.io", None, Some("tcp"));
        check("localhost:80", "localhost", Some(80), Some("tcp"));
        check("dns:grpc.io:443", "grpc.io", Some(443), Some("tcp"));
        check("dns:///grpc.io", "grpc.io", None, Some("tcp"));
        check("dns:///[::1]:443", "::1", Some(443), Some("tcp"));
        check("ipv4:127.0.0.1:1", "127.0.0.1", Some(1), Some("tcp"));
        check("ipv6:[2001:db8::1]:80", "2001:db8::1", Some(80), Some("tcp"));
        check("ipv6:[2001:db8::1]", "2001:db8::1", None, Some("tcp"));
        check("[::1]:50051", "::1", Some(50051), Some("tcp"));
        check("::1", "::1", None, Some("tcp"));
        check("unix:run/x.sock", "run/x.sock", None, Some("unix"));
        check("unix:/run/x.sock", "/run/x.sock", None, Some("unix"));
        check("unix-abstract:name", "name", None, Some("unix"));
        check("http://[::1]:8080", "::1", Some(8080), Some("tcp"));
        check("https://u:p@grpc.io/x", "grpc.io", None, Some("tcp"));
        check("xds:///route", "xds:///route", None, None);
        check("host:name", "host:name", None, None);
        check("host:65536", "host:65536", None, None);
        check("dns:///", "dns:///", None, None);
    }

    #[test]
    fn an_authority_loses_brackets_and_user_information() {
        let read = |text| Target::from_authority(text).map(|t| (t.address.to_string(), t.port));
        assert_eq!(read("[::1]:80"), Some(("::1".into(), Some(80))));
        assert_eq!(read("me@host:80"), Some(("host".into(), Some(80))));
        assert_eq!(read("host"), Some(("host".into(), None)));
        assert_eq!(read(""), None);
        assert_eq!(read("[::1"), None);
    }
}
