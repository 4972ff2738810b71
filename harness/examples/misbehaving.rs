//! A target that does well, until a call with the metadata `x-api-key` arrives: then it does what `MISBEHAVE` says.
//! The tests of the `conformance` command run it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::Arc;

use conformance_kit::grpc::BoxChannel;
use conformance_kit::in_process::{Instrumentation, Served, Serving, Settings, Target};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tonic::service::InterceptorLayer;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_trace_reference::conformance::Reference;

fn main() -> ExitCode {
    conformance_kit::process::main(&Misbehaving)
}

struct Misbehaving;

impl Target for Misbehaving {
    fn instrument(
        &self,
        provider: &SdkTracerProvider,
        settings: &Settings,
    ) -> anyhow::Result<Arc<dyn Instrumentation>> {
        let how = std::env::var("MISBEHAVE").unwrap_or_default();
        let reference = Reference::default().instrument(provider, settings)?;
        Ok(match how.as_str() {
            "" => reference,
            "uninstrumented" => Arc::new(conformance_kit::in_process::Bare),
            "abort" => Arc::new(On(reference, || std::process::abort())),
            "flood" => Arc::new(On(reference, flood)),
            "hang" => Arc::new(On(reference, || {
                // Else the thread takes with it what is queued on it: the connection's task, and with that every other call.
                tokio::task::block_in_place(|| {
                    loop {
                        std::thread::park();
                    }
                })
            })),
            other => anyhow::bail!("MISBEHAVE is uninstrumented, abort, flood or hang: not {other}"),
        })
    }
}

/// Sends two million spans of two bytes each, which are gigabytes when they are decoded.
fn flood() {
    let endpoint = std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").unwrap_or_default();
    let mut scope = spans(2, &[0x12, 0x00].repeat(2_000_000));
    scope = spans(1, &scope);
    let head = "POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\nconnection: close\r\n";
    let sent = TcpStream::connect(endpoint.trim_start_matches("http://")).and_then(|mut stream| {
        stream.write_all(format!("{head}content-length: {}\r\n\r\n", scope.len()).as_bytes())?;
        stream.write_all(&scope)?;
        stream.read_to_end(&mut Vec::new())
    });
    sent.expect("the receiver answers");
}

/// A message whose field of this number holds these bytes.
fn spans(field: u8, bytes: &[u8]) -> Vec<u8> {
    let mut message = vec![field << 3 | 2];
    let mut length = bytes.len();
    while length > 127 {
        message.push(length as u8 | 128);
        length >>= 7;
    }
    message.push(length as u8);
    message.extend(bytes);
    message
}

struct On(Arc<dyn Instrumentation>, fn());

impl Instrumentation for On {
    fn serve(&self, serving: Serving) -> Served {
        let misbehave = self.1;
        serving.layered(InterceptorLayer::new(move |request: Request<()>| -> Result<_, Status> {
            if request.metadata().contains_key("x-api-key") {
                misbehave();
            }
            Ok(request)
        }))
    }

    fn channel(&self, channel: Channel, target: &str) -> BoxChannel {
        self.0.channel(channel, target)
    }
}
