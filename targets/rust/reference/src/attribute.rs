//! The attribute keys of every generation, in one place.
//!
//! The crate `opentelemetry-semantic-conventions` describes one generation only, so the keys stand here.

/// RPC conventions up to 1.38: the system.
pub const SYSTEM: &str = "rpc.system";
/// RPC conventions up to 1.38: the service with its package.
pub const SERVICE: &str = "rpc.service";
/// All conventions: the short method up to 1.38, `package.Service/Method` from 1.39.
pub const METHOD: &str = "rpc.method";
/// RPC conventions up to 1.38: the status as an integer.
pub const GRPC_STATUS_CODE: &str = "rpc.grpc.status_code";
/// RPC conventions up to 1.38: the prefix of captured request metadata.
pub const GRPC_REQUEST_METADATA: &str = "rpc.grpc.request.metadata.";
/// RPC conventions up to 1.38: the prefix of captured response metadata.
pub const GRPC_RESPONSE_METADATA: &str = "rpc.grpc.response.metadata.";

/// RPC conventions from 1.39: the system.
pub const SYSTEM_NAME: &str = "rpc.system.name";
/// RPC conventions from 1.39: what the client asked for, where `rpc.method` is `_OTHER`.
pub const METHOD_ORIGINAL: &str = "rpc.method_original";
/// RPC conventions 1.39 to 1.44: the status as the name of its code.
pub const RESPONSE_STATUS_CODE: &str = "rpc.response.status_code";
/// RPC conventions after 1.44: the status as the name of its code.
pub const STATUS_CODE: &str = "rpc.status_code";
/// RPC conventions from 1.39: the prefix of captured request metadata.
pub const REQUEST_METADATA: &str = "rpc.request.metadata.";
/// RPC conventions from 1.39: the prefix of captured response metadata.
pub const RESPONSE_METADATA: &str = "rpc.response.metadata.";

/// What kind of error ended the call.
pub const ERROR_TYPE: &str = "error.type";
/// The name the client knows the server by.
pub const SERVER_ADDRESS: &str = "server.address";
/// The port the client knows the server by.
pub const SERVER_PORT: &str = "server.port";
/// The caller's address, up to 1.40.
pub const CLIENT_ADDRESS: &str = "client.address";
/// The caller's port, up to 1.40.
pub const CLIENT_PORT: &str = "client.port";
/// The other end of the connection.
pub const PEER_ADDRESS: &str = "network.peer.address";
/// The port at the other end of the connection.
pub const PEER_PORT: &str = "network.peer.port";
/// `http`, up to 1.39.
pub const PROTOCOL_NAME: &str = "network.protocol.name";
/// `2`, up to 1.39.
pub const PROTOCOL_VERSION: &str = "network.protocol.version";
/// `tcp` or `unix`, up to 1.39.
pub const TRANSPORT: &str = "network.transport";

/// The name of the event for one message, up to 1.38.
pub const MESSAGE_EVENT: &str = "rpc.message";
/// `SENT` or `RECEIVED`.
pub const MESSAGE_TYPE: &str = "rpc.message.type";
/// Counts from 1, for each direction by itself.
pub const MESSAGE_ID: &str = "rpc.message.id";
/// Bytes on the wire, without the five bytes of framing.
pub const MESSAGE_COMPRESSED_SIZE: &str = "rpc.message.compressed_size";
/// Bytes after decompression.
pub const MESSAGE_UNCOMPRESSED_SIZE: &str = "rpc.message.uncompressed_size";

/// The value of every `rpc.system` and `rpc.system.name` here, and the span name of last resort.
pub const GRPC: &str = "grpc";
/// The `rpc.method` of a method that is not recognised.
pub const OTHER: &str = "_OTHER";
