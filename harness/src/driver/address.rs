//! Addresses as a user of gRPC writes them, and connections to them.

use std::io;
use std::path::PathBuf;

use http::uri::Authority;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// Where to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    place: Place,
    /// What the request says whom it is for.
    pub(super) authority: Authority,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Host and port.
    Tcp(String),
    Unix(PathBuf),
}

/// A connected socket.
pub(super) trait Socket: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Socket for S {}

impl Address {
    /// Reads `host:port`, `dns:///host:port`, `unix:path` or `unix:///path`; an error is a sentence.
    ///
    /// Over a unix socket the authority is `localhost`, as gRPC has it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Self { place: Place::Unix(path.into()), authority: Authority::from_static("localhost") });
        }
        let host = text.strip_prefix("dns:").map_or(text, |rest| rest.rsplit('/').next().unwrap_or(rest));
        let authority = host
            .parse::<Authority>()
            .ok()
            .filter(|authority| authority.port_u16().is_some() && !authority.host().is_empty())
            .ok_or_else(|| format!("{text:?} is no address: give host:port or unix:/path"))?;
        Ok(Self { place: Place::Tcp(host.to_owned()), authority })
    }

    /// Connects, and tells the address of this end if it has one.
    pub(super) async fn connect(&self) -> io::Result<(Box<dyn Socket>, Option<String>)> {
        match &self.place {
            Place::Tcp(host) => {
                let socket = TcpStream::connect(host.as_str()).await?;
                // Frames are written when they are complete; waiting for more would only make them late.
                socket.set_nodelay(true)?;
                let local = socket.local_addr().ok().map(|local| local.to_string());
                Ok((Box::new(socket), local))
            }
            Place::Unix(path) => Ok((Box::new(UnixStream::connect(path).await?), None)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_is_what_a_client_of_grpc_would_write() {
        for (address, authority) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("[::1]:80", "[::1]:80"),
            ("dns:///localhost:80", "localhost:80"),
            ("dns:localhost:80", "localhost:80"),
            ("unix:/tmp/x.sock", "localhost"),
            ("unix:///tmp/x.sock", "localhost"),
        ] {
            assert_eq!(Address::parse(address).unwrap().authority, authority, "{address}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for address in ["", "localhost", "a b:1", ":80", "localhost:99999", "localhost:"] {
            assert!(Address::parse(address).is_err(), "{address}");
        }
    }
}
