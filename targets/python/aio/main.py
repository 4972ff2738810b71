"""A target: gRPC's asyncio API for Python under opentelemetry-instrumentation-grpc."""

import os

from conformance_kit import aio, process
from opentelemetry.instrumentation.grpc import (
    GrpcAioInstrumentorClient,
    GrpcAioInstrumentorServer,
    aio_client_interceptors,
    aio_server_interceptor,
)

if not process.instrumented():
    aio.main()
if os.environ.get("CONFORMANCE_WIRING") == "interceptors":
    aio.main(interceptors=[aio_server_interceptor()], client_interceptors=aio_client_interceptors())
GrpcAioInstrumentorServer().instrument()
GrpcAioInstrumentorClient().instrument()
aio.main()
