//! Ports at which nobody listens.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpSocket;

/// A port at which nobody listens, as long as this is held: bound, and never made to listen, so whoever connects is refused.
#[derive(Debug)]
pub struct Nobody {
    /// Nobody else is given its port.
    _socket: TcpSocket,
    address: SocketAddr,
}

impl Nobody {
    /// Takes a port; 0 takes a free one.
    ///
    /// # Errors
    ///
    /// If it is somebody's, or the machine has no such address.
    pub fn at(address: SocketAddr) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.bind(address)?;
        Ok(Self { address: socket.local_addr()?, _socket: socket })
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
