"""Name resolution without a network: numbers in all their forms as the system reads them, localhost, and nothing else."""

from __future__ import annotations

import socket
from typing import Any

_real = socket.getaddrinfo


def getaddrinfo(host: Any, port: Any, *args: Any, **options: Any) -> list[Any]:
    """As `socket.getaddrinfo`, but no name server is asked."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name.rstrip(".").lower() in ("localhost", "localhost.localdomain", "localtest.me"):
        return _real("127.0.0.1", port, *args, **options)
    return _real(host, port, *args, **options | {"flags": socket.AI_NUMERICHOST})
