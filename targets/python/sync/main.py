"""A target: synchronous gRPC for Python under opentelemetry-instrumentation-grpc."""

import os

import grpc
from conformance_kit import process, sync
from opentelemetry.instrumentation.grpc import (
    GrpcInstrumentorClient,
    GrpcInstrumentorServer,
    client_interceptor,
    server_interceptor,
)
from opentelemetry.instrumentation.grpc.grpcext import intercept_channel

if not process.instrumented():
    sync.main()
if os.environ.get("CONFORMANCE_WIRING") == "interceptors":
    sync.main(
        interceptors=[server_interceptor()],
        channel=lambda *args, **options: intercept_channel(
            grpc.insecure_channel(*args, **options), client_interceptor()
        ),
    )
GrpcInstrumentorServer().instrument()
GrpcInstrumentorClient().instrument()
sync.main()
