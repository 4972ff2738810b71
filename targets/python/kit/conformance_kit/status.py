"""What both APIs of gRPC share."""

from typing import NamedTuple

import grpc

CODES = {code.value[0]: code for code in grpc.StatusCode}


class GivenStatus(NamedTuple):
    """A status for `abort_with_status`."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple


grpc.Status.register(GivenStatus)
