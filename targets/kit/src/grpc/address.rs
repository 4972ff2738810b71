//! Channels to where a user may point.

use bytes::Bytes;
use tonic::Status;
use tonic::body::Body;
use tonic::transport::{Channel, Endpoint};
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceExt};
use tower_service::Service;

use super::{MAX_HEADERS, WINDOW};

/// A channel, as an instrumentation's layers may have wrapped it.
pub type BoxChannel = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Status>;

/// Hides the type of a client stack. Its errors become statuses here, by the function that tonic would call on them.
pub fn boxed<S, B>(service: S) -> BoxChannel
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    // `Body::new` gives a body back as it is if it is tonic's already.
    BoxCloneSyncService::new(
        service
            .map_response(|response: http::Response<B>| response.map(Body::new))
            .map_err(|error: S::Error| Status::from_error(error.into())),
    )
}

/// A channel that connects when it is first used, to an address as a user writes it: `127.0.0.1:1`, `[::1]:1`,
/// `name:1`, `dns:///name:1`, `ipv4:127.0.0.1:1`, `ipv6:[::1]:1`, `http://name:1`, `unix:/path`.
///
/// # Errors
/// A sentence, if the address is none of these.
pub fn connect_lazy(to: &str) -> Result<Channel, String> {
    let endpoint = Endpoint::from_shared(uri(to)).map_err(|error| format!("{to:?} is no address: {error}"))?;
    let endpoint = endpoint
        .tcp_nodelay(true)
        .http2_max_header_list_size(MAX_HEADERS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW.saturating_mul(4));
    Ok(endpoint.connect_lazy())
}

fn uri(to: &str) -> String {
    // `dns:///name` names no authority to ask, `dns://server/name` does; tonic has only the system's resolver.
    let authority = match to.strip_prefix("dns:") {
        Some(rest) => rest.strip_prefix("//").and_then(|rest| rest.split_once('/')).map_or(rest, |(_, name)| name),
        None if to.starts_with("unix:") || to.contains("://") => return to.to_owned(),
        None => to,
    };
    let authority = authority.strip_prefix("ipv4:").or_else(|| authority.strip_prefix("ipv6:")).unwrap_or(authority);
    format!("http://{authority}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_a_user_writes_them() {
        for (to, expected) in [
            ("127.0.0.1:1", "http://127.0.0.1:1"),
            ("[::1]:1", "http://[::1]:1"),
            ("localhost:1", "http://localhost:1"),
            ("dns:///localhost:1", "http://localhost:1"),
            ("dns:localhost:1", "http://localhost:1"),
            ("ipv4:127.0.0.1:1", "http://127.0.0.1:1"),
            ("ipv6:[::1]:1", "http://[::1]:1"),
            ("http://localhost:1", "http://localhost:1"),
            ("unix:/tmp/x.sock", "unix:/tmp/x.sock"),
            ("unix:///tmp/x.sock", "unix:///tmp/x.sock"),
        ] {
            assert_eq!(uri(to), expected);
        }
    }
}
