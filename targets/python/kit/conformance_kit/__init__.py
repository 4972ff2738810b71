"""The Python side of the contract between the conformance harness and its targets (proto/conformance.proto).

Everything of a target but its instrumentation, for synchronous gRPC (`sync`) and for asyncio (`aio`).
"""
