//! The client of OTLP over HTTP: hyper's, which tonic brings anyway.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::runtime::Handle;

/// The specification's default of `OTEL_EXPORTER_OTLP_TIMEOUT`.
const LIMIT: Duration = Duration::from_secs(10);

/// Sends requests on the runtime that it was made on: whoever exports does so on a thread that has none.
#[derive(Debug)]
pub(super) struct RuntimeClient {
    runtime: Handle,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl RuntimeClient {
    /// Must be called on a Tokio runtime.
    pub(super) fn new() -> Self {
        Self { runtime: Handle::current(), client: Client::builder(TokioExecutor::new()).build_http() }
    }
}

#[async_trait]
impl HttpClient for RuntimeClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let exchange = async move {
            let (head, body) = client.request(request.map(Full::new)).await?.into_parts();
            Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
        };
        self.runtime.spawn(async move { tokio::time::timeout(LIMIT, exchange).await? }).await?
    }
}
