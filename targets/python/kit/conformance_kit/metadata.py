"""Metadata as gRPC for Python has it, and as the contract writes it."""

import base64
from collections.abc import Iterable

import conformance_pb2 as pb

SCRIPT = "conformance-script-bin"
JOURNAL = "conformance-journal-bin"
DETAILS = "grpc-status-details-bin"

Pairs = list[tuple[str, str | bytes]]


def from_contract(entries: Iterable[pb.Metadata]) -> Pairs:
    """Metadata to send. Python takes the bytes of a `-bin` key, and only lowercase keys."""
    return [(entry.key.lower(), _sent(entry)) for entry in entries]


def _sent(entry: pb.Metadata) -> str | bytes:
    if not entry.key.lower().endswith("-bin"):
        return entry.value
    return base64.b64decode(entry.value + "=" * (-len(entry.value) % 4))


def to_contract(pairs: Iterable[tuple[str, str | bytes]] | None) -> list[pb.Metadata]:
    """Metadata that came, without the script."""
    return [pb.Metadata(key=key, value=_came(value)) for key, value in pairs or () if key != SCRIPT]


def _came(value: str | bytes) -> str:
    return base64.b64encode(value).decode().rstrip("=") if isinstance(value, bytes) else value


def forwarded(pairs: Pairs) -> Pairs:
    """What a naive proxy copies."""
    own = (SCRIPT, "te", "content-type", "user-agent")
    return [(key, value) for key, value in pairs if key not in own and not key.startswith(("grpc-", ":"))]
