//! Compiles the contract without protoc.

use std::error::Error;

/// The journal crosses control as JSON in the field names of the contract, so only its messages speak serde.
const JOURNAL: [&str; 5] = ["Journal", "ServerEnd", "ClientEnd", "SpanContext", "Metadata"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=conformance.proto");
    let descriptors = protox::compile(["conformance.proto"], ["."])?;
    let mut builder = tonic_prost_build::configure();
    for message in JOURNAL {
        let path = format!(".conformance.v1.{message}");
        builder = builder
            .type_attribute(&path, "#[derive(serde::Serialize, serde::Deserialize)]")
            .type_attribute(&path, "#[serde(default)]");
    }
    builder.compile_fds(descriptors)?;
    Ok(())
}
